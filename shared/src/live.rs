//! Live events: that something changed, never what it is now; whoever looks at it asks again (architecture.md section
//! 5).

use serde::{Deserialize, Serialize};

use crate::{
    call::call,
    id::{CampaignId, ConversationId, DraftId},
};

/// Something that the listener may see has changed. The first event of a stream is [`LiveEvent::Hello`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LiveEvent {
    /// The stream is open: whatever changes from here on is told.
    Hello,
    /// More changed than the stream could hold: look at everything again.
    LookAgain,
    /// A conversation: its messages, their states, its owner or state, its customer's name, tags or reachability. Also
    /// one that the listener may not see any more.
    Conversation {
        /// Which.
        id: ConversationId,
    },
    /// A send or its record: progress, state, failures.
    Campaign {
        /// Which.
        id: CampaignId,
    },
    /// A draft of the listener's own.
    Draft {
        /// Which.
        id: DraftId,
    },
    /// Saved replies or their categories.
    SavedReplies,
    /// WhatsApp templates: their state, what they say, who may pick them.
    Templates,
    /// The team's list of tags.
    Tags,
    /// An account was paused, or may send again.
    Channels,
}

/// Tells what changes, as long as the access token is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct WatchEvents {}
call!(WatchEvents {}: Get "/events" -> LiveEvent, needs SignedIn, "What changes of all that the caller may see: kind and id only. Ends with the access token.", [TooMany], answers Stream);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_kind_and_an_id() {
        let id = ConversationId(uuid::Uuid::from_u128(7));
        for (event, text) in [
            (LiveEvent::Hello, r#"{"kind":"hello"}"#.to_owned()),
            (LiveEvent::LookAgain, r#"{"kind":"look_again"}"#.to_owned()),
            (LiveEvent::SavedReplies, r#"{"kind":"saved_replies"}"#.to_owned()),
            (LiveEvent::Conversation { id }, format!(r#"{{"kind":"conversation","id":"{id}"}}"#)),
        ] {
            assert_eq!(serde_json::to_string(&event).unwrap(), text);
            assert_eq!(serde_json::from_str::<LiveEvent>(&text).unwrap(), event);
        }
    }
}

//! Every address of the app.

use dioxus::prelude::*;
use shared::{
    conversations::ConversationState,
    id::{CampaignId, ConversationId, DeliveryId, SavedReplyId, TemplateId},
};

use crate::{
    // What stands here is loaded when it is opened.
    chunks::{
        Attributes, Conversation, EditSavedReply, Figures, More, NewSavedReply, Record, RecordPerson, Records,
        RecordsHome, SavedReplies, SavedRepliesHome, SavedReplyCategories, SendCheck, SendMessage, SendRecipients,
        SendSent, SendTemplate, SendTemplateFill, TemplateSettings, Templates, TemplatesHome,
    },
    screens::{
        conversations::{Conversations, NoneChosen},
        not_found::NotFound,
        sign_in::SignIn,
    },
    shell::{Shell, SignedIn},
};

/// A tab of the list, as the address spells it; the first is the one in progress.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tab(pub ConversationState);

impl std::fmt::Display for Tab {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl std::str::FromStr for Tab {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self)
    }
}

/// An address.
#[derive(Debug, Clone, PartialEq, Routable)]
#[rustfmt::skip]
pub enum Route {
    /// Signing in; `next` is the address to go back to, and empty for the first screen.
    #[route("/sign-in?:next")]
    SignIn {
        /// Where to go back to.
        next: String,
    },
    #[layout(SignedIn)]
        #[layout(Shell)]
            #[layout(Conversations)]
                /// The list of conversations.
                #[route("/?:tab")]
                NoneChosen {
                    /// The tab.
                    tab: Tab,
                },
                /// One conversation, beside the list.
                #[route("/conversations/:id")]
                Conversation {
                    /// Which.
                    id: ConversationId,
                },
            #[end_layout]
            /// Group send, step 1.
            #[route("/send/recipients")]
            SendRecipients {},
            /// Group send, step 2.
            #[route("/send/message")]
            SendMessage {},
            /// Group send, step 2 of a template message: which template.
            #[route("/send/template")]
            SendTemplate {},
            /// Group send, step 2 of a template message: what stands in its blanks.
            #[route("/send/template/fill")]
            SendTemplateFill {},
            /// Group send, step 3.
            #[route("/send/check")]
            SendCheck {},
            /// Group send, step 4.
            #[route("/send/sent/:campaign")]
            SendSent {
                /// The send.
                campaign: CampaignId,
            },
            #[layout(Records)]
                /// The records of group sends.
                #[route("/records")]
                RecordsHome {},
                /// One record, beside the list.
                #[route("/records/:id")]
                Record {
                    /// Which.
                    id: CampaignId,
                },
                /// One recipient of a record.
                #[route("/records/:id/people/:delivery")]
                RecordPerson {
                    /// The record.
                    id: CampaignId,
                    /// The recipient.
                    delivery: DeliveryId,
                },
            #[end_layout]
            #[layout(SavedReplies)]
                /// The saved replies.
                #[route("/saved-replies")]
                SavedRepliesHome {},
                /// A new saved reply, beside the list.
                #[route("/saved-replies/new")]
                NewSavedReply {},
                /// One saved reply, beside the list.
                #[route("/saved-replies/:id")]
                EditSavedReply {
                    /// Which.
                    id: SavedReplyId,
                },
            #[end_layout]
            /// The categories of saved replies.
            #[route("/saved-replies/categories")]
            SavedReplyCategories {},
            /// Oneself and this device.
            #[route("/more")]
            More {},
            /// One's own figures.
            #[route("/more/figures")]
            Figures {},
            /// Custom attributes of customers.
            #[route("/more/attributes")]
            Attributes {},
            #[layout(Templates)]
                /// The WhatsApp templates, for an admin.
                #[route("/more/templates")]
                TemplatesHome {},
                /// One WhatsApp template, beside the list.
                #[route("/more/templates/:id")]
                TemplateSettings {
                    /// Which.
                    id: TemplateId,
                },
            #[end_layout]
            /// No such address.
            #[route("/:..segments")]
            NotFound {
                /// The address, in its parts.
                segments: Vec<String>,
            },
}

/// A destination of the main navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Conversations and the group-send flow.
    Conversations,
    /// Records.
    Records,
    /// Saved replies.
    SavedReplies,
    /// Oneself.
    More,
}

impl Route {
    /// The first screen.
    pub fn home() -> Self {
        Self::NoneChosen { tab: Tab::default() }
    }

    /// The destination of the main navigation it belongs to.
    pub fn area(&self) -> Option<Area> {
        match self {
            Self::NoneChosen { .. }
            | Self::Conversation { .. }
            | Self::SendRecipients {}
            | Self::SendMessage {}
            | Self::SendTemplate {}
            | Self::SendTemplateFill {}
            | Self::SendCheck {}
            | Self::SendSent { .. } => Some(Area::Conversations),
            Self::RecordsHome {} | Self::Record { .. } | Self::RecordPerson { .. } => Some(Area::Records),
            Self::SavedRepliesHome {}
            | Self::NewSavedReply {}
            | Self::EditSavedReply { .. }
            | Self::SavedReplyCategories {} => Some(Area::SavedReplies),
            Self::More {}
            | Self::Figures {}
            | Self::Attributes {}
            | Self::TemplatesHome {}
            | Self::TemplateSettings { .. } => Some(Area::More),
            Self::SignIn { .. } | Self::NotFound { .. } => None,
        }
    }

    /// Whether a phone shows the main navigation under it: under lists, not under what is opened from them, where the
    /// bottom belongs to the action bar.
    pub fn has_tab_bar(&self) -> bool {
        matches!(
            self,
            Self::NoneChosen { .. }
                | Self::RecordsHome {}
                | Self::SavedRepliesHome {}
                | Self::More {}
                | Self::NotFound { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_back() {
        let id = "0190f0c0-0000-7000-8000-000000000001";
        for address in [
            "/".to_owned(),
            "/?tab=closed".to_owned(),
            format!("/conversations/{id}"),
            format!("/records/{id}/people/{id}"),
            "/saved-replies".to_owned(),
            "/saved-replies/new".to_owned(),
            "/saved-replies/categories".to_owned(),
            format!("/saved-replies/{id}"),
            "/more".to_owned(),
            "/more/templates".to_owned(),
            format!("/more/templates/{id}"),
            "/send/template/fill".to_owned(),
        ] {
            let route: Route = address.parse().unwrap();
            assert!(!matches!(route, Route::NotFound { .. }), "{address}");
            assert_eq!(route.to_string().parse::<Route>().unwrap(), route);
        }
        assert!(matches!("/nowhere/at/all".parse::<Route>().unwrap(), Route::NotFound { .. }));
    }

    #[test]
    fn the_way_back_survives_in_the_address() {
        let next = Route::NoneChosen { tab: Tab(ConversationState::Closed) };
        let sign_in = Route::SignIn { next: next.to_string() };
        let read: Route = sign_in.to_string().parse().unwrap();
        assert_eq!(read, sign_in);
    }
}

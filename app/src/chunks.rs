//! Screens that are loaded when they are opened, so that the first load stays small.
//!
//! For a release of the web app, `xtask` parts the program: what can be reached from the first screen, and for each [`Chunk`] what can be
//! reached from the function that brings it (`chunk_…`) alone. That function puts the screens' bodies into their places, and what
//! stands in the routes until then shows that they load, or why they did not. So nothing outside of a chunk may name a screen of it
//! but by its component here. Everywhere else the program is one piece, and brings them itself.

mod bring;

use std::sync::OnceLock;

use dioxus::prelude::*;
use shared::{
    id::{CampaignId, ConversationId, DeliveryId, SavedReplyId, TemplateId},
    limits::Platform,
};

use crate::screens::{self, saved_replies::Picked};
use bring::{Bring, Place};

/// What draws a screen from its properties, once it is here.
type Body<F> = OnceLock<F>;

/// Declares the chunks: what each is called, the function that brings it, and its screens with the place each of them stands in.
macro_rules! chunks {
    ($(
        $(#[doc = $about:literal])*
        $chunk:ident = $name:literal by $export:ident {
            $(
                $(#[doc = $screen_about:literal])*
                $screen:ident($($field:ident: $type:ident $(<$inner:tt>)?),*) of $($path:ident)::+ in $place:expr;
            )*
        }
    )*) => {
        /// Screens that are loaded together.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Chunk {
            $($(#[doc = $about])* $chunk,)*
        }

        impl Chunk {
            /// As its file is called.
            const fn name(self) -> &'static str {
                match self {
                    $(Self::$chunk => $name,)*
                }
            }

            /// Brings it, where the program is one piece.
            #[cfg(not(target_arch = "wasm32"))]
            fn bring(self) {
                match self {
                    $(Self::$chunk => $export(),)*
                }
            }
        }

        /// What draws the screens that are here.
        #[expect(non_upper_case_globals, reason = "they are called as their screens")]
        mod bodies {
            use super::*;

            $($(pub(super) static $screen: Body<fn($($type $(<$inner>)?),*) -> Element> = Body::new();)*)*
        }

        $(
            /// Brings the chunk: called once its file is here.
            #[cfg_attr(target_arch = "wasm32", wasm_bindgen::prelude::wasm_bindgen)]
            pub fn $export() {
                $({
                    fn body($($field: $type $(<$inner>)?),*) -> Element {
                        use screens::$($path)::+::$screen as Screen;
                        rsx! { Screen { $($field),* } }
                    }
                    // Who brings it again brings the same.
                    let _ = bodies::$screen.set(body);
                })*
            }

            $(
                $(#[doc = $screen_about])*
                #[component]
                pub fn $screen($($field: $type $(<$inner>)?),*) -> Element {
                    let mut brought = use_signal(|| ());
                    brought.read();
                    #[cfg(not(target_arch = "wasm32"))]
                    Chunk::$chunk.bring();
                    match bodies::$screen.get() {
                        Some(body) => body($($field),*),
                        None => rsx! {
                            Bring { chunk: Chunk::$chunk, place: $place, onbrought: move |()| brought.set(()) }
                        },
                    }
                }
            )*
        )*
    };
}

chunks! {
    /// A conversation, and what is done with it.
    Conversation = "conversation" by chunk_conversation {
        /// One conversation, beside the list.
        Conversation(id: ConversationId) of conversation in Place::Detail;
        /// To whom a conversation is handed over.
        TransferSheet(id: ConversationId, onclose: EventHandler<()>) of conversation::layers in Place::Over(onclose);
        /// Whether a conversation is really to be closed.
        CloseQuestion(id: ConversationId, onclose: EventHandler<()>) of conversation::layers in Place::Over(onclose);
        /// The tags of a customer.
        TagSheet(id: ConversationId, onclose: EventHandler<()>) of conversation::layers in Place::Over(onclose);
        /// The custom attributes of a customer.
        AttributeSheet(id: ConversationId, onclose: EventHandler<()>) of conversation::attributes in Place::Over(onclose);
        /// The saved replies, to pick one for a reply.
        SavedReplyPicker(platforms: Vec<Platform>, room: usize, onpick: EventHandler<Picked>, onclose: EventHandler<()>)
            of saved_replies in Place::Over(onclose);
    }

    /// The conditions that the list of conversations is filtered by.
    Filters = "filters" by chunk_filters {
        /// The sheet with the conditions.
        ListFilters(onclose: EventHandler<()>) of conversations::filters in Place::Over(onclose);
    }

    /// The group-send flow, and the menu that leads to it.
    Send = "send" by chunk_send {
        /// What can be done with many customers at once.
        GroupMenu(onclose: EventHandler<()>) of conversations::menu in Place::Over(onclose);
        /// Group send, step 1.
        SendRecipients() of send in Place::Screen;
        /// Group send, step 2.
        SendMessage() of send in Place::Screen;
        /// Group send, step 2 of a template message: which template.
        SendTemplate() of templates in Place::Screen;
        /// Group send, step 2 of a template message: what stands in its blanks.
        SendTemplateFill() of templates in Place::Screen;
        /// Group send, step 3.
        SendCheck() of send in Place::Screen;
        /// Group send, step 4.
        SendSent(campaign: CampaignId) of send in Place::Screen;
    }

    /// The records of group sends.
    Records = "records" by chunk_records {
        /// The list, and beside it what is opened from it.
        Records() of records in Place::Screen;
        /// Nothing is open beside the list.
        RecordsHome() of records in Place::Detail;
        /// One record, beside the list.
        Record(id: CampaignId) of records in Place::Detail;
        /// One recipient of a record, beside the list.
        RecordPerson(id: CampaignId, delivery: DeliveryId) of records in Place::Detail;
    }

    /// The saved replies, to write them.
    SavedReplies = "saved_replies" by chunk_saved_replies {
        /// The list, and beside it what is opened from it.
        SavedReplies() of saved_replies in Place::Screen;
        /// Nothing is open beside the list.
        SavedRepliesHome() of saved_replies in Place::Detail;
        /// A new saved reply, beside the list.
        NewSavedReply() of saved_replies in Place::Detail;
        /// One saved reply, beside the list.
        EditSavedReply(id: SavedReplyId) of saved_replies in Place::Detail;
        /// The categories of saved replies.
        SavedReplyCategories() of saved_replies in Place::Screen;
    }

    /// The WhatsApp templates, to keep them.
    Templates = "templates" by chunk_templates {
        /// The list, and beside it what is opened from it.
        Templates() of templates in Place::Screen;
        /// Nothing is open beside the list.
        TemplatesHome() of templates in Place::Detail;
        /// One template, beside the list.
        TemplateSettings(id: TemplateId) of templates in Place::Detail;
    }

    /// Oneself, and what is behind it.
    More = "more" by chunk_more {
        /// Oneself and this device.
        More() of more in Place::Screen;
        /// One's own figures.
        Figures() of figures in Place::Screen;
        /// Custom attributes of customers.
        Attributes() of attributes in Place::Screen;
    }
}

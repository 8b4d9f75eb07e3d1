//! One customer to pick.

use dioxus::prelude::*;
use shared::conversations::ConversationCard;

use crate::{
    screens::conversations::card::{avatar, badges, preview},
    ui::{list_card::ListCard, virtual_list::Place},
    words::{use_now, use_words},
};

/// A customer with a check mark; a tap anywhere toggles it. Who cannot be reached may be ticked all the same and says so.
#[component]
pub(super) fn PickRow(
    /// The customer.
    card: ConversationCard,
    /// Is she picked?
    picked: bool,
    /// A tap.
    ontoggle: EventHandler<()>,
    /// Its place in the list.
    place: Place,
) -> Element {
    let words = use_words();
    let now = use_now();
    rsx! {
        ListCard {
            checked: picked,
            onclick: move |_| ontoggle.call(()),
            start: avatar(words, &card),
            title: words.name(&card.name).to_owned(),
            time: card.last.as_ref().map(|last| words.when(last.at, now)),
            text: card.last.as_ref().map(|last| preview(words, last)),
            foot: badges(words, &card, now),
            place,
        }
    }
}

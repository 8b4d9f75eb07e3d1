//! The records of group sends: the list, one record, one recipient.

use dioxus::prelude::*;
use shared::id::{CampaignId, DeliveryId};

use crate::routes::Route;

/// The list, with what is opened from it beside it.
#[component]
pub fn Records() -> Element {
    rsx! { Outlet::<Route> {} }
}

/// Nothing is opened yet.
#[component]
pub fn RecordsHome() -> Element {
    rsx! {}
}

/// One record.
#[component]
pub fn Record(id: ReadSignal<CampaignId>) -> Element {
    let _ = id;
    rsx! {}
}

/// One recipient of a record.
#[component]
pub fn RecordPerson(id: ReadSignal<CampaignId>, delivery: ReadSignal<DeliveryId>) -> Element {
    let _ = (id, delivery);
    rsx! {}
}

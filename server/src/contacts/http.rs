//! Calls of contacts.

use shared::{
    attributes::{ClearAttribute, ListAttributes, SaveAttribute, SetAttribute, ShowAttributes},
    campaigns::ResumeChannel,
    contacts::{AddTag, ListChannels, ListTags, RemoveTag},
};

use super::attributes;
use crate::{channels, http::mount::Api};

/// Mounts the calls of tags, channels and attributes.
#[must_use]
pub(crate) fn routes(api: Api) -> Api {
    api.call(|app, caller, ListChannels {}| async move { channels::list(&app, &caller).await })
        .call::<ResumeChannel, _, _>(channels::resume_by)
        .call(|app, caller, ListTags {}| async move { super::list_tags(&app, caller.team).await })
        .call(|app, caller, call: AddTag| async move { super::add_tag(&app, caller, call).await })
        .call(|app, caller, call: RemoveTag| async move { super::remove_tag(&app, caller, call).await })
        .call(|app, caller, ListAttributes {}| async move { attributes::list(&app, caller.team).await })
        .call(|app, caller, call: SaveAttribute| async move { attributes::save(&app, caller, call).await })
        .call(|app, caller, call: ShowAttributes| async move { attributes::show(&app, caller, call).await })
        .call(|app, caller, call: SetAttribute| async move { attributes::set(&app, caller, call).await })
        .call(|app, caller, call: ClearAttribute| async move { attributes::clear(&app, caller, call).await })
}

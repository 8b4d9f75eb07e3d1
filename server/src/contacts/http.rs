//! Calls of contacts.

use shared::contacts::{AddTag, ListChannels, ListTags, RemoveTag};

use crate::{channels, http::mount::Api};

/// Mounts the calls of tags and channels.
#[must_use]
pub(crate) fn routes(api: Api) -> Api {
    api.call(|app, caller, ListChannels {}| async move { channels::list(&app, &caller).await })
        .call(|app, caller, ListTags {}| async move { super::list_tags(&app, caller.team).await })
        .call(|app, caller, call: AddTag| async move { super::add_tag(&app, caller, call).await })
        .call(|app, caller, call: RemoveTag| async move { super::remove_tag(&app, caller, call).await })
}

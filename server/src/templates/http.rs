//! The calls of templates.

use shared::templates::{ListTemplates, SaveTemplate, ShowTemplate, SyncTemplates};

use super::sync;
use crate::http::mount::Api;

/// Mounts them.
pub fn routes(api: Api) -> Api {
    api.call::<ListTemplates, _, _>(super::list)
        .call::<ShowTemplate, _, _>(super::show)
        .call::<SaveTemplate, _, _>(super::save)
        .call::<SyncTemplates, _, _>(sync::sync)
}

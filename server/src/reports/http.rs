//! The reports' part of the router.

use shared::reports::ShowMyFigures;

use crate::http::mount::Api;

/// Mounts one's own figures.
pub fn routes(api: Api) -> Api {
    api.call::<ShowMyFigures, _, _>(super::mine)
}

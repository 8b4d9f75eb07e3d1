//! The calls of saved replies.

use shared::saved_replies::{
    DeleteCategory, DeleteSavedReply, ListCategories, ListSavedReplies, MergeCategory, SaveCategory, SaveSavedReply,
    ShowSavedReply,
};

use super::categories;
use crate::http::mount::Api;

/// Mounts them.
pub fn routes(api: Api) -> Api {
    api.call::<ListSavedReplies, _, _>(super::list)
        .call::<ShowSavedReply, _, _>(super::show)
        .call::<SaveSavedReply, _, _>(super::save)
        .call::<DeleteSavedReply, _, _>(super::delete)
        .call::<ListCategories, _, _>(categories::list)
        .call::<SaveCategory, _, _>(categories::save)
        .call::<MergeCategory, _, _>(categories::merge)
        .call::<DeleteCategory, _, _>(categories::delete)
}

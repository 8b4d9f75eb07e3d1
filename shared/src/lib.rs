//! The language of the domain: ids, roles, content, selections, sends and their records, limits, and one [`call::Call`]
//! per API request. No I/O; compiles for the server and for wasm.

pub mod attributes;
pub mod call;
pub mod campaigns;
pub mod contacts;
pub mod content;
pub mod conversations;
pub mod deliveries;
pub mod id;
pub mod limits;
pub mod links;
pub mod live;
pub mod media;
pub mod members;
mod named;
pub mod problem;
pub mod rates;
pub mod reasons;
pub mod reports;
pub mod saved_replies;
pub mod selection;
pub mod templates;
pub mod text;
pub mod time;
pub mod words;

/// Runs a macro for every [`call::Call`] there is: `every_call!(mount)` becomes `mount!(members::SignIn)` and so on.
/// The OpenAPI document and the test that walks all routes are made from it.
#[macro_export]
macro_rules! every_call {
    ($each:ident) => {
        $each!(
            members::SignIn,
            members::Refresh,
            members::SignOut,
            members::ShowMe,
            members::ListColleagues,
            contacts::ListChannels,
            contacts::ListTags,
            contacts::AddTag,
            contacts::RemoveTag,
            attributes::ListAttributes,
            attributes::SaveAttribute,
            attributes::ShowAttributes,
            attributes::SetAttribute,
            attributes::ClearAttribute,
            conversations::ListConversations,
            conversations::CountConversations,
            conversations::ShowConversation,
            conversations::ShowThread,
            conversations::MarkRead,
            conversations::Take,
            conversations::Transfer,
            conversations::Close,
            conversations::Reopen,
            conversations::Reply,
            campaigns::SaveDraft,
            campaigns::ShowDraft,
            campaigns::ListDrafts,
            campaigns::DropDraft,
            campaigns::CountSelection,
            campaigns::CheckDraft,
            campaigns::LeaveOut,
            campaigns::SwitchToTemplate,
            campaigns::SendDraft,
            campaigns::ShowProgress,
            campaigns::ListCampaigns,
            campaigns::ExportCampaigns,
            campaigns::ShowCampaign,
            campaigns::PauseCampaign,
            campaigns::ResumeCampaign,
            campaigns::CancelCampaign,
            campaigns::RetryFailed,
            campaigns::ResendUnknown,
            campaigns::ResumeChannel,
            deliveries::ListDeliveries,
            deliveries::ExportDeliveries,
            deliveries::ShowDelivery,
            reports::ShowMyFigures,
            media::BeginUpload,
            media::UploadPiece,
            media::FinishUpload,
            media::ShowUpload,
            media::DropUpload,
            saved_replies::ListSavedReplies,
            saved_replies::ShowSavedReply,
            saved_replies::SaveSavedReply,
            saved_replies::DeleteSavedReply,
            saved_replies::ListCategories,
            saved_replies::SaveCategory,
            saved_replies::MergeCategory,
            saved_replies::DeleteCategory,
            templates::ListTemplates,
            templates::ShowTemplate,
            templates::SaveTemplate,
            templates::SyncTemplates,
            live::WatchEvents,
        );
    };
}

//! The group-send part of the router.

use shared::{campaigns, deliveries};

use super::{check, control, drafts, leave_out, records, send};
use crate::http::mount::Api;

/// Mounts drafts, the check, the send, the records, their exports and the hand on them.
pub fn routes(api: Api) -> Api {
    api.call::<campaigns::SaveDraft, _, _>(drafts::save)
        .call::<campaigns::ShowDraft, _, _>(drafts::show)
        .call::<campaigns::ListDrafts, _, _>(drafts::list)
        .call::<campaigns::DropDraft, _, _>(drafts::drop)
        .call::<campaigns::CountSelection, _, _>(check::count)
        .call::<campaigns::CheckDraft, _, _>(check::check)
        .call::<campaigns::LeaveOut, _, _>(leave_out::leave_out)
        .call::<campaigns::SwitchToTemplate, _, _>(leave_out::switch)
        .call::<campaigns::SendDraft, _, _>(send::send)
        .call::<campaigns::ShowProgress, _, _>(records::show_progress)
        .call::<campaigns::ListCampaigns, _, _>(records::list)
        .file::<campaigns::ExportCampaigns, _, _, _, _>(records::export::campaigns)
        .call::<campaigns::ShowCampaign, _, _>(records::show)
        .call::<campaigns::PauseCampaign, _, _>(control::pause)
        .call::<campaigns::ResumeCampaign, _, _>(control::resume)
        .call::<campaigns::CancelCampaign, _, _>(control::cancel)
        .call::<campaigns::RetryFailed, _, _>(control::retry)
        .call::<campaigns::ResendUnknown, _, _>(control::resend)
        .call::<deliveries::ListDeliveries, _, _>(records::deliveries)
        .file::<deliveries::ExportDeliveries, _, _, _, _>(records::export::deliveries)
        .call::<deliveries::ShowDelivery, _, _>(records::delivery)
}

//! Who may not be sent any more, asked inside the claim right before each call (domain.md 4.2, 11.20).

use shared::{conversations::WINDOW_MS, id::DeliveryId, limits::Platform, reasons::Reason};

use super::records::store;
use crate::db::{self, Tx};

/// Group sends: still in progress, still the sender's, not blocked, not opted out, and on WhatsApp a plain message
/// within its window still (UTC ms). Where the window closes after this, what is shown is what the platform then says.
pub fn group(
    tx: &mut Tx<'_>,
    platform: Platform,
    ids: &[DeliveryId],
    now: i64,
) -> db::Result<Vec<(DeliveryId, Reason)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    match platform {
        Platform::Line => store::unfit_on_line(tx, &ids),
        Platform::Whatsapp => store::unfit_for_group(tx, &ids, now - WINDOW_MS),
    }
}

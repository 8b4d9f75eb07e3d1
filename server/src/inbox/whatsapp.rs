//! Takes WhatsApp's webhooks, which come by app, for any of its numbers and business accounts (providers.md B5).

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use shared::{
    id::{ChannelId, WhatsappAppId},
    limits::Platform,
};

use super::{Event, NotTaken, keep, log_refusal};
use crate::{
    App,
    channels::{self, MetaApp},
    platforms::whatsapp::webhook::{self, Piece, Whom},
    refused::Result,
};

/// Whether Meta may send webhooks here: it shows the app's verify token. Compared in constant time.
pub(super) async fn verify(app: &App, id: WhatsappAppId, token: &str) -> Result<(), NotTaken> {
    let known = channels::meta_app(app, id).await.map_err(NotTaken::of)?;
    if verify_slices_are_equal(token.as_bytes(), &known.verify_token).is_err() {
        log_refusal(app, Platform::Whatsapp, id, &NotTaken::WrongToken);
        return Err(NotTaken::WrongToken);
    }
    Ok(())
}

/// The app that a webhook is for, if it has a signature at all: asked before its body is read.
pub(super) async fn expected(app: &App, id: WhatsappAppId, signature: Option<&str>) -> Result<Arc<MetaApp>, NotTaken> {
    let known = channels::meta_app(app, id).await.map_err(NotTaken::of)?;
    if signature.is_none() {
        log_refusal(app, Platform::Whatsapp, id, &NotTaken::NoSignature);
        return Err(NotTaken::NoSignature);
    }
    Ok(known)
}

/// Takes a webhook: signature first, over the bytes as they came; then one row per event, under the number it is for.
/// What is for a number or an account that the app does not have is left out.
pub(super) async fn take(app: &App, id: WhatsappAppId, signature: Option<&str>, body: &[u8]) -> Result<(), NotTaken> {
    let known = expected(app, id, signature).await?;
    let refused = |why: NotTaken| {
        log_refusal(app, Platform::Whatsapp, id, &why);
        why
    };
    if !webhook::signature_fits(&known.secret, body, signature.unwrap_or_default()) {
        return Err(refused(NotTaken::WrongSignature));
    }
    let pieces = webhook::split(body).map_err(|error| refused(error.into()))?;
    let knows_all = |known: &MetaApp| pieces.iter().all(|piece| channel_of(known, &piece.to).is_some());
    let known = channels::meta_app_with(app, id, knows_all).await.map_err(NotTaken::of)?;
    let events: Vec<Event<'_>> = pieces.iter().filter_map(|piece| event(app, &known, piece)).collect();
    Ok(keep(app, known.team, Platform::Whatsapp, &events).await?)
}

/// The event of a piece, under its number; an account's under its oldest number.
fn event<'p>(app: &App, known: &MetaApp, piece: &'p Piece) -> Option<Event<'p>> {
    let Some(channel) = channel_of(known, &piece.to) else {
        let (Whom::Number(of) | Whom::Account(of)) = &piece.to;
        if app.inbox.is_new_stranger(format!("{}:{of}", known.id)) {
            let kind = if matches!(piece.to, Whom::Number(_)) { "phone number id" } else { "business account" };
            tracing::warn!(app = %known.id, kind, of, "webhooks come for what is not connected; they are left out");
        }
        return None;
    };
    // Meta tells no time where it is 0.
    let at = Some(piece.at).filter(|at| *at > 0);
    Some(Event { channel, key: Some(&piece.key), at, body: &piece.body })
}

fn channel_of(known: &MetaApp, to: &Whom) -> Option<ChannelId> {
    match to {
        Whom::Number(number) => known.numbers.get(number).copied(),
        Whom::Account(account) => known.accounts.get(account).copied(),
    }
}

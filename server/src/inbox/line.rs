//! Takes LINE's webhooks (providers.md A8).

use std::sync::Arc;

use shared::{id::ChannelId, limits::Platform};

use super::{Event, NotTaken, keep, log_refusal};
use crate::{
    App, channels,
    platforms::line::webhook::{self, Webhook},
    refused::Result,
};

/// The account that a webhook is for, if it has a signature at all: asked before its body is read.
pub(super) async fn expected(
    app: &App,
    channel: ChannelId,
    signature: Option<&str>,
) -> Result<Arc<channels::Account>, NotTaken> {
    let account = channels::account(app, channel).await.map_err(NotTaken::of)?;
    if signature.is_none() {
        log_refusal(app, Platform::Line, channel, &NotTaken::NoSignature);
        return Err(NotTaken::NoSignature);
    }
    Ok(account)
}

/// Takes a webhook: signature first, over the bytes as they came; then one row per event.
pub(super) async fn take(app: &App, channel: ChannelId, signature: Option<&str>, body: &[u8]) -> Result<(), NotTaken> {
    let account = expected(app, channel, signature).await?;
    let refused = |why: NotTaken| {
        log_refusal(app, Platform::Line, channel, &why);
        why
    };
    if !webhook::is_signed(&account.secret, body, signature.unwrap_or_default()) {
        return Err(refused(NotTaken::WrongSignature));
    }
    let webhook = Webhook::read(body).map_err(|error| refused(error.into()))?;
    if webhook.destination != account.bot {
        return Err(refused(NotTaken::WrongDestination));
    }
    let envelopes = webhook.events().map_err(|error| refused(error.into()))?;
    let events: Vec<Event<'_>> = envelopes
        .iter()
        .map(|event| Event { channel, key: event.key.as_deref(), at: event.at, body: event.body })
        .collect();
    Ok(keep(app, account.team, Platform::Line, &events).await?)
}

//! Messages: who gets one, what becomes of it, and the mark that one was read (providers.md B1, B4).

use std::sync::{Arc, atomic::Ordering};

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    BlockRule, Kind, Record, StatusPlan, TemplateSpec, WhatsappWorld, WindowRule,
    account::Number,
    api::Call,
    check::{self, Checked, Source, To, What},
    customer::Customer,
    errors::GraphError,
    fill::{Filled, Filler},
    spec::country_code,
    status::Outgoing,
    wamid,
};
use crate::{
    fetch::Shows,
    ledger::{Accepted, Fate, Platform},
    sync::lock,
};

/// The code of a medium that cannot be fetched.
const MEDIA_FAILED: i64 = 131_053;

/// A message that passed every check.
struct Ready<'a> {
    checked: Checked<'a>,
    person: Option<Arc<Customer>>,
    template: Option<(Arc<TemplateSpec>, Filled)>,
}

impl Ready<'_> {
    /// What Meta still has to fetch.
    fn link(&self) -> Option<String> {
        match self.medium() {
            Some((_, Source::Link(link))) => Some(link.clone()),
            _ => None,
        }
    }

    /// The medium of the message or of its template's header.
    fn medium(&self) -> Option<(Kind, &Source)> {
        match (&self.checked.what, &self.template) {
            (What::Media(kind, source), _) => Some((*kind, source)),
            (_, Some((_, filled))) => filled.medium.as_ref().map(|(kind, source)| (*kind, source)),
            _ => None,
        }
    }

    fn is_marketing(&self) -> bool {
        self.template.as_ref().is_some_and(|(template, _)| template.category == "MARKETING")
    }
}

impl WhatsappWorld {
    pub(super) async fn messages(
        &self,
        call: &Call<'_>,
        number: &Arc<Number>,
        plan: Option<StatusPlan>,
    ) -> Result<Response, GraphError> {
        let moment_us = self.0.common.clock.now_us();
        if !number.passes(moment_us) {
            return Err(GraphError::code(130_429));
        }
        let ready = self.ready(call, number)?;
        let spec = number.spec();
        let now_ms = moment_us / 1000;
        let open = match &ready.person {
            Some(person) => person.is_window_open(&number.name, now_ms),
            None => false,
        };
        if !open && ready.template.is_none() && spec.window == WindowRule::AtOnce {
            return Err(GraphError::code(131_047));
        }
        if let (Some(person), Some(pair)) = (&ready.person, spec.pair_rate) {
            let every_us = i64::try_from(pair.every_ms).unwrap_or(i64::MAX).saturating_mul(1000);
            if !person.spend(&number.name, moment_us, every_us, pair.burst) {
                return Err(GraphError::code(131_056));
            }
        }
        let (fate, plan) = fate(number, &ready, open, plan.unwrap_or(spec.statuses));
        let outgoing = self.accept(call, number, &ready, fate, now_ms);
        if fate == Fate::Delivered
            && !open
            && let Some(person) = &ready.person
        {
            self.portfolio_of(&call.waba.spec()).reach(person, now_ms);
        }
        let answer = answer(&ready, &outgoing.accepted);
        let arrives = fate == Fate::Delivered;
        if let Some(link) = ready.link().filter(|_| arrives) {
            self.fetch_then_tell(outgoing, link, plan);
            return Ok(answer);
        }
        if arrives {
            outgoing.arrive();
        }
        self.tell(outgoing, plan).await;
        Ok(answer)
    }

    /// Checks everything that Meta answers at once.
    fn ready<'a>(&self, call: &'a Call<'_>, number: &Number) -> Result<Ready<'a>, GraphError> {
        let ours = number.spec().digits();
        let http_media = self.0.common.allow_http_media;
        let checked = check::message(&call.body, country_code(&ours), http_media)?;
        if checked.to == To::Phone(ours) {
            return Err(GraphError::code(131_021));
        }
        let template = match &checked.what {
            What::Template => Some(template(call, &checked.to, http_media)?),
            _ => None,
        };
        let person = self.portfolio_of(&call.waba.spec()).find(&checked.to.key());
        let ready = Ready { checked, person, template };
        if let Some((kind, Source::Id(id))) = ready.medium() {
            self.check_medium(&call.waba, id, kind)?;
        }
        Ok(ready)
    }

    /// Puts an accepted message into the ledger.
    fn accept(
        &self,
        call: &Call<'_>,
        number: &Arc<Number>,
        ready: &Ready<'_>,
        fate: Fate,
        at_ms: i64,
    ) -> Arc<Outgoing> {
        let user = ready.person.as_ref().map_or_else(|| ready.checked.input.into(), |person| person.id.clone());
        let accepted = Arc::new(Accepted {
            at_ms,
            platform: Platform::Whatsapp,
            channel: number.name.clone(),
            endpoint: "messages",
            retry_key: None,
            request_id: self.request_id(),
            first_message_id: self.message_id(),
            // A copy: the received one may keep a whole read buffer alive.
            body: Bytes::copy_from_slice(&call.raw),
            to: vec![(user, fate)],
            unit: None,
            callback: ready.checked.callback.map(str::to_owned),
            shown: ready.template.as_ref().map(|(_, filled)| filled.shown.clone()),
        });
        let counters = &number.meter.counters;
        let reached = if fate == Fate::Delivered { &counters.delivered } else { &counters.not_delivered };
        reached.fetch_add(1, Ordering::Relaxed);
        counters.accepted.fetch_add(1, Ordering::Relaxed);
        self.0.common.ledger.record(accepted.clone());
        let category = ready.template.as_ref().map_or("service", |(template, _)| template.category.as_str());
        Arc::new(Outgoing {
            number: number.clone(),
            waba: call.waba.spec().id.clone(),
            person: ready.person.clone(),
            to: ready.checked.to.clone(),
            accepted,
            category: category.to_lowercase(),
        })
    }

    /// A medium by link is fetched first: what cannot be fetched fails, as Meta tells it, by webhook.
    fn fetch_then_tell(&self, outgoing: Arc<Outgoing>, link: String, plan: StatusPlan) {
        let body = outgoing.accepted.messages().pop().unwrap_or_default();
        let shows = super::link(&body).map_or(Shows::WhatsappDocument, |(_, shows)| shows);
        let (world, under_way) = (self.clone(), self.begin());
        self.0.common.in_background(async move {
            let fetched = world.0.common.shown(&link, shows).await;
            // Other hosts than loopback are not asked; their media are taken as they are.
            if fetched.is_seen() || !crate::line::is_local(&link) {
                outgoing.arrive();
                world.tell(outgoing, plan).await;
            } else {
                let id = wamid::text(outgoing.accepted.first_message_id);
                lock(&world.0.common.failed_late).insert(id.clone(), MEDIA_FAILED);
                world.note(|| Record::FailedLate { id, code: MEDIA_FAILED });
                world.tell(outgoing, plan.failing(MEDIA_FAILED)).await;
            }
            drop(under_way);
        });
    }

    /// `{"status":"read"}`: the customer's message and those before it were read by the team.
    pub(super) fn mark_read(&self, call: &Call<'_>, number: &Number) -> Result<Response, GraphError> {
        if call.body["messaging_product"].as_str() != Some("whatsapp") {
            return Err(GraphError::required("messaging_product"));
        }
        let id = call.body["message_id"].as_str().ok_or_else(|| GraphError::required("message_id"))?;
        let people = self.portfolio_of(&call.waba.spec()).all();
        let found = wamid::number(id).is_some_and(|id| people.iter().any(|person| person.mark_read(&number.name, id)));
        if found {
            Ok(Json(json!({ "success": true })).into_response())
        } else {
            Err(GraphError::with(131_009, "message_id: no message of a customer has this ID"))
        }
    }
}

/// The template of a message, filled in.
fn template(call: &Call<'_>, to: &To, http_media: bool) -> Result<(Arc<TemplateSpec>, Filled), GraphError> {
    let given = &call.body["template"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (name, language) = (text(&given["name"]), text(&given["language"]["code"]));
    let absent = || GraphError::with(132_001, format!("template name ({name}) does not exist in {language}"));
    let template = call.waba.template(&name, &language).ok_or_else(absent)?;
    match template.status.as_str() {
        "APPROVED" => {}
        "PAUSED" => return Err(GraphError::code(132_015)),
        "DISABLED" => return Err(GraphError::code(132_016)),
        _ => return Err(absent()),
    }
    if matches!(to, To::Bsuid(_)) && template.category == "AUTHENTICATION" {
        return Err(GraphError::with(131_009, "recipient: authentication templates go to phone numbers only"));
    }
    let filled = Filler { template: &template, version: call.version, http_media }.fill(&given["components"])?;
    Ok((template, filled))
}

/// What becomes of a message, and how it is told.
fn fate(number: &Number, ready: &Ready<'_>, open: bool, plan: StatusPlan) -> (Fate, StatusPlan) {
    let spec = number.spec();
    let failing = |code| (Fate::Failed(code), plan.failing(code));
    if let Some(code) = plan.failed {
        return (Fate::Failed(code), plan);
    }
    let Some(person) = &ready.person else { return failing(131_026) };
    let stance = person.stance(&number.name);
    if stance.blocked {
        return match spec.blocked {
            BlockRule::Failed => failing(131_026),
            BlockRule::Silent => (Fate::Blocked, plan.only_sent()),
        };
    }
    if ready.template.is_none() && !open && spec.window == WindowRule::ByWebhook {
        return failing(131_047);
    }
    if ready.is_marketing() && stance.stopped {
        return failing(131_050);
    }
    (Fate::Delivered, plan)
}

fn answer(ready: &Ready<'_>, accepted: &Accepted) -> Response {
    let mut contact = json!({ "input": ready.checked.input });
    match &ready.checked.to {
        To::Phone(digits) => contact["wa_id"] = json!(digits),
        To::Bsuid(id) => contact["user_id"] = json!(id),
    }
    let mut message = json!({ "id": wamid::text(accepted.first_message_id) });
    if ready.template.is_some() {
        message["message_status"] = json!("accepted");
    }
    Json(json!({ "messaging_product": "whatsapp", "contacts": [contact], "messages": [message] })).into_response()
}

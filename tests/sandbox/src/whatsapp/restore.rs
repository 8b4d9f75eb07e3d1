//! Takes up a world where an earlier process left it: accounts, templates, customers, chats, media.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
};

use bytes::Bytes;
use serde_json::Value;

use super::{
    Record, WhatsappWorld,
    customer::{Customer, Identity, Said, Stance},
    wamid,
};
use crate::{
    WorldError,
    ledger::{Accepted, Entry, Fate, Platform},
    sync::lock,
};

impl WhatsappWorld {
    pub(super) fn restore(&self, records: Vec<Record>, past: &[Entry]) -> anyhow::Result<()> {
        // The last word about a medium counts; those deleted since are not looked for.
        let mut media = HashMap::new();
        for record in records {
            match record {
                Record::Medium { id, waba, mime, until_ms } => {
                    self.0.next_medium.fetch_max(id + 1, Ordering::Relaxed);
                    media.insert(id, (waba, mime, until_ms));
                }
                Record::MediumGone { id } => {
                    media.remove(&id);
                }
                other => self.restore_record(other)?,
            }
        }
        for (id, (waba, mime, until_ms)) in media {
            let path = self.0.media_dir.as_ref().map(|folder| folder.join(id.to_string()));
            if let Some(bytes) = path.and_then(|path| std::fs::read(path).ok()) {
                self.put_medium(id, &waba, &mime, &Bytes::from(bytes), until_ms);
            }
        }
        for entry in past.iter().filter(|entry| entry.platform == Platform::Whatsapp.name()) {
            self.restore_accepted(entry)?;
        }
        Ok(())
    }

    fn restore_record(&self, record: Record) -> Result<(), WorldError> {
        match record {
            Record::App(spec) => self.put_app(spec)?,
            Record::Waba(spec) => self.put_waba(spec)?,
            Record::Number(spec) => self.put_number(spec)?,
            Record::Template { waba, spec } => self.waba(&waba)?.put_template(spec),
            Record::TemplateGone { waba, name, language } => self.waba(&waba)?.take_template(&name, &language),
            Record::Customer { portfolio, user, name, receipts, phone, bsuid } => {
                let customer = Customer::new(&user, name, receipts, Identity { phone, bsuid });
                self.portfolio(&portfolio).add(Arc::new(customer));
            }
            Record::Identity { portfolio, user, phone, bsuid } => {
                let portfolio = self.portfolio(&portfolio);
                if let Some(person) = portfolio.find(&user) {
                    portfolio.change(&person, Identity { phone, bsuid });
                }
            }
            Record::Stance { number, user, blocked, stopped } => {
                let number = self.number(&number)?;
                self.person(&number, &user)?.set_stance(&number.name, Stance { blocked, stopped });
            }
            Record::Said { number, user, at_ms, id, message } => {
                self.0.next_message.fetch_max(id + 1, Ordering::Relaxed);
                let number = self.number(&number)?;
                self.person(&number, &user)?.say(&number.name, Said { at_ms, id, message });
            }
            Record::FailedLate { id, code } => {
                lock(&self.0.common.failed_late).insert(id, code);
            }
            Record::Medium { .. } | Record::MediumGone { .. } => {}
        }
        Ok(())
    }

    fn restore_accepted(&self, entry: &Entry) -> anyhow::Result<()> {
        let id = entry.message_ids.first().and_then(|id| wamid::number(id));
        let id = id.ok_or_else(|| anyhow::anyhow!("the ledger has a message of WhatsApp without an id"))?;
        self.0.next_message.fetch_max(id + 1, Ordering::Relaxed);
        let fate = match (entry.delivered, entry.reason.as_deref().map(str::parse)) {
            (true, _) => Fate::Delivered,
            (false, Some(Ok(code))) => Fate::Failed(code),
            (false, _) => Fate::Blocked,
        };
        let body = entry.messages.first().unwrap_or(&Value::Null);
        let accepted = Arc::new(Accepted {
            at_ms: entry.at_ms,
            platform: Platform::Whatsapp,
            channel: entry.channel.as_str().into(),
            endpoint: "messages",
            retry_key: None,
            request_id: entry.request_id,
            first_message_id: id,
            body: serde_json::to_vec(body)?.into(),
            to: vec![(entry.user.as_str().into(), fate)],
            unit: None,
            callback: entry.callback.clone(),
            shown: entry.shown.clone(),
        });
        let failed_late = lock(&self.0.common.failed_late).contains_key(&wamid::text(id));
        if fate == Fate::Delivered
            && !failed_late
            && let Ok(number) = self.number(&entry.channel)
            && let Ok(person) = self.person(&number, &entry.user)
        {
            person.arrive(&number.name, accepted.clone());
        }
        self.0.common.ledger.restore(accepted);
        Ok(())
    }
}

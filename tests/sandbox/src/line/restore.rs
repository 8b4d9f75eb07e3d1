//! Takes up a world where an earlier process left it: channels, customers, chats, retry keys, quota.

use std::sync::{Arc, atomic::Ordering};

use serde_json::json;

use super::{
    LineWorld, Record, WorldError,
    customer::{Customer, Said, UserId},
    send::{remember, usage},
};
use crate::{
    clock,
    ledger::{Accepted, Entry, Fate, Platform},
};

impl LineWorld {
    pub(super) fn restore(&self, records: Vec<Record>, past: &[Entry]) -> anyhow::Result<()> {
        for record in records {
            self.restore_record(record)?;
        }
        let mut waiting: Option<Accepted> = None;
        for entry in past.iter().filter(|entry| entry.platform == Platform::Line.name()) {
            match &mut waiting {
                Some(accepted) if accepted.request_id == entry.request_id => {
                    accepted.to.push((entry.user.as_str().into(), fate(entry)));
                }
                _ => {
                    if let Some(whole) = waiting.replace(accepted(entry)?) {
                        self.restore_accepted(whole);
                    }
                }
            }
        }
        if let Some(last) = waiting {
            self.restore_accepted(last);
        }
        Ok(())
    }

    fn restore_record(&self, record: Record) -> Result<(), WorldError> {
        match record {
            Record::Channel(spec) => self.put_channel(spec)?,
            Record::Customer { channel, user, name, language } => {
                if let Some(id) = UserId::parse(&user) {
                    self.channel(&channel)?.add_customer(|_| Customer::new(id, name, language));
                }
            }
            Record::Relation { channel, user, relation } => {
                self.channel(&channel)?.known(&user)?.set_relation(relation);
            }
            Record::Said { channel, user, at_ms, id, message } => {
                self.0.next_message.fetch_max(id + 1, Ordering::Relaxed);
                self.channel(&channel)?.known(&user)?.say(Said { at_ms, id, message });
            }
            Record::Gone { channel, user } => {
                let channel = self.channel(&channel)?;
                channel.remove_customer(channel.known(&user)?.id);
            }
        }
        Ok(())
    }

    fn restore_accepted(&self, accepted: Accepted) {
        let accepted = Arc::new(accepted);
        let messages = accepted.messages();
        let past = accepted.first_message_id + messages.len() as u64;
        self.0.next_message.fetch_max(past, Ordering::Relaxed);
        let Ok(channel) = self.channel(&accepted.channel) else {
            return;
        };
        let mut reached = 0;
        for (user, fate) in &accepted.to {
            if *fate == Fate::Delivered
                && let Ok(customer) = channel.known(user)
            {
                customer.arrive(accepted.clone());
                reached += 1;
            }
        }
        if let Some(key) = accepted.retry_key {
            let known = remember(accepted.at_ms, accepted.request_id, accepted.first_message_id, &messages);
            channel.restore_key(key, known);
        }
        {
            let mut usage = usage(&channel.usage, accepted.at_ms);
            *usage.days.entry((clock::day(accepted.at_ms), accepted.endpoint)).or_default() += reached;
            if accepted.endpoint != "reply" {
                usage.used += reached;
            }
            usage.units.extend(accepted.unit.clone());
        }
        self.0.common.ledger.restore(accepted);
    }
}

fn fate(entry: &Entry) -> Fate {
    match (entry.delivered, entry.reason.as_deref()) {
        (true, _) => Fate::Delivered,
        (false, Some("blocked")) => Fate::Blocked,
        (false, _) => Fate::NotAFriend,
    }
}

fn accepted(entry: &Entry) -> anyhow::Result<Accepted> {
    Ok(Accepted {
        at_ms: entry.at_ms,
        platform: Platform::Line,
        endpoint: match entry.endpoint.as_str() {
            "multicast" => "multicast",
            "reply" => "reply",
            _ => "push",
        },
        retry_key: entry.retry_key,
        request_id: entry.request_id,
        first_message_id: entry.message_ids.first().map_or(Ok(0), |id| id.parse())?,
        body: serde_json::to_vec(&json!({ "messages": entry.messages }))?.into(),
        to: vec![(entry.user.as_str().into(), fate(entry))],
        channel: entry.channel.as_str().into(),
        unit: entry.unit.clone(),
        callback: None,
        shown: None,
    })
}

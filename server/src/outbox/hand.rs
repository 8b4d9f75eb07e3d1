//! Handing claimed rows to the senders of a channel, each at its moment.

use std::{collections::BTreeMap, time::Duration};

use tokio::sync::mpsc;

use super::lane::Item;
use crate::App;

/// Rows that wait for their moments, the earliest first; of the same moment in the order they came.
struct Waiting<M> {
    items: BTreeMap<(i64, u64), Item<M>>,
    came: u64,
}

impl<M> Waiting<M> {
    fn add(&mut self, batch: Vec<Item<M>>) {
        for item in batch {
            // Without a budget there is nothing to wait for.
            let moment = item.row.at.unwrap_or(i64::MIN);
            self.items.insert((moment, self.came), item);
            self.came += 1;
        }
    }

    /// How long (µs) the first of them waits yet, where rows go out this much (µs) before their moments.
    fn wait(&self, now: i64, lead: i64) -> Option<u64> {
        let ((moment, _), _) = self.items.first_key_value()?;
        Some(u64::try_from(moment.saturating_sub(lead).saturating_sub(now)).unwrap_or_default())
    }
}

/// Hands out what comes until there is no more, rows `lead` µs before their moments. At shutdown nobody waits: the senders hand the rows back.
pub(crate) async fn hand_out<M: Send + Sync>(
    app: App,
    lead: i64,
    mut ready: mpsc::Receiver<Vec<Item<M>>>,
    give: async_channel::Sender<Item<M>>,
) {
    let mut waiting = Waiting { items: BTreeMap::new(), came: 0 };
    loop {
        let wait = if app.tasks.is_stopping() { Some(0) } else { waiting.wait(app.clock.now_micros(), lead) };
        match wait.filter(|_| !waiting.items.is_empty()) {
            None => match ready.recv().await {
                Some(batch) => waiting.add(batch),
                None => return,
            },
            Some(0) => {
                if let Some((_, item)) = waiting.items.pop_first() {
                    // The senders go on until this end is dropped.
                    let _ = give.send(item).await;
                }
            }
            Some(wait) => tokio::select! {
                // What comes may be earlier: another endpoint has moments of its own.
                Some(batch) = ready.recv() => waiting.add(batch),
                () = tokio::time::sleep(Duration::from_micros(wait)) => {}
                () = app.tasks.stopping() => {}
            },
        }
    }
}

//! Campaigns and their recipients in the database.

mod list;
mod new;
mod recipients;
mod record;
#[cfg(test)]
mod store_test;
mod unfit;

pub(crate) use self::{
    list::{Days, RowParts, find, list},
    new::{NewCampaign, add, add_links, of_draft},
    recipients::{StoredDelivery, attempts, deliveries, delivery},
    record::{by_channel, frozen, names_of, reasons, sent},
    unfit::{unfit_for_group, unfit_on_line},
};

/// As one parameter.
fn texts<T: ToString>(items: impl Iterator<Item = T>) -> Vec<String> {
    items.map(|item| item.to_string()).collect()
}

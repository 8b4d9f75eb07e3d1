//! Custom attributes (自訂屬性) of customers: which there are, and what a customer has.

mod store;
#[cfg(test)]
mod store_test;

use chrono::{Datelike as _, NaiveDate};
use shared::{
    attributes::{
        Attribute, AttributeKind, AttributeValue, ClearAttribute, FilledAttribute, Number, SaveAttribute, SetAttribute,
        ShowAttributes,
    },
    call::Done,
    id::TeamId,
    limits,
    problem::{Problem, Rule, What},
    text::{fold, tidy_name},
};

use crate::{
    App,
    caller::{Caller, Zone},
    conversations,
    live::News,
    refused::{Refused, Result},
};

/// A value as it is kept: texts beside their folded form, everything else as a number that sorts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    kind: AttributeKind,
    text: Option<String>,
    folded: Option<String>,
    int: Option<i64>,
}

impl Kept {
    fn of(value: &AttributeValue, zone: Zone) -> Self {
        let int = |int| Self { kind: value.kind(), text: None, folded: None, int: Some(int) };
        match value {
            AttributeValue::Text(text) => {
                let text = tidy_name(text, limits::ATTRIBUTE_TEXT);
                Self { kind: value.kind(), folded: Some(fold(&text)), text: Some(text), int: None }
            }
            AttributeValue::Number(Number(thousandths)) => int(*thousandths),
            AttributeValue::Date(day) => int(day_number(*day)),
            AttributeValue::Datetime(shown) => int(zone.millis(*shown)),
            AttributeValue::Boolean(yes) => int(i64::from(*yes)),
        }
    }

    /// The value, if the row makes sense.
    fn value(self, zone: Zone) -> Option<AttributeValue> {
        Some(match self.kind {
            AttributeKind::Text => AttributeValue::Text(self.text?),
            AttributeKind::Number => AttributeValue::Number(Number(self.int?)),
            AttributeKind::Date => {
                AttributeValue::Date(NaiveDate::from_num_days_from_ce_opt(i32::try_from(self.int?).ok()?)?)
            }
            AttributeKind::Datetime => AttributeValue::Datetime(zone.stamp(self.int?).naive_local()),
            AttributeKind::Boolean => AttributeValue::Boolean(self.int? != 0),
        })
    }
}

/// A day as it is kept: how many days it is since the year 1 began.
pub fn day_number(day: NaiveDate) -> i64 {
    day.num_days_from_ce().into()
}

/// The team's attributes, by name.
pub(super) async fn list(app: &App, team: TeamId) -> Result<Vec<Attribute>> {
    Ok(app.db.read(move |tx| store::list(tx, team)).await?)
}

/// Makes an attribute or renames it.
pub(super) async fn save(app: &App, caller: Caller, call: SaveAttribute) -> Result<Attribute> {
    call.check()?;
    let now = app.clock.now();
    let wanted = Attribute { id: call.id, name: tidy_name(&call.name, limits::ATTRIBUTE_NAME), kind: call.kind };
    let saved = app.db.write(move |tx| {
        let all = store::list(tx, caller.team)?;
        let folded = fold(&wanted.name);
        if all.iter().any(|other| other.id != wanted.id && fold(&other.name) == folded) {
            return Err(Refused::from(Problem::invalid("name", Rule::Taken)));
        }
        match all.iter().find(|other| other.id == wanted.id) {
            // What customers have of it would lose its meaning.
            Some(known) if known.kind != wanted.kind => {
                let expected = format!("{}, as it is: make another attribute", known.kind.as_str());
                return Err(Problem::invalid("kind", Rule::Malformed { expected }).into());
            }
            Some(_) => store::rename(tx, caller.team, &wanted)?,
            None if all.len() >= limits::ATTRIBUTES => {
                let (limit, actual) = (limits::ATTRIBUTES as u64, all.len() as u64 + 1);
                return Err(Problem::invalid("attributes", Rule::TooMany { limit, actual }).into());
            }
            None => store::insert(tx, caller.team, &wanted, now)?,
        }
        Ok(wanted.clone())
    });
    saved.await
}

/// What the customer of a conversation has.
pub(super) async fn show(app: &App, caller: Caller, call: ShowAttributes) -> Result<Vec<FilledAttribute>> {
    let shown = app.db.read(move |tx| {
        let found = conversations::visible(tx, &caller, call.id)?;
        let rows = store::of_contact(tx, caller.team, found.contact)?;
        let filled = rows
            .into_iter()
            .filter_map(|(attribute, kept)| Some(FilledAttribute { attribute, value: kept.value(caller.zone)? }));
        Ok::<_, Refused>(filled.collect())
    });
    shown.await
}

/// Sets what the customer of a conversation has.
pub(super) async fn set(app: &App, caller: Caller, call: SetAttribute) -> Result<Done> {
    call.check()?;
    let set = app.db.write(move |tx| {
        let found = conversations::visible(tx, &caller, call.id)?;
        let all = store::list(tx, caller.team)?;
        let known = all.iter().find(|one| one.id == call.attribute).ok_or(Problem::missing(What::Attribute))?;
        if known.kind != call.value.kind() {
            let expected = known.kind.as_str().to_owned();
            return Err(Refused::from(Problem::invalid("value.kind", Rule::Malformed { expected })));
        }
        store::set(tx, caller.team, found.contact, known.id, &Kept::of(&call.value, caller.zone))?;
        tx.tell(News::of(caller.team, found.contact));
        Ok(Done {})
    });
    set.await
}

/// Takes away what the customer of a conversation has.
pub(super) async fn clear(app: &App, caller: Caller, call: ClearAttribute) -> Result<Done> {
    let cleared = app.db.write(move |tx| {
        let found = conversations::visible(tx, &caller, call.id)?;
        if store::clear(tx, caller.team, found.contact, call.attribute)? {
            tx.tell(News::of(caller.team, found.contact));
            Ok(Done {})
        } else {
            Err(Refused::from(Problem::missing(What::Attribute)))
        }
    });
    cleared.await
}

//! The sheet of a customer's custom attributes.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use dioxus::prelude::*;
use shared::{
    attributes::{
        Attribute, AttributeKind, AttributeValue, ClearAttribute, ListAttributes, SetAttribute, ShowAttributes,
    },
    id::{AttributeId, ConversationId},
    limits,
    members::Action,
};

use crate::{
    api::{Api, Failed, use_api},
    load::use_load,
    screens::{
        conversations::use_desk,
        parts::{LoadFailed, Refused},
    },
    session::use_me,
    ui::{
        bottom_sheet::BottomSheet,
        button::{Button, ButtonTone},
        field::{Field, TextField},
        layer::use_unique_id,
        list_note::ListNote,
        select::{Select, SelectOption},
        skeleton::Loading,
    },
    words::use_words,
};

/// How a browser writes a moment in its field.
const MINUTE: &str = "%Y-%m-%dT%H:%M";

/// What a customer has, to be seen and changed. Nothing is kept before it is saved.
#[component]
pub fn AttributeSheet(
    /// The conversation.
    id: ConversationId,
    /// Close the sheet.
    onclose: EventHandler<()>,
) -> Element {
    let words = use_words();
    let say = &words.attributes;
    let api = use_api();
    let desk = use_desk();
    let me = use_me();
    let known = use_load(|| ListAttributes {});
    let has = use_load(move || ShowAttributes { id });
    // What was typed over what is kept.
    let mut typed = use_signal(BTreeMap::<AttributeId, String>::new);
    let mut failed = use_signal(|| None::<Failed>);
    let mut pending = use_signal(|| false);

    let kept = move |attribute: AttributeId| {
        let has = has.value().unwrap_or_default();
        has.into_iter().find(|one| one.attribute.id == attribute).map(|one| one.value)
    };
    let all = known.value().unwrap_or_default();
    let changes: Vec<(Attribute, String)> = all
        .iter()
        .filter_map(|one| {
            let text = typed.read().get(&one.id).cloned()?;
            let before = kept(one.id).as_ref().map(written).unwrap_or_default();
            (text.trim() != before).then(|| (one.clone(), text))
        })
        .collect();
    let wrong = changes.iter().any(|(one, text)| parsed(one.kind, text).is_err());
    let save = move |_| {
        if pending() || wrong {
            return;
        }
        pending.set(true);
        let (api, changes) = (api.clone(), changes.clone());
        spawn(async move {
            match keep(&api, id, changes).await {
                Ok(()) => {
                    desk.tell(say.saved);
                    onclose.call(());
                }
                Err(why) => {
                    failed.set(Some(why));
                    has.reload();
                    pending.set(false);
                }
            }
        });
    };
    let none = say.none[usize::from(!me.read().may(Action::ManageAttributes))];
    rsx! {
        BottomSheet {
            title: say.title,
            close: words.common.close,
            side: true,
            onclose,
            foot: rsx! {
                Button {
                    tone: ButtonTone::Primary,
                    block: true,
                    aria_busy: pending().then_some("true"),
                    onclick: save,
                    {say.save}
                }
            },
            div { class: "stack",
                if let Some(failed) = failed.read().clone() {
                    Refused { failed }
                }
                if let Some(failed) = known.failed().or_else(|| has.failed()) {
                    LoadFailed {
                        failed,
                        onretry: move |()| {
                            known.reload();
                            has.reload();
                        },
                    }
                } else if known.is_first() || has.is_first() {
                    Loading { label: words.common.loading }
                } else {
                    if all.is_empty() {
                        ListNote { {none} }
                    }
                    for one in all {
                        ValueField {
                            key: "{one.id}",
                            text: typed
                                .read()
                                .get(&one.id)
                                .cloned()
                                .unwrap_or_else(|| kept(one.id).as_ref().map(written).unwrap_or_default()),
                            oninput: {
                                let id = one.id;
                                move |text| {
                                    typed.write().insert(id, text);
                                }
                            },
                            attribute: one,
                        }
                    }
                }
            }
        }
    }
}

/// The field for a value of an attribute.
#[component]
fn ValueField(attribute: Attribute, text: String, oninput: EventHandler<String>) -> Element {
    let words = use_words();
    let say = &words.attributes;
    let id = use_unique_id("value");
    let error = parsed(attribute.kind, &text).is_err().then(|| (say.wrong)(attribute.kind).to_owned());
    if attribute.kind == AttributeKind::Boolean {
        let values = ["", "yes", "no"];
        let options =
            values.into_iter().zip(say.answers).map(|(value, label)| SelectOption::new(value, label)).collect();
        return rsx! {
            Field { label: attribute.name, control: id.clone(),
                Select { id, value: text, options, onchange: oninput }
            }
        };
    }
    let (kind, mode) = match attribute.kind {
        AttributeKind::Date => ("date", None),
        AttributeKind::Datetime => ("datetime-local", None),
        AttributeKind::Number => ("text", Some("decimal")),
        AttributeKind::Text | AttributeKind::Boolean => ("text", None),
    };
    rsx! {
        TextField {
            label: attribute.name,
            value: text,
            r#type: kind,
            inputmode: mode,
            maxlength: limits::ATTRIBUTE_TEXT.to_string(),
            error,
            oninput,
        }
    }
}

/// Keeps the changes one by one; the first that is refused ends it, and those before it are kept.
async fn keep(api: &Api, id: ConversationId, changes: Vec<(Attribute, String)>) -> Result<(), Failed> {
    for (Attribute { id: attribute, kind, .. }, text) in changes {
        match parsed(kind, &text) {
            Ok(Some(value)) => api.call(SetAttribute { id, attribute, value }).await?,
            Ok(None) => api.call(ClearAttribute { id, attribute }).await?,
            Err(Unreadable) => continue,
        };
    }
    Ok(())
}

/// What was typed is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unreadable;

/// A value as its field writes it.
fn written(value: &AttributeValue) -> String {
    match value {
        AttributeValue::Text(text) => text.clone(),
        AttributeValue::Number(number) => number.to_string(),
        AttributeValue::Date(day) => day.to_string(),
        AttributeValue::Datetime(at) => at.format(MINUTE).to_string(),
        AttributeValue::Boolean(yes) => if *yes { "yes" } else { "no" }.to_owned(),
    }
}

/// What a field holds as a value; nothing where it is empty.
fn parsed(kind: AttributeKind, text: &str) -> Result<Option<AttributeValue>, Unreadable> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let value = match kind {
        AttributeKind::Text if text.chars().count() > limits::ATTRIBUTE_TEXT => None,
        AttributeKind::Text => Some(AttributeValue::Text(text.to_owned())),
        AttributeKind::Number => text.parse().ok().map(AttributeValue::Number),
        AttributeKind::Date => text.parse().ok().map(AttributeValue::Date),
        // Some browsers add the seconds.
        AttributeKind::Datetime => {
            let at = NaiveDateTime::parse_from_str(text, MINUTE).or_else(|_| text.parse());
            at.ok().map(AttributeValue::Datetime)
        }
        AttributeKind::Boolean => match text {
            "yes" => Some(AttributeValue::Boolean(true)),
            "no" => Some(AttributeValue::Boolean(false)),
            _ => None,
        },
    };
    value.map(Some).ok_or(Unreadable)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(AttributeKind::Text, "金卡")]
    #[case(AttributeKind::Number, "23.5")]
    #[case(AttributeKind::Date, "1990-02-28")]
    #[case(AttributeKind::Datetime, "2026-11-20T14:05")]
    #[case(AttributeKind::Boolean, "no")]
    fn a_field_reads_back_what_it_wrote(#[case] kind: AttributeKind, #[case] text: &str) {
        let value = parsed(kind, text).unwrap().unwrap();
        assert_eq!((value.kind(), written(&value).as_str()), (kind, text));
        assert_eq!(parsed(kind, " "), Ok(None));
    }

    #[rstest]
    #[case(AttributeKind::Number, "1,5")]
    #[case(AttributeKind::Date, "2026-02-30")]
    #[case(AttributeKind::Datetime, "2026-11-20")]
    #[case(AttributeKind::Boolean, "maybe")]
    fn what_is_no_value_is_told(#[case] kind: AttributeKind, #[case] text: &str) {
        assert_eq!(parsed(kind, text), Err(Unreadable));
    }
}

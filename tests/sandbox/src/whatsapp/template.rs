//! Templates as Meta keeps them (providers.md B3).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{WorldError, delivery::Delivery};

/// A template: Meta's own fields, also the body of `POST /_sandbox/whatsapp/wabas/{waba}/templates`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateSpec {
    /// Meta's id, digits; made from the seed if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Lower-case letters, digits and underscores; unique with the language.
    pub name: String,
    /// As `zh_TW`.
    pub language: String,
    /// `MARKETING`, `UTILITY` or `AUTHENTICATION`.
    #[serde(default = "marketing")]
    pub category: String,
    /// `POSITIONAL` or `NAMED`.
    #[serde(default = "positional")]
    pub parameter_format: String,
    /// `APPROVED`, `PENDING`, `PAUSED` …
    #[serde(default = "approved")]
    pub status: String,
    /// `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
    #[serde(default = "unknown")]
    pub quality: String,
    /// HEADER, BODY, FOOTER and BUTTONS.
    #[serde(default)]
    pub components: Vec<Value>,
}

fn marketing() -> String {
    "MARKETING".to_owned()
}

fn positional() -> String {
    "POSITIONAL".to_owned()
}

fn approved() -> String {
    "APPROVED".to_owned()
}

fn unknown() -> String {
    "UNKNOWN".to_owned()
}

impl TemplateSpec {
    /// An approved marketing template with nothing in it yet.
    pub fn new(name: &str, language: &str) -> Self {
        Self {
            id: None,
            name: name.to_owned(),
            language: language.to_owned(),
            category: marketing(),
            parameter_format: positional(),
            status: approved(),
            quality: unknown(),
            components: Vec::new(),
        }
    }

    /// Adds a component in Meta's own form.
    #[must_use]
    pub fn component(mut self, component: Value) -> Self {
        self.components.push(component);
        self
    }

    /// A line above the text; may hold one variable.
    #[must_use]
    pub fn header_text(self, text: &str) -> Self {
        self.component(json!({ "type": "HEADER", "format": "TEXT", "text": text }))
    }

    /// A picture above the text.
    #[must_use]
    pub fn header_image(self) -> Self {
        self.component(json!({ "type": "HEADER", "format": "IMAGE" }))
    }

    /// A film above the text.
    #[must_use]
    pub fn header_video(self) -> Self {
        self.component(json!({ "type": "HEADER", "format": "VIDEO" }))
    }

    /// A document above the text.
    #[must_use]
    pub fn header_document(self) -> Self {
        self.component(json!({ "type": "HEADER", "format": "DOCUMENT" }))
    }

    /// The text, with `{{1}}` or `{{name}}` for what is filled in.
    #[must_use]
    pub fn body(self, text: &str) -> Self {
        self.component(json!({ "type": "BODY", "text": text }))
    }

    /// The line below.
    #[must_use]
    pub fn footer(self, text: &str) -> Self {
        self.component(json!({ "type": "FOOTER", "text": text }))
    }

    /// A button that opens an address; one that ends in `{{1}}` gets its end with each send.
    #[must_use]
    pub fn url_button(self, text: &str, url: &str) -> Self {
        self.button(json!({ "type": "URL", "text": text, "url": url }))
    }

    /// A button that answers.
    #[must_use]
    pub fn quick_reply(self, text: &str) -> Self {
        self.button(json!({ "type": "QUICK_REPLY", "text": text }))
    }

    /// A button that calls.
    #[must_use]
    pub fn phone_button(self, text: &str, phone: &str) -> Self {
        self.button(json!({ "type": "PHONE_NUMBER", "text": text, "phone_number": phone }))
    }

    /// A button that copies a code.
    #[must_use]
    pub fn copy_code(self, text: &str) -> Self {
        self.button(json!({ "type": "COPY_CODE", "text": text }))
    }

    fn button(mut self, button: Value) -> Self {
        let buttons = self.components.iter_mut().find(|component| component["type"] == "BUTTONS");
        match buttons.and_then(|component| component["buttons"].as_array_mut()) {
            Some(buttons) => buttons.push(button),
            None => self.components.push(json!({ "type": "BUTTONS", "buttons": [button] })),
        }
        self
    }

    /// About something the customer did.
    #[must_use]
    pub fn utility(mut self) -> Self {
        "UTILITY".clone_into(&mut self.category);
        self
    }

    /// Its variables have names.
    #[must_use]
    pub fn named(mut self) -> Self {
        "NAMED".clone_into(&mut self.parameter_format);
        self
    }

    /// In this state.
    #[must_use]
    pub fn status(mut self, status: &str) -> Self {
        status.clone_into(&mut self.status);
        self
    }

    /// Rated so.
    #[must_use]
    pub fn quality(mut self, quality: &str) -> Self {
        quality.clone_into(&mut self.quality);
        self
    }

    /// Whether Meta would have taken it: name, language, a text, limits of the texts.
    pub(super) fn check(&self) -> Result<(), WorldError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !(1..=512).contains(&self.name.len()) || !self.name.bytes().all(plain) {
            return Err(WorldError::invalid("name", "must be 1 to 512 lower-case letters, digits and underscores"));
        }
        if self.language.is_empty() {
            return Err(WorldError::invalid("language", "must not be empty"));
        }
        for (kind, most) in [("HEADER", 60), ("BODY", 1024), ("FOOTER", 60)] {
            let text = self.part(kind).map(|part| part["text"].as_str().unwrap_or_default());
            if text.is_some_and(|text| text.chars().count() > most) {
                return Err(WorldError::invalid("components", format!("{kind} is at most {most} characters long")));
            }
        }
        if self.part("BODY").is_none_or(|body| body["text"].as_str().unwrap_or_default().is_empty()) {
            return Err(WorldError::invalid("components", "must have a BODY with a text"));
        }
        Ok(())
    }

    /// The component of this type.
    pub(super) fn part(&self, kind: &str) -> Option<&Value> {
        let is = |part: &&Value| part["type"].as_str().is_some_and(|given| given.eq_ignore_ascii_case(kind));
        self.components.iter().find(is)
    }

    pub(super) fn buttons(&self) -> &[Value] {
        self.part("BUTTONS").and_then(|part| part["buttons"].as_array()).map_or(&[], Vec::as_slice)
    }

    pub(super) fn is_named(&self) -> bool {
        self.parameter_format.eq_ignore_ascii_case("NAMED")
    }

    /// As the list of templates shows it; `fields` empty shows the usual ones.
    pub(super) fn listed(&self, fields: &[&str]) -> Value {
        let usual = ["name", "parameter_format", "components", "language", "status", "category"];
        let mut listed = json!({});
        for field in if fields.is_empty() { &usual[..] } else { fields } {
            let value = match *field {
                "name" => json!(self.name),
                "language" => json!(self.language),
                "status" => json!(self.status),
                "category" => json!(self.category),
                "parameter_format" => json!(self.parameter_format),
                "components" => json!(self.components),
                "quality_score" => json!({ "score": self.quality }),
                _ => continue,
            };
            listed[field] = value;
        }
        listed["id"] = json!(self.id);
        listed
    }
}

/// A change of a template's state, which Meta tells by webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateChange {
    /// The new state: `APPROVED`, `PAUSED`, `DISABLED`, `REJECTED` …; `DELETED` takes it off the list.
    pub status: String,
    /// `event` of the webhook; the state if left out.
    #[serde(default)]
    pub event: Option<String>,
    /// `reason` of the webhook; `NONE` if left out.
    #[serde(default)]
    pub reason: Option<String>,
    /// Delivery of the webhook.
    #[serde(default)]
    pub delivery: Delivery,
}

impl TemplateChange {
    /// To this state, told at once.
    pub fn to(status: &str) -> Self {
        Self { status: status.to_owned(), event: None, reason: None, delivery: Delivery::Now }
    }

    /// With this `event`.
    #[must_use]
    pub fn event(mut self, event: &str) -> Self {
        self.event = Some(event.to_owned());
        self
    }

    /// With this `reason`.
    #[must_use]
    pub fn reason(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned());
        self
    }

    /// Told like this.
    #[must_use]
    pub const fn delivered(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }
}

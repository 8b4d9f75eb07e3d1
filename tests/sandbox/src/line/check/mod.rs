//! LINE's checks of a request body (providers.md A2 and A3), with the place of every error.

mod action;
mod flex;
mod message;
mod template;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use message::messages;

/// One error of LINE's `details`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// What is wrong.
    pub message: String,
    /// Where, e.g. `messages[0].text`.
    pub property: String,
}

/// A place in the body; only written out when there is an error.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    pub(crate) const fn root(field: &'a str) -> Self {
        Self { parent: None, step: Step::Field(field) }
    }

    const fn field<'b>(&'b self, name: &'b str) -> At<'b>
    where
        'a: 'b,
    {
        At { parent: Some(self), step: Step::Field(name) }
    }

    const fn index<'b>(&'b self, place: usize) -> At<'b>
    where
        'a: 'b,
    {
        At { parent: Some(self), step: Step::Index(place) }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Field(name) if self.parent.is_some() => write!(f, ".{name}"),
            Step::Field(name) => f.write_str(name),
            Step::Index(place) => write!(f, "[{place}]"),
        }
    }
}

/// A JSON object.
pub(crate) type Object = Map<String, Value>;

/// Collects the errors of one body.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Plain http is taken for media and images on loopback hosts.
    pub http_media: bool,
    pub details: Vec<Detail>,
}

/// Whether a field must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

use Need::{Optional, Required};

/// LINE counts UTF-16 code units: an emoji beyond the BMP is 2.
fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

impl Report {
    pub(crate) fn new(http_media: bool) -> Self {
        Self { http_media, details: Vec::new() }
    }

    pub(crate) fn add(&mut self, at: &At<'_>, message: impl Into<String>) {
        self.details.push(Detail { message: message.into(), property: at.to_string() });
    }

    fn empty(&mut self, at: &At<'_>) {
        self.add(at, "May not be empty");
    }

    fn kind(&mut self, at: &At<'_>, wanted: &str) {
        self.add(at, format!("Must be {wanted}"));
    }

    fn one_of(&mut self, at: &At<'_>, values: &[&str]) {
        self.add(at, format!("Must be one of the following values: [{}]", values.join(", ")));
    }

    /// A text of 1 to `max` code units.
    fn text<'v>(&mut self, of: &'v Object, at: &At<'_>, name: &str, need: Need, max: usize) -> Option<&'v str> {
        let at = at.field(name);
        match of.get(name) {
            None | Some(Value::Null) if need == Optional => None,
            None | Some(Value::Null) => {
                self.empty(&at);
                None
            }
            Some(Value::String(text)) => {
                if text.is_empty() {
                    self.empty(&at);
                } else if units(text) > max {
                    self.add(&at, format!("Length must be between 0 and {max}"));
                }
                Some(text)
            }
            Some(_) => {
                self.kind(&at, "a string");
                None
            }
        }
    }

    /// An address of a picture, video or sound: https, at most 2,000, percent-encoded.
    fn media(&mut self, of: &Object, at: &At<'_>, name: &str, need: Need) {
        let Some(url) = self.text(of, at, name, need, 2000) else {
            return;
        };
        let (http_media, at) = (self.http_media, at.field(name));
        if url.is_empty() {
            return;
        }
        if !is_media_address(url, http_media) {
            self.add(&at, "Must be a valid HTTPS URL");
        } else if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            self.add(&at, "Must be percent-encoded");
        }
    }

    fn whole(&mut self, of: &Object, at: &At<'_>, name: &str, need: Need, least: u64) -> Option<u64> {
        let at = at.field(name);
        match of.get(name) {
            None if need == Optional => None,
            None => {
                self.empty(&at);
                None
            }
            Some(value) => {
                let number = value.as_u64().filter(|number| *number >= least);
                if number.is_none() {
                    self.kind(&at, &format!("a whole number of at least {least}"));
                }
                number
            }
        }
    }

    fn number(&mut self, of: &Object, at: &At<'_>, name: &str) {
        match of.get(name) {
            Some(value) if value.is_number() => {}
            Some(_) => self.kind(&at.field(name), "a number"),
            None => self.empty(&at.field(name)),
        }
    }

    fn object<'v>(&mut self, of: &'v Object, at: &At<'_>, name: &str, need: Need) -> Option<&'v Object> {
        match of.get(name) {
            None if need == Optional => None,
            None => {
                self.empty(&at.field(name));
                None
            }
            Some(value) => self.as_object(value, &at.field(name)),
        }
    }

    fn as_object<'v>(&mut self, value: &'v Value, at: &At<'_>) -> Option<&'v Object> {
        let object = value.as_object();
        if object.is_none() {
            self.kind(at, "an object");
        }
        object
    }

    /// An array of `least` to `most` items; None when it is missing or no array.
    fn array<'v>(&mut self, of: &'v Object, at: &At<'_>, name: &str, least: usize, most: usize) -> Option<&'v [Value]> {
        let at = at.field(name);
        match of.get(name) {
            None | Some(Value::Null) => {
                self.empty(&at);
                None
            }
            Some(Value::Array(items)) => {
                self.size(&at, items.len(), least, most);
                Some(items)
            }
            Some(_) => {
                self.kind(&at, "an array");
                None
            }
        }
    }

    pub(crate) fn size(&mut self, at: &At<'_>, size: usize, least: usize, most: usize) {
        if size < least || size > most {
            self.add(at, format!("Size must be between {least} and {most}"));
        }
    }

    fn flag(&mut self, of: &Object, at: &At<'_>, name: &str) {
        if of.get(name).is_some_and(|value| !value.is_boolean()) {
            self.kind(&at.field(name), "true or false");
        }
    }
}

/// The host of an address with this scheme.
fn host<'u>(url: &'u str, scheme: &str) -> Option<&'u str> {
    let start = url.get(..scheme.len())?;
    let rest = start.eq_ignore_ascii_case(scheme).then(|| &url[scheme.len()..])?;
    let authority = rest.split(['/', '?', '#']).next()?;
    (!authority.is_empty()).then_some(authority)
}

/// Whether an address is of https or, where that is taken, of plain http on a loopback host.
pub(crate) fn is_media_address(url: &str, http_media: bool) -> bool {
    host(url, "https://").is_some() || http_media && host(url, "http://").is_some_and(is_loopback)
}

/// Whether an address is of a loopback host.
pub(crate) fn is_local(url: &str) -> bool {
    ["http://", "https://"].into_iter().any(|scheme| host(url, scheme).is_some_and(is_loopback))
}

fn is_loopback(authority: &str) -> bool {
    let name = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => authority,
    };
    name == "localhost" || name == "[::1]" || name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
}

/// The fields of push and multicast beside `messages` and the recipients: `notificationDisabled` and
/// `customAggregationUnits`. Gives the unit.
pub(crate) fn options<'v>(report: &mut Report, body: &'v Object) -> Option<&'v str> {
    const QUIET: &str = "notificationDisabled";
    const UNITS: &str = "customAggregationUnits";
    if body.get(QUIET).is_some_and(|value| !value.is_boolean()) {
        report.kind(&At::root(QUIET), "true or false");
    }
    let at = At::root(UNITS);
    let items = match body.get(UNITS) {
        None | Some(Value::Null) => return None,
        Some(Value::Array(items)) => items,
        Some(_) => {
            report.kind(&at, "an array");
            return None;
        }
    };
    report.size(&at, items.len(), 0, 1);
    let unit = items.first()?.as_str().unwrap_or_default();
    let right = (1..=30).contains(&unit.len()) && unit.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !right {
        report.add(&at.index(0), "Must be 1 to 30 letters, digits or underscores");
    }
    Some(unit)
}

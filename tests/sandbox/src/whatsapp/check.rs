//! Meta's checks of the body of a message (providers.md B1), before anybody is looked up.

use serde_json::Value;

use super::{errors::GraphError, media::Kind, spec::digits};
use crate::line::is_media_address;

const MOST_TEXT: usize = 4096;
const MOST_CAPTION: usize = 1024;
const MOST_LINK: usize = 2048;
const MOST_CALLBACK: usize = 512;
const MOST_FILE_NAME: usize = 240;

/// Where a medium comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// Uploaded before.
    Id(String),
    /// Fetched by Meta.
    Link(String),
}

impl Source {
    /// The medium of an object with `id` or `link`.
    pub(super) fn of(object: &Value, name: &str, http_media: bool) -> Result<Self, GraphError> {
        let text = |key: &str| object[key].as_str().filter(|text| !text.is_empty());
        match (text("id"), text("link")) {
            (Some(_), Some(_)) => Err(GraphError::param(format!("Param {name} must have exactly one of id, link."))),
            (Some(id), None) => Ok(Self::Id(id.to_owned())),
            (None, Some(link)) if link.len() > MOST_LINK => {
                Err(GraphError::too_long(&format!("{name}['link']"), MOST_LINK))
            }
            (None, Some(link)) if is_media_address(link, http_media) => Ok(Self::Link(link.to_owned())),
            (None, Some(_)) => Err(GraphError::param(format!("Param {name}['link'] is not a valid URI."))),
            (None, None) => Err(GraphError::with(131_008, format!("{name}: either id or link is required"))),
        }
    }
}

/// Whom a message is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum To {
    /// The digits of a phone number.
    Phone(String),
    /// A business-scoped user id.
    Bsuid(String),
}

/// What a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    Text,
    Media(Kind, Source),
    Template,
}

/// A body that can be looked at further.
#[derive(Debug)]
pub(super) struct Checked<'a> {
    pub to: To,
    /// The recipient as given.
    pub input: &'a str,
    pub what: What,
    pub callback: Option<&'a str>,
}

/// Checks a message; `country` is the code of the sending number, which Meta puts before a number without `+`.
pub(super) fn message<'a>(body: &'a Value, country: &str, http_media: bool) -> Result<Checked<'a>, GraphError> {
    if body["messaging_product"].as_str() != Some("whatsapp") {
        return Err(GraphError::required("messaging_product"));
    }
    let (to, input) = recipient(body, country)?;
    if body["recipient_type"].as_str().is_some_and(|kind| kind != "individual") {
        return Err(GraphError::with(131_009, "recipient_type must be individual"));
    }
    let callback = body["biz_opaque_callback_data"].as_str();
    if callback.is_some_and(|data| data.chars().count() > MOST_CALLBACK) {
        return Err(GraphError::too_long("biz_opaque_callback_data", MOST_CALLBACK));
    }
    let kind = body["type"].as_str().ok_or_else(|| GraphError::required("type"))?;
    let object = |name: &str| match &body[name] {
        object @ Value::Object(_) => Ok(object),
        Value::Null => Err(GraphError::required(name)),
        _ => Err(GraphError::param(format!("Param {name} must be a JSON object."))),
    };
    let what = match kind {
        "text" => {
            text(object("text")?)?;
            What::Text
        }
        "image" => medium(Kind::Image, object("image")?, http_media)?,
        "video" => medium(Kind::Video, object("video")?, http_media)?,
        "audio" => medium(Kind::Audio, object("audio")?, http_media)?,
        "document" => medium(Kind::Document, object("document")?, http_media)?,
        "template" => {
            template(object("template")?)?;
            What::Template
        }
        _ => return Err(GraphError::code(131_051)),
    };
    Ok(Checked { to, input, what, callback })
}

/// The recipient; of both the phone number wins.
fn recipient<'a>(body: &'a Value, country: &str) -> Result<(To, &'a str), GraphError> {
    if let Some(to) = body["to"].as_str() {
        let plain = |byte: u8| byte.is_ascii_digit() || b" ()-".contains(&byte);
        let rest = to.strip_prefix('+').unwrap_or(to);
        let number = digits(rest);
        if !rest.bytes().all(plain) || !(6..=25).contains(&rest.len()) || number.is_empty() {
            return Err(GraphError::with(131_009, "to: not a valid WhatsApp phone number"));
        }
        let number = if to.starts_with('+') { number } else { format!("{country}{number}") };
        return Ok((To::Phone(number), to));
    }
    let Some(bsuid) = body["recipient"].as_str() else { return Err(GraphError::required("to")) };
    if is_bsuid(bsuid) {
        Ok((To::Bsuid(bsuid.to_owned()), bsuid))
    } else {
        Err(GraphError::with(131_009, "recipient: not a valid business-scoped user ID"))
    }
}

/// `US.1349…`, `US.ENT.…`: the country, and up to 128 letters and digits.
pub(super) fn is_bsuid(text: &str) -> bool {
    let Some((country, id)) = text.split_once('.') else { return false };
    let id = id.strip_prefix("ENT.").unwrap_or(id);
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=128).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn text(object: &Value) -> Result<(), GraphError> {
    unexpected(object, &["body", "preview_url"], "text")?;
    let body = object["body"].as_str().filter(|body| !body.is_empty());
    let body = body.ok_or_else(|| GraphError::required("text['body']"))?;
    if body.chars().count() > MOST_TEXT {
        return Err(GraphError::too_long("text['body']", MOST_TEXT));
    }
    if object.get("preview_url").is_some_and(|given| !given.is_boolean()) {
        return Err(GraphError::param("Param text['preview_url'] must be a boolean."));
    }
    Ok(())
}

fn medium(kind: Kind, object: &Value, http_media: bool) -> Result<What, GraphError> {
    let keys: &[&str] = match kind {
        Kind::Document => &["id", "link", "caption", "filename"],
        Kind::Audio | Kind::Sticker => &["id", "link"],
        Kind::Image | Kind::Video => &["id", "link", "caption"],
    };
    Ok(What::Media(kind, source(object, keys, kind.name(), http_media)?))
}

/// Where the medium of a template's header comes from; a document may say what it is called, and none has a caption.
pub(super) fn header_medium(kind: Kind, object: &Value, http_media: bool) -> Result<Source, GraphError> {
    let keys: &[&str] = if kind == Kind::Document { &["id", "link", "filename"] } else { &["id", "link"] };
    source(object, keys, &format!("template['header']['{}']", kind.name()), http_media)
}

fn source(object: &Value, keys: &[&str], name: &str, http_media: bool) -> Result<Source, GraphError> {
    unexpected(object, keys, name)?;
    for (key, most) in [("caption", MOST_CAPTION), ("filename", MOST_FILE_NAME)] {
        if object[key].as_str().is_some_and(|text| text.chars().count() > most) {
            return Err(GraphError::too_long(&format!("{name}['{key}']"), most));
        }
    }
    Source::of(object, name, http_media)
}

/// Name and language; what is filled in is checked against the template itself.
fn template(object: &Value) -> Result<(), GraphError> {
    unexpected(object, &["name", "language", "components"], "template")?;
    for (name, given) in
        [("template['name']", &object["name"]), ("template['language']['code']", &object["language"]["code"])]
    {
        if given.as_str().unwrap_or_default().is_empty() {
            return Err(GraphError::required(name));
        }
    }
    unexpected(&object["language"], &["code", "policy"], "template['language']")?;
    if object["language"].get("policy").is_some_and(|policy| policy != "deterministic") {
        return Err(GraphError::param("Param template['language']['policy'] must be one of {deterministic}."));
    }
    Ok(())
}

/// Refuses keys that Meta does not know in this object.
pub(super) fn unexpected(object: &Value, known: &[&str], name: &str) -> Result<(), GraphError> {
    let keys = object.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
    match keys.into_iter().find(|key| !known.contains(key)) {
        Some(key) => Err(GraphError::param(format!("Unexpected key \"{key}\" on param \"{name}\"."))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::is_bsuid;

    #[test]
    fn bsuids_have_metas_form() {
        for good in ["US.13491208655302741918", "TW.1", "US.ENT.abc1"] {
            assert!(is_bsuid(good), "{good}");
        }
        for bad in ["", "US.", "us.1", "USA.1", "US.1-2", "16505551234", "US.ENT."] {
            assert!(!is_bsuid(bad), "{bad}");
        }
    }
}

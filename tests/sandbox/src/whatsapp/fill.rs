//! What is filled into a template, checked against it, and what the customer sees of both (providers.md B1, B3).

use serde_json::{Map, Value, json};

use super::{
    check::{Source, header_medium, unexpected},
    errors::GraphError,
    media::Kind,
    template::TemplateSpec,
};

const MOST_BODY: usize = 1024;
const MOST_HEADER: usize = 60;
const MOST_SUFFIX: usize = 2000;
const MOST_PAYLOAD: usize = 256;
const MOST_CODE: usize = 20;

/// What the customer sees of a header, and its medium.
type Header = (Option<Value>, Option<(Kind, Source)>);

/// A template that can be sent.
#[derive(Debug)]
pub(super) struct Filled {
    /// What the customer sees.
    pub shown: Value,
    /// The picture, film or document of its header.
    pub medium: Option<(Kind, Source)>,
}

/// Checks the given components against the template.
pub(super) struct Filler<'a> {
    pub template: &'a TemplateSpec,
    /// The major version of the Graph API that was called.
    pub version: u32,
    /// Plain http is taken for links on loopback hosts.
    pub http_media: bool,
}

impl Filler<'_> {
    pub(super) fn fill(&self, given: &Value) -> Result<Filled, GraphError> {
        let components = match given {
            Value::Null => &[],
            Value::Array(components) => components.as_slice(),
            _ => return Err(GraphError::param("Param template['components'] must be an array.")),
        };
        let (mut header, mut body, mut buttons) = (None, None, Vec::new());
        for (place, component) in components.iter().enumerate() {
            let slot = match text(component, "type").to_ascii_lowercase().as_str() {
                "header" => &mut header,
                "body" => &mut body,
                "button" => {
                    buttons.push(component);
                    continue;
                }
                _ => {
                    let name = format!("template['components'][{place}]['type']");
                    return Err(GraphError::param(format!("Param {name} must be one of {{HEADER, BODY, BUTTON}}.")));
                }
            };
            if slot.replace(component).is_some() {
                return Err(self.wrong("A component is given twice"));
            }
        }
        let (header, medium) = self.header(parameters(header))?;
        let mut shown = json!({
            "name": self.template.name,
            "language": self.template.language,
            "category": self.template.category,
            "body": self.body(parameters(body))?,
            "buttons": self.buttons(&buttons)?,
        });
        if let Some(header) = header {
            shown["header"] = header;
        }
        if let Some(footer) = self.template.part("FOOTER") {
            shown["footer"] = footer["text"].clone();
        }
        Ok(Filled { shown, medium })
    }

    /// From Graph v23 on parameters that are wrong in themselves have a code of their own (providers.md B6).
    fn wrong(&self, details: impl Into<String>) -> GraphError {
        GraphError::with(if self.version >= 23 { 132_018 } else { 132_012 }, details)
    }

    fn body(&self, parameters: &[Value]) -> Result<String, GraphError> {
        let template = self.template.part("BODY").map_or("", |part| text(part, "text"));
        let body = self.text("body", template, parameters)?;
        if body.chars().count() > MOST_BODY { Err(GraphError::code(132_005)) } else { Ok(body) }
    }

    fn header(&self, parameters: &[Value]) -> Result<Header, GraphError> {
        let Some(part) = self.template.part("HEADER") else {
            self.text("header", "", parameters)?;
            return Ok((None, None));
        };
        let kind = match text(part, "format").to_ascii_uppercase().as_str() {
            "IMAGE" => Kind::Image,
            "VIDEO" | "GIF" => Kind::Video,
            "DOCUMENT" => Kind::Document,
            "LOCATION" => return location(parameters),
            _ => {
                let line = self.text("header", text(part, "text"), parameters)?;
                if line.chars().count() > MOST_HEADER {
                    return Err(GraphError::code(132_005));
                }
                return Ok((Some(json!({ "type": "text", "text": line })), None));
            }
        };
        let given = match parameters {
            [one] if text(one, "type").eq_ignore_ascii_case(kind.name()) => one,
            [] | [_] => return Err(mismatch("header", kind.name(), parameters.first())),
            _ => return Err(count("header", parameters.len(), 1)),
        };
        let source = header_medium(kind, &given[kind.name()], self.http_media)?;
        let mut header = json!({ "type": kind.name() });
        match &source {
            Source::Id(id) => header["id"] = json!(id),
            Source::Link(link) => header["link"] = json!(link),
        }
        if let Some(name) = given[kind.name()]["filename"].as_str() {
            header["filename"] = json!(name);
        }
        Ok((Some(header), Some((kind, source))))
    }

    /// A text with its variables filled in.
    fn text(&self, place: &str, template: &str, parameters: &[Value]) -> Result<String, GraphError> {
        let keys = variables(template);
        if parameters.len() != keys.len() {
            return Err(count(place, parameters.len(), keys.len()));
        }
        let mut values: Map<String, Value> = Map::new();
        for (place_of, parameter) in parameters.iter().enumerate() {
            let value = self.value(place, parameter)?;
            let key = if self.template.is_named() {
                let name = text(parameter, "parameter_name");
                if name.is_empty() {
                    return Err(GraphError::with(100, "Parameter name is missing or empty"));
                }
                name.to_owned()
            } else {
                keys.get(place_of).cloned().unwrap_or_default()
            };
            if !keys.contains(&key) || values.insert(key.clone(), json!(value)).is_some() {
                return Err(self.wrong(format!("{place}: parameter name ({key}) does not match the template")));
            }
        }
        Ok(put_in(template, |key| values.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()))
    }

    /// What one parameter of a text says.
    fn value(&self, place: &str, parameter: &Value) -> Result<String, GraphError> {
        let kind = text(parameter, "type").to_ascii_lowercase();
        let (value, key) = match kind.as_str() {
            "text" => (parameter["text"].as_str(), "text"),
            "currency" | "date_time" => (parameter[&kind]["fallback_value"].as_str(), kind.as_str()),
            _ => return Err(mismatch(place, "text", Some(parameter))),
        };
        unexpected(parameter, &["type", "parameter_name", key], &format!("template['{place}']['parameters']"))?;
        let value = value.filter(|value| !value.is_empty());
        let value = value
            .ok_or_else(|| GraphError::with(131_008, format!("Parameter of type {kind} is missing text value")))?;
        if value.contains(['\n', '\r', '\t']) || value.contains("    ") {
            return Err(self.wrong("Param text cannot have new-line/tab characters or more than 4 consecutive spaces"));
        }
        Ok(value.to_owned())
    }

    /// The buttons as the customer gets them.
    fn buttons(&self, given: &[&Value]) -> Result<Vec<Value>, GraphError> {
        let mut filled: Vec<Option<Value>> = vec![None; self.template.buttons().len()];
        for component in given {
            let index = match &component["index"] {
                Value::String(digit) if digit.len() == 1 => digit.parse().ok(),
                number => number.as_u64().filter(|index| *index < 10).and_then(|index| usize::try_from(index).ok()),
            };
            let index: usize = index.ok_or_else(|| GraphError::required("template['components']['index']"))?;
            let button = self.template.buttons().get(index);
            let button =
                button.ok_or_else(|| self.wrong(format!("buttons: Button at index {index} does not exist")))?;
            let (wanted, sub_type) = (text(button, "type"), text(component, "sub_type"));
            if !wanted.eq_ignore_ascii_case(sub_type) {
                let details = format!("buttons: Button at index {index} is of type {wanted}, received {sub_type}");
                return Err(GraphError::with(132_012, details));
            }
            let pressed = self.button(index, button, parameters(Some(component)))?;
            if filled[index].replace(pressed).is_some() {
                return Err(self.wrong(format!("buttons: Button at index {index} is given twice")));
            }
        }
        let complete = |(index, filled): (usize, Option<Value>)| match filled {
            Some(button) => Ok(button),
            None => self.button(index, &self.template.buttons()[index], &[]),
        };
        filled.into_iter().enumerate().map(complete).collect()
    }

    fn button(&self, index: usize, button: &Value, parameters: &[Value]) -> Result<Value, GraphError> {
        let mut shown = button.clone();
        let missing = |kind: &str| {
            let details = format!("buttons: Button at index {index} of type {kind} requires a parameter");
            GraphError::with(131_008, details)
        };
        if parameters.len() > 1 {
            return Err(count("buttons", parameters.len(), 1));
        }
        let given = parameters.first();
        match (text(button, "type").to_ascii_uppercase().as_str(), given) {
            ("URL", given) => {
                let dynamic = text(button, "url").contains("{{");
                let given = match given {
                    None if !dynamic => return Ok(shown),
                    Some(_) if !dynamic => return Err(count("buttons", 1, 0)),
                    given => given.ok_or_else(|| missing("Url"))?,
                };
                let suffix = self.value("buttons", given)?;
                if suffix.chars().count() > MOST_SUFFIX {
                    return Err(GraphError::too_long("template['components']['parameters']['text']", MOST_SUFFIX));
                }
                shown["url"] = json!(put_in(text(button, "url"), |_| suffix.clone()));
            }
            ("QUICK_REPLY", None) => shown["payload"] = button["text"].clone(),
            ("QUICK_REPLY", Some(given)) => {
                let payload = given["payload"].as_str().filter(|_| text(given, "type") == "payload");
                let payload = payload.ok_or_else(|| mismatch("buttons", "payload", Some(given)))?;
                if payload.chars().count() > MOST_PAYLOAD {
                    return Err(GraphError::too_long("template['components']['parameters']['payload']", MOST_PAYLOAD));
                }
                shown["payload"] = json!(payload);
            }
            ("COPY_CODE", given) => {
                let code = given.map(|given| text(given, "coupon_code")).filter(|code| !code.is_empty());
                let code = code.ok_or_else(|| missing("Copy Code"))?;
                if code.chars().count() > MOST_CODE {
                    return Err(GraphError::too_long("template['components']['parameters']['coupon_code']", MOST_CODE));
                }
                shown["coupon_code"] = json!(code);
            }
            (_, None) => {}
            (_, Some(_)) => return Err(count("buttons", 1, 0)),
        }
        Ok(shown)
    }
}

fn text<'v>(of: &'v Value, name: &str) -> &'v str {
    of[name].as_str().unwrap_or_default()
}

fn parameters(component: Option<&Value>) -> &[Value] {
    component.and_then(|component| component["parameters"].as_array()).map_or(&[], Vec::as_slice)
}

fn location(parameters: &[Value]) -> Result<Header, GraphError> {
    let place = parameters.first().map(|given| &given["location"]);
    let is_place = place.is_some_and(|place| place["latitude"].is_string() || place["latitude"].is_number());
    match place {
        Some(place) if is_place => Ok((Some(json!({ "type": "location", "location": place })), None)),
        _ => Err(mismatch("header", "location", parameters.first())),
    }
}

fn count(place: &str, given: usize, wanted: usize) -> GraphError {
    let details = format!(
        "{place}: number of localizable_params ({given}) does not match the expected number of params ({wanted})"
    );
    GraphError::with(132_000, details)
}

fn mismatch(place: &str, wanted: &str, given: Option<&Value>) -> GraphError {
    let given = given.map(|given| text(given, "type")).filter(|kind| !kind.is_empty()).unwrap_or("unknown");
    let details = format!(
        "{place}: Format mismatch, expected {}, received {}",
        wanted.to_ascii_uppercase(),
        given.to_ascii_uppercase()
    );
    GraphError::with(132_012, details)
}

/// The variables of a text, each once, in the order of their first places.
pub(super) fn variables(template: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    put_in(template, |key| {
        if !keys.iter().any(|known| known == key) {
            keys.push(key.to_owned());
        }
        String::new()
    });
    // {{2}} may stand before {{1}}; parameters come in the order of the numbers.
    if keys.iter().all(|key| key.parse::<u32>().is_ok()) {
        keys.sort_by_key(|key| key.parse::<u32>().unwrap_or(0));
    }
    keys
}

/// A text with what `value` gives in place of its variables.
fn put_in(template: &str, mut value: impl FnMut(&str) -> String) -> String {
    let (mut out, mut rest) = (String::with_capacity(template.len()), template);
    while let Some((before, from)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((key, after)) = from.split_once("}}") else {
            out.push_str("{{");
            rest = from;
            continue;
        };
        out.push_str(&value(key.trim()));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{put_in, variables};

    #[test]
    fn variables_are_found_and_filled() {
        assert_eq!(variables("{{2}} and {{1}} and {{2}}"), ["1", "2"]);
        assert_eq!(variables("Hi {{first_name}}, {{day}}"), ["first_name", "day"]);
        assert_eq!(variables("no {{ end"), [""; 0]);
        assert_eq!(put_in("Hi {{name}}!", |key| format!("<{key}>")), "Hi <name>!");
        assert_eq!(put_in("no {{ end", |_| String::new()), "no {{ end");
    }
}

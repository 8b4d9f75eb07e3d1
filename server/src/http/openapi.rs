//! The OpenAPI document, made from the calls themselves: what is mounted is what is written.

use std::{collections::BTreeMap, sync::LazyLock};

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use shared::{
    attributes,
    call::{API, Answer, Body, Call, Method},
    campaigns, contacts, conversations, deliveries, limits, live, media,
    members::{self, Action},
    problem::{Kind, Problem},
    reports, saved_replies, templates,
};

/// The document as text.
pub fn document() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        // A document of strings, lists and maps can always be written.
        serde_json::to_string_pretty(&build()).unwrap_or_default()
    });
    &TEXT
}

/// What a webhook may be refused for, beside statuses of its own.
const WEBHOOK: &[Kind] = &[Kind::Missing, Kind::TooLarge, Kind::Internal, Kind::Unavailable];

struct Document {
    schemas: SchemaGenerator,
    paths: BTreeMap<String, Map<String, Value>>,
}

fn build() -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut document = Document { schemas: SchemaGenerator::new(settings), paths: BTreeMap::new() };
    let _ = document.schemas.subschema_for::<Problem>();
    macro_rules! describe {
        ($($call:ty),* $(,)?) => { $(document.describe::<$call>();)* };
    }
    shared::every_call!(describe);
    document.describe_others();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Storecast",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Group messages from store staff to their customers. Every refusal is a `Problem`; \
                            lists go on with the `next` of the page before."
        },
        "paths": document.paths,
        "components": {
            "schemas": document.schemas.take_definitions(true),
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                            "description": "The access token of a session, good for 15 minutes." }
            }
        }
    })
}

impl Document {
    fn describe<C: Call + JsonSchema>(&mut self)
    where
        C::Reply: JsonSchema,
    {
        let reply = match C::ANSWER {
            // The bytes of the file; its name and type stand in the headers.
            Answer::File => json!({ "*/*": { "schema": { "type": "string", "format": "binary" } } }),
            Answer::Json => json!({ "application/json": { "schema": self.schemas.subschema_for::<C::Reply>() } }),
            Answer::Stream => json!({ "text/event-stream": { "schema": self.schemas.subschema_for::<C::Reply>() } }),
        };
        let mut operation = json!({
            "operationId": name_of::<C>(),
            "summary": C::SUMMARY,
            "tags": [tag_of::<C>()],
            "responses": responses::<C>(reply),
        });
        let mut parameters = path_parameters(C::ROUTE);
        match (C::BODY, C::METHOD) {
            (Body::Octets, _) => {
                let octets = json!({ "schema": { "type": "string", "format": "binary", "maxLength": limits::PIECE } });
                operation["requestBody"] =
                    json!({ "required": true, "content": { "application/octet-stream": octets } });
            }
            (Body::Call, Method::Get | Method::Delete) => parameters.extend(self.query_parameters::<C>()),
            (Body::Call, Method::Post | Method::Put) => {
                let schema = self.schemas.subschema_for::<C>().to_value();
                operation["requestBody"] = json!({ "content": { "application/json": { "schema": schema } } });
            }
        }
        if !parameters.is_empty() {
            operation["parameters"] = parameters.into();
        }
        if C::NEEDS != Action::Public {
            operation["security"] = json!([{ "bearer": [] }]);
            operation["x-needs"] =
                json!({ "action": C::NEEDS, "roles": C::NEEDS.roles(), "omo": C::NEEDS.needs_omo() });
        }
        self.add(&format!("{API}{}", C::ROUTE), C::METHOD, operation);
    }

    /// The fields of a call that travels as a query string.
    fn query_parameters<C: JsonSchema>(&mut self) -> Vec<Value> {
        let schema = C::json_schema(&mut self.schemas).to_value();
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let fields = schema["properties"].as_object().into_iter().flatten();
        fields
            .map(|(name, schema)| {
                json!({ "name": name, "in": "query", "required": required.contains(&name.as_str()), "schema": schema })
            })
            .collect()
    }

    /// The routes that are no calls.
    fn describe_others(&mut self) {
        let text = |status: &str, description: &str| (status.to_owned(), json!({ "description": description }));
        let problems = |kinds: &[Kind]| problem_responses(kinds.iter().copied()).into_iter();
        let others: [(&str, Method, &str, Map<String, Value>); 6] = [
            ("/healthz", Method::Get, "Whether the server lives.", Map::from_iter([text("200", "It does.")])),
            (
                "/readyz",
                Method::Get,
                "Whether the server can serve: the database answers and no background task has died.",
                Map::from_iter([text("200", "It can."), text("503", "It cannot; the text says why.")]),
            ),
            ("/api/v1/openapi.json", Method::Get, "This document.", Map::from_iter([text("200", "The document.")])),
            (
                "/webhooks/line/{channel}",
                Method::Post,
                "What LINE reports of a channel; signed with its secret over the raw body (`x-line-signature`).",
                [
                    text("200", "It is kept, and processed after; a repeat is taken and nothing else."),
                    text("400", "It is no webhook, or one for another bot."),
                    text("401", "It has no signature."),
                    text("403", "Its signature is wrong."),
                    text("408", "Its body takes too long."),
                ]
                .into_iter()
                .chain(problems(WEBHOOK))
                .collect(),
            ),
            (
                "/media/{token}",
                Method::Get,
                "A picture, film or file, by a signed address that ends after a while; takes `Range`.",
                [
                    text("200", "The whole."),
                    text("206", "The part that was asked for."),
                    text("304", "It has not changed."),
                    text("416", "It has no such part."),
                ]
                .into_iter()
                .chain(problems(&[Kind::Missing, Kind::Internal, Kind::Unavailable]))
                .collect(),
            ),
            (
                "/media/sent/{token}",
                Method::Get,
                "A picture or film that is sent, by the lasting address that platforms are given; takes `Range`.",
                [
                    text("200", "The whole."),
                    text("206", "The part that was asked for."),
                    text("304", "It has not changed."),
                    text("416", "It has no such part."),
                ]
                .into_iter()
                .chain(problems(&[Kind::Missing, Kind::Internal, Kind::Unavailable]))
                .collect(),
            ),
        ];
        for (route, method, summary, responses) in others {
            let mut operation = json!({ "summary": summary, "tags": ["server"], "responses": responses });
            let parameters = path_parameters(route);
            if !parameters.is_empty() {
                operation["parameters"] = parameters.into();
            }
            self.add(route, method, operation);
        }
    }

    fn add(&mut self, route: &str, method: Method, operation: Value) {
        self.paths.entry(route.to_owned()).or_default().insert(method.as_str().to_lowercase(), operation);
    }
}

/// The ids in the braces of a route.
fn path_parameters(route: &str) -> Vec<Value> {
    let names = route.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| {
            let schema = match name {
                "token" => json!({ "type": "string" }),
                "offset" => json!({ "type": "integer", "minimum": 0 }),
                _ => json!({ "type": "string", "format": "uuid" }),
            };
            json!({ "name": name, "in": "path", "required": true, "schema": schema })
        })
        .collect()
}

fn responses<C: Call>(content: Value) -> Map<String, Value> {
    let mut responses = problem_responses(problems::<C>().into_iter());
    let description = match C::ANSWER {
        Answer::Json => "Done.",
        Answer::File => "A file to keep; `Content-Disposition` says its name.",
        Answer::Stream => "Server-sent events, each `data` one of these as JSON, until the client goes.",
    };
    let success = json!({ "description": description, "content": content });
    responses.insert(C::STATUS.to_string(), success);
    responses
}

/// A call's own problems, and those that every such call has.
fn problems<C: Call>() -> Vec<Kind> {
    let mut kinds = C::PROBLEMS.to_vec();
    kinds.extend([Kind::Invalid, Kind::Internal, Kind::Unavailable]);
    if C::NEEDS != Action::Public {
        kinds.push(Kind::SignedOut);
    }
    if !matches!(C::NEEDS, Action::Public | Action::SignedIn) {
        kinds.push(Kind::Forbidden);
    }
    if matches!(C::METHOD, Method::Post | Method::Put) {
        kinds.push(Kind::TooLarge);
    }
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// One response for each status, naming its problems.
fn problem_responses(kinds: impl Iterator<Item = Kind>) -> Map<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for kind in kinds {
        by_status.entry(kind.status()).or_default().push(snake(&format!("{kind:?}")));
    }
    let response = |names: Vec<String>| {
        json!({
            "description": names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or "),
            "x-problems": names,
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        })
    };
    by_status.into_iter().map(|(status, names)| (status.to_string(), response(names))).collect()
}

/// `SignIn` of `shared::members::SignIn`.
fn name_of<C>() -> &'static str {
    std::any::type_name::<C>().rsplit("::").next().unwrap_or_default()
}

/// `members` of `shared::members::SignIn`.
fn tag_of<C>() -> &'static str {
    std::any::type_name::<C>().split("::").nth(1).unwrap_or_default()
}

/// As serde spells a variant.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::api;

    fn read() -> Value {
        serde_json::from_str(document()).unwrap()
    }

    #[test]
    fn every_mounted_call_is_listed_with_its_problems_and_none_besides() {
        let document = read();
        let mut listed = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                if operation["operationId"].is_string() {
                    listed.insert((method.to_uppercase(), path.clone()));
                }
            }
        }
        let mut mounted = BTreeSet::new();
        for endpoint in api().endpoints() {
            let path = format!("{API}{}", endpoint.route);
            let operation = &document["paths"][&path][endpoint.method.as_str().to_lowercase()];
            let mut expected: Vec<Kind> = endpoint.problems.to_vec();
            if endpoint.needs != Action::Public {
                expected.push(Kind::SignedOut);
            }
            for kind in expected {
                let named = &operation["responses"][kind.status().to_string()]["x-problems"];
                let name = Value::from(snake(&format!("{kind:?}")));
                assert!(named.as_array().is_some_and(|names| names.contains(&name)), "{path} does not list {kind:?}");
            }
            mounted.insert((endpoint.method.as_str().to_owned(), path));
        }
        assert_eq!(listed, mounted);
    }

    #[test]
    fn every_reference_leads_to_a_schema() {
        let document = read();
        let mut open = vec![&document];
        let mut references = 0;
        while let Some(value) = open.pop() {
            match value {
                Value::Object(fields) => {
                    if let Some(Value::String(reference)) = fields.get("$ref") {
                        let pointer = reference.strip_prefix('#').unwrap();
                        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
                        references += 1;
                    }
                    open.extend(fields.values());
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
        assert!(references > 50, "only {references}");
    }

    #[test]
    fn every_brace_of_a_route_is_a_parameter() {
        let document = read();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for operation in operations.as_object().unwrap().values() {
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let in_path = parameters.filter(|parameter| parameter["in"] == "path").count();
                assert_eq!(in_path, path.matches('{').count(), "{path}");
            }
        }
    }
}

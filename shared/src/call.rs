//! `Call`: one request of the API, defined once for the app, the server and the tests.

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    members::Action,
    problem::{Kind, Problem},
};

/// The HTTP methods the API uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Reads.
    Get,
    /// Does something.
    Post,
    /// Puts something under an id the caller chose; again is the same.
    Put,
    /// Takes something away.
    Delete,
}

impl Method {
    /// As HTTP spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// How the body of a request travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// The call itself: a query string or JSON, by its method.
    Call,
    /// Bytes as they are; the call's own fields are all in its route.
    Octets,
}

/// How an answer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The reply as JSON.
    Json,
    /// A file to keep: the reply is a [`File`], its name in `Content-Disposition`.
    File,
    /// Replies one by one as server-sent events (`text/event-stream`), each the JSON of one `data:` line.
    Stream,
}

/// Where the API lives on the server.
pub const API: &str = "/api/v1";

/// One request: where it goes, who may make it, what it carries (itself) and what comes back.
///
/// A `Get` or `Delete` travels as a query string, so its fields are flat; nested ones travel as one JSON parameter
/// ([`json_param`]). The others travel as a JSON body. Fields that fill the route are `#[serde(skip)]`.
pub trait Call: Serialize + DeserializeOwned {
    /// What comes back.
    type Reply: Serialize + DeserializeOwned;
    /// The method.
    const METHOD: Method;
    /// The route below [`API`], as the server mounts it: `/conversations/{id}`.
    const ROUTE: &'static str;
    /// What the caller must be allowed to do. The server's mount enforces it, the app shows only what is allowed.
    const NEEDS: Action;
    /// What it does, for the OpenAPI document.
    const SUMMARY: &'static str;
    /// The problems of its own; those of every route (signed out, forbidden, internal …) are added by the document.
    const PROBLEMS: &'static [Kind] = &[];
    /// The status of success.
    const STATUS: u16 = 200;
    /// How its body travels.
    const BODY: Body = Body::Call;
    /// How its answer travels.
    const ANSWER: Answer = Answer::Json;

    /// The bytes of a request whose body is [`Body::Octets`].
    fn octets(&self) -> &[u8] {
        &[]
    }

    /// Takes the bytes of the body: the server's half of [`Call::octets`].
    fn take_octets(&mut self, _bytes: Vec<u8>) {}

    /// The ids that fill the braces of the route, in order.
    fn ids(&self) -> Vec<String> {
        Vec::new()
    }

    /// Takes the ids from the route, in order: the server's half of [`Call::ids`].
    fn fill(&mut self, _ids: &[&str]) -> Result<(), Problem> {
        Ok(())
    }

    /// The route with its ids filled in, below [`API`].
    fn path(&self) -> String {
        let mut ids = self.ids().into_iter();
        let parts: Vec<String> = Self::ROUTE
            .split('/')
            .map(|part| if part.starts_with('{') { ids.next().unwrap_or_default() } else { part.to_owned() })
            .collect();
        parts.join("/")
    }
}

/// What stands in the braces of a route.
pub const ROUTE_ID: &str = "a UUID, or a number where the route counts bytes";

/// Makes a struct a [`Call`]: `call!(Take { id }: Post "/conversations/{id}/take" -> Conversation, needs Converse, "…",
/// [Conflict])`.
macro_rules! call {
    ($name:ident { $($id:ident),* } : $method:ident $route:literal -> $reply:ty, needs $needs:ident, $summary:literal, [$($kind:ident),* $(,)?] $(, status $status:literal)? $(, octets $octets:ident)? $(, answers $answers:ident)?) => {
        impl $crate::call::Call for $name {
            type Reply = $reply;
            const METHOD: $crate::call::Method = $crate::call::Method::$method;
            const ROUTE: &'static str = $route;
            const NEEDS: $crate::members::Action = $crate::members::Action::$needs;
            const SUMMARY: &'static str = $summary;
            const PROBLEMS: &'static [$crate::problem::Kind] = &[$($crate::problem::Kind::$kind),*];
            $(const STATUS: u16 = $status;)?
            $(const ANSWER: $crate::call::Answer = $crate::call::Answer::$answers;)?
            $(
                const BODY: $crate::call::Body = $crate::call::Body::Octets;

                fn octets(&self) -> &[u8] {
                    &self.$octets
                }

                fn take_octets(&mut self, bytes: Vec<u8>) {
                    self.$octets = bytes;
                }
            )?

            fn ids(&self) -> Vec<String> {
                vec![$(self.$id.to_string()),*]
            }

            fn fill(&mut self, ids: &[&str]) -> Result<(), $crate::problem::Problem> {
                let mut given = ids.iter();
                $(self.$id = given.next().and_then(|id| id.parse().ok()).ok_or_else(|| {
                    $crate::problem::Problem::invalid(stringify!($id), $crate::problem::Rule::Malformed { expected: $crate::call::ROUTE_ID.into() })
                })?;)*
                let _ = given.next();
                Ok(())
            }
        }
    };
}
pub(crate) use call;

/// Serde for a nested value in a query string: it travels as JSON text in one parameter.
pub mod json_param {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};

    /// Writes the value as JSON text.
    pub fn serialize<T: Serialize, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        let text = serde_json::to_string(value).map_err(serde::ser::Error::custom)?;
        to.serialize_str(&text)
    }

    /// Reads the value from JSON text.
    pub fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
        let text = String::deserialize(from)?;
        serde_json::from_str(&text).map_err(serde::de::Error::custom)
    }
}

/// One page of a list, by keyset: ask again with `next` to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Opaque; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { items: Vec::new(), next: None }
    }
}

/// A file to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct File {
    /// Its name, such as `group-sends-2026-11-20.csv`.
    pub name: String,
    /// Its type, such as `text/csv`.
    pub mime: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The answer of a request that has nothing to tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Done {}

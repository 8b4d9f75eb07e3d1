//! SQL texts: fixed ones, and those composed of fixed fragments for optional filters.
use std::fmt::Write as _;

use super::{Engine, Error, Result, Value};

/// The text of a statement, with `$1`-style parameters. It is `'static`: it is never built from input, and it is cached.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// As SQLite is given it.
    pub sqlite: &'static str,
    /// As PostgreSQL is given it.
    pub postgres: &'static str,
}

impl Sql {
    /// A statement that has to differ, the two texts side by side, with the same parameters in the same order.
    pub const fn pair(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite, postgres }
    }

    pub(super) fn on(self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }
}

impl From<&'static str> for Sql {
    fn from(both: &'static str) -> Self {
        Self::pair(both, both)
    }
}

/// A query with optional parts, put together from fixed fragments, so that each combination keeps its index (a filter like
/// `($1 IS NULL OR …)` loses it). A parameter is written `$#`, once per use, and numbered here:
/// ```ignore
/// let mut query = Query::new("SELECT id FROM contact WHERE team_id = $#", params![team]);
/// if let Some(tags) = tags {
///     query.push(Sql::pair("AND tag IN (SELECT value FROM json_each($#))", "AND tag = ANY($#)"), params![tags]);
/// }
/// query.push("ORDER BY id LIMIT $#", params![limit]);
/// tx.all_query::<ContactId>(&query)?;
/// ```
#[derive(Debug, Clone)]
pub struct Query {
    /// Each with the number of parameters up to its end.
    fragments: Vec<(Sql, usize)>,
    params: Vec<Value>,
}

impl Query {
    /// Begins with this fragment.
    pub fn new(sql: impl Into<Sql>, params: &[Value]) -> Self {
        let mut query = Self { fragments: Vec::new(), params: Vec::new() };
        query.push(sql, params);
        query
    }

    /// Appends a fragment, after a space, with one parameter for each `$#` in it.
    pub fn push(&mut self, sql: impl Into<Sql>, params: &[Value]) -> &mut Self {
        self.params.extend_from_slice(params);
        self.fragments.push((sql.into(), self.params.len()));
        self
    }

    pub(super) fn params(&self) -> &[Value] {
        &self.params
    }

    /// The whole text, numbered as the engine likes it.
    pub(super) fn text(&self, engine: Engine) -> Result<String> {
        let mark = match engine {
            Engine::Sqlite => '?',
            Engine::Postgres => '$',
        };
        let mut text = String::new();
        let mut number = 0;
        for &(sql, end) in &self.fragments {
            let fragment = sql.on(engine);
            let mut parts = fragment.split("$#");
            text.push_str(parts.next().unwrap_or_default());
            for part in parts {
                number += 1;
                // Writing to a string cannot fail.
                let _ = write!(text, "{mark}{number}{part}");
            }
            if number != end {
                return Err(Error::Other(format!(
                    "the fragment `{fragment}` ends at parameter {number}, but {end} were given: pass one for each `$#`"
                )));
            }
            text.push(' ');
        }
        Ok(text)
    }
}

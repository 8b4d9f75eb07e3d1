//! Rows by the hundred thousand, generated in the database: the same ones in every run.

use server::{config::Config, db::Sql};
use tests::Engine;
use tokio_postgres::NoTls;
use uuid::Uuid;

/// What ids are generated for; the place in this list tells those of one kind from another's.
const KINDS: [&str; 8] = ["contact", "identity", "conversation", "tag", "attribute", "campaign", "delivery", "slice"];

fn place(kind: &str) -> usize {
    KINDS.iter().position(|one| *one == kind).unwrap_or(KINDS.len())
}

/// The id of the nth of a kind, as [`over_numbers`] writes it in SQL.
pub(crate) fn id(kind: &str, n: u64) -> Uuid {
    Uuid::from_u128((0x7000_u128 << 64) | ((0x8000 + place(kind) as u128) << 48) | u128::from(n))
}

/// A statement over `n`, a table of the numbers `i` from 0 to before its first parameter. `ID(tag, x)` in it is the id
/// of the tag with number `x`.
pub(crate) fn over_numbers(statement: &str) -> Sql {
    // A handful of statements, kept to the end of a benchmark.
    let text = |numbers: &str, hex: fn(&str) -> String| -> &'static str {
        format!("{numbers} {}", with_ids(statement, hex)).leak()
    };
    Sql::pair(
        text("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1)", |number| {
            format!("printf('%012x', {number})")
        }),
        text("WITH n(i) AS (SELECT generate_series(0::BIGINT, $1 - 1))", |number| {
            format!("lpad(to_hex({number}), 12, '0')")
        }),
    )
}

fn with_ids(statement: &str, hex: fn(&str) -> String) -> String {
    let mut parts = statement.split("ID(");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (kind, rest) = part.split_once(", ").unwrap_or((part, ""));
        let (number, rest) = rest.split_once(')').unwrap_or((rest, ""));
        text += "'00000000-0000-7000-800";
        text += &place(kind).to_string();
        text += "-' || ";
        text += &hex(number);
        text += rest;
    }
    text
}

/// Lets PostgreSQL tidy and count what was written, which it does by itself only after a while. SQLite is never told
/// to, here as where it serves.
pub(crate) async fn settle(engine: Engine, config: &Config) -> anyhow::Result<()> {
    if engine == Engine::Sqlite {
        return Ok(());
    }
    let (client, connection) = tokio_postgres::connect(config.database.expose(), NoTls).await?;
    // The connection is driven beside the statement, and ends with it.
    let tidied = async move { client.batch_execute("VACUUM (ANALYZE)").await };
    let (tidied, ended) = futures_util::future::join(tidied, connection).await;
    tidied?;
    Ok(ended?)
}

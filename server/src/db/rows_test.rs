//! What goes into statements and comes out of them, on both engines.
use super::{
    Cell, Db, Error, FromRow, Query, Result, Row, Sql,
    seam_test::{NO, add, add_one, ids, tables, visits},
    testing::on_both_engines,
};
use crate::{params, row};

on_both_engines![
    values_round_trip,
    every_narrow_type_round_trips,
    parameters_may_come_out_of_order,
    many_rows_in_one_call,
    many_rows_are_returned,
    many_refuses_uneven_rows_and_lists,
    lists_are_parameters,
    text_sorts_by_bytes,
    queries_are_composed,
    columns_say_what_is_wrong,
    rows_are_read_by_position,
    types_of_ours_are_text_columns,
];

#[derive(Debug, PartialEq)]
struct Person {
    id: String,
    email: String,
    active: bool,
    visits: i64,
    photo: Option<Vec<u8>>,
}

impl FromRow for Person {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            email: row.get("email")?,
            active: row.get("active")?,
            visits: row.get("visits")?,
            photo: row.get("photo")?,
        })
    }
}

async fn values_round_trip(db: Db) {
    tables(&db).await;
    let wrote = db
        .write(|tx| {
            tx.execute(
                "INSERT INTO seam_person (id, email, active, visits, photo) VALUES ($1, $2, $3, $4, $5), ($6, $7, $8, $9, $10)",
                params!["é", "$1 ' \\ 😀", true, i64::MAX, vec![0_u8, 255], "b", "", false, 0, None::<Vec<u8>>],
            )
        })
        .await;
    assert_eq!(wrote, Ok(2));
    let all: Vec<Person> = db.read(|tx| tx.all("SELECT * FROM seam_person ORDER BY id DESC", NO)).await.unwrap();
    let full = Person {
        id: "é".into(),
        email: "$1 ' \\ 😀".into(),
        active: true,
        visits: i64::MAX,
        photo: Some(vec![0, 255]),
    };
    let empty = Person { id: "b".into(), email: String::new(), active: false, visits: 0, photo: None };
    assert_eq!(all, [full, empty]);
    let missing: Result<Person> = db.read(|tx| tx.one("SELECT * FROM seam_person WHERE id = $1", params!["c"])).await;
    assert_eq!(missing, Err(Error::NotFound));
    let missing: Option<Person> =
        db.read(|tx| tx.opt("SELECT * FROM seam_person WHERE id = $1", params!["c"])).await.unwrap();
    assert_eq!(missing, None);
    assert_eq!(db.write(|tx| tx.execute("UPDATE seam_person SET visits = 7", NO)).await, Ok(2));
    let deleted: Vec<String> = db.write(|tx| tx.all("DELETE FROM seam_person RETURNING id", NO)).await.unwrap();
    assert_eq!(deleted.len(), 2);
}

async fn every_narrow_type_round_trips(db: Db) {
    tables(&db).await;
    add_one(&db, "a", 40).await;
    let sum: i32 = db
        .write(|tx| {
            tx.one("UPDATE seam_person SET visits = visits + $1 + 1 WHERE id = $2 RETURNING visits", params![1_u8, "a"])
        })
        .await
        .unwrap();
    assert_eq!(sum, 42);
    let counted: usize =
        db.read(|tx| tx.one("SELECT count(*) FROM seam_person LIMIT $1", params![5_usize])).await.unwrap();
    assert_eq!(counted, 1);
    let there: bool = db.read(|tx| tx.one("SELECT EXISTS (SELECT 1 FROM seam_person)", NO)).await.unwrap();
    assert!(there);
    let small: Result<u16> = db.read(|tx| tx.one("SELECT CAST(70000 AS BIGINT)", NO)).await;
    assert_eq!(small, Err(Error::Column { name: "at 0".into(), problem: "is out of range for u16".into() }));
}

async fn parameters_may_come_out_of_order(db: Db) {
    tables(&db).await;
    db.write(|tx| {
        tx.execute("INSERT INTO seam_person (email, id, visits) VALUES ($2, $1, $3)", params!["id", "mail", 5])?;
        tx.execute("INSERT INTO seam_person (email, id, visits) VALUES ($2, $1, $3)", params!["mail", "id", 5])
    })
    .await
    .unwrap();
    let found: Vec<String> = db
        .read(|tx| {
            tx.all("SELECT id FROM seam_person WHERE email = $2 AND id = $1 AND $2 <> $1", params!["id", "mail"])
        })
        .await
        .unwrap();
    assert_eq!(found, ["id"]);
}

const ADD_MANY: Sql = Sql::pair(
    "INSERT INTO seam_person (email, visits, id, photo) VALUES ($1, $3, $2, $4)",
    "INSERT INTO seam_person (email, visits, id, photo) SELECT CAST($1 AS TEXT), u.visits, u.id, u.photo \
     FROM unnest($2::text[], $3::bigint[], $4::bytea[]) AS u (id, visits, photo)",
);

const CHANGE_MANY: Sql = Sql::pair(
    "UPDATE seam_person SET visits = visits + $1 + COALESCE($3, 0) WHERE id = $2 RETURNING id, visits",
    "UPDATE seam_person p SET visits = p.visits + $1 + COALESCE(u.more, 0) \
     FROM unnest($2::text[], $3::bigint[]) AS u (id, more) WHERE p.id = u.id RETURNING p.id, p.visits",
);

async fn relaxed(db: &Db) {
    // `email` is shared by all rows of ADD_MANY.
    db.write(|tx| {
        tx.execute("DROP TABLE seam_kept", NO)?;
        tx.execute("DROP TABLE seam_order", NO)?;
        tx.execute("DROP TABLE seam_person", NO)?;
        tx.execute("CREATE TABLE seam_person (id TEXT PRIMARY KEY, email TEXT, visits BIGINT, photo BYTEA)", NO)
    })
    .await
    .unwrap();
}

async fn many_rows_in_one_call(db: Db) {
    tables(&db).await;
    relaxed(&db).await;
    let rows: Vec<_> = (0..1_000)
        .map(|n: i64| row![format!("p{n:04}"), (n % 2 == 0).then_some(n), (n % 3 == 0).then(|| vec![1_u8])])
        .collect();
    assert_eq!(db.write(move |tx| tx.many(ADD_MANY, params!["shared"], &rows)).await, Ok(1_000));
    let found: (i64, i64, i64, i64) = db
        .read(|tx| {
            tx.one("SELECT count(*), count(visits), count(photo), CAST(sum(visits) AS BIGINT) FROM seam_person WHERE email = 'shared'", NO)
        })
        .await
        .unwrap();
    assert_eq!(found, (1_000, 500, 334, 249_500));
    let last: (Option<i64>, Option<Vec<u8>>) =
        db.read(|tx| tx.one("SELECT visits, photo FROM seam_person WHERE id = 'p0999'", NO)).await.unwrap();
    assert_eq!(last, (None, Some(vec![1])));
    assert_eq!(db.write(|tx| tx.many(ADD_MANY, params!["shared"], &[])).await, Ok(0));
}

async fn many_rows_are_returned(db: Db) {
    tables(&db).await;
    for id in ["a", "b", "c"] {
        add_one(&db, id, 1).await;
    }
    let mut changed: Vec<(String, i64)> = db
        .write(|tx| {
            tx.many_returning(CHANGE_MANY, params![10], &[row!["c", 5], row!["missing", 1], row!["a", None::<i64>]])
        })
        .await
        .unwrap();
    changed.sort();
    assert_eq!(changed, [("a".to_owned(), 11), ("c".to_owned(), 16)]);
    assert_eq!(visits(&db, "b").await, 1);
    let none: Vec<(String, i64)> = db.write(|tx| tx.many_returning(CHANGE_MANY, params![10], &[])).await.unwrap();
    assert!(none.is_empty());
}

async fn many_refuses_uneven_rows_and_lists(db: Db) {
    tables(&db).await;
    let uneven = db.write(|tx| tx.many(ADD_MANY, params!["x"], &[row!["a", 1, None::<Vec<u8>>], row!["b", 1]])).await;
    assert!(matches!(uneven, Err(Error::Other(text)) if text.contains("different numbers of columns")));
    let list = db.write(|tx| tx.many(ADD_MANY, params!["x"], &[row!["a", vec![1_i64], None::<Vec<u8>>]])).await;
    assert!(matches!(list, Err(Error::Other(text)) if text.contains("list")));
    let too_few = db.write(|tx| tx.many(ADD_MANY, params!["x"], &[row!["a", 1]])).await;
    assert!(
        matches!(too_few, Err(Error::Other(text)) if text.contains("parameter")),
        "a missing parameter is an error"
    );
    assert!(ids(&db).await.is_empty());
}

const IN_TEXTS: Sql = Sql::pair(
    "SELECT id FROM seam_person WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id",
    "SELECT id FROM seam_person WHERE id = ANY($1) ORDER BY id",
);

const IN_INTS: Sql = Sql::pair(
    "SELECT id FROM seam_person WHERE visits IN (SELECT value FROM json_each($1)) ORDER BY id",
    "SELECT id FROM seam_person WHERE visits = ANY($1) ORDER BY id",
);

async fn lists_are_parameters(db: Db) {
    tables(&db).await;
    add_one(&db, "1", 1).await;
    add_one(&db, "quote\"\\'é", 2).await;
    add_one(&db, "c", 3).await;
    let found: Vec<String> = db
        .read(|tx| tx.all(IN_TEXTS, params![vec!["quote\"\\'é".to_owned(), "1".to_owned(), "none".to_owned()]]))
        .await
        .unwrap();
    assert_eq!(found, ["1", "quote\"\\'é"]);
    let found: Vec<String> = db.read(|tx| tx.all(IN_INTS, params![vec![3_i64, 2, i64::MIN]])).await.unwrap();
    assert_eq!(found, ["c", "quote\"\\'é"]);
    let none: Vec<String> = db.read(|tx| tx.all(IN_TEXTS, params![Vec::<String>::new()])).await.unwrap();
    assert!(none.is_empty());
}

async fn text_sorts_by_bytes(db: Db) {
    tables(&db).await;
    for id in ["a", "B", "é", "Z", "_", "10", "9", "あ", "z"] {
        add_one(&db, id, 0).await;
    }
    assert_eq!(ids(&db).await, ["10", "9", "B", "Z", "_", "a", "z", "é", "あ"]);
}

async fn queries_are_composed(db: Db) {
    tables(&db).await;
    for (id, visits) in [("a", 1), ("b", 2), ("c", 3), ("d", 4)] {
        add_one(&db, id, visits).await;
    }
    let find = |most: Option<i64>, among: Option<Vec<String>>| {
        let mut query = Query::new("SELECT id FROM seam_person WHERE visits >= $#", params![2]);
        if let Some(most) = most {
            query.push("AND visits <= $# AND visits < $# + 1", params![most, most]);
        }
        if let Some(among) = among {
            query.push(Sql::pair("AND id IN (SELECT value FROM json_each($#))", "AND id = ANY($#)"), params![among]);
        }
        query.push("ORDER BY id LIMIT $#", params![10]);
        db.read(move |tx| tx.all_query::<String>(&query))
    };
    assert_eq!(find(None, None).await.unwrap(), ["b", "c", "d"]);
    assert_eq!(find(Some(3), None).await.unwrap(), ["b", "c"]);
    assert_eq!(find(None, Some(vec!["a".into(), "d".into()])).await.unwrap(), ["d"]);
    assert!(find(Some(3), Some(vec!["d".into()])).await.unwrap().is_empty());
    let changed = db.write(|tx| tx.execute_query(&Query::new("UPDATE seam_person SET visits = $#", params![9]))).await;
    assert_eq!(changed, Ok(4));
    let wrong =
        db.read(|tx| tx.opt_query::<i64>(&Query::new("SELECT visits FROM seam_person WHERE id = $#", params![]))).await;
    assert!(matches!(wrong, Err(Error::Other(text)) if text.contains("parameter")));
}

struct Wrong;

impl FromRow for Wrong {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        row.get::<i64>("email").map(|_| Self)
    }
}

struct Missing;

impl FromRow for Missing {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        row.get::<i64>("age").map(|_| Self)
    }
}

async fn columns_say_what_is_wrong(db: Db) {
    tables(&db).await;
    add_one(&db, "a", 1).await;
    let error = |name: &str, problem: &str| Error::Column { name: name.into(), problem: problem.into() };
    let wrong = db.read(|tx| tx.one::<Wrong>("SELECT email FROM seam_person", NO)).await;
    assert_eq!(wrong.err(), Some(error("email", "is text, not a number")));
    let missing = db.read(|tx| tx.one::<Missing>("SELECT email FROM seam_person", NO)).await;
    assert_eq!(missing.err(), Some(error("age", "is not in the result")));
    let null = db.read(|tx| tx.one::<Vec<u8>>("SELECT photo FROM seam_person", NO)).await;
    assert_eq!(null, Err(error("at 0", "is NULL, not bytes")));
    // The statement was done, so the transaction can go on.
    let after = db.write(|tx| {
        assert!(tx.one::<i64>("SELECT email FROM seam_person", NO).is_err());
        add(tx, "b", 1)
    });
    assert_eq!(after.await, Ok(1));
}

async fn rows_are_read_by_position(db: Db) {
    // SQLite's cast to BYTEA makes a number of it.
    const SIX: Sql = Sql::pair(
        "SELECT $1, $2, 1 = 1, NULL, $3, 7",
        "SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), 1 = 1, CAST(NULL AS BIGINT), CAST($3 AS BYTEA), 7",
    );
    let six: (String, i64, bool, Option<i64>, Vec<u8>, i32) =
        db.read(|tx| tx.one(SIX, params!["a", 2, vec![3_u8]])).await.unwrap();
    assert_eq!(six, ("a".to_owned(), 2, true, None, vec![3], 7));
    let one: Option<String> = db.read(|tx| tx.one("SELECT CAST(NULL AS TEXT)", NO)).await.unwrap();
    assert_eq!(one, None);
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Point(std::net::Ipv4Addr);

impl std::fmt::Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Point {
    type Err = std::net::AddrParseError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

crate::text_column!(Point);

async fn types_of_ours_are_text_columns(db: Db) {
    tables(&db).await;
    let point = Point(std::net::Ipv4Addr::LOCALHOST);
    let kept: Vec<Point> = db
        .write(move |tx| {
            tx.execute("INSERT INTO seam_person (id, email, visits) VALUES ($1, $2, 0)", params![point, &Some(point)])?;
            tx.all("SELECT email FROM seam_person WHERE id = $1", params![&point])
        })
        .await
        .unwrap();
    assert_eq!(kept, [point]);
    add_one(&db, "a", 0).await;
    let wrong = db.read(|tx| tx.one::<Option<Point>>("SELECT id FROM seam_person WHERE id = 'a'", NO)).await;
    assert!(matches!(wrong, Err(Error::Column { problem, .. }) if problem.starts_with("is no Point: ")));
    assert_eq!(Cell::Null.text(), Err("is NULL, not text".to_owned()));
}

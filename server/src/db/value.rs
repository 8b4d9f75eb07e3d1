//! Values and rows: the few types both engines share (boolean, bigint, text, bytes; times are unix milliseconds).
use std::cell::Cell as Counter;

use super::{Error, Result};

/// A parameter of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `NULL` of any type. PostgreSQL needs to see the type in the text: a bare `$1 IS NULL` is an error there.
    Null,
    /// `BOOLEAN`.
    Bool(bool),
    /// `BIGINT`: numbers, money in minor units, times in unix milliseconds.
    Int(i64),
    /// `TEXT`: also ids, enums and JSON.
    Text(String),
    /// `BYTEA`.
    Bytes(Vec<u8>),
    /// A list: `= ANY($1)` on PostgreSQL, `IN (SELECT value FROM json_each($1))` on SQLite.
    Texts(Vec<String>),
    /// A list of numbers, used as [`Value::Texts`] is.
    Ints(Vec<i64>),
}

macro_rules! into_value {
    ($($from:ty => |$v:ident| $to:expr),* $(,)?) => {
        $(impl From<$from> for Value { fn from($v: $from) -> Self { $to } })*
    };
}
into_value! {
    bool => |v| Self::Bool(v),
    i64 => |v| Self::Int(v),
    i32 => |v| Self::Int(v.into()),
    u32 => |v| Self::Int(v.into()),
    i16 => |v| Self::Int(v.into()),
    u16 => |v| Self::Int(v.into()),
    u8 => |v| Self::Int(v.into()),
    &str => |v| Self::Text(v.to_owned()),
    String => |v| Self::Text(v),
    &[u8] => |v| Self::Bytes(v.to_vec()),
    Vec<u8> => |v| Self::Bytes(v),
    &[String] => |v| Self::Texts(v.to_vec()),
    Vec<String> => |v| Self::Texts(v),
    &[i64] => |v| Self::Ints(v.to_vec()),
    Vec<i64> => |v| Self::Ints(v),
}

impl From<usize> for Value {
    /// Counts and limits; what is beyond `i64::MAX` becomes `i64::MAX`, which no table reaches.
    fn from(v: usize) -> Self {
        Self::Int(i64::try_from(v).unwrap_or(i64::MAX))
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::Null, Into::into)
    }
}

impl<T: Clone> From<&T> for Value
where
    Self: From<T>,
{
    fn from(v: &T) -> Self {
        v.clone().into()
    }
}

/// The parameters of a statement: `params![order.id, &order.name, None::<i64>]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Value::from($value)),*] };
}

/// One row for [`crate::db::Tx::many`]: `row![delivery.id, delivery.state]`.
#[macro_export]
macro_rules! row {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Value::from($value)),*] };
}

/// Lets types be stored in a `TEXT` column by their `Display` and read back by their `FromStr`: ids, enums. What cannot be
/// parsed is an [`Error::Column`] that names the column.
#[macro_export]
macro_rules! text_column {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::db::FromColumn for $type {
            fn from_column(cell: $crate::db::Cell<'_>) -> ::std::result::Result<Self, String> {
                cell.text()?.parse().map_err(|e| format!("is no {}: {e}", stringify!($type)))
            }
        }
        impl From<$type> for $crate::db::Value {
            fn from(value: $type) -> Self { Self::Text(value.to_string()) }
        }
    )*};
}

/// What a column of a row holds, borrowed from the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'r> {
    /// `NULL`.
    Null,
    /// A boolean; SQLite has none and gives [`Cell::Int`] instead.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Text(&'r str),
    /// Bytes.
    Bytes(&'r [u8]),
}

impl<'r> Cell<'r> {
    /// The text in it, or what it is instead.
    pub fn text(self) -> Result<&'r str, String> {
        match self {
            Self::Text(text) => Ok(text),
            other => Err(other.instead_of("text")),
        }
    }

    /// The number in it, or what it is instead.
    pub fn int(self) -> Result<i64, String> {
        match self {
            Self::Int(number) => Ok(number),
            other => Err(other.instead_of("a number")),
        }
    }

    /// Says the kind only, never the content: it may be a customer's.
    fn instead_of(self, wanted: &str) -> String {
        let is = match self {
            Self::Null => "NULL",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "a number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
        };
        format!("is {is}, not {wanted}")
    }
}

/// A type a column can be read as. `Option<T>` takes NULL as `None`. See [`text_column!`] for ids and enums.
pub trait FromColumn: Sized {
    /// Reads it, or says what is wrong; the caller adds the column's name.
    fn from_column(cell: Cell<'_>) -> Result<Self, String>;
}

impl FromColumn for bool {
    fn from_column(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Bool(v) => Ok(v),
            Cell::Int(0) => Ok(false),
            Cell::Int(1) => Ok(true),
            other => Err(other.instead_of("a boolean")),
        }
    }
}

impl FromColumn for i64 {
    fn from_column(cell: Cell<'_>) -> Result<Self, String> {
        cell.int()
    }
}

macro_rules! narrower {
    ($($type:ty),*) => {$(
        impl FromColumn for $type {
            fn from_column(cell: Cell<'_>) -> Result<Self, String> {
                Self::try_from(cell.int()?).map_err(|_| concat!("is out of range for ", stringify!($type)).to_owned())
            }
        }
    )*};
}
narrower!(i32, u32, u16, u64, usize);

impl FromColumn for String {
    fn from_column(cell: Cell<'_>) -> Result<Self, String> {
        cell.text().map(Self::from)
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Bytes(bytes) => Ok(bytes.to_vec()),
            other => Err(other.instead_of("bytes")),
        }
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Null => Ok(None),
            other => T::from_column(other).map(Some),
        }
    }
}

/// A row of a result.
pub struct Row<'r> {
    of: RowOf<'r>,
    /// The column behind the one that was read last.
    next: Counter<usize>,
}

enum RowOf<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl<'r> Row<'r> {
    /// From SQLite.
    pub(super) fn sqlite(row: &'r rusqlite::Row<'r>) -> Self {
        Self { of: RowOf::Sqlite(row), next: Counter::new(0) }
    }

    /// From PostgreSQL.
    pub(super) fn postgres(row: &'r tokio_postgres::Row) -> Self {
        Self { of: RowOf::Postgres(row), next: Counter::new(0) }
    }

    /// The column of this name. Columns are mostly read in their order, so the next one is looked at first.
    pub fn get<T: FromColumn>(&self, name: &str) -> Result<T> {
        let next = self.next.get();
        let is_next = self.name(next).is_some_and(|is| is.eq_ignore_ascii_case(name));
        let index = if is_next { Some(next) } else { self.find(name) };
        self.next.set(index.map_or(next, |index| index + 1));
        index
            .ok_or_else(|| "is not in the result".to_owned())
            .and_then(|index| self.cell(index))
            .and_then(T::from_column)
            .map_err(|problem| Error::Column { name: name.to_owned(), problem })
    }

    fn name(&self, index: usize) -> Option<&str> {
        match self.of {
            RowOf::Sqlite(row) => row.as_ref().column_name(index).ok(),
            RowOf::Postgres(row) => row.columns().get(index).map(tokio_postgres::Column::name),
        }
    }

    fn find(&self, name: &str) -> Option<usize> {
        match self.of {
            RowOf::Sqlite(row) => row.as_ref().column_index(name).ok(),
            RowOf::Postgres(row) => row.columns().iter().position(|is| is.name().eq_ignore_ascii_case(name)),
        }
    }

    /// The column at this position, counted from 0.
    pub fn at<T: FromColumn>(&self, index: usize) -> Result<T> {
        self.cell(index)
            .and_then(T::from_column)
            .map_err(|problem| Error::Column { name: format!("at {index}"), problem })
    }

    fn cell(&self, index: usize) -> Result<Cell<'_>, String> {
        match self.of {
            RowOf::Sqlite(row) => super::sqlite::cell(row, index),
            RowOf::Postgres(row) => super::postgres::cell(row, index),
        }
    }
}

/// A type a row can be read as: one of our structs, a single column (`i64`, `Option<String>`, an id), or a tuple by position.
pub trait FromRow: Sized {
    /// Reads it.
    fn from_row(row: &Row<'_>) -> Result<Self>;
}

impl<T: FromColumn> FromRow for T {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        row.at(0)
    }
}

macro_rules! from_row_by_position {
    ($($index:tt $type:ident),*) => {
        impl<$($type: FromColumn),*> FromRow for ($($type,)*) {
            fn from_row(row: &Row<'_>) -> Result<Self> {
                Ok(($(row.at::<$type>($index)?,)*))
            }
        }
    };
}
from_row_by_position!(0 A);
from_row_by_position!(0 A, 1 B);
from_row_by_position!(0 A, 1 B, 2 C);
from_row_by_position!(0 A, 1 B, 2 C, 3 D);
from_row_by_position!(0 A, 1 B, 2 C, 3 D, 4 E);
from_row_by_position!(0 A, 1 B, 2 C, 3 D, 4 E, 5 F);

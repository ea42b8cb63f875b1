//! A table of the application and what its columns hold.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

/// A table of the application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What its rows are, for people.
    #[serde(default)]
    pub description: Arc<str>,
    /// The table whose rows own its rows, where the rows themselves do not say so.
    #[serde(default)]
    pub parent: Option<Arc<str>>,
    /// Its columns, in order.
    #[serde(default)]
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// What the application calls it.
    pub name: Arc<str>,
    /// What it holds.
    #[serde(default, rename = "type")]
    pub column_type: ColumnType,
    /// Whether it is part of what tells two rows apart.
    #[serde(default)]
    pub key: bool,
    /// The most characters that the application stores.
    #[serde(default)]
    pub size: Option<u32>,
    /// What it is, for people.
    #[serde(default)]
    pub description: Arc<str>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum ColumnType {
    /// Any text.
    #[default]
    Text,
    /// A whole number.
    Integer,
    /// A number with a decimal point.
    Decimal,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A day and a time of day.
    Timestamp,
}

impl Table {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| &*column.name == name)
    }
}

impl Column {
    /// A column of this name that holds any text.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }
}

impl ColumnType {
    /// All types, in the order in which they are offered.
    pub const ALL: [ColumnType; 6] = [
        ColumnType::Text,
        ColumnType::Integer,
        ColumnType::Decimal,
        ColumnType::Date,
        ColumnType::Time,
        ColumnType::Timestamp,
    ];

    /// The word that stands in the profile.
    pub fn name(self) -> &'static str {
        match self {
            ColumnType::Text => "Text",
            ColumnType::Integer => "Integer",
            ColumnType::Decimal => "Decimal",
            ColumnType::Date => "Date",
            ColumnType::Time => "Time",
            ColumnType::Timestamp => "Timestamp",
        }
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

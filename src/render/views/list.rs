//! `plaint list`: a table of what there is.

use serde_json::{Map, Value};

use crate::error::Result;
use crate::render::csv_table;
use crate::render::table::{Table, flexible, left};
use crate::render::views;

/// Rows under named columns; the last column holds words and may be cut in a terminal.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The columns' names.
    pub columns: Vec<&'static str>,
    /// One cell per column.
    pub rows: Vec<Vec<String>>,
}

impl Listing {
    /// For people.
    pub fn text(&self) -> String {
        let last = self.columns.len() - 1;
        let columns: Vec<_> = self
            .columns
            .iter()
            .enumerate()
            .map(|(i, name)| if i == last { flexible(name, 20) } else { left(name) })
            .collect();
        let mut table = Table::new(&columns);
        for row in &self.rows {
            table.row(row);
        }
        table.render(views::WIDTH)
    }

    /// A list of objects.
    ///
    /// # Errors
    /// Internal only.
    pub fn json(&self) -> Result<Vec<u8>> {
        let objects: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                let cells =
                    self.columns.iter().zip(row).map(|(name, cell)| (name.to_string(), Value::from(cell.as_str())));
                Value::Object(cells.collect::<Map<_, _>>())
            })
            .collect();
        views::json(&objects)
    }

    /// A header and the rows.
    ///
    /// # Errors
    /// Internal only.
    pub fn csv(&self) -> Result<Vec<u8>> {
        csv_table::rows(&self.columns, &self.rows)
    }
}

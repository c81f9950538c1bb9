//! An aligned text table for a terminal: what `inspect`, `cluster`, `trends`, `list`, `show` and the report print.

use crate::render::words::{one_line, truncate, width};

/// Columns between two columns.
const GAP: usize = 2;

/// Which edge the cells of a column share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A column of a [`Table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The heading; may be empty.
    pub title: &'static str,
    /// Which edge the cells share.
    pub align: Align,
    /// Narrowest width it may be cut to when the table is too wide; null: it is cut last.
    pub shrink_to: Option<usize>,
}

/// A column of words that keeps its width as long as it can.
pub const fn left(title: &'static str) -> Column {
    Column { title, align: Align::Left, shrink_to: None }
}

/// A column of numbers.
pub const fn right(title: &'static str) -> Column {
    Column { title, align: Align::Right, shrink_to: None }
}

/// A column of words that is cut first, down to `least` columns.
pub const fn flexible(title: &'static str, least: usize) -> Column {
    Column { title, align: Align::Left, shrink_to: Some(least) }
}

/// Rows under headings. Cells are cleaned to one line; a row with too few cells ends in empty ones.
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table.
    pub fn new(columns: &[Column]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; cells beyond the last column are not shown.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        let mut row: Vec<String> = cells.into_iter().map(|cell| one_line(cell.as_ref())).collect();
        row.resize(self.columns.len(), String::new());
        self.rows.push(row);
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The heading (if any column has one) and the rows, no line wider than `columns`, no line ending in spaces.
    pub fn lines(&self, columns: usize) -> Vec<String> {
        let widths = self.widths(columns);
        let mut out = Vec::with_capacity(self.rows.len() + 1);
        if self.columns.iter().any(|c| !c.title.is_empty()) {
            out.push(self.line(self.columns.iter().map(|c| c.title), &widths));
        }
        out.extend(self.rows.iter().map(|row| self.line(row.iter().map(String::as_str), &widths)));
        out
    }

    /// [`Table::lines`] as one text, every line ended.
    pub fn render(&self, columns: usize) -> String {
        self.lines(columns).into_iter().map(|line| line + "\n").collect()
    }

    /// The natural widths, cut where the table is too wide: first the flexible columns, widest first, then any.
    fn widths(&self, columns: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = (0..self.columns.len())
            .map(|i| {
                let cells = self.rows.iter().map(|row| width(&row[i])).max().unwrap_or(0);
                cells.max(width(self.columns[i].title))
            })
            .collect();
        let room = columns.saturating_sub(GAP * self.columns.len().saturating_sub(1));
        while widths.iter().sum::<usize>() > room {
            let flexible = |i: &usize| self.columns[*i].shrink_to.is_some_and(|least| widths[*i] > least);
            let widest = (0..widths.len()).filter(flexible).max_by_key(|&i| (widths[i], usize::MAX - i));
            let any = || (0..widths.len()).filter(|&i| widths[i] > 1).max_by_key(|&i| (widths[i], usize::MAX - i));
            match widest.or_else(any) {
                Some(i) => widths[i] -= 1,
                None => break,
            }
        }
        widths
    }

    fn line<'a>(&self, cells: impl Iterator<Item = &'a str>, widths: &[usize]) -> String {
        let mut out = String::new();
        for (i, (cell, &room)) in cells.zip(widths).enumerate() {
            if i > 0 {
                out.push_str("  ");
            }
            let cell = truncate(cell, room);
            let pad = " ".repeat(room.saturating_sub(width(&cell)));
            match self.columns[i].align {
                Align::Left => out.extend([cell, pad]),
                Align::Right => out.extend([pad, cell]),
            }
        }
        out.truncate(out.trim_end().len());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Table {
        let mut table = Table::new(&[flexible("Issue", 4), right("Now"), left("Signal")]);
        table.row(["Late flights", "57", "urgent"]);
        table.row(["日本語", "1,234", ""]);
        table
    }

    #[test]
    fn aligns_by_columns_on_screen() {
        let expected = "\
Issue           Now  Signal
Late flights     57  urgent
日本語        1,234
";
        assert_eq!(sample().render(80), expected);
    }

    #[test]
    fn cuts_the_flexible_column_first() {
        assert_eq!(sample().lines(21)[1], "Late…      57  urgent");
    }

    #[test]
    fn is_never_too_wide() {
        for columns in 7..40 {
            assert!(sample().lines(columns).iter().all(|line| width(line) <= columns), "{columns}");
        }
    }

    #[test]
    fn needs_no_heading() {
        let mut table = Table::new(&[left(""), left("")]);
        table.row(["a", "b\nc"]);
        table.row(["only"]);
        assert_eq!(table.lines(80), ["a     b c", "only"]);
        assert!(!table.is_empty());
    }
}

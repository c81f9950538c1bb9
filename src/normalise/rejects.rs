//! Rows set aside, as they were.

use polars::prelude::{BooleanChunked, Column, DataFrame, NewChunkedArray};
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::ingest::raw::{Dump, LINE, ROW, Raw};
use crate::ingest::source::Shape;

/// Columns before the original cells.
const LEADING: [&str; 4] = ["_file", "_line", "_row", "_reason"];

/// Rejected rows of one dump: `_file` (text), `_line` and `_row` (1-based, Int64; line 0 where there are no lines),
/// `_reason` (text), then the dump's own columns as read (text, empty cells null). In the dump's order.
#[derive(Debug, Clone)]
pub struct Rejects {
    frame: DataFrame,
}

impl Rejects {
    /// The rows of `raw` at `positions`, with a reason each.
    pub(crate) fn of(raw: &Raw, dump: &Dump, positions: &[usize], reasons: Vec<String>) -> Result<Self> {
        let mut marked = vec![false; raw.frame().height()];
        positions.iter().for_each(|at| marked[*at] = true);
        let mask = BooleanChunked::from_slice("reject".into(), &marked);
        let rows = raw.frame().filter(&mask)?;
        let renamed = |name: &str, to: &str| -> Result<Column> {
            let mut column = rows.column(name)?.clone();
            column.rename(to.into());
            Ok(column)
        };
        let mut columns = vec![
            Column::new(LEADING[0].into(), vec![dump.path.as_str(); reasons.len()]),
            renamed(LINE, LEADING[1])?,
            renamed(ROW, LEADING[2])?,
            Column::new(LEADING[3].into(), reasons),
        ];
        columns.extend(rows.columns().iter().skip(3).cloned());
        Ok(Self { frame: DataFrame::new(rows.height(), columns)? })
    }

    /// Puts the rejects of a dump's later chunk below these.
    ///
    /// # Errors
    /// An internal error when `later` is of another dump.
    pub fn append(&mut self, later: &Self) -> Result<()> {
        self.frame.vstack_mut(&later.frame)?;
        Ok(())
    }

    /// The frame itself.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.frame.height()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.frame.height() == 0
    }

    /// Reason, line and row of each.
    ///
    /// # Errors
    /// An internal error when the frame lost a column.
    pub fn reasons(&self) -> Result<Vec<(String, i64, i64)>> {
        let reasons = self.frame.column(LEADING[3])?.str()?;
        let lines = self.frame.column(LEADING[1])?.i64()?;
        let rows = self.frame.column(LEADING[2])?.i64()?;
        let all = reasons.iter().zip(lines.iter()).zip(rows.iter());
        Ok(all
            .map(|((reason, line), row)| {
                (reason.unwrap_or_default().to_owned(), line.unwrap_or_default(), row.unwrap_or_default())
            })
            .collect())
    }

    /// The rows as the dump has them: a table with its delimiter and a header line, JSON as one object a line; the
    /// dump's columns first, then `file`, `line` and `reason`; UTF-8. Corrected, the file can be read again as it is.
    ///
    /// # Errors
    /// An internal error when the frame lost a column.
    pub fn written(&self, dump: &Dump) -> Result<Vec<u8>> {
        match dump.source.shape {
            Shape::Table => self.to_csv(dump),
            Shape::Json => self.to_lines(dump),
        }
    }

    fn to_lines(&self, dump: &Dump) -> Result<Vec<u8>> {
        let columns: Vec<&Column> = self.frame.columns().iter().skip(LEADING.len()).collect();
        let mut out = Vec::new();
        for (at, (reason, line, _)) in self.reasons()?.into_iter().enumerate() {
            let mut object = Map::new();
            for column in &columns {
                if let Some(cell) = column.str()?.get(at) {
                    object.insert(column.name().to_string(), Value::from(cell));
                }
            }
            object.insert("file".to_owned(), Value::from(dump.path.as_str()));
            object.insert("line".to_owned(), Value::from(line));
            object.insert("reason".to_owned(), Value::from(reason));
            out.extend(Value::Object(object).to_string().into_bytes());
            out.push(b'\n');
        }
        Ok(out)
    }

    fn to_csv(&self, dump: &Dump) -> Result<Vec<u8>> {
        let broken = |_| Error::failed("cannot write the rejects").at(&dump.path);
        let mut writer = csv::WriterBuilder::new().delimiter(dump.delimiter.unwrap_or(b',')).from_writer(Vec::new());
        let header = dump.columns.iter().map(|name| original_header(name, dump)).chain(["file", "line", "reason"]);
        writer.write_record(header).map_err(broken)?;
        let mut cells = Vec::new();
        for column in self.frame.columns().iter().skip(LEADING.len()) {
            cells.push(column.str()?);
        }
        for (at, (reason, line, _)) in self.reasons()?.into_iter().enumerate() {
            let line = line.to_string();
            let own = cells.iter().map(|column| column.get(at).unwrap_or_default());
            writer.write_record(own.chain([dump.path.as_str(), &line, &reason])).map_err(broken)?;
        }
        writer.into_inner().map_err(|_| Error::failed("cannot write the rejects").at(&dump.path))
    }
}

/// `Comment` of `Comment#2`: repeats are written under their own header again.
fn original_header<'a>(name: &'a str, dump: &Dump) -> &'a str {
    match name.rsplit_once('#') {
        Some((header, n))
            if n.bytes().all(|b| b.is_ascii_digit()) && dump.columns.iter().any(|column| column == header) =>
        {
            header
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::testing::{dump, raw};

    #[test]
    fn written_as_they_were_read() {
        let mut dump = dump("mention", &["text", "note", "note#2", "Item #1"], &[]);
        dump.delimiter = Some(b';');
        let raw = raw(&dump, &[vec!["a", "b", "c", "d"], vec!["semi;colon", "", "two\nlines", "="]]);
        let mut rejects = Rejects::of(&raw, &dump, &[1], vec!["bad".to_owned()]).unwrap();
        assert_eq!((rejects.len(), rejects.is_empty()), (1, false));
        rejects.append(&Rejects::of(&raw, &dump, &[0], vec!["worse".to_owned()]).unwrap()).unwrap();
        assert_eq!(
            String::from_utf8(rejects.to_csv(&dump).unwrap()).unwrap(),
            "text;note;note;Item #1;file;line;reason\n\
             \"semi;colon\";;\"two\nlines\";=;dump.csv;3;bad\n\
             a;b;c;d;dump.csv;2;worse\n"
        );
    }
}

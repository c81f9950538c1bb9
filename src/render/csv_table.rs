//! Rows → the bytes of a CSV file: RFC 4180 quoting, `\n` line ends, UTF-8 without a byte order mark.
//!
//! Cells are written as they are, also those a spreadsheet would take for a formula: a program that reads the file
//! back must find what was said.

use crate::error::{Error, Result};

/// A header and its rows.
///
/// # Errors
/// An internal error when a row has another number of cells than the header.
pub(crate) fn to_bytes<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<Vec<u8>> {
    write(&header, rows)
}

/// A header and its rows, where the number of columns is known only at run time.
///
/// # Errors
/// An internal error when a row has another number of cells than the header.
pub(crate) fn rows(header: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>> {
    write(header, rows)
}

fn write<R>(header: &[&str], rows: impl IntoIterator<Item = R>) -> Result<Vec<u8>>
where
    R: IntoIterator,
    R::Item: AsRef<[u8]>,
{
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(broken)?;
    for row in rows {
        writer.write_record(row).map_err(broken)?;
    }
    writer.into_inner().map_err(|cause| broken(cause.into_error()))
}

/// Rows without their header, of a table so long that a text for every cell is too dear: cells are written one after the
/// other.
#[derive(Default)]
pub(crate) struct Body {
    bytes: String,
    /// Whether the row has a cell already.
    begun: bool,
}

impl Body {
    /// A cell of any text.
    ///
    /// # Errors
    /// An internal error when it cannot be written.
    pub(crate) fn text(&mut self, text: &str) -> Result<()> {
        if text.contains(['"', ',', '\r', '\n']) {
            let quoted = write(&[text], std::iter::empty::<[&str; 1]>())?;
            let quoted = String::from_utf8(quoted).map_err(broken)?;
            self.plain(|cell| cell.push_str(quoted.trim_end_matches('\n')));
        } else {
            self.plain(|cell| cell.push_str(text));
        }
        Ok(())
    }

    /// A cell of what `push` adds to the text it is given: nothing that needs quotes.
    pub(crate) fn plain(&mut self, push: impl FnOnce(&mut String)) {
        if self.begun {
            self.bytes.push(',');
        }
        self.begun = true;
        push(&mut self.bytes);
    }

    /// Ends the row.
    pub(crate) fn end(&mut self) {
        self.bytes.push('\n');
        self.begun = false;
    }

    /// The bytes of all rows.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes.into_bytes()
    }
}

fn broken(cause: impl std::fmt::Display) -> Error {
    Error::failed("internal: render: a table could not be written")
        .evidence(cause.to_string())
        .hint("this is a bug in plaint; please report it with this message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_quoted_as_a_table_is() {
        let cells = ["plain", "", "a,b", "say \"no\"", "two\nlines", "\r", "\"", " =1+1"];
        let mut body = Body::default();
        for _ in 0..2 {
            cells.iter().for_each(|cell| body.text(cell).expect("a text"));
            body.end();
        }
        let row = cells.map(str::to_owned);
        let table = to_bytes(["h"; 8], [row.clone(), row]).expect("a table");
        assert_eq!(body.into_bytes(), table["h,h,h,h,h,h,h,h\n".len()..]);
    }
}

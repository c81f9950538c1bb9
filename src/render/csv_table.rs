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
    write(Some(&header), rows)
}

/// Rows without their header: a part of a table.
///
/// # Errors
/// An internal error when rows have different numbers of cells.
pub(crate) fn body<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) -> Result<Vec<u8>> {
    write(None, rows)
}

/// A header and its rows, where the number of columns is known only at run time.
///
/// # Errors
/// An internal error when a row has another number of cells than the header.
pub(crate) fn rows(header: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>> {
    write(Some(header), rows)
}

fn write<R>(header: Option<&[&str]>, rows: impl IntoIterator<Item = R>) -> Result<Vec<u8>>
where
    R: IntoIterator,
    R::Item: AsRef<[u8]>,
{
    let mut writer = csv::Writer::from_writer(Vec::new());
    if let Some(header) = header {
        writer.write_record(header).map_err(broken)?;
    }
    for row in rows {
        writer.write_record(row).map_err(broken)?;
    }
    writer.into_inner().map_err(|cause| broken(cause.into_error()))
}

fn broken(cause: impl std::fmt::Display) -> Error {
    Error::failed("internal: render: a table could not be written")
        .evidence(cause.to_string())
        .hint("this is a bug in plaint; please report it with this message")
}

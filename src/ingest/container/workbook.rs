//! A sheet of a workbook (XLSX, XLSB, XLS, ODS) → a table as text, one record per row of the sheet.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::sync::Arc;

use calamine::{Data, DataRef, ExcelDateTime, Range, Reader, Sheets};

use crate::error::{Error, Result};

/// From here on a spreadsheet, which computes with 15 digits, has rounded an id.
const ROUNDED: f64 = 1e15;
/// Cells of the largest sheet read, 32 bytes each before their text: a million rows of 64 columns.
const MOST_CELLS: u64 = 64 << 20;
/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// The sheets with at least one filled cell, in the workbook's order.
///
/// # Errors
/// Damaged, or protected.
pub(crate) fn sheets(file: File, path: &str) -> Result<Vec<String>> {
    let mut book = open(file, path)?;
    let names = book.sheet_names();
    let mut filled = Vec::new();
    for name in names {
        if !range(&mut book, &name, path)?.is_empty() {
            filled.push(name);
        }
    }
    Ok(filled)
}

/// A sheet as comma-separated text, every cell quoted where it must be, every row as wide as the sheet; the name may be
/// empty where one sheet is filled. Rows above the first filled one are empty records, so that the n-th record is the
/// sheet's n-th row.
///
/// # Errors
/// Damaged, protected, no such sheet, or several filled and none named.
pub(crate) fn sheet_as_csv(file: File, name: &str, path: &str) -> Result<Vec<u8>> {
    let mut book = open(file, path)?;
    let names = book.sheet_names();
    let name = if name.is_empty() {
        let mut filled = Vec::new();
        for name in &names {
            if !range(&mut book, name, path)?.is_empty() {
                filled.push(name.clone());
            }
        }
        match filled.as_slice() {
            [] => return Err(Error::no_records("the workbook is empty").at(path).hint("export it again")),
            [one] => one.clone(),
            [first, ..] => {
                return Err(Error::failed(format!("the workbook holds {} filled sheets", filled.len()))
                    .at(path)
                    .evidence(filled.join(", "))
                    .hint(format!("name one of them: {path}/{first}")));
            }
        }
    } else if names.iter().any(|known| known == name) {
        name.to_owned()
    } else {
        return Err(Error::failed(format!("there is no sheet \"{name}\""))
            .at(path)
            .evidence(format!("sheets: {}", names.join(", ")))
            .hint("name one of these"));
    };
    let range = range(&mut book, &name, path)?;
    csv_of(&range).ok_or_else(|| Error::failed("internal: a sheet could not be written as text").at(path))
}

type Book = Sheets<Cursor<Arc<[u8]>>>;

fn open(mut file: File, path: &str) -> Result<Book> {
    let mut bytes = Vec::new();
    // Whoever looked at it before shares the place it is read from.
    file.rewind().map_err(|cause| Error::io(path, "read it", &cause))?;
    file.read_to_end(&mut bytes).map_err(|cause| Error::io(path, "read it", &cause))?;
    calamine::open_workbook_auto_from_rs(Cursor::new(bytes.into())).map_err(|cause| damaged(path, &cause))
}

/// A sheet's cells. One far away from the others would make a sheet of billions of empty ones, which the reader would
/// hold in memory: an XLSX sheet is measured first.
fn range(book: &mut Book, name: &str, path: &str) -> Result<Range<Data>> {
    if let Sheets::Xlsx(xlsx) = book {
        let failed = |cause: calamine::XlsxError| damaged(path, &cause.into());
        let mut reader = xlsx.worksheet_cells_reader(name).map_err(failed)?;
        let (mut rows, mut columns) = (0u64, 0u64);
        while let Some(cell) = reader.next_cell().map_err(failed)? {
            if !matches!(cell.get_value(), DataRef::Empty) {
                let (row, column) = cell.get_position();
                rows = rows.max(u64::from(row) + 1);
                columns = columns.max(u64::from(column) + 1);
            }
        }
        if rows * columns > MOST_CELLS {
            return Err(Error::failed(format!("sheet \"{name}\" spans {rows} rows and {columns} columns"))
                .at(path)
                .hint("delete the cells far away from the data, or save it as CSV (UTF-8)"));
        }
    }
    book.worksheet_range(name).map_err(|cause| damaged(path, &cause))
}

fn damaged(path: &str, cause: &calamine::Error) -> Error {
    let text = cause.to_string();
    if text.to_lowercase().contains("password") || text.to_lowercase().contains("encrypt") {
        return Error::failed("is protected by a password").at(path).hint("save it without a password");
    }
    Error::failed("the workbook cannot be read").at(path).evidence(text).hint("open it and save it as CSV (UTF-8)")
}

fn csv_of(range: &Range<Data>) -> Option<Vec<u8>> {
    let (first_row, first_column) = range.start()?;
    let width = range.width();
    // A column with a time of day anywhere is written with times throughout: a midnight in it is a time.
    let mut timed = vec![false; width];
    for row in range.rows() {
        for (at, cell) in row.iter().enumerate() {
            if let Data::DateTime(moment) = cell {
                timed[at] |= moment.as_f64().fract() != 0.0;
            }
        }
    }
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let before = first_column as usize;
    for _ in 0..first_row {
        writer.write_record(std::iter::repeat_n("", before + width)).ok()?;
    }
    for row in range.rows() {
        let cells = row.iter().zip(&timed).map(|(cell, timed)| text(cell, *timed));
        writer.write_record(std::iter::repeat_n(String::new(), before).chain(cells)).ok()?;
    }
    writer.into_inner().ok()
}

/// A cell as a person reads it.
fn text(cell: &Data, timed: bool) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Bool(yes) => yes.to_string(),
        Data::Float(number) => float(*number),
        Data::DateTime(moment) => moment_text(*moment, timed),
    }
}

/// A whole number without a point; one that was rounded in the form that says so.
fn float(number: f64) -> String {
    if number.abs() >= ROUNDED {
        let text = format!("{number:E}");
        return text.replacen('E', "E+", 1);
    }
    number.to_string()
}

fn moment_text(moment: ExcelDateTime, timed: bool) -> String {
    let serial = moment.as_f64();
    if moment.is_duration() || (0.0..1.0).contains(&serial) {
        #[expect(clippy::cast_possible_truncation, reason = "a float too large saturates")]
        let seconds = (serial * DAY).round() as i64;
        return format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (timed, milli) {
        (false, _) => date,
        (true, 0) => format!("{date} {hour:02}:{minute:02}:{second:02}"),
        (true, _) => format!("{date} {hour:02}:{minute:02}:{second:02}.{milli:03}"),
    }
}

#[cfg(test)]
mod tests {
    use calamine::{Cell, ExcelDateTimeType};

    use super::*;

    #[test]
    fn cells_are_written_as_people_read_them() {
        let moment = |serial| Data::DateTime(ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, false));
        let cells = vec![
            Cell::new((1, 1), Data::String("id".to_owned())),
            Cell::new((1, 2), Data::String("when".to_owned())),
            Cell::new((2, 1), Data::Float(119_237.0)),
            Cell::new((2, 2), moment(45352.0)),
            Cell::new((3, 1), Data::Float(540_000_000_000_000_000.0)),
            Cell::new((3, 2), moment(45352.604)),
        ];
        let text = String::from_utf8(csv_of(&Range::from_sparse(cells)).unwrap()).unwrap();
        let expected = ",,\n,id,when\n,119237,2024-03-01 00:00:00\n,5.4E+17,2024-03-01 14:29:45.600\n";
        assert_eq!(text, expected);
        assert_eq!(moment_text(ExcelDateTime::new(0.5, ExcelDateTimeType::DateTime, false), true), "12:00:00");
    }
}

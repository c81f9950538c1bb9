//! Dumps in their containers, and what is refused for its size.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::Command;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const TICKETS: &[u8] = b"id,created at,text\n1,2026-03-02 09:02,It sings\n2,2026-03-03 10:00,It leaks\n";

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// A workbook of one sheet per (name, rows); cells are texts, or numbers where they parse as one.
fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let names: String = sheets
        .iter()
        .enumerate()
        .map(|(at, (name, _))| format!("<sheet name=\"{name}\" sheetId=\"{0}\" r:id=\"rId{0}\"/>", at + 1))
        .collect();
    let rels: String = (1..=sheets.len())
        .map(|at| format!("<Relationship Id=\"rId{at}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{at}.xml\"/>"))
        .collect();
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    let mut parts = vec![
        (
            "[Content_Types].xml".to_owned(),
            format!(
                "{head}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            ),
        ),
        ("xl/workbook.xml".to_owned(), format!("{head}<workbook {main}><sheets>{names}</sheets></workbook>")),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!(
                "{head}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{rels}</Relationships>"
            ),
        ),
    ];
    for (at, (_, rows)) in sheets.iter().enumerate() {
        let rows: String = rows
            .iter()
            .enumerate()
            .map(|(y, row)| {
                let cells: String = row
                    .iter()
                    .enumerate()
                    .filter(|(_, cell)| !cell.is_empty())
                    .map(|(x, cell)| {
                        let place = format!("{}{}", char::from(b'A' + x as u8), y + 1);
                        match cell.parse::<f64>() {
                            Ok(_) => format!("<c r=\"{place}\"><v>{cell}</v></c>"),
                            Err(_) => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
                        }
                    })
                    .collect();
                format!("<row r=\"{}\">{cells}</row>", y + 1)
            })
            .collect();
        parts.push((
            format!("xl/worksheets/sheet{}.xml", at + 1),
            format!("{head}<worksheet {main}><sheetData>{rows}</sheetData></worksheet>"),
        ));
    }
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    zipped(&parts)
}

struct Said {
    files: Vec<(String, String, i64)>,
    errors: String,
}

fn inspect(folder: &Path, file: &str, more: &[&str]) -> Said {
    let ran = Command::new(env!("CARGO_BIN_EXE_plaint"))
        .args(["inspect", file, "--format", "json"])
        .args(more)
        .current_dir(folder)
        .output()
        .unwrap();
    let said: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap_or_default();
    let files = said["files"].as_array().cloned().unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    Said {
        files: files.iter().map(|f| (text(&f["path"]), text(&f["container"]), f["rows"].as_i64().unwrap())).collect(),
        errors: String::from_utf8(ran.stderr).unwrap(),
    }
}

fn written(name: &str, bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    folder
}

fn file(path: &str, container: &str, rows: i64) -> (String, String, i64) {
    (path.to_owned(), container.to_owned(), rows)
}

#[test]
fn every_file_of_an_archive_is_a_dump_and_junk_is_left_out() {
    let inner = zipped(&[("deep/c.csv", TICKETS)]);
    let packed = gzipped(TICKETS);
    let bytes = zipped(&[
        ("a.csv", TICKETS),
        ("__MACOSX/._a.csv", b"\0\0"),
        ("b.csv.gz", &packed),
        ("inner.zip", &inner),
        ("read me.txt", b"Exported on Monday\n"),
    ]);
    let folder = written("export.zip", &bytes);
    let said = inspect(folder.path(), "export.zip", &[]);
    let expected = [
        file("export.zip/a.csv", "zip", 2),
        file("export.zip/b.csv.gz", "zip, gzip", 2),
        file("export.zip/inner.zip/deep/c.csv", "zip, zip", 2),
    ];
    assert_eq!(said.files, expected, "{}", said.errors);
    assert!(said.errors.contains("__MACOSX/._a.csv"), "{}", said.errors);
    let one = inspect(folder.path(), "export.zip/b.csv.gz", &[]);
    assert_eq!(one.files, [file("export.zip/b.csv.gz", "zip, gzip", 2)], "{}", one.errors);
}

#[test]
fn sheets_are_tables() {
    let rows: &[&[&str]] = &[
        &["Export of tickets"],
        &[],
        &["id", "created at", "text"],
        &["1", "45352.604", "It sings"],
        &["540000000000000000", "45353", "It leaks"],
    ];
    let folder = written("book.xls", &workbook(&[("Tickets", rows)]));
    let said = inspect(folder.path(), "book.xls", &[]);
    assert_eq!(said.files, [file("book.xls", "xlsx", 2)], "{}", said.errors);
    let rows = workbook(&[("Tickets", rows), ("Empty", &[]), ("Old", &[&["id", "text"], &["7", "It broke"]])]);
    fs::write(folder.path().join("two.xlsx"), rows).unwrap();
    let said = inspect(folder.path(), "two.xlsx", &[]);
    let expected = [file("two.xlsx/Old", "xlsx", 1), file("two.xlsx/Tickets", "xlsx", 2)];
    assert_eq!(said.files, expected, "{}", said.errors);
}

#[test]
fn a_web_page_called_xls_is_a_table() {
    let page = "<html><body><table><tr><th>Case Number</th><th>Date/Time Opened</th><th>Subject</th></tr>\
        <tr><td>00001026</td><td>31/01/2026 15:05</td><td>It sings</td></tr></table></body></html>";
    let folder = written("cases.xls", page.as_bytes());
    let said = inspect(folder.path(), "cases.xls", &[]);
    assert_eq!(said.files, [file("cases.xls", "html", 1)], "{}", said.errors);
}

#[track_caller]
fn refused(name: &str, bytes: &[u8], limit: &str) {
    let folder = written(name, bytes);
    let said = inspect(folder.path(), name, &[]);
    assert!(said.files.is_empty(), "{:?}", said.files);
    let named = format!("limit {limit}: ");
    assert!(said.errors.contains(&named) && said.errors.contains(&format!("--limit {limit}=")), "{}", said.errors);
}

#[test]
fn what_costs_too_much_is_refused_by_the_name_of_its_limit() {
    let wide = (0..100_000).map(|at| format!("c{at}")).collect::<Vec<_>>().join(",");
    refused("wide.csv", format!("{wide}\n{wide}\n").as_bytes(), "columns");
    refused("long.csv", &[b"id,text\n1,".to_vec(), vec![b'x'; 20 << 20]].concat(), "row");
    let deep = format!("{{\"a\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    refused("deep.json", deep.as_bytes(), "depth");
    let folder = written("bomb.csv.gz", &gzipped(&vec![b'a'; 8 << 20]));
    let said = inspect(folder.path(), "bomb.csv.gz", &["--limit", "unpacked=1MiB"]);
    assert!(said.errors.contains("limit unpacked: 1MiB"), "{}", said.errors);
    let folder = written("bomb.zip", &zipped(&[("a.csv", &vec![b'a'; 8 << 20])]));
    let said = inspect(folder.path(), "bomb.zip", &["--limit", "unpacked=1MiB"]);
    assert!(said.errors.contains("limit unpacked: 1MiB"), "{}", said.errors);
    let lines = [b"{\"id\": 1, \"text\": \"".to_vec(), vec![b'x'; 3 << 20], b"\"}\n{\"id\": 2}\n".to_vec()].concat();
    let folder = written("long.ndjson", &lines);
    let said = inspect(folder.path(), "long.ndjson", &["--limit", "document=1MiB"]);
    assert!(said.errors.contains("limit document: 1MiB"), "{}", said.errors);
}

#[test]
fn an_unclosed_quote_is_named_with_its_line() {
    let folder = written("open.csv", b"id,text\n1,fine\n2,\"never closed\n3,x\n");
    let said = inspect(folder.path(), "open.csv", &[]);
    assert!(said.errors.starts_with("error: open.csv:3: a quote opens here and is never closed"), "{}", said.errors);
}

#[test]
fn quotes_of_three_dialects_and_no_header() {
    let folder = written("linkedin.csv", b"Date,Link,Message\n2026-03-02 09:02:00,https://x/1,\"It \\\"sings\\\", at night\"\n2026-03-03 09:02:00,https://x/2,\"a \\\"b\\\", c\"\n");
    let said = inspect(folder.path(), "linkedin.csv", &[]);
    assert_eq!(said.files[0].2, 2, "{}", said.errors);
    fs::write(folder.path().join("bare.csv"), "1,2026-03-02,It sings\n2,2026-03-03,It leaks\n").unwrap();
    let maps = ["--map", "source_id=column_1", "--map", "created_at=column_2", "--map", "body=column_3"];
    let said = inspect(folder.path(), "bare.csv", &maps);
    assert_eq!(said.files, [file("bare.csv", "plain", 2)], "{}", said.errors);
}

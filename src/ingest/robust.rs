//! Whatever the bytes: no panic, every row numbered, and every cell a writer wrote read back.

use std::io::Write;

use proptest::prelude::*;

use crate::error::Result;
use crate::ingest::chunks::chunks;
use crate::ingest::open::open;
use crate::ingest::options::Options;
use crate::ingest::raw::{PROBLEM, ROW};

/// Rows read from a file of these bytes.
fn rows(bytes: &[u8], map: &[&str]) -> Result<Vec<Vec<Option<String>>>> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let options = Options { map: map.iter().map(ToString::to_string).collect(), ..Options::default() };
    let dump = open(file.path().to_str().unwrap(), &options)?;
    let mut rows = Vec::new();
    for chunk in chunks(&dump, 3)? {
        let chunk = chunk?;
        let frame = chunk.frame();
        assert_eq!(frame.column(ROW).unwrap().i64().unwrap().get(0), Some(rows.len() as i64 + 1));
        for at in 0..frame.height() {
            let cell = |name: &str| frame.column(name).unwrap().str().unwrap().get(at).map(str::to_owned);
            rows.push(std::iter::once(PROBLEM).chain(dump.columns.iter().map(String::as_str)).map(cell).collect());
        }
    }
    Ok(rows)
}

/// Bytes that are likelier to go deep than random ones.
fn almost_a_dump() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"id,text,created at\n".to_vec()),
        Just(b"{\"id\": 1, \"text\": \"x\", \"list\": [{\"a\": null}]}\n".to_vec()),
        Just(b"[{\"text\": ".to_vec()),
        Just(b"{\"data\": {\"children\": [{\"data\": {\"body\": \"x\"}}]}}".to_vec()),
        Just(b"\"a\",\"b\r\n".to_vec()),
        Just(b"\xef\xbb\xbf".to_vec()),
        Just(b"\xff\xfe".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"1;2;3\n".to_vec()),
        Just(b"\t|\"\"".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..12),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in almost_a_dump()) {
        let _ = rows(&bytes, &[]);
        let _ = rows(&bytes, &["body=text"]);
    }

    #[test]
    fn cells_survive_the_way(cells in proptest::collection::vec(("[a-z]{1,4}", "[a-zé,;\"\n]{0,8}"), 1..20)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["id", "text"]).unwrap();
        cells.iter().for_each(|(id, text)| writer.write_record([id, text]).unwrap());
        let read = rows(&writer.into_inner().unwrap(), &[]).unwrap();
        let expected: Vec<Vec<Option<String>>> = cells
            .into_iter()
            .map(|(id, text)| vec![None, Some(id), Some(text).filter(|text| !text.is_empty())])
            .collect();
        prop_assert_eq!(read.len(), expected.len());
        for (read, expected) in read.iter().zip(&expected) {
            prop_assert_eq!(&read[1..], &expected[1..]);
        }
    }
}

#[test]
fn a_sources_file_of_the_user_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let (source, dump) = (folder.path().join("mine.toml"), folder.path().join("a.csv"));
    let text = "name = \"mine\"\nabout = \"a\"\nkind = \"review\"\nsystem = \"shop\"\nshape = \"table\"\n[fields]\nbody = \"Was\"\n";
    std::fs::write(&source, text).unwrap();
    std::fs::write(&dump, "Nr,Was\n1,kaputt\n").unwrap();
    let options = Options { source: Some(source.to_str().unwrap().to_owned()), ..Options::default() };
    let opened = open(dump.to_str().unwrap(), &options).unwrap();
    assert_eq!((opened.source.name.as_str(), opened.confidence), ("mine", 1.0));
    assert_eq!(
        (opened.fields["body"].from.as_slice(), opened.unmapped.as_slice()),
        (&["Was".to_owned()][..], &["Nr".to_owned()][..])
    );
    let named = Options { source: Some("zendesk_csv".to_owned()), ..Options::default() };
    let error = open(dump.to_str().unwrap(), &named).unwrap_err().to_string();
    assert!(error.contains("is not a zendesk_csv dump: it has no column \"id\""), "{error}");
}

#[test]
fn a_brandwatch_like_preamble_is_set_aside() {
    let text = b"Report:,Bulk\nFrom:,2026-03-01\n\nComplaint ID,Date received,Product,Issue\n1,2026-03-02,Loan,Fees\n";
    let read = rows(text, &[]).unwrap();
    assert_eq!(
        read,
        [[None, Some("1"), Some("2026-03-02"), Some("Loan"), Some("Fees")].map(|c| c.map(str::to_owned)).to_vec()]
    );
}

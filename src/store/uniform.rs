//! Columns of a Parquet file that hold one value throughout, told from the file's own statistics.
//!
//! A text takes 16 bytes a row in memory even where it is null, and most dumps leave most of a record's fields empty, or
//! the same in all of its rows: such a column is read as its first value and its length.

use std::fs::File;

use polars::error::PolarsResult;
use polars::io::SerReader;
use polars::io::parquet::metadata::FileMetadata;
use polars::prelude::{Column, DataFrame, ParquetReader, Scalar};

/// The columns of a file, in the order asked for; what the file lacks is left out.
///
/// # Errors
/// What the disk says; the file is no Parquet.
pub(crate) fn read(file: File, columns: &[&str]) -> PolarsResult<DataFrame> {
    let mut reader = ParquetReader::new(file.try_clone()?);
    let schema = reader.schema()?;
    let metadata = reader.get_metadata()?.clone();
    let there: Vec<&str> = columns.iter().copied().filter(|name| schema.contains(name)).collect();
    let (same, other): (Vec<&str>, Vec<&str>) = there.iter().copied().partition(|name| is_uniform(&metadata, name));
    let names = |of: Vec<&str>| Some(of.into_iter().map(str::to_owned).collect());
    if same.is_empty() {
        return reader.with_columns(names(other)).finish();
    }
    let first = ParquetReader::new(file).with_columns(names(same)).with_slice(Some((0, 1))).finish()?;
    let rest = reader.with_columns(names(other)).finish()?;
    let column = |name: &&str| -> PolarsResult<Column> {
        let Ok(one) = first.column(name) else { return rest.column(name).cloned() };
        let value = Scalar::new(one.dtype().clone(), one.get(0)?.into_static());
        Ok(Column::new_scalar(one.name().clone(), value, metadata.num_rows))
    };
    DataFrame::new(metadata.num_rows, there.iter().map(column).collect::<PolarsResult<_>>()?)
}

/// Whether the statistics of every row group say that all of the column is null, or all of it one text. Of lists, and of
/// files without statistics, they say nothing.
fn is_uniform(metadata: &FileMetadata, name: &str) -> bool {
    let mut known: Option<Option<Vec<u8>>> = None;
    for rows in &metadata.row_groups {
        let Some(mut chunks) = rows.columns_under_root_iter(name) else { return false };
        let (Some(chunk), None) = (chunks.next(), chunks.next()) else { return false };
        if chunk.descriptor().path_in_schema.len() != 1 {
            return false;
        }
        let Some(Ok(told)) = chunk.statistics(&metadata.footer_buf) else { return false };
        let value = match (told.null_count(), told.as_binary()) {
            (Some(nulls), _) if nulls == chunk.num_values() => None,
            (Some(0), Some(texts)) if texts.min_value.is_some() && texts.min_value == texts.max_value => {
                texts.min_value.clone()
            }
            _ => return false,
        };
        if *known.get_or_insert_with(|| value.clone()) != value {
            return false;
        }
    }
    known.is_some() && metadata.num_rows > 0
}

#[cfg(test)]
mod tests {
    use polars::prelude::{ParquetWriter, df};

    use super::*;

    #[test]
    fn what_is_the_same_throughout_is_read_as_one_value() {
        let none: [Option<i64>; 4] = [None; 4];
        let mut frame = df![
            "one" => ["a"; 4], "texts" => ["a", "a", "a", "b"], "some" => [Some("a"), None, Some("a"), Some("a")],
            "none" => none, "numbers" => [1, 1, 1, 1],
        ]
        .unwrap();
        let mut file = tempfile::tempfile().unwrap();
        ParquetWriter::new(&mut file).with_row_group_size(Some(3)).finish(&mut frame).unwrap();
        let names = ["none", "texts", "one", "some", "absent", "numbers"];
        let found = read(file.try_clone().unwrap(), &names).unwrap();
        assert!(found.equals_missing(&frame.select(["none", "texts", "one", "some", "numbers"]).unwrap()));
        let kept: Vec<bool> = found.columns().iter().map(|c| matches!(c, Column::Scalar(_))).collect();
        assert_eq!(kept, [true, false, true, false, false]);
        let found = read(file, &["one"]).unwrap();
        assert_eq!((found.height(), found.width()), (4, 1));
    }

    #[test]
    fn an_empty_file_has_no_value() {
        let mut frame = df!["one" => Vec::<&str>::new()].unwrap();
        let mut file = tempfile::tempfile().unwrap();
        ParquetWriter::new(&mut file).finish(&mut frame).unwrap();
        assert_eq!(read(file, &["one"]).unwrap().height(), 0);
    }
}

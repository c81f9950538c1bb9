//! Frames one below the other, without paying for what is empty or always the same.
//!
//! A text takes 16 bytes a row even where it is null, and dumps leave many of a record's fields empty. A column with
//! one value throughout (or none) is kept as that value and its length; polars lays it out only for who reads it.

use polars::prelude::{AnyValue, Column, DataFrame, DataType, IntoColumn, Scalar};

use crate::error::Result;

/// The rows of all frames, in order; their columns are alike. Null without a frame.
///
/// # Errors
/// When the columns differ.
pub(crate) fn stacked(frames: Vec<DataFrame>) -> Result<Option<DataFrame>> {
    let height = frames.iter().map(DataFrame::height).sum();
    let mut parts: Vec<std::vec::IntoIter<Column>> =
        frames.into_iter().map(|frame| frame.into_columns().into_iter()).collect();
    let width = parts.first().map_or(0, ExactSizeIterator::len);
    let mut columns = Vec::with_capacity(width);
    for _ in 0..width {
        columns.push(joined(parts.iter_mut().filter_map(Iterator::next).map(leaned).collect())?);
    }
    Ok(if columns.is_empty() { None } else { Some(DataFrame::new(height, columns)?) })
}

/// One below the other, in one piece.
fn joined(parts: Vec<Column>) -> Result<Column> {
    let height = parts.iter().map(Column::len).sum();
    let filled: Vec<&Column> = parts.iter().filter(|part| !part.is_empty()).collect();
    let one = match filled.first().or(parts.first().as_ref()) {
        Some(Column::Scalar(first)) => {
            let same = |part: &&Column| matches!(part, Column::Scalar(other) if other.scalar() == first.scalar());
            filled.iter().all(same).then(|| Column::new_scalar(first.name().clone(), first.scalar().clone(), height))
        }
        _ => None,
    };
    if let Some(one) = one {
        return Ok(one);
    }
    let mut parts = parts.into_iter();
    let mut all = parts.next().map(Column::take_materialized_series).unwrap_or_default();
    for part in parts {
        all.append_owned(part.take_materialized_series())?;
    }
    Ok(all.rechunk().into_column())
}

/// The same frame, every column that holds one value as that value; what was laid out of them for a reader is let go.
pub(crate) fn lean(frame: DataFrame) -> Result<DataFrame> {
    let height = frame.height();
    Ok(DataFrame::new(height, frame.into_columns().into_iter().map(leaned).collect())?)
}

/// The same column, as one value where it holds only one.
fn leaned(column: Column) -> Column {
    let (name, height) = (column.name().clone(), column.len());
    if let Column::Scalar(one) = &column {
        return Column::new_scalar(name, one.scalar().clone(), height);
    }
    if height == 0 {
        return column;
    }
    if column.null_count() == height {
        return Column::full_null(name, height, column.dtype());
    }
    if let Ok(texts) = column.str()
        && texts.null_count() == 0
        && let Some(first) = texts.get(0)
        && texts.iter().all(|text| text == Some(first))
    {
        let value = Scalar::new(DataType::String, AnyValue::StringOwned(first.into()));
        return Column::new_scalar(name, value, height);
    }
    column
}

#[cfg(test)]
mod tests {
    use polars::prelude::df;

    use super::*;

    #[test]
    fn what_is_the_same_throughout_takes_no_room() {
        let none: [Option<&str>; 2] = [None, None];
        let frame = |feed: &str, none: [Option<&str>; 2]| df!["feed" => [feed, feed], "n" => [1, 2], "none" => none];
        let all = stacked(vec![frame("a", none).unwrap(), frame("a", none).unwrap()]).unwrap().unwrap();
        let kept: Vec<bool> = all.columns().iter().map(|c| matches!(c, Column::Scalar(_))).collect();
        assert_eq!(kept, [true, false, true]);
        let mut plain = frame("a", none).unwrap();
        plain.vstack_mut(&frame("a", none).unwrap()).unwrap();
        assert!(all.equals_missing(&plain));

        let all = stacked(vec![frame("a", none).unwrap(), frame("b", [None, Some("x")]).unwrap()]).unwrap().unwrap();
        let feeds: Vec<Option<&str>> = all.column("feed").unwrap().str().unwrap().iter().collect();
        assert_eq!(feeds, [Some("a"), Some("a"), Some("b"), Some("b")]);
        assert_eq!(all.column("none").unwrap().str().unwrap().get(3), Some("x"));
        assert!(stacked(Vec::new()).unwrap().is_none());
    }
}

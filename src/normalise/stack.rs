//! Frames one below the other, without paying for what is empty or always the same.
//!
//! A text takes 16 bytes a row even where it is null, and dumps leave many of a record's fields empty. A column with
//! one value throughout (or none) is kept as that value and its length; polars lays it out only for who reads it.

use polars::prelude::{
    AnyValue, Column, DataFrame, DataType, IdxCa, IdxSize, IntoColumn, IntoSeries, ListBuilderTrait,
    ListStringChunkedBuilder, NewChunkedArray, Scalar, Series,
};
use rayon::prelude::*;

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
    let split: Vec<Vec<Column>> = (0..width).map(|_| parts.iter_mut().filter_map(Iterator::next).collect()).collect();
    let join = |parts: Vec<Column>| joined(parts.into_iter().map(leaned).collect());
    let columns: Vec<Column> = split.into_par_iter().with_max_len(1).map(join).collect::<Result<_>>()?;
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

/// These rows of a frame, in this order.
///
/// # Errors
/// When there is no such row.
pub(crate) fn gathered(frame: &DataFrame, rows: &[IdxSize]) -> Result<DataFrame> {
    let places = IdxCa::from_slice("".into(), rows);
    let of = |column: &Column| match column.dtype() {
        // polars makes an array of its own of every list.
        DataType::List(inner) if **inner == DataType::String && !matches!(column, Column::Scalar(_)) => {
            lists(column, rows)
        }
        _ => Ok(column.take(&places)?),
    };
    let columns = frame.columns().par_iter().with_max_len(1).map(of).collect::<Result<_>>()?;
    Ok(DataFrame::new(rows.len(), columns)?)
}

/// Of a column of lists; a list may be null, a text in one is not.
fn lists(column: &Column, rows: &[IdxSize]) -> Result<Column> {
    let lists = column.list()?.rechunk();
    let inner = lists.get_inner();
    let texts: Vec<&str> = inner.str()?.iter().map(Option::unwrap_or_default).collect();
    let ends: Vec<i64> = lists.downcast_iter().flat_map(|array| array.offsets().as_slice()).copied().collect();
    let nulls = column.is_null();
    let mut found = ListStringChunkedBuilder::new(column.name().clone(), rows.len(), texts.len());
    for row in rows.iter().map(|row| *row as usize) {
        match nulls.get(row) {
            Some(false) => found.append_values_iter(texts[ends[row] as usize..ends[row + 1] as usize].iter().copied()),
            _ => found.append_null(),
        }
    }
    Ok(found.finish().into_series().into_column())
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
    if let Ok(lists) = column.list()
        && lists.null_count() == 0
        && lists.inner_dtype() == &DataType::String
        && lists.downcast_iter().all(|array| array.offsets().range() == 0)
    {
        let none = Series::new_empty("".into(), &DataType::String);
        return Column::new_scalar(name, Scalar::new(column.dtype().clone(), AnyValue::List(none)), height);
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
    use polars::prelude::{NamedFrom, df};

    use super::*;

    #[test]
    fn lists_are_gathered_as_polars_gathers_them() {
        let list = |texts: &[&str]| Some(Series::new("".into(), texts));
        let cells = [list(&["b", "c"]), None, list(&[]), list(&["a"]), list(&["d"])];
        let lists: polars::prelude::ListChunked = cells.into_iter().collect();
        let frame = DataFrame::new(5, vec![lists.with_name("l".into()).into_column()]).unwrap();
        let frame = frame.slice(1, 4);
        for rows in [vec![2, 0, 0, 3, 1], vec![]] {
            let expected = frame.take(&IdxCa::from_slice("".into(), &rows)).unwrap();
            assert!(gathered(&frame, &rows).unwrap().equals_missing(&expected));
        }
        let empty: polars::prelude::ListChunked = [list(&[]), list(&[])].into_iter().collect();
        let empty = DataFrame::new(2, vec![empty.with_name("l".into()).into_column()]).unwrap();
        let kept = lean(empty.clone()).unwrap();
        assert!(matches!(kept.columns()[0], Column::Scalar(_)) && kept.equals_missing(&empty));
        assert_eq!(gathered(&kept, &[1, 1, 0]).unwrap().height(), 3);
    }

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

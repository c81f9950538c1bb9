//! A column of texts as it is kept: most hold one value throughout, which need not be laid out row by row.

use std::collections::BTreeSet;

use polars::prelude::{Column, DataFrame, PlHashMap, StringChunked};
use rayon::iter::Either;
use rayon::prelude::*;

use crate::error::Result;

/// The cells of a text column.
#[derive(Debug, Clone, Copy)]
pub enum Texts<'a> {
    /// One value, or none, in all of so many rows.
    Same(Option<&'a str>, usize),
    /// Any.
    Each(&'a StringChunked),
}

impl<'a> Texts<'a> {
    /// Those of a frame's column.
    ///
    /// # Errors
    /// An internal error when there is no such column, or it holds no texts.
    pub fn of(frame: &'a DataFrame, name: &str) -> Result<Self> {
        Self::in_column(frame.column(name)?)
    }

    /// Those of a column.
    ///
    /// # Errors
    /// An internal error when it holds no texts.
    pub fn in_column(column: &'a Column) -> Result<Self> {
        match column {
            Column::Scalar(one) if column.dtype().is_string() => {
                Ok(Self::Same(one.scalar().value().get_str(), column.len()))
            }
            _ => Ok(Self::Each(column.str()?)),
        }
    }

    /// The cell of a row; null outside too.
    pub fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Same(text, rows) => text.filter(|_| row < *rows),
            Self::Each(texts) => texts.get(row),
        }
    }

    /// The cells in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<&'a str>> + use<'a> {
        match self {
            Self::Same(text, rows) => Either::Left(std::iter::repeat_n(*text, *rows)),
            Self::Each(texts) => Either::Right(texts.iter()),
        }
    }
}

/// The values of a column, and where each row's is among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered<'a> {
    /// Each once, ascending, null before all.
    pub values: Vec<Option<&'a str>>,
    /// By row, its value's place among them.
    pub of: Vec<u32>,
}

/// Rows that are numbered together.
const PART: usize = 1 << 15;

impl<'a> Texts<'a> {
    /// The values there are, numbered: to be counted and compared as numbers.
    pub fn numbered(&self) -> Numbered<'a> {
        let texts = match self {
            Self::Same(_, 0) => return Numbered { values: Vec::new(), of: Vec::new() },
            Self::Same(text, rows) => return Numbered { values: vec![*text], of: vec![0; *rows] },
            Self::Each(texts) => *texts,
        };
        // In every part by itself first, as they come.
        let mut of = vec![0; texts.len()];
        let part = |(at, of): (usize, &mut [u32])| {
            let mut known: PlHashMap<Option<&'a str>, u32> = PlHashMap::default();
            let mut values: Vec<Option<&'a str>> = Vec::new();
            for (place, row) in of.iter_mut().zip(at * PART..) {
                let cell = texts.get(row);
                *place = *known.entry(cell).or_insert_with(|| {
                    values.push(cell);
                    values.len() as u32 - 1
                });
            }
            values
        };
        let parts: Vec<Vec<Option<&str>>> = of.par_chunks_mut(PART).enumerate().map(part).collect();
        let values: Vec<Option<&str>> = parts.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
        of.par_chunks_mut(PART).zip(parts).for_each(|(of, part)| {
            let places: Vec<u32> =
                part.iter().map(|cell| values.partition_point(|value| value < cell) as u32).collect();
            of.iter_mut().for_each(|place| *place = places[*place as usize]);
        });
        Numbered { values, of }
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::{AnyValue, DataType, NamedFrom, Scalar, Series};

    use super::*;

    #[test]
    fn values_are_numbered_in_their_order() {
        let cells = [Some("b"), None, Some("a"), Some("b"), Some("")];
        let texts = StringChunked::from_iter(cells);
        let found = Texts::Each(&texts).numbered();
        assert_eq!(found.values, [None, Some(""), Some("a"), Some("b")]);
        assert_eq!(found.of, [3, 0, 2, 3, 1]);
        let long: StringChunked = (0..2 * PART + 5).map(|row| Some(["x", "y"][row / PART % 2])).collect();
        let found = Texts::Each(&long).numbered();
        assert!(found.of.iter().enumerate().all(|(row, at)| *at as usize == row / PART % 2));
        let same = Texts::Same(Some("a"), 2).numbered();
        assert_eq!((same.values, same.of), (vec![Some("a")], vec![0, 0]));
        assert_eq!(Texts::Same(Some("a"), 0).numbered(), Texts::Each(&StringChunked::default()).numbered());
    }

    #[test]
    fn a_value_and_its_column_read_alike() {
        for text in [Some("a"), None] {
            let value = text.map_or(AnyValue::Null, |text| AnyValue::StringOwned(text.into()));
            let same = Column::new_scalar("x".into(), Scalar::new(DataType::String, value), 3);
            let each: Column = Series::new("x".into(), [text; 3]).into();
            let (same, each) = (Texts::in_column(&same).unwrap(), Texts::in_column(&each).unwrap());
            assert!(matches!((same, each), (Texts::Same(..), Texts::Each(_))));
            assert_eq!((same.iter().collect::<Vec<_>>(), same.get(2)), (each.iter().collect(), each.get(2)));
            assert_eq!((same.get(3), same.iter().count()), (None, 3));
        }
        assert!(Texts::in_column(&Column::new_scalar("x".into(), Scalar::from(1_i64), 3)).is_err());
    }
}

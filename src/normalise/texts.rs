//! A column of texts as it is kept: most hold one value throughout, which need not be laid out row by row.

use polars::prelude::{Column, DataFrame, StringChunked};
use rayon::iter::Either;

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

#[cfg(test)]
mod tests {
    use polars::prelude::{AnyValue, DataType, NamedFrom, Scalar, Series};

    use super::*;

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

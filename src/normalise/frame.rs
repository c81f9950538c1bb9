//! Rows → a frame with the columns of [`COLUMNS`].

use polars::prelude::{
    BooleanChunkedBuilder, ChunkedBuilder, Column, DataFrame, Float64Type, Int64Type, IntoColumn, IntoSeries,
    ListBuilderTrait, ListStringChunkedBuilder, PlSmallStr, PrimitiveChunkedBuilder, StringChunkedBuilder,
};

use crate::contract::{self, Type};
use crate::error::Result;
use crate::normalise::records::COLUMNS;
use crate::normalise::row::{Cell, Row};

enum Builder {
    /// Nothing but nulls so far: most dumps fill a third of the columns.
    Empty,
    Text(StringChunkedBuilder),
    Int(PrimitiveChunkedBuilder<Int64Type>),
    Float(PrimitiveChunkedBuilder<Float64Type>),
    Bool(BooleanChunkedBuilder),
    Texts(Box<ListStringChunkedBuilder>),
}

impl Builder {
    /// With so many nulls in it.
    fn new(column: &contract::Column, capacity: usize, nulls: usize) -> Self {
        let name = PlSmallStr::from_static(column.name);
        let mut builder = match column.kind {
            Type::Text => Self::Text(StringChunkedBuilder::new(name, capacity)),
            Type::Int | Type::Instant | Type::Wall => Self::Int(PrimitiveChunkedBuilder::new(name, capacity)),
            Type::Float => Self::Float(PrimitiveChunkedBuilder::new(name, capacity)),
            Type::Bool => Self::Bool(BooleanChunkedBuilder::new(name, capacity)),
            Type::Texts => Self::Texts(Box::new(ListStringChunkedBuilder::new(name, capacity, capacity))),
            // No row has a history yet: it takes several versions of a record. No record has places.
            Type::History | Type::Places => Self::Empty,
        };
        (0..nulls).for_each(|_| builder.push(&Cell::Null));
        builder
    }

    /// Appends a cell. One of another type than the column's is null; the contract's check finds it.
    fn push(&mut self, cell: &Cell<'_>) {
        match (self, cell) {
            (Self::Empty, _) => {}
            (Self::Text(b), Cell::Text(text)) => b.append_value(text.as_ref()),
            (Self::Text(b), _) => b.append_null(),
            (Self::Int(b), Cell::Int(n)) => b.append_value(*n),
            (Self::Int(b), _) => b.append_null(),
            (Self::Float(b), Cell::Float(n)) => b.append_value(*n),
            (Self::Float(b), _) => b.append_null(),
            (Self::Bool(b), Cell::Bool(yes)) => b.append_value(*yes),
            (Self::Bool(b), _) => b.append_null(),
            (Self::Texts(b), Cell::Texts(texts)) => b.append_values_iter(texts.iter().map(AsRef::as_ref)),
            (Self::Texts(b), _) => b.append_values_iter(std::iter::empty()),
        }
    }
}

/// Collects rows.
pub(crate) struct FrameBuilder {
    columns: Vec<Builder>,
    capacity: usize,
    rows: usize,
}

impl FrameBuilder {
    pub(crate) fn new(capacity: usize) -> Self {
        let empty = |column: &contract::Column| match column.kind {
            // Empty lists, not nulls.
            Type::Texts => Builder::new(column, capacity, 0),
            _ => Builder::Empty,
        };
        Self { columns: COLUMNS.iter().map(empty).collect(), capacity, rows: 0 }
    }

    /// Appends a row.
    pub(crate) fn push(&mut self, row: &Row<'_>) {
        for (at, (builder, cell)) in self.columns.iter_mut().zip(row.cells()).enumerate() {
            if let (Builder::Empty, Cell::Null) = (&builder, cell) {
                continue;
            }
            if let Builder::Empty = builder {
                *builder = Builder::new(&COLUMNS[at], self.capacity, self.rows);
            }
            builder.push(cell);
        }
        self.rows += 1;
    }

    /// The frame; its `uid` is still to be filled in.
    pub(crate) fn finish(self) -> Result<DataFrame> {
        let mut columns: Vec<Column> = Vec::with_capacity(self.columns.len());
        for (builder, promised) in self.columns.into_iter().zip(COLUMNS) {
            let column = match builder {
                Builder::Text(b) => b.finish().into_column(),
                Builder::Int(b) => b.finish().into_column(),
                Builder::Float(b) => b.finish().into_column(),
                Builder::Bool(b) => b.finish().into_column(),
                Builder::Texts(mut b) => b.finish().into_series().into_column(),
                Builder::Empty => Column::full_null(promised.name.into(), self.rows, &promised.kind.dtype()),
            };
            let wanted = promised.kind.dtype();
            columns.push(if column.dtype() == &wanted { column } else { column.cast(&wanted)? });
        }
        Ok(DataFrame::new(self.rows, columns)?)
    }
}

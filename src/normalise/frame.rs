//! Rows → a frame with the columns of [`COLUMNS`].

use polars::prelude::{
    BooleanChunkedBuilder, ChunkedBuilder, Column, DataFrame, Float64Type, Int64Type, IntoColumn, IntoSeries,
    ListBuilderTrait, ListStringChunkedBuilder, PlSmallStr, PrimitiveChunkedBuilder, StringChunkedBuilder,
};

use crate::contract::Type;
use crate::error::Result;
use crate::normalise::records::COLUMNS;
use crate::normalise::row::{Cell, Row};

enum Builder {
    Text(StringChunkedBuilder),
    Int(PrimitiveChunkedBuilder<Int64Type>),
    Float(PrimitiveChunkedBuilder<Float64Type>),
    Bool(BooleanChunkedBuilder),
    Texts(Box<ListStringChunkedBuilder>),
    /// No row has a history yet: it takes several versions of a record.
    History,
}

/// Collects rows.
pub(crate) struct FrameBuilder {
    columns: Vec<Builder>,
    rows: usize,
}

impl FrameBuilder {
    pub(crate) fn new(capacity: usize) -> Self {
        let columns = COLUMNS
            .iter()
            .map(|column| {
                let name = PlSmallStr::from_static(column.name);
                match column.kind {
                    Type::Text => Builder::Text(StringChunkedBuilder::new(name, capacity)),
                    Type::Int | Type::Instant | Type::Wall => {
                        Builder::Int(PrimitiveChunkedBuilder::new(name, capacity))
                    }
                    Type::Float => Builder::Float(PrimitiveChunkedBuilder::new(name, capacity)),
                    Type::Bool => Builder::Bool(BooleanChunkedBuilder::new(name, capacity)),
                    Type::History => Builder::History,
                    Type::Texts => Builder::Texts(Box::new(ListStringChunkedBuilder::new(name, capacity, capacity))),
                }
            })
            .collect();
        Self { columns, rows: 0 }
    }

    /// Appends a row. A cell of another type than its column's is null; the contract's check finds it.
    pub(crate) fn push(&mut self, row: &Row<'_>) {
        self.rows += 1;
        for (builder, cell) in self.columns.iter_mut().zip(row.cells()) {
            match (builder, cell) {
                (Builder::Text(b), Cell::Text(text)) => b.append_value(text.as_ref()),
                (Builder::Text(b), _) => b.append_null(),
                (Builder::Int(b), Cell::Int(n)) => b.append_value(*n),
                (Builder::Int(b), _) => b.append_null(),
                (Builder::Float(b), Cell::Float(n)) => b.append_value(*n),
                (Builder::Float(b), _) => b.append_null(),
                (Builder::Bool(b), Cell::Bool(yes)) => b.append_value(*yes),
                (Builder::Bool(b), _) => b.append_null(),
                (Builder::Texts(b), Cell::Texts(texts)) => b.append_values_iter(texts.iter().map(AsRef::as_ref)),
                (Builder::Texts(b), _) => b.append_values_iter(std::iter::empty()),
                (Builder::History, _) => {}
            }
        }
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
                Builder::History => Column::full_null(promised.name.into(), self.rows, &promised.kind.dtype()),
            };
            let wanted = promised.kind.dtype();
            columns.push(if column.dtype() == &wanted { column } else { column.cast(&wanted)? });
        }
        Ok(DataFrame::new(self.rows, columns)?)
    }
}

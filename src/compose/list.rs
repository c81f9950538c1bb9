//! `plaint list`: the tables that grow, as they are.

use crate::chart::CHARTS;
use crate::cli::{List, Listing};
use crate::compose;
use crate::error::Result;
use crate::ingest::catalog;
use crate::ingest::source::Shape;
use crate::normalise::records::COLUMNS;
use crate::render::FORMATS;
use crate::render::views::list;

pub(crate) fn run(arguments: &List) -> Result<u8> {
    let listing = match arguments.what {
        Listing::Sources => list::Listing {
            columns: vec!["name", "kind", "shape", "about"],
            rows: catalog::all()?
                .iter()
                .map(|s| {
                    let shape = if s.shape == Shape::Json { "json" } else { "table" };
                    vec![s.name.clone(), s.kind.clone(), shape.to_string(), s.about.clone()]
                })
                .collect(),
        },
        Listing::Charts => list::Listing {
            columns: vec!["name", "about"],
            rows: CHARTS.iter().map(|c| vec![c.name.to_string(), c.about.to_string()]).collect(),
        },
        Listing::Formats => list::Listing {
            columns: vec!["file", "flag", "about"],
            rows: FORMATS.iter().map(|f| vec![f.file.to_string(), f.flag.to_string(), f.about.to_string()]).collect(),
        },
        Listing::Columns => list::Listing {
            columns: vec!["name", "type", "about"],
            rows: COLUMNS
                .iter()
                .map(|c| vec![c.name.to_string(), c.kind.name().to_string(), c.about.to_string()])
                .collect(),
        },
    };
    compose::print(&arguments.output, || listing.text(), || listing.json(), || listing.csv())?;
    Ok(0)
}

//! The files a user gives beside the dumps: exposures, events, holidays.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::compose::emit;
use crate::error::Result;
use crate::trend::calendar::Calendar;
use crate::trend::events::{self, Event};
use crate::trend::exposure::{self, Exposures};
use crate::trend::options::Options;

/// What was given.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// `--exposure`
    pub(crate) exposures: Option<Exposures>,
    /// `--events`
    pub(crate) events: Vec<Event>,
    /// `--holidays`
    pub(crate) holidays: BTreeSet<Date>,
}

/// Reads the files named.
///
/// # Errors
/// A file that cannot be read, or a line in it that cannot be understood.
pub(crate) fn read(options: &Options, calendar: &Calendar) -> Result<Inputs> {
    let zone = calendar.zone_name();
    let exposures = match &options.exposure {
        Some(path) => Some(exposure::read(&emit::read(path)?, path, calendar)?),
        None => None,
    };
    let events = match &options.events {
        Some(path) => events::read(&emit::read(path)?, path, zone)?,
        None => Vec::new(),
    };
    let holidays = match &options.holidays {
        Some(path) => events::holidays(&emit::read(path)?, path, zone)?,
        None => BTreeSet::new(),
    };
    Ok(Inputs { exposures, events, holidays })
}

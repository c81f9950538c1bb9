use proptest::prelude::{any, proptest};

use super::*;
use crate::ingest::source::DateOrder::{Dmy, Mdy, Ymd};

/// Instant or wall time as `YYYY-MM-DD HH:MM:SS.ffffff`, precision, zone.
fn read(cell: &str, order: Option<DateOrder>) -> Option<String> {
    parse(cell, order).map(|w| {
        let of_day = w.micros.rem_euclid(DAY);
        let s = of_day / SECOND;
        format!(
            "{} {:02}:{:02}:{:02}.{:06} {} {:?}",
            civil::day_text(w.micros),
            s / 3600,
            s / 60 % 60,
            s % 60,
            of_day % SECOND,
            w.precision.name(),
            w.zone
        )
    })
}

#[track_caller]
fn says(cell: &str, order: Option<DateOrder>, expected: &str) {
    assert_eq!(read(cell, order).as_deref(), Some(expected), "{cell}");
}

#[test]
fn iso_with_zone() {
    says("2024-01-01T08:15:30Z", None, "2024-01-01 08:15:30.000000 s Utc");
    says("2024-01-01T08:15:30.000Z", None, "2024-01-01 08:15:30.000000 ms Utc");
    says("2024-01-01T08:15:30.123456789Z", None, "2024-01-01 08:15:30.123456 ms Utc");
    says("2024-01-01T08:15:30+0000", None, "2024-01-01 08:15:30.000000 s Offset");
    says("2024-01-01T08:15:30-07:00", None, "2024-01-01 15:15:30.000000 s Offset");
    says("2026-08-26T14:51:06.211488+00:00", None, "2026-08-26 14:51:06.211488 ms Offset");
    says("2024-01-01 08:15:30 UTC", None, "2024-01-01 08:15:30.000000 s Utc");
    says("2024-01-01T00:30+02", None, "2023-12-31 22:30:00.000000 min Offset");
}

#[test]
fn year_first_without_zone() {
    says("2026-02-25 16:38:58", None, "2026-02-25 16:38:58.000000 s None");
    says("2026-02-25 16:38:58.43", None, "2026-02-25 16:38:58.430000 ms None");
    says("2024-05-01 10:00:00.0", None, "2024-05-01 10:00:00.000000 ms None");
    says("2009-09-01 19:02", None, "2009-09-01 19:02:00.000000 min None");
    says("2024-03-15", None, "2024-03-15 00:00:00.000000 day None");
    says("2024/3/5", None, "2024-03-05 00:00:00.000000 day None");
    says("2024/3/5 7:08", None, "2024-03-05 07:08:00.000000 min None");
    says("2024-01-15T14:33:10.000", None, "2024-01-15 14:33:10.000000 ms None");
}

#[test]
fn numeric_needs_an_order() {
    assert_eq!(parse("03/08/2026", None), None);
    says("03/08/2026", Some(Dmy), "2026-08-03 00:00:00.000000 day None");
    says("03/08/2026", Some(Mdy), "2026-03-08 00:00:00.000000 day None");
    assert_eq!(parse("26/06/2026", Some(Mdy)), None);
    assert_eq!(parse("03/08/2026", Some(Ymd)), None);
    says("26-06-03", Some(Ymd), "2026-06-03 00:00:00.000000 day None");
    says("08-04-2023 20:52", Some(Dmy), "2023-04-08 20:52:00.000000 min None");
    says("29/2/2016 01:16", Some(Dmy), "2016-02-29 01:16:00.000000 min None");
    says("31.12.2023", Some(Dmy), "2023-12-31 00:00:00.000000 day None");
    says("01/15/2024 02:33:10 PM", Some(Mdy), "2024-01-15 14:33:10.000000 s None");
    says("03/15/2024 10:05 am", Some(Mdy), "2024-03-15 10:05:00.000000 min None");
    says("1/31/2024, 3:05 PM", Some(Mdy), "2024-01-31 15:05:00.000000 min None");
    says("6/21/2025 16:14", Some(Mdy), "2025-06-21 16:14:00.000000 min None");
    says("12/31/24 12:00 AM", Some(Mdy), "2024-12-31 00:00:00.000000 min None");
}

#[test]
fn month_names() {
    says("25/Feb/26 10:17 PM", None, "2026-02-25 22:17:00.000000 min None");
    says("30/Jul/18 23:33", None, "2018-07-30 23:33:00.000000 min None");
    says("06-Feb-2026 03:03PM", None, "2026-02-06 15:03:00.000000 min None");
    says("Apr 5, 2024 6:15 PM", None, "2024-04-05 18:15:00.000000 min None");
    says("Apr 5, 2024, 6:15:07\u{202f}PM", None, "2024-04-05 18:15:07.000000 s None");
    says("April 5 2024", None, "2024-04-05 00:00:00.000000 day None");
    says("5 April 2024", None, "2024-04-05 00:00:00.000000 day None");
    says("Apr 5, 2024 at 6 PM", None, "2024-04-05 18:00:00.000000 hour None");
    says("Friday, April 5th, 2024", None, "2024-04-05 00:00:00.000000 day None");
}

#[test]
fn x_and_mail_dates() {
    says("Tue Oct 31 22:10:47 +0000 2017", None, "2017-10-31 22:10:47.000000 s Offset");
    says("Sat Jan 01 00:00:00 UTC 2020", None, "2020-01-01 00:00:00.000000 s Utc");
    says("Tue Oct  3 22:10:47 2017", None, "2017-10-03 22:10:47.000000 s None");
    says("Tue, 31 Oct 2017 22:10:47 +0200", None, "2017-10-31 20:10:47.000000 s Offset");
    says("Tue, 31 Oct 2017 22:10:47 -0700 (PDT)", None, "2017-11-01 05:10:47.000000 s Offset");
    says("31 Oct 2017 22:10 EST", None, "2017-11-01 03:10:00.000000 min Offset");
}

#[test]
fn one_number() {
    says("20240229", None, "2024-02-29 00:00:00.000000 day None");
    says("1352762768.0", None, "2012-11-12 23:26:08.000000 s Utc");
    says("1588687728923", None, "2020-05-05 14:08:48.923000 ms Utc");
}

#[test]
fn what_is_no_date() {
    for cell in [
        "",
        "soon",
        "2 years ago",
        "vor 3 Tagen",
        "2024-13-01",
        "2024-02-30",
        "1889-01-01",
        "2101-01-01",
        "2024-01-01 25:00",
        "2024-01-01 10:61",
        "2024-01-01T10:00:00Zjunk",
        "13/13/2024",
        "May be broken",
        "Mon",
        "12:30",
        "2024.5",
        "2024.12345",
        "2024-01",
        "2024-01-01 10:00 +99:00",
        "\u{202f}\u{202f}",
    ] {
        for order in [None, Some(Dmy), Some(Mdy), Some(Ymd)] {
            assert_eq!(parse(cell, order), None, "{cell}");
        }
    }
}

#[test]
fn fits_names_every_possible_order() {
    let orders = |cell| fits(cell).map(|f| (f.dmy, f.mdy, f.ymd));
    assert_eq!(orders("03/04/2026"), Some((true, true, false)));
    assert_eq!(orders("26/06/2026"), Some((true, false, false)));
    assert_eq!(orders("06/26/2026 10:00 PM"), Some((false, true, false)));
    assert_eq!(orders("03/04/26"), Some((true, true, true)));
    assert_eq!(orders("2026-03-04"), None);
    assert_eq!(orders("45/45/2026"), None);
    assert_eq!(orders("1/2 cup"), None);
    assert_eq!(orders("'03/04/2026"), Some((true, true, false)));
}

proptest! {
    #[test]
    fn no_text_panics(cell in any::<String>()) {
        for order in [None, Some(Dmy), Some(Mdy), Some(Ymd)] {
            let _ = parse(&cell, order);
        }
        let _ = fits(&cell);
    }

    #[test]
    fn nothing_datelike_panics_or_leaves_the_range(cell in "[0-9JanFebPMTZ:/., +'-]{0,40}") {
        for order in [None, Some(Dmy), Some(Mdy), Some(Ymd)] {
            if let Some(w) = parse(&cell, order) {
                // A day either side, for the offset.
                assert!(civil::in_range(w.micros) || civil::in_range(w.micros - DAY) || civil::in_range(w.micros + DAY));
            }
        }
    }

    #[test]
    fn every_day_is_read_in_its_order(y in 1990_i64..=2100, m in 1_i64..=12, d in 1_i64..=28) {
        let day = civil::days(y, m, d).unwrap() * DAY;
        assert_eq!(parse(&format!("{d}/{m}/{y}"), Some(Dmy)).map(|w| w.micros), Some(day));
        assert_eq!(parse(&format!("{m:02}-{d:02}-{y}"), Some(Mdy)).map(|w| w.micros), Some(day));
        assert_eq!(parse(&format!("{y}-{m:02}-{d:02}"), None).map(|w| w.micros), Some(day));
    }
}

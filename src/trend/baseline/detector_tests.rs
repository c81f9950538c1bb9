use std::f64::consts::TAU;

use super::*;

/// A deterministic stand-in for noise: -2..=2.
fn wobble(i: usize) -> i64 {
    (i as i64 * 7 + i as i64 * i as i64 * 3) % 5 - 2
}

#[test]
fn too_short_a_history_is_not_tested() {
    assert_eq!(detect(&[1; 8], By::Week), None);
    assert!(detect(&[1; 9], By::Week).is_some());
    assert_eq!(detect(&[], By::Week), None);
}

#[test]
fn a_steady_series_is_quiet_and_a_jump_is_not() {
    for n in [8, 30, 60, 103, 104, 300] {
        let mut counts: Vec<i64> = (0..n).map(|i| 20 + wobble(i)).collect();
        counts.push(21);
        let quiet = detect(&counts, By::Week).unwrap();
        assert!(quiet.p > 0.05 && (quiet.expected - 20.0).abs() < 2.0, "{n}: {quiet:?}");
        assert_eq!(quiet.full, n >= 104);
        *counts.last_mut().unwrap() = 60;
        let loud = detect(&counts, By::Week).unwrap();
        assert!(loud.p < loud.alpha && loud.upper < 60, "{n}: {loud:?}");
    }
}

#[test]
fn a_trend_never_predicts_more_than_there_was() {
    // Nothing for three years, then a steep rise that ends: extrapolated, the exponential would go on.
    let mut counts = vec![0_i64; 150];
    counts.extend((0..20).map(|i| 2 * i));
    counts.extend([3; 5]);
    let found = detect(&counts, By::Week).unwrap();
    assert!(found.expected <= 38.0 && found.upper as f64 >= found.expected.floor(), "{found:?}");
}

#[test]
fn above_upper_is_a_signal_and_at_upper_alone_is_not() {
    for n in [8, 40, 103, 200] {
        let mut counts: Vec<i64> = (0..n).map(|i| 9 + wobble(i)).collect();
        counts.push(0);
        let upper = detect(&counts, By::Week).unwrap().upper;
        *counts.last_mut().unwrap() = upper + 1;
        let over = detect(&counts, By::Week).unwrap();
        assert!(over.p <= over.alpha && over.upper == upper, "{n}: {over:?}");
        // The week before is low, so that the second window stays quiet.
        let before = counts.len() - 2;
        counts[before] = 7;
        *counts.last_mut().unwrap() = upper;
        let at = detect(&counts, By::Week).unwrap();
        assert!(at.p > at.alpha, "{n}: {at:?}");
    }
}

#[test]
fn two_raised_weeks_are_seen_together() {
    let mut counts: Vec<i64> = (0..200).map(|i| 9 + wobble(i)).collect();
    counts.extend([16, 16]);
    let two = detect(&counts, By::Week).unwrap();
    counts[200] = 9;
    assert!(two.p < detect(&counts, By::Week).unwrap().p);
}

#[test]
fn a_season_is_expected() {
    let counts: Vec<i64> = (0..261)
        .map(|t| (20.0 * (0.7 * (TAU * t as f64 * 7.0 / 365.25).cos()).exp()).round() as i64 + wobble(t))
        .collect();
    // Week 261 is five years on: the top of the season, about 40.
    let top = detect(&counts, By::Week).unwrap();
    assert!((top.expected - 40.0).abs() < 3.0 && top.p > 0.05, "{top:?}");
    let trough = detect(&counts[..235], By::Week).unwrap();
    assert!((trough.expected - 10.0).abs() < 2.0, "{trough:?}");
}

#[test]
fn a_past_outbreak_does_not_hide_the_next() {
    let mut counts: Vec<i64> = (0..200).map(|i| 9 + wobble(i)).collect();
    counts[150] = 90;
    counts.push(40);
    let found = detect(&counts, By::Week).unwrap();
    assert!(found.p < found.alpha, "{found:?}");
}

#[test]
fn odd_histories_give_finite_numbers() {
    let mut huge = vec![0; 150];
    huge[3] = 1_000_000;
    let mut early = vec![0; 150];
    early[0] = 30;
    let mut late = vec![0; 146];
    late.extend([5, 80, 700, 6_000]);
    let alternating: Vec<i64> = (0..150).map(|i| if i % 2 == 0 { 0 } else { 90_000 }).collect();
    for (name, history) in [
        ("zero", vec![0; 150]),
        ("constant", vec![7; 150]),
        ("huge", huge),
        ("early", early),
        ("late", late),
        ("alternating", alternating),
        ("large", vec![2_000_000; 300]),
        ("short zero", vec![0; 9]),
        ("short huge", vec![0, 0, 0, 1_000_000, 0, 0, 0, 0, 0, 0]),
    ] {
        for last in [0, 1, 5, 1_000] {
            let mut counts = history.clone();
            counts.push(last);
            for by in [By::Hour, By::Day, By::Week, By::Month, By::Quarter] {
                let found = detect(&counts, by).unwrap();
                let whole = (0.0..=1.0).contains(&found.p) && found.expected.is_finite() && found.expected > 0.0;
                assert!(whole && found.upper >= 0, "{name} {last} {by:?}: {found:?}");
            }
        }
    }
    // Nothing in 150 weeks, then five: certain.
    let mut zeros = vec![0; 150];
    zeros.push(5);
    assert!(detect(&zeros, By::Week).unwrap().p < 1e-6);
}

#[test]
fn a_verdict_does_not_depend_on_which_others_were_asked_for() {
    let counts: Vec<i64> = (0..420)
        .map(|t| (8.0 + 5.0 * (TAU * t as f64 / 52.18).cos()).round() as i64 + wobble(t) + (t as i64 * t as i64) % 4)
        .collect();
    let design = Design::plain(By::Week, counts.len());
    let mut along = Tester::new(&counts, &design, 0);
    let all: Vec<_> = (0..420).map(|place| along.test(place)).collect();
    for place in [7, 8, 103, 104, 155, 156, 157, 300, 419] {
        assert_eq!(Tester::new(&counts, &design, 0).test(place), all[place], "{place}");
        assert_eq!(detect(&counts[..=place], By::Week).map(|b| b.terms), all[place].map(|b| b.terms));
    }
    assert_eq!(along.test(300), all[300]);
    assert_eq!(along.test(420), None);
}

#[test]
fn weekdays_and_hours_are_expected() {
    let week = [30, 30, 30, 30, 30, 6, 4];
    let days: Vec<i64> = (0..201).map(|i| week[i % 7] + wobble(i)).collect();
    // Day 200 is the fifth of its week; day 201 would be quiet.
    let busy = detect(&days, By::Day).unwrap();
    assert!(busy.terms.weekdays && (busy.expected - 30.0).abs() < 3.0 && busy.p > 0.05, "{busy:?}");
    let mut sunday = days[..194].to_vec();
    sunday.extend([6, 30]);
    let loud = detect(&sunday, By::Day).unwrap();
    assert!(loud.expected < 7.0 && loud.p < loud.alpha, "thirty on the quietest day: {loud:?}");
    let hours: Vec<i64> = (0..24 * 30 + 13)
        .map(|i| (40.0 * (1.0 - 0.9 * (TAU * (i % 24) as f64 / 24.0).cos())).round() as i64 + wobble(i))
        .collect();
    let noon = detect(&hours, By::Hour).unwrap();
    assert!(noon.terms.hours && (noon.expected - 76.0).abs() < 4.0 && noon.p > 0.05, "{noon:?}");
    let night = detect(&hours[..24 * 30 + 1], By::Hour).unwrap();
    assert!((night.expected - 4.0).abs() < 2.0, "{night:?}");
}

#[test]
fn holidays_are_expected_once_they_were_seen() {
    use crate::trend::calendar::{Calendar, WeekStart};
    use jiff::civil::date;
    let calendar = Calendar::new(By::Day, WeekStart::Mon, "UTC").unwrap();
    let first = calendar.index(date(2026, 1, 5).at(0, 0, 0, 0));
    let places = [20, 60, 100, 140, 180];
    let holidays = places.iter().map(|p| calendar.period(first + p).date()).collect();
    let counts: Vec<i64> = (0..181).map(|i| if places.contains(&i) { 60 } else { 10 + wobble(i as usize) }).collect();
    let design = Design::new(&calendar, first, counts.len(), &holidays);
    let with = Tester::new(&counts, &design, 0).test(180).unwrap();
    assert!(with.terms.holidays && (with.expected - 60.0).abs() < 6.0 && with.p > 0.05, "{with:?}");
    assert!(detect(&counts, By::Day).unwrap().p < 1e-6);
}

#[test]
fn the_season_of_a_series_is_told_for_all_periods() {
    let week = [30, 30, 30, 30, 30, 6, 4];
    let days: Vec<i64> = (0..196).map(|i| week[i % 7] + wobble(i)).collect();
    let design = Design::plain(By::Day, 200);
    let found = season(&days, None, &design, 0).unwrap();
    assert_eq!(found.len(), 200);
    assert!((found[196] / found[194] - 5.0).abs() < 1.2, "{:?}", &found[190..]);
    let flat: Vec<i64> = (0..196).map(|i| 20 + wobble(i)).collect();
    assert_eq!(season(&flat, None, &design, 0), None);
    assert_eq!(season(&days[..30], None, &design, 0), None);
}

#[test]
fn more_of_everything_is_no_greater_share() {
    for n in [30, 60, 200] {
        let mut counts: Vec<i64> = (0..n).map(|i| 10 + wobble(i)).collect();
        let mut all: Vec<f64> = (0..n).map(|i| 100.0 + wobble(i + 3) as f64).collect();
        counts.push(30);
        all.push(300.0);
        let design = Design::plain(By::Week, counts.len());
        let volume = Tester::under(&counts, &all, &design, 0).test(n).unwrap();
        assert!(volume.p > 0.2 && (volume.expected - 30.0).abs() < 3.0, "{n}: {volume:?}");
        assert!(Tester::new(&counts, &design, 0).test(n).unwrap().p < 1e-3);
        // A fifth of the volume, the same count: a greater part of it.
        counts[n] = 10;
        all[n] = 20.0;
        let share = Tester::under(&counts, &all, &design, 0).test(n).unwrap();
        assert!(share.p < share.alpha && (share.expected - 2.0).abs() < 0.3, "{n}: {share:?}");
    }
}

#[test]
fn a_share_has_a_trend_and_a_season_too() {
    // One in ten at first, one in eight at the end of four years, half as much again every summer; the volume doubles.
    let at = |t: usize| {
        let all = 400.0 * (1.0 + t as f64 / 208.0);
        let share = 0.1 * (t as f64 / 900.0).exp() * (0.4 * (TAU * t as f64 * 7.0 / 365.25).cos()).exp();
        ((all * share).round() as i64 + wobble(t), all)
    };
    let (counts, all): (Vec<i64>, Vec<f64>) = (0..209).map(at).unzip();
    let design = Design::plain(By::Week, counts.len());
    let found = Tester::under(&counts, &all, &design, 0).test(208).unwrap();
    assert!(found.terms.trend && found.terms.harmonics > 0 && found.p > 0.02, "{found:?}");
    assert!((found.expected / counts[208] as f64 - 1.0).abs() < 0.1, "{found:?} {}", counts[208]);
}

#[test]
fn without_an_exposure_there_is_no_test_and_no_past() {
    let mut counts: Vec<i64> = (0..140).map(|i| 20 + wobble(i)).collect();
    let mut all = vec![50.0; 140];
    // What was counted under no exposure is not looked at, however much it is.
    for (gap, bad) in [(20, 0.0), (60, f64::NAN), (61, -1.0), (130, f64::INFINITY)] {
        all[gap] = bad;
        counts[gap] = 900;
    }
    let design = Design::plain(By::Week, counts.len());
    let mut tester = Tester::under(&counts, &all, &design, 0);
    for at in [30, 62, 70, 120, 131, 139] {
        let found = tester.test(at).unwrap();
        assert!((found.expected - 20.0).abs() < 2.0 && found.p > 0.02 && found.phi < 1.5, "{at}: {found:?}");
    }
    assert_eq!((tester.test(60), tester.test(130)), (None, None));
    assert_eq!(Tester::under(&counts, &[], &design, 0).test(50), None);
    let mut late = vec![0.0; 140];
    late[130..].fill(3.0);
    let mut tester = Tester::under(&counts, &late, &design, 0);
    assert_eq!(tester.test(136), None, "six earlier periods are too few");
    assert!(tester.test(139).is_none_or(|b| b.expected.is_finite() && (0.0..=1.0).contains(&b.p)));
}

#[test]
fn equal_exposures_change_nothing() {
    let counts: Vec<i64> = (0..300)
        .map(|t| (12.0 + 6.0 * (TAU * t as f64 / 52.18).cos()).round() as i64 + wobble(t) + (t as i64 % 11) / 9)
        .collect();
    let design = Design::plain(By::Week, counts.len());
    let (mut plain, mut under) = (Tester::new(&counts, &design, 0), Tester::under(&counts, &[7.0; 300], &design, 0));
    for at in 8..300 {
        let (a, b) = (plain.test(at).unwrap(), under.test(at).unwrap());
        assert!(
            (a.p - b.p).abs() < 1e-6 && (a.expected - b.expected).abs() < 1e-4 && a.upper == b.upper,
            "{a:?} {b:?}"
        );
    }
}

#[test]
fn after_a_collapse_it_is_the_level_of_late_that_is_usual() {
    // Three years of 40 to 60, then a year of 2 to 6: a dozen is news again.
    let mut counts: Vec<i64> = (0..160).map(|i| 50 + 4 * wobble(i)).collect();
    counts.extend((0..52).map(|i| 4 + wobble(i)));
    let quiet = detect(&counts, By::Week).unwrap();
    assert!(quiet.p > 0.05 && quiet.expected < 8.0 && quiet.upper < 25, "{quiet:?}");
    *counts.last_mut().unwrap() = 30;
    let loud = detect(&counts, By::Week).unwrap();
    assert!(loud.p < loud.alpha, "{loud:?}");
}

#[test]
fn a_fit_that_explodes_is_not_believed() {
    // Next to nothing for years, a wave of three months, next to nothing again.
    let counts: Vec<i64> = (0..240)
        .map(|t: i64| match t {
            150..163 => 60 + 90 * ((t - 150) % 5),
            _ => i64::from(t % 3 == 0) + 2 * i64::from(t % 11 == 0),
        })
        .collect();
    let design = Design::plain(By::Week, counts.len());
    let mut tester = Tester::new(&counts, &design, 0);
    for at in 168..240 {
        let found = tester.test(at).unwrap();
        assert!(found.upper < 600 && found.expected < 100.0, "{at}: {found:?}");
    }
    // The quiet since is what is usual.
    assert!(tester.test(239).unwrap().expected < 5.0, "{:?}", tester.test(239));
}

#[test]
fn a_fall_is_the_new_level_a_quarter_later() {
    // Growth that runs away for four years, then next to nothing: the fit would have it go on for a year.
    let grown = |t: usize| (3.0 * (t as f64 / 55.0).exp()).round() as i64 + 5 * wobble(t).max(0);
    let mut counts: Vec<i64> = (0..208).map(grown).collect();
    counts.extend((0..60).map(|t| 4 + wobble(t)));
    let design = Design::plain(By::Week, counts.len());
    let mut tester = Tester::new(&counts, &design, 0);
    for at in 222..268 {
        let found = tester.test(at).unwrap();
        assert!(found.expected < 12.0 && found.upper < 40 && found.p > found.alpha, "{at}: {found:?}");
    }
    counts[240] = 60;
    let found = Tester::new(&counts, &design, 0).test(240).unwrap();
    assert!(found.p < found.alpha, "{found:?}");
}

#[test]
fn rare_bursts_are_no_level_to_fall_from() {
    // Forty every tenth week, nothing in between: eight quiet weeks in a row are as ever.
    let counts: Vec<i64> = (0..211).map(|t| if t % 10 == 0 { 40 } else { 0 }).collect();
    let found = detect(&counts, By::Week).unwrap();
    assert!(found.full && found.p > found.alpha, "{found:?}");
}

#[test]
fn the_first_day_of_hours_takes_a_burst_to_be_a_signal() {
    let mut counts = [1, 0, 2, 1, 0, 1, 2, 0, 1, 1, 0, 2, 1, 0, 1, 1, 0].to_vec();
    // Nine times the hour's usual count may be the time of day; forty times is not. A day on, nine times is enough.
    counts.push(8);
    let found = detect(&counts, By::Hour).unwrap();
    assert!(found.p > found.alpha && found.upper >= 8, "{found:?}");
    *counts.last_mut().unwrap() = 36;
    let found = detect(&counts, By::Hour).unwrap();
    assert!(found.p < found.alpha, "{found:?}");
    let mut day = [1, 0, 2, 1, 0, 1, 2, 0].repeat(4);
    day.push(9);
    let found = detect(&day, By::Hour).unwrap();
    assert!(found.p < found.alpha, "{found:?}");
}

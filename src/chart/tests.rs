//! Every chart with ordinary and with extreme series: it is drawn, well-formed, and says what it is.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use crate::chart::export::{pdf, png, tree};
use crate::chart::sheet::Sheet;
use crate::chart::testing::{series, weeks};
use crate::chart::{CHARTS, ChartInput, Extra, Figure, find, stem};
use crate::trend::calendar::Period;
use crate::trend::series::{Level, Series, Signal};

/// Files of this folder that are not charts.
const HELPERS: [&str; 16] = [
    "axis",
    "canvas",
    "export",
    "fonts",
    "happened",
    "lines",
    "many",
    "mod",
    "palette",
    "sheet",
    "slide",
    "sparkline",
    "testing",
    "tests",
    "text",
    "words",
];

fn input<'a>(series: &'a [Series], period: Option<Period>) -> ChartInput<'a> {
    ChartInput {
        series,
        period,
        title: "Late flights tripled in week 30: 121 records, usually at most 66".to_owned(),
        subtitle: "Records a week that speak of late flights · feeds: zendesk@acme, x, app_store".to_owned(),
        footer: "5 Jan to 2 Aug 2026 · n = 731 records · Europe/Berlin · as of 2 Aug 2026".to_owned(),
        by: "week",
        events: &[],
        sheet: Sheet::default(),
        extra: Extra::default(),
    }
}

/// A pseudo-random walk without a clock: the same each time.
fn wobble(n: usize, level: i64, seed: u64) -> Vec<Option<i64>> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..n)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let swing = i64::try_from((state >> 33) % 100).unwrap() - 50;
            Some((level + level * swing / 120).max(0))
        })
        .collect()
}

/// Half a year: a usual range from the eighth week on, a gap, a spike, and a last week that has not ended.
fn half_a_year(id: &str, issue: &str, level: i64, seed: u64) -> Series {
    let mut counts = wobble(30, level, seed);
    counts[12] = None;
    counts[13] = None;
    counts[20] = Some(level * 2 + 3);
    counts[29] = Some(level / 3);
    let mut all = series(id, issue, &counts);
    for (i, point) in all.points.iter_mut().enumerate().skip(8) {
        let wave = (i as f64 / 4.0).sin();
        point.expected = Some(level as f64 * (1.0 + 0.1 * wave));
        point.upper = Some(level as f64 * (1.5 + 0.15 * wave) + 3.0);
    }
    all.points[20].signal = Some(Signal::Spike);
    all.points[20].level = Some(Level::Alert);
    if seed.is_multiple_of(3) {
        all.points[28].observed = Some(level * 3 + 1);
        all.points[28].signal = Some(Signal::Spike);
        all.points[28].level = Some(Level::Urgent);
    }
    all.points[29].partial = true;
    all
}

const NAMES: [&str; 16] = [
    "Late flights",
    "Lost luggage and no answer from the desk",
    "App crashes on start",
    "Refund not received",
    "Rude staff at the gate",
    "Seat changed without notice",
    "Website down",
    "Long wait on the phone",
    "Meal not as ordered",
    "Wi-Fi paid for but not working during the whole of the flight to New York",
    "Charged twice",
    "Boarding pass does not open",
    "Voucher expired",
    "Wrong name on the ticket",
    "Cancelled without notice",
    "Dirty cabin",
];

fn airline(n: usize) -> Vec<Series> {
    (0..n).map(|i| half_a_year(&format!("i-{i:04}"), NAMES[i % 16], 40 - 37 * i as i64 / n as i64, i as u64)).collect()
}

/// Name, series, judged period.
fn cases() -> Vec<(&'static str, Vec<Series>, Option<Period>)> {
    let judged = Some(weeks(30)[28]);
    let long = "An issue whose name goes on and on ".repeat(9);
    let level = |n: usize, v: Option<i64>| vec![v; n];
    let mut total = half_a_year("", "All records", 400, 3);
    total.points[29].partial = true;
    let mut apart = airline(6);
    for (i, s) in apart.iter_mut().enumerate() {
        for p in &mut s.points {
            p.observed = p.observed.map(|v| v * 10_i64.pow(u32::try_from(i).unwrap()));
        }
    }
    let mut segment = airline(1);
    segment[0].segment = Some("App Store / iOS".to_owned());
    vec![
        ("nothing", vec![], judged),
        ("one", airline(1), judged),
        ("early", airline(1), Some(weeks(30)[5])),
        ("five", airline(5), judged),
        ("six_apart", apart, judged),
        ("sixteen", airline(16), judged),
        ("two_hundred", airline(200), judged),
        ("total", vec![total], None),
        ("segment", segment, judged),
        ("one_period", vec![series("i-1", "Late flights", &[Some(4)]), series("i-2", "Lost", &[Some(0)])], None),
        ("one_point", vec![series("i-1", "Late flights", &[Some(4)])], None),
        (
            "five_hundred_periods",
            vec![series("i-1", "Late", &wobble(500, 80, 5)), series("i-2", "Lost", &wobble(500, 30, 6))],
            Some(weeks(500)[498]),
        ),
        ("long_history", vec![series("i-1", "Late flights", &wobble(500, 80, 5))], None),
        ("zeros", vec![series("i-1", "Late", &level(30, Some(0))), series("i-2", "Lost", &level(30, Some(0)))], judged),
        ("missing", vec![series("i-1", "Late", &level(30, None)), series("i-2", "Lost", &level(30, None))], judged),
        (
            "names",
            vec![
                series("i-1", &long, &wobble(30, 30, 1)),
                series("i-2", "<b>&\"quoted\"</b> ]]>", &wobble(30, 31, 2)),
                series("i-3", "配送遅延 🛫 \u{0}\u{202e}late", &wobble(30, 29, 3)),
                series("i-4", "", &wobble(30, 28, 4)),
                series("i-5", "Donaudampfschifffahrtsgesellschaftskapitänsmützenfarbe", &wobble(30, 28, 5)),
            ],
            judged,
        ),
        (
            "millions",
            vec![
                series("i-1", "Late flights", &wobble(30, 1_000_000, 1)),
                series("i-2", "Lost luggage", &wobble(30, 400_000, 2)),
            ],
            judged,
        ),
    ]
}

/// By month and with words that are too long for their places.
fn wordy() -> (Vec<Series>, &'static str) {
    let mut all = airline(3);
    for s in &mut all {
        for (i, p) in s.points.iter_mut().enumerate() {
            p.period = jiff::civil::date(2024 + i as i16 / 12, (i % 12) as i8 + 1, 1).at(0, 0, 0, 0);
        }
    }
    (all, "Late flights tripled in week 30: 121 records, and this sentence goes on for much longer than it should ")
}

fn draw_all() -> Vec<(String, Figure)> {
    let mut out = Vec::new();
    for (case, series, period) in cases() {
        for chart in CHARTS {
            let figure = (chart.draw)(&input(&series, period)).unwrap();
            out.push((format!("{}-{case}", chart.name), figure));
        }
    }
    let (all, words) = wordy();
    for chart in CHARTS {
        let words = words.repeat(4);
        let long = ChartInput {
            title: words.clone(),
            subtitle: words.clone(),
            footer: words,
            by: "month",
            events: &[],
            ..input(&all, None)
        };
        out.push((format!("{}-wordy", chart.name), (chart.draw)(&long).unwrap()));
    }
    out
}

#[test]
fn the_table_lists_every_chart_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/chart");
    let stems: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|stem| !HELPERS.contains(&stem.as_str()))
        .collect();
    let names: BTreeSet<String> = CHARTS.iter().map(|c| c.name.to_owned()).collect();
    assert_eq!(stems, names);
    assert_eq!(names.len(), CHARTS.len(), "a name is used twice");
    assert_eq!(find("ranked").map(|c| c.name), Some("ranked"));
    assert!(find("pie").is_none());
}

#[test]
fn events_are_drawn_and_told_where_they_happened() {
    use crate::trend::events::Event;
    let one = vec![half_a_year("i-1", "Late flights", 20, 4)];
    let at = |place: usize, days: i64| one[0].points[place].period.saturating_add(jiff::Span::new().days(days));
    let event = |at, label: &str| Event { at, label: label.to_owned() };
    let events = [
        event(at(0, -9), "before everything"),
        event(at(6, 2), "3.4 released"),
        event(at(6, 5), "hotfix"),
        event(at(29, 20), "after everything"),
    ];
    let draw = find("trend").unwrap().draw;
    let with = draw(&ChartInput { events: &events, ..input(&one, None) }).unwrap();
    let without = draw(&input(&one, None)).unwrap();
    assert!(with.alt.contains("Marked: 3.4 released, hotfix ("), "{}", with.alt);
    assert!(with.svg.contains("3.4 released, hotfix") && !with.svg.contains("everything"));
    // The line and the label are drawn beside the words in the description.
    let lines =
        |svg: &str| svg.matches("<polyline").count() + svg.matches("<line").count() + svg.matches("<path").count();
    assert!(lines(&with.svg) > lines(&without.svg));
    assert!(!without.alt.contains("Marked") && !without.svg.contains("released"));
    for name in ["multiples", "heatmap"] {
        let draw = find(name).unwrap().draw;
        let with = draw(&ChartInput { events: &events, ..input(&one, None) }).unwrap();
        let without = draw(&input(&one, None)).unwrap();
        assert!(with.alt.contains("Marked: 3.4 released, hotfix ("), "{name}: {}", with.alt);
        assert!(with.svg.contains("dashed: 3.4 released, hotfix (") && !with.svg.contains("everything"), "{name}");
        assert!(lines(&with.svg) > lines(&without.svg), "{name}");
    }
}

#[test]
fn every_case_is_well_formed_and_described() {
    for (case, figure) in draw_all() {
        tree(&figure.svg).unwrap_or_else(|e| panic!("{case}: {e}"));
        let svg = &figure.svg;
        assert!(svg.contains("Late flights tripled in week 30: 121 records"), "{case}: no title");
        assert!(svg.contains("role=\"img\"") && svg.contains("<desc id="), "{case}: no description");
        assert!(svg.contains("width=\"1600\" height=\"900\""), "{case}: not a slide");
        assert!(!figure.alt.is_empty() && !svg.contains('\u{0}') && !svg.contains("<b>"), "{case}");
    }
}

#[test]
fn no_text_is_small_and_none_leaves_the_slide() {
    for (case, figure) in draw_all() {
        for text in figure.svg.lines().filter(|l| l.starts_with("<text ")) {
            let size: f64 = attribute(text, "font-size").parse().unwrap();
            assert!((24.0..=48.0).contains(&size) && size.fract() == 0.0, "{case}: {text}");
            assert_eq!(attribute(text, "font-family"), "DejaVu Sans, Verdana, sans-serif");
        }
        let tree = tree(&figure.svg).unwrap();
        let drawn = tree.root().abs_stroke_bounding_box();
        let inside = drawn.left() >= -1.0 && drawn.top() >= -1.0 && drawn.right() <= 1601.0 && drawn.bottom() <= 901.0;
        assert!(inside, "{case}: {drawn:?}");
    }
}

#[test]
fn no_two_texts_overlap() {
    for (case, figure) in draw_all() {
        let tree = tree(&figure.svg).unwrap();
        let boxes: Vec<_> = tree
            .root()
            .children()
            .iter()
            .filter_map(|node| match node {
                resvg::usvg::Node::Group(group) => group.children().first().cloned(),
                other => Some(other.clone()),
            })
            .filter_map(|node| match node {
                resvg::usvg::Node::Text(text) => {
                    let words: String = text.chunks().iter().map(|c| c.text().to_owned()).collect();
                    Some((words, text.flattened().abs_bounding_box()))
                }
                _ => None,
            })
            .collect();
        assert_eq!(boxes.len(), figure.svg.matches("<text ").count(), "{case}: not every text was looked at");
        for (i, (a, p)) in boxes.iter().enumerate() {
            for (b, q) in &boxes[i + 1..] {
                let apart =
                    p.right() <= q.left() || q.right() <= p.left() || p.bottom() <= q.top() || q.bottom() <= p.top();
                assert!(apart, "{case}: {a:?} {p:?} touches {b:?} {q:?}");
            }
        }
    }
}

fn attribute<'t>(tag: &'t str, name: &str) -> &'t str {
    let start = tag.find(&format!(" {name}=\"")).unwrap() + name.len() + 3;
    &tag[start..start + tag[start..].find('"').unwrap()]
}

#[test]
fn the_same_whatever_the_order_of_the_series() {
    let all = airline(16);
    let turned: Vec<Series> = all.iter().rev().cloned().collect();
    for chart in CHARTS {
        let draw = |series| (chart.draw)(&input(series, Some(weeks(30)[28]))).unwrap();
        assert_eq!(draw(&all), draw(&turned), "{}", chart.name);
    }
}

#[test]
fn gaps_are_not_zeros() {
    let trend = find("trend").unwrap();
    let draw = |v| (trend.draw)(&input(&[series("i-1", "Late", &[Some(5), v, Some(6)])], None)).unwrap();
    let (gap, zero) = (draw(None), draw(Some(0)));
    let lines = |f: &Figure| f.svg.matches("stroke-width=\"4\"").count();
    assert_eq!(lines(&zero), 1);
    assert_eq!(lines(&gap), 0, "two lone points have no line between them");
    assert!(gap.alt.contains("1 week without data"), "{}", gap.alt);
}

#[test]
fn a_change_of_feeds_is_no_jump() {
    let mut all = [series("i-1", "Late", &[Some(5), Some(6), Some(60), Some(61)])];
    all[0].points[2].compared = Some(58);
    all[0].points[3].compared = Some(61);
    let figure = (find("trend").unwrap().draw)(&input(&all, None)).unwrap();
    assert_eq!(figure.svg.matches("stroke-width=\"4\"").count(), 2, "one line on each side of the break");
    assert!(figure.svg.contains("break: other feeds") && figure.svg.contains("like for like"));
}

#[test]
fn says_how_many_are_not_drawn() {
    let all = airline(200);
    let draw = |name| (find(name).unwrap().draw)(&input(&all, Some(weeks(30)[28]))).unwrap().svg;
    assert!(draw("trend").contains("5 biggest of 200"));
    assert!(draw("multiples").contains("12 biggest of 200"));
    assert!(draw("ranked").contains("and 185 more issues, "));
}

#[test]
fn alt_text_is_read_off_the_data() {
    let one = airline(1);
    let figure = (find("trend").unwrap().draw)(&input(&one, None)).unwrap();
    assert_eq!(
        figure.alt,
        "Line chart by week, week of 5 Jan 2026 to week of 27 Jul 2026. Late flights: last complete value 121 (week \
         of 20 Jul 2026), peak 121 (week of 20 Jul 2026), 2 weeks without data. Usual range then: 0 to 66. 2 signals, \
         the last a spike (week of 20 Jul 2026). Hollow points are unfinished weeks."
    );
    assert_eq!(figure.name, "trend-i-0000");
}

#[test]
fn stems_are_file_names() {
    let mut s = series("i-3f9a01c7", "Late", &[]);
    s.segment = Some("App Store/iOS".to_owned());
    assert_eq!(stem("trend", &s), "trend-i-3f9a01c7-app-store-ios");
    assert_eq!(stem("trend", &series("", "All records", &[])), "trend-all");
}

/// For eyes: `cargo test --lib chart::tests::gallery -- --ignored --nocapture`, then look at the pictures.
#[test]
#[ignore = "writes pictures to the temporary folder"]
fn gallery() {
    let folder = std::env::temp_dir().join("plaint-gallery");
    std::fs::create_dir_all(&folder).unwrap();
    let mut slowest = (0, 0);
    let time = |work: &dyn Fn()| {
        let once = |_| {
            let start = Instant::now();
            work();
            start.elapsed().as_millis()
        };
        (0..3).map(once).min().unwrap()
    };
    for (case, figure) in draw_all() {
        let (picture, page) = (png(&figure.svg).unwrap(), pdf(&figure.svg, 96.0).unwrap());
        slowest.0 = slowest.0.max(time(&|| drop(png(&figure.svg))));
        slowest.1 = slowest.1.max(time(&|| drop(pdf(&figure.svg, 96.0))));
        std::fs::write(folder.join(format!("{case}.png")), picture).unwrap();
        std::fs::write(folder.join(format!("{case}.pdf")), page).unwrap();
        std::fs::write(folder.join(format!("{case}.svg")), &figure.svg).unwrap();
    }
    println!("{}: slowest png {} ms, slowest pdf {} ms", folder.display(), slowest.0, slowest.1);
}

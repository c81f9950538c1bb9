//! A realistic report made up for tests: eight issues over thirty weeks, with a gap, a partial week, an urgent spike
//! and words that try to break every format.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::chart::Figure;
use crate::report::model::{
    Change, CodebookReport, FeedReport, FileReport, Finding, Funnel, IssueReport, Method, PeriodName, Problem, Quote,
    Report, Section,
};
use crate::report::restated::Ledger;
use crate::report::slices::{Segment, Slices};
use crate::report::voices::{BrandVoice, IssueVoice, Mean, OpenQuestion, Share, Spreading, Topic, Voices};
use crate::trend::series::{Caveat, Found, Level, Point, Series, Signal};

const WEEKS: i64 = 30;
/// Index of the week judged; the one after it is partial.
const NOW: i64 = 28;
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The report and one figure.
pub(crate) fn report() -> (Report, Vec<Figure>) {
    let issues = issues();
    let report = Report {
        schema: 1,
        period: PeriodName {
            id: "2026-W46".into(),
            first: date(2026, 11, 9),
            last: date(2026, 11, 15),
            label: "week 46, 9 to 15 Nov 2026".into(),
        },
        step: "week".into(),
        zone: "UTC".into(),
        as_of: date(2026, 11, 17),
        unit: "records".into(),
        population: "dated records by customers".into(),
        store_version: None,
        store: None,
        headline:
            "1,412 records in week 46, inside the usual range (up to 1,485); Late flights more than doubled, and \
                   one new issue appeared."
                .into(),
        sections: sections(),
        funnel: Funnel {
            read: 48_211,
            duplicates: 1_203,
            rejected: 17,
            skipped: 4,
            stored: 46_987,
            left_out: vec![
                ("written by the brand or an agent".into(), 4_410),
                ("a good rating".into(), 2_102),
                ("no date".into(), 31),
            ],
            counted: 40_444,
            matched: 27_310,
            unassigned: 12_020,
            no_text: 1_114,
            line: "48,211 rows read → 46,987 stored → 40,444 counted → 27,310 matched to at least one issue (68 %)."
                .into(),
        },
        total: series("", "All records", 1_409, 0.0, None),
        forecast: None,
        issues,
        voices: voices(),
        slices: Slices::default(),
        files: files(),
        feeds: feeds(),
        caveats: vec![
            "App Store ends 12 Nov: week 46 is compared without it.".into(),
            "31 records carry no date; they are in no period.".into(),
        ],
        methods: vec![
            Method {
                what: "Usual range",
                how: "A negative binomial model of the issue's own earlier weeks. The upper bound is its 97.5th \
                      percentile."
                    .into(),
                source: "Noufaily and others, 2013",
            },
            Method {
                what: "Many tests at once",
                how: "p is corrected for the number of issues tested in the week; q is the result.".into(),
                source: "Benjamini and Hochberg, 1995",
            },
        ],
        codebook: CodebookReport {
            path: Some("codebook.toml".into()),
            sha256: Some("9f2c".repeat(16)),
            origin: "codebook",
            note: "Issues from codebook.toml, 8 active; keep the file in git to keep these issues next week.".into(),
        },
        events: Vec::new(),
        options: vec!["--as-of 2026-11-17".into(), "--where 'country=US'".into()],
        restated: None,
        ledger: Ledger::default(),
    };
    let figure = Figure {
        name: "trend-i-3f9a01c7".into(),
        title: "Late flights: 57 in week 46, usual range up to 31.7".into(),
        alt: "Weekly counts of \"Late flights\" & their usual range; the last week stands out.".into(),
        svg: "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1600\" height=\"900\" viewBox=\"0 0 1600 900\">\n\
              <rect width=\"1600\" height=\"900\" fill=\"#ffffff\"/>\n<text x=\"80\" y=\"120\" font-size=\"48\">100 % \
              “Late” flights</text>\n<polyline points=\"80,700 800,650 1500,200\" fill=\"none\" stroke=\"#1f5fbf\" \
              stroke-width=\"6\"/></svg>\n"
            .into(),
    };
    (report, vec![figure])
}

fn voices() -> Voices {
    let topic = |name: &str, observed: i64| Topic {
        name: name.into(),
        observed,
        previous: Some(9),
        change: Some(Change { ratio: Some(observed as f64 / 9.0), low: 0.8, high: Some(3.1), p: 0.2 }),
        all_records: 214,
        supporters: 187,
        likes: Some(41),
        sparkline: "▁▂▃▂▅▇".into(),
        series: vec![(date(2026, 11, 2), 9), (date(2026, 11, 9), observed)],
        quote: quotes("loved", &[]).into_iter().next(),
    };
    let quote = |at: usize| quotes("voice", &[]).swap_remove(at);
    Voices {
        loved: vec![topic("Crew / kind / <i>smile</i>", 14), topic("Legroom | seat", 6)],
        ideas: vec![topic("Seat *map* in the app", 3)],
        questions: vec![OpenQuestion {
            quote: quote(1),
            url: Some("https://example.com/1".into()),
            age: 93_600,
            reach: Some(1_250.0),
        }],
        unanswered: Some(12),
        spreading: vec![Spreading {
            quote: quote(0),
            observed: 21,
            previous: 2,
            authors: 19,
            reach: Some(48_200.0),
            per_hour: 0.75,
            carriers: vec!["[handle] (12,000 followers)".into(), "[handle]".into()],
            praise: false,
        }],
        issues: vec![IssueVoice {
            id: "i-3f9a01c7".into(),
            name: "Late flights".into(),
            records: 57,
            texts: 44,
            authors: 50,
            sentiment: Mean::of(&[-0.6, -0.2, -0.4, 0.1]),
            hostile: Share::of(2, 52),
            again: Share::of(9, 52),
            first_time: Share::of(38, 50),
            named: Share::of(52, 57),
        }],
        brands: vec![BrandVoice { brand: "JetAir".into(), voice: Share::of(40, 57), complaints: Share::of(31, 40) }],
        named: Share::of(1_300, 1_412),
        masked: vec![("email".into(), 3), ("handle".into(), 511)],
        notes: Vec::new(),
    }
}

fn sections() -> Vec<Section> {
    let about = |text: &str, id: &str, level| Finding { text: text.into(), issue_id: Some(id.into()), level };
    let plain = |text: &str| Finding { text: text.into(), issue_id: None, level: None };
    let section = |key, title, findings, empty| Section { key, title, findings, empty };
    vec![
        section(
            "worse",
            "Worse",
            vec![
                about(
                    "Late flights: 57 records, usual range up to 31.7; 2.6 times as many as expected (2.0 to 3.4).",
                    "i-3f9a01c7",
                    Some(Level::Urgent),
                ),
                about(
                    "Lost baggage: 44 records, usual range up to 42.4; 1.4 times as many as expected (1.0 to 1.9).",
                    "i-02",
                    Some(Level::Watch),
                ),
            ],
            "Nothing is worse than chance allows.",
        ),
        section(
            "new",
            "New",
            vec![about(
                "Seat <b>map</b> | frozen `app`: 12 records, none in the 28 weeks before.",
                "i-07",
                Some(Level::Alert),
            )],
            "No new issue.",
        ),
        section("back", "Back", vec![], "No issue has come back."),
        section(
            "better",
            "Better",
            vec![about("Rude staff: 21 records after 25, ×0.84 (0.62 to 1.34).", "i-04", None)],
            "No issue fell by more than chance allows.",
        ),
        section(
            "biggest",
            "Biggest",
            vec![
                about("Cancelled flights: 98 records, 6.9 % of all.", "i-01", None),
                about("Late flights: 57 records, 4.0 % of all.", "i-3f9a01c7", None),
                about("Lost baggage: 44 records, 3.1 % of all.", "i-02", None),
            ],
            "No record matches an issue.",
        ),
        section(
            "loved",
            "Loved",
            vec![plain("Friendly crew: 118 good ratings name it (of 402 in the week).")],
            "No praise to report.",
        ),
        section(
            "cannot_say",
            "Cannot say",
            vec![plain("App Store ends 12 Nov: its share of week 46 is not known.")],
            "Nothing was left unjudged.",
        ),
    ]
}

fn issues() -> Vec<IssueReport> {
    let spike = Some((57, Signal::Spike, Level::Urgent));
    vec![
        issue("i-3f9a01c7", "Late flights", 22, 0.0, spike, &["late flight", "delayed", "hours late"]),
        issue("i-01", "Cancelled flights", 90, 1.0, None, &["cancelled", "cancellation"]),
        issue("i-02", "Lost baggage", 31, 2.0, Some((44, Signal::Spike, Level::Watch)), &["lost bag", "luggage"]),
        issue("i-03", "Refund not paid | \"voucher\" instead", 28, 3.0, None, &["refund", "voucher"]),
        issue("i-04", "Rude staff", 25, 4.0, None, &["rude", "attitude"]),
        issue(
            "i-05",
            "Hold time on the phone, longer than the flight itself, every single time",
            18,
            5.0,
            None,
            &["on hold", "hold music"],
        ),
        issue(
            "i-07",
            "Seat <b>map</b> | frozen `app`",
            0,
            0.0,
            Some((12, Signal::Emerging, Level::Alert)),
            &["seat map", "frozen"],
        ),
        issue("i-08", "=1+1 😡 座席", 3, 6.0, None, &["-seat", "@seat"]),
    ]
}

fn issue(
    id: &str,
    name: &str,
    mean: i64,
    phase: f64,
    now: Option<(i64, Signal, Level)>,
    keywords: &[&str],
) -> IssueReport {
    let series = series(id, name, mean, phase, now);
    let at = |week: i64| series.points[week as usize].observed;
    let (observed, previous) = (at(NOW), at(NOW - 1));
    let ratio = observed.zip(previous).filter(|(_, b)| *b > 0).map(|(a, b)| a as f64 / b as f64);
    let (a, b) = (observed.unwrap_or(0), previous.unwrap_or(0));
    let change = Change { ratio, low: a as f64 / (b as f64 + 9.0), high: ratio.map(|r| r * 1.6), p: 0.004 };
    let top = series.points.iter().filter_map(|p| p.observed).max().unwrap_or(1).max(1);
    let bar = |p: &Point| p.observed.map_or(' ', |n| BARS[(n * 7 / top) as usize]);
    IssueReport {
        id: id.into(),
        name: name.into(),
        owner: if id == "i-01" { "Operations <ops@example.com>".into() } else { String::new() },
        status: if id == "i-08" { "candidate".into() } else { "active".into() },
        keywords: keywords.iter().enumerate().map(|(i, k)| ((*k).to_owned(), 2.114 - i as f64 * 0.3)).collect(),
        definition: "5f2c".into(),
        sentence: format!("{a} records in week 46, after {b} the week before."),
        observed,
        previous,
        change: (b > 0 || a > 0).then_some(change),
        share: Some(a as f64 / 1412.0),
        all_records: series.points.iter().map(|p| p.records).sum(),
        signal: now.map(|n| n.1),
        level: now.map(|n| n.2),
        sparkline: series.points.iter().filter(|p| !p.partial).map(bar).collect(),
        quotes: quotes(id, keywords),
        segments: segments(id),
        chart: (id == "i-3f9a01c7").then(|| format!("trend-{id}")),
        series,
        forecast: None,
    }
}

fn quotes(id: &str, keywords: &[&str]) -> Vec<Quote> {
    let texts = [
        "# Third <script>alert(1)</script> late flight | this `month`, and *nobody* said a word about_it\n- not one.",
        "=1+1 is the number of hours I waited \u{1b}[31mon the tarmac 😡, [click](javascript:alert(1)) & thanks $5 or $6",
        "航班又延误了,没有人告诉我们任何消息。 [person] wrote to [email] twice.",
    ];
    let quote = |(i, text): (usize, &&str)| Quote {
        uid: format!("x:{id}-{i}"),
        date: (i < 2).then(|| date(2026, 11, 10)),
        feed: "x/@airline".into(),
        text: (*text).into(),
        keywords: keywords.iter().take(2).map(|k| (*k).to_owned()).collect(),
    };
    texts.iter().enumerate().map(quote).collect()
}

/// A wave around `mean`; nothing is covered in weeks 9 and 10; the last week is partial.
fn series(id: &str, name: &str, mean: i64, phase: f64, now: Option<(i64, Signal, Level)>) -> Series {
    let point = |week: i64| {
        let wave = (week as f64 * 0.9 + phase).sin() * (mean as f64).sqrt();
        let usual = mean + wave.round() as i64;
        let covered = !(9..11).contains(&week);
        let found = now.filter(|_| week == NOW);
        let observed = match (week, found) {
            (NOW, Some((n, ..))) => n,
            (29, _) => usual / 3,
            _ => usual.max(0),
        };
        let tested = covered && (14..=NOW).contains(&week);
        let expected = tested.then_some(mean as f64 + 0.25);
        Point {
            period: first_day(week).at(0, 0, 0, 0),
            observed: covered.then_some(observed),
            compared: covered.then_some(observed),
            records: if covered { observed + observed / 10 } else { 0 },
            authors: if covered { observed } else { 0 },
            exposure: covered.then_some(1_412.0),
            rate: covered.then_some(observed as f64 / 1_412.0),
            expected,
            upper: expected.map(|e| e + 2.0 * e.sqrt()),
            p: tested.then_some(if found.is_some() { 3.2e-9 } else { 0.41 }),
            q: tested.then_some(if found.is_some() { 2.6e-8 } else { 0.6 }),
            signal: found.map(|f| f.1),
            level: found.map(|f| f.2),
            effect: expected.map(|e| observed as f64 / e),
            effect_low: expected.map(|e| observed as f64 / e * 0.75),
            effect_high: expected.map(|e| observed as f64 / e * 1.3),
            history: if tested { week - 2 } else { 0 },
            partial: week == 29,
            covered,
            test: tested.then_some("nb_level"),
            alpha: tested.then_some(4e-4),
            caveats: if tested { vec![Caveat::LimitedHistory] } else { Vec::new() },
            ..Point::default()
        }
    };
    let points: Vec<Point> = (0..WEEKS).map(point).collect();
    let signals = points.iter().filter_map(found).collect();
    Series { issue_id: id.into(), issue: name.into(), segment: None, points, signals }
}

/// The signal a point shows, in full.
fn found(point: &Point) -> Option<Found> {
    Some(Found {
        period: point.period,
        kind: point.signal?,
        level: point.level,
        begins: point.period,
        observed: point.compared? as f64,
        records: point.records,
        expected: point.expected,
        upper: point.upper,
        p: point.p?,
        q: point.q,
        effect: point.effect,
        effect_low: point.effect_low,
        effect_high: point.effect_high,
        history: point.history,
        test: point.test?,
        alpha: point.alpha?,
        about: "after 4 quiet weeks".into(),
        caveats: point.caveats.clone(),
    })
}

fn first_day(week: i64) -> Date {
    date(2026, 4, 27).saturating_add((week * 7).days())
}

fn files() -> Vec<FileReport> {
    let file = |path: &str, source: &str, rows, rejected| FileReport {
        path: path.into(),
        sha256: "ab12".repeat(16),
        source: source.into(),
        rows_read: rows,
        stored: rows - rejected - 604,
        updated: 0,
        unchanged: 0,
        duplicates: 602,
        rejected,
        skipped: 2,
        undated: 31,
        problems: vec![],
        assumptions: vec![],
    };
    let mut posts = file("dumps/posts|week46.csv", "sprout_csv", 40_100, 17);
    posts.problems = vec![
        Problem { kind: "ragged row: 3 cells under 7 headers".into(), count: 15, example_line: 212 },
        Problem { kind: "no date that can be read: \"<soon>\"".into(), count: 2, example_line: 9_871 },
    ];
    posts.assumptions = vec!["dates are day/month/year: 31/10/2026 on line 44 decides it".into()];
    vec![posts, file("dumps/tickets.json", "zendesk_json", 8_111, 0)]
}

fn feeds() -> Vec<FeedReport> {
    let feed = |name: &str, last: Option<Date>, counted, covers_period| FeedReport {
        feed: name.into(),
        first: last.map(|_| date(2026, 4, 27)),
        last,
        counted,
        covers_period,
    };
    vec![
        feed("x/@airline", Some(date(2026, 11, 17)), 31_020, true),
        feed("zendesk@acme", Some(date(2026, 11, 17)), 7_204, true),
        feed("app_store", Some(date(2026, 11, 12)), 2_220, false),
        feed("google_play", None, 0, false),
    ]
}

fn segments(id: &str) -> Vec<Segment> {
    let segment = |column, value: &str, n, of| Segment { column, value: value.into(), rate: Share::of(n, of) };
    if id == "i-08" {
        return Vec::new();
    }
    vec![
        segment("channel", "email", 12, 210),
        segment("channel", "<i>x</i>", 40, 900),
        segment("product", "(none)", 0, 7),
    ]
}

//! Numbers and dates as charts print them: in English, or with the months and marks of `--lang`.

use std::sync::OnceLock;

use crate::trend::calendar::Period;

/// How a language writes months and numbers. Words stay English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lang {
    /// ISO 639-1.
    pub code: &'static str,
    months: [&'static str; 12],
    thousands: char,
    decimal: char,
    /// After the day: `9. Nov`.
    day: &'static str,
}

const fn lang(code: &'static str, marks: [char; 2], day: &'static str, months: [&'static str; 12]) -> Lang {
    Lang { code, months, thousands: marks[0], decimal: marks[1], day }
}

/// A space that does not break.
const SPACE: char = '\u{a0}';

/// The languages, English first.
pub const LANGS: &[Lang] = &[
    lang("en", [',', '.'], "", ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]),
    lang("da", ['.', ','], ".", ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]),
    lang(
        "de",
        ['.', ','],
        ".",
        ["Jan", "Feb", "März", "Apr", "Mai", "Juni", "Juli", "Aug", "Sept", "Okt", "Nov", "Dez"],
    ),
    lang("es", ['.', ','], "", ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"]),
    lang(
        "fr",
        [SPACE, ','],
        "",
        ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
    ),
    lang("it", ['.', ','], "", ["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"]),
    lang("nl", ['.', ','], "", ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]),
    lang("pl", [SPACE, ','], "", ["sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru"]),
    lang("pt", ['.', ','], "", ["jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"]),
    lang(
        "sv",
        [SPACE, ','],
        "",
        ["jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"],
    ),
];

/// Set at most once, before anything is drawn, from the command line: a constant of the run.
static CHOSEN: OnceLock<Lang> = OnceLock::new();

/// Takes the language of `--lang` for the run; the first one stays.
pub fn speak(lang: Lang) {
    let _ = CHOSEN.set(lang);
}

fn chosen() -> Lang {
    CHOSEN.get().copied().unwrap_or(LANGS[0])
}

impl std::str::FromStr for Lang {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = LANGS.iter().find(|lang| lang.code == text.to_lowercase());
        let codes: Vec<&str> = LANGS.iter().map(|lang| lang.code).collect();
        known.copied().ok_or_else(|| format!("{text:?} is not among {}", codes.join(", ")))
    }
}

/// The step of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Hour,
    Day,
    Week,
    Month,
    Quarter,
}

impl Step {
    /// By the name that `--by` takes; anything else is drawn like days, by full dates.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "hour" => Self::Hour,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            _ => Self::Day,
        }
    }

    /// One of them.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
        }
    }
}

/// `1,234,567`.
pub fn count(n: i64) -> String {
    count_in(chosen(), n)
}

fn count_in(lang: Lang, n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::from(if n < 0 { "−" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(lang.thousands);
        }
        out.push(digit);
    }
    out
}

/// `x` with so many decimals.
pub(super) fn decimals(x: f64, digits: usize) -> String {
    format!("{x:.digits$}").replace('.', &chosen().decimal.to_string())
}

/// `12 %`, `0.4 %`.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    format!("{} %", decimals(percent, usize::from(percent != 0.0 && percent < 9.95)))
}

/// `7,000`, `40k`, `1.5M`: for labels of axes, whose numbers are round; others keep all their digits.
pub(super) fn compact(n: i64) -> String {
    for (unit, sign) in [(1_000_000, "M"), (1_000, "k")] {
        if n >= unit && n >= 10_000 && n % (unit / 10) == 0 {
            let tenths = n / (unit / 10);
            let whole = count(tenths / 10);
            return if tenths % 10 == 0 {
                format!("{whole}{sign}")
            } else {
                format!("{whole}{}{}{sign}", chosen().decimal, tenths % 10)
            };
        }
    }
    count(n)
}

/// `1 week`, `2 weeks`, `no weeks`.
pub(super) fn plural(n: usize, noun: &str) -> String {
    match n {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{} {noun}s", count(i64::try_from(n).unwrap_or(i64::MAX))),
    }
}

/// `Nov`.
pub(super) fn month(p: Period) -> &'static str {
    chosen().months[usize::from(p.month().unsigned_abs().clamp(1, 12)) - 1]
}

/// `9 Nov`.
pub(super) fn day(p: Period) -> String {
    format!("{}{} {}", p.day(), chosen().day, month(p))
}

/// `14:00`.
pub(super) fn hour(p: Period) -> String {
    format!("{:02}:{:02}", p.hour(), p.minute())
}

/// `Q4`.
pub(super) fn quarter(p: Period) -> String {
    format!("Q{}", (p.month() + 2) / 3)
}

/// A day in full: `9 Nov 2026`.
pub fn date(date: jiff::civil::Date) -> String {
    let at = date.at(0, 0, 0, 0);
    format!("{} {}", day(at), at.year())
}

/// A period's days, in English as the report names it (`label`), else in the words of the language chosen.
pub fn days(label: &str, first: jiff::civil::Date, last: jiff::civil::Date) -> String {
    if chosen().code == LANGS[0].code { label.to_owned() } else { format!("{} – {}", date(first), date(last)) }
}

/// The period in full: `week of 9 Nov 2026`, `9 Nov 2026`, `Nov 2026`, `Q4 2026`, `9 Nov 2026, 14:00`.
pub(super) fn period(p: Period, step: Step) -> String {
    match step {
        Step::Hour => format!("{} {}, {}", day(p), p.year(), hour(p)),
        Step::Day => format!("{} {}", day(p), p.year()),
        Step::Week => format!("week of {} {}", day(p), p.year()),
        Step::Month => format!("{} {}", month(p), p.year()),
        Step::Quarter => format!("{} {}", quarter(p), p.year()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::{LANGS, Lang, Step, compact, count, count_in, period, plural};

    #[test]
    fn groups_thousands() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(-12_000), "−12,000");
        assert_eq!([0, 9_000, 10_000, 250_000, 999_950].map(compact), ["0", "9,000", "10k", "250k", "999,950"]);
        assert_eq!([1_000_000, 1_500_000, 2_000_000_000, 1_250_000].map(compact), ["1M", "1.5M", "2,000M", "1,250k"]);
        assert_eq!(plural(1, "week"), "1 week");
        assert_eq!(plural(1200, "week"), "1,200 weeks");
    }

    #[test]
    fn languages_have_their_own_marks() {
        let german: Lang = "de".parse().unwrap();
        assert_eq!(count_in(german, 1_234_567), "1.234.567");
        assert!("xx".parse::<Lang>().unwrap_err().contains("da, de"));
        assert!(LANGS.windows(2).skip(1).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn names_periods() {
        let p = datetime(2026, 10, 5, 14, 0, 0, 0);
        let names = ["hour", "day", "week", "month", "quarter"].map(|by| period(p, Step::named(by)));
        assert_eq!(names, ["5 Oct 2026, 14:00", "5 Oct 2026", "week of 5 Oct 2026", "Oct 2026", "Q4 2026"]);
    }
}

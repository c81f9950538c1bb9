//! Numbers that lead to a person: cards, accounts, telephones, machines.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use regex::Regex;

use crate::enrich::pattern::pattern;
use crate::enrich::redact::{Kind, Spans};

static IBAN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[A-Z]{2}[0-9]{2}(?:[ ]?[A-Z0-9]{1,4}){3,8}\b"));
static IP4: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b"));
static IP6: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9A-Fa-f:]*:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*"));
static CARD: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[0-9](?:[ \-]?[0-9]){12,18}\b"));
static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        // international: +44 20 7946 0958
        r"\+[0-9]{1,3}[ .\-]?(?:\(?[0-9]{1,4}\)?[ .\-]?){2,5}[0-9]{2,4}\b",
        // North America: (555) 010-4477, 1-800-555-0199
        r"|(?:\b1[ .\-])?(?:\([0-9]{3}\) ?|\b[0-9]{3}[ .\-])[0-9]{3}[ .\-][0-9]{4}\b",
        // trunk zero: 030 901820 41, 0171/2345678
        r"|\b0[0-9]{1,4}[ /\-][0-9]{2,8}(?:[ \-][0-9]{2,5}){0,3}\b",
    ))
});
/// A local number, seven digits: 555-0123.
static LOCAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|[^0-9\-])([0-9]{3}-[0-9]{4})(?:$|[^0-9\-])"));
/// A social security number of the United States.
static SOCIAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9]{9,}"));
/// A number whose word before says that it is somebody's.
static OWNED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:account|acct|a/c|booking|case|claim|confirmation|contract|customer|invoice|kundennummer|member(?:ship)?",
        r"|order|passport|policy|reference|ref|reservation|ticket|tracking)",
        r"(?:[ ]?(?:id|no|nr|num|number|code))?[ ]?(?:is|was)?[.:# ]{0,3}([0-9][0-9\-]{4,}[0-9])\b",
    ))
});

/// Adds what is in the text. `digits` and `colons` are how many it holds: most texts need no pattern.
pub(super) fn find(text: &str, digits: usize, colons: usize, spans: &mut Spans) {
    if colons >= 2 {
        spans.find(text, &IP6, Kind::Ip, |found| found.len() >= 6 && found.parse::<Ipv6Addr>().is_ok());
    }
    // The shortest of what follows is an address of four digits.
    if digits >= 4 {
        spans.find(text, &IBAN, Kind::Iban, is_iban);
        spans.find(text, &IP4, Kind::Ip, |found| found.parse::<Ipv4Addr>().is_ok());
    }
    if digits >= 9 {
        spans.find(text, &SOCIAL, Kind::Number, |_| true);
        spans.find(text, &CARD, Kind::Card, is_card);
        spans.find(text, &PHONE, Kind::Phone, |found| {
            (9..=15).contains(&found.bytes().filter(u8::is_ascii_digit).count())
        });
        spans.find(text, &NUMBER, Kind::Number, |_| true);
    }
    if digits >= 7 {
        spans.find(text, &LOCAL, Kind::Phone, |_| true);
    }
    if digits >= 6 {
        spans.find(text, &OWNED, Kind::Number, |found| {
            found.bytes().filter(u8::is_ascii_digit).count() >= 6 && !is_date(found)
        });
    }
}

/// `2013-03-05`, `05-03-2013`.
fn is_date(found: &str) -> bool {
    let lengths: Vec<usize> = found.split('-').map(str::len).collect();
    matches!(lengths.as_slice(), [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4 | 2])
}

/// Luhn's check (ISO/IEC 7812-1, annex B).
fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| match (i % 2, d * 2) {
            (0, _) => *d,
            (_, double) => double / 10 + double % 10,
        })
        .sum();
    digits.iter().any(|d| *d != 0) && sum.is_multiple_of(10)
}

/// The remainder check of an account number (ISO 13616-1: mod 97 is 1).
fn is_iban(text: &str) -> bool {
    let compact: Vec<char> = text.chars().filter(|c| *c != ' ').collect();
    if !(15..=34).contains(&compact.len()) {
        return false;
    }
    let remainder = compact[4..]
        .iter()
        .chain(&compact[..4])
        .filter_map(|c| c.to_digit(36))
        .fold(0, |r, value| if value > 9 { (r * 100 + value) % 97 } else { (r * 10 + value) % 97 });
    remainder == 1
}

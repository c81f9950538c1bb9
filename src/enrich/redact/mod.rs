//! Masks what identifies a person, before anything is learned from or quoted out of a text.
//!
//! A mask is a word in square brackets; the tokenizer knows [`MASKS`] and never makes a keyword of one.

mod handles;
mod names;
mod numbers;
mod places;
mod records;

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::enrich::pattern::pattern;

pub use crate::enrich::redact::records::redacted;

/// What a masked span was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A payment card's number (Luhn's check holds).
    Card,
    /// A bank account's number (IBAN, its check holds).
    Iban,
    /// An address of a machine, IPv4 or IPv6.
    Ip,
    /// A postal address: street and number, post box, postcode.
    Address,
    /// Another long number: nine digits, or six after a word such as account or order.
    Number,
    /// An account's name: `@name`, `u/name`.
    Handle,
    /// A person's name: after a greeting, in a signature, after "my name is" or a title.
    Name,
}

impl Kind {
    /// All kinds, in the order of their masks.
    pub const ALL: [Self; 9] = [
        Self::Email,
        Self::Phone,
        Self::Card,
        Self::Iban,
        Self::Ip,
        Self::Address,
        Self::Number,
        Self::Handle,
        Self::Name,
    ];

    /// What stands in the span's place.
    pub const fn mask(self) -> &'static str {
        MASKS[self as usize]
    }

    /// `email`, `phone`, ...
    pub fn name(self) -> &'static str {
        self.mask().trim_matches(['[', ']'])
    }
}

/// Every mask, in the order of [`Kind::ALL`].
pub const MASKS: [&str; 9] =
    ["[email]", "[phone]", "[card]", "[iban]", "[ip]", "[address]", "[number]", "[handle]", "[name]"];

/// How many spans of each kind were masked, in the order of [`Kind::ALL`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Masked(pub [i64; 9]);

impl Masked {
    /// All kinds together.
    pub fn total(&self) -> i64 {
        self.0.iter().sum()
    }

    /// The sum of two.
    pub fn and(self, other: Self) -> Self {
        Self(std::array::from_fn(|kind| self.0[kind] + other.0[kind]))
    }

    /// All counts in one line, to be kept: `3,1,0,0,0,0,0,0,0`.
    pub fn line(&self) -> String {
        self.0.map(|n| n.to_string()).join(",")
    }

    /// What [`Masked::line`] gave; what is not there is 0.
    pub fn of_line(line: &str) -> Self {
        let mut counts = line.split(',').map(|n| n.parse().unwrap_or(0));
        Self(std::array::from_fn(|_| counts.next().unwrap_or(0)))
    }

    /// Kinds with at least one span, as `3 email, 1 phone`; empty when nothing was masked.
    pub fn words(&self) -> String {
        let some = Kind::ALL.iter().zip(self.0).filter(|(_, n)| *n > 0);
        some.map(|(kind, n)| format!("{n} {}", kind.name())).collect::<Vec<_>>().join(", ")
    }
}

/// A part of a text that identifies a person: bytes `start..end` of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// After the last byte.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
}

static EMAIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[\p{L}\p{N}._%+\-]+@[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)*\.\p{L}{2,}"));
/// Spans found so far; what overlaps one of them is not found again.
#[derive(Default)]
struct Spans {
    found: Vec<Span>,
    /// Whether a byte is in a span; empty before the first one.
    taken: Vec<bool>,
}

impl Spans {
    fn add(&mut self, text: &str, start: usize, end: usize, kind: Kind) {
        if self.taken.is_empty() {
            self.taken = vec![false; text.len()];
        }
        let bytes = &mut self.taken[start..end];
        if !bytes.is_empty() && bytes.iter().all(|taken| !taken) {
            bytes.fill(true);
            self.found.push(Span { start, end, kind });
        }
    }

    /// Adds what `pattern` finds (its first group, if it has one) and `agrees` to.
    fn find(&mut self, text: &str, pattern: &Regex, kind: Kind, agrees: impl Fn(&str) -> bool) {
        if pattern.captures_len() == 1 {
            for found in pattern.find_iter(text).filter(|found| agrees(found.as_str())) {
                self.add(text, found.start(), found.end(), kind);
            }
            return;
        }
        for found in pattern.captures_iter(text).filter_map(|c| c.get(1)).filter(|found| agrees(found.as_str())) {
            self.add(text, found.start(), found.end(), kind);
        }
    }
}

/// Everything in the text that identifies a person, in its order; no two overlap. The time is linear in the text.
pub fn find(text: &str) -> Vec<Span> {
    let mut spans = Spans::default();
    let (mut at, mut digits, mut colons, mut user) = (false, 0_usize, 0_usize, false);
    let mut before = b' ';
    for byte in text.bytes() {
        at |= byte == b'@';
        digits += usize::from(byte.is_ascii_digit());
        colons += usize::from(byte == b':');
        user |= byte == b'/' && before == b'u';
        before = byte;
    }
    if at {
        handles::find(text, &mut spans);
        spans.find(text, &EMAIL, Kind::Email, |_| true);
    }
    if user {
        handles::redditors(text, &mut spans);
    }
    numbers::find(text, digits, colons, &mut spans);
    if digits > 0 {
        places::find(text, digits, &mut spans);
    }
    names::find(text, &mut spans);
    spans.found.sort_unstable_by_key(|s| s.start);
    spans.found
}

/// The text with every mask in place, and how many of each kind there are.
pub fn redact(text: &str) -> (Cow<'_, str>, Masked) {
    let spans = find(text);
    let mut masked = Masked::default();
    if spans.is_empty() {
        return (Cow::Borrowed(text), masked);
    }
    let mut out = String::with_capacity(text.len());
    let mut after = 0;
    for span in spans {
        out.push_str(&text[after..span.start]);
        out.push_str(span.kind.mask());
        masked.0[span.kind as usize] += 1;
        after = span.end;
    }
    out.push_str(&text[after..]);
    (Cow::Owned(out), masked)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

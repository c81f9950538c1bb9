//! Masks what identifies a person, before anything is learned from or quoted out of a text.
//!
//! A mask is a word in square brackets; the tokenizer knows [`MASKS`] and never makes a keyword of one.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Every mask.
pub const MASKS: &[&str] = &["[email]", "[phone]", "[card]", "[iban]", "[ip]", "[number]", "[handle]", "[name]"];

/// Words that follow a greeting and name nobody.
const NOBODY: &[&str] = &[
    "all",
    "any",
    "customer",
    "customers",
    "everybody",
    "everyone",
    "folks",
    "friends",
    "guys",
    "madam",
    "reddit",
    "service",
    "sir",
    "sirs",
    "support",
    "team",
    "there",
];

#[expect(clippy::expect_used, reason = "the patterns are constants; a test compiles every one")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

static EMAIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[\p{L}\p{N}._%+\-]+@[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)*\.\p{L}{2,}"));
static HANDLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(^|[^\p{L}\p{N}_@/])@[\p{L}\p{N}_]{2,50}"));
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
// A local number, seven digits: 555-0123.
static LOCAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[0-9]{3}-[0-9]{4}\b"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9]{9,}"));
static GREETING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?m)^(?P<lead>\s*(?i:hi|hello|hey|dear|good morning|good afternoon|good evening)[ ,]+)",
        r"(?:(?P<title>(?i:mr|mrs|ms|miss|dr|prof)\.?[ ]+)(?P<titled>\p{Lu}[\p{L}'’\-]+(?: \p{Lu}[\p{L}'’\-]+)?)",
        r"|(?P<name>\p{Lu}[\p{L}'’\-]+(?: \p{Lu}[\p{L}'’\-]+)?)(?P<end>[ ]*(?:[,!.:;\n]|$)))",
    ))
});

/// The text with every mask in place, and how many there are.
pub fn redact(text: &str) -> (Cow<'_, str>, usize) {
    let mut out = Cow::Borrowed(text);
    let mut masked = 0;
    let bytes = text.as_bytes();
    let (mut at, mut digits, mut colons) = (false, 0_usize, 0_usize);
    for byte in bytes {
        at |= *byte == b'@';
        digits += usize::from(byte.is_ascii_digit());
        colons += usize::from(*byte == b':');
    }
    if at {
        mask(&mut out, &mut masked, &EMAIL, |_| Some("[email]".into()));
    }
    if colons >= 2 {
        mask(&mut out, &mut masked, &IP6, |found| {
            (found[0].len() >= 6 && found[0].parse::<Ipv6Addr>().is_ok()).then(|| "[ip]".into())
        });
    }
    // The shortest of what follows is an address of four digits.
    if digits >= 4 {
        mask(&mut out, &mut masked, &IBAN, |found| is_iban(&found[0]).then(|| "[iban]".into()));
        mask(&mut out, &mut masked, &IP4, |found| found[0].parse::<Ipv4Addr>().is_ok().then(|| "[ip]".into()));
    }
    if digits >= 9 {
        mask(&mut out, &mut masked, &CARD, |found| is_card(&found[0]).then(|| "[card]".into()));
        mask(&mut out, &mut masked, &PHONE, |found| {
            (9..=15).contains(&found[0].bytes().filter(u8::is_ascii_digit).count()).then(|| "[phone]".into())
        });
        mask(&mut out, &mut masked, &NUMBER, |_| Some("[number]".into()));
    }
    if digits >= 7 {
        mask(&mut out, &mut masked, &LOCAL, |_| Some("[phone]".into()));
    }
    if at {
        mask(&mut out, &mut masked, &HANDLE, |found| Some(format!("{}[handle]", &found[1])));
    }
    if greets(bytes) {
        mask(&mut out, &mut masked, &GREETING, name);
    }
    (out, masked)
}

/// Replaces what `pattern` finds and `with` agrees to.
fn mask(
    text: &mut Cow<'_, str>,
    masked: &mut usize,
    pattern: &Regex,
    mut with: impl FnMut(&Captures<'_>) -> Option<String>,
) {
    let mut count = 0;
    let replaced = match pattern.replace_all(text, |found: &Captures<'_>| match with(found) {
        Some(mask) => {
            count += 1;
            mask
        }
        None => found[0].to_owned(),
    }) {
        Cow::Owned(replaced) if count > 0 => replaced,
        _ => return,
    };
    *masked += count;
    *text = Cow::Owned(replaced);
}

/// The greeting with its name masked; none where it names nobody.
fn name(found: &Captures<'_>) -> Option<String> {
    let part = |group| found.name(group).map_or("", |m| m.as_str());
    let nobody = |name: &str| {
        name.split(' ').next().is_some_and(|first| NOBODY.binary_search(&first.to_lowercase().as_str()).is_ok())
    };
    match found.name("titled") {
        Some(_) => Some(format!("{}{}[name]", part("lead"), part("title"))),
        None if nobody(part("name")) => None,
        None => Some(format!("{}[name]{}", part("lead"), part("end"))),
    }
}

/// Whether a line may begin with a greeting: a cheap test before the pattern.
fn greets(bytes: &[u8]) -> bool {
    bytes.split(|b| *b == b'\n').any(|line| {
        matches!(line.trim_ascii_start(), [a, b, ..]
            if matches!((a | 32, b | 32), (b'h', b'i' | b'e') | (b'd', b'e') | (b'g', b'o')))
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        redact(text).0.into_owned()
    }

    #[test]
    fn masks_each_kind() {
        assert_eq!(masked("write to anna.b+x@mail.example.org now"), "write to [email] now");
        assert_eq!(masked("card 4111 1111 1111 1111 charged"), "card [card] charged");
        assert_eq!(masked("to GB82 WEST 1234 5698 7654 32 please"), "to [iban] please");
        assert_eq!(masked("from 192.168.0.254 and 2001:db8::8a2e:370:7334"), "from [ip] and [ip]");
        assert_eq!(masked("call +44 20 7946 0958 or (555) 010-4477"), "call [phone] or [phone]");
        assert_eq!(masked("call 1-800-555-0199 or 030 901820 41"), "call [phone] or [phone]");
        assert_eq!(masked("order 1234567890 lost"), "order [number] lost");
        assert_eq!(masked("@JetAir why? cc .@ann_b call 555-0123"), "[handle] why? cc .[handle] call [phone]");
        assert_eq!(masked("thanks @JetAir"), "thanks [handle]");
        assert_eq!(masked("Hi Anna,\nmy bag is lost"), "Hi [name],\nmy bag is lost");
        assert_eq!(masked("Dear Mr Smith I wait"), "Dear Mr [name] I wait");
    }

    #[test]
    fn leaves_the_rest_alone() {
        for text in [
            "flight 1234 on 2013-03-05 at 10:30:45 was late",
            "I paid $1,299.00 for v10.2.1",
            "Hi Support, Hello there",
            "Hi All,\nbroken",
            "He said Windows 8 died",
            "XXXX paid {$300.00} on XX/XX/2019",
            "1234 5678 9012",
        ] {
            let (out, n) = redact(text);
            assert!(matches!(out, Cow::Borrowed(_)), "{text} became {out}");
            assert_eq!(n, 0);
        }
    }

    #[test]
    fn counts_the_masks() {
        assert_eq!(redact("a@b.co, c@d.co and @someone").1, 3);
    }

    #[test]
    fn a_failed_check_digit_is_a_plain_number() {
        assert_eq!(masked("card 4111111111111112"), "card [number]");
    }

    #[test]
    fn the_generic_words_are_sorted() {
        assert!(NOBODY.is_sorted());
    }
}

//! The small reader below all date patterns.

use crate::normalise::civil::SECOND;
use crate::normalise::dates::{Precision, Zone, century};

const MONTHS: [&[u8]; 12] =
    [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
const MONTH_ENDS: [&[u8]; 12] =
    [b"uary", b"ruary", b"ch", b"il", b"", b"e", b"y", b"ust", b"tember", b"ober", b"ember", b"ember"];
const WEEKDAYS: [&[u8]; 7] = [b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday"];
/// Named zones of RFC 2822 section 4.3, in hours from UTC.
const NAMED_ZONES: [(&[u8], i64); 11] = [
    (b"utc", 0),
    (b"gmt", 0),
    (b"ut", 0),
    (b"est", -5),
    (b"edt", -4),
    (b"cst", -6),
    (b"cdt", -5),
    (b"mst", -7),
    (b"mdt", -6),
    (b"pst", -8),
    (b"pdt", -7),
];

/// A position in a cell's bytes. Every method moves on only over what it reads.
pub(super) struct Cursor<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl Cursor<'_> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(super) fn any(&mut self, of: &[u8]) -> Option<u8> {
        let byte = self.peek().filter(|b| of.contains(b))?;
        self.at += 1;
        Some(byte)
    }

    /// Spaces, and the narrow no-break space that newer locale data puts before AM and PM.
    pub(super) fn spaces(&mut self) {
        loop {
            match &self.bytes[self.at..] {
                [b' ' | b'\t', ..] => self.at += 1,
                [0xC2, 0xA0, ..] => self.at += 2,
                [0xE2, 0x80, 0xAF, ..] => self.at += 3,
                _ => return,
            }
        }
    }

    /// One to nine digits: their value and how many.
    pub(super) fn digits(&mut self) -> Option<(i64, usize)> {
        let start = self.at;
        let mut value = 0;
        while let Some(byte) = self.peek().filter(u8::is_ascii_digit) {
            value = value * 10 + i64::from(byte - b'0');
            self.at += 1;
            if self.at - start > 9 {
                return None;
            }
        }
        (self.at > start).then_some((value, self.at - start))
    }

    pub(super) fn digits_up_to(&mut self, most: usize) -> Option<(i64, usize)> {
        self.digits().filter(|(_, len)| *len <= most)
    }

    pub(super) fn year(&mut self) -> Option<i64> {
        match self.digits()? {
            (year, 2) => Some(century(year)),
            (year, 4) => Some(year),
            _ => None,
        }
    }

    pub(super) fn word(&self) -> &[u8] {
        let rest = &self.bytes[self.at..];
        let len = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        &rest[..len]
    }

    pub(super) fn month(&mut self) -> Option<i64> {
        let word = self.word();
        let (start, end) = word.split_at_checked(3)?;
        let index = MONTHS.iter().position(|m| start.eq_ignore_ascii_case(m))?;
        let known = end.is_empty() || end.eq_ignore_ascii_case(MONTH_ENDS[index]) || index == 8 && end == b"t";
        let len = word.len();
        known.then(|| self.at += len)?;
        i64::try_from(index + 1).ok()
    }

    pub(super) fn weekday(&mut self) -> bool {
        let word = self.word();
        let len = word.len();
        let found = len >= 3 && WEEKDAYS.iter().any(|d| d.len() >= len && d[..len].eq_ignore_ascii_case(word));
        self.at += if found { len } else { 0 };
        found
    }

    pub(super) fn ordinal(&mut self) {
        let word = self.word();
        if [b"st", b"nd", b"rd", b"th"].iter().any(|o| word.eq_ignore_ascii_case(*o)) {
            self.at += 2;
        }
    }

    /// What follows a date: nothing, or a time with an optional zone, to the end of the cell. Microseconds of the
    /// day, precision, and the zone with its offset in seconds.
    pub(super) fn time(&mut self) -> Option<(i64, Precision, (Zone, i64))> {
        self.eat(b',');
        if !self.eat(b'T') && !self.eat(b't') {
            self.spaces();
            if self.word().eq_ignore_ascii_case(b"at") {
                self.at += 2;
                self.spaces();
            }
        }
        if self.end() {
            return Some((0, Precision::Day, (Zone::None, 0)));
        }
        let (micros, precision) = self.clock()?;
        self.spaces();
        let zone = if self.end() { (Zone::None, 0) } else { self.zone()? };
        self.spaces();
        if self.eat(b'(') {
            // RFC 2822 lets a comment repeat the zone's name.
            while self.peek().is_some_and(|b| b != b')') {
                self.at += 1;
            }
            self.eat(b')').then_some(())?;
        }
        self.end().then_some((micros, precision, zone))
    }

    /// `16:38`, `16:38:58`, `16:38:58.123456`, `4:38 PM`, `10 pm`.
    pub(super) fn clock(&mut self) -> Option<(i64, Precision)> {
        let (hour, _) = self.digits_up_to(2)?;
        let (mut minute, mut second, mut fraction) = (0, 0, 0);
        let mut precision = Precision::Hour;
        if self.eat(b':') {
            minute = self.digits_up_to(2).filter(|(_, len)| *len == 2)?.0;
            precision = Precision::Minute;
            if self.eat(b':') {
                second = self.digits_up_to(2).filter(|(_, len)| *len == 2)?.0;
                precision = Precision::Second;
                if self.any(b".,").is_some() {
                    fraction = self.fraction()?;
                    precision = Precision::Milli;
                }
            }
        }
        let hour = match self.half() {
            Some(_) if hour > 12 => return None,
            Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
            None if precision == Precision::Hour => return None,
            None => hour,
        };
        // A leap second is counted as the second before it.
        let second = if second == 60 { 59 } else { second };
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        Some((((hour * 60 + minute) * 60 + second) * SECOND + fraction, precision))
    }

    /// Digits after the point, as microseconds; finer ones are cut.
    pub(super) fn fraction(&mut self) -> Option<i64> {
        let start = self.at;
        let mut micros = 0;
        while let Some(byte) = self.peek().filter(u8::is_ascii_digit) {
            if self.at - start < 6 {
                micros = micros * 10 + i64::from(byte - b'0');
            }
            self.at += 1;
        }
        let read = (self.at - start).min(6);
        (read > 0).then(|| micros * 10_i64.pow(6 - u32::try_from(read).unwrap_or(6)))
    }

    /// AM (false) or PM (true), as `PM`, `pm`, `p.m.`
    pub(super) fn half(&mut self) -> Option<bool> {
        let back = self.at;
        self.spaces();
        let afternoon = match self.peek().map(|b| b.to_ascii_lowercase()) {
            Some(b'a') => false,
            Some(b'p') => true,
            _ => {
                self.at = back;
                return None;
            }
        };
        self.at += 1;
        self.eat(b'.');
        if !self.eat(b'm') && !self.eat(b'M') {
            self.at = back;
            return None;
        }
        self.eat(b'.');
        Some(afternoon)
    }

    /// `Z`, `+02:00`, `-0700`, `+02`, `UTC`, `EST`: the zone and its offset in seconds.
    pub(super) fn zone(&mut self) -> Option<(Zone, i64)> {
        let word = self.word();
        let len = word.len();
        if len > 0 {
            if word.eq_ignore_ascii_case(b"z") {
                self.at += 1;
                return Some((Zone::Utc, 0));
            }
            let (_, hours) = NAMED_ZONES.iter().find(|(name, _)| word.eq_ignore_ascii_case(name))?;
            self.at += len;
            let signed = matches!(self.peek(), Some(b'+' | b'-')) && *hours == 0;
            if !signed {
                return Some((if *hours == 0 { Zone::Utc } else { Zone::Offset }, hours * 3600));
            }
        }
        let sign = match self.any(b"+-")? {
            b'+' => 1,
            _ => -1,
        };
        let (value, digits) = self.digits()?;
        let (hours, minutes) = match digits {
            2 if self.eat(b':') => (value, self.digits_up_to(2)?.0),
            1 | 2 => (value, 0),
            4 => (value / 100, value % 100),
            _ => return None,
        };
        (hours <= 18 && minutes <= 59).then_some((Zone::Offset, sign * (hours * 3600 + minutes * 60)))
    }
}

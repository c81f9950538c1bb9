//! JSON that is not quite JSON, as writers that are not strict leave it.

/// The text with half a surrogate pair (`\ud83d` alone) as U+FFFD, bare control characters in texts escaped, and `NaN`
/// and `Infinity` as null; line ends outside texts stay. None where none of these is in it.
pub(crate) fn repaired(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() + 16);
    let (mut at, mut in_text, mut changed) = (0, false, false);
    while at < text.len() {
        let byte = text[at];
        let rest = &text[at..];
        if !in_text {
            in_text = byte == b'"';
            let word = [&b"NaN"[..], b"-Infinity", b"Infinity"].into_iter().find(|word| rest.starts_with(word));
            if let Some(word) = word {
                out.extend_from_slice(b"null");
                at += word.len();
                changed = true;
                continue;
            }
            out.push(byte);
            at += 1;
            continue;
        }
        match byte {
            b'"' => in_text = false,
            b'\\' => {
                let taken = escape(rest, &mut out, &mut changed);
                at += taken;
                continue;
            }
            0..=0x1f => {
                out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
                at += 1;
                changed = true;
                continue;
            }
            _ => {}
        }
        out.push(byte);
        at += 1;
    }
    changed.then_some(out)
}

/// Copies an escape, or what stands for half of a pair; gives its length.
fn escape(rest: &[u8], out: &mut Vec<u8>, changed: &mut bool) -> usize {
    let Some(unit) = unit(rest) else {
        let length = rest.len().min(2);
        out.extend_from_slice(&rest[..length]);
        return length;
    };
    let low = |text: &[u8]| self::unit(text).is_some_and(|unit| (0xdc00..=0xdfff).contains(&unit));
    let length = match unit {
        0xd800..=0xdbff if low(&rest[6..]) => 12,
        0xd800..=0xdfff => {
            out.extend_from_slice(b"\\ufffd");
            *changed = true;
            return 6;
        }
        _ => 6,
    };
    out.extend_from_slice(&rest[..length]);
    length
}

/// The number of a `\uXXXX` at the start of `text`.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::*;

    fn fixed(text: &str) -> Option<String> {
        repaired(text.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn half_characters_control_characters_and_nan() {
        assert_eq!(fixed(r#"{"a": "x\ud83d"}"#).as_deref(), Some(r#"{"a": "x\ufffd"}"#));
        assert_eq!(fixed(r#"{"a": "\ude0a\ud83d\ude0a"}"#).as_deref(), Some(r#"{"a": "\ufffd\ud83d\ude0a"}"#));
        assert_eq!(fixed("{\"a\": \"x\ny\"}\n").as_deref(), Some("{\"a\": \"x\\u000ay\"}\n"));
        assert_eq!(
            fixed(r#"{"a": NaN, "b": -Infinity, "c": "NaN"}"#).as_deref(),
            Some(r#"{"a": null, "b": null, "c": "NaN"}"#)
        );
        assert_eq!(fixed(r#"{"a": "\\ud83d \"NaN"}"#), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in r#"(\\u[dD][89a-f]3d|\\|"|NaN|[a-z\n]){0,20}"#) {
            let _ = repaired(text.as_bytes());
        }
    }
}

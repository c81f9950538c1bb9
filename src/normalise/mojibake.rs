//! Text that was decoded as if it were Latin-1 or Windows-1252 when it was UTF-8 already: `cafÃ©`, `donâ€™t`, and what
//! Meta's downloads write (`\u00f0\u009f\u0098\u008a`).

/// Characters Windows-1252 has in place of the control characters 0x80 to 0x9F; 0xFFFF where it has none.
const WINDOWS_1252: [u16; 32] = [
    0x20ac, 0xffff, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xffff,
    0x017d, 0xffff, 0xffff, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
    0x0153, 0xffff, 0x017e, 0x0178,
];

/// The text as it was meant; none where it is not broken. Each run of characters beyond ASCII is looked at by itself:
/// it is broken when every one of its characters stands for a byte and those bytes are UTF-8, which text that was
/// meant so hardly ever is.
pub fn repaired(text: &str) -> Option<String> {
    // A broken character begins with a byte from 0xC2 to 0xF4, shown as the Latin letter of that number.
    if !text.chars().any(|c| ('\u{c2}'..='\u{f4}').contains(&c)) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut changed = false;
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| !c.is_ascii()) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c: char| c.is_ascii()).unwrap_or(rest.len());
        let run = &rest[..end];
        match meant(run) {
            Some(text) => {
                out.push_str(&text);
                changed = true;
            }
            None => out.push_str(run),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    // What was broken twice is mended twice.
    changed.then(|| repaired(&out).unwrap_or(out))
}

fn meant(run: &str) -> Option<String> {
    let bytes: Vec<u8> = run.chars().map(byte).collect::<Option<_>>()?;
    String::from_utf8(bytes).ok()
}

/// The byte a character stands for in Windows-1252, or in Latin-1.
fn byte(c: char) -> Option<u8> {
    if let Ok(byte) = u8::try_from(u32::from(c)) {
        return Some(byte);
    }
    let at = WINDOWS_1252.iter().position(|known| u32::from(*known) == u32::from(c))?;
    u8::try_from(0x80 + at).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    #[test]
    fn broken_text_is_mended() {
        assert_eq!(repaired("cafÃ© donâ€™t").as_deref(), Some("café don’t"));
        assert_eq!(repaired("late \u{f0}\u{9f}\u{98}\u{8a}").as_deref(), Some("late 😊"));
        assert_eq!(repaired("cafÃƒÂ©").as_deref(), Some("café"));
        assert_eq!(repaired("Zürich: cafÃ©").as_deref(), Some("Zürich: café"));
    }

    #[test]
    fn whole_text_stays() {
        for text in ["café", "Größe “naïve”", "日本語 Ã", "SÃO PAULO", "plain", "5 € à Âme", "ÀÉ"] {
            assert_eq!(repaired(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_broken_once_is_as_it_was(text in "[a-zé日😊 ]{0,12}") {
            let broken: String = text.bytes().map(char::from).collect();
            assert_eq!(repaired(&broken).unwrap_or(broken), text);
        }

        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = repaired(&text);
        }
    }
}

//! The language of a text, with "unknown" as an honest answer.
//!
//! Three witnesses: the script of the letters, `whichlang`'s character n-grams (16 languages, it always names one), and
//! function words (NLTK's stop lists). A language is named only where they agree.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use whichlang::{Lang, detect_language};

use crate::enrich::table::Table;

/// The tag of a language that cannot be told (BCP 47, RFC 5646 §4.1: undetermined).
pub const UNKNOWN: &str = "und";
/// Bytes looked at: the language of a text shows in its first lines.
const LOOKED_AT: usize = 2_000;
/// Fewer letters than this say nothing (alphabets).
const LEAST_LETTERS: usize = 10;
/// Fewer signs than this say nothing (Han, kana, Hangul: a sign is a syllable or a word).
const LEAST_SIGNS: usize = 4;
/// From this many letters on each half of a text is long enough to be asked by itself.
const LONG: usize = 60;

/// A script that many or few languages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Devanagari,
    Han,
    Kana,
    Hangul,
    /// Of one language in practice: its tag.
    One(&'static str),
    Other,
}

/// The ranges of the Unicode blocks that matter (Unicode 16, Blocks.txt).
fn script(c: char) -> Script {
    match c {
        'A'..='Z' | 'a'..='z' | '\u{AA}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => Script::Latin,
        '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => Script::One("el"),
        '\u{400}'..='\u{52F}' => Script::Cyrillic,
        '\u{530}'..='\u{58F}' => Script::One("hy"),
        '\u{590}'..='\u{5FF}' => Script::One("he"),
        '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}' => {
            Script::Arabic
        }
        '\u{900}'..='\u{97F}' => Script::Devanagari,
        '\u{980}'..='\u{9FF}' => Script::One("bn"),
        '\u{A00}'..='\u{A7F}' => Script::One("pa"),
        '\u{A80}'..='\u{AFF}' => Script::One("gu"),
        '\u{B80}'..='\u{BFF}' => Script::One("ta"),
        '\u{C00}'..='\u{C7F}' => Script::One("te"),
        '\u{C80}'..='\u{CFF}' => Script::One("kn"),
        '\u{D00}'..='\u{D7F}' => Script::One("ml"),
        '\u{E00}'..='\u{E7F}' => Script::One("th"),
        '\u{10A0}'..='\u{10FF}' => Script::One("ka"),
        '\u{3040}'..='\u{30FF}' | '\u{FF66}'..='\u{FF9D}' => Script::Kana,
        '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' => Script::Han,
        '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{AC00}'..='\u{D7AF}' => Script::Hangul,
        _ => Script::Other,
    }
}

/// Languages of the Latin script whose function words are known, whichlang's ten first.
const LATIN: &[&str] =
    &["de", "en", "es", "fr", "it", "nl", "pt", "sv", "tr", "da", "no", "fi", "hu", "ro", "id", "ca", "sl"];

/// Function word → the languages it belongs to, as bits by place in [`LATIN`].
static FUNCTION_WORDS: LazyLock<Table<u32>> = LazyLock::new(|| {
    let mut words: BTreeMap<&'static str, u32> = BTreeMap::new();
    for (at, tag) in LATIN.iter().enumerate() {
        for word in stop_words::lookup(tag).unwrap_or_default() {
            *words.entry(word).or_default() |= 1 << at;
        }
    }
    // "no" is a word of too many languages to speak for one.
    words.remove("no");
    Table::new(words)
});

/// The language of `text`: found, else the one the dump names, else [`UNKNOWN`].
pub fn of<'n>(text: &str, named: Option<&'n str>) -> &'n str {
    match found(text) {
        UNKNOWN => named.filter(|tag| !tag.trim().is_empty()).unwrap_or(UNKNOWN),
        found => found,
    }
}

/// Whether sentiment and intent are heard in this language: English, or unknown where a text is too short to tell.
pub fn is_handled(tag: &str) -> bool {
    matches!(tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase().as_str(), "en" | "und" | "")
}

/// The language found in the text alone, else [`UNKNOWN`].
pub fn found(text: &str) -> &'static str {
    let letters = letters_of(text);
    if letters.is_ascii() {
        let many = letters.bytes().filter(u8::is_ascii_alphabetic).count();
        return if many < LEAST_LETTERS { UNKNOWN } else { latin(&letters, many) };
    }
    let mut counts: Vec<(Script, usize)> = Vec::new();
    for c in letters.chars().filter(|c| c.is_alphabetic()) {
        let script = script(c);
        match counts.iter_mut().find(|(s, _)| *s == script) {
            Some((_, n)) => *n += 1,
            None => counts.push((script, 1)),
        }
    }
    let total: usize = counts.iter().map(|(_, n)| n).sum();
    let count = |wanted: Script| counts.iter().find(|(s, _)| *s == wanted).map_or(0, |(_, n)| *n);
    let signs = count(Script::Han) + count(Script::Kana) + count(Script::Hangul);
    if signs * 2 > total {
        return match (count(Script::Kana), count(Script::Hangul)) {
            _ if signs < LEAST_SIGNS => UNKNOWN,
            (_, hangul) if hangul * 2 > signs => "ko",
            // Japanese mixes kana into Han; Chinese never does.
            (kana, _) if kana * 10 >= signs => "ja",
            _ => "zh",
        };
    }
    let Some((script, most)) = counts.iter().copied().max_by_key(|(_, n)| *n) else { return UNKNOWN };
    if most < LEAST_LETTERS || most * 10 < total * 7 {
        return UNKNOWN;
    }
    match script {
        Script::One(tag) => tag,
        // Ukrainian, Bulgarian and others share it: only letters Russian alone keeps frequent would tell.
        Script::Cyrillic => agreed(&letters, Lang::Rus, "ru"),
        Script::Arabic => agreed(&letters, Lang::Ara, "ar"),
        Script::Devanagari => agreed(&letters, Lang::Hin, "hi"),
        Script::Latin => latin(&letters, most),
        _ => UNKNOWN,
    }
}

/// The tag where whichlang says the language of a script that it knows one language of, and no letter speaks against.
fn agreed(letters: &str, expected: Lang, tag: &'static str) -> &'static str {
    // Letters that Russian, Arabic and Hindi do not have: Ukrainian, Belarusian, Serbian, Macedonian; Persian, Urdu;
    // Marathi.
    const FOREIGN: &str = "іїєґўјљњћђџѓќѕپچژگکیےٹڈںळ";
    if letters.chars().any(|c| FOREIGN.contains(c)) || detect_language(letters) != expected {
        return UNKNOWN;
    }
    tag
}

/// The language of Latin letters.
fn latin(letters: &str, many: usize) -> &'static str {
    let mut hits = [0_u32; LATIN.len()];
    let mut known = 0;
    let mut word = String::new();
    for raw in letters.split(|c: char| !(c.is_alphanumeric() || c == '\'')) {
        word.clear();
        if raw.is_ascii() {
            word.push_str(raw);
            word.make_ascii_lowercase();
        } else {
            word.extend(raw.chars().flat_map(char::to_lowercase));
        }
        if let Some(languages) = FUNCTION_WORDS.get(&word) {
            known += 1;
            let mut left = *languages;
            while left != 0 {
                hits[left.trailing_zeros() as usize] += 1;
                left &= left - 1;
            }
        }
    }
    let best = hits.iter().copied().max().unwrap_or(0);
    // Clear function words need no second witness; they also know languages that the n-grams do not.
    if best >= 3 && hits.iter().filter(|n| **n * 2 > best).count() == 1 {
        return hits.iter().position(|n| *n == best).map_or(UNKNOWN, |at| LATIN[at]);
    }
    let heard = tag_of(detect_language(letters));
    let own = LATIN.iter().position(|tag| *tag == heard).map_or(0, |at| hits[at]);
    if own == best && own > 0 && (own >= 2 || many >= LEAST_LETTERS * 2) {
        return heard;
    }
    // No function word at all: headlines and lists. The halves must agree.
    if known == 0 && many >= LONG && heard != "vi" {
        let middle = (letters.len() / 2..).find(|at| letters.is_char_boundary(*at)).unwrap_or(letters.len());
        let (left, right) = letters.split_at(middle);
        if tag_of(detect_language(left)) == heard && tag_of(detect_language(right)) == heard {
            return heard;
        }
    }
    // Vietnamese is told by its letters: no list of function words is needed.
    let marked = letters.chars().filter(|c| matches!(c, '\u{1EA0}'..='\u{1EF9}' | 'đ' | 'ơ' | 'ư' | 'ă')).count();
    if heard == "vi" && marked * 20 >= many {
        return heard;
    }
    UNKNOWN
}

fn tag_of(lang: Lang) -> &'static str {
    match lang {
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Hin => "hi",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
    }
}

/// The first words of a text that are language: no URLs, handles, hashtags, masks or numbers.
fn letters_of(text: &str) -> String {
    let end = (LOOKED_AT.min(text.len())..).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let mut letters = String::with_capacity(end);
    for word in text[..end].split_whitespace() {
        let bare = word.trim_start_matches(['"', '(', '\'', '.', '“', '‘']);
        if bare.starts_with(['@', '#', '[']) || bare.contains("://") || bare.starts_with("www.") || bare == "RT" {
            continue;
        }
        if word.chars().any(char::is_alphabetic) {
            if !letters.is_empty() {
                letters.push(' ');
            }
            letters.push_str(word);
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn clear_texts_are_named() {
        for (tag, text) in [
            ("en", "I have been waiting for my order for two weeks"),
            ("en", "why is the app so slow"),
            ("de", "Ich warte seit zwei Wochen auf meine Bestellung und niemand antwortet"),
            ("fr", "Je n'ai toujours pas reçu ma commande, c'est inadmissible"),
            ("es", "Todavía no he recibido mi pedido y nadie me responde"),
            ("it", "Non ho ancora ricevuto il mio ordine e nessuno risponde"),
            ("pt", "Ainda não recebi o meu pedido e ninguém responde"),
            ("nl", "Ik wacht al twee weken op mijn bestelling en niemand antwoordt"),
            ("id", "saya sudah menunggu pesanan ini dari minggu lalu dan belum ada yang datang"),
            ("ru", "Я жду свой заказ уже две недели, никто не отвечает"),
            ("zh", "我等了两个星期还没有收到货"),
            ("ja", "二週間も注文した商品が届きません"),
            ("ko", "주문한 지 두 주가 지났는데 아직 안 왔어요"),
            ("el", "Περιμένω την παραγγελία μου εδώ και δύο εβδομάδες"),
            ("th", "ฉันรอคำสั่งซื้อมาสองสัปดาห์แล้ว"),
        ] {
            assert_eq!(found(text), tag, "{text}");
        }
    }

    #[test]
    fn short_and_mixed_texts_are_unknown() {
        for text in
            ["", "ok", "lol", "12345", "@acme #fail", "http://t.co/abc", "😡😡😡", "iPhone 5S", "\u{200b}\u{200b}"]
        {
            assert_eq!(found(text), UNKNOWN, "{text}");
        }
        assert_eq!(found("заказ order заказ order заказ order"), UNKNOWN);
        assert_eq!(of("ok", Some("fr")), "fr");
        assert_eq!(of("ok", None), UNKNOWN);
    }

    #[test]
    fn english_and_unknown_are_handled() {
        assert!(is_handled("en") && is_handled("en-US") && is_handled(UNKNOWN));
        assert!(!is_handled("de") && !is_handled("enm"));
    }

    proptest! {
        #[test]
        fn any_text_has_an_answer(text in "\\PC{0,200}") {
            found(&text);
        }
    }
}

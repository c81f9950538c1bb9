//! Replies that only agree: "same here", "+1", "this happened to me too".

use std::sync::LazyLock;

use regex::Regex;

use crate::enrich::pattern::pattern;

/// A longer reply says something of its own.
const MOST_WORDS: usize = 15;
/// Words that agree only when hardly anything else is said: "this", "same", "agreed".
const MOST_WORDS_BARE: usize = 4;
/// No text this long has so few words.
const MOST_BYTES: usize = 400;

/// Interjections and the like before the agreement.
const LEAD: &str = r"^(?:(?:yup|yep|yes|yeah|yea|ya|ja|oh|ugh|omg|wow|lol|haha|and|well|honestly|sadly|unfortunately|literally|exactly|indeed|hey|ok|okay|just|wow|wtf|uh|um|oof|guys|so|hi|hello|i think)[\s,.!:;…—-]*)*";

/// Agreement that may be followed by a few words of where and when.
const FULL: &[&str] = &[
    r"same (?:here|problem|issue|thing|error|bug|situation|experience|boat|story|exact|for (?:me|us)|with (?:me|mine|us|my)|to me|as (?:me|you)|happen\w*|question)\b",
    r"(?:me|mine|us|ours|myself) (?:too|either|neither|as well|also)\b",
    r"(?:i|we) (?:do |did |am |are |was |were |have |had |got |get |see |saw |feel |experienced? |also |too |had the |have the )+(?:the )?(?:exact |very |exactly )*same\b",
    r"(?:(?:the|exact|exactly|this|that|it|what|very) )*(?:the )?same (?:exact )?(?:thing|problem|issue|error|bug)\b",
    r"(?:(?:exactly|this|that|it|same|thing|the|also|just|has|is|keeps|all) )*happen(?:ed|s|ing)? (?:to|with|for) (?:me|us|mine|my \w+)\b(?: (?:too|as well|also|again))?",
    r"(?:i|we)(?:'m|'re| am| are)? (?:also |still )?(?:having|getting|seeing|experiencing|facing) (?:this|the same|that|it)\b",
    r"(?:i|we) (?:also )?(?:have|had|get|got|see) (?:this|that|it) (?:problem |issue |error |bug )?(?:too|as well|also)\b",
    r"(?:also|still) (?:having|getting|seeing|experiencing|facing) (?:this|the same|that)\b",
    r"(?:i |we )?(?:can )?(?:second|confirm|seconding) (?:this|that|it)\b",
    r"(?:i |we )?(?:totally |fully |completely |absolutely |strongly )*agree(?:d)?(?: (?:with|100|completely|totally|fully)|$|[\s.!,])",
    r"(?:i )?(?:couldn'?t|could not) agree more\b",
    r"count me in\b",
    r"(?:i|we) am in the same boat\b",
    r"\+\s?1\b",
    r"(?:so|very|too) true\b",
    r"(?:mir|uns) (?:auch|ebenso)\b",
    r"(?:bei mir|bei uns) (?:auch|genauso|dasselbe|das gleiche)\b",
    r"(?:moi|nous) aussi\b",
    r"(?:a mí|a mi|yo|a nosotros) (?:también|tambien)\b",
    r"(?:lo mismo|mismo problema|même problème|pareil|idem)\b",
];

/// Agreement only by itself.
const BARE: &str = r"^(?:this|same|ditto|agreed?|seconded|true|likewise|exactly|preach|facts|relatable|i second this|so true|yes|yup|yep|amen|genauso|dito|idem|this this this|👍+|💯+|👆+|☝️?|⬆️?|\^+)[\s.!👍💯👆☝⬆\u{FE0F}]*$";

static AGREES: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("{LEAD}(?:{})", FULL.join("|"))));
static BARELY: LazyLock<Regex> = LazyLock::new(|| pattern(BARE));

/// Whether a reply says no more than that its writer agrees, or had the same.
pub fn agrees(text: &str) -> bool {
    if text.len() > MOST_BYTES || text.trim_end().ends_with('?') {
        return false;
    }
    let words = text
        .split_whitespace()
        .filter(|word| !word.starts_with('@') && !word.starts_with("http") && !word.starts_with("[handle]"));
    let mut said = String::with_capacity(text.len());
    let mut count = 0;
    for word in words {
        count += 1;
        if count > MOST_WORDS {
            return false;
        }
        if count > 1 {
            said.push(' ');
        }
        if word.is_ascii() {
            said.push_str(word);
        } else {
            said.extend(word.chars().flat_map(char::to_lowercase).map(|c| if c == '’' { '\'' } else { c }));
        }
    }
    said.make_ascii_lowercase();
    let said = said.trim_start_matches(['.', ',', '"', '“', ' ', '-']);
    count > 0 && (AGREES.is_match(said) || (count <= MOST_WORDS_BARE && BARELY.is_match(said)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hears_agreement() {
        for text in [
            "same here",
            "Same here!! since yesterday",
            "+1",
            "+1 for me on Android",
            "@ann @acme this happened to me too",
            "Yup, that happened to me last week",
            "me too",
            "I have the same problem",
            "Exactly the same issue with my account",
            "also having this issue",
            "I'm having this too",
            "This.",
            "this 👆",
            "Agreed!",
            "I totally agree with you",
            "Couldn’t agree more",
            "can confirm this",
            "ditto",
            "bei mir auch",
            "moi aussi !",
            "👍",
        ] {
            assert!(agrees(text), "{text}");
        }
    }

    #[test]
    fn hears_nothing_in_the_rest() {
        for text in [
            "",
            "@acme",
            "this is not what I ordered",
            "Same day delivery was promised and nothing came",
            "The app crashes when I open it",
            "I do not agree with your terms and want my money back now",
            "what happened to my order?",
            "true to size, fits well",
            "1+1 free is a lie",
            "+15 minutes late again",
            "I have the same phone and it works for me without any trouble at all, so try to reset yours first",
        ] {
            assert!(!agrees(text), "{text}");
        }
    }
}

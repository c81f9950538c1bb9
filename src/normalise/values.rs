//! What vendors' words mean: status, priority, satisfaction, sentiment, direction, channel, booleans, ratings.
//!
//! Tables are compared trimmed and in lower case; a source's own `values` come before them.

/// Several raw words that mean one of ours.
#[derive(Debug)]
pub struct Meaning {
    /// Our word.
    pub ours: &'static str,
    /// The vendors' words, lower case.
    pub raw: &'static [&'static str],
}

/// Ticket and review states. Spam and merged are their own: counts leave them out for different reasons.
pub const STATUS: &[Meaning] = &[
    Meaning { ours: "new", raw: &["new", "neu", "offen", "nuevo", "nouveau", "novo", "untouched"] },
    Meaning {
        ours: "open",
        raw: &[
            "open",
            "opened",
            "active",
            "in progress",
            "in-progress",
            "in_progress",
            "inprogress",
            "reopened",
            "re-opened",
            "reopen",
            "to do",
            "todo",
            "assigned",
            "working",
            "escalated",
            "waiting on support",
            "waiting for support",
            "work in progress",
            "abierto",
            "ouvert",
            "in bearbeitung",
        ],
    },
    Meaning {
        ours: "pending",
        raw: &[
            "pending",
            "waiting on customer",
            "waiting for customer",
            "awaiting reply",
            "awaiting customer",
            "awaiting response",
            "awaiting your reply",
            "waiting",
            "waiting on third party",
            "pendiente",
        ],
    },
    Meaning { ours: "on_hold", raw: &["hold", "on-hold", "on hold", "on_hold", "onhold", "snoozed"] },
    Meaning {
        ours: "solved",
        raw: &["solved", "resolved", "done", "fixed", "completed", "complete", "gelöst", "resuelto", "résolu"],
    },
    Meaning {
        ours: "closed",
        raw: &[
            "closed",
            "archived",
            "canceled",
            "cancelled",
            "won't fix",
            "wontfix",
            "declined",
            "geschlossen",
            "cerrado",
            "fermé",
        ],
    },
    Meaning { ours: "deleted", raw: &["deleted", "removed", "trashed", "trash"] },
    Meaning { ours: "spam", raw: &["spam", "junk"] },
    Meaning { ours: "merged", raw: &["merged", "duplicate"] },
];

/// Priorities by name. Bare numbers are not here: 4 is urgent for one vendor and low for another.
pub const PRIORITY: &[Meaning] = &[
    Meaning {
        ours: "low",
        raw: &["low", "lowest", "minor", "trivial", "4 - low", "5 - planning", "p4", "p5", "1 low"],
    },
    Meaning {
        ours: "normal",
        raw: &["normal", "medium", "moderate", "3 - moderate", "2 normal", "p3", "standard", "med"],
    },
    Meaning { ours: "high", raw: &["high", "major", "2 - high", "3 high", "p2", "important"] },
    Meaning {
        ours: "urgent",
        raw: &["urgent", "highest", "critical", "blocker", "1 - critical", "p1", "p0", "emergency"],
    },
];

/// Answers to "were you satisfied?".
pub const CSAT: &[Meaning] = &[
    Meaning {
        ours: "good",
        raw: &[
            "good",
            "satisfied",
            "very satisfied",
            "extremely satisfied",
            "happy",
            "great",
            "amazing",
            "excellent",
            "positive",
            "thumbs_up",
            "👍",
            "😀",
            "😃",
            "😄",
            "🙂",
            "😊",
            "😍",
            "🤩",
        ],
    },
    Meaning { ours: "neutral", raw: &["neutral", "okay", "ok", "so-so", "average", "😐", "😑"] },
    Meaning {
        ours: "bad",
        raw: &[
            "bad",
            "dissatisfied",
            "unsatisfied",
            "not satisfied",
            "very dissatisfied",
            "extremely dissatisfied",
            "unhappy",
            "terrible",
            "poor",
            "negative",
            "thumbs_down",
            "👎",
            "🙁",
            "☹",
            "😠",
            "😡",
            "😞",
        ],
    },
    Meaning { ours: "offered", raw: &["offered"] },
    Meaning { ours: "not_offered", raw: &["not offered", "unoffered", "not_offered", "notoffered"] },
];

/// Vendors' verdicts on tone.
pub const SENTIMENT: &[Meaning] = &[
    Meaning {
        ours: "positive",
        raw: &[
            "positive",
            "positives",
            "pos",
            "very positive",
            "verypositive",
            "slightly positive",
            "positiv",
            "positivo",
        ],
    },
    Meaning { ours: "neutral", raw: &["neutral", "neutrals", "neu", "none", "neutro"] },
    Meaning {
        ours: "negative",
        raw: &[
            "negative",
            "negatives",
            "neg",
            "very negative",
            "verynegative",
            "slightly negative",
            "negativ",
            "negativo",
        ],
    },
    Meaning { ours: "mixed", raw: &["mixed", "ambivalent", "both"] },
];

/// Who wrote it. `true` and `false` answer an `inbound` column.
pub const DIRECTION: &[Meaning] = &[
    Meaning {
        ours: "inbound",
        raw: &[
            "inbound", "incoming", "in", "received", "customer", "end-user", "end user", "user", "contact", "true",
            "yes",
        ],
    },
    Meaning {
        ours: "outbound",
        raw: &["outbound", "outgoing", "out", "sent", "agent", "admin", "staff", "brand", "bot", "false", "no"],
    },
    Meaning { ours: "internal", raw: &["internal", "note", "private", "private note", "comment_internal"] },
    Meaning { ours: "unknown", raw: &["unknown"] },
];

/// Where it was written.
pub const CHANNEL: &[Meaning] = &[
    Meaning {
        ours: "x",
        raw: &["x", "twitter", "tweet", "twitter dm", "twitter.com", "x.com", "x (twitter)", "channel::twitterprofile"],
    },
    Meaning {
        ours: "facebook",
        raw: &[
            "facebook",
            "facebook.com",
            "facebook messenger",
            "messenger",
            "fb",
            "facebook public",
            "channel::facebookpage",
        ],
    },
    Meaning { ours: "instagram", raw: &["instagram", "instagram.com", "ig", "instagram public", "channel::instagram"] },
    Meaning { ours: "youtube", raw: &["youtube", "youtube.com"] },
    Meaning { ours: "tiktok", raw: &["tiktok", "tiktok.com", "channel::tiktok"] },
    Meaning { ours: "reddit", raw: &["reddit", "reddit.com"] },
    Meaning { ours: "linkedin", raw: &["linkedin", "linkedin.com"] },
    Meaning { ours: "mastodon", raw: &["mastodon", "fediverse"] },
    Meaning { ours: "bluesky", raw: &["bluesky", "bsky", "bsky.app"] },
    Meaning {
        ours: "news",
        raw: &["news", "online news", "onlinenews", "print", "newspaper", "magazine", "online_news"],
    },
    Meaning { ours: "blog", raw: &["blog", "blogs", "tumblr"] },
    Meaning {
        ours: "forum",
        raw: &["forum", "forums", "board", "boards", "message board", "newsgroup", "mailing list"],
    },
    Meaning { ours: "podcast", raw: &["podcast", "podcasts"] },
    Meaning { ours: "tv_radio", raw: &["tv", "radio", "tv_radio", "broadcast", "tv/radio"] },
    Meaning { ours: "google_play", raw: &["google play", "google_play", "googleplay", "play store", "android"] },
    Meaning { ours: "app_store", raw: &["app store", "app_store", "appstore", "itunes", "apple", "ios"] },
    Meaning { ours: "trustpilot", raw: &["trustpilot"] },
    Meaning {
        ours: "google_maps",
        raw: &["google maps", "google_maps", "google", "google reviews", "google business profile"],
    },
    Meaning { ours: "yelp", raw: &["yelp"] },
    Meaning { ours: "amazon", raw: &["amazon"] },
    Meaning { ours: "tripadvisor", raw: &["tripadvisor"] },
    Meaning { ours: "g2", raw: &["g2", "g2.com"] },
    Meaning { ours: "capterra", raw: &["capterra"] },
    Meaning { ours: "email", raw: &["email", "e-mail", "mail", "e mail", "channel::email", "correo"] },
    Meaning {
        ours: "web_form",
        raw: &[
            "web form",
            "web_form",
            "webform",
            "web",
            "portal",
            "web widget",
            "contact form",
            "contact_form",
            "help center",
            "helpcenter",
            "feedback widget",
            "form",
        ],
    },
    Meaning {
        ours: "chat",
        raw: &["chat", "live chat", "chat widget", "messaging", "native_messaging", "intercom", "channel::webwidget"],
    },
    Meaning { ours: "phone", raw: &["phone", "voice", "call", "voicemail", "phone call", "telephone", "aircall"] },
    Meaning { ours: "sms", raw: &["sms", "text message", "channel::sms", "channel::twiliosms"] },
    Meaning { ours: "whatsapp", raw: &["whatsapp", "channel::whatsapp"] },
    Meaning { ours: "api", raw: &["api", "web service", "channel::api"] },
    Meaning { ours: "survey", raw: &["survey"] },
    Meaning { ours: "regulator", raw: &["regulator"] },
];

/// Languages by name; anything else is taken for a tag.
pub const LANGUAGE: &[Meaning] = &[
    Meaning { ours: "en", raw: &["english"] },
    Meaning { ours: "de", raw: &["german", "deutsch"] },
    Meaning { ours: "fr", raw: &["french", "français"] },
    Meaning { ours: "es", raw: &["spanish", "español"] },
    Meaning { ours: "pt", raw: &["portuguese", "português"] },
    Meaning { ours: "it", raw: &["italian", "italiano"] },
    Meaning { ours: "nl", raw: &["dutch", "nederlands"] },
    Meaning { ours: "ru", raw: &["russian"] },
    Meaning { ours: "ar", raw: &["arabic"] },
    Meaning { ours: "ja", raw: &["japanese"] },
    Meaning { ours: "zh", raw: &["chinese"] },
    Meaning { ours: "tr", raw: &["turkish"] },
];

const TRUE: &[&str] = &["true", "t", "yes", "y", "1", "1.0"];
const FALSE: &[&str] = &["false", "f", "no", "n", "0", "0.0"];
const RATING_WORDS: [&str; 5] = ["one", "two", "three", "four", "five"];

/// Ours for a raw word; null when the table does not know it.
pub fn meaning(table: &[Meaning], raw: &str) -> Option<&'static str> {
    let folded = raw.trim().to_lowercase();
    let folded = folded.trim_end_matches('\u{fe0f}');
    table.iter().find(|m| m.raw.contains(&folded)).map(|m| m.ours)
}

/// Whether a cell is somebody's way of writing "nothing": `-`, `N/A`, `null`, `None`, `nan`, `#N/A`.
pub fn is_null(text: &str) -> bool {
    match text.len() {
        0 => true,
        1 => text == "-",
        2 => text == "--",
        3 => text.eq_ignore_ascii_case("n/a") || text.eq_ignore_ascii_case("nan") || text.eq_ignore_ascii_case("nat"),
        4 => text.eq_ignore_ascii_case("null") || text == "None" || text == "<NA>" || text.eq_ignore_ascii_case("#n/a"),
        _ => matches!(text, "#VALUE!" | "#REF!" | "#NAME?" | "undefined"),
    }
}

/// `True`, `yes`, `1` and the like.
pub fn boolean(raw: &str) -> Option<bool> {
    let folded = raw.trim().to_lowercase();
    if TRUE.contains(&folded.as_str()) {
        return Some(true);
    }
    FALSE.contains(&folded.as_str()).then_some(false)
}

/// Satisfaction: a word, or 1 to 5 points (4 and 5 good, 3 neutral, 1 and 2 bad).
pub fn csat(raw: &str) -> Option<&'static str> {
    meaning(CSAT, raw).or_else(|| match points_of_five(raw)? {
        5 | 4 => Some("good"),
        3 => Some("neutral"),
        _ => Some("bad"),
    })
}

/// A whole number from 1 to 5, as `4` or `4.0`.
pub fn points_of_five(raw: &str) -> Option<i64> {
    let text = raw.trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    text.parse().ok().filter(|n| (1..=5).contains(n))
}

/// Tone: a word, or a number from -5 to 5 whose sign speaks.
pub fn sentiment(raw: &str) -> Option<&'static str> {
    meaning(SENTIMENT, raw).or_else(|| {
        let score: f64 = raw.trim().parse().ok()?;
        match score {
            _ if !(-5.0..=5.0).contains(&score) => None,
            _ if score > 0.0 => Some("positive"),
            _ if score < 0.0 => Some("negative"),
            _ => Some("neutral"),
        }
    })
}

/// A rating in words or stars, with the top of its scale where the cell names it: `FOUR`, `4 out of 5 stars`, `4/5`,
/// `★★★★☆`. Plain numbers are read by [`numbers`](crate::normalise::numbers).
pub fn rating_in_words(raw: &str) -> Option<(f64, Option<f64>)> {
    let folded = raw.trim().to_lowercase();
    let word = folded.trim_end_matches("stars").trim_end_matches("star").trim_end_matches(['_', ' ']);
    if let Some((points, _)) = (1_u8..).zip(RATING_WORDS).find(|(_, w)| *w == word) {
        return Some((f64::from(points), Some(5.0)));
    }
    let full = folded.chars().filter(|c| matches!(c, '★' | '⭐')).count();
    if full > 0 {
        let all = full + folded.chars().filter(|c| matches!(c, '☆')).count();
        let top = if all == full { 5 } else { all };
        return Some((f64::from(u16::try_from(full).ok()?), Some(f64::from(u16::try_from(top).ok()?))));
    }
    let number = |s: &str| s.trim().replace(',', ".").parse::<f64>().ok();
    if let Some((points, top)) = word.split_once(" out of ").or_else(|| word.split_once('/')) {
        return Some((number(points)?, Some(number(top)?)));
    }
    (word.len() < folded.len()).then(|| number(word)).flatten().map(|points| (points, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_means_two_things() {
        for table in [STATUS, PRIORITY, CSAT, SENTIMENT, DIRECTION, CHANNEL, LANGUAGE] {
            let mut all: Vec<&str> = table.iter().flat_map(|m| m.raw.iter().copied()).collect();
            let count = all.len();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), count);
            assert!(all.iter().all(|w| *w == w.to_lowercase()));
        }
    }

    #[test]
    fn words_of_the_vendors() {
        assert_eq!(meaning(STATUS, " On-Hold "), Some("on_hold"));
        assert_eq!(meaning(STATUS, "Reopened"), Some("open"));
        assert_eq!(meaning(STATUS, "spam"), Some("spam"));
        assert_eq!(meaning(STATUS, "Merged"), Some("merged"));
        assert_eq!(meaning(STATUS, "Closed with explanation"), None);
        assert_eq!(meaning(PRIORITY, "1 - Critical"), Some("urgent"));
        assert_eq!(meaning(PRIORITY, "3"), None);
        assert_eq!(meaning(DIRECTION, "True"), Some("inbound"));
        assert_eq!(meaning(CHANNEL, "Twitter"), Some("x"));
        assert_eq!(csat("Not Offered"), Some("not_offered"));
        assert_eq!(csat("2"), Some("bad"));
        assert_eq!(csat("4.0"), Some("good"));
        assert_eq!(csat("9"), None);
        assert_eq!(csat("☹\u{fe0f}"), Some("bad"));
        assert_eq!(sentiment("-1"), Some("negative"));
        assert_eq!(sentiment("Not Rated"), None);
        assert_eq!(sentiment("73"), None);
        assert_eq!(boolean("TRUE"), Some(true));
        assert_eq!(boolean("0"), Some(false));
        assert_eq!(boolean("maybe"), None);
    }

    #[test]
    fn nothing_has_many_spellings() {
        for text in ["", "-", "N/A", "n/a", "null", "NULL", "None", "nan", "NaN", "#N/A", "NaT"] {
            assert!(is_null(text), "{text}");
        }
        for text in ["?", "none of it works", "0", "no"] {
            assert!(!is_null(text), "{text}");
        }
    }

    #[test]
    fn ratings_in_words() {
        assert_eq!(rating_in_words("FOUR"), Some((4.0, Some(5.0))));
        assert_eq!(rating_in_words("FIVE_STARS"), Some((5.0, Some(5.0))));
        assert_eq!(rating_in_words("4 out of 5 stars"), Some((4.0, Some(5.0))));
        assert_eq!(rating_in_words("4.5/5"), Some((4.5, Some(5.0))));
        assert_eq!(rating_in_words("3 stars"), Some((3.0, None)));
        assert_eq!(rating_in_words("★★★★☆"), Some((4.0, Some(5.0))));
        assert_eq!(rating_in_words("fine"), None);
        assert_eq!(rating_in_words("5"), None);
    }
}

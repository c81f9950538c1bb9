//! [`Codebook`] → the text of its file: stable, and made to be edited by hand.

use std::fmt::Write;

use crate::cluster::codebook::{Codebook, Issue};

/// What a person reads before editing.
const HEADER: &str = "\
# The codebook: which issues are looked for, and by which words. Edit it and keep it with your reports.
#
#   name       free to edit; the id stays, so that trends go on
#   status     active (counted) | candidate (shown, not counted) | resolved | retired | merged
#   keywords   words and phrases with their weights: a record matches when the weights of those it holds reach
#              min_score. Case, plurals and word endings do not matter. [\"late flight\", \"delayed\"] is each enough alone
#   precision  when it was discovered: the share of the texts found that were its own; recall: the share of its own found
#   exclude    a record that holds one of these never matches
#   pattern    a regular expression, enough alone
#
# A [[pin]] is a person's last word on one record: uid = \"…\" and issue = \"…\" or not = \"…\".
";

impl Codebook {
    /// The file's text; [`Codebook::parse`] reads it back equal, as long as keywords are heaviest first.
    pub fn to_toml(&self) -> String {
        let mut out = String::from(HEADER);
        let _ = write!(
            out,
            "\nversion = {}\ntokenizer = {}\nignore = {}\n",
            self.version,
            self.tokenizer,
            list(&self.ignore)
        );
        out.push_str(&self.issues_toml());
        for pin in &self.pins {
            let _ = write!(out, "\n[[pin]]\nuid = {}\n", quoted(&pin.uid));
            for (key, id) in [("issue", &pin.issue), ("not", &pin.not)] {
                if let Some(id) = id {
                    let _ = writeln!(out, "{key} = {}", quoted(id));
                }
            }
        }
        out
    }

    /// Only the `[[issue]]` tables: what is put below a file that is kept as it is.
    pub fn issues_toml(&self) -> String {
        let mut out = String::new();
        for issue in &self.issues {
            write_issue(&mut out, issue);
        }
        out
    }
}

fn write_issue(out: &mut String, issue: &Issue) {
    let _ = write!(
        out,
        "\n[[issue]]\nid = {}\nname = {}\nstatus = {}\nowner = {}\n",
        quoted(&issue.id),
        quoted(&issue.name),
        quoted(issue.status.word()),
        quoted(&issue.owner)
    );
    if let Some(day) = issue.first_seen {
        let _ = writeln!(out, "first_seen = {day}");
    }
    let _ = writeln!(out, "min_score = {}", decimal(issue.min_score));
    for (key, share) in [("precision", issue.precision), ("recall", issue.recall)] {
        if let Some(share) = share {
            let _ = writeln!(out, "{key} = {}", decimal(share));
        }
    }
    let alone = !issue.keywords.is_empty() && issue.keywords.iter().all(|keyword| keyword.weight == issue.min_score);
    if alone {
        let texts: Vec<String> = issue.keywords.iter().map(|keyword| keyword.text.clone()).collect();
        let _ = writeln!(out, "keywords = {}", list(&texts));
    } else {
        let pairs: Vec<String> =
            issue.keywords.iter().map(|k| format!("{} = {}", key(&k.text), decimal(k.weight))).collect();
        let _ = match pairs.is_empty() {
            true => writeln!(out, "keywords = {{}}"),
            false => writeln!(out, "keywords = {{ {} }}", pairs.join(", ")),
        };
    }
    let _ = writeln!(out, "exclude = {}", list(&issue.exclude));
    if let Some(pattern) = &issue.pattern {
        let _ = writeln!(out, "pattern = {}", literal(pattern));
    }
}

/// A number that TOML reads as a float.
fn decimal(value: f64) -> String {
    format!("{value:?}")
}

/// A basic string (TOML 1.0, "String").
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A literal string where it can be one: backslashes stay single.
fn literal(text: &str) -> String {
    if text.chars().any(|c| c == '\'' || c.is_control()) { quoted(text) } else { format!("'{text}'") }
}

/// A bare key where it can be one.
fn key(text: &str) -> String {
    let bare = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { text.to_owned() } else { quoted(text) }
}

fn list(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::cluster::codebook::{Keyword, Pin, Status};
    use crate::cluster::tokens::has_word;

    fn issue() -> impl Strategy<Value = Issue> {
        let keyword = ("[a-z]{2,6}( [a-zäß\"\\\\]{3,5})?", 1_u32..9000);
        (
            "[A-Za-z\"#= é]{1,12}x",
            0..Status::ALL.len(),
            "\\PC{0,8}",
            proptest::option::of(0_i32..20000),
            1_u32..16,
            proptest::collection::vec(keyword, 0..6),
            proptest::collection::vec("[a-z ]{1,9}", 0..3),
            proptest::option::of("[a-z'\\\\]{0,3}\\.[a-z]+"),
        )
            .prop_map(|(name, status, owner, seen, min_score, words, exclude, pattern)| {
                let mut keywords: Vec<Keyword> = Vec::new();
                for (text, weight) in words {
                    // A text without a word (a mask such as "xx") is refused on reading.
                    if has_word(&text) && !keywords.iter().any(|k| k.text == text) {
                        keywords.push(Keyword { text, weight: f64::from(weight) / 1000.0 });
                    }
                }
                keywords.sort_by(|a, b| b.weight.total_cmp(&a.weight));
                Issue {
                    id: String::new(),
                    name: name.trim().to_owned(),
                    status: Status::ALL[status].0,
                    owner,
                    first_seen: seen.map(|day| date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap()),
                    min_score: f64::from(min_score) / 4.0,
                    precision: pattern.as_ref().map(|_| f64::from(min_score) / 1000.0),
                    recall: Some(0.875),
                    keywords,
                    exclude,
                    pattern: pattern.filter(|p| regex::Regex::new(p).is_ok()),
                }
            })
    }

    proptest! {
        #[test]
        fn reads_back_what_it_writes(issues in proptest::collection::vec(issue(), 0..4), ignore in "[a-z ]{0,5}") {
            let mut book = Codebook { ignore: vec![ignore], issues, ..Codebook::default() };
            for (i, issue) in book.issues.iter_mut().enumerate() {
                issue.id = format!("i-{i:08x}");
                book.pins.push(Pin { uid: "a@\"b\":1".into(), issue: Some(issue.id.clone()), not: None });
            }
            let text = book.to_toml();
            prop_assert_eq!(Codebook::parse(&text, "x").unwrap(), book, "{}", text);
        }
    }
}

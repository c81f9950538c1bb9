//! What an e-mail carries beside the words its author wrote this time.
//!
//! Conservative by rule: only whole lines go, only for well-known marks, and never so that nothing is left.

use std::borrow::Cow;

/// A signature block longer than this is probably not one.
const LONGEST_SIGNATURE: usize = 12;
/// Lines within which an Outlook header (`From:`, then `Sent:`) must complete.
const HEADER_LINES: usize = 5;
/// Lines that end a message written on a phone or in a web client, lower case.
const SENT_FROM: &[&str] = &[
    "sent from my ",
    "sent from mail for ",
    "sent from yahoo",
    "sent from outlook",
    "get outlook for ",
    "von meinem iphone gesendet",
    "enviado desde mi ",
    "envoyé de mon ",
];
/// Marks of a confidentiality notice, lower case.
const DISCLAIMERS: &[&str] = &[
    "confidentiality notice",
    "intended recipient",
    "intended solely for",
    "intended only for",
    "this e-mail and any attachments",
    "this email and any attachments",
    "this email is confidential",
    "this e-mail is confidential",
    "please consider the environment before printing",
    "this action was performed automatically",
];
/// Subjects of automatic answers, lower case.
const AUTO_SUBJECTS: &[&str] = &[
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "out of office",
    "abwesenheitsnotiz",
    "réponse automatique",
    "respuesta automática",
];
/// First lines of automatic answers, lower case.
const AUTO_BODIES: &[&str] = &[
    "this is an automatic reply",
    "this is an automated response",
    "this is an automated reply",
    "i am out of the office",
    "i am currently out of the office",
    "i'm out of the office",
    "i'm currently out of the office",
];

/// Whether a message answers by itself.
pub fn is_auto_reply(title: Option<&str>, body: Option<&str>) -> bool {
    let starts = |text: Option<&str>, marks: &[&str]| {
        text.is_some_and(|t| {
            let head: String = t.chars().take(60).collect::<String>().to_lowercase();
            marks.iter().any(|mark| head.starts_with(mark))
        })
    };
    starts(title, AUTO_SUBJECTS) || starts(body, AUTO_BODIES)
}

/// The body without quoted history, signature and disclaimer; null when there is nothing to cut, or nothing would be
/// left.
pub fn cut(body: &str) -> Option<String> {
    if !may_hold(body) {
        return None;
    }
    let lines: Vec<&str> = body.lines().collect();
    let mut kept: Vec<&str> = Vec::with_capacity(lines.len());
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if is_signature_mark(line) && lines.len() - at <= LONGEST_SIGNATURE + 1 && said(&kept) {
            break;
        }
        if said(&kept) && (is_history_mark(&lines, at) || is_disclaimer(line)) {
            break;
        }
        if let Some(length) = attribution(&lines, at) {
            let next = lines[at + length..].iter().find(|l| !l.trim().is_empty());
            // Below `>` lines the author may go on writing; an unmarked quotation runs to the end.
            if next.is_some_and(|l| is_quoted(l)) {
                at += length;
                continue;
            }
            if said(&kept) {
                break;
            }
        }
        if !is_quoted(line) && !is_sent_from(line) {
            kept.push(line);
        }
        at += 1;
    }
    let text = kept.join("\n");
    let text = text.trim();
    (!text.is_empty() && text.len() < body.trim().len()).then(|| text.to_owned())
}

/// A cheap look that rules out most bodies.
fn may_hold(body: &str) -> bool {
    body.contains('>')
        || body.contains("--")
        || body.contains("__")
        || body.contains("wrote:")
        || body.contains("From:")
        || contains_fold(body, &[SENT_FROM, DISCLAIMERS])
}

fn contains_fold<'a>(body: &'a str, tables: &[&[&str]]) -> bool {
    let lower: Cow<'a, str> = if body.bytes().any(|b| b.is_ascii_uppercase() || b >= 0x80) {
        body.to_lowercase().into()
    } else {
        body.into()
    };
    tables.iter().any(|marks| marks.iter().any(|mark| lower.contains(mark)))
}

fn said(kept: &[&str]) -> bool {
    kept.iter().any(|line| line.chars().any(char::is_alphanumeric))
}

fn is_quoted(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('>') && !line.starts_with(">:") && !line.starts_with(">_") && !line.starts_with(">.")
}

fn is_signature_mark(line: &str) -> bool {
    matches!(line, "-- " | "--") || line.trim_end() == "--"
}

fn is_sent_from(line: &str) -> bool {
    let line = line.trim();
    line.len() <= 80 && {
        let lower = line.to_lowercase();
        SENT_FROM.iter().any(|mark| lower.starts_with(mark))
    }
}

fn is_disclaimer(line: &str) -> bool {
    line.len() >= 20 && contains_fold(line, &[DISCLAIMERS])
}

/// `-----Original Message-----`, or an Outlook header: `From:` and soon `Sent:` or `Date:` with `To:` or `Subject:`.
fn is_history_mark(lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim();
    if line.starts_with("---") {
        let lower = line.to_lowercase();
        return lower.contains("original message") || lower.contains("forwarded message");
    }
    let rule = line.len() >= 10 && line.bytes().all(|b| b == b'_');
    let from = if rule { at + 1 } else { at };
    let header = |i: usize| lines.get(i).map_or("", |l| l.trim().trim_start_matches('*'));
    if !header(from).starts_with("From:") {
        return false;
    }
    let next: Vec<&str> = (from + 1..from + HEADER_LINES).map(header).collect();
    let any = |marks: [&str; 2]| next.iter().any(|l| marks.iter().any(|m| l.starts_with(m)));
    any(["Sent:", "Date:"]) && any(["To:", "Subject:"])
}

/// Lines taken by `On …, somebody wrote:`, which mail clients wrap onto a second line.
fn attribution(lines: &[&str], at: usize) -> Option<usize> {
    let line = lines[at].trim();
    if !line.starts_with("On ") || !line.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    if line.ends_with("wrote:") {
        return Some(1);
    }
    let next = lines.get(at + 1)?.trim();
    (line.len() <= 120 && next.len() <= 120 && next.ends_with("wrote:")).then_some(2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::*;

    #[track_caller]
    fn leaves(body: &str, expected: &str) {
        assert_eq!(cut(body).as_deref(), Some(expected), "{body}");
    }

    #[test]
    fn quoted_history_goes() {
        leaves("Still broken.\n\nOn Mon, 5 Apr 2024, Ann wrote:\n> Try again\n> please", "Still broken.");
        leaves("Still broken.\n\nOn Mon, 5 Apr 2024 at 10:00,\nAnn <a@b.c> wrote:\nTry again", "Still broken.");
        leaves("> Did it work?\nNo.", "No.");
        leaves("On 5 Apr Ann wrote:\n> Did it work?\nNo.", "No.");
        leaves("No.\n-----Original Message-----\nFrom: x", "No.");
        leaves("No.\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: Re: x\n\nTry", "No.");
        leaves("No.\n________________________________\nFrom: Ann\nDate: Monday\nTo: Bob\n", "No.");
    }

    #[test]
    fn signatures_and_disclaimers_go() {
        leaves("It broke.\n-- \nAnn Lee\nACME", "It broke.");
        leaves("It broke.\n\nSent from my iPhone", "It broke.");
        leaves("It broke.\n\nThis e-mail is confidential and intended only for you.", "It broke.");
    }

    #[test]
    fn never_cut_to_nothing_and_never_without_cause() {
        for body in [
            "> only a quotation",
            "Sent from my iPhone",
            "-- \nAnn",
            "On Monday 5 April Ann wrote:\n> all of it",
            "I am not the intended recipient of this parcel!",
            "price went 10 -> 20 -- outrageous",
            "From: the very start it was bad",
            "On Monday it broke.",
            "plain words",
        ] {
            assert_eq!(cut(body), None, "{body}");
        }
    }

    #[test]
    fn automatic_answers_are_known() {
        assert!(is_auto_reply(Some("Automatic reply: your order"), None));
        assert!(is_auto_reply(None, Some("I am currently out of the office until Monday")));
        assert!(!is_auto_reply(Some("Office out of order"), Some("help")));
    }

    proptest! {
        #[test]
        fn what_is_left_was_there(body in "(On 5|wrote:|>|-- |From:|Sent:|To:|a|é|\n| ){0,30}") {
            if let Some(text) = cut(&body) {
                assert!(!text.trim().is_empty());
                assert!(text.lines().all(|line| body.contains(line)));
            }
        }
    }
}

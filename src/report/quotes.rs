//! Which records speak for an issue: those nearest its median score, so that neither the loudest nor the faintest do.

/// How many quotes an issue gets.
pub const QUOTES: usize = 3;
/// Characters of a quote.
const LENGTH: usize = 240;

/// A record that matches the issue.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Row in the records.
    pub row: usize,
    /// Its key; breaks ties, so that no order of rows matters.
    pub uid: &'a str,
    /// Its score.
    pub score: f64,
    /// Its redacted text.
    pub text: &'a str,
}

/// The rows of up to [`QUOTES`] candidates nearest the median score, each text once; empty when there is none.
pub fn pick(candidates: &[Candidate<'_>]) -> Vec<usize> {
    let mut scores: Vec<f64> = candidates.iter().map(|c| c.score).collect();
    scores.sort_by(f64::total_cmp);
    let Some(median) = scores.get(scores.len() / 2).copied() else { return Vec::new() };
    let mut ranked: Vec<&Candidate<'_>> = candidates.iter().collect();
    ranked.sort_by(|a, b| (a.score - median).abs().total_cmp(&(b.score - median).abs()).then_with(|| a.uid.cmp(b.uid)));
    let mut texts: Vec<&str> = Vec::new();
    let mut rows = Vec::new();
    for candidate in ranked {
        if rows.len() == QUOTES {
            break;
        }
        if !texts.contains(&candidate.text) {
            texts.push(candidate.text);
            rows.push(candidate.row);
        }
    }
    rows
}

/// A text on one line, cut at a word when it is longer than a quote may be.
pub fn shorten(text: &str) -> String {
    let line = match text.split_once('\n') {
        // A title rarely ends in a full stop; on one line with the body it needs one.
        Some((title, body)) if title.ends_with(char::is_alphanumeric) && !body.trim().is_empty() => {
            format!("{title}. {body}")
        }
        _ => text.to_string(),
    };
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LENGTH {
        return line;
    }
    let cut: String = line.chars().take(LENGTH - 1).collect();
    let at = cut.rfind(' ').filter(|at| *at > LENGTH / 2).unwrap_or(cut.len());
    format!("{}…", cut[..at].trim_end_matches([',', ';', ':', '.', ' ']))
}

/// What may stand before and after a profane word that is one: `bullshit`, `fucking`; not `class`, `cocktails`.
const BEFORE: [&str; 6] = ["", "bull", "dumb", "horse", "jack", "mother"];
const AFTER: [&str; 18] = [
    "", "ed", "er", "ers", "es", "head", "hole", "holes", "in", "ing", "s", "ted", "ter", "ters", "ting", "ty", "wit",
    "y",
];

/// Whether a word is profane altogether: the list finds its words within others, too.
fn profane(word: &str) -> bool {
    let word = word.to_lowercase();
    let masked = censor::Standard.censor(&word);
    let (Some(from), Some(to)) = (masked.find('*'), masked.rfind('*')) else { return false };
    BEFORE.contains(&&masked[..from]) && AFTER.contains(&&masked[to + 1..])
}

/// A text with its profane words masked, all but the first letter: `f***`. Word by word, so that no two innocent words
/// make a guilty one, and a word counts only when it is one altogether (`class` is none).
pub fn decent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_matches(|c: char| !c.is_alphanumeric());
        // Nothing of one letter, and nothing with a digit or a mark inside (URLs, versions, ids), is a word.
        let plain = word.chars().count() > 2 && word.chars().all(|c| c.is_alphabetic() || c == '*' || c == '\'');
        if !plain || !profane(word) {
            out.push_str(piece);
            continue;
        }
        let mut letters = piece.chars().map(|c| (c, c.is_alphanumeric()));
        let mut first = true;
        out.extend(letters.by_ref().map(|(c, letter)| {
            let masked = letter && !first;
            first &= !letter;
            if masked { '*' } else { c }
        }));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_speaks_not_the_loudest() {
        let candidate = |row, uid, score, text| Candidate { row, uid, score, text };
        let all = [
            candidate(0, "a", 9.0, "loud"),
            candidate(1, "b", 3.0, "middle"),
            candidate(2, "c", 3.1, "middle"),
            candidate(3, "d", 2.9, "other middle"),
            candidate(4, "e", 1.0, "faint"),
        ];
        assert_eq!(pick(&all), [1, 3, 4]);
        assert!(pick(&[]).is_empty());
    }

    #[test]
    fn long_texts_are_cut_at_a_word() {
        let long = "word ".repeat(100);
        let short = shorten(&long);
        assert!(short.ends_with("word…") && short.chars().count() <= LENGTH);
        assert_eq!(shorten("A title\nand  words"), "A title. and words");
    }

    #[test]
    fn masks_profane_words_and_no_others() {
        assert_eq!(decent("What the fuck, this shit is late"), "What the f***, this s*** is late");
        assert_eq!(decent("Fucking late!"), "F****** late!");
        let innocent =
            "the class passed an assessment of cocktails and shiitake in Scunthorpe, with analysis and titles";
        assert_eq!(decent(innocent), innocent);
        assert_eq!(decent("  two  spaces\n"), "  two  spaces\n");
    }
}

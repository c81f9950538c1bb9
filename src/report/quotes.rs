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
}

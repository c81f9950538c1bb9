//! Second and third header rows, as surveys write them.

/// How many of the rows under a header are part of it, and the columns' names with what they say.
///
/// Qualtrics: the question's words, then `{"ImportId":…}`, which may name the zone of the dates. SurveyMonkey: the
/// answers to choose from, under a question that is written once; the columns of the record itself have none.
pub(super) fn join(header: &[String], rows: &[Vec<String>]) -> (usize, Vec<String>) {
    let import =
        rows.iter().take(2).position(|row| row.iter().any(|cell| cell.trim_start().starts_with("{\"ImportId\"")));
    if let Some(at) = import {
        let zoned = header.iter().zip(&rows[at]).map(|(name, cell)| match zone(cell) {
            Some(zone) => format!("{} ({zone})", name.trim()),
            None => name.clone(),
        });
        let rest = header.iter().skip(rows[at].len()).cloned();
        return (at + 1, zoned.chain(rest).collect());
    }
    match rows.first() {
        Some(labels) if are_labels(header, labels) => (1, joined(header, labels)),
        _ => (0, header.to_vec()),
    }
}

/// The zone in `{"ImportId":"startDate","timeZone":"America/Denver"}`.
fn zone(cell: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(cell.trim()).ok()?;
    let zone = value.get("timeZone")?.as_str()?;
    Some(if zone == "Z" { "UTC".to_owned() } else { zone.to_owned() })
}

/// Whether a row holds labels: the first columns name the record and have none, and every gap between the header's
/// names is filled.
fn are_labels(header: &[String], labels: &[String]) -> bool {
    let blank = |cell: &String| cell.trim().trim_start_matches('\u{feff}').is_empty();
    let names = |wanted: &str| header.iter().any(|name| name.trim().eq_ignore_ascii_case(wanted));
    let is_survey = names("collector id") && (names("respondent id") || names("\u{feff}respondent id"));
    let named = header.len() - header.iter().rev().take_while(|name| blank(name)).count();
    let gaps: Vec<usize> = (0..named).filter(|at| blank(&header[*at])).collect();
    let filled = |at: &usize| labels.get(*at).is_some_and(|label| !blank(label));
    labels.first().is_none_or(blank) && (is_survey || (!gaps.is_empty() && gaps.iter().all(filled)))
}

fn joined(header: &[String], labels: &[String]) -> Vec<String> {
    let mut question = "";
    let mut names = Vec::new();
    for at in 0..header.len().max(labels.len()) {
        let name = header.get(at).map_or("", |name| name.trim());
        let label = labels.get(at).map_or("", |label| label.trim());
        if !name.is_empty() {
            question = name;
        }
        let plain = label.is_empty() || matches!(label, "Response" | "Open-Ended Response");
        names.push(match (name.is_empty() && plain, plain) {
            (true, _) => String::new(),
            (_, true) => question.to_owned(),
            _ => format!("{question} - {label}"),
        });
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(row: &str) -> Vec<String> {
        row.split('|').map(str::to_owned).collect()
    }

    #[test]
    fn surveymonkey_has_answers_under_its_questions() {
        let header = cells("Respondent ID|Collector ID|Which?||Why?");
        let (below, names) = join(&header, &[cells("||Phone|Mail|Open-Ended Response"), cells("1|2|Phone||late")]);
        assert_eq!((below, names), (1, cells("Respondent ID|Collector ID|Which? - Phone|Which? - Mail|Why?")));
        assert_eq!(join(&header, &[cells("||||")]).0, 1);
    }

    #[test]
    fn qualtrics_has_questions_and_ids() {
        let header = cells("StartDate|Q1");
        let ids = cells("{\"ImportId\":\"startDate\",\"timeZone\":\"America/Denver\"}|{\"ImportId\":\"QID1\"}");
        let (below, names) = join(&header, &[cells("Start Date|Why?"), ids]);
        assert_eq!((below, names), (2, cells("StartDate (America/Denver)|Q1")));
    }

    #[test]
    fn a_row_of_data_is_none() {
        assert_eq!(join(&cells("id|text"), &[cells("|late")]).0, 0);
        assert_eq!(join(&cells("|id|text"), &[cells("0|1|late")]).0, 0);
        assert_eq!(join(&cells("id|text||"), &[cells("|late||")]).0, 0);
    }
}

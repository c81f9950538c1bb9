//! Personal data: what the masker finds of what a person marked in two samples of 300 records
//! (`personal_data.tsv` and `personal_data_2.tsv` say how).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plaint::enrich::redact::{self, Kind, Span};

/// Marked and found spans of one kind.
#[derive(Default)]
struct Sums {
    marked: usize,
    found: usize,
    right: usize,
}

/// A record of the sample.
struct Sample {
    text: String,
    marked: Vec<Span>,
    plain: bool,
    place: String,
}

/// The labels: the first sample, which rules have been mended on, and a second one drawn after that.
const LABELS: [&str; 2] = ["personal_data.tsv", "personal_data_2.tsv"];

/// Prints precision and recall per kind, over all, and over the records drawn without regard to what they hold; with
/// `--wrong` every span that was missed or masked for nothing.
pub(crate) fn run() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = root.join("../shared/data");
    if !data.exists() {
        println!("personal data: skipped, there is no {}", data.display());
        return Ok(());
    }
    for name in LABELS {
        let labels = std::fs::read_to_string(root.join("examples/evaluate").join(name))?;
        measure(name, &samples(&labels, &data)?);
    }
    Ok(())
}

fn measure(name: &str, samples: &[Sample]) {
    let wrong = std::env::args().any(|a| a == "--wrong");
    println!("{name}: {} records labelled by hand, spans must agree to the byte", samples.len());
    println!("{:<24} {:>6} {:>6} {:>6} {:>10} {:>7}", "kind", "marked", "found", "right", "precision", "recall");
    let mut kinds: BTreeMap<Kind, Sums> = BTreeMap::new();
    let (mut all, mut plain, mut kind_right) = (Sums::default(), Sums::default(), 0);
    for sample in samples {
        let found = redact::find(&sample.text);
        let right = |span: &Span| sample.marked.iter().any(|m| (m.start, m.end) == (span.start, span.end));
        for marked in &sample.marked {
            let sums = kinds.entry(marked.kind).or_default();
            sums.marked += 1;
            let hit = found.iter().find(|f| (f.start, f.end) == (marked.start, marked.end));
            sums.right += usize::from(hit.is_some());
            kind_right += usize::from(hit.is_some_and(|f| f.kind == marked.kind));
            if wrong && hit.is_none() {
                println!(
                    "missed {:<8} {} {}",
                    marked.kind.name(),
                    sample.place,
                    &sample.text[marked.start..marked.end]
                );
            }
        }
        for span in &found {
            // A wrong kind is still a mask: precision is told by the kind that was marked, or else by the one found.
            let kind = sample.marked.iter().find(|m| m.start == span.start).map_or(span.kind, |m| m.kind);
            kinds.entry(kind).or_default().found += 1;
            if wrong && !right(span) {
                println!("extra  {:<8} {} {}", span.kind.name(), sample.place, &sample.text[span.start..span.end]);
            }
        }
        let of = |sums: &mut Sums| {
            sums.marked += sample.marked.len();
            sums.found += found.len();
            sums.right += found.iter().filter(|f| right(f)).count();
        };
        of(&mut all);
        if sample.plain {
            of(&mut plain);
        }
    }
    for kind in Kind::ALL {
        match kinds.get(&kind) {
            Some(sums) => line(kind.name(), sums),
            None => println!("{:<24} {:>6}", kind.name(), 0),
        }
    }
    line("all", &all);
    line("all, plain sample", &plain);
    println!("the kind is also right in {kind_right} of the {} right spans", all.right);
}

fn line(name: &str, sums: &Sums) {
    let share = |of: usize| if of == 0 { "-".to_owned() } else { format!("{:.3}", sums.right as f64 / of as f64) };
    let (precision, recall) = (share(sums.found), share(sums.marked));
    println!("{name:<24} {:>6} {:>6} {:>6} {precision:>10} {recall:>7}", sums.marked, sums.found, sums.right);
}

fn samples(labels: &str, data: &Path) -> Result<Vec<Sample>, Box<dyn std::error::Error>> {
    let mut samples = Vec::new();
    let mut files: BTreeMap<PathBuf, (Vec<String>, Vec<csv::StringRecord>)> = BTreeMap::new();
    for line in labels.lines().filter(|l| !l.starts_with('#')) {
        let [stratum, path, row, columns, spans] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("five columns are needed: {line}").into());
        };
        let file = data.join(path);
        if !files.contains_key(&file) {
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(&file)?;
            let header = reader.headers()?.iter().map(|h| h.trim().to_owned()).collect();
            files.insert(file.clone(), (header, reader.records().collect::<Result<_, _>>()?));
        }
        let (header, rows) = &files[&file];
        let cells = &rows[row.parse::<usize>()? - 1];
        let cell = |name: &str| header.iter().position(|h| h == name).and_then(|at| cells.get(at)).unwrap_or_default();
        let parts: Vec<&str> = columns.split('|').map(|c| cell(c).trim()).filter(|t| !t.is_empty()).collect();
        samples.push(Sample {
            text: parts.join("\n"),
            marked: spans.split(',').filter(|s| !s.is_empty()).map(span).collect::<Result<_, _>>()?,
            plain: stratum == "plain",
            place: format!("{path}:{row}"),
        });
    }
    Ok(samples)
}

/// `0-16:handle`
fn span(text: &str) -> Result<Span, Box<dyn std::error::Error>> {
    let (bytes, name) = text.split_once(':').ok_or("a span has a kind")?;
    let (start, end) = bytes.split_once('-').ok_or("a span has two ends")?;
    let kind = Kind::ALL.into_iter().find(|k| k.name() == name).ok_or("an unknown kind")?;
    Ok(Span { start: start.parse()?, end: end.parse()?, kind })
}

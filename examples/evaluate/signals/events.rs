//! Real events with a known beginning: found in time, and nothing before.

use jiff::Timestamp;

use crate::Outcome;
use crate::signals::data::{Table, plaint, shared};

pub(super) fn run() -> Outcome {
    simcity()?;
    crisis("2013_Boston_Bombings", "2013-04-15T18:49:00Z", "2013-04-14", "2013-04-16")?;
    crisis("2013_Oklahoma_Tornado", "2013-05-20T19:56:00Z", "2013-05-19", "2013-05-21")
}

/// The launch of SimCity on 5 March 2013, by day, all eight subreddits read.
fn simcity() -> Outcome {
    let mut files: Vec<String> = Vec::new();
    for file in std::fs::read_dir(shared("data/reddit"))? {
        let path = file?.path();
        if path.extension().is_some_and(|e| e == "csv") {
            files.push(path.display().to_string());
        }
    }
    files.sort();
    let tail = ["--by", "day", "--since", "2013-02-01", "--until", "2013-03-08", "--format", "csv"];
    let arguments: Vec<&str> = ["trends"].into_iter().chain(files.iter().map(String::as_str)).chain(tail).collect();
    let out = Table::parse(&plaint(&arguments)?)?;
    let rows = found(&out);
    println!("SimCity, launched 2013-03-05, by day:");
    for row in rows.iter().filter(|r| r.period.as_str() >= "2013-03-05" && r.issue.to_lowercase().contains("simcity")) {
        println!("  {} {} {} ({})", row.period, row.signal, row.level, row.issue);
    }
    for row in rows.iter().filter(|r| r.period.as_str() >= "2013-03-05" && r.period.as_str() < "2013-03-07") {
        println!(
            "  {} {} {}: {}, {} seen, {} expected",
            row.period, row.signal, row.level, row.issue, row.observed, row.expected
        );
    }
    Ok(())
}

/// Tweets of one event, by hour; the ids give the time.
fn crisis(name: &str, begin: &str, since: &str, until: &str) -> Outcome {
    let begin: Timestamp = begin.parse()?;
    let table = Table::read(&format!("data/crisislex/T6/{name}-ontopic_offtopic.csv"))?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("tweets.csv");
    let mut writer = csv::Writer::from_writer(std::fs::File::create(&path)?);
    writer.write_record(["id", "created_at", "text"])?;
    for (id, text) in table.column("tweet id").iter().zip(table.column("tweet")) {
        let id = id.trim_matches('\'');
        let Ok(number) = id.parse::<i64>() else { continue };
        // Snowflake: milliseconds since 2010-11-04T01:42:54.657Z in the upper bits.
        let at = Timestamp::from_millisecond((number >> 22) + 1_288_834_974_657)?;
        writer.write_record([id, &at.to_string(), text])?;
    }
    writer.flush()?;
    let path = path.display().to_string();
    let out = Table::parse(&plaint(&[
        "trends", &path, "--by", "hour", "--since", since, "--until", until, "--format", "csv",
    ])?)?;
    let rows = found(&out);
    let hour = |row: &Row| row.period.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    let after =
        rows.iter().filter_map(|r| Some((r, (hour(r)?.timestamp().as_second() - begin.as_second()) as f64 / 3_600.0)));
    let after: Vec<(&Row, f64)> = after.collect();
    let early = after.iter().filter(|(_, h)| *h < -1.0).count();
    println!("{name}: {early} signals in the hours before");
    for (row, hours) in after.iter().filter(|(_, h)| *h >= -1.0).take(4) {
        println!(
            "  hour from {hours:+.1} h: {} {}: {}, {} seen, {} expected",
            row.signal, row.level, row.issue, row.observed, row.expected
        );
    }
    Ok(())
}

struct Row {
    period: String,
    issue: String,
    signal: String,
    level: String,
    observed: String,
    expected: String,
}

/// The rows with a signal that has a level, the total aside, by time.
fn found(out: &Table) -> Vec<Row> {
    let column = |name: &str| out.column(name);
    let (period, id, issue) = (column("period"), column("issue_id"), column("issue"));
    let (signal, level) = (column("signal"), column("level"));
    let (observed, expected) = (column("observed"), column("expected"));
    let mut rows: Vec<Row> = (0..period.len())
        .filter(|i| !id[*i].is_empty() && !level[*i].is_empty())
        .map(|i| Row {
            period: period[i].to_owned(),
            issue: issue[i].to_owned(),
            signal: signal[i].to_owned(),
            level: level[i].to_owned(),
            observed: observed[i].to_owned(),
            expected: expected[i].chars().take(5).collect(),
        })
        .collect();
    rows.sort_by(|a, b| a.period.cmp(&b.period));
    rows
}

//! The report as a browser shows it: opened from disk in headless Chromium, used by keyboard and by script, checked with
//! axe-core. `.ci/run` installs Chromium and fetches axe-core (`PLAINT_AXE` names the file); it must be there then.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::common::browser::{Browser, chromium};

/// Runs `plaint report` on dumps; gives the folder.
fn report(work: &Path, files: &[PathBuf], more: &[&str]) -> PathBuf {
    let folder = work.join("report");
    let done = Command::new(env!("CARGO_BIN_EXE_plaint"))
        .current_dir(work)
        .arg("report")
        .args(files)
        .args(more)
        .args(["-q", "--only", "html,json", "-o"])
        .arg(&folder)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    folder
}

fn demo() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e != "toml"));
    files.sort();
    files
}

fn json_of(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("report.json")).unwrap()).unwrap()
}

/// The numbers of the table's rows as the page shows them now: anchor → cells.
const CELLS: &str = "[...document.querySelectorAll('.issues tbody tr')].map((row) => [row.dataset.issue, \
                     ...[...row.querySelectorAll('td')].slice(0, 6).map((cell) => cell.textContent.trim())])";

/// The same of the file as it is written, before any script.
fn written(browser: &mut Browser, page: &str) -> Value {
    let page = serde_json::to_string(page).unwrap();
    let cells = CELLS.replace("document.", &format!("new DOMParser().parseFromString({page}, 'text/html')."));
    browser.value(&cells)
}

fn set(browser: &mut Browser, id: &str, value: &str) {
    let script = format!(
        "(() => {{ const e = document.getElementById('{id}'); if (e.type === 'radio' || e.type === 'checkbox') e.checked = \
         true; else e.value = {value}; for (const kind of ['input', 'change']) e.dispatchEvent(new Event(kind)); return \
         e.value }})()"
    );
    browser.value(&script);
}

#[test]
fn a_reader_recounts_sorts_and_filters() {
    let Some(chromium) = chromium() else { return };
    let work = tempfile::tempdir().unwrap();
    let folder = report(work.path(), &demo(), &[]);
    let (page, json) = (fs::read_to_string(folder.join("index.html")).unwrap(), json_of(&folder));
    let mut browser = Browser::start(&chromium);
    browser.look(1440, "light");
    browser.open(&folder.join("index.html"));
    assert_eq!(browser.value("document.documentElement.dataset.ready"), "1", "{:?}", browser.complaints);

    // What the script counts for the report's own dates is what the report says.
    let (before, now) = (written(&mut browser, &page), browser.value(CELLS));
    assert_eq!(before, now);

    // Another range: the sum of the issue's own counts.
    let points = json["issues"][0]["series"]["points"].as_array().unwrap();
    let wanted: i64 = points[8..=11].iter().filter_map(|p| p["observed"].as_i64()).sum();
    let past: i64 = points[4..=7].iter().filter_map(|p| p["observed"].as_i64()).sum();
    set(&mut browser, "from", "8");
    set(&mut browser, "to", "11");
    let row = browser.value(CELLS)[0].clone();
    let number = |cell: &Value| cell.as_str().unwrap().replace(',', "");
    assert_eq!(number(&row[1]), wanted.to_string());
    let whole = points[4..=11].iter().all(|p| p["covered"] == true);
    if whole {
        assert_eq!(number(&row[2]), past.to_string());
    }
    assert!(browser.value("document.getElementById('told').textContent").as_str().unwrap().contains("against"));

    // Rates are shares.
    set(&mut browser, "as-rate", "''");
    assert!(browser.value(CELLS)[0][1].as_str().unwrap().ends_with('%'));
    browser.value("document.getElementById('reset').click()");
    assert_eq!(browser.value(CELLS), before);

    // A channel alone counts less than all of them.
    let all: i64 = number(&before[0][1]).parse().unwrap();
    let values = browser.value("[...document.querySelectorAll('#slice option')].map((o) => o.value)");
    let mut parts = 0;
    for value in values.as_array().unwrap().iter().filter(|v| v.as_str().unwrap().starts_with("0:")) {
        set(&mut browser, "slice", &value.to_string());
        let cells = browser.value(CELLS);
        let own = cells.as_array().unwrap().iter().find(|row| row[0] == before[0][0]).unwrap().clone();
        parts += number(&own[1]).parse::<i64>().unwrap();
    }
    assert_eq!(parts, all, "the channels sum to the whole");
    browser.value("document.getElementById('reset').click()");

    // By keyboard: the first heading's button, then Enter.
    browser.value("document.querySelector('.issues thead button').focus()");
    browser.press("Enter", 13, "\r");
    let names =
        "[...document.querySelectorAll('.issues tbody tr')].map((r) => r.querySelector('a').textContent.toLowerCase())";
    let sorted = browser.value(names);
    let mut ordered: Vec<String> = sorted.as_array().unwrap().iter().map(|n| n.as_str().unwrap().to_owned()).collect();
    ordered.sort();
    assert_eq!(sorted, json!(ordered));
    assert_eq!(browser.value("document.querySelector('th[aria-sort]').getAttribute('aria-sort')"), "ascending");

    // Filters hide rows and cards alike.
    set(&mut browser, "words", "'zzz no such issue'");
    let shown = "document.querySelectorAll('.issues tbody tr:not([hidden])').length";
    assert_eq!(browser.value(shown), 0);
    let name = serde_json::to_string(&json["issues"][0]["name"]).unwrap();
    set(&mut browser, "words", &name);
    assert_eq!(browser.value(shown), 1);
    assert_eq!(browser.value("document.querySelectorAll('article.card[id^=\"issue\"]:not([hidden])').length"), 1);
    assert_eq!(browser.complaints, Vec::<String>::new());
}

#[test]
fn everybody_can_use_it() {
    let Some(chromium) = chromium() else { return };
    let Some(axe) = std::env::var_os("PLAINT_AXE") else {
        assert!(
            std::env::var_os("PLAINT_BROWSER").is_none(),
            "PLAINT_BROWSER is set, but PLAINT_AXE names no axe.min.js"
        );
        println!("skipped: PLAINT_AXE names no axe.min.js");
        return;
    };
    let axe = fs::read_to_string(axe).unwrap();
    let work = tempfile::tempdir().unwrap();
    let folder = report(work.path(), &demo(), &[]);
    let mut browser = Browser::start(&chromium);
    for (width, scheme) in [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")] {
        browser.look(width, scheme);
        browser.open(&folder.join("index.html"));
        let wide = browser.value("document.documentElement.scrollWidth").as_i64().unwrap();
        assert!(wide <= width, "{wide} pixels on a screen of {width}");
        browser.value("document.querySelectorAll('details').forEach((d, i) => { d.open = i < 3 })");
        browser.value(&format!("{axe}; 1"));
        let found = browser.value(
            "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })\
             .then((r) => r.violations.map((v) => [v.id, v.help, v.nodes.slice(0, 3).map((n) => [n.html.slice(0, 160), \
             n.failureSummary])]))",
        );
        assert_eq!(found, json!([]), "{width} {scheme}: {found:#}");
    }
    assert_eq!(browser.complaints, Vec::<String>::new());
}

/// Weekly records from a table of (text, how many each week), and a codebook with one keyword per text.
fn made(work: &Path, issues: &[(&str, &str)], weeks: usize) -> Vec<PathBuf> {
    let mut rows = String::from("id,created_at,text,channel\n");
    let mut book = String::from("version = 1\n");
    let mut id = 0;
    for (at, (keyword, text)) in issues.iter().enumerate() {
        let _ = write!(
            book,
            "\n[[issue]]\nid = \"i-{at:08x}\"\nname = {}\nstatus = \"active\"\nmin_score = 1.0\nkeywords = [\"{keyword}\"]\n",
            serde_json::to_string(text).unwrap()
        );
        for week in 0..weeks {
            let day = jiff::civil::date(2026, 5, 4).saturating_add(jiff::Span::new().days(7 * week as i64 + 1));
            for _ in 0..1 + (at + week) % 3 {
                id += 1;
                let _ = writeln!(rows, "{id},{day},\"{} {keyword}\",email", text.replace('"', "\"\""));
            }
        }
    }
    fs::write(work.join("made.csv"), rows).unwrap();
    fs::write(work.join("codebook.toml"), book).unwrap();
    vec![work.join("made.csv")]
}

#[test]
fn odd_reports_open_without_a_complaint() {
    let Some(chromium) = chromium() else { return };
    let mut browser = Browser::start(&chromium);
    browser.look(1440, "light");
    let many: Vec<(String, String)> = (0..200)
        .map(|i| (format!("keyword{i}"), format!("Issue number {i} with quite a long name to be cut")))
        .collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(k, t)| (k.as_str(), t.as_str())).collect();
    let scripts = [
        ("delivery", "التوصيل متأخر جدا"),
        ("refund", "退款还没有到账"),
        ("angry", "so angry 😡🛫"),
        ("hack", "<script>alert(1)</script><img src=x onerror=alert(2)> =1+1"),
    ];
    for (name, issues, weeks) in [
        ("one record", &[("late", "It is late")][..], 1),
        ("no signal", &[("late", "It is late"), ("lost", "It is lost")][..], 20),
        ("scripts", &scripts[..], 16),
        ("two hundred", &many[..], 30),
    ] {
        let work = tempfile::tempdir().unwrap();
        let files = made(work.path(), issues, weeks);
        let folder = report(work.path(), &files, &["--codebook", "codebook.toml"]);
        let bytes = fs::metadata(folder.join("index.html")).unwrap().len();
        assert!(bytes < 4_000_000, "{name}: {bytes} bytes");
        browser.open(&folder.join("index.html"));
        assert_eq!(browser.value("document.documentElement.dataset.ready"), "1", "{name}: {:?}", browser.complaints);
        assert_eq!(
            browser.value("document.querySelectorAll('.issues tbody tr').length"),
            json!(issues.len()),
            "{name}"
        );
        assert_eq!(browser.complaints, Vec::<String>::new(), "{name}");
        if name == "scripts" {
            assert_eq!(browser.value("document.querySelectorAll('main script, img[onerror]').length"), 0);
            let text = browser.value("document.body.textContent");
            for (_, words) in scripts {
                assert!(text.as_str().unwrap().contains(words), "{words} is not shown as text");
            }
        }
    }
}

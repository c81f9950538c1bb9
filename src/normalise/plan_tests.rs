use super::*;
use crate::normalise::testing::{dump, raw, with_source};

fn plan_of(dump: &Dump, cells: &[&str]) -> Result<Plan> {
    let rows: Vec<Vec<&str>> = cells.iter().map(|c| vec![*c]).collect();
    let mut planner = Planner::new(dump)?;
    planner.observe(&raw(dump, &rows))?;
    planner.finish()
}

fn created() -> Dump {
    dump("mention", &["Created"], &[("created_at", "Created")])
}

#[test]
fn one_value_decides_the_column() {
    let plan = plan_of(&created(), &["03/08/2026", "26/06/2026", "01/02/2026"]).unwrap();
    assert_eq!(plan.dates["created_at"].order, Some(DateOrder::Dmy));
    assert_eq!(plan.dates["created_at"].pattern, "day/month/year");
    assert_eq!(plan.dates["created_at"].evidence, Decided::Column(3));
    assert_eq!(plan.dates["created_at"].tz, "none");
    assert_eq!(plan.span, Some(("2026-02-01".to_owned(), "2026-08-03".to_owned())));
    assert_eq!(plan.rows, 3);
    let plan = plan_of(&created(), &["03/08/2026 10:00", "06/26/2026 10:00"]).unwrap();
    assert_eq!(plan.dates["created_at"].order, Some(DateOrder::Mdy));
    assert_eq!(plan.dates["created_at"].tz, "assumed_utc");
}

#[test]
fn nothing_decides_so_the_user_must() {
    let error = plan_of(&created(), &["", "03/04/2026"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "error: dump.csv:3: column \"Created\" could be day/month or month/day: \"03/04/2026\"\n\
         hint: pass --dates dmy or --dates mdy"
    );
    let mut dump = created();
    with_source(&mut dump, |s| s.dates = Some(DateOrder::Mdy));
    let plan = plan_of(&dump, &["03/04/2026 10:00"]).unwrap();
    assert_eq!(plan.dates["created_at"].order, Some(DateOrder::Mdy));
    assert_eq!(
        plan.assumptions(),
        [
            "created_at: read as month/day/year because source test writes them so",
            "created_at: times name no zone and are read as UTC (--source-tz names another)",
        ]
    );
    dump.dates = Some(DateOrder::Dmy);
    assert_eq!(plan_of(&dump, &["03/04/2026"]).unwrap().dates["created_at"].order, Some(DateOrder::Dmy));
}

#[test]
fn the_column_is_stronger_than_the_source() {
    let mut dump = created();
    with_source(&mut dump, |s| s.dates = Some(DateOrder::Mdy));
    let plan = plan_of(&dump, &["03/04/2026", "30/04/2026"]).unwrap();
    assert_eq!(plan.dates["created_at"].order, Some(DateOrder::Dmy));
}

#[test]
fn contradicting_rows_are_named() {
    let cells = ["03/04/2026", "25/04/2026", "04/26/2026"];
    let error = plan_of(&created(), &cells).unwrap_err().to_string();
    assert!(error.contains("dump.csv:3: column \"Created\" holds dates of different orders"), "{error}");
    assert!(error.contains("line 3: \"25/04/2026\" is day/month/year"), "{error}");
    assert!(error.contains("line 4: \"04/26/2026\" is month/day/year"), "{error}");
    let mut dump = created();
    dump.dates = Some(DateOrder::Mdy);
    let plan = plan_of(&dump, &cells).unwrap();
    assert_eq!(plan.problems, [Problem { kind: "unreadable date".to_owned(), count: 1, example_line: 3 }]);
}

#[test]
fn two_digit_years_may_come_first() {
    // All fit day/month/year and year/month/day; the first number varies as days do.
    let days = plan_of(&created(), &["13/02/26", "25/02/26", "14/03/26"]).unwrap();
    assert_eq!(days.dates["created_at"].order, Some(DateOrder::Dmy));
    let years = plan_of(&created(), &["26-02-13", "26-02-25", "26-03-14"]).unwrap();
    assert_eq!(years.dates["created_at"].order, Some(DateOrder::Ymd));
    let error = plan_of(&created(), &["26-02-13"]).unwrap_err().to_string();
    assert!(error.contains("could be day/month/year or year/month/day"), "{error}");
}

#[test]
fn order_of_rows_does_not_matter() {
    let dump = created();
    let mut planner = Planner::new(&dump).unwrap();
    planner.observe(&crate::normalise::testing::raw_from(&dump, 3, &[vec!["26/06/2026"]])).unwrap();
    planner.observe(&raw(&dump, &[vec!["03/08/2026"], vec!["04/08/2026"]])).unwrap();
    let backwards = planner.finish().unwrap();
    let forwards = plan_of(&dump, &["03/08/2026", "04/08/2026", "26/06/2026"]).unwrap();
    assert_eq!(backwards.dates, forwards.dates);
    assert_eq!(backwards.span, forwards.span);
}

#[test]
fn x_ids_tell_their_time_but_unix_time_is_no_id() {
    let snowflake = |cells: &[&str]| plan_of(&created(), cells).unwrap().dates["created_at"].snowflake;
    assert!(snowflake(&["'211040709124440064'", "'1212092628029698048'"]));
    assert!(!snowflake(&["1588687728923456", "1588687728923457"]));
    assert!(!snowflake(&["1588687728923456000"]));
    assert!(!snowflake(&["211040709124440064", "2024-01-01"]));
}

#[test]
fn iso_needs_no_order() {
    let plan = plan_of(&created(), &["2024-01-01T00:00:00Z", "-", "N/A"]).unwrap();
    let dates = &plan.dates["created_at"];
    assert_eq!((dates.order, dates.tz.as_str(), dates.pattern.as_str()), (None, "utc", "year-month-day"));
    assert!(plan.problems.is_empty());
}

#[test]
fn scales_of_ratings() {
    let dump = dump("review", &["r"], &[("rating", "r")]);
    assert_eq!(plan_of(&dump, &["1", "5"]).unwrap().scale, Some([1.0, 5.0]));
    assert_eq!(plan_of(&dump, &["FOUR"]).unwrap().scale, Some([1.0, 5.0]));
    assert_eq!(plan_of(&dump, &["0", "10"]).unwrap().scale, Some([0.0, 10.0]));
    assert_eq!(plan_of(&dump, &["87"]).unwrap().scale, None);
}

#[test]
fn durations() {
    assert_eq!(duration("90", "min"), Some(5_400_000_000));
    assert_eq!(duration("30:10:05", "hours"), Some((30 * 3600 + 605) * 1_000_000));
    assert_eq!(duration("-5", "min"), Some(0));
    assert_eq!(duration("1588687728", "s"), None);
    assert_eq!(duration("x", "s"), None);
    assert_eq!(duration("1", "fortnights"), None);
}

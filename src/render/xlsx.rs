//! `report.xlsx`: one sheet per table, with real dates and numbers, and charts that a spreadsheet draws itself.
//!
//! Words are written as words: a cell that begins with `=` is text, which no spreadsheet takes for a formula.

use rust_xlsxwriter::{
    Chart, ChartEmptyCells, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType, ChartSolidFill, ChartType,
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::chart::Figure;
use crate::error::{Error, Result};
use crate::render::sheets::{Cell, Sheet, sheets};
use crate::render::words::one_line;
use crate::report::model::Report;

/// Issues with a line chart of their own.
const CHARTS: usize = 12;
/// Bars of the ranked chart.
const BARS: u32 = 15;
/// Characters of the widest column.
const WIDEST: usize = 60;
/// Excel holds no longer text in a cell.
const LONGEST: usize = 32_767;
/// Columns of the sheet "Counts" before the issues'.
const BEFORE_ISSUES: u16 = 5;
const BLUE: Color = Color::RGB(0x0b_5a_9e);
const BAND: Color = Color::RGB(0x9f_b8_cf);

/// The workbook. The same report gives the same bytes: its date is the report's, not the clock's.
///
/// # Errors
/// An internal error when the workbook cannot be packed.
pub(crate) fn render(report: &Report, _: &[Figure]) -> Result<Vec<u8>> {
    workbook(report).map_err(|cause| {
        Error::failed("internal: render: the workbook could not be written")
            .evidence(cause.to_string())
            .hint("this is a bug in plaint; please report it with this message")
    })
}

fn workbook(report: &Report) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let year = u16::try_from(report.as_of.year()).unwrap_or(1900).max(1900);
    let (month, day) = (report.as_of.month().unsigned_abs(), report.as_of.day().unsigned_abs());
    let made = ExcelDateTime::from_ymd(year, month, day)?;
    book.set_properties(&DocProperties::new().set_title(one_line(&report.period.label)).set_creation_datetime(&made));
    let styles = Styles::new();
    let tables = sheets(report);
    for table in &tables {
        let sheet = book.add_worksheet();
        sheet.set_name(table.name)?;
        write(sheet, table, &styles)?;
        if table.name == "Report" {
            charts(sheet, report, &tables)?;
        }
    }
    book.save_to_buffer()
}

struct Styles {
    header: Format,
    words: Format,
    count: Format,
    number: Format,
    share: Format,
    day: Format,
    moment: Format,
}

impl Styles {
    fn new() -> Self {
        let plain = || Format::new().set_align(FormatAlign::Top);
        Self {
            header: Format::new().set_bold().set_border_bottom(FormatBorder::Thin).set_align(FormatAlign::Top),
            words: plain().set_text_wrap(),
            count: plain().set_num_format("#,##0"),
            number: plain().set_num_format("0.00##"),
            share: plain().set_num_format("0.0%"),
            day: plain().set_num_format("yyyy-mm-dd"),
            moment: plain().set_num_format("yyyy-mm-dd hh:mm"),
        }
    }
}

fn write(sheet: &mut Worksheet, table: &Sheet, styles: &Styles) -> std::result::Result<(), XlsxError> {
    let mut widths: Vec<usize> = table.header.iter().map(|h| one_line(h).chars().count() + 3).collect();
    for (column, name) in (0..).zip(&table.header) {
        sheet.write_string_with_format(0, column, clean(name), &styles.header)?;
    }
    for (row, cells) in (1..).zip(&table.rows) {
        for (column, cell) in (0..).zip(cells) {
            let wide = match cell {
                Cell::Text(words) => {
                    let words = clean(words);
                    let wide = words.chars().count();
                    sheet.write_string_with_format(row, column, words, &styles.words)?;
                    wide + 1
                }
                Cell::Count(n) => {
                    sheet.write_number_with_format(row, column, *n as f64, &styles.count)?;
                    8
                }
                Cell::Number(x) => {
                    sheet.write_number_with_format(row, column, *x, &styles.number)?;
                    8
                }
                Cell::Share(x) => {
                    sheet.write_number_with_format(row, column, *x, &styles.share)?;
                    8
                }
                Cell::Day(date) => {
                    sheet.write_number_with_format(row, column, serial(date.at(0, 0, 0, 0)), &styles.day)?;
                    11
                }
                Cell::Moment(at) => {
                    sheet.write_number_with_format(row, column, serial(*at), &styles.moment)?;
                    17
                }
                Cell::Empty => 0,
            };
            if let Some(widest) = widths.get_mut(usize::from(column)) {
                *widest = (*widest).max(wide);
            }
        }
    }
    for (column, wide) in (0..).zip(widths) {
        sheet.set_column_width(column, wide.min(WIDEST) as f64)?;
    }
    sheet.set_freeze_panes(1, u16::from(table.header.len() > 4))?;
    if let (Ok(rows), Ok(columns)) = (u32::try_from(table.rows.len()), u16::try_from(table.header.len())) {
        if rows > 0 && columns > 0 {
            sheet.autofilter(0, 0, rows, columns - 1)?;
        }
    }
    Ok(())
}

fn clean(words: &str) -> String {
    one_line(words).chars().take(LONGEST).collect()
}

/// Days since 30 December 1899, as spreadsheets count them; right from March 1900 on.
fn serial(at: jiff::civil::DateTime) -> f64 {
    let since = at.duration_since(jiff::civil::date(1899, 12, 30).at(0, 0, 0, 0));
    since.as_secs_f64() / 86_400.0
}

/// Beside the findings: the total with its usual range, the ranking, and a line for each of the biggest issues.
fn charts(sheet: &mut Worksheet, report: &Report, tables: &[Sheet]) -> std::result::Result<(), XlsxError> {
    let rows = tables.iter().find(|t| t.name == "Counts").map_or(0, |t| t.rows.len());
    let Some(last) = u32::try_from(rows).ok().filter(|rows| *rows > 0) else { return Ok(()) };
    let format = if report.step == "hour" { "d mmm hh:mm" } else { "d mmm yy" };
    let line = |title: &str, column: u16| {
        let mut chart = Chart::new(ChartType::Line);
        let series = chart.add_series();
        series.set_categories(("Counts", 1, 0, last, 0)).set_values(("Counts", 1, column, last, column));
        series
            .set_name(("Counts", 0, column))
            .set_format(ChartFormat::new().set_line(ChartLine::new().set_color(BLUE).set_width(2.25)));
        chart.title().set_name(clean(title).as_str());
        chart.show_empty_cells_as(ChartEmptyCells::Gaps);
        chart.x_axis().set_num_format(format);
        chart.y_axis().set_min(0).set_num_format("#,##0");
        chart.set_width(640).set_height(320);
        chart
    };
    let mut total = line(&report.headline.chars().take(110).collect::<String>(), 1);
    for (column, dash) in [(2, ChartLineDashType::Dash), (3, ChartLineDashType::RoundDot)] {
        total
            .add_series()
            .set_categories(("Counts", 1, 0, last, 0))
            .set_values(("Counts", 1, column, last, column))
            .set_name(("Counts", 0, column))
            .set_format(
                ChartFormat::new().set_line(ChartLine::new().set_color(BAND).set_width(1.5).set_dash_type(dash)),
            );
    }
    total.legend().set_position(ChartLegendPosition::Bottom);
    total.set_alt_text("All records per period, with what was expected and the usual range");
    sheet.insert_chart(0, 4, &total)?;
    let issues = u32::try_from(report.issues.len()).unwrap_or(u32::MAX).min(BARS);
    if issues > 0 {
        let mut ranked = Chart::new(ChartType::Bar);
        ranked
            .add_series()
            .set_categories(("Issues", 1, 0, issues, 0))
            .set_values(("Issues", 1, 1, issues, 1))
            .set_name(("Issues", 0, 1))
            .set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(BLUE)));
        ranked.title().set_name(clean(&format!("Issues, {}", report.period.label)).as_str());
        ranked.x_axis().set_reverse();
        ranked.y_axis().set_min(0).set_num_format("#,##0");
        ranked.legend().set_hidden();
        ranked.set_width(640).set_height(420).set_alt_text("Issues by their count in the period");
        sheet.insert_chart(17, 4, &ranked)?;
    }
    for (at, issue) in (0_u16..).zip(report.issues.iter().take(CHARTS)) {
        let mut chart = line(&issue.name, BEFORE_ISSUES + at);
        chart.legend().set_hidden();
        chart.set_alt_text(format!("Records per period: {}", clean(&issue.name)));
        sheet.insert_chart(39 + 17 * u32::from(at / 2), 4 + 11 * (at % 2), &chart)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{render, serial};
    use crate::render::sample;

    #[test]
    fn days_are_counted_as_spreadsheets_do() {
        // Excel: 2026-11-09 is 46335; noon is half a day more.
        assert!((serial(date(2026, 11, 9).at(0, 0, 0, 0)) - 46_335.0).abs() < 1e-9);
        assert!((serial(date(2026, 11, 9).at(12, 0, 0, 0)) - 46_335.5).abs() < 1e-9);
    }

    #[test]
    fn is_a_workbook_and_the_same_each_time() {
        let (report, figures) = sample::report();
        let bytes = render(&report, &figures).expect("renders");
        assert_eq!(&bytes[..4], b"PK\x03\x04");
        assert_eq!(bytes, render(&report, &figures).expect("renders"));
    }
}

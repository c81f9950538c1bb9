//! A table in a web page (what some web applications call `.xls`) → a table as text.

use std::borrow::Cow;

/// Rows of the page's table with the most cells, as comma-separated text; none where the page has no table.
pub(crate) fn table_as_csv(page: &str) -> Option<Vec<u8>> {
    let tables = tables(page);
    let cells = |table: &Vec<Vec<String>>| table.iter().map(Vec::len).sum::<usize>();
    let best = tables.iter().rev().max_by_key(|table| cells(table)).filter(|table| cells(table) > 0)?;
    let width = best.iter().map(Vec::len).max().unwrap_or(0);
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in best {
        // A title over the whole width is one cell: it stays narrower than the rows, as it does in a CSV file.
        let padding = if row.len() > 1 { width - row.len() } else { 0 };
        writer.write_record(row.iter().map(String::as_str).chain(std::iter::repeat_n("", padding))).ok()?;
    }
    writer.into_inner().ok()
}

/// The rows of every table; the rows of a table within a cell are tables of their own.
fn tables(page: &str) -> Vec<Vec<Vec<String>>> {
    let mut done: Vec<Vec<Vec<String>>> = Vec::new();
    // Tables under way, the innermost last: their rows, and the cell being filled.
    let mut open: Vec<(Vec<Vec<String>>, Option<String>)> = Vec::new();
    let mut at = 0;
    while at < page.len() {
        let next = page[at..].find('<').map_or(page.len(), |offset| at + offset);
        if let Some((_, Some(cell))) = open.last_mut() {
            cell.push_str(&page[at..next]);
        }
        let Some(tag) = tag(&page[next..]) else {
            if let (Some((_, Some(cell))), Some(rest)) = (open.last_mut(), page.get(next..next + 1)) {
                cell.push_str(rest);
            }
            at = next + 1;
            continue;
        };
        at = next + tag.length;
        match (tag.name.as_str(), tag.closing) {
            ("!", _) => {}
            ("table", false) => open.push((Vec::new(), None)),
            ("table", true) => {
                if let Some((mut rows, cell)) = open.pop() {
                    end_cell(&mut rows, cell);
                    done.push(rows);
                }
            }
            ("tr", false) => {
                if let Some((rows, cell)) = open.last_mut() {
                    end_cell(rows, cell.take());
                    rows.push(Vec::new());
                }
            }
            ("td" | "th" | "tr", _) => {
                if let Some((rows, cell)) = open.last_mut() {
                    end_cell(rows, cell.take());
                    if !tag.closing {
                        *cell = Some(String::new());
                    }
                }
            }
            ("br" | "p" | "div", _) => {
                if let Some((_, Some(cell))) = open.last_mut() {
                    cell.push('\n');
                }
            }
            ("script" | "style", false) => {
                let end = page[at..].to_ascii_lowercase().find(&format!("</{}", tag.name));
                at = end.map_or(page.len(), |offset| at + offset);
            }
            _ => {}
        }
    }
    while let Some((mut rows, cell)) = open.pop() {
        end_cell(&mut rows, cell);
        done.push(rows);
    }
    done
}

fn end_cell(rows: &mut Vec<Vec<String>>, cell: Option<String>) {
    let Some(cell) = cell else { return };
    let text = htmlize::unescape(Cow::Borrowed(cell.as_str())).replace('\u{a0}', " ");
    let lines: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let text = lines.join("\n").trim().to_owned();
    match rows.last_mut() {
        Some(row) => row.push(text),
        None => rows.push(vec![text]),
    }
}

struct Tag {
    /// In lower case; `!` for comments and declarations.
    name: String,
    closing: bool,
    length: usize,
}

fn tag(text: &str) -> Option<Tag> {
    if let Some(inside) = text.strip_prefix("<!--") {
        let length = inside.find("-->").map_or(text.len(), |end| end + 7);
        return Some(Tag { name: "!".to_owned(), closing: false, length });
    }
    let inside = text.strip_prefix('<')?;
    let length = inside.find('>')? + 2;
    if inside.starts_with(['!', '?']) {
        return Some(Tag { name: "!".to_owned(), closing: false, length });
    }
    let (closing, inside) = inside.strip_prefix('/').map_or((false, inside), |rest| (true, rest));
    let name: String = inside.chars().take_while(char::is_ascii_alphanumeric).collect();
    (!name.is_empty()).then(|| Tag { name: name.to_ascii_lowercase(), closing, length })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_table_is_read() {
        let page = "<html><body><table><tr><td>menu</td></tr></table><TABLE border=1><THEAD><tr><th>Case Number</th>\
            <th>Subject</th></tr><tr><td>00001<td>It&nbsp;&amp; that <br>broke</tr><tr><td>00002</td><td>a < b</td></tr>\
            </table></body></html>";
        let text = String::from_utf8(table_as_csv(page).unwrap()).unwrap();
        assert_eq!(text, "Case Number,Subject\n00001,\"It & that\nbroke\"\n00002,a < b\n");
        assert_eq!(table_as_csv("<html><p>Hello</p>"), None);
    }
}

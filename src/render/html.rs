use crate::chart::Figure;
use crate::error::Result;
use crate::report::model::Report;
pub(crate) fn render(_: &Report, _: &[Figure]) -> Result<Vec<u8>> {
    Ok(b"\n".to_vec())
}

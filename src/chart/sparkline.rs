//! A series as a word: one bar character per period.

/// Lowest first.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One character per value, scaled from 0 to the greatest: `▁` is 0, `█` the greatest, a space is missing.
///
/// Anything above 0 is drawn above `▁` (rounded up), so that one record never looks like none. Negative counts, which
/// do not exist, are drawn as 0. An empty slice gives an empty text; all zeros give a row of `▁`.
pub fn sparkline(values: &[Option<i64>]) -> String {
    let top = i128::from(values.iter().flatten().copied().max().unwrap_or(0).max(1));
    let steps = BARS.len() as i128 - 1;
    values
        .iter()
        .map(|value| match value {
            None => ' ',
            Some(v) => {
                let step = (i128::from(*v).max(0) * steps + top - 1) / top;
                BARS[usize::try_from(step).unwrap_or(0).min(BARS.len() - 1)]
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::sparkline;

    #[test]
    fn scales_from_zero_to_the_greatest() {
        assert_eq!(sparkline(&[Some(0), Some(1), Some(2), Some(3), Some(4), Some(5), Some(6), Some(7)]), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline(&[Some(0), None, Some(1), Some(1000)]), "▁ ▂█");
    }

    #[test]
    fn draws_nothing_and_zeros() {
        assert_eq!(sparkline(&[]), "");
        assert_eq!(sparkline(&[None, None]), "  ");
        assert_eq!(sparkline(&[Some(0), Some(0)]), "▁▁");
        assert_eq!(sparkline(&[Some(i64::MAX), Some(i64::MIN)]), "█▁");
    }
}

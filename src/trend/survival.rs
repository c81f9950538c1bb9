//! How long things last when some have not ended yet: the Kaplan–Meier estimator.

/// Normal quantile of a two-sided 95 % interval.
const Z95: f64 = 1.959_963_984_540_054;

/// The estimated share still waiting, as a step function.
///
/// Kaplan & Meier (1958): after each time with d of n at risk ended, S ← S × (1 − d ÷ n). A case that has not ended
/// counts as at risk up to the last moment it was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// `(time, S, Greenwood's sum Σ d ÷ (n (n − d)))`, ascending in time.
    steps: Vec<(i64, f64, f64)>,
}

impl Curve {
    /// Of `(time, whether it ended then)`; the order of the cases changes nothing.
    pub fn of(cases: &[(i64, bool)]) -> Self {
        let mut cases = cases.to_vec();
        cases.sort_unstable();
        let mut steps = Vec::new();
        let (mut still, mut spread) = (1.0, 0.0);
        let mut at = 0;
        while at < cases.len() {
            let time = cases[at].0;
            let risk = (cases.len() - at) as f64;
            let now = cases[at..].iter().take_while(|case| case.0 == time).count();
            let ended = cases[at..at + now].iter().filter(|case| case.1).count() as f64;
            if ended > 0.0 {
                still *= 1.0 - ended / risk;
                spread += if ended < risk { ended / (risk * (risk - ended)) } else { f64::INFINITY };
                steps.push((time, still, spread));
            }
            at += now;
        }
        Self { steps }
    }

    /// Every time and the share ended by then, ascending.
    pub fn ended(&self) -> Vec<(i64, f64)> {
        self.steps.iter().map(|(time, still, _)| (*time, 1.0 - still)).collect()
    }

    /// The first time by which a share `q` has ended; null when so many never did.
    pub fn quantile(&self, q: f64) -> Option<i64> {
        // The rounding of a product must not move a median by a step.
        self.steps.iter().find(|(_, still, _)| 1.0 - still >= q - 1e-12).map(|(time, ..)| *time)
    }

    /// The share ended by a time, with its 95 % interval: Greenwood's variance on the log(−log S) scale (Kalbfleisch &
    /// Prentice 1980), which stays within 0 and 1; null ends where nothing or everything has ended.
    pub fn ended_by(&self, time: i64) -> (f64, Option<(f64, f64)>) {
        let Some((_, still, spread)) = self.steps.iter().rev().find(|(at, ..)| *at <= time) else {
            return (0.0, None);
        };
        if *still <= 0.0 || !spread.is_finite() {
            return (1.0 - still.max(0.0), None);
        }
        let error = spread.sqrt() / still.ln().abs();
        let bound = |z: f64| 1.0 - still.powf((z * error).exp());
        let (a, b) = (bound(-Z95), bound(Z95));
        (1.0 - still, Some((a.min(b), a.max(b))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Freireich et al. (1963), remission of 21 patients under 6-MP, as in Kalbfleisch & Prentice: the textbook case.
    const REMISSION: [(i64, bool); 21] = [
        (6, true),
        (6, true),
        (6, true),
        (6, false),
        (7, true),
        (9, false),
        (10, true),
        (10, false),
        (11, false),
        (13, true),
        (16, true),
        (17, false),
        (19, false),
        (20, false),
        (22, true),
        (23, true),
        (25, false),
        (32, false),
        (32, false),
        (34, false),
        (35, false),
    ];

    #[test]
    fn the_textbook_case() {
        let curve = Curve::of(&REMISSION);
        let still: Vec<(i64, f64)> = curve.steps.iter().map(|(t, s, _)| (*t, (s * 1e4).round() / 1e4)).collect();
        // Published: 6 .8571, 7 .8067, 10 .7529, 13 .6902, 16 .6275, 22 .5378, 23 .4482.
        assert_eq!(
            still,
            [(6, 0.8571), (7, 0.8067), (10, 0.7529), (13, 0.6902), (16, 0.6275), (22, 0.5378), (23, 0.4482)]
        );
        assert_eq!(curve.quantile(0.5), Some(23));
        assert_eq!(curve.quantile(0.9), None);
        // Greenwood's standard error at 10 is .0963 (published).
        let (_, s, spread) = curve.steps[2];
        assert!((s * spread.sqrt() - 0.0963).abs() < 5e-5);
        let (share, interval) = curve.ended_by(12);
        let (low, high) = interval.unwrap();
        assert!((share - 0.2471).abs() < 5e-5 && low < share && share < high && low > 0.0 && high < 1.0);
    }

    #[test]
    fn without_censoring_it_is_the_plain_quantile() {
        let curve = Curve::of(&(1..=10).map(|t| (t, true)).collect::<Vec<_>>());
        assert_eq!((curve.quantile(0.5), curve.quantile(0.9)), (Some(5), Some(9)));
        assert_eq!(curve.ended_by(10), (1.0, None));
        assert_eq!(curve.ended_by(0), (0.0, None));
        assert_eq!(Curve::of(&[]).quantile(0.5), None);
    }
}

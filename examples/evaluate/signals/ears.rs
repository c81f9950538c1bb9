//! EARS C1 to C3 (Hutwagner et al. 2003), as R's `surveillance` has them: yardsticks, not methods of ours.

/// Which of the three.
#[derive(Clone, Copy)]
pub(super) enum Ears {
    C1,
    C2,
    C3,
}

/// The upper bound of the week at `at`; null where the past is too short.
pub(super) fn bound(counts: &[i64], at: usize, which: Ears) -> Option<f64> {
    /// One-sided normal quantiles of .1 % and 2.5 %.
    const Z: (f64, f64) = (3.090_232_306_167_813, 1.959_963_984_540_054);
    match which {
        Ears::C1 => moments(counts, at, 0).map(|(mean, sd)| mean + Z.0 * sd),
        Ears::C2 => moments(counts, at, 2).map(|(mean, sd)| mean + Z.0 * sd),
        Ears::C3 => {
            let excess = |t: usize| {
                let (mean, sd) = moments(counts, t, 2)?;
                Some(((counts[t] as f64 - mean) / sd - 1.0).max(0.0))
            };
            let (_, sd) = moments(counts, at, 2)?;
            let before = excess(at.checked_sub(1)?)? + excess(at.checked_sub(2)?)?;
            // An alarm where this week's excess and those before exceed z; R's bound moves the count by what is missing.
            Some((counts[at] as f64 + sd * (Z.1 - before)).max(0.0))
        }
    }
}

/// Mean and standard deviation of seven weeks that end `gap` weeks before the last one before `at`.
fn moments(counts: &[i64], at: usize, gap: usize) -> Option<(f64, f64)> {
    let end = at.checked_sub(gap)?;
    let past: Vec<f64> = counts[end.checked_sub(7)?..end].iter().map(|c| *c as f64).collect();
    let mean = past.iter().sum::<f64>() / 7.0;
    Some((mean, (past.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / 6.0).sqrt()))
}

//! Quasi-Poisson regression with a log link: a small dense fit by Newton's method, column by column.
//!
//! McCullagh and Nelder (1989), *Generalized Linear Models*, §2.5 (the fit) and §9 (quasi-likelihood). Written for
//! very many fits that each differ little from the one before: a start near the solution costs one or two steps, what was
//! worked out for the window before is kept as the window moves on, and the loops run along columns.

use multiversion::multiversion;

use crate::trend::baseline::cholesky::{self, cholesky, solve, spread};
use crate::trend::baseline::exp::exp;
use crate::trend::baseline::lanes::{dot, greatest, pearson, sum, triples};

pub use crate::trend::baseline::cholesky::{Beta, MOST};

/// The offset of an observation without exposure: nothing is expected of it, and it weighs nothing.
pub const ABSENT: f64 = -30.0;

/// The observations of a fit: consecutive periods of a series.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// The place in the series of the first.
    pub from: usize,
    /// The counts.
    pub y: &'a [f64],
    /// The columns of the design; the first is all ones.
    pub columns: &'a [&'a [f64]],
    /// Logs of exposures (all 0 when null); [`ABSENT`] with a count of 0 leaves an observation out.
    pub offset: Option<&'a [f64]>,
}

/// A fit and the buffers it works in; one is reused for many fits.
#[derive(Debug, Clone, Default)]
pub struct Fit {
    /// Columns used.
    pub width: usize,
    /// Coefficients, on the log scale.
    pub beta: Beta,
    /// Fitted log means, one per observation.
    pub eta: Vec<f64>,
    /// Fitted means, one per observation.
    pub means: Vec<f64>,
    /// Sixth roots of the means, which Anscombe's residuals are made of.
    roots: Vec<f64>,
    /// The place of the first of these; null when they are not those of `beta`.
    from: Option<usize>,
    /// A step that gains less than this in log likelihood is the last; 0: to the last digits.
    enough: f64,
    /// Dispersion: max(1, Σω(y−μ)²/μ ÷ (n−p)).
    pub phi: f64,
    /// The lower triangle of the Cholesky factor of X'WX.
    factor: [Beta; MOST],
    work: Vec<f64>,
    score: Vec<f64>,
}

impl Fit {
    /// A fit that stops after a step that gained less than a tenth in log likelihood.
    ///
    /// A step of δ standard errors σ of the log mean gains δ², and Newton's next is about ½δ²σ standard errors (the
    /// third derivative of the likelihood of a log mean is its second). With ten records, under which nothing is
    /// fitted, σ is at most .32: the coefficients are within a sixtieth of their standard error, and far closer with more.
    pub fn quick() -> Self {
        Self { enough: 0.1, ..Self::default() }
    }

    /// Fits log μ = o + Xβ with prior weights (all 1 when null), starting from the coefficients it holds when `warm`,
    /// else from the mean. False, and the fit of no use, when the design is singular or the fit does not settle.
    ///
    /// A warm fit that held the same columns of the same series over a window that began and ended no later moves on
    /// with it.
    pub fn run(&mut self, past: &Past<'_>, weights: Option<&[f64]>, warm: bool) -> bool {
        run(self, past, weights, warm)
    }

    #[inline(always)]
    fn newton(&mut self, past: &Past<'_>, weights: Option<&[f64]>, warm: bool) -> bool {
        /// Newton steps double the digits; a fit that takes more than this runs away.
        const MOST_STEPS: usize = 40;
        /// What a step gained in log likelihood; the next gains about its square.
        const SETTLED: f64 = 1e-10;
        let (n, width) = (past.y.len(), past.columns.len());
        let absent = past.offset.map_or(0, |o| o.iter().filter(|o| **o <= ABSENT).count());
        let from = self.from.take();
        if n - absent <= width || width == 0 || width > MOST {
            return false;
        }
        if warm && width == self.width {
            self.slide(past, from);
        } else {
            self.beta = [0.0; MOST];
            self.beta[0] = start(past, weights).max(1e-4).ln();
            self.width = width;
            self.predict(past);
        }
        let mut before = f64::INFINITY;
        for _ in 0..MOST_STEPS {
            let Some((mut step, score)) = self.step(past, weights) else { return false };
            let gain: f64 = (0..width).map(|a| step[a] * score[a]).sum();
            if !gain.is_finite() {
                return false;
            }
            // A long step is shortened: the exponential is only a line near by.
            let longest = (0..width).map(|a| step[a].abs()).fold(0.0, f64::max);
            let scale = if gain > 1.0 && longest > 2.0 { 2.0 / longest } else { 1.0 };
            for (beta, step) in self.beta.iter_mut().zip(&mut step) {
                *step *= scale;
                *beta += *step;
            }
            self.nudge(past, &step);
            if gain < self.enough.max(SETTLED) && scale >= 1.0 {
                self.phi = (pearson(past.y, &self.means, weights) / (n - absent - width) as f64).max(1.0);
                self.from = Some(past.from);
                return self.phi.is_finite();
            }
            if gain > before * 4.0 && gain > 1e3 {
                return false;
            }
            before = gain;
        }
        false
    }

    /// Log means, their sixth roots and means from the coefficients.
    #[inline(always)]
    fn predict(&mut self, past: &Past<'_>) {
        self.eta.clear();
        self.roots.clear();
        self.means.clear();
        self.extend(past);
    }

    /// The same, keeping what they are of the window before, which began at `from`.
    #[inline(always)]
    fn slide(&mut self, past: &Past<'_>, from: Option<usize>) {
        let end = past.from + past.y.len();
        let Some(gone) = from.and_then(|from| past.from.checked_sub(from)).filter(|gone| *gone < self.eta.len()) else {
            return self.predict(past);
        };
        if past.from - gone + self.eta.len() > end {
            return self.predict(past);
        }
        for values in [&mut self.eta, &mut self.roots, &mut self.means] {
            values.drain(..gone);
        }
        self.extend(past);
    }

    /// Works out the observations at the end that are not there yet.
    #[inline(always)]
    fn extend(&mut self, past: &Past<'_>) {
        let (known, n) = (self.eta.len(), past.y.len());
        match past.offset {
            Some(offset) => self.eta.extend(offset[known..].iter().map(|o| o + self.beta[0])),
            None => self.eta.resize(n, self.beta[0]),
        }
        for (b, column) in self.beta.iter().zip(past.columns).skip(1) {
            for (eta, x) in self.eta[known..].iter_mut().zip(&column[known..]) {
                *eta += b * x;
            }
        }
        self.roots.resize(n, 0.0);
        self.means.resize(n, 0.0);
        let parts = self.eta[known..].iter_mut().zip(&mut self.roots[known..]).zip(&mut self.means[known..]);
        for ((eta, root), mean) in parts {
            *eta = eta.clamp(-30.0, 30.0);
            let e = exp(*eta * (1.0 / 6.0));
            *root = e;
            let half = e * e * e;
            *mean = half * half;
        }
    }

    /// Moves log means, roots and means by a step of the coefficients: a small one by e^(d/6) to the third power of d.
    #[inline(always)]
    fn nudge(&mut self, past: &Past<'_>, step: &Beta) {
        self.score.clear();
        self.score.resize(past.y.len(), step[0]);
        for (b, column) in step.iter().zip(past.columns).skip(1) {
            for (d, x) in self.score.iter_mut().zip(*column) {
                *d += b * x;
            }
        }
        if greatest(&self.score) > 0.1 {
            return self.predict(past);
        }
        let parts = self.eta.iter_mut().zip(&mut self.roots).zip(&mut self.means);
        for (((eta, root), mean), d) in parts.zip(&self.score) {
            *eta += d;
            let sixth = d * (1.0 / 6.0);
            let e = *root * (1.0 + sixth * (1.0 + sixth * (0.5 + sixth * (1.0 / 6.0))));
            *root = e;
            let half = e * e * e;
            *mean = half * half;
        }
    }

    /// The Newton step (X'WX)⁻¹X'ω(y−μ) and X'ω(y−μ); null when X'WX is singular.
    #[inline(always)]
    fn step(&mut self, past: &Past<'_>, weights: Option<&[f64]>) -> Option<(Beta, Beta)> {
        let n = past.y.len();
        self.score.resize(n, 0.0);
        let residuals = self.score.iter_mut().zip(past.y).zip(&self.means);
        let work = match weights {
            Some(weights) => {
                residuals.zip(weights).for_each(|(((r, y), m), w)| *r = w * (y - m));
                self.work.resize(n, 0.0);
                let work = self.work.iter_mut().zip(&self.means).zip(weights);
                work.for_each(|((work, m), w)| *work = w * m);
                &self.work
            }
            None => {
                residuals.for_each(|((r, y), m)| *r = y - m);
                &self.means
            }
        };
        let mut right = [0.0; MOST];
        let mut matrix = [[0.0; MOST]; MOST];
        // The first column is all ones.
        right[0] = sum(&self.score);
        matrix[0][0] = sum(work);
        for (a, column) in past.columns.iter().enumerate().skip(1) {
            right[a] = dot(&self.score, column);
            matrix[a][0] = dot(work, column);
            // Three columns to one pass: more sums than a machine has registers would be slower.
            for (cells, others) in matrix[a][1..=a].chunks_mut(3).zip(past.columns[1..=a].chunks(3)) {
                match *others {
                    [x, y, z] => cells.copy_from_slice(&triples(work, column, [x, y, z])),
                    [x, y] => cells.copy_from_slice(&triples(work, column, [x, y])),
                    [x] => cells.copy_from_slice(&triples(work, column, [x])),
                    _ => (),
                }
            }
        }
        cholesky(&matrix, self.width, &mut self.factor)?;
        Some((solve(&self.factor, &right, self.width), right))
    }

    /// x'(X'WX)⁻¹x: the variance of xβ over φ.
    #[inline(always)]
    pub fn spread(&self, x: &[f64]) -> f64 {
        spread(&self.factor, x, self.width)
    }

    /// xβ: the log of the mean at x.
    pub fn log_mean(&self, x: &[f64]) -> f64 {
        (0..self.width).map(|a| x[a] * self.beta[a]).sum()
    }

    /// The standard error of xβ.
    pub fn error(&self, x: &[f64]) -> f64 {
        (self.phi * self.spread(x)).sqrt()
    }

    /// Quasi-log-likelihood Σ(y·log μ − μ) without weights, without the part that only depends on y.
    pub fn quasi_likelihood(&self, y: &[f64]) -> f64 {
        dot(y, &self.eta) - sum(&self.means)
    }

    /// The weights that tame outliers of this fit: γ·s⁻² where the residual s exceeds `threshold`, else γ; they sum to
    /// n (Farrington et al. 1996, §3.3; threshold 2.58: Noufaily et al. 2013). s is Anscombe's, standardised by φ and
    /// leverage: 1.5(y^⅔ μ^−⅙ − μ^½) / √(φ(1−h)) (Noufaily et al. 2013, eq. 4).
    ///
    /// `ranges` holds the least and the greatest of each column, or bounds of them; `powers` y^⅔, `prior` the weights of
    /// this fit (all 1 when null). False when nothing is an outlier: then all weights are 1.
    pub fn tame(
        &self,
        powers: &[f64],
        columns: &[&[f64]],
        ranges: &[(f64, f64)],
        prior: Option<&[f64]>,
        threshold: f64,
        weights: &mut Vec<f64>,
    ) -> bool {
        tame(self, powers, (columns, ranges), (prior, threshold), weights)
    }

    #[inline(always)]
    fn tamed(
        &self,
        powers: &[f64],
        columns: &[&[f64]],
        ranges: &[(f64, f64)],
        prior: Option<&[f64]>,
        threshold: f64,
        weights: &mut Vec<f64>,
    ) -> bool {
        /// Observations looked at together.
        const CHUNK: usize = 16;
        let n = powers.len();
        weights.clear();
        weights.resize(n, 1.0);
        let bar = threshold * threshold * self.phi;
        let most_leverage = self.most_leverage(ranges, prior);
        let (mut excess, mut any) = (0.0, false);
        // y^⅔ − μ^⅔: the residual times ⅔μ^⅙. What it is over an outlier's at the most leverage, its sign kept.
        let over = |power: f64, root: f64| {
            let square = root * root;
            let above = power - square * square;
            2.25 * above * above.abs() - bar * (1.0 - most_leverage) * square
        };
        for (start, (powers, roots)) in powers.chunks(CHUNK).zip(self.roots.chunks(CHUNK)).enumerate() {
            let mut most = [0.0; CHUNK];
            for ((most, power), root) in most.iter_mut().zip(powers).zip(roots) {
                *most = over(*power, *root);
            }
            if most.iter().all(|most| *most <= 0.0) {
                continue;
            }
            for (i, most) in (start * CHUNK..n).zip(most) {
                if most <= 0.0 {
                    continue;
                }
                let square = self.roots[i] * self.roots[i];
                let above = 2.25 * (powers[i - start * CHUNK] - square * square).powi(2);
                let mut row = [0.0; MOST];
                for (x, column) in row.iter_mut().zip(columns) {
                    *x = column[i];
                }
                let hat = self.means[i] * prior.map_or(1.0, |w| w[i]) * self.spread(&row);
                let ratio = bar * square * (1.0 - hat.min(1.0 - 1e-9)) / above;
                if ratio < 1.0 {
                    // s⁻², s² being threshold² over this ratio.
                    weights[i] = ratio / (threshold * threshold);
                    excess += 1.0 - weights[i];
                    any = true;
                }
            }
        }
        if any {
            let gamma = n as f64 / (n as f64 - excess);
            weights.iter_mut().for_each(|w| *w *= gamma);
        }
        any
    }

    /// Leverages are worked out only for counts that would be outliers with this one: the greatest possible of these
    /// columns, at most ¾.
    ///
    /// A leverage is ωμ|L⁻¹x|², and |L⁻¹x| ≤ |L⁻¹m| + Σ r|L⁻¹e| with m the middles of the columns and r half their ranges.
    #[inline(always)]
    fn most_leverage(&self, ranges: &[(f64, f64)], prior: Option<&[f64]>) -> f64 {
        const MOST: f64 = 0.75;
        let (mut middle, mut reach) = ([0.0; cholesky::MOST], 0.0);
        for (a, (least, most)) in ranges.iter().enumerate() {
            middle[a] = least + (most - least) / 2.0;
            if most > least {
                let mut unit = [0.0; cholesky::MOST];
                unit[a] = 1.0;
                reach += (most - least) / 2.0 * self.spread(&unit).sqrt();
            }
        }
        let far = reach + self.spread(&middle).sqrt();
        (far * far * greatest(&self.means) * prior.map_or(1.0, greatest)).min(MOST)
    }
}

/// [`Fit::newton`], its loops compiled for wider vectors too: the same numbers.
#[multiversion(targets("x86_64+avx2"))]
fn run(fit: &mut Fit, past: &Past<'_>, weights: Option<&[f64]>, warm: bool) -> bool {
    fit.newton(past, weights, warm)
}

/// [`Fit::tamed`], likewise.
#[multiversion(targets("x86_64+avx2"))]
fn tame(
    fit: &Fit,
    powers: &[f64],
    (columns, ranges): (&[&[f64]], &[(f64, f64)]),
    (prior, threshold): (Option<&[f64]>, f64),
    weights: &mut Vec<f64>,
) -> bool {
    fit.tamed(powers, columns, ranges, prior, threshold, weights)
}

/// The mean count per exposure.
#[inline(always)]
fn start(past: &Past<'_>, weights: Option<&[f64]>) -> f64 {
    let events = weights.map_or_else(|| sum(past.y), |w| dot(w, past.y));
    let all = match (weights, past.offset) {
        (None, None) => past.y.len() as f64,
        (Some(weights), None) => sum(weights),
        (weights, Some(offset)) => {
            let exposed = |o: f64| if o <= ABSENT { 0.0 } else { o.exp() };
            offset.iter().enumerate().map(|(i, o)| weights.map_or(1.0, |w| w[i]) * exposed(*o)).sum()
        }
    };
    events / all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past<'a>(y: &'a [f64], columns: &'a [&'a [f64]], offset: Option<&'a [f64]>) -> Past<'a> {
        Past { from: 0, y, columns, offset }
    }

    const ONES: [f64; 5] = [1.0; 5];
    const GROUP: [f64; 5] = [0.0, 0.0, 1.0, 1.0, 1.0];

    #[test]
    fn two_groups_are_fitted_by_their_means() {
        let y = [2.0, 4.0, 10.0, 20.0, 30.0];
        let mut fit = Fit::default();
        assert!(fit.run(&past(&y, &[&ONES, &GROUP], None), None, false));
        assert!((fit.means[0] - 3.0).abs() < 1e-6 && (fit.means[4] - 20.0).abs() < 1e-6);
        // Pearson: (1 + 1)/3 + (100 + 0 + 100)/20 over 5 − 2.
        assert!((fit.phi - (2.0 / 3.0 + 10.0) / 3.0).abs() < 1e-6);
        // Variance of the log of a group's mean: φ over the group's sum.
        assert!((fit.error(&[1.0, 0.0]) - (fit.phi / 6.0).sqrt()).abs() < 1e-4);
        let again = fit.beta;
        assert!(fit.run(&past(&y, &[&ONES, &GROUP], None), None, true) && (fit.beta[1] - again[1]).abs() < 1e-9);
    }

    #[test]
    fn weights_count_as_often() {
        let mut fit = Fit::default();
        assert!(fit.run(&past(&[1.0, 1.0, 1.0, 1.0, 7.0], &[&ONES], None), Some(&[1.0, 1.0, 1.0, 1.0, 0.5]), false));
        assert!((fit.means[0] - 7.5 / 4.5).abs() < 1e-9);
    }

    #[test]
    fn an_offset_makes_means_of_rates_and_leaves_out_what_has_none() {
        // 12 in 6 of exposure; the fourth observation has none.
        let y = [2.0, 4.0, 6.0, 0.0];
        let ones = [1.0; 4];
        let offset = [0.0, 2.0_f64.ln(), 3.0_f64.ln(), ABSENT];
        let mut fit = Fit::default();
        assert!(fit.run(&past(&y, &[&ones], Some(&offset)), None, false));
        assert!((fit.log_mean(&[1.0]).exp() - 2.0).abs() < 1e-9 && fit.means[3] < 1e-9, "{:?}", fit.means);
        assert!((fit.means[2] - 6.0).abs() < 1e-9 && (fit.phi - 1.0).abs() < 1e-9);
        // Means 2, 4, 6 again; squares 1, 4, 1 over them, by 3 − 1.
        assert!(fit.run(&past(&[3.0, 2.0, 7.0, 0.0], &[&ones], Some(&offset)), None, true));
        let wanted: f64 = (1.0 / 2.0 + 4.0 / 4.0 + 1.0 / 6.0) / 2.0;
        assert!((fit.phi - wanted.max(1.0)).abs() < 1e-9, "{}", fit.phi);
        // Two that count and two coefficients leave nothing over.
        let offset = [0.0, 0.0, ABSENT, ABSENT];
        assert!(!fit.run(&past(&[1.0, 2.0, 0.0, 0.0], &[&ones, &[0.0, 1.0, 2.0, 3.0]], Some(&offset)), None, false));
    }

    #[test]
    fn weights_of_outliers_shrink_and_sum_to_n() {
        let y = [9.0, 11.0, 10.0, 10.0, 8.0, 12.0, 10.0, 9.0, 11.0, 10.0, 10.0, 60.0];
        let powers: Vec<f64> = y.iter().map(|y: &f64| y.cbrt().powi(2)).collect();
        let ones = [1.0; 12];
        let mut fit = Fit::default();
        assert!(fit.run(&past(&y, &[&ones], None), None, false));
        let mut weights = Vec::new();
        assert!(fit.tame(&powers, &[&ones], &[(1.0, 1.0)], None, 2.0, &mut weights));
        assert!((weights.iter().sum::<f64>() - 12.0).abs() < 1e-9);
        // By hand: s = 1.5(60^⅔ μ^−⅙ − μ^½)/√(φ(1 − 1/12)).
        let (mean, phi) = (170.0_f64 / 12.0, fit.phi);
        let s = 1.5 * (60.0_f64.cbrt().powi(2) * mean.powf(-1.0 / 6.0) - mean.sqrt()) / (phi * 11.0 / 12.0).sqrt();
        assert!(s > 2.0 && (weights[11] / weights[0] - s.powi(-2)).abs() < 1e-9);
    }

    #[test]
    fn wider_vectors_change_no_bit() {
        let y: Vec<f64> = (0..203).map(|i| f64::from(i * 7919 % 23) + if i % 40 == 7 { 60.0 } else { 0.0 }).collect();
        let powers: Vec<f64> = y.iter().map(|y: &f64| y.cbrt().powi(2)).collect();
        let wave = |by: f64| (0..203).map(|i| (f64::from(i) * by).cos()).collect::<Vec<f64>>();
        let columns = [vec![1.0; 203], wave(0.12), wave(0.24), wave(0.05), wave(0.31)];
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let ranges = [(1.0, 1.0), (-1.0, 1.0), (-1.0, 1.0), (-1.0, 1.0), (-1.0, 1.0)];
        // Called from here the loops are compiled for any processor.
        let (mut wide, mut plain) = (Fit::default(), Fit::default());
        let (mut wide_weights, mut plain_weights) = (Vec::new(), Vec::new());
        for _ in 0..2 {
            let weights = (!wide_weights.is_empty()).then(|| wide_weights.clone());
            assert!(wide.run(&past(&y, &columns, None), weights.as_deref(), false));
            assert!(plain.newton(&past(&y, &columns, None), weights.as_deref(), false));
            let bits = |fit: &Fit| (fit.beta.map(f64::to_bits), fit.phi.to_bits());
            assert_eq!(bits(&wide), bits(&plain));
            assert!(wide.tame(&powers, &columns, &ranges, weights.as_deref(), 2.0, &mut wide_weights));
            assert!(plain.tamed(&powers, &columns, &ranges, weights.as_deref(), 2.0, &mut plain_weights));
            assert!(wide_weights.iter().zip(&plain_weights).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        let mut fit = Fit::default();
        assert!(!fit.run(&past(&[1.0; 5], &[&ONES, &ONES], None), None, false));
        assert!(!fit.run(&past(&[1.0], &[&[1.0]], None), None, false));
    }
}

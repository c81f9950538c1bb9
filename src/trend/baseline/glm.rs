//! Quasi-Poisson regression with a log link: a small dense fit by Newton's method, column by column.
//!
//! McCullagh and Nelder (1989), *Generalized Linear Models*, §2.5 (the fit) and §9 (quasi-likelihood). Written for
//! very many fits that each differ little from the one before: a start near the solution costs one or two steps, the
//! buffers are kept, and the loops run along columns.

use crate::trend::baseline::exp::exp;

/// More columns than any design here has.
pub const MOST: usize = 24;

/// The offset of an observation without exposure: nothing is expected of it, and it weighs nothing.
pub const ABSENT: f64 = -30.0;

/// Coefficients, on the log scale; those beyond the width are 0.
pub type Beta = [f64; MOST];

/// Sums over 4 lanes in fixed order.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 4];
    let (a4, b4) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = a4.remainder().iter().zip(b4.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a4.zip(b4) {
        for lane in 0..4 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + rest
}

fn sum(a: &[f64]) -> f64 {
    let mut lanes = [0.0; 4];
    let chunks = a.chunks_exact(4);
    let rest: f64 = chunks.remainder().iter().sum();
    for x in chunks {
        for lane in 0..4 {
            lanes[lane] += x[lane];
        }
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + rest
}

/// A fit and the buffers it works in; one is reused for many fits.
#[derive(Debug, Clone, Default)]
pub struct Fit {
    /// Columns used.
    pub width: usize,
    /// Coefficients.
    pub beta: Beta,
    /// Fitted log means, one per observation.
    pub eta: Vec<f64>,
    /// Fitted means, one per observation.
    pub means: Vec<f64>,
    /// Sixth roots of the means, which Anscombe's residuals are made of.
    roots: Vec<f64>,
    /// A step that gains less than this in log likelihood is the last; 0: to the last digits.
    enough: f64,
    /// Dispersion: max(1, Σω(y−μ)²/μ ÷ (n−p)).
    pub phi: f64,
    /// The lower triangle of the Cholesky factor of X'WX.
    factor: [Beta; MOST],
    work: Vec<f64>,
    score: Vec<f64>,
    product: Vec<f64>,
}

impl Fit {
    /// A fit that stops after a step that gained less than a hundredth in log likelihood: the coefficients are then
    /// within a hundredth of their standard error.
    pub fn quick() -> Self {
        Self { enough: 0.01, ..Self::default() }
    }

    /// Fits log μ = o + Xβ, `columns` the columns of X, with prior weights (all 1 when null) and the offset o (0 when
    /// null; [`ABSENT`] with a count of 0 leaves an observation out), starting from the coefficients it holds when
    /// `warm`, else from the mean. False, and the fit of no use, when the design is singular or the fit does not settle.
    pub fn run(
        &mut self,
        y: &[f64],
        columns: &[&[f64]],
        weights: Option<&[f64]>,
        offset: Option<&[f64]>,
        warm: bool,
    ) -> bool {
        /// Newton steps double the digits; a fit that takes more than this runs away.
        const MOST_STEPS: usize = 40;
        /// What a step gained in log likelihood; the next gains about its square.
        const SETTLED: f64 = 1e-10;
        let (n, width) = (y.len(), columns.len());
        let absent = offset.map_or(0, |o| o.iter().filter(|o| **o <= ABSENT).count());
        if n - absent <= width || width == 0 || width > MOST {
            return false;
        }
        if !warm || width != self.width {
            self.beta = [0.0; MOST];
            let exposed = |i: usize| offset.map_or(1.0, |o| if o[i] <= ABSENT { 0.0 } else { o[i].exp() });
            let (events, all) = match (weights, offset) {
                (None, None) => (sum(y), n as f64),
                (Some(w), None) => (dot(w, y), sum(w)),
                (w, Some(_)) => (
                    w.map_or_else(|| sum(y), |w| dot(w, y)),
                    (0..n).map(|i| w.map_or(1.0, |w| w[i]) * exposed(i)).sum(),
                ),
            };
            self.beta[0] = (events / all).max(1e-4).ln();
        }
        self.width = width;
        let mut before = f64::INFINITY;
        for _ in 0..MOST_STEPS {
            self.predict(columns, offset, n);
            let Some((step, score)) = self.step(y, columns, weights) else { return false };
            let gain: f64 = (0..width).map(|a| step[a] * score[a]).sum();
            if !gain.is_finite() {
                return false;
            }
            // A long step is shortened: the exponential is only a line near by.
            let longest = (0..width).map(|a| step[a].abs()).fold(0.0, f64::max);
            let scale = if gain > 1.0 && longest > 2.0 { 2.0 / longest } else { 1.0 };
            for (beta, step) in self.beta.iter_mut().zip(&step) {
                *beta += scale * step;
            }
            if gain < self.enough.max(SETTLED) && scale >= 1.0 {
                self.nudge(columns, offset, &step, n);
                self.phi = self.dispersion(y, weights, absent);
                return self.phi.is_finite();
            }
            if gain > before * 4.0 && gain > 1e3 {
                return false;
            }
            before = gain;
        }
        false
    }

    /// Log means, their sixth roots, means.
    fn predict(&mut self, columns: &[&[f64]], offset: Option<&[f64]>, n: usize) {
        self.eta.clear();
        match offset {
            Some(offset) => self.eta.extend(offset.iter().map(|o| o + self.beta[0])),
            None => self.eta.resize(n, self.beta[0]),
        }
        for (a, column) in columns.iter().enumerate().skip(1) {
            let b = self.beta[a];
            for (eta, x) in self.eta.iter_mut().zip(*column) {
                *eta += b * x;
            }
        }
        self.roots.resize(n, 0.0);
        self.means.resize(n, 0.0);
        for ((eta, root), mean) in self.eta.iter_mut().zip(&mut self.roots).zip(&mut self.means) {
            *eta = eta.clamp(-30.0, 30.0);
            let e = exp(*eta * (1.0 / 6.0));
            *root = e;
            let half = e * e * e;
            *mean = half * half;
        }
    }

    /// Moves log means, roots and means by a small step of the coefficients: e^(d/6) to the third power of d.
    fn nudge(&mut self, columns: &[&[f64]], offset: Option<&[f64]>, step: &Beta, n: usize) {
        self.score.clear();
        self.score.resize(n, step[0]);
        for (a, column) in columns.iter().enumerate().skip(1) {
            let b = step[a];
            for (d, x) in self.score.iter_mut().zip(*column) {
                *d += b * x;
            }
        }
        if self.score.iter().any(|d| d.abs() > 0.1) {
            self.predict(columns, offset, n);
            return;
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
    fn step(&mut self, y: &[f64], columns: &[&[f64]], weights: Option<&[f64]>) -> Option<(Beta, Beta)> {
        let width = columns.len();
        self.score.clear();
        self.work.clear();
        match weights {
            Some(weights) => {
                self.score.extend(y.iter().zip(&self.means).zip(weights).map(|((y, m), w)| w * (y - m)));
                self.work.extend(self.means.iter().zip(weights).map(|(m, w)| w * m));
            }
            None => {
                self.score.extend(y.iter().zip(&self.means).map(|(y, m)| y - m));
                self.work.extend_from_slice(&self.means);
            }
        }
        let mut right = [0.0; MOST];
        let mut matrix = [[0.0; MOST]; MOST];
        // The first column is all ones.
        right[0] = sum(&self.score);
        matrix[0][0] = sum(&self.work);
        for (a, column) in columns.iter().enumerate().skip(1) {
            right[a] = dot(&self.score, column);
            self.product.clear();
            self.product.extend(self.work.iter().zip(*column).map(|(w, x)| w * x));
            matrix[a][0] = sum(&self.product);
            for b in 1..=a {
                matrix[a][b] = dot(&self.product, columns[b]);
            }
        }
        cholesky(&matrix, width, &mut self.factor)?;
        Some((solve(&self.factor, &right, width), right))
    }

    fn dispersion(&mut self, y: &[f64], weights: Option<&[f64]>, absent: usize) -> f64 {
        self.score.clear();
        self.score.extend(y.iter().zip(&self.means).map(|(y, m)| (y - m) * (y - m) / m));
        let pearson = weights.map_or_else(|| sum(&self.score), |w| dot(w, &self.score));
        (pearson / (y.len() - absent - self.width) as f64).max(1.0)
    }

    /// x'(X'WX)⁻¹x: the variance of xβ over φ.
    pub fn spread(&self, x: &[f64]) -> f64 {
        let mut sum = 0.0;
        let mut z = [0.0; MOST];
        for a in 0..self.width {
            let known: f64 = (0..a).map(|b| self.factor[a][b] * z[b]).sum();
            z[a] = (x[a] - known) / self.factor[a][a];
            sum += z[a] * z[a];
        }
        sum
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
    /// `powers` holds y^⅔, `prior` the weights of this fit (all 1 when null). False when nothing is an outlier: then all
    /// weights are 1.
    pub fn tame(
        &self,
        powers: &[f64],
        columns: &[&[f64]],
        prior: Option<&[f64]>,
        threshold: f64,
        weights: &mut Vec<f64>,
    ) -> bool {
        /// Leverages are worked out only for counts that would be outliers with this one.
        const MOST_LEVERAGE: f64 = 0.75;
        let n = powers.len();
        weights.clear();
        weights.resize(n, 1.0);
        let bar = threshold * threshold * self.phi;
        let (mut excess, mut any) = (0.0, false);
        for i in 0..n {
            let square = self.roots[i] * self.roots[i];
            // y^⅔ − μ^⅔: the residual times ⅔μ^⅙.
            let above = powers[i] - square * square;
            if above <= 0.0 || 2.25 * above * above <= bar * square * (1.0 - MOST_LEVERAGE) {
                continue;
            }
            let mut row = [0.0; MOST];
            for (x, column) in row.iter_mut().zip(columns) {
                *x = column[i];
            }
            let hat = self.means[i] * prior.map_or(1.0, |w| w[i]) * self.spread(&row);
            let ratio = bar * square * (1.0 - hat.min(1.0 - 1e-9)) / (2.25 * above * above);
            if ratio < 1.0 {
                // s⁻², s² being threshold² over this ratio.
                weights[i] = ratio / (threshold * threshold);
                excess += 1.0 - weights[i];
                any = true;
            }
        }
        if any {
            let gamma = n as f64 / (n as f64 - excess);
            weights.iter_mut().for_each(|w| *w *= gamma);
        }
        any
    }
}

fn cholesky(matrix: &[Beta; MOST], width: usize, factor: &mut [Beta; MOST]) -> Option<()> {
    for a in 0..width {
        for b in 0..=a {
            let known: f64 = (0..b).map(|c| factor[a][c] * factor[b][c]).sum();
            let rest = matrix[a][b] - known;
            if a == b {
                if rest.is_nan() || rest <= 1e-10 * matrix[a][a] || rest == f64::INFINITY {
                    return None;
                }
                factor[a][a] = rest.sqrt();
            } else {
                factor[a][b] = rest / factor[b][b];
            }
        }
    }
    Some(())
}

fn solve(factor: &[Beta; MOST], right: &Beta, width: usize) -> Beta {
    let mut z = [0.0; MOST];
    for a in 0..width {
        let known: f64 = (0..a).map(|b| factor[a][b] * z[b]).sum();
        z[a] = (right[a] - known) / factor[a][a];
    }
    let mut beta = [0.0; MOST];
    for a in (0..width).rev() {
        let known: f64 = (a + 1..width).map(|b| factor[b][a] * beta[b]).sum();
        beta[a] = (z[a] - known) / factor[a][a];
    }
    beta
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONES: [f64; 5] = [1.0; 5];
    const GROUP: [f64; 5] = [0.0, 0.0, 1.0, 1.0, 1.0];

    #[test]
    fn two_groups_are_fitted_by_their_means() {
        let y = [2.0, 4.0, 10.0, 20.0, 30.0];
        let mut fit = Fit::default();
        assert!(fit.run(&y, &[&ONES, &GROUP], None, None, false));
        assert!((fit.means[0] - 3.0).abs() < 1e-6 && (fit.means[4] - 20.0).abs() < 1e-6);
        // Pearson: (1 + 1)/3 + (100 + 0 + 100)/20 over 5 − 2.
        assert!((fit.phi - (2.0 / 3.0 + 10.0) / 3.0).abs() < 1e-6);
        // Variance of the log of a group's mean: φ over the group's sum.
        assert!((fit.error(&[1.0, 0.0]) - (fit.phi / 6.0).sqrt()).abs() < 1e-4);
        let again = fit.beta;
        assert!(fit.run(&y, &[&ONES, &GROUP], None, None, true) && (fit.beta[1] - again[1]).abs() < 1e-9);
    }

    #[test]
    fn weights_count_as_often() {
        let mut fit = Fit::default();
        assert!(fit.run(&[1.0, 1.0, 1.0, 1.0, 7.0], &[&ONES], Some(&[1.0, 1.0, 1.0, 1.0, 0.5]), None, false));
        assert!((fit.means[0] - 7.5 / 4.5).abs() < 1e-9);
    }

    #[test]
    fn an_offset_makes_means_of_rates_and_leaves_out_what_has_none() {
        // 12 in 6 of exposure; the fourth observation has none.
        let y = [2.0, 4.0, 6.0, 0.0];
        let ones = [1.0; 4];
        let offset = [0.0, 2.0_f64.ln(), 3.0_f64.ln(), ABSENT];
        let mut fit = Fit::default();
        assert!(fit.run(&y, &[&ones], None, Some(&offset), false));
        assert!((fit.log_mean(&[1.0]).exp() - 2.0).abs() < 1e-9 && fit.means[3] < 1e-9, "{:?}", fit.means);
        assert!((fit.means[2] - 6.0).abs() < 1e-9 && (fit.phi - 1.0).abs() < 1e-9);
        // Means 2, 4, 6 again; squares 1, 4, 1 over them, by 3 − 1.
        assert!(fit.run(&[3.0, 2.0, 7.0, 0.0], &[&ones], None, Some(&offset), true));
        let wanted: f64 = (1.0 / 2.0 + 4.0 / 4.0 + 1.0 / 6.0) / 2.0;
        assert!((fit.phi - wanted.max(1.0)).abs() < 1e-9, "{}", fit.phi);
        // Two that count and two coefficients leave nothing over.
        let offset = [0.0, 0.0, ABSENT, ABSENT];
        assert!(!fit.run(&[1.0, 2.0, 0.0, 0.0], &[&ones, &[0.0, 1.0, 2.0, 3.0]], None, Some(&offset), false));
    }

    #[test]
    fn weights_of_outliers_shrink_and_sum_to_n() {
        let y = [9.0, 11.0, 10.0, 10.0, 8.0, 12.0, 10.0, 9.0, 11.0, 10.0, 10.0, 60.0];
        let powers: Vec<f64> = y.iter().map(|y: &f64| y.cbrt().powi(2)).collect();
        let ones = [1.0; 12];
        let mut fit = Fit::default();
        assert!(fit.run(&y, &[&ones], None, None, false));
        let mut weights = Vec::new();
        assert!(fit.tame(&powers, &[&ones], None, 2.0, &mut weights));
        assert!((weights.iter().sum::<f64>() - 12.0).abs() < 1e-9);
        // By hand: s = 1.5(60^⅔ μ^−⅙ − μ^½)/√(φ(1 − 1/12)).
        let (mean, phi) = (170.0_f64 / 12.0, fit.phi);
        let s = 1.5 * (60.0_f64.cbrt().powi(2) * mean.powf(-1.0 / 6.0) - mean.sqrt()) / (phi * 11.0 / 12.0).sqrt();
        assert!(s > 2.0 && (weights[11] / weights[0] - s.powi(-2)).abs() < 1e-9);
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        let mut fit = Fit::default();
        assert!(!fit.run(&[1.0; 5], &[&ONES, &ONES], None, None, false));
        assert!(!fit.run(&[1.0], &[&[1.0]], None, None, false));
    }
}

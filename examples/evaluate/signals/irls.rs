//! Quasi-Poisson regression as R's `glm` does it, to the digits: iteratively re-weighted least squares from y + 0.1 that
//! ends when the deviance changes by less than 10⁻⁸ of itself. What R takes from such a fit (dispersion, leverage, standard
//! errors) it takes with the weights of the last step but one, which shows in the fifth digit.

/// A fit.
pub(super) struct Fit {
    /// Coefficients.
    pub(super) beta: Vec<f64>,
    /// max(1, dispersion).
    pub(super) phi: f64,
    means: Vec<f64>,
    /// The weights of the last least squares: ω × the means before it.
    working: Vec<f64>,
    /// The lower triangle of the Cholesky factor of X'WX, with those weights.
    factor: Vec<Vec<f64>>,
}

impl Fit {
    /// Fits log μ = Xβ with prior weights ω, `columns` the columns of X; null when it does not settle.
    pub(super) fn run(y: &[f64], columns: &[&[f64]], weights: &[f64]) -> Option<Self> {
        /// `glm.control`'s.
        const MOST_STEPS: usize = 25;
        const EPSILON: f64 = 1e-8;
        let (n, width) = (y.len(), columns.len());
        if n <= width {
            return None;
        }
        let mut means: Vec<f64> = y.iter().map(|y| y + 0.1).collect();
        let mut eta: Vec<f64> = means.iter().map(|m| m.ln()).collect();
        let mut before = deviance(y, &means, weights);
        for _ in 0..MOST_STEPS {
            let working: Vec<f64> = means.iter().zip(weights).map(|(m, w)| m * w).collect();
            let target: Vec<f64> = eta.iter().zip(y).zip(&means).map(|((eta, y), m)| eta + (y - m) / m).collect();
            let weigh = |a: usize, with: &[f64]| -> f64 {
                columns[a].iter().zip(with).zip(&working).map(|((x, v), w)| x * v * w).sum()
            };
            let mut factor = vec![vec![0.0; width]; width];
            for a in 0..width {
                for b in 0..=a {
                    let known: f64 = (0..b).map(|c| factor[a][c] * factor[b][c]).sum();
                    let rest = weigh(a, columns[b]) - known;
                    factor[a][b] = if a == b { rest.sqrt() } else { rest / factor[b][b] };
                }
            }
            let mut beta = forward(&factor, &(0..width).map(|a| weigh(a, &target)).collect::<Vec<_>>());
            for a in (0..width).rev() {
                let known: f64 = (a + 1..width).map(|b| factor[b][a] * beta[b]).sum();
                beta[a] = (beta[a] - known) / factor[a][a];
            }
            for (i, eta) in eta.iter_mut().enumerate() {
                *eta = (0..width).map(|a| columns[a][i] * beta[a]).sum();
            }
            means = eta.iter().map(|e| e.exp()).collect();
            let now = deviance(y, &means, weights);
            if !now.is_finite() {
                return None;
            }
            if (now - before).abs() / (now.abs() + 0.1) < EPSILON {
                let squares: f64 =
                    y.iter().zip(&means).zip(&working).map(|((y, m), w)| w * ((y - m) / m).powi(2)).sum();
                let phi = (squares / (n - width) as f64).max(1.0);
                return Some(Self { beta, phi, means, working, factor });
            }
            before = now;
        }
        None
    }

    /// x'(X'WX)⁻¹x.
    pub(super) fn spread(&self, x: &[f64]) -> f64 {
        forward(&self.factor, x).iter().map(|z| z * z).sum()
    }

    /// Σω((y−μ)/μ)² ÷ (n−p).
    pub(super) fn relative(&self, y: &[f64], weights: &[f64]) -> f64 {
        let squares: f64 = y.iter().zip(&self.means).zip(weights).map(|((y, m), w)| w * ((y - m) / m).powi(2)).sum();
        squares / (y.len() - self.beta.len()) as f64
    }

    /// The weights of the fit after this: γ·s⁻² where Anscombe's residual s exceeds `threshold`, else γ; they
    /// sum to n (Noufaily et al. 2013, eq. 4).
    pub(super) fn tame(&self, y: &[f64], columns: &[&[f64]], threshold: f64) -> Vec<f64> {
        let mut weights: Vec<f64> = (0..y.len())
            .map(|i| {
                let (y, mean) = (y[i], self.means[i]);
                let row: Vec<f64> = columns.iter().map(|c| c[i]).collect();
                let leverage = self.working[i] * self.spread(&row);
                let raw = 1.5 * (y.powf(2.0 / 3.0) * mean.powf(-1.0 / 6.0) - mean.sqrt());
                let s = raw / (self.phi * (1.0 - leverage)).sqrt();
                if s > threshold { s.powi(-2) } else { 1.0 }
            })
            .collect();
        let gamma = y.len() as f64 / weights.iter().sum::<f64>();
        weights.iter_mut().for_each(|w| *w *= gamma);
        weights
    }
}

/// Lz = right, solved for z.
fn forward(factor: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut z = right.to_vec();
    for a in 0..z.len() {
        let known: f64 = (0..a).map(|b| factor[a][b] * z[b]).sum();
        z[a] = (z[a] - known) / factor[a][a];
    }
    z
}

fn deviance(y: &[f64], means: &[f64], weights: &[f64]) -> f64 {
    let one = |y: f64, m: f64| (if y > 0.0 { y * (y / m).ln() } else { 0.0 }) - (y - m);
    2.0 * y.iter().zip(means).zip(weights).map(|((y, m), w)| w * one(*y, *m)).sum::<f64>()
}

//! Quasi-Poisson regression with a log link: a small dense fit by iteratively re-weighted least squares.
//!
//! McCullagh and Nelder (1989), *Generalized Linear Models*, §2.5 (the fit) and §9 (quasi-likelihood).

/// More columns than any design here has.
pub const MOST: usize = 6;

/// A row of the design; columns beyond its width are 0.
pub type Row = [f64; MOST];

/// A fitted model.
#[derive(Debug, Clone)]
pub struct Fit {
    /// Columns used.
    pub width: usize,
    /// Coefficients on the log scale.
    pub beta: Row,
    /// Fitted means, one per observation, offset included.
    pub means: Vec<f64>,
    /// Dispersion: max(1, Σω(y−μ)²/μ ÷ (n−p)).
    pub phi: f64,
    /// Leverages, one per observation.
    pub leverage: Vec<f64>,
    /// The lower triangle of the Cholesky factor of X'WX.
    factor: [Row; MOST],
}

/// Fits log μ = offset + Xβ with prior weights; null when the design is singular or the fit does not settle.
///
/// `start` are means to start from; without, the observations moved towards their mean are used.
pub fn fit(
    y: &[f64],
    design: &[Row],
    width: usize,
    weights: &[f64],
    offset: &[f64],
    start: Option<&[f64]>,
) -> Option<Fit> {
    /// Newton steps double the digits; a fit that takes more than this runs away.
    const MOST_STEPS: usize = 30;
    let n = y.len();
    if n <= width || width == 0 || width > MOST {
        return None;
    }
    let centre = y.iter().sum::<f64>() / n as f64;
    let mut eta: Vec<f64> = match start {
        Some(means) => means.iter().map(|m| m.max(1e-8).ln()).collect(),
        None => y.iter().map(|y| (0.5 * (y + centre) + 1e-4).ln()).collect(),
    };
    let mut mean: Vec<f64> = eta.iter().map(|e| e.exp()).collect();
    let mut before = f64::INFINITY;
    let mut beta = [0.0; MOST];
    let mut factor = [[0.0; MOST]; MOST];
    let mut settled = false;
    for _ in 0..MOST_STEPS {
        let mut xwx = [[0.0; MOST]; MOST];
        let mut xwz = [0.0; MOST];
        for i in 0..n {
            let work = weights[i] * mean[i];
            let target = eta[i] - offset[i] + (y[i] - mean[i]) / mean[i];
            let x = &design[i];
            for a in 0..width {
                let wx = work * x[a];
                xwz[a] += wx * target;
                for b in 0..=a {
                    xwx[a][b] += wx * x[b];
                }
            }
        }
        factor = cholesky(&xwx, width)?;
        beta = solve(&factor, &xwz, width);
        // Half the deviance without the part that only depends on y: no logarithms.
        let mut deviance = 0.0;
        for i in 0..n {
            eta[i] = (offset[i] + dot(&design[i], &beta, width)).clamp(-30.0, 30.0);
            mean[i] = eta[i].exp();
            deviance += weights[i] * (mean[i] - y[i] * eta[i]);
        }
        if !deviance.is_finite() {
            return None;
        }
        if (deviance - before).abs() < 1e-9 * (deviance.abs() + 0.1) {
            settled = true;
            break;
        }
        before = deviance;
    }
    if !settled {
        return None;
    }
    let means = mean;
    let pearson: f64 = (0..n).map(|i| weights[i] * (y[i] - means[i]).powi(2) / means[i]).sum();
    let phi = (pearson / (n - width) as f64).max(1.0);
    let mut fit = Fit { width, beta, means, phi, leverage: Vec::new(), factor };
    fit.leverage = (0..n).map(|i| (weights[i] * fit.means[i] * fit.spread(&design[i])).min(1.0 - 1e-9)).collect();
    phi.is_finite().then_some(fit)
}

impl Fit {
    /// x'(X'WX)⁻¹x: the variance of xβ over φ.
    pub fn spread(&self, x: &Row) -> f64 {
        let mut sum = 0.0;
        let mut z = [0.0; MOST];
        for a in 0..self.width {
            let known: f64 = (0..a).map(|b| self.factor[a][b] * z[b]).sum();
            z[a] = (x[a] - known) / self.factor[a][a];
            sum += z[a] * z[a];
        }
        sum
    }

    /// xβ plus an offset: the log of the mean at x.
    pub fn log_mean(&self, x: &Row, offset: f64) -> f64 {
        offset + dot(x, &self.beta, self.width)
    }

    /// The standard error of xβ.
    pub fn error(&self, x: &Row) -> f64 {
        (self.phi * self.spread(x)).sqrt()
    }

    /// Quasi-log-likelihood Σω(y·log μ − μ), without the part that only depends on y.
    pub fn quasi_likelihood(&self, y: &[f64], weights: &[f64]) -> f64 {
        (0..y.len()).map(|i| weights[i] * (y[i] * self.means[i].ln() - self.means[i])).sum()
    }

    /// Anscombe residuals, standardised by φ and leverage (Noufaily et al. 2013, eq. 4):
    /// 1.5(y^⅔ μ^−⅙ − μ^½) / √(φ(1−h)).
    pub fn anscombe(&self, y: &[f64]) -> Vec<f64> {
        (0..y.len())
            .map(|i| {
                let mean = self.means[i];
                let raw = 1.5 * (y[i].cbrt().powi(2) * mean.powf(-1.0 / 6.0) - mean.sqrt());
                raw / (self.phi * (1.0 - self.leverage[i])).sqrt()
            })
            .collect()
    }
}

/// Weights that tame outliers: γ·s⁻² where the residual s exceeds `threshold`, else γ; they sum to n
/// (Farrington et al. 1996, §3.3; threshold 2.58: Noufaily et al. 2013).
pub fn tame(residuals: &[f64], threshold: f64) -> Vec<f64> {
    let raw: Vec<f64> = residuals.iter().map(|s| if *s > threshold { s.powi(-2) } else { 1.0 }).collect();
    let gamma = raw.len() as f64 / raw.iter().sum::<f64>();
    raw.iter().map(|w| w * gamma).collect()
}

fn dot(x: &Row, beta: &Row, width: usize) -> f64 {
    (0..width).map(|a| x[a] * beta[a]).sum()
}

fn cholesky(matrix: &[Row; MOST], width: usize) -> Option<[Row; MOST]> {
    let mut factor = [[0.0; MOST]; MOST];
    for a in 0..width {
        for b in 0..=a {
            let known: f64 = (0..b).map(|c| factor[a][c] * factor[b][c]).sum();
            let rest = matrix[a][b] - known;
            if a == b {
                if rest <= 1e-10 * matrix[a][a] || !rest.is_finite() {
                    return None;
                }
                factor[a][a] = rest.sqrt();
            } else {
                factor[a][b] = rest / factor[b][b];
            }
        }
    }
    Some(factor)
}

fn solve(factor: &[Row; MOST], right: &Row, width: usize) -> Row {
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

    fn row(values: &[f64]) -> Row {
        let mut row = [0.0; MOST];
        row[..values.len()].copy_from_slice(values);
        row
    }

    #[test]
    fn two_groups_are_fitted_by_their_means() {
        let y = [2.0, 4.0, 10.0, 20.0, 30.0];
        let design: Vec<Row> = [0.0, 0.0, 1.0, 1.0, 1.0].iter().map(|g| row(&[1.0, *g])).collect();
        let fit = fit(&y, &design, 2, &[1.0; 5], &[0.0; 5], None).unwrap();
        assert!((fit.means[0] - 3.0).abs() < 1e-6 && (fit.means[4] - 20.0).abs() < 1e-6);
        // Pearson: (1 + 1)/3 + (100 + 0 + 100)/20 over 5 − 2.
        assert!((fit.phi - (2.0 / 3.0 + 10.0) / 3.0).abs() < 1e-6);
        // Leverages of a group mean are one over the group's size; together, the number of coefficients.
        assert!((fit.leverage[1] - 0.5).abs() < 1e-4 && (fit.leverage.iter().sum::<f64>() - 2.0).abs() < 1e-4);
        // Variance of the log of a group's mean: φ over the group's sum.
        assert!((fit.error(&row(&[1.0, 0.0])) - (fit.phi / 6.0).sqrt()).abs() < 1e-4);
    }

    #[test]
    fn an_offset_is_an_exposure() {
        let exposure: [f64; 4] = [10.0, 20.0, 30.0, 40.0];
        let offset = exposure.map(f64::ln);
        let fit = fit(&[1.0, 2.0, 3.0, 4.0], &[row(&[1.0]); 4], 1, &[1.0; 4], &offset, None).unwrap();
        assert!((fit.beta[0].exp() - 0.1).abs() < 1e-8);
    }

    #[test]
    fn weights_of_outliers_shrink_and_sum_to_n() {
        let weights = tame(&[0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 2.0, 2.0, 2.0, 2.0], 0.0);
        // surveillance's own unit test: 1.6 × 5 and 0.4 × 5.
        assert!(weights[..5].iter().all(|w| (w - 1.6).abs() < 1e-12));
        assert!(weights[5..].iter().all(|w| (w - 0.4).abs() < 1e-12));
    }

    #[test]
    fn what_cannot_be_fitted_is_none() {
        let same = vec![row(&[1.0, 1.0]); 6];
        assert!(fit(&[1.0; 6], &same, 2, &[1.0; 6], &[0.0; 6], None).is_none());
        assert!(fit(&[1.0], &[row(&[1.0])], 1, &[1.0], &[0.0], None).is_none());
    }
}

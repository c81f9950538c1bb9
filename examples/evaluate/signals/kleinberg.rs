//! Kleinberg's two states (2003, *Data Mining and Knowledge Discovery* 7, §3): where relevant records come in bursts. A
//! yardstick of the reference values, for display; alarms are the detector's.

use crate::Outcome;

/// The cheapest states of a batched stream, one per batch.
pub(super) struct Bursts {
    /// 1 in a burst.
    pub(super) states: Vec<u8>,
    /// The usual share of relevant records, and that of a burst.
    pub(super) shares: [f64; 2],
    /// What the bursts gain over no burst, the price of beginning one aside: Σ σ(0) − σ(1).
    pub(super) weight: f64,
}

/// Finds them for `relevant` of `all` records per batch: a burst has `scale` times the usual share, and beginning one
/// costs `gamma`·ln n. Null without a relevant record, or where a burst would hold more than everything.
pub(super) fn bursts(relevant: &[u32], all: &[u32], scale: f64, gamma: f64) -> Option<Bursts> {
    let usual = f64::from(relevant.iter().sum::<u32>()) / f64::from(all.iter().sum::<u32>());
    let shares = [usual, scale * usual];
    if !(shares[0] > 0.0 && shares[1] < 1.0) {
        return None;
    }
    // The binomial coefficient is the same in both states.
    let cost = |state: usize, i: usize| {
        let (r, d) = (f64::from(relevant[i]), f64::from(all[i]));
        -(r * shares[state].ln() + (d - r) * (1.0 - shares[state]).ln())
    };
    let begin = gamma * (relevant.len() as f64).ln();
    // Viterbi: the least cost of ending in each state, and the state before.
    let (mut least, mut from) = ([0.0, f64::INFINITY], Vec::new());
    for i in 0..relevant.len() {
        let calm = if least[1] < least[0] { (least[1], 1) } else { (least[0], 0) };
        let burst = if least[0] + begin < least[1] { (least[0] + begin, 0) } else { (least[1], 1) };
        least = [calm.0 + cost(0, i), burst.0 + cost(1, i)];
        from.push([calm.1, burst.1]);
    }
    let mut state = usize::from(least[1] < least[0]);
    let mut states = Vec::new();
    for before in from.iter().rev() {
        states.push(u8::from(state == 1));
        state = before[state];
    }
    states.reverse();
    let weight = (0..states.len()).filter(|i| states[*i] == 1).map(|i| cost(0, i) - cost(1, i)).sum();
    Some(Bursts { states, shares, weight })
}

/// The reference values of methods.md §2.2.
pub(super) fn run() -> Outcome {
    const RELEVANT: [u32; 8] = [0, 2, 1, 6, 7, 2, 8, 1];
    const ALL: [u32; 8] = [9, 11, 12, 10, 10, 8, 12, 10];
    for (scale, gamma, states, weight) in
        [(2.0, 1.0, [0, 0, 0, 1, 1, 0, 1, 0], 7.129_675_366), (1.5, 0.5, [0, 0, 0, 1, 1, 1, 1, 0], 4.537_821_601)]
    {
        let found = bursts(&RELEVANT, &ALL, scale, gamma).ok_or("no burst can be told")?;
        let same = if found.states == states { "equal" } else { "differ" };
        println!(
            "s = {scale}, γ = {gamma}: states {:?} {same}; shares {:.12} and {:.12}; weight {:.9}, off by {:.1e}",
            found.states,
            found.shares[0],
            found.shares[1],
            found.weight,
            (found.weight - weight).abs()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_reference_states() {
        let relevant = [0, 2, 1, 6, 7, 2, 8, 1];
        let all = [9, 11, 12, 10, 10, 8, 12, 10];
        let found = bursts(&relevant, &all, 2.0, 1.0).expect("there are bursts");
        assert_eq!(found.states, [0, 0, 0, 1, 1, 0, 1, 0]);
        assert!((found.shares[0] - 0.329_268_292_683).abs() < 1e-12 && (found.weight - 7.129_675_366).abs() < 1e-9);
        let low = bursts(&relevant, &all, 1.5, 0.5).expect("there are bursts");
        assert_eq!(low.states, [0, 0, 0, 1, 1, 1, 1, 0]);
        assert!((low.weight - 4.537_821_601).abs() < 1e-9);
        assert!(bursts(&[0, 0], &[3, 3], 2.0, 1.0).is_none() && bursts(&[2, 2], &[3, 3], 2.0, 1.0).is_none());
    }
}

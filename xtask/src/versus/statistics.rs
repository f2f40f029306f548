//! Medians, intervals, and what they say.

/// A ratio of two times, by the turns in which both were measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ratio {
    pub(crate) median: f64,
    /// Nine tenths of the turns lie from here …
    pub(crate) low: f64,
    /// … to here.
    pub(crate) high: f64,
    /// How many turns there were.
    pub(crate) turns: usize,
}

/// What an interval says about us, as a ratio of the other's time to ours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// The whole interval is above 1.
    Faster,
    /// The interval holds 1.
    Even,
    /// The whole interval is below 1.
    Slower,
}

impl Ratio {
    /// Of these times of another to ours, turn by turn. None if no turn has both.
    pub(crate) fn new(other: &[Option<f64>], ours: &[Option<f64>]) -> Option<Self> {
        let pairs = other.iter().zip(ours);
        let ratios: Vec<f64> = pairs.filter_map(|(other, ours)| Some((*other)? / (*ours)?)).collect();
        let median = median(&ratios)?;
        let (low, high) = interval(&ratios)?;
        Some(Self { median, low, high, turns: ratios.len() })
    }

    pub(crate) fn verdict(&self) -> Verdict {
        if self.low > 1.0 {
            Verdict::Faster
        } else if self.is_below(1.0) {
            Verdict::Slower
        } else {
            Verdict::Even
        }
    }

    /// Whether the whole interval lies below this.
    pub(crate) fn is_below(&self, bound: f64) -> bool {
        self.high < bound
    }
}

/// The median; of an even number the mean of the two in the middle.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let sorted = sorted(values);
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n.is_multiple_of(2) => Some(0.5 * (sorted[half - 1] + sorted[half])),
        _ => Some(sorted[half]),
    }
}

/// The least and the largest value, once a twentieth of the values is left out on each side, rounded down: at least nine
/// tenths lie between them. Fewer than 20 values keep all.
fn interval(values: &[f64]) -> Option<(f64, f64)> {
    let sorted = sorted(values);
    let out = sorted.len() / 20;
    Some((*sorted.get(out)?, sorted[sorted.len() - 1 - out]))
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn median_of_odd_even_and_no_values() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn interval_leaves_out_a_twentieth_on_each_side() {
        let values: Vec<f64> = (1..=40).rev().map(f64::from).collect();
        assert_eq!(interval(&values), Some((3.0, 38.0)));
        assert_eq!(interval(&values[..21]), Some((21.0, 39.0)));
        assert_eq!(interval(&values[..19]), Some((22.0, 40.0)));
        assert_eq!(interval(&[]), None);
    }

    #[test]
    fn ratio_is_turn_by_turn() {
        // The machine slows down by 10: the ratio of the medians would be 20 / 2, that of each turn is 4, 2 and 2.
        let ratio = Ratio::new(&turns(&[4.0, 20.0, 40.0]), &turns(&[1.0, 10.0, 20.0])).expect("three turns");
        assert_eq!(ratio, Ratio { median: 2.0, low: 2.0, high: 4.0, turns: 3 });
    }

    #[test]
    fn ratio_needs_both_in_a_turn() {
        let other = [Some(6.0), None, Some(9.0)];
        let ratio = Ratio::new(&other, &turns(&[2.0, 2.0, 3.0])).expect("two turns");
        assert_eq!((ratio.median, ratio.turns), (3.0, 2));
        assert_eq!(Ratio::new(&[None], &turns(&[1.0])), None);
    }

    #[test]
    fn verdict_needs_the_whole_interval() {
        let of = |low, high| Ratio { median: 1.0, low, high, turns: 21 };
        assert_eq!(of(1.01, 1.2).verdict(), Verdict::Faster);
        assert_eq!(of(0.5, 0.99).verdict(), Verdict::Slower);
        assert_eq!(of(0.5, 1.0).verdict(), Verdict::Even);
        assert_eq!(of(1.0, 1.5).verdict(), Verdict::Even);
        assert!(of(0.8, 0.94).is_below(0.95) && !of(0.8, 0.96).is_below(0.95));
    }
}

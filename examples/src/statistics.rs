//! Numbers that sum up others: spread, ranks, and how well a score tells two groups apart.

use serde::{Deserialize, Serialize};

/// Mean and sample standard deviation. What there is none of is NaN, in JSON null.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// The mean; NaN of nothing.
    pub mean: f64,
    /// The sample standard deviation; NaN of fewer than two.
    pub sd: f64,
}

impl Spread {
    /// The spread of these values.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.into_iter().collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
        Self { mean, sd: (squares / (n - 1.0)).sqrt() }
    }

    /// "97.35 ± 0.42", in per cent; "97.35" of a single value, "–" of none.
    pub fn percent(&self) -> String {
        self.shown(100.0, 2)
    }

    /// "0.735 ± 0.014", likewise.
    pub fn number(&self) -> String {
        self.shown(1.0, 3)
    }

    fn shown(&self, unit: f64, digits: usize) -> String {
        let Self { mean, sd } = self;
        let text = match (mean.is_nan(), sd.is_nan()) {
            (true, _) => "–".to_owned(),
            (false, true) => format!("{:.digits$}", unit * mean),
            (false, false) => format!("{:.digits$} ± {:.digits$}", unit * mean, unit * sd),
        };
        text.replace('-', "−")
    }
}

/// How well a yes or no fits two groups of the same size or not: shares of 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Of all, those judged rightly.
    pub accuracy: f64,
    /// Of those taken for members, the members; 0 where there are none.
    pub precision: f64,
    /// Of the members, those taken for members.
    pub recall: f64,
    /// The harmonic mean of precision and recall; 0 where both are.
    pub f1: f64,
}

/// Scores of members and of others: the higher, the more like a member.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// Of members, ascending.
    members: Vec<f64>,
    /// Of others, ascending.
    others: Vec<f64>,
}

impl Scores {
    /// The scores of both groups, in any order.
    ///
    /// # Panics
    ///
    /// If a group is empty or a score is NaN.
    pub fn new(mut members: Vec<f64>, mut others: Vec<f64>) -> Self {
        for group in [&mut members, &mut others] {
            assert!(!group.is_empty() && group.iter().all(|score| !score.is_nan()), "scores must be numbers");
            group.sort_by(f64::total_cmp);
        }
        Self { members, others }
    }

    /// The area under the ROC curve: how often a member scores higher than one of the others, ties counting half.
    pub fn auc(&self) -> f64 {
        let wins = |member: &f64| {
            let below = self.others.partition_point(|other| other < member);
            let ties = self.others.partition_point(|other| other <= member) - below;
            below as f64 + ties as f64 / 2.0
        };
        self.members.iter().map(wins).sum::<f64>() / (self.members.len() * self.others.len()) as f64
    }

    /// What comes of taking for members all that score at least `threshold`.
    pub fn verdict(&self, threshold: f64) -> Verdict {
        let [hits, alarms] = self.above(threshold);
        let (members, others) = (self.members.len() as f64, self.others.len() as f64);
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        Verdict {
            accuracy: (hits + others - alarms) / (members + others),
            precision: share(hits, hits + alarms),
            recall: hits / members,
            f1: share(2.0 * hits, members + hits + alarms),
        }
    }

    /// The threshold with the highest accuracy, halfway between two scores; the lowest of those that are equally good.
    pub fn best_threshold(&self) -> f64 {
        let mut all = [self.members.as_slice(), &self.others].concat();
        all.sort_by(f64::total_cmp);
        all.dedup();
        let between = all.windows(2).map(|pair| pair[0] / 2.0 + pair[1] / 2.0);
        let mut best = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for threshold in std::iter::once(f64::NEG_INFINITY).chain(between) {
            let accuracy = self.verdict(threshold).accuracy;
            if accuracy > best.0 {
                best = (accuracy, threshold);
            }
        }
        best.1
    }

    /// The true-positive rates at these false-positive rates, straight lines between the corners of the ROC curve.
    pub fn roc(&self, false_positives: impl IntoIterator<Item = f64>) -> Vec<f64> {
        let mut thresholds = [self.members.as_slice(), &self.others].concat();
        thresholds.sort_by(|a, b| b.total_cmp(a));
        thresholds.dedup();
        let (members, others) = (self.members.len() as f64, self.others.len() as f64);
        let mut corners = vec![(0.0, 0.0)];
        corners.extend(thresholds.into_iter().map(|threshold| {
            let [hits, alarms] = self.above(threshold);
            (alarms / others, hits / members)
        }));
        let at = |rate: f64| {
            let after = corners.partition_point(|corner| corner.0 <= rate).min(corners.len() - 1);
            let (from, to) = (corners[after.max(1) - 1], corners[after]);
            if to.0 <= rate { to.1 } else { from.1 + (to.1 - from.1) * (rate - from.0) / (to.0 - from.0) }
        };
        false_positives.into_iter().map(at).collect()
    }

    /// How many of the members, and of the others, score at least this.
    fn above(&self, threshold: f64) -> [f64; 2] {
        [&self.members, &self.others].map(|group| (group.len() - group.partition_point(|x| *x < threshold)) as f64)
    }
}

/// Ranks from 1, ascending; ties share their mean rank.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let below = values.iter().filter(|other| *other < value).count() as f64;
        let ties = values.iter().filter(|other| *other == value).count() as f64;
        below + (ties + 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

/// Spearman's rank correlation, −1 to 1; NaN where one side does not vary.
///
/// # Source
///
/// C. Spearman, "The Proof and Measurement of Association between Two Things", 1904.
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let [a, b] = [a, b].map(|values| {
        let ranks = ranks(values);
        let mean = ranks.iter().sum::<f64>() / ranks.len() as f64;
        ranks.into_iter().map(|rank| rank - mean).collect::<Vec<_>>()
    });
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores() -> Scores {
        Scores::new(vec![0.9, 0.8, 0.8, 0.4, 0.35, 0.7, -0.25], vec![0.8, 0.3, 0.4, 0.1, 0.6])
    }

    fn close(a: &[f64], b: &[f64]) {
        assert!(a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-15), "{a:?} {b:?}");
    }

    /// scikit-learn 1.9.1: `roc_auc_score`, `accuracy_score`, `precision_recall_fscore_support(zero_division=0)`, and
    /// numpy's `interp` of `roc_curve(drop_intermediate=False)`.
    #[test]
    fn scores_are_judged_as_scikit_learn_does() {
        let scores = scores();
        close(&[scores.auc()], &[0.6428571428571428]);
        let cases = [
            (0.38, [0.5833333333333334, 0.625, 0.7142857142857143, 0.6666666666666666]),
            (0.95, [0.4166666666666667, 0.0, 0.0, 0.0]),
            (-1.0, [0.5833333333333334, 0.5833333333333334, 1.0, 0.7368421052631579]),
        ];
        for (threshold, expected) in cases {
            let Verdict { accuracy, precision, recall, f1 } = scores.verdict(threshold);
            close(&[accuracy, precision, recall, f1], &expected);
        }
        let expected =
            [0.14285714285714285, 0.2857142857142857, 0.5714285714285714, 0.6428571428571428, 0.8571428571428571, 1.0];
        close(&scores.roc([0.0, 0.1, 0.2, 0.5, 0.8, 1.0]), &expected);
    }

    #[test]
    fn best_threshold_is_better_than_every_other() {
        let scores = scores();
        let best = scores.verdict(scores.best_threshold()).accuracy;
        for step in -100..200 {
            assert!(scores.verdict(f64::from(step) / 100.0).accuracy <= best);
        }
        close(&[best], &[8.0 / 12.0]);
        let apart = Scores::new(vec![2.0, 3.0], vec![0.0, 1.0]);
        assert_eq!((apart.best_threshold(), apart.auc()), (1.5, 1.0));
        let same = Scores::new(vec![f64::NEG_INFINITY; 3], vec![f64::NEG_INFINITY; 3]);
        assert_eq!((same.auc(), same.verdict(same.best_threshold()).accuracy), (0.5, 0.5));
    }

    /// scipy 1.17.1: `spearmanr`.
    #[test]
    fn spearman_is_that_of_scipy() {
        let a = [0.498, 0.507, 0.581, 0.594, 0.601, 0.628, 0.635, 0.637, 0.642, 0.676];
        let b = [0.697, 0.699, 0.714, 0.887, 0.722, 0.725, 0.736, 0.721, 0.716, 0.747];
        close(&[spearman(&a, &b)], &[0.5515151515151515]);
        close(&[spearman(&[1.0, 2.0, 2.0, 4.0], &[3.0, 1.0, 1.0, 5.0])], &[0.3333333333333334]);
        assert!(spearman(&[1.0, 1.0], &[1.0, 2.0]).is_nan());
    }

    #[test]
    fn spread_is_the_sample_deviation() {
        let Spread { mean, sd } = Spread::of([1.0, 2.0, 3.0, 6.0]);
        close(&[mean, sd], &[3.0, (14.0f64 / 3.0).sqrt()]);
        assert_eq!(Spread::of([0.25, 0.75]).percent(), "50.00 ± 35.36");
        assert_eq!(Spread::of([-0.25, -0.75]).number(), "−0.500 ± 0.354");
        let one = Spread::of([0.25]);
        assert!(one.mean == 0.25 && one.sd.is_nan());
        assert_eq!((one.number().as_str(), Spread::of([]).number().as_str()), ("0.250", "–"));
    }
}

//! What is measured of a network, one table a kind of task.

/// What a network says of a set of examples, and what it should say.
#[derive(Debug)]
pub struct Judged<'a> {
    /// What it says: example after example, `width` numbers each.
    pub predicted: Vec<f32>,
    /// The targets it is trained on, noise included.
    pub targets: &'a [f32],
    /// The targets without noise.
    pub truth: &'a [f32],
    /// Targets of an example.
    pub width: usize,
    /// The mean negative log-likelihood; NaN where no distribution is predicted.
    pub likelihood: f64,
}

/// A number that tells how well a network does.
#[derive(Debug)]
pub struct Measure {
    /// In files.
    pub key: &'static str,
    /// In sentences.
    pub name: &'static str,
    /// What its line in the picture is called, if it has one.
    pub line: Option<&'static str>,
    /// Whether it is a share, given in per cent.
    pub share: bool,
    /// Whether it says something only where there is noise.
    pub of_noise: bool,
    value: fn(train: &Judged<'_>, test: &Judged<'_>) -> f64,
}

impl Measure {
    /// The number, given the examples learnt from and those judged by.
    pub fn of(&self, train: &Judged<'_>, test: &Judged<'_>) -> f64 {
        (self.value)(train, test)
    }

    /// The number as it is shown.
    pub fn shown(&self, value: f64) -> String {
        if self.share { format!("{:6.2} %", 100.0 * value) } else { format!("{value:8.4}") }
    }

    const fn share(key: &'static str, name: &'static str, value: fn(&Judged<'_>, &Judged<'_>) -> f64) -> Self {
        Self { key, name, line: None, share: true, of_noise: false, value }
    }

    const fn number(key: &'static str, name: &'static str, value: fn(&Judged<'_>, &Judged<'_>) -> f64) -> Self {
        Self { share: false, ..Self::share(key, name, value) }
    }

    const fn drawn(self, line: &'static str) -> Self {
        Self { line: Some(line), ..self }
    }

    const fn of_noise(self) -> Self {
        Self { of_noise: true, ..self }
    }
}

// The last of each table is the one that counts.

pub(super) const CLASSES: &[Measure] = &[
    Measure::share("train_accuracy", "training accuracy", |train, _| equal(&train.predicted, train.targets))
        .drawn("train, noisy labels"),
    Measure::share("train_accuracy_clean", "  against the true labels", |train, _| {
        equal(&train.predicted, train.truth)
    })
    .drawn("train, true labels")
    .of_noise(),
    Measure::share("wrong_labels_learnt", "  wrong labels learnt", |train, _| learnt(train))
        .drawn("train, wrong labels learnt")
        .of_noise(),
    Measure::share("test_accuracy", "test accuracy", |_, test| equal(&test.predicted, test.truth)).drawn("test"),
];

pub(super) const LABELS: &[Measure] = &[
    Measure::share("train_label_accuracy", "training labels right", |train, _| equal(&train.predicted, train.targets))
        .drawn("train, noisy labels"),
    Measure::share("train_label_accuracy_clean", "  against the true labels", |train, _| {
        equal(&train.predicted, train.truth)
    })
    .drawn("train, true labels")
    .of_noise(),
    Measure::share("test_exact_match", "test images all right", |_, test| exact(test)).drawn("test, all labels"),
    Measure::share("test_label_accuracy", "test labels right", |_, test| equal(&test.predicted, test.truth))
        .drawn("test, labels"),
];

pub(super) const NUMBERS: &[Measure] = &[TRAIN_RMSE, TEST_MAE, TEST_RMSE, TEST_R2];

pub(super) const DISTRIBUTION: &[Measure] = &[
    TRAIN_RMSE,
    Measure::number("test_nll", "test neg. log-likelihood", |_, test| test.likelihood),
    TEST_MAE,
    TEST_RMSE,
    TEST_R2,
];

const TRAIN_RMSE: Measure =
    Measure::number("train_rmse", "training RMSE", |train, _| squared(train).sqrt()).drawn("train, RMSE");
const TEST_MAE: Measure = Measure::number("test_mae", "test MAE", |_, test| absolute(test)).drawn("test, MAE");
const TEST_RMSE: Measure =
    Measure::number("test_rmse", "test RMSE", |_, test| squared(test).sqrt()).drawn("test, RMSE");
const TEST_R2: Measure = Measure::number("test_r2", "test R²", |_, test| 1.0 - squared(test) / variance(test));

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

/// The share of equal entries.
fn equal(predicted: &[f32], targets: &[f32]) -> f64 {
    mean(predicted.iter().zip(targets).map(|(a, b)| f64::from(u8::from(a == b))))
}

/// Of the targets that are wrong, the share that is predicted; NaN where none is.
fn learnt(of: &Judged<'_>) -> f64 {
    let wrong = of.predicted.iter().zip(of.targets).zip(of.truth).filter(|((_, target), truth)| target != truth);
    let learnt: Vec<f64> = wrong.map(|((predicted, target), _)| f64::from(u8::from(predicted == target))).collect();
    mean(learnt.into_iter())
}

/// The share of examples that are right in every target.
fn exact(of: &Judged<'_>) -> f64 {
    let examples = of.predicted.chunks_exact(of.width).zip(of.truth.chunks_exact(of.width));
    mean(examples.map(|(a, b)| f64::from(u8::from(a == b))))
}

fn errors<'a>(of: &'a Judged<'_>) -> impl ExactSizeIterator<Item = f64> + 'a {
    of.predicted.iter().zip(of.truth).map(|(a, b)| f64::from(*a) - f64::from(*b))
}

fn squared(of: &Judged<'_>) -> f64 {
    mean(errors(of).map(|error| error * error))
}

fn absolute(of: &Judged<'_>) -> f64 {
    mean(errors(of).map(f64::abs))
}

/// The mean squared error of the one answer that is best for these examples, their mean.
fn variance(of: &Judged<'_>) -> f64 {
    let examples = (of.truth.len() / of.width) as f64;
    let mut means = vec![0.0; of.width];
    for (index, target) in of.truth.iter().enumerate() {
        means[index % of.width] += f64::from(*target) / examples;
    }
    mean(of.truth.iter().enumerate().map(|(index, target)| (f64::from(*target) - means[index % of.width]).powi(2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged<'a>(predicted: &[f32], truth: &'a [f32]) -> Judged<'a> {
        Judged { predicted: predicted.to_vec(), targets: truth, truth, width: 2, likelihood: f64::NAN }
    }

    #[test]
    fn shares_count_labels_and_whole_examples() {
        let of = judged(&[1.0, 0.0, 1.0, 1.0], &[1.0, 0.0, 0.0, 1.0]);
        assert_eq!((equal(&of.predicted, of.truth), exact(&of)), (0.75, 0.5));
    }

    #[test]
    fn wrong_labels_are_learnt_where_they_are_predicted() {
        let (targets, truth) = ([1.0, 2.0, 3.0, 4.0], [1.0, 5.0, 6.0, 7.0]);
        let predicted = vec![0.0, 2.0, 6.0, 1.0];
        let of = Judged { predicted, targets: &targets, truth: &truth, width: 1, likelihood: f64::NAN };
        assert_eq!(learnt(&of), 1.0 / 3.0);
        assert!(learnt(&Judged { targets: &truth, ..of }).is_nan());
    }

    #[test]
    fn r2_is_0_for_the_mean_and_1_for_the_truth() {
        let truth = [0.0, 1.0, 2.0, 5.0];
        let r2 = |predicted: &[f32]| {
            let of = judged(predicted, &truth);
            TEST_R2.of(&of, &of)
        };
        assert_eq!([r2(&[1.0, 3.0, 1.0, 3.0]), r2(&truth)], [0.0, 1.0]);
        let of = judged(&[3.0, 1.0, 2.0, 1.0], &truth);
        assert_eq!((TEST_RMSE.of(&of, &of), TEST_MAE.of(&of, &of)), (2.5, 1.75));
    }
}

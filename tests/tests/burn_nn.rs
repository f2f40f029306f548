//! Against burn-nn: the same numbers where both have a loss, and every difference that `docs/migration.md` claims.

use burn::nn::loss as nn;
use burn::tensor::{Bool, DType, Device, Int, Tensor, TensorData};
use burn_losses::prelude::*;
use burn_losses_tests::numbers;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A value and the gradients of its sum, one an input.
#[derive(Clone, Debug)]
struct Evaluated {
    value: Vec<f64>,
    gradients: Vec<Vec<f64>>,
}

impl Evaluated {
    fn all(&self) -> impl Iterator<Item = f64> {
        self.value.iter().chain(self.gradients.iter().flatten()).copied()
    }
}

/// The loss of these inputs on Flex. An input without a gradient has an empty one.
fn evaluate<const D: usize, const N: usize, const O: usize>(
    dtype: DType,
    shape: [usize; D],
    inputs: [&[f64]; N],
    loss: impl Fn([Tensor<D>; N]) -> Tensor<O>,
) -> Evaluated {
    let device = Device::flex().autodiff();
    let inputs: [Tensor<D>; N] = inputs.map(|input| {
        let data = TensorData::new(input.to_vec(), shape);
        Tensor::from_data(data, (&device, dtype)).require_grad()
    });
    let value = loss(inputs.clone());
    let gradients = value.clone().sum().backward();
    let of = |input: &Tensor<D>| input.grad(&gradients).map(numbers).unwrap_or_default();
    Evaluated { value: numbers(value), gradients: inputs.iter().map(of).collect() }
}

/// How far the numbers of the two libraries may be apart: relative to each, with a floor relative to the largest of its
/// kind, since burn-nn's gradients are sums of terms that cancel.
const TOLERANCES: [(DType, f64, f64); 2] = [(DType::F64, 1e-12, 1e-14), (DType::F32, 2e-5, 1e-6)];

/// For those of burn-nn's losses that take integers: it makes floats of them in f32, which f64 does not go with.
const IN_F32: &[(DType, f64, f64)] = &[TOLERANCES[1]];

#[track_caller]
fn assert_close(got: &[f64], expected: &[f64], (dtype, relative, floor): (DType, f64, f64), what: &str) {
    assert_eq!(got.len(), expected.len(), "{what}, {dtype:?}");
    let scale = expected.iter().fold(0.0_f64, |a, x| a.max(x.abs()));
    for (at, (got, expected)) in got.iter().zip(expected).enumerate() {
        let close = (got - expected).abs() <= relative * expected.abs() + floor * scale;
        assert!(close, "{what}, {dtype:?}: at {at} {got:e}, burn-nn {expected:e}");
    }
}

#[track_caller]
fn assert_same(ours: &Evaluated, theirs: &Evaluated, tolerance: (DType, f64, f64)) {
    assert_close(&ours.value, &theirs.value, tolerance, "value");
    assert_eq!(ours.gradients.len(), theirs.gradients.len());
    for (ours, theirs) in ours.gradients.iter().zip(&theirs.gradients) {
        // burn-nn's label has no gradient where it is only compared; ours is then 0.
        let theirs = if theirs.is_empty() { vec![0.0; ours.len()] } else { theirs.clone() };
        let ours = if ours.is_empty() { vec![0.0; theirs.len()] } else { ours.clone() };
        assert_close(&ours, &theirs, tolerance, "gradient");
    }
}

/// The same value and gradients in f64 and f32.
#[track_caller]
fn agree<const D: usize, const N: usize, const O: usize>(
    shape: [usize; D],
    inputs: [&[f64]; N],
    ours: impl Fn([Tensor<D>; N]) -> Tensor<O>,
    theirs: impl Fn([Tensor<D>; N]) -> Tensor<O>,
) {
    agree_within(&TOLERANCES, shape, inputs, ours, theirs);
}

/// The same value and gradients as far as these tolerances say.
#[track_caller]
fn agree_within<const D: usize, const N: usize, const O: usize>(
    tolerances: &[(DType, f64, f64)],
    shape: [usize; D],
    inputs: [&[f64]; N],
    ours: impl Fn([Tensor<D>; N]) -> Tensor<O>,
    theirs: impl Fn([Tensor<D>; N]) -> Tensor<O>,
) {
    for &tolerance in tolerances {
        let ours = evaluate(tolerance.0, shape, inputs, &ours);
        let theirs = evaluate(tolerance.0, shape, inputs, &theirs);
        assert!(theirs.all().all(f64::is_finite), "{theirs:?}");
        assert_same(&ours, &theirs, tolerance);
    }
}

/// Numbers that f32 holds as they are, without a zero and without repetition: −3 … 3.
fn spread(len: usize, seed: usize) -> Vec<f64> {
    (0..len).map(|i| ((i * 37 + seed * 53 + 11) % 96) as f64 / 16.0 - 3.0 + 1.0 / 64.0).collect()
}

fn both() -> [(Reduction, nn::Reduction); 2] {
    [(Reduction::Mean, nn::Reduction::Mean), (Reduction::Sum, nn::Reduction::Sum)]
}

fn classes<const D: usize>(like: &Tensor<D>, classes: &[i64]) -> Tensor<1, Int> {
    Tensor::from_data(TensorData::new(classes.to_vec(), [classes.len()]), &like.device())
}

const CLASSES: [i64; 6] = [0, 3, 2, 1, 3, 0];

#[test]
fn cross_entropy_is_the_same() {
    let logits = spread(24, 0);
    agree(
        [6, 4],
        [&logits],
        |[x]| CrossEntropy::default().init().forward(x.clone(), classes(&x, &CLASSES), Reduction::Mean),
        |[x]| nn::CrossEntropyLossConfig::new().init(&x.device()).forward(x.clone(), classes(&x, &CLASSES)),
    );
}

#[test]
fn cross_entropy_with_one_pad_token_is_the_same() {
    let logits = spread(24, 1);
    agree(
        [6, 4],
        [&logits],
        |[x]| {
            let criterion = CrossEntropy::default().init().with_ignore_index(3);
            criterion.forward(x.clone(), classes(&x, &CLASSES), Reduction::Mean)
        },
        |[x]| {
            let criterion = nn::CrossEntropyLossConfig::new().with_pad_tokens(Some(vec![3])).init(&x.device());
            criterion.forward(x.clone(), classes(&x, &CLASSES))
        },
    );
}

/// burn-nn's weights and smoothed targets are f32, which f64 logits do not go with.
#[test]
fn cross_entropy_with_weights_and_smoothing_is_the_same_in_f32_and_ours_in_f64_too() {
    let logits = spread(24, 2);
    let weights = [0.5, 1.0, 2.0, 0.25];
    let ours = |[x]: [Tensor<2>; 1]| {
        let criterion = CrossEntropy::default().with_label_smoothing(0.125).init().with_class_weights(weights.to_vec());
        criterion.forward(x.clone(), classes(&x, &CLASSES), Reduction::Mean)
    };
    let theirs = |[x]: [Tensor<2>; 1]| {
        let criterion = nn::CrossEntropyLossConfig::new()
            .with_weights(Some(weights.map(|weight| weight as f32).to_vec()))
            .with_smoothing(Some(0.125))
            .init(&x.device());
        criterion.forward(x.clone(), classes(&x, &CLASSES))
    };
    let narrow = evaluate(DType::F32, [6, 4], [&logits], theirs);
    assert_same(&evaluate(DType::F32, [6, 4], [&logits], ours), &narrow, TOLERANCES[1]);
    assert_same(&evaluate(DType::F64, [6, 4], [&logits], ours), &narrow, TOLERANCES[1]);
    assert!(catch_unwind(AssertUnwindSafe(|| evaluate(DType::F64, [6, 4], [&logits], theirs))).is_err());
}

#[test]
fn cross_entropy_of_probabilities_is_the_divergence_from_a_class() {
    let probabilities = [0.5, 0.25, 0.25, 0.125, 0.75, 0.125, 0.0625, 0.0625, 0.875];
    agree(
        [3, 3],
        [&probabilities],
        |[p]| {
            let criterion = KlDivergence::default().init().with_input(Input::Probabilities);
            criterion.forward(p.clone(), classes(&p, &[0, 2, 1]), Reduction::Mean)
        },
        |[p]| {
            let criterion = nn::CrossEntropyLossConfig::new().with_logits(false).init(&p.device());
            criterion.forward(p.clone(), classes(&p, &[0, 2, 1]))
        },
    );
}

/// Both have a least logarithm: −100 here, ½·ln of the least positive number there.
#[test]
fn cross_entropy_of_probability_0_is_finite() {
    let inputs: [&[f64]; 1] = [&[1.0, 0.0]];
    let ours = evaluate(DType::F32, [1, 2], inputs, |[p]| {
        let criterion = KlDivergence::default().init().with_input(Input::Probabilities);
        criterion.forward(p.clone(), classes(&p, &[1]), Reduction::Mean)
    });
    let theirs = evaluate(DType::F32, [1, 2], inputs, |[p]| {
        let criterion = nn::CrossEntropyLossConfig::new().with_logits(false).init(&p.device());
        criterion.forward(p.clone(), classes(&p, &[1]))
    });
    assert_eq!(ours.value[0], 100.0);
    assert_close(&theirs.value, &[-0.5 * f64::from(f32::MIN_POSITIVE).ln()], TOLERANCES[1], "value");
    assert!(ours.gradients == [[0.0, 0.0]] && theirs.gradients == [[0.0, 0.0]], "{ours:?} {theirs:?}");
}

#[test]
fn cross_entropy_of_nothing_is_0_and_was_nan() {
    let logits = spread(8, 3);
    let ours = evaluate(DType::F32, [2, 4], [&logits], |[x]| {
        let criterion = CrossEntropy::default().init().with_ignore_index(3);
        criterion.forward(x.clone(), classes(&x, &[3, 3]), Reduction::Mean)
    });
    let theirs = evaluate(DType::F32, [2, 4], [&logits], |[x]| {
        let criterion = nn::CrossEntropyLossConfig::new().with_pad_tokens(Some(vec![3])).init(&x.device());
        criterion.forward(x.clone(), classes(&x, &[3, 3]))
    });
    assert!(ours.all().all(|x| x == 0.0), "{ours:?}");
    assert!(theirs.value[0].is_nan(), "{theirs:?}");
}

/// What stands in a row that does not count is nobody's business.
#[test]
fn cross_entropy_of_ignored_rows_does_not_look_at_them() {
    let logits = [1.0, 2.0, 3.0, f64::NAN, 0.0, f64::INFINITY];
    let ours = evaluate(DType::F32, [2, 3], [&logits], |[x]| {
        let criterion = CrossEntropy::default().init().with_ignore_index(1);
        criterion.forward(x.clone(), classes(&x, &[0, 1]), Reduction::Mean)
    });
    let theirs = evaluate(DType::F32, [2, 3], [&logits], |[x]| {
        let criterion = nn::CrossEntropyLossConfig::new().with_pad_tokens(Some(vec![1])).init(&x.device());
        criterion.forward(x.clone(), classes(&x, &[0, 1]))
    });
    assert!(ours.all().all(f64::is_finite), "{ours:?}");
    assert_eq!(ours.gradients[0][3..], [0.0; 3]);
    assert!(theirs.gradients[0][3..].iter().any(|g| g.is_nan()), "{theirs:?}");
}

/// Every digit of 1 − p: burn-nn's value rounds to 0 and its gradient to a few digits.
#[test]
fn cross_entropy_keeps_the_digits_of_confident_rows() {
    let logits = [20.0, 0.0];
    let ours = evaluate(DType::F32, [1, 2], [&logits], |[x]| {
        CrossEntropy::default().init().forward(x.clone(), classes(&x, &[0]), Reduction::Mean)
    });
    let theirs = evaluate(DType::F32, [1, 2], [&logits], |[x]| {
        nn::CrossEntropyLossConfig::new().init(&x.device()).forward(x.clone(), classes(&x, &[0]))
    });
    let truth = (-20f64).exp().ln_1p();
    assert!((ours.value[0] / truth - 1.0).abs() < 1e-5, "{ours:?}");
    assert_eq!(theirs.value[0], 0.0, "{theirs:?}");
}

const YES: [i64; 8] = [1, 0, 0, 1, 1, 0, 1, 0];

fn labels<const D: usize>(like: &Tensor<D>) -> Tensor<D, Int> {
    Tensor::from_data(TensorData::new(YES.to_vec(), like.dims()), &like.device())
}

#[test]
fn binary_cross_entropy_is_the_same() {
    let logits = spread(8, 4);
    let theirs = |x: &Tensor<2>| nn::BinaryCrossEntropyLossConfig::new().with_logits(true).init(&x.device());
    agree_within(
        IN_F32,
        [4, 2],
        [&logits],
        |[x]| BinaryCrossEntropy::default().init().forward(x.clone(), labels(&x), Reduction::Mean),
        |[x]| theirs(&x).forward(x.clone(), labels(&x)),
    );
    // Bools and floats are as good as ints.
    agree_within(
        IN_F32,
        [4, 2],
        [&logits],
        |[x]| {
            let labels: Tensor<2, Bool> = labels(&x).bool();
            BinaryCrossEntropy::default().init().forward(x, labels, Reduction::Mean)
        },
        |[x]| theirs(&x).forward(x.clone(), labels(&x)),
    );
    let probabilities = [0.5, 0.25, 0.125, 0.75, 0.9375, 0.0625, 0.375, 0.625];
    agree_within(
        IN_F32,
        [4, 2],
        [&probabilities],
        |[p]| {
            let criterion = BinaryCrossEntropy::default().init().with_input(Input::Probabilities);
            criterion.forward(p.clone(), labels(&p), Reduction::Mean)
        },
        |[p]| nn::BinaryCrossEntropyLossConfig::new().init(&p.device()).forward(p.clone(), labels(&p)),
    );
}

#[test]
fn binary_cross_entropy_takes_f64() {
    let logits = spread(8, 4);
    let ours = |dtype| {
        evaluate(dtype, [8], [&logits], |[x]| {
            BinaryCrossEntropy::default().init().forward(x.clone(), labels(&x), Reduction::Mean)
        })
    };
    assert_same(&ours(DType::F64), &ours(DType::F32), TOLERANCES[1]);
    let theirs = || {
        evaluate(DType::F64, [8], [&logits], |[x]| {
            let criterion = nn::BinaryCrossEntropyLossConfig::new().with_logits(true).init(&x.device());
            criterion.forward(x.clone(), labels(&x))
        })
    };
    assert!(catch_unwind(AssertUnwindSafe(theirs)).is_err());
}

/// In burn-nn smoothed targets go towards 1/L of L labels, here towards ½: the same for two labels and for one axis.
#[test]
fn binary_label_smoothing_is_the_same_up_to_two_labels() {
    let logits = spread(8, 5);
    let value = |labels: usize| {
        let shape = [8 / labels, labels];
        let ours = evaluate(DType::F32, shape, [&logits], |[x]| {
            let criterion = BinaryCrossEntropy::default().init().with_label_smoothing(0.25);
            criterion.forward(x.clone(), self::labels(&x), Reduction::Mean)
        });
        let theirs = evaluate(DType::F32, shape, [&logits], |[x]| {
            let config = nn::BinaryCrossEntropyLossConfig::new().with_logits(true).with_smoothing(Some(0.25));
            config.init(&x.device()).forward(x.clone(), self::labels(&x))
        });
        (ours, theirs)
    };
    let (ours, theirs) = value(2);
    assert_same(&ours, &theirs, TOLERANCES[1]);
    let (ours, theirs) = value(4);
    assert!((ours.value[0] - theirs.value[0]).abs() > 1e-3, "{ours:?} {theirs:?}");
    // What burn-nn computes, if it is wanted: the mixture as float targets.
    let theirs_by_hand = evaluate(DType::F32, [2, 4], [&logits], |[x]| {
        let targets = self::labels(&x).float() * 0.75 + 0.25 / 4.0;
        BinaryCrossEntropy::default().init().forward(x, targets, Reduction::Mean)
    });
    assert_same(&theirs_by_hand, &theirs, TOLERANCES[1]);
}

/// burn-nn weighs labels, and divides by the number of elements all the same.
#[test]
fn binary_weights_by_label_are_weights_of_elements() {
    let logits = spread(8, 6);
    let weights = [3.0, 0.5];
    let ours = evaluate(DType::F32, [4, 2], [&logits], |[x]| {
        let weights = Tensor::<2>::from_data([weights], &x.device()).expand([4, 2]);
        let criterion = BinaryCrossEntropy::default().init();
        criterion.forward_weighted(x.clone(), labels(&x), weights, Reduction::Sum) * (1.0 / 8.0)
    });
    let theirs = evaluate(DType::F32, [4, 2], [&logits], |[x]| {
        let config = nn::BinaryCrossEntropyLossConfig::new().with_logits(true);
        let criterion = config.with_weights(Some(weights.map(|w: f64| w as f32).to_vec())).init(&x.device());
        criterion.forward(x.clone(), labels(&x))
    });
    assert_same(&ours, &theirs, TOLERANCES[1]);
}

/// With one axis burn-nn's two weights are those of the answers 0 and 1.
#[test]
fn binary_weights_by_answer_are_pos_weight() {
    let logits = spread(8, 7);
    let ours = evaluate(DType::F32, [8], [&logits], |[x]| {
        let criterion = BinaryCrossEntropy::default().init().with_pos_weight(3.0 / 0.5);
        criterion.forward(x.clone(), labels(&x), Reduction::Mean) * 0.5
    });
    let theirs = evaluate(DType::F32, [8], [&logits], |[x]| {
        let config = nn::BinaryCrossEntropyLossConfig::new().with_logits(true).with_weights(Some(vec![0.5, 3.0]));
        config.init(&x.device()).forward(x.clone(), labels(&x))
    });
    assert_same(&ours, &theirs, TOLERANCES[1]);
}

#[test]
fn binary_cross_entropy_of_probabilities_0_and_1_has_a_gradient_and_had_none() {
    let probabilities = [1.0, 0.0, 1.0, 0.0, 0.5, 0.5, 0.5, 0.5];
    let ours = evaluate(DType::F32, [8], [&probabilities], |[p]| {
        let criterion = BinaryCrossEntropy::default().init().with_input(Input::Probabilities);
        criterion.forward(p.clone(), labels(&p), Reduction::Sum)
    });
    let theirs = evaluate(DType::F32, [8], [&probabilities], |[p]| {
        nn::BinaryCrossEntropyLossConfig::new().init(&p.device()).forward(p.clone(), labels(&p))
    });
    // Right and certain, twice; wrong and certain, twice: there the logarithm is floored.
    assert_eq!(ours.gradients[0][..4], [-1.0, 1.0, 0.0, 0.0]);
    assert!(theirs.gradients[0][..4].iter().all(|g| g.is_nan()), "{theirs:?}");
    assert_close(&ours.value, &[8.0 * theirs.value[0]], TOLERANCES[1], "value");
}

#[test]
fn binary_cross_entropy_keeps_the_digits_of_certain_negatives() {
    let logits = [-20.0];
    let no = |x: &Tensor<1>| Tensor::<1, Int>::from_data([0], &x.device());
    let ours = evaluate(DType::F32, [1], [&logits], |[x]| {
        BinaryCrossEntropy::default().init().forward(x.clone(), no(&x), Reduction::Mean)
    });
    let theirs = evaluate(DType::F32, [1], [&logits], |[x]| {
        let criterion = nn::BinaryCrossEntropyLossConfig::new().with_logits(true).init(&x.device());
        criterion.forward(x.clone(), no(&x))
    });
    let truth = (-20f64).exp();
    assert!((ours.value[0] / truth - 1.0).abs() < 1e-5 && (ours.gradients[0][0] / truth - 1.0).abs() < 1e-5);
    assert_eq!((theirs.value[0], theirs.gradients[0][0]), (0.0, 0.0));
}

#[test]
fn regression_losses_are_the_same() {
    let (predictions, targets) = (spread(12, 8), spread(12, 9));
    let inputs = [&predictions[..], &targets[..]];
    let shape = [3, 2, 2];
    for (by, nn_by) in both() {
        agree(
            shape,
            inputs,
            |[x, y]| Mse::default().init().forward(x, y, by),
            |[x, y]| nn::MseLoss::new().forward(x, y, nn_by.clone()),
        );
        agree(
            shape,
            inputs,
            |[x, y]| Huber::default().with_delta(1.5).init().forward(x, y, by),
            |[x, y]| nn::HuberLossConfig::new(1.5).init().forward(x, y, nn_by.clone()),
        );
        agree(
            shape,
            inputs,
            |[x, y]| SmoothL1::default().with_beta(0.5).init().forward(x, y, by),
            |[x, y]| nn::SmoothL1LossConfig::new().with_beta(0.5).init().forward_with_reduction(x, y, nn_by.clone()),
        );
        agree(
            shape,
            inputs,
            |[x, y]| L1::default().init().forward(x, y, by),
            |[x, y]| nn::LpLossConfig::l1().forward(x, y, nn_by.clone()),
        );
        agree(
            shape,
            inputs,
            |[x, y]| Mse::default().init().forward(x, y, by),
            |[x, y]| nn::LpLossConfig::l2().forward(x, y, nn_by.clone()),
        );
        agree(
            shape,
            inputs,
            |[x, y]| Lp::default().with_p(3.0).init().forward(x, y, by),
            |[x, y]| nn::LpLossConfig::new(3.0).init().forward(x, y, nn_by.clone()),
        );
    }
}

/// burn-nn's `SmoothL1Loss::forward` is what is `forward_no_reduction` everywhere else.
#[test]
fn unreduced_regression_losses_are_the_same() {
    let (predictions, targets) = (spread(12, 10), spread(12, 11));
    let inputs = [&predictions[..], &targets[..]];
    agree(
        [6, 2],
        inputs,
        |[x, y]| SmoothL1::default().init().forward_no_reduction(x, y),
        |[x, y]| nn::SmoothL1LossConfig::new().init().forward(x, y),
    );
    agree(
        [6, 2],
        inputs,
        |[x, y]| Huber::default().init().forward_no_reduction(x, y),
        |[x, y]| nn::HuberLossConfig::new(1.0).init().forward_no_reduction(x, y),
    );
    agree(
        [6, 2],
        inputs,
        |[x, y]| Lp::default().with_p(1.5).init().forward_no_reduction(x, y).mean_dims(&[1]),
        |[x, y]| nn::LpLossConfig::new(1.5).init().forward_reduce_dims(x, y, &[1]),
    );
}

#[test]
fn lp_below_1_has_a_gradient_where_nothing_is_wrong() {
    let (predictions, targets) = ([1.0, 2.0], [1.0, 0.0]);
    let ours = evaluate(DType::F32, [2], [&predictions, &targets], |[x, y]| {
        Lp::default().with_p(0.5).init().forward(x, y, Reduction::Sum)
    });
    let theirs = evaluate(DType::F32, [2], [&predictions, &targets], |[x, y]| {
        nn::LpLossConfig::new(0.5).init().forward(x, y, nn::Reduction::Sum)
    });
    assert_eq!(ours.gradients[0][0], 0.0);
    assert!(theirs.gradients[0][0].is_nan(), "{theirs:?}");
    assert_close(&ours.gradients[0][1..], &theirs.gradients[0][1..], TOLERANCES[1], "gradient");
}

/// An infinite error has the slope of the straight line; burn-nn multiplies the parabola's ∞ by 0.
#[test]
fn huber_of_an_infinite_error_has_a_gradient() {
    let (predictions, targets) = ([f64::INFINITY, 0.5], [0.0, 0.0]);
    let inputs: [&[f64]; 2] = [&predictions, &targets];
    let ours = [
        evaluate(DType::F32, [2], inputs, |[x, y]| Huber::default().init().forward(x, y, Reduction::Sum)),
        evaluate(DType::F32, [2], inputs, |[x, y]| SmoothL1::default().init().forward(x, y, Reduction::Sum)),
    ];
    let theirs = [
        evaluate(DType::F32, [2], inputs, |[x, y]| {
            nn::HuberLossConfig::new(1.0).init().forward(x, y, nn::Reduction::Sum)
        }),
        evaluate(DType::F32, [2], inputs, |[x, y]| {
            nn::SmoothL1LossConfig::new().init().forward_with_reduction(x, y, nn::Reduction::Sum)
        }),
    ];
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours.gradients[0], [1.0, 0.5]);
        assert!(theirs.gradients[0][0].is_nan(), "{theirs:?}");
    }
}

fn log_probabilities() -> Vec<f64> {
    [0.5, 0.25, 0.25, 0.125, 0.75, 0.125, 0.0625, 0.0625, 0.875].map(f64::ln).to_vec()
}

const SOFT: [f64; 9] = [0.25, 0.5, 0.25, 0.5, 0.125, 0.375, 0.625, 0.25, 0.125];

#[test]
fn kl_divergence_is_the_same_in_all_reductions() {
    let predictions = log_probabilities();
    let criterion = || KlDivergence::default().init().with_input(Input::LogProbabilities);
    let theirs = || nn::KLDivLossConfig::new().init();
    let inputs: [&[f64]; 2] = [&predictions, &SOFT];
    // burn-nn divides by the number of rows, and Burn's derivative of a division by a number is an f32.
    let divided = [TOLERANCES[1], (DType::F64, 1e-6, 0.0)];
    for by in [nn::Reduction::BatchMean, nn::Reduction::Auto] {
        agree_within(
            &divided,
            [3, 3],
            inputs,
            |[x, q]| criterion().forward_soft(x, q, Reduction::Mean),
            |[x, q]| theirs().forward(x, q, by.clone()),
        );
    }
    agree(
        [3, 3],
        inputs,
        |[x, q]| criterion().forward_soft(x, q, Reduction::Sum),
        |[x, q]| theirs().forward(x, q, nn::Reduction::Sum),
    );
    agree(
        [3, 3],
        inputs,
        |[x, q]| criterion().forward_soft(x, q, Reduction::Mean) * (1.0 / 3.0),
        |[x, q]| theirs().forward(x, q, nn::Reduction::Mean),
    );
    agree(
        [3, 3],
        inputs,
        |[x, q]| criterion().forward_soft_no_reduction::<2, 1>(x, q),
        |[x, q]| theirs().forward_no_reduction(x, q).sum_dim(1).squeeze_dim::<1>(1),
    );
    let log_targets = SOFT.map(f64::ln);
    agree_within(
        &divided,
        [3, 3],
        [&predictions, &log_targets],
        |[x, log_q]| criterion().forward_soft(x, log_q.exp(), Reduction::Mean),
        |[x, log_q]| {
            let criterion = nn::KLDivLossConfig::new().with_log_target(true).init();
            criterion.forward(x, log_q, nn::Reduction::BatchMean)
        },
    );
    // From logits, without a softmax of one's own.
    let logits = spread(9, 12);
    agree_within(
        &divided,
        [3, 3],
        [&logits, &SOFT],
        |[x, q]| KlDivergence::default().init().forward_soft(x, q.detach(), Reduction::Mean),
        |[x, q]| {
            let log_p = burn::tensor::activation::log_softmax(x, 1);
            theirs().forward(log_p, q.detach(), nn::Reduction::BatchMean)
        },
    );
}

#[test]
fn kl_divergence_of_impossible_classes_is_0_and_was_nan() {
    let (predictions, targets) = ([0.0, f64::NEG_INFINITY], [1.0, 0.0]);
    let ours = evaluate(DType::F32, [1, 2], [&predictions, &targets], |[x, q]| {
        let criterion = KlDivergence::default().init().with_input(Input::LogProbabilities);
        criterion.forward_soft(x, q, Reduction::Mean)
    });
    let theirs = evaluate(DType::F32, [1, 2], [&predictions, &targets], |[x, q]| {
        nn::KLDivLossConfig::new().init().forward(x, q, nn::Reduction::BatchMean)
    });
    assert_eq!((ours.value[0], &ours.gradients[0][..]), (0.0, &[-1.0, 0.0][..]));
    assert!(theirs.value[0].is_nan(), "{theirs:?}");
}

/// burn-nn takes the logarithm of targets between the least positive number and 1.
#[test]
fn kl_divergence_does_not_clamp_its_targets() {
    let evaluated = |targets: [f64; 2]| {
        let inputs: [&[f64]; 2] = [&[0.0, -1.0], &targets];
        let ours = evaluate(DType::F32, [1, 2], inputs, |[x, q]| {
            let criterion = KlDivergence::default().init().with_input(Input::LogProbabilities);
            criterion.forward_soft(x, q, Reduction::Mean)
        });
        let theirs = evaluate(DType::F32, [1, 2], inputs, |[x, q]| {
            nn::KLDivLossConfig::new().init().forward(x, q, nn::Reduction::BatchMean)
        });
        (ours, theirs)
    };
    let (ours, theirs) = evaluated([2.0, 0.5]);
    let truth = 2.0 * 2f64.ln() + 0.5 * (0.5f64.ln() + 1.0);
    assert_close(&ours.value, &[truth], TOLERANCES[1], "value");
    assert_close(&theirs.value, &[truth - 2.0 * 2f64.ln()], TOLERANCES[1], "value");
    // By a target of 0: −ln p, and the logarithm of the least positive number more.
    let (ours, theirs) = evaluated([1.0, 0.0]);
    assert_eq!(ours.gradients[1], [1.0, 1.0]);
    assert!(theirs.gradients[1][1] < -80.0, "{theirs:?}");
}

#[test]
fn poisson_nll_is_the_same() {
    let (predictions, targets) = (spread(8, 13), [0.0, 1.0, 2.0, 5.0, 0.5, 3.0, 1.0, 7.0]);
    agree(
        [4, 2],
        [&predictions, &targets],
        |[x, y]| PoissonNll::default().init().forward(x, y, Reduction::Mean),
        |[x, y]| nn::PoissonNllLossConfig::new().init().forward(x, y, nn::Reduction::Mean),
    );
    let rates: Vec<f64> = predictions.iter().map(|x| x + 3.5).collect();
    agree(
        [4, 2],
        [&rates, &targets],
        |[x, y]| PoissonNll::default().with_log_input(false).init().forward(x, y, Reduction::Sum),
        |[x, y]| nn::PoissonNllLossConfig::new().with_log_input(false).init().forward(x, y, nn::Reduction::Sum),
    );
}

/// burn-nn reads the targets to refuse negative ones; here nothing is read, and the formula is what it is.
#[test]
fn poisson_nll_does_not_read_its_targets() {
    let inputs: [&[f64]; 2] = [&[0.0], &[-1.0]];
    let ours = evaluate(DType::F32, [1], inputs, |[x, y]| PoissonNll::default().init().forward(x, y, Reduction::Sum));
    assert_eq!((ours.value[0], ours.gradients[0][0]), (1.0, 2.0));
    let theirs = || {
        evaluate(DType::F32, [1], inputs, |[x, y]| {
            nn::PoissonNllLossConfig::new().init().forward(x, y, nn::Reduction::Sum)
        })
    };
    assert!(catch_unwind(AssertUnwindSafe(theirs)).is_err());
}

/// burn-nn's π is an f32, and its targets of 0 have no gradient in the full loss.
#[test]
fn full_poisson_nll_is_the_same_in_f32_and_has_a_gradient_by_its_targets() {
    let (predictions, targets) = ([0.5, -1.0, 2.0], [0.0, 3.0, 7.0]);
    let inputs: [&[f64]; 2] = [&predictions, &targets];
    let evaluated = |dtype| {
        let ours = evaluate(dtype, [3], inputs, |[x, y]| {
            PoissonNll::default().with_full(true).init().forward(x, y, Reduction::Sum)
        });
        let theirs = evaluate(dtype, [3], inputs, |[x, y]| {
            nn::PoissonNllLossConfig::new().with_full(true).init().forward(x, y, nn::Reduction::Sum)
        });
        (ours, theirs)
    };
    let (ours, theirs) = evaluated(DType::F32);
    assert_close(&ours.value, &theirs.value, TOLERANCES[1], "value");
    assert_close(&ours.gradients[0], &theirs.gradients[0], TOLERANCES[1], "gradient");
    assert!(ours.all().all(f64::is_finite), "{ours:?}");
    assert!(theirs.gradients[1][0].is_nan(), "{theirs:?}");
    let (ours, theirs) = evaluated(DType::F64);
    let apart = (ours.value[0] - theirs.value[0]).abs();
    assert!((1e-9..1e-6).contains(&apart), "{apart:e}");
}

#[test]
fn gaussian_nll_is_the_same_down_to_the_least_variance() {
    let (means, targets) = (spread(8, 14), spread(8, 15));
    let variances = [0.25, 1.0, 2.0, 0.5, 4.0, 1e-9, 0.125, 0.0];
    let inputs: [&[f64]; 3] = [&means, &variances, &targets];
    for full in [false, true] {
        agree(
            [4, 2],
            inputs,
            |[mean, variance, y]| {
                let criterion = GaussianNll::default().with_full(full).init();
                criterion.forward(mean, variance, y, Reduction::Mean)
            },
            // The target comes second there.
            |[mean, variance, y]| {
                let criterion = nn::GaussianNLLLossConfig::new().with_full(full).init();
                criterion.forward(mean, y, variance, nn::Reduction::Mean)
            },
        );
    }
}

fn signs() -> Vec<f64> {
    YES.map(|yes| if yes == 1 { 1.0 } else { -1.0 }).to_vec()
}

#[test]
fn margin_losses_are_the_same() {
    let (scores, targets) = (spread(8, 16), signs());
    let inputs = [&scores[..], &targets[..]];
    for (by, nn_by) in both() {
        agree(
            [4, 2],
            inputs,
            |[x, y]| SoftMargin::default().init().forward(x, y.detach(), by),
            |[x, y]| nn::SoftMarginLoss::new().forward(x, y.detach(), nn_by.clone()),
        );
        agree(
            [4, 2],
            inputs,
            |[x, y]| HingeEmbedding::default().with_margin(1.5).init().forward(x, y.detach(), by),
            |[x, y]| {
                let criterion = nn::HingeEmbeddingLossConfig::new().with_margin(1.5).init();
                criterion.forward(x, y.detach(), nn_by.clone())
            },
        );
    }
}

/// Where two slopes meet burn-nn takes one of them, here it is 0.
#[test]
fn hinge_embedding_and_gaussian_nll_have_no_slope_at_their_corners() {
    let inputs: [&[f64]; 2] = [&[1.0, 0.0], &[-1.0, -1.0]];
    let ours =
        evaluate(DType::F32, [2], inputs, |[x, y]| HingeEmbedding::default().init().forward(x, y, Reduction::Sum));
    let theirs = evaluate(DType::F32, [2], inputs, |[x, y]| {
        nn::HingeEmbeddingLossConfig::new().init().forward(x, y, nn::Reduction::Sum)
    });
    assert_eq!((&ours.gradients[0][..], &theirs.gradients[0][..]), (&[0.0, -1.0][..], &[-1.0, -1.0][..]));
    let inputs: [&[f64]; 3] = [&[1.0], &[0.25], &[0.0]];
    let ours = evaluate(DType::F32, [1], inputs, |[mean, variance, y]| {
        GaussianNll::default().with_epsilon(0.25).init().forward(mean, variance, y, Reduction::Sum)
    });
    let theirs = evaluate(DType::F32, [1], inputs, |[mean, variance, y]| {
        nn::GaussianNLLLossConfig::new().with_eps(0.25).init().forward(mean, y, variance, nn::Reduction::Sum)
    });
    assert_eq!((ours.gradients[1][0], theirs.gradients[1][0]), (0.0, -6.0));
}

#[test]
fn multi_margin_is_the_same() {
    // No score is right at the margin.
    let (scores, margin) = (spread(24, 19), 49.0 / 32.0);
    for p in [1, 2] {
        for (by, nn_by) in both() {
            agree(
                [6, 4],
                [&scores],
                |[x]| {
                    let criterion = MultiMargin::default().with_margin(margin).with_p(f64::from(p)).init();
                    criterion.forward(x.clone(), classes(&x, &CLASSES), by)
                },
                |[x]| {
                    let criterion = nn::MultiMarginLossConfig::new().with_margin(margin).with_p(p).init();
                    criterion.forward(x.clone(), classes(&x, &CLASSES), nn_by.clone())
                },
            );
        }
    }
}

/// burn-nn adds the target's own term, 1, and subtracts it again.
#[test]
fn multi_margin_keeps_the_digits_of_small_losses() {
    let scores = [0.0, -0.9999];
    let ours = evaluate(DType::F32, [1, 2], [&scores], |[x]| {
        MultiMargin::default().with_p(2.0).init().forward(x.clone(), classes(&x, &[0]), Reduction::Mean)
    });
    let theirs = evaluate(DType::F32, [1, 2], [&scores], |[x]| {
        nn::MultiMarginLossConfig::new().with_p(2).init().forward(x.clone(), classes(&x, &[0]), nn::Reduction::Mean)
    });
    assert!((ours.value[0] / 0.5e-8 - 1.0).abs() < 0.01, "{ours:?}");
    assert_eq!(theirs.value[0], 0.0);
}

#[test]
fn multi_margin_has_no_slope_right_at_the_margin() {
    let scores = [0.0, -1.0];
    let ours = evaluate(DType::F32, [1, 2], [&scores], |[x]| {
        MultiMargin::default().init().forward(x.clone(), classes(&x, &[0]), Reduction::Mean)
    });
    let theirs = evaluate(DType::F32, [1, 2], [&scores], |[x]| {
        nn::MultiMarginLossConfig::new().init().forward(x.clone(), classes(&x, &[0]), nn::Reduction::Mean)
    });
    assert!(ours.all().all(|x| x == 0.0), "{ours:?}");
    assert_eq!(theirs.gradients[0], [-0.5, 0.5]);
}

#[test]
fn margin_ranking_is_a_hinge_of_the_difference() {
    let (first, second, targets) = (spread(8, 17), spread(8, 18), signs());
    let inputs: [&[f64]; 3] = [&first, &second, &targets];
    agree(
        [8],
        inputs,
        |[a, b, y]| Perceptron::default().init().forward(a - b, y.detach(), Reduction::Mean),
        |[a, b, y]| nn::MarginRankingLossConfig::new().init().forward(a, b, y.detach(), nn::Reduction::Mean),
    );
    let margin = 0.5;
    agree(
        [8],
        inputs,
        |[a, b, y]| Hinge::default().init().forward((a - b) * (1.0 / margin), y.detach(), Reduction::Mean) * margin,
        |[a, b, y]| {
            let criterion = nn::MarginRankingLossConfig::new().with_margin(margin).init();
            criterion.forward(a, b, y.detach(), nn::Reduction::Mean)
        },
    );
}

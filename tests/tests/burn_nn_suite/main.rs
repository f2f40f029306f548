//! burn-nn's own tests of the losses that both libraries have, as facts: its inputs, with the right numbers for them from
//! mpmath, and the swap of `docs/migration.md`. `PORTED` of each module lists what became of every one of its tests, and
//! which test here has its facts.
//!
//! Where the two behave differently, a test asserts what each of them does and says who is right; `docs/migration.md` has
//! a sentence about it, which this file looks for. `burn_nn.rs` compares the same losses on inputs of its own.

mod binary_cross_entropy;
mod cross_entropy;
mod display;
mod kl_divergence;
mod likelihoods;
mod margins;
mod regression;
mod words;

use Verdict::{Behaviour, Display, NotExpressible, Same, Words};
use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use burn_losses::prelude::*;
use burn_losses_tests::{numbers, said};
use std::collections::BTreeSet;

/// What became of a test of burn-nn.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verdict {
    /// The same numbers.
    Same,
    /// Another text where a criterion is printed.
    Display,
    /// A panic in both, in other words.
    Words,
    /// Another value, or a panic in one of them only: what the page says about it.
    Behaviour(&'static str),
    /// There is nothing here to ask: why.
    NotExpressible(&'static str),
}

/// A test of burn-nn, what became of it, and which test here has its facts.
pub(crate) type Ported = (&'static str, Verdict, Option<fn()>);

/// The files of burn-nn with their tests.
const FILES: [(&str, &[Ported]); 13] = [
    ("binary_cross_entropy", &binary_cross_entropy::PORTED),
    ("cross_entropy", &cross_entropy::PORTED),
    ("gaussian_nll", &likelihoods::GAUSSIAN),
    ("hinge_embedding", &margins::HINGE_EMBEDDING),
    ("huber", &regression::HUBER),
    ("kldiv", &kl_divergence::PORTED),
    ("lp_loss", &regression::LP),
    ("margin_ranking", &margins::MARGIN_RANKING),
    ("mse", &regression::MSE),
    ("multi_margin", &margins::MULTI_MARGIN),
    ("poisson", &likelihoods::POISSON),
    ("smooth_l1", &regression::SMOOTH_L1),
    ("soft_margin", &margins::SOFT_MARGIN),
];

/// How many of burn-nn's tests there are, and how many of them are the same here, differ where a criterion is printed, in
/// the words of a panic, in what a loss does, or cannot be expressed.
const COUNTS: [usize; 6] = [102, 74, 10, 7, 8, 3];

fn ported() -> impl Iterator<Item = (&'static str, Ported)> {
    FILES.into_iter().flat_map(|(file, ported)| ported.iter().map(move |&test| (file, test)))
}

#[test]
fn every_test_of_burn_nn_is_counted_once() {
    let [all, parts @ ..] = COUNTS;
    assert_eq!(parts.iter().sum::<usize>(), all);
    let of = |file: &str| FILES.iter().find(|(name, _)| *name == file).map_or(0, |(_, ported)| ported.len());
    // Of each file, as `grep -c '#\[test\]'` counts them in burn-nn 0.22.1.
    for (file, tests) in [
        ("binary_cross_entropy", 11),
        ("cross_entropy", 21),
        ("gaussian_nll", 4),
        ("hinge_embedding", 2),
        ("huber", 3),
        ("kldiv", 4),
        ("lp_loss", 21),
        ("margin_ranking", 2),
        ("mse", 2),
        ("multi_margin", 3),
        ("poisson", 9),
        ("smooth_l1", 18),
        ("soft_margin", 2),
    ] {
        assert_eq!(of(file), tests, "{file}");
    }
    let names: BTreeSet<_> = ported().map(|(file, (name, ..))| (file, name)).collect();
    assert_eq!(names.len(), all);
    let mut counted = [0; 5];
    for (file, (name, verdict, test)) in ported() {
        let kind = match verdict {
            Same => 0,
            Display => 1,
            Words => 2,
            Behaviour(_) => 3,
            NotExpressible(_) => 4,
        };
        counted[kind] += 1;
        assert_eq!(test.is_none(), kind == 4, "{file}: {name} has no test here, or one too many");
    }
    assert_eq!(counted, parts);
}

#[test]
fn the_page_says_every_difference() {
    let page = include_str!("../../../crates/burn-losses/docs/migration.md");
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for (file, (name, verdict, _)) in ported() {
        let said = match verdict {
            Behaviour(difference) => difference,
            NotExpressible(reason) => reason,
            Words => "panic with a sentence that names loss, parameter and range",
            Display => "prints by its name and parameters here",
            Same => continue,
        };
        assert!(page.contains(said), "{file}, {name}: not on the page: {said}");
    }
    let [all, same, display, words, behaviour, not_expressible] = COUNTS;
    let sentence = format!(
        "burn-nn has {all} tests of these losses. {same} of them hold here with the same numbers, {display} differ in \
         how a criterion prints, {words} in the words of a panic, {behaviour} in what a loss does, and \
         {not_expressible} ask for what is not here."
    );
    assert!(page.contains(&sentence), "{sentence}");
}

/// burn-nn's tests are in f32; f64 has to agree with the same numbers.
pub(crate) const FLOATS: [DType; 2] = [DType::F32, DType::F64];

/// How far from the truth: relative to it, or to a tenth where it is less.
fn tolerance(dtype: DType) -> f64 {
    if dtype == DType::F32 { 2e-6 } else { 1e-9 }
}

pub(crate) fn floats<const D: usize>(shape: [usize; D], values: &[f64], dtype: DType) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), (&Device::flex(), dtype))
}

pub(crate) fn ints<const D: usize>(shape: [usize; D], values: &[i64]) -> Tensor<D, Int> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
}

/// Predictions and targets of one shape.
pub(crate) fn pair<const D: usize>(
    shape: [usize; D],
    predictions: &[f64],
    targets: &[f64],
) -> impl Fn(DType) -> (Tensor<D>, Tensor<D>) {
    move |dtype| (floats(shape, predictions, dtype), floats(shape, targets, dtype))
}

#[track_caller]
pub(crate) fn assert_numbers<const D: usize>(got: Tensor<D>, expected: &[f64]) {
    let dtype = got.dtype();
    let got = numbers(got);
    assert_eq!(got.len(), expected.len(), "{dtype:?}: {got:?} and {expected:?}");
    let close = |(got, truth): (&f64, &f64)| (got - truth).abs() <= tolerance(dtype) * truth.abs().max(0.1);
    assert!(got.iter().zip(expected).all(close), "{dtype:?}: {got:?} instead of {expected:?}");
}

#[test]
fn wrong_numbers_are_told() {
    for (dtype, off) in [(DType::F32, 5e-6), (DType::F64, 3e-9)] {
        let told = |wrong, right| said(|| assert_numbers(floats([1], &[wrong], dtype), &[right])) != "nothing";
        assert!(!told(2.0, 2.0) && !told(0.0, 0.0));
        for (wrong, right) in [(2.0 + 2.0 * off, 2.0), (2.0 - 2.0 * off, 2.0), (off, 0.0), (f64::NAN, 2.0)] {
            assert!(told(wrong, right), "{dtype:?}: {wrong:e} for {right}");
        }
    }
    let of_two = |expected: &[f64]| said(|| assert_numbers(floats([2], &[1.0, 2.0], DType::F32), expected));
    assert!(of_two(&[1.0, 2.0]) == "nothing" && of_two(&[1.0]) != "nothing");
}

/// One value per target, their sum and their mean.
#[track_caller]
pub(crate) fn assert_losses<const D: usize, X, Y, C: Criterion<X, Y, Losses = Tensor<D>>>(
    criterion: &C,
    inputs: impl Fn(DType) -> (X, Y),
    losses: &[f64],
) {
    let sum: f64 = losses.iter().sum();
    for dtype in FLOATS {
        let ((x1, y1), (x2, y2), (x3, y3)) = (inputs(dtype), inputs(dtype), inputs(dtype));
        assert_numbers(criterion.forward_no_reduction(x1, y1), losses);
        assert_numbers(criterion.forward(x2, y2, Reduction::Sum), &[sum]);
        assert_numbers(criterion.forward(x3, y3, Reduction::Mean), &[sum / losses.len() as f64]);
    }
}

/// The mean alone.
#[track_caller]
pub(crate) fn assert_mean<X, Y>(criterion: &impl Criterion<X, Y>, inputs: impl Fn(DType) -> (X, Y), expected: f64) {
    for dtype in FLOATS {
        let (x, y) = inputs(dtype);
        assert_numbers(criterion.forward(x, y, Reduction::Mean), &[expected]);
    }
}

/// The gradient of a value at these numbers.
#[track_caller]
pub(crate) fn assert_gradient<const D: usize, const O: usize>(
    shape: [usize; D],
    at: &[f64],
    value: impl Fn(Tensor<D>, DType) -> Tensor<O>,
    expected: &[f64],
) {
    for dtype in FLOATS {
        let data = TensorData::new(at.to_vec(), shape);
        let x = Tensor::<D>::from_data(data, (&Device::flex().autodiff(), dtype)).require_grad();
        let gradients = value(x.clone(), dtype).sum().backward();
        assert_numbers(x.grad(&gradients).expect("a gradient"), expected);
    }
}

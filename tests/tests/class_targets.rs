//! Targets of every integer dtype are the same classes, however many there are and whatever is ignored; and class weights
//! are what they are to each other, however large or small. For every loss of classes, alone and in every wrapper.

use burn::tensor::{DType, Int, Tensor, TensorData};
use burn_losses::catalogue::{self, Family};
use burn_losses::prelude::*;
use burn_losses_tests::{
    Faults, Problem, Random, Tolerance, Way, class_entries, config, floods, numbers, plain_ways, said,
};
use serde_json::json;

/// Every loss of classes as it is, and every wrapper of the catalogue around one of each engine.
fn configurations() -> Vec<LossConfig> {
    let plain = class_entries().into_iter().map(|entry| config(json!(entry.name)));
    let wrappers = catalogue::all().iter().filter(|entry| entry.family == Family::Wrapper);
    let inner = ["cross_entropy", "normalized_focal", "multi_margin"];
    let wrapped = wrappers.flat_map(|entry| inner.map(|inner| json!({"name": entry.name, "loss": inner})));
    // Sums have a list.
    let wrapped = wrapped.filter_map(|value| serde_json::from_value::<LossConfig>(value).ok());
    plain.chain(wrapped.filter(|config| config.init().is_ok())).collect()
}

/// The losses, or the mean, of targets in a dtype.
fn value(problem: &Problem, way: &Way, targets: &[i64], dtype: DType) -> Vec<f64> {
    let criterion = problem.criterion(way);
    let logits = TensorData::new(problem.logits.clone(), problem.shape.clone());
    let logits = Tensor::<2>::from_data(logits, (&way.device, way.dtype));
    let data = TensorData::new(targets.to_vec(), [targets.len()]).convert_dtype(dtype);
    let targets = Tensor::<1, Int>::from_data(data, (&way.device, dtype));
    if floods(&problem.config) {
        return numbers(criterion.forward(logits, targets, Reduction::Mean));
    }
    let mean = numbers(criterion.forward(logits.clone(), targets.clone(), Reduction::Mean));
    [numbers(criterion.forward_no_reduction(logits, targets)), mean].concat()
}

fn holds(dtype: DType, number: i64) -> bool {
    match dtype {
        DType::U8 => (0..=255).contains(&number),
        DType::I8 => (-128..=127).contains(&number),
        DType::I16 => (-32_768..=32_767).contains(&number),
        DType::U16 => (0..=65_535).contains(&number),
        DType::U32 | DType::U64 => number >= 0,
        _ => true,
    }
}

/// As many classes as a narrow dtype has numbers, and more.
#[test]
fn targets_of_every_dtype_are_the_same_classes() {
    let mut faults = Faults::default();
    let ways: Vec<Way> = plain_ways().into_iter().filter(|way| way.dtype == DType::F32).collect();
    for config in configurations() {
        for (classes, targets) in [(128, [127, 0, 100]), (256, [1, 127, 0]), (300, [1, 0, 127])] {
            let problem = Problem::random(&config, &[3, classes], &mut Random::new(1));
            for way in &ways {
                let expected = value(&problem, way, &targets, DType::I64);
                for &dtype in way.ints {
                    let got = value(&problem, way, &targets, dtype);
                    faults.expect(got == expected && got.iter().all(|x| !x.is_nan()), || {
                        format!("{got:?} and not {expected:?}: {dtype:?} of {classes} classes, {way} {config:?}")
                    });
                }
            }
        }
    }
    faults.report(5_000);
}

/// An ignore index that the dtype has no number for is the number of no target, not that of another.
#[test]
fn ignored_targets_are_those_of_the_ignore_index_in_every_dtype() {
    let mut faults = Faults::default();
    let ways: Vec<Way> = plain_ways().into_iter().filter(|way| way.dtype == DType::F32).collect();
    for config in configurations() {
        let plain = Problem::random(&config, &[4, 5], &mut Random::new(2));
        for index in [-100, 256, 65_536 + 3, 1 << 40, 2] {
            let problem = Problem { ignore_index: Some(index), ..plain.clone() };
            for way in &ways {
                // What no target has changes nothing; what one has takes it out.
                let reference = if index == 2 { &problem } else { &plain };
                let expected = value(reference, way, &[0, 2, 3, 4], DType::I64);
                for &dtype in way.ints {
                    let got = value(&problem, way, &[0, 2, 3, 4], dtype);
                    faults.expect(got == expected, || {
                        format!("{got:?} and not {expected:?}: {index} in {dtype:?}, {way} {config:?}")
                    });
                    if index < 0 && holds(dtype, index) {
                        let of_wide = value(&problem, way, &[0, index, 3, 4], DType::I64);
                        let got = value(&problem, way, &[0, index, 3, 4], dtype);
                        faults.expect(got == of_wide, || {
                            format!("{got:?} and not {of_wide:?}: {dtype:?}, {way} {config:?}")
                        });
                    }
                }
            }
        }
    }
    faults.report(8_000);
}

/// Numbers beyond i64 are no class and no ignore index.
#[test]
fn targets_beyond_i64_are_no_ignore_index() {
    let mut faults = Faults::default();
    for name in ["cross_entropy", "brier", "multi_margin"] {
        let mut problem = Problem::random(&config(json!(name)), &[2, 3], &mut Random::new(3));
        problem.ignore_index = Some(-1);
        for way in plain_ways().into_iter().filter(|way| way.dtype == DType::F32 && way.ints.contains(&DType::U64)) {
            let logits = TensorData::new(problem.logits.clone(), [2, 3]);
            let logits = Tensor::<2>::from_data(logits, (&way.device, way.dtype));
            let targets = TensorData::new(vec![u64::MAX, 1], [2]);
            let targets = Tensor::<1, Int>::from_data(targets, (&way.device, DType::U64));
            let mut got = Vec::new();
            let said = said(|| got = numbers(problem.criterion(&way).forward_no_reduction(logits, targets)));
            let refused = said.contains("targets must be a class");
            faults.expect(refused || (got.len() == 2 && got[0].is_nan()), || format!("{got:?}, {said}, {way} {name}"));
        }
    }
    faults.report(6);
}

/// A factor that all class weights have in common cancels in the mean, however far it is from 1.
#[test]
fn common_factor_of_class_weights_cancels_in_the_mean() {
    let mut faults = Faults::default();
    let by = Some(Reduction::Mean);
    for entry in class_entries() {
        let plain = Problem::random(&config(json!(entry.name)), &[6, 3], &mut Random::new(4));
        for weights in [[1.0, 2.0, 0.5], [1.0, 0.0, 0.25]] {
            let plain = Problem { class_weights: Some(weights.to_vec()), ..plain.clone() };
            for factor in [1e-300, 1e-60, 1e-30, 1e30, 1e60, 1e300] {
                let scaled = weights.map(|weight| weight * factor).to_vec();
                let problem = Problem { class_weights: Some(scaled), ..plain.clone() };
                for way in plain_ways() {
                    let (got, expected) = (problem.run(&way, by), plain.run(&way, by));
                    let tolerance = Tolerance { least: 1.0, ..Tolerance::of(&plain.config, way.dtype) };
                    faults.compare_outcomes(tolerance, &got, &expected, || format!("{factor:e}, {way} {problem:?}"));
                }
            }
        }
    }
    faults.report(5_000);
}

/// Where they do not cancel, weights are refused that the arithmetic has no numbers for.
#[test]
fn class_weights_beyond_the_arithmetic_are_refused_where_they_do_not_cancel() {
    let mut faults = Faults::default();
    for entry in class_entries().into_iter().filter(|entry| entry.family != Family::Wrapper) {
        let mut problem = Problem::random(&config(json!(entry.name)), &[6, 3], &mut Random::new(5));
        problem.class_weights = Some(vec![1e300, 1.0, 1e300]);
        for way in plain_ways() {
            let mut got = Vec::new();
            let said = said(|| got = problem.run(&way, Some(Reduction::Sum)).value);
            let sentence = format!(
                "{}: class_weights must be ≤ 3.4028234663852886e38 in this dtype, unless the mean divides by them, got 1e300",
                entry.type_name
            );
            let right =
                if way.dtype == DType::F64 { got.len() == 1 && !got[0].is_nan() } else { said.starts_with(&sentence) };
            faults.expect(right, || format!("{got:?}, {said}, {way} {}", entry.name));
        }
    }
    faults.report(500);
}

//! The golden vectors of losses of float tensors: values and every gradient, on every way.

use burn::tensor::DType;
use burn_losses::prelude::*;
use burn_losses_tests::*;

#[test]
fn values_and_gradients_are_those_of_the_golden_vectors() {
    let only = std::env::var("LOSS_GOLDEN").ok();
    let mut faults = Faults::default();
    for file in tensor_files().into_iter().filter(|file| only.as_ref().is_none_or(|only| file == only)) {
        for (number, case) in golden_tensors(&file).into_iter().enumerate() {
            // These losses have no GPU kernel of their own, and Burn makes dozens for each: a GPU gets a few cases.
            // Of those that ask most of f32, all.
            let is_asked = number % 12 == 0 || case.name.starts_with("next_to_equal");
            let taken = |way: &Way| way.reads_targets || (is_asked && !way.checkpointing && way.composed);
            for way in new_ways().into_iter().filter(|way| case.fits(way.dtype)).filter(taken) {
                check(&mut faults, &file, &case, &way);
            }
        }
    }
    let on_cpu = new_ways().iter().any(|way| way.reads_targets);
    faults.report(match only {
        Some(_) => 1,
        None if on_cpu => 50_000,
        None => 500,
    });
}

/// Whether a slope is told apart from others by what a float can hold. Where p and q differ by less than a rounding
/// error, |p − q| has the slope of 0; a subnormal probability has no finite inverse; where p is below every float, and q
/// is 0, p/(p + q) is no longer a half.
fn can_tell(case: &TensorCase, way: &Way, input: usize, at: usize) -> bool {
    let x = case.inputs[input].data[at];
    if way.dtype != DType::F64 && x > 0.0 && x < f64::from(f32::MIN_POSITIVE) {
        return false;
    }
    match case.config.name() {
        "total_variation" => !case.extreme,
        // The slope of p itself at 0 is lost in the floor of ln p.
        "generalized_cross_entropy" => {
            input != 0 || case.input != Some(Input::Probabilities) || case.inputs[0].data[at] != 0.0
        }
        "skew_jensen_shannon" | "weighted_jensen_shannon" => {
            input != 1 || !case.extreme || case.inputs[1].data[at] != 0.0
        }
        _ => true,
    }
}

fn check(faults: &mut Faults, file: &str, case: &TensorCase, way: &Way) {
    let is_soft = file.ends_with(".soft") && !case.name.contains("one_hot");
    let problem = TensorProblem::from(case);
    let all = |numbers: &[Number]| numbers.iter().map(|number| number.0).collect::<Vec<_>>();
    let expected = [
        (None, all(&case.none.value), &case.none.gradients),
        (Some(Reduction::Mean), vec![case.mean.value.0], &case.mean.gradients),
        (Some(Reduction::Sum), vec![case.sum.value.0], &case.sum.gradients),
    ];
    for (reduction, value, gradients) in expected {
        let what = || format!("{file}, {}, {reduction:?}, {way}", case.name);
        if let Some(weights) = case.weights.as_ref().filter(|_| problem.is_of_many()) {
            faults.expect(weights.shape == problem.losses_shape(), || format!("{:?}, {}", weights.shape, what()));
        }
        let got = problem.run(way, reduction);
        let [of_value, tolerance] = if is_soft {
            let slopes = gradients[0].as_deref().map(all).unwrap_or_default();
            Tolerance::of_soft(&case.config, way, &slopes)
        } else {
            [Tolerance::of(&case.config, way.dtype); 2]
        };
        faults.compare(of_value, &got.value, &value, || format!("value, {}", what()));
        for (index, expected) in gradients.iter().enumerate() {
            let Some(expected) = expected else { continue };
            let expected = all(expected);
            let zeros = vec![0.0; expected.len()];
            let got = got.gradients[index].as_ref().unwrap_or(&zeros);
            let told = |at: &usize| can_tell(case, way, index, *at);
            let [got, expected] = [got, &expected]
                .map(|numbers| (0..numbers.len()).filter(told).map(|at| numbers[at]).collect::<Vec<_>>());
            faults.compare(tolerance, &got, &expected, || format!("gradient {index}, {}", what()));
        }
    }
}

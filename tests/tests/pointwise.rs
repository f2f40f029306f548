//! What holds for every loss of single elements, whatever the numbers are: predictions against targets, decisions
//! against labels, distributions against what was observed.

use burn::tensor::{Bool, DType, Device, Int, Tensor, TensorData, s};
use burn_losses::catalogue::{self, Family, Signature};
use burn_losses::prelude::*;
use burn_losses_tests::{
    Differences, Faults, Random, TensorOutcome, TensorProblem, Tolerance, Way, config, describe_tensors,
    expect_nothing, f64_ways, full_precision_ways, numbers, rotating_ways, said, same, tensor_configurations, times,
    zeros,
};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Along axis 1 of every shape here, or the only axis.
const CLASSES: usize = 4;

const REDUCTIONS: [Option<Reduction>; 3] = [None, Some(Reduction::Mean), Some(Reduction::Sum)];

/// A problem for every configuration, of ranks 1 to 4 in turn; for binary losses also with everything that belongs to
/// them in turn.
fn problems(seed: u64) -> Vec<TensorProblem> {
    let mut random = Random::new(seed);
    let turn = seed as usize;
    let shapes: [&[usize]; 4] = [&[3, CLASSES], &[2, CLASSES, 3], &[CLASSES], &[2, CLASSES, 1, 2]];
    let configs = tensor_configurations(CLASSES).into_iter().enumerate();
    let problem = |(number, config): (usize, LossConfig)| {
        let problem = TensorProblem::random(&config, shapes[(number + turn) % 4], &mut random);
        if config.signature() == Signature::Binary { with_options(problem, number + turn) } else { problem }
    };
    configs.map(problem).collect()
}

/// A binary problem with scores of some kind, with and without a factor of positives and smoothed labels.
fn with_options(problem: TensorProblem, turn: usize) -> TensorProblem {
    let input = [Input::Logits, Input::Probabilities, Input::LogProbabilities][turn % 3];
    let mut problem = problem.with_input(input);
    problem.pos_weight = [None, Some(vec![2.0, 0.5, 1.0, 3.5])][turn / 3 % 2].clone();
    problem.label_smoothing = [0.0, 0.25][turn / 6 % 2];
    problem
}

/// What two ways to the same number may differ by: rounding errors of the largest number beside it, and of 1.
fn close(dtype: DType) -> Tolerance {
    let (relative, floor) = if dtype == DType::F64 { (5e-13, 5e-14) } else { (2e-5, 5e-6) };
    Tolerance { relative, floor, absolute: 0.0, least: 1.0, largest: f64::MAX }
}

/// Weights that are exact in every dtype, a few of them 0.
fn some_weights(len: usize, random: &mut Random) -> Vec<f64> {
    (0..len).map(|at| if at == 0 { 0.75 } else { 0.5 * random.below(5) as f64 }).collect()
}

// ---- Gradients ----

/// The weight v^β of the β-NLL is held constant: its gradient by the scale is no derivative of the value.
fn is_held_constant(problem: &TensorProblem, input: usize) -> bool {
    problem.config.name() == "beta_nll" && input == 1
}

#[test]
fn gradients_are_the_differences_of_the_value() {
    let mut faults = Faults::default();
    let mut differences = Differences::default();
    let ways = f64_ways();
    for seed in [1, 2] {
        for (number, problem) in problems(seed).iter().enumerate() {
            let by = REDUCTIONS[number % 3];
            let mut outcomes: Vec<(&Way, TensorOutcome)> = ways.iter().map(|way| (way, problem.run(way, by))).collect();
            if problem.config.entry().family == Family::Margin {
                // Differences are taken by the first way, and labels can be moved only where they are not looked at.
                outcomes.sort_by_key(|(way, _)| !way.composed);
            }
            for input in (0..problem.inputs.len()).filter(|&input| !is_held_constant(problem, input)) {
                if problem.config.signature() == Signature::Binary && input == 1 {
                    let still = outcomes
                        .iter()
                        .all(|(_, outcome)| outcome.gradient(input, problem.len()).iter().all(|&g| g == 0.0));
                    faults.expect(still, || format!("a gradient by the labels, {}", describe_tensors(problem)));
                    continue;
                }
                let step = |x: f64| if x.abs() < 0.1 { 1e-3 } else { 4e-3 };
                differences.compare(&mut faults, (problem, by), &outcomes, input, step);
            }
        }
    }
    differences.report();
    faults.report(10_000);
}

/// The part that is held constant is a factor of the Gaussian likelihood's gradient.
#[test]
fn beta_nll_has_the_gradient_of_the_likelihood_times_a_constant() {
    let mut faults = Faults::default();
    for beta in [0.0, 0.25, 0.5, 1.0] {
        let of = |value: Value| TensorProblem::random(&config(value), &[5, CLASSES], &mut Random::new(3));
        let weighted = of(json!({"name": "beta_nll", "beta": beta}));
        let plain = of(json!("gaussian_nll"));
        let factors: Vec<f64> = plain.inputs[1].iter().map(|v| v.powf(beta)).collect();
        for way in rotating_ways() {
            let got = weighted.run(&way, None);
            let mut expected = plain.run_with(&way, None, Some(&factors));
            expected.value.iter_mut().zip(&factors).for_each(|(value, factor)| *value *= factor);
            same(&mut faults, close(way.dtype), &weighted, &got, &expected, || format!("{way}"));
        }
    }
    faults.report(70);
}

/// The gradient of one value an element, pulled at by random numbers, is that of the plain sum times these numbers.
#[test]
fn upstream_gradients_multiply() {
    let mut faults = Faults::default();
    let mut random = Random::new(4);
    for problem in problems(4) {
        let pulls: Vec<f64> = (0..problem.len()).map(|_| random.eighth(4.0)).collect();
        for way in rotating_ways() {
            let mut expected = problem.run(&way, None);
            for gradient in expected.gradients.iter_mut().flatten() {
                gradient.iter_mut().zip(&pulls).for_each(|(g, pull)| *g *= pull);
            }
            let got = problem.run_with(&way, None, Some(&pulls));
            same(&mut faults, close(way.dtype), &problem, &got, &expected, || format!("{way}"));
            for by in [Reduction::Mean, Reduction::Sum] {
                let plain = problem.run(&way, Some(by));
                let expected = TensorOutcome { value: plain.value.clone(), ..times(&plain, -2.5) };
                let got = problem.run_with(&way, Some(by), Some(&[-2.5]));
                same(&mut faults, close(way.dtype), &problem, &got, &expected, || format!("{by:?} {way}"));
            }
        }
    }
    faults.report(6_000);
}

/// Whether an input has a gradient does not change those of the others.
#[test]
fn gradients_do_not_depend_on_what_else_is_differentiated() {
    let mut faults = Faults::default();
    for problem in problems(5) {
        let able = if problem.config.signature() == Signature::Binary { 1 } else { problem.inputs.len() };
        for way in rotating_ways() {
            for by in [None, Some(Reduction::Mean)] {
                let all = problem.run(&way, by);
                for alone in 0..able {
                    let mut one = problem.clone();
                    one.tracked = (0..problem.inputs.len()).map(|input| input == alone).collect();
                    // A loss that does not depend on this input at all is a part of no graph.
                    if alone > 0 && all.gradient(alone, problem.len()).iter().all(|&g| g == 0.0) {
                        continue;
                    }
                    let got = one.run(&way, by);
                    let what = || format!("{alone} alone, {by:?} {way}, {}", describe_tensors(&problem));
                    faults.compare(close(way.dtype), &got.value, &all.value, || format!("value, {}", what()));
                    let [alone_gradient, expected] = [&got, &all].map(|x| x.gradient(alone, problem.len()));
                    faults.compare(close(way.dtype), &alone_gradient, &expected, || format!("gradient, {}", what()));
                    let others = (0..problem.inputs.len()).filter(|&input| input != alone);
                    let none = others.into_iter().all(|input| got.gradients[input].is_none());
                    faults.expect(none, || format!("a gradient nobody asked for, {}", what()));
                }
            }
        }
    }
    faults.report(5_000);
}

#[test]
fn fused_and_composed_paths_agree() {
    let mut faults = Faults::default();
    for seed in 6..12 {
        for mut problem in problems(seed) {
            // Exact in f32, and now and then upon a kink.
            if problem.input == Input::Logits {
                let inputs = problem.inputs.iter_mut().flatten();
                inputs.for_each(|x| *x = if *x > 0.0 { (*x * 8.0).ceil() } else { (*x * 8.0).floor() } / 8.0);
            }
            for composed in rotating_ways().iter().filter(|way| way.composed) {
                let fused = Way { composed: false, ..composed.clone() };
                for by in REDUCTIONS {
                    let (got, expected) = (problem.run(composed, by), problem.run(&fused, by));
                    same(&mut faults, close(fused.dtype), &problem, &got, &expected, || format!("{by:?} {fused}"));
                }
            }
        }
    }
    faults.report(7_500);
}

// ---- Reductions and weights ----

#[test]
fn sum_is_so_many_times_the_mean_and_the_sum_of_the_elements() {
    let mut faults = Faults::default();
    for problem in problems(11) {
        for way in rotating_ways() {
            let sum = problem.run(&way, Some(Reduction::Sum));
            let mean = times(&problem.run(&way, Some(Reduction::Mean)), problem.len() as f64);
            let tolerance = close(way.dtype).times(4.0);
            same(&mut faults, tolerance, &problem, &mean, &sum, || format!("mean, {way}"));
            let mut each = problem.run(&way, None);
            each.value = vec![each.value.iter().sum()];
            same(&mut faults, tolerance, &problem, &each, &sum, || format!("elements, {way}"));
            faults.compare(close(way.dtype), &problem.value(&way, Some(Reduction::Sum)), &sum.value, || {
                format!("outside of any graph, {way}, {}", describe_tensors(&problem))
            });
        }
    }
    faults.report(5_000);
}

/// Σ wℓ, and Σ wℓ/Σ w.
#[test]
fn weights_multiply_and_the_mean_divides_by_their_sum() {
    let mut faults = Faults::default();
    let mut random = Random::new(12);
    for problem in problems(12) {
        let weights = some_weights(problem.len(), &mut random);
        let total: f64 = weights.iter().sum();
        let weighted = TensorProblem { weights: Some(weights.clone()), ..problem.clone() };
        for way in rotating_ways() {
            for (by, divisor) in [(Reduction::Sum, 1.0), (Reduction::Mean, total)] {
                let shares: Vec<f64> = weights.iter().map(|w| w / divisor).collect();
                let mut expected = problem.run_with(&way, None, Some(&shares));
                expected.value = vec![expected.value.iter().zip(&shares).map(|(loss, share)| loss * share).sum()];
                let got = weighted.run(&way, Some(by));
                same(&mut faults, close(way.dtype).times(4.0), &problem, &got, &expected, || format!("{by:?} {way}"));
            }
        }
    }
    faults.report(4_000);
}

/// Whatever stands where the weight is 0, there is no loss and no gradient.
#[test]
fn weight_of_zero_silences_nan_and_infinities() {
    let mut faults = Faults::default();
    let mut random = Random::new(13);
    for (number, problem) in problems(13).into_iter().enumerate() {
        let mut weights = some_weights(problem.len(), &mut random);
        weights[problem.len() / 2] = 0.0;
        let clean = TensorProblem { weights: Some(weights.clone()), ..problem };
        for (turn, wrong) in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].into_iter().enumerate() {
            let mut bad = clean.clone();
            let count = bad.inputs.len();
            for (input, numbers) in bad.inputs.iter_mut().enumerate() {
                // All of the inputs, or one of them.
                if turn == 0 || input == (number + turn) % count {
                    let silent = numbers.iter_mut().zip(&weights).filter(|(_, w)| **w == 0.0);
                    silent.for_each(|(number, _)| *number = wrong);
                }
            }
            for way in rotating_ways() {
                let by = [Reduction::Mean, Reduction::Sum][(number + turn) % 2];
                let (got, expected) = (bad.run(&way, Some(by)), clean.run(&way, Some(by)));
                same(&mut faults, close(way.dtype), &bad, &got, &expected, || format!("{wrong} {by:?} {way}"));
                for input in 0..count {
                    let gradient = got.gradient(input, bad.len());
                    let still = gradient.iter().zip(&weights).all(|(&g, &w)| w != 0.0 || g == 0.0);
                    faults.expect(still, || {
                        format!("{wrong}: {gradient:?} by {input}, {way} {}", describe_tensors(&bad))
                    });
                }
            }
        }
    }
    faults.report(8_000);
}

#[test]
fn weights_of_zero_alone_give_zero() {
    let mut faults = Faults::default();
    for (number, mut problem) in problems(14).into_iter().enumerate() {
        problem.weights = Some(vec![0.0; problem.len()]);
        if number % 2 == 0 {
            problem.inputs[0][0] = f64::NAN;
        }
        expect_nothing(&mut faults, &problem);
    }
    faults.report(1_500);
}

// ---- Elements by themselves ----

#[test]
fn losses_of_joined_batches_are_joined() {
    let mut faults = Faults::default();
    let halves = |problem: &TensorProblem| {
        let mut shape = problem.shape.clone();
        shape[0] /= 2;
        let half = problem.len() / 2;
        [0..half, half..2 * half].map(|part| {
            let inputs = problem.inputs.iter().map(|input| input[part.clone()].to_vec()).collect();
            TensorProblem { shape: shape.clone(), inputs, ..problem.clone() }
        })
    };
    // One axis is the class axis, and cannot be cut.
    for problem in problems(15).iter().filter(|problem| problem.shape[0] == 2) {
        for way in rotating_ways() {
            let [mut got, second] = halves(problem).map(|half| half.run(&way, None));
            got.value.extend(second.value);
            for (first, second) in got.gradients.iter_mut().zip(second.gradients) {
                if let (Some(first), Some(second)) = (first, second) {
                    first.extend(second);
                }
            }
            let expected = problem.run(&way, None);
            same(&mut faults, close(way.dtype), problem, &got, &expected, || format!("{way}"));
        }
    }
    faults.report(1_000);
}

/// As many elements as fill many vectors, stretches of memory and tasks: each as if it were alone.
#[test]
fn long_tensors_are_their_elements() {
    let mut faults = Faults::default();
    let names = ["mse", "tukey", "poisson_nll", "binary_focal", "gaussian_nll"];
    let mut configs: Vec<LossConfig> = names.iter().map(|name| config(json!(name))).collect();
    configs.push(config(json!({"name": "quantile", "tau": [0.1, 0.25, 0.5, 0.9]})));
    for config in &configs {
        // 4 · 10007 elements: beyond a task, and no multiple of any vector.
        let long = TensorProblem::random(config, &[1, CLASSES, 10_007], &mut Random::new(16));
        let picked: Vec<usize> = (0..long.len()).step_by(1_009).collect();
        for way in rotating_ways() {
            let each = long.run(&way, None);
            let mean = long.run(&way, Some(Reduction::Mean));
            let sum: f64 = each.value.iter().sum();
            let tolerance = close(way.dtype).times(8.0);
            faults.compare(tolerance, &mean.value, &[sum / long.len() as f64], || {
                format!("{way} {}", describe_tensors(&long))
            });
            for &at in &picked {
                let class = at / 10_007;
                let mut short = TensorProblem { shape: vec![1, CLASSES, 1], ..long.clone() };
                // The element at its class, and others beside it.
                short.inputs = long
                    .inputs
                    .iter()
                    .map(|x| (0..4).map(|k| if k == class { x[at] } else { x[k] }).collect())
                    .collect();
                let alone = short.run(&way, None);
                let what = || format!("element {at}, {way} {}", describe_tensors(&long));
                faults.compare(close(way.dtype), &each.value[at..=at], &alone.value[class..=class], what);
                for input in 0..long.inputs.len() {
                    let expected = alone.gradient(input, 4)[class];
                    for (outcome, factor) in [(&each, 1.0), (&mean, long.len() as f64)] {
                        let got = outcome.gradient(input, long.len())[at] * factor;
                        faults
                            .compare(close(way.dtype), &[got], &[expected], || format!("gradient {input}, {}", what()));
                    }
                }
            }
        }
    }
    faults.report(5_000);
}

#[test]
fn nan_in_is_nan_out_and_nothing_else() {
    let mut faults = Faults::default();
    for problem in problems(17) {
        let clean: Vec<(Way, TensorOutcome)> =
            rotating_ways().into_iter().map(|way| (way.clone(), problem.run(&way, None))).collect();
        let inputs = if problem.config.signature() == Signature::Distribution { 3 } else { 1 };
        for input in 0..inputs {
            for at in [0, problem.len() - 1] {
                let mut bad = problem.clone();
                bad.inputs[input][at] = f64::NAN;
                for (way, clean) in &clean {
                    // A kind of label of no importance has none here, either.
                    if problem.config.signature() == Signature::Binary && clean.value[at] == 0.0 {
                        continue;
                    }
                    let got = bad.run(way, None);
                    let mut expected = got.clone();
                    let what = || format!("input {input} at {at}, {way} {}", describe_tensors(&problem));
                    faults.expect(got.value[at].is_nan(), || format!("{:?}, {}", got.value, what()));
                    // Only the element itself may differ.
                    expected.value.clone_from(&clean.value);
                    expected.value[at] = f64::NAN;
                    faults.compare(close(way.dtype), &got.value, &expected.value, || format!("value, {}", what()));
                    let mut gradient = got.gradient(0, problem.len());
                    gradient[at] = clean.gradient(0, problem.len())[at];
                    let of_clean = clean.gradient(0, problem.len());
                    faults.compare(close(way.dtype), &gradient, &of_clean, || format!("gradient, {}", what()));
                }
            }
        }
    }
    faults.report(5_000);
}

#[test]
fn empty_tensors_give_zero_and_stay_in_the_graph() {
    let mut faults = Faults::default();
    for config in tensor_configurations(CLASSES) {
        for shape in [&[0, CLASSES][..], &[0, CLASSES, 3], &[2, CLASSES, 0], &[0, CLASSES, 1, 2]] {
            let plain = TensorProblem::random(&config, shape, &mut Random::new(18));
            let weighted = TensorProblem { weights: Some(Vec::new()), ..plain.clone() };
            for (problem, reductions) in [(plain, &REDUCTIONS[..]), (weighted, &REDUCTIONS[1..])] {
                for way in rotating_ways() {
                    for &by in reductions {
                        let got = problem.run(&way, by);
                        let zero = vec![0.0; by.iter().count()];
                        let what = || format!("{got:?} {by:?} {way} {}", describe_tensors(&problem));
                        faults.expect(got.value == zero && problem.value(&way, by) == zero, what);
                        let of_first = got.gradients[0].as_ref();
                        faults.expect(of_first.is_some_and(Vec::is_empty), what);
                    }
                }
            }
        }
    }
    faults.report(20_000);
}

// ---- Layouts ----

/// One loss of every engine's kind, with and without lists by class.
fn samples() -> Vec<LossConfig> {
    let list = [0.1, 0.25, 0.5, 0.9];
    let values = [
        json!("mse"),
        json!("wing"),
        json!("soft_margin"),
        json!("poisson_nll"),
        json!({"name": "quantile", "tau": list}),
        json!({"name": "quantile_huber", "tau": list}),
        json!("binary_cross_entropy"),
        json!({"name": "binary_focal", "alpha": list, "gamma": [0.0, 1.0, 2.0, 0.5]}),
        json!("asymmetric"),
        json!("gaussian_nll"),
        json!("student_t_nll"),
    ];
    values.map(config).into()
}

/// Inputs and weights as views of others, in the graph and as leaves themselves: the result is that of a copy.
fn layout_holds<const L: usize, const D: usize>(
    faults: &mut Faults,
    shape: [usize; L],
    name: &str,
    view: impl Fn(Tensor<L>) -> Tensor<D>,
) {
    for way in rotating_ways() {
        for (turn, config) in samples().iter().enumerate() {
            let mut random = Random::new(19 + turn as u64);
            let mut problem = TensorProblem::random(config, &shape, &mut random);
            let inputs = problem.inputs.len();
            // Labels have no gradient.
            problem.tracked = (0..inputs).map(|input| input == 0 || config.signature() != Signature::Binary).collect();
            let leaves = problem.tensors::<L>(&way, true);
            let viewed: Vec<Tensor<D>> = leaves.iter().map(|leaf| view(leaf.clone())).collect();
            let dims = viewed[0].dims();
            let contiguous = |tensor: &Tensor<D>| {
                let data = TensorData::new(numbers(tensor.clone()), dims);
                Tensor::<D>::from_data(data, (&tensor.device(), way.dtype))
            };
            let tracked = |(tensor, tracked): (Tensor<D>, &bool)| if *tracked { tensor.require_grad() } else { tensor };
            let copies: Vec<Tensor<D>> = viewed.iter().map(contiguous).zip(&problem.tracked).map(tracked).collect();
            let strided: Vec<Tensor<D>> =
                viewed.iter().map(|tensor| tensor.clone().detach()).zip(&problem.tracked).map(tracked).collect();
            let by = REDUCTIONS[turn % 3];
            let weights = (turn % 2 == 0).then(|| {
                let data = TensorData::new(some_weights(problem.len(), &mut random), shape);
                view(Tensor::<L>::from_data(data, (&way.autodiff(), way.dtype)))
            });
            let what = || format!("{name}, {by:?} {way} {}", describe_tensors(&problem));
            let tolerance = close(way.dtype);

            let (value, loss) = problem.forward(&way, by, &copies, weights.as_ref().map(contiguous), None);
            let gradients = loss.backward();
            let expected: Vec<Option<Vec<f64>>> =
                copies.iter().map(|copy| copy.grad(&gradients).map(numbers)).collect();

            let (got, loss) = problem.forward(&way, by, &strided, weights.clone(), None);
            let gradients = loss.backward();
            faults.compare(tolerance, &got, &value, || format!("value of leaves, {}", what()));
            for input in 0..inputs {
                let got = strided[input].grad(&gradients).map(numbers);
                if let Some((got, expected)) = got.zip(expected[input].clone()) {
                    faults.compare(tolerance, &got, &expected, || format!("gradient {input} of leaves, {}", what()));
                }
            }

            let (got, loss) = problem.forward(&way, by, &viewed, weights.clone(), None);
            let gradients = loss.backward();
            faults.compare(tolerance, &got, &value, || format!("value of views, {}", what()));
            for input in 0..inputs {
                let Some(expected) = &expected[input] else { continue };
                // As the gradient of a plain product goes back through the view.
                let data = TensorData::new(expected.clone(), dims);
                let constant = Tensor::<D>::from_data(data, (&way.autodiff(), way.dtype));
                let back = leaves[input].grad(&(view(leaves[input].clone()) * constant).sum().backward());
                let back = numbers(back.expect("the leaf has a gradient"));
                let Some(got) = leaves[input].grad(&gradients).map(numbers) else { continue };
                faults.compare(tolerance, &got, &back, || format!("gradient {input} of views, {}", what()));
            }
            let first = leaves[0].grad(&gradients).is_some() && expected[0].is_some();
            faults.expect(first, || format!("no gradient, {}", what()));
        }
    }
}

#[test]
fn tensors_in_any_layout_are_their_copies() {
    const C: i64 = CLASSES as i64;
    let mut faults = Faults::default();
    let f = &mut faults;
    layout_holds::<1, 1>(f, [CLASSES], "as it is", |x| x);
    layout_holds::<1, 1>(f, [9], "every second", |x| x.slice(s![1..9;2]));
    layout_holds::<1, 1>(f, [CLASSES], "flipped", |x| x.flip([0]));
    layout_holds::<1, 1>(f, [1], "one for all", |x| x.expand([C]));
    layout_holds::<2, 1>(f, [2, 2], "in one row", |x| x.transpose().reshape([CLASSES]));
    layout_holds::<2, 2>(f, [CLASSES, 5], "transposed", |x| x.transpose());
    layout_holds::<2, 2>(f, [7, CLASSES], "rows cut out", |x| x.slice(s![2..5, ..]));
    layout_holds::<2, 2>(f, [5, 7], "columns cut out", |x| x.slice(s![.., 2..6]));
    layout_holds::<2, 2>(f, [1, CLASSES], "one row for all", |x| x.expand([5, C]));
    layout_holds::<2, 2>(f, [5, 1], "one column for all", |x| x.expand([5, C]));
    layout_holds::<2, 2>(f, [5, CLASSES], "flipped both ways", |x| x.flip([0, 1]));
    layout_holds::<3, 3>(f, [2, 3, CLASSES], "classes last, permuted", |x| x.permute([0, 2, 1]));
    layout_holds::<3, 3>(f, [2, CLASSES, 5], "inner axis cut out", |x| x.slice(s![.., .., 1..4]));
    layout_holds::<3, 2>(f, [CLASSES, 2, 3], "permuted and reshaped", |x| x.permute([1, 2, 0]).reshape([6, CLASSES]));
    layout_holds::<4, 4>(f, [2, 3, 2, CLASSES], "an image, classes last", |x| x.permute([0, 3, 1, 2]));
    layout_holds::<4, 4>(f, [1, CLASSES, 4, 4], "a window of an image", |x| x.slice(s![.., .., 1..3, 1..4]));
    faults.report(5_000);
}

/// Labels made in a graph, as by a teacher: constants, and no reason for the backward pass to stumble.
#[test]
fn labels_in_a_graph_are_constants() {
    let mut faults = Faults::default();
    for config in binary_configurations() {
        let problem = TensorProblem::random(&config, &[3, CLASSES], &mut Random::new(50));
        for way in rotating_ways() {
            for by in REDUCTIONS {
                let inputs = problem.tensors::<2>(&way, true);
                let made = inputs[1].clone().flip([0]).flip([0]);
                let run = || {
                    let (value, loss) = problem.forward(&way, by, &[inputs[0].clone(), made], None, None);
                    let gradient = inputs[0].grad(&loss.backward()).map(numbers);
                    (value, gradient)
                };
                let (got, expected) = (catch_unwind(AssertUnwindSafe(run)), problem.run(&way, by));
                let right = got
                    .as_ref()
                    .is_ok_and(|(value, gradient)| *value == expected.value && *gradient == expected.gradients[0]);
                faults.expect(right, || format!("{:?}, {by:?} {way} {}", got.ok(), describe_tensors(&problem)));
            }
        }
    }
    faults.report(400);
}

/// The class axis is axis 1 whatever the rank; more axes behind it are one.
#[test]
fn rank_does_not_matter() {
    let mut faults = Faults::default();
    for (number, config) in tensor_configurations(CLASSES).iter().enumerate() {
        let wide = TensorProblem::random(config, &[1, CLASSES, 4], &mut Random::new(20 + number as u64));
        let image = TensorProblem { shape: vec![1, CLASSES, 2, 2], ..wide.clone() };
        // One element a class, where the class axis is the only one.
        let narrow = TensorProblem::random(config, &[1, CLASSES], &mut Random::new(21 + number as u64));
        let row = TensorProblem { shape: vec![CLASSES], ..narrow.clone() };
        let column = TensorProblem { shape: vec![1, CLASSES, 1], ..narrow.clone() };
        for way in rotating_ways() {
            for (turn, (one, other)) in [(&image, &wide), (&row, &narrow), (&column, &narrow)].into_iter().enumerate() {
                let by = REDUCTIONS[(number + turn) % 3];
                let (got, expected) = (one.run(&way, by), other.run(&way, by));
                same(&mut faults, close(way.dtype), one, &got, &expected, || format!("{by:?} {way}"));
            }
        }
    }
    faults.report(5_000);
}

// ---- Special cases ----

/// Losses that are the same up to a factor: left, factor, right, and what they may differ by beyond rounding.
fn identities() -> Vec<(Value, f64, Value, f64)> {
    let (halves, two) = ([0.5; CLASSES], [2.0; CLASSES]);
    let list = [0.5, 0.25, 0.0, 1.0];
    vec![
        (json!({"name": "huber", "delta": 1e6}), 0.5, json!("mse"), 0.0),
        (json!({"name": "mse", "scale": 0.5}), 0.5, json!("mse"), 0.0),
        (json!({"name": "smooth_l1", "beta": 2}), 0.5, json!({"name": "huber", "delta": 2}), 0.0),
        (json!({"name": "smooth_l1", "beta": 0}), 1.0, json!("l1"), 0.0),
        (json!("huber"), 1.0, json!("smooth_l1"), 0.0),
        (json!("quantile"), 0.5, json!("l1"), 0.0),
        (json!({"name": "quantile", "tau": halves}), 0.5, json!("l1"), 0.0),
        (json!("expectile"), 0.5, json!("mse"), 0.0),
        (json!({"name": "expectile", "tau": halves}), 1.0, json!("expectile"), 0.0),
        (json!({"name": "quantile_huber", "kappa": 2}), 0.5, json!({"name": "smooth_l1", "beta": 2}), 0.0),
        (
            json!({"name": "quantile_huber", "tau": 0.75, "kappa": 1e-9}),
            1.0,
            json!({"name": "quantile", "tau": 0.75}),
            1e-8,
        ),
        (json!({"name": "lp", "p": 1}), 1.0, json!("l1"), 0.0),
        (json!({"name": "lp", "p": 2}), 1.0, json!("mse"), 0.0),
        (json!({"name": "epsilon_insensitive", "epsilon": 0}), 1.0, json!("l1"), 0.0),
        (json!({"name": "squared_epsilon_insensitive", "epsilon": 0}), 1.0, json!("mse"), 0.0),
        // ½(r/c)² with c = 2.
        (json!({"name": "general_robust", "alpha": 2, "c": 2}), 0.125, json!("mse"), 0.0),
        // √(1 + (r/c)²) − 1.
        (
            json!({"name": "general_robust", "alpha": 1, "c": 2}),
            1.0,
            json!({"name": "pseudo_huber", "delta": 2, "delta_power": 0}),
            0.0,
        ),
        // ln(½(r/c)² + 1) with c = √½ is ln(1 + r²), twice Cauchy's.
        (json!({"name": "general_robust", "alpha": 0, "c": 0.5_f64.sqrt()}), 2.0, json!("cauchy"), 0.0),
        (
            json!({"name": "general_robust", "alpha": -2, "c": 1.5}),
            1.0,
            json!({"name": "geman_mcclure", "c": 1.5}),
            0.0,
        ),
        (json!({"name": "general_robust", "alpha": -1e9, "c": 1.5}), 1.0, json!({"name": "welsch", "c": 1.5}), 1e-6),
        (json!({"name": "tukey", "c": 1e4}), 0.5, json!("mse"), 1e-6),
        (json!({"name": "charbonnier", "epsilon": 1e-9}), 1.0, json!("l1"), 1e-7),
        (json!("pseudo_huber"), 1.0, json!({"name": "general_robust", "alpha": 1}), 0.0),
        (json!("modified_huber"), 4.0, json!("sparsemax_hinge"), 0.0),
        (json!({"name": "beta_nll", "beta": 0}), 1.0, json!("gaussian_nll"), 0.0),
        (json!({"name": "binary_focal", "gamma": 0, "alpha": 0.5}), 0.5, json!("binary_cross_entropy"), 0.0),
        (json!("balanced_binary_cross_entropy"), 0.5, json!("binary_cross_entropy"), 0.0),
        (json!({"name": "poly1_binary_cross_entropy", "epsilon": 0}), 1.0, json!("binary_cross_entropy"), 0.0),
        (
            json!({"name": "asymmetric", "gamma_positive": 0, "gamma_negative": 0, "margin": 0}),
            1.0,
            json!("binary_cross_entropy"),
            0.0,
        ),
        (
            json!({"name": "asymmetric", "gamma_positive": 1.5, "gamma_negative": 1.5, "margin": 0}),
            2.0,
            json!({"name": "binary_focal", "gamma": 1.5, "alpha": 0.5}),
            0.0,
        ),
        (
            json!({"name": "balanced_binary_cross_entropy", "beta": list}),
            1.0,
            json!({"name": "binary_focal", "alpha": list, "gamma": 0}),
            0.0,
        ),
        (json!({"name": "binary_focal", "gamma": two}), 1.0, json!("binary_focal"), 0.0),
    ]
}

#[test]
fn special_cases_are_other_losses() {
    let mut faults = Faults::default();
    for (number, (left, factor, right, relative)) in identities().into_iter().enumerate() {
        for turn in 0..6 {
            let mut random = Random::new(22 + turn as u64);
            let mut problem = TensorProblem::random(&config(left.clone()), &[3, CLASSES], &mut random);
            if problem.config.signature() == Signature::Binary {
                problem = with_options(problem, number + turn);
            }
            let other = TensorProblem { config: config(right.clone()), ..problem.clone() };
            for way in rotating_ways() {
                let mut tolerance = close(way.dtype);
                tolerance.relative += relative;
                tolerance.floor += relative;
                let expected = times(&other.run(&way, None), factor);
                let got = problem.run(&way, None);
                same(&mut faults, tolerance, &problem, &got, &expected, || format!("not {factor}·{right}, {way}"));
            }
        }
    }
    faults.report(2_500);
}

/// The value and the gradient by the prediction, against formulas written out here.
fn formula_holds(
    faults: &mut Faults,
    config: &LossConfig,
    relative: f64,
    spread: f64,
    value: impl Fn(f64, f64) -> [f64; 2],
) {
    let mut random = Random::new(23);
    let mut problem = TensorProblem::random(config, &[6, CLASSES], &mut random);
    let targets = problem.inputs[1].clone();
    problem.inputs[0].iter_mut().zip(&targets).for_each(|(x, target)| *x = target + *x * spread);
    for way in f64_ways() {
        let got = problem.run(&way, None);
        let expected: Vec<[f64; 2]> = problem.inputs[0]
            .iter()
            .zip(&problem.inputs[1])
            .map(|(&prediction, &target)| value(prediction, target))
            .collect();
        let tolerance = Tolerance { relative, floor: 0.0, absolute: 1e-300, least: 0.0, largest: f64::MAX };
        let what = || format!("{way} {}", describe_tensors(&problem));
        let values: Vec<f64> = expected.iter().map(|[value, _]| *value).collect();
        faults.compare(tolerance, &got.value, &values, || format!("value, {}", what()));
        let slopes: Vec<f64> = expected.iter().map(|[_, slope]| *slope).collect();
        faults.compare(tolerance, &got.gradient(0, problem.len()), &slopes, || format!("slope, {}", what()));
    }
}

#[test]
fn small_and_large_errors_have_the_limits() {
    let mut faults = Faults::default();
    let f = &mut faults;
    let half_square = |prediction: f64, target: f64| {
        let r = prediction - target;
        [0.5 * r * r, r]
    };
    for name in ["pseudo_huber", "log_cosh", "cauchy", "welsch", "geman_mcclure", "general_robust", "tukey", "huber"] {
        // Residuals of up to 3·10⁻⁶: r⁴ is 10⁻¹¹ of r².
        formula_holds(f, &config(json!(name)), 1e-9, 1e-6, half_square);
    }
    let line = |offset: f64| {
        move |prediction: f64, target: f64| {
            let r = prediction - target;
            [r.abs() + offset, r.signum()]
        }
    };
    for (name, offset) in
        [("log_cosh", -std::f64::consts::LN_2), ("pseudo_huber", -1.0), ("huber", -0.5), ("charbonnier", 0.0)]
    {
        formula_holds(f, &config(json!(name)), 1e-5, 1e6, line(offset));
    }
    // √(r² + ε²) is the pseudo-Huber loss of δ = ε, k = 1, plus ε.
    let charbonnier = |prediction: f64, target: f64| {
        let root = (prediction - target).hypot(0.5);
        [root, (prediction - target) / root]
    };
    formula_holds(f, &config(json!({"name": "charbonnier", "epsilon": 0.5})), 1e-12, 0.3, charbonnier);
    let pseudo = |prediction: f64, target: f64| {
        let [root, slope] = charbonnier(prediction, target);
        [root - 0.5, slope]
    };
    formula_holds(f, &config(json!({"name": "pseudo_huber", "delta": 0.5, "delta_power": 1})), 1e-10, 0.3, pseudo);
    faults.report(90);
}

/// ln(1 + e^−yx) with y = ±1 is binary cross-entropy with y = 1 and 0.
#[test]
fn soft_margin_is_binary_cross_entropy() {
    let mut faults = Faults::default();
    let margin = TensorProblem::random(&config(json!("soft_margin")), &[5, CLASSES], &mut Random::new(24));
    let mut binary = TensorProblem { config: config(json!("binary_cross_entropy")), ..margin.clone() };
    binary.inputs[1].iter_mut().for_each(|y| *y = 0.5 * (*y + 1.0));
    for way in rotating_ways() {
        for by in REDUCTIONS {
            let (got, expected) = (margin.run(&way, by), binary.run(&way, by));
            faults.compare(close(way.dtype), &got.value, &expected.value, || format!("value, {by:?} {way}"));
            let [got, expected] = [got, expected].map(|outcome| outcome.gradient(0, margin.len()));
            faults.compare(close(way.dtype), &got, &expected, || format!("gradient, {by:?} {way}"));
        }
    }
    faults.report(25);
}

/// −ln p of the normal, the Laplace and Student's distribution, at a constant scale and in their limits.
#[test]
fn likelihoods_at_a_constant_scale_are_regression_losses() {
    let mut faults = Faults::default();
    let scale: f64 = 1.75;
    let of = |value: Value| {
        let mut problem = TensorProblem::random(&config(value), &[3, CLASSES], &mut Random::new(25));
        problem.inputs[1].fill(scale);
        problem
    };
    let point = |value: Value| {
        let mut problem = of(json!("gaussian_nll"));
        problem.config = config(value);
        problem.inputs.remove(1);
        problem.tracked.remove(1);
        problem
    };
    let tau = std::f64::consts::TAU;
    let cases = [
        (of(json!("gaussian_nll")), 0.5 / scale, point(json!("mse")), 0.5 * scale.ln()),
        (of(json!({"name": "gaussian_nll", "full": true})), 0.5 / scale, point(json!("mse")), 0.5 * (tau * scale).ln()),
        (of(json!("laplace_nll")), 1.0 / scale, point(json!("l1")), (2.0 * scale).ln()),
        // ν = 1 is the Cauchy distribution: ln(1 + (r/s)²) + ln s + ln π.
        (
            of(json!({"name": "student_t_nll", "nu": 1})),
            2.0 / (scale * scale),
            point(json!({"name": "cauchy", "c": scale})),
            (std::f64::consts::PI * scale).ln(),
        ),
    ];
    for way in rotating_ways() {
        for (likelihood, factor, regression, constant) in &cases {
            let (got, mut expected) = (likelihood.run(&way, None), times(&regression.run(&way, None), *factor));
            expected.value.iter_mut().for_each(|value| *value += constant);
            let what = || format!("{way} {}", describe_tensors(likelihood));
            faults.compare(close(way.dtype), &got.value, &expected.value, || format!("value, {}", what()));
            for (of_likelihood, of_regression) in [(0, 0), (2, 1)] {
                let got = got.gradient(of_likelihood, likelihood.len());
                let expected = expected.gradient(of_regression, likelihood.len());
                faults.compare(close(way.dtype), &got, &expected, || format!("gradient {of_likelihood}, {}", what()));
            }
        }
        // ν → ∞ is the normal distribution, of variance s².
        let mut student = of(json!({"name": "student_t_nll", "nu": 1e12}));
        student.inputs[1] =
            TensorProblem::random(&student.config, &[3, CLASSES], &mut Random::new(26)).inputs[1].clone();
        let mut gaussian = student.clone();
        gaussian.config = config(json!({"name": "gaussian_nll", "full": true}));
        gaussian.inputs[1].iter_mut().for_each(|s| *s *= *s);
        let (got, mut expected) = (student.run(&way, None), gaussian.run(&way, None));
        // By s and not by s².
        let by_scale = expected.gradients[1].as_mut().expect("the variance has a gradient");
        by_scale.iter_mut().zip(&student.inputs[1]).for_each(|(g, s)| *g *= 2.0 * s);
        let tolerance = if way.dtype == DType::F64 { close(DType::F32) } else { close(DType::F32).times(4.0) };
        same(&mut faults, tolerance, &student, &got, &expected, || format!("ν → ∞, {way}"));
    }
    faults.report(70);
}

/// s·(w·erf(w/√2) + 2·φ(w) − 1/√π) at w = r/s; by r it is erf(w/√2), by s it is 2·φ(w) − 1/√π.
#[test]
fn gaussian_crps_is_its_definition() {
    let mut faults = Faults::default();
    // w and erf(w/√2), to all of their digits.
    let known = [
        (0.0, 0.0),
        (0.5, 0.3829249225480262),
        (1.0, 0.6826894921370859),
        (2.0, 0.9544997361036416),
        (4.0, 0.9999366575163338),
        (40.0, 1.0),
    ];
    let [root_pi, root_tau] = [std::f64::consts::PI, std::f64::consts::TAU].map(f64::sqrt);
    let mut problem = TensorProblem::random(&config(json!("gaussian_crps")), &[12], &mut Random::new(60));
    let mut value = vec![0.0; 12];
    let mut slopes = [vec![0.0; 12], vec![0.0; 12], vec![0.0; 12]];
    for (at, (w, erf)) in known.into_iter().chain(known).enumerate() {
        let (sign, scale) = (if at < 6 { 1.0 } else { -1.0 }, [0.5, 1.0, 2.0, 4.0][at % 4]);
        // Exact residuals.
        let target = (problem.inputs[2][at] * 8.0).round() / 8.0;
        (problem.inputs[0][at], problem.inputs[1][at], problem.inputs[2][at]) =
            (target + sign * w * scale, scale, target);
        let density: f64 = (-0.5 * w * w).exp() / root_tau;
        value[at] = scale * (w * erf + 2.0 * density - 1.0 / root_pi);
        (slopes[0][at], slopes[1][at], slopes[2][at]) = (sign * erf, 2.0 * density - 1.0 / root_pi, -sign * erf);
    }
    let expected = TensorOutcome { value, gradients: slopes.map(Some).into() };
    for way in rotating_ways() {
        let got = problem.run(&way, None);
        same(&mut faults, close(way.dtype), &problem, &got, &expected, || format!("{way}"));
    }
    faults.report(20);
}

/// The surer a prediction, the nearer is its score to the absolute error; at ε and below the scale does not matter.
#[test]
fn gaussian_crps_of_a_small_scale_is_the_absolute_error() {
    let mut faults = Faults::default();
    let root_pi = std::f64::consts::PI.sqrt();
    let of = |value: Value, scale: f64| {
        let mut problem = TensorProblem::random(&config(value), &[3, CLASSES], &mut Random::new(61));
        problem.inputs[1].fill(scale);
        problem
    };
    let mut l1 = of(json!("gaussian_crps"), 1.0);
    l1.config = config(json!("l1"));
    l1.inputs.remove(1);
    l1.tracked.remove(1);
    let cases = [
        // The scale counts as 10⁻⁶, and 10⁻⁶/√π is missing from the error.
        (of(json!("gaussian_crps"), 1e-9), 1e-6, 0.0),
        (of(json!("gaussian_crps"), 0.0), 1e-6, 0.0),
        (of(json!("gaussian_crps"), -3.0), 1e-6, 0.0),
        (of(json!("gaussian_crps"), 1e-6), 1e-6, 0.0),
        (of(json!({"name": "gaussian_crps", "epsilon": 0.001953125}), 0.001953125), 0.001953125, 0.0),
        // Above ε it is what makes the prediction more careful.
        (of(json!({"name": "gaussian_crps", "epsilon": 1e-30}), 1e-20), 1e-20, -1.0 / root_pi),
        (of(json!({"name": "gaussian_crps", "epsilon": 1e-30}), 1e-3), 1e-3, -1.0 / root_pi),
    ];
    for way in rotating_ways() {
        let error = l1.run(&way, None);
        for (problem, scale, by_scale) in &cases {
            let len = problem.len();
            let expected = TensorOutcome {
                value: error.value.iter().map(|error| error - scale / root_pi).collect(),
                gradients: vec![error.gradients[0].clone(), Some(vec![*by_scale; len]), error.gradients[1].clone()],
            };
            let got = problem.run(&way, None);
            same(&mut faults, close(way.dtype), problem, &got, &expected, || format!("scale {scale}, {way}"));
            if *by_scale == 0.0 {
                let still = got.gradient(1, len).iter().all(|&g| g == 0.0);
                faults.expect(still, || format!("a slope below ε, {way} {}", describe_tensors(problem)));
            }
        }
    }
    faults.report(160);
}

/// e^x − y·x of the logarithm of the rate is λ − y·ln λ of the rate; Stirling's term belongs to counts above 1.
#[test]
fn poisson_of_the_rate_is_poisson_of_its_logarithm() {
    let mut faults = Faults::default();
    let log = TensorProblem::random(&config(json!("poisson_nll")), &[5, CLASSES], &mut Random::new(27));
    let mut rate = log.clone();
    rate.config = config(json!({"name": "poisson_nll", "log_input": false, "epsilon": 1e-30}));
    rate.inputs[0].iter_mut().for_each(|x| *x = x.exp());
    let full = TensorProblem { config: config(json!({"name": "poisson_nll", "full": true})), ..log.clone() };
    for way in f64_ways() {
        let (of_log, of_rate, of_full) = (log.run(&way, None), rate.run(&way, None), full.run(&way, None));
        let tolerance = close(way.dtype);
        faults.compare(tolerance, &of_rate.value, &of_log.value, || format!("value, {way}"));
        let slopes = of_rate.gradient(0, rate.len());
        let slopes: Vec<f64> = slopes.iter().zip(&rate.inputs[0]).map(|(g, rate)| g * rate).collect();
        faults.compare(tolerance, &slopes, &of_log.gradient(0, log.len()), || format!("slope, {way}"));
        let stirling = |y: &f64| if *y > 1.0 { y * y.ln() - y + 0.5 * (std::f64::consts::TAU * y).ln() } else { 0.0 };
        let expected: Vec<f64> =
            of_log.value.iter().zip(log.inputs[1].iter().map(stirling)).map(|(a, b)| a + b).collect();
        faults.compare(tolerance, &of_full.value, &expected, || format!("full, {way}"));
    }
    faults.report(12);
}

// ---- Binary ----

fn binary_configurations() -> Vec<LossConfig> {
    tensor_configurations(CLASSES).into_iter().filter(|config| config.signature() == Signature::Binary).collect()
}

/// Labels may be floats, ints or bools.
#[test]
fn labels_of_every_kind_are_the_same_labels() {
    let mut faults = Faults::default();
    let bits = [1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1];
    for config in binary_configurations() {
        let scores = TensorProblem::random(&config, &[3, CLASSES], &mut Random::new(28)).inputs[0].clone();
        for way in rotating_ways() {
            let device = way.autodiff();
            let loss = config.init_binary().expect("valid");
            let loss = if way.composed { loss.composed() } else { loss };
            let outcome = |of: &dyn Fn(Tensor<2>) -> Tensor<2>| {
                let scores = TensorData::new(scores.clone(), [3, CLASSES]);
                let scores = Tensor::<2>::from_data(scores, (&device, way.dtype)).require_grad();
                let losses = of(scores.clone());
                let gradient = scores.grad(&losses.clone().sum().backward()).expect("the scores have a gradient");
                (numbers(losses), numbers(gradient))
            };
            let floats = TensorData::new(bits.map(|bit: i64| bit as f64).to_vec(), [3, CLASSES]);
            let floats = Tensor::<2>::from_data(floats.clone(), (&device, way.dtype));
            let ints = TensorData::new(bits.to_vec(), [3, CLASSES]);
            let ints = Tensor::<2, Int>::from_data(ints, (&device, DType::I64));
            let bools = TensorData::new(bits.map(|bit| bit == 1).to_vec(), [3, CLASSES]);
            let bools = Tensor::<2, Bool>::from_data(bools, &device);
            let expected = outcome(&|scores| loss.forward_no_reduction(scores, floats.clone()));
            let of_ints = outcome(&|scores| loss.forward_no_reduction(scores, ints.clone()));
            let of_bools = outcome(&|scores| loss.forward_no_reduction(scores, bools.clone()));
            for (name, got) in [("ints", of_ints), ("bools", of_bools)] {
                faults.expect(got == expected, || format!("{name}: {got:?} instead of {expected:?}, {way} {config:?}"));
            }
            // Another dtype is cast.
            let other = if way.dtype == DType::F64 { DType::F32 } else { DType::F64 };
            if way.reads_targets {
                let got = outcome(&|scores| loss.forward_no_reduction(scores, floats.clone().cast(other)));
                faults.expect(got == expected, || format!("{other:?}: {got:?} instead of {expected:?}, {way}"));
            }
        }
    }
    faults.report(400);
}

/// w⁺·y·L⁺ + (1 − y)·L⁻, with labels moved towards ½.
#[test]
fn soft_labels_mix_both_answers() {
    let mut faults = Faults::default();
    for (number, config) in binary_configurations().iter().enumerate() {
        let plain = TensorProblem::random(config, &[3, CLASSES], &mut Random::new(29));
        let plain = plain.with_input([Input::Logits, Input::Probabilities, Input::LogProbabilities][number % 3]);
        let with_labels = |label: f64| {
            let mut problem = plain.clone();
            problem.inputs[1].fill(label);
            problem
        };
        let (positive, negative) = (with_labels(1.0), with_labels(0.0));
        for (pos_weight, smoothing) in
            [(None, 0.0), (Some(vec![2.0, 0.5, 0.0, 3.5]), 0.0), (None, 0.25), (Some(vec![1.5]), 1.0), (None, 1.0)]
        {
            let mut mixed = TensorProblem { label_smoothing: smoothing, ..plain.clone() };
            let of_class = |at: usize| match &pos_weight {
                Some(weights) => weights[at % CLASSES % weights.len()],
                None => 1.0,
            };
            mixed.pos_weight = pos_weight.clone().map(|_| (0..CLASSES).map(&of_class).collect());
            let labels: Vec<f64> = plain.inputs[1].iter().map(|y| y * (1.0 - smoothing) + 0.5 * smoothing).collect();
            let yes: Vec<f64> = labels.iter().enumerate().map(|(at, y)| y * of_class(at)).collect();
            let no: Vec<f64> = labels.iter().map(|y| 1.0 - y).collect();
            for way in rotating_ways() {
                let got = mixed.run(&way, None);
                let (of_yes, of_no) =
                    (positive.run_with(&way, None, Some(&yes)), negative.run_with(&way, None, Some(&no)));
                let mut expected = of_yes.clone();
                for at in 0..plain.len() {
                    expected.value[at] = yes[at] * of_yes.value[at] + no[at] * of_no.value[at];
                }
                let sum = of_yes
                    .gradient(0, plain.len())
                    .iter()
                    .zip(of_no.gradient(0, plain.len()))
                    .map(|(a, b)| a + b)
                    .collect();
                expected.gradients[0] = Some(sum);
                same(&mut faults, close(way.dtype), &mixed, &got, &expected, || format!("{way}"));
            }
        }
    }
    faults.report(2_000);
}

/// The factor β/(1 − β) of positives is balance β, up to a factor; one number is a list of it.
#[test]
fn pos_weight_is_a_balance() {
    let mut faults = Faults::default();
    let problem = TensorProblem::random(&config(json!("binary_cross_entropy")), &[3, CLASSES], &mut Random::new(30));
    for beta in [0.25, 0.5, 0.75] {
        let weighted = TensorProblem { pos_weight: Some(vec![beta / (1.0 - beta); CLASSES]), ..problem.clone() };
        let balanced = config(json!({"name": "balanced_binary_cross_entropy", "beta": beta}));
        let balanced = TensorProblem { config: balanced, ..problem.clone() };
        for way in rotating_ways() {
            let (got, expected) = (times(&weighted.run(&way, None), 1.0 - beta), balanced.run(&way, None));
            same(&mut faults, close(way.dtype), &weighted, &got, &expected, || format!("{way}"));
        }
    }
    let device = Device::flex();
    let scores = Tensor::<2>::from_data([[0.5, -1.0]], &device);
    let labels = Tensor::<2>::from_data([[1.0, 0.5]], &device);
    let of = |weight: PerClass| {
        let loss = BinaryCrossEntropy::default().init().with_pos_weight(weight);
        numbers(loss.forward_no_reduction(scores.clone(), labels.clone()))
    };
    faults.expect(of(2.5.into()) == of(vec![2.5, 2.5].into()), || "one number is a list of it".to_owned());
    faults.expect(of(2.5.into()) != of(1.0.into()), || "pos_weight does something".to_owned());
    faults.report(40);
}

/// The loss of p is that of its logit and of its logarithm; slopes by the chain rule.
#[test]
fn probabilities_are_as_good_as_logits() {
    let mut faults = Faults::default();
    for config in binary_configurations() {
        let logits = TensorProblem::random(&config, &[3, CLASSES], &mut Random::new(31));
        let p = logits.clone().with_input(Input::Probabilities).inputs[0].clone();
        for input in [Input::Probabilities, Input::LogProbabilities] {
            let given = logits.clone().with_input(input);
            for way in f64_ways() {
                let (got, expected) = (given.run(&way, None), logits.run(&way, None));
                let what = || format!("{way} {}", describe_tensors(&given));
                let tolerance = close(way.dtype).times(10.0);
                faults.compare(tolerance, &got.value, &expected.value, || format!("value, {}", what()));
                let by_logit: Vec<f64> = got
                    .gradient(0, given.len())
                    .iter()
                    .zip(&p)
                    .map(|(g, p)| if input == Input::Probabilities { g * p * (1.0 - p) } else { g * (1.0 - p) })
                    .collect();
                let expected = expected.gradient(0, given.len());
                faults.compare(tolerance, &by_logit, &expected, || format!("gradient, {}", what()));
            }
        }
    }
    faults.report(400);
}

// ---- Ends of the line ----

const INF: f64 = f64::INFINITY;

/// A loss, its inputs, its value and its slopes by those it has slopes by.
type Known = (Value, Vec<f64>, f64, Vec<f64>);

/// At infinite numbers: limits of the definitions, by hand.
fn limits() -> Vec<Known> {
    let known =
        |loss: Value, inputs: &[f64], value: f64, slopes: &[f64]| (loss, inputs.to_vec(), value, slopes.to_vec());
    let robust = |alpha: f64| json!({"name": "general_robust", "alpha": alpha});
    let beta = |beta: f64| json!({"name": "beta_nll", "beta": beta});
    let rate = json!({"name": "poisson_nll", "log_input": false});
    let full = json!({"name": "poisson_nll", "full": true});
    vec![
        known(json!("poisson_nll"), &[-INF, 0.0], 0.0, &[0.0, INF]),
        known(json!("poisson_nll"), &[-INF, 2.0], INF, &[-2.0, INF]),
        known(json!("poisson_nll"), &[INF, 0.0], INF, &[INF, -INF]),
        known(json!("poisson_nll"), &[INF, 2.0], INF, &[INF, -INF]),
        known(rate, &[INF, 2.0], INF, &[1.0, -INF]),
        known(full, &[0.5, INF], INF, &[-INF, INF]),
        known(json!("tweedie_nll"), &[-INF, 0.0], 0.0, &[0.0, INF]),
        known(json!("tweedie_nll"), &[-INF, 1.0], INF, &[-INF, INF]),
        known(json!("gamma_nll"), &[-INF, 1.0], INF, &[-INF, INF]),
        known(json!("gamma_nll"), &[INF, 1.0], INF, &[1.0, 0.0]),
        known(json!("gaussian_kl"), &[0.0, INF], INF, &[0.0, INF]),
        known(json!("welsch"), &[INF, 0.0], 1.0, &[0.0, 0.0]),
        known(json!("welsch"), &[-INF, 0.0], 1.0, &[0.0, 0.0]),
        known(json!("geman_mcclure"), &[INF, 0.0], 2.0, &[0.0, 0.0]),
        known(json!("msle"), &[INF, 0.0], INF, &[0.0, 0.0]),
        known(json!("msle"), &[INF, 3.0], INF, &[0.0, -INF]),
        known(json!("smape"), &[INF, 3.0], 2.0, &[0.0, 0.0]),
        known(json!("smape"), &[3.0, -INF], 2.0, &[0.0, 0.0]),
        known(json!("cauchy"), &[-INF, 0.0], INF, &[0.0, 0.0]),
        known(json!("charbonnier"), &[INF, 0.0], INF, &[1.0, -1.0]),
        known(json!("pseudo_huber"), &[-INF, 0.0], INF, &[-1.0, 1.0]),
        known(robust(2.0), &[INF, 0.0], INF, &[INF, -INF]),
        known(robust(1.5), &[INF, 0.0], INF, &[INF, -INF]),
        known(robust(1.0), &[-INF, 0.0], INF, &[-1.0, 1.0]),
        known(robust(0.5), &[INF, 0.0], INF, &[0.0, 0.0]),
        known(robust(0.25), &[INF, 0.0], INF, &[0.0, 0.0]),
        known(robust(0.0), &[INF, 0.0], INF, &[0.0, 0.0]),
        known(robust(-2.0), &[INF, 0.0], 2.0, &[0.0, 0.0]),
        known(json!("soft_margin"), &[INF, 1.0], 0.0, &[0.0, 0.0]),
        known(json!("soft_margin"), &[-INF, 1.0], INF, &[-1.0, INF]),
        known(json!("hinge"), &[-INF, 1.0], INF, &[-1.0, INF]),
        known(json!("binary_cross_entropy"), &[-INF, 1.0], INF, &[-1.0]),
        known(json!("binary_focal"), &[-INF, 1.0], INF, &[-0.25]),
        known(json!("binary_focal"), &[INF, 0.0], INF, &[0.75]),
        known(json!({"name": "binary_focal", "gamma": 0.5}), &[INF, 0.0], INF, &[0.75]),
        known(json!("asymmetric"), &[-INF, 1.0], INF, &[-1.0]),
        known(json!({"name": "asymmetric", "margin": 0.0}), &[INF, 0.0], INF, &[1.0]),
        known(json!("poly1_binary_cross_entropy"), &[INF, 0.0], INF, &[1.0]),
        known(json!("gaussian_nll"), &[INF, 1.0, 0.0], INF, &[INF, -INF, -INF]),
        known(json!("gaussian_nll"), &[INF, 0.0, 0.0], INF, &[INF, 0.0, -INF]),
        known(json!("gaussian_nll"), &[3.0, INF, 0.0], INF, &[0.0, 0.0, 0.0]),
        known(beta(0.5), &[3.0, INF, 0.0], INF, &[0.0, 0.0, 0.0]),
        known(beta(1.0), &[3.0, INF, 0.0], INF, &[3.0, 0.5, -3.0]),
        known(json!("laplace_nll"), &[-INF, 0.5, 0.0], INF, &[-2.0, -INF, 2.0]),
        known(json!("laplace_nll"), &[-INF, -1.0, 0.0], INF, &[-1e6, 0.0, 1e6]),
        known(json!("student_t_nll"), &[INF, 0.5, 0.0], INF, &[0.0, -6.0, 0.0]),
        known(json!("gaussian_crps"), &[INF, 0.5, 0.0], INF, &[1.0, -1.0 / std::f64::consts::PI.sqrt(), -1.0]),
    ]
}

/// Finite numbers whose squares, sums or powers f32 does not hold, and hyper-parameters far from 1: values and slopes by
/// mpmath.
fn far_out() -> Vec<Known> {
    let known =
        |loss: Value, inputs: &[f64], value: f64, slopes: &[f64]| (loss, inputs.to_vec(), value, slopes.to_vec());
    let of = |name: &str, parameter: &str, value: f64| json!({"name": name, parameter: value});
    let huge = 2_f64.powi(127);
    vec![
        known(
            json!({"name": "balanced_l1", "alpha": 0.01, "gamma": 1.5}),
            &[0.5, 0.0],
            0.7415342640972003,
            &[1.4930685281944005, -1.4930685281944005],
        ),
        known(of("balanced_l1", "alpha", 1e6), &[-3.0, 0.0], 3.7500001875, &[-1.5, 1.5]),
        known(of("balanced_l1", "alpha", 1e6), &[0.5, 0.0], 0.18750009375001758, &[0.75000028125, -0.75000028125]),
        known(of("pseudo_huber", "delta", 1e18), &[3.0, 0.0], 4.5, &[3.0, -3.0]),
        known(of("cauchy", "c", 1e18), &[3.0, 0.0], 4.5, &[3.0, -3.0]),
        known(of("tukey", "c", 1e18), &[3.0, 0.0], 4.5, &[3.0, -3.0]),
        known(of("charbonnier", "epsilon", 1e18), &[3.0, 0.0], 1e18, &[3e-18, -3e-18]),
        known(of("general_robust", "c", 1e18), &[3.0, 0.0], 4.5e-36, &[3e-36, -3e-36]),
        known(of("general_robust", "c", 1e-18), &[2_f64.powi(60), 0.0], 1.152921504606847e36, &[1e18, -1e18]),
        known(json!("smape"), &[1.5 * huge, huge], 0.4, &[3.76158192263132e-39, -5.64237288394698e-39]),
        known(json!("wing"), &[1.5 * huge, 0.0], 1.5 * huge, &[1.0, -1.0]),
        known(
            json!("tweedie_nll"),
            &[-300.0, 2_f64.powi(-100)],
            2.198886002839354e+35,
            &[-1.099443001419677e+35, 2.7874191613327594e65],
        ),
        known(
            json!("gamma_nll"),
            &[-150.0, 2_f64.powi(-100)],
            1.099443001419677e+35,
            &[-1.099443001419677e+35, 1.3937095806663797e65],
        ),
        known(
            json!("beta_nll"),
            &[3.0, 2_f64.powi(100), 1.0],
            39020717301033495.0,
            &[1.7763568394002505e-15, 4.440892098500626e-16, -1.7763568394002505e-15],
        ),
    ]
}

/// The graph of composed losses has no way to give a slope to an infinite number, and none to hold an infinite slope.
#[test]
fn values_and_slopes_are_the_limits() {
    let mut faults = Faults::default();
    for (loss, inputs, value, slopes) in limits().into_iter().chain(far_out()) {
        let mut problem = TensorProblem::random(&config(loss), &[1], &mut Random::new(41));
        problem.inputs = inputs.iter().map(|&x| vec![x]).collect();
        for way in full_precision_ways() {
            let (relative, least, most) =
                if way.dtype == DType::F64 { (1e-13, 1e-300, f64::MAX) } else { (1e-5, 1e-37, f64::from(f32::MAX)) };
            let alike = |got: f64, expected: f64| {
                let expected = if expected.abs() > most { expected.signum() * INF } else { expected };
                got == expected || (got - expected).abs() <= relative * expected.abs() + least
            };
            let got = problem.run(&way, None);
            let what = || format!("{way} {}", describe_tensors(&problem));
            faults.expect(alike(got.value[0], value), || format!("{} instead of {value}, {}", got.value[0], what()));
            for (input, &slope) in slopes.iter().enumerate().filter(|_| !way.composed && way.reads_targets) {
                let got = got.gradient(input, 1)[0];
                faults.expect(alike(got, slope), || format!("slope {got} by {input} instead of {slope}, {}", what()));
            }
        }
    }
    faults.report(400);
}

// ---- What is wrong is said ----

#[test]
fn wrong_shapes_and_dtypes_are_named() {
    let by = Reduction::Mean;
    let mse = Mse::default().init();
    assert_eq!(
        said(|| mse.forward(zeros([2, 3]), zeros([3, 2]), by)),
        "Mse: target must have the same shape as prediction, [2, 3], got [3, 2]"
    );
    assert_eq!(
        said(|| mse.forward_no_reduction(zeros([2, 3]), zeros([1, 3]))),
        "Mse: target must have the same shape as prediction, [2, 3], got [1, 3]"
    );
    assert_eq!(
        said(|| mse.forward_weighted(zeros([2, 3]), zeros([2, 3]), zeros([2, 1]), by)),
        "Mse: weights must have the same shape as prediction, [2, 3], got [2, 1]"
    );
    assert_eq!(
        said(|| mse.forward(zeros([2]), zeros([2]).cast(DType::F64), by)),
        "Mse: target must have the same dtype F32 as the first tensor, got F64"
    );
    assert_eq!(
        said(|| mse.forward_weighted(zeros([2]), zeros([2]), zeros([2]).cast(DType::F16), by)),
        "Mse: weights must have the same dtype F32 as the first tensor, got F16"
    );
    let gaussian = GaussianNll::default().init();
    assert_eq!(
        said(|| gaussian.forward(zeros([2]), zeros([3]), zeros([2]), by)),
        "GaussianNll: scale must have the same shape as location, [2], got [3]"
    );
    assert_eq!(
        said(|| gaussian.forward(zeros([2]), zeros([2]), zeros([3]), by)),
        "GaussianNll: target must have the same shape as location, [2], got [3]"
    );
    let binary = BinaryCrossEntropy::default().init();
    assert_eq!(
        said(|| binary.forward(zeros([2, 3]), zeros([2, 4]), by)),
        "BinaryCrossEntropy: targets must have the same shape as scores, [2, 3], got [2, 4]"
    );
    let any = config(json!("huber")).init_pointwise().unwrap();
    assert_eq!(
        said(|| any.forward(zeros([2, 3]), zeros([3, 3]), by)),
        "Huber: target must have the same shape as prediction, [2, 3], got [3, 3]"
    );
}

/// The smallest problem of a loss whose second input are labels.
fn labelled(loss: Value, labels: &[f64]) -> TensorProblem {
    let mut problem = TensorProblem::random(&config(loss), &[labels.len()], &mut Random::new(40));
    problem.inputs[1] = labels.to_vec();
    problem.tracked[1] = false;
    problem
}

/// The labels a loss takes, and one it does not, by their rule.
fn label_losses() -> Vec<(&'static str, String, [f64; 2], f64)> {
    let of = |entry: &&catalogue::Entry| match (entry.family, entry.family.signature()) {
        (Family::Margin, _) => Some((format!("{}: target must be -1 or 1", entry.type_name), [-1.0, 1.0])),
        (_, Signature::Binary) => Some((format!("{}: targets must be ≥ 0 and ≤ 1", entry.type_name), [0.0, 1.0])),
        _ => None,
    };
    let entries = catalogue::all().iter();
    entries
        .filter_map(|entry| of(&entry).map(|(rule, labels)| (entry.name, rule, labels)))
        .flat_map(|(name, rule, labels)| [255.0, -2.0, f64::INFINITY].map(|wrong| (name, rule.clone(), labels, wrong)))
        .collect()
}

/// On the CPU a label that is none is an error, at its place, as a class is that does not exist; on other paths it is
/// taken as it is. A NaN is no label but no error, and a weight of 0 takes everything out.
#[test]
fn labels_that_are_none_are_named() {
    let mut faults = Faults::default();
    for (name, rule, [low, high], wrong) in label_losses() {
        let mut labels = vec![high; 21];
        labels[3] = low;
        labels[17] = wrong;
        labels[19] = wrong;
        let problem = labelled(json!(name), &labels);
        let masked = |value: f64| {
            let weights = labels.iter().map(|&label| if label == wrong { value } else { 1.0 }).collect();
            TensorProblem { weights: Some(weights), ..problem.clone() }
        };
        let mut unknown = problem.clone();
        unknown.inputs[1] = labels.iter().map(|&label| if label == wrong { f64::NAN } else { label }).collect();
        let mut tracked = problem.clone();
        tracked.tracked[1] = true;
        for way in rotating_ways() {
            let run = |problem: &TensorProblem, by| said(|| problem.run(&way, by));
            let expected =
                if way.composed { "nothing".to_owned() } else { format!("{rule}, got {wrong} at position 17") };
            for by in REDUCTIONS {
                for problem in [&problem, &tracked, &masked(0.5)] {
                    let got = run(problem, by);
                    faults.expect(got == expected || !way.reads_targets, || {
                        format!("{got} instead of {expected}, {way}")
                    });
                }
                // Without a reduction weights are not the loss's business.
                let silent = by.map(|_| masked(0.0));
                for problem in [Some(&unknown), silent.as_ref()].into_iter().flatten() {
                    let got = run(problem, by);
                    faults.expect(got == "nothing", || format!("{got} for NaN or a weight of 0, {way}"));
                }
            }
            let losses = unknown.value(&way, None);
            let right = losses.iter().enumerate().all(|(at, loss)| loss.is_nan() == [17, 19].contains(&at));
            faults.expect(right, || format!("{name} of NaN labels: {losses:?}, {way}"));
        }
    }
    faults.report(1_000);
}

/// What arithmetic leaves beside a label is one; a little more is none.
#[test]
fn labels_may_be_wrong_by_a_millionth() {
    let said_of = |name: &str, label: f64| said(|| labelled(json!(name), &[label]).run(&f64_ways()[0], None));
    for (name, near, far) in [
        ("binary_cross_entropy", [1.0 + 9e-7, -9e-7], [1.0 + 2e-6, -2e-6]),
        ("hinge", [1.0 + 9e-7, -1.0 + 9e-7], [1.0 + 2e-6, 0.0]),
    ] {
        assert!(near.iter().all(|&label| said_of(name, label) == "nothing"), "{name}");
        assert!(far.iter().all(|&label| said_of(name, label).contains("at position 0")), "{name}");
    }
    // Ints are 0 and 1; 255 is what a u8 mask of pixels has.
    let device = Device::flex();
    let scores = || Tensor::<1>::from_data([0.5, 1.0], &device);
    let labels = |labels: [i64; 2], dtype| Tensor::<1, Int>::from_data(labels, (&device, dtype));
    let loss = BinaryCrossEntropy::default().init();
    let of = |labels| said(|| loss.forward(scores(), labels, Reduction::Mean));
    let rule = "BinaryCrossEntropy: targets must be ≥ 0 and ≤ 1, got";
    assert_eq!(of(labels([0, 255], DType::U8)), format!("{rule} 255 at position 1"));
    assert_eq!(of(labels([-1, 1], DType::I8)), format!("{rule} -1 at position 0"));
    assert_eq!(of(labels([1, 0], DType::I32)), "nothing");
    for name in ["zlpr", "multilabel_margin", "multilabel_soft_margin", "image_balanced_binary_cross_entropy"] {
        let loss = config(json!(name)).init_tensor().expect("valid");
        let tensor = |numbers: [f64; 2]| Tensor::<1>::from_data(numbers, &device);
        let of = |labels| said(|| loss.forward(tensor([0.5, 1.0]), tensor(labels), Reduction::Mean));
        let rule = "targets must be ≥ 0 and ≤ 1, got 255 at position 1";
        assert!(of([0.0, 255.0]).ends_with(rule), "{name}: {}", of([0.0, 255.0]));
        assert_eq!(of([0.0, 1.0]), "nothing", "{name}");
        assert_eq!(of([f64::NAN, 1.0]), "nothing", "{name}");
    }
}

#[test]
fn lists_of_a_wrong_length_are_named() {
    let by = Reduction::Mean;
    let rule = |name: &str, places: usize, got: usize| {
        let input = if name.starts_with("Binary") { "scores" } else { "prediction" };
        format!("{name} must have one value for each of the {places} places along axis 1 of {input}, got {got}")
    };
    let quantile = Quantile::default().with_tau([0.1, 0.9]).init();
    assert_eq!(said(|| quantile.forward(zeros([2, 3]), zeros([2, 3]), by)), rule("Quantile: tau", 3, 2));
    assert_eq!(
        said(|| quantile.forward(zeros([4]), zeros([4]), by)),
        "Quantile: tau must have one value for each of the 4 places along axis 0 of prediction, got 2"
    );
    assert_eq!(said(|| quantile.forward(zeros([3, 2]), zeros([3, 2]), by)), "nothing");
    let focal = BinaryFocal::default().with_gamma([1.0, 2.0, 3.0]).init();
    assert_eq!(said(|| focal.forward(zeros([3, 2, 3]), zeros([3, 2, 3]), by)), rule("BinaryFocal: gamma", 2, 3));
    let binary = BinaryCrossEntropy::default().init().with_pos_weight([1.0, 2.0]);
    assert_eq!(said(|| binary.forward(zeros([2, 3]), zeros([2, 3]), by)), rule("BinaryCrossEntropy: pos_weight", 3, 2));
    assert_eq!(
        said(|| binary.forward(zeros([4]), zeros([4]), by)),
        "BinaryCrossEntropy: pos_weight must have one value for each of the 4 places along axis 0 of scores, got 2"
    );
}

/// As a tensor of one value is broadcast: PyTorch's `pos_weight=torch.tensor([3.])`.
#[test]
fn one_factor_in_a_list_is_the_factor_of_all_labels() {
    let (x, by) = ([0.5, -1.0, 2.0, 0.25], Reduction::Sum);
    let one = BinaryCrossEntropy::default().init().with_pos_weight(3.0);
    let list = BinaryCrossEntropy::default().init().with_pos_weight([3.0]);
    let any = config(json!("binary_cross_entropy")).init_binary().unwrap().with_pos_weight(vec![3.0]);
    let flat = Tensor::<1>::from_data(x, &Device::flex());
    let labels = Tensor::<1>::from_data([1.0, 0.0, 0.0, 1.0], &Device::flex());
    // −3·ln σ(x) where y = 1, −ln σ(−x) where y = 0.
    let log_sigmoid = |x: f64| -(-x).exp().ln_1p();
    let expected = -3.0 * log_sigmoid(0.5) - log_sigmoid(1.0) - log_sigmoid(-2.0) - 3.0 * log_sigmoid(0.25);
    let of = |loss: Tensor<1>| numbers(loss)[0];
    for value in [
        of(one.forward(flat.clone(), labels.clone(), by)),
        of(list.forward(flat.clone(), labels.clone(), by)),
        of(any.forward(flat.clone(), labels.clone(), by)),
        of(list.forward(flat.clone().reshape([2, 2]), labels.clone().reshape([2, 2]), by)),
        of(any.forward(flat.reshape([1, 4]), labels.reshape([1, 4]), by)),
    ] {
        assert!((value - expected).abs() < 1e-5, "{value} instead of {expected}");
    }
}

#[test]
fn wrong_factors_and_smoothing_are_named() {
    let binary = || BinaryCrossEntropy::default().init();
    let rule = "BinaryCrossEntropy: pos_weight must be 0, or ≥ 1e-30 and ≤ 1e30, got";
    assert_eq!(said(|| binary().with_pos_weight(-1.0)), format!("{rule} -1"));
    assert_eq!(said(|| binary().with_pos_weight([1.0, f64::INFINITY])), format!("{rule} inf"));
    assert_eq!(said(|| binary().with_pos_weight(f64::NAN)), format!("{rule} NaN"));
    assert_eq!(said(|| binary().with_pos_weight(1e-31)), format!("{rule} 0.0000000000000000000000000000001"));
    assert_eq!(said(|| binary().with_pos_weight([0.0, 1e-30, 1e30])), "nothing");
    let rule = "BinaryCrossEntropy: label_smoothing must be ≥ 0 and ≤ 1, got";
    assert_eq!(said(|| binary().with_label_smoothing(1.5)), format!("{rule} 1.5"));
    assert_eq!(said(|| binary().with_label_smoothing(f64::NAN)), format!("{rule} NaN"));
    let any = || config(json!("binary_focal")).init_binary().unwrap();
    let error = any().try_with_pos_weight(-2.0).unwrap_err().to_string();
    assert_eq!(error, "BinaryFocal: pos_weight must be 0, or ≥ 1e-30 and ≤ 1e30, got -2");
    assert_eq!(said(|| any().with_pos_weight(-2.0)), error);
    let error = any().try_with_label_smoothing(-0.5).unwrap_err().to_string();
    assert_eq!(error, "BinaryFocal: label_smoothing must be ≥ 0 and ≤ 1, got -0.5");
    assert_eq!(said(|| any().with_label_smoothing(-0.5)), error);
    // Weights of elements do not go through wrappers.
    let wrapped = config(json!({"name": "flooding", "loss": "mse"})).init_pointwise().unwrap();
    let error = wrapped.try_forward_weighted(zeros([2]), zeros([2]), zeros([2]), Reduction::Mean).unwrap_err();
    assert_eq!(error.to_string(), "weights: the loss must be one that nothing goes around, got Flooding");
    assert_eq!(
        said(|| wrapped.forward_weighted(zeros([2]), zeros([2]), zeros([2]), Reduction::Mean)),
        error.to_string()
    );
}

#[test]
#[should_panic(expected = "Huber: delta must be > 0, got 0")]
fn excluded_bound_is_an_error() {
    let _ = Huber::default().with_delta(0.0).init();
}

#[test]
#[should_panic(expected = "Quantile: tau must be > 0 and < 1, got 1")]
fn bad_number_of_one_class_is_an_error() {
    let _ = Quantile::default().with_tau([0.5, 1.0]).init();
}

#[test]
#[should_panic(expected = "GaussianNll: epsilon must be > 0, got NaN or an infinity")]
fn nan_parameter_is_an_error() {
    let _ = GaussianNll { full: false, epsilon: f64::NAN }.init();
}

/// Every parameter of every loss, just outside of its range.
#[test]
fn parameters_outside_of_their_range_are_named() {
    let mut faults = Faults::default();
    let families = [Family::Regression, Family::Margin, Family::Likelihood, Family::Distribution, Family::Binary];
    for entry in catalogue::all().iter().filter(|entry| families.contains(&entry.family)) {
        for parameter in entry.parameters {
            let range = parameter.range;
            let outside = [range.low, range.low - 0.5, range.high, range.high + 0.5];
            for value in outside.into_iter().filter(|value| value.is_finite() && !range.contains(*value)) {
                let rule = if parameter.flag { "true or false".to_owned() } else { range.to_string() };
                let start = format!("{}: {} must be {rule}, got ", entry.type_name, parameter.name);
                let mut values = vec![json!(value)];
                if parameter.per_class {
                    values.push(json!([parameter.default, value]));
                }
                for given in values {
                    let read = serde_json::from_value::<LossConfig>(json!({"name": entry.name, parameter.name: given}));
                    let error = read.err().map(|error| error.to_string()).unwrap_or_default();
                    let got = error.strip_prefix(&start).and_then(|got| got.parse::<f64>().ok());
                    faults.expect(got == Some(value), || format!("\"{error}\" instead of \"{start}{value}\""));
                }
            }
        }
    }
    faults.report(40);
}

//! What holds for every loss of rows, items or batches: many labels that are judged together, and many numbers.

use burn::tensor::{Bool, DType, Device, Int, Tensor, TensorData};
use burn_losses::catalogue::{self, Family, Signature};
use burn_losses::prelude::*;
use burn_losses::{
    AnyTensorLoss, CosineDistance, MultilabelMargin, MultilabelSoftMargin, Rmse, ScaleInvariantLog, TensorLoss, Zlpr,
};
use burn_losses_tests::{
    Differences, Faults, Problem, Random, TensorOutcome, TensorProblem, Tolerance, Way, config, describe_tensors,
    expect_nothing, f64_ways, numbers, plain_ways, rotating_ways, said, same, times, ways, whole_configurations, zeros,
};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Along axis 1 of every shape here, or the only axis.
const CLASSES: usize = 4;

const REDUCTIONS: [Option<Reduction>; 3] = [None, Some(Reduction::Mean), Some(Reduction::Sum)];

/// A problem for every configuration, of ranks 1 to 4 in turn; four seeds in a row have each with each.
fn problems(seed: u64) -> Vec<TensorProblem> {
    let mut random = Random::new(seed);
    let shapes: [&[usize]; 4] = [&[3, CLASSES], &[2, CLASSES, 3], &[CLASSES], &[2, CLASSES, 1, 2]];
    let configs = whole_configurations(CLASSES).into_iter().enumerate();
    let problem = |(number, config): (usize, LossConfig)| {
        TensorProblem::random(&config, shapes[(number + seed as usize) % 4], &mut random)
    };
    configs.map(problem).collect()
}

/// A problem of these numbers.
fn problem_of(value: Value, shape: &[usize], inputs: [Vec<f64>; 2]) -> TensorProblem {
    let problem = TensorProblem::random(&config(value), shape, &mut Random::new(0));
    TensorProblem { inputs: inputs.into(), ..problem }
}

fn is_multilabel(problem: &TensorProblem) -> bool {
    problem.config.signature() == Signature::Multilabel
}

/// A number among the parameters.
fn number(config: &LossConfig, name: &str) -> f64 {
    serde_json::to_value(config).expect("a configuration is JSON")[name].as_f64().expect("a number")
}

/// The same, where it may be a list by class.
fn of_class(config: &LossConfig, name: &str, class: usize) -> f64 {
    match &serde_json::to_value(config).expect("a configuration is JSON")[name] {
        Value::Array(list) => list[class].as_f64().expect("a number"),
        one => one.as_f64().expect("a number"),
    }
}

/// What two ways to the same number may differ by: rounding errors of the largest number beside it, and of 1.
fn close(dtype: DType) -> Tolerance {
    let (relative, floor) = if dtype == DType::F64 { (5e-13, 5e-14) } else { (3e-5, 5e-6) };
    Tolerance { relative, floor, absolute: 0.0, least: 1.0, largest: f64::MAX }
}

/// Weights that are exact in every dtype, a few of them 0, one for each loss.
fn some_weights(problem: &TensorProblem, random: &mut Random) -> Vec<f64> {
    (0..problem.members().len()).map(|at| if at == 0 { 0.75 } else { 0.5 * random.below(5) as f64 }).collect()
}

// ---- The definitions ----

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn mean(numbers: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = numbers.clone().count() as f64;
    numbers.sum::<f64>() / count
}

fn is_yes(y: f64) -> bool {
    y > 0.5
}

/// The loss of these elements, in plain f64.
fn definition(config: &LossConfig, x: &[f64], y: &[f64]) -> f64 {
    let pairs = || x.iter().copied().zip(y.iter().copied());
    match config.name() {
        "multilabel_margin" => {
            let margin = number(config, "margin");
            let yes = || pairs().filter(|&(_, y)| is_yes(y));
            let no = || pairs().filter(|&(_, y)| !is_yes(y));
            let of = |(x, _): (f64, f64)| no().map(|(other, _)| (margin - (x - other)).max(0.0)).sum::<f64>();
            yes().map(of).sum::<f64>() / x.len() as f64
        }
        "multilabel_soft_margin" => {
            let of = |(class, (x, y)): (usize, (f64, f64))| {
                of_class(config, "weight", class) * (y * softplus(-x) + (1.0 - y) * softplus(x))
            };
            pairs().enumerate().map(of).sum::<f64>() / x.len() as f64
        }
        "zlpr" => {
            let of_yes: f64 = pairs().filter(|&(_, y)| is_yes(y)).map(|(x, _)| (-x).exp()).sum();
            let of_no: f64 = pairs().filter(|&(_, y)| !is_yes(y)).map(|(x, _)| x.exp()).sum();
            of_yes.ln_1p() + of_no.ln_1p()
        }
        "image_balanced_binary_cross_entropy" => {
            let beta = 1.0 - mean(y.iter().copied());
            mean(pairs().map(|(x, y)| beta * y * softplus(-x) + (1.0 - beta) * (1.0 - y) * softplus(x)))
        }
        "cosine_distance" => {
            let epsilon = number(config, "epsilon");
            let norm = |numbers: &[f64]| numbers.iter().map(|x| x * x).sum::<f64>().sqrt().max(epsilon);
            1.0 - pairs().map(|(x, y)| x * y).sum::<f64>() / (norm(x) * norm(y))
        }
        "rmse" => (mean(pairs().map(|(x, y)| (x - y).powi(2))) + number(config, "epsilon")).sqrt(),
        "rmsle" => {
            let log = |x: f64| x.max(number(config, "epsilon")).ln_1p();
            mean(pairs().map(|(x, y)| (log(x) - log(y)).powi(2))).sqrt()
        }
        "scale_invariant_log" => {
            let log = |x: f64| x.max(number(config, "epsilon")).ln();
            let differences = pairs().map(|(x, y)| log(x) - log(y));
            mean(differences.clone().map(|d| d * d)) - number(config, "lambda") * mean(differences).powi(2)
        }
        other => panic!("tensor_losses.rs: definition must state the formula of {other}"),
    }
}

/// The losses by their definition.
fn expected_losses(problem: &TensorProblem) -> Vec<f64> {
    let of = |members: Vec<usize>| {
        let [x, y] = [0, 1].map(|input| members.iter().map(|&at| problem.inputs[input][at]).collect::<Vec<f64>>());
        definition(&problem.config, &x, &y)
    };
    problem.members().into_iter().map(of).collect()
}

#[test]
fn losses_are_their_definitions() {
    let mut faults = Faults::default();
    for seed in 1..=4 {
        for problem in problems(seed) {
            let losses = expected_losses(&problem);
            let sum: f64 = losses.iter().sum();
            for way in rotating_ways() {
                let what = |by: &str| format!("{by}, {way} {}", describe_tensors(&problem));
                let tolerance = close(way.dtype);
                faults.compare(tolerance, &problem.value(&way, None), &losses, || what("each"));
                let got = problem.value(&way, Some(Reduction::Sum));
                faults.compare(tolerance.times(2.0), &got, &[sum], || what("sum"));
                let got = problem.value(&way, Some(Reduction::Mean));
                faults.compare(tolerance.times(2.0), &got, &[sum / losses.len() as f64], || what("mean"));
            }
        }
    }
    faults.report(1_200);
}

/// In f32 a sum of many numbers has the digits of f32, not what naive addition leaves of them.
#[test]
fn long_groups_keep_their_digits() {
    const LEN: usize = 300_001;
    let mut faults = Faults::default();
    let random = &mut Random::new(11);
    // Of pairs there would be too many.
    let losses = whole_configurations(LEN).into_iter().filter(|config| config.name() != "multilabel_margin");
    for config in losses.filter(|config| !config.to_string().contains('[')) {
        let problem = TensorProblem::random(&config, &[2, LEN], random);
        let in_dtype = |dtype| {
            plain_ways().into_iter().find(|way| way.dtype == dtype).map(|way| {
                let outcome = problem.run(&way, Some(Reduction::Mean));
                (way, outcome)
            })
        };
        let (Some((_, exact)), Some((way, got))) = (in_dtype(DType::F64), in_dtype(DType::F32)) else { continue };
        let tolerance = Tolerance { relative: 3e-6, floor: 3e-6, ..close(DType::F32) };
        let what = |of: &str| format!("{of}, {way} {config}");
        faults.compare(tolerance, &got.value, &exact.value, || what("value"));
        let slopes = |outcome: &TensorOutcome| outcome.gradients[0].clone().expect("a gradient");
        faults.compare(tolerance, &slopes(&got), &slopes(&exact), || what("gradient"));
    }
    // No GPU is asked: the same kernels serve all backends without a host.
    faults.report(if ways().iter().any(|way| way.dtype == DType::F64) { 12 } else { 0 });
}

/// The test's own test: the definition of one loss is not that of another.
#[test]
fn definitions_tell_losses_apart() {
    let names: Vec<&str> = catalogue::all()
        .iter()
        .filter(|entry| matches!(entry.family.signature(), Signature::Multilabel | Signature::Whole))
        .map(|entry| entry.name)
        .collect();
    assert!(names.len() >= 8, "{names:?}");
    let x = vec![0.5, 2.0, 1.25, 0.75];
    let y = vec![1.0, 0.0, 1.0, 0.0];
    let values: Vec<f64> = names.iter().map(|name| definition(&config(json!(name)), &x, &y)).collect();
    for (at, value) in values.iter().enumerate() {
        assert!(value.is_finite() && *value > 0.0, "{}: {value}", names[at]);
        for other in &values[..at] {
            assert!((value - other).abs() > 1e-3, "{} is another loss: {values:?}", names[at]);
        }
    }
}

/// What makes one loss is written in the shape of the result: 1 for every axis that is summed over.
#[test]
fn results_have_the_shape_of_what_there_is_one_loss_for() {
    let device = Device::flex();
    let of = |name: &str, items: [usize; 3], half: DType| {
        let loss = config(json!(name)).init_tensor().unwrap();
        let x = Tensor::<3>::ones(items, (&device, half));
        let each = loss.forward_no_reduction(x.clone(), x.clone());
        let one = loss.forward(x.clone(), x.clone(), Reduction::Mean);
        assert_eq!((each.dtype(), one.dtype(), one.dims()), (half, half, [1]), "{name}");
        assert_eq!(loss.counts(&x, &x).dims(), each.dims(), "{name}");
        each.dims()
    };
    for dtype in [DType::F64, DType::F32, DType::F16, DType::BF16] {
        for name in ["multilabel_margin", "multilabel_soft_margin", "zlpr", "cosine_distance"] {
            assert_eq!(of(name, [2, 3, 5], dtype), [2, 1, 5], "{name}");
        }
        for name in ["image_balanced_binary_cross_entropy", "scale_invariant_log"] {
            assert_eq!(of(name, [2, 3, 5], dtype), [2, 1, 1], "{name}");
        }
        for name in ["rmse", "rmsle"] {
            assert_eq!(of(name, [2, 3, 5], dtype), [1, 1, 1], "{name}");
        }
    }
    for config in whole_configurations(CLASSES) {
        let row = TensorProblem::random(&config, &[CLASSES], &mut Random::new(1));
        assert_eq!(row.losses_shape(), [1], "{config:?}");
        assert_eq!(row.members(), [vec![0, 1, 2, 3]], "{config:?}");
    }
}

// ---- Gradients ----

#[test]
fn gradients_are_the_differences_of_the_value() {
    let mut faults = Faults::default();
    let mut random = Random::new(10);
    let mut differences = Differences::default();
    let ways = f64_ways();
    for seed in 1..=4 {
        for (number, mut problem) in problems(seed).into_iter().enumerate() {
            let by = REDUCTIONS[(number + seed as usize) % 3];
            if number % 2 == 0 {
                problem.weights = Some(some_weights(&problem, &mut random));
            }
            let outcomes: Vec<(&Way, TensorOutcome)> = ways.iter().map(|way| (way, problem.run(way, by))).collect();
            for input in 0..2 {
                if is_multilabel(&problem) && input == 1 {
                    let still = outcomes
                        .iter()
                        .all(|(_, outcome)| outcome.gradient(input, problem.len()).iter().all(|&g| g == 0.0));
                    faults.expect(still, || format!("a gradient by the labels, {}", describe_tensors(&problem)));
                    continue;
                }
                let step = |x: f64| if x.abs() < 0.1 { 1e-3 } else { 4e-3 };
                differences.compare(&mut faults, (&problem, by), &outcomes, input, step);
            }
        }
    }
    differences.report();
    faults.report(4_000);
}

/// The gradient of single losses, pulled at by random numbers, is that of their sum times these numbers.
#[test]
fn upstream_gradients_multiply() {
    let mut faults = Faults::default();
    let mut random = Random::new(11);
    for problem in [problems(1), problems(2)].concat() {
        let members = problem.members();
        let pulls: Vec<f64> = members.iter().map(|_| random.eighth(4.0)).collect();
        for way in rotating_ways() {
            let mut expected = problem.run(&way, None);
            for gradient in expected.gradients.iter_mut().flatten() {
                for (members, pull) in members.iter().zip(&pulls) {
                    members.iter().for_each(|&at| gradient[at] *= pull);
                }
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
    faults.report(1_500);
}

/// Whether an input has a gradient does not change that of the other.
#[test]
fn gradients_do_not_depend_on_what_else_is_differentiated() {
    let mut faults = Faults::default();
    for problem in problems(3) {
        for way in rotating_ways() {
            let all = problem.run(&way, Some(Reduction::Mean));
            for alone in 0..if is_multilabel(&problem) { 1 } else { 2 } {
                let one = TensorProblem { tracked: vec![alone == 0, alone == 1], ..problem.clone() };
                let got = one.run(&way, Some(Reduction::Mean));
                let what = || format!("{alone} alone, {way}, {}", describe_tensors(&problem));
                faults.compare(close(way.dtype), &got.value, &all.value, || format!("value, {}", what()));
                let [of_one, of_all] = [&got, &all].map(|outcome| outcome.gradient(alone, problem.len()));
                faults.compare(close(way.dtype), &of_one, &of_all, || format!("gradient, {}", what()));
                faults.expect(got.gradients[1 - alone].is_none(), || format!("a gradient of the other, {}", what()));
            }
        }
    }
    faults.report(450);
}

/// Labels made in a graph, as by a teacher: constants, and no reason for the backward pass to stumble.
#[test]
fn labels_in_a_graph_are_constants() {
    let mut faults = Faults::default();
    for problem in problems(1).iter().filter(|problem| is_multilabel(problem) && problem.shape.len() == 2) {
        for way in rotating_ways() {
            for by in REDUCTIONS {
                let inputs = problem.tensors::<2>(&way, true);
                let made = inputs[1].clone().flip([0]).flip([0]);
                let run = || {
                    let (value, loss) = problem.forward(&way, by, &[inputs[0].clone(), made], None, None);
                    let gradients = loss.backward();
                    let still = inputs[1].grad(&gradients).is_none_or(|g| numbers(g).iter().all(|&g| g == 0.0));
                    (value, inputs[0].grad(&gradients).map(numbers), still)
                };
                let (got, expected) = (catch_unwind(AssertUnwindSafe(run)), problem.run(&way, by));
                let right = got.as_ref().is_ok_and(|(value, gradient, still)| {
                    *value == expected.value && *gradient == expected.gradients[0] && *still
                });
                faults.expect(right, || format!("{:?}, {by:?} {way} {}", got.ok(), describe_tensors(problem)));
            }
        }
    }
    faults.report(25);
}

// ---- Reductions and weights ----

#[test]
fn sum_is_so_many_times_the_mean_and_the_sum_of_the_losses() {
    let mut faults = Faults::default();
    for problem in [problems(1), problems(2)].concat() {
        let count = problem.members().len() as f64;
        for way in rotating_ways() {
            let sum = problem.run(&way, Some(Reduction::Sum));
            let mean = times(&problem.run(&way, Some(Reduction::Mean)), count);
            let tolerance = close(way.dtype).times(4.0);
            same(&mut faults, tolerance, &problem, &mean, &sum, || format!("mean, {way}"));
            let mut each = problem.run(&way, None);
            faults.expect(each.value.len() as f64 == count, || format!("{} losses, {way}", each.value.len()));
            each.value = vec![each.value.iter().sum()];
            same(&mut faults, tolerance, &problem, &each, &sum, || format!("losses, {way}"));
        }
    }
    faults.report(1_500);
}

/// Σ wℓ, and Σ wℓ/Σ w.
#[test]
fn weights_multiply_and_the_mean_divides_by_their_sum() {
    let mut faults = Faults::default();
    let mut random = Random::new(12);
    for problem in (1..=4).flat_map(problems) {
        let weights = some_weights(&problem, &mut random);
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
    faults.report(2_500);
}

/// Whatever stands where the weight is 0, there is no loss and no gradient.
#[test]
fn weight_of_zero_silences_nan_and_infinities() {
    let mut faults = Faults::default();
    let mut random = Random::new(13);
    for (number, problem) in (1..=4).flat_map(problems).enumerate() {
        let mut weights = some_weights(&problem, &mut random);
        let quiet = weights.len() / 2;
        weights[quiet] = 0.0;
        let members = problem.members().into_iter().zip(&weights).filter(|(_, w)| **w == 0.0);
        let silent: Vec<usize> = members.flat_map(|(members, _)| members).collect();
        let clean = TensorProblem { weights: Some(weights), ..problem };
        for (turn, wrong) in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].into_iter().enumerate() {
            let mut bad = clean.clone();
            for (input, numbers) in bad.inputs.iter_mut().enumerate() {
                // Both inputs, or one of them; every element of the loss, or every second.
                if turn == 0 || input == (number + turn) % 2 {
                    silent.iter().step_by(1 + number % 2).for_each(|&at| numbers[at] = wrong);
                }
            }
            for way in rotating_ways() {
                let by = [Reduction::Mean, Reduction::Sum][(number + turn) % 2];
                let (got, expected) = (bad.run(&way, Some(by)), clean.run(&way, Some(by)));
                same(&mut faults, close(way.dtype), &bad, &got, &expected, || format!("{wrong} {by:?} {way}"));
                for input in 0..2 {
                    let gradient = got.gradient(input, bad.len());
                    let still = silent.iter().all(|&at| gradient[at] == 0.0);
                    faults.expect(still, || {
                        format!("{wrong}: {gradient:?} by {input}, {way} {}", describe_tensors(&bad))
                    });
                }
            }
        }
    }
    faults.report(6_000);
}

#[test]
fn weights_of_zero_alone_give_zero() {
    let mut faults = Faults::default();
    for (number, mut problem) in [problems(1), problems(2)].concat().into_iter().enumerate() {
        problem.weights = Some(vec![0.0; problem.members().len()]);
        if number % 2 == 0 {
            problem.inputs[0][0] = f64::NAN;
        }
        expect_nothing(&mut faults, &problem);
    }
    faults.report(400);
}

// ---- Each by itself ----

#[test]
fn turning_the_items_turns_the_losses() {
    let mut faults = Faults::default();
    for problem in (1..=4).flat_map(problems).filter(|problem| problem.shape.len() > 1) {
        let items = problem.shape[0];
        let mut turned = problem.clone();
        turned.inputs.iter_mut().for_each(|input| input.rotate_left(problem.len() / items));
        for way in rotating_ways() {
            for by in REDUCTIONS {
                let (got, mut expected) = (turned.run(&way, by), problem.run(&way, by));
                // The loss of a batch is one.
                if by.is_none() && expected.value.len() > 1 {
                    let of_item = expected.value.len() / items;
                    expected.value.rotate_left(of_item);
                }
                let gradients = expected.gradients.iter_mut().flatten();
                gradients.for_each(|gradient| gradient.rotate_left(problem.len() / items));
                same(&mut faults, close(way.dtype), &problem, &got, &expected, || format!("{by:?} {way}"));
            }
        }
    }
    faults.report(2_500);
}

fn turn_lists(value: &mut Value) {
    match value {
        Value::Array(list) => list.rotate_right(1),
        Value::Object(fields) => fields.values_mut().for_each(turn_lists),
        _ => {}
    }
}

/// Class k of the one is class k + 1 of the other, in parameters by class too: the losses are the same.
#[test]
fn turning_the_classes_turns_the_gradient_alone() {
    let mut faults = Faults::default();
    for problem in (1..=4).flat_map(problems) {
        let inner: usize = problem.shape.iter().skip(2).product();
        let turn = |numbers: &[f64]| {
            let mut turned = numbers.to_vec();
            for (at, number) in numbers.iter().enumerate() {
                let (outer, class, place) = (at / inner / CLASSES, at / inner % CLASSES, at % inner);
                turned[(outer * CLASSES + (class + 1) % CLASSES) * inner + place] = *number;
            }
            turned
        };
        let mut value = serde_json::to_value(&problem.config).expect("a configuration is JSON");
        turn_lists(&mut value);
        let mut turned = TensorProblem { config: config(value), ..problem.clone() };
        turned.inputs.iter_mut().for_each(|input| *input = turn(input));
        for way in rotating_ways() {
            let (got, mut expected) = (turned.run(&way, None), problem.run(&way, None));
            expected.gradients.iter_mut().flatten().for_each(|gradient| *gradient = turn(gradient));
            same(&mut faults, close(way.dtype), &problem, &got, &expected, || format!("{way}"));
        }
    }
    faults.report(1_250);
}

/// The class axis is axis 1 whatever the rank; more axes behind it are one.
#[test]
fn rank_does_not_matter() {
    let mut faults = Faults::default();
    for (number, config) in whole_configurations(CLASSES).iter().enumerate() {
        let wide = TensorProblem::random(config, &[2, CLASSES, 4], &mut Random::new(20 + number as u64));
        let image = TensorProblem { shape: vec![2, CLASSES, 2, 2], ..wide.clone() };
        let narrow = TensorProblem::random(config, &[1, CLASSES], &mut Random::new(21 + number as u64));
        let row = TensorProblem { shape: vec![CLASSES], ..narrow.clone() };
        for way in rotating_ways() {
            for (one, other) in [(&image, &wide), (&row, &narrow)] {
                for by in REDUCTIONS {
                    let (got, expected) = (one.run(&way, by), other.run(&way, by));
                    same(&mut faults, close(way.dtype), one, &got, &expected, || format!("{by:?} {way}"));
                }
            }
        }
    }
    faults.report(2_000);
}

/// Inputs that lie otherwise in memory are their copies.
#[test]
fn inputs_in_any_layout_are_their_copies() {
    let mut faults = Faults::default();
    for (number, config) in whole_configurations(CLASSES).iter().enumerate() {
        // Classes last; they come first where the loss is.
        let last = TensorProblem::random(config, &[2, 3, CLASSES], &mut Random::new(30 + number as u64));
        for way in rotating_ways() {
            let by = REDUCTIONS[number % 3];
            let leaves = last.tensors::<3>(&way, true);
            let views: Vec<Tensor<3>> = leaves.iter().map(|leaf| leaf.clone().permute([0, 2, 1])).collect();
            let (value, loss) = last.forward(&way, by, &views, None, None);
            let gradient = numbers(leaves[0].grad(&loss.backward()).expect("a gradient"));
            let inputs = views.iter().map(|view| numbers(view.clone())).collect();
            let copy = TensorProblem { shape: vec![2, CLASSES, 3], inputs, ..last.clone() };
            let expected = copy.run(&way, by);
            let what = || format!("{by:?} {way} {}", describe_tensors(&copy));
            faults.compare(close(way.dtype), &value, &expected.value, || format!("value, {}", what()));
            let mut back = vec![0.0; last.len()];
            for (at, g) in expected.gradient(0, copy.len()).into_iter().enumerate() {
                let (item, class, place) = (at / 3 / CLASSES, at / 3 % CLASSES, at % 3);
                back[(item * 3 + place) * CLASSES + class] = g;
            }
            faults.compare(close(way.dtype), &gradient, &back, || format!("gradient, {}", what()));
        }
    }
    faults.report(200);
}

#[test]
fn nan_makes_its_own_loss_nan_and_no_other() {
    let mut faults = Faults::default();
    for problem in (1..=4).flat_map(problems) {
        // A class that does not count may as well be NaN.
        if problem.config.name() == "multilabel_soft_margin"
            && (0..CLASSES).any(|class| of_class(&problem.config, "weight", class) == 0.0)
        {
            continue;
        }
        let members = problem.members();
        let spoilt = members.len() - 1;
        for input in 0..2 {
            let mut bad = problem.clone();
            bad.inputs[input][members[spoilt][1]] = f64::NAN;
            for way in rotating_ways() {
                let (got, clean) = (bad.run(&way, None), problem.run(&way, None));
                let what = || format!("NaN in input {input}, {way} {}", describe_tensors(&problem));
                faults.expect(got.value[spoilt].is_nan(), || format!("{:?}, {}", got.value, what()));
                let others = &clean.value[..spoilt];
                faults.compare(close(way.dtype), &got.value[..spoilt], others, || format!("value, {}", what()));
                for by_input in 0..2 {
                    let (mut got, clean) = (got.gradient(by_input, bad.len()), clean.gradient(by_input, problem.len()));
                    members[spoilt].iter().for_each(|&at| got[at] = clean[at]);
                    faults.compare(close(way.dtype), &got, &clean, || format!("gradient, {}", what()));
                }
                for by in [Reduction::Mean, Reduction::Sum] {
                    let value = bad.value(&way, Some(by))[0];
                    faults.expect(value.is_nan(), || format!("{by:?} is {value}, {}", what()));
                }
            }
        }
    }
    faults.report(3_000);
}

/// A score that is infinitely wrong, or right, has the value and the slopes that very large ones tend to.
#[test]
fn infinite_scores_of_labels_have_the_limit() {
    let mut faults = Faults::default();
    for config in whole_configurations(CLASSES).into_iter().filter(|config| config.signature() == Signature::Multilabel)
    {
        let problem = TensorProblem::random(&config, &[3, CLASSES], &mut Random::new(77));
        for (label, sign) in [(1.0, -1.0), (1.0, 1.0), (0.0, -1.0), (0.0, 1.0)] {
            let at = (0..CLASSES).find(|&at| problem.inputs[1][at] == label).expect("labels of both kinds");
            let with = |size: f64| {
                let mut far = problem.clone();
                far.inputs[0][at] = sign * size;
                far
            };
            for way in rotating_ways() {
                let (got, mut limit) = (with(f64::INFINITY).run(&way, None), with(1e6).run(&way, None));
                limit.value.iter_mut().filter(|value| **value > 1e4).for_each(|value| *value = f64::INFINITY);
                let infinite = |values: &[f64]| values.iter().map(|x| x.is_infinite()).collect::<Vec<_>>();
                let what = || format!("{label} at {sign}·∞, {way} {}", describe_tensors(&problem));
                faults
                    .expect(infinite(&got.value) == infinite(&limit.value), || format!("{:?}, {}", got.value, what()));
                same(&mut faults, close(way.dtype), &problem, &got, &limit, what);
            }
        }
    }
    faults.report(100);
}

/// Of infinite numbers in a row, and of infinite errors, nothing else is to be seen.
#[test]
fn infinite_numbers_of_wholes_have_the_limit() {
    let mut faults = Faults::default();
    let inputs = |x: f64| [vec![x, 0.5, -1.0, 0.25], vec![0.5, 1.0, 0.75, -0.5]];
    for (name, value) in [("rmse", f64::INFINITY), ("cosine_distance", f64::NAN)] {
        for sign in [1.0, -1.0] {
            let got = problem_of(json!(name), &[1, CLASSES], inputs(sign * f64::INFINITY));
            let far = problem_of(json!(name), &[1, CLASSES], inputs(sign * 1e18));
            for way in rotating_ways() {
                let (got, mut limit) = (got.run(&way, None), far.run(&way, None));
                if value.is_infinite() {
                    faults.expect(got.value == [f64::INFINITY], || format!("{:?}, {way} {name}", got.value));
                    limit.value = vec![f64::INFINITY];
                }
                same(&mut faults, close(way.dtype), &far, &got, &limit, || format!("{sign}, {way}"));
            }
        }
    }
    faults.report(40);
}

#[test]
fn empty_tensors_give_zero_and_stay_in_the_graph() {
    let mut faults = Faults::default();
    for config in whole_configurations(CLASSES) {
        for shape in [&[0, CLASSES][..], &[0, CLASSES, 3], &[2, CLASSES, 0], &[0, CLASSES, 1, 2]] {
            let plain = TensorProblem::random(&config, shape, &mut Random::new(18));
            let losses: usize = plain.losses_shape().iter().product();
            let weighted = TensorProblem { weights: Some(vec![1.0; losses]), ..plain.clone() };
            for (problem, reductions) in [(plain, &REDUCTIONS[..]), (weighted, &REDUCTIONS[1..])] {
                for way in rotating_ways() {
                    for &by in reductions {
                        let got = problem.run(&way, by);
                        let zero = vec![0.0; if by.is_some() { 1 } else { losses }];
                        let what = || format!("{got:?} {by:?} {way} {}", describe_tensors(&problem));
                        faults.expect(got.value == zero && problem.value(&way, by) == zero, what);
                        faults.expect(got.gradients[0].as_ref().is_some_and(Vec::is_empty), what);
                    }
                }
            }
        }
    }
    faults.report(4_000);
}

// ---- Low precision ----

/// The largest error of a number that is rounded once, and of the mean of rounded numbers that is rounded again.
fn rounding(dtype: DType, roundings: f64) -> Tolerance {
    let (epsilon, absolute) = if dtype == DType::F16 { (4.9e-4, 6e-8) } else { (3.95e-3, 1e-38) };
    Tolerance { relative: epsilon * roundings, floor: 0.0, absolute, least: 0.0, largest: f64::MAX }
}

#[test]
fn half_precision_is_computed_in_f32() {
    let mut faults = Faults::default();
    for mut problem in (1..=4).flat_map(problems) {
        // Exact in every dtype, and none of them 0.
        let inputs = problem.inputs.iter_mut().flatten();
        inputs.for_each(|x| *x = if *x > 0.0 { (*x * 8.0).ceil() } else { (*x * 8.0).floor() } / 8.0);
        for way in plain_ways().into_iter().filter(|way| matches!(way.dtype, DType::F16 | DType::BF16)) {
            let wide = Way { dtype: DType::F32, ..way.clone() };
            for by in REDUCTIONS {
                let tolerance = rounding(way.dtype, if by.is_none() { 1.1 } else { 2.2 });
                let (got, expected) = (problem.run(&way, by), problem.run(&wide, by));
                same(&mut faults, tolerance, &problem, &got, &expected, || format!("{by:?} {way}"));
            }
        }
    }
    faults.report(2_500);
}

/// What f16 holds, and the squares and sums of which it does not.
#[test]
fn squares_beyond_half_precision_are_no_matter() {
    let mut faults = Faults::default();
    let (zeros, tiny) = (vec![0.0; 4], 2.0_f64.powi(-13));
    let cases = [
        (problem_of(json!("rmse"), &[2, 2], [vec![300.0; 4], zeros.clone()]), 300.0),
        (problem_of(json!("rmse"), &[2, 2], [vec![60_000.0; 4], zeros.clone()]), 60_000.0),
        // 24/25.
        (problem_of(json!("cosine_distance"), &[1, 2], [vec![300.0, 400.0], vec![400.0, 300.0]]), 0.04),
        (
            problem_of(json!("cosine_distance"), &[1, 2], [vec![3.0 * tiny, 4.0 * tiny], vec![4.0 * tiny, 3.0 * tiny]]),
            0.04,
        ),
        // (ln 1 − ln 10⁻⁷)²: an ε that f16 rounds by a fifth.
        (
            problem_of(
                json!({"name": "scale_invariant_log", "lambda": 0.0}),
                &[1, 2],
                [vec![1.0, 1.0], vec![0.0, 0.0]],
            ),
            1e-7_f64.ln().powi(2),
        ),
        (problem_of(json!("multilabel_margin"), &[1, 2], [vec![-30_000.0, 30_000.0], vec![1.0, 0.0]]), 30_000.5),
    ];
    for (problem, expected) in cases {
        for way in ways().into_iter().filter(|way| way.dtype == DType::F16 && !way.checkpointing) {
            let value = problem.value(&way, Some(Reduction::Mean));
            let tolerance = rounding(way.dtype, 4.0);
            faults.compare(tolerance, &value, &[expected], || format!("{way} {}", describe_tensors(&problem)));
        }
    }
    faults.report(12);
}

// ---- Extremes ----

/// Numbers whose squares and exponentials lie beyond what there is, and whose losses do not.
#[test]
fn large_and_tiny_numbers_have_their_losses() {
    let mut faults = Faults::default();
    let ln_2 = std::f64::consts::LN_2;
    for way in rotating_ways() {
        // In f32 10³⁰ squared is too large, and 10⁻³⁰ squared nothing.
        let far: f64 = if way.dtype == DType::F64 { 1e200 } else { 1e30 };
        let near = 1.0 / far;
        // The least ε there is, and what is above it.
        let (none, tiny) = (json!({"name": "cosine_distance", "epsilon": 1e-30}), 1e-25);
        let cases = [
            (problem_of(json!("rmse"), &[1, 2], [vec![far, -far], vec![0.0, 0.0]]), far),
            (problem_of(json!("rmse"), &[2, 1], [vec![near, near], vec![0.0, 0.0]]), near),
            (problem_of(json!("cosine_distance"), &[1, 2], [vec![3.0 * far, 4.0 * far], vec![4.0, 3.0]]), 0.04),
            (problem_of(json!("cosine_distance"), &[1, 2], [vec![3.0, 4.0], vec![-4.0 * far, -3.0 * far]]), 1.96),
            (problem_of(none.clone(), &[1, 2], [vec![3.0 * tiny, 4.0 * tiny], vec![4.0, 3.0]]), 0.04),
            (problem_of(none, &[1, 2], [vec![3.0 * tiny, 4.0 * tiny], vec![4.0 * tiny, 3.0 * tiny]]), 0.04),
            (problem_of(json!("zlpr"), &[1, 2], [vec![-1e4, 1e4], vec![1.0, 0.0]]), 2e4),
            (problem_of(json!("zlpr"), &[1, 2], [vec![1e4, -1e4], vec![1.0, 0.0]]), 0.0),
            // Two rivals of the same height.
            (problem_of(json!("zlpr"), &[1, 2], [vec![1e4, 1e4], vec![0.0, 0.0]]), 1e4 + ln_2),
            (problem_of(json!("multilabel_soft_margin"), &[1, 2], [vec![-1e4, 0.0], vec![1.0, 0.0]]), 5e3 + 0.5 * ln_2),
            (problem_of(json!("image_balanced_binary_cross_entropy"), &[1, 2], [vec![-1e4, 1e4], vec![1.0, 0.0]]), 5e3),
            (problem_of(json!("multilabel_margin"), &[1, 2], [vec![-far, far], vec![1.0, 0.0]]), far),
            (problem_of(json!("rmsle"), &[1, 2], [vec![far, 0.0], vec![far, 0.0]]), 0.0),
            // At λ = 1 the variance of ln far and 0.
            (
                problem_of(
                    json!({"name": "scale_invariant_log", "lambda": 1.0}),
                    &[1, 2],
                    [vec![far, 1.0], vec![1.0, 1.0]],
                ),
                (far.ln() / 2.0).powi(2),
            ),
        ];
        for (problem, expected) in cases {
            let got = problem.run(&way, Some(Reduction::Sum));
            let relative = if way.dtype == DType::F64 { 1e-12 } else { 1e-5 };
            let tolerance = Tolerance { relative, floor: 0.0, absolute: 0.0, least: 0.0, largest: f64::MAX };
            let what = || format!("{got:?}, {way} {}", describe_tensors(&problem));
            faults.compare(tolerance, &got.value, &[expected], what);
            let finite = got.gradients.iter().flatten().flatten().all(|g| g.is_finite());
            faults.expect(finite, || format!("gradient, {}", what()));
        }
    }
    faults.report(130);
}

/// Where a loss has a corner or an infinite slope, the slope is 0.
#[test]
fn corners_have_no_slope() {
    let mut faults = Faults::default();
    let same_twice = |value: Value, numbers: Vec<f64>| problem_of(value, &[2, 2], [numbers.clone(), numbers]);
    let cases = [
        (same_twice(json!("rmse"), vec![0.5, -1.0, 0.0, 2.0]), 0.0),
        (same_twice(json!("rmsle"), vec![0.5, 1.0, 0.0, 2.0]), 0.0),
        (same_twice(json!("scale_invariant_log"), vec![0.5, 1.0, 0.0, 2.0]), 0.0),
        // Below ε nothing moves.
        (problem_of(json!("rmsle"), &[1, 2], [vec![-1.0, -2.0], vec![-0.5, 1e-7]]), 0.0),
        (problem_of(json!("scale_invariant_log"), &[1, 2], [vec![-1.0, 1e-8], vec![0.0, 1e-7]]), 0.0),
        // Apart by the margin.
        (problem_of(json!("multilabel_margin"), &[1, 2], [vec![1.5, 0.5], vec![1.0, 0.0]]), 0.0),
        (
            problem_of(json!({"name": "multilabel_margin", "margin": 0.5}), &[1, 2], [vec![0.0, -0.5], vec![1.0, 0.0]]),
            0.0,
        ),
        // Nothing to compare with.
        (problem_of(json!("multilabel_margin"), &[1, 2], [vec![1.5, 0.5], vec![1.0, 1.0]]), 0.0),
        (problem_of(json!("multilabel_margin"), &[1, 2], [vec![1.5, 0.5], vec![0.0, 0.0]]), 0.0),
        // Images without edges, and of nothing else: β is 1, or 0.
        (problem_of(json!("image_balanced_binary_cross_entropy"), &[1, 2], [vec![1.5, 0.5], vec![0.0, 0.0]]), 0.0),
        (problem_of(json!("image_balanced_binary_cross_entropy"), &[1, 2], [vec![1.5, 0.5], vec![1.0, 1.0]]), 0.0),
        // Two vectors of no direction.
        (same_twice(json!("cosine_distance"), vec![0.0; 4]), 1.0),
    ];
    for (problem, expected) in cases {
        for way in rotating_ways() {
            let got = problem.run(&way, Some(Reduction::Mean));
            let still = (0..2).flat_map(|input| got.gradient(input, problem.len())).all(|g| g == 0.0);
            faults.expect(got.value == [expected] && still, || {
                format!("{got:?} and not {expected}, {way} {}", describe_tensors(&problem))
            });
        }
    }
    // One vector of no direction: orthogonal to everything, and whatever the slope, it is a number.
    for way in rotating_ways() {
        let problem = problem_of(json!("cosine_distance"), &[1, 2], [vec![0.0, 0.0], vec![3.0, 4.0]]);
        let got = problem.run(&way, Some(Reduction::Sum));
        let finite = got.gradients.iter().flatten().flatten().all(|g| g.is_finite());
        faults.expect(got.value == [1.0] && finite, || format!("{got:?}, {way}"));
    }
    faults.report(60);
}

// ---- Special cases ----

/// The length of the vectors does not matter, and the gradient is at right angles to them.
#[test]
fn cosine_distance_does_not_see_lengths() {
    let mut faults = Faults::default();
    let problem = TensorProblem::random(&config(json!("cosine_distance")), &[4, CLASSES, 2], &mut Random::new(40));
    let members = problem.members();
    // Powers of 2: exact.
    let factors: Vec<[f64; 2]> =
        (0..members.len()).map(|at| [[4.0, 0.25], [0.5, 16.0], [1024.0, 2.0]][at % 3]).collect();
    let mut scaled = problem.clone();
    for (members, factors) in members.iter().zip(&factors) {
        for (input, factor) in factors.iter().enumerate() {
            members.iter().for_each(|&at| scaled.inputs[input][at] *= factor);
        }
    }
    for way in rotating_ways() {
        let (got, mut expected) = (scaled.run(&way, None), problem.run(&way, None));
        for (input, gradient) in expected.gradients.iter_mut().enumerate() {
            let gradient = gradient.as_mut().expect("both have a gradient");
            for (members, factors) in members.iter().zip(&factors) {
                members.iter().for_each(|&at| gradient[at] /= factors[input]);
            }
        }
        same(&mut faults, close(way.dtype), &problem, &got, &expected, || format!("{way}"));
        for input in 0..2 {
            let gradient = got.gradient(input, problem.len());
            for members in &members {
                let along: f64 = members.iter().map(|&at| gradient[at] * scaled.inputs[input][at]).sum();
                let allowed = if way.dtype == DType::F64 { 1e-14 } else { 1e-5 };
                faults.expect(along.abs() <= allowed, || format!("{along:e} along input {input}, {way}"));
            }
        }
    }
    faults.report(90);
}

#[test]
fn cosine_distance_of_known_angles() {
    let mut faults = Faults::default();
    let (tiny, small) = (1e-6_f64, 2.0_f64.powi(-10));
    for way in rotating_ways() {
        let of = |a: [f64; 2], b: [f64; 2]| {
            problem_of(json!("cosine_distance"), &[1, 2], [a.to_vec(), b.to_vec()]).value(&way, Some(Reduction::Sum))
        };
        let (relative, angle) = if way.dtype == DType::F64 { (1e-9, tiny) } else { (1e-4, small) };
        // The loss of nearly parallel vectors is nearly half the square of the angle, and none of its digits is lost.
        let nearly = 0.5 * angle * angle - 0.375 * angle.powi(4);
        let cases = [
            ([1.0, 0.0], [5.0, 0.0], 0.0),
            ([3.0, 4.0], [6.0, 8.0], 0.0),
            ([3.0, 4.0], [-6.0, -8.0], 2.0),
            ([3.0, 4.0], [-8.0, 6.0], 1.0),
            ([1.0, 0.0], [3.0, 3.0], 1.0 - 0.5_f64.sqrt()),
            ([1.0, 0.0], [1.0, angle], nearly),
            ([4.0, 4.0 * angle], [0.25, 0.0], nearly),
        ];
        for (a, b, expected) in cases {
            let absolute = if expected == nearly { 0.0 } else { relative };
            let tolerance = Tolerance { relative, floor: 0.0, absolute, least: 0.0, largest: f64::MAX };
            faults.compare(tolerance, &of(a, b), &[expected], || format!("{a:?} and {b:?}, {way}"));
        }
    }
    faults.report(35);
}

/// The square of the root is the mean: L² = M, and its gradient 2·L·∂L.
#[test]
fn squared_roots_are_means() {
    let mut faults = Faults::default();
    for (root, square) in [("rmse", "mse"), ("rmsle", "msle")] {
        for shape in [&[5, CLASSES][..], &[7], &[2, CLASSES, 3]] {
            let problem = TensorProblem::random(&config(json!(root)), shape, &mut Random::new(41));
            let of_squares = TensorProblem { config: config(json!(square)), ..problem.clone() };
            for way in rotating_ways() {
                let (got, expected) =
                    (problem.run(&way, Some(Reduction::Mean)), of_squares.run(&way, Some(Reduction::Mean)));
                let value = got.value[0];
                let squared = TensorOutcome { value: vec![value * value], ..times(&got, 2.0 * value) };
                same(&mut faults, close(way.dtype), &problem, &squared, &expected, || format!("{way}"));
                let sum = problem.value(&way, Some(Reduction::Sum));
                faults.compare(close(way.dtype), &sum, &got.value, || format!("one loss is its own sum, {way}"));
            }
        }
    }
    // With ε under the root.
    for way in rotating_ways() {
        let numbers = [vec![1.0, -2.0, 3.0], vec![0.0, 0.0, 0.0]];
        let problem = problem_of(json!({"name": "rmse", "epsilon": 2.0}), &[3], numbers);
        let expected = (14.0_f64 / 3.0 + 2.0).sqrt();
        faults.compare(close(way.dtype), &problem.value(&way, None), &[expected], || format!("ε = 2, {way}"));
    }
    faults.report(120);
}

/// With λ = 1 a factor of an item's predictions does not matter, nor one of its targets; with λ = 0 it is the mean square.
#[test]
fn scale_invariant_log_does_not_see_scales() {
    let mut faults = Faults::default();
    let of = |lambda: f64| json!({"name": "scale_invariant_log", "lambda": lambda});
    let problem = TensorProblem::random(&config(of(1.0)), &[3, 2, 4], &mut Random::new(42));
    let mut scaled = problem.clone();
    let factors = [[4.0, 0.5], [0.25, 8.0], [2.0, 2.0]];
    for at in 0..problem.len() {
        (0..2).for_each(|input| scaled.inputs[input][at] *= factors[at / 8][input]);
    }
    for way in rotating_ways() {
        let (got, mut expected) = (scaled.run(&way, None), problem.run(&way, None));
        for (input, gradient) in expected.gradients.iter_mut().enumerate() {
            let gradient = gradient.as_mut().expect("both have a gradient");
            gradient.iter_mut().enumerate().for_each(|(at, g)| *g /= factors[at / 8][input]);
        }
        same(&mut faults, close(way.dtype).times(2.0), &problem, &got, &expected, || format!("{way}"));
        // With half a λ it does.
        let half =
            |problem: &TensorProblem| TensorProblem { config: config(of(0.5)), ..problem.clone() }.value(&way, None);
        let (of_scaled, plain) = (half(&scaled), half(&problem));
        // ½·(d̄ + ln 8)² and ½·d̄².
        faults.expect((of_scaled[0] - plain[0]).abs() > 0.1, || format!("{of_scaled:?} and {plain:?}, {way}"));
        let square = TensorProblem { config: config(of(0.0)), ..problem.clone() }.value(&way, None);
        let mean_square = |item: usize| {
            let log = |at: usize| (problem.inputs[0][at] / problem.inputs[1][at]).ln();
            mean((item * 8..item * 8 + 8).map(log).map(|d| d * d))
        };
        let expected: Vec<f64> = (0..3).map(mean_square).collect();
        faults.compare(close(way.dtype), &square, &expected, || format!("λ = 0, {way}"));
    }
    faults.report(25);
}

/// The mean over the labels of binary cross-entropy, each times its weight.
#[test]
fn multilabel_soft_margin_is_the_mean_of_binary_cross_entropy() {
    let mut faults = Faults::default();
    let list = [0.5, 2.0, 0.0, 1.25];
    for weight in [json!(1), json!(3), json!(list)] {
        let margin = config(json!({"name": "multilabel_soft_margin", "weight": weight}));
        for shape in [&[5, CLASSES][..], &[CLASSES], &[2, CLASSES, 3]] {
            let problem = TensorProblem::random(&margin, shape, &mut Random::new(43));
            let binary = TensorProblem { config: config(json!("binary_cross_entropy")), ..problem.clone() };
            let members = problem.members();
            let mut shares = vec![0.0; problem.len()];
            for members in &members {
                for (class, &at) in members.iter().enumerate() {
                    shares[at] = of_class(&margin, "weight", class) / CLASSES as f64;
                }
            }
            for way in rotating_ways() {
                let of_elements = binary.run_with(&way, None, Some(&shares));
                let of_loss = |members: &Vec<usize>| -> f64 {
                    members.iter().map(|&at| of_elements.value[at] * shares[at]).sum()
                };
                let value: Vec<f64> = members.iter().map(of_loss).collect();
                let expected = TensorOutcome { value, gradients: of_elements.gradients.clone() };
                let got = problem.run(&way, None);
                same(&mut faults, close(way.dtype), &problem, &got, &expected, || format!("{way}"));
            }
        }
    }
    faults.report(130);
}

/// With β = N₋/N of the item it is the balanced cross-entropy of that β.
#[test]
fn image_balance_is_a_balance_of_each_image() {
    let mut faults = Faults::default();
    let name = json!("image_balanced_binary_cross_entropy");
    let mut both = TensorProblem::random(&config(name), &[2, 3, 4], &mut Random::new(44));
    // Three of the one are yes, and eight of the other.
    let is_yes = |at: usize| if at < 12 { at.is_multiple_of(4) } else { !at.is_multiple_of(3) };
    both.inputs[1].iter_mut().enumerate().for_each(|(at, y)| *y = f64::from(u8::from(is_yes(at))));
    let mut betas = Vec::new();
    for item in 0..2 {
        let part = item * 12..item * 12 + 12;
        let inputs: Vec<Vec<f64>> = both.inputs.iter().map(|input| input[part.clone()].to_vec()).collect();
        let beta = 1.0 - mean(inputs[1].iter().copied());
        betas.push(beta);
        let balanced = config(json!({"name": "balanced_binary_cross_entropy", "beta": beta}));
        let balanced = TensorProblem { config: balanced, shape: vec![1, 3, 4], inputs, ..both.clone() };
        for way in rotating_ways() {
            let (got, expected) = (both.run(&way, None), balanced.run(&way, Some(Reduction::Mean)));
            let what = || format!("item {item}, {way}");
            faults.compare(close(way.dtype), &got.value[item..=item], &expected.value, || format!("value, {}", what()));
            let gradient = &got.gradient(0, 24)[part.clone()];
            faults.compare(close(way.dtype), gradient, &expected.gradient(0, 12), || format!("gradient, {}", what()));
        }
    }
    // Of the image, not of the batch.
    assert_eq!(betas, [0.75, 1.0 - 8.0 / 12.0]);
    faults.report(20);
}

/// PyTorch's example of `MultiLabelMarginLoss`: y = [3, 0, −1, 1] are the labels 3 and 0.
#[test]
fn multilabel_margin_of_the_example_of_pytorch() {
    let mut faults = Faults::default();
    let example = || [vec![0.1, 0.2, 0.4, 0.8], vec![1.0, 0.0, 0.0, 1.0]];
    for way in rotating_ways() {
        // ¼·((1 − (0.1 − 0.2)) + (1 − (0.1 − 0.4)) + (1 − (0.8 − 0.2)) + (1 − (0.8 − 0.4))).
        for shape in [&[1, 4][..], &[4]] {
            let got = problem_of(json!("multilabel_margin"), shape, example()).run(&way, Some(Reduction::Mean));
            faults.compare(close(way.dtype), &got.value, &[0.85], || format!("{way}"));
            faults.expect(got.gradient(0, 4) == [-0.5, 0.5, 0.5, -0.5], || format!("{got:?}, {way}"));
        }
    }
    let device = Device::flex();
    let scores = Tensor::<2>::from_data([[0.1, 0.2, 0.4, 0.8]], &device);
    let labels = Tensor::<2, Bool>::from_data([[true, false, false, true]], &device);
    let loss: TensorLoss<MultilabelMargin> = MultilabelMargin::default().init();
    let value = numbers(loss.forward(scores, labels, Reduction::Mean));
    faults.expect((value[0] - 0.85).abs() < 1e-6, || format!("typed: {value:?}"));
    faults.report(20);
}

/// With one label a row it is the multi-margin loss of a class.
#[test]
fn multilabel_margin_of_one_label_is_multi_margin() {
    let mut faults = Faults::default();
    for margin in [0.5, 1.0, 3.0] {
        let class = config(json!({"name": "multi_margin", "margin": margin}));
        let class = Problem::random(&class, &[4, CLASSES, 2], &mut Random::new(45));
        let mut hot = vec![0.0; class.logits.len()];
        for (target, &label) in class.targets.iter().enumerate() {
            hot[class.row(target)[label as usize]] = 1.0;
        }
        let labels = json!({"name": "multilabel_margin", "margin": margin});
        let labels = problem_of(labels, &[4, CLASSES, 2], [class.logits.clone(), hot]);
        for way in rotating_ways() {
            for by in REDUCTIONS {
                let (got, expected) = (labels.run(&way, by), class.run(&way, by));
                let what = || format!("margin {margin}, {by:?} {way}");
                faults.compare(close(way.dtype), &got.value, &expected.value, || format!("value, {}", what()));
                let gradient = got.gradient(0, labels.len());
                faults.compare(close(way.dtype), &gradient, &expected.gradient, || format!("gradient, {}", what()));
            }
        }
    }
    faults.report(90);
}

/// With a single label it is binary cross-entropy; more labels are more terms under the two logarithms.
#[test]
fn zlpr_of_one_label_is_binary_cross_entropy() {
    let mut faults = Faults::default();
    let binary = config(json!("binary_cross_entropy"));
    let mut binary = TensorProblem::random(&binary, &[9, 1], &mut Random::new(46));
    binary.inputs[1].iter_mut().enumerate().for_each(|(at, y)| *y = (at % 2) as f64);
    binary.inputs[0][3] = 40.0;
    binary.inputs[0][4] = -40.0;
    let zlpr = TensorProblem { config: config(json!("zlpr")), ..binary.clone() };
    for way in rotating_ways() {
        for by in REDUCTIONS {
            let (got, expected) = (zlpr.run(&way, by), binary.run(&way, by));
            let what = || format!("{by:?} {way}");
            // e^−40 is a loss like any other.
            let relative = if way.dtype == DType::F64 { 1e-12 } else { 1e-5 };
            let tolerance = Tolerance { relative, floor: 0.0, absolute: 0.0, least: 0.0, largest: f64::MAX };
            faults.compare(tolerance, &got.value, &expected.value, || format!("value, {}", what()));
            let [got, expected] = [got, expected].map(|outcome| outcome.gradient(0, 9));
            faults.compare(tolerance, &got, &expected, || format!("gradient, {}", what()));
        }
    }
    faults.report(30);
}

// ---- Targets ----

/// Labels may be floats, ints or bools.
#[test]
fn labels_of_every_kind_are_the_same_labels() {
    let mut faults = Faults::default();
    let bits = [1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1];
    let configs = whole_configurations(CLASSES).into_iter();
    for config in configs.filter(|config| config.signature() == Signature::Multilabel) {
        let scores = TensorProblem::random(&config, &[3, CLASSES], &mut Random::new(47)).inputs[0].clone();
        for way in rotating_ways() {
            let device = way.autodiff();
            let loss = config.init_tensor().expect("valid");
            let outcome = |of: &dyn Fn(Tensor<2>) -> Tensor<2>| {
                let scores = TensorData::new(scores.clone(), [3, CLASSES]);
                let scores = Tensor::<2>::from_data(scores, (&device, way.dtype)).require_grad();
                let losses = of(scores.clone());
                let gradient = scores.grad(&losses.clone().sum().backward()).expect("the scores have a gradient");
                (numbers(losses), numbers(gradient))
            };
            let floats = TensorData::new(bits.map(|bit: i64| bit as f64).to_vec(), [3, CLASSES]);
            let floats = Tensor::<2>::from_data(floats, (&device, way.dtype));
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
            // With weights as well.
            let weighted = |labels: Tensor<2>| {
                let scores =
                    Tensor::<2>::from_data(TensorData::new(scores.clone(), [3, CLASSES]), (&device, way.dtype));
                let like = loss.forward_no_reduction(scores.clone(), labels.clone());
                let weights = like.ones_like().detach();
                let of_bools = loss.forward_weighted(scores.clone(), bools.clone(), weights.clone(), Reduction::Sum);
                let of_floats = loss.forward_weighted(scores, labels, weights, Reduction::Sum);
                (numbers(of_bools), numbers(of_floats))
            };
            let (of_bools, of_floats) = weighted(floats.clone());
            faults.expect(of_bools == of_floats, || format!("{of_bools:?} instead of {of_floats:?}, {way} {config:?}"));
        }
    }
    faults.report(150);
}

/// Between 0 and 1 a label of the margins belongs to the nearer end.
#[test]
fn labels_are_yes_above_a_half() {
    let mut faults = Faults::default();
    for name in ["multilabel_margin", "zlpr"] {
        let sharp = TensorProblem::random(&config(json!(name)), &[6, CLASSES], &mut Random::new(48));
        let mut soft = sharp.clone();
        soft.inputs[1].iter_mut().for_each(|y| *y = if *y == 1.0 { 0.75 } else { 0.5 });
        for way in rotating_ways() {
            let (got, expected) = (soft.run(&way, None), sharp.run(&way, None));
            faults.expect(got.value == expected.value && got.gradients[0] == expected.gradients[0], || {
                format!("{name}: {got:?} instead of {expected:?}, {way}")
            });
        }
    }
    faults.report(10);
}

// ---- Wrappers ----

/// |L − b| + b, above the level and below.
#[test]
fn flooding_reflects_their_values() {
    let mut faults = Faults::default();
    for (number, plain) in problems(1).into_iter().enumerate() {
        let by = [Reduction::Mean, Reduction::Sum][number % 2];
        let sum: f64 = expected_losses(&plain).iter().sum();
        let value = if by == Reduction::Sum { sum } else { sum / plain.members().len() as f64 };
        if value < 1e-3 {
            continue;
        }
        for (level, sign) in [(0.5 * value, 1.0), (1.5 * value, -1.0)] {
            let inner = serde_json::to_value(&plain.config).expect("a configuration is JSON");
            let flooded = config(json!({"name": "flooding", "level": level, "loss": inner}));
            let flooded = TensorProblem { config: flooded, ..plain.clone() };
            for way in rotating_ways() {
                let mut expected = plain.run(&way, Some(by));
                expected.value[0] = (expected.value[0] - level).abs() + level;
                let expected = TensorOutcome { value: expected.value.clone(), ..times(&expected, sign) };
                let got = flooded.run(&way, Some(by));
                same(&mut faults, close(way.dtype), &flooded, &got, &expected, || {
                    format!("level {level}, {by:?} {way}")
                });
            }
        }
    }
    faults.report(400);
}

/// The largest of the rows' losses, on numbers that can be worked out by hand.
#[test]
fn wrappers_select_and_flood_rows() {
    let device = Device::flex();
    // Angles of 0°, 90°, 180° and of 60° to the target: losses 0, 1, 2 and ½.
    let sixty = [0.5, 0.75_f64.sqrt()];
    let prediction = Tensor::<2>::from_data([[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0], sixty], (&device, DType::F64));
    let target = Tensor::<2>::from_data([[1.0, 0.0]; 4], (&device, DType::F64));
    let is = |got: Vec<f64>, expected: &[f64]| {
        let near = got.len() == expected.len() && got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(near, "{got:?} instead of {expected:?}");
    };
    let by = Reduction::Mean;
    let plain = CosineDistance::default().init();
    let each = plain.forward_no_reduction(prediction.clone(), target.clone());
    assert_eq!(each.dims(), [4, 1]);
    is(numbers(each), &[0.0, 1.0, 2.0, 0.5]);
    let top = TopK::default().with_ratio(0.5).init(CosineDistance::default().init());
    is(numbers(top.forward(prediction.clone(), target.clone(), by)), &[1.5]);
    let single = top.forward_no_reduction(prediction.clone(), target.clone());
    assert_eq!(single.dims(), [4, 1]);
    is(numbers(single), &[0.0, 1.0, 2.0, 0.0]);
    let any = |value: Value| config(value).init_tensor().unwrap();
    let top = any(json!({"name": "top_k", "ratio": 0.5, "loss": "cosine_distance"}));
    is(numbers(top.forward(prediction.clone(), target.clone(), by)), &[1.5]);
    let small = any(json!({"name": "small_loss", "ratio": 0.75, "loss": "cosine_distance"}));
    is(numbers(small.forward(prediction.clone(), target.clone(), by)), &[0.5]);
    let flooded = any(json!({"name": "individual_flooding", "level": 1.0, "loss": "cosine_distance"}));
    is(numbers(flooded.forward_no_reduction(prediction.clone(), target.clone())), &[2.0, 1.0, 2.0, 1.5]);
    // One value for the batch beside one for each row: each is reduced by itself. Squares 1 + 0, 1 + 9, 4 + 0 and
    // ¼ + ¾ of eight numbers.
    let terms = json!([{"weight": 0.5, "loss": "cosine_distance"}, {"weight": 2, "loss": "rmse"}]);
    let sum = any(json!({"name": "weighted_sum", "terms": terms}));
    let root = 2.0_f64.sqrt();
    is(numbers(sum.forward(prediction.clone(), target.clone(), by)), &[0.5 * 0.875 + 2.0 * root]);
    is(numbers(sum.forward(prediction.clone(), target.clone(), Reduction::Sum)), &[0.5 * 3.5 + 2.0 * root]);
    // A ramp is at half of its way at step 5.
    let ramp = json!({"shape": "linear", "from": 0, "to": 1, "steps": 10});
    let terms = json!([{"weight": ramp, "loss": "cosine_distance"}]);
    let ramped = any(json!({"name": "weighted_sum", "terms": terms})).at_step(5);
    is(numbers(ramped.forward(prediction.clone(), target.clone(), by)), &[0.5 * 0.875]);
    // Weights do not go through wrappers.
    let weights = Tensor::<2>::ones([4, 1], (&device, DType::F64));
    let error = top.try_forward_weighted(prediction.clone(), target.clone(), weights, by).unwrap_err();
    assert_eq!(error.to_string(), "weights: the loss must be one that nothing goes around, got TopK");
    let flooded = any(json!({"name": "flooding", "loss": "cosine_distance"}));
    let says = said(|| flooded.forward_no_reduction(prediction, target));
    assert_eq!(says, "Flooding: reduction must be Mean or Sum, since it acts on the reduced value, got none");
}

// ---- Names and errors ----

#[test]
fn display_names_the_losses_and_their_parameters() {
    assert_eq!(format!("{}", Zlpr::default().init()).trim(), "Zlpr");
    assert_eq!(format!("{}", MultilabelMargin::default().init()).trim(), "MultilabelMargin {margin: 1.0}");
    let list = MultilabelSoftMargin::default().with_weight([1.0, 2.5]).init();
    assert_eq!(format!("{list}").trim(), "MultilabelSoftMargin {weight: [1.0, 2.5]}");
    let typed = ScaleInvariantLog::default().with_lambda(0.25).init();
    let any = config(json!({"name": "scale_invariant_log", "lambda": 0.25})).init_tensor().unwrap();
    assert_eq!(format!("{typed}"), format!("{any}"));
    assert_eq!(format!("{}", AnyTensorLoss::from(typed)), format!("{any}"));
    let wrapped = json!({"name": "top_k", "ratio": 0.25, "loss": {"name": "flooding", "loss": "rmse"}});
    let text = format!("{}", config(wrapped).init_tensor().unwrap());
    for part in ["TopK", "ratio: 0.25", "Flooding", "level: 0.1", "Rmse", "epsilon: 0.0"] {
        assert!(text.contains(part), "\"{part}\" is not in\n{text}");
    }
    for config in whole_configurations(CLASSES) {
        let text = format!("{}", config.init_tensor().unwrap());
        assert!(text.contains(config.entry().type_name), "{} is not in\n{text}", config.entry().type_name);
        for parameter in config.entry().parameters {
            assert!(text.contains(parameter.name), "{} is not in\n{text}", parameter.name);
        }
    }
    let typed = CosineDistance::default().with_epsilon(0.5).init();
    assert_eq!(typed.formula(), &CosineDistance::default().with_epsilon(0.5));
}

#[test]
fn losses_are_send_sync_clone_and_debug() {
    fn check<T: Send + Sync + Clone + core::fmt::Debug + 'static>() {}
    check::<TensorLoss<Zlpr>>();
    check::<TensorLoss<Rmse>>();
    check::<AnyTensorLoss>();
}

#[test]
fn wrong_shapes_and_dtypes_are_named() {
    let by = Reduction::Mean;
    let rmse = Rmse::default().init();
    assert_eq!(
        said(|| rmse.forward(zeros([2, 3]), zeros([3, 2]), by)),
        "Rmse: target must have the same shape as prediction, [2, 3], got [3, 2]"
    );
    assert_eq!(
        said(|| rmse.forward_no_reduction(zeros([2, 3]), zeros([1, 3]))),
        "Rmse: target must have the same shape as prediction, [2, 3], got [1, 3]"
    );
    let zlpr = Zlpr::default().init();
    let bools = || zeros([2, 4]).greater_elem(0.0);
    assert_eq!(
        said(|| zlpr.forward(zeros([2, 3]), bools(), by)),
        "Zlpr: target must have the same shape as prediction, [2, 3], got [2, 4]"
    );
    // One weight per loss, and not one an element.
    for (weights, got) in [([2, 3, 4], "[2, 3, 4]"), ([2, 1, 1], "[2, 1, 1]"), ([1, 1, 4], "[1, 1, 4]")] {
        assert_eq!(
            said(|| zlpr.forward_weighted(zeros([2, 3, 4]), zeros([2, 3, 4]), zeros(weights), by)),
            format!("Zlpr: weights must have one value a loss, shape [2, 1, 4], got {got}")
        );
    }
    assert_eq!(
        said(|| rmse.forward_weighted(zeros([2, 3]), zeros([2, 3]), zeros([2, 1]), by)),
        "Rmse: weights must have one value a loss, shape [1, 1], got [2, 1]"
    );
    let item = config(json!("scale_invariant_log")).init_tensor().unwrap();
    assert_eq!(
        said(|| item.forward_weighted(zeros([2, 3, 4]), zeros([2, 3, 4]), zeros([2, 1, 4]), by)),
        "ScaleInvariantLog: weights must have one value a loss, shape [2, 1, 1], got [2, 1, 4]"
    );
    assert_eq!(said(|| zlpr.forward_weighted(zeros([2, 3]), zeros([2, 3]), zeros([2, 1]), by)), "nothing");
    assert_eq!(
        said(|| zlpr.forward_weighted(zeros([2, 3]), zeros([2, 3]), zeros([2, 1]).cast(DType::F64), by)),
        "Zlpr: weights must have the same dtype F32 as the first tensor, got F64"
    );
    let any = config(json!("cosine_distance")).init_tensor().unwrap();
    assert_eq!(
        said(|| any.forward(zeros([2, 3]), zeros([3, 3]), by)),
        "CosineDistance: target must have the same shape as prediction, [2, 3], got [3, 3]"
    );
}

#[test]
fn lists_of_a_wrong_length_are_named() {
    let by = Reduction::Mean;
    let along = |axis: usize, places: usize, got: usize| {
        let rule = "MultilabelSoftMargin: weight must have one value for each of the";
        format!("{rule} {places} places along axis {axis} of prediction, got {got}")
    };
    let rule = |places: usize, got: usize| along(1, places, got);
    let margin = MultilabelSoftMargin::default().with_weight([1.0, 2.0]).init();
    assert_eq!(said(|| margin.forward(zeros([2, 3]), zeros([2, 3]), by)), rule(3, 2));
    assert_eq!(said(|| margin.forward(zeros([4]), zeros([4]), by)), along(0, 4, 2));
    assert_eq!(said(|| margin.forward_no_reduction(zeros([2, 3, 2]), zeros([2, 3, 2]))), rule(3, 2));
    assert_eq!(said(|| margin.forward(zeros([3, 2]), zeros([3, 2]), by)), "nothing");
    // Of an empty batch, too.
    assert_eq!(said(|| margin.forward(zeros([0, 3]), zeros([0, 3]), by)), rule(3, 2));
}

#[test]
fn parameters_outside_of_their_range_are_named() {
    let rule = "MultilabelMargin: margin must be > 0, got 0";
    assert!(said(|| MultilabelMargin::default().with_margin(0.0).init()).starts_with(rule));
    let error = LossConfig::from(MultilabelMargin::default().with_margin(-1.0)).init_tensor().unwrap_err();
    assert_eq!(error.to_string(), "MultilabelMargin: margin must be > 0, got -1.0");
    let error = LossConfig::from(MultilabelSoftMargin::default().with_weight([1.0, -0.5])).init_tensor().unwrap_err();
    assert_eq!(error.to_string(), "MultilabelSoftMargin: weight must be ≥ 0, got -0.5");
    let error = LossConfig::from(ScaleInvariantLog::default().with_lambda(1.5)).init_tensor().unwrap_err();
    assert_eq!(error.to_string(), "ScaleInvariantLog: lambda must be ≥ 0 and ≤ 1, got 1.5");
    let error = LossConfig::from(CosineDistance::default().with_epsilon(f64::NAN)).init_tensor().unwrap_err();
    assert_eq!(error.to_string(), "CosineDistance: epsilon must be > 0, got NaN or an infinity");
    // And what is no loss of this kind, or is one where another kind is wanted.
    let error = config(json!("focal")).init_tensor().unwrap_err().to_string();
    assert_eq!(error, "Focal: the loss must be a loss of rows, items or batches here, got a class loss: use init");
    for entry in catalogue::all().iter().filter(|entry| entry.family != Family::Wrapper) {
        let of_many = matches!(entry.family.signature(), Signature::Multilabel | Signature::Whole);
        let config = config(json!(entry.name));
        let others = [
            config.init().is_ok(),
            config.init_binary().is_ok(),
            config.init_pointwise().is_ok(),
            config.init_distribution().is_ok(),
        ];
        if of_many {
            assert!(config.init_tensor().is_ok() && !others.contains(&true), "{}", entry.name);
        } else {
            assert!(config.init_tensor().is_err(), "{}", entry.name);
        }
    }
}

/// wgpu takes f64 and computes garbage: it is refused before that.
#[test]
fn f64_on_a_gpu_without_it_is_refused_with_a_sentence() {
    for way in ways().into_iter().filter(|way| !way.reads_targets && !way.checkpointing && !way.composed) {
        let zeros = || Tensor::<2>::zeros([2, 3], (&way.device, DType::F64));
        let expected = "Rmse: prediction must be f32, f16 or bf16 on wgpu (Vulkan, Metal, WebGPU), which cannot compute \
                        in f64, got F64";
        assert_eq!(said(|| Rmse::default().init().forward(zeros(), zeros(), Reduction::Mean)), expected, "{way}");
    }
}

//! What holds for every class loss that is written in tensor operations: definitions, gradients, weights, ignored
//! targets, NaN; losses of several views of each item; matrices of wrong labels.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use burn_losses::prelude::*;
use burn_losses::{
    BackwardCorrection, BiTempered, ForwardCorrection, GeneralizedJensenShannon, JsdCrossEntropy, Seesaw, Transition,
};
use burn_losses_tests::{
    Faults, Outcome, Problem, Random, Tolerance, Way, config, difference, extent, f64_ways, names, plain_ways,
    rotating_ways, said, tensor_class_configurations, tensor_class_entries, transition_matrix, ways,
};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};

const CLASSES: usize = 5;
const REDUCTIONS: [Option<Reduction>; 3] = [None, Some(Reduction::Mean), Some(Reduction::Sum)];

/// A problem for every configuration, of two ranks in turn, with and without weights and ignored targets in turn. No
/// two logits alike: which is the largest is not to be a matter of taste.
fn problems(seed: u64) -> Vec<Problem> {
    let mut random = Random::new(seed);
    let configs = tensor_class_configurations(CLASSES).into_iter().enumerate();
    let problem = |(number, config): (usize, LossConfig)| {
        let turn = number + seed as usize;
        let shape = if turn.is_multiple_of(2) { &[5, CLASSES][..] } else { &[3, CLASSES, 2] };
        let mut problem = Problem::random(&config, shape, &mut random).variants()[turn / 2 % 4].clone();
        problem.logits.iter_mut().for_each(|logit| *logit = random.uniform(-3.0, 3.0));
        problem
    };
    configs.map(problem).collect()
}

/// The same of multiples of 1/8, which every dtype holds.
fn exact_problems(seed: u64) -> Vec<Problem> {
    let mut random = Random::new(seed);
    let mut problems = problems(seed);
    problems.iter_mut().flat_map(|problem| &mut problem.logits).for_each(|logit| *logit = random.eighth(3.0));
    problems
}

fn describe(problem: &Problem) -> String {
    let Problem { config, class_weights, ignore_index, shape, .. } = problem;
    let config = serde_json::to_string(config).expect("a configuration is JSON");
    format!("{config} on {shape:?}, weights {class_weights:?}, ignore {ignore_index:?}")
}

/// What two ways to the same number may differ by: rounding errors of the largest number beside it, and of 1.
fn close(dtype: DType) -> Tolerance {
    let (relative, floor) = if dtype == DType::F64 { (1e-12, 2e-13) } else { (1e-4, 3e-5) };
    Tolerance { relative, floor, absolute: 0.0, least: 1.0, largest: f64::MAX }
}

/// What every target counts.
fn counts(problem: &Problem) -> Vec<f64> {
    let count = |target: &i64| match &problem.class_weights {
        _ if Some(*target) == problem.ignore_index => 0.0,
        Some(weights) => weights[*target as usize],
        None => 1.0,
    };
    problem.targets.iter().map(count).collect()
}

/// A parameter as it stands in a file.
fn parameter(config: &LossConfig, name: &str) -> Value {
    serde_json::to_value(config).expect("a configuration is JSON")[name].clone()
}

fn number(config: &LossConfig, name: &str) -> f64 {
    parameter(config, name).as_f64().expect("a number")
}

fn numbers_of(list: &Value) -> Vec<f64> {
    list.as_array().expect("a list").iter().map(|number| number.as_f64().expect("a number")).collect()
}

// ---- The definitions ----

fn log_softmax(row: &[f64]) -> Vec<f64> {
    let largest = row.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    let log_sum = largest + row.iter().map(|x| (x - largest).exp()).sum::<f64>().ln();
    row.iter().map(|x| x - log_sum).collect()
}

fn softmax(row: &[f64]) -> Vec<f64> {
    log_softmax(row).into_iter().map(f64::exp).collect()
}

/// Where a falling function is 0.
fn root(low: f64, high: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (low, high);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if f(middle) > 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// max(x/2 − τ, 0)², with the τ that makes them sum to 1.
fn entmax(row: &[f64]) -> Vec<f64> {
    let largest = row.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    let at = |threshold: f64| row.iter().map(|x| (0.5 * x - threshold).max(0.0).powi(2)).collect::<Vec<f64>>();
    at(root(0.5 * largest - 1.0, 0.5 * largest, |threshold| at(threshold).iter().sum::<f64>() - 1.0))
}

/// max(x − τ, 0), with the τ that makes them sum to 1.
fn sparsemax(row: &[f64]) -> Vec<f64> {
    let largest = row.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    let at = |threshold: f64| row.iter().map(|x| (x - threshold).max(0.0)).collect::<Vec<f64>>();
    at(root(largest - 1.0, largest, |threshold| at(threshold).iter().sum::<f64>() - 1.0))
}

/// (u^(1−t) − 1)/(1 − t), the logarithm at t = 1.
fn tempered_log(u: f64, t: f64) -> f64 {
    if t == 1.0 { u.ln() } else { (u.powf(1.0 - t) - 1.0) / (1.0 - t) }
}

/// exp_t(x − λ), with the λ that makes them sum to 1.
fn tempered_softmax(row: &[f64], t: f64) -> Vec<f64> {
    if t == 1.0 {
        return softmax(row);
    }
    let largest = row.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    // Each is no more than 1, and at least one no less than 1/C.
    let far = largest - tempered_log(1.0 / row.len() as f64, t);
    let at = |norm: f64| row.iter().map(|x| (1.0 + (1.0 - t) * (x - norm)).powf(1.0 / (1.0 - t))).collect::<Vec<f64>>();
    at(root(largest, far, |norm| at(norm).iter().sum::<f64>() - 1.0))
}

/// T: what class k is taken for.
fn transition(config: &LossConfig, classes: usize) -> Vec<Vec<f64>> {
    match parameter(config, "transition") {
        Value::Array(rows) => rows.iter().map(numbers_of).collect(),
        rate => {
            let rate = rate.as_f64().expect("a rate");
            let of = |k: usize, j: usize| match k == j {
                _ if classes == 1 => 1.0,
                true => 1.0 - rate,
                false => rate / (classes as f64 - 1.0),
            };
            (0..classes).map(|k| (0..classes).map(|j| of(k, j)).collect()).collect()
        }
    }
}

/// By Gauss and Jordan, the largest of a column first.
fn inverse(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let size = matrix.len();
    let unit = |k: usize| (0..size).map(move |j| f64::from(u8::from(j == k)));
    let mut rows: Vec<Vec<f64>> =
        matrix.iter().enumerate().map(|(k, row)| row.iter().copied().chain(unit(k)).collect()).collect();
    for column in 0..size {
        let best = (column..size).max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()));
        rows.swap(column, best.expect("there is a row"));
        let pivot = rows[column][column];
        rows[column].iter_mut().for_each(|x| *x /= pivot);
        let by = rows[column].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(at, _)| *at != column) {
            let factor = row[column];
            row.iter_mut().zip(&by).for_each(|(x, y)| *x -= factor * y);
        }
    }
    rows.into_iter().map(|row| row[size..].to_vec()).collect()
}

/// ln S: how much less the rarer and how much more the likelier classes count.
fn seesaw_logs(config: &LossConfig, row: &[f64], t: usize) -> Vec<f64> {
    let log_p = log_softmax(row);
    let count = |class: usize| match parameter(config, "counts") {
        Value::Array(list) => list[class].as_f64().expect("a number"),
        one => one.as_f64().expect("a number"),
    };
    let (p, q) = (number(config, "p"), number(config, "q"));
    let of = |j: usize| (p * (count(j) / count(t)).ln()).min(0.0) + (q * (log_p[j] - log_p[t])).max(0.0);
    (0..row.len()).map(|j| if j == t { 0.0 } else { of(j) }).collect()
}

/// Σ p·ln(p/m), 0 where p is 0.
fn divergence(p: &[f64], m: &[f64]) -> f64 {
    p.iter().zip(m).map(|(p, m)| if *p == 0.0 { 0.0 } else { p * (p / m).ln() }).sum()
}

/// The loss of an item, given its row in every view, in plain f64.
fn definition(config: &LossConfig, views: &[Vec<f64>], t: usize) -> f64 {
    let x = &views[0];
    let classes = x.len() as f64;
    let (log_p, p) = (log_softmax(x), softmax(x));
    let others = || (0..x.len()).filter(move |&j| j != t);
    // (1 − ε) of the target and ε/C of every class.
    let smooth = |smoothing: f64, k: usize| smoothing / classes + if k == t { 1.0 - smoothing } else { 0.0 };
    match config.name() {
        "negative_log_likelihood" => -x[t],
        "multiclass_hinge" => others().map(|j| 1.0 + x[j] - x[t]).fold(0.0, f64::max),
        "multi_margin" => {
            let slack = |j: usize| (number(config, "margin") - x[t] + x[j]).max(0.0).powf(number(config, "p"));
            others().map(slack).sum::<f64>() / classes
        }
        "multiclass_perceptron" => x.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b)) - x[t],
        "multiclass_sparsemax" => {
            let p = sparsemax(x);
            let of_class = |(p, x): (&f64, &f64)| p * x - 0.5 * p * p;
            p.iter().zip(x).map(of_class).sum::<f64>() + 0.5 - x[t]
        }
        "multiclass_entmax" => {
            let p = entmax(x);
            let of_class = |(p, x): (&f64, &f64)| p * x + 4.0 / 3.0 * (p - p.powf(1.5));
            p.iter().zip(x).map(of_class).sum::<f64>() - x[t]
        }
        "bi_tempered" => {
            let (t1, smoothing) = (number(config, "t1"), number(config, "label_smoothing"));
            let p = tempered_softmax(x, number(config, "t2"));
            let of_class = |(k, p): (usize, &f64)| {
                let y = smooth(smoothing, k);
                let logs = if y == 0.0 { 0.0 } else { y * (tempered_log(y, t1) - tempered_log(*p, t1)) };
                logs - (y.powf(2.0 - t1) - p.powf(2.0 - t1)) / (2.0 - t1)
            };
            p.iter().enumerate().map(of_class).sum()
        }
        "hard_bootstrapping" => {
            let beta = number(config, "beta");
            -beta * log_p[t] - (1.0 - beta) * log_p.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b))
        }
        "forward_correction" => {
            let matrix = transition(config, x.len());
            -p.iter().zip(&matrix).map(|(p, row)| p * row[t]).sum::<f64>().ln()
        }
        "backward_correction" => {
            let inverse = inverse(&transition(config, x.len()));
            log_p.iter().zip(&inverse[t]).map(|(log_p, weight)| -weight * log_p).sum()
        }
        "seesaw" => {
            let logs = seesaw_logs(config, x, t);
            let moved: Vec<f64> = x.iter().zip(logs).map(|(x, log)| x + log).collect();
            -log_softmax(&moved)[t]
        }
        "focal_cosine" => {
            let norm = x.iter().map(|x| x * x).sum::<f64>().sqrt();
            let cosine = if norm == 0.0 { 0.0 } else { x[t] / norm };
            let factor = number(config, "weight") * number(config, "alpha");
            1.0 - cosine - factor * (1.0 - p[t]).powf(number(config, "gamma")) * log_p[t]
        }
        "ordinal_emd" => {
            let below = |k: usize| p[..=k].iter().sum::<f64>() - f64::from(u8::from(k >= t));
            (0..x.len()).map(|k| below(k).powi(2)).sum::<f64>() / classes
        }
        "jsd_cross_entropy" => {
            let smoothing = number(config, "label_smoothing");
            let all: Vec<Vec<f64>> = views.iter().map(|row| softmax(row)).collect();
            let count = views.len() as f64;
            let mixture: Vec<f64> = (0..x.len()).map(|k| all.iter().map(|p| p[k]).sum::<f64>() / count).collect();
            let entropy: f64 = (0..x.len()).map(|k| -smooth(smoothing, k) * log_p[k]).sum();
            let spread = all.iter().map(|p| divergence(p, &mixture)).sum::<f64>() / count;
            entropy + number(config, "alpha") * spread
        }
        "generalized_jensen_shannon" => {
            let pi = number(config, "pi");
            let share = (1.0 - pi) / views.len() as f64;
            let hot: Vec<f64> = (0..x.len()).map(|k| f64::from(u8::from(k == t))).collect();
            let all: Vec<Vec<f64>> = views.iter().map(|row| softmax(row)).collect();
            let mixed = |k: usize| pi * hot[k] + share * all.iter().map(|p| p[k]).sum::<f64>();
            let mixture: Vec<f64> = (0..x.len()).map(mixed).collect();
            let spread: f64 = all.iter().map(|p| share * divergence(p, &mixture)).sum();
            (pi * divergence(&hot, &mixture) + spread) / (-(1.0 - pi) * (1.0 - pi).ln())
        }
        other => panic!("tensor_class.rs: definition must state the formula of {other}"),
    }
}

/// The loss of every target, multiplied by what it counts.
fn expected_losses(problem: &Problem) -> Vec<f64> {
    let of = |(target, count): (usize, f64)| {
        let rows = problem.rows_of(target).into_iter();
        let rows: Vec<Vec<f64>> = rows.map(|row| row.into_iter().map(|at| problem.logits[at]).collect()).collect();
        if count == 0.0 {
            return 0.0;
        }
        count * definition(&problem.config, &rows, problem.targets[target] as usize)
    };
    counts(problem).into_iter().enumerate().map(of).collect()
}

#[test]
fn losses_are_their_definitions() {
    let mut faults = Faults::default();
    for seed in 1..=4 {
        for problem in problems(seed) {
            let losses = expected_losses(&problem);
            let (sum, total) = (losses.iter().sum::<f64>(), counts(&problem).iter().sum::<f64>());
            for way in rotating_ways() {
                let tolerance = close(way.dtype).times(if way.dtype == DType::F64 { 20.0 } else { 2.0 });
                for (by, expected) in [
                    (None, losses.clone()),
                    (Some(Reduction::Sum), vec![sum]),
                    (Some(Reduction::Mean), vec![sum / total]),
                ] {
                    let got = problem.value(&way, by);
                    faults.compare(tolerance, &got, &expected, || format!("{by:?} {way} {}", describe(&problem)));
                }
            }
        }
    }
    faults.report(3_500);
}

/// The test's own test: the definition of one loss is not that of another.
#[test]
fn definitions_tell_losses_apart() {
    let mut rows = vec![vec![0.5, -1.25, 1.0, 0.25, -0.75]; 3];
    rows[1].reverse();
    let configs: Vec<LossConfig> = tensor_class_entries().iter().map(|entry| config(json!(entry.name))).collect();
    let values: Vec<f64> = configs.iter().map(|config| definition(config, &rows, 1)).collect();
    for (at, value) in values.iter().enumerate() {
        assert!(value.is_finite() && *value > 0.0, "{}: {value}", configs[at].name());
        for other in &values[..at] {
            assert!((value - other).abs() > 1e-3, "{} is another loss: {values:?}", configs[at].name());
        }
    }
}

// ---- Gradients ----

/// Seesaw's factors are held constant: its gradient is no derivative of the value.
fn is_held_constant(config: &LossConfig) -> bool {
    config.name() == "seesaw" && number(config, "q") > 0.0
}

#[test]
fn gradients_are_the_differences_of_the_value() {
    let mut faults = Faults::default();
    let (mut entries, mut kinks) = (0, 0);
    let ways = f64_ways();
    for seed in [1, 2] {
        for (turn, problem) in problems(seed).iter().enumerate() {
            if is_held_constant(&problem.config) {
                continue;
            }
            let by = REDUCTIONS[turn % 3];
            let gradients: Vec<Vec<f64>> = ways.iter().map(|way| problem.run(way, by).gradient).collect();
            let largest = gradients[0].iter().fold(0.0_f64, |most, g| most.max(g.abs()));
            // Of many views some of the logits.
            for at in (0..problem.logits.len()).step_by(1 + problem.logits.len() / 40) {
                let value = |logit: f64| {
                    let mut moved = problem.clone();
                    moved.logits[at] = logit;
                    moved.value(&ways[0], by).iter().sum::<f64>()
                };
                let (slope, uncertain) = difference(value, problem.logits[at], 4e-3);
                entries += 1;
                if uncertain > 1e-6 * largest.max(1e-3) {
                    kinks += 1;
                    continue;
                }
                let allowed = 1e-8 * largest + 1e-9 + uncertain;
                for (gradient, way) in gradients.iter().zip(&ways) {
                    faults.expect((gradient[at] - slope).abs() <= allowed, || {
                        let (got, what) = (gradient[at], describe(problem));
                        format!("{got} at {at}, difference {slope} ± {uncertain:e}, {by:?} {way} {what}")
                    });
                }
            }
        }
    }
    assert!(kinks * 10 < entries, "{kinks} of {entries} differences lie over a kink");
    faults.report(8_000);
}

#[test]
fn upstream_gradients_multiply() {
    let mut faults = Faults::default();
    let mut random = Random::new(4);
    for problem in problems(4) {
        let pulls: Vec<f64> = problem.targets.iter().map(|_| random.eighth(4.0)).collect();
        for way in rotating_ways() {
            let mut expected = problem.run(&way, None);
            for (target, pull) in pulls.iter().enumerate() {
                problem.rows_of(target).into_iter().flatten().for_each(|at| expected.gradient[at] *= pull);
            }
            let got = problem.run_with(&way, None, Some(&pulls));
            faults.compare_outcomes(close(way.dtype), &got, &expected, || format!("{way} {}", describe(&problem)));
            let mut expected = problem.run(&way, Some(Reduction::Mean));
            expected.gradient.iter_mut().for_each(|g| *g *= -2.5);
            let got = problem.run_with(&way, Some(Reduction::Mean), Some(&[-2.5]));
            faults
                .compare_outcomes(close(way.dtype), &got, &expected, || format!("mean, {way} {}", describe(&problem)));
        }
    }
    faults.report(1_200);
}

/// Whether a loss sees the differences of a row's logits only.
fn sees_differences_only(config: &LossConfig) -> bool {
    !["negative_log_likelihood", "focal_cosine"].contains(&config.name())
}

/// A constant for every row, another one in every view.
#[test]
fn constant_added_to_a_row_changes_nothing() {
    let mut faults = Faults::default();
    for problem in exact_problems(5).iter().filter(|problem| sees_differences_only(&problem.config)) {
        let mut moved = problem.clone();
        for target in 0..problem.targets.len() {
            for (view, row) in problem.rows_of(target).into_iter().enumerate() {
                row.into_iter().for_each(|at| moved.logits[at] += [16.0, -16.0, 8.0, 0.0][(target + view) % 4]);
            }
        }
        for way in rotating_ways() {
            for by in REDUCTIONS {
                let (got, expected) = (moved.run(&way, by), problem.run(&way, by));
                let what = || format!("{by:?} {way} {}", describe(problem));
                faults.compare_outcomes(close(way.dtype), &got, &expected, what);
            }
        }
    }
    faults.report(1_500);
}

#[test]
fn gradient_of_a_row_sums_to_zero() {
    let mut faults = Faults::default();
    for problem in problems(6).iter().filter(|problem| sees_differences_only(&problem.config)) {
        for way in rotating_ways() {
            let epsilon = if way.dtype == DType::F64 { f64::EPSILON } else { f64::from(f32::EPSILON) };
            let gradient = problem.run(&way, Some(Reduction::Sum)).gradient;
            for row in (0..problem.targets.len()).flat_map(|target| problem.rows_of(target)) {
                let sum: f64 = row.iter().map(|&at| gradient[at]).sum();
                let size: f64 = row.iter().map(|&at| gradient[at].abs()).sum();
                faults.expect(sum.abs() <= 256.0 * epsilon * size.max(1.0), || {
                    format!("Σg = {sum:e} beside Σ|g| = {size:e}, {way} {}", describe(problem))
                });
            }
        }
    }
    faults.report(2_500);
}

// ---- Reductions and weights ----

#[test]
fn mean_is_the_sum_divided_by_what_the_targets_count() {
    let mut faults = Faults::default();
    for problem in [problems(7), problems(8)].concat() {
        let total: f64 = counts(&problem).iter().sum();
        for way in rotating_ways() {
            let tolerance = close(way.dtype).times(4.0);
            let what = |name: &str| format!("{name}, {way} {}", describe(&problem));
            let mean = problem.run(&way, Some(Reduction::Mean));
            let sum = problem.run(&way, Some(Reduction::Sum));
            let mut each = problem.run(&way, None);
            each.value = vec![each.value.iter().sum()];
            faults.compare_outcomes(tolerance, &each, &sum, || what("each"));
            let mut share = sum.clone();
            share.value.iter_mut().chain(&mut share.gradient).for_each(|x| *x /= total);
            faults.compare_outcomes(tolerance, &mean, &share, || what("mean"));
        }
    }
    faults.report(2_500);
}

/// Targets that are ignored and targets of a class of weight 0, with anything at all in every view of their items.
#[test]
fn ignored_targets_and_classes_of_no_weight_are_silent_in_every_view() {
    let mut faults = Faults::default();
    for (number, plain) in problems(9).into_iter().enumerate() {
        let mut clean = plain.weighted().with_ignored_targets();
        clean.class_weights.iter_mut().for_each(|weights| weights[2] = 0.0);
        // One of them for certain.
        clean.targets[1] = 2;
        let silent: Vec<usize> = (0..clean.targets.len()).filter(|&target| counts(&clean)[target] == 0.0).collect();
        for (turn, wrong) in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e30].into_iter().enumerate() {
            let mut bad = clean.clone();
            for &target in &silent {
                for row in bad.rows_of(target) {
                    row.into_iter().step_by(1 + turn % 2).for_each(|at| bad.logits[at] = wrong);
                }
            }
            let by = REDUCTIONS[(number + turn) % 3];
            for way in rotating_ways() {
                let (got, expected) = (bad.run(&way, by), clean.run(&way, by));
                let what = || format!("{wrong} {by:?} {way} {}", describe(&bad));
                faults.compare_outcomes(close(way.dtype), &got, &expected, what);
                let cells = silent.iter().flat_map(|&target| bad.rows_of(target)).flatten();
                let lost: Vec<f64> = cells.map(|at| got.gradient[at]).collect();
                faults.expect(lost.iter().all(|&g| g == 0.0), || format!("gradient {lost:?}, {}", what()));
            }
        }
    }
    faults.report(3_500);
}

#[test]
fn everything_ignored_is_zero() {
    let mut faults = Faults::default();
    for config in tensor_class_configurations(CLASSES) {
        let mut problem = Problem::random(&config, &[4, CLASSES], &mut Random::new(10)).weighted();
        problem.ignore_index = Some(3);
        problem.targets.fill(3);
        problem.logits[7] = f64::NAN;
        for way in rotating_ways() {
            for by in REDUCTIONS {
                let got = problem.run(&way, by);
                let still = got.value.iter().chain(&got.gradient).all(|&x| x == 0.0);
                faults.expect(still, || format!("{got:?} {by:?} {way} {}", describe(&problem)));
            }
        }
    }
    faults.report(900);
}

// ---- Each by itself ----

/// One item of a batch, in every view.
fn item(problem: &Problem, item: usize) -> Problem {
    let views = problem.views();
    let (all, classes, inner) = extent(&problem.shape);
    let (items, size) = (all / views, classes * inner);
    let mut alone = problem.clone();
    alone.shape[0] = views;
    alone.logits =
        (0..views).flat_map(|view| problem.logits[(view * items + item) * size..][..size].to_vec()).collect();
    alone.targets = problem.targets[item * inner..][..inner].to_vec();
    alone
}

#[test]
fn items_of_a_batch_are_as_if_they_were_alone() {
    let mut faults = Faults::default();
    for problem in problems(11) {
        let views = problem.views();
        let (all, classes, inner) = extent(&problem.shape);
        let (items, size) = (all / views, classes * inner);
        for way in rotating_ways() {
            let whole = problem.run(&way, None);
            for number in [0, items - 1] {
                let alone = item(&problem, number).run(&way, None);
                let gradient = |view: usize| whole.gradient[(view * items + number) * size..][..size].to_vec();
                let got = Outcome {
                    value: whole.value[number * inner..][..inner].to_vec(),
                    gradient: (0..views).flat_map(gradient).collect(),
                };
                faults.compare_outcomes(close(way.dtype), &got, &alone, || {
                    format!("item {number}, {way} {}", describe(&problem))
                });
            }
        }
    }
    faults.report(1_200);
}

/// Lists by class, and the rows and columns of matrices.
fn turn_lists(value: &mut Value) {
    match value {
        Value::Array(list) => {
            list.iter_mut().for_each(turn_lists);
            list.rotate_right(2);
        }
        Value::Object(fields) => fields.values_mut().for_each(turn_lists),
        _ => {}
    }
}

/// Class k of the one is class (k + 2) mod C of the other. Where classes are in an order it matters.
#[test]
fn permuting_the_classes_permutes_the_gradient() {
    let mut faults = Faults::default();
    for problem in problems(12).into_iter().filter(|problem| problem.config.name() != "ordinal_emd") {
        let mut value = serde_json::to_value(&problem.config).expect("a configuration is JSON");
        turn_lists(&mut value);
        let mut turned = Problem { config: config(value), ..problem.clone() };
        turned.class_weights.iter_mut().for_each(|weights| weights.rotate_right(2));
        turned.targets.iter_mut().filter(|target| **target >= 0).for_each(|target| *target = (*target + 2) % 5);
        let rotated = |numbers: &[f64]| {
            let mut out = numbers.to_vec();
            for row in (0..problem.targets.len()).flat_map(|target| problem.rows_of(target)) {
                (0..CLASSES).for_each(|class| out[row[(class + 2) % CLASSES]] = numbers[row[class]]);
            }
            out
        };
        turned.logits = rotated(&problem.logits);
        for way in rotating_ways() {
            for by in REDUCTIONS {
                let mut expected = problem.run(&way, by);
                expected.gradient = rotated(&expected.gradient);
                let got = turned.run(&way, by);
                let what = || format!("{by:?} {way} {}", describe(&problem));
                faults.compare_outcomes(close(way.dtype), &got, &expected, what);
            }
        }
    }
    faults.report(1_800);
}

/// A NaN in any view of an item makes its loss NaN, and leaves the others.
#[test]
fn nan_in_one_item_stays_in_that_item() {
    let mut faults = Faults::default();
    for problem in problems(13) {
        let Some(spoilt) = (0..problem.targets.len()).rev().find(|&target| counts(&problem)[target] > 0.0) else {
            continue;
        };
        let class = problem.targets[spoilt] as usize;
        let rows = problem.rows_of(spoilt);
        for view in [0, rows.len() - 1] {
            let mut bad = problem.clone();
            bad.logits[rows[view][class]] = f64::NAN;
            for way in rotating_ways() {
                let (mut got, clean) = (bad.run(&way, None), problem.run(&way, None));
                let what = || format!("NaN in view {view} of target {spoilt}, {way} {}", describe(&bad));
                faults.expect(got.value[spoilt].is_nan(), || format!("{}, {}", got.value[spoilt], what()));
                got.value[spoilt] = clean.value[spoilt];
                rows.iter().flatten().for_each(|&at| got.gradient[at] = clean.gradient[at]);
                faults.compare_outcomes(close(way.dtype), &got, &clean, what);
                let mean = bad.value(&way, Some(Reduction::Mean))[0];
                faults.expect(mean.is_nan(), || format!("the mean is {mean}, {}", what()));
            }
        }
    }
    faults.report(2_500);
}

// ---- Extremes ----

#[test]
fn huge_logits_have_finite_losses_and_gradients() {
    let mut faults = Faults::default();
    for mut problem in exact_problems(14) {
        problem.logits.iter_mut().for_each(|logit| *logit *= 4096.0);
        // Ties in every view, and the target alone at the top and at the bottom.
        for row in problem.rows_of(0) {
            row.into_iter().for_each(|at| problem.logits[at] = 8192.0);
        }
        for (target, logit) in [(1, 16_384.0), (2, -16_384.0)] {
            let class = problem.targets[target].max(0) as usize;
            for row in problem.rows_of(target) {
                problem.logits[row[class]] = logit;
            }
        }
        for way in rotating_ways() {
            for by in REDUCTIONS {
                let got = problem.run(&way, by);
                let finite = got.value.iter().chain(&got.gradient).all(|x| x.is_finite());
                faults.expect(finite, || format!("{got:?} {by:?} {way} {}", describe(&problem)));
            }
        }
    }
    faults.report(900);
}

/// Views that are certain of different classes: p is 0 for all others, and 0·ln 0 is 0.
#[test]
fn views_that_exclude_each_other_have_finite_losses() {
    let mut faults = Faults::default();
    for name in ["jsd_cross_entropy", "generalized_jensen_shannon"] {
        let value = json!({"name": name, "views": 2});
        let mut problem = Problem::random(&config(value), &[1, 3], &mut Random::new(15));
        problem.logits = vec![1e4, 0.0, 0.0, 0.0, 1e4, 0.0];
        problem.targets = vec![0];
        for way in rotating_ways() {
            let got = problem.run(&way, Some(Reduction::Sum));
            let ln_2 = std::f64::consts::LN_2;
            // KL(p₁‖m) and KL(p₂‖m) are ln 2 each. With π = 0.1 the mixture is 0.55 and 0.45.
            let mixed = -0.1 * 0.55_f64.ln() + 0.45 * (-(0.55_f64.ln()) - 0.45_f64.ln());
            let expected = if name == "jsd_cross_entropy" { 12.0 * ln_2 } else { mixed / (-0.9 * 0.9_f64.ln()) };
            faults.compare(close(way.dtype), &got.value, &[expected], || format!("{name}, {way}"));
            faults.expect(got.gradient.iter().all(|g| g.is_finite()), || format!("{name}, {way}: {got:?}"));
        }
    }
    faults.report(20);
}

#[test]
fn one_class_has_no_loss_and_no_gradient() {
    let mut faults = Faults::default();
    let configs = tensor_class_configurations(1);
    for (turn, config) in configs.iter().filter(|config| config.name() != "negative_log_likelihood").enumerate() {
        let shape = if turn % 2 == 0 { &[5, 1][..] } else { &[2, 1, 3] };
        let problem = Problem::random(config, shape, &mut Random::new(16)).variants()[turn % 4].clone();
        for way in rotating_ways() {
            let slack = if way.dtype == DType::F64 { 1e-13 } else { 1e-5 };
            for by in REDUCTIONS {
                let got = problem.run(&way, by);
                // A cosine is 1 or −1, or 0 of 0.
                let nothing = config.name() == "focal_cosine" || got.value.iter().all(|value| value.abs() <= slack);
                let still = got.gradient.iter().all(|g| g.abs() <= slack);
                faults.expect(nothing && still && got.value.iter().all(|value| value.is_finite()), || {
                    format!("{got:?} {by:?} {way} {}", describe(&problem))
                });
            }
        }
    }
    faults.report(700);
}

#[test]
fn empty_batch_is_zero() {
    let mut faults = Faults::default();
    for config in tensor_class_configurations(CLASSES) {
        for shape in [&[0, CLASSES][..], &[0, CLASSES, 3], &[4, CLASSES, 0]] {
            let problem = Problem::random(&config, shape, &mut Random::new(17)).weighted();
            for way in rotating_ways() {
                for by in REDUCTIONS {
                    let got = problem.run(&way, by);
                    let zero = vec![0.0; by.iter().count()];
                    let what = || format!("{got:?} {by:?} {way} {}", describe(&problem));
                    faults.expect(got.value == zero && problem.value(&way, by) == zero, what);
                    faults.expect(got.gradient.is_empty(), what);
                }
            }
        }
    }
    faults.report(5_000);
}

#[test]
fn half_precision_is_computed_in_f32() {
    let mut faults = Faults::default();
    for problem in exact_problems(18) {
        for way in plain_ways().into_iter().filter(|way| matches!(way.dtype, DType::F16 | DType::BF16)) {
            let wide = Way { dtype: DType::F32, ..way.clone() };
            let (epsilon, absolute) = if way.dtype == DType::F16 { (4.9e-4, 6e-8) } else { (3.95e-3, 1e-38) };
            for by in REDUCTIONS {
                // The mean is one of rounded losses.
                let relative = epsilon * if by.is_none() { 1.1 } else { 2.2 };
                // Backward correction has losses of both signs.
                let floor = if by.is_none() { 0.0 } else { relative };
                let tolerance = Tolerance { relative, floor, absolute, least: 0.0, largest: f64::MAX };
                let (got, expected) = (problem.run(&way, by), problem.run(&wide, by));
                faults.compare_outcomes(tolerance, &got, &expected, || format!("{by:?} {way} {}", describe(&problem)));
            }
        }
    }
    faults.report(1_200);
}

#[test]
fn result_has_the_dtype_of_the_logits() {
    for dtype in [DType::F64, DType::F32, DType::F16, DType::BF16] {
        for config in tensor_class_configurations(CLASSES) {
            let loss = config.init().unwrap();
            let rows = 2 * loss.views();
            let logits = Tensor::<2>::zeros([rows, CLASSES], (&Device::flex(), dtype));
            let value = loss.forward(logits.clone(), classes([0, 4]), Reduction::Mean);
            assert_eq!((value.dtype(), value.dims()), (dtype, [1]), "{config:?}");
            let each = loss.forward_no_reduction(logits, classes([0, 4]));
            assert_eq!((each.dtype(), each.dims()), (dtype, [2]), "{config:?}");
        }
    }
}

/// An error where the targets are read anyway, NaN where they are not, and never another class's loss.
#[test]
fn targets_that_are_no_classes_are_refused_or_nan() {
    let mut faults = Faults::default();
    for entry in tensor_class_entries() {
        let mut problem = Problem::random(&config(json!(entry.name)), &[3, CLASSES], &mut Random::new(19));
        let clean = problem.clone();
        for wrong in [5, -1, i64::MAX] {
            problem.targets[1] = wrong;
            for way in ways().into_iter().filter(|way| !way.checkpointing && way.dtype == DType::F32) {
                let got = catch_unwind(AssertUnwindSafe(|| problem.value(&way, None)));
                match got {
                    Ok(got) => {
                        let others = clean.value(&way, None);
                        let right = got[1].is_nan() && got[0] == others[0] && got[2] == others[2];
                        faults.expect(right && !way.refuses_targets(), || format!("{wrong}: {got:?}, {way}"));
                    }
                    Err(error) => {
                        let said = error.downcast::<String>().expect("a sentence");
                        let rule =
                            format!("{}: targets must be a class in 0..=4, got {wrong} at position 1", entry.type_name);
                        faults.expect(*said == rule && way.refuses_targets(), || format!("{said}, {way}"));
                    }
                }
            }
        }
    }
    faults.report(170);
}

// ---- Views ----

/// The same problem with its views in another order: view k is what view `order[k]` was.
fn with_views(problem: &Problem, order: &[usize]) -> Problem {
    let of_view = problem.logits.len() / problem.views();
    let logits = order.iter().flat_map(|&view| problem.logits[view * of_view..][..of_view].to_vec());
    Problem { logits: logits.collect(), ..problem.clone() }
}

/// A problem whose views are all alike.
fn with_equal_views(problem: &Problem) -> Problem {
    with_views(problem, &vec![0; problem.views()])
}

#[test]
fn losses_say_how_many_views_they_take() {
    let jsd = || json!("jsd_cross_entropy");
    let gjs = |views: usize| json!({"name": "generalized_jensen_shannon", "views": views});
    let cases = [
        (jsd(), 3),
        (json!({"name": "jsd_cross_entropy", "views": 5}), 5),
        (json!("generalized_jensen_shannon"), 2),
        (gjs(1), 1),
        (gjs(16), 16),
        (json!("cross_entropy"), 1),
        (json!("brier"), 1),
        (json!("bi_tempered"), 1),
        (json!({"name": "logit_clip", "loss": jsd()}), 3),
        (json!({"name": "logit_norm", "loss": {"name": "logit_scale", "loss": jsd()}}), 3),
        (json!({"name": "flooding", "loss": {"name": "top_k", "loss": gjs(4)}}), 4),
        (json!({"name": "weighted_sum", "terms": [{"loss": gjs(3)}, {"weight": 0.5, "loss": jsd()}]}), 3),
    ];
    for (value, views) in cases {
        assert_eq!(config(value.clone()).init().unwrap().views(), views, "{value}");
    }
    assert_eq!(AnyClassLoss::from(JsdCrossEntropy::default().init()).views(), 3);
    assert_eq!(AnyClassLoss::from(GeneralizedJensenShannon::default().init()).views(), 2);
    assert_eq!(AnyClassLoss::from(Focal::default().init()).views(), 1);
    // All the others have one.
    for config in tensor_class_configurations(CLASSES) {
        let several = ["jsd_cross_entropy", "generalized_jensen_shannon"].contains(&config.name());
        assert!(several || config.init().unwrap().views() == 1, "{config:?}");
    }
}

fn classes<const N: usize>(classes: [i64; N]) -> Tensor<1, Int> {
    Tensor::from_data(classes, &Device::flex())
}

fn logits(rows: usize, classes: usize) -> Tensor<2> {
    Tensor::zeros([rows, classes], &Device::flex())
}

#[test]
fn batches_that_are_no_whole_number_of_views_are_named() {
    let by = Reduction::Mean;
    let views = "JsdCrossEntropy: logits must hold 3 views of each item along axis 0, got [7, 5]";
    let shape = "JsdCrossEntropy: targets must have shape [2] for logits [6, 5], got [6]";
    let fewer = "JsdCrossEntropy: targets must have shape [2] for logits [6, 5], got [1]";
    let range = "JsdCrossEntropy: targets must be a class in 0..=4, got 5 at position 1";
    for value in [
        json!("jsd_cross_entropy"),
        json!({"name": "logit_norm", "loss": "jsd_cross_entropy"}),
        json!({"name": "individual_flooding", "loss": {"name": "logit_clip", "loss": "jsd_cross_entropy"}}),
    ] {
        let loss = config(value.clone()).init().unwrap();
        let check = |logits: &[usize], shape: &[usize], targets: &[i64]| {
            loss.check(logits, shape, targets.iter().copied(), Some(by)).map_err(|error| error.to_string())
        };
        assert_eq!(check(&[6, 5], &[2], &[0, 4]), Ok(()), "{value}");
        assert_eq!(check(&[6, 5, 4], &[2, 4], &[0; 8]), Ok(()), "{value}");
        assert_eq!(check(&[0, 5], &[0], &[]), Ok(()), "{value}");
        assert_eq!(check(&[7, 5], &[2], &[0, 4]), Err(views.to_owned()), "{value}");
        assert_eq!(check(&[6, 5], &[6], &[0; 6]), Err(shape.to_owned()), "{value}");
        assert_eq!(check(&[6, 5], &[1], &[0]), Err(fewer.to_owned()), "{value}");
        assert_eq!(check(&[6, 5], &[2], &[0, 5]), Err(range.to_owned()), "{value}");
        // And what it panics with.
        assert_eq!(said(|| loss.forward(logits(6, 5), classes([0, 4]), by)), "nothing", "{value}");
        assert_eq!(said(|| loss.forward(logits(7, 5), classes([0, 4]), by)), views, "{value}");
        assert_eq!(said(|| loss.forward(logits(6, 5), classes([0; 6]), by)), shape, "{value}");
        assert_eq!(said(|| loss.forward_no_reduction(logits(6, 5), classes([0]))), fewer, "{value}");
        assert_eq!(said(|| loss.forward(logits(6, 5), classes([0, 5]), by)), range, "{value}");
    }
    // Losses of another number of views beside them have other targets.
    let terms = json!([{"loss": "jsd_cross_entropy"}, {"loss": "cross_entropy"}]);
    let sum = config(json!({"name": "weighted_sum", "terms": terms})).init().unwrap();
    for targets in [2, 6] {
        assert!(sum.check(&[6, 5], &[targets], std::iter::repeat_n(0, targets), Some(by)).is_err(), "{targets}");
    }
    for value in [json!(1), json!(17), json!(2.5), json!(0), json!(-3)] {
        let read = serde_json::from_value::<LossConfig>(json!({"name": "jsd_cross_entropy", "views": value}));
        let error = read.unwrap_err().to_string();
        assert!(error.contains("JsdCrossEntropy: views must be a whole number ≥ 2 and ≤ 16"), "{value}: {error}");
    }
}

/// Views that agree add nothing to the cross-entropy of the first, and pull at nothing else.
#[test]
fn jsd_of_equal_views_is_cross_entropy() {
    let mut faults = Faults::default();
    for (views, alpha, smoothing) in [(3, 12.0, 0.0), (2, 12.0, 0.0), (5, 0.5, 0.0), (3, 12.0, 0.1), (4, 3.0, 1.0)] {
        let jsd = json!({"name": "jsd_cross_entropy", "views": views, "alpha": alpha, "label_smoothing": smoothing});
        let entropy = config(json!({"name": "cross_entropy", "label_smoothing": smoothing}));
        for shape in [&[6, CLASSES][..], &[2, CLASSES, 3]] {
            let problem = Problem::random(&config(jsd.clone()), shape, &mut Random::new(20));
            for (number, problem) in problem.variants().into_iter().enumerate() {
                // Cross-entropy weighs each class's share of a smoothed label by itself.
                if smoothing > 0.0 && number % 2 == 1 {
                    continue;
                }
                let problem = with_equal_views(&problem);
                let first = problem.logits.len() / problem.views();
                let alone = Problem {
                    config: entropy.clone(),
                    shape: shape.to_vec(),
                    logits: problem.logits[..first].to_vec(),
                    ..problem.clone()
                };
                for way in rotating_ways() {
                    for by in REDUCTIONS {
                        let (got, mut expected) = (problem.run(&way, by), alone.run(&way, by));
                        expected.gradient.resize(problem.logits.len(), 0.0);
                        let what = || format!("{by:?} {way} {}", describe(&problem));
                        faults.compare_outcomes(close(way.dtype), &got, &expected, what);
                    }
                }
            }
        }
    }
    faults.report(900);
}

/// With one view it is the Jensen–Shannon divergence of the label and the prediction, divided by Z; so it is with
/// several that agree, among which the gradient is divided.
#[test]
fn generalized_jensen_shannon_of_equal_views_is_the_divergence_of_one() {
    let mut faults = Faults::default();
    for (views, pi) in [(1, 0.1), (1, 0.5), (2, 0.1), (3, 0.75), (4, 0.5)] {
        let value = json!({"name": "generalized_jensen_shannon", "views": views, "pi": pi});
        let divergence = config(json!({"name": "weighted_jensen_shannon", "alpha": 1.0 - pi}));
        let scale = -(1.0 - pi) * (1.0 - pi).ln();
        for problem in Problem::random(&config(value), &[6, CLASSES], &mut Random::new(21)).variants() {
            let problem = with_equal_views(&problem);
            let first = problem.logits.len() / views;
            let alone = Problem {
                config: divergence.clone(),
                shape: vec![6, CLASSES],
                logits: problem.logits[..first].to_vec(),
                ..problem.clone()
            };
            for way in rotating_ways() {
                for by in REDUCTIONS {
                    let (got, mut expected) = (problem.run(&way, by), alone.run(&way, by));
                    expected.value.iter_mut().for_each(|value| *value /= scale);
                    let shared: Vec<f64> = expected.gradient.iter().map(|g| g / scale / views as f64).collect();
                    expected.gradient = shared.repeat(views);
                    let what = || format!("{by:?} {way} {}", describe(&problem));
                    faults.compare_outcomes(close(way.dtype), &got, &expected, what);
                }
            }
        }
    }
    faults.report(550);
}

/// The order of the augmented views does not matter; the clean one of AugMix is the first.
#[test]
fn order_of_the_other_views_does_not_matter() {
    let mut faults = Faults::default();
    let jsd = json!({"name": "jsd_cross_entropy", "views": 4, "alpha": 2});
    let gjs = json!({"name": "generalized_jensen_shannon", "views": 4});
    let cases: [(&Value, &[usize], bool); 4] = [
        (&jsd, &[0, 3, 1, 2], true),
        (&jsd, &[1, 0, 2, 3], false),
        (&gjs, &[0, 3, 1, 2], true),
        (&gjs, &[2, 3, 1, 0], true),
    ];
    for (value, order, same) in cases {
        for shape in [&[4, CLASSES][..], &[2, CLASSES, 3]] {
            for problem in Problem::random(&config(value.clone()), shape, &mut Random::new(22)).variants() {
                let turned = with_views(&problem, order);
                for way in rotating_ways() {
                    let (got, expected) = (turned.run(&way, None), problem.run(&way, None));
                    let what = || format!("{order:?}, {way} {}", describe(&problem));
                    if same {
                        // The gradient in the same order.
                        let gradient =
                            with_views(&Problem { logits: expected.gradient, ..problem.clone() }, order).logits;
                        let expected = Outcome { value: expected.value, gradient };
                        faults.compare_outcomes(close(way.dtype), &got, &expected, what);
                    } else {
                        let differ = got.value.iter().zip(&expected.value).any(|(a, b)| (a - b).abs() > 1e-3);
                        faults.expect(differ, || format!("the first view is one of many, {}", what()));
                    }
                }
            }
        }
    }
    faults.report(250);
}

/// The second half of a batch is the second view, and not every second row.
#[test]
fn views_lie_one_after_the_other() {
    let mut faults = Faults::default();
    let mut problem = Problem::random(&config(json!("generalized_jensen_shannon")), &[2, 3], &mut Random::new(23));
    // Item 0 is certain of class 0 in both views, item 1 of class 1.
    let (first, second) = ([30.0, 0.0, 0.0], [0.0, 30.0, 0.0]);
    problem.logits = [first, second, first, second].concat();
    problem.targets = vec![0, 1];
    for way in rotating_ways() {
        let got = problem.value(&way, None);
        faults.expect(got.iter().all(|value| value.abs() < 1e-5), || format!("{got:?}, {way}"));
        let mut crossed = problem.clone();
        crossed.logits = [first, first, second, second].concat();
        let got = crossed.value(&way, None);
        faults.expect(got.iter().all(|&value| value > 0.1), || format!("{got:?}, {way}"));
    }
    faults.report(10);
}

// ---- Wrong labels ----

const CORRECTIONS: [&str; 2] = ["forward_correction", "backward_correction"];

/// Compares two losses on a problem, in all its variants.
fn same_loss(faults: &mut Faults, left: Value, right: Value, shape: &[usize]) {
    for problem in Problem::random(&config(left), shape, &mut Random::new(24)).variants() {
        let other = Problem { config: config(right.clone()), ..problem.clone() };
        for way in rotating_ways() {
            for by in REDUCTIONS {
                let (got, expected) = (problem.run(&way, by), other.run(&way, by));
                let what = || format!("not {right}, {by:?} {way} {}", describe(&problem));
                faults.compare_outcomes(close(way.dtype), &got, &expected, what);
            }
        }
    }
}

/// No wrong labels, none by a matrix, none for an unaware one: all are cross-entropy.
#[test]
fn correction_of_right_labels_is_cross_entropy() {
    let mut faults = Faults::default();
    let unit: Vec<Vec<f64>> =
        (0..CLASSES).map(|k| (0..CLASSES).map(|j| f64::from(u8::from(j == k))).collect()).collect();
    for name in CORRECTIONS {
        for none in [json!(0), json!(unit)] {
            let corrected = json!({"name": name, "transition": none});
            same_loss(&mut faults, corrected.clone(), json!("cross_entropy"), &[6, CLASSES]);
            same_loss(&mut faults, corrected, json!("cross_entropy"), &[3, CLASSES, 2]);
        }
    }
    faults.report(900);
}

/// One rate is a matrix.
#[test]
fn rate_of_wrong_labels_is_a_matrix() {
    let mut faults = Faults::default();
    // C − 1 is 4: exact.
    for rate in [0.0625, 0.25, 0.5] {
        let of = |k: usize, j: usize| if k == j { 1.0 - rate } else { rate / 4.0 };
        let matrix: Vec<Vec<f64>> = (0..CLASSES).map(|k| (0..CLASSES).map(|j| of(k, j)).collect()).collect();
        for name in CORRECTIONS {
            let (left, right) =
                (json!({"name": name, "transition": matrix}), json!({"name": name, "transition": rate}));
            same_loss(&mut faults, left, right, &[6, CLASSES]);
        }
    }
    faults.report(650);
}

/// Labels that are all those of the next class: the loss is that of the class before. No NaN from the entries of 0.
#[test]
fn labels_of_another_class_are_taken_back() {
    let mut faults = Faults::default();
    let of = |k: usize, j: usize| f64::from(u8::from(j == (k + 1) % CLASSES));
    let next: Vec<Vec<f64>> = (0..CLASSES).map(|k| (0..CLASSES).map(|j| of(k, j)).collect()).collect();
    for name in CORRECTIONS {
        let corrected = config(json!({"name": name, "transition": next}));
        for problem in Problem::random(&corrected, &[6, CLASSES], &mut Random::new(25)).variants() {
            // The weight goes with the label as it is given.
            let mut before = Problem { config: config(json!("cross_entropy")), ..problem.clone() };
            let classes = before.targets.iter_mut().filter(|target| **target >= 0);
            classes.for_each(|target| *target = (*target + 4) % 5);
            before.class_weights.iter_mut().for_each(|weights| weights.rotate_left(1));
            for way in rotating_ways() {
                for by in REDUCTIONS {
                    let (got, expected) = (problem.run(&way, by), before.run(&way, by));
                    let what = || format!("{by:?} {way} {}", describe(&problem));
                    faults.compare_outcomes(close(way.dtype), &got, &expected, what);
                }
            }
        }
    }
    faults.report(220);
}

/// Over the labels a class may get, the backward correction has the loss of that class on average.
#[test]
fn backward_correction_is_right_on_average() {
    let mut faults = Faults::default();
    let of = |k: usize, j: usize| if k == j { 0.7 } else { 0.075 };
    let rows: Vec<Vec<f64>> = (0..CLASSES).map(|k| (0..CLASSES).map(|j| of(k, j)).collect()).collect();
    for (given, matrix) in [(json!(0.3), rows), (json!(transition_matrix(CLASSES)), transition_matrix(CLASSES))] {
        let corrected = config(json!({"name": "backward_correction", "transition": given}));
        let problem = Problem::random(&corrected, &[6, CLASSES], &mut Random::new(26));
        for way in rotating_ways() {
            let of_label = |label: usize| Problem { targets: vec![label as i64; 6], ..problem.clone() }.run(&way, None);
            let losses: Vec<Outcome> = (0..CLASSES).map(of_label).collect();
            for (class, row) in matrix.iter().enumerate() {
                let plain = Problem {
                    config: config(json!("cross_entropy")),
                    targets: vec![class as i64; 6],
                    ..problem.clone()
                };
                let mut mean = Outcome { value: vec![0.0; 6], gradient: vec![0.0; 6 * CLASSES] };
                for (share, outcome) in row.iter().zip(&losses) {
                    mean.value.iter_mut().zip(&outcome.value).for_each(|(sum, x)| *sum += share * x);
                    mean.gradient.iter_mut().zip(&outcome.gradient).for_each(|(sum, g)| *sum += share * g);
                }
                let what = || format!("class {class}, {way} {}", describe(&problem));
                faults.compare_outcomes(close(way.dtype).times(4.0), &mean, &plain.run(&way, None), what);
            }
        }
    }
    faults.report(100);
}

/// Labels by chance say nothing: the loss is the logarithm of the number of classes, and nothing pulls.
#[test]
fn forward_correction_of_labels_by_chance_learns_nothing() {
    let mut faults = Faults::default();
    let problem = config(json!({"name": "forward_correction", "transition": 0.8}));
    let problem = Problem::random(&problem, &[6, CLASSES], &mut Random::new(27));
    for way in rotating_ways() {
        let expected = Outcome { value: vec![5.0_f64.ln(); 6], gradient: vec![0.0; 30] };
        faults.compare_outcomes(close(way.dtype), &problem.run(&way, None), &expected, || format!("{way}"));
    }
    faults.report(10);
}

/// A label that no class is taken for is impossible: as infinite as cross-entropy of a probability of 0, without NaN.
#[test]
fn impossible_label_is_infinite() {
    let mut faults = Faults::default();
    let value = json!({"name": "forward_correction", "transition": [[1.0, 0.0], [1.0, 0.0]]});
    let mut problem = Problem::random(&config(value), &[2, 2], &mut Random::new(28));
    problem.targets = vec![0, 1];
    for way in rotating_ways() {
        let got = problem.run(&way, None);
        let right = got.value[0].abs() < 1e-6 && got.value[1] == f64::INFINITY;
        faults.expect(right && !got.gradient.iter().any(|g| g.is_nan()), || format!("{got:?}, {way}"));
    }
    faults.report(5);
}

/// What is said on reading a loss.
fn error_of(value: Value) -> String {
    match serde_json::from_value::<LossConfig>(value.clone()) {
        Ok(read) => panic!("{value} was read as {read:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn wrong_matrices_are_named() {
    let cases: [(Value, &[&str]); 12] = [
        (json!([[0.75, 0.25], [0.5, 0.4]]), &["Transition", "sum to 1", "0.9"]),
        (json!([[0.5, 0.5], [0.5, 0.50001]]), &["Transition", "sum to 1"]),
        (json!([[0.0, 0.0], [0.0, 1.0]]), &["Transition", "sum to 1"]),
        (json!([[1.5, -0.5], [0.0, 1.0]]), &["Transition", "≥ 0", "-0.5"]),
        (json!([[0.5, 0.5]]), &["Transition", "square"]),
        (json!([[1.0], [0.5, 0.5]]), &["Transition", "square"]),
        (json!([[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]]), &["Transition", "square"]),
        (json!([[]]), &[]),
        (json!([0.9, 0.1]), &[]),
        (json!([["1"]]), &[]),
        (json!([[null, 1.0], [0.0, 1.0]]), &[]),
        (json!([[1.0, 0.0], 0.5]), &[]),
    ];
    for (name, type_name) in CORRECTIONS.into_iter().zip(["ForwardCorrection", "BackwardCorrection"]) {
        for (matrix, parts) in &cases {
            let error = error_of(json!({"name": name, "transition": matrix}));
            assert!(error.contains(name) || error.contains(type_name), "{matrix} gives \"{error}\"");
            for part in *parts {
                assert!(error.contains(part), "{matrix} gives \"{error}\", which does not say \"{part}\"");
            }
        }
        let error = error_of(json!({"name": name, "transition": []}));
        assert_eq!(error, format!("{type_name}: transition must have one value per class, got an empty list"));
        for (rate, got) in [(json!(1), "1"), (json!(-0.25), "-0.25"), (json!("0.1"), "\"0.1\""), (json!(true), "true")]
        {
            let error = error_of(json!({"name": name, "transition": rate}));
            assert_eq!(error, format!("{type_name}: transition must be ≥ 0 and < 1, got {got}"));
        }
        // Rounded to seven digits a row is still a row.
        let rounded = json!([[0.3333333, 0.6666667], [0.9000004, 0.1]]);
        let read = config(json!({"name": name, "transition": rounded}));
        assert_eq!(parameter(&read, "transition"), rounded);
        assert!(read.init().is_ok());
    }
}

#[test]
fn matrices_in_code_are_those_of_files() {
    let rows = vec![vec![0.75, 0.25], vec![0.5, 0.5]];
    let matrix = Transition::matrix(rows.clone()).expect("its rows sum to 1");
    let typed = LossConfig::from(ForwardCorrection::default().with_transition(matrix.clone()));
    assert_eq!(typed, config(json!({"name": "forward_correction", "transition": rows})));
    let typed = LossConfig::from(BackwardCorrection::default().with_transition(matrix));
    assert_eq!(typed, config(json!({"name": "backward_correction", "transition": rows})));
    let typed = LossConfig::from(ForwardCorrection::default().with_transition(0.25));
    assert_eq!(typed, config(json!({"name": "forward_correction", "transition": 0.25})));
    assert_eq!(Transition::from(0.25), Transition::Symmetric(0.25));
    assert_eq!(ForwardCorrection::default().with_transition(Transition::Symmetric(0.1)), ForwardCorrection::default());
    for (rows, parts) in [
        (vec![vec![0.5, 0.4], vec![0.5, 0.5]], ["Transition", "sum to 1", "0.9"]),
        (vec![vec![1.0, 0.0], vec![1.25, -0.25]], ["Transition", "≥ 0", "-0.25"]),
        (vec![vec![0.5, 0.5]], ["Transition", "square", ""]),
        (vec![vec![f64::NAN, 1.0], vec![0.5, 0.5]], ["Transition", "", "NaN"]),
    ] {
        let error = Transition::matrix(rows.clone()).unwrap_err().to_string();
        for part in parts {
            assert!(error.contains(part), "{rows:?} gives \"{error}\", which does not say \"{part}\"");
        }
    }
    let wrong = said(|| ForwardCorrection::default().with_transition(1.0).init());
    assert!(wrong.starts_with("ForwardCorrection: transition must be ≥ 0 and < 1, got 1"), "{wrong}");
}

#[test]
fn matrices_of_another_size_are_named() {
    let by = Reduction::Mean;
    for (name, type_name) in CORRECTIONS.into_iter().zip(["ForwardCorrection", "BackwardCorrection"]) {
        let loss = config(json!({"name": name, "transition": [[0.75, 0.25], [0.5, 0.5]]})).init().unwrap();
        let rule = format!("{type_name}: transition must have one value for each of the 3 classes, got 2");
        let error = loss.check(&[2, 3], &[2], [0, 1].into_iter(), Some(by)).unwrap_err();
        assert_eq!(error.to_string(), rule);
        assert_eq!(said(|| loss.forward(logits(2, 3), classes([0, 1]), by)), rule);
        assert_eq!(said(|| loss.forward(logits(2, 2), classes([0, 1]), by)), "nothing");
    }
    let seesaw = Seesaw::default().with_counts([1.0, 2.0]).init();
    let rule = "Seesaw: counts must have one value for each of the 3 classes, got 2";
    assert_eq!(said(|| seesaw.forward(logits(2, 3), classes([0, 1]), by)), rule);
}

/// Labels that say nothing cannot be taken back.
#[test]
fn matrices_without_an_inverse_are_named() {
    for matrix in [
        json!([[0.5, 0.5], [0.5, 0.5]]),
        json!([[0.25, 0.75], [0.25, 0.75]]),
        json!([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.5, 0.25, 0.25]]),
    ] {
        let count = matrix.as_array().unwrap().len();
        let evaluate = |name: &str| {
            said(|| {
                let loss = config(json!({"name": name, "transition": matrix})).init().unwrap();
                loss.forward(logits(1, count), classes([0]), Reduction::Mean)
            })
        };
        let error = evaluate("backward_correction");
        assert!(error.contains("BackwardCorrection") && error.contains("transition"), "{matrix}: {error}");
        assert_eq!(evaluate("forward_correction"), "nothing");
    }
}

// ---- Special cases ----

#[test]
fn special_cases_are_cross_entropy() {
    let mut faults = Faults::default();
    let counts = [3.0, 0.5, 1.0, 2.0, 7.0];
    let cases = [
        json!({"name": "hard_bootstrapping", "beta": 1}),
        json!({"name": "bi_tempered", "t1": 1, "t2": 1}),
        json!({"name": "seesaw", "q": 0}),
        json!({"name": "seesaw", "q": 0, "p": 3, "counts": 12}),
        json!({"name": "seesaw", "q": 0, "p": 3, "counts": [2, 2, 2, 2, 2]}),
        json!({"name": "seesaw", "q": 0, "p": 0, "counts": counts}),
    ];
    for left in cases {
        same_loss(&mut faults, left.clone(), json!("cross_entropy"), &[6, CLASSES]);
        same_loss(&mut faults, left, json!("cross_entropy"), &[3, CLASSES, 2]);
    }
    same_loss(&mut faults, json!({"name": "bi_tempered", "t1": 1, "t2": 1}), json!("cross_entropy"), &[4, 1]);
    // One count for all is a list of it.
    let list = json!({"name": "seesaw", "counts": [2, 2, 2, 2, 2]});
    same_loss(&mut faults, list, json!({"name": "seesaw", "counts": 5}), &[6, CLASSES]);
    faults.report(1_500);
}

/// At t₁ = t₂ = 1 it is cross-entropy with the same smoothing, less the entropy of the smoothed label.
#[test]
fn bi_tempered_at_one_is_the_divergence_from_the_label() {
    let mut faults = Faults::default();
    for smoothing in [0.1, 0.5, 1.0] {
        let tempered = config(json!({"name": "bi_tempered", "t1": 1, "t2": 1, "label_smoothing": smoothing}));
        let plain = config(json!({"name": "cross_entropy", "label_smoothing": smoothing}));
        let share = smoothing / CLASSES as f64;
        let own: f64 = 1.0 - smoothing + share;
        let entropy = -own * own.ln() - 4.0 * share * share.ln();
        let problem = Problem::random(&tempered, &[6, CLASSES], &mut Random::new(29));
        let other = Problem { config: plain, ..problem.clone() };
        for way in rotating_ways() {
            for (by, times) in [(None, 1.0), (Some(Reduction::Mean), 1.0), (Some(Reduction::Sum), 6.0)] {
                let (got, mut expected) = (problem.run(&way, by), other.run(&way, by));
                expected.value.iter_mut().for_each(|value| *value -= times * entropy);
                let what = || format!("{by:?} {way} {}", describe(&problem));
                faults.compare_outcomes(close(way.dtype), &got, &expected, what);
            }
        }
    }
    faults.report(90);
}

/// The probabilities themselves, from the losses of all targets: at t₁ = 0 these differ by the differences of p, at
/// t₁ = ½ by twice those of √p, and √a + √b = (a − b)/(√a − √b).
#[test]
fn bi_tempered_probabilities_sum_to_one() {
    let mut faults = Faults::default();
    for t2 in [1.0, 1.2, 1.5, 2.0, 4.0] {
        let with = |t1: f64| config(json!({"name": "bi_tempered", "t1": t1, "t2": t2}));
        let mut problem = Problem::random(&with(0.0), &[4, CLASSES], &mut Random::new(30));
        // No two classes of a row are near each other.
        let places = [[0, 1, 2, 3, 4], [4, 2, 0, 3, 1], [1, 0, 4, 2, 3], [3, 4, 1, 0, 2]];
        problem.logits = places.concat().iter().map(|&place| 0.75 * f64::from(place) - 1.5).collect();
        for way in f64_ways() {
            let losses = |t1: f64, class: usize| {
                Problem { config: with(t1), targets: vec![class as i64; 4], ..problem.clone() }.value(&way, None)
            };
            let of_differences: Vec<Vec<f64>> = (0..CLASSES).map(|class| losses(0.0, class)).collect();
            let of_roots: Vec<Vec<f64>> = (0..CLASSES).map(|class| losses(0.5, class)).collect();
            for row in 0..4 {
                let p = |class: usize| {
                    let other = (class + 1) % CLASSES;
                    let difference = of_differences[other][row] - of_differences[class][row];
                    let of_root = 0.5 * (of_roots[other][row] - of_roots[class][row]);
                    (0.5 * (of_root + difference / of_root)).powi(2)
                };
                let got: Vec<f64> = (0..CLASSES).map(p).collect();
                let logits = &problem.logits[row * CLASSES..][..CLASSES];
                let expected = tempered_softmax(logits, t2);
                let tolerance = Tolerance { relative: 0.0, floor: 1e-10, absolute: 0.0, least: 1.0, largest: f64::MAX };
                let what = || format!("t₂ = {t2}, row {row}, {way}");
                faults.compare(tolerance, &got, &expected, what);
                faults.compare(tolerance, &[got.iter().sum()], &[1.0], what);
            }
        }
    }
    faults.report(160);
}

/// p − e, with exact zeros for every class that lies more than 2 behind; 0 once the target is so far ahead.
#[test]
fn entmax_probabilities_are_sparse() {
    let mut faults = Faults::default();
    let problem = Problem::random(&config(json!("multiclass_entmax")), &[40, CLASSES], &mut Random::new(31));
    for way in rotating_ways() {
        let gradient = problem.run(&way, None).gradient;
        let mut zeros = 0;
        for (target, &class) in problem.targets.iter().enumerate() {
            let row: Vec<f64> = problem.row(target).iter().map(|&at| problem.logits[at]).collect();
            let mut p: Vec<f64> = problem.row(target).iter().map(|&at| gradient[at]).collect();
            p[class as usize] += 1.0;
            let what = || format!("{p:?} of {row:?}, target {class}, {way}");
            faults.compare(close(way.dtype), &p, &entmax(&row), what);
            let slack = if way.dtype == DType::F64 { 1e-14 } else { 1e-5 };
            faults.expect((p.iter().sum::<f64>() - 1.0).abs() <= slack, what);
            let largest = row.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
            // The target's own entry is p − 1 + 1.
            let others = (0..CLASSES).filter(|&k| k as i64 != class);
            let behind: Vec<usize> = others.filter(|&k| row[k] < largest - 2.0).collect();
            zeros += behind.len();
            faults.expect(behind.iter().all(|&k| p[k] == 0.0), what);
        }
        assert!(zeros > 40, "only {zeros}");
        let mut ahead = Problem::random(&config(json!("multiclass_entmax")), &[1, 3], &mut Random::new(32));
        (ahead.logits, ahead.targets) = (vec![1.0, 3.5, -50.0], vec![1]);
        let got = ahead.run(&way, None);
        faults.expect(got.value == [0.0] && got.gradient == [0.0; 3], || format!("{got:?}, {way}"));
    }
    faults.report(600);
}

/// The factors are numbers: the gradient is that of cross-entropy of the moved logits.
#[test]
fn seesaw_holds_its_factors_constant() {
    let mut faults = Faults::default();
    for value in [json!("seesaw"), json!({"name": "seesaw", "q": 0.5, "p": 1.5, "counts": [30, 1, 5, 0.25, 8]})] {
        let problem = Problem::random(&config(value), &[12, CLASSES], &mut Random::new(33));
        let mut expected = vec![0.0; problem.logits.len()];
        for (target, &class) in problem.targets.iter().enumerate() {
            let row = problem.row(target);
            let x: Vec<f64> = row.iter().map(|&at| problem.logits[at]).collect();
            let logs = seesaw_logs(&problem.config, &x, class as usize);
            let moved: Vec<f64> = x.iter().zip(logs).map(|(x, log)| x + log).collect();
            row.iter().zip(softmax(&moved)).for_each(|(&at, p)| expected[at] = p);
            expected[row[class as usize]] -= 1.0;
        }
        for way in rotating_ways() {
            let got = problem.run(&way, None).gradient;
            faults.compare(close(way.dtype), &got, &expected, || format!("{way} {}", describe(&problem)));
        }
    }
    faults.report(10);
}

/// Rare classes are pushed down less by frequent ones than the other way round.
#[test]
fn seesaw_spares_the_rare_classes() {
    let counts = json!({"name": "seesaw", "q": 0, "counts": [100, 1]});
    let mut problem = Problem::random(&config(counts), &[2, 2], &mut Random::new(34));
    (problem.logits, problem.targets) = (vec![0.0; 4], vec![0, 1]);
    let mut faults = Faults::default();
    for way in rotating_ways() {
        let got = problem.run(&way, None);
        // Of the frequent class the rare one counts 100^−0.8; the other way round it counts once.
        let factor = 0.01_f64.powf(0.8);
        let expected = [factor.ln_1p(), 2.0_f64.ln()];
        faults.compare(close(way.dtype), &got.value, &expected, || format!("{way}"));
        faults.expect(got.gradient[1] < 0.05 && got.gradient[2] > 0.4, || format!("{got:?}, {way}"));
    }
    faults.report(10);
}

/// −β·ln pₜ − (1 − β)·ln pₘ: at β = 0 the target does not matter, and of equal logits the first is taken.
#[test]
fn hard_bootstrapping_believes_the_model() {
    let mut faults = Faults::default();
    let none = config(json!({"name": "hard_bootstrapping", "beta": 0}));
    let problem = Problem::random(&none, &[8, CLASSES], &mut Random::new(35));
    let other = Problem { targets: problem.targets.iter().map(|target| (target + 1) % 5).collect(), ..problem.clone() };
    let mut tied = Problem::random(&none, &[1, 3], &mut Random::new(36));
    (tied.logits, tied.targets) = (vec![0.0, 1.0, 1.0], vec![0]);
    for way in rotating_ways() {
        let (got, expected) = (other.run(&way, None), problem.run(&way, None));
        faults.compare_outcomes(close(way.dtype), &got, &expected, || format!("{way}"));
        let got = tied.run(&way, None);
        let p = softmax(&tied.logits);
        let expected = Outcome { value: vec![-p[1].ln()], gradient: vec![p[0], p[1] - 1.0, p[2]] };
        faults.compare_outcomes(close(way.dtype), &got, &expected, || format!("a tie, {way}"));
    }
    faults.report(20);
}

/// The classes counted from the other end, and the target with them.
#[test]
fn ordinal_emd_is_a_distance_on_the_line() {
    let mut faults = Faults::default();
    let problem = Problem::random(&config(json!("ordinal_emd")), &[8, CLASSES], &mut Random::new(37));
    let turned =
        |numbers: &[f64]| numbers.chunks(CLASSES).flat_map(|row| row.iter().rev().copied()).collect::<Vec<_>>();
    let mut mirrored = Problem { logits: turned(&problem.logits), ..problem.clone() };
    mirrored.targets.iter_mut().for_each(|target| *target = 4 - *target);
    // All of p on class 0: class t is t steps away, at 1/C each.
    let mut certain = Problem { shape: vec![5, CLASSES], targets: vec![0, 1, 2, 3, 4], ..problem.clone() };
    certain.logits = [80.0, 0.0, 0.0, 0.0, 0.0].repeat(5);
    for way in rotating_ways() {
        let (got, mut expected) = (mirrored.run(&way, None), problem.run(&way, None));
        expected.gradient = turned(&expected.gradient);
        faults.compare_outcomes(close(way.dtype), &got, &expected, || format!("{way}"));
        let got = certain.value(&way, None);
        faults.compare(close(way.dtype), &got, &[0.0, 0.2, 0.4, 0.6, 0.8], || format!("certain, {way}"));
    }
    faults.report(15);
}

/// The sum of a cosine distance and a share of the focal loss; without a direction there is no cosine.
#[test]
fn focal_cosine_is_the_sum_of_its_parts() {
    let mut faults = Faults::default();
    let of = |weight: f64| config(json!({"name": "focal_cosine", "weight": weight, "gamma": 1.5, "alpha": 0.5}));
    let problem = Problem::random(&of(0.25), &[6, CLASSES], &mut Random::new(38)).weighted();
    let cosine = Problem { config: of(0.0), ..problem.clone() };
    let focal = Problem { config: config(json!({"name": "focal", "gamma": 1.5})), ..problem.clone() };
    let mut zero = problem.clone();
    zero.row(2).into_iter().for_each(|at| zero.logits[at] = 0.0);
    for way in rotating_ways() {
        for by in REDUCTIONS {
            let (got, mut expected, share) = (problem.run(&way, by), cosine.run(&way, by), focal.run(&way, by));
            expected.value.iter_mut().zip(share.value).for_each(|(sum, x)| *sum += 0.125 * x);
            expected.gradient.iter_mut().zip(share.gradient).for_each(|(sum, g)| *sum += 0.125 * g);
            faults.compare_outcomes(close(way.dtype), &got, &expected, || format!("{by:?} {way}"));
        }
        // The length does not matter to the cosine.
        let mut long = cosine.clone();
        long.logits.iter_mut().for_each(|logit| *logit *= 64.0);
        let (got, expected) = (long.value(&way, None), cosine.value(&way, None));
        faults.compare(close(way.dtype), &got, &expected, || format!("long rows, {way}"));
        let mut without = Problem { config: of(0.0), ..zero.clone() };
        without.class_weights = None;
        let got = without.run(&way, None);
        let still = without.row(2).into_iter().all(|at| got.gradient[at] == 0.0);
        faults.expect(got.value[2] == 1.0 && still, || format!("{got:?}, {way}"));
        let finite = zero.run(&way, None).gradient.iter().all(|g| g.is_finite());
        faults.expect(finite, || format!("a row of zeros, {way}"));
    }
    faults.report(40);
}

// ---- Names ----

#[test]
fn display_names_the_losses_and_their_parameters() {
    for config in tensor_class_configurations(3) {
        let text = format!("{}", config.init().unwrap());
        assert!(text.contains(config.entry().type_name), "{} is not in\n{text}", config.entry().type_name);
        for parameter in config.entry().parameters {
            assert!(text.contains(parameter.name), "{} is not in\n{text}", parameter.name);
        }
    }
    let typed = BiTempered::default().with_t1(0.5).init().with_class_weights(vec![1.0, 2.0]).with_ignore_index(-100);
    let text = format!("{typed}");
    for part in ["BiTempered", "t1: 0.5", "t2: 1.2", "class_weights: [1.0, 2.0]", "ignore_index: -100"] {
        assert!(text.contains(part), "\"{part}\" is not in\n{text}");
    }
    assert_eq!(format!("{}", AnyClassLoss::from(typed)), text);
    let matrix = config(json!({"name": "forward_correction", "transition": [[0.75, 0.25], [0.5, 0.5]]}));
    let text = format!("{}", matrix.init().unwrap());
    assert!(text.contains("transition: [[0.75, 0.25], [0.5, 0.5]]"), "{text}");
    assert_eq!(names(&config(json!({"name": "top_k", "loss": "seesaw"}))), ["top_k", "seesaw"]);
}

/// The typed loss is the one from a file.
#[test]
fn typed_and_configured_losses_are_the_same_loss() {
    let device = Device::flex();
    let scores = TensorData::new(vec![1.0, -0.5, 0.25, 0.0, 1.5, -1.0, 0.5, 0.75, -2.0], [3, 3]);
    let scores = Tensor::<2>::from_data(scores, (&device, DType::F64));
    let numbers = |value: Tensor<1>| value.try_into_vec_as::<f64>().expect("floats");
    let by = Reduction::Mean;
    let typed = JsdCrossEntropy::default().with_alpha(2.0).with_label_smoothing(0.25).init();
    let value = json!({"name": "jsd_cross_entropy", "alpha": 2, "label_smoothing": 0.25});
    let any = config(value).init().unwrap();
    let expected = numbers(any.forward(scores.clone(), classes([1]), by));
    assert_eq!(numbers(typed.forward(scores.clone(), classes([1]), by)), expected);
    let typed = Seesaw::default().with_counts([3.0, 2.0, 1.0]).with_p(0.5).with_q(1.0).init();
    let any = config(json!({"name": "seesaw", "counts": [3, 2, 1], "p": 0.5, "q": 1})).init().unwrap();
    let expected = numbers(any.forward(scores.clone(), classes([1, 2, 0]), by));
    assert_eq!(numbers(typed.forward(scores, classes([1, 2, 0]), by)), expected);
}

//! What holds for every loss against a probability for every class, whatever the numbers are: divergences, losses of
//! sums over the classes, and class losses against soft labels.

use burn::tensor::{DType, Device, Tensor};
use burn_losses::catalogue::Family;
use burn_losses::prelude::*;
use burn_losses_tests::{
    Differences, Faults, Outcome, Problem, Random, TensorOutcome, TensorProblem, Tolerance, Way, compares, config,
    describe_tensors, expect_nothing, f64_ways, numbers, rotating_ways, said, same, soft_configurations, times, zeros,
};
use serde_json::{Value, json};

const CLASSES: usize = 5;

const REDUCTIONS: [Option<Reduction>; 3] = [None, Some(Reduction::Mean), Some(Reduction::Sum)];
const INPUTS: [Input; 3] = [Input::Logits, Input::Probabilities, Input::LogProbabilities];

/// A problem for every configuration, of ranks 2 to 4 and with scores of every kind in turn, with and without class
/// weights.
fn problems(seed: u64) -> Vec<TensorProblem> {
    let mut random = Random::new(seed);
    let shapes: [&[usize]; 3] = [&[4, CLASSES], &[2, CLASSES, 3], &[2, CLASSES, 1, 2]];
    let configs = soft_configurations(CLASSES).into_iter().enumerate();
    let problem = |(number, config): (usize, LossConfig)| {
        let turn = number + seed as usize;
        let problem = TensorProblem::random(&config, shapes[turn % 3], &mut random);
        let mut problem = problem.with_input(INPUTS[turn / 3 % 3]);
        problem.class_weights = (turn / 2 % 3 == 2).then(|| vec![0.5, 2.0, 1.0, 0.0, 1.5]);
        problem
    };
    configs.map(problem).collect()
}

/// The same of logits, without class weights.
fn logit_problems(seed: u64) -> Vec<TensorProblem> {
    let mut random = Random::new(seed);
    let configs = soft_configurations(CLASSES);
    configs.iter().map(|config| TensorProblem::random(config, &[4, CLASSES], &mut random)).collect()
}

/// What two ways to the same number may differ by: rounding errors of the largest number beside it, and of 1.
fn close(dtype: DType) -> Tolerance {
    let (relative, floor) = if dtype == DType::F64 { (5e-13, 1e-13) } else { (4e-5, 1e-5) };
    Tolerance { relative, floor, absolute: 0.0, least: 1.0, largest: f64::MAX }
}

fn is_divergence(config: &LossConfig) -> bool {
    config.entry().family == Family::Divergence
}

/// Whether the loss is the expected one of a class drawn from the target: Σₖ qₖ·ℓ(k). Not if it is curved in q.
fn is_expected(config: &LossConfig) -> bool {
    !is_divergence(config) && !["brier", "asymmetric_mse"].contains(&config.name())
}

/// The logits of a problem against one class a row.
fn with_classes(problem: &TensorProblem, targets: Vec<i64>) -> Problem {
    Problem {
        config: problem.config.clone(),
        class_weights: problem.class_weights.clone(),
        ignore_index: None,
        shape: problem.shape.clone(),
        logits: problem.inputs[0].clone(),
        targets,
    }
}

/// With the target probabilities 1 for a class of every row.
fn with_one_hot(problem: &TensorProblem, targets: &[i64]) -> TensorProblem {
    let mut hot = problem.clone();
    hot.inputs[1].fill(0.0);
    for (row, &target) in targets.iter().enumerate() {
        hot.inputs[1][problem.row(row)[target as usize]] = 1.0;
    }
    hot
}

/// Some classes of the rows.
fn some_targets(rows: usize, random: &mut Random) -> Vec<i64> {
    (0..rows).map(|_| random.below(CLASSES) as i64).collect()
}

// ---- Gradients ----

#[test]
fn gradients_by_scores_and_targets_are_the_differences_of_the_value() {
    let mut faults = Faults::default();
    let ways = f64_ways();
    let mut differences = Differences::default();
    for seed in [1, 2] {
        for (number, problem) in problems(seed).iter().enumerate() {
            let by = REDUCTIONS[number % 3];
            let outcomes: Vec<(&Way, TensorOutcome)> = ways.iter().map(|way| (way, problem.run(way, by))).collect();
            for input in 0..2 {
                // Probabilities and their logarithms stay what they are.
                let is_logit = input == 0 && problem.input == Input::Logits;
                let step = |x: f64| if is_logit { 4e-3 } else { 4e-3_f64.min(0.02 * x.abs()) };
                differences.compare(&mut faults, (problem, by), &outcomes, input, step);
            }
        }
    }
    differences.report();
    faults.report(10_000);
}

#[test]
fn gradient_by_the_logits_sums_to_zero_over_the_classes() {
    let mut faults = Faults::default();
    for problem in problems(3).iter().filter(|problem| problem.input == Input::Logits) {
        for way in rotating_ways() {
            let epsilon = if way.dtype == DType::F64 { f64::EPSILON } else { f64::from(f32::EPSILON) };
            let gradient = problem.run(&way, Some(Reduction::Sum)).gradient(0, problem.len());
            for row in 0..problem.rows() {
                let row = problem.row(row);
                let sum: f64 = row.iter().map(|&at| gradient[at]).sum();
                let size: f64 = row.iter().map(|&at| gradient[at].abs()).sum();
                faults.expect(sum.abs() <= 64.0 * epsilon * size.max(1.0), || {
                    format!("Σg = {sum:e} beside Σ|g| = {size:e}, {way} {}", describe_tensors(problem))
                });
            }
        }
    }
    faults.report(500);
}

#[test]
fn upstream_gradients_multiply() {
    let mut faults = Faults::default();
    let mut random = Random::new(4);
    for problem in problems(4) {
        let pulls: Vec<f64> = (0..problem.rows()).map(|_| random.eighth(4.0)).collect();
        for way in rotating_ways() {
            let mut expected = problem.run(&way, None);
            for gradient in expected.gradients.iter_mut().flatten() {
                for (row, pull) in pulls.iter().enumerate() {
                    problem.row(row).into_iter().for_each(|at| gradient[at] *= pull);
                }
            }
            let got = problem.run_with(&way, None, Some(&pulls));
            same(&mut faults, close(way.dtype), &problem, &got, &expected, || format!("{way}"));
            let mean = problem.run(&way, Some(Reduction::Mean));
            let expected = TensorOutcome { value: mean.value.clone(), ..times(&mean, -2.5) };
            let got = problem.run_with(&way, Some(Reduction::Mean), Some(&[-2.5]));
            same(&mut faults, close(way.dtype), &problem, &got, &expected, || format!("mean, {way}"));
        }
    }
    faults.report(3_000);
}

#[test]
fn gradients_do_not_depend_on_what_else_is_differentiated() {
    let mut faults = Faults::default();
    for problem in problems(5) {
        for way in rotating_ways() {
            for by in [None, Some(Reduction::Mean)] {
                let all = problem.run(&way, by);
                for alone in 0..2 {
                    let mut one = problem.clone();
                    one.tracked = vec![alone == 0, alone == 1];
                    let got = one.run(&way, by);
                    let what = || format!("{alone} alone, {by:?} {way}, {}", describe_tensors(&problem));
                    faults.compare(close(way.dtype), &got.value, &all.value, || format!("value, {}", what()));
                    let [alone_gradient, expected] = [&got, &all].map(|x| x.gradient(alone, problem.len()));
                    faults.compare(close(way.dtype), &alone_gradient, &expected, || format!("gradient, {}", what()));
                    let none = got.gradients[1 - alone].is_none();
                    faults.expect(none, || format!("a gradient nobody asked for, {}", what()));
                }
            }
        }
    }
    faults.report(6_000);
}

#[test]
fn fused_and_composed_paths_agree() {
    let mut faults = Faults::default();
    for seed in 6..12 {
        for problem in problems(seed) {
            for composed in rotating_ways().iter().filter(|way| way.composed) {
                let fused = Way { composed: false, ..composed.clone() };
                for by in REDUCTIONS {
                    let (got, expected) = (problem.run(composed, by), problem.run(&fused, by));
                    same(&mut faults, close(fused.dtype), &problem, &got, &expected, || format!("{by:?} {fused}"));
                }
            }
        }
    }
    faults.report(6_000);
}

#[test]
fn constant_added_to_a_row_changes_nothing() {
    let mut faults = Faults::default();
    for mut problem in logit_problems(9) {
        problem.inputs[0].iter_mut().for_each(|x| *x = (*x * 8.0).round() / 8.0);
        let mut moved = problem.clone();
        for row in 0..problem.rows() {
            problem.row(row).into_iter().for_each(|at| moved.inputs[0][at] += [16.0, -16.0, 8.0][row % 3]);
        }
        for way in rotating_ways() {
            for by in REDUCTIONS {
                let (got, expected) = (moved.run(&way, by), problem.run(&way, by));
                same(&mut faults, close(way.dtype), &problem, &got, &expected, || format!("{by:?} {way}"));
            }
        }
    }
    faults.report(4_000);
}

// ---- Classes and probabilities ----

/// One class for certain is that class, by value and by gradient; whichever engine takes it.
#[test]
fn class_is_a_probability_of_one() {
    let mut faults = Faults::default();
    let mut random = Random::new(10);
    for problem in logit_problems(10) {
        let targets = some_targets(problem.rows(), &mut random);
        let (hot, class) = (with_one_hot(&problem, &targets), with_classes(&problem, targets.clone()));
        for way in rotating_ways() {
            for by in REDUCTIONS {
                let (got, expected) = (hot.run(&way, by), class.run(&way, by));
                let what = || format!("{by:?} {way} {}", describe_tensors(&problem));
                faults.compare(close(way.dtype), &got.value, &expected.value, || format!("value, {}", what()));
                // Where a divergence is infinite, as it is for targets with zeros, slopes are nothing to go by.
                if expected.value.iter().all(|value| value.is_finite()) {
                    let gradient = got.gradient(0, problem.len());
                    faults.compare(close(way.dtype), &gradient, &expected.gradient, || format!("gradient, {}", what()));
                }
            }
        }
    }
    faults.report(2_500);
}

/// With class weights a class is still its probability of one, with the weight of that class.
#[test]
fn class_weights_are_those_of_the_certain_class() {
    let mut faults = Faults::default();
    let mut random = Random::new(11);
    for mut problem in logit_problems(11) {
        problem.class_weights = Some(vec![0.5, 2.0, 1.0, 0.0, 1.5]);
        let targets = some_targets(problem.rows(), &mut random);
        let (hot, class) = (with_one_hot(&problem, &targets), with_classes(&problem, targets.clone()));
        for way in rotating_ways() {
            // Means differ: over the rows there, over the weights here.
            for by in [None, Some(Reduction::Sum)] {
                let (got, expected) = (hot.run(&way, by), class.run(&way, by));
                let what = || format!("{by:?} {way} {}", describe_tensors(&problem));
                faults.compare(close(way.dtype), &got.value, &expected.value, || format!("value, {}", what()));
                if expected.value.iter().all(|value| value.is_finite()) {
                    let gradient = got.gradient(0, problem.len());
                    faults.compare(close(way.dtype), &gradient, &expected.gradient, || format!("gradient, {}", what()));
                }
            }
        }
    }
    faults.report(1_500);
}

/// Whether a loss is Σₖ qₖ·ℓ(k), ℓ(k) by the probability of class k alone: the losses that have no sums of their own.
fn is_plain_sum(config: &LossConfig) -> bool {
    is_expected(config)
        && !config.name().starts_with("normalized_")
        && !["confidence_penalty", "soft_bootstrapping", "asymmetric_single_label"].contains(&config.name())
        || config.name() == "normalized_class_mae"
}

/// Against probabilities: Σₖ wₖ·qₖ·ℓ(k) of a plain sum, the row's loss times Σₖ wₖ·qₖ of every other loss, by value and by
/// both gradients; so that weights that are all alike are a factor.
#[test]
fn class_weights_multiply_terms_of_plain_sums_and_rows_of_other_losses() {
    let mut faults = Faults::default();
    let (mut plain, mut others) = (0, 0);
    for (number, problem) in problems(12).into_iter().enumerate() {
        let weights = if number % 3 == 0 { vec![2.0; CLASSES] } else { vec![0.5, 2.0, 1.0, 0.0, 1.5] };
        let unweighted = TensorProblem { class_weights: None, ..problem.clone() };
        let weighted = TensorProblem { class_weights: Some(weights.clone()), ..problem.clone() };
        let q = |row: usize, class: usize| problem.inputs[1][problem.row(row)[class]];
        let mean_weight = |row: usize| (0..CLASSES).map(|class| weights[class] * q(row, class)).sum::<f64>();
        let is_plain = is_plain_sum(&problem.config);
        *(if is_plain { &mut plain } else { &mut others }) += 1;
        for way in rotating_ways() {
            let mut expected = unweighted.run(&way, None);
            let [mut by_score, mut by_target] = [0, 1].map(|input| expected.gradient(input, problem.len()));
            if is_plain {
                // The terms are the loss of q that is 0 for all other classes.
                expected.value.fill(0.0);
                by_score.fill(0.0);
                for class in 0..CLASSES {
                    let mut alone = unweighted.clone();
                    for row in 0..problem.rows() {
                        let cells = problem.row(row).into_iter().enumerate().filter(|(other, _)| *other != class);
                        cells.for_each(|(_, at)| alone.inputs[1][at] = 0.0);
                    }
                    let of_class = alone.run(&way, None);
                    let values = expected.value.iter_mut().zip(&of_class.value);
                    values.for_each(|(sum, value)| *sum += weights[class] * value);
                    let slopes = by_score.iter_mut().zip(of_class.gradient(0, problem.len()));
                    slopes.for_each(|(sum, slope)| *sum += weights[class] * slope);
                    (0..problem.rows()).for_each(|row| by_target[problem.row(row)[class]] *= weights[class]);
                }
            } else {
                for row in 0..problem.rows() {
                    for (class, at) in problem.row(row).into_iter().enumerate() {
                        by_score[at] *= mean_weight(row);
                        by_target[at] = by_target[at] * mean_weight(row) + expected.value[row] * weights[class];
                    }
                    expected.value[row] *= mean_weight(row);
                }
            }
            expected.gradients = vec![Some(by_score), Some(by_target)];
            let got = weighted.run(&way, None);
            same(&mut faults, close(way.dtype).times(4.0), &weighted, &got, &expected, || format!("{way}"));
            let rows = problem.rows() as f64;
            let mean = weighted.run(&way, Some(Reduction::Mean)).value[0];
            let expected = expected.value.iter().sum::<f64>() / rows;
            faults.compare(close(way.dtype).times(4.0), &[mean], &[expected], || {
                format!("mean, {way} {}", describe_tensors(&weighted))
            });
        }
    }
    assert!(plain > 50 && others > 50, "{plain} plain sums, {others} others");
    faults.report(2_000);
}

/// Σ wₖ·qₖ·0 is 0, and −ln 1 is: of p = q, twice.
#[test]
fn equal_class_weights_are_a_factor_of_no_divergence() {
    let mut faults = Faults::default();
    for config in soft_configurations(2).into_iter().filter(is_divergence) {
        let mut problem = TensorProblem::random(&config, &[1, 2], &mut Random::new(13));
        problem.inputs = vec![vec![0.0, 0.0], vec![0.5, 0.5]];
        problem.class_weights = Some(vec![2.0, 2.0]);
        for way in rotating_ways() {
            let got = problem.value(&way, None);
            faults.expect(got[0].abs() < 1e-15, || format!("{got:?}, {way} {}", describe_tensors(&problem)));
        }
    }
    faults.report(60);
}

/// L(q) = Σₖ qₖ·ℓ(k), with ℓ(k) by the path of classes.
#[test]
fn loss_of_probabilities_is_the_expected_loss_of_a_class() {
    let mut faults = Faults::default();
    for problem in logit_problems(12).iter().filter(|problem| is_expected(&problem.config)) {
        for way in rotating_ways() {
            let mut expected = Outcome { value: vec![0.0; problem.rows()], gradient: vec![0.0; problem.len()] };
            for class in 0..CLASSES {
                let share: Vec<f64> =
                    (0..problem.rows()).map(|row| problem.inputs[1][problem.row(row)[class]]).collect();
                let of_class = with_classes(problem, vec![class as i64; problem.rows()]);
                let of_class = of_class.run_with(&way, None, Some(&share));
                let values = expected.value.iter_mut().zip(of_class.value.iter().zip(&share));
                values.for_each(|(sum, (value, share))| *sum += value * share);
                expected.gradient.iter_mut().zip(&of_class.gradient).for_each(|(sum, g)| *sum += g);
            }
            let got = problem.run(&way, None);
            let what = || format!("{way} {}", describe_tensors(problem));
            faults.compare(close(way.dtype), &got.value, &expected.value, || format!("value, {}", what()));
            let gradient = got.gradient(0, problem.len());
            faults.compare(close(way.dtype), &gradient, &expected.gradient, || format!("gradient, {}", what()));
        }
    }
    faults.report(600);
}

/// −Σ wₖ·qₖ·ln pₖ, the mean over the rows, as in PyTorch; linear in q whatever q sums to.
#[test]
fn cross_entropy_of_probabilities_is_that_of_pytorch() {
    let mut faults = Faults::default();
    for class_weights in [None, Some(vec![0.5, 2.0, 1.0, 0.0, 1.5])] {
        let mut problem =
            TensorProblem::random(&config(json!("cross_entropy")), &[2, CLASSES, 3], &mut Random::new(13));
        problem.class_weights = class_weights.clone();
        problem.inputs[1].iter_mut().enumerate().for_each(|(at, q)| *q *= [1.0, 2.0, 0.0][at % 3]);
        let p = problem.softmax(&problem.inputs[0]);
        let weight = |class: usize| class_weights.as_ref().map_or(1.0, |weights| weights[class]);
        let row = |row: usize| -> f64 {
            let row = problem.row(row);
            row.iter().enumerate().map(|(class, &at)| -weight(class) * problem.inputs[1][at] * p[at].ln()).sum()
        };
        let each: Vec<f64> = (0..problem.rows()).map(row).collect();
        let sum: f64 = each.iter().sum();
        // By xⱼ: pⱼ·Σ wₖqₖ − wⱼqⱼ; by qⱼ: −wⱼ·ln pⱼ.
        let mut slopes = [vec![0.0; problem.len()], vec![0.0; problem.len()]];
        for row in 0..problem.rows() {
            let row = problem.row(row);
            let total: f64 = row.iter().enumerate().map(|(class, &at)| weight(class) * problem.inputs[1][at]).sum();
            for (class, &at) in row.iter().enumerate() {
                slopes[0][at] = p[at] * total - weight(class) * problem.inputs[1][at];
                slopes[1][at] = -weight(class) * p[at].ln();
            }
        }
        for way in rotating_ways() {
            let rows = problem.rows() as f64;
            for (by, value, factor) in [
                (REDUCTIONS[0], each.clone(), 1.0),
                (REDUCTIONS[1], vec![sum / rows], 1.0 / rows),
                (REDUCTIONS[2], vec![sum], 1.0),
            ] {
                let expected = TensorOutcome { value: value.clone(), gradients: slopes.clone().map(Some).into() };
                let expected = TensorOutcome { value, ..times(&expected, factor) };
                let mut got = problem.run(&way, by);
                // Where q is 0, its slope is −ln p or 0, as the documentation has it.
                let by_target = got.gradients[1].as_mut().expect("targets have a gradient");
                for (at, g) in by_target.iter_mut().enumerate().filter(|(at, _)| problem.inputs[1][*at] == 0.0) {
                    faults.expect(*g == 0.0 || (*g - factor * slopes[1][at]).abs() < 1e-4, || {
                        format!("{g} at q = 0, {way}")
                    });
                    *g = factor * slopes[1][at];
                }
                same(&mut faults, close(way.dtype), &problem, &got, &expected, || format!("{by:?} {way}"));
            }
        }
    }
    faults.report(300);
}

/// The scores as logits, as the logarithms of their softmax and as that itself: one value, and one slope by the logits.
#[test]
fn logits_logarithms_and_probabilities_are_one_distribution() {
    let mut faults = Faults::default();
    for problem in logit_problems(14) {
        let p = problem.softmax(&problem.inputs[0]);
        for input in [Input::Probabilities, Input::LogProbabilities] {
            let given = problem.clone().with_input(input);
            for way in f64_ways() {
                for by in REDUCTIONS {
                    let (got, expected) = (given.run(&way, by), problem.run(&way, by));
                    let slopes = got.gradient(0, given.len());
                    let mut by_logits = vec![0.0; given.len()];
                    for row in 0..given.rows() {
                        let row = given.row(row);
                        // By ln p: g, or p·g; then through the log-softmax.
                        let by_log =
                            |at: usize| if input == Input::Probabilities { slopes[at] * p[at] } else { slopes[at] };
                        let sum: f64 = row.iter().map(|&at| by_log(at)).sum();
                        row.iter().for_each(|&at| by_logits[at] = by_log(at) - p[at] * sum);
                    }
                    let mut got = got.clone();
                    got.gradients[0] = Some(by_logits);
                    same(&mut faults, close(way.dtype).times(20.0), &given, &got, &expected, || {
                        format!("{by:?} {way}")
                    });
                }
            }
        }
    }
    faults.report(4_000);
}

// ---- Divergences ----

/// The divergence of a distribution from itself is 0, and so are its slopes; except for the kink of total variation.
#[test]
fn divergence_from_itself_is_zero() {
    let mut faults = Faults::default();
    for mut problem in logit_problems(15).into_iter().filter(|problem| is_divergence(&problem.config)) {
        problem.inputs[0] = problem.inputs[1].iter().map(|q| q.ln()).collect();
        for input in INPUTS {
            let problem = problem.clone().with_input(input);
            for way in rotating_ways() {
                let epsilon = if way.dtype == DType::F64 { 1e-13 } else { 1e-4 };
                let got = problem.run(&way, None);
                let what = || format!("{got:?} {way} {}", describe_tensors(&problem));
                faults.expect(got.value.iter().all(|value| value.abs() <= epsilon), what);
                if problem.config.name() != "total_variation" && input == Input::Logits {
                    faults.expect(got.gradient(0, problem.len()).iter().all(|g| g.abs() <= epsilon), what);
                }
            }
        }
    }
    faults.report(400);
}

/// Losses of q and p that are others, or themselves, of p and q; every slope with its own variable.
#[test]
fn divergences_turned_round_are_divergences() {
    let symmetric = |value: Value| (value.clone(), value);
    let alpha = |name: &str, alpha: f64| json!({"name": name, "alpha": alpha});
    let pairs = [
        symmetric(json!("jeffreys")),
        symmetric(json!("total_variation")),
        symmetric(json!("squared_hellinger")),
        symmetric(json!("bhattacharyya")),
        symmetric(json!("brier")),
        symmetric(json!("skew_jensen_shannon")),
        symmetric(alpha("skew_jensen_shannon", 0.25)),
        symmetric(alpha("skew_jensen_shannon", 1.0)),
        symmetric(json!("weighted_jensen_shannon")),
        symmetric(alpha("alpha_divergence", 0.5)),
        symmetric(alpha("renyi", 0.5)),
        (alpha("weighted_jensen_shannon", 0.25), alpha("weighted_jensen_shannon", 0.75)),
        (alpha("alpha_divergence", 0.25), alpha("alpha_divergence", 0.75)),
        (alpha("alpha_divergence", 2.0), alpha("alpha_divergence", -1.0)),
        (alpha("alpha_divergence", 0.0), alpha("alpha_divergence", 1.0)),
    ];
    let mut faults = Faults::default();
    for (seed, (left, right)) in pairs.into_iter().enumerate() {
        let problem = TensorProblem::random(&config(left), &[6, CLASSES], &mut Random::new(16 + seed as u64));
        let problem = problem.with_input(Input::Probabilities);
        let mut turned = TensorProblem { config: config(right), ..problem.clone() };
        turned.inputs.reverse();
        for way in rotating_ways() {
            let (got, mut expected) = (problem.run(&way, None), turned.run(&way, None));
            expected.gradients.reverse();
            same(&mut faults, close(way.dtype).times(4.0), &problem, &got, &expected, || format!("{way}"));
        }
    }
    faults.report(200);
}

/// Losses that are the same up to a factor, and whether their slopes by the targets are, too.
fn identities() -> Vec<(Value, f64, Value, bool)> {
    let alpha = |name: &str, alpha: f64| json!({"name": name, "alpha": alpha});
    let classes = CLASSES as f64;
    vec![
        (alpha("alpha_divergence", 1.0), 1.0, json!("kl_divergence"), false),
        (alpha("alpha_divergence", 1.0), 1.0, json!("generalized_kl"), true),
        (alpha("alpha_divergence", 0.5), 4.0, json!("squared_hellinger"), true),
        (alpha("skew_kl", 1.0), 1.0, json!("kl_divergence"), true),
        (alpha("renyi", 1.0), 1.0, json!("kl_divergence"), true),
        (json!("bhattacharyya"), 0.5, alpha("renyi", 0.5), true),
        (alpha("skew_jensen_shannon", 1.0), 0.5, json!("jeffreys"), true),
        (alpha("weighted_jensen_shannon", 0.5), 1.0, alpha("skew_jensen_shannon", 0.5), true),
        (json!("generalized_kl"), 1.0, json!("kl_divergence"), false),
        (json!("brier"), classes, json!("asymmetric_mse"), true),
        (json!({"name": "confidence_penalty", "beta": 0}), 1.0, json!("cross_entropy"), true),
        (json!({"name": "soft_bootstrapping", "beta": 1}), 1.0, json!("cross_entropy"), true),
        (json!({"name": "focal", "gamma": 0}), 1.0, json!("cross_entropy"), true),
        (
            json!({"name": "normalized_negative_focal", "gamma": 0}),
            1.0,
            json!("normalized_negative_cross_entropy"),
            true,
        ),
        (json!({"name": "asymmetric_single_label", "label_smoothing": 0}), 1.0, json!("cross_entropy"), true),
        (
            json!({"name": "asymmetric_single_label", "gamma_positive": 2, "label_smoothing": 0}),
            1.0,
            json!("focal"),
            true,
        ),
        (json!({"name": "generalized_cross_entropy", "q": 1}), 0.5, json!("class_mae"), true),
        // By their values: Σ q·ln q is a constant of the scores.
        (json!("cross_entropy"), 1.0, json!({"name": "poly1_cross_entropy", "epsilon": 0}), true),
    ]
}

#[test]
fn special_cases_are_other_losses() {
    let mut faults = Faults::default();
    for (left, factor, right, with_targets) in identities() {
        for (seed, input) in INPUTS.into_iter().enumerate() {
            let problem =
                TensorProblem::random(&config(left.clone()), &[6, CLASSES], &mut Random::new(31 + seed as u64));
            let problem = problem.with_input(input);
            let other = TensorProblem { config: config(right.clone()), ..problem.clone() };
            // What is said of distributions is said of logits: only those stay distributions when they are moved.
            if !with_targets && input != Input::Logits {
                continue;
            }
            for way in rotating_ways() {
                for by in REDUCTIONS {
                    let (mut got, expected) = (problem.run(&way, by), times(&other.run(&way, by), factor));
                    if !with_targets {
                        got.gradients[1].clone_from(&expected.gradients[1]);
                    }
                    let tolerance = close(way.dtype).times(4.0);
                    same(&mut faults, tolerance, &problem, &got, &expected, || {
                        format!("not {factor}·{right}, {by:?} {way}")
                    });
                }
            }
        }
    }
    faults.report(1_500);
}

/// For a single class: what the classes' own losses are called.
#[test]
fn against_classes_special_cases_are_class_losses() {
    let pairs = [
        (json!("kl_divergence"), 1.0, json!("cross_entropy")),
        (json!({"name": "renyi", "alpha": 2}), 1.0, json!("cross_entropy")),
        (json!({"name": "renyi", "alpha": 0.25}), 1.0, json!("cross_entropy")),
        (json!("bhattacharyya"), 0.5, json!("cross_entropy")),
        (json!("total_variation"), 0.5, json!("class_mae")),
        (json!({"name": "normalized_focal", "gamma": 0}), 1.0, json!("normalized_cross_entropy")),
        (json!({"name": "normalized_generalized_cross_entropy", "q": 1}), 1.0, json!("normalized_class_mae")),
        (json!({"name": "confidence_penalty", "beta": 0}), 1.0, json!("cross_entropy")),
        (json!({"name": "soft_bootstrapping", "beta": 1}), 1.0, json!("cross_entropy")),
        (json!({"name": "normalized_negative_focal", "gamma": 0}), 1.0, json!("normalized_negative_cross_entropy")),
        (json!({"name": "asymmetric_single_label", "label_smoothing": 0}), 1.0, json!("cross_entropy")),
        (json!({"name": "asymmetric_single_label", "gamma_positive": 2, "label_smoothing": 0}), 1.0, json!("focal")),
    ];
    let mut faults = Faults::default();
    for (left, factor, right) in pairs {
        let problem = Problem::random(&config(left), &[7, CLASSES], &mut Random::new(34));
        for problem in problem.variants() {
            let other = Problem { config: config(right.clone()), ..problem.clone() };
            for way in rotating_ways() {
                for by in REDUCTIONS {
                    let (got, mut expected) = (problem.run(&way, by), other.run(&way, by));
                    expected.value.iter_mut().chain(&mut expected.gradient).for_each(|x| *x *= factor);
                    let what = || format!("{by:?} {way} {problem:?}");
                    faults.compare_outcomes(close(way.dtype), &got, &expected, what);
                }
            }
        }
    }
    faults.report(1_200);
}

/// The sums written out, in f64.
#[test]
fn class_losses_of_sums_are_their_definitions() {
    type Definition = fn(&[f64], usize) -> f64;
    /// −Σ yₖ·wₖ·ln pₖ: y with a share ε of every class, w = (1 − p)^γ₊ of the target and p^γ₋ of the others.
    fn asymmetric(p: &[f64], t: usize, [positive, negative, smoothing]: [f64; 3]) -> f64 {
        let of = |(k, p): (usize, &f64)| {
            let (own, focus) =
                if k == t { (1.0 - smoothing, (1.0 - p).powf(positive)) } else { (0.0, p.powf(negative)) };
            -(own + smoothing / CLASSES as f64) * focus * p.ln()
        };
        p.iter().enumerate().map(of).sum()
    }
    /// 1 − (A − Fₜ)/Σₖ (A − Fₖ), F no more than A.
    fn negative_focal(p: &[f64], t: usize, gamma: f64, log_zero: f64) -> f64 {
        let focal = |log_p: f64| -(1.0 - log_p.exp()).powf(gamma) * log_p;
        let most = focal(log_zero);
        let left: Vec<f64> = p.iter().map(|p| most - focal(p.ln()).min(most)).collect();
        1.0 - left[t] / left.iter().sum::<f64>()
    }
    let single = |positive: f64, negative: f64, smoothing: f64| {
        json!({"name": "asymmetric_single_label", "gamma_positive": positive, "gamma_negative": negative,
            "label_smoothing": smoothing})
    };
    let definitions: [(Value, Definition); 7] = [
        (json!("asymmetric_single_label"), |p, t| asymmetric(p, t, [0.0, 4.0, 0.1])),
        (single(1.0, 4.0, 0.1), |p, t| asymmetric(p, t, [1.0, 4.0, 0.1])),
        (single(2.5, 0.5, 0.5), |p, t| asymmetric(p, t, [2.5, 0.5, 0.5])),
        (single(0.0, 0.0, 1.0), |p, t| asymmetric(p, t, [0.0, 0.0, 1.0])),
        (json!("normalized_negative_focal"), |p, t| negative_focal(p, t, 0.5, -16.11809565095832)),
        (json!({"name": "normalized_negative_focal", "gamma": 2}), |p, t| {
            negative_focal(p, t, 2.0, -16.11809565095832)
        }),
        // With some of the classes below what counts.
        (json!({"name": "normalized_negative_focal", "gamma": 1, "log_zero": -4}), |p, t| {
            negative_focal(p, t, 1.0, -4.0)
        }),
    ];
    let mut faults = Faults::default();
    for (value, definition) in definitions {
        let problem = Problem::random(&config(value), &[12, CLASSES], &mut Random::new(55));
        let soft = TensorProblem::random(&problem.config, &[12, CLASSES], &mut Random::new(55));
        let p = soft.softmax(&problem.logits);
        let of = |(row, target): (usize, &i64)| definition(&p[row * CLASSES..][..CLASSES], *target as usize);
        let expected: Vec<f64> = problem.targets.iter().enumerate().map(of).collect();
        for way in rotating_ways() {
            let got = problem.value(&way, None);
            faults.compare(close(way.dtype).times(4.0), &got, &expected, || format!("{way} {problem:?}"));
        }
    }
    faults.report(35);
}

/// Without a focus it is cross-entropy with the same smoothing.
#[test]
fn asymmetric_single_label_smooths_its_labels() {
    let mut faults = Faults::default();
    for smoothing in [0.1, 0.5, 1.0] {
        let single = json!({"name": "asymmetric_single_label", "gamma_negative": 0, "label_smoothing": smoothing});
        let problem = Problem::random(&config(single), &[7, CLASSES], &mut Random::new(56));
        // Class weights are those of the target here, and those of each class there.
        for problem in [problem.clone(), problem.with_ignored_targets()] {
            let entropy = config(json!({"name": "cross_entropy", "label_smoothing": smoothing}));
            let other = Problem { config: entropy, ..problem.clone() };
            for way in rotating_ways() {
                for by in REDUCTIONS {
                    let (got, expected) = (problem.run(&way, by), other.run(&way, by));
                    faults.compare_outcomes(close(way.dtype), &got, &expected, || format!("{by:?} {way} {problem:?}"));
                }
            }
        }
    }
    faults.report(180);
}

/// The sums written out, in f64.
#[test]
fn divergences_are_their_definitions() {
    type Definition = fn(&[f64], &[f64]) -> f64;
    fn sum(p: &[f64], q: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
        p.iter().zip(q).map(|(&p, &q)| term(p, q)).sum()
    }
    fn mixture(p: f64, q: f64, of_p: f64) -> f64 {
        of_p * p + (1.0 - of_p) * q
    }
    let definitions: [(Value, Definition); 13] = [
        (json!("kl_divergence"), |p, q| sum(p, q, |p, q| q * (q / p).ln())),
        (json!("jeffreys"), |p, q| sum(p, q, |p, q| (q - p) * (q / p).ln())),
        (json!({"name": "skew_kl", "alpha": 0.25}), |p, q| sum(p, q, |p, q| q * (q / mixture(p, q, 0.25)).ln())),
        (json!("skew_jensen_shannon"), |p, q| {
            sum(p, q, |p, q| 0.5 * (q * (q / mixture(p, q, 0.5)).ln() + p * (p / mixture(p, q, 0.5)).ln()))
        }),
        (json!({"name": "skew_jensen_shannon", "alpha": 0.25}), |p, q| {
            sum(p, q, |p, q| 0.5 * (q * (q / mixture(p, q, 0.25)).ln() + p * (p / mixture(q, p, 0.25)).ln()))
        }),
        (json!({"name": "weighted_jensen_shannon", "alpha": 0.25}), |p, q| {
            let term = |p: f64, q: f64| {
                let m = mixture(p, q, 0.25);
                0.75 * q * (q / m).ln() + 0.25 * p * (p / m).ln()
            };
            sum(p, q, term)
        }),
        (json!({"name": "alpha_divergence", "alpha": 2}), |p, q| 0.5 * sum(p, q, |p, q| (q - p) * (q - p) / p)),
        (json!({"name": "alpha_divergence", "alpha": 0.25}), |p, q| {
            (sum(p, q, |p, q| q.powf(0.25) * p.powf(0.75)) - 1.0) / (0.25 * -0.75)
        }),
        (json!({"name": "renyi", "alpha": 3}), |p, q| 0.5 * sum(p, q, |p, q| q.powi(3) / (p * p)).ln()),
        (json!("squared_hellinger"), |p, q| 0.5 * sum(p, q, |p, q| (p.sqrt() - q.sqrt()).powi(2))),
        (json!("bhattacharyya"), |p, q| -sum(p, q, |p, q| (p * q).sqrt()).ln()),
        (json!("total_variation"), |p, q| 0.5 * sum(p, q, |p, q| (p - q).abs())),
        (json!("generalized_kl"), |p, q| sum(p, q, |p, q| q * (q / p).ln() - q + p)),
    ];
    let mut faults = Faults::default();
    for (value, definition) in definitions {
        let problem = TensorProblem::random(&config(value), &[7, CLASSES], &mut Random::new(35));
        let p = problem.softmax(&problem.inputs[0]);
        let of_row = |row: usize| {
            let row = problem.row(row);
            let [p, q] = [&p, &problem.inputs[1]].map(|all| row.iter().map(|&at| all[at]).collect::<Vec<f64>>());
            definition(&p, &q)
        };
        let expected: Vec<f64> = (0..problem.rows()).map(of_row).collect();
        for way in f64_ways() {
            let tolerance = Tolerance { relative: 1e-11, floor: 1e-13, absolute: 0.0, least: 1.0, largest: f64::MAX };
            faults.compare(tolerance, &problem.run(&way, None).value, &expected, || {
                format!("{way} {}", describe_tensors(&problem))
            });
        }
    }
    faults.report(50);
}

/// Near α = 1 the families are near the Kullback–Leibler divergence.
#[test]
fn limits_are_continuous() {
    let mut faults = Faults::default();
    for name in ["renyi", "alpha_divergence"] {
        for alpha in [1.0 - 1e-7, 1.0 + 1e-7] {
            let near = config(json!({"name": name, "alpha": alpha}));
            let near = TensorProblem::random(&near, &[6, CLASSES], &mut Random::new(36));
            let limit = TensorProblem { config: config(json!("kl_divergence")), ..near.clone() };
            for way in f64_ways() {
                let tolerance = Tolerance { relative: 1e-5, floor: 1e-5, absolute: 0.0, least: 1.0, largest: f64::MAX };
                let (got, expected) = (near.run(&way, None), limit.run(&way, None));
                faults.compare(tolerance, &got.value, &expected.value, || {
                    format!("value, {way} {}", describe_tensors(&near))
                });
                let [got, expected] = [got, expected].map(|outcome| outcome.gradient(0, near.len()));
                faults.compare(tolerance, &got, &expected, || format!("gradient, {way} {}", describe_tensors(&near)));
            }
        }
    }
    faults.report(30);
}

/// Between 0 and their bounds, which are reached where p and q have no class in common.
#[test]
fn divergences_keep_their_bounds() {
    let ln_2 = std::f64::consts::LN_2;
    let bounds = [
        (json!("total_variation"), 1.0),
        (json!("squared_hellinger"), 1.0),
        (json!("skew_jensen_shannon"), ln_2),
        (json!("weighted_jensen_shannon"), ln_2),
        (json!({"name": "skew_kl", "alpha": 0.25}), -0.75_f64.ln()),
        (json!("skew_kl"), ln_2),
        (json!("brier"), 2.0),
        (json!("alpha_divergence"), 4.0),
        (json!("kl_divergence"), f64::INFINITY),
        (json!("jeffreys"), f64::INFINITY),
        (json!("renyi"), f64::INFINITY),
        (json!("bhattacharyya"), f64::INFINITY),
        (json!("generalized_kl"), f64::INFINITY),
    ];
    let mut faults = Faults::default();
    for (value, bound) in bounds {
        for (seed, spread) in [1.0, 10.0, 300.0].into_iter().enumerate() {
            let mut problem =
                TensorProblem::random(&config(value.clone()), &[9, CLASSES], &mut Random::new(37 + seed as u64));
            problem.inputs[0].iter_mut().for_each(|x| *x *= spread);
            if spread > 10.0 {
                // All of p on the first class, nearly all of q on others.
                let targets: Vec<i64> = (0..9).map(|row| row % 5).collect();
                problem.inputs[1] = with_one_hot(&problem, &targets).inputs[1].clone();
                let apart = problem.row(1)[0];
                problem.inputs[0][apart] = 2e3;
            }
            for way in rotating_ways() {
                let slack = if way.dtype == DType::F64 { 1e-12 } else { 1e-5 };
                let got = problem.run(&way, None).value;
                let inside = got.iter().all(|&x| x >= -slack && x <= bound + slack);
                faults.expect(inside, || format!("{got:?} beyond {bound}, {way} {}", describe_tensors(&problem)));
                if spread > 10.0 && bound.is_finite() {
                    faults.expect((got[1] - bound).abs() <= slack, || {
                        format!("{} and not {bound}, {way} {}", got[1], describe_tensors(&problem))
                    });
                }
            }
        }
    }
    faults.report(200);
}

/// Distributions so near to each other that f32 cannot tell their logarithms apart: of numbers that f32 holds, the value
/// and the slopes are those of f64, and nothing is negative that never is.
#[test]
fn nearly_equal_distributions_are_as_far_apart_in_f32_as_in_f64() {
    let mut faults = Faults::default();
    let rounded = |x: f64| f64::from(x as f32);
    for config in soft_configurations(CLASSES).into_iter().filter(compares) {
        for (seed, distance) in [3e-2, 1e-3, 1e-4, 1e-5].into_iter().enumerate() {
            let mut random = Random::new(61 + seed as u64);
            let mut problem = TensorProblem::random(&config, &[6, CLASSES], &mut random);
            let factor = if config.name() == "asymmetric_mse" { parameter(&config, "a") } else { 1.0 };
            if factor != 1.0 {
                continue;
            }
            problem.inputs[1].iter_mut().for_each(|q| *q = rounded(*q));
            let near = |q: &f64, random: &mut Random| rounded(q.ln() + random.uniform(-distance, distance));
            problem.inputs[0] = problem.inputs[1].iter().map(|q| near(q, &mut random)).collect();
            for input in [Input::Logits, Input::Probabilities] {
                let mut problem = problem.clone();
                problem.input = input;
                if input == Input::Probabilities {
                    problem.inputs[0].iter_mut().for_each(|x| *x = rounded(x.exp()));
                }
                for way in rotating_ways().into_iter().filter(|way| way.dtype == DType::F32 && way.reads_targets) {
                    let exact = Way { dtype: DType::F64, ..way.clone() };
                    let (got, expected) = (problem.run(&way, None), problem.run(&exact, None));
                    let tolerance =
                        Tolerance { relative: 1e-6, floor: 0.0, absolute: 1e-30, least: 0.0, largest: f64::MAX };
                    same(&mut faults, tolerance, &problem, &got, &expected, || format!("{distance}, {way}"));
                }
            }
        }
    }
    faults.report(1_000);
}

fn parameter(config: &LossConfig, name: &str) -> f64 {
    serde_json::to_value(config).expect("a configuration is JSON")[name].as_f64().expect("a number")
}

/// In f64 against the series at p = q: nearly equal distributions differ by (p − q)²/(2q), times what the family has there,
/// each class's by itself. Logits that have no exact probabilities are as good.
#[test]
fn nearly_equal_distributions_are_their_second_order() {
    let alpha = |name: &str, alpha: f64| json!({"name": name, "alpha": alpha});
    let curvatures = [
        (json!("kl_divergence"), 1.0),
        (json!("jeffreys"), 2.0),
        (alpha("skew_kl", 0.25), 0.0625),
        (alpha("skew_jensen_shannon", 0.25), 0.0625),
        (alpha("weighted_jensen_shannon", 0.25), 0.1875),
        (alpha("alpha_divergence", 0.0), 1.0),
        (alpha("alpha_divergence", 0.75), 1.0),
        (alpha("alpha_divergence", 3.0), 1.0),
        (alpha("renyi", 0.25), 0.25),
        (alpha("renyi", 3.0), 3.0),
        (json!("bhattacharyya"), 0.25),
        (json!("squared_hellinger"), 0.25),
        (json!("generalized_kl"), 1.0),
    ];
    let mut faults = Faults::default();
    for (value, curvature) in curvatures {
        for distance in [1e-4, 1e-6] {
            let mut problem = TensorProblem::random(&config(value.clone()), &[1, 4], &mut Random::new(70));
            problem.inputs[1] = vec![0.25; 4];
            problem.inputs[0] = vec![distance, -distance, 2.0 * distance, 0.0];
            let mean = 0.5 * distance;
            let variance = problem.inputs[0].iter().map(|x| 0.25 * (x - mean) * (x - mean)).sum::<f64>();
            let expected = 0.5 * curvature * variance;
            for way in rotating_ways().into_iter().filter(|way| way.reads_targets) {
                let got = problem.value(&way, None)[0];
                let error = (got / expected - 1.0).abs();
                faults.expect(error < 4.0 * distance + 1e-7, || format!("{got:e} and not {expected:e}, {way} {value}"));
            }
        }
    }
    faults.report(60);
}

// ---- Weights and ignored rows ----

/// Σ wℓ, and Σ wℓ/Σ w, of rows.
#[test]
fn row_weights_multiply_and_the_mean_divides_by_their_sum() {
    let mut faults = Faults::default();
    for problem in problems(40) {
        let weights: Vec<f64> = (0..problem.rows()).map(|row| [0.5, 2.0, 0.0, 1.25][row % 4]).collect();
        let total: f64 = weights.iter().sum();
        let weighted = TensorProblem { weights: Some(weights.clone()), ..problem.clone() };
        for way in rotating_ways() {
            for (by, divisor) in [(Reduction::Sum, 1.0), (Reduction::Mean, total)] {
                let shares: Vec<f64> = weights.iter().map(|w| w / divisor).collect();
                let mut expected = problem.run_with(&way, None, Some(&shares));
                expected.value = vec![expected.value.iter().zip(&shares).map(|(loss, share)| loss * share).sum()];
                let got = weighted.run(&way, Some(by));
                same(&mut faults, close(way.dtype), &weighted, &got, &expected, || format!("{by:?} {way}"));
            }
        }
    }
    faults.report(3_000);
}

#[test]
fn row_weight_of_zero_silences_nan_and_infinities() {
    let mut faults = Faults::default();
    for clean in problems(41) {
        let weights: Vec<f64> = (0..clean.rows()).map(|row| [0.0, 2.0, 0.75][row % 3]).collect();
        let clean = TensorProblem { weights: Some(weights.clone()), ..clean };
        let silent: Vec<usize> =
            (0..clean.rows()).filter(|&row| weights[row] == 0.0).flat_map(|row| clean.row(row)).collect();
        for (turn, wrong) in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].into_iter().enumerate() {
            for input in 0..2 {
                let mut bad = clean.clone();
                // All of the row, or a class of it.
                silent.iter().step_by(1 + 2 * turn).for_each(|&at| bad.inputs[input][at] = wrong);
                for way in rotating_ways() {
                    let by = if turn % 2 == 0 { Reduction::Mean } else { Reduction::Sum };
                    let (got, expected) = (bad.run(&way, Some(by)), clean.run(&way, Some(by)));
                    same(&mut faults, close(way.dtype), &bad, &got, &expected, || format!("{wrong} {by:?} {way}"));
                    for by_input in 0..2 {
                        let gradient = got.gradient(by_input, bad.len());
                        let still = silent.iter().all(|&at| gradient[at] == 0.0);
                        faults.expect(still, || {
                            format!("{wrong}: {gradient:?} by {by_input}, {way} {}", describe_tensors(&bad))
                        });
                    }
                }
            }
        }
    }
    faults.report(10_000);
}

#[test]
fn row_weights_of_zero_alone_give_zero() {
    let mut faults = Faults::default();
    for (number, mut problem) in problems(42).into_iter().enumerate() {
        problem.weights = Some(vec![0.0; problem.rows()]);
        if number % 2 == 0 {
            problem.inputs[0][0] = f64::NAN;
        }
        expect_nothing(&mut faults, &problem);
    }
    faults.report(1_000);
}

/// Against classes: weights of the target's class, ignored targets, and the mean by what is left.
#[test]
fn class_weights_and_ignored_targets_count_in_the_mean() {
    let mut faults = Faults::default();
    for (number, config) in soft_configurations(CLASSES).iter().enumerate() {
        let plain =
            Problem::random(config, [[8, CLASSES].as_slice(), &[4, CLASSES, 2]][number % 2], &mut Random::new(43));
        let weighted = plain.clone().weighted().with_ignored_targets();
        let weights = weighted.class_weights.clone().expect("weights");
        let counts: Vec<f64> =
            weighted.targets.iter().map(|&target| if target < 0 { 0.0 } else { weights[target as usize] }).collect();
        let total: f64 = counts.iter().sum();
        // Nothing of an ignored row is looked at.
        let mut bad = weighted.clone();
        for target in (0..bad.targets.len()).filter(|&target| weighted.targets[target] < 0) {
            bad.row(target).into_iter().step_by(2).for_each(|at| bad.logits[at] = f64::NAN);
        }
        for way in rotating_ways() {
            let each = plain.run(&way, None);
            if !each.value.iter().all(|value| value.is_finite()) {
                continue;
            }
            for (by, divisor) in [(None, 1.0), (Some(Reduction::Sum), 1.0), (Some(Reduction::Mean), total)] {
                let shares: Vec<f64> = counts.iter().map(|count| count / divisor).collect();
                let mut expected = plain.run_with(&way, None, Some(&shares));
                expected.value.iter_mut().zip(&shares).for_each(|(value, share)| *value *= share);
                if by.is_some() {
                    expected.value = vec![expected.value.iter().sum()];
                }
                for problem in [&weighted, &bad] {
                    let got = problem.run(&way, by);
                    let what = || format!("{by:?} {way} {problem:?}");
                    faults.compare_outcomes(close(way.dtype), &got, &expected, what);
                }
            }
        }
    }
    faults.report(5_000);
}

// ---- Shapes ----

/// The matrix with the classes last decides: a row of 64 classes and more is worked on in another way than short ones
/// and than rows in the middle.
#[test]
fn class_axis_in_the_middle_matches_the_class_axis_last() {
    let mut faults = Faults::default();
    let mut random = Random::new(44);
    let mut turn = 0;
    for classes in [2, 3, 63, 64, 65, 100, 1000] {
        let names = ["kl_divergence", "brier", "cross_entropy", "focal", "normalized_focal", "jeffreys", "renyi"];
        let configs = names.map(|name| config(json!(name)));
        let list: Vec<f64> = (0..classes).map(|class| 0.5 * (class % 4) as f64).collect();
        let lists = config(json!({"name": "focal", "gamma": list}));
        let mean_of = |classes: usize| (0..classes).map(|class| 0.25 * (class % 5) as f64).collect::<Vec<f64>>();
        for config in configs.iter().chain([&lists]) {
            for (rows, inner) in [(2, 2), (1, 7), (3, 1), (1, 66)] {
                if classes == 1000 && inner > 7 {
                    continue;
                }
                let middle = TensorProblem::random(config, &[rows, classes, inner], &mut random);
                let mut middle = middle.with_input(INPUTS[turn % 3]);
                middle.class_weights = (turn % 4 == 1).then(|| mean_of(classes));
                middle.weights =
                    (turn % 4 == 2).then(|| (0..rows * inner).map(|row| 0.5 * (row % 3) as f64 + 0.25).collect());
                let order: Vec<usize> = (0..rows * inner).flat_map(|row| middle.row(row)).collect();
                let moved = |numbers: &[f64]| order.iter().map(|&at| numbers[at]).collect::<Vec<f64>>();
                let mut last = TensorProblem { shape: vec![rows * inner, classes], ..middle.clone() };
                last.inputs = middle.inputs.iter().map(|input| moved(input)).collect();
                let by = REDUCTIONS[turn % 3];
                for way in rotating_ways() {
                    let (mut got, expected) = (middle.run(&way, by), last.run(&way, by));
                    for gradient in got.gradients.iter_mut().flatten() {
                        *gradient = moved(gradient);
                    }
                    same(&mut faults, close(way.dtype).times(4.0), &middle, &got, &expected, || {
                        format!("{by:?} {way}")
                    });
                }
                turn += 1;
            }
        }
    }
    faults.report(2_700);
}

/// As many rows as fill many tiles and tasks: each as if it were alone.
#[test]
fn many_rows_are_their_rows() {
    let mut faults = Faults::default();
    for (rows, classes, step) in [(3_001, 3, 211), (700, 65, 97), (40, 1000, 7)] {
        for (number, name) in ["kl_divergence", "cross_entropy", "normalized_focal", "renyi"].into_iter().enumerate() {
            let many = TensorProblem::random(&config(json!(name)), &[rows, classes], &mut Random::new(45));
            let many = many.with_input(INPUTS[number % 3]);
            for way in rotating_ways() {
                let (each, mean) = (many.run(&way, None), many.run(&way, Some(Reduction::Mean)));
                let sum: f64 = each.value.iter().sum();
                let what = || format!("{way} {}", describe_tensors(&many));
                faults.compare(close(way.dtype).times(4.0), &mean.value, &[sum / rows as f64], || {
                    format!("mean, {}", what())
                });
                for row in (0..rows).step_by(step) {
                    let cells = row * classes..(row + 1) * classes;
                    let inputs = many.inputs.iter().map(|input| input[cells.clone()].to_vec()).collect();
                    let alone = TensorProblem { shape: vec![1, classes], inputs, ..many.clone() };
                    let expected = alone.run(&way, None);
                    let got = TensorOutcome {
                        value: vec![each.value[row]],
                        gradients: each
                            .gradients
                            .iter()
                            .map(|g| g.as_ref().map(|g| g[cells.clone()].to_vec()))
                            .collect(),
                    };
                    same(&mut faults, close(way.dtype), &alone, &got, &expected, || format!("row {row}, {way}"));
                    for input in 0..2 {
                        let of_mean = &mean.gradient(input, many.len())[cells.clone()];
                        let of_mean: Vec<f64> = of_mean.iter().map(|g| g * rows as f64).collect();
                        let expected = expected.gradient(input, classes);
                        faults.compare(close(way.dtype), &of_mean, &expected, || {
                            format!("of the mean, row {row}, {}", what())
                        });
                    }
                }
            }
        }
    }
    faults.report(2_500);
}

#[test]
fn empty_batch_is_zero() {
    let mut faults = Faults::default();
    for config in soft_configurations(CLASSES) {
        for shape in [&[0, CLASSES][..], &[0, CLASSES, 3], &[4, CLASSES, 0]] {
            let problem = TensorProblem::random(&config, shape, &mut Random::new(46));
            for way in rotating_ways() {
                for by in REDUCTIONS {
                    let got = problem.run(&way, by);
                    let zero = vec![0.0; by.iter().count()];
                    let what = || format!("{got:?} {by:?} {way} {}", describe_tensors(&problem));
                    faults.expect(got.value == zero && problem.value(&way, by) == zero, what);
                    faults.expect(got.gradients[0].as_ref().is_some_and(Vec::is_empty), what);
                }
            }
        }
    }
    faults.report(6_000);
}

/// A NaN among the scores makes its row NaN, and leaves the others.
#[test]
fn nan_makes_its_row_nan_and_no_other() {
    let mut faults = Faults::default();
    for problem in logit_problems(47) {
        let mut bad = problem.clone();
        let row = problem.row(1);
        bad.inputs[0][row[2]] = f64::NAN;
        for way in rotating_ways() {
            let (got, clean) = (bad.run(&way, None), problem.run(&way, None));
            let what = || format!("{way} {}", describe_tensors(&problem));
            faults.expect(got.value[1].is_nan(), || format!("{:?}, {}", got.value, what()));
            let mut value = got.value.clone();
            value[1] = clean.value[1];
            faults.compare(close(way.dtype), &value, &clean.value, || format!("value, {}", what()));
            let (mut gradient, of_clean) = (got.gradient(0, bad.len()), clean.gradient(0, bad.len()));
            row.iter().for_each(|&at| gradient[at] = of_clean[at]);
            faults.compare(close(way.dtype), &gradient, &of_clean, || format!("gradient, {}", what()));
        }
    }
    faults.report(1_200);
}

// ---- Label smoothing ----

/// Cross-entropy's own label smoothing is that of its wrapper, without class weights.
#[test]
fn label_smoothing_is_that_of_cross_entropy() {
    let mut faults = Faults::default();
    for smoothing in [0.0, 0.1, 0.5, 1.0] {
        let wrapped = config(json!({"name": "label_smoothing", "smoothing": smoothing}));
        let own = config(json!({"name": "cross_entropy", "label_smoothing": smoothing}));
        for shape in [&[7, CLASSES][..], &[3, CLASSES, 2]] {
            let problem = Problem::random(&wrapped, shape, &mut Random::new(48));
            for problem in [problem.clone(), problem.with_ignored_targets()] {
                let other = Problem { config: own.clone(), ..problem.clone() };
                for way in rotating_ways() {
                    for by in REDUCTIONS {
                        let (got, expected) = (problem.run(&way, by), other.run(&way, by));
                        let what = || format!("{by:?} {way} {problem:?}");
                        faults.compare_outcomes(close(way.dtype), &got, &expected, what);
                    }
                }
            }
        }
    }
    faults.report(400);
}

// ---- One row alone ----

/// Scores and probabilities `[C]` are one row, for every loss that takes probabilities: values and gradients of `[1, C]`.
#[test]
fn one_axis_is_one_row() {
    let device = Device::flex().autodiff();
    let (scores, q) = ([0.5, -1.0, 2.0, 0.0, 0.25], [0.1, 0.2, 0.4, 0.0, 0.3]);
    let mut faults = Faults::default();
    for config in soft_configurations(CLASSES) {
        let loss = config.init().expect("valid").with_class_weights(vec![0.5, 2.0, 1.0, 0.0, 1.5]);
        let of = |value: Tensor<1>, by: &Tensor<1>| {
            let gradient = by.grad(&value.clone().sum().backward()).expect("the scores have a gradient");
            (value.dims(), numbers(value), numbers(gradient))
        };
        let tracked = || Tensor::<1>::from_data(scores, (&device, DType::F64)).require_grad();
        let targets = Tensor::<1>::from_data(q, (&device, DType::F64));
        let weights = Tensor::<1>::from_data([3.0], (&device, DType::F64));
        let row = |x: &Tensor<1>| x.clone().reshape([1, CLASSES]);
        for loss in [loss.clone(), loss.composed()] {
            let (x, y) = (tracked(), tracked());
            for by in [Reduction::Mean, Reduction::Sum] {
                let got = of(loss.forward_soft(x.clone(), targets.clone(), by), &x);
                let expected = of(loss.forward_soft(row(&y), row(&targets), by), &y);
                faults.expect(got == expected, || format!("{config:?} {by:?}: {got:?} instead of {expected:?}"));
                let got = of(loss.forward_soft_weighted(x.clone(), targets.clone(), weights.clone(), by), &x);
                let expected = of(loss.forward_soft_weighted(row(&y), row(&targets), weights.clone(), by), &y);
                faults.expect(got == expected, || format!("{config:?} {by:?}: {got:?} instead of {expected:?}"));
            }
            let each: Tensor<1> = loss.forward_soft_no_reduction(x.clone(), targets.clone());
            let expected: Tensor<1> = loss.forward_soft_no_reduction(row(&y), row(&targets));
            let (got, expected) = (of(each, &x), of(expected, &y));
            faults.expect(got == expected, || format!("{config:?}: {got:?} instead of {expected:?}"));
        }
    }
    faults.report(400);
    let kl = KlDivergence::default().init();
    assert_eq!(
        said(|| kl.forward_soft(zeros([3]), zeros([4]), Reduction::Mean)),
        "KlDivergence: targets must have the same shape as scores, [3], got [4]"
    );
    assert_eq!(
        said(|| kl.forward_soft(zeros([0]), zeros([0]), Reduction::Mean)),
        "KlDivergence: scores must have shape [N, C] or [N, C, d1, …] with at least one class, got [1, 0]"
    );
}

//! What holds whatever the numbers are: symmetries, special cases, sums, weights, upstream gradients, NaN.
//!
//! Every law runs over all configurations of the catalogue and over the ways; the logits are multiples of 1/8, exact in
//! every dtype.

use burn::tensor::DType;
use burn_losses::{Focal, LossConfig, PerClass, Reduction};
use burn_losses_tests::{
    Faults, Outcome, Problem, Random, Tolerance, all_configurations, config, extent, floods, full_precision_ways,
    inner, names, plain_ways, row_entries, sees_differences_only, takes_infinite_logits, ways,
};
use serde_json::{Value, json};

const CLASSES: usize = 5;

/// A problem for every configuration, of two ranks in turn, with and without weights and ignored targets in turn.
fn problems(seed: u64) -> Vec<Problem> {
    let mut random = Random::new(seed);
    let turn = seed as usize;
    let configs = all_configurations(CLASSES).into_iter().enumerate();
    let problem = |(number, config): (usize, LossConfig)| {
        let shape = if (number + turn).is_multiple_of(2) { &[7, CLASSES][..] } else { &[3, CLASSES, 2] };
        Problem::random(&config, shape, &mut random).variants()[(number / 2 + turn) % 4].clone()
    };
    configs.map(problem).collect()
}

fn describe(problem: &Problem) -> String {
    let Problem { config, class_weights, ignore_index, shape, .. } = problem;
    let config = serde_json::to_string(config).expect("a configuration is JSON");
    format!("{config} on {shape:?}, weights {class_weights:?}, ignore {ignore_index:?}")
}

#[test]
fn constant_added_to_a_row_changes_nothing() {
    let mut faults = Faults::default();
    for problem in problems(1).iter().filter(|problem| sees_differences_only(&problem.config)) {
        let mut moved = problem.clone();
        for target in 0..problem.targets.len() {
            let constant = [16.0, -16.0, 8.0][target % 3];
            problem.row(target).into_iter().for_each(|at| moved.logits[at] += constant);
        }
        for way in plain_ways() {
            for by in problem.reductions() {
                let tolerance = Tolerance::of(&problem.config, way.dtype);
                let (got, expected) = (moved.run(&way, by), problem.run(&way, by));
                faults.compare_outcomes(tolerance, &got, &expected, || format!("{by:?} {way} {}", describe(problem)));
            }
        }
    }
    faults.report(2_000);
}

/// Class k of the one is class (k + 2) mod C of the other, in parameters by class and in class weights too.
#[test]
fn permuting_the_classes_permutes_the_gradient() {
    let turn = |list: &mut Vec<f64>| list.rotate_right(2);
    let mut faults = Faults::default();
    for problem in problems(2) {
        let mut turned = problem.clone();
        let mut value = serde_json::to_value(&problem.config).expect("a configuration is JSON");
        turn_lists(&mut value);
        turned.config = config(value);
        turned.class_weights.iter_mut().for_each(turn);
        for target in &mut turned.targets {
            if *target >= 0 {
                *target = (*target + 2) % CLASSES as i64;
            }
        }
        let rotated = |numbers: &[f64]| {
            let mut out = numbers.to_vec();
            for target in 0..problem.targets.len() {
                let row = problem.row(target);
                (0..CLASSES).for_each(|class| out[row[(class + 2) % CLASSES]] = numbers[row[class]]);
            }
            out
        };
        turned.logits = rotated(&problem.logits);
        for way in full_precision_ways() {
            for by in problem.reductions() {
                let tolerance = Tolerance::of(&problem.config, way.dtype).times(2.0);
                let mut expected = problem.run(&way, by);
                expected.gradient = rotated(&expected.gradient);
                let got = turned.run(&way, by);
                faults.compare_outcomes(tolerance, &got, &expected, || format!("{by:?} {way} {}", describe(&problem)));
            }
        }
    }
    faults.report(2_000);
}

fn turn_lists(value: &mut Value) {
    match value {
        Value::Array(list) => list.rotate_right(2),
        Value::Object(fields) => fields.values_mut().for_each(turn_lists),
        _ => {}
    }
}

#[test]
fn gradient_of_a_row_sums_to_zero() {
    let mut faults = Faults::default();
    for problem in problems(3).iter().filter(|problem| sees_differences_only(&problem.config)) {
        for way in full_precision_ways() {
            let epsilon = if way.dtype == DType::F64 { f64::EPSILON } else { f64::from(f32::EPSILON) };
            let gradient = problem.run(&way, Some(Reduction::Mean)).gradient;
            for target in 0..problem.targets.len() {
                let row = problem.row(target);
                let sum: f64 = row.iter().map(|&at| gradient[at]).sum();
                let size: f64 = row.iter().map(|&at| gradient[at].abs()).sum();
                faults.expect(sum.abs() <= 4.0 * epsilon * size, || {
                    format!("row {target}: Σg = {sum:e} beside Σ|g| = {size:e}, {way} {}", describe(problem))
                });
            }
        }
    }
    faults.report(1_000);
}

/// The gradient has no part along the logits: their length does not matter.
#[test]
fn logit_norm_does_not_see_a_scale() {
    let mut faults = Faults::default();
    // The ε of 10⁻⁷ beside a norm of ten moves the result by 10⁻⁸.
    for problem in problems(4).iter().filter(|problem| names(&problem.config)[0] == "logit_norm") {
        let mut scaled = problem.clone();
        scaled.logits.iter_mut().for_each(|logit| *logit *= 8.0);
        for way in full_precision_ways() {
            for by in problem.reductions() {
                let relative = if way.dtype == DType::F64 { 2e-6 } else { 2e-4 };
                let tolerance = Tolerance { relative, floor: relative, absolute: 1e-12, least: 0.0, largest: f64::MAX };
                let (got, mut expected) = (scaled.run(&way, by), problem.run(&way, by));
                expected.gradient.iter_mut().for_each(|g| *g /= 8.0);
                faults.compare_outcomes(tolerance, &got, &expected, || format!("{by:?} {way} {}", describe(problem)));
                for target in 0..problem.targets.len() {
                    let row = problem.row(target);
                    let along: f64 = row.iter().map(|&at| expected.gradient[at] * problem.logits[at]).sum();
                    let size: f64 = row.iter().map(|&at| (expected.gradient[at] * problem.logits[at]).abs()).sum();
                    faults.expect(along.abs() <= relative * size, || {
                        format!("row {target}: {along:e} along the logits beside {size:e}, {way} {}", describe(problem))
                    });
                }
            }
        }
    }
    faults.report(500);
}

/// Clipped rows do not see a scale above 1; rows inside are not touched.
#[test]
fn logit_clip_does_not_see_the_length_of_long_rows() {
    let mut faults = Faults::default();
    for p in [1.0, 1.5, 2.0, 4.0] {
        let clip = config(json!({"name": "logit_clip", "tau": 0.25, "p": p}));
        let problem = Problem::random(&clip, &[9, CLASSES], &mut Random::new(5));
        let mut scaled = problem.clone();
        scaled.logits.iter_mut().for_each(|logit| *logit *= 4.0);
        for way in full_precision_ways() {
            let tolerance = Tolerance::of(&clip, way.dtype);
            let mut expected = problem.run(&way, None);
            expected.gradient.iter_mut().for_each(|g| *g /= 4.0);
            let got = scaled.run(&way, None);
            faults.compare_outcomes(tolerance.times(4.0), &got, &expected, || format!("p = {p}, {way}"));
        }
    }
    faults.report(64);
}

/// One side of an identity: losses and the factors they are added with.
type Terms = Vec<(f64, Value)>;

/// Losses that are the same: left, right, relative tolerance beyond the dtype's.
fn identities() -> Vec<(Terms, Terms, f64)> {
    let ce = || json!("cross_entropy");
    let one = |value: Value| vec![(1.0, value)];
    let mae = |factor: f64| vec![(factor, json!("class_mae"))];
    let list = [2.0, 0.0, 1.0, 0.5, 3.0];
    let mut identities = vec![
        (one(json!({"name": "focal", "gamma": 0})), one(ce()), 0.0),
        (one(json!({"name": "focal", "gamma": [0, 0, 0, 0, 0]})), one(ce()), 0.0),
        (one(json!({"name": "focal", "gamma": [2, 2, 2, 2, 2]})), one(json!({"name": "focal", "gamma": 2})), 0.0),
        (one(json!({"name": "focal", "alpha": [3, 3, 3, 3, 3]})), vec![(3.0, json!("focal"))], 0.0),
        (one(json!({"name": "focal", "alpha": 0.25})), vec![(0.25, json!("focal"))], 0.0),
        (one(json!({"name": "generalized_cross_entropy", "q": 1})), mae(0.5), 0.0),
        (one(json!({"name": "generalized_cross_entropy", "q": 1e-9})), one(ce()), 1e-7),
        (one(json!({"name": "reverse_cross_entropy", "log_zero": -2})), mae(1.0), 0.0),
        (one(json!({"name": "reverse_cross_entropy"})), mae(2.0), 0.0),
        (one(json!({"name": "symmetric_cross_entropy", "alpha": 1, "beta": 0})), one(ce()), 0.0),
        (
            one(json!({"name": "symmetric_cross_entropy", "alpha": 0, "beta": 0.5, "log_zero": -3})),
            vec![(0.5, json!({"name": "reverse_cross_entropy", "log_zero": -3}))],
            0.0,
        ),
        (
            one(json!({"name": "symmetric_cross_entropy", "alpha": 0.5, "beta": 2})),
            vec![(0.5, ce()), (2.0, json!("reverse_cross_entropy"))],
            0.0,
        ),
        (one(json!({"name": "phuber_cross_entropy", "tau": 1})), mae(0.5), 0.0),
        (one(json!({"name": "phuber_cross_entropy", "tau": 1e30})), one(ce()), 0.0),
        (one(json!({"name": "poly1_cross_entropy", "epsilon": 0})), one(ce()), 0.0),
        (one(json!({"name": "poly1_cross_entropy", "epsilon": 3})), [vec![(1.0, ce())], mae(1.5)].concat(), 0.0),
        (one(json!({"name": "cross_entropy", "label_smoothing": 0})), one(ce()), 0.0),
        (
            one(json!({"name": "cross_entropy", "label_smoothing": 0.25})),
            vec![(0.75, ce()), (0.25, json!({"name": "cross_entropy", "label_smoothing": 1}))],
            0.0,
        ),
        (one(json!("unhinged")), mae(0.5), 0.0),
        (one(json!("normalized_class_mae")), mae(0.5 / (CLASSES as f64 - 1.0)), 0.0),
        (one(json!({"name": "asymmetric_generalized_cross_entropy", "a": 0.25, "q": 1})), mae(0.5), 0.0),
        (one(json!({"name": "asymmetric_generalized_cross_entropy", "a": 3, "q": 1})), mae(0.5), 0.0),
        (
            one(json!({"name": "asymmetric_generalized_cross_entropy", "a": 1e-12, "q": 0.7})),
            one(json!("generalized_cross_entropy")),
            1e-6,
        ),
        (one(json!({"name": "asymmetric_unhinged", "a": 1.25, "q": 1})), mae(0.5), 0.0),
        (one(json!({"name": "asymmetric_unhinged", "a": 8, "q": 1})), mae(0.5), 0.0),
        (
            one(json!({"name": "truncated_generalized_cross_entropy", "q": 0.5, "threshold": 0})),
            one(json!({"name": "generalized_cross_entropy", "q": 0.5})),
            0.0,
        ),
        (
            one(json!({"name": "phuber_generalized_cross_entropy", "q": 0.5, "tau": 1e30})),
            one(json!({"name": "generalized_cross_entropy", "q": 0.5})),
            0.0,
        ),
        (one(json!({"name": "phuber_generalized_cross_entropy", "q": 1})), mae(0.5), 0.0),
        (one(json!({"name": "phuber_generalized_cross_entropy", "tau": 1})), mae(0.5), 0.0),
        (
            one(json!({"name": "phuber_generalized_cross_entropy", "q": 1e-9, "tau": 4})),
            one(json!({"name": "phuber_cross_entropy", "tau": 4})),
            1e-7,
        ),
        (one(json!({"name": "taylor_cross_entropy", "order": 1})), mae(0.5), 0.0),
        (
            one(json!({"name": "taylor_cross_entropy", "order": 2})),
            vec![(2.0, json!("unhinged")), (-1.0, json!({"name": "asymmetric_generalized_cross_entropy", "a": 1e-9}))],
            1e-7,
        ),
        (one(json!({"name": "reduced_focal", "threshold": 1})), one(ce()), 0.0),
        (one(json!({"name": "reduced_focal", "gamma": 0})), one(ce()), 0.0),
        (
            one(json!({"name": "reduced_focal", "gamma": 1.5, "threshold": 1e-6})),
            one(json!({"name": "focal", "gamma": 1.5, "alpha": 1e9})),
            0.0,
        ),
        (one(json!({"name": "poly1_focal", "epsilon": 0})), one(json!("focal")), 0.0),
        (
            one(json!({"name": "poly1_focal", "epsilon": 0, "gamma": list})),
            one(json!({"name": "focal", "gamma": list})),
            0.0,
        ),
        (
            one(json!({"name": "poly1_focal", "epsilon": -0.5, "gamma": 0})),
            one(json!({"name": "poly1_cross_entropy", "epsilon": -0.5})),
            0.0,
        ),
        (one(json!({"name": "z_loss", "lambda": 0})), one(ce()), 0.0),
    ];
    let losses = ["cross_entropy", "focal", "normalized_cross_entropy", "generalized_cross_entropy"];
    for loss in losses.map(|name| json!(name)).into_iter().chain([json!({"name": "focal", "gamma": list})]) {
        identities.push((one(json!({"name": "logit_clip", "tau": 1e6, "loss": loss})), one(loss.clone()), 0.0));
        identities.push((one(json!({"name": "logit_clip", "tau": 1e6, "p": 1, "loss": loss})), one(loss.clone()), 0.0));
        identities.push((one(json!({"name": "flooding", "level": 0, "loss": loss})), one(loss), 0.0));
    }
    identities
}

/// The sum of the terms.
fn evaluate(terms: &Terms, problem: &Problem, run: impl Fn(&Problem) -> Outcome) -> Outcome {
    let mut out: Option<Outcome> = None;
    for (factor, loss) in terms {
        let Outcome { value, gradient } = run(&Problem { config: config(loss.clone()), ..problem.clone() });
        let out =
            out.get_or_insert_with(|| Outcome { value: vec![0.0; value.len()], gradient: vec![0.0; gradient.len()] });
        out.value.iter_mut().zip(value).for_each(|(sum, x)| *sum += factor * x);
        out.gradient.iter_mut().zip(gradient).for_each(|(sum, x)| *sum += factor * x);
    }
    out.expect("an identity has terms")
}

#[test]
fn special_cases_equal_the_other_loss() {
    let mut faults = Faults::default();
    let mut random = Random::new(6);
    for (left, right, extra) in identities() {
        let loss = config(left[0].1.clone());
        for problem in Problem::random(&loss, &[8, CLASSES], &mut random).variants() {
            for way in full_precision_ways() {
                for by in problem.reductions() {
                    let smooth = config(json!({"name": "cross_entropy", "label_smoothing": 1}));
                    let mut tolerance = Tolerance::of(&smooth, way.dtype).times(4.0);
                    tolerance.relative += extra;
                    tolerance.floor += extra;
                    let got = evaluate(&left, &problem, |problem| problem.run(&way, by));
                    let expected = evaluate(&right, &problem, |problem| problem.run(&way, by));
                    faults.compare_outcomes(tolerance, &got, &expected, || {
                        format!("{left:?} = {right:?} {by:?} {way} {}", describe(&problem))
                    });
                }
            }
        }
    }
    faults.report(5_000);
}

/// Over all classes as the target, a symmetric loss adds up to the same for every row: what makes it robust.
#[test]
fn symmetric_losses_sum_to_a_constant_over_the_classes() {
    let others = CLASSES as f64 - 1.0;
    let constants = [
        (json!("class_mae"), 2.0 * others),
        (json!("reverse_cross_entropy"), 4.0 * others),
        (json!({"name": "generalized_cross_entropy", "q": 1}), others),
        (json!({"name": "phuber_cross_entropy", "tau": 1}), others),
        (json!({"name": "phuber_generalized_cross_entropy", "tau": 1}), others),
        (json!({"name": "taylor_cross_entropy", "order": 1}), others),
        (json!("unhinged"), others),
        (json!("normalized_class_mae"), 1.0),
        (json!("normalized_cross_entropy"), 1.0),
    ];
    let mut faults = Faults::default();
    for (loss, constant) in constants {
        let problem = Problem::random(&config(loss.clone()), &[20, CLASSES], &mut Random::new(7));
        for way in full_precision_ways() {
            let mut sums = vec![0.0; problem.targets.len()];
            for class in 0..CLASSES as i64 {
                let targets = vec![class; problem.targets.len()];
                let values = Problem { targets, ..problem.clone() }.value(&way, None);
                sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
            }
            let tolerance = Tolerance::of(&problem.config, way.dtype);
            faults.compare(tolerance, &sums, &vec![constant; sums.len()], || format!("{loss} {way}"));
        }
    }
    faults.report(40);
}

/// The first `rows` samples of a problem, and the others.
fn split(problem: &Problem, rows: usize) -> [Problem; 2] {
    let (all, classes, inner) = extent(&problem.shape);
    let part = |from: usize, to: usize| {
        let mut part = problem.clone();
        part.shape[0] = to - from;
        part.logits = problem.logits[from * classes * inner..to * classes * inner].to_vec();
        part.targets = problem.targets[from * inner..to * inner].to_vec();
        part
    };
    [part(0, rows), part(rows, all)]
}

#[test]
fn sum_of_a_batch_is_the_sum_of_its_parts() {
    let mut faults = Faults::default();
    for problem in problems(8).iter().filter(|problem| !floods(&problem.config)) {
        let parts = split(problem, 2);
        for way in plain_ways() {
            let tolerance = Tolerance::of(&problem.config, way.dtype).times(4.0);
            for by in [None, Some(Reduction::Sum)] {
                let whole = problem.run(&way, by);
                let [first, second] = parts.each_ref().map(|part| part.run(&way, by));
                let value = match by {
                    None => [first.value, second.value].concat(),
                    Some(_) => vec![first.value[0] + second.value[0]],
                };
                let expected = Outcome { value, gradient: [first.gradient, second.gradient].concat() };
                faults.compare_outcomes(tolerance, &whole, &expected, || format!("{by:?} {way} {}", describe(problem)));
            }
        }
    }
    faults.report(2_500);
}

/// The weights of the targets that count.
fn counted_weight(problem: &Problem) -> f64 {
    let counted = problem.targets.iter().filter(|&&target| Some(target) != problem.ignore_index);
    counted.map(|&target| problem.class_weights.as_ref().map_or(1.0, |weights| weights[target as usize])).sum()
}

#[test]
fn mean_is_the_sum_divided_by_the_counted_weights() {
    let mut faults = Faults::default();
    for problem in problems(9).iter().filter(|problem| !floods(&problem.config)) {
        let count = counted_weight(problem);
        for way in plain_ways() {
            let tolerance = Tolerance::of(&problem.config, way.dtype).times(4.0);
            let mean = problem.run(&way, Some(Reduction::Mean));
            let mut sum = problem.run(&way, Some(Reduction::Sum));
            sum.value.iter_mut().chain(&mut sum.gradient).for_each(|x| *x /= count);
            faults.compare_outcomes(tolerance, &mean, &sum, || format!("{way} {}", describe(problem)));
            let each = problem.run(&way, None);
            let added = Outcome { value: vec![each.value.iter().sum::<f64>() / count], ..mean.clone() };
            faults.compare(tolerance, &added.value, &mean.value, || format!("of each, {way} {}", describe(problem)));
        }
    }
    faults.report(2_000);
}

#[test]
fn flooding_reflects_the_inner_value_at_the_level() {
    let mut faults = Faults::default();
    for level in [0.0, 0.5, 1.25, 40.0] {
        for loss in ["cross_entropy", "focal", "normalized_cross_entropy"] {
            let flooded = config(json!({"name": "flooding", "level": level, "loss": loss}));
            let problem = Problem::random(&flooded, &[8, CLASSES], &mut Random::new(10)).weighted();
            let bare = Problem { config: config(json!(loss)), ..problem.clone() };
            for way in full_precision_ways() {
                for by in [Some(Reduction::Mean), Some(Reduction::Sum)] {
                    let tolerance = Tolerance::of(&bare.config, way.dtype);
                    let (got, mut expected) = (problem.run(&way, by), bare.run(&way, by));
                    let above = expected.value[0] - level;
                    expected.value[0] = above.abs() + level;
                    expected.gradient.iter_mut().for_each(|g| *g *= above.signum());
                    faults
                        .compare_outcomes(tolerance, &got, &expected, || format!("level {level}, {loss} {by:?} {way}"));
                }
            }
        }
    }
    faults.report(300);
}

#[test]
fn nan_in_one_row_stays_in_that_row() {
    let mut faults = Faults::default();
    for problem in problems(11).into_iter().filter(|problem| !floods(&problem.config)) {
        let spoilt = problem.targets.len() - 1;
        if Some(problem.targets[spoilt]) == problem.ignore_index {
            continue;
        }
        let row = problem.row(spoilt);
        for class in [problem.targets[spoilt] as usize, (problem.targets[spoilt] as usize + 1) % CLASSES] {
            let mut with_nan = problem.clone();
            with_nan.logits[row[class]] = f64::NAN;
            for way in plain_ways() {
                let (mut got, clean) = (with_nan.run(&way, None), problem.run(&way, None));
                let what = || format!("{way}, NaN at class {class} of row {spoilt}, {}", describe(&with_nan));
                faults.expect(got.value[spoilt].is_nan(), || format!("value {}: {}", got.value[spoilt], what()));
                let lost: Vec<f64> = row.iter().map(|&at| got.gradient[at]).collect();
                faults.expect(lost.iter().all(|g| g.is_nan()), || format!("gradient {lost:?}: {}", what()));
                got.value[spoilt] = clean.value[spoilt];
                row.iter().for_each(|&at| got.gradient[at] = clean.gradient[at]);
                faults.compare_outcomes(Tolerance::of(&problem.config, way.dtype), &got, &clean, what);
                for by in [Reduction::Mean, Reduction::Sum] {
                    let value = with_nan.run(&way, Some(by)).value[0];
                    faults.expect(value.is_nan(), || format!("{by:?} is {value}: {}", what()));
                }
            }
        }
    }
    faults.report(5_000);
}

#[test]
fn upstream_gradient_multiplies_the_gradient() {
    let mut faults = Faults::default();
    let mut random = Random::new(12);
    for problem in problems(12) {
        for way in plain_ways() {
            for by in problem.reductions() {
                let tolerance = Tolerance::of(&problem.config, way.dtype).times(4.0);
                let plain = problem.run(&way, by);
                let count = plain.value.len();
                let each: Vec<f64> = (0..count).map(|_| random.eighth(4.0)).collect();
                for upstream in [vec![3.0; count], vec![-0.5; count], vec![0.0; count], each] {
                    let mut expected = plain.clone();
                    for target in 0..problem.targets.len() {
                        let factor = upstream[if by.is_some() { 0 } else { target }];
                        problem.row(target).into_iter().for_each(|at| expected.gradient[at] *= factor);
                    }
                    let got = problem.run_with(&way, by, Some(&upstream));
                    faults.compare_outcomes(tolerance, &got, &expected, || {
                        format!("upstream {upstream:?} {by:?} {way} {}", describe(&problem))
                    });
                }
            }
        }
    }
    faults.report(15_000);
}

#[test]
fn class_weights_times_k_scale_the_sum_and_leave_the_mean() {
    let mut faults = Faults::default();
    for problem in problems(13).into_iter().map(Problem::weighted).filter(|problem| !floods(&problem.config)) {
        let mut heavier = problem.clone();
        heavier.class_weights.iter_mut().flatten().for_each(|weight| *weight *= 3.0);
        for way in plain_ways() {
            let tolerance = Tolerance::of(&problem.config, way.dtype).times(4.0);
            for (by, factor) in [(None, 3.0), (Some(Reduction::Sum), 3.0), (Some(Reduction::Mean), 1.0)] {
                let (got, mut expected) = (heavier.run(&way, by), problem.run(&way, by));
                expected.value.iter_mut().chain(&mut expected.gradient).for_each(|x| *x *= factor);
                faults.compare_outcomes(tolerance, &got, &expected, || format!("{by:?} {way} {}", describe(&problem)));
            }
        }
    }
    faults.report(4_000);
}

/// All class weights 1 is no class weights.
#[test]
fn class_weights_of_one_change_nothing() {
    let mut faults = Faults::default();
    for problem in problems(14).into_iter().filter(|problem| problem.class_weights.is_none()) {
        let weighted = Problem { class_weights: Some(vec![1.0; CLASSES]), ..problem.clone() };
        for way in plain_ways() {
            for by in problem.reductions() {
                let tolerance = Tolerance::of(&problem.config, way.dtype);
                let (got, expected) = (weighted.run(&way, by), problem.run(&way, by));
                faults.compare_outcomes(tolerance, &got, &expected, || format!("{by:?} {way} {}", describe(&problem)));
            }
        }
    }
    faults.report(2_000);
}

/// Problems whose last target has a class of weight 0, and the same with that target ignored.
///
/// With label smoothing the other classes' terms of such a row still count, as in PyTorch, so it is left out; so are the
/// wrappers that measure the length of a row.
fn with_a_row_of_no_weight(seed: u64) -> Vec<(Problem, Problem)> {
    let smooths = |problem: &Problem| {
        let text = serde_json::to_string(&problem.config).expect("a configuration is JSON");
        text.contains("label_smoothing") && !text.contains("\"label_smoothing\":0.0")
    };
    let problems = problems(seed).into_iter().map(Problem::weighted);
    let problems = problems.filter(|problem| !smooths(problem) && takes_infinite_logits(&problem.config));
    let prepared = problems.map(|mut problem| {
        let last = problem.targets.len() - 1;
        problem.class_weights.iter_mut().for_each(|weights| weights[2] = 0.0);
        problem.targets.iter_mut().filter(|target| **target == 2).for_each(|target| *target = 1);
        problem.targets[last] = 2;
        let mut ignored = Problem { ignore_index: Some(-100), ..problem.clone() };
        ignored.targets[last] = -100;
        (problem, ignored)
    });
    prepared.collect()
}

/// A row that counts for nothing may hold anything: value and gradient are those of the batch that ignores it.
fn takes_the_row_out(seed: u64, logits: &[f64]) -> Faults {
    let mut faults = Faults::default();
    for (problem, ignored) in with_a_row_of_no_weight(seed) {
        let row = problem.row(problem.targets.len() - 1);
        for (class, &logit) in [2, 3].into_iter().flat_map(|class| logits.iter().map(move |logit| (class, logit))) {
            let mut bad = problem.clone();
            bad.logits[row[class]] = logit;
            for way in full_precision_ways() {
                for by in problem.reductions() {
                    let tolerance = Tolerance::of(&problem.config, way.dtype);
                    let (got, expected) = (bad.run(&way, by), ignored.run(&way, by));
                    faults.compare_outcomes(tolerance, &got, &expected, || {
                        format!("{logit} at class {class}, {by:?} {way} {}", describe(&bad))
                    });
                }
            }
        }
    }
    faults
}

#[test]
fn zero_weight_takes_a_row_with_masked_logits_out() {
    takes_the_row_out(15, &[f64::NEG_INFINITY]).report(2_000);
}

#[test]
fn zero_weight_takes_a_row_without_a_softmax_out() {
    takes_the_row_out(16, &[f64::INFINITY, f64::NAN]).report(4_000);
}

/// A factor in front of the loss, or of a part of it: the value at the middle is the middle of the values.
#[test]
fn losses_are_linear_in_their_factors() {
    let mut faults = Faults::default();
    let mut linear = vec![];
    for entry in row_entries() {
        let names = entry.parameters.iter().map(|parameter| parameter.name);
        linear.extend(
            names.filter(|name| ["alpha", "beta", "epsilon", "lambda"].contains(name)).map(|name| (entry.name, name)),
        );
    }
    for (loss, parameter) in linear {
        let with = |value: f64| config(json!({"name": loss, parameter: value}));
        let problem = Problem::random(&with(1.0), &[8, CLASSES], &mut Random::new(16)).with_ignored_targets();
        for way in full_precision_ways() {
            for by in problem.reductions() {
                let [low, middle, high] =
                    [0.5, 1.5, 2.5].map(|value| Problem { config: with(value), ..problem.clone() }.run(&way, by));
                let mean = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a + b) / 2.0).collect();
                let expected =
                    Outcome { value: mean(&low.value, &high.value), gradient: mean(&low.gradient, &high.gradient) };
                let tolerance = Tolerance::of(&problem.config, way.dtype).times(4.0);
                faults.compare_outcomes(tolerance, &middle, &expected, || format!("{loss} {parameter} {by:?} {way}"));
            }
        }
    }
    faults.report(100);
}

/// A wrapper hands class weights and the ignore index to the loss inside: it is the inner loss of other logits.
#[test]
fn wrappers_of_short_rows_and_level_zero_are_the_inner_loss() {
    let mut faults = Faults::default();
    for problem in problems(17) {
        let Some(inside) = inner(&problem.config) else { continue };
        let mut open = serde_json::to_value(&problem.config).expect("a configuration is JSON");
        match problem.config.name() {
            "logit_clip" => open["tau"] = json!(1e6),
            "flooding" => open["level"] = json!(0.0),
            _ => continue,
        }
        let open = Problem { config: config(open), ..problem.clone() };
        let bare = Problem { config: inside, ..problem.clone() };
        for way in plain_ways() {
            for by in open.reductions() {
                let tolerance = Tolerance::of(&open.config, way.dtype).times(2.0);
                let (got, expected) = (open.run(&way, by), bare.run(&way, by));
                faults.compare_outcomes(tolerance, &got, &expected, || format!("{by:?} {way} {}", describe(&problem)));
            }
        }
    }
    faults.report(500);
}

/// The tests' own test: a law that does not hold is seen.
#[test]
fn laws_see_a_loss_that_breaks_them() {
    let clip = config(json!({"name": "logit_clip", "tau": 0.25}));
    let problem = Problem::random(&clip, &[4, CLASSES], &mut Random::new(18));
    let mut moved = problem.clone();
    moved.logits.iter_mut().for_each(|logit| *logit += 8.0);
    for way in plain_ways() {
        let (got, expected) = (moved.run(&way, None), problem.run(&way, None));
        let mut faults = Faults::default();
        faults.compare_outcomes(Tolerance::of(&clip, way.dtype), &got, &expected, String::new);
        assert!(std::panic::catch_unwind(|| faults.report(0)).is_err(), "{way}");
    }
}

/// A number that changes from step to step is read by a kernel instead of compiled into it: the same number.
#[test]
fn scheduled_parameter_is_the_parameter() {
    let mut faults = Faults::default();
    let focal = |gamma: PerClass, alpha: PerClass| Focal::default().with_gamma(gamma).with_alpha(alpha).into();
    for (gamma, alpha) in [(0.5, 0.75), (1.0, 1.0), (2.0, 0.25), (3.5, 4.0)] {
        let fixed = Problem::random(&focal(gamma.into(), alpha.into()), &[6, 5], &mut Random::new(40)).weighted();
        let config = focal(PerClass::Scheduled([gamma]), PerClass::Scheduled([alpha]));
        let scheduled = Problem { config, ..fixed.clone() };
        for way in ways() {
            for by in fixed.reductions() {
                let (got, expected) = (scheduled.run(&way, by), fixed.run(&way, by));
                let tolerance = Tolerance::of(&fixed.config, way.dtype);
                faults
                    .compare_outcomes(tolerance, &got, &expected, || format!("γ = {gamma}, α = {alpha}, {by:?} {way}"));
            }
        }
    }
    faults.report(500);
}

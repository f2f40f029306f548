//! What goes around losses: each wrapper against what it is defined as, worked out here from the single losses of what is
//! inside; around losses of every kind, around each other, with class weights and ignored targets, and from files.

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use burn_losses::catalogue::Signature;
use burn_losses::prelude::*;
use burn_losses_tests::{
    Faults, Outcome, Problem, Random, TensorProblem, Tolerance, Way, config, inner, numbers, rotating_ways, said,
};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};

const CLASSES: usize = 5;
const REDUCTIONS: [Option<Reduction>; 3] = [None, Some(Reduction::Mean), Some(Reduction::Sum)];

/// What two ways to the same number may differ by: rounding errors of the largest number beside it, and of 1.
fn close(dtype: DType) -> Tolerance {
    let (relative, floor) = if dtype == DType::F64 { (5e-13, 5e-14) } else { (3e-5, 5e-6) };
    Tolerance { relative, floor, absolute: 0.0, least: 1.0, largest: f64::MAX }
}

// ---- The wrappers of single losses ----

/// The single losses of a batch.
#[derive(Clone, Debug)]
struct Items {
    /// The losses, multiplied by what they count.
    losses: Vec<f64>,
    /// What they count in the mean.
    counts: Vec<f64>,
    /// Their slopes by the losses of the innermost loss.
    slopes: Vec<f64>,
}

const WRAPPERS: [&str; 3] = ["individual_flooding", "top_k", "small_loss"];

/// What is inside of all wrappers of single losses.
fn core(config: &LossConfig) -> LossConfig {
    match WRAPPERS.contains(&config.name()) {
        true => core(&inner(config).expect("a wrapper wraps")),
        false => config.clone(),
    }
}

/// A parameter as it stands in a file.
fn parameter(config: &LossConfig, name: &str) -> f64 {
    serde_json::to_value(config).expect("a configuration is JSON")[name].as_f64().expect("a number")
}

/// The items of the core, changed by the wrappers from the innermost on.
fn wrapped(config: &LossConfig, items: Items) -> Items {
    if !WRAPPERS.contains(&config.name()) {
        return items;
    }
    let items = wrapped(&inner(config).expect("a wrapper wraps"), items);
    match config.name() {
        "individual_flooding" => flooded(parameter(config, "level"), items),
        name => selected(parameter(config, "ratio"), name == "top_k", items),
    }
}

/// |ℓ − b| + b, what counts twice twice.
fn flooded(level: f64, mut items: Items) -> Items {
    for ((loss, slope), count) in items.losses.iter_mut().zip(&mut items.slopes).zip(&items.counts) {
        let above = *loss - level * count;
        *loss = above.abs() + level * count;
        *slope *= if above == 0.0 { 0.0 } else { above.signum() };
    }
    items
}

/// The largest or the smallest of those that count; the others count no longer.
fn selected(ratio: f64, largest: bool, mut items: Items) -> Items {
    let mut order: Vec<usize> = (0..items.losses.len()).filter(|&at| items.counts[at] != 0.0).collect();
    order.sort_by(|&a, &b| items.losses[a].total_cmp(&items.losses[b]));
    if largest {
        order.reverse();
    }
    // ⌈ratio·n⌉ of the decimal that the ratio is written as.
    let written = ratio.to_string();
    let digits = written.split_once('.').map_or("", |(_, digits)| digits);
    let (number, one) = (written.replace('.', ""), 10_usize.pow(digits.len() as u32));
    let kept = (number.parse::<usize>().expect("digits") * order.len()).div_ceil(one);
    let dropped: Vec<usize> = order.iter().copied().skip(kept).collect();
    let unused = (0..items.losses.len()).filter(|&at| items.counts[at] == 0.0);
    for at in dropped.into_iter().chain(unused.collect::<Vec<_>>()) {
        (items.losses[at], items.counts[at], items.slopes[at]) = (0.0, 0.0, 0.0);
    }
    items
}

/// The value, and what the gradients of the core's single losses are multiplied by.
fn reduced(items: &Items, by: Option<Reduction>) -> (Vec<f64>, Vec<f64>) {
    let sum: f64 = items.losses.iter().sum();
    let total: f64 = items.counts.iter().sum();
    match by {
        None => (items.losses.clone(), items.slopes.clone()),
        Some(Reduction::Sum) => (vec![sum], items.slopes.clone()),
        Some(Reduction::Mean) if total == 0.0 => (vec![0.0], vec![0.0; items.slopes.len()]),
        Some(Reduction::Mean) => (vec![sum / total], items.slopes.iter().map(|slope| slope / total).collect()),
    }
}

/// What a wrapped class loss has to give.
fn expected_of_classes(problem: &Problem, way: &Way, by: Option<Reduction>) -> Outcome {
    let plain = Problem { config: core(&problem.config), ..problem.clone() };
    let losses = plain.run(way, None).value;
    let count = |target: &i64| match (problem.ignore_index, &problem.class_weights) {
        (Some(ignored), _) if ignored == *target => 0.0,
        (_, Some(weights)) => weights[*target as usize],
        _ => 1.0,
    };
    let counts = problem.targets.iter().map(count).collect();
    let items = wrapped(&problem.config, Items { slopes: vec![1.0; losses.len()], losses, counts });
    let (value, upstream) = reduced(&items, by);
    Outcome { value, gradient: plain.run_with(way, None, Some(&upstream)).gradient }
}

/// Configurations of the wrappers around this loss, one by one and around each other.
fn wrappers_round(loss: &Value) -> Vec<LossConfig> {
    let mut configs = Vec::new();
    for level in [0.0, 0.1, 0.75, 2.0] {
        configs.push(json!({"name": "individual_flooding", "level": level, "loss": loss}));
    }
    for ratio in [0.05, 0.1, 0.25, 0.5, 0.75, 1.0] {
        configs.push(json!({"name": "top_k", "ratio": ratio, "loss": loss}));
        configs.push(json!({"name": "small_loss", "ratio": ratio, "loss": loss}));
    }
    for select in ["top_k", "small_loss"] {
        let flooded = json!({"name": "individual_flooding", "level": 0.5, "loss": loss});
        configs.push(json!({"name": select, "ratio": 0.5, "loss": flooded}));
    }
    configs.into_iter().map(config).collect()
}

#[test]
fn wrappers_of_class_losses_are_their_definitions() {
    let mut faults = Faults::default();
    let losses = [
        json!("cross_entropy"),
        json!({"name": "focal", "gamma": [0, 1, 2, 0.5, 3]}),
        json!("brier"),
        json!("kl_divergence"),
        json!({"name": "label_smoothing", "smoothing": 0.25}),
        json!({"name": "logit_clip", "tau": 2, "loss": "generalized_cross_entropy"}),
        json!({"name": "logit_norm", "temperature": 0.5}),
        json!("bi_tempered"),
        // Three views of each item: as many losses as items.
        json!({"name": "jsd_cross_entropy", "label_smoothing": 0.25}),
    ];
    for (turn, config) in (0_u64..).zip(losses.iter().flat_map(wrappers_round)) {
        let shape = if turn % 2 == 0 { &[10, CLASSES][..] } else { &[4, CLASSES, 3] };
        let mut problem =
            Problem::random(&config, shape, &mut Random::new(1 + turn)).variants()[turn as usize % 4].clone();
        // No two losses alike: the order is not to be a matter of taste.
        problem.logits.iter_mut().enumerate().for_each(|(at, logit)| *logit += at as f64 / 1024.0);
        if turn % 5 == 0 {
            problem.class_weights.iter_mut().for_each(|weights| weights[2] = 0.0);
        }
        for way in rotating_ways() {
            for by in REDUCTIONS {
                let got = problem.run(&way, by);
                let expected = expected_of_classes(&problem, &way, by);
                faults.compare_outcomes(close(way.dtype), &got, &expected, || format!("{by:?} {way} {problem:?}"));
            }
        }
    }
    faults.report(4_000);
}

/// A wrapped loss of elements, or of rows or items of them, against what it is made of.
fn element_wrapper_holds(faults: &mut Faults, problem: &TensorProblem) {
    let TensorProblem { config, shape, .. } = problem;
    let plain = TensorProblem { config: core(config), ..problem.clone() };
    for way in rotating_ways() {
        let losses = plain.run(&way, None).value;
        let counts = vec![1.0; losses.len()];
        let items = wrapped(config, Items { slopes: counts.clone(), losses, counts });
        for by in REDUCTIONS {
            let (value, upstream) = reduced(&items, by);
            let (got, expected) = (problem.run(&way, by), plain.run_with(&way, None, Some(&upstream)));
            let what = || format!("{by:?} {way} {config:?} on {shape:?}");
            faults.compare(close(way.dtype), &got.value, &value, || format!("value, {}", what()));
            for input in 0..problem.inputs.len() {
                let [got, expected] = [&got, &expected].map(|outcome| outcome.gradient(input, problem.len()));
                faults.compare(close(way.dtype), &got, &expected, || format!("gradient {input}, {}", what()));
            }
        }
    }
}

#[test]
fn wrappers_of_losses_of_elements_are_their_definitions() {
    let mut faults = Faults::default();
    let losses = [
        json!("mse"),
        json!({"name": "quantile", "tau": [0.1, 0.25, 0.5, 0.9]}),
        json!("binary_cross_entropy"),
        json!("binary_focal"),
        json!("laplace_nll"),
        json!("zlpr"),
        json!({"name": "multilabel_soft_margin", "weight": [1.0, 0.25, 0.5, 2.0]}),
        json!("image_balanced_binary_cross_entropy"),
        json!("cosine_distance"),
        json!("rmse"),
    ];
    for (turn, config) in losses.iter().flat_map(wrappers_round).enumerate() {
        let shape = [&[7, 4][..], &[4], &[2, 4, 3]][turn % 3];
        let problem = TensorProblem::random(&config, shape, &mut Random::new(2 + turn as u64));
        element_wrapper_holds(&mut faults, &problem);
    }
    faults.report(6_500);
}

/// Nothing is left to select from, and nothing to divide by.
#[test]
fn everything_ignored_or_nothing_there_is_zero() {
    let mut faults = Faults::default();
    for config in wrappers_round(&json!("cross_entropy")) {
        let mut ignored = Problem::random(&config, &[6, CLASSES], &mut Random::new(3)).weighted();
        ignored.ignore_index = Some(2);
        ignored.targets.fill(2);
        ignored.logits[7] = f64::NAN;
        let empty = Problem::random(&config, &[0, CLASSES], &mut Random::new(4));
        for way in rotating_ways() {
            for by in [Some(Reduction::Mean), Some(Reduction::Sum)] {
                for problem in [&ignored, &empty] {
                    let got = problem.run(&way, by);
                    let still = got.gradient.iter().all(|&g| g == 0.0);
                    faults.expect(got.value == [0.0] && still, || format!("{got:?} {by:?} {way} {problem:?}"));
                }
            }
        }
    }
    faults.report(300);
}

/// The typed wrappers, on numbers that can be worked out by hand.
#[test]
fn typed_wrappers_select_and_flood() {
    let device = Device::flex();
    let zeros = |x: &Tensor<1>| x.zeros_like();
    let errors = Tensor::<1>::from_data([1.0, 8.0, 2.0, 4.0, 0.0], &device);
    let mean = |value: Tensor<1>| numbers(value)[0];
    let by = Reduction::Mean;
    let top = TopK::default().with_ratio(0.4).init(L1::default().init());
    assert_eq!(mean(top.forward(errors.clone(), zeros(&errors), by)), 6.0);
    assert_eq!(numbers(top.forward_no_reduction(errors.clone(), zeros(&errors))), [0.0, 8.0, 0.0, 4.0, 0.0]);
    // ⌈0.41·5⌉ is 3, and ⌈0.2·5⌉ is 1 whatever 0.2 is in binary.
    let top = TopK::default().with_ratio(0.41).init(L1::default().init());
    assert!((mean(top.forward(errors.clone(), zeros(&errors), by)) - 14.0 / 3.0).abs() < 1e-6);
    let top = TopK::default().with_ratio(0.2).init(L1::default().init());
    assert_eq!(mean(top.forward(errors.clone(), zeros(&errors), by)), 8.0);
    let small = SmallLoss::default().with_ratio(0.6).init(L1::default().init());
    assert_eq!(mean(small.forward(errors.clone(), zeros(&errors), by)), 1.0);
    assert_eq!(mean(small.forward(errors.clone(), zeros(&errors), Reduction::Sum)), 3.0);
    let flooding = IndividualFlooding::default().with_level(2.0).init(L1::default().init());
    assert_eq!(numbers(flooding.forward_no_reduction(errors.clone(), zeros(&errors))), [3.0, 8.0, 2.0, 4.0, 4.0]);
    // Around a binary loss, whose target may be ints; ln 2 is below the level.
    let binary = IndividualFlooding::default().with_level(1.0).init(BinaryCrossEntropy::default().init());
    let scores = Tensor::<1>::zeros([2], &device);
    let labels = Tensor::<1, Int>::from_data([1, 0], &device);
    let value = mean(binary.forward(scores, labels, by));
    assert!((value - (2.0 - std::f64::consts::LN_2)).abs() < 1e-6, "{value}");
}

#[test]
#[should_panic(expected = "TopK: ratio must be > 0 and ≤ 1, got 0")]
fn ratio_of_zero_is_an_error() {
    let _ = TopK::default().with_ratio(0.0).init(L1::default().init());
}

#[test]
#[should_panic(expected = "SmallLoss: ratio must be > 0 and ≤ 1, got 1.5")]
fn ratio_above_one_is_an_error() {
    let _ = SmallLoss::default().with_ratio(1.5).init(L1::default().init());
}

#[test]
#[should_panic(expected = "IndividualFlooding: level must be ≥ 0, got -1")]
fn negative_level_is_an_error() {
    let _ = IndividualFlooding::default().with_level(-1.0).init(L1::default().init());
}

// ---- Label smoothing ----

/// (1 − ε)·ℓ(target) + ε·Σₖ uₖ·ℓ(k), times the weight of the target.
#[test]
fn label_smoothing_shares_the_target() {
    let mut faults = Faults::default();
    let losses = [
        json!("cross_entropy"),
        json!("class_mae"),
        json!("focal"),
        json!({"name": "focal", "gamma": [0, 1, 2, 0.5, 3]}),
        json!("generalized_cross_entropy"),
        json!("symmetric_cross_entropy"),
        json!("poly1_cross_entropy"),
        json!("taylor_cross_entropy"),
    ];
    for (turn, loss) in losses.iter().enumerate() {
        for (step, smoothing) in [0.0, 0.1, 0.5, 1.0].into_iter().enumerate() {
            let mut smoothed = json!({"name": "label_smoothing", "smoothing": smoothing, "loss": loss});
            let mut distribution = [1.0 / CLASSES as f64; CLASSES];
            if (turn + step) % 2 == 0 {
                distribution = [0.125, 0.0, 0.25, 0.125, 0.5];
                smoothed["distribution"] = json!(distribution.map(|share| 8.0 * share));
            }
            let smoothed = config(smoothed);
            let shape = if turn % 2 == 0 { &[6, CLASSES][..] } else { &[2, CLASSES, 3] };
            for problem in Problem::random(&smoothed, shape, &mut Random::new(5)).variants() {
                let counts: Vec<f64> = problem
                    .targets
                    .iter()
                    .map(|&target| match (&problem.class_weights, problem.ignore_index == Some(target)) {
                        (_, true) => 0.0,
                        (Some(weights), _) => weights[target as usize],
                        (None, _) => 1.0,
                    })
                    .collect();
                let total: f64 = counts.iter().sum();
                for way in rotating_ways() {
                    for (by, divisor) in REDUCTIONS.into_iter().zip([1.0, total, 1.0]) {
                        let mut value = vec![0.0; counts.len()];
                        let mut gradient = vec![0.0; problem.logits.len()];
                        for (class, spread) in distribution.iter().enumerate() {
                            let plain = Problem {
                                config: config(loss.clone()),
                                class_weights: None,
                                ignore_index: None,
                                targets: vec![class as i64; counts.len()],
                                ..problem.clone()
                            };
                            let share: Vec<f64> = (0..counts.len())
                                .map(|row| {
                                    let own = if problem.targets[row] == class as i64 { 1.0 - smoothing } else { 0.0 };
                                    (own + smoothing * spread) * counts[row] / divisor
                                })
                                .collect();
                            let of_class = plain.run_with(&way, None, Some(&share));
                            (0..counts.len()).for_each(|row| value[row] += share[row] * of_class.value[row]);
                            gradient.iter_mut().zip(&of_class.gradient).for_each(|(sum, g)| *sum += g);
                        }
                        if by.is_some() {
                            value = vec![value.iter().sum()];
                        }
                        let got = problem.run(&way, by);
                        let expected = Outcome { value, gradient };
                        faults.compare_outcomes(close(way.dtype), &got, &expected, || {
                            format!("{by:?} {way} {problem:?}")
                        });
                    }
                }
            }
        }
    }
    faults.report(3_000);
}

/// A distribution has one number per class, and one of them is above 0.
#[test]
fn label_smoothing_says_what_is_wrong_with_a_distribution() {
    let smoothed = |distribution: serde_json::Value| {
        config(json!({"name": "label_smoothing", "distribution": distribution})).init()
    };
    let zeros = smoothed(json!([0, 0])).unwrap_err();
    assert_eq!(zeros.to_string(), "LabelSmoothing: distribution must be above 0 for a class, got 0 for all");
    let two = smoothed(json!([1, 3])).unwrap();
    let checked = two.check(&[4, 3], &[4], [0, 1, 2, 0].into_iter(), None);
    let sentence = "CrossEntropy: distribution must have one value for each of the 3 classes, got 2";
    assert_eq!(checked.unwrap_err().to_string(), sentence);
    assert!(format!("{two}").contains("label_smoothing: {\"distribution\":[1.0,3.0],\"smoothing\":0.1}"), "{two}");
}

/// The typed wrapper is the one from a file; what cannot be smoothed says so.
#[test]
fn label_smoothing_goes_round_what_has_an_expected_value() {
    let device = Device::flex();
    let logits = Tensor::<2>::from_data([[1.0, -0.5, 0.25], [0.0, 2.0, -1.0]], &device);
    let targets = Tensor::<1, Int>::from_data([2, 0], &device);
    let typed = LabelSmoothing::default().with_smoothing(0.25).init(Focal::default().init());
    let read = config(json!({"name": "label_smoothing", "smoothing": 0.25, "loss": "focal"})).init().unwrap();
    let of = |loss: &AnyClassLoss| numbers(loss.forward(logits.clone(), targets.clone(), Reduction::Mean));
    assert_eq!(of(&typed), of(&read));
    let of_more = "be of one class's probability or of sums over the classes, and without a smoothing of its own";
    let wrapped = "be one that nothing goes around (smooth what is inside, and wrap that)";
    let smoothed = "be one that is not smoothed yet";
    for (loss, rule, got) in [
        (json!("normalized_cross_entropy"), of_more, "NormalizedCrossEntropy"),
        (json!("z_loss"), of_more, "ZLoss"),
        (json!({"name": "cross_entropy", "label_smoothing": 0.1}), of_more, "CrossEntropy"),
        (json!("bi_tempered"), of_more, "BiTempered"),
        (json!("forward_correction"), of_more, "ForwardCorrection"),
        (json!("jsd_cross_entropy"), of_more, "JsdCrossEntropy"),
        (json!({"name": "flooding", "loss": "focal"}), wrapped, "Flooding"),
        (json!({"name": "logit_clip", "loss": "cross_entropy"}), wrapped, "LogitClip"),
        (json!({"name": "top_k", "loss": "cross_entropy"}), wrapped, "TopK"),
        (json!({"name": "weighted_sum", "terms": [{"loss": "focal"}]}), wrapped, "WeightedSum"),
        (json!({"name": "label_smoothing", "loss": "focal"}), smoothed, "Focal"),
    ] {
        let smoothed = config(json!({"name": "label_smoothing", "loss": loss}));
        let error = smoothed.init().map(|_| ()).unwrap_err().to_string();
        assert_eq!(error, format!("LabelSmoothing: the loss must {rule}, got {got}"), "{loss}");
        let typed =
            catch_unwind(AssertUnwindSafe(|| LabelSmoothing::default().init(config(loss.clone()).init().unwrap())));
        let sentence = typed.map(|_| ()).unwrap_err().downcast::<String>().expect("a sentence");
        assert_eq!(*sentence, error, "{loss}");
    }
}

// ---- Sums ----

/// A class loss on the logits and targets of a problem.
fn outcome(loss: &AnyClassLoss, problem: &Problem, way: &Way, by: Option<Reduction>) -> Outcome {
    let device = way.autodiff();
    let shape: [usize; 2] = problem.shape.clone().try_into().expect("two axes");
    let logits = TensorData::new(problem.logits.clone(), shape);
    let logits = Tensor::<2>::from_data(logits, (&device, way.dtype)).require_grad();
    let targets = TensorData::new(problem.targets.clone(), [shape[0]]);
    let targets = Tensor::<1, Int>::from_data(targets, (&device, DType::I64));
    let value = match by {
        Some(by) => loss.forward(logits.clone(), targets, by),
        None => loss.forward_no_reduction(logits.clone(), targets),
    };
    let gradient = logits.grad(&value.clone().sum().backward()).expect("the logits have a gradient");
    Outcome { value: numbers(value), gradient: numbers(gradient) }
}

fn ramp(shape: &str, from: f64, to: f64) -> Value {
    json!({"shape": shape, "from": from, "to": to, "steps": 1000})
}

/// Σ wᵢ·Lᵢ, each reduced by itself, with weights that change.
#[test]
fn sums_are_the_sums_of_their_losses() {
    let mut faults = Faults::default();
    let losses = [json!("focal"), json!("class_mae"), json!({"name": "top_k", "ratio": 0.5, "loss": "brier"})];
    let schedules = [json!(0.75), ramp("linear", 2.0, 0.5), ramp("cosine", 0.0, 3.0)];
    let terms: Vec<Value> =
        losses.iter().zip(&schedules).map(|(loss, weight)| json!({"weight": weight, "loss": loss})).collect();
    let sum = config(json!({"name": "weighted_sum", "terms": terms}));
    assert_eq!(sum.signature(), Signature::Class);
    // At 250 of 1000 steps a cosine ramp has gone (1 − cos 45°)/2 of its way.
    let at_quarter = 3.0 * 0.5 * (1.0 - 0.5_f64.sqrt());
    let steps = [
        (0, [0.75, 2.0, 0.0]),
        (250, [0.75, 1.625, at_quarter]),
        (500, [0.75, 1.25, 1.5]),
        (1000, [0.75, 0.5, 3.0]),
        (7000, [0.75, 0.5, 3.0]),
    ];
    for problem in Problem::random(&sum, &[8, CLASSES], &mut Random::new(6)).variants() {
        for way in rotating_ways() {
            let made = |config: &LossConfig| Problem { config: config.clone(), ..problem.clone() }.criterion(&way);
            for (step, weights) in steps {
                for by in REDUCTIONS {
                    let got = outcome(&made(&sum).at_step(step), &problem, &way, by);
                    let mut expected =
                        Outcome { value: vec![0.0; got.value.len()], gradient: vec![0.0; got.gradient.len()] };
                    for (loss, weight) in losses.iter().zip(weights) {
                        let term = outcome(&made(&config(loss.clone())), &problem, &way, by);
                        expected.value.iter_mut().zip(term.value).for_each(|(sum, x)| *sum += weight * x);
                        expected.gradient.iter_mut().zip(term.gradient).for_each(|(sum, g)| *sum += weight * g);
                    }
                    faults.compare_outcomes(close(way.dtype), &got, &expected, || {
                        format!("step {step}, {by:?} {way} {problem:?}")
                    });
                }
            }
            // Unless told, it is step 0.
            let (first, zero) =
                (outcome(&made(&sum), &problem, &way, None), outcome(&made(&sum).at_step(0), &problem, &way, None));
            faults.expect(first.value == zero.value, || format!("{first:?} and {zero:?}, {way}"));
        }
    }
    faults.report(500);
}

/// Sums go into wrappers and wrappers into sums; a step reaches every sum inside.
#[test]
fn steps_reach_sums_inside_of_wrappers() {
    let mut faults = Faults::default();
    let linear = ramp("linear", 0.0, 1.0);
    let sum = json!({"name": "weighted_sum", "terms": [{"loss": "focal"}, {"weight": linear, "loss": "class_mae"}]});
    let sum_at = |weight: f64| {
        let terms = json!([{"loss": "focal"}, {"weight": weight, "loss": "class_mae"}]);
        json!({"name": "weighted_sum", "terms": terms})
    };
    let rounds: [fn(Value) -> Value; 6] = [
        |loss| json!({"name": "flooding", "level": 0.5, "loss": loss}),
        |loss| json!({"name": "individual_flooding", "level": 0.5, "loss": loss}),
        |loss| json!({"name": "top_k", "ratio": 0.5, "loss": loss}),
        |loss| json!({"name": "small_loss", "ratio": 0.5, "loss": loss}),
        |loss| json!({"name": "weighted_sum", "terms": [{"weight": 0.5, "loss": loss}, {"loss": "brier"}]}),
        |loss| json!({"name": "active_passive", "active": loss, "passive": "unhinged"}),
    ];
    for round in rounds {
        let problem = Problem::random(&config(round(sum.clone())), &[9, CLASSES], &mut Random::new(7));
        let mut problem = problem.weighted().with_ignored_targets();
        problem.logits.iter_mut().enumerate().for_each(|(at, logit)| *logit += at as f64 / 1024.0);
        for way in rotating_ways() {
            for step in [0, 300, 1000] {
                let constant = config(round(sum_at(step as f64 / 1000.0)));
                for by in problem.reductions() {
                    let got = outcome(&problem.criterion(&way).at_step(step), &problem, &way, by);
                    let expected = Problem { config: constant.clone(), ..problem.clone() };
                    let expected = outcome(&expected.criterion(&way), &problem, &way, by);
                    let what = || format!("step {step}, {by:?} {way} {}", problem.config.name());
                    faults.compare_outcomes(close(way.dtype), &got, &expected, what);
                }
            }
        }
    }
    faults.report(400);
}

/// Every wrapper of the catalogue, around a sum whose weights change, at a step: the wrapper of the sum with the weights of
/// that step. Around a wrapper that goes around any loss, too.
#[test]
fn steps_reach_sums_inside_of_every_wrapper_of_the_catalogue() {
    let wrappers: Vec<&str> = burn_losses::catalogue::all()
        .iter()
        .filter(|entry| entry.family == burn_losses::catalogue::Family::Wrapper)
        .map(|entry| entry.name)
        .collect();
    let sum = |weight: Value| json!({"name": "weighted_sum", "terms": [{"loss": "focal"}, {"weight": weight, "loss": "class_mae"}]});
    let round = |wrapper: &str, inside: Value| match wrapper {
        "weighted_sum" => json!({"name": wrapper, "terms": [{"loss": "brier"}, {"weight": 0.5, "loss": inside}]}),
        "active_passive" => json!({"name": wrapper, "active": "focal", "passive": inside}),
        "uncertainty_weighting" => json!({"name": wrapper, "losses": ["focal", inside]}),
        _ => json!({"name": wrapper, "loss": inside}),
    };
    let logits = Tensor::<2>::from_data([[1.0, -0.5, 0.25], [0.0, 2.0, -1.0], [0.5, 0.0, 3.0]], &Device::flex());
    let targets = Tensor::<1, Int>::from_data([2, 0, 1], &Device::flex());
    let value = |loss: &AnyClassLoss| numbers(loss.forward(logits.clone(), targets.clone(), Reduction::Sum));
    let mut checked = 0;
    for outer in &wrappers {
        for inner in [None, Some("individual_flooding"), Some("logit_clip")] {
            let made = |weight: Value| {
                let inside = inner.map_or_else(|| sum(weight.clone()), |inner| round(inner, sum(weight.clone())));
                config(round(outer, inside)).init()
            };
            let Ok(loss) = made(ramp("linear", 0.0, 8.0)) else {
                // It goes around no wrapped loss, and so around no sum.
                assert_eq!(*outer, "label_smoothing");
                continue;
            };
            let expected = |weight: f64| value(&made(json!(weight)).expect("valid"));
            let mut stepped = loss.clone();
            stepped.set_step(124);
            stepped.next_step();
            for (at, weight) in [(&loss, 0.0), (&loss.clone().at_step(125), 1.0), (&stepped, 1.0)] {
                assert_eq!(value(at), expected(weight), "{outer} of {inner:?}");
                checked += 1;
            }
            assert_ne!(expected(0.0), expected(1.0), "{outer} of {inner:?} shows nothing");
        }
    }
    assert_eq!(checked, 3 * 3 * (wrappers.len() - 1));
}

/// Typed wrappers and sums pass a step on as those from files do.
#[test]
fn steps_reach_sums_inside_of_typed_wrappers() {
    let x = Tensor::<2>::from_data([[1.0, -0.5, 0.25]], &Device::flex());
    let t = Tensor::<1, Int>::from_data([2], &Device::flex());
    let sum = || {
        let read =
            config(json!({"name": "weighted_sum", "terms": [{"weight": ramp("linear", 0.0, 8.0), "loss": "focal"}]}));
        WeightedSum::<AnyClassLoss>::new().plus(1.0, read.init().unwrap())
    };
    let clip = || LogitClip::default().with_tau(1e6);
    let mut loss = Flooding::default().with_level(0.0).init(TopK::default().with_ratio(1.0).init(clip().init(sum())));
    let value = |loss: &dyn Fn(Tensor<2>, Tensor<1, Int>) -> Tensor<1>| numbers(loss(x.clone(), t.clone()))[0];
    let focal = Focal::default().init();
    let focal = value(&|x, t| focal.forward(x, t, Reduction::Mean));
    for (step, weight) in [(125, 1.0), (250, 2.0), (251, 2.008)] {
        if step == 251 {
            loss.next_step()
        } else {
            loss.set_step(step)
        }
        let got = value(&|x, t| loss.forward(x, t, Reduction::Mean));
        assert!((got - weight * focal).abs() < 1e-5, "{got} instead of {weight} · {focal} at {step}");
    }
    assert_eq!(value(&|x, t| sum().at_step(0).forward(x, t, Reduction::Mean)), 0.0);
}

/// α·L_active + β·L_passive; without either, those of the paper.
#[test]
fn active_passive_is_the_sum_of_two() {
    let mut faults = Faults::default();
    let plain = config(json!("active_passive"));
    let given = config(json!({
        "name": "active_passive", "alpha": 0.25, "beta": ramp("exponential", 0.5, 2.0), "active": "focal",
        "passive": "reverse_cross_entropy",
    }));
    let cases = [
        (&plain, 0, 1.0, "normalized_cross_entropy", 1.0, "class_mae"),
        (&given, 0, 0.25, "focal", 0.5, "reverse_cross_entropy"),
        // By equal factors: half-way from ½ to 2 is 1.
        (&given, 500, 0.25, "focal", 1.0, "reverse_cross_entropy"),
        (&given, 1000, 0.25, "focal", 2.0, "reverse_cross_entropy"),
    ];
    for (config_of_pair, step, alpha, active, beta, passive) in cases {
        let problem =
            Problem::random(config_of_pair, &[7, CLASSES], &mut Random::new(8)).weighted().with_ignored_targets();
        for way in rotating_ways() {
            for by in REDUCTIONS {
                let of = |name: &str| Problem { config: config(json!(name)), ..problem.clone() }.run(&way, by);
                let (mut expected, other) = (of(active), of(passive));
                expected.value.iter_mut().zip(other.value).for_each(|(a, b)| *a = alpha * *a + beta * b);
                expected.gradient.iter_mut().zip(other.gradient).for_each(|(a, b)| *a = alpha * *a + beta * b);
                let got = outcome(&problem.criterion(&way).at_step(step), &problem, &way, by);
                faults.compare_outcomes(close(way.dtype), &got, &expected, || {
                    format!("step {step}, {by:?} {way} {problem:?}")
                });
            }
        }
    }
    faults.report(100);
}

/// Sums of losses of elements: their values and every gradient.
#[test]
fn sums_of_losses_of_elements_are_sums() {
    let mut faults = Faults::default();
    let sums = [
        ["mse", "l1"],
        ["binary_cross_entropy", "binary_focal"],
        ["gaussian_nll", "gaussian_crps"],
        ["zlpr", "multilabel_margin"],
        ["cosine_distance", "cosine_distance"],
        ["rmse", "rmsle"],
    ];
    for [first, second] in sums {
        let sum =
            json!({"name": "weighted_sum", "terms": [{"weight": 0.5, "loss": first}, {"weight": 2, "loss": second}]});
        let problem = TensorProblem::random(&config(sum), &[3, 4], &mut Random::new(9));
        let of = |name: &str| TensorProblem { config: config(json!(name)), ..problem.clone() };
        for way in rotating_ways() {
            for by in REDUCTIONS {
                let [got, a, b] = [&problem, &of(first), &of(second)].map(|problem| problem.run(&way, by));
                let added =
                    |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| 0.5 * a + 2.0 * b).collect::<Vec<f64>>();
                let what = || format!("{first} and {second}, {by:?} {way}");
                faults
                    .compare(close(way.dtype), &got.value, &added(&a.value, &b.value), || format!("value, {}", what()));
                for input in 0..problem.inputs.len() {
                    let [got, a, b] = [&got, &a, &b].map(|outcome| outcome.gradient(input, problem.len()));
                    faults.compare(close(way.dtype), &got, &added(&a, &b), || format!("gradient {input}, {}", what()));
                }
            }
        }
    }
    faults.report(250);
}

/// The typed sum of losses of one type, and of any.
#[test]
fn typed_sums_follow_their_schedules() {
    let device = Device::flex();
    let errors = Tensor::<1>::from_data([1.0, 3.0], &device);
    let mut sum = WeightedSum::<AnyPointwiseLoss>::new()
        .plus(0.5, Mse::default().init())
        .plus(Ramp::linear(0.0, 1.0, 10), L1::default().init());
    let of = |sum: &WeightedSum<AnyPointwiseLoss>| {
        numbers(sum.forward(errors.clone(), errors.zeros_like(), Reduction::Mean))[0]
    };
    // Half of (1 + 9)/2, and a share of (1 + 3)/2.
    assert_eq!(of(&sum), 2.5);
    sum.set_step(5);
    assert_eq!(of(&sum), 3.5);
    assert_eq!(of(&sum.clone().at_step(100)), 4.5);
    let same_type = WeightedSum::<PointwiseLoss<Huber>>::new()
        .plus(1.0, Huber::default().init())
        .plus(1.0, Huber::default().with_delta(2.0).init());
    // ½ + 2.5 and ½ + 4.
    let each = numbers(same_type.forward_no_reduction(errors.clone(), errors.zeros_like()));
    assert_eq!(each, [1.0, 6.5]);
}

#[test]
#[should_panic(expected = "WeightedSum: weight must be finite and ≥ 0, got -1")]
fn negative_weight_is_an_error() {
    let _ = WeightedSum::<AnyPointwiseLoss>::new().plus(-1.0, Mse::default().init());
}

#[test]
#[should_panic(expected = "WeightedSum: weight must be finite and > 0, as exponential ramps have no 0, got 0")]
fn exponential_ramp_from_zero_is_an_error() {
    let ramp = Ramp::exponential(0.0, 1.0, 10);
    let _ = WeightedSum::<AnyPointwiseLoss>::new().plus(ramp, Mse::default().init());
}

#[test]
#[should_panic(expected = "WeightedSum: losses must be given, got none")]
fn sum_of_nothing_is_an_error() {
    let x = Tensor::<1>::zeros([1], &Device::flex());
    let _ = WeightedSum::<AnyPointwiseLoss>::new().forward(x.clone(), x, Reduction::Mean);
}

// ---- Weights that are learnt ----

/// ½·Σ (e^−s·L + s); by s ½·(1 − e^−s·L), by L ½·e^−s.
#[test]
fn uncertainty_weighting_is_its_definition() {
    let mut faults = Faults::default();
    let s: [f64; 3] = [0.0, 1.5, -2.0];
    for way in rotating_ways() {
        let device = way.autodiff();
        let mut weighting = UncertaintyWeighting::new(3, &device);
        let log_variances = Tensor::<1>::from_data(TensorData::new(s.to_vec(), [3]), (&device, way.dtype));
        weighting.log_variances = Param::from_tensor(log_variances);
        let losses = [0.75, 2.0, 0.125];
        let tensors = losses.map(|loss: f64| {
            Tensor::<1>::from_data(TensorData::new(vec![loss], [1]), (&device, way.dtype)).require_grad()
        });
        let value = weighting.forward(tensors.clone());
        let gradients = value.backward();
        let weights = s.map(|s| 0.5 * (-s).exp());
        let expected: f64 = (0..3).map(|at| weights[at] * losses[at] + 0.5 * s[at]).sum();
        faults.compare(close(way.dtype), &numbers(value), &[expected], || format!("value, {way}"));
        let by_s = weighting.log_variances.val().grad(&gradients).expect("the weights are learnt");
        let expected: Vec<f64> = (0..3).map(|at| 0.5 - weights[at] * losses[at]).collect();
        faults.compare(close(way.dtype), &numbers(by_s), &expected, || format!("by s, {way}"));
        let by_losses = tensors.map(|loss| numbers(loss.grad(&gradients).expect("a gradient"))[0]);
        faults.compare(close(way.dtype), &by_losses, &weights, || format!("by the losses, {way}"));
    }
    faults.report(12);
}

/// At s = ln L each weight is right: nothing pulls at it.
#[test]
fn uncertainty_weighting_is_at_rest_at_the_logarithm_of_the_loss() {
    let device = Device::flex().autodiff();
    let mut weighting = UncertaintyWeighting::new(2, &device);
    let at_rest = Tensor::<1>::from_data([0.25_f32.ln(), 4.0_f32.ln()], &device);
    weighting.log_variances = Param::from_tensor(at_rest);
    let losses = [0.25, 4.0].map(|loss: f32| Tensor::<1>::from_data([loss], &device));
    let gradients = weighting.forward(losses).backward();
    let by_s = numbers(weighting.log_variances.val().grad(&gradients).expect("the weights are learnt"));
    assert!(by_s.iter().all(|g| g.abs() < 1e-6), "{by_s:?}");
}

#[test]
#[should_panic(expected = "UncertaintyWeighting: losses must be 2, as it was made for, got 1")]
fn another_number_of_losses_is_an_error() {
    let device = Device::flex();
    let _ = UncertaintyWeighting::new(2, &device).forward([Tensor::<1>::zeros([1], &device)]);
}

#[test]
fn learnt_weights_are_read_from_a_file_and_learn() {
    let device = Device::flex().autodiff();
    let read = config(json!({"name": "uncertainty_weighting", "losses": ["mse", {"name": "l1"}]}));
    assert_eq!(config(serde_json::to_value(&read).unwrap()), read);
    let loss = read.init_pointwise().unwrap().to_device(&device).train();
    let prediction = Tensor::<2>::from_data([[1.0, 3.0], [0.0, -2.0]], &device).require_grad();
    let target = Tensor::<2>::zeros([2, 2], &device);
    for by in [Reduction::Mean, Reduction::Sum] {
        let [mse, l1] = match by {
            Reduction::Mean => [14.0 / 4.0, 6.0 / 4.0],
            Reduction::Sum => [14.0, 6.0],
        };
        let value = loss.forward(prediction.clone(), target.clone(), by);
        assert_eq!(numbers(value.clone()), [0.5 * (mse + l1)]);
        // ∂L/∂sᵢ = ½·(1 − e^{−sᵢ}·Lᵢ), at s = 0.
        let gradients = burn::optim::GradientsParams::from_grads(value.backward(), &loss);
        let weighting = Collect::of(&loss);
        assert_eq!(weighting.len(), 1, "one parameter");
        let by_s = numbers(gradients.get::<1>(weighting[0]).expect("s is learnt"));
        assert_eq!(by_s, [0.5 * (1.0 - mse), 0.5 * (1.0 - l1)]);
    }
    let each = loss.forward_no_reduction(prediction, target);
    assert_eq!(numbers(each), [0.5 * (1.0 + 1.0), 0.5 * (9.0 + 3.0), 0.0, 0.5 * (4.0 + 2.0)]);
}

/// The parameters of a module.
#[derive(Default)]
struct Collect(Vec<ParamId>);

impl Collect {
    fn of(module: &impl Module) -> Vec<ParamId> {
        let mut collect = Self::default();
        module.visit(&mut collect);
        collect.0
    }
}

impl ModuleVisitor for Collect {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(param.id);
    }
}

/// Mse and L1 from a file, with weights that are learnt.
fn weighed() -> AnyPointwiseLoss {
    config(json!({"name": "uncertainty_weighting", "losses": ["mse", "l1"]})).init_pointwise().unwrap()
}

/// The sum of the losses of [1, 3] against 0, on a device.
fn weighed_on(loss: &AnyPointwiseLoss, device: &Device, dtype: DType) -> Tensor<1> {
    let prediction = Tensor::<1>::from_data([1.0, 3.0], (device, dtype));
    let prediction = if device.is_autodiff() { prediction.require_grad() } else { prediction };
    loss.forward(prediction.clone(), prediction.zeros_like(), Reduction::Sum)
}

/// Slopes by s, ½·(1 − L) at s = 0.
const BY_S: [f64; 2] = [0.5 * (1.0 - 10.0), 0.5 * (1.0 - 4.0)];

/// What training would change the weights by.
fn by_s(module: &impl Module, value: Tensor<1>) -> Option<Vec<f64>> {
    let gradients = burn::optim::GradientsParams::from_grads(value.backward(), module);
    let [weights] = Collect::of(module).try_into().expect("one parameter");
    gradients.get::<1>(weights).map(numbers)
}

/// Wherever a module has been, and whatever was evaluated before: weights from a file learn where losses are
/// differentiated, and are numbers like any others where they are not.
#[test]
fn learnt_weights_from_a_file_learn_without_being_told_of_devices() {
    let (plain, tracked) = (Device::flex(), Device::flex().autodiff());
    type Way = fn(AnyPointwiseLoss) -> AnyPointwiseLoss;
    let ways: [(&str, Way); 11] = [
        ("as it is", |loss| loss),
        ("evaluated before", |loss| {
            let value = weighed_on(&loss, &Device::flex(), DType::F32);
            assert_eq!(numbers(value), [0.5 * (10.0 + 4.0)]);
            loss
        }),
        ("moved", |loss| loss.to_device(&Device::flex())),
        ("moved with autodiff", |loss| loss.to_device(&Device::flex().autodiff())),
        ("forked", |loss| loss.fork(&Device::flex().autodiff())),
        ("a forked clone", |loss| loss.clone().fork(&Device::flex().autodiff())),
        ("trained", Module::train),
        ("moved and trained", |loss| loss.to_device(&Device::flex().autodiff()).train()),
        ("validated and trained", |loss| loss.to_device(&Device::flex()).valid().train()),
        ("loaded", |loss| {
            let record = loss.to_device(&Device::flex()).into_record();
            assert_eq!(record.len(), 1);
            weighed().load_record(record)
        }),
        ("loaded into a moved one", |loss| {
            let record = loss.to_device(&Device::flex()).into_record();
            weighed().to_device(&Device::flex().autodiff()).load_record(record)
        }),
    ];
    for (name, way) in ways {
        let loss = way(weighed());
        for dtype in [DType::F32, DType::F64, DType::F16] {
            assert_eq!(numbers(weighed_on(&loss, &plain, dtype)), [0.5 * (10.0 + 4.0)], "{name}");
            assert!(!weighed_on(&loss, &plain, dtype).is_autodiff(), "{name}");
            let value = weighed_on(&loss, &tracked, dtype);
            assert_eq!(numbers(value.clone()), [0.5 * (10.0 + 4.0)], "{name}");
            assert_eq!(by_s(&loss, value).as_deref(), Some(&BY_S[..]), "{name}, {dtype:?}");
        }
        let checkpointing = tracked.clone().gradient_checkpointing();
        let value = weighed_on(&loss, &checkpointing, DType::F32);
        assert_eq!(by_s(&loss, value).as_deref(), Some(&BY_S[..]), "{name}, checkpointing");
        // What is asked to stay as it is does.
        let frozen = loss.no_grad();
        assert_eq!(by_s(&frozen, weighed_on(&frozen, &tracked, DType::F32)), None, "{name}, frozen");
    }
    // Moved from a parameter that others have too they are parameters of their own, and `train()` takes them.
    let kept = weighed();
    let _ = numbers(weighed_on(&kept, &tracked, DType::F32));
    for moved in [kept.clone().to_device(&plain), kept.clone().to_device(&plain).train()] {
        let value = weighed_on(&moved, &tracked, DType::F32);
        assert_eq!(by_s(&moved, value).as_deref(), Some(&BY_S[..]), "moved from a shared one");
        assert_eq!(numbers(weighed_on(&moved, &plain, DType::F32)), [7.0]);
    }
    // Unmoved, they are on no device that a model would go to.
    assert!(weighed().devices().is_empty() && weighed().to_device(&plain).devices().len() == 1);
    // The gradient finds its way back to another device.
    #[allow(deprecated)]
    let elsewhere = weighed().to_device(&Device::ndarray());
    let value = weighed_on(&elsewhere, &tracked, DType::F32);
    assert_eq!(by_s(&elsewhere, value).as_deref(), Some(&BY_S[..]));
}

/// Made on a plain device, they learn after `train()`, and say so before.
#[test]
fn learnt_weights_on_a_plain_device_never_keep_silent() {
    let tracked = Device::flex().autodiff();
    let losses = || [10.0, 4.0].map(|loss: f32| Tensor::<1>::from_data([loss], &tracked).require_grad());
    let learns = |weighting: &UncertaintyWeighting| by_s(weighting, weighting.forward(losses()));
    let plain = UncertaintyWeighting::new(2, &Device::flex());
    let sentence = "UncertaintyWeighting: log_variances must be on a device with autodiff, since the losses are \
                    differentiated (make it there, or call train() on the module; no_grad() keeps its weights \
                    constant), got a plain device";
    assert_eq!(said(|| plain.forward(losses())), sentence);
    assert_eq!(said(|| plain.clone().to_device(&tracked).forward(losses())), sentence);
    assert_eq!(said(|| UncertaintyWeighting::new(2, &tracked).valid().forward(losses())), sentence);
    let record = plain.clone().into_record();
    assert_eq!(said(|| UncertaintyWeighting::new(2, &Device::flex()).load_record(record).forward(losses())), sentence);
    assert_eq!(learns(&plain.clone().train()).as_deref(), Some(&BY_S[..]));
    assert_eq!(learns(&UncertaintyWeighting::new(2, &tracked)).as_deref(), Some(&BY_S[..]));
    let record = UncertaintyWeighting::new(2, &tracked).into_record();
    let loaded = UncertaintyWeighting::new(2, &tracked).load_record(record);
    assert_eq!(learns(&loaded).as_deref(), Some(&BY_S[..]));
    // Losses that are not differentiated, and weights that are not to learn, are nothing to speak of.
    let constants = [10.0, 4.0].map(|loss: f32| Tensor::<1>::from_data([loss], &tracked));
    assert_eq!(numbers(plain.forward(constants)), [7.0]);
    assert_eq!(learns(&plain.no_grad()), None);
}

#[test]
fn learnt_weights_inside_of_another_loss_are_refused() {
    let learnt = json!({"name": "uncertainty_weighting", "losses": ["mse", "l1"]});
    for outer in [
        json!({"name": "flooding", "loss": learnt}),
        json!({"name": "weighted_sum", "terms": [{"loss": learnt}]}),
        json!({"name": "top_k", "loss": {"name": "flooding", "loss": learnt}}),
    ] {
        let error = serde_json::from_value::<LossConfig>(outer.clone()).map(|config| config.init_pointwise().err());
        let sentence = match error {
            Ok(error) => error.expect("it is no loss").to_string(),
            Err(error) => error.to_string(),
        };
        assert!(sentence.contains("UncertaintyWeighting") && sentence.contains("outermost"), "{outer}: {sentence}");
    }
    let error = serde_json::from_value::<LossConfig>(json!({"name": "uncertainty_weighting", "losses": []}));
    assert!(error.unwrap_err().to_string().contains("losses must be given"));
}

// ---- In files ----

#[test]
fn wrappers_and_sums_survive_the_round_trip() {
    let smoothed = json!({"name": "label_smoothing", "smoothing": 0.2, "loss": "focal"});
    let terms = json!([{"loss": "l1"}, {"weight": 3, "loss": "huber"}]);
    let values = [
        json!({"name": "individual_flooding", "level": 0.25, "loss": {"name": "top_k", "ratio": 0.5, "loss": "mse"}}),
        json!({"name": "small_loss", "ratio": 0.75, "loss": smoothed}),
        json!({"name": "weighted_sum", "terms": [{"weight": 1.0, "loss": {"name": "mse", "scale": 0.5}}]}),
        json!({"name": "weighted_sum", "terms": [
            {"loss": "brier"},
            {"weight": ramp("cosine", 0.0, 0.5), "loss": {"name": "flooding", "loss": "kl_divergence"}},
            {"weight": ramp("exponential", 0.1, 0.5), "loss": "active_passive"},
        ]}),
        json!({"name": "active_passive", "alpha": ramp("linear", 0.0, 1.0), "active": "focal", "passive": "unhinged"}),
        json!({"name": "top_k", "loss": {"name": "weighted_sum", "terms": terms}}),
        json!({"name": "small_loss", "loss": {"name": "flooding", "loss": "zlpr"}}),
        json!({"name": "weighted_sum", "terms": [{"loss": "rmse"}, {"weight": 0.5, "loss": "cosine_distance"}]}),
        json!({"name": "logit_clip", "loss": {"name": "forward_correction", "transition": [[1.0, 0.0], [0.25, 0.75]]}}),
    ];
    for value in values {
        let read = config(value.clone());
        let text = serde_json::to_string(&read).unwrap();
        let again: LossConfig = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(again, read, "{text}");
        assert_eq!(serde_json::to_string(&again).unwrap(), text);
        assert!(text.starts_with(&format!("{{\"name\":\"{}\"", read.name())), "{text}");
        let made = match read.signature() {
            Signature::Class => read.init().map(|_| ()),
            Signature::Pointwise => read.init_pointwise().map(|_| ()),
            Signature::Multilabel | Signature::Whole => read.init_tensor().map(|_| ()),
            other => panic!("{value} is {other:?}"),
        };
        made.unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    // Weights stay what they were.
    let sum = serde_json::to_value(config(json!({"name": "weighted_sum", "terms": [{"weight": 0.25, "loss": "mse"}]})))
        .unwrap();
    assert_eq!(sum["terms"][0]["weight"], json!(0.25));
    assert_eq!(sum["terms"][0]["loss"]["name"], json!("mse"));
}

/// The first thing that is said, on reading it or on making the loss.
fn error_of(value: Value) -> String {
    let made =
        serde_json::from_value::<LossConfig>(value.clone()).map_err(|error| error.to_string()).and_then(|read| {
            let made = match read.signature() {
                Signature::Pointwise => read.init_pointwise().map(|_| ()),
                Signature::Binary => read.init_binary().map(|_| ()),
                Signature::Distribution => read.init_distribution().map(|_| ()),
                Signature::Multilabel | Signature::Whole => read.init_tensor().map(|_| ()),
                _ => read.init().map(|_| ()),
            };
            made.map_err(|error| error.to_string())
        });
    made.err().unwrap_or_else(|| panic!("{value} is a loss"))
}

#[track_caller]
fn says(value: Value, parts: &[&str]) {
    let error = error_of(value.clone());
    for part in parts {
        assert!(error.contains(part), "{value} gives \"{error}\", which does not say \"{part}\"");
    }
}

#[test]
fn wrong_sums_are_named() {
    let sum = |terms: Value| json!({"name": "weighted_sum", "terms": terms});
    says(sum(json!([])), &["WeightedSum: terms must be given, got an empty list"]);
    says(sum(json!([{"weight": -1, "loss": "mse"}])), &["WeightedSum: weight must be finite and ≥ 0, got -1"]);
    says(
        sum(json!([{"weight": ramp("linear", 1.0, -0.5), "loss": "mse"}])),
        &["weight must be finite and ≥ 0, got -0.5"],
    );
    says(
        sum(json!([{"weight": ramp("exponential", 0.0, 1.0), "loss": "mse"}])),
        &["> 0, as exponential ramps have no 0, got 0"],
    );
    says(sum(json!([{"weight": ramp("sine", 0.0, 1.0), "loss": "mse"}])), &["WeightedSum"]);
    says(sum(json!([{"weight": "much", "loss": "mse"}])), &["WeightedSum"]);
    says(sum(json!([{"weight": 1}])), &["WeightedSum", "loss"]);
    says(sum(json!([{"factor": 1, "loss": "mse"}])), &["WeightedSum", "factor"]);
    says(sum(json!([{"loss": "msee"}])), &["name must be one of the catalogue's", "msee", "mse"]);
    says(sum(json!([{"loss": {"name": "huber", "delta": 0}}])), &["Huber: delta must be > 0, got 0"]);
    says(
        json!({"name": "weighted_sum", "terms": [{"loss": "mse"}], "loss": "mse"}),
        &["WeightedSum: fields must be its terms, got \"loss\""],
    );
    says(json!({"name": "active_passive", "alpha": -1}), &["alpha must be finite and ≥ 0, got -1"]);
    says(json!({"name": "active_passive", "beta": ramp("exponential", 1.0, 0.0)}), &["beta must be finite and > 0"]);
    says(json!({"name": "active_passive", "activ": "focal"}), &["active_passive", "activ"]);
    says(json!({"name": "active_passive", "active": "focall"}), &["focall", "focal"]);
}

#[test]
fn wrong_wrappers_are_named() {
    says(json!({"name": "top_k", "ratio": 0, "loss": "mse"}), &["TopK: ratio must be > 0 and ≤ 1, got 0"]);
    says(
        json!({"name": "small_loss", "ratio": 1.25, "loss": "mse"}),
        &["SmallLoss: ratio must be > 0 and ≤ 1, got 1.25"],
    );
    says(json!({"name": "individual_flooding", "level": -0.5}), &["IndividualFlooding: level must be ≥ 0, got -0.5"]);
    says(json!({"name": "label_smoothing", "smoothing": 2}), &["LabelSmoothing: smoothing must be ≥ 0 and ≤ 1, got 2"]);
    says(json!({"name": "top_k", "share": 0.5}), &["TopK: fields must be its parameters", "ratio", "loss", "share"]);
    says(
        json!({"name": "label_smoothing", "epsilon": 0.5}),
        &["LabelSmoothing: fields must be its parameters", "epsilon"],
    );
    says(
        json!({"name": "individual_flooding", "loss": {"name": "mse", "gamma": 1}}),
        &["Mse: fields must be its parameters", "gamma"],
    );
    says(json!({"name": "top_k", "ratio": [0.5], "loss": "mse"}), &["TopK: ratio must be one number"]);
}

/// A loss of another kind than the one beside it, or than what was asked for.
#[test]
fn losses_of_another_kind_are_named() {
    let mixed = json!({"name": "weighted_sum", "terms": [{"loss": "mse"}, {"loss": "focal"}]});
    says(mixed, &["Focal: the loss must be a pointwise loss here"]);
    let mixed = json!({"name": "weighted_sum", "terms": [{"loss": "focal"}, {"loss": "mse"}]});
    says(mixed, &["Mse: the loss must be a class loss here"]);
    let mixed = json!({"name": "weighted_sum", "terms": [{"loss": "zlpr"}, {"loss": "binary_cross_entropy"}]});
    says(mixed, &["BinaryCrossEntropy: the loss must be a loss of rows, items or batches here"]);
    let mixed = json!({"name": "weighted_sum", "terms": [{"loss": "mse"}, {"loss": "rmse"}]});
    says(mixed, &["Rmse: the loss must be a pointwise loss here"]);
    let mixed = json!({"name": "active_passive", "active": "focal", "passive": "binary_focal"});
    says(mixed, &["BinaryFocal: the loss must be a class loss here"]);
    // Wrappers of logits and of labels are for class losses.
    for name in ["logit_clip", "logit_norm", "label_smoothing"] {
        let of_many = config(json!({"name": name, "loss": "zlpr"}));
        let wrapper = of_many.entry().type_name;
        let inside =
            |loss: &str, got: &str| format!("{loss}: the loss must be a class loss inside of {wrapper}, got {got}");
        assert_eq!(of_many.init().unwrap_err().to_string(), inside("Zlpr", "a loss of rows, items or batches"));
        let round =
            |kind: &str| format!("{wrapper}: the loss must be {kind} here, got a wrapper of class losses: use init");
        let error = of_many.init_tensor().unwrap_err().to_string();
        assert_eq!(error, round("a loss of rows, items or batches"));
        let of_one = config(json!({"name": name, "loss": {"name": "flooding", "loss": "mse"}}));
        assert_eq!(of_one.init().unwrap_err().to_string(), inside("Mse", "a pointwise loss"));
        assert_eq!(of_one.init_pointwise().unwrap_err().to_string(), round("a pointwise loss"));
    }
    type Init = fn(&LossConfig) -> Option<String>;
    let inits: [(&str, Init); 5] = [
        ("a class loss: use init", |config| config.init().err().map(|error| error.to_string())),
        ("a binary loss: use init_binary", |config| config.init_binary().err().map(|error| error.to_string())),
        ("a pointwise loss: use init_pointwise", |config| config.init_pointwise().err().map(|error| error.to_string())),
        ("a loss of a location and a scale: use init_distribution", |config| {
            config.init_distribution().err().map(|error| error.to_string())
        }),
        ("a loss of rows, items or batches: use init_tensor", |config| {
            config.init_tensor().err().map(|error| error.to_string())
        }),
    ];
    for (right, entry) in [(0, "focal"), (1, "asymmetric"), (2, "mse"), (3, "gaussian_nll"), (4, "rmse"), (4, "zlpr")] {
        for value in [json!(entry), json!({"name": "top_k", "loss": {"name": "flooding", "loss": entry}})] {
            let loss = config(value.clone());
            for (at, (wanted, init)) in inits.iter().enumerate() {
                let (wanted, _) = wanted.split_once(": ").expect("what and by what");
                let error = (at != right).then(|| {
                    let type_name = loss.innermost().entry().type_name;
                    format!("{type_name}: the loss must be {wanted} here, got {}", inits[right].0)
                });
                assert_eq!(init(&loss), error, "{value}");
            }
        }
    }
}

/// Flooding has no single values, however deep it is.
#[test]
fn flooding_inside_of_wrappers_of_single_losses_is_an_error() {
    for name in ["top_k", "small_loss", "individual_flooding"] {
        let loss = config(json!({"name": name, "loss": "flooding"})).init().unwrap();
        let error = loss.check(&[1, 3], &[1], [0].into_iter(), None).unwrap_err().to_string();
        assert!(error.starts_with("Flooding: reduction must be Mean or Sum"), "{error}");
        let logits = Tensor::<2>::zeros([1, 3], &Device::flex());
        let targets = Tensor::<1, Int>::zeros([1], &Device::flex());
        let panicked = catch_unwind(AssertUnwindSafe(|| loss.forward(logits, targets, Reduction::Mean)));
        assert!(panicked.is_err(), "{name}");
    }
}

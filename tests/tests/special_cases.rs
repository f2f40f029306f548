//! What the documentation of a loss says under *Special cases* and no other test has: losses that it becomes, bounds that
//! it reaches, values in corners. Each line of a table is one statement, asked through the lab's `eval`, in f64.
//!
//! Most special cases are in `laws.rs`, `pointwise.rs`, `soft_class.rs`, `tensor_class.rs` and `tensor_losses.rs`, on
//! every backend.

use burn_losses_tests::Faults;
use loss_lab::commands::answer;
use serde_json::{Value, json};

/// What is asked: one value per target unless `more` says otherwise.
#[derive(Clone)]
struct Question {
    loss: Value,
    inputs: Value,
    more: Value,
}

impl Question {
    fn answer(&self) -> Value {
        let mut line = json!({"loss": self.loss, "inputs": self.inputs, "dtype": "f64", "reduction": "none"});
        for (key, value) in self.more.as_object().into_iter().flatten() {
            line[key] = value.clone();
        }
        let answer = answer(line.to_string().as_bytes());
        assert!(answer.get("error").is_none(), "{line}: {answer}");
        answer
    }

    fn values(&self) -> Vec<f64> {
        numbers(&self.answer()["value"])
    }

    /// By one input.
    fn slopes(&self, input: &str) -> Vec<f64> {
        numbers(&self.answer()["gradients"][input])
    }

    /// By every input, in the order of their names.
    fn all_slopes(&self) -> Vec<f64> {
        let answer = self.answer();
        answer["gradients"].as_object().expect("gradients").values().flat_map(numbers).collect()
    }
}

fn ask(loss: Value, inputs: &Value) -> Question {
    Question { loss, inputs: inputs.clone(), more: json!({}) }
}

fn ask_with(loss: Value, inputs: &Value, more: Value) -> Question {
    Question { more, ..ask(loss, inputs) }
}

/// The numbers of an array of the answer.
fn numbers(array: &Value) -> Vec<f64> {
    let number = |value: &Value| match value.as_str() {
        Some(text) => text.parse().expect("a number"),
        None => value.as_f64().expect("a number"),
    };
    array["data"].as_array().expect("an array").iter().map(number).collect()
}

fn array(shape: &[usize], data: &[f64]) -> Value {
    json!({"shape": shape, "data": data})
}

/// Rows of logits against classes. There may be several rows, its views, for a target.
fn rows<const C: usize>(logits: &[[f64; C]], targets: &[i64]) -> Value {
    let targets = json!({"shape": [targets.len()], "data": targets});
    json!({"logits": array(&[logits.len(), C], &logits.concat()), "targets": targets})
}

/// Predictions against targets.
fn pairs(prediction: &[f64], target: &[f64]) -> Value {
    json!({"prediction": array(&[prediction.len()], prediction), "target": array(&[target.len()], target)})
}

/// Each number within the tolerance, relative to its size and to 1; NaN is NaN.
fn compare(faults: &mut Faults, got: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(got.len(), expected.len(), "{what}");
    for (got, expected) in got.iter().zip(expected) {
        let is_near = (got - expected).abs() <= tolerance * expected.abs().max(1.0);
        let is_same = is_near || (got.is_nan() && expected.is_nan());
        faults.expect(is_same, || format!("{got} instead of {expected}, {what}"));
    }
}

/// Rounding.
const EXACT: f64 = 1e-13;
/// Logits of which each is all or nothing beside the next.
const FAR: f64 = 1e4;

/// A loss, and a sum of others times their factors, with a constant: the same values and, of the same inputs, slopes;
/// up to how far a limit is off.
type Identity = (Value, Vec<(f64, Value)>, f64, f64);

fn identities_of_classes() -> Vec<Identity> {
    let one = |factor: f64, loss: Value| vec![(factor, loss)];
    let same = |left: Value, right: Value| (left, vec![(1.0, right)], 0.0, EXACT);
    let (z, pi) = (-0.75 * 0.75_f64.ln(), 0.25);
    vec![
        same(json!({"name": "margin_cross_entropy", "margin": 0}), json!("cross_entropy")),
        // L/(1 − α) tends to KL(q‖p).
        (
            json!({"name": "weighted_jensen_shannon", "alpha": 1.0 - 1e-9}),
            one(1e-9, json!("kl_divergence")),
            0.0,
            1e-15,
        ),
        (
            json!({"name": "generalized_jensen_shannon", "pi": pi, "views": 1}),
            one(1.0 / z, json!({"name": "weighted_jensen_shannon", "alpha": 1.0 - pi})),
            0.0,
            EXACT,
        ),
        (
            json!({"name": "generalized_jensen_shannon", "pi": 1e-9, "views": 1}),
            one(1.0, json!("cross_entropy")),
            0.0,
            1e-7,
        ),
        // The authors' code has the MAE as 1 − pₜ.
        (
            json!({"name": "active_passive", "passive": "unhinged", "beta": 3}),
            vec![(1.0, json!("normalized_cross_entropy")), (1.5, json!("class_mae"))],
            0.0,
            EXACT,
        ),
        same(json!({"name": "logit_adjustment", "tau": 0, "counts": [1, 2, 3], "loss": "focal"}), json!("focal")),
        same(json!({"name": "logit_adjustment", "counts": [7, 7, 7], "loss": "focal"}), json!("focal")),
        same(json!({"name": "logit_scale", "scale": 1, "loss": "focal"}), json!("focal")),
        same(json!({"name": "label_smoothing", "smoothing": 0, "loss": "brier"}), json!("brier")),
        same(json!({"name": "top_k", "ratio": 1, "loss": "focal"}), json!("focal")),
        same(json!({"name": "small_loss", "ratio": 1, "loss": "focal"}), json!("focal")),
        same(json!({"name": "individual_flooding", "level": 0, "loss": "focal"}), json!("focal")),
    ]
}

fn identities_of_numbers() -> Vec<Identity> {
    let root = 0.5_f64.sqrt();
    let times = |left: Value, factor: f64, right: Value| (left, vec![(factor, right)], 0.0, EXACT);
    vec![
        (json!({"name": "huber", "delta": 1e-9}), vec![(1e-9, json!("l1"))], 0.0, 1e-17),
        (
            json!({"name": "charbonnier", "epsilon": 0.25}),
            vec![(1.0, json!({"name": "pseudo_huber", "delta": 0.25, "delta_power": 1}))],
            0.25,
            EXACT,
        ),
        times(
            json!({"name": "cauchy", "c": 1.5}),
            1.125,
            json!({"name": "general_robust", "alpha": 0, "c": 1.5 * root}),
        ),
        times(
            json!({"name": "general_robust", "alpha": 0, "c": 1.5}),
            1.0 / 2.25,
            json!({"name": "cauchy", "c": 1.5 / root}),
        ),
        times(json!({"name": "mape", "epsilon": 4}), 25.0, json!("l1")),
        times(json!("mse"), 2.0, json!("expectile")),
    ]
}

#[test]
fn losses_become_the_losses_that_their_documentation_names() {
    let classes = rows(&[[1.0, 0.5, -0.25], [0.0, -2.0, 0.75], [4.0, 0.5, 1.0], [-3.0, 0.25, 0.0]], &[0, 2, 1, 0]);
    let numbers = pairs(&[0.5, 2.0, 1.25, 3.5, 0.75], &[1.0, 0.25, 1.5, 0.5, 2.0]);
    let one = pairs(&[2.5], &[0.25]);
    let of_one = vec![
        (json!("rmse"), vec![(1.0, json!("l1"))], 0.0, EXACT),
        (
            json!({"name": "rmse", "epsilon": 0.0625}),
            vec![(1.0, json!({"name": "charbonnier", "epsilon": 0.25}))],
            0.0,
            EXACT,
        ),
    ];
    // The same where z ≥ −1.
    let margins = pairs(&[0.5, -0.75, 2.0, 0.25, 0.9375], &[1.0, 1.0, 1.0, -1.0, -1.0]);
    let of_margins = vec![(json!("modified_huber"), vec![(1.0, json!("squared_hinge"))], 0.0, EXACT)];
    // ln Z = 0: log-probabilities.
    let normalized = rows(&[[0.5_f64.ln(), 0.25_f64.ln(), 0.25_f64.ln()]], &[1]);
    let of_normalized =
        vec![(json!({"name": "z_loss", "lambda": 0.75}), vec![(1.0, json!("cross_entropy"))], 0.0, EXACT)];

    let mut faults = Faults::default();
    let tables = [
        (identities_of_classes(), classes),
        (identities_of_numbers(), numbers),
        (of_one, one),
        (of_margins, margins),
        (of_normalized, normalized),
    ];
    for (identities, inputs) in tables {
        for (left, others, constant, tolerance) in identities {
            let asked = ask(left, &inputs);
            let (values, slopes) = (asked.values(), asked.all_slopes());
            let (mut expected, mut expected_slopes) = (vec![constant; values.len()], vec![0.0; slopes.len()]);
            for (factor, other) in &others {
                let other = ask(other.clone(), &inputs);
                expected.iter_mut().zip(other.values()).for_each(|(sum, x)| *sum += factor * x);
                expected_slopes.iter_mut().zip(other.all_slopes()).for_each(|(sum, x)| *sum += factor * x);
            }
            let what = format!("{} is not {others:?} + {constant}", asked.loss);
            compare(&mut faults, &values, &expected, tolerance, &what);
            compare(&mut faults, &slopes, &expected_slopes, tolerance, &format!("slopes, {what}"));
        }
    }
    faults.report(150);
}

/// The same statements between losses of different inputs.
#[test]
fn losses_of_two_classes_or_views_become_others() {
    let logits = [[1.0, 0.5], [-0.25, 2.0], [3.0, -1.0]];
    let ahead = [-0.5, -2.25, 4.0]; // of the targets 1, 0, 0
    let targets = rows(&logits, &[1, 0, 0]);
    let cases = [
        (
            ask(json!("multiclass_sparsemax"), &targets),
            ask(json!("sparsemax_hinge"), &pairs(&ahead, &[1.0; 3])).values(),
        ),
        (
            ask(json!("multiclass_sparsemax"), &rows(&[[0.5, 0.0], [0.0, 0.75], [1.0, 0.0]], &[0, 0, 0])),
            ask(json!("sparsemax_hinge"), &pairs(&[0.5, -0.75, 1.0], &[1.0; 3])).values(),
        ),
        (ask(json!("negative_learning"), &targets), ask(json!("cross_entropy"), &rows(&logits, &[0, 1, 1])).values()),
        // Half the squared probability of the wrong class.
        (ask(json!("ordinal_emd"), &targets), ahead.iter().map(|ahead| 0.5 / (1.0 + ahead.exp()).powi(2)).collect()),
        // Cross-entropy of the first view.
        (
            ask(json!({"name": "jsd_cross_entropy", "alpha": 0, "views": 3}), &rows(&logits, &[1])),
            ask(json!("cross_entropy"), &rows(&logits[..1], &[1])).values(),
        ),
        // CosFace with s = 4 and m = 0.35: the cosine of the target is lowered before it is multiplied.
        (
            ask(
                json!({"name": "logit_scale", "scale": 4, "loss": {"name": "margin_cross_entropy", "margin": 4.0 * 0.35}}),
                &rows(&[[0.5, 0.25]], &[0]),
            ),
            ask(json!("cross_entropy"), &rows(&[[4.0 * (0.5 - 0.35), 4.0 * 0.25]], &[0])).values(),
        ),
    ];
    let mut faults = Faults::default();
    for (asked, expected) in cases {
        compare(&mut faults, &asked.values(), &expected, EXACT, &format!("{} of {}", asked.loss, asked.inputs));
    }
    faults.report(12);
}

/// Bounds, and the values for equal logits.
#[test]
fn bounds_are_reached() {
    // pₜ = 0 and pₜ = 1.
    let (worst, best) = (rows(&[[-FAR, 0.0, 0.0, 0.0]], &[0]), rows(&[[FAR, 0.0, 0.0, 0.0]], &[0]));
    let equal = rows(&[[0.0; 4]], &[0]);
    let root3 = 3_f64.powf(0.3);
    let cases = [
        (json!({"name": "normalized_generalized_cross_entropy", "q": 0.7}), &worst, 1.0 / (4.0 - root3)),
        (json!({"name": "normalized_generalized_cross_entropy", "q": 1}), &worst, 1.0 / 3.0),
        (json!("normalized_generalized_cross_entropy"), &best, 0.0),
        (json!("normalized_generalized_cross_entropy"), &equal, 0.25),
        (json!("normalized_class_mae"), &worst, 1.0 / 3.0),
        (json!("normalized_cross_entropy"), &equal, 0.25),
        (json!("normalized_focal"), &equal, 0.25),
        (json!("normalized_negative_cross_entropy"), &equal, 0.75),
        (json!("normalized_negative_cross_entropy"), &worst, 1.0),
        (json!("normalized_negative_focal"), &equal, 0.75),
        (json!("normalized_negative_focal"), &worst, 1.0),
        // Below `log_zero` for every class.
        (json!({"name": "normalized_negative_focal", "log_zero": -1}), &equal, 0.75),
        (json!({"name": "taylor_cross_entropy", "order": 3}), &worst, 1.0 + 1.0 / 2.0 + 1.0 / 3.0),
        (json!({"name": "asymmetric_generalized_cross_entropy", "a": 0.5, "q": 3}), &worst, (3.375 - 0.125) / 3.0),
        (json!({"name": "asymmetric_generalized_cross_entropy", "a": 0.5, "q": 3}), &best, 0.0),
        (json!({"name": "asymmetric_unhinged", "a": 3, "q": 2}), &worst, (9.0 - 4.0) / 2.0),
        (json!({"name": "asymmetric_exponential", "a": 2}), &worst, 1.0),
        (json!({"name": "asymmetric_exponential", "a": 2}), &best, (-0.5_f64).exp()),
        (json!("brier"), &rows(&[[-FAR, FAR, 0.0, 0.0]], &[0]), 2.0),
        (json!({"name": "skew_kl", "alpha": 0.75}), &worst, 4_f64.ln()),
        (json!({"name": "skew_kl", "alpha": 0.5}), &equal, -(0.625_f64.ln())),
        (json!("skew_jensen_shannon"), &worst, 2_f64.ln()),
        // 1 − e^(−B), with B half of ln 4.
        (json!("squared_hellinger"), &equal, 0.5),
        (json!("squared_hellinger"), &worst, 1.0),
        (json!("multiclass_entmax"), &rows(&[[2.0, 0.0, 0.0, -1.0]], &[0]), 0.0),
        (json!("multiclass_sparsemax"), &rows(&[[1.0, 0.0, 0.0, -1.0]], &[0]), 0.0),
        // Keras: 2 and 0.75.
        (json!("multiclass_hinge"), &rows(&[[-1.0, -3.0]], &[0]), 0.0),
        (json!("multiclass_hinge"), &rows(&[[0.25, -0.5]], &[0]), 0.25),
    ];
    let mut faults = Faults::default();
    for (loss, inputs, expected) in cases {
        let what = format!("{loss} of {inputs}");
        compare(&mut faults, &ask(loss, inputs).values(), &[expected], EXACT, &what);
    }
    faults.report(28);
}

/// Between the label and β·H: by mpmath, pₜ = 0.4759631… of ten classes at β = 1.
#[test]
fn confidence_penalty_is_least_above_the_entropy_of_all_classes() {
    let (ahead, least) = (2.101_002_997_276_973, -1.1010029972769727); // 1/pₜ, and 1 less with the other sign
    let mut logits = [0.0; 10];
    logits[3] = ahead;
    let loss = || json!({"name": "confidence_penalty", "beta": 1});
    let asked = ask(loss(), &rows(&[logits], &[3]));
    let mut faults = Faults::default();
    compare(&mut faults, &asked.values(), &[least], EXACT, "the least value");
    compare(&mut faults, &asked.slopes("logits"), &[0.0; 10], EXACT, "its slopes");
    for step in [-0.25, 0.25, 4.0, 40.0] {
        logits[3] = ahead + step;
        let value = ask(loss(), &rows(&[logits], &[3])).values()[0];
        faults.expect(value > least && least > -(10_f64.ln()), || format!("{value} {step} beside"));
    }
    faults.report(15);
}

/// With class weights, cross-entropy has those of its terms, and every other smoothed loss that of its target; the mean of
/// all of them divides by the targets' weights.
#[test]
fn smoothed_losses_have_the_class_weights_that_the_documentation_gives_them() {
    let (weights, smoothing) = ([1.0, 3.0, 0.5], 0.3);
    let smoothed = [0.1_f64, 0.8, 0.1]; // of target 1
    let entropy: f64 = smoothed.iter().map(|q| -q * q.ln()).sum();
    let log = 3_f64.ln();
    let own: f64 = smoothed.iter().zip(weights).map(|(q, weight)| q * weight).sum();
    let equal = rows(&[[0.0; 3]], &[1]);
    let views = rows(&[[0.0; 3]; 2], &[1]);
    let cases = [
        (json!({"name": "cross_entropy", "label_smoothing": smoothing}), &equal, own * log),
        (json!({"name": "label_smoothing", "smoothing": smoothing, "loss": "cross_entropy"}), &equal, 3.0 * log),
        (json!({"name": "jsd_cross_entropy", "views": 2, "label_smoothing": smoothing}), &views, 3.0 * log),
        (json!({"name": "bi_tempered", "t1": 1, "t2": 1, "label_smoothing": smoothing}), &equal, 3.0 * (log - entropy)),
        (
            json!({"name": "asymmetric_single_label", "gamma_negative": 0, "label_smoothing": smoothing}),
            &equal,
            3.0 * log,
        ),
    ];
    let mut faults = Faults::default();
    for (loss, inputs, expected) in cases {
        for (by, divisor) in [("none", 1.0), ("sum", 1.0), ("mean", 3.0)] {
            let asked = ask_with(loss.clone(), inputs, json!({"class_weights": weights, "reduction": by}));
            compare(&mut faults, &asked.values(), &[expected / divisor], EXACT, &format!("{by} of {loss}"));
        }
    }
    faults.report(15);
}

/// A loss that is not linear in the target is not the mean of its losses against each class, and is 0 where the prediction
/// is the smoothed target.
#[test]
fn smoothed_losses_are_those_against_the_smoothed_target() {
    let equal = rows(&[[0.0; 3]], &[1]);
    let exact = rows(&[[0.1_f64.ln(), 0.8_f64.ln(), 0.1_f64.ln()]], &[1]);
    let smoothed = |loss: &str| json!({"name": "label_smoothing", "smoothing": 0.3, "loss": loss});
    let third = 1.0 / 3.0;
    let square: f64 = [0.1, 0.8, 0.1].iter().map(|q| (third - q) * (third - q)).sum();
    let mut faults = Faults::default();
    for (loss, factor) in [("brier", 1.0), ("asymmetric_mse", third)] {
        compare(&mut faults, &ask(smoothed(loss), &equal).values(), &[factor * square], EXACT, loss);
    }
    for loss in ["brier", "asymmetric_mse", "kl_divergence", "jeffreys", "squared_hellinger", "total_variation"] {
        compare(&mut faults, &ask(smoothed(loss), &exact).values(), &[0.0], EXACT, loss);
    }
    faults.report(8);
}

/// PyTorch's mean of the multi-margin loss divides by the number of targets: of these 1.4916666666666667, the sum divided
/// by 4.
#[test]
fn multi_margin_mean_divides_by_the_weights() {
    let logits = [[1.0, 0.5, -0.3], [0.2, -1.0, 0.7], [0.0, 0.4, 0.9], [0.3, 0.1, -0.2]];
    let inputs = rows(&logits, &[0, 2, 1, 2]);
    let mut faults = Faults::default();
    for (by, expected) in [("mean", 1.4916666666666667 * 4.0 / 11.0), ("sum", 1.4916666666666667 * 4.0)] {
        let asked = ask_with(json!("multi_margin"), &inputs, json!({"class_weights": [1, 2, 4], "reduction": by}));
        compare(&mut faults, &asked.values(), &[expected], EXACT, by);
    }
    faults.report(2);
}

/// Values where a loss does something that its formula does not say at once.
#[test]
fn values_in_corners_are_those_of_the_documentation() {
    let of_scores = |scores: &[f64], targets: &[f64]| {
        let [scores, targets] = [scores, targets].map(|numbers| array(&[1, numbers.len()], numbers));
        json!({"scores": scores, "targets": targets})
    };
    let negatives = of_scores(&[-5.0, -3.0], &[0.0; 2]);
    let nan = f64::NAN;
    let cases = [
        // Opposite signs; then the same error upwards and downwards.
        (ask(json!("smape"), &pairs(&[-3.0, 13.0, 7.0], &[1.0, 10.0, 10.0])), vec![2.0, 6.0 / 23.0, 6.0 / 17.0], 1e-8),
        // A rate is not negative.
        (
            ask(json!({"name": "poisson_nll", "log_input": false}), &pairs(&[-0.5, -0.5, 0.0], &[2.0, 0.0, 0.0])),
            vec![nan, nan, 0.0],
            EXACT,
        ),
        (ask(json!("msle"), &pairs(&[-5.0, 0.0], &[1e-9, -1.0])), vec![0.0; 2], EXACT),
        // p ≤ m.
        (ask(json!("asymmetric"), &negatives), vec![0.0; 2], EXACT),
        (ask(json!({"name": "asymmetric", "gamma_negative": 0}), &negatives), vec![0.0; 2], EXACT),
        (ask(json!("image_balanced_binary_cross_entropy"), &of_scores(&[1.0, -2.0], &[1.0; 2])), vec![0.0], EXACT),
        (ask(json!("image_balanced_binary_cross_entropy"), &of_scores(&[1.0, -2.0], &[0.0; 2])), vec![0.0], EXACT),
        // ⌈0.3·4⌉ = 2 of the errors 1, 4, 2, 0.
        (
            ask_with(
                json!({"name": "top_k", "ratio": 0.3, "loss": "l1"}),
                &pairs(&[1.0, 4.0, 2.0, 0.0], &[0.0; 4]),
                json!({"reduction": "mean"}),
            ),
            vec![3.0],
            EXACT,
        ),
    ];
    let mut faults = Faults::default();
    for (asked, expected, tolerance) in cases {
        compare(&mut faults, &asked.values(), &expected, tolerance, &format!("{} of {}", asked.loss, asked.inputs));
    }
    compare(&mut faults, &ask(json!("asymmetric"), &negatives).slopes("scores"), &[0.0; 2], EXACT, "slopes of p ≤ m");

    // A negative loss is flooded at 0, too.
    let sure = rows(&[[5.0, -5.0]], &[0]);
    let correction = || json!({"name": "backward_correction", "transition": 0.3});
    let inner = ask(correction(), &sure).values()[0];
    faults.expect(inner < -1.0, || format!("{inner} is not negative"));
    for name in ["flooding", "individual_flooding"] {
        let flooded = json!({"name": name, "level": 0, "loss": correction()});
        let asked = ask_with(flooded, &sure, json!({"reduction": "mean"}));
        compare(&mut faults, &asked.values(), &[-inner], EXACT, name);
    }

    // A variance below ε counts as ε; at β = 1 the mean learns as by half of the squared error.
    let of_scale = |scale: f64| {
        let [location, scale, target] = [2.5, scale, 1.0].map(|number| array(&[1], &[number]));
        json!({"location": location, "scale": scale, "target": target})
    };
    let of_epsilon = ask(json!("gaussian_nll"), &of_scale(1e-6)).values();
    compare(&mut faults, &ask(json!("gaussian_nll"), &of_scale(-3.0)).values(), &of_epsilon, EXACT, "gaussian_nll");
    let beta = ask(json!({"name": "beta_nll", "beta": 1}), &of_scale(4.0));
    compare(&mut faults, &beta.slopes("location"), &[1.5], EXACT, "beta_nll");
    faults.report(20);
}

/// Up to what the target alone makes: by their slopes.
#[test]
fn tweedie_lies_between_poisson_and_gamma() {
    let inputs = pairs(&[0.5, -1.0, 2.0], &[3.0, 0.5, 1.0]);
    let mut faults = Faults::default();
    for (power, other) in [(1.0 + 1e-9, "poisson_nll"), (2.0 - 1e-9, "gamma_nll")] {
        let tweedie = ask(json!({"name": "tweedie_nll", "power": power}), &inputs).slopes("prediction");
        compare(&mut faults, &tweedie, &ask(json!(other), &inputs).slopes("prediction"), 1e-7, other);
    }
    faults.report(6);
}

/// The tests' own test: a statement that is not so is seen.
#[test]
fn comparison_sees_what_is_not_so() {
    let halves = pairs(&[0.25, -0.375, 0.5], &[1.0; 3]);
    let asked = ask(json!("multiclass_sparsemax"), &rows(&[[0.5, 0.0], [0.0, 0.75], [1.0, 0.0]], &[0, 0, 0]));
    let mut faults = Faults::default();
    compare(&mut faults, &asked.values(), &ask(json!("sparsemax_hinge"), &halves).values(), EXACT, "of half of it");
    assert!(std::panic::catch_unwind(|| faults.report(0)).is_err());
    let mut faults = Faults::default();
    compare(&mut faults, &[f64::NAN], &[0.0], 1.0, "NaN");
    assert!(std::panic::catch_unwind(|| faults.report(0)).is_err());
}

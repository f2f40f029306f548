//! Defects of other libraries that must not be ours: each test has the number that is right, and how it comes about.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use burn_losses::AnyTensorLoss;
use burn_losses::prelude::*;
use burn_losses_tests::{Way, config, full_precision_ways, numbers};
use serde_json::{Value, json};

/// The ways in f64: fused and composed, on every backend that has it.
fn on_every_way(check: impl Fn(&Way, &Device)) {
    let ways: Vec<Way> = full_precision_ways().into_iter().filter(|way| way.dtype == DType::F64).collect();
    assert!(ways.len() >= 4, "only {} ways", ways.len());
    ways.iter().for_each(|way| check(way, &way.autodiff()));
}

fn tensor<const D: usize>(numbers: &[f64], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(numbers.to_vec(), shape), (device, DType::F64))
}

fn classes<const D: usize>(classes: &[i64], shape: [usize; D], device: &Device) -> Tensor<D, Int> {
    Tensor::from_data(TensorData::new(classes.to_vec(), shape), (device, DType::I64))
}

fn class_loss(value: Value, way: &Way) -> AnyClassLoss {
    let loss = config(value).init().expect("a class loss");
    if way.composed { loss.composed() } else { loss }
}

fn binary_loss(value: Value, way: &Way) -> AnyBinaryLoss {
    let loss = config(value).init_binary().expect("a binary loss");
    if way.composed { loss.composed() } else { loss }
}

fn pointwise_loss(value: Value, way: &Way) -> AnyPointwiseLoss {
    let loss = config(value).init_pointwise().expect("a pointwise loss");
    if way.composed { loss.composed() } else { loss }
}

/// It has one path.
fn tensor_loss(value: Value) -> AnyTensorLoss {
    config(value).init_tensor().expect("a loss of rows, items or batches")
}

#[track_caller]
fn is(got: &[f64], expected: &[f64], way: &Way) {
    let near = |(got, expected): (&f64, &f64)| (got - expected).abs() <= 1e-12 * expected.abs() + 1e-14;
    assert!(
        got.len() == expected.len() && got.iter().zip(expected).all(near),
        "{got:?} instead of {expected:?}, {way}"
    );
}

/// Backward, and the gradient of a leaf.
#[track_caller]
fn slope<const D: usize>(of: &Tensor<1>, by: &Tensor<D>) -> Vec<f64> {
    numbers(by.grad(&of.clone().backward()).expect("a gradient"))
}

// ---- Classes ----

/// MONAI's FocalLoss: with an ignore index, even one that no target has, the mean is C times too large.
#[test]
fn monai_focal_mean_with_an_ignore_index() {
    on_every_way(|way, device| {
        let logits = tensor(&[1.0, -0.5, 0.25, 0.0, 2.0, -1.0], [2, 3], device);
        let targets = classes(&[2, 1], [2], device);
        let loss = class_loss(json!("focal"), way);
        let plain = numbers(loss.forward(logits.clone(), targets.clone(), Reduction::Mean));
        let with = loss.clone().with_ignore_index(-100);
        let unused = numbers(with.forward(logits.clone(), targets.clone(), Reduction::Mean));
        let each = numbers(loss.forward_no_reduction(logits.clone(), targets));
        is(&unused, &plain, way);
        is(&plain, &[0.5 * (each[0] + each[1])], way);
        // One of two ignored: the mean is the other.
        let half = with.forward(logits, classes(&[2, -100], [2], device), Reduction::Mean);
        is(&numbers(half), &each[..1], way);
    });
}

/// MONAI's softmax focal loss divides by N·C, so γ = 0 is no cross-entropy; its sum averages space first.
#[test]
fn monai_focal_without_focus() {
    on_every_way(|way, device| {
        let logits: Vec<f64> = (0..12).map(|at| f64::from(at * 7 % 5) * 0.5 - 1.0).collect();
        let logits = tensor(&logits, [2, 3, 2], device);
        let targets = classes(&[0, 1, 2, 1], [2, 2], device);
        let focal = class_loss(json!({"name": "focal", "gamma": 0}), way);
        let plain = class_loss(json!("cross_entropy"), way);
        for by in [Reduction::Mean, Reduction::Sum] {
            let of = |loss: &AnyClassLoss| numbers(loss.forward(logits.clone(), targets.clone(), by));
            is(&of(&focal), &of(&plain), way);
        }
        let of = |by| numbers(focal.forward(logits.clone(), targets.clone(), by))[0];
        is(&[of(Reduction::Sum)], &[4.0 * of(Reduction::Mean)], way);
    });
}

/// SMP's multiclass focal loss is one sigmoid a class, and of probabilities it takes the sigmoid once more.
#[test]
fn smp_focal_is_of_the_softmax() {
    on_every_way(|way, device| {
        // p = 0.7, 0.2, 0.1: (1 − 0.7)²·(−ln 0.7) = 0.0321.
        let p: [f64; 3] = [0.7, 0.2, 0.1];
        let logits = tensor(&p.map(|p| p.ln() + 3.0), [1, 3], device);
        let loss = class_loss(json!("focal"), way).forward(logits, classes(&[0], [1], device), Reduction::Mean);
        is(&numbers(loss), &[-0.09 * 0.7_f64.ln()], way);
        // A positive given as p = 0.7: α·(1 − 0.7)²·(−ln 0.7) = 0.008, where SMP has 0.412 at γ = 0.
        let of = |value: Value| {
            let loss = binary_loss(value, way).with_input(Input::Probabilities);
            numbers(loss.forward(tensor(&[0.7], [1], device), tensor(&[1.0], [1], device), Reduction::Mean))
        };
        is(&of(json!("binary_focal")), &[-0.25 * 0.09 * 0.7_f64.ln()], way);
        is(&of(json!({"name": "binary_focal", "gamma": 0, "alpha": 1})), &[-0.7_f64.ln()], way);
    });
}

/// The APL and ALFs codes: `1/4*(K−1)` for 1/(4·(K − 1)), and a normaliser for the unhalved MAE on the halved one.
#[test]
fn apl_normalised_losses_at_a_half_of_ten_classes() {
    on_every_way(|way, device| {
        // The target has 1, the other nine have 1/9 each before the softmax: p = ½.
        let mut logits = vec![(1.0_f64 / 9.0).ln(); 10];
        logits[3] = 0.0;
        let logits = tensor(&logits, [1, 10], device);
        let targets = classes(&[3], [1], device);
        let of =
            |value: Value| numbers(class_loss(value, way).forward(logits.clone(), targets.clone(), Reduction::Mean));
        // Reversed cross-entropy and MAE, over the sum of themselves over all targets: (1 − p)/(K − 1).
        is(&of(json!("normalized_class_mae")), &[0.5 / 9.0], way);
        // The parts it is made of: 2·(1 − p), and −A·(1 − p) with A = −4.
        is(&of(json!("class_mae")), &[1.0], way);
        is(&of(json!("reverse_cross_entropy")), &[2.0], way);
        // ln ½ over ln ½ + 9·ln(1/18).
        is(&of(json!("normalized_cross_entropy")), &[0.5_f64.ln() / (0.5_f64.ln() + 9.0 * (1.0_f64 / 18.0).ln())], way);
    });
}

/// APL's pairs of GCE drop α, and one configuration builds another pair than it names.
#[test]
fn apl_pairs_keep_their_weights_and_their_losses() {
    on_every_way(|way, device| {
        let logits = tensor(&[1.0, -0.5, 0.25], [1, 3], device);
        let targets = classes(&[1], [1], device);
        let of =
            |value: Value| numbers(class_loss(value, way).forward(logits.clone(), targets.clone(), Reduction::Mean))[0];
        let pair = json!({"name": "active_passive", "alpha": 10, "beta": 0.1,
            "active": "normalized_generalized_cross_entropy", "passive": "reverse_cross_entropy"});
        let expected =
            10.0 * of(json!("normalized_generalized_cross_entropy")) + 0.1 * of(json!("reverse_cross_entropy"));
        is(&[of(pair)], &[expected], way);
        let gce = |alpha: f64| json!({"name": "active_passive", "alpha": alpha, "active": "generalized_cross_entropy"});
        let share = of(json!("generalized_cross_entropy"));
        is(&[of(gce(3.0)) - of(gce(1.0))], &[2.0 * share], way);
    });
}

/// SMP's SoftCrossEntropyLoss: its defaults crash, and ignored pixels stay in the mean.
#[test]
fn smp_soft_cross_entropy_of_ignored_pixels() {
    on_every_way(|way, device| {
        // p = ¾ and ¼; two of four pixels are ignored.
        let logits = tensor(&[3.0_f64.ln(), 3.0_f64.ln(), 3.0_f64.ln(), 0.0, 0.0, 0.0, 0.0, 9.0], [1, 2, 4], device);
        let targets = classes(&[0, -100, 0, -100], [1, 4], device);
        let of = |value: Value| {
            let loss = class_loss(value, way).with_ignore_index(-100);
            numbers(loss.forward(logits.clone(), targets.clone(), Reduction::Mean))
        };
        is(&of(json!("cross_entropy")), &[-0.75_f64.ln()], way);
        // ε = 0.2 gives the target 0.9 and the other 0.1.
        let smoothed = -0.9 * 0.75_f64.ln() - 0.1 * 0.25_f64.ln();
        is(&of(json!({"name": "cross_entropy", "label_smoothing": 0.2})), &[smoothed], way);
        is(&of(json!({"name": "label_smoothing", "smoothing": 0.2})), &[smoothed], way);
    });
}

/// PyTorch and burn-nn: the mean of a batch whose targets are all ignored is NaN, and so are its gradients.
#[test]
fn everything_ignored_is_zero() {
    on_every_way(|way, device| {
        for value in [
            json!("cross_entropy"),
            json!({"name": "cross_entropy", "label_smoothing": 0.1}),
            json!("brier"),
            json!("kl_divergence"),
            json!("label_smoothing"),
            json!("bi_tempered"),
            json!("multiclass_entmax"),
            json!("forward_correction"),
            json!("backward_correction"),
            json!("seesaw"),
            json!("focal_cosine"),
            json!("asymmetric_single_label"),
        ] {
            let logits = tensor(&[1.0, -0.5, 0.25, 0.0, 2.0, -1.0], [2, 3], device).require_grad();
            let loss = class_loss(value, way).with_ignore_index(0);
            let loss = loss.with_class_weights(vec![1.0, 0.0, 2.0]);
            let mean = loss.forward(logits.clone(), classes(&[0, 0], [2], device), Reduction::Mean);
            is(&slope(&mean, &logits), &[0.0; 6], way);
            is(&numbers(mean), &[0.0], way);
            // burn-nn also wants weights above 0. A weight of 0 is no ignored target, but counts as little.
            let mean = loss.forward(logits.clone(), classes(&[1, 1], [2], device), Reduction::Mean);
            is(&slope(&mean, &logits), &[0.0; 6], way);
            is(&numbers(mean), &[0.0], way);
        }
    });
}

/// timm's `JsdCrossEntropy` clamps the mixture of the views at 10⁻⁷, so that the loss of views that agree is negative,
/// and divides by the batch alone: two positions of an image are a loss twice as large.
#[test]
fn timm_jsd_of_views_that_agree_and_of_images() {
    on_every_way(|way, device| {
        let loss = class_loss(json!("jsd_cross_entropy"), way);
        // e^−30 beside 1 in all of three views: ln(1 + e^−30), where timm has −1.5·10⁻¹¹.
        let logits = tensor(&[30.0, 0.0, 30.0, 0.0, 30.0, 0.0], [3, 2], device);
        let mean = loss.forward(logits, classes(&[0], [1], device), Reduction::Mean);
        is(&numbers(mean), &[(-30.0_f64).exp().ln_1p()], way);
        // Two views, each certain of another class than the other's, at both positions: ln 2 for either.
        let loss = class_loss(json!({"name": "jsd_cross_entropy", "views": 2, "alpha": 1}), way);
        let logits = tensor(&[900.0, 900.0, 0.0, 0.0, 0.0, 0.0, 900.0, 900.0], [2, 2, 2], device);
        let mean = loss.forward(logits.clone(), classes(&[0, 0], [1, 2], device), Reduction::Mean);
        is(&numbers(mean), &[2.0_f64.ln()], way);
        let sum = loss.forward(logits, classes(&[0, 0], [1, 2], device), Reduction::Sum);
        is(&numbers(sum), &[2.0 * 2.0_f64.ln()], way);
    });
}

/// timm switches the gradient off for everyone while it computes the weights of its asymmetric loss of many labels; in
/// that of one label, as here, they have their part of it.
#[test]
fn timm_asymmetric_single_label_has_all_of_its_gradient() {
    on_every_way(|way, device| {
        let value = json!({"name": "asymmetric_single_label", "gamma_positive": 1, "label_smoothing": 0});
        let logits = tensor(&[0.0, 0.0], [1, 2], device).require_grad();
        let mean = class_loss(value, way).forward(logits.clone(), classes(&[0], [1], device), Reduction::Mean);
        // (1 − p)·(−ln p) at p = ½; by x it is −p(1 − p)(−ln p) − (1 − p)².
        let slope_of_target = -0.25 * 2.0_f64.ln() - 0.25;
        is(&slope(&mean, &logits), &[slope_of_target, -slope_of_target], way);
        is(&numbers(mean), &[0.5 * 2.0_f64.ln()], way);
    });
}

/// The authors of the bi-tempered loss normalise by five steps of an iteration, which is not enough: p sums to 1.00002.
#[test]
fn bi_tempered_is_normalised_beyond_five_iterations() {
    on_every_way(|way, device| {
        // 1/λ + 4/(1 + λ) = 1 is λ² = 4λ + 1: λ = 2 + √5, and −ln p is ln λ.
        let logits = tensor(&[1.0, 0.0, 0.0, 0.0, 0.0], [1, 5], device).require_grad();
        let loss = class_loss(json!({"name": "bi_tempered", "t1": 1, "t2": 2}), way);
        let mean = loss.forward(logits.clone(), classes(&[0], [1], device), Reduction::Mean);
        let norm = 2.0 + 5.0_f64.sqrt();
        // With the squares of p as weights: ∂L/∂xᵢ = pᵢ² − pₜ·eᵢ + wᵢ·(pₜ − Σ p²), wᵢ = pᵢ²/Σ p².
        let p = [1.0 / norm, 1.0 / (1.0 + norm)];
        let squares = p[0] * p[0] + 4.0 * p[1] * p[1];
        let of = |p_i: f64, own: f64| p_i * p_i - own + p_i * p_i / squares * (p[0] - squares);
        let (target, other) = (of(p[0], p[0]), of(p[1], 0.0));
        is(&slope(&mean, &logits), &[target, other, other, other, other], way);
        is(&numbers(mean), &[norm.ln()], way);
    });
}

/// Weights that are made of the scores, as in Seesaw, GHM and the quality focal loss, are no part of the gradient.
#[test]
fn seesaw_weights_have_no_gradient() {
    on_every_way(|way, device| {
        // The other class is e times as likely and counts e² times: ln(1 + e³).
        let logits = tensor(&[0.0, 1.0], [1, 2], device).require_grad();
        let loss = class_loss(json!("seesaw"), way);
        let mean = loss.forward(logits.clone(), classes(&[0], [1], device), Reduction::Mean);
        let weighted = 3.0_f64.exp();
        let other = weighted / (1.0 + weighted);
        is(&slope(&mean, &logits), &[-other, other], way);
        is(&numbers(mean), &[weighted.ln_1p()], way);
    });
}

/// The published code of LogitClip clips to 1/temp above temp: at 1.5 a row of length 1.49 stays, one of 1.51 gets 0.667.
#[test]
fn logit_clip_is_continuous() {
    on_every_way(|way, device| {
        let loss = class_loss(json!({"name": "logit_clip", "tau": 1.5}), way);
        // A row (a, 0) is as long as a; its loss is ln(1 + e^−a), with a clipped to τ.
        let of = |a: f64| {
            let logits = tensor(&[a, 0.0], [1, 2], device);
            numbers(loss.forward(logits, classes(&[0], [1], device), Reduction::Mean))
        };
        for (length, clipped) in [(0.5, 0.5), (1.49, 1.49), (1.5, 1.5), (1.51, 1.5), (30.0, 1.5)] {
            is(&of(length), &[(-clipped).exp().ln_1p()], way);
        }
    });
}

// ---- Divergences ----

/// `KLDivLoss` of PyTorch: its "mean" divides by the elements, and only "batchmean" is the divergence's mean.
#[test]
fn kl_divergence_is_a_mean_over_rows() {
    on_every_way(|way, device| {
        let scores = tensor(&[0.0; 8], [2, 4], device);
        let targets = tensor(&[1.0, 0.0, 0.0, 0.0, 0.25, 0.25, 0.25, 0.25], [2, 4], device);
        let loss = class_loss(json!("kl_divergence"), way);
        // ln 4 of the first row and 0 of the second.
        let mean = loss.forward_soft(scores.clone(), targets.clone(), Reduction::Mean);
        is(&numbers(mean), &[4.0_f64.ln() / 2.0], way);
        let sum = loss.forward_soft(scores, targets, Reduction::Sum);
        is(&numbers(sum), &[4.0_f64.ln()], way);
    });
}

/// Targets of 0: q·ln q is 0, where its parts, and the gradients of burn-nn, are NaN.
#[test]
fn target_of_zero_has_no_nan() {
    on_every_way(|way, device| {
        for name in [
            "kl_divergence",
            "skew_kl",
            "skew_jensen_shannon",
            "weighted_jensen_shannon",
            "squared_hellinger",
            "renyi",
            "bhattacharyya",
            "generalized_kl",
            "alpha_divergence",
        ] {
            let scores = tensor(&[0.5, -1.0, 0.0], [1, 3], device).require_grad();
            let targets = tensor(&[0.25, 0.75, 0.0], [1, 3], device).require_grad();
            let loss = class_loss(json!(name), way);
            let value = loss.forward_soft(scores.clone(), targets.clone(), Reduction::Sum);
            let gradients = value.backward();
            let all = [value.clone().sum().into_scalar::<f64>()].into_iter();
            let of_scores = numbers(scores.grad(&gradients).expect("the scores have a gradient"));
            let of_targets = numbers(targets.grad(&gradients).expect("the targets have a gradient"));
            let all: Vec<f64> = all.chain(of_scores.clone()).chain(of_targets).collect();
            assert!(all.iter().all(|x| x.is_finite()) && all[0] > 0.0, "{name}: {all:?}, {way}");
            if name == "kl_divergence" {
                // pⱼ − qⱼ.
                let exps = [0.5_f64.exp(), (-1.0_f64).exp(), 1.0];
                let sum: f64 = exps.iter().sum();
                is(&of_scores, &[exps[0] / sum - 0.25, exps[1] / sum - 0.75, exps[2] / sum], way);
            }
        }
    });
}

// ---- Decisions ----

/// candle takes ln(sigmoid(x)), which is −∞ from x = −745 on, and NaN its gradient.
#[test]
fn candle_binary_cross_entropy_of_large_logits() {
    on_every_way(|way, device| {
        let loss = binary_loss(json!("binary_cross_entropy"), way);
        let scores = tensor(&[-1000.0, 1000.0, -1000.0, 1000.0], [4], device).require_grad();
        let labels = tensor(&[1.0, 0.0, 0.0, 1.0], [4], device);
        let value = loss.forward(scores.clone(), labels, Reduction::Sum);
        // |x| on the wrong side, e^−1000 = 0 on the right one.
        is(&slope(&value, &scores), &[-1.0, 1.0, 0.0, 0.0], way);
        is(&numbers(value), &[2000.0], way);
    });
}

/// Labels are smoothed towards ½ whatever the number of labels; burn-nn smooths them towards 1/L.
#[test]
fn binary_labels_are_smoothed_towards_a_half() {
    on_every_way(|way, device| {
        let loss = binary_loss(json!("binary_cross_entropy"), way).with_label_smoothing(0.2);
        for labels in [1, 2, 10] {
            // Of p = ¾: a label of 1 becomes 0.9, one of 0 becomes 0.1.
            let scores = tensor(&vec![3.0_f64.ln(); labels], [1, labels], device);
            let of = |label: f64| {
                let targets = tensor(&vec![label; labels], [1, labels], device);
                numbers(loss.forward(scores.clone(), targets, Reduction::Mean))
            };
            is(&of(1.0), &[-0.9 * 0.75_f64.ln() - 0.1 * 0.25_f64.ln()], way);
            is(&of(0.0), &[-0.1 * 0.75_f64.ln() - 0.9 * 0.25_f64.ln()], way);
        }
    });
}

/// ln(sigmoid(x)) in the losses of many labels: −∞ from x = −745 on.
#[test]
fn many_labels_of_large_logits_have_finite_losses() {
    on_every_way(|way, device| {
        let labels = tensor(&[1.0, 0.0, 0.0, 1.0], [1, 4], device);
        for (value, expected, slopes) in [
            // |x| on the wrong side, e^−1000 = 0 on the right one.
            (json!("multilabel_soft_margin"), 500.0, [-0.25, 0.25, 0.0, 0.0]),
            (json!("image_balanced_binary_cross_entropy"), 250.0, [-0.125, 0.125, 0.0, 0.0]),
            (json!("zlpr"), 2000.0, [-1.0, 1.0, 0.0, 0.0]),
        ] {
            let scores = tensor(&[-1000.0, 1000.0, -1000.0, 1000.0], [1, 4], device).require_grad();
            let sum = tensor_loss(value).forward(scores.clone(), labels.clone(), Reduction::Sum);
            is(&slope(&sum, &scores), &slopes, way);
            is(&numbers(sum), &[expected], way);
        }
    });
}

/// An image without any edge has no positives to balance: its loss is 0, not 0/0, and the others keep their balance.
#[test]
fn image_without_positives_is_zero() {
    on_every_way(|way, device| {
        let scores = tensor(&[0.0, 0.0, 0.0, 0.0, 5.0, -5.0, 2.0, 1.0], [2, 1, 4], device).require_grad();
        let labels = tensor(&[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [2, 1, 4], device);
        let loss = tensor_loss(json!("image_balanced_binary_cross_entropy"));
        let each = loss.forward_no_reduction(scores.clone(), labels.clone());
        // β = ¾: ¼·(¾·ln 2 + 3·¼·ln 2).
        is(&numbers(each), &[0.375 * 2.0_f64.ln(), 0.0], way);
        let sum = loss.forward(scores.clone(), labels, Reduction::Sum);
        // ¼·¾·½ down, ¼·¼·½ up.
        is(&slope(&sum, &scores), &[-0.09375, 0.03125, 0.03125, 0.03125, 0.0, 0.0, 0.0, 0.0], way);
    });
}

/// SMP's SoftBCE: ignored pixels stay in the mean, so that half of them ignored halves it.
#[test]
fn smp_soft_bce_of_ignored_pixels() {
    on_every_way(|way, device| {
        let loss = binary_loss(json!("binary_cross_entropy"), way);
        let scores = tensor(&[0.0, 5.0, 0.0, f64::NAN], [1, 4], device).require_grad();
        let labels = tensor(&[1.0, 255.0, 0.0, 255.0], [1, 4], device);
        let mask = tensor(&[1.0, 0.0, 1.0, 0.0], [1, 4], device);
        let mean = loss.forward_weighted(scores.clone(), labels, mask, Reduction::Mean);
        // ln 2 of both that count; p − y = ∓½ over the two.
        is(&slope(&mean, &scores), &[-0.25, 0.0, 0.25, 0.0], way);
        is(&numbers(mean), &[2.0_f64.ln()], way);
    });
}

/// A probability of exactly 0 or 1: a logarithm of −100, as PyTorch has it, and no infinite slope.
#[test]
fn certain_probabilities_have_finite_losses() {
    on_every_way(|way, device| {
        let loss = binary_loss(json!("binary_cross_entropy"), way).with_input(Input::Probabilities);
        let scores = tensor(&[0.0, 1.0, 1.0, 0.0], [4], device).require_grad();
        let labels = tensor(&[1.0, 0.0, 1.0, 0.0], [4], device);
        let value = loss.forward(scores.clone(), labels, Reduction::Mean);
        let slopes = slope(&value, &scores);
        assert!(slopes.iter().all(|slope| slope.is_finite()), "{slopes:?}, {way}");
        is(&numbers(value), &[50.0], way);
    });
}

/// timm's asymmetric loss is a sum only, and switches gradients off for everyone while it computes its weights.
#[test]
fn timm_asymmetric_has_a_mean_and_all_of_its_gradient() {
    on_every_way(|way, device| {
        let loss =
            binary_loss(json!({"name": "asymmetric", "gamma_positive": 1, "gamma_negative": 2, "margin": 0}), way);
        let scores = tensor(&[0.0, 0.0], [2], device).require_grad();
        let labels = tensor(&[1.0, 0.0], [2], device);
        let mean = loss.forward(scores.clone(), labels, Reduction::Mean);
        // ½·ln 2 and ¼·ln 2. The slopes go through the weights: of (1 − p)·(−ln p) by x it is −p(1 − p)(−ln p) − (1 − p)²,
        // of p²·(−ln(1 − p)) it is 2p²(1 − p)(−ln(1 − p)) + p³.
        let ln_2 = 2.0_f64.ln();
        is(&slope(&mean, &scores), &[0.5 * (-0.25 * ln_2 - 0.25), 0.5 * (0.25 * ln_2 + 0.125)], way);
        is(&numbers(mean), &[0.5 * (0.5 + 0.25) * ln_2], way);
    });
}

// ---- Numbers ----

/// burn-nn's distances have the slope of a square root at 0, which is infinite, and 0·∞ is NaN.
#[test]
fn prediction_that_is_right_has_the_slope_of_zero() {
    on_every_way(|way, device| {
        for value in [
            json!("l1"),
            json!("mse"),
            json!({"name": "lp", "p": 0.5}),
            json!({"name": "lp", "p": 1.5}),
            json!("charbonnier"),
            json!("pseudo_huber"),
            json!("general_robust"),
            json!("wing"),
            json!("adaptive_wing"),
            json!("log_cosh"),
            json!("msle"),
            json!("mape"),
            json!("smape"),
        ] {
            let prediction = tensor(&[0.5, 1.0], [2], device).require_grad();
            let target = prediction.clone().detach().require_grad();
            let sum = pointwise_loss(value.clone(), way).forward(prediction.clone(), target.clone(), Reduction::Sum);
            let gradients = sum.backward();
            let of = |x: &Tensor<1>| numbers(x.grad(&gradients).expect("a gradient"));
            assert!(of(&prediction) == [0.0; 2] && of(&target) == [0.0; 2], "{value}: {:?}, {way}", of(&prediction));
        }
    });
}

/// The same of roots of sums and of norms: at 0 their slope is infinite, and optax's cosine distance of a vector of zeros
/// is NaN.
#[test]
fn roots_and_norms_have_the_slope_of_zero() {
    on_every_way(|way, device| {
        for name in ["rmse", "rmsle", "scale_invariant_log"] {
            let prediction = tensor(&[0.5, 1.0, 0.0, 3.0], [2, 2], device).require_grad();
            let target = prediction.clone().detach().require_grad();
            let sum = tensor_loss(json!(name)).forward(prediction.clone(), target.clone(), Reduction::Sum);
            let gradients = sum.backward();
            let of = |x: &Tensor<2>| numbers(x.grad(&gradients).expect("a gradient"));
            assert!(of(&prediction) == [0.0; 4] && of(&target) == [0.0; 4], "{name}: {:?}, {way}", of(&prediction));
            is(&numbers(sum), &[0.0], way);
        }
        let prediction = tensor(&[0.0, 0.0, 3.0, 4.0], [2, 2], device).require_grad();
        let target = tensor(&[3.0, 4.0, 0.0, 0.0], [2, 2], device).require_grad();
        let each = tensor_loss(json!("cosine_distance")).forward_no_reduction(prediction.clone(), target.clone());
        let gradients = each.clone().sum().backward();
        for input in [prediction, target] {
            let slopes = numbers(input.grad(&gradients).expect("a gradient"));
            assert!(slopes.iter().all(|slope| slope.is_finite()), "{slopes:?}, {way}");
        }
        is(&numbers(each), &[1.0, 1.0], way);
    });
}

/// Stirling's term has a y·ln y, which is NaN at a count of 0 unless it is left out there, gradient included.
#[test]
fn poisson_of_a_count_of_zero() {
    on_every_way(|way, device| {
        let loss = pointwise_loss(json!({"name": "poisson_nll", "full": true}), way);
        let prediction = tensor(&[0.5, 0.5], [2], device).require_grad();
        let target = tensor(&[0.0, 2.0], [2], device);
        let sum = loss.forward(prediction.clone(), target, Reduction::Sum);
        let rate = 0.5_f64.exp();
        is(&slope(&sum, &prediction), &[rate, rate - 2.0], way);
        // 2·ln 2 − 2 + ½·ln 4π for the count of 2.
        let stirling = 2.0 * 2.0_f64.ln() - 2.0 + 0.5 * (2.0 * std::f64::consts::TAU).ln();
        is(&numbers(sum), &[rate + (rate - 1.0) + stirling], way);
    });
}

/// MONAI's `MaskedLoss` zeroes the inputs, so that masked voxels still count in the mean.
#[test]
fn monai_masked_voxels_do_not_count() {
    on_every_way(|way, device| {
        let loss = pointwise_loss(json!("mse"), way);
        let prediction = tensor(&[1.0, 7.0, 3.0, f64::INFINITY], [2, 2], device).require_grad();
        let target = tensor(&[0.0, 0.0, 1.0, f64::NAN], [2, 2], device);
        let mask = tensor(&[1.0, 0.0, 1.0, 0.0], [2, 2], device);
        let mean = loss.forward_weighted(prediction.clone(), target, mask, Reduction::Mean);
        is(&slope(&mean, &prediction), &[1.0, 0.0, 2.0, 0.0], way);
        is(&numbers(mean), &[(1.0 + 4.0) / 2.0], way);
    });
}

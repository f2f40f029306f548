//! How criteria print. burn-nn's print by the name of the struct behind its configuration, with what that keeps: tensors
//! by their shape, numbers worked out beforehand. Ours print by the name and the parameters of the loss.

use burn::nn::loss as nn;
use burn::tensor::Device;
use burn_losses::prelude::*;

#[test]
pub(crate) fn criteria_print_by_name_and_parameters() {
    let device = Device::flex();
    let weights = [3.0, 7.0, 0.9];
    let of_classes = CrossEntropy::default().with_label_smoothing(0.5).init().with_class_weights(weights.to_vec());
    let cases = [
        (
            of_classes.to_string(),
            "CrossEntropy {label_smoothing: 0.5, class_weights: [3.0, 7.0, 0.9]}",
            nn::CrossEntropyLossConfig::new()
                .with_weights(Some(weights.map(|weight| weight as f32).to_vec()))
                .with_smoothing(Some(0.5))
                .init(&device)
                .to_string(),
            "CrossEntropyLoss {pad_tokens: None, weights: Tensor {rank: 1, shape: [3]}, smoothing: 0.5, logits: true}",
        ),
        (
            // Weights by label are an argument of the call here.
            BinaryCrossEntropy::default().init().to_string(),
            "BinaryCrossEntropy",
            nn::BinaryCrossEntropyLossConfig::new()
                .with_weights(Some(weights.map(|weight| weight as f32).to_vec()))
                .init(&device)
                .to_string(),
            "BinaryCrossEntropyLoss {weights: Tensor {rank: 1, shape: [3]}, smoothing: None, logits: false}",
        ),
        (
            GaussianNll::default().with_epsilon(0.5).init().to_string(),
            "GaussianNll {full: false, epsilon: 0.5}",
            nn::GaussianNLLLossConfig::new().with_eps(0.5).init().to_string(),
            "GaussianNLLLoss {eps: 0.5, full: false}",
        ),
        (
            HingeEmbedding::default().with_margin(0.5).init().to_string(),
            "HingeEmbedding {margin: 0.5}",
            nn::HingeEmbeddingLossConfig::new().with_margin(0.5).init().to_string(),
            "HingeEmbeddingLoss {margin: 0.5}",
        ),
        (
            Huber::default().with_delta(0.5).init().to_string(),
            "Huber {delta: 0.5}",
            nn::HuberLossConfig::new(0.5).init().to_string(),
            "HuberLoss {delta: 0.5, lin_bias: 0.125}",
        ),
        (
            // Logarithms of targets are a matter of the call here.
            KlDivergence::default().init().with_input(Input::LogProbabilities).to_string(),
            "KlDivergence {input: \"log_probabilities\"}",
            nn::KLDivLossConfig::new().with_log_target(true).init().to_string(),
            "KLDivLoss {log_target: true}",
        ),
        (
            // The margin scales the difference here.
            Hinge::default().init().to_string(),
            "Hinge",
            nn::MarginRankingLossConfig::new().with_margin(0.5).init().to_string(),
            "MarginRankingLoss {margin: 0.5}",
        ),
        (Mse::default().init().to_string(), "Mse {scale: 1.0}", nn::MseLoss::new().to_string(), "MseLoss"),
        (
            MultiMargin::default().with_margin(0.5).init().to_string(),
            "MultiMargin {margin: 0.5, p: 1.0}",
            nn::MultiMarginLossConfig::new().with_margin(0.5).init().to_string(),
            "MultiMarginLoss {margin: 0.5, p: 1}",
        ),
        (
            PoissonNll::default().init().to_string(),
            "PoissonNll {log_input: true, full: false, epsilon: 1e-8}",
            nn::PoissonNllLossConfig::new().init().to_string(),
            "PoissonNllLoss {log_input: true, full: false, eps: 0.00000001}",
        ),
    ];
    for (ours, expected, theirs, of_burn_nn) in cases {
        assert_eq!((ours.as_str(), theirs.as_str()), (expected, of_burn_nn));
    }
}

//! The losses that are timed: in this library, in Burn's tensor operations as a user would write them, in burn-nn.

use crate::inputs::Inputs;
use burn::nn::loss as nn;
use burn::tensor::activation::{log_softmax, relu, sigmoid, softmax};
use burn::tensor::{Int, Tensor};
use burn_losses::prelude::*;

pub(crate) type Evaluation<const D: usize, const T: usize> = fn(&Inputs<D, T>) -> Tensor<1>;

/// One loss, by whoever has it.
pub(crate) struct Case<const D: usize, const T: usize> {
    pub(crate) name: &'static str,
    /// None where this version of the library has no such loss.
    pub(crate) ours: Option<Evaluation<D, T>>,
    pub(crate) operations: Evaluation<D, T>,
    pub(crate) burn_nn: Option<Evaluation<D, T>>,
}

/// −ln of the probability of the right answer.
fn surprise<const D: usize>(logits: Tensor<D>, answers: Tensor<D>) -> Tensor<D> {
    relu(logits.clone()) - logits.clone() * answers + logits.abs().neg().exp().log1p()
}

/// ln pₜ.
fn log_p<const D: usize, const T: usize>(x: &Inputs<D, T>) -> Tensor<D> {
    log_softmax(x.predictions(), 1).gather(1, x.places())
}

/// The size of the error.
fn size<const D: usize, const T: usize>(x: &Inputs<D, T>) -> Tensor<D> {
    (x.predictions() - x.targets()).abs()
}

/// ln(1 + Σ e^x) along axis 1.
fn log_one_plus_sum<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let largest = x.clone().detach().max_dim(1).clamp_min(0.0);
    ((x - largest.clone()).exp().sum_dim(1) + largest.clone().neg().exp()).log() + largest
}

/// Each row: the type that the library must have for it; the name; ours; the tensor operations; burn-nn's.
macro_rules! table {
    ($($needs:literal, $name:literal, $ours:expr, $operations:expr, $burn_nn:expr;)*) => {
        /// Every case.
        pub(crate) fn cases<const D: usize, const T: usize>() -> Vec<Case<D, T>> {
            let mut cases: Vec<Case<D, T>> = Vec::new();
            $(
                #[allow(unused_mut)]
                let mut case = Case { name: $name, ours: None, operations: $operations, burn_nn: $burn_nn };
                #[cfg(has = $needs)]
                {
                    case.ours = Some($ours);
                }
                cases.push(case);
            )*
            cases
        }
    };
}

table! {
    "CrossEntropy", "cross_entropy",
        |x| CrossEntropy::default().init().forward(x.predictions(), x.classes(), Reduction::Mean),
        |x| log_p(x).mean().neg(),
        Some(|x| {
            let criterion = nn::CrossEntropyLossConfig::new().init(&x.predictions().device());
            criterion.forward(x.flat(), x.classes().reshape([-1]))
        });
    "Focal", "focal",
        |x| Focal::default().init().forward(x.predictions(), x.classes(), Reduction::Mean),
        |x| {
            let log_p = log_p(x);
            ((log_p.clone().exp().neg() + 1.0).square() * log_p.neg()).mean()
        },
        None;
    "GeneralizedCrossEntropy", "generalized_cross_entropy",
        |x| GeneralizedCrossEntropy::default().init().forward(x.predictions(), x.classes(), Reduction::Mean),
        |x| ((softmax(x.predictions(), 1).gather(1, x.places()).powf_scalar(0.7).neg() + 1.0) / 0.7).mean(),
        None;
    "NormalizedCrossEntropy", "normalized_cross_entropy",
        |x| NormalizedCrossEntropy::default().init().forward(x.predictions(), x.classes(), Reduction::Mean),
        |x| {
            let log_p = log_softmax(x.predictions(), 1);
            (log_p.clone().gather(1, x.places()) / log_p.sum_dim(1)).mean()
        },
        None;
    "CrossEntropy", "soft_cross_entropy",
        |x| CrossEntropy::default().init().forward_soft(x.predictions(), x.targets(), Reduction::Mean),
        |x| (log_softmax(x.predictions(), 1) * x.targets()).sum() * (-1.0 / x.rows() as f64),
        None;
    "KlDivergence", "kl_divergence",
        |x| KlDivergence::default().init().forward_soft(x.predictions(), x.targets(), Reduction::Mean),
        |x| {
            let q = x.targets();
            (q.clone() * (q.log() - log_softmax(x.predictions(), 1))).sum() * (1.0 / x.rows() as f64)
        },
        Some(|x| {
            let criterion = nn::KLDivLossConfig::new().init();
            let sum = criterion.forward(log_softmax(x.predictions(), 1), x.targets(), nn::Reduction::Sum);
            sum * (1.0 / x.rows() as f64)
        });
    "NormalizedFocal", "normalized_focal",
        |x| NormalizedFocal::default().init().forward(x.predictions(), x.classes(), Reduction::Mean),
        |x| {
            let log_p = log_softmax(x.predictions(), 1);
            let terms = (log_p.clone().exp().neg() + 1.0).sqrt() * log_p.neg();
            (terms.clone().gather(1, x.places()) / terms.sum_dim(1)).mean()
        },
        None;
    "MultiMargin", "multi_margin",
        |x| MultiMargin::default().init().forward(x.predictions(), x.classes(), Reduction::Mean),
        |x| {
            let scores = x.predictions();
            let classes = scores.dims()[1] as f64;
            let of_target = scores.clone().gather(1, x.places());
            let sum = relu(scores - of_target + 1.0).sum_dim(1) - 1.0;
            sum.mean() * (1.0 / classes)
        },
        Some(|x| {
            let criterion = nn::MultiMarginLossConfig::new().init();
            criterion.forward(x.flat(), x.classes().reshape([-1]), nn::Reduction::Mean)
        });
    "BinaryCrossEntropy", "binary_cross_entropy",
        |x| BinaryCrossEntropy::default().init().forward(x.predictions(), x.targets(), Reduction::Mean),
        |x| surprise(x.predictions(), x.targets()).mean(),
        Some(|x| {
            let config = nn::BinaryCrossEntropyLossConfig::new().with_logits(true);
            config.init(&x.predictions().device()).forward(x.predictions(), x.labels())
        });
    "BinaryFocal", "binary_focal",
        |x| BinaryFocal::default().init().forward(x.predictions(), x.targets(), Reduction::Mean),
        |x| {
            let (p, y) = (sigmoid(x.predictions()), x.targets());
            let miss = p.clone() + y.clone() - p * y.clone() * 2.0;
            let weight = y.clone() * -0.5 + 0.75;
            (weight * miss.square() * surprise(x.predictions(), y)).mean()
        },
        None;
    "Hinge", "hinge",
        |x| Hinge::default().init().forward(x.predictions(), x.targets(), Reduction::Mean),
        |x| relu((x.predictions() * x.targets()).neg() + 1.0).mean(),
        None;
    "Mse", "mse",
        |x| Mse::default().init().forward(x.predictions(), x.targets(), Reduction::Mean),
        |x| (x.predictions() - x.targets()).square().mean(),
        Some(|x| nn::MseLoss::new().forward(x.predictions(), x.targets(), nn::Reduction::Mean));
    "L1", "l1",
        |x| L1::default().init().forward(x.predictions(), x.targets(), Reduction::Mean),
        |x| size(x).mean(),
        Some(|x| nn::LpLossConfig::l1().forward(x.predictions(), x.targets(), nn::Reduction::Mean));
    "Huber", "huber",
        |x| Huber::default().init().forward(x.predictions(), x.targets(), Reduction::Mean),
        |x| {
            let size = size(x);
            let far = size.clone().greater_elem(1.0);
            (size.clone().square() * 0.5).mask_where(far, size - 0.5).mean()
        },
        Some(|x| nn::HuberLossConfig::new(1.0).init().forward(x.predictions(), x.targets(), nn::Reduction::Mean));
    "SmoothL1", "smooth_l1",
        |x| SmoothL1::default().init().forward(x.predictions(), x.targets(), Reduction::Mean),
        |x| {
            let size = size(x);
            let far = size.clone().greater_elem(1.0);
            (size.clone().square() * 0.5).mask_where(far, size - 0.5).mean()
        },
        Some(|x| {
            let criterion = nn::SmoothL1LossConfig::new().init();
            criterion.forward_with_reduction(x.predictions(), x.targets(), nn::Reduction::Mean)
        });
    "LogCosh", "log_cosh",
        |x| LogCosh::default().init().forward(x.predictions(), x.targets(), Reduction::Mean),
        |x| {
            let size = size(x);
            ((size.clone() * -2.0).exp().log1p() + size - std::f64::consts::LN_2).mean()
        },
        None;
    "Quantile", "quantile",
        |x| Quantile::default().with_tau(0.9).init().forward(x.predictions(), x.targets(), Reduction::Mean),
        |x| {
            let error = x.predictions() - x.targets();
            (relu(error.clone()) * 0.1 + relu(-error) * 0.9).mean()
        },
        None;
    "Cauchy", "cauchy",
        |x| Cauchy::default().init().forward(x.predictions(), x.targets(), Reduction::Mean),
        |x| (x.predictions() - x.targets()).square().log1p().mean() * 0.5,
        None;
    "Smape", "smape",
        |x| Smape::default().init().forward(x.predictions(), x.targets(), Reduction::Mean),
        |x| (size(x) * 2.0 / (x.predictions().abs() + x.targets().abs() + 1e-8)).mean(),
        None;
    "GaussianNll", "gaussian_nll",
        |x| GaussianNll::default().init().forward(x.predictions(), x.variances(), x.targets(), Reduction::Mean),
        |x| {
            let variance = x.variances().clamp_min(1e-6);
            ((variance.clone().log() + (x.predictions() - x.targets()).square() / variance) * 0.5).mean()
        },
        Some(|x| {
            let criterion = nn::GaussianNLLLossConfig::new().init();
            criterion.forward(x.predictions(), x.targets(), x.variances(), nn::Reduction::Mean)
        });
    "Zlpr", "zlpr",
        |x| Zlpr::default().init().forward(x.predictions(), x.targets(), Reduction::Mean),
        |x| {
            let (logits, y) = (x.predictions(), x.targets());
            let there = logits.clone().neg() + (y.clone() - 1.0) * 1e12;
            let absent = logits - y * 1e12;
            (log_one_plus_sum(there) + log_one_plus_sum(absent)).mean()
        },
        None;
    "Rmse", "rmse",
        |x| Rmse::default().init().forward(x.predictions(), x.targets(), Reduction::Mean),
        |x| (x.predictions() - x.targets()).square().mean().sqrt(),
        None;
    "CosineDistance", "cosine_distance",
        |x| CosineDistance::default().init().forward(x.predictions(), x.targets(), Reduction::Mean),
        |x| {
            let (a, b) = (x.predictions(), x.targets());
            let lengths = (a.clone().square().sum_dim(1) * b.clone().square().sum_dim(1)).sqrt();
            ((a * b).sum_dim(1) / lengths).mean().neg() + 1.0
        },
        Some(|x| {
            let same = Tensor::<1, Int>::ones([x.rows()], &x.predictions().device());
            let targets = x.targets().reshape([x.rows() as isize, -1]);
            nn::CosineEmbeddingLossConfig::new().init().forward(x.flat(), targets, same)
        });
}

//! Forward correction.

use super::transition::Transition;
use super::{Softmax, real, tensor};
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::reduce::Summed as _;
use crate::real::Real;
use crate::signature::TensorClassFormula;
use burn::config::Config;
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

/// Forward correction: the cross-entropy of what the labels should look like, given how they go wrong.
///
/// Where it is known, or was estimated, which classes are taken for which: the model then learns the classes, not the
/// labels. With a wrong matrix it learns wrong classes. Unlike [`BackwardCorrection`](crate::BackwardCorrection) it is
/// never negative, and the easier one to train.
///
/// # Formula
///
/// ```text
/// L = −ln m,   m = Σₖ Tₖₜ·pₖ,   Tₖⱼ = P(the label says j | the class is k)
/// ∂L/∂xₖ = pₖ·(1 − Tₖₜ/m)
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// A rate of 0, and the unit matrix, is [`CrossEntropy`](crate::CrossEntropy). A label that the matrix says never
/// occurs has an infinite loss without a gradient.
///
/// # Numerics
///
/// Where m is near 1 it is 1 − Σₖ (1 − Tₖₜ)·pₖ, where it is small a sum of logarithms.
///
/// # Source
///
/// G. Patrini et al., Making Deep Neural Networks Robust to Label Noise: A Loss Correction Approach, 2017, theorem 2.
///
#[doc = include_str!("../../docs/plots/forward_correction.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::Transition;
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.25, 0.75]], &device).log();
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = ForwardCorrection::default().init().forward(logits.clone(), targets.clone(), Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() + (0.9 * 0.25 + 0.1 * 0.75f32).ln()).abs() < 1e-6);
/// let transition = Transition::matrix([[1.0, 0.0], [0.4, 0.6]])?;
/// let loss = ForwardCorrection::default().with_transition(transition).init();
/// let loss = loss.forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() + (0.25 + 0.4 * 0.75f32).ln()).abs() < 1e-6);
/// # Ok::<(), burn_losses::LossError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ForwardCorrection {
    /// T, how labels go wrong: the rate of wrong labels, ≥ 0 and < 1, or a matrix; default 0.1.
    pub transition: Transition,
}

impl Config for ForwardCorrection {}

impl Default for ForwardCorrection {
    fn default() -> Self {
        Self { transition: Transition::Symmetric(0.1) }
    }
}

impl ForwardCorrection {
    /// With T, how labels go wrong.
    pub fn with_transition(mut self, transition: impl Into<Transition>) -> Self {
        self.transition = transition.into();
        self
    }
}

impl Described for ForwardCorrection {
    const ENTRY: Entry = Entry {
        name: "forward_correction",
        type_name: "ForwardCorrection",
        family: Family::NoiseRobust,
        formula: "−ln Σₖ Tₖₜ·pₖ",
        source: "Patrini et al., Making Deep Neural Networks Robust to Label Noise, 2017, theorem 2",
        purpose: "Wrong labels, if it is known which are taken for which",
        parameters: &[Parameter::matrix("transition", 0.1, Range::at_least_below(0.0, 1.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("transition", "T")],
        settings: &[&[("transition", 0.0)], &[("transition", 0.3)]],
        ..Picture::DEFAULT
    };
}

impl TensorClassFormula for ForwardCorrection {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn per_class(&self) -> Vec<(&'static str, usize)> {
        self.transition.per_class()
    }

    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        let table = self.transition.to_label(scores.dims()[1]);
        let of = |f: fn(f64) -> f64| table.of(&targets, &scores, f);
        let (share, miss, log_share) = (of(|share| share), of(|share| 1.0 - share), of(f64::ln));
        let Softmax { log_p, p, most, moved, .. } = Softmax::new(scores);
        let missed = (p.clone() * miss).summed();
        let is_far = missed.clone().greater_equal_elem(0.5);
        let near = tensor::<3>(-(-real(missed.mask_fill(is_far.clone(), 0.0))).ln_1p());
        let terms = log_p + log_share;
        let top = terms.clone().max_dim(1);
        let nowhere = top.clone().equal_elem(f64::NEG_INFINITY);
        let top = top.mask_fill(nowhere, 0.0);
        let e = (terms - top.clone()).exp();
        let sum = e.clone().summed();
        let lost = sum.clone().equal_elem(0.0);
        let sum = sum.mask_fill(lost.clone(), 1.0);
        let value = near.mask_where(is_far, -(sum.clone().log() + top)).mask_fill(lost, f64::INFINITY);

        // What is the same in all Tₖₜ does not move the loss: slopes are of the differences from the likeliest class's.
        let common = share.clone().gather(1, most);
        let none = common.clone().equal_elem(0.0);
        let mixture = (p.clone() * share.clone()).summed().mask_fill(none.clone(), 1.0);
        let slope = (share - common) * p / mixture;
        let slope = slope.mask_where(none.expand(e.dims()), e / sum);
        value - (slope * moved).summed()
    }
}

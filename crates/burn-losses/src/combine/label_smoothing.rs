//! Label smoothing.

use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::base::error::{self, LossError};
use crate::base::per_class::{ClassParameter as _, PerClass};
use crate::base::smoothing::Smoothing;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Label smoothing of any class loss: a share ε of the target goes to all classes, alike or by a given distribution.
///
/// Against overconfidence. [`CrossEntropy`](crate::CrossEntropy) has it as a parameter of its own, with the class weights
/// of PyTorch; this goes around every loss that is a function of one class's probability, or of sums over the classes.
///
/// # Formula
///
/// ```text
/// qₖ ← (1 − ε)·qₖ + ε·uₖ          q = [k = t] for an index target
/// ```
///
/// A loss that is linear in q becomes L = (1 − ε)·ℓ(target) + ε·Σₖ uₖ·ℓ(k): so do all that are functions of one class's
/// probability. [`Brier`](crate::Brier), [`AsymmetricMse`](crate::AsymmetricMse) and the divergences are not linear in q:
/// of those it is the loss against the smoothed target, a divergence 0 where the prediction is that.
///
/// u is the uniform distribution 1/C unless given: class frequencies, or a teacher's mean prediction.
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// ε = 0 is the inner loss. Class weights stay those of the target.
///
/// # Source
///
/// C. Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2016, section 7.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = LabelSmoothing::default().with_smoothing(0.5).init(ClassMae::default().init());
/// let logits = Tensor::<2>::from_data([[200.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = criterion.forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.25 * 2.0).abs() < 1e-6); // a quarter of the target is the other class
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LabelSmoothing {
    /// ε, the share: 0 ≤ ε ≤ 1, default 0.1.
    pub smoothing: f64,
    /// u, how the share is spread: ≥ 0, one number per class, divided by their sum; default 1 for all.
    pub distribution: PerClass,
}

impl Config for LabelSmoothing {}

impl Default for LabelSmoothing {
    fn default() -> Self {
        Self { smoothing: 0.1, distribution: PerClass::Same(1.0) }
    }
}

impl LabelSmoothing {
    /// With the share ε.
    pub fn with_smoothing(mut self, smoothing: f64) -> Self {
        self.smoothing = smoothing;
        self
    }

    /// With how the share is spread over the classes.
    pub fn with_distribution(mut self, distribution: impl Into<PerClass>) -> Self {
        self.distribution = distribution.into();
        self
    }

    /// Whether there is anything to spread by.
    pub(crate) fn check(&self) -> Result<(), LossError> {
        match self.distribution.same_for_all() {
            None if self.distribution.by_class().iter().all(|share| *share == 0.0) => {
                let rule = "be above 0 for a class";
                Err(error::refused(Self::ENTRY.type_name, "distribution", rule, "0 for all"))
            }
            _ => Ok(()),
        }
    }

    /// What it does to targets.
    pub(crate) fn target(&self) -> Smoothing {
        Smoothing { smoothing: self.smoothing, distribution: self.distribution.clone() }
    }
}

impl Described for LabelSmoothing {
    const ENTRY: Entry = Entry {
        name: "label_smoothing",
        type_name: "LabelSmoothing",
        family: Family::Wrapper,
        formula: "ℓ against q ← (1 − ε)·q + ε·u",
        source: "Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2016, section 7",
        purpose: "Against overconfidence, around any class loss",
        parameters: &[
            Parameter::new("smoothing", 0.1, Range::between(0.0, 1.0)),
            Parameter::per_class("distribution", 1.0, Range::at_least(0.0)),
        ],
    };
}

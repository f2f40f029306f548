//! Label smoothing.

use crate::any::AnyClassLoss;
use crate::catalogue::{Described, Entry, Family, Parameter, Range};
use crate::check;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Label smoothing of any class loss: a share ε of the target goes to all classes alike.
///
/// Against overconfidence. [`CrossEntropy`](crate::CrossEntropy) has it as a parameter of its own, with the class weights
/// of PyTorch; this goes round every loss that is a function of one class's probability, or of sums over the classes.
///
/// # Formula
///
/// ```text
/// q ← (1 − ε)·q + ε/C          so that L = (1 − ε)·ℓ(target) + (ε/C)·Σₖ ℓ(k)
/// ```
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
/// C. Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2015, section 7.
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
}

impl Config for LabelSmoothing {}

impl Default for LabelSmoothing {
    fn default() -> Self {
        Self { smoothing: 0.1 }
    }
}

impl LabelSmoothing {
    /// With the share ε.
    pub fn with_smoothing(mut self, smoothing: f64) -> Self {
        self.smoothing = smoothing;
        self
    }

    /// Round a class loss.
    ///
    /// # Panics
    ///
    /// If the share is outside its range, or the loss cannot be smoothed: cross-entropy with a smoothing of its own,
    /// normalised cross-entropy, z-loss, and wrapped losses (wrap the smoothed one instead).
    #[track_caller]
    pub fn init(&self, inner: impl Into<AnyClassLoss>) -> AnyClassLoss {
        check::config(self);
        match AnyClassLoss::smoothed(self, inner.into()) {
            Ok(loss) => loss,
            Err(error) => panic!("{error}"),
        }
    }
}

impl Described for LabelSmoothing {
    const ENTRY: Entry = Entry {
        name: "label_smoothing",
        type_name: "LabelSmoothing",
        family: Family::Wrapper,
        formula: "(1 − ε)·ℓ(target) + (ε/C)·Σₖ ℓ(k)",
        source: "Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2015, section 7",
        purpose: "Against overconfidence, round any class loss",
        parameters: &[Parameter::new("smoothing", 0.1, Range::between(0.0, 1.0))],
    };
}

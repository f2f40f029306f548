//! Logit scaling.

use super::transformed::{LogitTransform, Transformed};
use crate::base::check;
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use burn::config::Config;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Logit scaling: a loss on logits times a number, the inverse of a temperature.
///
/// Where logits are cosines, which are too near to each other for a softmax; and to sharpen or soften what a loss sees.
///
/// # Formula
///
/// ```text
/// x ← s·x
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// s = 1 is the inner loss.
///
/// # Source
///
/// F. Wang et al., NormFace: L2 Hypersphere Embedding for Face Verification, 2017, section 3.3.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = LogitScale::default().with_scale(2.0).init(NegativeLogLikelihood::default().init());
/// let scores = Tensor::<2>::from_data([[-0.5, -3.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// assert_eq!(criterion.forward(scores, targets, Reduction::Mean).into_scalar::<f32>(), 1.0);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogitScale {
    /// s, the factor: > 0, default 30.
    pub scale: f64,
}

impl Config for LogitScale {}

impl Default for LogitScale {
    fn default() -> Self {
        Self { scale: 30.0 }
    }
}

impl LogitScale {
    /// With the factor s.
    pub fn with_scale(mut self, scale: f64) -> Self {
        self.scale = scale;
        self
    }

    /// Around a loss.
    ///
    /// # Panics
    ///
    /// If the factor is outside its range.
    #[track_caller]
    pub fn init<L>(&self, inner: L) -> Transformed<Self, L> {
        check::config(self);
        Transformed::new(self.clone(), inner)
    }
}

impl LogitTransform for LogitScale {
    fn apply<const D: usize>(&self, logits: Tensor<D>) -> Tensor<D> {
        logits * self.scale
    }
}

impl Described for LogitScale {
    const ENTRY: Entry = Entry {
        name: "logit_scale",
        type_name: "LogitScale",
        family: Family::Wrapper,
        formula: "x ← s·x",
        source: "Wang et al., NormFace: L2 Hypersphere Embedding for Face Verification, 2017, section 3.3",
        purpose: "Logits that are cosines",
        parameters: &[Parameter::new("scale", 30.0, Range::above(0.0))],
    };
}

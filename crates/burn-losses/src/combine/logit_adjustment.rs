//! Logit adjustment.

use super::transformed::{LogitTransform, Transformed};
use crate::base::check;
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::base::per_class::{ClassParameter as _, PerClass};
use burn::config::Config;
use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// Logit adjustment: the logarithm of how frequent a class is, added to its logit in training.
///
/// For rare classes: the model learns what the frequencies do not tell already, and predicts, without the adjustment, as
/// if all classes were equally frequent. With cross-entropy and τ = 1 it is called balanced softmax.
///
/// # Formula
///
/// ```text
/// xₖ ← xₖ + τ·ln πₖ          πₖ = nₖ/Σⱼ nⱼ, the class counts
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// τ = 0, and counts that are all the same (one number for all classes), give the inner loss of softmax probabilities.
///
/// # Source
///
/// A. K. Menon et al., Long-tail Learning via Logit Adjustment, 2021, equation 10; J. Ren et al., Balanced Meta-Softmax for
/// Long-Tailed Visual Recognition, 2020, equation 3.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = LogitAdjustment::default().with_counts([30.0, 10.0]).init(CrossEntropy::default().init());
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([1], &device);
/// let loss = criterion.forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 4f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogitAdjustment {
    /// n, how frequent each class is: > 0, one number per class; default 1 for all.
    pub counts: PerClass,
    /// τ, how much of it is added: ≥ 0, default 1.
    pub tau: f64,
}

impl Config for LogitAdjustment {}

impl Default for LogitAdjustment {
    fn default() -> Self {
        Self { counts: PerClass::Same(1.0), tau: 1.0 }
    }
}

impl LogitAdjustment {
    /// With how frequent each class is.
    pub fn with_counts(mut self, counts: impl Into<PerClass>) -> Self {
        self.counts = counts.into();
        self
    }

    /// With how much of it is added.
    pub fn with_tau(mut self, tau: f64) -> Self {
        self.tau = tau;
        self
    }

    /// Around a loss.
    ///
    /// # Panics
    ///
    /// If a parameter is outside its range. The loss panics if there is not one count a class.
    #[track_caller]
    pub fn init<L>(&self, inner: L) -> Transformed<Self, L> {
        check::config(self);
        Transformed::new(self.clone(), inner)
    }
}

impl LogitTransform for LogitAdjustment {
    fn apply<const D: usize>(&self, logits: Tensor<D>) -> Tensor<D> {
        if self.counts.same_for_all().is_some() {
            return logits;
        }
        let counts = self.counts.by_class();
        check::counts("LogitAdjustment", counts.len(), logits.dims()[1]);
        // By the largest, so that the sum of huge counts is none of ∞.
        let largest = counts.iter().copied().fold(0.0, f64::max);
        let total: f64 = counts.iter().map(|count| count / largest).sum();
        let shift = |count: &f64| self.tau * (count.ln() - largest.ln() - total.ln());
        let shifts: Vec<f64> = counts.iter().map(shift).collect();
        let mut shape = [1; D];
        shape[1] = shifts.len();
        logits.clone() + Tensor::<D>::from_data(TensorData::new(shifts, shape), (&logits.device(), logits.dtype()))
    }
}

impl Described for LogitAdjustment {
    const ENTRY: Entry = Entry {
        name: "logit_adjustment",
        type_name: "LogitAdjustment",
        family: Family::Wrapper,
        formula: "xₖ ← xₖ + τ·ln πₖ",
        source: "Menon et al., Long-tail Learning via Logit Adjustment, 2021, equation 10",
        purpose: "Rare classes",
        parameters: &[
            Parameter::per_class("counts", 1.0, Range::above(0.0)),
            Parameter::new("tau", 1.0, Range::at_least(0.0)),
        ],
    };
}

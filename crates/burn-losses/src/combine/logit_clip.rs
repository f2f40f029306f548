//! Logit clipping.

use super::row_norm::{Polar, with_row_slopes};
use super::{LogitTransform, Transformed};
use crate::base::check;
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use burn::config::Config;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Logit clipping: shortens rows of logits that are longer than τ before any class loss.
///
/// Makes a loss that is unbounded, such as cross-entropy, bounded, and with it robust to wrong labels; one more
/// parameter than a bounded loss. The gradient flows through the norm.
///
/// # Formula
///
/// ```text
/// x ← y = τ·x/‖x‖ₚ  where ‖x‖ₚ > τ,   x  elsewhere
/// ∂yⱼ/∂xₖ = τ/‖x‖ₚ·([j = k] − xⱼ·sign(xₖ)·|xₖ|ᵖ⁻¹/‖x‖ₚᵖ)  where clipped
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`; the norm is along C
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// τ → ∞ is the inner loss. A row of zeros is never clipped.
///
/// # Numerics
///
/// Half precision is computed in f32. Of a row with an infinite logit only what is infinite has a direction. A row that
/// counts for nothing, since its target is ignored, has gradient 0, whatever its logits are.
///
/// # Source
///
/// H. Wei et al., Mitigating Memorization of Noisy Labels by Clipping the Model's Prediction, 2023, equation 4. The
/// authors' code clips to 1/τ above τ, which jumps; this is the paper's continuous form.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = LogitClip::default().with_tau(2.0).init(CrossEntropy::default().init());
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let long = Tensor::<2>::from_data([[30.0, 40.0]], &device);
/// let clipped = Tensor::<2>::from_data([[1.2, 1.6]], &device); // the same direction, length 2
/// let a = criterion.forward(long, targets.clone(), Reduction::Mean).into_scalar::<f32>();
/// let b = CrossEntropy::default().init().forward(clipped, targets, Reduction::Mean).into_scalar::<f32>();
/// assert!((a - b).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogitClip {
    /// τ, the largest norm: > 0, default 1.
    pub tau: f64,
    /// p of the norm: ≥ 1, default 2.
    pub p: f64,
}

impl Config for LogitClip {}

impl Default for LogitClip {
    fn default() -> Self {
        Self { tau: 1.0, p: 2.0 }
    }
}

impl LogitClip {
    /// With τ.
    pub fn with_tau(mut self, tau: f64) -> Self {
        self.tau = tau;
        self
    }

    /// With the norm's p.
    pub fn with_p(mut self, p: f64) -> Self {
        self.p = p;
        self
    }

    /// Around a loss.
    ///
    /// # Panics
    ///
    /// If a parameter is outside its range.
    #[track_caller]
    pub fn init<L>(&self, inner: L) -> LogitClipLoss<L> {
        check::config(self);
        Transformed::new(self.clone(), inner)
    }
}

impl LogitTransform for LogitClip {
    fn apply<const D: usize>(&self, logits: Tensor<D>) -> Tensor<D> {
        let polar = Polar::of(&logits, self.p);
        let short = (polar.scale.clone() * polar.length.clone()).lower_equal_elem(self.tau);
        let everywhere = short.clone().expand(logits.dims());
        let clipped = (polar.direction.clone() * self.tau).mask_where(everywhere.clone(), logits.clone().detach());
        let tau = polar.scale.ones_like() * self.tau;
        let factor = (tau / polar.scale.clone() / polar.length.clone()).mask_fill(short, 1.0);
        let along = polar.direction.clone().mask_fill(everywhere, 0.0);
        with_row_slopes(clipped, logits, factor, along, polar.slope(self.p))
    }
}

impl Described for LogitClip {
    const ENTRY: Entry = Entry {
        name: "logit_clip",
        type_name: "LogitClip",
        family: Family::Wrapper,
        formula: "x ← x·min(1, τ/‖x‖ₚ)",
        source: "Wei et al., Mitigating Memorization of Noisy Labels by Clipping Predictions, 2023, equation 4",
        purpose: "Makes any loss bounded, against wrong labels",
        parameters: &[Parameter::new("tau", 1.0, Range::above(0.0)), Parameter::new("p", 2.0, Range::at_least(1.0))],
    };
}

/// A loss on clipped logits: see [`LogitClip`].
pub type LogitClipLoss<L> = Transformed<LogitClip, L>;

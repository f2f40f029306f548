//! Cross-entropy with a margin.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::base::per_class::PerClass;
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Cross-entropy with a margin: the target's logit is lowered before the softmax, by class if wanted.
///
/// For classes that should lie apart, rare ones more than frequent ones. Round logits that are cosines, by
/// [`LogitScale`](crate::LogitScale), it is additive-margin softmax (CosFace); with the margins of
/// [`ldam_margins`](crate::ldam_margins), LDAM.
///
/// # Formula
///
/// ```text
/// L = −ln(e^{xₜ−m} / (e^{xₜ−m} + Σ_{k≠t} e^{xₖ})) = softplus(gap + m)
/// ∂L/∂xₜ = −σ(gap + m)          gap = −ln(pₜ/(1 − pₜ))
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// m = 0 is [`CrossEntropy`](crate::CrossEntropy). CosFace and LDAM lower the cosine before it is multiplied by s: inside
/// of [`LogitScale`](crate::LogitScale) the margin is s times theirs.
///
/// # Numerics
///
/// The margin moves the log-odds themselves, so no digit is lost, however confident the model.
///
/// # Source
///
/// K. Cao et al., Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss, 2019, equation 13; F. Wang et
/// al., Additive Margin Softmax for Face Verification, 2018, equation 6.
///
#[doc = include_str!("../../docs/plots/margin_cross_entropy.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::{ldam_margins, prelude::*};
///
/// // LDAM: margins by class counts, at most ½, in units of the scaled logits.
/// let (scale, counts) = (30.0, [1000.0, 10.0]);
/// let margins: Vec<f64> = ldam_margins(&counts, 0.5).iter().map(|margin| scale * margin).collect();
/// assert_eq!(margins[1], 15.0);
/// let ldam = LogitScale::default().with_scale(scale).init(MarginCrossEntropy::default().with_margin(margins).init());
/// let device = Device::flex();
/// let cosines = Tensor::<2>::from_data([[0.0, 0.5]], &device);
/// let targets = Tensor::<1, Int>::from_data([1], &device);
/// let loss = ldam.forward(cosines, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 2f32.ln()).abs() < 1e-6); // 30·½ − 15 against 0
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarginCrossEntropy {
    /// m, how much the target's logit is lowered: ≥ 0, default 1; a number or one per class.
    pub margin: PerClass,
}

impl Config for MarginCrossEntropy {}

impl Default for MarginCrossEntropy {
    fn default() -> Self {
        Self { margin: PerClass::Same(1.0) }
    }
}

impl MarginCrossEntropy {
    /// With the margin, a number or one per class.
    pub fn with_margin(mut self, margin: impl Into<PerClass>) -> Self {
        self.margin = margin.into();
        self
    }
}

impl Described for MarginCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "margin_cross_entropy",
        type_name: "MarginCrossEntropy",
        family: Family::Classification,
        formula: "ln(1 + e^m·(1 − pₜ)/pₜ)",
        source: "Cao et al., Label-Distribution-Aware Margin Loss, 2019, equation 13",
        purpose: "Classes that should lie apart; with its margins, LDAM",
        parameters: &[Parameter::per_class("margin", 1.0, Range::at_least(0.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("margin", "m")],
        settings: &[&[("margin", 0.0)], &[("margin", 2.0)], &[("margin", 4.0)]],
        ..Picture::DEFAULT
    };
}

impl ClassFormula for MarginCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        vec![("margin", &self.margin)]
    }

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        (row.gap() + row.of_class(&self.margin)).softplus()
    }
}

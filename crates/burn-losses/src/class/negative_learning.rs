//! Negative learning.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// The log-odds below which the target is the only class left; where there is no other, the engine has −10³⁰.
const CERTAIN: f64 = -1e29;

/// Negative learning: the target is a class the example does not belong to.
///
/// For complementary labels, and against wrong labels, with targets drawn at random from the classes that are not the
/// given label: "not a dog" is true far more often than "a cat". Slow where there are many classes. The targets are the
/// complementary classes; drawing them is not part of the loss.
///
/// # Formula
///
/// ```text
/// L = −ln(1 − pₜ)
/// ∂L/∂ln pₜ = pₜ/(1 − pₜ)
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`, the classes that are wrong
///
/// # Special cases
///
/// - For two classes it is [`CrossEntropy`](crate::CrossEntropy) with the other class as the target.
/// - Infinite where pₜ = 1: for a single class, and where all other logits are −∞. Such a row has no gradient.
///
/// # Numerics
///
/// ln(1 − pₜ) comes from the log-odds, so it is finite and exact as long as the logits are; of a difference of logits
/// beyond 10²⁹ it is infinite. The authors' code clamps 1 − pₜ at 10⁻⁵, where the gradient stops.
///
/// # Source
///
/// Y. Kim et al., NLNL: Negative Learning for Noisy Labels, 2019, equation 2.
///
#[doc = include_str!("../../docs/plots/negative_learning.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0, 0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([1], &device);
/// let loss = NegativeLearning::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() + 0.75f32.ln()).abs() < 1e-6);
/// ```
#[doc(alias = "NL")]
#[doc(alias = "NLNL")]
#[doc(alias = "complementary labels")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NegativeLearning {}

impl Config for NegativeLearning {}

impl Described for NegativeLearning {
    const ENTRY: Entry = Entry {
        name: "negative_learning",
        type_name: "NegativeLearning",
        family: Family::NoiseRobust,
        formula: "−ln(1 − pₜ)",
        source: "Kim et al., NLNL: Negative Learning for Noisy Labels, 2019, equation 2",
        purpose: "Targets that say what an example is not",
        parameters: &[],
    };
}

impl ClassFormula for NegativeLearning {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        let gap = row.gap();
        let certain = gap.less(&gap.constant(CERTAIN));
        // Added, so that the slope stays that of the finite losses beside it.
        R::select(&certain, gap.constant(f64::INFINITY), gap.constant(0.0)) - row.log_miss()
    }
}

//! Mean absolute error of the class probabilities.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture};
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Mean absolute error of the class probabilities: the L1 distance between the softmax and the one-hot target.
///
/// It is symmetric (its sum over all possible targets is a constant), hence robust to uniform label noise in theory. In
/// practice it learns slowly and underfits when there are many classes, as its gradient vanishes where pₜ is small.
///
/// # Formula
///
/// ```text
/// L = Σₖ |[k = t] − pₖ| = 2·(1 − pₜ)
/// ∂L/∂ln pₜ = −2·pₜ
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// Twice [`GeneralizedCrossEntropy`](crate::GeneralizedCrossEntropy) at q = 1; a multiple of
/// [`ReverseCrossEntropy`](crate::ReverseCrossEntropy), equal to it at A = −2.
///
/// # Source
///
/// A. Ghosh, H. Kumar and P. S. Sastry, Robust Loss Functions under Label Noise for Deep Neural Networks, 2017,
/// section 3.
///
#[doc = include_str!("../../docs/plots/class_mae.svg")]
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
/// let loss = ClassMae::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 1.5).abs() < 1e-6); // 2·(1 − ¼)
/// ```
#[doc(alias = "MAE")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClassMae {}

impl Config for ClassMae {}

impl Described for ClassMae {
    const ENTRY: Entry = Entry {
        name: "class_mae",
        type_name: "ClassMae",
        family: Family::NoiseRobust,
        formula: "2·(1 − pₜ)",
        source: "Ghosh, Kumar and Sastry, Robust Loss Functions under Label Noise, 2017, section 3",
        purpose: "Few classes and very many wrong labels",
        parameters: &[],
    };
    const PICTURE: Picture =
        Picture { beside: &[(1.0, "cross_entropy"), (1.0, "generalized_cross_entropy")], ..Picture::DEFAULT };
}

impl ClassFormula for ClassMae {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        row.miss() * 2.0
    }
}

//! Gaussian Kullback–Leibler divergence.

use crate::base::entry::{AxisWords, Described, Entry, Family, Parameter, Picture};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Kullback–Leibler divergence of a Gaussian from the standard Gaussian: the regulariser of variational autoencoders.
///
/// For the latent space of a VAE. The two inputs are the mean and the logarithm of the variance, and both have
/// gradients. Sum over the latent axes, as β-VAE weights assume.
///
/// # Formula
///
/// ```text
/// L = ½·(m² + e^s − 1 − s)          m = ŷ, the mean;  s = y, ln σ²
/// ∂L/∂m = m          ∂L/∂s = ½·(e^s − 1)
/// ```
///
/// # Shapes
///
/// - means, log-variances: any shape, the same
///
/// # Special cases
///
/// 0 where m = 0 and s = 0, and nowhere else.
///
/// # Numerics
///
/// e^s − 1 − s is right to the last digits near s = 0, where the usual form −½·(1 + s − m² − e^s) has none.
///
/// # Source
///
/// D. P. Kingma and M. Welling, Auto-Encoding Variational Bayes, 2014, appendix B.
///
#[doc = include_str!("../../docs/plots/gaussian_kl.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let means = Tensor::<1>::from_data([1.0], &device);
/// let log_variances = Tensor::<1>::from_data([0.0], &device);
/// let loss = GaussianKl::default().init().forward(means, log_variances, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.5).abs() < 1e-6);
/// ```
#[doc(alias = "VAE")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GaussianKl {}

impl Config for GaussianKl {}

impl Described for GaussianKl {
    const ENTRY: Entry = Entry {
        name: "gaussian_kl",
        type_name: "GaussianKl",
        family: Family::Likelihood,
        formula: "½·(m² + e^s − 1 − s)",
        source: "Kingma and Welling, Auto-Encoding Variational Bayes, 2014, appendix B",
        purpose: "The latent space of a variational autoencoder",
        parameters: &[],
    };
    const PICTURE: Picture = Picture {
        axis: Some(AxisWords { title: "m, mean, at a log-variance s of 2", slope: "∂L/∂m" }),
        ..Picture::DEFAULT
    };
}

impl PointwiseFormula for GaussianKl {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        at.prediction() * 0.5 * at.prediction() + at.target().exp_m1_minus() * 0.5
    }
}

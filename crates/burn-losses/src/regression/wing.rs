//! Wing loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Wing loss: logarithmic near 0, so that small errors pull more than large ones.
///
/// For the coordinates of landmarks, where small errors matter as much as large ones. Its slope at 0 jumps from −w/ε to
/// w/ε, so it wants a small learning rate at the end.
///
/// # Formula
///
/// ```text
/// L = w·ln(1 + |r|/ε)                 where |r| < w          r = ŷ − y
///     |r| − w + w·ln(1 + w/ε)         elsewhere
/// ∂L/∂ŷ = sgn r·w/(ε + |r|) where |r| < w, else sgn r
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// The slope at r = 0 is 0, at |r| = w the mean of both sides.
///
/// # Source
///
/// Z.-H. Feng et al., Wing Loss for Robust Facial Landmark Localisation with Convolutional Neural Networks, 2018, with
/// the paper's w and ε.
///
#[doc = include_str!("../../docs/plots/wing.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([2.0], &device);
/// let targets = Tensor::<1>::from_data([0.0], &device);
/// let loss = Wing::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 10.0 * 2f32.ln()).abs() < 1e-5);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wing {
    /// w, where the line begins: ≥ 10⁻¹⁸ and ≤ 10¹⁸, default 10.
    pub width: f64,
    /// ε, the size of an error that is small: ≥ 10⁻¹⁸ and ≤ 10¹⁸, default 2.
    pub curvature: f64,
}

impl Config for Wing {}

impl Default for Wing {
    fn default() -> Self {
        Self { width: 10.0, curvature: 2.0 }
    }
}

impl Wing {
    /// With w, where the line begins.
    pub fn with_width(mut self, width: f64) -> Self {
        self.width = width;
        self
    }

    /// With ε, the size of an error that is small.
    pub fn with_curvature(mut self, curvature: f64) -> Self {
        self.curvature = curvature;
        self
    }
}

impl Described for Wing {
    const ENTRY: Entry = Entry {
        name: "wing",
        type_name: "Wing",
        family: Family::Regression,
        formula: "w·ln(1 + |r|/ε) where |r| < w, else |r| − w + w·ln(1 + w/ε)",
        source: "Feng et al., Wing Loss for Robust Facial Landmark Localisation, 2018",
        purpose: "Coordinates of landmarks",
        parameters: &[Parameter::new("width", 10.0, Range::size()), Parameter::new("curvature", 2.0, Range::size())],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("curvature", "ε")],
        settings: &[&[("curvature", 0.5)], &[("curvature", 5.0)]],
        beside: &[(1.0, "l1")],
        range: Some((-15.0, 15.0)),
        ..Picture::DEFAULT
    };
}

impl PointwiseFormula for Wing {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let (size, width) = (at.residual().abs(), at.constant(self.width));
        let beyond = size.clone() - self.width;
        let beyond = beyond.clone() * 0.5 + beyond.abs() * 0.5;
        // The mean has the value w and half the slope.
        let mean = (size.clone() + self.width) * 0.5;
        let within = R::select(&size.equal(&width), mean, size.clone());
        let within = R::select(&width.less(&size), width, within);
        (within / self.curvature).ln_1p() * self.width + beyond
    }
}

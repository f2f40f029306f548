//! Hinge embedding loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Labels, Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Hinge embedding loss: distances of like pairs shrink, those of unlike pairs grow up to a margin.
///
/// For pairs of which a distance is known, as in nonlinear embeddings; distances from embeddings, and all pairs of a
/// batch, are the business of metric learning.
///
/// # Formula
///
/// ```text
/// L = x               where y = 1          x the distance
///     max(m − x, 0)   where y = −1
/// ∂L/∂x = 1 where y = 1; −1 where y = −1 and x < m; else 0
/// ```
///
/// # Shapes
///
/// - distances, targets: any shape, the same; targets −1 or 1
///
/// # Special cases
///
/// The slope at x = m is 0. There is no gradient by the targets. A target of NaN gives NaN.
///
/// # Source
///
/// `HingeEmbeddingLoss` of PyTorch 2.15.
///
#[doc = include_str!("../../docs/plots/hinge_embedding.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let distances = Tensor::<1>::from_data([0.25, 0.5], &device);
/// let targets = Tensor::<1>::from_data([-1.0, 1.0], &device);
/// let loss = HingeEmbedding::default().init().forward(distances, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.625).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HingeEmbedding {
    /// m, the distance at which unlike pairs are far enough: > 0, default 1.
    pub margin: f64,
}

impl Config for HingeEmbedding {}

impl Default for HingeEmbedding {
    fn default() -> Self {
        Self { margin: 1.0 }
    }
}

impl HingeEmbedding {
    /// With m, the distance at which unlike pairs are far enough.
    pub fn with_margin(mut self, margin: f64) -> Self {
        self.margin = margin;
        self
    }
}

impl Described for HingeEmbedding {
    const ENTRY: Entry = Entry {
        name: "hinge_embedding",
        type_name: "HingeEmbedding",
        family: Family::Margin,
        formula: "x where y = 1, max(m − x, 0) where y = −1",
        source: "PyTorch 2.15, HingeEmbeddingLoss",
        purpose: "Pairs that are like or unlike",
        parameters: &[Parameter::new("margin", 1.0, Range::above(0.0))],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("margin", "m")], settings: &[&[("margin", 2.0)]], ..Picture::DEFAULT };
}

impl PointwiseFormula for HingeEmbedding {
    const LABELS: Labels = Labels::MinusOrPlusOne;
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let (zero, target) = (at.constant(0.0), at.target().detached());
        let apart = (-(at.prediction() - self.margin)).max(zero.clone());
        let loss = R::select(&zero.less(&target), at.prediction(), apart);
        R::select(&target.equal(&target), loss, target)
    }
}

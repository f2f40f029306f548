//! Cosine distance.

use super::{across, unit};
use crate::base::entry::{AxisWords, Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::graph::moved;
use crate::engine::reduce::Summed as _;
use crate::signature::{Per, TensorFormula};
use burn::config::Config;
use burn::tensor::{Bool, Tensor};
use serde::{Deserialize, Serialize};

/// Cosine distance: 1 less the cosine of the angle between two vectors, whatever their lengths.
///
/// For embeddings that are compared by direction: a student's and a teacher's, two views of one image. Alone it can be
/// made 0 by giving all inputs one direction; keep something that holds them apart.
///
/// # Formula
///
/// ```text
/// L = 1 − ⟨a, b⟩/(|a|·|b|)          |x| = max(‖x‖₂, ε)
/// ∂L/∂a = −(b − a·⟨a, b⟩/‖a‖²)/(|a|·|b|) where ‖a‖ > ε, else −b/(ε·|b|)          ∂L/∂b likewise
/// ```
///
/// # Shapes
///
/// - predictions, targets: `[N, D]` or `[N, D, d1, …]`, one loss for each of `[N, 1, d1, …]`; `[D]` is one row
///
/// # Special cases
///
/// 0 for vectors of one direction, 1 for perpendicular ones and for 0, 2 for opposite ones. It is half the squared
/// distance of the vectors brought to length 1. A vector with infinite numbers has the direction of these alone.
///
/// # Numerics
///
/// For an acute angle it is sin²/(1 + cos), where the sine is what one vector has across the other, with all its
/// digits, so that it and its gradient are right for vectors that are nearly parallel. No square overflows or vanishes.
///
/// # Source
///
/// 1 − `CosineSimilarity` of PyTorch 2, whose `eps` is ε, and whose gradient below it is not that of the constant. Its
/// `CosineEmbeddingLoss` is this for pairs that are alike, those with y = 1, for which `margin` does not count.
///
#[doc = include_str!("../../docs/plots/cosine_distance.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let embeddings = Tensor::<2>::from_data([[3.0, 4.0], [1.0, 1.0]], &device);
/// let targets = Tensor::<2>::from_data([[4.0, 3.0], [10.0, 10.0]], &device);
/// let loss = CosineDistance::default().init().forward(embeddings, targets, Reduction::Sum);
/// assert!((loss.into_scalar::<f32>() - 0.04).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CosineDistance {
    /// ε, the least length: > 0, default 10⁻⁸.
    pub epsilon: f64,
}

impl Config for CosineDistance {}

impl Default for CosineDistance {
    fn default() -> Self {
        Self { epsilon: 1e-8 }
    }
}

impl CosineDistance {
    /// With ε, the least length.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for CosineDistance {
    const ENTRY: Entry = Entry {
        name: "cosine_distance",
        type_name: "CosineDistance",
        family: Family::Whole,
        formula: "1 − ⟨a, b⟩/(max(‖a‖₂, ε)·max(‖b‖₂, ε))",
        source: "PyTorch 2, CosineSimilarity and CosineEmbeddingLoss",
        purpose: "Embeddings that are compared by direction",
        parameters: &[Parameter::new("epsilon", 1e-8, Range::above(0.0))],
    };
    const PICTURE: Picture = Picture {
        axis: Some(AxisWords { title: "a₁ − 1, where a = (a₁, 1) and b = (1, 1)", slope: "∂L/∂a" }),
        ..Picture::DEFAULT
    };
}

impl TensorFormula for CosineDistance {
    const PER: Per = Per::Row;
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, prediction: Tensor<3>, target: Tensor<3>) -> Tensor<3> {
        let (a, b) = (Side::new(&prediction, self.epsilon), Side::new(&target, self.epsilon));
        let product = (a.x.clone() * b.x.clone()).summed();
        let cosine = product.clone() / a.length.clone() / b.length.clone();
        // What each has across the other; of a it follows from that of b.
        let across_b = across(&b.x, &a.x, &a.square);
        let square = (across_b.clone() * across_b.clone()).summed() / b.square.clone();
        let across_a = a.x.clone() * square.clone() - across_b.clone() * (product / b.square.clone());
        let is_plain = a.is_short.clone().bool_or(b.is_short.clone()).bool_or(cosine.clone().lower_equal_elem(0.0));
        let value = (square / (cosine.clone() + 1.0)).mask_where(is_plain, -(cosine - 1.0));
        let slope = |x: Tensor<3>, across: Tensor<3>, own: &Side, other: &Side| {
            let is_short = own.is_short.clone().expand(across.dims());
            let pull = across.mask_where(is_short, other.x.clone()) / other.length.clone();
            moved(x, pull / (own.length.clone() * own.unit.clone()))
        };
        value - slope(prediction, across_b, &a, &b) - slope(target, across_a, &b, &a)
    }
}

/// One of the two vectors without its graph, over its unit, with its squared length, and its length and whether that is
/// only ε.
struct Side {
    x: Tensor<3>,
    unit: Tensor<3>,
    square: Tensor<3>,
    length: Tensor<3>,
    is_short: Tensor<3, Bool>,
}

impl Side {
    fn new(x: &Tensor<3>, epsilon: f64) -> Self {
        let x = x.clone().detach();
        let most = x.clone().abs().max_dim(1);
        // Of what is infinite all else is nothing beside it.
        let is_far = most.clone().equal_elem(f64::INFINITY);
        let signs = x.clone().sign().mask_fill(x.clone().is_inf().bool_not(), 0.0);
        let unit = unit(most);
        let x = (x.clone() / unit.clone()).mask_where(is_far.clone().expand(x.dims()), signs);
        let unit = unit.mask_fill(is_far, f64::INFINITY);
        let square = (x.clone() * x.clone()).summed();
        let length = square.clone().sqrt();
        let is_short = (length.clone() * unit.clone()).lower_equal_elem(epsilon);
        let length = length.mask_where(is_short.clone(), unit.clone().recip() * epsilon);
        // What is divided by the square of 0 is 0.
        let is_zero = square.clone().equal_elem(0.0);
        Self { x, unit, square: square.mask_fill(is_zero, 1.0), length, is_short }
    }
}

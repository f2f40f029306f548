//! Squared earth mover's distance of ordered classes.

use super::{Softmax, movement};
use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::reduce::Summed as _;
use crate::signature::TensorClassFormula;
use burn::config::Config;
use burn::tensor::{DType, Int, Tensor};
use serde::{Deserialize, Serialize};

/// Squared earth mover's distance: how far, in classes, the probability lies from the target, by the cumulative sums.
///
/// For classes that are in an order: ages, ratings, stages. A class next to the target is a smaller mistake than one
/// far away, which cross-entropy does not know.
///
/// # Formula
///
/// ```text
/// L = (1/C)·Σₖ (Fₖ − [k ≥ t])²,   Fₖ = Σ_{j≤k} pⱼ
/// ∂L/∂ln pⱼ = pⱼ·(2/C)·Σ_{k≥j} (Fₖ − [k ≥ t])
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`, the classes in their order
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// With two classes it is half the squared probability of the wrong one. A single class has loss 0.
///
/// # Numerics
///
/// Behind the target, Fₖ − 1 is the sum of the probabilities further behind: no digit of a small one is lost.
///
/// # Source
///
/// L. Hou, C.-P. Yu and D. Samaras, Squared Earth Mover's Distance-based Loss for Training Deep Neural Networks, 2016,
/// with the mean over the classes for the sum. H. Talebi and P. Milanfar, NIMA, 2018, take its root.
///
#[doc = include_str!("../../docs/plots/ordinal_emd.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = OrdinalEmd::default().init().forward(logits, targets, Reduction::Mean);
/// // F is ⅓, ⅔, 1.
/// assert!((loss.into_scalar::<f32>() - (4.0 / 9.0 + 1.0 / 9.0) / 3.0).abs() < 1e-6);
/// ```
#[doc(alias = "EMD")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrdinalEmd {}

impl Config for OrdinalEmd {}

impl Described for OrdinalEmd {
    const ENTRY: Entry = Entry {
        name: "ordinal_emd",
        type_name: "OrdinalEmd",
        family: Family::Classification,
        formula: "(1/C)·Σₖ (Fₖ − [k ≥ t])², Fₖ = Σ_{j≤k} pⱼ",
        source: "Hou, Yu and Samaras, Squared Earth Mover's Distance-based Loss, 2016",
        purpose: "Classes in an order",
        parameters: &[],
    };
}

impl TensorClassFormula for OrdinalEmd {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        let [rows, classes, inner] = scores.dims();
        if classes == 1 {
            return movement(scores) * 0.0;
        }
        // Between class j − 1 and class j, for j = 1 … C − 1: what lies before, and what lies behind.
        let borders = Tensor::<1, Int>::arange(1..classes as i64, (&targets.device(), DType::I64));
        let borders = borders.reshape([1, classes - 1, 1]);
        let up_to = |class: Tensor<3, Int>| {
            let shape = [rows, classes - 1, inner];
            borders.clone().expand(shape).lower_equal(class.expand(shape))
        };
        let before = |p: Tensor<3>| p.cumsum(1).slice_dim(1, 0..classes - 1);
        let behind = |p: Tensor<3>| p.flip([1]).cumsum(1).flip([1]).slice_dim(1, 1..classes);
        let Softmax { p, most, moved, .. } = Softmax::new(scores);
        let gap = (-behind(p.clone())).mask_where(up_to(targets), before(p.clone()));
        // The probabilities move by a sum of 0: the side is summed that does not hold the largest.
        let moved = p * moved;
        let moved = (-behind(moved.clone())).mask_where(up_to(most), before(moved));
        (gap.clone() * gap.clone() + gap * moved * 2.0).summed() * (1.0 / classes as f64)
    }
}

//! Generalized Jensen–Shannon loss.

use super::views::{count, divergence, log_ratio};
use super::{Softmax, real, tensor};
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::real::Real;
use crate::signature::TensorClassFormula;
use burn::config::Config;
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

/// Generalized Jensen–Shannon loss: how much the label and the predictions for several views of an item differ.
///
/// For wrong labels: between cross-entropy and MAE as [`WeightedJensenShannon`](crate::WeightedJensenShannon), and with
/// several augmented views it asks for the same answer to all of them, whatever the label says.
///
/// # Formula
///
/// ```text
/// L = (π·KL(e‖m) + w·Σᵥ KL(pᵥ‖m))/Z,   m = π·e + w·Σᵥ pᵥ,   w = (1 − π)/V,   Z = −(1 − π)·ln(1 − π)
/// ∂L/∂ln pᵥₖ = (w/Z)·pᵥₖ·ln(pᵥₖ/mₖ),   e = the target's corner
/// ```
///
/// # Shapes
///
/// - logits: `[V·N, C]` or `[V·N, C, d1, …]`, all items of the first view first, then all of the next
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// V = 1 is [`WeightedJensenShannon`](crate::WeightedJensenShannon) with α = 1 − π, divided by Z: π → 0 is
/// [`CrossEntropy`](crate::CrossEntropy), π → 1 is [`Unhinged`](crate::Unhinged).
///
/// # Numerics
///
/// L is the divergence of the label from the views' mean, plus (1 − π) times that of the views from their mean. Both
/// keep their digits where they tend to 0, and both are finite everywhere.
///
/// # Source
///
/// E. Englesson and H. Azizpour, Generalized Jensen-Shannon Divergence Loss for Learning with Noisy Labels, 2021.
///
#[doc = include_str!("../../docs/plots/generalized_jensen_shannon.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// // One item, seen twice.
/// let logits = Tensor::<2>::from_data([[0.0, 0.0], [0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = GeneralizedJensenShannon::default().with_pi(0.5).init().forward(logits, targets, Reduction::Mean);
/// // m is ¾, ¼.
/// let divergence = 0.5 * (4f32 / 3.0).ln() + 0.25 * (2f32 / 3.0).ln() + 0.25 * 2f32.ln();
/// assert!((loss.into_scalar::<f32>() - divergence / (0.5 * 2f32.ln())).abs() < 1e-6);
/// ```
#[doc(alias = "GJS")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GeneralizedJensenShannon {
    /// π, the weight of the label: > 0 and < 1, default 0.1.
    pub pi: f64,
    /// V, how many views there are of each item: 1 to 16, default 2.
    #[serde(deserialize_with = "count")]
    pub views: usize,
}

impl Config for GeneralizedJensenShannon {}

impl Default for GeneralizedJensenShannon {
    fn default() -> Self {
        Self { pi: 0.1, views: 2 }
    }
}

impl GeneralizedJensenShannon {
    /// With π, the weight of the label.
    pub fn with_pi(mut self, pi: f64) -> Self {
        self.pi = pi;
        self
    }

    /// With so many views of each item.
    pub fn with_views(mut self, views: usize) -> Self {
        self.views = views;
        self
    }
}

impl Described for GeneralizedJensenShannon {
    const ENTRY: Entry = Entry {
        name: "generalized_jensen_shannon",
        type_name: "GeneralizedJensenShannon",
        family: Family::NoiseRobust,
        formula: "(π·KL(e‖m) + (1 − π)/V·Σᵥ KL(pᵥ‖m))/Z, m = π·e + (1 − π)/V·Σᵥ pᵥ",
        source: "Englesson and Azizpour, Generalized Jensen-Shannon Divergence Loss, 2021",
        purpose: "Wrong labels, with or without augmented views",
        parameters: &[
            Parameter::new("pi", 0.1, Range::open(0.0, 1.0)),
            Parameter::new("views", 2.0, Range::whole(1.0, 16.0)),
        ],
    };
}

impl TensorClassFormula for GeneralizedJensenShannon {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn views(&self) -> usize {
        self.views
    }

    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        let ([rows, _, inner], classes) = (targets.dims(), scores.dims()[1]);
        let (views, rest, log_rest) = (self.views, 1.0 - self.pi, (-self.pi).ln_1p());
        let softmax = Softmax::new(scores);
        let of_target = |x: Tensor<3>| {
            let of_views = x.gather(1, targets.clone().repeat_dim(0, views)).reshape([views, rows, 1, inner]);
            of_views.sum_dim(0).reshape([rows, 1, inner]) * (1.0 / views as f64)
        };
        let all = softmax.live_p();
        let (p, miss) = (of_target(all.clone()), of_target(softmax.live_miss()));
        // m is where the divergence is least: it has no slope.
        let [log_mixture, ratio] = mixture(real(p.clone().detach()), real(miss.clone().detach()), self.pi);
        let label = tensor::<3>(log_mixture) * -self.pi;
        let mut sum = label + (p * tensor::<3>(ratio) - miss * log_rest) * rest;
        if views > 1 {
            let shape = [views, rows, classes, inner];
            sum = sum + divergence(all.reshape(shape), softmax.miss.reshape(shape)) * rest;
        }
        sum * (-1.0 / (rest * log_rest))
    }
}

/// ln m and ln(p/m), 0 where p is 0, of the target's m = π + (1 − π)·p = 1 − (1 − π)·miss.
fn mixture<R: Real>(p: R, miss: R, pi: f64) -> [R; 2] {
    let (zero, half) = (p.constant(0.0), p.constant(0.5));
    let missed = miss.clone() * (1.0 - pi);
    let m = p.clone() * (1.0 - pi) + pi;
    let is_near = missed.less(&half);
    let near = (-R::select(&is_near, missed, zero.clone())).ln_1p();
    let log_mixture = R::select(&is_near, near, m.clone().ln());
    let gone = p.equal(&zero);
    let ratio = log_ratio(R::select(&gone, m.clone(), p), m, R::select(&gone, zero, miss * -pi));
    [log_mixture, ratio]
}

//! General robust loss.

use super::{beyond, grown, half_size, power};
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use core::f64::consts::LN_2;
use serde::{Deserialize, Serialize};

/// Barron's general robust loss: one family from squared error to the bounded losses, by one parameter.
///
/// To tune the robustness as a number. α = 1 is a good start; below 0 the loss is bounded, and should be reached from
/// above.
///
/// # Formula
///
/// ```text
/// L = z/2                              α = 2          z = (r/c)²,  r = ŷ − y,  b = |α − 2|
///     ln(z/2 + 1)                      α = 0
///     (b/α)·((z/b + 1)^(α/2) − 1)      otherwise
/// ∂L/∂ŷ = (r/c²)·(z/b + 1)^(α/2 − 1)
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// α = 2 is ½·[`Mse`](crate::Mse), 1 [`PseudoHuber`](crate::PseudoHuber), 0 [`Cauchy`](crate::Cauchy) with c times √2,
/// −2 [`GemanMcClure`](crate::GemanMcClure), α → −∞ [`Welsch`](crate::Welsch), up to their factors.
///
/// # Numerics
///
/// With l = ln(1 + z/b) the power less 1 is e^(α·l/2) − 1 by `exp_m1`, right for every α, 0 and 2 included. Where it is
/// large and α ≥ ½, roots of 1 + z/b take most of the power, so that the exponential carries little of it. Below 2⁻¹⁵ of
/// its scale the loss is z/2 and what is next to it.
///
/// # Source
///
/// J. T. Barron, A General and Adaptive Robust Loss Function, 2019, equation 8, without α = −∞.
///
#[doc = include_str!("../../docs/plots/general_robust.svg")]
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
/// let loss = GeneralRobust::default().with_alpha(0.0).init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 3f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GeneralRobust {
    /// α, from squared error (2) to bounded losses (below 0): ≤ 2, default 1.
    pub alpha: f64,
    /// c, the size of an error that is still usual: ≥ 10⁻¹⁸ and ≤ 10¹⁸, default 1.
    pub c: f64,
}

impl Config for GeneralRobust {}

impl Default for GeneralRobust {
    fn default() -> Self {
        Self { alpha: 1.0, c: 1.0 }
    }
}

impl GeneralRobust {
    /// With α, the shape.
    pub fn with_alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// With c, the scale.
    pub fn with_c(mut self, c: f64) -> Self {
        self.c = c;
        self
    }
}

impl Described for GeneralRobust {
    const ENTRY: Entry = Entry {
        name: "general_robust",
        type_name: "GeneralRobust",
        family: Family::Regression,
        formula: "(b/α)·(((r/c)²/b + 1)^(α/2) − 1), b = |α − 2|",
        source: "Barron, A General and Adaptive Robust Loss Function, 2019, equation 8",
        purpose: "Robustness as a number to tune",
        parameters: &[
            Parameter::new("alpha", 1.0, Range::above_up_to(f64::NEG_INFINITY, 2.0)),
            Parameter::new("c", 1.0, Range::size()),
        ],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("alpha", "α")],
        settings: &[&[("alpha", -2.0)], &[("alpha", 0.0)], &[("alpha", 1.5)], &[("alpha", 2.0)]],
        beside: &[(1.0, "welsch")],
        range: Some((-6.0, 6.0)),
        ..Picture::DEFAULT
    };
}

impl PointwiseFormula for GeneralRobust {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let (alpha, b, size) = (self.alpha, 2.0 - self.alpha, at.residual().abs());
        let part = size.clone() / self.c;
        if b == 0.0 {
            return part.clone() * 0.5 * part;
        }
        let unit = self.c * b.sqrt();
        let ratio = size.clone() / unit;
        let (square, is_huge) = (ratio.clone() * ratio.clone(), at.constant(2f64.powi(30)).less(&ratio));
        let log_far = (half_size(at).ln() + (LN_2 - unit.ln())) * 2.0;
        let log = R::select(&is_huge, log_far, square.clone().ln_1p());
        // z/2 and what is little beside it, so that no square vanishes before its time.
        let half = part.clone() * 0.5 * part * (-(square.clone() * 0.5) + 1.0);
        let is_tiny = ratio.less(&at.constant(2f64.powi(-15)));
        if alpha.abs() < 1e-20 {
            return R::select(&is_tiny, half, log);
        }
        let near = (log.clone() * (0.5 * alpha)).exp_m1() * (b / alpha);
        let near = R::select(&is_tiny, grown(half, alpha / b), near);
        let (is_infinite, end) = (size.equal(&at.constant(f64::INFINITY)), beyond(size.clone() / self.c, alpha));
        if alpha < 0.5 {
            return if alpha < 0.0 { near } else { R::select(&is_infinite, end, near) };
        }
        let vast = power(size, log.clone(), b / alpha / unit, alpha);
        let root = R::select(&is_huge, ratio.clone(), (square + 1.0).sqrt());
        let far = if alpha < 1.5 {
            root * (b / alpha) * (log * (0.5 * alpha - 0.5)).exp()
        } else {
            root.clone() * (root * (b / alpha) * (log * (0.5 * alpha - 1.0)).exp())
        };
        let far = R::select(&at.constant(1e15).less(&ratio), vast, far) - b / alpha;
        R::select(&ratio.less(&at.constant(4.0)), near, R::select(&is_infinite, end, far))
    }
}

//! Losses of a prediction against a target of the same kind, element by element.

mod adaptive_wing;
mod balanced_l1;
mod cauchy;
mod charbonnier;
mod epsilon_insensitive;
mod expectile;
mod gamma_nll;
mod gaussian_kl;
mod geman_mcclure;
mod general_robust;
mod huber;
mod l1;
mod log_cosh;
mod lp;
mod mape;
mod mse;
mod msle;
mod poisson_nll;
mod pseudo_huber;
mod quantile;
mod quantile_huber;
mod smape;
mod smooth_l1;
mod squared_epsilon_insensitive;
mod tukey;
mod tweedie_nll;
mod welsch;
mod wing;

pub use adaptive_wing::AdaptiveWing;
pub use balanced_l1::BalancedL1;
pub use cauchy::Cauchy;
pub use charbonnier::Charbonnier;
pub use epsilon_insensitive::EpsilonInsensitive;
pub use expectile::Expectile;
pub use gamma_nll::GammaNll;
pub use gaussian_kl::GaussianKl;
pub use geman_mcclure::GemanMcClure;
pub use general_robust::GeneralRobust;
pub use huber::Huber;
pub use l1::L1;
pub use log_cosh::LogCosh;
pub use lp::Lp;
pub use mape::Mape;
pub use mse::Mse;
pub use msle::Msle;
pub use poisson_nll::PoissonNll;
pub use pseudo_huber::PseudoHuber;
pub use quantile::Quantile;
pub use quantile_huber::QuantileHuber;
pub use smape::Smape;
pub use smooth_l1::SmoothL1;
pub use squared_epsilon_insensitive::SquaredEpsilonInsensitive;
pub use tukey::Tukey;
pub use tweedie_nll::TweedieNll;
pub use welsch::Welsch;
pub use wing::Wing;

use crate::engine::formula::Point;
use crate::real::Real;

/// |ŷ/2 − y/2|, which is finite where |r| is not any more: for logarithms of it.
#[inline(always)]
pub(super) fn half_size<R: Real>(at: &Point<R>) -> R {
    (at.prediction() * 0.5 - at.target() * 0.5).abs()
}

/// x·(e^(a·x) − 1)/(a·x), right to the last digits near 0.
#[inline(always)]
pub(super) fn grown<R: Real>(x: R, a: f64) -> R {
    let exponent = x.clone() * a;
    let near = x * (exponent.clone() * (exponent.clone() / 6.0 + 0.5) + 1.0);
    let is_near = exponent.clone().abs().less(&exponent.constant(2f64.powi(-17)));
    R::select(&is_near, near, exponent.exp_m1() / a)
}

/// What is ∞ where x is, with the slope of x^α there: 0, 1 or ∞.
#[inline(always)]
pub(super) fn beyond<R: Real>(x: R, alpha: f64) -> R {
    if alpha < 1.0 {
        return x.ln();
    }
    if alpha == 1.0 { x } else { x.clone() * x }
}

/// factor·x·e^(½(α − 1)·log), where the exponential grows like x^(α − 1): as x times a constant, whose slope by x is α
/// times as large, so that no part of it leaves the range before the whole does.
#[inline(always)]
pub(super) fn power<R: Real>(x: R, log: R, factor: f64, alpha: f64) -> R {
    let steady = (log.detached() * (0.5 * alpha - 0.5)).exp() * factor;
    (x.detached() + (x.clone() - x.detached()) * alpha) * steady
}

/// The series of ((1 + s)·ln(1 + s) − s)/s² and of ln(1 + s)/s.
const EVEN: [f64; 6] = [1.0 / 2.0, -1.0 / 6.0, 1.0 / 12.0, -1.0 / 20.0, 1.0 / 30.0, -1.0 / 42.0];
const LOG: [f64; 6] = [1.0, -1.0 / 2.0, 1.0 / 3.0, -1.0 / 4.0, 1.0 / 5.0, -1.0 / 6.0];

/// A power series, for |s| < 2⁻¹⁰.
#[inline(always)]
pub(super) fn series<R: Real>(s: &R, terms: [f64; 6]) -> R {
    let mut sum = s.constant(terms[5]);
    for term in terms[..5].iter().rev() {
        sum = sum * s.clone() + *term;
    }
    sum
}

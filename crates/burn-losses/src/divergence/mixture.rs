//! The term of a class in the divergence of a distribution from a mixture that it is part of.

use crate::engine::soft_rows::{Class, weighted};
use crate::real::Real;

/// q·ln(q/m), m = α·p + (1 − α)·q.
#[inline(always)]
pub(super) fn from_target<R: Real>(class: &Class<R>, alpha: f64) -> R {
    let (target, prediction) = ([class.target(), class.log_target()], [class.p(), class.log_p()]);
    from_mixture(target, prediction, class.difference(), alpha)
}

/// p·ln(p/m), m = α·q + (1 − α)·p.
#[inline(always)]
pub(super) fn from_prediction<R: Real>(class: &Class<R>, alpha: f64) -> R {
    let (target, prediction) = ([class.target(), class.log_target()], [class.p(), class.log_p()]);
    from_mixture(prediction, target, -class.difference(), alpha)
}

/// x·ln(x/m), m = α·y + (1 − α)·x, given x and y with their logarithms, and x − y with all its digits.
///
/// Where y is much larger than x, the slopes of a quotient would overflow, and m may be too small for the dtype: there
/// it is a difference of logarithms.
#[inline(always)]
fn from_mixture<R: Real>([x, log_x]: [R; 2], [y, log_y]: [R; 2], gap: R, alpha: f64) -> R {
    if alpha == 1.0 {
        return weighted(x.clone(), log_x) - weighted(x, log_y);
    }
    let zero = x.constant(0.0);
    let is_near = y.less(&(x.clone() * 2.0));
    let near = x.clone() * (gap * alpha / (y.clone() * alpha + x.clone() * (1.0 - alpha))).ln_1p();
    let ratio = R::select(&y.equal(&zero), zero, x.clone() / y);
    let log_mixture = log_y + (ratio * (1.0 - alpha) + alpha).ln();
    R::select(&is_near, near, weighted(x.clone(), log_x) - weighted(x, log_mixture))
}

//! The term of a class in the divergence of a distribution from a mixture that it is part of.

use crate::engine::formula::{Class, weighted};
use crate::real::Real;

/// q·ln(q/m) − q + m, m = α·p + (1 − α)·q: never negative, and with all its digits where p is near q. What is added to
/// q·ln(q/m) sums to α·(Σ p − Σ q).
#[inline(always)]
pub(super) fn from_target<R: Real>(class: &Class<R>, alpha: f64) -> R {
    let (target, prediction) = ([class.target(), class.log_target()], [class.p(), class.log_p()]);
    from_mixture(target, prediction, class.difference(), alpha)
}

/// p·ln(p/m) − p + m, m = α·q + (1 − α)·p: likewise.
#[inline(always)]
pub(super) fn from_prediction<R: Real>(class: &Class<R>, alpha: f64) -> R {
    let (target, prediction) = ([class.target(), class.finite_log_target()], [class.p(), class.log_p()]);
    let term = from_mixture(prediction, target, -class.difference(), alpha);
    if alpha == 1.0 { term + class.infinite_without_target() } else { term }
}

/// q·ln(q/m), m = α·p + (1 − α)·q.
#[inline(always)]
pub(super) fn alone<R: Real>(class: &Class<R>, alpha: f64) -> R {
    let (q, log_q) = (class.target(), class.log_target());
    let (is_near, log_ratio) = log_ratio(q.clone(), class.p(), class.difference(), alpha);
    let log_mixture = log_mixture(q.clone(), [class.p(), class.log_p()], alpha);
    R::select(&is_near, q.clone() * -log_ratio, weighted(q.clone(), log_q) - weighted(q, log_mixture))
}

/// x·ln(x/m) − x + m, m = α·y + (1 − α)·x, given x and y with their logarithms, and x − y with all its digits.
#[inline(always)]
fn from_mixture<R: Real>([x, log_x]: [R; 2], [y, log_y]: [R; 2], gap: R, alpha: f64) -> R {
    let half = x.constant(0.5);
    let (is_near, log_ratio) = log_ratio(x.clone(), y.clone(), gap.clone(), alpha);
    // Nearer still it is x·(eᵗ − 1 − t), t = ln(m/x).
    let is_close = log_ratio.clone().abs().less(&half);
    let close = x.clone() * R::select(&is_close, log_ratio.clone(), half).exp_m1_minus();
    let log_mixture = log_mixture(x.clone(), [y, log_y], alpha);
    let far = weighted(x.clone(), log_x) - weighted(x.clone(), log_mixture);
    let outer = R::select(&is_near, x * -log_ratio, far) - gap * alpha;
    R::select(&is_close, close, outer)
}

/// Whether ln(m/x) is −ln(1 + α·gap/m) with all its digits, and that; else −ln 2.
#[inline(always)]
fn log_ratio<R: Real>(x: R, y: R, gap: R, alpha: f64) -> (R::Mask, R) {
    let one = x.constant(1.0);
    let (is_near, excess) = if alpha == 1.0 {
        // p may be 0 where its logarithm is not −∞ yet.
        let excess = gap / y;
        (excess.clone().abs().less(&one.constant(0.5)), excess)
    } else {
        (y.less(&(x.clone() * 2.0)), gap * alpha / (y * alpha + x * (1.0 - alpha)))
    };
    let ratio = -R::select(&is_near, excess, one).ln_1p();
    (is_near, ratio)
}

/// ln(α·y + (1 − α)·x), where y is the larger: m may be too small for the dtype, and the slopes of a quotient too large.
#[inline(always)]
fn log_mixture<R: Real>(x: R, [y, log_y]: [R; 2], alpha: f64) -> R {
    if alpha == 1.0 {
        return log_y;
    }
    let zero = x.constant(0.0);
    let ratio = R::select(&y.equal(&zero), zero, x / y);
    log_y + (ratio * (1.0 - alpha) + alpha).ln()
}

/// α·ln q + (1 − α)·ln p; −∞ where a base with a positive exponent is 0, but finite where that is of a
/// logit of −∞, so that the slopes are the limit.
#[inline(always)]
pub(super) fn log_power<R: Real>(class: &Class<R>, alpha: f64) -> R {
    let base = if alpha > 0.0 { class.log_target() } else { log_p(class) };
    let lowest = class.constant(f64::NEG_INFINITY);
    // As a whole, so that no large exponent is taken of rounding errors.
    let near = class.log_p() - class.log_ratio() * alpha;
    let log = R::select(&class.is_near(), near, class.log_target() * alpha + log_p(class) * (1.0 - alpha));
    let is_gone = base.equal(&lowest);
    let log = R::select(&is_gone, lowest.clone(), log);
    // What is −∞ by p has no slope either.
    R::select(&log.equal(&lowest), lowest, log)
}

/// ln p, and −∞ where a given probability is 0, whose logarithm is floored.
#[inline(always)]
fn log_p<R: Real>(class: &Class<R>) -> R {
    let log_p = class.finite_log_p();
    let is_floor = log_p.equal(&class.constant(-100.0));
    let floored = R::select(&is_floor, class.constant(f64::NEG_INFINITY), log_p.clone());
    R::select(&class.p().equal(&class.constant(0.0)), floored, log_p)
}

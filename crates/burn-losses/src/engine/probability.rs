//! Probabilities that are given as such.

use crate::real::Real;

/// The lowest logarithm of a probability that is given as one.
const LOWEST_LOG: f64 = -100.0;

/// ln p of a probability that is given as one.
#[inline(always)]
pub(crate) fn floored<R: Real>(log_p: R) -> R {
    let lowest = log_p.constant(LOWEST_LOG);
    // Selected, so that a logarithm of −∞ leaves nothing behind. A NaN is not less, and stays.
    R::select(&lowest.less(&log_p), log_p.clone(), R::select(&log_p.equal(&log_p), lowest, log_p.detached()))
}

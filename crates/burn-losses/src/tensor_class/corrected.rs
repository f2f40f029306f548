//! The cross-entropies of all classes in shares of any sign, which [`BackwardCorrection`](super::BackwardCorrection) adds up.

use crate::engine::formula::{Class, LOST, SoftClassFormula, Sums};
use crate::real::Real;
use serde::Serialize;

/// −Σₖ aₖ·ln pₖ for the a of a row, of any sign and with the sum 1.
///
/// What is infinite in it is kept apart: all ln pₖ that are −∞ become so alike, so that the sum of their a says which ∞ the
/// loss is. Added up one by one they would be ∞ − ∞.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Corrected {}

impl SoftClassFormula for Corrected {
    const SECOND: bool = true;

    fn name() -> &'static str {
        "BackwardCorrection"
    }

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        let is_lost = class.log_p().equal(&class.constant(f64::NEG_INFINITY));
        // 0, with the slope of ln p.
        let lost = class.finite_log_p() - LOST;
        -class.weighted(class.target(), R::select(&is_lost, lost, class.log_p()))
    }

    /// The share of what is infinite.
    #[inline(always)]
    fn second<R: Real>(&self, class: &Class<R>) -> R {
        let is_lost = class.log_p().equal(&class.constant(f64::NEG_INFINITY));
        R::select(&is_lost, class.target(), class.constant(0.0))
    }

    #[inline(always)]
    fn loss<R: Real>(&self, sums: &Sums<R>) -> R {
        let zero = sums.constant(0.0);
        let below = R::select(&sums.second().less(&zero), sums.constant(f64::NEG_INFINITY), zero.clone());
        // Added, so that the slopes stay.
        sums.first() + R::select(&zero.less(&sums.second()), sums.constant(f64::INFINITY), below)
    }
}

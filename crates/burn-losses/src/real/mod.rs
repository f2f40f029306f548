//! The algebra formulas are written in: [`Real`] and its implementations.
//!
//! A loss states its mathematics once, over any `R: Real`. What `R` is decides what comes out:
//!
//! | `R` | what evaluating the formula gives |
//! |---|---|
//! | `f64`, `f32` | one number: plots, tests, host code |
//! | [`Dual<R, K>`](Dual) | the value and `K` exact slopes, over any other `R` |
//! | `Lanes` (inside the crate) | many rows at once in the registers of the CPU at hand |
//! | `Ir` (inside the crate) | instructions of the GPU kernel being built |
//! | [`Primitive<B>`](Primitive) | a tensor of any backend `B`: the composed path |
//!
//! # Corner rules
//!
//! The same for every implementation, so that a formula means the same on every backend:
//!
//! - `powf(x, 0)` is the constant 1. At x = 0 the slope of `powf(x, e)` is 1 for e = 1, else 0.
//! - The slope of `sqrt` at 0 is 0, and so is the slope of `abs` at 0.
//! - `min` and `max` of equal arguments take the second one, slope included.
//! - NaN in, NaN out: `min`, `max` and the clamps inside `exp`, `softplus` and `sigmoid` never swallow a NaN
//!   (`powf(NaN, 0)` is 1, the one exception). The slope of `abs` at NaN is NaN.
//! - `product` is `*`, except that 0 · ∞ is 0, in the value and in every slope. (Burn's own graph of a [`Primitive`]
//!   promises the value only.)
//! - `select` never lets the side that was not chosen touch the result, value or slope, not even through 0 · ∞. (Burn's
//!   own graph of a [`Primitive`] cannot promise this for slopes; the composed path takes them from [`Dual`].)

mod dual;
mod erf;
mod float;
#[cfg(feature = "cube")]
pub(crate) mod ir;
pub(crate) mod lanes;
mod primitive;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use dual::Dual;
pub(crate) use erf::erf;
pub use float::F32;
pub use primitive::Primitive;

use core::ops::{Add, Div, Mul, Neg, Sub};

/// A real number as formulas see it: see the [module](self) for what implements it and for the corner rules.
///
/// Operators take their arguments by value, and scalars are `f64` on the right: `x * 2.0 + 1.0`, `-(x - 1.0)`.
///
/// ```
/// use burn_losses::real::{Dual, Real};
///
/// fn log_cosh<R: Real>(x: R) -> R {
///     let magnitude = x.abs();
///     magnitude.clone() + (magnitude * -2.0).exp().ln_1p() - 2.0_f64.ln()
/// }
///
/// let y = log_cosh(Dual::<f64, 1>::variable(0.5, 0));
/// assert!((y.value - 0.5_f64.cosh().ln()).abs() < 1e-15);
/// assert!((y.slope(0) - 0.5_f64.tanh()).abs() < 1e-15); // exact, with no derivative written
/// ```
pub trait Real:
    Clone
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// What a comparison gives, one truth a value.
    type Mask: Clone;
    /// The class each value belongs to: a number, a lane of numbers, an integer tensor.
    type Index: Clone;

    /// The constant `value`, shaped like `self` (a tensor needs a shape and a device, so there is no `From<f64>`).
    fn constant(&self, value: f64) -> Self;
    /// `table[index]` for each value, shaped like `self`; a table of one value has it for every index.
    fn lookup(&self, table: &[f64], index: &Self::Index) -> Self;

    /// eˣ.
    fn exp(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// ln(1 + x), right to the last digits near 0.
    fn ln_1p(self) -> Self;
    /// eˣ − 1, right to the last digits near 0.
    fn exp_m1(self) -> Self;
    /// √x; slope 0 at 0.
    fn sqrt(self) -> Self;
    /// xᵉ; see the [corner rules](self#corner-rules).
    fn powf(self, exponent: f64) -> Self;
    /// |x|; slope 0 at 0.
    fn abs(self) -> Self;
    /// ln(1 + eˣ), without overflow and without losing small values.
    fn softplus(self) -> Self;
    /// 1 / (1 + e⁻ˣ), without overflow and without losing small values.
    fn sigmoid(self) -> Self;

    /// self < other. False where either is NaN.
    fn less(&self, other: &Self) -> Self::Mask;
    /// self = other. False where either is NaN.
    fn equal(&self, other: &Self) -> Self::Mask;
    /// `yes` where the mask is true, else `no`.
    fn select(mask: &Self::Mask, yes: Self, no: Self) -> Self;

    /// The value as a constant: what depends on it has no slope by it.
    #[inline(always)]
    fn detached(&self) -> Self {
        self.clone()
    }

    /// self · other, where 0 · ∞ is 0: for a factor that vanishes faster than the other one grows. The rule holds inside of
    /// the product rule, too, so the slopes are limits as the value is: at 0 · ∞ the slope by the 0 is infinite, and that
    /// by the ∞ is 0. NaN stays NaN.
    #[inline(always)]
    fn product(self, other: Self) -> Self {
        let (zero, infinity) = (self.constant(0.0), self.constant(f64::INFINITY));
        let plain = self.clone() * other.clone();
        let of_first = Self::select(&other.clone().abs().equal(&infinity), zero.clone(), plain.clone());
        let of_second = Self::select(&self.clone().abs().equal(&infinity), zero.clone(), plain.clone());
        let second = Self::select(&other.equal(&zero), of_second, plain);
        Self::select(&self.equal(&zero), of_first, second)
    }

    /// eˣ − 1 − x, right to the last digits near 0, where it is x²/2.
    #[inline(always)]
    fn exp_m1_minus(self) -> Self {
        let zero = self.constant(0.0);
        let is_near = self.clone().abs().less(&self.constant(0.5));
        let near = Self::select(&is_near, self.clone(), zero.clone());
        let mut series = zero;
        for term in exp_terms::<14>().into_iter().rev() {
            series = series * near.clone() + term;
        }
        // ∞ − ∞ is not what is left of e^∞.
        let (infinity, most) = (self.constant(f64::INFINITY), self.clone().exp_m1());
        let far = Self::select(&self.equal(&infinity), most.clone(), most - self);
        Self::select(&is_near, near.clone() * near * series, far)
    }

    /// The larger of the two; NaN if either is NaN; the second if they are equal.
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        let larger = Self::select(&other.less(&self), self.clone(), other);
        Self::select(&self.equal(&self), larger, self)
    }

    /// The smaller of the two; NaN if either is NaN; the second if they are equal.
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        let smaller = Self::select(&self.less(&other), self.clone(), other);
        Self::select(&self.equal(&self), smaller, self)
    }
}

/// Σₖ 1/(2k+1) zᵏ: the odd series of 2·atanh(√z)/(2√z), for z = (x/(2+x))² ≤ 1/9. `f32` needs 8 terms, `f64` 17.
///
/// `ln(1 + x) = 2·atanh(x/(2+x))` holds on every device; the platform's own `ln_1p` does not (on GPUs it is `ln(1+x)`).
pub(crate) const fn atanh_terms<const N: usize>() -> [f64; N] {
    let mut terms = [0.0; N];
    let mut k = 0;
    while k < N {
        terms[k] = 1.0 / (2 * k + 1) as f64;
        k += 1;
    }
    terms
}

/// 1/(k+2)!: the series of (eʳ − 1 − r)/r², for |r| ≤ ½. `f32` needs 7 terms, `f64` 14.
pub(crate) const fn exp_terms<const N: usize>() -> [f64; N] {
    let mut terms = [0.0; N];
    let mut factorial = 1.0;
    let mut k = 0;
    while k < N {
        factorial *= (k + 2) as f64;
        terms[k] = 1.0 / factorial;
        k += 1;
    }
    terms
}

//! Dual numbers: a value and its exact slopes, in one pass over any other [`Real`].

use super::Real;
use core::ops::{Add, Div, Mul, Neg, Sub};

/// A value and `K` slopes, one for each variable the value is differentiated by.
///
/// A slope that is zero by construction is `None`, so a constant costs nothing and `0 · ∞` cannot arise from it.
#[derive(Clone, Debug)]
pub struct Dual<R, const K: usize> {
    /// The value.
    pub value: R,
    /// ∂value/∂variable, `None` where the value does not depend on the variable.
    pub slopes: [Option<R>; K],
}

// Macros and loops, not closures: a closure that is not inlined is compiled without the lanes' instructions, and costs a
// call for each of them.

/// `$change` of every slope there is.
macro_rules! each {
    ($slopes:expr, |$slope:ident| $change:expr) => {{
        let mut slopes = $slopes;
        let mut index = 0;
        while index < K {
            if let Some($slope) = slopes[index].take() {
                slopes[index] = Some($change);
            }
            index += 1;
        }
        slopes
    }};
}

/// `$both` of every pair of slopes, either of which may be absent.
macro_rules! zip {
    ($a:expr, $b:expr, |$da:ident, $db:ident| $both:expr) => {{
        let (mut a, mut b) = ($a, $b);
        let mut index = 0;
        while index < K {
            let ($da, $db) = (a[index].take(), b[index].take());
            a[index] = $both;
            index += 1;
        }
        a
    }};
}

/// `$change` of a slope, if there is one.
macro_rules! change {
    ($slope:ident => $change:expr) => {
        match $slope {
            Some($slope) => Some($change),
            None => None,
        }
    };
}

impl<R: Real, const K: usize> Dual<R, K> {
    /// Variable number `index`: slope 1 by itself, none by the others.
    ///
    /// # Panics
    ///
    /// If `index` is not below `K`.
    #[inline(always)]
    pub fn variable(value: R, index: usize) -> Self {
        assert!(index < K, "Dual: variable index must be < {K}, got {index}");
        let mut dual = Self::fixed(value);
        dual.slopes[index] = Some(dual.value.constant(1.0));
        dual
    }

    /// A value that depends on no variable.
    #[inline(always)]
    pub fn fixed(value: R) -> Self {
        Self { value, slopes: [const { None }; K] }
    }

    /// ∂value/∂variable `index` as a value, zero where there is no dependence.
    #[inline(always)]
    pub fn slope(&self, index: usize) -> R {
        match &self.slopes[index] {
            Some(slope) => slope.clone(),
            None => self.value.constant(0.0),
        }
    }

    /// f(self), given f's value and f's slope there.
    #[inline(always)]
    fn chain(self, value: R, slope: R) -> Self {
        Self { value, slopes: each!(self.slopes, |s| s * slope.clone()) }
    }
}

/// The sum of two slopes either of which may be absent.
#[inline(always)]
fn sum<R: Real>(a: Option<R>, b: Option<R>) -> Option<R> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (a, None) => a,
        (None, b) => b,
    }
}

impl<R: Real, const K: usize> Neg for Dual<R, K> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self { value: -self.value, slopes: each!(self.slopes, |s| -s) }
    }
}

impl<R: Real, const K: usize> Add for Dual<R, K> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, slopes: zip!(self.slopes, other.slopes, |da, db| sum(da, db)) }
    }
}

impl<R: Real, const K: usize> Sub for Dual<R, K> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl<R: Real, const K: usize> Mul for Dual<R, K> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let (a, b) = (self.value, other.value);
        let slopes = zip!(self.slopes, other.slopes, |da, db| {
            sum(change!(da => da * b.clone()), change!(db => db * a.clone()))
        });
        Self { value: a * b, slopes }
    }
}

impl<R: Real, const K: usize> Div for Dual<R, K> {
    type Output = Self;
    #[allow(clippy::suspicious_arithmetic_impl)] // The quotient rule has a product.
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        let (a, b) = (self.value, other.value);
        let quotient = a / b.clone();
        let slopes = zip!(self.slopes, other.slopes, |da, db| {
            sum(change!(da => da / b.clone()), change!(db => -(quotient.clone() * db / b.clone())))
        });
        Self { value: quotient, slopes }
    }
}

impl<R: Real, const K: usize> Add<f64> for Dual<R, K> {
    type Output = Self;
    #[inline(always)]
    fn add(self, scalar: f64) -> Self {
        Self { value: self.value + scalar, slopes: self.slopes }
    }
}

impl<R: Real, const K: usize> Sub<f64> for Dual<R, K> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, scalar: f64) -> Self {
        Self { value: self.value - scalar, slopes: self.slopes }
    }
}

impl<R: Real, const K: usize> Mul<f64> for Dual<R, K> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, scalar: f64) -> Self {
        Self { value: self.value * scalar, slopes: each!(self.slopes, |s| s * scalar) }
    }
}

impl<R: Real, const K: usize> Div<f64> for Dual<R, K> {
    type Output = Self;
    #[inline(always)]
    fn div(self, scalar: f64) -> Self {
        Self { value: self.value / scalar, slopes: each!(self.slopes, |s| s / scalar) }
    }
}

impl<R: Real, const K: usize> Real for Dual<R, K> {
    type Mask = R::Mask;
    type Index = R::Index;

    #[inline(always)]
    fn constant(&self, value: f64) -> Self {
        Self::fixed(self.value.constant(value))
    }
    #[inline(always)]
    fn detached(&self) -> Self {
        Self::fixed(self.value.clone())
    }
    #[inline(always)]
    fn lookup(&self, table: &[f64], index: &R::Index) -> Self {
        Self::fixed(self.value.lookup(table, index))
    }
    #[inline(always)]
    fn exp(self) -> Self {
        let y = self.value.clone().exp();
        self.chain(y.clone(), y)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        let x = self.value.clone();
        self.chain(x.clone().ln(), x.constant(1.0) / x)
    }
    #[inline(always)]
    fn ln_1p(self) -> Self {
        let x = self.value.clone();
        self.chain(x.clone().ln_1p(), x.constant(1.0) / (x + 1.0))
    }
    #[inline(always)]
    fn exp_m1(self) -> Self {
        let x = self.value.clone();
        self.chain(x.clone().exp_m1(), x.exp())
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        let zero = self.value.constant(0.0);
        let y = self.value.clone().sqrt();
        let slope = R::select(&self.value.equal(&zero), zero, y.constant(0.5) / y.clone());
        self.chain(y, slope)
    }
    #[inline(always)]
    fn powf(self, exponent: f64) -> Self {
        if exponent == 0.0 {
            return self.constant(1.0);
        }
        if exponent == 1.0 {
            return self;
        }
        let zero = self.value.constant(0.0);
        let slope = self.value.clone().powf(exponent - 1.0) * exponent;
        let slope = R::select(&self.value.equal(&zero), zero, slope);
        let y = self.value.clone().powf(exponent);
        self.chain(y, slope)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        let x = self.value.clone();
        let zero = x.constant(0.0);
        // What is neither is 0 or NaN, and its own slope.
        let sign = R::select(&zero.less(&x), x.constant(1.0), x.clone());
        let sign = R::select(&x.less(&zero), x.constant(-1.0), sign);
        self.chain(x.abs(), sign)
    }
    #[inline(always)]
    fn softplus(self) -> Self {
        let x = self.value.clone();
        self.chain(x.clone().softplus(), x.sigmoid())
    }
    #[inline(always)]
    fn sigmoid(self) -> Self {
        let x = self.value.clone();
        let y = x.clone().sigmoid();
        self.chain(y.clone(), y * (-x).sigmoid())
    }
    #[inline(always)]
    fn product(self, other: Self) -> Self {
        let (a, b) = (self.value, other.value);
        let slopes = zip!(self.slopes, other.slopes, |da, db| {
            sum(change!(da => da.product(b.clone())), change!(db => db.product(a.clone())))
        });
        Self { value: a.product(b), slopes }
    }
    #[inline(always)]
    fn less(&self, other: &Self) -> R::Mask {
        self.value.less(&other.value)
    }
    #[inline(always)]
    fn equal(&self, other: &Self) -> R::Mask {
        self.value.equal(&other.value)
    }
    #[inline(always)]
    fn select(mask: &R::Mask, yes: Self, no: Self) -> Self {
        let zero = yes.value.constant(0.0);
        let slopes = zip!(yes.slopes, no.slopes, |yes, no| match (yes, no) {
            (None, None) => None,
            (Some(yes), None) => Some(R::select(mask, yes, zero.clone())),
            (None, Some(no)) => Some(R::select(mask, zero.clone(), no)),
            (Some(yes), Some(no)) => Some(R::select(mask, yes, no)),
        });
        Self { value: R::select(mask, yes.value, no.value), slopes }
    }
}

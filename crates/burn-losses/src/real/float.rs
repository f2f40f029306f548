//! `f64` and [`F32`] as [`Real`]: the reference implementation.

use super::Real;
use core::ops::{Add, Div, Mul, Neg, Sub};

/// An `f32` that mixes with `f64` scalars, which Rust's orphan rule does not allow a bare `f32` to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct F32(pub f32);

impl Neg for F32 {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

macro_rules! f32_operators {
    ($($operator:ident $method:ident),*) => {$(
        impl $operator for F32 {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0))
            }
        }
        impl $operator<f64> for F32 {
            type Output = Self;
            fn $method(self, scalar: f64) -> Self {
                Self(self.0.$method(scalar as f32))
            }
        }
    )*};
}
f32_operators!(Add add, Sub sub, Mul mul, Div div);

/// `Real` over the standard library's functions: how to unwrap, how to wrap, and the float inside.
macro_rules! real_float {
    ($name:ty, $float:ty, $get:expr, $wrap:expr) => {
        impl Real for $name {
            type Mask = bool;
            type Index = usize;

            fn constant(&self, value: f64) -> Self {
                $wrap(value as $float)
            }
            fn lookup(&self, table: &[f64], index: &usize) -> Self {
                $wrap((if let [value] = table { *value } else { table[*index] }) as $float)
            }
            fn exp(self) -> Self {
                $wrap(<$float>::exp($get(self)))
            }
            fn ln(self) -> Self {
                $wrap(<$float>::ln($get(self)))
            }
            fn ln_1p(self) -> Self {
                $wrap(<$float>::ln_1p($get(self)))
            }
            fn exp_m1(self) -> Self {
                $wrap(<$float>::exp_m1($get(self)))
            }
            fn sqrt(self) -> Self {
                $wrap(<$float>::sqrt($get(self)))
            }
            fn powf(self, exponent: f64) -> Self {
                $wrap(<$float>::powf($get(self), exponent as $float))
            }
            fn abs(self) -> Self {
                $wrap(<$float>::abs($get(self)))
            }
            fn softplus(self) -> Self {
                let x: $float = $get(self);
                let positive = if x < 0.0 { 0.0 } else { x };
                $wrap(positive + (-<$float>::abs(x)).exp().ln_1p())
            }
            fn sigmoid(self) -> Self {
                let x: $float = $get(self);
                let e = (-<$float>::abs(x)).exp();
                $wrap((if x < 0.0 { e } else { 1.0 }) / (1.0 + e))
            }
            fn less(&self, other: &Self) -> bool {
                self < other
            }
            fn equal(&self, other: &Self) -> bool {
                self == other
            }
            fn select(mask: &bool, yes: Self, no: Self) -> Self {
                if *mask { yes } else { no }
            }
        }
    };
}
real_float!(f64, f64, core::convert::identity, core::convert::identity);
real_float!(F32, f32, |x: F32| x.0, F32);

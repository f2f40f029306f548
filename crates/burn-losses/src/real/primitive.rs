//! A tensor of any backend as a [`Real`]: the composed path.

use super::{Real, atanh_terms, exp_terms};
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, TensorMetadata, get_device_settings};
use burn::tensor::{BoolDType, DType, FloatDType, Scalar, Shape, TensorData};
use core::fmt::Debug;
use core::ops::{Add, Div, Mul, Neg, Sub};

/// A float tensor of backend `B`, so that a formula can be evaluated with the operations of any backend.
///
/// Under autodiff the corner rules hold for Burn's own gradients too: where the rule sets a slope, the argument is
/// replaced before the operation and the result after it, since a mask after it alone would leave ∞ · 0 in the backward
/// pass. `ln` around 1, `ln_1p`, `exp_m1` and `softplus` are polynomials here: on GPUs Burn's are `ln(1 + x)` and
/// `exp(x) − 1`, and a GPU's own logarithm keeps no relative accuracy around 1.
#[derive(Clone, Debug)]
pub struct Primitive<B: Backend>(pub FloatTensor<B>);

impl<B: Backend> Primitive<B> {
    fn bool_dtype(&self) -> BoolDType {
        get_device_settings::<B>(&self.0.device()).bool_dtype
    }

    fn is_f64(&self) -> bool {
        self.0.dtype() == DType::F64
    }

    fn fill_where(self, mask: &<Self as Real>::Mask, value: f64) -> Self {
        Self(B::float_mask_fill(self.0, mask.clone(), Scalar::Float(value)))
    }

    fn below(&self, value: f64) -> <Self as Real>::Mask {
        B::float_lower_elem(self.0.clone(), Scalar::Float(value), self.bool_dtype())
    }

    fn above(&self, value: f64) -> <Self as Real>::Mask {
        B::float_greater_elem(self.0.clone(), Scalar::Float(value), self.bool_dtype())
    }

    fn is(&self, value: f64) -> <Self as Real>::Mask {
        B::float_equal_elem(self.0.clone(), Scalar::Float(value), self.bool_dtype())
    }

    /// Σ terms[k]·xᵏ.
    fn polynomial(&self, terms: &[f64]) -> Self {
        let (last, rest) = terms.split_last().expect("a polynomial has terms");
        rest.iter().rev().fold(self.constant(*last), |sum, term| sum * self.clone() + *term)
    }

    /// ln(1 + x) for −½ ≤ x ≤ 1.
    fn ln_1p_near(self) -> Self {
        let z = self.clone() / (self + 2.0);
        let square = z.clone() * z.clone();
        let series =
            if z.is_f64() { square.polynomial(&atanh_terms::<17>()) } else { square.polynomial(&atanh_terms::<8>()) };
        z * 2.0 * series
    }

    /// ln x for x < ½ and x > 2. GPUs may take a subnormal number for 0, and some have a number for the logarithm of 0.
    fn ln_far(self) -> Self {
        const SCALE: f64 = 16_777_216.0;
        let tiny = self.below(if self.is_f64() { f64::MIN_POSITIVE } else { f64::from(f32::MIN_POSITIVE) });
        let scaled = Self::select(&tiny, self.clone() * SCALE, self);
        let zero = scaled.is(0.0);
        let ln = Self(B::float_log(scaled.0)).fill_where(&zero, f64::NEG_INFINITY);
        Self::select(&tiny, ln.clone() - SCALE.ln(), ln)
    }

    fn detach(&self) -> Self {
        Self(B::float_detach(self.0.clone()))
    }

    /// `value`, with the slope `slope` by `self` in Burn's graph. Both are taken as they are, without their own graphs.
    fn with_slope(self, value: Self, slope: Self) -> Self {
        if !B::ad_enabled(&self.0.device()) {
            return value;
        }
        let nothing = self.clone() - self.detach();
        // ∞ − ∞: at the ends of the line the value stands alone.
        let nowhere = B::bool_not(nothing.equal(&nothing));
        value.detach() + slope.detach() * nothing.fill_where(&nowhere, 0.0)
    }
}

impl<B: Backend> Neg for Primitive<B> {
    type Output = Self;
    fn neg(self) -> Self {
        Self(B::float_neg(self.0))
    }
}

macro_rules! tensor_operators {
    ($($operator:ident $method:ident $tensor:ident),*) => {$(
        impl<B: Backend> $operator for Primitive<B> {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                Self(B::$tensor(self.0, other.0))
            }
        }
    )*};
}
tensor_operators!(Add add float_add, Sub sub float_sub, Mul mul float_mul, Div div float_div);

impl<B: Backend> Add<f64> for Primitive<B> {
    type Output = Self;
    fn add(self, scalar: f64) -> Self {
        Self(B::float_add_scalar(self.0, Scalar::Float(scalar)))
    }
}

impl<B: Backend> Sub<f64> for Primitive<B> {
    type Output = Self;
    fn sub(self, scalar: f64) -> Self {
        Self(B::float_sub_scalar(self.0, Scalar::Float(scalar)))
    }
}

impl<B: Backend> Mul<f64> for Primitive<B> {
    type Output = Self;
    fn mul(self, scalar: f64) -> Self {
        Self(B::float_mul_scalar(self.0, Scalar::Float(scalar)))
    }
}

impl<B: Backend> Div<f64> for Primitive<B> {
    type Output = Self;
    fn div(self, scalar: f64) -> Self {
        // Not `float_div_scalar`: Burn's gradient of it rounds the scalar to f32.
        self * (1.0 / scalar)
    }
}

impl<B: Backend> Real for Primitive<B> {
    type Mask = burn::backend::tensor::BoolTensor<B>;
    type Index = IntTensor<B>;

    fn constant(&self, value: f64) -> Self {
        let dtype = FloatDType::from(self.0.dtype());
        Self(B::float_full(self.0.shape(), Scalar::Float(value), &self.0.device(), dtype))
    }
    fn lookup(&self, table: &[f64], index: &IntTensor<B>) -> Self {
        if let [value] = table {
            return self.constant(*value);
        }
        let table = TensorData::new(table.to_vec(), [table.len()]).convert_dtype(self.0.dtype());
        let table = B::float_from_data(table, &self.0.device());
        let flat = B::int_reshape(index.clone(), Shape::new([index.shape().num_elements()]));
        Self(B::float_reshape(B::float_select(table, 0, flat), self.0.shape()))
    }
    fn exp(self) -> Self {
        Self(B::float_exp(self.0))
    }
    fn ln(self) -> Self {
        let (low, high) = (self.below(0.5), self.above(2.0));
        let near = (self.clone() - 1.0).fill_where(&low, 0.0).fill_where(&high, 0.0).ln_1p_near();
        let far = self.ln_far();
        Self::select(&high, far.clone(), Self::select(&low, far, near))
    }
    fn ln_1p(self) -> Self {
        let (low, high) = (self.below(-0.5), self.above(1.0));
        let near = self.clone().fill_where(&low, 0.0).fill_where(&high, 0.0).ln_1p_near();
        let far = (self + 1.0).ln_far();
        Self::select(&high, far.clone(), Self::select(&low, far, near))
    }
    fn exp_m1(self) -> Self {
        let (low, high) = (self.below(-0.5), self.above(0.5));
        let near = self.clone().fill_where(&low, 0.0).fill_where(&high, 0.0);
        let series =
            if near.is_f64() { near.polynomial(&exp_terms::<14>()) } else { near.polynomial(&exp_terms::<7>()) };
        let near = series * near.clone() * near.clone() + near;
        let far = self.exp() - 1.0;
        Self::select(&high, far.clone(), Self::select(&low, far, near))
    }
    fn sqrt(self) -> Self {
        let zero = self.is(0.0);
        Self(B::float_sqrt(self.fill_where(&zero, 1.0).0)).fill_where(&zero, 0.0)
    }
    fn powf(self, exponent: f64) -> Self {
        if exponent == 0.0 {
            return self.constant(1.0);
        }
        if exponent == 1.0 {
            return self;
        }
        if exponent == 2.0 {
            return self.clone() * self;
        }
        // Some drivers make a number of a power or an exponential of NaN.
        let nan = B::float_is_nan(self.0.clone(), self.bool_dtype());
        let zero = self.is(0.0);
        let at_zero = if exponent > 0.0 { 0.0 } else { f64::INFINITY };
        let safe = self.fill_where(&zero, 1.0);
        let whole = exponent.fract() == 0.0;
        let power = if whole {
            Self(B::float_powf_scalar(safe.0, Scalar::Float(exponent)))
        } else {
            // By logarithms: some backends round the exponent to f32. −∞ has the powers of ∞.
            let lowest = safe.is(f64::NEG_INFINITY);
            (safe.fill_where(&lowest, f64::INFINITY).ln() * exponent).exp()
        };
        power.fill_where(&zero, at_zero).fill_where(&nan, f64::NAN)
    }
    fn abs(self) -> Self {
        Self(B::float_abs(self.0))
    }
    fn softplus(self) -> Self {
        let x = self.detach();
        let positive = x.clone().fill_where(&x.below(0.0), 0.0);
        let value = positive + (-x.clone().abs()).exp().ln_1p_near();
        let slope = x.sigmoid();
        self.with_slope(value, slope)
    }
    fn sigmoid(self) -> Self {
        let x = self.detach();
        let e = (-x.clone().abs()).exp();
        let negative = x.below(0.0);
        // NaN falls into the second form and stays.
        let ones = e.constant(1.0);
        let sum = e.clone() + 1.0;
        let value = Self::select(&negative, e.clone(), ones.clone()) / sum.clone();
        let other = Self::select(&negative, ones, e) / sum;
        self.with_slope(value.clone(), value * other)
    }
    fn less(&self, other: &Self) -> Self::Mask {
        B::float_lower(self.0.clone(), other.0.clone(), self.bool_dtype())
    }
    fn equal(&self, other: &Self) -> Self::Mask {
        B::float_equal(self.0.clone(), other.0.clone(), self.bool_dtype())
    }
    fn select(mask: &Self::Mask, yes: Self, no: Self) -> Self {
        Self(B::float_mask_where(no.0, mask.clone(), yes.0))
    }
}

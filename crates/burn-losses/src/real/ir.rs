//! A value in the GPU kernel being built: formulas and their duals become instructions.
//!
//! The mathematics of GPUs is not what its names say: `ln_1p(x)` is `ln(1 + x)` there, `exp_m1(x)` is `exp(x) − 1`, `exp`
//! and `ln` lose digits away from 1, NaN and infinity cannot be written as literals everywhere, and drivers may
//! reassociate sums. So everything but the four operations, `sqrt` and `abs` is made here of polynomials and of the
//! bits of the numbers; and where digits hang on the order of two sums, the first is made [`opaque`].

use super::{Real, atanh_terms, exp_terms};
use burn_cubecl::cubecl;
use core::fmt;
use core::ops::{Add, Div, Mul, Neg, Sub};
use cubecl::ir::Scope;
use cubecl::prelude::*;

/// Where a kernel finds what cannot be written into it.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'s> {
    pub(crate) scope: &'s Scope,
    /// +∞ and NaN, which have no literals in WGSL.
    pub(crate) infinity: NativeExpand<f32>,
    pub(crate) nan: NativeExpand<f32>,
    /// The lists of hyper-parameters in the kernel's table of numbers.
    pub(crate) lists: &'s [List],
    pub(crate) table: Option<&'s NativeExpand<[f32]>>,
}

/// A list of the formula, by its address and length on the host, and its place in the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List {
    pub(crate) start: *const f64,
    pub(crate) len: usize,
    pub(crate) offset: usize,
}

/// A number in the kernel being built. Made by the engines; formulas meet it as some `R: Real`.
#[derive(Clone, Copy)]
pub struct Ir<'s> {
    pub(crate) value: NativeExpand<f32>,
    pub(crate) around: &'s Surroundings<'s>,
}

impl fmt::Debug for Ir<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ir").field(&self.value.expand).finish()
    }
}

impl Ir<'_> {
    /// The result of an instruction beside this one.
    fn with(self, value: NativeExpand<f32>) -> Self {
        Self { value, ..self }
    }
}

/// Instructions of one argument, and of two.
macro_rules! instructions {
    ($($name:ident($($arg:ident),*) = $body:expr;)*) => {$(
        #[cube]
        fn $name($($arg: f32),*) -> f32 {
            $body
        }
    )*};
}
instructions! {
    plus(a, b) = a + b;
    minus(a, b) = a - b;
    times(a, b) = a * b;
    over(a, b) = a / b;
    negated(a) = -a;
    magnitude(a) = a.abs();
    square_root(a) = a.sqrt();
}

#[cube]
fn is_less(a: f32, b: f32) -> bool {
    a < b
}

#[cube]
fn is_equal(a: f32, b: f32) -> bool {
    a == b
}

#[cube]
fn read(table: &[f32], #[comptime] offset: usize, index: u32) -> f32 {
    table[index as usize + offset]
}

#[cube]
fn read_first(table: &[f32], #[comptime] offset: usize) -> f32 {
    table[offset]
}

/// Whether x is NaN, by its bits: a comparison with itself may be optimised away.
#[cube]
pub(crate) fn is_nan(x: f32) -> bool {
    (u32::reinterpret(x) & 0x7fff_ffffu32) > 0x7f80_0000u32
}

/// `x` behind an optimisation barrier: XORed with a zero that the compiler cannot see.
///
/// Mesa turns n·a + n·b into n·(a + b), and with it ln 2 in two parts into ln 2 in one.
#[cube]
pub(crate) fn opaque(x: f32, infinity: f32) -> f32 {
    f32::reinterpret(u32::reinterpret(x) ^ (u32::reinterpret(infinity) & 0x007f_ffffu32))
}

const LOG2_E: f32 = core::f32::consts::LOG2_E;
/// ln 2 in two parts, the first with few enough bits that its product with an exponent is exact.
const LN2_HIGH: f32 = 0.693_359_4;
const LN2_LOW: f32 = -2.121_944_4e-4;

/// Σ terms[k]·xᵏ.
fn polynomial(_x: f32, _terms: &'static [f64]) -> f32 {
    cubecl::unexpanded!()
}

/// What the call of [`polynomial`] in a kernel becomes.
mod polynomial {
    use super::*;

    pub(super) fn expand(scope: &Scope, x: NativeExpand<f32>, terms: &'static [f64]) -> NativeExpand<f32> {
        let (last, rest) = terms.split_last().expect("a polynomial has terms");
        rest.iter().rev().fold((*last as f32).into(), |sum, &term| fma::expand(scope, sum, x, (term as f32).into()))
    }
}

const ATANH: &[f64] = &atanh_terms::<8>();
const EXP: &[f64] = &exp_terms::<7>();

/// 2ⁿ for −126 ≤ n ≤ 127.
#[cube]
fn power_of_two(n: i32) -> f32 {
    f32::reinterpret(u32::cast_from(n + 127) << 23u32)
}

/// eʳ − 1 − r over r², for |r| ≤ ½.
#[cube]
fn exp_tail(r: f32) -> f32 {
    polynomial(r, comptime!(EXP))
}

/// x = n·ln 2 + r with |r| ≤ ln 2 / 2, for −104 ≤ x ≤ 89; gives n and eʳ.
#[cube]
fn reduced(x: f32, infinity: f32) -> (f32, f32) {
    let n = (x * LOG2_E + 0.5f32).floor();
    let r = fma(n, -LN2_LOW, opaque(fma(n, -LN2_HIGH, x), infinity));
    (n, fma(exp_tail(r), r * r, r) + 1.0f32)
}

/// eˣ over the whole range. NaN stays NaN: no comparison with it is true.
#[cube]
pub(crate) fn exp(x: f32, infinity: f32) -> f32 {
    let x = select(x < -104.0f32, f32::new(-104.0), x);
    let x = select(x > 89.0f32, f32::new(89.0), x);
    let (n, y) = reduced(x, infinity);
    let n = i32::cast_from(n);
    let half = n >> 1i32;
    y * power_of_two(half) * power_of_two(n - half)
}

/// eˣ for x ≤ 0, zero where the result would not be a normal number: what sums of exponentials want.
#[cube]
pub(crate) fn exp_nonpositive(x: f32, infinity: f32) -> f32 {
    let low = x < -87.0f32;
    let (n, y) = reduced(select(low, f32::new(-87.0), x), infinity);
    select(low, f32::new(0.0), y * power_of_two(i32::cast_from(n)))
}

/// ln x.
#[cube]
pub(crate) fn ln(x: f32, infinity: f32, nan: f32) -> f32 {
    let tiny = x < 1.175_494_4e-38f32;
    let scaled = select(tiny, x * 16_777_216.0f32, x);
    let bits = u32::reinterpret(scaled);
    let exponent = f32::cast_from(i32::cast_from(bits >> 23u32) - 127i32) - select(tiny, f32::new(24.0), f32::new(0.0));
    // x = m·2ⁿ with m in [√½, √2).
    let m = f32::reinterpret((bits & 0x007f_ffffu32) | 0x3f80_0000u32);
    let high = m > core::f32::consts::SQRT_2;
    let n = select(high, exponent + 1.0f32, exponent);
    let m = select(high, m * 0.5f32, m);
    // ln m = 2·atanh(z), z = (m − 1)/(m + 1).
    let z = (m - 1.0f32) / (m + 1.0f32);
    let y = fma(n, LN2_HIGH, fma(n, LN2_LOW, atanh_twice(z)));
    let y = select(x == 0.0f32, -infinity, y);
    let y = select(x < 0.0f32, nan, y);
    let y = select(x == infinity, x, y);
    select(is_nan(x), x, y)
}

/// 2·atanh(z) for |z| ≤ ⅓.
#[cube]
fn atanh_twice(z: f32) -> f32 {
    2.0f32 * z * polynomial(z * z, comptime!(ATANH))
}

/// ln(1 + x) for −½ ≤ x ≤ 1.
#[cube]
fn ln_1p_near(x: f32) -> f32 {
    // Half of a tiny number may be flushed to zero; the logarithm is x itself there.
    select(x.abs() < 1e-30f32, x, atanh_twice(x / (x + 2.0f32)))
}

#[cube]
fn ln_1p(x: f32, infinity: f32, nan: f32) -> f32 {
    let far = ln(x + 1.0f32, infinity, nan);
    select(x < -0.5f32, far, select(x > 1.0f32, far, ln_1p_near(x)))
}

#[cube]
fn exp_m1(x: f32, infinity: f32) -> f32 {
    let far = exp(x, infinity) - 1.0f32;
    let near = select(x.abs() < 0.5f32, x, f32::new(0.0));
    let near = fma(exp_tail(near), near * near, near);
    select(x.abs() < 0.5f32, near, far)
}

#[cube]
pub(crate) fn softplus(x: f32, infinity: f32) -> f32 {
    let e = exp(-x.abs(), infinity);
    select(x < 0.0f32, f32::new(0.0), x) + ln_1p_near(e)
}

#[cube]
pub(crate) fn sigmoid(x: f32, infinity: f32) -> f32 {
    let e = exp(-x.abs(), infinity);
    select(x < 0.0f32, e, f32::new(1.0)) / (e + 1.0f32)
}

macro_rules! operators {
    ($($operator:ident $method:ident $instruction:ident),*) => {$(
        impl $operator for Ir<'_> {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                self.with($instruction::expand(self.around.scope, self.value, other.value))
            }
        }
        impl $operator<f64> for Ir<'_> {
            type Output = Self;
            fn $method(self, scalar: f64) -> Self {
                self.$method(self.constant(scalar))
            }
        }
    )*};
}
operators!(Add add plus, Sub sub minus, Mul mul times, Div div over);

impl Neg for Ir<'_> {
    type Output = Self;
    fn neg(self) -> Self {
        self.with(negated::expand(self.around.scope, self.value))
    }
}

impl Real for Ir<'_> {
    type Mask = NativeExpand<bool>;
    type Index = NativeExpand<u32>;

    fn constant(&self, value: f64) -> Self {
        let around = self.around;
        let number = value as f32;
        self.with(if number.is_nan() {
            around.nan
        } else if number == f32::INFINITY {
            around.infinity
        } else if number == f32::NEG_INFINITY {
            negated::expand(around.scope, around.infinity)
        } else {
            number.into()
        })
    }
    fn lookup(&self, table: &[f64], index: &NativeExpand<u32>) -> Self {
        let around = self.around;
        let of = |list: &&List| list.start == table.as_ptr() && list.len == table.len();
        let (Some(list), Some(numbers)) = (around.lists.iter().find(of), around.table) else {
            panic!(
                "burn-losses: a list that a formula looks up must be one it names in ClassFormula::per_class, got one of \
                 {} values that is not",
                table.len()
            );
        };
        self.with(if table.len() == 1 {
            read_first::expand(around.scope, numbers, list.offset)
        } else {
            read::expand(around.scope, numbers, list.offset, *index)
        })
    }
    fn exp(self) -> Self {
        self.with(exp::expand(self.around.scope, self.value, self.around.infinity))
    }
    fn ln(self) -> Self {
        let Surroundings { scope, infinity, nan, .. } = *self.around;
        self.with(ln::expand(scope, self.value, infinity, nan))
    }
    fn ln_1p(self) -> Self {
        let Surroundings { scope, infinity, nan, .. } = *self.around;
        self.with(ln_1p::expand(scope, self.value, infinity, nan))
    }
    fn exp_m1(self) -> Self {
        self.with(exp_m1::expand(self.around.scope, self.value, self.around.infinity))
    }
    fn sqrt(self) -> Self {
        self.with(square_root::expand(self.around.scope, self.value))
    }
    fn powf(self, exponent: f64) -> Self {
        match exponent {
            0.0 => return self.constant(1.0),
            1.0 => return self,
            2.0 => return self * self,
            _ => {}
        }
        let magnitude = self.abs();
        let power = (magnitude.ln() * exponent).exp();
        // A negative base has a real power only for whole exponents; −∞ has the powers of ∞.
        let negative = match exponent.rem_euclid(2.0) {
            0.0 => power,
            1.0 => -power,
            _ => Self::select(&magnitude.equal(&self.constant(f64::INFINITY)), power, self.constant(f64::NAN)),
        };
        Self::select(&self.less(&self.constant(0.0)), negative, power)
    }
    fn abs(self) -> Self {
        self.with(magnitude::expand(self.around.scope, self.value))
    }
    fn softplus(self) -> Self {
        self.with(softplus::expand(self.around.scope, self.value, self.around.infinity))
    }
    fn sigmoid(self) -> Self {
        self.with(sigmoid::expand(self.around.scope, self.value, self.around.infinity))
    }
    fn less(&self, other: &Self) -> NativeExpand<bool> {
        is_less::expand(self.around.scope, self.value, other.value)
    }
    fn equal(&self, other: &Self) -> NativeExpand<bool> {
        is_equal::expand(self.around.scope, self.value, other.value)
    }
    fn select(mask: &NativeExpand<bool>, yes: Self, no: Self) -> Self {
        yes.with(select::expand(yes.around.scope, *mask, yes.value, no.value))
    }
    fn max(self, other: Self) -> Self {
        let larger = Self::select(&other.less(&self), self, other);
        Self::select(&is_nan::expand(self.around.scope, self.value), self, larger)
    }
    fn min(self, other: Self) -> Self {
        let smaller = Self::select(&self.less(&other), self, other);
        Self::select(&is_nan::expand(self.around.scope, self.value), self, smaller)
    }
}

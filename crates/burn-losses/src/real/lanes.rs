//! Many numbers at once in the registers of the CPU at hand: [`Vector`] and [`Lanes`].
//!
//! [`Vector`] is the few operations an instruction set must give; everything above it (`exp`, `ln`, [`Real`]) is
//! written once here. Implementations: [`Portable`] (arrays of 128 bits, which the compiler turns into SSE2, NEON or
//! plain code) and, on x86-64, AVX2 + FMA and AVX-512 in `x86.rs`. [`dispatch`] picks one at run time.
//!
//! Arrays left to the auto-vectoriser at 256 and 512 bits were tried and came out as gathers and scatters, a third of
//! the speed: hence the intrinsics.

#![allow(unsafe_code)]

use super::{Real, atanh_terms, exp_terms};
use core::ops::{Add, Div, Mul, Neg, Sub};

/// The widest vector there is: 16 `f32`.
pub(crate) const WIDEST: usize = 16;

/// The float inside a vector: what the algorithms need to know of its format.
pub(crate) trait Scalar: Copy + Default + PartialOrd + Send + Sync + core::fmt::Debug + 'static {
    /// Bits of the mantissa.
    const MANTISSA: u32;
    /// The bias of the exponent.
    const BIAS: f64;
    /// 1.5 · 2^MANTISSA: adding and subtracting it rounds to an integer, whose bits then stand in the mantissa.
    const MAGIC: f64;
    /// eˣ is 0 below this, subnormals included.
    const EXP_LOW: f64;
    /// eˣ is infinite above this.
    const EXP_HIGH: f64;
    /// The smallest x for which eˣ is a normal number.
    const EXP_NORMAL: f64;
    /// ln 2 in two parts, the first with enough trailing zeros that n · LN2_HIGH is exact.
    const LN2_HIGH: f64;
    const LN2_LOW: f64;
    /// The bits of the mantissa, and of 1.0.
    const MANTISSA_MASK: u64;
    const ONE_BITS: u64;
    const MAGIC_BITS: u64;
    /// The series [`exp_terms`] and [`atanh_terms`] as far as this format needs them, highest power first.
    const EXP: &'static [f64];
    const ATANH: &'static [f64];
    const LN: &'static [f64];

    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
}

const fn reversed<const N: usize>(terms: [f64; N]) -> [f64; N] {
    let mut out = terms;
    let mut k = 0;
    while k < N {
        out[k] = terms[N - 1 - k];
        k += 1;
    }
    out
}

impl Scalar for f32 {
    const MANTISSA: u32 = 23;
    const BIAS: f64 = 127.0;
    const MAGIC: f64 = 12_582_912.0;
    const EXP_LOW: f64 = -104.0;
    const EXP_HIGH: f64 = 89.0;
    const EXP_NORMAL: f64 = -87.0;
    const LN2_HIGH: f64 = 0.693_359_375;
    const LN2_LOW: f64 = -2.121_944_400_546_905_8e-4;
    const MANTISSA_MASK: u64 = 0x007f_ffff;
    const ONE_BITS: u64 = 0x3f80_0000;
    const MAGIC_BITS: u64 = 0x4b40_0000;
    const EXP: &'static [f64] = &reversed(exp_terms::<6>());
    const ATANH: &'static [f64] = &reversed(atanh_terms::<8>());
    const LN: &'static [f64] = &reversed(atanh_terms::<5>());

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Scalar for f64 {
    const MANTISSA: u32 = 52;
    const BIAS: f64 = 1023.0;
    const MAGIC: f64 = 6_755_399_441_055_744.0;
    const EXP_LOW: f64 = -746.0;
    const EXP_HIGH: f64 = 710.0;
    const EXP_NORMAL: f64 = -708.0;
    const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const MANTISSA_MASK: u64 = 0x000f_ffff_ffff_ffff;
    const ONE_BITS: u64 = 0x3ff0_0000_0000_0000;
    const MAGIC_BITS: u64 = 0x4338_0000_0000_0000;
    const EXP: &'static [f64] = &reversed(exp_terms::<12>());
    const ATANH: &'static [f64] = &reversed(atanh_terms::<17>());
    const LN: &'static [f64] = &reversed(atanh_terms::<11>());

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
}

/// What an instruction set gives. Pointers need no alignment.
pub(crate) trait Vector: Copy {
    type T: Scalar;
    type Mask: Copy;
    /// Values in one vector, at most [`WIDEST`].
    const W: usize;

    fn splat(value: Self::T) -> Self;
    /// # Safety
    ///
    /// `W` values can be read at `from`.
    unsafe fn load(from: *const Self::T) -> Self;
    /// # Safety
    ///
    /// `W` values can be written at `to`.
    unsafe fn store(self, to: *mut Self::T);
    /// The first `n < W` values, the others those of `rest`.
    /// # Safety
    ///
    /// `n` values can be read at `from`.
    unsafe fn load_first(from: *const Self::T, n: usize, rest: Self) -> Self;
    /// The first `n < W` values.
    /// # Safety
    ///
    /// `n` values can be written at `to`.
    unsafe fn store_first(self, to: *mut Self::T, n: usize);

    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn div(self, other: Self) -> Self;
    /// self · a + b, with one rounding where the hardware has it.
    fn mul_add(self, a: Self, b: Self) -> Self;
    fn sqrt(self) -> Self;
    /// The larger; which one if either is NaN is unspecified.
    fn larger(self, other: Self) -> Self;

    fn less(self, other: Self) -> Self::Mask;
    fn equal(self, other: Self) -> Self::Mask;
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;

    /// Bit operations on the representation, with the low bits of the constants.
    fn and_bits(self, bits: u64) -> Self;
    fn or_bits(self, bits: u64) -> Self;
    /// Shift left and right by the mantissa's width.
    fn shift_to_exponent(self) -> Self;
    fn shift_from_exponent(self) -> Self;
}

#[inline(always)]
fn c<V: Vector>(value: f64) -> V {
    V::splat(V::T::from_f64(value))
}

/// The polynomial with these coefficients, highest power first.
#[inline(always)]
fn horner<V: Vector>(x: V, terms: &[f64]) -> V {
    let mut sum = c::<V>(terms[0]);
    for &term in &terms[1..] {
        sum = sum.mul_add(x, c(term));
    }
    sum
}

#[inline(always)]
pub(crate) fn magnitude<V: Vector>(x: V) -> V {
    x.and_bits(u64::MAX >> (64 - sign_bit::<V::T>()))
}

const fn sign_bit<T>() -> u32 {
    size_of::<T>() as u32 * 8 - 1
}

/// 2ⁿ for whole n whose result is a normal number or zero's exponent.
#[inline(always)]
fn power_of_two<V: Vector>(n: V) -> V {
    n.add(c(V::T::MAGIC + V::T::BIAS)).shift_to_exponent()
}

/// x = n·ln 2 + r with |r| ≤ ln 2 / 2; gives n and eʳ − 1.
#[inline(always)]
fn reduce<V: Vector>(x: V) -> (V, V) {
    let n = x.mul_add(c(core::f64::consts::LOG2_E), c(V::T::MAGIC)).sub(c(V::T::MAGIC));
    let r = n.mul_add(c(-V::T::LN2_HIGH), x);
    let r = n.mul_add(c(-V::T::LN2_LOW), r);
    (n, horner(r, V::T::EXP).mul_add(r.mul(r), r))
}

/// eˣ over the whole range, subnormal results included.
#[inline(always)]
fn exp<V: Vector>(x: V) -> V {
    // Two selects rather than min and max: those would swallow a NaN.
    let x = V::select(x.less(c(V::T::EXP_LOW)), c(V::T::EXP_LOW), x);
    let x = V::select(c::<V>(V::T::EXP_HIGH).less(x), c(V::T::EXP_HIGH), x);
    let (n, r) = reduce(x);
    let half = n.mul_add(c(0.5), c(V::T::MAGIC)).sub(c(V::T::MAGIC));
    r.add(c(1.0)).mul(power_of_two(half)).mul(power_of_two(n.sub(half)))
}

/// eˣ for x ≤ 0, zero where the result would not be a normal number: what sums of exponentials want.
#[inline(always)]
pub(crate) fn exp_nonpositive<V: Vector>(x: V) -> V {
    let (n, r) = reduce(x);
    let scale = power_of_two(n);
    let y = r.mul_add(scale, scale);
    V::select(x.less(c(V::T::EXP_NORMAL)), c(0.0), y)
}

/// ln x for normal x > 0; the other cases are put right by selects.
#[inline(always)]
pub(crate) fn ln<V: Vector>(x: V) -> V {
    // Subnormals are scaled into the normal range first, by 2^(MANTISSA + 1).
    let tiny = x.less(c(smallest_normal::<V::T>()));
    let scaled = V::select(tiny, x.mul(c(V::T::MAGIC / 0.75)), x);
    let shift = V::select(tiny, c(f64::from(V::T::MANTISSA) + 1.0), c(0.0));
    // x = m·2ⁿ with m in [√½, √2).
    let exponent = scaled.shift_from_exponent().or_bits(V::T::MAGIC_BITS).sub(c(V::T::MAGIC + V::T::BIAS));
    let m = scaled.and_bits(V::T::MANTISSA_MASK).or_bits(V::T::ONE_BITS);
    let high = c::<V>(core::f64::consts::SQRT_2).less(m);
    let m = V::select(high, m.mul(c(0.5)), m);
    let n = V::select(high, exponent.add(c(1.0)), exponent).sub(shift);
    // ln m = 2·atanh(z), z = (m − 1)/(m + 1).
    let f = m.sub(c(1.0));
    let z = f.div(m.add(c(1.0)));
    let twice = z.add(z);
    let z2 = z.mul(z);
    let tail = horner(z2, &V::T::LN[..V::T::LN.len() - 1]).mul(z2).mul(twice);
    let y = n.mul_add(c(V::T::LN2_HIGH), n.mul_add(c(V::T::LN2_LOW), tail).add(twice));
    let y = V::select(x.equal(c(0.0)), c(f64::NEG_INFINITY), y);
    let y = V::select(x.less(c(0.0)), c(f64::NAN), y);
    let y = V::select(x.equal(c(f64::INFINITY)), x, y);
    V::select(x.equal(x), y, x)
}

const fn smallest_normal<T: Scalar>() -> f64 {
    if T::MANTISSA == 23 { f32::MIN_POSITIVE as f64 } else { f64::MIN_POSITIVE }
}

/// ln(1 + x) for −½ ≤ x ≤ 1: 2·atanh(z), z = x/(2 + x).
#[inline(always)]
fn ln_1p_near<V: Vector>(x: V) -> V {
    let z = x.div(x.add(c(2.0)));
    let (square, twice) = (z.mul(z), z.add(z));
    let tail = horner(square, &V::T::ATANH[..V::T::ATANH.len() - 1]).mul(square);
    // Half of a subnormal loses its last bit; the logarithm is x itself there.
    V::select(magnitude(x).less(c(smallest_normal::<V::T>())), x, tail.mul_add(twice, twice))
}

/// A vector as a [`Real`]: as many numbers as the CPU at hand takes at once.
#[derive(Clone, Copy)]
pub(crate) struct Lanes<V>(pub(crate) V);

macro_rules! lane_operators {
    ($($operator:ident $method:ident),*) => {$(
        impl<V: Vector> $operator for Lanes<V> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0))
            }
        }
        impl<V: Vector> $operator<f64> for Lanes<V> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, scalar: f64) -> Self {
                Self(self.0.$method(c(scalar)))
            }
        }
    )*};
}
lane_operators!(Add add, Sub sub, Mul mul, Div div);

impl<V: Vector> Neg for Lanes<V> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        // Not 0 − x: −0 must come out of 0.
        Self(self.0.mul(c(-1.0)))
    }
}

impl<V: Vector> Real for Lanes<V> {
    type Mask = V::Mask;
    type Index = [u32; WIDEST];

    #[inline(always)]
    fn constant(&self, value: f64) -> Self {
        Self(c(value))
    }
    #[inline(always)]
    fn lookup(&self, table: &[f64], index: &[u32; WIDEST]) -> Self {
        if let [value] = table {
            return self.constant(*value);
        }
        let values = index.map(|class| V::T::from_f64(table.get(class as usize).copied().unwrap_or(0.0)));
        // SAFETY: the array holds WIDEST ≥ W values.
        Self(unsafe { V::load(values.as_ptr()) })
    }
    #[inline(always)]
    fn exp(self) -> Self {
        Self(exp(self.0))
    }
    #[inline(always)]
    fn ln(self) -> Self {
        Self(ln(self.0))
    }
    #[inline(always)]
    fn ln_1p(self) -> Self {
        let x = self.0;
        let far = ln(x.add(c(1.0)));
        let y = V::select(c::<V>(1.0).less(x), far, ln_1p_near(x));
        Self(V::select(x.less(c(-0.5)), far, y))
    }
    #[inline(always)]
    fn exp_m1(self) -> Self {
        let x = V::select(self.0.less(c(V::T::EXP_NORMAL)), c(V::T::EXP_NORMAL), self.0);
        let x = V::select(c::<V>(V::T::EXP_HIGH).less(x), c(V::T::EXP_HIGH), x);
        let (n, r) = reduce(x);
        // 2ⁿ·(eʳ − 1) + (2ⁿ − 1), with 2ⁿ in two factors so that n one past the largest exponent overflows only if it must.
        let scale = power_of_two(n.sub(c(1.0)));
        let y = r.mul_add(scale, scale.sub(c(0.5)));
        Self(V::select(n.equal(c(0.0)), r, y.add(y)))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.sqrt())
    }
    #[inline(always)]
    fn powf(self, exponent: f64) -> Self {
        match exponent {
            0.0 => return self.constant(1.0),
            1.0 => return self,
            2.0 => return self * self,
            _ => {}
        }
        let magnitude = Self(magnitude(self.0));
        let y = (magnitude.ln() * exponent).exp();
        // A negative base has a real power only for whole exponents.
        let negative = match exponent.rem_euclid(2.0) {
            0.0 => y,
            1.0 => -y,
            _ => Self::select(&magnitude.equal(&self.constant(f64::INFINITY)), y, self.constant(f64::NAN)),
        };
        Self::select(&self.less(&self.constant(0.0)), negative, y)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        Self(magnitude(self.0))
    }
    #[inline(always)]
    fn softplus(self) -> Self {
        let x = self.0;
        let positive = V::select(x.less(c(0.0)), c(0.0), x);
        let e = exp(magnitude(x).mul(c(-1.0)));
        Self(positive.add(ln_1p_near(e)))
    }
    #[inline(always)]
    fn sigmoid(self) -> Self {
        let x = self.0;
        let e = exp(magnitude(x).mul(c(-1.0)));
        let numerator = V::select(x.less(c(0.0)), e, c(1.0));
        Self(numerator.div(e.add(c(1.0))))
    }
    #[inline(always)]
    fn less(&self, other: &Self) -> V::Mask {
        self.0.less(other.0)
    }
    #[inline(always)]
    fn equal(&self, other: &Self) -> V::Mask {
        self.0.equal(other.0)
    }
    #[inline(always)]
    fn select(mask: &V::Mask, yes: Self, no: Self) -> Self {
        Self(V::select(*mask, yes.0, no.0))
    }
}

/// An array of 128 bits, for every processor.
#[derive(Clone, Copy)]
pub(crate) struct Portable<T, const N: usize>([T; N]);

/// The portable vectors: the float, its bits, and how many fit 128 bits.
macro_rules! portable {
    ($float:ty, $bits:ty, $n:literal) => {
        impl Vector for Portable<$float, $n> {
            type T = $float;
            type Mask = [bool; $n];
            const W: usize = $n;

            #[inline(always)]
            fn splat(value: $float) -> Self {
                Self([value; $n])
            }
            #[inline(always)]
            unsafe fn load(from: *const $float) -> Self {
                // SAFETY: the caller vouches for W values; an array has no stricter alignment than its element.
                Self(unsafe { from.cast::<[$float; $n]>().read_unaligned() })
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $float) {
                // SAFETY: as above.
                unsafe { to.cast::<[$float; $n]>().write_unaligned(self.0) }
            }
            #[inline(always)]
            unsafe fn load_first(from: *const $float, n: usize, rest: Self) -> Self {
                // SAFETY: only the first n values are read.
                Self(core::array::from_fn(|i| if i < n { unsafe { *from.add(i) } } else { rest.0[i] }))
            }
            #[inline(always)]
            unsafe fn store_first(self, to: *mut $float, n: usize) {
                for (i, value) in self.0.into_iter().enumerate().take(n) {
                    // SAFETY: only the first n values are written.
                    unsafe { *to.add(i) = value }
                }
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                Self(core::array::from_fn(|i| self.0[i] + other.0[i]))
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                Self(core::array::from_fn(|i| self.0[i] - other.0[i]))
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                Self(core::array::from_fn(|i| self.0[i] * other.0[i]))
            }
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                Self(core::array::from_fn(|i| self.0[i] / other.0[i]))
            }
            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                // `f32::mul_add` is a library call where the instruction is missing, as on plain x86-64.
                if cfg!(target_arch = "aarch64") {
                    Self(core::array::from_fn(|i| self.0[i].mul_add(a.0[i], b.0[i])))
                } else {
                    self.mul(a).add(b)
                }
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                Self(self.0.map(<$float>::sqrt))
            }
            #[inline(always)]
            fn larger(self, other: Self) -> Self {
                Self(core::array::from_fn(|i| if self.0[i] > other.0[i] { self.0[i] } else { other.0[i] }))
            }
            #[inline(always)]
            fn less(self, other: Self) -> [bool; $n] {
                core::array::from_fn(|i| self.0[i] < other.0[i])
            }
            #[inline(always)]
            fn equal(self, other: Self) -> [bool; $n] {
                core::array::from_fn(|i| self.0[i] == other.0[i])
            }
            #[inline(always)]
            fn select(mask: [bool; $n], yes: Self, no: Self) -> Self {
                Self(core::array::from_fn(|i| if mask[i] { yes.0[i] } else { no.0[i] }))
            }
            #[inline(always)]
            fn and_bits(self, bits: u64) -> Self {
                Self(self.0.map(|x| <$float>::from_bits(x.to_bits() & bits as $bits)))
            }
            #[inline(always)]
            fn or_bits(self, bits: u64) -> Self {
                Self(self.0.map(|x| <$float>::from_bits(x.to_bits() | bits as $bits)))
            }
            #[inline(always)]
            fn shift_to_exponent(self) -> Self {
                Self(self.0.map(|x| <$float>::from_bits(x.to_bits() << <$float as Scalar>::MANTISSA)))
            }
            #[inline(always)]
            fn shift_from_exponent(self) -> Self {
                Self(self.0.map(|x| <$float>::from_bits(x.to_bits() >> <$float as Scalar>::MANTISSA)))
            }
        }
    };
}
portable!(f32, u32, 4);
portable!(f64, u64, 2);

/// Code to run with the widest vectors of the CPU at hand.
///
/// `run` must be `#[inline(always)]`, all the way down: that is how it gets compiled for the instruction set.
pub(crate) trait Kernel<T: Simd> {
    type Output;
    fn run<V: Vector<T = T>>(self) -> Self::Output;
}

/// A float that has vectors.
pub(crate) trait Simd: Scalar {
    /// Runs a kernel with the widest vectors of the CPU at hand.
    fn dispatch<K: Kernel<Self>>(kernel: K) -> K::Output;
    /// The same for a kernel there is one of for every formula, which is compiled for one instruction set only: compiling
    /// it for three would take three times as long. See [`has_formulas`].
    fn dispatch_formula<K: Kernel<Self>>(kernel: K) -> K::Output;
    /// Runs a kernel with the portable vectors.
    #[cfg(test)]
    fn portable<K: Kernel<Self>>(kernel: K) -> K::Output;
}

/// Whether the CPU at hand has the instructions that [`Simd::dispatch_formula`] is compiled for. Where it has not, as on
/// x86-64 before 2013, losses are composed of the backend's own operations.
pub(crate) fn has_formulas() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        super::x86::has_avx2()
    }
    #[cfg(not(target_arch = "x86_64"))]
    true
}

/// The vectors of each float: portable, AVX2 + FMA, AVX-512.
macro_rules! simd {
    ($float:ty, $portable:ty, $avx2:ident, $avx512:ident) => {
        impl Simd for $float {
            #[inline]
            fn dispatch<K: Kernel<Self>>(kernel: K) -> K::Output {
                #[cfg(target_arch = "x86_64")]
                {
                    if super::x86::has_avx512() {
                        // SAFETY: the CPU has every feature the function is compiled for.
                        return unsafe { super::x86::$avx512(kernel) };
                    }
                    if super::x86::has_avx2() {
                        // SAFETY: as above.
                        return unsafe { super::x86::$avx2(kernel) };
                    }
                }
                kernel.run::<$portable>()
            }
            #[inline]
            fn dispatch_formula<K: Kernel<Self>>(kernel: K) -> K::Output {
                #[cfg(target_arch = "x86_64")]
                {
                    assert!(has_formulas(), "burn-losses: fused formulas need AVX2");
                    // SAFETY: the CPU has every feature the function is compiled for.
                    unsafe { super::x86::$avx2(kernel) }
                }
                #[cfg(not(target_arch = "x86_64"))]
                kernel.run::<$portable>()
            }
            #[cfg(test)]
            fn portable<K: Kernel<Self>>(kernel: K) -> K::Output {
                kernel.run::<$portable>()
            }
        }
    };
}
simd!(f32, Portable<f32, 4>, run_f32_avx2, run_f32_avx512);
simd!(f64, Portable<f64, 2>, run_f64_avx2, run_f64_avx512);

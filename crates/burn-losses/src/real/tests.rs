//! The lanes: every vector type against exact references, in units in the last place (ulp).
//!
//! f32 is compared with the f64 functions of the standard library, f64 with double-double arithmetic (about 31 digits).
//! The bounds in [`bound`] are what was measured on an AVX-512 machine for all three instruction sets, rounded up.

use super::Real;
use super::lanes::{Kernel, Lanes, Scalar, Simd, Vector, WIDEST, exp_nonpositive, ln};
#[cfg(target_arch = "x86_64")]
use super::x86;
use core::fmt::Debug;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Op {
    Exp,
    ExpNonpositive,
    Ln,
    Ln1p,
    ExpM1,
    Softplus,
    Sigmoid,
    Sqrt,
    Abs,
    Neg,
    Powf(f64),
}

const OPS: [Op; 10] =
    [Op::Exp, Op::ExpNonpositive, Op::Ln, Op::Ln1p, Op::ExpM1, Op::Softplus, Op::Sigmoid, Op::Sqrt, Op::Abs, Op::Neg];

const EXPONENTS: [f64; 12] = [-2.0, -1.0, -0.5, 0.0, 0.3, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 7.5];

#[inline(always)]
fn apply<V: Vector>(op: Op, x: Lanes<V>) -> Lanes<V> {
    match op {
        Op::Exp => x.exp(),
        Op::ExpNonpositive => Lanes(exp_nonpositive(x.0)),
        Op::Ln => Lanes(ln(x.0)),
        Op::Ln1p => x.ln_1p(),
        Op::ExpM1 => x.exp_m1(),
        Op::Softplus => x.softplus(),
        Op::Sigmoid => x.sigmoid(),
        Op::Sqrt => x.sqrt(),
        Op::Abs => x.abs(),
        Op::Neg => -x,
        Op::Powf(exponent) => x.powf(exponent),
    }
}

// ---- The vector types there are ----

/// An operation on all of some numbers.
struct Map<'a, T> {
    op: Op,
    from: &'a [T],
    to: &'a mut Vec<T>,
}

impl<T: Simd> Kernel<T> for Map<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<T = T>>(self) {
        for chunk in self.from.chunks(V::W) {
            let mut values = [T::default(); WIDEST];
            values[..chunk.len()].copy_from_slice(chunk);
            // SAFETY: the array holds WIDEST ≥ W values.
            #[allow(unsafe_code)]
            unsafe {
                apply(self.op, Lanes(V::load(values.as_ptr()))).0.store(values.as_mut_ptr());
            }
            self.to.extend_from_slice(&values[..chunk.len()]);
        }
    }
}

/// A float whose lanes are tested, with every instruction set the CPU has.
pub(crate) trait Tested: Simd + PartialEq {
    /// Names the instruction sets there are.
    fn sets() -> Vec<&'static str>;
    fn run<K: Kernel<Self>>(set: &str, kernel: K) -> K::Output;
    /// The distance to the next number.
    fn ulp(x: f64) -> f64;
    fn all_bits(count: u64) -> Vec<Self>;
}

/// What an operation should give.
trait Referenced: Tested {
    fn reference(op: Op, x: Self) -> Exact;
}

macro_rules! tested {
    ($float:ty, $bits:ty, $avx2:ident, $avx512:ident, $reference:expr) => {
        impl Tested for $float {
            fn sets() -> Vec<&'static str> {
                let mut sets = vec!["portable", "dispatch"];
                #[cfg(target_arch = "x86_64")]
                {
                    sets.extend(x86::has_avx2().then_some("avx2"));
                    sets.extend(x86::has_avx512().then_some("avx512"));
                }
                sets
            }
            fn run<K: Kernel<Self>>(set: &str, kernel: K) -> K::Output {
                match set {
                    "portable" => Self::portable(kernel),
                    "dispatch" => Self::dispatch(kernel),
                    // SAFETY: `sets` names only what the CPU has.
                    #[cfg(target_arch = "x86_64")]
                    #[allow(unsafe_code)]
                    "avx2" => unsafe { x86::$avx2(kernel) },
                    // SAFETY: as above.
                    #[cfg(target_arch = "x86_64")]
                    #[allow(unsafe_code)]
                    "avx512" => unsafe { x86::$avx512(kernel) },
                    other => panic!("no instruction set {other}"),
                }
            }
            fn ulp(x: f64) -> f64 {
                let x = (x.abs() as $float).min(<$float>::MAX);
                let x = <$float>::from_bits(x.to_bits().max(1));
                let exponent = x.to_bits() >> Self::MANTISSA;
                // All subnormal numbers and the smallest normal ones are as far apart.
                let one = <$float>::from_bits(1);
                let apart = <$float>::from_bits((exponent.max(1)) << Self::MANTISSA);
                let next = <$float>::from_bits(apart.to_bits() + 1);
                ((next - apart).max(one)) as f64
            }
            fn all_bits(count: u64) -> Vec<Self> {
                // Evenly over all representations: every exponent, both signs, NaN and the infinities.
                let step = (u128::from(<$bits>::MAX) / u128::from(count)) as $bits | 1;
                (0..count).map(|at| <$float>::from_bits((at as $bits).wrapping_mul(step))).collect()
            }
        }

        impl Referenced for $float {
            fn reference(op: Op, x: Self) -> Exact {
                $reference(op, x)
            }
        }
    };
}
tested!(f32, u32, run_f32_avx2, run_f32_avx512, |op, x| Exact::from(reference_f64(op, f64::from(x))));
tested!(f64, u64, run_f64_avx2, run_f64_avx512, reference_exact);

// ---- The references ----

/// The functions of the standard library.
fn reference_f64(op: Op, x: f64) -> f64 {
    match op {
        Op::Exp => x.exp(),
        Op::ExpNonpositive => x.exp(),
        Op::Ln => x.ln(),
        Op::Ln1p => x.ln_1p(),
        Op::ExpM1 => x.exp_m1(),
        Op::Softplus => {
            let larger = if x < 0.0 { 0.0 } else { x };
            larger + (-x.abs()).exp().ln_1p()
        }
        Op::Sigmoid => (if x < 0.0 { x.exp() } else { 1.0 }) / (1.0 + (-x.abs()).exp()),
        Op::Sqrt => x.sqrt(),
        Op::Abs => x.abs(),
        Op::Neg => -x,
        Op::Powf(exponent) => x.powf(exponent),
    }
}

/// The unevaluated sum of two f64, the second below half an ulp of the first.
#[derive(Clone, Copy, Debug)]
struct Exact {
    high: f64,
    low: f64,
}

impl From<f64> for Exact {
    fn from(high: f64) -> Self {
        Self { high, low: 0.0 }
    }
}

impl Exact {
    fn sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let part = high - a;
        Self { high, low: (a - (high - part)) + (b - part) }
    }
    fn product(a: f64, b: f64) -> Self {
        let high = a * b;
        Self { high, low: a.mul_add(b, -high) }
    }
    fn add(self, other: Self) -> Self {
        let high = Self::sum(self.high, other.high);
        let low = Self::sum(self.low, other.low);
        let first = Self::sum(high.high, high.low + low.high);
        Self::sum(first.high, first.low + low.low)
    }
    fn neg(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
    fn mul(self, other: Self) -> Self {
        let product = Self::product(self.high, other.high);
        Self::sum(product.high, product.low + (self.high * other.low + self.low * other.high))
    }
    fn scaled(self, power_of_two: f64) -> Self {
        Self { high: self.high * power_of_two, low: self.low * power_of_two }
    }
    fn div(self, other: Self) -> Self {
        let first = self.high / other.high;
        let rest = self.add(other.mul(first.into()).neg());
        let second = rest.high / other.high;
        let rest = rest.add(other.mul(second.into()).neg());
        Self::sum(first, second).add((rest.high / other.high).into())
    }
    /// eˣ as a number near 1 and a power of two.
    fn exp_parts(self) -> (Self, i32) {
        let n = (self.high / core::f64::consts::LN_2).round();
        let r = self.add(LN2.mul(n.into()).neg()).scaled(1.0 / 1024.0);
        // eʳ − 1 by its series, then (1 + y)² − 1 = y·(2 + y), ten times.
        let mut y = Self::from(0.0);
        for k in (1..=10).rev() {
            y = y.add(1.0.into()).mul(r).div(f64::from(k).into());
        }
        for _ in 0..10 {
            y = y.mul(y.add(2.0.into()));
        }
        (y.add(1.0.into()), n as i32)
    }
    fn exp(self) -> Self {
        if self.high < -800.0 || self.high > 800.0 {
            return self.high.exp().into();
        }
        let (y, n) = self.exp_parts();
        // In two steps: 2ⁿ itself may be no normal number.
        let half = n / 2;
        y.scaled(2.0_f64.powi(half)).scaled(2.0_f64.powi(n - half))
    }
    /// ln x for x > 0, by Newton's step from the standard library's.
    fn ln(self) -> Self {
        if !(self.high > 0.0 && self.high.is_finite()) {
            return self.high.ln().into();
        }
        // Away from the ends, so that no step leaves the range.
        if self.high < 1e-290 {
            let shifted = self.scaled(2.0_f64.powi(200)).ln();
            return shifted.add(LN2.mul((-200.0).into()));
        }
        if self.high > 1e290 {
            return self.scaled(2.0_f64.powi(-200)).ln().add(LN2.mul(200.0.into()));
        }
        let first = self.high.ln();
        let residual = self.mul(Self::from(-first).exp()).add((-1.0).into());
        // ln(1 + ε) = ε − ε²/2.
        let correction = residual.add(residual.mul(residual).scaled(0.5).neg());
        Self::from(first).add(correction)
    }
    /// ln(1 + x).
    fn ln_1p(self) -> Self {
        if self.high.abs() < 1e-9 {
            let square = self.mul(self);
            let cube = square.mul(self).div(3.0.into());
            return self.add(square.scaled(0.5).neg()).add(cube).add(square.mul(square).scaled(0.25).neg());
        }
        self.add(1.0.into()).ln()
    }
    /// eˣ − 1.
    fn exp_m1(self) -> Self {
        if self.high.abs() < 1e-9 {
            let square = self.mul(self);
            return self.add(square.scaled(0.5)).add(square.mul(self).div(6.0.into()));
        }
        self.exp().add((-1.0).into())
    }
}

const LN2: Exact = Exact { high: core::f64::consts::LN_2, low: 2.319_046_813_846_299_6e-17 };

/// Double-double where the value is finite, the standard library where it is not.
fn reference_exact(op: Op, x: f64) -> Exact {
    let plain = reference_f64(op, x);
    if !plain.is_finite() || plain == 0.0 || !x.is_finite() {
        return plain.into();
    }
    let minus = |x: f64| Exact::from(-x.abs());
    match op {
        Op::Exp | Op::ExpNonpositive => Exact::from(x).exp(),
        Op::Ln => Exact::from(x).ln(),
        Op::Ln1p => Exact::from(x).ln_1p(),
        Op::ExpM1 => Exact::from(x).exp_m1(),
        Op::Softplus => Exact::from(x.max(0.0)).add(minus(x).exp().ln_1p()),
        Op::Sigmoid => {
            let e = minus(x).exp();
            (if x < 0.0 { e } else { 1.0.into() }).div(e.add(1.0.into()))
        }
        Op::Powf(exponent) if x != 0.0 && exponent != 1.0 => {
            let y = Exact::from(x.abs()).ln().mul(exponent.into()).exp();
            if plain < 0.0 { y.neg() } else { y }
        }
        Op::Sqrt | Op::Abs | Op::Neg | Op::Powf(_) => plain.into(),
    }
}

#[test]
fn reference_is_exact_to_thirty_digits() {
    // e, ln 2 and ln 10 to 32 digits, as the sum of two f64.
    let close = |got: Exact, high: f64, low: f64| {
        let error = (got.high - high) + (got.low - low);
        assert!(error.abs() < 1e-30 * high.abs(), "{got:?} instead of {high:e} + {low:e}: {error:e}");
    };
    close(Exact::from(1.0).exp(), core::f64::consts::E, 1.445_646_891_729_250_2e-16);
    close(Exact::from(2.0).ln(), core::f64::consts::LN_2, 2.319_046_813_846_299_6e-17);
    close(Exact::from(10.0).ln(), core::f64::consts::LN_10, -2.170_756_223_382_249_4e-16);
    let back = Exact::from(-37.25).exp().ln();
    assert!((back.high + 37.25).abs() + back.low.abs() < 1e-29, "{back:?}");
    let tiny = Exact::from(1e-300).ln().add(Exact::from(300.0).mul(Exact::from(10.0).ln()));
    // 10⁻³⁰⁰ is itself rounded.
    assert!(tiny.high.abs() < 1e-16, "{tiny:?}");
}

// ---- Accuracy ----

/// The arguments: all exponents, and densely where the functions bend.
fn arguments<T: Tested>(count: u64) -> Vec<T> {
    let mut out = T::all_bits(count);
    let grid = |low: f64, high: f64, out: &mut Vec<T>| {
        out.extend((0..count / 4).map(|at| T::from_f64(low + (high - low) * at as f64 / (count / 4) as f64)));
    };
    grid(-1.0, 1.0, &mut out);
    grid(-20.0, 20.0, &mut out);
    grid(0.5, 2.0, &mut out);
    let (low, high) = (T::EXP_LOW, T::EXP_HIGH);
    grid(1.05 * low, 1.05 * high, &mut out);
    out
}

/// Where a function is asked for digits.
fn in_domain<T: Tested>(op: Op, x: f64) -> bool {
    match op {
        // Its results below the smallest normal number are 0, as documented.
        Op::ExpNonpositive => x <= 0.0 && x >= T::EXP_NORMAL,
        _ => true,
    }
}

/// The largest error allowed, in ulp.
fn bound<T: Tested>(op: Op, x: f64) -> f64 {
    match op {
        Op::Exp | Op::ExpNonpositive => 2.0,
        Op::Ln => 2.0,
        Op::Ln1p => 4.0,
        Op::ExpM1 => 3.0,
        Op::Softplus => 4.0,
        Op::Sigmoid => 3.0,
        Op::Sqrt => 0.5,
        Op::Abs | Op::Neg => 0.0,
        // exp(e·ln x): the rounding errors of e and of the product count as often as the product is large.
        Op::Powf(exponent) => {
            if exponent == 0.0 || exponent == 1.0 {
                0.0
            } else {
                3.0 + 2.5 * (exponent * x.abs().ln()).abs()
            }
        }
    }
}

/// The error in ulp; infinite where the kinds differ (NaN, infinity, sign of infinity).
fn error<T: Tested>(got: T, reference: Exact) -> f64 {
    let (got, high) = (got.to_f64(), reference.high);
    if got.is_nan() || high.is_nan() {
        return if got.is_nan() && high.is_nan() { 0.0 } else { f64::INFINITY };
    }
    // What is beyond the format rounds to infinity.
    let nearest = T::from_f64(high).to_f64();
    if got == nearest {
        return if got.is_infinite() { 0.0 } else { ((got - high - reference.low) / T::ulp(high)).abs() };
    }
    if got.is_infinite() || nearest.is_infinite() {
        // One ulp from the edge either is as good.
        let edge = T::from_f64(f64::MAX).to_f64().min(if T::MANTISSA == 23 { f64::from(f32::MAX) } else { f64::MAX });
        let finite = if got.is_infinite() { high } else { got };
        return if (finite.abs() - edge).abs() <= 4.0 * T::ulp(edge) { 0.0 } else { f64::INFINITY };
    }
    ((got - high - reference.low) / T::ulp(high)).abs()
}

fn accuracy_holds<T: Referenced>(ops: &[Op], count: u64) {
    let arguments = arguments::<T>(count);
    let mut faults = Vec::new();
    for &op in ops {
        let references: Vec<Exact> = arguments.iter().map(|&x| T::reference(op, x)).collect();
        for set in T::sets() {
            let mut results = Vec::with_capacity(arguments.len());
            T::run(set, Map { op, from: &arguments, to: &mut results });
            let mut worst = (0.0, 0.0, 0.0);
            for ((&x, &got), &reference) in arguments.iter().zip(&results).zip(&references) {
                let number = x.to_f64();
                if number.is_nan() || !in_domain::<T>(op, number) {
                    continue;
                }
                let error = error(got, reference);
                if error > worst.0 {
                    worst = (error, number, bound::<T>(op, number));
                }
                if error > bound::<T>(op, number) && faults.len() < 30 {
                    faults
                        .push(format!("{op:?} of {number:e} by {set}: {got:?}, error {error:.2} ulp ({reference:?})"));
                }
            }
            println!("{} {op:?} by {set}: at most {:.3} ulp, at {:e}", core::any::type_name::<T>(), worst.0, worst.1);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn f32_lanes_are_right_to_the_last_places() {
    accuracy_holds::<f32>(&OPS, 400_000);
}

#[test]
fn f64_lanes_are_right_to_the_last_places() {
    accuracy_holds::<f64>(&OPS, 40_000);
}

#[test]
fn powers_are_right_to_the_last_places() {
    accuracy_holds::<f32>(&EXPONENTS.map(Op::Powf), 40_000);
    accuracy_holds::<f64>(&EXPONENTS.map(Op::Powf), 8_000);
}

// ---- Edges ----

fn edges<T: Tested>() -> Vec<(Op, f64, f64)> {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let (tiny, least) = if T::MANTISSA == 23 {
        (f64::from(f32::MIN_POSITIVE), f64::from(f32::from_bits(1)))
    } else {
        (f64::MIN_POSITIVE, f64::from_bits(1))
    };
    let huge = if T::MANTISSA == 23 { f64::from(f32::MAX) } else { f64::MAX };
    let mut edges = vec![
        (Op::Exp, 0.0, 1.0),
        (Op::Exp, -0.0, 1.0),
        (Op::Exp, inf, inf),
        (Op::Exp, -inf, 0.0),
        (Op::Exp, huge, inf),
        (Op::Exp, -huge, 0.0),
        (Op::Exp, tiny, 1.0),
        (Op::Exp, -least, 1.0),
        (Op::ExpNonpositive, 0.0, 1.0),
        (Op::ExpNonpositive, -inf, 0.0),
        (Op::ExpNonpositive, -huge, 0.0),
        (Op::Ln, 1.0, 0.0),
        (Op::Ln, 0.0, -inf),
        (Op::Ln, -0.0, -inf),
        (Op::Ln, inf, inf),
        (Op::Ln, -1.0, nan),
        (Op::Ln, -inf, nan),
        (Op::Ln, -least, nan),
        (Op::Ln1p, 0.0, 0.0),
        (Op::Ln1p, -1.0, -inf),
        (Op::Ln1p, inf, inf),
        (Op::Ln1p, -2.0, nan),
        (Op::Ln1p, tiny, tiny),
        (Op::ExpM1, 0.0, 0.0),
        (Op::ExpM1, inf, inf),
        (Op::ExpM1, -inf, -1.0),
        (Op::ExpM1, -huge, -1.0),
        (Op::ExpM1, -tiny, -tiny),
        (Op::Softplus, inf, inf),
        (Op::Softplus, -inf, 0.0),
        (Op::Softplus, huge, huge),
        (Op::Softplus, -huge, 0.0),
        (Op::Sigmoid, inf, 1.0),
        (Op::Sigmoid, -inf, 0.0),
        (Op::Sigmoid, 0.0, 0.5),
        (Op::Sigmoid, huge, 1.0),
        (Op::Sigmoid, -huge, 0.0),
        (Op::Sqrt, 0.0, 0.0),
        (Op::Sqrt, inf, inf),
        (Op::Sqrt, -1.0, nan),
        (Op::Sqrt, 4.0, 2.0),
        (Op::Abs, -0.0, 0.0),
        (Op::Abs, -inf, inf),
        (Op::Abs, -least, least),
        (Op::Neg, 0.0, -0.0),
        (Op::Neg, -inf, inf),
        (Op::Powf(0.0), 0.0, 1.0),
        (Op::Powf(0.0), inf, 1.0),
        (Op::Powf(0.0), nan, 1.0),
        (Op::Powf(0.5), 0.0, 0.0),
        (Op::Powf(-0.5), 0.0, inf),
        (Op::Powf(-1.0), inf, 0.0),
        (Op::Powf(1.5), inf, inf),
        (Op::Powf(0.3), -1.0, nan),
        (Op::Powf(2.0), -3.0, 9.0),
        (Op::Powf(1.0), -3.0, -3.0),
    ];
    edges.extend(OPS.map(|op| (op, nan, nan)));
    edges.extend([-0.5, 0.3, 1.0, 2.0, 3.0].map(|exponent| (Op::Powf(exponent), nan, nan)));
    edges
}

fn edges_hold<T: Tested>() {
    let mut faults = Vec::new();
    for (op, x, expected) in edges::<T>() {
        for set in T::sets() {
            let mut results = Vec::new();
            // In every lane, among other numbers.
            let from: Vec<T> = (0..2 * WIDEST).map(|at| T::from_f64(if at % 2 == 0 { x } else { 0.25 })).collect();
            T::run(set, Map { op, from: &from, to: &mut results });
            for got in results.into_iter().step_by(2) {
                let (got, expected) = (got.to_f64(), T::from_f64(expected).to_f64());
                let right = if expected.is_nan() {
                    got.is_nan()
                } else {
                    got == expected && (got != 0.0 || got.is_sign_negative() == expected.is_sign_negative())
                };
                if !right {
                    faults.push(format!("{op:?} of {x:e} by {set}: {got:e} instead of {expected:e}"));
                    break;
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn f32_lanes_keep_the_edges() {
    edges_hold::<f32>();
}

#[test]
fn f64_lanes_keep_the_edges() {
    edges_hold::<f64>();
}

// ---- Loads, stores, comparisons ----

/// `load_first` and `store_first` of every number of values, at every offset from the alignment.
struct Partial<T>(core::marker::PhantomData<T>);

impl<T: Simd> Kernel<T> for Partial<T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<T = T>>(self) {
        let number = |x: usize| T::from_f64(x as f64 + 1.0);
        for n in 0..V::W {
            for offset in 0..3 {
                // Exactly n values: what lies behind must not be touched.
                let from: Vec<T> = (0..offset + n).map(number).collect();
                let rest = V::splat(T::from_f64(-7.0));
                let mut all = [T::default(); WIDEST];
                let mut to = vec![T::from_f64(-9.0); offset + n + 2];
                // SAFETY: n values stand at `from[offset]`, W at `all`, n at `to[offset]`.
                #[allow(unsafe_code)]
                unsafe {
                    let loaded = V::load_first(from.as_ptr().add(offset), n, rest);
                    loaded.store(all.as_mut_ptr());
                    loaded.store_first(to.as_mut_ptr().add(offset), n);
                }
                for (at, &got) in all[..V::W].iter().enumerate() {
                    let expected = if at < n { number(offset + at) } else { T::from_f64(-7.0) };
                    assert!(got == expected, "load_first of {n}: {got:?} at {at}");
                }
                for (at, &got) in to.iter().enumerate() {
                    let written = at >= offset && at < offset + n;
                    let expected = if written { number(at) } else { T::from_f64(-9.0) };
                    assert!(got == expected, "store_first of {n} at {offset}: {got:?} at {at}");
                }
            }
        }
    }
}

/// Comparisons, choices, the larger, and a lookup, lane by lane.
struct Compare<'a, T>(&'a [T], &'a [T]);

impl<T: Simd> Kernel<T> for Compare<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<T = T>>(self) {
        let (yes, no) = (T::from_f64(1.0), T::from_f64(0.0));
        let out = |vector: V| {
            let mut values = [T::default(); WIDEST];
            // SAFETY: the array holds WIDEST ≥ W values.
            #[allow(unsafe_code)]
            unsafe {
                vector.store(values.as_mut_ptr());
            }
            values
        };
        for (a, b) in self.0.chunks_exact(V::W).zip(self.1.chunks_exact(V::W)) {
            // SAFETY: the chunks hold W values.
            #[allow(unsafe_code)]
            let (x, y) = unsafe { (V::load(a.as_ptr()), V::load(b.as_ptr())) };
            let less = out(V::select(x.less(y), V::splat(yes), V::splat(no)));
            let equal = out(V::select(x.equal(y), V::splat(yes), V::splat(no)));
            let larger = out(x.larger(y));
            let fused = out(x.mul_add(y, V::splat(yes)));
            let guarded = out(Lanes(x).product(Lanes(y)).0);
            for lane in 0..V::W {
                let (a, b) = (a[lane], b[lane]);
                let what = format!("{a:?} and {b:?} in lane {lane} of {}", V::W);
                assert!((less[lane] == yes) == (a < b), "less: {what}");
                assert!((equal[lane] == yes) == (a == b), "equal: {what}");
                let unordered = a.partial_cmp(&b).is_none();
                assert!(unordered || larger[lane] == if a < b { b } else { a }, "larger: {what}");
                let (got, product) = (guarded[lane].to_f64(), a.to_f64() * b.to_f64());
                let is_of_nothing = product.is_nan() && !a.to_f64().is_nan() && !b.to_f64().is_nan();
                let product = if is_of_nothing { 0.0 } else { product };
                assert!(got == product || got.is_nan() && product.is_nan(), "product: {what}: {got} {product}");
                let (got, product) = (fused[lane].to_f64(), a.to_f64() * b.to_f64() + 1.0);
                let close = got == product || got.is_nan() == product.is_nan() && !(got - product).is_nan();
                assert!(close || !product.is_finite() || !got.is_finite(), "mul_add: {what}: {got} {product}");
            }
        }
        let table = [0.5, -1.5, 2.5];
        let index: [u32; WIDEST] = core::array::from_fn(|at| (at % 3) as u32);
        let found = out(Lanes(V::splat(yes)).lookup(&table, &index).0);
        for lane in 0..V::W {
            assert!(found[lane] == T::from_f64(table[lane % 3]), "lookup in lane {lane} of {}", V::W);
        }
        // An ignored target's index is beyond every table.
        let found = out(Lanes(V::splat(yes)).lookup(&table, &[u32::MAX; WIDEST]).0);
        assert!(found[0] == no, "lookup beyond the table");
    }
}

fn memory_and_comparisons_hold<T: Tested>() {
    let numbers = [0.0, -0.0, 1.0, -1.0, 2.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    let pairs = numbers.iter().flat_map(|&a| numbers.iter().map(move |&b| (a, b)));
    let (a, b): (Vec<T>, Vec<T>) = pairs.map(|(a, b)| (T::from_f64(a), T::from_f64(b))).unzip();
    for set in T::sets() {
        T::run(set, Partial(core::marker::PhantomData));
        T::run(set, Compare(&a, &b));
    }
}

#[test]
fn partial_loads_and_stores_touch_what_they_say() {
    memory_and_comparisons_hold::<f32>();
    memory_and_comparisons_hold::<f64>();
}

/// What was run: on a CPU without AVX-512 the widest is AVX2, elsewhere the portable vectors.
#[test]
fn dispatch_takes_the_widest_vectors() {
    struct Width;
    impl<T: Simd> Kernel<T> for Width {
        type Output = usize;
        #[inline(always)]
        fn run<V: Vector<T = T>>(self) -> usize {
            V::W
        }
    }
    let widths = |sets: Vec<&'static str>, run: fn(&str) -> usize| -> Vec<usize> {
        sets.into_iter().filter(|set| *set != "dispatch").map(run).collect()
    };
    let single = widths(f32::sets(), |set| f32::run(set, Width));
    let double = widths(f64::sets(), |set| f64::run(set, Width));
    assert_eq!(Some(&f32::run("dispatch", Width)), single.iter().max());
    assert_eq!(Some(&f64::run("dispatch", Width)), double.iter().max());
    assert!(single.iter().all(|&width| width <= WIDEST && super::super::engine::formula::BLOCK.is_multiple_of(width)));
    assert!(single.iter().zip(&double).all(|(single, double)| *single == 2 * double));
}

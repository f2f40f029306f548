//! The algebra: every operation of `Real` for every implementation, its slope, the corner rules, and NaN.

use burn::backend::flex::{Flex, FlexTensor};
use burn::tensor::{DType, Int, Tensor, TensorData};
use burn_losses::Init as _;
use burn_losses::real::{Dual, F32, Primitive, Real};
use burn_losses::{AnyClassLoss, ClassFormula, Row};
use burn_losses_tests::{Faults, Tolerance, Way, numbers, ways};
use serde::Serialize;

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
enum Op {
    Neg,
    Plus,
    Minus,
    Times,
    Over,
    Exp,
    Ln,
    Ln1p,
    ExpM1,
    ExpM1Minus,
    Sqrt,
    Powf(f64),
    Abs,
    Softplus,
    Sigmoid,
    /// With the number itself and a function of it on both sides.
    Sum,
    Difference,
    Product,
    Quotient,
    /// e^(−x) · x by `product`.
    Decay,
    Max,
    Min,
    Select,
}

const OPS: [Op; 34] = [
    Op::Neg,
    Op::Plus,
    Op::Minus,
    Op::Times,
    Op::Over,
    Op::Exp,
    Op::Ln,
    Op::Ln1p,
    Op::ExpM1,
    Op::ExpM1Minus,
    Op::Sqrt,
    Op::Powf(-2.0),
    Op::Powf(-1.0),
    Op::Powf(-0.5),
    Op::Powf(0.0),
    Op::Powf(0.3),
    Op::Powf(0.5),
    Op::Powf(1.0),
    Op::Powf(1.5),
    Op::Powf(2.0),
    Op::Powf(3.0),
    Op::Powf(4.0),
    Op::Powf(7.5),
    Op::Abs,
    Op::Softplus,
    Op::Sigmoid,
    Op::Sum,
    Op::Difference,
    Op::Product,
    Op::Quotient,
    Op::Decay,
    Op::Max,
    Op::Min,
    Op::Select,
];

/// The other side of the operators of two: 3 − x/2.
fn other<R: Real>(x: &R) -> R {
    -(x.clone() / 2.0) + 3.0
}

fn apply<R: Real>(op: Op, x: R) -> R {
    let other = other(&x);
    match op {
        Op::Neg => -x,
        Op::Plus => x + 1.25,
        Op::Minus => x - 1.25,
        Op::Times => x * -0.75,
        Op::Over => x / 3.0,
        Op::Exp => x.exp(),
        Op::Ln => x.ln(),
        Op::Ln1p => x.ln_1p(),
        Op::ExpM1 => x.exp_m1(),
        Op::ExpM1Minus => x.exp_m1_minus(),
        Op::Sqrt => x.sqrt(),
        Op::Powf(exponent) => x.powf(exponent),
        Op::Abs => x.abs(),
        Op::Softplus => x.softplus(),
        Op::Sigmoid => x.sigmoid(),
        Op::Sum => x + other,
        Op::Difference => x - other,
        Op::Product => x * other,
        Op::Quotient => x / other,
        Op::Decay => (-x.clone()).exp().product(x),
        Op::Max => x.max(other),
        Op::Min => x.min(other),
        Op::Select => R::select(&x.less(&other), x.clone() * x, other),
    }
}

/// The value and the slope, from the standard library and the rules in the module's documentation.
fn truth(op: Op, x: f64) -> (f64, f64) {
    let other = 3.0 - x / 2.0;
    let sigmoid = |x: f64| if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) };
    match op {
        Op::Neg => (-x, -1.0),
        Op::Plus => (x + 1.25, 1.0),
        Op::Minus => (x - 1.25, 1.0),
        Op::Times => (x * -0.75, -0.75),
        Op::Over => (x / 3.0, 1.0 / 3.0),
        Op::Exp => (x.exp(), x.exp()),
        Op::Ln => (x.ln(), 1.0 / x),
        Op::Ln1p => (x.ln_1p(), 1.0 / (1.0 + x)),
        Op::ExpM1 => (x.exp_m1(), x.exp()),
        Op::ExpM1Minus => {
            let series = (2..30).rev().fold(0.0, |sum, k| sum * x + factorial_inverse(k));
            let value = if x.abs() < 1.0 { series * x * x } else { x.exp_m1() - x };
            (if x == f64::INFINITY { x } else { value }, x.exp_m1())
        }
        Op::Sqrt => (x.sqrt(), if x == 0.0 { 0.0 } else { 0.5 / x.sqrt() }),
        Op::Powf(0.0) => (1.0, 0.0),
        Op::Powf(1.0) => (x, 1.0),
        Op::Powf(e) => (x.powf(e), if x == 0.0 { 0.0 } else { e * x.powf(e - 1.0) }),
        Op::Abs => (x.abs(), if x == 0.0 { 0.0 } else { x.signum() }),
        Op::Softplus => (if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }, sigmoid(x)),
        Op::Sigmoid => (sigmoid(x), sigmoid(x) * sigmoid(-x)),
        Op::Sum => (x + other, 0.5),
        Op::Difference => (x - other, 1.5),
        Op::Product => (x * other, 3.0 - x),
        Op::Quotient => (x / other, 3.0 / (other * other)),
        Op::Decay => (if x == f64::INFINITY { 0.0 } else { (-x).exp() * x }, (-x).exp() * (1.0 - x)),
        Op::Max => (if x > other { x } else { other }, if x > other { 1.0 } else { -0.5 }),
        Op::Min => (if x < other { x } else { other }, if x < other { 1.0 } else { -0.5 }),
        Op::Select => (if x < other { x * x } else { other }, if x < other { 2.0 * x } else { -0.5 }),
    }
}

fn factorial_inverse(n: u32) -> f64 {
    1.0 / (1..=n).map(f64::from).product::<f64>()
}

/// Numbers where everything is finite: around 0, around the joins of the implementations, and far out. Exact in f32.
fn ordinary() -> Vec<f64> {
    let mut numbers: Vec<f64> = (-160..=160).map(|step| f64::from(step) / 16.0).collect();
    for power in [-12, -20, -30, -60] {
        let tiny = 2.0_f64.powi(power);
        numbers.extend([tiny, -tiny, 0.5 + tiny, -0.5 - tiny, 1.0 + tiny].map(|x| f64::from(x as f32)));
    }
    numbers.extend([-80.0, -60.0, -40.0, -17.0, 17.0, 40.0, 60.0, 80.0]);
    numbers
}

/// Numbers where the value or an intermediate result leaves the finite numbers. (The slope of the quotient is a
/// difference of nearly equal numbers at ±1000.)
const CORNERS: [f64; 7] = [0.0, f64::INFINITY, f64::NEG_INFINITY, -1.0, 1000.0, -1000.0, 6.0];

fn has_a_slope(op: Op, x: f64, value: f64) -> bool {
    x.is_finite() && value.is_finite() && (op != Op::Quotient || x.abs() < 100.0)
}

/// The arguments of an operation: its domain, and for powers of negative numbers the whole exponents.
fn in_domain(op: Op, x: f64) -> bool {
    match op {
        Op::Ln => x > 0.0,
        Op::Ln1p => x > -1.0,
        Op::Sqrt => x >= 0.0,
        Op::Powf(e) if e < 0.0 => x > 0.0 || (x < 0.0 && e.fract() == 0.0),
        Op::Powf(e) if e.fract() != 0.0 => x >= 0.0,
        Op::Quotient => x != 6.0,
        // Its slope there is a difference of nearly equal numbers.
        Op::Decay => (x - 1.0).abs() > 0.01,
        _ => true,
    }
}

/// One number at a time: f64, F32, duals of them.
fn scalars<R: Real>(faults: &mut Faults, name: &str, tolerance: Tolerance, wrap: fn(f64) -> R, get: fn(R) -> f64) {
    for op in OPS {
        for x in ordinary().into_iter().filter(|&x| in_domain(op, x)) {
            let (value, slope) = truth(op, x);
            let what = |part: &str| format!("{part} of {op:?} at {x:e} over {name}");
            faults.compare(tolerance, &[get(apply(op, wrap(x)))], &[value], || what("value"));
            let dual = apply(op, Dual::<R, 2>::variable(wrap(x), 1));
            faults.compare(tolerance, &[get(dual.value.clone())], &[value], || what("dual value"));
            faults.compare(tolerance, &[get(dual.slope(1))], &[slope], || what("dual slope"));
            faults.expect(get(dual.slope(0)) == 0.0, || what("the other variable's slope"));
        }
        for x in CORNERS {
            let (value, slope) = truth(op, x);
            let what = |part: &str| format!("{part} of {op:?} at the corner {x} over {name}");
            same(faults, tolerance, get(apply(op, wrap(x))), value, || what("value"));
            if has_a_slope(op, x, value) {
                let dual = apply(op, Dual::<R, 1>::variable(wrap(x), 0));
                same(faults, tolerance, get(dual.slope(0)), slope, || what("dual slope"));
            }
        }
        let nan = get(apply(op, wrap(f64::NAN)));
        let right = if op == Op::Powf(0.0) { nan == 1.0 } else { nan.is_nan() };
        faults.expect(right, || format!("{op:?} of NaN is {nan} over {name}"));
    }
}

/// Compares, infinities and NaN included; beyond the largest number of the dtype infinity is right.
fn same(faults: &mut Faults, tolerance: Tolerance, got: f64, truth: f64, what: impl FnOnce() -> String) {
    let truth = if truth.abs() > tolerance.largest { truth.signum() * f64::INFINITY } else { truth };
    let error = (got - truth).abs();
    let right = got == truth
        || (got.is_nan() && truth.is_nan())
        || error <= tolerance.relative * truth.abs() + tolerance.absolute;
    faults.expect(right, || format!("{}: {got:e} instead of {truth:e}", what()));
}

const F64: Tolerance = Tolerance { relative: 2e-14, floor: 0.0, absolute: 0.0, least: 0.0, largest: f64::MAX };
const SINGLE: Tolerance =
    Tolerance { relative: 4e-6, floor: 0.0, absolute: 2e-37, least: 0.0, largest: f32::MAX as f64 };

#[test]
fn scalars_follow_the_rules() {
    let mut faults = Faults::default();
    scalars::<f64>(&mut faults, "f64", F64, |x| x, |x| x);
    scalars::<F32>(&mut faults, "F32", SINGLE, |x| F32(x as f32), |x| f64::from(x.0));
    scalars::<Dual<f64, 1>>(&mut faults, "Dual<f64>", F64, Dual::fixed, |x| x.value);
    faults.report(100_000);
}

fn tolerance(way: &Way) -> Tolerance {
    if way.dtype == DType::F64 { F64 } else { SINGLE }
}

/// Powers are exp(e·ln x), which carries the rounding of a large exponent, and on GPUs that of their `exp` and `ln`.
fn tolerance_of(op: Op, way: &Way) -> Tolerance {
    tolerance(way).times(if matches!(op, Op::Powf(_)) { 4.0 } else { 1.0 })
}

/// The ways that say where and in which dtype: the path does not matter here.
fn devices() -> Vec<Way> {
    ways().into_iter().filter(|way| !way.composed && matches!(way.dtype, DType::F64 | DType::F32)).collect()
}

fn primitive(tensor: Tensor<1>) -> Primitive<burn::backend::Dispatch> {
    Primitive(tensor.into_dispatch())
}

fn vector(values: &[f64], device: &burn::tensor::Device, way: &Way) -> Tensor<1> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), (device, way.dtype))
}

/// Values over tensors, without and with a graph; slopes by Burn's backward pass and by duals over tensors.
#[test]
fn tensors_follow_the_rules() {
    let mut faults = Faults::default();
    for way in devices() {
        for op in OPS {
            let tolerance = if way.reads_targets { tolerance(&way) } else { tolerance_of(op, &way) };
            let xs: Vec<f64> = ordinary().into_iter().filter(|&x| in_domain(op, x)).collect();
            let (values, slopes): (Vec<f64>, Vec<f64>) = xs.iter().map(|&x| truth(op, x)).unzip();
            let plain = apply(op, primitive(vector(&xs, &way.device, &way)));
            let leaf = vector(&xs, &way.autodiff(), &way).require_grad();
            let result = Tensor::<1>::from_dispatch(apply(op, primitive(leaf.clone())).0);
            let dual = apply(op, Dual::<_, 2>::variable(primitive(vector(&xs, &way.device, &way)), 1));
            let got = [
                ("value", numbers(Tensor::<1>::from_dispatch(plain.0)), &values),
                ("value in a graph", numbers(result.clone()), &values),
                ("dual value", numbers(Tensor::<1>::from_dispatch(dual.value.0.clone())), &values),
                ("dual slope", numbers(Tensor::<1>::from_dispatch(dual.slope(1).0)), &slopes),
            ];
            for (what, got, expected) in got {
                compare_each(&mut faults, tolerance, &got, expected, |at| {
                    format!("{what} of {op:?} at {:e} {way}", xs[at])
                });
            }
            // The constant has no graph to go back through.
            if op != Op::Powf(0.0) {
                let gradient = numbers(leaf.grad(&result.sum().backward()).expect("the leaf has a gradient"));
                compare_each(&mut faults, tolerance, &gradient, &slopes, |at| {
                    format!("slope of {op:?} at {:e} {way}", xs[at])
                });
            }
        }
    }
    faults.report(20_000);
}

fn compare_each(
    faults: &mut Faults,
    tolerance: Tolerance,
    got: &[f64],
    expected: &[f64],
    what: impl Fn(usize) -> String,
) {
    for at in 0..expected.len() {
        same(faults, tolerance, got[at], expected[at], || what(at));
    }
}

#[test]
fn tensors_follow_the_rules_at_the_corners() {
    let mut faults = Faults::default();
    for way in devices() {
        let tolerance = tolerance(&way);
        for op in OPS {
            for x in CORNERS {
                let (value, slope) = truth(op, x);
                let what = |part: &str| format!("{part} of {op:?} at the corner {x} {way}");
                let plain = apply(op, primitive(vector(&[x], &way.device, &way)));
                same(&mut faults, tolerance, numbers(Tensor::<1>::from_dispatch(plain.0))[0], value, || what("value"));
                let leaf = vector(&[x], &way.autodiff(), &way).require_grad();
                let result = Tensor::<1>::from_dispatch(apply(op, primitive(leaf.clone())).0);
                same(&mut faults, tolerance, numbers(result.clone())[0], value, || what("value in a graph"));
                if has_a_slope(op, x, value) && op != Op::Powf(0.0) {
                    let gradient = numbers(leaf.grad(&result.sum().backward()).expect("the leaf has a gradient"))[0];
                    same(&mut faults, tolerance, gradient, slope, || what("slope"));
                }
            }
            let nan =
                numbers(Tensor::<1>::from_dispatch(apply(op, primitive(vector(&[f64::NAN], &way.device, &way))).0))[0];
            let right = if op == Op::Powf(0.0) { nan == 1.0 } else { nan.is_nan() };
            faults.expect(right, || format!("{op:?} of NaN is {nan} {way}"));
        }
    }
    faults.report(2_000);
}

// ---- NaN, ties, choices ----

/// NaN on either side of min and max, and equal arguments: the second, slope included.
fn ties_and_nan<R: Real>(faults: &mut Faults, name: &str, wrap: fn(f64) -> R, get: fn(R) -> f64) {
    for (a, b) in [
        (f64::NAN, 1.0),
        (1.0, f64::NAN),
        (f64::NAN, f64::NAN),
        (f64::NAN, f64::INFINITY),
        (f64::NEG_INFINITY, f64::NAN),
    ] {
        let (max, min) = (get(wrap(a).max(wrap(b))), get(wrap(a).min(wrap(b))));
        faults.expect(max.is_nan() && min.is_nan(), || format!("max {max} and min {min} of {a} and {b} over {name}"));
        let (less, equal) = (wrap(a).less(&wrap(b)), wrap(a).equal(&wrap(b)));
        let neither = get(R::select(&less, wrap(1.0), wrap(0.0))) + get(R::select(&equal, wrap(1.0), wrap(0.0)));
        faults.expect(neither == 0.0, || format!("{a} < {b} or = over {name}"));
    }
    for (a, b, larger, smaller) in [(1.0, 2.0, 1, 0), (2.0, 1.0, 0, 1), (2.0, 2.0, 1, 1), (-0.0, 0.0, 1, 1)] {
        let pair = || (Dual::<R, 2>::variable(wrap(a), 0), Dual::<R, 2>::variable(wrap(b), 1));
        let (first, second) = pair();
        let max = first.max(second);
        let (first, second) = pair();
        let min = first.min(second);
        for (what, dual, chosen) in [("max", max, larger), ("min", min, smaller)] {
            let slopes = [get(dual.slope(0)), get(dual.slope(1))];
            let expected = if chosen == 0 { [1.0, 0.0] } else { [0.0, 1.0] };
            faults.expect(slopes == expected, || format!("{what} of {a} and {b} has slopes {slopes:?} over {name}"));
        }
    }
}

#[test]
fn max_and_min_keep_nan_and_take_the_second_of_equals() {
    let mut faults = Faults::default();
    ties_and_nan::<f64>(&mut faults, "f64", |x| x, |x| x);
    ties_and_nan::<F32>(&mut faults, "F32", |x| F32(x as f32), |x| f64::from(x.0));
    ties_and_nan::<Dual<f64, 1>>(&mut faults, "Dual<f64>", Dual::fixed, |x| x.value);
    ties_and_nan(&mut faults, "Primitive<Flex>", on_flex, from_flex);
    ties_and_nan(&mut faults, "Primitive<Dispatch>", on_dispatch, from_dispatch);
    faults.report(90);
}

/// 0 · ∞ is 0 in `product`, NaN stays NaN, and everything else is `*`; slopes are limits. The slope of |x| at NaN is NaN.
fn nothing_times_infinity<R: Real>(faults: &mut Faults, name: &str, wrap: fn(f64) -> R, get: fn(R) -> f64) {
    let numbers = [0.0, -0.0, 1.5, -2.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    for (a, b) in numbers.iter().flat_map(|&a| numbers.iter().map(move |&b| (a, b))) {
        let is_of_nothing = (a == 0.0 && b.is_infinite()) || (b == 0.0 && a.is_infinite());
        let expected = if is_of_nothing { 0.0 } else { a * b };
        let alike = |got: f64, expected: f64| got == expected || (got.is_nan() && expected.is_nan());
        let got = get(wrap(a).product(wrap(b)));
        faults.expect(alike(got, expected), || format!("{a} · {b} is {got} over {name}"));
        let dual = Dual::<R, 2>::variable(wrap(a), 0).product(Dual::variable(wrap(b), 1));
        let got = [get(dual.value.clone()), get(dual.slope(0)), get(dual.slope(1))];
        let right = got.iter().zip([expected, b, a]).all(|(&got, expected)| alike(got, expected));
        faults.expect(right, || format!("{a} · {b} is {got:?} over {name}"));
    }
    for (x, expected) in [(f64::INFINITY, [0.0, 0.0]), (f64::NEG_INFINITY, [f64::NEG_INFINITY, f64::INFINITY])] {
        let decay = apply(Op::Decay, Dual::<R, 1>::variable(wrap(x), 0));
        let got = [get(decay.value.clone()), get(decay.slope(0))];
        faults.expect(got == expected, || format!("x·e^(−x) at {x}: {got:?} over {name}"));
    }
    let slope = get(Dual::<R, 1>::variable(wrap(f64::NAN), 0).abs().slope(0));
    faults.expect(slope.is_nan(), || format!("the slope of |NaN| is {slope} over {name}"));
}

#[test]
fn nothing_times_infinity_is_nothing() {
    let mut faults = Faults::default();
    nothing_times_infinity::<f64>(&mut faults, "f64", |x| x, |x| x);
    nothing_times_infinity::<F32>(&mut faults, "F32", |x| F32(x as f32), |x| f64::from(x.0));
    nothing_times_infinity::<Dual<f64, 1>>(&mut faults, "Dual<f64>", Dual::fixed, |x| x.value);
    nothing_times_infinity(&mut faults, "Primitive<Flex>", on_flex, from_flex);
    nothing_times_infinity(&mut faults, "Primitive<Dispatch>", on_dispatch, from_dispatch);
    faults.report(500);
}

/// The same through Burn's graph.
#[test]
fn max_and_min_of_equal_tensors_give_the_slope_to_the_second() {
    let mut faults = Faults::default();
    for way in devices() {
        for (name, op) in [("max", Real::max as fn(_, _) -> Primitive<burn::backend::Dispatch>), ("min", Real::min)] {
            let device = way.autodiff();
            let (a, b) = (vector(&[2.0], &device, &way).require_grad(), vector(&[2.0], &device, &way).require_grad());
            let result = op(primitive(a.clone()), primitive(b.clone()));
            let gradients = Tensor::<1>::from_dispatch(result.0).sum().backward();
            let slopes = [a, b].map(|leaf| leaf.grad(&gradients).map_or(0.0, |gradient| numbers(gradient)[0]));
            faults.expect(slopes == [0.0, 1.0], || format!("{name}: {slopes:?} {way}"));
        }
    }
    faults.report(16);
}

/// The side that is not chosen does not touch value or slope, not even through 0 · ∞. Over tensors the slopes are those
/// of duals: Burn's own graph cannot promise it.
fn kept_out<R: Real>(faults: &mut Faults, name: &str, wrap: fn(f64) -> R, get: fn(R) -> f64) {
    // ln x, with x itself at 0: the slope of the logarithm there is infinite.
    let log = |x: f64| {
        let x = Dual::<R, 1>::variable(wrap(x), 0);
        let zero = x.constant(0.0);
        let chosen = Dual::select(&x.equal(&zero), x.clone(), x.ln());
        (get(chosen.value.clone()), get(chosen.slope(0)))
    };
    for (x, expected) in [(0.0, (0.0, 1.0)), (1.0, (0.0, 1.0)), (4.0, (4.0_f64.ln(), 0.25))] {
        let got = log(x);
        let close = (got.0 - expected.0).abs() < 1e-6 && got.1 == expected.1;
        faults.expect(close, || format!("{got:?} instead of {expected:?} at {x} over {name}"));
    }
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let (bad, one) = (|| Dual::<R, 2>::variable(wrap(bad), 0), || Dual::<R, 2>::variable(wrap(1.0), 1));
        let (yes, no) = (wrap(0.0).less(&wrap(1.0)), wrap(1.0).less(&wrap(0.0)));
        for kept in [Dual::select(&yes, one(), bad()), Dual::select(&no, bad(), one())] {
            let got = [get(kept.value.clone()), get(kept.slope(0)), get(kept.slope(1))];
            faults.expect(got == [1.0, 0.0, 1.0], || format!("{got:?} over {name}"));
        }
    }
}

/// The function as a loss of the log-odds.
#[derive(Clone, Debug, Serialize)]
struct OfGap(Op);

impl ClassFormula for OfGap {
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        apply(self.0, row.gap())
    }
}

/// Densely over everything f32 can be asked, for the functions that are more than one operation; between two numbers
/// that are not exact, one operation already loses what the other side was rounded by.
fn dense(op: Op) -> Vec<f64> {
    if [Op::Sum, Op::Difference, Op::Product, Op::Quotient, Op::Max, Op::Min, Op::Select].contains(&op) {
        return Vec::new();
    }
    let line = (-3600..=3600).map(|step| f64::from(step) / 40.0);
    let powers = (-400..=60).map(|step| 2.0_f64.powf(f64::from(step) / 4.0));
    line.chain(powers.flat_map(|x| [x, -x])).map(|x| f64::from(x as f32)).collect()
}

/// Values and slopes inside the kernels and the composed path: with two classes the gap is a difference of logits.
#[test]
fn kernels_follow_the_rules() {
    let mut faults = Faults::default();
    for way in ways().into_iter().filter(|way| !way.checkpointing && matches!(way.dtype, DType::F64 | DType::F32)) {
        for op in OPS {
            let tolerance = tolerance_of(op, &way);
            // GPUs take an e^(−x) that is subnormal for 0, and so its product.
            let is_kept = |x: f64| !(matches!(op, Op::Decay) && way.dtype == DType::F32 && x > 87.0);
            let xs = ordinary().into_iter().chain(dense(op)).filter(|&x| in_domain(op, x) && is_kept(x));
            let xs: Vec<f64> = xs.collect();
            let logits: Vec<f64> = xs.iter().flat_map(|&x| [0.0, x]).collect();
            let logits = TensorData::new(logits, [xs.len(), 2]);
            let logits = Tensor::<2>::from_data(logits, (&way.autodiff(), way.dtype)).require_grad();
            let targets = Tensor::<1, Int>::zeros([xs.len()], &way.device);
            let losses = AnyClassLoss::from(OfGap(op).init());
            let losses = if way.composed { losses.composed() } else { losses };
            let losses = losses.forward_no_reduction(logits.clone(), targets);
            let gradient = numbers(logits.grad(&losses.clone().sum().backward()).expect("the logits have a gradient"));
            let (values, slopes): (Vec<f64>, Vec<f64>) = xs.iter().map(|&x| truth(op, x)).unzip();
            let got = numbers(losses);
            for (at, x) in xs.iter().enumerate() {
                let what = |part: &str| format!("{part} of {op:?} at {x:e} {way}");
                same(&mut faults, tolerance, got[at], values[at], || what("value"));
                if has_a_slope(op, *x, values[at]) && values[at].abs().max(slopes[at].abs()) < tolerance.largest / 1e3 {
                    same(&mut faults, tolerance, gradient[2 * at + 1], slopes[at], || what("slope"));
                }
            }
        }
    }
    faults.report(1_000_000);
}

type OnFlex = Primitive<Flex>;

fn on_flex(x: f64) -> OnFlex {
    Primitive(FlexTensor::from_data(TensorData::new(vec![x], [1])))
}

fn from_flex(x: OnFlex) -> f64 {
    x.0.into_data().try_into_vec_as::<f64>().expect("floats")[0]
}

type OnDispatch = Primitive<burn::backend::Dispatch>;

fn on_dispatch(x: f64) -> OnDispatch {
    let device = burn::tensor::Device::flex();
    primitive(Tensor::from_data(TensorData::new(vec![x], [1]), (&device, DType::F64)))
}

fn from_dispatch(x: OnDispatch) -> f64 {
    numbers(Tensor::<1>::from_dispatch(x.0))[0]
}

#[test]
fn select_keeps_the_other_side_out() {
    let mut faults = Faults::default();
    kept_out::<f64>(&mut faults, "f64", |x| x, |x| x);
    kept_out::<F32>(&mut faults, "F32", |x| F32(x as f32), |x| f64::from(x.0));
    kept_out::<Dual<f64, 1>>(&mut faults, "Dual<f64>", Dual::fixed, |x| x.value);
    kept_out(&mut faults, "Primitive<Flex>", on_flex, from_flex);
    kept_out(&mut faults, "Primitive<Dispatch>", on_dispatch, from_dispatch);
    faults.report(45);
}

#[test]
fn constants_and_lookups_have_the_shape_and_no_slope() {
    let table = [1.5, -2.0, 0.25];
    assert_eq!(0.0_f64.lookup(&table, &2), 0.25);
    assert_eq!(F32(0.0).lookup(&table, &1), F32(-2.0));
    let dual = Dual::<f64, 1>::variable(3.0, 0);
    assert!(dual.constant(2.0).slopes[0].is_none() && dual.lookup(&table, &0).slopes[0].is_none());
    assert_eq!(dual.lookup(&table, &0).value, 1.5);
    for way in devices() {
        let x = primitive(vector(&[0.0; 4], &way.device, &way));
        let index = Tensor::<1, Int>::from_data([2, 0, 1, 2], (&way.device, DType::I64)).into_dispatch();
        let found = numbers(Tensor::<1>::from_dispatch(x.lookup(&table, &index).0));
        assert_eq!(found, [0.25, 1.5, -2.0, 0.25], "{way}");
        assert_eq!(numbers(Tensor::<1>::from_dispatch(x.constant(0.5).0)), [0.5; 4], "{way}");
    }
}

#[test]
#[should_panic(expected = "Dual: variable index must be < 2, got 2")]
fn dual_variable_beyond_the_slopes_is_an_error() {
    let _ = Dual::<f64, 2>::variable(1.0, 2);
}

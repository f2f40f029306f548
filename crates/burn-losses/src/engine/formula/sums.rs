//! What formulas of sums over the classes see, and how a formula is erased so that the engine need not know it.

use super::{ClassFormula, Known, Row, Terms};
use crate::base::display;
use crate::base::entry::Parameter;
use crate::base::input::Input;
use crate::base::per_class::{ClassParameter, PerClass};
use crate::engine::layout::Place;
use crate::engine::probability::floored;
use crate::program::Program;
use crate::real::lanes::{Kernel, Lanes, Scalar as _, Simd, Vector, WIDEST};
use crate::real::{Dual, Real};
use core::fmt::Debug;
use serde::Serialize;
use serde_json::Value;

/// Stands for ln 0 where that would make NaN of slopes.
pub(crate) const LOST: f64 = -1e30;

/// One class of a row, as a [`SoftClassFormula`] sees it: its probability p in every form that keeps its digits, and its
/// target probability q.
#[derive(Clone, Debug)]
pub struct Class<R: Real> {
    log_p: R,
    finite_log_p: R,
    p: R,
    miss: R,
    target: R,
    index: R::Index,
    classes: usize,
    softmax: bool,
}

impl<R: Real> Class<R> {
    /// ln p.
    #[inline(always)]
    pub fn log_p(&self) -> R {
        self.log_p.clone()
    }
    /// p.
    #[inline(always)]
    pub fn p(&self) -> R {
        self.p.clone()
    }
    /// 1 − p, with all its digits.
    #[inline(always)]
    pub fn miss(&self) -> R {
        self.miss.clone()
    }
    /// ln(1 − p); −∞, with slope 0, where 1 − p is zero or subnormal.
    #[inline(always)]
    pub fn log_miss(&self) -> R {
        let lowest = self.constant(f64::NEG_INFINITY);
        let inverse = self.constant(1.0) / self.miss.detached();
        R::select(&inverse.abs().equal(&self.constant(f64::INFINITY)), lowest, self.miss().ln())
    }
    /// q: 1 or 0 where the target is a class.
    #[inline(always)]
    pub fn target(&self) -> R {
        self.target.clone()
    }
    /// ln q; −∞ where q is 0, so it is for [`weighted`](Self::weighted) only.
    #[inline(always)]
    pub fn log_target(&self) -> R {
        self.target().ln()
    }
    /// q·x, which is 0 where q is 0, even if x is infinite.
    ///
    /// The slope by x is then 0, too; that by q is x, or 0 if x is infinite.
    #[inline(always)]
    pub fn weighted(&self, q: R, x: R) -> R {
        weighted(q, x)
    }
    /// q − p, with the digits that the difference of two numbers near 1 would lose: a row with 1 − p = 10⁻³⁰ keeps them.
    #[inline(always)]
    pub fn difference(&self) -> R {
        let is_large = self.miss().less(&self.p());
        R::select(&is_large, self.miss() + (self.target() - 1.0), self.target() - self.p())
    }
    /// Whether p and q are within half of q of each other.
    #[inline(always)]
    pub fn is_near(&self) -> R::Mask {
        (self.difference() / self.target()).abs().less(&self.constant(0.5))
    }
    /// ln(p/q) for p and q above 0, with the digits of their difference where they are near each other.
    #[inline(always)]
    pub fn log_ratio(&self) -> R {
        let is_near = self.is_near();
        let change = R::select(&is_near, -self.difference() / self.target(), self.constant(0.5));
        R::select(&is_near, change.ln_1p(), self.log_p() - self.log_target())
    }
    /// Whether scores are logits, so that the p of a row sum to 1.
    #[inline(always)]
    pub fn is_softmax(&self) -> bool {
        self.softmax
    }
    /// ln p, but [`LOST`] with the slope of ln p where that is −∞: what it is a part of then has the limit for its slope,
    /// and not 0 · ∞. [`infinite_where`](Self::infinite_where) gives the value back its infinity.
    #[inline(always)]
    pub(crate) fn finite_log_p(&self) -> R {
        self.finite_log_p.clone()
    }
    /// ln q, but [`LOST`], and that steep, where q is 0 and p is not: likewise.
    /// [`infinite_without_target`](Self::infinite_without_target) gives the value back its infinity.
    #[inline(always)]
    pub(crate) fn finite_log_target(&self) -> R {
        let zero = self.constant(0.0);
        let steep = R::select(&self.p.equal(&zero), zero.clone(), self.target() * -LOST + LOST);
        R::select(&self.target.equal(&zero), steep, self.log_target())
    }
    /// ∞ where q is 0 and p is not; else 0.
    #[inline(always)]
    pub(crate) fn infinite_without_target(&self) -> R {
        let (zero, infinity) = (self.constant(0.0), self.constant(f64::INFINITY));
        let unless_p = R::select(&self.p.equal(&zero), zero.clone(), infinity);
        R::select(&self.target.equal(&zero), unless_p, zero)
    }
    /// ∞ where `size`, made with [`finite_log_p`](Self::finite_log_p), is as large as only that makes it; else 0.
    #[inline(always)]
    pub(crate) fn infinite_where(&self, size: &R) -> R {
        let is_lost = self.log_p.equal(&self.constant(f64::NEG_INFINITY));
        let is_large = self.constant(-LOST * 1e-10).less(&size.detached());
        let infinity = self.constant(f64::INFINITY);
        R::select(&is_lost, R::select(&is_large, infinity, self.constant(0.0)), self.constant(0.0))
    }
    /// A hyper-parameter of this class: the same constant for all, or its own entry.
    #[inline(always)]
    pub fn of_class(&self, parameter: impl ClassParameter) -> R {
        match parameter.same_for_all() {
            Some(value) => self.constant(value),
            None => self.p.lookup(parameter.by_class(), &self.index),
        }
    }
    /// The constant.
    #[inline(always)]
    pub fn constant(&self, value: f64) -> R {
        self.p.constant(value)
    }
    /// The number of classes C.
    #[inline(always)]
    pub fn classes(&self) -> usize {
        self.classes
    }
}

/// ln p, p and 1 − p by a score that is no logit.
#[inline(always)]
pub(crate) fn given<R: Real>(score: R, input: Input) -> [R; 3] {
    match input {
        Input::Probabilities => [floored(score.clone().ln()), score.clone(), -(score - 1.0)],
        Input::Logits | Input::LogProbabilities => [score.clone(), score.clone().exp(), -score.exp_m1()],
    }
}

/// q·x: see [`Class::weighted`].
#[inline(always)]
pub(crate) fn weighted<R: Real>(q: R, x: R) -> R {
    let (zero, infinity) = (x.constant(0.0), x.constant(f64::INFINITY));
    let is_infinite = x.clone().abs().equal(&infinity);
    let finite = R::select(&is_infinite, zero.clone(), x.clone());
    q.clone() * R::select(&q.equal(&zero), finite, x)
}

/// The sums over the classes of a row.
#[derive(Clone, Debug)]
pub struct Sums<R: Real> {
    first: R,
    second: R,
    excess: Option<R>,
    classes: usize,
    softmax: bool,
}

impl<R: Real> Sums<R> {
    /// Σₖ of [`term`](SoftClassFormula::term).
    #[inline(always)]
    pub fn first(&self) -> R {
        self.first.clone()
    }
    /// Σₖ of [`second`](SoftClassFormula::second).
    #[inline(always)]
    pub fn second(&self) -> R {
        self.second.clone()
    }
    /// Σₖ qₖ − 1, with all its digits, of a formula that [compares](SoftClassFormula::COMPARES).
    ///
    /// # Panics
    ///
    /// If the formula does not.
    #[inline(always)]
    pub fn excess(&self) -> R {
        self.excess.clone().expect("Sums: excess must be of a formula that COMPARES, got one that does not")
    }
    /// Whether scores are logits, so that the p of a row sum to 1.
    #[inline(always)]
    pub fn is_softmax(&self) -> bool {
        self.softmax
    }
    /// The constant.
    #[inline(always)]
    pub fn constant(&self, value: f64) -> R {
        self.first.constant(value)
    }
    /// The number of classes C.
    #[inline(always)]
    pub fn classes(&self) -> usize {
        self.classes
    }
}

/// A loss that is a function of one or two sums over the classes, of predicted and target probabilities: all a
/// divergence has to state.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// /// Σₖ |p − q|^e
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
/// struct Distance {
///     exponent: f64,
/// }
///
/// impl SoftClassFormula for Distance {
///     #[inline(always)]
///     fn term<R: Real>(&self, class: &Class<R>) -> R {
///         (class.p() - class.target()).abs().powf(self.exponent)
///     }
/// }
///
/// let device = Device::flex();
/// let criterion = Distance { exponent: 2.0 }.init();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let classes = Tensor::<1, Int>::from_data([1], &device);
/// let probabilities = Tensor::<2>::from_data([[0.25, 0.75]], &device);
/// let hard = criterion.forward(logits.clone(), classes, Reduction::Mean).into_scalar::<f32>();
/// let soft = criterion.forward_soft(logits, probabilities, Reduction::Mean).into_scalar::<f32>();
/// assert!((hard - 0.5).abs() < 1e-6 && (soft - 0.125).abs() < 1e-6);
/// ```
pub trait SoftClassFormula: Clone + Debug + Serialize + Send + Sync + 'static {
    /// What is summed over the classes.
    ///
    /// With `#[inline(always)]` on it, it is compiled for the widest vectors of the CPU.
    fn term<R: Real>(&self, class: &Class<R>) -> R;

    /// Whether terms are logarithms of what is summed: the first sum is then ln Σₖ e^term, without overflow, and a term
    /// may be −∞.
    fn is_log_sum(&self) -> bool {
        false
    }

    /// Whether the loss is Σₖ qₖ·ℓ(k), ℓ(k) being the loss against class k by that class's probability alone. Against
    /// probabilities class weights then multiply each class's term; every other loss is multiplied, as a whole row, by the
    /// mean weight Σₖ qₖ·wₖ. Both are the class's weight where the target is one class for certain.
    fn is_expected(&self) -> bool {
        false
    }

    /// Whether the loss tells how far p is from q, and is 0 where they are alike. Against probabilities it is then
    /// computed in f64 where there is f64, since the rounding errors of p in f32 are all there is of a small distance.
    const COMPARES: bool = false;

    /// Whether there is a second sum.
    const SECOND: bool = false;

    /// What is summed in the second sum.
    #[inline(always)]
    fn second<R: Real>(&self, class: &Class<R>) -> R {
        class.constant(0.0)
    }

    /// The loss, made of the sums: the first one unless stated.
    #[inline(always)]
    fn loss<R: Real>(&self, sums: &Sums<R>) -> R {
        sums.first()
    }

    /// The hyper-parameters and their ranges, checked by [`init`](crate::Init::init).
    const PARAMETERS: &'static [Parameter] = &[];

    /// The hyper-parameters that may be lists by class, by name: their lengths are checked against the scores.
    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        Vec::new()
    }

    /// The name in messages and displays: the type's own.
    fn name() -> &'static str {
        display::type_name::<Self>()
    }
}

/// A class loss against target probabilities: Σₖ qₖ·ℓ(class k), the expected loss of a class drawn from them.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Expected<F>(pub(crate) F);

impl<F: ClassFormula> SoftClassFormula for Expected<F> {
    const PARAMETERS: &'static [Parameter] = F::PARAMETERS;

    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        ClassFormula::per_class(&self.0)
    }

    fn name() -> &'static str {
        F::name()
    }

    fn is_expected(&self) -> bool {
        true
    }

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        let Class { finite_log_p, p, miss, .. } = class.clone();
        let known = Known { log_p: finite_log_p, p, miss, log_miss: class.log_miss() };
        let row = Row::of_known(known, class.index.clone(), class.classes);
        let loss = self.0.loss(&row);
        class.weighted(class.target(), loss.clone() + class.infinite_where(&loss))
    }
}

impl<F: ClassFormula> Expected<F> {
    /// Whether the loss is a function of one class's probability.
    pub(crate) fn exists(&self) -> bool {
        ClassFormula::terms(&self.0) == Terms::NONE
    }
}

/// Classes of one or more rows in memory, and what a formula makes of them. All pointers are to `len` values, a multiple
/// of every vector's width.
#[derive(Debug)]
pub(crate) struct Stretch<T> {
    pub(crate) len: usize,
    pub(crate) log_p: *const T,
    pub(crate) p: *const T,
    pub(crate) miss: *const T,
    /// The slopes of ln p and p by the variable: ln p itself where scores are logits, else the score.
    pub(crate) log_p_slope: *const T,
    pub(crate) p_slope: *const T,
    pub(crate) target: *const T,
    /// The weight of every class.
    pub(crate) weights: Option<*const T>,
    pub(crate) place: Place,
    /// Scores are logits.
    pub(crate) softmax: bool,
    pub(crate) values: [*mut T; 2],
    /// The slopes by ln p (of logits) or by the score (of anything else).
    pub(crate) slopes: Option<[*mut T; 2]>,
    pub(crate) target_slopes: Option<[*mut T; 2]>,
}

/// Rows a loss is made for at a time: lanes of a tile.
pub(crate) const LANES: usize = 64;

/// The sums of some rows, and what a formula makes of them.
#[derive(Debug)]
pub(crate) struct SumsBlock<T> {
    pub(crate) len: usize,
    pub(crate) classes: usize,
    /// Scores are logits.
    pub(crate) softmax: bool,
    pub(crate) sums: [[T; LANES]; 2],
    /// Σ q − 1, of formulas that compare.
    pub(crate) excess: [T; LANES],
    pub(crate) loss: [T; LANES],
    /// By the sums and the excess.
    pub(crate) slopes: [[T; LANES]; 3],
}

/// A formula whose type is forgotten.
pub(crate) trait SoftFormula: Debug + Send + Sync {
    fn name(&self) -> &'static str;
    fn parameters(&self) -> Vec<(String, Value)>;
    fn per_class(&self) -> Vec<(&'static str, usize)>;
    fn has_second(&self) -> bool;
    fn is_log_sum(&self) -> bool;
    fn is_expected(&self) -> bool;
    fn compares(&self) -> bool;
    fn terms_f32(&self, stretch: &mut Stretch<f32>);
    fn terms_f64(&self, stretch: &mut Stretch<f64>);
    fn sums_f32(&self, sums: &mut SumsBlock<f32>);
    fn sums_f64(&self, sums: &mut SumsBlock<f64>);
    /// The terms of ln p, p, 1 − p, q and the finite ln p, to be evaluated over the tensors of whatever backend.
    fn terms_program(&self, classes: usize, softmax: bool) -> Program;
    /// The loss of the sums and the excess.
    fn loss_program(&self, classes: usize, softmax: bool) -> Program;
}

impl<F: SoftClassFormula> SoftFormula for F {
    fn name(&self) -> &'static str {
        F::name()
    }
    fn parameters(&self) -> Vec<(String, Value)> {
        display::ordered(F::PARAMETERS, self)
    }
    fn per_class(&self) -> Vec<(&'static str, usize)> {
        let lists = SoftClassFormula::per_class(self).into_iter();
        lists
            .filter(|(_, value)| matches!(value, PerClass::Each(_)))
            .map(|(name, value)| (name, value.by_class().len()))
            .collect()
    }
    fn has_second(&self) -> bool {
        F::SECOND
    }
    fn is_log_sum(&self) -> bool {
        SoftClassFormula::is_log_sum(self)
    }
    fn is_expected(&self) -> bool {
        SoftClassFormula::is_expected(self)
    }
    fn compares(&self) -> bool {
        F::COMPARES
    }
    fn terms_f32(&self, stretch: &mut Stretch<f32>) {
        f32::dispatch_formula(TermsOf { formula: self, stretch });
    }
    fn terms_f64(&self, stretch: &mut Stretch<f64>) {
        f64::dispatch_formula(TermsOf { formula: self, stretch });
    }
    fn sums_f32(&self, sums: &mut SumsBlock<f32>) {
        f32::dispatch_formula(LossOf { formula: self, sums });
    }
    fn sums_f64(&self, sums: &mut SumsBlock<f64>) {
        f64::dispatch_formula(LossOf { formula: self, sums });
    }
    fn terms_program(&self, classes: usize, softmax: bool) -> Program {
        Program::of(5, |inputs| {
            let [log_p, p, miss, target, finite_log_p] = [0, 1, 2, 3, 4].map(|index| inputs[index].clone());
            let class = Class { log_p, finite_log_p, p, miss, target, index: (), classes, softmax };
            [self.term(&class), self.second(&class)]
        })
    }
    fn loss_program(&self, classes: usize, softmax: bool) -> Program {
        Program::of(3, |inputs| {
            let (first, second) = (inputs[0].clone(), inputs[1].clone());
            let excess = F::COMPARES.then(|| inputs[2].clone());
            [SoftClassFormula::loss(self, &Sums { first, second, excess, classes, softmax })]
        })
    }
}

/// A formula's terms over a stretch.
struct TermsOf<'a, F, T> {
    formula: &'a F,
    stretch: &'a mut Stretch<T>,
}

impl<F: SoftClassFormula, T: Simd> Kernel<T> for TermsOf<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T = T>>(self) {
        let Self { formula, stretch } = self;
        let has_lists = SoftClassFormula::per_class(formula).iter().any(|(_, value)| value.same_for_all().is_none());
        let mut place = stretch.place;
        let mut index = [0; WIDEST];
        let mut at = 0;
        while at < stretch.len {
            if has_lists {
                index = place.take(V::W);
            }
            // SAFETY: W values are left at every pointer.
            #[allow(unsafe_code)]
            unsafe {
                step::<F, V>(formula, stretch, at, index);
            }
            at += V::W;
        }
    }
}

/// The class at `at`, with the variable `index` of what is differentiated by: the score, and the target.
///
/// # Safety
///
/// `W` values can be read at every pointer from `at` on.
#[allow(unsafe_code)]
#[inline(always)]
unsafe fn class<V: Vector>(stretch: &Stretch<V::T>, at: usize, index: [u32; WIDEST]) -> Class<Dual<Lanes<V>, 2>> {
    // SAFETY: the caller's promise.
    unsafe {
        let classes = stretch.place.classes;
        let target = Dual::variable(Lanes(V::load(stretch.target.add(at))), 1);
        let [log_p, p, miss] = [stretch.log_p, stretch.p, stretch.miss].map(|from| Lanes(V::load(from.add(at))));
        let slopes = [stretch.log_p_slope, stretch.p_slope].map(|from| Lanes(V::load(from.add(at))));
        let [by_log_p, by_p] = slopes;
        let with_slope = |value: Lanes<V>, slope: Lanes<V>| Dual { value, slopes: [Some(slope), None] };
        let is_lost = log_p.equal(&log_p.constant(f64::NEG_INFINITY));
        let finite_log_p = Lanes::select(&is_lost, log_p.constant(LOST), log_p);
        Class {
            log_p: with_slope(log_p, by_log_p),
            finite_log_p: with_slope(finite_log_p, by_log_p),
            p: with_slope(p, by_p),
            miss: with_slope(miss, -by_p),
            target,
            index,
            classes,
            softmax: stretch.softmax,
        }
    }
}

/// The weight of the classes at `at`.
///
/// # Safety
///
/// As [`class`].
#[allow(unsafe_code)]
#[inline(always)]
unsafe fn weigh<V: Vector>(stretch: &Stretch<V::T>, at: usize, value: V) -> V {
    match stretch.weights {
        // SAFETY: the caller's promise.
        Some(weights) => unsafe {
            let (weight, zero) = (V::load(weights.add(at)), V::splat(V::T::from_f64(0.0)));
            V::select(weight.equal(zero), zero, value.mul(weight))
        },
        None => value,
    }
}

/// # Safety
///
/// As [`class`], and for writing.
#[allow(unsafe_code)]
#[inline(always)]
unsafe fn step<F: SoftClassFormula, V: Vector>(formula: &F, stretch: &Stretch<V::T>, at: usize, index: [u32; WIDEST]) {
    // SAFETY: the caller's promise.
    unsafe {
        let class = class::<V>(stretch, at, index);
        let term = formula.term(&class);
        if SoftClassFormula::is_log_sum(formula) {
            write_log(stretch, at, term);
        } else {
            write(stretch, at, 0, term);
        }
        if F::SECOND {
            write(stretch, at, 1, formula.second(&class));
        }
    }
}

/// Value and slopes of a term that is a logarithm.
///
/// # Safety
///
/// As [`step`].
#[allow(unsafe_code)]
#[inline(always)]
unsafe fn write_log<V: Vector>(stretch: &Stretch<V::T>, at: usize, term: Dual<Lanes<V>, 2>) {
    // SAFETY: the caller's promise.
    unsafe {
        term.value.0.store(stretch.values[0].add(at));
        if let Some(slopes) = stretch.slopes {
            term.slope(0).0.store(slopes[0].add(at));
        }
        if let Some(slopes) = stretch.target_slopes {
            term.slope(1).0.store(slopes[0].add(at));
        }
    }
}

/// Value and slopes of one of the terms.
///
/// # Safety
///
/// As [`step`].
#[allow(unsafe_code)]
#[inline(always)]
unsafe fn write<V: Vector>(stretch: &Stretch<V::T>, at: usize, which: usize, term: Dual<Lanes<V>, 2>) {
    // SAFETY: the caller's promise.
    unsafe {
        weigh(stretch, at, term.value.0).store(stretch.values[which].add(at));
        if let Some(slopes) = stretch.slopes {
            weigh(stretch, at, term.slope(0).0).store(slopes[which].add(at));
        }
        if let Some(slopes) = stretch.target_slopes {
            weigh(stretch, at, term.slope(1).0).store(slopes[which].add(at));
        }
    }
}

/// A formula's loss of the sums.
struct LossOf<'a, F, T> {
    formula: &'a F,
    sums: &'a mut SumsBlock<T>,
}

impl<F: SoftClassFormula, T: Simd> Kernel<T> for LossOf<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T = T>>(self) {
        let Self { formula, sums } = self;
        let mut at = 0;
        while at < sums.len {
            if F::COMPARES {
                losses::<F, V, 3>(formula, sums, at);
            } else {
                losses::<F, V, 2>(formula, sums, at);
            }
            at += V::W;
        }
    }
}

/// The losses of the rows from `at` on, with their slopes by the first `K` of the sums and the excess.
#[inline(always)]
fn losses<F: SoftClassFormula, V: Vector, const K: usize>(formula: &F, sums: &mut SumsBlock<V::T>, at: usize) {
    // SAFETY: LANES is a multiple of W.
    #[allow(unsafe_code)]
    unsafe {
        let variable = |from: &[V::T; LANES], index: usize| {
            Dual::<_, K>::variable(Lanes(V::load(from.as_ptr().add(at))), index.min(K - 1))
        };
        let (first, second) = (variable(&sums.sums[0], 0), variable(&sums.sums[1], 1));
        let excess = F::COMPARES.then(|| variable(&sums.excess, 2));
        let loss = formula.loss(&Sums { first, second, excess, classes: sums.classes, softmax: sums.softmax });
        loss.value.0.store(sums.loss.as_mut_ptr().add(at));
        for index in 0..K {
            loss.slope(index).0.store(sums.slopes[index].as_mut_ptr().add(at));
        }
    }
}

//! What pointwise formulas see of an element, and how a formula is erased so that the engine need not know it.

use crate::base::display;
use crate::base::entry::Parameter;
use crate::base::error::{self, ErrorKind, LossError};
use crate::base::input::Input;
use crate::base::per_class::{ClassParameter, PerClass};
use crate::engine::layout::Place;
use crate::engine::probability::floored;
use crate::program::Program;
use crate::real::lanes::{Kernel, Lanes, Scalar as _, Simd, Vector, WIDEST, magnitude};
use crate::real::{Dual, Real};
use core::fmt::Debug;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// A prediction and its target, as a [`PointwiseFormula`] sees them.
#[derive(Clone, Debug)]
pub struct Point<R: Real> {
    prediction: R,
    target: R,
    class: R::Index,
}

impl<R: Real> Point<R> {
    /// The prediction ŷ.
    #[inline(always)]
    pub fn prediction(&self) -> R {
        self.prediction.clone()
    }
    /// The target y.
    #[inline(always)]
    pub fn target(&self) -> R {
        self.target.clone()
    }
    /// r = ŷ − y.
    #[inline(always)]
    pub fn residual(&self) -> R {
        self.prediction() - self.target()
    }
    /// y·ŷ, for targets of −1 and 1.
    #[inline(always)]
    pub fn margin(&self) -> R {
        self.prediction() * self.target()
    }
    /// A hyper-parameter of this element's class (its place along axis 1): the same constant for all, or its own entry.
    #[inline(always)]
    pub fn of_class(&self, parameter: impl ClassParameter) -> R {
        of_class(&self.prediction, parameter, &self.class)
    }
    /// The constant.
    #[inline(always)]
    pub fn constant(&self, value: f64) -> R {
        self.prediction.constant(value)
    }
}

impl Point<f64> {
    /// An element of class 0, for plots and tests.
    pub fn new(prediction: f64, target: f64) -> Self {
        Self { prediction, target, class: 0 }
    }
}

/// The score of a binary decision, as a [`BinaryFormula`] sees it: the probability p that the label is 1, in every form
/// that keeps its digits.
#[derive(Clone, Debug)]
pub struct Score<R: Real> {
    score: R,
    input: Input,
    class: R::Index,
}

impl<R: Real> Score<R> {
    /// ln p.
    #[inline(always)]
    pub fn log_p(&self) -> R {
        match self.input {
            Input::Logits => -(-self.score.clone()).softplus(),
            Input::Probabilities => floored(self.score.clone().ln()),
            Input::LogProbabilities => self.score.clone(),
        }
    }
    /// ln(1 − p).
    #[inline(always)]
    pub fn log_miss(&self) -> R {
        match self.input {
            Input::Logits => -self.score.clone().softplus(),
            Input::Probabilities => floored((-self.score.clone()).ln_1p()),
            Input::LogProbabilities => (-self.score.clone().exp_m1()).ln(),
        }
    }
    /// p.
    #[inline(always)]
    pub fn p(&self) -> R {
        match self.input {
            Input::Logits => self.score.clone().sigmoid(),
            Input::Probabilities => self.score.clone(),
            Input::LogProbabilities => self.score.clone().exp(),
        }
    }
    /// 1 − p.
    #[inline(always)]
    pub fn miss(&self) -> R {
        match self.input {
            Input::Logits => (-self.score.clone()).sigmoid(),
            Input::Probabilities => -(self.score.clone() - 1.0),
            Input::LogProbabilities => -self.score.clone().exp_m1(),
        }
    }
    /// (1 − p)^exponent; the constant 1 for exponent 0. The exponent is a number or [one per class](PerClass).
    #[inline(always)]
    pub fn miss_pow(&self, exponent: impl ClassParameter) -> R {
        match exponent.same_for_all() {
            Some(0.0) => self.constant(1.0),
            Some(1.0) => self.miss(),
            Some(2.0) => self.miss() * self.miss(),
            _ => match self.input {
                Input::Logits => (self.log_miss().product(self.of_class(exponent))).exp(),
                _ => self.power(self.miss(), (-self.p()).ln_1p(), &exponent),
            },
        }
    }
    /// p^exponent; the constant 1 for exponent 0. The exponent is a number or [one per class](PerClass).
    #[inline(always)]
    pub fn p_pow(&self, exponent: impl ClassParameter) -> R {
        match exponent.same_for_all() {
            Some(0.0) => self.constant(1.0),
            Some(1.0) => self.p(),
            Some(2.0) => self.p() * self.p(),
            _ => match self.input {
                Input::Logits => (self.log_p().product(self.of_class(exponent))).exp(),
                _ => self.power(self.p(), self.p().ln(), &exponent),
            },
        }
    }
    /// x^exponent of a probability, given x and ln x.
    #[inline(always)]
    fn power(&self, x: R, log_x: R, exponent: &impl ClassParameter) -> R {
        let exponent = self.of_class(exponent);
        let power = (log_x * exponent.clone()).exp();
        let (zero, one) = (self.constant(0.0), self.constant(1.0));
        let of_zero = R::select(&exponent.equal(&zero), one.clone(), zero);
        // Where x is zero or subnormal, the slope is not finite.
        let inverse = exponent.max(one.clone()) / x.detached();
        R::select(&inverse.abs().equal(&self.constant(f64::INFINITY)), of_zero, power)
    }
    /// A hyper-parameter of this element's label (its place along axis 1): the same constant for all, or its own entry.
    #[inline(always)]
    pub fn of_class(&self, parameter: impl ClassParameter) -> R {
        of_class(&self.score, parameter, &self.class)
    }
    /// 1 less a hyper-parameter of this element's label. Of one that is the same for all it has the digits of f64.
    #[inline(always)]
    pub fn rest_of_class(&self, parameter: impl ClassParameter) -> R {
        rest_of_class(&self.score, parameter, &self.class)
    }
    /// The constant.
    #[inline(always)]
    pub fn constant(&self, value: f64) -> R {
        self.score.constant(value)
    }
}

/// A predicted distribution and what was observed, as a [`DistributionFormula`] sees them.
#[derive(Clone, Debug)]
pub struct Observation<R: Real> {
    location: R,
    scale: R,
    target: R,
    class: R::Index,
}

impl<R: Real> Observation<R> {
    /// The location: a mean, a median.
    #[inline(always)]
    pub fn location(&self) -> R {
        self.location.clone()
    }
    /// The scale or variance, > 0.
    #[inline(always)]
    pub fn scale(&self) -> R {
        self.scale.clone()
    }
    /// What was observed.
    #[inline(always)]
    pub fn target(&self) -> R {
        self.target.clone()
    }
    /// location − target.
    #[inline(always)]
    pub fn residual(&self) -> R {
        self.location() - self.target()
    }
    /// A hyper-parameter of this element's class (its place along axis 1): the same constant for all, or its own entry.
    #[inline(always)]
    pub fn of_class(&self, parameter: impl ClassParameter) -> R {
        of_class(&self.location, parameter, &self.class)
    }
    /// The constant.
    #[inline(always)]
    pub fn constant(&self, value: f64) -> R {
        self.location.constant(value)
    }
}

#[inline(always)]
fn of_class<R: Real>(like: &R, parameter: impl ClassParameter, class: &R::Index) -> R {
    match parameter.same_for_all() {
        Some(value) => like.constant(value),
        None => like.lookup(parameter.by_class(), class),
    }
}

#[inline(always)]
fn rest_of_class<R: Real>(like: &R, parameter: impl ClassParameter, class: &R::Index) -> R {
    match parameter.same_for_all() {
        Some(value) => like.constant(1.0 - value),
        None => -(like.lookup(parameter.by_class(), class) - 1.0),
    }
}

/// What targets may be, for losses that are defined for labels only. On the CPU, where targets are read anyway, others are
/// an error, as classes that do not exist are; elsewhere they are taken as they are. A NaN is no label, and gives NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Labels {
    /// Any numbers.
    #[default]
    Any,
    /// From 0 to 1, or less than 10⁻⁶ beyond.
    ZeroToOne,
    /// −1 and 1, or less than 10⁻⁶ beside them.
    MinusOrPlusOne,
}

impl Labels {
    /// By how much a label may be wrong: what is lost in arithmetic.
    const TOLERANCE: f64 = 1e-6;

    /// The rule, as messages have it.
    const fn rule(self) -> &'static str {
        match self {
            Self::Any => "be numbers",
            Self::ZeroToOne => "be ≥ 0 and ≤ 1",
            Self::MinusOrPlusOne => "be -1 or 1",
        }
    }

    /// A label that is none.
    pub(crate) fn refused(self, loss: &str, argument: &str, got: f64, position: usize) -> LossError {
        error::refused(loss, argument, self.rule(), format!("{got} at position {position}")).about(ErrorKind::Target)
    }

    /// How far the label is from the middle of what it may be.
    #[inline(always)]
    pub(crate) fn distance<V: Vector>(self, label: V) -> V {
        let middle = |at: f64| V::splat(V::T::from_f64(at));
        match self {
            Self::Any => middle(0.0),
            Self::ZeroToOne => magnitude(label.sub(middle(0.5))),
            Self::MinusOrPlusOne => magnitude(magnitude(label).sub(middle(1.0))),
        }
    }

    /// How far it may be.
    pub(crate) const fn farthest(self) -> f64 {
        match self {
            Self::Any => f64::INFINITY,
            Self::ZeroToOne => 0.5 + Self::TOLERANCE,
            Self::MinusOrPlusOne => Self::TOLERANCE,
        }
    }

    /// Whether the number is one. NaN is taken for one.
    pub(crate) fn allow(self, label: f64) -> bool {
        let distance = match self {
            Self::Any => 0.0,
            Self::ZeroToOne => (label - 0.5).abs(),
            Self::MinusOrPlusOne => (label.abs() - 1.0).abs(),
        };
        distance.is_nan() || distance <= self.farthest()
    }
}

/// What all kinds of pointwise formulas declare.
macro_rules! formula_trait {
    (
        $(#[$doc:meta])* $trait:ident;
        $(const $const:ident: $type:ty = $default:expr, $const_doc:literal;)*
        $($(#[$method_doc:meta])* fn $method:ident($argument:ident: $view:ident);)+
    ) => {
        $(#[$doc])*
        pub trait $trait: Clone + Debug + Serialize + Send + Sync + 'static {
            $(
                $(#[$method_doc])*
                ///
                /// With `#[inline(always)]` on it, it is compiled for the widest vectors of the CPU.
                fn $method<R: Real>(&self, $argument: &$view<R>) -> R;
            )+

            $(
                #[doc = $const_doc]
                const $const: $type = $default;
            )*

            /// The hyper-parameters and their ranges, checked by [`init`](crate::Init::init).
            const PARAMETERS: &'static [Parameter] = &[];

            /// The hyper-parameters that may be lists by class, by name: their lengths are checked against axis 1.
            fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
                Vec::new()
            }

            /// The name in messages and displays: the type's own.
            fn name() -> &'static str {
                display::type_name::<Self>()
            }
        }
    };
}

formula_trait! {
    /// A loss of a prediction against a target, element by element: all a regression loss has to state.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use burn_losses::prelude::*;
    /// use serde::{Deserialize, Serialize};
    ///
    /// /// √|r|, which forgives large errors.
    /// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    /// struct RootError {}
    ///
    /// impl PointwiseFormula for RootError {
    ///     #[inline(always)]
    ///     fn loss<R: Real>(&self, at: &Point<R>) -> R {
    ///         at.residual().abs().sqrt()
    ///     }
    /// }
    ///
    /// let device = Device::flex().autodiff();
    /// let prediction = Tensor::<1>::from_data([4.0, 1.0], &device).require_grad();
    /// let target = Tensor::<1>::from_data([0.0, 1.0], &device);
    /// let loss = RootError {}.init().forward(prediction.clone(), target, Reduction::Sum);
    /// let gradient = prediction.grad(&loss.backward()).unwrap().into_data().try_into_vec::<f32>().unwrap();
    /// assert_eq!(loss.into_scalar::<f32>(), 2.0);
    /// assert_eq!(gradient, [0.25, 0.0]); // exact, and 0 rather than NaN where the error is 0
    /// ```
    PointwiseFormula;
    const LABELS: Labels = Labels::Any, "What targets may be.";
    /// The loss of one element.
    fn loss(at: Point);
}

formula_trait! {
    /// A loss of a yes-or-no decision, by what it is for either answer: all a binary loss has to state.
    ///
    /// The engine mixes the two: `w⁺·y·positive + (1 − y)·negative`.
    BinaryFormula;
    /// The loss where the label is 1.
    fn positive(at: Score);
    /// The loss where the label is 0.
    fn negative(at: Score);
}

formula_trait! {
    /// A loss of a predicted distribution (location and scale) against what was observed.
    DistributionFormula;
    /// The loss of one element.
    fn loss(at: Observation);
}

/// One element of up to three tensors.
#[derive(Clone, Debug)]
pub(crate) struct Inputs<R: Real> {
    pub(crate) of: [R; 3],
    pub(crate) class: R::Index,
}

/// A formula of the elements of two or three tensors, of whichever kind.
pub(crate) trait Elementwise: Clone + Debug + Send + Sync + 'static {
    /// What messages call the tensors.
    const INPUTS: &'static [&'static str];
    /// By which of them the loss is differentiated, at most.
    const DIFFERENTIABLE: [bool; 3];
    /// What the second of them may be.
    const LABELS: Labels;
    fn value<R: Real>(&self, inputs: &Inputs<R>) -> R;
    /// All elements of a stretch, with as many slopes as there are.
    fn walk<V: Vector>(&self, points: &mut Points<V::T>);
    fn name(&self) -> &'static str;
    fn parameters(&self) -> Vec<(String, Value)>;
    /// The hyper-parameters by class.
    fn per_class(&self) -> Vec<(&'static str, &PerClass)>;
}

/// A [`PointwiseFormula`] as the engine sees it.
#[derive(Clone, Debug)]
pub(crate) struct Pointwise<F>(pub(crate) F);

impl<F: PointwiseFormula> Elementwise for Pointwise<F> {
    const INPUTS: &'static [&'static str] = &["prediction", "target"];
    const DIFFERENTIABLE: [bool; 3] = [true, true, false];
    const LABELS: Labels = F::LABELS;
    #[inline(always)]
    fn value<R: Real>(&self, inputs: &Inputs<R>) -> R {
        // One by one: an array's clone is a call.
        let (prediction, target) = (inputs.of[0].clone(), inputs.of[1].clone());
        self.0.loss(&Point { prediction, target, class: inputs.class.clone() })
    }
    #[inline(always)]
    fn walk<V: Vector>(&self, points: &mut Points<V::T>) {
        walk::<Self, V, 2>(self, points);
    }
    fn name(&self) -> &'static str {
        F::name()
    }
    fn parameters(&self) -> Vec<(String, Value)> {
        display::ordered(F::PARAMETERS, &self.0)
    }
    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        self.0.per_class()
    }
}

/// A [`BinaryFormula`] as the engine sees it, with what belongs to every binary loss.
#[derive(Clone, Debug)]
pub(crate) struct Binary<F> {
    pub(crate) formula: F,
    pub(crate) options: BinaryOptions,
}

/// What belongs to every binary loss.
#[derive(Clone, Debug)]
pub(crate) struct BinaryOptions {
    pub(crate) input: Input,
    pub(crate) label_smoothing: f64,
    pub(crate) pos_weight: PerClass,
}

impl Default for BinaryOptions {
    fn default() -> Self {
        Self { input: Input::Logits, label_smoothing: 0.0, pos_weight: PerClass::Same(1.0) }
    }
}

/// A [`BinaryFormula`] whose type is forgotten.
pub(crate) trait ErasedBinary: Debug + Send + Sync {
    fn with(&self, options: &BinaryOptions) -> Arc<dyn PointFormula>;
}

impl<F: BinaryFormula> ErasedBinary for F {
    fn with(&self, options: &BinaryOptions) -> Arc<dyn PointFormula> {
        Arc::new(Binary { formula: self.clone(), options: options.clone() })
    }
}

impl<F: BinaryFormula> Elementwise for Binary<F> {
    const INPUTS: &'static [&'static str] = &["scores", "targets"];
    const DIFFERENTIABLE: [bool; 3] = [true, false, false];
    const LABELS: Labels = Labels::ZeroToOne;
    #[inline(always)]
    fn value<R: Real>(&self, inputs: &Inputs<R>) -> R {
        let (score, target) = (inputs.of[0].clone(), inputs.of[1].clone());
        let (zero, one) = (score.constant(0.0), score.constant(1.0));
        let yes = match self.options.label_smoothing {
            0.0 => target,
            smoothing => target * (1.0 - smoothing) + 0.5 * smoothing,
        };
        let no = one - yes.clone();
        let at = Score { score, input: self.options.input, class: inputs.class.clone() };
        let (positive, negative) = (self.formula.positive(&at), self.formula.negative(&at));
        let yes = match self.options.pos_weight.same_for_all() {
            Some(1.0) => yes,
            _ => at.of_class(&self.options.pos_weight) * yes,
        };
        // A term whose target or weight is 0 is dropped, even if it is infinite.
        let positive = R::select(&yes.equal(&zero), zero.clone(), yes * positive);
        let negative = R::select(&no.equal(&zero), zero, no * negative);
        positive + negative
    }
    #[inline(always)]
    fn walk<V: Vector>(&self, points: &mut Points<V::T>) {
        walk::<Self, V, 1>(self, points);
    }
    fn name(&self) -> &'static str {
        F::name()
    }
    fn parameters(&self) -> Vec<(String, Value)> {
        let mut parameters = display::ordered(F::PARAMETERS, &self.formula);
        let mut more = |name: &str, value: Value| parameters.push((name.to_owned(), value));
        if self.options.input != Input::Logits {
            more("input", serde_json::to_value(self.options.input).unwrap_or_default());
        }
        if self.options.label_smoothing != 0.0 {
            more("label_smoothing", self.options.label_smoothing.into());
        }
        if self.options.pos_weight != PerClass::Same(1.0) {
            more("pos_weight", serde_json::to_value(&self.options.pos_weight).unwrap_or_default());
        }
        parameters
    }
    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        let mut lists = self.formula.per_class();
        lists.push(("pos_weight", &self.options.pos_weight));
        lists
    }
}

/// A [`DistributionFormula`] as the engine sees it.
#[derive(Clone, Debug)]
pub(crate) struct Distribution<F>(pub(crate) F);

impl<F: DistributionFormula> Elementwise for Distribution<F> {
    const INPUTS: &'static [&'static str] = &["location", "scale", "target"];
    const DIFFERENTIABLE: [bool; 3] = [true, true, true];
    const LABELS: Labels = Labels::Any;
    #[inline(always)]
    fn value<R: Real>(&self, inputs: &Inputs<R>) -> R {
        let (location, scale, target) = (inputs.of[0].clone(), inputs.of[1].clone(), inputs.of[2].clone());
        self.0.loss(&Observation { location, scale, target, class: inputs.class.clone() })
    }
    #[inline(always)]
    fn walk<V: Vector>(&self, points: &mut Points<V::T>) {
        walk::<Self, V, 3>(self, points);
    }
    fn name(&self) -> &'static str {
        F::name()
    }
    fn parameters(&self) -> Vec<(String, Value)> {
        display::ordered(F::PARAMETERS, &self.0)
    }
    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        self.0.per_class()
    }
}

/// A stretch of elements in memory, and what a formula makes of them.
///
/// All pointers are to `len` values; an output may be the input it belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Points<T> {
    pub(crate) len: usize,
    pub(crate) inputs: [*const T; 3],
    /// What losses and slopes are multiplied by, one an element: of 0 nothing is made, whatever it is.
    pub(crate) weights: Option<*const T>,
    /// What the slopes are multiplied by besides.
    pub(crate) factor: T,
    pub(crate) losses: Option<*mut T>,
    pub(crate) gradients: [Option<*mut T>; 3],
    /// Where the stretch begins along the axes `[…, classes, inner]`, and their lengths.
    pub(crate) class: Place,
    /// Out: the sum of the weighted losses.
    pub(crate) sum: f64,
}

/// A formula whose type is forgotten: elements in, losses and slopes out.
pub(crate) trait PointFormula: Debug + Send + Sync {
    fn inputs(&self) -> &'static [&'static str];
    fn differentiable(&self) -> [bool; 3];
    fn labels(&self) -> Labels;
    fn name(&self) -> &'static str;
    fn parameters(&self) -> Vec<(String, Value)>;
    /// The hyper-parameters that are lists by class, with their lengths.
    fn per_class(&self) -> Vec<(&'static str, usize)>;
    /// Whether a hyper-parameter is looked up by class.
    fn has_lists(&self) -> bool;
    fn points_f32(&self, points: &mut Points<f32>);
    fn points_f64(&self, points: &mut Points<f64>);
    /// The loss of three inputs, to be evaluated over the tensors of whatever backend.
    fn program(&self) -> Program;
}

impl<F: Elementwise> PointFormula for F {
    fn inputs(&self) -> &'static [&'static str] {
        F::INPUTS
    }
    fn differentiable(&self) -> [bool; 3] {
        F::DIFFERENTIABLE
    }
    fn labels(&self) -> Labels {
        F::LABELS
    }
    fn name(&self) -> &'static str {
        Elementwise::name(self)
    }
    fn parameters(&self) -> Vec<(String, Value)> {
        Elementwise::parameters(self)
    }
    fn per_class(&self) -> Vec<(&'static str, usize)> {
        let lists = Elementwise::per_class(self).into_iter();
        lists
            .filter(|(_, value)| matches!(value, PerClass::Each(_)))
            .map(|(name, value)| (name, value.by_class().len()))
            .collect()
    }
    fn has_lists(&self) -> bool {
        Elementwise::per_class(self).iter().any(|(_, value)| value.same_for_all().is_none())
    }
    fn points_f32(&self, points: &mut Points<f32>) {
        f32::dispatch_formula(Stretch { formula: self, points });
    }
    fn points_f64(&self, points: &mut Points<f64>) {
        f64::dispatch_formula(Stretch { formula: self, points });
    }
    fn program(&self) -> Program {
        Program::of(3, |inputs| {
            let [a, b, c] = [0, 1, 2].map(|index| inputs[index].clone());
            [self.value(&Inputs { of: [a, b, c], class: () })]
        })
    }
}

/// A formula over a stretch of elements.
struct Stretch<'a, F, T> {
    formula: &'a F,
    points: &'a mut Points<T>,
}

impl<F: Elementwise, T: Simd> Kernel<T> for Stretch<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T = T>>(self) {
        self.formula.walk::<V>(self.points);
    }
}

/// All elements. There is one copy of this a formula, float and instruction set, and the formula stands in it once: that
/// is what the crate's compile time goes into.
#[inline(always)]
fn walk<F: Elementwise, V: Vector, const K: usize>(formula: &F, points: &mut Points<V::T>) {
    let has_lists = PointFormula::has_lists(formula);
    // A copy, since what is written may lie anywhere as far as the compiler knows: it stays in registers.
    let here = *points;
    let mut place = here.class;
    let mut classes = [0; WIDEST];
    let mut sums = [V::T::from_f64(0.0); WIDEST];
    let mut sum = V::splat(V::T::from_f64(0.0));
    let mut total: f64 = 0.0;
    let mut at = 0;
    while at < here.len {
        let n = V::W.min(here.len - at);
        if has_lists {
            classes = place.take(n);
        }
        // SAFETY: n elements are left, and the array holds WIDEST ≥ W values.
        #[allow(unsafe_code)]
        unsafe {
            let loss = step::<F, V, K>(formula, &here, at, n, &classes);
            if n == V::W {
                sum = sum.add(loss);
            } else {
                loss.store(sums.as_mut_ptr());
                for loss in &sums[..n] {
                    total += loss.to_f64();
                }
            }
        }
        at += V::W;
    }
    // SAFETY: the array holds WIDEST ≥ W values.
    #[allow(unsafe_code)]
    unsafe {
        sum.store(sums.as_mut_ptr());
    }
    for sum in &sums[..V::W] {
        total += sum.to_f64();
    }
    points.sum = total;
}

/// `W` values, or the first `n` of them and 1 for the others.
///
/// # Safety
///
/// n values can be read.
#[allow(unsafe_code)]
#[inline(always)]
unsafe fn load<V: Vector>(from: *const V::T, n: usize) -> V {
    // SAFETY: the caller's promise.
    unsafe { if n == V::W { V::load(from) } else { V::load_first(from, n, V::splat(V::T::from_f64(1.0))) } }
}

/// # Safety
///
/// n values can be written.
#[allow(unsafe_code)]
#[inline(always)]
unsafe fn store<V: Vector>(value: V, to: *mut V::T, n: usize) {
    // SAFETY: the caller's promise.
    unsafe { if n == V::W { value.store(to) } else { value.store_first(to, n) } }
}

/// An element of weight 0 has loss 0, even if it is NaN.
#[inline(always)]
fn weighted<V: Vector>(value: V, weight: Option<V>) -> V {
    match weight {
        Some(weight) => {
            let zero = V::splat(V::T::from_f64(0.0));
            V::select(weight.equal(zero), zero, value.mul(weight))
        }
        None => value,
    }
}

#[inline(always)]
fn variable<F: Elementwise, V: Vector, const K: usize>(value: V, index: usize) -> Dual<Lanes<V>, K> {
    if index < K && F::DIFFERENTIABLE[index] { Dual::variable(Lanes(value), index) } else { Dual::fixed(Lanes(value)) }
}

/// The elements from `at` on: `W`, or only the first n of them. Gives the weighted losses.
///
/// # Safety
///
/// So many values can be read and written at every pointer.
#[allow(unsafe_code)]
#[inline(always)]
unsafe fn step<F: Elementwise, V: Vector, const K: usize>(
    formula: &F,
    points: &Points<V::T>,
    at: usize,
    n: usize,
    classes: &[u32; WIDEST],
) -> V {
    // SAFETY: the caller's promise.
    unsafe {
        let a = load::<V>(points.inputs[0].add(at), n);
        let b = load::<V>(points.inputs[1].add(at), n);
        let c = if F::INPUTS.len() > 2 { load::<V>(points.inputs[2].add(at), n) } else { a };
        #[allow(clippy::manual_map)] // Not `map`, into which the vectors would have to be passed on.
        let weight = match points.weights {
            Some(weights) => Some(load::<V>(weights.add(at), n)),
            None => None,
        };
        let of = [variable::<F, V, K>(a, 0), variable::<F, V, K>(b, 1), variable::<F, V, K>(c, 2)];
        let dual = formula.value(&Inputs { of, class: *classes });
        if points.gradients[0].is_some() || points.gradients[1].is_some() || points.gradients[2].is_some() {
            let factor = V::splat(points.factor);
            for index in 0..K {
                if F::DIFFERENTIABLE[index]
                    && let Some(to) = points.gradients[index]
                {
                    store(weighted(dual.slope(index).0.mul(factor), weight), to.add(at), n);
                }
            }
        }
        let loss = weighted(dual.value.0, weight);
        if let Some(losses) = points.losses {
            store(loss, losses.add(at), n);
        }
        loss
    }
}

//! What a class formula sees of a row, and how a formula is erased so that sweeps need not know it.

use crate::base::display;
use crate::base::entry::Parameter;
use crate::base::per_class::{ClassParameter, PerClass};
use crate::program::Program;
#[cfg(feature = "cube")]
use crate::real::ir::Ir;
use crate::real::lanes::{Kernel, Lanes, Simd, Vector, WIDEST};
use crate::real::{Dual, Real};
use core::fmt::Debug;
use serde::Serialize;
use serde_json::Value;

/// The sums over the classes a formula needs besides the gap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    pub(crate) log_p_sum: Option<LogPSum>,
    pub(crate) log_norm: bool,
}

/// Which weights stand in Σₖ wₖ ln pₖ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum LogPSum {
    Ones,
    ClassWeights,
}

impl Terms {
    /// The gap alone: everything that is a function of pₜ.
    pub const NONE: Self = Self { log_p_sum: None, log_norm: false };
    /// [`Row::log_p_sum`] is Σₖ ln pₖ.
    pub const LOG_P_SUM: Self = Self { log_p_sum: Some(LogPSum::Ones), log_norm: false };
    /// [`Row::log_p_sum`] is Σₖ wₖ ln pₖ with the class weights, and the formula multiplies its other terms by
    /// [`Row::weight`] itself; the engine then leaves the loss as it is.
    pub const CLASS_WEIGHTED_LOG_P_SUM: Self = Self { log_p_sum: Some(LogPSum::ClassWeights), log_norm: false };
    /// [`Row::log_norm`].
    pub const LOG_NORM: Self = Self { log_p_sum: None, log_norm: true };

    /// These and [`LOG_NORM`](Self::LOG_NORM).
    pub const fn and_log_norm(self) -> Self {
        Self { log_norm: true, ..self }
    }

    /// Whether the formula applies the class weights itself.
    pub(crate) fn weighs_itself(self) -> bool {
        self.log_p_sum == Some(LogPSum::ClassWeights)
    }
}

/// One row of logits as a formula sees it: the probability of the target class in every form that keeps its digits.
///
/// p is the softmax probability of the target class, `miss` = 1 − p, and `gap` = −ln(p / (1 − p)).
#[derive(Clone, Debug)]
pub struct Row<R: Real> {
    gap: R,
    /// The probability, where it was known before the gap.
    known: Option<Known<R>>,
    class: R::Index,
    classes: usize,
    weight: Option<R>,
    log_p_sum: Option<R>,
    log_norm: Option<R>,
}

/// A probability in the forms that keep its digits.
#[derive(Clone, Debug)]
pub(crate) struct Known<R> {
    pub(crate) log_p: R,
    pub(crate) p: R,
    pub(crate) miss: R,
    pub(crate) log_miss: R,
}

impl<R: Real> Row<R> {
    /// A row by its gap, for plots and tests: class 0 of `classes`, no class weights. The sums over the classes are
    /// those of a row whose other classes are equally likely.
    pub fn from_gap(gap: R, classes: usize) -> Self
    where
        R: Real<Index = usize>,
    {
        let others = classes as f64 - 1.0;
        let log_p = -gap.clone().softplus();
        let log_other = -(-gap.clone()).softplus() - others.ln();
        let log_p_sum = if classes > 1 { log_p.clone() + log_other * others } else { log_p.clone() };
        Self { gap, known: None, class: 0, classes, weight: None, log_p_sum: Some(log_p_sum), log_norm: Some(-log_p) }
    }

    /// gap = −ln(p / (1 − p)), the log-odds against the target class.
    #[inline(always)]
    pub fn gap(&self) -> R {
        self.gap.clone()
    }
    /// ln p.
    #[inline(always)]
    pub fn log_p(&self) -> R {
        match &self.known {
            Some(known) => known.log_p.clone(),
            None => -self.gap().softplus(),
        }
    }
    /// ln(1 − p).
    #[inline(always)]
    pub fn log_miss(&self) -> R {
        match &self.known {
            Some(known) => known.log_miss.clone(),
            None => -(-self.gap()).softplus(),
        }
    }
    /// p.
    #[inline(always)]
    pub fn p(&self) -> R {
        match &self.known {
            Some(known) => known.p.clone(),
            None => (-self.gap()).sigmoid(),
        }
    }
    /// 1 − p.
    #[inline(always)]
    pub fn miss(&self) -> R {
        match &self.known {
            Some(known) => known.miss.clone(),
            None => self.gap().sigmoid(),
        }
    }
    /// (1 − p)^exponent; the constant 1 for exponent 0. The exponent is a number or [one per class](PerClass).
    #[inline(always)]
    pub fn miss_pow(&self, exponent: impl ClassParameter) -> R {
        match exponent.same_for_all() {
            Some(0.0) => self.gap.constant(1.0),
            // Products keep the last digits that exp(γ·ln) would lose, and cost less.
            Some(1.0) => self.miss(),
            Some(2.0) => self.miss() * self.miss(),
            Some(exponent) => (self.log_miss() * exponent).exp(),
            None => (self.log_miss() * self.of_class(&exponent)).exp(),
        }
    }
    /// A hyper-parameter of this row's class: the same constant for all, or the class's own entry.
    #[inline(always)]
    pub fn of_class(&self, parameter: impl ClassParameter) -> R {
        match parameter.same_for_all() {
            Some(value) => self.gap.constant(value),
            None => self.gap.lookup(parameter.by_class(), &self.class),
        }
    }
    /// The number of classes C.
    #[inline(always)]
    pub fn classes(&self) -> usize {
        self.classes
    }
    /// The weight of the target's class; 1 without class weights. Only a formula that declares
    /// [`Terms::CLASS_WEIGHTED_LOG_P_SUM`] has a use for it: the engine multiplies every other loss itself.
    #[inline(always)]
    pub fn weight(&self) -> R {
        self.weight.clone().unwrap_or_else(|| self.gap.constant(1.0))
    }
    /// Σₖ ln pₖ, or Σₖ wₖ ln pₖ: see [`Terms`].
    ///
    /// # Panics
    ///
    /// If the formula's [`terms`](ClassFormula::terms) do not declare it.
    #[inline(always)]
    pub fn log_p_sum(&self) -> R {
        self.log_p_sum.clone().expect("Row: log_p_sum must be declared in ClassFormula::terms, got terms without it")
    }
    /// ln Σₖ e^{xₖ}, the log of the normaliser.
    ///
    /// # Panics
    ///
    /// If the formula's [`terms`](ClassFormula::terms) do not declare it.
    #[inline(always)]
    pub fn log_norm(&self) -> R {
        self.log_norm.clone().expect("Row: log_norm must be declared in ClassFormula::terms, got terms without it")
    }
}

/// A loss of one row of logits against one class: all a loss file has to state.
///
/// The derivative, the fused kernels, the reductions, weights and ignored targets come with it.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// /// (1 − p)^β · (−ln p)
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
/// struct MyLoss {
///     beta: f64,
/// }
///
/// impl ClassFormula for MyLoss {
///     #[inline(always)]
///     fn loss<R: Real>(&self, row: &Row<R>) -> R {
///         row.miss_pow(self.beta) * -row.log_p()
///     }
/// }
///
/// let criterion = MyLoss { beta: 0.5 }.init();
/// let device = Device::flex().autodiff();
/// let value = |a: f64| {
///     let logits = Tensor::<2>::from_data([[a, -1.0, 0.5], [0.0, 2.0, 1.0]], (&device, burn::tensor::DType::F64));
///     let logits = logits.require_grad();
///     let targets = Tensor::<1, Int>::from_data([0, 2], &device);
///     let loss = criterion.forward(logits.clone(), targets, Reduction::Mean);
///     let gradient = logits.grad(&loss.backward()).unwrap();
///     (loss.into_scalar::<f64>(), gradient.into_data().try_into_vec::<f64>().unwrap()[0])
/// };
///
/// // The exact gradient against central differences of the value.
/// let h = 1e-5;
/// let difference = (value(0.3 + h).0 - value(0.3 - h).0) / (2.0 * h);
/// assert!((value(0.3).1 - difference).abs() < 1e-9);
/// ```
pub trait ClassFormula: Clone + Debug + Serialize + Send + Sync + 'static {
    /// The loss of one row, before class weights.
    ///
    /// With `#[inline(always)]` on it, it is compiled for the widest vectors of the CPU; without, it is right all the
    /// same, and slower where rows are short.
    fn loss<R: Real>(&self, row: &Row<R>) -> R;

    /// The sums over the classes that [`loss`](Self::loss) uses. Each costs a little in every sweep.
    fn terms(&self) -> Terms {
        Terms::NONE
    }

    /// The hyper-parameters and their ranges, checked by [`init`](crate::Init::init).
    const PARAMETERS: &'static [Parameter] = &[];

    /// The hyper-parameters that may be lists by class, by name: their lengths are checked against the logits.
    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        Vec::new()
    }

    /// The name in messages and displays: the type's own.
    fn name() -> &'static str {
        display::type_name::<Self>()
    }
}

/// Rows a formula is evaluated on at a time; a multiple of every vector's width.
pub(crate) const BLOCK: usize = 64;

/// The numbers of up to [`BLOCK`] rows, and what the formula makes of them. Rows past `len` hold harmless values.
#[derive(Debug)]
pub struct Block<T> {
    pub(crate) len: usize,
    pub(crate) classes: usize,
    pub(crate) terms: Terms,
    pub(crate) weighted: bool,
    pub(crate) class: [u32; BLOCK],
    pub(crate) gap: [T; BLOCK],
    pub(crate) weight: [T; BLOCK],
    pub(crate) log_p_sum: [T; BLOCK],
    pub(crate) log_norm: [T; BLOCK],
    /// Out: the loss, and its slopes by gap, log_p_sum and log_norm.
    pub(crate) loss: [T; BLOCK],
    pub(crate) slopes: [[T; BLOCK]; 3],
}

impl<T: Copy + Default> Block<T> {
    pub(crate) fn new(classes: usize, terms: Terms, weighted: bool) -> Self {
        let zeros = [T::default(); BLOCK];
        Self {
            len: 0,
            classes,
            terms,
            weighted,
            class: [0; BLOCK],
            gap: zeros,
            weight: zeros,
            log_p_sum: zeros,
            log_norm: zeros,
            loss: zeros,
            slopes: [zeros; 3],
        }
    }
}

/// A formula whose type is forgotten: rows of numbers in, losses and slopes out. Implemented for every
/// [`ClassFormula`], by nothing else.
pub trait RowFormula: Debug + Send + Sync {
    #[doc(hidden)]
    fn terms(&self) -> Terms;
    #[doc(hidden)]
    fn name(&self) -> &'static str;
    /// The hyper-parameters by name, in the order of their table.
    #[doc(hidden)]
    fn parameters(&self) -> Vec<(String, Value)>;
    /// The hyper-parameters that are lists by class, with their lengths.
    #[doc(hidden)]
    fn per_class(&self) -> Vec<(&'static str, usize)>;
    #[doc(hidden)]
    fn rows_f32(&self, block: &mut Block<f32>, slopes: bool);
    #[doc(hidden)]
    fn rows_f64(&self, block: &mut Block<f64>, slopes: bool);
    /// The loss of gap, log_p_sum, log_norm and weight, to be evaluated over the tensors of whatever backend.
    #[doc(hidden)]
    fn program(&self, classes: usize, weighted: bool) -> Program;
    /// The loss, as instructions of a kernel.
    #[cfg(feature = "cube")]
    #[doc(hidden)]
    fn expand<'s>(&self, row: &Row<Ir<'s>>) -> Ir<'s>;
    /// The loss and its slopes.
    #[cfg(feature = "cube")]
    #[doc(hidden)]
    fn expand_dual<'s>(&self, row: &Row<Dual<Ir<'s>, 3>>) -> Dual<Ir<'s>, 3>;
    /// The formula's type and everything that is written into a kernel: all but the lists by class.
    #[cfg(feature = "cube")]
    #[doc(hidden)]
    fn kernel_key(&self) -> String;
    /// The lists by class, which a kernel reads.
    #[cfg(feature = "cube")]
    #[doc(hidden)]
    fn lists(&self) -> Vec<&[f64]>;
}

impl<F: ClassFormula> RowFormula for F {
    fn terms(&self) -> Terms {
        ClassFormula::terms(self)
    }
    fn name(&self) -> &'static str {
        F::name()
    }
    fn parameters(&self) -> Vec<(String, Value)> {
        display::ordered(F::PARAMETERS, self)
    }
    fn per_class(&self) -> Vec<(&'static str, usize)> {
        let lists = ClassFormula::per_class(self).into_iter();
        lists
            .filter(|(_, value)| matches!(value, PerClass::Each(_)))
            .map(|(name, value)| (name, value.by_class().len()))
            .collect()
    }
    fn rows_f32(&self, block: &mut Block<f32>, slopes: bool) {
        f32::dispatch(Rows { formula: self, block, slopes });
    }
    fn rows_f64(&self, block: &mut Block<f64>, slopes: bool) {
        f64::dispatch(Rows { formula: self, block, slopes });
    }
    fn program(&self, classes: usize, weighted: bool) -> Program {
        let terms = ClassFormula::terms(self);
        Program::of(4, |inputs| {
            let input = |index: usize, is_there: bool| is_there.then(|| inputs[index].clone());
            let (log_p_sum, log_norm) = (input(1, terms.log_p_sum.is_some()), input(2, terms.log_norm));
            let row = Row::of(inputs[0].clone(), (), classes, input(3, weighted), log_p_sum, log_norm);
            [self.loss(&row)]
        })
    }
    #[cfg(feature = "cube")]
    fn expand<'s>(&self, row: &Row<Ir<'s>>) -> Ir<'s> {
        self.loss(row)
    }
    #[cfg(feature = "cube")]
    fn expand_dual<'s>(&self, row: &Row<Dual<Ir<'s>, 3>>) -> Dual<Ir<'s>, 3> {
        self.loss(row)
    }
    #[cfg(feature = "cube")]
    fn kernel_key(&self) -> String {
        let mut fields = serde_json::to_value(self).expect("a formula is plain data");
        if let Value::Object(fields) = &mut fields {
            for (name, value) in ClassFormula::per_class(self) {
                if let (None, Some(field)) = (value.same_for_all(), fields.get_mut(name)) {
                    *field = Value::from(value.by_class().len().min(2));
                }
            }
        }
        // The name is for the reader, the type's identity for two types of one name.
        format!("{} {:?} {fields}", F::name(), core::any::TypeId::of::<F>())
    }
    #[cfg(feature = "cube")]
    fn lists(&self) -> Vec<&[f64]> {
        let lists = ClassFormula::per_class(self).into_iter();
        lists.filter(|(_, value)| value.same_for_all().is_none()).map(|(_, value)| value.by_class()).collect()
    }
}

/// A formula over a block of rows.
struct Rows<'a, F, T> {
    formula: &'a F,
    block: &'a mut Block<T>,
    slopes: bool,
}

impl<F: ClassFormula, T: Simd> Kernel<T> for Rows<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T = T>>(self) {
        let Self { formula, block, slopes } = self;
        let mut at = 0;
        while at < block.len {
            match (slopes, block.terms == Terms::NONE) {
                (false, _) => values::<F, V>(formula, block, at),
                (true, true) => duals::<F, V, 1>(formula, block, at),
                (true, false) => duals::<F, V, 3>(formula, block, at),
            }
            at += V::W;
        }
    }
}

/// The `W` values of a block from `at` on.
#[inline(always)]
fn read<V: Vector>(values: &[V::T; BLOCK], at: usize) -> Lanes<V> {
    let values = &values[at..at + V::W];
    // SAFETY: the slice holds W values.
    #[allow(unsafe_code)]
    Lanes(unsafe { V::load(values.as_ptr()) })
}

#[inline(always)]
fn write<V: Vector>(from: Lanes<V>, values: &mut [V::T; BLOCK], at: usize) {
    let values = &mut values[at..at + V::W];
    // SAFETY: the slice holds W values.
    #[allow(unsafe_code)]
    unsafe {
        from.0.store(values.as_mut_ptr());
    }
}

#[inline(always)]
fn classes<V: Vector>(class: &[u32; BLOCK], at: usize) -> [u32; WIDEST] {
    let mut out = [0; WIDEST];
    out[..V::W].copy_from_slice(&class[at..at + V::W]);
    out
}

/// The row at `at` over `R`, each number wrapped as the `index`-th variable.
#[inline(always)]
fn row<V: Vector, R: Real<Index = [u32; WIDEST]>>(
    block: &Block<V::T>,
    at: usize,
    fixed: impl Fn(Lanes<V>) -> R,
    variable: impl Fn(Lanes<V>, usize) -> R,
) -> Row<R> {
    Row {
        gap: variable(read(&block.gap, at), 0),
        known: None,
        class: classes::<V>(&block.class, at),
        classes: block.classes,
        weight: block.weighted.then(|| fixed(read(&block.weight, at))),
        log_p_sum: block.terms.log_p_sum.map(|_| variable(read(&block.log_p_sum, at), 1)),
        log_norm: block.terms.log_norm.then(|| variable(read(&block.log_norm, at), 2)),
    }
}

#[inline(always)]
fn values<F: ClassFormula, V: Vector>(formula: &F, block: &mut Block<V::T>, at: usize) {
    let loss = formula.loss(&row::<V, Lanes<V>>(block, at, |x| x, |x, _| x));
    write(loss, &mut block.loss, at);
}

#[inline(always)]
fn duals<F: ClassFormula, V: Vector, const K: usize>(formula: &F, block: &mut Block<V::T>, at: usize) {
    let seen = row::<V, Dual<Lanes<V>, K>>(block, at, Dual::fixed, |x, index| Dual::variable(x, index.min(K - 1)));
    let loss = formula.loss(&seen);
    for k in 0..K {
        write(loss.slope(k), &mut block.slopes[k], at);
    }
    write(loss.value, &mut block.loss, at);
}

impl<R: Real> Row<R> {
    /// A row by its numbers.
    pub(crate) fn of(
        gap: R,
        class: R::Index,
        classes: usize,
        weight: Option<R>,
        log_p_sum: Option<R>,
        log_norm: Option<R>,
    ) -> Self {
        Self { gap, known: None, class, classes, weight, log_p_sum, log_norm }
    }

    /// A row of a known probability of its class, and nothing else.
    #[inline(always)]
    pub(crate) fn of_known(known: Known<R>, class: R::Index, classes: usize) -> Self {
        // ±1e30 where the log-odds are infinite, as everywhere.
        let gap = known.log_miss.clone() - known.log_p.clone();
        let far = gap.constant(1e30);
        let gap = R::select(&far.less(&gap), far.clone(), gap);
        let gap = R::select(&gap.less(&-far.clone()), -far, gap);
        Self { gap, known: Some(known), class, classes, weight: None, log_p_sum: None, log_norm: None }
    }
}

#[cfg(all(test, feature = "cube"))]
mod tests {
    use super::*;
    use crate::class::{Focal, GeneralizedCrossEntropy};

    /// One kernel for all values of what a kernel reads, one for each of what is compiled into it.
    #[test]
    fn kernels_are_told_apart_by_what_is_compiled_into_them() {
        let key = |gamma: PerClass| RowFormula::kernel_key(&Focal::default().with_gamma(gamma));
        assert_ne!(key(1.0.into()), key(2.0.into()));
        assert_eq!(key(PerClass::Scheduled([1.0])), key(PerClass::Scheduled([2.0])));
        assert_eq!(key([1.0, 2.0].into()), key([0.5, 3.0].into()));
        assert_ne!(key([1.0, 2.0].into()), key(PerClass::Scheduled([1.0])));
        assert_ne!(key([1.0, 2.0].into()), key(1.0.into()));
        let other = RowFormula::kernel_key(&GeneralizedCrossEntropy::default());
        assert_ne!(other, RowFormula::kernel_key(&GeneralizedCrossEntropy { q: 0.700_000_000_000_000_1 }));
    }
}

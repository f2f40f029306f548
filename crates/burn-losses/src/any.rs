//! [`AnyLoss`]: a loss whose type is chosen at run time.

use crate::base::entry::{Described, Signature};
use crate::base::error::{self, ErrorKind, LossError};
use crate::base::input::Input;
use crate::base::per_class::{ClassWeights, PerClass};
use crate::base::reduction::Reduction;
use crate::base::{check, class_weights, display};
use crate::combine::{
    Flooding, IndividualFlooding, LabelSmoothing, LogitAdjustment, LogitClip, LogitNorm, LogitScale, Scheduled,
    SmallLoss, TopK, Unplaced, WeightedSum,
};
use crate::engine::call::{ClassCall, PointCall, SoftCall};
use crate::engine::formula::{
    BinaryFormula, BinaryOptions, ClassFormula, DistributionFormula, ErasedBinary, PointwiseFormula, SoftClassFormula,
};
use crate::engine::sums::{self, Targets};
use crate::engine::{points, rows};
use crate::signature::{
    BinaryLoss, BinaryTargets, ClassLoss, Criterion, DistributionLoss, Losses as _, PointwiseLoss, SoftClassLoss,
    TensorCall, TensorClassCall, TensorClassFormula, TensorClassLoss, TensorFormula, TensorLoss, check_shapes,
    class_counts, counted_by,
};
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::{Int, Tensor};
use core::fmt::Debug;
use std::sync::Arc;

/// A loss whose type is chosen at run time, with whatever wrappers around it: what [`LossConfig`](crate::LossConfig)
/// builds. `L` says what it takes.
///
/// It is a Burn module: a field of a model has the type [`AnyClassLoss`], [`AnyPointwiseLoss`] and so on. An
/// [`UncertaintyWeighting`](crate::UncertaintyWeighting) has learnable parameters, and only that. It allocates them, with
/// autodiff, on the device of the first losses, or where the module was moved before.
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct AnyLoss<L: Leaf> {
    #[module(skip)]
    kind: Kind<L>,
    weighting: Option<Unplaced>,
}

/// A class loss whose type is chosen at run time: what [`LossConfig::init`](crate::LossConfig::init) builds, or any
/// [`ClassLoss`], [`SoftClassLoss`] or [`TensorClassLoss`] by `from`. Everything said there holds here, and their methods
/// are here too. What only some losses or values can do, as `forward_soft` and `with_class_weights`, panics like there where
/// it cannot be done; beside it there is a `try_` that says so as a [`LossError`], for what comes from a file.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::{AnyClassLoss, LossConfig, Reduction};
///
/// let criterion: AnyClassLoss = LossConfig::by_name("focal")?.init()?.with_class_weights(vec![1.0, 3.0]);
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &Device::flex());
/// let targets = Tensor::<1, Int>::from_data([1], &Device::flex());
/// let loss = criterion.forward(logits.clone(), targets, Reduction::Sum).into_scalar::<f32>();
/// assert!((loss - 3.0 * 0.25 * 2_f32.ln()).abs() < 1e-6);
/// let mixed = criterion.forward_soft(logits.clone(), logits.ones_like() / 2, Reduction::Mean);
/// let error = criterion.try_with_class_weights(vec![1.0, -3.0]).unwrap_err();
/// assert_eq!(error.to_string(), "Focal: class_weights must be finite and ≥ 0, got -3");
/// # assert_eq!(mixed.dims(), [1]);
/// # Ok::<(), burn_losses::LossError>(())
/// ```
pub type AnyClassLoss = AnyLoss<AnyClass>;
/// A pointwise loss whose type is chosen at run time.
pub type AnyPointwiseLoss = AnyLoss<AnyPointwise>;
/// A binary loss whose type is chosen at run time.
pub type AnyBinaryLoss = AnyLoss<AnyBinary>;
/// A loss of rows, items or batches whose type is chosen at run time.
pub type AnyTensorLoss = AnyLoss<AnyTensor>;
/// A loss of a location and a scale whose type is chosen at run time. Its `forward` takes both as one input: a pair.
pub type AnyDistributionLoss = AnyLoss<AnyDistribution>;

#[derive(Clone, Debug)]
pub(crate) enum Kind<L: Leaf> {
    Leaf(L),
    Around(Wrapper, Box<AnyLoss<L>>),
    WeightedSum(WeightedSum<AnyLoss<L>>),
    /// The weights are beside the kind.
    UncertaintyWeighting(Vec<AnyLoss<L>>),
}

/// A wrapper around any loss.
#[derive(Clone, Debug)]
pub(crate) enum Wrapper {
    Flooding(Flooding),
    IndividualFlooding(IndividualFlooding),
    TopK(TopK),
    SmallLoss(SmallLoss),
}

/// A wrapper around class losses.
#[allow(clippy::enum_variant_names)] // They are named as the wrappers are.
#[derive(Clone, Debug)]
pub(crate) enum ClassWrapper {
    LogitClip(LogitClip),
    LogitNorm(LogitNorm),
    LogitAdjustment(LogitAdjustment),
    LogitScale(LogitScale),
}

/// Runs `$body` for whichever wrapper it is.
macro_rules! with {
    ($wrapper:expr, any $name:ident => $body:expr) => {
        with!($wrapper, Wrapper { Flooding, IndividualFlooding, TopK, SmallLoss }, $name => $body)
    };
    ($wrapper:expr, of_classes $name:ident => $body:expr) => {
        with!($wrapper, ClassWrapper { LogitClip, LogitNorm, LogitAdjustment, LogitScale }, $name => $body)
    };
    ($wrapper:expr, $kind:ident { $($variant:ident),+ }, $name:ident => $body:expr) => {
        match $wrapper {
            $($kind::$variant($name) => $body,)+
        }
    };
}

/// A criterion as its signature's [`AnyLoss`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Built {
    /// A class loss.
    Class(AnyClassLoss),
    /// A binary loss.
    Binary(AnyBinaryLoss),
    /// A pointwise loss.
    Pointwise(AnyPointwiseLoss),
    /// A loss of a location and a scale.
    Distribution(AnyDistributionLoss),
    /// A loss of rows, items or batches.
    Tensor(AnyTensorLoss),
}

macro_rules! built {
    ($($criterion:ident: $formula:ident => $variant:ident;)+) => {$(
        impl<F: $formula> From<$criterion<F>> for Built {
            fn from(loss: $criterion<F>) -> Self {
                Self::$variant(loss.into())
            }
        }
    )+};
}
built! {
    ClassLoss: ClassFormula => Class;
    SoftClassLoss: SoftClassFormula => Class;
    TensorClassLoss: TensorClassFormula => Class;
    BinaryLoss: BinaryFormula => Binary;
    PointwiseLoss: PointwiseFormula => Pointwise;
    DistributionLoss: DistributionFormula => Distribution;
    TensorLoss: TensorFormula => Tensor;
}

/// What is at the core of an [`AnyLoss`].
pub trait Leaf: Clone + Debug + Send + Sync + 'static {
    /// What it takes.
    #[doc(hidden)]
    const SIGNATURE: Signature;
    /// The loss, if it is of this kind.
    #[doc(hidden)]
    fn of(built: Built) -> Option<AnyLoss<Self>>;
    #[doc(hidden)]
    fn display(&self, content: Content) -> Content;
    #[doc(hidden)]
    fn compose(&mut self);
    /// The type's name of the loss or the wrapper.
    #[doc(hidden)]
    fn name(&self) -> &'static str;
    /// The loss inside of what goes around losses of this kind only: a leaf that has one is a wrapper.
    #[doc(hidden)]
    fn inner(&self) -> Option<&AnyLoss<Self>> {
        None
    }
    /// The same, to be changed.
    #[doc(hidden)]
    fn inner_mut(&mut self) -> Option<&mut AnyLoss<Self>> {
        None
    }
}

impl<L: Leaf> AnyLoss<L> {
    pub(crate) fn of(kind: Kind<L>) -> Self {
        Self { kind, weighting: None }
    }

    pub(crate) fn uncertainty_weighted(losses: Vec<Self>) -> Self {
        let weighting = Some(Unplaced::new(losses.len()));
        Self { kind: Kind::UncertaintyWeighting(losses), weighting }
    }

    /// The sum of these, weighted as was learnt.
    #[track_caller]
    fn weigh(&self, losses: Vec<Tensor<1>>) -> Tensor<1> {
        let weighting = self.weighting.as_ref().expect("losses to be weighed have weights");
        weighting.forward(losses)
    }

    /// The loss of the batch, `[1]`.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit each other or the loss.
    #[track_caller]
    pub fn forward<X, Y>(&self, input: X, target: Y, reduction: Reduction) -> Tensor<1>
    where
        Self: Criterion<X, Y>,
    {
        Criterion::forward(self, input, target, reduction)
    }

    /// The loss of every target.
    ///
    /// # Panics
    ///
    /// As [`forward`](Self::forward); if the loss is defined on the reduced value only.
    #[track_caller]
    pub fn forward_no_reduction<X, Y>(&self, input: X, target: Y) -> <Self as Criterion<X, Y>>::Losses
    where
        Self: Criterion<X, Y>,
    {
        Criterion::forward_no_reduction(self, input, target)
    }

    /// This loss by the composed path even where there are fused kernels: for the tests and benchmarks that compare the
    /// two. Not part of the interface.
    #[doc(hidden)]
    pub fn composed(mut self) -> Self {
        self.leaves(&mut Leaf::compose);
        self
    }

    /// The losses inside. Every walk goes by this and [`inner_mut`](Self::inner_mut), so that none passes by a wrapper.
    fn inner(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Leaf(leaf) => leaf.inner().into_iter().collect(),
            Kind::Around(_, inner) => vec![&**inner],
            Kind::WeightedSum(sum) => sum.losses().collect(),
            Kind::UncertaintyWeighting(losses) => losses.iter().collect(),
        }
    }

    fn inner_mut(&mut self) -> Vec<&mut Self> {
        match &mut self.kind {
            Kind::Leaf(leaf) => leaf.inner_mut().into_iter().collect(),
            Kind::Around(_, inner) => vec![&mut **inner],
            Kind::WeightedSum(sum) => sum.losses_mut().collect(),
            Kind::UncertaintyWeighting(losses) => losses.iter_mut().collect(),
        }
    }

    /// Every node, this one first.
    fn each(&mut self, act: &mut dyn FnMut(&mut Kind<L>)) {
        act(&mut self.kind);
        self.inner_mut().into_iter().for_each(|loss| loss.each(act));
    }

    /// Every loss that goes around no other.
    fn leaves(&mut self, act: &mut dyn FnMut(&mut L)) {
        self.each(&mut |kind| match kind {
            Kind::Leaf(leaf) if leaf.inner().is_none() => act(leaf),
            _ => {}
        });
    }

    fn any_leaf(&self, test: &mut dyn FnMut(&L) -> Result<(), LossError>) -> Result<(), LossError> {
        match &self.kind {
            Kind::Leaf(leaf) if leaf.inner().is_none() => test(leaf),
            _ => self.inner().into_iter().try_for_each(|loss| loss.any_leaf(test)),
        }
    }

    /// Whether a loss inside is defined on the reduced value only.
    fn floods(&self) -> bool {
        matches!(self.kind, Kind::Around(Wrapper::Flooding(_), _)) || self.inner().into_iter().any(Self::floods)
    }

    /// The type's name of the outermost.
    fn name(&self) -> &'static str {
        match &self.kind {
            Kind::Leaf(leaf) => leaf.name(),
            Kind::Around(wrapper, _) => with!(wrapper, any wrapper => type_name_of(wrapper)),
            Kind::WeightedSum(_) => "WeightedSum",
            Kind::UncertaintyWeighting(_) => "UncertaintyWeighting",
        }
    }

    /// The loss itself, where nothing goes around it.
    fn bare(&self) -> Result<&L, LossError> {
        match &self.kind {
            Kind::Leaf(leaf) if leaf.inner().is_none() => Ok(leaf),
            _ => Err(check::no_weights(self.name())),
        }
    }
}

fn type_name_of<W: Described>(_: &W) -> &'static str {
    W::ENTRY.type_name
}

impl<L: Leaf> AnyLoss<L> {
    /// At a step of the training: what weights with a [`Schedule`](crate::Schedule) depend on, however deep they are.
    pub fn at_step(self, step: usize) -> Self {
        Scheduled::at_step(self, step)
    }

    /// Goes to a step of the training.
    pub fn set_step(&mut self, step: usize) {
        Scheduled::set_step(self, step);
    }

    /// Goes one step on: see [`WeightedSum`](WeightedSum#in-a-training) for when.
    pub fn next_step(&mut self) {
        Scheduled::next_step(self);
    }
}

impl<L: Leaf> Scheduled for AnyLoss<L> {
    fn steps(&mut self, act: &mut dyn FnMut(&mut usize)) {
        match &mut self.kind {
            // Which passes it on to the losses inside.
            Kind::WeightedSum(sum) => sum.steps(act),
            _ => self.inner_mut().into_iter().for_each(|loss| loss.steps(act)),
        }
    }
}

impl<X: Clone, Y: Clone, L: Leaf + Criterion<X, Y>> Criterion<X, Y> for AnyLoss<L> {
    type Losses = L::Losses;

    fn forward(&self, input: X, target: Y, reduction: Reduction) -> Tensor<1> {
        match &self.kind {
            Kind::Leaf(leaf) => leaf.forward(input, target, reduction),
            Kind::Around(wrapper, inner) => {
                with!(wrapper, any wrapper => wrapper.init(&**inner).forward(input, target, reduction))
            }
            Kind::WeightedSum(sum) => sum.forward(input, target, reduction),
            Kind::UncertaintyWeighting(losses) => {
                let mut each = Vec::with_capacity(losses.len());
                // No closure: a panic inside of one would not point at the caller.
                for loss in losses {
                    each.push(loss.forward(input.clone(), target.clone(), reduction));
                }
                self.weigh(each)
            }
        }
    }

    fn forward_no_reduction(&self, input: X, target: Y) -> L::Losses {
        match &self.kind {
            Kind::Leaf(leaf) => leaf.forward_no_reduction(input, target),
            Kind::Around(wrapper, inner) => {
                with!(wrapper, any wrapper => wrapper.init(&**inner).forward_no_reduction(input, target))
            }
            Kind::WeightedSum(sum) => sum.forward_no_reduction(input, target),
            Kind::UncertaintyWeighting(losses) => {
                let like = self.counts(&input, &target);
                let mut each = Vec::with_capacity(losses.len());
                for loss in losses {
                    each.push(loss.forward_no_reduction(input.clone(), target.clone()).flat());
                }
                like.shaped(self.weigh(each))
            }
        }
    }

    fn counts(&self, input: &X, target: &Y) -> L::Losses {
        match &self.kind {
            Kind::Leaf(leaf) => leaf.counts(input, target),
            Kind::Around(_, inner) => inner.counts(input, target),
            Kind::WeightedSum(sum) => sum.counts(input, target),
            Kind::UncertaintyWeighting(losses) => losses[0].counts(input, target),
        }
    }

    fn counted(&self, input: X, target: Y) -> (L::Losses, L::Losses) {
        match &self.kind {
            Kind::Leaf(leaf) => leaf.counted(input, target),
            Kind::Around(wrapper, inner) => {
                with!(wrapper, any wrapper => wrapper.init(&**inner).counted(input, target))
            }
            Kind::WeightedSum(_) | Kind::UncertaintyWeighting(_) => counted_by(self, input, target),
        }
    }
}

impl<L: Leaf> ModuleDisplay for AnyLoss<L> {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        display::settings().optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        match &self.kind {
            Kind::Leaf(leaf) => leaf.display(content),
            Kind::Around(wrapper, inner) => {
                with!(wrapper, any wrapper => display::wrapper(wrapper, content)).add("loss", &**inner)
            }
            Kind::WeightedSum(sum) => sum.content(content),
            Kind::UncertaintyWeighting(losses) => {
                let content = content.set_top_level_type("UncertaintyWeighting");
                let content = content.add("weighting", &self.weighting);
                let losses = losses.iter().enumerate();
                losses.fold(content, |content, (index, loss)| content.add(&format!("loss{}", index + 1), loss))
            }
        }
        .optional()
    }
}

/// Any loss of logits against classes.
#[derive(Clone, Debug)]
pub struct AnyClass(ClassKind);

#[derive(Clone, Debug)]
enum ClassKind {
    /// Class weights and ignored targets belong to the innermost losses.
    Row(ClassCall, Option<SoftCall>),
    Soft(SoftCall),
    Tensors(TensorClassCall),
    Around(ClassWrapper, Box<AnyClassLoss>),
}

/// Runs `$body` for what a kind of class loss is: a call, or a wrapper around another loss.
macro_rules! by_kind {
    ($kind:expr, $row:pat => $of_row:expr, $soft:pat => $of_soft:expr, $tensors:pat => $of_tensors:expr,
     ($wrapper:pat, $inner:pat) => $of_wrapper:expr) => {
        match $kind {
            ClassKind::Row($row, _) => $of_row,
            ClassKind::Soft($soft) => $of_soft,
            ClassKind::Tensors($tensors) => $of_tensors,
            ClassKind::Around($wrapper, $inner) => $of_wrapper,
        }
    };
}

impl<F: ClassFormula> From<ClassLoss<F>> for AnyClassLoss {
    fn from(loss: ClassLoss<F>) -> Self {
        Self::of(Kind::Leaf(AnyClass(ClassKind::Row(loss.call(None), loss.try_soft(None).ok()))))
    }
}

impl<F: SoftClassFormula> From<SoftClassLoss<F>> for AnyClassLoss {
    fn from(loss: SoftClassLoss<F>) -> Self {
        Self::of(Kind::Leaf(AnyClass(ClassKind::Soft(loss.call(None)))))
    }
}

impl<F: TensorClassFormula> From<TensorClassLoss<F>> for AnyClassLoss {
    fn from(loss: TensorClassLoss<F>) -> Self {
        Self::of(Kind::Leaf(AnyClass(ClassKind::Tensors(loss.call()))))
    }
}

impl AnyClassLoss {
    pub(crate) fn around(wrapper: ClassWrapper, inner: Self) -> Self {
        Self::of(Kind::Leaf(AnyClass(ClassKind::Around(wrapper, Box::new(inner)))))
    }

    /// Against targets that are smoothed.
    pub(crate) fn smoothed(smoothing: &LabelSmoothing, inner: Self) -> Result<Self, LossError> {
        smoothing.check()?;
        let refused = |rule: &str| {
            let name = inner.name();
            Err(error::refused(type_name_of(smoothing), "the loss", rule, name).about(ErrorKind::Unsupported))
        };
        match inner.soft() {
            Some(call) if call.label_smoothing.is_some() => refused("be one that is not smoothed yet"),
            Some(call) => {
                let call = SoftCall { label_smoothing: Some(smoothing.target()), ..call.clone() };
                Ok(Self::of(Kind::Leaf(AnyClass(ClassKind::Soft(call)))))
            }
            None if inner.inner().is_empty() => {
                refused("be of one class's probability or of sums over the classes, and without a smoothing of its own")
            }
            None => refused("be one that nothing goes around (smooth what is inside, and wrap that)"),
        }
    }

    /// With a weight for each class in the innermost losses; `None` takes the weights away.
    ///
    /// # Panics
    ///
    /// If a weight is negative or not finite: for those of a file there is
    /// [`try_with_class_weights`](Self::try_with_class_weights).
    #[track_caller]
    pub fn with_class_weights(self, weights: impl ClassWeights) -> Self {
        error::enforce(self.try_with_class_weights(weights))
    }

    /// With a weight for each class in the innermost losses; `None` takes the weights away.
    ///
    /// # Errors
    ///
    /// If a weight is negative or not finite.
    pub fn try_with_class_weights(mut self, weights: impl ClassWeights) -> Result<Self, LossError> {
        let weights: Option<Arc<[f64]>> = weights.into_weights().map(Into::into);
        self.any_leaf(&mut |leaf| check::class_weights(leaf.name(), weights.as_deref()))?;
        self.calls(&mut |call| *call.class_weights = weights.clone());
        Ok(self)
    }

    /// With a target value that does not count in the innermost losses; `None` lets every target count.
    pub fn with_ignore_index(mut self, index: impl Into<Option<i64>>) -> Self {
        let index = index.into();
        self.calls(&mut |call| *call.ignore_index = index);
        self
    }

    /// Whether this loss can be evaluated on these shapes and targets: for input that comes from a file, where a panic
    /// is no answer. `reduction` is `None` for one value per target.
    ///
    /// # Errors
    ///
    /// The sentence [`forward`](Criterion::forward) would panic with; a target that is neither a class nor ignored.
    pub fn check(
        &self,
        logits: &[usize],
        targets_shape: &[usize],
        targets: impl Iterator<Item = i64> + Clone,
        reduction: Option<Reduction>,
    ) -> Result<(), LossError> {
        self.any_leaf(&mut |leaf| leaf.check_shapes(logits, targets_shape))?;
        if reduction.is_none() && self.floods() {
            return Err(check::flooding_needs_a_reduction());
        }
        self.any_leaf(&mut |leaf| leaf.check_targets(logits, &mut targets.clone()))
    }

    /// How many views of each item the logits must hold: see [`TensorClassFormula::views`].
    pub fn views(&self) -> usize {
        let mut views = 1;
        let most = &mut |leaf: &AnyClass| {
            views = views.max(leaf.views());
            Ok(())
        };
        let _: Result<(), LossError> = self.any_leaf(most);
        views
    }

    /// What the scores must be: logits, unless a loss inside takes something else, see [`TensorClassFormula::input`].
    /// To the others beside it ln p is as good as a logit.
    pub fn input(&self) -> Input {
        let mut input = Input::Logits;
        let other = &mut |leaf: &AnyClass| {
            if leaf.input() != Input::Logits {
                input = leaf.input();
            }
            Ok(())
        };
        let _: Result<(), LossError> = self.any_leaf(other);
        input
    }

    /// With scores that are these, for losses of sums over the classes: see [`SoftClassLoss::with_input`]. The others take
    /// logits only, and ln p is as good as a logit to them.
    pub fn with_input(mut self, input: Input) -> Self {
        self.leaves(&mut |leaf| match &mut leaf.0 {
            ClassKind::Row(_, Some(call)) | ClassKind::Soft(call) => call.input = input,
            _ => {}
        });
        self
    }

    /// The loss of the batch, `[1]`, against a probability for every class.
    ///
    /// # Panics
    ///
    /// If the loss is not of this kind: see [`ClassLoss::forward_soft`]; if it is wrapped; if the shapes do not fit. Of a
    /// loss from a file, [`try_forward_soft`](Self::try_forward_soft) says the first two.
    #[track_caller]
    pub fn forward_soft<const D: usize>(
        &self,
        scores: Tensor<D>,
        probabilities: Tensor<D>,
        reduction: Reduction,
    ) -> Tensor<1> {
        error::enforce(self.try_forward_soft::<D, D>(scores, probabilities, None, reduction))
    }

    /// The loss of the batch, `[1]`, against a probability for every class, each row multiplied by its weight.
    ///
    /// # Panics
    ///
    /// As [`forward_soft`](Self::forward_soft); if the weights are not one per row.
    #[track_caller]
    pub fn forward_soft_weighted<const D: usize, const T: usize>(
        &self,
        scores: Tensor<D>,
        probabilities: Tensor<D>,
        weights: Tensor<T>,
        reduction: Reduction,
    ) -> Tensor<1> {
        error::enforce(self.try_forward_soft(scores, probabilities, Some(weights), reduction))
    }

    /// The loss of every row against a probability for every class, `[N, d1, …]`: T is D − 1, see
    /// [`SoftClassLoss::forward_soft_no_reduction`].
    ///
    /// # Panics
    ///
    /// As [`forward_soft`](Self::forward_soft).
    #[track_caller]
    pub fn forward_soft_no_reduction<const D: usize, const T: usize>(
        &self,
        scores: Tensor<D>,
        probabilities: Tensor<D>,
    ) -> Tensor<T> {
        error::enforce(self.try_forward_soft_no_reduction(scores, probabilities))
    }

    /// The loss of the batch, `[1]`, against a probability for every class; with weights, each row multiplied by its own.
    ///
    /// # Errors
    ///
    /// If the loss is not of this kind: see [`ClassLoss::forward_soft`]; if it is wrapped.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit.
    #[track_caller]
    pub fn try_forward_soft<const D: usize, const T: usize>(
        &self,
        scores: Tensor<D>,
        probabilities: Tensor<D>,
        weights: Option<Tensor<T>>,
        reduction: Reduction,
    ) -> Result<Tensor<1>, LossError> {
        let call = self.soft_call()?.reduced(Some(reduction));
        Ok(sums::evaluate(scores, Targets::Soft(probabilities), weights, call))
    }

    /// The loss of every row against a probability for every class, `[N, d1, …]`: T is D − 1, see
    /// [`SoftClassLoss::forward_soft_no_reduction`].
    ///
    /// # Errors
    ///
    /// As [`try_forward_soft`](Self::try_forward_soft).
    ///
    /// # Panics
    ///
    /// If the shapes do not fit.
    #[track_caller]
    pub fn try_forward_soft_no_reduction<const D: usize, const T: usize>(
        &self,
        scores: Tensor<D>,
        probabilities: Tensor<D>,
    ) -> Result<Tensor<T>, LossError> {
        let call = self.soft_call()?.reduced(None);
        Ok(sums::evaluate::<D, T, T>(scores, Targets::Soft(probabilities), None, call))
    }

    /// What the engine is asked where targets are probabilities, if it can be.
    fn soft(&self) -> Option<&SoftCall> {
        match &self.kind {
            Kind::Leaf(AnyClass(ClassKind::Soft(call) | ClassKind::Row(_, Some(call)))) => Some(call),
            _ => None,
        }
    }

    fn soft_call(&self) -> Result<&SoftCall, LossError> {
        self.soft().ok_or_else(|| match self.inner().is_empty() {
            true => check::no_soft_targets(self.name()),
            false => check::no_soft_targets_round(self.name()),
        })
    }

    fn calls(&mut self, act: &mut dyn FnMut(ClassOptions<'_>)) {
        self.leaves(&mut |leaf| leaf.calls(act));
    }
}

/// What belongs to every class loss.
struct ClassOptions<'a> {
    class_weights: &'a mut Option<Arc<[f64]>>,
    ignore_index: &'a mut Option<i64>,
    composed: &'a mut bool,
}

impl AnyClass {
    fn calls(&mut self, act: &mut dyn FnMut(ClassOptions<'_>)) {
        let soft_options = |call: &mut SoftCall, act: &mut dyn FnMut(ClassOptions<'_>)| {
            let SoftCall { class_weights, ignore_index, composed, .. } = call;
            act(ClassOptions { class_weights, ignore_index, composed });
        };
        match &mut self.0 {
            ClassKind::Row(call, soft) => {
                let ClassCall { class_weights, ignore_index, composed, .. } = call;
                act(ClassOptions { class_weights, ignore_index, composed });
                if let Some(soft) = soft {
                    soft_options(soft, act);
                }
            }
            ClassKind::Soft(call) => soft_options(call, act),
            ClassKind::Tensors(TensorClassCall { class_weights, ignore_index, composed, .. }) => {
                act(ClassOptions { class_weights, ignore_index, composed });
            }
            // What is inside is a leaf of its own.
            ClassKind::Around(..) => {}
        }
    }

    fn views(&self) -> usize {
        by_kind!(&self.0, _ => 1, _ => 1, call => call.formula.views(), (_, inner) => inner.views())
    }

    fn input(&self) -> Input {
        by_kind!(&self.0, _ => Input::Logits, call => call.input, call => call.formula.input(),
            (_, inner) => inner.input())
    }

    fn check_shapes(&self, logits: &[usize], targets: &[usize]) -> Result<(), LossError> {
        by_kind!(&self.0,
            call => call.check_shapes(logits, targets),
            call => call.check_classes(logits, targets),
            call => check_shapes(call, logits, targets),
            (_, inner) => inner.any_leaf(&mut |leaf| leaf.check_shapes(logits, targets)))
    }

    fn check_targets(&self, logits: &[usize], targets: &mut dyn Iterator<Item = i64>) -> Result<(), LossError> {
        by_kind!(&self.0,
        call => check::in_range(call.formula.name(), targets, logits[1], call.ignore_index),
        call => check::in_range(call.formula.name(), targets, logits[1], call.ignore_index),
        call => check::in_range(call.formula.name(), targets, logits[1], call.ignore_index),
        (_, inner) => {
            let targets: Vec<i64> = targets.collect();
            inner.any_leaf(&mut |leaf| leaf.check_targets(logits, &mut targets.iter().copied()))
        })
    }
}

impl Leaf for AnyClass {
    const SIGNATURE: Signature = Signature::Class;

    fn of(built: Built) -> Option<AnyLoss<Self>> {
        match built {
            Built::Class(loss) => Some(loss),
            _ => None,
        }
    }

    fn display(&self, content: Content) -> Content {
        by_kind!(&self.0,
        call => call.display(content),
        call => call.display(content),
        call => call.display(content),
        (wrapper, inner) => {
            with!(wrapper, of_classes wrapper => display::wrapper(wrapper, content)).add("loss", &**inner)
        })
    }

    fn compose(&mut self) {
        self.calls(&mut |call| *call.composed = true);
    }

    fn name(&self) -> &'static str {
        by_kind!(&self.0, call => call.formula.name(), call => call.formula.name(), call => call.formula.name(),
            (wrapper, _) => with!(wrapper, of_classes wrapper => type_name_of(wrapper)))
    }

    fn inner(&self) -> Option<&AnyClassLoss> {
        by_kind!(&self.0, _ => None, _ => None, _ => None, (_, inner) => Some(&**inner))
    }

    fn inner_mut(&mut self) -> Option<&mut AnyClassLoss> {
        by_kind!(&mut self.0, _ => None, _ => None, _ => None, (_, inner) => Some(&mut **inner))
    }
}

impl<const D: usize, const T: usize> Criterion<Tensor<D>, Tensor<T, Int>> for AnyClass {
    type Losses = Tensor<T>;

    fn forward(&self, logits: Tensor<D>, targets: Tensor<T, Int>, reduction: Reduction) -> Tensor<1> {
        let by = Some(reduction);
        by_kind!(&self.0,
        call => rows::evaluate(logits, targets, ClassCall { reduction: by, ..call.clone() }),
        call => sums::evaluate(logits, Targets::Classes(targets), None, call.reduced(by)),
        call => call.forward(logits, targets, reduction),
        (wrapper, inner) => {
            with!(wrapper, of_classes wrapper => wrapper.init(&**inner).forward(logits, targets, reduction))
        })
    }

    fn forward_no_reduction(&self, logits: Tensor<D>, targets: Tensor<T, Int>) -> Tensor<T> {
        by_kind!(&self.0,
        call => rows::evaluate(logits, targets, ClassCall { reduction: None, ..call.clone() }),
        call => sums::evaluate(logits, Targets::Classes(targets), None, call.reduced(None)),
        call => call.forward_no_reduction(logits, targets),
        (wrapper, inner) => {
            with!(wrapper, of_classes wrapper => wrapper.init(&**inner).forward_no_reduction(logits, targets))
        })
    }

    fn counts(&self, logits: &Tensor<D>, targets: &Tensor<T, Int>) -> Tensor<T> {
        by_kind!(&self.0,
            call => class_counts(logits, targets, call.class_weights.as_deref(), call.ignore_index),
            call => class_counts(logits, targets, call.class_weights.as_deref(), call.ignore_index),
            call => class_counts(logits, targets, call.class_weights.as_deref(), call.ignore_index),
            (_, inner) => inner.counts(logits, targets))
    }

    fn counted(&self, logits: Tensor<D>, targets: Tensor<T, Int>) -> (Tensor<T>, Tensor<T>) {
        let mut relative = self.clone();
        relative.calls(&mut |call| *call.class_weights = class_weights::relative(call.class_weights));
        by_kind!(&self.0, _ => counted_by(&relative, logits, targets), _ => counted_by(&relative, logits, targets),
        _ => counted_by(&relative, logits, targets),
        (wrapper, inner) => {
            with!(wrapper, of_classes wrapper => wrapper.init(&**inner).counted(logits, targets))
        })
    }
}

/// Any loss of a prediction against a target.
#[derive(Clone, Debug)]
pub struct AnyPointwise(PointCall);

impl<F: PointwiseFormula> From<PointwiseLoss<F>> for AnyPointwiseLoss {
    fn from(loss: PointwiseLoss<F>) -> Self {
        Self::of(Kind::Leaf(AnyPointwise(loss.call(None))))
    }
}

impl Leaf for AnyPointwise {
    const SIGNATURE: Signature = Signature::Pointwise;

    fn of(built: Built) -> Option<AnyLoss<Self>> {
        match built {
            Built::Pointwise(loss) => Some(loss),
            _ => None,
        }
    }

    fn display(&self, content: Content) -> Content {
        display::formula(self.0.formula.name(), self.0.formula.parameters(), content)
    }

    fn name(&self) -> &'static str {
        self.0.formula.name()
    }

    fn compose(&mut self) {
        self.0.composed = true;
    }
}

impl<const D: usize> Criterion<Tensor<D>, Tensor<D>> for AnyPointwise {
    type Losses = Tensor<D>;

    fn forward(&self, prediction: Tensor<D>, target: Tensor<D>, reduction: Reduction) -> Tensor<1> {
        points::evaluate([Some(prediction), Some(target), None], None, self.0.reduced(Some(reduction)))
    }

    fn forward_no_reduction(&self, prediction: Tensor<D>, target: Tensor<D>) -> Tensor<D> {
        points::evaluate([Some(prediction), Some(target), None], None, self.0.reduced(None))
    }

    fn counts(&self, prediction: &Tensor<D>, _: &Tensor<D>) -> Tensor<D> {
        prediction.ones_like().detach()
    }
}

impl AnyPointwiseLoss {
    /// The loss of the batch, `[1]`, every element multiplied by its weight: see [`PointwiseLoss::forward_weighted`].
    ///
    /// # Panics
    ///
    /// If the loss is wrapped, which [`try_forward_weighted`](Self::try_forward_weighted) says; if the shapes do not fit.
    #[track_caller]
    pub fn forward_weighted<const D: usize>(
        &self,
        prediction: Tensor<D>,
        target: Tensor<D>,
        weights: Tensor<D>,
        reduction: Reduction,
    ) -> Tensor<1> {
        error::enforce(self.try_forward_weighted(prediction, target, weights, reduction))
    }

    /// The same, of a loss that may be wrapped.
    ///
    /// # Errors
    ///
    /// If the loss is wrapped.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit.
    #[track_caller]
    pub fn try_forward_weighted<const D: usize>(
        &self,
        prediction: Tensor<D>,
        target: Tensor<D>,
        weights: Tensor<D>,
        reduction: Reduction,
    ) -> Result<Tensor<1>, LossError> {
        let AnyPointwise(call) = self.bare()?;
        let inputs = [Some(prediction), Some(target), None];
        Ok(points::evaluate(inputs, Some(weights), call.reduced(Some(reduction))))
    }
}

/// Any loss of yes-or-no decisions.
#[derive(Clone, Debug)]
pub struct AnyBinary {
    formula: Arc<dyn ErasedBinary>,
    options: BinaryOptions,
    composed: bool,
}

impl AnyBinary {
    fn call(&self, reduction: Option<Reduction>) -> PointCall {
        PointCall { reduction, composed: self.composed, ..PointCall::new(self.formula.with(&self.options)) }
    }
}

impl<F: BinaryFormula> From<BinaryLoss<F>> for AnyBinaryLoss {
    fn from(loss: BinaryLoss<F>) -> Self {
        let formula = Arc::new(loss.formula().clone());
        Self::of(Kind::Leaf(AnyBinary { formula, options: loss.options().clone(), composed: false }))
    }
}

impl AnyBinaryLoss {
    /// With scores that are these: see [`BinaryLoss::with_input`].
    pub fn with_input(mut self, input: Input) -> Self {
        self.leaves(&mut |leaf| leaf.options.input = input);
        self
    }

    /// With the factor of positive targets: see [`BinaryLoss::with_pos_weight`].
    ///
    /// # Panics
    ///
    /// If it is negative or not finite: for one of a file there is [`try_with_pos_weight`](Self::try_with_pos_weight).
    #[track_caller]
    pub fn with_pos_weight(self, pos_weight: impl Into<PerClass>) -> Self {
        error::enforce(self.try_with_pos_weight(pos_weight))
    }

    /// With the factor of positive targets: see [`BinaryLoss::with_pos_weight`].
    ///
    /// # Errors
    ///
    /// If it is negative or not finite.
    pub fn try_with_pos_weight(mut self, pos_weight: impl Into<PerClass>) -> Result<Self, LossError> {
        let pos_weight = pos_weight.into().broadcast();
        self.any_leaf(&mut |leaf| check::pos_weight(leaf.name(), &pos_weight))?;
        self.leaves(&mut |leaf| leaf.options.pos_weight = pos_weight.clone());
        Ok(self)
    }

    /// With label smoothing: see [`BinaryLoss::with_label_smoothing`].
    ///
    /// # Panics
    ///
    /// If it is outside its range: for one of a file there is
    /// [`try_with_label_smoothing`](Self::try_with_label_smoothing).
    #[track_caller]
    pub fn with_label_smoothing(self, label_smoothing: f64) -> Self {
        error::enforce(self.try_with_label_smoothing(label_smoothing))
    }

    /// With label smoothing: see [`BinaryLoss::with_label_smoothing`].
    ///
    /// # Errors
    ///
    /// If it is outside its range.
    pub fn try_with_label_smoothing(mut self, label_smoothing: f64) -> Result<Self, LossError> {
        self.any_leaf(&mut |leaf| check::label_smoothing(leaf.name(), label_smoothing))?;
        self.leaves(&mut |leaf| leaf.options.label_smoothing = label_smoothing);
        Ok(self)
    }

    /// The loss of the batch, `[1]`, every element multiplied by its weight: see [`BinaryLoss::forward_weighted`].
    ///
    /// # Panics
    ///
    /// If the loss is wrapped, which [`try_forward_weighted`](Self::try_forward_weighted) says; if the shapes do not fit.
    #[track_caller]
    pub fn forward_weighted<const D: usize>(
        &self,
        scores: Tensor<D>,
        targets: impl BinaryTargets<D>,
        weights: Tensor<D>,
        reduction: Reduction,
    ) -> Tensor<1> {
        error::enforce(self.try_forward_weighted(scores, targets, weights, reduction))
    }

    /// The same, of a loss that may be wrapped.
    ///
    /// # Errors
    ///
    /// If the loss is wrapped.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit.
    #[track_caller]
    pub fn try_forward_weighted<const D: usize>(
        &self,
        scores: Tensor<D>,
        targets: impl BinaryTargets<D>,
        weights: Tensor<D>,
        reduction: Reduction,
    ) -> Result<Tensor<1>, LossError> {
        let leaf = self.bare()?;
        let targets = targets.into_floats(&scores);
        Ok(points::evaluate([Some(scores), Some(targets), None], Some(weights), leaf.call(Some(reduction))))
    }
}

impl Leaf for AnyBinary {
    const SIGNATURE: Signature = Signature::Binary;

    fn of(built: Built) -> Option<AnyLoss<Self>> {
        match built {
            Built::Binary(loss) => Some(loss),
            _ => None,
        }
    }

    fn display(&self, content: Content) -> Content {
        let call = self.call(None);
        display::formula(call.formula.name(), call.formula.parameters(), content)
    }

    fn name(&self) -> &'static str {
        self.call(None).formula.name()
    }

    fn compose(&mut self) {
        self.composed = true;
    }
}

impl<const D: usize, Y: BinaryTargets<D>> Criterion<Tensor<D>, Y> for AnyBinary {
    type Losses = Tensor<D>;

    fn forward(&self, scores: Tensor<D>, targets: Y, reduction: Reduction) -> Tensor<1> {
        let targets = targets.into_floats(&scores);
        points::evaluate([Some(scores), Some(targets), None], None, self.call(Some(reduction)))
    }

    fn forward_no_reduction(&self, scores: Tensor<D>, targets: Y) -> Tensor<D> {
        let targets = targets.into_floats(&scores);
        points::evaluate([Some(scores), Some(targets), None], None, self.call(None))
    }

    fn counts(&self, scores: &Tensor<D>, _: &Y) -> Tensor<D> {
        scores.ones_like().detach()
    }
}

/// Any loss of a location and a scale.
#[derive(Clone, Debug)]
pub struct AnyDistribution(PointCall);

impl<F: DistributionFormula> From<DistributionLoss<F>> for AnyDistributionLoss {
    fn from(loss: DistributionLoss<F>) -> Self {
        Self::of(Kind::Leaf(AnyDistribution(loss.call(None))))
    }
}

impl AnyDistributionLoss {
    /// The loss of the batch, `[1]`, every element multiplied by its weight: see
    /// [`DistributionLoss::forward_weighted`].
    ///
    /// # Panics
    ///
    /// If the loss is wrapped, which [`try_forward_weighted`](Self::try_forward_weighted) says; if the shapes do not fit.
    #[track_caller]
    pub fn forward_weighted<const D: usize>(
        &self,
        prediction: (Tensor<D>, Tensor<D>),
        target: Tensor<D>,
        weights: Tensor<D>,
        reduction: Reduction,
    ) -> Tensor<1> {
        error::enforce(self.try_forward_weighted(prediction, target, weights, reduction))
    }

    /// The same, of a loss that may be wrapped.
    ///
    /// # Errors
    ///
    /// If the loss is wrapped.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit.
    #[track_caller]
    pub fn try_forward_weighted<const D: usize>(
        &self,
        (location, scale): (Tensor<D>, Tensor<D>),
        target: Tensor<D>,
        weights: Tensor<D>,
        reduction: Reduction,
    ) -> Result<Tensor<1>, LossError> {
        let AnyDistribution(call) = self.bare()?;
        let inputs = [Some(location), Some(scale), Some(target)];
        Ok(points::evaluate(inputs, Some(weights), call.reduced(Some(reduction))))
    }
}

impl Leaf for AnyDistribution {
    const SIGNATURE: Signature = Signature::Distribution;

    fn of(built: Built) -> Option<AnyLoss<Self>> {
        match built {
            Built::Distribution(loss) => Some(loss),
            _ => None,
        }
    }

    fn display(&self, content: Content) -> Content {
        display::formula(self.0.formula.name(), self.0.formula.parameters(), content)
    }

    fn name(&self) -> &'static str {
        self.0.formula.name()
    }

    fn compose(&mut self) {
        self.0.composed = true;
    }
}

impl<const D: usize> Criterion<(Tensor<D>, Tensor<D>), Tensor<D>> for AnyDistribution {
    type Losses = Tensor<D>;

    fn forward(&self, (location, scale): (Tensor<D>, Tensor<D>), target: Tensor<D>, reduction: Reduction) -> Tensor<1> {
        points::evaluate([Some(location), Some(scale), Some(target)], None, self.0.reduced(Some(reduction)))
    }

    fn forward_no_reduction(&self, (location, scale): (Tensor<D>, Tensor<D>), target: Tensor<D>) -> Tensor<D> {
        points::evaluate([Some(location), Some(scale), Some(target)], None, self.0.reduced(None))
    }

    fn counts(&self, (location, _): &(Tensor<D>, Tensor<D>), _: &Tensor<D>) -> Tensor<D> {
        location.ones_like().detach()
    }
}

/// Any loss of rows, items or batches.
#[derive(Clone, Debug)]
pub struct AnyTensor(TensorCall);

impl<F: TensorFormula> From<TensorLoss<F>> for AnyTensorLoss {
    fn from(loss: TensorLoss<F>) -> Self {
        Self::of(Kind::Leaf(AnyTensor(loss.call())))
    }
}

impl AnyTensorLoss {
    /// The loss of the batch, `[1]`, every loss multiplied by its weight: see [`TensorLoss::forward_weighted`].
    ///
    /// # Panics
    ///
    /// If the loss is wrapped, which [`try_forward_weighted`](Self::try_forward_weighted) says; if the shapes do not fit.
    #[track_caller]
    pub fn forward_weighted<const D: usize>(
        &self,
        prediction: Tensor<D>,
        target: impl BinaryTargets<D>,
        weights: Tensor<D>,
        reduction: Reduction,
    ) -> Tensor<1> {
        error::enforce(self.try_forward_weighted(prediction, target, weights, reduction))
    }

    /// The same, of a loss that may be wrapped.
    ///
    /// # Errors
    ///
    /// If the loss is wrapped.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit.
    #[track_caller]
    pub fn try_forward_weighted<const D: usize>(
        &self,
        prediction: Tensor<D>,
        target: impl BinaryTargets<D>,
        weights: Tensor<D>,
        reduction: Reduction,
    ) -> Result<Tensor<1>, LossError> {
        let AnyTensor(call) = self.bare()?;
        let target = target.into_floats(&prediction);
        Ok(call.forward(prediction, target, Some(weights), reduction))
    }
}

impl Leaf for AnyTensor {
    const SIGNATURE: Signature = Signature::Whole;

    fn of(built: Built) -> Option<AnyLoss<Self>> {
        match built {
            Built::Tensor(loss) => Some(loss),
            _ => None,
        }
    }

    fn display(&self, content: Content) -> Content {
        display::formula(self.0.0.name(), self.0.0.parameters(), content)
    }

    fn name(&self) -> &'static str {
        self.0.0.name()
    }

    fn compose(&mut self) {}
}

impl<const D: usize, Y: BinaryTargets<D>> Criterion<Tensor<D>, Y> for AnyTensor {
    type Losses = Tensor<D>;

    fn forward(&self, prediction: Tensor<D>, target: Y, reduction: Reduction) -> Tensor<1> {
        let target = target.into_floats(&prediction);
        self.0.forward(prediction, target, None, reduction)
    }

    fn forward_no_reduction(&self, prediction: Tensor<D>, target: Y) -> Tensor<D> {
        let target = target.into_floats(&prediction);
        self.0.forward_no_reduction(prediction, target)
    }

    fn counts(&self, prediction: &Tensor<D>, _: &Y) -> Tensor<D> {
        self.0.counts(prediction)
    }
}

impl LabelSmoothing {
    /// Around a class loss.
    ///
    /// # Panics
    ///
    /// If a parameter is outside its range or the distribution 0 for every class, or the loss cannot be smoothed:
    /// cross-entropy with a smoothing of its own, normalised cross-entropy, z-loss, and wrapped losses (wrap the smoothed
    /// one instead). The loss panics if there is not one number per class.
    #[track_caller]
    pub fn init(&self, inner: impl Into<AnyClassLoss>) -> AnyClassLoss {
        check::config(self);
        error::enforce(AnyClassLoss::smoothed(self, inner.into()))
    }
}

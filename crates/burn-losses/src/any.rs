//! [`AnyClassLoss`]: a class loss whose type is chosen at run time.

use crate::check::{self, LossError};
use crate::class::ClassLoss;
use crate::combine::{ClassCriterion, Flooding, LogitClip, LogitNorm};
use crate::display;
use crate::engine::class_rows::{self, ClassCall, ClassFormula};
use crate::reduction::Reduction;
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::{Int, Tensor};

/// A class loss whose type is chosen at run time: what [`LossConfig::init`](crate::LossConfig::init) builds, or any
/// [`ClassLoss`] by `from`. Everything said there holds here.
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct AnyClassLoss {
    #[module(skip)]
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// Class weights and ignored targets belong to the innermost loss.
    Row(ClassCall),
    LogitClip(LogitClip, Box<AnyClassLoss>),
    LogitNorm(LogitNorm, Box<AnyClassLoss>),
    Flooding(Flooding, Box<AnyClassLoss>),
}

impl<F: ClassFormula> From<ClassLoss<F>> for AnyClassLoss {
    fn from(loss: ClassLoss<F>) -> Self {
        Self { kind: Kind::Row(loss.call(None)) }
    }
}

// Named as the variants, for the table of losses.
#[allow(non_snake_case)]
impl AnyClassLoss {
    pub(crate) fn LogitClip(clip: LogitClip, inner: Self) -> Self {
        Self { kind: Kind::LogitClip(clip, Box::new(inner)) }
    }
    pub(crate) fn LogitNorm(norm: LogitNorm, inner: Self) -> Self {
        Self { kind: Kind::LogitNorm(norm, Box::new(inner)) }
    }
    pub(crate) fn Flooding(flooding: Flooding, inner: Self) -> Self {
        Self { kind: Kind::Flooding(flooding, Box::new(inner)) }
    }
}

impl AnyClassLoss {
    /// With a weight for each class in the innermost loss; `None` takes the weights away.
    ///
    /// # Errors
    ///
    /// If a weight is negative or not finite.
    pub fn with_class_weights(mut self, weights: impl Into<Option<Vec<f64>>>) -> Result<Self, LossError> {
        let weights = weights.into();
        let call = self.innermost_mut();
        check::class_weights(call.formula.name(), weights.as_deref())?;
        call.class_weights = weights.map(Into::into);
        Ok(self)
    }

    /// With a target value that does not count in the innermost loss; `None` lets every target count.
    pub fn with_ignore_index(mut self, index: impl Into<Option<i64>>) -> Self {
        self.innermost_mut().ignore_index = index.into();
        self
    }

    /// This loss by the composed path even where there are fused kernels: for the tests and benchmarks that compare the
    /// two. Not part of the interface.
    #[doc(hidden)]
    pub fn composed(mut self) -> Self {
        self.innermost_mut().composed = true;
        self
    }

    /// Whether this loss can be evaluated on these shapes and targets: for input that comes from a file, where a panic
    /// is no answer. `reduction` is `None` for one value a target.
    ///
    /// # Errors
    ///
    /// The sentence [`forward`](ClassCriterion::forward) would panic with; a target that is neither a class nor ignored.
    pub fn check(
        &self,
        logits: &[usize],
        targets_shape: &[usize],
        targets: impl Iterator<Item = i64>,
        reduction: Option<Reduction>,
    ) -> Result<(), LossError> {
        let call = self.innermost();
        check::try_class_shapes(logits, targets_shape, call)?;
        if reduction.is_none() && self.floods() {
            return Err(check::flooding_needs_a_reduction());
        }
        check::try_target_range(targets, logits[1], call)
    }

    fn floods(&self) -> bool {
        match &self.kind {
            Kind::Row(_) => false,
            Kind::LogitClip(_, inner) | Kind::LogitNorm(_, inner) => inner.floods(),
            Kind::Flooding(..) => true,
        }
    }

    fn innermost(&self) -> &ClassCall {
        match &self.kind {
            Kind::Row(call) => call,
            Kind::LogitClip(_, inner) | Kind::LogitNorm(_, inner) | Kind::Flooding(_, inner) => inner.innermost(),
        }
    }

    fn innermost_mut(&mut self) -> &mut ClassCall {
        match &mut self.kind {
            Kind::Row(call) => call,
            Kind::LogitClip(_, inner) | Kind::LogitNorm(_, inner) | Kind::Flooding(_, inner) => inner.innermost_mut(),
        }
    }
}

impl ClassCriterion for AnyClassLoss {
    fn forward<const D: usize, const T: usize>(
        &self,
        logits: Tensor<D>,
        targets: Tensor<T, Int>,
        reduction: Reduction,
    ) -> Tensor<1> {
        match &self.kind {
            Kind::Row(call) => {
                class_rows::evaluate(logits, targets, ClassCall { reduction: Some(reduction), ..call.clone() })
            }
            Kind::LogitClip(clip, inner) => clip.init(&**inner).forward(logits, targets, reduction),
            Kind::LogitNorm(norm, inner) => norm.init(&**inner).forward(logits, targets, reduction),
            Kind::Flooding(flooding, inner) => flooding.init(&**inner).forward(logits, targets, reduction),
        }
    }

    fn forward_no_reduction<const D: usize, const T: usize>(
        &self,
        logits: Tensor<D>,
        targets: Tensor<T, Int>,
    ) -> Tensor<T> {
        match &self.kind {
            Kind::Row(call) => class_rows::evaluate(logits, targets, ClassCall { reduction: None, ..call.clone() }),
            Kind::LogitClip(clip, inner) => clip.init(&**inner).forward_no_reduction(logits, targets),
            Kind::LogitNorm(norm, inner) => norm.init(&**inner).forward_no_reduction(logits, targets),
            Kind::Flooding(flooding, inner) => flooding.init(&**inner).forward_no_reduction(logits, targets),
        }
    }
}

impl ModuleDisplay for AnyClassLoss {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        display::settings().optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        match &self.kind {
            Kind::Row(call) => display::call(call, content),
            Kind::LogitClip(clip, inner) => display::wrapper(clip, content).add("loss", &**inner),
            Kind::LogitNorm(norm, inner) => display::wrapper(norm, content).add("loss", &**inner),
            Kind::Flooding(flooding, inner) => display::wrapper(flooding, content).add("loss", &**inner),
        }
        .optional()
    }
}

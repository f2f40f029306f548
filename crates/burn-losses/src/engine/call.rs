//! What an evaluation is besides its tensors: a formula, and how it is applied.

use super::formula::{PointFormula, RowFormula, SoftFormula};
use super::tensors::{NONE_WANTED, Wanted};
use crate::base::error::LossError;
use crate::base::input::Input;
use crate::base::per_class::ClassParameter as _;
use crate::base::reduction::Reduction;
use crate::base::smoothing::Smoothing;
use crate::base::{check, display};
use burn::module::Content;
use burn::tensor::Shape;
use std::sync::Arc;

/// One evaluation by one of the engines, except its tensors.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Call {
    /// Rows of logits against one class each.
    Rows(ClassCall),
    /// Rows of scores against probabilities or classes, by sums over the classes.
    Sums(SoftCall),
    /// Elements of two or three tensors.
    Points(PointCall),
}

impl Call {
    /// `None`: one value per target.
    pub(crate) fn reduction(&self) -> Option<Reduction> {
        match self {
            Self::Rows(call) => call.reduction,
            Self::Sums(call) => call.reduction,
            Self::Points(call) => call.reduction,
        }
    }

    /// By which of the tensors the loss is differentiated, at most.
    pub(crate) fn differentiable(&self) -> Wanted {
        let [first, second, third] = match self {
            Self::Rows(_) => [true, false, false],
            Self::Sums(_) => [true, true, false],
            Self::Points(call) => call.formula.differentiable(),
        };
        let mut wanted = NONE_WANTED;
        wanted[..3].copy_from_slice(&[first, second, third]);
        wanted
    }

    /// The shape of the result, given that of the first tensor and of the classes.
    #[cfg(feature = "cube")]
    pub(crate) fn output_shape(&self, first: &Shape, classes: Option<&Shape>) -> Shape {
        match self {
            Self::Rows(call) => call.output_shape(classes.expect("class rows have classes")),
            Self::Sums(call) => call.output_shape(first),
            Self::Points(call) => call.output_shape(first.clone()),
        }
    }
}

/// Everything of one evaluation of a class loss, except its tensors.
#[derive(Clone, Debug)]
pub struct ClassCall {
    pub(crate) formula: Arc<dyn RowFormula>,
    pub(crate) class_weights: Option<Arc<[f64]>>,
    pub(crate) ignore_index: Option<i64>,
    /// `None`: one value per target.
    pub(crate) reduction: Option<Reduction>,
    /// The composed path even where there are fused kernels.
    pub(crate) composed: bool,
}

impl ClassCall {
    /// Whether logits and targets fit each other, and everything that has one entry per class.
    pub(crate) fn check_shapes(&self, logits: &[usize], targets: &[usize]) -> Result<(), LossError> {
        let weights = self.class_weights.as_ref().map(|weights| weights.len());
        check::shapes(self.formula.name(), logits, targets, 1, self.formula.per_class(), weights)
    }

    /// The shape of the result, for classes of this shape.
    pub(crate) fn output_shape(&self, classes: &Shape) -> Shape {
        match self.reduction {
            Some(_) => Shape::new([1]),
            None => classes.clone(),
        }
    }

    /// The formula's name and parameters, the class weights and the ignore index, as far as there are any.
    pub(crate) fn display(&self, content: Content) -> Content {
        let content = display::formula(self.formula.name(), self.formula.parameters(), content);
        display::targets(self.class_weights.as_deref(), self.ignore_index, content)
    }
}

/// Everything of one evaluation of a loss of soft class rows, except its tensors.
#[derive(Clone, Debug)]
pub struct SoftCall {
    pub(crate) formula: Arc<dyn SoftFormula>,
    pub(crate) input: Input,
    /// Of the rows where targets are classes. Where they are probabilities: of the terms if the loss is the expected one of
    /// a class, else Σ q·w of the rows.
    pub(crate) class_weights: Option<Arc<[f64]>>,
    pub(crate) ignore_index: Option<i64>,
    /// A share of every target goes to all classes.
    pub(crate) label_smoothing: Option<Smoothing>,
    /// `None`: one value per row.
    pub(crate) reduction: Option<Reduction>,
    /// The composed path even where there are fused kernels.
    pub(crate) composed: bool,
}

impl SoftCall {
    pub(crate) fn new(formula: impl SoftFormula + 'static) -> Self {
        Self {
            formula: Arc::new(formula),
            input: Input::Logits,
            class_weights: None,
            ignore_index: None,
            label_smoothing: None,
            reduction: None,
            composed: false,
        }
    }

    pub(crate) fn reduced(&self, reduction: Option<Reduction>) -> Self {
        Self { reduction, ..self.clone() }
    }

    /// The parameters that are lists by class, with their lengths.
    pub(crate) fn per_class(&self) -> Vec<(&'static str, usize)> {
        let distribution = self.label_smoothing.as_ref().map(|smoothing| &smoothing.distribution);
        let distribution = distribution.filter(|distribution| distribution.same_for_all().is_none());
        let mut lists = self.formula.per_class();
        lists.extend(distribution.map(|distribution| ("distribution", distribution.by_class().len())));
        lists
    }

    /// The shape of the result, for scores of this shape.
    pub(crate) fn output_shape(&self, scores: &Shape) -> Shape {
        match self.reduction {
            Some(_) => Shape::new([1]),
            None => {
                let dims: Vec<usize> = scores.iter().copied().collect();
                Shape::from([&dims[..1], &dims[2..]].concat())
            }
        }
    }

    /// Whether scores and class targets fit each other, and everything that has one entry per class.
    pub(crate) fn check_classes(&self, scores: &[usize], targets: &[usize]) -> Result<(), LossError> {
        let weights = self.class_weights.as_ref().map(|weights| weights.len());
        check::shapes(self.formula.name(), scores, targets, 1, self.per_class(), weights)
    }

    /// The formula's name and parameters, what scores are where they are not logits, the class weights and the ignore index.
    pub(crate) fn display(&self, content: Content) -> Content {
        let mut parameters = self.formula.parameters();
        if self.input != Input::Logits {
            parameters.push(("input".to_owned(), serde_json::to_value(self.input).unwrap_or_default()));
        }
        if let Some(smoothing) = &self.label_smoothing {
            parameters.push(("label_smoothing".to_owned(), serde_json::to_value(smoothing).unwrap_or_default()));
        }
        let content = display::formula(self.formula.name(), parameters, content);
        display::targets(self.class_weights.as_deref(), self.ignore_index, content)
    }
}

/// Everything of one evaluation of a pointwise loss, except its tensors.
#[derive(Clone, Debug)]
pub struct PointCall {
    pub(crate) formula: Arc<dyn PointFormula>,
    /// `None`: one value per element.
    pub(crate) reduction: Option<Reduction>,
    /// The composed path even where there are fused kernels.
    pub(crate) composed: bool,
}

impl PointCall {
    pub(crate) fn new(formula: Arc<dyn PointFormula>) -> Self {
        Self { formula, reduction: None, composed: false }
    }

    pub(crate) fn reduced(&self, reduction: Option<Reduction>) -> Self {
        Self { reduction, ..self.clone() }
    }

    pub(crate) fn output_shape(&self, inputs: Shape) -> Shape {
        match self.reduction {
            Some(_) => Shape::new([1]),
            None => inputs,
        }
    }
}

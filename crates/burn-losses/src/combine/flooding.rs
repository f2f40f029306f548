//! Flooding.

use super::schedule::Scheduled;
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::base::reduction::Reduction;
use crate::base::{check, display};
use crate::signature::Criterion;
use burn::config::Config;
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Flooding: keeps the loss of a batch from falling below a level, by climbing again once it has.
///
/// Against overfitting when training goes on long after the training error is 0. It acts on the reduced value of a
/// batch, so it depends on the batch size; too high a level stops learning.
///
/// # Formula
///
/// ```text
/// L ← |L − b| + b          ∂ = sign(L − b)·∂L,  0 at L = b
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// b = 0 is the inner loss, where that is not negative. A batch where everything is ignored has L = 0, hence 2b, with
/// gradient 0.
///
/// # Source
///
/// T. Ishida et al., Do We Need Zero Training Loss After Achieving Zero Training Error?, 2020, equation 1.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let criterion = Flooding::default().with_level(0.5).init(CrossEntropy::default().init());
/// let logits = Tensor::<2>::from_data([[50.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = criterion.forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 1.0).abs() < 1e-6); // |0 − ½| + ½
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Flooding {
    /// b, the level: ≥ 0, default 0.1.
    pub level: f64,
}

impl Config for Flooding {}

impl Default for Flooding {
    fn default() -> Self {
        Self { level: 0.1 }
    }
}

impl Flooding {
    /// With level b.
    pub fn with_level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// Around a loss.
    ///
    /// # Panics
    ///
    /// If the level is outside its range.
    #[track_caller]
    pub fn init<L>(&self, inner: L) -> FloodingLoss<L> {
        check::config(self);
        FloodingLoss { inner, flooding: self.clone() }
    }

    /// The flooded value of a reduced loss.
    pub fn apply(&self, loss: Tensor<1>) -> Tensor<1> {
        (loss - self.level).abs() + self.level
    }
}

impl Described for Flooding {
    const ENTRY: Entry = Entry {
        name: "flooding",
        type_name: "Flooding",
        family: Family::Wrapper,
        formula: "|L − b| + b",
        source: "Ishida et al., Do We Need Zero Training Loss After Achieving Zero Training Error?, 2020, equation 1",
        purpose: "Against overfitting in long training",
        parameters: &[Parameter::new("level", 0.1, Range::at_least(0.0))],
    };
}

/// A flooded loss: see [`Flooding`].
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct FloodingLoss<L> {
    inner: L,
    #[module(skip)]
    flooding: Flooding,
}

impl<L: Module + ModuleDisplay> ModuleDisplay for FloodingLoss<L> {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        display::settings().optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        display::wrapper(&self.flooding, content).add("loss", &self.inner).optional()
    }
}

impl<X, Y, L: Criterion<X, Y>> Criterion<X, Y> for FloodingLoss<L> {
    type Losses = L::Losses;

    fn forward(&self, input: X, target: Y, reduction: Reduction) -> Tensor<1> {
        self.flooding.apply(self.inner.forward(input, target, reduction))
    }

    /// # Panics
    ///
    /// Always: flooding is defined on the reduced value.
    fn forward_no_reduction(&self, _: X, _: Y) -> L::Losses {
        panic!("{}", check::flooding_needs_a_reduction())
    }

    fn counts(&self, input: &X, target: &Y) -> L::Losses {
        self.inner.counts(input, target)
    }
}

impl<L: Scheduled> Scheduled for FloodingLoss<L> {
    fn steps(&mut self, act: &mut dyn FnMut(&mut usize)) {
        self.inner.steps(act);
    }
}

//! Weighted sums of losses.

use super::schedule::Schedule;
use crate::check::{self, LossError};
use crate::criteria::{Criterion, Losses};
use crate::display;
use crate::reduction::Reduction;
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::Tensor;

/// A weighted sum of losses that take the same: L = Σᵢ wᵢ·Lᵢ.
///
/// Weights are ≥ 0, and may change over the steps of a training by a [`Schedule`]. Each loss is reduced by itself, with
/// its own class weights and ignored targets.
///
/// An active and a passive loss (Ma et al., Normalized Loss Functions for Deep Learning with Noisy Labels, 2020) are such
/// a sum: an active one, as normalised cross-entropy, makes the target's probability grow, a passive one, as the class
/// MAE, also makes the others' shrink. In a file: `active_passive`.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let criterion = WeightedSum::<AnyClassLoss>::new()
///     .plus(1.0, NormalizedCrossEntropy::default().init())
///     .plus(Ramp::linear(0.0, 1.0, 1000), ClassMae::default().init())
///     .at_step(500);
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = criterion.forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (0.5 + 0.5 * 1.0)).abs() < 1e-6);
/// ```
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct WeightedSum<L> {
    losses: Vec<L>,
    #[module(skip)]
    weights: Vec<Schedule>,
    #[module(skip)]
    step: usize,
}

impl<L> Default for WeightedSum<L> {
    fn default() -> Self {
        Self { losses: Vec::new(), weights: Vec::new(), step: 0 }
    }
}

impl<L> WeightedSum<L> {
    /// A sum of nothing yet, at step 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// And this loss with this weight.
    ///
    /// # Panics
    ///
    /// If the weight is, or comes to be, negative or not finite.
    #[track_caller]
    pub fn plus(self, weight: impl Into<Schedule>, loss: impl Into<L>) -> Self {
        check::enforce(self.try_plus("weight", weight.into(), loss.into()))
    }

    pub(crate) fn try_plus(mut self, name: &str, weight: Schedule, loss: L) -> Result<Self, LossError> {
        weight.check("WeightedSum", name)?;
        self.losses.push(loss);
        self.weights.push(weight);
        Ok(self)
    }

    /// At a step of the training.
    pub fn at_step(mut self, step: usize) -> Self {
        self.step = step;
        self
    }

    /// Goes to a step of the training.
    pub fn set_step(&mut self, step: usize) {
        self.step = step;
    }

    pub(crate) fn losses(&self) -> impl Iterator<Item = &L> {
        self.losses.iter()
    }

    pub(crate) fn losses_mut(&mut self) -> impl Iterator<Item = &mut L> {
        self.losses.iter_mut()
    }

    fn terms(&self) -> impl Iterator<Item = (f64, &L)> {
        self.weights.iter().map(|weight| weight.at(self.step)).zip(&self.losses)
    }

    fn total<O>(&self, term: impl Fn(f64, &L) -> O, add: impl Fn(O, O) -> O) -> O {
        let sum = self.terms().map(|(weight, loss)| term(weight, loss)).reduce(add);
        sum.unwrap_or_else(|| panic!("WeightedSum: losses must be given, got none"))
    }
}

/// The losses times their weight: nothing times 0, even if they are infinite.
fn weighted(losses: Tensor<1>, weight: f64) -> Tensor<1> {
    if weight == 0.0 {
        let endless = losses.clone().is_finite().bool_not();
        return losses.mask_fill(endless, 0.0) * weight;
    }
    losses * weight
}

impl<X: Clone, Y: Clone, L: Criterion<X, Y>> Criterion<X, Y> for WeightedSum<L> {
    type Losses = L::Losses;

    /// # Panics
    ///
    /// If there is no loss; as the losses.
    fn forward(&self, input: X, target: Y, reduction: Reduction) -> Tensor<1> {
        let term = |weight, loss: &L| weighted(loss.forward(input.clone(), target.clone(), reduction), weight);
        self.total(term, |a, b| a + b)
    }

    fn forward_no_reduction(&self, input: X, target: Y) -> L::Losses {
        let like = self.counts(&input, &target);
        let len = like.clone().flat().dims()[0];
        let term = |weight, loss: &L| {
            let losses = loss.forward_no_reduction(input.clone(), target.clone()).flat();
            let got = losses.dims()[0];
            assert_eq!(got, len, "WeightedSum: losses must have as many values as the first one, {len}, got {got}");
            weighted(losses, weight)
        };
        like.shaped(self.total(term, |a, b| a + b))
    }

    /// What targets count in the first loss.
    fn counts(&self, input: &X, target: &Y) -> L::Losses {
        match self.losses.first() {
            Some(first) => first.counts(input, target),
            None => panic!("WeightedSum: losses must be given, got none"),
        }
    }
}

impl<L: Module + ModuleDisplay> WeightedSum<L> {
    pub(crate) fn content(&self, content: Content) -> Content {
        let content = content.set_top_level_type("WeightedSum");
        self.terms().enumerate().fold(content, |content, (index, (weight, loss))| {
            let content = content.add_debug_attribute(&format!("weight{}", index + 1), &weight);
            content.add(&format!("loss{}", index + 1), loss)
        })
    }
}

impl<L: Module + ModuleDisplay> ModuleDisplay for WeightedSum<L> {
    fn custom_settings(&self) -> Option<DisplaySettings> {
        display::settings().optional()
    }

    fn custom_content(&self, content: Content) -> Option<Content> {
        self.content(content).optional()
    }
}

//! Weighted sums of losses.

use super::schedule::{Schedule, Scheduled};
use crate::base::display;
use crate::base::error::{self, ErrorKind, LossError};
use crate::base::reduction::Reduction;
use crate::signature::{Criterion, Losses};
use burn::module::{Content, DisplaySettings, Module, ModuleDisplay};
use burn::tensor::Tensor;

/// A weighted sum of losses that take the same: L = Σᵢ wᵢ·Lᵢ.
///
/// Weights are ≥ 0, and may change over the steps of a training by a [`Schedule`]. Each loss is reduced by itself, with
/// its own class weights and ignored targets.
///
/// An active and a passive loss (Ma et al., Normalized Loss Functions for Deep Learning with Noisy Labels, 2020) are such
/// a sum: an active one, as normalised cross-entropy, makes the target's probability grow, a passive one, as the class
/// MAE, also makes the others' shrink. In a file: `active_passive`. In their code the MAE is 1 − pₜ, half of
/// [`ClassMae`](crate::ClassMae): for its numbers take [`Unhinged`](crate::Unhinged), or half of β. Its ln 0 is ln 10⁻⁴
/// where [`ReverseCrossEntropy`](crate::ReverseCrossEntropy) has −4.
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
///
/// # In a training
///
/// No loss knows by itself at which step a training is: it stays at step 0 until told, by
/// [`set_step`](Self::set_step) or [`next_step`](Self::next_step). In a loop of one's own that is one line after
/// the optimiser's step. Burn's `Learner` hands its models no number, but lets them change themselves after each step of the
/// optimiser:
///
/// ```
/// use burn::lr_scheduler::module_lr_scheduler::ModuleLearningRate;
/// use burn::module::Module;
/// use burn::nn::{Linear, LinearConfig};
/// use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
/// use burn::tensor::{Device, Tensor};
/// use burn::train::{RegressionOutput, TrainOutput, TrainStep};
/// use burn_losses::prelude::*;
///
/// #[derive(Module, Debug)]
/// struct Model {
///     linear: Linear,
///     loss: WeightedSum<AnyPointwiseLoss>,
/// }
///
/// impl TrainStep for Model {
///     type Input = (Tensor<2>, Tensor<2>);
///     type Output = RegressionOutput;
///
///     fn step(&self, (inputs, targets): Self::Input) -> TrainOutput<RegressionOutput> {
///         let outputs = self.linear.forward(inputs);
///         let loss = self.loss.forward(outputs.clone(), targets.clone(), Reduction::Mean);
///         TrainOutput::new(self, loss.backward(), RegressionOutput::new(loss, outputs, targets))
///     }
///
///     // With several devices `optimize_multi` takes its place, and needs the same.
///     fn optimize(self, optimiser: &mut ModuleOptimizer, rate: ModuleLearningRate, gradients: GradientsParams) -> Self {
///         let mut model = optimiser.step(rate, self, gradients);
///         model.loss.next_step();
///         model
///     }
/// }
///
/// let device = Device::flex().autodiff();
/// let fading = WeightedSum::new().plus(Ramp::linear(1.0, 0.0, 2), L1::default().init());
/// let mut model = Model { linear: LinearConfig::new(1, 1).init(&device), loss: fading };
/// // What the learner does with it:
/// let mut optimiser = SgdConfig::new().init();
/// let batch = || (Tensor::<2>::ones([4, 1], &device), Tensor::<2>::zeros([4, 1], &device));
/// for _ in 0..2 {
///     let step = model.step(batch());
///     model = model.optimize(&mut optimiser, 0.01.into(), step.grads);
/// }
/// let (prediction, target) = batch();
/// assert_eq!(model.loss.forward(prediction, target, Reduction::Mean).into_scalar::<f32>(), 0.0);
/// ```
///
/// A step is then one of the optimiser: where gradients are accumulated, several batches. A record of the model holds its
/// parameters and no step: who takes up a training again sets it.
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
    /// A sum of nothing yet, at step 0 of a training: see [`Scheduled`].
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
        error::enforce(self.try_plus("weight", weight.into(), loss.into()))
    }

    pub(crate) fn try_plus(mut self, name: &str, weight: Schedule, loss: L) -> Result<Self, LossError> {
        weight.check("WeightedSum", name)?;
        self.losses.push(loss);
        self.weights.push(weight);
        Ok(self)
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

    /// The terms that say something, or all where none does: the sum is then 0, but still a part of the graph.
    fn heard(&self) -> impl Iterator<Item = (f64, &L)> {
        let silent = self.terms().all(|(weight, _)| weight == 0.0);
        self.terms().filter(move |(weight, _)| silent || *weight != 0.0)
    }
}

fn refused(rule: &str, got: impl core::fmt::Display) -> LossError {
    error::refused("WeightedSum", "losses", rule, got).about(ErrorKind::Unsupported)
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
        let mut total = Err(refused("be given", "none"));
        // No closures: a panic inside of one would not point at the caller.
        for (weight, loss) in self.heard() {
            let term = weighted(loss.forward(input.clone(), target.clone(), reduction), weight);
            total = Ok(match total {
                Ok(total) => total + term,
                Err(_) => term,
            });
        }
        error::enforce(total)
    }

    fn forward_no_reduction(&self, input: X, target: Y) -> L::Losses {
        let like = self.counts(&input, &target);
        let len = like.clone().flat().dims()[0];
        let mut total = Err(refused("be given", "none"));
        for (weight, loss) in self.heard() {
            let losses = loss.forward_no_reduction(input.clone(), target.clone()).flat();
            let got = losses.dims()[0];
            if got != len {
                let rule = format!("have as many values as the first one, {len}");
                error::enforce(Err(refused(&rule, got)))
            }
            let term = weighted(losses, weight);
            total = Ok(match total {
                Ok(total) => total + term,
                Err(_) => term,
            });
        }
        like.shaped(error::enforce(total))
    }

    /// What targets count in the first loss.
    fn counts(&self, input: &X, target: &Y) -> L::Losses {
        match self.losses.first() {
            Some(first) => first.counts(input, target),
            None => error::enforce(Err(refused("be given", "none"))),
        }
    }
}

impl<L: Scheduled> WeightedSum<L> {
    /// At a step of the training, sums inside included.
    pub fn at_step(self, step: usize) -> Self {
        Scheduled::at_step(self, step)
    }

    /// Goes to a step of the training.
    pub fn set_step(&mut self, step: usize) {
        Scheduled::set_step(self, step);
    }

    /// Goes one step on.
    pub fn next_step(&mut self) {
        Scheduled::next_step(self);
    }
}

impl<L: Scheduled> Scheduled for WeightedSum<L> {
    fn steps(&mut self, act: &mut dyn FnMut(&mut usize)) {
        act(&mut self.step);
        self.losses.iter_mut().for_each(|loss| loss.steps(act));
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

//! Weights that are learnt.

use crate::base::error;
use crate::engine::backend;
use burn::module::{Content, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Device, Shape, Tensor};
use std::sync::{Arc, OnceLock};

/// Uncertainty weighting: the sum of several losses with weights that are learnt along with the model.
///
/// For tasks trained together whose losses have different scales. A parameter sᵢ a loss stands for the log-variance of
/// its task; a task that stays noisy lowers its own weight, and the second term keeps it from lowering it to nothing.
///
/// # Formula
///
/// ```text
/// L = Σᵢ ½·(e^{−sᵢ}·Lᵢ + sᵢ)          ∂L/∂sᵢ = ½·(1 − e^{−sᵢ}·Lᵢ)
/// ```
///
/// # In a training
///
/// It is a field of the model, made on the device of its other parameters, which for a training is one with autodiff: its
/// optimiser then learns it along with them. Made on a plain device it learns after `train()`, as Burn's own modules do;
/// before that, losses that are differentiated are an error, not a sum with constant weights. Constant weights are
/// asked for by `no_grad()`. Weights on another device than the losses follow them.
///
/// # Source
///
/// A. Kendall, Y. Gal and R. Cipolla, Multi-Task Learning Using Uncertainty to Weigh Losses, 2018, equation 7, in s = ln σ².
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let weighting = UncertaintyWeighting::new(2, &device); // a field of the model: its optimiser learns the weights
/// let losses = [Tensor::<1>::from_data([1.0], &device), Tensor::from_data([3.0], &device)];
/// assert_eq!(weighting.forward(losses).into_scalar::<f32>(), 0.5 * 1.0 + 0.5 * 3.0);
/// ```
#[derive(Module, Debug)]
pub struct UncertaintyWeighting {
    /// s, `[losses]`, 0 at first.
    pub log_variances: Param<Tensor<1>>,
}

impl UncertaintyWeighting {
    /// For `losses` losses. Allocated when first used.
    pub fn new(losses: usize, device: &Device) -> Self {
        Self::placed(losses, device, Arc::default())
    }

    /// The same, made on `place`, if that is known by then.
    fn placed(losses: usize, device: &Device, place: Arc<OnceLock<Device>>) -> Self {
        let shape = Shape::new([losses]);
        let zeros = move |device: &Device, tracked: bool| {
            let place = place.get().cloned().unwrap_or_else(|| device.clone());
            // Whether weights can be learnt is asked when they are made for losses, not of the first losses that come.
            let place = if device.is_autodiff() { place.autodiff() } else { place };
            let zeros = Tensor::zeros([losses], &place);
            if tracked { zeros.require_grad() } else { zeros }
        };
        Self { log_variances: Param::uninitialized(ParamId::new(), zeros, device.clone(), true, shape) }
    }

    /// The weighted sum of the losses, `[1]` each, or of all their values one by one, `[n]` each.
    ///
    /// # Panics
    ///
    /// If there are more or fewer than it was made for; if the losses are differentiated and the weights, which are there
    /// to be learnt, cannot be, as they are on a plain device.
    #[track_caller]
    pub fn forward(&self, losses: impl IntoIterator<Item = Tensor<1>>) -> Tensor<1> {
        let losses: Vec<_> = losses.into_iter().collect();
        let s = self.log_variances.val();
        let [made_for] = s.dims();
        if losses.len() != made_for || losses.is_empty() {
            let rule = format!("be {made_for}, as it was made for");
            error::enforce(Err(error::refused("UncertaintyWeighting", "losses", &rule, losses.len())))
        }
        if !s.is_require_grad() && losses.iter().any(Tensor::is_tracked) {
            self.check_silence(&s);
        }
        let like = losses.iter().find(|loss| loss.is_autodiff()).unwrap_or(&losses[0]);
        let s = beside(s, like);
        let terms = losses.into_iter().enumerate().map(|(index, loss)| {
            let s = s.clone().narrow(0, index, 1);
            ((-s.clone()).exp() * loss + s) * 0.5
        });
        terms.reduce(|sum, term| sum + term).expect("there are losses")
    }

    /// Weights that get no gradient from losses that have one must be meant to be constant.
    #[track_caller]
    fn check_silence(&self, s: &Tensor<1>) {
        let (rule, got) = match s.is_autodiff() {
            // Made of another tensor, which nobody has any longer.
            true if s.is_tracked() => {
                ("be moved by fork(), since the losses are differentiated", "the result of to_device()")
            }
            false if self.log_variances.clone().train().is_require_grad() => (
                "be on a device with autodiff, since the losses are differentiated \
                 (make it there, or call train() on the module; no_grad() keeps its weights constant)",
                "a plain device",
            ),
            _ => return,
        };
        error::enforce(Err(error::refused("UncertaintyWeighting", "log_variances", rule, got)))
    }
}

/// The weights where the losses are, in their dtype and their kind of graph, if they have one. The gradient finds its way
/// back.
fn beside(s: Tensor<1>, losses: &Tensor<1>) -> Tensor<1> {
    let s = match losses.gradient_checkpointing_strategy() {
        Some(strategy) if s.is_autodiff() => s.with_gradient_checkpointing_strategy(strategy),
        Some(_) => s,
        None => s.without_autodiff(),
    };
    let s = if losses.device() == s.device() { s } else { s.to_device(&losses.device()) };
    if losses.dtype() == s.dtype() { s } else { s.cast(losses.dtype()) }
}

/// Weights that were given no device, as those of a file: they are made, to be learnt, where the first losses are. Until
/// moved they are on no device that a model need know of.
#[derive(Clone, Debug)]
pub(crate) struct Unplaced {
    weighting: UncertaintyWeighting,
    place: Arc<OnceLock<Device>>,
    moved: bool,
}

impl Unplaced {
    pub(crate) fn new(losses: usize) -> Self {
        let place = Arc::default();
        // With autodiff, which parameters keep wherever they are moved.
        let weighting = UncertaintyWeighting::placed(losses, &backend::host().autodiff(), Arc::clone(&place));
        Self { weighting, place, moved: false }
    }

    #[track_caller]
    pub(crate) fn forward(&self, losses: Vec<Tensor<1>>) -> Tensor<1> {
        if let (Some(loss), false) = (losses.first(), self.moved) {
            self.place.get_or_init(|| loss.device());
        }
        self.weighting.forward(losses)
    }

    fn map_weighting(self, change: impl FnOnce(UncertaintyWeighting) -> UncertaintyWeighting) -> Self {
        Self { weighting: change(self.weighting), ..self }
    }
}

/// That of the weights, except for their device.
impl Module for Unplaced {
    fn collect_devices(&self, devices: Vec<Device>) -> Vec<Device> {
        if self.moved { self.weighting.collect_devices(devices) } else { devices }
    }

    fn fork(self, device: &Device) -> Self {
        Self { moved: true, ..self.map_weighting(|weighting| weighting.fork(device)) }
    }

    /// As [`fork`](Module::fork): weights that were moved along a graph would be no parameters any longer, and `train()`
    /// would refuse them.
    fn to_device(self, device: &Device) -> Self {
        self.fork(device)
    }

    fn train(self) -> Self {
        self.map_weighting(Module::train)
    }

    fn valid(&self) -> Self {
        Self { weighting: self.weighting.valid(), ..self.clone() }
    }

    fn materialize(self) -> Self {
        self.map_weighting(Module::materialize)
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        self.weighting.visit(visitor);
    }

    fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        self.map_weighting(|weighting| weighting.map(mapper))
    }
}

impl ModuleDisplayDefault for Unplaced {
    fn content(&self, content: Content) -> Option<Content> {
        self.weighting.content(content.set_top_level_type("UncertaintyWeighting"))
    }
}

impl ModuleDisplay for Unplaced {}

//! Weights that are learnt.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Shape, Tensor};

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
    /// For so many losses. Nothing is on the device before it is used.
    pub fn new(losses: usize, device: &Device) -> Self {
        let shape = Shape::new([losses]);
        let zeros = move |device: &Device, tracked: bool| {
            let zeros = Tensor::zeros([losses], device);
            if tracked { zeros.require_grad() } else { zeros }
        };
        Self { log_variances: Param::uninitialized(ParamId::new(), zeros, device.clone(), true, shape) }
    }

    /// The weighted sum of the losses, `[1]` each, or of all their values one by one, `[n]` each.
    ///
    /// # Panics
    ///
    /// If there are more or fewer than it was made for.
    #[track_caller]
    pub fn forward(&self, losses: impl IntoIterator<Item = Tensor<1>>) -> Tensor<1> {
        let losses: Vec<_> = losses.into_iter().collect();
        let s = self.log_variances.val();
        assert_eq!(
            losses.len(),
            s.dims()[0],
            "UncertaintyWeighting: losses must be {}, as it was made for, got {}",
            s.dims()[0],
            losses.len()
        );
        let s = match losses.first() {
            // Where the module was not moved to: as a constant.
            Some(loss) if loss.device() != s.device() => s.to_device(&loss.device()).cast(loss.dtype()),
            Some(loss) if loss.dtype() != s.dtype() => s.cast(loss.dtype()),
            _ => s,
        };
        let terms = losses.into_iter().enumerate().map(|(index, loss)| {
            let s = s.clone().narrow(0, index, 1);
            ((-s.clone()).exp() * loss + s) * 0.5
        });
        terms.reduce(|sum, term| sum + term).expect("there are losses")
    }
}

//! A weight that changes over the steps of a training.

use super::decimal::Decimal;
use crate::base::entry::Range;
use crate::base::error::{ErrorKind, LossError};
use crate::engine::formula::{BinaryFormula, ClassFormula, DistributionFormula, PointwiseFormula, SoftClassFormula};
use crate::signature::{
    BinaryLoss, ClassLoss, DistributionLoss, PointwiseLoss, SoftClassLoss, TensorClassFormula, TensorClassLoss,
    TensorFormula, TensorLoss,
};
use serde::{Deserialize, Serialize};

/// A number that may change over the steps of a training. In a file: a number, or
/// `{"shape": "linear", "from": 0, "to": 1, "steps": 1000}`.
///
/// No loss knows by itself at which step a training is: [`Scheduled`] tells it, and
/// [`WeightedSum`](crate::WeightedSum#in-a-training) has an example.
///
/// ```
/// use burn_losses::{Schedule, Ramp};
///
/// let schedule = Schedule::Ramp(Ramp::linear(0.0, 1.0, 100));
/// assert_eq!([0, 50, 100, 200].map(|step| schedule.at(step)), [0.0, 0.5, 1.0, 1.0]);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Schedule {
    /// Always the same.
    Constant(f64),
    /// From one number to another, and then that.
    Ramp(Ramp),
}

/// From one number to another in so many steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ramp {
    /// How.
    pub shape: RampShape,
    /// At step 0.
    pub from: f64,
    /// At step `steps` and after.
    pub to: f64,
    /// How many steps.
    pub steps: usize,
}

/// The way from one number to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RampShape {
    /// In equal steps.
    Linear,
    /// Half a cosine: slow, fast, slow.
    Cosine,
    /// By equal factors; both numbers must be above 0.
    Exponential,
}

impl Ramp {
    /// In equal steps.
    pub const fn linear(from: f64, to: f64, steps: usize) -> Self {
        Self { shape: RampShape::Linear, from, to, steps }
    }
    /// Half a cosine.
    pub const fn cosine(from: f64, to: f64, steps: usize) -> Self {
        Self { shape: RampShape::Cosine, from, to, steps }
    }
    /// By equal factors.
    pub const fn exponential(from: f64, to: f64, steps: usize) -> Self {
        Self { shape: RampShape::Exponential, from, to, steps }
    }
}

impl Schedule {
    /// The number at a step.
    pub fn at(&self, step: usize) -> f64 {
        match *self {
            Self::Constant(value) => value,
            Self::Ramp(Ramp { to, steps, .. }) if step >= steps => to,
            Self::Ramp(Ramp { shape, from, to, steps }) => {
                let part = step as f64 / steps as f64;
                let ratio = to / from;
                match shape {
                    // As the numbers are written: half way from 0.2 to 0.4 is 0.3.
                    RampShape::Linear => {
                        Decimal::between(from, to, step, steps).unwrap_or(from * (1.0 - part) + to * part)
                    }
                    RampShape::Cosine => from + (to - from) * 0.5 * (1.0 - (core::f64::consts::PI * part).cos()),
                    // Where the ratio leaves the range of a double, its ends do not.
                    RampShape::Exponential if !ratio.is_normal() => from.powf(1.0 - part) * to.powf(part),
                    RampShape::Exponential => from * ratio.powf(part),
                }
            }
        }
    }

    /// Whether every number it takes is finite, and not negative.
    pub(crate) fn check(&self, loss: &str, name: &str) -> Result<(), LossError> {
        let (ends, range, reason) = match *self {
            Self::Constant(value) => ([value, value], Range::at_least(0.0), ""),
            Self::Ramp(Ramp { shape: RampShape::Exponential, from, to, .. }) => {
                ([from, to], Range::above(0.0), ", as exponential ramps have no 0")
            }
            Self::Ramp(Ramp { from, to, .. }) => ([from, to], Range::at_least(0.0), ""),
        };
        match ends.iter().find(|end| !range.bounds(**end)) {
            Some(bad) => Err(LossError::new(
                ErrorKind::Parameter,
                format!("{loss}: {name} must be finite and {range}{reason}, got {bad}"),
            )),
            None => Ok(()),
        }
    }
}

/// A loss that can be told at which step a training is: what the weights of a [`WeightedSum`](crate::WeightedSum) depend
/// on. All losses and wrappers can, as there may be a sum inside; the step is 0 unless told.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let fading = WeightedSum::<AnyPointwiseLoss>::new().plus(Ramp::linear(1.0, 0.0, 4), L1::default().init());
/// let mut criterion = TopK::default().with_ratio(0.5).init(fading).at_step(2);
/// let value = |criterion: &TopKLoss<WeightedSum<AnyPointwiseLoss>>| {
///     let x = Tensor::<1>::from_data([1.0, 3.0], &Device::flex());
///     criterion.forward(x.clone(), x.zeros_like(), Reduction::Mean).into_scalar::<f32>()
/// };
/// assert_eq!(value(&criterion), 0.5 * 3.0);
/// criterion.next_step();
/// assert_eq!(value(&criterion), 0.25 * 3.0);
/// # use burn_losses::TopKLoss;
/// ```
pub trait Scheduled {
    /// Lets `act` change the step of every sum inside, however deep. A loss with none inside does nothing; a wrapper passes
    /// it on.
    fn steps(&mut self, act: &mut dyn FnMut(&mut usize));

    /// At a step of the training.
    fn at_step(mut self, step: usize) -> Self
    where
        Self: Sized,
    {
        self.set_step(step);
        self
    }

    /// Goes to a step of the training.
    fn set_step(&mut self, step: usize) {
        self.steps(&mut |at| *at = step);
    }

    /// Goes one step on.
    fn next_step(&mut self) {
        self.steps(&mut |at| *at += 1);
    }
}

/// Losses of one formula, which have no sum inside.
macro_rules! without_steps {
    ($($loss:ident<$formula:ident>),+) => {
        $(impl<F: $formula> Scheduled for $loss<F> {
            fn steps(&mut self, _: &mut dyn FnMut(&mut usize)) {}
        })+
    };
}

without_steps!(
    ClassLoss<ClassFormula>,
    SoftClassLoss<SoftClassFormula>,
    TensorClassLoss<TensorClassFormula>,
    BinaryLoss<BinaryFormula>,
    PointwiseLoss<PointwiseFormula>,
    DistributionLoss<DistributionFormula>,
    TensorLoss<TensorFormula>
);

impl From<f64> for Schedule {
    fn from(value: f64) -> Self {
        Self::Constant(value)
    }
}

impl From<Ramp> for Schedule {
    fn from(ramp: Ramp) -> Self {
        Self::Ramp(ramp)
    }
}

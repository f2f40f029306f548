//! What the network is trained by: a loss of any signature, and what stands between it, the network and the data.

use crate::error::{LabError, sentence_of};
use burn::tensor::activation::{log_softmax, softplus};
use burn::tensor::{Device, Int, Tensor};
use burn_losses::LossError;
use burn_losses::catalogue::{Family, Signature};
use burn_losses::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The brightest grey: what a pixel of 1 counts, where a loss is of counts.
const LEVELS: f64 = 16.0;
/// The least scale, and the least rate, that the network can say.
const LEAST: f64 = 1e-3;
/// The share of a class target that goes to all classes, where it must not go to one alone.
const SMOOTHING: f64 = 0.1;

/// A loss with all it needs to train a network and to judge one.
#[derive(Clone, Debug)]
pub enum Objective {
    /// The outputs are logits, the target is a class.
    Class {
        /// What is minimised.
        loss: AnyClassLoss,
        /// Whether the loss takes logarithms of probabilities, and no logits.
        of_log_probabilities: bool,
    },
    /// The outputs are logits of labels, the targets are 0 and 1.
    Binary(AnyBinaryLoss),
    /// What the outputs and targets are to the loss is the link's business.
    Pointwise(AnyPointwiseLoss, Link),
    /// The first half of the outputs are locations, the second becomes scales.
    Distribution {
        /// What is minimised.
        loss: AnyDistributionLoss,
        /// The negative log-likelihood, with its constant and without weights.
        likelihood: AnyDistributionLoss,
    },
}

impl Objective {
    /// The objective for a loss.
    ///
    /// # Errors
    ///
    /// If the loss is misconfigured.
    pub fn new(loss: &LossConfig) -> Result<Self, LossError> {
        Ok(match loss.signature() {
            Signature::Class | Signature::Any => Self::Class {
                loss: loss.init()?,
                of_log_probabilities: matches!(core(loss), LossConfig::NegativeLogLikelihood(_)),
            },
            Signature::Binary => Self::Binary(loss.init_binary()?),
            Signature::Pointwise => Self::Pointwise(loss.init_pointwise()?, Link::of(core(loss))),
            Signature::Distribution => Self::Distribution {
                loss: loss.init_distribution()?,
                likelihood: likelihood_of(core(loss)).init_distribution()?,
            },
        })
    }

    /// The objective for so many outputs and targets, and the label smoothing that it needs: 0.1 for a loss that is
    /// infinite against a single class, as some divergences are.
    ///
    /// # Errors
    ///
    /// If the loss is misconfigured, or refuses so many outputs or targets.
    pub fn fitting(loss: &LossConfig, outputs: usize, targets: usize) -> Result<(Self, Option<f64>), LabError> {
        let objective = Self::new(loss)?;
        let value = objective.trial(outputs, targets)?;
        if value.is_infinite() && matches!(objective, Self::Class { .. }) {
            let smoothing = LabelSmoothing::default().with_smoothing(SMOOTHING);
            let smoothed = LossConfig::LabelSmoothing(smoothing, Box::new(loss.clone()));
            // Where it cannot be smoothed, training will say that it is infinite.
            if let Ok(objective) = Self::new(&smoothed) {
                return Ok((objective, Some(SMOOTHING)));
            }
        }
        Ok((objective, None))
    }

    /// The loss of one example of zeros. The panic of a loss that does not fit is turned into its sentence.
    fn trial(&self, outputs: usize, targets: usize) -> Result<f64, LabError> {
        let device = Device::flex();
        let evaluate = || self.loss(Tensor::zeros([1, outputs], &device), Tensor::zeros([1, targets], &device));
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let value = catch_unwind(AssertUnwindSafe(|| f64::from(evaluate().into_scalar::<f32>())));
        std::panic::set_hook(hook);
        value.map_err(|panic| LabError::Usage(sentence_of(&*panic).to_owned()))
    }

    /// The mean loss `[1]` of outputs `[N, outputs]` against targets `[N, targets]` in the data's unit.
    pub fn loss(&self, outputs: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        let by = Reduction::Mean;
        match self {
            Self::Class { loss, of_log_probabilities } => {
                let classes: Tensor<1, Int> = targets.flatten::<1>(0, 1).int();
                let scores = if *of_log_probabilities { log_softmax(outputs, 1) } else { outputs };
                loss.forward(scores, classes, by)
            }
            Self::Binary(loss) => loss.forward(outputs, targets, by),
            Self::Pointwise(loss, link) => loss.forward(link.argument(outputs), link.target(targets), by),
            Self::Distribution { loss, .. } => loss.forward(located(outputs), targets, by),
        }
    }

    /// What outputs `[N, outputs]` say of the targets, in the data's unit: `[N, targets]`.
    pub fn prediction(&self, outputs: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Class { .. } => outputs.argmax(1).float(),
            Self::Binary(_) => outputs.greater_elem(0.0).float(),
            Self::Pointwise(_, link) => link.prediction(outputs),
            Self::Distribution { .. } => located(outputs).0,
        }
    }

    /// The mean negative log-likelihood of the targets; NaN where no distribution is predicted.
    pub fn likelihood(&self, outputs: Tensor<2>, targets: Tensor<2>) -> f64 {
        let Self::Distribution { likelihood, .. } = self else { return f64::NAN };
        f64::from(likelihood.forward(located(outputs), targets, Reduction::Mean).into_scalar::<f32>())
    }
}

/// What stands between the network's outputs x and a pointwise loss, and between the data's targets t and the loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Link {
    /// x is a score, against −1 and 1.
    Margin,
    /// ln(1 + e^(−x)) is the distance of a pair that is alike (1) or not (−1): the same decision at x = 0.
    Distance,
    /// x is the target.
    Same,
    /// x is the logarithm of a mean count: of 16·t + offset.
    LogCount {
        /// 1 for losses of what is never 0.
        offset: f64,
    },
    /// ln(1 + eˣ) is a mean count: of 16·t + offset.
    Count {
        /// 1 for losses of relative errors, which nothing that is 0 has.
        offset: f64,
    },
}

impl Link {
    fn of(loss: &LossConfig) -> Self {
        match loss {
            LossConfig::HingeEmbedding(_) => Self::Distance,
            LossConfig::PoissonNll(loss) if !loss.log_input => Self::Count { offset: 0.0 },
            LossConfig::Mape(_) | LossConfig::Smape(_) | LossConfig::Msle(_) => Self::Count { offset: 1.0 },
            LossConfig::PoissonNll(_) | LossConfig::TweedieNll(_) => Self::LogCount { offset: 0.0 },
            // A regulariser: its second input is a logarithm, and neither is a count.
            LossConfig::GaussianKl(_) => Self::Same,
            other => match other.entry().family {
                Family::Margin => Self::Margin,
                Family::Likelihood => Self::LogCount { offset: 1.0 },
                _ => Self::Same,
            },
        }
    }

    /// What the loss takes for a prediction.
    fn argument(self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Margin | Self::Same | Self::LogCount { .. } => x,
            Self::Distance => softplus(-x, 1.0),
            Self::Count { .. } => softplus(x, 1.0) + LEAST,
        }
    }

    /// What the loss takes for a target.
    fn target(self, t: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Margin | Self::Distance => t * 2.0 - 1.0,
            Self::Same => t,
            Self::LogCount { offset } | Self::Count { offset } => t * LEVELS + offset,
        }
    }

    /// What x says of t.
    fn prediction(self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Margin | Self::Distance => x.greater_elem(0.0).float(),
            Self::Same => x,
            Self::LogCount { offset } => (x.exp() - offset) / LEVELS,
            Self::Count { offset } => (self.argument(x) - offset) / LEVELS,
        }
    }
}

/// Locations and scales.
fn located(outputs: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let half = outputs.dims()[1] / 2;
    let location = outputs.clone().narrow(1, 0, half);
    (location, softplus(outputs.narrow(1, half, half), 1.0) + LEAST)
}

/// The negative log-likelihood of the distribution that a loss trains.
fn likelihood_of(loss: &LossConfig) -> LossConfig {
    match loss {
        LossConfig::GaussianNll(loss) => loss.clone().with_full(true).into(),
        LossConfig::BetaNll(loss) => GaussianNll::default().with_full(true).with_epsilon(loss.epsilon).into(),
        other => other.clone(),
    }
}

/// The loss inside the wrappers that go round any loss; of a sum, in its first term.
pub fn core(loss: &LossConfig) -> &LossConfig {
    match loss {
        LossConfig::Flooding(_, inner)
        | LossConfig::IndividualFlooding(_, inner)
        | LossConfig::TopK(_, inner)
        | LossConfig::SmallLoss(_, inner) => core(inner),
        LossConfig::WeightedSum(terms) => terms.first().map_or(loss, |term| core(&term.loss)),
        LossConfig::ActivePassive(pair) => core(&pair.active),
        leaf => leaf,
    }
}

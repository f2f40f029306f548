//! What the network is trained by: a loss of any signature, and what stands between it, the network and the data.

use crate::data::PIXEL_NOISE;
use crate::error::{LabError, caught};
use burn::module::Module;
use burn::tensor::activation::{log_softmax, softplus};
use burn::tensor::{Device, Int, Tensor};
use burn_losses::catalogue::{Family, Signature};
use burn_losses::prelude::*;
use burn_losses::{AnyTensorLoss, LogitTransform as _, LossError};

/// The brightest grey: what a pixel of 1 counts, where a loss is of counts.
const LEVELS: f64 = 16.0;
/// The least scale, and the least rate, that the network can say.
const LEAST: f64 = 1e-3;
/// The share of a class target that goes to all classes, where it must not go to one alone.
const SMOOTHING: f64 = 0.1;
/// The length, as of a vector, of the lower half of an average digit: what a loss of directions leaves open.
const LENGTH: f64 = 2.7;

/// A loss with all it needs to train a network and to judge one: a part of the network, since it may learn, too.
#[derive(Module, Debug)]
pub struct Objective {
    loss: Minimised,
    /// What stands between the outputs, the targets and the loss.
    #[module(skip)]
    link: Link,
    /// Of a loss of distributions.
    #[module(skip)]
    likelihood: Option<Likelihood>,
}

/// What is minimised.
#[derive(Module, Debug)]
enum Minimised {
    /// The outputs are logits, the target is a class.
    Class(AnyClassLoss),
    /// The outputs are logits of labels, the targets are 0 and 1.
    Binary(AnyBinaryLoss),
    /// What the outputs and targets are to the loss is the link's business.
    Pointwise(AnyPointwiseLoss),
    /// The same, where all targets of an example, or of a batch, make one loss.
    Tensor(AnyTensorLoss),
    /// The first half of the outputs are locations, the second becomes scales.
    Distribution(AnyDistributionLoss),
}

/// The negative log-likelihood of the distribution that a loss trains, with its constant and without weights.
#[derive(Clone, Debug)]
struct Likelihood {
    loss: AnyDistributionLoss,
    /// Whether it takes variances where the loss takes standard deviations.
    of_squares: bool,
}

impl Objective {
    /// The objective for a loss.
    ///
    /// # Errors
    ///
    /// If the loss is misconfigured.
    pub fn new(config: &LossConfig) -> Result<Self, LossError> {
        let core = config.innermost();
        let loss = match config.signature() {
            Signature::Class | Signature::Any => Minimised::Class(config.init()?),
            Signature::Binary => Minimised::Binary(config.init_binary()?),
            Signature::Pointwise => Minimised::Pointwise(config.init_pointwise()?),
            Signature::Multilabel | Signature::Whole => Minimised::Tensor(config.init_tensor()?),
            Signature::Distribution => Minimised::Distribution(config.init_distribution()?),
        };
        let likelihood = match loss {
            Minimised::Distribution(_) => {
                let of_squares = core.formula::<GaussianCrps>().is_some();
                Some(Likelihood { loss: likelihood_of(core).init_distribution()?, of_squares })
            }
            _ => None,
        };
        Ok(Self { loss, link: Link::of(core), likelihood })
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
        if value.is_infinite() && matches!(objective.loss, Minimised::Class(_)) {
            let smoothing = LabelSmoothing::default().with_smoothing(SMOOTHING);
            let smoothed = LossConfig::around(smoothing, loss.clone());
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
        caught(|| f64::from(evaluate().into_scalar::<f32>())).map_err(LabError::Usage)
    }

    /// How many views of an example the loss compares.
    pub fn views(&self) -> usize {
        match &self.loss {
            Minimised::Class(loss) => loss.views(),
            _ => 1,
        }
    }

    /// What a network is trained on if the loss compares views, in words.
    pub fn viewed(&self) -> Option<String> {
        let views = self.views();
        let noise = 100.0 * PIXEL_NOISE;
        (views > 1).then(|| {
            format!("{views} views of each image learnt from, all but the first augmented ({noise:.0} % pixel noise)")
        })
    }

    /// The mean loss `[1]` of outputs `[N, outputs]` against targets `[N, targets]` in the data's unit. Where the loss
    /// compares V views, outputs are `[V·N, outputs]`, all of the first view first; `[N, outputs]` stand for V views
    /// that are alike.
    pub fn loss(&self, outputs: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        let by = Reduction::Mean;
        match &self.loss {
            Minimised::Class(loss) => {
                let classes: Tensor<1, Int> = targets.flatten::<1>(0, 1).int();
                let (views, [rows, _]) = (loss.views(), outputs.dims());
                let alike = views > 1 && [rows] == classes.dims();
                let outputs = if alike { outputs.repeat_dim(0, views) } else { outputs };
                let of_logarithms = loss.input() == Input::LogProbabilities;
                let scores = if of_logarithms { log_softmax(outputs, 1) } else { outputs };
                loss.forward(scores, classes, by)
            }
            Minimised::Binary(loss) => loss.forward(outputs, targets, by),
            Minimised::Pointwise(loss) => loss.forward(self.link.argument(outputs), self.link.target(targets), by),
            Minimised::Tensor(loss) => loss.forward(self.link.argument(outputs), self.link.target(targets), by),
            Minimised::Distribution(loss) => loss.forward(located(outputs), targets, by),
        }
    }

    /// What outputs `[N, outputs]` say of the targets, in the data's unit: `[N, targets]`.
    pub fn prediction(&self, outputs: Tensor<2>) -> Tensor<2> {
        match &self.loss {
            Minimised::Class(_) => outputs.argmax(1).float(),
            Minimised::Binary(_) => outputs.greater_elem(0.0).float(),
            Minimised::Pointwise(_) | Minimised::Tensor(_) => self.link.prediction(outputs),
            Minimised::Distribution(_) => located(outputs).0,
        }
    }

    /// The mean negative log-likelihood of the targets; NaN where no distribution is predicted.
    pub fn likelihood(&self, outputs: Tensor<2>, targets: Tensor<2>) -> f64 {
        let Some(Likelihood { loss, of_squares }) = &self.likelihood else { return f64::NAN };
        let (location, scale) = located(outputs);
        let scale = if *of_squares { scale.square() } else { scale };
        f64::from(loss.forward((location, scale), targets, Reduction::Mean).into_scalar::<f32>())
    }
}

/// The logits that a user of a model gets: where a class loss was taken of transformed logits, those are the model's
/// answer. (Logit adjustment is for training alone.)
pub fn served(loss: &LossConfig, outputs: Tensor<2>) -> Tensor<2> {
    let Some(inner) = loss.wrapped() else { return outputs };
    let outputs = match loss {
        loss if let Some((clip, _)) = loss.wrapper::<LogitClip>() => clip.apply(outputs),
        loss if let Some((norm, _)) = loss.wrapper::<LogitNorm>() => norm.apply(outputs),
        loss if let Some((scale, _)) = loss.wrapper::<LogitScale>() => scale.apply(outputs),
        _ => outputs,
    };
    served(inner, outputs)
}

/// What stands between the network's outputs x and a loss of numbers or labels, and between the data's targets t and
/// the loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Link {
    /// x is the logit of a label, 0 or 1.
    Label,
    /// x is a score, against −1 and 1.
    Margin,
    /// ln(1 + e^(−x)) is the distance of a pair that is alike (1) or not (−1): the same decision at x = 0.
    Distance,
    /// x is the target.
    Same,
    /// x is the direction of an example's targets: its length says nothing, an average one is taken.
    Direction,
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
        let is_rate = loss.formula::<PoissonNll>().is_some_and(|loss| !loss.log_input);
        match loss.name() {
            "hinge_embedding" => Self::Distance,
            "poisson_nll" if is_rate => Self::Count { offset: 0.0 },
            "mape" | "smape" | "msle" | "rmsle" | "scale_invariant_log" => Self::Count { offset: 1.0 },
            "cosine_distance" => Self::Direction,
            "poisson_nll" | "tweedie_nll" => Self::LogCount { offset: 0.0 },
            // A regulariser: its second input is a logarithm, and neither is a count.
            "gaussian_kl" => Self::Same,
            _ => match loss.entry().family {
                Family::Multilabel => Self::Label,
                Family::Margin => Self::Margin,
                Family::Likelihood => Self::LogCount { offset: 1.0 },
                _ => Self::Same,
            },
        }
    }

    /// What the loss takes for a prediction.
    fn argument(self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Label | Self::Margin | Self::Same | Self::Direction | Self::LogCount { .. } => x,
            Self::Distance => softplus(-x, 1.0),
            Self::Count { .. } => softplus(x, 1.0) + LEAST,
        }
    }

    /// What the loss takes for a target.
    fn target(self, t: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Margin | Self::Distance => t * 2.0 - 1.0,
            Self::Label | Self::Same | Self::Direction => t,
            Self::LogCount { offset } | Self::Count { offset } => t * LEVELS + offset,
        }
    }

    /// What x says of t.
    fn prediction(self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Label | Self::Margin | Self::Distance => x.greater_elem(0.0).float(),
            Self::Same => x,
            Self::Direction => {
                let length = x.clone().square().sum_dim(1).sqrt().clamp_min(LEAST);
                x * LENGTH / length
            }
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
        loss if let Some(loss) = loss.formula::<GaussianNll>() => loss.clone().with_full(true).into(),
        loss if let Some(loss) = loss.formula::<BetaNll>() => {
            GaussianNll::default().with_full(true).with_epsilon(loss.epsilon).into()
        }
        loss if let Some(loss) = loss.formula::<GaussianCrps>() => {
            GaussianNll::default().with_full(true).with_epsilon(loss.epsilon.powi(2)).into()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;
    use burn::tensor::TensorData;

    fn rows<const C: usize>(values: &[[f32; C]]) -> Tensor<2> {
        let data = TensorData::new(values.concat(), [values.len(), C]);
        Tensor::from_data(data, &Device::flex())
    }

    fn numbers(tensor: Tensor<2>) -> Vec<f32> {
        tensor.into_data().try_into_vec::<f32>().expect("f32")
    }

    #[test]
    fn length_is_that_of_an_average_lower_half() {
        let train = data::digits().train;
        let length = |image: &[f32]| image[32..].iter().map(|x| f64::from(x * x)).sum::<f64>().sqrt();
        let mean = train.images.chunks_exact(64).map(length).sum::<f64>() / train.len() as f64;
        assert!((mean - LENGTH).abs() < 0.05, "{mean}");
    }

    #[test]
    fn a_direction_gets_the_average_length() {
        let predicted = numbers(Link::Direction.prediction(rows(&[[30.0, 40.0], [0.0, 0.0]])));
        let expected = [0.6 * 2.7, 0.8 * 2.7, 0.0, 0.0];
        assert!(predicted.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{predicted:?}");
    }

    #[test]
    fn one_view_stands_for_as_many_like_views() {
        let objective = Objective::new(&LossConfig::by_name("jsd_cross_entropy").expect("in the catalogue"));
        let objective = objective.expect("valid");
        assert_eq!(objective.views(), 3);
        let viewed = objective.viewed().expect("it compares views");
        assert!(viewed.contains("3 views") && viewed.contains("augmented (10 % "), "{viewed}");
        let (once, targets) = ([[0.5f32, -1.0], [2.0, 0.0]], rows(&[[1.0], [0.0]]));
        let loss = |outputs: Tensor<2>| objective.loss(outputs, targets.clone()).into_scalar::<f32>();
        let thrice = [once, once, once].concat();
        assert_eq!(loss(rows(&once)), loss(rows(&thrice)));
        // Views that differ cost something.
        let other = [once, once, [[0.0, 0.0], [2.0, 0.0]]].concat();
        assert!(loss(rows(&other)) > loss(rows(&thrice)));
    }

    #[test]
    fn what_is_served_is_what_the_loss_was_taken_of() {
        let served = |name: &str| {
            let loss = LossConfig::by_name(name).expect("in the catalogue");
            numbers(served(&loss, rows(&[[3.0, 4.0], [0.3, 0.4]])))
        };
        for name in ["cross_entropy", "flooding", "logit_adjustment"] {
            assert_eq!(served(name), [3.0, 4.0, 0.3, 0.4], "{name}");
        }
        let clipped = served("logit_clip");
        assert!(clipped.iter().zip([0.6, 0.8, 0.3, 0.4]).all(|(a, b)| (a - b).abs() < 1e-6), "{clipped:?}");
        let normed = served("logit_norm");
        assert!(normed.iter().zip([15.0, 20.0, 15.0, 20.0]).all(|(a, b)| (a - b).abs() < 1e-4), "{normed:?}");
    }

    #[test]
    fn likelihoods_of_deviations_take_their_squares() {
        let of = |name: &str| Objective::new(&LossConfig::by_name(name).expect("in the catalogue")).expect("valid");
        let targets = rows(&[[1.0]]);
        // A scale of 1 is its own square.
        let one = 1f32.exp_m1().ln();
        let unit = rows(&[[0.0, one]]);
        let [crps, nll] =
            ["gaussian_crps", "gaussian_nll"].map(|name| of(name).likelihood(unit.clone(), targets.clone()));
        assert!((crps - nll).abs() < 2e-3, "{crps} {nll}");
        let two = rows(&[[0.0, 2f32.exp_m1().ln()]]);
        let crps = of("gaussian_crps").likelihood(two, targets);
        let expected = 0.5 * (core::f64::consts::TAU.ln() + 4f64.ln() + 0.25);
        assert!((crps - expected).abs() < 2e-3, "{crps} instead of {expected}");
    }
}

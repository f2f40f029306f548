//! One training run: data, noise, epochs, measures.

use crate::data::{Noise, SplitMix64};
use crate::error::LabError;
use crate::model::{Architecture, Batch, Network};
use crate::task::{Examples, Judged, Measure, Task};
use burn::module::Module;
use burn::optim::AdamConfig;
use burn::tensor::{Device, Tensor};
use burn::train::{Interrupter, Learner};
use burn_losses::LossConfig;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::time::Instant;

/// Examples judged at a time.
const JUDGED: usize = 1024;

/// Sets the order of the examples apart from the other uses of a seed. (The letters "order".)
const STREAM: u64 = 0x6f_7264_6572;

/// The same for the noise on images that are seen in several views. (The letters "views".)
const VIEWS: u64 = 0x76_6965_7773;

/// Everything a run depends on.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The loss.
    pub loss: LossConfig,
    /// The share of wrong training labels, 0 to 1.
    pub noise_rate: f64,
    /// Which wrong labels.
    pub noise: Noise,
    /// Times through the training images, at least 1.
    pub epochs: usize,
    /// Of noise, initial weights, order and views.
    pub seed: u64,
    /// Images a step, at least 1.
    pub batch_size: usize,
    /// Which network.
    pub model: Architecture,
    /// Units of the hidden layer, at least 1.
    pub hidden: usize,
    /// Of Adam.
    pub learning_rate: f64,
}

/// What one epoch ended with. In a file, every score is a field of its own.
#[derive(Clone, Debug)]
pub struct Epoch {
    /// From 1.
    pub epoch: usize,
    /// The mean training loss of the epoch's steps.
    pub loss: f64,
    /// What was measured of the network, in the order of the task's measures.
    pub scores: Vec<Score>,
}

/// A measure and its value.
#[derive(Clone, Copy, Debug)]
pub struct Score {
    /// What was measured.
    pub measure: &'static Measure,
    /// What came out; shares are of 1.
    pub value: f64,
}

impl Epoch {
    /// The score of this key; NaN if it was not measured.
    pub fn score(&self, key: &str) -> f64 {
        self.scores.iter().find(|score| score.measure.key == key).map_or(f64::NAN, |score| score.value)
    }
}

impl Serialize for Epoch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_struct("Epoch", 2 + self.scores.len())?;
        row.serialize_field("epoch", &self.epoch)?;
        row.serialize_field("loss", &self.loss)?;
        for score in &self.scores {
            // What says nothing, as of wrong labels where there are none, stays empty.
            row.serialize_field(score.measure.key, &Some(score.value).filter(|value| !value.is_nan()))?;
        }
        row.end()
    }
}

/// What a run ended with.
#[derive(Debug)]
pub struct Trained {
    /// The network, without autodiff.
    pub model: Network,
    /// Epoch by epoch.
    pub history: Vec<Epoch>,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// Whether it was stopped before its last epoch.
    pub interrupted: bool,
}

impl Trained {
    /// The last epoch.
    pub fn last(&self) -> Option<&Epoch> {
        self.history.last()
    }
}

/// Trains a network. `each` sees every epoch as it ends.
///
/// # Errors
///
/// If the loss becomes NaN or infinite: the epochs before are then with `each` already.
pub fn train(
    task: &Task<'_>,
    plan: &Plan,
    device: &Device,
    interrupter: &Interrupter,
    mut each: impl FnMut(&Epoch) -> Result<(), LabError>,
) -> Result<Trained, LabError> {
    let start = Instant::now();
    let layers = [plan.hidden, task.outputs()];
    let objective = task.objective.clone();
    let model = Network::new(plan.model, task.image(), layers, objective, plan.seed, &device.clone().autodiff());
    let mut learner = Learner::new(model, AdamConfig::new().init(), plan.learning_rate);
    let mut random = SplitMix64::new(plan.seed ^ STREAM);
    let mut views = SplitMix64::new(plan.seed ^ VIEWS);
    let mut order: Vec<usize> = (0..task.train.len()).collect();
    let mut history = Vec::with_capacity(plan.epochs);
    for epoch in 1..=plan.epochs {
        random.shuffle(&mut order);
        let mut total = 0.0;
        for chosen in order.chunks(plan.batch_size) {
            if interrupter.should_stop() {
                let model = learner.model().valid();
                return Ok(Trained { model, history, seconds: start.elapsed().as_secs_f64(), interrupted: true });
            }
            let batch = task.batch(chosen, &mut views, &device.clone().autodiff());
            learner.lr_step();
            let step = learner.train_step(batch);
            learner.optimizer_step(step.grads);
            let loss = f64::from(step.item.loss.into_scalar::<f32>());
            if !loss.is_finite() {
                let sentence = format!("training: the loss must stay finite, got {loss} in epoch {epoch}");
                return Err(LabError::Run(sentence));
            }
            total += loss * chosen.len() as f64;
        }
        let model = learner.model().valid();
        let train = judged(&model, &task.train, &task.clean, device);
        let test = judged(&model, &task.test, task.test.targets(), device);
        let score = |measure: &'static Measure| Score { measure, value: measure.of(&train, &test) };
        let scores = task.kind.measures().iter().map(score).collect();
        let epoch = Epoch { epoch, loss: total / order.len() as f64, scores };
        each(&epoch)?;
        history.push(epoch);
    }
    let model = learner.model().valid();
    Ok(Trained { model, history, seconds: start.elapsed().as_secs_f64(), interrupted: false })
}

/// The network's outputs, example after example, as `served` makes them.
pub fn outputs(
    model: &Network,
    examples: &Examples<'_>,
    device: &Device,
    served: impl Fn(Tensor<2>) -> Tensor<2>,
) -> Vec<f32> {
    let all: Vec<usize> = (0..examples.len()).collect();
    let of = |chosen: &[usize]| {
        let outputs = served(model.forward(examples.batch(chosen, device).inputs));
        outputs.into_data().convert::<f32>().try_into_vec::<f32>().unwrap_or_default()
    };
    all.chunks(JUDGED).flat_map(of).collect()
}

/// What the network says of these examples.
fn judged<'a>(model: &Network, examples: &'a Examples<'_>, truth: &'a [f32], device: &Device) -> Judged<'a> {
    let all: Vec<usize> = (0..examples.len()).collect();
    let mut predicted = Vec::with_capacity(truth.len());
    let mut likelihood = 0.0;
    for chosen in all.chunks(JUDGED) {
        let Batch { inputs, targets } = examples.batch(chosen, device);
        let outputs = model.forward(inputs);
        let share = chosen.len() as f64 / all.len() as f64;
        likelihood += share * model.objective().likelihood(outputs.clone(), targets);
        let values = model.objective().prediction(outputs).into_data().convert::<f32>();
        predicted.extend(values.try_into_vec::<f32>().unwrap_or_default());
    }
    Judged { predicted, targets: examples.targets(), truth, width: truth.len() / examples.len(), likelihood }
}

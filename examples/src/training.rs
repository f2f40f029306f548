//! One training run: data, noise, epochs, accuracies.

use crate::data::{Dataset, Noise, Split, SplitMix64, corrupt};
use crate::error::LabError;
use crate::model::{Batch, Classifier};
use burn::module::Module;
use burn::optim::AdamConfig;
use burn::tensor::{Device, Tensor, TensorData};
use burn::train::{InferenceStep, Interrupter, Learner};
use burn_losses::LossConfig;
use serde::Serialize;
use std::time::Instant;

/// Images judged at a time.
const JUDGED: usize = 1024;

/// Sets the order of the images apart from the other uses of a seed. (The letters "order".)
const STREAM: u64 = 0x6f_7264_6572;

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
    /// Of noise, initial weights and order.
    pub seed: u64,
    /// Images a step, at least 1.
    pub batch_size: usize,
    /// Units of the hidden layer, at least 1.
    pub hidden: usize,
    /// Of Adam.
    pub learning_rate: f64,
}

/// What one epoch ended with; accuracies are shares of 1.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Epoch {
    /// From 1.
    pub epoch: usize,
    /// The mean training loss of the epoch's steps.
    pub loss: f64,
    /// On the training images, against the labels trained on.
    pub train_accuracy: f64,
    /// On the training images, against the true labels.
    pub train_accuracy_clean: f64,
    /// On the test images, whose labels are true.
    pub test_accuracy: f64,
}

/// What a run ended with.
#[derive(Debug)]
pub struct Trained {
    /// The classifier, without autodiff.
    pub model: Classifier,
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

/// Trains a classifier. `each` sees every epoch as it ends.
///
/// # Errors
///
/// If the loss is misconfigured, or becomes NaN or infinite: the epochs before are then with `each` already.
pub fn train(
    data: &Dataset,
    plan: &Plan,
    device: &Device,
    interrupter: &Interrupter,
    mut each: impl FnMut(&Epoch) -> Result<(), LabError>,
) -> Result<Trained, LabError> {
    let start = Instant::now();
    let noisy = corrupt(&data.train.labels, data.classes, plan.noise_rate, plan.noise, plan.seed);
    let sizes = [data.pixels(), plan.hidden, data.classes];
    let model = Classifier::new(sizes, plan.loss.init()?, plan.seed, &device.clone().autodiff());
    let mut learner = Learner::new(model, AdamConfig::new().init(), plan.learning_rate);
    let mut random = SplitMix64::new(plan.seed ^ STREAM);
    let mut order: Vec<usize> = (0..data.train.len()).collect();
    let mut history = Vec::with_capacity(plan.epochs);
    for epoch in 1..=plan.epochs {
        random.shuffle(&mut order);
        let mut total = 0.0;
        for chosen in order.chunks(plan.batch_size) {
            if interrupter.should_stop() {
                let model = learner.model().valid();
                return Ok(Trained { model, history, seconds: start.elapsed().as_secs_f64(), interrupted: true });
            }
            let batch = batch(&data.train, &noisy, chosen, &device.clone().autodiff());
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
        let predicted = predictions(&model, &data.train, device);
        let epoch = Epoch {
            epoch,
            loss: total / order.len() as f64,
            train_accuracy: accuracy(&predicted, &noisy),
            train_accuracy_clean: accuracy(&predicted, &data.train.labels),
            test_accuracy: accuracy(&predictions(&model, &data.test, device), &data.test.labels),
        };
        history.push(epoch);
        each(&epoch)?;
    }
    let model = learner.model().valid();
    Ok(Trained { model, history, seconds: start.elapsed().as_secs_f64(), interrupted: false })
}

/// The chosen images of a split with these labels.
fn batch(split: &Split, labels: &[u8], chosen: &[usize], device: &Device) -> Batch {
    let images: Vec<f32> = chosen.iter().flat_map(|&index| split.image(index)).copied().collect();
    let targets: Vec<i32> = chosen.iter().map(|&index| i32::from(labels[index])).collect();
    let pixels = images.len() / chosen.len();
    Batch {
        images: Tensor::from_data(TensorData::new(images, [chosen.len(), pixels]), device),
        targets: Tensor::from_data(TensorData::new(targets, [chosen.len()]), device),
    }
}

/// The class the model gives each image.
fn predictions(model: &Classifier, split: &Split, device: &Device) -> Vec<u8> {
    let all: Vec<usize> = (0..split.len()).collect();
    let judge = |chosen: &[usize]| {
        let logits = InferenceStep::step(model, batch(split, &split.labels, chosen, device)).output;
        let classes = logits.argmax(1).into_data().convert::<i64>().try_into_vec::<i64>().unwrap_or_default();
        classes.into_iter().map(|class| class as u8).collect::<Vec<_>>()
    };
    all.chunks(JUDGED).flat_map(judge).collect()
}

/// The share of equal entries.
fn accuracy(predicted: &[u8], labels: &[u8]) -> f64 {
    let right = predicted.iter().zip(labels).filter(|(a, b)| a == b).count();
    right as f64 / labels.len() as f64
}

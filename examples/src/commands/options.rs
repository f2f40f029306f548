//! Options that more than one command takes.

use crate::data::{self, Dataset, Noise};
use crate::device;
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::model::Architecture;
use crate::task::{Kind, Objective, Task};
use crate::training::Plan;
use burn::tensor::Device;
use burn::train::Interrupter;
use burn_losses::LossConfig;
use clap::{Args, ValueEnum};
use core::fmt::Debug;
use serde::Serialize;
use std::path::PathBuf;

/// How to train. What the numbers depend on is written to files.
#[derive(Args, Clone, Debug, Serialize)]
pub(super) struct TrainingOptions {
    /// Times through the training images.
    #[arg(long, default_value_t = 60, value_parser = at_least_one)]
    pub(super) epochs: usize,
    /// "digits" (bundled), or, for class losses, a folder with MNIST-style IDX files or CIFAR-10/100 binary files.
    #[arg(long, default_value = "digits", value_name = "digits|DIR")]
    pub(super) data: String,
    /// Where to compute: flex, ndarray, wgpu, vulkan, metal, webgpu, cuda or rocm, as far as they are built in.
    #[arg(long, default_value = "flex")]
    pub(super) device: String,
    /// Images a step.
    #[arg(long, default_value_t = 32, value_parser = at_least_one)]
    pub(super) batch_size: usize,
    /// The network. The convolutional one is slower, and takes images from 4×4 pixels on.
    #[arg(long, value_enum, default_value_t = Architecture::Mlp)]
    pub(super) model: Architecture,
    /// Units of the hidden layer, the last before the outputs.
    #[arg(long, default_value_t = 128, value_parser = at_least_one)]
    pub(super) hidden: usize,
    /// Learning rate of Adam.
    #[arg(long, default_value_t = 1e-3, value_parser = positive)]
    pub(super) learning_rate: f64,
    /// Where results are kept.
    #[arg(long, default_value = "runs", value_name = "DIR")]
    #[serde(skip)]
    pub(super) out: PathBuf,
}

impl TrainingOptions {
    pub(super) fn dataset(&self) -> Result<Dataset, LabError> {
        match self.data.as_str() {
            "digits" => Ok(data::digits()),
            folder => Ok(data::read_dir(folder.as_ref())?),
        }
    }

    pub(super) fn device(&self) -> Result<Device, LabError> {
        device::by_name(&self.device)
    }

    /// How a report says it was made. `own` are the options that only the command has.
    pub(super) fn made_by<const N: usize>(
        &self,
        command: String,
        data: &str,
        own: [(&str, String); N],
        seconds: f64,
    ) -> Vec<(String, String)> {
        let common = [
            ("command", command),
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
            ("data", data.to_owned()),
            ("device", self.device.clone()),
            ("epochs", self.epochs.to_string()),
            ("batch size", self.batch_size.to_string()),
            ("model", format!("{}, {} hidden units", self.model.name(), self.hidden)),
            ("learning rate", self.learning_rate.to_string()),
        ];
        let all = common.into_iter().chain(own).chain([("seconds", format!("{seconds:.1}"))]);
        all.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// How an experiment was made, for its report.
    pub(super) fn made(&self, experiment: &Experiment, data: &str, seeds: usize) -> Vec<(String, String)> {
        let own = [("seeds", format!("0 to {}", seeds - 1))];
        self.made_by(experiment.command().to_owned(), data, own, experiment.seconds())
    }

    /// The plan of a run.
    pub(super) fn plan(&self, loss: &LossConfig, noise: Noise, noise_rate: f64, seed: u64) -> Plan {
        Plan {
            loss: loss.clone(),
            noise_rate,
            noise,
            epochs: self.epochs,
            seed,
            batch_size: self.batch_size,
            model: self.model,
            hidden: self.hidden,
            learning_rate: self.learning_rate,
        }
    }
}

/// That a loss compares views of an image, in words.
pub(super) fn viewed(loss: &LossConfig) -> Result<Option<String>, LabError> {
    Ok(Objective::new(loss)?.viewed().map(|viewed| format!("{}: {viewed}", loss.name())))
}

/// That a loss is trained on smoothed labels only, in words.
pub(super) fn smoothed(loss: &LossConfig, task: &Task<'_>) -> Option<String> {
    task.smoothing.map(|smoothing| format!("{}: against labels smoothed by {smoothing}.", loss.name()))
}

/// Runs at once: a run keeps one core busy.
pub(super) fn jobs(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// Losses by their names, all of them class losses: what one accuracy compares.
pub(super) fn class_losses(names: &[String]) -> Result<Vec<LossConfig>, LabError> {
    let losses = names.iter().map(|name| LossConfig::by_name(name.trim())).collect::<Result<Vec<_>, _>>()?;
    if let Some(other) = losses.iter().find(|loss| Kind::of(loss) != Kind::Classes) {
        let (name, kind) = (other.name(), Kind::of(other).name());
        let rule = "losses: must be class losses, which one accuracy compares";
        return Err(LabError::Usage(format!("{rule}, got {name}, a {kind} loss")));
    }
    all_different("losses", &losses.iter().map(LossConfig::name).collect::<Vec<_>>())?;
    Ok(losses)
}

/// What is given twice would count twice.
pub(super) fn all_different<T: PartialEq + Debug>(name: &str, values: &[T]) -> Result<(), LabError> {
    match values.iter().enumerate().find(|(index, value)| values[..*index].contains(value)) {
        Some((_, twice)) => Err(LabError::Usage(format!("{name}: all must differ, got {twice:?} twice"))),
        None => Ok(()),
    }
}

/// Which wrong labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum NoiseKind {
    Symmetric,
    Asymmetric,
}

impl NoiseKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Symmetric => "symmetric",
            Self::Asymmetric => "asymmetric",
        }
    }
}

impl From<NoiseKind> for Noise {
    fn from(kind: NoiseKind) -> Self {
        match kind {
            NoiseKind::Symmetric => Self::Symmetric,
            NoiseKind::Asymmetric => Self::Asymmetric,
        }
    }
}

pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be ≥ 1, got 0".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err(format!("must be a whole number ≥ 1, got \"{text}\"")),
    }
}

pub(super) fn rate(text: &str) -> Result<f64, String> {
    match text.trim().parse() {
        Ok(rate) if (0.0..=1.0).contains(&rate) => Ok(rate),
        _ => Err(format!("must be a number in 0..=1, got \"{text}\"")),
    }
}

pub(super) fn at_least_zero(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number >= 0.0 && number.is_finite() => Ok(number),
        _ => Err(format!("must be a number ≥ 0, got \"{text}\"")),
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok(number),
        _ => Err(format!("must be a number > 0, got \"{text}\"")),
    }
}

/// A handle that Ctrl-C sets. A second Ctrl-C ends the program at once.
pub(super) fn interrupter() -> Interrupter {
    let interrupter = Interrupter::new();
    let handle = interrupter.clone();
    // Fails only where a handler is set already, which then serves.
    let _ = ctrlc::set_handler(move || {
        if handle.should_stop() {
            std::process::exit(130);
        }
        eprintln!("\nstopping: what was computed is being kept");
        handle.stop(Some("Ctrl-C"));
    });
    interrupter
}

//! Options that more than one command takes.

use crate::data::{self, Dataset, Noise};
use crate::device;
use crate::error::LabError;
use burn::tensor::Device;
use burn::train::Interrupter;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// How to train.
#[derive(Args, Clone, Debug)]
pub(super) struct TrainingOptions {
    /// Which wrong labels: any other class, or the next one.
    #[arg(long, value_enum, default_value_t = NoiseKind::Symmetric)]
    pub(super) noise: NoiseKind,
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
    /// Units of the hidden layer.
    #[arg(long, default_value_t = 128, value_parser = at_least_one)]
    pub(super) hidden: usize,
    /// Learning rate of Adam.
    #[arg(long, default_value_t = 1e-3, value_parser = positive)]
    pub(super) learning_rate: f64,
    /// Where results are kept.
    #[arg(long, default_value = "runs", value_name = "DIR")]
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
}

/// Which wrong labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
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

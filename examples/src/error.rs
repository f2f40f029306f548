//! What can go wrong in the lab, and the exit code it means.

use crate::data::DataError;
use crate::plot::PlotError;
use burn_losses::LossError;
use core::any::Any;
use core::fmt;

/// A failure, in one sentence.
#[derive(Debug)]
pub enum LabError {
    /// What was asked for cannot be: a bad argument, configuration or file. Exit code 2.
    Usage(String),
    /// Something failed on the way. Exit code 1.
    Run(String),
    /// Ctrl-C. Exit code 130; what was computed is kept.
    Interrupted(String),
}

impl LabError {
    /// The exit code of the process.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Run(_) => 1,
            Self::Interrupted(_) => 130,
        }
    }
}

impl fmt::Display for LabError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(sentence) | Self::Run(sentence) | Self::Interrupted(sentence) => f.write_str(sentence),
        }
    }
}

impl core::error::Error for LabError {}

impl From<DataError> for LabError {
    fn from(error: DataError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<LossError> for LabError {
    fn from(error: LossError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<PlotError> for LabError {
    fn from(error: PlotError) -> Self {
        Self::Run(error.to_string())
    }
}

/// The sentence of a panic: what the library says of input that does not fit.
pub fn sentence_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref().copied());
    text.unwrap_or("the evaluation failed")
}

//! What can go wrong in the lab, and the exit code it means.

use crate::data::DataError;
use crate::plot::PlotError;
use burn_losses::LossError;
use core::any::Any;
use core::cell::Cell;
use core::fmt;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

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

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// What `evaluate` gives, or the sentence it panics with: what the library says of input that does not fit. Nothing is
/// printed, and nothing that other threads panic with is lost.
///
/// # Errors
///
/// The sentence.
pub fn caught<T>(evaluate: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                usual(info);
            }
        }));
    });
    let before = QUIET.replace(true);
    let value = catch_unwind(AssertUnwindSafe(evaluate));
    QUIET.set(before);
    value.map_err(|panic| sentence_of(&*panic).to_owned())
}

/// What a panic says. What is not one sentence is none of the library's: Burn's own errors have many lines.
fn sentence_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref().copied());
    text.filter(|text| !text.contains('\n')).unwrap_or("the evaluation failed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_its_sentence() {
        assert_eq!(caught(|| 3), Ok(3));
        assert_eq!(caught(|| panic!("got {}", 5)), Err::<(), _>("got 5".to_owned()));
        assert_eq!(caught(|| caught(|| panic!("inner"))), Ok(Err::<(), _>("inner".to_owned())));
        for failed in [|| std::panic::panic_any(7), || panic!("=== Tensor Operation Error ===\n  Operation: 'Reshape'")]
        {
            assert_eq!(caught(failed), Err::<(), _>("the evaluation failed".to_owned()));
        }
    }
}

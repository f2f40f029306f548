//! Errors and their one sentence: `Focal: gamma must be ≥ 0, got −1`.

use core::cell::RefCell;
use core::fmt;

/// What is wrong with a loss or its input: one sentence naming the loss, the argument, the rule and the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LossError(pub(crate) String);

impl fmt::Display for LossError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for LossError {}

/// What an argument must be and is not.
pub(crate) fn refused(loss: &str, argument: &str, rule: &str, got: impl fmt::Display) -> LossError {
    LossError(sentence(loss, argument, rule, got))
}

/// What was checked.
///
/// # Panics
///
/// With the sentence, if something is wrong with it.
#[track_caller]
pub(crate) fn enforce<T>(checked: Result<T, LossError>) -> T {
    match checked {
        Ok(checked) => checked,
        Err(error) => panic!("{error}"),
    }
}

thread_local! {
    /// What listens to kernels on this thread.
    static EAR: RefCell<Ear> = const { RefCell::new(Ear::Deaf) };
}

/// Burn calls the kernels, so a panic in one would point into Burn instead of at the caller of the loss.
enum Ear {
    Deaf,
    Listens,
    Heard(LossError),
}

/// Says what is wrong with what a kernel was given, to [`heard`]; and whether anything is.
///
/// # Panics
///
/// With the sentence, if nothing listens.
pub(crate) fn tell(checked: Result<(), LossError>) -> bool {
    let Err(error) = checked else { return false };
    EAR.with_borrow_mut(|ear| match ear {
        Ear::Deaf => panic!("{error}"),
        Ear::Listens => *ear = Ear::Heard(error),
        Ear::Heard(_) => {}
    });
    true
}

/// What a kernel gives.
///
/// # Panics
///
/// With the sentence, if the kernel told one.
#[track_caller]
pub(crate) fn heard<T>(kernel: impl FnOnce() -> T) -> T {
    EAR.set(Ear::Listens);
    let result = kernel();
    if let Ear::Heard(error) = EAR.replace(Ear::Deaf) {
        panic!("{error}");
    }
    result
}

/// The sentence every check gives.
fn sentence(loss: &str, argument: &str, rule: &str, got: impl fmt::Display) -> String {
    format!("{loss}: {argument} must {rule}, got {got}")
}

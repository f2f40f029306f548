//! Errors and their one sentence: `Focal: gamma must be ≥ 0, got −1`.

use core::cell::RefCell;
use core::fmt;

/// What is wrong with a loss or its input: one sentence naming the loss, the argument, the rule and the value.
///
/// ```
/// use burn_losses::{ErrorKind, LossConfig};
///
/// let error = "focall".parse::<LossConfig>().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::UnknownName);
/// let error = r#"{"name": "focal", "gamma": -1}"#.parse::<LossConfig>().unwrap_err();
/// assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Parameter, "Focal: gamma must be ≥ 0, got -1"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LossError {
    kind: ErrorKind,
    sentence: String,
}

/// What a [`LossError`] is about, for a program that has to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No loss has this name, or another one has it already.
    UnknownName,
    /// A field is none of the loss's parameters.
    UnknownField,
    /// A configuration is not of the form that it must have.
    Form,
    /// A parameter, or a list or weight in the place of one, is out of its range.
    Parameter,
    /// The loss is of another kind than was asked for.
    OtherKind,
    /// The loss cannot do what was asked: weights of a wrapper, probabilities of a loss of classes.
    Unsupported,
    /// Shapes or lengths do not fit each other.
    Shape,
    /// A dtype is not one that the loss takes here.
    Dtype,
    /// A target is not a class or a label.
    Target,
}

impl LossError {
    pub(crate) fn new(kind: ErrorKind, sentence: impl Into<String>) -> Self {
        Self { kind, sentence: sentence.into() }
    }

    /// What it is about.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The same, about something else than a parameter.
    pub(crate) fn about(self, kind: ErrorKind) -> Self {
        Self { kind, ..self }
    }
}

impl fmt::Display for LossError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl core::error::Error for LossError {}

/// What an argument must be and is not: a parameter, unless it is [said](LossError::about) to be something else.
pub(crate) fn refused(loss: &str, argument: &str, rule: &str, got: impl fmt::Display) -> LossError {
    LossError::new(ErrorKind::Parameter, sentence(loss, argument, rule, got))
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

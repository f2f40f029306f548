//! The checks and their messages: `Focal: gamma must be ≥ 0, got −1`.

use crate::catalogue::{Described, Parameter};
use crate::engine::class_rows::ClassCall;
use burn::backend::{Backend, Dispatch};
use burn::tensor::{DType, Device};
use core::fmt;
use serde::Serialize;
use serde_json::Value;

/// What is wrong with a loss or its input: one sentence naming the loss, the argument, the rule and the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LossError(pub(crate) String);

impl fmt::Display for LossError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for LossError {}

/// The sentence every check gives.
fn sentence(loss: &str, argument: &str, rule: &str, got: impl fmt::Display) -> String {
    format!("{loss}: {argument} must {rule}, got {got}")
}

/// Whether every parameter lies in its range. The parameters are read from what `config` serialises to.
pub(crate) fn parameters(loss: &str, parameters: &[Parameter], config: &impl Serialize) -> Result<(), LossError> {
    let values = serde_json::to_value(config).map_err(|error| LossError(format!("{loss}: {error}")))?;
    for parameter in parameters {
        let Some(value) = values.get(parameter.name) else { continue };
        let numbers = match value {
            Value::Array(values) if values.is_empty() => {
                let rule = "have one value per class";
                return Err(LossError(sentence(loss, parameter.name, rule, "an empty list")));
            }
            Value::Array(values) => values.as_slice(),
            single => core::slice::from_ref(single),
        };
        for number in numbers {
            // JSON has no NaN and no infinity: they arrive as null.
            let inside = number.as_f64().is_some_and(|x| parameter.range.contains(x));
            if !inside {
                let got = if number.is_null() { "NaN or an infinity".to_owned() } else { number.to_string() };
                return Err(LossError(sentence(loss, parameter.name, &format!("be {}", parameter.range), got)));
            }
        }
    }
    Ok(())
}

/// The parameters of a loss in the catalogue.
///
/// # Panics
///
/// With the sentence, if one is outside its range.
#[track_caller]
pub(crate) fn config<C: Described + Serialize>(config: &C) {
    if let Err(error) = parameters(C::ENTRY.type_name, C::ENTRY.parameters, config) {
        panic!("{error}");
    }
}

/// Flooding has no value for a single target.
pub(crate) fn flooding_needs_a_reduction() -> LossError {
    LossError(sentence("Flooding", "reduction", "be Mean or Sum, since it acts on the reduced value", "none"))
}

/// Class weights: finite and not negative; zero is allowed.
pub(crate) fn class_weights(loss: &str, weights: Option<&[f64]>) -> Result<(), LossError> {
    let Some(weights) = weights else { return Ok(()) };
    match weights.iter().find(|w| !(w.is_finite() && **w >= 0.0)) {
        Some(bad) => Err(LossError(sentence(loss, "class_weights", "be finite and ≥ 0", bad))),
        None => Ok(()),
    }
}

/// The shapes of logits and targets, and of everything that has one entry a class.
///
/// # Panics
///
/// With the sentence, if they do not fit.
#[track_caller]
pub(crate) fn class_shapes(logits: &[usize], targets: &[usize], call: &ClassCall) {
    if let Err(error) = try_class_shapes(logits, targets, call) {
        panic!("{error}");
    }
}

pub(crate) fn try_class_shapes(logits: &[usize], targets: &[usize], call: &ClassCall) -> Result<(), LossError> {
    let loss = call.formula.name();
    if logits.len() < 2 || logits[1] == 0 {
        let rule = "have shape [N, C] or [N, C, d1, …] with at least one class";
        return Err(LossError(sentence(loss, "logits", rule, format!("{logits:?}"))));
    }
    let expected: Vec<usize> = [&logits[..1], &logits[2..]].concat();
    if targets != expected {
        let rule = format!("have shape {expected:?} for logits {logits:?}");
        return Err(LossError(sentence(loss, "targets", &rule, format!("{targets:?}"))));
    }
    let per_class = call.formula.per_class();
    let weights = call.class_weights.as_ref().map(|weights| ("class_weights", weights.len()));
    for (name, len) in per_class.into_iter().chain(weights) {
        if len != logits[1] {
            let rule = format!("have one value for each of the {} classes", logits[1]);
            return Err(LossError(sentence(loss, name, &rule, len)));
        }
    }
    Ok(())
}

/// # Panics
///
/// If a target is neither a class nor ignored.
pub(crate) fn target_range(targets: impl Iterator<Item = i64>, classes: usize, call: &ClassCall) {
    if let Err(error) = try_target_range(targets, classes, call) {
        panic!("{error}");
    }
}

pub(crate) fn try_target_range(
    targets: impl Iterator<Item = i64>,
    classes: usize,
    call: &ClassCall,
) -> Result<(), LossError> {
    for (position, target) in targets.enumerate() {
        let valid = (0..classes as i64).contains(&target) || call.ignore_index == Some(target);
        if !valid {
            let ignored = call.ignore_index.map(|index| format!(" or the ignore_index {index}")).unwrap_or_default();
            let rule = format!("be a class in 0..={}{ignored}", classes - 1);
            let got = format!("{target} at position {position}");
            return Err(LossError(sentence(call.formula.name(), "targets", &rule, got)));
        }
    }
    Ok(())
}

/// The arithmetic the logits ask for.
///
/// # Panics
///
/// With the sentence, for f64 on wgpu, which says that it has f64 and computes garbage.
#[track_caller]
pub(crate) fn arithmetic(device: &Device, dtype: DType, call: &ClassCall) {
    if dtype == DType::F64 && Dispatch::name(device.as_dispatch()).contains("wgpu") {
        let rule = "be f32, f16 or bf16 on wgpu (Vulkan, Metal, WebGPU), which cannot compute in f64";
        panic!("{}", sentence(call.formula.name(), "logits", rule, "F64"));
    }
}

/// # Panics
///
/// Always.
pub(crate) fn unsupported_dtype(backend: &str, dtype: DType) -> ! {
    panic!("burn-losses: dtype must be one {backend} has kernels for, got {dtype:?}")
}

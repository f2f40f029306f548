//! The checks of numbers, lists and shapes.

use super::entry::{Described, Parameter, Range, written};
use super::error::{ErrorKind, LossError, enforce, refused};
use super::per_class::{ClassParameter as _, PerClass};
use burn::backend::{Backend, Dispatch};
use burn::tensor::{DType, Device, Tensor};
use serde::Serialize;
use serde_json::Value;

/// Whether every parameter lies in its range. The parameters are read from what `config` serialises to.
pub(crate) fn parameters(loss: &str, parameters: &[Parameter], config: &impl Serialize) -> Result<(), LossError> {
    let values =
        serde_json::to_value(config).map_err(|error| LossError::new(ErrorKind::Form, format!("{loss}: {error}")))?;
    for parameter in parameters {
        let Some(value) = values.get(parameter.name) else { continue };
        let numbers = match value {
            Value::Array(values) if values.is_empty() => {
                let rule = "have one value per class";
                return Err(refused(loss, parameter.name, rule, "an empty list"));
            }
            // A matrix checks itself where it is read.
            Value::Array(_) if parameter.matrix => continue,
            Value::Array(values) => values.as_slice(),
            single => core::slice::from_ref(single),
        };
        for number in numbers {
            // JSON has no NaN and no infinity: they arrive as null.
            let inside = match number {
                Value::Bool(_) => parameter.flag,
                _ => !parameter.flag && number.as_f64().is_some_and(|x| parameter.range.contains(x)),
            };
            if !inside {
                let got = if number.is_null() { "NaN or an infinity".to_owned() } else { number.to_string() };
                let rule = match number.as_f64() {
                    _ if parameter.flag => "be true or false".to_owned(),
                    Some(number) if parameter.range.bounds(number) => {
                        let (low, high) = (Range::SIZES.start(), Range::SIZES.end());
                        format!("be {}, and 0 or between {low:e} and {high:e} in size", parameter.range)
                    }
                    _ => format!("be {}", parameter.range),
                };
                return Err(refused(loss, parameter.name, &rule, got));
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
    enforce(parameters(C::ENTRY.type_name, C::ENTRY.parameters, config));
}

/// Flooding has no value for a single target.
pub(crate) fn flooding_needs_a_reduction() -> LossError {
    refused("Flooding", "reduction", "be Mean or Sum, since it acts on the reduced value", "none")
        .about(ErrorKind::Unsupported)
}

/// A class loss of more than one class's probability has no expected value by classes.
pub(crate) fn no_soft_targets(loss: &str) -> LossError {
    refused(loss, "targets", "be classes, since it is no function of one class's probability", "probabilities")
        .about(ErrorKind::Unsupported)
}

/// Probabilities do not go through wrappers.
pub(crate) fn no_soft_targets_round(wrapper: &str) -> LossError {
    refused(wrapper, "targets", "be classes, since it goes around another loss", "probabilities")
        .about(ErrorKind::Unsupported)
}

/// What is learnt must be a part of the module.
pub(crate) fn must_be_outermost(loss: &str, inside: &str) -> LossError {
    refused(
        loss,
        "the loss",
        "be the outermost, since its weights are a part of the module",
        format!("one inside of {inside}"),
    )
    .about(ErrorKind::Unsupported)
}

/// Weights of elements do not go through wrappers.
pub(crate) fn no_weights(wrapper: &str) -> LossError {
    refused("weights", "the loss", "be one that nothing goes around", wrapper).about(ErrorKind::Unsupported)
}

/// Class weights: finite and not negative; zero is allowed.
pub(crate) fn class_weights(loss: &str, weights: Option<&[f64]>) -> Result<(), LossError> {
    let Some(weights) = weights else { return Ok(()) };
    match weights.iter().find(|w| !(w.is_finite() && **w >= 0.0)) {
        Some(bad) => Err(refused(loss, "class_weights", "be finite and ≥ 0", bad)),
        None => Ok(()),
    }
}

/// Whether class weights are within the range of the arithmetic.
pub(crate) fn class_weights_within(loss: &str, weights: &[f64], most: f64) -> Result<(), LossError> {
    match weights.iter().find(|weight| **weight > most) {
        Some(bad) => {
            let rule = format!("be ≤ {most:e} in this dtype, unless the mean divides by them");
            Err(refused(loss, "class_weights", &rule, written(*bad)))
        }
        None => Ok(()),
    }
}

/// The factor of positive targets.
pub(crate) fn pos_weight(loss: &str, weight: &PerClass) -> Result<(), LossError> {
    let values = match weight.same_for_all() {
        Some(weight) => vec![weight],
        None => weight.by_class().to_vec(),
    };
    // What f32 does not hold would be another weight there.
    match values.iter().find(|w| **w != 0.0 && !Range::SIZES.contains(*w)) {
        Some(bad) => Err(refused(loss, "pos_weight", "be 0, or ≥ 1e-30 and ≤ 1e30", bad)),
        None => Ok(()),
    }
}

pub(crate) fn label_smoothing(loss: &str, smoothing: f64) -> Result<(), LossError> {
    match (0.0..=1.0).contains(&smoothing) {
        true => Ok(()),
        false => Err(refused(loss, "label_smoothing", "be ≥ 0 and ≤ 1", smoothing)),
    }
}

/// The shapes of `views` views of each item and of the targets, and the lengths of everything with an entry per class.
pub(crate) fn shapes(
    loss: &str,
    logits: &[usize],
    targets: &[usize],
    views: usize,
    per_class: Vec<(&'static str, usize)>,
    class_weights: Option<usize>,
) -> Result<(), LossError> {
    let mut expected = rows_of(loss, "logits", logits)?;
    if !expected[0].is_multiple_of(views) {
        let rule = format!("hold {views} views of each item along axis 0");
        return Err(refused(loss, "logits", &rule, format!("{logits:?}")).about(ErrorKind::Shape));
    }
    expected[0] /= views;
    if targets != expected {
        let rule = format!("have shape {expected:?} for logits {logits:?}");
        return Err(refused(loss, "targets", &rule, format!("{targets:?}")).about(ErrorKind::Shape));
    }
    let weights = class_weights.map(|len| ("class_weights", len));
    for (name, len) in per_class.into_iter().chain(weights) {
        if len != logits[1] {
            let rule = format!("have one value for each of the {} classes", logits[1]);
            return Err(refused(loss, name, &rule, len).about(ErrorKind::Shape));
        }
    }
    Ok(())
}

/// Whether every target is a class or ignored.
pub(crate) fn in_range(
    loss: &str,
    targets: impl Iterator<Item = i64>,
    classes: usize,
    ignore_index: Option<i64>,
) -> Result<(), LossError> {
    for (position, target) in targets.enumerate() {
        let valid = (0..classes as i64).contains(&target) || ignore_index == Some(target);
        if !valid {
            let ignored = ignore_index.map(|index| format!(" or the ignore_index {index}")).unwrap_or_default();
            let rule = format!("be a class in 0..={}{ignored}", classes - 1);
            let got = format!("{target} at position {position}");
            return Err(refused(loss, "targets", &rule, got).about(ErrorKind::Target));
        }
    }
    Ok(())
}

/// The shapes, dtypes and lists of a loss in tensor operations.
///
/// # Panics
///
/// With the sentence, if they do not fit.
#[track_caller]
pub(crate) fn tensor_shapes<const D: usize>(
    loss: &str,
    prediction: &Tensor<D>,
    target: &Tensor<D>,
    per_class: Vec<(&'static str, usize)>,
) {
    floats(loss, "prediction", prediction.dtype(), &prediction.device());
    alike(loss, ("prediction", prediction), ("target", target));
    places(loss, "prediction", prediction, per_class);
}

/// Lists of a loss of elements must have an entry for each place along axis 1; of a tensor with one axis, along that.
#[track_caller]
pub(crate) fn places<const D: usize>(loss: &str, name: &str, first: &Tensor<D>, lists: Vec<(&'static str, usize)>) {
    let axis = usize::from(D > 1);
    let places = first.dims().get(axis).copied().unwrap_or(1);
    for (list, len) in lists {
        if len != places {
            let rule = format!("have one value for each of the {places} places along axis {axis} of {name}");
            panic!("{}", refused(loss, list, &rule, len).about(ErrorKind::Shape));
        }
    }
}

/// Weights of the losses of a loss in tensor operations.
///
/// # Panics
///
/// With the sentence, if there is not one per loss.
#[track_caller]
pub(crate) fn tensor_weights<const D: usize>(loss: &str, weights: &Tensor<D>, losses: [usize; D], of: DType) {
    if weights.dims() != losses {
        let rule = format!("have one value a loss, shape {losses:?}");
        panic!("{}", refused(loss, "weights", &rule, format!("{:?}", weights.dims())).about(ErrorKind::Shape));
    }
    dtype(loss, "weights", weights.dtype(), of);
}

/// The shape of the rows of scores `[N, C, d…]`.
pub(crate) fn rows_of(loss: &str, name: &str, scores: &[usize]) -> Result<Vec<usize>, LossError> {
    if scores.len() < 2 || scores[1] == 0 {
        let rule = "have shape [N, C] or [N, C, d1, …] with at least one class";
        return Err(refused(loss, name, rule, format!("{scores:?}")).about(ErrorKind::Shape));
    }
    Ok([&scores[..1], &scores[2..]].concat())
}

#[track_caller]
pub(crate) fn shape(loss: &str, name: &str, got: &[usize], expected: &[usize], scores: &[usize]) {
    if got != expected {
        let rule = format!("have shape {expected:?} for scores {scores:?}");
        panic!("{}", refused(loss, name, &rule, format!("{got:?}")).about(ErrorKind::Shape));
    }
}

#[track_caller]
pub(crate) fn dtype(loss: &str, name: &str, got: DType, expected: DType) {
    if got != expected {
        panic!(
            "{}",
            refused(loss, name, &format!("have the same dtype {expected:?} as the first tensor"), format!("{got:?}"))
                .about(ErrorKind::Dtype)
        );
    }
}

/// One tensor must have the shape and dtype of another.
#[track_caller]
pub(crate) fn alike<const D: usize>(
    loss: &str,
    (name, first): (&str, &Tensor<D>),
    (other, tensor): (&str, &Tensor<D>),
) {
    if tensor.dims() != first.dims() {
        let rule = format!("have the same shape as {name}, {:?}", first.dims());
        panic!("{}", refused(loss, other, &rule, format!("{:?}", tensor.dims())).about(ErrorKind::Shape));
    }
    dtype(loss, other, tensor.dtype(), first.dtype());
}

/// A list by class of a wrapper must have an entry for each.
#[track_caller]
pub(crate) fn counts(loss: &str, len: usize, classes: usize) {
    lengths(loss, core::iter::once(("counts", len)), classes);
}

/// Lists by class must have an entry for each.
#[track_caller]
pub(crate) fn lengths(loss: &str, lists: impl Iterator<Item = (&'static str, usize)>, classes: usize) {
    for (name, len) in lists {
        if len != classes {
            let rule = format!("have one value for each of the {classes} classes");
            panic!("{}", refused(loss, name, &rule, len).about(ErrorKind::Shape));
        }
    }
}

/// The arithmetic floats ask for.
///
/// # Panics
///
/// With the sentence, for f64 on wgpu, which says that it has f64 and computes garbage.
#[track_caller]
pub(crate) fn floats(loss: &str, name: &str, dtype: DType, device: &Device) {
    if dtype == DType::F64 && Dispatch::name(device.as_dispatch()).contains("wgpu") {
        let rule = "be f32, f16 or bf16 on wgpu (Vulkan, Metal, WebGPU), which cannot compute in f64";
        panic!("{}", refused(loss, name, rule, "F64").about(ErrorKind::Dtype));
    }
}

/// # Panics
///
/// Always.
pub(crate) fn unsupported_dtype(backend: &str, dtype: DType) -> ! {
    panic!("burn-losses: dtype must be one {backend} has kernels for, got {dtype:?}")
}

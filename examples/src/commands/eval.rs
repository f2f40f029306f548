//! `eval`: any loss on given numbers, JSON lines in, JSON lines out.

use super::say;
use crate::device;
use crate::error::{LabError, caught};
use burn::tensor::{DType, Device, Gradients, Int, Tensor, TensorData};
use burn_losses::catalogue::Signature;
use burn_losses::prelude::*;
use burn_losses::{Losses, Strict};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};
use std::io::BufRead;
use std::ops::RangeInclusive;

/// A line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    loss: LossConfig,
    #[serde(default)]
    class_weights: Option<Vec<f64>>,
    #[serde(default)]
    ignore_index: Option<i64>,
    #[serde(default)]
    reduction: By,
    /// What the scores of a binary loss are, or those of a class loss whose targets are probabilities.
    #[serde(default)]
    input: Input,
    #[serde(default = "f32_name")]
    dtype: String,
    #[serde(default = "flex_name")]
    device: String,
    /// The dtype of the targets of a class loss: an integer's.
    #[serde(default)]
    targets_dtype: Option<String>,
    /// By their names: logits and targets of a class loss, scores and targets of a binary or multilabel loss,
    /// prediction and target of a pointwise or whole loss, location, scale and target of a distribution. Targets of a
    /// class loss that have the shape of the logits are probabilities.
    inputs: Value,
}

fn f32_name() -> String {
    "f32".to_owned()
}

fn flex_name() -> String {
    "flex".to_owned()
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum By {
    #[default]
    Mean,
    Sum,
    None,
}

impl By {
    /// `None` for one value per target, or as many as the loss has.
    fn reduction(self) -> Option<Reduction> {
        match self {
            Self::Mean => Some(Reduction::Mean),
            Self::Sum => Some(Reduction::Sum),
            Self::None => None,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassInputs {
    logits: Array<Number>,
    targets: Array<i64>,
}

/// A probability for each class.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SoftInputs {
    logits: Array<Number>,
    targets: Array<Number>,
}

impl SoftInputs {
    /// Whether these are such inputs, by their shapes.
    fn are(inputs: &Value) -> bool {
        inputs["targets"]["shape"].is_array() && inputs["targets"]["shape"] == inputs["logits"]["shape"]
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BinaryInputs {
    scores: Array<Number>,
    targets: Array<Number>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PointwiseInputs {
    prediction: Array<Number>,
    target: Array<Number>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DistributionInputs {
    location: Array<Number>,
    scale: Array<Number>,
    target: Array<Number>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Array<T> {
    shape: Vec<usize>,
    data: Vec<T>,
}

/// A number; what JSON has no number for is the string "NaN", "inf" or "-inf".
#[derive(Clone, Copy, Debug)]
struct Number(f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => match text.as_str() {
                "NaN" => Some(f64::NAN),
                "inf" => Some(f64::INFINITY),
                "-inf" => Some(f64::NEG_INFINITY),
                _ => None,
            },
            _ => None,
        }
        .map(Self)
        .ok_or_else(|| serde::de::Error::custom("data must be numbers, \"NaN\", \"inf\" or \"-inf\""))
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            x if x.is_nan() => serializer.serialize_str("NaN"),
            f64::INFINITY => serializer.serialize_str("inf"),
            f64::NEG_INFINITY => serializer.serialize_str("-inf"),
            x => serializer.serialize_f64(x),
        }
    }
}

/// Answers each line of standard input that is not blank with one line, in order.
pub(super) fn run() -> Result<(), LabError> {
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line);
        match read.map_err(|error| LabError::Run(format!("standard input: cannot be read, {error}")))? {
            0 => return Ok(()),
            _ if line.trim_ascii().is_empty() => {}
            _ => say(answer(&line))?,
        }
    }
}

/// The answer to one line: `{"value": …, "gradients": …}`, or `{"error": "…"}`.
pub fn answer(line: &[u8]) -> Value {
    let evaluated = caught(|| {
        // In two steps: only what is wrong with the JSON itself has a useful line and column.
        let Strict(line) = serde_json::from_slice(line).map_err(|error| format!("not JSON: {error}"))?;
        evaluate(Request::deserialize(line).map_err(|error| error.to_string())?)
    });
    evaluated.flatten().unwrap_or_else(|error| json!({ "error": error }))
}

impl<T> Array<T> {
    /// The number of elements of the shape must be that of the data.
    fn check(&self, name: &str) -> Result<(), String> {
        let elements: Option<usize> = if self.shape.contains(&0) { Some(0) } else { self.lines() };
        if elements == Some(self.data.len()) && self.lines().is_some() {
            return Ok(());
        }
        Err(format!("{name}: data must fill the shape {:?}, got {} values", self.shape, self.data.len()))
    }

    /// The product of the axes that are not 0, if it is a number at all.
    fn lines(&self) -> Option<usize> {
        let axes = self.shape.iter().filter(|axis| **axis > 0);
        axes.copied().try_fold(1_usize, usize::checked_mul).filter(|product| *product < 1 << 48)
    }
}

/// Where and how a line is computed.
struct Setting {
    loss: LossConfig,
    by: Option<Reduction>,
    input: Input,
    device: Device,
    dtype: DType,
}

fn evaluate(request: Request) -> Result<Value, String> {
    let Request { loss, class_weights, ignore_index, reduction, input, dtype, device: name, targets_dtype, inputs } =
        request;
    let device = device::by_name(&name).map_err(|error| error.to_string())?.autodiff();
    let dtype = device::dtype(&name, &dtype).map_err(|error| error.to_string())?;
    let setting = Setting { loss, by: reduction.reduction(), input, device, dtype };
    let signature = setting.loss.signature();
    let is_soft = signature == Signature::Class && ignore_index.is_none() && SoftInputs::are(&inputs);
    if input != Input::Logits && !is_soft && signature != Signature::Binary {
        let name = setting.loss.name();
        return Err(format!("input: must be of a binary loss or of targets that are probabilities, got {name}"));
    }
    if is_soft {
        return setting.soft(parsed(inputs)?, class_weights);
    }
    if matches!(signature, Signature::Class | Signature::Any) {
        let targets_dtype = integers(targets_dtype.as_deref().unwrap_or("i64"))?;
        return setting.class(parsed(inputs)?, targets_dtype, class_weights, ignore_index);
    }
    if targets_dtype.is_some() {
        let name = setting.loss.name();
        return Err(format!(
            "targets_dtype: must be of a class loss, got {name}, whose targets have the dtype of the rest"
        ));
    }
    if class_weights.is_some() || ignore_index.is_some() {
        let name = setting.loss.name();
        return Err(format!(
            "class_weights, ignore_index: must be of a class loss, got {name}, which knows no classes"
        ));
    }
    match signature {
        Signature::Binary => setting.binary(parsed(inputs)?),
        Signature::Multilabel => setting.multilabel(parsed(inputs)?),
        Signature::Whole => setting.whole(parsed(inputs)?),
        Signature::Distribution => setting.distribution(parsed(inputs)?),
        _ => setting.pointwise(parsed(inputs)?),
    }
}

/// The integers of this name, and those of i64 that they have.
fn integers(name: &str) -> Result<(DType, RangeInclusive<i64>), String> {
    Ok(match name {
        "i64" => (DType::I64, i64::MIN..=i64::MAX),
        "i32" => (DType::I32, i32::MIN.into()..=i32::MAX.into()),
        "i16" => (DType::I16, i16::MIN.into()..=i16::MAX.into()),
        "i8" => (DType::I8, i8::MIN.into()..=i8::MAX.into()),
        "u64" => (DType::U64, 0..=i64::MAX),
        "u32" => (DType::U32, 0..=u32::MAX.into()),
        "u16" => (DType::U16, 0..=u16::MAX.into()),
        "u8" => (DType::U8, 0..=u8::MAX.into()),
        _ => {
            let names = "i64, i32, i16, i8, u64, u32, u16, u8";
            return Err(format!("targets_dtype: the name must be one of {names}, got \"{name}\""));
        }
    })
}

fn parsed<T: serde::de::DeserializeOwned>(inputs: Value) -> Result<T, String> {
    serde_json::from_value(inputs).map_err(|error| format!("inputs: {error}"))
}

impl Setting {
    fn class(
        &self,
        inputs: ClassInputs,
        (targets_dtype, within): (DType, RangeInclusive<i64>),
        class_weights: Option<Vec<f64>>,
        ignore_index: Option<i64>,
    ) -> Result<Value, String> {
        let ClassInputs { logits, targets } = inputs;
        logits.check("logits")?;
        targets.check("targets")?;
        let criterion = self.loss.init().and_then(|loss| loss.try_with_class_weights(class_weights));
        let criterion = criterion.map_err(|error| error.to_string())?.with_ignore_index(ignore_index);
        let checked = criterion.check(&logits.shape, &targets.shape, targets.data.iter().copied(), self.by);
        checked.map_err(|error| error.to_string())?;

        // Every rank is three axes: rows, classes, and the product of what is behind.
        let input = self.tensor(&logits);
        let [rows, _, inner] = input.dims();
        if let Some(beyond) = targets.data.iter().find(|target| !within.contains(target)) {
            return Err(format!("targets: must be numbers of their dtype {targets_dtype:?}, got {beyond}"));
        }
        let data = TensorData::new(targets.data, [rows / criterion.views(), inner]);
        let classes = Tensor::<2, Int>::from_data(data, (&self.device, targets_dtype));
        let (value, gradients) = self.differentiate(&criterion, input.clone(), classes, &targets.shape);
        Ok(answered(&value, &gradients, &[("logits", &input, &logits.shape)]))
    }

    fn soft(&self, inputs: SoftInputs, class_weights: Option<Vec<f64>>) -> Result<Value, String> {
        let SoftInputs { logits, targets } = inputs;
        alike(&[("logits", &logits), ("targets", &targets)])?;
        let criterion = self.loss.init().and_then(|loss| loss.try_with_class_weights(class_weights));
        let criterion = criterion.map_err(|error| error.to_string())?.with_input(self.input);
        let [input, target] = [&logits, &targets].map(|array| self.tensor(array));
        let (scores, probabilities) = (input.clone(), target.clone());
        let (shape, value) = match self.by {
            Some(by) => (vec![1], criterion.try_forward_soft(scores, probabilities, None::<Tensor<2>>, by)),
            None => {
                let losses = criterion.try_forward_soft_no_reduction::<3, 2>(scores, probabilities);
                let shape = match logits.shape[..] {
                    [first, _, ref behind @ ..] => [&[first][..], behind].concat(),
                    _ => vec![],
                };
                (shape, losses.map(Losses::flat))
            }
        };
        let value = value.map_err(|error| error.to_string())?;
        let gradients = value.clone().sum().backward();
        let value = Array { shape, data: numbers(value) };
        let shape = &logits.shape[..];
        Ok(answered(&value, &gradients, &[("logits", &input, shape), ("targets", &target, shape)]))
    }

    fn binary(&self, inputs: BinaryInputs) -> Result<Value, String> {
        let BinaryInputs { scores, targets } = inputs;
        alike(&[("scores", &scores), ("targets", &targets)])?;
        let criterion = self.loss.init_binary().map_err(|error| error.to_string())?.with_input(self.input);
        let [input, target] = [&scores, &targets].map(|array| self.tensor(array));
        let (value, gradients) = self.differentiate(&criterion, input.clone(), target, &scores.shape);
        Ok(answered(&value, &gradients, &[("scores", &input, &scores.shape)]))
    }

    fn multilabel(&self, inputs: BinaryInputs) -> Result<Value, String> {
        let BinaryInputs { scores, targets } = inputs;
        alike(&[("scores", &scores), ("targets", &targets)])?;
        let (value, gradients, [input, _]) = self.together(&scores, &targets)?;
        Ok(answered(&value, &gradients, &[("scores", &input, &scores.shape)]))
    }

    fn whole(&self, inputs: PointwiseInputs) -> Result<Value, String> {
        let PointwiseInputs { prediction, target } = inputs;
        alike(&[("prediction", &prediction), ("target", &target)])?;
        let (value, gradients, [input, other]) = self.together(&prediction, &target)?;
        let shape = &prediction.shape[..];
        Ok(answered(&value, &gradients, &[("prediction", &input, shape), ("target", &other, shape)]))
    }

    /// Of a loss that several elements make one of: the value, the gradients of its sum, and by what they are.
    fn together(&self, prediction: &Array<Number>, target: &Array<Number>) -> Result<Together, String> {
        let criterion = self.loss.init_tensor().map_err(|error| error.to_string())?;
        let inputs = [prediction, target].map(|array| self.tensor(array));
        let [input, other] = inputs.clone();
        // The loss alone makes a mean of more losses of nothing than there is memory for; nothing else does.
        let most = 1 << 24;
        let one_by_one = self.by.is_none() || self.loss.innermost() != &self.loss;
        if one_by_one && prediction.lines().is_none_or(|lines| lines > most) {
            let name = self.loss.name();
            return Err(format!(
                "{name}: there must be at most {most} losses to tell, got shape {:?}",
                prediction.shape
            ));
        }
        let shape = match self.by {
            Some(_) => Vec::new(),
            None => reduced(&prediction.shape, input.dims(), criterion.counts(&input, &other).dims()),
        };
        let (value, gradients) = self.differentiate(&criterion, input, other, &shape);
        Ok((value, gradients, inputs))
    }

    fn pointwise(&self, inputs: PointwiseInputs) -> Result<Value, String> {
        let PointwiseInputs { prediction, target } = inputs;
        alike(&[("prediction", &prediction), ("target", &target)])?;
        let criterion = self.loss.init_pointwise().map_err(|error| error.to_string())?;
        let shape = &prediction.shape[..];
        let [input, target] = [&prediction, &target].map(|array| self.tensor(array));
        let (value, gradients) = self.differentiate(&criterion, input.clone(), target.clone(), shape);
        Ok(answered(&value, &gradients, &[("prediction", &input, shape), ("target", &target, shape)]))
    }

    fn distribution(&self, inputs: DistributionInputs) -> Result<Value, String> {
        let DistributionInputs { location, scale, target } = inputs;
        alike(&[("location", &location), ("scale", &scale), ("target", &target)])?;
        let criterion = self.loss.init_distribution().map_err(|error| error.to_string())?;
        let shape = location.shape.clone();
        let [location, scale, target] = [&location, &scale, &target].map(|array| self.tensor(array));
        let input = (location.clone(), scale.clone());
        let (value, gradients) = self.differentiate(&criterion, input, target.clone(), &shape);
        let shape = &shape[..];
        let inputs = [("location", &location, shape), ("scale", &scale, shape), ("target", &target, shape)];
        Ok(answered(&value, &gradients, &inputs))
    }

    /// Three axes: the first, the one that parameters by class go by, and the product of what is behind. A single axis
    /// is the one of the classes.
    fn tensor(&self, array: &Array<Number>) -> Tensor<3> {
        let axes = match array.shape[..] {
            [] => [1, 1, 1],
            [only] => [1, only, 1],
            [first, second, ref rest @ ..] => [first, second, rest.iter().product()],
        };
        let data = TensorData::new::<f64, _>(array.data.iter().map(|number| number.0).collect(), axes);
        Tensor::<3>::from_data(data, (&self.device, self.dtype)).require_grad()
    }

    /// The value, one number or in the losses' shape, and the gradients of its sum.
    fn differentiate<X, Y>(
        &self,
        criterion: &impl Criterion<X, Y>,
        input: X,
        target: Y,
        losses: &[usize],
    ) -> (Array<Number>, Gradients) {
        let (shape, value) = match self.by {
            Some(reduction) => (vec![1], criterion.forward(input, target, reduction)),
            None => (losses.to_vec(), criterion.forward_no_reduction(input, target).flat()),
        };
        (Array { shape, data: numbers(value.clone()) }, value.sum().backward())
    }
}

/// A value, its gradients, and the tensors they are by.
type Together = (Array<Number>, Gradients, [Tensor<3>; 2]);

/// The shape of losses that several elements make one of: that of the inputs with 1 for the axes that are summed over.
/// Inputs and losses have been computed in three axes.
fn reduced(shape: &[usize], inputs: [usize; 3], losses: [usize; 3]) -> Vec<usize> {
    match shape {
        [] | [_] => vec![1; shape.len()],
        [_, _, behind @ ..] => {
            let kept = losses[2] == inputs[2];
            let behind = behind.iter().map(|&axis| if kept { axis } else { 1 });
            [losses[0], losses[1]].into_iter().chain(behind).collect()
        }
    }
}

/// All arrays must be full, and of one shape.
fn alike(arrays: &[(&str, &Array<Number>)]) -> Result<(), String> {
    let (first, like) = arrays[0];
    for (name, array) in arrays {
        array.check(name)?;
        if array.shape != like.shape {
            return Err(format!(
                "{name}: must have the same shape as {first}, {:?}, got {:?}",
                like.shape, array.shape
            ));
        }
    }
    Ok(())
}

/// The answer: the value, and the gradient by each input in its shape; zeros where the loss does not depend on it.
fn answered(value: &Array<Number>, gradients: &Gradients, inputs: &[(&str, &Tensor<3>, &[usize])]) -> Value {
    let by_input = inputs.iter().map(|(name, input, shape)| {
        let data = numbers(input.grad(gradients).unwrap_or_else(|| input.zeros_like()));
        ((*name).to_owned(), json!(Array { shape: shape.to_vec(), data }))
    });
    let by_input: Map<String, Value> = by_input.collect();
    json!({ "value": value, "gradients": by_input })
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<Number> {
    let numbers = tensor.into_data().convert::<f64>().try_into_vec::<f64>().unwrap_or_default();
    numbers.into_iter().map(Number).collect()
}

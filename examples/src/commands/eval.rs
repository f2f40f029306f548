//! `eval`: any loss on given numbers, JSON lines in, JSON lines out.

use super::say;
use crate::device;
use crate::error::LabError;
use burn::tensor::{DType, Int, Tensor, TensorData};
use burn_losses::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};
use std::io::BufRead;
use std::panic::{AssertUnwindSafe, catch_unwind};

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
    #[serde(default = "f32_name")]
    dtype: String,
    #[serde(default = "flex_name")]
    device: String,
    inputs: Inputs,
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inputs {
    logits: Array<Number>,
    targets: Array<i64>,
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
        .ok_or_else(|| serde::de::Error::custom("logits: data must be numbers, \"NaN\", \"inf\" or \"-inf\""))
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
    // A panic is turned into an answer; its report on standard error would only confuse.
    std::panic::set_hook(Box::new(|_| {}));
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
    let evaluated = catch_unwind(AssertUnwindSafe(|| {
        // In two steps: only what is wrong with the JSON itself has a useful line and column.
        let line = serde_json::from_slice::<Value>(line).map_err(|error| format!("not JSON: {error}"))?;
        evaluate(Request::deserialize(line).map_err(|error| error.to_string())?)
    }));
    let evaluated = evaluated.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref().copied());
        Err(text.unwrap_or("the evaluation failed").to_owned())
    });
    evaluated.unwrap_or_else(|error| json!({ "error": error }))
}

impl<T> Array<T> {
    /// The number of elements of the shape must be that of the data.
    fn check(&self, name: &str) -> Result<(), String> {
        let elements = self.shape.iter().try_fold(1_usize, |product, &axis| product.checked_mul(axis));
        if elements == Some(self.data.len()) {
            return Ok(());
        }
        Err(format!("{name}: data must fill the shape {:?}, got {} values", self.shape, self.data.len()))
    }
}

fn evaluate(request: Request) -> Result<Value, String> {
    let Request { loss, class_weights, ignore_index, reduction, dtype, device: name, inputs } = request;
    let Inputs { logits, targets } = inputs;
    logits.check("logits")?;
    targets.check("targets")?;
    let device = device::by_name(&name).map_err(|error| error.to_string())?.autodiff();
    let dtype = device::dtype(&name, &dtype).map_err(|error| error.to_string())?;
    let criterion = loss.init().and_then(|loss| loss.with_class_weights(class_weights));
    let criterion = criterion.map_err(|error| error.to_string())?.with_ignore_index(ignore_index);
    let by = match reduction {
        By::Mean => Some(Reduction::Mean),
        By::Sum => Some(Reduction::Sum),
        By::None => None,
    };
    let checked = criterion.check(&logits.shape, &targets.shape, targets.data.iter().copied(), by);
    checked.map_err(|error| error.to_string())?;

    // Every rank is three axes: rows, classes, and the product of what is behind.
    let [rows, classes] = [logits.shape[0], logits.shape[1]];
    let inner = logits.shape[2..].iter().product();
    let data = logits.data.iter().map(|number| number.0).collect();
    let input = Tensor::<3>::from_data(TensorData::new::<f64, _>(data, [rows, classes, inner]), (&device, dtype));
    let input = input.require_grad();
    let data = TensorData::new(targets.data, [rows, inner]);
    let classes = Tensor::<2, Int>::from_data(data, (&device, DType::I64));
    let (shape, value, gradients) = match by {
        Some(reduction) => {
            let value = criterion.forward(input.clone(), classes, reduction);
            (vec![1], numbers(value.clone()), value.backward())
        }
        None => {
            let value = criterion.forward_no_reduction(input.clone(), classes);
            (targets.shape, numbers(value.clone()), value.sum().backward())
        }
    };
    let gradient = input.grad(&gradients).ok_or("the logits have no gradient")?;
    let value = Array { shape, data: value };
    let gradient = Array { shape: logits.shape, data: numbers(gradient) };
    Ok(json!({ "value": value, "gradients": { "logits": gradient } }))
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<Number> {
    let numbers = tensor.into_data().convert::<f64>().try_into_vec::<f64>().unwrap_or_default();
    numbers.into_iter().map(Number).collect()
}

//! What the test files share: golden cases, devices and dtypes, evaluation, and the comparison.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use burn_losses::prelude::*;
use serde::{Deserialize, Deserializer};
use std::path::PathBuf;

/// A number that may stand in a file as "inf", "-inf" or "NaN".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(pub f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Number(f64),
            Text(String),
        }
        match Raw::deserialize(deserializer)? {
            Raw::Number(number) => Ok(Self(number)),
            Raw::Text(text) => text.parse().map(Self).map_err(serde::de::Error::custom),
        }
    }
}

/// A tensor in a file.
#[derive(Clone, Debug, Deserialize)]
pub struct Array<T> {
    /// The shape.
    pub shape: Vec<usize>,
    /// Row-major values.
    pub data: Vec<T>,
}

/// A value and its gradient in a file. For `none` the value has one entry a target.
#[derive(Clone, Debug, Deserialize)]
pub struct Expected<V> {
    /// The loss.
    pub value: V,
    /// The gradient of the sum of the value with respect to the logits.
    pub gradient: Vec<Number>,
}

/// One golden case.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// What it exercises.
    pub name: String,
    /// The loss.
    pub config: LossConfig,
    /// Class weights.
    pub class_weights: Option<Vec<f64>>,
    /// The target that does not count.
    pub ignore_index: Option<i64>,
    /// The logits.
    pub logits: Array<f64>,
    /// The targets.
    pub targets: Array<i64>,
    /// One value a target; absent for losses of the reduced value.
    pub none: Option<Expected<Vec<Number>>>,
    /// The mean.
    pub mean: Expected<Number>,
    /// The sum.
    pub sum: Expected<Number>,
    /// Whether the logits are extreme.
    pub extreme: bool,
}

/// The golden cases of a loss.
pub fn golden(loss: &str) -> Vec<Case> {
    #[derive(Deserialize)]
    struct File {
        cases: Vec<Case>,
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(format!("{loss}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str::<File>(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())).cases
}

/// One way to run a loss: where, in which dtype, by which path.
#[derive(Clone, Debug)]
pub struct Way {
    /// For messages.
    pub name: &'static str,
    /// Without autodiff.
    pub device: Device,
    /// Of the logits.
    pub dtype: DType,
    /// The composed path instead of the fused kernels.
    pub composed: bool,
    /// Gradient checkpointing.
    pub checkpointing: bool,
}

impl Way {
    /// The device with autodiff.
    pub fn autodiff(&self) -> Device {
        let device = self.device.clone();
        let device = device.autodiff();
        if self.checkpointing { device.gradient_checkpointing() } else { device }
    }
}

/// Every way there is. What a backend really has is our own table: `supports_dtype` is not to be trusted.
pub fn ways() -> Vec<Way> {
    let flex = [DType::F64, DType::F32, DType::F16, DType::BF16];
    #[allow(deprecated)] // By Burn; its users exist.
    let ndarray_device = Device::ndarray();
    let ndarray = [DType::F64, DType::F32];
    let flex = flex.into_iter().map(|dtype| ("flex", Device::flex(), dtype));
    let ndarray = ndarray.into_iter().map(|dtype| ("ndarray", ndarray_device.clone(), dtype));
    let mut ways = Vec::new();
    for (name, device, dtype) in flex.chain(ndarray) {
        for composed in [false, true] {
            for checkpointing in [false, true] {
                ways.push(Way { name, device: device.clone(), dtype, composed, checkpointing });
            }
        }
    }
    ways
}

impl Case {
    /// Whether the dtype holds the logits as they are: a rounded input is another case.
    pub fn fits(&self, dtype: DType) -> bool {
        let data = TensorData::new(self.logits.data.clone(), [self.logits.data.len()]);
        let rounded = data.convert_dtype(dtype).convert::<f64>();
        rounded.into_vec::<f64>().expect("f64 data") == self.logits.data
    }
}

/// What came out of a loss.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The value, one number or one a target.
    pub value: Vec<f64>,
    /// The gradient of its sum.
    pub gradient: Vec<f64>,
}

/// The numbers of a tensor in f64.
pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().convert::<f64>().into_vec::<f64>().expect("f64 data")
}

/// The loss a case describes, on a way.
pub fn criterion(case: &Case, way: &Way) -> AnyClassLoss {
    let loss = case.config.init().expect("a golden configuration is valid");
    let loss = loss.with_class_weights(case.class_weights.clone()).expect("golden weights are valid");
    let loss = loss.with_ignore_index(case.ignore_index);
    if way.composed { loss.composed() } else { loss }
}

/// A case on a way; `reduction` is `None` for one value a target.
pub fn run(case: &Case, way: &Way, reduction: Option<Reduction>) -> Outcome {
    match case.logits.shape.len() {
        2 => run_ranked::<2, 1>(case, way, reduction),
        3 => run_ranked::<3, 2>(case, way, reduction),
        4 => run_ranked::<4, 3>(case, way, reduction),
        rank => panic!("{}: rank {rank}", case.name),
    }
}

fn run_ranked<const D: usize, const T: usize>(case: &Case, way: &Way, reduction: Option<Reduction>) -> Outcome {
    let criterion = criterion(case, way);
    let device = way.autodiff();
    let data = TensorData::new(case.logits.data.clone(), case.logits.shape.clone());
    let logits = Tensor::<D>::from_data(data, (&device, way.dtype)).require_grad();
    let data = TensorData::new(case.targets.data.clone(), case.targets.shape.clone());
    let targets = Tensor::<T, Int>::from_data(data, (&device, DType::I64));
    let (value, gradients) = match reduction {
        Some(reduction) => {
            let loss = criterion.forward(logits.clone(), targets, reduction);
            (numbers(loss.clone()), loss.backward())
        }
        None => {
            let losses = criterion.forward_no_reduction(logits.clone(), targets);
            (numbers(losses.clone()), losses.sum().backward())
        }
    };
    let gradient = logits.grad(&gradients).expect("the logits have a gradient");
    Outcome { value, gradient: numbers(gradient) }
}

/// How far a result may be from the truth: relative, with a floor for sums of terms that cancel, as a share of the
/// largest number of the same row.
#[derive(Clone, Copy, Debug)]
pub struct Tolerance {
    /// Of the number itself.
    pub relative: f64,
    /// Of the largest number beside it.
    pub floor: f64,
    /// What the dtype cannot tell from 0.
    pub absolute: f64,
    /// The largest number of the dtype: nothing is asked of what lies beyond.
    pub largest: f64,
}

impl Tolerance {
    /// The tolerance of a loss in a dtype.
    ///
    /// The relative part of f32 is what the log-odds against the target, an f32 of up to 100, can carry. Only losses
    /// whose gradient is a difference (label smoothing, normalisation, norms) get a floor, of a few rounding errors.
    pub fn of(config: &LossConfig, dtype: DType) -> Self {
        let (relative, floor, absolute, largest) = match dtype {
            DType::F64 => (1e-13, 5e-15, 1e-290, f64::MAX),
            DType::F32 => (1e-5, 1e-6, 1e-37, f64::from(f32::MAX)),
            DType::F16 => (1e-3, 1e-3, 6e-8, 65504.0),
            DType::BF16 => (8e-3, 8e-3, 1e-37, f64::from(f32::MAX)),
            other => panic!("no tolerance for {other:?}"),
        };
        Self { relative, floor: if cancels(config) { floor } else { 0.0 }, absolute, largest }
    }

    /// The largest error among the numbers, as a multiple of what is allowed, and where.
    pub fn worst(&self, got: &[f64], expected: &[f64]) -> (f64, usize) {
        assert_eq!(got.len(), expected.len(), "lengths differ");
        let scale = expected.iter().filter(|x| x.is_finite()).fold(0.0_f64, |a, x| a.max(x.abs()));
        let mut worst = (0.0, 0);
        for (at, (got, expected)) in got.iter().zip(expected).enumerate() {
            let error = if got == expected || (got.is_nan() && expected.is_nan()) || expected.abs() > self.largest {
                0.0
            } else {
                let allowed = self.relative * expected.abs() + self.floor * scale + self.absolute;
                let error = (got - expected).abs() / allowed;
                if error.is_nan() { f64::INFINITY } else { error }
            };
            if error > worst.0 {
                worst = (error, at);
            }
        }
        worst
    }
}

/// Whether the gradient of a loss is a difference of terms that can cancel.
fn cancels(config: &LossConfig) -> bool {
    match config {
        LossConfig::CrossEntropy(formula) => formula.label_smoothing > 0.0,
        LossConfig::NormalizedCrossEntropy(_) | LossConfig::LogitClip(..) | LossConfig::LogitNorm(..) => true,
        LossConfig::Flooding(_, inner) => cancels(inner),
        _ => false,
    }
}

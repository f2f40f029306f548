//! What the test files share: golden cases, devices and dtypes, evaluation, and the comparison.
#![doc(test(attr(deny(deprecated))))]

mod problem;
mod tensors;

/// The README's examples, as tests: here, since the package of the library ends at its own folder.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}

/// And those of the guide.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide.md")]
mod guide {}

pub use problem::*;
pub use tensors::*;

use burn::tensor::{DType, Device, DeviceKind, Tensor, TensorData};
use burn_losses::catalogue::Family;
use burn_losses::prelude::*;
use serde::{Deserialize, Deserializer};
use std::cell::Cell;
use std::path::PathBuf;
use std::sync::OnceLock;

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

/// A value and its gradient in a file. For `none` the value has one entry per target.
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
    /// One value per target; absent for losses of the reduced value.
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
    /// What targets can be.
    pub ints: &'static [DType],
    /// A CPU, whose fused kernels read the targets before anything else.
    pub reads_targets: bool,
    /// The composed path instead of the fused kernels.
    pub composed: bool,
    /// Gradient checkpointing.
    pub checkpointing: bool,
}

impl Way {
    /// Whether a target out of range is an error; elsewhere its loss is NaN.
    pub fn refuses_targets(&self) -> bool {
        self.reads_targets && !self.composed
    }

    /// The composed path on a GPU: dozens of kernels for one value.
    pub fn is_slow(&self) -> bool {
        self.composed && !self.reads_targets
    }

    /// The device with autodiff.
    pub fn autodiff(&self) -> Device {
        let device = self.device.clone();
        let device = device.autodiff();
        if self.checkpointing { device.gradient_checkpointing() } else { device }
    }
}

impl core::fmt::Display for Way {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let path = if self.composed { "composed" } else { "fused" };
        let checkpointing = if self.checkpointing { ", checkpointing" } else { "" };
        write!(f, "{} {:?} {path}{checkpointing}", self.name, self.dtype)
    }
}

/// The ways that are not slow.
pub fn quick_ways() -> Vec<Way> {
    ways().into_iter().filter(|way| !way.is_slow()).collect()
}

/// The ways without checkpointing.
///
/// A GPU compiles a kernel for every formula and number of classes, which takes far longer than to run it on a few
/// rows. So a GPU's ways come with every sixteenth call only, and without the composed path, which the golden vectors
/// test everywhere.
pub fn plain_ways() -> Vec<Way> {
    thread_local!(static CALLS: Cell<usize> = const { Cell::new(0) });
    let call = CALLS.replace(CALLS.get() + 1);
    let taken = |way: &Way| !way.checkpointing && (way.reads_targets || call.is_multiple_of(16));
    quick_ways().into_iter().filter(taken).collect()
}

/// The ways without checkpointing, in f64 and f32.
pub fn full_precision_ways() -> Vec<Way> {
    plain_ways().into_iter().filter(|way| matches!(way.dtype, DType::F64 | DType::F32)).collect()
}

/// What a backend really has, by our own table: `supports_dtype` is not to be trusted.
struct Backend {
    name: &'static str,
    device: Device,
    floats: &'static [DType],
    ints: &'static [DType],
    reads_targets: bool,
}

fn backends() -> Vec<Backend> {
    const INTS: &[DType] =
        &[DType::I64, DType::I32, DType::I16, DType::I8, DType::U64, DType::U32, DType::U16, DType::U8];
    let cpu = |name, device, floats| Backend { name, device, floats, ints: INTS, reads_targets: true };
    #[allow(deprecated)] // By Burn; its users exist.
    let ndarray = Device::ndarray();
    vec![
        cpu("flex", Device::flex(), &[DType::F64, DType::F32, DType::F16, DType::BF16]),
        cpu("ndarray", ndarray, &[DType::F64, DType::F32]),
        gpu("wgpu", Device::wgpu(DeviceKind::DefaultDevice)),
        #[cfg(feature = "vulkan")]
        gpu("vulkan", Device::vulkan(DeviceKind::DefaultDevice)),
    ]
}

fn gpu(name: &'static str, device: Device) -> Backend {
    Backend { name, device, floats: &[DType::F32], ints: &[DType::I64, DType::I32, DType::U32], reads_targets: false }
}

/// The backends to test: Flex and NdArray, and those the environment variable `LOSS_TESTS` names besides, with commas
/// between. A GPU is not to be taken for granted, nor that its driver is right.
fn chosen() -> &'static [String] {
    static CHOSEN: OnceLock<Vec<String>> = OnceLock::new();
    CHOSEN.get_or_init(|| {
        let names: Vec<String> = ["flex", "ndarray"].map(str::to_owned).into_iter().chain(named()).collect();
        for name in &names {
            assert!(backends().iter().any(|backend| backend.name == name), "LOSS_TESTS: no backend {name}");
        }
        names
    })
}

/// The backends that `LOSS_TESTS` names.
fn named() -> Vec<String> {
    let names = std::env::var("LOSS_TESTS").unwrap_or_default();
    names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The ways of the backends that `LOSS_TESTS` names, if it names any, else every way: golden vectors take minutes, and
/// the CPU has seen them in the run without.
pub fn new_ways() -> Vec<Way> {
    let names = named();
    ways().into_iter().filter(|way| names.is_empty() || names.iter().any(|name| name == way.name)).collect()
}

/// Every way there is.
pub fn ways() -> Vec<Way> {
    let mut ways = Vec::new();
    let chosen = |backend: &Backend| chosen().iter().any(|name| name == backend.name);
    for Backend { name, device, floats, ints, reads_targets } in backends().into_iter().filter(chosen) {
        for &dtype in floats {
            for composed in [false, true] {
                for checkpointing in [false, true] {
                    let device = device.clone();
                    ways.push(Way { name, device, dtype, ints, reads_targets, composed, checkpointing });
                }
            }
        }
    }
    ways
}

impl Case {
    /// Whether the dtype holds the logits as they are: a rounded input is another case.
    pub fn fits(&self, dtype: DType) -> bool {
        let data = TensorData::new(self.logits.data.clone(), [self.logits.data.len()]);
        data.convert_dtype(dtype).try_into_vec_as::<f64>().expect("floats") == self.logits.data
    }
}

/// What came out of a loss.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The value, one number or one per target.
    pub value: Vec<f64>,
    /// The gradient of its sum.
    pub gradient: Vec<f64>,
}

/// What a panic says; "nothing" if there is none.
pub fn said<T>(act: impl FnOnce() -> T) -> String {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(act)) {
        Ok(_) => "nothing".to_owned(),
        Err(error) => match error.downcast::<String>() {
            Ok(sentence) => *sentence,
            Err(_) => "no sentence".to_owned(),
        },
    }
}

/// Zeros on the CPU.
pub fn zeros<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    Tensor::zeros(shape, (&Device::flex(), DType::F32))
}

/// The numbers of a tensor in f64.
pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.try_into_vec_as::<f64>().expect("floats")
}

impl From<&Case> for Problem {
    fn from(case: &Case) -> Self {
        Self {
            config: case.config.clone(),
            class_weights: case.class_weights.clone(),
            ignore_index: case.ignore_index,
            shape: case.logits.shape.clone(),
            logits: case.logits.data.clone(),
            targets: case.targets.data.clone(),
        }
    }
}

/// A case on a way; `reduction` is `None` for one value per target.
pub fn run(case: &Case, way: &Way, reduction: Option<Reduction>) -> Outcome {
    Problem::from(case).run(way, reduction)
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
    /// The floor is of this at least: 1 where probabilities are subtracted.
    pub least: f64,
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
            // 1e-36: what is on the way to a normal number may be subnormal, and GPUs flush that to 0.
            DType::F32 => (1e-5, 1e-6, 1e-36, f64::from(f32::MAX)),
            DType::F16 => (1e-3, 1e-3, 6e-8, 65504.0),
            DType::BF16 => (8e-3, 8e-3, 1e-37, f64::from(f32::MAX)),
            other => panic!("no tolerance for {other:?}"),
        };
        let cancels = cancels(config);
        let least = f64::from(u8::from(cancels && subtracts(config)));
        // Powers of numbers that are known by their logarithms, which may be thousands.
        let relative = relative * if takes_powers(config) { 128.0 } else { 1.0 };
        Self { relative, floor: if cancels { floor } else { 0.0 }, absolute, least, largest }
    }

    /// The same for sums that cancel: they are as right as what is beside them.
    pub fn beside(config: &LossConfig, dtype: DType) -> Self {
        let floor = match dtype {
            DType::F64 => 5e-15,
            DType::F32 => 1e-6,
            DType::F16 => 1e-3,
            _ => 8e-3,
        };
        Self { floor, least: 1.0, ..Self::of(config, dtype) }
    }

    /// The same for targets that are probabilities. Slopes are differences of predicted and target ones, which are known
    /// to a rounding error; the value is by no more than these slopes tell. Losses that are 0 where the two are alike are
    /// computed in f64 where there is f64.
    pub fn of_soft(config: &LossConfig, way: &Way, slopes: &[f64]) -> [Self; 2] {
        let own = Self::beside(config, way.dtype);
        let floor = if compares(config) && way.reads_targets { 5e-15 } else { own.floor };
        let steepest =
            slopes.iter().filter(|slope| slope.is_finite()).fold(0.0_f64, |most, slope| most.max(slope.abs()));
        [Self { floor, least: steepest, ..own }, Self { floor, least: 1.0, ..own }]
    }

    /// The same, `factor` times as far.
    pub fn times(self, factor: f64) -> Self {
        let Self { relative, floor, absolute, least, largest } = self;
        Self { relative: relative * factor, floor: floor * factor, absolute: absolute * factor, least, largest }
    }

    /// The largest error among the numbers, as a multiple of what is allowed, and where.
    pub fn worst(&self, got: &[f64], expected: &[f64]) -> (f64, usize) {
        assert_eq!(got.len(), expected.len(), "lengths differ");
        let scale = expected.iter().filter(|x| x.is_finite()).fold(self.least, |a, x| a.max(x.abs()));
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

/// Faults found by a test, to be reported together.
#[derive(Debug, Default)]
pub struct Faults {
    faults: Vec<String>,
    checks: usize,
}

impl Faults {
    /// Compares numbers with what they should be.
    pub fn compare(&mut self, tolerance: Tolerance, got: &[f64], expected: &[f64], what: impl FnOnce() -> String) {
        let (worst, at) = tolerance.worst(got, expected);
        self.expect(worst <= 1.0, || {
            format!("{}: at {at} {:e} instead of {:e}, {worst:.1} times the tolerance", what(), got[at], expected[at])
        });
    }

    /// Compares values and gradients.
    pub fn compare_outcomes(
        &mut self,
        tolerance: Tolerance,
        got: &Outcome,
        expected: &Outcome,
        what: impl Fn() -> String,
    ) {
        self.compare(tolerance, &got.value, &expected.value, || format!("value, {}", what()));
        self.compare(tolerance, &got.gradient, &expected.gradient, || format!("gradient, {}", what()));
    }

    /// What has to be true.
    pub fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        self.checks += 1;
        if !holds {
            self.faults.push(what());
        }
    }

    /// Fails if there are any, or if fewer than `least` checks were made.
    #[track_caller]
    pub fn report(self, least: usize) {
        let Self { faults, checks } = self;
        if let Ok(path) = std::env::var("LOSS_FAULTS") {
            let _ = std::fs::write(path, faults.join("\n"));
        }
        let step = faults.len().div_ceil(12).max(1);
        let some = faults.iter().step_by(step).map(String::as_str).collect::<Vec<_>>().join("\n");
        assert!(faults.is_empty(), "{} faults of {checks} checks, every {step}th of them:\n{some}", faults.len());
        assert!(checks >= least, "only {checks} checks, at least {least} expected");
    }
}

/// Whether the gradient of a loss is a difference of terms that can cancel.
fn cancels(config: &LossConfig) -> bool {
    match config.name() {
        "cross_entropy" => config.formula::<CrossEntropy>().is_some_and(|formula| formula.label_smoothing > 0.0),
        "normalized_cross_entropy" | "z_loss" | "logit_clip" | "logit_norm" | "adaptive_wing" => true,
        "flooding" => config.wrapped().is_some_and(cancels),
        _ => subtracts(config),
    }
}

/// Whether a loss is 0 where target probabilities are the predicted ones.
pub fn compares(config: &LossConfig) -> bool {
    config.entry().family == Family::Divergence || ["brier", "asymmetric_mse"].contains(&config.name())
}

fn takes_powers(config: &LossConfig) -> bool {
    ["renyi", "bhattacharyya", "alpha_divergence", "bi_tempered"].contains(&config.name())
}

/// Whether probabilities are subtracted, or likelihoods balance: what remains is known to a rounding error of 1.
fn subtracts(config: &LossConfig) -> bool {
    let sums = [
        "brier",
        "confidence_penalty",
        "soft_bootstrapping",
        "asymmetric_mse",
        "normalized_focal",
        "normalized_generalized_cross_entropy",
        "normalized_negative_cross_entropy",
        "normalized_negative_focal",
        "asymmetric_single_label",
        "multiclass_sparsemax",
        "multiclass_entmax",
        "multiclass_hinge",
        "multi_margin",
        "bi_tempered",
        "hard_bootstrapping",
        "forward_correction",
        "backward_correction",
        "seesaw",
        "focal_cosine",
        "ordinal_emd",
        "jsd_cross_entropy",
        "generalized_jensen_shannon",
        "asymmetric",
        "poly1_binary_cross_entropy",
        "multilabel_margin",
        "multilabel_soft_margin",
        "cosine_distance",
        "rmsle",
        "scale_invariant_log",
    ];
    let family = config.entry().family;
    matches!(family, Family::Divergence | Family::Likelihood | Family::Distribution) || sums.contains(&config.name())
}

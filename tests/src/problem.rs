//! A loss with its input, random ones, and several configurations of every loss.

use crate::{Outcome, Way, numbers};
use burn::tensor::{DType, Int, Tensor, TensorData};
use burn_losses::catalogue::{Entry, Family, Parameter, Range};
use burn_losses::prelude::*;
use serde_json::{Value, json};

/// A small generator of random numbers (SplitMix64), so that a test is the same every time.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform between the two.
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of 0 … n − 1.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// A multiple of 1/8 between −spread and spread: exact in every dtype up to a spread of 16.
    pub fn eighth(&mut self, spread: f64) -> f64 {
        (self.uniform(-spread, spread) * 8.0).round() / 8.0
    }
}

/// A loss and what it is evaluated on.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The loss.
    pub config: LossConfig,
    /// Class weights.
    pub class_weights: Option<Vec<f64>>,
    /// The target that does not count.
    pub ignore_index: Option<i64>,
    /// The shape of the logits, `[N, C, d…]`; `[V·N, C, d…]` with V views of each item, all items of the first view first.
    pub shape: Vec<usize>,
    /// The logits, row-major.
    pub logits: Vec<f64>,
    /// The targets, row-major.
    pub targets: Vec<i64>,
}

impl Problem {
    /// Logits within ±6, exact in every dtype, and targets. The shape is that of one view.
    pub fn random(config: &LossConfig, shape: &[usize], random: &mut Random) -> Self {
        let (rows, classes, inner) = extent(shape);
        let views = views(config);
        let mut of_all = shape.to_vec();
        of_all[0] *= views;
        Self {
            config: config.clone(),
            class_weights: None,
            ignore_index: None,
            shape: of_all,
            logits: (0..views * rows * classes * inner).map(|_| random.eighth(6.0)).collect(),
            targets: (0..rows * inner).map(|_| random.below(classes) as i64).collect(),
        }
    }

    /// With weights, exact in every dtype and above 0, for the classes.
    pub fn weighted(mut self) -> Self {
        self.class_weights = Some((0..self.shape[1]).map(|class| 0.5 + 0.25 * (class % 5) as f64).collect());
        self
    }

    /// With every third target ignored.
    pub fn with_ignored_targets(mut self) -> Self {
        self.ignore_index = Some(-100);
        self.targets.iter_mut().step_by(3).for_each(|target| *target = -100);
        self
    }

    /// Every variant of what belongs to all losses: plain, weighted, with ignored targets, and both.
    pub fn variants(self) -> [Self; 4] {
        let weighted = self.clone().weighted();
        [self.clone(), weighted.clone(), self.with_ignored_targets(), weighted.with_ignored_targets()]
    }

    /// How many views of each item the logits hold.
    pub fn views(&self) -> usize {
        views(&self.config)
    }

    /// The shape of the targets.
    pub fn targets_shape(&self) -> Vec<usize> {
        [&[self.shape[0] / self.views()][..], &self.shape[2..]].concat()
    }

    /// Where the logits of a target lie, in the first view if there are several.
    pub fn row(&self, target: usize) -> Vec<usize> {
        let (_, classes, inner) = extent(&self.shape);
        (0..classes).map(|class| (target / inner * classes + class) * inner + target % inner).collect()
    }

    /// Where the logits of a target lie in every view.
    pub fn rows_of(&self, target: usize) -> Vec<Vec<usize>> {
        let views = self.views();
        let of_view = self.logits.len() / views;
        (0..views).map(|view| self.row(target).into_iter().map(|at| view * of_view + at).collect()).collect()
    }

    /// The logits rounded to a dtype, so that they are the same numbers for every way of that dtype.
    pub fn rounded(mut self, dtype: DType) -> Self {
        let data = TensorData::new(self.logits, [self.shape.iter().product::<usize>()]).convert_dtype(dtype);
        self.logits = data.try_into_vec_as::<f64>().expect("floats");
        self
    }

    /// The loss, on a way.
    pub fn criterion(&self, way: &Way) -> AnyClassLoss {
        let loss = self.config.init().expect("the configuration is valid");
        let loss = loss.with_class_weights(self.class_weights.clone()).with_ignore_index(self.ignore_index);
        if way.composed { loss.composed() } else { loss }
    }

    /// The reductions the loss has; `None` is one value per target.
    pub fn reductions(&self) -> Vec<Option<Reduction>> {
        let reduced = [Some(Reduction::Mean), Some(Reduction::Sum)];
        if floods(&self.config) { reduced.to_vec() } else { [&[None][..], &reduced].concat() }
    }

    /// The value and the gradient of its sum; `None` for one value per target.
    pub fn run(&self, way: &Way, reduction: Option<Reduction>) -> Outcome {
        self.run_with(way, reduction, None)
    }

    /// The value and the gradient, given the gradient `upstream` with respect to the value.
    pub fn run_with(&self, way: &Way, reduction: Option<Reduction>, upstream: Option<&[f64]>) -> Outcome {
        match self.shape.len() {
            2 => self.run_ranked::<2, 1>(way, reduction, upstream),
            3 => self.run_ranked::<3, 2>(way, reduction, upstream),
            4 => self.run_ranked::<4, 3>(way, reduction, upstream),
            rank => panic!("rank {rank}"),
        }
    }

    fn run_ranked<const D: usize, const T: usize>(
        &self,
        way: &Way,
        reduction: Option<Reduction>,
        upstream: Option<&[f64]>,
    ) -> Outcome {
        let criterion = self.criterion(way);
        let device = way.autodiff();
        let logits = TensorData::new(self.logits.clone(), self.shape.clone());
        let logits = Tensor::<D>::from_data(logits, (&device, way.dtype)).require_grad();
        let targets = TensorData::new(self.targets.clone(), self.targets_shape());
        let targets = Tensor::<T, Int>::from_data(targets, (&device, DType::I64));
        let (value, gradients) = match reduction {
            Some(reduction) => {
                let loss = criterion.forward(logits.clone(), targets, reduction);
                (numbers(loss.clone()), pulled(loss, upstream).backward())
            }
            None => {
                let losses = criterion.forward_no_reduction(logits.clone(), targets);
                (numbers(losses.clone()), pulled(losses, upstream).sum().backward())
            }
        };
        let gradient = logits.grad(&gradients).expect("the logits have a gradient");
        Outcome { value, gradient: numbers(gradient) }
    }

    /// The value alone, outside of any graph.
    pub fn value(&self, way: &Way, reduction: Option<Reduction>) -> Vec<f64> {
        match self.shape.len() {
            2 => self.value_ranked::<2, 1>(way, reduction),
            3 => self.value_ranked::<3, 2>(way, reduction),
            4 => self.value_ranked::<4, 3>(way, reduction),
            rank => panic!("rank {rank}"),
        }
    }

    fn value_ranked<const D: usize, const T: usize>(&self, way: &Way, reduction: Option<Reduction>) -> Vec<f64> {
        let criterion = self.criterion(way);
        let logits = TensorData::new(self.logits.clone(), self.shape.clone());
        let logits = Tensor::<D>::from_data(logits, (&way.device, way.dtype));
        let targets = TensorData::new(self.targets.clone(), self.targets_shape());
        let targets = Tensor::<T, Int>::from_data(targets, (&way.device, DType::I64));
        match reduction {
            Some(reduction) => numbers(criterion.forward(logits, targets, reduction)),
            None => numbers(criterion.forward_no_reduction(logits, targets)),
        }
    }
}

/// The sum whose gradient gives `values` the gradient `upstream`.
fn pulled<const D: usize>(values: Tensor<D>, upstream: Option<&[f64]>) -> Tensor<D> {
    match upstream {
        Some(upstream) => {
            let data = TensorData::new(upstream.to_vec(), values.shape());
            let upstream = Tensor::<D>::from_data(data, (&values.device(), values.dtype()));
            values * upstream
        }
        None => values,
    }
}

/// Rows, classes, and the product of the axes behind the class axis.
pub fn extent(shape: &[usize]) -> (usize, usize, usize) {
    (shape[0], shape[1], shape[2..].iter().product())
}

/// How many views of each item a class loss wants: 1 except for those that compare several.
pub fn views(config: &LossConfig) -> usize {
    config.init().map_or(1, |loss| loss.views())
}

/// The loss that a JSON value describes.
pub fn config(value: Value) -> LossConfig {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

/// The inner loss of a wrapper.
pub fn inner(config: &LossConfig) -> Option<LossConfig> {
    let value = serde_json::to_value(config).expect("a configuration is JSON");
    value.get("loss").map(|inner| self::config(inner.clone()))
}

/// The names of a loss and of what it wraps, outermost first.
pub fn names(config: &LossConfig) -> Vec<&'static str> {
    let inside = inner(config).map(|inner| names(&inner)).unwrap_or_default();
    [vec![config.name()], inside].concat()
}

/// Whether the loss is defined on the reduced value only.
pub fn floods(config: &LossConfig) -> bool {
    names(config).contains(&"flooding")
}

/// Whether logits may be infinite: "logits must be finite" for the wrappers that measure their length.
pub fn takes_infinite_logits(config: &LossConfig) -> bool {
    !names(config).iter().any(|name| ["logit_clip", "logit_norm"].contains(name))
}

/// Whether the loss sees differences of logits only: all but the wrappers that measure their length, and z-loss.
pub fn sees_differences_only(config: &LossConfig) -> bool {
    takes_infinite_logits(config) && !names(config).contains(&"z_loss")
}

/// Whether the loss is infinite where the target is certain, and not where it has no probability.
pub fn is_infinite_where_certain(config: &LossConfig) -> bool {
    names(config).contains(&"negative_learning")
}

/// A few values of a parameter: its default, the ends of its range, and some inside. Not the ends of what the arithmetic
/// holds, at which ordinary numbers make no difference.
pub fn values(range: Range, default: f64) -> Vec<f64> {
    let near = [range.low, range.low + 0.5, range.low + 3.0, range.high, range.high - 0.25];
    let is_ordinary = |value: f64| value == 0.0 || (1e-5..1e5).contains(&value.abs());
    let mut values = vec![default];
    for value in near {
        if range.contains(value) && is_ordinary(value) && !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// A value of a parameter as it stands in a file.
pub fn json_of(parameter: &Parameter, value: f64) -> Value {
    match parameter {
        Parameter { flag: true, .. } => json!(value != 0.0),
        Parameter { range: Range { whole: true, .. }, .. } => json!(value as i64),
        _ => json!(value),
    }
}

/// Whether two values in files are the same: 3 is 3.0.
pub fn same_json(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_json(a, b)),
        _ => a == b,
    }
}

/// How often one class is taken for another: rows that sum to 1 exactly, no two alike, the own class the most frequent.
pub fn transition_matrix(classes: usize) -> Vec<Vec<f64>> {
    let row = |class: usize| {
        let mut row = vec![0.0; classes];
        for (step, share) in [(0, 0.75), (1, 0.1875), (2, 0.0625)] {
            row[(class + step) % classes] += share;
        }
        row
    };
    (0..classes).map(row).collect()
}

/// Several configurations of a loss, for this number of classes: the defaults; every parameter alone at a few values
/// its range allows, and as a list by class or a matrix where it may be one; wrappers around every loss and around each
/// other. With 2 and 4 classes some rates of wrong labels leave nothing to tell the classes by: not for these.
pub fn configurations(entry: &Entry, classes: usize) -> Vec<LossConfig> {
    let with = |parameter: &str, value: Value| config(json!({"name": entry.name, parameter: value}));
    let mut configs = vec![config(json!(entry.name))];
    for parameter in entry.parameters {
        let values = values(parameter.range, parameter.default);
        configs.extend(values[1..].iter().map(|&value| with(parameter.name, json_of(parameter, value))));
        if parameter.per_class {
            let each: Vec<f64> = (0..classes).map(|class| values[class % values.len()]).collect();
            configs.push(with(parameter.name, json!(each)));
        }
        if parameter.matrix {
            configs.push(with(parameter.name, json!(transition_matrix(classes))));
        }
    }
    if entry.family == Family::Wrapper {
        let others = row_entries().into_iter().filter(|other| other.name != "cross_entropy");
        configs.extend(others.filter(|other| other.name != entry.name).map(|other| with("loss", json!(other.name))));
        configs.push(with("loss", json!({"name": "cross_entropy", "label_smoothing": 0.25})));
        configs.push(with("loss", json!({"name": entry.name, "loss": "focal"})));
    }
    configs
}

/// The losses of logits against classes, with the wrappers that are made for them. (The wrappers of single losses and
/// the sums have tests of their own.)
pub fn class_entries() -> Vec<&'static Entry> {
    let is_of_classes = |entry: &&Entry| match entry.family {
        Family::Classification | Family::NoiseRobust => true,
        Family::Wrapper => ["logit_clip", "logit_norm", "flooding"].contains(&entry.name),
        _ => false,
    };
    burn_losses::catalogue::all().iter().filter(is_of_classes).collect()
}

/// Those of them that are sums over the classes.
const OF_SUMS: [&str; 9] = [
    "brier",
    "confidence_penalty",
    "normalized_focal",
    "normalized_generalized_cross_entropy",
    "normalized_negative_cross_entropy",
    "normalized_negative_focal",
    "soft_bootstrapping",
    "asymmetric_single_label",
    "asymmetric_mse",
];

/// Those of them that are written in tensor operations.
const IN_TENSORS: [&str; 15] = [
    "negative_log_likelihood",
    "multiclass_hinge",
    "multi_margin",
    "multiclass_perceptron",
    "multiclass_sparsemax",
    "multiclass_entmax",
    "bi_tempered",
    "hard_bootstrapping",
    "forward_correction",
    "backward_correction",
    "seesaw",
    "focal_cosine",
    "ordinal_emd",
    "jsd_cross_entropy",
    "generalized_jensen_shannon",
];

/// Those of them that are functions of the log-odds of the target's class, with the sums that go with them.
pub fn row_entries() -> Vec<&'static Entry> {
    let is_other = |entry: &&Entry| OF_SUMS.contains(&entry.name) || IN_TENSORS.contains(&entry.name);
    class_entries().into_iter().filter(|entry| !is_other(entry)).collect()
}

/// Those of them that are written in tensor operations.
pub fn tensor_class_entries() -> Vec<&'static Entry> {
    let entries: Vec<_> = class_entries().into_iter().filter(|entry| IN_TENSORS.contains(&entry.name)).collect();
    assert_eq!(entries.len(), IN_TENSORS.len(), "class_entries must have all of {IN_TENSORS:?}");
    entries
}

/// [`configurations`] of every loss of log-odds.
pub fn all_configurations(classes: usize) -> Vec<LossConfig> {
    row_entries().into_iter().flat_map(|entry| configurations(entry, classes)).collect()
}

/// [`configurations`] of every class loss in tensor operations.
pub fn tensor_class_configurations(classes: usize) -> Vec<LossConfig> {
    tensor_class_entries().into_iter().flat_map(|entry| configurations(entry, classes)).collect()
}

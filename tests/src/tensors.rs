//! Losses of two or three float tensors: golden cases, random problems and their evaluation, configurations.

use crate::{
    Array, Faults, Number, Random, Tolerance, Way, config, configurations, extent, full_precision_ways, numbers,
};
use burn::tensor::{DType, Device, Tensor, TensorData};
use burn_losses::catalogue::{Entry, Family, Signature};
use burn_losses::prelude::*;
use serde::Deserialize;
use serde_json::json;
use std::cell::Cell;
use std::path::PathBuf;

/// A value and its gradients in a file: one list an input, none where there is no gradient.
#[derive(Clone, Debug, Deserialize)]
pub struct ExpectedTensors<V> {
    /// The loss.
    pub value: V,
    /// The gradients of the sum of the value.
    pub gradients: Vec<Option<Vec<Number>>>,
}

/// One golden case of a loss of float tensors.
#[derive(Clone, Debug, Deserialize)]
pub struct TensorCase {
    /// What it exercises.
    pub name: String,
    /// The loss.
    pub config: LossConfig,
    /// What scores are.
    pub input: Option<Input>,
    /// The factor of positive targets.
    pub pos_weight: Option<Vec<f64>>,
    /// Of binary targets.
    pub label_smoothing: f64,
    /// Class weights.
    pub class_weights: Option<Vec<f64>>,
    /// A weight an element or a row, or a loss of many elements, in its shape.
    pub weights: Option<Array<f64>>,
    /// The tensors.
    pub inputs: Vec<Array<f64>>,
    /// One value an element or a row, or so many as there are losses of many elements.
    pub none: ExpectedTensors<Vec<Number>>,
    /// The mean.
    pub mean: ExpectedTensors<Number>,
    /// The sum.
    pub sum: ExpectedTensors<Number>,
    /// Whether the numbers are extreme.
    pub extreme: bool,
}

/// The golden cases of a file.
pub fn golden_tensors(file: &str) -> Vec<TensorCase> {
    #[derive(Deserialize)]
    struct File {
        cases: Vec<TensorCase>,
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(format!("{file}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str::<File>(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())).cases
}

/// The golden files of losses of float tensors.
pub fn tensor_files() -> Vec<String> {
    let of_class = |name: &&str| {
        let entry = burn_losses::catalogue::find(name).expect("a name of the catalogue");
        entry.family.signature() == Signature::Class
    };
    let names: Vec<&str> = burn_losses::catalogue::all()
        .iter()
        .filter(|entry| entry.family.signature() != Signature::Any)
        .map(|entry| entry.name)
        .collect();
    let soft = names.iter().filter(|name| of_class(name)).map(|name| format!("{name}.soft"));
    let has_file =
        |name: &String| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(format!("{name}.json")).exists();
    let others = names.iter().filter(|name| !of_class(name)).map(|name| (*name).to_owned());
    soft.filter(has_file).chain(others).collect()
}

/// A value and its gradients.
#[derive(Clone, Debug)]
pub struct TensorOutcome {
    /// The value.
    pub value: Vec<f64>,
    /// The gradients, none where nothing flows.
    pub gradients: Vec<Option<Vec<f64>>>,
}

impl TensorCase {
    /// Whether the dtype holds the inputs as they are.
    pub fn fits(&self, dtype: DType) -> bool {
        let weights = self.weights.iter();
        self.inputs.iter().chain(weights).all(|input| {
            let data = TensorData::new(input.data.clone(), [input.data.len()]);
            data.convert_dtype(dtype).try_into_vec_as::<f64>().expect("floats") == input.data
        })
    }
}

/// A loss of float tensors of one shape, and what it is evaluated on.
#[derive(Clone, Debug)]
pub struct TensorProblem {
    /// The loss.
    pub config: LossConfig,
    /// What scores are.
    pub input: Input,
    /// The factor of positive targets.
    pub pos_weight: Option<Vec<f64>>,
    /// Of binary targets.
    pub label_smoothing: f64,
    /// Class weights.
    pub class_weights: Option<Vec<f64>>,
    /// A weight an element or a row, or a loss of many elements.
    pub weights: Option<Vec<f64>>,
    /// The shape of every input.
    pub shape: Vec<usize>,
    /// The inputs, row-major: prediction and target; location, scale and target; scores and probabilities.
    pub inputs: Vec<Vec<f64>>,
    /// Of which of them there is to be a gradient.
    pub tracked: Vec<bool>,
}

impl From<&TensorCase> for TensorProblem {
    fn from(case: &TensorCase) -> Self {
        Self {
            config: case.config.clone(),
            input: case.input.unwrap_or_default(),
            pos_weight: case.pos_weight.clone(),
            label_smoothing: case.label_smoothing,
            class_weights: case.class_weights.clone(),
            weights: case.weights.as_ref().map(|weights| weights.data.clone()),
            shape: case.inputs[0].shape.clone(),
            inputs: case.inputs.iter().map(|input| input.data.clone()).collect(),
            tracked: vec![true; case.inputs.len()],
        }
    }
}

impl TensorProblem {
    /// Numbers at which the loss is defined, and smooth except for a few of them. Scores are logits within ±3, target
    /// probabilities no less than a hundredth or so. Labels that are judged together are not all the same.
    pub fn random(config: &LossConfig, shape: &[usize], random: &mut Random) -> Self {
        let len = shape.iter().product();
        let count = if config.signature() == Signature::Distribution { 3 } else { 2 };
        let mut inputs = vec![Vec::with_capacity(len); count];
        for _ in 0..len {
            let element = element(config, random);
            inputs.iter_mut().zip(element).for_each(|(input, value)| input.push(value));
        }
        let mut problem = Self {
            config: config.clone(),
            input: Input::Logits,
            pos_weight: None,
            label_smoothing: 0.0,
            class_weights: None,
            weights: None,
            shape: shape.to_vec(),
            inputs,
            tracked: vec![true; count],
        };
        if config.signature() == Signature::Class {
            problem.inputs[1] = problem.softmax(&problem.inputs[1]);
        }
        if config.signature() == Signature::Multilabel {
            for members in problem.members().iter().filter(|members| members.len() > 1) {
                problem.inputs[1][members[0]] = 1.0;
                problem.inputs[1][members[1]] = 0.0;
            }
        }
        problem
    }

    /// Whether several elements make one loss.
    pub fn is_of_many(&self) -> bool {
        matches!(self.config.signature(), Signature::Multilabel | Signature::Whole)
    }

    /// The shape of the losses of several elements, as the library has it.
    pub fn losses_shape(&self) -> Vec<usize> {
        fn of<const D: usize>(problem: &TensorProblem) -> Vec<usize> {
            let zeros = Tensor::<D>::zeros(problem.shape.clone(), &Device::flex());
            let loss = problem.config.init_tensor().expect("valid");
            loss.counts(&zeros, &zeros).dims().to_vec()
        }
        match self.shape.len() {
            1 => of::<1>(self),
            2 => of::<2>(self),
            3 => of::<3>(self),
            4 => of::<4>(self),
            rank => panic!("rank {rank}"),
        }
    }

    /// The elements of every loss of several elements.
    pub fn members(&self) -> Vec<Vec<usize>> {
        let losses = self.losses_shape();
        let mut members = vec![Vec::new(); losses.iter().product()];
        for at in 0..self.len() {
            let (mut rest, mut loss, mut stride) = (at, 0, 1);
            for (&size, &kept) in self.shape.iter().zip(&losses).rev() {
                // An axis that is summed over is 1.
                loss += if kept == size { rest % size * stride } else { 0 };
                stride *= kept;
                rest /= size;
            }
            members[loss].push(at);
        }
        members
    }

    /// The same scores in another form. They must be logits.
    pub fn with_input(mut self, input: Input) -> Self {
        assert_eq!(self.input, Input::Logits, "scores must be logits");
        let scores = &self.inputs[0];
        self.inputs[0] = match (self.config.signature(), input) {
            (_, Input::Logits) => scores.clone(),
            (Signature::Class, Input::Probabilities) => self.softmax(scores),
            (Signature::Class, Input::LogProbabilities) => self.softmax(scores).iter().map(|p| p.ln()).collect(),
            (_, Input::Probabilities) => scores.iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect(),
            (_, Input::LogProbabilities) => scores.iter().map(|x| -(-x).exp().ln_1p()).collect(),
            (_, other) => panic!("how are scores of {other:?} made?"),
        };
        self.input = input;
        self
    }

    /// Softmax along axis 1.
    pub fn softmax(&self, scores: &[f64]) -> Vec<f64> {
        let mut probabilities = scores.to_vec();
        for row in 0..self.rows() {
            let row = self.row(row);
            let most = row.iter().fold(f64::NEG_INFINITY, |most, &at| most.max(scores[at]));
            let sum: f64 = row.iter().map(|&at| (scores[at] - most).exp()).sum();
            row.iter().for_each(|&at| probabilities[at] = (scores[at] - most).exp() / sum);
        }
        probabilities
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of rows along axis 1.
    pub fn rows(&self) -> usize {
        let (rows, _, inner) = extent(&self.shape);
        rows * inner
    }

    /// Where the elements of a row along axis 1 lie.
    pub fn row(&self, row: usize) -> Vec<usize> {
        let (_, classes, inner) = extent(&self.shape);
        (0..classes).map(|class| (row / inner * classes + class) * inner + row % inner).collect()
    }

    /// The value, and the gradients of its sum; `None` for one value an element or a row.
    pub fn run(&self, way: &Way, by: Option<Reduction>) -> TensorOutcome {
        self.run_with(way, by, None)
    }

    /// The value and the gradients, given the gradient `upstream` with respect to the value.
    pub fn run_with(&self, way: &Way, by: Option<Reduction>, upstream: Option<&[f64]>) -> TensorOutcome {
        fn outcome<const D: usize>((value, loss, inputs): Evaluated<D>) -> TensorOutcome {
            let gradients = loss.backward();
            let gradients = inputs.iter().map(|input| input.grad(&gradients).map(numbers)).collect();
            TensorOutcome { value, gradients }
        }
        match self.shape.len() {
            1 => outcome(self.elements::<1>(way, by, upstream, true)),
            2 => outcome(self.ranked::<2, 1>(way, by, upstream, true)),
            3 => outcome(self.ranked::<3, 2>(way, by, upstream, true)),
            4 => outcome(self.ranked::<4, 3>(way, by, upstream, true)),
            rank => panic!("rank {rank}"),
        }
    }

    /// The value alone, outside of any graph.
    pub fn value(&self, way: &Way, by: Option<Reduction>) -> Vec<f64> {
        match self.shape.len() {
            1 => self.elements::<1>(way, by, None, false).0,
            2 => self.ranked::<2, 1>(way, by, None, false).0,
            3 => self.ranked::<3, 2>(way, by, None, false).0,
            4 => self.ranked::<4, 3>(way, by, None, false).0,
            rank => panic!("rank {rank}"),
        }
    }

    fn ranked<const D: usize, const T: usize>(
        &self,
        way: &Way,
        by: Option<Reduction>,
        upstream: Option<&[f64]>,
        graph: bool,
    ) -> Evaluated<D> {
        if self.config.signature() != Signature::Class {
            return self.elements::<D>(way, by, upstream, graph);
        }
        let inputs = self.tensors::<D>(way, graph);
        let rows = [&self.shape[..1], &self.shape[2..]].concat();
        let (value, loss) =
            self.forward_rows::<D, T>(way, by, &inputs, self.weights_tensor(rows, way, graph), upstream);
        (value, loss, inputs)
    }

    fn elements<const D: usize>(
        &self,
        way: &Way,
        by: Option<Reduction>,
        upstream: Option<&[f64]>,
        graph: bool,
    ) -> Evaluated<D> {
        let inputs = self.tensors::<D>(way, graph);
        let by_loss = self.weights.is_some() && self.is_of_many();
        let shape = if by_loss { self.losses_shape() } else { self.shape.clone() };
        let weights = self.weights_tensor(shape, way, graph);
        let (value, loss) = self.forward(way, by, &inputs, weights, upstream);
        (value, loss, inputs)
    }

    /// The inputs as tensors, in a graph or outside of any.
    pub fn tensors<const D: usize>(&self, way: &Way, graph: bool) -> Vec<Tensor<D>> {
        let device = if graph { way.autodiff() } else { way.device.clone() };
        let tensor = |(input, tracked): (&Vec<f64>, &bool)| {
            let data = TensorData::new(input.clone(), self.shape.clone());
            let tensor = Tensor::<D>::from_data(data, (&device, way.dtype));
            if graph && *tracked { tensor.require_grad() } else { tensor }
        };
        self.inputs.iter().zip(&self.tracked).map(tensor).collect()
    }

    fn weights_tensor<const W: usize>(&self, shape: Vec<usize>, way: &Way, graph: bool) -> Option<Tensor<W>> {
        let device = if graph { way.autodiff() } else { way.device.clone() };
        let weights = self.weights.as_ref()?;
        Some(Tensor::from_data(TensorData::new(weights.clone(), shape), (&device, way.dtype)))
    }

    /// The numbers of the value, and what to differentiate, of these tensors. Not of classes.
    pub fn forward<const D: usize>(
        &self,
        way: &Way,
        by: Option<Reduction>,
        inputs: &[Tensor<D>],
        weights: Option<Tensor<D>>,
        upstream: Option<&[f64]>,
    ) -> (Vec<f64>, Tensor<1>) {
        macro_rules! evaluate {
            ($loss:expr, $input:expr, $target:expr) => {{
                let loss = $loss;
                let loss = if way.composed { loss.composed() } else { loss };
                match (by, weights) {
                    (Some(by), None) => pulled(loss.forward($input, $target, by), upstream),
                    (Some(by), Some(weights)) => pulled(loss.forward_weighted($input, $target, weights, by), upstream),
                    (None, weights) => pulled(counted(loss.forward_no_reduction($input, $target), weights), upstream),
                }
            }};
        }
        let input = |index: usize| inputs[index].clone();
        match self.config.signature() {
            Signature::Pointwise => evaluate!(self.config.init_pointwise().expect("valid"), input(0), input(1)),
            Signature::Multilabel | Signature::Whole => {
                evaluate!(self.config.init_tensor().expect("valid"), input(0), input(1))
            }
            Signature::Distribution => {
                evaluate!(self.config.init_distribution().expect("valid"), (input(0), input(1)), input(2))
            }
            Signature::Binary => {
                let loss = self.config.init_binary().expect("valid").with_input(self.input);
                let loss = loss.with_label_smoothing(self.label_smoothing);
                let loss = match &self.pos_weight {
                    Some(weights) => loss.with_pos_weight(weights.clone()),
                    None => loss,
                };
                evaluate!(loss, input(0), input(1))
            }
            other => panic!("{other:?}"),
        }
    }

    /// The same of scores and target probabilities.
    pub fn forward_rows<const D: usize, const T: usize>(
        &self,
        way: &Way,
        by: Option<Reduction>,
        inputs: &[Tensor<D>],
        weights: Option<Tensor<T>>,
        upstream: Option<&[f64]>,
    ) -> (Vec<f64>, Tensor<1>) {
        let loss = self.config.init().expect("valid").with_input(self.input);
        let loss = loss.with_class_weights(self.class_weights.clone());
        let loss = if way.composed { loss.composed() } else { loss };
        let (scores, targets) = (inputs[0].clone(), inputs[1].clone());
        match by {
            Some(by) => pulled(loss.try_forward_soft(scores, targets, weights, by).expect("soft"), upstream),
            None => {
                let losses = loss.forward_soft_no_reduction::<D, T>(scores, targets);
                pulled(counted(losses, weights), upstream)
            }
        }
    }
}

/// The numbers of a value, what to differentiate, and by what.
type Evaluated<const D: usize> = (Vec<f64>, Tensor<1>, Vec<Tensor<D>>);

/// An element of every input of a loss.
fn element(config: &LossConfig, random: &mut Random) -> [f64; 3] {
    let (a, b) = (random.uniform(-3.0, 3.0), random.uniform(-3.0, 3.0));
    let (positive, amount) = (random.uniform(0.3, 3.0), random.uniform(0.1, 4.0));
    let sign = if random.below(2) == 0 { 1.0 } else { -1.0 };
    // Of a wrapper, what the loss inside takes.
    let config = config.innermost();
    match (config.name(), config.entry().family) {
        ("msle" | "rmsle" | "scale_invariant_log", _) => [positive, amount, 0.0],
        ("adaptive_wing", _) => [a / 3.0, b.abs() / 3.0, 0.0],
        ("mape", _) => [a, sign * positive, 0.0],
        ("gaussian_kl", _) => [a, b, 0.0],
        ("poisson_nll", _) if config.formula::<PoissonNll>().is_some_and(|formula| !formula.log_input) => {
            [positive, amount, 0.0]
        }
        (_, Family::Likelihood) => [a / 1.5, amount, 0.0],
        (_, Family::Margin) => [a, sign, 0.0],
        (_, Family::Distribution) => [a, positive, b],
        (_, Family::Binary) | ("multilabel_soft_margin", _) => [a, [0.0, 1.0, 0.25, 0.75][random.below(4)], 0.0],
        (_, Family::Multilabel) => [a, f64::from(u8::from(sign > 0.0)), 0.0],
        _ if config.signature() == Signature::Class => [a, b / 2.0, 0.0],
        _ => [a, b, 0.0],
    }
}

/// The numbers of a value, and the sum whose gradient gives the value the gradient `upstream`.
fn pulled<const D: usize>(value: Tensor<D>, upstream: Option<&[f64]>) -> (Vec<f64>, Tensor<1>) {
    let of_value = numbers(value.clone());
    let sum = match upstream {
        Some(upstream) => {
            let data = TensorData::new(upstream.to_vec(), value.shape());
            let upstream = Tensor::<D>::from_data(data, (&value.device(), value.dtype()));
            (value * upstream).sum()
        }
        None => value.sum(),
    };
    (of_value, sum)
}

fn counted<const D: usize>(losses: Tensor<D>, weights: Option<Tensor<D>>) -> Tensor<D> {
    match weights {
        Some(weights) => {
            let nothing = weights.clone().equal_elem(0.0);
            (losses * weights).mask_fill(nothing, 0.0)
        }
        None => losses,
    }
}

impl TensorOutcome {
    /// The gradient by an input: 0 where nothing flows.
    pub fn gradient(&self, input: usize, len: usize) -> Vec<f64> {
        self.gradients[input].clone().unwrap_or_else(|| vec![0.0; len])
    }
}

/// Several configurations of every loss of single elements that are not of classes: see [`configurations`].
pub fn tensor_configurations(classes: usize) -> Vec<LossConfig> {
    let signatures = [Signature::Pointwise, Signature::Binary, Signature::Distribution];
    let entries = burn_losses::catalogue::all().iter();
    let entries = entries.filter(|entry| signatures.contains(&entry.family.signature()));
    let robust = [0.0, -2.0, -40.0].map(|alpha| config(json!({"name": "general_robust", "alpha": alpha, "c": 1.5})));
    entries.flat_map(|entry| configurations(entry, classes)).chain(robust).collect()
}

/// Several configurations of every loss of rows, items or batches: see [`configurations`].
pub fn whole_configurations(classes: usize) -> Vec<LossConfig> {
    let entries = burn_losses::catalogue::all().iter();
    let of_many = |entry: &&Entry| matches!(entry.family.signature(), Signature::Multilabel | Signature::Whole);
    entries.filter(of_many).flat_map(|entry| configurations(entry, classes)).collect()
}

/// Several configurations of every loss that takes a probability for every class: see [`configurations`].
pub fn soft_configurations(classes: usize) -> Vec<LossConfig> {
    let entries = burn_losses::catalogue::all().iter();
    let entries = entries.filter(|entry| entry.family.signature() == Signature::Class);
    let alphas = [0.0, 1.0, 2.0, -1.0, 0.999];
    let alphas = alphas.map(|alpha| config(json!({"name": "alpha_divergence", "alpha": alpha})));
    let configs = entries.flat_map(|entry| configurations(entry, classes)).chain(alphas);
    configs.filter(|config| takes_probabilities(config, classes)).collect()
}

/// Whether a class loss takes a probability for every class.
pub fn takes_probabilities(config: &LossConfig, classes: usize) -> bool {
    let zeros = || Tensor::<2>::zeros([1, classes], &Device::flex());
    let loss = config.init().expect("the configuration is valid");
    loss.try_forward_soft::<2, 1>(zeros(), zeros(), None, Reduction::Sum).is_ok()
}

/// The fused ways in f64 and f32, and one composed way: another one at each call, since those take most of the time.
pub fn rotating_ways() -> Vec<Way> {
    thread_local!(static CALLS: Cell<usize> = const { Cell::new(0) });
    let call = CALLS.replace(CALLS.get() + 1);
    let (composed, mut ways): (Vec<Way>, Vec<Way>) = full_precision_ways().into_iter().partition(|way| way.composed);
    // Not in step with what turns at each call, too.
    let taken = (call + call / composed.len().max(1)) % composed.len().max(1);
    ways.extend(composed.into_iter().nth(taken));
    ways
}

/// The derivative of `f` at `x` by central differences, twice extrapolated, and what it is uncertain by.
pub fn difference(f: impl Fn(f64) -> f64, x: f64, h: f64) -> (f64, f64) {
    let central = |h: f64| (f(x + h) - f(x - h)) / (2.0 * h);
    let [a, b, c] = [central(h), central(h / 2.0), central(h / 4.0)];
    let (ab, bc) = (b + (b - a) / 3.0, c + (c - b) / 3.0);
    let best = bc + (bc - ab) / 15.0;
    (best, (best - bc).abs())
}

/// A problem in a message.
pub fn describe_tensors(problem: &TensorProblem) -> String {
    let TensorProblem { config, input, pos_weight, label_smoothing, class_weights, shape, .. } = problem;
    let config = serde_json::to_string(config).expect("a configuration is JSON");
    format!(
        "{config} on {shape:?}, {input:?}, pos_weight {pos_weight:?}, smoothing {label_smoothing}, class weights \
         {class_weights:?}"
    )
}

/// Compares values and every gradient.
pub fn same(
    faults: &mut Faults,
    tolerance: Tolerance,
    problem: &TensorProblem,
    got: &TensorOutcome,
    expected: &TensorOutcome,
    what: impl Fn() -> String,
) {
    let what = || format!("{}, {}", what(), describe_tensors(problem));
    faults.compare(tolerance, &got.value, &expected.value, || format!("value, {}", what()));
    for input in 0..problem.inputs.len() {
        let [got, expected] = [got, expected].map(|outcome| outcome.gradient(input, problem.len()));
        faults.compare(tolerance, &got, &expected, || format!("gradient {input}, {}", what()));
    }
}

/// How many differences were taken, and how many of them lie over a kink: those say nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Differences {
    entries: usize,
    kinks: usize,
}

impl Differences {
    /// Compares the gradients by an input, one a way, with differences of the value; `step` is their width at a number.
    pub fn compare(
        &mut self,
        faults: &mut Faults,
        (problem, by): (&TensorProblem, Option<Reduction>),
        outcomes: &[(&Way, TensorOutcome)],
        input: usize,
        step: impl Fn(f64) -> f64,
    ) {
        let (way, _) = outcomes[0];
        let gradients: Vec<Vec<f64>> =
            outcomes.iter().map(|(_, outcome)| outcome.gradient(input, problem.len())).collect();
        let largest = gradients[0].iter().fold(0.0_f64, |most, g| most.max(g.abs()));
        for at in 0..problem.len() {
            let value = |x: f64| {
                let mut moved = problem.clone();
                moved.inputs[input][at] = x;
                moved.value(way, by).iter().sum::<f64>()
            };
            let x = problem.inputs[input][at];
            let (slope, uncertain) = difference(value, x, step(x));
            self.entries += 1;
            if uncertain > 1e-6 * largest.max(1e-3) {
                self.kinks += 1;
                continue;
            }
            let allowed = 1e-8 * largest + 1e-9 + uncertain;
            for (gradient, (way, _)) in gradients.iter().zip(outcomes) {
                faults.expect((gradient[at] - slope).abs() <= allowed, || {
                    let got = gradient[at];
                    let what = describe_tensors(problem);
                    format!("{got} by {input} at {at}, difference {slope} ± {uncertain:e}, {by:?} {way} {what}")
                });
            }
        }
    }

    /// Fails if too many lie over a kink.
    #[track_caller]
    pub fn report(self) {
        let Self { entries, kinks } = self;
        assert!(kinks * 10 < entries, "{kinks} of {entries} differences lie over a kink");
    }
}

/// Checks that a problem whose weights are all 0 is 0, gradients included.
pub fn expect_nothing(faults: &mut Faults, problem: &TensorProblem) {
    for way in rotating_ways() {
        for by in [Reduction::Mean, Reduction::Sum] {
            let got = problem.run(&way, Some(by));
            let still =
                (0..problem.inputs.len()).flat_map(|input| got.gradient(input, problem.len())).all(|g| g == 0.0);
            faults
                .expect(got.value == [0.0] && still, || format!("{got:?} {by:?} {way} {}", describe_tensors(problem)));
        }
    }
}

/// Every number of an outcome times a factor.
pub fn times(outcome: &TensorOutcome, factor: f64) -> TensorOutcome {
    let scaled = |numbers: &Vec<f64>| numbers.iter().map(|x| x * factor).collect::<Vec<f64>>();
    let gradients = outcome.gradients.iter().map(|gradient| gradient.as_ref().map(scaled)).collect();
    TensorOutcome { value: scaled(&outcome.value), gradients }
}

/// The ways in f64, without checkpointing.
pub fn f64_ways() -> Vec<Way> {
    full_precision_ways().into_iter().filter(|way| way.dtype == DType::F64).collect()
}

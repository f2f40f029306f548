//! The network: a perceptron with one hidden layer, enough for digits and quick enough to train a hundred times.

use crate::data::SplitMix64;
use crate::task::Objective;
use burn::module::{Initializer, Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};
use burn::train::{InferenceStep, RegressionOutput, TrainOutput, TrainStep};

/// Sets the initial weights apart from the other uses of a seed. (The letters "weights".)
const STREAM: u64 = 0x77_6569_6768_7473;

/// Inputs `[N, inputs]`, or `[V·N, inputs]` in V views, with their targets `[N, targets]`; a class is a number like any
/// other.
#[derive(Clone, Debug)]
pub struct Batch {
    /// What goes in.
    pub inputs: Tensor<2>,
    /// What should come out, in the data's unit.
    pub targets: Tensor<2>,
}

/// The network with what it is trained by.
#[derive(Module, Debug)]
pub struct Network {
    hidden: Linear,
    output: Linear,
    objective: Objective,
}

impl Network {
    /// A network with weights that depend on the seed alone, not on the device, to be trained. The sizes are those of its
    /// layers.
    pub fn new(sizes: [usize; 3], objective: Objective, seed: u64, device: &Device) -> Self {
        let mut random = SplitMix64::new(seed ^ STREAM);
        let [inputs, units, outputs] = sizes;
        let hidden = linear(inputs, units, &mut random, device);
        let output = linear(units, outputs, &mut random, device);
        Self { hidden, output, objective: objective.to_device(device).train() }
    }

    /// Outputs `[N, outputs]` of inputs `[N, inputs]`.
    pub fn forward(&self, inputs: Tensor<2>) -> Tensor<2> {
        self.output.forward(relu(self.hidden.forward(inputs)))
    }

    /// What it is trained by.
    pub fn objective(&self) -> &Objective {
        &self.objective
    }
}

/// A layer with He's uniform weights and zero bias.
fn linear(inputs: usize, outputs: usize, random: &mut SplitMix64, device: &Device) -> Linear {
    let bound = (6.0 / inputs as f64).sqrt();
    let weights: Vec<f32> = (0..inputs * outputs).map(|_| ((2.0 * random.uniform() - 1.0) * bound) as f32).collect();
    let weights = Tensor::from_data(TensorData::new(weights, [inputs, outputs]), device);
    let layer = LinearConfig::new(inputs, outputs).with_initializer(Initializer::Zeros).init(device);
    Linear { weight: Param::from_tensor(weights), ..layer }
}

impl TrainStep for Network {
    type Input = Batch;
    type Output = RegressionOutput;

    fn step(&self, batch: Batch) -> TrainOutput<RegressionOutput> {
        let outputs = self.forward(batch.inputs);
        // The loss first: it may take the outputs' memory for their gradient where nobody else holds them.
        let loss = self.objective.loss(outputs.clone(), batch.targets.clone());
        let gradients = loss.backward();
        TrainOutput::new(self, gradients, RegressionOutput::new(loss, outputs, batch.targets))
    }
}

impl InferenceStep for Network {
    type Input = Batch;
    type Output = RegressionOutput;

    fn step(&self, batch: Batch) -> RegressionOutput {
        let outputs = self.forward(batch.inputs);
        let loss = self.objective.loss(outputs.clone(), batch.targets.clone());
        RegressionOutput::new(loss, outputs, batch.targets)
    }
}

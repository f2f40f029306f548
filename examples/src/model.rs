//! The classifier: a perceptron with one hidden layer, enough for digits and quick enough to train a hundred times.

use crate::data::SplitMix64;
use burn::module::{Initializer, Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn::train::{ClassificationOutput, InferenceStep, TrainOutput, TrainStep};
use burn_losses::prelude::*;

/// Sets the initial weights apart from the other uses of a seed. (The letters "weights".)
const STREAM: u64 = 0x77_6569_6768_7473;

/// Images `[N, pixels]` with their labels `[N]`.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The images, flat.
    pub images: Tensor<2>,
    /// Their labels.
    pub targets: Tensor<1, Int>,
}

/// The classifier with the loss it is trained by. The loss is a module like any other.
#[derive(Module, Debug)]
pub struct Classifier {
    hidden: Linear,
    output: Linear,
    loss: AnyClassLoss,
}

impl Classifier {
    /// A classifier with weights that depend on the seed alone, not on the device.
    pub fn new(sizes: [usize; 3], loss: AnyClassLoss, seed: u64, device: &Device) -> Self {
        let mut random = SplitMix64::new(seed ^ STREAM);
        let [inputs, hidden, classes] = sizes;
        let hidden = linear(inputs, hidden, &mut random, device);
        let output = linear(sizes[1], classes, &mut random, device);
        Self { hidden, output, loss }
    }

    /// Logits `[N, classes]` of images `[N, pixels]`.
    pub fn forward(&self, images: Tensor<2>) -> Tensor<2> {
        self.output.forward(relu(self.hidden.forward(images)))
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

impl TrainStep for Classifier {
    type Input = Batch;
    type Output = ClassificationOutput;

    fn step(&self, batch: Batch) -> TrainOutput<ClassificationOutput> {
        let logits = self.forward(batch.images);
        // The loss first: it may take the logits' memory for their gradient where nobody else holds them.
        let loss = self.loss.forward(logits.clone(), batch.targets.clone(), Reduction::Mean);
        let gradients = loss.backward();
        TrainOutput::new(self, gradients, ClassificationOutput::new(loss, logits, batch.targets))
    }
}

impl InferenceStep for Classifier {
    type Input = Batch;
    type Output = ClassificationOutput;

    fn step(&self, batch: Batch) -> ClassificationOutput {
        let logits = self.forward(batch.images);
        let loss = self.loss.forward(logits.clone(), batch.targets.clone(), Reduction::Mean);
        ClassificationOutput::new(loss, logits, batch.targets)
    }
}

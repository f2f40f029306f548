//! The networks: a perceptron with one hidden layer, enough for digits and quick enough to train a hundred times, and a
//! small convolutional one, which is that perceptron behind two convolutions.

use crate::data::SplitMix64;
use crate::error::LabError;
use crate::task::Objective;
use burn::module::{Initializer, Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};
use burn::train::{InferenceStep, RegressionOutput, TrainOutput, TrainStep};
use clap::ValueEnum;
use serde::Serialize;

/// Sets the initial weights apart from the other uses of a seed. (The letters "weights".)
const STREAM: u64 = 0x77_6569_6768_7473;

/// Channels that the convolutions make.
const CHANNELS: [usize; 2] = [16, 32];
/// Of a convolution, which leaves an image its size.
const KERNEL: [usize; 2] = [3, 3];
/// Of a pooling. What does not fill a window is left out.
const WINDOW: [usize; 2] = [2, 2];
/// How many times smaller each side of an image is after both poolings.
const SHRUNK: usize = 4;

/// The networks there are to train.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    /// A perceptron with one hidden layer.
    Mlp,
    /// Two convolutions of 3×3, each with a pooling of 2×2, then the perceptron.
    Cnn,
}

impl Architecture {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mlp => "mlp",
            Self::Cnn => "cnn",
        }
    }

    /// Whether it takes images of this shape: channels, height, width.
    ///
    /// # Errors
    ///
    /// If pooling would leave nothing of them.
    pub fn check(self, [_, height, width]: [usize; 3]) -> Result<(), LabError> {
        if self == Self::Cnn && height.min(width) < SHRUNK {
            let sentence =
                format!("model: must be mlp for images below {SHRUNK}×{SHRUNK}, got cnn for {height}×{width}");
            return Err(LabError::Usage(sentence));
        }
        Ok(())
    }
}

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
    /// Of a convolutional one.
    convolutions: Option<Convolutions>,
    hidden: Linear,
    output: Linear,
    objective: Objective,
}

impl Network {
    /// A network with weights that depend on the seed alone, not on the device, to be trained: for images of a shape
    /// (channels, height, width) that [`Architecture::check`] lets through, with so many hidden units and outputs.
    pub fn new(
        architecture: Architecture,
        image: [usize; 3],
        [units, outputs]: [usize; 2],
        objective: Objective,
        seed: u64,
        device: &Device,
    ) -> Self {
        let mut random = SplitMix64::new(seed ^ STREAM);
        let convolutions = match architecture {
            Architecture::Mlp => None,
            Architecture::Cnn => Some(Convolutions::new(image, &mut random, device)),
        };
        let features = convolutions.as_ref().map_or(image.iter().product(), Convolutions::features);
        let hidden = linear(features, units, &mut random, device);
        let output = linear(units, outputs, &mut random, device);
        Self { convolutions, hidden, output, objective: objective.to_device(device).train() }
    }

    /// Outputs `[N, outputs]` of inputs `[N, channels · height · width]`.
    pub fn forward(&self, inputs: Tensor<2>) -> Tensor<2> {
        let features = match &self.convolutions {
            Some(convolutions) => convolutions.forward(inputs),
            None => inputs,
        };
        self.output.forward(relu(self.hidden.forward(features)))
    }

    /// What it is trained by.
    pub fn objective(&self) -> &Objective {
        &self.objective
    }
}

/// What a convolutional network finds in an image: patterns of 3×3 pixels, then patterns of these.
#[derive(Module, Debug)]
struct Convolutions {
    first: Conv2d,
    second: Conv2d,
    pool: MaxPool2d,
    /// The shape of an image: channels, height, width.
    #[module(skip)]
    image: [usize; 3],
}

impl Convolutions {
    fn new(image: [usize; 3], random: &mut SplitMix64, device: &Device) -> Self {
        let first = convolution(image[0], CHANNELS[0], random, device);
        let second = convolution(CHANNELS[0], CHANNELS[1], random, device);
        Self { first, second, pool: MaxPool2dConfig::new(WINDOW).init(), image }
    }

    /// How many numbers it makes of an image.
    fn features(&self) -> usize {
        let [_, height, width] = self.image;
        CHANNELS[1] * (height / SHRUNK) * (width / SHRUNK)
    }

    /// Features `[N, features]` of inputs `[N, channels · height · width]`.
    fn forward(&self, inputs: Tensor<2>) -> Tensor<2> {
        let ([count, _], [channels, height, width]) = (inputs.dims(), self.image);
        let images = inputs.reshape([count, channels, height, width]);
        // ReLU after pooling gives the same as before it, from a quarter of the values.
        let patterns = relu(self.pool.forward(self.first.forward(images)));
        relu(self.pool.forward(self.second.forward(patterns))).flatten(1, 3)
    }
}

/// A layer with He's uniform weights and zero bias.
fn linear(inputs: usize, outputs: usize, random: &mut SplitMix64, device: &Device) -> Linear {
    let layer = LinearConfig::new(inputs, outputs).with_initializer(Initializer::Zeros).init(device);
    Linear { weight: weights([inputs, outputs], inputs, random, device), ..layer }
}

/// The same over the channels of an image.
fn convolution(inputs: usize, outputs: usize, random: &mut SplitMix64, device: &Device) -> Conv2d {
    let config = Conv2dConfig::new([inputs, outputs], KERNEL).with_padding(PaddingConfig2d::Same);
    let layer = config.with_initializer(Initializer::Zeros).init(device);
    let [height, width] = KERNEL;
    Conv2d { weight: weights([outputs, inputs, height, width], inputs * height * width, random, device), ..layer }
}

/// He's uniform weights, where each output is of so many inputs.
fn weights<const D: usize>(
    shape: [usize; D],
    inputs: usize,
    random: &mut SplitMix64,
    device: &Device,
) -> Param<Tensor<D>> {
    let bound = (6.0 / inputs as f64).sqrt();
    let count: usize = shape.iter().product();
    let weights: Vec<f32> = (0..count).map(|_| ((2.0 * random.uniform() - 1.0) * bound) as f32).collect();
    Param::from_tensor(Tensor::from_data(TensorData::new(weights, shape), device))
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

#[cfg(test)]
mod tests {
    use super::*;
    use burn::optim::GradientsParams;
    use burn_losses::LossConfig;

    fn network(architecture: Architecture, image: [usize; 3], layers: [usize; 2], seed: u64) -> Network {
        let objective = Objective::new(&LossConfig::by_name("cross_entropy").expect("in the catalogue"));
        Network::new(architecture, image, layers, objective.expect("valid"), seed, &Device::flex().autodiff())
    }

    fn rows(values: Vec<f32>) -> Tensor<2> {
        let width = values.len() / 2;
        Tensor::from_data(TensorData::new(values, [2, width]), &Device::flex().autodiff())
    }

    /// Two images of random pixels.
    fn images(image: [usize; 3]) -> Tensor<2> {
        let mut random = SplitMix64::new(1);
        let pixels: usize = image.iter().product();
        rows((0..2 * pixels).map(|_| random.uniform() as f32).collect())
    }

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec::<f32>().expect("f32")
    }

    /// Results are compared across versions of the lab: the weights must not change. Computed apart, in Python.
    #[test]
    fn perceptron_starts_from_the_weights_it_always_had() {
        let network = network(Architecture::Mlp, [1, 8, 8], [128, 10], 0);
        assert!(network.convolutions.is_none());
        let [hidden, output] = [network.hidden, network.output].map(|layer| numbers(layer.weight.val()));
        assert_eq!((hidden.len(), output.len()), (64 * 128, 128 * 10));
        assert_eq!(hidden[..3], [0.20333563, -0.03629715, 0.0908132]);
        assert_eq!(output[128 * 10 - 2..], [0.17932583, -0.099728204]);
    }

    #[test]
    fn convolutions_take_images_of_any_size_that_pooling_leaves_something_of() {
        for image in [[1, 8, 8], [1, 28, 28], [3, 32, 32], [1, 9, 11], [1, 4, 8], [2, 4, 4]] {
            assert!(Architecture::Cnn.check(image).is_ok(), "{image:?}");
            let outputs = network(Architecture::Cnn, image, [8, 3], 0).forward(images(image));
            assert_eq!(outputs.dims(), [2, 3], "{image:?}");
            assert!(numbers(outputs).iter().all(|output| output.is_finite()), "{image:?}");
        }
        for image in [[3, 3, 32], [1, 28, 1]] {
            assert!(Architecture::Cnn.check(image).is_err(), "{image:?}");
            assert!(Architecture::Mlp.check(image).is_ok(), "{image:?}");
        }
    }

    #[test]
    fn networks_of_one_seed_are_equal() {
        for architecture in [Architecture::Mlp, Architecture::Cnn] {
            let image = [1, 8, 8];
            let outputs = |seed| numbers(network(architecture, image, [8, 3], seed).forward(images(image)));
            assert_eq!(outputs(5), outputs(5), "{architecture:?}");
            assert_ne!(outputs(5), outputs(6), "{architecture:?}");
        }
    }

    #[test]
    fn gradients_reach_every_parameter() {
        fn assert_reached<const D: usize>(weight: &Param<Tensor<D>>, gradients: &GradientsParams) {
            let gradient = numbers(gradients.get::<D>(weight.id).expect("a gradient"));
            assert!(gradient.iter().any(|&slope| slope != 0.0), "{:?}", weight.dims());
        }
        let network = network(Architecture::Cnn, [1, 8, 8], [8, 3], 0);
        let loss = network.objective.loss(network.forward(images([1, 8, 8])), rows(vec![0.0, 1.0]));
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        // Four layers, each with weights and biases.
        assert_eq!(gradients.len(), 8);
        let convolutions = network.convolutions.as_ref().expect("it is convolutional");
        assert_reached(&convolutions.first.weight, &gradients);
        assert_reached(&convolutions.second.weight, &gradients);
        assert_reached(&network.hidden.weight, &gradients);
        assert_reached(&network.output.weight, &gradients);
    }
}

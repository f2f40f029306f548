//! What there is to learn from a set of images: the signature of the loss decides.
//!
//! A [`Task`] says what goes into the network, what should come out and what is measured; training knows no more.
//!
//! | losses | a target is | of |
//! |---|---|---|
//! | class losses | the class | any set |
//! | binary, multilabel and margin losses | which of the seven segments of a display the digit lights | the digits |
//! | regression, whole and likelihood losses | the lower half of the image; the input is the upper half | the digits |
//! | distributions | the same, each pixel with a scale | the digits |
//!
//! A class loss that compares views of an image is trained on the image as it is and on noisy copies of it.

mod measure;
mod objective;

pub use measure::{Judged, Measure};
pub use objective::{Link, Objective, served};

use crate::data::{Dataset, Split, SplitMix64, augment, corrupt};
use crate::error::LabError;
use crate::model::Batch;
use crate::training::Plan;
use burn::tensor::{Device, Tensor, TensorData};
use burn_losses::LossConfig;
use burn_losses::catalogue::{Family, Signature};
use std::borrow::Cow;

/// The segments that each digit lights: a on top, then clockwise, g in the middle.
const SEGMENTS: [&str; 10] = ["abcdef", "bc", "abdeg", "abcdg", "bcfg", "acdfg", "acdefg", "abc", "abcdefg", "abcdfg"];

/// The kinds of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One class out of many.
    Classes,
    /// Seven labels, each yes or no.
    Labels,
    /// Thirty-two numbers.
    Numbers,
    /// Thirty-two numbers, each with a scale.
    Distribution,
}

impl Kind {
    /// The task for a loss.
    pub fn of(loss: &LossConfig) -> Self {
        match loss.signature() {
            Signature::Class | Signature::Any => Self::Classes,
            Signature::Binary | Signature::Multilabel => Self::Labels,
            Signature::Pointwise if loss.innermost().entry().family == Family::Margin => Self::Labels,
            Signature::Pointwise | Signature::Whole => Self::Numbers,
            Signature::Distribution => Self::Distribution,
        }
    }

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Classes => "classification",
            Self::Labels => "multilabel",
            Self::Numbers => "regression",
            Self::Distribution => "distribution",
        }
    }

    /// What is measured; the last is the one that counts.
    pub fn measures(self) -> &'static [Measure] {
        match self {
            Self::Classes => measure::CLASSES,
            Self::Labels => measure::LABELS,
            Self::Numbers => measure::NUMBERS,
            Self::Distribution => measure::DISTRIBUTION,
        }
    }
}

/// Inputs with their targets.
#[derive(Clone, Debug)]
pub struct Examples<'a> {
    inputs: Cow<'a, [f32]>,
    targets: Vec<f32>,
    len: usize,
}

impl Examples<'_> {
    /// Number of examples.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none. No task has such examples.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Numbers that go in, numbers that should come out.
    fn widths(&self) -> [usize; 2] {
        [self.inputs.len() / self.len, self.targets.len() / self.len]
    }

    /// Example after example, what should come out.
    pub fn targets(&self) -> &[f32] {
        &self.targets
    }

    /// The chosen examples, on a device.
    pub fn batch(&self, chosen: &[usize], device: &Device) -> Batch {
        let [inputs, targets] = self.widths();
        let rows = |values: &[f32], width: usize| {
            let rows: Vec<f32> = chosen.iter().flat_map(|row| &values[row * width..][..width]).copied().collect();
            Tensor::from_data(TensorData::new(rows, [chosen.len(), width]), device)
        };
        Batch { inputs: rows(&self.inputs, inputs), targets: rows(&self.targets, targets) }
    }
}

/// What a loss has a network learn from a set of images.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    /// Which kind it is.
    pub kind: Kind,
    /// What to learn from, with noise in its targets if the plan says so.
    pub train: Examples<'a>,
    /// The targets of `train` without noise.
    pub clean: Vec<f32>,
    /// What to judge by.
    pub test: Examples<'a>,
    /// The loss.
    pub objective: Objective,
    /// The label smoothing without which the loss would be infinite, as some divergences are.
    pub smoothing: Option<f64>,
    image: [usize; 3],
    outputs: usize,
}

impl<'a> Task<'a> {
    /// The task of a plan.
    ///
    /// # Errors
    ///
    /// If the loss is misconfigured, cannot be trained on these images, or has no labels that could be wrong, or if the
    /// images are too small for the network.
    pub fn new(data: &'a Dataset, plan: &Plan) -> Result<Self, LabError> {
        let kind = Kind::of(&plan.loss);
        let digits = data.name == "digits" && data.image == [1, 8, 8] && data.classes == SEGMENTS.len();
        if kind != Kind::Classes && !digits {
            let name = plan.loss.name();
            let sentence = format!("data: must be digits for {name}, a {} loss, got {}", kind.name(), data.name);
            return Err(LabError::Usage(sentence));
        }
        let noisy = |labels: &[u8], classes| corrupt(labels, classes, plan.noise_rate, plan.noise, plan.seed);
        let (train, clean, test) = match kind {
            Kind::Classes => {
                let examples = |split: &'a Split, labels: &[u8]| given(&split.images, floats(labels), labels.len());
                let train = examples(&data.train, &noisy(&data.train.labels, data.classes));
                (train, floats(&data.train.labels), examples(&data.test, &data.test.labels))
            }
            Kind::Labels => {
                let [train, test] = [&data.train, &data.test].map(|split| segments(&split.labels));
                // A wrong one of two classes is the other one.
                let noisy = floats(&noisy(&train, 2));
                (
                    given(&data.train.images, noisy, data.train.len()),
                    floats(&train),
                    given(&data.test.images, floats(&test), data.test.len()),
                )
            }
            Kind::Numbers | Kind::Distribution if plan.noise_rate > 0.0 => {
                let rate = plan.noise_rate;
                let sentence =
                    format!("noise-rate: must be 0 for a {} loss, since it is for labels, got {rate}", kind.name());
                return Err(LabError::Usage(sentence));
            }
            Kind::Numbers | Kind::Distribution => {
                let train = halves(&data.train, data.pixels());
                let clean = train.targets.clone();
                (train, clean, halves(&data.test, data.pixels()))
            }
        };
        let image = match (kind, data.image) {
            (Kind::Classes | Kind::Labels, image) => image,
            (Kind::Numbers | Kind::Distribution, [channels, height, width]) => [channels, height / 2, width],
        };
        plan.model.check(image)?;
        let [_, targets] = train.widths();
        let outputs = match kind {
            Kind::Classes => data.classes,
            Kind::Labels | Kind::Numbers => targets,
            Kind::Distribution => 2 * targets,
        };
        let (objective, smoothing) = Objective::fitting(&plan.loss, outputs, targets)?;
        Ok(Self { kind, train, clean, test, objective, smoothing, image, outputs })
    }

    /// The chosen examples to learn from, on a device. Where the loss compares views, inputs are those of the first
    /// view, as they are, then those of the others, augmented.
    pub fn batch(&self, chosen: &[usize], random: &mut SplitMix64, device: &Device) -> Batch {
        let Batch { inputs, targets } = self.train.batch(chosen, device);
        let others = self.objective.views() - 1;
        if others == 0 {
            return Batch { inputs, targets };
        }
        let [width, _] = self.train.widths();
        let mut augmented = Vec::with_capacity(others * chosen.len() * width);
        for _ in 0..others {
            for row in chosen {
                augmented.extend(augment(&self.train.inputs[row * width..][..width], random));
            }
        }
        let data = TensorData::new(augmented, [others * chosen.len(), width]);
        Batch { inputs: Tensor::cat(vec![inputs, Tensor::from_data(data, device)], 0), targets }
    }

    /// The shape of what goes into the network, an image or its upper half: channels, height, width.
    pub fn image(&self) -> [usize; 3] {
        self.image
    }

    /// How many numbers come out of the network.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// What there is to be said of an example.
    pub fn targets(&self) -> String {
        let [_, targets] = self.train.widths();
        match self.kind {
            Kind::Classes => {
                let smoothed = self.smoothing.map_or_else(String::new, |by| format!(", smoothed by {by}"));
                let viewed = self.objective.viewed().map_or_else(String::new, |viewed| format!(", {viewed}"));
                format!("{} classes{smoothed}{viewed}", self.outputs)
            }
            Kind::Labels => format!("{targets} labels an image"),
            Kind::Numbers => format!("{targets} pixels an image from the other {targets}"),
            Kind::Distribution => format!("{targets} pixels an image and their scales from the other {targets}"),
        }
    }
}

fn given(images: &[f32], targets: Vec<f32>, len: usize) -> Examples<'_> {
    Examples { inputs: Cow::Borrowed(images), targets, len }
}

fn floats(labels: &[u8]) -> Vec<f32> {
    labels.iter().copied().map(f32::from).collect()
}

/// Seven labels for each digit: 1 where its segment is lit.
fn segments(digits: &[u8]) -> Vec<u8> {
    let lit = |&digit: &u8| "abcdefg".chars().map(move |segment| SEGMENTS[usize::from(digit)].contains(segment));
    digits.iter().flat_map(lit).map(u8::from).collect()
}

/// The upper halves of images, and the lower halves as their targets.
fn halves(split: &Split, pixels: usize) -> Examples<'static> {
    let half = pixels / 2;
    let part =
        |from: usize| split.images.chunks_exact(pixels).flat_map(|image| &image[from..][..half]).copied().collect();
    Examples { inputs: Cow::Owned(part(0)), targets: part(half), len: split.len() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;
    use crate::model::Architecture;

    fn plan(loss: &str) -> Plan {
        let loss = LossConfig::by_name(loss).expect("in the catalogue");
        let (noise_rate, noise, model) = (0.0, data::Noise::Symmetric, Architecture::Mlp);
        let (epochs, seed, batch_size, hidden, learning_rate) = (1, 0, 2, 8, 1e-3);
        Plan { loss, noise_rate, noise, epochs, seed, batch_size, model, hidden, learning_rate }
    }

    #[test]
    fn segments_are_those_of_a_display() {
        assert_eq!(segments(&[1, 8]), [0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]);
        let ten = segments(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        let lit: Vec<u8> = ten.chunks(7).map(|digit| digit.iter().sum()).collect();
        assert_eq!(lit, [6, 2, 5, 5, 4, 5, 6, 3, 7, 6]);
        for (index, digit) in ten.chunks(7).enumerate() {
            assert!(ten.chunks(7).skip(index + 1).all(|other| other != digit), "{index} looks like another digit");
        }
    }

    #[test]
    fn halves_make_up_the_image() {
        let digits = data::digits();
        let examples = halves(&digits.test, 64);
        assert_eq!(examples.widths(), [32, 32]);
        let image: Vec<f32> = [&examples.inputs[32..64], &examples.targets[32..64]].concat();
        assert_eq!(image, digits.test.image(1));
    }

    #[test]
    fn images_have_the_shape_of_what_goes_in() {
        let digits = data::digits();
        for (loss, image) in [("focal", [1, 8, 8]), ("hinge", [1, 8, 8]), ("mse", [1, 4, 8]), ("beta_nll", [1, 4, 8])] {
            let plan = Plan { model: Architecture::Cnn, ..plan(loss) };
            let task = Task::new(&digits, &plan).expect("digits are for any loss");
            assert_eq!(task.image(), image, "{loss}");
            assert_eq!(task.train.widths()[0], image.iter().product::<usize>(), "{loss}");
        }
        // Digits of a third of their pixels are too small for a convolutional network.
        let small = |split: &Split| Split {
            images: split.images.chunks_exact(64).flat_map(|image| &image[..24]).copied().collect(),
            labels: split.labels.clone(),
        };
        let small = Dataset { image: [1, 3, 8], train: small(&digits.train), test: small(&digits.test), ..digits };
        assert!(Task::new(&small, &plan("focal")).is_ok());
        let refused = Task::new(&small, &Plan { model: Architecture::Cnn, ..plan("focal") });
        let sentence = refused.expect_err("3 is less than 4").to_string();
        assert_eq!(sentence, "model: must be mlp for images below 4×4, got cnn for 3×8");
    }

    #[test]
    fn kinds_cover_the_catalogue() {
        for entry in burn_losses::catalogue::all() {
            let loss = LossConfig::by_name(entry.name).expect("in the catalogue");
            let kind = match entry.family {
                Family::Classification | Family::NoiseRobust | Family::Divergence | Family::Wrapper => Kind::Classes,
                Family::Binary | Family::Multilabel | Family::Margin => Kind::Labels,
                Family::Regression | Family::Whole | Family::Likelihood => Kind::Numbers,
                Family::Distribution => Kind::Distribution,
                other => panic!("which task is for the family {}?", other.name()),
            };
            assert_eq!(Kind::of(&loss), kind, "{}", entry.name);
        }
        let config = r#"{"name": "flooding", "loss": {"name": "top_k", "loss": "hinge"}}"#;
        assert_eq!(Kind::of(&serde_json::from_str(config).expect("valid")), Kind::Labels);
    }

    #[test]
    fn batches_hold_the_first_view_as_it_is_and_the_others_augmented() {
        let digits = data::digits();
        let batch = |name: &str| {
            let task = Task::new(&digits, &plan(name)).expect("digits are for any loss");
            let Batch { inputs, targets } = task.batch(&[5, 3], &mut SplitMix64::new(1), &Device::flex());
            let rows = inputs.into_data().try_into_vec::<f32>().expect("f32");
            (targets.dims(), rows.chunks_exact(64).map(<[f32]>::to_vec).collect::<Vec<_>>())
        };
        let (targets, plain) = batch("cross_entropy");
        assert_eq!((targets, plain), ([2, 1], [5, 3].map(|row| digits.train.image(row).to_vec()).to_vec()));
        let (targets, views) = batch("jsd_cross_entropy");
        assert_eq!((targets, views.len()), ([2, 1], 6));
        assert_eq!(views[..2], [5, 3].map(|row| digits.train.image(row).to_vec()));
        for (index, view) in views.iter().enumerate() {
            let far = view.iter().zip(&views[index % 2]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert_eq!(far > 0.05 && far < 0.8, index >= 2, "{index}: {far}");
        }
        assert!(views[2] != views[4] && views == batch("jsd_cross_entropy").1);
    }
}

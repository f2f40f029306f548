//! Loss functions for the [Burn](https://burn.dev) deep-learning framework: each is one formula in one small file, and
//! each runs as a fused forward pass and exact gradient.
//!
//! ```
//! use burn::tensor::{Device, Int, Tensor};
//! use burn_losses::prelude::*;
//!
//! let device = Device::flex().autodiff();
//! let criterion = Focal::default().with_gamma(2.0).init(); // a Burn `Module`; needs no device
//!
//! let logits = Tensor::<2>::from_data([[1.0, -0.5, 0.2], [0.1, 0.0, 2.0]], &device).require_grad();
//! let targets = Tensor::<1, Int>::from_data([0, 1], &device);
//! let each = criterion.forward_no_reduction(logits.clone(), targets.clone()); // one value per target
//! let loss = criterion.forward(logits.clone(), targets, Reduction::Mean); // Tensor<1>, differentiable
//! let gradient = logits.grad(&loss.backward()).unwrap();
//! # assert_eq!((each.dims(), gradient.dims()), ([2], [2, 3]));
//! ```
//!
//! # A loss in a model
//!
//! A loss that `init` made can be a field of a model. The field's type is a criterion with the formula's type in it,
//! `ClassLoss<CrossEntropy>` (the formula alone, `CrossEntropy`, is no module); the [table below](#which-loss-should-i-use)
//! has the criterion of each signature. [`AnyClassLoss`] and its like are the types of losses that are read from a file.
//!
//! ```
//! use burn::module::Module;
//! use burn::nn::{Linear, LinearConfig};
//! use burn::optim::{AdamConfig, GradientsParams};
//! use burn::tensor::{Device, Int, Tensor};
//! use burn::train::{ClassificationOutput, TrainOutput, TrainStep};
//! use burn_losses::prelude::*;
//!
//! #[derive(Module, Debug)]
//! struct Classifier {
//!     linear: Linear,
//!     loss: ClassLoss<CrossEntropy>,
//! }
//!
//! // What Burn's `Learner` asks of a model; a loop of one's own can do without.
//! impl TrainStep for Classifier {
//!     type Input = (Tensor<2>, Tensor<1, Int>);
//!     type Output = ClassificationOutput;
//!
//!     fn step(&self, (inputs, classes): Self::Input) -> TrainOutput<ClassificationOutput> {
//!         let logits = self.linear.forward(inputs);
//!         let loss = self.loss.forward(logits.clone(), classes.clone(), Reduction::Mean);
//!         TrainOutput::new(self, loss.backward(), ClassificationOutput::new(loss, logits, classes))
//!     }
//! }
//!
//! let device = Device::flex().autodiff();
//! let linear = LinearConfig::new(2, 3).init(&device);
//! let mut model = Classifier { linear, loss: CrossEntropy::default().with_label_smoothing(0.01).init() };
//! let mut optimiser = AdamConfig::new().init();
//!
//! let inputs = Tensor::<2>::from_data([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]], &device);
//! let classes = Tensor::<1, Int>::from_data([0, 1, 2], &device);
//! for _ in 0..100 {
//!     let loss = model.loss.forward(model.linear.forward(inputs.clone()), classes.clone(), Reduction::Mean);
//!     let gradients = GradientsParams::from_grads(loss.backward(), &model);
//!     model = optimiser.step(0.1, model, gradients);
//! }
//!
//! let learnt = model.step((inputs, classes)).item.loss.into_scalar::<f32>();
//! assert!(learnt < 0.2, "{learnt}");
//! ```
//!
//! Only [`UncertaintyWeighting`] has parameters that are learnt; records leave all other losses as the code makes them.
//! Weights that follow a [`Schedule`] are [told the step](WeightedSum#in-a-training).
//!
//! # Which loss should I use?
//!
//! By what a model gives and what it is told:
//!
//! | scores or predictions | targets | criterion | a loss of your own is a |
//! |---|---|---|---|
//! | logits `[N, C, …]` | one class a row `[N, …]` | [`ClassLoss`] | [`ClassFormula`] |
//! | scores `[N, C, …]` that are no logits of a softmax | one class a row | [`TensorClassLoss`] | [`TensorClassFormula`] |
//! | logits, probabilities or their logarithms `[N, C, …]` | a probability for every class, or one class a row | [`SoftClassLoss`], [`ClassLoss::forward_soft`] | [`SoftClassFormula`] |
//! | logits or probabilities, any shape | yes or no, once or for each of many labels | [`BinaryLoss`] | [`BinaryFormula`] |
//! | numbers, any shape | numbers; signs −1 and 1 for margins | [`PointwiseLoss`] | [`PointwiseFormula`] |
//! | numbers or logits `[N, C, …]` | as many numbers, or yes or no, several of which make one loss | [`TensorLoss`] | [`TensorFormula`] |
//! | a location and a scale, any shape | numbers | [`DistributionLoss`] | [`DistributionFormula`] |
//!
//! ## One class out of C
//!
//! | the problem | try first | then |
//! |---|---|---|
//! | clean labels | [`CrossEntropy`] | label smoothing; [`Poly1CrossEntropy`] if there is time to tune |
//! | a large vocabulary in low precision | [`ZLoss`] | [`CrossEntropy`] in f32 |
//! | many easy examples, few hard ones | [`Focal`] | class weights on [`CrossEntropy`], [`Poly1Focal`], [`ReducedFocal`] |
//! | rare classes | class weights on [`CrossEntropy`], as of [`effective_number`] or [`inverse_frequency`] | [`LogitAdjustment`], [`Seesaw`], [`MarginCrossEntropy`], [`Focal`] with α by class |
//! | ordered classes | [`OrdinalEmd`] | [`LabelSmoothing`] around any of these |
//! | wrong labels | [`GeneralizedCrossEntropy`] | [`SymmetricCrossEntropy`], [`BiTempered`], [`SoftBootstrapping`], [`HardBootstrapping`], [`LogitClip`] around cross-entropy |
//! | wrong labels, and it is known how often which class is taken for which | [`ForwardCorrection`] | [`BackwardCorrection`] |
//! | wrong labels, and each image seen in several augmented views | [`GeneralizedJensenShannon`] | |
//! | images that differ from those learnt from | [`JsdCrossEntropy`] over augmented views | |
//! | few examples | [`FocalCosine`] | [`CrossEntropy`] |
//! | very many wrong labels, few classes | [`ClassMae`] | a [`WeightedSum`] of [`NormalizedCrossEntropy`] and [`ClassMae`]; [`NormalizedNegativeCrossEntropy`] |
//! | wrong labels, the right one being the most frequent | [`AsymmetricGeneralizedCrossEntropy`] | a [`WeightedSum`] of [`NormalizedCrossEntropy`] and it |
//! | many wrong labels, and a model that knows something | [`TruncatedGeneralizedCrossEntropy`] | [`SmallLoss`] around cross-entropy, [`PHuberGeneralizedCrossEntropy`] |
//! | some wrong labels, otherwise cross-entropy | [`PHuberCrossEntropy`] | [`GeneralizedCrossEntropy`] with small q, [`TaylorCrossEntropy`] |
//! | targets that say what an example is not | [`NegativeLearning`] | |
//! | calibrated probabilities | [`Brier`] | [`LabelSmoothing`] around any of these |
//! | a maximum margin between the classes | [`MulticlassHinge`] | [`MultiMargin`] |
//! | predictions with exact zeros | [`MulticlassEntmax`] | [`MulticlassSparsemax`] |
//! | logits that are cosines | [`LogitScale`] around [`MarginCrossEntropy`] | |
//! | a model that ends in a log-softmax | [`NegativeLogLikelihood`] | |
//! | overconfidence, detecting foreign inputs | [`LogitNorm`] | [`ConfidencePenalty`], label smoothing |
//!
//! ## A distribution over the classes
//!
//! Soft labels, mixup, a teacher's probabilities.
//!
//! | the problem | try first | then |
//! |---|---|---|
//! | soft labels, mixup | [`CrossEntropy`] by [`forward_soft`](ClassLoss::forward_soft) | [`Brier`]; most class losses have a `forward_soft` |
//! | distillation | [`KlDivergence`] | [`SkewKl`], which is bounded; [`Jeffreys`] between two models that learn from each other |
//! | labels that may be wrong, soft or not | [`WeightedJensenShannon`] | [`SquaredHellinger`], [`SkewJensenShannon`] |
//! | to choose between covering the target and keeping to a mode | [`AlphaDivergence`] | [`Renyi`], [`Bhattacharyya`] |
//! | to measure a distance | [`TotalVariation`] | [`SquaredHellinger`] |
//! | positive numbers that need not sum to 1 | [`GeneralizedKl`] | |
//!
//! ## Yes or no, once or many times
//!
//! | the problem | try first | then |
//! |---|---|---|
//! | one label or many | [`BinaryCrossEntropy`] | [`Poly1BinaryCrossEntropy`] if there is time to tune |
//! | rare positives | `pos_weight` on [`BinaryCrossEntropy`] | [`BalancedBinaryCrossEntropy`] |
//! | very many easy negatives | [`BinaryFocal`] | [`TopK`] around binary cross-entropy |
//! | many labels, few of them positive, some missing | [`Asymmetric`] | [`BinaryFocal`] |
//! | many labels of which the positive ones should rank above the others | [`Zlpr`] | [`MultilabelMargin`] |
//! | many labels, one loss an example | [`MultilabelSoftMargin`] | [`Zlpr`] |
//! | edges and other rare pixels | [`ImageBalancedBinaryCrossEntropy`] | [`BinaryFocal`] |
//! | a maximum margin, targets −1 and 1 | [`Hinge`] | [`SquaredHinge`], [`SoftMargin`], [`ModifiedHuber`] |
//! | pairs that are like or unlike, by their distance | [`HingeEmbedding`] | |
//!
//! ## Numbers
//!
//! | the problem | try first | then |
//! |---|---|---|
//! | noise of one size | [`Mse`] | [`Huber`] |
//! | some outliers | [`Huber`] | [`SmoothL1`], [`LogCosh`], [`L1`] |
//! | outliers that should not count at all | [`Tukey`] | [`Welsch`], [`GemanMcClure`], [`GeneralRobust`] |
//! | quantiles, intervals | [`Quantile`], with a τ per class | [`QuantileHuber`], [`Expectile`] |
//! | an error that is tolerated | [`EpsilonInsensitive`] | [`SquaredEpsilonInsensitive`] |
//! | targets of many sizes | [`Msle`] | [`Smape`], [`Mape`]; [`Rmsle`] in the unit of logarithms |
//! | an error in the unit of the target | [`Rmse`] | [`L1`] |
//! | directions, embeddings | [`CosineDistance`] | |
//! | depths, whose scale may be anything | [`ScaleInvariantLog`] | [`Msle`] |
//! | landmarks, heat maps | [`Wing`] | [`AdaptiveWing`] |
//! | boxes | [`SmoothL1`] | [`BalancedL1`] |
//! | images | [`Charbonnier`] | [`L1`] |
//! | counts | [`PoissonNll`] | [`TweedieNll`] |
//! | positive amounts | [`GammaNll`] | [`TweedieNll`], where some are 0 |
//! | the latent code of a variational autoencoder | [`GaussianKl`] | |
//! | a prediction that says how sure it is | [`GaussianNll`] | [`GaussianCrps`], in the unit of the target; [`BetaNll`]; with outliers [`LaplaceNll`], [`StudentTNll`] |
//!
//! ## Round any loss
//!
//! | the problem | wrap it in |
//! |---|---|
//! | several losses at once | [`WeightedSum`], with weights that may follow a [`Schedule`] |
//! | several tasks of different scales | [`UncertaintyWeighting`], which learns the weights |
//! | training goes on after the error is 0 | [`Flooding`], [`IndividualFlooding`] |
//! | very many easy examples | [`TopK`] |
//! | wrong labels, early in a training | [`SmallLoss`] |
//! | none of these | [your own formula](ClassFormula#examples) |
//!
//! Programs that used the losses of burn-nn find the way in [migration].
//!
//! The [catalogue] has them all as data; [`LossConfig`] reads any of them from a file.
//!
//! # Backends and features
//!
//! The same public functions serve every backend; the device of the tensors decides what runs.
//!
//! | feature | backend | class losses | all others |
//! |---|---|---|---|
//! | `flex` (default), `ndarray` | the CPU | fused loops over the registers | the same; a [`TensorClassFormula`] by Burn's own operations |
//! | `wgpu`, `vulkan`, `metal`, `webgpu`, `cuda`, `rocm` | the GPU | a kernel with the formula and its derivative in it | Burn's own operations, which Burn fuses |
//! | none | every other, and any of these without its feature | the backend's own operations | the same |
//!
//! Class losses are those of a [`ClassFormula`] against one class per row. Each formula is written once. Every path evaluates
//! its exact derivative together with its value. Only a [`TensorClassFormula`] leaves the derivative to Burn.
//!
//! Features add speed, never results. Each turns on Burn's feature of the same name, the GPU ones `burn/fusion` too. On
//! wgpu, Vulkan, Metal and WebGPU there is no f64: logits in it are refused.
#![recursion_limit = "256"]
// Nobody should learn from an example what Burn has given up.
#![doc(test(attr(deny(deprecated))))]
// Without a CPU backend nothing calls the lanes and what feeds them.
#![cfg_attr(not(any(feature = "flex", feature = "ndarray")), allow(dead_code, unused_imports, unused_variables))]

mod any;
mod base;
mod binary;
pub mod catalogue;
mod class;
mod combine;
mod config;
mod divergence;
mod engine;
mod likelihood;
mod margin;
mod multilabel;
mod program;
pub mod real;
mod regression;
mod signature;
mod soft_class;
mod table;
mod tensor_class;
mod whole;

pub use any::{
    AnyBinary, AnyBinaryLoss, AnyClass, AnyClassLoss, AnyDistribution, AnyDistributionLoss, AnyLoss, AnyPointwise,
    AnyPointwiseLoss, AnyTensor, AnyTensorLoss, Built, Leaf,
};
pub use base::class_weights::{balanced_weight, effective_number, inverse_frequency, ldam_margins};
pub use base::error::{ErrorKind, LossError};
pub use base::input::Input;
pub use base::per_class::{ByClass, ClassParameter, ClassWeights, PerClass};
pub use base::reduction::Reduction;
pub use binary::{Asymmetric, BalancedBinaryCrossEntropy, BinaryCrossEntropy, BinaryFocal, Poly1BinaryCrossEntropy};
pub use class::{
    AsymmetricExponential, AsymmetricGeneralizedCrossEntropy, AsymmetricUnhinged, ClassMae, CrossEntropy, Focal,
    GeneralizedCrossEntropy, MarginCrossEntropy, NegativeLearning, NormalizedClassMae, NormalizedCrossEntropy,
    PHuberCrossEntropy, PHuberGeneralizedCrossEntropy, Poly1CrossEntropy, Poly1Focal, ReducedFocal,
    ReverseCrossEntropy, SymmetricCrossEntropy, TaylorCrossEntropy, TruncatedGeneralizedCrossEntropy, Unhinged, ZLoss,
};
pub use combine::{
    Flooding, FloodingLoss, IndividualFlooding, IndividualFloodingLoss, LabelSmoothing, LogitAdjustment, LogitClip,
    LogitClipLoss, LogitNorm, LogitNormLoss, LogitScale, LogitTransform, PerItem, PerItemLoss, Ramp, RampShape,
    Schedule, Scheduled, SelectedLoss, SmallLoss, TopK, TopKLoss, Transformed, UncertaintyWeighting, WeightedSum,
};
pub use config::{ActivePassive, LossConfig, Term, UncertaintyWeighted};
pub use divergence::{
    AlphaDivergence, Bhattacharyya, GeneralizedKl, Jeffreys, KlDivergence, Renyi, SkewJensenShannon, SkewKl,
    SquaredHellinger, TotalVariation, WeightedJensenShannon,
};
pub use engine::backend::LossBackend;
pub use engine::call::{Call, ClassCall, PointCall, SoftCall};
pub use engine::formula::{BinaryFormula, DistributionFormula, Labels, Observation, Point, PointwiseFormula, Score};
pub use engine::formula::{Class, SoftClassFormula, Sums};
pub use engine::formula::{ClassFormula, Row, RowFormula, Terms};
pub use engine::tensors::{Slot, Tensors};
pub use likelihood::{BetaNll, GaussianCrps, GaussianNll, LaplaceNll, StudentTNll};
pub use margin::{Hinge, HingeEmbedding, ModifiedHuber, Perceptron, SoftMargin, SparsemaxHinge, SquaredHinge};
pub use multilabel::{ImageBalancedBinaryCrossEntropy, MultilabelMargin, MultilabelSoftMargin, Zlpr};
pub use regression::{
    AdaptiveWing, BalancedL1, Cauchy, Charbonnier, EpsilonInsensitive, Expectile, GammaNll, GaussianKl, GemanMcClure,
    GeneralRobust, Huber, L1, LogCosh, Lp, Mape, Mse, Msle, PoissonNll, PseudoHuber, Quantile, QuantileHuber, Smape,
    SmoothL1, SquaredEpsilonInsensitive, Tukey, TweedieNll, Welsch, Wing,
};
pub use signature::{
    BinaryLoss, BinaryTargets, ClassLoss, Criterion, DistributionLoss, Init, Losses, Per, PointwiseLoss, SoftClassLoss,
    TensorClassFormula, TensorClassLoss, TensorFormula, TensorLoss, kinds,
};
pub use soft_class::{
    AsymmetricMse, AsymmetricSingleLabel, Brier, ConfidencePenalty, NormalizedFocal, NormalizedGeneralizedCrossEntropy,
    NormalizedNegativeCrossEntropy, NormalizedNegativeFocal, SoftBootstrapping,
};

/// How the lab reads JSON, too. Not part of the interface.
#[doc(hidden)]
pub use base::strict::Strict;
pub use tensor_class::{
    BackwardCorrection, BiTempered, FocalCosine, ForwardCorrection, GeneralizedJensenShannon, HardBootstrapping,
    JsdCrossEntropy, MultiMargin, MulticlassEntmax, MulticlassHinge, MulticlassPerceptron, MulticlassSparsemax,
    NegativeLogLikelihood, OrdinalEmd, Seesaw, Transition, TransitionMatrix,
};
pub use whole::{CosineDistance, Rmse, Rmsle, ScaleInvariantLog};

#[doc = include_str!("../docs/migration.md")]
pub mod migration {}

/// Everything a program that uses losses needs: `use burn_losses::prelude::*;`.
pub mod prelude {
    pub use crate::Init;
    pub use crate::real::Real;
    pub use crate::{
        AdaptiveWing, AlphaDivergence, AnyBinaryLoss, AnyClassLoss, AnyDistributionLoss, AnyPointwiseLoss,
        AnyTensorLoss, Asymmetric, AsymmetricExponential, AsymmetricGeneralizedCrossEntropy, AsymmetricMse,
        AsymmetricSingleLabel, AsymmetricUnhinged, BackwardCorrection, BalancedBinaryCrossEntropy, BalancedL1, BetaNll,
        Bhattacharyya, BiTempered, BinaryCrossEntropy, BinaryFocal, BinaryFormula, BinaryLoss, Brier, Cauchy,
        Charbonnier, Class, ClassFormula, ClassLoss, ClassMae, ConfidencePenalty, CosineDistance, Criterion,
        CrossEntropy, DistributionFormula, DistributionLoss, EpsilonInsensitive, Expectile, Flooding, Focal,
        FocalCosine, ForwardCorrection, GammaNll, GaussianCrps, GaussianKl, GaussianNll, GemanMcClure, GeneralRobust,
        GeneralizedCrossEntropy, GeneralizedJensenShannon, GeneralizedKl, HardBootstrapping, Hinge, HingeEmbedding,
        Huber, ImageBalancedBinaryCrossEntropy, IndividualFlooding, Input, Jeffreys, JsdCrossEntropy, KlDivergence, L1,
        LabelSmoothing, LaplaceNll, LogCosh, LogitAdjustment, LogitClip, LogitNorm, LogitScale, LossConfig, Lp, Mape,
        MarginCrossEntropy, ModifiedHuber, Mse, Msle, MultiMargin, MulticlassEntmax, MulticlassHinge,
        MulticlassPerceptron, MulticlassSparsemax, MultilabelMargin, MultilabelSoftMargin, NegativeLearning,
        NegativeLogLikelihood, NormalizedClassMae, NormalizedCrossEntropy, NormalizedFocal,
        NormalizedGeneralizedCrossEntropy, NormalizedNegativeCrossEntropy, NormalizedNegativeFocal, Observation,
        OrdinalEmd, PHuberCrossEntropy, PHuberGeneralizedCrossEntropy, PerClass, Perceptron, Point, PointwiseFormula,
        PointwiseLoss, PoissonNll, Poly1BinaryCrossEntropy, Poly1CrossEntropy, Poly1Focal, PseudoHuber, Quantile,
        QuantileHuber, Ramp, ReducedFocal, Reduction, Renyi, ReverseCrossEntropy, Rmse, Rmsle, Row, ScaleInvariantLog,
        Schedule, Scheduled, Score, Seesaw, SkewJensenShannon, SkewKl, SmallLoss, Smape, SmoothL1, SoftBootstrapping,
        SoftClassFormula, SoftClassLoss, SoftMargin, SparsemaxHinge, SquaredEpsilonInsensitive, SquaredHellinger,
        SquaredHinge, StudentTNll, Sums, SymmetricCrossEntropy, TaylorCrossEntropy, TensorClassFormula,
        TensorClassLoss, TensorFormula, TensorLoss, Terms, TopK, TotalVariation, Transition,
        TruncatedGeneralizedCrossEntropy, Tukey, TweedieNll, UncertaintyWeighting, Unhinged, WeightedJensenShannon,
        WeightedSum, Welsch, Wing, ZLoss, Zlpr, balanced_weight, effective_number, inverse_frequency, ldam_margins,
    };
}

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
//! let each = criterion.forward_no_reduction(logits.clone(), targets.clone()); // one value a target
//! let loss = criterion.forward(logits.clone(), targets, Reduction::Mean); // Tensor<1>, differentiable
//! let gradient = logits.grad(&loss.backward()).unwrap();
//! # assert_eq!((each.dims(), gradient.dims()), ([2], [2, 3]));
//! ```
//!
//! # Which loss should I use?
//!
//! | the problem | try first | then |
//! |---|---|---|
//! | one class out of C, clean labels | [`CrossEntropy`] | label smoothing; [`Poly1CrossEntropy`] if there is time to tune |
//! | a large vocabulary in low precision | [`ZLoss`] | [`CrossEntropy`] in f32 |
//! | many easy examples, few hard ones | [`Focal`] | class weights on [`CrossEntropy`], [`Poly1Focal`], [`ReducedFocal`] |
//! | rare classes | class weights on [`CrossEntropy`] | [`Focal`] with α by class |
//! | wrong labels | [`GeneralizedCrossEntropy`] | [`SymmetricCrossEntropy`], [`LogitClip`] round cross-entropy |
//! | very many wrong labels, few classes | [`ClassMae`] | [`NormalizedCrossEntropy`] plus [`ClassMae`] |
//! | wrong labels, the right one being the most frequent | [`AsymmetricGeneralizedCrossEntropy`] | [`NormalizedCrossEntropy`] plus it |
//! | many wrong labels, and a model that knows something | [`TruncatedGeneralizedCrossEntropy`] | [`PHuberGeneralizedCrossEntropy`] |
//! | some wrong labels, otherwise cross-entropy | [`PHuberCrossEntropy`] | [`GeneralizedCrossEntropy`] with small q, [`TaylorCrossEntropy`] |
//! | targets that say what an example is not | [`NegativeLearning`] | |
//! | overconfidence, detecting foreign inputs | [`LogitNorm`] | label smoothing |
//! | training goes on after the error is 0 | [`Flooding`] | stop earlier |
//! | none of these | [your own formula](ClassFormula#examples) | |
//!
//! The [catalogue] has them all as data; [`LossConfig`] reads any of them from a file.
//!
//! # Backends and features
//!
//! The same public functions serve every backend; the device of the tensors decides what runs.
//!
//! | feature | backend | what runs |
//! |---|---|---|
//! | `flex` (default), `ndarray` | the CPU | fused loops over the registers |
//! | `wgpu`, `vulkan`, `metal`, `webgpu`, `cuda`, `rocm` | the GPU | a kernel with the formula and its derivative in it |
//! | none | every other, and any of these without its feature | the formula over the backend's own operations |
//!
//! Features add speed, never results. Each turns on Burn's feature of the same name, the GPU ones `burn/fusion` too. On
//! wgpu, Vulkan, Metal and WebGPU there is no f64: logits in it are refused.
#![recursion_limit = "256"]
// Without a CPU backend nothing calls the lanes and what feeds them.
#![cfg_attr(not(any(feature = "flex", feature = "ndarray")), allow(dead_code, unused_imports, unused_variables))]

mod any;
mod backend;
pub mod catalogue;
mod check;
mod class;
mod combine;
mod config;
mod display;
mod engine;
mod per_class;
pub mod real;
mod reduction;

pub use any::AnyClassLoss;
pub use backend::LossBackend;
pub use check::LossError;
pub use class::{
    AsymmetricExponential, AsymmetricGeneralizedCrossEntropy, AsymmetricUnhinged, ClassLoss, ClassMae, CrossEntropy,
    Focal, GeneralizedCrossEntropy, NegativeLearning, NormalizedClassMae, NormalizedCrossEntropy, PHuberCrossEntropy,
    PHuberGeneralizedCrossEntropy, Poly1CrossEntropy, Poly1Focal, ReducedFocal, ReverseCrossEntropy,
    SymmetricCrossEntropy, TaylorCrossEntropy, TruncatedGeneralizedCrossEntropy, Unhinged, ZLoss,
};
pub use combine::{
    ClassCriterion, Flooding, FloodingLoss, LogitClip, LogitClipLoss, LogitNorm, LogitNormLoss, LogitTransform,
    Transformed,
};
pub use config::LossConfig;
pub use engine::class_rows::{ClassCall, ClassFormula, ClassParameter, Row, RowFormula, Terms};
pub use per_class::PerClass;
pub use reduction::Reduction;

/// The README's examples, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
mod readme {}

/// Everything a program that uses losses needs: `use burn_losses::prelude::*;`.
pub mod prelude {
    pub use crate::real::Real;
    pub use crate::{
        AnyClassLoss, AsymmetricExponential, AsymmetricGeneralizedCrossEntropy, AsymmetricUnhinged, ClassCriterion,
        ClassFormula, ClassLoss, ClassMae, CrossEntropy, Flooding, Focal, GeneralizedCrossEntropy, LogitClip,
        LogitNorm, LossConfig, NegativeLearning, NormalizedClassMae, NormalizedCrossEntropy, PHuberCrossEntropy,
        PHuberGeneralizedCrossEntropy, PerClass, Poly1CrossEntropy, Poly1Focal, ReducedFocal, Reduction,
        ReverseCrossEntropy, Row, SymmetricCrossEntropy, TaylorCrossEntropy, Terms, TruncatedGeneralizedCrossEntropy,
        Unhinged, ZLoss,
    };
}

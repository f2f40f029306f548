//! Losses that are sums over the classes, against an index or probabilities.

mod asymmetric_mse;
mod asymmetric_single_label;
mod brier;
mod confidence_penalty;
mod normalized_focal;
mod normalized_generalized_cross_entropy;
mod normalized_negative_cross_entropy;
mod normalized_negative_focal;
mod soft_bootstrapping;

pub use asymmetric_mse::AsymmetricMse;
pub use asymmetric_single_label::AsymmetricSingleLabel;
pub use brier::Brier;
pub use confidence_penalty::ConfidencePenalty;
pub use normalized_focal::NormalizedFocal;
pub use normalized_generalized_cross_entropy::NormalizedGeneralizedCrossEntropy;
pub use normalized_negative_cross_entropy::NormalizedNegativeCrossEntropy;
pub use normalized_negative_focal::NormalizedNegativeFocal;
pub use soft_bootstrapping::SoftBootstrapping;

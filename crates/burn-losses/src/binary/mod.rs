//! Losses of scores against yes or no: one label or many.

mod asymmetric;
mod balanced_binary_cross_entropy;
mod binary_cross_entropy;
mod binary_focal;
mod poly1_binary_cross_entropy;

pub use asymmetric::Asymmetric;
pub use balanced_binary_cross_entropy::BalancedBinaryCrossEntropy;
pub use binary_cross_entropy::BinaryCrossEntropy;
pub use binary_focal::BinaryFocal;
pub use poly1_binary_cross_entropy::Poly1BinaryCrossEntropy;

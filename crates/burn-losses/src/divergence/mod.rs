//! Divergences of predicted distributions from targets that are distributions.

mod alpha_divergence;
mod bhattacharyya;
mod generalized_kl;
mod jeffreys;
mod kl_divergence;
mod mixture;
mod renyi;
mod skew_jensen_shannon;
mod skew_kl;
mod squared_hellinger;
mod total_variation;
mod weighted_jensen_shannon;

pub use alpha_divergence::AlphaDivergence;
pub use bhattacharyya::Bhattacharyya;
pub use generalized_kl::GeneralizedKl;
pub use jeffreys::Jeffreys;
pub use kl_divergence::KlDivergence;
pub use renyi::Renyi;
pub use skew_jensen_shannon::SkewJensenShannon;
pub use skew_kl::SkewKl;
pub use squared_hellinger::SquaredHellinger;
pub use total_variation::TotalVariation;
pub use weighted_jensen_shannon::WeightedJensenShannon;

//! Likelihoods of a target under a predicted location and scale, element by element.

mod beta_nll;
mod gaussian_crps;
mod gaussian_nll;
mod laplace_nll;
mod student_t_nll;

pub use beta_nll::BetaNll;
pub use gaussian_crps::GaussianCrps;
pub use gaussian_nll::GaussianNll;
pub use laplace_nll::LaplaceNll;
pub use student_t_nll::StudentTNll;

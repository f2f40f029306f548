//! Losses of a score against a target of −1 or 1, element by element.

mod hinge;
mod hinge_embedding;
mod modified_huber;
mod perceptron;
mod soft_margin;
mod sparsemax_hinge;
mod squared_hinge;

pub use hinge::Hinge;
pub use hinge_embedding::HingeEmbedding;
pub use modified_huber::ModifiedHuber;
pub use perceptron::Perceptron;
pub use soft_margin::SoftMargin;
pub use sparsemax_hinge::SparsemaxHinge;
pub use squared_hinge::SquaredHinge;

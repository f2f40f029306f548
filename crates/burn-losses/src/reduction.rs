//! How the losses of a batch become one number.

use serde::{Deserialize, Serialize};

/// How the losses of a batch become one number; one value a target is `forward_no_reduction`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reduction {
    /// The sum divided by the number of targets that are not ignored; with class weights, by the sum of the weights
    /// of those targets. 0 when that is 0.
    #[default]
    Mean,
    /// The sum.
    Sum,
}

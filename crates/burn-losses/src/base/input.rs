//! What scores are.

use serde::{Deserialize, Serialize};

/// What scores are. Never guessed: a choice of who makes the loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Input {
    /// Logits, of any size. p is their sigmoid or softmax.
    #[default]
    Logits,
    /// Probabilities in 0 ≤ p ≤ 1, taken as they are. Logarithms are not let below −100, where their slope is 0, so that
    /// a probability of 0 gives a finite loss, as in PyTorch. A number outside of the range makes a loss that takes its
    /// logarithm NaN. Logits keep more digits.
    Probabilities,
    /// Logarithms of probabilities, ≤ 0, taken as they are.
    LogProbabilities,
}

//! How the losses of a batch become one number.

use serde::{Deserialize, Serialize};

/// How the losses of a batch become one number; one value per target is `forward_no_reduction`.
///
/// # What the mean divides by
///
/// Here and in PyTorch 2.15. ℓ are the losses, of N targets in all (N·d1·… where logits are `[N, C, d1, …]`), t the class
/// and q the probabilities of a target, w class weights, v weights per row or element, ε label smoothing.
///
/// | targets | the sum | [`Mean`](Reduction::Mean) divides it by | PyTorch's `mean` divides by |
/// |---|---|---|---|
/// | classes | Σ ℓ | N | N |
/// | classes, class weights | Σ wₜ·ℓ | Σ wₜ | Σ wₜ in `CrossEntropyLoss` and `NLLLoss`; N in `MultiMarginLoss` |
/// | classes, smoothing, class weights | as the next table says | Σ wₜ, of the targets | Σ wₜ |
/// | probabilities | Σ ℓ | N | N in `CrossEntropyLoss`; the number of elements, N·C, in `KLDivLoss`, whose `batchmean` divides by the first axis |
/// | probabilities, class weights | as the next table says | N | N in `CrossEntropyLoss` |
/// | some of them ignored | Σ over the others | what the others count; the result is 0 where that is 0 | the same; NaN where that is 0 |
/// | rows or elements with weights | Σ v·ℓ | Σ v, with class weights and classes Σ v·wₜ | Σ v in `mse_loss` and `l1_loss`; the number of elements in `huber_loss`, `BCEWithLogitsLoss` and `BCELoss` |
///
/// `pos_weight`, focal loss's α and the weights of [`MultilabelSoftMargin`](crate::MultilabelSoftMargin) are factors of
/// the loss: no mean divides by them, here or there.
///
/// How class weights go with a target that is more than one class:
///
/// | targets | loss | its sum | PyTorch |
/// |---|---|---|---|
/// | probabilities | Σₖ qₖ·ℓ(k), as all that are functions of one class's probability | Σₖ wₖ·qₖ·ℓ(k): each term has its own class's weight | the same in `CrossEntropyLoss` |
/// | probabilities | every other one | ℓ·Σₖ wₖ·qₖ: the row has the mean weight of its classes | no such loss |
/// | classes | [`CrossEntropy`](crate::CrossEntropy) with smoothing | −Σₖ wₖ·((1 − ε)·[k = t] + ε/C)·ln pₖ: each term has its own class's weight | the same in `CrossEntropyLoss` |
/// | classes | [`LabelSmoothing`](crate::LabelSmoothing), and every other loss with smoothing of its own | wₜ·ℓ: the row has the target's weight | no such loss |
///
/// Where the target is one class for certain all of them are wₜ·ℓ.
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

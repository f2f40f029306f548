//! Class weights and margins from class counts, and class weights brought into the range of a dtype.

use super::per_class::ByClass;
use crate::base::{check, error};
use burn::tensor::DType;
use std::sync::Arc;

/// Weights inversely proportional to the counts: wₖ = (Σⱼ nⱼ)/(C·nₖ); 0 for a class that does not occur.
///
/// Their mean over the examples is 1 where every class occurs, so that each class has the same share of the loss and the
/// sum over a batch keeps its size: for 900 and 100 examples 0.56 and 5. (Those of [`effective_number`] have mean 1 over the
/// classes. [`Reduction::Mean`](crate::Reduction::Mean) divides by the sum of the weights, so that there only their ratios
/// count.) scikit-learn calls them `balanced`.
///
/// ```
/// assert_eq!(burn_losses::inverse_frequency([30, 10]), [40.0 / 60.0, 40.0 / 20.0]);
/// ```
pub fn inverse_frequency(counts: impl ByClass) -> Vec<f64> {
    let counts = counts.into_numbers();
    let total: f64 = counts.iter().sum();
    let weight = |count: &f64| if *count > 0.0 { total / (counts.len() as f64 * count) } else { 0.0 };
    counts.iter().map(weight).collect()
}

/// Weights by the effective number of examples: wₖ ∝ (1 − β)/(1 − β^{nₖ}); 0 for a class that does not occur.
///
/// Their mean over the classes is 1, as in the paper: for 900 and 100 examples and β = 0.9999 they are 0.21 and 1.79. (Those
/// of [`inverse_frequency`] have mean 1 over the examples.)
///
/// β = 0 weighs all classes alike, β → 1 by inverse frequency; 0.9999 is usual. From Y. Cui et al., Class-Balanced Loss
/// Based on Effective Number of Samples, 2019, equation 2.
///
/// ```
/// let weights = burn_losses::effective_number(&[1000.0, 10.0], 0.999);
/// assert!((weights[0] + weights[1] - 2.0).abs() < 1e-12 && weights[1] > weights[0]);
/// ```
///
/// # Panics
///
/// If β is not in 0 ≤ β < 1.
#[track_caller]
pub fn effective_number(counts: impl ByClass, beta: f64) -> Vec<f64> {
    let counts = counts.into_numbers();
    assert!((0.0..1.0).contains(&beta), "effective_number: beta must be ≥ 0 and < 1, got {beta}");
    // 1 − βⁿ without cancellation; at β = 0 the logarithm is −∞ and the weight 1.
    let weight = |count: &f64| if *count > 0.0 { -(1.0 - beta) / (count * beta.ln()).exp_m1() } else { 0.0 };
    let weights: Vec<f64> = counts.iter().map(weight).collect();
    let total: f64 = weights.iter().sum();
    let mean = |weight: f64| if total > 0.0 { weight * counts.len() as f64 / total } else { 0.0 };
    weights.into_iter().map(mean).collect()
}

/// The share of negatives, n₋/(n₋ + n₊): the weight of positives that balances both, as in
/// [`BalancedBinaryCrossEntropy`](crate::BalancedBinaryCrossEntropy); ½ if there are neither.
///
/// ```
/// assert_eq!(burn_losses::balanced_weight(10.0, 90.0), 0.9);
/// ```
pub fn balanced_weight(positives: f64, negatives: f64) -> f64 {
    match positives + negatives {
        0.0 => 0.5,
        total => negatives / total,
    }
}

/// The margins of LDAM: proportional to n^(−¼), the largest being `most`; 0 for a class that does not occur.
///
/// Where the logits are scaled, as by [`LogitScale`](crate::LogitScale), `most` is the scale times the authors': 30 · ½.
///
/// From K. Cao et al., Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss, 2019, equation 9.
///
/// ```
/// assert_eq!(burn_losses::ldam_margins(&[16.0, 1.0], 0.5), [0.25, 0.5]);
/// ```
pub fn ldam_margins(counts: impl ByClass, most: f64) -> Vec<f64> {
    let counts = counts.into_numbers();
    let margins: Vec<f64> = counts.iter().map(|n| if *n > 0.0 { 1.0 / n.sqrt().sqrt() } else { 0.0 }).collect();
    let largest = margins.iter().copied().fold(0.0, f64::max);
    margins.into_iter().map(|margin| if largest > 0.0 { most * margin / largest } else { 0.0 }).collect()
}

/// Class weights as a loss in this dtype takes them. Where the loss is divided by them, `cancels`, a factor that all have
/// in common does not matter: they are multiplied by a power of two that brings them near 1, if they are far from it.
///
/// # Panics
///
/// With a sentence, if they do not cancel and one is beyond the range that the loss is computed in.
#[track_caller]
pub(crate) fn scaled(loss: &str, weights: &Arc<[f64]>, dtype: DType, cancels: bool) -> Arc<[f64]> {
    let wide = dtype == DType::F64;
    if !cancels {
        error::enforce(check::class_weights_within(loss, weights, if wide { f64::MAX } else { f64::from(f32::MAX) }));
        return Arc::clone(weights);
    }
    near_one(weights, if wide { 900.0 } else { 60.0 }).map_or_else(|| Arc::clone(weights), Arc::from)
}

/// The weights by a power of two that brings them near 1, if one of them is as many powers of two away from it.
fn near_one(weights: &[f64], most: f64) -> Option<Vec<f64>> {
    let exponents = weights.iter().filter(|weight| **weight > 0.0).map(|weight| weight.log2());
    let (low, high) = exponents.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if low > high || (low > -most && high < most) {
        return None;
    }
    // In two factors, neither of which is out of range.
    let shift = -(0.5 * (low + high)).round();
    let half = (0.5 * shift).trunc();
    Some(weights.iter().map(|weight| weight * half.exp2() * (shift - half).exp2()).collect())
}

/// Weights whose common factor does not matter, in the range of every dtype.
pub(crate) fn relative<W: AsRef<[f64]> + From<Vec<f64>> + Clone>(weights: &Option<W>) -> Option<W> {
    weights.as_ref().map(|weights| near_one(weights.as_ref(), 60.0).map_or_else(|| weights.clone(), W::from))
}

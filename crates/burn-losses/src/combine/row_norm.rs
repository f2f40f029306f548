//! The norm of every row of logits, along the class axis.

use burn::tensor::Tensor;

/// ‖x‖ₚ along axis 1, `[N, 1, …]`, with slope 0 where the row is 0.
///
/// Rows are scaled by their largest entry first, so that neither 10³⁰ nor 10⁻³⁰ is squared out of range.
pub(super) fn row_norm<const D: usize>(logits: Tensor<D>, p: f64) -> Tensor<D> {
    let scale = logits.clone().detach().abs().max_dim(1);
    let empty = scale.clone().equal_elem(0.0);
    let scale = scale.mask_fill(empty.clone(), 1.0);
    let scaled = (logits / scale.clone()).abs();
    // Arguments are replaced before a root or a logarithm and results after it: a mask after it alone leaves ∞ · 0 behind.
    let norm = if p == 2.0 {
        (scaled.clone() * scaled).sum_dim(1).mask_fill(empty.clone(), 1.0).sqrt()
    } else if p == 1.0 {
        scaled.sum_dim(1)
    } else {
        // By logarithms: some backends round the exponent of a power to f32.
        let zero = scaled.clone().equal_elem(0.0);
        let power = (scaled.mask_fill(zero.clone(), 1.0).log() * p).exp().mask_fill(zero, 0.0);
        (power.sum_dim(1).mask_fill(empty.clone(), 1.0).log() * (1.0 / p)).exp()
    };
    (norm * scale).mask_fill(empty, 0.0)
}

//! Rows of logits by their norm, and rows changed with slopes of our own.

use burn::tensor::Tensor;

/// A row's length and direction, as constants: x = scale·length·direction, `[N, 1, …]` twice and `[N, C, …]`.
///
/// The largest entry is taken out first, so that neither 10³⁸ nor 10⁻⁴⁴ is squared out of range. Of an infinite row only
/// what is infinite has a direction; a row of zeros has none.
pub(super) struct Polar<const D: usize> {
    /// The largest entry: 0 for a row of zeros.
    pub(super) scale: Tensor<D>,
    /// ‖x/scale‖ₚ: from 1 to C^{1/p}.
    pub(super) length: Tensor<D>,
    /// x/‖x‖ₚ.
    pub(super) direction: Tensor<D>,
}

impl<const D: usize> Polar<D> {
    /// By the p-norm along axis 1.
    pub(super) fn of(logits: &Tensor<D>, p: f64) -> Self {
        let logits = logits.clone().detach();
        let scale = logits.clone().abs().max_dim(1);
        let empty = scale.clone().equal_elem(0.0);
        let endless = scale.clone().is_inf();
        // First by 2⁶⁴, for what is too small to have a reciprocal.
        let tiny = scale.clone().lower_elem(1e-30);
        let up = |x: Tensor<D>| x.clone().mask_where(tiny.clone().expand(x.dims()), x * 2f64.powi(64));
        let divisor = up(scale.clone()).mask_fill(empty.clone(), 1.0);
        let share = up(logits.clone()) / divisor.mask_fill(endless.clone(), 1.0);
        let sign = logits.clone().sign().mask_fill(logits.clone().is_inf().bool_not(), 0.0);
        let share = share.mask_where(endless.expand(logits.dims()), sign);
        let length = if p == 2.0 {
            (share.clone() * share.clone()).sum_dim(1).mask_fill(empty.clone(), 1.0).sqrt()
        } else {
            power(power(share.clone().abs(), p).sum_dim(1).mask_fill(empty.clone(), 1.0), 1.0 / p)
        };
        Self { scale, direction: share / length.clone(), length }
    }

    /// ∂‖x‖ₚ/∂x.
    pub(super) fn slope(&self, p: f64) -> Tensor<D> {
        let direction = self.direction.clone();
        if p == 2.0 { direction } else { power(direction.clone().abs(), p - 1.0) * direction.sign() }
    }
}

/// x^exponent of numbers ≥ 0, with 0⁰ = 1. By logarithms: some backends round the exponent of a power to f32.
fn power<const D: usize>(x: Tensor<D>, exponent: f64) -> Tensor<D> {
    if exponent == 1.0 {
        return x;
    }
    // From 10³⁰ on every number below 1 that a double has gives 0; an infinite exponent would make NaN of 1.
    let exponent = exponent.min(1e30);
    let zero = x.clone().equal_elem(0.0);
    let of_zero = if exponent == 0.0 { 1.0 } else { 0.0 };
    (x.mask_fill(zero.clone(), 1.0).log() * exponent).exp().mask_fill(zero, of_zero)
}

/// The constants `value` as a function of x, with dvalue = factor·(dx − along·Σₖ byₖ·dxₖ).
pub(super) fn with_row_slopes<const D: usize>(
    value: Tensor<D>,
    logits: Tensor<D>,
    factor: Tensor<D>,
    along: Tensor<D>,
    by: Tensor<D>,
) -> Tensor<D> {
    let endless = logits.clone().is_inf();
    let finite = logits.mask_fill(endless, 0.0);
    // x − detach(x) is 0 and has slope 1.
    let nothing = finite.clone() - finite.detach();
    value + (nothing.clone() - along * (by * nothing).sum_dim(1)) * factor
}

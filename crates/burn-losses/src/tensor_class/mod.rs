//! Class losses written in tensor operations: margins and projections of scores that are no logits.

mod multi_margin;
mod multiclass_hinge;
mod multiclass_perceptron;
mod multiclass_sparsemax;
mod negative_log_likelihood;

pub use multi_margin::MultiMargin;
pub use multiclass_hinge::MulticlassHinge;
pub use multiclass_perceptron::MulticlassPerceptron;
pub use multiclass_sparsemax::MulticlassSparsemax;
pub use negative_log_likelihood::NegativeLogLikelihood;

use burn::tensor::{Int, Tensor};

/// `scores [N, C, M]` with a value in the place of each target `[N, 1, M]`.
fn without(scores: Tensor<3>, targets: Tensor<3, Int>, value: f64) -> Tensor<3> {
    let [rows, classes, inner] = scores.dims();
    let numbers = Tensor::<1, Int>::arange(0..classes as i64, &targets.device());
    let shape = [rows, classes, inner];
    let numbers = numbers.cast(targets.dtype()).reshape([1, classes, 1]).expand(shape);
    scores.mask_fill(numbers.equal(targets.expand(shape)), value)
}

/// max(x, 0), with slope 0 at 0; NaN stays.
fn relu(x: Tensor<3>) -> Tensor<3> {
    let below = x.clone().lower_equal_elem(0.0);
    x.mask_fill(below, 0.0)
}

/// The point of the simplex nearest to each row of x, whose largest entry is 0.
fn projection(x: Tensor<3>) -> Tensor<3> {
    let classes = x.dims()[1];
    let sorted = x.clone().sort_descending(1);
    let places = Tensor::<1, Int>::arange(1..classes as i64 + 1, &x.device()).float().cast(x.dtype());
    let places = places.reshape([1, classes, 1]);
    let sums = sorted.clone().cumsum(1);
    let inside = (sorted.clone() * places + 1.0).greater(sums);
    let count = inside.clone().float().cast(x.dtype()).sum_dim(1);
    let threshold = (sorted.mask_fill(inside.bool_not(), 0.0).sum_dim(1) - 1.0) / count;
    relu(x - threshold)
}

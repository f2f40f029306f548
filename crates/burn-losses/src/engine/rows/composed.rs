//! The composed path: class rows with the operations of whatever backend the tensors live on.
//!
//! `Dispatch` is itself a backend, so this one function serves every backend nobody listed, and every one whose feature
//! is off. The formula is evaluated over [`Dual`], and the gradient made of its slopes by the same mathematics as on the CPU
//! and hung into Burn's graph, so that limits, corner rules and the digits of confident rows do not depend on Burn's
//! backward pass.

use crate::base::reduction::Reduction;
use crate::engine::call::ClassCall;
use crate::engine::formula::LogPSum;
use crate::engine::graph::{self, Numbers, filled, widened};
use crate::engine::layout::Extent;
use crate::engine::tensors::Tensors;
use crate::real::{Dual, Primitive, Real};
use burn::backend::ops::{BoolTensorOps, FloatTensorOps, IntTensorOps};
use burn::backend::tensor::{BoolTensor, FloatTensor, IntTensor};
use burn::backend::{Backend, Dispatch as B, TensorMetadata, get_device_settings};
use burn::tensor::{FloatDType, Scalar, Shape, TensorData};

/// The gap where no other class has any weight, and (with the other sign) where the target has none: far enough that
/// every slope is 0, near enough that nothing overflows.
const FAR: f64 = 1e30;

/// One value, or one per target.
pub(super) fn evaluate(inputs: Tensors<B>, call: &ClassCall) -> FloatTensor<B> {
    let logits = inputs.first.float().expect("class rows have logits");
    let targets = inputs.classes.int().expect("class rows have classes");
    let dtype = logits.dtype();
    let extent = Extent::of(&logits.shape());
    let output = call.output_shape(&targets.shape());
    let logits = widened(logits);
    if extent.targets() == 0 {
        // Nothing to evaluate, but still a part of the graph.
        let nothing = match call.reduction {
            None => B::float_sum_dim(logits, 1),
            Some(_) => B::float_sum(logits),
        };
        return graph::result(nothing, output, dtype);
    }
    let targets = Targets::new(targets, extent, call.ignore_index);
    let losses = Rows::new(logits, &targets, extent, call).losses(&targets, call);
    let value = match call.reduction {
        None => losses.0,
        Some(Reduction::Sum) => B::float_sum(losses.0),
        Some(Reduction::Mean) => {
            let weights = targets.weights(&losses, call);
            graph::mean(losses, weights)
        }
    };
    graph::result(value, output, dtype)
}

/// The targets as `[rows, 1, inner]`: safe to index with, and which of them do not count.
struct Targets {
    index: IntTensor<B>,
    ignored: BoolTensor<B>,
    /// Out of range: NaN, never an out-of-range read.
    invalid: BoolTensor<B>,
}

impl Targets {
    fn new(targets: IntTensor<B>, extent: Extent, ignore_index: Option<i64>) -> Self {
        let bool_dtype = get_device_settings::<B>(&targets.device()).bool_dtype;
        let targets = B::int_reshape(targets, Shape::new([extent.rows, 1, extent.inner]));
        // Compared as i64, so that no ignore index is wrapped into a narrow integer's range.
        let targets = B::int_cast(targets, burn::tensor::IntDType::I64);
        let ignored = match ignore_index {
            Some(index) => B::int_equal_elem(targets.clone(), Scalar::Int(index), bool_dtype),
            None => B::int_lower_elem(B::int_mul_scalar(targets.clone(), Scalar::Int(0)), Scalar::Int(0), bool_dtype),
        };
        let below = B::int_lower_elem(targets.clone(), Scalar::Int(0), bool_dtype);
        let above = B::int_greater_equal_elem(targets.clone(), Scalar::Int(extent.classes as i64), bool_dtype);
        let outside = B::bool_or(below, above);
        let invalid = B::bool_and(outside.clone(), B::bool_not(ignored.clone()));
        let unusable = B::bool_or(outside, ignored.clone());
        Self { index: B::int_mask_fill(targets, unusable, Scalar::Int(0)), ignored, invalid }
    }

    /// Where the loss is 0 whatever the logits: the target is ignored, or its weight is 0 and multiplies all of it.
    fn silent(&self, logits: &FloatTensor<B>, call: &ClassCall) -> BoolTensor<B> {
        let (Some(weights), false) = (&call.class_weights, call.formula.terms().weighs_itself()) else {
            return self.ignored.clone();
        };
        let dtype = FloatDType::from(logits.dtype());
        let like = Primitive::<B>(B::float_zeros(self.index.shape(), &logits.device(), dtype));
        let weights = like.lookup(weights, &self.index);
        B::bool_or(self.ignored.clone(), weights.equal(&like))
    }

    /// What each target counts in the mean: its class's weight, 0 if it is ignored.
    fn weights(&self, like: &Numbers, call: &ClassCall) -> Numbers {
        let like = Primitive::<B>(B::float_detach(like.0.clone()));
        let weights = match &call.class_weights {
            Some(weights) => like.lookup(weights, &self.index),
            None => like.constant(1.0),
        };
        Primitive::<B>(B::float_mask_fill(weights.0, self.ignored.clone(), Scalar::Float(0.0)))
    }
}

/// The numbers of every row, `[rows, 1, inner]` each, and what its gradient is made of.
struct Rows {
    /// `[rows, classes, inner]`, in Burn's graph.
    logits: Numbers,
    /// e^{xₖ − m}, 0 at the target.
    exponentials: Numbers,
    /// Their sum, 1 where it is 0.
    exp_sum: Numbers,
    /// Where no other class has any weight.
    alone: BoolTensor<B>,
    is_target: BoolTensor<B>,
    /// The weights in Σ wₖ ln pₖ.
    weights: Option<Vec<f64>>,
    gap: Numbers,
    log_p_sum: Option<Numbers>,
    /// With it, Σ wₖ of the classes whose logits lie infinitely far behind.
    lost: Option<Numbers>,
    log_norm: Option<Numbers>,
    classes: usize,
}

impl Rows {
    fn new(logits: FloatTensor<B>, targets: &Targets, extent: Extent, call: &ClassCall) -> Self {
        let Extent { rows, classes, inner } = extent;
        let device = logits.device();
        let bool_dtype = get_device_settings::<B>(&device).bool_dtype;
        let full = Shape::new([rows, classes, inner]);
        // Masked rows must not produce NaN.
        let silent = B::bool_expand(targets.silent(&logits, call), full.clone());
        let live = B::float_mask_fill(B::float_reshape(logits, full.clone()), silent, Scalar::Float(0.0));
        let logits = B::float_detach(live.clone());

        let chosen = Primitive::<B>(B::float_gather(1, logits.clone(), targets.index.clone()));
        let numbers = B::int_arange(0..classes as i64, &device, burn::tensor::IntDType::I64);
        let numbers = B::int_expand(B::int_reshape(numbers, Shape::new([1, classes, 1])), full.clone());
        let is_target = B::int_equal(numbers, B::int_expand(targets.index.clone(), full), bool_dtype);

        let others = B::float_mask_fill(logits.clone(), is_target.clone(), Scalar::Float(f64::NEG_INFINITY));
        let largest = Primitive::<B>(B::float_max_dim(others.clone(), 1));
        let nothing = largest.clone().equal(&largest.constant(f64::NEG_INFINITY));
        let largest = Numbers::select(&nothing, largest.constant(0.0), largest);
        // ∞ is as large as ∞.
        let infinite = B::float_equal_elem(others.clone(), Scalar::Float(f64::INFINITY), bool_dtype);
        let behind = B::float_mask_fill(B::float_sub(others, largest.0.clone()), infinite, Scalar::Float(0.0));
        let exponentials = B::float_exp(behind);
        let sum = B::float_sum_dim(exponentials.clone(), 1);
        let sum = Primitive::<B>(B::float_mask_fill(sum, nothing.clone(), Scalar::Float(1.0)));
        let gap = largest.clone() - chosen.clone() + sum.clone().ln();
        // A target of NaN is not certain, even alone.
        let certain = B::bool_and(nothing.clone(), chosen.equal(&chosen));
        let gap = Primitive::<B>(B::float_mask_fill(gap.0, certain, Scalar::Float(-FAR)));
        let far_below = gap.less(&gap.constant(-FAR));
        let gap = Primitive::<B>(B::float_mask_fill(gap.0, far_below, Scalar::Float(-FAR)));

        let terms = call.formula.terms();
        let summed = (terms.log_p_sum.is_some() || terms.log_norm).then(|| {
            // ln Σ e^{xₖ} = shift + log_sum.
            let target = chosen.clone();
            // Where there is no other class, the target alone: 0 may be far from it.
            let shift = Numbers::select(&nothing, target.clone(), largest.clone().max(target));
            let at_infinity = B::float_equal_elem(logits.clone(), Scalar::Float(f64::INFINITY), bool_dtype);
            let shifted = B::float_mask_fill(B::float_sub(logits, shift.0.clone()), at_infinity, Scalar::Float(0.0));
            let log_sum = Primitive::<B>(B::float_sum_dim(B::float_exp(shifted.clone()), 1)).ln();
            (shift, shifted, log_sum)
        });
        let log_norm =
            summed.as_ref().filter(|_| terms.log_norm).map(|(shift, _, log_sum)| shift.clone() + log_sum.clone());
        let weights = terms.log_p_sum.map(|which| match (which, &call.class_weights) {
            (LogPSum::ClassWeights, Some(weights)) => weights.to_vec(),
            _ => vec![1.0; classes],
        });
        let sums = summed.zip(weights.clone()).map(|((_, shifted, log_sum), weights)| {
            let total: f64 = weights.iter().sum();
            let data = TensorData::new(weights, [1, classes, 1]).convert_dtype(shifted.dtype());
            let weights = B::float_from_data(data, &device);
            let shape = shifted.shape();
            let unused = B::float_equal_elem(B::float_expand(weights.clone(), shape), Scalar::Float(0.0), bool_dtype);
            let shifted = B::float_mask_fill(shifted, unused, Scalar::Float(0.0));
            let is_kept =
                B::bool_not(B::float_equal_elem(shifted.clone(), Scalar::Float(f64::NEG_INFINITY), bool_dtype));
            let lost =
                B::float_mask_fill(B::float_expand(weights.clone(), shifted.shape()), is_kept, Scalar::Float(0.0));
            let lost = Primitive::<B>(B::float_sum_dim(lost, 1));
            (Primitive::<B>(B::float_sum_dim(B::float_mul(shifted, weights), 1)) - log_sum * total, lost)
        });
        let (log_p_sum, lost) = sums.unzip();
        let (logits, exponentials) = (Primitive::<B>(live), Primitive::<B>(exponentials));
        Self {
            logits,
            exponentials,
            exp_sum: sum,
            alone: nothing,
            is_target,
            weights,
            gap,
            log_p_sum,
            lost,
            log_norm,
            classes,
        }
    }

    /// The slopes of the losses by the logits, of the finite gap and of the formula's slopes.
    fn slope(&self, gap: Numbers, dual: Dual<Numbers, 3>, index: &IntTensor<B>) -> Numbers {
        let full = self.logits.0.shape();
        let expanded = |x: Numbers| Primitive::<B>(B::float_expand(x.0, full.clone()));
        // With no other class the row has nothing to move against.
        let g = Numbers::select(&self.alone, gap.clone() * 0.0, dual.slope(0));
        let (p, miss) = ((-gap.clone()).sigmoid(), gap.sigmoid());
        let (mut a, mut at_target) = (g.clone(), -g);
        if let Some(c) = dual.slopes[2].clone() {
            // Of a class without any probability even an infinite slope is nothing.
            a = a + c.clone().product(miss.clone());
            at_target = at_target + c.product(p.clone());
        }
        let by_sum = self.weights.as_ref().zip(dual.slopes[1].clone());
        if let Some((weights, s)) = &by_sum {
            let total: f64 = weights.iter().sum();
            a = a - s.clone() * total * miss;
            at_target = at_target + s.clone() * (p.lookup(weights, index) - p * total);
        }
        let a = filled(a / self.exp_sum.clone(), &self.alone, 0.0);
        let mut slope = expanded(a).product(self.exponentials.clone());
        if let Some((weights, s)) = by_sum {
            let data = TensorData::new(weights.clone(), [1, self.classes, 1]).convert_dtype(slope.0.dtype());
            let weights = Primitive::<B>(B::float_from_data(data, &slope.0.device()));
            slope = slope + expanded(s) * expanded(weights);
        }
        Numbers::select(&self.is_target, expanded(at_target), slope)
    }

    /// The weighted loss of every row, 0 where the target is ignored, NaN where it is out of range.
    fn losses(self, targets: &Targets, call: &ClassCall) -> Numbers {
        let terms = call.formula.terms();
        let weight = call.class_weights.as_ref().map(|weights| self.gap.lookup(weights, &targets.index));
        let gap = self.gap.clone();
        // What is not there is stood for by the gap: the formula does not ask for it.
        let or_gap = |x: Option<Numbers>| x.unwrap_or_else(|| gap.clone());
        let log_p_sum = or_gap(self.log_p_sum.clone());
        let log_norm = or_gap(self.log_norm.clone());
        let of_weight = or_gap(weight.clone());
        let program = call.formula.program(self.classes, weight.is_some());
        let inputs = [gap.clone(), log_p_sum.clone(), log_norm.clone(), of_weight.clone()];
        let mut loss = program.run(&inputs, &targets.index).swap_remove(0);
        if let Some(lost) = &self.lost {
            // A finite loss of infinite numbers has a limit that ∞/∞ hides: all that is lost is so alike.
            let bool_dtype = get_device_settings::<B>(&gap.0.device()).bool_dtype;
            let is_lost = B::bool_and(
                gap.equal(&gap.constant(f64::INFINITY)),
                log_p_sum.equal(&log_p_sum.constant(f64::NEG_INFINITY)),
            );
            let far = Numbers::select(&is_lost, gap.constant(FAR), gap.clone());
            let far_sum = Numbers::select(&is_lost, lost.clone() * -FAR, log_p_sum.clone());
            let limit =
                program.run(&[far, far_sum, log_norm.clone(), of_weight.clone()], &targets.index).swap_remove(0);
            let is_infinite = B::float_is_inf(loss.0.clone(), bool_dtype);
            let is_limit = B::bool_and(is_lost, B::bool_not(is_infinite));
            loss = Numbers::select(&is_limit, limit, loss);
        }
        if B::ad_enabled(&gap.0.device()) {
            // At an infinite gap the slopes have a limit that ∞ · 0 hides.
            let too_far = gap.constant(FAR).less(&gap);
            let near = Primitive::<B>(B::float_mask_fill(gap.0, too_far, Scalar::Float(FAR)));
            let duals = [
                Dual::<_, 3>::variable(near.clone(), 0),
                Dual::variable(log_p_sum, 1),
                Dual::variable(log_norm, 2),
                Dual::fixed(of_weight),
            ];
            let dual = program.run(&duals, &targets.index).swap_remove(0);
            let slope = self.slope(near, dual, &targets.index);
            loss = graph::hung(loss, self.logits, slope);
        }
        if let (Some(weight), false) = (weight, terms.weighs_itself()) {
            let unused = weight.equal(&weight.constant(0.0));
            loss = Primitive::<B>(B::float_mask_fill((loss * weight).0, unused, Scalar::Float(0.0)));
        }
        let loss = B::float_mask_fill(loss.0, targets.ignored.clone(), Scalar::Float(0.0));
        Primitive::<B>(B::float_mask_fill(loss, targets.invalid.clone(), Scalar::Float(f64::NAN)))
    }
}

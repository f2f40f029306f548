//! The composed path: soft class rows with the operations of whatever backend the tensors live on.
//!
//! The gradient is made here in full, by the same mathematics as on the CPU, and hung into Burn's graph, so that its
//! digits do not depend on Burn's backward pass.

use super::weighs_rows;
use crate::base::input::Input;
use crate::base::reduction::Reduction;
use crate::engine::call::SoftCall;
use crate::engine::formula::{LOST, given};
use crate::engine::graph::{self, Numbers, detached, filled, widened};
use crate::engine::layout::Extent;
use crate::engine::tensors::Tensors;
use crate::real::{Dual, Primitive, Real};
use burn::backend::ops::{BoolTensorOps, FloatTensorOps, IntTensorOps};
use burn::backend::tensor::{BoolTensor, FloatTensor, IntTensor};
use burn::backend::{Backend, Dispatch as B, TensorMetadata, get_device_settings};
use burn::tensor::{DType, IntDType, Scalar, Shape, TensorData};

/// One value, or one per row.
pub(super) fn evaluate(inputs: Tensors<B>, call: &SoftCall) -> FloatTensor<B> {
    let Tensors { first, second, classes, weights, .. } = inputs;
    let scores = first.float().expect("soft class rows have scores");
    let targets = second.float();
    let dense = targets.is_some();
    let (dtype, shape) = (scores.dtype(), scores.shape());
    let extent = Extent::of(&shape);
    let output = call.output_shape(&shape);
    let full = Shape::new([extent.rows, extent.classes, extent.inner]);
    let rows = Shape::new([extent.rows, 1, extent.inner]);
    let device = scores.device();
    let bools = get_device_settings::<B>(&device).bool_dtype;
    let scores = B::float_reshape(widened(scores), full.clone());
    if extent.targets() == 0 {
        // Nothing to evaluate, but still a part of the graph.
        let nothing = match call.reduction {
            None => B::float_sum_dim(scores, 1),
            Some(_) => B::float_sum(scores),
        };
        return graph::result(nothing, output, dtype);
    }
    let scores = Primitive::<B>(scores);
    let fixed = detached(&scores);
    let numbers = B::int_arange(0..extent.classes as i64, &device, IntDType::I64);
    let numbers = B::int_expand(B::int_reshape(numbers, Shape::new([1, extent.classes, 1])), full.clone());
    let expanded = |x: Numbers| Primitive::<B>(B::float_expand(x.0, full.clone()));

    // What every row counts, and the targets as probabilities.
    let one = Primitive::<B>(B::float_sum_dim(fixed.constant(0.0).0, 1)) + 1.0;
    let mut counts = match weights.float() {
        Some(weights) => Primitive::<B>(B::float_reshape(widened(weights), rows.clone())),
        None => one.clone(),
    };
    let mut invalid = None;
    let targets = if let Some(targets) = targets {
        Primitive::<B>(B::float_reshape(widened(targets), full.clone()))
    } else {
        let classes = classes.int().expect("rows without probabilities have classes");
        let classes = B::int_cast(B::int_reshape(classes, rows.clone()), IntDType::I64);
        let below = B::int_lower_elem(classes.clone(), Scalar::Int(0), bools);
        let above = B::int_greater_equal_elem(classes.clone(), Scalar::Int(extent.classes as i64), bools);
        let outside = B::bool_or(below, above);
        let safe = B::int_mask_fill(classes.clone(), outside.clone(), Scalar::Int(0));
        if let Some(weights) = &call.class_weights {
            counts = counts.clone() * one.lookup(weights, &safe);
        }
        let mut refused = outside;
        if let Some(index) = call.ignore_index {
            let ignored = B::int_equal_elem(classes, Scalar::Int(index), bools);
            counts = filled(counts, &ignored, 0.0);
            refused = B::bool_and(refused, B::bool_not(ignored));
        }
        invalid = Some(refused);
        let is_target = B::int_equal(numbers.clone(), B::int_expand(safe, full.clone()), bools);
        filled(fixed.constant(0.0), &is_target, 1.0)
    };
    let silent = counts.equal(&counts.constant(0.0));
    let fixed = filled(fixed, &B::bool_expand(silent.clone(), full.clone()), 0.0);

    let widened_dtype = fixed.0.dtype();
    let by_class = |numbers: Vec<f64>| {
        let data = TensorData::new(numbers, [1, extent.classes, 1]).convert_dtype(widened_dtype);
        expanded(Primitive::<B>(B::float_from_data(data, &device)))
    };
    let targets = match &call.label_smoothing {
        None => targets,
        Some(smoothing) => {
            let (kept, shares) = smoothing.shares(extent.classes);
            targets * kept + by_class(shares)
        }
    };
    let target = Dual::<Numbers, 2>::variable(detached(&targets), 1);
    let ([log_p, p, miss], softmax) = match call.input {
        Input::Logits => {
            let softmax = Softmax::new(fixed, &numbers, &full);
            let with_slope = |value: &Numbers, slope| Dual { value: value.clone(), slopes: [Some(slope), None] };
            let one = softmax.p.constant(1.0);
            let log_p = with_slope(&softmax.log_p, one);
            let p = with_slope(&softmax.p, softmax.p.clone());
            let miss = with_slope(&softmax.miss, -softmax.p.clone());
            ([log_p, p, miss], Some(softmax))
        }
        input => (given(Dual::variable(fixed, 0), input), None),
    };
    let is_softmax = call.input == Input::Logits;
    let lowest = log_p.value.equal(&log_p.value.constant(f64::NEG_INFINITY));
    let finite_log_p = Dual { value: filled(log_p.value.clone(), &lowest, LOST), slopes: log_p.slopes.clone() };
    let inputs = [log_p, p, miss, target, finite_log_p];
    let mut terms = call.formula.terms_program(extent.classes, is_softmax).run(&inputs, &numbers);
    let (second, first) = (terms.pop().expect("two terms"), terms.pop().expect("two terms"));
    let class_weights = call.class_weights.as_ref().filter(|_| dense).map(|weights| by_class(weights.to_vec()));
    let weighs_rows = weighs_rows(call, dense);
    let weigh = |x: Numbers| match &class_weights {
        Some(weights) => {
            let unused = weights.equal(&weights.constant(0.0));
            filled(x * weights.clone(), &unused, 0.0)
        }
        None => x,
    };
    let weighted = |x: Numbers| if weighs_rows { x } else { weigh(x) };
    let sum = |x: Numbers| Primitive::<B>(B::float_sum_dim(x.0, 1));
    let is_log_sum = call.formula.is_log_sum();
    let (first_sum, first) = match is_log_sum {
        true => log_sum(first, &expanded),
        false => (sum(weighted(first.value.clone())), first),
    };
    // The mean weight of every row.
    let row_weights = weighs_rows.then(|| sum(weigh(detached(&targets))));
    let s1 = Dual::<_, 3>::variable(first_sum, 0);
    let s2 = Dual::variable(sum(weighted(second.value.clone())), 1);
    let excess = Dual::variable(excess(detached(&targets), sum), 2);
    let loss = call.formula.loss_program(extent.classes, is_softmax).run(&[s1, s2, excess], &numbers).swap_remove(0);
    let value = loss.value.clone();
    let mut losses = match &row_weights {
        Some(weights) => {
            let unused = weights.equal(&weights.constant(0.0));
            filled(value.clone() * weights.clone(), &unused, 0.0)
        }
        None => value.clone(),
    };
    if B::ad_enabled(&device) {
        let by = [loss.slope(0), loss.slope(1), loss.slope(2)].map(&expanded);
        let infinite = expanded(value.clone());
        let infinite = B::float_is_inf(infinite.0, bools);
        // Rows whose loss is infinite: infinite slopes as finite ones, so that none is taken from another, …
        let bounded =
            |slope: Numbers| Primitive::<B>(B::float_clamp(slope.0, Scalar::Float(LOST), Scalar::Float(-LOST)));
        let bounded = |slope: Numbers| Numbers::select(&infinite, bounded(slope.clone()), slope);
        // … and the other way round, when they have been added up.
        let unbounded = |slope: Numbers| {
            let most = slope.constant(-LOST * 1e-18);
            let (high, low) = (most.less(&slope), slope.less(&-most));
            let [high, low] = [high, low].map(|beyond| B::bool_and(beyond, infinite.clone()));
            filled(filled(slope, &high, f64::INFINITY), &low, f64::NEG_INFINITY)
        };
        // Of the row's loss by each of its scores and targets. A sum that the loss does not depend on may have infinite
        // slopes.
        let part = |by: &Numbers, slope: Numbers| {
            let none = by.equal(&by.constant(0.0));
            filled(by.clone() * bounded(slope), &none, 0.0)
        };
        let slope_by = |variable: usize| {
            let slope = part(&by[0], first.slope(variable)) + part(&by[1], second.slope(variable));
            if is_log_sum { slope } else { weighted(slope) }
        };
        let counted = |slope: Numbers| match &row_weights {
            Some(weights) => {
                let weights = expanded(weights.clone());
                let unused = weights.equal(&weights.constant(0.0));
                filled(slope * weights, &unused, 0.0)
            }
            None => slope,
        };
        let by_score = match &softmax {
            Some(softmax) => softmax.slope(slope_by(0), &expanded),
            None => slope_by(0),
        };
        losses = hung(losses, scores, counted(unbounded(by_score)), &silent);
        if dense {
            let mut by_target = slope_by(1);
            if call.formula.compares() {
                by_target = by_target + by[2].clone();
            }
            let mut by_target = counted(unbounded(by_target));
            if weighs_rows {
                by_target = by_target + weigh(expanded(value));
            }
            losses = hung(losses, targets, by_target, &silent);
        }
    }
    let mut losses = filled(losses * counts.clone(), &silent, 0.0);
    if let Some(invalid) = &invalid {
        losses = filled(losses, invalid, f64::NAN);
    }
    let value = match call.reduction {
        None => losses.0,
        Some(Reduction::Sum) => B::float_sum(losses.0),
        Some(Reduction::Mean) => graph::mean(losses, counts),
    };
    graph::result(value, output, dtype)
}

/// ln Σₖ e^{tₖ}, and the terms with what their slopes are multiplied by in it.
fn log_sum(terms: Dual<Numbers, 2>, expanded: &impl Fn(Numbers) -> Numbers) -> (Numbers, Dual<Numbers, 2>) {
    let most = Primitive::<B>(B::float_max_dim(terms.value.0.clone(), 1));
    let nothing = most.equal(&most.constant(f64::NEG_INFINITY));
    let most = filled(most, &nothing, 0.0);
    // ∞ is as large as ∞.
    let same = terms.value.equal(&expanded(most.clone()));
    let e = filled(terms.value.clone() - expanded(most.clone()), &same, 0.0).exp();
    let sum = Primitive::<B>(B::float_sum_dim(e.0.clone(), 1));
    let share = e / expanded(filled(sum.clone(), &nothing, 1.0));
    let silent = share.equal(&share.constant(0.0));
    let slopes = terms.slopes.map(|slope| slope.map(|slope| filled(slope * share.clone(), &silent, 0.0)));
    (sum.ln() + most, Dual { value: terms.value, slopes })
}

/// The rows' losses as functions of a part with a slope for every class; of masked rows as constants.
fn hung(losses: Numbers, part: Numbers, slope: Numbers, silent: &BoolTensor<B>) -> Numbers {
    let silent = B::bool_expand(silent.clone(), part.0.shape());
    let (part, slope) = (filled(part, &silent, 0.0), filled(slope, &silent, 0.0));
    graph::hung(losses, part, slope)
}

/// The softmax of every row, with all its digits: the largest is left out of the sum.
struct Softmax {
    log_p: Numbers,
    p: Numbers,
    miss: Numbers,
    /// S and 1/(1 + S), one per row.
    exp_sum: Numbers,
    share: Numbers,
    is_most: BoolTensor<B>,
}

impl Softmax {
    fn new(x: Numbers, numbers: &IntTensor<B>, full: &Shape) -> Self {
        let bools = get_device_settings::<B>(&x.0.device()).bool_dtype;
        let expanded = |x: Numbers| Primitive::<B>(B::float_expand(x.0, full.clone()));
        let at = B::int_cast(B::float_argmax(x.0.clone(), 1, IntDType::I64), IntDType::I64);
        let is_most = B::int_equal(numbers.clone(), B::int_expand(at.clone(), full.clone()), bools);
        let most = Primitive::<B>(B::float_gather(1, x.0.clone(), at));
        let x = x - expanded(most);
        // What is no normal number any more is 0, as on the CPU: its inverse would be infinite.
        let tiny = if x.0.dtype() == DType::F64 { f64::MIN_POSITIVE } else { f64::from(f32::MIN_POSITIVE) };
        let e = x.clone().exp();
        let gone = e.less(&e.constant(tiny));
        let e = filled(filled(e, &gone, 0.0), &is_most, 0.0);
        let exp_sum = Primitive::<B>(B::float_sum_dim(e.0.clone(), 1));
        let log = exp_sum.clone().ln_1p();
        let share = exp_sum.constant(1.0) / (exp_sum.clone() + 1.0);
        let own = e * expanded(share.clone());
        let p = Numbers::select(&is_most, expanded(share.clone()), own.clone());
        let miss = Numbers::select(&is_most, expanded(exp_sum.clone() * share.clone()), -(own - 1.0));
        let log_p = filled(x, &is_most, 0.0) - expanded(log);
        Self { log_p, p, miss, exp_sum, share, is_most }
    }

    /// From the slopes by ln p to those by the logits.
    fn slope(&self, d: Numbers, expanded: &impl Fn(Numbers) -> Numbers) -> Numbers {
        let sum = |x: Numbers| Primitive::<B>(B::float_sum_dim(x.0, 1));
        let others = sum(filled(d.clone(), &self.is_most, 0.0));
        let own = sum(Numbers::select(&self.is_most, d.clone(), d.constant(0.0)));
        let most = (own.clone() * self.exp_sum.clone() - others.clone()) * self.share.clone();
        let rest = d - self.p.clone() * expanded(others + own);
        Numbers::select(&self.is_most, expanded(most), rest)
    }
}

/// Σₖ qₖ − 1 with the digits that a sum near 1 would round away: the multiples of 2⁻¹² add up exactly, and the rest is
/// small.
fn excess(targets: Numbers, sum: impl Fn(Numbers) -> Numbers) -> Numbers {
    let coarse: Numbers = Primitive(B::float_round((targets.clone() * 4096.0).0));
    let coarse = coarse * (1.0 / 4096.0);
    // Of what is infinite, nothing is left.
    let is_whole = targets.equal(&coarse);
    let fine = filled(targets - coarse.clone(), &is_whole, 0.0);
    sum(coarse) - 1.0 + sum(fine)
}

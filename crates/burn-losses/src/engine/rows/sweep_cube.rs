//! The GPU sweep: one kernel from logits to losses and gradient.
//!
//! # The algorithm
//!
//! A row belongs to a whole cube of units (class axis last), or to a single unit (few classes, or class axis in the
//! middle, where neighbouring units read neighbouring numbers). Each unit runs once over its share of the row, keeping
//! the largest logit so far and the sums relative to it; the cube joins the shares; one unit evaluates the formula and
//! its dual, which are part of the kernel; and each unit writes its share of the gradient,
//! `gₖ = a·e^{xₖ−m} + s·wₖ`, `a = factor·(G + (c − s·W)·(1 − pₜ))/S`. A row that fits into shared memory is read from the
//! tensor once, a longer one a second time for the gradient.
//!
//! What was not done: several rows a cube (planes of 32 units with a row each would help between 32 and 256 classes);
//! vectors of four logits a load.
//!
//! Sums are made in `f32` and in an order that depends on the shape and the device alone.

use crate::engine::formula::{LogPSum, Row, RowFormula};
use crate::real::Dual;
use crate::real::ir::{Ir, List, Surroundings, exp_nonpositive, is_nan, ln, opaque, sigmoid, softplus};
use burn_cubecl::cubecl;
use core::fmt;
use core::hash::{Hash, Hasher};
use cubecl::ir::{ElemType, Scope};
use cubecl::prelude::*;
use std::sync::Arc;

/// A gap beyond this is no longer told from infinity.
const FAR: f32 = 1e30;
/// Below every logit; a sum that starts here starts with nothing.
const LOWEST: f32 = -3e38;
/// Stands for a logit of ∞.
const HIGHEST: f32 = f32::MAX;

/// Units that add up what each of them has: 1, or a power of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Team {
    pub(super) units: u32,
    /// Whether planes do it among themselves, without shared memory.
    pub(super) planes: bool,
}

/// What a kernel is compiled for, besides its formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Plan {
    /// Who shares a row.
    pub(super) team: Team,
    /// How many logits the shared memory keeps; 0 if a row does not fit.
    pub(super) kept: usize,
    /// The class axis is not the last.
    pub(super) strided: bool,
    /// There is a target that does not count.
    pub(super) ignores: bool,
    /// Class weights stand at the start of the table.
    pub(super) weighted: bool,
    /// The weights of Σ wₖ ln pₖ, if it is wanted, and `log_norm`.
    pub(super) log_p_sum: Option<LogPSum>,
    pub(super) log_norm: bool,
    /// One upstream gradient a target, or one for all.
    pub(super) each: bool,
}

impl Plan {
    fn weighs_itself(self) -> bool {
        self.log_p_sum == Some(LogPSum::ClassWeights)
    }
    /// Σ wₖ ln pₖ with weights that are not all 1.
    fn term_weights(self) -> bool {
        self.weighs_itself() && self.weighted
    }
    fn more_terms(self) -> bool {
        self.log_p_sum.is_some() || self.log_norm
    }
}

/// The formula of a kernel, and what of it the kernel is compiled for.
#[derive(Clone)]
pub(super) struct Formula {
    formula: Arc<dyn RowFormula>,
    key: Arc<str>,
    classes: usize,
    /// Where the formula's lists start in the table.
    lists: usize,
    slopes: bool,
}

impl Formula {
    pub(super) fn new(formula: Arc<dyn RowFormula>, classes: usize, lists: usize, slopes: bool) -> Self {
        let key = formula.kernel_key().into();
        Self { formula, key, classes, lists, slopes }
    }

    fn with_values_only(&self) -> Self {
        Self { slopes: false, ..self.clone() }
    }

    /// The lists of the formula, and where they are in the table.
    fn lists(&self) -> Vec<List> {
        let mut offset = self.lists;
        let place = |list: &[f64]| {
            let place = List { start: list.as_ptr(), len: list.len(), offset };
            offset += list.len();
            place
        };
        self.formula.lists().into_iter().map(place).collect()
    }

    /// The loss and, if they are wanted, its slopes.
    fn expand<'s>(
        &self,
        gap: Ir<'s>,
        class: NativeExpand<u32>,
        weight: Option<Ir<'s>>,
        log_p_sum: Option<Ir<'s>>,
        log_norm: Option<Ir<'s>>,
    ) -> (Ir<'s>, [Option<Ir<'s>>; 3]) {
        if !self.slopes {
            let row = Row::of(gap, class, self.classes, weight, log_p_sum, log_norm);
            return (self.formula.expand(&row), [None; 3]);
        }
        let variable = |x: Ir<'s>, index| Dual::<_, 3>::variable(x, index);
        let row = Row::of(
            variable(gap, 0),
            class,
            self.classes,
            weight.map(Dual::fixed),
            log_p_sum.map(|x| variable(x, 1)),
            log_norm.map(|x| variable(x, 2)),
        );
        let dual = self.formula.expand_dual(&row);
        (dual.value, dual.slopes)
    }
}

impl fmt::Debug for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} classes, slopes: {}", self.key, self.classes, self.slopes)
    }
}

impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        (&self.key, self.classes, self.lists, self.slopes) == (&other.key, other.classes, other.lists, other.slopes)
    }
}

impl Eq for Formula {}

impl Hash for Formula {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.key, self.classes, self.lists, self.slopes).hash(state);
    }
}

/// What a kernel is told at each call.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
pub(super) struct Numbers {
    pub(super) rows: usize,
    pub(super) classes: u32,
    pub(super) inner: usize,
    pub(super) infinity: f32,
    pub(super) nan: f32,
    /// What Mean divides by, where the host knows it; else 1.
    pub(super) divisor: f32,
    /// Σₖ wₖ of Σ wₖ ln pₖ.
    pub(super) total: f32,
}

/// The loss of a row, and its slopes by gap, log_p_sum and log_norm.
#[allow(clippy::too_many_arguments)]
fn evaluate(
    _gap: f32,
    _log_p_sum: f32,
    _log_norm: f32,
    _class: u32,
    _weight: f32,
    _numbers: &Numbers,
    _table: &ComptimeOption<&[f32]>,
    _plan: Plan,
    _formula: Formula,
) -> (f32, f32, f32, f32) {
    cubecl::unexpanded!()
}

/// What the call of [`evaluate`] in a kernel becomes: the instructions of the formula's dual.
mod evaluate {
    use super::*;

    #[allow(clippy::too_many_arguments)]
    pub(super) fn expand(
        scope: &Scope,
        gap: NativeExpand<f32>,
        log_p_sum: NativeExpand<f32>,
        log_norm: NativeExpand<f32>,
        class: NativeExpand<u32>,
        weight: NativeExpand<f32>,
        numbers: &NumbersExpand,
        table: &ComptimeOptionExpand<&[f32]>,
        plan: Plan,
        formula: Formula,
    ) -> (NativeExpand<f32>, NativeExpand<f32>, NativeExpand<f32>, NativeExpand<f32>) {
        let around = Surroundings {
            scope,
            infinity: numbers.infinity,
            nan: numbers.nan,
            lists: &formula.lists(),
            table: match table {
                ComptimeOptionExpand::Some(table) => Some(*table),
                ComptimeOptionExpand::None => None,
            },
        };
        let number = |value: NativeExpand<f32>| Ir { value: value.__expand_deref_method(scope), around: &around };
        let gap = number(gap);
        let weight = plan.weighted.then(|| number(weight));
        let log_p_sum = plan.log_p_sum.map(|_| number(log_p_sum));
        let log_norm = plan.log_norm.then(|| number(log_norm));
        let class = class.__expand_deref_method(scope);
        let (loss, slopes) = formula.expand(gap, class, weight, log_p_sum, log_norm);
        let [by_gap, by_log_p_sum, by_log_norm] = slopes.map(|slope| slope.map_or(0.0f32.into(), |slope| slope.value));
        (loss.value, by_gap, by_log_p_sum, by_log_norm)
    }
}

/// One value of a row's units for all of them: the largest.
#[cube]
fn largest_of(value: f32, scratch: &mut Shared<[f32]>, #[comptime] team: Team) -> f32 {
    if comptime!(team.units == 1) {
        value
    } else if comptime!(team.planes) {
        let of_plane = plane_max(value);
        if UNIT_POS_PLANE == 0 {
            scratch[PLANE_POS as usize] = of_plane;
        }
        sync_cube();
        let planes = CUBE_DIM / PLANE_DIM;
        let mut all = scratch[0];
        for plane in 1..planes {
            let other = scratch[plane as usize];
            all = select(other > all, other, all);
        }
        sync_cube();
        all
    } else {
        scratch[UNIT_POS as usize] = value;
        sync_cube();
        #[unroll]
        for level in 1..comptime!(team.units.ilog2() + 1) {
            let half = comptime!(team.units >> level);
            if UNIT_POS < half {
                let other = scratch[(UNIT_POS + half) as usize];
                let own = scratch[UNIT_POS as usize];
                scratch[UNIT_POS as usize] = select(other > own, other, own);
            }
            sync_cube();
        }
        let all = scratch[0];
        sync_cube();
        all
    }
}

/// One value of a row's units for all of them: the sum.
#[cube]
fn sum_of(value: f32, scratch: &mut Shared<[f32]>, #[comptime] team: Team) -> f32 {
    if comptime!(team.units == 1) {
        value
    } else if comptime!(team.planes) {
        let of_plane = plane_sum(value);
        if UNIT_POS_PLANE == 0 {
            scratch[PLANE_POS as usize] = of_plane;
        }
        sync_cube();
        let planes = CUBE_DIM / PLANE_DIM;
        let mut all = scratch[0];
        for plane in 1..planes {
            all += scratch[plane as usize];
        }
        sync_cube();
        all
    } else {
        scratch[UNIT_POS as usize] = value;
        sync_cube();
        #[unroll]
        for level in 1..comptime!(team.units.ilog2() + 1) {
            let half = comptime!(team.units >> level);
            if UNIT_POS < half {
                let other = scratch[(UNIT_POS + half) as usize];
                scratch[UNIT_POS as usize] += other;
            }
            sync_cube();
        }
        let all = scratch[0];
        sync_cube();
        all
    }
}

/// What a row's gradient is made of, and its weighted loss.
#[derive(CubeType, Clone, Copy)]
struct Finished {
    loss: f32,
    /// The gradient is a·e + b·wₖ, and `at_target` at the target.
    a: f32,
    b: f32,
    at_target: f32,
}

/// From the sums of a row to its loss and gradient.
#[cube]
#[allow(clippy::too_many_arguments)]
fn finish(
    shift: f32,
    exp_sum: f32,
    shifted_sum: f32,
    other_weights: f32,
    target: f32,
    class: u32,
    weight: f32,
    own: f32,
    silent: bool,
    factor: f32,
    numbers: &Numbers,
    table: &ComptimeOption<&[f32]>,
    #[comptime] plan: Plan,
    #[comptime] formula: Formula,
) -> Finished {
    let zero = f32::new(0.0);
    let alone = exp_sum == 0.0f32;
    let log_sum = ln(exp_sum, numbers.infinity, numbers.nan);
    // The difference first: huge logits have digits for nothing else.
    let gap = opaque(shift - target, numbers.infinity) + log_sum;
    let gap = select(alone, f32::new(-FAR), gap);
    // Alone or not: a target of NaN is not certain.
    let gap = select(is_nan(target), target, gap);
    let gap = select(gap < -FAR, f32::new(-FAR), gap);
    let infinite = gap == numbers.infinity;

    let log_p_sum = if comptime!(plan.log_p_sum.is_some()) {
        let log_others = (-softplus(-gap, numbers.infinity) - log_sum) * other_weights;
        shifted_sum + select(alone, zero, log_others) - own * softplus(gap, numbers.infinity)
    } else {
        zero
    };
    let log_norm = if comptime!(plan.log_norm) {
        // From the larger of the target's logit and the others' log-sum: never ∞ − ∞, and no digit lost.
        let others = softplus(-gap, numbers.infinity) + shift + log_sum;
        select(gap < zero, softplus(gap, numbers.infinity) + target, others)
    } else {
        zero
    };

    // At p = 0 the slopes are finite, but computing them gives ∞ · 0.
    let near = if comptime!(formula.slopes) { select(infinite, f32::new(FAR), gap) } else { gap };
    let (value, by_gap, by_log_p_sum, by_log_norm) =
        evaluate(near, log_p_sum, log_norm, class, weight, numbers, table, plan, comptime!(formula.clone()));
    let mut loss = value;
    if comptime!(formula.slopes) && infinite {
        let (value, _by_gap, _by_log_p_sum, _by_log_norm) = evaluate(
            gap,
            log_p_sum,
            log_norm,
            class,
            weight,
            numbers,
            table,
            plan,
            comptime!(formula.with_values_only()),
        );
        loss = value;
    }
    let applied = if comptime!(plan.weighs_itself()) { f32::new(1.0) } else { weight };
    // A driver may take 0 · NaN for 0.
    let loss = select(is_nan(gap), gap, loss * applied);
    let loss = select(silent, zero, loss);

    let factor = factor * applied;
    // With no other class the row has nothing to move against.
    let g = select(alone, zero, factor * by_gap);
    let g = select(is_nan(gap), gap, g);
    let inverse = select(alone, zero, 1.0f32 / exp_sum);
    let mut a = g;
    let mut b = zero;
    let mut at_target = -g;
    if comptime!(plan.more_terms()) {
        let p = sigmoid(-gap, numbers.infinity);
        let s = factor * by_log_p_sum;
        let c = factor * by_log_norm;
        a += (c - s * numbers.total) * sigmoid(gap, numbers.infinity);
        at_target += s * (own - p * numbers.total) + c * p;
        b = select(silent, zero, s);
    }
    Finished { loss, a: select(silent, zero, a * inverse), b, at_target: select(silent, zero, at_target) }
}

/// Losses and gradient of all rows, whichever is asked for.
#[cube(launch, address_type = "dynamic")]
#[allow(clippy::too_many_arguments, clippy::collapsible_if)] // The outer `if` is the compiler's, the inner the kernel's.
pub(super) fn class_rows<F: Float, I: Int, W: Int, L: Float>(
    logits: &[F],
    targets: &[I],
    table: ComptimeOption<&[f32]>,
    mean: ComptimeOption<&[f32]>,
    upstream: ComptimeOption<&[F]>,
    losses: ComptimeOption<&mut [L]>,
    gradient: ComptimeOption<&mut [F]>,
    numbers: Numbers,
    ignored: InputScalar,
    #[comptime] plan: Plan,
    #[comptime] formula: Formula,
    #[define(F, I, W, L)] _types: [ElemType; 4],
) {
    let alone = comptime!(plan.team.units == 1);
    let row = if alone { ABSOLUTE_POS } else { CUBE_POS };
    let first = if alone { 0u32.runtime() } else { UNIT_POS };
    let exists = row < numbers.rows;

    // No branch on what a target is until all barriers are passed: a row that does not count has no logits to read.
    let given = W::cast_from(targets[select(exists, row, 0usize)]);
    let in_range = given >= W::new(0) && given < W::cast_from(numbers.classes);
    let is_ignored = if comptime!(plan.ignores) { given == ignored.get::<W>() } else { false.runtime() };
    let counts = in_range && !is_ignored;
    let class = select(counts, u32::cast_from(given), 0u32);
    let weight = if comptime!(plan.weighted) { read_table(&table, class) } else { f32::new(1.0) };
    let weightless = if comptime!(plan.weighs_itself()) { false.runtime() } else { weight == 0.0f32 };
    let mut silent = !counts || weightless;
    #[comptime]
    if let ComptimeOption::Some(upstream) = &upstream {
        if comptime!(plan.each) {
            // What nothing was made of has no gradient, whatever its slope is.
            silent = silent || f32::cast_from(upstream[select(exists, row, 0usize)]) == 0.0f32;
        }
    }
    let classes = select(exists, numbers.classes, 0u32);
    let read = select(silent, 0u32, classes);

    let (base, stride) = if comptime!(plan.strided) {
        (row / numbers.inner * (numbers.classes as usize * numbers.inner) + row % numbers.inner, numbers.inner)
    } else {
        (row * numbers.classes as usize, 1usize.runtime())
    };
    let mut kept = Shared::<[f32]>::new_slice(comptime!(plan.kept.max(1)));
    let mut scratch = Shared::<[f32]>::new_slice(comptime!((plan.team.units as usize).max(4)));

    let mut largest = f32::new(LOWEST);
    let mut exp_sum = f32::new(0.0);
    let mut shifted_sum = f32::new(0.0);
    let mut other_weights = f32::new(0.0);
    let mut k = first;
    while k < read {
        let x = bounded(f32::cast_from(logits[base + k as usize * stride]), numbers.infinity);
        if comptime!(plan.kept > 0) {
            kept[k as usize] = x;
        }
        if k != class {
            let difference = x - largest;
            let higher = x > largest;
            if comptime!(plan.log_p_sum.is_some()) {
                let w = if comptime!(plan.term_weights()) { read_table(&table, k) } else { f32::new(1.0) };
                let moved = select(other_weights == 0.0f32, f32::new(0.0), shifted_sum - other_weights * difference);
                let added = select(w == 0.0f32, f32::new(0.0), w * difference);
                shifted_sum = select(higher, moved, shifted_sum + added);
                other_weights += w;
            }
            let e = exp_nonpositive(-difference.abs(), numbers.infinity);
            exp_sum = select(higher, fma(exp_sum, e, f32::new(1.0)), exp_sum + e);
            largest = select(higher, x, largest);
        }
        k += comptime!(plan.team.units);
    }
    let top = largest_of(largest, &mut scratch, comptime!(plan.team));
    let fall = largest - top;
    let exp_sum = sum_of(exp_sum * exp_nonpositive(fall, numbers.infinity), &mut scratch, comptime!(plan.team));
    if comptime!(plan.log_p_sum.is_some()) {
        let moved = select(other_weights == 0.0f32, f32::new(0.0), shifted_sum + other_weights * fall);
        shifted_sum = sum_of(moved, &mut scratch, comptime!(plan.team));
        other_weights = sum_of(other_weights, &mut scratch, comptime!(plan.team));
    }
    let shift = select(exp_sum == 0.0f32, f32::new(0.0), top);
    // What is infinite has all of the sum, in equal parts.
    let endless = top == HIGHEST;

    let mut a = f32::new(0.0);
    let mut b = f32::new(0.0);
    let mut at_target = f32::new(0.0);
    if first == 0u32 {
        let target = f32::cast_from(logits[select(read == 0u32, 0usize, base + class as usize * stride)]);
        let own = if comptime!(plan.term_weights()) { read_table(&table, class) } else { f32::new(1.0) };
        let mut divisor = numbers.divisor;
        #[comptime]
        if let ComptimeOption::Some(mean) = &mean {
            divisor = mean[0];
        }
        let mut factor = select(divisor == 0.0f32, f32::new(0.0), 1.0f32 / divisor);
        #[comptime]
        if let ComptimeOption::Some(upstream) = &upstream {
            let index = if comptime!(plan.each) { select(exists, row, 0usize) } else { 0usize.runtime() };
            factor *= f32::cast_from(upstream[index]);
        }
        let finished = finish(
            select(endless, numbers.infinity, shift),
            exp_sum,
            shifted_sum,
            other_weights,
            target,
            class,
            weight,
            own,
            silent,
            factor,
            &numbers,
            &table,
            plan,
            formula,
        );
        a = finished.a;
        b = finished.b;
        at_target = finished.at_target;
        #[comptime]
        if let ComptimeOption::Some(losses) = losses {
            if exists {
                let unknown = !in_range && !is_ignored;
                losses[row] = L::cast_from(select(unknown, numbers.nan, finished.loss));
            }
        }
    }

    #[comptime]
    if let ComptimeOption::Some(gradient) = gradient {
        if comptime!(plan.team.units > 1) {
            if UNIT_POS == 0 {
                scratch[0] = a;
                scratch[1] = b;
                scratch[2] = at_target;
            }
            sync_cube();
            a = scratch[0];
            b = scratch[1];
            at_target = scratch[2];
        }
        let mut k = first;
        while k < read {
            let place = base + k as usize * stride;
            let x = if comptime!(plan.kept > 0) {
                kept[k as usize]
            } else {
                bounded(f32::cast_from(logits[place]), numbers.infinity)
            };
            let mut g = a * exp_nonpositive(x - shift, numbers.infinity);
            if comptime!(plan.log_p_sum.is_some()) {
                let w = if comptime!(plan.term_weights()) { read_table(&table, k) } else { f32::new(1.0) };
                g = fma(b, w, g);
            }
            gradient[place] = F::cast_from(select(k == class, at_target, g));
            k += comptime!(plan.team.units);
        }
        let mut k = select(silent, first, classes);
        while k < classes {
            gradient[base + k as usize * stride] = F::cast_from(f32::new(0.0));
            k += comptime!(plan.team.units);
        }
    }
}

/// A logit, ∞ as the largest number: ∞ − ∞ is never taken.
#[cube]
fn bounded(x: f32, infinity: f32) -> f32 {
    select(x == infinity, f32::new(HIGHEST), x)
}

#[cube]
fn read_table(table: &ComptimeOption<&[f32]>, index: u32) -> f32 {
    let table = table.as_ref().unwrap();
    table[index as usize]
}

/// What every target counts in the mean: its class's weight, 0 if it is ignored.
#[cube(launch, address_type = "dynamic")]
pub(super) fn target_weights<I: Int, W: Int>(
    targets: &[I],
    table: ComptimeOption<&[f32]>,
    weights: &mut [f32],
    numbers: Numbers,
    ignored: InputScalar,
    #[comptime] plan: Plan,
    #[define(I, W)] _types: [ElemType; 2],
) {
    if ABSOLUTE_POS < numbers.rows {
        let given = W::cast_from(targets[ABSOLUTE_POS]);
        let in_range = given >= W::new(0) && given < W::cast_from(numbers.classes);
        let is_ignored = if comptime!(plan.ignores) { given == ignored.get::<W>() } else { false.runtime() };
        let class = select(in_range, u32::cast_from(given), 0u32);
        let weight = if comptime!(plan.weighted) { read_table(&table, class) } else { f32::new(1.0) };
        weights[ABSOLUTE_POS] = select(is_ignored, f32::new(0.0), weight);
    }
}

/// The sums of `share` values each, over `mean` or `divisor`; 0 if that is 0.
#[cube(launch, address_type = "dynamic")]
pub(super) fn sums<L: Float>(
    values: &[f32],
    mean: ComptimeOption<&[f32]>,
    sums: &mut [L],
    len: usize,
    share: usize,
    divisor: f32,
    #[comptime] team: Team,
    #[define(L)] _type: ElemType,
) {
    let mut scratch = Shared::<[f32]>::new_slice(comptime!((team.units as usize).max(4)));
    let start = CUBE_POS * share;
    let end = select(start + share < len, start + share, len);
    let mut sum = f32::new(0.0);
    let mut at = start + UNIT_POS as usize;
    while at < end {
        sum += values[at];
        at += comptime!(team.units as usize);
    }
    let sum = sum_of(sum, &mut scratch, team);
    let mut divisor = divisor;
    #[comptime]
    if let ComptimeOption::Some(mean) = &mean {
        divisor = mean[0];
    }
    let sum = select(divisor == 0.0f32, f32::new(0.0), sum / divisor);
    if UNIT_POS == 0 && start < len {
        sums[CUBE_POS] = L::cast_from(sum);
    }
}

/// `gradient` times one number, without touching it if that is 1.
#[cube(launch, address_type = "dynamic")]
pub(super) fn scaled<F: Float>(
    gradient: &[F],
    upstream: &[F],
    out: &mut [F],
    len: usize,
    #[comptime] in_place: bool,
    #[define(F)] _type: ElemType,
) {
    let factor = f32::cast_from(upstream[0]);
    let start = if comptime!(in_place) { select(factor == 1.0f32, len, ABSOLUTE_POS) } else { ABSOLUTE_POS };
    if start < len {
        // Nothing was made of it, whatever it is.
        let scaled = select(factor == 0.0f32, f32::new(0.0), f32::cast_from(gradient[start]) * factor);
        out[start] = F::cast_from(scaled);
    }
}

//! The CPU sweep: memory to row numbers, formula, gradient to memory.
//!
//! # The algorithm
//!
//! Rows are taken in blocks of at most [`BLOCK`], a block being what stays in the first- and second-level cache. For
//! each block: the maximum over the other classes, the sum of exponentials (which are left behind in the gradient's
//! place when there is to be one), the formula on all rows of the block at once, and the gradient
//! `gₖ = a·e^{xₖ−m} + s·wₖ`, `a = factor·(G + (c − s·W)·(1 − pₜ))/S`. The logits come from memory once and the gradient
//! goes there once; the sweeps between hit the cache.
//!
//! Two ways through a block, chosen by the layout:
//!
//! - **along** (class axis last and long): the lanes run along the classes of one row.
//! - **across** (class axis short, or not last): the lanes run across rows, on a tile `[classes, rows]` copied to
//!   scratch. With the class axis in the middle that copy is contiguous; with short rows it is a transposition, far
//!   cheaper than lanes that are mostly empty.
//!
//! Half precision is always copied to scratch and computed in `f32`.
//!
//! What was not done: online softmax (one read instead of two, but the second read hits the cache and the exponentials
//! are wanted anyway); streaming stores (a tenth faster beyond the cache, slower inside); a pool of gradient buffers
//! (in place is better, where Burn owns the logits alone).
//!
//! Work is split into blocks by the shape alone and summed in that order, so results do not depend on the number of
//! threads.
#![allow(unsafe_code)]

use crate::engine::call::ClassCall;
use crate::engine::formula::{BLOCK, Block, LogPSum, Terms};
use crate::engine::host::{Accumulator, Element};
use crate::engine::layout::Extent;
use crate::real::Real;
use crate::real::lanes::{Kernel, Lanes, Scalar, Simd, Vector, WIDEST, exp_nonpositive, ln};
use rayon::prelude::*;

/// The class of a target that does not count.
pub(crate) const IGNORED: u32 = u32::MAX;

/// A gap beyond this is no longer told from infinity.
const FAR: f64 = 1e30;

/// What every row's gradient is multiplied by.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Upstream<'a, E> {
    /// The same for all.
    All(f64),
    /// One per target.
    Each(&'a [E]),
}

/// Where the gradient goes.
#[derive(Debug)]
pub(crate) enum Gradient<'a, E> {
    /// Over the logits; NdArray never asks for it.
    #[cfg_attr(not(feature = "flex"), allow(dead_code))]
    InPlace(&'a mut [E]),
    /// Beside them: as long as they are, and written everywhere.
    Beside(&'a [E], &'a mut [core::mem::MaybeUninit<E>]),
}

/// One evaluation over whole tensors.
#[derive(Debug)]
pub(crate) struct Sweep<'a, E> {
    pub(crate) extent: Extent,
    pub(crate) call: &'a ClassCall,
    /// The class of each target, [`IGNORED`] where it does not count.
    pub(crate) targets: &'a [u32],
    pub(crate) upstream: Upstream<'a, E>,
}

impl<E: Element> Sweep<'_, E> {
    /// The sum of the weighted losses, read from `logits` alone.
    pub(crate) fn values(&self, logits: &[E], losses: Option<&mut [E]>) -> f64 {
        // SAFETY: without a gradient nothing is written through the pointer.
        self.run(
            Memory { logits: logits.as_ptr().cast_mut(), gradient: None, losses: losses.map(<[E]>::as_mut_ptr) },
            logits.len(),
        )
    }

    /// The same, and the gradient.
    pub(crate) fn with_gradient(&self, gradient: Gradient<'_, E>) -> f64 {
        match gradient {
            Gradient::InPlace(logits) => {
                let pointer = logits.as_mut_ptr();
                self.run(Memory { logits: pointer, gradient: Some(pointer), losses: None }, logits.len())
            }
            Gradient::Beside(logits, gradient) => {
                assert_eq!(logits.len(), gradient.len(), "class rows: the gradient must be as long as the logits");
                let memory = Memory {
                    logits: logits.as_ptr().cast_mut(),
                    gradient: Some(gradient.as_mut_ptr().cast()),
                    losses: None,
                };
                self.run(memory, logits.len())
            }
        }
    }

    fn run(&self, memory: Memory<E>, len: usize) -> f64 {
        let Extent { rows, classes, inner } = self.extent;
        assert_eq!(len, rows * classes * inner, "class rows: logits must fill their shape");
        assert_eq!(self.targets.len(), self.extent.targets(), "class rows: there must be one target a row");
        let targets = self.extent.targets();
        if targets == 0 {
            return 0.0;
        }
        let task = self.rows_per_task();
        let tasks = targets.div_ceil(task);
        let one = |index: usize| {
            let range = index * task..targets.min((index + 1) * task);
            E::Acc::dispatch(Task { sweep: self, memory, range })
        };
        if tasks == 1 || rayon::current_num_threads() == 1 {
            (0..tasks).map(one).sum()
        } else {
            (0..tasks).into_par_iter().map(one).collect::<Vec<f64>>().into_iter().sum()
        }
    }

    /// Rows one thread takes at a time: enough work to be worth handing over, in whole blocks.
    fn rows_per_task(&self) -> usize {
        const ELEMENTS: usize = 1 << 15;
        let rows = (ELEMENTS / self.extent.classes).max(1);
        if self.along() { rows } else { rows.next_multiple_of(BLOCK) }
    }

    /// Whether lanes run along the classes of a row.
    fn along(&self) -> bool {
        self.extent.inner == 1 && self.extent.classes >= 64
    }
}

/// The tensors as memory. The logits and the gradient may be the same.
#[derive(Clone, Copy)]
struct Memory<E> {
    logits: *mut E,
    gradient: Option<*mut E>,
    losses: Option<*mut E>,
}

// SAFETY: tasks touch disjoint rows: each element of logits, gradient and losses belongs to one row, each row to one task.
unsafe impl<E: Send> Send for Memory<E> {}
// SAFETY: as above.
unsafe impl<E: Sync> Sync for Memory<E> {}

/// A range of the targets.
struct Task<'a, 'b, E: Element> {
    sweep: &'a Sweep<'b, E>,
    memory: Memory<E>,
    range: core::ops::Range<usize>,
}

impl<E: Element> Kernel<E::Acc> for Task<'_, '_, E> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Vector<T = E::Acc>>(self) -> f64 {
        let Self { sweep, memory, range } = self;
        let mut work = Work::<E>::new(sweep, memory);
        let mut total = 0.0;
        let step = work.rows_per_block;
        let mut first = range.start;
        while first < range.end {
            work.open(first, step.min(range.end - first));
            if sweep.along() {
                work.along::<V>();
            } else {
                work.across::<V>();
            }
            total += work.sum;
            first += step;
        }
        total
    }
}

/// The weights of Σ wₖ ln pₖ, and their sum; without `each` all are 1, and need no memory to be read.
struct TermWeights<T> {
    each: Option<Vec<T>>,
    total: f64,
}

impl<T: Scalar> TermWeights<T> {
    /// The weight of a class, 0 for none.
    #[inline(always)]
    fn of(&self, class: usize, classes: usize) -> T {
        match &self.each {
            Some(each) => each.get(class).copied().unwrap_or_default(),
            None => T::from_f64(f64::from(u8::from(class < classes))),
        }
    }
}

/// What the gradient is besides a·e.
#[derive(Clone, Copy)]
enum Added<T> {
    Nothing,
    Same,
    Weighted(*const T),
}

/// A block of rows being worked on, with its scratch.
struct Work<'a, 'b, E: Element> {
    sweep: &'a Sweep<'b, E>,
    memory: Memory<E>,
    block: Block<E::Acc>,
    rows_per_block: usize,
    /// The first row of the block.
    first: usize,
    /// `[classes, BLOCK]` across; half-precision rows along.
    scratch: Vec<E::Acc>,
    /// The weights of Σ wₖ ln pₖ.
    term_weights: Option<TermWeights<E::Acc>>,
    largest: [E::Acc; BLOCK],
    exp_sum: [E::Acc; BLOCK],
    target: [E::Acc; BLOCK],
    /// Σ_{k≠t} wₖ (xₖ − m), and Σ_{k≠t} wₖ.
    shifted_sum: [E::Acc; BLOCK],
    other_weights: [E::Acc; BLOCK],
    /// Σ wₖ of the classes whose logits lie infinitely far behind, the target among them, where that is one.
    lost: [E::Acc; BLOCK],
    /// The gradient is a·e + b·wₖ, and `at_target` at the target.
    a: [E::Acc; BLOCK],
    b: [E::Acc; BLOCK],
    at_target: [E::Acc; BLOCK],
    /// What the gradient of each row is multiplied by, before its weight.
    upstream: [E::Acc; BLOCK],
    /// 1 for a target that counts, 0 for an ignored one.
    counted: [E::Acc; BLOCK],
    sum: f64,
}

impl<'a, 'b, E: Element> Work<'a, 'b, E> {
    fn new(sweep: &'a Sweep<'b, E>, memory: Memory<E>) -> Self {
        let classes = sweep.extent.classes;
        let call = sweep.call;
        let terms = call.formula.terms();
        let zeros = [E::Acc::from_f64(0.0); BLOCK];
        // Along, a block is what fits the caches; across, the tile is.
        const CACHED: usize = 1 << 14;
        let rows_per_block = if sweep.along() { (CACHED / classes).clamp(1, BLOCK) } else { BLOCK };
        let direct = sweep.along() && E::same(memory.logits).is_some();
        let scratch = if direct { 0 } else { classes * rows_per_block };
        let term_weights = terms.log_p_sum.map(|which| match (which, &call.class_weights) {
            (LogPSum::ClassWeights, Some(w)) => {
                TermWeights { each: Some(w.iter().map(|&w| E::Acc::from_f64(w)).collect()), total: w.iter().sum() }
            }
            _ => TermWeights { each: None, total: classes as f64 },
        });
        Self {
            sweep,
            memory,
            block: Block::new(classes, terms, call.class_weights.is_some()),
            rows_per_block,
            first: 0,
            scratch: vec![E::Acc::from_f64(0.0); scratch],
            term_weights,
            largest: zeros,
            exp_sum: zeros,
            target: zeros,
            shifted_sum: zeros,
            other_weights: zeros,
            lost: zeros,
            a: zeros,
            b: zeros,
            at_target: zeros,
            upstream: match sweep.upstream {
                Upstream::All(upstream) => [E::Acc::from_f64(upstream); BLOCK],
                Upstream::Each(_) => zeros,
            },
            counted: zeros,
            sum: 0.0,
        }
    }

    /// Turns to the `len` rows from `first` on.
    #[inline(always)]
    fn open(&mut self, first: usize, len: usize) {
        self.first = first;
        self.block.len = len;
        let weights = self.sweep.call.class_weights.as_deref();
        for r in 0..len {
            let class = match self.sweep.upstream {
                // What nothing was made of has no gradient, whatever its slope is.
                Upstream::Each(upstream) if upstream[first + r].number() == 0.0 => IGNORED,
                _ => self.sweep.targets[first + r],
            };
            self.block.class[r] = class;
            let weight = match weights {
                _ if class == IGNORED => 0.0,
                Some(weights) => weights[class as usize],
                None => 1.0,
            };
            self.block.weight[r] = E::Acc::from_f64(weight);
            self.counted[r] = E::Acc::from_f64(f64::from(u8::from(class != IGNORED)));
        }
        // Rows past the end: harmless numbers.
        for r in len..BLOCK.min(len.next_multiple_of(16)) {
            self.block.class[r] = 0;
            self.set_row(r, E::Acc::from_f64(0.0), E::Acc::from_f64(1.0), E::Acc::from_f64(0.0));
        }
    }

    #[inline(always)]
    fn set_row(&mut self, r: usize, largest: E::Acc, exp_sum: E::Acc, target: E::Acc) {
        self.largest[r] = largest;
        self.exp_sum[r] = exp_sum;
        self.target[r] = target;
    }

    /// Lanes along the classes.
    #[inline(always)]
    fn along<V: Vector<T = E::Acc>>(&mut self) {
        let classes = self.sweep.extent.classes;
        let with_gradient = self.memory.gradient.is_some();
        for r in 0..self.block.len {
            let class = self.block.class[r];
            if class == IGNORED {
                self.set_row(r, E::Acc::from_f64(0.0), E::Acc::from_f64(1.0), E::Acc::from_f64(0.0));
                continue;
            }
            self.load_row(r);
            let (from, to) = self.row_pointers(r);
            let t = class as usize;
            // SAFETY: `from` and `to` are `classes` values of this row, and t < classes was checked with the targets.
            unsafe {
                let others = [(0, t), (t + 1, classes)];
                let mut largest = V::splat(V::T::from_f64(f64::NEG_INFINITY));
                for (start, end) in others {
                    largest = max_of::<V>(from.add(start), end - start, largest);
                }
                let target = *from.add(t);
                let largest = widest::<V>(largest);
                if largest.to_f64() == f64::INFINITY {
                    self.infinite_row(r, t);
                    continue;
                }
                // All others −∞: nothing to subtract.
                let shift = if largest.to_f64() == f64::NEG_INFINITY { V::T::from_f64(0.0) } else { largest };
                let zero = V::splat(V::T::from_f64(0.0));
                if let (Some(weights), true) = (&self.term_weights, target.to_f64() == f64::NEG_INFINITY) {
                    let lost = (0..classes).filter(|k| (*from.add(*k)).to_f64() == f64::NEG_INFINITY);
                    self.lost[r] = E::Acc::from_f64(lost.map(|k| weights.of(k, classes).to_f64()).sum());
                }
                if let Some(TermWeights { each: Some(weights), .. }) = &self.term_weights {
                    let mut sums = (zero, zero);
                    for (start, end) in others {
                        sums =
                            weighted_sum::<V>(from.add(start), weights.as_ptr().add(start), end - start, shift, sums);
                    }
                    self.shifted_sum[r] = total::<V>(sums.0);
                    self.other_weights[r] = total::<V>(sums.1);
                }
                let all_alike = matches!(&self.term_weights, Some(TermWeights { each: None, .. }));
                let (mut sum, mut shifted) = (zero, zero);
                for (start, end) in others {
                    let to = if with_gradient { Some(to.add(start)) } else { None };
                    let from = from.add(start);
                    (sum, shifted) = if all_alike {
                        exp_sum::<V, true>(from, to, end - start, shift, (sum, shifted))
                    } else {
                        exp_sum::<V, false>(from, to, end - start, shift, (sum, shifted))
                    };
                }
                if all_alike {
                    self.shifted_sum[r] = total::<V>(shifted);
                    self.other_weights[r] = E::Acc::from_f64(classes as f64 - 1.0);
                }
                self.set_row(r, shift, total::<V>(sum), target);
            }
        }
        self.formula::<V>();
        if !with_gradient {
            return;
        }
        for r in 0..self.block.len {
            let class = self.block.class[r];
            let (_, to) = self.row_pointers(r);
            // SAFETY: as above; where the row was ignored the gradient is written for the first time here.
            unsafe {
                if class == IGNORED {
                    for k in 0..classes {
                        *to.add(k) = E::Acc::from_f64(0.0);
                    }
                } else {
                    let t = class as usize;
                    if self.a[r].to_f64().is_infinite() {
                        self.infinite_slope(r, t, to);
                        *to.add(t) = self.at_target[r];
                        self.store_row(r);
                        continue;
                    }
                    let added = |start: usize| match &self.term_weights {
                        None => Added::Nothing,
                        Some(TermWeights { each: None, .. }) => Added::Same,
                        Some(TermWeights { each: Some(weights), .. }) => Added::Weighted(weights.as_ptr().add(start)),
                    };
                    scale::<V>(to, added(0), t, self.a[r], self.b[r]);
                    scale::<V>(to.add(t + 1), added(t + 1), classes - t - 1, self.a[r], self.b[r]);
                    *to.add(t) = self.at_target[r];
                }
            }
            self.store_row(r);
        }
    }

    /// A row with an infinite logit besides the target's: what is infinite has all of the sum, in equal parts.
    ///
    /// # Safety
    ///
    /// `r` is a row of the block, and its logits are where they belong.
    #[cold]
    unsafe fn infinite_row(&mut self, r: usize, t: usize) {
        let classes = self.sweep.extent.classes;
        let with_gradient = self.memory.gradient.is_some();
        let (from, to) = self.row_pointers(r);
        let (mut sum, mut target, mut others, mut lost) = (0.0, E::Acc::from_f64(0.0), 0.0, 0.0);
        for k in 0..classes {
            // SAFETY: the row has as many values.
            let x = unsafe { *from.add(k) };
            let weight = self.term_weights.as_ref().map_or(0.0, |weights| weights.of(k, classes).to_f64());
            if x.to_f64() < f64::INFINITY {
                lost += weight;
            }
            if k == t {
                target = x;
                continue;
            }
            others += weight;
            let e = if x.to_f64().is_nan() { f64::NAN } else { f64::from(u8::from(x.to_f64() == f64::INFINITY)) };
            sum += e;
            if with_gradient {
                // SAFETY: as above.
                unsafe { *to.add(k) = E::Acc::from_f64(e) };
            }
        }
        // ln p of all that is not infinite is −∞.
        self.shifted_sum[r] = E::Acc::from_f64(if others == 0.0 { 0.0 } else { f64::NEG_INFINITY });
        self.other_weights[r] = E::Acc::from_f64(others);
        self.lost[r] = E::Acc::from_f64(lost);
        self.set_row(r, E::Acc::from_f64(f64::INFINITY), E::Acc::from_f64(sum), target);
    }

    /// The gradient of a row with an infinite slope: what has no part in the sum has none in it.
    ///
    /// # Safety
    ///
    /// `to` holds the exponentials of the row, except at the target `t`.
    #[cold]
    unsafe fn infinite_slope(&self, r: usize, t: usize, to: *mut E::Acc) {
        let classes = self.sweep.extent.classes;
        let (a, b) = (self.a[r].to_f64(), self.b[r].to_f64());
        for k in (0..classes).filter(|k| *k != t) {
            let added = self.term_weights.as_ref().map_or(0.0, |weights| b * weights.of(k, classes).to_f64());
            // SAFETY: the row has as many values.
            unsafe {
                let e = (*to.add(k)).to_f64();
                *to.add(k) = E::Acc::from_f64(if e == 0.0 { added } else { a * e + added });
            }
        }
    }

    /// Where the numbers of row `r` are read, and where its exponentials and then its gradient go: the tensors
    /// themselves, or the scratch for half precision.
    #[inline(always)]
    fn row_pointers(&mut self, r: usize) -> (*mut E::Acc, *mut E::Acc) {
        let classes = self.sweep.extent.classes;
        let offset = (self.first + r) * classes;
        // SAFETY: the row lies inside the logits and inside the gradient; the scratch holds all rows of a block.
        unsafe {
            match E::same(self.memory.logits.add(offset)) {
                Some(logits) => {
                    let gradient = self.memory.gradient.and_then(|g| E::same(g.add(offset)));
                    (logits, gradient.unwrap_or(logits))
                }
                None => {
                    let row = self.scratch.as_mut_ptr().add(r * classes);
                    (row, row)
                }
            }
        }
    }

    /// Half precision: the row to the scratch.
    #[inline(always)]
    fn load_row(&mut self, r: usize) {
        if self.scratch.is_empty() {
            return;
        }
        let classes = self.sweep.extent.classes;
        for k in 0..classes {
            // SAFETY: the row lies inside the logits.
            self.scratch[r * classes + k] = unsafe { *self.memory.logits.add((self.first + r) * classes + k) }.to_acc();
        }
    }

    /// Half precision: the gradient from the scratch.
    #[inline(always)]
    fn store_row(&mut self, r: usize) {
        let (Some(gradient), false) = (self.memory.gradient, self.scratch.is_empty()) else { return };
        let classes = self.sweep.extent.classes;
        for k in 0..classes {
            // SAFETY: the row lies inside the gradient.
            unsafe { gradient.add((self.first + r) * classes + k).write(E::from_acc(self.scratch[r * classes + k])) };
        }
    }

    /// Lanes across rows.
    #[inline(always)]
    fn across<V: Vector<T = E::Acc>>(&mut self) {
        let classes = self.sweep.extent.classes;
        self.load_tile();
        let number = |x: f64| V::splat(V::T::from_f64(x));
        // Class indices as floats, to compare lanes with: exact up to 2²⁴ classes, far beyond a tile's size.
        let class = self.block.class.map(|c| V::T::from_f64(if c == IGNORED { -1.0 } else { f64::from(c) }));
        let tile = self.scratch.as_mut_ptr();
        let mut at = 0;
        while at < self.block.len {
            // SAFETY: `at + W` ≤ BLOCK, the arrays hold BLOCK values and the tile `classes · BLOCK`.
            unsafe {
                let class = V::load(class.as_ptr().add(at));
                let (mut largest, mut target) = (number(f64::NEG_INFINITY), number(0.0));
                for k in 0..classes {
                    let x = V::load(tile.add(k * BLOCK + at));
                    let is_target = class.equal(number(k as f64));
                    target = V::select(is_target, x, target);
                    largest = largest.larger(V::select(is_target, number(f64::NEG_INFINITY), x));
                }
                let shift = V::select(largest.equal(number(f64::NEG_INFINITY)), number(0.0), largest);
                let mut finite = shift;
                let mut largest_of_lanes = [V::T::from_f64(0.0); WIDEST];
                shift.store(largest_of_lanes.as_mut_ptr());
                if largest_of_lanes[..V::W].iter().any(|x| x.to_f64() == f64::INFINITY) {
                    // What is infinite has all of the sum, in equal parts.
                    let is_infinite = shift.equal(number(f64::INFINITY));
                    finite = V::select(is_infinite, number(0.0), shift);
                    for k in 0..classes {
                        let cell = tile.add(k * BLOCK + at);
                        let x = V::load(cell);
                        let part = V::select(x.less(number(f64::INFINITY)), number(f64::NEG_INFINITY), x);
                        let part = V::select(x.equal(number(f64::INFINITY)), number(0.0), part);
                        V::select(is_infinite, part, x).store(cell);
                    }
                }
                if let Some(weights) = &self.term_weights {
                    let mut sums = (number(0.0), number(0.0));
                    for k in 0..classes {
                        let x = V::load(tile.add(k * BLOCK + at));
                        let weight = V::splat(weights.of(k, classes));
                        let weight = V::select(class.equal(number(k as f64)), number(0.0), weight);
                        sums = add_weighted(x, weight, finite, sums);
                    }
                    sums.0.store(self.shifted_sum.as_mut_ptr().add(at));
                    sums.1.store(self.other_weights.as_mut_ptr().add(at));
                    let (is_far, is_below) =
                        (shift.equal(number(f64::INFINITY)), target.equal(number(f64::NEG_INFINITY)));
                    let far = V::select(is_far, number(1.0), V::select(is_below, number(1.0), number(0.0)));
                    if values(far)[..V::W].iter().any(|far| far.to_f64() == 1.0) {
                        let mut lost = number(0.0);
                        for k in 0..classes {
                            let is_lost = V::load(tile.add(k * BLOCK + at)).equal(number(f64::NEG_INFINITY));
                            lost = lost.add(V::select(is_lost, V::splat(weights.of(k, classes)), number(0.0)));
                        }
                        lost.store(self.lost.as_mut_ptr().add(at));
                    }
                }
                let mut sum = number(0.0);
                for k in 0..classes {
                    let e = exp_nonpositive(V::load(tile.add(k * BLOCK + at)).sub(finite));
                    let e = V::select(class.equal(number(k as f64)), number(0.0), e);
                    e.store(tile.add(k * BLOCK + at));
                    sum = sum.add(e);
                }
                shift.store(self.largest.as_mut_ptr().add(at));
                sum.store(self.exp_sum.as_mut_ptr().add(at));
                target.store(self.target.as_mut_ptr().add(at));
            }
            at += V::W;
        }
        self.formula::<V>();
        if self.memory.gradient.is_none() {
            return;
        }
        let any_infinite = self.a[..self.block.len].iter().any(|a| a.to_f64().is_infinite());
        let mut at = 0;
        while at < self.block.len {
            // SAFETY: as above.
            unsafe {
                let class = V::load(class.as_ptr().add(at));
                let ignored = class.equal(number(-1.0));
                let a = V::load(self.a.as_ptr().add(at));
                let b = V::load(self.b.as_ptr().add(at));
                let at_target = V::load(self.at_target.as_ptr().add(at));
                for k in 0..classes {
                    let e = V::load(tile.add(k * BLOCK + at));
                    let mut g = e.mul(a);
                    if any_infinite {
                        // What has no part in the sum has none of an infinite slope.
                        g = V::select(e.equal(number(0.0)), number(0.0), g);
                    }
                    if let Some(weights) = &self.term_weights {
                        g = b.mul_add(V::splat(weights.of(k, classes)), g);
                    }
                    let g = V::select(class.equal(number(k as f64)), at_target, g);
                    V::select(ignored, number(0.0), g).store(tile.add(k * BLOCK + at));
                }
            }
            at += V::W;
        }
        self.store_tile();
    }

    /// The stretches of the block's rows that lie side by side in memory: (row in the block, length, offset of class 0).
    #[inline(always)]
    fn stretches(&self) -> impl Iterator<Item = (usize, usize, usize)> + use<E> {
        let Extent { classes, inner, .. } = self.sweep.extent;
        let (first, len) = (self.first, self.block.len);
        let mut r = 0;
        core::iter::from_fn(move || {
            let position = first + r;
            let within = position % inner;
            let stretch = (inner - within).min(len - r);
            let item = (r < len).then_some((r, stretch, position / inner * classes * inner + within));
            r += stretch;
            item
        })
    }

    #[inline(always)]
    fn load_tile(&mut self) {
        let (tile, logits) = (self.scratch.as_mut_ptr(), self.memory.logits);
        if let (true, Some(logits)) = (self.sweep.extent.inner > 1, E::same(logits)) {
            // SAFETY: `each_stretch` gives stretches inside the tile and inside the logits, which do not overlap.
            self.each_stretch(|place, offset, len| unsafe {
                logits.add(offset).copy_to_nonoverlapping(tile.add(place), len);
            });
        } else {
            // SAFETY: `each_in_tile` gives places inside the tile, and offsets inside the logits.
            self.each_in_tile(|place, offset| unsafe { *tile.add(place) = (*logits.add(offset)).to_acc() });
        }
    }

    #[inline(always)]
    fn store_tile(&mut self) {
        let Some(gradient) = self.memory.gradient else { return };
        let tile = self.scratch.as_ptr();
        if let (true, Some(gradient)) = (self.sweep.extent.inner > 1, E::same(gradient)) {
            // SAFETY: `each_stretch` gives stretches inside the tile and inside the gradient, which do not overlap.
            self.each_stretch(|place, offset, len| unsafe {
                tile.add(place).copy_to_nonoverlapping(gradient.add(offset), len);
            });
        } else {
            // SAFETY: `each_in_tile` gives places inside the tile, and offsets inside the gradient.
            self.each_in_tile(|place, offset| unsafe { gradient.add(offset).write(E::from_acc(*tile.add(place))) });
        }
    }

    /// What lies side by side both in the tile and in the tensors: the place in the tile, the offset, the length.
    #[inline(always)]
    fn each_stretch(&self, visit: impl Fn(usize, usize, usize)) {
        let Extent { classes, inner, .. } = self.sweep.extent;
        for (r, stretch, offset) in self.stretches() {
            for k in 0..classes {
                visit(k * BLOCK + r, offset + k * inner, stretch);
            }
        }
    }

    /// Every place in the tile with the offset in the tensors it belongs to, in the order of the tensors' memory.
    #[inline(always)]
    fn each_in_tile(&self, visit: impl Fn(usize, usize)) {
        let Extent { classes, inner, .. } = self.sweep.extent;
        if inner == 1 {
            // Whole rows in turn, without a division for each.
            for r in 0..self.block.len {
                let row = (self.first + r) * classes;
                for k in 0..classes {
                    visit(k * BLOCK + r, row + k);
                }
            }
            return;
        }
        self.each_stretch(|place, offset, len| (0..len).for_each(|i| visit(place + i, offset + i)));
    }

    /// From the rows' sums to the losses, and to what the gradient is made of.
    #[inline(always)]
    fn formula<V: Vector<T = E::Acc>>(&mut self) {
        let with_gradient = self.memory.gradient.is_some();
        let mut at = 0;
        while at < self.block.len {
            self.numbers::<V>(at);
            at += V::W;
        }
        let formula = &*self.sweep.call.formula;
        E::Acc::rows(formula, &mut self.block, with_gradient);
        let has_limits = with_gradient || self.term_weights.is_some();
        if has_limits && self.block.gap[..self.block.len].iter().any(|gap| gap.to_f64() == f64::INFINITY) {
            self.at_infinity(with_gradient);
        }
        if let (true, Upstream::Each(upstream)) = (with_gradient, self.sweep.upstream) {
            for r in 0..self.block.len {
                self.upstream[r] = upstream[self.first + r].to_acc();
            }
        }
        let mut at = 0;
        while at < self.block.len {
            self.finish::<V>(at, with_gradient);
            at += V::W;
        }
        self.sum = 0.0;
        for r in 0..self.block.len {
            self.sum += self.block.loss[r].to_f64();
            if let Some(losses) = self.memory.losses {
                // SAFETY: there is one loss a target.
                unsafe { losses.add(self.first + r).write(E::from_acc(self.block.loss[r])) };
            }
        }
    }

    /// gap, log_p_sum and log_norm of `W` rows.
    #[inline(always)]
    fn numbers<V: Vector<T = E::Acc>>(&mut self, at: usize) {
        let number = |x: f64| V::splat(V::T::from_f64(x));
        // SAFETY: `at + W` ≤ BLOCK, which all the arrays hold.
        unsafe {
            let largest = V::load(self.largest.as_ptr().add(at));
            let exp_sum = V::load(self.exp_sum.as_ptr().add(at));
            let target = V::load(self.target.as_ptr().add(at));
            let log_sum = ln(exp_sum);
            let gap = largest.sub(target).add(log_sum);
            let alone = exp_sum.equal(number(0.0));
            let gap = V::select(alone, number(-FAR), gap);
            // Alone or not: a target of NaN is not certain.
            let gap = V::select(target.equal(target), gap, target);
            let gap = V::select(gap.less(number(-FAR)), number(-FAR), gap);
            gap.store(self.block.gap.as_mut_ptr().add(at));
            let gap = Lanes(gap);
            if self.term_weights.is_some() {
                let shifted = Lanes(V::load(self.shifted_sum.as_ptr().add(at)));
                let others = Lanes(V::load(self.other_weights.as_ptr().add(at)));
                let own = Lanes(V::load(self.own_weights(at).as_ptr()));
                let log_others = (-(-gap).softplus() - Lanes(log_sum)) * others;
                let log_others = Lanes(V::select(alone, number(0.0), log_others.0));
                let log_p_sum = shifted + log_others - own * gap.softplus();
                // A target at ∞ leaves nothing for the others; a class of no weight is none of them.
                let above = V::load(self.target.as_ptr().add(at)).equal(number(f64::INFINITY));
                let lost =
                    Lanes::select(&others.equal(&Lanes(number(0.0))), log_p_sum, Lanes(number(f64::NEG_INFINITY)));
                let log_p_sum = Lanes::select(&above, lost, log_p_sum);
                log_p_sum.0.store(self.block.log_p_sum.as_mut_ptr().add(at));
            }
            if self.block.terms.log_norm {
                // From the larger of the target's logit and the others' log-sum: never ∞ − ∞, and no digit lost.
                let zero = Lanes(number(0.0));
                let others = Lanes(largest.add(log_sum)) + (-gap).softplus();
                let log_norm = Lanes::select(&gap.less(&zero), Lanes(target) + gap.softplus(), others);
                log_norm.0.store(self.block.log_norm.as_mut_ptr().add(at));
            }
        }
    }

    /// The weight in Σ wₖ ln pₖ of the targets from `at` on.
    #[inline(always)]
    fn own_weights(&self, at: usize) -> [E::Acc; WIDEST] {
        let classes = self.sweep.extent.classes;
        core::array::from_fn(|i| match (&self.term_weights, self.block.class.get(at + i)) {
            (Some(weights), Some(&class)) => weights.of(class as usize, classes),
            _ => E::Acc::from_f64(0.0),
        })
    }

    /// Where the target has no probability at all the slopes have a limit that ∞ · 0 would hide, and a finite loss of
    /// infinite numbers one that ∞/∞ would.
    #[cold]
    fn at_infinity(&mut self, with_gradient: bool) {
        let formula = &*self.sweep.call.formula;
        let mut losses = self.block.loss;
        let is_infinite = self.block.gap.map(|gap| gap.to_f64() == f64::INFINITY);
        for r in (0..BLOCK).filter(|r| is_infinite[*r]) {
            self.block.gap[r] = E::Acc::from_f64(FAR);
        }
        if self.term_weights.is_some() {
            // All that is lost is so alike.
            let sums = self.block.log_p_sum;
            let is_lost = |r: usize| is_infinite[r] && sums[r].to_f64() == f64::NEG_INFINITY;
            for r in (0..BLOCK).filter(|r| is_lost(*r)) {
                self.block.log_p_sum[r] = E::Acc::from_f64(-FAR * self.lost[r].to_f64());
            }
            E::Acc::rows(formula, &mut self.block, false);
            for r in (0..BLOCK).filter(|r| is_lost(*r)) {
                if losses[r].to_f64().abs() != f64::INFINITY {
                    losses[r] = self.block.loss[r];
                }
            }
            self.block.log_p_sum = sums;
        }
        if with_gradient {
            E::Acc::rows(formula, &mut self.block, true);
        }
        self.block.loss = losses;
    }

    /// Weighs the losses of `W` rows, and makes the coefficients of their gradients.
    #[inline(always)]
    fn finish<V: Vector<T = E::Acc>>(&mut self, at: usize, with_gradient: bool) {
        let number = |x: f64| Lanes::<V>(V::splat(V::T::from_f64(x)));
        let zero = number(0.0);
        // SAFETY: `at + W` ≤ BLOCK, which all the arrays hold.
        let load = |values: &[V::T; BLOCK]| Lanes(unsafe { V::load(values.as_ptr().add(at)) });
        // SAFETY: as above.
        let store = |x: Lanes<V>, values: &mut [V::T; BLOCK]| unsafe { x.0.store(values.as_mut_ptr().add(at)) };

        // A weight of 0, which ignored targets have, silences even a loss of NaN.
        let weight = load(&self.block.weight);
        let silent =
            if self.block.terms.weighs_itself() { load(&self.counted).equal(&zero) } else { weight.equal(&zero) };
        let weight = if self.block.terms.weighs_itself() { number(1.0) } else { weight };
        let loss = Lanes::select(&silent, zero, load(&self.block.loss) * weight);
        store(loss, &mut self.block.loss);
        if !with_gradient {
            return;
        }
        let factor = weight * load(&self.upstream);
        let exp_sum = load(&self.exp_sum);
        let alone = exp_sum.equal(&zero);
        // With no other class the row has nothing to move against.
        let g = Lanes::select(&alone, load(&self.block.gap) * 0.0, factor * load(&self.block.slopes[0]));
        let inverse = Lanes::select(&alone, zero, number(1.0) / exp_sum);
        let (mut a, mut at_target) = (g, -g);
        if self.block.terms != Terms::NONE {
            let gap = load(&self.block.gap);
            let (p, miss) = ((-gap).sigmoid(), gap.sigmoid());
            let s = factor * load(&self.block.slopes[1]);
            let c = factor * load(&self.block.slopes[2]);
            let all = self.term_weights.as_ref().map_or(0.0, |weights| weights.total);
            // SAFETY: the array holds WIDEST ≥ W values.
            let own = Lanes(unsafe { V::load(self.own_weights(at).as_ptr()) });
            // Of a class without any probability even an infinite slope is nothing.
            a = a + (c.product(miss) - s * all * miss);
            at_target = at_target + s * (own - p * all) + c.product(p);
            store(Lanes::select(&silent, zero, s), &mut self.b);
        }
        store(Lanes::select(&silent, zero, a * inverse), &mut self.a);
        store(Lanes::select(&silent, zero, at_target), &mut self.at_target);
    }
}

/// The largest of `n` values and of `largest`.
///
/// # Safety
///
/// `n` values can be read at `from`. So for the sweeps below, and `to` can be written.
#[inline(always)]
unsafe fn max_of<V: Vector>(from: *const V::T, n: usize, largest: V) -> V {
    // Four at a time: one maximum waits for the one before.
    let mut lanes = [largest; 4];
    let mut at = 0;
    // SAFETY: every access stays below n.
    unsafe {
        while at + 4 * V::W <= n {
            for (i, lane) in lanes.iter_mut().enumerate() {
                *lane = lane.larger(V::load(from.add(at + i * V::W)));
            }
            at += 4 * V::W;
        }
        while at + V::W <= n {
            lanes[0] = lanes[0].larger(V::load(from.add(at)));
            at += V::W;
        }
        if at < n {
            lanes[1] = lanes[1].larger(V::load_first(from.add(at), n - at, largest));
        }
    }
    lanes[0].larger(lanes[1]).larger(lanes[2].larger(lanes[3]))
}

/// (Σ e^{x − shift}, Σ (x − shift)) added to `sums`, lane by lane, the second only if `SHIFTED`; the exponentials are left
/// at `to`.
#[inline(always)]
unsafe fn exp_sum<V: Vector, const SHIFTED: bool>(
    from: *const V::T,
    to: Option<*mut V::T>,
    n: usize,
    shift: V::T,
    sums: (V, V),
) -> (V, V) {
    let shift = V::splat(shift);
    let (mut sum, mut shifted) = sums;
    let mut at = 0;
    // SAFETY: every access stays below n.
    unsafe {
        while at + V::W <= n {
            let x = V::load(from.add(at)).sub(shift);
            let e = exp_nonpositive(x);
            if let Some(to) = to {
                e.store(to.add(at));
            }
            sum = sum.add(e);
            if SHIFTED {
                shifted = shifted.add(x);
            }
            at += V::W;
        }
        if at < n {
            if SHIFTED {
                shifted = shifted.add(V::load_first(from.add(at), n - at, shift).sub(shift));
            }
            let rest = V::splat(V::T::from_f64(f64::NEG_INFINITY));
            let e = exp_nonpositive(V::load_first(from.add(at), n - at, rest).sub(shift));
            if let Some(to) = to {
                e.store_first(to.add(at), n - at);
            }
            sum = sum.add(e);
        }
    }
    (sum, shifted)
}

/// (Σ w·(x − shift), Σ w) added to `sums`; a weight of 0 counts for nothing, whatever x is.
#[inline(always)]
fn add_weighted<V: Vector>(x: V, weight: V, shift: V, sums: (V, V)) -> (V, V) {
    let zero = V::splat(V::T::from_f64(0.0));
    let shifted = V::select(weight.equal(zero), zero, x.sub(shift));
    (weight.mul_add(shifted, sums.0), sums.1.add(weight))
}

#[inline(always)]
unsafe fn weighted_sum<V: Vector>(
    from: *const V::T,
    weights: *const V::T,
    n: usize,
    shift: V::T,
    sums: (V, V),
) -> (V, V) {
    let shift = V::splat(shift);
    let zero = V::splat(V::T::from_f64(0.0));
    let mut sums = sums;
    let mut at = 0;
    // SAFETY: every access stays below n.
    unsafe {
        while at + V::W <= n {
            sums = add_weighted(V::load(from.add(at)), V::load(weights.add(at)), shift, sums);
            at += V::W;
        }
        if at < n {
            let x = V::load_first(from.add(at), n - at, zero);
            sums = add_weighted(x, V::load_first(weights.add(at), n - at, zero), shift, sums);
        }
    }
    sums
}

/// x ← a·x + b·w, w being 0, 1 or a weight each.
#[inline(always)]
unsafe fn scale<V: Vector>(x: *mut V::T, added: Added<V::T>, n: usize, a: V::T, b: V::T) {
    let (a, b) = (V::splat(a), V::splat(b));
    let zero = V::splat(V::T::from_f64(0.0));
    let mut at = 0;
    // SAFETY: every access stays below n.
    unsafe {
        while at + V::W <= n {
            let y = V::load(x.add(at)).mul(a);
            let y = match added {
                Added::Nothing => y,
                Added::Same => y.add(b),
                Added::Weighted(weights) => b.mul_add(V::load(weights.add(at)), y),
            };
            y.store(x.add(at));
            at += V::W;
        }
        if at < n {
            let y = V::load_first(x.add(at), n - at, zero).mul(a);
            let y = match added {
                Added::Nothing => y,
                Added::Same => y.add(b),
                Added::Weighted(weights) => b.mul_add(V::load_first(weights.add(at), n - at, zero), y),
            };
            y.store_first(x.add(at), n - at);
        }
    }
}

/// The values of a vector.
#[inline(always)]
fn values<V: Vector>(vector: V) -> [V::T; WIDEST] {
    let mut out = [V::T::from_f64(0.0); WIDEST];
    // SAFETY: the array holds WIDEST ≥ W values.
    unsafe { vector.store(out.as_mut_ptr()) };
    out
}

#[inline(always)]
fn total<V: Vector>(vector: V) -> V::T {
    V::T::from_f64(values(vector)[..V::W].iter().map(|x| x.to_f64()).sum())
}

#[inline(always)]
fn widest<V: Vector>(vector: V) -> V::T {
    let values = values(vector);
    values[1..V::W].iter().fold(values[0], |a, &b| if b > a { b } else { a })
}

#[cfg(test)]
mod tests;

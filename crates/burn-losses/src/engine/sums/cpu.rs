//! The CPU sweep of soft class rows.
//!
//! Rows are worked on in tiles of [`LANES`] columns, in which every pass is a loop over vectors:
//!
//! - **across**: a column is a row of its own (class axis not last, or short). Sums run down the columns.
//! - **along**: a tile is one long row, folded. Sums run down the columns, and the columns are then joined.
//!
//! Numbers are converted on the way into the tile and out of it: half precision is computed in f32, and a loss that tells how
//! far two distributions are apart in f64.
#![allow(unsafe_code)]

use super::weighs_rows;
use crate::base::input::Input;
use crate::base::reduction::Reduction;
use crate::base::{check, error};
use crate::engine::call::SoftCall;
use crate::engine::formula::{LANES, LOST, Stretch, SumsBlock, given};
use crate::engine::host::{Accumulator, Asked, Element, Host, Made, Output, with_float, written};
use crate::engine::layout::{Extent, Place};
use crate::engine::tensors::{Slot, Tensors};
use crate::real::lanes::{Kernel, Lanes, Vector, exp_nonpositive};
use crate::real::{Dual, Real as _};
use burn::backend::TensorMetadata;
use burn::backend::tensor::FloatTensor;
use burn::tensor::Shape;
use core::marker::PhantomData;
use rayon::prelude::*;

/// Classes from which a row is worth a tile of its own.
const LONG: usize = 64;

/// What is asked of a loss of soft class rows.
pub(crate) fn sweep<B: Host>(inputs: Tensors<B>, call: &SoftCall, asked: Asked<B>) -> Made<B> {
    let dtype = match &inputs.first {
        Slot::Float(scores) => scores.dtype(),
        _ => unreachable!("soft class rows have scores"),
    };
    let is_soft = matches!(inputs.second, Slot::Float(_)) || call.label_smoothing.is_some();
    with_float!(B, dtype, E => match is_soft && call.formula.compares() {
        true => sweep_in::<B, E, f64>(inputs, call, asked),
        false => sweep_in::<B, E, <E as Element>::Acc>(inputs, call, asked),
    })
}

fn sweep_in<B: Host, E: Element, A: Accumulator>(inputs: Tensors<B>, call: &SoftCall, asked: Asked<B>) -> Made<B> {
    let Tensors { first, second, classes, weights, .. } = inputs;
    let mut scores = B::contiguous(first.float().expect("soft class rows have scores"));
    let mut targets = second.float().map(B::contiguous);
    let dense = targets.is_some();
    let (shape, device) = (scores.shape(), scores.device());
    let extent = Extent::of(&shape);
    let (len, rows) = (shape.num_elements(), extent.targets());
    let weights = weights.float().map(B::contiguous);
    let upstream = asked.upstream.map(B::contiguous);
    let mut index = classes.int().map_or_else(Vec::new, |classes| B::integers(&classes, |class| class));
    if !dense {
        let numbers = index.iter().copied();
        if error::tell(check::in_range(call.formula.name(), numbers, extent.classes, call.ignore_index)) {
            // What comes out is thrown away; what is no class must not be read.
            index.fill(0);
        }
    }

    // What every row counts, in f64: its own weight, its class's weight, nothing if it is ignored.
    let differ = weights.is_some() || (!dense && (call.class_weights.is_some() || call.ignore_index.is_some()));
    let counts: Option<Vec<f64>> = differ.then(|| {
        let own = weights.as_ref().map(B::elements::<E>);
        let count = |row: usize| {
            let own = own.map_or(1.0, |own| own[row].number());
            let of_class = match index.get(row) {
                Some(class) if call.ignore_index == Some(*class) => 0.0,
                Some(class) => call.class_weights.as_ref().map_or(1.0, |weights| weights[*class as usize]),
                None => 1.0,
            };
            own * of_class
        };
        (0..rows).map(count).collect()
    });
    let scale = match call.reduction {
        Some(Reduction::Mean) => match counts.as_ref().map_or(rows as f64, |counts| counts.iter().sum()) {
            0.0 => 0.0,
            total => 1.0 / total,
        },
        _ => 1.0,
    };
    let factor = match (call.reduction, &upstream) {
        (Some(_), Some(upstream)) => scale * B::elements::<E>(upstream)[0].number(),
        _ => scale,
    };

    let mut outputs: [Output<E>; 2] = [Output::Nowhere, Output::Nowhere];
    let mut gradients = [None; 2];
    for (index, input) in [Some(&mut scores), targets.as_mut()].into_iter().enumerate() {
        if let (Some(input), true) = (input, asked.gradients[index]) {
            let (output, pointer) = Output::new::<B>(input, len);
            (outputs[index], gradients[index]) = (output, Some(pointer));
        }
    }
    let pointer = |which: usize, input: &FloatTensor<B>| match (&outputs[which], gradients[which]) {
        (Output::InPlace, Some(gradient)) => gradient.cast_const(),
        _ => B::elements::<E>(input).as_ptr(),
    };
    let mut each = (asked.loss && call.reduction.is_none()).then(|| Vec::<E>::with_capacity(rows));
    // Not of nothing, which may have any number of classes.
    let smoothing = call.label_smoothing.as_ref().filter(|_| rows > 0);
    let smoothing = smoothing.map(|smoothing| smoothing.shares(extent.classes));
    let job = Job::<E, A> {
        wide: PhantomData,
        call,
        extent,
        index: &index,
        counts: counts.as_deref(),
        factor,
        smoothing: smoothing.as_ref().map(|(kept, shares)| (*kept, shares.as_slice())),
        each_upstream: match (call.reduction, &upstream) {
            (None, Some(upstream)) => Some(B::elements::<E>(upstream)),
            _ => None,
        },
        memory: Memory {
            scores: pointer(0, &scores),
            targets: targets.as_ref().map(|targets| pointer(1, targets)),
            gradients,
            losses: each.as_mut().map(Vec::as_mut_ptr),
        },
    };
    let sum = job.run();

    let loss = asked.loss.then(|| match each {
        // SAFETY: the tiles cover all rows, and each writes the losses of its own.
        Some(each) => B::tensor(unsafe { written(each, rows) }, call.output_shape(&shape), &device),
        None => B::tensor(vec![E::nearest(sum * scale)], Shape::new([1]), &device),
    });
    let [of_scores, of_targets] = outputs;
    // SAFETY: as above, of the gradients that have a place.
    let first = unsafe { of_scores.made(scores) };
    let second = match targets {
        // SAFETY: as above.
        Some(targets) => unsafe { of_targets.made(targets) },
        None => Slot::Nothing,
    };
    Made { loss, gradients: Tensors { first, second, ..Tensors::none() } }
}

/// The tensors as memory. A gradient may be the input it belongs to.
struct Memory<E> {
    scores: *const E,
    targets: Option<*const E>,
    gradients: [Option<*mut E>; 2],
    losses: Option<*mut E>,
}

// SAFETY: tiles are of disjoint rows.
unsafe impl<E: Send> Send for Memory<E> {}
// SAFETY: as above.
unsafe impl<E: Sync> Sync for Memory<E> {}

/// One evaluation.
struct Job<'a, E: Element, A> {
    /// What it is computed in.
    wide: PhantomData<fn() -> A>,
    call: &'a SoftCall,
    extent: Extent,
    index: &'a [i64],
    counts: Option<&'a [f64]>,
    /// What the gradient of every row is multiplied by, besides what the row counts.
    factor: f64,
    /// What every target keeps, and what each class gets besides.
    smoothing: Option<(f64, &'a [f64])>,
    each_upstream: Option<&'a [E]>,
    memory: Memory<E>,
}

impl<E: Element, A: Accumulator> Job<'_, E, A> {
    /// The sum of the weighted losses.
    fn run(&self) -> f64 {
        let tiles = self.tiles();
        let per_task = ((1 << 15) / (self.extent.classes * self.rows_per_tile())).max(1);
        let tasks = tiles.div_ceil(per_task);
        let one =
            |task: usize| A::dispatch(Task { job: self, tiles: task * per_task..tiles.min((task + 1) * per_task) });
        if tasks <= 1 || rayon::current_num_threads() == 1 {
            (0..tasks).map(one).sum()
        } else {
            (0..tasks).into_par_iter().map(one).collect::<Vec<f64>>().into_iter().sum()
        }
    }

    /// Whether targets are probabilities.
    fn is_dense(&self) -> bool {
        self.memory.targets.is_some()
    }

    /// Whether a tile is one row.
    fn along(&self) -> bool {
        self.extent.inner == 1 && self.extent.classes >= LONG
    }

    fn rows_per_tile(&self) -> usize {
        if self.along() { 1 } else { LANES }
    }

    fn tiles(&self) -> usize {
        let Extent { rows, inner, .. } = self.extent;
        // Across, a tile does not cross from one sample to the next where the class axis is in the middle.
        if inner == 1 { rows.div_ceil(self.rows_per_tile()) } else { rows * inner.div_ceil(LANES) }
    }

    /// The first row of a tile, and how many it has.
    fn rows_of(&self, tile: usize) -> (usize, usize) {
        let Extent { rows, inner, .. } = self.extent;
        if inner == 1 {
            let first = tile * self.rows_per_tile();
            return (first, self.rows_per_tile().min(rows - first));
        }
        let per_sample = inner.div_ceil(LANES);
        let (sample, first) = (tile / per_sample, tile % per_sample * LANES);
        (sample * inner + first, LANES.min(inner - first))
    }
}

struct Task<'a, 'b, E: Element, A> {
    job: &'a Job<'b, E, A>,
    tiles: core::ops::Range<usize>,
}

impl<E: Element, A: Accumulator> Kernel<A> for Task<'_, '_, E, A> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Vector<T = A>>(self) -> f64 {
        let Self { job, tiles } = self;
        let mut work = Work::<E, A>::new(job);
        let mut sum = 0.0;
        for tile in tiles {
            sum += work.tile::<V>(tile);
        }
        sum
    }
}

/// One number per column.
type Columns<T> = [T; LANES];

/// The arrays of a tile, `height × LANES` each.
#[derive(Clone, Copy)]
enum Array {
    Score,
    LogP,
    P,
    Miss,
    Target,
    Value,
    Second,
    Slope,
    SecondSlope,
    TargetSlope,
    SecondTargetSlope,
    Weights,
    LogPSlope,
    PSlope,
}

/// How many arrays there are.
const ARRAYS: usize = 14;

struct Work<'a, 'b, E: Element, A> {
    job: &'a Job<'b, E, A>,
    along: bool,
    height: usize,
    arrays: Vec<A>,
    sums: SumsBlock<A>,
}

impl<'a, 'b, E: Element, A: Accumulator> Work<'a, 'b, E, A> {
    fn new(job: &'a Job<'b, E, A>) -> Self {
        let (along, classes) = (job.along(), job.extent.classes);
        let height = if along { classes.div_ceil(LANES) } else { classes };
        let zero = A::from_f64(0.0);
        let mut work = Self {
            job,
            along,
            height,
            arrays: vec![zero; ARRAYS * height * LANES],
            sums: SumsBlock {
                len: if along { 1 } else { LANES },
                classes,
                softmax: job.call.input == Input::Logits,
                sums: [[zero; LANES]; 2],
                excess: [zero; LANES],
                loss: [zero; LANES],
                slopes: [[zero; LANES]; 3],
            },
        };
        // Of logits: the variable is ln p itself.
        work.array(Array::LogPSlope).fill(A::from_f64(1.0));
        if let (true, Some(weights)) = (job.is_dense(), &job.call.class_weights) {
            let array = work.array(Array::Weights);
            for (class, &weight) in weights.iter().enumerate() {
                let cells = if along { class..class + 1 } else { class * LANES..(class + 1) * LANES };
                array[cells].fill(A::from_f64(weight));
            }
        }
        work
    }

    fn array(&mut self, array: Array) -> &mut [A] {
        let len = self.height * LANES;
        &mut self.arrays[array as usize * len..][..len]
    }

    fn pointer(&mut self, array: Array) -> *mut A {
        self.array(array).as_mut_ptr()
    }

    /// One tile; gives the sum of its weighted losses.
    #[inline(always)]
    fn tile<V: Vector<T = A>>(&mut self, tile: usize) -> f64 {
        let (first, rows) = self.job.rows_of(tile);
        let dense = self.job.memory.targets;
        self.load(Array::Score, self.job.memory.scores, first, rows, f64::NEG_INFINITY);
        match dense {
            Some(targets) => self.load(Array::Target, targets, first, rows, 0.0),
            None => self.mark_targets(first, rows),
        }
        self.smooth();
        let with_gradient = self.job.memory.gradients.iter().any(Option::is_some);
        let softmax = self.job.call.input == Input::Logits;
        let (largest, exp_sum) = if softmax {
            self.softmax::<V>()
        } else {
            self.given::<V>();
            ([A::from_f64(-1.0); LANES], [A::from_f64(0.0); LANES])
        };
        self.terms(with_gradient);
        if self.job.call.formula.is_log_sum() {
            self.exponentiate::<V>(with_gradient);
        } else {
            self.sums.sums[0] = self.total::<V>(Array::Value);
        }
        if self.job.call.formula.has_second() {
            self.sums.sums[1] = self.total::<V>(Array::Second);
        }
        if self.job.call.formula.compares() {
            self.sums.excess = self.column_sums(Array::Target, None, -1.0).map(A::from_f64);
        }
        A::sums(&*self.job.call.formula, &mut self.sums);

        let weighs_rows = weighs_rows(self.job.call, self.job.is_dense());
        let row_weights = if weighs_rows { self.row_weights() } else { [1.0; LANES] };
        let mut total = 0.0;
        let mut factors = [A::from_f64(0.0); LANES];
        let mut by_weight = [A::from_f64(0.0); LANES];
        for row in 0..rows {
            let own = self.job.counts.map_or(1.0, |counts| counts[first + row]);
            let count = if own == 0.0 { 0.0 } else { own * row_weights[row] };
            // A row of weight 0 has loss 0, even if it is NaN.
            let loss = if count == 0.0 { 0.0 } else { self.sums.loss[row].to_f64() * count };
            total += loss;
            if let Some(losses) = self.job.memory.losses {
                // SAFETY: there is a loss for every row.
                unsafe { *losses.add(first + row) = E::nearest(loss) };
            }
            let upstream = self.job.each_upstream.map_or(1.0, |each| each[first + row].number());
            factors[row] = A::from_f64(self.job.factor * upstream * count);
            if weighs_rows && own != 0.0 {
                by_weight[row] = A::from_f64(self.job.factor * upstream * own * self.sums.loss[row].to_f64());
            }
        }
        if with_gradient {
            let by_weight = weighs_rows.then_some(by_weight);
            self.gradients::<V>(softmax, (&largest, &exp_sum), &mut factors, by_weight, first, rows);
        }
        total
    }

    /// Copies rows into the tile; `rest` fills what is left of it.
    #[inline(always)]
    fn load(&mut self, to: Array, from: *const E, first: usize, rows: usize, rest: f64) {
        let Extent { classes, inner, .. } = self.job.extent;
        let along = self.along;
        let array = self.array(to);
        // SAFETY: the rows are within the tensor.
        unsafe {
            if along {
                for (k, cell) in array[..classes].iter_mut().enumerate() {
                    *cell = A::from_f64((*from.add(first * classes + k)).number());
                }
                array[classes..].fill(A::from_f64(rest));
            } else if inner == 1 {
                for row in 0..rows {
                    for k in 0..classes {
                        array[k * LANES + row] = A::from_f64((*from.add((first + row) * classes + k)).number());
                    }
                }
            } else {
                let start = first / inner * classes * inner + first % inner;
                for k in 0..classes {
                    for row in 0..rows {
                        array[k * LANES + row] = A::from_f64((*from.add(start + k * inner + row)).number());
                    }
                }
            }
        }
    }

    /// 1 at the class of every row, 0 elsewhere.
    fn mark_targets(&mut self, first: usize, rows: usize) {
        let (along, index) = (self.along, self.job.index);
        let classes = self.job.extent.classes;
        let array = self.array(Array::Target);
        array.fill(A::from_f64(0.0));
        for (row, &class) in index[first..first + rows].iter().enumerate() {
            // An ignored target may be no class at all.
            let Some(class) = usize::try_from(class).ok().filter(|class| *class < classes) else { continue };
            array[if along { class } else { class * LANES + row }] = A::from_f64(1.0);
        }
    }

    /// A share of every target to all classes.
    #[inline(always)]
    fn smooth(&mut self) {
        let Some((kept, shares)) = self.job.smoothing else { return };
        let width = if self.along { 1 } else { LANES };
        for (targets, share) in self.array(Array::Target).chunks_exact_mut(width).zip(shares) {
            for target in targets {
                *target = A::from_f64(target.to_f64() * kept + share);
            }
        }
    }

    /// From logits to ln p, p and 1 − p. Gives where the largest logit of each column is (its line in the tile, −1 where
    /// the row's largest is in another column), and the sum S of the others' exponentials.
    #[inline(always)]
    fn softmax<V: Vector<T = A>>(&mut self) -> (Columns<A>, Columns<A>) {
        let (height, along) = (self.height, self.along);
        let scores: *const A = self.pointer(Array::Score);
        let [log_p, p, miss] = [Array::LogP, Array::P, Array::Miss].map(|array| self.pointer(array));
        let number = |x: f64| V::splat(V::T::from_f64(x));
        let mut largest = [V::T::from_f64(f64::NEG_INFINITY); LANES];
        let mut at = [V::T::from_f64(0.0); LANES];
        let mut exp_sum = [V::T::from_f64(0.0); LANES];
        // SAFETY: tiles are height × LANES, columns LANES, a multiple of W.
        unsafe {
            let mut column = 0;
            while column < LANES {
                let mut most = number(f64::NEG_INFINITY);
                let mut line = number(0.0);
                for k in 0..height {
                    let x = V::load(scores.add(k * LANES + column));
                    let above = most.less(x);
                    most = V::select(above, x, most);
                    line = V::select(above, number(k as f64), line);
                }
                most.store(largest.as_mut_ptr().add(column));
                line.store(at.as_mut_ptr().add(column));
                column += V::W;
            }
            if along {
                let mut best = 0;
                for column in 1..LANES {
                    if largest[column] > largest[best] {
                        best = column;
                    }
                }
                let line = at[best];
                largest = [largest[best]; LANES];
                at = [V::T::from_f64(-1.0); LANES];
                at[best] = line;
            }
            let mut column = 0;
            while column < LANES {
                let most = V::load(largest.as_ptr().add(column));
                let line = V::load(at.as_ptr().add(column));
                let mut sum = number(0.0);
                for k in 0..height {
                    let x = V::load(scores.add(k * LANES + column)).sub(most);
                    let e = V::select(line.equal(number(k as f64)), number(0.0), exp_nonpositive(x));
                    e.store(p.add(k * LANES + column));
                    sum = sum.add(e);
                }
                sum.store(exp_sum.as_mut_ptr().add(column));
                column += V::W;
            }
            if along {
                exp_sum = [joined(&exp_sum); LANES];
            }
            let mut column = 0;
            while column < LANES {
                let most = V::load(largest.as_ptr().add(column));
                let line = V::load(at.as_ptr().add(column));
                let sum = V::load(exp_sum.as_ptr().add(column));
                let log = Lanes(sum).ln_1p().0;
                let share = number(1.0).div(sum.add(number(1.0)));
                for k in 0..height {
                    let cell = k * LANES + column;
                    let is_most = line.equal(number(k as f64));
                    let own = V::load(p.add(cell)).mul(share);
                    let x = V::load(scores.add(cell)).sub(most).sub(log);
                    V::select(is_most, share, own).store(p.add(cell));
                    V::select(is_most, log.mul(number(-1.0)), x).store(log_p.add(cell));
                    V::select(is_most, sum.mul(share), number(1.0).sub(own)).store(miss.add(cell));
                }
                column += V::W;
            }
        }
        (at, exp_sum)
    }

    /// From scores that are no logits to ln p, p and 1 − p, and the slopes of the first two.
    #[inline(always)]
    fn given<V: Vector<T = A>>(&mut self) {
        let (input, len) = (self.job.call.input, self.height * LANES);
        let scores: *const A = self.pointer(Array::Score);
        let to = [Array::LogP, Array::P, Array::Miss, Array::LogPSlope, Array::PSlope].map(|to| self.pointer(to));
        let mut at = 0;
        while at < len {
            // SAFETY: the arrays hold `len` values, a multiple of W.
            unsafe {
                let score = Dual::<Lanes<V>, 1>::variable(Lanes(V::load(scores.add(at))), 0);
                let [log_p, p, miss] = given(score, input);
                log_p.value.0.store(to[0].add(at));
                p.value.0.store(to[1].add(at));
                miss.value.0.store(to[2].add(at));
                log_p.slope(0).0.store(to[3].add(at));
                p.slope(0).0.store(to[4].add(at));
            }
            at += V::W;
        }
    }

    /// The formula's terms and their slopes.
    fn terms(&mut self, with_slopes: bool) {
        let call = self.job.call;
        let dense_weights = self.job.is_dense() && call.class_weights.is_some() && call.formula.is_expected();
        let with_target_slopes = self.job.memory.gradients[1].is_some();
        let classes = self.job.extent.classes;
        let softmax = self.job.call.input == Input::Logits;
        let mut stretch = Stretch {
            len: self.height * LANES,
            log_p_slope: self.pointer(Array::LogPSlope),
            p_slope: if softmax { self.pointer(Array::P) } else { self.pointer(Array::PSlope) },
            log_p: self.pointer(Array::LogP),
            p: self.pointer(Array::P),
            miss: self.pointer(Array::Miss),
            target: self.pointer(Array::Target),
            weights: dense_weights.then(|| self.pointer(Array::Weights).cast_const()),
            softmax,
            place: Place { class: 0, inner: 0, classes, inners: if self.along { 1 } else { LANES } },
            values: [self.pointer(Array::Value), self.pointer(Array::Second)],
            slopes: with_slopes.then(|| [self.pointer(Array::Slope), self.pointer(Array::SecondSlope)]),
            target_slopes: with_target_slopes
                .then(|| [self.pointer(Array::TargetSlope), self.pointer(Array::SecondTargetSlope)]),
        };
        A::terms(&*self.job.call.formula, &mut stretch);
        if self.along && self.job.call.formula.is_log_sum() {
            self.array(Array::Value)[classes..].fill(A::from_f64(f64::NEG_INFINITY));
            for array in [Array::Slope, Array::TargetSlope, Array::Second, Array::SecondSlope, Array::SecondTargetSlope]
            {
                self.array(array)[classes..].fill(A::from_f64(0.0));
            }
        } else if self.along {
            // What fills the tile is no class.
            for array in [Array::Value, Array::Second, Array::Slope, Array::SecondSlope] {
                self.array(array)[classes..].fill(A::from_f64(0.0));
            }
        }
    }

    /// From terms tₖ to ln Σₖ e^{tₖ}, and from their slopes to those of that.
    #[inline(always)]
    fn exponentiate<V: Vector<T = A>>(&mut self, with_slopes: bool) {
        let (height, along) = (self.height, self.along);
        let values = self.pointer(Array::Value);
        let slopes = [Array::Slope, Array::TargetSlope].map(|slopes| self.pointer(slopes));
        let number = |x: f64| V::splat(V::T::from_f64(x));
        let mut largest = [V::T::from_f64(f64::NEG_INFINITY); LANES];
        // SAFETY: tiles are height × LANES, columns LANES, a multiple of W.
        unsafe {
            let mut column = 0;
            while column < LANES {
                let mut most = number(f64::NEG_INFINITY);
                for k in 0..height {
                    most = most.larger(V::load(values.add(k * LANES + column)));
                }
                most.store(largest.as_mut_ptr().add(column));
                column += V::W;
            }
            if along {
                let most = largest.iter().copied().fold(largest[0], |a, b| if b > a { b } else { a });
                largest = [most; LANES];
            }
            let mut column = 0;
            while column < LANES {
                // Nothing to subtract from −∞; and ∞ is as large as ∞.
                let most = V::load(largest.as_ptr().add(column));
                let shift = V::select(most.equal(number(f64::NEG_INFINITY)), number(0.0), most);
                let is_infinite = most.equal(number(f64::INFINITY));
                for k in 0..height {
                    let cell = values.add(k * LANES + column);
                    let value = V::load(cell);
                    let less = V::select(is_infinite, number(f64::NEG_INFINITY), value.sub(shift));
                    let less = V::select(value.equal(number(f64::INFINITY)), number(0.0), less);
                    exp_nonpositive(less).store(cell);
                }
                column += V::W;
            }
        }
        let sums = self.total::<V>(Array::Value);
        for row in 0..LANES {
            let (most, sum) = (largest[row].to_f64(), sums[row].to_f64());
            // Ordinary numbers, one per row: in f64, which costs nothing.
            let log = if sum == 0.0 { f64::NEG_INFINITY } else { most + sum.ln() };
            self.sums.sums[0][row] = A::from_f64(log);
        }
        if !with_slopes {
            return;
        }
        // SAFETY: as above.
        unsafe {
            let mut column = 0;
            while column < LANES {
                let sum = V::load(sums.as_ptr().add(column));
                let inverse = V::select(sum.equal(number(0.0)), number(0.0), number(1.0).div(sum));
                for k in 0..height {
                    let share = V::load(values.add(k * LANES + column)).mul(inverse);
                    for slopes in slopes {
                        let cell = slopes.add(k * LANES + column);
                        // A term of −∞ may have slopes that are infinite.
                        let slope = V::select(share.equal(number(0.0)), number(0.0), V::load(cell).mul(share));
                        slope.store(cell);
                    }
                }
                column += V::W;
            }
        }
    }

    /// The sums of an array, one per row.
    #[inline(always)]
    fn total<V: Vector<T = A>>(&mut self, array: Array) -> Columns<A> {
        let (height, along) = (self.height, self.along);
        let values: *const A = self.pointer(array);
        let mut sums = [V::T::from_f64(0.0); LANES];
        let mut column = 0;
        while column < LANES {
            let mut sum = V::splat(V::T::from_f64(0.0));
            for k in 0..height {
                // SAFETY: the tile is height × LANES.
                sum = sum.add(unsafe { V::load(values.add(k * LANES + column)) });
            }
            // SAFETY: LANES is a multiple of W.
            unsafe { sum.store(sums.as_mut_ptr().add(column)) };
            column += V::W;
        }
        if along { [joined(&sums); LANES] } else { sums }
    }

    /// The gradients, to memory.
    #[inline(always)]
    fn gradients<V: Vector<T = A>>(
        &mut self,
        softmax: bool,
        (largest, exp_sum): (&Columns<A>, &Columns<A>),
        factors: &mut Columns<A>,
        by_weight: Option<Columns<A>>,
        first: usize,
        rows: usize,
    ) {
        let (height, along, second) = (self.height, self.along, self.job.call.formula.has_second());
        let number = |x: f64| V::splat(V::T::from_f64(x));
        let mut c = self.sums.slopes;
        let mut by_weight = by_weight;
        let mut infinite = self.sums.loss.map(|loss| loss.to_f64().abs() == f64::INFINITY);
        if along {
            *factors = [factors[0]; LANES];
            c = c.map(|slopes| [slopes[0]; LANES]);
            by_weight = by_weight.map(|of_weight| [of_weight[0]; LANES]);
            infinite = [infinite[0]; LANES];
        } else {
            infinite[rows..].fill(false);
        }
        let any_infinite = infinite.contains(&true);
        let names = [[Array::Slope, Array::SecondSlope], [Array::TargetSlope, Array::SecondTargetSlope]];
        let kept = self.job.smoothing.map_or(1.0, |(kept, _)| kept);
        for (which, [one, two]) in names.into_iter().enumerate() {
            if self.job.memory.gradients[which].is_none() {
                continue;
            }
            if any_infinite {
                self.bound(one, &infinite);
                self.bound(two, &infinite);
            }
            let of_excess = which == 1 && self.job.call.formula.compares();
            let by_weight = by_weight.filter(|_| which == 1);
            let weights: *const A = self.pointer(Array::Weights);
            let (d, two) = (self.pointer(one), self.pointer(two));
            let p: *const A = self.pointer(Array::P);
            let mut others = [V::T::from_f64(0.0); LANES];
            let mut own = [V::T::from_f64(0.0); LANES];
            // SAFETY: tiles are height × LANES, columns LANES, a multiple of W.
            unsafe {
                let mut column = 0;
                while column < LANES {
                    let (c1, c2) = (V::load(c[0].as_ptr().add(column)), V::load(c[1].as_ptr().add(column)));
                    let line = V::load(largest.as_ptr().add(column));
                    let factor = V::load(factors.as_ptr().add(column));
                    let factor = if which == 1 { factor.mul(number(kept)) } else { factor };
                    let silent = factor.equal(number(0.0));
                    let (mut sum, mut most) = (number(0.0), number(0.0));
                    let c3 = V::load(c[2].as_ptr().add(column));
                    let zero = number(0.0);
                    let (without, without_second) = (c1.equal(zero), c2.equal(zero));
                    for k in 0..height {
                        let cell = k * LANES + column;
                        let mut slope = c1.mul(V::load(d.add(cell)));
                        if second {
                            // A sum that the loss does not depend on may have infinite slopes.
                            slope = V::select(without, zero, slope);
                            let of_second = c2.mul(V::load(two.add(cell)));
                            slope = slope.add(V::select(without_second, zero, of_second));
                        }
                        if of_excess {
                            slope = slope.add(c3);
                        }
                        let mut slope = V::select(silent, zero, slope.mul(factor));
                        if let Some(by_weight) = &by_weight {
                            let weight = V::load(weights.add(cell));
                            let more = V::load(by_weight.as_ptr().add(column)).mul(number(kept)).mul(weight);
                            slope = slope.add(V::select(weight.equal(zero), zero, more));
                        }
                        slope.store(d.add(cell));
                        let is_most = line.equal(number(k as f64));
                        most = V::select(is_most, slope, most);
                        sum = sum.add(V::select(is_most, number(0.0), slope));
                    }
                    sum.store(others.as_mut_ptr().add(column));
                    most.store(own.as_mut_ptr().add(column));
                    column += V::W;
                }
                if softmax && which == 0 {
                    if along {
                        others = [joined(&others); LANES];
                        own = [joined(&own); LANES];
                    }
                    let mut column = 0;
                    while column < LANES {
                        let line = V::load(largest.as_ptr().add(column));
                        let others = V::load(others.as_ptr().add(column));
                        let own = V::load(own.as_ptr().add(column));
                        let exp_sum = V::load(exp_sum.as_ptr().add(column));
                        let silent = V::load(factors.as_ptr().add(column)).equal(number(0.0));
                        let share = number(1.0).div(exp_sum.add(number(1.0)));
                        // Of the largest: from the others' share, which keeps its digits.
                        let most = own.mul(exp_sum).sub(others).mul(share);
                        let all = others.add(own);
                        for k in 0..height {
                            let cell = k * LANES + column;
                            let slope = V::load(d.add(cell)).sub(V::load(p.add(cell)).mul(all));
                            let slope = V::select(line.equal(number(k as f64)), most, slope);
                            V::select(silent, number(0.0), slope).store(d.add(cell));
                        }
                        column += V::W;
                    }
                }
            }
            let made = if which == 0 { Array::Slope } else { Array::TargetSlope };
            if any_infinite {
                self.unbound(made, &infinite, factors);
            }
            self.store(made, first, rows);
        }
    }

    /// Rows whose loss is infinite: infinite slopes as finite ones, so that none is taken from another.
    fn bound(&mut self, slopes: Array, infinite: &[bool; LANES]) {
        for cells in self.array(slopes).chunks_exact_mut(LANES) {
            for (cell, _) in cells.iter_mut().zip(infinite).filter(|(_, infinite)| **infinite) {
                *cell = A::from_f64(cell.to_f64().clamp(LOST, -LOST));
            }
        }
    }

    /// The other way round, when they have been added up.
    fn unbound(&mut self, slopes: Array, infinite: &[bool; LANES], factors: &Columns<A>) {
        for cells in self.array(slopes).chunks_exact_mut(LANES) {
            for (column, cell) in cells.iter_mut().enumerate().filter(|(column, _)| infinite[*column]) {
                let (slope, factor) = (cell.to_f64(), factors[column].to_f64());
                if slope.abs() > -LOST * 1e-18 * factor.abs() {
                    *cell = A::from_f64(slope.signum() * f64::INFINITY);
                }
            }
        }
    }

    /// The sum of what is in an array, times `weights`, of each row, and `start`: in f64, with the digits that rounding loses.
    fn column_sums(&mut self, array: Array, weights: Option<Array>, start: f64) -> [f64; LANES] {
        let (along, classes) = (self.along, self.job.extent.classes);
        let len = if along { classes } else { self.height * LANES };
        let weights = weights.map(|weights| self.array(weights)[..len].to_vec());
        let (mut sums, mut lost) = ([start; LANES], [0.0; LANES]);
        for (at, number) in self.array(array)[..len].iter().enumerate() {
            let row = if along { 0 } else { at % LANES };
            let number = match &weights {
                // What has no weight is nothing, whatever it is.
                Some(weights) if weights[at].to_f64() == 0.0 => 0.0,
                Some(weights) => number.to_f64() * weights[at].to_f64(),
                None => number.to_f64(),
            };
            let sum = sums[row] + number;
            let of_number = sum - sums[row];
            lost[row] += (sums[row] - (sum - of_number)) + (number - of_number);
            sums[row] = sum;
        }
        core::array::from_fn(|row| sums[row] + lost[row])
    }

    /// The mean weight Σ q·w of each row.
    fn row_weights(&mut self) -> [f64; LANES] {
        self.column_sums(Array::Target, Some(Array::Weights), 0.0)
    }

    /// Copies the slopes of the tile to memory.
    #[inline(always)]
    fn store(&mut self, from: Array, first: usize, rows: usize) {
        let Extent { classes, inner, .. } = self.job.extent;
        let along = self.along;
        let to = self.job.memory.gradients[usize::from(matches!(from, Array::TargetSlope))];
        let to = to.expect("the gradient was wanted");
        let array = self.array(from);
        // SAFETY: the rows are within the tensor.
        unsafe {
            if along {
                for (k, cell) in array[..classes].iter().enumerate() {
                    *to.add(first * classes + k) = E::nearest(cell.to_f64());
                }
            } else if inner == 1 {
                for row in 0..rows {
                    for k in 0..classes {
                        *to.add((first + row) * classes + k) = E::nearest(array[k * LANES + row].to_f64());
                    }
                }
            } else {
                let start = first / inner * classes * inner + first % inner;
                for k in 0..classes {
                    for row in 0..rows {
                        *to.add(start + k * inner + row) = E::nearest(array[k * LANES + row].to_f64());
                    }
                }
            }
        }
    }
}

/// The sum of the columns.
#[inline(always)]
fn joined<T: Accumulator>(columns: &Columns<T>) -> T {
    let mut sum = 0.0;
    for column in columns {
        sum += column.to_f64();
    }
    T::from_f64(sum)
}

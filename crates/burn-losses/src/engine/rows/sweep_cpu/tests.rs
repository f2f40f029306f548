//! The sweep by every vector type the CPU has: what runs here by AVX-512 runs elsewhere by AVX2 or the portable vectors.

use super::*;
use crate::class::{CrossEntropy, Focal, NormalizedCrossEntropy};
use crate::engine::formula::{ClassFormula, Row};
use crate::engine::layout::Extent;
use crate::real::tests::Tested;
use crate::signature::Init as _;
use core::mem::MaybeUninit;
use half::{bf16, f16};
use serde::Serialize;

/// A formula that uses everything: the gap, Σ ln pₖ and the log-norm.
#[derive(Clone, Debug, Serialize)]
struct Everything {
    weighted: bool,
}

impl ClassFormula for Everything {
    fn terms(&self) -> Terms {
        if self.weighted { Terms::CLASS_WEIGHTED_LOG_P_SUM.and_log_norm() } else { Terms::LOG_P_SUM.and_log_norm() }
    }

    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        let norm = row.log_norm();
        let loss = row.log_p() * row.miss() * -1.0 - row.log_p_sum() * 0.125 + norm.clone() * norm * 0.0625;
        if self.weighted { loss * row.weight() } else { loss }
    }
}

fn calls(classes: usize) -> Vec<ClassCall> {
    let weights: Vec<f64> = (0..classes).map(|class| 0.25 * (class % 5) as f64).collect();
    let gammas: Vec<f64> = (0..classes).map(|class| [0.0, 0.5, 1.0, 2.0, 3.0][class % 5]).collect();
    vec![
        CrossEntropy::default().init().call(None),
        CrossEntropy::default().with_label_smoothing(0.25).init().with_class_weights(weights.clone()).call(None),
        Focal::default().with_gamma(gammas).init().with_class_weights(weights.clone()).call(None),
        NormalizedCrossEntropy::default().init().call(None),
        Everything { weighted: false }.init().with_class_weights(weights.clone()).call(None),
        Everything { weighted: true }.init().with_class_weights(weights).call(None),
    ]
}

/// Multiples of 1/8 between −6 and 6.
fn numbers<E: Element>(count: usize, seed: usize) -> Vec<E> {
    let eighth = |at: usize| ((at + seed).wrapping_mul(2_654_435_761) >> 7) % 97;
    (0..count).map(|at| E::nearest(eighth(at) as f64 / 8.0 - 6.0)).collect()
}

/// Classes, every fifth ignored.
fn targets(count: usize, classes: usize) -> Vec<u32> {
    (0..count).map(|at| if at % 5 == 3 { IGNORED } else { (at * 7 % classes) as u32 }).collect()
}

/// What a sweep gives: the sum, each loss, the gradient.
type Swept = (f64, Vec<f64>, Vec<f64>);

/// Everything a sweep can be asked, by one vector type: values; the gradient beside the logits, and in their place.
fn swept<E: Element>(set: &str, sweep: &Sweep<'_, E>, logits: &[E]) -> Swept
where
    E::Acc: Tested,
{
    let count = sweep.extent.targets();
    let task = |memory: Memory<E>| E::Acc::run(set, Task { sweep, memory, range: 0..count });
    let read = logits.as_ptr().cast_mut();

    let mut losses = numbers::<E>(count, 0);
    let sum = task(Memory { logits: read, gradient: None, losses: Some(losses.as_mut_ptr()) });

    let mut beside = vec![E::nearest(7.5); logits.len()];
    let again = task(Memory { logits: read, gradient: Some(beside.as_mut_ptr()), losses: None });
    assert!((again - sum).abs() <= 1e-6 * sum.abs(), "{again} with a gradient, {sum} without, by {set}");

    let mut place = logits.to_vec();
    task(Memory { logits: place.as_mut_ptr(), gradient: Some(place.as_mut_ptr()), losses: None });
    let plain = |values: &[E]| values.iter().map(|x| x.number()).collect::<Vec<_>>();
    assert_eq!(plain(&place), plain(&beside), "in place and beside, by {set}");
    (sum, plain(&losses), plain(&beside))
}

/// Relative, with floors: for sums whose terms cancel, however small the sum, and for what f16 cannot tell from 0.
fn close(got: &[f64], expected: &[f64], relative: f64) -> bool {
    let absolute = if relative > 1e-4 { 6e-8 } else { relative / 100.0 };
    let scale = expected.iter().fold(0.0_f64, |a, x| a.max(x.abs()));
    got.len() == expected.len()
        && got
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() <= relative * b.abs() + relative / 10.0 * scale + absolute)
}

/// Against the sweep of the same logits in f64 by the portable vectors.
fn sets_agree<E: Element>(relative: f64)
where
    E::Acc: Tested,
{
    // Short rows, long rows, a class axis in the middle; around every width and block.
    let extents = [
        (1, 1, 1),
        (1, 2, 1),
        (3, 2, 1),
        (5, 3, 1),
        (17, 5, 1),
        (63, 10, 1),
        (64, 10, 1),
        (65, 10, 1),
        (130, 17, 1),
        (2, 63, 1),
        (2, 64, 1),
        (3, 65, 1),
        (5, 127, 1),
        (5, 129, 1),
        (70, 200, 1),
        (9, 2100, 1),
        (2, 20_000, 1),
        (2, 4, 3),
        (3, 5, 16),
        (2, 3, 65),
        (2, 70, 7),
        (1, 3, 200),
    ];
    let mut compared = 0;
    for (rows, classes, inner) in extents {
        let extent = Extent { rows, classes, inner };
        let (targets, logits) = (targets(extent.targets(), classes), numbers::<E>(rows * classes * inner, classes));
        let wide: Vec<f64> = logits.iter().map(|x| x.number()).collect();
        let upstream: Vec<E> = numbers(extent.targets(), 3);
        let wide_upstream: Vec<f64> = upstream.iter().map(|x| x.number()).collect();
        for call in &calls(classes) {
            for each in [false, true] {
                let by = if each { Upstream::Each(&wide_upstream[..]) } else { Upstream::All(0.75) };
                let exact = Sweep { extent, call, targets: &targets, upstream: by };
                let (sum, losses, gradient) = swept::<f64>("portable", &exact, &wide);
                let by = if each { Upstream::Each(&upstream[..]) } else { Upstream::All(0.75) };
                let sweep = Sweep { extent, call, targets: &targets, upstream: by };
                for set in E::Acc::sets() {
                    let got = swept::<E>(set, &sweep, &logits);
                    let what = format!("{rows} × {classes} × {inner}, {:?} by {set}", call.formula);
                    assert!((got.0 - sum).abs() <= relative * sum.abs().max(1e-3), "sum {} and {sum}: {what}", got.0);
                    assert!(close(&got.1, &losses, relative), "losses {:?} and {losses:?}: {what}", got.1);
                    assert!(close(&got.2, &gradient, relative), "gradient {:?} and {gradient:?}: {what}", got.2);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared >= 2 * 6 * 22 * 2, "only {compared}");
}

#[test]
fn f64_sweep_is_the_same_by_every_vector_type() {
    sets_agree::<f64>(1e-13);
}

#[test]
fn f32_sweep_is_the_same_by_every_vector_type() {
    sets_agree::<f32>(1e-5);
}

#[test]
fn half_precision_sweeps_are_the_same_by_every_vector_type() {
    sets_agree::<f16>(1e-3);
    sets_agree::<bf16>(8e-3);
}

/// Ignored rows of the gradient are written too: the buffer beside the logits was never initialised.
#[test]
fn gradient_is_written_everywhere() {
    for (rows, classes, inner) in [(7, 5, 1), (7, 70, 1), (3, 5, 4)] {
        let extent = Extent { rows, classes, inner };
        let call = &calls(classes)[0];
        let targets = vec![IGNORED; extent.targets()];
        let sweep = Sweep::<f32> { extent, call, targets: &targets, upstream: Upstream::All(1.0) };
        let logits = vec![f32::NAN; rows * classes * inner];
        let mut gradient = vec![MaybeUninit::new(7.5_f32); logits.len()];
        assert_eq!(sweep.with_gradient(Gradient::Beside(&logits, &mut gradient)), 0.0);
        // SAFETY: every element was initialised above.
        assert!(gradient.iter().all(|g| unsafe { g.assume_init() } == 0.0), "{rows} × {classes} × {inner}");
        let mut place = logits;
        assert_eq!(sweep.with_gradient(Gradient::InPlace(&mut place)), 0.0);
        assert!(place.iter().all(|&g| g == 0.0), "{rows} × {classes} × {inner}");
    }
}

/// The number of threads changes nothing, not even the last bit.
#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    for (rows, classes, inner) in [(20_000, 10, 1), (500, 300, 1), (40, 5000, 1), (5, 6, 4000)] {
        let extent = Extent { rows, classes, inner };
        let (targets, logits) = (targets(extent.targets(), classes), numbers::<f32>(rows * classes * inner, 1));
        for call in &calls(classes)[..2] {
            let sweep = Sweep { extent, call, targets: &targets, upstream: Upstream::All(1.0) };
            let run = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
                pool.install(|| {
                    let mut gradient = logits.clone();
                    let mut losses = vec![0.0_f32; targets.len()];
                    let sums = (
                        sweep.values(&logits, Some(&mut losses)),
                        sweep.with_gradient(Gradient::InPlace(&mut gradient)),
                    );
                    (sums, losses, gradient)
                })
            };
            let one = run(1);
            for threads in [2, 3, 8] {
                let many = run(threads);
                assert_eq!(many.0, one.0, "sums by {threads} threads, {extent:?}");
                assert!(many.1 == one.1 && many.2 == one.2, "losses or gradient by {threads} threads, {extent:?}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "class rows: logits must fill their shape")]
fn logits_that_do_not_fill_their_shape_are_refused() {
    let call = &calls(3)[0];
    let extent = Extent { rows: 2, classes: 3, inner: 1 };
    Sweep::<f32> { extent, call, targets: &[0, 1], upstream: Upstream::All(1.0) }.values(&[0.0; 5], None);
}

#[test]
#[should_panic(expected = "class rows: there must be one target a row")]
fn fewer_targets_than_rows_are_refused() {
    let call = &calls(3)[0];
    let extent = Extent { rows: 2, classes: 3, inner: 1 };
    Sweep::<f32> { extent, call, targets: &[0], upstream: Upstream::All(1.0) }.values(&[0.0; 6], None);
}

#[test]
#[should_panic(expected = "class rows: the gradient must be as long as the logits")]
fn gradient_of_another_length_is_refused() {
    let call = &calls(3)[0];
    let extent = Extent { rows: 1, classes: 3, inner: 1 };
    let mut gradient = [MaybeUninit::new(0.0_f32); 2];
    let sweep = Sweep::<f32> { extent, call, targets: &[0], upstream: Upstream::All(1.0) };
    sweep.with_gradient(Gradient::Beside(&[0.0; 3], &mut gradient));
}

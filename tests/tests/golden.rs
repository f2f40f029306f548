//! Values and gradients against the golden vectors: every loss of the catalogue, on every way.

use burn_losses::Reduction;
use burn_losses_tests::{Case, Number, Tolerance, Way, class_entries, golden, new_ways, row_entries, run};

fn plain(numbers: &[Number]) -> Vec<f64> {
    numbers.iter().map(|number| number.0).collect()
}

/// Every reduction of a case: value and gradient.
fn expectations(case: &Case) -> Vec<(Option<Reduction>, Vec<f64>, Vec<f64>)> {
    let reduced = [(Reduction::Mean, &case.mean), (Reduction::Sum, &case.sum)];
    let reduced = reduced.map(|(by, expected)| (Some(by), vec![expected.value.0], plain(&expected.gradient)));
    let none = case.none.iter().map(|expected| (None, plain(&expected.value), plain(&expected.gradient)));
    none.chain(reduced).collect()
}

/// What is wrong with a case on a way, with one value per target or without.
fn faults(case: &Case, way: &Way, with_each: bool) -> Vec<String> {
    let tolerance = Tolerance::of(&case.config, way.dtype);
    let mut faults = Vec::new();
    for (reduction, value, gradient) in expectations(case) {
        if reduction.is_none() && !with_each {
            continue;
        }
        let got = run(case, way, reduction);
        for (what, got, expected) in [("value", &got.value, &value), ("gradient", &got.gradient, &gradient)] {
            let (worst, at) = tolerance.worst(got, expected);
            if worst > 1.0 {
                faults.push(format!(
                    "{} {}, {what} of {reduction:?} at {at}: {:e} instead of {:e}, {worst:.1} times the tolerance ({way:?})",
                    case.config.name(), case.name, got[at], expected[at],
                ));
            }
        }
    }
    faults
}

#[test]
fn golden_vectors_hold_on_every_way() {
    let mut evaluations = 0;
    let mut wrong = Vec::new();
    for (turn, entry) in class_entries().into_iter().enumerate() {
        let cases = golden(entry.name);
        assert!(cases.len() >= 24, "{}: {} golden cases are too few", entry.name, cases.len());
        for (number, case) in cases.into_iter().enumerate() {
            // A GPU compiles a kernel for nearly every case, and two more for one value per target: it gets every second
            // case, and one value per target in every sixth. Slow ways get every fifth. The losses take turns.
            let every = |n: usize| (number + turn).is_multiple_of(n);
            let each = |way: &Way| way.reads_targets || every(6);
            // Losses without a kernel of their own are slow on every way of a GPU.
            let slow = |way: &Way| way.is_slow() || !row_entries().contains(&entry);
            let taken = |way: &&Way| way.reads_targets || if slow(way) { every(10) } else { every(2) };
            for way in new_ways().iter().filter(|way| case.fits(way.dtype)).filter(taken) {
                wrong.extend(faults(&case, way, each(way)));
                evaluations += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults, the first:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    let least = if new_ways().iter().any(|way| way.reads_targets) { 10_000 } else { 500 };
    assert!(evaluations > least, "only {evaluations} evaluations");
}

/// The tests' own test: the loss of other logits must not pass.
#[test]
fn golden_comparison_sees_a_wrong_loss() {
    let mut unseen = Vec::new();
    for entry in class_entries() {
        let cases = golden(entry.name);
        let passes = |case: &Case, way: &Way| {
            let mut wrong = case.clone();
            wrong.logits.data.iter_mut().for_each(|logit| *logit = -*logit);
            let value = run(&wrong, way, Some(Reduction::Mean)).value;
            Tolerance::of(&case.config, way.dtype).worst(&value, &[case.mean.value.0]).0 <= 1.0
        };
        for way in new_ways() {
            // Of one case the mean may be the same by chance.
            let mut fitting = cases.iter().filter(|case| case.fits(way.dtype)).peekable();
            if fitting.peek().is_some() && fitting.all(|case| passes(case, &way)) {
                unseen.push(format!("{} on {way:?}", entry.name));
            }
        }
    }
    assert!(unseen.is_empty(), "not seen: {unseen:?}");
}

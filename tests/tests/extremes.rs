//! The ends of the range: huge and infinite logits, one class, no sample, everything ignored, and every size around the
//! widths of vectors and blocks, against the definitions.

use burn::tensor::DType;
use burn_losses::ClassParameter as _;
use burn_losses::prelude::*;
use burn_losses_tests::{
    Faults, Outcome, Problem, Random, Tolerance, Way, all_configurations, config, floods, full_precision_ways,
    is_infinite_where_certain, names, plain_ways, row_entries, sees_differences_only, takes_infinite_logits, ways,
};
use serde_json::json;

const CLASSES: usize = 5;
const REDUCED: [Option<Reduction>; 2] = [Some(Reduction::Mean), Some(Reduction::Sum)];

fn describe(problem: &Problem) -> String {
    let config = serde_json::to_string(&problem.config).expect("a configuration is JSON");
    format!("{config} on {:?}", problem.shape)
}

// ---- The definitions, in plain f64, with the derivatives the losses' documentation states ----

/// A batch of rows, whatever the shape was.
#[derive(Clone)]
struct Batch {
    rows: Vec<Vec<f64>>,
    /// `None` where it is ignored.
    targets: Vec<Option<usize>>,
    weights: Option<Vec<f64>>,
}

impl Batch {
    fn of(problem: &Problem) -> Self {
        let rows = (0..problem.targets.len()).map(|target| problem.row(target));
        let targets = problem.targets.iter().map(|&target| match Some(target) == problem.ignore_index {
            true => None,
            false => Some(target as usize),
        });
        Self {
            rows: rows.map(|row| row.into_iter().map(|at| problem.logits[at]).collect()).collect(),
            targets: targets.collect(),
            weights: problem.class_weights.clone(),
        }
    }

    fn weight(&self, class: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[class])
    }
}

/// Values, and the gradient of their sum by row and class.
type Evaluated = (Vec<f64>, Vec<Vec<f64>>);

/// The value (one number, or one per target) and the gradient of its sum.
fn definition(config: &LossConfig, batch: &Batch, by: Option<Reduction>) -> Evaluated {
    match config {
        loss if let Some((clip, inner)) = loss.wrapper::<LogitClip>() => {
            let norms: Vec<f64> = batch.rows.iter().map(|row| norm(row, clip.p)).collect();
            let long = |at: usize| norms[at] > clip.tau;
            let factor = |at: usize| if long(at) { clip.tau / norms[at] } else { 1.0 };
            let (value, mut gradient) = definition(inner, &scaled(batch, factor), by);
            for (at, gradient) in gradient.iter_mut().enumerate() {
                let along: f64 = gradient.iter().zip(&batch.rows[at]).map(|(g, x)| g * x).sum();
                for (g, x) in gradient.iter_mut().zip(&batch.rows[at]) {
                    let slope = if *x == 0.0 { 0.0 } else { x.signum() * (x.abs() / norms[at]).powf(clip.p - 1.0) };
                    let through_the_norm = if long(at) { along * factor(at) / norms[at] * slope } else { 0.0 };
                    *g = *g * factor(at) - through_the_norm;
                }
            }
            (value, gradient)
        }
        loss if let Some((by_norm, inner)) = loss.wrapper::<LogitNorm>() => {
            let norms: Vec<f64> = batch.rows.iter().map(|row| norm(row, 2.0)).collect();
            let factor = |at: usize| match norms[at] {
                0.0 => 0.0,
                norm => 1.0 / (by_norm.temperature * (norm + 1e-7)),
            };
            let (value, mut gradient) = definition(inner, &scaled(batch, factor), by);
            for (at, gradient) in gradient.iter_mut().enumerate() {
                let along: f64 = gradient.iter().zip(&batch.rows[at]).map(|(g, x)| g * x).sum();
                for (g, x) in gradient.iter_mut().zip(&batch.rows[at]) {
                    let slope = if norms[at] == 0.0 { 0.0 } else { x / norms[at] };
                    *g = *g * factor(at) - along * factor(at) / (norms[at] + 1e-7) * slope;
                }
            }
            (value, gradient)
        }
        loss if let Some((flooding, inner)) = loss.wrapper::<Flooding>() => {
            let (mut value, mut gradient) = definition(inner, batch, by);
            let above = value[0] - flooding.level;
            value[0] = above.abs() + flooding.level;
            let sign = if above == 0.0 { 0.0 } else { above.signum() };
            gradient.iter_mut().flatten().for_each(|g| *g *= sign);
            (value, gradient)
        }
        formula => {
            let counted = batch.targets.iter().flatten().map(|&class| batch.weight(class));
            let divisor = if by == Some(Reduction::Mean) { counted.sum() } else { 1.0 };
            let factor = if divisor == 0.0 { 0.0 } else { 1.0 / divisor };
            let (mut values, mut gradient) = (Vec::new(), Vec::new());
            for (row, target) in batch.rows.iter().zip(&batch.targets) {
                let (value, slopes) = match target {
                    Some(target) => row_definition(formula, row, *target, batch),
                    None => (0.0, vec![0.0; row.len()]),
                };
                values.push(value * factor);
                gradient.push(slopes.into_iter().map(|g| g * factor).collect());
            }
            (if by.is_some() { vec![values.iter().sum()] } else { values }, gradient)
        }
    }
}

fn norm(row: &[f64], p: f64) -> f64 {
    row.iter().map(|x| x.abs().powf(p)).sum::<f64>().powf(1.0 / p)
}

fn scaled(batch: &Batch, factor: impl Fn(usize) -> f64) -> Batch {
    let rows = batch.rows.iter().enumerate();
    let rows = rows.map(|(at, row)| row.iter().map(|x| x * factor(at)).collect()).collect();
    Batch { rows, ..batch.clone() }
}

fn of_class(parameter: &PerClass, class: usize) -> f64 {
    match parameter {
        PerClass::Same(value) => *value,
        PerClass::Each(values) => values[class],
        PerClass::Scheduled([value]) => *value,
    }
}

/// The weighted loss of a row, and its gradient.
fn row_definition(formula: &LossConfig, row: &[f64], t: usize, batch: &Batch) -> (f64, Vec<f64>) {
    let largest = row.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    let log_sum = largest + row.iter().map(|x| (x - largest).exp()).sum::<f64>().ln();
    let log_ps: Vec<f64> = row.iter().map(|x| x - log_sum).collect();
    let ps: Vec<f64> = log_ps.iter().map(|log_p| log_p.exp()).collect();
    let (log_p, p) = (log_ps[t], ps[t]);
    let miss: f64 = (0..row.len()).filter(|&k| k != t).map(|k| ps[k]).sum();
    let (weight, classes) = (batch.weight(t), row.len() as f64);
    let hot = |k: usize| f64::from(u8::from(k == t));
    // The loss and ∂L/∂ln pₜ.
    let (value, slope) = match formula {
        loss if let Some(ce) = loss.formula::<CrossEntropy>()
            && ce.label_smoothing > 0.0 =>
        {
            let (share, all) = (ce.label_smoothing / classes, (0..row.len()).map(|k| batch.weight(k)).sum::<f64>());
            let spread: f64 = (0..row.len()).map(|k| batch.weight(k) * log_ps[k]).sum();
            let value = -(1.0 - ce.label_smoothing) * weight * log_p - share * spread;
            let gradient = (0..row.len()).map(|k| {
                (1.0 - ce.label_smoothing) * weight * (ps[k] - hot(k)) + share * (all * ps[k] - batch.weight(k))
            });
            return (value, gradient.collect());
        }
        loss if loss.formula::<NormalizedCrossEntropy>().is_some() => {
            let sum: f64 = log_ps.iter().sum();
            let gradient = (0..row.len())
                .map(|k| weight * ((hot(k) - ps[k]) / sum - log_p * (1.0 - classes * ps[k]) / (sum * sum)));
            return (weight * log_p / sum, gradient.collect());
        }
        loss if let Some(z) = loss.formula::<ZLoss>() => {
            let gradient = (0..row.len()).map(|k| weight * (ps[k] - hot(k) + 2.0 * z.lambda * log_sum * ps[k]));
            return (weight * (z.lambda * log_sum * log_sum - log_p), gradient.collect());
        }
        loss if loss.formula::<CrossEntropy>().is_some() => (-log_p, -1.0),
        loss if let Some(focal) = loss.formula::<Focal>() => {
            let (alpha, gamma) = (of_class(&focal.alpha, t), of_class(&focal.gamma, t));
            let second = if gamma == 0.0 { 0.0 } else { gamma * p * miss.powf(gamma - 1.0) * log_p };
            (-alpha * miss.powf(gamma) * log_p, alpha * (second - miss.powf(gamma)))
        }
        loss if let Some(loss) = loss.formula::<MarginCrossEntropy>() => {
            let margin = loss.margin.same_for_all().unwrap_or_else(|| loss.margin.by_class()[t]).exp();
            let value = if p > 0.5 { (margin * miss / p).ln_1p() } else { (p + margin * miss).ln() - log_p };
            (value, -margin / (p + margin * miss))
        }
        loss if let Some(poly) = loss.formula::<Poly1CrossEntropy>() => {
            // At ε = −1 the two terms cancel: this far the definition itself is good.
            (-log_p + poly.epsilon * miss, if poly.epsilon == -1.0 { -miss } else { -1.0 - poly.epsilon * p })
        }
        loss if loss.formula::<ClassMae>().is_some() => (2.0 * miss, -2.0 * p),
        loss if let Some(gce) = loss.formula::<GeneralizedCrossEntropy>() => {
            (-(gce.q * log_p).exp_m1() / gce.q, -p.powf(gce.q))
        }
        loss if let Some(rce) = loss.formula::<ReverseCrossEntropy>() => (-rce.log_zero * miss, rce.log_zero * p),
        loss if let Some(sce) = loss.formula::<SymmetricCrossEntropy>() => {
            (-sce.alpha * log_p - sce.beta * sce.log_zero * miss, -sce.alpha + sce.beta * sce.log_zero * p)
        }
        loss if let Some(phuber) = loss.formula::<PHuberCrossEntropy>()
            && p <= 1.0 / phuber.tau =>
        {
            let constant = if phuber.tau == 1.0 { miss } else { -phuber.tau * p + phuber.tau.ln() + 1.0 };
            (constant, -phuber.tau * p)
        }
        loss if loss.formula::<PHuberCrossEntropy>().is_some() => (-log_p, -1.0),
        loss if loss.formula::<Unhinged>().is_some() => (miss, -p),
        loss if loss.formula::<NormalizedClassMae>().is_some() => (miss / (classes - 1.0), -p / (classes - 1.0)),
        loss if let Some(l) = loss.formula::<AsymmetricGeneralizedCrossEntropy>() => {
            (((l.a + 1.0).powf(l.q) - (l.a + p).powf(l.q)) / l.q, -p * (l.a + p).powf(l.q - 1.0))
        }
        loss if let Some(l) = loss.formula::<AsymmetricUnhinged>() => {
            (((l.a - p).powf(l.q) - (l.a - 1.0).powf(l.q)) / l.q, -p * (l.a - p).powf(l.q - 1.0))
        }
        loss if let Some(l) = loss.formula::<AsymmetricExponential>() => {
            ((-p / l.a).exp(), -p / l.a * (-p / l.a).exp())
        }
        loss if let Some(l) = loss.formula::<TruncatedGeneralizedCrossEntropy>()
            && p <= l.threshold =>
        {
            ((1.0 - l.threshold.powf(l.q)) / l.q, 0.0)
        }
        loss if let Some(l) = loss.formula::<TruncatedGeneralizedCrossEntropy>() => {
            (-(l.q * log_p).exp_m1() / l.q, -p.powf(l.q))
        }
        loss if let Some(l) = loss.formula::<PHuberGeneralizedCrossEntropy>() => {
            let join = if l.tau == 1.0 { 1.0 } else { l.tau.powf(-1.0 / (1.0 - l.q)) };
            match p <= join {
                true => (l.tau * (join - p) + (1.0 - join.powf(l.q)) / l.q, -l.tau * p),
                false => (-(l.q * log_p).exp_m1() / l.q, -p.powf(l.q)),
            }
        }
        loss if let Some(l) = loss.formula::<TaylorCrossEntropy>() => {
            let terms = 1..=l.order as i32;
            (terms.map(|j| miss.powi(j) / f64::from(j)).sum(), miss.powi(l.order as i32) - 1.0)
        }
        loss if let Some(l) = loss.formula::<ReducedFocal>()
            && p < l.threshold =>
        {
            (-log_p, -1.0)
        }
        loss if let Some(l) = loss.formula::<ReducedFocal>() => {
            let scale = l.threshold.powf(-l.gamma);
            let second = if l.gamma == 0.0 { 0.0 } else { l.gamma * p * miss.powf(l.gamma - 1.0) * log_p };
            (-scale * miss.powf(l.gamma) * log_p, scale * (second - miss.powf(l.gamma)))
        }
        loss if let Some(l) = loss.formula::<Poly1Focal>() => {
            let gamma = of_class(&l.gamma, t);
            let (poly, slope) =
                (-log_p + l.epsilon * miss, if l.epsilon == -1.0 { -miss } else { -1.0 - l.epsilon * p });
            let second = if gamma == 0.0 { 0.0 } else { gamma * p * miss.powf(gamma - 1.0) * poly };
            (miss.powf(gamma) * poly, miss.powf(gamma) * slope - second)
        }
        loss if loss.formula::<NegativeLearning>().is_some() => (-miss.ln(), p / miss),
        #[allow(unreachable_patterns)] // For a loss that is added.
        other => panic!("extremes.rs: row_definition must state the formula and the slope of {}", other.name()),
    };
    let toward = |k: usize| if k == t { miss } else { -ps[k] };
    (weight * value, (0..row.len()).map(|k| weight * slope * toward(k)).collect())
}

/// The outcome by the definition, in the problem's shape.
fn expected(problem: &Problem, by: Option<Reduction>) -> Outcome {
    let (value, rows) = definition(&problem.config, &Batch::of(problem), by);
    let mut gradient = vec![0.0; problem.logits.len()];
    for (target, row) in rows.into_iter().enumerate() {
        problem.row(target).into_iter().zip(row).for_each(|(at, g)| gradient[at] = g);
    }
    Outcome { value, gradient }
}

/// What the definition, which loses digits where the model is confident, can be held to.
fn definition_tolerance(dtype: DType) -> Tolerance {
    match dtype {
        DType::F64 => Tolerance { relative: 1e-9, floor: 1e-13, absolute: 1e-15, least: 0.0, largest: f64::MAX },
        dtype => {
            let smoothed = config(json!({"name": "cross_entropy", "label_smoothing": 0.5}));
            Tolerance::of(&smoothed, dtype).times(2.0)
        }
    }
}

/// The targets at a corner of the loss, where rounding picks the side: their logit's next neighbours have other slopes.
fn targets_at_a_corner(problem: &Problem, by: Option<Reduction>) -> Vec<usize> {
    let has_corners = |name: &&str| ["reduced_focal", "truncated_generalized_cross_entropy"].contains(name);
    if !names(&problem.config).iter().any(has_corners) {
        return Vec::new();
    }
    let moved = |step: f64| {
        let mut moved = problem.clone();
        for (target, &class) in problem.targets.iter().enumerate() {
            if Some(class) != problem.ignore_index {
                moved.logits[problem.row(target)[class as usize]] += step;
            }
        }
        expected(&moved, by).gradient
    };
    let (below, above) = (moved(-1e-5), moved(1e-5));
    let differ = |at: &usize| (above[*at] - below[*at]).abs() > 0.1 * (above[*at].abs() + below[*at].abs());
    (0..problem.targets.len()).filter(|&target| problem.row(target).iter().any(differ)).collect()
}

/// Fused and composed against the definition and against each other, with another upstream gradient for each value.
fn compare(faults: &mut Faults, problem: &Problem, ways: &[Way], by: Option<Reduction>) {
    let pulled = if by.is_none() { problem.targets.len() } else { 1 };
    let upstream: Vec<f64> = (0..pulled).map(|at| 0.5 + 0.25 * (at % 7) as f64).collect();
    for way in ways {
        let problem = problem.clone().rounded(way.dtype);
        let mut got = problem.run_with(way, by, Some(&upstream));
        let fused = Way { composed: false, ..way.clone() };
        let what = || format!("{by:?} {way} {}", describe(&problem));
        let mut expected = expected(&problem, by);
        for target in 0..problem.targets.len() {
            let upstream = upstream[target % pulled];
            problem.row(target).into_iter().for_each(|at| expected.gradient[at] *= upstream);
        }
        if way.composed {
            let tolerance = Tolerance::of(&problem.config, way.dtype).times(4.0);
            let fused = problem.run_with(&fused, by, Some(&upstream));
            faults.compare_outcomes(tolerance, &got, &fused, || format!("fused, {}", what()));
        }
        for at in targets_at_a_corner(&problem, by).into_iter().flat_map(|target| problem.row(target)) {
            got.gradient[at] = expected.gradient[at];
        }
        faults.compare_outcomes(definition_tolerance(way.dtype), &got, &expected, what);
    }
}

// ---- Sizes ----

/// Rows around every vector's width and every block, classes likewise: each shape with one configuration in turn, on
/// the fused path of every dtype and the composed path of one.
#[test]
fn sizes_around_vectors_and_blocks_match_the_definition() {
    let mut faults = Faults::default();
    let mut random = Random::new(1);
    let edges = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 66, 70];
    let mut turn = 0;
    for classes in (2..=20).chain([63, 64, 65, 127, 128, 129, 1000]) {
        let configs = all_configurations(classes);
        for rows in (1..=70).filter(|rows| classes < 100 || edges.contains(rows)) {
            let (fused, composed): (Vec<Way>, Vec<Way>) = plain_ways().into_iter().partition(|way| !way.composed);
            let config = &configs[turn % configs.len()];
            let problem = Problem::random(config, &[rows, classes], &mut random).variants()[turn % 4].clone();
            let reductions = problem.reductions();
            let by = reductions[turn % reductions.len()];
            compare(&mut faults, &problem, &fused, by);
            compare(&mut faults, &problem, &composed[turn % composed.len()..][..1], by);
            turn += 1;
        }
    }
    faults.report(10_000);
}

/// More rows than a task has, and more classes than a block's cache holds.
#[test]
fn large_batches_and_many_classes_match_the_definition() {
    let mut faults = Faults::default();
    let mut random = Random::new(2);
    let losses = [
        json!("cross_entropy"),
        json!({"name": "cross_entropy", "label_smoothing": 0.1}),
        json!("focal"),
        json!("normalized_cross_entropy"),
        json!("logit_norm"),
    ];
    // More rows than a GPU has cubes along one axis, and a row longer than its shared memory, among them.
    let shapes: [&[usize]; 8] =
        [&[5000, 10], &[2500, 17], &[1100, 63], &[130, 1000], &[13, 5003], &[2, 40_000], &[3, 4, 5000], &[70_000, 33]];
    for (turn, shape) in shapes.into_iter().enumerate() {
        for (number, loss) in losses.iter().enumerate() {
            let problem = Problem::random(&config(loss.clone()), shape, &mut random);
            let problem = problem.variants()[(turn + number) % 4].clone();
            let (ways, gpus): (Vec<Way>, Vec<Way>) = ways()
                .into_iter()
                .filter(|way| way.name != "ndarray" && !way.checkpointing && !way.is_slow())
                .partition(|way| way.reads_targets);
            let ways = [&ways[(turn + number) % ways.len()], &ways[(turn + number + 3) % ways.len()]].map(Way::clone);
            let ways: Vec<Way> = ways.into_iter().chain(gpus).collect();
            compare(&mut faults, &problem, &ways, Some(Reduction::Mean));
            compare(&mut faults, &problem, &ways, None);
        }
    }
    faults.report(200);
}

#[test]
fn half_precision_mean_of_a_large_batch_does_not_overflow() {
    let problem = Problem::random(&config(json!("cross_entropy")), &[40_000, 4], &mut Random::new(3));
    let mut faults = Faults::default();
    for way in plain_ways().iter().filter(|way| way.dtype == DType::F16) {
        let expected = expected(&problem, Some(Reduction::Mean));
        let got = problem.value(way, Some(Reduction::Mean));
        faults.compare(definition_tolerance(way.dtype), &got, &expected.value, || format!("{way}"));
        // 1/40000 of a gradient of 10⁻³ is nothing in f16: a loss scale must come before the division.
        let scale = 32_768.0;
        let got = problem.run_with(way, Some(Reduction::Mean), Some(&[scale])).gradient;
        let scaled: Vec<f64> = expected.gradient.iter().map(|g| g * scale).collect();
        faults.compare(definition_tolerance(way.dtype), &got, &scaled, || format!("gradient, {way}"));
    }
    faults.report(4);
}

// ---- Huge and infinite logits ----

/// A logit beyond which nothing changes any more, within the dtype.
fn far(dtype: DType) -> f64 {
    if dtype == DType::F16 { 60_000.0 } else { 1e30 }
}

fn has_nan(outcome: &Outcome) -> bool {
    outcome.value.iter().chain(&outcome.gradient).any(|x| x.is_nan())
}

fn is_finite(outcome: &Outcome) -> bool {
    outcome.value.iter().chain(&outcome.gradient).all(|x| x.is_finite())
}

/// Negative learning takes a target 10²⁹ above the others for certain; z-loss squares.
fn has_infinite_values_at_1e30(config: &LossConfig) -> bool {
    is_infinite_where_certain(config) || names(config).contains(&"z_loss")
}

#[test]
fn huge_logits_have_finite_losses_and_gradients() {
    let mut faults = Faults::default();
    let mut random = Random::new(4);
    for config in all_configurations(CLASSES) {
        for scale in [1e4, 1e30] {
            let mut problem = Problem::random(&config, &[8, CLASSES], &mut random);
            problem.logits.iter_mut().for_each(|logit| *logit = (*logit / 6.0).clamp(-1.0, 1.0) * scale);
            // Ties, and the target alone at the top and at the bottom.
            problem.row(0).into_iter().for_each(|at| problem.logits[at] = scale);
            problem.row(1).into_iter().for_each(|at| problem.logits[at] = -scale);
            let (top, bottom) = (problem.row(2)[0], problem.row(3)[0]);
            problem.logits[top] = scale;
            problem.logits[bottom] = -scale;
            problem.targets[2] = 0;
            problem.targets[3] = 0;
            for way in plain_ways().iter().filter(|way| scale <= far(way.dtype)) {
                let problem = problem.clone().rounded(way.dtype);
                for by in problem.reductions() {
                    let got = problem.run(way, by);
                    let what = || format!("±{scale:e} {by:?} {way} {}", describe(&problem));
                    // A sum of losses may be beyond f16, the square of a logit beyond f32.
                    let value_beyond = scale == 1e30 && has_infinite_values_at_1e30(&config);
                    let finite = match (way.dtype, value_beyond) {
                        (DType::F16, _) => !has_nan(&got),
                        (_, true) => !has_nan(&got) && got.gradient.iter().all(|g| g.is_finite()),
                        _ => is_finite(&got),
                    };
                    faults.expect(finite, || format!("{got:?} {}", what()));
                    // Beyond 1e30 a gap is told from infinity by the fused path alone, whose slope is then the limit.
                    let told = !(scale == 1e30 && is_infinite_where_certain(&config));
                    if way.composed && told {
                        let fused = problem.run(&Way { composed: false, ..way.clone() }, by);
                        let tolerance = Tolerance::of(&config, way.dtype).times(4.0);
                        faults.compare_outcomes(tolerance, &got, &fused, || format!("fused, {}", what()));
                    }
                }
            }
        }
    }
    faults.report(5_000);
}

/// One infinite logit, of the target and of each rival: what is a limit on the fused path is the same on the composed one,
/// slopes by what is infinite among them.
#[test]
fn infinite_logits_have_the_same_limits_on_both_paths() {
    let mut faults = Faults::default();
    let mut random = Random::new(8);
    for config in all_configurations(CLASSES) {
        if names(&config).iter().any(|name| ["logit_clip", "logit_norm"].contains(name)) {
            continue; // Of finite logits only.
        }
        for infinite in [f64::INFINITY, f64::NEG_INFINITY] {
            let mut problem = Problem::random(&config, &[CLASSES, CLASSES], &mut random);
            problem.targets.fill(0);
            for target in 0..CLASSES {
                let at = problem.row(target)[target];
                problem.logits[at] = infinite;
            }
            for way in plain_ways().iter().filter(|way| way.composed) {
                let problem = problem.clone().rounded(way.dtype);
                let by = problem.reductions()[0];
                let got = problem.run(way, by);
                let fused = problem.run(&Way { composed: false, ..way.clone() }, by);
                let what = || format!("{infinite} {by:?} {way} {}", describe(&problem));
                let tolerance = Tolerance::of(&config, way.dtype).times(4.0);
                faults.compare_outcomes(tolerance, &got, &fused, || format!("fused, {}", what()));
                let both = [(&got.value, &fused.value), (&got.gradient, &fused.gradient)];
                let alike = both.iter().all(|(got, fused)| {
                    got.iter().zip(*fused).all(|(got, fused)| got == fused || got.is_finite() && fused.is_finite())
                });
                faults.expect(alike, || format!("{got:?} instead of {fused:?}, {}", what()));
            }
        }
    }
    faults.report(500);
}

#[test]
fn cross_entropy_of_huge_logits_is_their_difference() {
    let mut faults = Faults::default();
    for scale in [1e4, 1e30] {
        let problem = Problem {
            shape: vec![3, 3],
            logits: [[scale, -scale, 0.0], [-scale, scale, 0.0], [scale, scale, -scale]].concat(),
            targets: vec![0, 0, 0],
            ..Problem::random(&config(json!("cross_entropy")), &[1, 3], &mut Random::new(5))
        };
        for way in full_precision_ways() {
            let value = vec![0.0, 2.0 * scale, 2.0_f64.ln()];
            let gradient = [[0.0, 0.0, 0.0], [-1.0, 1.0, 0.0], [-0.5, 0.5, 0.0]].concat();
            let (got, expected) = (problem.run(&way, None), Outcome { value, gradient });
            let tolerance = Tolerance::of(&problem.config, way.dtype);
            faults.compare_outcomes(tolerance, &got, &expected, || format!("{scale:e} {way}"));
        }
    }
    faults.report(32);
}

#[test]
fn tiny_logits_are_equal_logits() {
    let mut faults = Faults::default();
    for config in all_configurations(CLASSES).iter().filter(|config| sees_differences_only(config)) {
        let problem = Problem::random(config, &[4, CLASSES], &mut Random::new(6));
        let with = |logit: f64| Problem {
            logits: problem.logits.iter().map(|x| x.signum() * logit).collect(),
            ..problem.clone()
        };
        for (way, tiny) in full_precision_ways().into_iter().flat_map(|way| {
            let tiny: &[f64] = if way.dtype == DType::F64 { &[1e-300, 1e-30] } else { &[1e-42, 1e-30] };
            tiny.iter().map(move |&tiny| (way.clone(), tiny))
        }) {
            let (got, expected) = (with(tiny).run(&way, REDUCED[0]), with(0.0).run(&way, REDUCED[0]));
            // Where the gradient is nothing but rounding errors of probabilities, it need not be the same ones.
            let tolerance = Tolerance::of(config, way.dtype);
            let tolerance = Tolerance { absolute: tolerance.absolute + tolerance.floor * 0.1, ..tolerance };
            faults.compare_outcomes(tolerance, &got, &expected, || format!("{tiny:e} {way} {}", describe(&problem)));
        }
    }
    faults.report(500);
}

/// The wrappers that measure the length of rows, where the length is 0 or next to it.
#[test]
fn short_and_zero_rows_have_finite_gradients() {
    let mut faults = Faults::default();
    for config in all_configurations(CLASSES).iter().filter(|config| !sees_differences_only(config)) {
        for logit in [0.0, 1e-30, -1e-20, 1e-7] {
            let mut problem = Problem::random(config, &[3, CLASSES], &mut Random::new(7));
            problem.row(1).into_iter().for_each(|at| problem.logits[at] = logit);
            for way in full_precision_ways() {
                for by in problem.reductions() {
                    let got = problem.run(&way, by);
                    faults.expect(is_finite(&got), || format!("{logit} {by:?} {way} {}: {got:?}", describe(&problem)));
                }
            }
        }
    }
    faults.report(1_000);
}

/// Whether the loss is a function of the gap: the same for [0, ln 1.5, ln 0.5] and [0, 0, 0]. And of nothing else, which
/// the number of classes would be.
fn depends_on_the_gap_only(config: &LossConfig) -> bool {
    let text = serde_json::to_string(config).expect("a configuration is JSON").contains('[');
    let way = &full_precision_ways()[0];
    let by = if floods(config) { Some(Reduction::Sum) } else { None };
    let value = |logits: [f64; 3]| {
        let problem = Problem::random(config, &[1, 3], &mut Random::new(0));
        Problem { logits: logits.to_vec(), targets: vec![0], ..problem }.value(way, by)[0]
    };
    // Lists by class have another length.
    let counts = names(config).contains(&"normalized_class_mae");
    !text && !counts && (value([0.0, 1.5_f64.ln(), 0.5_f64.ln()]) - value([0.0; 3])).abs() < 1e-12
}

/// Configurations whose logits may be infinite.
fn of_infinite_logits() -> Vec<LossConfig> {
    all_configurations(CLASSES).into_iter().filter(takes_infinite_logits).collect()
}

/// Other classes at −∞ are classes that are not there.
#[test]
fn masked_classes_are_left_out() {
    let mut faults = Faults::default();
    for config in of_infinite_logits() {
        let gap_only = depends_on_the_gap_only(&config);
        let mut problem = Problem::random(&config, &[6, CLASSES], &mut Random::new(8));
        problem.targets = vec![0, 1, 2, 0, 1, 2];
        let mut fewer = Problem { shape: vec![6, 3], logits: Vec::new(), ..problem.clone() };
        for target in 0..6 {
            let row = problem.row(target);
            fewer.logits.extend(row[..3].iter().map(|&at| problem.logits[at]));
            row[3..].iter().for_each(|&at| problem.logits[at] = f64::NEG_INFINITY);
        }
        for way in plain_ways() {
            for by in problem.reductions() {
                let got = problem.run(&way, by);
                let what = || format!("{by:?} {way} {}", describe(&problem));
                faults.expect(!has_nan(&got), || format!("{got:?} {}", what()));
                if gap_only {
                    let less = fewer.run(&way, by);
                    let rows = less.gradient.chunks(3).flat_map(|row| [row, &[0.0, 0.0]].concat());
                    let expected = Outcome { gradient: rows.collect(), ..less };
                    faults.compare_outcomes(Tolerance::of(&config, way.dtype), &got, &expected, what);
                } else if way.composed {
                    let fused = problem.run(&Way { composed: false, ..way.clone() }, by);
                    // As for a target at −∞, below.
                    if got.value.iter().any(|value| value.is_infinite()) {
                        faults.expect(fused.value == got.value, || format!("{fused:?} {got:?} {}", what()));
                        continue;
                    }
                    faults.expect(fused.value == got.value || is_finite(&got), || {
                        format!("{fused:?} {got:?} {}", what())
                    });
                    let tolerance = Tolerance::of(&config, way.dtype).times(4.0);
                    faults.compare_outcomes(tolerance, &got, &fused, || format!("fused, {}", what()));
                }
            }
        }
    }
    faults.report(1_500);
}

/// All other classes at −∞: the target has probability 1, and nothing to move against.
#[test]
fn target_alone_above_minus_infinity_is_certain() {
    let mut faults = Faults::default();
    for config in of_infinite_logits() {
        let problem = Problem::random(&config, &[4, CLASSES], &mut Random::new(9)).weighted();
        let with = |others: f64| {
            let mut problem = problem.clone();
            for target in 0..4 {
                for (class, at) in problem.row(target).into_iter().enumerate() {
                    problem.logits[at] = if class as i64 == problem.targets[target] { 1.0 } else { others };
                }
            }
            problem
        };
        for way in plain_ways() {
            for by in problem.reductions() {
                let (got, far) = (with(f64::NEG_INFINITY).run(&way, by), with(-far(way.dtype)).run(&way, by));
                let what = || format!("{by:?} {way} {}", describe(&problem));
                faults.expect(!has_nan(&got), || format!("{got:?} {}", what()));
                if is_infinite_where_certain(&config) {
                    let infinite = got.value.iter().all(|&value| value == f64::INFINITY);
                    let still = got.gradient.iter().all(|&g| g == 0.0);
                    faults.expect(infinite && still, || format!("{got:?} {}", what()));
                } else if depends_on_the_gap_only(&config) {
                    faults.compare_outcomes(Tolerance::of(&config, way.dtype), &got, &far, what);
                }
            }
        }
    }
    faults.report(1_000);
}

/// A target at −∞: infinite where the loss is unbounded, the bound where it has one, and the gradient is the limit.
#[test]
fn target_at_minus_infinity_has_the_limit() {
    let mut faults = Faults::default();
    for config in of_infinite_logits() {
        let problem = Problem::random(&config, &[3, CLASSES], &mut Random::new(10));
        let with = |logit: f64| {
            let mut problem = problem.clone();
            let at = problem.row(1)[problem.targets[1] as usize];
            problem.logits[at] = logit;
            problem
        };
        for way in plain_ways() {
            for by in problem.reductions() {
                let (got, mut limit) = (with(f64::NEG_INFINITY).run(&way, by), with(-far(way.dtype)).run(&way, by));
                let what = || format!("{by:?} {way} {}", describe(&problem));
                limit.value.iter_mut().filter(|value| **value > 100.0).for_each(|value| *value = f64::INFINITY);
                let infinite = |values: &[f64]| values.iter().map(|x| x.is_infinite()).collect::<Vec<_>>();
                faults.expect(infinite(&got.value) == infinite(&limit.value), || format!("{got:?} {}", what()));
                // Burn cannot hang a gradient at a logit of −∞: where the loss is infinite, the composed path has none.
                if way.composed && got.value.iter().any(|value| value.is_infinite()) {
                    continue;
                }
                faults.compare_outcomes(Tolerance::of(&config, way.dtype), &got, &limit, what);
            }
        }
    }
    faults.report(1_500);
}

// ---- Few classes, few samples ----

#[test]
fn one_class_has_no_gradient() {
    let mut faults = Faults::default();
    // z-loss alone sees the logit itself.
    let configs: Vec<LossConfig> =
        all_configurations(1).into_iter().filter(|config| !names(config).contains(&"z_loss")).collect();
    for (turn, config) in configs.iter().cycle().take(4 * configs.len()).enumerate() {
        let shape = if turn % 2 == 0 { &[5, 1][..] } else { &[2, 1, 3] };
        let problem = Problem::random(config, shape, &mut Random::new(11)).variants()[turn % 4].clone();
        let ways = plain_ways();
        let way = &ways[(turn / 4) % ways.len()];
        for by in problem.reductions() {
            let got = problem.run(way, by);
            // Of what is made in f32 or wider: a rounding error of the composed sums of classes.
            let epsilon = if way.dtype == DType::F64 { f64::EPSILON } else { f64::from(f32::EPSILON) };
            let rounding = if way.composed { 4.0 * epsilon } else { 0.0 };
            let still = got.gradient.iter().all(|g| g.abs() <= rounding);
            // Infinite, as its documentation says, or 0 if it is ignored.
            let finite = if is_infinite_where_certain(config) { !has_nan(&got) } else { is_finite(&got) };
            faults.expect(still && finite, || format!("{got:?} {by:?} {way} {}", describe(&problem)));
        }
    }
    faults.report(800);
}

/// NaN in, NaN out: also where there is no other class to compare with.
#[test]
fn nan_alone_is_not_certain() {
    let mut faults = Faults::default();
    for config in all_configurations(1).iter().filter(|config| !floods(config)) {
        let mut problem = Problem::random(config, &[2, 1], &mut Random::new(12));
        problem.logits[1] = f64::NAN;
        for way in full_precision_ways() {
            let got = problem.run(&way, None);
            faults.expect(got.value[1].is_nan(), || format!("{got:?} {way} {}", describe(&problem)));
        }
    }
    for config in of_infinite_logits().iter().filter(|config| !floods(config)) {
        let mut problem = Problem::random(config, &[1, CLASSES], &mut Random::new(13));
        problem.logits = vec![f64::NEG_INFINITY; CLASSES];
        problem.logits[problem.targets[0] as usize] = f64::NAN;
        for way in full_precision_ways() {
            let got = problem.run(&way, None);
            faults.expect(got.value[0].is_nan(), || format!("others −∞: {got:?} {way} {}", describe(&problem)));
        }
    }
    faults.report(500);
}

#[test]
fn empty_batch_is_zero() {
    let mut faults = Faults::default();
    for config in all_configurations(CLASSES) {
        for shape in [&[0, CLASSES][..], &[0, CLASSES, 3], &[4, CLASSES, 0]] {
            for problem in Problem::random(&config, shape, &mut Random::new(14)).variants() {
                for way in ways() {
                    if way.checkpointing || !matches!(way.dtype, DType::F64 | DType::F32) {
                        continue;
                    }
                    for by in problem.reductions() {
                        let got = problem.run(&way, by);
                        let what = || format!("{got:?} {by:?} {way} {}", describe(&problem));
                        faults.expect(got.gradient.is_empty(), what);
                        faults.expect(problem.value(&way, by) == got.value, what);
                        // Flooding: |0 − b| + b.
                        let zero = match floods(&config) {
                            true => expected(&problem, by).value,
                            false => vec![0.0; by.iter().count()],
                        };
                        faults.compare(Tolerance::of(&config, way.dtype), &got.value, &zero, what);
                    }
                }
            }
        }
    }
    faults.report(10_000);
}

#[test]
fn one_sample_is_its_own_mean_and_sum() {
    let mut faults = Faults::default();
    for config in all_configurations(CLASSES).iter().filter(|config| !floods(config)) {
        let problem = Problem::random(config, &[1, CLASSES], &mut Random::new(15));
        for way in plain_ways() {
            let each = problem.run(&way, None);
            for by in REDUCED {
                let got = problem.run(&way, by);
                faults.compare_outcomes(Tolerance::of(config, way.dtype), &got, &each, || {
                    format!("{by:?} {way} {}", describe(&problem))
                });
            }
        }
    }
    faults.report(2_000);
}

// ---- Ignored targets ----

/// Whatever the logits of ignored targets are. Where the length of a row is measured they must be finite.
#[test]
fn ignored_targets_have_no_loss_and_no_gradient() {
    let mut faults = Faults::default();
    let mut random = Random::new(16);
    let mut turn = 0;
    for config in all_configurations(CLASSES) {
        let infinite = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        let infinite = infinite.into_iter().filter(|_| takes_infinite_logits(&config));
        for logit in [6.0, 1e4].into_iter().chain(infinite) {
            for way in plain_ways() {
                turn += 1;
                let shape = if turn % 2 == 0 { &[4, CLASSES][..] } else { &[2, CLASSES, 2] };
                let mut clean = Problem { ignore_index: Some(-100), ..Problem::random(&config, shape, &mut random) };
                if turn % 3 == 0 {
                    clean = clean.weighted();
                }
                let ignored: &[usize] = if turn % 5 == 0 { &[0, 1, 2, 3] } else { &[1, 3] };
                ignored.iter().for_each(|&target| clean.targets[target] = -100);
                let mut bad = clean.clone();
                for &target in ignored {
                    bad.row(target).into_iter().step_by(2).for_each(|at| bad.logits[at] = logit);
                }
                let reductions = clean.reductions();
                let by = reductions[turn % reductions.len()];
                let (got, expected) = (bad.run(&way, by), clean.run(&way, by));
                let what = || format!("{logit} {by:?} {way} {}", describe(&bad));
                let lost: Vec<f64> =
                    ignored.iter().flat_map(|&target| bad.row(target)).map(|at| got.gradient[at]).collect();
                faults.expect(lost.iter().all(|&g| g == 0.0), || format!("gradient {lost:?}, {}", what()));
                faults.compare_outcomes(Tolerance::of(&config, way.dtype), &got, &expected, what);
            }
        }
    }
    faults.report(10_000);
}

#[test]
fn everything_ignored_is_zero() {
    let mut faults = Faults::default();
    for config in all_configurations(CLASSES) {
        let mut problem = Problem::random(&config, &[6, CLASSES], &mut Random::new(17)).weighted();
        problem.ignore_index = Some(3);
        problem.targets = vec![3; 6];
        for way in plain_ways() {
            for by in problem.reductions() {
                let got = problem.run(&way, by);
                // Flooding: |0 − b| + b.
                let zero = floods(&config) || got.value.iter().all(|&value| value == 0.0);
                let still = got.gradient.iter().all(|&g| g == 0.0);
                faults.expect(zero && still && is_finite(&got), || {
                    format!("{got:?} {by:?} {way} {}", describe(&problem))
                });
            }
        }
    }
    faults.report(1_000);
}

#[test]
fn ignore_index_may_be_any_integer() {
    let mut faults = Faults::default();
    let plain = Problem::random(&config(json!("focal")), &[7, CLASSES], &mut Random::new(18)).weighted();
    let indices = [-100, -1, i64::MIN, i64::MAX, 1 << 40, -(1 << 40), (1 << 32) + 1, 1 << 32, CLASSES as i64, 255, 2];
    for index in indices {
        let with = |index: i64| {
            let mut problem = Problem { ignore_index: Some(index), ..plain.clone() };
            problem.targets.iter_mut().filter(|target| **target == 2).for_each(|target| *target = 1);
            problem.targets.iter_mut().step_by(3).for_each(|target| *target = index);
            problem
        };
        for way in plain_ways() {
            for by in plain.reductions() {
                let (got, expected) = (with(index).run(&way, by), with(-77).run(&way, by));
                faults.expect(got.value == expected.value && got.gradient == expected.gradient, || {
                    format!("{index} {by:?} {way}: {got:?} instead of {expected:?}")
                });
            }
        }
    }
    faults.report(300);
}

/// An ignore index that no target has changes nothing.
#[test]
fn unused_ignore_index_changes_nothing() {
    let mut faults = Faults::default();
    for config in all_configurations(CLASSES) {
        let plain = Problem::random(&config, &[5, CLASSES], &mut Random::new(19));
        let with = Problem { ignore_index: Some(-1), ..plain.clone() };
        for way in plain_ways() {
            for by in plain.reductions() {
                let (got, expected) = (with.run(&way, by), plain.run(&way, by));
                faults.expect(got.value == expected.value && got.gradient == expected.gradient, || {
                    format!("{by:?} {way} {}", describe(&plain))
                });
            }
        }
    }
    faults.report(1_000);
}

/// The tests' own test: the definition of one loss is not that of another, and a rounding error of f32 is seen in f64.
#[test]
fn definitions_tell_losses_apart() {
    let problem = Problem::random(&config(json!("cross_entropy")), &[5, CLASSES], &mut Random::new(20));
    let names = row_entries().into_iter().map(|entry| entry.name);
    for name in names.filter(|name| !["cross_entropy", "flooding"].contains(name)) {
        let other = Problem { config: config(json!(name)), ..problem.clone() };
        let way = &full_precision_ways()[0];
        let (worst, _) =
            definition_tolerance(way.dtype).worst(&other.run(way, None).value, &expected(&problem, None).value);
        assert!(worst > 1e3, "{:?}: {worst}", self::names(&other.config));
    }
    let value = expected(&problem, None).value;
    let rounded: Vec<f64> = value.iter().map(|&x| f64::from(x as f32)).collect();
    assert!(definition_tolerance(DType::F64).worst(&rounded, &value).0 > 1.0);
}

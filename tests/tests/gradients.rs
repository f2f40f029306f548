//! Gradients in f64: every loss against differences of its own value, and every formula's dual against differences.

use burn::tensor::{DType, Int, Tensor, TensorData};
use burn_losses::prelude::*;
use burn_losses::real::Dual;
use burn_losses_tests::{Faults, Problem, Random, Tolerance, Way, all_configurations, floods, numbers, plain_ways};
use serde::Serialize;

/// The derivative of `f` at `x` by central differences, twice extrapolated, and what it is uncertain by.
fn difference(f: impl Fn(f64) -> f64, x: f64, h: f64) -> (f64, f64) {
    let central = |h: f64| (f(x + h) - f(x - h)) / (2.0 * h);
    let [a, b, c] = [central(h), central(h / 2.0), central(h / 4.0)];
    let (ab, bc) = (b + (b - a) / 3.0, c + (c - b) / 3.0);
    let best = bc + (bc - ab) / 15.0;
    (best, (best - bc).abs())
}

#[test]
fn differences_know_how_good_they_are() {
    let (slope, error) = difference(f64::exp, 0.5, 1e-2);
    assert!((slope - 0.5_f64.exp()).abs() < 1e-11 && error < 1e-10, "{slope} {error}");
    // Over a kink: not a derivative, and it shows.
    let (_, error) = difference(|x: f64| x.abs(), 1e-3, 1e-2);
    assert!(error > 1e-3, "{error}");
}

/// The gradient through the public interface, with weights, ignored targets and a spatial axis in turn.
#[test]
fn gradient_of_every_loss_is_the_difference_of_its_value() {
    const CLASSES: usize = 4;
    let mut faults = Faults::default();
    let mut random = Random::new(1);
    let (mut entries, mut kinks) = (0, 0);
    let ways: Vec<Way> = plain_ways().into_iter().filter(|way| way.dtype == DType::F64).collect();
    let configs = all_configurations(CLASSES);
    for (number, config) in configs.iter().cycle().take(3 * configs.len()).enumerate() {
        let shape = if number % 3 == 0 { &[2, CLASSES, 2][..] } else { &[4, CLASSES] };
        let mut problem = Problem::random(config, shape, &mut random).variants()[number % 4].clone();
        problem.logits.iter_mut().for_each(|logit| *logit = random.uniform(-3.0, 3.0));
        let reduced = if number % 2 == 0 { Reduction::Mean } else { Reduction::Sum };
        let by = if number % 5 == 0 && !floods(config) { None } else { Some(reduced) };
        let way = &ways[number % ways.len()];
        let gradient = problem.run(way, by).gradient;
        // A row is as good as its largest entry: the others are differences of nearly equal values.
        let largest = gradient.iter().fold(0.0_f64, |a, g| a.max(g.abs()));
        for (at, &exact) in gradient.iter().enumerate() {
            let value = |logit: f64| {
                let mut moved = problem.clone();
                moved.logits[at] = logit;
                moved.value(way, by).iter().sum::<f64>()
            };
            let (slope, uncertain) = difference(value, problem.logits[at], 4e-3);
            entries += 1;
            if uncertain > 1e-6 * largest {
                kinks += 1;
                continue;
            }
            let allowed = 1e-9 * slope.abs() + 1e-9 * largest + 1e-10 + uncertain;
            faults.expect((exact - slope).abs() <= allowed, || {
                let config = serde_json::to_string(config).expect("a configuration is JSON");
                format!("{config} {shape:?} {by:?} {way}: {exact} at {at}, difference {slope} ± {uncertain:e}")
            });
        }
    }
    // PHuber's join, the clip's threshold, the flood's level.
    assert!(kinks * 20 < entries, "{kinks} of {entries} differences lie over a kink");
    faults.report(2_500);
}

/// The formula of a loss over duals, on rows given by their gap.
struct FormulaCheck<'a> {
    faults: &'a mut Faults,
    kinks: usize,
}

impl FormulaCheck<'_> {
    fn check(&mut self, formula: &impl ClassFormula, classes: usize) {
        let value = |gap: f64| formula.loss(&Row::from_gap(gap, classes));
        for gap in (-120..=120).map(|step| f64::from(step) / 4.0 + 0.01).chain([-200.0, -90.0, 90.0, 200.0]) {
            let dual = formula.loss(&Row::from_gap(Dual::<f64, 1>::variable(gap, 0), classes));
            let (slope, uncertain) = difference(value, gap, 4e-3);
            let what = || format!("{formula:?}, {classes} classes, gap {gap}");
            self.faults.expect(dual.value == value(gap), || {
                format!("{}: dual value {:e}, value {:e}", what(), dual.value, value(gap))
            });
            if uncertain > 1e-6 * slope.abs() + 1e-9 * value(gap).abs() {
                self.kinks += 1;
                continue;
            }
            // Relative to the slope, and what the value's own last digits make of a difference.
            let allowed = 1e-8 * slope.abs() + 4e-12 * value(gap).abs() + uncertain;
            let error = (dual.slope(0) - slope).abs();
            self.faults.expect(error <= allowed, || {
                format!("{}: dual slope {:e}, difference {slope:e} ± {uncertain:e}", what(), dual.slope(0))
            });
            // Other variables stay apart: the slope of number 2 of 3 is the same, the others are none.
            let third = formula.loss(&Row::from_gap(Dual::<f64, 3>::variable(gap, 2), classes));
            let apart = third.slopes[0].is_none() && third.slopes[1].is_none() && third.slope(2) == dual.slope(0);
            self.faults.expect(apart, || format!("{}: {third:?}", what()));
            // Slopes of slopes.
            let twice = Dual::<_, 1>::variable(Dual::<f64, 1>::variable(gap, 0), 0);
            let twice = formula.loss(&Row::from_gap(twice, classes)).slope(0);
            let first = |gap: f64| formula.loss(&Row::from_gap(Dual::<f64, 1>::variable(gap, 0), classes)).slope(0);
            let (second, uncertain) = difference(first, gap, 4e-3);
            if uncertain > 1e-6 * second.abs() + 1e-9 * slope.abs() {
                self.kinks += 1;
                continue;
            }
            let allowed = 1e-8 * second.abs() + 1e-12 * (slope.abs() + value(gap).abs()) + uncertain;
            self.faults.expect((twice.slope(0) - second).abs() <= allowed, || {
                format!("{}: second slope {:e}, difference {second:e}", what(), twice.slope(0))
            });
        }
    }
}

/// Here every formula has a line, as its type is needed. False for a wrapper, which has no formula.
fn check_formula(check: &mut FormulaCheck<'_>, config: &LossConfig, classes: usize) -> bool {
    macro_rules! check_as {
        ($($formula:ident),+) => {$(
            if let Some(formula) = config.formula::<$formula>() {
                check.check(formula, classes);
                return true;
            }
        )+};
    }
    check_as!(
        CrossEntropy,
        Focal,
        MarginCrossEntropy,
        Poly1CrossEntropy,
        ClassMae,
        GeneralizedCrossEntropy,
        ReverseCrossEntropy,
        SymmetricCrossEntropy,
        NormalizedCrossEntropy,
        PHuberCrossEntropy,
        ReducedFocal,
        Poly1Focal,
        ZLoss,
        Unhinged,
        TruncatedGeneralizedCrossEntropy,
        TaylorCrossEntropy,
        NormalizedClassMae,
        AsymmetricGeneralizedCrossEntropy,
        AsymmetricUnhinged,
        AsymmetricExponential,
        NegativeLearning,
        PHuberGeneralizedCrossEntropy
    );
    let has_none = ["logit_clip", "logit_norm", "flooding"].contains(&config.name());
    assert!(has_none, "gradients.rs: check_formula must have a line for {}", config.name());
    false
}

#[test]
fn dual_of_every_formula_is_the_difference_of_its_value() {
    let mut faults = Faults::default();
    let mut check = FormulaCheck { faults: &mut faults, kinks: 0 };
    let mut formulas = 0;
    for classes in [2, 10] {
        formulas +=
            all_configurations(classes).iter().filter(|config| check_formula(&mut check, config, classes)).count();
    }
    assert!(formulas > 120, "only {formulas}");
    assert!(check.kinks < 500, "{} differences lie over a kink", check.kinks);
    faults.report(10_000);
}

// ---- Formulas nobody has written yet: every sum over the classes, alone and together ----

/// Some of everything a row gives, by the terms it declares.
#[derive(Clone, Debug, Serialize)]
struct Custom {
    #[serde(skip)]
    terms: Terms,
    slope: PerClass,
}

impl ClassFormula for Custom {
    fn terms(&self) -> Terms {
        self.terms
    }

    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        vec![("slope", &self.slope)]
    }

    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        let mut loss =
            row.miss_pow(&self.slope) * -row.log_p() + row.p().sqrt() * 0.5 - row.gap().abs().powf(1.5) * 0.125;
        let weighted = self.terms == Terms::CLASS_WEIGHTED_LOG_P_SUM
            || self.terms == Terms::CLASS_WEIGHTED_LOG_P_SUM.and_log_norm();
        if self.terms != Terms::NONE && self.terms != Terms::LOG_NORM {
            loss = loss - row.log_p_sum() * 0.25 + (row.log_p_sum() * 0.1).exp();
        }
        if self.terms == Terms::LOG_NORM || self.terms == self.terms.and_log_norm() {
            loss = loss + row.log_norm() * row.log_norm() * 0.0625;
        }
        if weighted { loss * row.weight() } else { loss }
    }
}

#[test]
fn formulas_with_every_sum_over_the_classes_have_exact_gradients() {
    let mut faults = Faults::default();
    let mut random = Random::new(2);
    let terms = [Terms::NONE, Terms::LOG_P_SUM, Terms::CLASS_WEIGHTED_LOG_P_SUM, Terms::LOG_NORM];
    let terms = terms.into_iter().flat_map(|terms| [terms, terms.and_log_norm()]);
    for (number, terms) in terms.enumerate() {
        for (rows, classes) in [(3, 4), (70, 3), (3, 70)] {
            let slope = if number % 2 == 0 {
                PerClass::Same(1.5)
            } else {
                PerClass::Each((0..classes).map(|class| [0.0, 1.0, 2.0, 0.5][class % 4]).collect())
            };
            let weights: Vec<f64> = (0..classes).map(|class| 0.5 * ((class + 1) % 5) as f64).collect();
            let formula = Custom { terms, slope };
            let logits: Vec<f64> = (0..rows * classes).map(|_| random.eighth(3.0)).collect();
            let targets: Vec<i64> =
                (0..rows).map(|row| if row % 4 == 2 { -1 } else { random.below(classes) as i64 }).collect();
            let typed = formula.init().with_class_weights(weights).with_ignore_index(-1);
            let loss = AnyClassLoss::from(typed);
            let run = |way: &Way, logits: &[f64], graph: bool| {
                let device = if graph { way.autodiff() } else { way.device.clone() };
                let logits = TensorData::new(logits.to_vec(), [rows, classes]);
                let logits = Tensor::<2>::from_data(logits, (&device, way.dtype));
                let logits = if graph { logits.require_grad() } else { logits };
                let targets =
                    Tensor::<1, Int>::from_data(TensorData::new(targets.clone(), [rows]), (&device, DType::I64));
                let loss = if way.composed { loss.clone().composed() } else { loss.clone() };
                let value = loss.forward(logits.clone(), targets, Reduction::Mean);
                let number = numbers(value.clone())[0];
                (number, if graph { numbers(logits.grad(&value.backward()).expect("a gradient")) } else { Vec::new() })
            };
            let ways = plain_ways();
            let (exact, exact_gradient) = run(&ways[0], &logits, true);
            let largest = exact_gradient.iter().fold(0.0_f64, |a, g| a.max(g.abs()));
            for way in &ways {
                let (value, gradient) = run(way, &logits, true);
                let smoothed = LossConfig::from(CrossEntropy::default().with_label_smoothing(0.5));
                let tolerance = Tolerance::of(&smoothed, way.dtype).times(4.0);
                let what = || format!("{terms:?}, {rows} × {classes}, {way}");
                faults.compare(tolerance, &[value], &[exact], || format!("value, {}", what()));
                faults.compare(tolerance, &gradient, &exact_gradient, || format!("gradient, {}", what()));
            }
            for at in (0..logits.len()).step_by(logits.len() / 12) {
                let value = |logit: f64| {
                    let mut moved = logits.clone();
                    moved[at] = logit;
                    run(&ways[0], &moved, false).0
                };
                let (slope, uncertain) = difference(value, logits[at], 4e-3);
                let allowed = 1e-9 * largest + 1e-10 + uncertain;
                faults.expect(uncertain <= 1e-4 * largest && (exact_gradient[at] - slope).abs() <= allowed, || {
                    format!(
                        "{terms:?}, {rows} × {classes}: {} at {at}, difference {slope} ± {uncertain:e}",
                        exact_gradient[at]
                    )
                });
            }
        }
    }
    faults.report(500);
}

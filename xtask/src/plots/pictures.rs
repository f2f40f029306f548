//! The pictures of `docs/pictures.md`: squared error and cross-entropy of one probability.
//!
//! Both are the library's losses, along their own axes; the chain rule takes the slopes to the axis that is drawn.
//! `tests/tests/plots.rs` asserts the numbers in the text.

use super::chart::{Chart, Line, Role};
use crate::workspace::Result;
use burn_losses::{BinaryCrossEntropy, LossConfig, Mse};
use loss_lab::curve::{Answer, Point, points};

/// The prediction whose numbers the text has, at a target of 1.
const WRONG: f64 = 0.1;
/// How far the logit goes either way.
const FAR: f64 = 6.0;

/// Every picture, with the name of its file.
pub(super) fn all() -> Result<[(&'static str, Chart); 2]> {
    let p: Vec<f64> = (1..1000).map(|part| f64::from(part) / 1000.0).collect();
    let by_p = chart("ŷ, the predicted probability, where y = 1", "∂L/∂ŷ", (0.0, 1.0), both(&p, |_| 1.0)?, WRONG);
    let logit = |p: f64| (p / (1.0 - p)).ln();
    let mut x: Vec<f64> = (-120..=120).map(|step| FAR * f64::from(step) / 120.0).chain([logit(WRONG)]).collect();
    x.sort_by(f64::total_cmp);
    let p: Vec<f64> = x.iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect();
    let mut lines = both(&p, |p| p * (1.0 - p))?;
    for line in &mut lines {
        line.points.iter_mut().zip(&x).for_each(|(point, x)| point.x = *x);
    }
    let by_logit = chart("x, the logit, where y = 1 and ŷ = σ(x)", "∂L/∂x", (-FAR, FAR), lines, logit(WRONG));
    Ok([("by_probability", by_p), ("by_logit", by_logit)])
}

fn chart(axis: &str, slope: &str, range: (f64, f64), lines: Vec<Line>, mark: f64) -> Chart {
    Chart {
        title: "Squared error and cross-entropy".to_owned(),
        axis: axis.to_owned(),
        range,
        // What the mark shows has to be seen.
        shown_from: if range.0 < 0.0 { f64::NEG_INFINITY } else { 0.085 },
        largest: 12.0,
        slope: slope.to_owned(),
        answers: ["", ""],
        lines,
        regions: Vec::new(),
        mark: Some(mark),
        caption: format!("The dots are at ŷ = {WRONG}: sure of the wrong answer."),
        is_alone: true,
    }
}

/// Both losses at these probabilities, and their slopes by ŷ times a factor.
fn both(p: &[f64], factor: impl Fn(f64) -> f64) -> Result<Vec<Line>> {
    let residuals: Vec<f64> = p.iter().map(|p| p - 1.0).collect();
    let squared = points(&LossConfig::from(Mse::default()), Answer::Usual, &residuals)?;
    // Of cross-entropy it is the slope by the logit, and ∂ŷ/∂x = ŷ·(1 − ŷ).
    let entropy = points(&LossConfig::from(BinaryCrossEntropy::default()), Answer::Usual, p)?;
    let at = |p: f64, loss: f64, slope: f64| Point { x: p, loss, slope: slope * factor(p) };
    let squared = p.iter().zip(squared).map(|(&p, point)| at(p, point.loss, point.slope)).collect();
    let entropy = p.iter().zip(entropy).map(|(&p, point)| at(p, point.loss, point.slope / (p * (1.0 - p)))).collect();
    let line = |name: &str, role, points| Line { name: name.to_owned(), role, points, other: None };
    Ok(vec![
        line("cross-entropy, −ln ŷ", Role::Default, entropy),
        line("squared error, (ŷ − 1)²", Role::Setting, squared),
    ])
}

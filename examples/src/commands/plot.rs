//! `plot`: loss and slope against the axis that is natural to the loss.

use super::say;
use crate::curve::{self, Against, Answer, CLASSES};
use crate::error::{LabError, caught};
use crate::plot::{self, Curve, CurvePanel, Labels};
use crate::store::Folder;
use burn_losses::LossConfig;
use clap::Args;
use std::path::PathBuf;

/// Points of a curve.
const POINTS: usize = 400;

/// Draw loss and slope: against the probability of the target class or label, the score, the margin, the distance, the
/// residual, the prediction or the scale. Losses with different axes get a picture each.
#[derive(Args, Debug)]
pub struct Plot {
    /// The losses by name (see `list`), or as JSON: '{"name": "focal", "gamma": 5}'.
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// Where the picture is kept.
    #[arg(long, default_value = "runs", value_name = "DIR")]
    out: PathBuf,
}

impl Plot {
    pub(super) fn run(self) -> Result<(), LabError> {
        let mut pictures: Vec<(Against, Vec<Curve>)> = Vec::new();
        for name in &self.names {
            let loss = config(name)?;
            let (against, curve) = (Against::of(&loss), curve(name, &loss)?);
            match pictures.iter_mut().find(|(other, _)| *other == against) {
                Some((_, curves)) => curves.push(curve),
                None => pictures.push((against, vec![curve])),
            }
        }
        let folder = Folder::create(&self.out, "plot")?;
        for (against, curves) in &pictures {
            let stem = match pictures.len() {
                1 => "curves".to_owned(),
                _ => format!("curves-{}", against.name()),
            };
            for path in draw(&folder, &stem, *against, curves)? {
                say(path.display())?;
            }
        }
        Ok(())
    }
}

fn config(name: &str) -> Result<LossConfig, LabError> {
    if name.trim_start().starts_with('{') {
        return serde_json::from_str(name).map_err(|error| LabError::Usage(error.to_string()));
    }
    Ok(LossConfig::by_name(name)?)
}

fn curve(name: &str, loss: &LossConfig) -> Result<Curve, LabError> {
    let (low, high) = Against::of(loss).range();
    let places: Vec<f64> = (0..POINTS).map(|at| low + (high - low) * (at as f64 + 0.5) / POINTS as f64).collect();
    let points = caught(|| curve::points(loss, Answer::Usual, &places)).map_err(LabError::Usage)??;
    let name = match curve::smoothing(loss)? {
        Some(smoothing) => format!("{name}, targets smoothed by {smoothing}"),
        None => name.to_owned(),
    };
    Ok(Curve {
        name,
        loss: points.iter().map(|point| (point.x, point.loss)).collect(),
        slope: points.iter().map(|point| (point.x, point.slope)).collect(),
    })
}

fn draw(folder: &Folder, stem: &str, against: Against, curves: &[Curve]) -> Result<[PathBuf; 2], LabError> {
    let panel = |title: &str, y: &str, usual: f64, line: fn(&Curve) -> &[(f64, f64)]| {
        // As much as the least of them needs: one that grows fast must not flatten the others.
        let needed = curves.iter().map(|curve| curve::cap(line(curve).iter().map(|point| point.1), usual));
        CurvePanel { labels: Labels::new(title, against.label(), y), cap: needed.fold(f64::INFINITY, f64::min) }
    };
    let loss = panel("Loss", "L", 5.0, |curve| &curve.loss);
    let slope = panel("Slope", against.slope(), 3.0, |curve| &curve.slope);
    let title = match against {
        Against::Class => format!("Loss and slope of one example, {CLASSES} classes"),
        Against::Score | Against::Part => "Loss and slope of one row of two".to_owned(),
        _ => "Loss and slope of one element".to_owned(),
    };
    Ok(plot::curves(&folder.file(stem), &title, curves, &loss, &slope)?)
}

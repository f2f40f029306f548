//! `plot`: loss and slope against the axis that is natural to the loss.

use super::say;
use crate::curve::{self, Against, Answer, CLASSES};
use crate::error::{LabError, caught};
use crate::plot::{self, Curve, CurvePanel, Labels};
use crate::store::Folder;
use burn_losses::LossConfig;
use burn_losses::catalogue;
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
    /// Draw the settings worth seeing, too, of losses that are given by name: focal's γ = 0, 0.5, 1 and 5.
    #[arg(long)]
    settings: bool,
    /// Where the picture is kept.
    #[arg(long, default_value = "runs", value_name = "DIR")]
    out: PathBuf,
}

impl Plot {
    pub(super) fn run(self) -> Result<(), LabError> {
        let mut pictures: Vec<(Against, Vec<(String, LossConfig)>)> = Vec::new();
        for (name, loss) in self.losses()? {
            let against = Against::of(&loss);
            match pictures.iter_mut().find(|(other, _)| *other == against) {
                Some((_, losses)) => losses.push((name, loss)),
                None => pictures.push((against, vec![(name, loss)])),
            }
        }
        let pictures = pictures.iter().map(|(against, losses)| Picture::of(*against, losses));
        let pictures = pictures.collect::<Result<Vec<_>, _>>()?;
        let folder = Folder::create(&self.out, "plot")?;
        for picture in &pictures {
            let stem = match pictures.len() {
                1 => "curves".to_owned(),
                _ => format!("curves-{}", picture.against.name()),
            };
            for path in picture.draw(&folder, &stem)? {
                say(path.display())?;
            }
        }
        Ok(())
    }

    /// The losses with their names, and their settings if these are asked for.
    fn losses(&self) -> Result<Vec<(String, LossConfig)>, LabError> {
        let mut losses = Vec::new();
        for name in &self.names {
            let loss = config(name)?;
            match catalogue::find(name).filter(|_| self.settings) {
                None => losses.push((name.clone(), loss)),
                Some(entry) => losses.extend(curve::settings(entry)?.into_iter().map(|setting| {
                    let parts = [name.as_str(), &setting.label];
                    (parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "), setting.loss)
                })),
            }
        }
        Ok(losses)
    }
}

fn config(name: &str) -> Result<LossConfig, LabError> {
    if name.trim_start().starts_with('{') {
        return serde_json::from_str(name).map_err(|error| LabError::Usage(error.to_string()));
    }
    Ok(LossConfig::by_name(name)?)
}

fn curve(name: &str, loss: &LossConfig, (low, high): (f64, f64)) -> Result<Curve, LabError> {
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

/// Losses with the same axis.
struct Picture {
    against: Against,
    /// What the axis says, and what the slope is.
    words: (&'static str, &'static str),
    curves: Vec<Curve>,
}

impl Picture {
    fn of(against: Against, losses: &[(String, LossConfig)]) -> Result<Self, LabError> {
        // As far as any of them needs.
        let ranges = losses.iter().map(|(_, loss)| curve::range(loss));
        let range = ranges.fold(against.range(), |all, one| (all.0.min(one.0), all.1.max(one.1)));
        // What the documentation of a loss calls it, unless another one calls it something else.
        let words = |loss: &LossConfig| loss.innermost().entry().picture().axis;
        let own = losses.first().and_then(|(_, loss)| words(loss));
        let own = own.filter(|own| losses.iter().all(|(_, loss)| words(loss) == Some(*own)));
        Ok(Self {
            against,
            words: own.map_or((against.label(), against.slope()), |words| (words.title, words.slope)),
            curves: losses.iter().map(|(name, loss)| curve(name, loss, range)).collect::<Result<_, _>>()?,
        })
    }

    fn draw(&self, folder: &Folder, stem: &str) -> Result<[PathBuf; 2], LabError> {
        let (axis, slope) = self.words;
        let panel = |title: &str, y: &str, usual: f64, line: fn(&Curve) -> &[(f64, f64)]| {
            // As much as the least of them needs: one that grows fast must not flatten the others.
            let needed = self.curves.iter().map(|curve| curve::cap(line(curve).iter().map(|point| point.1), usual));
            CurvePanel { labels: Labels::new(title, axis, y), cap: needed.fold(f64::INFINITY, f64::min) }
        };
        let loss = panel("Loss", "L", 5.0, |curve| &curve.loss);
        let slope = panel("Slope", slope, 3.0, |curve| &curve.slope);
        let title = match self.against {
            Against::Class => format!("Loss and slope of one example, {CLASSES} classes"),
            Against::Score | Against::Part => "Loss and slope of one row of two".to_owned(),
            _ => "Loss and slope of one element".to_owned(),
        };
        Ok(plot::curves(&folder.file(stem), &title, &self.curves, &loss, &slope)?)
    }
}

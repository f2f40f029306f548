//! `cargo xtask plots`: the plot in the documentation of every loss that is not a wrapper, and the pictures of
//! `docs/pictures.md`.

mod chart;
mod curve;
mod pictures;

use crate::workspace::{Outcome, Result, Workspace};
use burn_losses::LossConfig;
use burn_losses::catalogue::{self, Entry, Family};
use chart::{Chart, Line, Role};
use curve::Curve;
use loss_lab::curve::{Against, CLASSES, range, settings};

/// Where the plots lie, one `<name>.svg` a loss.
pub(crate) const FOLDER: &str = "crates/burn-losses/docs/plots";
/// Where the pictures of `docs/pictures.md` lie.
const PICTURES: &str = "docs/pictures";
/// The largest value that a plot shows.
const LARGEST: f64 = 4.0;
/// A loss stands behind the others only where this share of it is seen.
const SEEN: f64 = 0.2;

/// Draws every plot, or checks that none would change.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<Outcome> {
    let mut stale = Vec::new();
    let losses = catalogue::all().iter().filter(|entry| entry.family != Family::Wrapper);
    for entry in losses.clone() {
        let svg = chart(entry)?.draw();
        if workspace.put(format!("{FOLDER}/{}.svg", entry.name), &svg, check)? {
            stale.push(entry.name);
        }
    }
    let pictures = pictures::all()?;
    for (name, chart) in &pictures {
        if workspace.put(format!("{PICTURES}/{name}.svg"), &chart.draw(), check)? {
            stale.push(name);
        }
    }
    let names = stale.join(", ");
    match (check, stale.is_empty()) {
        (_, true) => println!("plots: all {} are up to date", losses.count() + pictures.len()),
        (false, false) => println!("plots: drew {names}"),
        (true, false) => return Err(format!("plots: not up to date: {names}; run `cargo xtask plots`").into()),
    }
    Ok(Outcome::Done)
}

/// What the axes say, and what goes where, for what a loss is drawn against.
struct Look {
    /// What stands at the x axis.
    axis: &'static str,
    /// The slope.
    slope: &'static str,
    /// The smallest x that decides how much of the y axes is shown.
    shown_from: f64,
    /// What else a reader needs to know.
    caption: String,
    /// The two answers.
    answers: [&'static str; 2],
    /// The loss that stands behind the others.
    reference: &'static str,
}

impl Look {
    fn of(against: Against) -> Self {
        let (axis, slope, caption, reference) = match against {
            Against::Class => {
                let caption = format!(
                    "{CLASSES} classes, all but the target equally likely; ∂L/∂ln p = ∂L/∂xₜ/(1 − p), with its logit xₜ."
                );
                ("p, the probability of the target class", "∂L/∂ln p", caption, "cross_entropy")
            }
            Against::Label => {
                let caption = "The slope is that by the logit x.".to_owned();
                ("p = σ(x), the probability of a 1", "∂L/∂x", caption, "binary_cross_entropy")
            }
            Against::Score => {
                let caption = "One row of two labels: the other one is 0 and has the score 0.".to_owned();
                ("x, the score of a label of 1", "∂L/∂x", caption, "multilabel_soft_margin")
            }
            Against::Margin => ("z = y·x, the margin", "∂L/∂x", "The slope is that where y = 1.".to_owned(), "hinge"),
            Against::Distance => ("x, the distance of a pair", "∂L/∂x", String::new(), "mse"),
            Against::Residual => ("r = ŷ − y, the residual", "∂L/∂ŷ", "The target y is 1.".to_owned(), "mse"),
            Against::Part => {
                let caption = "One of two predictions is off by r, the other is right. Both targets are 1.".to_owned();
                ("r = ŷ − y, the residual", "∂L/∂ŷ", caption, "rmse")
            }
            Against::Prediction => ("ŷ, the prediction", "∂L/∂ŷ", "The target y is 2.".to_owned(), "mse"),
            Against::Scale => ("the scale", "∂L/∂scale", "The residual is 1.".to_owned(), "mse"),
        };
        let shown_from = match against {
            Against::Class | Against::Label => 0.02,
            Against::Scale => 0.25,
            _ => f64::NEG_INFINITY,
        };
        let answers = match against {
            Against::Distance => ["y = −1", "y = 1"],
            _ => ["y = 1", "y = 0"],
        };
        Self { axis, slope, shown_from, caption, answers, reference }
    }
}

/// The plot of a loss: its defaults, the settings of its entry, what these are compared with.
fn chart(entry: &Entry) -> Result<Chart> {
    let picture = entry.picture();
    let mut lines = Vec::new();
    let mut main: Vec<Curve> = Vec::new();
    let range = range(&LossConfig::by_name(entry.name)?);
    for setting in settings(entry)? {
        let curve = Curve::over(range, &setting.loss)?;
        let (role, name) = match (setting.is_default, setting.label.as_str()) {
            (true, "") => (Role::Default, entry.type_name.to_owned()),
            (true, label) => (Role::Default, format!("{label} (default)")),
            (false, label) => (Role::Setting, label.to_owned()),
        };
        lines.push(Line { name, role, points: curve.points.clone(), other: curve.other.clone() });
        main.push(curve);
    }
    let (against, smoothing) = (main[0].against, main[0].smoothing);
    let look = Look::of(against);
    let usual = [(1.0, look.reference)];
    for &(factor, name) in if picture.beside.is_empty() { &usual[..] } else { picture.beside } {
        let other = LossConfig::by_name(name)?;
        if Against::of(&other) != against {
            continue;
        }
        let curve = Curve::over(range, &other)?.times(factor);
        let is_seen = !picture.beside.is_empty() || seen(&curve, &main, look.shown_from) >= SEEN;
        if is_seen && !main.iter().any(|main| main.is_like(&curve)) {
            let name = match factor {
                1.0 => other.entry().type_name.to_owned(),
                0.5 => format!("½·{}", other.entry().type_name),
                factor => format!("{factor}·{}", other.entry().type_name),
            };
            lines.push(Line { name, role: Role::Reference, points: curve.points, other: curve.other });
        }
    }
    let (axis, slope, mut caption) = match picture.axis {
        Some(words) => (words.title, words.slope, String::new()),
        None => (look.axis, look.slope, look.caption),
    };
    if let Some(smoothing) = smoothing {
        caption.push_str(&format!(" Targets are smoothed by {smoothing}: without that, L is infinite."));
    }
    Ok(Chart {
        title: entry.type_name.to_owned(),
        axis: axis.to_owned(),
        range,
        shown_from: look.shown_from,
        largest: LARGEST,
        slope: slope.to_owned(),
        answers: look.answers,
        lines,
        regions: picture.regions.iter().map(|region| (region.from, region.to, region.name.to_owned())).collect(),
        mark: None,
        caption,
        is_alone: false,
    })
}

/// The share of a curve that lies where the main ones do.
fn seen(curve: &Curve, main: &[Curve], shown_from: f64) -> f64 {
    let values = main.iter().flat_map(|main| &main.points).filter(|point| point.x >= shown_from);
    let (low, high) =
        values.fold((0.0, 0.0), |(low, high): (f64, f64), point| (low.min(point.loss), high.max(point.loss)));
    let inside = curve.points.iter().filter(|point| (low..=high).contains(&point.loss)).count();
    inside as f64 / curve.points.len() as f64
}

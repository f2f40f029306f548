//! `cargo xtask plots`: the plot in the documentation of every loss that is not a wrapper.

mod chart;
mod curve;

use crate::workspace::{Outcome, Result, Workspace};
use burn_losses::LossConfig;
use burn_losses::catalogue::{self, Family};
use curve::Curve;
use loss_lab::curve::Against;

/// Where the plots lie, one `<name>.svg` a loss.
pub(crate) const FOLDER: &str = "crates/burn-losses/docs/plots";

/// Draws every plot, or checks that none would change.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<Outcome> {
    let mut references = Vec::new();
    for name in ["cross_entropy", "binary_cross_entropy", "multilabel_soft_margin", "hinge", "mse", "rmse"] {
        references.push(Curve::of(&LossConfig::by_name(name)?)?);
    }
    let reference = |against: Against| references.iter().find(|reference| reference.against == against);
    let mut stale = Vec::new();
    let losses = catalogue::all().iter().filter(|entry| entry.family != Family::Wrapper);
    for entry in losses.clone() {
        let curve = Curve::of(&LossConfig::by_name(entry.name)?)?;
        let svg = chart::draw(entry.type_name, &curve, reference(curve.against));
        if workspace.put(format!("{FOLDER}/{}.svg", entry.name), &svg, check)? {
            stale.push(entry.name);
        }
    }
    let names = stale.join(", ");
    match (check, stale.is_empty()) {
        (_, true) => println!("plots: all {} are up to date", losses.count()),
        (false, false) => println!("plots: drew {names}"),
        (true, false) => return Err(format!("plots: not up to date: {names}; run `cargo xtask plots`").into()),
    }
    Ok(Outcome::Done)
}

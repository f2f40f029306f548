//! The commands: what the command line can do, one module each.

mod compare;
mod eval;
mod list;
mod noise;
mod options;
mod plot;
mod privacy;
mod report;
mod train;

pub use eval::answer;
pub use list::catalogue_json;

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::report::Report;
use clap::{Parser, Subcommand};
use serde::Serialize;

/// Train a small network with any loss of burn-losses, compare losses, draw them, evaluate them.
///
/// Without a command: train with cross-entropy on the bundled digits. The loss decides what is learnt: the class, the
/// labels or the other half of an image. Results go to standard output, progress to
/// standard error, files under runs/. Exit codes: 0 done, 1 failed on the way, 2 asked for something that cannot be, 130
/// stopped by Ctrl-C.
#[derive(Debug, Parser)]
#[command(name = "loss-lab", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the lab can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train the network with one loss.
    Train(train::Train),
    /// Train with several class losses, noise rates and seeds, and compare.
    Compare(compare::Compare),
    /// See what each loss costs in accuracy and gives away about its training images.
    Privacy(privacy::Privacy),
    /// See what wrong labels do to each loss.
    Noise(noise::NoiseCommand),
    /// List every loss with its formula, parameters and source.
    List(list::List),
    /// Draw loss and slope against the axis that is natural to the loss.
    Plot(plot::Plot),
    /// Make one page of HTML from a results folder.
    Report(report::Report),
    /// Evaluate losses on given numbers: JSON lines in, JSON lines out.
    ///
    /// A line has the loss and its inputs by name, each with its shape and data:
    /// `{"loss": "mse", "inputs": {"prediction": {"shape": [1], "data": [2]}, "target": {"shape": [1], "data": [0]}}}`.
    /// Inputs are logits and targets of a class loss (of one that compares views, the logits of all views, all items of
    /// the first one first; targets of the logits' shape are probabilities); scores and targets of a binary or multilabel
    /// loss; prediction and target of a margin, regression, whole or likelihood loss; location, scale and target of a
    /// distribution. Also: reduction (mean, sum, none), dtype, device, for class losses class_weights and ignore_index,
    /// and where scores may be probabilities input.
    Eval,
}

/// Runs a command.
///
/// # Errors
///
/// As the command does.
pub fn run(cli: Cli) -> Result<(), LabError> {
    match cli.command.unwrap_or_else(|| Command::Train(train::Train::default())) {
        Command::Train(train) => train.run(),
        Command::Compare(compare) => compare.run(),
        Command::Privacy(privacy) => privacy.run(),
        Command::Noise(noise) => noise.run(),
        Command::List(list) => list.run(),
        Command::Plot(plot) => plot.run(),
        Command::Report(report) => report.run(),
        Command::Eval => eval::run(),
    }
}

impl Report {
    /// The tables, then the words, on standard output.
    fn tell(&self) -> Result<(), LabError> {
        for table in self.sections.iter().flat_map(|section| &section.tables) {
            say(format!("{}\n{}\n", table.caption, table.shown()))?;
        }
        self.lead.iter().try_for_each(say)
    }
}

/// Ends an experiment: keeps what was found, then tells it.
fn conclude(
    experiment: Experiment,
    mut report: Report,
    failed: &[String],
    rows: Option<&impl Serialize>,
) -> Result<(), LabError> {
    let folder = experiment.folder().clone();
    report.lead.extend(failed.iter().map(|sentence| format!("Failed and left out: {sentence}")));
    report.keep(&folder)?;
    experiment.finish()?;
    report.tell()?;
    let stems = report.sections.iter().flat_map(|section| &section.plots).map(|plot| plot.stem.as_str());
    say(format!(
        "kept in {}: results.json, results.csv, report.json, units.jsonl, and as png and svg {}",
        folder.path().display(),
        stems.collect::<Vec<_>>().join(", ")
    ))?;
    match rows {
        Some(rows) => say(serde_json::to_string(rows).map_err(|error| LabError::Run(error.to_string()))?),
        None => Ok(()),
    }
}

/// Writes a line to standard output. A reader that has gone away (`loss-lab list | head`) ends the program quietly.
fn say(line: impl core::fmt::Display) -> Result<(), LabError> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => other.map_err(|error| LabError::Run(format!("standard output: cannot be written, {error}"))),
    }
}

//! `cargo xtask`: writes the files of this repository that are made by a program, or checks that they are up to date; and measures.

mod catalogue;
mod golden;
mod new_loss;
mod plots;
mod versus;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use workspace::{Outcome, Workspace};

/// Writes the files of this repository that are made by a program, or checks that they are up to date.
#[derive(Debug, Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Draw every loss of the catalogue for its documentation.
    Plots {
        /// Write nothing; fail if a plot differs from what would be drawn.
        #[arg(long)]
        check: bool,
    },
    /// Write the list of losses in docs/losses.md and the table of families in README.md.
    Catalogue {
        /// Write nothing; fail if one of them differs from what would be written.
        #[arg(long)]
        check: bool,
    },
    /// Write the file of a new loss, and the lines it needs elsewhere.
    NewLoss(new_loss::NewLoss),
    /// Make the golden vectors with tests/golden/generate.py.
    Golden(golden::Golden),
    /// Measure the losses against all they can be compared with, in one run.
    Versus(versus::Versus),
}

/// What `cargo xtask` exits with where a tool it needs is not installed.
const NOT_AVAILABLE: u8 = 3;

fn main() -> ExitCode {
    let task = Arguments::parse().task;
    let done = Workspace::find().and_then(|workspace| match task {
        Task::Plots { check } => plots::run(&workspace, check),
        Task::Catalogue { check } => catalogue::run(&workspace, check),
        Task::NewLoss(arguments) => new_loss::run(&workspace, &arguments),
        Task::Golden(arguments) => golden::run(&workspace, &arguments),
        Task::Versus(arguments) => versus::run(&workspace, &arguments),
    });
    match done {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::NotAvailable(what)) => {
            eprintln!("not available: {what}");
            ExitCode::from(NOT_AVAILABLE)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

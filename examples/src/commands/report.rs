//! `report`: one page of HTML from a results folder.

use super::say;
use crate::error::LabError;
use crate::report;
use crate::store::Folder;
use clap::Args;
use std::path::PathBuf;

/// Make one page of HTML from a results folder: its tables, its plots, and how it was made. The page needs no other file
/// and no network.
#[derive(Args, Debug)]
pub struct Report {
    /// A folder that a command has kept a report.json in, such as runs/0001-train-cross_entropy.
    dir: PathBuf,
}

impl Report {
    pub(super) fn run(self) -> Result<(), LabError> {
        let page = report::Report::read(&self.dir)?.page(&self.dir)?;
        let folder = Folder::open(&self.dir);
        folder.write_text("report.html", &page)?;
        say(folder.file("report.html").display())
    }
}

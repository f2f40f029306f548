//! The files of the workspace: found from the current directory, read and written with errors that name them.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// An error is a sentence for whoever typed the command.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How a task ended, if not with an error.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// As it should.
    Done,
    /// A tool that the task needs is not installed; the sentence says which, and how to get it.
    NotAvailable(String),
}

/// The root of the workspace.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The nearest directory, from the current one upwards, that holds the library.
    pub(crate) fn find() -> Result<Self> {
        let here = std::env::current_dir()?;
        match here.ancestors().find(|folder| folder.join("crates/burn-losses/Cargo.toml").is_file()) {
            Some(root) => Ok(Self { root: root.to_owned() }),
            None => Err(format!("{} is not inside the burn-losses workspace", here.display()).into()),
        }
    }

    /// A path in the workspace.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// The text of a file.
    pub(crate) fn read(&self, path: impl AsRef<Path>) -> Result<String> {
        let path = path.as_ref();
        fs::read_to_string(self.path(path)).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    /// Writes a file, or only says whether it would change; true if the text differs from what is there.
    pub(crate) fn put(&self, path: impl AsRef<Path>, text: &str, check: bool) -> Result<bool> {
        let path = path.as_ref();
        let differs = fs::read_to_string(self.path(path)).map_or(true, |old| old != text);
        if differs && !check {
            fs::write(self.path(path), text).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(differs)
    }
}

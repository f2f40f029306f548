//! Why a picture could not be made.

use std::{
    error::Error,
    fmt,
    path::{Path, PathBuf},
};

/// A picture could not be made: there was nothing to draw, or its file could not be written.
#[derive(Debug)]
pub struct PlotError {
    path: PathBuf,
    cause: Box<dyn Error + Send + Sync>,
}

impl PlotError {
    pub(super) fn new(path: &Path, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { path: path.to_owned(), cause: cause.into() }
    }

    pub(super) fn no_data(stem: &Path) -> Self {
        Self::new(stem, "there is no finite value to draw")
    }
}

impl fmt::Display for PlotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot draw {}: {}", self.path.display(), self.cause)
    }
}

impl Error for PlotError {}

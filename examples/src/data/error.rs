//! The one error of all readers.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};

/// Why a set cannot be read: the file (or folder) and the rule it breaks, with the value that breaks it.
///
/// `Display` gives one sentence on one line, ready to be shown to whoever named the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataError {
    path: PathBuf,
    complaint: String,
}

impl DataError {
    /// The complaint is a clause that goes on after the path and a colon.
    pub(super) fn new(path: &Path, complaint: impl Into<String>) -> Self {
        Self { path: path.to_path_buf(), complaint: complaint.into() }
    }

    /// The file or folder at fault.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Display for DataError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.complaint)
    }
}

impl Error for DataError {}

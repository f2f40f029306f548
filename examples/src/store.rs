//! Where results are kept: a numbered folder for each command under `runs/`, written while it runs.

use crate::error::LabError;
use serde::Serialize;
use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of one command's results.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A new folder `NNNN-name` under `root`: the next number that is free, so nothing is ever written over.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn create(root: &Path, name: &str) -> Result<Self, LabError> {
        let failed = |error| LabError::Run(format!("{}: cannot be made, {error}", root.display()));
        fs::create_dir_all(root).map_err(failed)?;
        let used = fs::read_dir(root).map_err(failed)?.flatten().filter_map(|entry| {
            entry.file_name().to_str().and_then(|name| name.split('-').next()?.parse::<usize>().ok())
        });
        let mut number = used.max().unwrap_or(0) + 1;
        loop {
            let path = root.join(format!("{number:04}-{name}"));
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(failed(error)),
            }
        }
    }

    /// A folder that is there.
    pub fn open(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// The folders `NNNN-name` that are under `root`, the latest first.
    ///
    /// # Errors
    ///
    /// If `root` cannot be read.
    pub fn all(root: &Path, name: &str) -> Result<Vec<Self>, LabError> {
        let entries = match fs::read_dir(root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(LabError::Run(format!("{}: cannot be read, {error}", root.display()))),
        };
        let number = |entry: &fs::DirEntry| {
            let file = entry.file_name();
            let (number, rest) = file.to_str()?.split_once('-')?;
            number.parse::<usize>().ok().filter(|_| rest == name)
        };
        let mut folders: Vec<(usize, PathBuf)> =
            entries.flatten().filter_map(|entry| Some((number(&entry)?, entry.path()))).collect();
        folders.sort_by_key(|(number, _)| Reverse(*number));
        Ok(folders.into_iter().map(|(_, path)| Self { path }).collect())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where a file of it is.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a JSON file. It is complete at every moment: written beside, then moved into place.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write_json(&self, name: &str, value: &impl Serialize) -> Result<(), LabError> {
        let mut text = serde_json::to_vec_pretty(value).map_err(|error| self.failed(name, error))?;
        text.push(b'\n');
        self.replace(name, &text)
    }

    /// Writes a CSV file with a header, as [`write_json`](Self::write_json) does.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write_csv<R: Serialize>(&self, name: &str, rows: &[R]) -> Result<(), LabError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for row in rows {
            writer.serialize(row).map_err(|error| self.failed(name, error))?;
        }
        let text = writer.into_inner().map_err(|error| self.failed(name, error))?;
        self.replace(name, &text)
    }

    /// Writes a text file, as [`write_json`](Self::write_json) does.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write_text(&self, name: &str, text: &str) -> Result<(), LabError> {
        self.replace(name, text.as_bytes())
    }

    fn replace(&self, name: &str, text: &[u8]) -> Result<(), LabError> {
        let beside = self.file(&format!("{name}.part"));
        fs::write(&beside, text).map_err(|error| self.failed(name, error))?;
        fs::rename(&beside, self.file(name)).map_err(|error| self.failed(name, error))
    }

    fn failed(&self, name: &str, error: impl core::fmt::Display) -> LabError {
        LabError::Run(format!("{}: cannot be written, {error}", self.file(name).display()))
    }
}

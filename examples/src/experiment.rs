//! Experiments of many runs that can be killed and go on: what is done is on disk, line by line.
//!
//! An experiment is a folder with `experiment.json`, which says what it is, and `units.jsonl`, a line for each unit that
//! is done. The same command, given again, finds the folder and does the rest. A unit that fails is a line too, with what
//! went wrong: it does not keep the others from being done.

use crate::data::Dataset;
use crate::error::{LabError, caught};
use crate::report;
use crate::store::Folder;
use burn::train::Interrupter;
use indicatif::{ProgressBar, ProgressStyle};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

const ABOUT: &str = "experiment.json";
const UNITS: &str = "units.jsonl";

/// What `experiment.json` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct About {
    experiment: String,
    version: String,
    /// Of the program's file: another build may compute otherwise.
    program: String,
    /// Everything the numbers depend on.
    configuration: Value,
    /// The first command line that worked at it.
    command: String,
    units: usize,
    done: usize,
    /// Wall-clock seconds of all sittings, up to their last finished units.
    seconds: f64,
    /// Whether everything is done and written.
    finished: bool,
}

/// A line of `units.jsonl`: a unit with its result, or with what went wrong.
#[derive(Serialize, Deserialize)]
struct Line {
    unit: String,
    #[serde(flatten)]
    ended: Ended,
}

/// How a unit ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Ended {
    Result(Value),
    Failed(String),
}

/// An experiment on disk, and the only process that works at it.
#[derive(Debug)]
pub struct Experiment {
    folder: Folder,
    about: About,
    /// Open at its end, and locked: two processes never share a folder.
    lines: File,
    /// How the units ended that did.
    done: HashMap<String, Ended>,
}

impl Experiment {
    /// Goes on with the unfinished experiment of this name and configuration under `root`, or begins one.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written.
    pub fn open(root: &Path, name: &str, configuration: &impl Serialize, units: usize) -> Result<Self, LabError> {
        let configuration = serde_json::to_value(configuration)
            .map_err(|error| LabError::Run(format!("{name}: its configuration cannot be written, {error}")))?;
        let about = About {
            experiment: name.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            program: program(),
            configuration,
            command: report::command(),
            units,
            done: 0,
            seconds: 0.0,
            finished: false,
        };
        for folder in Folder::all(root, name)? {
            if let Some(experiment) = Self::resume(folder, &about)? {
                return Ok(experiment);
            }
        }
        let folder = Folder::create(root, name)?;
        let lines = lines_of(&folder, true).map_err(|error| failed(&folder, &error))?;
        // Of a folder that was made this moment; where files cannot be locked, that is said when it is gone on with.
        let _ = lines.try_lock();
        folder.write_json(ABOUT, &about)?;
        Ok(Self { folder, about, lines, done: HashMap::new() })
    }

    /// The experiment in this folder, if it is the same one, unfinished, and nobody is at it.
    fn resume(folder: Folder, about: &About) -> Result<Option<Self>, LabError> {
        if unfinished(&folder, about).is_none() {
            return Ok(None);
        }
        let Ok(mut lines) = lines_of(&folder, false) else { return Ok(None) };
        match lines.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => eprintln!("{}: cannot be locked, {error}", folder.file(UNITS).display()),
        }
        // Whoever was at it may have finished just now.
        let Some(there) = unfinished(&folder, about) else { return Ok(None) };
        let mut text = String::new();
        lines.read_to_string(&mut text).map_err(|error| failed(&folder, &error))?;
        // A line that was cut off when the process was killed is done again.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        lines.set_len(whole as u64).and_then(|()| lines.seek(SeekFrom::End(0))).map_err(|e| failed(&folder, &e))?;
        let mut done = HashMap::new();
        for line in text[..whole].lines() {
            match serde_json::from_str::<Line>(line) {
                Ok(Line { unit, ended }) => _ = done.insert(unit, ended),
                Err(error) => eprintln!("{}: a line is damaged, {error}", folder.file(UNITS).display()),
            }
        }
        Ok(Some(Self { folder, about: there, lines, done }))
    }

    /// Where it is.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The command line it was begun with.
    pub fn command(&self) -> &str {
        &self.about.command
    }

    /// Wall-clock seconds of all sittings.
    pub fn seconds(&self) -> f64 {
        self.about.seconds
    }

    /// Does the units that are not done yet, `jobs` at once, and gives what came of all of them, in order: a result, or
    /// what went wrong. A unit is named by `names` and made by `make` from its index; `None` from it means Ctrl-C.
    ///
    /// # Errors
    ///
    /// If it was interrupted, a file cannot be written, or every unit failed. What was done is kept.
    pub fn run<T: Serialize + DeserializeOwned>(
        &mut self,
        names: &[String],
        jobs: usize,
        interrupter: &Interrupter,
        make: impl Fn(usize) -> Result<Option<T>, LabError> + Sync,
    ) -> Result<Vec<Result<T, String>>, LabError> {
        let start = (Instant::now(), self.about.seconds);
        let left: Vec<usize> = (0..names.len()).filter(|&index| !self.done.contains_key(&names[index])).collect();
        let directory = self.folder.path().display().to_string();
        if left.len() < names.len() {
            eprintln!("going on with {directory}: {} of {} units are done", names.len() - left.len(), names.len());
        }
        let bar = bar(names.len(), "");
        bar.set_position((names.len() - left.len()) as u64);
        bar.reset_eta();
        let (next, shared) = (AtomicUsize::new(0), Mutex::new((&mut *self, Ok(()))));
        let work = || {
            while let Some(&index) = left.get(next.fetch_add(1, Ordering::Relaxed)) {
                if interrupter.should_stop() {
                    return;
                }
                let ended = match caught(|| make(index)) {
                    Ok(Ok(None)) => return,
                    Ok(Ok(Some(result))) => match serde_json::to_value(result) {
                        Ok(result) => Ended::Result(result),
                        Err(error) => Ended::Failed(error.to_string()),
                    },
                    Ok(Err(error)) => Ended::Failed(error.to_string()),
                    Err(sentence) => Ended::Failed(sentence),
                };
                let mut shared = shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let (experiment, kept) = &mut *shared;
                if kept.is_err() {
                    return;
                }
                *kept = experiment.keep(&names[index], ended, start);
                bar.set_message(names[index].clone());
                bar.inc(1);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..jobs.min(left.len()) {
                scope.spawn(work);
            }
        });
        bar.finish_and_clear();
        let (_, kept) = shared.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept?;
        if self.done.len() < names.len() {
            let (done, all) = (self.done.len(), names.len());
            let sentence =
                format!("interrupted after {done} of {all} units, kept in {directory}: the same command goes on");
            return Err(LabError::Interrupted(sentence));
        }
        let ended = |name: &String| match &self.done[name] {
            Ended::Failed(sentence) => Err(format!("{name}: {sentence}")),
            Ended::Result(value) => T::deserialize(value).map_err(|error| format!("{name}: {error}")),
        };
        let all: Vec<Result<T, String>> = names.iter().map(ended).collect();
        match all.first() {
            Some(Err(sentence)) if all.iter().all(Result::is_err) => Err(LabError::Run(sentence.clone())),
            _ => Ok(all),
        }
    }

    /// Says that everything is done and written: the same command begins anew.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn finish(mut self) -> Result<(), LabError> {
        self.about.finished = true;
        self.folder.write_json(ABOUT, &self.about)
    }

    /// Adds a line, then says so.
    fn keep(&mut self, unit: &str, ended: Ended, start: (Instant, f64)) -> Result<(), LabError> {
        let line = Line { unit: unit.to_owned(), ended };
        let text = serde_json::to_string(&line).map_err(|error| LabError::Run(format!("{unit}: {error}")))? + "\n";
        self.lines.write_all(text.as_bytes()).map_err(|error| failed(&self.folder, &error))?;
        self.done.insert(line.unit, line.ended);
        self.about.done = self.done.len();
        self.about.seconds = start.1 + start.0.elapsed().as_secs_f64();
        self.folder.write_json(ABOUT, &self.about)
    }
}

/// What tells one set of images from another, for a configuration.
pub fn fingerprint(data: &Dataset) -> String {
    let splits = [&data.train, &data.test];
    let pixels = splits.into_iter().flat_map(|split| split.images.iter().flat_map(|pixel| pixel.to_le_bytes()));
    let labels = splits.into_iter().flat_map(|split| split.labels.iter().copied());
    hash(pixels.chain(labels))
}

/// What tells one build of the program from another; empty where its file cannot be read.
fn program() -> String {
    std::env::current_exe().and_then(std::fs::read).map_or_else(|_| String::new(), |bytes| hash(bytes.into_iter()))
}

/// G. Fowler, L. C. Noll, K.-P. Vo, 1991: FNV-1a of 64 bits.
fn hash(bytes: impl Iterator<Item = u8>) -> String {
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    format!("{hash:016x}")
}

/// What the folder says of itself, if it has the same experiment, unfinished.
fn unfinished(folder: &Folder, about: &About) -> Option<About> {
    let there: About = serde_json::from_slice(&std::fs::read(folder.file(ABOUT)).ok()?).ok()?;
    let is_same = there.version == about.version
        && there.program == about.program
        && there.configuration == about.configuration
        && there.units == about.units;
    (is_same && !there.finished).then_some(there)
}

/// Open for reading from its start and for writing.
fn lines_of(folder: &Folder, new: bool) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(new).truncate(false).open(folder.file(UNITS))
}

fn failed(folder: &Folder, error: &std::io::Error) -> LabError {
    LabError::Run(format!("{}: {error}", folder.file(UNITS).display()))
}

/// A bar of so many `what`.
pub fn bar(len: usize, what: &str) -> ProgressBar {
    let template = format!("{{bar:32}} {what}{{pos}}/{{len}}  {{msg}}  [{{elapsed}}<{{eta}}]");
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(len as u64).with_style(style)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Runs five units, of which one fails and one panics; stops as if killed after so many.
    fn run(root: &Path, configuration: &Value, most: usize) -> Result<Vec<Result<f64, String>>, LabError> {
        let names: Vec<String> = (0..5).map(|unit| format!("unit {unit}")).collect();
        let mut experiment = Experiment::open(root, "trial", configuration, names.len())?;
        let made = AtomicUsize::new(0);
        let results = experiment.run(&names, 1, &Interrupter::new(), |unit| {
            if made.fetch_add(1, Ordering::Relaxed) >= most {
                return Ok(None);
            }
            match unit {
                1 => Err(LabError::Run("it diverged".to_owned())),
                3 => panic!("it broke"),
                _ => Ok(Some(0.1 * unit as f64)),
            }
        })?;
        experiment.finish()?;
        Ok(results)
    }

    fn folders(root: &Path) -> usize {
        std::fs::read_dir(root).expect("a folder").count()
    }

    #[test]
    fn failures_are_results_and_keep_nothing_from_being_done() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let results = run(root.path(), &json!({"a": 1}), 9).expect("done");
        let failed = |unit: &str, why: &str| Err(format!("unit {unit}: {why}"));
        assert_eq!(results, [Ok(0.0), failed("1", "it diverged"), Ok(0.2), failed("3", "it broke"), Ok(0.4)]);
    }

    #[test]
    fn only_the_same_unfinished_experiment_is_gone_on_with() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let (one, other) = (json!({"a": 1}), json!({"a": 2}));
        let whole = run(root.path(), &one, 9).expect("done");
        assert!(matches!(run(root.path(), &one, 2), Err(LabError::Interrupted(_))));
        assert_eq!(folders(root.path()), 2, "done is done");
        assert!(matches!(run(root.path(), &other, 2), Err(LabError::Interrupted(_))));
        assert_eq!(folders(root.path()), 3, "another configuration is another experiment");
        // Damaged and cut-off lines are done again.
        let path = root.path().join("0002-trial").join(UNITS);
        let mut file = OpenOptions::new().append(true).open(&path).expect("opened");
        file.write_all(b"not JSON\n{\"unit\":\"unit 2\"").expect("written");
        assert_eq!(run(root.path(), &one, 3).expect("done"), whole);
        assert_eq!(folders(root.path()), 3, "it went on in its own folder");
        // Somebody is at the other one.
        let there = Experiment::open(root.path(), "trial", &other, 5).expect("opened");
        assert_eq!(there.folder.path(), root.path().join("0003-trial"));
        assert!(matches!(run(root.path(), &other, 2), Err(LabError::Interrupted(_))));
        assert_eq!(folders(root.path()), 4);
    }

    /// The values of <http://www.isthe.com/chongo/tech/comp/fnv/>.
    #[test]
    fn hash_is_fnv_1a() {
        assert_eq!(hash(b"".iter().copied()), "cbf29ce484222325");
        assert_eq!(hash(b"foobar".iter().copied()), "85944171f73967e8");
    }
}

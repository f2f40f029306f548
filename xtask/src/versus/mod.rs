//! `cargo xtask versus`: this library's speed against everything it can be compared with, in one run.
//!
//! Whoever is compared, a *candidate*, lives in a worker process: one is built from xtask/versus against this tree, one
//! against an older commit, one is Python with PyTorch. They take turns, since machines drift: a ratio is formed within a
//! turn, and what is reported is the median of the turns with the interval that holds nine tenths of them. Answers are
//! compared before the clock starts; a candidate whose answer is another is not timed.

mod plan;
mod report;
mod statistics;
mod worker;

use crate::workspace::{Outcome, Result, Workspace};
use clap::Args;
use plan::Case;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use worker::{Reply, Worker};

/// What is compared with what.
#[derive(Args, Debug)]
pub(crate) struct Versus {
    /// A Python that has PyTorch, which then takes part, eager and compiled.
    #[arg(long, value_name = "PYTHON")]
    torch: Option<PathBuf>,
    /// Leave torch.compile out: it compiles for seconds per case.
    #[arg(long, requires = "torch")]
    no_compile: bool,
    /// A commit of this repository, which then takes part.
    #[arg(long, value_name = "GIT-REF")]
    against: Option<String>,
    /// Fewer and shorter turns, and no case of more than four million elements, except those asked for.
    #[arg(long)]
    quick: bool,
    /// For how many threads everything is set.
    #[arg(long, default_value_t = 2, value_name = "COUNT")]
    threads: usize,
    /// Where versus.md and versus.json go; the folder `versus` of the target directory unless given.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Only these: losses by name, `name@shape` or `@shape`, as mse@1024x1000.
    cases: Vec<String>,
}

/// Who takes part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Candidate {
    Ours,
    Operations,
    BurnNn,
    Copy,
    Ref,
    Eager,
    Compile,
}

impl Candidate {
    /// What its worker calls it.
    fn word(self) -> &'static str {
        match self {
            Self::Ours | Self::Ref => "ours",
            Self::Operations => "operations",
            Self::BurnNn => "burn-nn",
            Self::Copy => "copy",
            Self::Eager => "eager",
            Self::Compile => "compile",
        }
    }

    /// In tables.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Operations => "tensor operations",
            Self::BurnNn => "burn-nn",
            Self::Copy => "copy",
            Self::Ref => "the older commit",
            Self::Eager => "PyTorch eager",
            Self::Compile => "torch.compile",
        }
    }
}

/// The times of a candidate.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) candidate: Candidate,
    /// Seconds of one run, by turn; a slow candidate is not in every turn.
    pub(crate) turns: Vec<Option<f64>>,
}

/// A case with all that was measured of it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) case: Case,
    pub(crate) measured: Vec<Measured>,
    /// Who was not timed, and why. One that has no such loss is not here.
    pub(crate) faults: Vec<(Candidate, String)>,
    /// Who was timed although rounding cost it digits, and what it answered.
    pub(crate) rounded: Vec<(Candidate, String)>,
}

/// How long is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// Turns of every candidate …
    turns: usize,
    /// … each of so many seconds, if one run is not longer.
    turn: f64,
    /// A candidate that needs more than this for all of its turns is in fewer …
    seconds: f64,
    /// … but not in fewer than this.
    least: usize,
}

const FULL: Effort = Effort { turns: 21, turn: 0.005, seconds: 0.8, least: 5 };
const QUICK: Effort = Effort { turns: 7, turn: 0.002, seconds: 0.2, least: 3 };

/// Before every turn: threads that still wait for work from the last one go to sleep.
const PAUSE: Duration = Duration::from_millis(2);

/// Measures, and writes the report.
pub(crate) fn run(workspace: &Workspace, arguments: &Versus) -> Result<Outcome> {
    let largest = if arguments.quick { 4_200_000 } else { usize::MAX };
    let cases = plan::cases(&arguments.cases, largest)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.path("target"), PathBuf::from);
    let target = std::path::absolute(target)?.join("versus");
    let out = arguments.out.clone().unwrap_or_else(|| target.clone());
    fs::create_dir_all(&target)?;
    fs::create_dir_all(&out)?;

    let mut torch = None;
    if let Some(python) = &arguments.torch {
        let script = workspace.path("xtask/versus/torch_worker.py");
        let mut worker = Worker::new(vec![python.clone(), script], arguments.threads, fresh_log(&target, "torch")?);
        match worker.ask_version() {
            Ok(version) => torch = Some((worker, version)),
            Err(error) => return Ok(Outcome::NotAvailable(format!("{} has no PyTorch: {error}", python.display()))),
        }
    }
    let against = match &arguments.against {
        Some(reference) => {
            let commit = git(workspace, &["rev-parse", "--verify", &format!("{reference}^{{commit}}")])?;
            let tree = worktree(workspace, &target, &commit)?;
            let program = build(workspace, &target, &tree, &commit[..12])?;
            let log = fresh_log(&target, "against")?;
            Some((Worker::new(vec![program], arguments.threads, log), format!("{reference} ({})", &commit[..12])))
        }
        None => None,
    };
    let program = build(workspace, &target, &workspace.path(""), "here")?;
    let ours = Worker::new(vec![program], arguments.threads, fresh_log(&target, "here")?);

    let mut facts = report::Facts::read(workspace, arguments.threads)?;
    let mut workers = vec![(ours, vec![Candidate::Ours, Candidate::Operations, Candidate::BurnNn, Candidate::Copy])];
    if let Some((worker, name)) = against {
        facts.against = Some(name);
        workers.push((worker, vec![Candidate::Ref]));
    }
    if let Some((worker, version)) = torch {
        facts.torch = Some(version);
        let compile = (!arguments.no_compile).then_some(Candidate::Compile);
        workers.push((worker, std::iter::once(Candidate::Eager).chain(compile).collect()));
    }

    let effort = if arguments.quick { QUICK } else { FULL };
    facts.busy_before = report::busy_cores();
    let start = Instant::now();
    let mut rows = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let row = measure(&mut workers, case, effort);
        eprintln!("{}/{} {}", index + 1, cases.len(), report::progress(&row));
        rows.push(row);
        // Whoever stops it keeps what there is.
        facts.seconds = start.elapsed().as_secs_f64();
        write(&out, &facts, &rows)?;
    }
    drop(workers);
    facts.busy_after = report::busy_cores();
    println!("{}", write(&out, &facts, &rows)?);
    let faults: Vec<&Row> = rows.iter().filter(|row| !row.faults.is_empty()).collect();
    match faults.len() {
        0 => Ok(Outcome::Done),
        n => Err(format!("{n} cases have candidates that failed or gave another answer; the report names them").into()),
    }
}

/// Writes both files, and gives back the page.
fn write(out: &Path, facts: &report::Facts, rows: &[Row]) -> Result<String> {
    let page = report::markdown(facts, rows);
    fs::write(out.join("versus.json"), report::json(facts, rows))?;
    fs::write(out.join("versus.md"), &page)?;
    Ok(page)
}

impl Worker {
    /// Of PyTorch.
    fn ask_version(&mut self) -> Result<String> {
        let line = self.line("hello")?;
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("ok"), Some(version)) => Ok(version.to_owned()),
            _ => Err(line.into()),
        }
    }
}

/// An empty file for what a worker prints.
fn fresh_log(target: &Path, name: &str) -> Result<PathBuf> {
    let log = target.join(format!("{name}.log"));
    fs::write(&log, "")?;
    Ok(log)
}

/// What git says.
pub(crate) fn git(workspace: &Workspace, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git").arg("-C").arg(workspace.path("")).args(arguments).output()?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(format!("git {}: {}", arguments.join(" "), why.trim_end()).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// A worktree of a commit, which stays there for the next time.
fn worktree(workspace: &Workspace, target: &Path, commit: &str) -> Result<PathBuf> {
    let tree = target.join(format!("tree-{}", &commit[..12]));
    if !tree.join("Cargo.toml").is_file() {
        let path = tree.to_str().ok_or("the target directory's path is not UTF-8")?;
        git(workspace, &["worktree", "prune"])?;
        git(workspace, &["worktree", "add", "--detach", path, commit])?;
    }
    Ok(tree)
}

/// Builds the worker against the library of a tree: a copy of xtask/versus with its path put in. All trees share one
/// build of Burn where they lock the same versions.
fn build(workspace: &Workspace, target: &Path, tree: &Path, label: &str) -> Result<PathBuf> {
    const LIBRARY: &str = "../../crates/burn-losses";
    const NAME: &str = "name = \"versus-worker\"";
    let package = target.join(format!("worker-{label}"));
    fs::create_dir_all(package.join("src"))?;
    let library = tree.join("crates/burn-losses");
    let library = library.to_str().ok_or("the path of the tree is not UTF-8")?;
    let manifest = workspace.read("xtask/versus/Cargo.toml")?;
    if !manifest.contains(LIBRARY) || !manifest.contains(NAME) {
        return Err(format!("xtask/versus/Cargo.toml must have {NAME} and the path {LIBRARY}").into());
    }
    let program = format!("versus-worker-{label}");
    let manifest = manifest.replace(LIBRARY, &library.replace('\\', "/"));
    put(&package.join("Cargo.toml"), &manifest.replace(NAME, &format!("name = \"{program}\"")))?;
    for file in ["build.rs", "src/main.rs", "src/cases.rs", "src/inputs.rs"] {
        put(&package.join(file), &workspace.read(format!("xtask/versus/{file}"))?)?;
    }
    // The versions of the tree; cargo strikes out what the worker does not need.
    fs::copy(tree.join("Cargo.lock"), package.join("Cargo.lock"))?;
    eprintln!("building the worker against {}", tree.display());
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--manifest-path"])
        .arg(package.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target.join("build"))
        .current_dir(&package)
        .status()?;
    if !status.success() {
        return Err(format!("the worker does not build against {}; see above", tree.display()).into());
    }
    Ok(target.join("build/release").join(program).with_extension(std::env::consts::EXE_EXTENSION))
}

/// Writes a file, unless it is so already: cargo goes by dates.
fn put(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// A candidate that is ready to be timed.
struct Ready {
    worker: usize,
    candidate: Candidate,
    runs: u64,
    /// In how many of all turns it is.
    wanted: usize,
    turns: Vec<Option<f64>>,
}

/// Whether who is in so many of all turns is in this one: they lie evenly apart.
fn takes_part(turn: usize, wanted: usize, turns: usize) -> bool {
    turn * wanted % turns < wanted
}

/// Answers first, then turns.
fn measure(workers: &mut [(Worker, Vec<Candidate>)], case: &Case, effort: Effort) -> Row {
    let mut row = Row { case: case.clone(), measured: Vec::new(), faults: Vec::new(), rounded: Vec::new() };
    let mut ready: Vec<Ready> = Vec::new();
    let mut expected: Option<Vec<f64>> = None;
    for (worker, (process, candidates)) in workers.iter_mut().enumerate() {
        match process.ask(&case.prepare()) {
            Reply::Ok(_) => {}
            Reply::Missing => continue,
            Reply::Failed(why) => {
                row.faults.extend(candidates.iter().map(|candidate| (*candidate, why.clone())));
                continue;
            }
        }
        for &candidate in candidates.iter() {
            if candidate != Candidate::Copy {
                let answer = match process.ask(&format!("answer {}", candidate.word())) {
                    Reply::Ok(answer) => answer,
                    Reply::Missing => continue,
                    Reply::Failed(why) => {
                        row.faults.push((candidate, why));
                        continue;
                    }
                };
                // Ours comes first; without it there is nothing to compare with, and nothing to report.
                let Some(expected) = &expected else {
                    if candidate == Candidate::Ours {
                        expected = Some(answer);
                        ready.push(Ready { worker, candidate, runs: 1, wanted: 0, turns: Vec::new() });
                    }
                    continue;
                };
                match difference(&answer, expected, slack(candidate, case.elements())) {
                    Answer::Same => {}
                    Answer::Rounded(what) => row.rounded.push((candidate, what)),
                    Answer::Other(what) => {
                        row.faults.push((candidate, what));
                        continue;
                    }
                }
            }
            ready.push(Ready { worker, candidate, runs: 1, wanted: 0, turns: Vec::new() });
        }
    }
    ready.retain_mut(|ready| {
        let question = format!("calibrate {} {}", ready.candidate.word(), effort.turn);
        match workers[ready.worker].0.ask(&question) {
            Reply::Ok(numbers) if numbers.len() == 2 => {
                ready.runs = (numbers[0] as u64).max(1);
                let wanted = effort.seconds / (numbers[0] * numbers[1]).max(1e-9);
                // Everyone is compared with ours, which is in every turn.
                let is_ours = ready.candidate == Candidate::Ours;
                let least = if is_ours { effort.turns } else { effort.least };
                ready.wanted = (wanted as usize).clamp(least, effort.turns);
                true
            }
            other => {
                row.faults.push((ready.candidate, format!("{other:?}")));
                false
            }
        }
    });
    for turn in 0..effort.turns {
        // There and back again, so that nobody always follows the same one.
        let mut order: Vec<usize> = (0..ready.len()).collect();
        if turn % 2 == 1 {
            order.reverse();
        }
        for index in order {
            let Ready { worker, candidate, runs, wanted, .. } = ready[index];
            let mut seconds = None;
            if takes_part(turn, wanted, effort.turns) {
                std::thread::sleep(PAUSE);
                match workers[worker].0.ask(&format!("turn {} {runs}", candidate.word())) {
                    Reply::Ok(numbers) if numbers.len() == 1 => seconds = Some(numbers[0]),
                    other => {
                        if row.faults.iter().all(|(faulty, _)| *faulty != candidate) {
                            row.faults.push((candidate, format!("{other:?}")));
                        }
                    }
                }
            }
            ready[index].turns.push(seconds);
        }
    }
    row.measured = ready.into_iter().map(|it| Measured { candidate: it.candidate, turns: it.turns }).collect();
    row
}

/// How many numbers a worker tells of each gradient: length, sum, sum of sizes, and this many of its numbers.
const SAMPLES: usize = 16;

/// How an answer compares with ours.
#[derive(Debug, PartialEq)]
enum Answer {
    Same,
    /// Ours, within what rounding may cost this candidate.
    Rounded(String),
    Other(String),
}

/// How far a value may be off, relative to ours: what single precision gives. Burn adds up one number after the other in
/// f32, which may cost n·2⁻²⁴ and does cost a twelfth of that: the second digit of sixteen million numbers.
fn slack(candidate: Candidate, elements: usize) -> f64 {
    match candidate {
        Candidate::Operations | Candidate::BurnNn => (5e-9 * elements as f64).clamp(EXACT, 0.05),
        _ => EXACT,
    }
}

/// The same number in f32, relatively.
const EXACT: f64 = 1e-4;

/// Compares an answer with ours.
fn difference(answer: &[f64], ours: &[f64], slack: f64) -> Answer {
    let close = |a: f64, b: f64, slack: f64| (a - b).abs() <= EXACT * b.abs() + slack;
    if answer.len() != ours.len() || ours.is_empty() {
        return Answer::Other(format!("{} numbers instead of {}", answer.len(), ours.len()));
    }
    let value = format!("its value is {}, ours {}", answer[0], ours[0]);
    let is_close = close(answer[0], ours[0], 1e-6);
    if !is_close && !close(answer[0], ours[0], slack * ours[0].abs()) {
        return Answer::Other(value);
    }
    let gradients = answer[1..].chunks(3 + SAMPLES).zip(ours[1..].chunks(3 + SAMPLES));
    for (index, (theirs, ours)) in gradients.enumerate() {
        let (len, sizes) = (ours[0], ours[2]);
        let fits = |place: usize| match place {
            0 => theirs[0] == len,
            // Both signs: the sum may be much smaller than what it was made of.
            1 => close(theirs[1], ours[1], 1e-4 * sizes),
            2 => close(theirs[2], ours[2], 0.0),
            _ => close(theirs[place], ours[place], 1e-3 * sizes / len),
        };
        // Not a number differs from everything.
        if let Some(place) = (0..ours.len()).find(|place| !fits(*place)) {
            let what = ["the length", "the sum", "the sum of sizes"].get(place).copied().unwrap_or("a number");
            return Answer::Other(format!("{what} of gradient {index} is {}, ours {}", theirs[place], ours[place]));
        }
    }
    if is_close { Answer::Same } else { Answer::Rounded(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value of 2 and a gradient of 100 numbers, whose sizes sum to 50.
    fn answer() -> Vec<f64> {
        let mut answer = vec![2.0, 100.0, 0.0, 50.0];
        answer.extend([0.5; SAMPLES]);
        answer
    }

    #[test]
    fn turns_lie_evenly_apart() {
        let of = |wanted| (0..10).filter(|turn| takes_part(*turn, wanted, 10)).collect::<Vec<_>>();
        assert_eq!(of(3), [0, 4, 7]);
        assert_eq!(of(5), [0, 2, 4, 6, 8]);
        assert_eq!((of(0).len(), of(9).len(), of(10).len()), (0, 9, 10));
    }

    #[test]
    fn rounding_is_no_difference() {
        let mut other = answer();
        other[0] += 1e-4;
        other[2] += 1e-3;
        other[3] -= 1e-3;
        other[7] += 1e-4;
        assert_eq!(difference(&other, &answer(), EXACT), Answer::Same);
    }

    #[test]
    fn burn_may_lose_digits_of_long_sums() {
        let mut other = answer();
        other[0] *= 1.01;
        let of = |candidate, elements| difference(&other, &answer(), slack(candidate, elements));
        assert!(matches!(of(Candidate::Operations, 16_000_000), Answer::Rounded(_)));
        assert!(matches!(of(Candidate::Operations, 1_000_000), Answer::Other(_)));
        assert!(matches!(of(Candidate::Eager, 16_000_000), Answer::Other(_)));
        // Not in a gradient.
        other[7] *= 1.01;
        assert!(matches!(difference(&other, &answer(), 0.05), Answer::Other(_)));
    }

    #[test]
    fn every_number_counts() {
        let is_other = |answer: &[f64], ours: &[f64]| matches!(difference(answer, ours, EXACT), Answer::Other(_));
        for (place, error) in [(0, 1e-3), (1, 1.0), (2, 0.1), (3, 0.1), (4, 1e-2), (3 + SAMPLES, 1e-2)] {
            let mut other = answer();
            other[place] += error;
            assert!(is_other(&other, &answer()), "{place}");
            other[place] = f64::NAN;
            assert!(is_other(&other, &answer()), "{place}");
        }
        assert!(is_other(&answer()[..1], &answer()));
        assert!(is_other(&[], &[]));
    }
}

//! The processes that run the losses: one line asks, one line answers.

use crate::workspace::Result;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What a worker says.
#[derive(Debug, PartialEq)]
pub(crate) enum Reply {
    Ok(Vec<f64>),
    /// It does not have this loss.
    Missing,
    Failed(String),
}

/// A process that runs losses.
#[derive(Debug)]
pub(crate) struct Worker {
    program: Vec<PathBuf>,
    threads: usize,
    /// Where what it prints besides goes.
    log: PathBuf,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Worker {
    pub(crate) fn new(program: Vec<PathBuf>, threads: usize, log: PathBuf) -> Self {
        Self { program, threads, log, running: None }
    }

    fn start(&self) -> Result<Running> {
        let threads = self.threads.to_string();
        let mut child = Command::new(&self.program[0])
            .args(&self.program[1..])
            .env("RAYON_NUM_THREADS", &threads)
            .env("OMP_NUM_THREADS", &threads)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::options().create(true).append(true).open(&self.log)?)
            .spawn()
            .map_err(|error| format!("{}: {error}", self.program[0].display()))?;
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Ok(Running { child, input, output })
    }

    /// The answer to a line, without being read. One that has ended is started again.
    pub(crate) fn line(&mut self, question: &str) -> Result<String> {
        if self.running.is_none() {
            self.running = Some(self.start()?);
        }
        let running = self.running.as_mut().expect("started");
        let mut answer = String::new();
        let asked = writeln!(running.input, "{question}").and_then(|()| running.output.read_line(&mut answer));
        if asked.is_ok() && answer.ends_with('\n') {
            return Ok(answer.trim_end().to_owned());
        }
        self.stop();
        Err(format!("the process ended at `{question}`; see {}", self.log.display()).into())
    }

    /// The answer to a line.
    pub(crate) fn ask(&mut self, question: &str) -> Reply {
        self.line(question).map_or_else(|error| Reply::Failed(error.to_string()), |line| read(&line))
    }

    fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            // It may have ended already.
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}

fn read(line: &str) -> Reply {
    if line == "missing" {
        return Reply::Missing;
    }
    match line.strip_prefix("ok") {
        Some(numbers) => match numbers.split_whitespace().map(str::parse).collect() {
            Ok(numbers) => Reply::Ok(numbers),
            Err(_) => Reply::Failed(format!("no numbers: {line}")),
        },
        None => Reply::Failed(line.strip_prefix("error ").unwrap_or(line).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_read() {
        assert_eq!(read("ok"), Reply::Ok(vec![]));
        assert_eq!(read("ok 1.5e-3 2"), Reply::Ok(vec![0.0015, 2.0]));
        assert_eq!(read("missing"), Reply::Missing);
        assert_eq!(read("error no such kind"), Reply::Failed("no such kind".to_owned()));
        assert!(matches!(read("ok 1 two"), Reply::Failed(_)));
        assert!(matches!(read("warning: something"), Reply::Failed(_)));
    }

    #[cfg(unix)]
    #[test]
    fn a_worker_that_ends_is_an_error_and_starts_again() {
        let log = tempfile_path();
        let program = ["sh", "-c", "read line; echo ok 7; read line; exit 1"].map(PathBuf::from).to_vec();
        let mut worker = Worker::new(program, 1, log.clone());
        assert_eq!(worker.ask("turn"), Reply::Ok(vec![7.0]));
        assert!(matches!(worker.ask("turn"), Reply::Failed(_)));
        assert_eq!(worker.ask("turn"), Reply::Ok(vec![7.0]));
        drop(worker);
        std::fs::remove_file(log).expect("the log");
    }

    #[cfg(unix)]
    fn tempfile_path() -> PathBuf {
        std::env::temp_dir().join(format!("versus-worker-test-{}.log", std::process::id()))
    }
}

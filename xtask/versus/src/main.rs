//! A worker of `cargo xtask versus`: it has this library, the same losses in Burn's tensor operations and in burn-nn, and
//! a copy, and runs one of them when a line on its standard input says so.
//!
//! ```text
//! prepare KIND CASE SHAPE forward|both BYTES     makes the inputs; BYTES is what the copy moves
//! answer CANDIDATE                               the value; of each gradient: length, sum, sum of sizes, some numbers
//! calibrate CANDIDATE SECONDS                    how many runs fill that time, and the seconds of one
//! turn CANDIDATE RUNS                            the seconds of one run
//! ```
//!
//! A reply is a line: `ok` and numbers, `missing`, or `error` and why. torch_worker.py has the same protocol.

mod cases;
mod inputs;

use burn::tensor::{Device, Tensor};
use cases::{Case, cases};
use inputs::{Inputs, Kind};
use rayon::prelude::*;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// Something to time.
type Run = Box<dyn FnMut()>;

/// What one case is, with its rank forgotten.
trait Prepared {
    /// Value and gradients as numbers; None if the candidate does not have this loss.
    fn answer(&self, candidate: &str) -> Option<Vec<f64>>;
    /// Runs it, and forgets what comes out; None if the candidate does not have this loss.
    fn run(&self, candidate: &str) -> Option<Box<dyn FnMut() + '_>>;
}

struct Typed<const D: usize, const T: usize> {
    case: Case<D, T>,
    inputs: Inputs<D, T>,
    gradients: bool,
}

impl<const D: usize, const T: usize> Typed<D, T> {
    fn new(name: &str, kind: Kind, shape: &[usize], gradients: bool) -> Option<Self> {
        let case = cases().into_iter().find(|case| case.name == name)?;
        let dims = shape.try_into().expect("the rank of the shape");
        Some(Self { case, inputs: Inputs::new(kind, dims, gradients), gradients })
    }

    fn evaluation(&self, candidate: &str) -> Option<cases::Evaluation<D, T>> {
        match candidate {
            "ours" => self.case.ours,
            "operations" => Some(self.case.operations),
            "burn-nn" => self.case.burn_nn,
            _ => None,
        }
    }
}

impl<const D: usize, const T: usize> Prepared for Typed<D, T> {
    fn answer(&self, candidate: &str) -> Option<Vec<f64>> {
        let value = self.evaluation(candidate)?(&self.inputs);
        let mut numbers = Vec::new();
        if self.gradients {
            let gradients = value.backward();
            for tensor in self.inputs.tracked() {
                let gradient: Tensor<D> = tensor.grad(&gradients).expect("a gradient");
                numbers.extend(summary(&gradient.into_data().try_into_vec::<f32>().expect("f32")));
            }
        }
        numbers.insert(0, f64::from(value.into_scalar::<f32>()));
        Some(numbers)
    }

    fn run(&self, candidate: &str) -> Option<Box<dyn FnMut() + '_>> {
        let evaluation = self.evaluation(candidate)?;
        Some(Box::new(move || {
            let value = evaluation(&self.inputs);
            if self.gradients {
                black_box(value.backward());
            } else {
                black_box(value);
            }
        }))
    }
}

/// Length, sum, sum of sizes, and 16 numbers from all over.
fn summary(numbers: &[f32]) -> Vec<f64> {
    let sum = numbers.iter().map(|x| f64::from(*x)).sum();
    let sizes = numbers.iter().map(|x| f64::from(x.abs())).sum();
    let samples = (0..16).map(|i| f64::from(numbers[i * (numbers.len() - 1) / 15]));
    [numbers.len() as f64, sum, sizes].into_iter().chain(samples).collect()
}

/// A copy that moves this many bytes, by one thread or by all of them, whichever is faster.
fn copy(bytes: usize) -> Run {
    let (source, mut target) = (vec![1_u8; bytes / 2], vec![2_u8; bytes / 2]);
    let piece = source.len().div_ceil(rayon::current_num_threads()).max(1);
    let mut copy = move |parallel: bool| {
        if parallel {
            target.par_chunks_mut(piece).zip(source.par_chunks(piece)).for_each(|(to, from)| to.copy_from_slice(from));
        } else {
            target.copy_from_slice(black_box(&source));
        }
        black_box(&target);
    };
    let mut seconds = [f64::INFINITY; 2];
    for _ in 0..7 {
        for parallel in [false, true] {
            let start = Instant::now();
            copy(parallel);
            let best = &mut seconds[usize::from(parallel)];
            *best = best.min(start.elapsed().as_secs_f64());
        }
    }
    let parallel = seconds[1] < seconds[0];
    Box::new(move || copy(parallel))
}

#[derive(Default)]
struct Worker {
    case: Option<Box<dyn Prepared>>,
    copy: Option<Run>,
}

impl Worker {
    fn reply(&mut self, line: &str) -> Result<Option<Vec<f64>>, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["prepare", kind, name, shape, mode, bytes] => {
                // What was there goes first: two large cases need not fit at once.
                *self = Self::default();
                let kind = Kind::of(kind).ok_or("no such kind")?;
                let shape: Vec<usize> =
                    shape.split('x').map(str::parse).collect::<Result<_, _>>().map_err(|_| "no shape")?;
                let gradients = mode == "both";
                self.case = match shape.len() {
                    1 => boxed(Typed::<1, 1>::new(name, kind, &shape, gradients)),
                    2 => boxed(Typed::<2, 1>::new(name, kind, &shape, gradients)),
                    4 => boxed(Typed::<4, 3>::new(name, kind, &shape, gradients)),
                    _ => return Err("no such rank".to_owned()),
                };
                self.copy = Some(copy(bytes.parse().map_err(|_| "no bytes")?));
                Ok(self.case.as_ref().map(|_| Vec::new()))
            }
            ["answer", candidate] => Ok(self.case.as_ref().and_then(|case| case.answer(candidate))),
            ["calibrate", candidate, seconds] => {
                let seconds: f64 = seconds.parse().map_err(|_| "no seconds")?;
                Ok(self.with(candidate, |run| calibrate(run, seconds)))
            }
            ["turn", candidate, runs] => {
                let runs: u32 = runs.parse().map_err(|_| "no count")?;
                Ok(self.with(candidate, |run| vec![turn(run, runs)]))
            }
            _ => Err("no such command".to_owned()),
        }
    }

    fn with<R>(&mut self, candidate: &str, time: impl FnOnce(&mut dyn FnMut()) -> R) -> Option<R> {
        if candidate == "copy" {
            return self.copy.as_mut().map(|copy| time(copy));
        }
        self.case.as_ref()?.run(candidate).map(|mut run| time(&mut run))
    }
}

fn boxed<P: Prepared + 'static>(case: Option<P>) -> Option<Box<dyn Prepared>> {
    case.map(|case| Box::new(case) as Box<dyn Prepared>)
}

fn wait() {
    Device::flex().sync().expect("the device finishes");
}

/// How many runs fill that time, and the seconds of one.
fn calibrate(run: &mut dyn FnMut(), seconds: f64) -> Vec<f64> {
    run();
    wait();
    let start = Instant::now();
    let mut runs = 0.0;
    while runs == 0.0 || start.elapsed().as_secs_f64() < seconds {
        run();
        wait();
        runs += 1.0;
    }
    vec![runs, start.elapsed().as_secs_f64() / runs]
}

/// The seconds of one run. Where there are several, one more goes before the clock starts: it wakes the threads.
fn turn(run: &mut dyn FnMut(), runs: u32) -> f64 {
    if runs > 1 {
        run();
    }
    let start = Instant::now();
    for _ in 0..runs {
        run();
    }
    wait();
    start.elapsed().as_secs_f64() / f64::from(runs)
}

fn main() {
    let mut worker = Worker::default();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let reply = match catch_unwind(AssertUnwindSafe(|| worker.reply(&line))) {
            Ok(Ok(Some(numbers))) => numbers.iter().fold("ok".to_owned(), |text, number| format!("{text} {number:e}")),
            Ok(Ok(None)) => "missing".to_owned(),
            Ok(Err(why)) => format!("error {why}"),
            Err(_) => "error it panicked".to_owned(),
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{reply}").and_then(|()| out.flush()).expect("whoever asked is there");
    }
}

//! What the benchmarks share: candidates that take turns, the comparison of answers, and the command line.
//!
//! All candidates of a shape take turns within one run, and ratios are medians over the turns, since machines drift. A
//! harness of our own for that reason: the usual ones measure one candidate after the other.

use burn::tensor::{Device, Tensor};
use std::cell::RefCell;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// A thing to time, for one shape.
pub(crate) struct Candidate<'a> {
    pub(crate) name: String,
    device: &'a Device,
    run: Box<dyn Fn() + 'a>,
    /// How often it runs in one turn.
    repeats: u32,
    turns: Vec<f64>,
}

impl<'a> Candidate<'a> {
    pub(crate) fn new(device: &'a Device, name: impl Into<String>, run: impl Fn() + 'a) -> Self {
        Self { name: name.into(), device, run: Box::new(run), repeats: 1, turns: Vec::new() }
    }

    /// A copy of this tensor's bytes. On a GPU it is x + 1, which reads and writes as much.
    pub(crate) fn copy<const D: usize>(device: &'a Device, tensor: &'a Tensor<D>) -> Self {
        let len = if *device == Device::flex() { tensor.shape().num_elements() } else { 0 };
        let (source, target) = (vec![1.0_f32; len], RefCell::new(vec![0.0_f32; len]));
        Self::new(device, "copy", move || {
            if source.is_empty() {
                // Waited for here: what is dropped before that, Burn's fusion never runs.
                let copy = black_box(tensor.clone() + 1.0);
                device.sync().expect("the device finishes");
                drop(copy);
                return;
            }
            target.borrow_mut().copy_from_slice(black_box(&source));
            black_box(&target);
        })
    }

    fn wait(&self) {
        self.device.sync().expect("the device finishes");
    }

    /// Runs until the repeats of one turn are worth timing.
    fn calibrate(&mut self, turn: Duration) {
        (self.run)();
        self.wait();
        let start = Instant::now();
        let mut runs = 0;
        while start.elapsed() < turn {
            (self.run)();
            self.wait();
            runs += 1;
        }
        self.repeats = runs.max(1);
    }

    fn turn(&mut self) {
        let start = Instant::now();
        for _ in 0..self.repeats {
            (self.run)();
        }
        self.wait();
        self.turns.push(start.elapsed().as_secs_f64() / f64::from(self.repeats));
    }

    /// The median of a turn's seconds a run.
    pub(crate) fn seconds(&self) -> f64 {
        median(self.turns.clone())
    }

    /// The median over the turns of this one's time divided by the other's.
    pub(crate) fn ratio(&self, other: &Self) -> f64 {
        median(self.turns.iter().zip(&other.turns).map(|(a, b)| a / b).collect())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub(crate) fn measure(candidates: &mut [Candidate<'_>], quick: bool) {
    let (turns, length) = if quick { (5, Duration::from_millis(2)) } else { (25, Duration::from_millis(8)) };
    for candidate in candidates.iter_mut() {
        candidate.calibrate(length);
    }
    for _ in 0..turns {
        for candidate in candidates.iter_mut() {
            candidate.turn();
        }
    }
}

/// The candidate of this name.
pub(crate) fn find<'b, 'a>(candidates: &'b [Candidate<'a>], name: &str) -> Option<&'b Candidate<'a>> {
    candidates.iter().find(|candidate| candidate.name == name)
}

/// That two answers are the same.
pub(crate) fn close(name: &str, got: &[f32], expected: &[f32]) {
    assert_eq!(got.len(), expected.len(), "{name}");
    let scale = expected.iter().fold(0.0_f32, |a, x| a.max(x.abs()));
    for (got, expected) in got.iter().zip(expected) {
        let right = (got - expected).abs() <= 1e-4 * expected.abs() + 1e-6 * scale;
        assert!(right, "{name}: {got} instead of {expected}");
    }
}

pub(crate) fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("f32")
}

pub(crate) fn time(seconds: f64) -> String {
    if seconds < 1e-3 { format!("{:.1} µs", 1e6 * seconds) } else { format!("{:.2} ms", 1e3 * seconds) }
}

/// What the command line asks for.
pub(crate) struct Options {
    pub(crate) quick: bool,
    pub(crate) device: Device,
    pub(crate) shapes: Vec<Vec<usize>>,
}

impl Options {
    /// `[--quick] [--device=NAME] [SHAPE …]`; these shapes unless some are given.
    pub(crate) fn read(shapes: &[&[usize]]) -> Self {
        // `cargo bench` adds --bench.
        let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
        let quick = arguments.iter().any(|argument| argument == "--quick");
        let device = device(arguments.iter().find_map(|argument| argument.strip_prefix("--device=")).unwrap_or("flex"));
        let wanted: Vec<Vec<usize>> =
            arguments.iter().filter(|argument| !argument.starts_with("--")).map(|name| shape(name)).collect();
        let shapes = if wanted.is_empty() { shapes.iter().map(|shape| shape.to_vec()).collect() } else { wanted };
        println!("{device:?}");
        Self { quick, device, shapes }
    }
}

/// The device of a name, if its feature is on.
fn device(name: &str) -> Device {
    match name {
        "flex" => Device::flex(),
        #[cfg(feature = "wgpu")]
        "wgpu" => Device::wgpu(burn::tensor::DeviceKind::DefaultDevice),
        #[cfg(feature = "vulkan")]
        "vulkan" => Device::vulkan(burn::tensor::DeviceKind::DefaultDevice),
        #[cfg(feature = "metal")]
        "metal" => Device::metal(burn::tensor::DeviceKind::DefaultDevice),
        #[cfg(feature = "cuda")]
        "cuda" => Device::cuda(0),
        #[cfg(feature = "rocm")]
        "rocm" => Device::rocm(0),
        other => panic!("--device must be flex or one whose feature is on, got {other}"),
    }
}

/// A shape from its name.
fn shape(name: &str) -> Vec<usize> {
    let sizes: Result<Vec<usize>, _> = name.split('x').map(str::parse).collect();
    sizes.ok().filter(|sizes| [2, 4].contains(&sizes.len())).unwrap_or_else(|| {
        panic!("a shape must be rows x classes or an image's, as 1024x1000 or 8x21x128x128, got {name}");
    })
}

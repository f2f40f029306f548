//! Every class loss, forward and forward + backward, against burn-nn's cross-entropy, against the composed path and
//! beside a copy of as many bytes: `cargo bench`, or `cargo bench -- [--quick] [--device=NAME] [SHAPE]` (a shape as
//! 1024x1000; a device other than flex with the feature of its name: `cargo bench --features vulkan -- --device=vulkan`).
//!
//! On a GPU the copy is x + 1, which reads and writes as much, and a turn ends when the device has nothing left to do.
//!
//! All candidates of a shape take turns within one run, and ratios are medians over the turns, since machines drift.
//! A harness of our own for that reason: the usual ones measure one candidate after the other. Answers are checked
//! before the clock starts.

use burn::nn::loss::CrossEntropyLossConfig;
use burn::tensor::{Device, Distribution, Int, Tensor, TensorData};
use burn_losses::catalogue::{self, Family};
use burn_losses::prelude::*;
use std::hint::black_box;
use std::time::{Duration, Instant};

const SHAPES: [&[usize]; 6] = [&[128, 10], &[1024, 10], &[256, 1000], &[1024, 1000], &[128, 32000], &[8, 21, 128, 128]];

/// A thing to time, for one shape.
struct Candidate<'a> {
    name: String,
    device: &'a Device,
    run: Box<dyn Fn() + 'a>,
    /// How often it runs in one turn.
    repeats: u32,
    turns: Vec<f64>,
}

impl<'a> Candidate<'a> {
    fn new(device: &'a Device, name: impl Into<String>, run: impl Fn() + 'a) -> Self {
        Self { name: name.into(), device, run: Box::new(run), repeats: 1, turns: Vec::new() }
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
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The logits `[N, C]` and targets `[N]` of a shape with the class axis in the middle, as burn-nn wants them.
fn rows<const D: usize>(logits: Tensor<D>) -> Tensor<2> {
    let dims = logits.dims();
    if D == 2 {
        return logits.reshape([dims[0], dims[1]]);
    }
    let targets = dims.iter().product::<usize>() / dims[1];
    let axes: Vec<isize> = std::iter::once(0).chain(2..D as isize).chain(std::iter::once(1)).collect();
    let axes: [isize; D] = axes.try_into().expect("one axis each");
    logits.permute(axes).reshape([targets, dims[1]])
}

fn close(name: &str, got: Vec<f32>, expected: Vec<f32>) {
    let scale = expected.iter().fold(0.0_f32, |a, x| a.max(x.abs()));
    for (got, expected) in got.iter().zip(&expected) {
        let right = (got - expected).abs() <= 1e-4 * expected.abs() + 1e-6 * scale;
        assert!(right, "{name}: {got} instead of {expected}");
    }
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("f32")
}

fn bench<const D: usize, const T: usize>(device: &Device, shape: &[usize], quick: bool) {
    device.seed(7);
    let dims: [usize; D] = shape.try_into().expect("the rank of the shape");
    let spread = Distribution::Normal(0.0, 2.0);
    let plain = Tensor::<D>::random(dims, spread, device);
    let tracked = Tensor::<D>::from_data(plain.to_data(), &device.clone().autodiff()).require_grad();
    let classes: Vec<i32> = (0..plain.shape().num_elements() / dims[1]).map(|i| (i * 7919 % dims[1]) as i32).collect();
    let target_dims: Vec<usize> = [&dims[..1], &dims[2..]].concat();
    let targets = Tensor::<T, Int>::from_data(TensorData::new(classes, target_dims), device);
    let flat_targets: Tensor<1, Int> = targets.clone().reshape([-1]);
    let burn_nn = CrossEntropyLossConfig::new().init(device);
    let losses: Vec<(&str, AnyClassLoss)> = catalogue::all()
        .iter()
        .filter(|entry| entry.family != Family::Wrapper)
        .map(|entry| {
            (entry.name, LossConfig::by_name(entry.name).and_then(|loss| loss.init()).expect("in the catalogue"))
        })
        .collect();

    // The answers first.
    for (name, loss) in &losses {
        let both = [loss.clone(), loss.clone().composed()].map(|loss| {
            let value = loss.forward(tracked.clone(), targets.clone(), Reduction::Mean);
            let gradient = tracked.grad(&value.backward()).expect("a gradient");
            (numbers(value), numbers(gradient))
        });
        let [fused, composed] = both;
        close(name, fused.0.clone(), composed.0);
        close(name, fused.1.clone(), composed.1);
        if *name == "cross_entropy" {
            let value = burn_nn.forward(rows(tracked.clone()), flat_targets.clone());
            let gradient = tracked.grad(&value.backward()).expect("a gradient");
            close("burn-nn", fused.0, numbers(value));
            close("burn-nn", fused.1, numbers(gradient));
        }
    }

    let bytes = plain.shape().num_elements() * 4;
    let on_cpu = *device == Device::flex();
    let source = vec![1.0_f32; bytes / 4];
    let target = std::cell::RefCell::new(vec![0.0_f32; bytes / 4]);
    for backward in [false, true] {
        let logits = if backward { &tracked } else { &plain };
        let evaluate = |loss: &AnyClassLoss| {
            let value = loss.forward(logits.clone(), targets.clone(), Reduction::Mean);
            if backward {
                black_box(value.backward());
            } else {
                black_box(value);
            }
        };
        let mut candidates = vec![Candidate::new(device, "burn-nn", || {
            let value = burn_nn.forward(rows(logits.clone()), flat_targets.clone());
            if backward {
                black_box(value.backward());
            } else {
                black_box(value);
            }
        })];
        candidates.push(Candidate::new(device, "copy", || {
            if !on_cpu {
                // Waited for here: what is dropped before that, Burn's fusion never runs.
                let copy = black_box(plain.clone() + 1.0);
                device.sync().expect("the device finishes");
                drop(copy);
                return;
            }
            target.borrow_mut().copy_from_slice(black_box(&source));
            black_box(&target);
        }));
        for (name, loss) in &losses {
            candidates.push(Candidate::new(device, *name, || evaluate(loss)));
            let composed = loss.clone().composed();
            let evaluate = &evaluate;
            candidates.push(Candidate::new(device, format!("{name} composed"), move || evaluate(&composed)));
        }
        measure(&mut candidates, quick);
        report(shape, backward, bytes, &candidates);
    }
}

fn measure(candidates: &mut [Candidate<'_>], quick: bool) {
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

/// The median over the turns of a's time divided by b's.
fn ratio(a: &Candidate<'_>, b: &Candidate<'_>) -> f64 {
    median(a.turns.iter().zip(&b.turns).map(|(a, b)| a / b).collect())
}

fn report(shape: &[usize], backward: bool, bytes: usize, candidates: &[Candidate<'_>]) {
    let find = |name: &str| candidates.iter().find(|candidate| candidate.name == name).expect("a candidate");
    let (burn_nn, copy, cross_entropy) = (find("burn-nn"), find("copy"), find("cross_entropy"));
    // Each logit is read once, and each gradient written once.
    let moved = bytes as f64 * if backward { 2.0 } else { 1.0 };
    let what = if backward { "forward + backward" } else { "forward" };
    println!("\n{shape:?}, {what}: burn-nn's cross-entropy {}", time(median(burn_nn.turns.clone())));
    let copied = 2.0 * bytes as f64 / median(copy.turns.clone()) / 1e9;
    println!("copy of as many bytes {} ({copied:.1} GB/s)\n", time(median(copy.turns.clone())));
    println!("| loss | time | faster than burn-nn's CE | than composed | time / our CE | GB/s | share of copy |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for candidate in candidates
        .iter()
        .filter(|candidate| candidates.iter().any(|c| c.name == format!("{} composed", candidate.name)))
    {
        let composed = find(&format!("{} composed", candidate.name));
        let seconds = median(candidate.turns.clone());
        let rate = moved / seconds / 1e9;
        println!(
            "| {} | {} | {:.1}× | {:.1}× | {:.2} | {rate:.1} | {:.0} % |",
            candidate.name,
            time(seconds),
            ratio(burn_nn, candidate),
            ratio(composed, candidate),
            ratio(candidate, cross_entropy),
            100.0 * rate / copied,
        );
    }
}

fn time(seconds: f64) -> String {
    if seconds < 1e-3 { format!("{:.1} µs", 1e6 * seconds) } else { format!("{:.2} ms", 1e3 * seconds) }
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

fn main() {
    // `cargo bench` adds --bench.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let device = device(arguments.iter().find_map(|argument| argument.strip_prefix("--device=")).unwrap_or("flex"));
    let wanted: Vec<Vec<usize>> =
        arguments.iter().filter(|argument| !argument.starts_with("--")).map(|name| shape(name)).collect();
    let shapes = if wanted.is_empty() { SHAPES.map(<[usize]>::to_vec).to_vec() } else { wanted };
    println!("{device:?}");
    for shape in shapes {
        match shape.len() {
            2 => bench::<2, 1>(&device, &shape, quick),
            _ => bench::<4, 3>(&device, &shape, quick),
        }
    }
}

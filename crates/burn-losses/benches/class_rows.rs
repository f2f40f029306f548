//! Every class loss, forward and forward + backward, against burn-nn's cross-entropy, against the composed path and
//! beside a copy of as many bytes: `cargo bench --bench class_rows`, or `… -- [--quick] [--device=NAME] [SHAPE]` (a shape
//! as 1024x1000; a device other than flex with the feature of its name:
//! `cargo bench --bench class_rows --features vulkan -- --device=vulkan`).
//!
//! On a GPU the copy is x + 1, which reads and writes as much, and a turn ends when the device has nothing left to do.
//! Answers are checked before the clock starts.

mod harness;

use burn::nn::loss::CrossEntropyLossConfig;
use burn::tensor::{Device, Distribution, Int, Tensor, TensorData};
use burn_losses::catalogue::{self, Family};
use burn_losses::prelude::*;
use harness::{Candidate, Options, close, find, measure, numbers, time};
use std::hint::black_box;

const SHAPES: [&[usize]; 6] = [&[128, 10], &[1024, 10], &[256, 1000], &[1024, 1000], &[128, 32000], &[8, 21, 128, 128]];

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
        .filter(|entry| matches!(entry.family, Family::Classification | Family::NoiseRobust))
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
        close(name, &fused.0, &composed.0);
        close(name, &fused.1, &composed.1);
        if *name == "cross_entropy" {
            let value = burn_nn.forward(rows(tracked.clone()), flat_targets.clone());
            let gradient = tracked.grad(&value.backward()).expect("a gradient");
            close("burn-nn", &fused.0, &numbers(value));
            close("burn-nn", &fused.1, &numbers(gradient));
        }
    }

    let bytes = plain.shape().num_elements() * 4;
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
        candidates.push(Candidate::copy(device, &plain));
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

fn report(shape: &[usize], backward: bool, bytes: usize, candidates: &[Candidate<'_>]) {
    let named = |name: &str| find(candidates, name).expect("a candidate");
    let (burn_nn, copy, cross_entropy) = (named("burn-nn"), named("copy"), named("cross_entropy"));
    // Each logit is read once, and each gradient written once.
    let moved = bytes as f64 * if backward { 2.0 } else { 1.0 };
    let what = if backward { "forward + backward" } else { "forward" };
    println!("\n{shape:?}, {what}: burn-nn's cross-entropy {}", time(burn_nn.seconds()));
    let copied = 2.0 * bytes as f64 / copy.seconds() / 1e9;
    println!("copy of as many bytes {} ({copied:.1} GB/s)\n", time(copy.seconds()));
    println!("| loss | time | faster than burn-nn's CE | than composed | time / our CE | GB/s | share of copy |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for candidate in candidates {
        let Some(composed) = find(candidates, &format!("{} composed", candidate.name)) else { continue };
        let seconds = candidate.seconds();
        let rate = moved / seconds / 1e9;
        println!(
            "| {} | {} | {:.1}× | {:.1}× | {:.2} | {rate:.1} | {:.0} % |",
            candidate.name,
            time(seconds),
            burn_nn.ratio(candidate),
            composed.ratio(candidate),
            candidate.ratio(cross_entropy),
            100.0 * rate / copied,
        );
    }
}

fn main() {
    let Options { quick, device, shapes } = Options::read(&SHAPES);
    for shape in shapes {
        match shape.len() {
            2 => bench::<2, 1>(&device, &shape, quick),
            _ => bench::<4, 3>(&device, &shape, quick),
        }
    }
}

//! Losses on backends whose features are on in Burn and off in burn-losses: `cargo run -- ndarray wgpu`.
//!
//! For each device named on the command line, values and gradients are compared with numbers worked out by hand.
#![recursion_limit = "256"]

use burn::tensor::{Device, DeviceKind, Int, Tensor};
use burn_losses::prelude::*;
use serde::{Deserialize, Serialize};

/// (1 − p)², a loss of the user's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Squared {}

impl ClassFormula for Squared {
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        row.miss_pow(2.0)
    }
}

/// The mean over two rows, [0, ln 3] with class 0 and [0, 0] with class 1: p = 1/4 and 1/2.
fn check<C: Criterion<Tensor<2>, Tensor<1, Int>>>(
    name: &str,
    device: &Device,
    criterion: C,
    value: f64,
    gradient: [f64; 4],
) {
    let logits = Tensor::<2>::from_data([[0.0, 3.0_f32.ln()], [0.0, 0.0]], device).require_grad();
    let targets = Tensor::<1, Int>::from_data([0, 1], device);
    let loss = criterion.forward(logits.clone(), targets, Reduction::Mean);
    let slopes = logits.grad(&loss.backward()).expect("the logits are tracked");
    let got = [loss.into_data(), slopes.into_data()].map(|data| data.try_into_vec_as::<f64>().expect("floats")).concat();
    let expected = [&[value][..], &gradient].concat();
    let right = got.iter().zip(&expected).all(|(got, expected)| (got - expected).abs() <= 1e-6);
    assert!(right, "{name}: {got:?} instead of {expected:?}");
    println!("{name}: {got:?}");
}

fn main() {
    let names: Vec<String> = std::env::args().skip(1).collect();
    assert!(!names.is_empty(), "usage: outside [ndarray] [wgpu]");
    for name in names {
        #[allow(deprecated)] // By Burn; its users exist.
        let device = match name.as_str() {
            "ndarray" => Device::ndarray(),
            "wgpu" => Device::wgpu(DeviceKind::DefaultDevice),
            other => panic!("device: the name must be ndarray or wgpu, got {other}"),
        };
        let device = device.autodiff();
        // −ln p: (ln 4 + ln 2)/2, slopes ±(1 − p)/2.
        let cross_entropy = CrossEntropy::default().init();
        check(&format!("cross-entropy on {name}"), &device, cross_entropy, 1.5 * 2_f64.ln(), [-0.375, 0.375, 0.25, -0.25]);
        // 2(1 − p): slopes ±2p(1 − p)/2.
        check(&format!("MAE on {name}"), &device, ClassMae::default().init(), 1.25, [-0.1875, 0.1875, 0.25, -0.25]);
        // (1 − p)²: (9/16 + 1/4)/2, slopes ±2p(1 − p)²/2.
        check(
            &format!("a formula of one's own on {name}"),
            &device,
            Squared {}.init(),
            0.40625,
            [-0.140_625, 0.140_625, 0.125, -0.125],
        );
    }
}

//! Losses of the pointwise and the soft-row engine, forward + backward, against the same computation written in Burn's
//! tensor operations, against burn-nn where it has the loss, and beside a copy of as many bytes:
//! `cargo bench --bench pointwise`, or `… -- [--quick] [--device=NAME] [SHAPE]` (a shape as 1024x1000).
//!
//! Answers are checked before the clock starts.

mod harness;

use burn::nn::loss as nn;
use burn::tensor::activation::{log_softmax, relu, sigmoid, softmax};
use burn::tensor::{Device, Distribution, Int, Tensor, TensorData};
use burn_losses::prelude::*;
use harness::{Candidate, Options, close, find, measure, numbers, time};
use std::hint::black_box;

const SHAPES: [&[usize]; 4] = [&[128, 10], &[1024, 1000], &[128, 32000], &[8, 21, 128, 128]];

/// The tensors of one shape. Predictions and scales have gradients.
struct Inputs<const D: usize, const T: usize> {
    predictions: Tensor<D>,
    /// Positive.
    scales: Tensor<D>,
    targets: Tensor<D>,
    /// 0 and 1.
    labels: Tensor<D, Int>,
    answers: Tensor<D>,
    /// Along axis 1 they sum to 1.
    probabilities: Tensor<D>,
    classes: Tensor<T, Int>,
}

impl<const D: usize, const T: usize> Inputs<D, T> {
    fn new(device: &Device, dims: [usize; D]) -> Self {
        device.seed(7);
        let normal = || Tensor::<D>::random(dims, Distribution::Normal(0.0, 1.0), device);
        let tracked = |tensor: Tensor<D>| Tensor::from_data(tensor.to_data(), &device.clone().autodiff());
        let predictions = normal();
        // No error is 0, where quantiles have no slope that all agree on.
        let errors = normal();
        let errors = errors.clone() + errors.sign() * 0.01;
        let len = predictions.shape().num_elements();
        let labels: Vec<i32> = (0..len).map(|i| i32::from(i * 7919 % 3 == 0)).collect();
        let labels = Tensor::<D, Int>::from_data(TensorData::new(labels, dims), device);
        let classes: Vec<i32> = (0..len / dims[1]).map(|i| (i * 7919 % dims[1]) as i32).collect();
        let class_dims: Vec<usize> = [&dims[..1], &dims[2..]].concat();
        Self {
            targets: tracked(predictions.clone() - errors),
            predictions: tracked(predictions).require_grad(),
            scales: tracked((normal() * 0.25).exp()).require_grad(),
            answers: tracked(labels.clone().float()),
            labels,
            probabilities: tracked(softmax(normal(), 1)),
            classes: Tensor::from_data(TensorData::new(classes, class_dims), device),
        }
    }

    /// The number of rows.
    fn rows(&self) -> f64 {
        self.classes.shape().num_elements() as f64
    }

    /// The place of each class along axis 1.
    fn places(&self) -> Tensor<D, Int> {
        self.classes.clone().unsqueeze_dim::<D>(1)
    }
}

type Evaluation<const D: usize, const T: usize> = fn(&Inputs<D, T>) -> Tensor<1>;

/// A loss in this library, by hand, and in burn-nn.
struct Compared<const D: usize, const T: usize> {
    name: &'static str,
    /// How many numbers are read and written an element, at least.
    moved: f64,
    ours: Evaluation<D, T>,
    by_hand: Evaluation<D, T>,
    burn_nn: Option<Evaluation<D, T>>,
}

/// −ln of the probability of the right answer.
fn surprise<const D: usize>(logits: Tensor<D>, answers: Tensor<D>) -> Tensor<D> {
    relu(logits.clone()) - logits.clone() * answers + logits.abs().neg().exp().log1p()
}

/// −(1 − p)^½·ln p of every class.
fn focal_terms<const D: usize>(logits: Tensor<D>) -> Tensor<D> {
    let log_p = log_softmax(logits, 1);
    (log_p.clone().exp().neg() + 1.0).sqrt() * log_p.neg()
}

fn compared<const D: usize, const T: usize>() -> Vec<Compared<D, T>> {
    vec![
        Compared {
            name: "mse",
            moved: 3.0,
            ours: |x| Mse::default().init().forward(x.predictions.clone(), x.targets.clone(), Reduction::Mean),
            by_hand: |x| (x.predictions.clone() - x.targets.clone()).square().mean(),
            burn_nn: Some(|x| {
                nn::MseLoss::new().forward(x.predictions.clone(), x.targets.clone(), nn::Reduction::Mean)
            }),
        },
        Compared {
            name: "huber",
            moved: 3.0,
            ours: |x| Huber::default().init().forward(x.predictions.clone(), x.targets.clone(), Reduction::Mean),
            by_hand: |x| {
                let size = (x.predictions.clone() - x.targets.clone()).abs();
                let far = size.clone().greater_elem(1.0);
                (size.clone().square() * 0.5).mask_where(far, size - 0.5).mean()
            },
            burn_nn: Some(|x| {
                let criterion = nn::HuberLossConfig::new(1.0).init();
                criterion.forward(x.predictions.clone(), x.targets.clone(), nn::Reduction::Mean)
            }),
        },
        Compared {
            name: "log_cosh",
            moved: 3.0,
            ours: |x| LogCosh::default().init().forward(x.predictions.clone(), x.targets.clone(), Reduction::Mean),
            by_hand: |x| {
                let size = (x.predictions.clone() - x.targets.clone()).abs();
                ((size.clone() * -2.0).exp().log1p() + size - std::f64::consts::LN_2).mean()
            },
            burn_nn: None,
        },
        Compared {
            name: "quantile",
            moved: 3.0,
            ours: |x| {
                let criterion = Quantile::default().with_tau(0.9).init();
                criterion.forward(x.predictions.clone(), x.targets.clone(), Reduction::Mean)
            },
            by_hand: |x| {
                let error = x.predictions.clone() - x.targets.clone();
                (relu(error.clone()) * 0.1 + relu(-error) * 0.9).mean()
            },
            burn_nn: None,
        },
        Compared {
            name: "binary_cross_entropy",
            moved: 3.0,
            ours: |x| {
                let criterion = BinaryCrossEntropy::default().init();
                criterion.forward(x.predictions.clone(), x.answers.clone(), Reduction::Mean)
            },
            by_hand: |x| surprise(x.predictions.clone(), x.answers.clone()).mean(),
            burn_nn: Some(|x| {
                let criterion = nn::BinaryCrossEntropyLossConfig::new().with_logits(true).init(&x.predictions.device());
                criterion.forward(x.predictions.clone(), x.labels.clone())
            }),
        },
        Compared {
            name: "binary_focal",
            moved: 3.0,
            ours: |x| {
                let criterion = BinaryFocal::default().init();
                criterion.forward(x.predictions.clone(), x.answers.clone(), Reduction::Mean)
            },
            by_hand: |x| {
                let (p, y) = (sigmoid(x.predictions.clone()), x.answers.clone());
                let miss = p.clone() + y.clone() - p * y.clone() * 2.0;
                let weight = y.clone() * -0.5 + 0.75;
                (weight * miss.square() * surprise(x.predictions.clone(), y)).mean()
            },
            burn_nn: None,
        },
        Compared {
            name: "gaussian_nll",
            moved: 5.0,
            ours: |x| {
                let criterion = GaussianNll::default().init();
                criterion.forward(x.predictions.clone(), x.scales.clone(), x.targets.clone(), Reduction::Mean)
            },
            by_hand: |x| {
                let variance = x.scales.clone().clamp_min(1e-6);
                let squared = (x.predictions.clone() - x.targets.clone()).square();
                ((variance.clone().log() + squared / variance) * 0.5).mean()
            },
            burn_nn: Some(|x| {
                let criterion = nn::GaussianNLLLossConfig::new().init();
                let (mean, target, variance) = (x.predictions.clone(), x.targets.clone(), x.scales.clone());
                criterion.forward(mean, target, variance, nn::Reduction::Mean)
            }),
        },
        Compared {
            name: "soft cross_entropy",
            moved: 3.0,
            ours: |x| {
                let criterion = CrossEntropy::default().init();
                criterion.forward_soft(x.predictions.clone(), x.probabilities.clone(), Reduction::Mean)
            },
            by_hand: |x| (log_softmax(x.predictions.clone(), 1) * x.probabilities.clone()).sum() * (-1.0 / x.rows()),
            burn_nn: None,
        },
        Compared {
            name: "kl_divergence",
            moved: 3.0,
            ours: |x| {
                let criterion = KlDivergence::default().init();
                criterion.forward_soft(x.predictions.clone(), x.probabilities.clone(), Reduction::Mean)
            },
            by_hand: |x| {
                let q = x.probabilities.clone();
                (q.clone() * (q.log() - log_softmax(x.predictions.clone(), 1))).sum() * (1.0 / x.rows())
            },
            burn_nn: Some(|x| {
                let log_p = log_softmax(x.predictions.clone(), 1);
                let criterion = nn::KLDivLossConfig::new().init();
                criterion.forward(log_p, x.probabilities.clone(), nn::Reduction::Sum) * (1.0 / x.rows())
            }),
        },
        Compared {
            name: "brier",
            moved: 2.0,
            ours: |x| Brier::default().init().forward(x.predictions.clone(), x.classes.clone(), Reduction::Mean),
            by_hand: |x| {
                let p = softmax(x.predictions.clone(), 1);
                let of_class = p.clone().gather(1, x.places());
                (p.square().sum() - of_class.sum() * 2.0) * (1.0 / x.rows()) + 1.0
            },
            burn_nn: None,
        },
        Compared {
            name: "normalized_focal",
            moved: 2.0,
            ours: |x| {
                let criterion = NormalizedFocal::default().init();
                criterion.forward(x.predictions.clone(), x.classes.clone(), Reduction::Mean)
            },
            by_hand: |x| {
                let terms = focal_terms(x.predictions.clone());
                (terms.clone().gather(1, x.places()) / terms.sum_dim(1)).mean()
            },
            burn_nn: None,
        },
    ]
}

/// Value and gradients.
fn answer<const D: usize, const T: usize>(inputs: &Inputs<D, T>, evaluate: Evaluation<D, T>) -> [Vec<f32>; 3] {
    let value = evaluate(inputs);
    let gradients = value.backward();
    let gradient = |tensor: &Tensor<D>| tensor.grad(&gradients).map(numbers).unwrap_or_default();
    [numbers(value), gradient(&inputs.predictions), gradient(&inputs.scales)]
}

fn bench<const D: usize, const T: usize>(device: &Device, shape: &[usize], quick: bool) {
    let inputs = Inputs::<D, T>::new(device, shape.try_into().expect("the rank of the shape"));
    let losses = compared::<D, T>();

    // The answers first.
    for loss in &losses {
        let ours = answer(&inputs, loss.ours);
        for other in [Some(loss.by_hand), loss.burn_nn].into_iter().flatten() {
            for (ours, other) in ours.iter().zip(answer(&inputs, other)) {
                close(loss.name, ours, &other);
            }
        }
    }

    let mut candidates = vec![Candidate::copy(device, &inputs.targets)];
    for loss in &losses {
        let mut add = |name: String, evaluate: Evaluation<D, T>| {
            let inputs = &inputs;
            candidates.push(Candidate::new(device, name, move || {
                black_box(evaluate(inputs).backward());
            }));
        };
        add(loss.name.to_owned(), loss.ours);
        add(format!("{} by hand", loss.name), loss.by_hand);
        if let Some(burn_nn) = loss.burn_nn {
            add(format!("{} burn-nn", loss.name), burn_nn);
        }
    }
    measure(&mut candidates, quick);
    report(shape, &losses, &candidates);
}

fn report<const D: usize, const T: usize>(shape: &[usize], losses: &[Compared<D, T>], candidates: &[Candidate<'_>]) {
    let named = |name: &str| find(candidates, name).expect("a candidate");
    let copy = named("copy");
    let bytes = 4.0 * shape.iter().product::<usize>() as f64;
    let copied = 2.0 * bytes / copy.seconds() / 1e9;
    println!("\n{shape:?}, forward + backward: copy {} ({copied:.1} GB/s)\n", time(copy.seconds()));
    println!("| loss | time | faster than by hand | than burn-nn | GB/s | share of copy |");
    println!("|---|---:|---:|---:|---:|---:|");
    for loss in losses {
        let ours = named(loss.name);
        let rate = loss.moved * bytes / ours.seconds() / 1e9;
        let burn_nn = find(candidates, &format!("{} burn-nn", loss.name));
        println!(
            "| {} | {} | {:.1}× | {} | {rate:.1} | {:.0} % |",
            loss.name,
            time(ours.seconds()),
            named(&format!("{} by hand", loss.name)).ratio(ours),
            burn_nn.map_or_else(String::new, |burn_nn| format!("{:.1}×", burn_nn.ratio(ours))),
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

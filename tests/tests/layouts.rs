//! However the logits and the targets lie in memory and whoever else holds them: the result is that of a row-major copy.

use burn::tensor::{DType, Int, Tensor, TensorData, s};
use burn_losses::prelude::*;
use burn_losses_tests::{
    Faults, Outcome, Problem, Random, Tolerance, Way, all_configurations, class_entries, config, full_precision_ways,
    names, numbers, plain_ways, quick_ways, views,
};
use serde_json::json;
use std::panic::{AssertUnwindSafe, catch_unwind};

const CLASSES: usize = 5;

/// Every loss of one view at its defaults, one with smoothing and one with lists by class.
fn losses() -> Vec<LossConfig> {
    let mut configs: Vec<_> = class_entries().iter().map(|entry| config(json!(entry.name))).collect();
    configs.retain(|config| views(config) == 1);
    configs.push(config(json!({"name": "cross_entropy", "label_smoothing": 0.25})));
    configs.push(config(json!({"name": "focal", "gamma": [0, 1, 2, 0.5, 3], "alpha": [1, 2, 0.5, 0.25, 4]})));
    configs
}

/// A loss with weights and an ignore index, on a way.
fn criterion(config: &LossConfig, way: &Way) -> AnyClassLoss {
    let problem = Problem::random(config, &[1, CLASSES], &mut Random::new(0)).weighted();
    Problem { ignore_index: Some(-3), ..problem }.criterion(way)
}

/// The values, as something to differentiate that pulls at each of them differently.
fn pulled<const D: usize>(values: Tensor<D>) -> Tensor<1> {
    let pulls = (0..values.shape().num_elements()).map(|at| 1.0 + 0.5 * (at % 4) as f64).collect::<Vec<_>>();
    let pulls = Tensor::<D>::from_data(TensorData::new(pulls, values.shape()), (&values.device(), values.dtype()));
    (values * pulls).sum()
}

/// The value, and what to differentiate.
fn forward<const D: usize, const T: usize>(
    criterion: &AnyClassLoss,
    logits: Tensor<D>,
    targets: Tensor<T, Int>,
    by: Option<Reduction>,
) -> (Vec<f64>, Tensor<1>) {
    match by {
        Some(reduction) => {
            let value = criterion.forward(logits, targets, reduction);
            (numbers(value.clone()), value * 1.5)
        }
        None => {
            let values = criterion.forward_no_reduction(logits, targets);
            (numbers(values.clone()), pulled(values))
        }
    }
}

fn outcome<const D: usize, const T: usize>(
    criterion: &AnyClassLoss,
    logits: &Tensor<D>,
    targets: Tensor<T, Int>,
    by: Option<Reduction>,
) -> Outcome {
    let (value, loss) = forward(criterion, logits.clone(), targets, by);
    let gradient = logits.grad(&loss.backward()).expect("the logits have a gradient");
    Outcome { value, gradient: numbers(gradient) }
}

/// Targets for this shape, some of them ignored.
fn targets<const T: usize>(shape: [usize; T], way: &Way) -> Tensor<T, Int> {
    let mut random = Random::new(7);
    let count = shape.iter().product();
    let numbers = (0..count).map(|at| if at % 4 == 2 { -3 } else { random.below(CLASSES) as i64 });
    let data = TensorData::new(numbers.collect::<Vec<_>>(), shape);
    Tensor::from_data(data, (&way.autodiff(), DType::I64))
}

fn leaf<const L: usize>(shape: [usize; L], way: &Way) -> Tensor<L> {
    let mut random = Random::new(8);
    let numbers = (0..shape.iter().product()).map(|_| random.eighth(4.0)).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(numbers, shape), (&way.autodiff(), way.dtype)).require_grad()
}

/// A layout: the logits as a view of a leaf, in the graph and as a leaf themselves, for every loss.
fn layout_holds<const L: usize, const D: usize, const T: usize>(
    faults: &mut Faults,
    shape: [usize; L],
    name: &str,
    view: impl Fn(Tensor<L>) -> Tensor<D>,
) {
    for way in plain_ways() {
        let leaf = leaf(shape, &way);
        let viewed = view(leaf.clone());
        let dims = viewed.dims();
        let rest: Vec<usize> = [&dims[..1], &dims[2..]].concat();
        let targets = targets::<T>(rest.try_into().expect("one axis less"), &way);
        let contiguous = TensorData::new(numbers(viewed.clone()), dims);
        let contiguous = Tensor::<D>::from_data(contiguous, (&way.autodiff(), way.dtype)).require_grad();
        for (turn, config) in losses().iter().enumerate() {
            let criterion = criterion(config, &way);
            let floods = names(config).contains(&"flooding");
            let by = [None, Some(Reduction::Mean), Some(Reduction::Sum)][if floods { 1 + turn % 2 } else { turn % 3 }];
            let expected = outcome(&criterion, &contiguous, targets.clone(), by);
            let what = || format!("{name}, {by:?} {way} {}", config.name());
            let tolerance = Tolerance::of(config, way.dtype);

            // A leaf that lies so.
            let strided = viewed.clone().detach().require_grad();
            let got = outcome(&criterion, &strided, targets.clone(), by);
            faults.compare_outcomes(tolerance, &got, &expected, || format!("leaf, {}", what()));

            // A view in the graph: of the leaf, and of a tensor that nothing else holds. Its gradient goes back through
            // the view, as that of a plain product does.
            let data = TensorData::new(expected.gradient.clone(), dims);
            let constant = Tensor::<D>::from_data(data, (&way.autodiff(), way.dtype));
            let back = leaf.grad(&(view(leaf.clone()) * constant).sum().backward()).expect("the leaf has a gradient");
            let back = numbers(back);
            for owned in [false, true] {
                let of = if owned { leaf.clone() * 2.0 * 0.5 } else { leaf.clone() };
                let (value, loss) = forward(&criterion, view(of), targets.clone(), by);
                let gradient = leaf.grad(&loss.backward()).expect("the leaf has a gradient");
                let what = || format!("a view, owned: {owned}, {}", what());
                faults.compare(tolerance.times(2.0), &numbers(gradient), &back, || format!("gradient of {}", what()));
                faults.compare(tolerance, &value, &expected.value, || format!("value of {}", what()));
            }
        }
    }
}

#[test]
fn matrices_in_any_layout_are_their_copies() {
    let mut faults = Faults::default();
    let f = &mut faults;
    layout_holds::<2, 2, 1>(f, [CLASSES, 6], "transposed", |x| x.transpose());
    layout_holds::<2, 2, 1>(f, [9, CLASSES], "rows cut out", |x| x.slice(s![2..8, ..]));
    layout_holds::<2, 2, 1>(f, [9, CLASSES], "first rows", |x| x.slice(s![0..6, ..]));
    layout_holds::<2, 2, 1>(f, [6, 9], "columns cut out", |x| x.slice(s![.., 3..8]));
    layout_holds::<2, 2, 1>(f, [12, CLASSES], "every second row", |x| x.slice(s![1..12;2, ..]));
    layout_holds::<2, 2, 1>(f, [6, CLASSES], "flipped rows", |x| x.flip([0]));
    layout_holds::<2, 2, 1>(f, [6, CLASSES], "flipped classes", |x| x.flip([1]));
    layout_holds::<2, 2, 1>(f, [1, CLASSES], "one row for all", |x| x.expand([6, CLASSES as i64]));
    layout_holds::<2, 2, 1>(f, [6, 1], "one logit for all", |x| x.expand([6, CLASSES as i64]));
    layout_holds::<3, 2, 1>(f, [2, 3, CLASSES], "reshaped", |x| x.reshape([6, CLASSES]));
    layout_holds::<3, 2, 1>(f, [CLASSES, 2, 3], "permuted and reshaped", |x| {
        x.permute([1, 2, 0]).reshape([6, CLASSES])
    });
    layout_holds::<2, 2, 1>(f, [7, CLASSES], "cut out and flipped", |x| x.slice(s![1..7, ..]).flip([0, 1]));
    layout_holds::<2, 2, 1>(f, [8, 9], "cut out of a transposed", |x| x.transpose().slice(s![1..7, 2..7]));
    faults.report(5_000);
}

#[test]
fn spatial_logits_in_any_layout_are_their_copies() {
    let mut faults = Faults::default();
    let f = &mut faults;
    layout_holds::<3, 3, 2>(f, [2, CLASSES, 3], "as they are", |x| x);
    layout_holds::<3, 3, 2>(f, [2, 3, CLASSES], "classes last, permuted", |x| x.permute([0, 2, 1]));
    layout_holds::<3, 3, 2>(f, [2, CLASSES, 7], "inner axis cut out", |x| x.slice(s![.., .., 2..5]));
    layout_holds::<3, 3, 2>(f, [2, CLASSES, 1], "one position for all", |x| x.expand([2, CLASSES as i64, 4]));
    layout_holds::<3, 3, 2>(f, [3, CLASSES, 2], "axes turned", |x| x.permute([2, 1, 0]));
    layout_holds::<4, 4, 3>(f, [2, CLASSES, 3, 2], "an image as it is", |x| x);
    layout_holds::<4, 4, 3>(f, [2, 3, 2, CLASSES], "an image, classes last", |x| x.permute([0, 3, 1, 2]));
    layout_holds::<4, 4, 3>(f, [2, CLASSES, 4, 4], "a window of an image", |x| x.slice(s![.., .., 1..3, 1..4]));
    layout_holds::<4, 4, 3>(f, [2, CLASSES, 3, 2], "an image turned round", |x| x.flip([2, 3]));
    faults.report(4_000);
}

/// The class axis in the middle, inner sizes around vectors and blocks: the matrix with the classes last decides.
#[test]
fn class_axis_in_the_middle_matches_the_class_axis_last() {
    let mut faults = Faults::default();
    let mut random = Random::new(3);
    let mut turn = 0;
    for classes in [2, 3, CLASSES, 17, 70] {
        let configs = all_configurations(classes);
        for (rows, inner) in
            [(2, 1), (3, 2), (2, 7), (2, 8), (3, 15), (2, 16), (2, 31), (2, 63), (1, 64), (2, 65), (1, 129), (3, 200)]
        {
            for way in plain_ways() {
                let config = &configs[turn % configs.len()];
                let middle = Problem::random(config, &[rows, classes, inner], &mut random).variants()[turn % 4].clone();
                let mut last = Problem { shape: vec![rows * inner, classes], ..middle.clone() };
                let order: Vec<usize> = (0..rows * inner).flat_map(|target| middle.row(target)).collect();
                last.logits = order.iter().map(|&at| middle.logits[at]).collect();
                let reductions = middle.reductions();
                let by = reductions[turn % reductions.len()];
                let (mut got, expected) = (middle.run(&way, by), last.run(&way, by));
                got.gradient = order.iter().map(|&at| got.gradient[at]).collect();
                let tolerance = Tolerance::of(config, way.dtype).times(2.0);
                faults.compare_outcomes(tolerance, &got, &expected, || {
                    format!("{rows} × {classes} × {inner} {by:?} {way} {config:?}")
                });
                turn += 1;
            }
        }
    }
    // Two inner axes are one.
    for config in losses() {
        let wide = Problem::random(&config, &[2, CLASSES, 6], &mut random).weighted().with_ignored_targets();
        let image = Problem { shape: vec![2, CLASSES, 2, 3], ..wide.clone() };
        for way in plain_ways() {
            for by in wide.reductions() {
                let (got, expected) = (image.run(&way, by), wide.run(&way, by));
                faults.expect(got.value == expected.value && got.gradient == expected.gradient, || {
                    format!("[2, {CLASSES}, 2, 3] {by:?} {way} {config:?}")
                });
            }
        }
    }
    faults.report(1_500);
}

/// What a loss gives for the targets as they are, on the same logits.
fn target_layout_holds<const T: usize, const D: usize>(
    faults: &mut Faults,
    shape: [usize; T],
    name: &str,
    view: impl Fn(Tensor<T, Int>) -> Tensor<T, Int>,
) {
    for way in plain_ways() {
        let viewed = view(targets(shape, &way));
        let dims = viewed.dims();
        let contiguous = Tensor::<T, Int>::from_data(viewed.to_data(), (&way.autodiff(), DType::I64));
        let full: Vec<usize> = [&dims[..1], &[CLASSES], &dims[1..]].concat();
        let logits = leaf::<D>(full.try_into().expect("one axis more"), &way);
        for (turn, config) in losses().iter().enumerate() {
            let criterion = criterion(config, &way);
            let by = if turn % 2 == 0 || config.name() == "flooding" { Some(Reduction::Mean) } else { None };
            let got = outcome(&criterion, &logits, viewed.clone(), by);
            let expected = outcome(&criterion, &logits, contiguous.clone(), by);
            faults.expect(got.value == expected.value && got.gradient == expected.gradient, || {
                format!("targets {name}, {by:?} {way} {}: {got:?} instead of {expected:?}", config.name())
            });
        }
    }
}

#[test]
fn targets_in_any_layout_are_their_copies() {
    let mut faults = Faults::default();
    let f = &mut faults;
    target_layout_holds::<1, 2>(f, [9], "cut out", |x| x.slice(s![2..8]));
    target_layout_holds::<1, 2>(f, [12], "every second", |x| x.slice(s![1..12;2]));
    target_layout_holds::<1, 2>(f, [6], "flipped", |x| x.flip([0]));
    target_layout_holds::<1, 2>(f, [1], "one for all", |x| x.expand([6]));
    target_layout_holds::<2, 3>(f, [3, 4], "transposed", |x| x.transpose());
    target_layout_holds::<2, 3>(f, [4, 5], "a window", |x| x.slice(s![1..3, 2..5]));
    target_layout_holds::<3, 4>(f, [2, 3, 4], "axes turned", |x| x.permute([2, 0, 1]));
    faults.report(1_000);
}

// ---- Integer dtypes ----

fn integer_targets(targets: &[i64], dtype: DType, way: &Way) -> Tensor<1, Int> {
    let data = TensorData::new(targets.to_vec(), [targets.len()]).convert_dtype(dtype);
    let tensor = Tensor::from_data(data, (&way.autodiff(), dtype));
    assert_eq!(tensor.dtype(), dtype);
    tensor
}

#[test]
fn targets_of_every_integer_dtype_are_the_same_classes() {
    let mut faults = Faults::default();
    for way in full_precision_ways() {
        let logits = leaf([6, CLASSES], &way);
        for config in losses() {
            let by = if config.name() == "flooding" { Some(Reduction::Mean) } else { None };
            let criterion = criterion(&config, &way).with_ignore_index(4);
            let expected = outcome(&criterion, &logits, integer_targets(&[0, 1, 2, 3, 4, 1], DType::I64, &way), by);
            for &dtype in way.ints {
                let got = outcome(&criterion, &logits, integer_targets(&[0, 1, 2, 3, 4, 1], dtype, &way), by);
                faults.expect(got.value == expected.value && got.gradient == expected.gradient, || {
                    format!("{dtype:?} {way} {}: {got:?} instead of {expected:?}", config.name())
                });
            }
        }
    }
    faults.report(500);
}

/// −100 in a signed dtype is ignored by −100; the number with the same bits in an unsigned dtype is not.
#[test]
fn ignore_index_is_compared_as_a_number() {
    let mut faults = Faults::default();
    for way in full_precision_ways() {
        let logits = leaf([3, CLASSES], &way);
        let criterion = criterion(&config(json!("cross_entropy")), &way).with_ignore_index(-100);
        for dtype in
            [DType::I64, DType::I32, DType::I16, DType::I8].into_iter().filter(|dtype| way.ints.contains(dtype))
        {
            let got = outcome(&criterion, &logits, integer_targets(&[1, -100, 2], dtype, &way), None);
            faults.expect(got.value[1] == 0.0 && got.value[0] > 0.0, || format!("{dtype:?} {way}: {got:?}"));
        }
        let unsigned = [(DType::U32, (1_i64 << 32) - 100), (DType::U16, (1 << 16) - 100), (DType::U8, 156)];
        for (dtype, same_bits) in unsigned.into_iter().filter(|(dtype, _)| way.ints.contains(dtype)) {
            let targets = integer_targets(&[1, same_bits, 2], dtype, &way);
            // Neither a class nor ignored: an error on the fused path of a CPU, NaN everywhere else.
            let got = catch_unwind(AssertUnwindSafe(|| outcome(&criterion, &logits, targets, None)));
            let right = match &got {
                Ok(got) => !way.refuses_targets() && got.value[1].is_nan() && got.value[0].is_finite(),
                Err(_) => way.refuses_targets(),
            };
            faults.expect(right, || format!("{dtype:?} {way}: {got:?}"));
        }
    }
    faults.report(50);
}

// ---- Who else holds the logits ----

/// What the loss gives for `scale`·leaf, by a leaf of those numbers of its own.
fn of_its_own(
    criterion: &AnyClassLoss,
    logits: &Tensor<2>,
    targets: &Tensor<1, Int>,
    by: Option<Reduction>,
) -> Outcome {
    let data = TensorData::new(numbers(logits.clone()), logits.shape());
    let own = Tensor::<2>::from_data(data, (&logits.device(), logits.dtype())).require_grad();
    outcome(criterion, &own, targets.clone(), by)
}

type Layer = fn(Tensor<2>) -> Tensor<2>;

/// Layers, some of whose backward passes need their output: it must still be there.
const LAYERS: [(&str, Layer); 8] = [
    ("product", |x| x * 2.0),
    ("sum", |x| x + 1.0),
    ("exp", |x| x.exp()),
    ("tanh", |x| x.tanh()),
    ("sqrt", |x| (x * 0.1).exp().sqrt()),
    ("matrix product", |x| {
        let square = x.clone().transpose().detach().matmul(x.clone().detach());
        x.matmul(square)
    }),
    ("relu", |x| burn::tensor::activation::relu(x + 0.5)),
    ("sigmoid", |x| burn::tensor::activation::sigmoid(x)),
];

/// One of the ways logits are used: what is differentiated and what else came out, from a leaf.
fn pull_back(leaf: &Tensor<2>, layer: Layer, by_logits: &[f64]) -> Vec<f64> {
    let logits = layer(leaf.clone());
    let data = TensorData::new(by_logits.to_vec(), logits.shape());
    let constant = Tensor::<2>::from_data(data, (&logits.device(), logits.dtype()));
    numbers(leaf.grad(&(logits * constant).sum().backward()).expect("the leaf has a gradient"))
}

fn gradient(leaf: &Tensor<2>, loss: Tensor<1>) -> Vec<f64> {
    numbers(leaf.grad(&loss.backward()).expect("the leaf has a gradient"))
}

/// The gradient of a sum of the two things done with the logits.
fn added(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

#[test]
fn logits_owned_by_the_loss_alone_are_as_good_as_a_leaf() {
    let mut faults = Faults::default();
    for way in quick_ways() {
        let leaf = leaf([6, CLASSES], &way);
        let targets = targets([6], &way);
        for (turn, config) in losses().iter().enumerate() {
            let criterion = criterion(config, &way);
            let by = if turn % 2 == 0 || config.name() == "flooding" { Some(Reduction::Sum) } else { None };
            for (name, layer) in LAYERS {
                let own = of_its_own(&criterion, &layer(leaf.clone()), &targets, by);
                let (value, loss) = forward(&criterion, layer(leaf.clone()), targets.clone(), by);
                let tolerance = Tolerance::of(config, way.dtype).times(2.0);
                let what = || format!("after a {name}, {by:?} {way} {}", config.name());
                faults.compare(tolerance, &value, &own.value, || format!("value {}", what()));
                let expected = pull_back(&leaf, layer, &own.gradient);
                let got = gradient(&leaf, loss);
                let tolerance = sums(way.dtype);
                faults.compare(tolerance, &got, &expected, || format!("gradient {}", what()));
            }
        }
    }
    faults.report(4_000);
}

/// Gradients added up in the dtype: a few rounding errors of the largest.
fn sums(dtype: DType) -> Tolerance {
    let epsilon = match dtype {
        DType::F64 => f64::EPSILON,
        DType::F32 => f64::from(f32::EPSILON),
        DType::F16 => 1e-3,
        _ => 8e-3,
    };
    Tolerance { relative: 64.0 * epsilon, floor: 16.0 * epsilon, absolute: 0.0, least: 0.0, largest: f64::MAX }
}

#[test]
fn other_uses_of_the_logits_are_not_disturbed() {
    let mut faults = Faults::default();
    // A loss made in place of the logits would spoil what these read in the backward pass, or now.
    type Use = (&'static str, fn(Tensor<2>) -> Tensor<1>);
    let uses: [Use; 4] = [
        ("square", |x| (x.clone() * x).sum()),
        ("exp", |x| (x * 0.25).exp().sum()),
        ("window", |x| x.slice(s![1..3, 1..4]).tanh().sum()),
        ("transposed product", |x| x.clone().transpose().matmul(x).sum() * 0.125),
    ];
    for way in quick_ways() {
        let leaf = leaf([6, CLASSES], &way);
        let targets = targets([6], &way);
        for (turn, config) in losses().iter().enumerate() {
            let criterion = criterion(config, &way);
            let by = if turn % 2 == 0 || config.name() == "flooding" { Some(Reduction::Sum) } else { None };
            for (number, (name, other)) in uses.into_iter().enumerate() {
                let (_, layer) = LAYERS[(turn + number) % 4];
                let logits = layer(leaf.clone());
                let own = of_its_own(&criterion, &logits, &targets, by);
                let expected_loss = pull_back(&leaf, layer, &own.gradient);
                let expected_other = gradient(&leaf, other(layer(leaf.clone())));
                let expected = added(&expected_loss, &expected_other);
                for loss_first in [true, false] {
                    let logits = layer(leaf.clone());
                    let before = numbers(logits.clone());
                    let kept = logits.clone();
                    let (value, total) = if loss_first {
                        let (value, loss) = forward(&criterion, logits.clone(), targets.clone(), by);
                        (value, loss + other(logits))
                    } else {
                        let aside = other(logits.clone());
                        let (value, loss) = forward(&criterion, logits, targets.clone(), by);
                        (value, aside + loss)
                    };
                    let what = || format!("{name}, loss first: {loss_first}, {by:?} {way} {}", config.name());
                    faults.expect(numbers(kept.clone()) == before, || format!("logits after forward, {}", what()));
                    let got = gradient(&leaf, total);
                    faults.expect(numbers(kept) == before, || format!("logits after backward, {}", what()));
                    faults.compare(sums(way.dtype), &got, &expected, || format!("gradient, {}", what()));
                    faults.compare(sums(way.dtype), &value, &own.value, || format!("value, {}", what()));
                }
            }
        }
    }
    faults.report(10_000);
}

/// Aliases the graph does not know of: detached clones, windows, a tensor without autodiff.
#[test]
fn aliases_of_the_logits_keep_their_numbers() {
    let mut faults = Faults::default();
    for way in quick_ways() {
        let leaf = leaf([6, CLASSES], &way);
        let targets = targets([6], &way);
        for config in losses() {
            let criterion = criterion(&config, &way);
            for by in [Some(Reduction::Mean), None] {
                if by.is_none() && config.name() == "flooding" {
                    continue;
                }
                let logits = leaf.clone() * 2.0;
                let before = numbers(logits.clone());
                let aliases = [logits.clone().detach(), logits.clone().inner(), logits.clone().slice(s![0..6, ..])];
                let window = logits.clone().slice(s![1..4, 2..5]);
                let window_before = numbers(window.clone());
                let (_, loss) = forward(&criterion, logits, targets.clone(), by);
                loss.backward();
                let same = aliases.into_iter().all(|alias| numbers(alias) == before);
                let same = same && numbers(window) == window_before;
                faults.expect(same, || format!("{by:?} {way} {}", config.name()));
            }
        }
    }
    faults.report(500);
}

/// Two losses of the same logits, and a loss evaluated twice.
#[test]
fn two_losses_of_the_same_logits_add_their_gradients() {
    let mut faults = Faults::default();
    for way in quick_ways() {
        let leaf = leaf([6, CLASSES], &way);
        let targets = targets([6], &way);
        for config in losses() {
            let (first, second) = (criterion(&config, &way), criterion(&self::config(json!("cross_entropy")), &way));
            for by in [Some(Reduction::Mean), Some(Reduction::Sum)] {
                let layer: Layer = |x| x * 2.0;
                let parts =
                    [&first, &second, &first].map(|loss| of_its_own(loss, &layer(leaf.clone()), &targets, by).gradient);
                let all = added(&added(&parts[0], &parts[1]), &parts[2]);
                let expected = pull_back(&leaf, layer, &all);
                let logits = layer(leaf.clone());
                let (_, a) = forward(&first, logits.clone(), targets.clone(), by);
                let (_, b) = forward(&second, logits.clone(), targets.clone(), by);
                let (_, c) = forward(&first, logits, targets.clone(), by);
                let got = gradient(&leaf, a + b + c);
                faults.compare(sums(way.dtype), &got, &expected, || format!("{by:?} {way} {}", config.name()));
            }
        }
    }
    faults.report(500);
}

/// Outside of any graph the logits are only read.
#[test]
fn logits_without_a_graph_are_left_alone() {
    let mut faults = Faults::default();
    for way in plain_ways() {
        let logits = leaf([6, CLASSES], &way).inner() * 2.0;
        let targets = targets([6], &way).inner();
        let before = numbers(logits.clone());
        for config in losses() {
            let criterion = criterion(&config, &way);
            let first = numbers(criterion.forward(logits.clone(), targets.clone(), Reduction::Mean));
            let second = numbers(criterion.forward(logits.clone(), targets.clone(), Reduction::Mean));
            let same = first == second && numbers(logits.clone()) == before;
            faults.expect(same && first[0].is_finite(), || format!("{first:?} {second:?} {way} {}", config.name()));
        }
    }
    faults.report(100);
}

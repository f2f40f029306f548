//! Losses as Burn modules: in models, on displays, through records, and what they say when they are used wrongly.

use burn::lr_scheduler::module_lr_scheduler::ModuleLearningRate;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::{DType, Device, Int, Tensor};
use burn::train::{InferenceStep, Learner, RegressionOutput, TrainOutput, TrainStep};
use burn_losses::prelude::*;
use burn_losses::{FloodingLoss, LogitClipLoss, LogitNormLoss};
use burn_losses_tests::{all_configurations, config, numbers, ways};
use serde_json::json;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A model with losses of every kind beside its parameters.
#[derive(Module, Debug)]
struct Classifier {
    linear: Linear,
    focal: ClassLoss<Focal>,
    clipped: LogitClipLoss<ClassLoss<CrossEntropy>>,
    normalised: LogitNormLoss<AnyClassLoss>,
    flooded: FloodingLoss<LogitClipLoss<ClassLoss<ClassMae>>>,
    any: AnyClassLoss,
    maybe: Option<AnyClassLoss>,
    many: Vec<ClassLoss<GeneralizedCrossEntropy>>,
}

impl Classifier {
    fn new(device: &Device) -> Self {
        let any = config(json!({"name": "flooding", "level": 0.25, "loss": {"name": "focal", "gamma": [1, 2, 3]}}));
        Self {
            linear: LinearConfig::new(4, 3).init(device),
            focal: Focal::default()
                .with_gamma(1.5)
                .init()
                .with_class_weights(vec![1.0, 2.0, 0.5])
                .with_ignore_index(-100),
            clipped: LogitClip::default().with_tau(0.5).init(CrossEntropy::default().with_label_smoothing(0.1).init()),
            normalised: LogitNorm::default().init(config(json!("poly1_cross_entropy")).init().unwrap()),
            flooded: Flooding::default().init(LogitClip::default().init(ClassMae::default().init())),
            any: any.init().unwrap().with_ignore_index(-1),
            maybe: None,
            many: vec![
                GeneralizedCrossEntropy::default().init(),
                GeneralizedCrossEntropy::default().with_q(0.5).init(),
            ],
        }
    }

    /// Every loss of the model on the same batch.
    fn losses(&self, device: &Device) -> Vec<f64> {
        let inputs = Tensor::<2>::from_data([[1.0, -0.5, 0.25, 2.0], [0.0, 1.5, -1.0, 0.5]], device);
        let targets = Tensor::<1, Int>::from_data([2, 0], device);
        let logits = self.linear.forward(inputs);
        let on = |loss: &dyn Fn(Tensor<2>, Tensor<1, Int>) -> Tensor<1>| numbers(loss(logits.clone(), targets.clone()));
        let by = Reduction::Mean;
        let mut all = vec![
            on(&|x, t| self.focal.forward(x, t, by)),
            on(&|x, t| self.clipped.forward(x, t, by)),
            on(&|x, t| self.normalised.forward(x, t, by)),
            on(&|x, t| self.flooded.forward(x, t, by)),
            on(&|x, t| self.any.forward(x, t, by)),
        ];
        all.extend(self.many.iter().map(|loss| on(&|x, t| loss.forward(x, t, by))));
        all.concat()
    }
}

fn device() -> Device {
    Device::flex()
}

#[test]
fn losses_add_no_parameters_and_no_devices() {
    let model = Classifier::new(&device());
    assert_eq!(model.num_params(), 4 * 3 + 3);
    assert_eq!(model.focal.num_params() + model.any.num_params() + model.clipped.num_params(), 0);
    assert!(model.focal.devices().is_empty() && model.any.devices().is_empty());
    assert_eq!(model.devices().len(), model.linear.devices().len());
}

#[test]
fn model_with_losses_keeps_them_through_every_module_operation() {
    let device = device();
    let model = Classifier::new(&device);
    let before = model.losses(&device);
    assert!(before.len() == 7 && before.iter().all(|x| x.is_finite() && *x > 0.0), "{before:?}");
    assert_eq!(model.clone().losses(&device), before, "clone");
    assert_eq!(model.clone().to_device(&device).losses(&device), before, "to_device");
    assert_eq!(model.clone().fork(&device).losses(&device), before, "fork");
    assert_eq!(model.clone().no_grad().losses(&device), before, "no_grad");
    assert_eq!(model.valid().losses(&device), before, "valid");
    assert_eq!(model.clone().freeze().unfreeze().losses(&device), before, "freeze");
    let autodiff = device.clone().autodiff();
    let training = model.to_device(&autodiff);
    let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-6 * b.abs());
    assert!(close(&training.losses(&autodiff), &before), "autodiff");
    assert!(close(&training.valid().losses(&device), &before), "valid of a training model");
    assert!(close(&training.valid().train().losses(&autodiff), &before), "train");
}

#[test]
fn model_with_losses_trains_through_each_of_them() {
    let device = device().autodiff();
    let model = Classifier::new(&device);
    let inputs = Tensor::<2>::from_data([[1.0, -0.5, 0.25, 2.0], [0.0, 1.5, -1.0, 0.5]], &device);
    let targets = Tensor::<1, Int>::from_data([2, 0], &device);
    let logits = || model.linear.forward(inputs.clone());
    let by = Reduction::Sum;
    for (name, loss) in [
        ("focal", model.focal.forward(logits(), targets.clone(), by)),
        ("clipped", model.clipped.forward(logits(), targets.clone(), by)),
        ("normalised", model.normalised.forward(logits(), targets.clone(), by)),
        ("flooded", model.flooded.forward(logits(), targets.clone(), by)),
        ("any", model.any.forward(logits(), targets.clone(), by)),
    ] {
        let gradients = loss.backward();
        let weight = numbers(model.linear.weight.grad(&gradients).expect("the weight has a gradient"));
        assert!(weight.iter().all(|g| g.is_finite()) && weight.iter().any(|&g| g != 0.0), "{name}: {weight:?}");
    }
}

#[test]
fn records_hold_the_parameters_and_leave_the_losses() {
    let device = device();
    let model = Classifier::new(&device);
    let before = model.losses(&device);
    let record = model.clone().into_record();
    assert_eq!(record.len(), 2, "weight and bias");
    assert_eq!(Classifier::new(&device).load_record(record).losses(&device), before);

    let path = std::env::temp_dir().join(format!("burn-losses-module-{}", std::process::id()));
    model.clone().save_file(&path).unwrap();
    let mut other = Classifier::new(&device);
    // What the losses are belongs to the code, not to the record.
    other.focal = Focal::default().init();
    let loaded = other.load_file(&path);
    let after = loaded.losses(&device);
    assert_eq!(after[1..], before[1..]);
    assert_ne!(after[0], before[0]);
    for extension in ["", "bpk"] {
        let _ = std::fs::remove_file(path.with_extension(extension));
    }

    // A model without the losses reads the record of one with them, and the other way round.
    let bare: Linear = LinearConfig::new(4, 3).init(&device);
    let of_linear = model.linear.clone().into_record();
    let linear = bare.load_record(of_linear);
    assert_eq!(numbers(linear.weight.val()), numbers(model.linear.weight.val()));
    assert!(model.focal.clone().into_record().is_empty() && model.any.clone().into_record().is_empty());
}

#[test]
fn display_names_the_losses_and_their_parameters() {
    let model = Classifier::new(&device());
    let text = format!("{model}");
    for part in [
        "Classifier",
        "linear: Linear",
        "focal: Focal",
        "gamma: 1.5",
        "alpha: 1.0",
        "class_weights: [1.0, 2.0, 0.5]",
        "ignore_index: -100",
        "label_smoothing: 0.1",
        "tau: 0.5",
        "level: 0.25",
        "[1.0, 2.0, 3.0]",
        "q: 0.5",
        "params: 15",
    ] {
        assert!(text.contains(part), "\"{part}\" is not in\n{text}");
    }
    assert_eq!(format!("{}", Focal::default().init()).trim(), "Focal {gamma: 2.0, alpha: 1.0}");
    assert_eq!(format!("{}", ClassMae::default().init()).trim(), "ClassMae");
}

/// Weights and the ignore index of the loss inside are part of what a configured loss is.
#[test]
fn display_of_a_configured_loss_says_as_much_as_the_typed_one() {
    let configured = config(json!({"name": "focal", "gamma": 1.5})).init().unwrap();
    let configured = configured.with_class_weights(vec![1.0, 2.0]).with_ignore_index(-100);
    let text = format!("{configured}");
    for part in ["gamma", "1.5", "class_weights: [1.0, 2.0]", "ignore_index: -100"] {
        assert!(text.contains(part), "\"{part}\" is not in\n{text}");
    }
    for config in all_configurations(3) {
        let text = format!("{}", config.init().unwrap());
        assert!(text.contains(config.entry().type_name), "{} is not in\n{text}", config.entry().type_name);
    }
}

#[test]
fn losses_are_send_sync_clone_and_debug() {
    fn check<T: Send + Sync + Clone + core::fmt::Debug + 'static>() {}
    check::<ClassLoss<Focal>>();
    check::<LogitClipLoss<ClassLoss<CrossEntropy>>>();
    check::<AnyClassLoss>();
    check::<LossConfig>();
    check::<Reduction>();
    let text = format!("{:?}", Focal::default().init());
    assert!(text.contains("gamma") && text.contains("2.0"), "{text}");
}

#[test]
fn typed_and_configured_losses_are_the_same_loss() {
    let device = device();
    let logits = Tensor::<2>::from_data([[1.0, -0.5, 0.25], [0.0, 1.5, -1.0]], (&device, DType::F64));
    let targets = Tensor::<1, Int>::from_data([2, 0], &device);
    let typed = Focal::default().with_gamma([1.0, 2.0, 3.0]).init().with_class_weights(vec![1.0, 2.0, 0.5]);
    let any = AnyClassLoss::from(typed.clone());
    let configured = config(json!({"name": "focal", "gamma": [1, 2, 3]})).init().unwrap();
    let configured = configured.with_class_weights(vec![1.0, 2.0, 0.5]);
    let by_reference = LogitClip::default().with_tau(1e6).init(&typed);
    let expected = numbers(typed.forward(logits.clone(), targets.clone(), Reduction::Mean));
    assert_eq!(numbers(any.forward(logits.clone(), targets.clone(), Reduction::Mean)), expected);
    assert_eq!(numbers(configured.forward(logits.clone(), targets.clone(), Reduction::Mean)), expected);
    assert_eq!(numbers(by_reference.forward(logits, targets, Reduction::Mean)), expected);
    assert_eq!(typed.formula(), &Focal::default().with_gamma([1.0, 2.0, 3.0]));
}

/// A model whose first field is a loss from a file, that learns weights and has one that changes.
#[derive(Module, Debug)]
struct Learning {
    learnt: AnyPointwiseLoss,
    changing: AnyPointwiseLoss,
    linear: Linear,
}

impl Learning {
    fn new(device: &Device) -> Self {
        let ramp = json!({"shape": "linear", "from": 0, "to": 1, "steps": 4});
        let changing = json!({"name": "weighted_sum", "terms": [{"weight": ramp, "loss": "l1"}]});
        Self {
            learnt: config(json!({"name": "uncertainty_weighting", "losses": ["mse", "l1"]})).init_pointwise().unwrap(),
            changing: config(json!({"name": "flooding", "level": 0, "loss": changing})).init_pointwise().unwrap(),
            linear: LinearConfig::new(2, 1).init(device),
        }
    }
}

impl TrainStep for Learning {
    type Input = Tensor<2>;
    type Output = RegressionOutput;

    fn step(&self, inputs: Tensor<2>) -> TrainOutput<RegressionOutput> {
        let outputs = self.linear.forward(inputs);
        let targets = outputs.zeros_like();
        let loss = self.learnt.forward(outputs.clone(), targets.clone(), Reduction::Mean);
        TrainOutput::new(self, loss.backward(), RegressionOutput::new(loss, outputs, targets))
    }

    fn optimize(self, optimiser: &mut ModuleOptimizer, rate: ModuleLearningRate, gradients: GradientsParams) -> Self {
        let mut model = optimiser.step(rate, self, gradients);
        model.changing.next_step();
        model
    }
}

impl InferenceStep for Learning {
    type Input = Tensor<2>;
    type Output = RegressionOutput;

    fn step(&self, inputs: Tensor<2>) -> RegressionOutput {
        let outputs = self.linear.forward(inputs);
        let targets = outputs.zeros_like();
        let loss = self.learnt.forward(outputs.clone(), targets.clone(), Reduction::Mean);
        RegressionOutput::new(loss, outputs, targets)
    }
}

/// Weights from a file learn, and weights that change do, under Burn's learner, which forks the model to the device of its
/// first parameter, trains copies of it and validates in between.
#[test]
fn losses_from_files_learn_and_change_under_burns_learner() {
    let device = device().autodiff();
    let model = Learning::new(&device);
    assert_eq!(model.devices(), model.linear.devices());
    let mut learner = Learner::new(model, SgdConfig::new().init(), 0.1);
    learner.fork(&device);
    let inputs = || Tensor::<2>::from_data([[2.0, 1.0], [0.0, 4.0]], &device);
    let log_variances = |model: &Learning| {
        let record = model.learnt.clone().into_record();
        let other = Learning::new(&device).learnt.load_record(record);
        let zero = Tensor::<1>::zeros([1], &device);
        // Of losses that are 0 what remains is the mean of the log-variances, at e⁻ˢ·0 + s.
        numbers(other.forward(zero.clone(), zero, Reduction::Sum))[0]
    };
    assert_eq!(log_variances(&learner.model()), 0.0);
    for step in 1..=4 {
        let validated = InferenceStep::step(&learner.model().valid(), inputs().without_autodiff());
        assert!(!validated.loss.is_autodiff());
        learner.lr_step();
        let output = learner.train_step(inputs());
        assert_eq!(output.grads.len(), 3, "weight, bias and log-variances");
        learner.optimizer_step(output.grads);
        let one = Tensor::<1>::ones([1], &device);
        let changing = learner.model().changing.forward(one.clone(), one.zeros_like(), Reduction::Mean);
        assert_eq!(numbers(changing), [f64::from(step) / 4.0]);
    }
    assert!(log_variances(&learner.model()).abs() > 1e-3);
}

// ---- What losses say when they are used wrongly ----

fn logits(rows: usize, classes: usize) -> Tensor<2> {
    Tensor::zeros([rows, classes], &device())
}

fn targets<const N: usize>(targets: [i64; N]) -> Tensor<1, Int> {
    Tensor::from_data(targets, &device())
}

fn cross_entropy() -> ClassLoss<CrossEntropy> {
    CrossEntropy::default().init()
}

#[test]
#[should_panic(expected = "CrossEntropy: targets must have shape [4] for logits [4, 3], got [3]")]
fn fewer_targets_than_rows_are_an_error() {
    cross_entropy().forward(logits(4, 3), targets([0, 1, 2]), Reduction::Mean);
}

#[test]
#[should_panic(expected = "Focal: targets must have shape [2, 4] for logits [2, 3, 4], got [2, 3]")]
fn targets_of_another_spatial_shape_are_an_error() {
    let logits = Tensor::<3>::zeros([2, 3, 4], &device());
    Focal::default().init().forward_no_reduction(logits, Tensor::<2, Int>::zeros([2, 3], &device()));
}

#[test]
#[should_panic(expected = "CrossEntropy: targets must have shape [4] for logits [4, 3], got [4, 1]")]
fn targets_of_another_rank_are_an_error() {
    cross_entropy().forward(logits(4, 3), Tensor::<2, Int>::zeros([4, 1], &device()), Reduction::Mean);
}

#[test]
#[should_panic(
    expected = "CrossEntropy: logits must have shape [N, C] or [N, C, d1, …] with at least one class, got [4]"
)]
fn logits_without_a_class_axis_are_an_error() {
    cross_entropy().forward(Tensor::<1>::zeros([4], &device()), targets([0, 1, 2, 0]), Reduction::Mean);
}

#[test]
#[should_panic(
    expected = "CrossEntropy: logits must have shape [N, C] or [N, C, d1, …] with at least one class, got [4, 0]"
)]
fn logits_without_classes_are_an_error() {
    cross_entropy().forward(logits(4, 0), targets([0, 0, 0, 0]), Reduction::Mean);
}

#[test]
#[should_panic(expected = "CrossEntropy: class_weights must have one value for each of the 3 classes, got 2")]
fn class_weights_of_another_length_are_an_error() {
    cross_entropy().with_class_weights(vec![1.0, 2.0]).forward(logits(1, 3), targets([0]), Reduction::Mean);
}

#[test]
#[should_panic(expected = "Focal: gamma must have one value for each of the 3 classes, got 2")]
fn parameters_by_class_of_another_length_are_an_error() {
    Focal::default().with_gamma([1.0, 2.0]).init().forward(logits(1, 3), targets([0]), Reduction::Mean);
}

#[test]
#[should_panic(expected = "Focal: alpha must have one value for each of the 3 classes, got 4")]
fn parameters_by_class_are_checked_without_reduction() {
    Focal::default().with_alpha([1.0; 4]).init().forward_no_reduction(logits(1, 3), targets([0]));
}

#[test]
#[should_panic(expected = "CrossEntropy: class_weights must be finite and ≥ 0, got -0.5")]
fn negative_class_weights_are_an_error() {
    let _ = cross_entropy().with_class_weights(vec![1.0, -0.5]);
}

#[test]
#[should_panic(expected = "CrossEntropy: class_weights must be finite and ≥ 0, got NaN")]
fn nan_class_weights_are_an_error() {
    let _ = cross_entropy().with_class_weights(vec![f64::NAN]);
}

#[test]
#[should_panic(expected = "Focal: gamma must be ≥ 0, got -1")]
fn negative_gamma_is_an_error() {
    let _ = Focal::default().with_gamma(-1.0).init();
}

#[test]
#[should_panic(expected = "Focal: gamma must be ≥ 0, got -2")]
fn negative_gamma_of_one_class_is_an_error() {
    let _ = Focal::default().with_gamma([1.0, -2.0]).init();
}

#[test]
#[should_panic(expected = "GeneralizedCrossEntropy: q must be > 0 and ≤ 1, got 0")]
fn excluded_bound_is_an_error() {
    let _ = GeneralizedCrossEntropy::default().with_q(0.0).init();
}

#[test]
#[should_panic(expected = "CrossEntropy: label_smoothing must be ≥ 0 and ≤ 1, got NaN or an infinity")]
fn nan_parameter_is_an_error() {
    let _ = CrossEntropy::default().with_label_smoothing(f64::NAN).init();
}

#[test]
#[should_panic(expected = "LogitClip: tau must be > 0, got 0")]
fn wrapper_parameters_are_checked_by_init() {
    let _ = LogitClip::default().with_tau(0.0).init(cross_entropy());
}

#[test]
#[should_panic(expected = "CrossEntropy: targets must be a class in 0..=2, got 3 at position 2")]
fn target_beyond_the_classes_is_named_with_its_position() {
    cross_entropy().forward(logits(4, 3), targets([0, 1, 3, 7]), Reduction::Mean);
}

#[test]
#[should_panic(
    expected = "CrossEntropy: targets must be a class in 0..=2 or the ignore_index -100, got -1 at position 1"
)]
fn negative_target_is_named_with_the_ignore_index() {
    let criterion = cross_entropy().with_ignore_index(-100);
    criterion.forward_no_reduction(logits(3, 3), targets([-100, -1, 2]));
}

#[test]
#[should_panic(expected = "CrossEntropy: targets must be a class in 0..=2, got 9 at position 0")]
fn target_beyond_the_classes_is_an_error_under_autodiff() {
    let device = device().autodiff();
    let logits = Tensor::<2>::zeros([1, 3], &device).require_grad();
    cross_entropy().forward(logits, Tensor::<1, Int>::from_data([9], &device), Reduction::Mean);
}

#[test]
#[should_panic(expected = "Flooding: reduction must be Mean or Sum, since it acts on the reduced value, got none")]
fn flooding_of_single_values_is_an_error() {
    Flooding::default().init(cross_entropy()).forward_no_reduction(logits(1, 3), targets([0]));
}

#[test]
#[should_panic(expected = "Flooding: reduction must be Mean or Sum")]
fn flooding_inside_another_wrapper_is_the_same_error() {
    let inner = Flooding::default().init(cross_entropy());
    LogitClip::default().init(inner).forward_no_reduction(logits(1, 3), targets([0]));
}

/// What a program asks before it evaluates a loss on input from a file: the same sentences, no panic.
#[test]
fn check_says_what_forward_would_panic_with() {
    let focal = config(json!({"name": "focal", "gamma": [1, 2, 3]})).init().unwrap().with_ignore_index(-100);
    let check = |logits: &[usize], shape: &[usize], targets: &[i64], by: Option<Reduction>| {
        focal.check(logits, shape, targets.iter().copied(), by).map_err(|error| error.to_string())
    };
    assert_eq!(check(&[2, 3], &[2], &[0, -100], None), Ok(()));
    let error = check(&[2, 3], &[3], &[0, 1, 2], None).unwrap_err();
    assert_eq!(error, "Focal: targets must have shape [2] for logits [2, 3], got [3]");
    let error = check(&[2, 4], &[2], &[0, 1], None).unwrap_err();
    assert_eq!(error, "Focal: gamma must have one value for each of the 4 classes, got 3");
    let error = check(&[2, 3], &[2], &[0, 5], None).unwrap_err();
    assert_eq!(error, "Focal: targets must be a class in 0..=2 or the ignore_index -100, got 5 at position 1");
    let flooded = config(json!({"name": "logit_norm", "loss": "flooding"})).init().unwrap();
    let error = flooded.check(&[1, 3], &[1], [0].into_iter(), None).unwrap_err().to_string();
    assert_eq!(error, "Flooding: reduction must be Mean or Sum, since it acts on the reduced value, got none");
    assert!(flooded.check(&[1, 3], &[1], [0].into_iter(), Some(Reduction::Mean)).is_ok());
}

/// A dtype without kernels is computed by the composed path or refused with a sentence, never by accident.
#[test]
fn result_has_the_dtype_of_the_logits() {
    for dtype in [DType::F64, DType::F32, DType::F16, DType::BF16] {
        for composed in [false, true] {
            for config in all_configurations(3) {
                let loss = config.init().unwrap();
                let loss = if composed { loss.composed() } else { loss };
                let logits = Tensor::<2>::zeros([2, 3], (&device(), dtype));
                let value = loss.forward(logits, targets([0, 1]), Reduction::Mean);
                assert_eq!((value.dtype(), value.dims()), (dtype, [1]), "{config:?}");
            }
        }
    }
}

/// wgpu takes f64 and computes garbage: it is refused before that, fused and composed.
#[test]
fn f64_on_a_gpu_without_it_is_refused_with_a_sentence() {
    for way in ways().into_iter().filter(|way| !way.reads_targets && !way.checkpointing) {
        let loss = AnyClassLoss::from(Focal::default().init());
        let loss = if way.composed { loss.composed() } else { loss };
        let logits = Tensor::<2>::zeros([2, 3], (&way.device, DType::F64));
        let targets = Tensor::<1, Int>::zeros([2], &way.device);
        let refused = catch_unwind(AssertUnwindSafe(|| loss.forward(logits, targets, Reduction::Mean)));
        let message = refused.expect_err("f64 is refused").downcast::<String>().expect("a sentence");
        let expected = "Focal: logits must be f32, f16 or bf16 on wgpu (Vulkan, Metal, WebGPU), which cannot compute in \
                        f64, got F64";
        assert_eq!(*message, expected, "{way}");
    }
}

//! Where a panic points: at the line that called the loss, for every loss of the catalogue, typed and chosen at run time,
//! wrapped or not.

use burn::tensor::{Device, Int, Tensor};
use burn_losses::catalogue::{self, Described, Entry, Family, Parameter, Signature};
use burn_losses::prelude::*;
use burn_losses::{LogitTransform, PerItem};
use burn_losses_tests::{config, json_of, zeros};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::{Mutex, PoisonError};

thread_local! {
    /// The file that the last panic of this thread points at.
    static FILE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// There is one hook for the whole program.
static HOOK: Mutex<()> = Mutex::new(());

/// The files that the panics of a test point at, by what panicked; and what did not panic.
#[derive(Default)]
struct Callers {
    faults: Vec<String>,
    panics: usize,
}

impl Callers {
    /// Runs a test, whose panics are caught, with a hook that looks where they point.
    fn of(test: impl FnOnce(&mut Self)) {
        let _alone = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
        let before = take_hook();
        set_hook(Box::new(|info| FILE.set(info.location().map(|location| location.file().to_owned()))));
        let mut callers = Self::default();
        let ended = catch_unwind(AssertUnwindSafe(|| test(&mut callers)));
        set_hook(before);
        assert!(ended.is_ok(), "the test itself panicked, in {:?}", FILE.take());
        let Self { faults, panics } = callers;
        assert!(faults.is_empty(), "{} of {panics}:\n{}", faults.len(), faults.join("\n"));
        assert!(panics > 0, "nothing was tried");
    }

    /// What must panic, and point here.
    fn see<T>(&mut self, what: impl Fn() -> String, act: impl FnOnce() -> T) {
        FILE.set(None);
        self.panics += 1;
        let result = catch_unwind(AssertUnwindSafe(|| drop(act())));
        match (result, FILE.take()) {
            (Ok(()), _) => self.faults.push(format!("{} did not panic", what())),
            (Err(_), Some(file)) if file.ends_with("callers.rs") => {}
            (Err(error), file) => {
                let sentence = error.downcast::<String>().map_or_else(|_| "no sentence".to_owned(), |text| *text);
                self.faults.push(format!("{} points at {}: {sentence}", what(), file.unwrap_or_default()));
            }
        }
    }
}

fn ints<const D: usize>(shape: [usize; D]) -> Tensor<D, Int> {
    Tensor::zeros(shape, &Device::flex())
}

/// Numbers that a parameter must not be, if there are any.
fn outside(parameter: &Parameter) -> Option<Value> {
    let range = parameter.range;
    let values = [range.low - 1.0, range.low, range.high, range.high + 1.0, 0.5];
    let value = values.into_iter().find(|x| !parameter.flag && x.is_finite() && !range.contains(*x))?;
    Some(json_of(parameter, value))
}

/// The bad fields of a loss, one at a time.
fn bad_fields(entry: &Entry) -> Vec<Value> {
    let field = |parameter: &Parameter| Some(json!({parameter.name: outside(parameter)?}));
    entry.parameters.iter().filter_map(field).collect()
}

/// The typed losses: `$see!` is called with each, by its signature. A loss that is not here fails the first test.
macro_rules! typed {
    ($see:ident) => {
        $see! { class:
            CrossEntropy, Focal, ReducedFocal, Poly1CrossEntropy, Poly1Focal, ZLoss, ClassMae, Unhinged,
            GeneralizedCrossEntropy, TruncatedGeneralizedCrossEntropy, TaylorCrossEntropy, ReverseCrossEntropy,
            SymmetricCrossEntropy, NormalizedCrossEntropy, NormalizedClassMae, AsymmetricGeneralizedCrossEntropy,
            AsymmetricUnhinged, AsymmetricExponential, NegativeLearning, PHuberGeneralizedCrossEntropy,
            PHuberCrossEntropy, MarginCrossEntropy
        }
        $see! { soft_class:
            Brier, ConfidencePenalty, NormalizedFocal, NormalizedGeneralizedCrossEntropy,
            NormalizedNegativeCrossEntropy, NormalizedNegativeFocal, SoftBootstrapping, AsymmetricSingleLabel,
            AsymmetricMse, KlDivergence, Jeffreys, SkewKl, SkewJensenShannon, WeightedJensenShannon, AlphaDivergence,
            Renyi, SquaredHellinger, Bhattacharyya, TotalVariation, GeneralizedKl
        }
        $see! { tensor_class:
            NegativeLogLikelihood, MulticlassHinge, MultiMargin, MulticlassPerceptron, MulticlassSparsemax,
            MulticlassEntmax, BiTempered, HardBootstrapping, ForwardCorrection, BackwardCorrection, Seesaw, FocalCosine,
            OrdinalEmd, JsdCrossEntropy, GeneralizedJensenShannon
        }
        $see! { binary:
            BinaryCrossEntropy, BalancedBinaryCrossEntropy, BinaryFocal, Poly1BinaryCrossEntropy, Asymmetric
        }
        $see! { pointwise:
            Hinge, SquaredHinge, ModifiedHuber, Perceptron, SoftMargin, SparsemaxHinge, HingeEmbedding, L1, Mse, SmoothL1,
            Huber, PseudoHuber, LogCosh, Quantile, QuantileHuber, Expectile, EpsilonInsensitive,
            SquaredEpsilonInsensitive, Mape, Smape, Msle, Charbonnier, Cauchy, Welsch, GemanMcClure, Tukey,
            GeneralRobust, Wing, AdaptiveWing, BalancedL1, Lp, PoissonNll, TweedieNll, GammaNll, GaussianKl
        }
        $see! { distribution: GaussianNll, BetaNll, LaplaceNll, StudentTNll, GaussianCrps }
        $see! { tensor:
            MultilabelMargin, MultilabelSoftMargin, Zlpr, ImageBalancedBinaryCrossEntropy, CosineDistance, Rmse, Rmsle,
            ScaleInvariantLog
        }
    };
}

#[test]
fn every_loss_is_here() {
    let mut here = Vec::new();
    macro_rules! names {
        ($signature:ident: $($loss:ident),+) => { here.extend([$($loss::ENTRY.name),+]); };
    }
    typed!(names);
    let losses = catalogue::all().iter().filter(|entry| entry.family != Family::Wrapper);
    let mut all: Vec<_> = losses.map(|entry| entry.name).collect();
    here.sort_unstable();
    all.sort_unstable();
    assert_eq!(here, all);
}

/// A formula or wrapper with each of its parameters out of range. `init` stands in a closure of the test, which is where the
/// panic has to point.
fn init<F: Described + DeserializeOwned>(callers: &mut Callers, init: impl Fn(&F)) {
    for fields in bad_fields(&F::ENTRY) {
        let formula: F = serde_json::from_value(fields.clone()).expect("a field of the right type");
        callers.see(|| format!("{} {fields}", F::ENTRY.name), || init(&formula));
    }
}

#[test]
fn init_points_at_its_caller() {
    Callers::of(|callers| {
        macro_rules! init {
            ($signature:ident: $($loss:ident),+) => { $(init(callers, |loss: &$loss| { let _ = loss.init(); });)+ };
        }
        typed!(init);
        macro_rules! wrappers {
            ($($wrapper:ident),+) => { $(init(callers, |wrapper: &$wrapper| { let _ = wrapper.init(Focal::default().init()); });)+ };
        }
        wrappers!(
            LogitClip,
            LogitNorm,
            LogitScale,
            LogitAdjustment,
            LabelSmoothing,
            Flooding,
            IndividualFlooding,
            TopK,
            SmallLoss
        );
        assert!(callers.panics > 90, "only {}", callers.panics);
        let sum = WeightedSum::<AnyPointwiseLoss>::new;
        callers.see(|| "plus".to_owned(), || sum().plus(-1.0, L1::default().init()));
        callers.see(|| "class weights".to_owned(), || Focal::default().init().with_class_weights(vec![-1.0]));
        callers.see(|| "of sums".to_owned(), || Brier::default().init().with_class_weights(vec![-1.0]));
        callers.see(|| "of tensors".to_owned(), || Seesaw::default().init().with_class_weights(vec![-1.0]));
        let any = || AnyClassLoss::from(Focal::default().init());
        callers.see(|| "of any".to_owned(), || any().with_class_weights(vec![-1.0]));
        let binary = || BinaryFocal::default().init();
        callers.see(|| "pos_weight".to_owned(), || binary().with_pos_weight(-1.0));
        callers.see(|| "label smoothing".to_owned(), || binary().with_label_smoothing(-1.0));
        callers.see(|| "pos_weight of any".to_owned(), || AnyBinaryLoss::from(binary()).with_pos_weight(-1.0));
        callers.see(|| "smoothing of any".to_owned(), || AnyBinaryLoss::from(binary()).with_label_smoothing(-1.0));
        let smoothed = || LabelSmoothing::default().init(LabelSmoothing::default().init(any()));
        callers.see(|| "smoothed twice".to_owned(), smoothed);
        callers.see(|| "effective_number".to_owned(), || effective_number([1.0], 1.0));
    });
}

/// A class loss of whatever type, and around it everything that goes around one, called with what does not fit.
fn class_loss<L>(callers: &mut Callers, name: &str, loss: &L)
where
    L: Criterion<Tensor<2>, Tensor<1, Int>, Losses = Tensor<1>>,
{
    let by = Reduction::Mean;
    // Of twelve rows, which are as many targets, or fewer with several views of each: none has five, and a class that is
    // none is seen, if not by then that there are too few.
    let wrong = [ints([5]), ints([12]) + 7, ints([12]) - 1, ints([6]) + 7, ints([4]) + 7];
    for (at, t) in wrong.into_iter().enumerate() {
        let x = zeros([12, 3]);
        let what = |call: &str| format!("{name}, {call}, {at}");
        callers.see(|| what("forward"), || loss.forward(x.clone(), t.clone(), by));
        callers.see(|| what("forward_no_reduction"), || loss.forward_no_reduction(x, t));
    }
}

fn around_class_loss<L>(callers: &mut Callers, name: &str, loss: &L)
where
    L: Criterion<Tensor<2>, Tensor<1, Int>, Losses = Tensor<1>>,
{
    class_loss(callers, name, loss);
    class_loss(callers, &format!("clip of {name}"), &LogitClip::default().init(loss));
    class_loss(callers, &format!("norm of {name}"), &LogitNorm::default().init(loss));
    class_loss(callers, &format!("scale of {name}"), &LogitScale::default().init(loss));
    class_loss(callers, &format!("adjustment of {name}"), &LogitAdjustment::default().init(loss));
    class_loss(callers, &format!("top-k of {name}"), &TopK::default().init(loss));
    class_loss(callers, &format!("small loss of {name}"), &SmallLoss::default().init(loss));
    class_loss(callers, &format!("flooding of {name}"), &Flooding::default().init(loss));
    class_loss(callers, &format!("iFlood of {name}"), &IndividualFlooding::default().init(loss));
    class_loss(callers, &format!("sum of {name}"), &WeightedSum::<&L>::new().plus(1.0, loss));
}

/// What a typed class loss is called by, for those that are called alike.
macro_rules! calls {
    ($callers:ident, $name:ident, $loss:ident) => {
        let (by, x, t) = (Reduction::Mean, zeros([12, 3]), ints([5]));
        $callers.see(|| $name.to_owned(), || $loss.forward(x.clone(), t.clone(), by));
        $callers.see(|| format!("{}, each", $name), || $loss.forward_no_reduction(x.clone(), t));
        // And the same as a `Criterion`.
        class_loss($callers, $name, &$loss);
        let weighted = $loss.clone().with_class_weights(vec![1.0]);
        $callers.see(|| format!("{}, class weights", $name), || weighted.forward(x, ints([12]), by));
        around_class_loss($callers, $name, &AnyClassLoss::from($loss.clone()));
    };
}

fn of_class<F: ClassFormula>(callers: &mut Callers, name: &str, loss: ClassLoss<F>) {
    calls!(callers, name, loss);
    let (x, q) = (zeros([2, 3]), zeros([2, 4]));
    callers.see(|| format!("{name}, soft"), || loss.forward_soft(x.clone(), q.clone(), Reduction::Mean));
    callers.see(|| format!("{name}, soft, each"), || loss.forward_soft_no_reduction::<2, 1>(x, q));
}

fn of_sums<F: SoftClassFormula>(callers: &mut Callers, name: &str, loss: SoftClassLoss<F>) {
    calls!(callers, name, loss);
    let (x, q, by) = (zeros([2, 3]), zeros([2, 4]), Reduction::Mean);
    callers.see(|| format!("{name}, soft"), || loss.forward_soft(x.clone(), q.clone(), by));
    callers.see(|| format!("{name}, one row"), || loss.forward_soft(zeros([3]), zeros([4]), by));
    callers.see(|| format!("{name}, soft, each"), || loss.forward_soft_no_reduction::<2, 1>(x.clone(), q));
    callers.see(|| format!("{name}, weighted"), || loss.forward_soft_weighted(x.clone(), x, zeros([5]), by));
}

fn of_tensors<F: TensorClassFormula>(callers: &mut Callers, name: &str, loss: TensorClassLoss<F>) {
    calls!(callers, name, loss);
}

#[test]
fn class_losses_point_at_their_caller() {
    Callers::of(|callers| {
        macro_rules! forward {
            (class: $($loss:ident),+) => { $(of_class(callers, $loss::ENTRY.name, $loss::default().init());)+ };
            (soft_class: $($loss:ident),+) => { $(of_sums(callers, $loss::ENTRY.name, $loss::default().init());)+ };
            (tensor_class: $($loss:ident),+) => { $(of_tensors(callers, $loss::ENTRY.name, $loss::default().init());)+ };
            ($other:ident: $($loss:ident),+) => {};
        }
        typed!(forward);
        assert!(callers.panics > 5000, "only {}", callers.panics);
    });
}

/// What has no views of twelve rows: a pair of tensors that must be alike.
fn pair<L>(callers: &mut Callers, name: &str, loss: &L)
where
    L: Criterion<Tensor<2>, Tensor<2>, Losses = Tensor<2>>,
{
    let (x, y, by) = (zeros([2, 3]), zeros([2, 4]), Reduction::Sum);
    callers.see(|| name.to_owned(), || loss.forward(x.clone(), y.clone(), by));
    callers.see(|| format!("{name}, each"), || loss.forward_no_reduction(x, y));
}

fn around_pair<L>(callers: &mut Callers, name: &str, loss: &L)
where
    L: Criterion<Tensor<2>, Tensor<2>, Losses = Tensor<2>>,
{
    pair(callers, name, loss);
    pair(callers, &format!("top-k of {name}"), &TopK::default().init(loss));
    pair(callers, &format!("flooding of {name}"), &Flooding::default().init(loss));
    pair(callers, &format!("sum of {name}"), &WeightedSum::<&L>::new().plus(1.0, loss));
}

/// A typed loss of pairs, and the same chosen at run time.
macro_rules! pairs {
    ($function:ident: $criterion:ident<$formula:ident>, $any:ident) => {
        fn $function<F: $formula>(callers: &mut Callers, name: &str, loss: $criterion<F>) {
            let (x, y, by) = (zeros([2, 3]), zeros([2, 4]), Reduction::Mean);
            callers.see(|| name.to_owned(), || loss.forward(x.clone(), y.clone(), by));
            callers.see(|| format!("{name}, each"), || loss.forward_no_reduction(x.clone(), y.clone()));
            let weighted = || loss.forward_weighted(x.clone(), x.clone(), y.clone(), by);
            callers.see(|| format!("{name}, weighted"), weighted);
            around_pair(callers, name, &loss);
            let any = $any::from(loss);
            callers.see(|| format!("any {name}"), || any.forward(x.clone(), y.clone(), by));
            callers.see(|| format!("any {name}, weighted"), || any.forward_weighted(x.clone(), x, y, by));
            around_pair(callers, name, &any);
        }
    };
}

pairs!(of_labels: BinaryLoss<BinaryFormula>, AnyBinaryLoss);
pairs!(of_points: PointwiseLoss<PointwiseFormula>, AnyPointwiseLoss);
pairs!(of_rows: TensorLoss<TensorFormula>, AnyTensorLoss);

fn of_distributions<F: DistributionFormula>(callers: &mut Callers, name: &str, loss: DistributionLoss<F>) {
    let (x, y, by) = (zeros([2, 3]), zeros([2, 4]), Reduction::Mean);
    let alike = || (x.clone(), x.clone());
    callers.see(|| name.to_owned(), || loss.forward(x.clone(), y.clone(), x.clone(), by));
    callers.see(|| format!("{name}, each"), || loss.forward_no_reduction(x.clone(), x.clone(), y.clone()));
    let weighted = || loss.forward_weighted(x.clone(), x.clone(), x.clone(), y.clone(), by);
    callers.see(|| format!("{name}, weighted"), weighted);
    let any = AnyDistributionLoss::from(loss.clone());
    callers.see(|| format!("any {name}"), || any.forward(alike(), y.clone(), by));
    callers.see(|| format!("any {name}, each"), || any.forward_no_reduction(alike(), y.clone()));
    callers.see(|| format!("any {name}, weighted"), || any.forward_weighted(alike(), x.clone(), y.clone(), by));
    let round = TopK::default().init(&loss);
    callers.see(|| format!("top-k of {name}"), || round.forward(alike(), y.clone(), by));
}

#[test]
fn losses_of_elements_and_rows_point_at_their_caller() {
    Callers::of(|callers| {
        macro_rules! forward {
            (binary: $($loss:ident),+) => { $(of_labels(callers, $loss::ENTRY.name, $loss::default().init());)+ };
            (pointwise: $($loss:ident),+) => { $(of_points(callers, $loss::ENTRY.name, $loss::default().init());)+ };
            (tensor: $($loss:ident),+) => { $(of_rows(callers, $loss::ENTRY.name, $loss::default().init());)+ };
            (distribution: $($loss:ident),+) => {
                $(of_distributions(callers, $loss::ENTRY.name, $loss::default().init());)+
            };
            ($other:ident: $($loss:ident),+) => {};
        }
        typed!(forward);
        assert!(callers.panics > 1000, "only {}", callers.panics);
    });
}

/// Every loss, wrapper and sum of the catalogue as a file makes it, and what they refuse only when they run.
#[test]
fn losses_from_files_point_at_their_caller() {
    Callers::of(|callers| {
        let by = Reduction::Mean;
        for entry in catalogue::all() {
            let (name, loss) = (entry.name, config(json!(entry.name)));
            let pairs = || (zeros([2, 3]), zeros([2, 4]));
            match loss.signature() {
                Signature::Class | Signature::Any => class_loss(callers, name, &loss.init().expect("valid")),
                Signature::Binary => {
                    let loss = loss.init_binary().expect("valid");
                    pair(callers, name, &loss);
                    let (x, y) = (zeros([2, 3]), zeros([2, 3]) + 255.0);
                    callers.see(|| format!("{name}, labels"), || loss.forward(x.clone(), y.clone(), by));
                    callers.see(|| format!("{name}, labels, each"), || loss.forward_no_reduction(x, y));
                }
                Signature::Pointwise => pair(callers, name, &loss.init_pointwise().expect("valid")),
                Signature::Multilabel | Signature::Whole => pair(callers, name, &loss.init_tensor().expect("valid")),
                Signature::Distribution => {
                    let (loss, (x, y)) = (loss.init_distribution().expect("valid"), pairs());
                    callers.see(|| name.to_owned(), || loss.forward((x.clone(), x), y, by));
                }
            }
        }
        let any = |value: Value| config(value).init().expect("valid");
        let (x, t) = (zeros([2, 3]), ints([2]));
        for late in [
            json!({"name": "logit_adjustment", "counts": [1, 2]}),
            json!({"name": "label_smoothing", "distribution": [1, 2]}),
            json!({"name": "focal", "gamma": [1, 2]}),
            json!({"name": "seesaw", "counts": [1, 2]}),
            json!({"name": "backward_correction", "transition": 2.0 / 3.0}),
            json!({"name": "backward_correction", "transition": [[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]}),
        ] {
            callers.see(|| late.to_string(), || any(late.clone()).forward(x.clone(), t.clone(), by));
            let round = json!({"name": "top_k", "loss": {"name": "weighted_sum", "terms": [{"loss": late}]}});
            callers.see(|| round.to_string(), || any(round.clone()).forward(x.clone(), t.clone(), by));
        }
        let flooded = any(json!({"name": "logit_clip", "loss": "flooding"}));
        callers.see(|| "flooding".to_owned(), || flooded.forward_no_reduction(x.clone(), t.clone()));
        for round in ["flooding", "logit_clip"] {
            let round = any(json!(round));
            callers.see(|| "soft".to_owned(), || round.forward_soft(x.clone(), x.clone(), by));
        }
        let mse = config(json!({"name": "flooding", "loss": "mse"})).init_pointwise().expect("valid");
        callers.see(|| "weights".to_owned(), || mse.forward_weighted(x.clone(), x.clone(), x.clone(), by));
        let nothing = WeightedSum::<AnyClassLoss>::new();
        callers.see(|| "a sum of nothing".to_owned(), || nothing.forward(x.clone(), t.clone(), by));
        let weighting = UncertaintyWeighting::new(2, &Device::flex());
        callers.see(|| "one loss for two".to_owned(), || weighting.forward([zeros([1])]));
        let losses = || [(); 2].map(|()| Tensor::<1>::zeros([1], &Device::flex().autodiff()).require_grad());
        callers.see(|| "untracked".to_owned(), || weighting.forward(losses()));
        // What a user's wrapper calls.
        let adjustment = LogitAdjustment::default().with_counts([1.0, 2.0]);
        callers.see(|| "a transform".to_owned(), || adjustment.apply(x.clone()));
        let _ = IndividualFlooding::default().change(zeros([2]), zeros([2]));
    });
}

/// The test's own test: a panic that points elsewhere, and none at all, are seen.
#[test]
fn a_panic_elsewhere_is_seen() {
    let mut seen = Vec::new();
    Callers::of(|callers| {
        callers.see(|| "here".to_owned(), || panic!("here"));
        let too_long = || std::iter::repeat_n(0_u8, usize::MAX).collect::<Vec<u8>>();
        callers.see(|| "elsewhere".to_owned(), too_long);
        callers.see(|| "nowhere".to_owned(), || ());
        seen = std::mem::take(&mut callers.faults);
    });
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen[0].starts_with("elsewhere points at") && seen[1] == "nowhere did not panic", "{seen:?}");
}

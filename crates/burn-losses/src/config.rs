//! [`LossConfig`]: any loss, wrappers included, as data. What it holds is a node: it knows no loss by name.

use crate::any::{
    AnyBinaryLoss, AnyClassLoss, AnyDistributionLoss, AnyLoss, AnyPointwiseLoss, AnyTensorLoss, Built, ClassWrapper,
    Kind, Leaf, Wrapper,
};
use crate::base::check;
use crate::base::entry::{Described, Entry, Family, Picture, Signature};
use crate::base::error::{self, ErrorKind, LossError};
use crate::class::{ClassMae, CrossEntropy, NormalizedCrossEntropy};
use crate::combine::{LabelSmoothing, Schedule, WeightedSum};
use crate::signature::Init;
use core::any::Any;
use core::fmt::{self, Debug};
use core::marker::PhantomData;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Any loss of the catalogue, as it stands in a configuration file.
///
/// ```
/// use burn_losses::LossConfig;
///
/// let config: LossConfig = serde_json::from_str(
///     r#"{"name": "flooding", "level": 0.1, "loss": {"name": "focal", "gamma": 1.5}}"#,
/// )?;
/// let criterion = config.init()?;
/// let error = serde_json::from_str::<LossConfig>(r#"{"name": "focall"}"#).unwrap_err();
/// assert!(error.to_string().contains("focal"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A file gives `name` and the parameters that differ from their defaults; a wrapper also `loss`, which is
/// cross-entropy unless given. A name alone may stand for `{"name": …}`. Unknown names and fields, and values
/// outside their range, are errors that name them.
///
/// Three names have losses in a form of their own:
///
/// ```
/// # use burn_losses::LossConfig;
/// # let read = |text: &str| serde_json::from_str::<LossConfig>(text).map(|config| config.name());
/// # assert_eq!(read(
/// r#"{"name": "weighted_sum", "terms": [
///     {"weight": 1.0, "loss": "mse"},
///     {"weight": {"shape": "linear", "from": 0, "to": 0.5, "steps": 1000}, "loss": "l1"}
/// ]}"#
/// # ).unwrap(), "weighted_sum");
/// # assert_eq!(read(
/// r#"{"name": "active_passive", "alpha": 1.0, "beta": 1.0,
///     "active": "normalized_cross_entropy", "passive": "class_mae"}"#
/// # ).unwrap(), "active_passive");
/// # assert_eq!(read(
/// r#"{"name": "uncertainty_weighting", "losses": ["mse", "l1"]}"#
/// # ).unwrap(), "uncertainty_weighting");
/// ```
///
/// It is opaque, so that a new loss breaks nobody's `match`: [`formula`](Self::formula) and
/// [`wrapper`](Self::wrapper) give what it holds, by type.
///
/// ```
/// use burn_losses::prelude::*;
///
/// let config = LossConfig::around(Flooding::default(), Focal::default().with_gamma(1.5));
/// let (flooding, inner) = config.wrapper::<Flooding>().unwrap();
/// assert_eq!((flooding.level, inner.formula::<Focal>().unwrap().gamma.clone()), (0.1, 1.5.into()));
/// assert!(config.formula::<Focal>().is_none());
/// // On a command line it is a name or JSON.
/// assert_eq!("focal".parse::<LossConfig>()?, Focal::default().into());
/// assert_eq!(config.to_string().parse::<LossConfig>()?, config);
/// # Ok::<(), burn_losses::LossError>(())
/// ```
#[derive(Clone, Debug)]
pub struct LossConfig {
    node: Arc<dyn Node>,
}

/// What a [`LossConfig`] holds: a formula, a wrapper around another loss, or several losses.
pub(crate) trait Node: Debug + Send + Sync {
    fn entry(&self) -> &'static Entry;
    /// The formula or the wrapper.
    fn settings(&self) -> &dyn Any;
    /// Whether another node has equal settings, the losses inside aside.
    fn same(&self, other: &dyn Node) -> bool;
    /// Whether every parameter is in its range, except those of losses inside.
    fn check(&self) -> Result<(), LossError>;
    /// The losses inside.
    fn inner(&self) -> Vec<&LossConfig> {
        Vec::new()
    }
    /// The parameters by name, and for losses in a form of their own, these losses.
    fn fields(&self) -> serde_json::Result<Value>;
    /// Whether it is a wrapper around one loss.
    fn wraps(&self) -> bool {
        false
    }
    /// What it is for what is built of it, once it is [checked](Self::check).
    fn part(&self) -> Part<'_>;
}

/// What a node is for what is built of it.
pub(crate) enum Part<'a> {
    Formula(Built),
    Around(Round, &'a LossConfig),
    Sum(Vec<(&'static str, &'a Schedule, &'a LossConfig)>),
    Learnt(&'a [LossConfig]),
}

/// A wrapper, by what it goes around.
pub(crate) enum Round {
    Any(Wrapper),
    Classes(ClassWrapper),
    Smoothing(LabelSmoothing),
}

/// What a loss needs to be in the catalogue, besides its formula: all of it is derived or stated in its file.
pub trait Listed:
    Described + Clone + Debug + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
}

impl<T> Listed for T where
    T: Described + Clone + Debug + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
}

/// Whether the parameters of a formula or a wrapper are in their ranges.
fn check_settings<T: Listed>(settings: &T) -> Result<(), LossError> {
    check::parameters(T::ENTRY.type_name, T::ENTRY.parameters, settings)
}

fn same_settings<T: Listed>(settings: &T, other: &dyn Node) -> bool {
    other.settings().downcast_ref::<T>() == Some(settings)
}

/// A formula of a kind.
struct Formula<K, F> {
    formula: F,
    kind: PhantomData<fn() -> K>,
}

impl<K, F: Debug> Debug for Formula<K, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.formula.fmt(f)
    }
}

impl<K: 'static, F: Listed + Init<K>> Node for Formula<K, F>
where
    F::Criterion: Into<Built>,
{
    fn entry(&self) -> &'static Entry {
        const { &F::ENTRY }
    }
    fn settings(&self) -> &dyn Any {
        &self.formula
    }
    fn same(&self, other: &dyn Node) -> bool {
        same_settings(&self.formula, other)
    }
    fn check(&self) -> Result<(), LossError> {
        check_settings(&self.formula)
    }
    fn fields(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.formula)
    }
    fn part(&self) -> Part<'_> {
        Part::Formula(self.formula.init().into())
    }
}

/// A wrapper in a configuration.
pub trait Wraps: Listed {
    /// By what it goes around.
    #[doc(hidden)]
    fn round(&self) -> RoundOpaque;
}

/// A wrapper by what it goes around; opaque.
#[doc(hidden)]
#[allow(missing_debug_implementations)]
pub struct RoundOpaque(Round);

macro_rules! wraps {
    ($($wrapper:ident: $round:ident$(($kind:ident))?),+) => {$(
        impl Wraps for crate::combine::$wrapper {
            fn round(&self) -> RoundOpaque {
                RoundOpaque(Round::$round(wraps!(self $wrapper $($kind)?)))
            }
        }
    )+};
    ($self:ident $wrapper:ident $kind:ident) => { $kind::$wrapper($self.clone()) };
    ($self:ident $wrapper:ident) => { $self.clone() };
}
wraps! {
    Flooding: Any(Wrapper),
    IndividualFlooding: Any(Wrapper),
    TopK: Any(Wrapper),
    SmallLoss: Any(Wrapper),
    LogitClip: Classes(ClassWrapper),
    LogitNorm: Classes(ClassWrapper),
    LogitScale: Classes(ClassWrapper),
    LogitAdjustment: Classes(ClassWrapper),
    LabelSmoothing: Smoothing
}

/// A wrapper around a loss.
#[derive(Debug)]
struct Around<W> {
    wrapper: W,
    loss: LossConfig,
}

impl<W: Wraps> Node for Around<W> {
    fn entry(&self) -> &'static Entry {
        const { &W::ENTRY }
    }
    fn settings(&self) -> &dyn Any {
        &self.wrapper
    }
    fn same(&self, other: &dyn Node) -> bool {
        same_settings(&self.wrapper, other)
    }
    fn check(&self) -> Result<(), LossError> {
        check_settings(&self.wrapper)
    }
    fn inner(&self) -> Vec<&LossConfig> {
        vec![&self.loss]
    }
    fn wraps(&self) -> bool {
        true
    }
    fn fields(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.wrapper)
    }
    fn part(&self) -> Part<'_> {
        Part::Around(self.wrapper.round().0, &self.loss)
    }
}

/// How a loss is read from a file, and what the catalogue says of it: all that a loss has to give to be found by name.
///
/// ```
/// use burn_losses::catalogue::{self, Described, Entry, Family, Parameter, Range, Registration};
/// use burn_losses::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// /// (1 − p)^β · (−ln p)
/// #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
/// #[serde(default, deny_unknown_fields)]
/// struct MyLoss {
///     beta: f64,
/// }
///
/// impl ClassFormula for MyLoss {
///     const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
///     fn loss<R: Real>(&self, row: &Row<R>) -> R {
///         row.miss_pow(self.beta) * -row.log_p()
///     }
/// }
///
/// impl Described for MyLoss {
///     const ENTRY: Entry = Entry {
///         name: "my_loss",
///         type_name: "MyLoss",
///         family: Family::Classification,
///         formula: "−(1 − p)^β·ln p",
///         source: "My paper",
///         purpose: "Hard examples",
///         parameters: &[Parameter::new("beta", 0.0, Range::at_least(0.0))],
///     };
/// }
///
/// catalogue::register(Registration::of::<_, MyLoss>())?;
/// let config: LossConfig = serde_json::from_str(r#"{"name": "flooding", "loss": {"name": "my_loss", "beta": 0.5}}"#)?;
/// assert_eq!(config.innermost().formula::<MyLoss>(), Some(&MyLoss { beta: 0.5 }));
/// assert!(serde_json::from_str::<LossConfig>(r#"{"name": "my_loss", "beta": -1}"#).is_err());
/// let criterion = config.init()?;
/// # let _: AnyClassLoss = criterion;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Registration {
    /// What the catalogue says of the loss.
    pub entry: &'static Entry,
    /// What a picture of it shows beside its defaults.
    pub picture: &'static Picture,
    pub(crate) form: Form,
}

/// How a loss stands in a file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// Its parameters.
    Formula(fn(Map<String, Value>) -> Result<LossConfig, LossError>),
    /// Its parameters, and the loss inside.
    Wrapper(fn(Map<String, Value>, LossConfig) -> Result<LossConfig, LossError>),
    /// Fields of its own, which it reads and checks itself.
    Own(fn(Map<String, Value>) -> Result<LossConfig, LossError>),
}

impl Registration {
    /// A formula: which kind it is, the compiler finds.
    pub const fn of<K: 'static, F: Listed + Init<K>>() -> Self
    where
        F::Criterion: Into<Built>,
    {
        let read = |fields| Ok(LossConfig::new::<K>(typed::<F>(F::ENTRY.name, fields)?));
        Self { entry: const { &F::ENTRY }, picture: const { &F::PICTURE }, form: Form::Formula(read) }
    }

    /// A wrapper of this crate.
    pub const fn wrapper<W: Wraps>() -> Self {
        let read = |fields, loss: LossConfig| Ok(LossConfig::around(typed::<W>(W::ENTRY.name, fields)?, loss));
        Self { entry: const { &W::ENTRY }, picture: const { &W::PICTURE }, form: Form::Wrapper(read) }
    }

    const fn own<S: Described>(read: fn(Map<String, Value>) -> Result<LossConfig, LossError>) -> Self {
        Self { entry: const { &S::ENTRY }, picture: const { &S::PICTURE }, form: Form::Own(read) }
    }

    pub(crate) const WEIGHTED_SUM: Self = Self::own::<Term>(weighted_sum);
    pub(crate) const ACTIVE_PASSIVE: Self = Self::own::<ActivePassive>(|fields| {
        LossConfig::of_own(typed::<ActivePassive>(ActivePassive::ENTRY.name, fields)?)
    });
    pub(crate) const UNCERTAINTY_WEIGHTING: Self = Self::own::<UncertaintyWeighted>(|fields| {
        LossConfig::of_own(typed::<UncertaintyWeighted>(UncertaintyWeighted::ENTRY.name, fields)?)
    });
}

fn weighted_sum(mut fields: Map<String, Value>) -> Result<LossConfig, LossError> {
    let terms = fields.remove("terms").unwrap_or_else(|| serde_json::json!([{ "loss": CrossEntropy::ENTRY.name }]));
    if let Some(field) = fields.keys().next() {
        return Err(LossError::new(
            ErrorKind::UnknownField,
            format!("WeightedSum: fields must be its terms, got \"{field}\""),
        ));
    }
    let failed = |error: serde_json::Error| LossError::new(ErrorKind::Form, format!("WeightedSum: {error}"));
    LossConfig::of_own(serde_json::from_value::<Vec<Term>>(terms).map_err(failed)?)
}

fn typed<T: DeserializeOwned>(name: &str, fields: Map<String, Value>) -> Result<T, LossError> {
    serde_json::from_value(Value::Object(fields))
        .map_err(|error| LossError::new(ErrorKind::Form, format!("{name}: {error}")))
}

/// A term of a weighted sum in a configuration file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The weight: ≥ 0, default 1.
    #[serde(default = "one")]
    pub weight: Schedule,
    /// The loss.
    pub loss: LossConfig,
}

fn one() -> Schedule {
    Schedule::Constant(1.0)
}

impl Node for Vec<Term> {
    fn entry(&self) -> &'static Entry {
        const { &Term::ENTRY }
    }
    fn settings(&self) -> &dyn Any {
        self
    }
    fn same(&self, other: &dyn Node) -> bool {
        other.settings().downcast_ref::<Self>() == Some(self)
    }
    fn check(&self) -> Result<(), LossError> {
        if self.is_empty() {
            return Err(LossError::new(
                ErrorKind::Form,
                "WeightedSum: terms must be given, got an empty list".to_owned(),
            ));
        }
        self.iter().try_for_each(|term| term.weight.check("WeightedSum", "weight"))
    }
    fn inner(&self) -> Vec<&LossConfig> {
        self.iter().map(|term| &term.loss).collect()
    }
    fn fields(&self) -> serde_json::Result<Value> {
        Ok(serde_json::json!({ "terms": self }))
    }
    fn part(&self) -> Part<'_> {
        Part::Sum(self.iter().map(|term| ("weight", &term.weight, &term.loss)).collect())
    }
}

impl Described for Term {
    const ENTRY: Entry = Entry {
        name: "weighted_sum",
        type_name: "WeightedSum",
        family: Family::Wrapper,
        formula: "Σᵢ wᵢ·Lᵢ",
        source: "Common usage",
        purpose: "Several losses at once",
        parameters: &[],
    };
}

/// An active and a passive loss in a configuration file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ActivePassive {
    /// α, the weight of the active loss: ≥ 0, default 1.
    pub alpha: Schedule,
    /// β, the weight of the passive loss: ≥ 0, default 1.
    pub beta: Schedule,
    /// The active loss, normalised cross-entropy unless given.
    pub active: LossConfig,
    /// The passive loss, the class MAE unless given.
    pub passive: LossConfig,
}

impl Default for ActivePassive {
    fn default() -> Self {
        Self {
            alpha: one(),
            beta: one(),
            active: NormalizedCrossEntropy::default().into(),
            passive: ClassMae::default().into(),
        }
    }
}

impl Node for ActivePassive {
    fn entry(&self) -> &'static Entry {
        const { &Self::ENTRY }
    }
    fn settings(&self) -> &dyn Any {
        self
    }
    fn same(&self, other: &dyn Node) -> bool {
        other.settings().downcast_ref::<Self>() == Some(self)
    }
    fn check(&self) -> Result<(), LossError> {
        self.alpha.check("WeightedSum", "alpha")?;
        self.beta.check("WeightedSum", "beta")
    }
    fn inner(&self) -> Vec<&LossConfig> {
        vec![&self.active, &self.passive]
    }
    fn fields(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }
    fn part(&self) -> Part<'_> {
        Part::Sum(vec![("alpha", &self.alpha, &self.active), ("beta", &self.beta, &self.passive)])
    }
}

impl Described for ActivePassive {
    const ENTRY: Entry = Entry {
        name: "active_passive",
        type_name: "ActivePassive",
        family: Family::Wrapper,
        formula: "α·L_active + β·L_passive",
        source: "Ma et al., Normalized Loss Functions for Deep Learning with Noisy Labels, 2020, equation 10",
        purpose: "Many wrong labels: a loss that learns and one that is robust",
        parameters: &[],
    };
}

/// Several losses whose weights are learnt, in a configuration file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UncertaintyWeighted {
    /// The losses: cross-entropy alone unless given.
    pub losses: Vec<LossConfig>,
}

impl Default for UncertaintyWeighted {
    fn default() -> Self {
        Self { losses: vec![CrossEntropy::default().into()] }
    }
}

impl Node for UncertaintyWeighted {
    fn entry(&self) -> &'static Entry {
        const { &Self::ENTRY }
    }
    fn settings(&self) -> &dyn Any {
        self
    }
    fn same(&self, other: &dyn Node) -> bool {
        other.settings().downcast_ref::<Self>() == Some(self)
    }
    fn check(&self) -> Result<(), LossError> {
        match self.losses.is_empty() {
            true => Err(LossError::new(
                ErrorKind::Form,
                "UncertaintyWeighting: losses must be given, got an empty list".to_owned(),
            )),
            false => Ok(()),
        }
    }
    fn inner(&self) -> Vec<&LossConfig> {
        self.losses.iter().collect()
    }
    fn fields(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }
    fn part(&self) -> Part<'_> {
        Part::Learnt(&self.losses)
    }
}

impl Described for UncertaintyWeighted {
    const ENTRY: Entry = Entry {
        name: "uncertainty_weighting",
        type_name: "UncertaintyWeighting",
        family: Family::Wrapper,
        formula: "Σᵢ ½·(e^−sᵢ·Lᵢ + sᵢ), sᵢ learnt",
        source: "Kendall, Gal and Cipolla, Multi-Task Learning Using Uncertainty, 2018, equation 7",
        purpose: "Several losses of different scales",
        parameters: &[],
    };
}

impl LossConfig {
    /// A class loss, without class weights or ignored targets.
    ///
    /// # Errors
    ///
    /// If a parameter is outside its range; if it is another kind of loss.
    pub fn init(&self) -> Result<AnyClassLoss, LossError> {
        self.build()
    }

    /// A binary loss of logits, without weights or smoothing.
    ///
    /// # Errors
    ///
    /// If a parameter is outside its range; if it is another kind of loss.
    pub fn init_binary(&self) -> Result<AnyBinaryLoss, LossError> {
        self.build()
    }

    /// A pointwise loss.
    ///
    /// # Errors
    ///
    /// If a parameter is outside its range; if it is another kind of loss.
    pub fn init_pointwise(&self) -> Result<AnyPointwiseLoss, LossError> {
        self.build()
    }

    /// A loss of a location and a scale.
    ///
    /// # Errors
    ///
    /// If a parameter is outside its range; if it is another kind of loss.
    pub fn init_distribution(&self) -> Result<AnyDistributionLoss, LossError> {
        self.build()
    }

    /// A loss of rows, items or batches.
    ///
    /// # Errors
    ///
    /// If a parameter is outside its range; if it is another kind of loss.
    pub fn init_tensor(&self) -> Result<AnyTensorLoss, LossError> {
        self.build()
    }

    /// What the loss takes: of a wrapper, what the loss inside takes.
    pub fn signature(&self) -> Signature {
        self.innermost().entry().family.signature()
    }

    /// The loss at the core: itself, or the first inside of what goes around others.
    pub fn innermost(&self) -> &Self {
        self.inner().first().map_or(self, |inner| inner.innermost())
    }

    /// The losses directly inside.
    pub fn inner(&self) -> Vec<&Self> {
        self.node.inner()
    }

    /// A formula as a configuration: which kind it is, the compiler finds.
    pub fn new<K: 'static>(formula: impl Listed + Init<K, Criterion: Into<Built>>) -> Self {
        Self { node: Arc::new(Formula::<K, _> { formula, kind: PhantomData }) }
    }

    /// A wrapper around a loss.
    pub fn around(wrapper: impl Wraps, loss: impl Into<Self>) -> Self {
        Self { node: Arc::new(Around { wrapper, loss: loss.into() }) }
    }

    /// A loss in a form of its own, checked.
    fn of_own(node: impl Node + 'static) -> Result<Self, LossError> {
        let config = Self { node: Arc::new(node) };
        config.check()?;
        Ok(config)
    }

    /// The formula, if it is one of this type.
    pub fn formula<F: Listed>(&self) -> Option<&F> {
        self.node.settings().downcast_ref().filter(|_| self.node.inner().is_empty())
    }

    /// The wrapper and the loss inside, if it is a wrapper of this type.
    pub fn wrapper<W: Wraps>(&self) -> Option<(&W, &Self)> {
        let inner = self.node.inner().into_iter().next()?;
        Some((self.node.settings().downcast_ref()?, inner))
    }

    /// What the catalogue says of this loss.
    pub fn entry(&self) -> &'static Entry {
        self.node.entry()
    }

    /// The name in the catalogue.
    pub fn name(&self) -> &'static str {
        self.entry().name
    }

    /// The loss inside, if it is a wrapper around one.
    pub fn wrapped(&self) -> Option<&Self> {
        self.inner().into_iter().next().filter(|_| self.node.wraps())
    }

    pub(crate) fn fields(&self) -> serde_json::Result<Value> {
        self.node.fields()
    }

    /// Whether every parameter is in its range, except those of losses inside.
    fn check(&self) -> Result<(), LossError> {
        if self.inner().iter().any(|inner| inner.node.settings().is::<UncertaintyWeighted>()) {
            return Err(check::must_be_outermost(UncertaintyWeighted::ENTRY.type_name, self.entry().type_name));
        }
        self.node.check()
    }

    /// The loss.
    fn build<L: Leaf>(&self) -> Result<AnyLoss<L>, LossError> {
        self.check()?;
        let is_not = || self.is_not(L::SIGNATURE);
        match self.node.part() {
            Part::Formula(built) => L::of(built).ok_or_else(is_not),
            Part::Around(Round::Any(wrapper), loss) => Ok(AnyLoss::of(Kind::Around(wrapper, Box::new(loss.build()?)))),
            Part::Around(..) if L::SIGNATURE != Signature::Class => Err(is_not()),
            Part::Around(Round::Classes(wrapper), loss) => {
                L::of(Built::Class(AnyClassLoss::around(wrapper, self.class_loss(loss)?))).ok_or_else(is_not)
            }
            Part::Around(Round::Smoothing(smoothing), loss) => {
                L::of(Built::Class(AnyClassLoss::smoothed(&smoothing, self.class_loss(loss)?)?)).ok_or_else(is_not)
            }
            Part::Sum(terms) => {
                let plus = |sum: WeightedSum<AnyLoss<L>>, (name, weight, loss): (&str, &Schedule, &Self)| {
                    sum.try_plus(name, weight.clone(), loss.build()?)
                };
                let sum = terms.into_iter().try_fold(WeightedSum::new(), plus)?;
                Ok(AnyLoss::of(Kind::WeightedSum(sum)))
            }
            Part::Learnt(losses) => {
                let losses: Result<Vec<_>, _> = losses.iter().map(Self::build).collect();
                losses.map(AnyLoss::uncertainty_weighted)
            }
        }
    }

    /// The loss inside of one that goes around class losses only.
    fn class_loss(&self, inner: &Self) -> Result<AnyClassLoss, LossError> {
        match inner.signature() {
            Signature::Class => inner.init(),
            other => {
                let (rule, got) =
                    (format!("be {} inside of {}", kind(Signature::Class).0, self.entry().type_name), kind(other).0);
                Err(error::refused(inner.innermost().entry().type_name, "the loss", &rule, got)
                    .about(ErrorKind::OtherKind))
            }
        }
    }

    /// It is of another kind than was asked for.
    fn is_not(&self, wanted: Signature) -> LossError {
        let (rule, entry) = (format!("be {} here", kind(wanted).0), self.entry());
        let got = match entry.family {
            // Others go around any loss, and are none themselves.
            Family::Wrapper => format!("a wrapper of class losses: use {}", kind(Signature::Class).1),
            family => {
                let (what, call) = kind(family.signature());
                format!("{what}: use {call}")
            }
        };
        error::refused(entry.type_name, "the loss", &rule, got).about(ErrorKind::OtherKind)
    }
}

/// What a signature is called, and what makes a loss of it.
fn kind(signature: Signature) -> (&'static str, &'static str) {
    match signature {
        Signature::Class | Signature::Any => ("a class loss", "init"),
        Signature::Binary => ("a binary loss", "init_binary"),
        Signature::Pointwise => ("a pointwise loss", "init_pointwise"),
        Signature::Multilabel | Signature::Whole => ("a loss of rows, items or batches", "init_tensor"),
        Signature::Distribution => ("a loss of a location and a scale", "init_distribution"),
    }
}

impl PartialEq for LossConfig {
    fn eq(&self, other: &Self) -> bool {
        self.node.same(&*other.node) && self.inner() == other.inner()
    }
}

impl Default for LossConfig {
    /// Cross-entropy.
    fn default() -> Self {
        Self::new(CrossEntropy::default())
    }
}

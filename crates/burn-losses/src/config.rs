//! [`LossConfig`]: every loss of the catalogue, wrappers included, as one serde type.

use crate::any::{
    AnyBinaryLoss, AnyClassLoss, AnyDistributionLoss, AnyLoss, AnyPointwiseLoss, AnyTensorLoss, Kind, Leaf,
};
use crate::base::check;
use crate::base::entry::{Described, Entry, Family, Picture, Signature};
use crate::base::error::{self, LossError};
use crate::base::strict::Strict;
use crate::binary::*;
use crate::catalogue;
use crate::class::*;
use crate::combine::{
    Flooding, IndividualFlooding, LabelSmoothing, LogitAdjustment, LogitClip, LogitNorm, LogitScale, Schedule,
    SmallLoss, TopK, WeightedSum,
};
use crate::divergence::*;
use crate::likelihood::*;
use crate::margin::*;
use crate::multilabel::*;
use crate::regression::*;
use crate::signature::Init;
use crate::soft_class::*;
use crate::tensor_class::*;
use crate::whole::*;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde::ser::{Error as _, SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The table of all losses: a line here is all that a loss needs outside its own file.
macro_rules! losses {
    (
        class: $($class:ident),+;
        soft_class: $($soft:ident),+;
        tensor_class: $($tensor_class:ident),+;
        binary: $($binary:ident),+;
        pointwise: $($pointwise:ident),+;
        distribution: $($distribution:ident),+;
        tensor: $($tensor:ident),+;
        wrappers: $($wrapper:ident),+;
    ) => {
        losses! {
            @config
            formulas:
                $($class,)+ $($soft,)+ $($tensor_class,)+ $($binary,)+ $($pointwise,)+ $($distribution,)+ $($tensor,)+;
            wrappers: $($wrapper,)+;
        }

        impl LossConfig {
            /// The class loss at the core of a class loss.
            fn class_leaf(&self) -> Result<AnyClassLoss, LossError> {
                match self {
                    $(Self::$class(formula) => Ok(AnyClassLoss::from(formula.init())),)+
                    $(Self::$soft(formula) => Ok(AnyClassLoss::from(formula.init())),)+
                    $(Self::$tensor_class(formula) => Ok(AnyClassLoss::from(formula.init())),)+
                    Self::LogitAdjustment(wrapper, inner) => {
                        Ok(AnyClassLoss::adjusted(wrapper.clone(), self.class_loss(inner)?))
                    }
                    Self::LogitScale(wrapper, inner) => {
                        Ok(AnyClassLoss::scaled(wrapper.clone(), self.class_loss(inner)?))
                    }
                    Self::LogitClip(wrapper, inner) => {
                        Ok(AnyClassLoss::clipped(wrapper.clone(), self.class_loss(inner)?))
                    }
                    Self::LogitNorm(wrapper, inner) => {
                        Ok(AnyClassLoss::normed(wrapper.clone(), self.class_loss(inner)?))
                    }
                    Self::LabelSmoothing(wrapper, inner) => AnyClassLoss::smoothed(wrapper, self.class_loss(inner)?),
                    other => Err(other.is_not(Signature::Class)),
                }
            }

            fn binary_leaf(&self) -> Result<AnyBinaryLoss, LossError> {
                match self {
                    $(Self::$binary(formula) => Ok(AnyBinaryLoss::from(formula.init())),)+
                    other => Err(other.is_not(Signature::Binary)),
                }
            }

            fn pointwise_leaf(&self) -> Result<AnyPointwiseLoss, LossError> {
                match self {
                    $(Self::$pointwise(formula) => Ok(AnyPointwiseLoss::from(formula.init())),)+
                    other => Err(other.is_not(Signature::Pointwise)),
                }
            }

            fn distribution_leaf(&self) -> Result<AnyDistributionLoss, LossError> {
                match self {
                    $(Self::$distribution(formula) => Ok(AnyDistributionLoss::from(formula.init())),)+
                    other => Err(other.is_not(Signature::Distribution)),
                }
            }

            fn tensor_leaf(&self) -> Result<AnyTensorLoss, LossError> {
                match self {
                    $(Self::$tensor(formula) => Ok(AnyTensorLoss::from(formula.init())),)+
                    other => Err(other.is_not(Signature::Whole)),
                }
            }
        }
    };

    (@config formulas: $($formula:ident,)+; wrappers: $($wrapper:ident,)+;) => {
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
        #[derive(Clone, Debug, PartialEq)]
        pub enum LossConfig {
            $(
                #[doc = concat!("[`", stringify!($formula), "`](crate::", stringify!($formula), ")")]
                $formula($formula),
            )+
            $(
                #[doc = concat!("[`", stringify!($wrapper), "`](crate::", stringify!($wrapper), ") round another loss")]
                $wrapper($wrapper, Box<LossConfig>),
            )+
            /// [`WeightedSum`](crate::WeightedSum)
            WeightedSum(Vec<Term>),
            /// A [`WeightedSum`](crate::WeightedSum) of an active and a passive loss.
            ActivePassive(Box<ActivePassive>),
            /// An [`UncertaintyWeighting`](crate::UncertaintyWeighting) of several losses.
            UncertaintyWeighting(UncertaintyWeighted),
        }

        pub(crate) const ENTRIES: &[Entry] = &[
            $($formula::ENTRY,)+
            $($wrapper::ENTRY,)+
            Term::ENTRY,
            ActivePassive::ENTRY,
            UncertaintyWeighted::ENTRY,
        ];

        /// Their pictures, in the same order.
        pub(crate) const PICTURES: &[Picture] = &[
            $($formula::PICTURE,)+
            $($wrapper::PICTURE,)+
            Term::PICTURE,
            ActivePassive::PICTURE,
            UncertaintyWeighted::PICTURE,
        ];

        impl LossConfig {
            /// What the catalogue says of this loss.
            pub fn entry(&self) -> &'static Entry {
                match self {
                    $(Self::$formula(_) => const { &$formula::ENTRY },)+
                    $(Self::$wrapper(..) => const { &$wrapper::ENTRY },)+
                    Self::WeightedSum(_) => const { &Term::ENTRY },
                    Self::ActivePassive(_) => const { &ActivePassive::ENTRY },
                    Self::UncertaintyWeighting(_) => const { &UncertaintyWeighted::ENTRY },
                }
            }

            /// Whether every parameter is in its range, but for those of losses inside.
            fn check(&self) -> Result<(), LossError> {
                if self.inner().iter().any(|inner| matches!(inner, Self::UncertaintyWeighting(_))) {
                    return Err(check::must_be_outermost(UncertaintyWeighted::ENTRY.type_name, self.entry().type_name));
                }
                match self {
                    $(Self::$formula(formula) => {
                        check::parameters($formula::ENTRY.type_name, $formula::ENTRY.parameters, formula)
                    })+
                    $(Self::$wrapper(wrapper, _) => {
                        check::parameters($wrapper::ENTRY.type_name, $wrapper::ENTRY.parameters, wrapper)
                    })+
                    Self::WeightedSum(terms) if terms.is_empty() => Err(no_terms()),
                    Self::WeightedSum(terms) => {
                        terms.iter().try_for_each(|term| term.weight.check("WeightedSum", "weight"))
                    }
                    Self::ActivePassive(pair) => {
                        pair.alpha.check("WeightedSum", "alpha")?;
                        pair.beta.check("WeightedSum", "beta")
                    }
                    Self::UncertaintyWeighting(sum) if sum.losses.is_empty() => Err(no_losses()),
                    Self::UncertaintyWeighting(_) => Ok(()),
                }
            }

            /// The losses inside.
            fn inner(&self) -> Vec<&LossConfig> {
                match self {
                    $(Self::$formula(_) => Vec::new(),)+
                    $(Self::$wrapper(_, inner) => vec![&**inner],)+
                    Self::WeightedSum(terms) => terms.iter().map(|term| &term.loss).collect(),
                    Self::ActivePassive(pair) => vec![&pair.active, &pair.passive],
                    Self::UncertaintyWeighting(sum) => sum.losses.iter().collect(),
                }
            }

            /// The parameters by name, and the inner loss of a wrapper.
            fn parts(&self) -> (serde_json::Result<Value>, Option<&LossConfig>) {
                match self {
                    $(Self::$formula(formula) => (serde_json::to_value(formula), None),)+
                    $(Self::$wrapper(wrapper, inner) => (serde_json::to_value(wrapper), Some(&**inner)),)+
                    Self::WeightedSum(terms) => (Ok(serde_json::json!({ "terms": terms })), None),
                    Self::ActivePassive(pair) => (serde_json::to_value(pair), None),
                    Self::UncertaintyWeighting(sum) => (serde_json::to_value(sum), None),
                }
            }

            /// The loss of this name with these fields, which have been checked.
            fn build(name: &str, fields: Map<String, Value>, inner: Option<LossConfig>) -> Result<Self, LossError> {
                let inner = || Box::new(inner.clone().unwrap_or_else(|| Self::CrossEntropy(CrossEntropy::default())));
                match name {
                    $(name if name == $formula::ENTRY.name => Ok(Self::$formula(typed(name, fields)?)),)+
                    $(name if name == $wrapper::ENTRY.name => Ok(Self::$wrapper(typed(name, fields)?, inner())),)+
                    name if name == ActivePassive::ENTRY.name => Ok(Self::ActivePassive(typed(name, fields)?)),
                    name if name == UncertaintyWeighted::ENTRY.name => {
                        Ok(Self::UncertaintyWeighting(typed(name, fields)?))
                    }
                    _ => Err(unknown_name(name)),
                }
            }
        }

        $(
            impl From<$formula> for LossConfig {
                fn from(formula: $formula) -> Self {
                    Self::$formula(formula)
                }
            }
        )+
    };
}

losses! {
    class:
        CrossEntropy,
        Focal,
        ReducedFocal,
        Poly1CrossEntropy,
        Poly1Focal,
        ZLoss,
        ClassMae,
        Unhinged,
        GeneralizedCrossEntropy,
        TruncatedGeneralizedCrossEntropy,
        TaylorCrossEntropy,
        ReverseCrossEntropy,
        SymmetricCrossEntropy,
        NormalizedCrossEntropy,
        NormalizedClassMae,
        AsymmetricGeneralizedCrossEntropy,
        AsymmetricUnhinged,
        AsymmetricExponential,
        NegativeLearning,
        PHuberGeneralizedCrossEntropy,
        PHuberCrossEntropy,
        MarginCrossEntropy;
    soft_class:
        Brier,
        ConfidencePenalty,
        NormalizedFocal,
        NormalizedGeneralizedCrossEntropy,
        NormalizedNegativeCrossEntropy,
        NormalizedNegativeFocal,
        SoftBootstrapping,
        AsymmetricSingleLabel,
        AsymmetricMse,
        KlDivergence,
        Jeffreys,
        SkewKl,
        SkewJensenShannon,
        WeightedJensenShannon,
        AlphaDivergence,
        Renyi,
        SquaredHellinger,
        Bhattacharyya,
        TotalVariation,
        GeneralizedKl;
    tensor_class:
        NegativeLogLikelihood,
        MulticlassHinge,
        MultiMargin,
        MulticlassPerceptron,
        MulticlassSparsemax,
        MulticlassEntmax,
        BiTempered,
        HardBootstrapping,
        ForwardCorrection,
        BackwardCorrection,
        Seesaw,
        FocalCosine,
        OrdinalEmd,
        JsdCrossEntropy,
        GeneralizedJensenShannon;
    binary:
        BinaryCrossEntropy,
        BalancedBinaryCrossEntropy,
        BinaryFocal,
        Poly1BinaryCrossEntropy,
        Asymmetric;
    pointwise:
        Hinge,
        SquaredHinge,
        ModifiedHuber,
        Perceptron,
        SoftMargin,
        SparsemaxHinge,
        HingeEmbedding,
        L1,
        Mse,
        SmoothL1,
        Huber,
        PseudoHuber,
        LogCosh,
        Quantile,
        QuantileHuber,
        Expectile,
        EpsilonInsensitive,
        SquaredEpsilonInsensitive,
        Mape,
        Smape,
        Msle,
        Charbonnier,
        Cauchy,
        Welsch,
        GemanMcClure,
        Tukey,
        GeneralRobust,
        Wing,
        AdaptiveWing,
        BalancedL1,
        Lp,
        PoissonNll,
        TweedieNll,
        GammaNll,
        GaussianKl;
    distribution:
        GaussianNll,
        BetaNll,
        LaplaceNll,
        StudentTNll,
        GaussianCrps;
    tensor:
        MultilabelMargin,
        MultilabelSoftMargin,
        Zlpr,
        ImageBalancedBinaryCrossEntropy,
        CosineDistance,
        Rmse,
        Rmsle,
        ScaleInvariantLog;
    wrappers:
        LogitClip,
        LogitNorm,
        LogitScale,
        LogitAdjustment,
        LabelSmoothing,
        Flooding,
        IndividualFlooding,
        TopK,
        SmallLoss;
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
        self.tree(&Self::class_leaf)
    }

    /// A binary loss of logits, without weights or smoothing.
    ///
    /// # Errors
    ///
    /// If a parameter is outside its range; if it is another kind of loss.
    pub fn init_binary(&self) -> Result<AnyBinaryLoss, LossError> {
        self.tree(&Self::binary_leaf)
    }

    /// A pointwise loss.
    ///
    /// # Errors
    ///
    /// If a parameter is outside its range; if it is another kind of loss.
    pub fn init_pointwise(&self) -> Result<AnyPointwiseLoss, LossError> {
        self.tree(&Self::pointwise_leaf)
    }

    /// A loss of a location and a scale.
    ///
    /// # Errors
    ///
    /// If a parameter is outside its range; if it is another kind of loss.
    pub fn init_distribution(&self) -> Result<AnyDistributionLoss, LossError> {
        self.tree(&Self::distribution_leaf)
    }

    /// A loss of rows, items or batches.
    ///
    /// # Errors
    ///
    /// If a parameter is outside its range; if it is another kind of loss.
    pub fn init_tensor(&self) -> Result<AnyTensorLoss, LossError> {
        self.tree(&Self::tensor_leaf)
    }

    /// What the loss takes: of a wrapper, what the loss inside takes.
    pub fn signature(&self) -> Signature {
        self.innermost().entry().family.signature()
    }

    /// The loss at the core: itself, or the first inside of what goes round others.
    pub fn innermost(&self) -> &Self {
        self.inner().first().map_or(self, |inner| inner.innermost())
    }

    /// The loss: what goes round any loss here, what does not by `leaf`.
    fn tree<L: Leaf>(&self, leaf: &dyn Fn(&Self) -> Result<AnyLoss<L>, LossError>) -> Result<AnyLoss<L>, LossError> {
        self.check()?;
        let boxed = |inner: &Self| inner.tree(leaf).map(Box::new);
        let sum = |terms: &[(&str, &Schedule, &Self)]| {
            let plus = |sum: WeightedSum<AnyLoss<L>>, (name, weight, loss): &(&str, &Schedule, &Self)| {
                sum.try_plus(name, (*weight).clone(), loss.tree(leaf)?)
            };
            terms.iter().try_fold(WeightedSum::new(), plus).map(|sum| AnyLoss::of(Kind::WeightedSum(sum)))
        };
        Ok(AnyLoss::of(match self {
            Self::Flooding(wrapper, inner) => Kind::Flooding(wrapper.clone(), boxed(inner)?),
            Self::IndividualFlooding(wrapper, inner) => Kind::IndividualFlooding(wrapper.clone(), boxed(inner)?),
            Self::TopK(wrapper, inner) => Kind::TopK(wrapper.clone(), boxed(inner)?),
            Self::SmallLoss(wrapper, inner) => Kind::SmallLoss(wrapper.clone(), boxed(inner)?),
            Self::WeightedSum(terms) => {
                let terms: Vec<_> = terms.iter().map(|term| ("weight", &term.weight, &term.loss)).collect();
                return sum(&terms);
            }
            Self::ActivePassive(pair) => {
                return sum(&[("alpha", &pair.alpha, &pair.active), ("beta", &pair.beta, &pair.passive)]);
            }
            Self::UncertaintyWeighting(sum) => {
                let losses: Result<Vec<_>, _> = sum.losses.iter().map(|loss| loss.tree(leaf)).collect();
                return losses.map(AnyLoss::uncertainty_weighted);
            }
            other => return leaf(other),
        }))
    }

    /// The loss inside of one that goes round class losses only.
    fn class_loss(&self, inner: &Self) -> Result<AnyClassLoss, LossError> {
        match inner.signature() {
            Signature::Class => inner.init(),
            other => {
                let (rule, got) =
                    (format!("be {} inside of {}", kind(Signature::Class).0, self.entry().type_name), kind(other).0);
                Err(error::refused(inner.innermost().entry().type_name, "the loss", &rule, got))
            }
        }
    }

    /// It is of another kind than was asked for.
    fn is_not(&self, wanted: Signature) -> LossError {
        let (rule, entry) = (format!("be {} here", kind(wanted).0), self.entry());
        let got = match entry.family {
            // Others go round any loss, and are none themselves.
            Family::Wrapper => format!("a wrapper of class losses: use {}", kind(Signature::Class).1),
            family => {
                let (what, call) = kind(family.signature());
                format!("{what}: use {call}")
            }
        };
        error::refused(entry.type_name, "the loss", &rule, got)
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

fn unknown_name(name: &str) -> LossError {
    let nearest = catalogue::nearest(name).join(", ");
    LossError(format!("loss: name must be one of the catalogue's, got \"{name}\" (the nearest: {nearest})"))
}

fn no_terms() -> LossError {
    LossError("WeightedSum: terms must be given, got an empty list".to_owned())
}

fn no_losses() -> LossError {
    LossError("UncertaintyWeighting: losses must be given, got an empty list".to_owned())
}

fn weighted_sum(mut fields: Map<String, Value>) -> Result<LossConfig, LossError> {
    let terms = fields.remove("terms").unwrap_or_else(|| serde_json::json!([{ "loss": CrossEntropy::ENTRY.name }]));
    if let Some(field) = fields.keys().next() {
        return Err(LossError(format!("WeightedSum: fields must be its terms, got \"{field}\"")));
    }
    let failed = |error: serde_json::Error| LossError(format!("WeightedSum: {error}"));
    let terms = serde_json::from_value(terms).map_err(failed)?;
    let config = LossConfig::WeightedSum(terms);
    config.check()?;
    Ok(config)
}

fn typed<T: DeserializeOwned>(name: &str, fields: Map<String, Value>) -> Result<T, LossError> {
    serde_json::from_value(Value::Object(fields)).map_err(|error| LossError(format!("{name}: {error}")))
}

impl LossConfig {
    /// The loss of this name, all parameters at their defaults.
    ///
    /// # Errors
    ///
    /// If there is none: the three nearest names.
    pub fn by_name(name: &str) -> Result<Self, LossError> {
        Self::from_value(Value::String(name.to_owned()))
    }

    /// The name in the catalogue.
    pub fn name(&self) -> &'static str {
        self.entry().name
    }

    /// The loss a JSON value describes.
    fn from_value(value: Value) -> Result<Self, LossError> {
        let mut fields = match value {
            Value::Object(fields) => fields,
            name @ Value::String(_) => Map::from_iter([("name".to_owned(), name)]),
            other => return Err(LossError(format!("loss: must be an object with a name, got {other}"))),
        };
        let name = match fields.remove("name") {
            Some(Value::String(name)) => name,
            Some(other) => return Err(LossError(format!("loss: name must be a string, got {other}"))),
            None => return Err(LossError("loss: name must be given, got an object without it".to_owned())),
        };
        let entry = catalogue::find(&name).ok_or_else(|| unknown_name(&name))?;
        if name == Term::ENTRY.name {
            return weighted_sum(fields);
        }
        if [ActivePassive::ENTRY.name, UncertaintyWeighted::ENTRY.name].contains(&name.as_str()) {
            let config = Self::build(&name, fields, None)?;
            config.check()?;
            return Ok(config);
        }
        let wraps = entry.family == Family::Wrapper;
        let inner = match fields.remove("loss") {
            Some(inner) if wraps => Some(Self::from_value(inner)?),
            Some(inner) => {
                fields.insert("loss".to_owned(), inner);
                None
            }
            None => None,
        };
        let known = |field: &String| entry.parameters.iter().any(|parameter| parameter.name == field);
        if let Some(field) = fields.keys().find(|field| !known(field)) {
            let mut names: Vec<_> = entry.parameters.iter().map(|parameter| parameter.name).collect();
            names.extend(wraps.then_some("loss"));
            let names = if names.is_empty() { "it has none".to_owned() } else { names.join(", ") };
            let sentence = format!("{}: fields must be its parameters ({names}), got \"{field}\"", entry.type_name);
            return Err(LossError(sentence));
        }
        for parameter in entry.parameters.iter().filter(|parameter| !parameter.per_class && !parameter.matrix) {
            if let Some(list @ Value::Array(_)) = fields.get(parameter.name) {
                let sentence = format!("{}: {} must be one number, got {list}", entry.type_name, parameter.name);
                return Err(LossError(sentence));
            }
        }
        check::parameters(entry.type_name, entry.parameters, &fields)?;
        Self::build(&name, fields, inner)
    }
}

impl Serialize for LossConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (fields, inner) = self.parts();
        let fields = fields.map_err(S::Error::custom)?;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", self.name())?;
        for (name, value) in fields.as_object().into_iter().flatten() {
            map.serialize_entry(name, value)?;
        }
        if let Some(inner) = inner {
            map.serialize_entry("loss", inner)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for LossConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Strict(value) = Strict::deserialize(deserializer)?;
        Self::from_value(value).map_err(D::Error::custom)
    }
}

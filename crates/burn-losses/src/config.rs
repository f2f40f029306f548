//! [`LossConfig`]: every loss of the catalogue, wrappers included, as one serde type.

use crate::any::AnyClassLoss;
use crate::catalogue::{self, Described, Entry};
use crate::check::{self, LossError};
use crate::class::*;
use crate::combine::{Flooding, LogitClip, LogitNorm};
use crate::engine::class_rows::ClassFormula;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde::ser::{Error as _, SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The table of all losses: a line here is all that a loss needs outside its own file.
macro_rules! losses {
    (formulas: $($formula:ident),+; wrappers: $($wrapper:ident),+;) => {
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
        }

        pub(crate) const ENTRIES: &[Entry] = &[$($formula::ENTRY,)+ $($wrapper::ENTRY,)+];

        impl LossConfig {
            /// What the catalogue says of this loss.
            pub fn entry(&self) -> &'static Entry {
                match self {
                    $(Self::$formula(_) => const { &$formula::ENTRY },)+
                    $(Self::$wrapper(..) => const { &$wrapper::ENTRY },)+
                }
            }

            /// The loss, without class weights or ignored targets.
            ///
            /// # Errors
            ///
            /// If a parameter is outside its range.
            pub fn init(&self) -> Result<AnyClassLoss, LossError> {
                Ok(match self {
                    $(Self::$formula(formula) => {
                        check::parameters($formula::ENTRY.type_name, $formula::ENTRY.parameters, formula)?;
                        AnyClassLoss::from(formula.init())
                    })+
                    $(Self::$wrapper(wrapper, inner) => {
                        check::parameters($wrapper::ENTRY.type_name, $wrapper::ENTRY.parameters, wrapper)?;
                        AnyClassLoss::$wrapper(wrapper.clone(), inner.init()?)
                    })+
                })
            }

            /// The parameters by name, and the inner loss of a wrapper.
            fn parts(&self) -> (serde_json::Result<Value>, Option<&LossConfig>) {
                match self {
                    $(Self::$formula(formula) => (serde_json::to_value(formula), None),)+
                    $(Self::$wrapper(wrapper, inner) => (serde_json::to_value(wrapper), Some(&**inner)),)+
                }
            }

            /// The loss of this name with these fields, which have been checked.
            fn build(name: &str, fields: Map<String, Value>, inner: Option<LossConfig>) -> Result<Self, LossError> {
                let inner = || Box::new(inner.clone().unwrap_or_else(|| Self::CrossEntropy(CrossEntropy::default())));
                match name {
                    $(name if name == $formula::ENTRY.name => Ok(Self::$formula(typed(name, fields)?)),)+
                    $(name if name == $wrapper::ENTRY.name => Ok(Self::$wrapper(typed(name, fields)?, inner())),)+
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
    formulas:
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
        PHuberCrossEntropy;
    wrappers:
        LogitClip,
        LogitNorm,
        Flooding;
}

fn unknown_name(name: &str) -> LossError {
    let nearest = catalogue::nearest(name).join(", ");
    LossError(format!("loss: name must be one of the catalogue's, got \"{name}\" (the nearest: {nearest})"))
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
        let wraps = entry.family == catalogue::Family::Wrapper;
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
        for parameter in entry.parameters.iter().filter(|parameter| !parameter.per_class) {
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
        Self::from_value(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

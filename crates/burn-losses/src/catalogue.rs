//! The catalogue: every loss by name, with its family, formula, source and parameters.
//!
//! It is data, and the configuration, the documents, the command line and the tests are made from it. A loss
//! joins by its [`Described`] implementation, in its own file, and one line in `table.rs`; a loss of your own by
//! [`register`].

use crate::base::check;
use crate::base::error::{self, ErrorKind, LossError};
use crate::base::strict::Strict;
use crate::config::{Form, LossConfig};
use crate::table::LOSSES;
use burn::config::Config;
use core::fmt;
use core::str::FromStr;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};
use std::sync::{LazyLock, PoisonError, RwLock};

pub use crate::base::entry::{AxisWords, Described, Entry, Family, Parameter, Picture, Range, Region, Signature};
pub use crate::config::{Listed, Registration};

impl Entry {
    /// What a picture of the loss shows beside its defaults.
    pub fn picture(&self) -> &'static Picture {
        registration(self.name).map_or(&Picture::DEFAULT, |registration| registration.picture)
    }

    /// What the loss is also called: abbreviations and names of other libraries. Files know the name alone.
    pub fn aliases(&self) -> impl Iterator<Item = &'static str> + use<> {
        let name = self.name;
        ALIASES.iter().filter(move |(_, of)| *of == name).map(|(alias, _)| *alias)
    }
}

/// The losses of your own.
static OWN: RwLock<Vec<Registration>> = RwLock::new(Vec::new());

/// Makes a loss of your own known by its name: to files, to [`find`] and [`search`], and so to everything that reads a
/// [`LossConfig`]. To register the same loss again changes nothing.
///
/// # Errors
///
/// If another loss has its name.
pub fn register(own: Registration) -> Result<(), LossError> {
    let mut all = OWN.write().unwrap_or_else(PoisonError::into_inner);
    let others = LOSSES.iter().chain(all.iter());
    match others.map(|other| other.entry).find(|entry| entry.name == own.entry.name) {
        Some(entry) if entry == own.entry => Ok(()),
        Some(entry) => {
            let rule = format!("be one that no other loss has, as {} has", entry.type_name);
            Err(error::refused(own.entry.type_name, "name", &rule, format!("\"{}\"", own.entry.name))
                .about(ErrorKind::UnknownName))
        }
        None => {
            all.push(own);
            Ok(())
        }
    }
}

/// The losses of your own, in the order in which they were registered.
pub fn registered() -> Vec<&'static Entry> {
    OWN.read().unwrap_or_else(PoisonError::into_inner).iter().map(|own| own.entry).collect()
}

fn registration(name: &str) -> Option<Registration> {
    let own = OWN.read().unwrap_or_else(PoisonError::into_inner);
    LOSSES.iter().chain(own.iter()).find(|loss| loss.entry.name == name).copied()
}

/// Every loss of this crate, in the catalogue's order.
pub fn all() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| LOSSES.iter().map(|loss| *loss.entry).collect());
    &ENTRIES
}

/// Every loss that has a name.
fn known() -> impl Iterator<Item = &'static Entry> {
    all().iter().chain(registered())
}

/// The loss of this name.
pub fn find(name: &str) -> Option<&'static Entry> {
    known().find(|entry| entry.name == name)
}

/// The three names nearest to a misspelt one, the nearest first: the loss that is called so elsewhere, then those of which
/// it is a part.
pub fn nearest(name: &str) -> Vec<&'static str> {
    let plain = plain(name);
    let called = |entry: &Entry| f64::from(u8::from(is_called(entry, &plain)));
    let part = |of: &str| f64::from(u8::from(!name.is_empty() && of.contains(name)));
    let nearness = |entry: &Entry| 2.0 * called(entry) + part(entry.name) + strsim::jaro_winkler(name, entry.name);
    let mut names: Vec<_> = known().map(|entry| (nearness(entry), entry.name)).collect();
    names.sort_by(|a, b| b.0.total_cmp(&a.0));
    names.into_iter().take(3).map(|(_, name)| name).collect()
}

/// The losses of which a text says something, in their name, [aliases](Entry::aliases), purpose or source: those that are
/// called so first.
///
/// ```
/// use burn_losses::catalogue::search;
///
/// assert_eq!(search("BCE")[0].name, "binary_cross_entropy");
/// assert!(search("wrong labels").len() > 5 && search("no such thing").is_empty());
/// ```
pub fn search(text: &str) -> Vec<&'static Entry> {
    let (text, plain) = (text.trim().to_lowercase(), plain(text));
    let says = |entry: &Entry| {
        let names = entry.aliases().chain([entry.name, entry.type_name, entry.family.name()]);
        names.chain([entry.purpose, entry.source]).any(|said| said.to_lowercase().contains(&text))
    };
    let (mut found, others): (Vec<&'static Entry>, Vec<_>) = known().partition(|entry| is_called(entry, &plain));
    found.extend(others.into_iter().filter(|entry| says(entry)));
    found
}

/// Whether the loss has this name, or is called so elsewhere.
fn is_called(entry: &Entry, plain: &str) -> bool {
    !plain.is_empty() && entry.aliases().chain([entry.name]).any(|name| self::plain(name) == plain)
}

/// A name without case, underscores and the word loss, as of a type of another library.
fn plain(name: &str) -> String {
    let letters: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    match letters.strip_suffix("loss") {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => letters,
    }
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

    /// The loss a JSON value describes.
    fn from_value(value: Value) -> Result<Self, LossError> {
        let mut fields = match value {
            Value::Object(fields) => fields,
            name @ Value::String(_) => Map::from_iter([("name".to_owned(), name)]),
            other => {
                return Err(LossError::new(
                    ErrorKind::Form,
                    format!("loss: must be an object with a name, got {other}"),
                ));
            }
        };
        let name = match fields.remove("name") {
            Some(Value::String(name)) => name,
            Some(other) => {
                return Err(LossError::new(ErrorKind::Form, format!("loss: name must be a string, got {other}")));
            }
            None => {
                return Err(LossError::new(
                    ErrorKind::Form,
                    "loss: name must be given, got an object without it".to_owned(),
                ));
            }
        };
        let found = registration(&name).ok_or_else(|| unknown_name(&name))?;
        match found.form {
            Form::Own(read) => read(fields),
            Form::Wrapper(read) => {
                let inner = fields.remove("loss").map_or_else(|| Ok(Self::default()), Self::from_value)?;
                check_fields(found.entry, &fields, true)?;
                read(fields, inner)
            }
            Form::Formula(read) => {
                check_fields(found.entry, &fields, false)?;
                read(fields)
            }
        }
    }
}

/// Whether every field is a parameter, and within its range.
fn check_fields(entry: &Entry, fields: &Map<String, Value>, wraps: bool) -> Result<(), LossError> {
    let known = |field: &String| entry.parameters.iter().any(|parameter| parameter.name == field);
    if let Some(field) = fields.keys().find(|field| !known(field)) {
        let mut names: Vec<_> = entry.parameters.iter().map(|parameter| parameter.name).collect();
        names.extend(wraps.then_some("loss"));
        let names = if names.is_empty() { "it has none".to_owned() } else { names.join(", ") };
        let sentence = format!("{}: fields must be its parameters ({names}), got \"{field}\"", entry.type_name);
        return Err(LossError::new(ErrorKind::UnknownField, sentence));
    }
    for parameter in entry.parameters.iter().filter(|parameter| !parameter.per_class && !parameter.matrix) {
        if let Some(list @ Value::Array(_)) = fields.get(parameter.name) {
            let sentence = format!("{}: {} must be one number, got {list}", entry.type_name, parameter.name);
            return Err(LossError::new(ErrorKind::Parameter, sentence));
        }
    }
    check::parameters(entry.type_name, entry.parameters, fields)
}

fn unknown_name(name: &str) -> LossError {
    let nearest = nearest(name).join(", ");
    LossError::new(
        ErrorKind::UnknownName,
        format!("loss: name must be one of the catalogue's, got \"{name}\" (the nearest: {nearest})"),
    )
}

/// As JSON, in one line.
impl fmt::Display for LossConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// A name, or JSON as in a file: what a command line has.
impl FromStr for LossConfig {
    type Err = LossError;

    fn from_str(text: &str) -> Result<Self, LossError> {
        let text = text.trim();
        if !text.starts_with('{') {
            return Self::by_name(text);
        }
        let read = |error: serde_json::Error| LossError::new(ErrorKind::Form, error.to_string());
        serde_json::from_str::<Strict>(text).map_err(read).and_then(|Strict(value)| Self::from_value(value))
    }
}

/// `load` and `save` read and write a file of JSON.
impl Config for LossConfig {}

impl Serialize for LossConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.fields().map_err(S::Error::custom)?;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", self.name())?;
        for (name, value) in fields.as_object().into_iter().flatten() {
            map.serialize_entry(name, value)?;
        }
        if let Some(inner) = self.wrapped() {
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

/// What losses are called elsewhere; some of these are called alike.
const ALIASES: &[(&str, &str)] = &[
    ("ce", "cross_entropy"),
    ("categorical_cross_entropy", "cross_entropy"),
    ("sparse_categorical_cross_entropy", "cross_entropy"),
    ("softmax_cross_entropy", "cross_entropy"),
    ("log_loss", "cross_entropy"),
    ("poly1", "poly1_cross_entropy"),
    ("poly_loss", "poly1_cross_entropy"),
    ("gce", "generalized_cross_entropy"),
    ("lq_loss", "generalized_cross_entropy"),
    ("truncated_lq", "truncated_generalized_cross_entropy"),
    ("truncated_gce", "truncated_generalized_cross_entropy"),
    ("rce", "reverse_cross_entropy"),
    ("sce", "symmetric_cross_entropy"),
    ("sl", "symmetric_cross_entropy"),
    ("nce", "normalized_cross_entropy"),
    ("nmae", "normalized_class_mae"),
    ("nrce", "normalized_class_mae"),
    ("agce", "asymmetric_generalized_cross_entropy"),
    ("aul", "asymmetric_unhinged"),
    ("aue", "asymmetric_unhinged"),
    ("ael", "asymmetric_exponential"),
    ("aexp", "asymmetric_exponential"),
    ("nlnl", "negative_learning"),
    ("nl", "negative_learning"),
    ("complementary_labels", "negative_learning"),
    ("phuber_ce", "phuber_cross_entropy"),
    ("phuber_gce", "phuber_generalized_cross_entropy"),
    ("ldam", "margin_cross_entropy"),
    ("cosface", "margin_cross_entropy"),
    ("am_softmax", "margin_cross_entropy"),
    ("brier_score", "brier"),
    ("nfl", "normalized_focal"),
    ("ngce", "normalized_generalized_cross_entropy"),
    ("nnce", "normalized_negative_cross_entropy"),
    ("anl", "normalized_negative_cross_entropy"),
    ("nnfl", "normalized_negative_focal"),
    ("anl", "normalized_negative_focal"),
    ("bootstrap_soft", "soft_bootstrapping"),
    ("bootstrap_hard", "hard_bootstrapping"),
    ("asl_single_label", "asymmetric_single_label"),
    ("asl", "asymmetric_single_label"),
    ("amse", "asymmetric_mse"),
    ("kl", "kl_divergence"),
    ("kl_div", "kl_divergence"),
    ("kld", "kl_divergence"),
    ("kullback_leibler", "kl_divergence"),
    ("relative_entropy", "kl_divergence"),
    ("hellinger", "squared_hellinger"),
    ("tv", "total_variation"),
    ("nll", "negative_log_likelihood"),
    ("crammer_singer", "multiclass_hinge"),
    ("multiclass_svm", "multiclass_hinge"),
    ("categorical_hinge", "multiclass_hinge"),
    ("augmix", "jsd_cross_entropy"),
    ("gjs", "generalized_jensen_shannon"),
    ("emd", "ordinal_emd"),
    ("earth_movers_distance", "ordinal_emd"),
    ("bce", "binary_cross_entropy"),
    ("bce_with_logits", "binary_cross_entropy"),
    ("logistic", "binary_cross_entropy"),
    ("sigmoid_cross_entropy", "binary_cross_entropy"),
    ("sigmoid_focal", "binary_focal"),
    ("asl", "asymmetric"),
    ("hed", "image_balanced_binary_cross_entropy"),
    ("mae", "l1"),
    ("mean_absolute_error", "l1"),
    ("absolute_error", "l1"),
    ("l2", "mse"),
    ("mean_squared_error", "mse"),
    ("squared_error", "mse"),
    ("root_mean_squared_error", "rmse"),
    ("root_mean_squared_log_error", "rmsle"),
    ("mean_squared_logarithmic_error", "msle"),
    ("mean_absolute_percentage_error", "mape"),
    ("pinball", "quantile"),
    ("iqn", "quantile_huber"),
    ("svr", "epsilon_insensitive"),
    ("lorentzian", "cauchy"),
    ("correntropy", "welsch"),
    ("leclerc", "welsch"),
    ("biweight", "tukey"),
    ("bisquare", "tukey"),
    ("barron", "general_robust"),
    ("awing", "adaptive_wing"),
    ("minkowski", "lp"),
    ("vae", "gaussian_kl"),
    ("heteroscedastic", "gaussian_nll"),
    ("crps", "gaussian_crps"),
    ("silog", "scale_invariant_log"),
    ("cosine_similarity", "cosine_distance"),
    ("cosine_embedding", "cosine_distance"),
    ("logit_adjusted", "logit_adjustment"),
    ("balanced_softmax", "logit_adjustment"),
    ("normface", "logit_scale"),
    ("iflood", "individual_flooding"),
    ("ohem", "top_k"),
    ("hard_example_mining", "top_k"),
    ("co_teaching", "small_loss"),
    ("apl", "active_passive"),
    ("kendall", "uncertainty_weighting"),
    ("js", "skew_jensen_shannon"),
    ("jsd", "skew_jensen_shannon"),
    ("jensen_shannon", "skew_jensen_shannon"),
    ("alpha_js", "skew_jensen_shannon"),
    ("js", "weighted_jensen_shannon"),
    ("gjs", "weighted_jensen_shannon"),
    ("hed", "balanced_binary_cross_entropy"),
    ("mae", "class_mae"),
    ("amari", "alpha_divergence"),
    ("i_divergence", "generalized_kl"),
    ("symmetric_kl", "jeffreys"),
    ("alpha_kl", "skew_kl"),
    ("svm", "hinge"),
    ("logistic", "soft_margin"),
    ("exponential", "gamma_nll"),
    ("entmax15", "multiclass_entmax"),
];

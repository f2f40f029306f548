//! The catalogue: every loss by name, with its family, formula, source and parameters.
//!
//! It is data, and the configuration, the README's table, the command line and the tests are made from it. A loss
//! joins by its [`Described`] implementation, in its own file, and one line in the table of `config.rs`.

use core::fmt;
use serde::Serialize;

/// The numbers a parameter may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The lower bound.
    pub low: f64,
    /// Whether the lower bound itself is excluded.
    pub above_low: bool,
    /// The upper bound, infinity if there is none.
    pub high: f64,
    /// Whether the upper bound itself is excluded.
    pub below_high: bool,
    /// Whether only whole numbers belong to it.
    pub whole: bool,
}

impl Range {
    /// x ≥ low.
    pub const fn at_least(low: f64) -> Self {
        Self { low, above_low: false, high: f64::INFINITY, below_high: true, whole: false }
    }
    /// x > low.
    pub const fn above(low: f64) -> Self {
        Self { low, above_low: true, high: f64::INFINITY, below_high: true, whole: false }
    }
    /// x < high.
    pub const fn below(high: f64) -> Self {
        Self { low: f64::NEG_INFINITY, above_low: true, high, below_high: true, whole: false }
    }
    /// low ≤ x ≤ high.
    pub const fn between(low: f64, high: f64) -> Self {
        Self { low, above_low: false, high, below_high: false, whole: false }
    }
    /// low ≤ x < high.
    pub const fn at_least_below(low: f64, high: f64) -> Self {
        Self { low, above_low: false, high, below_high: true, whole: false }
    }
    /// The whole numbers low ≤ x ≤ high.
    pub const fn whole(low: f64, high: f64) -> Self {
        Self { low, above_low: false, high, below_high: false, whole: true }
    }
    /// low < x < high.
    pub const fn open(low: f64, high: f64) -> Self {
        Self { low, above_low: true, high, below_high: true, whole: false }
    }
    /// Any number.
    pub const fn all() -> Self {
        Self::open(f64::NEG_INFINITY, f64::INFINITY)
    }
    /// low < x ≤ high.
    pub const fn above_up_to(low: f64, high: f64) -> Self {
        Self { low, above_low: true, high, below_high: false, whole: false }
    }

    /// Whether x is one of them. NaN and the infinities never are.
    pub fn contains(&self, x: f64) -> bool {
        let low = if self.above_low { x > self.low } else { x >= self.low };
        let high = if self.below_high { x < self.high } else { x <= self.high };
        x.is_finite() && low && high && (!self.whole || x.fract() == 0.0)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let above = if self.above_low { ">" } else { "≥" };
        let below = if self.below_high { "<" } else { "≤" };
        if self.whole {
            write!(f, "a whole number ")?;
        }
        match (self.low.is_finite(), self.high.is_finite()) {
            (true, true) => write!(f, "{above} {} and {below} {}", self.low, self.high),
            (true, false) => write!(f, "{above} {}", self.low),
            (false, true) => write!(f, "{below} {}", self.high),
            (false, false) => write!(f, "finite"),
        }
    }
}

/// One hyper-parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Its name in code and in files.
    pub name: &'static str,
    /// Its value unless set.
    pub default: f64,
    /// The values it may take. A number other than 0 must also be of a size from 10⁻³⁰ (or any, of an ε) to 10³⁰, which
    /// f32 holds together with what it is multiplied by.
    pub range: Range,
    /// Whether it may also be a list with one value per class.
    pub per_class: bool,
    /// Whether it is a choice, true or false; the default is then 1 or 0.
    pub flag: bool,
    /// Whether it may also be a square matrix, a list of rows with one value per class.
    pub matrix: bool,
}

impl Parameter {
    /// One number.
    pub const fn new(name: &'static str, default: f64, range: Range) -> Self {
        Self { name, default, range, per_class: false, flag: false, matrix: false }
    }
    /// True or false.
    pub const fn flag(name: &'static str, default: bool) -> Self {
        let default = if default { 1.0 } else { 0.0 };
        Self { name, default, range: Range::whole(0.0, 1.0), per_class: false, flag: true, matrix: false }
    }
    /// One number, or one for each class.
    pub const fn per_class(name: &'static str, default: f64, range: Range) -> Self {
        Self { name, default, range, per_class: true, flag: false, matrix: false }
    }
    /// One number, or a matrix with a row and a column for each class.
    pub const fn matrix(name: &'static str, default: f64, range: Range) -> Self {
        Self { name, default, range, per_class: false, flag: false, matrix: true }
    }
}

/// What the catalogue says of a loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// The name in files and on the command line.
    pub name: &'static str,
    /// The type's name.
    pub type_name: &'static str,
    /// The family: what the loss is for.
    pub family: Family,
    /// The formula, in one line of Unicode.
    pub formula: &'static str,
    /// Authors, title, year and equation.
    pub source: &'static str,
    /// When to use it, in one sentence.
    pub purpose: &'static str,
    /// The hyper-parameters.
    pub parameters: &'static [Parameter],
}

/// What a loss is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// One class out of C, labels taken as they are.
    Classification,
    /// One class out of C, some labels wrong.
    NoiseRobust,
    /// A distribution over C classes against another.
    Divergence,
    /// Yes or no, once or many times an example.
    Binary,
    /// Many labels, each yes or no, judged together.
    Multilabel,
    /// A score against −1 or 1.
    Margin,
    /// A number against another.
    Regression,
    /// Many numbers against as many, judged together.
    Whole,
    /// What was observed under a predicted rate or mean: counts, amounts.
    Likelihood,
    /// What was observed under a predicted location and scale.
    Distribution,
    /// Goes round another loss.
    Wrapper,
}

impl Family {
    /// The name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::NoiseRobust => "noise_robust",
            Self::Divergence => "divergence",
            Self::Binary => "binary",
            Self::Multilabel => "multilabel",
            Self::Margin => "margin",
            Self::Regression => "regression",
            Self::Whole => "whole",
            Self::Likelihood => "likelihood",
            Self::Distribution => "distribution",
            Self::Wrapper => "wrapper",
        }
    }
}

impl Family {
    /// What losses of this family take.
    pub const fn signature(self) -> Signature {
        match self {
            Self::Classification | Self::NoiseRobust | Self::Divergence => Signature::Class,
            Self::Binary => Signature::Binary,
            Self::Multilabel => Signature::Multilabel,
            Self::Whole => Signature::Whole,
            Self::Margin | Self::Regression | Self::Likelihood => Signature::Pointwise,
            Self::Distribution => Signature::Distribution,
            Self::Wrapper => Signature::Any,
        }
    }
}

/// What a loss takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// Scores `[N, C, d…]` and classes `[N, d…]`: [`LossConfig::init`](crate::LossConfig::init).
    Class,
    /// Scores and targets between 0 and 1 of the same shape: [`LossConfig::init_binary`](crate::LossConfig::init_binary).
    Binary,
    /// Predictions and targets of the same shape: [`LossConfig::init_pointwise`](crate::LossConfig::init_pointwise).
    Pointwise,
    /// Scores and targets 0 and 1 of the same shape, several of which make one loss:
    /// [`LossConfig::init_tensor`](crate::LossConfig::init_tensor).
    Multilabel,
    /// Predictions and targets of the same shape, several of which make one loss:
    /// [`LossConfig::init_tensor`](crate::LossConfig::init_tensor).
    Whole,
    /// Locations, scales and targets: [`LossConfig::init_distribution`](crate::LossConfig::init_distribution).
    Distribution,
    /// What the loss inside takes.
    Any,
}

/// A loss that is in the catalogue.
pub trait Described {
    /// What the catalogue says of it.
    const ENTRY: Entry;
}

/// Every loss, in the catalogue's order.
pub fn all() -> &'static [Entry] {
    crate::config::ENTRIES
}

/// The loss of this name.
pub fn find(name: &str) -> Option<&'static Entry> {
    all().iter().find(|entry| entry.name == name)
}

/// The three names nearest to a misspelt one, the nearest first; those of which it is a part are nearer than others.
pub fn nearest(name: &str) -> Vec<&'static str> {
    let part = |of: &str| f64::from(u8::from(!name.is_empty() && of.contains(name)));
    let nearness = |entry: &Entry| part(entry.name) + strsim::jaro_winkler(name, entry.name);
    let mut names: Vec<_> = all().iter().map(|entry| (nearness(entry), entry.name)).collect();
    names.sort_by(|a, b| b.0.total_cmp(&a.0));
    names.into_iter().take(3).map(|(_, name)| name).collect()
}

//! What the catalogue says of a loss: its name, family, formula, source, and its hyper-parameters with their ranges.

use core::fmt;
use core::ops::RangeInclusive;
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
    /// The sizes of errors, factors and powers: 10⁻¹⁸ ≤ x ≤ 10¹⁸, whose squares every dtype holds that losses are computed
    /// in, so that what is right for one number is right for all of them.
    pub const fn size() -> Self {
        Self::between(1e-18, 1e18)
    }
    /// low < x ≤ high.
    pub const fn above_up_to(low: f64, high: f64) -> Self {
        Self { low, above_low: true, high, below_high: false, whole: false }
    }

    /// Whether x is one of them. NaN and the infinities never are, nor is what is out of [proportion](Self::SIZES).
    pub fn contains(&self, x: f64) -> bool {
        self.bounds(x) && Self::is_computable(x)
    }

    /// Whether x is within the bounds.
    pub(crate) fn bounds(&self, x: f64) -> bool {
        let low = if self.above_low { x > self.low } else { x >= self.low };
        let high = if self.below_high { x < self.high } else { x <= self.high };
        x.is_finite() && low && high && (!self.whole || x.fract() == 0.0)
    }

    /// The sizes of what can be computed with in f32, in which most losses are. A parameter, whatever its bounds, is 0 or of
    /// such a size, its sign aside.
    pub const SIZES: RangeInclusive<f64> = 1e-30..=1e30;

    fn is_computable(x: f64) -> bool {
        x == 0.0 || Self::SIZES.contains(&x.abs())
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let above = if self.above_low { ">" } else { "≥" };
        let below = if self.below_high { "<" } else { "≤" };
        if self.whole {
            write!(f, "a whole number ")?;
        }
        let (low, high) = (written(self.low), written(self.high));
        match (self.low.is_finite(), self.high.is_finite()) {
            (true, true) => write!(f, "{above} {low} and {below} {high}"),
            (true, false) => write!(f, "{above} {low}"),
            (false, true) => write!(f, "{below} {high}"),
            (false, false) => write!(f, "finite"),
        }
    }
}

/// A number without rows of zeros: 1e-30, 0.5, 12.
pub(crate) fn written(number: f64) -> String {
    let plain = number == 0.0 || (1e-5..1e7).contains(&number.abs());
    if plain { number.to_string() } else { format!("{number:e}") }
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
#[non_exhaustive]
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
    /// Goes around another loss.
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

/// What a picture of a loss shows beside its defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Picture {
    /// The symbols of the parameters that it varies: name and symbol.
    pub symbols: &'static [(&'static str, &'static str)],
    /// The settings worth seeing: each some parameters, by name, at values other than the defaults.
    pub settings: &'static [&'static [(&'static str, f64)]],
    /// The losses to compare with, by name, each at its defaults and times a factor. If there are none, a picture shows
    /// the best-known loss of the kind.
    pub beside: &'static [(f64, &'static str)],
    /// The parts of the axis that have a name.
    pub regions: &'static [Region],
    /// From where to where the axis goes, if the usual range shows too little.
    pub range: Option<(f64, f64)>,
    /// What the axis says, if it is not what losses of the kind have there.
    pub axis: Option<AxisWords>,
}

impl Picture {
    /// The defaults alone.
    pub const DEFAULT: Self = Self { symbols: &[], settings: &[], beside: &[], regions: &[], range: None, axis: None };
}

/// A part of the axis of a [`Picture`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// What is there, in few words.
    pub name: &'static str,
}

/// What stands at the axis of a [`Picture`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AxisWords {
    /// What the loss is drawn against.
    pub title: &'static str,
    /// The slope, as the documentation of the loss writes it.
    pub slope: &'static str,
}

/// A loss that is in the catalogue.
pub trait Described {
    /// What the catalogue says of it.
    const ENTRY: Entry;
    /// What a picture of it shows beside its defaults.
    const PICTURE: Picture = Picture::DEFAULT;
}

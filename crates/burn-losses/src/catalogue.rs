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
    /// The values it may take.
    pub range: Range,
    /// Whether it may also be a list with one value per class.
    pub per_class: bool,
}

impl Parameter {
    /// One number.
    pub const fn new(name: &'static str, default: f64, range: Range) -> Self {
        Self { name, default, range, per_class: false }
    }
    /// One number, or one for each class.
    pub const fn per_class(name: &'static str, default: f64, range: Range) -> Self {
        Self { name, default, range, per_class: true }
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
    /// Goes round another loss.
    Wrapper,
}

impl Family {
    /// The name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::NoiseRobust => "noise_robust",
            Self::Wrapper => "wrapper",
        }
    }
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

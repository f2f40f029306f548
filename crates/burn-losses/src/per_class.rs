//! A hyper-parameter that is one number for all classes or one for each.

use serde::{Deserialize, Serialize};

/// A hyper-parameter that is one number for all classes, or one for each. In a file: a number or an array.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PerClass {
    /// One for all classes.
    Same(f64),
    /// One for each class, in the order of the class indices.
    Each(Vec<f64>),
}

impl From<f64> for PerClass {
    fn from(value: f64) -> Self {
        Self::Same(value)
    }
}

impl From<Vec<f64>> for PerClass {
    fn from(values: Vec<f64>) -> Self {
        Self::Each(values)
    }
}

impl<const N: usize> From<[f64; N]> for PerClass {
    fn from(values: [f64; N]) -> Self {
        Self::Each(values.to_vec())
    }
}

impl From<&[f64]> for PerClass {
    fn from(values: &[f64]) -> Self {
        Self::Each(values.to_vec())
    }
}

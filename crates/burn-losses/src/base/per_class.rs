//! A hyper-parameter that is one number for all classes or one for each.

use serde::{Deserialize, Serialize};

/// A hyper-parameter that is one number for all classes, or one for each. In a file: a number or an array.
///
/// On a GPU a number is compiled into the kernel, a list is read by it. A number that changes from step to step would be
/// compiled anew at every step: let it be [`Scheduled`](Self::Scheduled), which the kernel reads too.
///
/// ```
/// use burn_losses::prelude::*;
///
/// for step in 0..100 {
///     let gamma = 2.0 * f64::from(step) / 100.0;
///     let criterion = Focal::default().with_gamma(PerClass::Scheduled([gamma])).init();
///     // … one kernel for all of them
/// #   let _ = criterion;
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PerClass {
    /// One for all classes.
    Same(f64),
    /// One for each class, in the order of the class indices.
    Each(Vec<f64>),
    /// One for all classes that changes from step to step. In a file it is a number like any other.
    #[serde(skip_deserializing, serialize_with = "alone")]
    Scheduled([f64; 1]),
}

impl PerClass {
    /// A list of one value as one for all, as a tensor of one value is broadcast.
    pub(crate) fn broadcast(self) -> Self {
        match self {
            Self::Each(values) if values.len() == 1 => Self::Same(values[0]),
            other => other,
        }
    }
}

fn alone<S: serde::Serializer>(value: &[f64; 1], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(value[0])
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

/// What may stand where a hyper-parameter can differ by class: a number, or a [`PerClass`].
pub trait ClassParameter {
    /// The value, if it is the same for all classes and for all steps.
    fn same_for_all(&self) -> Option<f64>;
    /// The values by class, or the single one that changes from step to step; empty if there is one for all.
    fn by_class(&self) -> &[f64];
}

impl ClassParameter for f64 {
    #[inline(always)]
    fn same_for_all(&self) -> Option<f64> {
        Some(*self)
    }
    fn by_class(&self) -> &[f64] {
        &[]
    }
}

impl ClassParameter for PerClass {
    #[inline(always)]
    fn same_for_all(&self) -> Option<f64> {
        match self {
            PerClass::Same(value) => Some(*value),
            PerClass::Each(_) | PerClass::Scheduled(_) => None,
        }
    }
    #[inline(always)]
    fn by_class(&self) -> &[f64] {
        match self {
            PerClass::Same(_) => &[],
            PerClass::Each(values) => values,
            PerClass::Scheduled(value) => value,
        }
    }
}

impl<P: ClassParameter> ClassParameter for &P {
    #[inline(always)]
    fn same_for_all(&self) -> Option<f64> {
        P::same_for_all(self)
    }
    #[inline(always)]
    fn by_class(&self) -> &[f64] {
        P::by_class(self)
    }
}

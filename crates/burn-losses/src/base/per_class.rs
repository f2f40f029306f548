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

impl From<f32> for PerClass {
    fn from(value: f32) -> Self {
        Self::Same(f64::from(value))
    }
}

/// Numbers by class as people have them: arrays, slices and vectors of f32, of f64, or of counts.
///
/// ```
/// use burn_losses::prelude::*;
///
/// let focal = Focal::default().with_alpha(&[0.25_f32, 0.75]);
/// assert_eq!(focal.alpha, PerClass::Each(vec![0.25, 0.75]));
/// let counts = [900, 100];
/// let criterion = focal.init().with_class_weights(inverse_frequency(&counts));
/// let [a, b] = [criterion.clone().with_class_weights(counts), criterion.with_class_weights(vec![900.0, 100.0])];
/// assert_eq!(a.to_string(), b.to_string());
/// ```
pub trait ByClass {
    /// In f64, in the order of the class indices.
    fn into_numbers(self) -> Vec<f64>;
}

/// Class weights as people have them: everything that is [`ByClass`]; `None` for no weights.
pub trait ClassWeights {
    /// In f64, if there are any.
    fn into_weights(self) -> Option<Vec<f64>>;
}

impl ClassWeights for Option<Vec<f64>> {
    fn into_weights(self) -> Option<Vec<f64>> {
        self
    }
}

macro_rules! by_class {
    ($($number:ty),+) => {$(
        by_class!(@ $number, [] Vec<$number>, [] &Vec<$number>, [] &[$number], [const N: usize] [$number; N],
            [const N: usize] &[$number; N]);
    )+};
    (@ $number:ty, $([$($generics:tt)*] $numbers:ty),+) => {$(
        impl<$($generics)*> ByClass for $numbers {
            fn into_numbers(self) -> Vec<f64> {
                self.iter().map(|&number| number as f64).collect()
            }
        }
        impl<$($generics)*> ClassWeights for $numbers {
            fn into_weights(self) -> Option<Vec<f64>> {
                Some(self.into_numbers())
            }
        }
        impl<$($generics)*> From<$numbers> for PerClass {
            fn from(numbers: $numbers) -> Self {
                Self::Each(numbers.into_numbers())
            }
        }
    )+};
}
by_class!(f64, f32, usize, u64, u32, i64, i32);

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

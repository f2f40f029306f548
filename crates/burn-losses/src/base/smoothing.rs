//! Label smoothing, as a change of targets.

use super::per_class::{ClassParameter as _, PerClass};
use serde::Serialize;

/// A share of every target that goes to all classes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Smoothing {
    /// The share.
    pub(crate) smoothing: f64,
    /// How it is spread over the classes.
    pub(crate) distribution: PerClass,
}

impl Smoothing {
    /// What every target keeps, and what each class gets.
    pub(crate) fn shares(&self, classes: usize) -> (f64, Vec<f64>) {
        let shares = match self.distribution.same_for_all() {
            Some(_) => vec![self.smoothing / classes as f64; classes],
            None => {
                let each = self.distribution.by_class();
                // By the largest, so that the sum of huge numbers is none of ∞.
                let largest = each.iter().copied().fold(0.0, f64::max);
                let total: f64 = each.iter().map(|share| share / largest).sum();
                each.iter().map(|share| self.smoothing * (share / largest / total)).collect()
            }
        };
        (1.0 - self.smoothing, shares)
    }
}

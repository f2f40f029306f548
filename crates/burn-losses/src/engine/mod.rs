//! The engines: each does the O(batch × classes) work once for a whole family of losses, and knows no loss by name.

mod autodiff;
pub(crate) mod backend;
pub(crate) mod call;
#[cfg(feature = "cube")]
mod cube;
pub(crate) mod formula;
pub(crate) mod graph;
#[cfg(any(feature = "flex", feature = "ndarray", test))]
pub(crate) mod host;
#[cfg(any(feature = "flex", feature = "ndarray"))]
mod hosts;
pub(crate) mod layout;
pub(crate) mod points;
pub(crate) mod probability;
pub(crate) mod reduce;
pub(crate) mod rows;
pub(crate) mod sums;
pub(crate) mod tensors;

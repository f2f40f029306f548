//! The engines: each does the O(batch × classes) work once for a whole family of losses, and knows no loss by name.

mod autodiff;
pub(crate) mod backend;
pub(crate) mod class_rows;
pub(crate) mod graph;
#[cfg(any(feature = "flex", feature = "ndarray", test))]
pub(crate) mod host;
pub(crate) mod layout;
pub(crate) mod pointwise;
pub(crate) mod probability;
pub(crate) mod reduce;
pub(crate) mod soft_rows;

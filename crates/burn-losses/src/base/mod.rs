//! The ground floor: what every loss is described by and checked with. Nothing here knows a formula, an engine or a
//! signature.

pub(crate) mod check;
pub(crate) mod class_weights;
pub(crate) mod display;
pub(crate) mod entry;
pub(crate) mod error;
pub(crate) mod input;
pub(crate) mod per_class;
pub(crate) mod reduction;
pub(crate) mod smoothing;
pub(crate) mod strict;

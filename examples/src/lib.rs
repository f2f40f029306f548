//! The lab: trains a small classifier with the losses of burn-losses, compares them, and draws them.
//!
//! `data` reads sets of images, `model` and `training` learn from them, `store` keeps what came out, `plot` draws it, and
//! `commands` is one module for each thing the command line can do.
#![recursion_limit = "256"]

pub mod commands;
pub mod data;
pub mod device;
pub mod error;
pub mod model;
pub mod plot;
pub mod store;
pub mod training;

//! The lab: trains a small network with the losses of burn-losses, compares them, and draws them.
//!
//! `data` reads sets of images, `task` says what a loss has a network learn from them, `model` and `training` learn it,
//! `store` keeps what came out, `curve` follows a loss along an axis, `plot` draws, `report` tells what was found, and
//! `commands` is one module for each thing the command line can do.
#![recursion_limit = "256"]

pub mod attack;
pub mod commands;
pub mod curve;
pub mod data;
pub mod device;
pub mod error;
pub mod experiment;
pub mod model;
pub mod plot;
pub mod report;
pub mod statistics;
pub mod store;
pub mod task;
pub mod training;

//! Labelled images in memory: the bundled digits, sets read from a folder, and for both wrong labels and noisy pixels.
//!
//! Everything here is plain Rust over vectors; making tensors of them is left to the training code. Nothing is ever
//! downloaded. What a file claims about itself is believed only after its length has been compared with the claim, and
//! every broken rule ends in a [`DataError`], whose one sentence names the file, the rule and the value.

mod augmentation;
mod cifar;
mod dataset;
mod digits;
mod error;
mod folder;
mod idx;
mod noise;
mod random;
mod source;

pub use augmentation::{PIXEL_NOISE, augment, blur};
pub use dataset::{Dataset, Split};
pub use digits::digits;
pub use error::DataError;
pub use folder::read_dir;
pub use noise::{Noise, corrupt};
pub use random::SplitMix64;

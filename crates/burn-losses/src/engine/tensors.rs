//! The tensors of a call, by name. Any of them may be absent.
#![allow(missing_debug_implementations)] // The shapes that Burn derives from these have none.

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, ExtensionType};

/// One tensor of a call, or none.
#[derive(Clone, Debug, ExtensionType)]
#[extension_type(fusion: cfg(feature = "cube"))]
pub enum Slot<B: Backend> {
    /// There is none.
    Nothing,
    /// Floats.
    Float(FloatTensor<B>),
    /// Integers.
    Int(IntTensor<B>),
}

impl<B: Backend> Slot<B> {
    /// The floats, if there are any.
    pub(crate) fn float(self) -> Option<FloatTensor<B>> {
        match self {
            Self::Float(tensor) => Some(tensor),
            _ => None,
        }
    }

    /// The integers, if there are any.
    pub(crate) fn int(self) -> Option<IntTensor<B>> {
        match self {
            Self::Int(tensor) => Some(tensor),
            _ => None,
        }
    }

    pub(crate) fn of_float(tensor: Option<FloatTensor<B>>) -> Self {
        tensor.map_or(Self::Nothing, Self::Float)
    }

    pub(crate) fn of_int(tensor: Option<IntTensor<B>>) -> Self {
        tensor.map_or(Self::Nothing, Self::Int)
    }
}

/// The slots: a line here is all that one more tensor of a call needs outside of the engine that reads it.
macro_rules! slots {
    ($($(#[$doc:meta])* $slot:ident),+) => {
        /// The tensors of a call.
        #[derive(Clone, Debug, ExtensionType)]
        #[extension_type(fusion: cfg(feature = "cube"))]
        pub struct Tensors<B: Backend> {
            $(
                $(#[$doc])*
                #[extension_type]
                pub $slot: Slot<B>,
            )+
        }

        impl<B: Backend> Tensors<B> {
            /// No tensor at all.
            pub(crate) fn none() -> Self {
                Self { $($slot: Slot::Nothing),+ }
            }

            /// In the order of the fields.
            pub(crate) fn into_slots(self) -> [Slot<B>; SLOTS] {
                [$(self.$slot),+]
            }

            /// The other way round.
            pub(crate) fn from_slots([$($slot),+]: [Slot<B>; SLOTS]) -> Self {
                Self { $($slot),+ }
            }
        }

        /// How many slots there are.
        pub(crate) const SLOTS: usize = [$(stringify!($slot)),+].len();

        #[cfg(feature = "cube")]
        impl TensorsMetadata {
            /// The shapes of the gradients that are wanted: those of their tensors.
            pub(crate) fn gradients(&self, &[$($slot),+]: &Wanted) -> Self {
                Self { $($slot: if $slot { self.$slot.clone() } else { SlotMetadata::Nothing }),+ }
            }
        }
    };
}
slots! {
    /// Scores, predictions, locations.
    first,
    /// Targets, target probabilities, scales.
    second,
    /// Targets of a distribution.
    third,
    /// A class per row.
    classes,
    /// A weight per loss.
    weights
}

/// By which of the tensors, in their order, a gradient is wanted.
pub(crate) type Wanted = [bool; SLOTS];

/// By none of them.
pub(crate) const NONE_WANTED: Wanted = [false; SLOTS];

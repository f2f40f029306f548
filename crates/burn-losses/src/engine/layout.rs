//! How tensors lie: rows and classes, places along the class axis, class numbers.

use crate::real::lanes::WIDEST;
use burn::tensor::{DType, Int, Shape, Tensor};

/// `logits` as `[rows, classes, inner]`, row-major: `inner` is the product of the axes behind the class axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Extent {
    pub(crate) rows: usize,
    pub(crate) classes: usize,
    pub(crate) inner: usize,
}

impl Extent {
    pub(crate) fn of(logits: &Shape) -> Self {
        Self { rows: logits[0], classes: logits[1], inner: logits[2..].iter().product() }
    }

    /// How many targets there are.
    pub(crate) fn targets(&self) -> usize {
        self.rows * self.inner
    }
}

/// A place along the class axis and those behind it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) class: usize,
    pub(crate) inner: usize,
    pub(crate) classes: usize,
    pub(crate) inners: usize,
}

impl Place {
    /// The place of an element of a row-major tensor of this shape. Axis 1 is the class axis; of a tensor with one axis,
    /// that is.
    pub(crate) fn of(shape: &[usize], element: usize) -> Self {
        let axis = usize::from(shape.len() > 1);
        let classes = shape.get(axis).copied().unwrap_or(1).max(1);
        let inners = shape.iter().skip(axis + 1).product::<usize>().max(1);
        Self { class: element / inners % classes, inner: element % inners, classes, inners }
    }

    /// The classes of the next elements.
    #[inline(always)]
    pub(crate) fn take(&mut self, n: usize) -> [u32; WIDEST] {
        let mut classes = [0; WIDEST];
        for class in &mut classes[..n] {
            *class = self.class as u32;
            self.inner += 1;
            if self.inner == self.inners {
                self.inner = 0;
                self.class += 1;
                if self.class == self.classes {
                    self.class = 0;
                }
            }
        }
        classes
    }
}

/// Class numbers in i64, where no number of classes and no ignore index is brought into a narrow dtype's range; those
/// beyond i64 (of u64) are its largest.
pub(crate) fn class_numbers<const T: usize>(targets: &Tensor<T, Int>) -> Tensor<T, Int> {
    let targets = targets.clone();
    match targets.dtype() {
        DType::I64 => targets,
        DType::U64 => {
            let beyond = targets.clone().greater_elem(i64::MAX);
            targets.mask_fill(beyond.clone(), 0).cast(DType::I64).mask_fill(beyond, i64::MAX)
        }
        _ => targets.cast(DType::I64),
    }
}

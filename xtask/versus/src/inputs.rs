//! The tensors of a case, by whole numbers alone, so that torch_worker.py makes the very same ones.

use burn::tensor::{Device, Int, Tensor, TensorData};

/// What the inputs of a loss are.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// Scores, and a class per row.
    Rows,
    /// Scores, and a probability per class.
    Soft,
    /// Predictions and targets.
    Pairs,
    /// Scores, and 0 or 1.
    Labels,
    /// Scores, and −1 or 1.
    Signs,
    /// Means, variances and targets.
    Scaled,
}

impl Kind {
    pub(crate) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "rows" => Self::Rows,
            "soft" => Self::Soft,
            "pairs" => Self::Pairs,
            "labels" => Self::Labels,
            "signs" => Self::Signs,
            "scaled" => Self::Scaled,
            _ => return None,
        })
    }
}

/// The tensors of a case. With gradients asked for, predictions and variances have them.
pub(crate) struct Inputs<const D: usize, const T: usize> {
    predictions: Tensor<D>,
    targets: Option<Tensor<D>>,
    variances: Option<Tensor<D>>,
    labels: Option<Tensor<D, Int>>,
    classes: Option<Tensor<T, Int>>,
}

/// 32 bits that look like chance: the end of MurmurHash3.
fn hash(index: u64, salt: u32) -> u32 {
    let mut h = (index as u32).wrapping_add(salt.wrapping_mul(0x9e37_79b9));
    h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

/// A whole number from −65535 to 65535, small ones more often.
fn spread(index: u64, salt: u32) -> i32 {
    let h = hash(index, salt);
    (h >> 16) as i32 + (h & 0xffff) as i32 - 65535
}

fn label(index: u64) -> i32 {
    i32::from(hash(index, 3).is_multiple_of(3))
}

impl<const D: usize, const T: usize> Inputs<D, T> {
    pub(crate) fn new(kind: Kind, dims: [usize; D], gradients: bool) -> Self {
        let plain = Device::flex();
        let device = if gradients { plain.clone().autodiff() } else { plain.clone() };
        let len: usize = dims.iter().product();
        let float = |number: &dyn Fn(u64) -> f32| {
            let numbers: Vec<f32> = (0..len as u64).map(number).collect();
            Tensor::<D>::from_data(TensorData::new(numbers, dims), &device)
        };
        let tracked = |tensor: Tensor<D>| if gradients { tensor.require_grad() } else { tensor };
        // Halves of the steps between predictions lie between these targets: no error is 0, where slopes may differ.
        let targets = match kind {
            Kind::Rows => None,
            Kind::Soft => Some(Tensor::from_data(TensorData::new(probabilities(&dims), dims), &device)),
            Kind::Pairs | Kind::Scaled => Some(float(&|i| (2 * spread(i, 2) + 1) as f32 * (5.0 / 131_072.0))),
            Kind::Labels => Some(float(&|i| label(i) as f32)),
            Kind::Signs => Some(float(&|i| (2 * label(i) - 1) as f32)),
        };
        let labels = (kind == Kind::Labels).then(|| {
            let labels: Vec<i32> = (0..len as u64).map(label).collect();
            Tensor::from_data(TensorData::new(labels, dims), &device)
        });
        let classes = (kind == Kind::Rows).then(|| {
            let classes: Vec<i32> = (0..(len / dims[1]) as u64).map(|i| (hash(i, 4) % dims[1] as u32) as i32).collect();
            let shape: Vec<usize> = [&dims[..1], &dims[2..]].concat();
            Tensor::from_data(TensorData::new(classes, shape), &device)
        });
        Self {
            predictions: tracked(float(&|i| spread(i, 1) as f32 * (5.0 / 65_536.0))),
            variances: (kind == Kind::Scaled)
                .then(|| tracked(float(&|i| 0.5 + spread(i, 5).unsigned_abs() as f32 / 65_536.0))),
            targets,
            labels,
            classes,
        }
    }

    pub(crate) fn predictions(&self) -> Tensor<D> {
        self.predictions.clone()
    }

    pub(crate) fn targets(&self) -> Tensor<D> {
        self.targets.clone().expect("a case with targets")
    }

    pub(crate) fn variances(&self) -> Tensor<D> {
        self.variances.clone().expect("a case with variances")
    }

    pub(crate) fn labels(&self) -> Tensor<D, Int> {
        self.labels.clone().expect("a case with labels")
    }

    pub(crate) fn classes(&self) -> Tensor<T, Int> {
        self.classes.clone().expect("a case with classes")
    }

    /// The classes as places along axis 1.
    pub(crate) fn places(&self) -> Tensor<D, Int> {
        self.classes().unsqueeze_dim::<D>(1)
    }

    pub(crate) fn rows(&self) -> usize {
        let dims = self.predictions.dims();
        dims.iter().product::<usize>() / dims[1]
    }

    /// The scores as `[N, C]`, as burn-nn wants them.
    pub(crate) fn flat(&self) -> Tensor<2> {
        let dims = self.predictions.dims();
        if D == 2 {
            return self.predictions().reshape([dims[0], dims[1]]);
        }
        let axes: Vec<isize> = std::iter::once(0).chain(2..D as isize).chain(std::iter::once(1)).collect();
        let axes: [isize; D] = axes.try_into().expect("one axis each");
        self.predictions().permute(axes).reshape([self.rows(), dims[1]])
    }

    /// What has a gradient.
    pub(crate) fn tracked(&self) -> Vec<&Tensor<D>> {
        std::iter::once(&self.predictions).chain(&self.variances).collect()
    }
}

/// Along axis 1 they sum to 1.
fn probabilities(dims: &[usize]) -> Vec<f32> {
    let (classes, inner) = (dims[1], dims[2..].iter().product::<usize>());
    let weight = |i: usize| 1 + u64::from(hash(i as u64, 6) >> 20);
    let mut numbers = vec![0.0; dims.iter().product()];
    for row in 0..dims[0] * inner {
        let start = row / inner * classes * inner + row % inner;
        let places = (0..classes).map(|class| start + class * inner);
        let sum: u64 = places.clone().map(weight).sum();
        for place in places {
            numbers[place] = (weight(place) as f64 / sum as f64) as f32;
        }
    }
    numbers
}

//! Class rows on Burn's GPU backend, whose kernels CubeCL compiles.

use super::sweep_cube::{self as kernels, Formula, NumbersLaunch, Plan, Team};
use crate::base::reduction::Reduction;
use crate::engine::call::ClassCall;
use crate::engine::formula::LogPSum;
use crate::engine::layout::Extent;
use burn::backend::TensorMetadata;
use burn::tensor::{DType, Shape};
use burn_cubecl::CubeDevice;
use burn_cubecl::cubecl;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::{empty_device_contiguous_dtype, zeros_client};
use burn_cubecl::tensor::CubeTensor;
use cubecl::calculate_cube_count_elemwise;
use cubecl::client::Client;
use cubecl::ir::features::Plane;
use cubecl::ir::{ElemType, FloatKind, IntKind};
use cubecl::prelude::*;

/// Rows of at most this many classes are worked on by one unit each.
const FEW_CLASSES: usize = 32;
/// Logits of a row a unit takes, if the row has enough of them.
const LOGITS_PER_UNIT: usize = 8;
/// Units of a cube that are not bound to a row.
const UNITS: u32 = 256;
/// Values one cube adds up.
const SHARE: usize = 16 * UNITS as usize;

/// The loss: one value, or one per target.
pub(crate) fn loss(logits: CubeTensor, targets: CubeTensor, call: &ClassCall) -> CubeTensor {
    let shape = call.output_shape(&targets.shape());
    let evaluation = Evaluation::new(&logits, targets, call);
    match call.reduction {
        Some(_) => {
            let losses = evaluation.empty(evaluation.targets.shape(), DType::F32);
            let (_, mean) = evaluation.launch(logits, Some(&losses), None);
            evaluation.reduced(losses, mean, shape)
        }
        None => {
            let losses = evaluation.empty(shape, logits.dtype);
            evaluation.launch(logits, Some(&losses), None);
            losses
        }
    }
}

/// The reduced loss and its gradient.
pub(crate) fn loss_and_gradient(logits: CubeTensor, targets: CubeTensor, call: &ClassCall) -> (CubeTensor, CubeTensor) {
    let shape = call.output_shape(&targets.shape());
    let evaluation = Evaluation::new(&logits, targets, call);
    let losses = evaluation.empty(evaluation.targets.shape(), DType::F32);
    let (gradient, mean) = evaluation.launch(logits, Some(&losses), Some(None));
    (evaluation.reduced(losses, mean, shape), gradient)
}

/// The gradient alone.
pub(crate) fn gradient(logits: CubeTensor, targets: CubeTensor, upstream: CubeTensor, call: &ClassCall) -> CubeTensor {
    let evaluation = Evaluation::new(&logits, targets, call);
    evaluation.launch(logits, None, Some(Some(into_contiguous(upstream)))).0
}

/// `gradient` times `upstream`, one number.
pub(crate) fn scaled(gradient: CubeTensor, upstream: CubeTensor) -> CubeTensor {
    let len = gradient.shape().num_elements();
    if len == 0 {
        return gradient;
    }
    let gradient = into_contiguous(gradient);
    let (client, kind) = (gradient.client.clone(), kind(gradient.dtype));
    let in_place = gradient.can_mut();
    let out = if in_place {
        gradient.clone()
    } else {
        let (device, shape) = (gradient.device.clone(), gradient.shape());
        empty_device_contiguous_dtype(client.clone(), device, shape, gradient.dtype)
    };
    let dim = CubeDim::new_1d(UNITS.min(client.properties().hardware.max_units_per_cube));
    kernels::scaled::launch(
        &client,
        calculate_cube_count_elemwise(&client, len, dim),
        dim,
        gradient.required_address_type(),
        gradient.clone().into_buffer_arg(),
        into_contiguous(upstream).into_buffer_arg(),
        if in_place { out.as_tensor_alias(0).into_buffer_arg() } else { out.clone().into_buffer_arg() },
        len,
        in_place,
        kind,
    );
    out
}

fn kind(dtype: DType) -> ElemType {
    burn::backend::cubecl::dtype_to_elem_type(dtype)
}

/// One evaluation, with what its kernels read besides the logits.
struct Evaluation<'a> {
    call: &'a ClassCall,
    extent: Extent,
    client: Client,
    device: CubeDevice,
    dtype: DType,
    targets: CubeTensor,
    /// Class weights, then the lists of the formula.
    table: Option<CubeTensor>,
    /// The target value that does not count, if a target can have it.
    ignored: Option<i64>,
}

impl<'a> Evaluation<'a> {
    fn new(logits: &CubeTensor, targets: CubeTensor, call: &'a ClassCall) -> Self {
        let (client, device) = (logits.client.clone(), logits.device.clone());
        let weights = call.class_weights.as_deref().into_iter();
        let numbers: Vec<f32> = weights.chain(call.formula.lists()).flatten().map(|&x| x as f32).collect();
        let table = (!numbers.is_empty()).then(|| {
            let handle = client.create_from_slice(bytemuck::cast_slice(&numbers));
            let shape = Shape::new([numbers.len()]);
            CubeTensor::new_contiguous(client.clone(), device.clone(), shape, handle, DType::F32)
        });
        let range = match targets.dtype {
            DType::U64 => 0..=i64::MAX,
            DType::I64 => i64::MIN..=i64::MAX,
            DType::U32 | DType::U16 | DType::U8 => 0..=i64::from(i32::MAX),
            _ => i64::from(i32::MIN)..=i64::from(i32::MAX),
        };
        Self {
            call,
            extent: Extent::of(&logits.shape()),
            dtype: logits.dtype,
            targets: into_contiguous(targets),
            table,
            ignored: call.ignore_index.filter(|index| range.contains(index)),
            client,
            device,
        }
    }

    fn empty(&self, shape: Shape, dtype: DType) -> CubeTensor {
        empty_device_contiguous_dtype(self.client.clone(), self.device.clone(), shape, dtype)
    }

    /// What targets are compared in.
    fn wide(&self) -> ElemType {
        ElemType::Int(match self.targets.dtype {
            DType::I64 | DType::U64 => IntKind::I64,
            _ => IntKind::I32,
        })
    }

    /// As many units as wanted, up to what the device has.
    fn team(&self, wanted: u32) -> Team {
        let properties = self.client.properties();
        let hardware = &properties.hardware;
        let most = hardware.max_units_per_cube.min(hardware.max_cube_dim.0).max(1);
        let units = wanted.min(1 << most.ilog2());
        let has_planes = properties.features.plane.contains(Plane::Ops) && hardware.plane_size_min > 0;
        Team { units, planes: has_planes && hardware.plane_size_max <= units }
    }

    fn plan(&self, with_gradient: bool) -> Plan {
        let Extent { classes, inner, .. } = self.extent;
        let alone = inner > 1 || classes <= FEW_CLASSES;
        let shared = (classes.div_ceil(LOGITS_PER_UNIT) as u32).next_power_of_two().clamp(32, 1024);
        let team = self.team(if alone { 1 } else { shared });
        // Half of it: some drivers count the shared memory twice.
        let most = self.client.properties().hardware.max_shared_memory_size / 2;
        let fits = (classes + team.units as usize) * size_of::<f32>() <= most;
        let terms = self.call.formula.terms();
        Plan {
            team,
            kept: if with_gradient && fits && !alone { classes } else { 0 },
            strided: inner > 1,
            ignores: self.ignored.is_some(),
            weighted: self.call.class_weights.is_some(),
            log_p_sum: terms.log_p_sum,
            log_norm: terms.log_norm,
            each: self.call.reduction.is_none(),
        }
    }

    /// What every kernel is told.
    fn numbers(&self) -> NumbersLaunch {
        let Extent { classes, inner, .. } = self.extent;
        let total = match (self.call.formula.terms().log_p_sum, &self.call.class_weights) {
            (Some(LogPSum::ClassWeights), Some(weights)) => weights.iter().sum(),
            _ => classes as f64,
        };
        let rows = self.extent.targets();
        NumbersLaunch::new(rows, classes as u32, inner, f32::INFINITY, f32::NAN, self.divisor(), total as f32)
    }

    fn ignored(&self) -> InputScalar {
        InputScalar::new(self.ignored.unwrap_or(0), self.wide())
    }

    fn table(&self) -> ComptimeOptionArgs<&'static [f32]> {
        self.table.clone().map(CubeTensor::into_buffer_arg).into()
    }

    /// N, where Mean divides by a number the host knows; else 1.
    fn divisor(&self) -> f32 {
        match self.call.reduction {
            Some(Reduction::Mean) if !self.mean_is_on_device() => self.extent.targets() as f32,
            _ => 1.0,
        }
    }

    fn mean_is_on_device(&self) -> bool {
        let counted = self.call.class_weights.is_some() || self.ignored.is_some();
        self.call.reduction == Some(Reduction::Mean) && counted
    }

    /// Σ w over the targets that count, which Mean divides by.
    fn mean(&self) -> Option<CubeTensor> {
        if !self.mean_is_on_device() {
            return None;
        }
        let weights = self.empty(self.targets.shape(), DType::F32);
        let len = self.extent.targets();
        let dim = CubeDim::new_1d(self.team(UNITS).units);
        kernels::target_weights::launch(
            &self.client,
            calculate_cube_count_elemwise(&self.client, len, dim),
            dim,
            self.targets.required_address_type(),
            self.targets.clone().into_buffer_arg(),
            self.table(),
            weights.clone().into_buffer_arg(),
            self.numbers(),
            self.ignored(),
            self.plan(false),
            [kind(self.targets.dtype), self.wide()],
        );
        Some(self.sum(weights, None, 1.0, Shape::new([1]), DType::F32))
    }

    /// The losses of all targets to `losses`, and the gradient: `Some(None)` for an upstream of 1, `Some(Some(…))` for
    /// one value or one per target. The gradient takes the place of the logits where nothing else holds them. Gives the
    /// gradient (the logits, if there is none) and what Mean divides by.
    fn launch(
        &self,
        logits: CubeTensor,
        losses: Option<&CubeTensor>,
        gradient: Option<Option<CubeTensor>>,
    ) -> (CubeTensor, Option<CubeTensor>) {
        let targets = self.extent.targets();
        if targets == 0 {
            return (logits, None);
        }
        let mean = self.mean();
        let logits = into_contiguous(logits);
        let (with_gradient, upstream) = (gradient.is_some(), gradient.flatten());
        let in_place = with_gradient && logits.can_mut();
        let out = match (with_gradient, in_place) {
            (true, false) => self.empty(logits.shape(), self.dtype),
            _ => logits.clone(),
        };
        let written = with_gradient.then(|| match in_place {
            true => out.as_tensor_alias(0).into_buffer_arg(),
            false => out.clone().into_buffer_arg(),
        });
        let plan = self.plan(with_gradient);
        let weights = self.call.class_weights.as_ref().map_or(0, |weights| weights.len());
        let formula = Formula::new(self.call.formula.clone(), self.extent.classes, weights, with_gradient);
        let dim = match plan.team.units {
            1 => self.team(64).units,
            units => units,
        };
        let dim = CubeDim::new_1d(dim);
        kernels::class_rows::launch(
            &self.client,
            calculate_cube_count_elemwise(&self.client, targets * plan.team.units as usize, dim),
            dim,
            logits.required_address_type(),
            logits.into_buffer_arg(),
            self.targets.clone().into_buffer_arg(),
            self.table(),
            mean.clone().map(CubeTensor::into_buffer_arg).into(),
            upstream.map(CubeTensor::into_buffer_arg).into(),
            losses.map(|losses| losses.clone().into_buffer_arg()).into(),
            written.into(),
            self.numbers(),
            self.ignored(),
            plan,
            formula,
            [
                kind(self.dtype),
                kind(self.targets.dtype),
                self.wide(),
                losses.map_or(ElemType::Float(FloatKind::F32), |losses| kind(losses.dtype)),
            ],
        );
        (out, mean)
    }

    /// The losses as one value.
    fn reduced(&self, losses: CubeTensor, mean: Option<CubeTensor>, shape: Shape) -> CubeTensor {
        self.sum(losses, mean, self.divisor(), shape, self.dtype)
    }

    /// The sum of `values` over `mean`, or over `divisor`.
    fn sum(
        &self,
        values: CubeTensor,
        mean: Option<CubeTensor>,
        divisor: f32,
        shape: Shape,
        dtype: DType,
    ) -> CubeTensor {
        let len = values.shape().num_elements();
        if len == 0 {
            return zeros_client(self.client.clone(), self.device.clone(), shape, dtype);
        }
        let cubes = len.div_ceil(SHARE);
        let last = cubes == 1;
        let sums = if last { self.empty(shape.clone(), dtype) } else { self.empty(Shape::new([cubes]), DType::F32) };
        let team = self.team(UNITS);
        let dim = CubeDim::new_1d(team.units);
        kernels::sums::launch(
            &self.client,
            calculate_cube_count_elemwise(&self.client, cubes * team.units as usize, dim),
            dim,
            values.required_address_type(),
            values.into_buffer_arg(),
            mean.clone().filter(|_| last).map(CubeTensor::into_buffer_arg).into(),
            sums.clone().into_buffer_arg(),
            len,
            SHARE,
            if last { divisor } else { 1.0 },
            team,
            kind(sums.dtype),
        );
        if last { sums } else { self.sum(sums, mean, divisor, shape, dtype) }
    }
}

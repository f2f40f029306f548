//! `plot`: loss and slope against the probability of the target class.

use super::say;
use crate::error::LabError;
use crate::plot::{self, Curve, CurvePanel, Labels};
use crate::store::Folder;
use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use burn_losses::prelude::*;
use clap::Args;
use std::path::PathBuf;

/// Classes of the row that is drawn: the target, and nine others that are equally likely.
const CLASSES: usize = 10;

/// Points of a curve.
const POINTS: usize = 400;

/// Draw loss and slope against the probability of the target class.
#[derive(Args, Debug)]
pub struct Plot {
    /// The losses by name (see `list`), or as JSON: '{"name": "focal", "gamma": 5}'.
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// Where the picture is kept.
    #[arg(long, default_value = "runs", value_name = "DIR")]
    out: PathBuf,
}

impl Plot {
    pub(super) fn run(self) -> Result<(), LabError> {
        let curves = self.names.iter().map(|name| curve(name)).collect::<Result<Vec<_>, _>>()?;
        let folder = Folder::create(&self.out, "plot")?;
        let p = "p, probability of the target class";
        let loss = CurvePanel { labels: Labels::new("Loss", p, "L"), cap: 5.0 };
        let slope = CurvePanel { labels: Labels::new("Slope", p, "∂L/∂xₜ, by the target's logit"), cap: 3.0 };
        let title = format!("Loss and slope of one example, {CLASSES} classes");
        for path in plot::curves(&folder.file("curves"), &title, &curves, &loss, &slope)? {
            say(path.display())?;
        }
        Ok(())
    }
}

/// One loss on rows `[xₜ, 0, …, 0]`, one for each p.
fn curve(name: &str) -> Result<Curve, LabError> {
    let config = if name.trim_start().starts_with('{') {
        serde_json::from_str::<LossConfig>(name).map_err(|error| LabError::Usage(error.to_string()))?
    } else {
        LossConfig::by_name(name)?
    };
    let criterion = config.init()?;
    let device = Device::flex().autodiff();
    let (mut loss, mut slope) = (Vec::with_capacity(POINTS), Vec::with_capacity(POINTS));
    for point in 0..POINTS {
        let p = (point as f64 + 0.5) / POINTS as f64;
        let mut row = vec![0.0; CLASSES];
        row[0] = (p * (CLASSES as f64 - 1.0) / (1.0 - p)).ln();
        let logits = Tensor::<2>::from_data(TensorData::new(row, [1, CLASSES]), (&device, DType::F64)).require_grad();
        let targets = Tensor::<1, Int>::from_data([0], &device);
        // Reduced, a row at a time: flooding is defined on the reduced value only.
        let value = criterion.forward(logits.clone(), targets, Reduction::Mean);
        loss.push((p, value.clone().into_scalar::<f64>()));
        let gradient = logits.grad(&value.backward()).map(|gradient| gradient.into_data().try_to_vec::<f64>());
        slope.push((p, gradient.and_then(Result::ok).map_or(f64::NAN, |gradient| gradient[0])));
    }
    Ok(Curve { name: name.to_owned(), loss, slope })
}

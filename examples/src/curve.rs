//! A loss along the axis that is natural to it: what `plot` and the plots of the documentation draw.

use crate::error::LabError;
use crate::task::Objective;
use burn::tensor::{DType, Device, Tensor, TensorData};
use burn_losses::catalogue::{Entry, Family, Parameter, Picture, Signature};
use burn_losses::prelude::*;
use serde_json::{Map, Value, json};

/// Classes of the row that is evaluated: the target, and nine others that are equally likely.
pub const CLASSES: usize = 10;

/// What a loss is drawn against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// The probability of the target class.
    Class,
    /// The probability that the label is 1.
    Label,
    /// The score of a label that is 1, beside one that is 0 and has the score 0.
    Score,
    /// The margin z = y·x.
    Margin,
    /// The distance of a pair.
    Distance,
    /// The prediction less the target, which is 1, so that relative errors are defined.
    Residual,
    /// The same for one of two numbers, the other being right.
    Part,
    /// The prediction, at a target of 2.
    Prediction,
    /// The scale, or variance, at a residual of 1.
    Scale,
}

/// The target of a binary decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The label is 1; the pair is not alike.
    Usual,
    /// The label is 0; the pair is alike.
    Other,
}

impl Against {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Class,
        Self::Label,
        Self::Score,
        Self::Margin,
        Self::Distance,
        Self::Residual,
        Self::Part,
        Self::Prediction,
        Self::Scale,
    ];

    /// The axis that is natural to a loss.
    pub fn of(loss: &LossConfig) -> Self {
        match (loss.signature(), loss.innermost()) {
            (Signature::Class | Signature::Any, _) => Self::Class,
            (Signature::Binary, _) => Self::Label,
            (Signature::Multilabel, _) => Self::Score,
            (Signature::Whole, _) => Self::Part,
            (Signature::Distribution, _) => Self::Scale,
            (Signature::Pointwise, leaf) if leaf.formula::<HingeEmbedding>().is_some() => Self::Distance,
            (Signature::Pointwise, leaf) => match leaf.entry().family {
                Family::Margin => Self::Margin,
                Family::Likelihood => Self::Prediction,
                _ => Self::Residual,
            },
        }
    }

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Label => "label",
            Self::Score => "score",
            Self::Margin => "margin",
            Self::Distance => "distance",
            Self::Residual => "residual",
            Self::Part => "part",
            Self::Prediction => "prediction",
            Self::Scale => "scale",
        }
    }

    /// What the axis says.
    pub fn label(self) -> &'static str {
        match self {
            Self::Class => "p, probability of the target class",
            Self::Label => "p, probability of the label, which is 1",
            Self::Score => "x, score of a label of 1, beside a 0 with score 0",
            Self::Margin => "z = y·x, margin",
            Self::Distance => "x, distance of an unlike pair",
            Self::Residual => "r, prediction less target, which is 1",
            Self::Part => "r, prediction less target of one of two",
            Self::Prediction => "x, prediction, at a target of 2",
            Self::Scale => "scale or variance, at a residual of 1",
        }
    }

    /// What the slope is: of the loss, by what the network gives.
    pub fn slope(self) -> &'static str {
        match self {
            Self::Class => "∂L/∂xₜ, by the target's logit",
            Self::Label => "∂L/∂x, by the logit",
            Self::Score => "∂L/∂x, by the score",
            Self::Margin => "∂L/∂x, by the score at y = 1",
            Self::Distance => "∂L/∂x",
            Self::Residual | Self::Part => "∂L/∂r",
            Self::Prediction => "∂L/∂x",
            Self::Scale => "∂L/∂scale",
        }
    }

    /// From where to where.
    pub fn range(self) -> (f64, f64) {
        match self {
            Self::Class | Self::Label => (0.0, 1.0),
            Self::Score | Self::Margin | Self::Residual | Self::Part => (-3.0, 3.0),
            Self::Distance => (0.0, 3.0),
            Self::Prediction => (-1.0, 3.0),
            Self::Scale => (0.0, 4.0),
        }
    }
}

/// From where to where a picture of the loss goes.
pub fn range(loss: &LossConfig) -> (f64, f64) {
    loss.innermost().entry().picture().range.unwrap_or(Against::of(loss).range())
}

/// A setting of a loss that its picture shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The parameters that pictures of the loss vary, by their symbols, with their values; empty if there are none.
    pub label: String,
    /// The loss.
    pub loss: LossConfig,
    /// Whether all parameters have their defaults.
    pub is_default: bool,
}

/// What a picture of a loss shows, from its entry in the catalogue: the defaults and the settings worth seeing. They are
/// in order if they vary one parameter; the defaults are first if they vary several.
///
/// # Errors
///
/// If the entry has a setting that is none of the loss.
pub fn settings(entry: &Entry) -> Result<Vec<Setting>, LabError> {
    let picture = entry.picture();
    let given = |setting: &[(&str, f64)], name: &str| {
        setting.iter().find(|(parameter, _)| *parameter == name).map(|(_, value)| *value)
    };
    let setting = |values: &[(&str, f64)]| -> Result<Setting, LabError> {
        let mut fields = Map::from_iter([("name".to_owned(), json!(entry.name))]);
        let mut label = Vec::new();
        for parameter in entry.parameters {
            let value = given(values, parameter.name);
            fields.extend(value.map(|value| (parameter.name.to_owned(), in_file(parameter, value))));
            label.extend(
                symbol(picture, parameter.name)
                    .map(|symbol| format!("{symbol} = {}", plain(value.unwrap_or(parameter.default)))),
            );
        }
        let loss = match values {
            [] => LossConfig::by_name(entry.name)?,
            _ => serde_json::from_value(Value::Object(fields)).map_err(|error| LabError::Usage(error.to_string()))?,
        };
        Ok(Setting { label: label.join(", "), loss, is_default: values.is_empty() })
    };
    let mut all: Vec<&[(&str, f64)]> = vec![&[]];
    all.extend(picture.settings);
    if let [(name, _)] = picture.symbols {
        let default = entry.parameters.iter().find(|parameter| parameter.name == *name).map_or(0.0, |it| it.default);
        let value = |setting: &&[(&str, f64)]| given(setting, name).unwrap_or(default);
        all.sort_by(|a, b| value(a).total_cmp(&value(b)));
    }
    all.into_iter().map(setting).collect()
}

fn symbol(picture: &Picture, name: &str) -> Option<&'static str> {
    picture.symbols.iter().find(|(parameter, _)| *parameter == name).map(|(_, symbol)| *symbol)
}

/// A parameter's value as it stands in a file.
fn in_file(parameter: &Parameter, value: f64) -> Value {
    match (parameter.flag, parameter.range.whole) {
        (true, _) => json!(value != 0.0),
        (_, true) => json!(value as i64),
        _ => json!(value),
    }
}

/// A number with a true minus sign.
fn plain(value: f64) -> String {
    value.to_string().replace('-', "−")
}

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Where on the axis.
    pub x: f64,
    /// L.
    pub loss: f64,
    /// The derivative of L by what the network gives: the (target's) logit, the score, the prediction, the scale.
    pub slope: f64,
}

/// The label smoothing with which a class loss is drawn: that of training.
///
/// # Errors
///
/// If the loss is misconfigured.
pub fn smoothing(loss: &LossConfig) -> Result<Option<f64>, LabError> {
    match Against::of(loss) {
        Against::Class => Ok(Objective::fitting(loss, CLASSES, 1)?.1),
        _ => Ok(None),
    }
}

/// A loss at places on its axis, evaluated as any program would, in f64. Where it compares views, they are all alike.
///
/// # Errors
///
/// If the loss is misconfigured.
pub fn points(loss: &LossConfig, answer: Answer, places: &[f64]) -> Result<Vec<Point>, LabError> {
    let device = Device::flex().autodiff();
    let row = |values: Vec<f64>| {
        let width = values.len();
        Tensor::<2>::from_data(TensorData::new(values, [1, width]), (&device, DType::F64))
    };
    let number = |value: f64| row(vec![value]);
    let usual = answer == Answer::Usual;
    // One element or row at a time, and reduced: flooding is defined on the reduced value only.
    let by = Reduction::Mean;
    let along =
        |evaluate: &dyn Fn(f64) -> (Tensor<2>, Tensor<1>)| places.iter().map(|&x| point(x, evaluate(x))).collect();
    Ok(match loss.signature() {
        Signature::Class | Signature::Any => {
            let (objective, _) = Objective::fitting(loss, CLASSES, 1)?;
            along(&|p| {
                let others = ((1.0 - p) / (CLASSES as f64 - 1.0)).ln();
                let mut logits = vec![others; CLASSES];
                logits[0] = p.ln();
                let logits = row(logits).require_grad();
                let value = objective.loss(logits.clone(), number(0.0));
                (logits, value)
            })
        }
        Signature::Binary => {
            let loss = loss.init_binary()?;
            along(&|p| {
                let logit = number((p / (1.0 - p)).ln()).require_grad();
                let value = loss.forward(logit.clone(), number(f64::from(u8::from(usual))), by);
                (logit, value)
            })
        }
        Signature::Pointwise => {
            let against = Against::of(loss);
            let loss = loss.init_pointwise()?;
            along(&|x| {
                let (prediction, target) = match against {
                    Against::Distance => (x, if usual { -1.0 } else { 1.0 }),
                    Against::Residual => (1.0 + x, 1.0),
                    Against::Prediction => (x, 2.0),
                    _ => (x, 1.0),
                };
                let prediction = number(prediction).require_grad();
                let value = loss.forward(prediction.clone(), number(target), by);
                (prediction, value)
            })
        }
        Signature::Multilabel => {
            let loss = loss.init_tensor()?;
            along(&|x| {
                let scores = row(vec![x, 0.0]).require_grad();
                let targets = if usual { vec![1.0, 0.0] } else { vec![0.0, 1.0] };
                let value = loss.forward(scores.clone(), row(targets), by);
                (scores, value)
            })
        }
        Signature::Whole => {
            let loss = loss.init_tensor()?;
            along(&|residual| {
                let prediction = row(vec![1.0 + residual, 1.0]).require_grad();
                let value = loss.forward(prediction.clone(), row(vec![1.0, 1.0]), by);
                (prediction, value)
            })
        }
        Signature::Distribution => {
            let loss = loss.init_distribution()?;
            along(&|scale| {
                let scale = number(scale).require_grad();
                let value = loss.forward((number(1.0), scale.clone()), number(0.0), by);
                (scale, value)
            })
        }
    })
}

/// The value, and its derivative by the first entry of the input.
fn point(x: f64, (input, value): (Tensor<2>, Tensor<1>)) -> Point {
    let loss = value.clone().into_scalar::<f64>();
    let gradient = input.grad(&value.backward()).and_then(|gradient| gradient.into_data().try_into_vec::<f64>().ok());
    Point { x, loss, slope: gradient.map_or(f64::NAN, |gradient| gradient[0]) }
}

/// The largest magnitude a picture needs to show: `usual`, unless half of the values are beyond it.
pub fn cap(values: impl Iterator<Item = f64>, usual: f64) -> f64 {
    let mut sizes: Vec<f64> = values.map(f64::abs).filter(|size| size.is_finite()).collect();
    sizes.sort_by(f64::total_cmp);
    let median = sizes.get(sizes.len() / 2).copied().unwrap_or(0.0);
    if median > usual { 2.0 * median } else { usual }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The loss and slope of a name at a place.
    fn at(name: &str, answer: Answer, x: f64) -> [f64; 2] {
        let loss = LossConfig::by_name(name).expect("in the catalogue");
        let point = points(&loss, answer, &[x]).expect("valid")[0];
        [point.loss, point.slope]
    }

    #[test]
    fn points_are_the_formula_and_its_slope() {
        let close = |a: [f64; 2], b: [f64; 2]| {
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12), "{a:?} instead of {b:?}");
        };
        close(at("cross_entropy", Answer::Usual, 0.25), [4f64.ln(), -0.75]);
        close(at("negative_log_likelihood", Answer::Usual, 0.25), [4f64.ln(), -0.75]);
        close(at("binary_cross_entropy", Answer::Usual, 0.25), [4f64.ln(), -0.75]);
        close(at("binary_cross_entropy", Answer::Other, 0.25), [(4f64 / 3.0).ln(), 0.25]);
        close(at("hinge", Answer::Usual, -1.0), [2.0, -1.0]);
        close(at("hinge_embedding", Answer::Usual, 0.25), [0.75, -1.0]);
        close(at("hinge_embedding", Answer::Other, 0.25), [0.25, 1.0]);
        close(at("mse", Answer::Usual, -1.5), [2.25, -3.0]);
        close(at("mape", Answer::Usual, -0.5), [50.0, -100.0]);
        close(at("poisson_nll", Answer::Usual, 0.0), [1.0, -1.0]);
        close(at("laplace_nll", Answer::Usual, 2.0), [0.5 + 4f64.ln(), 0.25]);
        close(at("multilabel_soft_margin", Answer::Usual, 0.0), [2f64.ln(), -0.25]);
        close(at("multilabel_soft_margin", Answer::Other, 0.0), [2f64.ln(), 0.25]);
        close(at("multilabel_margin", Answer::Usual, -1.0), [1.0, -0.5]);
        close(at("rmse", Answer::Usual, -1.0), [0.5f64.sqrt(), -0.5f64.sqrt()]);
        // Views that are alike cost nothing.
        close(at("jsd_cross_entropy", Answer::Usual, 0.25), [4f64.ln(), -0.75]);
    }

    #[test]
    fn every_loss_has_an_axis_on_which_it_is_finite() {
        for entry in burn_losses::catalogue::all() {
            let loss = LossConfig::by_name(entry.name).expect("in the catalogue");
            let (low, high) = Against::of(&loss).range();
            let places = [0.3, 0.7].map(|share| low + share * (high - low));
            for point in points(&loss, Answer::Usual, &places).expect("valid") {
                assert!(point.loss.is_finite() && point.slope.is_finite(), "{}: {point:?}", entry.name);
            }
        }
    }

    #[test]
    fn settings_are_the_entry_s_and_the_defaults_in_order() {
        let labels = |name: &str| {
            let settings = settings(burn_losses::catalogue::find(name).expect("in the catalogue")).expect("valid");
            settings.into_iter().map(|setting| (setting.label, setting.is_default)).collect::<Vec<_>>()
        };
        let focal = [("γ = 0", false), ("γ = 0.5", false), ("γ = 1", false), ("γ = 2", true), ("γ = 5", false)];
        assert_eq!(labels("focal"), focal.map(|(label, is_default)| (label.to_owned(), is_default)));
        assert_eq!(labels("bi_tempered")[0], ("t₁ = 0.8, t₂ = 1.2".to_owned(), true));
        assert_eq!(labels("bi_tempered")[1], ("t₁ = 1, t₂ = 1".to_owned(), false));
        assert_eq!(labels("soft_margin"), [(String::new(), true)]);
        assert_eq!(labels("poly1_cross_entropy")[0].0, "ε = −1");
    }

    /// Every setting of every entry is a loss of its own; what it is compared with is one, and has the same axis.
    #[test]
    fn every_picture_shows_what_there_is() {
        for entry in burn_losses::catalogue::all() {
            let picture = entry.picture();
            let settings = settings(entry).unwrap_or_else(|error| panic!("{}: {error}", entry.name));
            for (at, setting) in settings.iter().enumerate() {
                assert_eq!(setting.loss.name(), entry.name, "{}", setting.label);
                let twins =
                    settings[..at].iter().filter(|other| other.loss == setting.loss || other.label == setting.label);
                assert_eq!(twins.count(), 0, "{}: {} is there twice", entry.name, setting.label);
            }
            let varied = |name: &&str| picture.settings.iter().any(|setting| setting.iter().any(|(it, _)| it == name));
            assert!(picture.symbols.iter().all(|(name, _)| varied(name)), "{}: a symbol of nothing", entry.name);
            for (name, _) in picture.settings.iter().copied().flatten() {
                assert!(entry.parameters.iter().any(|parameter| parameter.name == *name), "{}: {name}", entry.name);
                assert!(symbol(picture, name).is_some(), "{}: no symbol for {name}", entry.name);
            }
            let against = Against::of(&settings[0].loss);
            let (low, high) = picture.range.unwrap_or(against.range());
            for (factor, name) in picture.beside {
                let other = LossConfig::by_name(name).unwrap_or_else(|error| panic!("{}: {error}", entry.name));
                assert!(*factor > 0.0 && Against::of(&other) == against, "{}: {name}", entry.name);
            }
            for region in picture.regions {
                assert!(
                    low <= region.from && region.from < region.to && region.to <= high,
                    "{}: {region:?}",
                    entry.name
                );
            }
        }
    }

    #[test]
    fn cap_grows_only_where_most_is_beyond() {
        assert_eq!(cap([1.0, -2.0, 1000.0].into_iter(), 5.0), 5.0);
        assert_eq!(cap([1.0, -20.0, 1000.0, f64::NAN].into_iter(), 5.0), 40.0);
        assert_eq!(cap([].into_iter(), 5.0), 5.0);
    }
}

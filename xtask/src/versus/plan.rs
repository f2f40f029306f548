//! What is measured: losses, shapes, aims.

use crate::workspace::Result;
use Engine::{ClassRows, Others, Points, SoftRows, TensorRows};
use Kind::{Labels, Pairs, Rows, Scaled, Signs, Soft};

/// What the inputs of a loss are; xtask/versus/src/inputs.rs makes them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Rows,
    Soft,
    Pairs,
    Labels,
    Signs,
    Scaled,
}

/// Losses that have the same aims.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Engine {
    ClassRows,
    SoftRows,
    TensorRows,
    Points,
    /// No aim is set.
    Others,
}

/// A loss that is measured.
#[derive(Debug)]
pub(crate) struct Loss {
    pub(crate) name: &'static str,
    pub(crate) family: &'static str,
    kind: Kind,
    engine: Engine,
    shapes: &'static [&'static str],
}

const CLASSES: &[&str] = &["128x10", "1024x10", "256x1000", "1024x1000", "128x32000", "8x21x128x128"];
/// With the largest, which takes as long as all others.
const ALL_CLASSES: &[&str] = &["128x10", "1024x10", "256x1000", "1024x1000", "128x32000", "8x21x128x128", "2048x32000"];
const SOFT: &[&str] = &["128x10", "256x1000", "1024x1000", "128x32000", "8x21x128x128"];
const MARGINS: &[&str] = &["128x10", "1024x10", "256x1000", "1024x1000"];
const ELEMENTS: &[&str] = &["1024x1000", "1000000", "16000000"];
const ITEMS: &[&str] = &["128x10", "1024x1000", "128x32000"];

const fn loss(
    name: &'static str,
    family: &'static str,
    kind: Kind,
    engine: Engine,
    shapes: &'static [&'static str],
) -> Loss {
    Loss { name, family, kind, engine, shapes }
}

/// At least one of every family. The workers have them under the same names.
const LOSSES: &[Loss] = &[
    loss("cross_entropy", "class", Rows, ClassRows, ALL_CLASSES),
    loss("focal", "class", Rows, ClassRows, ALL_CLASSES),
    loss("generalized_cross_entropy", "class", Rows, ClassRows, CLASSES),
    loss("normalized_cross_entropy", "class", Rows, ClassRows, CLASSES),
    loss("normalized_focal", "soft class", Rows, SoftRows, SOFT),
    loss("soft_cross_entropy", "soft class", Soft, SoftRows, SOFT),
    loss("kl_divergence", "divergence", Soft, SoftRows, SOFT),
    loss("multi_margin", "tensor class", Rows, TensorRows, MARGINS),
    loss("binary_cross_entropy", "binary", Labels, Points, ELEMENTS),
    loss("binary_focal", "binary", Labels, Points, ELEMENTS),
    loss("hinge", "margin", Signs, Points, ELEMENTS),
    loss("mse", "regression", Pairs, Points, ELEMENTS),
    loss("l1", "regression", Pairs, Points, ELEMENTS),
    loss("huber", "regression", Pairs, Points, ELEMENTS),
    loss("smooth_l1", "regression", Pairs, Points, ELEMENTS),
    loss("log_cosh", "regression", Pairs, Points, ELEMENTS),
    loss("quantile", "regression", Pairs, Points, ELEMENTS),
    loss("cauchy", "regression", Pairs, Points, ELEMENTS),
    loss("smape", "regression", Pairs, Points, ELEMENTS),
    loss("gaussian_nll", "likelihood", Scaled, Points, ELEMENTS),
    loss("zlpr", "multilabel", Labels, Others, ITEMS),
    loss("rmse", "whole", Pairs, Others, ELEMENTS),
    loss("cosine_distance", "whole", Pairs, Others, ITEMS),
];

/// What is timed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    Forward,
    Both,
}

impl Mode {
    /// In tables.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Both => "+ backward",
        }
    }

    /// For a worker.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Both => "both",
        }
    }
}

/// One measurement.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) loss: &'static Loss,
    /// As "1024x1000".
    pub(crate) shape: String,
    pub(crate) mode: Mode,
}

impl Case {
    fn dims(&self) -> Vec<usize> {
        self.shape.split('x').map(|size| size.parse().expect("checked by `cases`")).collect()
    }

    pub(crate) fn elements(&self) -> usize {
        self.dims().iter().product()
    }

    pub(crate) fn title(&self) -> String {
        format!("{} {} {}", self.loss.name, self.shape, self.mode.title())
    }

    /// What has to be read and written: every input once, every gradient once, in f32; a class is four bytes.
    pub(crate) fn bytes(&self) -> usize {
        let (read, written) = match self.loss.kind {
            Rows => (1, 1),
            Soft | Pairs | Labels | Signs => (2, 1),
            Scaled => (3, 2),
        };
        let tensors = if self.mode == Mode::Both { read + written } else { read };
        let classes = if self.loss.kind == Rows { self.elements() / self.dims()[1] } else { 0 };
        4 * (tensors * self.elements() + classes)
    }

    /// How many times faster than PyTorch it should be.
    pub(crate) fn aim(&self) -> Option<f64> {
        match (self.loss.engine, self.mode, self.shape.as_str()) {
            (ClassRows, Mode::Forward, _) => Some(3.0),
            (ClassRows, Mode::Both, "128x10" | "1024x10") => Some(10.0),
            (ClassRows, Mode::Both, "256x1000" | "1024x1000") => Some(6.0),
            (ClassRows, Mode::Both, "128x32000") => Some(5.0),
            (ClassRows, Mode::Both, "8x21x128x128") => Some(4.0),
            (ClassRows, Mode::Both, "2048x32000") => Some(8.0),
            (SoftRows, ..) => Some(4.0),
            (TensorRows, _, "128x10") => Some(5.0),
            (TensorRows, ..) => Some(4.0),
            (Points, Mode::Forward, _) => Some(3.0),
            (Points, Mode::Both, _) => Some(4.0),
            (ClassRows | Others, ..) => None,
        }
    }

    /// The line that makes a worker ready for it.
    pub(crate) fn prepare(&self) -> String {
        let kind = match self.loss.kind {
            Rows => "rows",
            Soft => "soft",
            Pairs => "pairs",
            Labels => "labels",
            Signs => "signs",
            Scaled => "scaled",
        };
        format!("prepare {kind} {} {} {} {}", self.loss.name, self.shape, self.mode.word(), self.bytes())
    }
}

/// The cases of a filter: `name`, `name@shape` and `@shape`; all of them if it is empty. Without a shape of its own a name
/// has those of the table, up to so many elements.
pub(crate) fn cases(filter: &[String], largest: usize) -> Result<Vec<Case>> {
    let all = [String::new()];
    let filter = if filter.is_empty() { &all[..] } else { filter };
    let mut cases: Vec<Case> = Vec::new();
    for word in filter {
        let (name, shape) = word.split_once('@').map_or((word.as_str(), None), |(name, shape)| (name, Some(shape)));
        let losses: Vec<&Loss> = LOSSES.iter().filter(|loss| name.is_empty() || loss.name == name).collect();
        if losses.is_empty() {
            let names: Vec<&str> = LOSSES.iter().map(|loss| loss.name).collect();
            return Err(format!("no loss {name} is measured; there are {}", names.join(", ")).into());
        }
        for loss in losses {
            let shapes: Vec<&str> = match shape {
                // By a shape alone, the losses that have it; by name, any shape.
                Some(shape) if name.is_empty() => loss.shapes.iter().copied().filter(|other| *other == shape).collect(),
                Some(shape) => vec![shape],
                None => loss.shapes.to_vec(),
            };
            for shape in shapes {
                check_shape(loss, shape)?;
                for mode in [Mode::Forward, Mode::Both] {
                    let case = Case { loss, shape: shape.to_owned(), mode };
                    let is_new = cases.iter().all(|other| other.title() != case.title());
                    if is_new && (case.elements() <= largest || word.contains('@')) {
                        cases.push(case);
                    }
                }
            }
        }
    }
    if cases.is_empty() {
        return Err(format!("no case is left of {}", filter.join(" ")).into());
    }
    Ok(cases)
}

/// That a worker can make these inputs.
fn check_shape(loss: &Loss, shape: &str) -> Result<()> {
    let sizes: std::result::Result<Vec<usize>, _> = shape.split('x').map(str::parse).collect();
    let sizes = sizes.unwrap_or_default();
    let has_rows = matches!(loss.kind, Rows | Soft) || loss.engine == Others && loss.name != "rmse";
    let fits = match sizes.len() {
        1 => !has_rows,
        2 => true,
        4 => loss.name != "multi_margin" && loss.name != "cosine_distance",
        _ => false,
    };
    // The workers number elements by 32 bits.
    let count = sizes.iter().try_fold(1_u32, |count, size| count.checked_mul(u32::try_from(*size).ok()?));
    if fits && count.is_some_and(|count| count > 0) {
        return Ok(());
    }
    Err(format!("{} cannot be measured at {shape}: a shape is as 1024x1000", loss.name).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(name: &str, mode: Mode) -> Case {
        cases(&[name.to_owned()], usize::MAX).expect("a case").into_iter().find(|case| case.mode == mode).expect("both")
    }

    /// A worker would only say that it is missing.
    #[test]
    fn workers_have_every_loss_and_no_other() {
        let rust = include_str!("../../versus/src/cases.rs");
        let python = include_str!("../../versus/torch_worker.py");
        for loss in LOSSES {
            assert_eq!(rust.matches(&format!("\", \"{}\",\n", loss.name)).count(), 1, "{} in cases.rs", loss.name);
            assert_eq!(python.matches(&format!("    \"{}\": ", loss.name)).count(), 1, "{} in Python", loss.name);
        }
        assert_eq!(rust.matches("\", \"").count(), LOSSES.len());
        let (_, table) = python.split_once("CASES = {\n").expect("the table");
        let (table, _) = table.split_once("\n}\n").expect("its end");
        assert_eq!(table.lines().count(), LOSSES.len());
    }

    #[test]
    fn bytes_are_inputs_and_gradients_once() {
        // 6 elements, 2 classes.
        assert_eq!(case("focal@2x3", Mode::Forward).bytes(), 24 + 8);
        assert_eq!(case("focal@2x3", Mode::Both).bytes(), 48 + 8);
        assert_eq!(case("mse@6", Mode::Forward).bytes(), 48);
        assert_eq!(case("mse@6", Mode::Both).bytes(), 72);
        assert_eq!(case("gaussian_nll@6", Mode::Both).bytes(), 120);
    }

    #[test]
    fn aims_are_those_of_the_table() {
        assert_eq!(case("cross_entropy@1024x10", Mode::Both).aim(), Some(10.0));
        assert_eq!(case("cross_entropy@1024x10", Mode::Forward).aim(), Some(3.0));
        assert_eq!(case("cross_entropy@7x3", Mode::Both).aim(), None);
        assert_eq!(case("multi_margin@128x10", Mode::Forward).aim(), Some(5.0));
        assert_eq!(case("multi_margin@1024x1000", Mode::Forward).aim(), Some(4.0));
        assert_eq!(case("zlpr@1024x1000", Mode::Both).aim(), None);
    }

    #[test]
    fn filter_takes_names_and_shapes() {
        let titles = |filter: &[&str], largest| {
            let filter: Vec<String> = filter.iter().map(|word| (*word).to_owned()).collect();
            let cases = cases(&filter, largest).expect("cases");
            cases.iter().filter(|case| case.mode == Mode::Both).map(Case::title).collect::<Vec<_>>()
        };
        assert_eq!(titles(&["mse"], 2_000_000), ["mse 1024x1000 + backward", "mse 1000000 + backward"]);
        assert_eq!(titles(&["mse@5", "mse@5"], 2), ["mse 5 + backward"]);
        assert_eq!(titles(&["@2048x32000"], usize::MAX).len(), 2);
        assert_eq!(titles(&[], usize::MAX).len(), LOSSES.iter().map(|loss| loss.shapes.len()).sum::<usize>());
    }

    #[test]
    fn filter_refuses_what_no_worker_has() {
        for word in ["mes", "focal@1000", "mse@3x", "mse@0", "mse@70000x70000", "multi_margin@8x21x128x128"] {
            assert!(cases(&[word.to_owned()], usize::MAX).is_err(), "{word}");
        }
        assert!(cases(&["mse".to_owned()], 10).is_err());
    }
}

//! How labels go wrong: the transition matrix.

use super::is_class;
use crate::base::error::{ErrorKind, LossError};
use burn::tensor::{Int, Tensor, TensorData};
use core::fmt;
use serde::{Deserialize, Serialize, Serializer};
use std::sync::{Arc, OnceLock};

/// How labels go wrong: Tₖⱼ = P(the label says j | the class is k). In a file: the rate, or the matrix as an array of
/// rows.
///
/// ```
/// use burn_losses::Transition;
///
/// assert_eq!(Transition::from(0.2), Transition::Symmetric(0.2));
/// // A third of the cats are called dogs.
/// assert!(Transition::matrix([[2.0 / 3.0, 1.0 / 3.0], [0.0, 1.0]]).is_ok());
/// let read: Transition = serde_json::from_str("[[0.5, 0.5], [0, 1]]")?;
/// assert_eq!(read, Transition::matrix([[0.5, 0.5], [0.0, 1.0]])?);
/// let error = Transition::matrix([[0.5, 0.25], [0.0, 1.0]]).unwrap_err();
/// assert_eq!(error.to_string(), "Transition: rows must sum to 1, got 0.75 in row 0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, try_from = "Written")]
pub enum Transition {
    /// Labels are wrong at this rate, 0 ≤ r < 1, and then any other class alike: 1 − r on the diagonal, r/(C − 1)
    /// off it.
    Symmetric(f64),
    /// The matrix: see [`Transition::matrix`].
    Matrix(TransitionMatrix),
}

/// A transition matrix whose rows are distributions.
#[derive(Clone)]
pub struct TransitionMatrix(Arc<Matrix>);

struct Matrix {
    rows: Vec<Vec<f64>>,
    /// By what the label says.
    columns: Vec<Vec<f64>>,
    inverse: OnceLock<Option<Vec<Vec<f64>>>>,
}

/// What stands in a file.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a transition must be a rate or an array of rows")]
enum Written {
    Rate(f64),
    Rows(Vec<Vec<f64>>),
}

impl TryFrom<Written> for Transition {
    type Error = LossError;

    fn try_from(written: Written) -> Result<Self, LossError> {
        match written {
            Written::Rate(rate) => Ok(Self::Symmetric(rate)),
            Written::Rows(rows) => Self::matrix(rows),
        }
    }
}

impl From<f64> for Transition {
    fn from(rate: f64) -> Self {
        Self::Symmetric(rate)
    }
}

impl TransitionMatrix {
    /// The rows: one for each class, of what labels say of it.
    pub fn rows(&self) -> &[Vec<f64>] {
        &self.0.rows
    }
}

impl fmt::Debug for TransitionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rows().fmt(f)
    }
}

impl PartialEq for TransitionMatrix {
    fn eq(&self, other: &Self) -> bool {
        self.rows() == other.rows()
    }
}

impl Serialize for TransitionMatrix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.rows().serialize(serializer)
    }
}

impl Transition {
    /// The matrix with these rows: one for each class, of what labels say of it.
    ///
    /// # Errors
    ///
    /// If it is empty or not square, if an entry is negative or not finite, if a row does not sum to 1 within 10⁻⁶.
    pub fn matrix<R: Into<Vec<f64>>>(rows: impl IntoIterator<Item = R>) -> Result<Self, LossError> {
        let rows: Vec<Vec<f64>> = rows.into_iter().map(Into::into).collect();
        let classes = rows.len();
        let wrong = |rule: String| Err(LossError::new(ErrorKind::Parameter, format!("Transition: {rule}")));
        if classes == 0 {
            return wrong("rows must be given, got an empty list".to_owned());
        }
        for (number, row) in rows.iter().enumerate() {
            if row.len() != classes {
                let got = row.len();
                return wrong(format!("the matrix must be square, got {got} entries in row {number} of {classes}"));
            }
            if let Some(entry) = row.iter().find(|entry| !(entry.is_finite() && **entry >= 0.0)) {
                return wrong(format!("entries must be finite and ≥ 0, got {entry} in row {number}"));
            }
            let sum: f64 = row.iter().sum();
            if (sum - 1.0).abs() > 1e-6 {
                return wrong(format!("rows must sum to 1, got {sum} in row {number}"));
            }
        }
        let columns = (0..classes).map(|label| rows.iter().map(|row| row[label]).collect()).collect();
        Ok(Self::Matrix(TransitionMatrix(Arc::new(Matrix { rows, columns, inverse: OnceLock::new() }))))
    }

    /// The lists by class there are, with their lengths.
    pub(super) fn per_class(&self) -> Vec<(&'static str, usize)> {
        match self {
            Self::Symmetric(_) => Vec::new(),
            Self::Matrix(matrix) => vec![("transition", matrix.rows().len())],
        }
    }

    /// Tₖₜ, by target.
    pub(super) fn to_label(&self, classes: usize) -> Table<'_> {
        match self {
            Self::Symmetric(_) if classes == 1 => Table::Symmetric { own: 1.0, other: 0.0 },
            Self::Symmetric(rate) => Table::Symmetric { own: 1.0 - rate, other: rate / (classes - 1) as f64 },
            Self::Matrix(matrix) => Table::Full(&matrix.0.columns),
        }
    }

    /// (T⁻¹)ₜₖ, by target, if there is an inverse.
    pub(super) fn inverse(&self, classes: usize) -> Option<Table<'_>> {
        match self {
            Self::Symmetric(_) if classes == 1 => Some(Table::Symmetric { own: 1.0, other: 0.0 }),
            Self::Symmetric(rate) => {
                let share = rate / (classes - 1) as f64;
                let determinant = 1.0 - rate - share;
                let table = Table::Symmetric { own: (1.0 - share) / determinant, other: -share / determinant };
                (determinant.abs() > SINGULAR).then_some(table)
            }
            Self::Matrix(matrix) => {
                matrix.0.inverse.get_or_init(|| inverse(&matrix.0.rows)).as_deref().map(Table::Full)
            }
        }
    }
}

/// A pivot this small is nothing but rounding errors: entries are of the size of 1.
const SINGULAR: f64 = 1e-12;

/// The inverse, by elimination with the largest pivots.
fn inverse(rows: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let classes = rows.len();
    let unit = |at: usize| (0..classes).map(move |class| f64::from(u8::from(class == at)));
    let mut rows: Vec<Vec<f64>> =
        rows.iter().enumerate().map(|(at, row)| row.iter().copied().chain(unit(at)).collect()).collect();
    for at in 0..classes {
        let size = |row: &usize| rows[*row][at].abs();
        let pivot = (at..classes).max_by(|a, b| size(a).total_cmp(&size(b)))?;
        if size(&pivot) <= SINGULAR {
            return None;
        }
        rows.swap(at, pivot);
        let divisor = rows[at][at];
        rows[at].iter_mut().for_each(|entry| *entry /= divisor);
        let pivot = rows[at].clone();
        for row in rows.iter_mut().enumerate().filter(|(number, _)| *number != at).map(|(_, row)| row) {
            let factor = row[at];
            row.iter_mut().zip(&pivot).skip(at).for_each(|(entry, pivot)| *entry -= factor * pivot);
        }
    }
    Some(rows.into_iter().map(|row| row[classes..].to_vec()).collect())
}

/// A number for every target t and class k.
pub(super) enum Table<'a> {
    Symmetric {
        own: f64,
        other: f64,
    },
    /// By target.
    Full(&'a [Vec<f64>]),
}

impl Table<'_> {
    /// A function of the numbers of every row's target, `[N, C, M]` like the scores.
    pub(super) fn of(&self, targets: &Tensor<3, Int>, scores: &Tensor<3>, f: impl Fn(f64) -> f64) -> Tensor<3> {
        let [rows, classes, inner] = scores.dims();
        match self {
            Self::Symmetric { own, other } => {
                scores.full_like(f(*other)).mask_fill(is_class(targets.clone(), classes), f(*own))
            }
            Self::Full(table) => {
                let numbers: Vec<f64> = table.iter().flatten().map(|number| f(*number)).collect();
                let numbers = TensorData::new(numbers, [classes, classes]);
                let numbers = Tensor::<2>::from_data(numbers, (&scores.device(), scores.dtype()));
                let of_targets = numbers.select(0, targets.clone().reshape([rows * inner]));
                of_targets.reshape([rows, inner, classes]).swap_dims(1, 2)
            }
        }
    }
}

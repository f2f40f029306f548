//! The wrappers that go around any loss, and the sums of losses.

mod decimal;
mod flooding;
mod individual_flooding;
mod label_smoothing;
mod logit_adjustment;
mod logit_clip;
mod logit_norm;
mod logit_scale;
mod per_item;
mod row_norm;
mod schedule;
mod small_loss;
mod top_k;
mod transformed;
mod uncertainty_weighting;
mod weighted_sum;

pub use flooding::{Flooding, FloodingLoss};
pub use individual_flooding::{IndividualFlooding, IndividualFloodingLoss};
pub use label_smoothing::LabelSmoothing;
pub use logit_adjustment::LogitAdjustment;
pub use logit_clip::{LogitClip, LogitClipLoss};
pub use logit_norm::{LogitNorm, LogitNormLoss};
pub use logit_scale::LogitScale;
pub use per_item::{PerItem, PerItemLoss};
pub use schedule::{Ramp, RampShape, Schedule, Scheduled};
pub use small_loss::{SelectedLoss, SmallLoss};
pub use top_k::{TopK, TopKLoss};
pub use transformed::{LogitTransform, Transformed};
pub use uncertainty_weighting::UncertaintyWeighting;
pub(crate) use uncertainty_weighting::Unplaced;
pub use weighted_sum::WeightedSum;

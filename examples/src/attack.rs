//! Membership inference: telling from what a model says of an image whether it was trained on it.
//!
//! The attacker knows an image, its class and the probabilities the model gives it, and has data like the model's own, but
//! none of it: on those it trains shadow models with the same loss, whose members it knows. Everything it learns or
//! chooses (a classifier, a threshold), it learns from the shadow models.
//!
//! # Source
//!
//! Where Shokri et al. train one classifier a class, this is one for all classes, of outputs sorted so that the own class
//! comes first: there are few images of each.
//!
//! R. Shokri et al., "Membership Inference Attacks Against Machine Learning Models", 2017; the threshold on the loss: S. Yeom
//! et al., "Privacy Risk in Machine Learning: Analyzing the Connection to Overfitting", 2018; on the confidence: A. Salem et
//! al., "ML-Leaks: Model and Data Independent Membership Inference Attacks", 2019.

use crate::data::{Dataset, Noise, Split, SplitMix64};
use crate::error::LabError;
use crate::model::Architecture;
use crate::statistics::{Scores, Verdict};
use crate::task::Task;
use crate::training::{self, Plan};
use burn::tensor::Device;
use burn::train::Interrupter;
use burn_losses::prelude::*;
use serde::{Deserialize, Serialize};

/// Sets the shuffled membership of the control apart from the other uses of a seed. (The letters "control".)
const CONTROL: u64 = 0x63_6f6e_7472_6f6c;

/// False-positive rates at which ROC curves are kept, besides 0 and 1 evenly spaced.
pub const STEPS: usize = 50;

/// How the attacker tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Attack {
    /// By a classifier of the model's outputs, trained on those of shadow models.
    Shadow,
    /// By the probability of the likeliest class.
    Confidence,
    /// By the cross-entropy of the true class.
    Loss,
}

impl Attack {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Shadow, Self::Confidence, Self::Loss];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shadow => "shadow",
            Self::Confidence => "confidence",
            Self::Loss => "loss",
        }
    }
}

/// What came of an attack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Accuracy, precision, recall and F1.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The area under the ROC curve.
    pub auc: f64,
    /// True-positive rates at the false-positive rates 0, 1/[`STEPS`], …, 1.
    pub roc: Vec<f64>,
}

/// What a model says of images, some of which it was trained on.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Image after image, the probability of every class.
    said: Vec<Vec<Said>>,
    labels: Vec<usize>,
    members: Vec<bool>,
}

/// A probability by its logarithm, and that of its complement: near 1 neither is lost.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Said {
    log_p: f64,
    log_miss: f64,
}

impl Observed {
    /// What a model says by these logits, image after image.
    ///
    /// # Errors
    ///
    /// If a logit is NaN or infinite: such a model tells nothing, and must not pass for one that keeps its secrets.
    pub fn new(logits: &[f32], labels: &[u8], members: Vec<bool>) -> Result<Self, LabError> {
        if let Some(logit) = logits.iter().find(|logit| !logit.is_finite()) {
            return Err(LabError::Run(format!("attack: the model's outputs must be finite, got {logit}")));
        }
        let classes = logits.len() / labels.len();
        let said = logits.chunks_exact(classes).map(probabilities).collect();
        Ok(Self { said, labels: labels.iter().map(|&label| usize::from(label)).collect(), members })
    }

    /// The same with the membership drawn anew: there is nothing to find out.
    pub fn shuffled(&self, random: &mut SplitMix64) -> Self {
        let mut shuffled = self.clone();
        random.shuffle(&mut shuffled.members);
        shuffled
    }

    /// How likely each image is a member, by a threshold attack.
    fn scores(&self, attack: Attack) -> Vec<f64> {
        let of = |(said, &label): (&Vec<Said>, &usize)| match attack {
            Attack::Loss => said[label].log_p,
            // The logit of the largest: like the probability itself, but told apart near 1.
            _ => said.iter().map(|said| said.log_p - said.log_miss).fold(f64::NEG_INFINITY, f64::max),
        };
        self.said.iter().zip(&self.labels).map(of).collect()
    }

    /// What the classifier sees of each image: the logit of its own class's probability, then ln p of that class and of
    /// the others in descending order.
    fn features(&self) -> Vec<Vec<f64>> {
        let of = |(said, &label): (&Vec<Said>, &usize)| {
            let own = said[label];
            let mut others: Vec<f64> =
                said.iter().enumerate().filter(|(class, _)| *class != label).map(|(_, said)| said.log_p).collect();
            others.sort_by(|a, b| b.total_cmp(a));
            [vec![own.log_p - own.log_miss, own.log_p], others].concat()
        };
        self.said.iter().zip(&self.labels).map(of).collect()
    }
}

/// Scores by group.
fn grouped(scores: &[f64], members: &[bool]) -> Scores {
    let of = |member: bool| {
        let group = scores.iter().zip(members).filter(|(_, is)| **is == member);
        group.map(|(score, _)| *score).collect()
    };
    Scores::new(of(true), of(false))
}

/// The softmax of a row.
fn probabilities(logits: &[f32]) -> Vec<Said> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let at = logits.iter().position(|x| *x == largest).unwrap_or(0);
    let exps: Vec<f64> = logits.iter().map(|x| (f64::from(*x) - f64::from(largest)).exp()).collect();
    // Of all but the largest, which keeps its digits.
    let rest: f64 = exps.iter().enumerate().filter(|(class, _)| *class != at).map(|(_, exp)| exp).sum();
    let log_sum = rest.ln_1p();
    let said = |(class, x): (usize, &f32)| {
        let log_p = f64::from(*x) - f64::from(largest) - log_sum;
        let log_miss = if class == at { rest.ln() - log_sum } else { (-log_p.exp()).ln_1p() };
        // Where the others' exponentials are all 0, ln(1 − p) is as good as −10⁴.
        Said { log_p, log_miss: log_miss.max(-1e4) }
    };
    logits.iter().enumerate().map(said).collect()
}

/// Attacks a target by what is known of shadow models; `None` if interrupted.
///
/// # Errors
///
/// If the classifier cannot be trained.
pub fn attack(
    attack: Attack,
    target: &Observed,
    shadows: &[Observed],
    seed: u64,
    device: &Device,
    interrupter: &Interrupter,
) -> Result<Option<Outcome>, LabError> {
    let (scores, threshold) = match attack {
        Attack::Shadow => match classified(target, shadows, seed, device, interrupter)? {
            Some(scores) => (scores, 0.0),
            None => return Ok(None),
        },
        Attack::Confidence | Attack::Loss => {
            let known: Vec<f64> = shadows.iter().flat_map(|shadow| shadow.scores(attack)).collect();
            let members: Vec<bool> = shadows.iter().flat_map(|shadow| shadow.members.iter().copied()).collect();
            (target.scores(attack), grouped(&known, &members).best_threshold())
        }
    };
    let scores = grouped(&scores, &target.members);
    let roc = scores.roc((0..=STEPS).map(|step| step as f64 / STEPS as f64));
    Ok(Some(Outcome { verdict: scores.verdict(threshold), auc: scores.auc(), roc }))
}

/// The same attack where membership was drawn by `lot`, for the shadow models as for the target: right half of the time,
/// except for chance. `None` if interrupted.
///
/// # Errors
///
/// As [`attack()`].
pub fn control(
    by: Attack,
    target: &Observed,
    shadows: &[Observed],
    lot: u64,
    device: &Device,
    interrupter: &Interrupter,
) -> Result<Option<Outcome>, LabError> {
    let mut random = SplitMix64::new(lot ^ CONTROL);
    let target = target.shuffled(&mut random);
    let shadows: Vec<Observed> = shadows.iter().map(|shadow| shadow.shuffled(&mut random)).collect();
    attack(by, &target, &shadows, lot, device, interrupter)
}

/// How much more likely than not the classifier takes each image of the target for a member: a difference of logits.
fn classified(
    target: &Observed,
    shadows: &[Observed],
    seed: u64,
    device: &Device,
    interrupter: &Interrupter,
) -> Result<Option<Vec<f64>>, LabError> {
    let known: Vec<Vec<f64>> = shadows.iter().flat_map(Observed::features).collect();
    let asked = target.features();
    let width = asked[0].len();
    let scale: Vec<(f64, f64)> = (0..width)
        .map(|column| {
            let spread = crate::statistics::Spread::of(known.iter().map(|row| row[column]));
            (spread.mean, if spread.sd > 0.0 { spread.sd } else { 1.0 })
        })
        .collect();
    let split = |rows: &[Vec<f64>], members: Vec<bool>| {
        let images = rows.iter().flat_map(|row| row.iter().zip(&scale).map(|(x, (mean, sd))| ((x - mean) / sd) as f32));
        Split { images: images.collect(), labels: members.into_iter().map(u8::from).collect() }
    };
    let data = Dataset {
        name: "outputs of shadow models".into(),
        train: split(&known, shadows.iter().flat_map(|shadow| shadow.members.clone()).collect()),
        test: split(&asked, target.members.clone()),
        classes: 2,
        image: [1, 1, width],
    };
    let plan = Plan {
        loss: CrossEntropy::default().into(),
        noise_rate: 0.0,
        noise: Noise::Symmetric,
        epochs: 10,
        seed,
        batch_size: 64,
        model: Architecture::Mlp,
        hidden: 64,
        learning_rate: 1e-3,
    };
    let task = Task::new(&data, &plan)?;
    let trained = training::train(&task, &plan, device, interrupter, |_| Ok(()))?;
    if trained.interrupted {
        return Ok(None);
    }
    let outputs = training::outputs(&trained.model, &task.test, device, |outputs| outputs);
    Ok(Some(outputs.chunks_exact(2).map(|logits| f64::from(logits[1]) - f64::from(logits[0])).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A model whose members' own class has a logit that is larger by `edge`.
    fn observed(edge: f32, images: usize, seed: u64) -> Observed {
        let mut random = SplitMix64::new(seed);
        let labels: Vec<u8> = (0..images).map(|_| random.below(3) as u8).collect();
        let members: Vec<bool> = (0..images).map(|index| index % 2 == 0).collect();
        let mut logits = Vec::new();
        for (label, member) in labels.iter().zip(&members) {
            let mut row = [(); 3].map(|()| random.uniform() as f32);
            row[usize::from(*label)] += 1.0 + if *member { edge } else { 0.0 };
            logits.extend(row);
        }
        Observed::new(&logits, &labels, members).expect("finite")
    }

    fn trio(edge: f32) -> (Observed, [Observed; 2]) {
        (observed(edge, 400, 1), [observed(edge, 400, 2), observed(edge, 400, 3)])
    }

    #[test]
    fn probabilities_keep_their_digits_near_one() {
        let said = probabilities(&[50.0, 0.0]);
        assert!((said[0].log_p / -(-50f64).exp() - 1.0).abs() < 1e-15, "{said:?}");
        assert!((said[0].log_miss + 50.0).abs() < 1e-12 && (said[1].log_p + 50.0).abs() < 1e-12, "{said:?}");
        let equal = probabilities(&[2.0, 2.0]);
        assert!(equal.iter().all(|said| (said.log_p + 2f64.ln()).abs() < 1e-15), "{equal:?}");
        assert!(equal.iter().all(|said| (said.log_miss + 2f64.ln()).abs() < 1e-15), "{equal:?}");
    }

    #[test]
    fn attacks_find_what_is_there_and_nothing_where_nothing_is() {
        let (device, interrupter) = (Device::flex(), Interrupter::new());
        let area = |edge: f32, by: Attack| {
            let (target, shadows) = trio(edge);
            let found = attack(by, &target, &shadows, 5, &device, &interrupter);
            found.expect("trains").expect("not interrupted")
        };
        for by in Attack::ALL {
            // Members and others overlap by a tenth of their range.
            let found = area(0.9, by);
            assert!(found.auc > 0.85 && found.verdict.accuracy > 0.75, "{by:?}: {found:?}");
            // Five standard deviations of an AUC of twice 200 are 0.144.
            let nothing = area(0.0, by);
            assert!((nothing.auc - 0.5).abs() < 0.144, "{by:?}: {nothing:?}");
            assert_eq!((found.roc.len(), found.roc[STEPS]), (STEPS + 1, 1.0));
        }
        let (target, shadows) = trio(0.9);
        for by in Attack::ALL {
            let lot = control(by, &target, &shadows, 5, &device, &interrupter);
            let Outcome { auc, verdict, .. } = lot.expect("trains").expect("not interrupted");
            // The same of an accuracy are 0.089.
            assert!((auc - 0.5).abs() < 0.144 && (verdict.accuracy - 0.5).abs() < 0.089, "{by:?}: {auc} {verdict:?}");
        }
    }

    /// Nothing is learnt or chosen by who the target's members are: with members and others exchanged, every answer stays
    /// and is wrong where it was right.
    #[test]
    fn attacks_do_not_look_at_the_targets_members() {
        let (device, interrupter) = (Device::flex(), Interrupter::new());
        let (target, shadows) = trio(0.9);
        let exchanged = Observed { members: target.members.iter().map(|member| !member).collect(), ..target.clone() };
        for by in Attack::ALL {
            let [there, back] = [&target, &exchanged].map(|target| {
                let found = attack(by, target, &shadows, 5, &device, &interrupter);
                found.expect("trains").expect("not interrupted")
            });
            assert!((there.auc + back.auc - 1.0).abs() < 1e-12, "{by:?}: {} {}", there.auc, back.auc);
            let sum = there.verdict.accuracy + back.verdict.accuracy;
            assert!((sum - 1.0).abs() < 1e-12, "{by:?}: {sum}");
        }
    }

    #[test]
    fn a_model_that_says_nothing_is_an_error() {
        for logit in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let error = Observed::new(&[0.0, logit], &[1], vec![true]).expect_err("refused").to_string();
            assert!(error.contains("must be finite"), "{error}");
        }
    }
}

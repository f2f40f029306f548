//! `privacy`: what each loss costs in accuracy and gives away about its training images.

use super::conclude;
use super::options::{self, TrainingOptions, interrupter};
use crate::attack::{self, Attack, Observed, Outcome, STEPS};
use crate::data::{Dataset, Noise, Split, SplitMix64, blur};
use crate::error::LabError;
use crate::experiment::{self, Experiment};
use crate::plot::{self, Dot, Labels, Level, RocCurve, RocPanel, ScatterAxes};
use crate::report::{Plot, Report, Section, Table, capitalised};
use crate::statistics::{Spread, ranks, spearman};
use crate::store::Folder;
use crate::task::{Task, served};
use crate::training;
use burn::tensor::Device;
use burn::train::Interrupter;
use burn_losses::LossConfig;
use clap::Args;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Sets the draw of members apart from the other uses of a seed. (The letters "members".)
const STREAM: u64 = 0x6d_656d_6265_7273;

/// Sets the shadow models' draws apart. (The letters "shadow".)
const SHADOWS: u64 = 0x7368_6164_6f77;

/// Sets the noise on the pixels apart. (The letters "pixels".)
const PIXELS: u64 = 0x7069_7865_6c73;

/// The loss the others' AUC is compared with.
const PLAIN: &str = "cross_entropy";

/// The table that this experiment follows, in its order: target training and test accuracy in per cent, AUC of the attack.
const REFERENCE: [(&str, [f64; 3]); 10] = [
    ("normalized_cross_entropy", [58.3, 53.0, 0.498]),
    ("class_mae", [71.3, 61.7, 0.507]),
    ("generalized_cross_entropy", [87.8, 66.5, 0.581]),
    ("logit_clip", [92.0, 64.7, 0.594]),
    ("symmetric_cross_entropy", [93.4, 70.9, 0.601]),
    ("focal", [93.8, 61.1, 0.628]),
    ("phuber_cross_entropy", [95.6, 67.9, 0.635]),
    ("logit_norm", [97.9, 62.9, 0.637]),
    ("flooding", [93.8, 61.1, 0.642]),
    ("cross_entropy", [99.0, 68.1, 0.676]),
];

/// Train models with each loss, attack them by membership inference, and print accuracy and attack side by side.
///
/// Some images train the target model, as many are others that it has never seen, and the rest are the attacker's, for
/// shadow models of the same kind. There are few images with much noise on their pixels, and many epochs: so the model
/// learns images by heart, which is what the attacks look for. The attacker sees the softmax of the model's outputs, clipped
/// or normalised where the loss has them so, as a user of the model gets them, and learns from shadow models only.
#[derive(Args, Debug)]
#[command(
    mut_arg("epochs", |argument| argument.default_value("100")),
    mut_arg("hidden", |argument| argument.default_value("256")),
)]
pub struct Privacy {
    /// The losses by name (see `list`), class losses all.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "normalized_cross_entropy,class_mae,generalized_cross_entropy,logit_clip,\
                         symmetric_cross_entropy,focal,phuber_cross_entropy,logit_norm,flooding,cross_entropy"
    )]
    losses: Vec<String>,
    /// Seeds 0 … n − 1: of the draw of members, the pixel noise, weights and order; the same for every loss.
    #[arg(long, default_value_t = 5, value_parser = options::at_least_one)]
    seeds: usize,
    /// Runs at once; as many as there are cores unless given.
    #[arg(long, value_parser = options::at_least_one)]
    jobs: Option<usize>,
    /// Shadow models for each target model.
    #[arg(long, default_value_t = 8, value_parser = options::at_least_one)]
    shadows: usize,
    /// Images a model is trained on; a quarter of all, but at most 1000, unless given.
    #[arg(long, value_parser = options::at_least_one)]
    images: Option<usize>,
    /// Standard deviation of Gaussian noise on the pixels, whose full scale is 1; 0.5 for the digits, 0 for other images,
    /// unless given.
    #[arg(long, value_parser = options::at_least_zero)]
    pixel_noise: Option<f64>,
    /// The attacker sees the softmax of the network's raw outputs, even where the loss was taken of transformed ones
    /// (logit_clip, logit_norm).
    #[arg(long)]
    raw: bool,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    options: TrainingOptions,
}

/// Everything the numbers depend on.
#[derive(Debug, Serialize)]
struct Configuration<'a> {
    all_images: usize,
    fingerprint: String,
    losses: &'a [LossConfig],
    seeds: usize,
    shadows: usize,
    images: usize,
    pixel_noise: f64,
    raw: bool,
    #[serde(flatten)]
    options: &'a TrainingOptions,
}

/// What came of one loss and seed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Attacked {
    train_accuracy: f64,
    test_accuracy: f64,
    /// In the order of [`Attack::ALL`].
    attacks: Vec<Outcome>,
    /// The same where membership was drawn by lot.
    control: Vec<Outcome>,
}

/// A line of the table.
#[derive(Clone, Debug, Serialize)]
struct Row {
    loss: &'static str,
    train_accuracy: Spread,
    test_accuracy: Spread,
    attack: Attack,
    accuracy: Spread,
    precision: Spread,
    recall: Spread,
    f1: Spread,
    auc: Spread,
    /// The AUC less that of cross-entropy, seed by seed; absent without cross-entropy.
    auc_above_cross_entropy: Option<Spread>,
    /// Where membership was drawn by lot.
    control_accuracy: Spread,
    /// Likewise.
    control_auc: Spread,
}

/// A row as CSV has it.
#[derive(Debug, Serialize)]
struct Flat<'a> {
    loss: &'a str,
    attack: &'a str,
    seeds: usize,
    train_accuracy_mean: f64,
    train_accuracy_sd: f64,
    test_accuracy_mean: f64,
    test_accuracy_sd: f64,
    accuracy_mean: f64,
    accuracy_sd: f64,
    precision_mean: f64,
    precision_sd: f64,
    recall_mean: f64,
    recall_sd: f64,
    f1_mean: f64,
    f1_sd: f64,
    auc_mean: f64,
    auc_sd: f64,
    auc_above_cross_entropy_mean: Option<f64>,
    auc_above_cross_entropy_sd: Option<f64>,
    control_accuracy_mean: f64,
    control_accuracy_sd: f64,
    control_auc_mean: f64,
    control_auc_sd: f64,
}

/// What `results.json` says.
#[derive(Debug, Serialize)]
struct Results<'a> {
    command: &'a str,
    version: &'static str,
    configuration: Configuration<'a>,
    rows: &'a [Row],
    rank_correlations: &'a [Agreement],
    runs: &'a [Run],
    failed: &'a [String],
}

/// One loss and seed.
#[derive(Debug, Serialize)]
struct Run {
    loss: &'static str,
    seed: usize,
    #[serde(flatten)]
    result: Attacked,
}

/// How the order of the losses by an attack's AUC agrees with that of the reference.
#[derive(Clone, Debug, Serialize)]
struct Agreement {
    attack: Attack,
    /// Of the mean AUCs.
    spearman: f64,
    /// Of the AUCs of each seed.
    spearman_by_seed: Spread,
    /// The loss whose two ranks, 1 for the least AUC, differ the most.
    furthest: &'static str,
    rank: f64,
    reference_rank: f64,
}

/// Who trains on what, by seed: numbers of images.
struct Draw {
    members: Vec<usize>,
    others: Vec<usize>,
    /// The attacker's.
    rest: Vec<usize>,
}

impl Privacy {
    pub(super) fn run(self) -> Result<(), LabError> {
        let losses = options::class_losses(&self.losses)?;
        let device = self.options.device()?;
        let data = self.options.dataset()?;
        let pool = pool(&data);
        let images = self.images(pool.len())?;
        let pixel_noise = self.pixel_noise.unwrap_or(if data.name == "digits" { 0.5 } else { 0.0 });
        let configuration = Configuration {
            all_images: pool.len(),
            fingerprint: experiment::fingerprint(&data),
            losses: &losses,
            seeds: self.seeds,
            shadows: self.shadows,
            images,
            pixel_noise,
            raw: self.raw,
            options: &self.options,
        };
        let interrupter = interrupter();
        let setting = Setting { command: &self, data: &data, pool: &pool, images, pixel_noise, device, interrupter };
        let smoothed = setting.try_all(&losses)?;
        let units: Vec<(usize, &LossConfig)> =
            (0..self.seeds).flat_map(|seed| losses.iter().map(move |loss| (seed, loss))).collect();
        let names: Vec<String> = units.iter().map(|(seed, loss)| format!("{} seed {seed}", loss.name())).collect();
        let mut experiment = Experiment::open(&self.options.out, "privacy", &configuration, units.len())?;
        let jobs = options::jobs(self.jobs);
        let results = experiment.run(&names, jobs, &setting.interrupter, |index| {
            let (seed, loss) = units[index];
            setting.attacked(loss, seed as u64)
        })?;
        let (mut runs, mut failed) = (Vec::new(), Vec::new());
        for ((seed, loss), result) in units.into_iter().zip(results) {
            match result {
                Ok(result) => runs.push(Run { loss: loss.name(), seed, result }),
                Err(sentence) => failed.push(sentence),
            }
        }

        let folder = experiment.folder();
        let rows = rows(&losses, &runs);
        let agreements = agreements(&rows, &runs);
        folder.write_csv("results.csv", &rows.iter().map(|row| Flat::of(row, self.seeds)).collect::<Vec<_>>())?;
        let mut report = self.report(&data.name, &configuration, &rows, &agreements, &experiment);
        report.lead.extend(smoothed);
        draw(folder, &losses, &rows, &runs)?;
        let results = Results {
            command: experiment.command(),
            version: env!("CARGO_PKG_VERSION"),
            configuration,
            rows: &rows,
            rank_correlations: &agreements,
            runs: &runs,
            failed: &failed,
        };
        folder.write_json("results.json", &results)?;
        conclude(experiment, report, &failed, self.json.then_some(&rows))
    }

    /// Images a model is trained on.
    fn images(&self, all: usize) -> Result<usize, LabError> {
        let most = all / 4;
        match self.images {
            Some(images) if images > most => {
                let sentence = format!("images: must be ≤ {most}, a quarter of all {all} images, got {images}");
                Err(LabError::Usage(sentence))
            }
            Some(images) => Ok(images),
            None if most == 0 => Err(LabError::Usage(format!("data: must have at least 4 images, got {all}"))),
            None => Ok(most.min(1000)),
        }
    }

    fn report(
        &self,
        data: &str,
        configuration: &Configuration<'_>,
        rows: &[Row],
        agreements: &[Agreement],
        experiment: &Experiment,
    ) -> Report {
        let Configuration { images, pixel_noise, all_images, losses, options, .. } = configuration;
        let mut lead = vec![
            format!(
                "Of {all_images} images of {data}, {images} train the target model, {images} others are told apart from \
                 them, and {} are the attacker's; pixel noise σ = {pixel_noise}, {} epochs, {} shadow models.",
                all_images - 2 * images,
                options.epochs,
                self.shadows
            ),
            format!(
                "Mean ± standard deviation over {} seeds, which draw the images, the noise and the weights, the same for \
                 every loss: losses differ by less than the deviations of their means suggest, so the tables of the attacks \
                 have the differences from cross-entropy seed by seed. All seeds draw from the same images.",
                self.seeds
            ),
            format!(
                "The attacker sees {}.",
                if self.raw {
                    "the softmax of the network's raw outputs"
                } else {
                    "the softmax of the network's outputs, clipped or normalised where the loss has them so: what a user of \
                     the model gets"
                }
            ),
        ];
        lead.push(control_sentence(rows, *images, losses.len() * self.seeds));
        lead.extend(agreements.iter().map(Agreement::sentence));
        let accuracy = Table {
            caption: "Target model, and AUC of the attacks (0.5: guessing). The reference is the table that this \
                      experiment follows: training and test accuracy in per cent, AUC of the attack."
                .to_owned(),
            columns: ["loss", "train, %", "test, %", "AUC, shadow", "AUC, confidence", "AUC, loss", "reference"]
                .map(str::to_owned)
                .into(),
            rows: losses.iter().map(|loss| summary(loss.name(), rows)).collect(),
        };
        let of_attack = |attack: Attack| Table {
            caption: format!("{} attack", capitalised(attack.name())),
            columns: ["loss", "accuracy, %", "precision, %", "recall, %", "F1, %", "AUC", "AUC − cross_entropy's"]
                .map(str::to_owned)
                .into(),
            rows: rows
                .iter()
                .filter(|row| row.attack == attack)
                .map(|row| {
                    let shares = [row.accuracy, row.precision, row.recall, row.f1].map(|spread| spread.percent());
                    let above = row.auc_above_cross_entropy.map_or_else(String::new, |spread| spread.number());
                    [vec![row.loss.to_owned()], shares.to_vec(), vec![row.auc.number(), above]].concat()
                })
                .collect(),
        };
        let sections = vec![
            Section {
                heading: "Privacy and accuracy".to_owned(),
                text: Vec::new(),
                tables: vec![accuracy],
                plots: vec![Plot {
                    stem: "privacy_utility".to_owned(),
                    caption:
                        "Test accuracy of the target model against the AUC of the loss attack, mean ± sd over seeds: \
                              best is right and low."
                            .to_owned(),
                }],
            },
            Section {
                heading: "The attacks".to_owned(),
                text: Vec::new(),
                tables: Attack::ALL.map(of_attack).into(),
                plots: vec![Plot {
                    stem: "roc".to_owned(),
                    caption: "ROC curves, means over the seeds; the dashed diagonal is guessing.".to_owned(),
                }],
            },
        ];
        let made = options.made(experiment, data, self.seeds);
        Report { title: "What each loss costs in accuracy and gives away in privacy".to_owned(), lead, sections, made }
    }
}

/// What all units share.
struct Setting<'a> {
    command: &'a Privacy,
    data: &'a Dataset,
    pool: &'a Split,
    images: usize,
    pixel_noise: f64,
    device: Device,
    interrupter: Interrupter,
}

impl Setting<'_> {
    /// Whether every loss can be trained, and which of them only with smoothed labels.
    fn try_all(&self, losses: &[LossConfig]) -> Result<Vec<String>, LabError> {
        let few: Vec<usize> = (0..self.images).collect();
        let data = self.split(self.pool, &few, &few);
        let mut sentences = Vec::new();
        for loss in losses {
            let plan = self.command.options.plan(loss, Noise::Symmetric, 0.0, 0);
            sentences.extend(options::smoothed(loss, &Task::new(&data, &plan)?));
        }
        Ok(sentences)
    }

    /// Trains a target and its shadows, and attacks the target; `None` if interrupted.
    fn attacked(&self, loss: &LossConfig, seed: u64) -> Result<Option<Attacked>, LabError> {
        let pool = match self.pixel_noise {
            0.0 => Cow::Borrowed(self.pool),
            deviation => Cow::Owned(Split {
                images: blur(&self.pool.images, deviation, &mut SplitMix64::new(seed ^ PIXELS)),
                labels: self.pool.labels.clone(),
            }),
        };
        let Draw { members, others, mut rest } = draw_of(pool.len(), self.images, &mut SplitMix64::new(seed ^ STREAM));
        let Some((target, accuracies)) = self.observed(loss, &pool, &members, &others, seed)? else {
            return Ok(None);
        };
        let mut random = SplitMix64::new(seed ^ SHADOWS);
        let mut known = Vec::with_capacity(self.command.shadows);
        for _ in 0..self.command.shadows {
            random.shuffle(&mut rest);
            let (members, others) = (&rest[..self.images], &rest[self.images..2 * self.images]);
            let Some((shadow, _)) = self.observed(loss, &pool, members, others, random.next_u64())? else {
                return Ok(None);
            };
            known.push(shadow);
        }
        let (device, interrupter) = (&self.device, &self.interrupter);
        let (mut attacks, mut control) = (Vec::new(), Vec::new());
        for by in Attack::ALL {
            // Lots of their own: so the controls are independent of each other.
            let name = [loss.name(), by.name()].concat();
            let lot = name.bytes().fold(seed, |lot, byte| SplitMix64::new(lot ^ u64::from(byte)).next_u64());
            let found = attack::attack(by, &target, &known, seed, device, interrupter)?;
            let guessed = attack::control(by, &target, &known, lot, device, interrupter)?;
            let (Some(found), Some(guessed)) = (found, guessed) else { return Ok(None) };
            attacks.push(found);
            control.push(guessed);
        }
        let [train_accuracy, test_accuracy] = accuracies;
        Ok(Some(Attacked { train_accuracy, test_accuracy, attacks, control }))
    }

    /// Trains a model on the members; what it says of them and of the others, and its accuracy on each.
    fn observed(
        &self,
        loss: &LossConfig,
        pool: &Split,
        members: &[usize],
        others: &[usize],
        seed: u64,
    ) -> Result<Option<(Observed, [f64; 2])>, LabError> {
        let data = self.split(pool, members, others);
        let plan = self.command.options.plan(loss, Noise::Symmetric, 0.0, seed);
        let task = Task::new(&data, &plan)?;
        let trained = training::train(&task, &plan, &self.device, &self.interrupter, |_| Ok(()))?;
        let (false, Some(last)) = (trained.interrupted, trained.last()) else { return Ok(None) };
        let said = |examples| {
            let served = |outputs| if self.command.raw { outputs } else { served(loss, outputs) };
            training::outputs(&trained.model, examples, &self.device, served)
        };
        let logits = [said(&task.train), said(&task.test)].concat();
        let labels = [data.train.labels.as_slice(), &data.test.labels].concat();
        let is_member = (0..labels.len()).map(|index| index < members.len()).collect();
        let accuracies = [last.score("train_accuracy"), last.score("test_accuracy")];
        Ok(Some((Observed::new(&logits, &labels, is_member)?, accuracies)))
    }

    fn split(&self, pool: &Split, members: &[usize], others: &[usize]) -> Dataset {
        let Dataset { name, classes, image, .. } = self.data;
        let (train, test) = (chosen(pool, members), chosen(pool, others));
        Dataset { name: name.clone(), train, test, classes: *classes, image: *image }
    }
}

/// All images of a set.
fn pool(data: &Dataset) -> Split {
    Split {
        images: [data.train.images.as_slice(), &data.test.images].concat(),
        labels: [data.train.labels.as_slice(), &data.test.labels].concat(),
    }
}

fn chosen(pool: &Split, indices: &[usize]) -> Split {
    Split {
        images: indices.iter().flat_map(|&index| pool.image(index)).copied().collect(),
        labels: indices.iter().map(|&index| pool.labels[index]).collect(),
    }
}

/// `images` members, as many others, and the rest.
fn draw_of(all: usize, images: usize, random: &mut SplitMix64) -> Draw {
    let mut order: Vec<usize> = (0..all).collect();
    random.shuffle(&mut order);
    let rest = order.split_off(2 * images);
    let others = order.split_off(images);
    Draw { members: order, others, rest }
}

/// What the attacks find where there is nothing to find, beside what chance alone makes of it.
fn control_sentence(rows: &[Row], images: usize, runs: usize) -> String {
    let n = images as f64;
    // The standard deviations of the means over all runs: of the AUC of Mann and Whitney; of the accuracy of a fixed yes to
    // half of all.
    let deviations = [(2.0 * n + 1.0) / (12.0 * n * n), 0.25 / (2.0 * n - 1.0)].map(|one| (one / runs as f64).sqrt());
    let found = Attack::ALL.map(|attack| {
        let mean = |value: fn(&Row) -> f64| Spread::of(rows.iter().filter(|row| row.attack == attack).map(value)).mean;
        [mean(|row| row.control_auc.mean), mean(|row| row.control_accuracy.mean)]
    });
    let chance = |found: &[f64; 2]| found.iter().zip(deviations).all(|(x, sd)| (x - 0.5).abs() <= 3.0 * sd);
    let each = Attack::ALL
        .iter()
        .zip(&found)
        .map(|(attack, [auc, accuracy])| format!("{} AUC {auc:.3}, accuracy {:.2} %", attack.name(), 100.0 * accuracy));
    format!(
        "Control, with membership drawn by lot for shadow models and target: {}. Chance makes the AUC 0.5 ± {:.3} and the \
         accuracy 50 ± {:.2} %, one standard deviation of a mean of {runs} runs; {} within three.",
        each.collect::<Vec<_>>().join("; "),
        deviations[0],
        100.0 * deviations[1],
        if found.iter().all(chance) { "all are" } else { "NOT all are" }
    )
}

fn rows(losses: &[LossConfig], runs: &[Run]) -> Vec<Row> {
    let mut rows = Vec::new();
    let of = |loss: &'static str| runs.iter().filter(move |run| run.loss == loss);
    for loss in losses {
        for (index, attack) in Attack::ALL.into_iter().enumerate() {
            let spread = |value: &dyn Fn(&Attacked) -> f64| Spread::of(of(loss.name()).map(|run| value(&run.result)));
            let here = |value: fn(&Outcome) -> f64| spread(&|run| value(&run.attacks[index]));
            let above = of(loss.name()).filter_map(|run| {
                let plain = of(PLAIN).find(|other| other.seed == run.seed)?;
                Some(run.result.attacks[index].auc - plain.result.attacks[index].auc)
            });
            let is_compared = loss.name() != PLAIN && losses.iter().any(|loss| loss.name() == PLAIN);
            rows.push(Row {
                loss: loss.name(),
                train_accuracy: spread(&|run| run.train_accuracy),
                test_accuracy: spread(&|run| run.test_accuracy),
                attack,
                accuracy: here(|outcome| outcome.verdict.accuracy),
                precision: here(|outcome| outcome.verdict.precision),
                recall: here(|outcome| outcome.verdict.recall),
                f1: here(|outcome| outcome.verdict.f1),
                auc: here(|outcome| outcome.auc),
                auc_above_cross_entropy: is_compared.then(|| Spread::of(above)),
                control_accuracy: spread(&|run| run.control[index].verdict.accuracy),
                control_auc: spread(&|run| run.control[index].auc),
            });
        }
    }
    rows
}

impl<'a> Flat<'a> {
    fn of(row: &'a Row, seeds: usize) -> Self {
        Self {
            loss: row.loss,
            attack: row.attack.name(),
            seeds,
            train_accuracy_mean: row.train_accuracy.mean,
            train_accuracy_sd: row.train_accuracy.sd,
            test_accuracy_mean: row.test_accuracy.mean,
            test_accuracy_sd: row.test_accuracy.sd,
            accuracy_mean: row.accuracy.mean,
            accuracy_sd: row.accuracy.sd,
            precision_mean: row.precision.mean,
            precision_sd: row.precision.sd,
            recall_mean: row.recall.mean,
            recall_sd: row.recall.sd,
            f1_mean: row.f1.mean,
            f1_sd: row.f1.sd,
            auc_mean: row.auc.mean,
            auc_sd: row.auc.sd,
            auc_above_cross_entropy_mean: row.auc_above_cross_entropy.map(|spread| spread.mean),
            auc_above_cross_entropy_sd: row.auc_above_cross_entropy.map(|spread| spread.sd),
            control_accuracy_mean: row.control_accuracy.mean,
            control_accuracy_sd: row.control_accuracy.sd,
            control_auc_mean: row.control_auc.mean,
            control_auc_sd: row.control_auc.sd,
        }
    }
}

/// A loss's line of the first table.
fn summary(loss: &str, rows: &[Row]) -> Vec<String> {
    let of: Vec<&Row> = rows.iter().filter(|row| row.loss == loss).collect();
    let accuracies = of.first().map(|row| [row.train_accuracy.percent(), row.test_accuracy.percent()]);
    let areas = of.iter().map(|row| row.auc.number());
    let reference = REFERENCE.iter().find(|(name, _)| *name == loss);
    let reference = reference.map(|(_, [train, test, auc])| format!("{train:.1} / {test:.1} / {auc:.3}"));
    let name = std::iter::once(loss.to_owned());
    name.chain(accuracies.into_iter().flatten()).chain(areas).chain([reference.unwrap_or_default()]).collect()
}

/// The agreement of each attack with the reference, over the losses they have in common, if there are three at least.
fn agreements(rows: &[Row], runs: &[Run]) -> Vec<Agreement> {
    let of = |(index, attack): (usize, Attack)| {
        let area = |name: &str| rows.iter().find(|row| row.attack == attack && row.loss == name);
        let common: Vec<_> =
            REFERENCE.iter().filter_map(|(name, [_, _, auc])| Some((*name, *auc, area(name)?.auc.mean))).collect();
        let theirs: Vec<f64> = common.iter().map(|(_, auc, _)| *auc).collect();
        let ours: Vec<f64> = common.iter().map(|(_, _, auc)| *auc).collect();
        let by_seed = (0..).map_while(|seed| {
            let of = |name: &str| runs.iter().find(|run| run.seed == seed && run.loss == name);
            let here: Option<Vec<f64>> =
                common.iter().map(|(name, ..)| Some(of(name)?.result.attacks[index].auc)).collect();
            here.map(|here| spearman(&here, &theirs))
        });
        let ranked: Vec<(f64, f64)> = ranks(&ours).into_iter().zip(ranks(&theirs)).collect();
        let distance = |index: &usize| (ranked[*index].0 - ranked[*index].1).abs();
        let furthest = (0..common.len()).max_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        (common.len() >= 3).then(|| Agreement {
            attack,
            spearman: spearman(&ours, &theirs),
            spearman_by_seed: Spread::of(by_seed),
            furthest: common[furthest].0,
            rank: ranked[furthest].0,
            reference_rank: ranked[furthest].1,
        })
    };
    Attack::ALL.into_iter().enumerate().filter_map(of).collect()
}

impl Agreement {
    fn sentence(&self) -> String {
        format!(
            "{} attack: the losses' mean AUC and the reference's have the rank correlation (Spearman) {:.2}, of single seeds \
             {}; furthest apart is {}, {} here and {} there, counted from the least AUC.",
            capitalised(self.attack.name()),
            self.spearman,
            self.spearman_by_seed.number(),
            self.furthest,
            self.rank,
            self.reference_rank
        )
    }
}

fn draw(folder: &Folder, losses: &[LossConfig], rows: &[Row], runs: &[Run]) -> Result<(), LabError> {
    let by_loss = |row: &&Row| row.attack == Attack::Loss;
    let dots: Vec<Dot> = rows
        .iter()
        .filter(by_loss)
        .map(|row| Dot {
            name: row.loss.to_owned(),
            x: row.test_accuracy.mean,
            x_sd: row.test_accuracy.sd,
            y: row.auc.mean,
            y_sd: row.auc.sd,
        })
        .collect();
    let labels = Labels::new("Privacy and accuracy", "test accuracy", "AUC of the loss attack");
    let axes = ScatterAxes { x_percent: true, y_percent: false };
    let guessing = Level { y: 0.5, name: "guessing".to_owned() };
    plot::scatter(&folder.file("privacy_utility"), &labels, axes, &dots, &[guessing])?;

    let panels: Vec<RocPanel> = Attack::ALL
        .into_iter()
        .enumerate()
        .map(|(index, attack)| RocPanel {
            title: format!("{} attack", attack.name()),
            curves: losses
                .iter()
                .map(|loss| {
                    let here = || runs.iter().filter(|run| run.loss == loss.name());
                    let mean = |step: usize| Spread::of(here().map(|run| run.result.attacks[index].roc[step])).mean;
                    let corners = (0..=STEPS).map(|step| (step as f64 / STEPS as f64, mean(step)));
                    let points = std::iter::once((0.0, 0.0)).chain(corners).collect();
                    RocCurve { name: loss.name().to_owned(), points }
                })
                .collect(),
        })
        .collect();
    plot::roc(&folder.file("roc"), "ROC curves of the attacks, means over the seeds", &panels)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_others_and_the_attackers_images_are_disjoint() {
        let Draw { members, others, rest } = draw_of(1797, 449, &mut SplitMix64::new(3));
        assert_eq!((members.len(), others.len(), rest.len()), (449, 449, 899));
        let mut all = [members, others, rest].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..1797));
    }

    #[test]
    fn agreement_names_the_loss_that_is_furthest_apart() {
        let one = |value| Spread { mean: value, sd: 0.0 };
        let row = |(loss, auc): (&'static str, f64)| Row {
            loss,
            train_accuracy: one(1.0),
            test_accuracy: one(0.5),
            attack: Attack::Loss,
            accuracy: one(0.5),
            precision: one(0.5),
            recall: one(0.5),
            f1: one(0.5),
            auc: one(auc),
            auc_above_cross_entropy: None,
            control_accuracy: one(0.5),
            control_auc: one(0.5),
        };
        // The starting point of these experiments; its rank correlation by scipy.
        let ours = [0.697, 0.699, 0.714, 0.887, 0.722, 0.725, 0.736, 0.721, 0.716, 0.747];
        let rows: Vec<Row> = REFERENCE.iter().map(|(name, _)| *name).zip(ours).map(row).collect();
        let agreements = agreements(&rows, &[]);
        let [only] = agreements.as_slice() else { panic!("{agreements:?}") };
        assert!((only.spearman - 0.5515151515151515).abs() < 1e-12, "{only:?}");
        assert_eq!((only.furthest, only.rank, only.reference_rank), ("logit_clip", 10.0, 4.0));
    }
}

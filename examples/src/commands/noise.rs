//! `noise`: what wrong labels do to each loss.

use super::conclude;
use super::options::{self, NoiseKind, TrainingOptions, interrupter, rate};
use crate::error::LabError;
use crate::experiment::{self, Experiment};
use crate::plot::{self, Dot, EpochPanel, Facet, Labels, Point, ScatterAxes, Series};
use crate::report::{Plot, Report, Section, Table, capitalised};
use crate::statistics::Spread;
use crate::store::Folder;
use crate::task::Task;
use crate::training::{self, Epoch};
use burn_losses::catalogue::{self, Family};
use burn_losses::{BackwardCorrection, ForwardCorrection, LossConfig};
use clap::Args;
use serde::{Deserialize, Serialize};

/// The loss the others are compared with.
const REFERENCE: &str = "cross_entropy";

/// Noise-robust losses that are no plain replacement of cross-entropy from the first step on, and why.
const LEFT_OUT: [(&str, &str); 2] = [
    ("negative_learning", "it learns from labels that say what an image is not"),
    (
        "truncated_generalized_cross_entropy",
        "it learns nothing until a model knows something, so it is switched to later",
    ),
];

/// The share of noise at which losses are looked at, as far as it is among the shares.
const USUAL: f64 = 0.4;

/// A loss has begun to learn the noise when it has learnt this share of the wrong labels.
const BEGUN: f64 = 0.2;

/// What the axes call it.
const WRONG: &str = "wrong labels learnt";

/// Losses in one panel of the small multiples.
const PER_PANEL: usize = 5;

/// Losses followed over the epochs.
const FOLLOWED: usize = 7;

/// Train with wrong labels and see which losses endure them: test accuracy against the share of wrong labels, and how many
/// of the wrong labels are learnt by heart.
///
/// The network is large enough, and trained long enough, that cross-entropy learns nearly all wrong labels by heart: what
/// does not, endures them. Forward and backward correction are told the share and kind of the noise, as their authors do;
/// the others know nothing of it.
#[derive(Args, Debug)]
#[command(
    mut_arg("epochs", |argument| argument.default_value("100")),
    mut_arg("hidden", |argument| argument.default_value("256")),
    mut_arg("learning_rate", |argument| argument.default_value("0.003")),
)]
pub struct NoiseCommand {
    /// The losses by name (see `list`), class losses all. Unless given: cross-entropy, the noise-robust losses and
    /// active_passive, but neither negative_learning, which takes other labels, nor truncated_generalized_cross_entropy,
    /// which cannot begin.
    #[arg(long, value_delimiter = ',')]
    losses: Option<Vec<String>>,
    /// Which wrong labels: any other class (symmetric), or the next one (asymmetric: from half on, the wrong class is
    /// the likelier).
    #[arg(long, value_enum, value_delimiter = ',', default_value = "symmetric,asymmetric")]
    noise: Vec<NoiseKind>,
    /// The shares of training labels made wrong, each 0 to 1.
    #[arg(long, value_delimiter = ',', default_value = "0,0.2,0.4,0.6,0.8", value_parser = rate)]
    noise_rate: Vec<f64>,
    /// The share at which the wrong labels learnt are looked at; of the shares, the one next to 0.4 unless given.
    #[arg(long, value_parser = rate)]
    at: Option<f64>,
    /// Seeds 0 … n − 1; the same noise for every loss.
    #[arg(long, default_value_t = 3, value_parser = options::at_least_one)]
    seeds: usize,
    /// Runs at once; as many as there are cores unless given.
    #[arg(long, value_parser = options::at_least_one)]
    jobs: Option<usize>,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    options: TrainingOptions,
}

/// Everything the numbers depend on.
#[derive(Debug, Serialize)]
struct Configuration<'a> {
    losses: &'a [LossConfig],
    noise: &'a [NoiseKind],
    noise_rate: &'a [f64],
    seeds: usize,
    fingerprint: String,
    #[serde(flatten)]
    options: &'a TrainingOptions,
}

/// One run: a loss, a kind and share of noise, and a seed.
#[derive(Clone, Copy, Debug)]
struct Unit {
    loss: usize,
    /// Without noise there is no kind.
    noise: Option<NoiseKind>,
    rate: f64,
    seed: usize,
}

/// What came of it, epoch by epoch.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Course {
    test_accuracy: Vec<f64>,
    /// Against the labels trained on, right and wrong.
    train_accuracy: Vec<f64>,
    /// Of the wrong labels, the share that is predicted; absent without noise.
    wrong_labels_learnt: Option<Vec<f64>>,
}

/// A loss at a kind and share of noise, over the seeds.
#[derive(Clone, Debug, Serialize)]
struct Row {
    loss: &'static str,
    noise: NoiseKind,
    noise_rate: f64,
    /// After the last epoch.
    test_accuracy: Spread,
    /// After the best epoch, which nobody knows without the right labels.
    best_test_accuracy: Spread,
    train_accuracy: Spread,
    wrong_labels_learnt: Option<Spread>,
    /// Of the seeds, those that come to learn a fifth of the wrong labels.
    seeds_that_learn_noise: usize,
    /// The first epoch after which they have, mean over them.
    learns_noise_from_epoch: Option<f64>,
}

/// A row as CSV has it.
#[derive(Debug, Serialize)]
struct Flat<'a> {
    loss: &'a str,
    noise: &'a str,
    noise_rate: f64,
    seeds: usize,
    test_accuracy_mean: f64,
    test_accuracy_sd: f64,
    best_test_accuracy_mean: f64,
    best_test_accuracy_sd: f64,
    train_accuracy_mean: f64,
    train_accuracy_sd: f64,
    wrong_labels_learnt_mean: Option<f64>,
    wrong_labels_learnt_sd: Option<f64>,
    seeds_that_learn_noise: usize,
    learns_noise_from_epoch: Option<f64>,
}

/// What `results.json` says.
#[derive(Debug, Serialize)]
struct Results<'a> {
    command: &'a str,
    version: &'static str,
    configuration: Configuration<'a>,
    rows: &'a [Row],
    failed: &'a [String],
}

/// What is drawn and told.
struct Look<'a> {
    command: &'a NoiseCommand,
    data: &'a str,
    losses: &'a [LossConfig],
    rows: &'a [Row],
    done: &'a [(Unit, Course)],
    at: Option<f64>,
}

impl NoiseCommand {
    pub(super) fn run(mut self) -> Result<(), LabError> {
        let losses = options::class_losses(&self.names())?;
        options::all_different("noise-rate", &self.noise_rate)?;
        options::all_different("noise", &self.noise)?;
        self.noise_rate.sort_by(f64::total_cmp);
        let at = self.at()?;
        let device = self.options.device()?;
        let data = self.options.dataset()?;
        let configuration = Configuration {
            fingerprint: experiment::fingerprint(&data),
            losses: &losses,
            noise: &self.noise,
            noise_rate: &self.noise_rate,
            seeds: self.seeds,
            options: &self.options,
        };
        let units = self.units(losses.len());
        let plan = |Unit { loss, noise, rate, seed }: Unit| {
            let noise = noise.unwrap_or(NoiseKind::Symmetric);
            let loss = told(&losses[loss], noise, rate, data.classes)?;
            Ok::<_, LabError>(self.options.plan(&loss, noise.into(), rate, seed as u64))
        };
        let mut smoothed = Vec::new();
        for unit in units.iter().filter(|unit| unit.seed == 0) {
            // What cannot be is said before anything is trained.
            let sentence = options::smoothed(&losses[unit.loss], &Task::new(&data, &plan(*unit)?)?);
            smoothed.extend(sentence.filter(|_| unit.noise.is_none()));
        }
        let names: Vec<String> = units.iter().map(|unit| unit.name(&losses)).collect();
        let interrupter = interrupter();
        let mut experiment = Experiment::open(&self.options.out, "noise", &configuration, units.len())?;
        let results = experiment.run(&names, options::jobs(self.jobs), &interrupter, |index| {
            let plan = plan(units[index])?;
            let task = Task::new(&data, &plan)?;
            let trained = training::train(&task, &plan, &device, &interrupter, |_| Ok(()))?;
            Ok((!trained.interrupted).then(|| Course::of(&trained.history, plan.noise_rate)))
        })?;
        let (mut done, mut failed): (Vec<(Unit, Course)>, Vec<String>) = Default::default();
        for (unit, result) in units.into_iter().zip(results) {
            match result {
                Ok(course) => done.push((unit, course)),
                Err(sentence) => failed.push(sentence),
            }
        }

        let folder = experiment.folder();
        let rows = self.rows(&losses, &done);
        folder.write_csv("results.csv", &rows.iter().map(|row| Flat::of(row, self.seeds)).collect::<Vec<_>>())?;
        let look = Look { command: &self, data: &data.name, losses: &losses, rows: &rows, done: &done, at };
        let plots = look.draw(folder)?;
        let mut report = look.report(&experiment, plots)?;
        report.lead.extend(smoothed);
        let results = Results {
            command: experiment.command(),
            version: env!("CARGO_PKG_VERSION"),
            configuration,
            rows: &rows,
            failed: &failed,
        };
        folder.write_json("results.json", &results)?;
        conclude(experiment, report, &failed, self.json.then_some(&rows))
    }

    /// The share of noise at which the wrong labels learnt are looked at, if there is noise.
    fn at(&self) -> Result<Option<f64>, LabError> {
        match self.at {
            Some(at) if at == 0.0 || !self.noise_rate.contains(&at) => {
                Err(LabError::Usage(format!("at: must be one of the noise rates above 0, got {at}")))
            }
            Some(at) => Ok(Some(at)),
            None => {
                let distance = |rate: &f64| (rate - USUAL).abs();
                let noisy = self.noise_rate.iter().copied().filter(|&rate| rate > 0.0);
                Ok(noisy.min_by(|a, b| distance(a).total_cmp(&distance(b))))
            }
        }
    }

    fn names(&self) -> Vec<String> {
        self.losses.clone().unwrap_or_else(|| {
            let is_left_out = |name: &str| LEFT_OUT.iter().any(|(left_out, _)| *left_out == name);
            let robust =
                catalogue::all().iter().filter(|entry| entry.family == Family::NoiseRobust && !is_left_out(entry.name));
            let all = [REFERENCE].into_iter().chain(robust.map(|entry| entry.name)).chain(["active_passive"]);
            all.map(str::to_owned).collect()
        })
    }

    fn units(&self, losses: usize) -> Vec<Unit> {
        let mut units = Vec::new();
        for seed in 0..self.seeds {
            for &rate in &self.noise_rate {
                let kinds = if rate == 0.0 { vec![None] } else { self.noise.iter().copied().map(Some).collect() };
                for noise in kinds {
                    units.extend((0..losses).map(|loss| Unit { loss, noise, rate, seed }));
                }
            }
        }
        units
    }

    fn rows(&self, losses: &[LossConfig], done: &[(Unit, Course)]) -> Vec<Row> {
        let mut rows = Vec::new();
        for &noise in &self.noise {
            for (loss, config) in losses.iter().enumerate() {
                for &rate in &self.noise_rate {
                    let here = courses(done, loss, noise, rate);
                    let spread = |value: fn(&Course) -> f64| Spread::of(here.iter().map(|course| value(course)));
                    let learnt: Vec<f64> =
                        here.iter().filter_map(|course| course.wrong_labels_learnt.as_deref().map(last)).collect();
                    let begun: Vec<f64> = here.iter().filter_map(|course| course.begun()).collect();
                    rows.push(Row {
                        loss: config.name(),
                        noise,
                        noise_rate: rate,
                        test_accuracy: spread(|course| last(&course.test_accuracy)),
                        best_test_accuracy: spread(|course| course.test_accuracy.iter().copied().fold(0.0, f64::max)),
                        train_accuracy: spread(|course| last(&course.train_accuracy)),
                        wrong_labels_learnt: (!learnt.is_empty()).then(|| Spread::of(learnt)),
                        seeds_that_learn_noise: begun.len(),
                        learns_noise_from_epoch: (!begun.is_empty()).then(|| Spread::of(begun).mean),
                    });
                }
            }
        }
        rows
    }
}

impl Look<'_> {
    /// The rows of a kind of noise.
    fn of(&self, noise: NoiseKind) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.noise == noise)
    }

    /// The reference, if others are compared with it, and the others.
    fn compared(&self) -> (Option<&LossConfig>, Vec<&LossConfig>) {
        let others: Vec<&LossConfig> = self.losses.iter().filter(|loss| loss.name() != REFERENCE).collect();
        match self.losses.iter().find(|loss| loss.name() == REFERENCE) {
            Some(reference) if !others.is_empty() => (Some(reference), others),
            _ => (None, self.losses.iter().collect()),
        }
    }

    /// Draws what there is to draw; the plots by kind of noise.
    fn draw(&self, folder: &Folder) -> Result<Vec<Vec<Plot>>, LabError> {
        let mut plots = Vec::new();
        for &noise in &self.command.noise {
            let mut here = vec![self.accuracy_plot(folder, noise)?];
            if let Some(at) = self.at {
                here.extend(self.memory_plot(folder, noise, at)?);
                here.extend(self.epochs_plot(folder, noise, at)?);
            }
            plots.push(here);
        }
        Ok(plots)
    }

    /// Test accuracy against the share of noise, a few losses a panel.
    fn accuracy_plot(&self, folder: &Folder, noise: NoiseKind) -> Result<Plot, LabError> {
        let series = |loss: &LossConfig| Series {
            name: loss.name().to_owned(),
            points: self
                .of(noise)
                .filter(|row| row.loss == loss.name())
                .map(|row| Point { x: row.noise_rate, mean: row.test_accuracy.mean, sd: row.test_accuracy.sd })
                .collect(),
        };
        let (reference, others) = self.compared();
        let facets: Vec<Facet> = others
            .chunks(PER_PANEL)
            .map(|chunk| Facet {
                title: String::new(),
                series: chunk.iter().map(|loss| series(loss)).collect(),
                faint: reference.into_iter().map(series).collect(),
            })
            .collect();
        let name = noise.name();
        let stem = format!("accuracy_{name}");
        let title = format!("{}, {name} label noise, mean ± sd over {} seeds", self.data, self.command.seeds);
        plot::facets(&folder.file(&stem), &Labels::new(&title, "label-noise rate", "test accuracy"), &facets)?;
        let grey = reference.map_or_else(String::new, |loss| format!("; {} in grey", loss.name()));
        let caption = format!("Test accuracy against the share of wrong labels, {name} noise{grey}.");
        Ok(Plot { stem, caption })
    }

    /// Test accuracy against what is learnt of the wrong labels, if there are any.
    fn memory_plot(&self, folder: &Folder, noise: NoiseKind, at: f64) -> Result<Option<Plot>, LabError> {
        let dot = |row: &Row| {
            let learnt = row.wrong_labels_learnt?;
            let Spread { mean: y, sd: y_sd } = row.test_accuracy;
            Some(Dot { name: row.loss.to_owned(), x: learnt.mean, x_sd: learnt.sd, y, y_sd })
        };
        let dots: Vec<Dot> = self.of(noise).filter(|row| row.noise_rate == at).filter_map(dot).collect();
        if dots.is_empty() {
            return Ok(None);
        }
        let (name, percent) = (noise.name(), 100.0 * at);
        let stem = format!("memory_{name}");
        let title = format!("{}, {percent:.0} % {name} label noise, after the last epoch", self.data);
        let axes = ScatterAxes { x_percent: true, y_percent: true };
        plot::scatter(&folder.file(&stem), &Labels::new(title, WRONG, "test accuracy"), axes, &dots, &[])?;
        let caption = format!(
            "The share of the wrong labels that a loss ends up predicting, and its test accuracy, at {percent:.0} % {name} \
             noise."
        );
        Ok(Some(Plot { stem, caption }))
    }

    /// Test accuracy and what is learnt of the wrong labels, epoch by epoch.
    fn epochs_plot(&self, folder: &Folder, noise: NoiseKind, at: f64) -> Result<Option<Plot>, LabError> {
        let followed = self.followed(noise, at);
        let line = |loss: usize, value: fn(&Course) -> Option<&Vec<f64>>| {
            let courses = courses(self.done, loss, noise, at);
            let values =
                |epoch: usize| courses.iter().filter_map(|course| Some(value(course)?[epoch])).collect::<Vec<_>>();
            let means = (0..self.command.options.epochs).map(|epoch| Spread::of(values(epoch)).mean).collect();
            (self.losses[loss].name().to_owned(), means)
        };
        let panel = |y: &str, value: fn(&Course) -> Option<&Vec<f64>>| EpochPanel {
            title: String::new(),
            y: y.to_owned(),
            lines: followed.iter().map(|&loss| line(loss, value)).collect(),
        };
        let panels = [
            panel("test accuracy", |course| Some(&course.test_accuracy)),
            panel(WRONG, |course| course.wrong_labels_learnt.as_ref()),
        ];
        let is_empty = |panel: &EpochPanel| panel.lines.iter().all(|(_, means)| means.iter().all(|mean| mean.is_nan()));
        if panels.iter().any(is_empty) {
            return Ok(None);
        }
        let (name, percent) = (noise.name(), 100.0 * at);
        let stem = format!("epochs_{name}");
        let title = format!("{}, {percent:.0} % {name} label noise, mean over {} seeds", self.data, self.command.seeds);
        plot::epochs(&folder.file(&stem), &title, &panels)?;
        let which = match self.compared().0 {
            Some(reference) => format!("of {} and of losses", reference.name()),
            None => "of losses".to_owned(),
        };
        let caption = format!(
            "Test accuracy and the share of wrong labels learnt, epoch by epoch, {which} from the best to the worst test \
             accuracy at {percent:.0} % {name} noise."
        );
        Ok(Some(Plot { stem, caption }))
    }

    /// The losses that are followed over the epochs: the reference, and others from the best to the worst.
    fn followed(&self, noise: NoiseKind, at: f64) -> Vec<usize> {
        let accuracy = |loss: &usize| {
            let row = self.of(noise).find(|row| row.loss == self.losses[*loss].name() && row.noise_rate == at);
            row.map(|row| row.test_accuracy.mean).filter(|mean| mean.is_finite()).unwrap_or_default()
        };
        let (reference, others) = self.compared();
        let index = |loss: &LossConfig| self.losses.iter().position(|other| other.name() == loss.name());
        let mut others: Vec<usize> = others.into_iter().filter_map(index).collect();
        others.sort_by(|a, b| accuracy(b).total_cmp(&accuracy(a)));
        let room = FOLLOWED - 1;
        let chosen: Vec<usize> = match others.len() {
            few if few <= room => others,
            many => (0..room).map(|place| others[place * (many - 1) / (room - 1)]).collect(),
        };
        reference.and_then(index).into_iter().chain(chosen).collect()
    }

    fn report(&self, experiment: &Experiment, plots: Vec<Vec<Plot>>) -> Result<Report, LabError> {
        let NoiseCommand { seeds, options, losses, .. } = self.command;
        let mut lead = vec![format!(
            "Test accuracy after {} epochs, against the right labels; mean ± standard deviation over {seeds} seeds, which \
             draw the wrong labels and the weights, the same for every loss. All seeds have the same images.",
            options.epochs
        )];
        for loss in self.losses {
            lead.extend(options::viewed(loss)?.map(|sentence| sentence + "."));
            if is_told(loss) {
                lead.push(format!("{}: told the share and kind of the noise.", loss.name()));
            }
        }
        if losses.is_none() {
            lead.extend(LEFT_OUT.map(|(name, why)| format!("{name} is left out: {why}.")));
        }
        let sections = self
            .command
            .noise
            .iter()
            .zip(plots)
            .map(|(&noise, plots)| {
                let mut text = vec![match noise {
                    NoiseKind::Symmetric => "A wrong label is any other class, each as likely.".to_owned(),
                    NoiseKind::Asymmetric => "A wrong label is the next class: from one half on, it is likelier than the \
                                              right one, and to learn it is no mistake of the loss."
                        .to_owned(),
                }];
                let mut tables = vec![self.accuracies(noise)];
                if let Some(at) = self.at {
                    text.push(
                        "The best epoch's test accuracy is that of whoever knows the right labels of the test images, and \
                         stops in time: what the noise costs is what is below it in the end."
                            .to_owned(),
                    );
                    tables.push(self.memories(noise, at));
                }
                let heading = format!("{} noise", capitalised(noise.name()));
                Section { heading, text, tables, plots }
            })
            .collect();
        let made = options.made(experiment, self.data, *seeds);
        Ok(Report { title: "What wrong labels do to each loss".to_owned(), lead, sections, made })
    }

    /// A line for each loss, a column for each share of noise.
    fn accuracies(&self, noise: NoiseKind) -> Table {
        let rates = self.command.noise_rate.iter().map(|rate| format!("noise {rate}"));
        let line = |loss: &LossConfig| {
            let cells = self.of(noise).filter(|row| row.loss == loss.name()).map(|row| row.test_accuracy.percent());
            std::iter::once(loss.name().to_owned()).chain(cells).collect()
        };
        Table {
            caption: format!("Test accuracy, %, {} noise", noise.name()),
            columns: std::iter::once("loss".to_owned()).chain(rates).collect(),
            rows: self.losses.iter().map(line).collect(),
        }
    }

    /// What is learnt of the wrong labels at one share of noise.
    fn memories(&self, noise: NoiseKind, at: f64) -> Table {
        let seeds = self.command.seeds;
        let line = |loss: &LossConfig| {
            let row = self.of(noise).find(|row| row.loss == loss.name() && row.noise_rate == at);
            let cells = row.map(|row| {
                let begun = match (row.learns_noise_from_epoch, row.seeds_that_learn_noise) {
                    (None, _) => "never".to_owned(),
                    (Some(epoch), all) if all == seeds => format!("{epoch:.0}"),
                    (Some(epoch), some) => format!("{epoch:.0} ({some} of {seeds} seeds)"),
                };
                let learnt = row.wrong_labels_learnt.map_or_else(|| "–".to_owned(), |spread| spread.percent());
                vec![row.best_test_accuracy.percent(), row.test_accuracy.percent(), learnt, begun]
            });
            std::iter::once(loss.name().to_owned()).chain(cells.into_iter().flatten()).collect()
        };
        let begun = format!("{:.0} % of them from epoch", 100.0 * BEGUN);
        Table {
            caption: format!("Wrong labels learnt at {:.0} % {} noise", 100.0 * at, noise.name()),
            columns: ["loss", "best epoch's test, %", "last epoch's test, %", "wrong labels learnt, %", &begun]
                .map(str::to_owned)
                .into(),
            rows: self.losses.iter().map(line).collect(),
        }
    }
}

impl Unit {
    fn name(self, losses: &[LossConfig]) -> String {
        let loss = losses[self.loss].name();
        let seed = self.seed;
        match self.noise {
            None => format!("{loss} without noise seed {seed}"),
            Some(noise) => format!("{loss} {} noise {} seed {seed}", noise.name(), self.rate),
        }
    }
}

impl Course {
    fn of(history: &[Epoch], rate: f64) -> Self {
        let column = |key: &str| history.iter().map(|epoch| epoch.score(key)).collect::<Vec<_>>();
        // A small share of few labels may leave none of them wrong.
        let learnt = column("wrong_labels_learnt");
        Self {
            test_accuracy: column("test_accuracy"),
            train_accuracy: column("train_accuracy"),
            wrong_labels_learnt: (rate > 0.0 && learnt.iter().all(|share| share.is_finite())).then_some(learnt),
        }
    }

    /// The first epoch after which the noise is being learnt.
    fn begun(&self) -> Option<f64> {
        let learnt = self.wrong_labels_learnt.as_ref()?;
        learnt.iter().position(|share| *share >= BEGUN).map(|index| index as f64 + 1.0)
    }
}

/// What the last epoch ended with; NaN of none.
fn last(epochs: &[f64]) -> f64 {
    epochs.last().copied().unwrap_or(f64::NAN)
}

/// The runs of a loss at a kind and share of noise; without noise, there is no kind.
fn courses(done: &[(Unit, Course)], loss: usize, noise: NoiseKind, rate: f64) -> Vec<&Course> {
    let of = |unit: &Unit| unit.loss == loss && unit.rate == rate && unit.noise.is_none_or(|kind| kind == noise);
    done.iter().filter(|(unit, _)| of(unit)).map(|(_, course)| course).collect()
}

/// Whether the loss corrects for a noise that it knows.
fn is_told(loss: &LossConfig) -> bool {
    loss.formula::<ForwardCorrection>().is_some() || loss.formula::<BackwardCorrection>().is_some()
}

/// The loss, told of the noise if it is one that corrects for it.
fn told(loss: &LossConfig, noise: NoiseKind, rate: f64, classes: usize) -> Result<LossConfig, LabError> {
    if !is_told(loss) {
        return Ok(loss.clone());
    }
    let share = |class: usize, label: usize| match noise {
        _ if class == label => 1.0 - rate,
        NoiseKind::Symmetric => rate / (classes - 1) as f64,
        NoiseKind::Asymmetric => {
            if label == (class + 1) % classes {
                rate
            } else {
                0.0
            }
        }
    };
    let matrix: Vec<Vec<f64>> =
        (0..classes).map(|class| (0..classes).map(|label| share(class, label)).collect()).collect();
    let config = serde_json::json!({"name": loss.name(), "transition": matrix});
    serde_json::from_value(config).map_err(|error| LabError::Usage(format!("{}: {error}", loss.name())))
}

impl<'a> Flat<'a> {
    fn of(row: &'a Row, seeds: usize) -> Self {
        Self {
            loss: row.loss,
            noise: row.noise.name(),
            noise_rate: row.noise_rate,
            seeds,
            test_accuracy_mean: row.test_accuracy.mean,
            test_accuracy_sd: row.test_accuracy.sd,
            best_test_accuracy_mean: row.best_test_accuracy.mean,
            best_test_accuracy_sd: row.best_test_accuracy.sd,
            train_accuracy_mean: row.train_accuracy.mean,
            train_accuracy_sd: row.train_accuracy.sd,
            wrong_labels_learnt_mean: row.wrong_labels_learnt.map(|spread| spread.mean),
            wrong_labels_learnt_sd: row.wrong_labels_learnt.map(|spread| spread.sd),
            seeds_that_learn_noise: row.seeds_that_learn_noise,
            learns_noise_from_epoch: row.learns_noise_from_epoch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_begins_to_be_learnt_when_a_fifth_is() {
        let course = |learnt: &[f64]| Course {
            test_accuracy: vec![],
            train_accuracy: vec![],
            wrong_labels_learnt: Some(learnt.to_vec()),
        };
        assert_eq!(course(&[0.0, 0.19, 0.2, 0.1]).begun(), Some(3.0));
        assert_eq!(course(&[0.0, 0.19]).begun(), None);
    }

    #[test]
    fn corrections_are_told_the_noise_and_others_are_not() {
        let by_name = |name: &str| LossConfig::by_name(name).expect("in the catalogue");
        let plain = by_name("focal");
        assert_eq!(told(&plain, NoiseKind::Symmetric, 0.4, 3).expect("valid"), plain);
        let text = |noise| {
            let told = told(&by_name("forward_correction"), noise, 0.5, 3).expect("valid");
            serde_json::to_value(&told).expect("JSON")["transition"].clone()
        };
        let [symmetric, asymmetric] = [NoiseKind::Symmetric, NoiseKind::Asymmetric].map(text);
        assert_eq!(symmetric, serde_json::json!([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.25, 0.25, 0.5]]));
        assert_eq!(asymmetric, serde_json::json!([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5]]));
    }
}

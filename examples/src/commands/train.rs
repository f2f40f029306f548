//! `train`: one loss, one run.

use super::options::{NoiseKind, TrainingOptions, interrupter, rate};
use super::say;
use crate::data::Dataset;
use crate::error::LabError;
use crate::experiment;
use crate::model::Architecture;
use crate::plot::{self, History};
use crate::report::{self, Plot, Report, Section, Table};
use crate::store::Folder;
use crate::task::{Kind, Task};
use crate::training::{self, Epoch, Plan, Trained};
use burn::module::Module;
use burn_losses::LossConfig;
use clap::{Args, Parser};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// Train the network with one loss. Class losses learn the class; binary, multilabel and margin losses which segments
/// of a seven-segment display the digit lights; regression and whole losses, likelihoods and distributions the lower
/// half of the image from the upper one. Class losses that compare views learn from each image as it is and with noise
/// on its pixels; accuracies are of images as they are.
#[derive(Args, Debug)]
pub struct Train {
    /// The loss by name, parameters at their defaults (see `list`).
    #[arg(long, default_value = "cross_entropy", value_name = "NAME", conflicts_with = "config")]
    loss: String,
    /// A JSON file with the loss: {"name": "focal", "gamma": 1.5}.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The share of training labels made wrong, 0 to 1; only where there are labels.
    #[arg(long, default_value = "0", value_parser = rate)]
    noise_rate: f64,
    /// Which wrong labels: any other class, or the next one.
    #[arg(long, value_enum, default_value_t = NoiseKind::Symmetric)]
    noise: NoiseKind,
    /// Of noise, initial weights, order and views.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    options: TrainingOptions,
}

impl Default for Train {
    fn default() -> Self {
        #[derive(Parser)]
        struct Defaults {
            #[command(flatten)]
            train: Train,
        }
        Defaults::parse_from(["loss-lab"]).train
    }
}

/// What `run.json` and `--json` say.
#[derive(Debug, Serialize)]
struct Summary<'a> {
    loss: &'a str,
    config: &'a LossConfig,
    task: &'a str,
    /// Only where the loss is infinite without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    label_smoothing: Option<f64>,
    /// Only where the loss compares views of an image: how many, of which all but the first are augmented.
    #[serde(skip_serializing_if = "Option::is_none")]
    views: Option<usize>,
    status: &'a str,
    /// The last epoch's, by their keys; null before the first.
    #[serde(flatten)]
    scores: Map<String, Value>,
    seconds: Option<f64>,
    epochs: usize,
    epochs_done: usize,
    noise: &'a str,
    noise_rate: f64,
    seed: u64,
    batch_size: usize,
    model: Architecture,
    hidden: usize,
    learning_rate: f64,
    data: &'a str,
    train_images: usize,
    test_images: usize,
    device: &'a str,
    version: &'a str,
    directory: &'a str,
}

impl Train {
    pub(super) fn run(self) -> Result<(), LabError> {
        let loss = self.loss_config()?;
        let device = self.options.device()?;
        let data = self.options.dataset()?;
        let plan = self.options.plan(&loss, self.noise.into(), self.noise_rate, self.seed);
        let task = Task::new(&data, &plan)?;
        let folder = Folder::create(&self.options.out, &format!("train-{}", plan.loss.name()))?;
        let directory = folder.path().display().to_string();
        let summary = |status: &'static str, history: &[Epoch], seconds: Option<f64>| {
            let last = history.last();
            let score = |key: &str| last.map_or(Value::Null, |epoch| json!(epoch.score(key)));
            serde_json::to_value(Summary {
                loss: plan.loss.name(),
                config: &plan.loss,
                task: task.kind.name(),
                label_smoothing: task.smoothing,
                views: Some(task.objective.views()).filter(|&views| views > 1),
                status,
                scores: task.kind.measures().iter().map(|of| (of.key.to_owned(), score(of.key))).collect(),
                seconds,
                epochs: plan.epochs,
                epochs_done: history.len(),
                noise: self.noise.name(),
                noise_rate: plan.noise_rate,
                seed: plan.seed,
                batch_size: plan.batch_size,
                model: plan.model,
                hidden: plan.hidden,
                learning_rate: plan.learning_rate,
                data: &data.name,
                train_images: data.train.len(),
                test_images: data.test.len(),
                device: &self.options.device,
                version: env!("CARGO_PKG_VERSION"),
                directory: &directory,
            })
            .map_err(|error| LabError::Run(format!("run.json: {error}")))
        };

        folder.write_json("run.json", &summary("running", &[], None)?)?;
        eprintln!("{}", headline(&plan, &data, &task, self.noise, &self.options.device));
        let bar = experiment::bar(plan.epochs, "epoch ");
        let mut history = Vec::new();
        let trained = training::train(&task, &plan, &device, &interrupter(), |epoch| {
            history.push(epoch.clone());
            let main =
                epoch.scores.last().map(|score| format!("{} {}", score.measure.name, score.measure.shown(score.value)));
            bar.set_message(format!("loss {:.4}  {}", epoch.loss, main.unwrap_or_default()));
            bar.inc(1);
            folder.write_csv("history.csv", &history)
        });
        bar.finish_and_clear();
        let trained = match trained {
            Ok(trained) => trained,
            Err(error) => {
                folder.write_json("run.json", &summary("failed", &history, None)?)?;
                return Err(error);
            }
        };
        let status = if trained.interrupted { "interrupted" } else { "done" };
        let summary = summary(status, &history, Some(trained.seconds))?;
        folder.write_json("run.json", &summary)?;
        save_model(&trained, &folder)?;
        if !history.is_empty() {
            let title = format!("{} on {}", plan.loss.name(), data.name);
            plot::history(&folder.file("history"), &title, "loss L", &columns(&task, &history))?;
        }
        self.report(&trained, &plan, &data, &task)?.keep(&folder)?;
        print(&trained, &plan, &directory)?;
        if self.json {
            say(&summary)?;
        }
        if trained.interrupted {
            return Err(LabError::Interrupted(format!(
                "interrupted after {} epochs, kept in {directory}",
                history.len()
            )));
        }
        Ok(())
    }

    fn report(&self, trained: &Trained, plan: &Plan, data: &Dataset, task: &Task<'_>) -> Result<Report, LabError> {
        let (epochs, targets) = (trained.history.len(), task.targets());
        let (train, test) = (data.train.len(), data.test.len());
        let mut lead = vec![format!("{epochs} epochs: {train} images to learn from, {test} to judge by, {targets}.")];
        if trained.interrupted {
            lead.push(format!("Interrupted: {} epochs were asked for.", plan.epochs));
        }
        let rows = scores(trained, plan).map(|(name, shown)| vec![name.trim().to_owned(), shown.trim().to_owned()]);
        let table = Table {
            caption: "After the last epoch".to_owned(),
            columns: vec!["score".to_owned(), "value".to_owned()],
            rows: rows.collect(),
        };
        let caption = "The training loss and the scores, epoch by epoch".to_owned();
        let loss = serde_json::to_string(&plan.loss).map_err(|error| LabError::Run(error.to_string()))?;
        let own = [
            ("loss", loss),
            ("noise", format!("{}, rate {}", self.noise.name(), plan.noise_rate)),
            ("seed", plan.seed.to_string()),
        ];
        Ok(Report {
            title: format!("{} on {}", plan.loss.name(), data.name),
            lead,
            sections: vec![Section {
                heading: "Scores".to_owned(),
                text: Vec::new(),
                tables: vec![table],
                plots: vec![Plot { stem: "history".to_owned(), caption }],
            }],
            made: self.options.made_by(report::command(), &data.name, own, trained.seconds),
        })
    }

    fn loss_config(&self) -> Result<LossConfig, LabError> {
        let Some(path) = &self.config else { return Ok(LossConfig::by_name(&self.loss)?) };
        let text = std::fs::read_to_string(path)
            .map_err(|error| LabError::Usage(format!("{}: cannot be read, {error}", path.display())))?;
        let failed = |error: serde_json::Error| LabError::Usage(format!("{}: {error}", path.display()));
        let value: serde_json::Value = serde_json::from_str(&text).map_err(failed)?;
        serde_json::from_value(value).map_err(failed)
    }
}

fn headline(plan: &Plan, data: &Dataset, task: &Task<'_>, noise: NoiseKind, device: &str) -> String {
    let noise = match (plan.noise_rate, task.kind) {
        (0.0, _) => String::new(),
        (rate, Kind::Classes) => format!(", {:.0} % of the labels wrong ({})", 100.0 * rate, noise.name()),
        (rate, _) => format!(", {:.0} % of the labels wrong", 100.0 * rate),
    };
    format!(
        "training with {} on {}: {} images to learn from, {} to judge by, {}{noise}; seed {}, {device}",
        plan.loss.name(),
        data.name,
        data.train.len(),
        data.test.len(),
        task.targets(),
        plan.seed
    )
}

/// What is drawn of a history, what counts most first.
fn columns(task: &Task<'_>, history: &[Epoch]) -> History {
    let drawn = task.kind.measures().iter().rev().filter_map(|of| Some((of.line?.to_owned(), of.key)));
    let column = |key: &str| history.iter().map(|epoch| epoch.score(key)).collect();
    let shares = matches!(task.kind, Kind::Classes | Kind::Labels);
    History {
        loss: history.iter().map(|epoch| epoch.loss).collect(),
        measures: drawn.map(|(name, key)| (name, column(key))).collect(),
        measured: if shares { "accuracy" } else { "error" }.to_owned(),
        shares,
    }
}

fn save_model(trained: &Trained, folder: &Folder) -> Result<(), LabError> {
    let path = folder.file("model.bpk");
    let saved = trained.model.clone().into_record().save(&path);
    saved.map_err(|error| LabError::Run(format!("{}: cannot be written, {error}", path.display())))
}

/// The last epoch's scores, each with its name, as they are shown.
fn scores(trained: &Trained, plan: &Plan) -> impl Iterator<Item = (&'static str, String)> {
    let scores = trained.last().into_iter().flat_map(|last| &last.scores);
    let told = scores.filter(move |score| plan.noise_rate > 0.0 || !score.measure.of_noise);
    told.map(|score| (score.measure.name, score.measure.shown(score.value)))
}

fn print(trained: &Trained, plan: &Plan, directory: &str) -> Result<(), LabError> {
    for (name, shown) in scores(trained, plan) {
        say(format!("{name:<25}{shown}"))?;
    }
    if !trained.history.is_empty() {
        say(format!("{} epochs of {} in {:.1} s", trained.history.len(), plan.loss.name(), trained.seconds))?;
    }
    say(format!("kept in {directory}: run.json, history.csv, history.png, history.svg, model.bpk, report.json"))
}

//! `compare`: several class losses, noise rates and seeds.

use super::options::{NoiseKind, TrainingOptions, interrupter, rate};
use super::{options, say};
use crate::error::LabError;
use crate::experiment;
use crate::model::Architecture;
use crate::plot::{self, Labels, Point, Series};
use crate::report::{self, Plot, Report, Section, Table};
use crate::statistics::Spread;
use crate::store::Folder;
use crate::task::Task;
use crate::training;
use burn_losses::LossConfig;
use clap::Args;
use serde::Serialize;

/// Train with several class losses, noise rates and seeds, and compare.
#[derive(Args, Debug)]
pub struct Compare {
    /// The losses by name (see `list`), class losses all.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "cross_entropy,focal,generalized_cross_entropy,symmetric_cross_entropy,class_mae,phuber_cross_entropy"
    )]
    losses: Vec<String>,
    /// The shares of training labels made wrong, each 0 to 1.
    #[arg(long, value_delimiter = ',', default_value = "0,0.2,0.4", value_parser = rate)]
    noise_rate: Vec<f64>,
    /// Which wrong labels: any other class, or the next one.
    #[arg(long, value_enum, default_value_t = NoiseKind::Symmetric)]
    noise: NoiseKind,
    /// Seeds 0 … n − 1; the same noise for every loss.
    #[arg(long, default_value_t = 3, value_parser = options::at_least_one)]
    seeds: usize,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    options: TrainingOptions,
}

/// One run.
#[derive(Clone, Debug, Serialize)]
struct Run {
    loss: String,
    noise_rate: f64,
    seed: u64,
    train_accuracy: f64,
    train_accuracy_clean: f64,
    test_accuracy: f64,
    seconds: f64,
}

/// A loss at a noise rate, over the seeds.
#[derive(Clone, Debug, Serialize)]
struct Row {
    loss: String,
    noise_rate: f64,
    seeds: usize,
    train_accuracy: Spread,
    train_accuracy_clean: Spread,
    test_accuracy: Spread,
}

/// A row as CSV has it.
#[derive(Debug, Serialize)]
struct Flat<'a> {
    loss: &'a str,
    noise_rate: f64,
    seeds: usize,
    test_accuracy_mean: f64,
    test_accuracy_sd: f64,
    train_accuracy_mean: f64,
    train_accuracy_sd: f64,
    train_accuracy_clean_mean: f64,
    train_accuracy_clean_sd: f64,
}

impl<'a> From<&'a Row> for Flat<'a> {
    fn from(row: &'a Row) -> Self {
        Self {
            loss: &row.loss,
            noise_rate: row.noise_rate,
            seeds: row.seeds,
            test_accuracy_mean: row.test_accuracy.mean,
            test_accuracy_sd: row.test_accuracy.sd,
            train_accuracy_mean: row.train_accuracy.mean,
            train_accuracy_sd: row.train_accuracy.sd,
            train_accuracy_clean_mean: row.train_accuracy_clean.mean,
            train_accuracy_clean_sd: row.train_accuracy_clean.sd,
        }
    }
}

/// What `results.json` says.
#[derive(Debug, Serialize)]
struct Results<'a> {
    command: Vec<String>,
    version: &'a str,
    data: &'a str,
    device: &'a str,
    noise: &'a str,
    epochs: usize,
    batch_size: usize,
    model: Architecture,
    hidden: usize,
    learning_rate: f64,
    rows: Vec<Row>,
    runs: &'a [Run],
}

impl Compare {
    pub(super) fn run(self) -> Result<(), LabError> {
        let losses = options::class_losses(&self.losses)?;
        let device = self.options.device()?;
        let data = self.options.dataset()?;
        self.options.model.check(data.image)?;
        let folder = Folder::create(&self.options.out, "compare")?;
        let interrupter = interrupter();
        let bar = experiment::bar(losses.len() * self.noise_rate.len() * self.seeds, "");
        let mut runs: Vec<Run> = Vec::new();
        let mut ended = Ok(());
        // Seeds outermost: stopped early, every loss has been seen equally often.
        'runs: for seed in 0..self.seeds as u64 {
            for &noise_rate in &self.noise_rate {
                for loss in &losses {
                    bar.set_message(format!("{} at noise {noise_rate}, seed {seed}", loss.name()));
                    let plan = self.options.plan(loss, self.noise.into(), noise_rate, seed);
                    let task = Task::new(&data, &plan);
                    let trained =
                        task.and_then(|task| training::train(&task, &plan, &device, &interrupter, |_| Ok(())));
                    let trained = match trained {
                        Ok(trained) => trained,
                        Err(error) => {
                            ended = Err(error);
                            break 'runs;
                        }
                    };
                    let (false, Some(last)) = (trained.interrupted, trained.last()) else {
                        ended = Err(LabError::Interrupted(format!("interrupted after {} runs", runs.len())));
                        break 'runs;
                    };
                    runs.push(Run {
                        loss: loss.name().to_owned(),
                        noise_rate,
                        seed,
                        train_accuracy: last.score("train_accuracy"),
                        train_accuracy_clean: last.score("train_accuracy_clean"),
                        test_accuracy: last.score("test_accuracy"),
                        seconds: trained.seconds,
                    });
                    self.keep(&folder, &data.name, &losses, &runs)?;
                    bar.inc(1);
                }
            }
        }
        bar.finish_and_clear();
        if runs.is_empty() {
            return ended;
        }
        let rows = self.rows(&losses, &runs);
        let table = self.table(&losses, &rows);
        say(table.shown())?;
        let viewed =
            losses.iter().filter_map(|loss| options::viewed(loss).transpose()).collect::<Result<Vec<_>, _>>()?;
        for sentence in &viewed {
            say(sentence)?;
        }
        self.draw(&folder, &data.name, &losses, &rows)?;
        self.report(&data.name, &runs, table, viewed).keep(&folder)?;
        let directory = folder.path().display();
        say(format!(
            "kept in {directory}: results.json, results.csv, runs.csv, comparison.png, comparison.svg, report.json"
        ))?;
        if self.json {
            let rows = serde_json::to_string(&rows).map_err(|error| LabError::Run(error.to_string()))?;
            say(rows)?;
        }
        ended
    }

    fn rows(&self, losses: &[LossConfig], runs: &[Run]) -> Vec<Row> {
        let mut rows = Vec::new();
        for loss in losses {
            for &noise_rate in &self.noise_rate {
                let here: Vec<_> =
                    runs.iter().filter(|run| run.loss == loss.name() && run.noise_rate == noise_rate).collect();
                let spread = |value: fn(&Run) -> f64| Spread::of(here.iter().map(|run| value(run)));
                if !here.is_empty() {
                    rows.push(Row {
                        loss: loss.name().to_owned(),
                        noise_rate,
                        seeds: here.len(),
                        train_accuracy: spread(|run| run.train_accuracy),
                        train_accuracy_clean: spread(|run| run.train_accuracy_clean),
                        test_accuracy: spread(|run| run.test_accuracy),
                    });
                }
            }
        }
        rows
    }

    fn keep(&self, folder: &Folder, data: &str, losses: &[LossConfig], runs: &[Run]) -> Result<(), LabError> {
        let rows = self.rows(losses, runs);
        folder.write_csv("results.csv", &rows.iter().map(Flat::from).collect::<Vec<_>>())?;
        folder.write_csv("runs.csv", runs)?;
        let results = Results {
            command: std::env::args().skip(1).collect(),
            version: env!("CARGO_PKG_VERSION"),
            data,
            device: &self.options.device,
            noise: self.noise.name(),
            epochs: self.options.epochs,
            batch_size: self.options.batch_size,
            model: self.options.model,
            hidden: self.options.hidden,
            learning_rate: self.options.learning_rate,
            rows,
            runs,
        };
        folder.write_json("results.json", &results)
    }

    /// One line per loss, one column a noise rate: test accuracy, mean ± sd.
    fn table(&self, losses: &[LossConfig], rows: &[Row]) -> Table {
        let rates = self.noise_rate.iter().map(|rate| format!("noise {rate}"));
        let rows = losses.iter().map(|loss| {
            let cells = self.noise_rate.iter().map(|&rate| {
                let row = rows.iter().find(|row| row.loss == loss.name() && row.noise_rate == rate);
                row.map_or_else(String::new, |row| row.test_accuracy.percent())
            });
            std::iter::once(loss.name().to_owned()).chain(cells).collect()
        });
        Table {
            caption: "Test accuracy in per cent, mean ± standard deviation over the seeds".to_owned(),
            columns: std::iter::once("test accuracy, %".to_owned()).chain(rates).collect(),
            rows: rows.collect(),
        }
    }

    fn report(&self, data: &str, runs: &[Run], table: Table, text: Vec<String>) -> Report {
        let (losses, rates, seeds) = (self.losses.len(), self.noise_rate.len(), self.seeds);
        let asked = losses * rates * seeds;
        let mut lead = vec![format!("{asked} runs: {losses} losses, {rates} noise rates, {seeds} seeds.")];
        if runs.len() < asked {
            lead.push(format!("Ended early, after {} of them.", runs.len()));
        }
        let caption = "Test accuracy against the share of wrong labels, mean ± standard deviation".to_owned();
        let all = self.noise_rate.iter().map(f64::to_string).collect::<Vec<_>>().join(", ");
        let noise = format!("{}, rates {all}", self.noise.name());
        let own = [("noise", noise), ("seeds", format!("0 to {}", seeds - 1))];
        let seconds = runs.iter().map(|run| run.seconds).sum();
        Report {
            title: format!("Class losses on {data}"),
            lead,
            sections: vec![Section {
                heading: "Test accuracy".to_owned(),
                text,
                tables: vec![table],
                plots: vec![Plot { stem: "comparison".to_owned(), caption }],
            }],
            made: self.options.made_by(report::command(), data, own, seconds),
        }
    }

    fn draw(&self, folder: &Folder, data: &str, losses: &[LossConfig], rows: &[Row]) -> Result<(), LabError> {
        let series = losses.iter().map(|loss| Series {
            name: loss.name().to_owned(),
            points: rows
                .iter()
                .filter(|row| row.loss == loss.name())
                .map(|row| Point { x: row.noise_rate, mean: row.test_accuracy.mean, sd: row.test_accuracy.sd })
                .collect(),
        });
        let title = format!(
            "{data}, {} label noise, {} epochs, mean ± sd over {} seeds",
            self.noise.name(),
            self.options.epochs,
            self.seeds
        );
        let labels = Labels::new(title, "label-noise rate", "test accuracy");
        plot::comparison(&folder.file("comparison"), &labels, &series.collect::<Vec<_>>())?;
        Ok(())
    }
}

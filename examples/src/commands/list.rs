//! `list`: the catalogue.

use super::say;
use crate::error::LabError;
use burn_losses::catalogue::{self, Entry, Parameter};
use clap::Args;
use serde_json::{Value, json};

/// List every loss with its formula, parameters and source.
#[derive(Args, Debug)]
pub struct List {
    /// As a JSON array.
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(self) -> Result<(), LabError> {
        if self.json {
            return say(Value::Array(catalogue::all().iter().map(entry).collect()));
        }
        let mut family = None;
        for entry in catalogue::all() {
            if family != Some(entry.family) {
                say(format!("{}\n", entry.family.name()))?;
                family = Some(entry.family);
            }
            say(format!("  {}\n      {}\n      {}", entry.name, entry.formula, entry.purpose))?;
            for parameter in entry.parameters {
                say(format!("      {} = {}, {}", parameter.name, parameter.default, range(parameter)))?;
            }
            say(format!("      {}\n", entry.source))?;
        }
        Ok(())
    }
}

fn range(parameter: &Parameter) -> String {
    let each = if parameter.per_class { ", a number or one per class" } else { "" };
    format!("{}{each}", parameter.range)
}

fn entry(entry: &Entry) -> Value {
    let parameter = |parameter: &Parameter| json!({ "name": parameter.name, "default": parameter.default, "range": range(parameter) });
    json!({
        "name": entry.name,
        "family": entry.family.name(),
        "formula": entry.formula,
        "purpose": entry.purpose,
        "source": entry.source,
        "parameters": entry.parameters.iter().map(parameter).collect::<Vec<_>>(),
    })
}

//! `list`: the catalogue.

use super::say;
use crate::error::LabError;
use burn_losses::LossConfig;
use burn_losses::catalogue::{self, Entry, Parameter};
use clap::Args;
use serde_json::{Value, json};

/// List every loss with its formula, parameters and source.
#[derive(Args, Debug)]
pub struct List {
    /// As a JSON array. `signature` says what a loss takes, `config` is its configuration with every default written out.
    #[arg(long)]
    json: bool,
    /// Only losses that say this in their name, in what they are called elsewhere (bce, ohem), in their purpose or source.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
}

impl List {
    pub(super) fn run(self) -> Result<(), LabError> {
        let entries: Vec<&Entry> = match &self.search {
            Some(text) => catalogue::search(text),
            None => catalogue::all().iter().collect(),
        };
        if self.json {
            return say(json_of(entries));
        }
        if let (true, Some(text)) = (entries.is_empty(), &self.search) {
            let nearest = catalogue::nearest(text).join(", ");
            return say(format!("no loss says \"{text}\" (the nearest names: {nearest})"));
        }
        let mut families = Vec::new();
        for entry in &entries {
            if !families.contains(&entry.family) {
                families.push(entry.family);
            }
        }
        for family in families {
            say(format!("{}\n", family.name()))?;
            for entry in entries.iter().filter(|entry| entry.family == family) {
                say(format!("  {}\n      {}\n      {}", entry.name, entry.formula, entry.purpose))?;
                let aliases = entry.aliases().collect::<Vec<_>>().join(", ");
                if !aliases.is_empty() {
                    say(format!("      also {aliases}"))?;
                }
                for parameter in entry.parameters {
                    say(format!("      {} = {}, {}", parameter.name, default(parameter), range(parameter)))?;
                }
                say(format!("      {}\n", entry.source))?;
            }
        }
        Ok(())
    }
}

/// The catalogue, as `list --json` prints it.
pub fn catalogue_json() -> Value {
    json_of(catalogue::all())
}

fn json_of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Value {
    Value::Array(entries.into_iter().map(entry).collect())
}

fn default(parameter: &Parameter) -> String {
    if parameter.flag { (parameter.default != 0.0).to_string() } else { parameter.default.to_string() }
}

fn range(parameter: &Parameter) -> String {
    if parameter.flag {
        return "true or false".to_owned();
    }
    let each = match parameter {
        Parameter { matrix: true, .. } => ", a number or a matrix with a row per class",
        Parameter { per_class: true, .. } => ", a number or one per class",
        _ => "",
    };
    format!("{}{each}", parameter.range)
}

fn entry(entry: &Entry) -> Value {
    let default = |parameter: &Parameter| match parameter.flag {
        true => json!(parameter.default != 0.0),
        false => json!(parameter.default),
    };
    let parameter = |parameter: &Parameter| json!({ "name": parameter.name, "default": default(parameter), "range": range(parameter) });
    // Of the name alone, which is a configuration where everything else has a default.
    let config = serde_json::from_value::<LossConfig>(json!(entry.name)).ok();
    json!({
        "name": entry.name,
        "aliases": entry.aliases().collect::<Vec<_>>(),
        "family": entry.family.name(),
        "signature": entry.family.signature(),
        "config": config,
        "formula": entry.formula,
        "purpose": entry.purpose,
        "source": entry.source,
        "parameters": entry.parameters.iter().map(parameter).collect::<Vec<_>>(),
    })
}

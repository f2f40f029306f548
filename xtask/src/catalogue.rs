//! `cargo xtask catalogue`: the table of losses in README.md, made from the catalogue.

use crate::workspace::{Outcome, Result, Workspace};
use burn_losses::catalogue::{self, Entry, Parameter};
use std::fmt::Write as _;

const FILE: &str = "README.md";
const BEGIN: &str = "<!-- catalogue:begin -->";
const END: &str = "<!-- catalogue:end -->";

/// What `cargo xtask new-loss` writes where a person has to write.
pub(crate) const EDIT: &str = "EDIT:";

/// Writes the table, or checks that it would not change.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<Outcome> {
    for entry in catalogue::all() {
        if [entry.formula, entry.source, entry.purpose].iter().any(|text| text.contains(EDIT)) {
            return Err(format!("{}: its catalogue entry still says {EDIT}", entry.name).into());
        }
    }
    let text = replaced(&workspace.read(FILE)?, &table(catalogue::all()))?;
    match (workspace.put(FILE, &text, check)?, check) {
        (true, true) => {
            Err(format!("{FILE}: the table of losses is not up to date; run `cargo xtask catalogue`").into())
        }
        (true, false) => {
            println!("catalogue: wrote {} losses to {FILE}", catalogue::all().len());
            Ok(Outcome::Done)
        }
        (false, _) => {
            println!("catalogue: the table in {FILE} is up to date");
            Ok(Outcome::Done)
        }
    }
}

/// The text with the table between the markers.
fn replaced(text: &str, table: &str) -> Result<String> {
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    match parts {
        Some((before, after)) => Ok(format!("{before}{BEGIN}\n\n{table}\n{END}{after}")),
        None => Err(format!("{FILE}: needs the lines {BEGIN} and {END}, in this order").into()),
    }
}

fn table(entries: &[Entry]) -> String {
    let mut table =
        String::from("| loss | family | formula | parameters | when | source |\n|---|---|---|---|---|---|\n");
    for entry in entries {
        let parameters: Vec<_> = entry.parameters.iter().map(parameter).collect();
        let parameters = if parameters.is_empty() { "none".to_owned() } else { parameters.join("; ") };
        let formula = entry.formula.replace('|', "\\|");
        let (name, family, purpose, source) = (entry.name, entry.family.name(), entry.purpose, entry.source);
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| `{name}` | {family} | `{formula}` | {parameters} | {purpose} | {source} |");
    }
    table
}

/// Name, default and range.
fn parameter(parameter: &Parameter) -> String {
    if parameter.flag {
        return format!("`{}` = {} (true or false)", parameter.name, parameter.default != 0.0);
    }
    let per_class = match parameter {
        Parameter { matrix: true, .. } => ", or a matrix with a row per class",
        Parameter { per_class: true, .. } => ", or one per class",
        _ => "",
    };
    let default = parameter.default.to_string().replace('-', "−");
    let range = parameter.range.to_string().replace('-', "−");
    format!("`{}` = {default} ({range}{per_class})", parameter.name)
}

#[cfg(test)]
mod tests {
    use super::{replaced, table};
    use burn_losses::catalogue;

    #[test]
    fn table_has_a_row_a_loss_and_six_columns() {
        let table = table(catalogue::all());
        assert_eq!(table.lines().count(), catalogue::all().len() + 2);
        for line in table.lines() {
            assert_eq!(line.replace("\\|", "").matches('|').count(), 7, "{line}");
        }
    }

    #[test]
    fn replaced_keeps_what_is_outside_the_markers() {
        let text = "a\n<!-- catalogue:begin -->\nold\n<!-- catalogue:end -->\nb";
        let new = replaced(text, "new\n").expect("markers");
        assert_eq!(new, "a\n<!-- catalogue:begin -->\n\nnew\n\n<!-- catalogue:end -->\nb");
        assert_eq!(replaced(&new, "new\n").expect("markers"), new);
        assert!(replaced("<!-- catalogue:end --> <!-- catalogue:begin -->", "").is_err());
    }
}

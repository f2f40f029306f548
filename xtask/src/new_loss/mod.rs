//! `cargo xtask new-loss`: the file of a new loss, and the lines it needs elsewhere.
//!
//! All files are read and edited in memory first and written last, so a place that is not found leaves nothing half
//! done.

mod edit;
mod name;

use crate::plots;
use crate::workspace::{Outcome, Result, Workspace};
use burn_losses::catalogue;
use clap::Args;
use edit::{Text, formatted};
use name::Names;

const LIBRARY: &str = "crates/burn-losses/src";
const FILE: &str = "crates/burn-losses/src/class/{{snake}}.rs";
const GENERATOR: &str = "tests/golden/generate.py";

/// Which loss is to be written.
#[derive(Args, Debug)]
pub(crate) struct NewLoss {
    /// The folder of crates/burn-losses/src: `class`, for a formula of one row of logits and one class.
    family: String,
    /// The name in files, in snake case: `my_loss`.
    name: String,
    /// The name of the type, if it is not the other in camel case.
    #[arg(long)]
    type_name: Option<String>,
}

/// Writes the files.
pub(crate) fn run(workspace: &Workspace, arguments: &NewLoss) -> Result<Outcome> {
    if arguments.family != "class" {
        let sentence = "new-loss: the family folder must be `class`, the one there is a template for";
        return Err(format!("{sentence}, got `{}`", arguments.family).into());
    }
    let names = Names::new(&arguments.name, arguments.type_name.as_deref())?;
    if catalogue::find(&names.snake).is_some() || workspace.path(names.fill(FILE)).exists() {
        return Err(format!("new-loss: there already is a loss `{}`", names.snake).into());
    }
    let files = files(workspace, &names)?;
    for (path, text) in files {
        workspace.put(&path, &text, false)?;
        println!("wrote {path}");
    }
    print!("{}", names.fill(include_str!("../../templates/next_steps.txt")));
    Ok(Outcome::Done)
}

/// Every file, as it is to be: path and text.
fn files(workspace: &Workspace, names: &Names) -> Result<[(String, String); 6]> {
    // The documentation includes the plot, so there has to be one until it can be drawn.
    let no_plot = "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\n";
    Ok([
        (names.fill(FILE), names.fill(include_str!("../../templates/class.rs.txt"))),
        (format!("{}/{}.svg", plots::FOLDER, names.snake), no_plot.to_owned()),
        module(workspace, names)?,
        library(workspace, names)?,
        table(workspace, names)?,
        generator(workspace, names)?,
    ])
}

/// class/mod.rs: the module and its type.
fn module(workspace: &Workspace, names: &Names) -> Result<(String, String)> {
    let path = format!("{LIBRARY}/class/mod.rs");
    let mut text = Text::new(&path, workspace.read(&path)?);
    text.before("mod ", &names.fill("mod {{snake}};\n"))?;
    text.before("pub use ", &names.fill("pub use {{snake}}::{{Type}};\n"))?;
    Ok((path, formatted(text.done())))
}

/// lib.rs: the type, for everyone, and in the prelude.
fn library(workspace: &Workspace, names: &Names) -> Result<(String, String)> {
    let path = format!("{LIBRARY}/lib.rs");
    let mut text = Text::new(&path, workspace.read(&path)?);
    let name = names.fill("{{Type}}, ");
    text.after("pub use class::{", &name)?;
    text.after("    pub use crate::{", &name)?;
    Ok((path, formatted(text.done())))
}

/// config.rs: the row in the table of all losses, as the last of the class losses.
fn table(workspace: &Workspace, names: &Names) -> Result<(String, String)> {
    let path = format!("{LIBRARY}/config.rs");
    let mut text = Text::new(&path, workspace.read(&path)?);
    text.instead_of(";\n    soft_class:\n", &names.fill(",\n        {{Type}};\n    soft_class:\n"))?;
    Ok((path, text.done()))
}

/// generate.py: a definition that is still to be written, its entry in every table, and its cases.
fn generator(workspace: &Workspace, names: &Names) -> Result<(String, String)> {
    let mut text = Text::new(GENERATOR, workspace.read(GENERATOR)?);
    let places = [
        ("    \"logit_clip\": {\"loss\"", "    \"{{snake}}\": {\"scale\": 1},\n"),
        ("FORMULAS = {\n", include_str!("../../templates/golden_definition.txt")),
        ("    )\n}\nTRANSFORMS", "        {{snake}},\n"),
        ("    return torch.where(used, loss", include_str!("../../templates/golden_torch.txt")),
        ("    \"logit_clip\": logit_clip_cases,", include_str!("../../templates/golden_suite.txt")),
    ];
    for (anchor, lines) in places {
        text.before(anchor, &names.fill(lines))?;
    }
    Ok((GENERATOR.to_owned(), text.done()))
}

#[cfg(test)]
mod tests {
    use super::{Names, files};
    use crate::workspace::Workspace;

    #[test]
    fn new_loss_finds_every_place_it_writes_to() {
        let names = Names::new("a_new_loss", None).expect("valid");
        let workspace = Workspace::find().expect("the tests run in the workspace");
        let files = files(&workspace, &names).expect("every place is there");
        // As often as the name is needed there: a template or an anchor that was changed shows here.
        let uses = files.map(|(_, text)| text.matches("a_new_loss").count() + text.matches("ANewLoss").count());
        assert_eq!(uses, [10, 0, 3, 2, 1, 8]);
    }
}

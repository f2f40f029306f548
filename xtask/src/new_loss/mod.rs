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
    let file = format!("{LIBRARY}/class/{}.rs", names.snake);
    if catalogue::find(&names.snake).is_some() || workspace.path(&file).exists() {
        return Err(format!("new-loss: there already is a loss `{}`", names.snake).into());
    }
    let plot = format!("{}/{}.svg", plots::FOLDER, names.snake);
    let files = [
        (file.clone(), names.fill(include_str!("../../templates/class.rs.txt"))),
        (plot, "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\n".to_owned()),
        module(workspace, &names)?,
        library(workspace, &names)?,
        table(workspace, &names)?,
        generator(workspace, &names)?,
    ];
    for (path, text) in files {
        workspace.put(&path, &text, false)?;
        println!("wrote {path}");
    }
    print!("{}", names.fill(include_str!("../../templates/next_steps.txt")));
    Ok(Outcome::Done)
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

/// config.rs: the row in the table of all losses, as the last of the formulas.
fn table(workspace: &Workspace, names: &Names) -> Result<(String, String)> {
    let path = format!("{LIBRARY}/config.rs");
    let mut text = Text::new(&path, workspace.read(&path)?);
    text.instead_of(";\n    wrappers:\n", &names.fill(",\n        {{Type}};\n    wrappers:\n"))?;
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

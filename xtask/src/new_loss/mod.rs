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
const GOLDEN: &str = "tests/golden/losses";
const CALLERS: &str = "tests/tests/callers.rs";

/// What a loss takes, and what it is made of there.
#[derive(Debug)]
struct Signature {
    name: &'static str,
    /// The heading of its losses in the table of all losses.
    kind: &'static str,
    /// The same in the list of typed tests.
    typed: &'static str,
    /// Where its losses lie, unless the command says otherwise.
    folder: &'static str,
    /// What they are for, until someone says otherwise.
    family: &'static str,
    /// The parts of the template that differ by signature.
    parts: &'static str,
    golden: &'static str,
}

macro_rules! signatures {
    ($($name:literal: $kind:literal, $typed:literal, $folder:literal, $family:literal;)+) => {
        const SIGNATURES: &[Signature] = &[
            $(Signature {
                name: $name,
                kind: $kind,
                typed: $typed,
                folder: $folder,
                family: $family,
                parts: include_str!(concat!("../../templates/loss/", $name, ".rs.txt")),
                golden: include_str!(concat!("../../templates/golden/", $name, ".py.txt")),
            },)+
        ];
    };
}
signatures! {
    "class": "Class", "class", "class", "Classification";
    "soft_class": "SoftClass", "soft_class", "soft_class", "Classification";
    "tensor_class": "TensorClass", "tensor_class", "tensor_class", "Classification";
    "binary": "Binary", "binary", "binary", "Binary";
    "pointwise": "Pointwise", "pointwise", "regression", "Regression";
    "distribution": "Distribution", "distribution", "likelihood", "Distribution";
    "multilabel": "Tensor", "tensor", "multilabel", "Multilabel";
    "whole": "Tensor", "tensor", "whole", "Whole";
}

impl Signature {
    fn find(name: &str) -> Result<&'static Self> {
        SIGNATURES.iter().find(|signature| signature.name == name).ok_or_else(|| {
            let names: Vec<_> = SIGNATURES.iter().map(|signature| signature.name).collect();
            format!("new-loss: the signature must be one of {}, got `{name}`", names.join(", ")).into()
        })
    }

    /// The part of the template with this name.
    fn part(&self, name: &str) -> &'static str {
        let (_, part) = self.parts.split_once(&format!("== {name}\n")).expect("every template has every part");
        part.split_once("\n== ").map_or(part, |(part, _)| part).trim_end()
    }

    /// The file of a loss.
    fn file(&self, names: &Names) -> String {
        let parts = ["imports", "line", "formula", "shapes", "example", "impl"];
        let whole = include_str!("../../templates/loss.rs.txt").replace("{{Family}}", self.family);
        let filled = parts.iter().fold(whole, |text, part| text.replace(&format!("{{{{{part}}}}}"), self.part(part)));
        names.fill(&filled)
    }
}

/// Which loss is to be written.
#[derive(Args, Debug)]
pub(crate) struct NewLoss {
    /// What it takes: class, soft_class, tensor_class, binary, pointwise, distribution, multilabel or whole.
    signature: String,
    /// The name in files, in snake case: `my_loss`.
    name: String,
    /// The name of the type, if it is not the other in camel case.
    #[arg(long)]
    type_name: Option<String>,
    /// The folder of crates/burn-losses/src, if it is not the usual one of the signature: divergence, margin, …
    #[arg(long)]
    folder: Option<String>,
}

/// Writes the files.
pub(crate) fn run(workspace: &Workspace, arguments: &NewLoss) -> Result<Outcome> {
    let signature = Signature::find(&arguments.signature)?;
    let folder = arguments.folder.as_deref().unwrap_or(signature.folder);
    let names = Names::new(&arguments.name, arguments.type_name.as_deref())?;
    let file = format!("{LIBRARY}/{folder}/{}.rs", names.snake);
    if catalogue::find(&names.snake).is_some() || workspace.path(&file).exists() {
        return Err(format!("new-loss: there already is a loss `{}`", names.snake).into());
    }
    for (path, text) in files(workspace, signature, folder, &names)? {
        workspace.put(&path, &text, false)?;
        println!("wrote {path}");
    }
    print!("{}", names.fill(include_str!("../../templates/next_steps.txt")).replace("{{file}}", &file));
    Ok(Outcome::Done)
}

/// Every file, as it is to be: path and text.
fn files(workspace: &Workspace, signature: &Signature, folder: &str, names: &Names) -> Result<[(String, String); 7]> {
    // The documentation includes the plot, so there has to be one until it can be drawn.
    let no_plot = "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\n";
    let golden = signature.golden.replace("{{name}}", "{{snake}}").replace("{{type_name}}", "{{Type}}");
    Ok([
        (format!("{LIBRARY}/{folder}/{}.rs", names.snake), formatted(signature.file(names))),
        (format!("{}/{}.svg", plots::FOLDER, names.snake), no_plot.to_owned()),
        (format!("{GOLDEN}/{}.py", names.snake), names.fill(&golden)),
        module(workspace, folder, names)?,
        library(workspace, folder, names)?,
        table(workspace, signature, names)?,
        callers(workspace, signature, names)?,
    ])
}

/// The module and its type, in the folder's mod.rs.
fn module(workspace: &Workspace, folder: &str, names: &Names) -> Result<(String, String)> {
    let path = format!("{LIBRARY}/{folder}/mod.rs");
    let mut text = Text::new(&path, workspace.read(&path)?);
    text.before("mod ", &names.fill("mod {{snake}};\n"))?;
    text.before("pub use ", &names.fill("pub use {{snake}}::{{Type}};\n"))?;
    Ok((path, formatted(text.done())))
}

/// lib.rs: the type, for everyone, and in the prelude.
fn library(workspace: &Workspace, folder: &str, names: &Names) -> Result<(String, String)> {
    let path = format!("{LIBRARY}/lib.rs");
    let mut text = Text::new(&path, workspace.read(&path)?);
    let name = names.fill("{{Type}}, ");
    text.after(&format!("pub use {folder}::{{"), &name)?;
    text.after("    pub use crate::{", &name)?;
    Ok((path, formatted(text.done())))
}

/// table.rs: the line in the table of all losses, as the last of its kind.
fn table(workspace: &Workspace, signature: &Signature, names: &Names) -> Result<(String, String)> {
    let path = format!("{LIBRARY}/table.rs");
    let mut text = Text::new(&path, workspace.read(&path)?);
    text.before_next(&format!("{}:\n", signature.kind), ";", &names.fill(",\n        {{Type}}"))?;
    Ok((path, text.done()))
}

/// callers.rs: the type among those whose panics are watched.
fn callers(workspace: &Workspace, signature: &Signature, names: &Names) -> Result<(String, String)> {
    let mut text = Text::new(CALLERS, workspace.read(CALLERS)?);
    let heading = format!("$see! {{ {}:", signature.typed);
    text.before_next(&heading, "}", &names.fill(", {{Type}} "))?;
    Ok((CALLERS.to_owned(), formatted(text.done())))
}

#[cfg(test)]
mod tests {
    use super::{Names, SIGNATURES, Signature, files};
    use crate::workspace::Workspace;

    #[test]
    fn new_loss_finds_every_place_it_writes_to() {
        let names = Names::new("a_new_loss", None).expect("valid");
        let workspace = Workspace::find().expect("the tests run in the workspace");
        for signature in SIGNATURES {
            let files = files(&workspace, signature, signature.folder, &names).expect("every place is there");
            // As often as the name is needed there: a template or an anchor that was changed shows here.
            let [loss, plot, golden, rest @ ..] =
                files.map(|(_, text)| text.matches("a_new_loss").count() + text.matches("ANewLoss").count());
            assert_eq!((plot, rest), (0, [3, 2, 1, 1]), "{}", signature.name);
            assert!(loss >= 9 && golden >= 3, "{}: {loss}, {golden}", signature.name);
        }
    }

    #[test]
    fn nothing_of_a_template_is_left_unfilled() {
        let names = Names::new("a_new_loss", None).expect("valid");
        for signature in SIGNATURES {
            let file = signature.file(&names);
            assert!(!file.contains("{{"), "{}: {file}", signature.name);
        }
    }

    #[test]
    fn a_signature_that_is_none_is_answered_with_those_there_are() {
        let error = Signature::find("classs").expect_err("there is none").to_string();
        assert!(error.contains("class, soft_class") && error.contains("`classs`"), "{error}");
    }
}

//! `cargo xtask golden`: the golden vectors, by tests/golden/generate.py, and the answers of tests/golden/faults.

use crate::workspace::{Outcome, Result, Workspace};
use clap::Args;
use loss_lab::commands::catalogue_json;
use std::io::{ErrorKind, Write as _};
use std::process::{Command, ExitStatus, Stdio};

const FOLDER: &str = "tests/golden";
const FAULTS: &str = "tests/golden/faults";

/// What the script is to do.
#[derive(Args, Debug)]
pub(crate) struct Golden {
    /// Write nothing; fail if a file differs from what would be written.
    #[arg(long)]
    check: bool,
    /// The interpreter, which must see the packages of tests/golden/requirements.txt.
    #[arg(long, default_value = "python3", value_name = "PROGRAM")]
    python: String,
    /// Only these losses, or kinds of faults, by name; all of them unless given.
    losses: Vec<String>,
}

/// Runs the scripts, if what they need is there. Without it `--check` still checks that every loss has its file.
pub(crate) fn run(workspace: &Workspace, arguments: &Golden) -> Result<Outcome> {
    let requirements = workspace.read(format!("{FOLDER}/requirements.txt"))?;
    if let Some(missing) = missing(&arguments.python, &requirements)? {
        let checked = match arguments.check {
            true => names(workspace, arguments)?,
            false => "",
        };
        return Ok(Outcome::NotAvailable(format!("{missing}{checked}\n{}", how_to_install(&arguments.python))));
    }
    let is_kind = |name: &&String| workspace.path(FAULTS).join(format!("{name}.json")).exists();
    let (kinds, losses): (Vec<&String>, Vec<&String>) = arguments.losses.iter().partition(is_kind);
    for (folder, names) in [(FOLDER, losses), (FAULTS, kinds)] {
        if names.is_empty() && !arguments.losses.is_empty() {
            continue;
        }
        let mut command = script(workspace, folder, arguments);
        command.args(names);
        if arguments.check {
            command.arg("--check");
        }
        if !with_catalogue(command)?.success() {
            return Err(format!("{folder}/generate.py failed; what it printed stands above").into());
        }
    }
    Ok(Outcome::Done)
}

/// Checks that every loss has its file and every file its loss, for which Python is enough; says what was checked.
fn names(workspace: &Workspace, arguments: &Golden) -> Result<&'static str> {
    let mut command = script(workspace, FOLDER, arguments);
    command.arg("--check-names");
    match with_catalogue(command) {
        Ok(status) if status.success() => Ok("; checked only that losses and files belong together"),
        Ok(_) => Err(format!("{FOLDER}: what is wrong stands above").into()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(""),
        Err(error) => Err(error.into()),
    }
}

fn script(workspace: &Workspace, folder: &str, arguments: &Golden) -> Command {
    let mut command = Command::new(&arguments.python);
    command.arg(workspace.path(folder).join("generate.py")).args(["--catalogue", "-"]);
    command
}

/// Runs the script with the catalogue, as `loss-lab list --json` prints it, on its standard input.
fn with_catalogue(mut command: Command) -> std::io::Result<ExitStatus> {
    let mut process = command.stdin(Stdio::piped()).spawn()?;
    let mut input = process.stdin.take().expect("it is piped");
    // A script that ends before it has read everything says why.
    let written = input.write_all(catalogue_json().to_string().as_bytes());
    drop(input);
    let status = process.wait()?;
    if status.success() { written.map(|()| status) } else { Ok(status) }
}

/// What is missing to run the script, if anything is.
fn missing(python: &str, requirements: &str) -> Result<Option<String>> {
    const PROBE: &str = "\
import importlib.metadata, sys
for line in sys.argv[1:]:
    package, pinned = line.split('==')
    try:
        found = importlib.metadata.version(package).split('+')[0]
    except importlib.metadata.PackageNotFoundError:
        found = 'none'
    if found != pinned:
        print(f'{package} {pinned} is needed, {found} is installed')
";
    let probe = Command::new(python).args(["-c", PROBE]).args(requirements.split_whitespace()).output();
    match probe {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Some(format!("there is no program {python}"))),
        Err(error) => Err(format!("{python}: {error}").into()),
        Ok(output) if !output.status.success() => {
            Err(format!("{python}: {}", String::from_utf8_lossy(&output.stderr).trim_end()).into())
        }
        Ok(output) => {
            let found = String::from_utf8_lossy(&output.stdout).trim_end().replace('\n', "; ");
            Ok((!found.is_empty()).then_some(found))
        }
    }
}

fn how_to_install(python: &str) -> String {
    format!(
        "  {python} -m venv <folder>\n  <folder>/bin/pip install -r {FOLDER}/requirements.txt\n  \
         cargo xtask golden --python <folder>/bin/python"
    )
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn missing_names_a_program_that_is_not_there() {
        let sentence = missing("no-such-python", "mpmath==1.3.0").expect("not an error");
        assert_eq!(sentence.as_deref(), Some("there is no program no-such-python"));
    }
}

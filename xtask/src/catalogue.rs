//! `cargo xtask catalogue`: the list of losses in docs/losses.md and the table of families in README.md. They are made from
//! the catalogue, and from what the library's own documentation says of families and of which loss to use.

use crate::workspace::{Outcome, Result, Workspace};
use burn_losses::catalogue::{self, Entry, Parameter};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const LIST: &str = "docs/losses.md";
const README: &str = "README.md";
const SOURCES: &str = "crates/burn-losses/src";
/// Losses that the table of families names per family.
const EXAMPLES: usize = 3;

/// What `cargo xtask new-loss` writes where a person has to write.
pub(crate) const EDIT: &str = "EDIT:";

/// Writes the tables, or checks that they would not change.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<Outcome> {
    let entries = catalogue::all();
    for entry in entries {
        if [entry.formula, entry.source, entry.purpose].iter().any(|text| text.contains(EDIT)) {
            return Err(format!("{}: its catalogue entry still says {EDIT}", entry.name).into());
        }
    }
    let library = Library::read(workspace)?;
    let families = families(&library, entries)?;
    let list = replaced(LIST, &workspace.read(LIST)?, "which-loss", &which_loss(&library)?)?;
    let list = replaced(LIST, &list, "catalogue", &sections(&library, &families))?;
    let readme = replaced(README, &workspace.read(README)?, "catalogue", &overview(&families))?;
    let mut stale = Vec::new();
    for (file, text) in [(LIST, &list), (README, &readme)] {
        if workspace.put(file, text, check)? {
            stale.push(file);
        }
    }
    match (stale.join(" and "), check) {
        (files, _) if files.is_empty() => println!("catalogue: {LIST} and {README} are up to date"),
        (files, false) => println!("catalogue: wrote {} losses to {files}", entries.len()),
        (files, true) => return Err(format!("not up to date: {files}; run `cargo xtask catalogue`").into()),
    }
    Ok(Outcome::Done)
}

/// The text with new text between the markers of this name.
fn replaced(file: &str, text: &str, name: &str, new: &str) -> Result<String> {
    let (begin, end) = (format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->"));
    let parts = text.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    match parts {
        Some((before, after)) => Ok(format!("{before}{begin}\n\n{}\n\n{end}{after}", new.trim_end())),
        None => Err(format!("{file}: needs the lines {begin} and {end}, in this order").into()),
    }
}

/// The sources of the library: what is documented there, and in which file.
struct Library {
    /// Path from the root of the repository, and text.
    files: Vec<(String, String)>,
}

impl Library {
    fn read(workspace: &Workspace) -> Result<Self> {
        fn walk(folder: &Path, name: &str, files: &mut Vec<(String, String)>) -> Result<()> {
            for entry in fs::read_dir(folder).map_err(|error| format!("{name}: {error}"))? {
                let path = entry?.path();
                let name = format!("{name}/{}", path.file_name().unwrap_or_default().to_string_lossy());
                if path.is_dir() {
                    walk(&path, &name, files)?;
                } else if name.ends_with(".rs") {
                    let text = fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
                    files.push((name, text));
                }
            }
            Ok(())
        }
        let mut files = Vec::new();
        walk(&workspace.path(SOURCES), SOURCES, &mut files)?;
        files.sort_unstable();
        Ok(Self { files })
    }

    /// The file in which something public of this name is defined.
    fn home(&self, name: &str) -> Option<&str> {
        let definitions = ["struct", "enum", "trait", "fn"].map(|what| format!("pub {what} {name}"));
        let defines = |line: &str| {
            let rest = definitions.iter().find_map(|definition| line.strip_prefix(definition.as_str()));
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        self.files.iter().find(|(_, text)| text.lines().any(defines)).map(|(path, _)| path.as_str())
    }

    /// The variants of a public enum, each with what its documentation says.
    fn variants(&self, name: &str) -> Result<Vec<(String, String)>> {
        let begin = format!("pub enum {name} {{\n");
        let found = self.files.iter().find_map(|(_, text)| text.split_once(&begin)?.1.split_once("\n}"));
        let (body, _) = found.ok_or_else(|| format!("{SOURCES}: no public enum {name}"))?;
        let (mut variants, mut said) = (Vec::new(), Vec::new());
        for line in body.lines().map(str::trim) {
            if let Some(text) = line.strip_prefix("///") {
                said.push(text.trim());
            } else if let Some(variant) = line.strip_suffix(',') {
                variants.push((variant.to_owned(), said.join(" ")));
                said.clear();
            }
        }
        Ok(variants)
    }

    /// Documentation as a page of the folder `docs` has it: links to items become links to their files.
    fn linked(&self, text: &str) -> String {
        let (mut linked, mut rest) = (String::new(), text);
        while let Some(at) = rest.find(['`', '[']) {
            linked.push_str(&rest[..at]);
            rest = &rest[at..];
            let span = if rest.starts_with('`') { code(rest) } else { None };
            if let Some((span, after)) = span {
                linked.push_str(span);
                rest = after;
            } else if let Some((words, target, after)) = link(rest) {
                let item = target.trim_matches('`').trim_start_matches("crate::");
                let item = item.split(['#', ':']).next().unwrap_or_default();
                match self.home(item) {
                    Some(path) => linked.push_str(&format!("[{words}](../{path})")),
                    None => linked.push_str(words),
                }
                rest = after;
            } else {
                linked.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
        linked + rest
    }
}

/// A span of code at the start of a text, and what comes after it.
fn code(text: &str) -> Option<(&str, &str)> {
    let end = text[1..].find('`')? + 2;
    Some(text.split_at(end))
}

/// A link at the start of a text: its words, its target and what comes after it. Words without a target are their own.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (words, after) = text.strip_prefix('[')?.split_once(']')?;
    let with_target = after.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let (target, after) = with_target.unwrap_or((words, after));
    Some((words, target, after))
}

/// The tables of the crate's documentation that say which loss to use.
fn which_loss(library: &Library) -> Result<String> {
    const HEADING: &str = "# Which loss should I use?";
    let (_, text) = library.files.iter().find(|(path, _)| path.ends_with("src/lib.rs")).ok_or("no lib.rs")?;
    let lines: Vec<&str> = text
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let start = lines.iter().position(|line| *line == HEADING);
    let start = start.ok_or_else(|| format!("{SOURCES}/lib.rs: no section \"{HEADING}\""))?;
    let section = &lines[start..];
    let end = section[1..].iter().position(|line| line.starts_with("# ")).map_or(section.len(), |at| at + 1);
    // What comes after the last table is of the crate's documentation.
    let end = section[..end].iter().rposition(|line| line.starts_with('|')).map_or(end, |at| at + 1);
    let mut page = String::new();
    for line in &section[..end] {
        let deeper = if line.starts_with('#') { "#" } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(page, "{deeper}{}", library.linked(line));
    }
    Ok(page)
}

/// A family, and the losses that belong to it.
struct Group {
    title: String,
    /// What its losses are for: one sentence.
    says: String,
    losses: Vec<&'static Entry>,
}

/// The families in the order of the code, those without a loss left out.
fn families(library: &Library, entries: &'static [Entry]) -> Result<Vec<Group>> {
    let mut groups = Vec::new();
    for (variant, says) in library.variants("Family")? {
        let name = snake(&variant);
        let losses: Vec<_> = entries.iter().filter(|entry| entry.family.name() == name).collect();
        let mut title = name.replace('_', " ");
        title[..1].make_ascii_uppercase();
        if !losses.is_empty() {
            groups.push(Group { title, says, losses });
        }
    }
    match groups.iter().map(|group| group.losses.len()).sum::<usize>() {
        listed if listed == entries.len() => Ok(groups),
        listed => Err(format!("{SOURCES}: only {listed} of {} losses are of a family there", entries.len()).into()),
    }
}

/// `NoiseRobust` as `noise_robust`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// A row per family, for the README.
fn overview(families: &[Group]) -> String {
    let mut table = String::from("| family | what it is for | losses | such as |\n|---|---|---:|---|\n");
    for Group { title, says, losses } in families {
        let anchor = title.to_lowercase().replace(' ', "-");
        let names: Vec<_> = losses.iter().take(EXAMPLES).map(|entry| format!("`{}`", entry.name)).collect();
        let (says, count, names) = (says.trim_end_matches('.'), losses.len(), names.join(", "));
        let _ = writeln!(table, "| [{title}]({LIST}#{anchor}) | {says} | {count} | {names} |");
    }
    table
}

/// A section per family, with a row per loss.
fn sections(library: &Library, families: &[Group]) -> String {
    let mut page = String::new();
    for Group { title, says, losses } in families {
        let _ = writeln!(page, "## {title}\n\n{says}\n\n{}", table(library, losses));
    }
    page
}

fn table(library: &Library, entries: &[&Entry]) -> String {
    let mut table = String::from("| loss | formula | parameters | when | source |\n|---|---|---|---|---|\n");
    for entry in entries {
        let parameters: Vec<_> = entry.parameters.iter().map(parameter).collect();
        let parameters = if parameters.is_empty() { "none".to_owned() } else { parameters.join("; ") };
        let formula = entry.formula.replace('|', "\\|");
        let name = match library.home(entry.type_name) {
            Some(path) => format!("[`{}`](../{path})", entry.name),
            None => format!("`{}`", entry.name),
        };
        let (purpose, source) = (entry.purpose, entry.source);
        let _ = writeln!(table, "| {name} | `{formula}` | {parameters} | {purpose} | {source} |");
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
    use super::{Library, families, link, overview, replaced, sections, snake, which_loss};
    use crate::workspace::Workspace;
    use burn_losses::catalogue;

    fn library() -> Library {
        Library::read(&Workspace::find().expect("the workspace")).expect("the sources")
    }

    /// A library of one file.
    fn of(text: &str) -> Library {
        Library { files: vec![("src/lib.rs".to_owned(), text.to_owned())] }
    }

    #[test]
    fn sections_have_a_row_per_loss_and_five_columns() {
        let library = library();
        let families = families(&library, catalogue::all()).expect("families");
        let page = sections(&library, &families);
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).collect();
        assert_eq!(rows.len(), catalogue::all().len() + families.len());
        for row in &rows {
            assert_eq!(row.replace("\\|", "").matches('|').count(), 6, "{row}");
        }
        for entry in catalogue::all() {
            let names = [format!("[`{}`](../", entry.name), format!("| `{}` |", entry.name)];
            assert_eq!(
                rows.iter().filter(|row| names.iter().any(|name| row.contains(name))).count(),
                1,
                "{}",
                entry.name
            );
        }
        assert_eq!(overview(&families).lines().count(), families.len() + 2);
        assert_eq!(page.matches("\n\n| loss |").count(), families.len());
    }

    #[test]
    fn losses_are_linked_to_the_files_that_define_them() {
        let library = library();
        assert_eq!(library.home("Focal"), Some("crates/burn-losses/src/class/focal.rs"));
        assert_eq!((library.home("Foca"), library.home("")), (None, None));
        let without: Vec<_> = catalogue::all().iter().filter(|entry| library.home(entry.type_name).is_none()).collect();
        assert!(without.is_empty(), "{without:?}");
    }

    #[test]
    fn links_to_items_become_links_to_files() {
        let library = of("pub struct Focal {\n}\npub fn weights() {\n");
        for (text, linked) in [
            ("[`Focal`] first", "[`Focal`](../src/lib.rs) first"),
            ("[`x`](Focal::loss), [weights]", "[`x`](../src/lib.rs), [weights](../src/lib.rs)"),
            ("[`y`](crate::Focal#examples)", "[`y`](../src/lib.rs)"),
            ("[`Other`], [other](Other::new)", "`Other`, other"),
            ("`[N, C]` and [", "`[N, C]` and ["),
        ] {
            assert_eq!(library.linked(text), linked);
        }
        assert_eq!(link("[a](b) c"), Some(("a", "b", " c")));
    }

    #[test]
    fn which_loss_is_the_section_to_its_last_table() {
        let text = "//! # Other\n//!\n//! # Which loss should I use?\n//!\n//! ## One\n//!\n//! | a |\n//! More.\n//!\n//! # Next\n";
        assert_eq!(which_loss(&of(text)).expect("the section"), "## Which loss should I use?\n\n### One\n\n| a |\n");
        assert!(which_loss(&of("//! # Other\n")).is_err());
    }

    #[test]
    fn families_are_those_of_the_code() {
        let text = "pub enum Family {\n    /// One class.\n    NoiseRobust,\n}\n";
        assert_eq!(
            of(text).variants("Family").expect("the enum"),
            [("NoiseRobust".to_owned(), "One class.".to_owned())]
        );
        assert!(families(&of(text), catalogue::all()).is_err(), "most losses are of no family of this text");
        assert!(of(text).variants("Other").is_err());
        assert_eq!((snake("NoiseRobust"), snake("Binary")), ("noise_robust".to_owned(), "binary".to_owned()));
    }

    #[test]
    fn replaced_keeps_what_is_outside_the_markers() {
        let text = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb";
        let new = replaced("file", text, "x", "new\n").expect("markers");
        assert_eq!(new, "a\n<!-- x:begin -->\n\nnew\n\n<!-- x:end -->\nb");
        assert_eq!(replaced("file", &new, "x", "new\n").expect("markers"), new);
        assert!(replaced("file", "<!-- x:end --> <!-- x:begin -->", "x", "").is_err());
        assert!(replaced("file", text, "y", "").is_err());
    }
}

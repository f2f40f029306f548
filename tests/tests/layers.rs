//! Imports run one way: losses, wrappers → signature → engine → program → real → base. No two modules import each other,
//! not even by way of others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The modules of the library from the ground up, under `lib.rs`, which only re-exports. Those of one layer do not know each
/// other, unless one stands in [`WITHIN`].
const LAYERS: &[&[&str]] = &[
    &["base"],
    &["real"],
    &["program"],
    &["engine"],
    &["signature"],
    &[
        "binary",
        "class",
        "divergence",
        "likelihood",
        "margin",
        "multilabel",
        "regression",
        "soft_class",
        "tensor_class",
        "whole",
    ],
    &["combine"],
    &["any"],
    &["config"],
    &["table"],
    &["catalogue"],
];

/// Which modules of one layer know others of it, and why.
const WITHIN: &[(&str, &str, &str)] = &[(
    "tensor_class",
    "class",
    "a loss of transformed logits, as Seesaw's, ends in the cross-entropy that it is named by",
)];

/// Folders whose files are modules of their own, which must not import each other in a ring either.
const OPENED: &[&str] = &["base", "engine", "real", "signature", "combine"];

/// An import: who, of what, and where it stands.
type Import = (String, String, String);

/// The module of a file, opened where it lies in a folder that is.
fn module(path: &str) -> String {
    let parts: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    match parts[..] {
        [folder, file, ..] if OPENED.contains(&folder) && file != "mod" => format!("{folder}::{file}"),
        [first, ..] => first.to_owned(),
        [] => unreachable!("a path has parts"),
    }
}

/// The paths after `crate::` in a line, groups taken apart one level deep.
fn paths(text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        let prefix: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':').collect();
        match rest[prefix.len()..].strip_prefix('{') {
            Some(group) => {
                let (mut depth, mut item) = (1, String::new());
                for c in group.chars() {
                    depth += i32::from(c == '{') - i32::from(c == '}');
                    if depth == 0 || (depth == 1 && c == ',') {
                        paths.push(format!("{prefix}{}", item.trim()));
                        item.clear();
                    } else {
                        item.push(c);
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            None => paths.push(prefix),
        }
    }
    paths
}

/// The code of a file in statements with the numbers of their lines: no comments, and nothing from the first test module on.
fn statements(text: &str) -> Vec<(usize, String)> {
    let mut statements = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.split("//").next().unwrap_or_default().trim();
        if line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(all(test") {
            break;
        }
        let (start, mut statement) = open.take().unwrap_or((number + 1, String::new()));
        statement.push_str(line);
        // An import may have several lines.
        if statement.contains("use crate::") && !statement.contains(';') {
            open = Some((start, statement));
        } else if !statement.is_empty() {
            statements.push((start, statement));
        }
    }
    statements.extend(open);
    statements
}

fn imports(path: &str, text: &str) -> Vec<Import> {
    let from = module(path);
    let mut imports = Vec::new();
    for (line, statement) in statements(text) {
        for target in paths(&statement) {
            let mut parts =
                target.split("::").map(|part| part.trim_matches(|c: char| !c.is_alphanumeric() && c != '_'));
            let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let is_file = OPENED.contains(&first) && second.starts_with(char::is_lowercase);
            // What stands in the crate's root by its own name is re-exported there: only macros and documentation go by it.
            if first.starts_with(char::is_lowercase) {
                let to = if is_file { format!("{first}::{second}") } else { first.to_owned() };
                imports.push((from.clone(), to, format!("{path}:{line}")));
            }
        }
    }
    imports
}

fn layer(module: &str) -> Option<usize> {
    let top = module.split("::").next().unwrap_or(module);
    LAYERS.iter().position(|layer| layer.contains(&top))
}

/// What is wrong with an import by the layers.
fn upward((from, to, place): &Import) -> Option<String> {
    let top = |module: &str| module.split("::").next().unwrap_or(module).to_owned();
    let (own, other) = (top(from), top(to));
    let (Some(low), Some(high)) = (layer(from), layer(to)) else {
        return Some(format!("{place}: {from} imports {to}, and one of them is in no layer of tests/layers.rs"));
    };
    let allowed = WITHIN.iter().any(|(a, b, _)| (*a, *b) == (own.as_str(), other.as_str()));
    (own != other && high >= low && !allowed).then(|| format!("{place}: {from} imports {to}, which is not below it"))
}

/// A ring of modules that import each other, if there is one: as `a → b → a`, with the place of each import.
fn ring(imports: &[Import]) -> Option<String> {
    let mut graph: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (from, to, place) in imports.iter().filter(|(from, to, _)| from != to) {
        graph.entry(from).or_default().entry(to).or_insert(place);
    }
    fn search<'a>(
        graph: &BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>,
        at: &'a str,
        path: &mut Vec<&'a str>,
        done: &mut BTreeSet<&'a str>,
    ) -> Option<Vec<&'a str>> {
        if let Some(start) = path.iter().position(|module| *module == at) {
            return Some(path[start..].iter().copied().chain([at]).collect());
        }
        if !done.insert(at) {
            return None;
        }
        path.push(at);
        let found = graph.get(at).and_then(|next| next.keys().find_map(|next| search(graph, next, path, done)));
        path.pop();
        found
    }
    let mut done = BTreeSet::new();
    let found = graph.keys().find_map(|start| search(&graph, start, &mut Vec::new(), &mut done))?;
    let places = found.windows(2).map(|pair| format!("{} → {} ({})", pair[0], pair[1], graph[pair[0]][pair[1]]));
    Some(places.collect::<Vec<_>>().join(", "))
}

fn all_imports(folder: &Path, inside: &str) -> Vec<Import> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the library's sources") {
        let path = entry.expect("a file").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let inner = if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
        if path.is_dir() {
            found.extend(all_imports(&path, &inner));
        } else if name.ends_with(".rs") && !["tests.rs", "lib.rs"].contains(&name.as_str()) {
            found.extend(imports(&inner, &fs::read_to_string(&path).expect("text")));
        }
    }
    found
}

#[test]
fn imports_run_one_way() {
    let imports = all_imports(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/burn-losses/src"), "");
    assert!(imports.len() > 500, "only {} imports were found", imports.len());
    let mut faults: Vec<String> = imports.iter().filter_map(upward).collect();
    faults.extend(ring(&imports).map(|ring| format!("a ring: {ring}")));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn what_breaks_the_layers_is_found() {
    let of = |path: &str, text: &str| imports(path, text);
    let up = of("base/check.rs", "use crate::{\n    base::error, engine::call::Call,\n};\n");
    assert_eq!(
        up.iter().filter_map(upward).collect::<Vec<_>>(),
        ["base/check.rs:1: base::check imports engine::call, which is not below it"]
    );
    let inline = of("real/mod.rs", "fn f() { crate::signature::kinds::Class; } // crate::config\n");
    assert_eq!(inline.iter().filter_map(upward).count(), 1);
    let sideways = of("binary/focal.rs", "use crate::class::Focal;");
    assert_eq!(sideways.iter().filter_map(upward).count(), 1);
    let down = of("combine/top_k.rs", "use crate::base::error;\n#[cfg(test)]\nmod tests { use crate::config; }");
    assert_eq!((down.len(), down.iter().filter_map(upward).count()), (1, 0));
    let unknown = of("novelty.rs", "use crate::base::error;");
    assert_eq!(unknown.iter().filter_map(upward).count(), 1);

    let mut round = of("engine/host/mod.rs", "use crate::engine::rows::sweep;");
    assert_eq!(ring(&round), None);
    round.extend(of("engine/rows/cpu.rs", "\nuse crate::engine::{host::Host, layout};"));
    let found = ring(&round).expect("a ring");
    assert_eq!(
        found,
        "engine::host → engine::rows (engine/host/mod.rs:1), engine::rows → engine::host (engine/rows/cpu.rs:2)"
    );
}

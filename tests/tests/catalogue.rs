//! The catalogue is complete: every loss has its file, its documentation, golden cases, a plot and a row in
//! `docs/losses.md`, and everything that lies there belongs to a loss. The links of the Markdown files lead somewhere.

use burn_losses::LossConfig;
use burn_losses::catalogue::{self, Entry, Family, Parameter, Range, Signature};
use burn_losses_tests::{class_entries, config, golden, golden_tensors, inner, json_of, same_json};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn crate_root() -> PathBuf {
    root().join("crates/burn-losses")
}

/// Where losses lie, one file each.
const FOLDERS: [&str; 11] = [
    "class",
    "soft_class",
    "tensor_class",
    "divergence",
    "binary",
    "multilabel",
    "margin",
    "regression",
    "whole",
    "likelihood",
    "combine",
];

fn source(entry: &Entry) -> PathBuf {
    let path = |folder: &&str| crate_root().join("src").join(folder).join(format!("{}.rs", entry.name));
    let paths: Vec<PathBuf> = FOLDERS.iter().map(path).filter(|path| path.exists()).collect();
    assert_eq!(paths.len(), 1, "{}: {paths:?}", entry.name);
    paths.into_iter().next().expect("there is one")
}

/// The sums of losses, which are no losses with parameters of their own.
fn is_sum(entry: &Entry) -> bool {
    ["weighted_sum", "active_passive", "uncertainty_weighting"].contains(&entry.name)
}

/// The wrappers of single losses, whose tests are laws.
fn is_of_single_losses(entry: &Entry) -> bool {
    entry.family == Family::Wrapper && !["logit_clip", "logit_norm", "flooding"].contains(&entry.name)
}

/// The value of a parameter as it stands in a file.
fn default(parameter: &Parameter) -> Value {
    json_of(parameter, parameter.default)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What is wrong with every entry, all at once.
fn report(check: impl Fn(&Entry) -> Vec<String>) {
    let entries = catalogue::all();
    assert!(entries.len() >= 12, "only {} losses", entries.len());
    let faults: Vec<String> = entries
        .iter()
        .filter(|entry| !is_sum(entry))
        .flat_map(|entry| check(entry).into_iter().map(move |fault| format!("{}: {fault}", entry.name)))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn entries_say_everything_and_have_names_of_their_own() {
    let mut names: Vec<&str> = catalogue::all().iter().flat_map(|entry| [entry.name, entry.type_name]).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    report(|entry| {
        let mut faults = Vec::new();
        for (what, text) in [("formula", entry.formula), ("source", entry.source), ("purpose", entry.purpose)] {
            if text.trim().len() < 3 || text.contains('\n') {
                faults.push(format!("{what} is \"{text}\""));
            }
        }
        if !entry.source.chars().any(|c| c.is_ascii_digit()) {
            faults.push(format!("source without a year: {}", entry.source));
        }
        let words: Vec<String> = entry.name.split('_').map(str::to_owned).collect();
        if words.concat() != entry.type_name.to_lowercase() {
            faults.push(format!("the type {} is not the name in another case", entry.type_name));
        }
        if catalogue::find(entry.name) != Some(entry) {
            faults.push("not found by its name".to_owned());
        }
        faults
    });
    assert_eq!(catalogue::find("no_such_loss"), None);
    assert_eq!(catalogue::find(""), None);
}

#[test]
fn every_loss_has_its_own_short_file() {
    report(|entry| {
        let path = source(entry);
        let text = read(&path);
        let mut faults = Vec::new();
        let lines = text.lines().count();
        if lines > 150 {
            faults.push(format!("{} has {lines} lines", path.display()));
        }
        for word in ["Flex", "NdArray", "Wgpu", "into_data(", "into_scalar(", "unsafe", "unwrap()"] {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            if code.clone().any(|line| line.contains(word)) {
                faults.push(format!("its code says {word}"));
            }
        }
        if !text.starts_with("//! ") {
            faults.push("no module line".to_owned());
        }
        faults
    });
}

/// The documentation comment of the struct of this name, without the slashes.
fn documentation(text: &str, type_name: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let end = lines
        .iter()
        .position(|line| line.starts_with(&format!("pub struct {type_name} ")))
        .unwrap_or_else(|| panic!("pub struct {type_name} is not there"));
    let start = lines[..end]
        .iter()
        .rposition(|line| !line.starts_with("///") && !line.starts_with("#["))
        .map_or(0, |at| at + 1);
    lines[start..end].iter().map(|line| line.strip_prefix("///").map_or(*line, str::trim_start).to_owned()).collect()
}

/// What is wrong with a loss's documentation: the parts STYLE asks for, in their order.
fn documentation_faults(entry: &Entry, text: &str) -> Vec<String> {
    let documentation = documentation(text, entry.type_name);
    let mut faults = Vec::new();
    let headings: Vec<&str> =
        documentation.iter().filter(|line| line.starts_with("# ")).map(|line| &line[2..]).collect();
    // Headings inside of examples would be comments of the shell or hidden lines: there are none of one word.
    let known = ["Formula", "Shapes", "Special cases", "Numerics", "Source", "Example"];
    let headings: Vec<&str> = headings.into_iter().filter(|heading| known.contains(heading)).collect();
    let expected: Vec<&str> =
        known.into_iter().filter(|heading| *heading != "Numerics" || headings.contains(&"Numerics")).collect();
    if headings != expected {
        faults.push(format!("headings {headings:?} instead of {expected:?}"));
    }
    let at = |line: &str| documentation.iter().position(|other| other == line);
    // One sentence; a blank line; prose.
    let summary: Vec<&String> = documentation.iter().take_while(|line| !line.is_empty()).collect();
    let sentence = summary.iter().map(|line| line.as_str()).collect::<Vec<_>>().join(" ");
    if !sentence.ends_with('.') || sentence.matches(". ").count() > 0 {
        faults.push(format!("the summary is not one sentence: {sentence}"));
    }
    let formula = at("# Formula").unwrap_or(0);
    let prose = documentation[summary.len().min(formula)..formula].iter().map(String::len).sum::<usize>();
    if prose < 80 {
        faults.push("no word on when to use it".to_owned());
    }
    let section = |heading: &str| {
        let start = at(heading).map_or(documentation.len(), |at| at + 1);
        let rest = &documentation[start..];
        &rest[..rest.iter().position(|line| known.contains(&line.trim_start_matches("# "))).unwrap_or(rest.len())]
    };
    // What a wrapper does to the logits has the derivative of the loss inside.
    let derived = entry.family == Family::Wrapper || section("# Formula").concat().contains('∂');
    if !section("# Formula").iter().any(|line| line == "```text") || !derived {
        faults.push("the formula is not a text block with its derivative".to_owned());
    }
    if section("# Shapes").concat().is_empty() {
        faults.push("no shapes".to_owned());
    }
    if !section("# Source").concat().chars().any(|c| c.is_ascii_digit()) {
        faults.push("the source has no year".to_owned());
    }
    if !section("# Example").iter().any(|line| line == "```") || !section("# Example").concat().contains("assert") {
        faults.push("the example asserts nothing".to_owned());
    }
    if documentation.iter().any(|line| line.starts_with("```") && line.contains("ignore")) {
        faults.push("an example is ignored".to_owned());
    }
    let plot = format!("include_str!(\"../../docs/plots/{}.svg\")", entry.name);
    let plotted = documentation.iter().position(|line| line.contains(&plot));
    match (entry.family, plotted) {
        (Family::Wrapper, None) => {}
        (Family::Wrapper, Some(_)) => faults.push("a wrapper has no curve to plot".to_owned()),
        (_, Some(plotted)) => {
            if at("# Source").is_none_or(|at| plotted < at) || at("# Example").is_none_or(|at| plotted > at) {
                faults.push("the plot does not stand between source and example".to_owned());
            }
        }
        (_, None) => faults.push(format!("no line {plot}")),
    }
    faults
}

#[test]
fn documentation_has_its_parts_in_order() {
    report(|entry| documentation_faults(entry, &read(&source(entry))));
}

/// The test's own test.
#[test]
fn documentation_check_sees_what_is_missing() {
    let entry = catalogue::find("focal").unwrap();
    let text = read(&source(entry));
    assert!(documentation_faults(entry, &text).is_empty());
    for (from, to) in [
        ("/// # Formula", "/// # Definition"),
        ("/// # Shapes", "/// Shapes"),
        ("/// # Special cases", "/// # Example"),
        ("/// # Source", "/// # Origin"),
        ("docs/plots/focal.svg", "docs/plots/other.svg"),
        ("/// ```text", "/// ```"),
        ("/// # Numerics", "/// # Source"),
        ("classified well.", "classified well. And more."),
        ("assert!", "let _ = "),
        ("/// ∂L/∂ln pₜ", "/// dL"),
    ] {
        assert!(text.contains(from), "{from}");
        let broken = text.replace(from, to);
        assert!(!documentation_faults(entry, &broken).is_empty(), "{from} → {to} is not seen");
    }
}

/// Every hyper-parameter's sentence names its range's bounds and its default.
#[test]
fn fields_are_documented_with_their_defaults() {
    report(|entry| {
        let text = read(&source(entry));
        let lines: Vec<&str> = text.lines().collect();
        let mut faults = Vec::new();
        for parameter in entry.parameters {
            let field = format!("    pub {}: ", parameter.name);
            let Some(at) = lines.iter().position(|line| line.starts_with(&field)) else {
                faults.push(format!("no field {}", parameter.name));
                continue;
            };
            let sentence = lines[..at].iter().rev().skip_while(|line| line.trim_start().starts_with("#["));
            let sentence = sentence.take_while(|line| line.trim_start().starts_with("///"));
            let sentence: String = sentence.copied().collect::<Vec<_>>().into_iter().rev().collect();
            let default = default(parameter).to_string().replace('-', "−");
            let default = default.strip_suffix(".0").unwrap_or(&default);
            let power = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];
            let default = match default.strip_prefix("1e−") {
                Some(exponent) => format!("10⁻{}", power[exponent.parse::<usize>().expect("one digit")]),
                None => default.to_owned(),
            };
            if !sentence.contains(&format!("default {default}")) {
                faults.push(format!("{} does not say its default {default}: {sentence}", parameter.name));
            }
        }
        faults
    });
}

#[test]
fn every_loss_has_golden_cases() {
    report(|entry| {
        if is_of_single_losses(entry) {
            return Vec::new();
        }
        let of_classes = class_entries().contains(&entry);
        let cases: Vec<(String, LossConfig)> = if of_classes {
            golden(entry.name).into_iter().map(|case| (case.name, case.config)).collect()
        } else {
            let of_classes = entry.family.signature() == Signature::Class;
            let file = if of_classes { format!("{}.soft", entry.name) } else { entry.name.to_owned() };
            golden_tensors(&file).into_iter().map(|case| (case.name, case.config)).collect()
        };
        let mut faults = Vec::new();
        if cases.len() < if of_classes { 24 } else { 10 } {
            faults.push(format!("only {} golden cases", cases.len()));
        }
        let other = cases.iter().find(|(_, config)| config.name() != entry.name);
        faults.extend(other.map(|(name, config)| format!("{name} is a case of {}", config.name())));
        let mut names: Vec<&str> = cases.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        faults.extend(names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| format!("two cases {}", pair[0])));
        // Every parameter is set to something else than its default somewhere.
        for parameter in entry.parameters {
            let varied = cases.iter().any(|(_, config)| {
                let value = serde_json::to_value(config).expect("a configuration is JSON");
                !same_json(&value[parameter.name], &default(parameter))
            });
            if !varied {
                faults.push(format!("{} has its default in all golden cases", parameter.name));
            }
        }
        faults
    });
}

/// The catalogue's defaults are those of the types.
#[test]
fn defaults_are_the_same_everywhere() {
    report(|entry| {
        let mut faults = Vec::new();
        let config = LossConfig::by_name(entry.name).unwrap();
        let Ok(Value::Object(mut fields)) = serde_json::to_value(&config) else {
            return vec!["not an object".to_owned()];
        };
        fields.remove("name");
        if entry.family == Family::Wrapper {
            fields.remove("loss");
        }
        for parameter in entry.parameters {
            let value = fields.remove(parameter.name);
            if !value.as_ref().is_some_and(|value| same_json(value, &default(parameter))) {
                faults
                    .push(format!("{}: {} in the catalogue, {value:?} in the type", parameter.name, parameter.default));
            }
            if !parameter.range.contains(parameter.default) {
                faults.push(format!("{}: {} is not {}", parameter.name, parameter.default, parameter.range));
            }
        }
        if !fields.is_empty() {
            faults.push(format!("not in the catalogue: {fields:?}"));
        }
        let made = match config.signature() {
            Signature::Class | Signature::Any => config.init().is_ok(),
            Signature::Binary => config.init_binary().is_ok(),
            Signature::Pointwise => config.init_pointwise().is_ok(),
            Signature::Distribution => config.init_distribution().is_ok(),
            Signature::Multilabel | Signature::Whole => config.init_tensor().is_ok(),
        };
        if !made {
            faults.push("the defaults cannot be made".to_owned());
        }
        faults
    });
}

/// A parameter that may be a list by class takes one, and one that may be a matrix takes that; the others refuse them.
#[test]
fn parameters_by_class_are_what_the_catalogue_says() {
    report(|entry| {
        let takes_a_list = |parameter: &Parameter| {
            let value = json!({"name": entry.name, parameter.name: [default(parameter), default(parameter)]});
            serde_json::from_value::<LossConfig>(value).is_ok()
        };
        let takes_a_matrix = |parameter: &Parameter| {
            let value = json!({"name": entry.name, parameter.name: [[0.75, 0.25], [0.5, 0.5]]});
            serde_json::from_value::<LossConfig>(value).is_ok()
        };
        let mut faults = Vec::new();
        for parameter in entry.parameters {
            if takes_a_list(parameter) != parameter.per_class {
                faults.push(format!("{} and lists", parameter.name));
            }
            if takes_a_matrix(parameter) != parameter.matrix {
                faults.push(format!("{} and matrices", parameter.name));
            }
        }
        faults
    });
}

#[test]
fn wrappers_and_only_wrappers_hold_another_loss() {
    report(|entry| {
        let holds = inner(&config(json!(entry.name))).is_some();
        let wraps = entry.family == Family::Wrapper;
        if holds == wraps { Vec::new() } else { vec![format!("wrapper: {wraps}, holds a loss: {holds}")] }
    });
}

/// The heading of a family's section in `docs/losses.md`.
fn title(family: Family) -> String {
    let name = family.name().replace('_', " ");
    format!("{}{}", name[..1].to_uppercase(), &name[1..])
}

/// What a page says of a loss: the headings of the sections that have a row for it, by the link to its file.
fn sections_with<'a>(page: &'a str, entry: &Entry) -> Vec<&'a str> {
    let row = format!("| [`{}`](../crates/burn-losses/src/", entry.name);
    let headings = page.lines().scan("", |heading, line| {
        *heading = line.strip_prefix("## ").unwrap_or(heading);
        Some((*heading, line))
    });
    headings.filter(|(_, line)| line.starts_with(&row)).map(|(heading, _)| heading).collect()
}

#[test]
fn every_loss_has_a_row_in_the_section_of_its_family() {
    let page = read(&root().join("docs/losses.md"));
    for entry in catalogue::all() {
        assert_eq!(sections_with(&page, entry), [title(entry.family)], "{}", entry.name);
    }
}

#[test]
fn readme_counts_the_losses_of_every_family() {
    let readme = read(&root().join("README.md"));
    let mut listed = 0;
    let row = |line: &str| {
        let cells: Vec<String> = line.split('|').map(|cell| cell.trim().to_owned()).collect();
        (cells.len() == 6 && cells[1].contains("](docs/losses.md#")).then_some(cells)
    };
    for cells in readme.lines().filter_map(row) {
        let of_family = |entry: &&Entry| cells[1].starts_with(&format!("[{}](", title(entry.family)));
        let count = catalogue::all().iter().filter(of_family).count();
        assert!(count > 0 && cells[3] == count.to_string(), "{count} losses: {cells:?}");
        listed += count;
    }
    assert_eq!(listed, catalogue::all().len(), "losses in the families of the README");
}

#[test]
fn every_formula_has_a_plot() {
    report(|entry| {
        let path = crate_root().join(format!("docs/plots/{}.svg", entry.name));
        match (entry.family, std::fs::read_to_string(&path)) {
            (Family::Wrapper, Err(_)) => Vec::new(),
            (Family::Wrapper, Ok(_)) => vec!["a wrapper has no curve to plot".to_owned()],
            (_, Ok(text)) if text.trim_start().starts_with("<svg") && text.trim_end().ends_with("</svg>") => Vec::new(),
            (_, Ok(_)) => vec![format!("{} is not an SVG", path.display())],
            (_, Err(error)) => vec![format!("{}: {error}", path.display())],
        }
    });
}

fn names_in(folder: &Path, extension: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let paths = paths.filter(|path| path.extension().is_some_and(|other| other == extension));
    paths.filter_map(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned())).collect()
}

/// And the other way round: no file without a loss.
#[test]
fn every_file_belongs_to_a_loss() {
    let strays = |folder: PathBuf, extension: &str, others: &[&str]| {
        let names = names_in(&folder, extension).into_iter();
        let name = |name: &String| name.trim_end_matches(".soft").to_owned();
        let strays: Vec<String> =
            names.filter(|file| catalogue::find(&name(file)).is_none() && !others.contains(&file.as_str())).collect();
        assert!(strays.is_empty(), "{}: {strays:?}", folder.display());
    };
    for folder in FOLDERS.iter().filter(|folder| **folder != "combine") {
        // What the losses of a folder share stands beside them, and is no loss.
        let folder = crate_root().join("src").join(folder);
        let shared: Vec<String> = names_in(&folder, "rs")
            .into_iter()
            .filter(|name| {
                let text = read(&folder.join(format!("{name}.rs")));
                // The corrected logarithms are a formula that a loss is made of.
                let is_part = name == "corrected";
                !text.contains("impl Described for") && (is_part || !text.contains("Formula for "))
            })
            .collect();
        strays(folder, "rs", &shared.iter().map(String::as_str).collect::<Vec<_>>());
    }
    strays(root().join("tests/golden"), "json", &[]);
    strays(root().join("tests/golden/losses"), "py", &[]);
    // Plots are in the package, so nothing else may lie among them, whatever it is.
    let plots = std::fs::read_dir(crate_root().join("docs/plots")).expect("the plots");
    for file in plots.map(|file| file.expect("a readable folder").file_name()) {
        let name = file.to_str().and_then(|name| name.strip_suffix(".svg"));
        assert!(name.is_some_and(|name| catalogue::find(name).is_some()), "docs/plots: {file:?} belongs to no loss");
    }
    // What the wrappers share stands beside them, and is no loss.
    let combine = crate_root().join("src/combine");
    for name in names_in(&combine, "rs") {
        let describes = read(&combine.join(format!("{name}.rs"))).contains("impl Described for");
        let describes = describes || ["weighted_sum", "uncertainty_weighting"].contains(&name.as_str());
        assert_eq!(describes, catalogue::find(&name).is_some(), "combine/{name}.rs");
    }
}

#[test]
fn every_formula_stands_in_the_crate_documentation_and_the_prelude() {
    let text = read(&crate_root().join("src/lib.rs"));
    let (_, prelude) = text.split_once("pub mod prelude").expect("there is a prelude");
    report(|entry| {
        let mut faults = Vec::new();
        if !prelude.contains(entry.type_name) {
            faults.push(format!("{} is not in the prelude", entry.type_name));
        }
        faults
    });
}

#[test]
fn nearest_names_are_three_and_the_name_itself_is_the_first() {
    for entry in catalogue::all() {
        let nearest = catalogue::nearest(entry.name);
        assert_eq!((nearest.len(), nearest[0]), (3, entry.name));
    }
    assert_eq!(catalogue::nearest("").len(), 3);
}

/// What libraries and papers call a loss is suggested for it, and is no other loss's name.
#[test]
fn losses_are_found_by_what_they_are_called_elsewhere() {
    let mut count = 0;
    for entry in catalogue::all() {
        for alias in entry.aliases() {
            count += 1;
            assert_eq!(catalogue::find(alias), None, "{alias} is a loss");
            let nearest = catalogue::nearest(alias);
            assert!(nearest.contains(&entry.name), "{alias} suggests {nearest:?}, not {}", entry.name);
            let error = LossConfig::by_name(alias).unwrap_err().to_string();
            assert!(error.contains(entry.name), "{error}");
            assert!(catalogue::search(alias).contains(&entry), "{alias} does not find {}", entry.name);
        }
        assert_eq!(catalogue::search(entry.name)[0], entry);
        assert_eq!(catalogue::search(entry.type_name)[0], entry);
    }
    assert!(count > 100, "only {count}");
    // And aliases without a loss are none.
    let text = read(&crate_root().join("src/catalogue.rs"));
    let (_, table) = text.split_once("const ALIASES").expect("the table");
    assert_eq!(table.lines().filter(|line| line.starts_with("    (\"")).count(), count);
    for (called, name) in [
        ("bce", "binary_cross_entropy"),
        ("BCEWithLogitsLoss", "binary_cross_entropy"),
        ("CrossEntropyLoss", "cross_entropy"),
        ("ce", "cross_entropy"),
        ("l2", "mse"),
        ("kl", "kl_divergence"),
        ("gce", "generalized_cross_entropy"),
        ("ohem", "top_k"),
        ("Smooth-L1", "smooth_l1"),
    ] {
        assert_eq!(catalogue::nearest(called)[0], name, "{called}");
    }
    assert!(catalogue::nearest("mae").starts_with(&["class_mae", "l1"]) && catalogue::search("").len() > 100);
}

/// What the documentation finds a loss by, the catalogue does.
#[test]
fn aliases_of_the_documentation_are_those_of_the_catalogue() {
    let plain = |name: &str| name.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "").replace("loss", "");
    report(|entry| {
        let text = read(&source(entry));
        let named = text.lines().filter_map(|line| line.strip_prefix("#[doc(alias = \"")?.strip_suffix("\")]"));
        let known: Vec<String> = entry.aliases().chain([entry.name]).map(plain).collect();
        named.filter(|alias| !known.contains(&plain(alias))).map(|alias| format!("{alias} is no alias")).collect()
    });
}

#[test]
fn ranges_contain_what_they_say() {
    let ends = [
        (Range::at_least(0.0), "≥ 0", vec![0.0, 1e-30, 1e30], vec![-1e-30, 9e-31, 2e30, f64::INFINITY, f64::NAN]),
        (Range::above(0.0), "> 0", vec![1e-30, 1.0], vec![1e-300, 1e300, 0.0, -0.0, f64::INFINITY, f64::NAN]),
        (Range::below(0.0), "< 0", vec![-1e-30, -1e30], vec![-1e-300, -1e300, 0.0, f64::NEG_INFINITY, f64::NAN]),
        (Range::between(0.0, 1.0), "≥ 0 and ≤ 1", vec![0.0, 0.5, 1.0], vec![-0.1, 1.1, f64::NAN]),
        (Range::above_up_to(0.0, 1.0), "> 0 and ≤ 1", vec![1e-9, 1.0], vec![0.0, 1.1, f64::NAN]),
        (Range::at_least_below(0.0, 1.0), "≥ 0 and < 1", vec![0.0, 0.9], vec![-1e-9, 1.0, f64::NAN]),
        (Range::open(0.0, 1.0), "> 0 and < 1", vec![1e-9, 0.9], vec![0.0, 1.0, f64::NAN]),
        (Range::all(), "finite", vec![-1e30, 0.0], vec![-1e300, f64::INFINITY, f64::NAN]),
        (Range::above_up_to(f64::NEG_INFINITY, 2.0), "≤ 2", vec![-1e30, 2.0], vec![-1e300, 2.1, f64::NEG_INFINITY]),
        (Range::size(), "≥ 1e-18 and ≤ 1e18", vec![1e-18, 1.0, 1e18], vec![0.0, 9e-19, 2e18, f64::INFINITY, f64::NAN]),
        (Range::whole(1.0, 8.0), "a whole number ≥ 1 and ≤ 8", vec![1.0, 8.0], vec![0.0, 1.5, 9.0, f64::NAN]),
    ];
    for (range, text, inside, outside) in ends {
        assert_eq!(range.to_string(), text);
        assert!(inside.iter().all(|&x| range.contains(x)), "{text}");
        assert!(!outside.iter().any(|&x| range.contains(x)), "{text}");
    }
}

/// Where which kinds of files lie, by their ends; the longest folder counts. What is of no listed kind does not belong in
/// the repository: no product of a build, no download.
const KINDS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "Cargo.toml",
            "Cargo.lock",
            ".md",
            "LICENSE-APACHE",
            "LICENSE-MIT",
            ".gitignore",
            "deny.toml",
            "rustfmt.toml",
        ],
    ),
    (".cargo/", &["config.toml"]),
    (".ci/", &["run"]),
    ("crates/burn-losses/", &["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT"]),
    ("crates/burn-losses/benches/", &[".rs"]),
    ("crates/burn-losses/docs/", &[".md"]),
    ("crates/burn-losses/docs/plots/", &[".svg"]),
    ("crates/burn-losses/src/", &[".rs"]),
    ("docs/", &[".md"]),
    ("docs/pictures/", &[".svg"]),
    ("docs/results/", &["README.md", ".svg"]),
    ("examples/", &["Cargo.toml", "README.md"]),
    ("examples/assets/", &[".ttf", ".txt", ".py"]),
    ("examples/data/", &[".md", ".csv.gz"]),
    ("examples/src/", &[".rs", ".html"]),
    ("examples/tests/", &[".rs", ".proptest-regressions"]),
    ("tests/", &["Cargo.toml"]),
    ("tests/golden/", &[".json", ".md", ".py", "requirements.txt"]),
    ("tests/outside/", &["Cargo.toml", "Cargo.lock", ".gitignore", ".rs"]),
    ("tests/src/", &[".rs"]),
    ("tests/tests/", &[".rs", ".proptest-regressions"]),
    ("xtask/", &["Cargo.toml"]),
    ("xtask/src/", &[".rs"]),
    ("xtask/templates/", &[".txt"]),
    ("xtask/versus/", &["Cargo.toml", ".rs", ".py"]),
];

/// The largest file, in bytes.
const LARGEST: u64 = 500_000;

/// The files that may be larger, and why.
const LARGE: &[(&str, &str)] = &[];

/// What is wrong with a file of the repository: its kind, its size.
fn file_fault(path: &str, size: u64) -> Option<String> {
    let folders = KINDS.iter().filter(|(folder, _)| path.starts_with(folder));
    let (folder, kinds) = folders.max_by_key(|(folder, _)| folder.len())?;
    let name = &path[folder.len()..];
    // Files of the root lie in it, not below.
    let is_known = (!folder.is_empty() || !name.contains('/'))
        && kinds.iter().any(|kind| if kind.starts_with('.') { name.ends_with(kind) } else { name == *kind });
    match (is_known, size > LARGEST && !LARGE.iter().any(|(large, _)| *large == path)) {
        (false, _) => Some(format!("{path} is of no kind that belongs there")),
        (true, true) => Some(format!("{path} has {size} bytes")),
        (true, false) => None,
    }
}

/// The files of the repository: those that git has or would take, or, where there is no git, those that lie there.
fn files() -> Vec<String> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = std::process::Command::new("git").args(arguments).current_dir(root()).output();
    let listed = listed.ok().filter(|output| output.status.success()).map(|output| output.stdout);
    let paths: Vec<String> = match listed {
        Some(text) => String::from_utf8_lossy(&text).split_terminator('\0').map(str::to_owned).collect(),
        None => below(&root(), ""),
    };
    // What git has may have been taken away.
    paths.into_iter().filter(|path| root().join(path).is_file()).collect()
}

fn below(folder: &Path, name: &str) -> Vec<String> {
    let ignored = [".git", "target", "runs", "__pycache__"];
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in entries.map(|entry| entry.expect("a readable folder")) {
        let part = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{name}{part}");
        match entry.path().is_dir() {
            true if ignored.contains(&part.as_str()) => {}
            true => files.extend(below(&entry.path(), &format!("{path}/"))),
            false => files.push(path),
        }
    }
    files
}

#[test]
fn every_file_is_of_a_kind_that_belongs_there_and_small() {
    let files = files();
    assert!(files.len() > 300, "only {} files", files.len());
    let size = |path: &str| std::fs::metadata(root().join(path)).map_or(0, |data| data.len());
    let faults: Vec<String> = files.iter().filter_map(|path| file_fault(path, size(path))).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(LARGE.iter().all(|(path, _)| size(path) > LARGEST), "a file that is listed as large is not");
}

/// The test's own test.
#[test]
fn file_check_sees_what_does_not_belong() {
    let path = "crates/burn-losses/docs/plots/focal.svg";
    assert_eq!(file_fault(path, 5_000), None);
    assert!(file_fault(path, 500_001).is_some());
    for stray in [
        "crates/burn-losses/docs/plots/numpy-2.5.1-cp313-cp313-manylinux_2_28_x86_64.whl",
        "crates/burn-losses/src/focal.rs.orig",
        "examples/data/cifar-10-python.tar.gz",
        "wheel/a.md",
        "model.bpk",
        "tests/golden/__pycache__/common.cpython-313.pyc",
    ] {
        assert!(file_fault(stray, 1).is_some(), "{stray}");
    }
}

/// A Markdown text without its code: blocks between fences, and spans between backticks.
fn without_code(text: &str) -> String {
    let mut in_block = false;
    let lines = text.lines().map(|line| {
        let is_fence = line.trim_start().starts_with("```");
        in_block ^= is_fence;
        if is_fence || in_block { "" } else { line }
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    // A span ends with its paragraph at the latest.
    let paragraphs = text.split("\n\n").map(|paragraph| paragraph.split('`').step_by(2).collect::<String>());
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// Where the links and pictures of a Markdown text lead to.
fn links(text: &str) -> Vec<String> {
    let text = without_code(text);
    let inline = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let defined = text.lines().filter(|line| line.starts_with('[')).filter_map(|line| line.split_once("]: "));
    let defined = defined.map(|(_, target)| target);
    let html = ["src=\"", "href=\""].map(|attribute| text.split(attribute).skip(1)).into_iter().flatten();
    let html = html.filter_map(|rest| rest.split_once('"')).map(|(target, _)| target);
    let targets = inline.chain(defined).chain(html).filter_map(|target| target.split_whitespace().next());
    targets.map(|target| target.trim_matches(['<', '>']).to_owned()).collect()
}

/// The anchors of the headings of a Markdown text, as GitHub makes them.
fn anchors(text: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        in_block ^= line.trim_start().starts_with("```");
        let words = line.trim_start_matches('#');
        if in_block || words.len() == line.len() || !words.starts_with(' ') {
            continue;
        }
        let kept = words.trim().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        let anchor = kept.collect::<String>().to_lowercase().replace(' ', "-");
        let before = anchors.iter().filter(|other| **other == anchor).count();
        anchors.push(if before == 0 { anchor } else { format!("{anchor}-{before}") });
    }
    anchors
}

/// What is wrong with the relative links of a Markdown file; `text_of` gives the text of a file of the repository.
fn link_faults(path: &str, text: &str, text_of: &impl Fn(&str) -> Option<String>) -> Vec<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut faults = Vec::new();
    for link in links(text).into_iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
        let (file, anchor) = link.split_once('#').map_or((link.as_str(), None), |(file, anchor)| (file, Some(anchor)));
        let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
        let mut is_inside = !file.starts_with('/');
        for step in file.split('/') {
            is_inside &= step != ".." || steps.pop().is_some();
            steps.extend(Some(step).filter(|step| ![".", "..", ""].contains(step)));
        }
        let target = if file.is_empty() { Some(text.to_owned()) } else { text_of(&steps.join("/")) };
        match (target, anchor) {
            (Some(target), Some(anchor)) if !anchors(&target).iter().any(|other| other == anchor) => {
                faults.push(format!("{path}: {link}: there is no such heading"));
            }
            (Some(_), _) if is_inside => {}
            _ => faults.push(format!("{path}: {link}: there is no such file")),
        }
    }
    faults
}

#[test]
fn links_of_the_documents_lead_somewhere() {
    let files = files();
    let text_of = |path: &str| files.iter().any(|file| file == path).then(|| read_lossy(&root().join(path)));
    let documents: Vec<&String> = files.iter().filter(|path| path.ends_with(".md")).collect();
    let texts = documents.iter().map(|path| (path.as_str(), read(&root().join(path))));
    let mut count = 0;
    let mut faults = Vec::new();
    for (path, text) in texts {
        count += links(&text).len();
        faults.extend(link_faults(path, &text, &text_of));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(documents.len() > 10 && count > 200, "only {count} links in {} files", documents.len());
}

/// A file that may be a picture.
fn read_lossy(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The test's own test.
#[test]
fn link_check_sees_what_leads_nowhere() {
    let text_of = |path: &str| match path {
        "docs/a.md" => Some("# One\n## It's `two`: x_y\n## One\n```\n# Code\n```\n".to_owned()),
        "pictures/p.svg" => Some(String::new()),
        _ => None,
    };
    for right in [
        "[a](a.md)",
        "[a](./a.md#one), [b](../docs/a.md#its-two-x_y) and [c](a.md#one-1)",
        "![p](../pictures/p.svg)",
        "[`p`](../pictures/p.svg \"title\")",
        "[x]: a.md",
        "<https://example.org> [w](https://example.org/no#where)",
        "`[a](no.md)`\n\n```\n[a](no.md)\n```",
        "## Here\n[h](#here)",
    ] {
        assert_eq!(link_faults("docs/b.md", right, &text_of), Vec::<String>::new(), "{right}");
    }
    for wrong in [
        "[a](no.md)",
        "[a](docs/a.md)",
        "[a](a.md#three)",
        "[a](a.md#code)",
        "[a](a.md#one-2)",
        "[a](../../docs/a.md)",
        "[a](/docs/a.md)",
        "![p](../pictures/q.svg)",
        "<img src=\"q.svg\">",
        "[x]: no.md",
        "[h](#nowhere)",
    ] {
        assert_eq!(link_faults("docs/b.md", wrong, &text_of).len(), 1, "{wrong}");
    }
}

/// What the package of the library has, by cargo's own list.
fn packaged() -> Vec<String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["package", "--list", "--allow-dirty", "--offline", "--package", "burn-losses"];
    let output = std::process::Command::new(cargo).args(arguments).current_dir(root()).output().expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(|line| line.replace('\\', "/")).collect()
}

#[test]
fn package_has_what_a_user_needs_and_no_more() {
    let made = [".cargo_vcs_info.json", "Cargo.lock", "Cargo.toml", "Cargo.toml.orig"];
    let mut expected = vec!["LICENSE-APACHE".to_owned(), "LICENSE-MIT".to_owned(), "README.md".to_owned()];
    expected.push("docs/migration.md".to_owned());
    let of_library = |path: &String| path.starts_with("src/") || path.starts_with("docs/plots/");
    let files = files().into_iter().filter_map(|path| path.strip_prefix("crates/burn-losses/").map(str::to_owned));
    expected.extend(files.filter(of_library));
    expected.sort_unstable();
    let mut packaged: Vec<String> = packaged().into_iter().filter(|path| !made.contains(&path.as_str())).collect();
    packaged.sort_unstable();
    let missing: Vec<_> = expected.iter().filter(|path| !packaged.contains(path)).collect();
    let strays: Vec<_> = packaged.iter().filter(|path| !expected.contains(path)).collect();
    assert!(missing.is_empty() && strays.is_empty(), "missing: {missing:?}, strays: {strays:?}");
}

/// What the code includes lies in the package, its examples for `cargo test` included.
#[test]
fn library_includes_nothing_from_outside_of_its_package() {
    let packaged = packaged();
    let mut included = 0;
    for source in packaged.iter().filter(|path| path.ends_with(".rs")) {
        let text = read(&crate_root().join(source));
        let folder = source.rsplit_once('/').map_or("", |(folder, _)| folder);
        for part in text.split("include_str!(\"").skip(1).chain(text.split("include_bytes!(\"").skip(1)) {
            let mut path: Vec<&str> = folder.split('/').collect();
            for step in part.split('"').next().expect("a path").split('/') {
                if step != ".." {
                    path.push(step);
                } else if path.pop().is_none() {
                    path.push("outside");
                }
            }
            let path = path.join("/");
            assert!(packaged.contains(&path), "{source} includes {path}, which is not in the package");
            included += 1;
        }
    }
    assert!(included > 100, "only {included} files are included");
}

#[test]
fn package_has_the_licences_of_the_repository() {
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        assert_eq!(read(&crate_root().join(name)), read(&root().join(name)), "{name}");
    }
}

/// With a feature that Burn does not ask for of a crate that it stands on, Burn would be built anew in the project of
/// every user.
#[test]
fn library_asks_nothing_of_the_crates_under_burn_that_burn_does_not_ask() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["metadata", "--format-version", "1", "--offline"];
    let output = std::process::Command::new(cargo).args(arguments).current_dir(root()).output().expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let list = |value: &serde_json::Value| value.as_array().expect("a list").clone();
    let packages = list(&metadata["packages"]);
    let is_burn = |name: &serde_json::Value| name.as_str().is_some_and(|name| name.starts_with("burn"));
    let of_burn = packages.iter().filter(|package| is_burn(&package["name"]) && package["source"].is_string());
    let by_burn: Vec<_> = of_burn.flat_map(|package| list(&package["dependencies"])).collect();
    let features = |dependency: &serde_json::Value| {
        let mut features = list(&dependency["features"]);
        features.extend((dependency["uses_default_features"] == true).then(|| "default".into()));
        features
    };
    let own = packages.iter().find(|package| package["name"] == "burn-losses").expect("the library");
    let mut shared = Vec::new();
    for dependency in list(&own["dependencies"]).iter().filter(|dependency| dependency["kind"].is_null()) {
        let name = &dependency["name"];
        let alike: Vec<_> = by_burn.iter().filter(|other| other["name"] == *name && other["kind"].is_null()).collect();
        if is_burn(name) || alike.is_empty() {
            continue;
        }
        shared.push(name.as_str().expect("a name").to_owned());
        let asked: Vec<_> = alike.into_iter().flat_map(&features).collect();
        for feature in features(dependency) {
            assert!(asked.contains(&feature), "{name}: Burn does not ask for its feature {feature}");
        }
    }
    assert!(["half", "serde", "serde_json"].iter().all(|name| shared.iter().any(|own| own == name)), "{shared:?}");
}

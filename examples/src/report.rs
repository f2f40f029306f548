//! What a command found, as data: kept as `report.json`, told in the terminal, and made into one page of HTML.
//!
//! The page is one file that needs no other: `report.html` beside this one is its template, with the styles; the plots
//! are put into it.

use crate::error::LabError;
use crate::store::Folder;
use base64::{Engine, prelude::BASE64_STANDARD};
use comfy_table::{CellAlignment, presets};
use minijinja::{Environment, UndefinedBehavior, value::Serde};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// The file that [`Report::keep`] writes and [`Report::read`] reads.
const FILE: &str = "report.json";

/// What a command found: one text for the terminal, the file and the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Its heading.
    pub title: String,
    /// Paragraphs under the title.
    pub lead: Vec<String>,
    /// The findings, in order.
    pub sections: Vec<Section>,
    /// How it was made: name and value, in order (command, version, data, seeds, seconds …).
    pub made: Vec<(String, String)>,
}

/// A part of a report: its text, then its tables, then its plots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// Paragraphs.
    pub text: Vec<String>,
    /// Tables, in order.
    pub tables: Vec<Table>,
    /// Plots, in order.
    pub plots: Vec<Plot>,
}

/// Rows of numbers, each with a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// What the numbers are; may be empty.
    pub caption: String,
    /// The headings, the one of the names first.
    pub columns: Vec<String>,
    /// The first cell names the row; the others are numbers.
    pub rows: Vec<Vec<String>>,
}

/// A picture in the folder of the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    /// The file's name without `.svg`/`.png`, in the folder.
    pub stem: String,
    /// What it shows.
    pub caption: String,
}

impl Table {
    /// As the terminal shows it: Markdown, the numbers to the right.
    pub fn shown(&self) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        table.load_preset(presets::ASCII_MARKDOWN).set_header(&self.columns).add_rows(&self.rows);
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table
    }
}

/// What the template is given.
#[derive(Serialize)]
struct Page<'a> {
    report: &'a Report,
    /// The pictures there are, by stem, as data URIs.
    pictures: BTreeMap<&'a str, String>,
}

/// With a capital letter in front.
pub fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl Report {
    /// Writes `report.json`.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn keep(&self, folder: &Folder) -> Result<(), LabError> {
        folder.write_json(FILE, self)
    }

    /// The report that is kept in a folder.
    ///
    /// # Errors
    ///
    /// If there is none, or it is damaged.
    pub fn read(dir: &Path) -> Result<Self, LabError> {
        let path = dir.join(FILE);
        let text = fs::read(&path).map_err(|error| {
            let dir = dir.display();
            LabError::Usage(format!(
                "{dir}: must be a results folder of loss-lab with {FILE}, which cannot be read, {error}"
            ))
        })?;
        serde_json::from_slice(&text)
            .map_err(|error| LabError::Usage(format!("{}: must be a report of loss-lab, {error}", path.display())))
    }

    /// The page, with the plots from `dir`. Of one that is missing the page says so.
    ///
    /// # Errors
    ///
    /// If a plot is there and cannot be read.
    pub fn page(&self, dir: &Path) -> Result<String, LabError> {
        let mut environment = Environment::new();
        // A misspelt name in the template is an error, not an empty text.
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        let page = Page { report: self, pictures: self.pictures(dir)? };
        // The ending `.html` is what turns escaping on.
        environment
            .render_named_str("report.html", include_str!("report.html"), Serde(&page))
            .map_err(|error| LabError::Run(format!("report.html: {error}")))
    }

    /// The SVG files of the plots. As data URIs: what is in them, styles, names or scripts, stays in them.
    fn pictures(&self, dir: &Path) -> Result<BTreeMap<&str, String>, LabError> {
        let mut pictures = BTreeMap::new();
        for plot in self.sections.iter().flat_map(|section| &section.plots) {
            let path = dir.join(format!("{}.svg", plot.stem));
            match fs::read(&path) {
                Ok(svg) => {
                    let uri = format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(svg));
                    pictures.insert(plot.stem.as_str(), uri);
                }
                Err(error) if error.kind() == ErrorKind::NotFound => (),
                Err(error) => return Err(LabError::Run(format!("{}: cannot be read, {error}", path.display()))),
            }
        }
        Ok(pictures)
    }
}

/// The command line as it was typed, or would be: `loss-lab …`, quoted for a shell where that is needed.
pub fn command() -> String {
    let arguments = std::env::args_os().skip(1);
    let quoted = arguments.map(|argument| quoted(&argument.to_string_lossy()).into_owned());
    std::iter::once("loss-lab".to_owned()).chain(quoted).collect::<Vec<_>>().join(" ")
}

/// A word as a POSIX shell has to be given it.
fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./:=,+@%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text of it holds `text`.
    fn report(text: &str) -> Report {
        let of = |name: &str| format!("{name} {text}");
        let section = Section {
            heading: of("heading"),
            text: vec![of("paragraph")],
            tables: vec![Table {
                caption: of("table"),
                columns: vec![of("loss"), of("column")],
                rows: vec![vec![of("row"), of("cell")]],
            }],
            plots: vec![
                Plot { stem: "there".to_owned(), caption: of("plot") },
                Plot { stem: of("absent"), caption: of("no plot") },
            ],
        };
        Report {
            title: of("title"),
            lead: vec![of("lead")],
            sections: vec![section; 3],
            made: ["command", "seed"].map(|name| (of(name), of("value"))).into(),
        }
    }

    /// A results folder with one picture.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let svg = r#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
        fs::write(folder.path().join("there.svg"), svg).expect("written");
        folder
    }

    fn page(report: &Report) -> String {
        report.page(folder().path()).expect("a page")
    }

    #[test]
    fn page_escapes_every_text() {
        let page = page(&report(r#"<b> & "c""#));
        assert!(!page.contains("<b>") && !page.contains(r#""c""#) && !page.contains("& "), "{page}");
        let names = ["heading", "paragraph", "table", "loss", "column", "row", "cell", "plot", "absent", "no plot"];
        for name in names.into_iter().chain(["title", "lead", "command", "seed", "value"]) {
            assert!(page.contains(&format!("{name} &lt;b&gt; &amp; &quot;c&quot;")), "{name} is not in {page}");
        }
    }

    #[test]
    fn page_needs_nothing_else() {
        let page = page(&report("x"));
        for part in ["http://", "https://", "<script", "<link", "@import", "url("] {
            assert!(!page.contains(part), "{part} is in {page}");
        }
        assert!(page.contains(r#"<img src="data:image/svg+xml;base64,PHN2Zy"#), "{page}");
        assert!(page.contains("<!doctype html>") && page.contains(r#"<html lang="en">"#) && page.contains("viewport"));
    }

    #[test]
    fn page_says_which_plot_is_missing() {
        let page = page(&report("x"));
        assert!(page.contains("absent x.svg is missing"), "{page}");
        assert!(!page.contains("there.svg is missing"), "{page}");
    }

    #[test]
    fn page_breaks_long_names_after_underscores() {
        let page = page(&report("phuber_cross_entropy"));
        assert!(page.contains("row phuber_<wbr>cross_<wbr>entropy</th>"), "{page}");
    }

    #[test]
    fn page_lists_three_sections_or_more() {
        let mut report = report("x");
        assert!(page(&report).contains("<nav"));
        report.sections.pop();
        assert!(!page(&report).contains("<nav"));
        report.sections.clear();
        report.made.clear();
        assert!(!page(&report).contains("<section"));
    }

    #[test]
    fn what_is_kept_is_read() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let report = report("±");
        report.keep(&Folder::open(dir.path())).expect("kept");
        assert_eq!(Report::read(dir.path()).expect("read"), report);
    }

    #[test]
    fn read_names_what_is_missing_or_damaged() {
        let sentence = |dir: &Path| match Report::read(dir) {
            Err(LabError::Usage(sentence)) => sentence,
            other => panic!("{other:?}"),
        };
        let dir = tempfile::tempdir().expect("a temporary folder");
        for missing in [dir.path().join("nowhere"), dir.path().to_owned()] {
            let sentence = sentence(&missing);
            assert!(sentence.starts_with(&format!("{}: must be a results folder", missing.display())), "{sentence}");
            assert!(sentence.contains(FILE), "{sentence}");
        }
        for damaged in ["", "{", "[]", r#"{"title": "x"}"#, "\u{0}"] {
            fs::write(dir.path().join(FILE), damaged).expect("written");
            let sentence = sentence(dir.path());
            assert!(sentence.contains(FILE) && sentence.contains("must be a report"), "{sentence}");
        }
    }

    #[test]
    fn shown_is_markdown_with_numbers_to_the_right() {
        let table = Table {
            caption: String::new(),
            columns: ["loss", "noise 0"].map(str::to_owned).into(),
            rows: vec![["a", "9.5"].map(str::to_owned).into(), ["long", "10.25 ± 0.5"].map(str::to_owned).into()],
        };
        let lines =
            ["| loss |     noise 0 |", "|------|-------------|", "| a    |         9.5 |", "| long | 10.25 ± 0.5 |"];
        assert_eq!(table.shown().to_string(), lines.join("\n"));
    }

    #[test]
    fn quoted_is_one_word_of_a_shell() {
        let cases = [("--seed", "--seed"), ("0,0.4", "0,0.4"), ("", "''"), ("a b", "'a b'"), ("it's", r"'it'\''s'")];
        for (word, expected) in cases {
            assert_eq!(quoted(word), expected);
        }
        assert_eq!(quoted(r#"{"name": "mse"}"#), r#"'{"name": "mse"}'"#);
    }
}

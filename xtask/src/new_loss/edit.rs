//! Insertions into a file at places that must be there.

use crate::workspace::Result;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// The text of a file that is being edited.
#[derive(Debug)]
pub(super) struct Text {
    path: String,
    text: String,
}

impl Text {
    /// The text, and what it is called in errors.
    pub(super) fn new(path: &str, text: String) -> Self {
        Self { path: path.to_owned(), text }
    }

    /// With lines before the first line that starts with `anchor`.
    pub(super) fn before(&mut self, anchor: &str, lines: &str) -> Result<()> {
        let at = self.line(anchor)?;
        self.text.insert_str(at, lines);
        Ok(())
    }

    /// With `words` behind `anchor`, at the start of a line.
    pub(super) fn after(&mut self, anchor: &str, words: &str) -> Result<()> {
        let at = self.line(anchor)? + anchor.len();
        self.text.insert_str(at, words);
        Ok(())
    }

    /// With `words` before the first `end` behind `heading`; in front of white space that stands there.
    pub(super) fn before_next(&mut self, heading: &str, end: &str, words: &str) -> Result<()> {
        let at = self.text.find(heading).ok_or_else(|| self.not_found(heading))?;
        let end = self.text[at..].find(end).ok_or_else(|| self.not_found(end))?;
        let at = self.text[..at + end].trim_end().len();
        self.text.insert_str(at, words);
        Ok(())
    }

    /// The edited text.
    pub(super) fn done(self) -> String {
        self.text
    }

    fn line(&self, anchor: &str) -> Result<usize> {
        let found = self.text.match_indices(anchor).map(|(at, _)| at);
        let mut starts = found.filter(|&at| at == 0 || self.text.as_bytes()[at - 1] == b'\n');
        starts.next().ok_or_else(|| self.not_found(anchor).into())
    }

    fn not_found(&self, anchor: &str) -> String {
        format!("{}: new-loss looks for the line `{}` and does not find it", self.path, anchor.trim_end())
    }
}

/// The text of a Rust file as rustfmt sets it; as it is if there is no rustfmt.
pub(super) fn formatted(text: String) -> String {
    run_rustfmt(&text).unwrap_or(text)
}

/// From the standard input, so that the modules a file names are left alone.
fn run_rustfmt(text: &str) -> Option<String> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = rustfmt.spawn().ok()?;
    process.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = process.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn insertions_go_where_the_anchor_is_a_line_of_its_own() {
        let mut text = Text::new("file", "// mod a\nmod b;\nuse {x};\nlast;\n".to_owned());
        text.before("mod ", "mod a;\n").expect("found");
        text.after("use {", "w, ").expect("found");
        text.before_next("last", ";", "+").expect("found");
        assert!(text.before("nowhere", "").is_err());
        assert_eq!(text.done(), "// mod a\nmod a;\nmod b;\nuse {w, x};\nlast+;\n");
    }
}

//! What was measured, as Markdown and as JSON.

use super::plan::Mode;
use super::statistics::{Ratio, Verdict, median};
use super::{Candidate, Measured, Row, git};
use crate::workspace::{Result, Workspace};
use serde_json::{Value, json};
use std::fmt::Write;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Part of the speed of a copy that is as good as an aim.
const SHARE_OF_COPY: f64 = 0.85;

/// Below this the older commit was faster.
const AS_FAST: f64 = 0.95;

/// Whom we may lose against.
const OPPONENTS: [Candidate; 4] = [Candidate::BurnNn, Candidate::Operations, Candidate::Eager, Candidate::Compile];

/// Where, when and of what it was measured.
#[derive(Debug)]
pub(crate) struct Facts {
    processor: String,
    system: String,
    cores: usize,
    date: String,
    threads: usize,
    rustc: String,
    burn: String,
    commit: String,
    pub(crate) against: Option<String>,
    pub(crate) torch: Option<String>,
    /// How many cores others used, before and after.
    pub(crate) busy_before: Option<f64>,
    pub(crate) busy_after: Option<f64>,
    pub(crate) seconds: f64,
}

impl Facts {
    pub(crate) fn read(workspace: &Workspace, threads: usize) -> Result<Self> {
        let days = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() / 86_400;
        let lock = workspace.read("Cargo.lock")?;
        let burn = lock.split("name = \"burn\"\nversion = \"").nth(1).and_then(|rest| rest.split('"').next());
        let rustc = Command::new("rustc").arg("--version").output()?;
        Ok(Self {
            processor: processor(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            cores: std::thread::available_parallelism()?.get(),
            date: date(days),
            threads,
            rustc: String::from_utf8_lossy(&rustc.stdout).trim().trim_start_matches("rustc ").to_owned(),
            burn: burn.unwrap_or("unknown").to_owned(),
            commit: git(workspace, &["describe", "--always", "--abbrev=12", "--dirty", "--exclude", "*"])
                .unwrap_or_else(|_| "unknown".to_owned()),
            against: None,
            torch: None,
            busy_before: None,
            busy_after: None,
            seconds: 0.0,
        })
    }
}

impl Facts {
    /// Whether somebody else used a tenth of a core.
    fn was_busy(&self) -> bool {
        [self.busy_before, self.busy_after].into_iter().flatten().any(|cores| cores >= 0.1)
    }
}

/// How many cores are at work during a second in which we are not, where the system says it.
pub(super) fn busy_cores() -> Option<f64> {
    let before = read_ticks(&std::fs::read_to_string("/proc/stat").ok()?)?;
    std::thread::sleep(Duration::from_secs(1));
    let after = read_ticks(&std::fs::read_to_string("/proc/stat").ok()?)?;
    let (busy, all) = (after.0 - before.0, after.1 - before.1);
    let cores = std::thread::available_parallelism().ok()?.get() as f64;
    (all > 0.0).then(|| cores * busy / all)
}

/// The time spent at work and all time, of all cores, from Linux's /proc/stat.
fn read_ticks(stat: &str) -> Option<(f64, f64)> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    // user, nice, system, idle, waiting for a disk, two kinds of interrupts, stolen.
    let ticks: Vec<f64> = line.split_whitespace().take(8).map_while(|word| word.parse().ok()).collect();
    let idle = ticks.get(3)? + ticks.get(4)?;
    let all: f64 = ticks.iter().sum();
    Some((all - idle, all))
}

/// The name of the processor, and the widest registers it has, where the system says so.
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let of = |key: &str| {
        let line = text.lines().find(|line| line.starts_with(key))?;
        line.split_once(':').map(|(_, value)| value.trim().to_owned())
    };
    let name = of("model name").unwrap_or_else(|| "unknown processor".to_owned());
    let flags = of("flags").unwrap_or_default();
    let has = |flag: &str| flags.split_whitespace().any(|other| other == flag);
    match (has("avx512f"), has("avx2")) {
        (true, _) => format!("{name} with AVX-512"),
        (false, true) => format!("{name} with AVX2"),
        _ => name,
    }
}

/// The date that many days after 1970-01-01, by H. Hinnant's `civil_from_days`: a year that begins in March ends with
/// its leap day.
fn date(days: u64) -> String {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

/// How a case stands to its aim.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reached {
    /// So many times faster than PyTorch.
    Aim,
    /// As fast as a copy, nearly.
    Copy,
    Not,
    /// There is an aim, and nothing to judge it by.
    Unknown,
}

impl Row {
    fn of(&self, candidate: Candidate) -> Option<&Measured> {
        self.measured.iter().find(|measured| measured.candidate == candidate)
    }

    /// How many times faster than this candidate we are.
    pub(super) fn ratio(&self, candidate: Candidate) -> Option<Ratio> {
        Ratio::new(&self.of(candidate)?.turns, &self.of(Candidate::Ours)?.turns)
    }

    fn seconds(&self, candidate: Candidate) -> Option<f64> {
        let turns: Vec<f64> = self.of(candidate)?.turns.iter().copied().flatten().collect();
        median(&turns)
    }

    /// None if no aim is set.
    fn reached(&self) -> Option<Reached> {
        let aim = self.case.aim()?;
        let (torch, copy) = (self.ratio(Candidate::Eager), self.ratio(Candidate::Copy));
        Some(if torch.is_some_and(|torch| torch.median >= aim) {
            Reached::Aim
        } else if copy.is_some_and(|copy| copy.median >= SHARE_OF_COPY) {
            Reached::Copy
        } else if torch.is_some() {
            Reached::Not
        } else {
            Reached::Unknown
        })
    }

    fn slower_than(&self, candidate: Candidate) -> bool {
        self.ratio(candidate).is_some_and(|ratio| ratio.verdict() == Verdict::Slower)
    }
}

fn time(seconds: f64) -> String {
    match seconds {
        s if s < 1e-3 => format!("{:.1} µs", 1e6 * s),
        s if s < 1.0 => format!("{:.2} ms", 1e3 * s),
        s => format!("{s:.2} s"),
    }
}

/// With two digits or three.
fn number(x: f64) -> String {
    if x < 9.95 { format!("{x:.2}") } else { format!("{x:.0}") }
}

fn cell(ratio: Option<Ratio>) -> String {
    ratio.map_or_else(String::new, |it| {
        let (low, high) = (number(it.low), number(it.high));
        match it.verdict() {
            // What we lose is seen at once.
            Verdict::Slower => format!("**{}** ({low}–{high})", number(it.median)),
            _ => format!("{} ({low}–{high})", number(it.median)),
        }
    })
}

/// One line of progress.
pub(super) fn progress(row: &Row) -> String {
    let Some(seconds) = row.seconds(Candidate::Ours) else {
        return format!("{}: not measured", row.case.title());
    };
    let mut line = format!("{}: {}", row.case.title(), time(seconds));
    for candidate in [Candidate::Eager, Candidate::Compile, Candidate::Ref] {
        if let Some(ratio) = row.ratio(candidate) {
            let _ = write!(line, ", {}× {}", number(ratio.median), candidate.title());
        }
    }
    for (candidate, _) in &row.faults {
        let _ = write!(line, ", FAULT of {}", candidate.title());
    }
    line
}

/// The report.
pub(super) fn markdown(facts: &Facts, rows: &[Row]) -> String {
    let mut page = String::from("# Versus\n\n");
    head(&mut page, facts);
    for mode in [Mode::Forward, Mode::Both] {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.case.mode == mode).collect();
        let title = if mode == Mode::Forward { "Forward alone" } else { "Forward + backward" };
        let _ = writeln!(page, "\n## {title}\n");
        table(&mut page, facts, &rows);
    }
    losses(&mut page, rows);
    if let Some(against) = &facts.against {
        regressions(&mut page, against, rows);
    }
    not_measured(&mut page, facts, rows);
    let _ = writeln!(page, "\n{}", last_line(facts, rows));
    page
}

fn head(page: &mut String, facts: &Facts) {
    let _ = writeln!(
        page,
        "Made by `cargo xtask versus` on {}: {}, {} cores, {}, {} threads, f32.",
        facts.date, facts.processor, facts.cores, facts.system, facts.threads
    );
    let _ = write!(page, "This library at {}, Burn {} on Flex, rustc {}", facts.commit, facts.burn, facts.rustc);
    if let Some(torch) = &facts.torch {
        let _ = write!(page, ", PyTorch {torch}");
    }
    if let Some(against) = &facts.against {
        let _ = write!(page, ", against {against}");
    }
    let _ = writeln!(page, ". Measured for {:.0} s.", facts.seconds);
    let cores = |cores: Option<f64>| cores.map_or_else(|| "unknown".to_owned(), |cores| format!("{cores:.2}"));
    let (before, after) = (cores(facts.busy_before), cores(facts.busy_after));
    let _ = writeln!(page, "Cores at work for others: {before} before, {after} after.\n");
    if facts.was_busy() {
        page.push_str(
            "**The machine had other work to do.** Times and ratios are those of programs that wait for \
             each other's threads, and PyTorch's threads wait longest: measure again on a quiet machine.\n\n",
        );
    }
    page.push_str(
        "All candidates take turns in one run. A ratio is how many times faster than the candidate this library is: the \
         median over the turns, and in brackets the interval that holds nine tenths of them. *Slower*, in bold, is where \
         the whole interval lies below 1. The copy moves as many bytes as the case has to: each input once, each gradient \
         once. An aim is a ratio to PyTorch eager; 85 % of the speed of the copy is as good.\n",
    );
}

fn table(page: &mut String, facts: &Facts, rows: &[&Row]) {
    let mut columns = vec![Candidate::Operations, Candidate::BurnNn];
    if facts.torch.is_some() {
        columns.push(Candidate::Eager);
    }
    if rows.iter().any(|row| row.of(Candidate::Compile).is_some()) {
        columns.push(Candidate::Compile);
    }
    if facts.against.is_some() {
        columns.push(Candidate::Ref);
    }
    page.push_str("| family | loss | shape | ours | speed / copy |");
    for column in &columns {
        let _ = write!(page, " × {} |", column.title());
    }
    page.push_str(" aim | reached |\n|---|---|---|---:|---:|");
    page.push_str(&"---:|".repeat(columns.len() + 1));
    page.push_str("---|\n");
    for row in rows {
        let case = &row.case;
        let ours = row.seconds(Candidate::Ours).map_or_else(|| "fault".to_owned(), time);
        let share = row.ratio(Candidate::Copy).map_or_else(String::new, |it| format!("{:.0} %", 100.0 * it.median));
        let _ = write!(page, "| {} | `{}` | {} | {ours} | {share} |", case.loss.family, case.loss.name, case.shape);
        for column in &columns {
            let _ = write!(page, " {} |", cell(row.ratio(*column)));
        }
        let reached = match row.reached() {
            Some(Reached::Aim) => "yes",
            Some(Reached::Copy) => "yes, by the copy",
            Some(Reached::Not) => "no",
            Some(Reached::Unknown) => "?",
            None => "",
        };
        let aim = case.aim().map_or_else(String::new, |aim| aim.to_string());
        let _ = writeln!(page, " {aim} | {reached} |");
    }
}

fn list(page: &mut String, rows: &[Row], candidate: Candidate, bound: f64) {
    let mut lost: Vec<(Ratio, &Row)> = rows
        .iter()
        .filter_map(|row| row.ratio(candidate).map(|it| (it, row)))
        .filter(|(it, _)| it.is_below(bound))
        .collect();
    lost.sort_by(|(a, _), (b, _)| a.median.total_cmp(&b.median));
    if lost.is_empty() {
        page.push_str("Nowhere.\n");
    }
    for (ratio, row) in lost {
        let (low, high) = (number(ratio.low), number(ratio.high));
        let _ = writeln!(page, "- {}: {} ({low}–{high})", row.case.title(), number(ratio.median));
    }
}

fn losses(page: &mut String, rows: &[Row]) {
    page.push_str("\n## Where we lose\n");
    for candidate in OPPONENTS {
        let compared = rows.iter().filter(|row| row.ratio(candidate).is_some()).count();
        if compared > 0 {
            let _ = writeln!(page, "\nSlower than {}, of {compared} cases:\n", candidate.title());
            list(page, rows, candidate, 1.0);
        }
    }
}

fn regressions(page: &mut String, against: &str, rows: &[Row]) {
    let compared = rows.iter().filter(|row| row.ratio(Candidate::Ref).is_some()).count();
    let _ = writeln!(page, "\n## Slower than {against} by more than 5 %\n");
    let _ = writeln!(page, "The whole interval lies below {AS_FAST}, of {compared} cases:\n");
    list(page, rows, Candidate::Ref, AS_FAST);
}

fn not_measured(page: &mut String, facts: &Facts, rows: &[Row]) {
    let mut lines = Vec::new();
    for row in rows {
        for (candidate, why) in &row.faults {
            lines.push(format!("- {}, {}: {why}", row.case.title(), candidate.title()));
        }
        let faulty = row.faults.iter().any(|(candidate, _)| *candidate == Candidate::Ref);
        if facts.against.is_some() && row.of(Candidate::Ref).is_none() && !faulty {
            lines.push(format!("- {}: the older commit does not have it", row.case.title()));
        }
    }
    page.push_str("\n## Not measured\n\n");
    if rows.iter().any(|row| !row.faults.is_empty()) {
        page.push_str("Where two values differ it may be ours that is wrong.\n\n");
    }
    if lines.is_empty() {
        lines.push("Nothing: every candidate that has a loss gave our answer.".to_owned());
    }
    page.push_str(&lines.join("\n"));
    page.push('\n');
    let rounded = rows.iter().flat_map(|row| row.rounded.iter().map(move |(candidate, what)| (row, candidate, what)));
    let lines: Vec<String> = rounded
        .map(|(row, candidate, what)| format!("- {}, {}: {what}\n", row.case.title(), candidate.title()))
        .collect();
    if !lines.is_empty() {
        page.push_str("\n## Timed, with digits lost to rounding\n\n");
        page.push_str(&lines.concat());
    }
}

/// Cases that reach their aim, cases slower than PyTorch.
fn last_line(facts: &Facts, rows: &[Row]) -> String {
    let reached: Vec<Reached> = rows.iter().filter_map(Row::reached).collect();
    let good = reached.iter().filter(|it| matches!(it, Reached::Aim | Reached::Copy)).count();
    let mut line = format!("Aim reached: {good} of {} cases", reached.len());
    let unknown = reached.iter().filter(|it| **it == Reached::Unknown).count();
    if unknown > 0 {
        let _ = write!(line, " ({unknown} cannot be judged without PyTorch)");
    }
    if facts.torch.is_none() {
        return line + "; slower than PyTorch: not measured.";
    }
    for candidate in [Candidate::Eager, Candidate::Compile] {
        let compared = rows.iter().filter(|row| row.ratio(candidate).is_some()).count();
        let slower = rows.iter().filter(|row| row.slower_than(candidate)).count();
        if compared > 0 {
            let _ = write!(line, "; slower than {}: {slower} of {compared} cases", candidate.title());
        }
    }
    line + "."
}

fn key(candidate: Candidate) -> &'static str {
    match candidate {
        Candidate::Ours => "ours",
        Candidate::Operations => "tensor_operations",
        Candidate::BurnNn => "burn_nn",
        Candidate::Copy => "copy",
        Candidate::Ref => "against",
        Candidate::Eager => "torch_eager",
        Candidate::Compile => "torch_compile",
    }
}

/// The same for programs, with the seconds of every turn.
pub(super) fn json(facts: &Facts, rows: &[Row]) -> String {
    let cases: Vec<Value> = rows.iter().map(case_json).collect();
    let page = json!({
        "date": facts.date,
        "machine": {
            "processor": facts.processor,
            "system": facts.system,
            "cores": facts.cores,
            "busy_cores_before": facts.busy_before,
            "busy_cores_after": facts.busy_after,
        },
        "threads": facts.threads,
        "versions": {
            "commit": facts.commit,
            "against": facts.against,
            "burn": facts.burn,
            "rustc": facts.rustc,
            "torch": facts.torch,
        },
        "seconds": facts.seconds,
        "cases": cases,
        "summary": last_line(facts, rows),
    });
    format!("{page:#}\n")
}

fn case_json(row: &Row) -> Value {
    let candidates: serde_json::Map<String, Value> = row
        .measured
        .iter()
        .map(|it| {
            let ratio = row.ratio(it.candidate).filter(|_| it.candidate != Candidate::Ours);
            let ratio = ratio.map(|it| json!({"median": it.median, "low": it.low, "high": it.high, "turns": it.turns}));
            let seconds = row.seconds(it.candidate);
            (key(it.candidate).to_owned(), json!({"seconds": seconds, "times_faster": ratio, "turns": it.turns}))
        })
        .collect();
    let said = |said: &[(Candidate, String)]| -> serde_json::Map<String, Value> {
        said.iter().map(|(candidate, why)| (key(*candidate).to_owned(), json!(why))).collect()
    };
    let (faults, rounded) = (said(&row.faults), said(&row.rounded));
    json!({
        "loss": row.case.loss.name,
        "family": row.case.loss.family,
        "shape": row.case.shape,
        "backward": row.case.mode == Mode::Both,
        "bytes": row.case.bytes(),
        "aim": row.case.aim(),
        "reached": row.reached().map(|it| match it {
            Reached::Aim => "yes",
            Reached::Copy => "by the copy",
            Reached::Not => "no",
            Reached::Unknown => "unknown",
        }),
        "candidates": candidates,
        "faults": faults,
        "rounded": rounded,
    })
}

#[cfg(test)]
mod tests {
    use super::super::plan;
    use super::*;

    fn facts() -> Facts {
        Facts {
            processor: "a processor".to_owned(),
            system: "linux x86_64".to_owned(),
            cores: 2,
            date: "2026-11-28".to_owned(),
            threads: 2,
            rustc: "1.95.0".to_owned(),
            burn: "0.22.1".to_owned(),
            commit: "0123456789ab".to_owned(),
            against: Some("main (ba9876543210)".to_owned()),
            torch: Some("2.15.0".to_owned()),
            busy_before: Some(0.02),
            busy_after: None,
            seconds: 12.3,
        }
    }

    /// Forward + backward; every candidate's times over three turns, as multiples of a millisecond.
    fn row(case: &str, times: &[(Candidate, [f64; 3])]) -> Row {
        let cases = plan::cases(&[case.to_owned()], usize::MAX).expect("a case");
        let measured = times.iter().map(|(candidate, turns)| Measured {
            candidate: *candidate,
            turns: turns.iter().map(|turn| Some(turn * 1e-3)).collect(),
        });
        let case = cases.into_iter().find(|case| case.mode == Mode::Both).expect("a case");
        Row { case, measured: measured.collect(), faults: Vec::new(), rounded: Vec::new() }
    }

    /// Of aim 4: reached against PyTorch; by the copy; not at all; and one with no aim.
    fn rows() -> Vec<Row> {
        use Candidate::{BurnNn, Compile, Copy, Eager, Ours, Ref};
        let fast = row(
            "mse@6",
            &[
                (Ours, [1.0, 2.0, 1.0]),
                (Eager, [5.0, 8.0, 4.0]),
                (Compile, [2.0, 2.0, 2.0]),
                (Copy, [0.5, 1.0, 0.5]),
                (Ref, [0.9, 1.8, 0.94]),
            ],
        );
        let near =
            row("l1@6", &[(Ours, [1.0; 3]), (Eager, [2.0; 3]), (Copy, [0.9, 0.8, 0.85]), (Ref, [0.9, 1.0, 0.9])]);
        let slow =
            row("huber@6", &[(Ours, [1.0; 3]), (Eager, [0.8, 0.7, 0.9]), (Copy, [0.3; 3]), (BurnNn, [0.5, 1.1, 0.5])]);
        let other = row("zlpr@2x3", &[(Ours, [1.0; 3]), (Eager, [0.5; 3]), (Compile, [0.25; 3])]);
        vec![fast, near, slow, other]
    }

    #[test]
    fn aims_are_reached_against_pytorch_or_the_copy() {
        let reached: Vec<Option<Reached>> = rows().iter().map(Row::reached).collect();
        assert_eq!(reached, [Some(Reached::Aim), Some(Reached::Copy), Some(Reached::Not), None]);
        assert_eq!(row("mse@6", &[(Candidate::Ours, [1.0; 3])]).reached(), Some(Reached::Unknown));
    }

    #[test]
    fn last_line_counts() {
        assert_eq!(
            last_line(&facts(), &rows()),
            "Aim reached: 2 of 3 cases; slower than PyTorch eager: 2 of 4 cases; slower than torch.compile: 1 of 2 cases."
        );
        let alone = Facts { torch: None, ..facts() };
        assert_eq!(
            last_line(&alone, &[row("mse@6", &[(Candidate::Ours, [1.0; 3])])]),
            "Aim reached: 0 of 1 cases (1 cannot be judged without PyTorch); slower than PyTorch: not measured."
        );
    }

    #[test]
    fn report_says_where_we_lose() {
        let page = markdown(&facts(), &rows());
        let section = |title: &str| {
            let start = page.find(title).unwrap_or_else(|| panic!("{title} in {page}"));
            page[start..].lines().skip(1).take_while(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n")
        };
        let lost = section("## Where we lose");
        assert!(
            lost.contains(
                "Slower than PyTorch eager, of 4 cases:\n\n- zlpr 2x3 + backward: 0.50 (0.50–0.50)\n- huber 6"
            )
        );
        assert!(lost.contains("Slower than torch.compile, of 2 cases:\n\n- zlpr"));
        // One turn of three was faster than burn-nn's.
        assert!(lost.contains("Slower than burn-nn, of 1 cases:\n\nNowhere."));
        let older = section("## Slower than main (ba9876543210) by more than 5 %");
        assert!(older.contains("of 2 cases") && older.contains("- mse 6 + backward: 0.90 (0.90–0.94)"), "{older}");
        assert!(!older.contains("l1"), "one of its turns was as fast: {older}");
        assert!(section("## Not measured").contains("- huber 6 + backward: the older commit does not have it"));
        assert!(page.contains("| regression | `mse` | 6 | 1.00 ms | 50 % |"), "{page}");
        assert!(page.contains(" 4.00 (4.00–5.00) | 2.00 (1.00–2.00) | **0.90** (0.90–0.94) | 4 | yes |"), "{page}");
        assert!(page.ends_with("of 2 cases.\n"));
    }

    #[test]
    fn ticks_are_idle_or_not() {
        let stat = "cpu  10 20 30 400 5 0 6 7 99 99\ncpu0 1 2 3 4 5 6 7 8 9 10\n";
        assert_eq!(read_ticks(stat), Some((73.0, 478.0)));
        assert_eq!(read_ticks("intr 1 2 3"), None);
    }

    #[test]
    fn a_busy_machine_is_said_to_be() {
        let busy = Facts { busy_after: Some(0.3), ..facts() };
        assert!(markdown(&busy, &rows()).contains("**The machine had other work"));
        assert!(!markdown(&facts(), &rows()).contains("**The machine had other work"));
    }

    #[test]
    fn faults_are_named() {
        let mut rows = rows();
        rows[1].rounded.push((Candidate::Operations, "its value is 1.9, ours 2".to_owned()));
        let lost = "## Timed, with digits lost to rounding\n\n- l1 6 + backward, tensor operations: its value is 1.9, ours 2\n";
        assert!(markdown(&facts(), &rows).contains(lost));
        rows[0].faults.push((Candidate::Compile, "its value is 1, ours 2".to_owned()));
        assert!(markdown(&facts(), &rows).contains("- mse 6 + backward, torch.compile: its value is 1, ours 2"));
    }

    #[test]
    fn json_has_what_the_page_has() {
        let page: Value = serde_json::from_str(&json(&facts(), &rows())).expect("JSON");
        let mse = &page["cases"][0];
        assert_eq!(mse["candidates"]["torch_eager"]["times_faster"]["median"], 4.0);
        assert_eq!(mse["candidates"]["ours"]["times_faster"], Value::Null);
        assert_eq!(
            (mse["bytes"].as_u64(), mse["aim"].as_f64(), mse["reached"].as_str()),
            (Some(72), Some(4.0), Some("yes"))
        );
        assert_eq!(page["versions"]["torch"], "2.15.0");
        assert_eq!(page["machine"]["busy_cores_after"], Value::Null);
    }

    #[test]
    fn dates_are_right() {
        assert_eq!(
            [0, 59, 60, 19_782, 20_785].map(date),
            ["1970-01-01", "1970-03-01", "1970-03-02", "2024-02-29", "2026-11-28"]
        );
    }
}

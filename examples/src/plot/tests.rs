//! Pictures of plain and of odd data: they are written, complete, and nothing lies where it must not.

use super::{
    scene::{Anchor, Scene, Shape, Text, WIDTH},
    style::{GREY, Style},
    *,
};
use crate::curve::Against;
use flate2::read::ZlibDecoder;
use plotters::style::{RGBColor, WHITE};
use std::{
    error::Error,
    fs,
    io::Read,
    path::{Path, PathBuf},
    slice,
};

const LONG: &str = "LossWithAVeryLongName (α = 0.25, γ = 2, q = 0.7, τ = 10, ε = 0.1, and then some more of the like)";

fn curve(index: usize) -> Curve {
    let power = 1.0 + index as f64 / 4.0;
    let points =
        |of: fn(f64, f64) -> f64| (0..=200).map(|step| f64::from(step) / 200.0).map(move |p| (p, of(p, power)));
    Curve {
        name: format!("loss number {index} < γ"),
        // Infinite at zero.
        loss: points(|p, power| -(1.0 - p).powf(power - 1.0) * p.ln()).collect(),
        slope: points(|p, power| -power / p).collect(),
    }
}

fn panel(title: &str, y: &str, cap: f64) -> CurvePanel {
    CurvePanel { labels: Labels::new(title, "p, probability of the target class", y), cap }
}

fn panels() -> (CurvePanel, CurvePanel) {
    (panel("Loss", "loss L", 5.0), panel("Slope", "slope ∂L/∂pₜ", 8.0))
}

fn series(index: usize, conditions: &[f64]) -> Series {
    let mean = |x: f64| 0.95 - x * x * (0.2 + 0.05 * index as f64);
    let points = conditions.iter().map(|&x| Point { x, mean: mean(x), sd: 0.01 + 0.02 * x });
    Series { name: format!("loss number {index} < γ"), points: points.collect() }
}

fn labels() -> Labels {
    Labels::new("Accuracy under label noise", "label-noise rate η", "test accuracy")
}

fn run(epochs: usize) -> History {
    let values = |start: f64, end: f64| (0..epochs).map(|epoch| end + (start - end) / (epoch as f64 + 1.0)).collect();
    let measures = [("test", 0.9), ("train, true labels", 0.93), ("train, noisy labels", 0.6)];
    History {
        loss: values(2.3, 0.4),
        measures: measures.map(|(name, end)| (name.to_owned(), values(0.1, end))).into(),
        measured: "accuracy".into(),
        shares: true,
    }
}

/// A point of a cloud of the given size, except for the first one, which lies far outside of it.
fn dot(index: usize, size: f64) -> Dot {
    let turn = index as f64;
    let x = if index == 0 { 0.4 } else { 0.8 + 0.1 * size * (2.4 * turn).cos() };
    let y = 0.7 + 0.15 * size * (1.7 * turn).sin();
    Dot { name: format!("loss number {index} < γ"), x, x_sd: 0.004, y, y_sd: 0.01 }
}

const AXES: ScatterAxes = ScatterAxes { x_percent: true, y_percent: false };

fn levels() -> [Level; 2] {
    [(0.5, "0.5: guessing"), (0.7, "0.7: cross-entropy")].map(|(y, name)| Level { y, name: name.to_owned() })
}

fn attack(title: &str, count: usize) -> RocPanel {
    let points = |index: usize| {
        let rates = (0..=100).map(|step| f64::from(step) / 100.0);
        rates.map(|rate| (rate, rate.powf(1.0 / (1.0 + index as f64)))).collect()
    };
    let curves = (0..count).map(|index| RocCurve { name: format!("loss number {index} < γ"), points: points(index) });
    RocPanel { title: title.to_owned(), curves: curves.collect() }
}

fn facet(title: &str, indices: &[usize], conditions: &[f64]) -> Facet {
    Facet {
        title: title.to_owned(),
        series: indices.iter().map(|&index| series(index, conditions)).collect(),
        faint: vec![Series { name: "cross-entropy".to_owned(), ..series(3, conditions) }],
    }
}

fn epoch_panel(title: &str, count: usize, epochs: usize) -> EpochPanel {
    let value = |index: usize, epoch: usize| 0.95 - 0.02 * index as f64 - 0.7 / (epoch as f64 + 1.0);
    let line =
        |index: usize| (format!("loss number {index} < γ"), (0..epochs).map(|epoch| value(index, epoch)).collect());
    EpochPanel { title: title.to_owned(), y: "train accuracy".to_owned(), lines: (0..count).map(line).collect() }
}

/// Reads a bitmap and returns its size, after checking that all of its pixels are there.
fn decode_png(path: &Path) -> Result<(u32, u32), Box<dyn Error>> {
    let bytes = fs::read(path)?;
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| bytes[at..at + 4].iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
    let (width, height) = (number(16), number(20));
    let (mut packed, mut pixels, mut at) = (Vec::new(), Vec::new(), 8);
    while at < bytes.len() {
        let length = number(at) as usize;
        if &bytes[at + 4..at + 8] == b"IDAT" {
            packed.extend_from_slice(&bytes[at + 8..at + 8 + length]);
        }
        at += length + 12;
    }
    ZlibDecoder::new(&packed[..]).read_to_end(&mut pixels)?;
    // Each row begins with the number of its filter.
    assert_eq!(pixels.len(), (height * (1 + 3 * width)) as usize);
    Ok((width, height))
}

/// Checks both files of a picture, and that its text has all that is in `expected`.
fn check(files: [PathBuf; 2], expected: &[&str]) -> Result<(), Box<dyn Error>> {
    let (width, height) = decode_png(&files[0])?;
    let svg = fs::read_to_string(&files[1])?;
    assert!(svg.contains(&format!("<svg width=\"{width}\" height=\"{height}\"")));
    assert!(svg.trim_end().ends_with("</svg>"));
    for text in expected {
        let text = text.replace('<', "&lt;");
        assert!(svg.contains(&text), "{text} is missing in {}", files[1].display());
    }
    Ok(())
}

#[test]
fn pictures_are_written_with_all_names_and_labels() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    // The dot is part of the name: it must not be taken for an extension.
    let stem = |name: &str| directory.path().join(name);
    let names: Vec<_> = (0..12).map(|index| format!("loss number {index} < γ")).collect();
    let with_names = |texts: &[&'static str]| {
        let names = names.iter().map(String::as_str);
        names.chain(texts.iter().copied()).map(str::to_owned).collect::<Vec<_>>()
    };
    let check = |files, texts: &[String]| check(files, &texts.iter().map(String::as_str).collect::<Vec<_>>());

    let all: Vec<_> = (0..12).map(curve).collect();
    let (loss, slope) = panels();
    let files = curves(&stem("curves.v1"), "Losses", &all, &loss, &slope)?;
    assert_eq!(files, [stem("curves.v1.png"), stem("curves.v1.svg")]);
    check(
        files,
        &with_names(&["Losses", "Loss", "Slope", "loss L", "slope ∂L/∂pₜ", "p, probability of the target class"]),
    )?;

    let around = ["Accuracy under label noise", "label-noise rate η", "test accuracy", "90%"];
    let all: Vec<_> = (0..12).map(|index| series(index, &[0.0, 0.2, 0.4])).collect();
    check(comparison(&stem("lines"), &labels(), &all)?, &with_names(&around))?;
    let all: Vec<_> = (0..12).map(|index| series(index, &[0.4])).collect();
    check(comparison(&stem("rows"), &labels(), &all)?, &with_names(&["label-noise rate η = 0.4", "91.8 ± 1.8%"]))?;

    let files = history(&stem("history"), "One run", "training loss L", &run(30))?;
    let texts =
        ["One run", "training loss L", "epoch", "accuracy", "test", "train, true labels", "train, noisy labels"];
    check(files, &texts.map(str::to_owned))?;

    let errors = History { measured: "error".into(), shares: false, ..run(30) };
    let files = history(&stem("errors"), "One run", "training loss L", &errors)?;
    check(files, &["error", "0.8"].map(str::to_owned))?;

    let all: Vec<_> = (0..12).map(|index| dot(index, 1.0)).collect();
    let around = ["Accuracy under label noise", "label-noise rate η", "test accuracy", "0.5: guessing", "60%", "0.6"];
    check(scatter(&stem("scatter"), &labels(), AXES, &all, &levels())?, &with_names(&around))?;

    let all = ["From the loss", "From the confidence"].map(|title| attack(title, 12));
    let around = ["Attacks", "From the loss", "From the confidence", "false-positive rate", "true-positive rate"];
    check(roc(&stem("roc"), "Attacks", &all)?, &with_names(&around))?;

    let all = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]].map(|indices| facet("A family", &indices, &[0.0, 0.2, 0.4]));
    let around = ["Accuracy under label noise", "A family", "label-noise rate η", "test accuracy", "cross-entropy"];
    check(facets(&stem("facets"), &labels(), &all)?, &with_names(&around))?;

    let all = ["Clean", "Noisy"].map(|title| epoch_panel(title, 12, 30));
    check(epochs(&stem("epochs"), "Runs", &all)?, &with_names(&["Runs", "Clean", "Noisy", "epoch", "train accuracy"]))
}

#[test]
fn errors_name_the_file() {
    let (loss, slope) = panels();
    let nothing = [
        curves(Path::new("out/empty"), "", &[], &loss, &slope),
        curves(Path::new("out/empty"), "", &[Curve::default()], &loss, &slope),
        comparison(Path::new("out/empty"), &labels(), &[]),
        comparison(Path::new("out/empty"), &labels(), &[Series { name: "a".into(), points: vec![] }]),
        comparison(Path::new("out/empty"), &labels(), &[series(0, &[f64::NAN])]),
        history(Path::new("out/empty"), "", "L", &History::default()),
        history(Path::new("out/empty"), "", "L", &History { loss: vec![1.0], ..History::default() }),
        scatter(Path::new("out/empty"), &labels(), AXES, &[], &levels()),
        scatter(Path::new("out/empty"), &labels(), AXES, &[Dot { x: f64::NAN, ..dot(0, 1.0) }], &levels()),
        roc(Path::new("out/empty"), "", &[]),
        roc(Path::new("out/empty"), "", &[RocPanel::default(), attack("", 0)]),
        facets(Path::new("out/empty"), &labels(), &[]),
        facets(Path::new("out/empty"), &labels(), &[Facet::default(), facet("", &[0], &[])]),
        epochs(Path::new("out/empty"), "", &[]),
        epochs(Path::new("out/empty"), "", &[EpochPanel::default(), epoch_panel("", 2, 0)]),
    ];
    for result in nothing {
        let message = result.map_err(|error| error.to_string());
        assert_eq!(message, Err("cannot draw out/empty: there is no finite value to draw".to_owned()));
    }
    let error = comparison(Path::new("no/such/directory/stem"), &labels(), &[series(0, &[0.0])]);
    let message = error.map_err(|error| error.to_string()).expect_err("there is no such directory");
    assert!(message.starts_with("cannot draw no/such/directory/stem.png: "), "{message}");
}

/// Left, top, right and bottom of what is inked of a text, roughly.
fn bounds(text: &Text) -> [f64; 4] {
    let (width, rise) = (text.width(), 0.45 * text.em);
    let start = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => width / 2.0,
        Anchor::End => width,
    };
    let (x, y) = text.at;
    if text.upright {
        [x - rise, y - width + start, x + rise, y + start]
    } else {
        [x - start, y - rise, x - start + width, y + rise]
    }
}

/// Checks that everything lies in the picture and that no text covers another. Returns the picture.
fn check_layout(scene: Option<Scene>) -> Scene {
    let scene = scene.expect("a picture");
    let inside = |x: f64, y: f64| (0.0..=WIDTH).contains(&x) && (0.0..=scene.height).contains(&y);
    let mut texts: Vec<(&str, [f64; 4])> = Vec::new();
    for shape in &scene.shapes {
        match shape {
            Shape::Line { points, .. } | Shape::Area { points, .. } => {
                assert!(points.iter().all(|&(x, y)| inside(x, y)), "{shape:?}");
            }
            Shape::Text(text) => {
                let [left, top, right, bottom] = bounds(text);
                assert!(inside(left, top) && inside(right, bottom), "{text:?}");
                for (other, at) in &texts {
                    let apart = right <= at[0] || at[2] <= left || bottom <= at[1] || at[3] <= top;
                    assert!(apart, "{} covers {other}", text.content);
                }
                texts.push((&text.content, [left, top, right, bottom]));
            }
        }
    }
    scene
}

/// The same, and that no text covers a marker.
fn check_markers(scene: Option<Scene>) -> Scene {
    let scene = check_layout(scene);
    for shape in &scene.shapes {
        let Shape::Text(text) = shape else { continue };
        let [left, top, right, bottom] = bounds(text);
        let covered = |&(x, y): &(f64, f64)| left < x && x < right && top < y && y < bottom;
        for shape in &scene.shapes {
            if let Shape::Area { points, color } = shape {
                assert!(*color == WHITE || !points.iter().any(covered), "{} covers {shape:?}", text.content);
            }
        }
    }
    scene
}

#[test]
fn layouts_keep_everything_apart_and_inside() {
    let (loss, slope) = panels();
    for count in [1, 2, 7, 12, 40] {
        let mut all: Vec<_> = (0..count).map(curve).collect();
        check_layout(curves::layout("Losses", &all, &loss, &slope));
        all[0].name = LONG.to_owned();
        check_layout(curves::layout(&LONG.repeat(2), &all, &panel(LONG, LONG, f64::INFINITY), &slope));

        for conditions in [&[0.4][..], &[0.0, 0.4], &[0.0, 0.01, 0.02, 0.9], &[0.0, 0.1, 0.2, 0.3, 0.1 + 0.3, 0.4]] {
            let mut all: Vec<_> = (0..count).map(|index| series(index, conditions)).collect();
            check_layout(comparison::layout(&labels(), &all));
            all.iter_mut().for_each(|one| one.name = LONG.to_owned());
            check_layout(comparison::layout(&Labels::new(LONG, LONG, LONG), &all));
        }
    }
    for epochs in [1, 2, 3, 10, 37, 100, 999] {
        check_layout(history::layout(LONG, LONG, &run(epochs)));
    }
}

#[test]
fn layouts_of_many_losses_keep_everything_apart_and_inside() {
    for count in [1, 2, 7, 40] {
        for panels in 1..=5 {
            let mut all = vec![attack("From the loss", count); panels];
            check_markers(roc::layout("Attacks", &all));
            all[0].curves[0].name = LONG.to_owned();
            all[0].title = LONG.to_owned();
            check_markers(roc::layout(LONG, &all));

            for epochs in [1, 2, 37, 999] {
                let mut all = vec![epoch_panel("Clean", count, epochs); panels];
                check_layout(epochs::layout("Runs", &all));
                all[0] = EpochPanel { title: LONG.to_owned(), y: LONG.to_owned(), ..epoch_panel("", count, 3) };
                all[0].lines[0].0 = LONG.to_owned();
                check_layout(epochs::layout(LONG, &all));
            }
        }
        let indices: Vec<_> = (0..count).collect();
        for panels in [1, 2, 5, 6, 7, 9] {
            for conditions in [&[0.4][..], &[0.0, 0.4], &[0.0, 0.01, 0.02, 0.9], &[0.0, 0.125, 0.25, 0.375, 0.5]] {
                let mut all = vec![facet("A family", &indices, conditions); panels];
                check_markers(facets::layout(&labels(), &all));
                all.push(Facet::default());
                all[0].title = LONG.to_owned();
                all[0].series[0].name = LONG.to_owned();
                all[0].faint[0].name = LONG.to_owned();
                check_markers(facets::layout(&Labels::new(LONG, LONG, LONG), &all));
            }
        }
    }
}

#[test]
fn scatter_names_every_point_once_and_covers_none() {
    for count in [1, 10, 25, 40] {
        for size in [1.0, 0.1, 0.0] {
            let mut all: Vec<_> = (0..count).map(|index| dot(index, size)).collect();
            let scene = check_markers(scatter::layout(&labels(), AXES, &all, &levels()));
            let names = all.iter().map(|dot| dot.name.as_str()).chain(["0.5: guessing", "0.7: cross-entropy"]);
            for name in names {
                let is_name = |shape: &&Shape| matches!(shape, Shape::Text(text) if text.content == name);
                assert_eq!(scene.shapes.iter().filter(is_name).count(), 1, "{name} among {count} points");
            }
            // All at one place: most names go into the legend.
            all.iter_mut().for_each(|dot| (dot.x, dot.y) = (0.5, 0.5));
            check_markers(scatter::layout(&labels(), AXES, &all, &levels()));
            all.iter_mut().for_each(|dot| dot.name = LONG.to_owned());
            let lines = vec![Level { y: 0.5, name: LONG.repeat(2) }; 3];
            check_markers(scatter::layout(&Labels::new(LONG, LONG, LONG), AXES, &all, &lines));
        }
    }
}

#[test]
fn roc_plots_are_square() {
    for panels in 1..=5 {
        let scene = check_layout(roc::layout("Attacks", &vec![attack("From the loss", 3); panels]));
        let sides: Vec<_> = scene
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                // The axes: one line down and to the right.
                Shape::Line { points, color, .. } if *color == GREY && points.len() == 3 => {
                    Some((points[2].0 - points[0].0, points[2].1 - points[0].1))
                }
                _ => None,
            })
            .collect();
        assert_eq!(sides.len(), panels);
        assert!(sides.iter().all(|(width, height)| *width > 200.0 && (width - height).abs() < 1e-6), "{sides:?}");
    }
}

/// The colours of the markers before a name in the legends of a picture.
fn colors(scene: &Scene, name: &str) -> Vec<RGBColor> {
    let color = |pair: &[Shape]| match pair {
        [Shape::Area { color, .. }, Shape::Text(text)] if text.content == name => Some(*color),
        _ => None,
    };
    scene.shapes.windows(2).filter_map(color).collect()
}

#[test]
fn names_look_the_same_in_all_panels() {
    let all = [facet("A", &[5, 2], &[0.0, 0.4]), facet("B", &[2, 7, 5], &[0.0, 0.4])];
    let scene = check_layout(facets::layout(&labels(), &all));
    assert_eq!(colors(&scene, "loss number 5 < γ"), [Style::nth(0).color; 2]);
    assert_eq!(colors(&scene, "loss number 2 < γ"), [Style::nth(1).color; 2]);
    assert_eq!(colors(&scene, "loss number 7 < γ"), [Style::nth(2).color]);

    let mut all = vec![epoch_panel("A", 2, 9); 2];
    all[1].lines.reverse();
    let scene = check_layout(epochs::layout("", &all));
    assert_eq!(colors(&scene, "loss number 1 < γ"), [Style::nth(1).color]);
    let drawn = |index: usize| {
        let color = Style::nth(index).color;
        let lines = scene.shapes.iter().filter_map(|shape| match shape {
            Shape::Line { points, color: other, width } if *other == color && *width > 2.0 => Some(points),
            _ => None,
        });
        lines.flatten().map(|at| at.1).fold(f64::INFINITY, f64::min)
    };
    // The first line is the upper one in both panels.
    assert!(drawn(0) < drawn(1), "{} and {}", drawn(0), drawn(1));
}

#[test]
fn odd_data_are_drawn_without_panic() {
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, -f64::MAX, 1e-320, 0.0, -0.0, 0.5, 1.0];
    let (loss, slope) = panels();
    for a in odd {
        for b in odd {
            let points = vec![(0.1, a), (0.2, b), (0.3, a), (a, 0.1), (0.5, 0.5)];
            let curve = Curve { name: "a\u{0}b".into(), loss: points.clone(), slope: points };
            check_layout(curves::layout("", slice::from_ref(&curve), &panel("", "", a), &slope));
            check_layout(curves::layout("", &[curve, Curve::default()], &loss, &panel("", "", b)));

            let points = |x| vec![Point { x, mean: a, sd: b }, Point { x: 0.3, mean: 0.5, sd: a }];
            let all = [0.1, 0.3, a].map(|x| Series { name: String::new(), points: points(x) });
            for series in &all {
                check_layout(comparison::layout(&labels(), slice::from_ref(series)));
            }
            check_layout(comparison::layout(&labels(), &all));

            let values = vec![a, 0.5, b, a, 0.5];
            let names = ["train", "", "test"].map(str::to_owned);
            let measures: Vec<_> = names.into_iter().zip([values.clone(), vec![], vec![b]]).collect();
            for shares in [true, false] {
                let (loss, measures) = (values.clone(), measures.clone());
                let history = History { loss, measures, measured: String::new(), shares };
                check_layout(history::layout("", "", &history));
            }

            let dots = [(a, b), (b, 0.5), (0.5, 0.5), (0.5, 0.5)].map(|(x, y)| {
                let name = "a\u{0}b".to_owned();
                Dot { name, x, x_sd: b, y, y_sd: a }
            });
            let lines = [a, b].map(|y| Level { y, name: "level".into() });
            for percent in [true, false] {
                let axes = ScatterAxes { x_percent: percent, y_percent: percent };
                check_markers(scatter::layout(&Labels::default(), axes, &dots, &lines));
            }

            let points = vec![(a, b), (0.1, a), (0.2, b), (b, 0.3), (0.5, 0.5)];
            let curves = vec![RocCurve { name: String::new(), points }, RocCurve::default()];
            check_layout(roc::layout("", &[RocPanel { title: String::new(), curves }, RocPanel::default()]));

            let facet = Facet { title: String::new(), series: all.to_vec(), faint: all.to_vec() };
            check_layout(facets::layout(&Labels::default(), slice::from_ref(&facet)));
            check_layout(facets::layout(&labels(), &[facet, Facet::default()]));

            let lines = vec![(String::new(), values.clone()), ("b".to_owned(), vec![b]), ("c".to_owned(), vec![])];
            let panel = EpochPanel { title: String::new(), y: String::new(), lines };
            check_layout(epochs::layout("", &[panel, EpochPanel::default()]));
        }
    }
}

#[test]
fn fonts_have_the_symbols_of_the_labels() {
    let missing = font::width("\u{4e00}", 100.0, false);
    for bold in [false, true] {
        let labels: String = Against::ALL.iter().flat_map(|axis| [axis.label(), axis.slope()]).collect();
        for symbol in "αγεηλτ−±×·∂∑∞√≤≥²½ₜₖᵢₙ₀₁–—’…→".chars().chain(labels.chars())
        {
            let width = font::width(&symbol.to_string(), 100.0, bold);
            assert!(width > 0.0 && (width - missing).abs() > 0.05, "{symbol} is missing");
        }
    }
}

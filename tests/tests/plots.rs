//! The plots of the documentation and the pictures of `docs/pictures.md`, as they lie there: nothing is written where a
//! curve is, every colour is seen on light and dark pages, and what is written is true.

use burn::tensor::{Device, Tensor};
use burn_losses::catalogue::{self, Family, Signature};
use burn_losses::prelude::*;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every picture: its name and its SVG.
fn pictures() -> Vec<(String, String)> {
    let mut pictures = Vec::new();
    for folder in ["crates/burn-losses/docs/plots", "docs/pictures"] {
        for file in std::fs::read_dir(root().join(folder)).expect("a folder of pictures") {
            let path = file.expect("a readable folder").path();
            pictures.push((path.file_stem().expect("a name").to_string_lossy().into_owned(), read(&path)));
        }
    }
    assert!(pictures.len() > 100, "only {} pictures", pictures.len());
    pictures
}

/// The elements of this name, each its attributes and what comes after them up to the next element.
fn elements<'a>(svg: &'a str, name: &str) -> Vec<(&'a str, &'a str)> {
    let start = format!("<{name} ");
    svg.split(start.as_str()).skip(1).map(|rest| rest.split_once('>').expect("the end of a tag")).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let tag = tag.strip_prefix(&format!("{name}=\"")).or_else(|| tag.split(&format!(" {name}=\"")).nth(1))?;
    tag.split('"').next()
}

fn number(tag: &str, name: &str) -> f64 {
    let text = attribute(tag, name).unwrap_or_else(|| panic!("no {name}: {tag}"));
    text.parse().unwrap_or_else(|error| panic!("{name}: {error}: {tag}"))
}

type Xy = (f64, f64);

/// The segments of the curves.
fn segments(svg: &str) -> Vec<(Xy, Xy)> {
    let mut segments = Vec::new();
    for (tag, _) in elements(svg, "path").into_iter().filter(|(tag, _)| attribute(tag, "data-part") == Some("curve")) {
        for piece in attribute(tag, "d").expect("a path").split('M').filter(|piece| !piece.is_empty()) {
            let numbers = piece.split(['L', ' ']).map(|number| number.parse().expect("a number"));
            let numbers: Vec<f64> = numbers.collect();
            let points: Vec<Xy> = numbers.chunks_exact(2).map(|point| (point[0], point[1])).collect();
            segments.extend(points.windows(2).map(|pair| (pair[0], pair[1])));
        }
    }
    segments
}

/// A rectangle: left, top, right, bottom.
type Room = [f64; 4];

/// What is written, and the room that it takes: 0.6 of the size a letter, which is as wide as faces get.
fn texts(svg: &str) -> Vec<(String, Room)> {
    let texts = elements(svg, "text").into_iter().map(|(tag, rest)| {
        let content = rest.split('<').next().expect("what is written");
        let size = attribute(tag, "font-size").map_or(12.0, |size| size.parse().expect("a size"));
        let (x, y) = (number(tag, "x"), number(tag, "y"));
        // Letters above others take no room of their own: that of ŷ is one character.
        let wide = 0.6 * size * content.chars().count() as f64;
        let left = match attribute(tag, "text-anchor") {
            Some("middle") => x - wide / 2.0,
            Some("end") => x - wide,
            _ => x,
        };
        (content.to_owned(), [left, y - 0.8 * size, left + wide, y + 0.2 * size])
    });
    texts.collect()
}

/// The pieces of line before the names of a legend.
fn samples(svg: &str) -> Vec<Room> {
    let (_, legend) = svg.split_once("data-part=\"legend\"").unwrap_or_default();
    let tags = elements(legend, "path").into_iter().filter(|(tag, _)| attribute(tag, "data-part").is_none());
    let sample = |(tag, _): (&str, &str)| {
        let (x, rest) =
            attribute(tag, "d").expect("a path").strip_prefix('M').expect("a place").split_once(' ').expect("y");
        let (y, wide) = rest.split_once('h').expect("a piece of line");
        let [x, y, wide] = [x, y, wide].map(|number| number.parse::<f64>().expect("a number"));
        [x, y - 1.0, x + wide, y + 1.0]
    };
    tags.map(sample).collect()
}

fn overlap(a: &Room, b: &Room) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

/// Whether a segment comes into a rectangle, tried at steps of at most half a pixel.
fn enters((from, to): &(Xy, Xy), room: &Room) -> bool {
    let steps = ((to.0 - from.0).hypot(to.1 - from.1) * 2.0).ceil().max(1.0);
    (0..=steps as u32).map(|step| f64::from(step) / steps).any(|share| {
        let (x, y) = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
        room[0] <= x && x <= room[2] && room[1] <= y && y <= room[3]
    })
}

/// What lies on something else, or outside of the picture.
fn place_faults(svg: &str) -> Vec<String> {
    let segments = segments(svg);
    let texts = texts(svg);
    let samples = samples(svg);
    let (tag, _) = elements(svg, "svg").into_iter().next().expect("an SVG");
    let size: Vec<f64> =
        attribute(tag, "viewBox").expect("a size").split(' ').map(|n| n.parse().expect("a number")).collect();
    let mut faults = Vec::new();
    if segments.is_empty() {
        faults.push("no curve".to_owned());
    }
    let names = texts.iter().map(|(content, room)| (content.as_str(), room));
    let all: Vec<(&str, &Room)> = names.chain(samples.iter().map(|room| ("the legend", room))).collect();
    for (at, (content, room)) in all.iter().enumerate() {
        if segments.iter().any(|segment| enters(segment, room)) {
            faults.push(format!("a curve runs through {content:?}"));
        }
        let others = all[..at].iter().filter(|(_, other)| overlap(room, other));
        faults.extend(others.map(|(other, _)| format!("{content:?} lies on {other:?}")));
        if room[0] < 0.0 || room[1] < 0.0 || room[2] > size[2] || room[3] > size[3] {
            faults.push(format!("{content:?} leaves the picture: {room:?}"));
        }
    }
    faults
}

/// The pages that show them: white, docs.rs's dark and ayu, GitHub's dark.
const PAGES: [&str; 4] = ["#ffffff", "#353535", "#0f1419", "#0d1117"];

fn luminance(color: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&color[at..at + 2], 16).expect("a colour")) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

/// The contrast of WCAG 2, from 1 to 21.
fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// What cannot be seen on some page: curves need a contrast of 3, text is in the page's own colour.
fn color_faults(svg: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut colors = 0;
    for part in svg.split("stroke=\"").skip(1).chain(svg.split("fill=\"").skip(1)) {
        let color = part.split('"').next().expect("a colour");
        if ["none", "currentColor"].contains(&color) {
            continue;
        }
        colors += 1;
        let pale = PAGES.iter().filter(|page| contrast(color, page) < 3.0);
        faults.extend(pale.map(|page| format!("{color} on {page}: {:.1}", contrast(color, page))));
    }
    if colors == 0 {
        faults.push("no colour".to_owned());
    }
    if svg.contains("fill-opacity") || svg.contains(" opacity") {
        faults.push("a shade, which takes the contrast of what lies on it".to_owned());
    }
    if elements(svg, "text").iter().any(|(tag, _)| attribute(tag, "fill") != Some("currentColor")) {
        faults.push("text is not in the page's own colour".to_owned());
    }
    // A file of its own has no page whose colour it could take, and says one for either kind.
    for (page, part) in PAGES[..1]
        .iter()
        .zip(svg.split("svg{color:").skip(1))
        .chain(PAGES[1..].iter().flat_map(|page| svg.split("svg{color:").skip(2).map(move |part| (page, part))))
    {
        let color = &part[..7];
        if contrast(color, page) < 4.5 {
            faults.push(format!("text in {color} on {page}: {:.1}", contrast(color, page)));
        }
    }
    faults
}

#[test]
fn nothing_is_written_where_a_curve_is() {
    let faults = pictures()
        .into_iter()
        .flat_map(|(name, svg)| place_faults(&svg).into_iter().map(move |fault| format!("{name}: {fault}")));
    let faults: Vec<String> = faults.collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_colour_is_seen_on_light_and_dark_pages() {
    let faults = pictures()
        .into_iter()
        .flat_map(|(name, svg)| color_faults(&svg).into_iter().map(move |fault| format!("{name}: {fault}")));
    let faults: Vec<String> = faults.collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The test's own test.
#[test]
fn faults_of_pictures_are_seen() {
    let svg = read(&root().join("crates/burn-losses/docs/plots/focal.svg"));
    assert!(place_faults(&svg).is_empty() && color_faults(&svg).is_empty());
    let ((x, y), _) = segments(&svg)[20];
    let word = |x: f64, y: f64| {
        format!("<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" fill=\"currentColor\">word</text>\n</svg>")
    };
    let broken = |more: &str| svg.replace("</svg>", more);
    assert!(place_faults(&broken(&word(x, y)))[0].contains("a curve runs through \"word\""));
    assert!(place_faults(&broken(&word(630.0, 200.0)))[0].contains("leaves the picture"));
    let ((_, first), (_, second)) = (&texts(&svg)[0], &texts(&svg)[1]);
    assert!(!overlap(first, second));
    assert!(place_faults(&broken(&word(first[0], first[3])))[0].contains("lies on"));
    let sample = samples(&svg)[0];
    assert!(place_faults(&broken(&word(sample[0], sample[3])))[0].contains("lies on"));
    let color = |color: &str| svg.replace("#2b8be0", color);
    assert_eq!(color_faults(&color("#0072b2")), ["#0072b2 on #353535: 2.4"; 3]);
    assert_eq!(color_faults(&color("#56b4e9")), ["#56b4e9 on #ffffff: 2.3"; 3]);
    assert!(!color_faults(&broken("<rect fill=\"currentColor\" fill-opacity=\"0.1\"/></svg>")).is_empty());
    assert!(!color_faults(&svg.replace("fill=\"currentColor\">0<", "fill=\"#2b8be0\">0<")).is_empty());
    let alone = read(&root().join("docs/pictures/by_probability.svg"));
    assert!(color_faults(&alone).is_empty());
    assert_eq!(
        color_faults(&alone.replace("svg{color:#1f2328}@", "svg{color:#858585}@")),
        ["text in #858585 on #ffffff: 3.7"]
    );
    assert_eq!(color_faults(&alone.replace("#e6edf3", "#1f2328")).len(), 3);
}

/// The formula section of a loss's documentation.
fn formula(name: &str) -> String {
    let source = root().join("crates/burn-losses/src");
    let folders = std::fs::read_dir(source).expect("the sources").map(|folder| folder.expect("readable").path());
    let paths: Vec<PathBuf> =
        folders.map(|folder| folder.join(format!("{name}.rs"))).filter(|path| path.is_file()).collect();
    let [path] = &paths[..] else { panic!("{name}: {paths:?}") };
    let text = read(path);
    let (_, formula) = text.split_once("/// # Formula").unwrap_or_else(|| panic!("{name}: no formula"));
    formula.split("/// # ").next().expect("a section").to_owned()
}

/// The slope in a plot is the one in the text, under the same name: a variance is no scale. (Class losses, whose text has
/// the derivative by whatever is shortest, are drawn by the one thing that they have in common, as their plots say.)
#[test]
fn slopes_are_called_what_the_text_calls_them() {
    let mut checked = 0;
    for entry in catalogue::all().iter().filter(|entry| entry.family != Family::Wrapper) {
        let svg = read(&root().join(format!("crates/burn-losses/docs/plots/{}.svg", entry.name)));
        let slope = texts(&svg).into_iter().find_map(|(content, _)| content.strip_prefix("Slope ").map(str::to_owned));
        let slope = slope.unwrap_or_else(|| panic!("{}: no slope", entry.name));
        if entry.family.signature() == Signature::Class {
            assert_eq!(slope, "∂L/∂ln p", "{}", entry.name);
            continue;
        }
        assert!(formula(entry.name).contains(&slope), "{}: {slope} is not in {}", entry.name, formula(entry.name));
        checked += 1;
    }
    assert!(checked > 40, "only {checked} slopes");
}

/// A plot names all that its loss's entry has: the settings, what they are compared with, the parts of the axis.
#[test]
fn plots_show_what_the_entries_say() {
    let mut with_settings = 0;
    for entry in catalogue::all().iter().filter(|entry| entry.family != Family::Wrapper) {
        let svg = read(&root().join(format!("crates/burn-losses/docs/plots/{}.svg", entry.name)));
        let texts: Vec<String> = texts(&svg).into_iter().map(|(content, _)| content).collect();
        let picture = entry.picture();
        let mut expected: Vec<String> = picture.regions.iter().map(|region| region.name.to_owned()).collect();
        expected.extend(picture.axis.map(|axis| axis.title.to_owned()));
        for setting in picture.settings {
            for (name, value) in *setting {
                let (_, symbol) = picture.symbols.iter().find(|(parameter, _)| parameter == name).expect("a symbol");
                let value = format!("{symbol} = {value}").replace('-', "−");
                assert!(texts.iter().any(|text| text.contains(&value)), "{}: no {value}", entry.name);
            }
        }
        if !picture.settings.is_empty() {
            with_settings += 1;
            assert_eq!(texts.iter().filter(|text| text.ends_with("(default)")).count(), 1, "{}", entry.name);
        }
        for text in expected {
            assert!(texts.contains(&text), "{}: no {text}", entry.name);
        }
    }
    assert!(with_settings > 40, "only {with_settings} plots with settings");
}

/// A symbol in a plot is the one that the field's documentation begins with.
#[test]
fn symbols_are_those_of_the_documentation() {
    for entry in catalogue::all() {
        for (name, symbol) in entry.picture().symbols {
            let source = root().join("crates/burn-losses/src");
            let folders =
                std::fs::read_dir(source).expect("the sources").map(|folder| folder.expect("readable").path());
            let path = folders.map(|folder| folder.join(format!("{}.rs", entry.name))).find(|path| path.is_file());
            let text = read(&path.unwrap_or_else(|| panic!("{}: no file", entry.name)));
            let (before, _) =
                text.split_once(&format!("    pub {name}: ")).unwrap_or_else(|| panic!("no field {name}"));
            let sentence = before.rsplit("\n\n").next().and_then(|fields| fields.rsplit(",\n").next());
            let sentence = sentence.and_then(|text| text.rsplit("{\n").next()).expect("its sentence");
            assert!(sentence.starts_with(&format!("    /// {symbol}, ")), "{}: {symbol} or {sentence}", entry.name);
        }
    }
}

/// What `docs/pictures.md` says of y = 1 and ŷ = 0.1, by the library itself.
#[test]
fn pictures_have_the_numbers_of_the_library() {
    let device = Device::flex().autodiff();
    let scalar = |tensor: Tensor<1>| tensor.into_scalar::<f64>();
    let number = |value: f64| Tensor::<1>::from_data([value], (&device, burn::tensor::DType::F64));
    let losses = |prediction: Tensor<1>| {
        let squared = Mse::default().init().forward(prediction.clone(), number(1.0), Reduction::Sum);
        let entropy = BinaryCrossEntropy::default().init().with_input(Input::Probabilities);
        [squared, entropy.forward(prediction, number(1.0), Reduction::Sum)]
    };
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9 * b.abs(), "{a} instead of {b}");
    let text = read(&root().join("docs/pictures.md"));
    let svg = |name: &str| texts(&read(&root().join(format!("docs/pictures/{name}.svg"))));
    let says = |name: &str, value: &str| {
        assert!(text.contains(value), "docs/pictures.md does not say {value}");
        assert!(svg(name).iter().any(|(content, _)| content == value), "{name}.svg does not say {value}");
    };
    let values: Vec<f64> = losses(number(0.1)).into_iter().map(scalar).collect();
    close(values[0], 0.81);
    close(values[1], 10f64.ln());
    says("by_probability", "0.81");
    says("by_probability", "2.303");
    for (at, (slope, said)) in [(-1.8, "−1.8"), (-10.0, "−10")].into_iter().enumerate() {
        let prediction = number(0.1).require_grad();
        let [squared, entropy] = losses(prediction.clone());
        let loss = [squared, entropy][at].clone();
        close(scalar(prediction.grad(&loss.backward()).expect("a gradient")), slope);
        says("by_probability", said);
    }
    // The same by the logit.
    for (at, (slope, said)) in [(-0.162, "−0.162"), (-0.9, "−0.9")].into_iter().enumerate() {
        let logit = number((0.1f64 / 0.9).ln()).require_grad();
        let [squared, entropy] = losses(burn::tensor::activation::sigmoid(logit.clone()));
        let loss = [squared, entropy][at].clone();
        close(scalar(logit.grad(&loss.backward()).expect("a gradient")), slope);
        says("by_logit", said);
    }
}

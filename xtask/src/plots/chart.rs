//! One small SVG, to stand inside the documentation: the loss on the left, its slope on the right, the names below.
//!
//! The first line is the opening tag alone and no line is empty, so Markdown takes it as one block of HTML and looks at
//! nothing inside. There is no `id`, since a page may hold several. Axes and text are in the page's own text colour, for
//! light and dark themes; the hues are as dark as white allows them to be light, so they are seen on either. They differ
//! for colour-blind readers, and so do the dashes. Nothing is written where a curve may be: names stand below the axes,
//! parts of the axis above. `tests/tests/plots.rs` holds every plot to that.

use loss_lab::curve::{Point, cap};
use std::fmt::Write as _;

const WIDTH: f64 = 640.0;
/// The left ends of the two panels, and their width.
const LEFT: [f64; 2] = [44.0, 372.0];
const PANEL: f64 = 260.0;
/// The upper end of the panels where no part of the axis has a name, and their height.
const TOP: f64 = 24.0;
const DEEP: f64 = 160.0;
/// Height of a line of text.
const ROW: f64 = 17.0;
/// Width of a letter, of a wide face, and of small print.
const LETTER: f64 = 7.6;
const SMALL: f64 = 6.6;
/// The piece of line before a name.
const SAMPLE: f64 = 28.0;

/// Hues of a luminance between 0.207 and 0.3, which is a contrast of 3 with white and with the greys of dark pages.
const DEFAULT: &str = r##"stroke="#2b8be0" stroke-width="2.6""##;
const SETTINGS: [&str; 5] = [
    r##"stroke="#d9660a" stroke-width="1.7" stroke-dasharray="7 3""##,
    r##"stroke="#159a63" stroke-width="1.7" stroke-dasharray="10 3 2 3""##,
    r##"stroke="#c05fb0" stroke-width="1.7" stroke-dasharray="3 2""##,
    r##"stroke="#998000" stroke-width="1.7" stroke-dasharray="14 3""##,
    r##"stroke="#1795a5" stroke-width="1.7" stroke-dasharray="6 2 2 2 2 2""##,
];
const REFERENCES: [&str; 2] =
    [r##"stroke="#858585" stroke-width="1.3""##, r##"stroke="#858585" stroke-width="1.3" stroke-dasharray="5 3""##];
/// With two answers the dashes tell these apart, and the hues the settings.
const ANSWERS: [&str; 2] = ["", r#" stroke-dasharray="2 3""#];

/// What a curve is, from the bottom to the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Another loss.
    Reference,
    /// The loss at other parameters than its defaults.
    Setting,
    /// The loss at its defaults.
    Default,
}

/// A loss and its slope, with a name.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) points: Vec<Point>,
    /// The same for the other answer.
    pub(crate) other: Option<Vec<Point>>,
}

/// A picture.
#[derive(Debug)]
pub(crate) struct Chart {
    /// What it is, for readers who see no picture.
    pub(crate) title: String,
    /// The x axis: what it is, from where to where.
    pub(crate) axis: String,
    pub(crate) range: (f64, f64),
    /// The smallest x that decides how much of the y axes is shown.
    pub(crate) shown_from: f64,
    /// The largest value that is shown, either way, unless half are beyond it: where a loss grows without bound, or falls,
    /// the rest is cut off.
    pub(crate) largest: f64,
    /// What the slope is.
    pub(crate) slope: String,
    /// What the two answers are called, if lines have two.
    pub(crate) answers: [&'static str; 2],
    /// The lines, in the order of the names.
    pub(crate) lines: Vec<Line>,
    /// Parts of the x axis, with their names.
    pub(crate) regions: Vec<(f64, f64, String)>,
    /// Where on the x axis the values of every line are written out.
    pub(crate) mark: Option<f64>,
    /// What else a reader needs to know.
    pub(crate) caption: String,
    /// Whether it is a file that a page shows, and does not take the page's colours.
    pub(crate) is_alone: bool,
}

impl Chart {
    /// The SVG.
    pub(crate) fn draw(&self) -> String {
        let top = if self.regions.is_empty() { TOP } else { TOP + ROW };
        let bottom = top + DEEP;
        let (legend, below) = self.legend(bottom + 52.0);
        let rows = wrapped(&self.caption, WIDTH - 16.0, SMALL);
        let height = below + 14.0 * rows.len() as f64 + 6.0;
        let names = self.lines.iter().map(|line| line.name.as_str()).filter(|name| !name.is_empty());
        let names = names.collect::<Vec<_>>().join("; ");
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"720\" height=\"{}\" \
             style=\"max-width:100%;height:auto\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\" \
             aria-label=\"{}: the loss L and its slope {} against {}{}\">\n",
            (height * 720.0 / WIDTH).round(),
            self.title,
            self.slope,
            self.axis,
            if names.is_empty() { String::new() } else { format!("; {names}") },
        );
        if self.is_alone {
            svg += "<style>svg{color:#1f2328}@media(prefers-color-scheme:dark){svg{color:#e6edf3}}</style>\n";
        }
        let [loss, slope]: [fn(&Point) -> f64; 2] = [|point| point.loss, |point| point.slope];
        for ((left, value), name) in
            LEFT.into_iter().zip([loss, slope]).zip(["Loss L", &format!("Slope {}", self.slope)])
        {
            svg += &self.panel(&Axis::of(self, left, top, value), name, value);
        }
        let _ = writeln!(svg, "{}", text(WIDTH / 2.0, bottom + 36.0, "middle", "", &self.axis));
        svg += &legend;
        for (row, part) in rows.iter().enumerate() {
            let y = below + 14.0 * row as f64 + 2.0;
            let _ = writeln!(svg, "{}", text(WIDTH / 2.0, y, "middle", " font-size=\"11\"", part));
        }
        svg += "</svg>\n";
        svg
    }

    /// One half: axes, parts of the x axis, curves, values that are written out.
    fn panel(&self, axis: &Axis, name: &str, value: fn(&Point) -> f64) -> String {
        let mut svg = String::new();
        for (from, to, name) in &self.regions {
            let middle = axis.x((from + to) / 2.0);
            let _ = writeln!(svg, "{}", text(middle, axis.top - 5.0, "middle", " font-size=\"11\"", name));
        }
        // Lines between the parts; a shade would take the curves' contrast.
        let mut ends: Vec<f64> = self.regions.iter().flat_map(|(from, to, _)| [*from, *to]).collect();
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        for x in ends.into_iter().filter(|x| self.range.0 < *x && *x < self.range.1).map(|x| axis.x(x)) {
            let line = format!("M{x:.1} {:.0}v{}", axis.top - ROW, DEEP + ROW);
            let look = "fill=\"none\" stroke=\"currentColor\" stroke-opacity=\"0.5\" stroke-dasharray=\"1 3\"";
            let _ = writeln!(svg, "<path d=\"{line}\" {look}/>");
        }
        svg += &axis.draw(name);
        let mut styled: Vec<_> = self.lines.iter().zip(self.styles()).collect();
        styled.sort_by_key(|(line, _)| line.role);
        for (line, style) in &styled {
            for (points, style) in [Some(&line.points), line.other.as_ref()].into_iter().zip(style) {
                svg += &points.map_or_else(String::new, |points| axis.line(points, style, value));
            }
        }
        if let Some(at) = self.mark {
            svg += &self.marks(axis, at, value);
        }
        svg
    }

    /// The styles of the lines, for either answer.
    fn styles(&self) -> Vec<[String; 2]> {
        let (mut settings, mut references) = (SETTINGS.iter().cycle(), REFERENCES.iter().cycle());
        let has_answers = self.lines.iter().any(|line| line.other.is_some());
        let style = |line: &Line| {
            let style = match line.role {
                Role::Default => DEFAULT,
                Role::Setting => settings.next().unwrap_or(&DEFAULT),
                Role::Reference => references.next().unwrap_or(&DEFAULT),
            };
            if !has_answers {
                return [style.to_owned(), String::new()];
            }
            let plain = style.split(" stroke-dasharray").next().unwrap_or(style);
            ANSWERS.map(|dashes| format!("{plain}{dashes}"))
        };
        self.lines.iter().map(style).collect()
    }

    /// The names, from `top` downwards, and where they end.
    fn legend(&self, top: f64) -> (String, f64) {
        // What stays together on a row.
        let mut groups: Vec<Vec<(String, &str)>> = Vec::new();
        // One curve needs no name.
        if self.lines.len() > 1 {
            let named = self.styles().into_iter().zip(&self.lines);
            groups.extend(named.map(|([style, _], line)| vec![(style, line.name.as_str())]));
        }
        if self.lines.iter().any(|line| line.other.is_some()) {
            let key = |dashes| format!("stroke=\"currentColor\" stroke-width=\"1.7\"{dashes}");
            groups.push(ANSWERS.into_iter().map(key).zip(self.answers).collect());
        }
        if groups.is_empty() {
            return (String::new(), top);
        }
        let width = |name: &str| SAMPLE + 6.0 + LETTER * name.chars().count() as f64 + 16.0;
        let all = |row: &[(String, &str)]| row.iter().map(|(_, name)| width(name)).sum::<f64>();
        let mut rows: Vec<Vec<(String, &str)>> = Vec::new();
        for group in groups {
            match rows.last_mut() {
                Some(row) if all(row) + all(&group) <= WIDTH => row.extend(group),
                _ => rows.push(group),
            }
        }
        let mut svg = String::new();
        for (at, row) in rows.iter().enumerate() {
            let y = top + ROW * at as f64 + 6.0;
            let mut x = (WIDTH - all(row)) / 2.0 + 8.0;
            for (style, name) in row {
                let _ = write!(svg, "<path d=\"M{x:.1} {:.1}h{SAMPLE}\" fill=\"none\" {style}/>", y - 4.0);
                svg += &text(x + SAMPLE + 6.0, y, "start", "", name);
                x += width(name);
            }
        }
        (format!("<g data-part=\"legend\">{svg}</g>\n"), top + ROW * rows.len() as f64 + 6.0)
    }

    /// The values at a place, each beside its point where no curve and no other value is.
    fn marks(&self, axis: &Axis, at: f64, value: fn(&Point) -> f64) -> String {
        let all: Vec<Vec<(f64, f64)>> = self.lines.iter().flat_map(|line| axis.pieces(&line.points, value)).collect();
        let (mut svg, mut taken) = (String::new(), Vec::<Room>::new());
        for line in &self.lines {
            let Some(point) = line.points.iter().find(|point| (point.x - at).abs() < 1e-9) else { continue };
            let (x, y) = (axis.x(at), axis.y(value(point)));
            let name = number(value(point), 3);
            let (wide, high) = (LETTER * name.chars().count() as f64, 13.0);
            let places = (1..12).flat_map(|ring| {
                let far = 6.0 + 6.0 * f64::from(ring);
                [(1.0, 0.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 0.0), (-1.0, 1.0), (-1.0, -1.0), (0.0, -1.0), (0.0, 1.0)]
                    .map(|(across, down)| Room::around((x + across * (far + wide / 2.0), y + down * far), wide, high))
            });
            let is_free = |place: &Room| {
                axis.holds(place)
                    && !taken.iter().any(|other| place.meets(other))
                    && !all.iter().any(|piece| piece.windows(2).any(|pair| place.is_crossed(pair[0], pair[1])))
            };
            let Some(place) = places.into_iter().find(is_free) else { continue };
            let (cx, cy) = place.middle();
            let _ = write!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"currentColor\"/>");
            let _ = writeln!(svg, "{}", text(cx, cy + 4.0, "middle", "", &name));
            taken.push(place);
        }
        svg
    }
}

/// A rectangle that text takes.
#[derive(Clone, Copy, Debug)]
struct Room {
    x: (f64, f64),
    y: (f64, f64),
}

impl Room {
    fn around((x, y): (f64, f64), wide: f64, high: f64) -> Self {
        Self { x: (x - wide / 2.0, x + wide / 2.0), y: (y - high / 2.0, y + high / 2.0) }
    }

    fn middle(&self) -> (f64, f64) {
        ((self.x.0 + self.x.1) / 2.0, (self.y.0 + self.y.1) / 2.0)
    }

    fn meets(&self, other: &Self) -> bool {
        self.x.0 < other.x.1 && other.x.0 < self.x.1 && self.y.0 < other.y.1 && other.y.0 < self.y.1
    }

    /// Whether a segment comes into it, tried at steps of less than a pixel.
    fn is_crossed(&self, from: (f64, f64), to: (f64, f64)) -> bool {
        let steps = ((to.0 - from.0).hypot(to.1 - from.1) * 2.0).ceil().max(1.0);
        (0..=steps as u32).map(|step| f64::from(step) / steps).any(|share| {
            let (x, y) = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            self.x.0 < x && x < self.x.1 && self.y.0 < y && y < self.y.1
        })
    }
}

/// Where the axes of a panel lie, what part of the y axis is shown, and where the ticks are.
struct Axis {
    left: f64,
    top: f64,
    range: (f64, f64),
    low: f64,
    high: f64,
}

impl Axis {
    /// As much as the loss, or its slope, needs, at all its settings.
    fn of(chart: &Chart, left: f64, top: f64, value: fn(&Point) -> f64) -> Self {
        let main = || chart.lines.iter().filter(|line| line.role != Role::Reference);
        let seen = |line: &Line| {
            let both = line.points.iter().chain(line.other.iter().flatten());
            let seen = both.filter(|point| point.x >= chart.shown_from).map(value).filter(|value| value.is_finite());
            seen.collect::<Vec<_>>()
        };
        let default = main().filter(|line| line.role == Role::Default).flat_map(seen);
        let largest = cap(default, chart.largest);
        let high = main().flat_map(seen).fold(0.0, f64::max).min(largest);
        let low = main().flat_map(seen).fold(0.0, f64::min).max(-largest);
        let margin = 0.05 * (high - low).max(1e-3);
        Self { left, top, range: chart.range, low: low - margin, high: high + margin }
    }

    fn bottom(&self) -> f64 {
        self.top + DEEP
    }

    fn x(&self, value: f64) -> f64 {
        let (first, last) = self.range;
        self.left + (value - first) / (last - first) * PANEL
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom() - (value - self.low) / (self.high - self.low) * DEEP
    }

    fn holds(&self, place: &Room) -> bool {
        let (left, right) = (self.left + 4.0, self.left + PANEL);
        left < place.x.0 && place.x.1 < right && self.top < place.y.0 && place.y.1 < self.bottom() - 4.0
    }

    fn draw(&self, name: &str) -> String {
        let (zero, bottom, left) = (self.y(0.0), self.bottom(), self.left);
        let (mut marks, mut labels) = (String::new(), String::new());
        for tick in ticks(self.low, self.high) {
            let y = self.y(tick);
            let _ = write!(marks, "M{:.0} {y:.1}h4", left - 4.0);
            labels += &text(left - 7.0, y + 4.0, "end", "", &number(tick, 2));
        }
        for tick in ticks(self.range.0, self.range.1) {
            let x = self.x(tick);
            let _ = write!(marks, "M{x:.1} {bottom:.0}v4");
            labels += &text(x, bottom + 17.0, "middle", "", &number(tick, 2));
        }
        let right = left + PANEL;
        format!(
            "<path d=\"M{left:.0} {:.0}V{bottom:.0}H{right:.0}{marks}\" fill=\"none\" stroke=\"currentColor\"/>\n\
             <path d=\"M{left:.0} {zero:.1}H{right:.0}\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\"0.35\"/>\n\
             <g data-part=\"axes\">{labels}{}</g>\n",
            self.top,
            text(left, 14.0, "start", " font-weight=\"bold\"", name),
        )
    }

    /// A curve in pixels, cut off where it leaves the panel.
    fn pieces(&self, points: &[Point], value: fn(&Point) -> f64) -> Vec<Vec<(f64, f64)>> {
        let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
        for pair in points.windows(2) {
            let [from, to] = [&pair[0], &pair[1]].map(|point| (point.x, value(point)));
            let Some((from, to)) = clip(from, to, self.low, self.high) else { continue };
            match pieces.last_mut() {
                Some(piece) if piece.last() == Some(&from) => piece.push(to),
                _ => pieces.push(vec![from, to]),
            }
        }
        let place = |(x, value)| (self.x(x), self.y(value));
        pieces.into_iter().map(|piece| thinned(&piece.into_iter().map(place).collect::<Vec<_>>())).collect()
    }

    fn line(&self, points: &[Point], style: &str, value: fn(&Point) -> f64) -> String {
        let mut path = String::new();
        for piece in self.pieces(points, value) {
            for (at, (x, y)) in piece.into_iter().enumerate() {
                let _ = write!(path, "{}{x:.1} {y:.1}", ["M", "L", " "][at.min(2)]);
            }
        }
        format!("<path data-part=\"curve\" d=\"{path}\" fill=\"none\" {style}/>\n")
    }
}

/// A piece of text in the page's own colour.
fn text(x: f64, y: f64, anchor: &str, more: &str, content: &str) -> String {
    format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"currentColor\"{more}>{content}</text>")
}

/// The text in rows that are no wider.
fn wrapped(content: &str, width: f64, letter: f64) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in content.split_whitespace() {
        match rows.last_mut() {
            Some(row) if letter * (row.chars().count() + 1 + word.chars().count()) as f64 <= width => {
                row.push(' ');
                row.push_str(word);
            }
            _ => rows.push(word.to_owned()),
        }
    }
    rows
}

/// Round numbers between two others, seven at most.
fn ticks(low: f64, high: f64) -> impl Iterator<Item = f64> {
    let steps = [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];
    let step = steps.into_iter().find(|step| (high - low) / step <= 6.0).unwrap_or((high - low) / 4.0);
    let (first, last) = ((low / step).ceil() as i32, (high / step).floor() as i32);
    (first..=last).map(move |tick| f64::from(tick) * step)
}

/// A number with a true minus sign and no more digits than it needs.
fn number(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.replace('-', "−") }
}

/// The line without the points that lie, to a twentieth of a pixel, between the ones that stay.
fn thinned(line: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut out = vec![line[0]];
    let mut from = 0;
    for to in 2..line.len() {
        let (a, b) = (line[from], line[to]);
        let between = |point: &(f64, f64)| a.1 + (b.1 - a.1) * (point.0 - a.0) / (b.0 - a.0);
        if line[from + 1..to].iter().any(|point| (point.1 - between(point)).abs() > 0.05) {
            from = to - 1;
            out.push(line[from]);
        }
    }
    out.extend(line.last());
    out
}

/// The part of a segment whose y lies between `low` and `high`.
fn clip(from: (f64, f64), to: (f64, f64), low: f64, high: f64) -> Option<((f64, f64), (f64, f64))> {
    let outside = |y: f64| y < low || y > high;
    if (from.1 < low && to.1 < low) || (from.1 > high && to.1 > high) || !(from.1 - to.1).is_finite() {
        return None;
    }
    let cut = |end: (f64, f64), other: (f64, f64)| {
        if !outside(end.1) {
            return end;
        }
        let y = end.1.clamp(low, high);
        (end.0 + (other.0 - end.0) * (y - end.1) / (other.1 - end.1), y)
    };
    Some((cut(from, to), cut(to, from)))
}

#[cfg(test)]
mod tests {
    use super::{Room, clip, number, thinned, ticks, wrapped};

    #[test]
    fn clip_keeps_what_is_inside() {
        assert_eq!(clip((0.0, 0.0), (1.0, 1.0), -1.0, 2.0), Some(((0.0, 0.0), (1.0, 1.0))));
        assert_eq!(clip((0.0, 4.0), (1.0, 0.0), 0.0, 2.0), Some(((0.5, 2.0), (1.0, 0.0))));
        assert_eq!(clip((0.0, -2.0), (1.0, 2.0), -1.0, 1.0), Some(((0.25, -1.0), (0.75, 1.0))));
        assert_eq!(clip((0.0, 3.0), (1.0, 4.0), 0.0, 2.0), None);
        assert_eq!(clip((0.0, f64::INFINITY), (1.0, 1.0), 0.0, 2.0), None);
    }

    #[test]
    fn thinned_keeps_ends_and_corners() {
        let line: Vec<_> = (0..=10_i32).map(|at| (f64::from(at), f64::from((at - 4).abs()))).collect();
        assert_eq!(thinned(&line), [(0.0, 4.0), (4.0, 0.0), (10.0, 6.0)]);
        assert_eq!(thinned(&line[..2]), line[..2]);
    }

    #[test]
    fn number_is_short() {
        assert_eq!([-1.0, -0.0, 0.0, 0.25, 10.0].map(|value| number(value, 2)), ["−1", "0", "0", "0.25", "10"]);
        assert_eq!(
            [-10.0 + 1e-13, std::f64::consts::LN_10, -1.8].map(|value| number(value, 3)),
            ["−10", "2.303", "−1.8"]
        );
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(ticks(0.0, 1.0).collect::<Vec<_>>(), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(ticks(-3.0, 3.0).collect::<Vec<_>>(), [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]);
        assert_eq!(ticks(-15.0, 15.0).collect::<Vec<_>>(), [-15.0, -10.0, -5.0, 0.0, 5.0, 10.0, 15.0]);
        assert!(ticks(-1e4, 3e5).count() <= 7);
    }

    #[test]
    fn wrapped_breaks_between_words() {
        assert_eq!(wrapped("one two three", 9.0, 1.0), ["one two", "three"]);
        assert_eq!(wrapped("", 9.0, 1.0), Vec::<String>::new());
    }

    #[test]
    fn boxes_know_what_crosses_them() {
        let place = Room::around((10.0, 10.0), 4.0, 2.0);
        assert!(place.is_crossed((0.0, 0.0), (20.0, 20.0)) && !place.is_crossed((0.0, 0.0), (20.0, 0.0)));
        assert!(
            place.meets(&Room::around((13.0, 10.0), 4.0, 2.0)) && !place.meets(&Room::around((15.0, 10.0), 4.0, 2.0))
        );
    }
}

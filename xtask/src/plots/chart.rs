//! One small SVG, to stand inside the documentation.
//!
//! The first line is the opening tag alone and no line is empty, so Markdown takes it as one block of HTML and looks at
//! nothing inside. There is no `id`, since a page may hold several. Axes and text are in the page's own text colour, for
//! light and dark themes. The two hues differ for colour-blind readers, and so do the dashes.

use super::curve::Curve;
use loss_lab::curve::{Against, CLASSES, Point, cap};
use std::fmt::Write as _;

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 200.0;
/// The corners of the plot area.
const LEFT: f64 = 42.0;
const RIGHT: f64 = WIDTH - 12.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = HEIGHT - 34.0;

const LOSS: &str = r##"stroke="#0072B2" stroke-width="2.2""##;
const SLOPE: &str = r##"stroke="#D55E00" stroke-width="2.2" stroke-dasharray="6 4""##;
const REFERENCE: &str = r##"stroke="#888" stroke-width="1.2""##;

const OTHER: &str = r##"stroke="#0072B2" stroke-width="1.4" stroke-dasharray="1.5 3""##;

/// The largest value that is shown, either way: where a loss grows without bound, or falls, the rest is cut off.
const LARGEST: f64 = 4.0;
/// A reference is drawn where this much of it has room.
const REFERENCE_NEEDS: f64 = 1.0;

/// What the axes say, and what goes where, for what a loss is drawn against.
struct Look {
    /// What stands at the x axis.
    symbol: &'static str,
    /// What that is, for readers who see no picture.
    against: String,
    /// The slope.
    slope: &'static str,
    /// The ticks of the x axis.
    ticks: &'static [f64],
    /// The smallest x that decides how much of the y axis is shown.
    shown_from: f64,
    /// The loss for either answer, if the other is drawn too.
    answers: [&'static str; 2],
    /// The loss that stands behind the others.
    reference: &'static str,
    /// Where the legend begins.
    legend: f64,
}

impl Look {
    fn of(against: Against) -> Self {
        const SHARES: &[f64] = &[0.0, 0.25, 0.5, 0.75, 1.0];
        const AROUND_0: &[f64] = &[-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0];
        let (symbol, words, slope, ticks, shown_from) = match against {
            Against::Class => {
                ("p", format!("p, the probability of the target class out of {CLASSES}"), "∂L/∂ln p", SHARES, 0.02)
            }
            Against::Label => ("p", "p, the probability of the label".to_owned(), "∂L/∂ln p", SHARES, 0.02),
            Against::Score => {
                let words = "the score x of a label that is 1, beside one that is 0 and has the score 0".to_owned();
                ("x", words, "∂L/∂x", AROUND_0, f64::NEG_INFINITY)
            }
            Against::Margin => ("y·x", "the margin y·x".to_owned(), "∂L/∂x", AROUND_0, f64::NEG_INFINITY),
            Against::Distance => ("x", "the distance x".to_owned(), "∂L/∂x", &[0.0, 1.0, 2.0, 3.0][..], 0.0),
            Against::Residual => {
                ("ŷ − y", "the residual ŷ − y, at y = 1".to_owned(), "∂L/∂ŷ", AROUND_0, f64::NEG_INFINITY)
            }
            Against::Part => {
                let words = "the residual ŷ − y of one of two numbers, the other being right, at y = 1".to_owned();
                ("ŷ − y", words, "∂L/∂ŷ", AROUND_0, f64::NEG_INFINITY)
            }
            Against::Prediction => {
                ("ŷ", "the prediction ŷ, at y = 2".to_owned(), "∂L/∂ŷ", &[-1.0, 0.0, 1.0, 2.0, 3.0][..], -1.0)
            }
            Against::Scale => {
                let words = "the scale, or variance, at a residual of 1".to_owned();
                ("scale", words, "∂L/∂scale", &[0.0, 1.0, 2.0, 3.0, 4.0][..], 0.25)
            }
        };
        let answers = match against {
            Against::Label => ["L where y = 1", "L where y = 0"],
            Against::Distance => ["L where y = −1", "L where y = 1"],
            _ => ["L", ""],
        };
        let reference = match against {
            Against::Class => "cross-entropy",
            Against::Label => "binary cross-entropy",
            Against::Score => "multilabel soft margin",
            Against::Margin => "hinge",
            Against::Part => "root mean square",
            _ => "squared error",
        };
        let legend = match against {
            Against::Class | Against::Margin | Against::Scale => 204.0,
            Against::Score => 160.0,
            Against::Label | Against::Residual | Against::Part | Against::Prediction => 130.0,
            Against::Distance => 60.0,
        };
        Self { symbol, against: words, slope, ticks, shown_from, answers, reference, legend }
    }
}

/// The plot of a loss, with a well-known one behind it.
pub(crate) fn draw(name: &str, curve: &Curve, reference: Option<&Curve>) -> String {
    let look = Look::of(curve.against);
    let axis = Axis::of(curve, look.shown_from);
    let differs =
        |reference: &&Curve| curve.points.iter().zip(&reference.points).any(|(a, b)| (a.loss - b.loss).abs() >= 1e-9);
    let reference = reference.filter(differs).filter(|_| axis.high >= REFERENCE_NEEDS);
    let smoothed = curve.smoothing.map_or_else(String::new, |by| format!(", with targets smoothed by {by}"));
    let behind = reference.map_or_else(String::new, |_| format!(", with {} behind it", look.reference));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"480\" height=\"300\" \
         style=\"max-width:100%;height:auto\" role=\"img\" font-family=\"sans-serif\" font-size=\"11\" \
         aria-label=\"{name}: the loss L and its slope {} against {}{smoothed}{behind}\">\n",
        look.slope, look.against,
    );
    let usual = if curve.smoothing.is_some() { "L, smoothed" } else { look.answers[0] };
    let mut entries = vec![(LOSS, usual), (SLOPE, look.slope)];
    svg += &axes(&axis, &look);
    if let Some(reference) = reference {
        svg += &line(&reference.points, &axis, REFERENCE, |point| point.loss);
        entries.push((REFERENCE, look.reference));
    }
    if let Some(other) = &curve.other {
        svg += &line(other, &axis, OTHER, |point| point.loss);
        entries.insert(1, (OTHER, look.answers[1]));
    }
    svg += &line(&curve.points, &axis, SLOPE, |point| point.slope);
    svg += &line(&curve.points, &axis, LOSS, |point| point.loss);
    svg += &legend(&entries, look.legend);
    svg += "</svg>\n";
    svg
}

/// Where the x axis begins and ends, what part of the y axis is shown, and where its ticks are.
struct Axis {
    range: (f64, f64),
    low: f64,
    high: f64,
    step: f64,
}

impl Axis {
    /// As much as the loss and the slope need.
    fn of(curve: &Curve, shown_from: f64) -> Self {
        let seen = || curve.points.iter().filter(|point| point.x >= shown_from);
        let largest = cap(seen().map(|point| point.loss), LARGEST);
        let high = seen().map(|point| point.loss.max(point.slope)).fold(0.0, f64::max).min(largest);
        let low = seen().map(|point| point.loss.min(point.slope)).fold(0.0, f64::min).max(-largest);
        let margin = 0.05 * (high - low).max(1e-3);
        let steps = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];
        let step = steps.into_iter().find(|step| (high - low) / step <= 6.0).unwrap_or((high - low) / 4.0);
        Self { range: curve.against.range(), low: low - margin, high: high + margin, step }
    }

    fn x(&self, value: f64) -> f64 {
        let (first, last) = self.range;
        LEFT + (value - first) / (last - first) * (RIGHT - LEFT)
    }

    fn y(&self, value: f64) -> f64 {
        BOTTOM - (value - self.low) / (self.high - self.low) * (BOTTOM - TOP)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let (first, last) = ((self.low / self.step).ceil() as i32, (self.high / self.step).floor() as i32);
        (first..=last).map(|tick| f64::from(tick) * self.step)
    }
}

/// A tick's value, with a true minus sign and no more digits than it needs.
fn label(value: f64) -> String {
    let digits = format!("{value:.2}");
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    if digits == "-0" { "0".to_owned() } else { digits.replace('-', "−") }
}

fn axes(axis: &Axis, look: &Look) -> String {
    let zero = axis.y(0.0);
    let mut ticks = String::new();
    let mut labels = String::new();
    for tick in axis.ticks() {
        let y = axis.y(tick);
        let _ = write!(ticks, "M{:.0} {y:.1}h4", LEFT - 4.0);
        let _ = write!(
            labels,
            "<text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 7.0,
            y + 4.0,
            label(tick)
        );
    }
    for &tick in look.ticks {
        let x = axis.x(tick);
        let _ = write!(ticks, "M{x:.1} {BOTTOM:.0}v4");
        let _ = write!(
            labels,
            "<text x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>",
            BOTTOM + 16.0,
            label(tick)
        );
    }
    format!(
        "<path d=\"M{LEFT:.0} {TOP:.0}V{BOTTOM:.0}H{RIGHT:.0}{ticks}\" fill=\"none\" stroke=\"currentColor\"/>\n\
         <path d=\"M{LEFT:.0} {zero:.1}H{RIGHT:.0}\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\"0.35\"/>\n\
         <g fill=\"currentColor\">{labels}\
         <text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\" font-style=\"italic\">{}</text>\
         <text x=\"{LEFT:.0}\" y=\"{:.0}\" text-anchor=\"middle\" font-style=\"italic\">L</text></g>\n",
        (LEFT + RIGHT) / 2.0,
        HEIGHT - 4.0,
        look.symbol,
        TOP - 8.0,
    )
}

fn legend(entries: &[(&str, &str)], left: f64) -> String {
    let mut text = String::new();
    for (row, (style, name)) in entries.iter().enumerate() {
        let y = TOP + 8.0 + 15.0 * row as f64;
        let _ = write!(text, "<path d=\"M{left:.0} {:.0}h24\" {style}/>", y - 4.0);
        let _ = write!(text, "<text x=\"{:.0}\" y=\"{y:.0}\" fill=\"currentColor\">{name}</text>", left + 30.0);
    }
    format!("<g fill=\"none\">{text}</g>\n")
}

/// A curve, cut off where it leaves the plot area.
fn line(points: &[Point], axis: &Axis, style: &str, value: impl Fn(&Point) -> f64) -> String {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    for pair in points.windows(2) {
        let [from, to] = [&pair[0], &pair[1]].map(|point| (point.x, value(point)));
        let Some((from, to)) = clip(from, to, axis.low, axis.high) else { continue };
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&from) => piece.push(to),
            _ => pieces.push(vec![from, to]),
        }
    }
    let mut path = String::new();
    for piece in pieces {
        let places: Vec<_> = piece.into_iter().map(|(x, value)| (axis.x(x), axis.y(value))).collect();
        for (at, (x, y)) in thinned(&places).into_iter().enumerate() {
            let _ = write!(path, "{}{x:.1} {y:.1}", ["M", "L", " "][at.min(2)]);
        }
    }
    format!("<path d=\"{path}\" fill=\"none\" {style}/>\n")
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
    use super::{clip, label, thinned};

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
    fn label_is_short() {
        assert_eq!([-1.0, -0.0, 0.0, 0.25, 10.0].map(label), ["−1", "0", "0", "0.25", "10"]);
    }
}

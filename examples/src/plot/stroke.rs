//! Cutting lines: at missing values, at the border of a panel, into dashes.
//!
//! plotters does not clip, and draws dashes in whole pixels only; hence this.

use super::{panel::Rect, scene::Xy};

/// Cuts a line at the points that cannot be drawn.
pub(super) fn runs(points: impl IntoIterator<Item = Xy>) -> Vec<Vec<Xy>> {
    let mut runs = vec![Vec::new()];
    for point in points {
        match runs.last_mut() {
            Some(run) if point.0.is_finite() && point.1.is_finite() => run.push(point),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// The parts of a line inside a rectangle.
pub(super) fn clip(line: &[Xy], rect: &Rect) -> Vec<Vec<Xy>> {
    let mut parts: Vec<Vec<Xy>> = Vec::new();
    let mut open = false;
    for pair in line.windows(2) {
        let Some((from, to)) = clip_segment(pair[0], pair[1], rect) else {
            open = false;
            continue;
        };
        match parts.last_mut() {
            Some(part) if open => part.push(to),
            _ => parts.push(vec![from, to]),
        }
        open = to == pair[1];
    }
    parts
}

/// Liang and Barsky's algorithm: the part of a segment inside a rectangle.
pub(super) fn clip_segment(from: Xy, to: Xy, rect: &Rect) -> Option<(Xy, Xy)> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    // Per border: how fast the segment runs outwards across it, and how far inside of it the segment begins.
    let borders =
        [(-dx, from.0 - rect.left), (dx, rect.right - from.0), (-dy, from.1 - rect.top), (dy, rect.bottom - from.1)];
    for (outwards, inside) in borders {
        if outwards == 0.0 {
            if inside < 0.0 {
                return None;
            }
        } else if outwards < 0.0 {
            enter = enter.max(inside / outwards);
        } else {
            leave = leave.min(inside / outwards);
        }
    }
    let at = |share: f64| (from.0 + share * dx, from.1 + share * dy);
    // The ends are copied rather than computed, so that a caller can see whether they were cut.
    let start = if enter > 0.0 { at(enter) } else { from };
    let end = if leave < 1.0 { at(leave) } else { to };
    (enter <= leave).then_some((start, end))
}

/// Splits a line into dashes; an empty pattern leaves it whole.
pub(super) fn dashes(line: &[Xy], pattern: &[f64]) -> Vec<Vec<Xy>> {
    if pattern.is_empty() {
        return vec![line.to_vec()];
    }
    let (mut parts, mut part) = (Vec::new(), Vec::new());
    let (mut index, mut left) = (0, pattern[0]);
    for pair in line.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let length = distance(from, to);
            let on = index % 2 == 0;
            if on && part.is_empty() {
                part.push(from);
            }
            if length < left {
                left -= length;
                if on {
                    part.push(to);
                }
                break;
            }
            from = between(from, to, left / length);
            if on {
                part.push(from);
                parts.push(std::mem::take(&mut part));
            }
            index = (index + 1) % pattern.len();
            left = pattern[index];
        }
    }
    parts.push(part);
    parts
}

/// Points on a line at even distances, the first after `first` pixels.
pub(super) fn along(line: &[Xy], first: f64, step: f64) -> Vec<Xy> {
    let (mut points, mut left) = (Vec::new(), first);
    for pair in line.windows(2) {
        let length = distance(pair[0], pair[1]);
        while left <= length && length > 0.0 {
            points.push(between(pair[0], pair[1], left / length));
            left += step;
        }
        left -= length;
    }
    points
}

fn distance(a: Xy, b: Xy) -> f64 {
    (b.0 - a.0).hypot(b.1 - a.1)
}

fn between(a: Xy, b: Xy, share: f64) -> Xy {
    (a.0 + share * (b.0 - a.0), a.1 + share * (b.1 - a.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECT: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn runs_end_at_missing_points() {
        let points = [(f64::NAN, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, f64::NEG_INFINITY), (4.0, 4.0)];
        assert_eq!(runs(points), [vec![(1.0, 1.0), (2.0, 2.0)], vec![(4.0, 4.0)]]);
    }

    #[test]
    fn clip_cuts_at_the_border() {
        let line = [(-5.0, 5.0), (5.0, 5.0), (5.0, -5.0), (8.0, -5.0), (8.0, 20.0)];
        let parts = [vec![(0.0, 5.0), (5.0, 5.0), (5.0, 0.0)], vec![(8.0, 0.0), (8.0, 10.0)]];
        assert_eq!(clip(&line, &RECT), parts);
        assert_eq!(clip(&[(20.0, 0.0), (20.0, 10.0)], &RECT), Vec::<Vec<Xy>>::new());
        assert_eq!(clip(&[(5.0, -1e300), (5.0, 1e300)], &RECT).len(), 1);
    }

    #[test]
    fn dashes_keep_their_lengths_around_corners() {
        let corner = [(0.0, 0.0), (5.0, 0.0), (5.0, 9.0)];
        let dashes = dashes(&corner, &[4.0, 2.0]);
        assert_eq!(dashes, [vec![(0.0, 0.0), (4.0, 0.0)], vec![(5.0, 1.0), (5.0, 5.0)], vec![(5.0, 7.0), (5.0, 9.0)]]);
    }

    #[test]
    fn along_steps_evenly_around_corners() {
        let corner = [(0.0, 0.0), (5.0, 0.0), (5.0, 9.0)];
        assert_eq!(along(&corner, 1.0, 5.0), [(1.0, 0.0), (5.0, 1.0), (5.0, 6.0)]);
    }
}

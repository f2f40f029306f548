//! Names beside points, each in the first free one of many places.
//!
//! The rule: one name after the other, those in the crowd first, takes the first free one of the eight places that touch
//! its point, or else one on ever wider circles around it, away from the crowd, where a line leads to the name; a name
//! that finds no place is left to a legend. A place is free if it covers no marker, line or name, and if the line that
//! leads there crosses no name, no marker and no other such line.

use super::{panel::Rect, scene::Xy, stroke, style::MARKER};
use std::f64::consts::TAU;

/// How near to the middle of a point nothing may come: the radius of the largest marker.
const CLEAR: f64 = 1.6 * MARKER;
/// From the middle of a point to the room of a name that touches it.
const TOUCH: f64 = CLEAR + 4.0;
/// How far from the middle of a point the line to its name begins.
const START: f64 = CLEAR + 2.0;
/// From one circle to the next.
const RING: f64 = 24.0;
const RINGS: u32 = 16;
/// Places on a circle.
const DIRECTIONS: u32 = 36;
/// How often the names are placed, in different orders.
const ATTEMPTS: usize = 8;
/// How near points are a crowd.
const CROWD: f64 = 60.0;
/// From one place beside a horizontal line to the next.
const SHIFT: f64 = 24.0;

/// Where a name goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The middle of the name.
    pub(super) middle: Xy,
    /// The room that it takes.
    room: Rect,
    /// The line that leads there, unless the name touches its point.
    pub(super) leader: Option<[Xy; 2]>,
}

impl Place {
    fn new(middle: Xy, (width, height): Xy, leader: Option<[Xy; 2]>) -> Self {
        let (left, top) = (middle.0 - width / 2.0, middle.1 - height / 2.0);
        Self { middle, room: Rect { left, top, right: left + width, bottom: top + height }, leader }
    }
}

/// A panel with what lies in it already.
#[derive(Clone, Debug)]
pub(super) struct Placement {
    frame: Rect,
    points: Vec<Xy>,
    lines: Vec<[Xy; 2]>,
    rooms: Vec<Rect>,
    leaders: Vec<[Xy; 2]>,
}

impl Placement {
    /// A panel with the markers of points and with lines that no name may cover.
    pub(super) fn new(frame: Rect, points: Vec<Xy>, lines: Vec<[Xy; 2]>) -> Self {
        Self { frame, points, lines, rooms: Vec::new(), leaders: Vec::new() }
    }

    /// Places a name of the given size over or under a horizontal line, as far to the right as possible.
    pub(super) fn along(&mut self, y: f64, size: Xy) -> Option<Place> {
        let last = self.frame.right - 6.0 - size.0 / 2.0;
        let count = (self.frame.width() / SHIFT) as u32;
        let places = (0..count).flat_map(|step| {
            let x = last - SHIFT * f64::from(step);
            [-0.7, 0.7].map(|side| Place::new((x, y + side * size.1), size, None))
        });
        self.take(places)
    }

    /// Finds places for names, each given by its point and its size; `None` where there is none.
    pub(super) fn beside(&self, names: &[(Xy, Xy)]) -> Vec<Option<Place>> {
        let mut order: Vec<_> = (0..names.len()).collect();
        let crowd = |index: &usize| self.crowd(names[*index].0);
        order.sort_by(|a, b| crowd(b).total_cmp(&crowd(a)));
        let attempts = (0..ATTEMPTS).map(|_| {
            let mut attempt = self.clone();
            let mut places = vec![None; names.len()];
            for &index in &order {
                let (at, size) = names[index];
                let place = attempt.take(touching(at, size));
                places[index] = place.or_else(|| attempt.take(around(at, size, self.outwards(at))));
            }
            // Those left over go first next time.
            order.sort_by_key(|index| places[*index].is_some());
            places
        });
        attempts.max_by_key(|places| places.iter().flatten().count()).unwrap_or_default()
    }

    /// How many points there are around a place, the nearer the more they count.
    fn crowd(&self, at: Xy) -> f64 {
        self.points.iter().map(|point| 1.0 / (1.0 + square_distance(at, *point) / CROWD.powi(2))).sum()
    }

    /// The direction from the other points, of which the nearest count most, to this one; zero if there is none.
    fn outwards(&self, at: Xy) -> Xy {
        let (x, y): Xy = self.points.iter().fold((0.0, 0.0), |(x, y), point| {
            let weight = 1.0 / square_distance(at, *point).max(1.0);
            (x + weight * (at.0 - point.0), y + weight * (at.1 - point.1))
        });
        let length = x.hypot(y).max(1e-9);
        (x / length, y / length)
    }

    /// Takes the first place that is free.
    fn take(&mut self, places: impl IntoIterator<Item = Place>) -> Option<Place> {
        let place = places.into_iter().find(|place| self.is_free(place))?;
        self.rooms.push(place.room);
        self.leaders.extend(place.leader);
        Some(place)
    }

    fn is_free(&self, Place { room, leader, .. }: &Place) -> bool {
        let enters = |line: &[Xy; 2], room: &Rect| stroke::clip_segment(line[0], line[1], room).is_some();
        let is_clear = |line: &[Xy; 2]| {
            self.points.iter().all(|point| distance(*point, line) >= CLEAR)
                && !self.rooms.iter().any(|other| enters(line, other))
                && !self.leaders.iter().any(|other| meet(line, other))
        };
        holds(&self.frame, room)
            && self.points.iter().all(|point| distance_to_room(*point, room) >= CLEAR)
            && !self.rooms.iter().any(|other| overlap(room, other))
            && !self.lines.iter().chain(&self.leaders).any(|line| enters(line, room))
            && leader.iter().all(is_clear)
    }
}

/// The places that touch a point: right, left, above, below, and the four corners.
fn touching(at: Xy, size: Xy) -> impl Iterator<Item = Place> {
    const STRAIGHT: [Xy; 4] = [(1.0, 0.0), (-1.0, 0.0), (0.0, -1.0), (0.0, 1.0)];
    const DIAGONAL: [Xy; 4] = [(1.0, -1.0), (-1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
    STRAIGHT.into_iter().chain(DIAGONAL).map(move |(x, y)| {
        let gap = TOUCH / x.hypot(y);
        let middle = (at.0 + x * (gap + size.0 / 2.0), at.1 + y * (gap + size.1 / 2.0));
        Place::new(middle, size, None)
    })
}

/// Places on ever wider circles around a point; in the direction `outwards` they come earlier.
fn around(at: Xy, size: Xy, outwards: Xy) -> impl Iterator<Item = Place> {
    let on_circle = |radius: f64, step: u32| {
        // From the right both ways to the left.
        let turn = f64::from(step.div_ceil(2)) / f64::from(DIRECTIONS);
        let (sin, cos) = (TAU * if step.is_multiple_of(2) { turn } else { -turn }).sin_cos();
        let from = |distance: f64| (at.0 + distance * cos, at.1 + distance * sin);
        // The line ends at the middle of a side: the left or the right one, unless it is rather steep.
        let side = if cos.abs() > 0.3 { (cos.signum(), 0.0) } else { (0.0, sin.signum()) };
        let end = from(radius);
        let middle = (end.0 + side.0 * size.0 / 2.0, end.1 + side.1 * size.1 / 2.0);
        let detour = radius * (2.0 - cos * outwards.0 - sin * outwards.1);
        (detour as u32, Place::new(middle, size, Some([from(START), end])))
    };
    let mut places = Vec::new();
    for ring in 1..=RINGS {
        let radius = TOUCH + RING * f64::from(ring);
        places.extend((0..DIRECTIONS).map(|step| on_circle(radius, step)));
    }
    places.sort_by_key(|(detour, _)| *detour);
    places.into_iter().map(|(_, place)| place)
}

fn holds(outer: &Rect, inner: &Rect) -> bool {
    outer.left <= inner.left && inner.right <= outer.right && outer.top <= inner.top && inner.bottom <= outer.bottom
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

fn square_distance(a: Xy, b: Xy) -> f64 {
    (a.0 - b.0).powi(2) + (a.1 - b.1).powi(2)
}

fn distance_to_room(at: Xy, room: &Rect) -> f64 {
    let dx = (room.left - at.0).max(at.0 - room.right).max(0.0);
    let dy = (room.top - at.1).max(at.1 - room.bottom).max(0.0);
    dx.hypot(dy)
}

fn distance(at: Xy, [from, to]: &[Xy; 2]) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let share = ((at.0 - from.0) * dx + (at.1 - from.1) * dy) / (dx * dx + dy * dy);
    let share = share.clamp(0.0, 1.0);
    (from.0 + share * dx - at.0).hypot(from.1 + share * dy - at.1)
}

/// Whether two lines cross or touch.
fn meet(a: &[Xy; 2], b: &[Xy; 2]) -> bool {
    let apart = |a: [f64; 2], b: [f64; 2]| a[0].max(a[1]) < b[0].min(b[1]) || b[0].max(b[1]) < a[0].min(a[1]);
    let side = |[from, to]: &[Xy; 2], at: Xy| (to.0 - from.0) * (at.1 - from.1) - (to.1 - from.1) * (at.0 - from.0);
    !apart(a.map(|at| at.0), b.map(|at| at.0))
        && !apart(a.map(|at| at.1), b.map(|at| at.1))
        && side(a, b[0]) * side(a, b[1]) <= 0.0
        && side(b, a[0]) * side(b, a[1]) <= 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Rect = Rect { left: 0.0, top: 0.0, right: 1400.0, bottom: 800.0 };
    const SIZE: Xy = (180.0, 26.0);

    /// Points in a heap, the denser the smaller `size`, with error bars.
    fn heap(count: usize, size: f64) -> (Vec<Xy>, Vec<[Xy; 2]>) {
        let at = |index: usize| (700.0 + size * (index as f64 * 2.4).cos(), 400.0 + size * (index as f64 * 1.7).sin());
        let points: Vec<_> = (0..count).map(at).collect();
        let bars = points.iter().map(|&(x, y)| [(x - 30.0, y), (x + 30.0, y)]).collect();
        (points, bars)
    }

    #[test]
    fn names_and_their_lines_stay_clear_of_everything() {
        for (count, size, least) in [(1, 0.0, 1), (10, 300.0, 10), (40, 370.0, 38), (40, 100.0, 20), (40, 0.0, 2)] {
            let (points, lines) = heap(count, size);
            let placement = Placement::new(FRAME, points.clone(), lines.clone());
            let names: Vec<_> = points.iter().map(|&at| (at, SIZE)).collect();
            let found: Vec<_> = placement.beside(&names).into_iter().flatten().collect();
            assert!(found.len() >= least, "{} of {count} names have a place", found.len());
            for (index, place) in found.iter().enumerate() {
                let room = &place.room;
                assert!(holds(&FRAME, room), "{place:?}");
                assert!(points.iter().all(|point| distance_to_room(*point, room) >= CLEAR), "{place:?}");
                assert!(lines.iter().all(|line| stroke::clip_segment(line[0], line[1], room).is_none()), "{place:?}");
                for other in &found[..index] {
                    assert!(!overlap(room, &other.room), "{place:?} and {other:?}");
                    if let Some(line) = other.leader {
                        assert!(stroke::clip_segment(line[0], line[1], room).is_none(), "{place:?} and {other:?}");
                    }
                    if let Some(line) = place.leader {
                        assert!(
                            stroke::clip_segment(line[0], line[1], &other.room).is_none(),
                            "{place:?} and {other:?}"
                        );
                        assert!(!other.leader.is_some_and(|other| meet(&line, &other)), "{place:?} and {other:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn lone_names_stand_on_the_right() {
        let placement = Placement::new(FRAME, vec![(700.0, 400.0), (1390.0, 400.0)], vec![]);
        let places =
            placement.beside(&[((700.0, 400.0), SIZE), ((1390.0, 400.0), SIZE), ((700.0, 400.0), (2000.0, 26.0))]);
        let middles: Vec<_> = places.iter().map(|place| place.map(|place| place.middle)).collect();
        assert_eq!(middles, [Some((806.0, 400.0)), Some((1284.0, 400.0)), None]);
        assert!(places.iter().flatten().all(|place| place.leader.is_none()));
    }

    #[test]
    fn names_of_lines_give_way_to_points() {
        let middle =
            |points: Vec<Xy>| Placement::new(FRAME, points, vec![]).along(400.0, SIZE).map(|place| place.middle);
        assert_eq!(middle(vec![]), Some((1304.0, 400.0 - 0.7 * 26.0)));
        assert_eq!(middle(vec![(1304.0, 390.0)]), Some((1304.0, 400.0 + 0.7 * 26.0)));
        let aside = middle(vec![(1304.0, 390.0), (1304.0, 410.0)]);
        assert!(aside.is_some_and(|at| at.0 < 1304.0 - 90.0), "{aside:?}");
    }

    #[test]
    fn lines_meet_only_where_both_are() {
        let line = [(0.0, 0.0), (10.0, 10.0)];
        assert!(meet(&line, &[(0.0, 10.0), (10.0, 0.0)]));
        assert!(meet(&line, &[(0.0, 0.0), (-5.0, 3.0)]));
        assert!(!meet(&line, &[(11.0, 11.0), (20.0, 20.0)]));
        assert!(!meet(&line, &[(0.0, 10.0), (4.0, 6.0)]));
    }
}

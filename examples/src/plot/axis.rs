//! Axes: which values they span and what stands at their ticks.

/// What an axis spans, and its ticks as value and text.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) ticks: Vec<(f64, String)>,
}

/// Smallest and largest of the values that can be drawn; `None` if there is none.
pub(super) fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    // Far below the largest double, so that differences stay finite.
    let drawable = values.into_iter().filter(|value| value.abs() < 1e100);
    drawable.fold(None, |extent, value| {
        let (low, high) = extent.unwrap_or((value, value));
        Some((value.min(low), value.max(high)))
    })
}

/// The ends of an error bar of ± one standard deviation; both are the mean if the deviation cannot be drawn.
pub(super) fn bar(mean: f64, sd: f64) -> [f64; 2] {
    let sd = if sd > 0.0 && sd < 1e100 { sd } else { 0.0 };
    [mean - sd, mean + sd]
}

impl Axis {
    /// An axis over a range of values, with some four to ten ticks.
    ///
    /// Constant data get a range around them. A range that nearly begins or ends at a tick is widened up to it.
    pub(super) fn new((mut low, mut high): (f64, f64)) -> Self {
        let size = low.abs().max(high.abs());
        let least = if size < 1e-100 { 1.0 } else { 0.01 * size };
        if high - low < least {
            (low, high) = (low - least, high + least);
        }
        let step = step(high - low);
        let near = 0.02 * (high - low);
        if low - (low / step).floor() * step < near {
            low = (low / step).floor() * step;
        }
        if (high / step).ceil() * step - high < near {
            high = (high / step).ceil() * step;
        }
        Self { low, high, ticks: Vec::new() }.ticks_every(step)
    }

    /// Widens the axis on both sides by 4 %, so that data do not run along the border.
    pub(super) fn padded((low, high): (f64, f64)) -> Self {
        let axis = Self::new((low, high));
        let margin = 0.04 * (axis.high - axis.low);
        Self { low: axis.low - margin, high: axis.high + margin, ticks: axis.ticks }
    }

    /// An axis for shares of one, written in per cent.
    pub(super) fn percent((low, high): (f64, f64)) -> Self {
        // A range of less than two points would make noise look like a difference.
        let lack = (0.02 - (high - low)).max(0.0) / 2.0;
        let mut axis = Self::padded((100.0 * (low - lack), 100.0 * (high + lack)));
        (axis.low, axis.high) = (axis.low / 100.0, axis.high / 100.0);
        for (value, text) in &mut axis.ticks {
            *value /= 100.0;
            text.push('%');
        }
        axis.ticks.retain(|(value, _)| (-1e-9..=1.0 + 1e-9).contains(value));
        axis
    }

    /// An axis for the whole numbers from one to `count`.
    pub(super) fn counting(count: usize) -> Self {
        let count = count as f64;
        let axis = Self { low: 1.0, high: count.max(2.0), ticks: Vec::new() };
        let mut axis = axis.ticks_every(step(1.3 * count).max(1.0));
        axis.ticks.retain(|(value, _)| *value <= count);
        if count < 2.0 {
            // A single epoch stands in the middle.
            (axis.low, axis.high) = (0.0, 2.0);
        }
        axis
    }

    /// An axis with its ticks at the given values, in ascending order; at round ones if the given are too close.
    pub(super) fn at(values: &[f64]) -> Self {
        let range = extent(values.iter().copied()).unwrap_or((0.0, 1.0));
        let room = (range.1 - range.0) / 13.0;
        if values.windows(2).any(|pair| pair[1] - pair[0] < room) {
            return Self::new(range);
        }
        let ticks = values.iter().map(|value| (*value, plain(*value))).collect();
        // A single value stands in the middle.
        let margin = if range.0 < range.1 { 0.0 } else { range.0.abs().max(1.0) };
        Self { low: range.0 - margin, high: range.1 + margin, ticks }
    }

    /// Where a value lies: 0 at the low end, 1 at the high end.
    pub(super) fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    fn ticks_every(mut self, step: f64) -> Self {
        let (first, last) = ((self.low / step - 1e-6).ceil() as i64, (self.high / step + 1e-6).floor() as i64);
        self.ticks = (first..=last).map(|index| (index as f64 * step, tick(index, step))).collect();
        self
    }
}

/// A step of 1, 2 or 5 times a power of ten that makes four to ten ticks.
fn step(span: f64) -> f64 {
    let rough = span / 9.0;
    let power = 10.0_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= rough);
    factor.unwrap_or(10.0) * power
}

/// Writes a tick with the digits its step has, and no more.
fn tick(index: i64, step: f64) -> String {
    let value = index as f64 * step;
    let decimals = -(step.log10() + 1e-9).floor();
    let text = if index == 0 {
        "0".to_owned()
    } else if decimals > 5.0 || value.abs() >= 1e6 {
        let digits = (value.abs().log10() + 1e-9).floor() + decimals;
        format!("{value:.*e}", digits.max(0.0) as usize)
    } else {
        format!("{value:.*}", decimals.max(0.0) as usize)
    };
    text.replace('-', "−")
}

/// Writes a value of the data with at most six significant digits.
pub(super) fn plain(value: f64) -> String {
    let rounded = format!("{value:.5e}").parse().unwrap_or(value);
    let text = if rounded != 0.0 && !(1e-4..1e6).contains(&rounded.abs()) {
        format!("{rounded:e}")
    } else {
        format!("{}", rounded + 0.0)
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn ticks_have_no_silly_digits() {
        assert_eq!(texts(&Axis::new((0.0, 1.0))), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(texts(&Axis::new((-0.25, 0.3))), ["−0.2", "−0.1", "0", "0.1", "0.2", "0.3"]);
        assert_eq!(texts(&Axis::new((0.0, 3e-7))), ["0", "5e−8", "1.0e−7", "1.5e−7", "2.0e−7", "2.5e−7", "3.0e−7"]);
        assert_eq!(texts(&Axis::percent((0.62, 0.98))), ["65%", "70%", "75%", "80%", "85%", "90%", "95%"]);
        assert_eq!(texts(&Axis::at(&[0.0, 0.1 + 0.2, 0.6])), ["0", "0.3", "0.6"]);
        assert_eq!(texts(&Axis::at(&[0.4])), ["0.4"]);
        assert_eq!(texts(&Axis::counting(5)), ["1", "2", "3", "4", "5"]);
        assert_eq!(plain(-0.0), "0");
    }

    #[test]
    fn every_axis_is_finite_and_has_ticks() {
        let sizes = [0.0, 1e-320, 1e-99, 1e-7, 0.1, 1.0, 12345.0, 1e9, 1e99];
        for low in sizes.iter().chain(&sizes.map(|size| -size)) {
            for width in sizes {
                let range = (*low, low + width);
                for axis in [Axis::new(range), Axis::padded(range)] {
                    assert!(axis.low < axis.high && axis.share(*low).is_finite(), "{range:?}");
                    assert!((2..=13).contains(&axis.ticks.len()), "{range:?}: {:?}", texts(&axis));
                }
            }
        }
        for count in 1..2000 {
            assert!((1..=11).contains(&Axis::counting(count).ticks.len()), "{count}");
        }
    }

    #[test]
    fn single_values_stand_in_the_middle() {
        for value in [0.0, -0.4, 0.4, 1e99] {
            assert!((Axis::at(&[value]).share(value) - 0.5).abs() < 1e-12, "{value}");
        }
    }

    #[test]
    fn bars_need_a_deviation_that_can_be_drawn() {
        assert_eq!(bar(0.5, 0.25), [0.25, 0.75]);
        for sd in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::MAX] {
            assert_eq!(bar(0.5, sd), [0.5, 0.5]);
        }
    }

    #[test]
    fn extent_ignores_what_is_not_finite() {
        assert_eq!(extent([f64::NAN, 2.0, f64::INFINITY, -1.0, f64::MAX]), Some((-1.0, 2.0)));
        assert_eq!(extent([f64::NAN]), None);
    }
}

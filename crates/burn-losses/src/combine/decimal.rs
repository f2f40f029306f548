//! Numbers as they are written: 0.6 is six tenths, though the double nearest to it is not.

/// The shortest decimal that reads back as a double: mantissa · 10^exponent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Decimal {
    mantissa: i128,
    exponent: i32,
}

impl Decimal {
    /// Of a finite number.
    pub(super) fn of(number: f64) -> Self {
        // Rust writes the shortest digits that read back: "-1.25e-3".
        let written = format!("{number:e}");
        let (digits, exponent) = written.split_once('e').expect("a number in scientific notation has an e");
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let exponent: i32 = exponent.parse().expect("an exponent is a whole number");
        let mantissa = format!("{whole}{fraction}").parse().expect("a double has at most 17 digits");
        Self { mantissa, exponent: exponent - fraction.len() as i32 }
    }

    /// The digits after the decimal point of a number ≥ 0, so many at a time, as whole numbers.
    pub(super) fn after_the_point(self, at_once: u32) -> Vec<i64> {
        let places = usize::try_from(-self.exponent).unwrap_or(0);
        let written = format!("{:0places$}", self.mantissa);
        let mut digits = written.as_bytes()[written.len() - places..].to_vec();
        digits.resize(places.next_multiple_of(at_once as usize), b'0');
        let number = |digits: &[u8]| digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
        digits.chunks(at_once as usize).map(number).collect()
    }

    /// What stands before the decimal point of a number ≥ 0, and below 10¹⁸.
    pub(super) fn before_the_point(self) -> i64 {
        let scale = 10_i128.checked_pow(self.exponent.unsigned_abs());
        let whole = match (scale, self.exponent < 0) {
            (Some(scale), true) => self.mantissa / scale,
            (Some(scale), false) => self.mantissa * scale,
            (None, _) => 0,
        };
        whole as i64
    }

    /// The double nearest to (from·(steps − step) + to·step)/steps; `None` where that has too many digits.
    pub(super) fn between(from: f64, to: f64, step: usize, steps: usize) -> Option<f64> {
        let (from, to) = (Self::of(from), Self::of(to));
        let exponent = match (from.mantissa, to.mantissa) {
            (0, _) => to.exponent,
            (_, 0) => from.exponent,
            _ => from.exponent.min(to.exponent),
        };
        let at = |number: Self| match number.mantissa {
            0 => Some(0),
            mantissa => 10_i128.checked_pow((number.exponent - exponent).unsigned_abs())?.checked_mul(mantissa),
        };
        let steps = steps as i128;
        let (first, second) = (at(from)?.checked_mul(steps - step as i128)?, at(to)?.checked_mul(step as i128)?);
        let sum = first.checked_add(second)?;
        let sign = if sum < 0 { "-" } else { "" };
        let sum = sum.abs();
        // By long division: many more digits than a double has.
        let mut written = format!("{sign}{}.", sum / steps);
        let mut rest = sum % steps;
        for _ in 0..40 {
            rest *= 10;
            written.push(char::from(b'0' + (rest / steps) as u8));
            rest %= steps;
        }
        format!("{written}e{exponent}").parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn digits_are_those_that_are_written() {
        assert_eq!(Decimal::of(0.6).after_the_point(4), [6000]);
        assert_eq!(Decimal::of(0.05).after_the_point(1), [0, 5]);
        assert_eq!(Decimal::of(1.0 / 3.0).after_the_point(6), [333333, 333333, 333300]);
        assert_eq!(Decimal::of(1e-7).after_the_point(3), [0, 0, 100]);
        assert_eq!((Decimal::of(1.0).after_the_point(4), Decimal::of(1.0).before_the_point()), (vec![], 1));
        assert_eq!((Decimal::of(12.5).after_the_point(1), Decimal::of(12.5).before_the_point()), (vec![5], 12));
        assert_eq!(Decimal::of(1e-300).before_the_point(), 0);
    }

    #[test]
    fn between_two_decimals_is_what_is_written_there() {
        // In doubles these are 0.30000000000000004 and 0.8799999999999999.
        assert_eq!(Decimal::between(0.2, 0.4, 1, 2), Some(0.3));
        assert_eq!(Decimal::between(1.0, 0.6, 3, 10), Some(0.88));
        assert_eq!(Decimal::between(0.0, 1.0, 1, 3), Some(1.0 / 3.0));
        assert_eq!(Decimal::between(0.0, -0.5, 1, 2), Some(-0.25));
        assert_eq!(Decimal::between(1e-200, 1e200, 1, 2), None);
    }
}

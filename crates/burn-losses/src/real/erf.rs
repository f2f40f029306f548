//! The error function, of the operations a [`Real`] has.
//!
//! Below 1 it is x + x·N(x²), from there on 1 − e^(−x²)·F(1/(1 + |x|/2)), whose second part vanishes by itself: no
//! third piece, and nothing that overflows. The coefficients are minimax ones, found with mpmath at 50 digits by
//! weighted least squares at 120 Chebyshev nodes whose weights are multiplied by the errors until these are level
//! (Lawson's iteration): N to a relative error of 7.3·10⁻¹⁸ of erf, F to an absolute error of 2.4·10⁻¹⁷ of erf between
//! 1 and 6.2, where nothing is left of the second part in f64.

use super::Real;

/// N, highest power first.
const NEAR: [f64; 12] = [
    -7.779434627885463e-10,
    1.3710961665969651e-8,
    -1.6206309280877229e-7,
    1.6447130966001135e-6,
    -1.492471225116132e-5,
    0.00012055293574153773,
    -0.0008548325929219079,
    0.005223977606116404,
    -0.026866170643111205,
    0.11283791670944184,
    -0.3761263890318352,
    0.12837916709551257,
];

/// F, highest power first.
const FAR: [f64; 12] = [
    0.02441780332691841,
    -0.10075711325161615,
    0.07890923780113467,
    0.28582797796312204,
    -0.7200524208233156,
    0.606529053823961,
    -0.26824066169709015,
    0.31252792479305425,
    0.21112090926528598,
    0.28821900780994547,
    0.2814719956207252,
    2.856905852853657e-5,
];

/// erf x = 2/√π·∫₀ˣ e^(−t²) dt, right to the last digit; its slope to about 10⁻¹⁴.
#[inline(always)]
pub(crate) fn erf<R: Real>(x: R) -> R {
    let (zero, one) = (x.constant(0.0), x.constant(1.0));
    let square = x.clone() * x.clone();
    let near = polynomial(&square, &NEAR) * x.clone() + x.clone();
    let magnitude = x.clone().abs();
    let inverse = one.clone() / (magnitude.clone() * 0.5 + 1.0);
    let tail = (-square).exp() * polynomial(&inverse, &FAR);
    let far = -(tail - 1.0);
    let far = R::select(&x.less(&zero), -far.clone(), far);
    R::select(&magnitude.less(&one), near, far)
}

/// The polynomial with these coefficients, highest power first.
#[inline(always)]
fn polynomial<R: Real>(x: &R, terms: &[f64]) -> R {
    let mut sum = x.constant(terms[0]);
    for &term in &terms[1..] {
        sum = sum * x.clone() + term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::erf;
    use crate::real::{Dual, F32};

    /// x and erf x, by mpmath.
    const VALUES: [(f64, f64); 16] = [
        (1e-300, 1.1283791670955126e-300),
        (1e-8, 1.1283791670955126e-8),
        (0.125, 0.1403162048013338),
        (0.5, 0.5204998778130465),
        (0.75, 0.7111556336535151),
        (0.9999, 0.8426592780487595),
        (1.0, 0.8427007929497149),
        (1.0001, 0.8427422995485203),
        (1.5, 0.9661051464753108),
        (2.25, 0.9985372834133188),
        (3.0, 0.9999779095030014),
        (4.5, 0.9999999998033839),
        (5.75, 0.9999999999999996),
        (6.0, 1.0),
        (30.0, 1.0),
        (1e300, 1.0),
    ];

    #[test]
    fn erf_is_right_to_the_last_digit() {
        for (x, expected) in VALUES {
            for (x, expected) in [(x, expected), (-x, -expected)] {
                let error = (erf(x) - expected).abs();
                assert!(error <= 2.0 * f64::EPSILON * expected.abs(), "erf({x:e}) is {:e}", erf(x));
            }
        }
    }

    #[test]
    fn erf_is_right_to_the_last_digit_in_f32() {
        for at in -7000..=7000 {
            let x = at as f32 / 1000.0;
            let (got, expected) = (f64::from(erf(F32(x)).0), erf(f64::from(x)));
            let error = (got - expected).abs();
            assert!(error <= 1.5 * f64::from(f32::EPSILON) * expected.abs(), "erf({x:e}) is {got:e}, not {expected:e}");
        }
        let tiny = erf(F32(1e-30)).0;
        assert!((tiny / 1.1283792e-30 - 1.0).abs() < 3e-7, "{tiny:e}");
    }

    #[test]
    fn erf_keeps_its_ends() {
        assert_eq!((erf(0.0), erf(f64::INFINITY), erf(f64::NEG_INFINITY)), (0.0, 1.0, -1.0));
        assert_eq!((erf(F32(f32::INFINITY)), erf(F32(-1e30)), erf(F32(1e30))), (F32(1.0), F32(-1.0), F32(1.0)));
        assert!(erf(f64::NAN).is_nan() && erf(F32(f32::NAN)).0.is_nan());
    }

    #[test]
    fn erf_has_the_slope_of_the_bell_curve() {
        for at in -500..=500 {
            let x = f64::from(at) / 100.0;
            let slope = erf(Dual::<f64, 1>::variable(x, 0)).slope(0);
            let expected = core::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp();
            assert!((slope - expected).abs() < 2e-14, "at {x}: {slope:e} instead of {expected:e}");
        }
    }
}

//! Images changed a little on purpose, for losses that compare what a network says of several views of an image.

use super::SplitMix64;
use core::f64::consts::TAU;

/// The standard deviation of the noise on a pixel; full scale is 1.
pub const PIXEL_NOISE: f64 = 0.1;

/// An image with Gaussian noise of its own on every pixel. Values may leave [0, 1].
pub fn augment(image: &[f32], random: &mut SplitMix64) -> Vec<f32> {
    blur(image, PIXEL_NOISE, random)
}

/// Pixels with Gaussian noise of this standard deviation. Values may leave [0, 1].
pub fn blur(pixels: &[f32], deviation: f64, random: &mut SplitMix64) -> Vec<f32> {
    pixels.iter().map(|&pixel| (f64::from(pixel) + deviation * normal(random)) as f32).collect()
}

/// A number from the standard normal distribution.
///
/// # Source
///
/// G. E. P. Box, M. E. Muller, "A Note on the Generation of Random Normal Deviates", 1958; the cosine of the pair.
fn normal(random: &mut SplitMix64) -> f64 {
    // Of 1 − u, which is never 0.
    let radius = (-2.0 * (1.0 - random.uniform()).ln()).sqrt();
    radius * (TAU * random.uniform()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn augment_adds_noise_of_its_size_and_repeats_itself() {
        let image = [0.5; 10_000];
        let noisy = augment(&image, &mut SplitMix64::new(1));
        assert_eq!(noisy, augment(&image, &mut SplitMix64::new(1)));
        assert_ne!(noisy, augment(&image, &mut SplitMix64::new(2)));
        let noise: Vec<f64> = noisy.iter().map(|&pixel| f64::from(pixel) - 0.5).collect();
        let mean = |power| noise.iter().map(|x| x.powi(power)).sum::<f64>() / noise.len() as f64;
        // Five standard deviations of a mean are 0.005, of a mean square 0.0007; the kurtosis of a normal distribution
        // is 3.
        assert!(mean(1).abs() < 0.005 && (mean(2) - 0.01).abs() < 7.1e-4, "{} {}", mean(1), mean(2));
        assert!((mean(4) / mean(2).powi(2) - 3.0).abs() < 0.3, "{}", mean(4));
    }
}

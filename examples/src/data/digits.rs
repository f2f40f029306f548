//! The bundled set, which needs no file on disk.

use std::io::Read;

use flate2::read::GzDecoder;

use super::{Dataset, Split, SplitMix64};

const FILE: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/digits.csv.gz"));
const PIXELS: usize = 8 * 8;
const CLASSES: usize = 10;

/// One image and its class.
type Row = ([f32; PIXELS], u8);

/// Handwritten digits: 1,797 grey images of 8×8 in 10 classes, about 180 of each.
///
/// Of the n images of each class, round(0.2·n) are for testing: 359 in all, which leaves 1,438 to learn from. Which
/// ones never changes, whatever seed a run has, so that all runs are judged on the same images. Both splits are in
/// shuffled order.
///
/// # Source
///
/// E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998,
/// <https://doi.org/10.24432/C50P49>, CC BY 4.0.
pub fn digits() -> Dataset {
    // The file is part of the program and a test reads it: this fails on no machine or on all.
    let mut rows = parse(FILE).expect("the bundled digits are well formed");
    let mut random = SplitMix64::new(0);
    random.shuffle(&mut rows);

    let mut counts = [0; CLASSES];
    for (_, label) in &rows {
        counts[usize::from(*label)] += 1;
    }
    // round(0.2·n); n / 5 is never halfway between two whole numbers.
    let mut left_to_test = counts.map(|n: usize| (n + 2) / 5);
    // The first ones of each class in this order.
    let (mut test, mut train): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|(_, label)| {
        let left = &mut left_to_test[usize::from(*label)];
        let chosen = *left > 0;
        *left = left.saturating_sub(1);
        chosen
    });
    // Without this, training would begin with the classes whose test images were found first.
    random.shuffle(&mut train);
    random.shuffle(&mut test);
    Dataset { name: "digits".into(), train: split(train), test: split(test), classes: CLASSES, image: [1, 8, 8] }
}

fn split(rows: Vec<Row>) -> Split {
    let (images, labels): (Vec<_>, _) = rows.into_iter().unzip();
    Split { images: images.concat(), labels }
}

/// Lines of 64 pixels 0..=16 and a class; `None` where one is not so.
fn parse(file: &[u8]) -> Option<Vec<Row>> {
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).ok()?;
    text.lines().map(parse_line).collect()
}

fn parse_line(line: &str) -> Option<Row> {
    let values: Vec<u8> = line.split(',').map(|value| value.parse().ok()).collect::<Option<_>>()?;
    let (&label, pixels) = values.split_last()?;
    let pixels: [u8; PIXELS] = pixels.try_into().ok()?;
    let in_range = usize::from(label) < CLASSES && pixels.iter().all(|&pixel| pixel <= 16);
    in_range.then(|| (pixels.map(|pixel| f32::from(pixel) / 16.0), label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_line_refuses_what_is_not_a_digit() {
        let line = |pixels: usize, pixel: &str, class: &str| format!("{}{class}", format!("{pixel},").repeat(pixels));
        assert_eq!(parse_line(&line(64, "4", "9")), Some(([0.25; PIXELS], 9)));
        for bad in
            [line(63, "4", "9"), line(65, "4", "9"), line(64, "17", "9"), line(64, "4", "10"), line(64, "x", "1")]
        {
            assert_eq!(parse_line(&bad), None, "{bad}");
        }
    }

    /// Results are compared across versions of the lab: the split must not move.
    #[test]
    fn digits_split_is_stable() {
        let digits = digits();
        assert_eq!(digits.train.labels[..10], [1, 3, 6, 3, 9, 1, 8, 4, 6, 3]);
        assert_eq!(digits.test.labels[..10], [0, 6, 6, 9, 7, 2, 2, 6, 5, 3]);
    }
}

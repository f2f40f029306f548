//! The bundled digits against the file itself.

use std::io::Read;

use flate2::read::GzDecoder;
use loss_lab::data::{Split, digits};

/// The images of a split as lines of the file.
fn lines(split: &Split) -> Vec<String> {
    let line = |index| {
        let pixels = split.image(index).iter().map(|pixel| format!("{},", pixel * 16.0));
        pixels.collect::<String>() + &split.labels[index].to_string()
    };
    (0..split.len()).map(line).collect()
}

/// No two lines of the file are equal, so equal lists also mean that no image is in both splits.
#[test]
fn digits_splits_are_disjoint_and_complete() {
    let packed = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/digits.csv.gz"));
    let mut text = String::new();
    GzDecoder::new(&packed[..]).read_to_string(&mut text).expect("gzip of text");
    let mut expected: Vec<&str> = text.lines().collect();
    expected.sort_unstable();
    assert!(expected.is_sorted_by(|a, b| a < b), "two lines are equal");

    let digits = digits();
    let mut found = [lines(&digits.train), lines(&digits.test)].concat();
    found.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!((digits.image, digits.pixels(), digits.classes), ([1, 8, 8], 64, 10));
}

#[test]
fn digits_split_is_stratified() {
    let digits = digits();
    assert_eq!((digits.train.len(), digits.test.len()), (1_438, 359));
    for class in 0..10 {
        let count = |split: &Split| split.labels.iter().filter(|&&label| label == class).count();
        let (train, test) = (count(&digits.train), count(&digits.test));
        assert_eq!(test, ((train + test) as f64 * 0.2).round() as usize, "class {class}");
    }
}

/// Blocks of one class in a row would spoil mini-batches drawn in order.
#[test]
fn digits_are_in_shuffled_order() {
    let digits = digits();
    for split in [&digits.train, &digits.test] {
        for labels in split.labels.chunks_exact(50) {
            let classes = (0..10).filter(|class| labels.contains(class)).count();
            assert!(classes >= 8, "{labels:?}");
        }
    }
}

#[test]
#[should_panic(expected = "there is no image 359 among 359")]
fn image_refuses_an_index_beyond_the_split() {
    digits().test.image(359);
}

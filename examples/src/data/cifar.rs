//! CIFAR-10 and CIFAR-100 in their binary versions: records of label bytes and 3,072 pixels, with no header.

use std::path::PathBuf;

use super::source::{MAX_BYTES, Source};
use super::{DataError, Dataset, Split};

/// Red, green and blue plane of 32×32 each, row by row: already the shape the lab wants.
const PIXELS: usize = 3 * 32 * 32;

/// The files of CIFAR-10; the last is the test split.
pub(super) const MEMBERS_10: [&str; 6] = [
    "data_batch_1.bin",
    "data_batch_2.bin",
    "data_batch_3.bin",
    "data_batch_4.bin",
    "data_batch_5.bin",
    "test_batch.bin",
];

/// The files of CIFAR-100; the last is the test split.
pub(super) const MEMBERS_100: [&str; 2] = ["train.bin", "test.bin"];

/// What tells one CIFAR from the other.
pub(super) struct Layout {
    name: &'static str,
    /// The label bytes of a record, by name and number of classes. The last is the one to learn.
    labels: &'static [(&'static str, u8)],
    classes: usize,
}

/// One label byte a record.
pub(super) const CIFAR_10: Layout = Layout { name: "CIFAR-10", labels: &[("label", 10)], classes: 10 };

/// Two label bytes a record. The coarse label is not used, only checked: it shows a file that lost its step.
pub(super) const CIFAR_100: Layout =
    Layout { name: "CIFAR-100", labels: &[("coarse label", 20), ("fine label", 100)], classes: 100 };

/// Reads the files of a set, the last of which is the test split.
pub(super) fn read(layout: &Layout, files: &[PathBuf]) -> Result<Dataset, DataError> {
    let (train, test) = files.split_at(files.len() - 1);
    Ok(Dataset {
        name: layout.name.into(),
        train: read_split(layout, train)?,
        test: read_split(layout, test)?,
        classes: layout.classes,
        image: [3, 32, 32],
    })
}

/// The records of all files, one file after the other.
fn read_split(layout: &Layout, files: &[PathBuf]) -> Result<Split, DataError> {
    let mut split = Split::default();
    let record_len = layout.labels.len() + PIXELS;
    for file in files {
        let mut source = Source::open(file)?;
        let bytes = source.take(MAX_BYTES + 1)?;
        if bytes.is_empty() {
            return Err(source.fault("holds 0 images, but at least 1 is needed"));
        }
        if bytes.len() as u64 > MAX_BYTES {
            return Err(source.fault(format!("holds more than {MAX_BYTES} bytes, the most that is read")));
        }
        if bytes.len() % record_len != 0 {
            let complaint = format!("holds {} bytes, but must hold a multiple of {record_len}", bytes.len());
            return Err(source.fault(format!("{complaint}, the length of a {} record", layout.name)));
        }
        for (index, record) in bytes.chunks_exact(record_len).enumerate() {
            let (labels, pixels) = record.split_at(layout.labels.len());
            for (&label, (name, limit)) in labels.iter().zip(layout.labels) {
                if label >= *limit {
                    let complaint = format!("{name} of image {index} is {label}, but must be below {limit}");
                    return Err(source.fault(complaint));
                }
            }
            split.labels.extend(labels.last());
            split.images.extend(pixels.iter().map(|&pixel| f32::from(pixel) / 255.0));
        }
    }
    Ok(split)
}

//! Sets to read: any well-formed one, with what must be read from it.

use std::fs;
use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use loss_lab::data::{Dataset, Split, read_dir};
use proptest::prelude::*;
use proptest::sample::select;

/// Every name the readers look at; the IDX ones first, in their order.
pub(super) const NAMES: [&str; 14] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
    "train-images.idx3-ubyte",
    "train-labels-idx1-ubyte.gz",
    "data_batch_1.bin",
    "data_batch_2.bin",
    "data_batch_3.bin",
    "data_batch_4.bin",
    "data_batch_5.bin",
    "test_batch.bin",
    "train.bin",
    "test.bin",
];

/// Name, files and number of classes.
type Cifar = (&'static str, &'static [&'static str], u8);
const CIFARS: [Cifar; 2] =
    [("CIFAR-10", NAMES.split_at(12).0.split_at(6).1, 10), ("CIFAR-100", NAMES.split_at(12).1, 100)];

pub(super) type Files = Vec<(String, Vec<u8>)>;

/// The set in a folder called "set" with these files; errors as one sentence with the folder's path taken away.
pub(super) fn read(files: &[(String, Vec<u8>)]) -> Result<Dataset, String> {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let dir = dir.path().join("set");
    fs::create_dir(&dir).expect("a new folder");
    for (name, content) in files {
        fs::write(dir.join(name), content).expect("a written file");
    }
    let read = read_dir(&dir);
    if let Ok(set) = &read {
        let pixels = set.image.iter().product::<usize>();
        assert!(set.classes >= 2 && pixels > 0 && set.pixels() == pixels, "{set:?}");
        for split in [&set.train, &set.test] {
            assert!(!split.is_empty() && split.images.len() == split.len() * pixels, "{set:?}");
            assert!(split.labels.iter().all(|&label| usize::from(label) < set.classes), "{set:?}");
            assert!(split.images.iter().all(|pixel| (0.0..=1.0).contains(pixel)), "{set:?}");
        }
    }
    read.map_err(|error| {
        let sentence = error.to_string();
        assert!(!sentence.contains('\n'), "{sentence}");
        let (path, complaint) = sentence.split_once(": ").expect("a path and a complaint");
        assert_eq!(path, error.path().display().to_string());
        let path = error.path().strip_prefix(&dir).expect("a path in the folder");
        format!("{}: {complaint}", path.display())
    })
}

pub(super) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("a vector takes every byte");
    encoder.finish().expect("a vector takes every byte")
}

/// An IDX file.
pub(super) fn idx(magic: u32, axes: &[u32], values: &[u8]) -> Vec<u8> {
    let header = std::iter::once(&magic).chain(axes).flat_map(|word| word.to_be_bytes());
    header.chain(values.iter().copied()).collect()
}

/// One split as bytes: labels and, one after the other, images.
#[derive(Clone, Debug)]
struct Bytes {
    labels: Vec<u8>,
    pixels: Vec<u8>,
}

impl Bytes {
    fn split(&self) -> Split {
        let images = self.pixels.iter().map(|&pixel| f32::from(pixel) / 255.0).collect();
        Split { images, labels: self.labels.clone() }
    }
}

fn bytes(counts: std::ops::Range<usize>, classes: u8, pixels: usize) -> impl Strategy<Value = Bytes> {
    prop::collection::vec((0..classes, prop::collection::vec(any::<u8>(), pixels)), counts).prop_map(|images| {
        let (labels, pixels): (_, Vec<_>) = images.into_iter().unzip();
        Bytes { labels, pixels: pixels.concat() }
    })
}

/// An IDX set, as its files and as what must be read from them; its largest training label is 9.
pub(super) fn idx_set() -> impl Strategy<Value = (Files, Dataset)> {
    let halves = |[height, width]: [usize; 2]| {
        let half = || bytes(1..5, 10, height * width);
        (Just([height, width]), half(), half(), any::<[(bool, bool); 4]>())
    };
    prop::array::uniform2(1usize..5).prop_flat_map(halves).prop_map(|([height, width], mut train, test, spelling)| {
        train.labels[0] = 9;
        let images = |half: &Bytes| idx(0x803, &[half.labels.len() as u32, height as u32, width as u32], &half.pixels);
        let labels = |half: &Bytes| idx(0x801, &[half.labels.len() as u32], &half.labels);
        let contents = [images(&train), labels(&train), images(&test), labels(&test)];
        let files = NAMES.iter().zip(contents).zip(spelling).map(|((name, content), (dot, packed))| {
            let name = if dot { name.replace("-idx", ".idx") } else { name.to_string() };
            if packed { (format!("{name}.gz"), gzip(&content)) } else { (name, content) }
        });
        let (train, test) = (train.split(), test.split());
        let set = Dataset { name: "set".into(), train, test, classes: 10, image: [1, height, width] };
        (files.collect(), set)
    })
}

/// A CIFAR set of at most two images a file, as its files and as what must be read from them.
pub(super) fn cifar_set() -> impl Strategy<Value = (Files, Dataset)> {
    let batches = |(name, files, classes): Cifar| {
        let batches = prop::collection::vec(bytes(1..3, classes, 3072), files.len());
        (Just((name, files, classes)), batches)
    };
    select(&CIFARS[..]).prop_flat_map(batches).prop_map(|((name, names, classes), batches)| {
        let content = |batch: &Bytes| -> Vec<u8> {
            let records = batch.labels.iter().zip(batch.pixels.chunks(3072));
            let coarse = |fine: u8| (classes == 100).then_some(fine / 5);
            records.flat_map(|(&fine, pixels)| coarse(fine).into_iter().chain([fine]).chain(pixels.to_vec())).collect()
        };
        let files = names.iter().zip(&batches).map(|(name, batch)| (name.to_string(), content(batch))).collect();
        let mut splits: Vec<Split> = batches.iter().map(Bytes::split).collect();
        let test = splits.pop().expect("a test file");
        let images = splits.iter().flat_map(|split| split.images.clone()).collect();
        let train = Split { images, labels: splits.iter().flat_map(|split| split.labels.clone()).collect() };
        (files, Dataset { name: name.into(), train, test, classes: classes.into(), image: [3, 32, 32] })
    })
}

/// A set of any kind, as its files and as what must be read from them.
pub(super) fn any_set() -> impl Strategy<Value = (Files, Dataset)> {
    prop_oneof![3 => idx_set(), 1 => cifar_set()]
}

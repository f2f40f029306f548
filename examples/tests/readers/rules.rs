//! The sentence for each rule that takes more than one file, or that CIFAR files break.

use std::fs;
use std::path::Path;

use loss_lab::data::read_dir;

use super::sets::{Files, gzip, idx, read};

/// Two images of 1×1 with these labels, in both splits.
fn mnist(train: [u8; 2], test: [u8; 2]) -> Files {
    let images = idx(0x803, &[2, 1, 1], &[0, 255]);
    vec![
        ("train-images-idx3-ubyte".into(), images.clone()),
        ("train-labels-idx1-ubyte".into(), idx(0x801, &[2], &train)),
        ("t10k-images-idx3-ubyte".into(), images),
        ("t10k-labels-idx1-ubyte".into(), idx(0x801, &[2], &test)),
    ]
}

/// One image a file.
fn cifar_100(train: [u8; 2], test: [u8; 2]) -> Files {
    let record = |labels: [u8; 2]| [&labels[..], &[0; 3072]].concat();
    vec![("train.bin".into(), record(train)), ("test.bin".into(), record(test))]
}

#[track_caller]
fn assert_refused(files: Files, sentence: &str) {
    assert_eq!(read(&files).expect_err("a broken rule"), sentence);
}

#[test]
fn folder_without_a_set_is_told_what_is_looked_for() {
    assert_refused(
        vec![("train-images-idx3-ubyte.zip".into(), vec![1])],
        ": holds no known data set; looked for MNIST-style IDX (train-images-idx3-ubyte, train-labels-idx1-ubyte, \
         t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, with - or . before idx, plain or .gz), CIFAR-10 \
         (data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, data_batch_4.bin, data_batch_5.bin, test_batch.bin), \
         CIFAR-100 (train.bin, test.bin)",
    );
}

#[test]
fn folder_must_be_there_and_be_one() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let refused = |path: &Path| {
        let sentence = read_dir(path).expect_err("no folder").to_string();
        sentence.replace(&path.display().to_string(), "PATH")
    };
    assert_eq!(refused(file.path()), "PATH: is not a folder");
    let sentence = refused(&file.path().with_extension("missing"));
    assert!(sentence.starts_with("PATH: cannot be read: "), "{sentence}");
}

#[test]
fn folder_with_two_sets_is_refused() {
    let mut files = cifar_100([0, 0], [0, 0]);
    files.push(("t10k-labels.idx1-ubyte.gz".into(), vec![]));
    let expected = ": holds files of 2 data sets, MNIST-style IDX (t10k-labels.idx1-ubyte.gz) and CIFAR-100 \
                    (train.bin), but must hold one";
    assert_refused(files, expected);
}

#[test]
fn missing_file_is_named() {
    let mut files = mnist([0, 1], [0, 1]);
    files.remove(1);
    let expected = "train-labels-idx1-ubyte: is missing, but needed beside train-images-idx3-ubyte for MNIST-style \
                    IDX, with - or . before idx, plain or .gz";
    assert_refused(files, expected);

    let mut files = cifar_100([0, 0], [0, 0]);
    files.remove(0);
    assert_refused(files, "train.bin: is missing, but needed beside test.bin for CIFAR-100");
}

#[test]
fn plain_file_goes_before_its_packed_form() {
    let mut files = mnist([0, 1], [0, 1]);
    let expected = read(&files).expect("a well-formed set");
    files.push(("train-images-idx3-ubyte.gz".into(), gzip(b"not images")));
    assert_eq!(read(&files), Ok(expected));
}

#[test]
fn two_spellings_are_refused() {
    let mut files = mnist([0, 1], [0, 1]);
    files.push(("train-labels.idx1-ubyte.gz".into(), vec![]));
    let expected = "train-labels.idx1-ubyte.gz: is there besides train-labels-idx1-ubyte, but each file may have \
                    only one spelling";
    assert_refused(files, expected);
}

/// Unpackers leave `train-images-idx3-ubyte/` beside `train-images.idx3-ubyte`.
#[test]
fn folders_are_no_members() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in mnist([0, 1], [0, 1]) {
        fs::create_dir(dir.path().join(&name)).expect("a new folder");
        fs::write(dir.path().join(name.replace("-idx", ".idx")), content).expect("a written file");
    }
    assert_eq!(read_dir(dir.path()).expect("a well-formed set").image, [1, 1, 1]);
}

#[test]
fn images_and_labels_must_be_equally_many() {
    let mut files = mnist([0, 1], [0, 1]);
    files[3].1 = idx(0x801, &[1], &[0]);
    assert_refused(
        files,
        "t10k-labels-idx1-ubyte: the number of labels is 1, but that of images in t10k-images-idx3-ubyte is 2",
    );
}

#[test]
fn test_images_must_have_the_size_of_the_training_images() {
    let mut files = mnist([0, 1], [0, 1]);
    files[2].1 = idx(0x803, &[2, 1, 2], &[0; 4]);
    let expected = "t10k-images-idx3-ubyte: has images of 1×2, but those of train-images-idx3-ubyte are 1×1";
    assert_refused(files, expected);
}

#[test]
fn training_labels_make_the_classes() {
    let set = read(&mnist([0, 46], [3, 46])).expect("a set of the size of EMNIST's");
    assert_eq!(set.classes, 47);
    let set = read(&mnist([255, 0], [0, 0])).expect("as many classes as a byte can count");
    assert_eq!(set.classes, 256);
    assert_refused(mnist([0, 9], [3, 10]), "t10k-labels-idx1-ubyte: label 1 is 10, but the training labels end at 9");
    let expected = "train-labels-idx1-ubyte: has only label 0, but at least 2 classes are needed";
    assert_refused(mnist([0, 0], [0, 0]), expected);
}

#[test]
fn cifar_labels_must_be_in_range() {
    assert!(read(&cifar_100([19, 99], [0, 0])).is_ok());
    let expected = "train.bin: fine label of image 0 is 100, but must be below 100";
    assert_refused(cifar_100([19, 100], [0, 0]), expected);
    let expected = "test.bin: coarse label of image 0 is 20, but must be below 20";
    assert_refused(cifar_100([0, 0], [20, 0]), expected);
}

#[test]
fn cifar_files_must_hold_whole_records() {
    let mut files = cifar_100([0, 0], [0, 0]);
    files[0].1.push(0);
    let expected = "train.bin: holds 3075 bytes, but must hold a multiple of 3074, the length of a CIFAR-100 record";
    assert_refused(files, expected);

    let mut files = cifar_100([0, 0], [0, 0]);
    files[1].1.clear();
    assert_refused(files, "test.bin: holds 0 images, but at least 1 is needed");
}

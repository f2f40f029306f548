//! Which set a folder holds.

use std::fs;
use std::path::{Path, PathBuf};

use super::source::{is_file, unreadable};
use super::{DataError, Dataset, cifar, idx};

/// One kind of set, told by the names of its files.
struct Set {
    name: &'static str,
    members: &'static [&'static str],
    /// What else the members may be called, for the user; empty if nothing.
    variants: &'static str,
    /// Where a member is in the folder, if it is.
    find: fn(&Path, &str) -> Result<Option<PathBuf>, DataError>,
    /// Reads the members, given in the order of `members`.
    read: fn(&Path, &[PathBuf]) -> Result<Dataset, DataError>,
}

const SETS: [Set; 3] = [
    Set { name: "MNIST-style IDX", members: &idx::MEMBERS, variants: idx::VARIANTS, find: idx::find, read: idx::read },
    Set {
        name: "CIFAR-10",
        members: &cifar::MEMBERS_10,
        variants: "",
        find: find_exactly,
        read: |_, files| cifar::read(&cifar::CIFAR_10, files),
    },
    Set {
        name: "CIFAR-100",
        members: &cifar::MEMBERS_100,
        variants: "",
        find: find_exactly,
        read: |_, files| cifar::read(&cifar::CIFAR_100, files),
    },
];

/// Reads the one set a folder holds. Other files in it, and folders, are passed over.
///
/// | set | files | classes | image |
/// |---|---|---|---|
/// | MNIST-style IDX | `{train,t10k}-images-idx3-ubyte`, `{train,t10k}-labels-idx1-ubyte` | as labelled | 1, any, any |
/// | CIFAR-10 | `data_batch_{1..5}.bin`, `test_batch.bin` | 10 | 3, 32, 32 |
/// | CIFAR-100 | `train.bin`, `test.bin` | the 100 fine ones | 3, 32, 32 |
///
/// IDX sets have the classes from 0 to the largest training label: no header tells their number.
/// The IDX files may have a dot before `idx` (`train-images.idx3-ubyte`) and may each be packed (`….gz`); where a file
/// lies beside its packed form, as download tools leave it, the packed form is passed over.
/// A file may hold any number of images from 1, up to 1 GiB of bytes unpacked. An IDX set is named after its folder.
///
/// # Errors
///
/// When the folder cannot be read, holds no set (the sentence lists what is looked for), more than one, or one with a
/// file missing or spelt in two ways; when a file is not packed as its name says, is damaged, truncated, too long or
/// too large, has the wrong magic number, no images, images of no size or a label out of range; when images and labels
/// differ in number, training and test images in size, or fewer than 2 classes are there.
pub fn read_dir(dir: &Path) -> Result<Dataset, DataError> {
    let metadata = fs::metadata(dir).map_err(|error| unreadable(dir, &error))?;
    if !metadata.is_dir() {
        return Err(DataError::new(dir, "is not a folder"));
    }
    let mut found = Vec::new();
    for set in SETS {
        let files: Vec<_> = set.members.iter().map(|member| (set.find)(dir, member)).collect::<Result<_, _>>()?;
        if files.iter().any(Option::is_some) {
            found.push((set, files));
        }
    }
    match found.as_slice() {
        [] => Err(DataError::new(dir, format!("holds no known data set; looked for {}", everything_looked_for()))),
        [(set, files)] => (set.read)(dir, &all_present(dir, set, files)?),
        several => {
            let names: Vec<_> = several.iter().map(|(set, files)| format!("{} ({})", set.name, first(files))).collect();
            let complaint =
                format!("holds files of {} data sets, {}, but must hold one", names.len(), names.join(" and "));
            Err(DataError::new(dir, complaint))
        }
    }
}

/// The files of a set of which some were found.
fn all_present(dir: &Path, set: &Set, files: &[Option<PathBuf>]) -> Result<Vec<PathBuf>, DataError> {
    let missing = |member: &str| {
        let complaint = format!("is missing, but needed beside {} for {}{}", first(files), set.name, set.variants);
        DataError::new(&dir.join(member), complaint)
    };
    set.members.iter().zip(files).map(|(member, file)| file.clone().ok_or_else(|| missing(member))).collect()
}

/// The name of the first file that is there: what the folder was recognised by.
fn first(files: &[Option<PathBuf>]) -> String {
    let file = files.iter().flatten().next().and_then(|path| path.file_name());
    file.unwrap_or_default().to_string_lossy().into_owned()
}

fn everything_looked_for() -> String {
    let list = SETS.map(|set| format!("{} ({}{})", set.name, set.members.join(", "), set.variants));
    list.join(", ")
}

fn find_exactly(dir: &Path, member: &str) -> Result<Option<PathBuf>, DataError> {
    let path = dir.join(member);
    Ok(is_file(&path)?.then_some(path))
}

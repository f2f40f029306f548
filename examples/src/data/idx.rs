//! MNIST and the sets that share its files: a header of big-endian `u32`s (magic number, then the length of each axis)
//! and one byte a value.

use std::path::{Path, PathBuf};

use super::source::{MAX_BYTES, Source, is_file};
use super::{DataError, Dataset, Split};

/// The files of a set: images and labels to learn from, images and labels to judge by.
pub(super) const MEMBERS: [&str; 4] =
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

/// What else [`find`] takes for them.
pub(super) const VARIANTS: &str = ", with - or . before idx, plain or .gz";

/// Where a member is. The plain file goes before its packed form; of two spellings there is no telling which is meant.
pub(super) fn find(dir: &Path, member: &str) -> Result<Option<PathBuf>, DataError> {
    let hyphen = find_plain_or_packed(dir, member)?;
    let dot = find_plain_or_packed(dir, &member.replace("-idx", ".idx"))?;
    if let (Some(hyphen), Some(dot)) = (&hyphen, &dot) {
        let other = hyphen.file_name().unwrap_or_default().display();
        return Err(DataError::new(dot, format!("is there besides {other}, but each file may have only one spelling")));
    }
    Ok(hyphen.or(dot))
}

fn find_plain_or_packed(dir: &Path, name: &str) -> Result<Option<PathBuf>, DataError> {
    for path in [dir.join(name), dir.join(format!("{name}.gz"))] {
        if is_file(&path)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Reads the four files, given in the order of [`MEMBERS`].
pub(super) fn read(dir: &Path, files: &[PathBuf]) -> Result<Dataset, DataError> {
    let (train, size) = read_split(&files[0], &files[1])?;
    let (test, test_size) = read_split(&files[2], &files[3])?;
    let [height, width] = size;
    if test_size != size {
        let [test_height, test_width] = test_size;
        let of_train = files[0].file_name().unwrap_or_default().display();
        let complaint =
            format!("has images of {test_height}×{test_width}, but those of {of_train} are {height}×{width}");
        return Err(DataError::new(&files[2], complaint));
    }
    let last = train.labels.iter().copied().max().unwrap_or_default();
    if last == 0 {
        return Err(DataError::new(&files[1], "has only label 0, but at least 2 classes are needed"));
    }
    if let Some(index) = test.labels.iter().position(|&label| label > last) {
        let complaint = format!("label {index} is {}, but the training labels end at {last}", test.labels[index]);
        return Err(DataError::new(&files[3], complaint));
    }
    let name = dir.file_name().map_or("IDX".into(), |name| name.to_string_lossy().into_owned());
    Ok(Dataset { name, train, test, classes: usize::from(last) + 1, image: [1, height, width] })
}

/// Images with their labels, and the height and width of the images.
fn read_split(images: &Path, labels: &Path) -> Result<(Split, [usize; 2]), DataError> {
    let ([count, height, width], pixels) = read_file(images, "images")?;
    let ([label_count], bytes) = read_file(labels, "labels")?;
    if label_count != count {
        let images = images.file_name().unwrap_or_default().display();
        return Err(DataError::new(
            labels,
            format!("the number of labels is {label_count}, but that of images in {images} is {count}"),
        ));
    }
    let images = pixels.iter().map(|&pixel| f32::from(pixel) / 255.0).collect();
    Ok((Split { images, labels: bytes }, [height, width]))
}

/// The axes and the values of a file with D axes, the first of which counts `things`. No axis is 0, and there are as
/// many values as the axes say.
fn read_file<const D: usize>(path: &Path, things: &str) -> Result<([usize; D], Vec<u8>), DataError> {
    let mut source = Source::open(path)?;
    let header = source.take(4 + 4 * D as u64)?;
    let words: Vec<u32> = header.as_chunks().0.iter().map(|&bytes| u32::from_be_bytes(bytes)).collect();
    // Unsigned bytes (08), D axes.
    let magic = 0x0800 + D as u32;
    // Checked before the length: of two wrong things in a foreign file this is the one to be told.
    if let Some(&found) = words.first().filter(|&&found| found != magic) {
        let complaint = format!("starts with magic number {found:#010x}, but IDX {things} start with {magic:#010x}");
        return Err(source.fault(complaint));
    }
    if words.len() <= D {
        let complaint = format!("ends after {} bytes, but the header alone has {}", header.len(), 4 + 4 * D);
        return Err(source.fault(complaint));
    }
    let axes: [u32; D] = std::array::from_fn(|axis| words[axis + 1]);
    if axes[0] == 0 {
        return Err(source.fault(format!("holds 0 {things}, but at least 1 is needed")));
    }
    let shape = axes.map(|axis| axis.to_string()).join("×");
    if axes.contains(&0) {
        return Err(source.fault(format!("declares {shape} {things}, but no side may be 0")));
    }
    // Three factors of 32 bits fit in 128.
    let declared: u128 = axes.iter().map(|&axis| u128::from(axis)).product();
    if declared > u128::from(MAX_BYTES) {
        let complaint = format!("declares {shape} = {declared} bytes, but at most {MAX_BYTES} are read");
        return Err(source.fault(complaint));
    }
    // One more than declared is enough to see that there is more, however much of it a small packed file unpacks to.
    let bytes = source.take(declared as u64 + 1)?;
    let found = bytes.len() as u128;
    if found < declared {
        let complaint = format!("declares {shape} = {declared} bytes after the header, but {found} are there");
        return Err(source.fault(complaint));
    }
    if found > declared {
        let complaint = format!("declares {shape} = {declared} bytes after the header, but goes on after them");
        return Err(source.fault(complaint));
    }
    Ok((axes.map(|axis| axis as usize), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong with an image file of these words and then this many bytes.
    fn complaint(words: &[u32], bytes: usize) -> String {
        let mut file: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        file.resize(file.len() + bytes, 7);
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("train-images-idx3-ubyte");
        std::fs::write(&path, file).expect("a written file");
        let error = read_file::<3>(&path, "images").expect_err("a broken file").to_string();
        let at = format!("{}: ", path.display());
        error.strip_prefix(&at).expect("the file's name").to_string()
    }

    #[test]
    fn read_file_says_which_rule_is_broken() {
        let cases: [(&[u32], usize, &str); 12] = [
            (&[], 0, "ends after 0 bytes, but the header alone has 16"),
            (&[], 3, "ends after 3 bytes, but the header alone has 16"),
            (&[], 4, "starts with magic number 0x07070707, but IDX images start with 0x00000803"),
            (&[0x801, 1, 1, 1], 1, "starts with magic number 0x00000801, but IDX images start with 0x00000803"),
            (&[0x803, 1, 1], 3, "ends after 15 bytes, but the header alone has 16"),
            (&[0x803, 0, 2, 2], 0, "holds 0 images, but at least 1 is needed"),
            (&[0x803, 5, 2, 0], 0, "declares 5×2×0 images, but no side may be 0"),
            (&[0x803, 1, 2, 2], 3, "declares 1×2×2 = 4 bytes after the header, but 3 are there"),
            (&[0x803, 1, 2, 2], 5, "declares 1×2×2 = 4 bytes after the header, but goes on after them"),
            (
                &[0x803, 1 << 30, 1, 1],
                0,
                "declares 1073741824×1×1 = 1073741824 bytes after the header, but 0 are there",
            ),
            (
                &[0x803, 1 << 16, 1 << 16, 1],
                0,
                "declares 65536×65536×1 = 4294967296 bytes, but at most 1073741824 are read",
            ),
            (
                &[0x803, u32::MAX, u32::MAX, u32::MAX],
                0,
                "declares 4294967295×4294967295×4294967295 = 79228162458924105385300197375 bytes, \
                 but at most 1073741824 are read",
            ),
        ];
        for (words, bytes, expected) in cases {
            assert_eq!(complaint(words, bytes), expected);
        }
    }
}

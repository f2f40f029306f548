//! Files as the readers see them: unpacked on the way, and never more bytes than asked for.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek};
use std::path::{Path, PathBuf};

use flate2::bufread::GzDecoder;

use super::DataError;

/// The most bytes of data one file may hold, unpacked. The lab keeps a set in memory at four times its size; EMNIST by
/// class, the largest set of its kind in use, has half of this.
pub(super) const MAX_BYTES: u64 = 1 << 30;

/// Whether there is a file of this name; a folder or a device is none.
///
/// # Errors
///
/// When that cannot be told, for lack of rights for instance.
pub(super) fn is_file(path: &Path) -> Result<bool, DataError> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.is_file()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// The complaint about a file or folder that the system does not let us read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> DataError {
    DataError::new(path, format!("cannot be read: {error}"))
}

/// An open file, unpacked while it is read if its name ends in `.gz`.
pub(super) struct Source {
    path: PathBuf,
    reader: Box<dyn Read>,
    packed: bool,
    /// Bytes given out so far.
    taken: usize,
}

impl Source {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, or its name ends in `.gz` and it does not start as gzip files do.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let mut file = File::open(path).map_err(|error| unreadable(path, &error))?;
        let packed = path.extension().is_some_and(|extension| extension == "gz");
        if packed {
            let mut start = Vec::new();
            file.by_ref().take(2).read_to_end(&mut start).map_err(|error| unreadable(path, &error))?;
            if start != [0x1f, 0x8b] {
                let complaint = format!("is named .gz, but starts with {start:02x?} where gzip has [1f, 8b]");
                return Err(DataError::new(path, complaint));
            }
            file.rewind().map_err(|error| unreadable(path, &error))?;
        }
        let reader: Box<dyn Read> = if packed { Box::new(Members::of(file)) } else { Box::new(file) };
        Ok(Self { path: path.to_path_buf(), reader, packed, taken: 0 })
    }

    /// The next `most` bytes, or fewer if the file ends before. Memory grows with the bytes that are really there.
    ///
    /// # Errors
    ///
    /// When the system fails to read, or the file is damaged or truncated gzip.
    pub(super) fn take(&mut self, most: u64) -> Result<Vec<u8>, DataError> {
        let mut bytes = Vec::new();
        let read = self.reader.by_ref().take(most).read_to_end(&mut bytes);
        self.taken += bytes.len();
        match read {
            Ok(_) => Ok(bytes),
            Err(error) if !self.packed => Err(unreadable(&self.path, &error)),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                Err(self.fault(format!("is gzip that breaks off after {} unpacked bytes", self.taken)))
            }
            Err(error) => Err(self.fault(format!("is damaged gzip after {} unpacked bytes: {error}", self.taken))),
        }
    }

    /// A complaint about this file.
    pub(super) fn fault(&self, complaint: impl Into<String>) -> DataError {
        DataError::new(&self.path, complaint)
    }
}

/// A gzip file: members one after the other, with or without zeros between and behind them, as `gzip` itself reads it.
/// The decoder of one member would pass over whatever follows it in silence.
struct Members(Option<GzDecoder<BufReader<File>>>);

impl Members {
    fn of(file: File) -> Self {
        Self(Some(GzDecoder::new(BufReader::new(file))))
    }
}

impl Read for Members {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.0 {
            let read = member.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            self.0 = self.0.take().map(GzDecoder::into_inner).map(after_zeros).transpose()?.flatten();
        }
        Ok(0)
    }
}

/// The next member, if anything but zeros is left.
fn after_zeros(mut rest: BufReader<File>) -> io::Result<Option<GzDecoder<BufReader<File>>>> {
    loop {
        let bytes = rest.fill_buf()?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        match bytes.len() {
            0 => return Ok(None),
            len if zeros < len => {
                rest.consume(zeros);
                return Ok(Some(GzDecoder::new(rest)));
            }
            len => rest.consume(len),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("a vector takes every byte");
        encoder.finish().expect("a vector takes every byte")
    }

    /// What comes of asking a file of this name and content for at most `most` bytes; errors without the path.
    fn take(name: &str, content: &[u8], most: u64) -> Result<Vec<u8>, String> {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join(name);
        fs::write(&path, content).expect("a written file");
        let taken = Source::open(&path).and_then(|mut source| source.take(most));
        taken.map_err(|error| error.to_string().replace(&format!("{}: ", path.display()), ""))
    }

    #[test]
    fn take_unpacks_by_name_only() {
        let packed = gzip(b"digits");
        assert_eq!(take("a.gz", &packed, 10), Ok(b"digits".to_vec()));
        assert_eq!(take("a", &packed, 1000), Ok(packed));
    }

    #[test]
    fn take_reads_all_members_and_the_padding() {
        let [first, second] = [gzip(b"dig"), gzip(b"its")];
        for between in [0, 1, 512] {
            let padded = [&first[..], &vec![0; between], &second, &[0; 100_000]].concat();
            assert_eq!(take("a.gz", &padded, 10), Ok(b"digits".to_vec()), "{between} zeros between");
        }
        let followed = take("a.gz", &[&first[..], &[0; 7], &[b'?'; 20]].concat(), 10);
        assert!(followed.as_ref().is_err_and(|error| error.contains("damaged gzip after 3")), "{followed:?}");
    }

    /// 64 MiB of zeros in 64 KiB: no more of them appears than is asked for.
    #[test]
    fn take_stops_unpacking_a_bomb() {
        let bomb = gzip(&vec![0; 1 << 26]);
        assert!(bomb.len() < 1 << 17);
        let taken = take("a.gz", &bomb, 5).expect("readable gzip");
        assert_eq!(taken, [0; 5]);
        assert!(taken.capacity() < 1 << 16, "{}", taken.capacity());
    }

    #[test]
    fn take_reads_all_members_and_nothing_else() {
        let members = [gzip(b"dig"), gzip(b"its")].concat();
        assert_eq!(take("a.gz", &members, 10), Ok(b"digits".to_vec()));
        let foreign = [gzip(b"digits"), vec![b'?'; 20]].concat();
        assert_eq!(
            take("a.gz", &foreign, 10),
            Err("is damaged gzip after 6 unpacked bytes: invalid gzip header".into())
        );
    }

    #[test]
    fn take_says_how_gzip_is_broken() {
        let packed = gzip(b"digits");
        let short = take("a.gz", &packed[..packed.len() - 1], 10);
        assert_eq!(short, Err("is gzip that breaks off after 6 unpacked bytes".into()));
        for (content, start) in [(&b""[..], "[]"), (&b"\x1f"[..], "[1f]"), (&b"digits"[..], "[64, 69]")] {
            let expected = format!("is named .gz, but starts with {start} where gzip has [1f, 8b]");
            assert_eq!(take("a.gz", content, 10), Err(expected));
        }
    }
}

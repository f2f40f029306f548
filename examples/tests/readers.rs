//! The data module from outside: files well-formed, foreign, truncated, altered and hostile; label noise; the digits.

#[path = "readers/digits.rs"]
mod digits;
#[path = "readers/noise.rs"]
mod noise;
#[path = "readers/rules.rs"]
mod rules;
#[path = "readers/sets.rs"]
mod sets;

use loss_lab::data::Dataset;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sets::{Files, NAMES, any_set, gzip, idx, idx_set, read};

/// How many values, labels and pixels together, differ between sets of the same shape.
fn differences(a: &Dataset, b: &Dataset) -> usize {
    assert_eq!((a.image, a.train.len(), a.test.len()), (b.image, b.train.len(), b.test.len()));
    let splits = [(&a.train, &b.train), (&a.test, &b.test)];
    let pixels = splits.iter().flat_map(|(a, b)| a.images.iter().zip(&b.images)).filter(|(a, b)| a != b).count();
    pixels + splits.iter().flat_map(|(a, b)| a.labels.iter().zip(&b.labels)).filter(|(a, b)| a != b).count()
}

/// Content that gets past the first checks: the right magic number, whole records, the start of gzip, or gzip of these.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let header = (select(&[0x801, 0x803][..]), prop::collection::vec(0u32..4, 0..4), any::<Vec<u8>>());
    let start = prop_oneof![Just(vec![]), Just(vec![0x1f, 0x8b]), Just(vec![0x1f, 0x8b, 8])];
    let plain = prop_oneof![
        header.prop_map(|(magic, axes, values)| idx(magic, &axes, &values)),
        (any::<u8>(), select(&[3073, 3074, 6146, 6148][..])).prop_map(|(byte, len)| vec![byte; len]),
        (start, any::<Vec<u8>>()).prop_map(|(start, rest)| [start, rest].concat()),
    ];
    (plain, any::<bool>()).prop_map(|(plain, packed)| if packed { gzip(&plain) } else { plain })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sets_are_read_back_as_written((files, set) in any_set()) {
        prop_assert_eq!(read(&files), Ok(set));
    }

    #[test]
    fn random_files_are_refused(files in prop::collection::btree_map(select(&NAMES[..]), any::<Vec<u8>>(), 0..14)) {
        let files: Files = files.into_iter().map(|(name, content)| (name.into(), content)).collect();
        let sentence = read(&files).expect_err("files too short for any set");
        prop_assert_eq!(sentence.contains("looked for"), files.is_empty(), "{}", sentence);
    }

    /// Whatever the files of a set hold, a set is read or a sentence given; `read` checks both.
    #[test]
    fn hostile_content_never_panics(
        (mut files, _) in any_set(), content in prop::collection::vec(prop::option::of(hostile()), 6)
    ) {
        for ((_, place), content) in files.iter_mut().zip(content) {
            *place = content.unwrap_or_else(|| place.clone());
        }
        let _either = read(&files);
    }

    /// Headers that lie about the values after them, most with numbers likely to overflow something. Where height and
    /// width have only changed places, or images became fewer and larger, it is another file that contradicts.
    #[test]
    fn lying_headers_are_refused(
        (mut files, set) in idx_set(),
        file in 0usize..4,
        axes in prop::array::uniform3(prop_oneof![any::<u32>(), 0u32..5, select(&[1 << 16, 1 << 31, u32::MAX][..])]),
    ) {
        let half = if file < 2 { &set.train } else { &set.test };
        let truth = [half.len() as u32, set.image[1] as u32, set.image[2] as u32];
        let (magic, axes_there, values) =
            if file % 2 == 0 { (0x803, 3, half.images.len()) } else { (0x801, 1, half.len()) };
        prop_assume!(axes[..axes_there] != truth[..axes_there]);
        let content = idx(magic, &axes[..axes_there], &vec![1; values]);
        let (name, place) = &mut files[file];
        *place = if name.ends_with(".gz") { gzip(&content) } else { content };
        let name = name.clone();
        let sentence = read(&files).expect_err("a lie");
        prop_assert!(sentence.contains(&name), "{}", sentence);
    }

    #[test]
    fn truncated_files_are_refused((mut files, set) in any_set(), file in any::<Index>(), len in any::<Index>()) {
        let (name, content) = file.get_mut(&mut files);
        content.truncate(len.index(content.len()));
        let (name, len) = (name.clone(), content.len());
        match read(&files) {
            Err(sentence) => prop_assert!(sentence.starts_with(&format!("{name}: ")), "{}", sentence),
            // A CIFAR file has no header: one image less is a smaller set.
            Ok(shorter) => {
                prop_assert!(name.ends_with(".bin") && len > 0);
                prop_assert_eq!(shorter.train.len() + shorter.test.len() + 1, set.train.len() + set.test.len());
            }
        }
    }

    #[test]
    fn lengthened_files_are_refused(
        (mut files, _) in any_set(), file in any::<Index>(), more in prop::collection::vec(any::<u8>(), 1..3000)
    ) {
        let (name, content) = file.get_mut(&mut files);
        content.extend(more);
        let start = format!("{name}: ");
        let sentence = read(&files).expect_err("bytes too many");
        prop_assert!(sentence.starts_with(&start), "{}", sentence);
    }

    /// An altered byte is noticed, or is one pixel or label; packed, it is noticed or does not matter.
    #[test]
    fn altered_bytes_do_no_other_harm(
        (mut files, set) in any_set(), file in any::<Index>(), at in any::<Index>(), mask in 1u8..
    ) {
        let (name, content) = file.get_mut(&mut files);
        *at.get_mut(content) ^= mask;
        let (packed, coarse) = (name.ends_with(".gz"), set.classes == 100);
        match read(&files) {
            Err(_) => {}
            Ok(altered) if packed => prop_assert_eq!(altered, set),
            Ok(altered) => {
                let differences = differences(&altered, &set);
                prop_assert!(differences == 1 || (differences == 0 && coarse), "{} differences", differences);
            }
        }
    }
}

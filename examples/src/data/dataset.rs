//! What every reader returns.

/// A classification set: images to learn from, images to judge by.
///
/// Both splits hold at least one image, all images have the shape [`image`](Self::image), and every label is below
/// [`classes`](Self::classes).
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// What tables and plots call it.
    pub name: String,
    /// The images to learn from.
    pub train: Split,
    /// The images to judge by; none of them is used in training.
    pub test: Split,
    /// Number of classes, 2 to 256. A class may be without images.
    pub classes: usize,
    /// Shape of one image: channels, height, width; none is 0.
    pub image: [usize; 3],
}

impl Dataset {
    /// Values of one image: channels · height · width.
    pub fn pixels(&self) -> usize {
        self.image.iter().product()
    }
}

/// Images with their labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Split {
    /// Image after image, each `[channels, height, width]` row by row, each value in [0, 1] unless noise was put on it.
    pub images: Vec<f32>,
    /// The class of each image, counted from 0.
    pub labels: Vec<u8>,
}

impl Split {
    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no images. No reader returns such a split.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The values of one image, `[channels, height, width]` row by row.
    ///
    /// # Panics
    ///
    /// When `index` is not below [`len`](Self::len).
    pub fn image(&self, index: usize) -> &[f32] {
        assert!(index < self.len(), "there is no image {index} among {}", self.len());
        let pixels = self.images.len() / self.len();
        &self.images[index * pixels..][..pixels]
    }
}

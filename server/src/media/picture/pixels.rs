//! Pixels in memory: 8 bits each of red, green, blue and, where there is transparency, alpha.

/// A picture as pixels, row by row from the top left.
#[derive(Clone)]
pub(in crate::media) struct Pixels {
    width: u32,
    height: u32,
    /// 3 bytes a pixel, or 4 with alpha.
    data: Vec<u8>,
}

impl Pixels {
    /// Pixels of 3 or 4 bytes each; `None` where there are not as many as `width` times `height`. An alpha that hides
    /// nothing is dropped.
    pub(in crate::media) fn new(width: u32, height: u32, data: Vec<u8>) -> Option<Self> {
        let count = usize::try_from(u64::from(width) * u64::from(height)).ok()?;
        if count == 0 || (data.len() != count * 3 && data.len() != count * 4) {
            return None;
        }
        let pixels = Self { width, height, data };
        let opaque = pixels.has_alpha() && pixels.data.chunks_exact(4).all(|pixel| pixel[3] == u8::MAX);
        Some(if opaque { pixels.on_white() } else { pixels })
    }

    /// One pixel.
    pub(in crate::media) fn plain(colour: [u8; 3]) -> Self {
        Self { width: 1, height: 1, data: colour.to_vec() }
    }

    /// Its width.
    pub(in crate::media) fn width(&self) -> u32 {
        self.width
    }

    /// Its height.
    pub(in crate::media) fn height(&self) -> u32 {
        self.height
    }

    /// Whether some of it may be seen through.
    pub(super) fn has_alpha(&self) -> bool {
        self.channels() == 4
    }

    /// The bytes, 3 or 4 a pixel.
    pub(in crate::media) fn data(&self) -> &[u8] {
        &self.data
    }

    /// The same to change.
    pub(super) fn data_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }

    /// Bytes a pixel.
    pub(super) fn channels(&self) -> usize {
        self.data.len() / (self.width as usize * self.height as usize)
    }

    /// Laid on white.
    pub(super) fn on_white(self) -> Self {
        if !self.has_alpha() {
            return self;
        }
        let mut data = Vec::with_capacity(self.data.len() / 4 * 3);
        for pixel in self.data.chunks_exact(4) {
            let alpha = u32::from(pixel[3]);
            for &colour in &pixel[..3] {
                let mixed = (u32::from(colour) * alpha + 255 * (255 - alpha) + 127) / 255;
                data.push(u8::try_from(mixed).unwrap_or(u8::MAX));
            }
        }
        Self { data, ..self }
    }

    /// Made smaller until its longest side is at most `side`.
    pub(super) fn scaled_to(self, side: u32) -> Self {
        if self.width.max(self.height) <= side { self } else { self.clone_scaled_to(side) }
    }

    /// The same of a copy. Each new pixel is the mean of the area it covers.
    pub(super) fn clone_scaled_to(&self, side: u32) -> Self {
        let longest = self.width.max(self.height);
        if longest <= side {
            return self.clone();
        }
        let part = |length: u32| {
            let scaled = (u64::from(length) * u64::from(side) + u64::from(longest) / 2) / u64::from(longest);
            u32::try_from(scaled).unwrap_or(side).clamp(1, side)
        };
        let (width, height) = (part(self.width), part(self.height));
        let data = match self.channels() {
            4 => self.means::<4>(width, height),
            _ => self.means::<3>(width, height),
        };
        Self { width, height, data }
    }

    fn means<const CHANNELS: usize>(&self, width: u32, height: u32) -> Vec<u8> {
        let (across, down) = (spans(self.width, width), spans(self.height, height));
        let stride = self.width as usize * CHANNELS;
        let mut data = Vec::with_capacity(across.len() * down.len() * CHANNELS);
        // A row on the edge of two areas counts for both and is only added up once.
        let mut narrow: (usize, Vec<[f32; CHANNELS]>) = (usize::MAX, vec![[0.0; CHANNELS]; across.len()]);
        let mut sums = narrow.1.clone();
        for rows in down {
            sums.fill([0.0; CHANNELS]);
            for (y, weight) in (rows.first..).zip(rows.weights) {
                if narrow.0 != y {
                    let row = self.data.get(y * stride..(y + 1) * stride).unwrap_or_default();
                    narrow_row(row, &across, &mut narrow.1);
                    narrow.0 = y;
                }
                for (sum, mean) in sums.iter_mut().zip(&narrow.1) {
                    for (sum, mean) in sum.iter_mut().zip(mean) {
                        *sum += mean * weight;
                    }
                }
            }
            for sum in &sums {
                let alpha = if CHANNELS == 4 { sum[3].max(f32::MIN_POSITIVE) / 255.0 } else { 1.0 };
                data.extend(sum[..3].iter().map(|colour| byte(colour / alpha)));
                data.extend(sum.get(3).map(|alpha| byte(*alpha)));
            }
        }
        data
    }

    /// Turned as an EXIF orientation says: 1 is upright already, and so is what no one knows.
    pub(in crate::media) fn turned(self, orientation: u8) -> Self {
        let (width, height) = (self.width as usize, self.height as usize);
        let (right, bottom) = (width.saturating_sub(1), height.saturating_sub(1));
        // Where in the old picture the pixel at (x, y) of the new one is.
        let place: fn(usize, usize, usize, usize) -> (usize, usize) = match orientation {
            2 => |x, y, right, _| (right - x, y),
            3 => |x, y, right, bottom| (right - x, bottom - y),
            4 => |x, y, _, bottom| (x, bottom - y),
            5 => |x, y, _, _| (y, x),
            6 => |x, y, _, bottom| (y, bottom - x),
            7 => |x, y, right, bottom| (right - y, bottom - x),
            8 => |x, y, right, _| (right - y, x),
            _ => return self,
        };
        let channels = self.channels();
        let (new_width, new_height) = if orientation >= 5 { (height, width) } else { (width, height) };
        let mut data = Vec::with_capacity(self.data.len());
        for y in 0..new_height {
            for x in 0..new_width {
                let (x, y) = place(x, y, right, bottom);
                let start = (y * width + x) * channels;
                data.extend_from_slice(self.data.get(start..start + channels).unwrap_or_default());
            }
        }
        let (width, height) = if orientation >= 5 { (self.height, self.width) } else { (self.width, self.height) };
        Self { width, height, data }
    }
}

/// The old pixels in a row that make one new pixel, and how much each counts; together 1.
struct Span {
    first: usize,
    weights: Vec<f32>,
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within `from`, and weights within 1")]
fn spans(from: u32, to: u32) -> Vec<Span> {
    let scale = f64::from(from) / f64::from(to);
    let span = |index: u32| {
        let (start, end) = (f64::from(index) * scale, (f64::from(index + 1) * scale).min(f64::from(from)));
        let (first, last) = (start.floor() as u32, (end.ceil() as u32).min(from));
        let weight = |at: u32| ((f64::from(at + 1).min(end) - f64::from(at).max(start)) / (end - start)) as f32;
        Span { first: first as usize, weights: (first..last).map(weight).collect() }
    };
    (0..to).map(span).collect()
}

/// The means of one row; colours are weighted by their alpha, so that what nobody sees does not tint its neighbours.
fn narrow_row<const CHANNELS: usize>(row: &[u8], across: &[Span], means: &mut [[f32; CHANNELS]]) {
    for (span, mean) in across.iter().zip(means) {
        *mean = [0.0; CHANNELS];
        let pixels = row.get(span.first * CHANNELS..).unwrap_or_default().chunks_exact(CHANNELS);
        for (pixel, weight) in pixels.zip(&span.weights) {
            let seen = if CHANNELS == 4 { weight * f32::from(pixel[3]) / 255.0 } else { *weight };
            for (sum, colour) in mean.iter_mut().zip(&pixel[..3]) {
                *sum += f32::from(*colour) * seen;
            }
            if let (Some(sum), Some(alpha)) = (mean.get_mut(3), pixel.get(3)) {
                *sum += f32::from(*alpha) * weight;
            }
        }
    }
}

/// The nearest byte.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
pub(super) fn byte(value: f32) -> u8 {
    (value + 0.5).clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 3 wide, 2 high, numbered: 0 1 2 / 3 4 5.
    fn numbered() -> Pixels {
        Pixels::new(3, 2, (0..6).flat_map(|at| [at; 3]).collect()).unwrap()
    }

    #[test]
    fn every_orientation_turns_as_exif_says() {
        let turned = |orientation| {
            let pixels = numbered().turned(orientation);
            (pixels.width(), pixels.data().iter().step_by(3).copied().collect::<Vec<_>>())
        };
        assert_eq!(turned(1), (3, vec![0, 1, 2, 3, 4, 5]));
        assert_eq!(turned(2), (3, vec![2, 1, 0, 5, 4, 3]));
        assert_eq!(turned(3), (3, vec![5, 4, 3, 2, 1, 0]));
        assert_eq!(turned(4), (3, vec![3, 4, 5, 0, 1, 2]));
        assert_eq!(turned(5), (2, vec![0, 3, 1, 4, 2, 5]));
        assert_eq!(turned(6), (2, vec![3, 0, 4, 1, 5, 2]));
        assert_eq!(turned(7), (2, vec![5, 2, 4, 1, 3, 0]));
        assert_eq!(turned(8), (2, vec![2, 5, 1, 4, 0, 3]));
        assert_eq!(turned(9), turned(1));
    }

    #[test]
    fn a_smaller_picture_is_made_of_means() {
        let half =
            Pixels::new(4, 2, [0, 10, 20, 40, 10, 20, 60, 80].into_iter().flat_map(|c| [c; 3]).collect()).unwrap();
        assert_eq!(half.scaled_to(2).data(), [10, 10, 10, 50, 50, 50]);
        // Two thirds: the middle one counts half for each.
        let third = Pixels::new(3, 1, [0, 90, 30].into_iter().flat_map(|c| [c; 3]).collect()).unwrap();
        assert_eq!(third.scaled_to(2).data(), [30, 30, 30, 50, 50, 50]);
    }

    #[test]
    fn what_is_seen_through_does_not_tint_and_lies_on_white() {
        let pixels = Pixels::new(2, 1, vec![200, 0, 0, 255, 0, 255, 0, 0]).unwrap();
        let small = pixels.clone_scaled_to(1);
        assert_eq!(small.data(), [200, 0, 0, 128]);
        assert_eq!(pixels.on_white().data(), [200, 0, 0, 255, 255, 255]);
        assert!(!Pixels::new(1, 1, vec![1, 2, 3, 255]).unwrap().has_alpha());
        assert!(Pixels::new(2, 1, vec![0; 5]).is_none());
    }

    proptest! {
        #[test]
        fn one_colour_stays_it_at_any_size(
            width in 1u32..90, height in 1u32..90, side in 1u32..90, orientation in 0u8..10, colour in any::<[u8; 3]>(),
        ) {
            let data = colour.repeat((width * height) as usize);
            let pixels = Pixels::new(width, height, data).unwrap().scaled_to(side).turned(orientation);
            prop_assert!(pixels.width().max(pixels.height()) <= side.max(1));
            prop_assert_eq!(pixels.data().len(), (pixels.width() * pixels.height() * 3) as usize);
            prop_assert!(pixels.data().chunks_exact(3).all(|pixel| pixel == colour));
        }
    }
}

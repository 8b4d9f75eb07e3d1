//! Posters that are frames, and those that are cards.

use super::*;
use crate::media::film::{Film, atoms, tests::PLAIN};

fn film() -> Film {
    Film::read(&atoms::whole(PLAIN).unwrap()).unwrap()
}

/// The colour of the middle of the last bar of the test pattern's first frame.
fn lower_right(pixels: &Pixels) -> Vec<u8> {
    pixels.data()[pixels.data().len() - 9..].to_vec()
}

#[test]
fn the_first_frame_is_the_poster() {
    let pixels = of(PLAIN, &film().pictures, 160, 90);
    assert_eq!((pixels.width(), pixels.height()), (160, 90));
    // The pattern's bars go from red to cyan.
    let (red, cyan) = (&pixels.data()[160 * 3 * 60..][..3], lower_right(&pixels));
    assert!(red[0] > 200 && red[1] < 60 && red[2] < 60, "{red:?}");
    assert!(cyan[0] < 60 && cyan[1] > 200 && cyan[2] > 200, "{cyan:?}");
}

#[test]
fn it_is_turned_as_the_film_is() {
    let mut track = film().pictures;
    track.matrix = [0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30];
    let pixels = of(PLAIN, &track, 90, 160);
    assert_eq!((pixels.width(), pixels.height()), (90, 160));
    // To the right: what was left is above.
    let (above, below) = (&pixels.data()[60 * 3..63 * 3], lower_right(&pixels));
    assert!(below[1] > 200 && below[0] < 60, "{below:?}");
    assert!(pixels.data()[..3][1] < 60 && above.len() == 9);
}

#[test]
fn what_cannot_be_decoded_is_a_card_of_its_shape() {
    let mut track = film().pictures;
    track.samples.truncate(1);
    track.samples[0].size = 60;
    let pixels = of(PLAIN, &track, 1_080, 1_920);
    assert_eq!((pixels.width(), pixels.height()), (576, 1_024));
    let at = |x: usize, y: usize| &pixels.data()[(y * 576 + x) * 3..][..3];
    assert_eq!((at(0, 0), at(288, 512), at(575, 1_023)), (&CARD[..], &MARK[..], &CARD[..]));
    // A film as thin as a hair has a card as well.
    let hair = card(8_192, 1);
    assert_eq!((hair.width(), hair.height()), (1_024, 1));
}

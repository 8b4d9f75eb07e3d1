//! Tables that agree, and tables that do not.

use super::*;
use crate::media::film::atoms::Writing;

/// Four samples of 10, 20, 30 and 40 bytes in chunks of two at 100 and 500, as many tables as asked for.
fn stbl(change: impl Fn(&[u8; 4]) -> Option<Vec<u32>>) -> Vec<u8> {
    let usual: [(&[u8; 4], Vec<u32>); 6] = [
        (b"stsz", vec![0, 4, 10, 20, 30, 40]),
        (b"stco", vec![2, 100, 500]),
        (b"stsc", vec![1, 1, 2, 1]),
        (b"stts", vec![2, 3, 5, 1, 7]),
        (b"ctts", vec![1, 1, u32::MAX]),
        (b"stss", vec![2, 1, 3]),
    ];
    let mut writing = Writing::default();
    for (name, numbers) in usual {
        writing.full(*name, 0, 0, |table| {
            for number in change(name).unwrap_or(numbers) {
                table.u32(number);
            }
        });
    }
    writing.0
}

#[test]
fn samples_are_found_with_all_that_is_said_of_them() {
    let (samples, description) = read(&stbl(|_| None)).unwrap();
    assert_eq!(description, 1);
    let told: Vec<_> = samples.iter().map(|s| (s.offset, s.size, s.duration, s.shift, s.sync)).collect();
    assert_eq!(told, [(100, 10, 5, -1, true), (110, 20, 5, 0, false), (500, 30, 5, 0, true), (530, 40, 7, 0, false)]);
}

#[test]
fn tables_that_contradict_each_other_are_refused() {
    let with = |changed: &'static [u8; 4], numbers: Vec<u32>| {
        read(&stbl(move |name| (name == changed).then(|| numbers.clone())))
    };
    assert!(with(b"stsz", vec![0, 4, 10]).is_none(), "fewer sizes than samples");
    assert!(with(b"stsz", vec![1, u32::MAX]).is_none(), "more samples than any film has");
    assert!(with(b"stco", vec![1, 100]).is_none(), "samples without a chunk");
    assert!(with(b"stco", vec![u32::MAX, 100]).is_none(), "more chunks than are listed");
    assert!(with(b"stsc", vec![0]).is_none(), "chunks without a size");
    assert!(with(b"stsc", vec![2, 1, 1, 1, 1, 3, 1]).is_none(), "runs that do not go on");
    assert!(with(b"stsc", vec![2, 1, 2, 1, 2, 2, 2]).is_none(), "two descriptions");
    assert!(with(b"stss", vec![1, 5]).is_none(), "a sample that is not there");
    assert!(with(b"stss", vec![1, 0]).is_none(), "samples are counted from 1");
    assert!(with(b"stts", vec![3, 1, 5]).is_none(), "fewer lengths than it says");
    // Two runs, the second from the second chunk on.
    let (samples, _) = with(b"stsc", vec![2, 1, 1, 1, 2, 3, 1]).unwrap();
    assert_eq!(samples.iter().map(|sample| sample.offset).collect::<Vec<_>>(), [100, 500, 520, 550]);
}

//! Numbers that look random and are the same for the same seed, and the ids made of them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// One step of `SplitMix64`: spreads a counter over all 64 bits.
pub(crate) fn mix(n: u64) -> u64 {
    let mut x = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// The `n`th number of a seed's row, at least 0 and less than 1.
pub(crate) fn fraction(seed: u64, n: u64) -> f64 {
    let top = u32::try_from(mix(seed ^ mix(n)) >> 32).unwrap_or(u32::MAX);
    f64::from(top) / (f64::from(u32::MAX) + 1.0)
}

/// A ULID: 48 bits of milliseconds, then 80 bits of chance, in Crockford's base 32 (`webhookEventId`).
pub(crate) fn ulid(at_ms: i64, chance: u64) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let time = u128::try_from(at_ms).unwrap_or(0) & 0xFFFF_FFFF_FFFF;
    let tail = (u128::from(mix(chance)) << 16) | u128::from(mix(!chance) & 0xFFFF);
    let value = (time << 80) | tail;
    (0..26)
        .rev()
        .map(|place| {
            let digit = usize::try_from((value >> (place * 5)) & 31).unwrap_or(0);
            char::from(DIGITS[digit])
        })
        .collect()
}

/// An opaque token of 43 characters (quote tokens, reply tokens).
pub(crate) fn token(purpose: u64, n: u64) -> String {
    let mut bytes = [0_u8; 32];
    let mut state = mix(purpose ^ mix(n));
    for part in bytes.chunks_exact_mut(8) {
        part.copy_from_slice(&state.to_be_bytes());
        state = mix(state);
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::{fraction, token, ulid};

    #[test]
    fn ulids_sort_by_time_and_differ() {
        let (early, late) = (ulid(1_705_891_467_176, 9), ulid(1_705_891_467_177, 1));
        assert_eq!(early.len(), 26);
        assert!(early.starts_with("01HMQ"), "{early}");
        assert!(early < late);
        assert_ne!(ulid(1, 1), ulid(1, 2));
    }

    #[test]
    fn fractions_are_spread_and_repeatable() {
        let low = (0..1000).filter(|n| fraction(7, *n) < 0.3).count();
        assert!((230..370).contains(&low), "{low}");
        assert!((fraction(7, 3) - fraction(7, 3)).abs() < f64::EPSILON);
        assert_ne!(token(1, 1), token(1, 2));
    }
}

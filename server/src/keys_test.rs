//! Forged, foreign and stale tokens, sealed values out of place, and a change of the root key.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use rstest::rstest;
use uuid::Uuid;

use super::*;

const NOW: i64 = 1_700_000_000_000;

fn id<T: From<Uuid>>(number: u128) -> T {
    T::from(Uuid::from_u128(number))
}

fn access() -> Access {
    Access { team: id(1), member: id(2), session: id(3), epoch: 4, expires_at: NOW + 60_000 }
}

fn keys() -> Keys {
    Keys::new(&RootKey::generate(), &[]).unwrap()
}

fn part(json: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(json)
}

#[test]
fn an_access_token_says_what_it_was_given() {
    let keys = keys();
    assert_eq!(keys.verify_access(&keys.access_token(&access()).unwrap(), NOW), Ok(access()));
}

#[test]
fn an_access_token_ends_at_its_time() {
    let keys = keys();
    let token = keys.access_token(&access()).unwrap();
    assert!(keys.verify_access(&token, NOW + 59_999).is_ok());
    assert_eq!(keys.verify_access(&token, NOW + 60_000), Err(TokenError::Expired));
}

#[test]
fn an_access_token_of_another_server_is_of_an_unknown_key() {
    assert_eq!(keys().verify_access(&keys().access_token(&access()).unwrap(), NOW), Err(TokenError::UnknownKey));
}

/// Another's header, claims and signature, none of which fit together.
#[test]
fn forged_access_tokens_are_not_taken() {
    let keys = keys();
    let token = keys.access_token(&access()).unwrap();
    let kid = &keys.0.current.name;
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, mac] = parts.as_slice() else { panic!("{token}") };
    let admin = keys.access_token(&Access { member: id(9), ..access() }).unwrap();
    let others_claims = admin.split('.').nth(1).unwrap();
    let none = part(&format!(r#"{{"alg":"none","typ":"JWT","kid":"{kid}"}}"#));
    let stronger = part(&format!(r#"{{"alg":"HS512","typ":"JWT","kid":"{kid}"}}"#));
    let asymmetric = part(&format!(r#"{{"alg":"RS256","typ":"JWT","kid":"{kid}"}}"#));
    let without_id = part(r#"{"alg":"HS256","typ":"JWT"}"#);
    let wrong_id = part(r#"{"alg":"HS256","typ":"JWT","kid":"00000000"}"#);
    let forged = [
        format!("{header}.{others_claims}.{mac}"),
        format!("{header}.{claims}."),
        format!("{header}.{claims}"),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{mac}"),
        format!("{stronger}.{claims}.{mac}"),
        format!("{asymmetric}.{claims}.{mac}"),
        format!("{without_id}.{claims}.{mac}"),
        format!("{wrong_id}.{claims}.{mac}"),
        String::new(),
        "a.b.c".into(),
        "🦀".into(),
    ];
    for token in forged {
        let verified = keys.verify_access(&token, NOW);
        assert!(verified.is_err(), "{token} was taken: {verified:?}");
        assert_ne!(verified, Err(TokenError::Expired), "{token}: its time is not even looked at");
    }
}

#[test]
fn the_same_turn_gives_the_same_refresh_token_and_another_turn_another() {
    let keys = keys();
    let token = keys.refresh_token(id(3), 7).unwrap();
    assert_eq!(token, keys.refresh_token(id(3), 7).unwrap());
    assert_ne!(token, keys.refresh_token(id(3), 8).unwrap());
    assert_eq!(keys.verify_refresh(&token), Ok((id(3), 7)));
}

#[rstest]
#[case::turn_raised(|token: &str| token.replacen(".7.", ".8.", 1))]
#[case::cut(|token: &str| token[..token.len() - 1].to_owned())]
#[case::without_mac(|token: &str| token.rsplit_once('.').unwrap().0.to_owned())]
#[case::another_key(|token: &str| format!("00000000{}", &token[8..]))]
#[case::one_field_more(|token: &str| token.replacen(".7.", ".7.7.", 1))]
fn forged_refresh_tokens_are_not_taken(#[case] forge: fn(&str) -> String) {
    let keys = keys();
    let token = keys.refresh_token(id(3), 7).unwrap();
    let forged = forge(&token);
    assert_ne!(forged, token);
    assert!(keys.verify_refresh(&forged).is_err(), "{forged}");
}

#[test]
fn a_token_of_one_kind_is_none_of_the_other() {
    let keys = keys();
    let shown = Shown { team: id(1), media: id(5), rendition: Rendition::Whole };
    let media = keys.media_token(shown, NOW + 1);
    assert_eq!(keys.verify_media(&media, NOW), Ok(shown));
    assert_eq!(keys.verify_media(&media, NOW + 1), Err(TokenError::Expired));
    assert_eq!(keys.verify_refresh(&media), Err(TokenError::Malformed));
    assert_eq!(keys.verify_media(&keys.refresh_token(id(5), NOW).unwrap(), 0), Err(TokenError::Malformed));
    let sent = keys.sent_media_token(shown);
    assert_eq!(keys.verify_sent_media(&sent), Ok(shown));
    assert_eq!(keys.verify_media(&sent, 0), Err(TokenError::Malformed));
    // The same fields, signed for the other purpose.
    let fields = sent.rsplit_once('.').unwrap().0;
    let mac = media.rsplit_once('.').unwrap().1;
    assert_eq!(keys.verify_sent_media(&format!("{fields}.{mac}")), Err(TokenError::Forged));
}

#[test]
fn an_address_for_the_platforms_stays_the_same_and_outlives_its_key() {
    let (before, after) = (RootKey::generate(), RootKey::generate());
    let shown = Shown { team: id(1), media: id(5), rendition: Rendition::Preview };
    let then = Keys::new(&before, &[]).unwrap();
    let token = then.sent_media_token(shown);
    assert_eq!(then.sent_media_token(shown), token);
    assert_eq!(Keys::new(&after, &[before]).unwrap().verify_sent_media(&token), Ok(shown));
    assert_eq!(Keys::new(&after, &[]).unwrap().verify_sent_media(&token), Err(TokenError::UnknownKey));
    let other = then.sent_media_token(Shown { rendition: Rendition::Whole, ..shown });
    let swapped = format!("{}.{}", other.rsplit_once('.').unwrap().0, token.rsplit_once('.').unwrap().1);
    assert_eq!(then.verify_sent_media(&swapped), Err(TokenError::Forged));
}

#[test]
fn a_sealed_value_opens_in_its_place_only() {
    let keys = keys();
    let (team, other): (TeamId, TeamId) = (id(1), id(2));
    let sealed = keys.seal(team, "channel", "secret", "row", b"hush").unwrap();
    assert!(!sealed.windows(4).any(|part| part == b"hush"));
    assert_eq!(keys.open(team, "channel", "secret", "row", &sealed), Ok(b"hush".to_vec()));
    assert_eq!(keys.open(other, "channel", "secret", "row", &sealed), Err(SealError::Damaged));
    assert_eq!(keys.open(team, "waba", "secret", "row", &sealed), Err(SealError::Damaged));
    assert_eq!(keys.open(team, "channel", "access_token", "row", &sealed), Err(SealError::Damaged));
    assert_eq!(keys.open(team, "channel", "secret", "wor", &sealed), Err(SealError::Damaged));
    assert_eq!(keys.open(team, "channels", "ecret", "row", &sealed), Err(SealError::Damaged));
}

#[test]
fn a_changed_or_cut_sealed_value_does_not_open() {
    let keys = keys();
    let sealed = keys.seal(id(1), "t", "c", "r", b"hush").unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(keys.open(id(1), "t", "c", "r", &changed).is_err(), "byte {at}");
        assert!(keys.open(id(1), "t", "c", "r", &sealed[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn the_same_value_seals_differently_each_time() {
    let keys = keys();
    assert_ne!(keys.seal(id(1), "t", "c", "r", b"hush").unwrap(), keys.seal(id(1), "t", "c", "r", b"hush").unwrap());
}

/// Architecture section 5: a key id in every token, old keys still verify.
#[test]
fn after_a_change_of_the_root_key_what_was_made_before_is_still_read() {
    let (old, new) = (RootKey::generate(), RootKey::generate());
    let before = Keys::new(&old, &[]).unwrap();
    let token = before.access_token(&access()).unwrap();
    let refresh = before.refresh_token(id(3), 7).unwrap();
    let sealed = before.seal(id(1), "t", "c", "r", b"hush").unwrap();

    let after = Keys::new(&new, std::slice::from_ref(&old)).unwrap();
    assert_eq!(after.verify_access(&token, NOW), Ok(access()));
    assert_eq!(after.verify_refresh(&refresh), Ok((id(3), 7)));
    assert_eq!(after.open(id(1), "t", "c", "r", &sealed), Ok(b"hush".to_vec()));
    assert_eq!(before.verify_access(&after.access_token(&access()).unwrap(), NOW), Err(TokenError::UnknownKey));

    let without = Keys::new(&new, &[]).unwrap();
    assert_eq!(without.verify_access(&token, NOW), Err(TokenError::UnknownKey));
    assert_eq!(without.open(id(1), "t", "c", "r", &sealed), Err(SealError::UnknownKey));
}

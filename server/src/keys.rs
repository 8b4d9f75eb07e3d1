//! The root key and what derives from it: signed tokens and sealed columns, each under a key of its own.
//!
//! Every token and every sealed value carries the id of its key, so that what was made under a previous root key is
//! still read after a change (architecture.md section 5, *Keys*).

use std::sync::Arc;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, hmac,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use shared::id::{MediaId, MemberId, SessionId, TeamId};

use crate::{config::RootKey, media::Rendition};

/// First byte of a sealed value: the way it was sealed.
const SEALED: u8 = 1;
/// Bytes of a key's id.
const ID: usize = 4;

/// All keys of a server. Cloning is cheap.
#[derive(Clone)]
pub struct Keys(Arc<Families>);

/// One family of keys for each root key.
struct Families {
    current: Family,
    previous: Vec<Family>,
}

/// What derives from one root key.
struct Family {
    id: [u8; ID],
    /// The id as tokens carry it.
    name: String,
    access_sign: EncodingKey,
    access_verify: DecodingKey,
    refresh: hmac::Key,
    media: hmac::Key,
    sent_media: hmac::Key,
    seal: LessSafeKey,
}

/// What an access token says. Nothing of it is believed about the member but who she claims to be: her state is read
/// from the database on every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Her team.
    pub team: TeamId,
    /// Herself.
    pub member: MemberId,
    /// The session that it belongs to.
    pub session: SessionId,
    /// Her epoch when it was made.
    pub epoch: i64,
    /// When it ends, in UTC milliseconds; travels in whole seconds.
    pub expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: MemberId,
    team: TeamId,
    sid: SessionId,
    epoch: i64,
    exp: i64,
}

/// Why a token is not taken. The caller is told none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no token of this kind.
    #[error("the token is malformed")]
    Malformed,
    /// It names a key that this server does not have.
    #[error("the token was made under an unknown key")]
    UnknownKey,
    /// Its signature or its algorithm is not ours.
    #[error("the token is forged")]
    Forged,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
}

/// Why a key cannot be made, or a sealed value not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It was sealed under a root key that this server does not have.
    #[error("sealed under another root key: add that key to `previous_root_keys`")]
    UnknownKey,
    /// It was changed, or it belongs to another row or column.
    #[error("the sealed value is damaged or belongs elsewhere")]
    Damaged,
    /// The cryptography itself failed.
    #[error("the value cannot be sealed")]
    Failed,
}

/// The length of derived keys, as `hkdf` asks for it.
struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Family {
    fn derive(root: &RootKey) -> Result<Self, SealError> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"storecast").extract(&root.bytes());
        let labelled = |label: &str, length: usize| {
            let mut key = vec![0; length];
            root.expand(&[label.as_bytes()], Length(length))
                .and_then(|okm| okm.fill(&mut key))
                .map_err(|_| SealError::Failed)?;
            Ok(key)
        };
        let id: [u8; ID] = labelled("key id", ID)?.try_into().map_err(|_| SealError::Failed)?;
        let access = labelled("access tokens", 32)?;
        let seal = UnboundKey::new(&AES_256_GCM, &labelled("sealed columns", 32)?).map_err(|_| SealError::Failed)?;
        Ok(Self {
            id,
            name: format!("{:08x}", u32::from_be_bytes(id)),
            access_sign: EncodingKey::from_secret(&access),
            access_verify: DecodingKey::from_secret(&access),
            refresh: hmac::Key::new(hmac::HMAC_SHA256, &labelled("refresh tokens", 32)?),
            media: hmac::Key::new(hmac::HMAC_SHA256, &labelled("media addresses", 32)?),
            sent_media: hmac::Key::new(hmac::HMAC_SHA256, &labelled("sent media addresses", 32)?),
            seal: LessSafeKey::new(seal),
        })
    }
}

impl Keys {
    /// Derives all keys. What is made is made under `current`; what was made under `previous` is still read.
    pub fn new(current: &RootKey, previous: &[RootKey]) -> Result<Self, SealError> {
        let previous = previous.iter().map(Family::derive).collect::<Result<_, _>>()?;
        Ok(Self(Arc::new(Families { current: Family::derive(current)?, previous })))
    }

    /// Seals a value for one column of one row: elsewhere it does not open.
    pub fn seal(&self, team: TeamId, table: &str, column: &str, row: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let family = &self.0.current;
        let mut nonce = [0; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut nonce).map_err(|_| SealError::Failed)?;
        let mut body = plain.to_vec();
        let place = Aad::from(place(team, table, column, row));
        family
            .seal
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), place, &mut body)
            .map_err(|_| SealError::Failed)?;
        let mut sealed = Vec::with_capacity(1 + ID + NONCE_LEN + body.len());
        sealed.push(SEALED);
        sealed.extend_from_slice(&family.id);
        sealed.extend_from_slice(&nonce);
        sealed.append(&mut body);
        Ok(sealed)
    }

    /// Opens what [`Keys::seal`] sealed for the same place, also under a previous root key.
    pub fn open(
        &self,
        team: TeamId,
        table: &str,
        column: &str,
        row: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let rest = sealed.strip_prefix(&[SEALED]).ok_or(SealError::Damaged)?;
        let (id, rest) = rest.split_first_chunk::<ID>().ok_or(SealError::Damaged)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Damaged)?;
        let family = self.families().find(|family| family.id == *id).ok_or(SealError::UnknownKey)?;
        let mut body = body.to_vec();
        let place = Aad::from(place(team, table, column, row));
        let plain = family
            .seal
            .open_in_place(Nonce::assume_unique_for_key(*nonce), place, &mut body)
            .map_err(|_| SealError::Damaged)?;
        Ok(plain.to_vec())
    }

    /// An access token: a JWT with the key's id in its header.
    pub fn access_token(&self, access: &Access) -> Result<String, TokenError> {
        let family = &self.0.current;
        let header = Header { kid: Some(family.name.clone()), ..Header::new(Algorithm::HS256) };
        let claims = Claims {
            sub: access.member,
            team: access.team,
            sid: access.session,
            epoch: access.epoch,
            exp: access.expires_at / 1_000,
        };
        jsonwebtoken::encode(&header, &claims, &family.access_sign).map_err(|_| TokenError::Malformed)
    }

    /// What an access token says, if it is ours and its time is not over at `now` (UTC milliseconds).
    pub fn verify_access(&self, token: &str, now: i64) -> Result<Access, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Malformed)?;
        if header.alg != Algorithm::HS256 {
            return Err(TokenError::Forged);
        }
        let family = self.named(&header.kid.ok_or(TokenError::UnknownKey)?)?;
        let mut rules = Validation::new(Algorithm::HS256);
        // By our clock instead, below.
        rules.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &family.access_verify, &rules)
            .map_err(|_| TokenError::Forged)?
            .claims;
        let expires_at = claims.exp.saturating_mul(1_000);
        if expires_at <= now {
            return Err(TokenError::Expired);
        }
        Ok(Access { team: claims.team, member: claims.sub, session: claims.sid, epoch: claims.epoch, expires_at })
    }

    /// The refresh token of this turn of a session. The same turn gives the same token, so nothing of it is stored.
    pub fn refresh_token(&self, session: SessionId, turn: i64) -> Result<String, TokenError> {
        let family = &self.0.current;
        Ok(signed(&family.refresh, &family.name, &[&session.0.simple().to_string(), &turn.to_string()]))
    }

    /// The session and the turn that a refresh token is for.
    pub fn verify_refresh(&self, token: &str) -> Result<(SessionId, i64), TokenError> {
        let [session, turn] = self.verified(token, |family| &family.refresh)?;
        let session = session.parse().map_err(|_| TokenError::Malformed)?;
        let turn = turn.parse().map_err(|_| TokenError::Malformed)?;
        Ok((session, turn))
    }

    /// A token that shows one medium of a team until `expires_at` (UTC milliseconds), for `/media/{token}`.
    pub fn media_token(&self, shown: Shown, expires_at: i64) -> String {
        let family = &self.0.current;
        let [team, media, rendition] = shown.fields();
        signed(&family.media, &family.name, &[&team, &media, &rendition, &expires_at.to_string()])
    }

    /// What a token of [`Keys::media_token`] shows, if its time is not over at `now` (UTC milliseconds).
    pub fn verify_media(&self, token: &str, now: i64) -> Result<Shown, TokenError> {
        let [team, media, rendition, expires_at] = self.verified(token, |family| &family.media)?;
        let expires_at: i64 = expires_at.parse().map_err(|_| TokenError::Malformed)?;
        if expires_at <= now { Err(TokenError::Expired) } else { Shown::read([team, media, rendition]) }
    }

    /// A token that shows one medium of ours to the platforms, for `/media/sent/{token}`. It has no end and is the same
    /// every time: what is sent again must be the same bytes, and a customer may open it years later.
    pub fn sent_media_token(&self, shown: Shown) -> String {
        let family = &self.0.current;
        let [team, media, rendition] = shown.fields();
        signed(&family.sent_media, &family.name, &[&team, &media, &rendition])
    }

    /// What a token of [`Keys::sent_media_token`] shows.
    pub fn verify_sent_media(&self, token: &str) -> Result<Shown, TokenError> {
        Shown::read(self.verified(token, |family| &family.sent_media)?)
    }

    fn families(&self) -> impl Iterator<Item = &Family> {
        std::iter::once(&self.0.current).chain(&self.0.previous)
    }

    fn named(&self, name: &str) -> Result<&Family, TokenError> {
        self.families().find(|family| family.name == name).ok_or(TokenError::UnknownKey)
    }

    /// The fields of a token of the form `key.field. … .mac`, once its MAC was found right (in constant time).
    fn verified<'t, const FIELDS: usize>(
        &self,
        token: &'t str,
        key: impl Fn(&Family) -> &hmac::Key,
    ) -> Result<[&'t str; FIELDS], TokenError> {
        let (text, mac) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (name, fields) = text.split_once('.').ok_or(TokenError::Malformed)?;
        let fields: Vec<&str> = fields.split('.').collect();
        let fields = fields.try_into().map_err(|_| TokenError::Malformed)?;
        let family = self.named(name)?;
        let mac = BASE64_URL_SAFE_NO_PAD.decode(mac).map_err(|_| TokenError::Malformed)?;
        hmac::verify(key(family), text.as_bytes(), &mac).map_err(|_| TokenError::Forged)?;
        Ok(fields)
    }
}

/// What an address of a medium shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// The team it belongs to: clients draw the ids of uploads, so an id alone could be another team's too.
    pub team: TeamId,
    /// The medium.
    pub media: MediaId,
    /// Itself or its preview.
    pub rendition: Rendition,
}

impl Shown {
    fn fields(self) -> [String; 3] {
        [self.team.0.simple().to_string(), self.media.0.simple().to_string(), self.rendition.to_string()]
    }

    fn read([team, media, rendition]: [&str; 3]) -> Result<Self, TokenError> {
        Ok(Self {
            team: team.parse().map_err(|_| TokenError::Malformed)?,
            media: media.parse().map_err(|_| TokenError::Malformed)?,
            rendition: rendition.parse().map_err(|_| TokenError::Malformed)?,
        })
    }
}

/// `key.field. … .mac`
fn signed(key: &hmac::Key, name: &str, fields: &[&str]) -> String {
    let text = format!("{name}.{}", fields.join("."));
    let mac = hmac::sign(key, text.as_bytes());
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac))
}

/// The place a sealed value belongs to. Each part goes with its length, so that no two places read the same.
fn place(team: TeamId, table: &str, column: &str, row: &str) -> Vec<u8> {
    let mut place = team.0.as_bytes().to_vec();
    for part in [table, column, row] {
        place.extend_from_slice(&(part.len() as u64).to_be_bytes());
        place.extend_from_slice(part.as_bytes());
    }
    place
}

#[cfg(test)]
#[path = "keys_test.rs"]
mod tests;

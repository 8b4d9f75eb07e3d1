//! Settings with a form of their own: the database's address, root keys, networks.

use std::{fmt, net::IpAddr};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The address of the database; a password in it is not printed.
#[derive(Clone)]
pub struct DatabaseAddress(SecretString);

impl DatabaseAddress {
    /// From its text.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned().into())
    }

    /// As [`crate::db::Db::open`] takes it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Display for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.expose();
        let shown = text.split_once("://").and_then(|(scheme, rest)| {
            let (user, host) = rest.rsplit_once('@')?;
            // An `@` behind a `?` may be in a password that is given there.
            let host = if user.contains('?') { "…" } else { host.split('?').next().unwrap_or_default() };
            Some(format!("{scheme}://…@{host}"))
        });
        f.write_str(shown.as_deref().unwrap_or_else(|| text.split('?').next().unwrap_or_default()))
    }
}

impl fmt::Debug for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for DatabaseAddress {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DatabaseAddress {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self::new(&text))
    }
}

/// A root key: 32 random bytes, written as base64. `storecast admin new-key` makes one.
#[derive(Clone)]
pub struct RootKey(SecretString);

impl RootKey {
    /// From base64 of exactly 32 bytes.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match BASE64_STANDARD.decode(text) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(text.to_owned().into())),
            _ => Err("must be base64 of 32 bytes; make one with `storecast admin new-key`".into()),
        }
    }

    /// A new one.
    pub fn generate() -> Self {
        Self(BASE64_STANDARD.encode(rand::random::<[u8; 32]>()).into())
    }

    /// As it is written into the settings.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The bytes themselves.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        BASE64_STANDARD.decode(self.expose()).unwrap_or_default()
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(set, not shown)")
    }
}

impl Serialize for RootKey {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str("(set, not shown)")
    }
}

impl<'de> Deserialize<'de> for RootKey {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(de::Error::custom)
    }
}

/// A secret of another server, such as the key of a bucket.
#[derive(Clone, Default)]
pub struct Secret(SecretString);

impl Secret {
    /// From its text.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned().into())
    }

    /// As the other server is told it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.expose().is_empty() { "(not set)" } else { "(set, not shown)" })
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{self:?}"))
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self::new(&text))
    }
}

/// A set of addresses: single ones, or networks in CIDR notation. A list, or one text with commas between.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<(IpAddr, u8)>);

impl Networks {
    /// Whether the address is in one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|(network, bits)| same_prefix(*network, address, *bits))
    }

    fn parse<'a>(texts: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        texts.map(str::trim).filter(|text| !text.is_empty()).map(network).collect::<Result<_, _>>().map(Self)
    }
}

fn network(text: &str) -> Result<(IpAddr, u8), String> {
    let wrong = || format!("{text:?} is no address and no network such as 10.0.0.0/8");
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Ok(most), |bits| bits.parse().map_err(|_| wrong()))?;
    if bits > most { Err(wrong()) } else { Ok((address, bits)) }
}

fn same_prefix(one: IpAddr, other: IpAddr, bits: u8) -> bool {
    let bits = u32::from(bits);
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros() >= bits,
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros() >= bits,
        _ => false,
    }
}

impl Serialize for Networks {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(|(address, bits)| format!("{address}/{bits}")))
    }
}

impl<'de> Deserialize<'de> for Networks {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            List(Vec<String>),
        }
        let read = match Written::deserialize(from)? {
            Written::Text(text) => Self::parse(text.split(',')),
            Written::List(list) => Self::parse(list.iter().map(String::as_str)),
        };
        read.map_err(de::Error::custom)
    }
}

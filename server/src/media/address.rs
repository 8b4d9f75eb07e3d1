//! Addresses of media: short-lived ones for those who may see them in the app, lasting ones for the platforms.

use std::{fmt, str::FromStr};

use shared::id::{MediaId, TeamId};

use crate::{App, keys::Shown};

/// How long an address in the app is good for, in milliseconds.
const SHOWN: i64 = 3_600_000;
/// Addresses in the app end on these marks, in milliseconds, so that a medium keeps its address for a while and is
/// cached.
const MARK: i64 = 900_000;

/// A medium itself, or its small picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rendition {
    /// Itself.
    Whole,
    /// Its preview: a JPEG, for a film its poster frame.
    Preview,
}

impl fmt::Display for Rendition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole => "whole",
            Self::Preview => "preview",
        })
    }
}

impl FromStr for Rendition {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::Whole, Self::Preview];
        all.into_iter().find(|one| one.to_string() == text).ok_or_else(|| format!("no rendition is called {text:?}"))
    }
}

/// The address under which the app shows a medium for about an hour, from the root of this server.
pub(super) fn in_app(app: &App, team: TeamId, media: MediaId, rendition: Rendition) -> String {
    let ends = (app.clock.now() + SHOWN).div_euclid(MARK) * MARK + MARK;
    format!("/media/{}", app.keys.media_token(Shown { team, media, rendition }, ends))
}

/// The whole address under which a platform, and the customer's telephone, fetch a medium of ours. It lasts, and it is
/// the same at every try: LINE takes a message once only if it is the same bytes (providers.md A3). About 200
/// characters, none of which has to be escaped.
pub fn platform_address(app: &App, team: TeamId, media: MediaId, rendition: Rendition) -> String {
    let token = app.keys.sent_media_token(Shown { team, media, rendition });
    format!("{}/media/sent/{token}", app.config.public_url)
}

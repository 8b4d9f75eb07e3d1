//! `/media/{token}`: the bytes of a medium, by a signed address, whole or in part.

use std::ops::Range;

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use futures_util::TryStreamExt as _;
use shared::{
    id::TeamId,
    problem::{Problem, What},
};

use super::{kinds, store};
use crate::{App, refused::Refused};

/// The route of media.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/media/{token}", get(show))
}

async fn show(State(app): State<App>, Path(token): Path<String>, asked: HeaderMap) -> Result<Response, Refused> {
    // What is forged, expired or gone is missing alike: an address tells nothing.
    let missing = || Refused::from(Problem::missing(What::Media));
    let (team, token) = token.split_once('.').ok_or_else(missing)?;
    let team: TeamId = team.parse().map_err(|_| missing())?;
    let id = app.keys.verify_media(token, app.clock.now()).map_err(|_| missing())?;
    let file = app.db.read(move |tx| store::file(tx, team, id)).await?.ok_or_else(missing)?;
    let tag = format!("\"{}\"", file.sha256);
    let mut headers = headers(&file, &tag)?;
    let text = |name| asked.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if text(header::IF_NONE_MATCH).is_some_and(|known| known.split(',').any(|known| known.trim() == tag)) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    // A part is only of use to who has the rest of the same file.
    let same = text(header::IF_RANGE).is_none_or(|known| known == tag);
    let part = text(header::RANGE).filter(|_| same).map_or(Part::Whole, |range| part(range, file.size));
    let (status, range) = match part {
        Part::Whole => (StatusCode::OK, 0..file.size),
        Part::Some(range) => {
            let place = format!("bytes {}-{}/{}", range.start, range.end - 1, file.size);
            headers.insert(header::CONTENT_RANGE, value(&place)?);
            (StatusCode::PARTIAL_CONTENT, range)
        }
        Part::Outside => {
            headers.insert(header::CONTENT_RANGE, value(&format!("bytes */{}", file.size))?);
            headers.remove(header::CONTENT_TYPE);
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response());
        }
    };
    headers.insert(header::CONTENT_LENGTH, (range.end - range.start).into());
    if range.is_empty() {
        return Ok((status, headers).into_response());
    }
    let bytes = app.media.read(&file.path, range).await.map_err(Refused::fault)?;
    Ok((status, headers, Body::from_stream(bytes.into_stream())).into_response())
}

fn headers(file: &store::File, tag: &str) -> Result<HeaderMap, Refused> {
    let disposition = if kinds::is_shown(&file.mime) { "inline" } else { "attachment" };
    Ok(HeaderMap::from_iter([
        (header::CONTENT_TYPE, value(&file.mime)?),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // Nothing in it may run, however it is opened.
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=900, immutable")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        (header::ETAG, value(tag)?),
    ]))
}

fn value(text: &str) -> Result<HeaderValue, Refused> {
    HeaderValue::from_str(text).map_err(Refused::fault)
}

/// What of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Some(Range<u64>),
    Outside,
}

/// Reads a `Range` header. What is no single range of bytes is answered with the whole file, as RFC 9110 allows.
fn part(range: &str, size: u64) -> Part {
    let Some((first, last)) = range.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Part::Whole;
    };
    let (first, last) = (first.trim(), last.trim());
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Ok(first), Err(_)) if last.is_empty() => first..size,
        (Err(_), Ok(suffix)) if first.is_empty() => size.saturating_sub(suffix)..size,
        _ => return Part::Whole,
    };
    if range.start < range.end { Part::Some(range) } else { Part::Outside }
}

#[cfg(test)]
#[path = "http_test.rs"]
mod tests;

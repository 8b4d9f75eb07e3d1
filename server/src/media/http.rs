//! The bytes of media by signed addresses, whole or in part: `/media/{token}` for the app, `/media/sent/{token}` for
//! the platforms.

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
use shared::problem::{Problem, What};

use super::{kinds, store, uploads};
use crate::{
    App,
    http::mount::{Api, disposition},
    refused::Refused,
};

/// Mounts the calls of uploads.
pub fn calls(api: Api) -> Api {
    api.call(uploads::begin)
        .call(uploads::take_piece)
        .call(uploads::finish)
        .call(uploads::show)
        .call(uploads::throw_away)
}

/// The routes of the bytes.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/media/{token}", get(show)).route("/media/sent/{token}", get(show_sent))
}

async fn show(State(app): State<App>, Path(token): Path<String>, asked: HeaderMap) -> Result<Response, Refused> {
    let shown = app.keys.verify_media(&token, app.clock.now()).map_err(|_| missing())?;
    let file = app.db.read(move |tx| store::file(tx, shown.team, shown.media, shown.rendition)).await?;
    answer(&app, &file.ok_or_else(missing)?, &asked, "private, max-age=900, immutable").await
}

/// For the platforms, and for the telephones of customers: only what members brought is ever shown here.
async fn show_sent(State(app): State<App>, Path(token): Path<String>, asked: HeaderMap) -> Result<Response, Refused> {
    let shown = app.keys.verify_sent_media(&token).map_err(|_| missing())?;
    let file = app.db.read(move |tx| {
        if store::is_ours(tx, shown.team, shown.media)? {
            store::file(tx, shown.team, shown.media, shown.rendition)
        } else {
            Ok(None)
        }
    });
    answer(&app, &file.await?.ok_or_else(missing)?, &asked, "public, max-age=31536000, immutable").await
}

/// What is forged, expired or gone is missing alike: an address tells nothing.
fn missing() -> Refused {
    Problem::missing(What::Media).into()
}

async fn answer(app: &App, file: &store::File, asked: &HeaderMap, cached: &'static str) -> Result<Response, Refused> {
    let tag = format!("\"{}\"", file.sha256);
    let mut headers = headers(file, &tag, cached)?;
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
    let bytes = app.media.read(&file.path, range).await?;
    Ok((status, headers, Body::from_stream(bytes.into_stream())).into_response())
}

fn headers(file: &store::File, tag: &str, cached: &'static str) -> Result<HeaderMap, Refused> {
    let offered = match &file.name {
        _ if kinds::is_shown(&file.mime) => HeaderValue::from_static("inline"),
        Some(name) => value(&disposition(name))?,
        None => HeaderValue::from_static("attachment"),
    };
    Ok(HeaderMap::from_iter([
        (header::CONTENT_TYPE, value(&file.mime)?),
        (header::CONTENT_DISPOSITION, offered),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // Nothing in it may run, however it is opened.
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::CACHE_CONTROL, HeaderValue::from_static(cached)),
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

//! The web app's files: from a folder while it is developed, from the binary in a release.

use std::{
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use aws_lc_rs::digest;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use tower_http::compression::CompressionLayer;

use super::answer::problem_response;
use crate::config::Config;
use shared::problem::{Problem, What};

/// Answered where there is no app: a server for native builds only, or one that was built without it.
#[cfg(not(feature = "embed-app"))]
const NO_APP: &str = "This is a Storecast server. The web app is not in this binary: build it with the feature `embed-app`, \
                      or name its folder in the setting `web_dir`.\n";
/// Files whose name holds a hash never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// The others are kept, but asked about each time.
const ASK: &str = "no-cache";
/// The service worker decides which version of the app a device has: an old one must not come out of any cache.
const NEVER: &str = "no-store";
/// The service worker's file.
const WORKER: &str = "sw.js";

/// Where the files are.
#[derive(Clone)]
enum Files {
    Folder(Arc<PathBuf>),
    #[cfg(feature = "embed-app")]
    Embedded,
}

#[cfg(feature = "embed-app")]
#[derive(rust_embed::Embed)]
#[folder = "../target/web-dist"]
struct Embedded;

/// A file of the app.
struct File {
    bytes: Bytes,
    /// Quoted, as the header has it.
    etag: String,
    /// `br` or `gzip` where it is stored compressed.
    encoding: Option<&'static str>,
}

/// The app's files, as what answers all that is no route of ours.
pub(super) fn service(config: &Config) -> Router {
    let files = match &config.web_dir {
        Some(folder) => Files::Folder(Arc::new(folder.clone())),
        #[cfg(feature = "embed-app")]
        None => Files::Embedded,
        #[cfg(not(feature = "embed-app"))]
        None => return Router::new().fallback(async || (StatusCode::NOT_FOUND, NO_APP)),
    };
    Router::new().fallback(serve).with_state(files).layer(CompressionLayer::new())
}

async fn serve(State(files): State<Files>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return problem_response(Problem::missing(What::Route));
    }
    let path = uri.path().trim_start_matches('/');
    let found = if path.is_empty() { None } else { files.find(path, &headers).await };
    if let Some(file) = found {
        return answer(path, file, &headers);
    }
    // An address of the app, which finds its screen by itself; what has an ending is a file that is not there.
    let is_screen = path.rsplit('/').next().is_none_or(|last| !last.contains('.'));
    match files.find("index.html", &headers).await {
        Some(index) if is_screen => answer("index.html", index, &headers),
        _ => problem_response(Problem::missing(What::Route)),
    }
}

fn answer(path: &str, file: File, headers: &HeaderMap) -> Response {
    let keep = match path {
        WORKER => NEVER,
        _ if has_hash(path) => FOREVER,
        _ => ASK,
    };
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let head = [
        (header::ETAG, file.etag.clone()),
        (header::CACHE_CONTROL, keep.to_owned()),
        (header::VARY, "accept-encoding".to_owned()),
    ];
    // `W/`: a proxy or the compression above may have weakened it.
    if known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == file.etag)) {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    let mut response = (head, [(header::CONTENT_TYPE, mime(path))], file.bytes).into_response();
    if let Some(encoding) = file.encoding {
        response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static(encoding));
    }
    response
}

impl Files {
    /// The file of this path; compressed where it is stored so and the browser takes it.
    async fn find(&self, path: &str, headers: &HeaderMap) -> Option<File> {
        let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        for (ending, encoding) in [("br", "br"), ("gz", "gzip")] {
            if takes(accepts, encoding)
                && let Some(file) = self.read(&format!("{path}.{ending}")).await
            {
                return Some(File { encoding: Some(encoding), ..file });
            }
        }
        self.read(path).await
    }

    async fn read(&self, path: &str) -> Option<File> {
        match self {
            Self::Folder(folder) => {
                let bytes = tokio::fs::read(inside(folder, path)?).await.ok()?;
                let etag = etag(digest::digest(&digest::SHA256, &bytes).as_ref());
                Some(File { bytes: bytes.into(), etag, encoding: None })
            }
            #[cfg(feature = "embed-app")]
            Self::Embedded => {
                let file = Embedded::get(path)?;
                let bytes = match file.data {
                    std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                    std::borrow::Cow::Owned(bytes) => bytes.into(),
                };
                Some(File { bytes, etag: etag(&file.metadata.sha256_hash()), encoding: None })
            }
        }
    }
}

/// The path below the folder; none where it leads out of it.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    path.components().all(|part| matches!(part, Component::Normal(_))).then(|| folder.join(path))
}

fn etag(hash: &[u8]) -> String {
    let short = hash.first_chunk().copied().map_or(0, u128::from_be_bytes);
    format!("\"{short:032x}\"")
}

/// Whether `Accept-Encoding` takes this one.
fn takes(accepts: &str, encoding: &str) -> bool {
    accepts.split(',').any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let refused =
            weight.trim().strip_prefix("q=").and_then(|q| q.trim().parse().ok()).is_some_and(|q: f32| q <= 0.0);
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

/// Whether a name has a hash in it: `app-0f3a9c1d.wasm`.
fn has_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    stem.rsplit_once('-')
        .is_some_and(|(_, hash)| (8..=64).contains(&hash.len()) && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The type by the ending. Browsers refuse wasm, scripts and styles of any other type.
fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("index.html", true)]
    #[case("assets/app.css", true)]
    #[case("../secret", false)]
    #[case("assets/../../secret", false)]
    #[case("/etc/passwd", false)]
    fn a_path_stays_in_the_folder(#[case] path: &str, #[case] stays: bool) {
        assert_eq!(inside(Path::new("web"), path).is_some(), stays);
    }

    #[rstest]
    #[case("app-0f3a9c1d.wasm", true)]
    #[case("assets/app-0f3a9c1d44.js", true)]
    #[case("app.js", false)]
    #[case("service-worker.js", false)]
    #[case("index.html", false)]
    fn hashed_names(#[case] path: &str, #[case] hashed: bool) {
        assert_eq!(has_hash(path), hashed);
    }

    #[rstest]
    #[case("gzip, deflate, br", "br", true)]
    #[case("gzip;q=1.0, br;q=0", "br", false)]
    #[case("", "gzip", false)]
    fn encodings(#[case] accepts: &str, #[case] encoding: &str, #[case] taken: bool) {
        assert_eq!(takes(accepts, encoding), taken);
    }
}

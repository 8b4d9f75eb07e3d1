//! A server of canned answers for tests of what talks to a platform.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    time::Duration,
};

/// What a connection does once it has read the request.
#[derive(Clone)]
pub(crate) enum Then {
    /// Writes these bytes and closes.
    Answer(Vec<u8>),
    /// Never answers.
    Hang,
    /// Closes without a word.
    Close,
}

impl Then {
    /// An answer with this status, such as `404 Not Found`, further headers each ending in `\r\n`, and body.
    pub(crate) fn answer(status: &str, headers: &str, body: &[u8]) -> Self {
        let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n", body.len());
        Self::Answer([head.as_bytes(), body].concat())
    }
}

/// Listens on loopback and does with each request what `habit` says; gives its address and the requests it got.
pub(crate) async fn stub(habit: impl Fn(&str) -> Then + Send + 'static) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let got = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&got);
    #[expect(clippy::disallowed_methods, reason = "a test has no `Tasks`")]
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !is_whole(&request) {
                let mut piece = [0; 4_096];
                let read = stream.read(&mut piece).await.unwrap_or_default();
                if read == 0 {
                    break;
                }
                request.extend_from_slice(&piece[..read]);
            }
            let request = String::from_utf8(request).unwrap();
            let then = habit(&request);
            log.lock().unwrap().push(request);
            match then {
                Then::Answer(answer) => stream.write_all(&answer).await.unwrap(),
                Then::Hang => tokio::time::sleep(Duration::from_mins(1)).await,
                Then::Close => {}
            }
        }
    });
    (base, got)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

//! The body of an upload: `multipart/form-data` with the three fields of providers.md B2.

use bytes::{BufMut as _, Bytes, BytesMut};

use crate::platforms::AskError;

/// An upload, ready to be sent.
#[derive(Debug)]
pub(super) struct Form {
    /// The header that names the boundary.
    pub(super) content_type: String,
    /// All fields.
    pub(super) body: Bytes,
}

/// The upload of these bytes. Refused where the type is none: it stands in a header of its part.
pub(super) fn form(bytes: &Bytes, mime: &str) -> Result<Form, AskError> {
    let is_type = |c: char| c.is_ascii_alphanumeric() || "!#$&^_.+-/".contains(c);
    if !mime.contains('/') || !mime.chars().all(is_type) {
        return Err(AskError::Refused(format!("{mime:?} is no media type")));
    }
    // 128 random bits are in no file that was made before.
    let boundary = format!("storecast-{:032x}", rand::random::<u128>());
    let head = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n\
         --{boundary}\r\ncontent-disposition: form-data; name=\"type\"\r\n\r\n{mime}\r\n\
         --{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"media\"\r\n\
         content-type: {mime}\r\n\r\n"
    );
    let tail = format!("\r\n--{boundary}--\r\n");
    let mut body = BytesMut::with_capacity(head.len() + bytes.len() + tail.len());
    for piece in [head.as_bytes(), bytes, tail.as_bytes()] {
        body.put_slice(piece);
    }
    Ok(Form { content_type: format!("multipart/form-data; boundary={boundary}"), body: body.freeze() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_has_the_documented_fields_and_the_bytes_as_they_are() {
        let bytes = Bytes::from_static(b"\xff\xd8\r\n--x\0");
        let form = form(&bytes, "image/jpeg").unwrap();
        let boundary = form.content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
        let mut expected = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n--{boundary}\r\n\
             content-disposition: form-data; name=\"type\"\r\n\r\nimage/jpeg\r\n--{boundary}\r\ncontent-disposition: \
             form-data; name=\"file\"; filename=\"media\"\r\ncontent-type: image/jpeg\r\n\r\n"
        )
        .into_bytes();
        expected.extend_from_slice(&bytes);
        expected.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        assert_eq!(form.body, expected);
    }

    #[test]
    fn a_type_cannot_leave_its_header() {
        for mime in ["", "image", "image/png\r\nx-evil: 1", "image/png; a=\"b\"", "圖/png"] {
            assert!(matches!(form(&Bytes::new(), mime), Err(AskError::Refused(_))), "{mime}");
        }
    }
}

//! `multipart/form-data` as uploads send it.

use bytes::Bytes;

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub name: String,
    pub file_name: Option<String>,
    pub mime: Option<String>,
    pub bytes: Bytes,
}

/// The fields of a body with this `content-type`; None when it is no such form.
pub(super) fn fields(content_type: &str, body: &Bytes) -> Option<Vec<Field>> {
    let (kind, rest) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = rest.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?;
    let line = format!("--{}", boundary.trim_matches('"'));
    let between = format!("\r\n{line}");
    if !body.starts_with(line.as_bytes()) {
        return None;
    }
    let (mut fields, mut at) = (Vec::new(), line.len());
    loop {
        if body[at..].starts_with(b"--") {
            return Some(fields);
        }
        at += body[at..].starts_with(b"\r\n").then_some(2)?;
        let head = at + find(&body[at..], b"\r\n\r\n")?;
        let end = head + 4 + find(&body[head + 4..], between.as_bytes())?;
        fields.push(field(std::str::from_utf8(&body[at..head]).ok()?, body.slice(head + 4..end))?);
        at = end + between.len();
    }
}

fn field(head: &str, bytes: Bytes) -> Option<Field> {
    let header = |name: &str| {
        let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    let disposition = header("content-disposition")?;
    let parameter = |name: &str| {
        let mut parts = disposition.split(';').filter_map(|part| part.trim().split_once('='));
        parts.find(|(key, _)| *key == name).map(|(_, value)| value.trim_matches('"').to_owned())
    };
    let mime = header("content-type").map(|mime| mime.split(';').next().unwrap_or_default().trim().to_owned());
    Some(Field { name: parameter("name")?, file_name: parameter("filename"), mime, bytes })
}

fn find(within: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(start) = within[from..].iter().position(|byte| *byte == wanted[0]) {
        if within[from + start..].starts_with(wanted) {
            return Some(from + start);
        }
        from += start + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::fields;

    const KIND: &str = "multipart/form-data; boundary=\"x-y\"";

    #[test]
    fn fields_and_files() {
        let body = "--x-y\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nimage/png\r\n--x-y\r\n\
                    content-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
                    Content-Type: image/png\r\n\r\n\
                    \r\n--x\r\n\r\n--x-y--\r\n";
        let fields = fields(KIND, &Bytes::from(body)).unwrap();
        assert_eq!((fields[0].name.as_str(), &fields[0].bytes[..]), ("type", &b"image/png"[..]));
        assert_eq!(fields[1].file_name.as_deref(), Some("a.png"));
        assert_eq!(fields[1].mime.as_deref(), Some("image/png"));
        assert_eq!(&fields[1].bytes[..], b"\r\n--x\r\n");
    }

    #[test]
    fn what_is_cut_off_is_none() {
        for body in ["", "--x-y", "--x-y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx", "x"] {
            assert_eq!(fields(KIND, &Bytes::from(body)), None, "{body:?}");
        }
        assert_eq!(fields("application/json", &Bytes::from("{}")), None);
    }
}

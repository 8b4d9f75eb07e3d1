//! Files that a person chose, dropped or pasted: read piece by piece, so that a film never stands in memory as a whole.

use std::rc::Rc;

use dioxus::{html::FileData, prelude::*};

/// The file cannot be read any more: it was changed, moved, or its device is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file cannot be read any more")]
pub struct Unreadable;

#[derive(Clone, PartialEq)]
enum Source {
    Machine(FileData),
    #[cfg(test)]
    Memory(Rc<Vec<u8>>),
}

/// A file that was chosen.
#[derive(Clone, PartialEq)]
pub struct Chosen {
    /// Its name, without its folder.
    pub name: String,
    /// Its type as the machine guesses it by the name; may be empty.
    pub mime: String,
    /// Its bytes.
    pub size: u64,
    from: Source,
}

impl Chosen {
    fn of(file: FileData) -> Self {
        let mime = file.content_type().unwrap_or_default();
        Self { name: file.name(), mime, size: file.size(), from: Source::Machine(file) }
    }

    /// The files of a field, which is empty afterwards: the same file can be chosen again.
    pub fn of_field(event: &FormEvent) -> Vec<Self> {
        let files = event.files().into_iter().map(Self::of).collect();
        here::empty(event);
        files
    }

    /// The files that were dropped.
    pub fn of_drop(event: &DragEvent) -> Vec<Self> {
        event.data_transfer().files().into_iter().map(Self::of).collect()
    }

    /// The files that were pasted, such as a picture that was copied.
    pub fn of_paste(event: &ClipboardEvent) -> Vec<Self> {
        here::pasted(event).into_iter().map(Self::of).collect()
    }

    /// Made of bytes, for tests.
    #[cfg(test)]
    pub(crate) fn in_memory(name: &str, mime: &str, bytes: Vec<u8>) -> Self {
        let size = bytes.len() as u64;
        Self { name: name.to_owned(), mime: mime.to_owned(), size, from: Source::Memory(Rc::new(bytes)) }
    }

    /// Its bytes from one place to another, the last not included.
    pub async fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, Unreadable> {
        let bytes = match &self.from {
            Source::Machine(file) => here::read(file, from, to).await,
            #[cfg(test)]
            Source::Memory(bytes) => {
                let place = |at| usize::try_from(at).unwrap_or(usize::MAX);
                bytes.get(place(from)..place(to)).map(<[u8]>::to_vec)
            }
        };
        bytes.filter(|bytes| bytes.len() as u64 == to - from).ok_or(Unreadable)
    }

    /// An address under which this machine shows it, where it can; it ends with the last copy of the answer.
    pub fn show(&self) -> Option<LocalAddress> {
        match &self.from {
            Source::Machine(file) => here::address(file).map(|address| LocalAddress(Rc::new(Lent(address)))),
            #[cfg(test)]
            Source::Memory(_) => None,
        }
    }
}

/// An address of a chosen file on this machine.
#[derive(Clone, PartialEq)]
pub struct LocalAddress(Rc<Lent>);

#[derive(PartialEq)]
struct Lent(String);

impl LocalAddress {
    /// The address, such as `blob:…`.
    pub fn as_str(&self) -> &str {
        &self.0.0
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        here::give_back(&self.0);
    }
}

#[cfg(target_arch = "wasm32")]
mod here {
    use dioxus::{
        html::FileData,
        prelude::*,
        web::{WebEventExt as _, WebFileData},
    };
    use js_sys::Uint8Array;
    use wasm_bindgen::JsCast as _;
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{File, FileReader, HtmlInputElement, Url};

    fn file(of: &FileData) -> Option<&File> {
        of.inner().downcast_ref::<File>()
    }

    /// A slice is a view of the file on the disk: only its own bytes are read.
    pub(super) async fn read(of: &FileData, from: u64, to: u64) -> Option<Vec<u8>> {
        #[expect(clippy::cast_precision_loss, reason = "sizes of films are far below 2^53")]
        let slice = file(of)?.slice_with_f64_and_f64(from as f64, to as f64).ok()?;
        let buffer = JsFuture::from(slice.array_buffer()).await.ok()?;
        Some(Uint8Array::new(&buffer).to_vec())
    }

    pub(super) fn address(of: &FileData) -> Option<String> {
        Url::create_object_url_with_blob(file(of)?).ok()
    }

    pub(super) fn give_back(address: &str) {
        // One that is not lent any more needs no giving back.
        let _ = Url::revoke_object_url(address);
    }

    pub(super) fn empty(event: &FormEvent) {
        let target = event.try_as_web_event().and_then(|event| event.target());
        if let Some(field) = target.and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) {
            field.set_value("");
        }
    }

    pub(super) fn pasted(event: &ClipboardEvent) -> Vec<FileData> {
        let files = || {
            let event = event.try_as_web_event()?.dyn_into::<web_sys::ClipboardEvent>().ok()?;
            let data = event.clipboard_data()?;
            // A table or page brings its picture along; what is meant is its text.
            let has = |kind: &str| data.get_data(kind).is_ok_and(|text| !text.is_empty());
            if has("text/plain") && has("text/html") { None } else { data.files() }
        };
        let Some(files) = files() else {
            return Vec::new();
        };
        (0..files.length())
            .filter_map(|place| Some(FileData::new(WebFileData::new(files.item(place)?, FileReader::new().ok()?))))
            .collect()
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod here {
    use std::io::SeekFrom;

    use dioxus::{html::FileData, prelude::*};
    use tokio::{
        fs::File,
        io::{AsyncReadExt as _, AsyncSeekExt as _},
    };

    pub(super) async fn read(of: &FileData, from: u64, to: u64) -> Option<Vec<u8>> {
        let mut file = File::open(of.path()).await.ok()?;
        file.seek(SeekFrom::Start(from)).await.ok()?;
        let mut bytes = vec![0; usize::try_from(to.checked_sub(from)?).ok()?];
        file.read_exact(&mut bytes).await.ok()?;
        Some(bytes)
    }

    /// The web view shows no files of the machine; the server's preview stands in once it is there.
    pub(super) fn address(_of: &FileData) -> Option<String> {
        None
    }

    pub(super) fn give_back(_address: &str) {}

    pub(super) fn empty(_event: &FormEvent) {}

    pub(super) fn pasted(_event: &ClipboardEvent) -> Vec<FileData> {
        Vec::new()
    }
}

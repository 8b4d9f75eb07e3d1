//! Pictures, films and documents on their way to the server. They go on whichever screen is open, wait out a dead line, and are told
//! apart by the id that the message names from the start: a card is in its place before its bytes are.

mod bring;
mod course;
mod notes;
#[cfg(test)]
mod upload_test;

use dioxus::{core::Task, prelude::*};
use shared::{
    id::MediaId,
    media::{DropUpload, MediaInfo, MediaKind, document_name},
    problem::Problem,
};

use self::{bring::bring, notes::Notes};
use crate::{
    api::{Api, Failed},
    platform::{Chosen, Device, LocalAddress, draw_id, sleep},
    session::{Mine, use_kept},
};

/// How many are under way at once; the others wait their turn.
const AT_ONCE: usize = 2;

/// Why an upload ended without a medium.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// Larger than its kind may be; no byte was sent. Both in bytes.
    TooLarge {
        /// The most.
        limit: u64,
        /// What it has.
        actual: u64,
    },
    /// There is nothing in the file.
    Empty,
    /// The file was changed, moved or taken away meanwhile.
    Unreadable,
    /// The server will not take it, or failed again and again.
    Refused(Failed),
}

impl Trouble {
    /// Whether the same file may go through at another try.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::TooLarge { .. } | Self::Empty | Self::Unreadable => false,
            Self::Refused(failed) => !matches!(
                failed,
                Failed::Problem(Problem::Invalid { .. } | Problem::TooLarge { .. } | Problem::Forbidden { .. })
            ),
        }
    }
}

/// How a picture, film or document stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Stand {
    /// Others are before it.
    Waiting,
    /// Under way, with so many bytes there.
    Going(u64),
    /// The line is down; it goes on by itself. So many bytes are there.
    Offline(u64),
    /// Its bytes are there, the server makes it fit to be sent.
    Making,
    /// It can be sent.
    Ready(MediaInfo),
    /// It will not come as it is.
    Failed(Trouble),
    /// Its bytes were on this device alone and are gone with a reload: it has to be chosen again.
    Lost,
}

impl Stand {
    /// Whether it becomes ready without anybody doing anything.
    pub const fn is_coming(&self) -> bool {
        matches!(self, Self::Waiting | Self::Going(_) | Self::Offline(_) | Self::Making)
    }
}

/// What is known of a picture, film or document.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// How it stands.
    pub stand: Stand,
    /// The file's name, where it was chosen on this device.
    pub name: Option<String>,
    /// The file's bytes, where it was chosen on this device.
    pub size: Option<u64>,
    /// Where this machine shows the file itself.
    pub local: Option<String>,
}

impl Seen {
    /// The medium, once it can be sent.
    pub const fn info(&self) -> Option<&MediaInfo> {
        match &self.stand {
            Stand::Ready(info) => Some(info),
            _ => None,
        }
    }

    /// What a document is called on the customer's telephone, as soon as a file is chosen.
    pub fn document_name(&self) -> Option<String> {
        let told = self.info().and_then(|info| info.name.clone());
        told.or_else(|| self.name.as_deref().map(document_name))
    }
}

struct Medium {
    id: MediaId,
    kind: MediaKind,
    name: Option<String>,
    size: u64,
    file: Option<(Chosen, Option<LocalAddress>)>,
    stand: Stand,
}

/// The pictures and films of this device. They go on when screens are left: [`use_uploads`].
#[derive(Clone, Copy)]
pub struct Uploads {
    media: Signal<Vec<Medium>>,
    tasks: CopyValue<Vec<(MediaId, Task)>>,
    notes: CopyValue<Notes>,
    pump: Callback<()>,
    dropper: Callback<MediaId>,
}

/// There is one per signed-in member.
impl PartialEq for Uploads {
    fn eq(&self, other: &Self) -> bool {
        self.media == other.media
    }
}

/// The pictures and films of this device, with what it noted of those before a reload. Only below the `SignedIn` layout.
pub fn use_uploads() -> Uploads {
    use_kept(Uploads::of_this_device)
}

/// Starts those that wait, as long as there is room.
fn pump(api: &Api, media: Signal<Vec<Medium>>, mut tasks: CopyValue<Vec<(MediaId, Task)>>, notes: CopyValue<Notes>) {
    loop {
        if tasks.peek().len() >= AT_ONCE {
            return;
        }
        let next = media.peek().iter().find(|one| one.stand == Stand::Waiting).and_then(|one| {
            let (file, _) = one.file.clone()?;
            Some((one.id, one.kind, file))
        });
        let Some((id, kind, file)) = next else { return };
        put(media, id, Stand::Going(0));
        let api = api.clone();
        let task = spawn(async move {
            let brought = bring(&api, id, kind, &file, sleep, |stand| put(media, id, stand)).await;
            tasks.write().retain(|(other, _)| *other != id);
            if let Ok(info) = &brought {
                notes.peek().made(info);
            }
            put(media, id, brought.map_or_else(Stand::Failed, Stand::Ready));
            pump(&api, media, tasks, notes);
        });
        tasks.write().push((id, task));
    }
}

fn put(media: Signal<Vec<Medium>>, id: MediaId, stand: Stand) {
    let mut media = media;
    let same = media.peek().iter().any(|one| one.id == id && one.stand == stand);
    if same {
        return;
    }
    if let Some(one) = media.write().iter_mut().find(|one| one.id == id) {
        one.stand = stand;
    }
}

impl Uploads {
    /// Goes on with what the device noted. What it sets to work belongs to the scope around.
    fn of_this_device() -> Self {
        let (api, device, Mine(me)) = (consume_context::<Api>(), consume_context::<Device>(), consume_context());
        let notes = Notes::of(device, me.peek().id);
        let media = Signal::new(notes.read().into_iter().map(notes::Note::into_medium).collect::<Vec<_>>());
        let notes = CopyValue::new(notes);
        let tasks = CopyValue::new(Vec::new());
        let of_pump = api.clone();
        let pump = Callback::new(move |()| pump(&of_pump, media, tasks, notes));
        let of_dropper = api.clone();
        let dropper = Callback::new(move |id: MediaId| {
            let api = of_dropper.clone();
            spawn(async move {
                // What is not dropped is thrown away by the server after a day.
                let _ = api.call(DropUpload { id }).await;
            });
        });
        let uploads = Self { media, tasks, notes, pump, dropper };
        spawn(async move { notes::ask(&api, uploads).await });
        uploads
    }

    /// Takes a chosen file in and begins to upload it. The id is the medium's to be, and goes into the message at once.
    pub fn add(&self, kind: MediaKind, file: Chosen) -> MediaId {
        let id = MediaId(draw_id());
        let limit = kind.most();
        let stand = if file.size == 0 {
            Stand::Failed(Trouble::Empty)
        } else if file.size > limit {
            Stand::Failed(Trouble::TooLarge { limit, actual: file.size })
        } else {
            Stand::Waiting
        };
        let shown = file.show();
        let name = Some(file.name.clone());
        let size = file.size;
        self.notes.peek().began(id, kind, &file);
        let mut media = self.media;
        media.write().push(Medium { id, kind, name, size, file: Some((file, shown)), stand });
        self.pump.call(());
        id
    }

    /// Tries one again that failed; it goes on from where the server has it.
    pub fn retry(&self, id: MediaId) {
        let failed = self.media.peek().iter().any(|one| {
            one.id == id && one.file.is_some() && matches!(&one.stand, Stand::Failed(trouble) if trouble.may_pass())
        });
        if failed {
            put(self.media, id, Stand::Waiting);
            self.pump.call(());
        }
    }

    /// Ends one that is not wanted any more; a medium that is ready stays, as other messages may have it.
    pub fn cancel(&self, id: MediaId) {
        let ready = self.media.peek().iter().any(|one| one.id == id && matches!(one.stand, Stand::Ready(_)));
        if ready {
            return;
        }
        let (mut media, mut tasks) = (self.media, self.tasks);
        let running = tasks.peek().iter().position(|(other, _)| *other == id);
        if let Some(place) = running {
            let (_, task) = tasks.write().remove(place);
            task.cancel();
        }
        media.write().retain(|one| one.id != id);
        self.notes.peek().forget(id);
        self.dropper.call(id);
        self.pump.call(());
    }

    /// What is known of a picture or film; `media` is what the server told with the message.
    pub fn look(&self, id: MediaId, media: &[MediaInfo]) -> Seen {
        let here = self.media.read();
        let here = here.iter().find(|one| one.id == id);
        let stand = match (media.iter().find(|info| info.id == id), here) {
            (Some(info), _) => Stand::Ready(info.clone()),
            (None, Some(one)) => one.stand.clone(),
            (None, None) => Stand::Lost,
        };
        let chosen = here.filter(|one| one.name.is_some());
        Seen {
            stand,
            name: chosen.and_then(|one| one.name.clone()),
            size: chosen.map(|one| one.size),
            local: here.and_then(|one| one.file.as_ref()?.1.as_ref()).map(|shown| shown.as_str().to_owned()),
        }
    }

    /// Those of these that are ready, for what needs the media themselves: the check, the preview.
    pub fn ready(&self, ids: impl Iterator<Item = MediaId>, media: &[MediaInfo]) -> Vec<MediaInfo> {
        ids.filter_map(|id| self.look(id, media).info().cloned()).collect()
    }
}

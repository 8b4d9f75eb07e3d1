//! What a person does to a send: holds it, lets it go on, stops it, sends again. One answer is awaited at a time;
//! what came of the last one is said at the foot of the page.

mod banners;
mod foot;
mod question;

use std::time::Duration;

use dioxus::prelude::*;
use shared::{
    campaigns::{
        CampaignState, CancelCampaign, PauseCampaign, Progress, ResendUnknown, ResumeCampaign, ResumeChannel,
        RetryFailed,
    },
    contacts::ChannelRef,
    id::{CampaignId, DeliveryId},
    problem::{Conflict, Problem},
    reasons::Reason,
};

pub(super) use self::{
    banners::Standing,
    foot::{ControlFoot, RecordFoot},
    question::Ask,
};
use crate::{
    api::{Api, Failed, use_api},
    platform::sleep,
    screens::parts::use_passing,
    ui::toast::ToastMessage,
    words::{Words, problems::Said, use_words},
};

/// The id of the line that says why nothing can be pressed: an answer is awaited.
pub(super) const DOING: &str = "record-doing";

/// Nothing is taken for so long after an answer: by then the button may be another one, and the second of two quick
/// taps was not meant for it.
const REST: Duration = Duration::from_millis(600);

/// What takes a person's decision first.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Question {
    /// Stops it for good.
    Stop(CampaignId),
    /// Tries those again who failed for these reasons.
    Retry { campaign: CampaignId, reasons: Vec<Reason>, people: u64 },
    /// Sends again to everybody who is unknown.
    Again { campaign: CampaignId, people: u64 },
    /// Sends again to one who is unknown, by her name.
    AgainOne { campaign: CampaignId, delivery: DeliveryId, name: String },
}

impl Question {
    /// How many it is about, where it says a number.
    const fn people(&self) -> Option<u64> {
        match self {
            Self::Retry { people, .. } | Self::Again { people, .. } => Some(*people),
            Self::Stop(_) | Self::AgainOne { .. } => None,
        }
    }

    /// The same about another number of people; nothing where nobody is left.
    fn of(&self, now: u64) -> Option<Self> {
        let mut other = self.clone();
        match &mut other {
            Self::Retry { people, .. } | Self::Again { people, .. } if now > 0 => *people = now,
            _ => return None,
        }
        Some(other)
    }
}

/// What a person does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Act {
    /// Holds a send.
    Pause(CampaignId),
    /// Lets it go on.
    Resume(CampaignId),
    /// Lets an account send again.
    LetSend(ChannelRef),
    /// What was asked, and decided.
    Decided(Question),
}

impl Act {
    /// Tells the server. How far the send is then; nothing of what is about an account.
    async fn tell(self, api: &Api) -> Result<Option<Progress>, Failed> {
        let progress = match self {
            Self::Pause(id) => api.call(PauseCampaign { id }).await,
            Self::Resume(id) => api.call(ResumeCampaign { id }).await,
            Self::LetSend(channel) => return api.call(ResumeChannel { id: channel.id }).await.map(|_| None),
            Self::Decided(Question::Stop(id)) => api.call(CancelCampaign { id }).await,
            Self::Decided(Question::Retry { campaign: id, reasons, people }) => {
                api.call(RetryFailed { id, reasons, people }).await
            }
            Self::Decided(Question::Again { campaign: id, people }) => {
                api.call(ResendUnknown { id, delivery: None, people }).await
            }
            Self::Decided(Question::AgainOne { campaign: id, delivery, .. }) => {
                api.call(ResendUnknown { id, delivery: Some(delivery), people: 1 }).await
            }
        };
        progress.map(Some)
    }

    /// What is said once it is done, with how many wait.
    fn done(&self, words: &Words, waiting: u64) -> String {
        let say = &words.control;
        match self {
            Self::Pause(_) => (say.paused)(waiting),
            Self::Resume(_) => (say.resumed)(waiting),
            Self::LetSend(channel) => (say.account_sends)(&channel.name),
            Self::Decided(Question::Stop(_)) => say.stopped.to_owned(),
            Self::Decided(question) => (say.sends_again)(question.people().unwrap_or(1)),
        }
    }
}

/// What is asked now.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    /// The question.
    question: Question,
    /// It was asked about another number before.
    changed: bool,
}

/// What a person does to the send that is open, in context below the screen of records: the question stands beside the
/// screen, not in it.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Control {
    busy: Signal<bool>,
    asked: Signal<Option<Asked>>,
    failed: Signal<Option<Failed>>,
    notice: Signal<Option<ToastMessage>>,
    changed: Signal<u32>,
    waiting: Signal<u64>,
    /// Counts up with every page: what came of one is not said on another.
    page: CopyValue<u32>,
    run: Callback<(Control, Act)>,
}

impl Control {
    /// Asks before it is done; once at a time.
    pub(super) fn ask(mut self, question: Question) {
        if !*self.busy.peek() {
            self.failed.set(None);
            self.asked.set(Some(Asked { question, changed: false }));
        }
    }

    /// Does it, unless an answer is awaited.
    pub(super) fn run(self, act: Act) {
        self.run.call((self, act));
    }

    /// The id of what says why nothing can be pressed now.
    pub(super) fn blocked(self) -> Option<String> {
        self.busy.read().then(|| DOING.to_owned())
    }

    /// What is asked.
    pub(super) fn asked(self) -> Option<Asked> {
        self.asked.read().clone()
    }

    /// Read where something is loaded that what is done here changes.
    pub(super) fn changes(self) -> u32 {
        *self.changed.read()
    }

    /// How many wait now, for the question that says so.
    pub(super) fn set_waiting(mut self, now: u64) {
        if *self.waiting.peek() != now {
            self.waiting.set(now);
        }
    }

    fn close(self) {
        let mut asked = self.asked;
        // The screen of records may have gone together with the page.
        if let Ok(mut asked) = asked.try_write() {
            *asked = None;
        }
    }

    /// Another page is shown: what was asked and said on the one before is over.
    fn turn(mut self) {
        let Ok(mut page) = self.page.try_write() else { return };
        *page += 1;
        drop(page);
        self.close();
        self.busy.set(false);
        self.failed.set(None);
        self.notice.set(None);
    }

    /// What came of it. A number that is another one by now is asked about anew; whatever it was, the page
    /// shows what is so now.
    fn answered(mut self, words: &Words, act: &Act, answer: Result<Option<Progress>, Failed>) {
        let offline = matches!(answer, Err(Failed::Offline));
        let mut again = None;
        match (answer, act) {
            (Ok(progress), _) => {
                let waiting = progress.map_or(0, |progress| progress.figures.waiting);
                self.notice.set(Some(ToastMessage { text: act.done(words, waiting), action: None }));
            }
            (Err(why), act) => {
                again = changed_to(&why).zip(asked_by(act)).and_then(|(people, question)| question.of(people));
                if again.is_none() {
                    self.failed.set(Some(why));
                }
            }
        }
        self.asked.set(again.map(|question| Asked { question, changed: true }));
        if !offline {
            self.changed += 1;
        }
    }
}

/// The question behind it.
const fn asked_by(act: &Act) -> Option<&Question> {
    match act {
        Act::Decided(question) => Some(question),
        Act::Pause(_) | Act::Resume(_) | Act::LetSend(_) => None,
    }
}

/// How many they are now, where that is why it was refused.
const fn changed_to(failed: &Failed) -> Option<u64> {
    match failed {
        Failed::Problem(Problem::Conflict { with: Conflict::PeopleChanged { people } }) => Some(*people),
        _ => None,
    }
}

/// Why it was refused, as the screen that sends says it.
fn said(words: &Words, failed: &Failed) -> Said {
    match failed {
        Failed::Problem(Problem::Conflict { with: Conflict::QuotaTooSmall { needed, left } }) => {
            let say = &words.send.check;
            Said::new(say.quota_title, (say.quota_text)(*needed, *left))
        }
        // With people left it is asked again instead.
        Failed::Problem(Problem::Conflict { with: Conflict::PeopleChanged { .. } }) => {
            let (title, text) = words.control.nobody_left;
            Said::new(title, text)
        }
        failed => words.problems.said(failed),
    }
}

/// Whether people of a send in this state may be sent to once more: not while it is held, and not after it was stopped.
pub(super) const fn may_send_again(state: CampaignState) -> bool {
    matches!(state, CampaignState::Sending | CampaignState::Completed | CampaignState::Failed)
}

/// Provides the control to the pages of records.
pub(super) fn use_control_provider() -> Control {
    let words = use_words();
    let api = use_api();
    let mut busy = use_signal(|| false);
    let asked = use_signal(|| None);
    let mut failed = use_signal(|| None);
    let mut notice = use_signal(|| None);
    let (changed, waiting) = (use_signal(|| 0), use_signal(|| 0));
    let page = use_hook(|| CopyValue::new(0));
    use_passing(notice);
    let run = use_callback(move |(control, act): (Control, Act)| {
        if busy.replace(true) {
            return;
        }
        failed.set(None);
        notice.set(None);
        let (api, here) = (api.clone(), *page.peek());
        spawn(async move {
            let answer = act.clone().tell(&api).await;
            if *page.peek() != here {
                return;
            }
            control.answered(words, &act, answer);
            sleep(REST).await;
            if *page.peek() == here {
                busy.set(false);
            }
        });
    });
    use_context_provider(|| Control { busy, asked, failed, notice, changed, waiting, page, run })
}

/// The control, for a page that is about this: what was asked or said about another is over.
pub(super) fn use_control<About: PartialEq + 'static>(about: impl Fn() -> About + 'static) -> Control {
    let control = use_hook(consume_context::<Control>);
    let about = use_memo(about);
    use_effect(move || {
        let _ = about.read();
        control.turn();
    });
    use_drop(move || control.turn());
    control
}

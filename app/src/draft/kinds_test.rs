//! A message and a template message in work on one device.

use dioxus::prelude::*;
use shared::{
    campaigns::{CampaignState, Draft, Figures, Kind, Progress, SendDraft},
    content::{Content, Part},
    id::{CampaignId, DraftId},
    members::Role,
};
use uuid::Uuid;

use super::{Drafts, Kept, Tap, use_drafts};
use crate::{
    canned::Canned,
    platform::{Device, Memory},
    stage::{Playing, Stage, conversation, member},
};

const CAMPAIGN: CampaignId = CampaignId(Uuid::from_u128(70));

fn message() -> Draft {
    let mut draft = super::blank(Kind::GroupMessage);
    draft.id = DraftId(Uuid::from_u128(50));
    draft.revision = 3;
    draft.content = Content { parts: vec![Part::text("您好")] };
    draft
}

fn key(rest: &str) -> String {
    format!("draft.{}{rest}", member(Role::SalesStaff).id)
}

/// A device that kept the message.
fn device() -> Memory {
    let memory = Memory::default();
    memory.values.borrow_mut().insert(key(""), Kept::new(message()).to_text());
    memory
}

/// What the device keeps.
fn kept(playing: &Playing, rest: &str) -> Kept {
    let text = playing.inside(|| consume_context::<Device>().read(&key(rest)));
    Kept::parse(&text.unwrap()).unwrap()
}

fn there_and_back() -> Element {
    let drafts = use_drafts();
    use_hook(|| {
        drafts.arrive(Kind::GroupTemplate);
        drafts.edit(|draft| draft.selection.add(conversation(4, "何詠詩").id));
        drafts.arrive(Kind::GroupMessage);
    });
    rsx! { "{drafts.draft().content.texts().count()}" }
}

#[tokio::test]
async fn each_kind_keeps_its_own_draft() {
    let stage = Stage::piece(member(Role::SalesStaff), Canned::default(), there_and_back).on(device());
    let playing = stage.play().await;
    assert_eq!(kept(&playing, "").draft.content, message().content);
    let aside = kept(&playing, ".group_template").draft;
    assert_eq!((aside.kind, aside.selection.ids.len()), (Kind::GroupTemplate, 1));
}

fn sending() -> Element {
    let drafts = use_drafts();
    use_hook(|| drafts.send(Tap { audience: 1, shown: 1, digest: "digest".into() }));
    rsx! { "{drafts.kind().as_str()}" }
}

/// The answer to a Send belongs to the draft that was sent, whichever is in work when it comes.
#[tokio::test]
async fn a_send_that_is_answered_late_marks_its_own_draft() {
    let canned = Canned::default().on::<SendDraft>(|_| {
        // Before the answer comes, the person goes on with the other kind.
        consume_context::<Drafts>().arrive(Kind::GroupTemplate);
        Ok(Progress { campaign: CAMPAIGN, state: CampaignState::Sending, figures: Figures::default(), paused: None })
    });
    let stage = Stage::piece(member(Role::SalesStaff), canned, sending).on(device());
    let playing = stage.play().await;
    assert_eq!(kept(&playing, "").draft.campaign, None);
    let aside = kept(&playing, ".group_message");
    assert_eq!((aside.draft.id, aside.draft.campaign, aside.tap), (message().id, Some(CAMPAIGN), None));
}

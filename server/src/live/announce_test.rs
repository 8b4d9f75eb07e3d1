//! Who is told what, by the rules of the features, without a server.

use shared::{
    conversations::ConversationState,
    id::{DraftId, MemberId, StoreId},
    members::Role,
};
use uuid::Uuid;

use super::*;
use crate::caller::{TeamSettings, Zone};

const HERE: StoreId = StoreId(Uuid::from_u128(1));
const THERE: StoreId = StoreId(Uuid::from_u128(2));
const CONVERSATION: ConversationId = ConversationId(Uuid::from_u128(3));
const CAMPAIGN: CampaignId = CampaignId(Uuid::from_u128(4));

fn member(n: u128) -> MemberId {
    MemberId(Uuid::from_u128(n))
}

fn caller(n: u128, role: Role, store: StoreId) -> Caller {
    Caller {
        team: TeamId(Uuid::from_u128(9)),
        member: member(n),
        name: String::new(),
        role,
        stores: vec![store],
        session: SessionId(Uuid::from_u128(n)),
        zone: Zone::named("Asia/Taipei").unwrap(),
        settings: TeamSettings {
            name: String::new(),
            omo: true,
            sales_may_take_pending: true,
            group_send_max: 100,
            confirm_above: 10,
        },
    }
}

/// By number: 1 the owner, 2 her colleague, 3 her manager, 4 sales staff and 5 the manager of the other store, 6 an
/// admin.
fn everybody() -> Vec<Caller> {
    vec![
        caller(1, Role::SalesStaff, HERE),
        caller(2, Role::SalesStaff, HERE),
        caller(3, Role::SalesManager, HERE),
        caller(4, Role::SalesStaff, THERE),
        caller(5, Role::SalesManager, THERE),
        caller(6, Role::Admin, THERE),
    ]
}

fn told(fact: &Fact, to: &[Caller]) -> Vec<u128> {
    to.iter().filter(|one| fact.told_to(one).is_some()).map(|one| one.member.0.as_u128()).collect()
}

fn owned(owner: u128, store: StoreId, state: ConversationState) -> Standing {
    Standing { state, owner: Some(member(owner)), store: Some(store), channel_stores: vec![HERE, THERE] }
}

fn pending(channel_stores: Vec<StoreId>) -> Standing {
    Standing { state: ConversationState::Pending, owner: None, store: None, channel_stores }
}

#[test]
fn a_conversation_is_told_to_its_owner_her_managers_and_admins() {
    for state in [ConversationState::InProgress, ConversationState::Closed] {
        let fact = Fact::Conversation(CONVERSATION, vec![owned(1, HERE, state)]);
        assert_eq!(told(&fact, &everybody()), [1, 3, 6]);
        assert_eq!(fact.told_to(&everybody()[0]), Some(LiveEvent::Conversation { id: CONVERSATION }));
    }
}

#[test]
fn a_pending_one_is_told_to_those_who_may_take_it() {
    let fact = Fact::Conversation(CONVERSATION, vec![pending(vec![HERE])]);
    assert_eq!(told(&fact, &everybody()), [1, 2, 3, 6]);
    let mut handed_out = everybody();
    for one in &mut handed_out {
        one.settings.sales_may_take_pending = false;
    }
    assert_eq!(told(&fact, &handed_out), [6]);
}

#[test]
fn a_change_of_owner_is_told_to_those_who_saw_it_and_those_who_see_it() {
    let state = ConversationState::InProgress;
    let transferred = Fact::Conversation(CONVERSATION, vec![owned(1, HERE, state), owned(4, THERE, state)]);
    assert_eq!(told(&transferred, &everybody()), [1, 3, 4, 5, 6]);
    let taken = Fact::Conversation(CONVERSATION, vec![pending(vec![HERE]), owned(1, HERE, state)]);
    assert_eq!(told(&taken, &everybody()), [1, 2, 3, 6]);
}

#[test]
fn a_send_is_told_to_those_who_see_its_record_while_the_team_has_the_plan() {
    let fact = Fact::Campaign(Sent { id: CAMPAIGN, sender: member(1), store: Some(HERE) });
    assert_eq!(told(&fact, &everybody()), [1, 3, 6]);
    let mut without = everybody();
    for one in &mut without {
        one.settings.omo = false;
    }
    assert_eq!(told(&fact, &without), [0; 0]);
}

#[test]
fn a_draft_is_its_writers_and_what_the_team_shares_is_everybodys() {
    let draft = DraftId(Uuid::from_u128(7));
    assert_eq!(told(&Fact::Plain(Subject::Draft(member(2), draft)), &everybody()), [2]);
    for shared in [Subject::SavedReplies, Subject::Templates, Subject::Tags, Subject::Channels] {
        assert_eq!(told(&Fact::Plain(shared), &everybody()), [1, 2, 3, 4, 5, 6], "{shared:?}");
    }
}

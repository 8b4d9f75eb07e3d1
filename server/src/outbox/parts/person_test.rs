//! The rules of one recipient's messages.

use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

use super::*;
use PartState::*;

fn person(total: usize) -> Person {
    Person {
        id: DeliveryId::default(),
        campaign: None,
        conversation: ConversationId::default(),
        identity: IdentityId::default(),
        channel: ChannelId::default(),
        slice: SliceId::default(),
        state: DeliveryState::Queued,
        attempt: 1,
        total,
        campaign_state: None,
        class: 0,
        expires_at: None,
        parts: Vec::new(),
        request_id: None,
        dropped: None,
    }
}

fn fact(part: usize, attempt: i64, state: PartState) -> Fact {
    Fact {
        key: PartKey { delivery: DeliveryId::default(), part, attempt },
        state,
        provider_id: Some(format!("wamid.{part}.{attempt}")),
        reason: matches!(state, Failed).then_some(Reason::WaUndeliverable),
        code: matches!(state, Failed).then(|| "131026".to_owned()),
        text: None,
        request_id: None,
        at: 7,
    }
}

/// A recipient whose messages are in these states.
fn with(states: &[PartState]) -> Person {
    let mut person = person(states.len());
    for (number, state) in states.iter().enumerate() {
        person.part(number, 1, 0).state = *state;
    }
    person
}

fn ended(person: &Person) -> Option<DeliveryState> {
    match person.standing() {
        Standing::Ended(ending) => Some(ending.state),
        Standing::Next(_) | Standing::Out => None,
    }
}

#[rstest]
#[case(&[Accepted, Accepted], DeliveryState::Accepted)]
#[case(&[Read, Sent, Delivered], DeliveryState::Sent)]
#[case(&[Read, Delivered], DeliveryState::Delivered)]
#[case(&[Read, Read], DeliveryState::Read)]
#[case(&[Read, Unknown], DeliveryState::Unknown)]
#[case(&[Unknown, Failed], DeliveryState::Failed)]
#[case(&[Started, Failed], DeliveryState::Failed)]
#[case(&[Accepted, Failed, Skipped], DeliveryState::Failed)]
fn a_recipient_is_what_her_messages_come_to(#[case] states: &[PartState], #[case] expected: DeliveryState) {
    assert_eq!(ended(&with(states)), Some(expected));
}

#[test]
fn the_next_message_is_the_first_that_was_not_taken() {
    assert_eq!(person(2).standing(), Standing::Next(0));
    assert_eq!(with(&[Accepted, Queued, Skipped]).standing(), Standing::Next(1));
    assert_eq!(with(&[Accepted, Started]).standing(), Standing::Out);
    let mut person = with(&[Accepted, Queued]);
    assert!(!person.start(0, 5) && person.start(1, 5) && !person.start(1, 5));
    assert_eq!(person.parts[1].started_at, Some(5));
}

#[test]
fn who_calls_again_is_told_what_the_failed_one_was() {
    let mut person = with(&[Accepted, Started, Queued]);
    assert!(person.hear(&fact(1, 1, Failed)));
    let Standing::Ended(ending) = person.standing() else { panic!("she failed") };
    assert_eq!((ending.reason, ending.code.as_deref()), (Some(Reason::WaUndeliverable), Some("131026")));
    assert_eq!((ending.checked_by, ending.at), (Some(CheckedBy::Platform), 7));
    person.skip_rest(9);
    assert_eq!(person.parts[2].state, Skipped);
}

#[test]
fn what_was_given_up_before_anything_started_leaves_no_messages() {
    let mut person = person(5);
    person.give_up(0, Reason::Expired, 3);
    person.skip_rest(3);
    assert!(person.parts.is_empty());
    let Standing::Ended(ending) = person.standing() else { panic!("she failed") };
    assert_eq!((ending.reason, ending.checked_by), (Some(Reason::Expired), Some(CheckedBy::Storecast)));
    let mut begun = with(&[Accepted, Queued, Skipped]);
    begun.total = 4;
    begun.give_up(1, Reason::Expired, 3);
    begun.skip_rest(3);
    assert_eq!(begun.parts.iter().map(|part| part.state).collect::<Vec<_>>(), [Accepted, Failed, Skipped, Skipped]);
}

/// A window that WhatsApp found closed is its word; one that we found closed is ours.
#[test]
fn who_says_so_is_told_by_the_code() {
    let mut ours = with(&[Accepted, Queued]);
    ours.give_up(1, Reason::WaWindowClosed, 3);
    let mut theirs = with(&[Accepted, Started]);
    theirs.hear(&Fact { reason: Some(Reason::WaWindowClosed), code: Some("131047".into()), ..fact(1, 1, Failed) });
    let says = |person: &Person| match person.standing() {
        Standing::Ended(ending) => ending.checked_by,
        _ => None,
    };
    assert_eq!((says(&ours), says(&theirs)), (Some(CheckedBy::Storecast), Some(CheckedBy::Platform)));
}

#[test]
fn an_id_that_was_missing_is_kept_and_never_replaced() {
    let mut person = with(&[Delivered]);
    person.parts[0].is_changed = false;
    assert!(!person.hear(&fact(0, 1, Sent)), "it says no more than is known");
    assert_eq!(person.provider_id(), Some("wamid.0.1"));
    assert!(person.parts[0].is_changed);
    person.hear(&Fact { provider_id: Some("another".into()), ..fact(0, 1, Read) });
    assert_eq!(person.provider_id(), Some("wamid.0.1"));
}

#[test]
fn a_message_that_surely_was_not_taken_is_the_next_again() {
    let mut person = with(&[Started]);
    let key = PartKey { delivery: DeliveryId::default(), part: 0, attempt: 1 };
    person.hand_back(key, 5);
    assert_eq!(person.standing(), Standing::Next(0));
    person.parts[0].state = Sent;
    person.hand_back(key, 5);
    assert_eq!(person.parts[0].state, Sent, "a status knew better");
    person.hand_back(PartKey { part: 3, ..key }, 5);
    assert_eq!(person.parts.len(), 1);
}

/// A person decided to send again what failed: what was taken before is not sent twice, and counts.
#[test]
fn a_new_attempt_sends_what_was_not_taken() {
    let mut person = with(&[Accepted, Unknown, Skipped]);
    person.attempt = 2;
    person.try_again(true, 4);
    assert_eq!(person.standing(), Standing::Next(1));
    assert!(person.start(1, 5));
    assert!(person.hear(&fact(1, 2, Accepted)) && person.start(2, 6) && person.hear(&fact(2, 2, Accepted)));
    person.state = DeliveryState::Accepted;
    assert_eq!(ended(&person), Some(DeliveryState::Accepted));
    assert!(person.hear(&fact(0, 1, Failed)), "a late word on the first attempt");
    assert_eq!(ended(&person), Some(DeliveryState::Failed));
}

/// A decision about what failed is none about what may have arrived: it is not called again, and what is behind it waits.
#[test]
fn what_failed_is_sent_again_beside_what_is_unknown() {
    let mut person = with(&[Failed, Unknown, Skipped]);
    person.attempt = 2;
    person.try_again(false, 4);
    assert!(person.start(0, 5) && person.hear(&fact(0, 2, Accepted)));
    assert_eq!(ended(&person), Some(DeliveryState::Unknown));
    person.attempt = 3;
    person.try_again(true, 6);
    let again: Vec<_> = person.parts.iter().filter(|part| part.attempt == 3).map(|part| part.number).collect();
    assert_eq!((person.standing(), again), (Standing::Next(1), vec![1, 2]));
}

/// In an attempt by a person, too, the next message waits for the one before it.
#[test]
fn what_is_behind_an_unknown_message_waits_in_every_attempt() {
    let mut person = with(&[Failed, Skipped, Skipped]);
    person.attempt = 2;
    person.try_again(false, 4);
    assert!(person.start(0, 5) && person.hear(&fact(0, 2, Accepted)));
    assert!(person.start(1, 6) && person.hear(&fact(1, 2, Unknown)));
    assert_eq!(ended(&person), Some(DeliveryState::Unknown));
    person.leave_out(7);
    assert!(person.hear(&fact(1, 2, Delivered)));
    assert_eq!(person.standing(), Standing::Next(2), "it was taken");
}

/// It arrived after all: what was to be sent again is left out.
#[test]
fn what_need_not_be_sent_again_is_left_out() {
    let mut person = with(&[Unknown, Skipped]);
    person.attempt = 2;
    person.try_again(true, 4);
    assert!(person.hear(&fact(0, 1, Read)));
    assert!(person.start(1, 5) && person.hear(&fact(1, 2, Sent)));
    person.leave_out(6);
    let states: Vec<_> = person.parts.iter().map(|part| (part.number, part.attempt, part.state)).collect();
    assert_eq!(states, [(0, 1, Read), (1, 1, Skipped), (0, 2, Skipped), (1, 2, Sent)]);
    assert_eq!(ended(&person), Some(DeliveryState::Sent));
}

#[test]
fn keys_read_back_and_nothing_else_does() {
    let key = PartKey { delivery: DeliveryId(Uuid::from_u128(7)), part: 4, attempt: 12 };
    assert_eq!(key.to_string(), "00000000-0000-0000-0000-000000000007:4:12");
    assert_eq!(key.to_string().parse(), Ok(key));
    for text in ["", "x", "00000000-0000-0000-0000-000000000007", "00000000-0000-0000-0000-000000000007:1:2:3", "a:1:2"]
    {
        assert_eq!(text.parse::<PartKey>(), Err(()), "{text}");
    }
    for state in PartState::ALL {
        assert_eq!(state.to_string().parse(), Ok(state));
    }
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let states = prop::sample::select(vec![Unknown, Accepted, Sent, Failed, Delivered, Read]);
    (0usize..3, 1i64..3, states).prop_map(|(part, attempt, state)| fact(part, attempt, state))
}

/// What may happen to a recipient.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// Her next call begins.
    Begins,
    /// The call that is out ends so.
    Ends(PartState),
    /// WhatsApp says so of any message of any attempt that it may know of.
    Hears(usize, PartState),
    /// A person decides that she is sent again; also what is unknown.
    Decides(bool),
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => Just(Event::Begins),
        4 => prop::sample::select(vec![Accepted, Accepted, Failed, Unknown]).prop_map(Event::Ends),
        2 => (0usize..16, prop::sample::select(vec![Sent, Failed, Delivered, Read]))
            .prop_map(|(which, state)| Event::Hears(which, state)),
        2 => any::<bool>().prop_map(Event::Decides),
    ]
}

/// Moves her to where her messages are, as whoever settles does.
fn conclude(person: &mut Person) {
    match person.standing() {
        Standing::Ended(ending) => {
            if ending.state == DeliveryState::Failed {
                person.skip_rest(9);
            }
            person.leave_out(9);
            person.state = ending.state;
        }
        Standing::Next(_) => person.state = DeliveryState::Queued,
        Standing::Out => {}
    }
}

proptest! {
    /// However they come, and however often.
    #[test]
    fn facts_come_to_the_same_in_any_order(
        facts in prop::collection::vec(any_fact(), 0..20), order in any::<u64>(),
    ) {
        let mut forwards = person(3);
        for fact in &facts {
            forwards.hear(fact);
        }
        let mut shuffled: Vec<&Fact> = facts.iter().chain(&facts).collect();
        let length = shuffled.len().max(1);
        (0..shuffled.len()).for_each(|i| shuffled.swap(i, usize::try_from(order >> (i % 48)).unwrap_or_default() % length));
        let mut mixed = person(3);
        let mut before = Vec::new();
        for fact in shuffled {
            mixed.hear(fact);
            let now: Vec<(usize, PartState)> = mixed.parts.iter().map(|part| (part.number, part.state)).collect();
            prop_assert!(before.iter().zip(&now).all(|(a, b): (&(usize, PartState), _)| a.0 == b.0 && a.1 <= b.1));
            before = now;
        }
        let states = |person: &Person| (0..3).map(|number| person.counted(number).map(|part| part.state)).collect::<Vec<_>>();
        prop_assert_eq!(states(&forwards), states(&mixed));
        prop_assert_eq!(forwards.standing(), mixed.standing());
    }

    /// However she is sent again: no call without a decision, none of what was taken, and a message that was called twice
    /// was named by the decision in between.
    #[test]
    fn nobody_is_called_again_without_a_decision(events in prop::collection::vec(any_event(), 1..60)) {
        let mut person = person(3);
        let mut decided: std::collections::BTreeSet<usize> = (0..3).collect();
        for event in events {
            match event {
                Event::Begins => {
                    let Standing::Next(number) = person.standing() else { continue };
                    if person.state != DeliveryState::Queued {
                        continue;
                    }
                    prop_assert!(person.counted(number).is_none_or(|part| !part.state.is_taken()));
                    prop_assert!(decided.remove(&number), "{number} was called, and nobody decided: {person:?}");
                    prop_assert!(person.start(number, 5));
                    prop_assert_eq!(person.standing(), Standing::Out);
                }
                Event::Ends(state) => {
                    let out = person.parts.iter().find(|part| part.state == Started);
                    let Some((number, attempt)) = out.map(|part| (part.number, part.attempt)) else { continue };
                    person.hear(&fact(number, attempt, state));
                }
                Event::Hears(which, state) => {
                    let known: Vec<_> = person.parts.iter().filter(|part| part.started_at.is_some()).collect();
                    let Some(part) = known.get(which % known.len().max(1)) else { continue };
                    let (number, attempt) = (part.number, part.attempt);
                    person.hear(&fact(number, attempt, state));
                }
                Event::Decides(unknown_too) => {
                    if !matches!(person.state, DeliveryState::Failed | DeliveryState::Unknown) {
                        continue;
                    }
                    let named = |part: &Part| part.state == Failed || (unknown_too && part.state == Unknown);
                    decided.extend((0..3).filter(|number| person.counted(*number).is_some_and(named)));
                    person.attempt += 1;
                    person.state = DeliveryState::Queued;
                    person.try_again(unknown_too, 4);
                }
            }
            // While a call is out only who makes it moves her, and she is queued.
            if person.parts.iter().any(|part| part.state == Started) {
                continue;
            }
            conclude(&mut person);
            let is_settled = person.state != DeliveryState::Queued;
            prop_assert!(!is_settled || person.parts.iter().all(|part| !matches!(part.state, Queued | Started)));
        }
    }
}

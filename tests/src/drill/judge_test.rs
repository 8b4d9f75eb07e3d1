//! The verdict can fail: an honest drill holds, and each lie, loss and repeat that is put into it is found, and as what
//! it is.

use serde_json::json;
use uuid::Uuid;

use super::{
    super::evidence::{Counted, Heard, mark},
    *,
};

/// Two people on LINE and two on WhatsApp; one of each fails for a good reason.
fn honest() -> Evidence {
    let person = |platform, user: &str, name: &str| Asking {
        platform,
        user: user.to_owned(),
        name: name.to_owned(),
        refused: None,
        is_gone: false,
    };
    let asked = |send, parts, people| Asked { send, what: "a send".to_owned(), parts, is_personal: true, people };
    let (ann, bea) = (person(Platform::Line, "U1", "Ann"), person(Platform::Line, "U2", "Bea"));
    let (cho, dee) = (person(Platform::Whatsapp, "w1", "Cho"), person(Platform::Whatsapp, "w2", "Dee"));
    let mut evidence = Evidence {
        asked: vec![asked(1, 1, vec![ann, Asking { is_gone: true, ..bea }]), asked(2, 2, vec![cho, dee])],
        records: vec![
            record(1, "U1", Outcome::Succeeded, None),
            record(1, "U2", Outcome::Failed, Some(Reason::LineInvalidUser)),
            Record {
                parts: vec![part(0, Some(Outcome::Delivered), None), part(1, Some(Outcome::Delivered), None)],
                ..record(2, "w1", Outcome::Delivered, None)
            },
            Record {
                parts: vec![part(0, Some(Outcome::Failed), Some(Reason::WaUndeliverable)), part(1, None, None)],
                ..record(2, "w2", Outcome::Failed, Some(Reason::WaUndeliverable))
            },
        ],
        ledger: vec![
            receipt("line", "U1", "Ann", 1, 0),
            receipt("whatsapp", "w1", "Cho", 2, 0),
            receipt("whatsapp", "w1", "Cho", 2, 1),
        ],
        calls: vec![
            call("line", "U1", "Ann", (1, 0), answered(200)),
            call(
                "line",
                "U2",
                "Bea",
                (1, 0),
                CallEnd::Answered { status: 400, reason: Some("unknown_user".to_owned()), code: None },
            ),
            call("whatsapp", "w1", "Cho", (2, 0), answered(200)),
            call("whatsapp", "w1", "Cho", (2, 1), answered(200)),
            call("whatsapp", "w2", "Dee", (2, 0), answered(200)),
        ],
        limits: vec![Limit { channel: "line".to_owned(), endpoint: "push".to_owned(), per_second: 2 }],
        blows: vec![Blow {
            kind: BlowKind::Kill,
            server: 0,
            from_ms: 50_000,
            until_ms: 51_000,
            in_flight: 3,
            queued: 9,
        }],
        ..Evidence::default()
    };
    let failed = Entry {
        delivered: false,
        reason: Some("131026".to_owned()),
        told: vec!["failed".to_owned()],
        ..receipt("whatsapp", "w2", "Dee", 2, 0)
    };
    evidence.ledger.push(failed);
    evidence.figures = vec![
        counted(1, Figures { audience: 2, succeeded: 1, failed: 1, ..Figures::default() }),
        counted(2, Figures { audience: 2, succeeded: 1, failed: 1, delivered: 1, told: 1, ..Figures::default() }),
    ];
    evidence.heard = vec![Heard { user: "U1".to_owned(), text: "您好".to_owned(), times: 1 }];
    evidence
}

fn record(send: u64, user: &str, outcome: Outcome, reason: Option<Reason>) -> Record {
    let checked_by = reason.map(|_| CheckedBy::Platform);
    Record {
        send,
        user: user.to_owned(),
        id: String::new(),
        outcome,
        reason,
        checked_by,
        at_ms: Some(90_000),
        parts: Vec::new(),
    }
}

fn part(part: usize, outcome: Option<Outcome>, reason: Option<Reason>) -> PartRecord {
    PartRecord { part, outcome, reason, at_ms: Some(90_000) }
}

fn message(name: &str, send: u64, part: usize) -> serde_json::Value {
    json!({ "type": "text", "text": format!("{name} 您好 {}", mark(send, part)) })
}

fn receipt(platform: &str, user: &str, name: &str, send: u64, part: usize) -> Entry {
    let told = if platform == "whatsapp" { vec!["sent".to_owned(), "delivered".to_owned()] } else { Vec::new() };
    Entry {
        at_ms: 10_000,
        platform: platform.to_owned(),
        channel: platform.to_owned(),
        endpoint: "push".to_owned(),
        user: user.to_owned(),
        retry_key: None,
        request_id: Uuid::nil(),
        message_ids: Vec::new(),
        messages: vec![message(name, send, part)],
        delivered: true,
        reason: None,
        unit: None,
        callback: None,
        shown: None,
        media: Vec::new(),
        told,
    }
}

fn call(platform: &str, user: &str, name: &str, (send, part): (u64, usize), end: CallEnd) -> Call {
    Call {
        at_us: 10_000_000,
        ended_us: None,
        platform: platform.to_owned(),
        channel: platform.to_owned(),
        endpoint: "push".to_owned(),
        door: 0,
        users: vec![user.to_owned()],
        retry_key: None,
        callback: None,
        digest: "d".to_owned(),
        messages: vec![message(name, send, part)],
        end,
    }
}

const fn answered(status: u16) -> CallEnd {
    CallEnd::Answered { status, reason: None, code: None }
}

fn counted(send: u64, figures: Figures) -> Counted {
    Counted { send, place: "record".to_owned(), figures }
}

/// The only kind of fault in it, and how often.
fn only(evidence: &Evidence) -> (&'static str, usize) {
    let verdict = judge(evidence);
    assert!(!verdict.holds());
    let found: Vec<_> = verdict.faults().into_iter().filter(|(_, found)| !found.is_empty()).collect();
    let [(name, found)] = found.as_slice() else { panic!("one kind of fault, not {found:#?}") };
    (name, found.len())
}

/// The honest drill with somebody's record changed, and the figures to match.
fn with_record(user: &str, change: impl FnOnce(&mut Record)) -> Evidence {
    let mut evidence = honest();
    change(evidence.records.iter_mut().find(|record| record.user == user).unwrap());
    evidence.figures.clear();
    evidence
}

#[test]
fn an_honest_drill_holds() {
    let verdict = judge(&honest());
    assert!(verdict.holds(), "{verdict:#?}");
    assert_eq!((verdict.kills, verdict.freezes, verdict.receipts, verdict.unknown), (1, 0, 4, 0));
}

#[test]
fn who_got_it_twice_is_a_duplicate() {
    let mut evidence = honest();
    evidence.ledger.push(receipt("line", "U1", "Ann", 1, 0));
    assert_eq!(only(&evidence), ("duplicates", 1));
    let mut evidence = honest();
    evidence.ledger.push(receipt("whatsapp", "w1", "Cho", 2, 1));
    assert_eq!(only(&evidence), ("duplicates", 1));
    let mut evidence = honest();
    evidence.ledger.push(Entry {
        delivered: false,
        reason: Some("blocked".to_owned()),
        ..receipt("line", "U1", "Ann", 1, 0)
    });
    assert!(judge(&evidence).holds(), "what did not arrive was not got twice");
}

#[test]
fn who_is_said_to_have_got_it_and_did_not_is_lost() {
    let mut evidence = honest();
    evidence.ledger.remove(0);
    assert_eq!(only(&evidence), ("losses", 1));
    let mut evidence = honest();
    evidence.ledger.remove(2);
    assert_eq!(only(&evidence), ("losses", 1), "one of her two messages");
}

#[test]
fn who_is_in_no_record_or_still_waits_is_lost() {
    let mut evidence = honest();
    evidence.records.remove(0);
    evidence.figures.remove(0);
    assert_eq!(only(&evidence), ("losses", 1));
    let evidence = with_record("U1", |record| record.outcome = Outcome::Waiting);
    assert_eq!(only(&evidence), ("losses", 1));
}

#[test]
fn customers_words_are_kept_once() {
    for (times, fault) in [(0, "losses"), (2, "duplicates")] {
        let mut evidence = honest();
        evidence.heard[0].times = times;
        assert_eq!(only(&evidence), (fault, 1));
    }
    assert_eq!(only(&Evidence { webhooks_given_up: 1, ..honest() }), ("losses", 1));
}

#[test]
fn a_reason_that_the_platform_did_not_give_is_wrong() {
    let evidence = with_record("U2", |record| record.reason = Some(Reason::LineMessageInvalid));
    assert_eq!(only(&evidence), ("wrong reasons", 1));
    let evidence = with_record("w2", |record| record.parts[0].reason = Some(Reason::WaEcosystemLimit));
    assert_eq!(only(&evidence), ("wrong reasons", 1));
}

#[test]
fn nobody_fails_of_a_month_that_is_used_up() {
    let refused = |word: &str, reason| {
        let mut evidence = with_record("U2", |record| record.reason = Some(reason));
        evidence.calls[1].end = CallEnd::Answered { status: 429, reason: Some(word.to_owned()), code: None };
        evidence
    };
    for reason in [Reason::LineMonthlyLimit, Reason::LineRateLimited, Reason::LineUserLimited] {
        assert_eq!(only(&refused("monthly_limit", reason)), ("wrong reasons", 1), "the account waits for its quota");
    }
    assert!(
        judge(&refused("fault_monthly_limit", Reason::LineRateLimited)).holds(),
        "LINE's words are not its numbers"
    );
    assert_eq!(only(&refused("fault_monthly_limit", Reason::LineMonthlyLimit)), ("wrong reasons", 1));
    assert!(judge(&refused("in words of its own", Reason::LineUserLimited)).holds(), "too many messages to her");
    assert_eq!(only(&refused("rate_limit", Reason::LineUserLimited)), ("wrong reasons", 1));
}

#[test]
fn who_stood_beside_a_bad_id_may_not_fail_of_it() {
    let mut evidence =
        with_record("U1", |record| *record = self::record(1, "U1", Outcome::Failed, Some(Reason::LineInvalidUser)));
    evidence.ledger.remove(0);
    let refused = evidence.calls[1].end.clone();
    evidence.calls[0] =
        Call { users: vec!["U1".to_owned(), "U2".to_owned()], end: refused, ..evidence.calls[0].clone() };
    evidence.calls[0].messages = vec![message("Ann Bea", 1, 0)];
    assert_eq!(only(&evidence), ("wrong reasons", 1));
}

#[test]
fn who_failed_by_the_record_and_got_it_is_wrong() {
    let mut evidence = honest();
    evidence.ledger.push(receipt("line", "U2", "Bea", 1, 0));
    assert_eq!(only(&evidence), ("wrong reasons", 1));
}

#[test]
fn what_whatsapp_told_later_must_stand_in_the_record() {
    let mut evidence = honest();
    evidence.ledger[1].told = vec!["failed".to_owned()];
    assert_eq!(only(&evidence), ("wrong reasons", 1), "it failed after all");
    let mut evidence = honest();
    evidence.ledger[1].told.push("read".to_owned());
    assert_eq!(only(&evidence), ("wrong reasons", 1), "it was read");
    let mut evidence = honest();
    evidence.ledger[1].told.pop();
    assert_eq!(only(&evidence), ("wrong reasons", 1), "nobody told that it is on her phone");
}

#[test]
fn what_we_refuse_ourselves_is_refused_for_that_and_without_a_call() {
    let mut evidence = with_record("U2", |record| {
        (record.reason, record.checked_by) = (Some(Reason::Unfollowed), Some(CheckedBy::Storecast));
    });
    assert_eq!(only(&evidence), ("wrong reasons", 1), "nobody knows that she blocked us");
    evidence.asked[0].people[1].refused = Some(Reason::Unfollowed);
    assert_eq!(only(&evidence), ("wrong reasons", 1), "she was called");
    evidence.calls.remove(1);
    assert!(judge(&evidence).holds());
    evidence.asked[0].people[1].refused = Some(Reason::NotOwner);
    assert_eq!(only(&evidence), ("wrong reasons", 1), "for another cause");
}

#[test]
fn a_name_of_somebody_else_is_wrong() {
    let mut evidence = honest();
    evidence.ledger[0].messages = vec![message("Bea", 1, 0)];
    assert_eq!(only(&evidence), ("wrong reasons", 1));
}

#[test]
fn who_was_never_asked_for_is_wrong() {
    let mut evidence = honest();
    evidence.ledger.push(receipt("line", "U9", "Eve", 1, 0));
    assert_eq!(only(&evidence), ("wrong reasons", 1));
    let mut evidence = honest();
    evidence.records.push(record(1, "U9", Outcome::Failed, Some(Reason::Internal)));
    evidence.figures.remove(0);
    assert_eq!(only(&evidence), ("wrong reasons", 1));
}

#[test]
fn her_messages_come_to_what_she_is() {
    let evidence = with_record("w1", |record| record.outcome = Outcome::Read);
    assert_eq!(only(&evidence), ("wrong reasons", 1));
    let evidence = with_record("w2", |record| record.parts[1].outcome = Some(Outcome::Delivered));
    assert_eq!(only(&evidence), ("losses", 1), "the message that was left out is said to have arrived");
}

#[test]
fn what_was_left_out_needs_a_cause() {
    let mut evidence = with_record("w1", |record| {
        (record.parts[1].outcome, record.outcome) = (None, Outcome::Waiting);
    });
    evidence.ledger.remove(2);
    assert_eq!(only(&evidence), ("losses", 1));
}

/// Cho's second message is unknown, her call ended so, and nothing was accepted.
fn unknown(end: Option<CallEnd>) -> Evidence {
    let mut evidence = with_record("w1", |record| {
        record.parts[1] = part(1, Some(Outcome::Unknown), Some(Reason::NoAnswer));
        record.outcome = Outcome::Unknown;
    });
    evidence.ledger.remove(2);
    match end {
        Some(end) => evidence.calls[3].end = end,
        None => drop(evidence.calls.remove(3)),
    }
    evidence
}

#[test]
fn unknown_is_true_where_nobody_can_know() {
    for end in [CallEnd::Gone, CallEnd::Dropped, answered(502)] {
        let verdict = judge(&unknown(Some(end)));
        assert!(verdict.holds() && verdict.unknown == 1, "{verdict:#?}");
    }
    assert!(judge(&unknown(None)).holds(), "its server was struck between writing down and calling");
    let mut struck = unknown(Some(answered(200)));
    struck.blows[0].from_ms = 12_000;
    assert!(judge(&struck).holds(), "its server was struck before it could write the answer down");
}

#[test]
fn unknown_is_untrue_where_something_is_known() {
    let untrue = ("unknown that is known", 1);
    assert_eq!(only(&unknown(Some(answered(200)))), untrue, "its answer came, and no server was struck near it");
    let refused = CallEnd::Answered { status: 429, reason: None, code: Some(130_429) };
    assert_eq!(only(&unknown(Some(refused))), untrue, "it was refused");
    let mut told = unknown(Some(CallEnd::Dropped));
    told.ledger.push(receipt("whatsapp", "w1", "Cho", 2, 1));
    assert_eq!(only(&told), untrue, "WhatsApp told that it arrived");
    let mut quiet = unknown(None);
    quiet.blows.clear();
    assert_eq!(only(&quiet), untrue, "it was never called, and no server was struck");
}

#[test]
fn line_is_unknown_only_after_its_key_has_expired() {
    let mut evidence = with_record("U1", |record| record.outcome = Outcome::Unknown);
    evidence.calls[0].end = CallEnd::Dropped;
    assert_eq!(only(&evidence), ("unknown that is known", 1));
    evidence.calls.push(Call { at_us: evidence.calls[0].at_us + KEY_LIFE_US, ..evidence.calls[0].clone() });
    assert!(judge(&evidence).holds());
}

#[test]
fn any_second_over_the_limit_is_found_wherever_it_begins() {
    let mut evidence = honest();
    let at = |at_us| Call { at_us, ..call("line", "U1", "Ann", (1, 0), answered(409)) };
    evidence.calls.extend([at(20_600_000), at(20_900_000), at(21_600_000)]);
    assert!(judge(&evidence).holds(), "the first is a whole second before the third");
    evidence.calls.push(at(21_599_999));
    assert_eq!(only(&evidence), ("over-limit seconds", 1));
    evidence.calls.pop();
    evidence.calls.push(Call { end: answered(429), ..at(21_599_999) });
    assert_eq!(only(&evidence), ("over-limit seconds", 1), "refused calls are calls");
}

#[test]
fn figures_are_those_of_the_rows() {
    let mut evidence = honest();
    evidence.figures[1].figures.delivered = 0;
    assert_eq!(only(&evidence), ("counters that do not add up", 1));
}

#[test]
fn a_key_stands_for_one_body() {
    let mut evidence = honest();
    let with = |digest: &str| Call {
        retry_key: Some("k".to_owned()),
        digest: digest.to_owned(),
        at_us: 1,
        ..call("line", "U1", "Ann", (1, 0), answered(409))
    };
    evidence.calls.extend([with("a"), with("a")]);
    assert!(judge(&evidence).holds());
    evidence.calls.push(Call { at_us: 2_000_000, ..with("b") });
    assert_eq!(only(&evidence), ("keys with two bodies", 1));
}

#[test]
fn whatsapp_is_never_called_again_in_the_dark() {
    for end in [CallEnd::Gone, CallEnd::Dropped, answered(502), answered(200)] {
        let mut evidence = honest();
        evidence.calls.insert(2, call("whatsapp", "w1", "Cho", (2, 0), end));
        assert_eq!(only(&evidence), ("blind repeats on WhatsApp", 1));
    }
    let mut evidence = honest();
    let refused = CallEnd::Answered { status: 429, reason: None, code: Some(130_429) };
    evidence.calls.insert(2, call("whatsapp", "w1", "Cho", (2, 0), refused));
    assert!(judge(&evidence).holds(), "what was surely refused may be sent again");
}

#[test]
fn a_kill_of_an_idle_server_proves_nothing() {
    for (in_flight, queued) in [(0, 9), (3, 0)] {
        let mut evidence = honest();
        (evidence.blows[0].in_flight, evidence.blows[0].queued) = (in_flight, queued);
        assert_eq!(only(&evidence), ("kills that missed", 1));
        evidence.blows[0].kind = BlowKind::Freeze;
        assert!(judge(&evidence).holds());
    }
}

#[test]
fn marks_are_found_wherever_they_stand() {
    let body = json!({ "template": { "components": [{ "parameters": [{ "text": "#s12.0#" }, { "text": "x#s3.1##s3.2#y" }] }] } });
    assert_eq!(marks(&body), BTreeSet::from([(3, 1), (3, 2), (12, 0)]));
    assert!(marks(&json!({ "text": "#s#s1#x#i7#" })).is_empty());
}

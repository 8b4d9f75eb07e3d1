//! The SQL of members, on both engines.

use shared::{
    id::{MemberId, SessionId, StoreId, TeamId},
    members::Role,
};
use uuid::Uuid;

use super::{
    admin::{NewMember, NewStore, NewTeam},
    store::{self, Account},
};
use crate::db::{self, Db, testing::on_both_engines};

on_both_engines![
    a_session_knows_its_member,
    sessions_are_renewed_ended_and_forgotten,
    an_account_is_found_by_its_email,
    stores_are_replaced_and_colleagues_listed,
    teams_stores_and_members_are_listed,
];

const NOW: i64 = 1_700_000_000_000;

fn id<T: From<Uuid>>(number: u128) -> T {
    T::from(Uuid::from_u128(number))
}

/// Team 1 with stores 1 ("Xinyi") and 2 ("Banqiao"), member 1 in both, and team 2 with member 9.
async fn seed(db: &Db) {
    db.write(|tx| {
        for team in [1, 2] {
            store::insert_team(tx, id(team), &NewTeam::named(&format!("team {team}")), NOW)?;
        }
        for (number, name) in [(1, "Xinyi"), (2, "Banqiao")] {
            let new = NewStore { team: id(1), code: name.into(), name: name.into(), area: None };
            store::insert_store(tx, id(number), &new, NOW)?;
        }
        insert_member(tx, id(1), 1, "ann")?;
        insert_member(tx, id(2), 9, "zoe")?;
        store::replace_stores(tx, id(1), id(1), &[id(2), id(1)])
    })
    .await
    .unwrap();
}

fn insert_member(tx: &mut db::Tx<'_>, team: TeamId, number: u128, name: &str) -> db::Result<()> {
    let new = NewMember {
        team,
        name: name.into(),
        email: format!("{name}@example.com"),
        password: String::new().into(),
        role: Role::SalesManager,
        employee_code: Some(format!("E{number}")),
        stores: vec![],
    };
    store::insert_member(tx, id(number), &new, "hash", NOW)
}

fn account() -> Account {
    Account { team: id(1), member: id(1), epoch: 0, password_hash: "hash".into() }
}

async fn profile_stores(db: &Db, at: i64) -> Option<Vec<String>> {
    let profile = db.read(move |tx| store::profile_of_session(tx, id(1), id(7), at)).await.unwrap();
    profile.map(|profile| profile.stores.into_iter().map(|store| store.name).collect())
}

async fn start(db: &Db, session: SessionId) -> bool {
    db.write(move |tx| store::start_session(tx, &account(), session, NOW, NOW + 100)).await.unwrap()
}

async fn a_session_knows_its_member(db: Db) {
    seed(&db).await;
    assert!(start(&db, id(7)).await);
    let profile = db.read(|tx| store::profile_of_session(tx, id(1), id(7), NOW)).await.unwrap().unwrap();
    assert_eq!((profile.member, profile.role, profile.epoch), (id::<MemberId>(1), Role::SalesManager, 0));
    assert_eq!((profile.name.as_str(), profile.team_name.as_str()), ("ann", "team 1"));
    assert!(profile.omo);
    assert_eq!(profile_stores(&db, NOW).await.unwrap(), ["Banqiao", "Xinyi"], "the primary one first");

    // Another team's id does not find it, nor is it found once it is over.
    assert!(db.read(|tx| store::profile_of_session(tx, id(2), id(7), NOW)).await.unwrap().is_none());
    assert_eq!(profile_stores(&db, NOW + 100).await, None);

    // Disabled: unknown; enabled: known again, as the epoch is untouched by this alone.
    db.write(|tx| store::set_disabled(tx, id(1), id(1), Some(NOW))).await.unwrap();
    assert_eq!(profile_stores(&db, NOW).await, None);
    assert!(!start(&db, id(8)).await, "no session for a disabled member");
    db.write(|tx| store::set_disabled(tx, id(1), id(1), None)).await.unwrap();
    assert!(profile_stores(&db, NOW).await.is_some());
}

async fn sessions_are_renewed_ended_and_forgotten(db: Db) {
    seed(&db).await;
    start(&db, id(7)).await;
    start(&db, id(8)).await;
    db.write(|tx| store::renew_session(tx, id(1), id(7), 3, NOW + 50, NOW + 500)).await.unwrap();
    let state = |session: u128| {
        let db = db.clone();
        async move { db.read(move |tx| store::session_state(tx, id(session))).await.unwrap() }
    };
    let (team, renewed) = state(7).await.unwrap();
    assert_eq!((team, renewed.turn, renewed.expires_at), (id(1), 3, NOW + 500));
    assert!(!renewed.ended && renewed.member_current);
    assert!(state(1_000).await.is_none());

    let going_on = || {
        let asked = [id(7), id(8), id(1_000)];
        let db = db.clone();
        async move { db.read(move |tx| store::going_on(tx, id(1), &asked, NOW)).await.unwrap().len() }
    };
    assert_eq!(going_on().await, 2);
    assert_eq!(db.read(|tx| store::going_on(tx, id(2), &[id(7)], NOW)).await.unwrap(), [], "another team's");
    assert_eq!(db.read(|tx| store::going_on(tx, id(1), &[id(8)], NOW + 100)).await.unwrap(), [], "over");
    let end = || db.write(|tx| store::end_session(tx, id(1), id(7), NOW + 60));
    assert_eq!(end().await.unwrap(), Some(id(1)));
    assert_eq!(end().await.unwrap(), None, "it had ended");
    assert_eq!(db.read(|tx| store::going_on(tx, id(1), &[id(7), id(8)], NOW)).await.unwrap(), [id(8)]);
    assert!(state(7).await.unwrap().1.ended);
    assert_eq!(profile_stores(&db, NOW).await, None);
    assert!(!state(8).await.unwrap().1.ended);

    db.write(|tx| store::end_all_sessions(tx, id(1), id(1), NOW + 70)).await.unwrap();
    let (_, ended) = state(8).await.unwrap();
    assert!(ended.ended && !ended.member_current);
    assert_eq!(going_on().await, 0);
    assert!(!start(&db, id(9)).await, "the epoch of the account is of before");

    assert_eq!(db.write(|tx| store::forget_sessions(tx, NOW + 101)).await.unwrap(), 1);
    assert!(state(8).await.is_none());
    assert!(state(7).await.is_some());
}

async fn an_account_is_found_by_its_email(db: Db) {
    seed(&db).await;
    let found = |email: &'static str| {
        let db = db.clone();
        async move { db.read(move |tx| store::account(tx, email)).await.unwrap().map(|account| account.password_hash) }
    };
    assert_eq!(found("ann@example.com").await.as_deref(), Some("hash"));
    assert_eq!(found("nobody@example.com").await, None);
    assert!(db.write(|tx| store::set_password_hash(tx, id(1), id(1), "new")).await.unwrap());
    assert!(!db.write(|tx| store::set_password_hash(tx, id(2), id(1), "other")).await.unwrap());
    assert_eq!(found("ann@example.com").await.as_deref(), Some("new"));
    db.write(|tx| store::set_disabled(tx, id(1), id(1), Some(NOW))).await.unwrap();
    assert_eq!(found("ann@example.com").await, None);
    let by_email = db.read(|tx| store::member_by_email(tx, "ann@example.com")).await.unwrap();
    assert_eq!(by_email, Some((id(1), id(1))), "an operator finds her still");

    let twice = db.write(|tx| insert_member(tx, id(2), 10, "ann")).await;
    assert_eq!(twice, Err(db::Error::Unique { what: "member.email".into() }), "unique in the deployment");
}

async fn stores_are_replaced_and_colleagues_listed(db: Db) {
    seed(&db).await;
    db.write(|tx| {
        insert_member(tx, id(1), 2, "bob")?;
        insert_member(tx, id(1), 3, "cat")?;
        insert_member(tx, id(1), 4, "dan")?;
        store::set_disabled(tx, id(1), id(4), Some(NOW))?;
        store::replace_stores(tx, id(1), id(2), &[id(1)])?;
        store::replace_stores(tx, id(1), id(4), &[id(1)])
    })
    .await
    .unwrap();
    let names = |stores: Option<Vec<StoreId>>| {
        let db = db.clone();
        async move {
            let found = db.read(move |tx| store::colleagues(tx, id(1), stores.as_deref())).await.unwrap();
            found.into_iter().map(|one| (one.name, one.stores.len())).collect::<Vec<_>>()
        }
    };
    let expected = |names: &[(&str, usize)]| names.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect::<Vec<_>>();
    assert_eq!(names(None).await, expected(&[("ann", 2), ("bob", 1), ("cat", 0)]));
    assert_eq!(names(Some(vec![id(1)])).await, expected(&[("ann", 2), ("bob", 1)]));
    assert_eq!(names(Some(vec![id(2)])).await, expected(&[("ann", 2)]));
    assert_eq!(names(Some(vec![])).await, []);

    db.write(|tx| store::replace_stores(tx, id(1), id(1), &[])).await.unwrap();
    assert_eq!(names(Some(vec![id(2)])).await, []);
    let foreign = db.write(|tx| store::replace_stores(tx, id(2), id(9), &[id(1)])).await;
    assert_eq!(foreign, Err(db::Error::ForeignKey), "a store of another team");
}

async fn teams_stores_and_members_are_listed(db: Db) {
    seed(&db).await;
    let teams = db.read(store::teams).await.unwrap();
    assert_eq!(teams, [(id(1), "team 1".to_owned()), (id(2), "team 2".to_owned())]);
    assert!(db.read(|tx| store::has_team(tx, id(1))).await.unwrap());
    assert!(!db.read(|tx| store::has_team(tx, id(3))).await.unwrap());
    let stores = db.read(|tx| store::stores(tx, id(1))).await.unwrap();
    assert_eq!(stores.iter().map(|(_, code, _)| code.as_str()).collect::<Vec<_>>(), ["Banqiao", "Xinyi"]);
    assert!(db.read(|tx| store::stores(tx, id(2))).await.unwrap().is_empty());
    let members = db.read(|tx| store::members(tx, id(1))).await.unwrap();
    let [ann] = members.as_slice() else { panic!("{members:?}") };
    assert_eq!((ann.email.as_str(), ann.role, ann.disabled), ("ann@example.com", Role::SalesManager, false));

    let twice = db
        .write(|tx| {
            store::insert_store(
                tx,
                id(3),
                &NewStore { team: id(1), code: "Xinyi".into(), name: "x".into(), area: None },
                NOW,
            )
        })
        .await;
    assert_eq!(twice, Err(db::Error::Unique { what: "store.team_id, store.code".into() }));
}

//! Who may do what, over HTTP: every mounted route × role × whose thing × with and without the OMO plan, held against a
//! table that is written out by hand (domain.md 2; architecture.md 5; issue 2, item 3).

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail like tests")]

mod saved_replies;
mod stage;
mod table;
mod templates;
mod uploads;

use std::collections::BTreeSet;

use server::{db, params};
use shared::{
    call::{API, Method},
    campaigns::{ListCampaigns, ListDrafts, ShowDraft},
    contacts::ListChannels,
    conversations::{ConversationState, ListConversations, Scope, Take},
    id::ConversationId,
    members::{ListColleagues, Role},
    problem::{Conflict, Problem, What},
};
use tests::{Client, Engine, World};

use self::{
    stage::Stage,
    table::{Asks, Outcome, TABLE},
};

/// The routes as the router has them, `GET /me`.
fn mounted() -> Vec<(Method, &'static str, String)> {
    let api = server::http::api();
    let name = |method: Method, route: &str| format!("{} {route}", method.as_str());
    api.endpoints().iter().map(|one| (one.method, one.route, name(one.method, one.route))).collect()
}

#[test]
fn the_table_has_every_mounted_route_and_no_other() {
    let table: BTreeSet<&str> = TABLE.iter().map(|row| row.route).collect();
    let routes = mounted();
    let routes: BTreeSet<&str> = routes.iter().map(|(_, _, name)| name.as_str()).collect();
    assert_eq!(table, routes, "left: this test's table; right: the router");
    assert_eq!(table.len(), TABLE.len(), "a route is in the table twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_for_every_role_about_everybodys_things_with_and_without_the_plan() {
    for engine in Engine::here().unwrap() {
        walk(engine).await;
    }
}

/// Asks for every cell of the table.
async fn walk(engine: Engine) {
    // Ten routes change a conversation and get a fresh one, for three roles, twice.
    let stage = Stage::set(engine, 10 * 3 * 2).await;
    let mut wrong = Vec::new();
    let mut cells = 0;
    for omo in [true, false] {
        stage.set_plan(omo).await;
        for row in TABLE {
            for role in Role::ALL {
                let actor = stage.of_role(role);
                for (whose, expected) in row.cells(role, omo) {
                    let owner = stage.owner(actor, whose);
                    let came = match stage.ask(row.route, actor, owner, omo).await {
                        Ok(()) => Outcome::Done,
                        Err(Problem::Conflict { with: Conflict::NotOwner | Conflict::WrongState }) => Outcome::TooLate,
                        Err(problem) => Outcome::Refused(problem),
                    };
                    cells += 1;
                    if came != expected {
                        wrong.push(format!(
                            "{} by {role:?}, {whose:?}, omo {omo}: {came:?}, not {expected:?}",
                            row.route
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{engine:?}: {} of {cells} cells:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cells > 450, "only {cells} cells were walked");
    // Whoever wrote over another's id wrote a draft of her own.
    stage.set_plan(true).await;
    for who in ["colleague", "elsewhere", "other"] {
        let owner = stage.actor(who);
        let kept = owner.client.call(ShowDraft { id: owner.draft() }).await.unwrap();
        assert_eq!(kept.selection.ids, [owner.customer()], "{who}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_but_the_sign_in_asks_for_a_session() {
    let world = World::start().await.unwrap();
    let visitor = world.visitor().unwrap();
    for (method, route, name) in mounted() {
        let asks = TABLE.iter().find(|row| row.route == name).map(|row| row.asks);
        let id = "0198c0de-0000-7000-8000-000000000000";
        let path = format!(
            "{API}{}",
            route.replace("{id}", id).replace("{tag}", id).replace("{delivery}", id).replace("{offset}", "0")
        );
        let answer = visitor.raw(method, &path).header("content-type", "application/json").send().await.unwrap();
        let (status, problem) = (answer.status().as_u16(), answer.json::<Problem>().await.unwrap());
        // Signing in is about the body, and to renew a session takes its token.
        if name == "POST /session" {
            assert_eq!(status, 422, "{name}: {problem:?}");
        } else {
            assert_eq!((status, problem), (401, Problem::SignedOut), "{name}");
        }
        assert_eq!(asks == Some(Asks::Nobody), route.starts_with("/session") && route != "/session/end", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_paths_and_other_methods_are_problems_in_json() {
    let world = World::start().await.unwrap();
    let admin = world.client("admin").await.unwrap();
    let missing = Problem::missing(What::Route);
    for path in
        ["/api/v1/nothing", "/api/v1/", "/api/v2/me", "/api/v1/me/more", "/webhooks/fax", "/api/v1/drafts/1/2/3"]
    {
        assert_eq!(problem(&admin, Method::Get, path).await, (404, missing.clone(), None), "{path}");
    }
    for (method, path, allow) in [
        (Method::Delete, "/api/v1/me", "GET,HEAD"),
        (Method::Get, "/api/v1/session", "POST"),
        (Method::Post, "/api/v1/drafts", "GET,HEAD"),
        (Method::Put, "/api/v1/conversations/transfer", "POST"),
        (Method::Get, "/webhooks/line/0198c0de-0000-7000-8000-000000000000", "POST"),
    ] {
        let told = problem(&admin, method, path).await;
        assert_eq!((told.0, &told.1), (405, &missing), "{path}");
        assert!(told.2.as_deref().is_some_and(|told| told.contains(allow)), "{path}: {told:?}");
    }
}

/// The status, the problem, and what `Allow` says.
async fn problem(client: &Client, method: Method, path: &str) -> (u16, Problem, Option<String>) {
    let answer = client.raw(method, path).send().await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap();
    assert_eq!(kind, "application/json", "{path}");
    let allow = answer.headers().get("allow").map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), answer.json().await.unwrap(), allow)
}

/// The conversations in a tab.
async fn listed(client: &Client, state: ConversationState, scope: Scope) -> BTreeSet<ConversationId> {
    let call = ListConversations { state, scope, limit: 100, ..Default::default() };
    let page = client.call(call).await.unwrap();
    assert_eq!(page.next, None);
    page.items.iter().map(|card| card.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_hold_what_is_in_the_callers_scope_and_nothing_else() {
    for engine in Engine::here().unwrap() {
        look_at_lists(engine).await;
    }
}

/// Compares every list with what each actor may see.
async fn look_at_lists(engine: Engine) {
    let stage = Stage::set(engine, 2).await;
    let customers = |who: &[&str]| who.iter().map(|who| stage.actor(who).customer()).collect::<BTreeSet<_>>();
    let pending =
        |who: &[&str]| who.iter().flat_map(|who| stage.actor(who).untouched()).collect::<BTreeSet<ConversationId>>();
    let here = ["admin", "manager", "sales", "colleague"];
    let everywhere = ["admin", "manager", "sales", "colleague", "elsewhere"];
    // (who, in the team's tab, pending, records, colleagues, accounts)
    let shared = stage.actor("sales").channel();
    let own = stage.actor("elsewhere").channel();
    // One number is the first store's, the other both stores'.
    let numbers = &stage.world.team.business.as_ref().unwrap().numbers;
    let (first, both) = (numbers[0].id, numbers[1].id);
    for (who, team, waiting, records, colleagues, accounts) in [
        (
            "admin",
            &everywhere[..],
            &everywhere[..],
            &["manager", "sales", "colleague", "elsewhere"][..],
            5,
            vec![shared, own, first, both],
        ),
        ("manager", &here[..], &here[..], &["manager", "sales", "colleague"][..], 4, vec![shared, first, both]),
        ("sales", &["sales"][..], &here[..], &["sales"][..], 4, vec![shared, first, both]),
        ("elsewhere", &["elsewhere"][..], &everywhere[..], &["elsewhere"][..], 1, vec![shared, own, both]),
        ("other", &["other"][..], &["other"][..], &["other"][..], 3, vec![stage.actor("other").channel()]),
    ] {
        let client = &stage.actor(who).client;
        assert_eq!(listed(client, ConversationState::InProgress, Scope::Mine).await, customers(&[who]), "{who}");
        assert_eq!(listed(client, ConversationState::InProgress, Scope::Team).await, customers(team), "{who}");
        assert_eq!(listed(client, ConversationState::Pending, Scope::Mine).await, pending(waiting), "{who}");
        assert_eq!(listed(client, ConversationState::Closed, Scope::Team).await, BTreeSet::new(), "{who}");
        let page = client.call(ListCampaigns { limit: 100, ..Default::default() }).await.unwrap();
        let seen: BTreeSet<_> = page.items.iter().map(|row| row.id).collect();
        assert_eq!(seen, records.iter().map(|who| stage.actor(who).campaign()).collect(), "{who}");
        assert_eq!(client.call(ListColleagues {}).await.unwrap().len(), colleagues, "{who}");
        let seen: BTreeSet<_> = client.call(ListChannels {}).await.unwrap().iter().map(|one| one.id).collect();
        assert_eq!(seen, accounts.into_iter().collect(), "{who}");
        if who != "admin" {
            let drafts = client.call(ListDrafts {}).await.unwrap();
            assert_eq!(drafts.iter().map(|one| one.id).collect::<Vec<_>>(), [stage.actor(who).draft()], "{who}");
        }
    }
}

/// domain.md 11.24: without the setting, pending conversations are handed out by an admin and are nobody else's to see.
#[tokio::test(flavor = "multi_thread")]
async fn where_the_team_says_so_sales_roles_do_not_take_pending_conversations() {
    let stage = Stage::set(Engine::Sqlite, 2).await;
    let id = stage.actor("sales").untouched()[0];
    let team = stage.world.team.id;
    let set = move |tx: &mut db::Tx<'_>| {
        tx.execute("UPDATE team SET sales_may_take_pending = FALSE WHERE id = $1", params![team])
    };
    stage.world.server.app().unwrap().db.write(set).await.unwrap();
    for who in ["manager", "sales"] {
        let client = &stage.actor(who).client;
        assert_eq!(listed(client, ConversationState::Pending, Scope::Mine).await, BTreeSet::new(), "{who}");
        let refused = client.call(Take { id }).await.map(drop);
        assert_eq!(refused, Err(Problem::missing(What::Conversation)), "{who}");
    }
    let admin = &stage.actor("admin").client;
    assert_eq!(listed(admin, ConversationState::Pending, Scope::Mine).await.len(), 10);
    admin.call(Take { id }).await.unwrap();
}

//! Sessions: how they begin, are renewed, and end (architecture.md 5; issue 2, item 3).

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use reqwest::Response;
use server::members::admin;
use shared::{
    call::{API, Call, Method},
    conversations::ListConversations,
    members::{Client as Kept, Refresh, Session, ShowMe, SignIn, SignOut},
    problem::{Problem, Rule, Unit},
};
use tests::{Client, Engine, World, team::PASSWORD};

const COOKIE: &str = "storecast_session";

fn sign_in(email: &str, password: &str, client: Kept) -> SignIn {
    SignIn { email: email.to_owned(), password: password.to_owned(), client }
}

/// Signs the first team's sales staff in on a native build.
async fn native(world: &World) -> Session {
    world.visitor().unwrap().call(sign_in("sales@a.example", PASSWORD, Kept::Native)).await.unwrap()
}

async fn refresh(world: &World, token: &str) -> Result<Session, Problem> {
    world.visitor().unwrap().call(Refresh { refresh_token: Some(token.to_owned()) }).await
}

async fn knows(world: &World, session: &Session) -> Result<(), Problem> {
    world.visitor().unwrap().with_session(session).call(ShowMe {}).await.map(drop)
}

/// Makes a call as a browser does, with the cookie it keeps.
async fn browser<C: Call>(world: &World, call: C, cookie: Option<&str>) -> Response {
    let request = world.visitor().unwrap().request(&call);
    match cookie {
        Some(cookie) => request.header("cookie", format!("theme=dark; {COOKIE}={cookie}")),
        None => request,
    }
    .send()
    .await
    .unwrap()
}

/// The value and the attributes of the cookie that an answer sets.
fn cookie(answer: &Response) -> (String, String) {
    let all: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
    assert_eq!(all.len(), 1, "{all:?}");
    let (pair, attributes) = all[0].to_str().unwrap().split_once("; ").unwrap();
    let (name, value) = pair.split_once('=').unwrap();
    assert_eq!(name, COOKIE);
    (value.to_owned(), attributes.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_gets_a_cookie_that_scripts_and_other_sites_cannot_use() {
    let world = World::start().await.unwrap();
    let answer = browser(&world, sign_in("sales@a.example", PASSWORD, Kept::Web), None).await;
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let (first, attributes) = cookie(&answer);
    // 60 days, for the calls of the session alone. `Secure` is left out on plain http only.
    assert_eq!(attributes, "Path=/api/v1/session; Max-Age=5184000; HttpOnly; SameSite=Strict");
    let body = answer.text().await.unwrap();
    assert!(!body.contains("refresh_token") && !body.contains(&first), "{body}");

    let answer = browser(&world, Refresh { refresh_token: None }, Some(&first)).await;
    assert_eq!(answer.status().as_u16(), 200);
    let (second, again) = cookie(&answer);
    assert_eq!((first == second, again), (false, attributes));
    let session: Session = answer.json().await.unwrap();
    assert_eq!((session.refresh_token.as_deref(), session.me.email.as_str()), (None, "sales@a.example"));

    let client = world.visitor().unwrap().with_session(&session);
    let answer = client.request(&SignOut { everywhere: false }).send().await.unwrap();
    let (value, attributes) = cookie(&answer);
    assert!(value.is_empty() && attributes.contains("Max-Age=0"), "{value} {attributes}");
    let answer = browser(&world, Refresh { refresh_token: None }, Some(&second)).await;
    let (value, attributes) = cookie(&answer);
    assert!(value.is_empty() && attributes.contains("Max-Age=0"), "a cookie that is over is taken back");
    assert_eq!((answer.status().as_u16(), answer.json().await.unwrap()), (401, Problem::SignedOut));
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_https_the_cookie_travels_encrypted_only() {
    let https = |config: &mut server::config::Config| "https://chat.example.com".clone_into(&mut config.public_url);
    let world = World::start_with(Engine::Sqlite, https).await.unwrap();
    let answer = browser(&world, sign_in("sales@a.example", PASSWORD, Kept::Web), None).await;
    assert!(cookie(&answer).1.ends_with("; SameSite=Strict; Secure"));
    assert!(answer.headers().contains_key("strict-transport-security"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_native_build_gets_its_token_in_the_body_and_no_cookie() {
    let world = World::start().await.unwrap();
    let answer = browser(&world, sign_in(" SALES@A.example ", PASSWORD, Kept::Native), None).await;
    assert!(!answer.headers().contains_key("set-cookie"));
    let session: Session = answer.json().await.unwrap();
    let answer = browser(&world, Refresh { refresh_token: session.refresh_token.clone() }, None).await;
    assert!(!answer.headers().contains_key("set-cookie"));
    let renewed: Session = answer.json().await.unwrap();
    assert!(renewed.refresh_token.is_some() && renewed.refresh_token != session.refresh_token);
    assert!(renewed.expires_at >= session.expires_at);
    assert_eq!((knows(&world, &session).await, knows(&world, &renewed).await), (Ok(()), Ok(())));
}

/// architecture.md 5: a lost answer or a second tab signs nobody out.
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_whose_answer_was_lost_gives_the_same_successor() {
    for engine in Engine::here().unwrap() {
        let world = World::start_on(engine).await.unwrap();
        let first = native(&world).await.refresh_token.unwrap();
        let second = refresh(&world, &first).await.unwrap().refresh_token.unwrap();
        for _ in 0..3 {
            assert_eq!(refresh(&world, &first).await.unwrap().refresh_token.as_ref(), Some(&second), "asked again");
        }
        let tabs = futures_util::future::join_all((0..6).map(|_| refresh(&world, &second))).await;
        let third = tabs[0].as_ref().unwrap().refresh_token.clone().unwrap();
        for tab in tabs {
            assert_eq!(tab.unwrap().refresh_token.as_ref(), Some(&third), "many tabs at once");
        }
        assert!(refresh(&world, &third).await.is_ok());
    }
}

/// A token whose successor was used already is in two hands: the session ends for both.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_used_again_later_ends_the_session() {
    let world = World::start().await.unwrap();
    let elsewhere = native(&world).await;
    let session = native(&world).await;
    let first = session.refresh_token.clone().unwrap();
    let second = refresh(&world, &first).await.unwrap().refresh_token.unwrap();
    let third = refresh(&world, &second).await.unwrap();
    assert_eq!(refresh(&world, &first).await.map(drop), Err(Problem::SignedOut));
    assert_eq!(refresh(&world, &third.refresh_token.clone().unwrap()).await.map(drop), Err(Problem::SignedOut));
    for ended in [&session, &third] {
        assert_eq!(knows(&world, ended).await, Err(Problem::SignedOut), "its access tokens end with it");
    }
    assert_eq!(knows(&world, &elsewhere).await, Ok(()), "her other device stays signed in");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_refresh_token_signs_nobody_out() {
    let world = World::start().await.unwrap();
    let session = native(&world).await;
    let token = session.refresh_token.clone().unwrap();
    let (head, mac) = token.rsplit_once('.').unwrap();
    let later = head.rsplit_once('.').map(|(head, _)| format!("{head}.99.{mac}")).unwrap();
    for nothing in ["", ".", "a.b.c.d", &token[..token.len() - 2], &later, &session.access_token] {
        assert_eq!(refresh(&world, nothing).await.map(drop), Err(Problem::SignedOut), "{nothing}");
    }
    assert_eq!(browser(&world, Refresh { refresh_token: None }, None).await.status().as_u16(), 401);
    assert_eq!(browser(&world, Refresh { refresh_token: None }, Some("x")).await.status().as_u16(), 401);
    assert!(refresh(&world, &token).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_this_session_and_everywhere_ends_all() {
    let world = World::start().await.unwrap();
    let (phone, tablet, desk) = (native(&world).await, native(&world).await, native(&world).await);
    let manager = world.client("manager").await.unwrap();
    let end = async |session: &Session, everywhere| {
        let client = world.visitor().unwrap().with_session(session);
        client.call(SignOut { everywhere }).await.unwrap();
    };
    end(&phone, false).await;
    assert_eq!(knows(&world, &phone).await, Err(Problem::SignedOut));
    assert_eq!(refresh(&world, phone.refresh_token.as_deref().unwrap()).await.map(drop), Err(Problem::SignedOut));
    assert_eq!((knows(&world, &tablet).await, knows(&world, &desk).await), (Ok(()), Ok(())));
    end(&tablet, true).await;
    for session in [&tablet, &desk] {
        assert_eq!(knows(&world, session).await, Err(Problem::SignedOut));
        assert_eq!(refresh(&world, session.refresh_token.as_deref().unwrap()).await.map(drop), Err(Problem::SignedOut));
    }
    assert!(manager.call(ShowMe {}).await.is_ok(), "nobody else");
    assert_eq!(knows(&world, &native(&world).await).await, Ok(()), "she signs in again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_member_is_out_at_once() {
    let world = World::start().await.unwrap();
    let session = native(&world).await;
    let (app, seat) = (world.server.app().unwrap(), world.team.seat("sales").unwrap());
    admin::disable_member(&app.db, &app.clock, world.team.id, seat.id).await.unwrap();
    let client = world.visitor().unwrap().with_session(&session);
    let list = ListConversations { limit: 50, ..Default::default() };
    assert_eq!(client.call(list).await.map(drop), Err(Problem::SignedOut));
    assert_eq!(refresh(&world, session.refresh_token.as_deref().unwrap()).await.map(drop), Err(Problem::SignedOut));
    // Not told apart from a wrong password.
    let tried = world.visitor().unwrap().call(sign_in("sales@a.example", PASSWORD, Kept::Native)).await;
    assert_eq!(tried.map(drop), Err(Problem::WrongCredentials));
    admin::enable_member(&app.db, world.team.id, seat.id).await.unwrap();
    assert_eq!(knows(&world, &session).await, Err(Problem::SignedOut), "what was ended stays ended");
    assert_eq!(knows(&world, &native(&world).await).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_every_session() {
    let world = World::start().await.unwrap();
    let session = native(&world).await;
    let (app, seat) = (world.server.app().unwrap(), world.team.seat("sales").unwrap());
    let new = secrecy::SecretString::from("another password");
    admin::set_password(&app.db, &app.clock, &app.limits.passwords, world.team.id, seat.id, new).await.unwrap();
    assert_eq!(knows(&world, &session).await, Err(Problem::SignedOut));
    let tried = world.visitor().unwrap().call(sign_in("sales@a.example", PASSWORD, Kept::Native)).await;
    assert_eq!(tried.map(drop), Err(Problem::WrongCredentials));
    assert!(world.visitor().unwrap().sign_in("sales@a.example", "another password").await.is_ok());
}

/// The same answer, and the same work, whether there is such a member or not.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_member_and_a_wrong_password_are_answered_alike() {
    let world = World::start().await.unwrap();
    let passwords = &world.server.app().unwrap().limits.passwords;
    for email in ["sales@a.example", "nobody@a.example", "no e-mail at all"] {
        let before = passwords.verified();
        let answer = browser(&world, sign_in(email, "not the password", Kept::Web), None).await;
        assert!(!answer.headers().contains_key("set-cookie"));
        assert_eq!(
            (answer.status().as_u16(), answer.json().await.unwrap()),
            (401, Problem::WrongCredentials),
            "{email}"
        );
        assert_eq!(passwords.verified() - before, 1, "{email} costs one hashing");
    }
    let required = |field: &str| Err(Problem::invalid(field, Rule::Required));
    let long =
        |field: &str, limit, actual| Err(Problem::invalid(field, Rule::TooLong { limit, actual, unit: Unit::Bytes }));
    for (email, password, refused) in [
        ("", "x", required("email")),
        (" ", "x", required("email")),
        ("sales@a.example", "", required("password")),
        (&"a".repeat(255), "x", long("email", 254, 255)),
        ("sales@a.example", &"x".repeat(257), long("password", 256, 257)),
    ] {
        let before = passwords.verified();
        let tried = world.visitor().unwrap().call(sign_in(email, password, Kept::Web)).await.map(drop);
        assert_eq!((tried, passwords.verified()), (refused, before));
    }
}

/// The status, the problem's seconds, and what `Retry-After` says.
async fn too_many(answer: Response) -> u64 {
    let told: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert_eq!(answer.status().as_u16(), 429);
    let Problem::TooMany { retry_after } = answer.json().await.unwrap() else { panic!("not too many") };
    assert_eq!(retry_after, told);
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_at_one_account_is_cut_off_even_for_the_right_password() {
    let few = |config: &mut server::config::Config| config.limits.sign_in_per_account = 3;
    let world = World::start_with(Engine::Sqlite, few).await.unwrap();
    let attempt =
        |email: &'static str, password: &'static str| browser(&world, sign_in(email, password, Kept::Web), None);
    for email in ["sales@a.example", "SALES@a.example", " sales@a.example"] {
        assert_eq!(attempt(email, "a guess").await.status().as_u16(), 401);
    }
    let seconds = too_many(attempt("sales@a.example", PASSWORD).await).await;
    assert!((1..=21).contains(&seconds), "{seconds}");
    assert_eq!(attempt("manager@a.example", PASSWORD).await.status().as_u16(), 200);
    for _ in 0..3 {
        assert_eq!(attempt("nobody@a.example", "a guess").await.status().as_u16(), 401);
    }
    too_many(attempt("nobody@a.example", "a guess").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_at_many_accounts_from_one_address_is_cut_off() {
    let few = |config: &mut server::config::Config| {
        config.limits.sign_in_per_address = 3;
        config.limits.refresh_per_address = 2;
    };
    let world = World::start_with(Engine::Sqlite, few).await.unwrap();
    let token = native(&world).await.refresh_token.unwrap();
    for email in ["a@a.example", "b@a.example"] {
        let answer = browser(&world, sign_in(email, "a guess", Kept::Web), None).await;
        assert_eq!(answer.status().as_u16(), 401);
    }
    let right = sign_in("manager@a.example", PASSWORD, Kept::Web);
    // Nobody is believed who says for whom he asks: no proxy is trusted here.
    for forwarded in ["203.0.113.1", "203.0.113.2"] {
        let request = world.visitor().unwrap().request(&right).header("x-forwarded-for", forwarded);
        too_many(request.send().await.unwrap()).await;
    }
    for expected in [200, 200] {
        let answer = browser(&world, Refresh { refresh_token: Some(token.clone()) }, None).await;
        assert_eq!(answer.status().as_u16(), expected);
    }
    too_many(browser(&world, Refresh { refresh_token: Some(token) }, None).await).await;
}

/// A session belongs to its token alone: a cookie opens nothing but its own renewal.
#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_is_no_key_to_the_rest_of_the_api() {
    let world = World::start().await.unwrap();
    let answer = browser(&world, sign_in("sales@a.example", PASSWORD, Kept::Web), None).await;
    let (value, _) = cookie(&answer);
    let visitor: Client = world.visitor().unwrap();
    for (method, path) in [(Method::Get, "/me"), (Method::Get, "/conversations"), (Method::Post, "/session/end")] {
        let request = visitor.raw(method, &format!("{API}{path}")).header("cookie", format!("{COOKIE}={value}"));
        assert_eq!(request.send().await.unwrap().status().as_u16(), 401, "{path}");
        let request = visitor.with_token(&value).raw(method, &format!("{API}{path}"));
        assert_eq!(request.send().await.unwrap().status().as_u16(), 401, "{path}");
    }
}

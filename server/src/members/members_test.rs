//! Sign-in, renewal, sign-out and who is calling, asked over HTTP as the app asks.

use axum::{
    body::Body,
    http::{Request, header},
};
use rstest::rstest;
use shared::{
    id::SessionId,
    members::{Client, ListColleagues, Refresh, Role, Session, ShowMe, SignIn, SignOut},
    problem::{Problem, Rule, Unit},
};
use uuid::Uuid;

use super::admin::{self, NewMember, NewStore, NewTeam};
use crate::{
    http::{
        edge::ClientAddress,
        testing::{PASSWORD, World, request},
    },
    keys::Access,
};

fn sign_in(email: &str, password: &str) -> SignIn {
    SignIn { email: email.into(), password: password.into(), client: Client::Native }
}

fn renewal(session: &Session) -> Refresh {
    Refresh { refresh_token: session.refresh_token.clone() }
}

async fn me(world: &World, token: &str) -> Result<String, Problem> {
    world.call(Some(token), &ShowMe {}).await.map(|me| me.email)
}

#[tokio::test]
async fn a_member_signs_in_and_is_known() {
    let world = World::new().await;
    let ann = world.member("ann", Role::SalesStaff).await;
    let session = world.call(None, &sign_in("  ANN@Example.com ", PASSWORD)).await.unwrap();
    assert_eq!(session.me.id, ann);
    assert_eq!(session.me.role, Role::SalesStaff);
    assert_eq!(session.me.stores.iter().map(|store| store.id).collect::<Vec<_>>(), [world.store]);
    assert_eq!(session.expires_at.offset().local_minus_utc(), 8 * 3_600, "in the team's zone");
    assert_eq!(me(&world, &session.access_token).await.unwrap(), "ann@example.com");
}

/// Not told apart, and at the same cost: a hash is verified each time.
#[tokio::test]
async fn unknown_wrong_and_disabled_are_answered_alike() {
    let world = World::new().await;
    world.member("ann", Role::SalesStaff).await;
    let gone = world.member("gone", Role::SalesStaff).await;
    admin::disable_member(&world.app.db, &world.app.clock, world.team, gone).await.unwrap();
    for (email, password) in
        [("nobody@example.com", PASSWORD), ("ann@example.com", "wrong"), ("gone@example.com", PASSWORD)]
    {
        let before = world.app.limits.passwords.verified();
        let refused = world.call(None, &sign_in(email, password)).await;
        assert_eq!(refused, Err(Problem::WrongCredentials), "{email}");
        assert_eq!(world.app.limits.passwords.verified(), before + 1, "{email}");
    }
}

#[rstest]
#[case::no_email("", "x", Problem::invalid("email", Rule::Required))]
#[case::no_password("ann@example.com", "", Problem::invalid("password", Rule::Required))]
#[case::long_password(
    "ann@example.com",
    &"x".repeat(257),
    Problem::invalid("password", Rule::TooLong { limit: 256, actual: 257, unit: Unit::Bytes })
)]
#[case::long_email(
    &format!("{}@example.com", "x".repeat(10_000)),
    "x",
    Problem::invalid("email", Rule::TooLong { limit: 254, actual: 10_012, unit: Unit::Bytes })
)]
#[tokio::test]
async fn what_cannot_be_right_is_refused_before_any_hashing(
    #[case] email: &str,
    #[case] password: &str,
    #[case] problem: Problem,
) {
    let world = World::new().await;
    assert_eq!(world.call(None, &sign_in(email, password)).await, Err(problem));
    assert_eq!(world.app.limits.passwords.verified(), 0);
}

#[rstest]
#[case::sql("' OR 1=1 --")]
#[case::html("<script>alert(1)</script>")]
#[case::nul("a\0b")]
#[case::emoji("👩‍💼@例え.jp")]
#[tokio::test]
async fn odd_emails_are_simply_unknown(#[case] email: &str) {
    let world = World::new().await;
    let refused = world.call(None, &sign_in(email, "x")).await;
    assert_eq!(refused, Err(Problem::WrongCredentials));
}

#[tokio::test]
async fn an_unreadable_body_names_its_field() {
    let world = World::new().await;
    let post = |body: &'static str| {
        let request = Request::post("/api/v1/session").header(header::CONTENT_TYPE, "application/json");
        world.ask(request.body(Body::from(body)).unwrap())
    };
    for (body, field) in [
        (r#"{"email": 5, "password": "x", "client": "web"}"#, "email"),
        (r#"{"email": "a", "password": "x", "client": "fax"}"#, "client"),
        (r#"{"email": "a""#, "body"),
        (r#"{"email": "a", "password": "x", "client": "web"} and more"#, "body"),
        (r#"{"email": "a", "client": "web"}"#, "password"),
        ("", "email"),
        ("[[[[[[", "[0]"),
    ] {
        let problem = post(body).await.problem();
        assert!(matches!(&problem, Problem::Invalid { field: named, .. } if named == field), "{body}: {problem:?}");
    }
}

#[tokio::test]
async fn a_form_of_another_site_signs_nobody_in() {
    let world = World::new().await;
    let body = r#"{"email": "ann@example.com", "password": "x", "client": "web", "a": "="}"#;
    for (kind, field) in [
        ("text/plain", "content-type"),
        ("application/x-www-form-urlencoded", "content-type"),
        ("multipart/form-data; boundary=x", "content-type"),
    ] {
        let request = Request::post("/api/v1/session").header(header::CONTENT_TYPE, kind);
        let problem = world.ask(request.body(Body::from(body)).unwrap()).await.problem();
        assert!(matches!(&problem, Problem::Invalid { field: named, .. } if named == field), "{kind}: {problem:?}");
    }
    let request = Request::post("/api/v1/session").header(header::CONTENT_TYPE, "Application/JSON; charset=utf-8");
    assert_eq!(world.ask(request.body(Body::from(body)).unwrap()).await.problem(), Problem::WrongCredentials);
    assert_eq!(world.app.limits.passwords.verified(), 1);
}

#[tokio::test]
async fn tries_are_limited_by_account_and_by_address() {
    let world = World::with(|config| {
        config.limits.sign_in_per_account = 2;
        config.limits.sign_in_per_address = 4;
    })
    .await;
    world.member("ann", Role::SalesStaff).await;
    for _ in 0..2 {
        assert_eq!(world.call(None, &sign_in("ann@example.com", "wrong")).await, Err(Problem::WrongCredentials));
    }
    // The right password does not help any more, and case makes no other account of it.
    let answer = world.ask(request(None, &sign_in("Ann@example.com", PASSWORD))).await;
    let Problem::TooMany { retry_after } = answer.problem() else { panic!("{answer:?}") };
    assert_eq!(answer.header("retry-after"), retry_after.to_string());
    assert_eq!(world.app.limits.passwords.verified(), 2);
    // The fourth of this address; the fifth is one too many, whoever it is for.
    assert_eq!(world.call(None, &sign_in("bob@example.com", "x")).await, Err(Problem::WrongCredentials));
    let fifth = world.call(None, &sign_in("eve@example.com", "x")).await;
    assert!(matches!(fifth, Err(Problem::TooMany { .. })), "{fifth:?}");
    let mut elsewhere = request(None, &sign_in("eve@example.com", "x"));
    elsewhere.extensions_mut().insert(ClientAddress("198.51.100.7".parse().unwrap()));
    assert_eq!(world.ask(elsewhere).await.problem(), Problem::WrongCredentials);
}

#[tokio::test]
async fn an_access_token_is_good_for_fifteen_minutes_and_the_session_goes_on() {
    let world = World::new().await;
    world.member("ann", Role::SalesStaff).await;
    let session = world.signed_in("ann").await;
    world.app.clock.advance(15 * 60 * 1_000 - 1_000);
    assert!(me(&world, &session.access_token).await.is_ok());
    world.app.clock.advance(1_000);
    assert_eq!(me(&world, &session.access_token).await, Err(Problem::SignedOut));
    let renewed = world.call(None, &renewal(&session)).await.unwrap();
    assert!(me(&world, &renewed.access_token).await.is_ok());
}

#[tokio::test]
async fn a_session_slides_and_ends_after_sixty_idle_days() {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    let world = World::new().await;
    world.member("ann", Role::SalesStaff).await;
    let mut session = world.signed_in("ann").await;
    for _ in 0..3 {
        world.app.clock.advance(59 * DAY);
        session = world.call(None, &renewal(&session)).await.unwrap();
    }
    world.app.clock.advance(60 * DAY);
    assert_eq!(world.call(None, &renewal(&session)).await, Err(Problem::SignedOut));
}

/// Architecture section 5: a lost answer or a second tab signs nobody out.
#[tokio::test]
async fn a_lost_answer_is_given_again_until_its_successor_is_used() {
    let world = World::new().await;
    world.member("ann", Role::SalesStaff).await;
    let first = world.signed_in("ann").await;
    let second = world.call(None, &renewal(&first)).await.unwrap();
    let again = world.call(None, &renewal(&first)).await.unwrap();
    assert_eq!(second.refresh_token, again.refresh_token);
    assert_ne!(first.refresh_token, second.refresh_token);
    let third = world.call(None, &renewal(&second)).await.unwrap();
    assert!(me(&world, &third.access_token).await.is_ok());

    // Now the first is two turns old: someone has stolen it, or its successor. Both are out.
    assert_eq!(world.call(None, &renewal(&first)).await, Err(Problem::SignedOut));
    assert_eq!(world.call(None, &renewal(&third)).await, Err(Problem::SignedOut));
    assert_eq!(me(&world, &third.access_token).await, Err(Problem::SignedOut));
}

#[tokio::test]
async fn two_tabs_that_renew_at_once_both_go_on() {
    let world = World::new().await;
    world.member("ann", Role::SalesStaff).await;
    let session = world.signed_in("ann").await;
    let (call, other) = (renewal(&session), renewal(&session));
    let (one, two) = tokio::join!(world.call(None, &call), world.call(None, &other));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.refresh_token, two.refresh_token);
    assert!(me(&world, &one.access_token).await.is_ok());
    assert!(me(&world, &two.access_token).await.is_ok());
}

#[tokio::test]
async fn in_a_browser_the_refresh_token_is_a_cookie_and_nowhere_else() {
    let world = World::new().await;
    world.member("ann", Role::SalesStaff).await;
    let call = SignIn { client: Client::Web, ..sign_in("ann@example.com", PASSWORD) };
    let answer = world.ask(request(None, &call)).await;
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.ends_with("; Path=/api/v1/session; Max-Age=5184000; HttpOnly; SameSite=Strict"), "{cookie}");
    assert!(answer.json().get("refresh_token").is_none());
    assert_eq!(answer.header("cache-control"), "no-store");

    let pair = cookie.split(';').next().unwrap();
    let mut renew = request(None, &Refresh { refresh_token: None });
    renew.headers_mut().insert(header::COOKIE, format!("other=1; {pair}").parse().unwrap());
    let renewed = world.ask(renew).await;
    assert_eq!(renewed.status, 200);
    assert!(renewed.json().get("refresh_token").is_none());
    assert_ne!(renewed.header("set-cookie"), cookie);

    // A cookie that is no good is taken back.
    let mut wrong = request(None, &Refresh { refresh_token: None });
    wrong.headers_mut().insert(header::COOKIE, "storecast_session=nonsense".parse().unwrap());
    let refused = world.ask(wrong).await;
    assert_eq!(refused.problem(), Problem::SignedOut);
    assert!(refused.header("set-cookie").contains("Max-Age=0"), "{refused:?}");
}

#[tokio::test]
async fn behind_https_the_cookie_is_secure() {
    let world = World::with(|config| config.public_url = "https://chat.example.com".into()).await;
    world.member("ann", Role::SalesStaff).await;
    let call = SignIn { client: Client::Web, ..sign_in("ann@example.com", PASSWORD) };
    let answer = world.ask(request(None, &call)).await;
    assert!(answer.header("set-cookie").ends_with("; Secure"));
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
}

#[tokio::test]
async fn without_any_refresh_token_one_is_signed_out() {
    let world = World::new().await;
    assert_eq!(world.call(None, &Refresh { refresh_token: None }).await, Err(Problem::SignedOut));
    let forged = Refresh { refresh_token: Some("00000000.x.1.y".into()) };
    assert_eq!(world.call(None, &forged).await, Err(Problem::SignedOut));
}

#[tokio::test]
async fn signing_out_ends_this_session_or_all() {
    let world = World::new().await;
    world.member("ann", Role::SalesStaff).await;
    world.member("bob", Role::SalesStaff).await;
    let (phone, desk, tablet) =
        (world.signed_in("ann").await, world.signed_in("ann").await, world.signed_in("ann").await);
    let bob = world.signed_in("bob").await;

    world.call(Some(&phone.access_token), &SignOut { everywhere: false }).await.unwrap();
    assert_eq!(me(&world, &phone.access_token).await, Err(Problem::SignedOut));
    assert_eq!(world.call(None, &renewal(&phone)).await, Err(Problem::SignedOut));
    assert!(me(&world, &desk.access_token).await.is_ok());

    world.call(Some(&desk.access_token), &SignOut { everywhere: true }).await.unwrap();
    for session in [&desk, &tablet] {
        assert_eq!(me(&world, &session.access_token).await, Err(Problem::SignedOut));
        assert_eq!(world.call(None, &renewal(session)).await, Err(Problem::SignedOut));
    }
    assert!(me(&world, &bob.access_token).await.is_ok());
    assert!(me(&world, &world.signed_in("ann").await.access_token).await.is_ok(), "she may come back");
}

#[tokio::test]
async fn to_disable_takes_effect_at_once_and_to_enable_lets_in_again() {
    let world = World::new().await;
    let ann = world.member("ann", Role::SalesStaff).await;
    let session = world.signed_in("ann").await;
    let app = &world.app;
    admin::disable_member(&app.db, &app.clock, world.team, ann).await.unwrap();
    assert_eq!(me(&world, &session.access_token).await, Err(Problem::SignedOut));
    assert_eq!(world.call(None, &renewal(&session)).await, Err(Problem::SignedOut));
    admin::enable_member(&app.db, world.team, ann).await.unwrap();
    assert_eq!(me(&world, &session.access_token).await, Err(Problem::SignedOut), "what ended has ended");
    assert!(me(&world, &world.signed_in("ann").await.access_token).await.is_ok());
}

#[tokio::test]
async fn another_password_ends_all_sessions() {
    let world = World::new().await;
    let ann = world.member("ann", Role::SalesStaff).await;
    let session = world.signed_in("ann").await;
    let app = &world.app;
    let password = "another good one".to_owned();
    admin::set_password(&app.db, &app.clock, &app.limits.passwords, world.team, ann, password.clone().into())
        .await
        .unwrap();
    assert_eq!(me(&world, &session.access_token).await, Err(Problem::SignedOut));
    assert_eq!(world.call(None, &sign_in("ann@example.com", PASSWORD)).await, Err(Problem::WrongCredentials));
    assert!(world.call(None, &sign_in("ann@example.com", &password)).await.is_ok());
}

/// Tokens that are ours, but do not fit what the database says.
#[tokio::test]
async fn a_token_must_fit_its_session() {
    let world = World::new().await;
    let ann = world.member("ann", Role::SalesStaff).await;
    let bob = world.member("bob", Role::Admin).await;
    let session = world.signed_in("ann").await;
    let app = &world.app;
    let ours = app.keys.verify_access(&session.access_token, app.clock.now()).unwrap();
    assert_eq!((ours.member, ours.team), (ann, world.team));
    for wrong in [
        Access { member: bob, ..ours },
        Access { epoch: ours.epoch + 1, ..ours },
        Access { session: SessionId(Uuid::from_u128(1)), ..ours },
        Access { team: shared::id::TeamId(Uuid::from_u128(1)), ..ours },
    ] {
        let token = app.keys.access_token(&wrong).unwrap();
        assert_eq!(me(&world, &token).await, Err(Problem::SignedOut), "{wrong:?}");
    }
}

#[tokio::test]
async fn without_a_good_bearer_nothing_is_answered() {
    let world = World::new().await;
    world.member("ann", Role::SalesStaff).await;
    let token = world.signed_in("ann").await.access_token;
    for value in [String::new(), "Bearer".into(), "Bearer ".into(), format!("Basic {token}"), token.clone()] {
        let request = Request::get("/api/v1/me").header(header::AUTHORIZATION, &value).body(Body::empty()).unwrap();
        assert_eq!(world.ask(request).await.problem(), Problem::SignedOut, "{value}");
    }
    assert_eq!(world.get("/api/v1/me").await.problem(), Problem::SignedOut);
}

#[tokio::test]
async fn colleagues_share_a_store_and_an_admin_sees_all() {
    let world = World::new().await;
    let app = &world.app;
    world.member("ann", Role::SalesStaff).await;
    world.member("boss", Role::Admin).await;
    let gone = world.member("gone", Role::SalesStaff).await;
    admin::disable_member(&app.db, &app.clock, world.team, gone).await.unwrap();
    let new = NewStore { team: world.team, code: "KH".into(), name: "Kaohsiung".into(), area: Some("South".into()) };
    let south = admin::create_store(&app.db, &app.clock, new).await.unwrap();
    let both = world.member("both", Role::SalesManager).await;
    admin::set_stores(&app.db, world.team, both, vec![south, world.store, south]).await.unwrap();
    let far = world.member("far", Role::SalesStaff).await;
    admin::set_stores(&app.db, world.team, far, vec![south]).await.unwrap();
    let other = admin::create_team(&app.db, &app.clock, NewTeam::named("Rival")).await.unwrap();
    let rival = NewMember {
        team: other,
        name: "rival".into(),
        email: "rival@example.com".into(),
        password: PASSWORD.to_owned().into(),
        role: Role::Admin,
        employee_code: None,
        stores: vec![],
    };
    admin::create_member(&app.db, &app.clock, &app.limits.passwords, rival).await.unwrap();

    let seen = async |name: &str| {
        let token = world.signed_in(name).await.access_token;
        let colleagues = world.call(Some(&token), &ListColleagues {}).await.unwrap();
        colleagues.into_iter().map(|one| (one.name, one.stores.len())).collect::<Vec<_>>()
    };
    let named =
        |names: &[(&str, usize)]| names.iter().map(|(name, stores)| ((*name).to_owned(), *stores)).collect::<Vec<_>>();
    assert_eq!(seen("ann").await, named(&[("ann", 1), ("boss", 1), ("both", 2)]));
    assert_eq!(seen("far").await, named(&[("both", 2), ("far", 1)]));
    assert_eq!(seen("boss").await, named(&[("ann", 1), ("boss", 1), ("both", 2), ("far", 1)]));
    assert_eq!(seen("rival").await, named(&[("rival", 0)]));

    let token = world.signed_in("both").await.access_token;
    let me = world.call(Some(&token), &ShowMe {}).await.unwrap();
    assert_eq!(me.stores.first().map(|store| store.id), Some(south), "the first one given is primary");
}

#[tokio::test]
async fn what_an_operator_gets_wrong_is_named_by_its_field() {
    let world = World::new().await;
    let app = &world.app;
    world.member("ann", Role::SalesStaff).await;
    let good = NewMember {
        team: world.team,
        name: "Bea".into(),
        email: "bea@example.com".into(),
        password: PASSWORD.to_owned().into(),
        role: Role::SalesStaff,
        employee_code: None,
        stores: vec![world.store],
    };
    let unknown = shared::id::StoreId(Uuid::from_u128(1));
    let wrong = [
        ("email", NewMember { email: "ANN@example.com ".into(), ..good.clone() }),
        ("email", NewMember { email: "nonsense".into(), ..good.clone() }),
        ("password", NewMember { password: "short".to_owned().into(), ..good.clone() }),
        ("name", NewMember { name: "  ".into(), ..good.clone() }),
        ("name", NewMember { name: "n".repeat(101), ..good.clone() }),
        ("stores", NewMember { stores: vec![unknown], ..good.clone() }),
        ("team", NewMember { team: shared::id::TeamId(Uuid::from_u128(1)), ..good.clone() }),
    ];
    for (field, new) in wrong {
        let refused = admin::create_member(&app.db, &app.clock, &app.limits.passwords, new).await;
        let Err(admin::AdminError::Problem(Problem::Invalid { field: named, .. })) = &refused else {
            panic!("{field}: {refused:?}")
        };
        assert_eq!(named, field);
    }
    admin::create_member(&app.db, &app.clock, &app.limits.passwords, good).await.unwrap();
    let again = NewStore { team: world.team, code: "A8".into(), name: "Twice".into(), area: None };
    let refused = admin::create_store(&app.db, &app.clock, again).await;
    assert!(
        matches!(&refused, Err(admin::AdminError::Problem(Problem::Invalid { field, rule: Rule::Taken })) if field == "code"),
        "{refused:?}"
    );
}

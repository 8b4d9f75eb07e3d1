//! Access tokens that are not ours, not any more, or not as we made them: all are [`Problem::SignedOut`], nothing is
//! told.

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use server::keys::Access;
use shared::{
    conversations::ListConversations,
    members::{Client as Kept, SignIn},
    problem::Problem,
};
use tests::{Client, World, team::PASSWORD};

/// A token taken apart: header, claims, signature.
struct Parts {
    header: Value,
    claims: Value,
    signature: String,
}

impl Parts {
    fn of(token: &str) -> Self {
        let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token} is no JWT") };
        let read = |part: &str| serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        Self { header: read(header), claims: read(claims), signature: signature.to_owned() }
    }

    fn head(&self) -> String {
        let write = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
        format!("{}.{}", write(&self.header), write(&self.claims))
    }

    /// Put together again, with the signature it had.
    fn token(&self) -> String {
        format!("{}.{}", self.head(), self.signature)
    }

    /// Put together again and signed, by this algorithm, with a key that is not the server's.
    fn signed_by(&self, algorithm: hmac::Algorithm, key: &[u8]) -> String {
        let signature = hmac::sign(&hmac::Key::new(algorithm, key), self.head().as_bytes());
        format!("{}.{}", self.head(), BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn is_refused(client: &Client, token: &str, what: &str) {
    let client = client.with_token(token);
    let refused = client.call(ListConversations { limit: 50, ..Default::default() }).await.map(drop);
    assert_eq!(refused, Err(Problem::SignedOut), "{what}");
    let answer = client.get("/api/v1/me").await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.json().await.unwrap()), (401, Problem::SignedOut), "{what}");
}

/// A signed-in world: its sales staff's client and her token.
async fn begin() -> (World, Client, String) {
    let world = World::start().await.unwrap();
    let seat = world.team.seat("sales").unwrap();
    let sign_in = SignIn { email: seat.email.clone(), password: PASSWORD.to_owned(), client: Kept::Native };
    let client = world.visitor().unwrap();
    let session = client.call(sign_in).await.unwrap();
    (world, client, session.access_token)
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_tokens_are_refused() {
    let (_world, client, token) = begin().await;
    let good = client.with_token(&token);
    assert!(good.call(shared::members::ShowMe {}).await.is_ok(), "the token that the forged ones are made of");
    let parts = || Parts::of(&token);
    assert!(parts().header["kid"].is_string() && parts().header["alg"] == "HS256", "{}", parts().header);

    let mut changed = parts();
    changed.claims["exp"] = json!(changed.claims["exp"].as_i64().unwrap() + 3_600);
    is_refused(&client, &changed.token(), "later end, old signature").await;
    is_refused(&client, &parts().signed_by(hmac::HMAC_SHA256, b"another key"), "another key").await;
    is_refused(&client, &parts().signed_by(hmac::HMAC_SHA256, b""), "no key").await;
    for (algorithm, name) in [(hmac::HMAC_SHA384, "HS384"), (hmac::HMAC_SHA512, "HS512")] {
        let mut other = parts();
        other.header["alg"] = json!(name);
        is_refused(&client, &other.signed_by(algorithm, b"another key"), name).await;
        is_refused(&client, &other.token(), name).await;
    }
    for name in ["RS256", "ES256", "EdDSA", "", "hs256"] {
        let mut other = parts();
        other.header["alg"] = json!(name);
        is_refused(&client, &other.token(), name).await;
    }
    let cut = &token[..token.len() - 4];
    is_refused(&client, cut, "a signature cut short").await;
    is_refused(&client, token.rsplit_once('.').unwrap().0, "no signature part").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_without_an_algorithm_are_refused() {
    let (_world, client, token) = begin().await;
    for name in ["none", "None", "NONE", "nOnE"] {
        let mut bare = Parts::of(&token);
        bare.header["alg"] = json!(name);
        is_refused(&client, &format!("{}.", bare.head()), name).await;
        is_refused(&client, &bare.token(), name).await;
    }
    let mut without = Parts::of(&token);
    without.header.as_object_mut().unwrap().remove("alg");
    is_refused(&client, &without.token(), "no alg").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_under_another_key_id_are_refused() {
    let (world, client, token) = begin().await;
    for kid in [json!("00000000"), json!(""), json!("../../root"), json!(7), Value::Null] {
        let mut other = Parts::of(&token);
        other.header["kid"] = kid.clone();
        is_refused(&client, &other.token(), &kid.to_string()).await;
        is_refused(&client, &other.signed_by(hmac::HMAC_SHA256, b"another key"), &kid.to_string()).await;
    }
    let mut without = Parts::of(&token);
    without.header.as_object_mut().unwrap().remove("kid");
    is_refused(&client, &without.token(), "no kid").await;
    // Another deployment's token, of the same members: right in itself, under a key that this one does not have.
    let elsewhere = World::start().await.unwrap();
    let access = access(&world, &token, |_| {});
    let foreign = elsewhere.server.app().unwrap().keys.access_token(&access).unwrap();
    is_refused(&client, &foreign, "another deployment's").await;
}

/// What this token says, with a change.
fn access(world: &World, token: &str, change: impl FnOnce(&mut Access)) -> Access {
    let app = world.server.app().unwrap();
    let mut access = app.keys.verify_access(token, app.clock.now()).unwrap();
    change(&mut access);
    access
}

/// Rightly signed, by the server's own key, and not good all the same.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_are_expired_or_say_what_is_not_so_are_refused() {
    let (world, client, token) = begin().await;
    let app = world.server.app().unwrap();
    let now = app.clock.now();
    let other = &world.other;
    let manager = world.team.seat("manager").unwrap().id;
    let sign = |change: &dyn Fn(&mut Access)| app.keys.access_token(&access(&world, &token, change)).unwrap();
    assert!(client.with_token(&sign(&|_| {})).call(shared::members::ShowMe {}).await.is_ok());
    for (what, token) in [
        ("expired a second ago", sign(&|access| access.expires_at = now - 1_000)),
        ("expired long ago", sign(&|access| access.expires_at = 0)),
        ("of an epoch to come", sign(&|access| access.epoch += 1)),
        ("of an epoch gone by", sign(&|access| access.epoch -= 1)),
        ("another member's name on the same session", sign(&|access| access.member = manager)),
        ("another team's name on the same session", sign(&|access| access.team = other.id)),
        ("a session that never was", sign(&|access| access.session = shared::id::SessionId(access.member.0))),
    ] {
        is_refused(&client, &token, what).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_token_is_refused() {
    let (world, client, token) = begin().await;
    let seat = world.team.seat("sales").unwrap();
    let sign_in = SignIn { email: seat.email.clone(), password: PASSWORD.to_owned(), client: Kept::Native };
    let refresh = client.call(sign_in).await.unwrap().refresh_token.unwrap();
    let long = "a.".repeat(20_000);
    for nothing in ["", ".", "..", "...", "null", "e30.e30.e30", "' OR 1=1 --", refresh.as_str(), long.as_str()] {
        is_refused(&client, nothing, nothing.get(..20).unwrap_or(nothing)).await;
    }
    // Nor is the right one anything but a bearer's.
    for header in [token.clone(), format!("Basic {token}"), format!("Token {token}")] {
        let request = client.raw(shared::call::Method::Get, "/api/v1/me").header("authorization", header);
        assert_eq!(request.send().await.unwrap().status().as_u16(), 401);
    }
    for path in [format!("/api/v1/me?access_token={token}"), format!("/api/v1/me?token={token}")] {
        assert_eq!(client.get(&path).await.unwrap().status().as_u16(), 401);
    }
}

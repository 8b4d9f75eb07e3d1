//! What is read: the list of templates with its pages, and a number's facts.

use std::collections::BTreeSet;

use sandbox::whatsapp::TemplateSpec;
use serde_json::{Value, json};

use crate::support::{Answer, NUMBER, NUMBER_ID, TOKEN, WABA, World, hello, world};

fn names(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|template| template["name"].as_str().unwrap().to_owned()).collect()
}

async fn with_many() -> World {
    let world = world().await;
    for n in 0..60 {
        let status = if n % 3 == 0 { "PAUSED" } else { "APPROVED" };
        let spec = TemplateSpec::new(&format!("t_{n}"), "zh_TW").body("x").status(status).quality("GREEN");
        world.wa().add_template(WABA, spec).unwrap();
    }
    world
}

#[tokio::test]
async fn pages_follow_each_other() {
    let world = with_many().await;
    let mut seen = Vec::new();
    let mut url = world.url(&format!("{WABA}/message_templates?limit=25&fields=name,status"));
    for size in [25, 25, 10] {
        let page = Answer::of(world.http.get(&url).bearer_auth(TOKEN)).await.json();
        assert_eq!(names(&page).len(), size);
        assert_eq!(page["paging"]["next"].is_string(), size == 25, "the last one says so");
        seen.extend(names(&page));
        url = page["paging"]["next"].as_str().unwrap_or_default().to_owned();
    }
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 60);
    assert_eq!(seen[..2], ["t_0", "t_1"]);

    let first = world.get(&format!("{WABA}/message_templates")).await.json();
    assert_eq!(names(&first).len(), 25, "the page of a call without a limit");
    let after = first["paging"]["cursors"]["after"].as_str().unwrap();
    let second = world.get(&format!("{WABA}/message_templates?limit=2&after={after}")).await.json();
    assert_eq!(names(&second), ["t_25", "t_26"]);
    let before = second["paging"]["cursors"]["before"].as_str().unwrap();
    let back = world.get(&format!("{WABA}/message_templates?limit=2&before={before}")).await.json();
    assert_eq!(names(&back), ["t_23", "t_24"]);
    for wrong in ["limit=0", "limit=x", "after=?"] {
        assert_eq!(world.get(&format!("{WABA}/message_templates?{wrong}")).await.code(), 100, "{wrong}");
    }
    let paused = world.get(&format!("{WABA}/message_templates?status=PAUSED&limit=100")).await.json();
    assert_eq!(names(&paused).len(), 20);
    let one = world.get(&format!("{WABA}/message_templates?name=t_7")).await.json();
    assert_eq!(names(&one), ["t_7"]);
    let none = world.get(&format!("{WABA}/message_templates?name=none")).await.json();
    assert_eq!(none, json!({ "data": [] }));
}

#[tokio::test]
async fn a_template_shows_the_fields_that_were_asked_for() {
    let world = world().await;
    let id = world.wa().add_template(WABA, hello().quality("YELLOW")).unwrap();
    let usual = world.get(&format!("{WABA}/message_templates")).await.json()["data"][0].clone();
    let wanted = json!({
        "id": id, "name": "hello", "language": "zh_TW", "status": "APPROVED", "category": "MARKETING",
        "parameter_format": "POSITIONAL", "components": [{ "type": "BODY", "text": "{{1}} 您好，歡迎再來！" }],
    });
    assert_eq!(usual, wanted);
    let few =
        world.get(&format!("{WABA}/message_templates?fields=name,quality_score,poem")).await.json()["data"][0].clone();
    assert_eq!(few, json!({ "id": id, "name": "hello", "quality_score": { "score": "YELLOW" } }));
    assert_eq!(world.wa().add_template(WABA, hello().utility()).unwrap(), id, "edited, not added");
}

#[tokio::test]
async fn calls_of_the_list_are_limited_by_the_hour() {
    let world = world().await;
    world.wa().change_waba(WABA, |spec| spec.template_calls_per_hour = Some(2)).unwrap();
    let list = async || world.get(&format!("{WABA}/message_templates")).await;
    assert_eq!([list().await.status, list().await.status], [200, 200]);
    let refused = list().await;
    assert_eq!((refused.status, refused.code()), (400, 80_007));
    world.wa().advance(std::time::Duration::from_hours(1));
    assert_eq!(list().await.status, 200);
    assert_eq!(world.wa().waba_stats(WABA).unwrap().refused["80007"], 1);
    assert_eq!(world.get("1999/message_templates").await.code(), 100);
}

#[tokio::test]
async fn a_numbers_facts() {
    let world = world().await;
    let facts = |fields: &str| format!("{NUMBER_ID}?fields={fields}");
    let wanted = "throughput,whatsapp_business_manager_messaging_limit,verified_name,display_phone_number,poem";
    let answer = world.get(&facts(wanted)).await.json();
    let expected = json!({
        "id": NUMBER_ID, "throughput": { "level": "STANDARD" }, "verified_name": NUMBER,
        "display_phone_number": "+886227001001", "whatsapp_business_manager_messaging_limit": "TIER_2K",
    });
    assert_eq!(answer, expected);
    world.wa().change_number(NUMBER, |spec| spec.throughput = Some(1000)).unwrap();
    world.wa().change_waba(WABA, |spec| "TIER_UNLIMITED".clone_into(&mut spec.messaging_limit)).unwrap();
    let answer = world.get(&facts("throughput,whatsapp_business_manager_messaging_limit")).await.json();
    assert_eq!(answer["throughput"]["level"], "HIGH");
    assert_eq!(answer["whatsapp_business_manager_messaging_limit"], "TIER_UNLIMITED");
    let usual = world.get(NUMBER_ID).await.json();
    assert_eq!((&usual["quality_rating"], &usual["code_verification_status"]), (&json!("GREEN"), &json!("VERIFIED")));
}

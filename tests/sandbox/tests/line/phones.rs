//! The page that is the customers' phones.

use sandbox::line::Relation;
use serde_json::json;

use crate::support::{CHANNEL, Events as _, World, send, with_receiver};

async fn page(world: &World, query: &str) -> String {
    let answer = world.http.get(format!("{}/?{query}", world.sandbox.base())).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"));
    answer.text().await.unwrap()
}

#[tokio::test]
async fn what_arrived_is_shown_and_can_be_tapped() {
    let (world, _receiver) = with_receiver().await;
    let user = world.friend("王<小明>");
    let messages = json!([
        { "type": "text", "text": "看 https://shop.example/a?b=1&c=<2> 吧" },
        { "type": "template", "altText": "券", "template": { "type": "buttons", "text": "領取", "actions": [
            { "type": "uri", "label": "打開", "uri": "https://shop.example/coupon" },
            { "type": "postback", "label": "不要", "data": "no=1" },
        ] } },
    ]);
    send(world.post("message/push", &json!({ "to": user, "messages": messages }))).await;
    let html = page(&world, &format!("user={user}")).await;
    assert!(html.contains("href=\"https://shop.example/a?b=1&amp;c="), "{html}");
    assert!(html.contains("href=\"https://shop.example/coupon\"") && html.contains("打開"));
    assert!(html.contains("王&lt;小明&gt;") && !html.contains("王<小明>"));
    for label in ["封鎖</button>", "傳送</button>", "aria-label=\"輸入訊息\"", "不要</button>"] {
        assert!(html.contains(label), "{label}");
    }
    assert!(!html.contains("style=") && !html.contains("onclick"), "nothing inline");
    assert!(page(&world, &format!("user={user}&lang=en")).await.contains("Block</button>"));
}

#[tokio::test]
async fn the_forms_act() {
    let (world, receiver) = with_receiver().await;
    let user = world.friend("王");
    world.friend("林");
    let submit = async |fields: &str| {
        let url = format!("{}/phones/act", world.sandbox.base());
        let body = format!("channel={CHANNEL}&user={user}&{fields}");
        let request =
            world.http.post(url).header("x-part", "1").header("content-type", "application/x-www-form-urlencoded");
        request.body(body).send().await.unwrap().status().as_u16()
    };
    assert_eq!(submit("do=text&text=%E6%82%A8%E5%A5%BD").await, 204);
    assert_eq!(submit("do=photo").await, 204);
    assert_eq!(submit("do=block").await, 204);
    assert_eq!(submit("do=text&text=x").await, 409, "blocked");
    assert_eq!(world.line().customers(CHANNEL).unwrap()[0].relation, Relation::Blocked);
    let kinds: Vec<_> = receiver.events().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["message", "message", "unfollow"]);
    assert_eq!(receiver.events()[0]["message"]["text"], "您好");

    let html = page(&world, &format!("user={user}")).await;
    assert!(html.contains("解除封鎖</button>"));
    let id = receiver.events()[1]["message"]["id"].as_str().unwrap().to_owned();
    let picture = format!("/phones/content/{CHANNEL}/{id}");
    assert!(html.contains(&picture));
    let answer = world.http.get(format!("{}{picture}", world.sandbox.base())).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/png");

    let found = page(&world, "q=%E6%9E%97").await;
    assert!(found.contains(">林</span>") && !found.contains("<span class=\"name\">王"));
    assert_eq!(submit("do=unblock").await, 204);
    assert_eq!(world.line().customers(CHANNEL).unwrap()[0].relation, Relation::Friend);
}

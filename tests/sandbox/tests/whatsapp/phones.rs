//! The page that is the customers' phones, with WhatsApp's skin.

use sandbox::{line::ChannelSpec, whatsapp::TemplateSpec};
use serde_json::json;

use crate::support::{Changes as _, NUMBER, WABA, World, body, template, with_receiver};

const ANN: &str = "+886912345678";

async fn page(world: &World, query: &str) -> String {
    let answer = world.http.get(format!("{}/?{query}", world.sandbox.base())).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

fn at(user: &str) -> String {
    format!("platform=whatsapp&channel={NUMBER}&user={user}")
}

#[tokio::test]
async fn both_platforms_are_there() {
    let (world, _receiver) = with_receiver().await;
    world.sandbox.line().add_channel(ChannelSpec::new("晴嶼", "s", "t")).unwrap();
    world.sandbox.line().add_friend("晴嶼", "林小姐", None).unwrap();
    let ann = world.stranger("王<小明>", ANN);
    let line = page(&world, "").await;
    assert!(line.contains("LINE · 晴嶼") && line.contains("WhatsApp · main") && line.contains("林小姐"), "{line}");
    assert!(!line.contains("小明"));
    let whatsapp = page(&world, &at("")).await;
    assert!(whatsapp.contains("王&lt;小明&gt;") && !whatsapp.contains("林小姐"));
    for query in ["q=%E5%B0%8F%E6%98%8E", "q=%2B886912345678", &format!("q={}", ann.bsuid.unwrap())] {
        assert!(page(&world, &format!("{}&{query}", at(""))).await.contains("小明"), "{query}");
    }
    assert!(!page(&world, &format!("{}&q=nobody", at(""))).await.contains("小明"));
}

#[tokio::test]
async fn messages_and_templates_as_the_customer_sees_them() {
    let (world, _receiver) = with_receiver().await;
    let ann = world.customer("王", ANN).await;
    let spec = TemplateSpec::new("promo", "zh_TW")
        .header_text("新品")
        .body("*{{1}}* 您好 https://shop.example/a?b=1&c=2")
        .footer("回覆取消")
        .url_button("看看", "https://shop.example/new")
        .phone_button("打電話", "+886227001001")
        .quick_reply("保留")
        .quick_reply("取消訂閱");
    world.wa().add_template(WABA, spec).unwrap();
    let id = world.send(template(ANN, "promo", &json!([body(&["王<b>"])]))).await.id();
    world.text(ANN, "_收到_ <i>").await;
    let html = page(&world, &at(&ann.user)).await;
    assert!(html.contains("<section class=\"phone whatsapp\""), "{html}");
    for part in [
        "<strong>新品</strong>",
        "<b>王&lt;b&gt;</b> 您好 <a class=\"\" href=\"https://shop.example/a?b=1&amp;c=2\"",
        "<p class=\"foot\">回覆取消</p>",
        "href=\"https://shop.example/new\"",
        "打電話 +886227001001",
        "<summary class=\"tap\">查看所有選項</summary>",
        "保留</button>",
        "取消訂閱</button>",
        "<i>收到</i> &lt;i&gt;",
        "24 小時內",
        "停止行銷</button>",
        "封鎖</button>",
        "main · +886912345678",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(html.contains(&format!("name=\"text\" value=\"{id}\"")));
    assert!(!html.contains("style=") && !html.contains("onclick"), "nothing inline");
    assert!(page(&world, &format!("{}&lang=en", at(&ann.user))).await.contains("Stop marketing</button>"));
}

#[tokio::test]
async fn the_forms_act() {
    let (world, receiver) = with_receiver().await;
    let ann = world.customer("王", ANN).await;
    world.wa().add_template(WABA, TemplateSpec::new("ask", "zh_TW").body("要保留嗎？").quick_reply("要")).unwrap();
    let id = world.send(template(ANN, "ask", &serde_json::Value::Null)).await.id();
    world.wa().settled().await;
    let submit = async |fields: &[(&str, &str)]| {
        let mut form = vec![("platform", "whatsapp"), ("channel", NUMBER), ("user", ann.user.as_str())];
        form.extend(fields);
        let url = reqwest::Url::parse_with_params("http://x/", form).unwrap();
        let request = world.http.post(format!("{}/phones/act", world.sandbox.base())).header("x-part", "1");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(url.query().unwrap().to_owned()).send().await.unwrap().status().as_u16()
    };
    assert_eq!(submit(&[("do", "press"), ("text", &id), ("index", "0")]).await, 204);
    assert_eq!(submit(&[("do", "press"), ("text", &id), ("index", "1")]).await, 409, "there is no such button");
    for fields in
        [[("do", "text"), ("text", "好 & 謝謝")], [("do", "text"), ("text", " ")], [("do", "photo"), ("text", "")]]
    {
        assert_eq!(submit(&fields).await, 204);
    }
    for act in ["place", "read", "stop"] {
        assert_eq!(submit(&[("do", act)]).await, 204, "{act}");
    }
    let messages = receiver.all("messages");
    let kinds: Vec<_> = messages[1..].iter().map(|message| message["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["button", "text", "image", "location"]);
    assert_eq!(messages[2]["text"]["body"], "好 & 謝謝");
    assert_eq!(receiver.all("user_preferences").len(), 1);
    assert_eq!(receiver.statuses(), ["sent", "delivered", "read"]);

    let html = page(&world, &at(&ann.user)).await;
    assert!(html.contains("恢復行銷</button>") && html.contains("這位顧客不想再收到行銷訊息。"), "{html}");
    let medium = format!("/phones/whatsapp/{}", messages[3]["image"]["id"].as_str().unwrap());
    assert!(html.contains(&medium));
    let picture = world.http.get(format!("{}{medium}", world.sandbox.base())).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/png");
    assert_eq!(submit(&[("do", "block")]).await, 204);
    assert_eq!(submit(&[("do", "text"), ("text", "x")]).await, 409, "blocked");
    assert_eq!(submit(&[("do", "follow")]).await, 400, "LINE's");
    assert!(page(&world, &at(&ann.user)).await.contains("解除封鎖</button>"));
    assert_eq!(submit(&[("do", "unblock")]).await, 204);
    assert!(!world.wa().customers(NUMBER).unwrap()[0].blocked);
}

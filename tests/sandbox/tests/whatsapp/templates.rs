//! Templates: what is filled in against what was approved, what the customer sees, states and their webhook.

use rstest::rstest;
use sandbox::whatsapp::{Act, Delivery, TemplateChange, TemplateSpec, When};
use serde_json::{Value, json};

use crate::support::{
    Answer, Changes as _, NUMBER, NUMBER_ID, TOKEN, WABA, World, body, hello, template, with_receiver, world,
};

const ANN: &str = "+886912345678";

fn text(value: &str) -> Value {
    json!({ "type": "text", "text": value })
}

fn part(kind: &str, parameters: &[Value]) -> Value {
    json!({ "type": kind, "parameters": parameters })
}

fn button(kind: &str, index: &Value, parameter: &Value) -> Value {
    json!({ "type": "button", "sub_type": kind, "index": index, "parameters": [parameter] })
}

fn picture() -> Value {
    json!({ "type": "image", "image": { "link": "https://cdn.example/a.jpg" } })
}

fn film() -> Value {
    json!({ "type": "video", "video": { "link": "https://cdn.example/a.mp4" } })
}

/// A template of everything: picture, two variables, footer, an address with an end of its own, two quick replies.
fn promo() -> TemplateSpec {
    TemplateSpec::new("promo", "zh_TW")
        .header_image()
        .body("{{1}} 您好，{{2}} 到貨了。")
        .footer("回覆取消訂閱可停止")
        .url_button("看看", "https://shop.example/p/{{1}}")
        .quick_reply("保留")
        .quick_reply("取消訂閱")
}

async fn with_templates() -> World {
    let world = world().await;
    world.customer("王", ANN).await;
    let named = TemplateSpec::new("named", "zh_TW").header_text("{{brand}} 通知").body("{{who}}，{{day}} 見！").named();
    let code = TemplateSpec::new("code", "zh_TW").body("折扣碼").copy_code("複製");
    for spec in [hello(), promo(), named, code, TemplateSpec::new("plain", "zh_TW").body("週年慶開始了。")] {
        world.wa().add_template(WABA, spec).unwrap();
    }
    world
}

fn whole() -> Value {
    json!([
        part("header", &[picture()]),
        part("body", &[text("王"), text("花器")]),
        button("url", &json!("0"), &text("t/abc")),
        button("quick_reply", &json!(2), &json!({ "type": "payload", "payload": "unsubscribe=1" })),
    ])
}

#[tokio::test]
async fn what_the_customer_sees() {
    let world = with_templates().await;
    let answer = world.send(template(ANN, "promo", &whole())).await;
    assert_eq!(answer.json()["messages"], json!([{ "id": answer.id(), "message_status": "accepted" }]));
    world.wa().settled().await;
    let inbox = world.wa().inbox(NUMBER, ANN).unwrap();
    let shown = inbox.last().unwrap().shown.clone().unwrap();
    assert_eq!(shown["header"], json!({ "type": "image", "link": "https://cdn.example/a.jpg" }));
    assert_eq!((&shown["body"], &shown["footer"]), (&json!("王 您好，花器 到貨了。"), &json!("回覆取消訂閱可停止")));
    let buttons = &shown["buttons"];
    assert_eq!(buttons[0]["url"], "https://shop.example/p/t/abc");
    assert_eq!((&buttons[1]["payload"], &buttons[2]["payload"]), (&json!("保留"), &json!("unsubscribe=1")));
    assert_eq!(world.wa().ledger()[0].shown.as_ref(), Some(&shown));

    let named = |name: &str, value: &str| json!({ "type": "text", "parameter_name": name, "text": value });
    let filled =
        json!([part("HEADER", &[named("brand", "晴嶼")]), part("BODY", &[named("day", "週六"), named("who", "王")])]);
    world.send(template(ANN, "named", &filled)).await;
    world.send(template(ANN, "plain", &Value::Null)).await;
    let coupon = button("copy_code", &json!("0"), &json!({ "type": "coupon_code", "coupon_code": "X9" }));
    world.send(template(ANN, "code", &json!([coupon]))).await;
    assert_eq!(world.texts(ANN)[1..], ["王，週六 見！", "週年慶開始了。", "折扣碼"]);
}

fn changed(place: usize, with: Value) -> Value {
    let mut components = whole();
    components[place] = with;
    components
}

fn without(place: usize) -> Value {
    let mut components = whole();
    components.as_array_mut().unwrap().remove(place);
    components
}

fn second(value: Value) -> Value {
    changed(1, part("body", &[text("王"), value]))
}

#[rstest]
#[case::too_few(changed(1, body(&["王"])), 132_000,
    "body: number of localizable_params (1) does not match the expected number of params (2)")]
#[case::none(
    without(1),
    132_000,
    "body: number of localizable_params (0) does not match the expected number of params (2)"
)]
#[case::empty(second(text("")), 131_008, "Parameter of type text is missing text value")]
#[case::line(
    second(text("a\nb")),
    132_018,
    "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
)]
#[case::tab(
    second(text("a\tb")),
    132_018,
    "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
)]
#[case::spaces(
    second(text("a    b")),
    132_018,
    "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
)]
#[case::kind(second(picture()), 132_012, "body: Format mismatch, expected TEXT, received IMAGE")]
#[case::long(second(text(&"字".repeat(1020))), 132_005, "Translated text is too long.")]
#[case::no_header(without(0), 132_012, "header: Format mismatch, expected IMAGE, received UNKNOWN")]
#[case::header_text(changed(0, part("header", &[text("x")])), 132_012,
    "header: Format mismatch, expected IMAGE, received TEXT")]
#[case::header_video(changed(0, part("header", &[film()])), 132_012,
    "header: Format mismatch, expected IMAGE, received VIDEO")]
#[case::header_id(changed(0, part("header", &[json!({ "type": "image", "image": { "id": "1" } })])), 131_053,
    "Media with ID 1 was not found, or is not one of this account")]
#[case::no_suffix(without(2), 131_008, "buttons: Button at index 0 of type Url requires a parameter")]
#[case::index(changed(2, button("url", &json!("5"), &text("x"))), 132_018, "buttons: Button at index 5 does not exist")]
#[case::sub_type(changed(2, button("quick_reply", &json!("0"), &text("x"))), 132_012,
    "buttons: Button at index 0 is of type URL, received quick_reply")]
#[case::payload(changed(3, button("quick_reply", &json!("1"), &text("x"))), 132_012,
    "buttons: Format mismatch, expected PAYLOAD, received TEXT")]
#[case::twice(changed(3, button("url", &json!(0), &text("x"))), 132_018, "buttons: Button at index 0 is given twice")]
#[tokio::test]
async fn what_does_not_fit(#[case] components: Value, #[case] code: i64, #[case] details: &str) {
    let world = with_templates().await;
    let answer = world.send(template(ANN, "promo", &components)).await;
    assert_eq!((answer.code(), answer.details().as_str()), (code, details));
    assert!(world.wa().ledger().is_empty());
}

#[tokio::test]
async fn names_footers_and_versions() {
    let world = with_templates().await;
    let named = |name: &str| json!({ "type": "text", "parameter_name": name, "text": "x" });
    let header = part("header", &[named("brand")]);
    let send = async |parameters: &[Value]| {
        let components = json!([header, part("body", parameters)]);
        world.send(template(ANN, "named", &components)).await
    };
    assert_eq!(send(&[text("a"), text("b")]).await.details(), "Parameter name is missing or empty");
    assert_eq!(send(&[named("who"), named("month")]).await.code(), 132_018);
    assert_eq!(send(&[named("who"), named("who")]).await.code(), 132_018);
    assert_eq!(world.send(template(ANN, "plain", &json!([body(&["x"])]))).await.code(), 132_000, "nothing to fill");
    assert_eq!(world.send(template(ANN, "plain", &json!([part("header", &[picture()])]))).await.code(), 132_000);
    let unknown = world.send(template(ANN, "plain", &json!([part("poem", &[])]))).await;
    assert_eq!(
        unknown.message(),
        "(#100) Param template['components'][0]['type'] must be one of {HEADER, BODY, BUTTON}."
    );
    let code = button("copy_code", &json!(0), &json!({ "type": "coupon_code", "coupon_code": "x".repeat(21) }));
    assert_eq!(world.send(template(ANN, "code", &json!([code]))).await.code(), 100);
    assert_eq!(world.send(template(ANN, "code", &Value::Null)).await.code(), 131_008);

    let place =
        TemplateSpec::new("place", "zh_TW").component(json!({ "type": "HEADER", "format": "LOCATION" })).body("x");
    world.wa().add_template(WABA, place).unwrap();
    let at = json!({ "latitude": "25.03", "longitude": "121.56" });
    let given = part("header", &[json!({ "type": "location", "location": at })]);
    assert_eq!(world.send(template(ANN, "place", &json!([given]))).await.status, 200);
    assert_eq!(world.send(template(ANN, "place", &Value::Null)).await.code(), 132_012);
    let secret = TemplateSpec { category: "AUTHENTICATION".to_owned(), ..TemplateSpec::new("otp", "zh_TW").body("x") };
    world.wa().add_template(WABA, secret).unwrap();
    let mut by_id = template(ANN, "otp", &Value::Null);
    assert_eq!(world.send(by_id.clone()).await.status, 200);
    by_id.as_object_mut().unwrap().remove("to");
    by_id["recipient"] = json!(world.wa().customers(NUMBER).unwrap()[0].bsuid);
    assert_eq!(world.send(by_id).await.code(), 131_009, "codes go to phone numbers only");

    let mut other = template(ANN, "hello", &json!([body(&["王"])]));
    other["template"]["language"]["code"] = json!("en_US");
    assert_eq!(world.send(other).await.details(), "template name (hello) does not exist in en_US");
    let mut older = template(ANN, "hello", &json!([body(&["a\nb"])]));
    older["messaging_product"] = json!("whatsapp");
    let url = format!("{}/v22.0/{NUMBER_ID}/messages", world.sandbox.base());
    let answer = Answer::of(world.http.post(url).bearer_auth(TOKEN).json(&older)).await;
    assert_eq!(answer.code(), 132_012, "132018 came with v23");
}

#[tokio::test]
async fn only_approved_ones_are_sent_and_changes_are_told() {
    let (world, receiver) = with_receiver().await;
    world.customer("王", ANN).await;
    let id = world.wa().add_template(WABA, hello()).unwrap();
    let before = receiver.received().len();
    let send = async || world.send(template(ANN, "hello", &json!([body(&["王"])]))).await;
    for (status, code) in [("PAUSED", 132_015), ("DISABLED", 132_016), ("REJECTED", 132_001), ("PENDING", 132_001)] {
        let change = TemplateChange::to(status);
        assert_eq!(world.wa().set_template_status(WABA, "hello", "zh_TW", change).await.unwrap(), Some(200));
        assert_eq!(send().await.code(), code, "{status}");
    }
    let change =
        TemplateChange::to("APPROVED").event("REINSTATED").reason("INCORRECT_CATEGORY").delivered(Delivery::Held);
    assert_eq!(world.wa().set_template_status(WABA, "hello", "zh_TW", change).await.unwrap(), None);
    assert_eq!(send().await.status, 200);
    world.wa().release(crate::support::APP, sandbox::whatsapp::Release::default()).await.unwrap();
    world.wa().settled().await;

    let changes: Vec<_> =
        receiver.changes().into_iter().filter(|change| change["field"] == "message_template_status_update").collect();
    let events: Vec<_> = changes.iter().map(|change| change["value"]["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["PAUSED", "DISABLED", "REJECTED", "PENDING", "REINSTATED"]);
    let value = &changes[4]["value"];
    assert_eq!(value["message_template_id"].as_u64().unwrap().to_string(), id);
    assert_eq!(
        (&value["message_template_name"], &value["message_template_language"]),
        (&json!("hello"), &json!("zh-TW"))
    );
    assert_eq!((&changes[0]["value"]["reason"], &value["reason"]), (&json!("NONE"), &json!("INCORRECT_CATEGORY")));
    assert_eq!(receiver.received()[before].json()["entry"][0]["id"], WABA);

    world.wa().set_template_status(WABA, "hello", "zh_TW", TemplateChange::to("DELETED")).await.unwrap();
    assert_eq!(send().await.code(), 132_001);
    assert!(world.wa().templates(WABA).unwrap().is_empty());
}

#[tokio::test]
async fn a_quick_reply_is_pressed() {
    let (world, receiver) = with_receiver().await;
    world.customer("王", ANN).await;
    world.wa().add_template(WABA, promo()).unwrap();
    let id = world.send(template(ANN, "promo", &whole())).await.id();
    world.wa().settled().await;
    world.wa().act(NUMBER, ANN, Act::press(&id, 2), When::default()).await.unwrap();
    let message = receiver.all("messages").pop().unwrap();
    assert_eq!(message["type"], "button");
    assert_eq!(message["button"], json!({ "payload": "unsubscribe=1", "text": "取消訂閱" }));
    assert_eq!(message["context"], json!({ "from": "886227001001", "id": id }));
    for (id, index) in [(id.as_str(), 0), (id.as_str(), 9), ("wamid.none", 1)] {
        assert!(world.wa().act(NUMBER, ANN, Act::press(id, index), When::default()).await.is_err(), "{id} {index}");
    }
}

#[tokio::test]
async fn what_meta_would_not_take_is_refused() {
    let world = world().await;
    for bad in [
        TemplateSpec::new("Hello", "zh_TW").body("x"),
        TemplateSpec::new("hello", "").body("x"),
        TemplateSpec::new("hello", "zh_TW"),
        TemplateSpec::new("hello", "zh_TW").body(&"x".repeat(1025)),
        TemplateSpec::new("hello", "zh_TW").body("x").footer(&"x".repeat(61)),
        TemplateSpec::new("hello", "zh_TW").body("x").header_text(&"x".repeat(61)),
    ] {
        assert!(world.wa().add_template(WABA, bad.clone()).is_err(), "{bad:?}");
    }
}

//! WhatsApp's JSON: request bodies and the answers that are read (providers.md B1 to B4). Field order is fixed, so that
//! the same message gives the same bytes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{NumberInfo, PeopleLimit, STANDARD_RATE};

/// A field as text, whether Meta writes it as a text or as a number, which differs by version and by kind of event.
pub(super) fn field(of: &Value, name: &str) -> Option<String> {
    match of.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `POST /{phone-number-id}/messages`.
#[derive(Serialize)]
pub(super) struct Body<'a> {
    pub(super) messaging_product: &'static str,
    pub(super) recipient_type: &'static str,
    /// A phone number; a BSUID stands in `recipient` instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) recipient: Option<&'a str>,
    pub(super) biz_opaque_callback_data: &'a str,
    #[serde(flatten)]
    pub(super) message: Message<'a>,
}

/// What is sent.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Message<'a> {
    Text { text: Text },
    Image { image: Medium<'a> },
    Video { video: Medium<'a> },
    Template { template: Template<'a> },
}

#[derive(Serialize)]
pub(super) struct Text {
    pub(super) preview_url: bool,
    pub(super) body: String,
}

/// Something that was uploaded.
#[derive(Serialize)]
pub(super) struct Medium<'a> {
    pub(super) id: &'a str,
}

/// A document that was uploaded.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    pub(super) id: &'a str,
    /// What it is called on the telephone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) filename: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Template<'a> {
    pub(super) name: &'a str,
    pub(super) language: Language<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) components: Vec<Component<'a>>,
}

#[derive(Serialize)]
pub(super) struct Language<'a> {
    pub(super) code: &'a str,
}

/// What fills one component of a template; static ones are not named.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Component<'a> {
    Header { parameters: Vec<Parameter<'a>> },
    Body { parameters: Vec<Parameter<'a>> },
    Button { sub_type: &'static str, index: String, parameters: Vec<Parameter<'a>> },
}

/// One value.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Parameter<'a> {
    Text {
        #[serde(skip_serializing_if = "Option::is_none")]
        parameter_name: Option<String>,
        text: String,
    },
    Image {
        image: Medium<'a>,
    },
    Video {
        video: Medium<'a>,
    },
    Document {
        document: Document<'a>,
    },
    Payload {
        payload: &'static str,
    },
    CouponCode {
        coupon_code: String,
    },
}

/// What a call that made something says.
#[derive(Deserialize)]
pub(super) struct Made {
    pub(super) id: String,
}

/// `GET /{media-id}`. The size is a number in some versions and a text in others.
#[derive(Deserialize)]
pub(super) struct MediaBody {
    pub(super) url: String,
    pub(super) mime_type: Option<String>,
    file_size: Option<Value>,
}

impl MediaBody {
    /// In bytes, where Meta tells.
    pub(super) fn file_size(&self) -> Option<u64> {
        let size = self.file_size.as_ref()?;
        size.as_u64().or_else(|| size.as_str()?.parse().ok())
    }
}

/// A page of `GET /{waba-id}/message_templates`.
#[derive(Deserialize)]
pub(super) struct Page {
    pub(super) data: Vec<Value>,
    #[serde(default)]
    pub(super) paging: Paging,
}

#[derive(Default, Deserialize)]
pub(super) struct Paging {
    cursors: Option<Cursors>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Cursors {
    after: Option<String>,
}

impl Paging {
    /// Where the next page begins. Graph names a cursor on the last page too, but no address of a next one; one that
    /// stands still would be followed without end.
    pub(super) fn next(self, asked: Option<&str>) -> Option<String> {
        self.next?;
        let after = self.cursors?.after.filter(|after| !after.is_empty())?;
        (asked != Some(after.as_str())).then_some(after)
    }
}

/// `GET /{phone-number-id}`. All is optional: which fields a number has depends on how it came to Meta.
#[derive(Deserialize)]
pub(super) struct NumberBody {
    verified_name: Option<String>,
    display_phone_number: Option<String>,
    throughput: Option<Value>,
    whatsapp_business_manager_messaging_limit: Option<Value>,
}

impl From<NumberBody> for NumberInfo {
    fn from(body: NumberBody) -> Self {
        let level = body.throughput.as_ref().and_then(|throughput| field(throughput, "level"));
        let throughput = match level.as_deref() {
            Some("STANDARD") => Some(STANDARD_RATE),
            Some("HIGH") => Some(super::HIGHEST_RATE),
            _ => None,
        };
        let tier = body.whatsapp_business_manager_messaging_limit.as_ref().and_then(Value::as_str);
        Self {
            name: body.verified_name.unwrap_or_default(),
            display: body.display_phone_number.unwrap_or_default(),
            throughput,
            people_limit: tier.and_then(people_limit),
        }
    }
}

/// `TIER_250`, `TIER_2K`, `TIER_1M`, `TIER_UNLIMITED`; not those that Meta may invent.
fn people_limit(tier: &str) -> Option<PeopleLimit> {
    let tier = tier.strip_prefix("TIER_")?;
    if tier == "UNLIMITED" {
        return Some(PeopleLimit::Unlimited);
    }
    let (digits, times) = match tier.as_bytes().last()? {
        b'K' => (&tier[..tier.len() - 1], 1_000),
        b'M' => (&tier[..tier.len() - 1], 1_000_000),
        _ => (tier, 1),
    };
    digits.parse::<u32>().ok().map(|count| PeopleLimit::Of(i64::from(count) * times))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case("TIER_50", Some(PeopleLimit::Of(50)))]
    #[case("TIER_250", Some(PeopleLimit::Of(250)))]
    #[case("TIER_2K", Some(PeopleLimit::Of(2_000)))]
    #[case("TIER_100K", Some(PeopleLimit::Of(100_000)))]
    #[case("TIER_1M", Some(PeopleLimit::Of(1_000_000)))]
    #[case("TIER_UNLIMITED", Some(PeopleLimit::Unlimited))]
    #[case("TIER_NOT_SET", None)]
    #[case("TIER_", None)]
    #[case("TIER_K", None)]
    #[case("TIER_二K", None)]
    #[case("TIER_99999999999K", None)]
    #[case("250", None)]
    fn a_tier_is_a_number_of_people(#[case] tier: &str, #[case] expected: Option<PeopleLimit>) {
        assert_eq!(people_limit(tier), expected);
    }

    #[rstest]
    #[case(json!({"cursors": {"before": "a", "after": "b"}, "next": "https://graph/…"}), None, Some("b"))]
    #[case::last(json!({"cursors": {"before": "a", "after": "b"}}), None, None)]
    #[case::stands_still(json!({"cursors": {"after": "b"}, "next": "https://graph/…"}), Some("b"), None)]
    #[case::no_cursor(json!({"next": "https://graph/…"}), None, None)]
    fn a_page_names_the_next(#[case] paging: Value, #[case] asked: Option<&str>, #[case] expected: Option<&str>) {
        let paging: Paging = serde_json::from_value(paging).unwrap();
        assert_eq!(paging.next(asked).as_deref(), expected);
    }

    #[rstest]
    #[case(json!(303_833), Some(303_833))]
    #[case(json!("303833"), Some(303_833))]
    #[case(json!("large"), None)]
    #[case(Value::Null, None)]
    fn a_size_is_a_number_or_a_text(#[case] size: Value, #[case] expected: Option<u64>) {
        let body = json!({"url": "https://x", "file_size": size});
        assert_eq!(serde_json::from_value::<MediaBody>(body).unwrap().file_size(), expected);
    }
}

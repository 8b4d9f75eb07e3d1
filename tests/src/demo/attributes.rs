//! The custom attributes of the made-up brand, and what is known of some customers.

use shared::{
    attributes::{AttributeKind, AttributeValue, Number, SaveAttribute, SetAttribute},
    id::{AttributeId, ConversationId},
    time::Day,
};

use super::fixed;
use crate::Client;

/// The attributes, by name.
const ATTRIBUTES: [(&str, AttributeKind); 5] = [
    ("會員等級", AttributeKind::Text),
    ("累積消費（千元）", AttributeKind::Number),
    ("生日", AttributeKind::Date),
    ("最近到店", AttributeKind::Datetime),
    ("已加入會員", AttributeKind::Boolean),
];

fn id(place: usize) -> AttributeId {
    AttributeId(fixed("attribute", place))
}

/// Makes the attributes.
pub(super) async fn make(admin: &Client) -> anyhow::Result<()> {
    for (place, (name, kind)) in ATTRIBUTES.into_iter().enumerate() {
        admin.call(SaveAttribute { id: id(place), name: name.to_owned(), kind }).await?;
    }
    Ok(())
}

/// Notes what is known of a customer; of every fourth nothing is.
pub(super) async fn note(client: &Client, conversation: ConversationId, number: usize) -> anyhow::Result<()> {
    if number.is_multiple_of(4) {
        return Ok(());
    }
    let birthday = Day::from_ymd_opt(1975 + i32::try_from(number % 28)?, u32::try_from(number % 12)? + 1, 11);
    let visit = Day::from_ymd_opt(2025, 10, u32::try_from(number % 28)? + 1).and_then(|day| day.and_hms_opt(15, 30, 0));
    let values = [
        Some(AttributeValue::Text(["一般", "銀卡", "金卡"][number % 3].to_owned())),
        Some(AttributeValue::Number(Number(i64::try_from(number % 90)? * 1_500))),
        birthday.map(AttributeValue::Date),
        visit.filter(|_| number.is_multiple_of(3)).map(AttributeValue::Datetime),
        Some(AttributeValue::Boolean(!number.is_multiple_of(5))),
    ];
    for (place, value) in values.into_iter().enumerate() {
        if let Some(value) = value {
            client.call(SetAttribute { id: conversation, attribute: id(place), value }).await?;
        }
    }
    Ok(())
}

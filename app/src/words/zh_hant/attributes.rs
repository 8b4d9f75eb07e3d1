//! See `words::attributes`.

use shared::attributes::AttributeKind;

use crate::words::attributes::Attributes;

pub(super) const ATTRIBUTES: Attributes = Attributes {
    title: "顧客資料",
    none: ["團隊還沒有自訂屬性，請到「更多 › 自訂屬性」新增。", "團隊還沒有自訂屬性，請管理員新增。"],
    save: "儲存",
    wrong: |kind| match kind {
        AttributeKind::Text => "請輸入最多 200 字的文字。",
        AttributeKind::Number => "請輸入數字，小數最多三位。",
        AttributeKind::Date => "請選擇日期。",
        AttributeKind::Datetime => "請選擇日期與時間。",
        AttributeKind::Boolean => "請選擇是或否。",
    },
    answers: ["未填寫", "是", "否"],
    saved: "已儲存顧客資料",
    manage: "自訂屬性",
    manage_text: "鞋碼、生日、會員等級等顧客欄位",
    about: "顧客的自訂欄位，例如鞋碼、生日、會員等級。店員可以在對話裡填寫，群發訊息可以用來篩選。",
    name: "名稱",
    kind: "類型",
    kinds: |kind| match kind {
        AttributeKind::Text => "文字",
        AttributeKind::Number => "數字",
        AttributeKind::Date => "日期",
        AttributeKind::Datetime => "日期與時間",
        AttributeKind::Boolean => "是／否",
    },
    add: "新增屬性",
    rename: |name| format!("將「{name}」改名"),
    back: "回到更多",
};

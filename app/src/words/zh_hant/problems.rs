//! What went wrong, and its cure.

use shared::{
    problem::{Conflict, Forbidden, Problem, Rule, Unit, What},
    words::Language,
};

use super::{common, media, reasons, templates};
use crate::words::{
    number,
    problems::{Problems, Said, blank, part, roles},
};

pub(super) const PROBLEMS: Problems = Problems {
    offline: || Said::new("連不上伺服器。", "請檢查網路，連上後再試一次。"),
    outdated: || Said::new("App 與伺服器的版本不同。", "請重新整理這一頁；若是安裝的 App，請更新。"),
    problem,
    field,
    rule,
    conflict,
    forbidden,
    missing,
};

fn problem(problem: &Problem) -> Said {
    match problem {
        Problem::SignedOut => Said::new("登入已逾時。", "請重新登入，草稿還在。"),
        Problem::WrongCredentials => Said::new("電子郵件或密碼不正確。", "請再輸入一次；忘記密碼請找管理員重設。"),
        Problem::Forbidden { why } => forbidden(why),
        Problem::Missing { what } => missing(*what),
        Problem::Invalid { field: at, rule: broken } => Said::new("內容需要修改。", rule(&field(at), broken)),
        Problem::Conflict { with } => conflict(with),
        Problem::TooMany { retry_after } => {
            Said::new("操作太頻繁。", format!("請在 {} 秒後再試。", number(*retry_after)))
        }
        Problem::TooLarge { limit } => {
            Said::new("檔案或內容太大。", format!("上限是 {} MB，請縮小後再試。", number(limit.div_ceil(1_000_000))))
        }
        Problem::Unavailable => Said::new("伺服器暫時沒有回應。", "已送出的會繼續傳送。請稍後再試一次。"),
        Problem::StorageFull => {
            Said::new("伺服器的儲存空間滿了。", "這個檔案沒有留下。請通知管理員清出空間，再試一次。")
        }
        Problem::Internal { trace } => {
            Said::new("伺服器出錯了。", format!("請再試一次；若一再發生，請把代碼 {trace} 告訴管理員。"))
        }
    }
}

fn field(at: &str) -> String {
    if let Some(n) = blank(at) {
        return format!("範本的第 {n} 格");
    }
    if let Some(n) = part(at) {
        return format!("第 {n} 則訊息");
    }
    let last = at.rsplit('.').next().unwrap_or(at);
    match last {
        "email" => "電子郵件",
        "password" => "密碼",
        "name" => "名稱",
        "text" => "訊息",
        "parts" => "訊息則數",
        "search" => "搜尋文字",
        "channels" => "帳號",
        "tags_any" | "tags_all" | "tags_none" => "標籤",
        "owners" => "負責人",
        "stores" => "門市",
        "senders" => "發送人",
        "days" => "天數",
        "from" | "to" => "日期",
        "ids" if at.starts_with("selection") => "對象",
        "ids" => "對話",
        "matching" => "全選的條件",
        "selection" => "對象",
        "media" | "size" => "檔案",
        "title" => "標題",
        "categories" => "類別",
        "usable_by" | "roles" => "適用對象",
        "limit" | "after" => "清單的位置",
        _ => "這個欄位",
    }
    .to_owned()
}

fn rule(field: &str, rule: &Rule) -> String {
    match rule {
        Rule::Required => format!("請填寫{field}。"),
        Rule::TooLong { limit, actual, unit } => {
            let over = number(actual.saturating_sub(*limit));
            let unit = match unit {
                Unit::Utf16 | Unit::Characters => "字",
                Unit::Bytes => "位元組",
            };
            format!("{field}最多 {} {unit}，請刪去 {over} {unit}。", number(*limit))
        }
        Rule::TooMany { limit, actual } => {
            format!("{field}最多 {} 個，目前 {} 個，請減少。", number(*limit), number(*actual))
        }
        Rule::TooFew { least, actual } => {
            format!("{field}至少要 {} 個，目前 {} 個，請增加。", number(*least), number(*actual))
        }
        Rule::Malformed { expected } => format!("{field}的格式不對，應該像：{expected}"),
        Rule::Unknown { count } => format!("{field}裡有 {} 個已經不存在，請重新選擇。", number(*count)),
        Rule::ControlCharacter => format!("{field}裡有不能傳送的字元，請重新輸入，不要直接貼上。"),
        Rule::Unfit { fault } => {
            let said = media::fault(fault);
            format!("{field}：{}{}", said.title, said.text)
        }
        Rule::NotYours => format!("你的角色不能把{field}設成這樣，請縮小範圍，或請管理員設定。"),
        Rule::Taken => format!("{field}已經有人使用，請換一個。"),
    }
}

fn conflict(with: &Conflict) -> Said {
    match with {
        Conflict::AudienceChanged { audience, will_send } => Said::new(
            "對象在檢查之後變了。",
            format!("現在選了 {} 人，其中 {} 人會送出。請確認後再送出。", number(*audience), number(*will_send)),
        ),
        Conflict::ContentChanged => Said::new("內容在檢查之後變了。", "可能在另一個分頁或裝置改過，請再看一次預覽。"),
        Conflict::AlreadySent { .. } => Said::new("這則群發已經送出。", "沒有重複傳送，請到紀錄查看結果。"),
        Conflict::DraftChanged { .. } => Said::new("草稿在另一個分頁或裝置改過。", "請選擇要保留哪一份。"),
        Conflict::NobodyToSend => Said::new("選擇的對象都無法收到。", "請回到上一步，改選其他對象。"),
        Conflict::QuotaTooSmall { needed, left } => Said::new(
            "帳號本月的訊息額度不足。",
            format!("這次需要 {} 則，只剩 {} 則。請減少對象，或請管理員加購。", number(*needed), number(*left)),
        ),
        Conflict::SeveralNumbers { channels } => Said::new(
            "範本訊息只能傳給同一個 WhatsApp 號碼的顧客。",
            format!("選擇的對象屬於 {} 個帳號，請只保留其中一個號碼的顧客。", channels.len()),
        ),
        Conflict::TemplateChanged { status } => Said::new(
            match status {
                Some(status) => format!("這個範本現在不能使用：{}。", templates::status(*status)),
                None => "這個範本已經不存在，或不開放給你使用。".to_owned(),
            },
            "請重新選擇範本；內容有變時，再選一次就會更新。",
        ),
        Conflict::MessagingLimit { needed, left } => Said::new(
            "WhatsApp 24 小時內可主動傳送的人數不足。",
            format!("這次需要 {} 人，只剩 {} 人。請減少對象，或等人數釋出。", number(*needed), number(*left)),
        ),
        Conflict::SendState { state } => Said::new(
            format!("這則群發現在是「{}」。", state.name(Language::ZhHant)),
            "請重新看一次紀錄，能做的事已經不同。",
        ),
        Conflict::PeopleChanged { people } => {
            Said::new("人數已經改變。", format!("現在是 {} 人。請重新看一次紀錄，再決定是否傳送。", number(*people)))
        }
        Conflict::UploadAt { .. } => Said::new("上傳中斷了。", "再試一次，會從中斷的地方接著傳。"),
        Conflict::SavedReplyChanged { .. } => Said::new("這則預存回覆剛被別人改過。", "請重新載入，看過新的內容再改。"),
        Conflict::NotOwner => Said::new("這個對話由別人負責。", "請對方移轉給你，或請主管協助。"),
        Conflict::WrongState => Said::new("對話的狀態已經改變。", "請重新載入，看看現在能做什麼。"),
        Conflict::NotAssignable => Said::new("這位同事不能接手。", "請選擇同門市、可以使用這個帳號的同事。"),
        Conflict::CannotReach { reason } => {
            let said = reasons::reason(*reason);
            Said::new(format!("現在無法傳給這位顧客：{}。", said.title), format!("{}{}", said.why, said.next))
        }
    }
}

fn forbidden(why: &Forbidden) -> Said {
    match why {
        Forbidden::OmoPlan => Said::new("團隊尚未開通 OMO 方案。", "群發訊息需要 OMO 方案，請管理員聯絡客服開通。"),
        Forbidden::Role { allowed, .. } => Said::new(
            "你的角色不能使用這個功能。",
            format!("這個功能開放給{}。需要時請找管理員調整角色。", roles(allowed, common::role, "、")),
        ),
    }
}

fn missing(what: What) -> Said {
    let (title, text) = match what {
        What::Route => ("找不到這個功能。", "請重新整理這一頁，取得新版本。"),
        What::Member => ("找不到這位同事。", "可能已停用，請選別人。"),
        What::Store => ("找不到這間門市。", "可能已移除，請重新選擇。"),
        What::Channel => ("找不到這個帳號。", "可能已解除連接，請管理員確認。"),
        What::Conversation => ("找不到這個對話。", "可能已移轉給別人，請回到列表。"),
        What::Contact => ("找不到這位顧客。", "可能已依本人要求刪除資料，請回到列表。"),
        What::Tag => ("找不到這個標籤。", "可能已刪除，請重新選擇。"),
        What::Draft => ("找不到這份草稿。", "可能已捨棄或不是你的，請重新開始。"),
        What::Campaign => ("找不到這筆紀錄。", "可能不在你能看的範圍，請回到列表。"),
        What::Delivery => ("找不到這位收件人。", "請回到紀錄重新選擇。"),
        What::Media => ("找不到這個檔案。", "可能已過保存期限。"),
        What::Upload => ("找不到這個上傳。", "可能已過期，請重新選擇檔案。"),
        What::SavedReply => ("找不到這則預存回覆。", "可能已刪除，或不開放給你使用，請回到列表。"),
        What::Category => ("找不到這個類別。", "可能已刪除，請重新選擇。"),
        What::Template => ("找不到這個範本。", "可能已在 WhatsApp 刪除，或不開放給你使用，請重新選擇。"),
        What::Attribute => ("找不到這個屬性。", "可能已刪除，請重新選擇。"),
    };
    Said::new(title, text)
}

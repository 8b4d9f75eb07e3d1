//! The headings of exported files.

use shared::words::Language;

use crate::caller::Zone;

/// Of the records (domain.md 4.6).
pub(super) fn campaigns(language: Language, zone: Zone) -> Vec<String> {
    let say = |zh_hant, en| language.of(zh_hant, en).to_owned();
    vec![
        of_times(language.of("送出時間", "Sent at"), zone),
        say("類型", "Kind"),
        say("渠道", "Channel"),
        say("送出的人", "Sender"),
        say("門市", "Store"),
        say("內容則數", "Messages"),
        say("圖片", "Pictures"),
        say("影片", "Videos"),
        say("內容", "Content"),
        say("對象", "Recipients"),
        say("成功", "Accepted"),
        say("失敗", "Failed"),
        say("未知", "Unknown"),
        say("成功率", "Success rate"),
        // Only WhatsApp tells, and not of those who switched receipts off.
        say("WhatsApp 已送達", "Delivered (WhatsApp)"),
        say("WhatsApp 已讀（至少）", "Read at least (WhatsApp)"),
        say("WhatsApp 已讀率（至少）", "Read rate at least (WhatsApp)"),
        say("狀態", "State"),
        say("導購連結", "Referral links"),
        say("紀錄編號", "Record"),
    ]
}

/// Of the recipients of a record (domain.md 4.6).
pub(super) fn deliveries(language: Language, zone: Zone) -> Vec<String> {
    let say = |zh_hant, en| language.of(zh_hant, en).to_owned();
    vec![
        say("顧客", "Customer"),
        say("渠道", "Channel"),
        say("結果", "Outcome"),
        of_times(language.of("時間", "Time"), zone),
        of_times(language.of("送達時間", "Delivered at"), zone),
        of_times(language.of("已讀時間", "Read at"), zone),
        say("未送達的訊息", "Message that failed"),
        say("原因", "Reason"),
        say("原因代碼", "Reason code"),
        say("判定", "Checked by"),
        say("平台代碼", "Platform code"),
        say("平台原文", "Platform's words"),
        say("請求編號", "Request id"),
    ]
}

/// A column of times says in which zone they are.
fn of_times(heading: &str, zone: Zone) -> String {
    format!("{heading} ({})", zone.0.name())
}

//! What a person does to a send.

use super::common;
use crate::words::{control::Control, number, problems::roles};

pub(super) const CONTROL: Control = Control {
    pause: "暫停傳送",
    resume: "恢復傳送",
    stop: "停止傳送",
    waiting: |n| format!("還有 {} 人等待", number(n)),
    doing: "處理中…",
    held_by: |name| match name {
        Some(name) => format!("{name} 暫停了這次傳送"),
        None => "這次傳送由同事暫停".to_owned(),
    },
    held_text: "還沒傳出的會留在佇列，按「恢復傳送」才會繼續。",
    resume_anyway: "也可以現在按「恢復傳送」；原因還在的話會再停下來。",
    stopped_by: |name| match name {
        Some(name) => format!("{name} 停止了這次傳送"),
        None => "這次傳送已停止".to_owned(),
    },
    stopped_text: |waiting| {
        let settling =
            if waiting > 0 { format!("還有 {} 人正在收尾。", number(waiting)) } else { String::new() };
        format!("還沒傳出的不會再傳，已傳出的不會收回。{settling}")
    },
    let_send: "讓它恢復傳送",
    ask: |allowed| format!("要恢復請找：{}。", roles(allowed, common::role, "、")),
    stop_title: "要停止這次傳送嗎？",
    stop_text: |n| {
        format!(
            "還有 {} 人等待，停止後他們不會收到，紀錄會寫「已取消」。正在傳的訊息仍會送達，已傳出的無法收回。停止後不能恢復。",
            number(n)
        )
    },
    keep_on: "先不停止",
    can_retry: |n| format!("{} 人可重試", number(n)),
    retry: |n| format!("重試 {} 人", number(n)),
    retry_these: |n| format!("重試這 {} 人", number(n)),
    retry_title: |n| format!("要重試 {} 人嗎？", number(n)),
    retry_text: |cures| format!("重試之前請先確認：{cures}已收到的訊息不會再傳一次。"),
    cure: |title, next| format!("{title}：{next}"),
    unknown: "不確定是否送達",
    unknown_text: "再傳一次，已經收到的人會收到兩次，所以由你決定。",
    again: |n| format!("仍要重傳給 {} 人", number(n)),
    again_one: "仍要重傳",
    again_title: |n| format!("要再傳一次給 {} 人嗎？", number(n)),
    again_one_title: |name| format!("要再傳一次給{name}嗎？"),
    again_text: "不確定上次是否送達：已經收到的人會收到兩次，傳出後無法收回。",
    changed: |n| format!("人數剛剛改變，現在是 {} 人。", number(n)),
    nobody_left: ("現在沒有人需要重傳。", "可能已經有人重傳過，請看最新的結果。"),
    paused: |waiting| format!("已暫停，{} 人等待中", number(waiting)),
    resumed: |waiting| format!("已恢復傳送，{} 人等待中", number(waiting)),
    stopped: "已停止傳送",
    sends_again: |n| format!("正在重新傳送給 {} 人", number(n)),
    account_sends: |account| format!("「{account}」已恢復傳送"),
};

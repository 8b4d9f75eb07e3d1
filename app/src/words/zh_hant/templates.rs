//! WhatsApp 範本的文字。

use shared::{
    media::MediaKind,
    templates::{FillFault, Place, Quality, QuickReplyAction, TemplateClass, TemplateStatus},
};

use crate::words::{
    number,
    templates::{Fill, Manage, Pick, Templates},
};

pub(super) const TEMPLATES: Templates = Templates {
    status,
    class: |class| match class {
        TemplateClass::Marketing => "行銷類",
        TemplateClass::Utility => "公用事業類",
        TemplateClass::Authentication => "驗證類",
        TemplateClass::Other => "其他類",
    },
    quality: |quality| match quality {
        Quality::Green => "品質高",
        Quality::Yellow => "品質中等",
        Quality::Red => "品質低，可能被暫停",
        Quality::Unknown => "尚未評分",
    },
    language,
    header: |kind| match kind {
        MediaKind::Image => "標題圖片",
        MediaKind::Video => "標題影片",
        MediaKind::Document => "標題文件",
    },
    see_all: "查看所有選項",
    blanks: |n| format!("{n} 格"),
    buttons: |n| format!("{n} 個按鈕"),
    nothing: "不用填寫",
    search: "搜尋範本名稱或內容",
    holds: |first| match first {
        Some(first) => format!("一則範本：「{first}」"),
        None => "一則範本".to_owned(),
    },
    loading: "範本載入中",
    failed: "範本載入失敗",
    none_title: "沒有符合的範本",
    none_text: "換個關鍵字或類別試試。",
    pick: Pick {
        title: "選擇範本",
        count: |account, n, more| {
            if more { format!("{account} 可用的範本") } else { format!("{account} 可用的範本，共 {n} 個") }
        },
        empty_title: "這個號碼還沒有可用的範本",
        empty_text: "範本要先由 Meta 核准，並由管理員開放給你。請找管理員到「更多 › WhatsApp 範本」設定。",
        first: "先選一個範本",
        needs: |blanks, header, answers| {
            let mut needs = Vec::new();
            if blanks > 0 {
                needs.push(format!("要填 {blanks} 格"));
            }
            match header {
                Some(MediaKind::Image) => needs.push("上傳 1 張圖片".to_owned()),
                Some(MediaKind::Video) => needs.push("上傳 1 支影片".to_owned()),
                Some(MediaKind::Document) => needs.push("上傳 1 份 PDF".to_owned()),
                None => {}
            }
            if answers > 0 {
                needs.push(format!("設定 {answers} 個按鈕"));
            }
            if needs.is_empty() { "不用填寫，直接預覽".to_owned() } else { needs.join("，") }
        },
        apply: "套用",
        unfit_status: |state| format!("{}，現在不能使用", status(state)),
        unfit_class: "驗證碼用的範本不能群發",
        unfit_shape: "含有這裡還不能填寫的內容，例如位置或輪播",
        nobody_title: "還沒選對象",
        recipients: "返回選擇對象",
    },
    fill: Fill {
        blanks: "要填的內容",
        title: "填寫範本",
        back: "返回選擇範本",
        change: "換範本",
        blank: |place, key, button| match place {
            Place::Header => format!("{{{{{key}}}}} 標題"),
            Place::Body => format!("{{{{{key}}}}}"),
            Place::Button { .. } => format!("按鈕「{button}」要填的部分"),
        },
        around: |before, after| format!("{before}＿＿{after}"),
        fallback: "沒有姓名時顯示",
        fallback_help: |shown| format!("沒有姓名的顧客會看到「{shown}」"),
        fault: |fault| match fault {
            FillFault::Empty => "請填寫這一格。",
            FillFault::Lines => "只能一行，請移除換行。",
            FillFault::Spaces => "不能連續四個以上的空格，請刪減。",
            FillFault::Address => "這一格不能放網址，WhatsApp 會拒絕；網址請放在有按鈕的範本。",
            FillFault::Gap => "這裡不能有空格，姓名裡的也不行。",
        },
        fallback_missing: "請填寫，沒有姓名的顧客才不會收到空白。",
        address: |whole| format!("完整網址：{whole}（算 1 則導購連結）"),
        choose: |kind| match kind {
            MediaKind::Image => "選擇圖片",
            MediaKind::Video => "選擇影片",
            MediaKind::Document => "選擇 PDF",
        },
        header_missing: |kind| match kind {
            MediaKind::Image => "請選擇標題圖片",
            MediaKind::Video => "請選擇標題影片",
            MediaKind::Document => "請選擇標題文件",
        },
        header_coming: |kind| match kind {
            MediaKind::Image => "標題圖片還在上傳",
            MediaKind::Video => "標題影片還在上傳",
            MediaKind::Document => "標題文件還在上傳",
        },
        header_failed: |kind| match kind {
            MediaKind::Image => "標題圖片不能使用，請換一張",
            MediaKind::Video => "標題影片不能使用，請換一支",
            MediaKind::Document => "標題文件不能使用，請換一份",
        },
        pressed: |button| format!("顧客按「{button}」之後"),
        action: |action| match action {
            QuickReplyAction::None => "只傳回覆",
            QuickReplyAction::Unsubscribe => "取消訂閱",
            QuickReplyAction::Subscribe => "重新訂閱",
        },
        action_help: |action| match action {
            QuickReplyAction::None => None,
            QuickReplyAction::Unsubscribe => Some("按了的顧客會退訂，之後不再收到群發訊息。"),
            QuickReplyAction::Subscribe => Some("退訂過的顧客按了，會再收到群發訊息。"),
        },
        opt_out_title: "行銷範本要讓顧客能退訂",
        opt_out_text: "請把一個回覆按鈕設為「取消訂閱」，或換一個有寫明退訂方式的範本。",
        too_long: |over| format!("填入後多了 {} 個字，WhatsApp 不收，請縮短填寫的內容。", number(over)),
        left: |n| format!("還差 {n} 格"),
        done: "已填好",
        changed_title: "這個範本在 Meta 改過了",
        changed_text: "請更新到目前的內容；填好而且仍適用的會保留。",
        update: "更新並保留填好的",
        unusable_title: |state| format!("這個範本現在不能使用：{}", status(state)),
        gone_title: "這個範本已不存在，或不開放給你使用",
        unusable_text: "請換一個範本；填好而且仍適用的會保留。",
        again: "重新選擇範本",
    },
    manage: Manage {
        title: "WhatsApp 範本",
        about: "顯示名稱、類別，以及誰可以選用",
        back: "返回更多",
        sync: "立即從 Meta 讀取",
        syncing: "讀取中…",
        synced: |found| {
            format!("共 {} 個：新增 {}、變更 {}、移除 {}", found.found, found.added, found.changed, found.gone)
        },
        partly: |n| format!("{n} 個商業帳號讀取失敗"),
        failure: |account, why| format!("{account}：{why}"),
        empty_title: "還沒有範本",
        empty_text: "範本在 WhatsApp 管理工具建立，送 Meta 審核後，從這裡讀取。",
        count: |n, more| {
            if more { "依語言與名稱排序".to_owned() } else { format!("共 {n} 個，依語言與名稱排序") }
        },
        choose_one: "從列表選一個範本。",
        failed: "這個範本載入失敗",
        gone: "這個範本已不存在",
        to_list: "返回範本列表",
        name: "顯示名稱",
        name_need: "留空就顯示 Meta 的名稱",
        nobody: "不開放",
        nobody_help: "系統通知用，不會出現在任何人的選單。",
        at_meta: "Meta 上的資料",
        meta_name: "名稱",
        meta_language: "語言",
        meta_class: "類型",
        meta_status: "狀態",
        meta_quality: "品質",
        numbers: "號碼",
        no_numbers: "沒有號碼",
        read_at: "上次讀取",
        preview: "顧客看到的樣子",
        saved: |name| format!("已儲存「{name}」"),
    },
};

pub(super) fn status(status: TemplateStatus) -> &'static str {
    match status {
        TemplateStatus::Approved => "已核准",
        TemplateStatus::Pending => "審核中",
        TemplateStatus::Rejected => "未通過",
        TemplateStatus::Paused => "暫停中",
        TemplateStatus::Disabled => "已停用",
        TemplateStatus::Deleted => "已刪除",
        TemplateStatus::Other => "狀態不明",
    }
}

fn language(code: &str) -> String {
    match code {
        "zh_TW" => "繁體中文",
        "zh_HK" => "繁體中文（香港）",
        "zh_CN" => "簡體中文",
        "en" => "英文",
        "en_US" => "英文（美國）",
        "en_GB" => "英文（英國）",
        "ja" => "日文",
        "ko" => "韓文",
        "th" => "泰文",
        "vi" => "越南文",
        "id" => "印尼文",
        "ms" => "馬來文",
        other => other,
    }
    .to_owned()
}

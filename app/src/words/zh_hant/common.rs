//! What many screens say.

use shared::{conversations::MessageKind, members::Role};

use crate::words::common::Common;

pub(super) const COMMON: Common = Common {
    product: "Storecast",
    main_menu: "主選單",
    conversations: "對話",
    records: "紀錄",
    saved_replies: "預存回覆",
    more: "更多",
    unread: "則未讀",
    close: "關閉",
    filter: "篩選",
    cancel: "取消",
    back: "返回",
    retry: "再試一次",
    load_more: "載入更多",
    loading: "載入中",
    just_now: "剛剛",
    minutes_ago: |n| format!("{n} 分鐘前"),
    yesterday: "昨天",
    today: "今天",
    weekdays: ["週一", "週二", "週三", "週四", "週五", "週六", "週日"],
    minutes: |n| format!("{n} 分"),
    hours: |n| format!("{n} 小時"),
    days: |n| format!("{n} 天"),
    nameless: "未提供姓名",
    role,
    message_kind: |kind| match kind {
        MessageKind::Text => "文字",
        MessageKind::Image => "照片",
        MessageKind::Video => "影片",
        MessageKind::Audio => "語音",
        MessageKind::Sticker => "貼圖",
        MessageKind::File => "檔案",
        MessageKind::Location => "位置",
        MessageKind::Postback => "點了按鈕",
        MessageKind::Template => "範本訊息",
        MessageKind::Other => "其他訊息",
    },
    offline_title: "目前離線，顯示最後取得的資料",
    offline_text: "草稿存在這台裝置裡；群發和回覆要連線後才能送出。",
    start_offline_title: "目前離線",
    start_offline_text: "寫到一半的內容都存在這台裝置裡，不會不見。連線恢復後會自動繼續。",
    new_version_title: "有新版本",
    new_version_text: "更新只要一下子，寫到一半的內容都會留著。",
    new_version_action: "更新",
    reconnecting_title: "即時更新中斷，正在重新連線",
    reconnecting_text: "新的內容會晚一點出現；現在仍可繼續使用。",
    failed_title: "載入失敗",
    forbidden_title: "你的角色不能看這一頁",
    not_found_title: "找不到這一頁",
    not_found_text: "網址可能打錯了，或這一頁已經移走。",
    to_start: "回到對話",
    broke_title: "這一頁出了問題",
    broke_text: "你的草稿還在。請重新載入；若一再發生，請告訴管理員。",
    your_role: |of| format!("你的角色：{}", role(of)),
};

pub(super) fn role(of: Role) -> &'static str {
    match of {
        Role::Admin => "管理員",
        Role::SalesManager => "銷售經理",
        Role::SalesStaff => "銷售人員",
    }
}

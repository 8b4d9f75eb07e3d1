//! The list of conversations.

use shared::conversations::ConversationState;

use crate::words::{conversations::Conversations, number};

pub(super) const CONVERSATIONS: Conversations = Conversations {
    state: |state| match state {
        ConversationState::Pending => "待處理",
        ConversationState::InProgress => "處理中",
        ConversationState::Closed => "已結束",
    },
    states: "對話狀態",
    scope: "範圍",
    mine: "我的",
    team: "團隊",
    search: "搜尋姓名",
    filters: "快速篩選",
    all: "全部",
    unread: "未讀",
    waiting: "等候中",
    recent: |days| format!("{days} 天內來訊"),
    remove_filter: "移除這個條件",
    waited: |time| format!("等候 {time}"),
    window_left: |time| format!("剩 {time}"),
    window_closed: "已過 24 小時",
    blocked: "已封鎖",
    unsubscribed: "已退訂",
    ours: |text| format!("你：{text}"),
    loading: "對話載入中",
    failed: "對話載入失敗",
    empty_title: |state| match state {
        ConversationState::Pending => "沒有待處理的對話",
        ConversationState::InProgress => "還沒有處理中的對話",
        ConversationState::Closed => "還沒有已結束的對話",
    },
    empty_in_progress: |pending| {
        if pending == 0 {
            "顧客來訊後會出現在「待處理」，接手後就在這裡。".to_owned()
        } else {
            format!("從「待處理」接手 {} 個等候中的對話。", number(pending))
        }
    },
    empty_assigned: "主管移轉給你的對話會出現在這裡。",
    empty_pending: "顧客來訊後會出現在這裡，接手後由你回覆。",
    empty_closed: "結束的對話會收在這裡；顧客再次來訊時會回到「待處理」。",
    see_pending: |n| format!("看待處理的 {} 個對話", number(n)),
    none_match_title: "沒有符合的對話",
    none_match_text: "換個姓名，或放寬篩選條件。",
    clear_filters: "清除條件",
    choose_title: "選一個對話",
    choose_text: "從左邊的列表點選，內容會顯示在這裡。",
    menu: "群發選單",
    menu_title: "群發",
    group_message: "群發訊息",
    group_message_text: "傳文字、圖片和影片",
    group_template: "群發範本訊息",
    group_template_text: "用核准的範本傳給 WhatsApp 顧客，超過 24 小時也能送",
    group_template_why: "用範本傳給 WhatsApp 顧客。團隊還沒有連接 WhatsApp 帳號，請管理員先連接。",
    group_records: "群發訊息紀錄",
    group_records_text: "看送出結果與失敗原因",
    menu_note: "只能傳給「處理中」的顧客。",
    menu_admin: "群發訊息開放給銷售經理與銷售人員；管理員可以看紀錄。",
    menu_no_omo: "群發訊息需要 OMO 方案。請管理員聯絡客服開通。",
    found: |n| format!("共 {} 個對話", number(n)),
};

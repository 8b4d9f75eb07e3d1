//! Why a customer did not get a message.

use shared::{campaigns::Doubt, reasons::Reason, words::Language};

use crate::words::reasons::{ReasonWords, Reasons};

pub(super) const REASONS: Reasons = Reasons {
    reason,
    doubt: |doubt| match doubt {
        Doubt::NotKnownFriend => ReasonWords {
            title: "不確定是否為好友",
            why: "LINE 沒有告知這位顧客是不是官方帳號的好友，最近 7 天也沒有來訊，訊息可能送不到。",
            next: "仍可送出；也可以先略過，等顧客來訊再傳。",
        },
    },
    checked_by: |by| by.name(Language::ZhHant),
};

pub(super) fn reason(reason: Reason) -> ReasonWords {
    let (why, next) = match reason {
        Reason::Unfollowed => (
            "顧客封鎖或取消追蹤了 LINE 官方帳號（unfollowed），任何訊息都收不到。",
            "下次群發時略過這位顧客；顧客解除封鎖後就能再傳。",
        ),
        Reason::Unsubscribed => ("顧客表示不想再收到訊息。", "請尊重顧客的選擇，下次群發時略過。"),
        Reason::NotInProgress => {
            ("要傳送時，這個對話已不是「處理中」。群發只能傳給處理中的對話。", "接手或重新開啟對話後，再傳一次。")
        }
        Reason::NotOwner => ("要傳送時，這個對話已移轉給其他同事。", "請現在的負責人傳送，或請對方移轉回來。"),
        Reason::LineInvalidUser => {
            ("LINE 表示這個官方帳號沒有這位使用者，顧客可能刪除了 LINE 帳號。", "請顧客重新加入官方帳號。")
        }
        Reason::LineMessageInvalid => ("LINE 認為訊息的內容有誤。", "請查看平台的回覆，修改內容後重新群發。"),
        Reason::LineMonthlyLimit => ("LINE 官方帳號本月的訊息額度已用完。", "請管理員加購額度，或等下個月再重試。"),
        Reason::LineRateLimited => ("LINE 一直回覆傳送太快，重試多次仍未接受。", "稍後再重試。"),
        Reason::LineUnavailable => ("LINE 連不上或一直出錯，確定沒有收下訊息。", "稍後再重試。"),
        Reason::LineRefused => ("LINE 以其他理由拒絕，原文附在下方。", "請依平台的回覆處理；看不懂時請找管理員。"),
        Reason::NoAnswer => {
            ("平台沒有及時回覆，訊息可能已送達，也可能沒有。系統不會自動重傳。", "請先向顧客確認，再決定是否重傳。")
        }
        Reason::Expired => ("沒能在期限內開始傳送，太晚送出會打擾顧客，所以停止。", "需要時請重試或重新群發。"),
        Reason::Cancelled => ("傳送之前被取消。", "需要時請重新群發。"),
        Reason::Internal => ("Storecast 出了問題，訊息沒有送出。", "請重試；若一再發生，請告訴管理員。"),
    };
    ReasonWords { title: reason.title(Language::ZhHant), why, next }
}

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
        Reason::SamePerson => (
            "這段時間發現這位顧客與本次群發的另一位收件者是同一人，兩個對話已合併。",
            "不需處理，訊息只會傳給這位顧客一次。",
        ),
        Reason::LineInvalidUser => {
            ("LINE 表示這個官方帳號沒有這位使用者，顧客可能刪除了 LINE 帳號。", "請顧客重新加入官方帳號。")
        }
        Reason::LineMessageInvalid => ("LINE 認為訊息的內容有誤。", "請查看平台的回覆，修改內容後重新群發。"),
        Reason::LineMonthlyLimit => ("LINE 官方帳號本月的訊息額度已用完。", "請管理員加購額度，或等下個月再重試。"),
        Reason::LineRateLimited => ("LINE 一直回覆傳送太快，重試多次仍未接受。", "稍後再重試。"),
        Reason::LineUserLimited => ("短時間內傳給這位顧客的訊息太多，LINE 不再接受。", "過一會兒再重試。"),
        Reason::LineUnavailable => ("LINE 連不上或一直出錯，確定沒有收下訊息。", "稍後再重試。"),
        Reason::LineRefused => ("LINE 以其他理由拒絕，原文附在下方。", "請依平台的回覆處理；看不懂時請找管理員。"),
        Reason::WaWindowClosed => (
            "顧客超過 24 小時沒有來訊（Message failed to send because more than 24 hours have passed since the customer last replied to this number.），WhatsApp 只收範本訊息。",
            "改用群發範本訊息。",
        ),
        Reason::WaUndeliverable => (
            "WhatsApp 無法把訊息送給這位顧客：可能沒有使用 WhatsApp、版本太舊、未接受條款，或封鎖了這個號碼。",
            "請用其他方式聯絡顧客，下次群發時略過。",
        ),
        Reason::WaEcosystemLimit => {
            ("WhatsApp 暫時不把更多行銷訊息送給這位顧客。", "至少等 24 小時再傳，或請顧客先來訊。")
        }
        Reason::WaExperiment => {
            ("WhatsApp 正在進行實驗，這位顧客暫時收不到行銷訊息。", "請顧客先來訊，24 小時內就能傳送。")
        }
        Reason::WaRateLimited => ("WhatsApp 一直回覆傳送太快，重試多次仍未接受。", "稍後再重試。"),
        Reason::WaPairLimited => ("短時間內傳給這位顧客的訊息太多，WhatsApp 不再接受。", "過一會兒再重試。"),
        Reason::WaSpamLimited => (
            "因為顧客封鎖或檢舉，WhatsApp 限制了這個號碼的傳送。",
            "請管理員在 WhatsApp 管理後台查看品質，減少行銷訊息。",
        ),
        Reason::WaMessagingLimit => {
            ("這個 WhatsApp 商業帳號 24 小時內可主動傳送的人數已滿。", "等人數釋出後再重試，或請管理員提高上限。")
        }
        Reason::WaUnavailable => ("WhatsApp 連不上或一直出錯，確定沒有收下訊息。", "稍後再重試。"),
        Reason::WaMaintenance => ("WhatsApp 正在維護或升級這個號碼。", "過幾分鐘再重試。"),
        Reason::WaFailed => ("WhatsApp 出錯，沒有說明原因。", "稍後再重試；若一再發生，請告訴管理員。"),
        Reason::WaAccountBlocked => {
            ("WhatsApp 停用或限制了這個商業帳號。", "請管理員到 WhatsApp 管理後台處理後再重試。")
        }
        Reason::WaPayment => ("WhatsApp 商業帳號的付款或條款有問題。", "請管理員更新付款方式後再重試。"),
        Reason::WaToken => ("WhatsApp 不接受這個號碼的存取權杖。", "請管理員換新的權杖後再重試。"),
        Reason::WaPermission => ("這個號碼的權杖沒有傳送訊息的權限。", "請管理員補上權限後再重試。"),
        Reason::WaNotRegistered => ("我們的 WhatsApp 號碼已刪除或未註冊。", "請管理員重新註冊號碼後再重試。"),
        Reason::WaNameNotApproved => {
            ("WhatsApp 尚未核准這個號碼的顯示名稱。", "請管理員在 WhatsApp 管理後台處理後再重試。")
        }
        Reason::WaBlockedByUs => ("這位顧客被我們的 WhatsApp 號碼封鎖了。", "解除封鎖後再傳。"),
        Reason::WaCountry => ("WhatsApp 不允許把訊息傳到這位顧客的國家或地區。", "請用其他方式聯絡顧客。"),
        Reason::WaSelf => ("收件人就是我們自己的號碼。", "下次群發時略過。"),
        Reason::WaTestNumber => ("這是測試號碼，只能傳給名單上的人。", "請管理員把顧客加入名單，或改用正式號碼。"),
        Reason::WaMedia => ("WhatsApp 不接受訊息中的圖片、影片或文件。", "換一個檔案後重新群發。"),
        Reason::WaMessageInvalid => ("WhatsApp 認為訊息的內容有誤。", "請查看平台的回覆，修改內容後重新群發。"),
        Reason::WaTemplateMissing => {
            ("WhatsApp 找不到這個語言的範本，或範本尚未核准。", "請管理員同步範本，再選一個可用的範本。")
        }
        Reason::WaTemplatePaused => ("因為品質，WhatsApp 暫停了這個範本。", "等範本恢復後再重試，或改用別的範本。"),
        Reason::WaTemplateDisabled => ("因為品質，WhatsApp 停用了這個範本。", "請改用別的範本。"),
        Reason::WaTemplateParameters => ("填入的參數與範本不符。", "請管理員同步範本，重新填寫後再群發。"),
        Reason::WaTemplateText => ("填入參數後，範本的內容太長。", "縮短參數後重新群發。"),
        Reason::WaTemplateRefused => ("WhatsApp 不允許傳送這個範本。", "請查看平台的回覆，或改用別的範本。"),
        Reason::WaRefused => ("WhatsApp 以其他理由拒絕，原文附在下方。", "請依平台的回覆處理；看不懂時請找管理員。"),
        Reason::NoAnswer => {
            ("平台沒有及時回覆，訊息可能已送達，也可能沒有。系統不會自動重傳。", "請先向顧客確認，再決定是否重傳。")
        }
        Reason::Expired => ("沒能在期限內開始傳送，太晚送出會打擾顧客，所以停止。", "需要時請重試或重新群發。"),
        Reason::Cancelled => ("傳送之前被取消。", "需要時請重新群發。"),
        Reason::Internal => ("Storecast 出了問題，訊息沒有送出。", "請重試；若一再發生，請告訴管理員。"),
    };
    ReasonWords { title: reason.title(Language::ZhHant), why, next }
}

//! Words that screens and exported files share, in both languages. All others are the app's own.

use crate::{
    campaigns::{CampaignState, Kind},
    deliveries::Outcome,
    named::named,
    reasons::{CheckedBy, Reason},
};

named! {
    /// A language that Storecast speaks, by its BCP 47 tag.
    #[derive(Default)]
    pub enum Language, "language" {
        /// 繁體中文.
        #[default]
        ZhHant = "zh-Hant",
        /// English.
        En = "en",
    }
}

impl Language {
    /// The one of the two texts that is in this language.
    pub const fn of<'a>(self, zh_hant: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::ZhHant => zh_hant,
            Self::En => en,
        }
    }
}

impl Kind {
    /// What people call it (seed step 2).
    pub const fn name(self, language: Language) -> &'static str {
        match self {
            Self::GroupMessage => language.of("群發訊息", "Group message"),
            Self::GroupTemplate => language.of("群發範本訊息", "Group template message"),
        }
    }
}

impl CampaignState {
    /// What people call it.
    pub const fn name(self, language: Language) -> &'static str {
        match self {
            Self::Sending => language.of("傳送中", "Sending"),
            Self::Paused => language.of("暫停", "Paused"),
            Self::Completed => language.of("完成", "Completed"),
            Self::Failed => language.of("失敗", "Failed"),
            Self::Cancelled => language.of("已停止", "Stopped"),
        }
    }
}

impl Outcome {
    /// What people call it.
    pub const fn name(self, language: Language) -> &'static str {
        match self {
            Self::Waiting => language.of("等待", "Waiting"),
            Self::Succeeded => language.of("成功", "Accepted"),
            Self::Delivered => language.of("已送達", "Delivered"),
            Self::Read => language.of("已讀", "Read"),
            Self::Failed => language.of("失敗", "Failed"),
            Self::Unknown => language.of("未知", "Unknown"),
        }
    }
}

impl CheckedBy {
    /// What people call it.
    pub const fn name(self, language: Language) -> &'static str {
        match self {
            Self::Storecast => language.of("由 Storecast 檢查，未送出", "Checked by Storecast, not sent"),
            Self::Platform => language.of("由平台回覆", "Answered by the platform"),
        }
    }
}

impl Reason {
    /// The reason in a few words (domain.md 4.7).
    pub const fn title(self, language: Language) -> &'static str {
        match self {
            Self::Unfollowed => language.of("已封鎖官方帳號", "Blocked the account"),
            Self::Unsubscribed => language.of("已退訂", "Opted out"),
            Self::NotInProgress => language.of("不在處理中", "Not in progress"),
            Self::NotOwner => language.of("已由別人負責", "Somebody else's by now"),
            Self::SamePerson => language.of("與另一位收件者是同一人", "Same person as another recipient"),
            Self::LineInvalidUser => language.of("LINE 找不到這位顧客", "Unknown to LINE"),
            Self::LineMessageInvalid => language.of("LINE 不接受訊息內容", "LINE does not accept the message"),
            Self::LineMonthlyLimit => language.of("本月訊息額度用完", "This month's messages are used up"),
            Self::LineRateLimited => language.of("LINE 忙碌", "LINE is busy"),
            Self::LineUserLimited => language.of("LINE 限制傳給這位顧客", "LINE limits messages to this customer"),
            Self::LineUnavailable => language.of("LINE 暫時無法使用", "LINE is not available"),
            Self::LineRefused => language.of("LINE 拒絕傳送", "LINE refused"),
            Self::WaWindowClosed => language.of("超過 24 小時", "Past 24 hours"),
            Self::WaUndeliverable => language.of("WhatsApp 無法送達", "Not reachable on WhatsApp"),
            Self::WaEcosystemLimit => language.of("WhatsApp 限制行銷訊息", "Held back by WhatsApp"),
            Self::WaExperiment => language.of("WhatsApp 實驗對象", "In a WhatsApp experiment"),
            Self::WaRateLimited => language.of("WhatsApp 忙碌", "WhatsApp is busy"),
            Self::WaPairLimited => language.of("傳給這位顧客太頻繁", "Too many to this customer"),
            Self::WaSpamLimited => language.of("號碼被限制", "The number is limited"),
            Self::WaMessagingLimit => language.of("24 小時人數已滿", "The day's people are used up"),
            Self::WaUnavailable => language.of("WhatsApp 暫時無法使用", "WhatsApp is not available"),
            Self::WaMaintenance => language.of("號碼維護中", "The number is in maintenance"),
            Self::WaFailed => language.of("WhatsApp 不明錯誤", "Unknown WhatsApp error"),
            Self::WaAccountBlocked => language.of("WhatsApp 帳號被停用", "The WhatsApp account is restricted"),
            Self::WaPayment => language.of("WhatsApp 付款問題", "A WhatsApp payment problem"),
            Self::WaToken => language.of("WhatsApp 權杖失效", "The WhatsApp token has expired"),
            Self::WaPermission => language.of("WhatsApp 權限不足", "A WhatsApp permission is missing"),
            Self::WaNotRegistered => language.of("WhatsApp 號碼未註冊", "The number is not registered"),
            Self::WaNameNotApproved => language.of("顯示名稱未核准", "The display name is not approved"),
            Self::WaBlockedByUs => language.of("已被我們封鎖", "Blocked by us"),
            Self::WaCountry => language.of("地區不支援", "Not allowed in this country"),
            Self::WaSelf => language.of("收件人是自己的號碼", "Our own number"),
            Self::WaTestNumber => language.of("不在測試名單", "Not on the test list"),
            Self::WaMedia => language.of("WhatsApp 不接受媒體", "WhatsApp refused the medium"),
            Self::WaMessageInvalid => language.of("WhatsApp 不接受訊息內容", "WhatsApp does not accept the message"),
            Self::WaTemplateMissing => language.of("範本不存在或未核准", "Template missing or not approved"),
            Self::WaTemplatePaused => language.of("範本暫停中", "The template is paused"),
            Self::WaTemplateDisabled => language.of("範本已停用", "The template is disabled"),
            Self::WaTemplateParameters => language.of("範本參數不符", "Template blanks do not fit"),
            Self::WaTemplateText => language.of("範本內容太長", "The template is too long"),
            Self::WaTemplateRefused => language.of("範本不能傳送", "The template cannot be sent"),
            Self::WaRefused => language.of("WhatsApp 拒絕傳送", "WhatsApp refused"),
            Self::NoAnswer => language.of("沒有收到回覆", "No answer"),
            Self::Expired => language.of("來不及傳送", "Too late"),
            Self::Cancelled => language.of("已取消", "Cancelled"),
            Self::Internal => language.of("系統錯誤", "System error"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_reason_has_its_own_title_in_both_languages() {
        for language in Language::ALL {
            let titles: HashSet<&str> = Reason::ALL.into_iter().map(|reason| reason.title(language)).collect();
            assert_eq!(titles.len(), Reason::ALL.len());
        }
        for reason in Reason::ALL {
            assert_ne!(reason.title(Language::ZhHant), reason.title(Language::En));
        }
    }
}

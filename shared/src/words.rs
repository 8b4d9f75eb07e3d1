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
            Self::LineInvalidUser => language.of("LINE 找不到這位顧客", "Unknown to LINE"),
            Self::LineMessageInvalid => language.of("LINE 不接受訊息內容", "LINE does not accept the message"),
            Self::LineMonthlyLimit => language.of("本月訊息額度用完", "This month's messages are used up"),
            Self::LineRateLimited => language.of("LINE 忙碌", "LINE is busy"),
            Self::LineUnavailable => language.of("LINE 暫時無法使用", "LINE is not available"),
            Self::LineRefused => language.of("LINE 拒絕傳送", "LINE refused"),
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

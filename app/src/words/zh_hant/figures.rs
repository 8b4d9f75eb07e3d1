//! See `words::figures`.

use crate::words::{figures::Figures, number};

pub(super) const FIGURES: Figures = Figures {
    title: "我的成效",
    about: "我的群發訊息與導購連結數",
    back: "回到更多",
    period: "期間",
    total: "期間合計",
    sends: |n| format!("{} 次群發", number(n)),
    succeeded: |percent, fraction| format!("成功 {percent}（{fraction}）"),
    links: ("導購連結", "訊息裡的連結數：一則帶 3 個連結計 3"),
    link_deliveries: ("連結送達數", "連結數 × 成功收到的人數"),
    by_day: "每日",
    none: "這段期間沒有群發訊息。",
    loading: "成效載入中",
    failed: "成效載入失敗",
};

//! Oneself and this device.

use crate::words::more::More;

pub(super) const MORE: More = More {
    title: "更多",
    profile: "個人資料",
    email: "電子郵件",
    role: "角色",
    stores: "門市",
    team: "團隊",
    no_stores: "尚未加入門市",
    plan: "方案",
    omo: "OMO 方案，可以群發",
    no_omo: "尚未開通 OMO 方案，不能群發",
    desk: "工具與設定",
    device: "這台裝置",
    language: "語言",
    theme: "外觀",
    theme_system: "跟隨系統",
    theme_light: "淺色",
    theme_dark: "深色",
    sign_out: "登出",
    sign_out_everywhere: "登出所有裝置",
    sign_out_title: "要登出嗎？",
    sign_out_text: "這台裝置上未送出的內容會清除。",
    everywhere_title: "要登出所有裝置嗎？",
    everywhere_text: "手機、平板和電腦都要重新登入；這台裝置上未送出的內容會清除。",
    session: "登入",
};

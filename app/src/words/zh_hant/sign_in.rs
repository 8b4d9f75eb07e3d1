//! Signing in.

use crate::words::sign_in::SignIn;

pub(super) const SIGN_IN: SignIn = SignIn {
    title: "登入 Storecast",
    text: "門市與顧客的對話，都在這裡。",
    email: "電子郵件",
    password: "密碼",
    email_missing: "請填寫電子郵件。",
    password_missing: "請填寫密碼。",
    show_password: "顯示密碼",
    hide_password: "隱藏密碼",
    submit: "登入",
    submitting: "登入中…",
    ended_title: "登入已逾時，草稿還在",
    ended_text: "重新登入後，會回到你剛才的畫面。",
    locked_title: "鑰匙圈打不開，請重新登入",
    locked_text: "登入資料存在這台裝置的鑰匙圈裡。解鎖後重新開啟 Storecast，就不必再登入；草稿還在。",
    signed_out_title: "已登出",
    signed_out_text: "這台裝置上的草稿已清除。",
    server: "伺服器網址",
    server_help: "例如 https://chat.example.com，請向管理員索取。",
    server_wrong: "這不是網址，應該像 https://chat.example.com",
    language: "語言",
    help: "忘記密碼或無法登入，請找管理員。",
};

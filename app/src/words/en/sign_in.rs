//! Signing in.

use crate::words::sign_in::SignIn;

pub(super) const SIGN_IN: SignIn = SignIn {
    title: "Sign in to Storecast",
    text: "Your store's conversations with customers, in one place.",
    email: "E-mail",
    password: "Password",
    email_missing: "Type your e-mail.",
    password_missing: "Type your password.",
    show_password: "Show password",
    hide_password: "Hide password",
    submit: "Sign in",
    submitting: "Signing in…",
    ended_title: "Your session ended; drafts are safe",
    ended_text: "Sign in again to go back to where you were.",
    locked_title: "The keychain did not open: sign in again",
    locked_text: "Your sign-in is in this device's keychain. Unlock it and start Storecast again to skip this; drafts are safe.",
    signed_out_title: "Signed out",
    signed_out_text: "The drafts on this device were cleared.",
    server: "Server address",
    server_help: "Such as https://chat.example.com; your admin knows it.",
    server_wrong: "This is no address; it should look like https://chat.example.com",
    language: "Language",
    help: "Forgot the password or cannot sign in? Ask your admin.",
};

//! Words of signing in.

/// Signing in.
pub struct SignIn {
    /// The screen's title.
    pub title: &'static str,
    /// What the product is for.
    pub text: &'static str,
    /// The fields.
    pub email: &'static str,
    /// See `email`.
    pub password: &'static str,
    /// Nothing was typed.
    pub email_missing: &'static str,
    /// See `email_missing`.
    pub password_missing: &'static str,
    /// Shows the password.
    pub show_password: &'static str,
    /// Hides it again.
    pub hide_password: &'static str,
    /// The button.
    pub submit: &'static str,
    /// The button while it waits.
    pub submitting: &'static str,
    /// The session ended by itself; drafts are safe.
    pub ended_title: &'static str,
    /// See `ended_title`.
    pub ended_text: &'static str,
    /// The device keeps the session in a keychain that did not open.
    pub locked_title: &'static str,
    /// See `locked_title`.
    pub locked_text: &'static str,
    /// She signed out, and the device is clear.
    pub signed_out_title: &'static str,
    /// See `signed_out_title`.
    pub signed_out_text: &'static str,
    /// The address of the server, in native builds.
    pub server: &'static str,
    /// How to find it.
    pub server_help: &'static str,
    /// It is not an address.
    pub server_wrong: &'static str,
    /// Chooses the language.
    pub language: &'static str,
    /// Whom to ask when signing in does not work.
    pub help: &'static str,
}

//! Words of the screen about oneself and this device.

/// Oneself and this device.
pub struct More {
    /// The screen's title.
    pub title: &'static str,
    /// About oneself.
    pub profile: &'static str,
    /// Labels.
    pub email: &'static str,
    /// See `email`.
    pub role: &'static str,
    /// See `email`.
    pub stores: &'static str,
    /// See `email`.
    pub team: &'static str,
    /// No store.
    pub no_stores: &'static str,
    /// The plan.
    pub plan: &'static str,
    /// With OMO.
    pub omo: &'static str,
    /// Without.
    pub no_omo: &'static str,
    /// What else the role has: the desk.
    pub desk: &'static str,
    /// About this device.
    pub device: &'static str,
    /// Chooses the language.
    pub language: &'static str,
    /// Chooses the colours.
    pub theme: &'static str,
    /// As the device.
    pub theme_system: &'static str,
    /// Light.
    pub theme_light: &'static str,
    /// Dark.
    pub theme_dark: &'static str,
    /// Signs out here.
    pub sign_out: &'static str,
    /// Signs out on every device.
    pub sign_out_everywhere: &'static str,
    /// Asks before signing out.
    pub sign_out_title: &'static str,
    /// What is lost.
    pub sign_out_text: &'static str,
    /// Asks before signing out everywhere.
    pub everywhere_title: &'static str,
    /// What happens on the other devices.
    pub everywhere_text: &'static str,
    /// Sessions.
    pub session: &'static str,
}

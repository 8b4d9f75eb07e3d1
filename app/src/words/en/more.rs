//! Oneself and this device.

use crate::words::more::More;

pub(super) const MORE: More = More {
    title: "More",
    profile: "Profile",
    email: "E-mail",
    role: "Role",
    stores: "Stores",
    team: "Team",
    no_stores: "No store yet",
    plan: "Plan",
    omo: "OMO plan, with group sends",
    no_omo: "No OMO plan, no group sends",
    desk: "Tools and settings",
    device: "This device",
    language: "Language",
    theme: "Appearance",
    theme_system: "As the system",
    theme_light: "Light",
    theme_dark: "Dark",
    sign_out: "Sign out",
    sign_out_everywhere: "Sign out on all devices",
    sign_out_title: "Sign out?",
    sign_out_text: "What you have not sent is cleared from this device.",
    everywhere_title: "Sign out on all devices?",
    everywhere_text: "Phone, tablet and computer must sign in again; what you have not sent is cleared from this device.",
    session: "Session",
};

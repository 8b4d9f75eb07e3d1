//! The round picture of a person or an account, and the badge of the channel they are reached by.

use dioxus::prelude::*;

use super::icon::{LineGlyph, WhatsAppGlyph};

stylance::import_crate_style!(style, "src/ui/avatar/style.module.css");

/// How many tints `tokens.css` holds (`--tint-1` …).
const TINTS: u32 = 6;

/// How large an avatar is.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum AvatarSize {
    /// 32 px, one character: in a bubble or a row of faces.
    Sm,
    /// 40 px: in a bar or a short row.
    Md,
    /// 46 px: in a list.
    #[default]
    Row,
}

/// What an avatar stands for.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum AvatarKind {
    /// A person: tinted by id.
    #[default]
    Person,
    /// An account of the shop's own: in the accent colour, with one character.
    Account,
}

/// The platform behind a badge: LINE is a rounded square, WhatsApp a circle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelMark {
    /// LINE.
    Line,
    /// WhatsApp.
    WhatsApp,
}

impl ChannelMark {
    /// The brand's name: a proper noun, the same in every language.
    pub fn name(self) -> &'static str {
        match self {
            Self::Line => "LINE",
            Self::WhatsApp => "WhatsApp",
        }
    }

    fn attr(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::WhatsApp => "whatsapp",
        }
    }
}

/// A picture, or the characters that tell this person apart, on a tint that stays with their id.
///
/// Silent to assistive tech apart from its badge: the name always stands beside it.
#[component]
pub fn Avatar(
    /// The whole name.
    name: String,
    /// What never changes about them (an id): chooses the tint.
    #[props(default)]
    tint_of: String,
    /// Address of the picture.
    picture: Option<String>,
    channel: Option<ChannelMark>,
    #[props(default)] kind: AvatarKind,
    #[props(default)] size: AvatarSize,
) -> Element {
    let tint = match kind {
        AvatarKind::Account => "brand".to_owned(),
        AvatarKind::Person => tint(&tint_of).to_string(),
    };
    let short = size == AvatarSize::Sm || kind == AvatarKind::Account;
    let data_size = match size {
        AvatarSize::Sm => Some("sm"),
        AvatarSize::Md => Some("md"),
        AvatarSize::Row => None,
    };
    rsx! {
        span { class: style::avatar, "data-tint": tint, "data-size": data_size,
            if let Some(src) = picture {
                img { class: style::avatar_img, src, alt: "", loading: "lazy" }
            } else {
                span { "aria-hidden": "true", {initials(&name, kind, if short { 1 } else { 2 })} }
            }
            if let Some(channel) = channel {
                span { class: style::avatar_badge, ChannelBadge { channel } }
            }
        }
    }
}

/// The small mark of a channel, with the brand's name for assistive tech.
#[component]
pub fn ChannelBadge(
    channel: ChannelMark,
    /// In a line of text rather than on an avatar.
    #[props(default)]
    inline: bool,
    /// The brand's name stands beside it in text, so that it need not be read out twice.
    #[props(default)]
    silent: bool,
) -> Element {
    rsx! {
        span {
            class: style::channel,
            "data-channel": channel.attr(),
            "data-inline": inline.then_some("true"),
            "aria-hidden": silent.then_some("true"),
            match channel {
                ChannelMark::Line => rsx! { LineGlyph { class: style::channel_glyph } },
                ChannelMark::WhatsApp => rsx! { WhatsAppGlyph { class: style::channel_glyph } },
            }
            if !silent {
                span { class: "vh", {channel.name()} }
            }
        }
    }
}

/// A channel's mark with its name in text beside it.
#[component]
pub fn ChannelName(channel: ChannelMark, children: Element) -> Element {
    rsx! {
        span { class: style::channel_name,
            ChannelBadge { channel, inline: true, silent: true }
            {children}
        }
    }
}

/// The tint of an id, 1 to 6: FNV-1a, because it must be the same on every device and in every version.
fn tint(id: &str) -> u32 {
    let hash = id.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash % TINTS + 1
}

/// The characters that tell a person apart (mock README, decision 10): the given name, because family names repeat.
///
/// A Chinese, Japanese or Korean name puts the family first, so the last two characters are the given name, of which
/// `max` are shown; a Latin name begins with the given one. An account shows how its name begins.
fn initials(name: &str, kind: AvatarKind, max: usize) -> String {
    let first_word: Vec<char> = name
        .split(|c: char| !c.is_alphanumeric())
        .find(|word| !word.is_empty())
        .map(|word| word.chars().collect())
        .unwrap_or_default();
    let Some(&first) = first_word.first() else {
        return name.trim().chars().take(1).collect();
    };
    let family_first = kind == AvatarKind::Person && is_cjk(first);
    let end = first_word.iter().position(|&c| is_cjk(c) != is_cjk(first)).unwrap_or(first_word.len());
    let start = if family_first { end.saturating_sub(2) } else { 0 };
    first_word[start..end].iter().take(max).collect()
}

/// Whether a character belongs to a script whose names put the family first.
fn is_cjk(c: char) -> bool {
    matches!(
        c,
        '\u{3040}'..='\u{30ff}'
            | '\u{3400}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7af}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3134f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_given_name() {
        let two = |name| initials(name, AvatarKind::Person, 2);
        assert_eq!(two("林雅婷"), "雅婷");
        assert_eq!(two("王明"), "王明");
        assert_eq!(two("歐陽娜娜"), "娜娜");
        assert_eq!(two("歐陽史黛芬妮 Stephanie Ou-Yang"), "芬妮");
        assert_eq!(two("林雅婷Amy"), "雅婷");
        assert_eq!(two("Stephanie Ou-Yang"), "St");
        assert_eq!(two("🌸小花🌸"), "小花");
        assert_eq!(two("🌸"), "🌸");
        assert_eq!(two(" "), "");
        assert_eq!(initials("黃詩涵", AvatarKind::Person, 1), "詩");
        assert_eq!(initials("晴嶼生活", AvatarKind::Account, 1), "晴");
    }

    #[test]
    fn a_tint_stays_with_its_id_and_all_are_used() {
        assert_eq!(tint("0190"), tint("0190"));
        assert_eq!(tint(""), 0x811c_9dc5 % 6 + 1);
        let used: std::collections::BTreeSet<u32> = (0..100).map(|n| tint(&format!("customer-{n}"))).collect();
        assert_eq!(used.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn the_badge_is_read_out_the_initials_are_not() {
        let html = dioxus_ssr::render_element(rsx! {
            Avatar { name: "何詠詩", tint_of: "7", picture: None, channel: ChannelMark::WhatsApp }
        });
        assert!(html.contains(r#"<span aria-hidden="true">詠詩</span>"#), "{html}");
        assert!(html.contains(r#"data-channel="whatsapp""#), "{html}");
        assert!(html.contains(r#"<span class="vh">WhatsApp</span>"#), "{html}");
        assert!(!html.contains("<img"), "{html}");
    }
}

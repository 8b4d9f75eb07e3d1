//! Whether a template can be picked, what it takes to fill it in, and what of it stays when another one is picked.

use shared::{
    content::{Content, Part},
    media::MediaKind,
    templates::{Blank, ButtonKind, Filled, QuickReplyAction, Shape, Stretch, Template, TemplateClass, TemplateStatus},
};

use crate::words::Words;

/// Characters of a template that are shown on each side of a blank.
const AROUND: usize = 14;

/// What staff call a template.
pub(super) fn name(template: &Template) -> &str {
    if template.title.is_empty() { &template.shape.name } else { &template.title }
}

/// Why a template cannot be picked, in words.
pub(super) fn unfit(words: &Words, template: &Template) -> Option<String> {
    let say = &words.templates.pick;
    if template.status != TemplateStatus::Approved {
        Some((say.unfit_status)(template.status))
    } else if template.shape.class == TemplateClass::Authentication {
        Some(say.unfit_class.to_owned())
    } else if template.shape.is_supported() {
        None
    } else {
        Some(say.unfit_shape.to_owned())
    }
}

/// What has to be done before a template can be sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// Blanks to fill in.
    pub(super) blanks: usize,
    /// The picture, film or document to choose.
    pub(super) header: Option<MediaKind>,
    /// Quick replies to decide on.
    pub(super) answers: usize,
}

/// What has to be done before a template of this shape can be sent.
pub(super) fn needs(shape: &Shape) -> Needs {
    let answers = shape.buttons.iter().filter(|button| button.does == ButtonKind::QuickReply).count();
    Needs { blanks: shape.blanks().len(), header: shape.header_media(), answers }
}

/// A template alone, as a message.
pub(super) fn as_content(filled: Filled) -> Content {
    Content { parts: vec![Part::Template(Box::new(filled))] }
}

/// The words right before and behind a blank, on its line.
pub(super) fn around(filled: &Filled, blank: &Blank) -> (String, String) {
    let empty = Filled::new(filled.template, filled.shape.clone());
    let stretches = empty.in_stretches(blank.place, "");
    let is_it = |stretch: &Stretch| matches!(stretch, Stretch::Blank(key) if *key == blank.key);
    let Some(place) = stretches.iter().position(is_it) else { return Default::default() };
    let text = |place: Option<usize>| match place.and_then(|place| stretches.get(place)) {
        Some(Stretch::Text(text)) => text.as_str(),
        _ => "",
    };
    let before = text(place.checked_sub(1)).rsplit('\n').next().unwrap_or_default();
    let behind = text(Some(place + 1)).split('\n').next().unwrap_or_default();
    let skipped = before.chars().count().saturating_sub(AROUND);
    let mut start: String = before.chars().skip(skipped).collect();
    let mut end: String = behind.chars().take(AROUND).collect();
    if skipped > 0 {
        start.insert(0, '…');
    }
    if behind.chars().nth(AROUND).is_some() {
        end.push('…');
    }
    (start, end)
}

/// This template picked, with what was filled in before where it still fits: of the same template what stands at the same place,
/// of another one only where the words around it are the same.
pub(super) fn refit(before: Option<&Filled>, template: &Template) -> Filled {
    let mut filled = Filled::new(template.id, template.shape.clone());
    let Some(before) = before else { return filled };
    let same = before.template == template.id;
    let known: Vec<_> = before.blanks().map(|(blank, fill)| (around(before, &blank), blank, fill.clone())).collect();
    for (place, blank) in filled.shape.blanks().into_iter().enumerate() {
        let here = around(&filled, &blank);
        let fits = |old: &&(_, Blank, _)| old.1 == blank && (same || old.0 == here);
        if let Some((_, _, fill)) = known.iter().find(fits) {
            filled.fills[place] = fill.clone();
        }
    }
    if before.shape.header_media() == filled.shape.header_media() {
        filled.header = before.header;
    }
    for (place, button) in filled.shape.buttons.iter().enumerate() {
        if before.shape.buttons.get(place) == Some(button) {
            filled.actions[place] = before.actions.get(place).copied().unwrap_or_default();
        }
    }
    filled
}

/// Whether a customer is told how to opt out, or has a button for it (domain.md 5).
pub(super) fn offers_opt_out(filled: &Filled) -> bool {
    let says = |text: &str| {
        let text = text.to_lowercase();
        ["取消訂閱", "退訂", "unsub"].iter().any(|word| text.contains(word))
    };
    filled.actions.contains(&QuickReplyAction::Unsubscribe) || says(&filled.shape.footer) || says(&filled.shape.body)
}

#[cfg(test)]
mod tests {
    use shared::{
        content::NAME_TOKEN,
        id::MediaId,
        templates::{Fill, Header, Place},
    };

    use super::{
        super::tests::{quick_reply, shape, template},
        *,
    };
    use crate::words::Language;

    fn fill(text: &str) -> Fill {
        Fill { text: text.to_owned(), fallback: String::new() }
    }

    #[test]
    fn a_blank_is_told_by_the_words_around_it_on_its_line() {
        let body = "第一行\n您上次看的「{{1}}」到貨了，我們幫您保留到週日晚上為止 {{2}}{{3}}\n見";
        let filled = Filled::new(template(1, body).id, shape(body));
        let of = |key: &str| around(&filled, &Blank { place: Place::Body, key: key.into() });
        assert_eq!(of("1"), ("您上次看的「".into(), "」到貨了，我們幫您保留到週日…".into()));
        assert_eq!(of("2"), ("…我們幫您保留到週日晚上為止 ".into(), String::new()));
        assert_eq!(of("3"), (String::new(), String::new()));
        assert_eq!(of("9"), (String::new(), String::new()));
    }

    #[test]
    fn of_the_same_template_what_still_has_its_place_stays() {
        let old = template(1, "{{1}} 您好，{{2}} 到貨，{{3}} 止");
        let mut before = Filled::new(old.id, old.shape);
        before.fills = vec![fill(NAME_TOKEN), fill("杯子"), fill("週日")];
        let now = template(1, "親愛的 {{1}}，{{2}} 到了");
        assert_eq!(refit(Some(&before), &now).fills, [fill(NAME_TOKEN), fill("杯子")]);
    }

    #[test]
    fn of_another_template_only_what_stands_in_the_same_words_stays() {
        let old = template(1, "{{1}} 您好，「{{2}}」到貨");
        let mut before = Filled::new(old.id, old.shape);
        before.fills = vec![fill(NAME_TOKEN), fill("杯子")];
        let now = template(2, "{{1}} 您好，會員週到 {{2}} 為止");
        assert_eq!(refit(Some(&before), &now).fills, [Fill::default(), Fill::default()]);
        let now = template(2, "{{1}} 您好，「{{2}}」為您保留");
        assert_eq!(refit(Some(&before), &now).fills, [fill(NAME_TOKEN), Fill::default()]);
        assert_eq!(refit(None, &now).fills.len(), 2);
    }

    #[test]
    fn the_header_and_what_buttons_do_stay_where_they_are_the_same() {
        let mut old = template(1, "x");
        old.shape.header = Some(Header::Media { media: MediaKind::Image });
        old.shape.buttons = vec![quick_reply("取消訂閱"), quick_reply("好")];
        let mut before = Filled::new(old.id, old.shape.clone());
        before.header = Some(MediaId::default());
        before.actions[0] = QuickReplyAction::Unsubscribe;
        before.actions[1] = QuickReplyAction::Subscribe;
        let mut now = old.clone();
        now.shape.buttons[1] = quick_reply("不好");
        let kept = refit(Some(&before), &now);
        assert_eq!(kept.header, before.header);
        assert_eq!(kept.actions, [QuickReplyAction::Unsubscribe, QuickReplyAction::None]);
        now.shape.header = Some(Header::Media { media: MediaKind::Video });
        assert_eq!(refit(Some(&before), &now).header, None);
    }

    #[test]
    fn what_cannot_be_sent_says_why() {
        let words = Language::ZhHant.words();
        let why = |change: fn(&mut Template)| {
            let mut one = template(1, "x");
            change(&mut one);
            assert_eq!(unfit(words, &one).is_none(), one.is_sendable());
            unfit(words, &one)
        };
        assert_eq!(why(|_| {}), None);
        assert_eq!(why(|one| one.status = TemplateStatus::Paused).as_deref(), Some("暫停中，現在不能使用"));
        assert!(why(|one| one.shape.class = TemplateClass::Authentication).is_some());
        assert!(why(|one| one.shape.header = Some(Header::Other { format: "LOCATION".into() })).is_some());
    }

    #[test]
    fn a_way_out_is_a_button_or_a_word() {
        let mut filled = Filled::new(template(1, "x").id, shape("x"));
        assert!(!offers_opt_out(&filled));
        filled.shape.footer = "Reply UNSUB to stop".into();
        assert!(offers_opt_out(&filled));
        filled.shape.footer.clear();
        filled.shape.buttons = vec![quick_reply("不要了")];
        filled.actions = vec![QuickReplyAction::Unsubscribe];
        assert!(offers_opt_out(&filled));
    }
}

//! Words of WhatsApp templates (訊息範本): picking one, filling it in, keeping them.

use shared::{
    media::MediaKind,
    templates::{FillFault, Place, Quality, QuickReplyAction, Synced, TemplateClass, TemplateStatus},
};

/// WhatsApp templates.
pub struct Templates {
    /// How one stands at Meta.
    pub status: fn(TemplateStatus) -> &'static str,
    /// What Meta charges and limits it as.
    pub class: fn(TemplateClass) -> &'static str,
    /// How Meta rates it.
    pub quality: fn(Quality) -> &'static str,
    /// The language of one, by Meta's code.
    pub language: fn(&str) -> String,
    /// The picture, film or document above its text.
    pub header: fn(MediaKind) -> &'static str,
    /// The entry of a bubble that shows the rest of the buttons, as WhatsApp calls it.
    pub see_all: &'static str,
    /// So many blanks, in a card.
    pub blanks: fn(usize) -> String,
    /// So many buttons, in a card.
    pub buttons: fn(usize) -> String,
    /// Nothing has to be filled in.
    pub nothing: &'static str,
    /// Searches names, titles and texts.
    pub search: &'static str,
    /// What a draft holds: a template that begins so.
    pub holds: fn(Option<&str>) -> String,
    /// For assistive technology.
    pub loading: &'static str,
    /// Could not be loaded.
    pub failed: &'static str,
    /// None matches.
    pub none_title: &'static str,
    /// See `none_title`.
    pub none_text: &'static str,
    /// Picking one.
    pub pick: Pick,
    /// Filling it in.
    pub fill: Fill,
    /// The admin's screen.
    pub manage: Manage,
}

/// Picking one.
pub struct Pick {
    /// The title.
    pub title: &'static str,
    /// How many of a number are shown, and whether there are more.
    pub count: fn(&str, usize, bool) -> String,
    /// The number has none.
    pub empty_title: &'static str,
    /// See `empty_title`.
    pub empty_text: &'static str,
    /// Why nothing can be applied yet.
    pub first: &'static str,
    /// What has to be done for it: blanks, a header, buttons to decide on.
    pub needs: fn(usize, Option<MediaKind>, usize) -> String,
    /// Takes it.
    pub apply: &'static str,
    /// Why one in this state cannot be picked.
    pub unfit_status: fn(TemplateStatus) -> String,
    /// One for one-time codes.
    pub unfit_class: &'static str,
    /// One with something that cannot be filled in here.
    pub unfit_shape: &'static str,
    /// Nobody is picked yet.
    pub nobody_title: &'static str,
    /// Leads back to step 1.
    pub recipients: &'static str,
}

/// Filling one in.
pub struct Fill {
    /// The blanks, read out.
    pub blanks: &'static str,
    /// The title.
    pub title: &'static str,
    /// Leads back to the choice.
    pub back: &'static str,
    /// Takes another one.
    pub change: &'static str,
    /// A blank: where it stands, its key, what stands on its button.
    pub blank: fn(Place, &str, &str) -> String,
    /// The words around a blank: those before, those behind.
    pub around: fn(&str, &str) -> String,
    /// What stands for a missing name.
    pub fallback: &'static str,
    /// What is said of it: what is shown then.
    pub fallback_help: fn(&str) -> String,
    /// What is wrong with what stands in a blank.
    pub fault: fn(FillFault) -> &'static str,
    /// Nothing stands for a missing name, though all would be empty then.
    pub fallback_missing: &'static str,
    /// The whole address of a button, and what it counts as.
    pub address: fn(&str) -> String,
    /// Chooses the header's picture, film or document.
    pub choose: fn(MediaKind) -> &'static str,
    /// It is missing.
    pub header_missing: fn(MediaKind) -> &'static str,
    /// It is on its way.
    pub header_coming: fn(MediaKind) -> &'static str,
    /// It did not come.
    pub header_failed: fn(MediaKind) -> &'static str,
    /// What a press on a quick reply does.
    pub pressed: fn(&str) -> String,
    /// Each of what it can do.
    pub action: fn(QuickReplyAction) -> &'static str,
    /// What that means, where it is more than an answer.
    pub action_help: fn(QuickReplyAction) -> Option<&'static str>,
    /// A marketing template that offers no way to opt out.
    pub opt_out_title: &'static str,
    /// See `opt_out_title`.
    pub opt_out_text: &'static str,
    /// With what was filled in the text is too long, by so many characters.
    pub too_long: fn(u64) -> String,
    /// So many blanks are left.
    pub left: fn(usize) -> String,
    /// Nothing is left.
    pub done: &'static str,
    /// It is not at Meta as it was picked.
    pub changed_title: &'static str,
    /// What can be done: what was filled in and still fits stays.
    pub changed_text: &'static str,
    /// Goes on with it as it is now.
    pub update: &'static str,
    /// It cannot be sent any more, by its state.
    pub unusable_title: fn(TemplateStatus) -> String,
    /// It is gone, or not for this member.
    pub gone_title: &'static str,
    /// What can be done then.
    pub unusable_text: &'static str,
    /// Picks another one.
    pub again: &'static str,
}

/// The admin's screen.
pub struct Manage {
    /// The title.
    pub title: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Leads back.
    pub back: &'static str,
    /// Reads them from Meta now.
    pub sync: &'static str,
    /// It is being done.
    pub syncing: &'static str,
    /// What it found.
    pub synced: fn(&Synced) -> String,
    /// Some business accounts could not be read.
    pub partly: fn(usize) -> String,
    /// One of them: its name, and what Meta said.
    pub failure: fn(&str, &str) -> String,
    /// There is none yet.
    pub empty_title: &'static str,
    /// See `empty_title`.
    pub empty_text: &'static str,
    /// So many, and whether there are more.
    pub count: fn(usize, bool) -> String,
    /// Nothing is opened beside the list.
    pub choose_one: &'static str,
    /// One could not be loaded.
    pub failed: &'static str,
    /// It is gone.
    pub gone: &'static str,
    /// Leads back to the list.
    pub to_list: &'static str,
    /// What staff call it.
    pub name: &'static str,
    /// What stands there where it is empty.
    pub name_need: &'static str,
    /// Nobody picks it.
    pub nobody: &'static str,
    /// See `nobody`.
    pub nobody_help: &'static str,
    /// What Meta has of it.
    pub at_meta: &'static str,
    /// Its name there.
    pub meta_name: &'static str,
    /// Its language.
    pub meta_language: &'static str,
    /// Its class.
    pub meta_class: &'static str,
    /// Its state.
    pub meta_status: &'static str,
    /// Its quality.
    pub meta_quality: &'static str,
    /// Its numbers.
    pub numbers: &'static str,
    /// It has none.
    pub no_numbers: &'static str,
    /// When it was last read.
    pub read_at: &'static str,
    /// How customers see it.
    pub preview: &'static str,
    /// It was kept.
    pub saved: fn(&str) -> String,
}

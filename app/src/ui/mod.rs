//! The component kit: it knows nothing of the business and holds no words; labels come in as props.
//!
//! A style lies beside its component as `style.module.css` and has its place in the list of `build.rs`. State is `aria-*` where assistive
//! technology needs it and `data-*` otherwise. No `style` attribute as a string: the content policy is `style-src 'self'`, so a value
//! that changes goes through one style property (`width: "{n}%"`), which the renderer sets without markup.

pub mod glyph;
pub mod layer;
pub mod press;
pub mod screen;

pub mod action_bar;
pub mod action_list;
pub mod app_bar;
pub mod bottom_sheet;
pub mod button;
pub mod check;
pub mod chip;
pub mod code_field;
pub mod dialog;
pub mod field;
pub mod file_input;
pub mod filter_group;
pub mod icon;
pub mod icon_button;
pub mod menu;
pub mod option;
pub mod search_field;
pub mod segmented;
pub mod select;
pub mod steps;
pub mod switch;
pub mod tab_bar;
pub mod tabs;
pub mod toast;

pub mod add_row;
pub mod avatar;
pub mod badge;
pub mod banner;
pub mod brand;
pub mod data_table;
pub mod empty_state;
pub mod facts;
pub mod list_card;
pub mod list_note;
pub mod media_tile;
pub mod message_bubble;
pub mod message_card;
pub mod meter;
pub mod outcome;
pub mod outcome_bar;
pub mod panel;
pub mod person;
pub mod preview_frame;
pub mod progress;
pub mod progress_ring;
pub mod reason_group;
pub mod record_card;
pub mod reply_bar;
pub mod reply_card;
pub mod select_all;
pub mod send_hero;
pub mod sign_in;
pub mod skeleton;
pub mod stat;
#[cfg(test)]
pub(crate) mod testing;
pub mod thread;
pub mod tone;
pub mod virtual_list;

#[cfg(test)]
mod ui_test;

//! WhatsApp templates (訊息範本): step 2 of a group template message, and the admin's screens that keep them (domain.md 5).

mod answers;
mod blank;
mod card;
mod changed;
#[cfg(test)]
mod document_test;
mod fill;
mod fit;
mod header;
mod list;
mod pick;
mod settings;
mod sync;
#[cfg(test)]
mod tests;

pub use fill::SendTemplateFill;
pub use list::{Templates, TemplatesHome};
pub use pick::SendTemplate;
pub use settings::TemplateSettings;

//! Sets the world up: apps, business accounts, numbers, templates and people.

use std::sync::Arc;

use super::{
    AppSpec, CustomerSummary, NewCustomer, NumberSpec, Record, TemplateChange, TemplateSpec, WabaSpec, WhatsappWorld,
    account::{App, Number, Waba},
    check,
    customer::{Customer, Identity},
    spec::{country, digits},
};
use crate::{
    WorldError,
    sync::{read, write},
};

impl WhatsappWorld {
    /// Adds an app, or changes the settings of the one with this name.
    pub fn add_app(&self, spec: AppSpec) -> Result<(), WorldError> {
        self.put_app(spec.clone())?;
        self.note(|| Record::App(spec));
        Ok(())
    }

    pub(super) fn put_app(&self, spec: AppSpec) -> Result<(), WorldError> {
        for (field, value) in [("name", &spec.name), ("secret", &spec.secret), ("verify_token", &spec.verify_token)] {
            if value.is_empty() {
                return Err(WorldError::invalid(field, "must not be empty"));
            }
        }
        let mut registry = write(&self.0.registry);
        match registry.apps.get(&spec.name) {
            Some(app) => app.set(spec),
            None => {
                registry.apps.insert(spec.name.clone(), Arc::new(App::new(spec)));
            }
        }
        Ok(())
    }

    /// Changes some settings of an app.
    pub fn change_app(&self, name: &str, change: impl FnOnce(&mut AppSpec)) -> Result<(), WorldError> {
        let mut spec = (*self.app(name)?.spec()).clone();
        change(&mut spec);
        name.clone_into(&mut spec.name);
        self.add_app(spec)
    }

    /// The settings of every app.
    pub fn apps(&self) -> Vec<AppSpec> {
        read(&self.0.registry).apps.values().map(|app| (*app.spec()).clone()).collect()
    }

    /// Adds a business account, or changes the settings of the one with this id and keeps its templates.
    pub fn add_waba(&self, spec: WabaSpec) -> Result<(), WorldError> {
        self.put_waba(spec.clone())?;
        self.note(|| Record::Waba(spec));
        Ok(())
    }

    pub(super) fn put_waba(&self, spec: WabaSpec) -> Result<(), WorldError> {
        is_id("id", &spec.id)?;
        if spec.token.is_empty() {
            return Err(WorldError::invalid("token", "must not be empty"));
        }
        self.app(&spec.app)?;
        let mut registry = write(&self.0.registry);
        match registry.wabas.get(&spec.id) {
            Some(waba) => waba.set(spec),
            None => {
                registry.wabas.insert(spec.id.clone(), Arc::new(Waba::new(spec)));
            }
        }
        Ok(())
    }

    /// Changes some settings of a business account.
    pub fn change_waba(&self, id: &str, change: impl FnOnce(&mut WabaSpec)) -> Result<(), WorldError> {
        let mut spec = (*self.waba(id)?.spec()).clone();
        change(&mut spec);
        id.clone_into(&mut spec.id);
        self.add_waba(spec)
    }

    /// The settings of every business account.
    pub fn wabas(&self) -> Vec<WabaSpec> {
        read(&self.0.registry).wabas.values().map(|waba| (*waba.spec()).clone()).collect()
    }

    /// Adds a number, or changes the settings of the one with this name and keeps its chats.
    pub fn add_number(&self, spec: NumberSpec) -> Result<(), WorldError> {
        self.put_number(spec.clone())?;
        self.note(|| Record::Number(spec));
        Ok(())
    }

    pub(super) fn put_number(&self, spec: NumberSpec) -> Result<(), WorldError> {
        is_id("id", &spec.id)?;
        if spec.name.is_empty() {
            return Err(WorldError::invalid("name", "must not be empty"));
        }
        if !spec.phone.starts_with('+') || spec.digits().len() < 6 {
            return Err(WorldError::invalid("phone", "must be + and the number with its country code"));
        }
        self.waba(&spec.waba)?;
        let mut registry = write(&self.0.registry);
        let taken = registry.numbers.values().any(|number| *number.name != *spec.name && number.spec().id == spec.id);
        if taken || registry.wabas.contains_key(&spec.id) {
            return Err(WorldError::invalid("id", "is another number's or account's"));
        }
        match registry.numbers.get(&spec.name) {
            Some(number) => number.set(spec),
            None => {
                registry.numbers.insert(spec.name.clone(), Arc::new(Number::new(spec)));
            }
        }
        Ok(())
    }

    /// Changes some settings of a number.
    pub fn change_number(&self, name: &str, change: impl FnOnce(&mut NumberSpec)) -> Result<(), WorldError> {
        let mut spec = (*self.number(name)?.spec()).clone();
        change(&mut spec);
        name.clone_into(&mut spec.name);
        self.add_number(spec)
    }

    /// The settings of every number.
    pub fn numbers(&self) -> Vec<NumberSpec> {
        read(&self.0.registry).numbers.values().map(|number| (*number.spec()).clone()).collect()
    }

    /// Adds a template, or changes the one of this name and language without telling; gives Meta's id.
    pub fn add_template(&self, waba: &str, spec: TemplateSpec) -> Result<String, WorldError> {
        spec.check()?;
        let account = self.waba(waba)?;
        let known = account.template(&spec.name, &spec.language).and_then(|known| known.id.clone());
        let id = spec.id.clone().or(known).unwrap_or_else(|| {
            let number = self.0.common.number(&["template", waba, &spec.name, &spec.language]);
            (1_000_000_000_000_000 + number % 1_000_000_000_000_000).to_string()
        });
        is_id("id", &id)?;
        let spec = TemplateSpec { id: Some(id.clone()), ..spec };
        account.put_template(spec.clone());
        self.note(|| Record::Template { waba: waba.to_owned(), spec });
        Ok(id)
    }

    /// The templates of a business account.
    pub fn templates(&self, waba: &str) -> Result<Vec<TemplateSpec>, WorldError> {
        Ok(self.waba(waba)?.templates().into_iter().map(|(_, spec)| (*spec).clone()).collect())
    }

    /// Changes the state of a template and tells it by `message_template_status_update`; gives the status of the
    /// webhook.
    pub async fn set_template_status(
        &self,
        waba: &str,
        name: &str,
        language: &str,
        change: TemplateChange,
    ) -> Result<Option<u16>, WorldError> {
        let account = self.waba(waba)?;
        let template = account.template(name, language).ok_or_else(|| WorldError::unknown("template", name))?;
        if change.status == "DELETED" {
            account.take_template(name, language);
            let (waba, name, language) = (waba.to_owned(), name.to_owned(), language.to_owned());
            self.note(|| Record::TemplateGone { waba, name, language });
        } else {
            self.add_template(waba, TemplateSpec { status: change.status.clone(), ..(*template).clone() })?;
        }
        let id: u64 = template.id.as_deref().and_then(|id| id.parse().ok()).unwrap_or(0);
        let value = serde_json::json!({
            "event": change.event.as_ref().unwrap_or(&change.status),
            "message_template_id": id,
            "message_template_name": name,
            "message_template_language": language.replace('_', "-"),
            "message_template_category": template.category,
            "reason": change.reason.as_deref().unwrap_or("NONE"),
        });
        self.notify(waba, "message_template_status_update", &value, change.delivery).await
    }

    /// Adds somebody to the portfolio of a number; sends nothing.
    pub fn add_customer(&self, number: &str, new: NewCustomer) -> Result<CustomerSummary, WorldError> {
        let number = self.number(number)?;
        let person = self.new_person(&number, new)?;
        Ok(person.summary(&number.name, self.0.common.clock.now_ms()))
    }

    pub(super) fn new_person(&self, number: &Number, new: NewCustomer) -> Result<Arc<Customer>, WorldError> {
        let waba = self.waba(&number.spec().waba)?.spec();
        let portfolio = self.portfolio_of(&waba);
        let place = portfolio.size().to_string();
        let user = format!("wa-{:016x}", self.0.common.number(&["whatsapp", waba.portfolio(), &place]) >> 64);
        let phone = new.phone.as_deref().map(digits).filter(|digits| !digits.is_empty());
        let bsuid = new.bsuid.or_else(|| (!new.without_bsuid).then(|| self.bsuid(&user, phone.as_deref())));
        if phone.is_none() && bsuid.is_none() {
            return Err(WorldError::invalid("phone", "must be given where there is no BSUID"));
        }
        if bsuid.as_deref().is_some_and(|bsuid| !check::is_bsuid(bsuid)) {
            return Err(WorldError::invalid("bsuid", "must be a country, a dot, and letters and digits"));
        }
        let identity = Identity { phone: phone.clone(), bsuid: bsuid.clone() };
        let person = Arc::new(Customer::new(&user, new.name.clone(), new.receipts, identity));
        if !portfolio.add(person.clone()) {
            return Err(WorldError::invalid("phone", "phone number or BSUID is somebody else's"));
        }
        self.note(|| Record::Customer {
            portfolio: waba.portfolio().to_owned(),
            user,
            name: new.name,
            receipts: new.receipts,
            phone,
            bsuid,
        });
        Ok(person)
    }

    /// The BSUID of somebody with this phone number; another number brings another one.
    pub(super) fn bsuid(&self, user: &str, phone: Option<&str>) -> String {
        let number = self.0.common.number(&["bsuid", user, phone.unwrap_or_default()]);
        format!("{}.{}", country(phone.unwrap_or_default()), number % 10_u128.pow(18) + 10_u128.pow(18))
    }
}

fn is_id(field: &'static str, id: &str) -> Result<(), WorldError> {
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(WorldError::invalid(field, "must be digits"))
}

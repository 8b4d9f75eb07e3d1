//! What is read: the list of templates, and a number's own facts (providers.md B3, B4).

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{account::Number, api::Call, errors::GraphError};

/// Templates of a page unless `limit` says otherwise, and at most.
const PAGE: usize = 25;
const MOST_PAGE: usize = 100;

impl Call<'_> {
    /// A parameter of the query, decoded.
    fn parameter(&self, name: &str) -> Option<String> {
        let address = reqwest::Url::parse(&format!("http://sandbox/?{}", self.query)).ok()?;
        address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    pub(super) fn list_templates(&self) -> Result<Response, GraphError> {
        let limit = match self.parameter("limit") {
            None => PAGE,
            Some(limit) => limit
                .parse()
                .ok()
                .filter(|limit| *limit > 0)
                .ok_or_else(|| GraphError::param("Param limit must be an integer greater than 0"))?,
        };
        let limit = limit.min(MOST_PAGE);
        let cursor = |name: &str| match self.parameter(name) {
            None => Ok(None),
            Some(text) => place(&text).map(Some).ok_or_else(|| GraphError::param("Invalid cursors values")),
        };
        let (after, before) = (cursor("after")?, cursor("before")?);
        let wanted = [
            ("status", self.parameter("status")),
            ("name", self.parameter("name")),
            ("language", self.parameter("language")),
            ("category", self.parameter("category")),
        ];
        let fields = self.parameter("fields").unwrap_or_default();
        let fields: Vec<&str> = fields.split(',').map(str::trim).filter(|field| !field.is_empty()).collect();

        let all: Vec<(u64, Value)> = self
            .waba
            .templates()
            .into_iter()
            .filter(|(_, template)| {
                let whole = template.listed(&["status", "name", "language", "category"]);
                wanted
                    .iter()
                    .all(|(field, wanted)| wanted.as_ref().is_none_or(|wanted| whole[*field] == wanted.as_str()))
            })
            .map(|(place, template)| (place, template.listed(&fields)))
            .collect();
        let page: Vec<&(u64, Value)> = match before {
            Some(before) => {
                let earlier: Vec<_> = all.iter().filter(|(place, _)| *place < before).collect();
                earlier[earlier.len().saturating_sub(limit)..].to_vec()
            }
            None => all.iter().filter(|(place, _)| *place > after.unwrap_or(0)).take(limit).collect(),
        };
        let mut answer = json!({ "data": page.iter().map(|(_, template)| template).collect::<Vec<_>>() });
        if let (Some((first, _)), Some((last, _))) = (page.first(), page.last()) {
            let paging = json!({ "cursors": { "before": text(*first), "after": text(*last) } });
            answer["paging"] = paging;
            if all.iter().any(|(place, _)| place > last) {
                answer["paging"]["next"] = json!(next(self, &text(*last)));
            }
        }
        Ok(Json(answer).into_response())
    }

    pub(super) fn show_number(&self, number: &Number) -> Response {
        let (spec, waba) = (number.spec(), self.waba.spec());
        let fields = self.parameter("fields").unwrap_or_default();
        let usual =
            "verified_name,code_verification_status,display_phone_number,quality_rating,platform_type,throughput";
        let fields = if fields.is_empty() { usual } else { fields.as_str() };
        let mut answer = json!({});
        for field in fields.split(',').map(str::trim) {
            let value = match field {
                "verified_name" => json!(spec.shown_name()),
                "display_phone_number" => json!(spec.phone),
                "quality_rating" => json!(spec.quality_rating),
                "code_verification_status" => json!("VERIFIED"),
                "name_status" => json!("APPROVED"),
                "platform_type" => json!("CLOUD_API"),
                "throughput" => {
                    let is_high = spec.throughput.is_none_or(|limit| limit > 80);
                    json!({ "level": if is_high { "HIGH" } else { "STANDARD" } })
                }
                "whatsapp_business_manager_messaging_limit" => json!(waba.messaging_limit),
                _ => continue,
            };
            answer[field] = value;
        }
        answer["id"] = json!(spec.id);
        Json(answer).into_response()
    }
}

/// The address of the next page: the same call, after that place.
fn next(call: &Call<'_>, after: &str) -> String {
    let kept = call.query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("after="));
    let query: Vec<String> = kept.map(str::to_owned).chain([format!("after={after}")]).collect();
    format!("http://{}/v{}.0/{}?{}", call.host, call.version, call.path, query.join("&"))
}

/// A cursor as Meta writes them: base64 with `ZD` for what fills it up.
fn text(place: u64) -> String {
    STANDARD.encode(place.to_string()).replace('=', "ZD")
}

fn place(cursor: &str) -> Option<u64> {
    let bytes = STANDARD.decode(cursor.replace("ZD", "=")).ok()?;
    std::str::from_utf8(&bytes).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{place, text};

    #[test]
    fn cursors_read_back() {
        assert_eq!(text(24), "MjQZD");
        for n in [0, 1, 9, 10, 123, 99_999] {
            assert_eq!(place(&text(n)), Some(n));
        }
        assert_eq!(place("?"), None);
    }
}

//! The endpoints of the Messaging API that the sandbox answers (providers.md A1).

use axum::http::Method;

/// An endpoint, with its own rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Push,
    Multicast,
    Reply,
    Validate,
    Quota,
    Consumption,
    SentCount,
    Units,
    BotInfo,
    Profile,
    Content,
    WebhookAddress,
    WebhookTest,
    MarkAsRead,
}

impl Endpoint {
    pub(crate) const ALL: [Self; 14] = [
        Self::Push,
        Self::Multicast,
        Self::Reply,
        Self::Validate,
        Self::Quota,
        Self::Consumption,
        Self::SentCount,
        Self::Units,
        Self::BotInfo,
        Self::Profile,
        Self::Content,
        Self::WebhookAddress,
        Self::WebhookTest,
        Self::MarkAsRead,
    ];

    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// The name in the ledger, in faults and in the statistics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Multicast => "multicast",
            Self::Reply => "reply",
            Self::Validate => "validate",
            Self::Quota => "quota",
            Self::Consumption => "consumption",
            Self::SentCount => "sent_count",
            Self::Units => "units",
            Self::BotInfo => "bot_info",
            Self::Profile => "profile",
            Self::Content => "content",
            Self::WebhookAddress => "webhook_address",
            Self::WebhookTest => "webhook_test",
            Self::MarkAsRead => "mark_as_read",
        }
    }

    /// The endpoint of a request, with the part of the path that varies. `path` is what follows `/v2/bot/`.
    pub(crate) fn of<'a>(method: &Method, path: &'a str) -> Option<(Self, &'a str)> {
        let post = method == Method::POST;
        let get = method == Method::GET;
        let whole = match path {
            "message/push" if post => Some(Self::Push),
            "message/multicast" if post => Some(Self::Multicast),
            "message/reply" if post => Some(Self::Reply),
            "message/quota" if get => Some(Self::Quota),
            "message/quota/consumption" if get => Some(Self::Consumption),
            "message/aggregation/info" | "message/aggregation/list" if get => Some(Self::Units),
            "info" if get => Some(Self::BotInfo),
            "channel/webhook/endpoint" if get || method == Method::PUT => Some(Self::WebhookAddress),
            "channel/webhook/test" if post => Some(Self::WebhookTest),
            "chat/markAsRead" if post => Some(Self::MarkAsRead),
            _ => None,
        };
        if let Some(endpoint) = whole {
            return Some((endpoint, path));
        }
        if let Some(user) = path.strip_prefix("profile/") {
            return get.then_some((Self::Profile, user));
        }
        let rest = path.strip_prefix("message/")?;
        if let Some(kind) = rest.strip_prefix("validate/") {
            let known = matches!(kind, "push" | "multicast" | "reply" | "broadcast" | "narrowcast");
            return (post && known).then_some((Self::Validate, kind));
        }
        if let Some(kind) = rest.strip_prefix("delivery/") {
            return (get && matches!(kind, "push" | "multicast" | "reply")).then_some((Self::SentCount, kind));
        }
        let (_, what) = rest.split_once('/')?;
        (get && matches!(what, "content" | "content/preview" | "content/transcoding")).then_some((Self::Content, rest))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use super::Endpoint;

    #[test]
    fn every_endpoint_has_its_own_place() {
        for (place, endpoint) in Endpoint::ALL.into_iter().enumerate() {
            assert_eq!(endpoint.index(), place);
        }
    }

    #[test]
    fn paths_and_methods() {
        let of = |method: Method, path| Endpoint::of(&method, path);
        assert_eq!(of(Method::POST, "message/push"), Some((Endpoint::Push, "message/push")));
        assert_eq!(of(Method::GET, "message/push"), None);
        assert_eq!(of(Method::GET, "message/12/content/preview"), Some((Endpoint::Content, "12/content/preview")));
        assert_eq!(of(Method::POST, "message/validate/reply"), Some((Endpoint::Validate, "reply")));
        assert_eq!(of(Method::GET, "profile/U1"), Some((Endpoint::Profile, "U1")));
        assert_eq!(of(Method::GET, "message/delivery/push"), Some((Endpoint::SentCount, "push")));
        assert_eq!(of(Method::GET, "nothing"), None);
    }
}

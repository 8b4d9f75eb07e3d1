-- One text for SQLite and PostgreSQL: TEXT (ids, enums, JSON), BIGINT (numbers, UTC milliseconds), BOOLEAN, BYTEA.
-- Every table names its team; keys that cross tables are (team_id, id), so a row can never point into another team.

CREATE TABLE team (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    locale TEXT NOT NULL,
    omo BOOLEAN NOT NULL,
    sales_may_take_pending BOOLEAN NOT NULL,
    group_send_max BIGINT NOT NULL,
    confirm_above BIGINT NOT NULL,
    -- Tracking and revenue: per person, platform totals only, or off; days; `click` or `send`.
    click_tracking TEXT NOT NULL CHECK (click_tracking IN ('person', 'totals', 'off')),
    link_days BIGINT NOT NULL,
    link_anchor TEXT NOT NULL CHECK (link_anchor IN ('click', 'send')),
    revenue_anchor TEXT NOT NULL CHECK (revenue_anchor IN ('click', 'send')),
    domains TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE store (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    area TEXT,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (team_id, id)
);
CREATE UNIQUE INDEX store_code ON store (team_id, code) WHERE deleted_at IS NULL;

CREATE TABLE member (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'sales_manager', 'sales_staff')),
    employee_code TEXT,
    password_hash TEXT NOT NULL,
    -- Counts up when every session must end; the access token carries it.
    epoch BIGINT NOT NULL,
    disabled_at BIGINT,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    UNIQUE (team_id, id)
);
-- One e-mail signs in to one account of the whole deployment.
CREATE UNIQUE INDEX member_email ON member (email) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX member_employee_code ON member (team_id, employee_code) WHERE deleted_at IS NULL AND employee_code IS NOT NULL;

CREATE TABLE member_store (
    team_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    store_id TEXT NOT NULL,
    is_primary BOOLEAN NOT NULL,
    PRIMARY KEY (team_id, member_id, store_id),
    FOREIGN KEY (team_id, member_id) REFERENCES member (team_id, id),
    FOREIGN KEY (team_id, store_id) REFERENCES store (team_id, id)
);
CREATE UNIQUE INDEX member_store_primary ON member_store (team_id, member_id) WHERE is_primary;
CREATE INDEX member_store_by_store ON member_store (team_id, store_id, member_id);

-- A family of refresh tokens. A token is (family, turn) under a key of ours, so only its turn is kept.
CREATE TABLE session (
    team_id TEXT NOT NULL,
    id TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    FOREIGN KEY (team_id, member_id) REFERENCES member (team_id, id)
);
CREATE INDEX session_member ON session (team_id, member_id);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE whatsapp_app (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    app_secret BYTEA NOT NULL,
    verify_token BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (team_id, id)
);

CREATE TABLE waba (
    team_id TEXT NOT NULL,
    id TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL,
    meta_id TEXT NOT NULL,
    portfolio_id TEXT,
    name TEXT NOT NULL,
    access_token BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (team_id, id),
    UNIQUE (team_id, meta_id),
    FOREIGN KEY (team_id, app_id) REFERENCES whatsapp_app (team_id, id)
);

CREATE TABLE channel (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL PRIMARY KEY,
    platform TEXT NOT NULL CHECK (platform IN ('line', 'whatsapp')),
    name TEXT NOT NULL,
    -- LINE: the bot's user id. WhatsApp: the phone number id.
    platform_id TEXT NOT NULL,
    waba_id TEXT,
    -- Sealed under the root key, bound to team, row and column.
    secret BYTEA,
    access_token BYTEA,
    state TEXT NOT NULL CHECK (state IN ('ready', 'paused')),
    paused_reason TEXT,
    paused_at BIGINT,
    webhook_at BIGINT,
    quota_limit BIGINT,
    quota_used BIGINT,
    quota_at BIGINT,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    UNIQUE (team_id, id),
    FOREIGN KEY (team_id, waba_id) REFERENCES waba (team_id, id)
);
CREATE UNIQUE INDEX channel_platform_id ON channel (platform, platform_id) WHERE deleted_at IS NULL;

-- Which stores work with which channel: decides whose pending conversations sales roles see.
CREATE TABLE channel_store (
    team_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    store_id TEXT NOT NULL,
    PRIMARY KEY (team_id, channel_id, store_id),
    FOREIGN KEY (team_id, channel_id) REFERENCES channel (team_id, id),
    FOREIGN KEY (team_id, store_id) REFERENCES store (team_id, id)
);
CREATE INDEX channel_store_by_store ON channel_store (team_id, store_id, channel_id);

-- Requests to a platform are paced as time: `next_at` (UTC microseconds) is the first moment not yet given away.
CREATE TABLE channel_budget (
    team_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    rate BIGINT NOT NULL,
    rate_now BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    slowed_at BIGINT,
    PRIMARY KEY (channel_id, endpoint),
    FOREIGN KEY (team_id, channel_id) REFERENCES channel (team_id, id)
);

CREATE TABLE contact (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    merged_into TEXT,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (team_id, id),
    FOREIGN KEY (team_id, merged_into) REFERENCES contact (team_id, id)
);

CREATE TABLE tag (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (team_id, id)
);
CREATE UNIQUE INDEX tag_name ON tag (team_id, folded_name) WHERE deleted_at IS NULL;

CREATE TABLE contact_tag (
    team_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    tag_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, contact_id, tag_id),
    FOREIGN KEY (team_id, contact_id) REFERENCES contact (team_id, id),
    FOREIGN KEY (team_id, tag_id) REFERENCES tag (team_id, id)
);
CREATE INDEX contact_tag_by_tag ON contact_tag (team_id, tag_id, contact_id);

CREATE TABLE attribute (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'number', 'date', 'datetime', 'boolean')),
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (team_id, id)
);

CREATE TABLE contact_attribute (
    team_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    attribute_id TEXT NOT NULL,
    text_value TEXT,
    int_value BIGINT,
    PRIMARY KEY (team_id, contact_id, attribute_id),
    FOREIGN KEY (team_id, contact_id) REFERENCES contact (team_id, id),
    FOREIGN KEY (team_id, attribute_id) REFERENCES attribute (team_id, id)
);

CREATE TABLE identity (
    team_id TEXT NOT NULL,
    id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    subscription TEXT NOT NULL CHECK (subscription IN ('unknown', 'subscribed', 'blocked', 'unsubscribed')),
    -- The platform's time of the event that said so; an older event changes nothing.
    subscription_at BIGINT NOT NULL,
    blocked_at BIGINT,
    -- When the profile was last asked for; NULL asks for it.
    profile_at BIGINT,
    profile_tries BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, id),
    FOREIGN KEY (team_id, contact_id) REFERENCES contact (team_id, id),
    FOREIGN KEY (team_id, channel_id) REFERENCES channel (team_id, id)
);
CREATE INDEX identity_contact ON identity (team_id, contact_id);
CREATE INDEX identity_profile ON identity (profile_tries, created_at) WHERE profile_at IS NULL;

CREATE TABLE identity_address (
    team_id TEXT NOT NULL,
    identity_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('line_user', 'phone', 'bsuid')),
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (channel_id, kind, address),
    FOREIGN KEY (team_id, identity_id) REFERENCES identity (team_id, id)
);
CREATE INDEX identity_address_identity ON identity_address (team_id, identity_id);

CREATE TABLE binding (
    team_id TEXT NOT NULL,
    identity_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    store_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, identity_id),
    FOREIGN KEY (team_id, identity_id) REFERENCES identity (team_id, id),
    FOREIGN KEY (team_id, member_id) REFERENCES member (team_id, id),
    FOREIGN KEY (team_id, store_id) REFERENCES store (team_id, id)
);

-- One conversation per identity. What lists filter by is copied here.
CREATE TABLE conversation (
    team_id TEXT NOT NULL,
    id TEXT NOT NULL,
    identity_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'in_progress', 'closed')),
    owner_id TEXT,
    -- The store under which it was taken: a manager sees those of her stores.
    store_id TEXT,
    folded_name TEXT NOT NULL,
    subscription TEXT NOT NULL,
    unread BIGINT NOT NULL,
    waiting_since BIGINT,
    last_at BIGINT NOT NULL,
    last_kind TEXT,
    last_text TEXT,
    last_from_customer BOOLEAN,
    last_message_at BIGINT,
    last_customer_at BIGINT,
    last_team_at BIGINT,
    last_marketing_at BIGINT,
    -- LINE: a fresh reply token makes a reply free.
    reply_token TEXT,
    reply_token_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, id),
    UNIQUE (team_id, identity_id),
    FOREIGN KEY (team_id, identity_id) REFERENCES identity (team_id, id),
    FOREIGN KEY (team_id, contact_id) REFERENCES contact (team_id, id),
    FOREIGN KEY (team_id, channel_id) REFERENCES channel (team_id, id),
    FOREIGN KEY (team_id, owner_id) REFERENCES member (team_id, id),
    FOREIGN KEY (team_id, store_id) REFERENCES store (team_id, id)
);
-- The name stands at the end so that a search reads it here instead of fetching every row (10 ms against 90 of 100,000).
CREATE INDEX conversation_owner ON conversation (team_id, owner_id, state, last_at, id, folded_name);
CREATE INDEX conversation_state ON conversation (team_id, state, last_at, id, folded_name);
CREATE INDEX conversation_contact ON conversation (team_id, contact_id);

CREATE TABLE conversation_event (
    team_id TEXT NOT NULL,
    id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    by_id TEXT,
    to_id TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (team_id, id),
    FOREIGN KEY (team_id, conversation_id) REFERENCES conversation (team_id, id)
);
CREATE INDEX conversation_event_thread ON conversation_event (team_id, conversation_id, at, id);

CREATE TABLE media (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('wanted', 'ready', 'lost')),
    kind TEXT NOT NULL,
    mime TEXT,
    size BIGINT,
    sha256 TEXT,
    -- Where the bytes lie in the media store, and its preview's.
    path TEXT,
    preview_path TEXT,
    -- What to fetch it by from its platform, for inbound ones.
    channel_id TEXT,
    platform_id TEXT,
    due_at BIGINT,
    tries BIGINT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, id)
);
CREATE INDEX media_wanted ON media (due_at) WHERE state = 'wanted';

-- Inbound messages, and outbound 1:1 ones. Messages of campaigns are shown by joining deliveries, not copied.
CREATE TABLE message (
    team_id TEXT NOT NULL,
    id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    from_customer BOOLEAN NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    media_id TEXT,
    platform_id TEXT,
    member_id TEXT,
    at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, id),
    FOREIGN KEY (team_id, conversation_id) REFERENCES conversation (team_id, id),
    FOREIGN KEY (team_id, media_id) REFERENCES media (team_id, id),
    FOREIGN KEY (team_id, member_id) REFERENCES member (team_id, id)
);
CREATE INDEX message_thread ON message (team_id, conversation_id, at, id);
CREATE UNIQUE INDEX message_platform_id ON message (team_id, conversation_id, platform_id) WHERE platform_id IS NOT NULL;

CREATE TABLE category (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('saved_reply', 'template')),
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (team_id, id)
);
CREATE UNIQUE INDEX category_name ON category (team_id, kind, folded_name) WHERE deleted_at IS NULL;

CREATE TABLE saved_reply (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    folded_title TEXT NOT NULL,
    content TEXT NOT NULL,
    usable_by TEXT NOT NULL CHECK (usable_by IN ('everybody', 'only_me', 'roles', 'stores')),
    owner_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (team_id, id),
    FOREIGN KEY (team_id, owner_id) REFERENCES member (team_id, id)
);
CREATE INDEX saved_reply_updated ON saved_reply (team_id, updated_at, id) WHERE deleted_at IS NULL;

CREATE TABLE template (
    team_id TEXT NOT NULL,
    id TEXT NOT NULL,
    waba_id TEXT NOT NULL,
    meta_id TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    category TEXT NOT NULL,
    status TEXT NOT NULL,
    quality TEXT,
    parameter_format TEXT,
    components TEXT NOT NULL,
    usable_by TEXT NOT NULL CHECK (usable_by IN ('everybody', 'only_me', 'roles', 'stores', 'system')),
    owner_id TEXT,
    synced_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (team_id, id),
    FOREIGN KEY (team_id, waba_id) REFERENCES waba (team_id, id)
);
CREATE UNIQUE INDEX template_name ON template (team_id, waba_id, name, language) WHERE deleted_at IS NULL;

-- Who may use a saved reply or a template, and the categories it is filed under.
CREATE TABLE usable_by (
    team_id TEXT NOT NULL REFERENCES team (id),
    item_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('role', 'store')),
    value TEXT NOT NULL,
    PRIMARY KEY (team_id, item_id, kind, value)
);

CREATE TABLE item_category (
    team_id TEXT NOT NULL,
    item_id TEXT NOT NULL,
    category_id TEXT NOT NULL,
    PRIMARY KEY (team_id, item_id, category_id),
    FOREIGN KEY (team_id, category_id) REFERENCES category (team_id, id)
);
CREATE INDEX item_category_by_category ON item_category (team_id, category_id, item_id);

-- A send being written. Its id is the idempotency key of accepting it.
CREATE TABLE draft (
    team_id TEXT NOT NULL,
    id TEXT NOT NULL,
    sender_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    selection TEXT NOT NULL,
    content TEXT NOT NULL,
    revision BIGINT NOT NULL,
    campaign_id TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, sender_id, id),
    FOREIGN KEY (team_id, sender_id) REFERENCES member (team_id, id)
);
CREATE INDEX draft_unsent ON draft (team_id, sender_id, updated_at) WHERE campaign_id IS NULL;

CREATE TABLE campaign (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('group_message', 'group_template', 'broadcast')),
    -- The order in which the engine serves: 1 group sends, 2 broadcasts; 0 is for replies, which have no campaign.
    class BIGINT NOT NULL,
    draft_id TEXT,
    digest TEXT,
    subject TEXT NOT NULL,
    sender_id TEXT NOT NULL,
    sender_name TEXT NOT NULL,
    store_id TEXT,
    store_name TEXT,
    content TEXT NOT NULL,
    first_text TEXT NOT NULL,
    parts BIGINT NOT NULL,
    referral_links BIGINT NOT NULL,
    audience_kind TEXT NOT NULL,
    selection TEXT NOT NULL,
    -- The accounts it goes by, with their names then: JSON.
    channels TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('scheduled', 'sending', 'paused', 'completed', 'failed', 'cancelled')),
    paused_reason TEXT,
    -- How far a big audience has been written out; NULL when it is whole.
    expanded_to TEXT,
    created_at BIGINT NOT NULL,
    scheduled_at BIGINT,
    started_at BIGINT,
    broadcast_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    finished_at BIGINT,
    -- Counters kept by settle; they always add up to the audience.
    audience BIGINT NOT NULL,
    queued BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    unknown BIGINT NOT NULL,
    UNIQUE (team_id, id),
    FOREIGN KEY (team_id, sender_id) REFERENCES member (team_id, id),
    FOREIGN KEY (team_id, store_id) REFERENCES store (team_id, id)
);
CREATE UNIQUE INDEX campaign_draft ON campaign (team_id, sender_id, draft_id) WHERE draft_id IS NOT NULL;
CREATE INDEX campaign_running ON campaign (class, id) WHERE state = 'sending';
CREATE INDEX campaign_created ON campaign (team_id, kind, created_at, id);
CREATE INDEX campaign_broadcast ON campaign (team_id, kind, broadcast_at, id);
CREATE INDEX campaign_store ON campaign (team_id, store_id, created_at, id);
CREATE INDEX campaign_sender ON campaign (team_id, sender_id, created_at, id);

-- One recipient. Written twice: when inserted and when settled; no index is on its state.
CREATE TABLE delivery (
    team_id TEXT NOT NULL,
    id TEXT NOT NULL PRIMARY KEY,
    policy TEXT NOT NULL CHECK (policy IN ('reply', 'group', 'broadcast')),
    campaign_id TEXT,
    message_id TEXT,
    slice_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    identity_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    sender_id TEXT NOT NULL,
    address TEXT NOT NULL,
    -- What is filled in for this person, frozen when the send was accepted.
    name TEXT NOT NULL,
    fill TEXT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'unknown', 'accepted', 'sent', 'delivered', 'read', 'failed')),
    -- Which try of a person: a retry by hand is the next one, with a key of its own.
    attempt BIGINT NOT NULL,
    -- Calls of this attempt that did not settle it, and whether any of them may have arrived.
    tries BIGINT NOT NULL,
    unsure BOOLEAN NOT NULL,
    reason TEXT,
    checked_by TEXT,
    provider_id TEXT,
    provider_code TEXT,
    provider_text TEXT,
    request_id TEXT,
    settled_at BIGINT,
    sent_at BIGINT,
    delivered_at BIGINT,
    read_at BIGINT,
    clicked_at BIGINT,
    responded_at BIGINT,
    blocked_at BIGINT,
    FOREIGN KEY (team_id, campaign_id) REFERENCES campaign (team_id, id)
);
CREATE INDEX delivery_campaign ON delivery (campaign_id, id);
CREATE INDEX delivery_failed ON delivery (campaign_id, reason, id) WHERE state IN ('failed', 'unknown');
CREATE INDEX delivery_conversation ON delivery (conversation_id, id);
CREATE INDEX delivery_message ON delivery (message_id) WHERE message_id IS NOT NULL;

-- WhatsApp only: one row for each message of a delivery.
CREATE TABLE delivery_part (
    team_id TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    part BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'started', 'unknown', 'accepted', 'sent', 'delivered', 'read', 'failed', 'skipped')),
    started_at BIGINT,
    channel_id TEXT NOT NULL,
    provider_id TEXT,
    reason TEXT,
    provider_code TEXT,
    provider_text TEXT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (delivery_id, part, attempt)
);
CREATE UNIQUE INDEX delivery_part_provider ON delivery_part (channel_id, provider_id) WHERE provider_id IS NOT NULL;

-- The unit of lease: neighbouring deliveries of one campaign on one channel, or a single reply.
CREATE TABLE slice (
    team_id TEXT NOT NULL,
    id TEXT NOT NULL PRIMARY KEY,
    campaign_id TEXT,
    channel_id TEXT NOT NULL,
    class BIGINT NOT NULL,
    first_id TEXT NOT NULL,
    last_id TEXT NOT NULL,
    -- Whether it goes out as one multicast: then its rows never leave it and its id is the retry key.
    is_batch BOOLEAN NOT NULL,
    open BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    lease_by TEXT,
    generation BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    -- When its keys were first used: LINE remembers a key for 24 hours from then.
    first_tried_at BIGINT,
    -- A lease of it ran out unsettled once, so any row still queued may have been sent.
    was_lost BOOLEAN NOT NULL
);
CREATE INDEX slice_campaign ON slice (campaign_id, id);
CREATE INDEX slice_due ON slice (channel_id, class, due_at, id);

-- What did not succeed at once, append-only.
CREATE TABLE attempt (
    team_id TEXT NOT NULL,
    id TEXT NOT NULL PRIMARY KEY,
    delivery_id TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    part BIGINT,
    outcome TEXT NOT NULL CHECK (outcome IN ('later', 'refused', 'unsure', 'stop')),
    reason TEXT,
    provider_code TEXT,
    provider_text TEXT,
    request_id TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX attempt_delivery ON attempt (delivery_id, id);

CREATE TABLE link (
    team_id TEXT NOT NULL,
    id TEXT NOT NULL,
    campaign_id TEXT,
    message_id TEXT,
    part BIGINT NOT NULL,
    position BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'button')),
    address TEXT NOT NULL,
    PRIMARY KEY (team_id, id),
    FOREIGN KEY (team_id, campaign_id) REFERENCES campaign (team_id, id)
);
CREATE INDEX link_campaign ON link (team_id, campaign_id, part, position);

CREATE TABLE click (
    team_id TEXT NOT NULL,
    id TEXT NOT NULL,
    link_id TEXT NOT NULL,
    campaign_id TEXT,
    delivery_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (team_id, id),
    FOREIGN KEY (team_id, link_id) REFERENCES link (team_id, id)
);
CREATE INDEX click_campaign ON click (campaign_id, delivery_id);
CREATE INDEX click_contact ON click (team_id, contact_id, at);

CREATE TABLE sales_order (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL,
    shop_order_id TEXT NOT NULL,
    contact_id TEXT,
    currency TEXT NOT NULL,
    total BIGINT NOT NULL,
    ordered_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, id),
    UNIQUE (team_id, shop_order_id)
);

CREATE TABLE credit (
    team_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('member', 'broadcast')),
    click_id TEXT NOT NULL,
    member_id TEXT,
    store_id TEXT,
    campaign_id TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, order_id, kind),
    FOREIGN KEY (team_id, order_id) REFERENCES sales_order (team_id, id),
    FOREIGN KEY (team_id, click_id) REFERENCES click (team_id, id)
);

-- A monthly cap by role or store, and what each member used in a month of the team's calendar (`YYYY-MM`).
CREATE TABLE quota (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL,
    platform TEXT NOT NULL CHECK (platform IN ('line', 'whatsapp')),
    role TEXT,
    store_id TEXT,
    monthly BIGINT NOT NULL,
    PRIMARY KEY (team_id, id)
);

CREATE TABLE usage (
    team_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    month TEXT NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (team_id, member_id, platform, month),
    FOREIGN KEY (team_id, member_id) REFERENCES member (team_id, id)
);

-- WhatsApp: unique people reached outside a window in a moving 24 hours, per business portfolio.
CREATE TABLE portfolio_contact (
    team_id TEXT NOT NULL REFERENCES team (id),
    portfolio_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (team_id, portfolio_id, contact_id)
);

-- Webhook events as they came, one row each; bodies are purged after 30 days, keys stay.
CREATE TABLE inbox (
    team_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    event_key TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT,
    event_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    processed_at BIGINT,
    failed TEXT,
    tries BIGINT NOT NULL,
    PRIMARY KEY (channel_id, event_key),
    FOREIGN KEY (team_id, channel_id) REFERENCES channel (team_id, id)
);
CREATE INDEX inbox_waiting ON inbox (id) WHERE processed_at IS NULL;
CREATE INDEX inbox_old ON inbox (received_at) WHERE body IS NOT NULL AND processed_at IS NOT NULL;

CREATE TABLE audit (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL,
    member_id TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (team_id, id)
);
CREATE INDEX audit_at ON audit (team_id, at, id);

-- Large campaigns are accepted at once and their recipients written behind, a piece at a time.

-- Recipients that are still to be written: as many as share a write, of one channel, as they were when the send was
-- accepted. The transaction that writes them removes the piece, so that nobody is written twice or lost.
CREATE TABLE campaign_piece (
    team_id TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    channel_id TEXT NOT NULL,
    class BIGINT NOT NULL,
    sender_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    is_personal BOOLEAN NOT NULL,
    people TEXT NOT NULL,
    PRIMARY KEY (campaign_id, number),
    FOREIGN KEY (team_id, campaign_id) REFERENCES campaign (team_id, id)
);
-- By turns, so that no campaign waits for another to be written whole.
CREATE INDEX campaign_piece_next ON campaign_piece (number, campaign_id);

-- The counters of a campaign count everybody from its acceptance on, so nothing has to tell how far it is written.
ALTER TABLE campaign DROP COLUMN expanded_to;

-- A recipient is written in the transaction of her campaign or of its piece, so looking the campaign up for each of them
-- proves nothing; PostgreSQL spends a tenth of the insert on it. SQLite cannot drop a key: the table is made anew and its
-- rows are kept.
CREATE TABLE delivery_anew (
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
    blocked_at BIGINT
);
INSERT INTO delivery_anew (
    team_id, id, policy, campaign_id, message_id, slice_id, channel_id, identity_id, contact_id, conversation_id,
    sender_id, address, name, fill, state, attempt, tries, unsure, reason, checked_by, provider_id, provider_code,
    provider_text, request_id, settled_at, sent_at, delivered_at, read_at, clicked_at, responded_at, blocked_at)
    SELECT
    team_id, id, policy, campaign_id, message_id, slice_id, channel_id, identity_id, contact_id, conversation_id,
    sender_id, address, name, fill, state, attempt, tries, unsure, reason, checked_by, provider_id, provider_code,
    provider_text, request_id, settled_at, sent_at, delivered_at, read_at, clicked_at, responded_at, blocked_at
    FROM delivery;
DROP TABLE delivery;
ALTER TABLE delivery_anew RENAME TO delivery;
CREATE INDEX delivery_campaign ON delivery (campaign_id, id);
CREATE INDEX delivery_failed ON delivery (campaign_id, reason, id) WHERE state IN ('failed', 'unknown');
CREATE INDEX delivery_lost ON delivery (campaign_id, state, id) WHERE state IN ('failed', 'unknown');
CREATE INDEX delivery_conversation ON delivery (conversation_id, id);
CREATE INDEX delivery_message ON delivery (message_id) WHERE message_id IS NOT NULL;

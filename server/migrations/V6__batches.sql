-- LINE's multicast: one call for up to 500 people whose message is the same to the byte.

-- Of a batch: which set of members it is down to, which its retry key is derived from, and calls of it that settled nobody.
ALTER TABLE slice ADD COLUMN round BIGINT NOT NULL DEFAULT 1;
ALTER TABLE slice ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;

-- When LINE, asked before the first call, found the content right.
ALTER TABLE campaign ADD COLUMN line_valid_at BIGINT;

-- Calls of batches that did not succeed at once, append-only: one row for all who were in it, who are those of the campaign
-- from `first_id` to `last_id` that were not settled before.
CREATE TABLE batch_attempt (
    team_id TEXT NOT NULL,
    id TEXT NOT NULL PRIMARY KEY,
    campaign_id TEXT NOT NULL,
    first_id TEXT NOT NULL,
    last_id TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('later', 'refused', 'unsure', 'stop')),
    reason TEXT,
    provider_code TEXT,
    provider_text TEXT,
    request_id TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX batch_attempt_campaign ON batch_attempt (campaign_id, first_id);

-- Accounts that were connected before have a pace for it too.
INSERT INTO channel_budget (team_id, channel_id, endpoint, rate, rate_now, next_at)
SELECT team_id, id, 'multicast', 180, 180, 0 FROM channel WHERE platform = 'line';

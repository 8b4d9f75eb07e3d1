-- Several servers, what is kept for how long, and people who are to be forgotten.

-- Work that comes round: whoever moves its time does it, so several servers share it. It is no team's own.
CREATE TABLE chore (
    name TEXT NOT NULL PRIMARY KEY,
    due_at BIGINT NOT NULL
);

-- When the recipients of a send were deleted; its figures stay.
ALTER TABLE campaign ADD COLUMN recipients_gone_at BIGINT;
CREATE INDEX campaign_kept ON campaign (kind, finished_at) WHERE recipients_gone_at IS NULL AND finished_at IS NOT NULL;
-- A click that an order is credited to stays.
CREATE INDEX credit_click ON credit (team_id, click_id);
CREATE INDEX audit_old ON audit (at);

-- People who are being forgotten, until nothing of them is left. Their addresses (JSON), by which webhooks are found, are
-- nowhere else by then.
CREATE TABLE erasure (
    team_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    addresses TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, contact_id),
    FOREIGN KEY (team_id, contact_id) REFERENCES contact (team_id, id)
);
-- The key of her event stays for as long as the platform may send it again: WhatsApp's holds her number.
ALTER TABLE inbox ADD COLUMN erased_at BIGINT;
CREATE INDEX inbox_erased ON inbox (erased_at) WHERE erased_at IS NOT NULL;

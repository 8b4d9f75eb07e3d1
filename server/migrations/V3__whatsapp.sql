-- WhatsApp: templates, statuses that arrive later, people with two addresses.

-- Of those accepted: on the phone, read, and on a platform that tells who read.
ALTER TABLE campaign ADD COLUMN delivered BIGINT NOT NULL DEFAULT 0;
ALTER TABLE campaign ADD COLUMN read BIGINT NOT NULL DEFAULT 0;
ALTER TABLE campaign ADD COLUMN told BIGINT NOT NULL DEFAULT 0;

-- What staff call a template, and everything it is searched by, folded.
ALTER TABLE template ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE template ADD COLUMN folded_text TEXT NOT NULL DEFAULT '';

-- Whether this version can fill all of it, and when its state was last told: what was asked for before that is older.
ALTER TABLE template ADD COLUMN is_supported BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE template ADD COLUMN status_at BIGINT NOT NULL DEFAULT 0;

-- When its templates were last read from Meta, why that failed since, when they may be read again at the earliest (Meta
-- limits the calls) and when they will be. Whoever moves the last two reads them, so several servers share the work.
ALTER TABLE waba ADD COLUMN synced_at BIGINT;
ALTER TABLE waba ADD COLUMN sync_failed TEXT;
ALTER TABLE waba ADD COLUMN sync_free_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE waba ADD COLUMN sync_due_at BIGINT NOT NULL DEFAULT 0;

-- The template of a template message: one that comes back lets go of what was held for it.
ALTER TABLE campaign ADD COLUMN template_id TEXT;
CREATE INDEX campaign_held ON campaign (team_id, template_id) WHERE state = 'paused';

-- Messages a second that Meta lets a number send, and when it last told that and the limit of people (quota_limit).
ALTER TABLE channel ADD COLUMN throughput BIGINT;

-- What was uploaded to Meta by a number: its id there lives for 30 days.
CREATE TABLE whatsapp_media (
    team_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    media_id TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    uploaded_at BIGINT NOT NULL,
    PRIMARY KEY (channel_id, media_id),
    FOREIGN KEY (team_id, channel_id) REFERENCES channel (team_id, id),
    FOREIGN KEY (team_id, media_id) REFERENCES media (team_id, id)
);
CREATE INDEX whatsapp_media_of ON whatsapp_media (team_id, media_id);

-- A 1:1 template message, filled in: JSON.
ALTER TABLE message ADD COLUMN template TEXT;

-- A customer who was known twice on one number, by phone and by Meta's own user id, is one: this names who stayed.
ALTER TABLE identity ADD COLUMN merged_into TEXT;
-- A telephone number is of whom Meta last named with it: when that was, UTC milliseconds; 0 where it always came alone.
ALTER TABLE identity_address ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;

CREATE INDEX delivery_part_open ON delivery_part (channel_id, updated_at) WHERE state IN ('started', 'unknown');
CREATE INDEX portfolio_contact_at ON portfolio_contact (team_id, portfolio_id, at);

-- Media that we send, their uploads and who holds them; saved replies that change; replies of several messages.

ALTER TABLE media ADD COLUMN width BIGINT;
ALTER TABLE media ADD COLUMN height BIGINT;
ALTER TABLE media ADD COLUMN duration_ms BIGINT;
ALTER TABLE media ADD COLUMN preview_size BIGINT;

-- An upload in pieces; the pieces lie in the media store. It is closed when it is finished, dropped or a day old; then its
-- pieces go, and last its row.
CREATE TABLE upload (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('image', 'video')),
    size BIGINT NOT NULL,
    received BIGINT NOT NULL,
    member_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (team_id, id),
    FOREIGN KEY (team_id, member_id) REFERENCES member (team_id, id)
);
CREATE INDEX upload_old ON upload (created_at);

-- What holds a medium of ours; one that nothing holds goes after a day.
CREATE TABLE media_use (
    team_id TEXT NOT NULL,
    media_id TEXT NOT NULL,
    held_by TEXT NOT NULL CHECK (held_by IN ('draft', 'campaign', 'saved_reply', 'message')),
    holder_id TEXT NOT NULL,
    PRIMARY KEY (team_id, media_id, held_by, holder_id),
    FOREIGN KEY (team_id, media_id) REFERENCES media (team_id, id)
);
CREATE INDEX media_use_holder ON media_use (team_id, held_by, holder_id);
-- A medium that goes is looked for in all messages; one that was fetched is told live where it stands.
CREATE INDEX message_media ON message (team_id, media_id) WHERE media_id IS NOT NULL;
CREATE INDEX media_sent ON media (created_at) WHERE created_by IS NOT NULL;

ALTER TABLE saved_reply ADD COLUMN folded_texts TEXT NOT NULL DEFAULT '';
ALTER TABLE saved_reply ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
-- A filter that still names a merged category means the one that stayed.
ALTER TABLE category ADD COLUMN merged_into TEXT;

ALTER TABLE campaign ADD COLUMN images BIGINT NOT NULL DEFAULT 0;
ALTER TABLE campaign ADD COLUMN videos BIGINT NOT NULL DEFAULT 0;

-- Messages of one reply go out together: this names the first of them, which its delivery names too.
ALTER TABLE message ADD COLUMN part_of TEXT;

-- Custom attributes are found by what they hold: numbers in thousandths, days since year 1, moments in UTC milliseconds,
-- yes and no as 1 and 0.
ALTER TABLE attribute ADD COLUMN folded_name TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX attribute_name ON attribute (team_id, folded_name) WHERE deleted_at IS NULL;
ALTER TABLE contact_attribute ADD COLUMN kind TEXT NOT NULL DEFAULT 'text';
ALTER TABLE contact_attribute ADD COLUMN folded_text TEXT;
CREATE INDEX contact_attribute_value ON contact_attribute (team_id, attribute_id, kind, int_value, contact_id);

CREATE INDEX binding_member ON binding (team_id, member_id, identity_id);
CREATE INDEX binding_store ON binding (team_id, store_id, identity_id);

-- Documents that stand above templates: what they are called, and uploads of them.

ALTER TABLE media ADD COLUMN name TEXT;

-- SQLite cannot change a CHECK: the table is made anew and its rows are kept.
CREATE TABLE upload_anew (
    team_id TEXT NOT NULL REFERENCES team (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('image', 'video', 'document')),
    size BIGINT NOT NULL,
    name TEXT,
    received BIGINT NOT NULL,
    member_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (team_id, id),
    FOREIGN KEY (team_id, member_id) REFERENCES member (team_id, id)
);
INSERT INTO upload_anew (team_id, id, kind, size, received, member_id, created_at, closed_at)
    SELECT team_id, id, kind, size, received, member_id, created_at, closed_at FROM upload;
DROP TABLE upload;
ALTER TABLE upload_anew RENAME TO upload;
CREATE INDEX upload_old ON upload (created_at);

-- Templates whose header is a document were kept as ones that cannot be filled in: all are soon read again.
UPDATE waba SET sync_due_at = 0;

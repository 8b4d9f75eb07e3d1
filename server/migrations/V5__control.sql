-- Control of sends by people.

-- Who holds a send, and who stopped it for good. One that is held without a reason is held by a person.
ALTER TABLE campaign ADD COLUMN paused_by TEXT;
ALTER TABLE campaign ADD COLUMN cancelled_by TEXT;

-- Those that were stopped while somebody still waits: they are settled behind. Settling moves neither column, so it stays cheap.
CREATE INDEX campaign_stopping ON campaign (team_id, id) WHERE state = 'cancelled' AND finished_at IS NULL;

-- What lists read where a team is large (docs/performance.md).

-- The last times stand in it so that a filter by them reads them here, as a search does the name; they only change together
-- with `last_at`, so they cost no write of their own. `last_marketing_at` changes without it and stays outside.
DROP INDEX conversation_state;
CREATE INDEX conversation_state ON conversation (team_id, state, last_at, id, folded_name, last_customer_at, last_team_at);

-- Counted for the badge whenever a list is shown. Only the first unread message and reading change it.
CREATE INDEX conversation_unread ON conversation (team_id, state, owner_id, store_id) WHERE unread > 0;

-- All kinds of group sends in one order.
CREATE INDEX campaign_newest ON campaign (team_id, created_at, id);

-- Those who did not get it, in the order of the recipients: among many, and never written for those who did.
CREATE INDEX delivery_lost ON delivery (campaign_id, state, id) WHERE state IN ('failed', 'unknown');

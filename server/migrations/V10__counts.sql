-- What counts and pages read where a team is large (docs/performance.md).

-- A count by tags or attributes goes from contacts to conversations: with the state in it, it need not read these.
DROP INDEX conversation_contact;
CREATE INDEX conversation_contact ON conversation (team_id, contact_id, state);

-- The few who never wrote, in the order of a page: "silent for a while" is these and those who wrote before, each half found
-- inside its index.
CREATE INDEX conversation_never_wrote ON conversation (team_id, state, last_at, id) WHERE last_customer_at IS NULL;

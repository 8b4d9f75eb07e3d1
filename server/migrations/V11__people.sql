-- Who is who in a team, as a number that grows when two people become one or one is forgotten: a send that was made ready
-- before is made ready again.
ALTER TABLE team ADD COLUMN people_revision BIGINT NOT NULL DEFAULT 0;

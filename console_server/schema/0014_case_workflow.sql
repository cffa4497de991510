-- Several functional groups at one case, each with its own steps; cases under supervision (督办) and
-- reported upward (上报); accounts that speak for a functional group.

ALTER TABLE incidents ADD COLUMN supervised_at timestamptz;
ALTER TABLE incidents ADD COLUMN supervised_by text;      -- as the case file names them
ALTER TABLE incidents ADD COLUMN supervised_reason text;
ALTER TABLE incidents ADD COLUMN upward_at timestamptz;   -- first reported to the level above

-- Of a department's account: the group whose cases it sees and moves.
ALTER TABLE accounts ADD COLUMN group_id integer REFERENCES functional_groups;

-- A case given to a group. `joint`: besides the one that leads (联合执法).
CREATE TABLE group_orders (
    order_id    uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents,
    group_id    integer NOT NULL REFERENCES functional_groups,
    joint       boolean NOT NULL DEFAULT false,
    version     integer NOT NULL DEFAULT 1,
    status      text NOT NULL DEFAULT 'ordered'
                CHECK (status IN ('ordered', 'accepted', 'done', 'withdrawn')),
    ordered_at  timestamptz NOT NULL,
    ordered_by  text NOT NULL,
    accepted_at timestamptz,
    ended_at    timestamptz,                        -- done or withdrawn
    result      text,                               -- what came of it, or why it was withdrawn
    CHECK ((ended_at IS NULL) = (status IN ('ordered', 'accepted')))
);
CREATE UNIQUE INDEX group_orders_running ON group_orders (incident_id, group_id)
    WHERE ended_at IS NULL;
CREATE INDEX group_orders_incident ON group_orders (incident_id, ordered_at);
CREATE INDEX group_orders_group ON group_orders (group_id, ordered_at);

INSERT INTO group_orders (order_id, incident_id, group_id, ordered_at, ordered_by)
SELECT gen_random_uuid(), incident_id, group_id, group_ordered_at, ''
FROM incidents WHERE group_ordered_at IS NOT NULL AND group_id IS NOT NULL;

-- The list of closed cases is read page by page, by area or class.
CREATE INDEX incidents_class ON incidents (class_code, reported_at);
CREATE INDEX incidents_supervised ON incidents (supervised_at) WHERE supervised_at IS NOT NULL;

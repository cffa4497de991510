-- What keeps a case from being forgotten: warnings, lateness, clocks that stand still with an
-- approval, orders to a functional group, and the chain of those who are told.

ALTER TABLE incidents ADD COLUMN warn_at timestamptz;           -- NULL: warned of this deadline
ALTER TABLE incidents ADD COLUMN overdue_at timestamptz;        -- noted late for this deadline
ALTER TABLE incidents ADD COLUMN stopped_at timestamptz;        -- its clock stands still since
ALTER TABLE incidents ADD COLUMN group_ordered_at timestamptz;  -- its group was told to handle it
ALTER TABLE incidents ADD COLUMN escalation integer NOT NULL DEFAULT 0;  -- steps up the chain
ALTER TABLE incidents ADD COLUMN escalated_to text;             -- the role told last
ALTER TABLE incidents ADD COLUMN escalate_at timestamptz;       -- the next role is told then
ALTER TABLE dispatches ADD COLUMN remind_at timestamptz;        -- NULL: reminded, or no need

UPDATE incidents SET warn_at = due_at - interval '1 hour' WHERE closed_at IS NULL;

CREATE INDEX incidents_warn ON incidents (warn_at) WHERE warn_at IS NOT NULL;
CREATE INDEX incidents_due ON incidents (due_at) WHERE closed_at IS NULL AND overdue_at IS NULL;
CREATE INDEX incidents_escalate ON incidents (escalate_at) WHERE escalate_at IS NOT NULL;
CREATE INDEX dispatches_remind ON dispatches (remind_at)
    WHERE status = 'ordered' AND remind_at IS NOT NULL;

-- 挂账, 延期, 回退: asked by one person, ruled on by another.
CREATE TABLE clock_requests (
    request_id    uuid PRIMARY KEY,
    incident_id   uuid NOT NULL REFERENCES incidents,
    kind          text NOT NULL CHECK (kind IN ('suspended', 'extended', 'sent_back')),
    reason        text NOT NULL,
    hours         double precision NOT NULL DEFAULT 0,  -- working hours and days, of an extension
    days          double precision NOT NULL DEFAULT 0,
    asked_at      timestamptz NOT NULL,
    asked_by      integer NOT NULL REFERENCES accounts,
    ruled_at      timestamptz,
    ruled_by      integer REFERENCES accounts,
    granted       boolean,
    ruling_reason text,
    CHECK (ruled_by <> asked_by),
    CHECK ((ruled_at IS NULL) = (granted IS NULL))
);
CREATE UNIQUE INDEX clock_requests_open ON clock_requests (incident_id) WHERE ruled_at IS NULL;
CREATE INDEX clock_requests_incident ON clock_requests (incident_id, asked_at);

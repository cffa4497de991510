-- What opening incidents and sending workers needs beyond the base.

-- The last serial number given on a day (of the pack's time zone): codes have no gaps.
CREATE TABLE incident_counters (
    day    date PRIMARY KEY,
    last   integer NOT NULL
);

-- Who said that it was handled, when that was an account; whoever did may not verify it.
ALTER TABLE incidents ADD COLUMN handled_by_account integer REFERENCES accounts;
ALTER TABLE incidents ADD COLUMN merged_into uuid REFERENCES incidents;

-- A worker is under way to one incident at most once.
CREATE UNIQUE INDEX dispatches_once ON dispatches (incident_id, worker_id) WHERE ended_at IS NULL;
CREATE INDEX dispatches_unacknowledged ON dispatches (acknowledge_by) WHERE status = 'ordered';
CREATE INDEX incidents_closed ON incidents (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;

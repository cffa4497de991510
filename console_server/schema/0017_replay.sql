-- A replay is one look at many workers: one row that names them all. It is also the ticket by
-- which the replay's chunks are read, so that nothing is shown beyond what the row says.
ALTER TABLE track_looks ALTER COLUMN worker_id DROP NOT NULL;
ALTER TABLE track_looks ADD COLUMN worker_ids integer[];
ALTER TABLE track_looks ADD COLUMN area_id integer REFERENCES areas;   -- NULL: of everywhere
ALTER TABLE track_looks ADD CHECK ((worker_id IS NULL) <> (worker_ids IS NULL));
CREATE INDEX track_looks_workers ON track_looks USING gin (worker_ids);
CREATE INDEX track_looks_worker ON track_looks (worker_id, looked_at);

-- A running day is judged many times and becomes final once it is over; lists of many workers read
-- the summary and leave the evidence where it is.
ALTER TABLE attendance_days ADD COLUMN final boolean NOT NULL;
ALTER TABLE attendance_days ADD COLUMN summary jsonb NOT NULL;
CREATE INDEX attendance_days_running ON attendance_days (day) WHERE NOT final;
CREATE INDEX attendance_changes_day ON attendance_changes (day, worker_id);
CREATE INDEX track_looks_at ON track_looks (looked_at);

-- A worker scans the label at a checkpoint or on a floor, where no satellite tells where they are.

-- What the label's code holds beside the checkpoint's: without it nobody can make one up.
ALTER TABLE checkpoints ADD COLUMN label_secret text NOT NULL
    DEFAULT replace(gen_random_uuid()::text, '-', '');

-- One scan. Of the phone's place only how far it was from the checkpoint is kept.
CREATE TABLE checkpoint_visits (
    visit_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker_id     integer NOT NULL REFERENCES workers,
    handset_id    integer NOT NULL REFERENCES handsets,
    checkpoint_id integer NOT NULL REFERENCES checkpoints,
    client_id     text NOT NULL,                    -- made by the handset: a retry is the same
    visited_at    timestamptz NOT NULL,
    received_at   timestamptz NOT NULL,
    distance_m    real,                             -- NULL: the phone knew no place just then
    accuracy_m    real,
    counts        boolean NOT NULL,                 -- the phone's place does not speak against it
    UNIQUE (handset_id, client_id)
);
CREATE INDEX checkpoint_visits_worker ON checkpoint_visits (worker_id, visited_at);

CREATE FUNCTION visit_reopens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM reopen_time(NEW.worker_id, NEW.visited_at, NEW.visited_at + interval '1 second');
    RETURN NULL;
END
$$;
CREATE TRIGGER checkpoint_visits_reopen AFTER INSERT ON checkpoint_visits FOR EACH ROW
    WHEN (NEW.counts) EXECUTE FUNCTION visit_reopens();

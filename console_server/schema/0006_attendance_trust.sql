-- What makes a verdict stand up: it becomes final only when late data has had its time, whatever
-- it rests on re-opens it, failures of the system itself are on record, and a worker may object.

ALTER TABLE attendance_days ADD COLUMN settles_at timestamptz NOT NULL DEFAULT '1970-01-01Z';
CREATE INDEX attendance_changes_at ON attendance_changes (changed_at);

-- Time of a worker for which something else than a fix changed. Attendance turns it into days of
-- the pack's time zone, which the store does not know, and removes it.
CREATE TABLE reopened_spans (
    span_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker_id integer NOT NULL,
    from_at   timestamptz NOT NULL,
    to_at     timestamptz NOT NULL
);

-- Only what lies in the past can re-open anything.
CREATE FUNCTION reopen_time(worker integer, start_at timestamptz, end_at timestamptz)
    RETURNS void LANGUAGE sql AS $$
    INSERT INTO reopened_spans (worker_id, from_at, to_at)
    SELECT worker, start_at, least(coalesce(end_at, 'infinity'), clock_timestamp())
    WHERE start_at < clock_timestamp()
$$;

CREATE FUNCTION dispatch_reopens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM reopen_time(NEW.worker_id,
        least(NEW.en_route_at, NEW.on_scene_at, OLD.en_route_at, OLD.on_scene_at),
        greatest(NEW.cleared_at, NEW.ended_at, OLD.cleared_at, OLD.ended_at));
    RETURN NULL;
END
$$;
CREATE TRIGGER dispatches_reopen AFTER UPDATE ON dispatches FOR EACH ROW
    WHEN (coalesce(NEW.en_route_at, NEW.on_scene_at, OLD.en_route_at, OLD.on_scene_at) IS NOT NULL
        AND (NEW.en_route_at, NEW.on_scene_at, NEW.cleared_at, NEW.ended_at)
            IS DISTINCT FROM (OLD.en_route_at, OLD.on_scene_at, OLD.cleared_at, OLD.ended_at))
    EXECUTE FUNCTION dispatch_reopens();

CREATE FUNCTION leave_reopens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM reopen_time(OLD.worker_id, OLD.starts_at, OLD.ends_at);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM reopen_time(NEW.worker_id, NEW.starts_at, NEW.ends_at);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER leaves_reopen AFTER INSERT OR UPDATE OR DELETE ON leaves FOR EACH ROW
    EXECUTE FUNCTION leave_reopens();

-- Of an assignment or a border whose end moved only the time between the two ends is affected.
CREATE FUNCTION moved_from(old_from timestamptz, new_from timestamptz, old_to timestamptz,
        new_to timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN old_from IS NOT DISTINCT FROM new_from
        THEN least(coalesce(old_to, 'infinity'), coalesce(new_to, 'infinity'))
        ELSE least(old_from, new_from) END
$$;

CREATE FUNCTION worker_grid_reopens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE TG_OP
    WHEN 'INSERT' THEN PERFORM reopen_time(NEW.worker_id, NEW.valid_from, NEW.valid_to);
    WHEN 'DELETE' THEN PERFORM reopen_time(OLD.worker_id, OLD.valid_from, OLD.valid_to);
    ELSE PERFORM reopen_time(NEW.worker_id,
            moved_from(OLD.valid_from, NEW.valid_from, OLD.valid_to, NEW.valid_to),
            greatest(coalesce(OLD.valid_to, 'infinity'), coalesce(NEW.valid_to, 'infinity')));
    END CASE;
    RETURN NULL;
END
$$;
CREATE TRIGGER worker_grids_reopen AFTER INSERT OR UPDATE OR DELETE ON worker_grids FOR EACH ROW
    EXECUTE FUNCTION worker_grid_reopens();

CREATE FUNCTION border_reopens() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    grid integer := coalesce(NEW.area_id, OLD.area_id);
    start_at timestamptz := coalesce(NEW.valid_from, OLD.valid_from);
    end_at timestamptz := greatest(coalesce(OLD.valid_to, 'infinity'),
        coalesce(NEW.valid_to, 'infinity'));
BEGIN
    IF TG_OP = 'INSERT' THEN
        end_at := NEW.valid_to;
    ELSIF TG_OP = 'DELETE' THEN
        end_at := OLD.valid_to;
    ELSIF NEW.wkb = OLD.wkb THEN
        start_at := moved_from(OLD.valid_from, NEW.valid_from, OLD.valid_to, NEW.valid_to);
    END IF;
    PERFORM reopen_time(held.worker_id, start_at, end_at)
        FROM (SELECT DISTINCT worker_id FROM worker_grids WHERE area_id = grid) AS held;
    RETURN NULL;
END
$$;
CREATE TRIGGER area_boundaries_reopen AFTER INSERT OR UPDATE OR DELETE ON area_boundaries
    FOR EACH ROW EXECUTE FUNCTION border_reopens();

-- When the way of a fix from broker to store was broken: what is missing then is no worker's fault.
CREATE TABLE outages (
    outage_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz NOT NULL,
    parts      text[] NOT NULL,             -- broker, ingest, store; `all`: nothing was running
    CHECK (ended_at > started_at)
);
CREATE INDEX outages_time ON outages (started_at, ended_at);
CREATE TABLE last_well (                    -- one row: when the whole way last proved to work
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    at       timestamptz NOT NULL
);

CREATE FUNCTION outage_reopens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM reopen_time(met.worker_id, NEW.started_at, NEW.ended_at)
        FROM (SELECT DISTINCT worker_id FROM shifts
              WHERE starts_at < NEW.ended_at AND ends_at > NEW.started_at) AS met;
    RETURN NULL;
END
$$;
CREATE TRIGGER outages_reopen AFTER INSERT ON outages FOR EACH ROW
    EXECUTE FUNCTION outage_reopens();

-- A worker's objection to a day's verdict, and what was ruled. A grant excuses a stretch of time:
-- it leaves the work time, and the day is scored anew.
CREATE TABLE appeals (
    appeal_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker_id    integer NOT NULL REFERENCES workers,
    day          date NOT NULL,
    input_hash   text NOT NULL,             -- of the verdict that it objects to
    filed_at     timestamptz NOT NULL,
    filed_by     integer NOT NULL REFERENCES accounts,
    grounds      text NOT NULL,
    claimed_from timestamptz,               -- the stretch it is about, if any
    claimed_to   timestamptz,
    rule_by      timestamptz NOT NULL,
    ruling       text CHECK (ruling IN ('granted', 'denied', 'withdrawn')),
    ruled_at     timestamptz,
    ruled_by     integer REFERENCES accounts,
    reason       text,
    excused_from timestamptz,
    excused_to   timestamptz,
    CHECK (excused_to > excused_from),
    CHECK ((ruling IS NULL) = (ruled_at IS NULL))
);
CREATE UNIQUE INDEX appeals_open ON appeals (worker_id, day) WHERE ruling IS NULL;
CREATE INDEX appeals_day ON appeals (day, worker_id);

CREATE FUNCTION appeal_reopens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM reopen_time(NEW.worker_id, NEW.excused_from, NEW.excused_to);
    RETURN NULL;
END
$$;
CREATE TRIGGER appeals_reopen AFTER UPDATE ON appeals FOR EACH ROW
    WHEN (NEW.excused_from IS NOT NULL) EXECUTE FUNCTION appeal_reopens();

-- What a worker was told of the running day by noon, once a day.
CREATE TABLE attendance_warnings (
    worker_id integer NOT NULL REFERENCES workers,
    day       date NOT NULL,
    told_at   timestamptz NOT NULL,
    body      jsonb NOT NULL,
    PRIMARY KEY (worker_id, day)
);

-- Where a checkpoint was, how far it reached and which list named it, in [valid_from, valid_to): a
-- day is judged by what was in force on it. `checkpoints` keeps what never changes, and the name.
CREATE TABLE checkpoint_versions (
    checkpoint_id integer NOT NULL REFERENCES checkpoints,
    valid_from    timestamptz NOT NULL,
    valid_to      timestamptz,
    area_id       integer NOT NULL REFERENCES areas,    -- the grid it belongs to
    lon           double precision NOT NULL,
    lat           double precision NOT NULL,
    radius_m      double precision NOT NULL,
    visit_list    text,                                 -- the must-visit list that names the place
    PRIMARY KEY (checkpoint_id, valid_from),
    CHECK (valid_to > valid_from)
);
CREATE UNIQUE INDEX checkpoint_versions_now ON checkpoint_versions (checkpoint_id)
    WHERE valid_to IS NULL;
CREATE INDEX checkpoint_versions_area ON checkpoint_versions (area_id);

-- What there was held for ever, as far as anybody knew.
INSERT INTO checkpoint_versions (checkpoint_id, valid_from, valid_to, area_id, lon, lat, radius_m,
                                 visit_list)
    SELECT checkpoint_id, '1970-01-01Z', retired_at, area_id, lon, lat, radius_m, visit_list
    FROM checkpoints;
ALTER TABLE checkpoints DROP COLUMN area_id, DROP COLUMN lon, DROP COLUMN lat,
    DROP COLUMN radius_m, DROP COLUMN visit_list, DROP COLUMN retired_at;

-- As with borders: of a version whose end moved only the time between the two ends is affected.
CREATE FUNCTION checkpoint_reopens() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    start_at timestamptz := coalesce(NEW.valid_from, OLD.valid_from);
    end_at timestamptz := greatest(coalesce(OLD.valid_to, 'infinity'),
        coalesce(NEW.valid_to, 'infinity'));
BEGIN
    IF TG_OP = 'INSERT' THEN
        end_at := NEW.valid_to;
    ELSIF TG_OP = 'DELETE' THEN
        end_at := OLD.valid_to;
    ELSE
        start_at := moved_from(OLD.valid_from, NEW.valid_from, OLD.valid_to, NEW.valid_to);
    END IF;
    PERFORM reopen_time(held.worker_id, greatest(start_at, held.from_at),
                        least(coalesce(end_at, 'infinity'), held.to_at))
        FROM (SELECT worker_id, valid_from AS from_at, coalesce(valid_to, 'infinity') AS to_at
              FROM worker_grids WHERE area_id = coalesce(NEW.area_id, OLD.area_id)) AS held
        WHERE held.from_at < coalesce(end_at, 'infinity') AND held.to_at > start_at;
    RETURN NULL;
END
$$;
-- A version is ended or taken back, never altered: what it says stands in verdicts.
CREATE TRIGGER checkpoint_versions_reopen AFTER INSERT OR UPDATE OR DELETE ON checkpoint_versions
    FOR EACH ROW EXECUTE FUNCTION checkpoint_reopens();

-- Where a label was scanned says where a worker was: it is kept as long as the positions.
CREATE INDEX checkpoint_visits_at ON checkpoint_visits (visited_at);
CREATE OR REPLACE FUNCTION forget_expired(positions_before timestamptz, rejected_before timestamptz,
                                          audit_before timestamptz, handled_before timestamptz,
                                          only_count boolean)
    RETURNS TABLE (what text, removed bigint, chunks bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    item record;
    has_chunks boolean := EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb');
BEGIN
    FOR item IN
        SELECT * FROM (VALUES
            ('positions', 'fixed_at', positions_before, true),
            ('duty_periods', 'ended_at', positions_before, false),
            ('checkpoint_visits', 'visited_at', positions_before, false),
            ('handset_status', 'at', positions_before, false),
            ('rejected_fixes', 'received_at', rejected_before, true),
            ('handset_inbox', 'handled_at', handled_before, false),
            ('outbox', 'done_at', handled_before, false),
            ('audit_log', 'at', audit_before, false),
            ('track_looks', 'looked_at', audit_before, false)
        ) AS kept (name, clock, before, is_chunked)
    LOOP
        what := item.name;
        chunks := 0;
        EXECUTE format('SELECT count(*) FROM %I WHERE %I < $1', item.name, item.clock)
            INTO removed USING item.before;
        IF has_chunks AND item.is_chunked THEN
            IF only_count THEN
                SELECT count(*) INTO chunks
                FROM show_chunks(item.name::regclass, older_than => item.before);
            ELSE
                SELECT count(*) INTO chunks
                FROM drop_chunks(item.name::regclass, older_than => item.before);
            END IF;
        END IF;
        IF NOT only_count AND removed > 0 THEN
            EXECUTE format('DELETE FROM %I WHERE %I < $1', item.name, item.clock)
                USING item.before;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;

-- A fix is stored with the grid in which it lay by the border of its time. When a border comes to
-- hold, or ceases, for a time of which fixes are stored, they must be asked again. Ingest, which
-- owns the positions, works this off.
CREATE TABLE border_corrections (
    correction_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    from_at       timestamptz NOT NULL,
    to_at         timestamptz NOT NULL,             -- 'infinity': up to now and later
    wkb           bytea NOT NULL                    -- where; lon/lat degrees WGS-84
);

CREATE FUNCTION border_corrects() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM areas WHERE area_id = coalesce(NEW.area_id, OLD.area_id)
                   AND kind = 'grid') THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.wkb = OLD.wkb THEN  -- only the time between the two ends
        INSERT INTO border_corrections (from_at, to_at, wkb)
            VALUES (moved_from(OLD.valid_from, NEW.valid_from, OLD.valid_to, NEW.valid_to),
                    greatest(coalesce(OLD.valid_to, 'infinity'), coalesce(NEW.valid_to, 'infinity')),
                    NEW.wkb);
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO border_corrections (from_at, to_at, wkb)
            VALUES (OLD.valid_from, coalesce(OLD.valid_to, 'infinity'), OLD.wkb);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO border_corrections (from_at, to_at, wkb)
            VALUES (NEW.valid_from, coalesce(NEW.valid_to, 'infinity'), NEW.wkb);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER area_boundaries_correct AFTER INSERT OR UPDATE OR DELETE ON area_boundaries
    FOR EACH ROW EXECUTE FUNCTION border_corrects();

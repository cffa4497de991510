-- What is older than it may be kept goes, and what went is said; with `only_count` nothing goes.
-- A whole chunk at once where there are chunks, row by row otherwise. The server may call this, not
-- delete positions, or what is append-only, by itself.
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX handset_inbox_handled ON handset_inbox (handled_at) WHERE handled_at IS NOT NULL;

CREATE FUNCTION forget_expired(positions_before timestamptz, rejected_before timestamptz,
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
REVOKE ALL ON FUNCTION forget_expired(timestamptz, timestamptz, timestamptz, timestamptz, boolean)
    FROM PUBLIC;

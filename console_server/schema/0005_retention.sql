-- What is older than it may be kept goes, whatever the edition: a whole chunk at once where there
-- are chunks, row by row otherwise. The server may call this, not delete positions by itself.
CREATE FUNCTION forget_before(positions_before timestamptz, rejected_before timestamptz)
    RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
        PERFORM drop_chunks('positions'::regclass, older_than => positions_before);
        PERFORM drop_chunks('rejected_fixes'::regclass, older_than => rejected_before);
    END IF;
    DELETE FROM positions WHERE fixed_at < positions_before;
    DELETE FROM rejected_fixes WHERE received_at < rejected_before;
    DELETE FROM handset_status WHERE at < positions_before;
    DELETE FROM duty_periods WHERE ended_at < positions_before;
END
$$;
REVOKE ALL ON FUNCTION forget_before(timestamptz, timestamptz) FROM PUBLIC;

-- Who may do what; run after every migration, so that it covers new tables and late roles.
-- The roles are optional: an installation with one database role works without them.

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridbeat_server') THEN
        GRANT USAGE ON SCHEMA public TO gridbeat_server;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO gridbeat_server;
        -- Append-only by right, not by promise: case files, changed verdicts, who looked, who did.
        REVOKE UPDATE, DELETE ON incident_events, attendance_changes, track_looks, audit_log,
            checkpoint_visits, outages, attendance_month_changes, assessment_entries, assessment_results
            FROM gridbeat_server;
        REVOKE INSERT, UPDATE, DELETE ON schema_migrations, positions FROM gridbeat_server;
        GRANT EXECUTE ON FUNCTION forget_before(timestamptz, timestamptz) TO gridbeat_server;
        GRANT EXECUTE ON FUNCTION forget_expired(timestamptz, timestamptz, timestamptz,
            timestamptz, boolean) TO gridbeat_server;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridbeat_ingest') THEN
        GRANT USAGE ON SCHEMA public TO gridbeat_ingest;
        GRANT SELECT ON areas, area_boundaries, worker_grids, shifts, leaves, schema_migrations
            TO gridbeat_ingest;
        GRANT SELECT (worker_id, code, name, kind, area_id, group_id, retired_at)
            ON workers TO gridbeat_ingest;
        GRANT SELECT (handset_id, code, worker_id, kind, area_code, username, enrolled_at,
            revoked_at, token_sha256) ON handsets TO gridbeat_ingest;
        GRANT SELECT, DELETE ON border_corrections TO gridbeat_ingest;
        GRANT SELECT, INSERT, UPDATE, DELETE ON positions, rejected_fixes, handset_status,
            duty_periods, handset_inbox, dirty_days, loopback TO gridbeat_ingest;
    END IF;
END
$$;

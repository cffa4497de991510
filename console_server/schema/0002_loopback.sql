-- The newest fix that the server sent around the loop broker, ingest, store: nobody's place.
CREATE TABLE loopback (
    area_code   text PRIMARY KEY,               -- telemetry_ingest.wire.loopback.PROBE_AREA
    fixed_at    timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);

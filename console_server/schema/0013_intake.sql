-- What comes in: photos of cases, residents' reports, alerts that raise themselves, and who answered
-- a call for help.

-- Photos as they were made anew: JPEG without anything but the picture. `incident_id` NULL: the
-- report that it belongs to, `waits_for`, has not come yet.
CREATE TABLE photos (
    photo_id    uuid PRIMARY KEY,
    incident_id uuid REFERENCES incidents,
    waits_for   text,                               -- incidents.client_id of that report
    upload_key  text NOT NULL UNIQUE,               -- made by the sender: a retry is the same
    sent_sha256 bytea NOT NULL CHECK (octet_length(sent_sha256) = 32),  -- of what was sent
    sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32),       -- of `content`
    added_at    timestamptz NOT NULL,
    added_by    text NOT NULL,                      -- as the case file names them
    worker_id   integer REFERENCES workers,
    account_id  integer REFERENCES accounts,
    width       integer NOT NULL,
    height      integer NOT NULL,
    content     bytea NOT NULL,
    thumbnail   bytea NOT NULL,
    CHECK ((incident_id IS NULL) <> (waits_for IS NULL))
);
ALTER TABLE photos ALTER COLUMN content SET STORAGE EXTERNAL;    -- JPEG does not pack further
ALTER TABLE photos ALTER COLUMN thumbnail SET STORAGE EXTERNAL;
CREATE INDEX photos_incident ON photos (incident_id, added_at) WHERE incident_id IS NOT NULL;
CREATE INDEX photos_waiting ON photos (waits_for, added_at) WHERE waits_for IS NOT NULL;

-- A resident's report: how to follow it and, for a bounded time, whom to answer. No name is asked.
CREATE TABLE resident_reports (
    incident_id uuid PRIMARY KEY REFERENCES incidents,
    code_sha256 bytea NOT NULL UNIQUE CHECK (octet_length(code_sha256) = 32),
    phone       text,                               -- goes some time after the case's close
    rating      smallint CHECK (rating BETWEEN 1 AND 5),  -- 群众评价; 5 is best
    remark      text,
    rated_at    timestamptz,
    CHECK ((rating IS NULL) = (rated_at IS NULL))
);
CREATE INDEX resident_reports_rated ON resident_reports (rated_at) WHERE rated_at IS NOT NULL;

-- What a dispatcher is to know though nobody reported it: a handset on duty that fell silent, or a
-- whole subdistrict at once, which then is nobody's fault.
CREATE TABLE alerts (
    alert_id        uuid PRIMARY KEY,
    version         integer NOT NULL DEFAULT 1,
    kind            text NOT NULL CHECK (kind IN ('silent', 'area_silent')),
    worker_id       integer REFERENCES workers,
    area_id         integer NOT NULL REFERENCES areas,  -- own grid of the worker; the subdistrict
    cause           text NOT NULL,
    silent_since    timestamptz NOT NULL,
    silent_count    integer NOT NULL DEFAULT 1,
    raised_at       timestamptz NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by text,
    ended_at        timestamptz,
    ending          text CHECK (ending IN ('heard', 'off_duty', 'in_area_alert')),
    CHECK ((ended_at IS NULL) = (ending IS NULL)),
    CHECK ((kind = 'silent') = (worker_id IS NOT NULL))
);
CREATE UNIQUE INDEX alerts_running_worker ON alerts (worker_id)
    WHERE kind = 'silent' AND ended_at IS NULL;
CREATE UNIQUE INDEX alerts_running_area ON alerts (area_id)
    WHERE kind = 'area_silent' AND ended_at IS NULL;
CREATE INDEX alerts_raised ON alerts (raised_at);

-- A call for help sounds on every console until one of them answers it.
ALTER TABLE incidents ADD COLUMN answered_at timestamptz;
ALTER TABLE incidents ADD COLUMN answered_by text;

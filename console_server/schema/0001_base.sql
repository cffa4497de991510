-- Everything the first release stores. Instants are timestamptz (UTC), lengths metres, angles
-- degrees WGS-84, shares 0-1. What differs by edition (hypertables, policies) is in migrate.py.

CREATE TABLE areas (
    area_id    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code       text NOT NULL UNIQUE,
    name       text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('district', 'subdistrict', 'community', 'grid')),
    parent_id  integer REFERENCES areas,
    lineage    integer[] NOT NULL,           -- from the root down to this area itself
    households integer,
    retired_at timestamptz
);
CREATE INDEX areas_lineage ON areas USING gin (lineage);

-- A border as it was in force in [valid_from, valid_to): a fix is judged by the one of its time.
CREATE TABLE area_boundaries (
    area_id    integer NOT NULL REFERENCES areas,
    valid_from timestamptz NOT NULL,
    valid_to   timestamptz,
    wkb        bytea NOT NULL,               -- Polygon or MultiPolygon, lon/lat degrees WGS-84
    PRIMARY KEY (area_id, valid_from)
);

-- What the console draws below the grids when no tile server is configured: GeoJSON by layer.
CREATE TABLE basemap (
    layer       text PRIMARY KEY,
    geojson     jsonb NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE functional_groups (
    group_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code     text NOT NULL UNIQUE,
    name     text NOT NULL
);

CREATE TABLE workers (
    worker_id  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code       text NOT NULL UNIQUE,
    name       text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('full_time', 'part_time', 'volunteer')),
    phone      text,
    area_id    integer NOT NULL REFERENCES areas,   -- the subdistrict: partition of its handsets
    group_id   integer REFERENCES functional_groups,
    skills     text[] NOT NULL DEFAULT '{}',
    retired_at timestamptz
);

CREATE TABLE worker_grids (
    worker_id  integer NOT NULL REFERENCES workers,
    area_id    integer NOT NULL REFERENCES areas,
    valid_from timestamptz NOT NULL DEFAULT '-infinity',
    valid_to   timestamptz,
    PRIMARY KEY (worker_id, area_id, valid_from)
);
CREATE INDEX worker_grids_area ON worker_grids (area_id);

-- A handset belongs to one worker for life: another worker means another enrolment.
CREATE TABLE handsets (
    handset_id    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE,             -- stands in its topics
    worker_id     integer NOT NULL REFERENCES workers,
    kind          text NOT NULL CHECK (kind IN ('native', 'owntracks')),
    area_code     text NOT NULL,
    username      text NOT NULL UNIQUE,
    password_hash text NOT NULL,                    -- bcrypt of a 128-bit random secret
    enrolled_at   timestamptz NOT NULL DEFAULT now(),
    revoked_at    timestamptz
);
CREATE INDEX handsets_worker ON handsets (worker_id);

-- What the handset last said of itself, for "silent, and why".
CREATE TABLE handset_status (
    handset_id  integer PRIMARY KEY REFERENCES handsets,
    at          timestamptz NOT NULL,
    online      boolean NOT NULL,
    battery     real,
    network     text,
    permission  boolean,
    optimised   boolean
);

CREATE TABLE shifts (
    shift_id  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker_id integer NOT NULL REFERENCES workers,
    starts_at timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL,
    kind      text NOT NULL DEFAULT 'patrol' CHECK (kind IN ('patrol', 'standby', 'night')),
    CHECK (ends_at > starts_at),
    UNIQUE (worker_id, starts_at)
);
CREATE INDEX shifts_time ON shifts (starts_at, ends_at);

CREATE TABLE leaves (
    leave_id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker_id  integer NOT NULL REFERENCES workers,
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    reason     text NOT NULL,
    CHECK (ends_at > starts_at)
);
CREATE INDEX leaves_worker ON leaves (worker_id, starts_at);

-- Duty on to duty off as the handset said. Nothing is recorded of a worker outside of these
-- (or, for a handset that cannot say its duty, outside of the shifts).
CREATE TABLE duty_periods (
    worker_id  integer NOT NULL REFERENCES workers,
    handset_id integer NOT NULL REFERENCES handsets,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz,
    PRIMARY KEY (worker_id, started_at, handset_id)
);

-- Accepted fixes with what was derived from them. The key also refuses duplicates.
CREATE TABLE positions (
    worker_id   integer NOT NULL,
    fixed_at    timestamptz NOT NULL,
    handset_id  integer NOT NULL,
    received_at timestamptz NOT NULL,
    sent_at     timestamptz,
    lon         double precision NOT NULL,
    lat         double precision NOT NULL,
    accuracy_m  real,
    speed_mps   real,
    course_deg  real,
    battery     real,
    grid_id     integer,                            -- areas.area_id, by the border of fixed_at
    flags       integer NOT NULL DEFAULT 0,         -- telemetry_ingest.wire.live.Flag
    PRIMARY KEY (worker_id, fixed_at, handset_id)
);

-- Dead letters. Of an off-duty fix only the fact is kept, never the payload or the place.
CREATE TABLE rejected_fixes (
    received_at timestamptz NOT NULL,
    reason      text NOT NULL,
    handset_id  integer,
    topic       text,
    fixed_at    timestamptz,
    detail      text,
    payload     bytea                               -- at most 4 KiB of what came
);
CREATE INDEX rejected_fixes_received ON rejected_fixes (received_at);

-- Reports, progress and duress as they came, until the control plane has dealt with them.
CREATE TABLE handset_inbox (
    message_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    handset_id  integer NOT NULL REFERENCES handsets,
    kind        text NOT NULL CHECK (kind IN ('report', 'progress', 'duress')),
    received_at timestamptz NOT NULL,
    body        jsonb NOT NULL,                     -- a wire.handset message, WGS-84
    handled_at  timestamptz,
    outcome     text
);
CREATE INDEX handset_inbox_waiting ON handset_inbox (message_id) WHERE handled_at IS NULL;

-- Worker days that attendance must compute anew.
CREATE TABLE dirty_days (
    worker_id integer NOT NULL,
    day       date NOT NULL,                        -- in the pack's time zone
    marked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (worker_id, day)
);

CREATE TABLE checkpoints (
    checkpoint_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL UNIQUE,
    name          text NOT NULL,
    area_id       integer NOT NULL REFERENCES areas,
    lon           double precision NOT NULL,
    lat           double precision NOT NULL,
    radius_m      real NOT NULL DEFAULT 30,
    retired_at    timestamptz
);

-- Rule packs as they were when loaded: a verdict or a case names the version it was made under.
CREATE TABLE packs (
    code      text NOT NULL,
    version   text NOT NULL,
    body      text NOT NULL,                        -- the TOML
    loaded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (code, version)
);

CREATE TABLE accounts (
    account_id    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username      text NOT NULL UNIQUE,
    display_name  text NOT NULL,
    password_hash text NOT NULL,                    -- argon2id
    role          text NOT NULL CHECK (role IN ('administrator', 'dispatcher', 'supervisor',
                      'duty_leader', 'department', 'wall', 'worker')),
    area_id       integer REFERENCES areas,         -- sees this subtree; NULL sees everything
    worker_id     integer REFERENCES workers,
    demo          boolean NOT NULL DEFAULT false,
    disabled_at   timestamptz
);

CREATE TABLE incidents (
    incident_id   uuid PRIMARY KEY,
    code          text NOT NULL UNIQUE,             -- for people, such as 20261121-0042
    version       integer NOT NULL DEFAULT 1,
    status        text NOT NULL,
    class_code    text NOT NULL,
    severity      smallint NOT NULL DEFAULT 2 CHECK (severity BETWEEN 1 AND 4),  -- 1 is gravest
    title         text NOT NULL,
    description   text NOT NULL DEFAULT '',
    place         text NOT NULL DEFAULT '',
    lon           double precision,
    lat           double precision,
    area_id       integer REFERENCES areas,         -- the grid where it lies, or the finest known
    source        text NOT NULL CHECK (source IN ('handset', 'dispatcher', 'hotline', 'resident', 'duress', 'alert')),
    client_id     text UNIQUE,                      -- made by the reporter: a retry is the same
    reporter_worker_id integer REFERENCES workers,
    group_id      integer REFERENCES functional_groups,
    pack_code     text NOT NULL,
    pack_version  text NOT NULL,
    reported_at   timestamptz NOT NULL,
    due_at        timestamptz,
    handled_at    timestamptz,
    handled_by    integer REFERENCES workers,
    closed_at     timestamptz,
    FOREIGN KEY (pack_code, pack_version) REFERENCES packs (code, version)
);
CREATE INDEX incidents_open ON incidents (reported_at) WHERE closed_at IS NULL;
CREATE INDEX incidents_reported ON incidents (reported_at);

-- The electronic case file: append-only.
CREATE TABLE incident_events (
    event_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents,
    version     integer NOT NULL,                   -- of the incident after this event
    at          timestamptz NOT NULL,
    kind        text NOT NULL,
    actor_kind  text NOT NULL CHECK (actor_kind IN ('account', 'worker', 'system', 'outside')),
    actor       text NOT NULL,
    body        jsonb NOT NULL,
    UNIQUE (incident_id, version)
);

CREATE TABLE dispatches (
    dispatch_id     uuid PRIMARY KEY,
    incident_id     uuid NOT NULL REFERENCES incidents,
    worker_id       integer NOT NULL REFERENCES workers,
    version         integer NOT NULL DEFAULT 1,
    status          text NOT NULL CHECK (status IN ('ordered', 'acknowledged', 'en_route',
                        'on_scene', 'cleared', 'declined', 'cancelled', 'lapsed')),
    ordered_by      integer REFERENCES accounts,
    ordered_at      timestamptz NOT NULL,
    sent_at         timestamptz,                    -- the broker took the order
    acknowledge_by  timestamptz,
    acknowledged_at timestamptz,
    en_route_at     timestamptz,
    on_scene_at     timestamptz,
    cleared_at      timestamptz,
    ended_at        timestamptz,                    -- cleared, declined, cancelled or lapsed
    reason          text
);
CREATE INDEX dispatches_incident ON dispatches (incident_id);
CREATE INDEX dispatches_running ON dispatches (worker_id) WHERE ended_at IS NULL;
CREATE INDEX dispatches_worker_time ON dispatches (worker_id, ordered_at);

-- Written in the transaction of the change; a relay carries it on, in order, at least once.
CREATE TABLE outbox (
    outbox_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    channel    text NOT NULL CHECK (channel IN ('live', 'order', 'notice')),
    target     text NOT NULL,     -- live: kind of delta; order, notice: the handset's topic prefix
    area_id    integer,           -- who may see it; NULL: everybody
    body       jsonb NOT NULL,
    done_at    timestamptz
);
CREATE INDEX outbox_waiting ON outbox (outbox_id) WHERE done_at IS NULL;

-- Attendance: one row per worker and day, its stays being the evidence.
CREATE TABLE attendance_days (
    worker_id    integer NOT NULL REFERENCES workers,
    day          date NOT NULL,
    computed_at  timestamptz NOT NULL,
    pack_code    text NOT NULL,
    pack_version text NOT NULL,
    input_hash   text NOT NULL,                     -- sha256 of all that went in
    body         jsonb NOT NULL,                    -- verdicts, bounds, stays, patrols
    PRIMARY KEY (worker_id, day)
);
CREATE INDEX attendance_days_day ON attendance_days (day);

-- A verdict is never silently swapped: what it was before, and why it changed.
CREATE TABLE attendance_changes (
    change_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker_id  integer NOT NULL REFERENCES workers,
    day        date NOT NULL,
    changed_at timestamptz NOT NULL,
    cause      text NOT NULL,
    before     jsonb NOT NULL,
    after      jsonb NOT NULL
);

-- Every look at a track: who, whom, which time range.
CREATE TABLE track_looks (
    look_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    looked_at  timestamptz NOT NULL DEFAULT now(),
    account_id integer NOT NULL REFERENCES accounts,
    worker_id  integer NOT NULL REFERENCES workers,
    from_at    timestamptz NOT NULL,
    to_at      timestamptz NOT NULL,
    via        text NOT NULL
);

-- Administrative acts: enrolments, revocations, imports, accounts.
CREATE TABLE audit_log (
    audit_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT now(),
    actor      text NOT NULL,
    act        text NOT NULL,
    body       jsonb NOT NULL
);

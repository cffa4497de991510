-- The ways that people walk on, for walking times; replaced as a whole by each import.

CREATE TABLE street_network (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    imported_at timestamptz NOT NULL,
    sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32),  -- of all ways as stored
    ways        integer NOT NULL
);

CREATE TABLE street_ways (
    way      integer PRIMARY KEY,                -- its place in the file
    wkb      bytea NOT NULL,                     -- LineString, lon/lat degrees WGS-84
    kind     smallint NOT NULL,                  -- streets/ways.py: street, steps, crossing
    forward  boolean NOT NULL,                   -- may be walked along the line, against it
    backward boolean NOT NULL,
    name     text NOT NULL DEFAULT ''
);

-- Whose last order was cleared a moment ago, and whose shift is about to end.
CREATE INDEX dispatches_cleared ON dispatches (cleared_at) WHERE status = 'cleared';
CREATE INDEX shifts_end ON shifts (ends_at);

-- Case files that show any change, and outside systems that may report.

-- sha256 of the hash before and this event (`incidents/chain.py`); NULL: written before there was one.
ALTER TABLE incident_events ADD COLUMN hash bytea CHECK (octet_length(hash) = 32);

-- An outside system such as the hotline 12345 signs in with a key, of which only the hash is kept.
CREATE TABLE intake_keys (
    name       text PRIMARY KEY,
    key_sha256 bytea NOT NULL UNIQUE,
    made_at    timestamptz NOT NULL DEFAULT now()
);

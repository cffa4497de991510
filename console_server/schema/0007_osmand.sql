-- Handsets that report by HTTP, as Traccar Client and OsmAnd do: their address holds a token.
ALTER TABLE handsets DROP CONSTRAINT handsets_kind_check;
ALTER TABLE handsets ADD CONSTRAINT handsets_kind_check
    CHECK (kind IN ('native', 'owntracks', 'traccar'));
ALTER TABLE handsets ADD COLUMN token_sha256 bytea UNIQUE;
ALTER TABLE handsets ADD CONSTRAINT handsets_token
    CHECK ((kind = 'traccar') = (token_sha256 IS NOT NULL));

-- Where a phone was when it scanned a label: a checkpoint whose place was written down wrong is
-- corrected later, and the scan is then judged against the place that was right. Forgotten with the
-- scan, as late as a position. `distance_m` and `counts` are as found on arrival, by what was known
-- then; of a scan from before this nothing else is known, and they stand.
ALTER TABLE checkpoint_visits
    ADD COLUMN lon double precision,                -- degrees WGS-84; NULL: none was known, or kept
    ADD COLUMN lat double precision;

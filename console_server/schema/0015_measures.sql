-- 信访: petitions are a source of their own, compared with own orders and the hotline.
ALTER TABLE incidents DROP CONSTRAINT incidents_source_check;
ALTER TABLE incidents ADD CONSTRAINT incidents_source_check CHECK (source IN
    ('handset', 'dispatcher', 'hotline', 'resident', 'duress', 'alert', 'petition'));

-- Rules that are judged by the month, and the assessment that is built on verdicts and cases.

-- Which post of the pack's staffing a worker holds, such as 网格指导员; as it was at any time.
CREATE TABLE worker_posts (
    worker_id  integer NOT NULL REFERENCES workers,
    post       text NOT NULL,
    valid_from timestamptz NOT NULL DEFAULT '-infinity',
    valid_to   timestamptz,
    PRIMARY KEY (worker_id, valid_from)
);
CREATE UNIQUE INDEX worker_posts_now ON worker_posts (worker_id) WHERE valid_to IS NULL;

CREATE FUNCTION worker_post_reopens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE TG_OP
    WHEN 'INSERT' THEN PERFORM reopen_time(NEW.worker_id, NEW.valid_from, NEW.valid_to);
    WHEN 'DELETE' THEN PERFORM reopen_time(OLD.worker_id, OLD.valid_from, OLD.valid_to);
    ELSE PERFORM reopen_time(NEW.worker_id,
            moved_from(OLD.valid_from, NEW.valid_from, OLD.valid_to, NEW.valid_to),
            greatest(coalesce(OLD.valid_to, 'infinity'), coalesce(NEW.valid_to, 'infinity')));
    END CASE;
    RETURN NULL;
END
$$;
CREATE TRIGGER worker_posts_reopen AFTER INSERT OR UPDATE OR DELETE ON worker_posts FOR EACH ROW
    EXECUTE FUNCTION worker_post_reopens();

-- The pack's must-visit list (三必访 …) that names this place: a place, never a person.
ALTER TABLE checkpoints ADD COLUMN visit_list text;

-- Verdicts by the month, made from the stored days of the month and nothing else.
CREATE TABLE attendance_months (
    worker_id    integer NOT NULL REFERENCES workers,
    month        date NOT NULL CHECK (date_trunc('month', month) = month),
    computed_at  timestamptz NOT NULL,
    days_at      timestamptz NOT NULL,      -- when the latest of its days was computed
    pack_code    text NOT NULL,
    pack_version text NOT NULL,
    input_hash   text NOT NULL,
    final        boolean NOT NULL,
    body         jsonb NOT NULL,
    PRIMARY KEY (worker_id, month),
    FOREIGN KEY (pack_code, pack_version) REFERENCES packs (code, version)
);
CREATE INDEX attendance_months_month ON attendance_months (month);
CREATE TABLE attendance_month_changes (
    change_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker_id  integer NOT NULL REFERENCES workers,
    month      date NOT NULL,
    changed_at timestamptz NOT NULL,
    before     jsonb NOT NULL,              -- outcomes by rule
    after      jsonb NOT NULL
);
CREATE INDEX attendance_month_changes_month ON attendance_month_changes (month, worker_id);

-- What people put in by hand: phone checks, democratic review, public rating. A correction is a
-- further entry; the latest counts, and a value of NULL takes it back.
CREATE TABLE assessment_entries (
    entry_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scheme     text NOT NULL,
    indicator  text NOT NULL,
    period     text NOT NULL,
    subject_id integer NOT NULL,            -- a worker or a functional group, as the scheme says
    value      real,
    note       text NOT NULL,
    entered_at timestamptz NOT NULL,
    entered_by integer NOT NULL REFERENCES accounts
);
CREATE INDEX assessment_entries_subject ON assessment_entries (scheme, period, subject_id);

-- Results of a closed period, each with the rules and the input it was made from. Computing them
-- again adds a revision where something came out otherwise.
CREATE TABLE assessment_results (
    result_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scheme       text NOT NULL,
    period       text NOT NULL,
    subject_id   integer NOT NULL,
    revision     integer NOT NULL,
    computed_at  timestamptz NOT NULL,
    computed_by  integer NOT NULL REFERENCES accounts,
    pack_code    text NOT NULL,
    pack_version text NOT NULL,
    input_hash   text NOT NULL,
    reason       text NOT NULL,
    body         jsonb NOT NULL,
    UNIQUE (scheme, period, subject_id, revision),
    FOREIGN KEY (pack_code, pack_version) REFERENCES packs (code, version)
);

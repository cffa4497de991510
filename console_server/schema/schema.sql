-- Generated from the migrations by `python -m console_server.schema`. Read, do not edit.

CREATE FUNCTION public.appeal_reopens() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM reopen_time(NEW.worker_id, NEW.excused_from, NEW.excused_to);
    RETURN NULL;
END
$$;

CREATE FUNCTION public.border_corrects() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM areas WHERE area_id = coalesce(NEW.area_id, OLD.area_id)
                   AND kind = 'grid') THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.wkb = OLD.wkb THEN  -- only the time between the two ends
        INSERT INTO border_corrections (from_at, to_at, wkb)
            VALUES (moved_from(OLD.valid_from, NEW.valid_from, OLD.valid_to, NEW.valid_to),
                    greatest(coalesce(OLD.valid_to, 'infinity'), coalesce(NEW.valid_to, 'infinity')),
                    NEW.wkb);
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO border_corrections (from_at, to_at, wkb)
            VALUES (OLD.valid_from, coalesce(OLD.valid_to, 'infinity'), OLD.wkb);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO border_corrections (from_at, to_at, wkb)
            VALUES (NEW.valid_from, coalesce(NEW.valid_to, 'infinity'), NEW.wkb);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.border_reopens() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    grid integer := coalesce(NEW.area_id, OLD.area_id);
    start_at timestamptz := coalesce(NEW.valid_from, OLD.valid_from);
    end_at timestamptz := greatest(coalesce(OLD.valid_to, 'infinity'),
        coalesce(NEW.valid_to, 'infinity'));
BEGIN
    IF TG_OP = 'INSERT' THEN
        end_at := NEW.valid_to;
    ELSIF TG_OP = 'DELETE' THEN
        end_at := OLD.valid_to;
    ELSIF NEW.wkb = OLD.wkb THEN
        start_at := moved_from(OLD.valid_from, NEW.valid_from, OLD.valid_to, NEW.valid_to);
    END IF;
    PERFORM reopen_time(held.worker_id, start_at, end_at)
        FROM (SELECT DISTINCT worker_id FROM worker_grids WHERE area_id = grid) AS held;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.checkpoint_reopens() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    start_at timestamptz := coalesce(NEW.valid_from, OLD.valid_from);
    end_at timestamptz := greatest(coalesce(OLD.valid_to, 'infinity'),
        coalesce(NEW.valid_to, 'infinity'));
BEGIN
    IF TG_OP = 'INSERT' THEN
        end_at := NEW.valid_to;
    ELSIF TG_OP = 'DELETE' THEN
        end_at := OLD.valid_to;
    ELSE
        start_at := moved_from(OLD.valid_from, NEW.valid_from, OLD.valid_to, NEW.valid_to);
    END IF;
    PERFORM reopen_time(held.worker_id, greatest(start_at, held.from_at),
                        least(coalesce(end_at, 'infinity'), held.to_at))
        FROM (SELECT worker_id, valid_from AS from_at, coalesce(valid_to, 'infinity') AS to_at
              FROM worker_grids WHERE area_id = coalesce(NEW.area_id, OLD.area_id)) AS held
        WHERE held.from_at < coalesce(end_at, 'infinity') AND held.to_at > start_at;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.dispatch_reopens() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM reopen_time(NEW.worker_id,
        least(NEW.en_route_at, NEW.on_scene_at, OLD.en_route_at, OLD.on_scene_at),
        greatest(NEW.cleared_at, NEW.ended_at, OLD.cleared_at, OLD.ended_at));
    RETURN NULL;
END
$$;

CREATE FUNCTION public.forget_before(positions_before timestamp with time zone, rejected_before timestamp with time zone) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
        PERFORM drop_chunks('positions'::regclass, older_than => positions_before);
        PERFORM drop_chunks('rejected_fixes'::regclass, older_than => rejected_before);
    END IF;
    DELETE FROM positions WHERE fixed_at < positions_before;
    DELETE FROM rejected_fixes WHERE received_at < rejected_before;
    DELETE FROM handset_status WHERE at < positions_before;
    DELETE FROM duty_periods WHERE ended_at < positions_before;
END
$$;

CREATE FUNCTION public.forget_expired(positions_before timestamp with time zone, rejected_before timestamp with time zone, audit_before timestamp with time zone, handled_before timestamp with time zone, only_count boolean) RETURNS TABLE(what text, removed bigint, chunks bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
DECLARE
    item record;
    has_chunks boolean := EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb');
BEGIN
    FOR item IN
        SELECT * FROM (VALUES
            ('positions', 'fixed_at', positions_before, true),
            ('duty_periods', 'ended_at', positions_before, false),
            ('checkpoint_visits', 'visited_at', positions_before, false),
            ('handset_status', 'at', positions_before, false),
            ('rejected_fixes', 'received_at', rejected_before, true),
            ('handset_inbox', 'handled_at', handled_before, false),
            ('outbox', 'done_at', handled_before, false),
            ('audit_log', 'at', audit_before, false),
            ('track_looks', 'looked_at', audit_before, false)
        ) AS kept (name, clock, before, is_chunked)
    LOOP
        what := item.name;
        chunks := 0;
        EXECUTE format('SELECT count(*) FROM %I WHERE %I < $1', item.name, item.clock)
            INTO removed USING item.before;
        IF has_chunks AND item.is_chunked THEN
            IF only_count THEN
                SELECT count(*) INTO chunks
                FROM show_chunks(item.name::regclass, older_than => item.before);
            ELSE
                SELECT count(*) INTO chunks
                FROM drop_chunks(item.name::regclass, older_than => item.before);
            END IF;
        END IF;
        IF NOT only_count AND removed > 0 THEN
            EXECUTE format('DELETE FROM %I WHERE %I < $1', item.name, item.clock)
                USING item.before;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$_$;

CREATE FUNCTION public.leave_reopens() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM reopen_time(OLD.worker_id, OLD.starts_at, OLD.ends_at);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM reopen_time(NEW.worker_id, NEW.starts_at, NEW.ends_at);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.moved_from(old_from timestamp with time zone, new_from timestamp with time zone, old_to timestamp with time zone, new_to timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT CASE WHEN old_from IS NOT DISTINCT FROM new_from
        THEN least(coalesce(old_to, 'infinity'), coalesce(new_to, 'infinity'))
        ELSE least(old_from, new_from) END
$$;

CREATE FUNCTION public.outage_reopens() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM reopen_time(met.worker_id, NEW.started_at, NEW.ended_at)
        FROM (SELECT DISTINCT worker_id FROM shifts
              WHERE starts_at < NEW.ended_at AND ends_at > NEW.started_at) AS met;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.reopen_time(worker integer, start_at timestamp with time zone, end_at timestamp with time zone) RETURNS void
    LANGUAGE sql
    AS $$
    INSERT INTO reopened_spans (worker_id, from_at, to_at)
    SELECT worker, start_at, least(coalesce(end_at, 'infinity'), clock_timestamp())
    WHERE start_at < clock_timestamp()
$$;

CREATE FUNCTION public.visit_reopens() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM reopen_time(NEW.worker_id, NEW.visited_at, NEW.visited_at + interval '1 second');
    RETURN NULL;
END
$$;

CREATE FUNCTION public.worker_grid_reopens() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.worker_post_reopens() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE TABLE public.accounts (
    account_id integer NOT NULL,
    username text NOT NULL,
    display_name text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL,
    area_id integer,
    worker_id integer,
    demo boolean DEFAULT false NOT NULL,
    disabled_at timestamp with time zone,
    group_id integer,
    CONSTRAINT accounts_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'dispatcher'::text, 'supervisor'::text, 'duty_leader'::text, 'department'::text, 'wall'::text, 'worker'::text])))
);

ALTER TABLE public.accounts ALTER COLUMN account_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.accounts_account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.alerts (
    alert_id uuid NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    kind text NOT NULL,
    worker_id integer,
    area_id integer NOT NULL,
    cause text NOT NULL,
    silent_since timestamp with time zone NOT NULL,
    silent_count integer DEFAULT 1 NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    acknowledged_at timestamp with time zone,
    acknowledged_by text,
    ended_at timestamp with time zone,
    ending text,
    CONSTRAINT alerts_check CHECK (((ended_at IS NULL) = (ending IS NULL))),
    CONSTRAINT alerts_check1 CHECK (((kind = 'silent'::text) = (worker_id IS NOT NULL))),
    CONSTRAINT alerts_ending_check CHECK ((ending = ANY (ARRAY['heard'::text, 'off_duty'::text, 'in_area_alert'::text]))),
    CONSTRAINT alerts_kind_check CHECK ((kind = ANY (ARRAY['silent'::text, 'area_silent'::text])))
);

CREATE TABLE public.appeals (
    appeal_id bigint NOT NULL,
    worker_id integer NOT NULL,
    day date NOT NULL,
    input_hash text NOT NULL,
    filed_at timestamp with time zone NOT NULL,
    filed_by integer NOT NULL,
    grounds text NOT NULL,
    claimed_from timestamp with time zone,
    claimed_to timestamp with time zone,
    rule_by timestamp with time zone NOT NULL,
    ruling text,
    ruled_at timestamp with time zone,
    ruled_by integer,
    reason text,
    excused_from timestamp with time zone,
    excused_to timestamp with time zone,
    CONSTRAINT appeals_check CHECK ((excused_to > excused_from)),
    CONSTRAINT appeals_check1 CHECK (((ruling IS NULL) = (ruled_at IS NULL))),
    CONSTRAINT appeals_ruling_check CHECK ((ruling = ANY (ARRAY['granted'::text, 'denied'::text, 'withdrawn'::text])))
);

ALTER TABLE public.appeals ALTER COLUMN appeal_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.appeals_appeal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.area_boundaries (
    area_id integer NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    valid_to timestamp with time zone,
    wkb bytea NOT NULL
);

CREATE TABLE public.areas (
    area_id integer NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    parent_id integer,
    lineage integer[] NOT NULL,
    households integer,
    retired_at timestamp with time zone,
    CONSTRAINT areas_kind_check CHECK ((kind = ANY (ARRAY['district'::text, 'subdistrict'::text, 'community'::text, 'grid'::text])))
);

ALTER TABLE public.areas ALTER COLUMN area_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.areas_area_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.assessment_entries (
    entry_id bigint NOT NULL,
    scheme text NOT NULL,
    indicator text NOT NULL,
    period text NOT NULL,
    subject_id integer NOT NULL,
    value real,
    note text NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    entered_by integer NOT NULL
);

ALTER TABLE public.assessment_entries ALTER COLUMN entry_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.assessment_entries_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.assessment_results (
    result_id bigint NOT NULL,
    scheme text NOT NULL,
    period text NOT NULL,
    subject_id integer NOT NULL,
    revision integer NOT NULL,
    computed_at timestamp with time zone NOT NULL,
    computed_by integer NOT NULL,
    pack_code text NOT NULL,
    pack_version text NOT NULL,
    input_hash text NOT NULL,
    reason text NOT NULL,
    body jsonb NOT NULL
);

ALTER TABLE public.assessment_results ALTER COLUMN result_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.assessment_results_result_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.attendance_changes (
    change_id bigint NOT NULL,
    worker_id integer NOT NULL,
    day date NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    cause text NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL
);

ALTER TABLE public.attendance_changes ALTER COLUMN change_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.attendance_changes_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.attendance_days (
    worker_id integer NOT NULL,
    day date NOT NULL,
    computed_at timestamp with time zone NOT NULL,
    pack_code text NOT NULL,
    pack_version text NOT NULL,
    input_hash text NOT NULL,
    body jsonb NOT NULL,
    final boolean NOT NULL,
    summary jsonb NOT NULL,
    settles_at timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL
);

CREATE TABLE public.attendance_month_changes (
    change_id bigint NOT NULL,
    worker_id integer NOT NULL,
    month date NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    days date[] DEFAULT '{}'::date[] NOT NULL,
    causes text[] DEFAULT '{}'::text[] NOT NULL
);

ALTER TABLE public.attendance_month_changes ALTER COLUMN change_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.attendance_month_changes_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.attendance_months (
    worker_id integer NOT NULL,
    month date NOT NULL,
    computed_at timestamp with time zone NOT NULL,
    days_at timestamp with time zone NOT NULL,
    pack_code text NOT NULL,
    pack_version text NOT NULL,
    input_hash text NOT NULL,
    final boolean NOT NULL,
    body jsonb NOT NULL,
    CONSTRAINT attendance_months_month_check CHECK ((date_trunc('month'::text, (month)::timestamp with time zone) = month))
);

CREATE TABLE public.attendance_warnings (
    worker_id integer NOT NULL,
    day date NOT NULL,
    told_at timestamp with time zone NOT NULL,
    body jsonb NOT NULL
);

CREATE TABLE public.audit_log (
    audit_id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    act text NOT NULL,
    body jsonb NOT NULL
);

ALTER TABLE public.audit_log ALTER COLUMN audit_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_log_audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.basemap (
    layer text NOT NULL,
    geojson jsonb NOT NULL,
    imported_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.border_corrections (
    correction_id bigint NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone NOT NULL,
    wkb bytea NOT NULL
);

ALTER TABLE public.border_corrections ALTER COLUMN correction_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.border_corrections_correction_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.checkpoint_versions (
    checkpoint_id integer NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    valid_to timestamp with time zone,
    area_id integer NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    radius_m double precision NOT NULL,
    visit_list text,
    CONSTRAINT checkpoint_versions_check CHECK ((valid_to > valid_from))
);

CREATE TABLE public.checkpoint_visits (
    visit_id bigint NOT NULL,
    worker_id integer NOT NULL,
    handset_id integer NOT NULL,
    checkpoint_id integer NOT NULL,
    client_id text NOT NULL,
    visited_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    distance_m real,
    accuracy_m real,
    counts boolean NOT NULL,
    lon double precision,
    lat double precision
);

ALTER TABLE public.checkpoint_visits ALTER COLUMN visit_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.checkpoint_visits_visit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.checkpoints (
    checkpoint_id integer NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    label_secret text DEFAULT replace((gen_random_uuid())::text, '-'::text, ''::text) NOT NULL
);

ALTER TABLE public.checkpoints ALTER COLUMN checkpoint_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.checkpoints_checkpoint_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.clock_requests (
    request_id uuid NOT NULL,
    incident_id uuid NOT NULL,
    kind text NOT NULL,
    reason text NOT NULL,
    hours double precision DEFAULT 0 NOT NULL,
    days double precision DEFAULT 0 NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    asked_by integer NOT NULL,
    ruled_at timestamp with time zone,
    ruled_by integer,
    granted boolean,
    ruling_reason text,
    CONSTRAINT clock_requests_check CHECK ((ruled_by <> asked_by)),
    CONSTRAINT clock_requests_check1 CHECK (((ruled_at IS NULL) = (granted IS NULL))),
    CONSTRAINT clock_requests_kind_check CHECK ((kind = ANY (ARRAY['suspended'::text, 'extended'::text, 'sent_back'::text])))
);

CREATE TABLE public.dirty_days (
    worker_id integer NOT NULL,
    day date NOT NULL,
    marked_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.dispatches (
    dispatch_id uuid NOT NULL,
    incident_id uuid NOT NULL,
    worker_id integer NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    status text NOT NULL,
    ordered_by integer,
    ordered_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    acknowledge_by timestamp with time zone,
    acknowledged_at timestamp with time zone,
    en_route_at timestamp with time zone,
    on_scene_at timestamp with time zone,
    cleared_at timestamp with time zone,
    ended_at timestamp with time zone,
    reason text,
    remind_at timestamp with time zone,
    CONSTRAINT dispatches_status_check CHECK ((status = ANY (ARRAY['ordered'::text, 'acknowledged'::text, 'en_route'::text, 'on_scene'::text, 'cleared'::text, 'declined'::text, 'cancelled'::text, 'lapsed'::text])))
);

CREATE TABLE public.duty_periods (
    worker_id integer NOT NULL,
    handset_id integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone
);

CREATE TABLE public.functional_groups (
    group_id integer NOT NULL,
    code text NOT NULL,
    name text NOT NULL
);

ALTER TABLE public.functional_groups ALTER COLUMN group_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.functional_groups_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.group_orders (
    order_id uuid NOT NULL,
    incident_id uuid NOT NULL,
    group_id integer NOT NULL,
    joint boolean DEFAULT false NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    status text DEFAULT 'ordered'::text NOT NULL,
    ordered_at timestamp with time zone NOT NULL,
    ordered_by text NOT NULL,
    accepted_at timestamp with time zone,
    ended_at timestamp with time zone,
    result text,
    CONSTRAINT group_orders_check CHECK (((ended_at IS NULL) = (status = ANY (ARRAY['ordered'::text, 'accepted'::text])))),
    CONSTRAINT group_orders_status_check CHECK ((status = ANY (ARRAY['ordered'::text, 'accepted'::text, 'done'::text, 'withdrawn'::text])))
);

CREATE TABLE public.handset_inbox (
    message_id bigint NOT NULL,
    handset_id integer NOT NULL,
    kind text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    body jsonb NOT NULL,
    handled_at timestamp with time zone,
    outcome text,
    CONSTRAINT handset_inbox_kind_check CHECK ((kind = ANY (ARRAY['report'::text, 'progress'::text, 'duress'::text])))
);

ALTER TABLE public.handset_inbox ALTER COLUMN message_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.handset_inbox_message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.handset_status (
    handset_id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    online boolean NOT NULL,
    battery real,
    network text,
    permission boolean,
    optimised boolean
);

CREATE TABLE public.handsets (
    handset_id integer NOT NULL,
    code text NOT NULL,
    worker_id integer NOT NULL,
    kind text NOT NULL,
    area_code text NOT NULL,
    username text NOT NULL,
    password_hash text NOT NULL,
    enrolled_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    token_sha256 bytea,
    CONSTRAINT handsets_kind_check CHECK ((kind = ANY (ARRAY['native'::text, 'owntracks'::text, 'traccar'::text]))),
    CONSTRAINT handsets_token CHECK (((kind = 'traccar'::text) = (token_sha256 IS NOT NULL)))
);

ALTER TABLE public.handsets ALTER COLUMN handset_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.handsets_handset_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.incident_counters (
    day date NOT NULL,
    last integer NOT NULL
);

CREATE TABLE public.incident_events (
    event_id bigint NOT NULL,
    incident_id uuid NOT NULL,
    version integer NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    actor_kind text NOT NULL,
    actor text NOT NULL,
    body jsonb NOT NULL,
    hash bytea,
    CONSTRAINT incident_events_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['account'::text, 'worker'::text, 'system'::text, 'outside'::text]))),
    CONSTRAINT incident_events_hash_check CHECK ((octet_length(hash) = 32))
);

ALTER TABLE public.incident_events ALTER COLUMN event_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.incident_events_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.incidents (
    incident_id uuid NOT NULL,
    code text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    status text NOT NULL,
    class_code text NOT NULL,
    severity smallint DEFAULT 2 NOT NULL,
    title text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    place text DEFAULT ''::text NOT NULL,
    lon double precision,
    lat double precision,
    area_id integer,
    source text NOT NULL,
    client_id text,
    reporter_worker_id integer,
    group_id integer,
    pack_code text NOT NULL,
    pack_version text NOT NULL,
    reported_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone,
    handled_at timestamp with time zone,
    handled_by integer,
    closed_at timestamp with time zone,
    handled_by_account integer,
    merged_into uuid,
    warn_at timestamp with time zone,
    overdue_at timestamp with time zone,
    stopped_at timestamp with time zone,
    group_ordered_at timestamp with time zone,
    escalation integer DEFAULT 0 NOT NULL,
    escalated_to text,
    escalate_at timestamp with time zone,
    answered_at timestamp with time zone,
    answered_by text,
    supervised_at timestamp with time zone,
    supervised_by text,
    supervised_reason text,
    upward_at timestamp with time zone,
    CONSTRAINT incidents_severity_check CHECK (((severity >= 1) AND (severity <= 4))),
    CONSTRAINT incidents_source_check CHECK ((source = ANY (ARRAY['handset'::text, 'dispatcher'::text, 'hotline'::text, 'resident'::text, 'duress'::text, 'alert'::text, 'petition'::text])))
);

CREATE TABLE public.intake_keys (
    name text NOT NULL,
    key_sha256 bytea NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.last_well (
    only_row boolean DEFAULT true NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT last_well_only_row_check CHECK (only_row)
);

CREATE TABLE public.leaves (
    leave_id integer NOT NULL,
    worker_id integer NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    CONSTRAINT leaves_check CHECK ((ends_at > starts_at))
);

ALTER TABLE public.leaves ALTER COLUMN leave_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.leaves_leave_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.loopback (
    area_code text NOT NULL,
    fixed_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.outages (
    outage_id bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    parts text[] NOT NULL,
    CONSTRAINT outages_check CHECK ((ended_at > started_at))
);

ALTER TABLE public.outages ALTER COLUMN outage_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outages_outage_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.outbox (
    outbox_id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    channel text NOT NULL,
    target text NOT NULL,
    area_id integer,
    body jsonb NOT NULL,
    done_at timestamp with time zone,
    CONSTRAINT outbox_channel_check CHECK ((channel = ANY (ARRAY['live'::text, 'order'::text, 'notice'::text])))
);

ALTER TABLE public.outbox ALTER COLUMN outbox_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.packs (
    code text NOT NULL,
    version text NOT NULL,
    body text NOT NULL,
    loaded_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.photos (
    photo_id uuid NOT NULL,
    incident_id uuid,
    waits_for text,
    upload_key text NOT NULL,
    sent_sha256 bytea NOT NULL,
    sha256 bytea NOT NULL,
    added_at timestamp with time zone NOT NULL,
    added_by text NOT NULL,
    worker_id integer,
    account_id integer,
    width integer NOT NULL,
    height integer NOT NULL,
    content bytea NOT NULL,
    thumbnail bytea NOT NULL,
    CONSTRAINT photos_check CHECK (((incident_id IS NULL) <> (waits_for IS NULL))),
    CONSTRAINT photos_sent_sha256_check CHECK ((octet_length(sent_sha256) = 32)),
    CONSTRAINT photos_sha256_check CHECK ((octet_length(sha256) = 32))
);
ALTER TABLE ONLY public.photos ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.photos ALTER COLUMN thumbnail SET STORAGE EXTERNAL;

CREATE TABLE public.positions (
    worker_id integer NOT NULL,
    fixed_at timestamp with time zone NOT NULL,
    handset_id integer NOT NULL,
    received_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    accuracy_m real,
    speed_mps real,
    course_deg real,
    battery real,
    grid_id integer,
    flags integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.rejected_fixes (
    received_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    handset_id integer,
    topic text,
    fixed_at timestamp with time zone,
    detail text,
    payload bytea
);

CREATE TABLE public.reopened_spans (
    span_id bigint NOT NULL,
    worker_id integer NOT NULL,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone NOT NULL
);

ALTER TABLE public.reopened_spans ALTER COLUMN span_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.reopened_spans_span_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.resident_reports (
    incident_id uuid NOT NULL,
    code_sha256 bytea NOT NULL,
    phone text,
    rating smallint,
    remark text,
    rated_at timestamp with time zone,
    CONSTRAINT resident_reports_check CHECK (((rating IS NULL) = (rated_at IS NULL))),
    CONSTRAINT resident_reports_code_sha256_check CHECK ((octet_length(code_sha256) = 32)),
    CONSTRAINT resident_reports_rating_check CHECK (((rating >= 1) AND (rating <= 5)))
);

CREATE TABLE public.schema_migrations (
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.shifts (
    shift_id integer NOT NULL,
    worker_id integer NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    kind text DEFAULT 'patrol'::text NOT NULL,
    CONSTRAINT shifts_check CHECK ((ends_at > starts_at)),
    CONSTRAINT shifts_kind_check CHECK ((kind = ANY (ARRAY['patrol'::text, 'standby'::text, 'night'::text])))
);

ALTER TABLE public.shifts ALTER COLUMN shift_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.shifts_shift_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.street_network (
    one boolean DEFAULT true NOT NULL,
    imported_at timestamp with time zone NOT NULL,
    sha256 bytea NOT NULL,
    ways integer NOT NULL,
    CONSTRAINT street_network_one_check CHECK (one),
    CONSTRAINT street_network_sha256_check CHECK ((octet_length(sha256) = 32))
);

CREATE TABLE public.street_ways (
    way integer NOT NULL,
    wkb bytea NOT NULL,
    kind smallint NOT NULL,
    forward boolean NOT NULL,
    backward boolean NOT NULL,
    name text DEFAULT ''::text NOT NULL
);

CREATE TABLE public.track_looks (
    look_id bigint NOT NULL,
    looked_at timestamp with time zone DEFAULT now() NOT NULL,
    account_id integer NOT NULL,
    worker_id integer,
    from_at timestamp with time zone NOT NULL,
    to_at timestamp with time zone NOT NULL,
    via text NOT NULL,
    worker_ids integer[],
    area_id integer,
    CONSTRAINT track_looks_check CHECK (((worker_id IS NULL) <> (worker_ids IS NULL)))
);

ALTER TABLE public.track_looks ALTER COLUMN look_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.track_looks_look_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.worker_grids (
    worker_id integer NOT NULL,
    area_id integer NOT NULL,
    valid_from timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    valid_to timestamp with time zone
);

CREATE TABLE public.worker_posts (
    worker_id integer NOT NULL,
    post text NOT NULL,
    valid_from timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    valid_to timestamp with time zone
);

CREATE TABLE public.workers (
    worker_id integer NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    phone text,
    area_id integer NOT NULL,
    group_id integer,
    skills text[] DEFAULT '{}'::text[] NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT workers_kind_check CHECK ((kind = ANY (ARRAY['full_time'::text, 'part_time'::text, 'volunteer'::text])))
);

ALTER TABLE public.workers ALTER COLUMN worker_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.workers_worker_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (account_id);

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_username_key UNIQUE (username);

ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (alert_id);

ALTER TABLE ONLY public.appeals
    ADD CONSTRAINT appeals_pkey PRIMARY KEY (appeal_id);

ALTER TABLE ONLY public.area_boundaries
    ADD CONSTRAINT area_boundaries_pkey PRIMARY KEY (area_id, valid_from);

ALTER TABLE ONLY public.areas
    ADD CONSTRAINT areas_code_key UNIQUE (code);

ALTER TABLE ONLY public.areas
    ADD CONSTRAINT areas_pkey PRIMARY KEY (area_id);

ALTER TABLE ONLY public.assessment_entries
    ADD CONSTRAINT assessment_entries_pkey PRIMARY KEY (entry_id);

ALTER TABLE ONLY public.assessment_results
    ADD CONSTRAINT assessment_results_pkey PRIMARY KEY (result_id);

ALTER TABLE ONLY public.assessment_results
    ADD CONSTRAINT assessment_results_scheme_period_subject_id_revision_key UNIQUE (scheme, period, subject_id, revision);

ALTER TABLE ONLY public.attendance_changes
    ADD CONSTRAINT attendance_changes_pkey PRIMARY KEY (change_id);

ALTER TABLE ONLY public.attendance_days
    ADD CONSTRAINT attendance_days_pkey PRIMARY KEY (worker_id, day);

ALTER TABLE ONLY public.attendance_month_changes
    ADD CONSTRAINT attendance_month_changes_pkey PRIMARY KEY (change_id);

ALTER TABLE ONLY public.attendance_months
    ADD CONSTRAINT attendance_months_pkey PRIMARY KEY (worker_id, month);

ALTER TABLE ONLY public.attendance_warnings
    ADD CONSTRAINT attendance_warnings_pkey PRIMARY KEY (worker_id, day);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (audit_id);

ALTER TABLE ONLY public.basemap
    ADD CONSTRAINT basemap_pkey PRIMARY KEY (layer);

ALTER TABLE ONLY public.border_corrections
    ADD CONSTRAINT border_corrections_pkey PRIMARY KEY (correction_id);

ALTER TABLE ONLY public.checkpoint_versions
    ADD CONSTRAINT checkpoint_versions_pkey PRIMARY KEY (checkpoint_id, valid_from);

ALTER TABLE ONLY public.checkpoint_visits
    ADD CONSTRAINT checkpoint_visits_handset_id_client_id_key UNIQUE (handset_id, client_id);

ALTER TABLE ONLY public.checkpoint_visits
    ADD CONSTRAINT checkpoint_visits_pkey PRIMARY KEY (visit_id);

ALTER TABLE ONLY public.checkpoints
    ADD CONSTRAINT checkpoints_code_key UNIQUE (code);

ALTER TABLE ONLY public.checkpoints
    ADD CONSTRAINT checkpoints_pkey PRIMARY KEY (checkpoint_id);

ALTER TABLE ONLY public.clock_requests
    ADD CONSTRAINT clock_requests_pkey PRIMARY KEY (request_id);

ALTER TABLE ONLY public.dirty_days
    ADD CONSTRAINT dirty_days_pkey PRIMARY KEY (worker_id, day);

ALTER TABLE ONLY public.dispatches
    ADD CONSTRAINT dispatches_pkey PRIMARY KEY (dispatch_id);

ALTER TABLE ONLY public.duty_periods
    ADD CONSTRAINT duty_periods_pkey PRIMARY KEY (worker_id, started_at, handset_id);

ALTER TABLE ONLY public.functional_groups
    ADD CONSTRAINT functional_groups_code_key UNIQUE (code);

ALTER TABLE ONLY public.functional_groups
    ADD CONSTRAINT functional_groups_pkey PRIMARY KEY (group_id);

ALTER TABLE ONLY public.group_orders
    ADD CONSTRAINT group_orders_pkey PRIMARY KEY (order_id);

ALTER TABLE ONLY public.handset_inbox
    ADD CONSTRAINT handset_inbox_pkey PRIMARY KEY (message_id);

ALTER TABLE ONLY public.handset_status
    ADD CONSTRAINT handset_status_pkey PRIMARY KEY (handset_id);

ALTER TABLE ONLY public.handsets
    ADD CONSTRAINT handsets_code_key UNIQUE (code);

ALTER TABLE ONLY public.handsets
    ADD CONSTRAINT handsets_pkey PRIMARY KEY (handset_id);

ALTER TABLE ONLY public.handsets
    ADD CONSTRAINT handsets_token_sha256_key UNIQUE (token_sha256);

ALTER TABLE ONLY public.handsets
    ADD CONSTRAINT handsets_username_key UNIQUE (username);

ALTER TABLE ONLY public.incident_counters
    ADD CONSTRAINT incident_counters_pkey PRIMARY KEY (day);

ALTER TABLE ONLY public.incident_events
    ADD CONSTRAINT incident_events_incident_id_version_key UNIQUE (incident_id, version);

ALTER TABLE ONLY public.incident_events
    ADD CONSTRAINT incident_events_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT incidents_client_id_key UNIQUE (client_id);

ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT incidents_code_key UNIQUE (code);

ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT incidents_pkey PRIMARY KEY (incident_id);

ALTER TABLE ONLY public.intake_keys
    ADD CONSTRAINT intake_keys_key_sha256_key UNIQUE (key_sha256);

ALTER TABLE ONLY public.intake_keys
    ADD CONSTRAINT intake_keys_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.last_well
    ADD CONSTRAINT last_well_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.leaves
    ADD CONSTRAINT leaves_pkey PRIMARY KEY (leave_id);

ALTER TABLE ONLY public.loopback
    ADD CONSTRAINT loopback_pkey PRIMARY KEY (area_code);

ALTER TABLE ONLY public.outages
    ADD CONSTRAINT outages_pkey PRIMARY KEY (outage_id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (outbox_id);

ALTER TABLE ONLY public.packs
    ADD CONSTRAINT packs_pkey PRIMARY KEY (code, version);

ALTER TABLE ONLY public.photos
    ADD CONSTRAINT photos_pkey PRIMARY KEY (photo_id);

ALTER TABLE ONLY public.photos
    ADD CONSTRAINT photos_upload_key_key UNIQUE (upload_key);

ALTER TABLE ONLY public.positions
    ADD CONSTRAINT positions_pkey PRIMARY KEY (worker_id, fixed_at, handset_id);

ALTER TABLE ONLY public.reopened_spans
    ADD CONSTRAINT reopened_spans_pkey PRIMARY KEY (span_id);

ALTER TABLE ONLY public.resident_reports
    ADD CONSTRAINT resident_reports_code_sha256_key UNIQUE (code_sha256);

ALTER TABLE ONLY public.resident_reports
    ADD CONSTRAINT resident_reports_pkey PRIMARY KEY (incident_id);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.shifts
    ADD CONSTRAINT shifts_pkey PRIMARY KEY (shift_id);

ALTER TABLE ONLY public.shifts
    ADD CONSTRAINT shifts_worker_id_starts_at_key UNIQUE (worker_id, starts_at);

ALTER TABLE ONLY public.street_network
    ADD CONSTRAINT street_network_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.street_ways
    ADD CONSTRAINT street_ways_pkey PRIMARY KEY (way);

ALTER TABLE ONLY public.track_looks
    ADD CONSTRAINT track_looks_pkey PRIMARY KEY (look_id);

ALTER TABLE ONLY public.worker_grids
    ADD CONSTRAINT worker_grids_pkey PRIMARY KEY (worker_id, area_id, valid_from);

ALTER TABLE ONLY public.worker_posts
    ADD CONSTRAINT worker_posts_pkey PRIMARY KEY (worker_id, valid_from);

ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_code_key UNIQUE (code);

ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (worker_id);

CREATE INDEX alerts_raised ON public.alerts USING btree (raised_at);

CREATE UNIQUE INDEX alerts_running_area ON public.alerts USING btree (area_id) WHERE ((kind = 'area_silent'::text) AND (ended_at IS NULL));

CREATE UNIQUE INDEX alerts_running_worker ON public.alerts USING btree (worker_id) WHERE ((kind = 'silent'::text) AND (ended_at IS NULL));

CREATE INDEX appeals_day ON public.appeals USING btree (day, worker_id);

CREATE UNIQUE INDEX appeals_open ON public.appeals USING btree (worker_id, day) WHERE (ruling IS NULL);

CREATE INDEX areas_lineage ON public.areas USING gin (lineage);

CREATE INDEX assessment_entries_subject ON public.assessment_entries USING btree (scheme, period, subject_id);

CREATE INDEX attendance_changes_at ON public.attendance_changes USING btree (changed_at);

CREATE INDEX attendance_changes_day ON public.attendance_changes USING btree (day, worker_id);

CREATE INDEX attendance_days_day ON public.attendance_days USING btree (day);

CREATE INDEX attendance_days_running ON public.attendance_days USING btree (day) WHERE (NOT final);

CREATE INDEX attendance_month_changes_month ON public.attendance_month_changes USING btree (month, worker_id);

CREATE INDEX attendance_months_month ON public.attendance_months USING btree (month);

CREATE INDEX audit_log_at ON public.audit_log USING btree (at);

CREATE INDEX checkpoint_versions_area ON public.checkpoint_versions USING btree (area_id);

CREATE UNIQUE INDEX checkpoint_versions_now ON public.checkpoint_versions USING btree (checkpoint_id) WHERE (valid_to IS NULL);

CREATE INDEX checkpoint_visits_at ON public.checkpoint_visits USING btree (visited_at);

CREATE INDEX checkpoint_visits_worker ON public.checkpoint_visits USING btree (worker_id, visited_at);

CREATE INDEX clock_requests_incident ON public.clock_requests USING btree (incident_id, asked_at);

CREATE UNIQUE INDEX clock_requests_open ON public.clock_requests USING btree (incident_id) WHERE (ruled_at IS NULL);

CREATE INDEX dispatches_cleared ON public.dispatches USING btree (cleared_at) WHERE (status = 'cleared'::text);

CREATE INDEX dispatches_incident ON public.dispatches USING btree (incident_id);

CREATE UNIQUE INDEX dispatches_once ON public.dispatches USING btree (incident_id, worker_id) WHERE (ended_at IS NULL);

CREATE INDEX dispatches_remind ON public.dispatches USING btree (remind_at) WHERE ((status = 'ordered'::text) AND (remind_at IS NOT NULL));

CREATE INDEX dispatches_running ON public.dispatches USING btree (worker_id) WHERE (ended_at IS NULL);

CREATE INDEX dispatches_unacknowledged ON public.dispatches USING btree (acknowledge_by) WHERE (status = 'ordered'::text);

CREATE INDEX dispatches_worker_time ON public.dispatches USING btree (worker_id, ordered_at);

CREATE INDEX group_orders_group ON public.group_orders USING btree (group_id, ordered_at);

CREATE INDEX group_orders_incident ON public.group_orders USING btree (incident_id, ordered_at);

CREATE UNIQUE INDEX group_orders_running ON public.group_orders USING btree (incident_id, group_id) WHERE (ended_at IS NULL);

CREATE INDEX handset_inbox_handled ON public.handset_inbox USING btree (handled_at) WHERE (handled_at IS NOT NULL);

CREATE INDEX handset_inbox_waiting ON public.handset_inbox USING btree (message_id) WHERE (handled_at IS NULL);

CREATE INDEX handsets_worker ON public.handsets USING btree (worker_id);

CREATE INDEX incidents_class ON public.incidents USING btree (class_code, reported_at);

CREATE INDEX incidents_closed ON public.incidents USING btree (closed_at) WHERE (closed_at IS NOT NULL);

CREATE INDEX incidents_due ON public.incidents USING btree (due_at) WHERE ((closed_at IS NULL) AND (overdue_at IS NULL));

CREATE INDEX incidents_escalate ON public.incidents USING btree (escalate_at) WHERE (escalate_at IS NOT NULL);

CREATE INDEX incidents_open ON public.incidents USING btree (reported_at) WHERE (closed_at IS NULL);

CREATE INDEX incidents_reported ON public.incidents USING btree (reported_at);

CREATE INDEX incidents_supervised ON public.incidents USING btree (supervised_at) WHERE (supervised_at IS NOT NULL);

CREATE INDEX incidents_warn ON public.incidents USING btree (warn_at) WHERE (warn_at IS NOT NULL);

CREATE INDEX leaves_worker ON public.leaves USING btree (worker_id, starts_at);

CREATE INDEX outages_time ON public.outages USING btree (started_at, ended_at);

CREATE INDEX outbox_done ON public.outbox USING btree (done_at) WHERE (done_at IS NOT NULL);

CREATE INDEX outbox_waiting ON public.outbox USING btree (outbox_id) WHERE (done_at IS NULL);

CREATE INDEX photos_incident ON public.photos USING btree (incident_id, added_at) WHERE (incident_id IS NOT NULL);

CREATE INDEX photos_waiting ON public.photos USING btree (waits_for, added_at) WHERE (waits_for IS NOT NULL);

CREATE INDEX rejected_fixes_received ON public.rejected_fixes USING btree (received_at);

CREATE INDEX resident_reports_rated ON public.resident_reports USING btree (rated_at) WHERE (rated_at IS NOT NULL);

CREATE INDEX shifts_end ON public.shifts USING btree (ends_at);

CREATE INDEX shifts_time ON public.shifts USING btree (starts_at, ends_at);

CREATE INDEX track_looks_at ON public.track_looks USING btree (looked_at);

CREATE INDEX track_looks_worker ON public.track_looks USING btree (worker_id, looked_at);

CREATE INDEX track_looks_workers ON public.track_looks USING gin (worker_ids);

CREATE INDEX worker_grids_area ON public.worker_grids USING btree (area_id);

CREATE UNIQUE INDEX worker_posts_now ON public.worker_posts USING btree (worker_id) WHERE (valid_to IS NULL);

CREATE TRIGGER appeals_reopen AFTER UPDATE ON public.appeals FOR EACH ROW WHEN ((new.excused_from IS NOT NULL)) EXECUTE FUNCTION public.appeal_reopens();

CREATE TRIGGER area_boundaries_correct AFTER INSERT OR DELETE OR UPDATE ON public.area_boundaries FOR EACH ROW EXECUTE FUNCTION public.border_corrects();

CREATE TRIGGER area_boundaries_reopen AFTER INSERT OR DELETE OR UPDATE ON public.area_boundaries FOR EACH ROW EXECUTE FUNCTION public.border_reopens();

CREATE TRIGGER checkpoint_versions_reopen AFTER INSERT OR DELETE OR UPDATE ON public.checkpoint_versions FOR EACH ROW EXECUTE FUNCTION public.checkpoint_reopens();

CREATE TRIGGER checkpoint_visits_reopen AFTER INSERT ON public.checkpoint_visits FOR EACH ROW WHEN (new.counts) EXECUTE FUNCTION public.visit_reopens();

CREATE TRIGGER dispatches_reopen AFTER UPDATE ON public.dispatches FOR EACH ROW WHEN (((COALESCE(new.en_route_at, new.on_scene_at, old.en_route_at, old.on_scene_at) IS NOT NULL) AND ((((new.en_route_at IS DISTINCT FROM old.en_route_at) OR (new.on_scene_at IS DISTINCT FROM old.on_scene_at)) OR (new.cleared_at IS DISTINCT FROM old.cleared_at)) OR (new.ended_at IS DISTINCT FROM old.ended_at)))) EXECUTE FUNCTION public.dispatch_reopens();

CREATE TRIGGER leaves_reopen AFTER INSERT OR DELETE OR UPDATE ON public.leaves FOR EACH ROW EXECUTE FUNCTION public.leave_reopens();

CREATE TRIGGER outages_reopen AFTER INSERT ON public.outages FOR EACH ROW EXECUTE FUNCTION public.outage_reopens();

CREATE TRIGGER worker_grids_reopen AFTER INSERT OR DELETE OR UPDATE ON public.worker_grids FOR EACH ROW EXECUTE FUNCTION public.worker_grid_reopens();

CREATE TRIGGER worker_posts_reopen AFTER INSERT OR DELETE OR UPDATE ON public.worker_posts FOR EACH ROW EXECUTE FUNCTION public.worker_post_reopens();

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.areas(area_id);

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.functional_groups(group_id);

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.areas(area_id);

ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.appeals
    ADD CONSTRAINT appeals_filed_by_fkey FOREIGN KEY (filed_by) REFERENCES public.accounts(account_id);

ALTER TABLE ONLY public.appeals
    ADD CONSTRAINT appeals_ruled_by_fkey FOREIGN KEY (ruled_by) REFERENCES public.accounts(account_id);

ALTER TABLE ONLY public.appeals
    ADD CONSTRAINT appeals_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.area_boundaries
    ADD CONSTRAINT area_boundaries_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.areas(area_id);

ALTER TABLE ONLY public.areas
    ADD CONSTRAINT areas_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.areas(area_id);

ALTER TABLE ONLY public.assessment_entries
    ADD CONSTRAINT assessment_entries_entered_by_fkey FOREIGN KEY (entered_by) REFERENCES public.accounts(account_id);

ALTER TABLE ONLY public.assessment_results
    ADD CONSTRAINT assessment_results_computed_by_fkey FOREIGN KEY (computed_by) REFERENCES public.accounts(account_id);

ALTER TABLE ONLY public.assessment_results
    ADD CONSTRAINT assessment_results_pack_code_pack_version_fkey FOREIGN KEY (pack_code, pack_version) REFERENCES public.packs(code, version);

ALTER TABLE ONLY public.attendance_changes
    ADD CONSTRAINT attendance_changes_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.attendance_days
    ADD CONSTRAINT attendance_days_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.attendance_month_changes
    ADD CONSTRAINT attendance_month_changes_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.attendance_months
    ADD CONSTRAINT attendance_months_pack_code_pack_version_fkey FOREIGN KEY (pack_code, pack_version) REFERENCES public.packs(code, version);

ALTER TABLE ONLY public.attendance_months
    ADD CONSTRAINT attendance_months_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.attendance_warnings
    ADD CONSTRAINT attendance_warnings_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.checkpoint_versions
    ADD CONSTRAINT checkpoint_versions_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.areas(area_id);

ALTER TABLE ONLY public.checkpoint_versions
    ADD CONSTRAINT checkpoint_versions_checkpoint_id_fkey FOREIGN KEY (checkpoint_id) REFERENCES public.checkpoints(checkpoint_id);

ALTER TABLE ONLY public.checkpoint_visits
    ADD CONSTRAINT checkpoint_visits_checkpoint_id_fkey FOREIGN KEY (checkpoint_id) REFERENCES public.checkpoints(checkpoint_id);

ALTER TABLE ONLY public.checkpoint_visits
    ADD CONSTRAINT checkpoint_visits_handset_id_fkey FOREIGN KEY (handset_id) REFERENCES public.handsets(handset_id);

ALTER TABLE ONLY public.checkpoint_visits
    ADD CONSTRAINT checkpoint_visits_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.clock_requests
    ADD CONSTRAINT clock_requests_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES public.accounts(account_id);

ALTER TABLE ONLY public.clock_requests
    ADD CONSTRAINT clock_requests_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incidents(incident_id);

ALTER TABLE ONLY public.clock_requests
    ADD CONSTRAINT clock_requests_ruled_by_fkey FOREIGN KEY (ruled_by) REFERENCES public.accounts(account_id);

ALTER TABLE ONLY public.dispatches
    ADD CONSTRAINT dispatches_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incidents(incident_id);

ALTER TABLE ONLY public.dispatches
    ADD CONSTRAINT dispatches_ordered_by_fkey FOREIGN KEY (ordered_by) REFERENCES public.accounts(account_id);

ALTER TABLE ONLY public.dispatches
    ADD CONSTRAINT dispatches_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.duty_periods
    ADD CONSTRAINT duty_periods_handset_id_fkey FOREIGN KEY (handset_id) REFERENCES public.handsets(handset_id);

ALTER TABLE ONLY public.duty_periods
    ADD CONSTRAINT duty_periods_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.group_orders
    ADD CONSTRAINT group_orders_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.functional_groups(group_id);

ALTER TABLE ONLY public.group_orders
    ADD CONSTRAINT group_orders_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incidents(incident_id);

ALTER TABLE ONLY public.handset_inbox
    ADD CONSTRAINT handset_inbox_handset_id_fkey FOREIGN KEY (handset_id) REFERENCES public.handsets(handset_id);

ALTER TABLE ONLY public.handset_status
    ADD CONSTRAINT handset_status_handset_id_fkey FOREIGN KEY (handset_id) REFERENCES public.handsets(handset_id);

ALTER TABLE ONLY public.handsets
    ADD CONSTRAINT handsets_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.incident_events
    ADD CONSTRAINT incident_events_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incidents(incident_id);

ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT incidents_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.areas(area_id);

ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT incidents_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.functional_groups(group_id);

ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT incidents_handled_by_account_fkey FOREIGN KEY (handled_by_account) REFERENCES public.accounts(account_id);

ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT incidents_handled_by_fkey FOREIGN KEY (handled_by) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT incidents_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES public.incidents(incident_id);

ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT incidents_pack_code_pack_version_fkey FOREIGN KEY (pack_code, pack_version) REFERENCES public.packs(code, version);

ALTER TABLE ONLY public.incidents
    ADD CONSTRAINT incidents_reporter_worker_id_fkey FOREIGN KEY (reporter_worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.leaves
    ADD CONSTRAINT leaves_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.photos
    ADD CONSTRAINT photos_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(account_id);

ALTER TABLE ONLY public.photos
    ADD CONSTRAINT photos_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incidents(incident_id);

ALTER TABLE ONLY public.photos
    ADD CONSTRAINT photos_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.resident_reports
    ADD CONSTRAINT resident_reports_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES public.incidents(incident_id);

ALTER TABLE ONLY public.shifts
    ADD CONSTRAINT shifts_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.track_looks
    ADD CONSTRAINT track_looks_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(account_id);

ALTER TABLE ONLY public.track_looks
    ADD CONSTRAINT track_looks_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.areas(area_id);

ALTER TABLE ONLY public.track_looks
    ADD CONSTRAINT track_looks_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.worker_grids
    ADD CONSTRAINT worker_grids_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.areas(area_id);

ALTER TABLE ONLY public.worker_grids
    ADD CONSTRAINT worker_grids_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.worker_posts
    ADD CONSTRAINT worker_posts_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(worker_id);

ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.areas(area_id);

ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.functional_groups(group_id);

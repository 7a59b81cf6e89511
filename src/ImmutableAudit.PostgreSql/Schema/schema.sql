-- ImmutableAudit, schema version 1, for PostgreSQL 14 and later. Run it once in the database, as a superuser or as a role that may
-- create schemas and roles.
--
-- Everything belongs to {owner}, as whom nobody logs in and of which nobody is a member. {writer} may read, and append through the functions
-- below; {auditor} may read. The three belong to the server, not to the database: schemas of one name in several databases share them. Grant one of
-- the two to the roles that your applications and auditors log in as:
--
--   GRANT {writer} TO my_application;
--   GRANT {auditor} TO my_auditor;

BEGIN;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['{owner}', '{writer}', '{auditor}'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', name);
    END IF;
  END LOOP;
  IF EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = '{owner}' AND (r.rolcanlogin OR r.rolsuper OR EXISTS (
    SELECT FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles u ON u.oid = m.member
    WHERE m.roleid = r.oid AND NOT u.rolsuper AND u.rolname <> CURRENT_USER))) THEN
    RAISE EXCEPTION 'The role {owner} is there already, and can log in or has members: whoever is it could take the log''s protection away.'
      USING HINT = 'Take that from the role, or give the schema another name.';
  END IF;
END
$$;

GRANT {owner} TO CURRENT_USER;
CREATE SCHEMA "{schema}" AUTHORIZATION {owner};
SET LOCAL ROLE {owner};
SET LOCAL search_path = pg_catalog;

CREATE TABLE "{schema}".schema_version (version int PRIMARY KEY);
INSERT INTO "{schema}".schema_version VALUES (1);

-- The logs, each with its name.
CREATE TABLE "{schema}".log (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  origin text NOT NULL UNIQUE CHECK (octet_length(origin) BETWEEN 1 AND 255 AND origin !~ '[[:space:][:cntrl:]+]'),
  partition_size bigint NOT NULL CHECK (partition_size >= 256 AND partition_size % 256 = 0),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_by text NOT NULL DEFAULT session_user
);

-- Where a log stands. A commit locks its row, so that there is one order for all writers.
CREATE TABLE "{schema}".head (
  log int PRIMARY KEY REFERENCES "{schema}".log,
  size bigint NOT NULL DEFAULT 0,
  last_time bigint NOT NULL DEFAULT 0,        -- of the newest entry: ticks of 100 ns since 0001-01-01 UTC
  privilege_head bigint NOT NULL DEFAULT -1,  -- index of the newest entry about privileges
  range bytea NOT NULL DEFAULT '',            -- the tree's compact range: the roots of its complete subtrees, largest first
  room bigint NOT NULL,                       -- up to here there are partitions
  told timestamptz NOT NULL DEFAULT '-infinity',
  epoch bigint NOT NULL DEFAULT 0             -- goes up when somebody looks what became of a commit: one that arrives after that is refused
) WITH (fillfactor = 20);

-- The signed checkpoint that readers see.
CREATE TABLE "{schema}".checkpoint (
  log int PRIMARY KEY REFERENCES "{schema}".log,
  size bigint NOT NULL DEFAULT -1,
  note bytea CHECK (octet_length(note) BETWEEN 1 AND 262144)
) WITH (fillfactor = 20);

-- The entries. Old partitions may be dropped; README.md says what still verifies then.
CREATE TABLE "{schema}".entry (
  log int NOT NULL,
  index bigint NOT NULL CHECK (index >= 0),
  data bytea NOT NULL CHECK (octet_length(data) <= 65535),
  PRIMARY KEY (log, index)
) PARTITION BY RANGE (log, index);

-- The tree's tiles (C2SP tlog-tiles): those at its right edge grow, the others are full.
CREATE TABLE "{schema}".tile (
  log int NOT NULL REFERENCES "{schema}".log,
  level smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
  index bigint NOT NULL CHECK (index >= 0),
  data bytea NOT NULL CHECK (octet_length(data) BETWEEN 32 AND 8192 AND octet_length(data) % 32 = 0),
  PRIMARY KEY (log, level, index)
);
ALTER TABLE "{schema}".tile ALTER COLUMN data SET STORAGE EXTERNAL;

-- What holds for everybody, the functions below and the tables' owner included.

CREATE FUNCTION "{schema}".refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of %.% is refused: the log is append-only.', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'IA003';
END
$$;

-- Where the head goes; what is stamped with a time far ahead would have every later entry say the same.
CREATE FUNCTION "{schema}".head_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF new.log <> old.log OR new.size < old.size OR new.last_time < old.last_time
    OR new.last_time > greatest(old.last_time, 621355968000000000 + (10000000 * extract(epoch FROM clock_timestamp() + interval '1 hour'))::bigint) OR new.privilege_head < old.privilege_head
    OR new.privilege_head >= new.size OR new.room < old.room OR new.epoch < old.epoch OR octet_length(new.range) <> 32 * bit_count(new.size::bit(64))
    OR (new.size = old.size AND (new.last_time, new.privilege_head, new.range) IS DISTINCT FROM (old.last_time, old.privilege_head, old.range)) THEN
    RAISE EXCEPTION 'The head of log % cannot go from size % to size % like this.', old.log, old.size, new.size USING ERRCODE = 'IA003';
  END IF;
  RETURN new;
END
$$;

CREATE FUNCTION "{schema}".checkpoint_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF new.log <> old.log OR new.size <= old.size OR new.note IS NULL THEN
    RAISE EXCEPTION 'The checkpoint of log % cannot go from size % to size %.', old.log, old.size, new.size USING ERRCODE = 'IA003';
  END IF;
  RETURN new;
END
$$;

CREATE FUNCTION "{schema}".tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (new.log, new.level, new.index) IS DISTINCT FROM (old.log, old.level, old.index)
    OR octet_length(new.data) <= octet_length(old.data) OR substring(new.data FOR octet_length(old.data)) <> old.data THEN
    RAISE EXCEPTION 'Tile % of level % of log % is stored with other hashes.', old.index, old.level, old.log USING ERRCODE = 'IA002';
  END IF;
  RETURN new;
END
$$;

CREATE TRIGGER goes_on BEFORE UPDATE ON "{schema}".head FOR EACH ROW EXECUTE FUNCTION "{schema}".head_goes_on();
CREATE TRIGGER goes_on BEFORE UPDATE ON "{schema}".checkpoint FOR EACH ROW EXECUTE FUNCTION "{schema}".checkpoint_goes_on();
CREATE TRIGGER goes_on BEFORE UPDATE ON "{schema}".tile FOR EACH ROW EXECUTE FUNCTION "{schema}".tile_grows();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON "{schema}".entry FOR EACH ROW EXECUTE FUNCTION "{schema}".refuse();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON "{schema}".log FOR EACH ROW EXECUTE FUNCTION "{schema}".refuse();
CREATE TRIGGER stays BEFORE DELETE ON "{schema}".head FOR EACH ROW EXECUTE FUNCTION "{schema}".refuse();
CREATE TRIGGER stays BEFORE DELETE ON "{schema}".checkpoint FOR EACH ROW EXECUTE FUNCTION "{schema}".refuse();
CREATE TRIGGER stays BEFORE DELETE ON "{schema}".tile FOR EACH ROW EXECUTE FUNCTION "{schema}".refuse();
CREATE TRIGGER stays_full BEFORE TRUNCATE ON "{schema}".log EXECUTE FUNCTION "{schema}".refuse();
CREATE TRIGGER stays_full BEFORE TRUNCATE ON "{schema}".head EXECUTE FUNCTION "{schema}".refuse();
CREATE TRIGGER stays_full BEFORE TRUNCATE ON "{schema}".checkpoint EXECUTE FUNCTION "{schema}".refuse();
CREATE TRIGGER stays_full BEFORE TRUNCATE ON "{schema}".entry EXECUTE FUNCTION "{schema}".refuse();
CREATE TRIGGER stays_full BEFORE TRUNCATE ON "{schema}".tile EXECUTE FUNCTION "{schema}".refuse();

-- What writers may do.

-- What is acknowledged is on disk, and on that of each standby that is to be waited for, whatever the settings are; where the waiting is called off,
-- the writer is told.
CREATE FUNCTION "{schema}".be_durable() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  IF current_setting('client_min_messages') = 'error' THEN
    PERFORM set_config('client_min_messages', 'warning', true);
  END IF;
END
$$;

-- The next partition of a log's entries.
CREATE FUNCTION "{schema}".add_partition(p_log int, p_from bigint, p_to bigint) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  name text := format('entry_%s_%s', p_log, p_from);
BEGIN
  EXECUTE format('CREATE TABLE "{schema}".%I (LIKE "{schema}".entry INCLUDING ALL)', name);
  EXECUTE format('ALTER TABLE "{schema}".entry ATTACH PARTITION "{schema}".%I FOR VALUES FROM (%s, %s) TO (%s, %s)', name, p_log, p_from, p_log, p_to);
  EXECUTE format('CREATE TRIGGER stays_full BEFORE TRUNCATE ON "{schema}".%I EXECUTE FUNCTION "{schema}".refuse()', name);
END
$$;

-- Begins a log, or finds it.
CREATE FUNCTION "{schema}".begin_log(p_origin text, p_partition_size bigint) RETURNS int LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  begun int;
BEGIN
  INSERT INTO "{schema}".log (origin, partition_size) VALUES (p_origin, p_partition_size) ON CONFLICT (origin) DO NOTHING RETURNING id INTO begun;
  IF begun IS NOT NULL THEN
    INSERT INTO "{schema}".head (log, room) VALUES (begun, p_partition_size);
    INSERT INTO "{schema}".checkpoint (log) VALUES (begun);
    PERFORM "{schema}".add_partition(begun, 0, p_partition_size);
  END IF;
  RETURN (SELECT id FROM "{schema}".log WHERE origin = p_origin);
END
$$;

-- Opens a commit: locks the head, for p_idle at most while the writer does nothing (LOG.md L26, L27).
-- Passing the head on takes longer than a commit. So a writer may ask for a turn, and then goes on without holding the head, while others who ask wait
-- for theirs, p_turn at most: a courtesy, on which nothing rests but speed.
CREATE FUNCTION "{schema}".open_commit(p_log int, p_idle text, p_wait text, p_turn text DEFAULT NULL, OUT size bigint, OUT last_time bigint,
  OUT privilege_head bigint, OUT range bytea, OUT now timestamptz, OUT epoch bigint, OUT turn boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('idle_in_transaction_session_timeout', p_idle, true);
  PERFORM "{schema}".be_durable();
  turn := false;
  IF p_turn IS NOT NULL THEN
    PERFORM set_config('lock_timeout', p_turn, true);
    BEGIN
      PERFORM pg_advisory_lock(hashtext('{schema}'), p_log);
      turn := true;
      PERFORM set_config('idle_session_timeout', p_idle, false);
    EXCEPTION WHEN lock_not_available THEN
      NULL; -- Whoever has the turn stands still.
    END;
  END IF;
  PERFORM set_config('lock_timeout', p_wait, true);
  SELECT h.size, h.last_time, h.privilege_head, h.range, h.epoch INTO size, last_time, privilege_head, range, epoch
  FROM "{schema}".head h WHERE h.log = p_log FOR UPDATE;
  now := clock_timestamp();
END
$$;

-- Lets the next writer have its turn. That there was none is no news: a writer takes warnings as doubts about its commit.
CREATE FUNCTION "{schema}".end_turn(p_log int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET client_min_messages = error AS $$
BEGIN
  PERFORM pg_advisory_unlock(hashtext('{schema}'), p_log);
  RESET idle_session_timeout;
END
$$;

-- Appends entries to a log of size p_size, all of them or none; says what time it is. Who does not hold the head may be late: since the epoch was
-- read, nobody may have looked what became of this. Whose turn ends with it lets the next one wake up while this commits.
CREATE FUNCTION "{schema}".append(p_log int, p_size bigint, p_entries bytea[], p_last_time bigint, p_privilege_head bigint, p_range bytea,
  p_epoch bigint, p_wait text DEFAULT '10s', p_ends_turn boolean DEFAULT false) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_size bigint := p_size + cardinality(p_entries);
  v_now timestamptz := clock_timestamp();
  v_tell boolean;
  v_room bigint;
BEGIN
  PERFORM set_config('lock_timeout', p_wait, true);
  PERFORM "{schema}".be_durable();
  UPDATE "{schema}".head h
  SET size = v_size, last_time = p_last_time, privilege_head = p_privilege_head, range = p_range,
    told = CASE WHEN p_privilege_head <> h.privilege_head OR h.told < v_now - interval '100 milliseconds' THEN v_now ELSE h.told END
  WHERE h.log = p_log AND h.size = p_size AND h.epoch = p_epoch AND v_size > p_size
  RETURNING h.told = v_now, h.room INTO v_tell, v_room;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'Log % has not the size %, or it was looked at since.', p_log, p_size USING ERRCODE = 'IA001';
  END IF;

  IF v_size > v_room THEN
    LOOP
      PERFORM "{schema}".add_partition(p_log, v_room, v_room + l.partition_size) FROM "{schema}".log l WHERE l.id = p_log;
      UPDATE "{schema}".head h SET room = h.room + l.partition_size FROM "{schema}".log l WHERE h.log = p_log AND l.id = p_log RETURNING h.room INTO v_room;
      EXIT WHEN v_size <= v_room;
    END LOOP;
  END IF;

  INSERT INTO "{schema}".entry (log, index, data)
  SELECT p_log, p_size + e.place - 1, e.data FROM unnest(p_entries) WITH ORDINALITY AS e (data, place);
  IF v_tell THEN
    PERFORM pg_notify('{schema}', '');
  END IF;

  -- A commit that waits for a standby is not to be called off half way.
  PERFORM set_config('statement_timeout', '0', true);
  IF p_ends_turn THEN
    PERFORM "{schema}".end_turn(p_log);
  END IF;
  RETURN v_now;
END
$$;

-- Where a log stands once everything that was under way has ended; what is found is as durable as anything that is committed now, and what
-- was sent before and is not found will never be there.
CREATE FUNCTION "{schema}".confirm(p_log int, p_wait text, OUT size bigint, OUT last_time bigint, OUT privilege_head bigint, OUT range bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('lock_timeout', p_wait, true);
  PERFORM "{schema}".be_durable();
  UPDATE "{schema}".head h SET told = clock_timestamp(), epoch = h.epoch + 1 WHERE h.log = p_log
  RETURNING h.size, h.last_time, h.privilege_head, h.range INTO size, last_time, privilege_head, range;
  PERFORM set_config('statement_timeout', '0', true);
END
$$;

-- Stores tiles of what is committed. Who stores one again stores the same.
CREATE FUNCTION "{schema}".put_tiles(p_log int, p_levels smallint[], p_indexes bigint[], p_data bytea[]) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wrong record;
BEGIN
  SELECT t.level, t.index INTO wrong FROM unnest(p_levels, p_indexes, p_data) AS t (level, index, data), "{schema}".head h
  WHERE h.log = p_log AND 256 * t.index + octet_length(t.data) / 32 > h.size >> (8 * t.level) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'Tile % of level % of log % is of entries that are not committed.', wrong.index, wrong.level, p_log USING ERRCODE = 'IA003';
  END IF;

  INSERT INTO "{schema}".tile AS stored (log, level, index, data)
  SELECT p_log, t.level, t.index, t.data FROM unnest(p_levels, p_indexes, p_data) AS t (level, index, data) ORDER BY t.level, t.index
  ON CONFLICT (log, level, index) DO UPDATE SET data = excluded.data WHERE octet_length(excluded.data) > octet_length(stored.data);

  SELECT t.level, t.index INTO wrong
  FROM unnest(p_levels, p_indexes, p_data) AS t (level, index, data)
  JOIN "{schema}".tile stored ON stored.log = p_log AND stored.level = t.level AND stored.index = t.index
  WHERE substring(stored.data FOR octet_length(t.data)) <> t.data LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'Tile % of level % of log % is stored with other hashes.', wrong.index, wrong.level, p_log USING ERRCODE = 'IA002';
  END IF;
END
$$;

-- Publishes a checkpoint if it is newer than the one that is published (LOG.md L22), and says which one is published now.
CREATE FUNCTION "{schema}".publish(p_log int, p_size bigint, p_note bytea, p_levels smallint[], p_indexes bigint[], p_data bytea[]) RETURNS bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  published record;
  beginning bytea;
BEGIN
  PERFORM "{schema}".be_durable();
  SELECT c.size, c.note INTO published FROM "{schema}".checkpoint c WHERE c.log = p_log FOR UPDATE;
  IF published.size >= p_size THEN
    RETURN published.note;
  END IF;

  SELECT convert_to(l.origin || E'\n' || p_size || E'\n', 'UTF8') INTO beginning FROM "{schema}".log l WHERE l.id = p_log;
  IF substring(p_note FOR octet_length(beginning)) <> beginning OR NOT EXISTS (SELECT FROM "{schema}".head h WHERE h.log = p_log AND h.size >= p_size) THEN
    RAISE EXCEPTION 'The checkpoint is not one of log % with % entries.', p_log, p_size USING ERRCODE = 'IA003';
  END IF;

  PERFORM "{schema}".put_tiles(p_log, p_levels, p_indexes, p_data);
  UPDATE "{schema}".checkpoint c SET size = p_size, note = p_note WHERE c.log = p_log;
  RETURN p_note;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA "{schema}" FROM PUBLIC;
GRANT USAGE ON SCHEMA "{schema}" TO {writer}, {auditor};
GRANT SELECT ON ALL TABLES IN SCHEMA "{schema}" TO {writer}, {auditor};
GRANT EXECUTE ON FUNCTION "{schema}".begin_log, "{schema}".open_commit, "{schema}".end_turn, "{schema}".append, "{schema}".confirm, "{schema}".put_tiles, "{schema}".publish TO {writer};

RESET ROLE;
REVOKE {owner} FROM CURRENT_USER;

COMMIT;

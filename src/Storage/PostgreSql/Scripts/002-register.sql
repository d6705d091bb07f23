-- Register, history and statistic deltas: written by triggers from the JSON state, in the statement that writes the state.
-- The same tables as on SQLite, from the same JSON names.

-- What SQLite has, under SQLite's names, so that one text serves both.
CREATE FUNCTION json_each(json text) RETURNS TABLE (key bigint, value jsonb, atom text) LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
AS $$ SELECT ordinality - 1, element, element #>> '{}' FROM jsonb_array_elements(json::jsonb) WITH ORDINALITY AS e(element, ordinality) $$;
CREATE FUNCTION json_patch(target jsonb, patch text) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT target || patch::jsonb $$;
CREATE FUNCTION unhex(hex text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT decode(hex, 'hex') $$;

CREATE TABLE register (
  id bigint PRIMARY KEY, -- orleansstorage.id
  name code NOT NULL UNIQUE, kind code NOT NULL, parent code NOT NULL, country code NOT NULL, type code NOT NULL,
  state code NOT NULL, language code NOT NULL, maturity code NOT NULL, title code NOT NULL, source_reference code,
  bucket integer NOT NULL, revision bigint NOT NULL,
  create_time code NOT NULL, update_time code NOT NULL, confirm_time code, expire_time code)
  WITH (fillfactor = 80);
CREATE INDEX ix_register_parent ON register(parent, kind, name);
CREATE INDEX ix_register_source ON register(parent, kind, source_reference) WHERE source_reference IS NOT NULL;

CREATE TABLE tag (item bigint NOT NULL, dimension code NOT NULL, value code NOT NULL, PRIMARY KEY (item, dimension, value));

CREATE TABLE participant (
  id bigint PRIMARY KEY, name code NOT NULL UNIQUE, kind code NOT NULL, country code NOT NULL, account code NOT NULL);

-- seq is given before the commit: readers go by (tx, seq) and stop below the oldest open transaction.
CREATE TABLE history (
  tx bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint, seq bigint GENERATED ALWAYS AS IDENTITY,
  item bigint NOT NULL, name code NOT NULL, kind code NOT NULL, bucket integer NOT NULL, revision bigint NOT NULL,
  state code NOT NULL, at code NOT NULL, who code NOT NULL, why code NOT NULL, request code NOT NULL,
  PRIMARY KEY (tx, seq));
CREATE INDEX ix_history_item ON history(item, revision);

CREATE TABLE statistic_delta (
  tx bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint, seq bigint GENERATED ALWAYS AS IDENTITY,
  at code NOT NULL, dimension code NOT NULL, value code NOT NULL, n integer NOT NULL,
  PRIMARY KEY (tx, seq));
-- The sum of all deltas up to (tx, seq) of statistic_fold; n there is how many these are.
CREATE TABLE statistic_total (dimension code NOT NULL, value code NOT NULL, n integer NOT NULL, PRIMARY KEY (dimension, value));
CREATE TABLE statistic_fold (id integer PRIMARY KEY CHECK (id = 1), tx bigint NOT NULL, seq bigint NOT NULL, n bigint NOT NULL);
INSERT INTO statistic_fold VALUES (1, 0, 0, 0);

-- Free text: whether title and summary match a regular expression.
CREATE FUNCTION holds(payload bytea, pattern text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT ((j #>> '{Content,Title}') || ' ' || (j #>> '{Content,Summary}')) COLLATE "C" ~ pattern FROM (SELECT convert_from(payload, 'UTF8')::jsonb AS j) s $$;

-- The tags of an item, and what a published item counts for.
CREATE FUNCTION tagged(j jsonb) RETURNS TABLE (dimension text, value text) LANGUAGE sql IMMUTABLE ROWS 5
AS $$
  SELECT 'area', jsonb_array_elements_text(j #> '{Content,AreasOfFocus}') UNION ALL SELECT 'goal', jsonb_array_elements_text(j #> '{Content,Goals}')
$$;
CREATE FUNCTION counted(j jsonb) RETURNS TABLE (dimension text, value text) LANGUAGE sql IMMUTABLE ROWS 7
AS $$
  SELECT 'type', j ->> 'Type' UNION ALL SELECT 'country', j ->> 'Country' UNION ALL SELECT * FROM tagged(j)
$$;

CREATE FUNCTION item_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  j jsonb := convert_from(NEW.payloadbinary, 'UTF8')::jsonb;
  before jsonb := CASE WHEN TG_OP = 'UPDATE' THEN convert_from(OLD.payloadbinary, 'UTF8')::jsonb END;
  new_state text := j ->> 'State';
  old_state text := COALESCE(before ->> 'State', 'NONE');
BEGIN
  INSERT INTO history(item, name, kind, bucket, revision, state, at, who, why, request)
  VALUES (NEW.id, j ->> 'Name', NEW.graintypestring, (j ->> 'Bucket')::integer, (j ->> 'Revision')::bigint, new_state, j ->> 'UpdateTime',
          j #>> '{Change,Who}', j #>> '{Change,Why}', j #>> '{Change,RequestId}');
  -- a published state counts, the published state before it no longer does, what stays the same cancels out
  IF 'PUBLISHED' IN (new_state, old_state) THEN
    INSERT INTO statistic_delta(at, dimension, value, n)
    SELECT j ->> 'UpdateTime', c.dimension, c.value, SUM(c.one) FROM (
      SELECT dimension, value, 1 AS one FROM counted(j) WHERE new_state = 'PUBLISHED'
      UNION ALL SELECT dimension, value, -1 FROM counted(before) WHERE old_state = 'PUBLISHED') c
    GROUP BY c.dimension, c.value HAVING SUM(c.one) <> 0;
  END IF;
  IF new_state = 'NONE' THEN
    DELETE FROM tag WHERE item = NEW.id;
    DELETE FROM register WHERE id = NEW.id;
    RETURN NULL;
  END IF;
  IF old_state = 'NONE' OR j #> '{Content,AreasOfFocus}' <> before #> '{Content,AreasOfFocus}' OR j #> '{Content,Goals}' <> before #> '{Content,Goals}' THEN
    DELETE FROM tag WHERE item = NEW.id AND old_state <> 'NONE';
    INSERT INTO tag(item, dimension, value) SELECT NEW.id, t.dimension, t.value FROM tagged(j) t;
  END IF;
  INSERT INTO register(id, name, kind, parent, country, type, state, language, maturity, title, source_reference, bucket, revision,
                       create_time, update_time, confirm_time, expire_time)
  VALUES (NEW.id, j ->> 'Name', NEW.graintypestring, j ->> 'Parent', j ->> 'Country', j ->> 'Type', new_state,
          j #>> '{Content,LanguageCode}', j #>> '{Content,Maturity}', j #>> '{Content,Title}', NULLIF(j #>> '{Content,SourceReference}', ''),
          (j ->> 'Bucket')::integer, (j ->> 'Revision')::bigint, j ->> 'CreateTime', j ->> 'UpdateTime', j ->> 'ConfirmTime', j #>> '{Content,ExpireTime}')
  ON CONFLICT(id) DO UPDATE SET country = excluded.country, type = excluded.type, state = excluded.state, language = excluded.language,
    maturity = excluded.maturity, title = excluded.title, source_reference = excluded.source_reference, revision = excluded.revision,
    create_time = excluded.create_time, update_time = excluded.update_time, confirm_time = excluded.confirm_time, expire_time = excluded.expire_time;
  RETURN NULL;
END $$;

CREATE TRIGGER storage_inserted_item AFTER INSERT ON orleansstorage FOR EACH ROW
WHEN (NEW.graintypestring IN ('offer', 'need') AND NEW.payloadbinary IS NOT NULL) EXECUTE FUNCTION item_changed();
CREATE TRIGGER storage_updated_item AFTER UPDATE OF payloadbinary ON orleansstorage FOR EACH ROW
WHEN (NEW.graintypestring IN ('offer', 'need') AND NEW.payloadbinary IS NOT NULL) EXECUTE FUNCTION item_changed();

CREATE FUNCTION participant_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  j jsonb := convert_from(NEW.payloadbinary, 'UTF8')::jsonb;
  new_account text := j ->> 'Account';
  old_account text := (SELECT account FROM participant WHERE id = NEW.id);
BEGIN
  INSERT INTO history(item, name, kind, bucket, revision, state, at, who, why, request)
  VALUES (NEW.id, j ->> 'Name', NEW.graintypestring, 0, (j ->> 'Revision')::bigint, new_account, j ->> 'UpdateTime',
          j #>> '{Change,Who}', j #>> '{Change,Why}', j #>> '{Change,RequestId}');
  -- the account table counts authorities
  IF NEW.graintypestring = 'authority' AND new_account IS DISTINCT FROM old_account THEN
    INSERT INTO statistic_delta(at, dimension, value, n)
    SELECT j ->> 'UpdateTime', 'account', c.account, c.one FROM (VALUES (new_account, 1), (old_account, -1)) AS c(account, one) WHERE c.account IS NOT NULL;
  END IF;
  INSERT INTO participant(id, name, kind, country, account) VALUES (NEW.id, j ->> 'Name', NEW.graintypestring, j ->> 'Country', new_account)
  ON CONFLICT(id) DO UPDATE SET country = excluded.country, account = excluded.account;
  RETURN NULL;
END $$;

CREATE TRIGGER storage_inserted_participant AFTER INSERT ON orleansstorage FOR EACH ROW
WHEN (NEW.graintypestring IN ('authority', 'partner') AND NEW.payloadbinary IS NOT NULL) EXECUTE FUNCTION participant_changed();
CREATE TRIGGER storage_updated_participant AFTER UPDATE OF payloadbinary ON orleansstorage FOR EACH ROW
WHEN (NEW.graintypestring IN ('authority', 'partner') AND NEW.payloadbinary IS NOT NULL) EXECUTE FUNCTION participant_changed();

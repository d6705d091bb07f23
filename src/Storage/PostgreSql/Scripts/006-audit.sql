-- The history tells in which role somebody acted, for whom, on which instruction, through which application, and what the item or
-- profile said then. Who it was stands in a table of its own, so that a person can be erased while the rows stay sealed.
ALTER TABLE history
  ADD COLUMN parent code NOT NULL DEFAULT '', ADD COLUMN role code NOT NULL DEFAULT 'ANONYMOUS', ADD COLUMN on_behalf_of code NOT NULL DEFAULT '',
  ADD COLUMN instruction code NOT NULL DEFAULT '', ADD COLUMN application code NOT NULL DEFAULT '',
  ADD COLUMN content code; -- JSON as it was written; NULL when it is that of the revision before

-- digest is HMAC-SHA-256 of who under salt, written when who is erased: a seal covers the digest, not the name.
CREATE TABLE history_person (seq bigint PRIMARY KEY, salt bytea, who code, digest bytea);
INSERT INTO history_person(seq, salt, who) SELECT seq, uuid_send(gen_random_uuid()), who FROM history;
ALTER TABLE history DROP COLUMN who;
CREATE INDEX ix_history_person_who ON history_person(who) WHERE who IS NOT NULL;

CREATE FUNCTION profile(j json) RETURNS text LANGUAGE sql STABLE
AS $$ SELECT json_build_object('displayName', j ->> 'DisplayName', 'institution', j ->> 'Institution', 'languageCodes', j -> 'LanguageCodes', 'website', j ->> 'Website')::text $$;

UPDATE history SET parent = CASE WHEN kind IN ('offer', 'need') THEN split_part(name, '/', 1) || '/' || split_part(name, '/', 2) ELSE name END;
UPDATE history h SET role = 'SYSTEM' FROM history_person p WHERE p.seq = h.seq AND p.who IN ('system', 'sample');
-- What was said before this script is known of the last revision only.
UPDATE history h SET content = CASE WHEN h.kind IN ('offer', 'need') THEN (s.j -> 'Content')::text ELSE profile(s.j) END
FROM (SELECT id, convert_from(payloadbinary, 'UTF8')::json AS j FROM orleansstorage WHERE graintypestring IN ('offer', 'need', 'authority', 'partner') AND payloadbinary IS NOT NULL) s
WHERE s.id = h.item AND h.revision = (SELECT MAX(l.revision) FROM history l WHERE l.item = h.item);
CREATE INDEX ix_history_parent ON history(parent, tx, seq);

-- A batch of the history in order: SHA-256 over the seal before and the rows from first_seq to (last_tx, last_seq).
CREATE TABLE history_seal (
  id bigint PRIMARY KEY, first_seq bigint NOT NULL, last_tx bigint NOT NULL, last_seq bigint NOT NULL, row_count bigint NOT NULL, at code NOT NULL, digest bytea NOT NULL);

-- States that were written or taken away behind the history's back, a sentence each.
CREATE VIEW stray AS
WITH state AS (
  SELECT id, graintypestring AS kind, j ->> 'Name' AS name, (j ->> 'Revision')::bigint AS revision, j -> 'Content' AS content
  FROM (SELECT id, graintypestring, convert_from(payloadbinary, 'UTF8')::jsonb AS j FROM orleansstorage WHERE graintypestring IN ('offer', 'need', 'authority', 'partner') AND payloadbinary IS NOT NULL) s),
told AS (SELECT item, MAX(name) AS name, MAX(revision) AS revision, COUNT(*) AS events FROM history GROUP BY item)
SELECT '''' || state.name || ''' is at revision ' || state.revision || ', its history tells of ' || COALESCE(told.revision, 0) || ' in ' || COALESCE(told.events, 0) || ' events.' AS finding
FROM state LEFT JOIN told ON told.item = state.id WHERE state.revision IS DISTINCT FROM told.revision OR told.events <> told.revision
UNION ALL
SELECT '''' || told.name || ''' has a history and no state.' FROM told WHERE NOT EXISTS (SELECT 1 FROM state WHERE state.id = told.item)
UNION ALL
SELECT '''' || state.name || ''' says something else than its history.'
FROM state JOIN (SELECT DISTINCT ON (item) item, content::text::jsonb AS content FROM history WHERE content IS NOT NULL ORDER BY item, revision DESC) last ON last.item = state.id
WHERE state.kind IN ('offer', 'need') AND last.content <> state.content;

CREATE OR REPLACE FUNCTION item_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  written json := convert_from(NEW.payloadbinary, 'UTF8')::json;
  j jsonb := written::text::jsonb;
  before jsonb := CASE WHEN TG_OP = 'UPDATE' THEN convert_from(OLD.payloadbinary, 'UTF8')::jsonb END;
  new_state text := j ->> 'State';
  old_state text := COALESCE(before ->> 'State', 'NONE');
  place bigint;
BEGIN
  -- A state rewritten at the same revision is no change: so a person is erased from it.
  IF before ->> 'Revision' = j ->> 'Revision' THEN
    RETURN NULL;
  END IF;
  INSERT INTO history(item, name, parent, kind, bucket, revision, state, at, why, request, role, on_behalf_of, instruction, application, content)
  VALUES (NEW.id, j ->> 'Name', j ->> 'Parent', NEW.graintypestring, (j ->> 'Bucket')::integer, (j ->> 'Revision')::bigint, new_state, j ->> 'UpdateTime',
          j #>> '{Change,Why}', j #>> '{Change,RequestId}', j #>> '{Change,Role}', j #>> '{Change,OnBehalfOf}', j #>> '{Change,Instruction}', j #>> '{Change,Application}',
          CASE WHEN j -> 'Content' IS DISTINCT FROM before -> 'Content' THEN (written -> 'Content')::text END)
  RETURNING seq INTO place;
  INSERT INTO history_person(seq, salt, who) VALUES (place, uuid_send(gen_random_uuid()), j #>> '{Change,Who}');
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

CREATE OR REPLACE FUNCTION participant_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  j json := convert_from(NEW.payloadbinary, 'UTF8')::json;
  new_account text := j ->> 'Account';
  old_account text := (SELECT account FROM participant WHERE id = NEW.id);
  place bigint;
BEGIN
  IF TG_OP = 'UPDATE' AND j ->> 'Revision' = convert_from(OLD.payloadbinary, 'UTF8')::json ->> 'Revision' THEN
    RETURN NULL;
  END IF;
  INSERT INTO history(item, name, parent, kind, bucket, revision, state, at, why, request, role, on_behalf_of, instruction, application, content)
  VALUES (NEW.id, j ->> 'Name', j ->> 'Name', NEW.graintypestring, 0, (j ->> 'Revision')::bigint, new_account, j ->> 'UpdateTime',
          j #>> '{Change,Why}', j #>> '{Change,RequestId}', j #>> '{Change,Role}', j #>> '{Change,OnBehalfOf}', j #>> '{Change,Instruction}', j #>> '{Change,Application}', profile(j))
  RETURNING seq INTO place;
  INSERT INTO history_person(seq, salt, who) VALUES (place, uuid_send(gen_random_uuid()), j #>> '{Change,Who}');
  -- the account table counts authorities
  IF NEW.graintypestring = 'authority' AND new_account IS DISTINCT FROM old_account THEN
    INSERT INTO statistic_delta(at, dimension, value, n)
    SELECT j ->> 'UpdateTime', 'account', c.account, c.one FROM (VALUES (new_account, 1), (old_account, -1)) AS c(account, one) WHERE c.account IS NOT NULL;
  END IF;
  INSERT INTO participant(id, name, kind, country, account) VALUES (NEW.id, j ->> 'Name', NEW.graintypestring, j ->> 'Country', new_account)
  ON CONFLICT(id) DO UPDATE SET country = excluded.country, account = excluded.account;
  RETURN NULL;
END $$;

-- The history tells in which role somebody acted, for whom, on which instruction, through which application, and what the item or
-- profile said then. Who it was stands in a table of its own, so that a person can be erased while the rows stay sealed.
DROP TRIGGER item_changed;
DROP TRIGGER participant_changed;
DROP TRIGGER storage_updated_item;
DROP TRIGGER storage_updated_participant;

ALTER TABLE history ADD COLUMN parent TEXT NOT NULL DEFAULT '';
ALTER TABLE history ADD COLUMN role TEXT NOT NULL DEFAULT 'ANONYMOUS';
ALTER TABLE history ADD COLUMN on_behalf_of TEXT NOT NULL DEFAULT '';
ALTER TABLE history ADD COLUMN instruction TEXT NOT NULL DEFAULT '';
ALTER TABLE history ADD COLUMN application TEXT NOT NULL DEFAULT '';
ALTER TABLE history ADD COLUMN content TEXT; -- JSON; NULL when it is that of the revision before

-- digest is SHA-256 over salt and who, written when who is erased: a seal covers the digest, not the name.
CREATE TABLE history_person (seq INTEGER PRIMARY KEY, salt BLOB, who TEXT, digest BLOB);
INSERT INTO history_person(seq, salt, who) SELECT seq, randomblob(16), who FROM history;
ALTER TABLE history DROP COLUMN who;
CREATE INDEX ix_history_person_who ON history_person(who) WHERE who IS NOT NULL;

UPDATE history SET parent = CASE WHEN kind IN ('offer', 'need') THEN substr(name, 1, instr(substr(name, instr(name, '/') + 1), '/') + instr(name, '/') - 1) ELSE name END;
UPDATE history SET role = 'SYSTEM' WHERE seq IN (SELECT seq FROM history_person WHERE who IN ('system', 'sample'));
-- What was said before this script is known of the last revision only.
UPDATE history SET content = (SELECT jsonb(CAST(s.PayloadBinary AS TEXT)) -> '$.Content' FROM OrleansStorage s WHERE s.Id = history.item)
WHERE kind IN ('offer', 'need') AND seq IN (SELECT MAX(seq) FROM history GROUP BY item);
UPDATE history SET content = (
  SELECT json_object('displayName', j ->> '$.DisplayName', 'institution', j ->> '$.Institution', 'languageCodes', j -> '$.LanguageCodes', 'website', j ->> '$.Website')
  FROM (SELECT jsonb(CAST(s.PayloadBinary AS TEXT)) AS j FROM OrleansStorage s WHERE s.Id = history.item))
WHERE kind IN ('authority', 'partner') AND seq IN (SELECT MAX(seq) FROM history GROUP BY item);
CREATE INDEX ix_history_parent ON history(parent, seq);

-- A batch of the history in order: SHA-256 over the seal before and the rows from first_seq to last_seq. last_tx stays 0 here.
CREATE TABLE history_seal (
  id INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, last_tx INTEGER NOT NULL, last_seq INTEGER NOT NULL, row_count INTEGER NOT NULL, at TEXT NOT NULL, digest BLOB NOT NULL);

-- States that were written or taken away behind the history's back, a sentence each.
CREATE VIEW stray AS
WITH state AS (
  SELECT Id AS id, GrainTypeString AS kind, j ->> '$.Name' AS name, j ->> '$.Revision' AS revision, j -> '$.Content' AS content
  FROM (SELECT Id, GrainTypeString, jsonb(CAST(PayloadBinary AS TEXT)) AS j FROM OrleansStorage WHERE GrainTypeString IN ('offer', 'need', 'authority', 'partner') AND PayloadBinary IS NOT NULL)),
told AS (SELECT item, MAX(name) AS name, MAX(revision) AS revision, COUNT(*) AS events FROM history GROUP BY item)
SELECT '''' || state.name || ''' is at revision ' || state.revision || ', its history tells of ' || IFNULL(told.revision, 0) || ' in ' || IFNULL(told.events, 0) || ' events.' AS finding
FROM state LEFT JOIN told ON told.item = state.id WHERE state.revision IS NOT told.revision OR told.events <> told.revision
UNION ALL
SELECT '''' || told.name || ''' has a history and no state.' FROM told WHERE NOT EXISTS (SELECT 1 FROM state WHERE state.id = told.item)
UNION ALL
SELECT '''' || state.name || ''' says something else than its history.' FROM state JOIN (SELECT item, content, MAX(seq) FROM history WHERE content IS NOT NULL GROUP BY item) last ON last.item = state.id
WHERE state.kind IN ('offer', 'need') AND last.content <> state.content;

-- A state rewritten at the same revision is no change: so a person is erased from it.
CREATE TRIGGER storage_updated_item AFTER UPDATE OF PayloadBinary ON OrleansStorage WHEN NEW.GrainTypeString IN ('offer', 'need') AND NEW.PayloadBinary IS NOT NULL
BEGIN
  INSERT INTO item_change SELECT NEW.Id, NEW.GrainTypeString, j ->> '$.Revision', j ->> '$.State', j ->> '$.UpdateTime', j, IFNULL(old ->> '$.State', 'NONE'), old
  FROM (SELECT jsonb(CAST(NEW.PayloadBinary AS TEXT)) AS j, jsonb(CAST(OLD.PayloadBinary AS TEXT)) AS old) WHERE j ->> '$.Revision' IS NOT old ->> '$.Revision';
END;
CREATE TRIGGER storage_updated_participant AFTER UPDATE OF PayloadBinary ON OrleansStorage WHEN NEW.GrainTypeString IN ('authority', 'partner') AND NEW.PayloadBinary IS NOT NULL
BEGIN
  INSERT INTO participant_change SELECT NEW.Id, NEW.GrainTypeString, j ->> '$.Revision', j ->> '$.UpdateTime', j
  FROM (SELECT jsonb(CAST(NEW.PayloadBinary AS TEXT)) AS j, jsonb(CAST(OLD.PayloadBinary AS TEXT)) AS old) WHERE j ->> '$.Revision' IS NOT old ->> '$.Revision';
END;

CREATE TRIGGER item_changed INSTEAD OF INSERT ON item_change
BEGIN
  INSERT INTO history(item, name, parent, kind, bucket, revision, state, at, why, request, role, on_behalf_of, instruction, application, content)
  SELECT NEW.id, NEW.j ->> '$.Name', NEW.j ->> '$.Parent', NEW.kind, NEW.j ->> '$.Bucket', NEW.revision, NEW.state, NEW.at,
         NEW.j ->> '$.Change.Why', NEW.j ->> '$.Change.RequestId', NEW.j ->> '$.Change.Role', NEW.j ->> '$.Change.OnBehalfOf',
         NEW.j ->> '$.Change.Instruction', NEW.j ->> '$.Change.Application', NULLIF(NEW.j -> '$.Content', NEW.old -> '$.Content');
  INSERT INTO history_person(seq, salt, who) VALUES (last_insert_rowid(), randomblob(16), NEW.j ->> '$.Change.Who');
  -- a published state counts; the published state before it no longer does; what stays the same cancels out
  INSERT INTO statistic_delta(at, dimension, value, n)
  SELECT NEW.at, dimension, value, SUM(n) FROM (
    SELECT 'type' AS dimension, NEW.j ->> '$.Type' AS value, 1 AS n WHERE NEW.state = 'PUBLISHED'
    UNION ALL SELECT 'country', NEW.j ->> '$.Country', 1 WHERE NEW.state = 'PUBLISHED'
    UNION ALL SELECT 'area', value, 1 FROM json_each(NEW.j, '$.Content.AreasOfFocus') WHERE NEW.state = 'PUBLISHED'
    UNION ALL SELECT 'goal', CAST(value AS TEXT), 1 FROM json_each(NEW.j, '$.Content.Goals') WHERE NEW.state = 'PUBLISHED'
    UNION ALL SELECT 'type', NEW.old ->> '$.Type', -1 WHERE NEW.old_state = 'PUBLISHED'
    UNION ALL SELECT 'country', NEW.old ->> '$.Country', -1 WHERE NEW.old_state = 'PUBLISHED'
    UNION ALL SELECT 'area', value, -1 FROM json_each(NEW.old, '$.Content.AreasOfFocus') WHERE NEW.old_state = 'PUBLISHED'
    UNION ALL SELECT 'goal', CAST(value AS TEXT), -1 FROM json_each(NEW.old, '$.Content.Goals') WHERE NEW.old_state = 'PUBLISHED')
  GROUP BY dimension, value HAVING SUM(n) <> 0;
  DELETE FROM tag WHERE item = NEW.id AND NEW.old_state <> 'NONE';
  INSERT INTO tag(item, dimension, value)
  SELECT NEW.id, 'area', value FROM json_each(NEW.j, '$.Content.AreasOfFocus') WHERE NEW.state <> 'NONE'
  UNION ALL SELECT NEW.id, 'goal', CAST(value AS TEXT) FROM json_each(NEW.j, '$.Content.Goals') WHERE NEW.state <> 'NONE';
  INSERT INTO register(id, name, kind, parent, country, type, state, language, maturity, title, source_reference, bucket, revision,
                       create_time, update_time, confirm_time, expire_time)
  SELECT NEW.id, NEW.j ->> '$.Name', NEW.kind, NEW.j ->> '$.Parent', NEW.j ->> '$.Country', NEW.j ->> '$.Type', NEW.state,
         NEW.j ->> '$.Content.LanguageCode', NEW.j ->> '$.Content.Maturity', NEW.j ->> '$.Content.Title', NULLIF(NEW.j ->> '$.Content.SourceReference', ''),
         NEW.j ->> '$.Bucket', NEW.revision, NEW.j ->> '$.CreateTime', NEW.at, NEW.j ->> '$.ConfirmTime', NEW.j ->> '$.Content.ExpireTime'
  WHERE NEW.state <> 'NONE'
  ON CONFLICT(id) DO UPDATE SET country = excluded.country, type = excluded.type, state = excluded.state, language = excluded.language,
    maturity = excluded.maturity, title = excluded.title, source_reference = excluded.source_reference, revision = excluded.revision,
    create_time = excluded.create_time, update_time = excluded.update_time, confirm_time = excluded.confirm_time, expire_time = excluded.expire_time;
  DELETE FROM register WHERE id = NEW.id AND NEW.state = 'NONE';
END;

CREATE TRIGGER participant_changed INSTEAD OF INSERT ON participant_change
BEGIN
  INSERT INTO history(item, name, parent, kind, bucket, revision, state, at, why, request, role, on_behalf_of, instruction, application, content)
  VALUES (NEW.id, NEW.j ->> '$.Name', NEW.j ->> '$.Name', NEW.kind, 0, NEW.revision, NEW.j ->> '$.Account', NEW.at,
          NEW.j ->> '$.Change.Why', NEW.j ->> '$.Change.RequestId', NEW.j ->> '$.Change.Role', NEW.j ->> '$.Change.OnBehalfOf',
          NEW.j ->> '$.Change.Instruction', NEW.j ->> '$.Change.Application',
          json_object('displayName', NEW.j ->> '$.DisplayName', 'institution', NEW.j ->> '$.Institution', 'languageCodes', NEW.j -> '$.LanguageCodes', 'website', NEW.j ->> '$.Website'));
  INSERT INTO history_person(seq, salt, who) VALUES (last_insert_rowid(), randomblob(16), NEW.j ->> '$.Change.Who');
  -- the account table counts authorities
  INSERT INTO statistic_delta(at, dimension, value, n)
  SELECT NEW.at, 'account', account, -1 FROM participant WHERE id = NEW.id AND kind = 'authority' AND account <> NEW.j ->> '$.Account'
  UNION ALL SELECT NEW.at, 'account', NEW.j ->> '$.Account', 1
  WHERE NEW.kind = 'authority' AND NOT EXISTS (SELECT 1 FROM participant WHERE id = NEW.id AND account = NEW.j ->> '$.Account');
  INSERT INTO participant(id, name, kind, country, account)
  SELECT NEW.id, NEW.j ->> '$.Name', NEW.kind, NEW.j ->> '$.Country', NEW.j ->> '$.Account' WHERE TRUE
  ON CONFLICT(id) DO UPDATE SET country = excluded.country, account = excluded.account;
END;

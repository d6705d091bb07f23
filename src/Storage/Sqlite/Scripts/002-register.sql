-- Register, history and statistic deltas: written by triggers from the JSON state, in the statement that writes the state.
-- Grains never clear the states named here: a deleted draft is a state without content, so that its Change tells who deleted it.

-- One row for each item that exists. Texts stay in OrleansStorage; lists join them by id.
CREATE TABLE register (
  id INTEGER PRIMARY KEY, -- OrleansStorage.Id
  name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, parent TEXT NOT NULL, country TEXT NOT NULL, type TEXT NOT NULL,
  state TEXT NOT NULL, language TEXT NOT NULL, maturity TEXT NOT NULL, title TEXT NOT NULL, source_reference TEXT,
  bucket INTEGER NOT NULL, revision INTEGER NOT NULL,
  create_time TEXT NOT NULL, update_time TEXT NOT NULL, confirm_time TEXT, expire_time TEXT);
CREATE INDEX ix_register_parent ON register(parent, kind, name);
CREATE INDEX ix_register_source ON register(parent, kind, source_reference) WHERE source_reference IS NOT NULL;

-- The areas and goals that lists filter by.
CREATE TABLE tag (item INTEGER NOT NULL, dimension TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (item, dimension, value)) WITHOUT ROWID;

CREATE TABLE participant (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, country TEXT NOT NULL, account TEXT NOT NULL);

-- seq is commit order: SQLite has one writer.
CREATE TABLE history (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, item INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, bucket INTEGER NOT NULL, revision INTEGER NOT NULL,
  state TEXT NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, request TEXT NOT NULL);
CREATE INDEX ix_history_item ON history(item, seq);

CREATE TABLE statistic_delta (seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, dimension TEXT NOT NULL, value TEXT NOT NULL, n INTEGER NOT NULL);
-- The sum of all deltas up to statistic_fold.seq.
CREATE TABLE statistic_total (dimension TEXT NOT NULL, value TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (dimension, value)) WITHOUT ROWID;
CREATE TABLE statistic_fold (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL);
INSERT INTO statistic_fold VALUES (1, 0);

-- A view that stores nothing: inserting into it runs the trigger below, with the state parsed once, and the state before it.
CREATE VIEW item_change AS SELECT 0 AS id, '' AS kind, 0 AS revision, '' AS state, '' AS at, x'' AS j, '' AS old_state, x'' AS old WHERE 0;

CREATE TRIGGER storage_inserted_item AFTER INSERT ON OrleansStorage WHEN NEW.GrainTypeString IN ('offer', 'need') AND NEW.PayloadBinary IS NOT NULL
BEGIN
  INSERT INTO item_change SELECT NEW.Id, NEW.GrainTypeString, j ->> '$.Revision', j ->> '$.State', j ->> '$.UpdateTime', j, 'NONE', NULL
  FROM (SELECT jsonb(CAST(NEW.PayloadBinary AS TEXT)) AS j);
END;
CREATE TRIGGER storage_updated_item AFTER UPDATE OF PayloadBinary ON OrleansStorage WHEN NEW.GrainTypeString IN ('offer', 'need') AND NEW.PayloadBinary IS NOT NULL
BEGIN
  INSERT INTO item_change SELECT NEW.Id, NEW.GrainTypeString, j ->> '$.Revision', j ->> '$.State', j ->> '$.UpdateTime', j, IFNULL(old ->> '$.State', 'NONE'), old
  FROM (SELECT jsonb(CAST(NEW.PayloadBinary AS TEXT)) AS j, jsonb(CAST(OLD.PayloadBinary AS TEXT)) AS old);
END;

CREATE TRIGGER item_changed INSTEAD OF INSERT ON item_change
BEGIN
  INSERT INTO history(item, name, kind, bucket, revision, state, at, who, why, request)
  VALUES (NEW.id, NEW.j ->> '$.Name', NEW.kind, NEW.j ->> '$.Bucket', NEW.revision, NEW.state, NEW.at,
          NEW.j ->> '$.Change.Who', NEW.j ->> '$.Change.Why', NEW.j ->> '$.Change.RequestId');
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

CREATE VIEW participant_change AS SELECT 0 AS id, '' AS kind, 0 AS revision, '' AS at, x'' AS j WHERE 0;

CREATE TRIGGER storage_inserted_participant AFTER INSERT ON OrleansStorage WHEN NEW.GrainTypeString IN ('authority', 'partner') AND NEW.PayloadBinary IS NOT NULL
BEGIN
  INSERT INTO participant_change SELECT NEW.Id, NEW.GrainTypeString, j ->> '$.Revision', j ->> '$.UpdateTime', j FROM (SELECT jsonb(CAST(NEW.PayloadBinary AS TEXT)) AS j);
END;
CREATE TRIGGER storage_updated_participant AFTER UPDATE OF PayloadBinary ON OrleansStorage WHEN NEW.GrainTypeString IN ('authority', 'partner') AND NEW.PayloadBinary IS NOT NULL
BEGIN
  INSERT INTO participant_change SELECT NEW.Id, NEW.GrainTypeString, j ->> '$.Revision', j ->> '$.UpdateTime', j FROM (SELECT jsonb(CAST(NEW.PayloadBinary AS TEXT)) AS j);
END;

CREATE TRIGGER participant_changed INSTEAD OF INSERT ON participant_change
BEGIN
  INSERT INTO history(item, name, kind, bucket, revision, state, at, who, why, request)
  VALUES (NEW.id, NEW.j ->> '$.Name', NEW.kind, 0, NEW.revision, NEW.j ->> '$.Account', NEW.at,
          NEW.j ->> '$.Change.Who', NEW.j ->> '$.Change.Why', NEW.j ->> '$.Change.RequestId');
  -- the account table counts authorities
  INSERT INTO statistic_delta(at, dimension, value, n)
  SELECT NEW.at, 'account', account, -1 FROM participant WHERE id = NEW.id AND kind = 'authority' AND account <> NEW.j ->> '$.Account'
  UNION ALL SELECT NEW.at, 'account', NEW.j ->> '$.Account', 1
  WHERE NEW.kind = 'authority' AND NOT EXISTS (SELECT 1 FROM participant WHERE id = NEW.id AND account = NEW.j ->> '$.Account');
  INSERT INTO participant(id, name, kind, country, account)
  SELECT NEW.id, NEW.j ->> '$.Name', NEW.kind, NEW.j ->> '$.Country', NEW.j ->> '$.Account' WHERE TRUE
  ON CONFLICT(id) DO UPDATE SET country = excluded.country, account = excluded.account;
END;

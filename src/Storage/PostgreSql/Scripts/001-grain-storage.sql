-- Text compares by its bytes, as on SQLite: lists come in the same order from either, whatever the server's locale.
CREATE DOMAIN code AS text COLLATE "C";

-- What Orleans' AdoNet provider needs: one table, four queries, each one statement, so that a failure never leaves a transaction open.
CREATE TABLE orleansquery (querykey code PRIMARY KEY, querytext text NOT NULL);

CREATE TABLE orleansstorage (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  grainidhash integer NOT NULL, grainidn0 bigint NOT NULL, grainidn1 bigint NOT NULL,
  graintypehash integer NOT NULL, graintypestring code NOT NULL, grainidextensionstring code,
  serviceid code NOT NULL, payloadbinary bytea, modifiedon timestamptz NOT NULL DEFAULT now(), version integer NOT NULL)
  WITH (fillfactor = 80);
-- One row for each grain, whatever happens: of several racing first writes this lets one win.
CREATE UNIQUE INDEX ux_orleansstorage ON orleansstorage
  (grainidhash, graintypehash, grainidn0, grainidn1, graintypestring, COALESCE(grainidextensionstring, ''), serviceid);

-- An update and an insert, of which the version lets at most one act; no row returned tells Orleans that the version is stale.
INSERT INTO orleansquery VALUES ('WriteToStorageKey', $$
WITH updated AS (
  UPDATE orleansstorage SET payloadbinary = @PayloadBinary, modifiedon = now(), version = version + 1
  WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
    AND graintypestring = @GrainTypeString AND COALESCE(grainidextensionstring, '') = COALESCE(@GrainIdExtensionString, '') AND serviceid = @ServiceId
    AND version = @GrainStateVersion
  RETURNING version),
inserted AS (
  INSERT INTO orleansstorage(grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid, payloadbinary, version)
  SELECT @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString, @ServiceId, @PayloadBinary, 1
  WHERE @GrainStateVersion IS NULL
  ON CONFLICT DO NOTHING
  RETURNING version)
SELECT version AS NewGrainStateVersion FROM updated UNION ALL SELECT version FROM inserted
$$);

INSERT INTO orleansquery VALUES ('ReadFromStorageKey', $$
SELECT payloadbinary, version FROM orleansstorage
WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
  AND graintypestring = @GrainTypeString AND COALESCE(grainidextensionstring, '') = COALESCE(@GrainIdExtensionString, '') AND serviceid = @ServiceId
$$);

INSERT INTO orleansquery VALUES ('ClearStorageKey', $$
UPDATE orleansstorage SET payloadbinary = NULL, modifiedon = now(), version = version + 1
WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
  AND graintypestring = @GrainTypeString AND COALESCE(grainidextensionstring, '') = COALESCE(@GrainIdExtensionString, '') AND serviceid = @ServiceId
  AND version = @GrainStateVersion
RETURNING version AS NewGrainStateVersion
$$);

INSERT INTO orleansquery VALUES ('DeleteStorageKey', $$
DELETE FROM orleansstorage
WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
  AND graintypestring = @GrainTypeString AND COALESCE(grainidextensionstring, '') = COALESCE(@GrainIdExtensionString, '') AND serviceid = @ServiceId
  AND version = @GrainStateVersion
RETURNING version + 1 AS NewGrainStateVersion
$$);

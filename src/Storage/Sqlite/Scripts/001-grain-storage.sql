-- What Orleans' AdoNet provider needs: one table, four queries. Each query is one statement, so that a failure never leaves a
-- transaction open; the unique index and the upsert let exactly one of several racing first writes win.
CREATE TABLE OrleansQuery (QueryKey TEXT PRIMARY KEY, QueryText TEXT NOT NULL) WITHOUT ROWID;

-- Id is declared, because VACUUM renumbers undeclared row ids and the register refers to it.
CREATE TABLE OrleansStorage (
  Id INTEGER PRIMARY KEY,
  GrainIdHash INTEGER NOT NULL, GrainIdN0 INTEGER NOT NULL, GrainIdN1 INTEGER NOT NULL,
  GrainTypeHash INTEGER NOT NULL, GrainTypeString TEXT NOT NULL, GrainIdExtensionString TEXT NULL,
  ServiceId TEXT NOT NULL, PayloadBinary BLOB NULL, ModifiedOn TEXT NOT NULL, Version INTEGER NOT NULL);
CREATE UNIQUE INDEX UX_OrleansStorage ON OrleansStorage
  (GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainTypeString, IFNULL(GrainIdExtensionString,''), ServiceId);

INSERT INTO OrleansQuery VALUES ('WriteToStorageKey','
INSERT INTO OrleansStorage(GrainIdHash,GrainIdN0,GrainIdN1,GrainTypeHash,GrainTypeString,GrainIdExtensionString,ServiceId,PayloadBinary,ModifiedOn,Version)
SELECT @GrainIdHash,@GrainIdN0,@GrainIdN1,@GrainTypeHash,@GrainTypeString,@GrainIdExtensionString,@ServiceId,@PayloadBinary,strftime(''%Y-%m-%dT%H:%M:%fZ'',''now''),1
WHERE @GrainStateVersion IS NULL OR EXISTS(SELECT 1 FROM OrleansStorage
  WHERE GrainIdHash=@GrainIdHash AND GrainTypeHash=@GrainTypeHash AND GrainIdN0=@GrainIdN0 AND GrainIdN1=@GrainIdN1
  AND GrainTypeString=@GrainTypeString AND IFNULL(GrainIdExtensionString,'''')=IFNULL(@GrainIdExtensionString,'''') AND ServiceId=@ServiceId)
ON CONFLICT(GrainIdHash,GrainTypeHash,GrainIdN0,GrainIdN1,GrainTypeString,IFNULL(GrainIdExtensionString,''''),ServiceId)
DO UPDATE SET PayloadBinary=excluded.PayloadBinary, ModifiedOn=excluded.ModifiedOn, Version=Version+1
WHERE Version=@GrainStateVersion
RETURNING Version AS NewGrainStateVersion;');

INSERT INTO OrleansQuery VALUES ('ReadFromStorageKey','
SELECT PayloadBinary, Version FROM OrleansStorage
WHERE GrainIdHash=@GrainIdHash AND GrainTypeHash=@GrainTypeHash AND GrainIdN0=@GrainIdN0 AND GrainIdN1=@GrainIdN1
AND GrainTypeString=@GrainTypeString AND IFNULL(GrainIdExtensionString,'''')=IFNULL(@GrainIdExtensionString,'''') AND ServiceId=@ServiceId;');

INSERT INTO OrleansQuery VALUES ('ClearStorageKey','
UPDATE OrleansStorage SET PayloadBinary=NULL, ModifiedOn=strftime(''%Y-%m-%dT%H:%M:%fZ'',''now''), Version=Version+1
WHERE GrainIdHash=@GrainIdHash AND GrainTypeHash=@GrainTypeHash AND GrainIdN0=@GrainIdN0 AND GrainIdN1=@GrainIdN1
AND GrainTypeString=@GrainTypeString AND IFNULL(GrainIdExtensionString,'''')=IFNULL(@GrainIdExtensionString,'''') AND ServiceId=@ServiceId
AND Version=@GrainStateVersion RETURNING Version AS NewGrainStateVersion;');

INSERT INTO OrleansQuery VALUES ('DeleteStorageKey','
DELETE FROM OrleansStorage
WHERE GrainIdHash=@GrainIdHash AND GrainTypeHash=@GrainTypeHash AND GrainIdN0=@GrainIdN0 AND GrainIdN1=@GrainIdN1
AND GrainTypeString=@GrainTypeString AND IFNULL(GrainIdExtensionString,'''')=IFNULL(@GrainIdExtensionString,'''') AND ServiceId=@ServiceId
AND Version=@GrainStateVersion RETURNING Version+1 AS NewGrainStateVersion;');

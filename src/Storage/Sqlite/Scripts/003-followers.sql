-- What followers keep: encodings of items by revision and model, how far each partition has read, and settings that belong to the data.
CREATE TABLE encoding (
  item INTEGER NOT NULL, model TEXT NOT NULL, revision INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (item, model, revision)) WITHOUT ROWID;
CREATE TABLE follower (partition INTEGER PRIMARY KEY, seq INTEGER NOT NULL, model TEXT NOT NULL);
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

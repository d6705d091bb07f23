-- What followers keep: encodings of items by revision and model, how far each partition has read, and settings that belong to the data.
-- With a row id: a row of 1.5 KB in an index tree would spill onto a page of its own.
CREATE TABLE encoding (
  item INTEGER NOT NULL, model TEXT NOT NULL, revision INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (item, model, revision));
CREATE TABLE follower (partition INTEGER PRIMARY KEY, seq INTEGER NOT NULL, model TEXT NOT NULL);
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

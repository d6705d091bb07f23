-- What followers keep: encodings of items by revision and model, how far each partition has read, and settings that belong to the data.
CREATE TABLE encoding (
  item bigint NOT NULL, model code NOT NULL, revision bigint NOT NULL, data bytea NOT NULL, PRIMARY KEY (item, model, revision));
ALTER TABLE encoding ALTER COLUMN data SET STORAGE EXTERNAL; -- codes do not compress
CREATE TABLE follower (partition integer PRIMARY KEY, tx bigint NOT NULL, seq bigint NOT NULL, model code NOT NULL);
CREATE TABLE setting (key code PRIMARY KEY, value text NOT NULL);

-- Catalogue imports: one row for each import and for each row of its file, and the fingerprints by which near-identical texts are found.
CREATE TABLE catalog_import (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, parent TEXT NOT NULL, create_time TEXT NOT NULL);
CREATE INDEX ix_catalog_import_parent ON catalog_import(parent, id);

-- detail is JSON: {"errors":[{"field":"","description":""}],"changed":[""],"duplicates":[""]}
CREATE TABLE catalog_import_row (
  import INTEGER NOT NULL, row INTEGER NOT NULL, kind TEXT NOT NULL, reference TEXT NOT NULL, outcome TEXT NOT NULL, item TEXT NOT NULL, detail TEXT NOT NULL,
  PRIMARY KEY (import, row)) WITHOUT ROWID;
CREATE INDEX ix_catalog_import_row_reference ON catalog_import_row(import, kind, reference);
-- What near-identical rows share; dropped when the import ends.
CREATE TABLE catalog_import_fingerprint (import INTEGER NOT NULL, row INTEGER NOT NULL, sketch BLOB NOT NULL, PRIMARY KEY (import, row)) WITHOUT ROWID;
CREATE TABLE catalog_import_band (import INTEGER NOT NULL, band INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (import, band, row)) WITHOUT ROWID;

-- The same of every published item, written behind the commit together with its encoding.
CREATE TABLE fingerprint (item INTEGER PRIMARY KEY, revision INTEGER NOT NULL, sketch BLOB NOT NULL);
CREATE TABLE fingerprint_band (band INTEGER NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (band, item)) WITHOUT ROWID;
CREATE INDEX ix_fingerprint_band_item ON fingerprint_band(item);
-- Items that were encoded before fingerprints existed are encoded again.
DELETE FROM encoding;

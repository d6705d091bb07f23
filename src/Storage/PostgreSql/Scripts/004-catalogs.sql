-- Catalogue imports: one row for each import and for each row of its file, and the fingerprints by which near-identical texts are found.
CREATE TABLE catalog_import (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name code NOT NULL UNIQUE, parent code NOT NULL, create_time code NOT NULL);
CREATE INDEX ix_catalog_import_parent ON catalog_import(parent, id);

-- detail: {"errors":[{"field":"","description":""}],"changed":[""],"duplicates":[""]}
CREATE TABLE catalog_import_row (
  import bigint NOT NULL, row integer NOT NULL, kind code NOT NULL, reference code NOT NULL, outcome code NOT NULL, item code NOT NULL, detail jsonb NOT NULL,
  PRIMARY KEY (import, row));
CREATE INDEX ix_catalog_import_row_reference ON catalog_import_row(import, kind, reference);
-- What near-identical rows share; dropped when the import ends.
CREATE TABLE catalog_import_fingerprint (import bigint NOT NULL, row integer NOT NULL, sketch bytea NOT NULL, PRIMARY KEY (import, row));
CREATE TABLE catalog_import_band (import bigint NOT NULL, band bigint NOT NULL, row integer NOT NULL, PRIMARY KEY (import, band, row));

-- The same of every published item, written behind the commit together with its encoding.
CREATE TABLE fingerprint (item bigint PRIMARY KEY, revision bigint NOT NULL, sketch bytea NOT NULL);
CREATE TABLE fingerprint_band (band bigint NOT NULL, item bigint NOT NULL, PRIMARY KEY (band, item));
CREATE INDEX ix_fingerprint_band_item ON fingerprint_band(item);

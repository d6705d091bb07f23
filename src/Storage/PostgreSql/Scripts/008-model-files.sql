-- Files of the models that answer or are about to: a silo on a new disk fetches what it was not started with.
CREATE TABLE model_file (version code PRIMARY KEY, data bytea NOT NULL);

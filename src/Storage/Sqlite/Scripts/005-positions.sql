-- Positions as PostgreSQL needs them; tx stays 0 here, where seq is commit order. And how many deltas the totals hold.
ALTER TABLE follower ADD COLUMN tx INTEGER NOT NULL DEFAULT 0;
ALTER TABLE statistic_fold ADD COLUMN tx INTEGER NOT NULL DEFAULT 0;
ALTER TABLE statistic_fold ADD COLUMN n INTEGER NOT NULL DEFAULT 0;
UPDATE statistic_fold SET n = (SELECT COUNT(*) FROM statistic_delta WHERE seq <= statistic_fold.seq);

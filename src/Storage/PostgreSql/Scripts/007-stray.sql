-- A state as JSON; NULL for what is none, so that a reader of many goes on behind it.
CREATE FUNCTION readable(payload bytea) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE
AS $$ BEGIN RETURN convert_from(payload, 'UTF8')::jsonb; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$;

-- Free text: whether title and summary match a regular expression.
CREATE OR REPLACE FUNCTION holds(payload bytea, pattern text) RETURNS boolean LANGUAGE sql IMMUTABLE
AS $$ SELECT COALESCE(((j #>> '{Content,Title}') || ' ' || (j #>> '{Content,Summary}')) COLLATE "C" ~ pattern, false) FROM (SELECT readable(payload) AS j) s $$;

-- States that were written or taken away behind the history's back, a sentence each: also those of which only the standing, the owner
-- or the profile was changed. A state that is no JSON is told of by those who read states.
DROP VIEW stray;
CREATE VIEW stray AS
WITH state AS (
  SELECT id, kind, j IS NOT NULL AS readable, (j ->> 'Revision')::bigint AS revision,
    CASE WHEN kind IN ('offer', 'need') THEN j ->> 'State' ELSE j ->> 'Account' END AS standing,
    CASE WHEN kind IN ('offer', 'need') THEN j ->> 'Parent' ELSE j ->> 'Name' END AS parent,
    CASE WHEN kind IN ('offer', 'need') THEN j -> 'Content' ELSE profile(j::text::json)::jsonb END AS content,
    COALESCE(j ->> 'Name', kind || ' ' || id) AS name
  FROM (SELECT id, graintypestring AS kind, readable(payloadbinary) AS j FROM orleansstorage WHERE graintypestring IN ('offer', 'need', 'authority', 'partner') AND payloadbinary IS NOT NULL) s),
told AS (
  SELECT DISTINCT ON (item) item, name, state, parent, revision, COUNT(*) OVER (PARTITION BY item) AS events FROM history ORDER BY item, revision DESC)
SELECT '''' || state.name || ''' is at revision ' || COALESCE(state.revision, 0) || ', its history tells of ' || COALESCE(told.revision, 0) || ' in ' || COALESCE(told.events, 0) || ' events.' AS finding
FROM state LEFT JOIN told ON told.item = state.id WHERE state.readable AND (state.revision IS DISTINCT FROM told.revision OR told.events <> told.revision)
UNION ALL
SELECT '''' || told.name || ''' has a history and no state.' FROM told WHERE NOT EXISTS (SELECT 1 FROM state WHERE state.id = told.item)
UNION ALL
SELECT '''' || told.name || ''' is ' || COALESCE(state.standing, 'nothing') || ' of ' || COALESCE(state.parent, 'nobody') || ', its history says ' || told.state || ' of ' || told.parent || '.'
FROM state JOIN told ON told.item = state.id WHERE state.readable AND state.revision = told.revision AND (state.standing IS DISTINCT FROM told.state OR state.parent IS DISTINCT FROM told.parent)
UNION ALL
SELECT '''' || state.name || ''' says something else than its history.'
FROM state JOIN (SELECT DISTINCT ON (item) item, content::text::jsonb AS content FROM history WHERE content IS NOT NULL ORDER BY item, revision DESC) last ON last.item = state.id
WHERE state.readable AND last.content IS DISTINCT FROM state.content;

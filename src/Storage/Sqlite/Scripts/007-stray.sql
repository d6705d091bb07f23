-- States that were written or taken away behind the history's back, a sentence each: also those of which only the standing, the owner
-- or the profile was changed. A state that is no JSON is told of by those who read states.
DROP VIEW stray;
CREATE VIEW stray AS
WITH state AS (
  SELECT id, kind, j IS NOT NULL AS readable, j ->> '$.Revision' AS revision,
    CASE WHEN kind IN ('offer', 'need') THEN j ->> '$.State' ELSE j ->> '$.Account' END AS standing,
    CASE WHEN kind IN ('offer', 'need') THEN j ->> '$.Parent' ELSE j ->> '$.Name' END AS parent,
    CASE WHEN kind IN ('offer', 'need') THEN j -> '$.Content'
      ELSE json_object('displayName', j ->> '$.DisplayName', 'institution', j ->> '$.Institution', 'languageCodes', j -> '$.LanguageCodes', 'website', j ->> '$.Website') END AS content,
    IFNULL(j ->> '$.Name', kind || ' ' || id) AS name
  FROM (
    SELECT Id AS id, GrainTypeString AS kind, CASE WHEN json_valid(CAST(PayloadBinary AS TEXT)) THEN jsonb(CAST(PayloadBinary AS TEXT)) END AS j
    FROM OrleansStorage WHERE GrainTypeString IN ('offer', 'need', 'authority', 'partner') AND PayloadBinary IS NOT NULL)),
told AS (SELECT item, name, state, parent, MAX(revision) AS revision, COUNT(*) AS events FROM history GROUP BY item)
SELECT '''' || state.name || ''' is at revision ' || IFNULL(state.revision, 0) || ', its history tells of ' || IFNULL(told.revision, 0) || ' in ' || IFNULL(told.events, 0) || ' events.' AS finding
FROM state LEFT JOIN told ON told.item = state.id WHERE state.readable AND (state.revision IS NOT told.revision OR told.events <> told.revision)
UNION ALL
SELECT '''' || told.name || ''' has a history and no state.' FROM told WHERE NOT EXISTS (SELECT 1 FROM state WHERE state.id = told.item)
UNION ALL
SELECT '''' || told.name || ''' is ' || IFNULL(state.standing, 'nothing') || ' of ' || IFNULL(state.parent, 'nobody') || ', its history says ' || told.state || ' of ' || told.parent || '.'
FROM state JOIN told ON told.item = state.id WHERE state.readable AND state.revision IS told.revision AND (state.standing IS NOT told.state OR state.parent IS NOT told.parent)
UNION ALL
SELECT '''' || state.name || ''' says something else than its history.' FROM state JOIN (SELECT item, content, MAX(seq) FROM history WHERE content IS NOT NULL GROUP BY item) last ON last.item = state.id
WHERE state.readable AND last.content IS NOT state.content;

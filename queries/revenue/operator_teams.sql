-- The operations teams of rules.attribution_teams, and their touches in all history, whatever their kind and whether they were carried
-- out. A team that no touch names is one that the company does not have, or calls by another name: if that holds of all of them,
-- nobody can say what operations did.
--
-- grain: team
-- needs: staging.touches.team
-- column: team text "Team"
-- column: touches count "Touches up to the as-of date"
-- column: first_touched_on date "First touch"
-- column: last_touched_on date "Last touch"
SELECT
  a.team,
  count(t.touched_on) AS touches,
  min(t.touched_on) AS first_touched_on,
  max(t.touched_on) AS last_touched_on
FROM rules.attribution_teams a
LEFT JOIN staging.touches t ON t.team = a.team
WHERE (a.valid_from IS NULL OR a.valid_from <= $as_of) AND (a.valid_to IS NULL OR a.valid_to > $as_of)
GROUP BY a.team

-- Stages on record that rules.approval_stages does not name: they have no place on the approval path and are left out of it.
--
-- grain: stage
-- column: stage text "Stage"
-- column: entries count "Entries"
-- column: deals count "Deals"
-- column: last_entered_on date "Last entered on"
SELECT
  e.stage,
  count(*) AS entries,
  count(DISTINCT e.opportunity_id) AS deals,
  max(e.entered_on) AS last_entered_on
FROM staging.opportunity_stages e
JOIN decision_chain.deals d ON d.opportunity_id = e.opportunity_id
LEFT ANTI JOIN rules.approval_stages s
  ON s.stage = e.stage
  AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
WHERE d.is_in_period AND e.stage IS NOT NULL
GROUP BY e.stage

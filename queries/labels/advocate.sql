-- Label: who speaks for us. A customer that referred another one refers, one whose people recommend us from the mark of rules.labels on
-- promotes; one may do both. On each day of scores.days.
--
-- grain: valid_on, customer_id, value
-- column: valid_on date "Day"
-- column: customer_id text "Customer"
-- column: value text "Label"
SELECT e.scored_on AS valid_on, e.customer_id, r.value
FROM scores.evidence e
JOIN rules.labels r
  ON r.label = 'advocate' AND r.value = CASE e.rule_id WHEN 'referrals' THEN 'refers' WHEN 'recommends' THEN 'promotes' END
  AND (r.valid_from IS NULL OR r.valid_from <= e.scored_on) AND (r.valid_to IS NULL OR r.valid_to > e.scored_on)
WHERE e.value >= r.from_value

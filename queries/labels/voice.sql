-- Label: who tells us something, over the days of tickets of rules.score_days: one with a complaint complains, one with a request
-- suggests; one may do both. On each day of scores.days.
--
-- grain: valid_on, customer_id, value
-- column: valid_on date "Day"
-- column: customer_id text "Customer"
-- column: value text "Label"
SELECT e.scored_on AS valid_on, e.customer_id, r.value
FROM scores.evidence e
JOIN rules.labels r
  ON r.label = 'voice' AND r.value = CASE e.rule_id WHEN 'complaints' THEN 'complains' WHEN 'suggestions' THEN 'suggests' END
  AND (r.valid_from IS NULL OR r.valid_from <= e.scored_on) AND (r.valid_to IS NULL OR r.valid_to > e.scored_on)
WHERE e.value >= r.from_value

-- Label: how regularly a customer buys, by the months with orders among the last twelve. A customer reaches every mark of rules.labels up
-- to its own, and the first in order is the one that counts. On each day of scores.days.
--
-- grain: valid_on, customer_id, value
-- column: valid_on date "Day"
-- column: customer_id text "Customer"
-- column: value text "Label"
SELECT e.scored_on AS valid_on, e.customer_id, r.value
FROM scores.evidence e
JOIN rules.labels r
  ON r.label = 'rhythm'
  AND (r.valid_from IS NULL OR r.valid_from <= e.scored_on) AND (r.valid_to IS NULL OR r.valid_to > e.scored_on)
WHERE e.rule_id = 'order_months' AND e.value >= r.from_value

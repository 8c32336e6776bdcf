-- The label of each customer by kind and day: where several values match, the first in the order of rules.labels counts, then the first
-- by name. A value that the rule table does not know comes last. Customers are those of scores.population.
--
-- grain: valid_on, label, customer_id
-- check: n_matches >= 1
-- warn: position is not null
-- column: valid_on date "Day"
-- column: label text "Kind of label"
-- column: customer_id text "Customer"
-- column: value text "Label"
-- column: position count "Place in the order of match"
-- column: n_matches count "Values that match"
WITH placed AS (
  SELECT
    a.valid_on,
    a.label,
    a.customer_id,
    a.value,
    r.position,
    row_number() OVER (PARTITION BY a.valid_on, a.label, a.customer_id ORDER BY r.position NULLS LAST, a.value) AS place,
    count(*) OVER (PARTITION BY a.valid_on, a.label, a.customer_id) AS n_matches
  FROM labels.all a
  JOIN scores.population p ON p.scored_on = a.valid_on AND p.customer_id = a.customer_id
  LEFT JOIN rules.labels r
    ON r.label = a.label AND r.value = a.value
    AND (r.valid_from IS NULL OR r.valid_from <= a.valid_on) AND (r.valid_to IS NULL OR r.valid_to > a.valid_on)
)
SELECT valid_on, label, customer_id, value, position, n_matches
FROM placed
WHERE place = 1

-- What moved scores since the month-end before: the change of each rule of each customer that was scored on both days. The lines of a
-- customer add up to the change of its score.
--
-- grain: customer_id, rule_id
-- order: customer_id, size desc, rule_id
-- check: points_before + change = points_after
-- total: sum(change) = (select coalesce(sum(change), 0) from scores.current)
-- column: customer_id text "Customer"
-- column: rule_id text "Rule"
-- column: dimension text "Dimension"
-- column: value_before count "Evidence before"
-- column: value_after count "Evidence now"
-- column: points_before count "Points before"
-- column: points_after count "Points now"
-- column: change count "Change"
-- column: size count "Change without sign"
-- column: place count "Place among the rules of the customer"
WITH before AS (
  SELECT * FROM scores.ledgers WHERE scored_on = month_start($as_of) - 1
),
after AS (
  SELECT * FROM scores.ledgers WHERE scored_on = $as_of
),
changes AS (
  SELECT
    coalesce(a.customer_id, b.customer_id) AS customer_id,
    coalesce(a.rule_id, b.rule_id) AS rule_id,
    coalesce(a.dimension, b.dimension) AS dimension,
    b.value AS value_before,
    a.value AS value_after,
    coalesce(b.points, 0) AS points_before,
    coalesce(a.points, 0) AS points_after,
    coalesce(a.points, 0) - coalesce(b.points, 0) AS change
  FROM before b
  FULL OUTER JOIN after a ON a.customer_id = b.customer_id AND a.rule_id = b.rule_id
)
SELECT
  c.customer_id,
  c.rule_id,
  c.dimension,
  c.value_before,
  c.value_after,
  c.points_before,
  c.points_after,
  c.change,
  abs(c.change) AS size,
  CAST(row_number() OVER (PARTITION BY c.customer_id ORDER BY abs(c.change) DESC, c.rule_id) AS BIGINT) AS place
FROM changes c
JOIN scores.current s ON s.customer_id = c.customer_id AND s.score_before IS NOT NULL
WHERE c.change <> 0

-- Revenue of the window that operations may have moved: sales to customers of the waist and the tail within so many days
-- (rules.attribution) after a touch of an operations team, the day of the touch included. The last touch up to the day of the sale
-- counts; of several on that day the one of the first operator by id. Sales to head customers are never in.
--
-- grain: customer_id, sold_on
-- check: segment in ('waist', 'tail')
-- check: sold_on >= touched_on
-- column: customer_id text "Customer"
-- column: segment text "Segment"
-- column: sold_on date "Sold on"
-- column: revenue money "Final revenue in the window"
-- column: touched_on date "Last touch before"
-- column: operator_id text "Operator"
-- column: n_days days "From the touch to the sale"
WITH touched AS (
  SELECT o.customer_id, o.touched_on, min(o.operator_id) AS operator_id
  FROM revenue.operator_touches o
  JOIN tiers.current c ON c.customer_id = o.customer_id
  WHERE c.segment <> 'head'
  GROUP BY o.customer_id, o.touched_on
),
sold AS (
  SELECT u.unit_id AS customer_id, f.sold_on, sum(f.amount) AS revenue
  FROM revenue.final f
  JOIN value.units u ON u.customer_id = f.customer_id
  WHERE f.final_on >= $window_start AND f.final_on < $window_end
    AND u.unit_id IN (SELECT customer_id FROM touched)
    AND NOT u.is_internal
  GROUP BY u.unit_id, f.sold_on
),
events AS (
  SELECT customer_id, touched_on AS day, 0 AS step, touched_on, CAST(NULL AS DECIMAL(38, 4)) AS revenue FROM touched
  UNION ALL
  SELECT customer_id, sold_on, 1, NULL, revenue FROM sold
),
followed AS (
  SELECT
    customer_id,
    day,
    step,
    revenue,
    max(touched_on) OVER (PARTITION BY customer_id ORDER BY day, step ROWS UNBOUNDED PRECEDING) AS touched_on
  FROM events
)
SELECT
  f.customer_id,
  c.segment,
  f.day AS sold_on,
  f.revenue,
  f.touched_on,
  t.operator_id,
  f.day - f.touched_on AS n_days
FROM followed f
CROSS JOIN rules.attribution a
JOIN touched t ON t.customer_id = f.customer_id AND t.touched_on = f.touched_on
JOIN tiers.current c ON c.customer_id = f.customer_id
WHERE f.step = 1 AND f.day - f.touched_on <= a.days
  AND (a.valid_from IS NULL OR a.valid_from <= $as_of) AND (a.valid_to IS NULL OR a.valid_to > $as_of)

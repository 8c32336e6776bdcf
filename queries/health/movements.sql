-- Who moved between states of health, from the month-end $compare_months before the latest one to the latest one. Customers who were
-- not there yet come from new, those who have left since go to lost. Empty where the history does not reach back that far.
--
-- grain: from_state, to_state
-- order: from_position, to_position
-- check: from_state <> 'new' or to_state <> 'lost'
-- total: sum(case when from_state <> 'new' then customers else 0 end) = (select coalesce(sum(customers), 0) from health.by_month
--   where month_end = month_end(month_add(month_start($as_of + 1), -1 - $compare_months)))
-- column: from_state text "Before"
-- column: to_state text "After"
-- column: from_position count "Position before"
-- column: to_position count "Position after"
-- column: customers count "Customers"
-- column: revenue money "Final revenue in the window"
WITH ends AS (
  SELECT
    month_end(month_add(month_start($as_of + 1), -1 - $compare_months)) AS from_end,
    month_end(month_add(month_start($as_of + 1), -1)) AS to_end
),
before AS (
  SELECT h.customer_id, h.state FROM health.history h JOIN ends e ON e.from_end = h.month_end
),
after AS (
  SELECT h.customer_id, h.state FROM health.history h JOIN ends e ON e.to_end = h.month_end
),
reached AS (
  SELECT count(*) > 0 AS has_before FROM before
),
pairs AS (
  SELECT
    coalesce(b.customer_id, a.customer_id) AS customer_id,
    coalesce(b.state, 'new') AS from_state,
    coalesce(a.state, 'lost') AS to_state
  FROM before b
  FULL OUTER JOIN after a ON a.customer_id = b.customer_id
)
SELECT
  p.from_state,
  p.to_state,
  CASE p.from_state WHEN 'risk' THEN 1 WHEN 'watch' THEN 2 WHEN 'healthy' THEN 3 WHEN 'unknown' THEN 4 ELSE 5 END AS from_position,
  CASE p.to_state WHEN 'risk' THEN 1 WHEN 'watch' THEN 2 WHEN 'healthy' THEN 3 WHEN 'unknown' THEN 4 ELSE 5 END AS to_position,
  count(*) AS customers,
  coalesce(sum(t.revenue), 0) AS revenue
FROM pairs p
CROSS JOIN reached r
LEFT JOIN tiers.current t ON t.customer_id = p.customer_id
WHERE r.has_before
GROUP BY p.from_state, p.to_state

-- The tier of each customer at the latest full month-end beside the one `compare_months` earlier.
-- `new` had no final line in the twelve months before, `lost` has none in the twelve months now. Empty when the history
-- does not reach back to the earlier month-end.
--
-- grain: customer_id
-- column: customer_id text "Customer"
-- column: from_month_end date "Earlier month-end"
-- column: to_month_end date "Later month-end"
-- column: from_tier text "Tier before"
-- column: to_tier text "Tier after"
-- column: from_position count "Position before"
-- column: to_position count "Position after"
-- column: revenue_before money "Revenue before"
-- column: revenue_after money "Revenue after"
-- column: ahead_before money "Revenue of the customers ahead, before"
-- column: ahead_after money "Revenue of the customers ahead, after"
-- column: total_before money "Revenue of customers above zero, before"
-- column: total_after money "Revenue of customers above zero, after"
WITH ends AS (
  SELECT
    month_end(month_add(month_start($as_of + 1), -1)) AS to_end,
    month_end(month_add(month_start($as_of + 1), -1 - $compare_months)) AS from_end
),
-- A month-end that nobody bought before has no rows in the history.
reach AS (
  SELECT min(h.month_end) AS first_end FROM tiers.history h
),
pairs AS (
  SELECT
    h.customer_id,
    e.from_end,
    e.to_end,
    h.month_end = e.to_end AS is_after,
    h.tier,
    h.position,
    h.revenue,
    h.revenue_ahead,
    h.total_revenue
  FROM tiers.history h
  CROSS JOIN ends e
  CROSS JOIN reach r
  WHERE (h.month_end = e.from_end OR h.month_end = e.to_end) AND r.first_end <= e.from_end
)
SELECT
  customer_id,
  from_end AS from_month_end,
  to_end AS to_month_end,
  coalesce(max(CASE WHEN NOT is_after THEN tier END), 'new') AS from_tier,
  coalesce(max(CASE WHEN is_after THEN tier END), 'lost') AS to_tier,
  coalesce(max(CASE WHEN NOT is_after THEN position END), 0) AS from_position,
  coalesce(max(CASE WHEN is_after THEN position END), 99) AS to_position,
  coalesce(max(CASE WHEN NOT is_after THEN revenue END), 0) AS revenue_before,
  coalesce(max(CASE WHEN is_after THEN revenue END), 0) AS revenue_after,
  max(CASE WHEN NOT is_after THEN revenue_ahead END) AS ahead_before,
  max(CASE WHEN is_after THEN revenue_ahead END) AS ahead_after,
  max(CASE WHEN NOT is_after THEN total_revenue END) AS total_before,
  max(CASE WHEN is_after THEN total_revenue END) AS total_after
FROM pairs
GROUP BY customer_id, from_end, to_end

-- The change of revenue per active customer in one row for each comparison, and how much of it is mix and how much rate (arpu.effects).
-- The change itself is taken from the months, so that it is a control of the sum over the tiers. Empty when the tiers do not
-- reach back that far or one of the months has no active customer.
--
-- grain: comparison
-- check: mix_effect + rate_effect = change
-- column: comparison text "Compared with"
-- column: month_before month "Month before"
-- column: month_after month "Month after"
-- column: revenue_before money "Revenue before"
-- column: revenue_after money "Revenue after"
-- column: active_before count "Active customers before"
-- column: active_after count "Active customers after"
-- column: arpu_before money "ARPU before"
-- column: arpu_after money "ARPU after"
-- column: change money "Change of ARPU"
-- column: change_share ratio "Change against the month before"
-- column: mix_effect money "Change through the mix of tiers"
-- column: rate_effect money "Change through ARPU inside the tiers"
WITH sums AS (
  SELECT comparison, month_before, month_after, sum(mix_effect) AS mix_effect, sum(rate_effect) AS rate_effect
  FROM arpu.effects
  WHERE total_effect IS NOT NULL
  GROUP BY comparison, month_before, month_after
)
SELECT
  s.comparison,
  s.month_before,
  s.month_after,
  b.revenue AS revenue_before,
  a.revenue AS revenue_after,
  b.active_customers AS active_before,
  a.active_customers AS active_after,
  b.arpu AS arpu_before,
  a.arpu AS arpu_after,
  CAST(
    CAST(a.revenue * b.active_customers - b.revenue * a.active_customers AS DOUBLE)
    / CAST(a.active_customers * b.active_customers AS DOUBLE) AS DECIMAL(38, 10)
  ) AS change,
  CASE
    WHEN b.revenue > 0
    THEN CAST(a.revenue * b.active_customers - b.revenue * a.active_customers AS DOUBLE) / CAST(b.revenue * a.active_customers AS DOUBLE)
  END AS change_share,
  s.mix_effect,
  s.rate_effect
FROM sums s
JOIN arpu.monthly b ON b.month = s.month_before
JOIN arpu.monthly a ON a.month = s.month_after

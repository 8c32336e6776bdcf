-- Tiers at the last 14 month-ends, computed again for each: revenue of its twelve months, cuts that were valid on it.
-- Holds every customer with a final line in those twelve months.
--
-- grain: month_end, customer_id
-- check: (rank is null) = (revenue <= 0)
-- column: month_end date "Month-end"
-- column: customer_id text "Customer"
-- column: tier text "Tier"
-- column: position count "Position of the tier from the top"
-- column: revenue money "Revenue of the twelve months"
-- column: rank count "Rank by revenue"
-- column: revenue_ahead money "Revenue of all customers ahead"
-- column: total_revenue money "Revenue of all customers above zero"
-- column: rule_version text "Version of the rule"
WITH spine AS (
  SELECT month_end(last_month) AS month_end, month_add(last_month, -k) AS month
  FROM (SELECT month_add(month_start($as_of + 1), -n) AS last_month FROM (SELECT unnest(range(1, 15)) AS n))
  CROSS JOIN (SELECT unnest(range(0, 12)) AS k)
),
acc AS (
  SELECT s.month_end, m.customer_id, sum(m.amount) AS revenue
  FROM spine s
  JOIN value.customer_month m ON m.month = s.month
  GROUP BY s.month_end, m.customer_id
),
ranked AS (
  SELECT
    month_end,
    customer_id,
    revenue,
    row_number() OVER (PARTITION BY month_end, revenue > 0 ORDER BY revenue DESC, customer_id) AS rank,
    sum(revenue) OVER (PARTITION BY month_end, revenue > 0 ORDER BY revenue DESC, customer_id ROWS UNBOUNDED PRECEDING) - revenue AS revenue_ahead,
    sum(revenue) OVER (PARTITION BY month_end, revenue > 0) AS total_revenue
  FROM acc
)
SELECT
  r.month_end,
  r.customer_id,
  l.tier,
  l.position,
  r.revenue,
  CASE WHEN r.revenue > 0 THEN CAST(r.rank AS BIGINT) END AS rank,
  CASE WHEN r.revenue > 0 THEN r.revenue_ahead END AS revenue_ahead,
  CASE WHEN r.revenue > 0 THEN r.total_revenue END AS total_revenue,
  l.rule_version
FROM ranked r
JOIN tiers.ladder l
  ON l.valid_on = r.month_end
  AND CASE
    WHEN r.revenue > 0
    THEN r.revenue_ahead >= l.above_share * r.total_revenue AND (r.revenue_ahead < l.below_share * r.total_revenue OR l.is_last)
    ELSE l.is_last
  END

-- Revenue per active customer by tier, for the months whose end has tiers (the last 14 full months). The tier is that of the
-- month's own end. Revenue of customers without a tier at that time is shown as untiered, so that the tiers add up to the month.
--
-- grain: month, tier
-- order: month, position
-- total: sum(revenue) = (select sum(revenue) from arpu.monthly where month in (select month_start(month_end) from tiers.history))
-- column: month month "Month"
-- column: tier text "Tier"
-- column: position count "Position from the top"
-- column: revenue money "Final revenue"
-- column: active_customers count "Active customers"
-- column: arpu money "Revenue per active customer"
-- column: is_partial bool "Not over yet on the as-of date"
-- column: is_small_sample bool "Too few active customers for a ratio to mean much"
WITH months AS (
  SELECT DISTINCT month_end, month_start(month_end) AS month FROM tiers.history
),
acc AS (
  SELECT
    m.month,
    coalesce(h.tier, 'untiered') AS tier,
    sum(c.amount) AS revenue,
    sum(CASE WHEN c.is_active THEN 1 ELSE 0 END) AS active_customers
  FROM months m
  JOIN value.customer_month c ON c.month = m.month
  LEFT JOIN tiers.history h ON h.month_end = m.month_end AND h.customer_id = c.customer_id
  GROUP BY m.month, coalesce(h.tier, 'untiered')
),
spine AS (
  SELECT m.month, l.tier, l.position
  FROM months m
  JOIN tiers.ladder l ON l.valid_on = m.month_end
  UNION ALL
  SELECT month, tier, 99
  FROM acc
  WHERE tier = 'untiered'
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.month,
  s.tier,
  s.position,
  coalesce(a.revenue, 0) AS revenue,
  coalesce(a.active_customers, 0) AS active_customers,
  CAST(a.revenue AS DOUBLE) / NULLIF(a.active_customers, 0) AS arpu,
  month_end(s.month) > $as_of AS is_partial,
  coalesce(a.active_customers, 0) < r.min_units AS is_small_sample
FROM spine s
CROSS JOIN rule r
LEFT JOIN acc a ON a.month = s.month AND a.tier = s.tier

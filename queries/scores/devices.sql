-- Profile by device on the as-of date, of customers who have bought and have not left: who uses it at all, whose main device it is, and what
-- the latter bring. A customer with several devices is counted with each it uses, and with one main device.
--
-- grain: device
-- order: main_customers desc, device
-- check: main_customers <= customers
-- total: sum(minutes) = (select coalesce(sum(d.minutes), 0) from scores.device_days d join scores.population p
--   on p.scored_on = d.scored_on and p.customer_id = d.customer_id where d.scored_on = $as_of and d.device <> 'none' and (d.login_days > 0 or d.minutes > 0))
-- column: device text "Device"
-- column: customers count "Customers who use it"
-- column: main_customers count "Whose main device it is"
-- column: main_share ratio "Share of these"
-- column: minutes count "Minutes of use"
-- column: minutes_share ratio "Share of minutes"
-- column: revenue money "Final revenue of those whose main device it is"
-- column: revenue_per_customer money "For each of these"
-- column: mean_score count "Mean score of these"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH used AS (
  SELECT d.device, count(*) AS customers, sum(d.minutes) AS minutes
  FROM scores.device_days d
  JOIN scores.population p ON p.scored_on = d.scored_on AND p.customer_id = d.customer_id
  WHERE d.scored_on = $as_of AND d.device <> 'none' AND (d.login_days > 0 OR d.minutes > 0)
  GROUP BY d.device
),
main AS (
  SELECT m.main_device AS device, count(*) AS customers, sum(s.revenue) AS revenue, sum(s.score) AS score
  FROM scores.main_devices m
  JOIN scores.current s ON s.customer_id = m.customer_id
  WHERE m.scored_on = $as_of
  GROUP BY m.main_device
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  u.device,
  u.customers,
  coalesce(m.customers, 0) AS main_customers,
  CAST(coalesce(m.customers, 0) AS DOUBLE) / NULLIF(sum(m.customers) OVER (), 0) AS main_share,
  u.minutes,
  CAST(u.minutes AS DOUBLE) / NULLIF(CAST(sum(u.minutes) OVER () AS DOUBLE), 0) AS minutes_share,
  coalesce(m.revenue, 0) AS revenue,
  CAST(m.revenue / NULLIF(m.customers, 0) AS DECIMAL(38, 4)) AS revenue_per_customer,
  CAST(m.score AS DOUBLE) / NULLIF(m.customers, 0) AS mean_score,
  coalesce(m.customers, 0) < r.min_units AS is_small_sample
FROM used u
CROSS JOIN rule r
LEFT JOIN main m ON m.device = u.device

-- Customers and revenue by state of health on the as-of date. A state without customers is shown with zero.
--
-- grain: state
-- order: position
-- total: sum(customers) = (select count(*) from health.current)
-- total: sum(revenue) = (select sum(revenue) from health.current)
-- column: state text "Health"
-- column: position count "Position, risk first"
-- column: customers count "Customers"
-- column: customers_share ratio "Share of customers"
-- column: revenue money "Final revenue in the window"
-- column: revenue_share ratio "Share of revenue"
-- column: silent_customers count "Without a login within the days of the rule"
-- column: seasonal_customers count "With a fall that the season explains"
WITH states AS (
  SELECT * FROM (VALUES ('risk', 1), ('watch', 2), ('healthy', 3), ('unknown', 4)) AS s (state, position)
),
sums AS (
  SELECT
    state,
    count(*) AS customers,
    sum(revenue) AS revenue,
    sum(CASE WHEN is_silent THEN 1 ELSE 0 END) AS silent_customers,
    sum(CASE WHEN signals_seasonal > 0 THEN 1 ELSE 0 END) AS seasonal_customers
  FROM health.current
  GROUP BY state
)
SELECT
  s.state,
  s.position,
  coalesce(c.customers, 0) AS customers,
  CAST(coalesce(c.customers, 0) AS DOUBLE) / NULLIF(sum(c.customers) OVER (), 0) AS customers_share,
  coalesce(c.revenue, 0) AS revenue,
  CAST(coalesce(c.revenue, 0) AS DOUBLE) / NULLIF(CAST(sum(c.revenue) OVER () AS DOUBLE), 0) AS revenue_share,
  coalesce(c.silent_customers, 0) AS silent_customers,
  coalesce(c.seasonal_customers, 0) AS seasonal_customers
FROM states s
LEFT JOIN sums c ON c.state = s.state

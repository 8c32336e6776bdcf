-- Revenue per active customer, month by month over all history, with the same month a year before.
-- Internal customers are left out. A month without active customers has no ARPU.
--
-- grain: month
-- check: active_customers >= 0
-- total: sum(revenue) = (select sum(amount) from value.customer_day)
-- column: month month "Month"
-- column: revenue money "Final revenue"
-- column: active_customers count "Active customers"
-- column: arpu money "Revenue per active customer"
-- column: is_partial bool "Not over yet on the as-of date"
-- column: revenue_last_year money "Final revenue a year before"
-- column: active_customers_last_year count "Active customers a year before"
-- column: arpu_last_year money "Revenue per active customer a year before"
WITH acc AS (
  SELECT month, sum(amount) AS revenue, sum(CASE WHEN is_active THEN 1 ELSE 0 END) AS active_customers
  FROM value.customer_month
  GROUP BY month
),
monthly AS (
  SELECT
    m.month,
    m.is_partial,
    coalesce(a.revenue, 0) AS revenue,
    coalesce(a.active_customers, 0) AS active_customers
  FROM value.months m
  LEFT JOIN acc a ON a.month = m.month
),
paired AS (
  -- The months are without gaps, so twelve rows back is a year before.
  SELECT
    *,
    lag(revenue, 12) OVER (ORDER BY month) AS revenue_last_year,
    lag(active_customers, 12) OVER (ORDER BY month) AS active_customers_last_year
  FROM monthly
)
SELECT
  month,
  revenue,
  active_customers,
  CAST(revenue AS DOUBLE) / NULLIF(active_customers, 0) AS arpu,
  is_partial,
  revenue_last_year,
  active_customers_last_year,
  CAST(revenue_last_year AS DOUBLE) / NULLIF(active_customers_last_year, 0) AS arpu_last_year
FROM paired

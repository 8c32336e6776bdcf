-- Month on month: customers who bought in the month before and again, those who did not, the new and the returning ones.
-- This describes buying, it is not a verdict: a customer who buys every third month is "lost" and "reactivated" all the time.
--
-- grain: month
-- check: retained + lost = active_before
-- check: retained + new + reactivated = active_customers
-- column: month month "Month"
-- column: active_before count "Active in the month before"
-- column: retained count "Active in both"
-- column: lost count "Active before, not in this month"
-- column: new count "First sale in this month"
-- column: reactivated count "Active again after a pause"
-- column: logo_retention ratio "Share of those active before who bought again"
-- column: is_partial bool "Not over yet on the as-of date"
-- column: active_customers count "Active in this month"
WITH active AS (
  SELECT
    customer_id,
    month,
    lag(month) OVER (PARTITION BY customer_id ORDER BY month) AS previous_month
  FROM value.customer_month
  WHERE is_active
),
counts AS (
  SELECT
    month,
    count(*) AS active_customers,
    sum(CASE WHEN previous_month IS NULL THEN 1 ELSE 0 END) AS new,
    sum(CASE WHEN months_between(previous_month, month) = 1 THEN 1 ELSE 0 END) AS retained
  FROM active
  GROUP BY month
),
monthly AS (
  SELECT
    m.month,
    m.is_partial,
    coalesce(c.active_customers, 0) AS active_customers,
    coalesce(c.new, 0) AS new,
    coalesce(c.retained, 0) AS retained,
    coalesce(lag(c.active_customers) OVER (ORDER BY m.month), 0) AS active_before
  FROM value.months m
  LEFT JOIN counts c ON c.month = m.month
)
SELECT
  month,
  active_before,
  retained,
  active_before - retained AS lost,
  new,
  active_customers - new - retained AS reactivated,
  CAST(retained AS DOUBLE) / NULLIF(active_before, 0) AS logo_retention,
  is_partial,
  active_customers
FROM monthly

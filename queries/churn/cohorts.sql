-- Cohorts: customers by the month of their first final sale, and how many of them were active so many months later.
-- A month after the as-of date has no row; a month inside the observed time without sales is a true zero. The month that
-- is not over yet is marked.
--
-- grain: cohort, months_since
-- check: active_customers <= cohort_size
-- check: months_since > 0 or active_customers = cohort_size
-- column: cohort month "Month of the first sale"
-- column: months_since count "Months since"
-- column: cohort_size count "Customers of the cohort"
-- column: active_customers count "Active customers"
-- column: retention ratio "Share of the cohort that is active"
-- column: is_partial bool "Not over yet on the as-of date"
WITH active AS (
  SELECT customer_id, month, min(month) OVER (PARTITION BY customer_id) AS cohort
  FROM value.customer_month
  WHERE is_active
),
counts AS (
  SELECT cohort, months_between(cohort, month) AS months_since, count(*) AS active_customers
  FROM active
  GROUP BY cohort, months_between(cohort, month)
),
sizes AS (
  SELECT cohort, active_customers AS cohort_size
  FROM counts
  WHERE months_since = 0
),
spine AS (
  SELECT s.cohort, s.cohort_size, months_between(s.cohort, m.month) AS months_since, m.is_partial
  FROM sizes s
  JOIN value.months m ON m.month >= s.cohort
)
SELECT
  p.cohort,
  p.months_since,
  p.cohort_size,
  coalesce(c.active_customers, 0) AS active_customers,
  CAST(coalesce(c.active_customers, 0) AS DOUBLE) / p.cohort_size AS retention,
  p.is_partial
FROM spine p
LEFT JOIN counts c ON c.cohort = p.cohort AND c.months_since = p.months_since

-- Retention by months since the first sale, averaged over the cohorts: weighted by their size, for revenue by their first month,
-- and only over months that have been observed in full.
--
-- grain: months_since
-- check: retention between 0 and 1
-- check: kept_retention between 0 and 1
-- column: months_since count "Months since"
-- column: cohorts count "Cohorts observed"
-- column: customers count "Customers observed"
-- column: active_customers count "Active customers"
-- column: retention ratio "Share that is active"
-- column: kept_customers count "Customers who never left so far"
-- column: kept_retention ratio "Share that never left so far"
-- column: revenue money "Final revenue of these cohorts in the month"
-- column: first_revenue money "Final revenue of these cohorts in their first month"
-- column: revenue_retention ratio "Revenue against the first month"
-- column: is_small_sample bool "Too few customers for a rate to mean much"
WITH rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
sums AS (
  SELECT
    months_since,
    count(*) AS cohorts,
    sum(cohort_size) AS customers,
    sum(active_customers) AS active_customers,
    sum(kept_customers) AS kept_customers,
    sum(revenue) AS revenue,
    sum(first_revenue) AS first_revenue
  FROM churn.cohorts
  WHERE NOT is_partial
  GROUP BY months_since
)
SELECT
  s.months_since,
  s.cohorts,
  s.customers,
  s.active_customers,
  CAST(s.active_customers AS DOUBLE) / s.customers AS retention,
  s.kept_customers,
  CAST(s.kept_customers AS DOUBLE) / s.customers AS kept_retention,
  s.revenue,
  s.first_revenue,
  CASE WHEN s.first_revenue > 0 THEN CAST(s.revenue AS DOUBLE) / CAST(s.first_revenue AS DOUBLE) END AS revenue_retention,
  s.customers < r.min_rate_units AS is_small_sample
FROM sums s
CROSS JOIN rule r

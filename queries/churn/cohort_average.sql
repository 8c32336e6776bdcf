-- Retention by months since the first sale, averaged over the cohorts: weighted by their size, only over months that have
-- been observed in full.
--
-- grain: months_since
-- check: retention between 0 and 1
-- column: months_since count "Months since"
-- column: cohorts count "Cohorts observed"
-- column: customers count "Customers observed"
-- column: active_customers count "Active customers"
-- column: retention ratio "Share that is active"
-- column: is_small_sample bool "Too few customers for a rate to mean much"
WITH rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  c.months_since,
  count(*) AS cohorts,
  sum(c.cohort_size) AS customers,
  sum(c.active_customers) AS active_customers,
  CAST(sum(c.active_customers) AS DOUBLE) / sum(c.cohort_size) AS retention,
  sum(c.cohort_size) < r.min_rate_units AS is_small_sample
FROM churn.cohorts c
CROSS JOIN rule r
WHERE NOT c.is_partial
GROUP BY c.months_since, r.min_rate_units

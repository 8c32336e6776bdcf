-- Cohorts: customers by the month of their first final sale, and what became of them so many months later, in three ways: how many
-- were active in that month; how many had never left until its end (churn.stays); and what they brought, against their first month.
-- A month after the as-of date has no row; a month inside the observed time without sales is a true zero. The month that
-- is not over yet is marked. There is no share of revenue where the first month came to nothing or less.
--
-- grain: cohort, months_since
-- check: active_customers <= cohort_size
-- check: months_since > 0 or active_customers = cohort_size
-- check: kept_customers between 0 and cohort_size
-- total: sum(revenue) = (select sum(m.amount) from value.customer_month m join value.customers c on c.customer_id = m.customer_id where m.month >= month_start(c.first_sale_on))
-- column: cohort month "Month of the first sale"
-- column: months_since count "Months since"
-- column: cohort_size count "Customers of the cohort"
-- column: active_customers count "Active customers"
-- column: retention ratio "Share of the cohort that is active"
-- column: is_partial bool "Not over yet on the as-of date"
-- column: kept_customers count "Customers who never left so far"
-- column: kept_retention ratio "Share of the cohort that never left so far"
-- column: revenue money "Final revenue of the cohort in the month"
-- column: first_revenue money "Final revenue of the cohort in its first month"
-- column: revenue_retention ratio "Revenue against the first month"
-- column: is_small_sample bool "Too few customers for a rate to mean much"
WITH placed AS (
  SELECT
    customer_id,
    month,
    amount,
    is_active,
    min(CASE WHEN is_active THEN month END) OVER (PARTITION BY customer_id) AS cohort
  FROM value.customer_month
),
counts AS (
  SELECT
    cohort,
    months_between(cohort, month) AS months_since,
    sum(CASE WHEN is_active THEN 1 ELSE 0 END) AS active_customers,
    sum(amount) AS revenue
  FROM placed
  WHERE month >= cohort
  GROUP BY cohort, months_between(cohort, month)
),
firsts AS (
  SELECT
    *,
    max(CASE WHEN months_since = 0 THEN active_customers END) OVER (PARTITION BY cohort) AS cohort_size,
    max(CASE WHEN months_since = 0 THEN revenue END) OVER (PARTITION BY cohort) AS first_revenue
  FROM counts
),
spine AS (
  SELECT s.cohort, s.cohort_size, s.first_revenue, months_between(s.cohort, m.month) AS months_since, m.is_partial
  FROM (SELECT cohort, max(cohort_size) AS cohort_size, max(first_revenue) AS first_revenue FROM firsts GROUP BY cohort) s
  JOIN value.months m ON m.month >= s.cohort
),
leavers AS (
  -- A subscription may have ended before the first sale.
  SELECT cohort, greatest(months_between(cohort, left_on), 0) AS months_since, count(*) AS n_left
  FROM (
    SELECT month_start(c.first_sale_on) AS cohort, min(s.left_on) AS left_on
    FROM value.customers c
    JOIN churn.stays s ON s.customer_id = c.customer_id
    WHERE s.left_on IS NOT NULL AND c.first_sale_on IS NOT NULL
    GROUP BY c.customer_id, c.first_sale_on
  )
  GROUP BY cohort, greatest(months_between(cohort, left_on), 0)
),
cells AS (
  SELECT
    p.cohort,
    p.months_since,
    p.cohort_size,
    p.is_partial,
    p.first_revenue,
    coalesce(c.active_customers, 0) AS active_customers,
    coalesce(c.revenue, 0) AS revenue,
    p.cohort_size
      - sum(coalesce(l.n_left, 0)) OVER (PARTITION BY p.cohort ORDER BY p.months_since ROWS UNBOUNDED PRECEDING) AS kept_customers
  FROM spine p
  LEFT JOIN firsts c ON c.cohort = p.cohort AND c.months_since = p.months_since
  LEFT JOIN leavers l ON l.cohort = p.cohort AND l.months_since = p.months_since
),
rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  c.cohort,
  c.months_since,
  c.cohort_size,
  c.active_customers,
  CAST(c.active_customers AS DOUBLE) / c.cohort_size AS retention,
  c.is_partial,
  c.kept_customers,
  CAST(c.kept_customers AS DOUBLE) / c.cohort_size AS kept_retention,
  c.revenue,
  c.first_revenue,
  CASE WHEN c.first_revenue > 0 THEN CAST(c.revenue AS DOUBLE) / CAST(c.first_revenue AS DOUBLE) END AS revenue_retention,
  c.cohort_size < r.min_rate_units AS is_small_sample
FROM cells c
CROSS JOIN rule r

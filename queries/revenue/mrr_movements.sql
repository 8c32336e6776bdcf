-- How monthly recurring revenue moved: what each month began with, what came and went, and what it ended with.
-- All subscriptions of a customer are added up first, so that one of several cancelled is a contraction, not churn.
-- Internal customers are left out. The months end with the last one that the subscription table has.
--
-- grain: month
-- check: start_mrr + new + reactivation + expansion - contraction - churn = end_mrr
-- column: month month "Month"
-- column: start_mrr money "At the start"
-- column: new money "New"
-- column: reactivation money "Back again"
-- column: expansion money "Expansion"
-- column: contraction money "Contraction"
-- column: churn money "Churn"
-- column: end_mrr money "At the end"
-- column: customers count "Customers with a subscription at the end"
-- column: is_partial bool "Not over yet on the as-of date"
WITH paid AS (
  SELECT u.unit_id AS customer_id, month_start(s.month) AS month, sum(s.mrr) AS mrr
  FROM staging.subscriptions s
  JOIN value.units u ON u.customer_id = s.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id, month_start(s.month)
),
placed AS (
  SELECT
    *,
    min(CASE WHEN mrr > 0 THEN month END) OVER (PARTITION BY customer_id) AS first_paid,
    max(month) OVER () AS last_month
  FROM paid
),
pairs AS (
  -- Each month once as an end and once as the start of the next.
  SELECT customer_id, month, first_paid, sum(start_mrr) AS s, sum(end_mrr) AS e
  FROM (
    SELECT customer_id, month, first_paid, CAST(0 AS DECIMAL(28, 4)) AS start_mrr, mrr AS end_mrr FROM placed
    UNION ALL
    SELECT customer_id, month_add(month, 1), first_paid, mrr, CAST(0 AS DECIMAL(28, 4)) FROM placed WHERE month < last_month
  )
  GROUP BY customer_id, month, first_paid
),
sums AS (
  SELECT
    month,
    sum(s) AS start_mrr,
    sum(CASE WHEN s = 0 AND e > 0 AND month = first_paid THEN e ELSE 0 END) AS new,
    sum(CASE WHEN s = 0 AND e > 0 AND month > first_paid THEN e ELSE 0 END) AS reactivation,
    sum(CASE WHEN s > 0 AND e > s THEN e - s ELSE 0 END) AS expansion,
    sum(CASE WHEN s > e AND e > 0 THEN s - e ELSE 0 END) AS contraction,
    sum(CASE WHEN s > 0 AND e = 0 THEN s ELSE 0 END) AS churn,
    sum(e) AS end_mrr,
    sum(CASE WHEN e > 0 THEN 1 ELSE 0 END) AS customers
  FROM pairs
  GROUP BY month
),
span AS (
  SELECT min(month) AS first_month, max(month) AS last_month FROM paid
),
spine AS (
  SELECT CAST(unnest(generate_series(first_month, last_month, INTERVAL '1 month')) AS DATE) AS month
  FROM span
  WHERE first_month IS NOT NULL
)
SELECT
  p.month,
  coalesce(s.start_mrr, 0) AS start_mrr,
  coalesce(s.new, 0) AS new,
  coalesce(s.reactivation, 0) AS reactivation,
  coalesce(s.expansion, 0) AS expansion,
  coalesce(s.contraction, 0) AS contraction,
  coalesce(s.churn, 0) AS churn,
  coalesce(s.end_mrr, 0) AS end_mrr,
  coalesce(s.customers, 0) AS customers,
  month_end(p.month) > $as_of AS is_partial
FROM spine p
LEFT JOIN sums s ON s.month = p.month

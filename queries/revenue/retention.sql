-- Net and gross revenue retention of the customers who had a subscription one month or twelve months before.
-- New and returning customers stay outside. Gross retention counts nobody above what it paid before, so it cannot pass 100 %.
--
-- grain: month, basis
-- check: grr between 0 and 1
-- column: month month "Month"
-- column: basis text "Against the month before, or twelve months before"
-- column: customers count "Customers with a subscription before"
-- column: start_mrr money "What they paid before"
-- column: end_mrr money "What they pay now"
-- column: kept_mrr money "Of that, up to what they paid before"
-- column: nrr ratio "Net revenue retention"
-- column: grr ratio "Gross revenue retention"
-- column: is_small_sample bool "Too few customers for a rate to mean much"
WITH paid AS (
  SELECT u.unit_id AS customer_id, month_start(s.month) AS month, sum(s.mrr) AS mrr
  FROM staging.subscriptions s
  JOIN value.units u ON u.customer_id = s.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id, month_start(s.month)
),
placed AS (
  SELECT *, max(month) OVER () AS last_month FROM paid
),
bases AS (
  SELECT * FROM (VALUES ('month', 1), ('trailing_12', 12)) AS b (basis, n)
),
pairs AS (
  SELECT customer_id, month, basis, sum(start_mrr) AS s, sum(end_mrr) AS e
  FROM (
    SELECT p.customer_id, p.month, b.basis, CAST(0 AS DECIMAL(28, 4)) AS start_mrr, p.mrr AS end_mrr FROM placed p CROSS JOIN bases b
    UNION ALL
    SELECT p.customer_id, month_add(p.month, b.n), b.basis, p.mrr, CAST(0 AS DECIMAL(28, 4))
    FROM placed p
    CROSS JOIN bases b
    WHERE month_add(p.month, b.n) <= p.last_month
  )
  GROUP BY customer_id, month, basis
),
sums AS (
  SELECT
    month,
    basis,
    count(*) AS customers,
    sum(s) AS start_mrr,
    sum(e) AS end_mrr,
    sum(CASE WHEN e < s THEN e ELSE s END) AS kept_mrr
  FROM pairs
  WHERE s > 0
  GROUP BY month, basis
),
rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.month,
  s.basis,
  s.customers,
  s.start_mrr,
  s.end_mrr,
  s.kept_mrr,
  CAST(s.end_mrr AS DOUBLE) / CAST(s.start_mrr AS DOUBLE) AS nrr,
  CAST(s.kept_mrr AS DOUBLE) / CAST(s.start_mrr AS DOUBLE) AS grr,
  s.customers < r.min_rate_units AS is_small_sample
FROM sums s
CROSS JOIN rule r

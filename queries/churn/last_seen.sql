-- For every customer who ever bought: whether it has left, and since when.
-- Without subscriptions a customer has left when its last sale is longer ago than the grace: the greater of rules.churn_grace
-- days and a multiple of the median gap between its own sales (for a customer with one sale, between the sales of all).
-- Where subscriptions are mapped they decide: a customer has left the month after the last one it paid for.
--
-- grain: customer_id
-- empty_if_missing: staging.subscriptions
-- check: not has_left or left_on <= $as_of
-- column: customer_id text "Customer"
-- column: started_on date "Customer since"
-- column: last_on date "Last sale, or first day of the last month paid for"
-- column: grace_days days "Grace after the last sale"
-- column: left_on date "Left, or would have left by"
-- column: has_left bool "Has left"
-- column: age_months count "Calendar months until it left or until the as-of date"
WITH sale_days AS (
  SELECT
    customer_id,
    final_on,
    final_on - lag(final_on) OVER (PARTITION BY customer_id ORDER BY final_on) AS gap
  FROM value.customer_day
  WHERE n_sale_lines > 0
),
-- One digit after the point, because the median of an even number of gaps lies between two of them.
overall AS (
  SELECT median(CAST(gap AS DECIMAL(19, 1))) AS gap FROM sale_days
),
buyers AS (
  SELECT
    customer_id,
    min(final_on) AS started_on,
    max(final_on) AS last_on,
    median(CAST(gap AS DECIMAL(19, 1))) AS gap
  FROM sale_days
  GROUP BY customer_id
),
by_sales AS (
  SELECT
    b.customer_id,
    b.started_on,
    b.last_on,
    greatest(r.min_days, CAST(coalesce(b.gap, o.gap, 0) * r.gap_multiple AS BIGINT)) AS grace_days
  FROM buyers b
  CROSS JOIN overall o
  CROSS JOIN rules.churn_grace r
  WHERE (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
),
paid AS (
  SELECT u.unit_id AS customer_id, month_start(s.month) AS month
  FROM staging.subscriptions s
  JOIN value.units u ON u.customer_id = s.customer_id
  WHERE NOT u.is_internal AND s.mrr > 0
),
subscribers AS (
  SELECT customer_id, min(month) AS started_on, max(month) AS last_on
  FROM paid
  GROUP BY customer_id
),
last_paid AS (
  SELECT max(month) AS last_month FROM paid
),
ends AS (
  SELECT b.customer_id, b.started_on, b.last_on, b.grace_days, b.last_on + CAST(b.grace_days AS INT) AS left_on, $as_of AS seen_until
  FROM by_sales b
  CROSS JOIN last_paid l
  WHERE l.last_month IS NULL
  UNION ALL
  SELECT s.customer_id, s.started_on, s.last_on, CAST(NULL AS BIGINT), month_add(s.last_on, 1), l.last_month
  FROM subscribers s
  CROSS JOIN last_paid l
)
SELECT
  customer_id,
  started_on,
  last_on,
  grace_days,
  left_on,
  left_on <= seen_until AS has_left,
  months_between(started_on, CASE WHEN left_on <= seen_until THEN left_on ELSE seen_until END) AS age_months
FROM ends

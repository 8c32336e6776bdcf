-- The customers behind revenue retention: whoever paid one month or twelve months before, what it paid then and what it pays now.
-- Kept is the lesser of both. New and returning customers are outside, because they paid nothing before.
--
-- grain: customer_id, month, basis
-- check: start_mrr > 0
-- check: kept_mrr <= start_mrr and kept_mrr <= end_mrr
-- column: customer_id text "Customer"
-- column: month month "Month"
-- column: basis text "Against the month before, or twelve months before"
-- column: start_month month "Month compared with"
-- column: start_mrr money "What it paid before"
-- column: end_mrr money "What it pays now"
-- column: kept_mrr money "Of that, up to what it paid before"
WITH last_month AS (
  SELECT max(month) AS last_month FROM revenue.mrr_by_customer
),
pairs AS (
  SELECT customer_id, month, 'month' AS basis, month_add(month, -1) AS start_month, start_mrr, end_mrr
  FROM revenue.mrr_by_customer
  WHERE start_mrr > 0
  UNION ALL
  SELECT
    p.customer_id,
    month_add(p.month, 12) AS month,
    'trailing_12' AS basis,
    p.month AS start_month,
    p.end_mrr AS start_mrr,
    coalesce(n.end_mrr, CAST(0 AS DECIMAL(28, 4))) AS end_mrr
  FROM revenue.mrr_by_customer p
  CROSS JOIN last_month l
  LEFT JOIN revenue.mrr_by_customer n ON n.customer_id = p.customer_id AND n.month = month_add(p.month, 12)
  WHERE p.end_mrr > 0 AND month_add(p.month, 12) <= l.last_month
)
SELECT
  customer_id,
  month,
  basis,
  start_month,
  start_mrr,
  end_mrr,
  CASE WHEN end_mrr < start_mrr THEN end_mrr ELSE start_mrr END AS kept_mrr
FROM pairs

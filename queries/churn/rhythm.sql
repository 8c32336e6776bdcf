-- How often each customer buys, and how long a silence is borne before it counts as having left: the greater of rules.churn_grace days
-- and a multiple of the median gap between its own days with sales (for a customer with one such day, between those of all).
--
-- grain: customer_id
-- check: started_on <= last_on
-- column: customer_id text "Customer"
-- column: started_on date "First sale"
-- column: last_on date "Last sale"
-- column: n_gaps count "Gaps between days with sales"
-- column: usual_gap_days days "Median gap"
-- column: grace_days days "Grace after the last sale"
-- One digit after the point, because the median of an even number of gaps lies between two of them.
WITH overall AS (
  SELECT median(CAST(gap_days AS DECIMAL(19, 1))) AS gap FROM churn.sale_gaps
),
buyers AS (
  SELECT
    customer_id,
    min(final_on) AS started_on,
    max(final_on) AS last_on,
    count(gap_days) AS n_gaps,
    median(CAST(gap_days AS DECIMAL(19, 1))) AS gap
  FROM churn.sale_gaps
  GROUP BY customer_id
)
SELECT
  b.customer_id,
  b.started_on,
  b.last_on,
  b.n_gaps,
  b.gap AS usual_gap_days,
  greatest(r.min_days, CAST(coalesce(b.gap, o.gap, 0) * r.gap_multiple AS BIGINT)) AS grace_days
FROM buyers b
CROSS JOIN overall o
CROSS JOIN rules.churn_grace r
WHERE (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)

-- Every time that a customer was with us, from its first day to the day on which it counted as having left: whoever comes back
-- begins another stay.
-- A customer that ever paid for a subscription is judged by subscriptions: it leaves on the day by which all of them were cancelled,
-- if that is in the last month paid for, else on the first day of the month after it. Any other customer is judged by its sales: it
-- leaves when the grace after a sale (churn.rhythm) ends without another one. A sale on the last day of the grace is in time.
--
-- grain: customer_id, stay
-- empty_if_missing: revenue.mrr_by_customer
-- check: left_on <= $as_of
-- check: started_on <= last_on
-- check: policy in ('subscription', 'grace')
-- column: customer_id text "Customer"
-- column: stay count "Number of the stay"
-- column: policy text "Judged by its subscription, or by the grace after a sale"
-- column: started_on date "First sale, or first day of the first month paid for"
-- column: last_on date "Last sale, or first day of the last month paid for"
-- column: leaves_on date "Day on which it left, or will have left if nothing comes"
-- column: left_on date "Day on which it left"
WITH paid AS (
  SELECT
    customer_id,
    month,
    end_mrr,
    cancelled_on,
    sum(CASE WHEN movement IN ('new', 'reactivation') THEN 1 ELSE 0 END) OVER (PARTITION BY customer_id ORDER BY month ROWS UNBOUNDED PRECEDING) AS stay,
    max(month) OVER () AS last_month
  FROM revenue.mrr_by_customer
),
subscribed AS (
  SELECT
    customer_id,
    stay,
    min(month) AS started_on,
    max(month) AS last_on,
    max(cancelled_on) AS cancelled_on,
    max(last_month) AS last_month
  FROM paid
  WHERE end_mrr > 0
  GROUP BY customer_id, stay
),
by_subscription AS (
  SELECT
    customer_id,
    stay,
    started_on,
    last_on,
    CASE WHEN cancelled_on >= last_on THEN cancelled_on ELSE month_add(last_on, 1) END AS leaves_on,
    CASE WHEN cancelled_on >= last_on THEN cancelled_on WHEN last_on < last_month THEN month_add(last_on, 1) END AS left_on
  FROM subscribed
),
begun AS (
  SELECT
    g.customer_id,
    g.final_on,
    r.grace_days,
    sum(CASE WHEN g.gap_days <= r.grace_days THEN 0 ELSE 1 END) OVER (PARTITION BY g.customer_id ORDER BY g.final_on ROWS UNBOUNDED PRECEDING) AS stay
  FROM churn.sale_gaps g
  JOIN churn.rhythm r ON r.customer_id = g.customer_id
),
by_sales AS (
  SELECT
    customer_id,
    stay,
    min(final_on) AS started_on,
    max(final_on) AS last_on,
    max(final_on) + CAST(max(grace_days) AS INT) AS leaves_on
  FROM begun
  GROUP BY customer_id, stay
)
SELECT customer_id, CAST(stay AS BIGINT) AS stay, 'subscription' AS policy, started_on, last_on, leaves_on, left_on
FROM by_subscription
UNION ALL
SELECT
  b.customer_id,
  CAST(b.stay AS BIGINT),
  'grace',
  b.started_on,
  b.last_on,
  b.leaves_on,
  CASE WHEN b.leaves_on <= $as_of THEN b.leaves_on END
FROM by_sales b
LEFT JOIN (SELECT DISTINCT customer_id FROM by_subscription) s ON s.customer_id = b.customer_id
WHERE s.customer_id IS NULL

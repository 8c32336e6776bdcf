-- Monthly recurring revenue of each customer: what it paid the month before, what it pays now, and which one movement that is.
-- All subscriptions of a customer are added up first, so that one of several cancelled is a contraction, not churn. An amount
-- paid for a longer time is to be spread over its months in staging. Internal customers are left out. A customer-month is here when the
-- customer has a row in that month or the one before; the months end with the last one that the subscription table has.
-- New is the first month ever paid for; whoever pays again after a month without is a reactivation.
--
-- grain: customer_id, month
-- check: start_mrr >= 0 and end_mrr >= 0
-- check: movement is not null
-- check: cancelled_on is null or month_start(cancelled_on) = month
-- total: sum(end_mrr) = (select sum(s.mrr) from staging.subscriptions s join value.units u on u.customer_id = s.customer_id where not u.is_internal)
-- column: customer_id text "Customer"
-- column: month month "Month"
-- column: start_mrr money "Paid in the month before"
-- column: end_mrr money "Paid in this month"
-- column: movement text "What happened: new, reactivation, expansion, contraction, churn, same, or none when both are zero"
-- column: subscriptions count "Subscriptions paid for"
-- column: cancellations count "Of these cancelled by the as-of date"
-- column: cancelled_on date "Day in this month by which all of them were cancelled"
-- column: first_cancelled_on date "First day on which one of them was cancelled"
WITH paid AS (
  SELECT
    u.unit_id AS customer_id,
    month_start(s.month) AS month,
    sum(s.mrr) AS mrr,
    count(CASE WHEN s.mrr > 0 THEN 1 END) AS subscriptions,
    count(CASE WHEN s.mrr > 0 THEN s.cancelled_on END) AS cancellations,
    max(CASE WHEN s.mrr > 0 THEN s.cancelled_on END) AS last_cancelled_on,
    min(CASE WHEN s.mrr > 0 THEN s.cancelled_on END) AS first_cancelled_on
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
  SELECT
    customer_id,
    month,
    first_paid,
    sum(start_mrr) AS start_mrr,
    sum(end_mrr) AS end_mrr,
    sum(subscriptions) AS subscriptions,
    sum(cancellations) AS cancellations,
    max(last_cancelled_on) AS last_cancelled_on,
    min(first_cancelled_on) AS first_cancelled_on
  FROM (
    SELECT
      customer_id, month, first_paid, CAST(0 AS DECIMAL(28, 4)) AS start_mrr, mrr AS end_mrr, subscriptions, cancellations,
      last_cancelled_on, first_cancelled_on
    FROM placed
    UNION ALL
    SELECT customer_id, month_add(month, 1), first_paid, mrr, CAST(0 AS DECIMAL(28, 4)), 0, 0, CAST(NULL AS DATE), CAST(NULL AS DATE)
    FROM placed
    WHERE month < last_month
  )
  GROUP BY customer_id, month, first_paid
)
SELECT
  customer_id,
  month,
  start_mrr,
  end_mrr,
  CASE
    WHEN start_mrr = 0 AND end_mrr = 0 THEN 'none'
    WHEN start_mrr = 0 AND month = first_paid THEN 'new'
    WHEN start_mrr = 0 THEN 'reactivation'
    WHEN end_mrr = 0 THEN 'churn'
    WHEN end_mrr > start_mrr THEN 'expansion'
    WHEN end_mrr < start_mrr THEN 'contraction'
    ELSE 'same'
  END AS movement,
  subscriptions,
  cancellations,
  CASE WHEN cancellations = subscriptions AND month_start(last_cancelled_on) = month THEN last_cancelled_on END AS cancelled_on,
  first_cancelled_on
FROM pairs

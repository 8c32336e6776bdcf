-- For every customer who ever bought or paid for a subscription: whether it has left, and since when. Whoever came back has not left:
-- the last stay counts (churn.stays, where the two policies are: a subscription decides for those who ever had one, the grace
-- after the last sale for all others).
-- Age counts in calendar months from the first sale or the first month paid for. A customer may be older than the data: its record was
-- created before the first day of the data, and it was there within its grace after that day, or paid in the first month of
-- all subscriptions. Its age then counts from the day on which its record was created, and it is seen from the first day of the data only.
--
-- grain: customer_id
-- empty_if_missing: revenue.mrr_by_customer
-- check: not has_left or left_on <= $as_of
-- check: (grace_days is null) = (policy = 'subscription')
-- check: age_months >= 0
-- total: sum(n_stays) = (select count(*) from churn.stays)
-- column: customer_id text "Customer"
-- column: policy text "Judged by its subscription, or by the grace after a sale"
-- column: started_on date "Customer since"
-- column: last_on date "Last sale, or first day of the last month paid for"
-- column: grace_days days "Grace after the last sale"
-- column: left_on date "Left, or would have left by"
-- column: has_left bool "Has left"
-- column: age_months count "Calendar months until it left or until the as-of date"
-- column: seen_from_months count "Age from which it is seen, for customers older than the data"
-- column: n_stays count "Stays: one, and one for each time it came back"
WITH ends AS (
  SELECT
    customer_id,
    policy,
    min(started_on) AS started_on,
    max(last_on) AS last_on,
    max(leaves_on) AS leaves_on,
    count(*) AS n_stays,
    count(left_on) AS n_left
  FROM churn.stays
  GROUP BY customer_id, policy
),
created AS (
  SELECT u.unit_id AS customer_id, min(c.created_on) AS created_on
  FROM staging.customers c
  JOIN value.units u ON u.customer_id = c.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id
),
seen AS (
  SELECT
    (SELECT min(final_on) FROM value.customer_day) AS sales_from,
    (SELECT min(month) FROM revenue.mrr_by_customer) AS paid_from,
    (SELECT max(month) FROM revenue.mrr_by_customer) AS paid_until
),
ages AS (
  SELECT
    e.customer_id,
    e.policy,
    e.started_on,
    e.last_on,
    CASE WHEN e.policy = 'grace' THEN r.grace_days END AS grace_days,
    e.leaves_on,
    e.n_left = e.n_stays AS has_left,
    e.n_stays,
    CASE
      WHEN e.n_left = e.n_stays THEN e.leaves_on
      WHEN e.policy = 'grace' THEN $as_of
      ELSE s.paid_until
    END AS seen_until,
    CASE WHEN e.policy = 'grace' THEN s.sales_from ELSE s.paid_from END AS data_from,
    CASE
      WHEN e.policy = 'grace' AND c.created_on < s.sales_from AND e.started_on <= s.sales_from + CAST(r.grace_days AS INT) THEN c.created_on
      WHEN e.policy = 'subscription' AND c.created_on < s.paid_from AND e.started_on = s.paid_from THEN c.created_on
    END AS older_since
  FROM ends e
  CROSS JOIN seen s
  LEFT JOIN churn.rhythm r ON r.customer_id = e.customer_id
  LEFT JOIN created c ON c.customer_id = e.customer_id
)
SELECT
  customer_id,
  policy,
  started_on,
  last_on,
  grace_days,
  leaves_on AS left_on,
  has_left,
  months_between(coalesce(older_since, started_on), seen_until) AS age_months,
  months_between(older_since, data_from) AS seen_from_months,
  n_stays
FROM ages

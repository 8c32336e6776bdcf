-- Lifetime value of the customers of each channel (by first channel), and of all customers together as `all`. The method is printed:
-- "subscription" is monthly revenue of a paying customer x gross margin / monthly loss of customers. Needs subscriptions, rules.small_samples
-- customers of the channel (rates) and at least one that left. Loss is of customers who paid in the month before, over the full months of the
-- window that subscriptions reach to.
-- "restricted" is the same monthly revenue x gross margin x the months that a customer is still here of the first rules.ltv months: the sum of
-- S(k) of churn.survival, which is of all customers. Ages that nobody has reached yet add nothing, so there may be fewer months.
-- Without subscriptions monthly revenue is final revenue in the window by the calendar months of it in which a customer was still here
-- (churn.last_seen), bought or not. Gross margin is that of final revenue in the window with a known cost. Where no cost is
-- known the value is of revenue alone, and its method says so: revenue_subscription, revenue_restricted.
-- The restricted value is told of every row, because values of two methods cannot be compared.
-- Low and high are the same with the monthly loss a step of rules.ltv higher and lower; high is unknown where no loss would be left.
--
-- grain: channel
-- order: is_total desc, customers desc, channel
-- empty_if_missing: staging.subscriptions
-- check: method in ('subscription', 'restricted', 'revenue_subscription', 'revenue_restricted')
-- check: monthly_churn between 0 and 1
-- check: method like '%subscription' or restricted_ltv = ltv
-- total: sum(case when is_total then revenue end) = (select coalesce(sum(window_revenue), 0) from acquisition.customers c join churn.last_seen s on s.customer_id = c.customer_id)
-- column: channel text "Channel"
-- column: is_total bool "All customers together"
-- column: customers count "Customers"
-- column: revenue money "Final revenue in the window"
-- column: customer_months count "Customer-months"
-- column: arpa money "Monthly revenue of a customer"
-- column: gross_margin ratio "Gross margin"
-- column: monthly_churn ratio "Monthly loss of customers"
-- column: method text "Method"
-- column: horizon_months count "Months counted, where they are restricted"
-- column: kept_months count "Months of these that a customer is still here"
-- column: ltv money "Lifetime value"
-- column: restricted_ltv money "Lifetime value, months restricted"
-- column: ltv_low money "With a higher loss"
-- column: ltv_high money "With a lower loss"
-- column: is_small_sample bool "Too few customers for a rate to mean much"
WITH rule AS (
  SELECT l.horizon_months, l.churn_step, s.min_rate_units
  FROM rules.ltv l
  CROSS JOIN rules.small_samples s
  WHERE (l.valid_from IS NULL OR l.valid_from <= $as_of) AND (l.valid_to IS NULL OR l.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
ages AS (
  SELECT
    CAST(c.survival AS DECIMAL(38, 15)) AS kept,
    CAST(c.survival * power(1 - CAST(r.churn_step AS DOUBLE), c.age_months) AS DECIMAL(38, 15)) AS kept_low,
    CAST(least(1, c.survival / power(1 - CAST(r.churn_step AS DOUBLE), c.age_months)) AS DECIMAL(38, 15)) AS kept_high
  FROM churn.survival c
  CROSS JOIN rule r
  WHERE c.age_months < r.horizon_months
),
kept AS (
  SELECT count(*) AS horizon_months, sum(kept) AS kept, sum(kept_low) AS kept_low, sum(kept_high) AS kept_high FROM ages
),
alive AS (
  SELECT
    c.customer_id,
    c.first_channel AS channel,
    c.window_revenue AS revenue,
    v.gross_profit,
    CASE WHEN v.gross_profit IS NOT NULL THEN v.revenue END AS costed_revenue,
    greatest(
      0,
      months_between(
        greatest(month_start(s.started_on), month_start($window_start)),
        least(CASE WHEN s.has_left THEN month_start(s.left_on) ELSE month_start($window_end) END, month_start($window_end))
      )
    ) AS months
  FROM acquisition.customers c
  JOIN churn.last_seen s ON s.customer_id = c.customer_id
  LEFT JOIN value.contribution v ON v.customer_id = c.customer_id
),
paid AS (
  SELECT u.unit_id AS customer_id, month_start(s.month) AS month, sum(s.mrr) AS mrr
  FROM staging.subscriptions s
  JOIN value.units u ON u.customer_id = s.customer_id
  WHERE NOT u.is_internal AND s.mrr > 0 AND month_end(s.month) <= $as_of
  GROUP BY u.unit_id, month_start(s.month)
),
followed AS (
  SELECT
    customer_id,
    month,
    mrr,
    lead(month) OVER (PARTITION BY customer_id ORDER BY month) AS next_month,
    max(month) OVER () AS last_month
  FROM paid
),
subscribers AS (
  SELECT
    customer_id,
    sum(CASE WHEN month >= month_start($window_start) AND month < $window_end THEN mrr END) AS mrr,
    count(CASE WHEN month >= month_start($window_start) AND month < $window_end THEN 1 END) AS paid_months,
    count(CASE WHEN is_followed THEN 1 END) AS at_start,
    count(CASE WHEN is_followed AND (next_month IS NULL OR next_month > month_add(month, 1)) THEN 1 END) AS churned
  FROM (
    SELECT
      *,
      month_add(month, 1) >= month_start($window_start) AND month_add(month, 1) < $window_end AND month_add(month, 1) <= last_month AS is_followed
    FROM followed
  )
  GROUP BY customer_id
),
per_customer AS (
  SELECT a.*, s.mrr, coalesce(s.paid_months, 0) AS paid_months, coalesce(s.at_start, 0) AS at_start, coalesce(s.churned, 0) AS churned
  FROM alive a
  LEFT JOIN subscribers s ON s.customer_id = a.customer_id
),
by_channel AS (
  SELECT
    channel,
    count(CASE WHEN months > 0 THEN 1 END) AS alive_customers,
    sum(months) AS months,
    sum(revenue) AS revenue,
    sum(gross_profit) AS gross_profit,
    sum(costed_revenue) AS costed_revenue,
    count(CASE WHEN paid_months > 0 THEN 1 END) AS subscribers,
    sum(mrr) AS mrr,
    sum(paid_months) AS paid_months,
    sum(at_start) AS at_start,
    sum(churned) AS churned
  FROM per_customer
  GROUP BY channel
),
grouped AS (
  SELECT false AS is_total, * FROM by_channel
  UNION ALL
  SELECT
    true,
    'all',
    sum(alive_customers),
    sum(months),
    sum(revenue),
    sum(gross_profit),
    sum(costed_revenue),
    sum(subscribers),
    sum(mrr),
    sum(paid_months),
    sum(at_start),
    sum(churned)
  FROM by_channel
),
chosen AS (
  SELECT
    g.*,
    r.churn_step,
    r.min_rate_units,
    sum(CASE WHEN NOT g.is_total THEN g.paid_months ELSE 0 END) OVER () > 0 AS has_subscriptions,
    g.subscribers >= r.min_rate_units AND g.churned > 0 AS is_open_ended,
    CAST(g.gross_profit AS DOUBLE) / NULLIF(CAST(g.costed_revenue AS DOUBLE), 0) AS gross_margin,
    CAST(g.churned AS DOUBLE) / NULLIF(g.at_start, 0) AS monthly_churn
  FROM grouped g
  CROSS JOIN rule r
),
priced AS (
  SELECT
    *,
    CASE WHEN has_subscriptions THEN subscribers ELSE alive_customers END AS customers,
    CASE WHEN has_subscriptions THEN paid_months ELSE months END AS customer_months,
    CASE
      WHEN has_subscriptions THEN CAST(mrr AS DOUBLE) / NULLIF(paid_months, 0)
      ELSE CAST(revenue AS DOUBLE) / NULLIF(months, 0)
    END AS arpa
  FROM chosen
)
SELECT
  p.channel,
  p.is_total,
  p.customers,
  CAST(coalesce(p.revenue, 0) AS DECIMAL(38, 4)) AS revenue,
  p.customer_months,
  p.arpa,
  p.gross_margin,
  p.monthly_churn,
  CASE WHEN p.gross_margin IS NULL THEN 'revenue_' ELSE '' END || CASE WHEN p.is_open_ended THEN 'subscription' ELSE 'restricted' END AS method,
  CASE WHEN NOT p.is_open_ended THEN k.horizon_months END AS horizon_months,
  CASE WHEN NOT p.is_open_ended THEN CAST(k.kept AS DOUBLE) END AS kept_months,
  p.arpa * coalesce(p.gross_margin, 1) * CASE WHEN p.is_open_ended THEN 1 / p.monthly_churn ELSE CAST(k.kept AS DOUBLE) END AS ltv,
  p.arpa * coalesce(p.gross_margin, 1) * CAST(k.kept AS DOUBLE) AS restricted_ltv,
  p.arpa * coalesce(p.gross_margin, 1)
    * CASE WHEN p.is_open_ended THEN 1 / (p.monthly_churn + CAST(p.churn_step AS DOUBLE)) ELSE CAST(k.kept_low AS DOUBLE) END AS ltv_low,
  p.arpa * coalesce(p.gross_margin, 1) * CASE
    WHEN NOT p.is_open_ended THEN CAST(k.kept_high AS DOUBLE)
    WHEN p.churned > p.churn_step * p.at_start THEN 1 / (p.monthly_churn - CAST(p.churn_step AS DOUBLE))
  END AS ltv_high,
  p.customers < p.min_rate_units AS is_small_sample
FROM priced p
CROSS JOIN kept k

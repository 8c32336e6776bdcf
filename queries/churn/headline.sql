-- The figures of the churn page in one row: who left, who is at risk and was helped, recurring revenue, what customers take after the sale, prices
-- and the next product. A figure whose table is missing is empty, and so is what follows from it.
--
-- grain: as_of
-- empty_if_missing: revenue.mrr_movements, revenue.retention, churn.saved_rate, churn.by_seats, service.cost_to_serve,
--   service.first_reply, revenue.price_position, arpu.next_products, arpu.customer_lines,
--   staging.interventions
-- check: cancelled_customers + falling_customers + overdue_customers = at_risk_customers
-- check: head_at_risk_customers <= at_risk_customers
-- check: left_by_subscription + left_by_grace = left_customers
-- check: prices_above + prices_near + prices_below = prices_known
-- total: sum(at_risk_customers) = (select count(*) from churn.at_risk)
-- total: sum(at_stake) = (select sum(at_stake) from churn.at_risk)
-- column: as_of date "As of"
-- column: month month "Latest full month"
-- column: active_at_start count "Customers when that month began"
-- column: churned count "Of these left in it"
-- column: churn_rate ratio "Logo churn of the month"
-- column: is_small_churn_sample bool "Too few customers for a monthly rate to mean much"
-- column: active_year_before count "Customers when the twelve months began"
-- column: churned_year count "Of these left in the twelve months"
-- column: churn_rate_year ratio "Logo churn over twelve months"
-- column: is_small_year_sample bool "Too few customers for a yearly rate to mean much"
-- column: left_customers count "Customers who left in the window"
-- column: left_by_subscription count "Left with their subscription"
-- column: left_by_grace count "Left after the grace"
-- column: left_revenue money "What those who left brought in their last twelve months"
-- column: grace_min_days days "Grace at least"
-- column: grace_multiple count "Grace in usual gaps"
-- column: subscribers count "Customers judged by their subscription"
-- column: buyers count "Customers judged by their sales"
-- column: median_life_months count "Age by which half of the customers have left"
-- column: survival_12 ratio "Share still here after twelve months"
-- column: observed_months count "Greatest age that is shown"
-- column: at_risk_customers count "Customers at risk"
-- column: cancelled_customers count "Have cancelled a subscription"
-- column: falling_customers count "Pay less for subscriptions"
-- column: overdue_customers count "No order for longer than usual"
-- column: at_stake money "At stake with them"
-- column: head_at_risk_customers count "Head customers at risk"
-- column: head_at_stake money "At stake with head customers"
-- column: helped_now count "At risk, with an intervention since"
-- column: overdue_multiple count "Usual gaps after which a customer is overdue"
-- column: falling_share ratio "Recurring revenue is falling from this share on"
-- column: falling_months count "Months over which it is compared"
-- column: act_within_days days "Days to act"
-- column: saved_risk text "Risk with the most customers who were helped and compared"
-- column: saved_helped count "Customers at that risk who were helped and compared"
-- column: saved_rate ratio "Saved rate of those"
-- column: expected_rate ratio "Saved rate to be expected without help"
-- column: saved_difference ratio "Saved by help, in points"
-- column: is_small_saved_sample bool "Too few for a saved rate to mean much"
-- column: mrr_month month "Latest full month of subscriptions"
-- column: start_mrr money "Recurring revenue at the start of that month"
-- column: end_mrr money "Recurring revenue at its end"
-- column: mrr_change money "Change of recurring revenue"
-- column: mrr_lost money "Contraction and churn of the month"
-- column: mrr_customers count "Customers with a subscription"
-- column: nrr ratio "Net revenue retention over twelve months"
-- column: grr ratio "Gross revenue retention over twelve months"
-- column: nrr_month ratio "Net revenue retention of the month"
-- column: grr_month ratio "Gross revenue retention of the month"
-- column: is_small_retention_sample bool "Too few customers for the twelve months to mean much"
-- column: one_seat_churn ratio "Share that left of those with the fewest seats"
-- column: many_seats_churn ratio "Share that left of those with the most seats"
-- column: one_seat_customers count "Customers with the fewest seats"
-- column: many_seats_customers count "Customers with the most seats"
-- column: is_small_seat_sample bool "Too few customers for these to mean much"
-- column: tickets count "Tickets in the window"
-- column: serving_minutes count "Minutes spent on them"
-- column: serving_cost money "Service and implementation cost"
-- column: cost_per_1000 count "Service and implementation cost per 1,000 of revenue"
-- column: key_reply_minutes count "Median minutes until a key account has its first reply"
-- column: other_reply_minutes count "Median minutes until others have it"
-- column: prices_known count "Products with a competitor's price"
-- column: prices_above count "Priced above it"
-- column: prices_near count "Priced near it"
-- column: prices_below count "Priced below it"
-- column: above_revenue money "Final revenue of products priced above it"
-- column: above_revenue_share ratio "Share of all revenue"
-- column: next_product_customers count "Customers with a next product"
-- column: head_next_products count "Head customers with a next product"
-- column: has_left_customers bool "Somebody left in the window"
-- column: has_at_risk bool "Somebody is at risk"
-- column: has_head_at_risk bool "Head customers are at risk"
-- column: is_grr_below_nrr bool "Growth of some hides what others take away"
-- column: is_key_waiting_longer bool "Key accounts wait longer than others"
-- column: has_prices_above bool "Some products are priced above the competitor's"
-- column: is_price_unknown bool "Customers left, and no competitor's price is known"
-- column: calls_for_ties bool "Those with the fewest seats leave more often, or seats are not known and somebody left"
-- column: has_next_products bool "There are next products to offer"
WITH risk_rule AS (
  SELECT r.gap_multiple, r.contraction_share, r.contraction_months, r.act_within_days, g.min_days, g.gap_multiple AS grace_multiple
  FROM rules.churn_risk r
  CROSS JOIN rules.churn_grace g
  WHERE (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
    AND (g.valid_from IS NULL OR g.valid_from <= $as_of) AND (g.valid_to IS NULL OR g.valid_to > $as_of)
),
gone AS (
  SELECT
    count(*) AS n,
    count(CASE WHEN policy = 'subscription' THEN 1 END) AS n_subscription,
    count(CASE WHEN policy = 'grace' THEN 1 END) AS n_grace,
    coalesce(sum(revenue_lost), 0) AS revenue
  FROM churn.left_customers
),
policies AS (
  SELECT
    count(CASE WHEN policy = 'subscription' THEN 1 END) AS subscribers,
    count(CASE WHEN policy = 'grace' THEN 1 END) AS buyers
  FROM churn.last_seen
),
ages AS (
  -- Half of them, or more, have left at the first age that is shown with a survival of a half or less.
  SELECT
    min(CASE WHEN survival <= 0.5 AND NOT is_hidden THEN age_months END) AS median_life,
    max(CASE WHEN age_months = 12 AND NOT is_hidden THEN survival END) AS survival_12,
    max(CASE WHEN NOT is_hidden THEN age_months END) AS observed
  FROM churn.survival
),
risks AS (
  SELECT
    count(*) AS n,
    count(CASE WHEN risk = 'cancelled' THEN 1 END) AS cancelled,
    count(CASE WHEN risk = 'falling' THEN 1 END) AS falling,
    count(CASE WHEN risk = 'overdue' THEN 1 END) AS overdue,
    coalesce(sum(at_stake), 0) AS at_stake,
    count(CASE WHEN segment = 'head' THEN 1 END) AS head,
    coalesce(sum(CASE WHEN segment = 'head' THEN at_stake END), 0) AS head_at_stake,
    CASE WHEN (SELECT count(*) FROM staging.interventions) > 0 THEN count(CASE WHEN has_intervention THEN 1 END) END AS helped
  FROM churn.at_risk
),
saved AS (
  SELECT risk, compared_helped, compared_rate, expected_rate, difference, is_small_sample
  FROM churn.saved_rate
  QUALIFY row_number() OVER (ORDER BY compared_helped DESC, risk) = 1
),
kept AS (
  SELECT
    max(CASE WHEN basis = 'trailing_12' THEN nrr END) AS nrr,
    max(CASE WHEN basis = 'trailing_12' THEN grr END) AS grr,
    max(CASE WHEN basis = 'month' THEN nrr END) AS nrr_month,
    max(CASE WHEN basis = 'month' THEN grr END) AS grr_month,
    bool_or(CASE WHEN basis = 'trailing_12' THEN is_small_sample END) AS is_small
  FROM revenue.retention
  WHERE is_latest
),
seats AS (
  SELECT
    max(CASE WHEN from_few = 1 THEN churn_rate END) AS few_churn,
    max(CASE WHEN from_many = 1 THEN churn_rate END) AS many_churn,
    max(CASE WHEN from_few = 1 THEN customers END) AS few,
    max(CASE WHEN from_many = 1 THEN customers END) AS many,
    bool_or(CASE WHEN from_few = 1 OR from_many = 1 THEN is_small_sample END) AS is_small
  FROM (
    SELECT
      *,
      row_number() OVER (ORDER BY from_seats) AS from_few,
      row_number() OVER (ORDER BY from_seats DESC) AS from_many
    FROM churn.by_seats
  )
),
serving AS (
  SELECT sum(tickets) AS tickets, sum(minutes) AS minutes, sum(serving_cost) AS cost, sum(revenue) AS revenue
  FROM service.cost_to_serve
),
replies AS (
  SELECT
    max(CASE WHEN deal_group = 'key' THEN median_reply_minutes END) AS key_minutes,
    max(CASE WHEN deal_group = 'other' THEN median_reply_minutes END) AS other_minutes,
    bool_or(is_small_sample) AS is_small
  FROM service.first_reply
),
prices AS (
  SELECT
    count(*) AS n,
    count(CASE WHEN price_position = 'above' THEN 1 END) AS above,
    count(CASE WHEN price_position = 'near' THEN 1 END) AS near,
    count(CASE WHEN price_position = 'below' THEN 1 END) AS below,
    sum(CASE WHEN price_position = 'above' THEN revenue ELSE 0 END) AS above_revenue
  FROM revenue.price_position
),
sold AS (
  SELECT coalesce(sum(revenue), 0) AS revenue FROM tiers.current
),
offers AS (
  SELECT
    CASE WHEN (SELECT count(*) FROM arpu.customer_lines) > 0 THEN count(*) END AS n,
    CASE WHEN (SELECT count(*) FROM arpu.customer_lines) > 0 THEN count(CASE WHEN segment = 'head' THEN 1 END) END AS head
  FROM arpu.next_products
)
SELECT
  $as_of AS as_of,
  l.month,
  l.active_at_start,
  l.churned,
  l.churn_rate,
  l.is_small_sample AS is_small_churn_sample,
  l.active_year_before,
  l.churned_year,
  l.churn_rate_year,
  l.is_small_year_sample,
  g.n AS left_customers,
  g.n_subscription AS left_by_subscription,
  g.n_grace AS left_by_grace,
  g.revenue AS left_revenue,
  r.min_days AS grace_min_days,
  r.grace_multiple,
  p.subscribers,
  p.buyers,
  a.median_life AS median_life_months,
  a.survival_12,
  a.observed AS observed_months,
  k.n AS at_risk_customers,
  k.cancelled AS cancelled_customers,
  k.falling AS falling_customers,
  k.overdue AS overdue_customers,
  k.at_stake,
  k.head AS head_at_risk_customers,
  k.head_at_stake,
  k.helped AS helped_now,
  CAST(r.gap_multiple AS DOUBLE) AS overdue_multiple,
  CAST(r.contraction_share AS DOUBLE) AS falling_share,
  r.contraction_months AS falling_months,
  r.act_within_days,
  s.risk AS saved_risk,
  s.compared_helped AS saved_helped,
  s.compared_rate AS saved_rate,
  s.expected_rate,
  s.difference AS saved_difference,
  s.is_small_sample AS is_small_saved_sample,
  m.month AS mrr_month,
  m.start_mrr,
  m.end_mrr,
  m.end_mrr - m.start_mrr AS mrr_change,
  m.contraction + m.churn AS mrr_lost,
  m.customers AS mrr_customers,
  v.nrr,
  v.grr,
  v.nrr_month,
  v.grr_month,
  v.is_small AS is_small_retention_sample,
  t.few_churn AS one_seat_churn,
  t.many_churn AS many_seats_churn,
  t.few AS one_seat_customers,
  t.many AS many_seats_customers,
  t.is_small AS is_small_seat_sample,
  x.tickets,
  x.minutes AS serving_minutes,
  x.cost AS serving_cost,
  CASE WHEN x.revenue > 0 THEN CAST(x.cost * 1000 AS DOUBLE) / CAST(x.revenue AS DOUBLE) END AS cost_per_1000,
  y.key_minutes AS key_reply_minutes,
  y.other_minutes AS other_reply_minutes,
  NULLIF(q.n, 0) AS prices_known,
  CASE WHEN q.n > 0 THEN q.above END AS prices_above,
  CASE WHEN q.n > 0 THEN q.near END AS prices_near,
  CASE WHEN q.n > 0 THEN q.below END AS prices_below,
  q.above_revenue,
  CASE WHEN o.revenue > 0 THEN CAST(q.above_revenue AS DOUBLE) / CAST(o.revenue AS DOUBLE) END AS above_revenue_share,
  f.n AS next_product_customers,
  f.head AS head_next_products,
  g.n > 0 AS has_left_customers,
  k.n > 0 AS has_at_risk,
  k.head > 0 AS has_head_at_risk,
  v.nrr >= 1 AND v.grr < 1 AS is_grr_below_nrr,
  y.key_minutes > y.other_minutes AND NOT y.is_small AS is_key_waiting_longer,
  CASE WHEN q.n > 0 THEN q.above > 0 END AS has_prices_above,
  g.n > 0 AND q.n = 0 AS is_price_unknown,
  CASE WHEN t.few_churn IS NOT NULL AND t.many_churn IS NOT NULL THEN t.few_churn > t.many_churn ELSE g.n > 0 END AS calls_for_ties,
  f.n > 0 AS has_next_products
FROM gone g
CROSS JOIN policies p
CROSS JOIN risk_rule r
CROSS JOIN ages a
CROSS JOIN risks k
CROSS JOIN kept v
CROSS JOIN seats t
CROSS JOIN serving x
CROSS JOIN replies y
CROSS JOIN prices q
CROSS JOIN sold o
CROSS JOIN offers f
LEFT JOIN saved s ON true
LEFT JOIN churn.logo_churn l ON l.is_last_full
LEFT JOIN revenue.mrr_movements m ON m.is_latest

-- Customers who have not left yet, but may: what puts them here, since when, and by when they count as having left if nothing comes.
-- Overdue: judged by sales, with enough gaps to have a usual one, and silent for longer than a multiple of it and longer than a
-- minimum, while the grace is still running. Falling: pays for subscriptions, but less by a share, or more, at the end of the latest month
-- that is over than some months before. Cancelled: a subscription that it still pays for is cancelled. How much of each: rules.churn_risk.
-- An intervention on record since the risk began is shown beside; without a table of them that is not known.
-- The probability that it still is a customer is that of value.alive; it is empty where the purchase model does not hold.
-- A customer is here once, with all that applies; the first of cancelled, falling and overdue is its risk.
--
-- grain: customer_id
-- order: at_stake desc, customer_id
-- empty_if_missing: revenue.mrr_by_customer, revenue.mrr_movements, staging.interventions
-- check: is_cancelled or is_falling or is_overdue
-- check: not is_overdue or leaves_on > $as_of
-- check: risk_since <= $as_of
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Applied tier"
-- column: segment text "Segment"
-- column: risk text "Why at risk: cancelled, falling or overdue"
-- column: is_overdue bool "No order for longer than usual"
-- column: is_falling bool "Pays less for subscriptions"
-- column: is_cancelled bool "Has cancelled a subscription that it still pays for"
-- column: risk_since date "At risk since"
-- column: last_on date "Last sale"
-- column: silent_days days "Days since the last sale"
-- column: usual_gap_days days "Usual days between sales"
-- column: leaves_on date "Counts as having left on this day"
-- column: p_alive ratio "Probability that it still is a customer, by the rhythm of its purchases"
-- column: mrr_before money "Monthly recurring revenue some months before"
-- column: mrr money "Monthly recurring revenue"
-- column: revenue money "Final revenue in the window"
-- column: at_stake money "At stake: revenue of the window, or twelve months of recurring revenue where that is more"
-- column: has_intervention bool "An intervention began since"
-- column: intervened_on date "Latest intervention since"
-- column: intervention text "Kind of the latest intervention since"
WITH rule AS (
  SELECT *
  FROM rules.churn_risk
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
here AS (
  SELECT customer_id, policy, left_on FROM churn.last_seen WHERE NOT has_left
),
overdue AS (
  SELECT
    b.customer_id,
    b.last_on,
    b.usual_gap_days,
    h.left_on AS leaves_on,
    b.last_on + CAST(greatest(floor(b.usual_gap_days * r.gap_multiple), r.min_silent_days) AS INT) + 1 AS risk_since
  FROM churn.rhythm b
  JOIN here h ON h.customer_id = b.customer_id
  CROSS JOIN rule r
  WHERE h.policy = 'grace' AND b.n_gaps >= r.min_gaps
    AND $as_of - b.last_on > b.usual_gap_days * r.gap_multiple AND $as_of - b.last_on > r.min_silent_days
),
paid AS (
  SELECT
    m.customer_id,
    max(CASE WHEN m.month = month_add(l.month, -r.contraction_months) THEN m.end_mrr END) AS mrr_before,
    max(CASE WHEN m.month = l.month THEN m.end_mrr END) AS mrr,
    month_add(max(l.month), 1 - max(r.contraction_months)) AS falling_since,
    max(r.contraction_share) AS contraction_share
  FROM revenue.mrr_by_customer m
  JOIN revenue.mrr_movements l ON l.is_latest
  CROSS JOIN rule r
  WHERE m.month = l.month OR m.month = month_add(l.month, -r.contraction_months)
  GROUP BY m.customer_id
),
falling AS (
  SELECT customer_id, mrr_before, mrr, falling_since AS risk_since
  FROM paid
  WHERE mrr > 0 AND mrr_before - mrr >= contraction_share * mrr_before AND mrr_before > mrr
),
cancelled AS (
  SELECT customer_id, first_cancelled_on AS risk_since, end_mrr AS mrr
  FROM (SELECT *, max(month) OVER () AS last_month FROM revenue.mrr_by_customer)
  WHERE month = last_month AND cancellations > 0
),
interventions AS (
  SELECT u.unit_id AS customer_id, i.started_on, min(coalesce(i.kind, '')) AS kind
  FROM staging.interventions i
  JOIN value.units u ON u.customer_id = i.customer_id
  GROUP BY u.unit_id, i.started_on
),
known AS (
  SELECT count(*) > 0 AS has_interventions FROM staging.interventions
),
risks AS (
  SELECT
    h.customer_id,
    o.customer_id IS NOT NULL AS is_overdue,
    f.customer_id IS NOT NULL AS is_falling,
    c.customer_id IS NOT NULL AS is_cancelled,
    least(o.risk_since, f.risk_since, c.risk_since) AS risk_since,
    o.usual_gap_days,
    coalesce(o.leaves_on, CASE WHEN c.customer_id IS NOT NULL THEN h.left_on END) AS leaves_on,
    f.mrr_before,
    coalesce(f.mrr, c.mrr) AS mrr
  FROM here h
  LEFT JOIN overdue o ON o.customer_id = h.customer_id
  LEFT JOIN falling f ON f.customer_id = h.customer_id
  LEFT JOIN cancelled c ON c.customer_id = h.customer_id
  WHERE o.customer_id IS NOT NULL OR f.customer_id IS NOT NULL OR c.customer_id IS NOT NULL
),
handled AS (
  SELECT k.customer_id, i.started_on, i.kind
  FROM risks k
  JOIN interventions i ON i.customer_id = k.customer_id AND i.started_on >= k.risk_since
  QUALIFY row_number() OVER (PARTITION BY k.customer_id ORDER BY i.started_on DESC) = 1
)
SELECT
  k.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  t.effective_tier AS tier,
  t.segment,
  CASE WHEN k.is_cancelled THEN 'cancelled' WHEN k.is_falling THEN 'falling' ELSE 'overdue' END AS risk,
  k.is_overdue,
  k.is_falling,
  k.is_cancelled,
  k.risk_since,
  c.last_sale_on AS last_on,
  $as_of - c.last_sale_on AS silent_days,
  k.usual_gap_days,
  k.leaves_on,
  a.p_alive,
  k.mrr_before,
  k.mrr,
  t.revenue,
  greatest(coalesce(CAST(t.revenue AS DECIMAL(38, 4)), 0), coalesce(CAST(k.mrr * 12 AS DECIMAL(38, 4)), 0)) AS at_stake,
  CASE WHEN n.has_interventions THEN i.customer_id IS NOT NULL END AS has_intervention,
  i.started_on AS intervened_on,
  NULLIF(i.kind, '') AS intervention
FROM risks k
CROSS JOIN known n
JOIN value.customers c ON c.customer_id = k.customer_id
LEFT JOIN tiers.current t ON t.customer_id = k.customer_id
LEFT JOIN value.alive a ON a.customer_id = k.customer_id
LEFT JOIN handled i ON i.customer_id = k.customer_id

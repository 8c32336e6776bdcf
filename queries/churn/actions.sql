-- What to do to keep customers: those at risk who have had no intervention since are called, by what is at stake, the largest first, as many as
-- rules.churn_risk says, whoever has cancelled a subscription before the others; those who have had one are followed up; and head customers who
-- are not at risk are offered the product line that most of those comparable have, as many as rules.next_product says.
-- The most urgent first, then the most at stake. Nothing is due after the day on which a customer counts as having left. Each action
-- goes to the owner, or to whoever answers for a customer without one.
--
-- grain: position
-- empty_if_missing: arpu.next_products, health.current
-- check: due_on >= $as_of and due_on is not null
-- check: customer_id is not null
-- column: position count "Position"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Who is to act"
-- column: owner_name text "Owner name"
-- column: action text "What to do"
-- column: why text "Reason"
-- column: due_on date "Due on"
-- column: tier text "Applied tier"
-- column: last_on date "Last sale"
-- column: silent_days days "Days since the last sale"
-- column: usual_gap_days days "Usual days between sales"
-- column: leaves_on date "Counts as having left on this day"
-- column: mrr_before money "Monthly recurring revenue some months before"
-- column: mrr money "Monthly recurring revenue"
-- column: intervened_on date "Latest intervention"
-- column: next_line text "Next product line"
-- column: because_of text "Product line in common with those comparable"
-- column: peers count "Customers comparable"
-- column: holders count "Of these have the next line"
-- column: at_stake money "At stake, or what the next line may bring"
-- column: revenue money "Final revenue in the window"
WITH rule AS (
  SELECT r.list_size AS risk_list_size, r.gap_multiple, r.min_silent_days, p.list_size AS product_list_size
  FROM rules.churn_risk r
  CROSS JOIN rules.next_product p
  WHERE (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
    AND (p.valid_from IS NULL OR p.valid_from <= $as_of) AND (p.valid_to IS NULL OR p.valid_to > $as_of)
),
risks AS (
  SELECT
    *,
    row_number() OVER (ORDER BY CASE WHEN is_cancelled THEN 0 ELSE 1 END, at_stake DESC, customer_id) AS place
  FROM churn.at_risk
),
offers AS (
  SELECT o.*, row_number() OVER (ORDER BY o.typical_revenue DESC, o.customer_id) AS place
  FROM arpu.next_products o
  CROSS JOIN rule r
  JOIN value.customers c ON c.customer_id = o.customer_id
  LEFT JOIN churn.rhythm b ON b.customer_id = o.customer_id
  LEFT JOIN churn.at_risk k ON k.customer_id = o.customer_id
  LEFT JOIN health.current h ON h.customer_id = o.customer_id AND h.state = 'risk'
  WHERE o.segment = 'head' AND k.customer_id IS NULL AND h.customer_id IS NULL
    AND $as_of - c.last_sale_on <= greatest(coalesce(b.usual_gap_days * r.gap_multiple, 0), r.min_silent_days)
),
found AS (
  SELECT
    CASE WHEN k.has_intervention THEN 'follow_up_help' WHEN k.is_cancelled THEN 'ask_why_cancelled' ELSE 'keep_customer' END AS action,
    CASE
      WHEN k.has_intervention THEN 'helped_still_at_risk'
      WHEN k.is_cancelled THEN 'subscription_cancelled'
      WHEN k.is_falling THEN 'recurring_revenue_falls'
      ELSE 'order_overdue'
    END AS why,
    k.customer_id,
    k.tier,
    k.last_on,
    k.silent_days,
    k.usual_gap_days,
    k.leaves_on,
    k.mrr_before,
    k.mrr,
    k.intervened_on,
    k.at_stake,
    k.revenue
  FROM risks k
  CROSS JOIN rule r
  WHERE k.place <= r.risk_list_size
  UNION ALL BY NAME
  SELECT
    'offer_next_product' AS action,
    'peers_have_line' AS why,
    o.customer_id,
    o.tier,
    o.next_line,
    o.because_of,
    o.peers,
    o.holders,
    CAST(o.typical_revenue AS DECIMAL(38, 4)) AS at_stake,
    o.revenue
  FROM offers o
  CROSS JOIN rule r
  WHERE o.place <= r.product_list_size
),
dated AS (
  SELECT f.*, greatest(least($as_of + CAST(d.days AS INT), f.leaves_on), $as_of) AS due_on
  FROM found f
  LEFT JOIN rules.action_days d
    ON d.action = f.action
    AND (d.valid_from IS NULL OR d.valid_from <= $as_of) AND (d.valid_to IS NULL OR d.valid_to > $as_of)
)
SELECT
  CAST(row_number() OVER (ORDER BY d.due_on, d.at_stake DESC NULLS LAST, d.customer_id, d.action) AS BIGINT) AS position,
  d.customer_id,
  c.customer_name,
  p.owner_id,
  p.owner_name,
  d.action,
  d.why,
  d.due_on,
  d.tier,
  d.last_on,
  d.silent_days,
  d.usual_gap_days,
  d.leaves_on,
  d.mrr_before,
  d.mrr,
  d.intervened_on,
  d.next_line,
  d.because_of,
  d.peers,
  d.holders,
  d.at_stake,
  d.revenue
FROM dated d
JOIN value.customers c ON c.customer_id = d.customer_id
LEFT JOIN value.responsible p ON p.customer_id = d.customer_id

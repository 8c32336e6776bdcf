-- What to put in order about key accounts, each with the customer, who is to act, the reason and a day: what is due first comes
-- first, then the larger revenue. Who is to act is the owner, or who stands in for one (value.responsible).
-- Owners: candidates without an owner, or with one of another level than their reach asks for. Prices and concessions:
-- customers whom a test flags as fake key accounts, unless their tier was set by hand with a reason; that decision stands
-- until it expires. A loss on price alone is not named again as a matter of concessions.
-- Candidates whose routing cannot be judged lack their reach, or the level of their owner; that is asked for only where routing
-- can be judged for somebody with an owner, because otherwise nobody records it.
-- Days are those of rules.action_days.
--
-- grain: position
-- check: due_on >= $as_of
-- check: customer_id is not null
-- column: position count "Position"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Who is to act"
-- column: owner_name text "Owner name"
-- column: action text "To do"
-- column: why text "Why"
-- column: due_on date "Due on"
-- column: revenue money "Final revenue in the window"
-- column: chain_scope text "Reach of the chain"
-- column: required_level text "Level required"
-- column: owner_level text "Level of the owner"
-- column: months_with_orders count "Months with orders"
-- column: largest_order_share ratio "Share of the largest order"
-- column: days_since_order days "Days since the last order"
-- column: gross_profit money "Gross profit"
-- column: margin ratio "Gross profit of revenue"
-- column: portfolio_margin_median ratio "Median margin of all customers"
-- column: contribution_at_most money "Contribution at most"
-- column: n_high count "High figures of three"
WITH days AS (
  SELECT action, days
  FROM rules.action_days
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
judged AS (
  SELECT coalesce(bool_or(result IN ('routed', 'mismatch')), false) AS is_any FROM key_accounts.routing
),
found AS (
  SELECT
    customer_id,
    CASE result WHEN 'unrouted' THEN 'assign_owner' ELSE 'reassign_owner' END AS action,
    CASE WHEN result = 'unrouted' THEN 'no_owner' WHEN owner_gap = 'below' THEN 'owner_below_reach' ELSE 'owner_above_reach' END AS why
  FROM key_accounts.mismatches
  WHERE is_candidate
  UNION ALL BY NAME
  SELECT
    r.customer_id,
    'fill_in_reach' AS action,
    CASE WHEN r.chain_scope IS NULL THEN 'reach_unknown' ELSE 'owner_level_unknown' END AS why
  FROM key_accounts.routing r
  CROSS JOIN judged j
  WHERE r.is_candidate AND r.result = 'unknown' AND j.is_any
  UNION ALL BY NAME
  SELECT
    f.customer_id,
    CASE f.test WHEN 'occasional' THEN 'confirm_repeat' WHEN 'unprofitable' THEN 'renegotiate_price' ELSE 'cap_concessions' END AS action,
    f.evidence AS why
  FROM key_accounts.fake f
  JOIN key_accounts.fake_results r ON r.customer_id = f.customer_id
  WHERE f.result = 'flagged' AND NOT f.is_strategic
    AND NOT (f.evidence = 'no_contribution' AND r.unprofitable_evidence = 'negative_profit')
)
SELECT
  row_number() OVER (ORDER BY d.days, v.revenue DESC, a.customer_id, a.action) AS position,
  a.customer_id,
  v.customer_name,
  p.owner_id,
  p.owner_name,
  a.action,
  a.why,
  $as_of + CAST(d.days AS INT) AS due_on,
  v.revenue,
  CASE WHEN a.action IN ('assign_owner', 'reassign_owner') THEN r.chain_scope END AS chain_scope,
  CASE WHEN a.action IN ('assign_owner', 'reassign_owner') THEN r.required_level END AS required_level,
  CASE WHEN a.action = 'reassign_owner' THEN r.owner_level END AS owner_level,
  CASE WHEN a.action = 'confirm_repeat' THEN f.months_with_orders END AS months_with_orders,
  CASE WHEN a.action = 'confirm_repeat' THEN f.largest_order_share END AS largest_order_share,
  CASE WHEN a.action = 'confirm_repeat' THEN f.days_since_order END AS days_since_order,
  CASE WHEN a.action = 'renegotiate_price' THEN f.gross_profit END AS gross_profit,
  CASE WHEN a.action = 'renegotiate_price' THEN f.margin END AS margin,
  CASE WHEN a.action = 'renegotiate_price' THEN f.portfolio_margin_median END AS portfolio_margin_median,
  CASE WHEN a.action = 'cap_concessions' THEN f.contribution_at_most END AS contribution_at_most,
  CASE WHEN a.action = 'cap_concessions' THEN f.n_high END AS n_high
FROM found a
JOIN days d ON d.action = a.action
JOIN value.contribution v ON v.customer_id = a.customer_id
LEFT JOIN value.responsible p ON p.customer_id = a.customer_id
LEFT JOIN key_accounts.routing r ON r.customer_id = a.customer_id
LEFT JOIN key_accounts.fake_figures f ON f.customer_id = a.customer_id

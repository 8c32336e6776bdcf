-- What to do about the tiers: tiers set by hand that expire soon are renewed or dropped, by the day they expire on at the latest.
-- Customers who left the upper two tiers by what they bought less are won back when revenue fell by a good part of what it was
-- (rules.tier_moves), and looked at when it fell by less; customers of any tier are won back whose fall is that great and costs
-- the amount of the same rule. Those who rose into the upper two tiers are greeted or given an owner, and dormant ones are revived.
-- Those whom only the rules or the growth of others moved are left alone. The most urgent first, then the most revenue.
-- Each action goes to the owner, or to whoever answers for a customer without one.
--
-- grain: position
-- empty_if_missing: tiers.override_list
-- check: due_on is not null
-- column: position count "Position"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: action text "What to do"
-- column: why text "Reason"
-- column: due_on date "Due on"
-- column: from_tier text "Tier before"
-- column: tier text "Tier now"
-- column: override_tier text "Tier set by hand"
-- column: expires_on date "Holds until"
-- column: days_left days "Days left"
-- column: days_since_sale days "Days since the last sale"
-- column: revenue money "Revenue"
-- column: revenue_before money "Revenue before"
-- column: change money "Change of revenue"
-- column: fall ratio "Fall as a share of the revenue before"
WITH overrides AS (
  SELECT
    customer_id,
    override_tier,
    tier,
    expires_on,
    days_left,
    revenue,
    row_number() OVER (PARTITION BY customer_id ORDER BY position) AS n
  FROM tiers.override_list
  WHERE is_expiring
),
moves AS (
  SELECT
    m.customer_id,
    m.owner_id,
    m.from_tier,
    m.to_tier,
    m.revenue_before,
    m.revenue_after,
    m.change,
    (m.from_tier <> 'new' AND f.position <= 2) AS was_top,
    coalesce(t.position <= 2, false) AS is_top,
    m.cause
  FROM tiers.changes m
  LEFT JOIN tiers.ladder f ON f.valid_on = m.from_month_end AND f.tier = m.from_tier
  LEFT JOIN tiers.ladder t ON t.valid_on = m.to_month_end AND t.tier = m.to_tier
),
dormant AS (
  SELECT customer_id, tier, days_since_sale, revenue
  FROM tiers.current
  WHERE position <= 2 AND is_dormant
),
limits AS (
  SELECT min_fall, min_amount
  FROM rules.tier_moves
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
falls AS (
  SELECT
    c.customer_id,
    c.from_tier,
    c.to_tier,
    c.revenue_before,
    c.revenue_after,
    c.revenue_after - c.revenue_before AS change,
    c.revenue_before - c.revenue_after >= l.min_fall * c.revenue_before AS is_great,
    c.revenue_before - c.revenue_after >= l.min_amount AS is_dear,
    coalesce(m.was_top AND NOT m.is_top AND m.cause IN ('behaviour', 'both'), false) AS has_left_top
  FROM tiers.compared c
  CROSS JOIN limits l
  LEFT JOIN moves m ON m.customer_id = c.customer_id
  LEFT JOIN dormant d ON d.customer_id = c.customer_id
  WHERE c.revenue_before > 0 AND c.revenue_after < c.revenue_before AND d.customer_id IS NULL
),
found AS (
  SELECT
    customer_id,
    'renew_or_drop_override' AS action,
    'override_expires' AS why,
    tier,
    override_tier,
    expires_on,
    days_left,
    revenue
  FROM overrides
  WHERE n = 1
  UNION ALL BY NAME
  SELECT
    customer_id,
    'win_back_top' AS action,
    CASE WHEN to_tier = 'lost' THEN 'gone_from_top' WHEN to_tier = from_tier THEN 'fell_inside_tier' ELSE 'fell_from_top' END AS why,
    from_tier,
    to_tier AS tier,
    revenue_after AS revenue,
    revenue_before,
    change
  FROM falls
  WHERE is_great AND (has_left_top OR is_dear)
  UNION ALL BY NAME
  SELECT
    customer_id,
    'check_fall' AS action,
    'fell_a_little' AS why,
    from_tier,
    to_tier AS tier,
    revenue_after AS revenue,
    revenue_before,
    change
  FROM falls
  WHERE has_left_top AND NOT is_great
  UNION ALL BY NAME
  SELECT
    customer_id,
    CASE WHEN owner_id IS NULL THEN 'assign_riser_owner' ELSE 'greet_upgrade' END AS action,
    CASE WHEN owner_id IS NULL THEN 'rose_without_owner' WHEN from_tier = 'new' THEN 'new_at_top' ELSE 'rose_to_top' END AS why,
    from_tier,
    to_tier AS tier,
    revenue_after AS revenue,
    revenue_before,
    change
  FROM moves
  WHERE is_top AND NOT coalesce(was_top, false) AND change > 0 AND cause IN ('behaviour', 'both')
  UNION ALL BY NAME
  SELECT
    customer_id,
    'revive_top' AS action,
    'dormant_at_top' AS why,
    tier,
    days_since_sale,
    revenue
  FROM dormant
),
dated AS (
  SELECT f.*, least($as_of + CAST(d.days AS INT), coalesce(f.expires_on, $as_of + CAST(d.days AS INT))) AS due_on
  FROM found f
  LEFT JOIN rules.action_days d
    ON d.action = f.action
    AND (d.valid_from IS NULL OR d.valid_from <= $as_of) AND (d.valid_to IS NULL OR d.valid_to > $as_of)
)
SELECT
  CAST(row_number() OVER (
    ORDER BY d.due_on, greatest(d.revenue, coalesce(d.revenue_before, d.revenue)) DESC NULLS LAST, d.customer_id, d.action
  ) AS BIGINT) AS position,
  d.customer_id,
  c.customer_name,
  p.owner_id,
  p.owner_name,
  d.action,
  d.why,
  d.due_on,
  d.from_tier,
  d.tier,
  d.override_tier,
  d.expires_on,
  d.days_left,
  d.days_since_sale,
  d.revenue,
  d.revenue_before,
  d.change,
  CASE WHEN d.revenue_before > 0 AND d.change < 0 THEN -CAST(d.change AS DOUBLE) / CAST(d.revenue_before AS DOUBLE) END AS fall
FROM dated d
JOIN value.customers c ON c.customer_id = d.customer_id
LEFT JOIN value.responsible p ON p.customer_id = d.customer_id

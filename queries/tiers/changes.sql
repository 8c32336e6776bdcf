-- Customers whose tier differs between the latest month-end and the one `compare_months` earlier, with the revenue that decided.
-- The cause is found by applying the earlier cuts to the later revenue: if the tier would not have changed then, the new rule moved
-- the customer (rule). If it would be what it is now, revenue did: its own (behaviour), or only that of the others, when its own
-- did not move that way (others). Anything else is both.
--
-- grain: customer_id
-- order: size desc, customer_id
-- check: from_tier <> to_tier
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: from_month_end date "Earlier month-end"
-- column: to_month_end date "Later month-end"
-- column: from_tier text "Tier before"
-- column: to_tier text "Tier after"
-- column: direction text "Direction"
-- column: cause text "What moved it"
-- column: revenue_before money "Revenue before"
-- column: revenue_after money "Revenue after"
-- column: change money "Change of revenue"
-- column: size money "Change of revenue without sign"
-- column: share_ahead_before ratio "Share of the customers ahead, before"
-- column: share_ahead_after ratio "Share of the customers ahead, after"
WITH moved AS (
  SELECT * FROM tiers.compared WHERE from_tier <> to_tier
),
old_rule AS (
  SELECT m.customer_id, l.tier
  FROM moved m
  JOIN tiers.ladder l
    ON l.valid_on = m.from_month_end
    AND CASE
      WHEN m.revenue_after > 0
      THEN m.ahead_after >= l.above_share * m.total_after AND (m.ahead_after < l.below_share * m.total_after OR l.is_last)
      ELSE l.is_last
    END
)
SELECT
  m.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  m.from_month_end,
  m.to_month_end,
  m.from_tier,
  m.to_tier,
  CASE
    WHEN m.from_tier = 'new' THEN 'new'
    WHEN m.to_tier = 'lost' THEN 'lost'
    WHEN m.to_position < m.from_position THEN 'up'
    ELSE 'down'
  END AS direction,
  CASE
    WHEN m.from_tier = 'new' OR m.to_tier = 'lost' THEN 'behaviour'
    WHEN o.tier = m.to_tier AND m.to_position < m.from_position AND m.revenue_after <= m.revenue_before THEN 'others'
    WHEN o.tier = m.to_tier AND m.to_position > m.from_position AND m.revenue_after >= m.revenue_before THEN 'others'
    WHEN o.tier = m.to_tier THEN 'behaviour'
    WHEN o.tier = m.from_tier THEN 'rule'
    ELSE 'both'
  END AS cause,
  m.revenue_before,
  m.revenue_after,
  m.revenue_after - m.revenue_before AS change,
  abs(m.revenue_after - m.revenue_before) AS size,
  CAST(m.ahead_before AS DOUBLE) / CAST(m.total_before AS DOUBLE) AS share_ahead_before,
  CAST(m.ahead_after AS DOUBLE) / CAST(m.total_after AS DOUBLE) AS share_ahead_after
FROM moved m
JOIN value.customers c ON c.customer_id = m.customer_id
LEFT JOIN old_rule o ON o.customer_id = m.customer_id

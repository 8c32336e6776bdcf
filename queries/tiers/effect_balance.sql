-- The tiers before and after, and what came between: customers before + net moves by behaviour + net moves by new rules = customers
-- after. The revenue of a tier changes by the rule when customers were moved with it; the rest is behaviour, also of those
-- who stayed. A tier that only one of the two rules knows is listed as well.
--
-- grain: tier
-- order: position, tier
-- check: customers_before + by_behaviour + by_rule = customers_after
-- check: revenue_before + revenue_by_behaviour + revenue_by_rule = revenue_after
-- total: sum(customers_after) = (select count(*) from tiers.compared where to_tier <> 'lost')
-- total: sum(revenue_after) = (select sum(revenue_after) from tiers.compared)
-- total: sum(revenue_before) = (select sum(revenue_before) from tiers.compared)
-- column: tier text "Tier"
-- column: position count "Position from the top"
-- column: from_month_end date "Earlier month-end"
-- column: to_month_end date "Later month-end"
-- column: customers_before count "Customers before"
-- column: by_behaviour count "Net moves by behaviour"
-- column: by_rule count "Net moves by new rules"
-- column: customers_after count "Customers after"
-- column: revenue_before money "Revenue before"
-- column: revenue_by_behaviour money "Change by behaviour"
-- column: revenue_by_rule money "Change by new rules"
-- column: revenue_after money "Revenue after"
WITH parts AS (
  SELECT from_tier AS tier, customers_before, 0 AS by_behaviour, 0 AS by_rule, 0 AS customers_after, revenue_before, 0 AS revenue_by_rule, 0 AS revenue_after
  FROM (SELECT from_tier, count(*) AS customers_before, sum(revenue_before) AS revenue_before FROM tiers.compared GROUP BY from_tier)
  UNION ALL
  SELECT to_tier, 0, 0, 0, customers_after, 0, 0, revenue_after
  FROM (SELECT to_tier, count(*) AS customers_after, sum(revenue_after) AS revenue_after FROM tiers.compared GROUP BY to_tier)
  UNION ALL
  SELECT
    to_tier,
    0,
    CASE effect WHEN 'behaviour' THEN customers ELSE 0 END,
    CASE effect WHEN 'rule' THEN customers ELSE 0 END,
    0,
    0,
    CASE effect WHEN 'rule' THEN revenue ELSE 0 END,
    0
  FROM tiers.migration_effects
  UNION ALL
  SELECT
    from_tier,
    0,
    CASE effect WHEN 'behaviour' THEN -customers ELSE 0 END,
    CASE effect WHEN 'rule' THEN -customers ELSE 0 END,
    0,
    0,
    CASE effect WHEN 'rule' THEN -revenue ELSE 0 END,
    0
  FROM tiers.migration_effects
),
ends AS (
  SELECT from_month_end, to_month_end FROM tiers.compared GROUP BY from_month_end, to_month_end
),
steps AS (
  SELECT l.tier, min(l.position) AS position, e.from_month_end, e.to_month_end
  FROM tiers.ladder l
  JOIN ends e ON l.valid_on = e.from_month_end OR l.valid_on = e.to_month_end
  GROUP BY l.tier, e.from_month_end, e.to_month_end
)
SELECT
  s.tier,
  s.position,
  s.from_month_end,
  s.to_month_end,
  coalesce(sum(p.customers_before), 0) AS customers_before,
  coalesce(sum(p.by_behaviour), 0) AS by_behaviour,
  coalesce(sum(p.by_rule), 0) AS by_rule,
  coalesce(sum(p.customers_after), 0) AS customers_after,
  coalesce(sum(p.revenue_before), 0) AS revenue_before,
  coalesce(sum(p.revenue_after) - sum(p.revenue_before) - sum(p.revenue_by_rule), 0) AS revenue_by_behaviour,
  coalesce(sum(p.revenue_by_rule), 0) AS revenue_by_rule,
  coalesce(sum(p.revenue_after), 0) AS revenue_after
FROM steps s
LEFT JOIN parts p ON p.tier = s.tier
GROUP BY s.tier, s.position, s.from_month_end, s.to_month_end

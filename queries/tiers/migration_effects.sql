-- Moves between tiers, split by what moved the customers: behaviour is the step from the earlier tier to the tier that the earlier
-- cuts give to the later revenue, rule the step from there to the tier that the later cuts give. A customer may make both
-- steps, or two that cancel out. Only steps that lead to another tier are listed.
--
-- grain: effect, from_tier, to_tier
-- order: effect, from_position, to_position
-- check: from_tier <> to_tier
-- check: effect in ('behaviour', 'rule')
-- column: effect text "What moved them"
-- column: from_tier text "From tier"
-- column: to_tier text "To tier"
-- column: from_position count "Position of the first tier"
-- column: to_position count "Position of the second tier"
-- column: from_month_end date "Earlier month-end"
-- column: to_month_end date "Later month-end"
-- column: customers count "Customers"
-- column: revenue_before money "Revenue before"
-- column: revenue money "Revenue now"
SELECT
  s.effect,
  CASE s.effect WHEN 'behaviour' THEN r.from_tier ELSE r.tier_by_old_rule END AS from_tier,
  CASE s.effect WHEN 'behaviour' THEN r.tier_by_old_rule ELSE r.to_tier END AS to_tier,
  min(CASE s.effect WHEN 'behaviour' THEN r.from_position ELSE r.old_rule_position END) AS from_position,
  min(CASE s.effect WHEN 'behaviour' THEN r.old_rule_position ELSE r.to_position END) AS to_position,
  r.from_month_end,
  r.to_month_end,
  count(*) AS customers,
  sum(r.revenue_before) AS revenue_before,
  sum(r.revenue_after) AS revenue
FROM tiers.rule_split r
CROSS JOIN (VALUES ('behaviour'), ('rule')) AS s (effect)
WHERE CASE s.effect WHEN 'behaviour' THEN r.from_tier <> r.tier_by_old_rule ELSE r.tier_by_old_rule <> r.to_tier END
GROUP BY
  s.effect,
  CASE s.effect WHEN 'behaviour' THEN r.from_tier ELSE r.tier_by_old_rule END,
  CASE s.effect WHEN 'behaviour' THEN r.tier_by_old_rule ELSE r.to_tier END,
  r.from_month_end,
  r.to_month_end

-- Each customer's way from its tier at the earlier month-end to the one at the latest, in two steps over the same data: first the
-- earlier cuts over the later revenue (what the customers did), then the later cuts over the same revenue (what the new rule did).
--
-- grain: customer_id
-- total: count(*) = (select count(*) from tiers.compared)
-- column: customer_id text "Customer"
-- column: from_tier text "Tier before"
-- column: tier_by_old_rule text "Tier after, by the earlier cuts"
-- column: to_tier text "Tier after"
-- column: from_position count "Position before"
-- column: old_rule_position count "Position after, by the earlier cuts"
-- column: to_position count "Position after"
-- column: from_month_end date "Earlier month-end"
-- column: to_month_end date "Later month-end"
-- column: revenue_before money "Revenue before"
-- column: revenue_after money "Revenue after"
SELECT
  c.customer_id,
  c.from_tier,
  coalesce(l.tier, c.to_tier) AS tier_by_old_rule,
  c.to_tier,
  c.from_position,
  coalesce(l.position, c.to_position) AS old_rule_position,
  c.to_position,
  c.from_month_end,
  c.to_month_end,
  c.revenue_before,
  c.revenue_after
FROM tiers.compared c
LEFT JOIN tiers.ladder l
  ON l.valid_on = c.from_month_end
  AND c.to_tier <> 'lost'
  AND CASE
    WHEN c.revenue_after > 0
    THEN c.ahead_after >= l.above_share * c.total_after AND (c.ahead_after < l.below_share * c.total_after OR l.is_last)
    ELSE l.is_last
  END

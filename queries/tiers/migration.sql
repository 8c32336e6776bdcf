-- From which tier to which: customers at the latest full month-end against the one `compare_months` earlier.
-- `new` had no final line in the twelve months before, `lost` has none in the twelve months now. Empty when the history
-- does not reach back to the earlier month-end.
--
-- grain: from_tier, to_tier
-- order: from_position, to_position
-- total: sum(customers) = (select count(*) from tiers.compared)
-- total: sum(revenue) = (select sum(revenue_after) from tiers.compared)
-- column: from_tier text "Tier before"
-- column: to_tier text "Tier after"
-- column: from_position count "Position before"
-- column: to_position count "Position after"
-- column: from_month_end date "Earlier month-end"
-- column: to_month_end date "Later month-end"
-- column: customers count "Customers"
-- column: revenue_before money "Revenue before"
-- column: revenue money "Revenue now"
-- column: revenue_moved money "Revenue now; of those who are gone, revenue before"
SELECT
  from_tier,
  to_tier,
  from_position,
  to_position,
  from_month_end,
  to_month_end,
  count(*) AS customers,
  sum(revenue_before) AS revenue_before,
  sum(revenue_after) AS revenue,
  sum(CASE WHEN to_tier = 'lost' THEN revenue_before ELSE revenue_after END) AS revenue_moved
FROM tiers.compared
GROUP BY from_tier, to_tier, from_position, to_position, from_month_end, to_month_end

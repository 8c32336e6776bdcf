-- Customers and revenue per tier at the last 14 month-ends, for the stacked chart. Month-ends before the first sale are left out.
--
-- grain: month_end, tier
-- order: month_end, position
-- total: sum(revenue) = (select sum(revenue) from tiers.history)
-- column: month_end date "Month-end"
-- column: tier text "Tier"
-- column: position count "Position from the top"
-- column: customers count "Customers"
-- column: revenue money "Revenue of the twelve months"
WITH month_ends AS (
  SELECT DISTINCT month_end FROM tiers.history
)
SELECT
  l.valid_on AS month_end,
  l.tier,
  l.position,
  count(h.customer_id) AS customers,
  coalesce(sum(h.revenue), 0) AS revenue
FROM tiers.ladder l
JOIN month_ends m ON m.month_end = l.valid_on
LEFT JOIN tiers.history h ON h.month_end = l.valid_on AND h.tier = l.tier
GROUP BY l.valid_on, l.tier, l.position

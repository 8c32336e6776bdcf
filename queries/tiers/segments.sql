-- Tiers against segments: how many customers are in each pair and what they bring. Every pair is shown, also the empty ones.
--
-- grain: tier, segment
-- order: position, segment_position
-- total: sum(revenue) = (select sum(revenue) from tiers.current)
-- total: sum(customers) = (select count(*) from tiers.current)
-- column: tier text "Tier by the formula"
-- column: position count "Position of the tier from the top"
-- column: segment text "Segment"
-- column: segment_position count "Position of the segment"
-- column: customers count "Customers"
-- column: revenue money "Final revenue"
WITH segments AS (
  SELECT * FROM (VALUES ('head', 1), ('waist', 2), ('tail', 3)) AS s (segment, segment_position)
)
SELECT
  l.tier,
  l.position,
  s.segment,
  s.segment_position,
  count(c.customer_id) AS customers,
  coalesce(sum(c.revenue), 0) AS revenue
FROM tiers.ladder l
CROSS JOIN segments s
LEFT JOIN tiers.current c ON c.tier = l.tier AND c.segment = s.segment
WHERE l.valid_on = $as_of
GROUP BY l.tier, l.position, s.segment, s.segment_position

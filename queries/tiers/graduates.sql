-- Who rose from the tail to the waist or straight to the head, and who fell back from the waist to the tail, by name: between the earlier
-- month-end and the latest one, with `compare_months` (recent) and with twelve months (year) between them. Moves that only new
-- rules brought about are marked.
--
-- grain: comparison, customer_id
-- order: comparison desc, direction desc, size desc, customer_id
-- total: sum(case when direction = 'up' and to_segment = 'waist' then 1 else 0 end) = (select sum(graduated) from tiers.graduation)
-- total: sum(case when direction = 'down' then 1 else 0 end) = (select sum(relegated) from tiers.graduation)
-- column: comparison text "Compared with"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: direction text "Direction"
-- column: from_segment text "Segment before"
-- column: to_segment text "Segment after"
-- column: revenue_before money "Revenue before"
-- column: revenue_after money "Revenue after"
-- column: size money "Change of revenue without sign"
-- column: is_by_rule bool "Moved by new rules alone"
SELECT
  s.comparison,
  s.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  CASE WHEN s.from_segment = 'tail' THEN 'up' ELSE 'down' END AS direction,
  s.from_segment,
  s.to_segment,
  s.revenue_before,
  s.revenue_after,
  abs(s.revenue_after - s.revenue_before) AS size,
  s.segment_by_old_rule = s.from_segment AS is_by_rule
FROM tiers.segment_compared s
JOIN value.customers c ON c.customer_id = s.customer_id
WHERE (s.from_segment = 'tail' AND s.to_segment IN ('waist', 'head')) OR (s.from_segment = 'waist' AND s.to_segment = 'tail')

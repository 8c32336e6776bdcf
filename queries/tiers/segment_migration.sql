-- How customers moved between head, waist and tail: from the earlier month-end to the latest one, with `compare_months` (recent) and
-- with twelve months (year) between them. `new` had no final line in the twelve months before, `lost` has none in those now.
--
-- grain: comparison, from_segment, to_segment
-- order: comparison, from_position, to_position
-- total: sum(customers) = (select count(*) from tiers.segment_compared)
-- total: sum(revenue) = (select sum(revenue_after) from tiers.segment_compared)
-- column: comparison text "Compared with"
-- column: from_segment text "Segment before"
-- column: to_segment text "Segment after"
-- column: from_position count "Position before"
-- column: to_position count "Position after"
-- column: from_month_end date "Earlier month-end"
-- column: to_month_end date "Later month-end"
-- column: customers count "Customers"
-- column: by_rule count "Of these moved by new rules"
-- column: revenue_before money "Revenue before"
-- column: revenue money "Revenue now"
-- column: revenue_moved money "Revenue now; of those who are gone, what they brought before"
SELECT
  comparison,
  from_segment,
  to_segment,
  from_position,
  to_position,
  from_month_end,
  to_month_end,
  count(*) AS customers,
  sum(CASE WHEN from_segment = segment_by_old_rule AND to_segment <> segment_by_old_rule THEN 1 ELSE 0 END) AS by_rule,
  sum(revenue_before) AS revenue_before,
  sum(revenue_after) AS revenue,
  sum(CASE WHEN to_segment = 'lost' THEN revenue_before ELSE revenue_after END) AS revenue_moved
FROM tiers.segment_compared
GROUP BY comparison, from_segment, to_segment, from_position, to_position, from_month_end, to_month_end

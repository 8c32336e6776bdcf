-- Segments at the last 14 month-ends, computed again for each: revenue of its twelve months, tier cuts and tail cap that were
-- valid on it. The solution a customer needs is the one that the customer table has now, so a customer with a known need never
-- changes its segment.
--
-- grain: month_end, customer_id
-- check: segment in ('head', 'waist', 'tail')
-- total: sum(revenue) = (select sum(revenue) from tiers.history)
-- column: month_end date "Month-end"
-- column: customer_id text "Customer"
-- column: segment text "Segment"
-- column: tier text "Tier"
-- column: solution_need text "Solution needed"
-- column: revenue money "Revenue of the twelve months"
-- column: revenue_ahead money "Revenue of all customers ahead"
-- column: total_revenue money "Revenue of all customers above zero"
-- column: rule_version text "Version of the tail cap"
SELECT
  h.month_end,
  h.customer_id,
  CASE
    WHEN c.solution_need = 'bespoke' THEN 'head'
    WHEN c.solution_need = 'mixed' THEN 'waist'
    WHEN c.solution_need = 'standard' THEN 'tail'
    WHEN h.tier = 'key' THEN 'head'
    WHEN h.revenue <= s.tail_cap THEN 'tail'
    ELSE 'waist'
  END AS segment,
  h.tier,
  c.solution_need,
  h.revenue,
  h.revenue_ahead,
  h.total_revenue,
  s.version AS rule_version
FROM tiers.history h
JOIN value.customers c ON c.customer_id = h.customer_id
JOIN rules.segment_caps s
  ON (s.valid_from IS NULL OR s.valid_from <= h.month_end) AND (s.valid_to IS NULL OR s.valid_to > h.month_end)

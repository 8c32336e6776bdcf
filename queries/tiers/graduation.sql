-- Whether the tail grows a waist: of the customers who were in the tail at the earlier month-end, those who are in the waist at the
-- latest one have graduated; of the waist, those who are in the tail now are relegated. Those who went straight to the head, or
-- came down from it, are counted beside. Recent looks back `compare_months`, year twelve months.
-- Moves that only new rules brought about are counted in, and shown by themselves.
--
-- grain: comparison
-- check: tail_before - graduated - to_head - tail_lost + tail_new + relegated + from_head = tail_after
-- check: graduation_rate between 0 and 1
-- check: relegation_rate between 0 and 1
-- total: sum(tail_after) = (select sum(customers) from tiers.segment_migration where to_segment = 'tail')
-- column: comparison text "Compared with"
-- column: from_month_end date "Earlier month-end"
-- column: to_month_end date "Later month-end"
-- column: tail_before count "Tail customers before"
-- column: tail_after count "Tail customers now"
-- column: graduated count "Graduated: from the tail to the waist"
-- column: graduated_by_rule count "Of these by new rules"
-- column: to_head count "From the tail to the head"
-- column: graduation_rate ratio "Graduated share of the tail before"
-- column: waist_before count "Waist customers before"
-- column: relegated count "Relegated: from the waist to the tail"
-- column: relegated_by_rule count "Of these by new rules"
-- column: from_head count "From the head to the tail"
-- column: relegation_rate ratio "Relegated share of the waist before"
-- column: tail_new count "New in the tail"
-- column: tail_lost count "Lost from the tail"
-- column: graduated_revenue_before money "Revenue of the graduated before"
-- column: graduated_revenue money "Revenue of the graduated now"
-- column: is_short_history bool "The earlier twelve months begin before the first revenue"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
sums AS (
  SELECT
    comparison,
    from_month_end,
    to_month_end,
    is_short_history,
    sum(CASE WHEN from_segment = 'tail' THEN 1 ELSE 0 END) AS tail_before,
    sum(CASE WHEN to_segment = 'tail' THEN 1 ELSE 0 END) AS tail_after,
    sum(CASE WHEN from_segment = 'tail' AND to_segment = 'waist' THEN 1 ELSE 0 END) AS graduated,
    sum(CASE WHEN from_segment = 'tail' AND to_segment = 'waist' AND segment_by_old_rule = 'tail' THEN 1 ELSE 0 END) AS graduated_by_rule,
    sum(CASE WHEN from_segment = 'tail' AND to_segment = 'head' THEN 1 ELSE 0 END) AS to_head,
    sum(CASE WHEN from_segment = 'waist' THEN 1 ELSE 0 END) AS waist_before,
    sum(CASE WHEN from_segment = 'waist' AND to_segment = 'tail' THEN 1 ELSE 0 END) AS relegated,
    sum(CASE WHEN from_segment = 'waist' AND to_segment = 'tail' AND segment_by_old_rule = 'waist' THEN 1 ELSE 0 END) AS relegated_by_rule,
    sum(CASE WHEN from_segment = 'head' AND to_segment = 'tail' THEN 1 ELSE 0 END) AS from_head,
    sum(CASE WHEN from_segment = 'new' AND to_segment = 'tail' THEN 1 ELSE 0 END) AS tail_new,
    sum(CASE WHEN from_segment = 'tail' AND to_segment = 'lost' THEN 1 ELSE 0 END) AS tail_lost,
    coalesce(sum(CASE WHEN from_segment = 'tail' AND to_segment = 'waist' THEN revenue_before END), 0) AS graduated_revenue_before,
    coalesce(sum(CASE WHEN from_segment = 'tail' AND to_segment = 'waist' THEN revenue_after END), 0) AS graduated_revenue
  FROM tiers.segment_compared
  GROUP BY comparison, from_month_end, to_month_end, is_short_history
)
SELECT
  s.comparison,
  s.from_month_end,
  s.to_month_end,
  s.tail_before,
  s.tail_after,
  s.graduated,
  s.graduated_by_rule,
  s.to_head,
  CAST(s.graduated AS DOUBLE) / NULLIF(s.tail_before, 0) AS graduation_rate,
  s.waist_before,
  s.relegated,
  s.relegated_by_rule,
  s.from_head,
  CAST(s.relegated AS DOUBLE) / NULLIF(s.waist_before, 0) AS relegation_rate,
  s.tail_new,
  s.tail_lost,
  s.graduated_revenue_before,
  s.graduated_revenue,
  s.is_short_history,
  s.tail_before < r.min_units AS is_small_sample
FROM sums s
CROSS JOIN rule r

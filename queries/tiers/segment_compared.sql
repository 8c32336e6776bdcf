-- The segment of each customer at the latest full month-end beside the one `compare_months` earlier (recent) and the one twelve
-- months earlier (year). `new` had no final line in the twelve months before, `lost` has none in the twelve months now.
-- The segment by the earlier rules is the one that the later revenue would have under the cuts and the cap of the earlier
-- month-end: what differs from it was moved by the rules, not by the customer.
-- A comparison is left out when the history does not reach back to its earlier month-end. It is marked when the twelve months of
-- that month-end begin before the first revenue: a spend of less than a year then passes for a small one.
--
-- grain: comparison, customer_id
-- column: comparison text "Compared with"
-- column: customer_id text "Customer"
-- column: from_month_end date "Earlier month-end"
-- column: to_month_end date "Later month-end"
-- column: from_segment text "Segment before"
-- column: to_segment text "Segment after"
-- column: from_position count "Position before"
-- column: to_position count "Position after"
-- column: segment_by_old_rule text "Segment after, by the earlier rules"
-- column: revenue_before money "Revenue before"
-- column: revenue_after money "Revenue after"
-- column: is_short_history bool "The earlier twelve months begin before the first revenue"
WITH comparisons AS (
  SELECT
    c.comparison,
    month_end(month_add(month_start($as_of + 1), -1)) AS to_end,
    month_end(month_add(month_start($as_of + 1), -1 - c.months)) AS from_end
  FROM (SELECT 'recent' AS comparison, $compare_months AS months UNION ALL SELECT 'year', 12) c
),
reach AS (
  SELECT min(month_end) AS first_end FROM tiers.segment_history
),
start AS (
  SELECT min(month) AS first_month FROM value.months
),
old_rules AS (
  SELECT
    c.comparison,
    c.from_end,
    c.to_end,
    s.tail_cap,
    l.above_share,
    l.below_share,
    l.is_last,
    t.first_month > month_add(month_start(c.from_end), -11) AS is_short_history
  FROM comparisons c
  CROSS JOIN start t
  JOIN reach r ON r.first_end <= c.from_end
  JOIN rules.segment_caps s
    ON (s.valid_from IS NULL OR s.valid_from <= c.from_end) AND (s.valid_to IS NULL OR s.valid_to > c.from_end)
  LEFT JOIN tiers.ladder l ON l.valid_on = c.from_end AND l.tier = 'key'
),
points AS (
  SELECT *, from_end AS month_end, false AS is_after FROM old_rules
  UNION ALL
  SELECT *, to_end AS month_end, true AS is_after FROM old_rules
),
pairs AS (
  SELECT
    p.comparison,
    p.from_end,
    p.to_end,
    p.is_short_history,
    p.is_after,
    h.customer_id,
    h.segment,
    h.revenue,
    CASE h.segment WHEN 'head' THEN 1 WHEN 'waist' THEN 2 ELSE 3 END AS position,
    CASE
      WHEN h.solution_need IN ('bespoke', 'mixed', 'standard') THEN h.segment
      WHEN CASE
        WHEN h.revenue > 0
        THEN h.revenue_ahead >= p.above_share * h.total_revenue AND (h.revenue_ahead < p.below_share * h.total_revenue OR p.is_last)
        ELSE p.is_last
      END THEN 'head'
      WHEN h.revenue <= p.tail_cap THEN 'tail'
      ELSE 'waist'
    END AS segment_by_old_rule
  FROM points p
  JOIN tiers.segment_history h ON h.month_end = p.month_end
)
SELECT
  comparison,
  customer_id,
  from_end AS from_month_end,
  to_end AS to_month_end,
  coalesce(max(CASE WHEN NOT is_after THEN segment END), 'new') AS from_segment,
  coalesce(max(CASE WHEN is_after THEN segment END), 'lost') AS to_segment,
  coalesce(max(CASE WHEN NOT is_after THEN position END), 0) AS from_position,
  coalesce(max(CASE WHEN is_after THEN position END), 99) AS to_position,
  coalesce(max(CASE WHEN is_after THEN segment_by_old_rule END), 'lost') AS segment_by_old_rule,
  coalesce(max(CASE WHEN NOT is_after THEN revenue END), 0) AS revenue_before,
  coalesce(max(CASE WHEN is_after THEN revenue END), 0) AS revenue_after,
  is_short_history
FROM pairs
GROUP BY comparison, customer_id, from_end, to_end, is_short_history

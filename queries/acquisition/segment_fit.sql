-- How far each segment departs from the expected pattern: customers won through a mode that rules.channel_pattern does not name for
-- their segment, against all of the segment whose mode is known.
--
-- grain: segment
-- order: position
-- check: fitting + outside + unknown = customers
-- check: deviation between 0 and 1
-- total: sum(customers) = (select sum(customers) from acquisition.segment_modes)
-- column: segment text "Segment"
-- column: position count "Position"
-- column: customers count "Customers"
-- column: fitting count "Won as expected"
-- column: outside count "Won through another mode"
-- column: unknown count "Mode unknown"
-- column: deviation ratio "Share won through another mode"
-- column: outside_revenue money "Their final revenue in the window"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH sums AS (
  SELECT
    segment,
    segment_position AS position,
    sum(customers) AS customers,
    sum(CASE WHEN is_expected THEN customers ELSE 0 END) AS fitting,
    sum(CASE WHEN NOT is_expected THEN customers ELSE 0 END) AS outside,
    sum(CASE WHEN NOT is_expected THEN revenue ELSE 0 END) AS outside_revenue
  FROM acquisition.segment_modes
  GROUP BY segment, segment_position
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.segment,
  s.position,
  s.customers,
  s.fitting,
  s.outside,
  s.customers - s.fitting - s.outside AS unknown,
  CAST(s.outside AS DOUBLE) / NULLIF(s.fitting + s.outside, 0) AS deviation,
  s.outside_revenue,
  s.fitting + s.outside < r.min_units AS is_small_sample
FROM sums s
CROSS JOIN rule r

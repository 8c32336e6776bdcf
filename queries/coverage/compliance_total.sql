-- Visits kept to, over all owners: a row for each band, and one for `all`. Periods that are not over are left out.
--
-- grain: band
-- order: position, band
-- total: sum(due_periods) = (select 2 * sum(due_periods) from coverage.compliance)
-- total: sum(visited_periods) = (select 2 * sum(visited_periods) from coverage.compliance)
-- column: band text "Visit band"
-- column: position count "Position of the band from the top, all bands first"
-- column: customers count "Customers"
-- column: due_periods count "Due periods that are over"
-- column: visited_periods count "Of these visited"
-- column: missed_periods count "Of these missed"
-- column: compliance ratio "Share of due periods visited"
-- column: is_small_sample bool "Too few periods for a ratio to mean much"
WITH periods AS (
  SELECT band, position, customer_id, visited FROM coverage.visits WHERE is_due AND NOT is_open
  UNION ALL
  SELECT 'all', 0, customer_id, visited FROM coverage.visits WHERE is_due AND NOT is_open
),
sums AS (
  SELECT
    band,
    min(position) AS position,
    count(DISTINCT customer_id) AS customers,
    count(*) AS due_periods,
    sum(CASE WHEN visited THEN 1 ELSE 0 END) AS visited_periods
  FROM periods
  GROUP BY band
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.band,
  s.position,
  s.customers,
  s.due_periods,
  s.visited_periods,
  s.due_periods - s.visited_periods AS missed_periods,
  CAST(s.visited_periods AS DOUBLE) / s.due_periods AS compliance,
  s.due_periods < r.min_units AS is_small_sample
FROM sums s
CROSS JOIN rule r

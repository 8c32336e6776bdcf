-- Visits kept to, by owner over all bands, those with the lowest share first.
--
-- grain: owner_id
-- order: compliance, due_periods desc, owner_id
-- total: sum(due_periods) = (select sum(due_periods) from coverage.compliance)
-- total: sum(visited_periods) = (select sum(visited_periods) from coverage.compliance)
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: customers count "Customers with a due period"
-- column: due_periods count "Due periods that are over"
-- column: visited_periods count "Of these visited"
-- column: missed_periods count "Of these missed"
-- column: compliance ratio "Share of due periods visited"
-- column: is_behind bool "Below the target"
-- column: is_small_sample bool "Too few periods for a ratio to mean much"
WITH sums AS (
  SELECT
    coalesce(owner_id, 'unassigned') AS owner_id,
    max(coalesce(owner_name, 'unassigned')) AS owner_name,
    count(DISTINCT customer_id) AS customers,
    count(*) AS due_periods,
    sum(CASE WHEN visited THEN 1 ELSE 0 END) AS visited_periods
  FROM coverage.visits
  WHERE is_due AND NOT is_open
  GROUP BY coalesce(owner_id, 'unassigned')
),
rule AS (
  SELECT s.min_units, t.min_compliance
  FROM rules.small_samples s
  CROSS JOIN rules.coverage_targets t
  WHERE (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
    AND (t.valid_from IS NULL OR t.valid_from <= $as_of) AND (t.valid_to IS NULL OR t.valid_to > $as_of)
)
SELECT
  s.owner_id,
  s.owner_name,
  s.customers,
  s.due_periods,
  s.visited_periods,
  s.due_periods - s.visited_periods AS missed_periods,
  CAST(s.visited_periods AS DOUBLE) / s.due_periods AS compliance,
  s.visited_periods < r.min_compliance * s.due_periods AS is_behind,
  s.due_periods < r.min_units AS is_small_sample
FROM sums s
CROSS JOIN rule r

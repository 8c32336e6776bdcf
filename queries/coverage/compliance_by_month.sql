-- Visits kept to, by the month in which the period begins. Periods that are not over are left out.
--
-- grain: month
-- total: sum(due_periods) = (select sum(due_periods) from coverage.compliance)
-- total: sum(visited_periods) = (select sum(visited_periods) from coverage.compliance)
-- column: month month "Month in which the period begins"
-- column: customers count "Customers"
-- column: due_periods count "Due periods that are over"
-- column: visited_periods count "Of these visited"
-- column: missed_periods count "Of these missed"
-- column: compliance ratio "Share of due periods visited"
-- column: is_small_sample bool "Too few periods for a ratio to mean much"
WITH sums AS (
  SELECT
    month_start(period_start) AS month,
    count(DISTINCT customer_id) AS customers,
    count(*) AS due_periods,
    sum(CASE WHEN visited THEN 1 ELSE 0 END) AS visited_periods
  FROM coverage.visits
  WHERE is_due AND NOT is_open
  GROUP BY month_start(period_start)
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.month,
  s.customers,
  s.due_periods,
  s.visited_periods,
  s.due_periods - s.visited_periods AS missed_periods,
  CAST(s.visited_periods AS DOUBLE) / s.due_periods AS compliance,
  s.due_periods < r.min_units AS is_small_sample
FROM sums s
CROSS JOIN rule r

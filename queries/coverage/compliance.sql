-- Visits kept to, by owner and band: of the due periods that are over, how many have a visit. Owners are those that the customers have
-- now; customers without one are together under `unassigned`.
--
-- grain: owner_id, band
-- order: owner_id, position, band
-- check: visited_periods <= due_periods
-- total: sum(due_periods) = (select count(*) from coverage.visits where is_due and not is_open)
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: band text "Visit band"
-- column: position count "Position of the band from the top"
-- column: customers count "Customers"
-- column: due_periods count "Due periods that are over"
-- column: visited_periods count "Of these visited"
-- column: missed_periods count "Of these missed"
-- column: compliance ratio "Share of due periods visited"
-- column: is_small_sample bool "Too few periods for a ratio to mean much"
WITH sums AS (
  SELECT
    coalesce(owner_id, 'unassigned') AS owner_id,
    max(coalesce(owner_name, 'unassigned')) AS owner_name,
    band,
    min(position) AS position,
    count(DISTINCT customer_id) AS customers,
    count(*) AS due_periods,
    sum(CASE WHEN visited THEN 1 ELSE 0 END) AS visited_periods
  FROM coverage.visits
  WHERE is_due AND NOT is_open
  GROUP BY coalesce(owner_id, 'unassigned'), band
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.owner_id,
  s.owner_name,
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

-- Visits that are due in the periods now open and have not been made yet: whom to visit, and by which day.
--
-- grain: customer_id, period_start
-- order: visit_by, balance desc, customer_id, period_start
-- check: days_left > 0
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: band text "Visit band"
-- column: position count "Position of the band from the top"
-- column: cadence text "Visited every"
-- column: balance money "Average balance of the month before"
-- column: period_start date "First day of the period"
-- column: visit_by date "Visit by"
-- column: days_left days "Days left"
-- column: last_visit_on date "Last visit"
SELECT
  customer_id,
  customer_name,
  owner_id,
  owner_name,
  band,
  position,
  cadence,
  balance,
  period_start,
  period_end AS visit_by,
  period_end - $as_of AS days_left,
  last_visit_on
FROM coverage.visits
WHERE is_due AND is_open AND NOT visited

-- Customers whose latest due period went by without a visit, and who have not been visited since: one row each, with the run of missed
-- periods that still goes on. Days late run from the last day of the first of them.
-- A visit after the end of a missed period makes it good here; it stays missed in the compliance. A customer whose balance
-- has fallen out of the visited bands by the month of the as-of date has left the list.
--
-- grain: customer_id
-- order: days_late desc, balance desc, customer_id
-- check: n_missed > 0
-- check: days_late >= 0
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: band text "Visit band of the latest missed period"
-- column: position count "Position of the band from the top"
-- column: balance money "Average balance of the month before that period"
-- column: last_visit_on date "Last visit"
-- column: n_missed count "Due periods missed in a row"
-- column: first_missed_on date "First day of the first missed period"
-- column: last_missed_on date "First day of the latest missed period"
-- column: days_late days "Days late"
WITH missed AS (
  SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY period_start DESC) AS age
  FROM coverage.visits
  WHERE is_due AND NOT is_open AND NOT visited AND (last_visit_on IS NULL OR period_start > last_visit_on)
)
SELECT
  m.customer_id,
  max(m.customer_name) AS customer_name,
  max(m.owner_id) AS owner_id,
  max(m.owner_name) AS owner_name,
  max(CASE WHEN m.age = 1 THEN m.band END) AS band,
  max(CASE WHEN m.age = 1 THEN m.position END) AS position,
  max(CASE WHEN m.age = 1 THEN m.balance END) AS balance,
  max(m.last_visit_on) AS last_visit_on,
  count(*) AS n_missed,
  min(m.period_start) AS first_missed_on,
  max(m.period_start) AS last_missed_on,
  max(m.days_late) AS days_late
FROM missed m
LEFT JOIN coverage.bands b ON b.customer_id = m.customer_id AND b.month = month_start($as_of)
WHERE b.cadence IS NULL OR b.cadence <> 'none'
GROUP BY m.customer_id

-- Visits against due periods: the periods come first, so that a customer who got no visit at all is seen. A period is visited with at
-- least one completed visit on site in it; a joint visit of several colleagues is one visit to the customer.
-- An open period is not late yet. Days late run from the last day of a due period without a visit.
--
-- grain: customer_id, period_start
-- order: period_start, customer_id
-- needs: staging.touches.done
-- check: days_late >= 0
-- check: not (visited and days_late is not null)
-- total: count(*) = (select count(*) from coverage.due_periods)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: period_start date "First day of the period"
-- column: period_end date "Last day of the period"
-- column: cadence text "Visited every"
-- column: band text "Visit band on the first day"
-- column: position count "Position of the band from the top"
-- column: balance money "Average balance of the month before"
-- column: is_due bool "A visit is due"
-- column: is_open bool "Not over yet on the as-of date"
-- column: visited bool "Visited in the period"
-- column: n_visits count "Days with a visit in the period"
-- column: visited_on date "First visit in the period"
-- column: last_visit_on date "Last visit up to the as-of date"
-- column: days_late days "Days late"
-- column: rule_version text "Version of the rule"
WITH visit_days AS (
  SELECT customer_id, touched_on
  FROM coverage.contact_days
  WHERE is_on_site AND is_done
  GROUP BY customer_id, touched_on
),
last_visits AS (
  SELECT customer_id, max(touched_on) AS last_visit_on
  FROM visit_days
  GROUP BY customer_id
),
made AS (
  SELECT d.customer_id, d.period_start, count(*) AS n_visits, min(v.touched_on) AS visited_on
  FROM coverage.due_periods d
  JOIN visit_days v ON v.customer_id = d.customer_id AND v.touched_on >= d.period_start AND v.touched_on <= d.period_end
  GROUP BY d.customer_id, d.period_start
)
SELECT
  d.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  d.period_start,
  d.period_end,
  d.cadence,
  d.band,
  d.position,
  d.balance,
  d.is_due,
  d.is_open,
  m.customer_id IS NOT NULL AS visited,
  coalesce(m.n_visits, 0) AS n_visits,
  m.visited_on,
  l.last_visit_on,
  CASE WHEN d.is_due AND NOT d.is_open AND m.customer_id IS NULL THEN $as_of - d.period_end END AS days_late,
  d.rule_version
FROM coverage.due_periods d
JOIN value.customers c ON c.customer_id = d.customer_id
LEFT JOIN made m ON m.customer_id = d.customer_id AND m.period_start = d.period_start
LEFT JOIN last_visits l ON l.customer_id = d.customer_id

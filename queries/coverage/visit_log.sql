-- Completed visits on site in the months that are shown, one row per customer and day, and whether a visit was due:
-- on a day of a due period it was. On the days before the first week or ten-day period of a new band begins it counts as due too.
-- It was not due when the customer is in a band without visits, or was opened after the period began. For a customer
-- without a known balance it is not known.
--
-- grain: customer_id, visited_on
-- order: visited_on, customer_id
-- needs: staging.touches.done
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner of the customer"
-- column: owner_name text "Owner name"
-- column: visited_on date "Day"
-- column: band text "Visit band in the month"
-- column: balance money "Average balance of the month before"
-- column: is_due bool "A visit was due"
WITH span AS (
  SELECT min(period_start) AS first_on FROM coverage.periods
),
visit_days AS (
  SELECT v.customer_id, v.touched_on AS visited_on
  FROM coverage.contact_days v
  CROSS JOIN span s
  WHERE v.is_on_site AND v.is_done AND v.touched_on >= s.first_on
  GROUP BY v.customer_id, v.touched_on
),
periods AS (
  SELECT v.customer_id, v.visited_on, bool_or(d.is_due) AS is_due
  FROM visit_days v
  JOIN coverage.due_periods d
    ON d.customer_id = v.customer_id AND d.period_start <= v.visited_on AND d.period_end >= v.visited_on
  GROUP BY v.customer_id, v.visited_on
)
SELECT
  v.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  v.visited_on,
  b.band,
  b.balance,
  coalesce(p.is_due, b.cadence <> 'none') AS is_due
FROM visit_days v
JOIN value.customers c ON c.customer_id = v.customer_id
LEFT JOIN periods p ON p.customer_id = v.customer_id AND p.visited_on = v.visited_on
LEFT JOIN coverage.bands b ON b.customer_id = v.customer_id AND b.month = month_start(v.visited_on)

-- Service tickets by the business day on which they were opened, all history, with the minutes spent on them. The minutes are empty
-- when no ticket of the day has any. Internal customers are left out.
--
-- grain: customer_id, opened_on
-- column: customer_id text "Customer"
-- column: opened_on date "Day"
-- column: n_tickets count "Tickets"
-- column: minutes count "Minutes of service"
WITH days AS (
  SELECT
    u.unit_id AS customer_id,
    CAST(t.opened_at AT TIME ZONE $timezone AS DATE) AS opened_on,
    count(*) AS n_tickets,
    sum(t.minutes) AS minutes
  FROM staging.tickets t
  JOIN value.units u ON u.customer_id = t.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id, CAST(t.opened_at AT TIME ZONE $timezone AS DATE)
)
SELECT customer_id, opened_on, n_tickets, minutes
FROM days

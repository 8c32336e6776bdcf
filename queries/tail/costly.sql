-- Customers who spend no more in a year than the tail cap but need a bespoke solution: a cost risk. They count as head in the
-- segments, because the need comes first. What was spent on them in the window stands beside it where it is known.
--
-- grain: customer_id
-- order: annual_spend, customer_id
-- needs: staging.customers.solution_need
-- empty_if_missing: tail.touch_days, tail.ticket_days
-- check: annual_spend <= tail_cap
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Tier by the formula"
-- column: annual_spend money "Revenue of a year"
-- column: tail_cap money "Cap"
-- column: gross_profit money "Gross profit in the window"
-- column: n_touches count "Contacts by people in the window"
-- column: n_tickets count "Tickets in the window"
-- column: service_minutes count "Minutes of service in the window"
-- column: last_sale_on date "Last final sale"
WITH touches AS (
  SELECT customer_id, sum(n_touches) AS n_touches
  FROM tail.touch_days
  WHERE touched_on >= $window_start AND touched_on < $window_end
  GROUP BY customer_id
),
tickets AS (
  SELECT customer_id, sum(n_tickets) AS n_tickets, sum(minutes) AS minutes
  FROM tail.ticket_days
  WHERE opened_on >= $window_start AND opened_on < $window_end
  GROUP BY customer_id
),
known AS (
  SELECT
    (SELECT count(*) FROM tail.touch_days) > 0 AS has_touches,
    (SELECT count(*) FROM tail.ticket_days) > 0 AS has_tickets
)
SELECT
  t.customer_id,
  t.customer_name,
  t.owner_id,
  t.owner_name,
  t.tier,
  t.annual_spend,
  r.tail_cap,
  t.gross_profit,
  CASE WHEN k.has_touches THEN coalesce(h.n_touches, 0) END AS n_touches,
  CASE WHEN k.has_tickets THEN coalesce(s.n_tickets, 0) END AS n_tickets,
  CAST(s.minutes AS DOUBLE) AS service_minutes,
  t.last_sale_on
FROM tiers.current t
CROSS JOIN rules.segment_caps r
CROSS JOIN known k
JOIN value.customers c ON c.customer_id = t.customer_id
LEFT JOIN touches h ON h.customer_id = t.customer_id
LEFT JOIN tickets s ON s.customer_id = t.customer_id
WHERE (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
  AND c.solution_need = 'bespoke' AND t.annual_spend <= r.tail_cap

-- Tail customers who were activated in the window, which is their first final sale, with the help that they took until then:
-- contacts by people and tickets up to and on that day, since a day does not tell which came first. Campaign messages are no help by
-- people. A customer without any was activated by itself. The segment is the one of the as-of date.
--
-- grain: customer_id
-- order: activated_on, customer_id
-- check: is_self_service = (n_touches = 0 and n_tickets = 0)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: activated_on date "First final sale"
-- column: n_touches count "Contacts by people before"
-- column: n_campaigns count "Campaign messages before"
-- column: n_tickets count "Tickets before"
-- column: is_self_service bool "Without any help by people"
-- column: revenue money "Final revenue in the window"
WITH activated AS (
  SELECT customer_id, customer_name, owner_id, owner_name, first_sale_on, revenue
  FROM tiers.current
  WHERE segment = 'tail' AND first_sale_on >= $window_start AND first_sale_on < $window_end
),
touches AS (
  SELECT a.customer_id, sum(h.n_touches) AS n_touches, sum(h.n_campaigns) AS n_campaigns
  FROM activated a
  JOIN tail.touch_days h ON h.customer_id = a.customer_id AND h.touched_on <= a.first_sale_on
  GROUP BY a.customer_id
),
tickets AS (
  SELECT a.customer_id, sum(s.n_tickets) AS n_tickets
  FROM activated a
  JOIN tail.ticket_days s ON s.customer_id = a.customer_id AND s.opened_on <= a.first_sale_on
  GROUP BY a.customer_id
)
SELECT
  a.customer_id,
  a.customer_name,
  a.owner_id,
  a.owner_name,
  a.first_sale_on AS activated_on,
  coalesce(h.n_touches, 0) AS n_touches,
  coalesce(h.n_campaigns, 0) AS n_campaigns,
  coalesce(s.n_tickets, 0) AS n_tickets,
  coalesce(h.n_touches, 0) = 0 AND coalesce(s.n_tickets, 0) = 0 AS is_self_service,
  a.revenue
FROM activated a
LEFT JOIN touches h ON h.customer_id = a.customer_id
LEFT JOIN tickets s ON s.customer_id = a.customer_id

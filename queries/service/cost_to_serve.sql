-- What each customer takes after the sale, in the window: tickets and their minutes, trainings that took place (days with one), the cost of
-- service and of implementation, and all that for each thousand of its final revenue. What training costs is on no record: trainings
-- are counted. Costs are by calendar month, of months that begin in the window. Of a table that is missing nothing is known; a customer
-- without a row in one that is there had none. A ratio needs revenue above zero.
-- Whoever took something but had no final line in the window is here without a tier.
--
-- grain: customer_id
-- order: serving_cost desc, minutes desc, customer_id
-- empty_if_missing: service.tickets, staging.costs, staging.touches
-- check: tickets >= 0 and trainings >= 0
-- check: serving_cost = coalesce(service_cost, 0) + coalesce(implementation_cost, 0)
-- total: sum(tickets) = (select count(customer_id) from service.tickets)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Tier by the formula, or untiered"
-- column: revenue money "Final revenue in the window"
-- column: gross_profit money "Gross profit in the window"
-- column: tickets count "Tickets"
-- column: minutes count "Minutes spent on tickets"
-- column: trainings count "Trainings"
-- column: service_cost money "Service cost"
-- column: implementation_cost money "Implementation cost"
-- column: serving_cost money "Service and implementation cost"
-- column: tickets_per_1000 count "Tickets per 1,000 of revenue"
-- column: minutes_per_1000 count "Minutes per 1,000 of revenue"
-- column: cost_per_1000 count "Cost per 1,000 of revenue"
WITH asked AS (
  SELECT customer_id, count(*) AS tickets, sum(minutes) AS minutes
  FROM service.tickets
  WHERE customer_id IS NOT NULL
  GROUP BY customer_id
),
cost AS (
  SELECT u.unit_id AS customer_id, sum(c.service_cost) AS service_cost, sum(c.implementation_cost) AS implementation_cost
  FROM staging.costs c
  JOIN value.units u ON u.customer_id = c.customer_id
  WHERE NOT u.is_internal AND c.month >= $window_start AND c.month < $window_end
  GROUP BY u.unit_id
),
trained AS (
  SELECT u.unit_id AS customer_id, count(DISTINCT t.touched_on) AS trainings
  FROM staging.touches t
  JOIN value.units u ON u.customer_id = t.customer_id
  WHERE t.kind = 'training' AND t.done IS NOT FALSE AND NOT u.is_internal
    AND t.touched_on >= $window_start AND t.touched_on < $window_end
  GROUP BY u.unit_id
),
known AS (
  SELECT
    (SELECT count(*) FROM service.tickets) > 0 AS has_tickets,
    (SELECT count(minutes) FROM service.tickets) > 0 AS has_minutes,
    (SELECT count(service_cost) FROM staging.costs) > 0 AS has_service,
    (SELECT count(implementation_cost) FROM staging.costs) > 0 AS has_implementation,
    (SELECT count(*) FROM staging.touches WHERE kind = 'training') > 0 AS has_trainings
),
sums AS (
  SELECT
    c.customer_id,
    c.customer_name,
    c.owner_id,
    c.owner_name,
    coalesce(v.tier, 'untiered') AS tier,
    coalesce(v.revenue, 0) AS revenue,
    v.gross_profit,
    CASE WHEN k.has_tickets THEN coalesce(a.tickets, 0) END AS tickets,
    CASE WHEN k.has_minutes THEN coalesce(a.minutes, 0) END AS minutes,
    CASE WHEN k.has_trainings THEN coalesce(t.trainings, 0) END AS trainings,
    CASE WHEN k.has_service THEN coalesce(x.service_cost, 0) END AS service_cost,
    CASE WHEN k.has_implementation THEN coalesce(x.implementation_cost, 0) END AS implementation_cost,
    CASE WHEN k.has_service OR k.has_implementation THEN coalesce(x.service_cost, 0) + coalesce(x.implementation_cost, 0) END AS serving_cost
  FROM value.customers c
  CROSS JOIN known k
  LEFT JOIN tiers.current v ON v.customer_id = c.customer_id
  LEFT JOIN asked a ON a.customer_id = c.customer_id
  LEFT JOIN cost x ON x.customer_id = c.customer_id
  LEFT JOIN trained t ON t.customer_id = c.customer_id
  WHERE v.customer_id IS NOT NULL OR a.customer_id IS NOT NULL OR x.customer_id IS NOT NULL OR t.customer_id IS NOT NULL
)
SELECT
  *,
  CASE WHEN revenue > 0 THEN CAST(tickets * 1000 AS DOUBLE) / CAST(revenue AS DOUBLE) END AS tickets_per_1000,
  CASE WHEN revenue > 0 THEN CAST(minutes * 1000 AS DOUBLE) / CAST(revenue AS DOUBLE) END AS minutes_per_1000,
  CASE WHEN revenue > 0 THEN CAST(serving_cost * 1000 AS DOUBLE) / CAST(revenue AS DOUBLE) END AS cost_per_1000
FROM sums

-- What customers take after the sale, by tier, beside what they bring. Untiered is who took something but had no final line in the
-- window; unassigned are the tickets that name no customer. A ratio needs revenue above zero.
--
-- grain: tier
-- order: position, tier
-- empty_if_missing: service.tickets
-- total: sum(revenue) = (select coalesce(sum(revenue), 0) from tiers.current)
-- total: sum(tickets) = (select count(*) from service.tickets)
-- total: sum(serving_cost) = (select sum(serving_cost) from service.cost_to_serve)
-- column: tier text "Tier by the formula"
-- column: position count "Position of the tier from the top"
-- column: customers count "Customers"
-- column: revenue money "Final revenue in the window"
-- column: revenue_share ratio "Share of revenue"
-- column: tickets count "Tickets"
-- column: tickets_share ratio "Share of tickets"
-- column: minutes count "Minutes spent on tickets"
-- column: minutes_share ratio "Share of minutes"
-- column: trainings count "Trainings"
-- column: service_cost money "Service cost"
-- column: implementation_cost money "Implementation cost"
-- column: serving_cost money "Service and implementation cost"
-- column: tickets_per_customer count "Tickets per customer"
-- column: minutes_per_1000 count "Minutes per 1,000 of revenue"
-- column: cost_per_1000 count "Cost per 1,000 of revenue"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH acc AS (
  SELECT
    tier,
    count(*) AS customers,
    sum(revenue) AS revenue,
    sum(tickets) AS tickets,
    sum(minutes) AS minutes,
    sum(trainings) AS trainings,
    sum(service_cost) AS service_cost,
    sum(implementation_cost) AS implementation_cost,
    sum(serving_cost) AS serving_cost
  FROM service.cost_to_serve
  GROUP BY tier
  UNION ALL
  SELECT 'unassigned', 0, CAST(0 AS DECIMAL(38, 4)), count(*), sum(minutes), NULL, NULL, NULL, NULL
  FROM service.tickets
  WHERE customer_id IS NULL
  HAVING count(*) > 0
),
totals AS (
  SELECT
    *,
    sum(revenue) OVER () AS all_revenue,
    sum(tickets) OVER () AS all_tickets,
    sum(minutes) OVER () AS all_minutes
  FROM acc
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  t.tier,
  coalesce(l.position, CASE t.tier WHEN 'untiered' THEN 90 ELSE 91 END) AS position,
  t.customers,
  t.revenue,
  CASE WHEN t.all_revenue > 0 THEN CAST(t.revenue AS DOUBLE) / CAST(t.all_revenue AS DOUBLE) END AS revenue_share,
  t.tickets,
  CAST(t.tickets AS DOUBLE) / NULLIF(t.all_tickets, 0) AS tickets_share,
  t.minutes,
  CAST(t.minutes AS DOUBLE) / NULLIF(CAST(t.all_minutes AS DOUBLE), 0) AS minutes_share,
  t.trainings,
  t.service_cost,
  t.implementation_cost,
  t.serving_cost,
  CAST(t.tickets AS DOUBLE) / NULLIF(t.customers, 0) AS tickets_per_customer,
  CASE WHEN t.revenue > 0 THEN CAST(t.minutes * 1000 AS DOUBLE) / CAST(t.revenue AS DOUBLE) END AS minutes_per_1000,
  CASE WHEN t.revenue > 0 THEN CAST(t.serving_cost * 1000 AS DOUBLE) / CAST(t.revenue AS DOUBLE) END AS cost_per_1000,
  t.customers < r.min_units AS is_small_sample
FROM totals t
CROSS JOIN rule r
LEFT JOIN tiers.ladder l ON l.tier = t.tier AND l.valid_on = $as_of

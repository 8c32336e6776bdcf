-- Score bands: customers, revenue, how much is known, and contacts by people against those that the band calls for (rules.score_bands, over
-- the months of M29). A band without customers is shown with zero. How the plan of M29, which goes by tier, differs is told by
-- the number of customers for whom the two ranges do not meet.
--
-- grain: score_band
-- order: position
-- empty_if_missing: coverage.contacts
-- total: sum(customers) = (select count(*) from scores.current)
-- total: sum(revenue) = (select sum(revenue) from scores.current)
-- check: min_touches <= max_touches
-- column: score_band text "Band"
-- column: position count "Position from the top"
-- column: from_points count "From this score"
-- column: service_channel text "Service"
-- column: min_touches count "Contacts planned at least"
-- column: max_touches count "Contacts planned at most"
-- column: customers count "Customers"
-- column: customers_share ratio "Share of customers"
-- column: revenue money "Final revenue in the window"
-- column: revenue_share ratio "Share of revenue"
-- column: known_share ratio "Mean share of rules with evidence"
-- column: thin_customers count "Of whom too little is known"
-- column: contacts_per_customer count "Contacts per customer"
-- column: below_plan count "Contacted less than the band calls for"
-- column: above_plan count "Contacted more than the band calls for"
-- column: plans_apart count "Whose tier plans otherwise"
WITH bands AS (
  SELECT band, position, from_points, service_channel, min_touches, max_touches
  FROM rules.score_bands
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
known AS (
  SELECT count(*) > 0 AS has_contacts FROM coverage.contacts
),
sums AS (
  SELECT
    b.band,
    count(*) AS customers,
    sum(s.revenue) AS revenue,
    sum(s.rules_known) AS rules_known,
    sum(s.rules_all) AS rules_all,
    sum(CASE WHEN s.is_thin THEN 1 ELSE 0 END) AS thin_customers,
    count(k.customer_id) AS contact_customers,
    sum(k.human_touches) AS human_touches,
    sum(CASE WHEN k.result <> 'opted_out' AND k.human_touches < b.min_touches THEN 1 ELSE 0 END) AS below_plan,
    sum(CASE WHEN k.result <> 'opted_out' AND k.human_touches > b.max_touches THEN 1 ELSE 0 END) AS above_plan,
    sum(CASE WHEN k.planned_max < b.min_touches OR k.planned_min > b.max_touches THEN 1 ELSE 0 END) AS plans_apart
  FROM scores.current s
  JOIN bands b ON b.band = s.score_band
  LEFT JOIN coverage.contacts k ON k.customer_id = s.customer_id
  GROUP BY b.band
)
SELECT
  b.band AS score_band,
  b.position,
  b.from_points,
  b.service_channel,
  b.min_touches,
  b.max_touches,
  coalesce(s.customers, 0) AS customers,
  CAST(coalesce(s.customers, 0) AS DOUBLE) / NULLIF(sum(s.customers) OVER (), 0) AS customers_share,
  coalesce(s.revenue, 0) AS revenue,
  CAST(coalesce(s.revenue, 0) AS DOUBLE) / NULLIF(CAST(sum(s.revenue) OVER () AS DOUBLE), 0) AS revenue_share,
  CAST(s.rules_known AS DOUBLE) / NULLIF(s.rules_all, 0) AS known_share,
  coalesce(s.thin_customers, 0) AS thin_customers,
  CAST(s.human_touches AS DOUBLE) / NULLIF(s.contact_customers, 0) AS contacts_per_customer,
  CASE WHEN k.has_contacts THEN coalesce(s.below_plan, 0) END AS below_plan,
  CASE WHEN k.has_contacts THEN coalesce(s.above_plan, 0) END AS above_plan,
  CASE WHEN k.has_contacts THEN coalesce(s.plans_apart, 0) END AS plans_apart
FROM bands b
CROSS JOIN known k
LEFT JOIN sums s ON s.band = b.band

-- Customers by organisation, and individual businesses by how they are won: how many there are, what they brought, and how their deals
-- ended in the window.
--
-- grain: organisation, approach
-- order: place, approach
-- empty_if_missing: decision_chain.deals
-- check: won + lost <= deals
-- check: prospects <= customers
-- total: sum(customers) = (select count(*) from decision_chain.organisations)
-- total: sum(revenue) = (select coalesce(sum(revenue), 0) from value.contribution)
-- column: organisation text "Organisation"
-- column: approach text "How to win it"
-- column: place count "Place"
-- column: value_message text "Value to stress"
-- column: customers count "Customers"
-- column: prospects count "Of these prospects"
-- column: revenue money "Final revenue in the window"
-- column: revenue_share ratio "Share of revenue"
-- column: deals count "Deals in the window"
-- column: won count "Won"
-- column: lost count "Lost"
-- column: win_rate ratio "Won of those that ended"
-- column: median_cycle_days days "Median days from first contact to won"
-- column: is_small_sample bool "Too few deals for a rate to mean much"
WITH placed AS (
  SELECT customer_id, organisation, coalesce(approach, 'any') AS approach, value_message, revenue, is_prospect
  FROM decision_chain.organisations
),
customers AS (
  SELECT
    organisation,
    approach,
    -- Kinds of one organisation may stress different values; the one of most customers is not guessed.
    CASE WHEN count(DISTINCT value_message) = 1 THEN min(value_message) END AS value_message,
    count(*) AS customers,
    count(CASE WHEN is_prospect THEN 1 END) AS prospects,
    coalesce(sum(revenue), 0) AS revenue
  FROM placed
  GROUP BY organisation, approach
),
deals AS (
  -- One digit after the point, because the median of an even number lies between two of them.
  SELECT
    o.organisation,
    o.approach,
    count(*) AS deals,
    count(CASE WHEN d.state = 'won' THEN 1 END) AS won,
    count(CASE WHEN d.state = 'lost' THEN 1 END) AS lost,
    median(CAST(d.cycle_days AS DECIMAL(20, 1))) AS median_cycle_days
  FROM decision_chain.deals d
  JOIN placed o ON o.customer_id = d.customer_id
  WHERE d.is_in_period
  GROUP BY o.organisation, o.approach
),
known AS (
  SELECT count(*) > 0 AS has_deals FROM decision_chain.deals
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  c.organisation,
  c.approach,
  CASE c.organisation WHEN 'for_profit' THEN 1 WHEN 'non_profit' THEN 2 WHEN 'individual_business' THEN 3 ELSE 4 END AS place,
  c.value_message,
  c.customers,
  c.prospects,
  c.revenue,
  CAST(c.revenue AS DOUBLE) / NULLIF(CAST(sum(c.revenue) OVER () AS DOUBLE), 0) AS revenue_share,
  CASE WHEN k.has_deals THEN coalesce(d.deals, 0) END AS deals,
  CASE WHEN k.has_deals THEN coalesce(d.won, 0) END AS won,
  CASE WHEN k.has_deals THEN coalesce(d.lost, 0) END AS lost,
  CAST(d.won AS DOUBLE) / NULLIF(d.won + d.lost, 0) AS win_rate,
  d.median_cycle_days,
  CASE WHEN k.has_deals THEN coalesce(d.won + d.lost, 0) < r.min_units END AS is_small_sample
FROM customers c
CROSS JOIN rule r
CROSS JOIN known k
LEFT JOIN deals d ON d.organisation = c.organisation AND d.approach = c.approach

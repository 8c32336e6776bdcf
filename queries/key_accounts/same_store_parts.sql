-- Same-store growth of all chains taken apart: the comparable stores by what they were to us in the two years
-- (key_accounts.chain_stores). The changes of the parts add up to that of all comparable stores. A part without a store is shown.
--
-- grain: served
-- order: position
-- check: change = revenue - revenue_before
-- total: sum(stores) = (select count(*) from key_accounts.chain_stores where store_state = 'comparable')
-- total: sum(change) = (select coalesce(sum(change), 0) from key_accounts.same_store)
-- column: served text "Bought in both years, or in one"
-- column: position count "Order of the parts"
-- column: stores count "Comparable stores"
-- column: chains count "Their chains"
-- column: revenue money "Final revenue"
-- column: revenue_before money "The same months a year before"
-- column: change money "Difference"
-- column: growth ratio "Growth"
-- column: is_small_sample bool "Too few stores for a ratio to mean much"
WITH parts AS (
  SELECT * FROM (VALUES ('steady', 1), ('part_year', 2), ('new_to_us', 3), ('lost', 4)) AS p (served, position)
),
acc AS (
  SELECT
    p.served,
    p.position,
    count(s.store_id) AS stores,
    count(DISTINCT s.customer_id) AS chains,
    coalesce(sum(s.revenue), 0) AS revenue,
    coalesce(sum(s.revenue_before), 0) AS revenue_before
  FROM parts p
  LEFT JOIN key_accounts.chain_stores s ON s.served = p.served
  GROUP BY p.served, p.position
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  a.served,
  a.position,
  a.stores,
  a.chains,
  a.revenue,
  a.revenue_before,
  a.revenue - a.revenue_before AS change,
  CASE WHEN a.revenue_before > 0 THEN CAST(a.revenue - a.revenue_before AS DOUBLE) / CAST(a.revenue_before AS DOUBLE) END AS growth,
  a.stores < r.min_units AS is_small_sample
FROM acc a
CROSS JOIN rule r

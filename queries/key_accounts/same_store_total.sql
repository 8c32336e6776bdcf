-- Same-store growth of all chains together, and how many of them grow.
--
-- grain: as_of
-- check: growing + shrinking <= chains
-- check: judged <= chains
-- check: growing + shrinking <= judged
-- total: sum(revenue) = (select coalesce(sum(revenue), 0) from key_accounts.same_store)
-- column: as_of date "As of"
-- column: chains count "Chains"
-- column: judged count "Chains with enough comparable stores to be judged"
-- column: stores count "Stores"
-- column: comparable count "Comparable stores"
-- column: new count "New stores"
-- column: closed count "Closed stores"
-- column: new_customer count "Stores that we did not serve a year before"
-- column: revenue money "Final revenue of comparable stores"
-- column: revenue_before money "The same months a year before"
-- column: change money "Difference"
-- column: growth ratio "Same-store growth"
-- column: growing count "Judged chains that grow"
-- column: shrinking count "Judged chains that shrink"
-- column: is_small_sample bool "Too few stores for a ratio to mean much"
WITH acc AS (
  SELECT
    count(*) AS chains,
    count(CASE WHEN NOT is_small_sample AND growth IS NOT NULL THEN 1 END) AS judged,
    coalesce(sum(stores), 0) AS stores,
    coalesce(sum(comparable), 0) AS comparable,
    coalesce(sum(new), 0) AS new,
    coalesce(sum(closed), 0) AS closed,
    coalesce(sum(new_customer), 0) AS new_customer,
    sum(revenue) AS revenue,
    sum(revenue_before) AS revenue_before,
    count(CASE WHEN NOT is_small_sample AND growth IS NOT NULL AND change > 0 THEN 1 END) AS growing,
    count(CASE WHEN NOT is_small_sample AND growth IS NOT NULL AND change < 0 THEN 1 END) AS shrinking
  FROM key_accounts.same_store
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  $as_of AS as_of,
  a.chains,
  a.judged,
  a.stores,
  a.comparable,
  a.new,
  a.closed,
  a.new_customer,
  a.revenue,
  a.revenue_before,
  a.revenue - a.revenue_before AS change,
  CASE
    WHEN a.revenue_before > 0 THEN CAST(a.revenue - a.revenue_before AS DOUBLE) / CAST(a.revenue_before AS DOUBLE)
  END AS growth,
  a.growing,
  a.shrinking,
  a.comparable < r.min_units AS is_small_sample
FROM acc a
CROSS JOIN rule r

-- Same-store growth of all chains together, over all comparable stores and like for like, how many chains grow, and the chain
-- with the largest fall: its share is that of the falls of all chains that fall.
--
-- grain: as_of
-- check: growing + shrinking <= chains
-- check: judged <= chains
-- check: growing + shrinking <= judged
-- check: comparable = steady + part_year + new_to_us + lost
-- check: largest_fall < 0 and largest_fall_share <= 1
-- total: sum(revenue) = (select coalesce(sum(revenue), 0) from key_accounts.same_store)
-- column: as_of date "As of"
-- column: chains count "Chains"
-- column: judged count "Chains with enough comparable stores to be judged"
-- column: stores count "Stores"
-- column: comparable count "Comparable stores"
-- column: steady count "Of these bought in both years, open all through the year before"
-- column: part_year count "Of these bought in both years, opened during the year before"
-- column: new_to_us count "Of these bought in this year only"
-- column: lost count "Of these bought in the year before only"
-- column: new count "New stores"
-- column: closed count "Closed stores"
-- column: revenue money "Final revenue of comparable stores"
-- column: revenue_before money "The same months a year before"
-- column: change money "Difference"
-- column: growth ratio "Same-store growth"
-- column: steady_revenue money "Final revenue of the steady stores"
-- column: steady_revenue_before money "The steady stores a year before"
-- column: steady_growth ratio "Growth like for like"
-- column: growing count "Judged chains that grow"
-- column: shrinking count "Judged chains that shrink"
-- column: largest_fall_id text "Chain with the largest fall"
-- column: largest_fall_name text "Name of the chain with the largest fall"
-- column: largest_fall money "The largest fall"
-- column: largest_fall_share ratio "Its share of all falls"
-- column: is_small_sample bool "Too few stores for a ratio to mean much"
-- column: is_steady_small_sample bool "Too few steady stores for a ratio to mean much"
WITH ranked AS (
  SELECT *, row_number() OVER (ORDER BY change, customer_id) AS n_fall
  FROM key_accounts.same_store
),
acc AS (
  SELECT
    count(*) AS chains,
    count(CASE WHEN NOT is_small_sample AND growth IS NOT NULL THEN 1 END) AS judged,
    coalesce(sum(stores), 0) AS stores,
    coalesce(sum(comparable), 0) AS comparable,
    coalesce(sum(steady), 0) AS steady,
    coalesce(sum(part_year), 0) AS part_year,
    coalesce(sum(new_to_us), 0) AS new_to_us,
    coalesce(sum(lost), 0) AS lost,
    coalesce(sum(new), 0) AS new,
    coalesce(sum(closed), 0) AS closed,
    sum(revenue) AS revenue,
    sum(revenue_before) AS revenue_before,
    sum(steady_revenue) AS steady_revenue,
    sum(steady_revenue_before) AS steady_revenue_before,
    count(CASE WHEN NOT is_small_sample AND growth IS NOT NULL AND change > 0 THEN 1 END) AS growing,
    count(CASE WHEN NOT is_small_sample AND growth IS NOT NULL AND change < 0 THEN 1 END) AS shrinking,
    max(CASE WHEN n_fall = 1 AND change < 0 THEN customer_id END) AS largest_fall_id,
    max(CASE WHEN n_fall = 1 AND change < 0 THEN customer_name END) AS largest_fall_name,
    max(CASE WHEN n_fall = 1 AND change < 0 THEN change END) AS largest_fall,
    sum(CASE WHEN change < 0 THEN change END) AS falls
  FROM ranked
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
  a.steady,
  a.part_year,
  a.new_to_us,
  a.lost,
  a.new,
  a.closed,
  a.revenue,
  a.revenue_before,
  a.revenue - a.revenue_before AS change,
  CASE
    WHEN a.revenue_before > 0 THEN CAST(a.revenue - a.revenue_before AS DOUBLE) / CAST(a.revenue_before AS DOUBLE)
  END AS growth,
  a.steady_revenue,
  a.steady_revenue_before,
  CASE
    WHEN a.steady_revenue_before > 0
    THEN CAST(a.steady_revenue - a.steady_revenue_before AS DOUBLE) / CAST(a.steady_revenue_before AS DOUBLE)
  END AS steady_growth,
  a.growing,
  a.shrinking,
  a.largest_fall_id,
  a.largest_fall_name,
  a.largest_fall,
  CAST(a.largest_fall AS DOUBLE) / CAST(a.falls AS DOUBLE) AS largest_fall_share,
  a.comparable < r.min_units AS is_small_sample,
  a.steady < r.min_units AS is_steady_small_sample
FROM acc a
CROSS JOIN rule r

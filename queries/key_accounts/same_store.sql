-- Same-store growth of each chain: final revenue of its comparable stores (key_accounts.chain_stores) against the same months a year
-- before, whether or not we served them then or serve them now. Beside it the same like for like, over its steady stores alone.
-- Growth is empty when no store is comparable or the year before is not above zero. The largest fall comes first.
--
-- grain: customer_id
-- order: change, customer_id
-- check: stores = comparable + new + closed + no_sales + no_year_before + age_unknown
-- check: comparable = steady + part_year + new_to_us + lost
-- total: sum(stores) = (select count(*) from key_accounts.chain_stores)
-- total: sum(revenue) = (select coalesce(sum(revenue), 0) from key_accounts.chain_stores)
-- total: sum(revenue_before) = (select coalesce(sum(revenue_before), 0) from key_accounts.chain_stores)
-- column: customer_id text "Chain"
-- column: customer_name text "Chain name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: is_key bool "Key account"
-- column: stores count "Stores"
-- column: comparable count "Comparable stores"
-- column: steady count "Of these bought in both years, open all through the year before"
-- column: part_year count "Of these bought in both years, opened during the year before"
-- column: new_to_us count "Of these bought in this year only"
-- column: lost count "Of these bought in the year before only"
-- column: new count "New stores"
-- column: closed count "Closed stores"
-- column: no_sales count "Stores without sales that name them"
-- column: no_year_before count "Stores whose year before is older than the data"
-- column: age_unknown count "Stores with an unknown opening day"
-- column: revenue money "Final revenue of comparable stores"
-- column: revenue_before money "The same months a year before"
-- column: change money "Difference"
-- column: growth ratio "Same-store growth"
-- column: steady_revenue money "Final revenue of the steady stores"
-- column: steady_revenue_before money "The steady stores a year before"
-- column: steady_growth ratio "Growth like for like"
-- column: is_small_sample bool "Too few stores for a ratio to mean much"
WITH acc AS (
  SELECT
    customer_id,
    count(*) AS stores,
    count(CASE WHEN store_state = 'comparable' THEN 1 END) AS comparable,
    count(CASE WHEN served = 'steady' THEN 1 END) AS steady,
    count(CASE WHEN served = 'part_year' THEN 1 END) AS part_year,
    count(CASE WHEN served = 'new_to_us' THEN 1 END) AS new_to_us,
    count(CASE WHEN served = 'lost' THEN 1 END) AS lost,
    count(CASE WHEN store_state = 'new' THEN 1 END) AS new,
    count(CASE WHEN store_state = 'closed' THEN 1 END) AS closed,
    count(CASE WHEN store_state = 'no_sales' THEN 1 END) AS no_sales,
    count(CASE WHEN store_state = 'no_year_before' THEN 1 END) AS no_year_before,
    count(CASE WHEN store_state = 'age_unknown' THEN 1 END) AS age_unknown,
    sum(revenue) AS revenue,
    sum(revenue_before) AS revenue_before,
    sum(CASE WHEN served = 'steady' THEN revenue END) AS steady_revenue,
    sum(CASE WHEN served = 'steady' THEN revenue_before END) AS steady_revenue_before
  FROM key_accounts.chain_stores
  GROUP BY customer_id
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  a.customer_id IS NOT NULL AS is_key,
  s.stores,
  s.comparable,
  s.steady,
  s.part_year,
  s.new_to_us,
  s.lost,
  s.new,
  s.closed,
  s.no_sales,
  s.no_year_before,
  s.age_unknown,
  s.revenue,
  s.revenue_before,
  s.revenue - s.revenue_before AS change,
  CASE WHEN s.revenue_before > 0 THEN CAST(s.revenue - s.revenue_before AS DOUBLE) / CAST(s.revenue_before AS DOUBLE) END AS growth,
  s.steady_revenue,
  s.steady_revenue_before,
  CASE
    WHEN s.steady_revenue_before > 0
    THEN CAST(s.steady_revenue - s.steady_revenue_before AS DOUBLE) / CAST(s.steady_revenue_before AS DOUBLE)
  END AS steady_growth,
  s.comparable < r.min_units AS is_small_sample
FROM acc s
CROSS JOIN rule r
JOIN value.customers c ON c.customer_id = s.customer_id
LEFT JOIN key_accounts.accounts a ON a.customer_id = s.customer_id

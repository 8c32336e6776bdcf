-- Same-store growth of each chain: final revenue of its comparable stores (key_accounts.chain_stores) against the same months a year
-- before. Growth is empty when no store is comparable or the year before is not above zero.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- check: stores = comparable + new + closed + no_sales + no_year_before + new_customer + age_unknown
-- total: sum(stores) = (select count(*) from key_accounts.chain_stores)
-- total: sum(revenue) = (select coalesce(sum(revenue), 0) from key_accounts.chain_stores)
-- column: customer_id text "Chain"
-- column: customer_name text "Chain name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: is_key bool "Key account"
-- column: stores count "Stores"
-- column: comparable count "Comparable stores"
-- column: new count "New stores"
-- column: closed count "Closed stores"
-- column: no_sales count "Stores without sales that name them"
-- column: no_year_before count "Stores whose year before is older than the data"
-- column: new_customer count "Stores that we did not serve a year before"
-- column: age_unknown count "Stores with an unknown opening day"
-- column: revenue money "Final revenue of comparable stores"
-- column: revenue_before money "The same months a year before"
-- column: change money "Difference"
-- column: growth ratio "Same-store growth"
-- column: is_small_sample bool "Too few stores for a ratio to mean much"
WITH acc AS (
  SELECT
    customer_id,
    count(*) AS stores,
    count(CASE WHEN store_state = 'comparable' THEN 1 END) AS comparable,
    count(CASE WHEN store_state = 'new' THEN 1 END) AS new,
    count(CASE WHEN store_state = 'closed' THEN 1 END) AS closed,
    count(CASE WHEN store_state = 'no_sales' THEN 1 END) AS no_sales,
    count(CASE WHEN store_state = 'no_year_before' THEN 1 END) AS no_year_before,
    count(CASE WHEN store_state = 'new_customer' THEN 1 END) AS new_customer,
    count(CASE WHEN store_state = 'age_unknown' THEN 1 END) AS age_unknown,
    sum(revenue) AS revenue,
    sum(revenue_before) AS revenue_before
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
  s.new,
  s.closed,
  s.no_sales,
  s.no_year_before,
  s.new_customer,
  s.age_unknown,
  s.revenue,
  s.revenue_before,
  s.revenue - s.revenue_before AS change,
  CASE WHEN s.revenue_before > 0 THEN CAST(s.revenue - s.revenue_before AS DOUBLE) / CAST(s.revenue_before AS DOUBLE) END AS growth,
  s.comparable < r.min_units AS is_small_sample
FROM acc s
CROSS JOIN rule r
JOIN value.customers c ON c.customer_id = s.customer_id
LEFT JOIN key_accounts.accounts a ON a.customer_id = s.customer_id

-- Cities with revenue in the window: how many customers, who leads, and who is influential there. A city with too few
-- customers is not judged by itself; its customers are judged by their region.
--
-- grain: city
-- order: revenue desc, city
-- check: leader_share between 0 and 1
-- check: influential <= customers
-- column: city text "City"
-- column: province text "Province"
-- column: customers count "Customers above zero"
-- column: revenue money "Their revenue"
-- column: is_judged bool "Enough customers to be judged by city"
-- column: leader_id text "Largest customer"
-- column: leader_name text "Name of the largest customer"
-- column: leader_revenue money "Its revenue in the city"
-- column: leader_share ratio "Its share of the city"
-- column: influential count "Influential customers"
-- column: candidates count "Candidates for key accounts"
-- column: rejected count "Leading, but without a pull above zero"
-- column: known_pulls count "Customers whose pull is known"
-- column: is_small_sample bool "Too few customers for a share to mean much"
WITH rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  city,
  province,
  max(city_customers) AS customers,
  max(city_revenue) AS revenue,
  coalesce(bool_or(judged_by = 'city'), false) AS is_judged,
  max(CASE WHEN city_rank = 1 THEN customer_id END) AS leader_id,
  max(CASE WHEN city_rank = 1 THEN customer_name END) AS leader_name,
  max(CASE WHEN city_rank = 1 THEN revenue END) AS leader_revenue,
  max(CASE WHEN city_rank = 1 THEN city_share END) AS leader_share,
  sum(CASE WHEN is_influential THEN 1 ELSE 0 END) AS influential,
  sum(CASE WHEN is_candidate THEN 1 ELSE 0 END) AS candidates,
  sum(CASE WHEN is_leading AND pull <= 0 THEN 1 ELSE 0 END) AS rejected,
  sum(CASE WHEN pull_is_known THEN 1 ELSE 0 END) AS known_pulls,
  max(city_customers) < min(min_units) AS is_small_sample
FROM key_accounts.local
CROSS JOIN rule
WHERE city_customers IS NOT NULL
GROUP BY city, province

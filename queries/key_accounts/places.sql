-- Where each customer's revenue of the window was made. Sales through a store count in the city of the store, all others in
-- the customer's own city. A city is named by province and city: the province is added to its name where several provinces
-- have a city of that name. Where only one is known to, a customer whose province is missing is in that one. Revenue without a city
-- stands under `unknown`, in a group whose members without one are of several regions under one `unknown` for each region.
-- The region of a city is that of the customer itself; for a city where it only has stores, the one region that all
-- customers of that city, or else of that province, share.
--
-- grain: customer_id, city
-- total: sum(revenue) = (select sum(revenue) from value.contribution)
-- column: customer_id text "Customer"
-- column: city text "City"
-- column: province text "Province"
-- column: city_name text "City without its province"
-- column: region text "Region"
-- column: place text "City, or else region"
-- column: is_ambiguous bool "Several provinces have a city of this name"
-- column: revenue money "Final revenue in the window"
WITH bought AS (
  SELECT d.customer_id, u.unit_id, sum(d.amount) AS revenue
  FROM revenue.customer_day d
  JOIN value.units u ON u.customer_id = d.customer_id
  WHERE NOT u.is_internal AND d.final_on >= $window_start AND d.final_on < $window_end
  GROUP BY d.customer_id, u.unit_id
),
in_stores AS (
  SELECT customer_id, sum(revenue) AS revenue
  FROM key_accounts.sales_by_store
  GROUP BY customer_id
),
parts AS (
  SELECT
    b.unit_id,
    coalesce(s.province, CASE WHEN s.city = c.city THEN c.province END) AS province,
    s.city,
    CAST(NULL AS VARCHAR) AS region,
    s.revenue
  FROM key_accounts.sales_by_store s
  JOIN bought b ON b.customer_id = s.customer_id
  LEFT JOIN staging.customers c ON c.customer_id = s.customer_id
  UNION ALL
  SELECT
    b.unit_id,
    CASE WHEN c.city IS NOT NULL THEN c.province END,
    c.city,
    a.region,
    b.revenue - coalesce(s.revenue, 0)
  FROM bought b
  LEFT JOIN in_stores s ON s.customer_id = b.customer_id
  LEFT JOIN staging.customers c ON c.customer_id = b.customer_id
  LEFT JOIN value.attributes a ON a.customer_id = b.customer_id
  WHERE s.customer_id IS NULL OR b.revenue <> s.revenue
),
city_region AS (
  SELECT coalesce(c.province, '') AS province, c.city, CASE WHEN min(a.region) = max(a.region) THEN min(a.region) END AS region
  FROM staging.customers c
  JOIN value.attributes a ON a.customer_id = c.customer_id
  WHERE c.city IS NOT NULL
  GROUP BY coalesce(c.province, ''), c.city
),
province_region AS (
  SELECT c.province, CASE WHEN min(a.region) = max(a.region) THEN min(a.region) END AS region
  FROM staging.customers c
  JOIN value.attributes a ON a.customer_id = c.customer_id
  WHERE c.province IS NOT NULL
  GROUP BY c.province
),
found AS (
  SELECT
    *,
    min(province) OVER (PARTITION BY city) AS first_province,
    max(province) OVER (PARTITION BY city) AS last_province
  FROM (SELECT unit_id, NULLIF(province, '') AS province, city, region, revenue FROM parts) p
),
placed AS (
  SELECT
    unit_id,
    coalesce(province, CASE WHEN city IS NOT NULL AND first_province = last_province THEN first_province END, '') AS province,
    city,
    coalesce(bool_or(first_province <> last_province), false) AS is_ambiguous,
    min(region) AS region,
    sum(revenue) AS revenue
  FROM found
  GROUP BY
    unit_id,
    coalesce(province, CASE WHEN city IS NOT NULL AND first_province = last_province THEN first_province END, ''),
    city,
    CASE WHEN city IS NULL THEN region END
),
named AS (
  SELECT
    *,
    count(*) OVER (PARTITION BY unit_id, city IS NULL) AS n_places
  FROM placed
)
SELECT
  n.unit_id AS customer_id,
  CASE
    WHEN n.city IS NULL AND n.n_places > 1 AND n.region IS NOT NULL THEN 'unknown (' || n.region || ')'
    WHEN n.city IS NULL THEN 'unknown'
    WHEN n.is_ambiguous AND n.province <> '' THEN n.city || ' (' || n.province || ')'
    ELSE n.city
  END AS city,
  NULLIF(n.province, '') AS province,
  n.city AS city_name,
  coalesce(n.region, c.region, p.region) AS region,
  coalesce(n.city, n.region) AS place,
  n.city IS NOT NULL AND n.is_ambiguous AS is_ambiguous,
  n.revenue
FROM named n
LEFT JOIN city_region c ON c.province = n.province AND c.city = n.city
LEFT JOIN province_region p ON p.province = n.province

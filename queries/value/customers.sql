-- The people behind the numbers: every analysis unit that is not internal, with its names and its first and last sale.
-- Owner and region are those of the as-of date where the project has a history of them (value.attributes); the other
-- attributes are those that the customer table has now. A customer without any final line is a prospect.
--
-- grain: customer_id
-- empty_if_missing: staging.owners
-- check: first_sale_on <= last_sale_on
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: industry text "Industry"
-- column: region text "Region"
-- column: province text "Province"
-- column: city text "City"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: solution_need text "Solution needed"
-- column: n_members count "Customers in the unit"
-- column: first_sale_on date "First final sale"
-- column: last_sale_on date "Last final sale"
-- column: is_prospect bool "Never had a final line"
WITH members AS (
  SELECT unit_id, min(unit_name) AS unit_name, count(*) AS n_members
  FROM value.units
  WHERE NOT is_internal
  GROUP BY unit_id
),
sales AS (
  SELECT
    customer_id,
    min(CASE WHEN n_sale_lines > 0 THEN final_on END) AS first_sale_on,
    max(CASE WHEN n_sale_lines > 0 THEN final_on END) AS last_sale_on
  FROM value.customer_day
  GROUP BY customer_id
)
SELECT
  m.unit_id AS customer_id,
  m.unit_name AS customer_name,
  c.industry,
  a.region,
  c.province,
  c.city,
  a.owner_id,
  coalesce(o.owner_name, a.owner_id) AS owner_name,
  c.solution_need,
  m.n_members,
  s.first_sale_on,
  s.last_sale_on,
  s.customer_id IS NULL AS is_prospect
FROM members m
LEFT JOIN staging.customers c ON c.customer_id = m.unit_id
LEFT JOIN value.attributes a ON a.customer_id = m.unit_id
LEFT JOIN staging.owners o ON o.owner_id = a.owner_id
LEFT JOIN sales s ON s.customer_id = m.unit_id

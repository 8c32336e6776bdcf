-- Which analysis unit each customer belongs to: itself, or the root of its group when the unit of the project is "group".
-- Groups are those of the as-of date (value.groups). A customer that has sales but no row in the customer table keeps its id as
-- its name.
--
-- grain: customer_id
-- check: not is_cyclic
-- warn: is_known
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: unit_id text "Unit"
-- column: unit_name text "Unit name"
-- column: is_internal bool "Internal or test account"
-- column: is_known bool "Has a row in the customer table"
-- column: is_cyclic bool "Its parents form a circle"
WITH ids AS (
  SELECT customer_id FROM staging.customers
  UNION
  SELECT customer_id FROM revenue.customer_day
)
SELECT
  i.customer_id,
  coalesce(c.customer_name, i.customer_id) AS customer_name,
  coalesce(g.root_id, i.customer_id) AS unit_id,
  coalesce(u.customer_name, g.root_id, i.customer_id) AS unit_name,
  CASE WHEN c.is_internal THEN true ELSE false END AS is_internal,
  c.customer_id IS NOT NULL AS is_known,
  coalesce(g.is_cyclic, false) AS is_cyclic
FROM ids i
LEFT JOIN staging.customers c ON c.customer_id = i.customer_id
LEFT JOIN value.groups g ON g.customer_id = i.customer_id AND $unit = 'group'
LEFT JOIN staging.customers u ON u.customer_id = coalesce(g.root_id, i.customer_id)

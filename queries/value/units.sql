-- Which analysis unit each customer belongs to: itself, or the root of its group when the unit of the project is "group".
-- A customer that is its own parent has no parent. A parent that is missing from the customer table is still the root of
-- its children. A customer that has sales but no row in the customer table keeps its id as its name.
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
WITH RECURSIVE walk AS (
  SELECT customer_id, parent_id AS ancestor_id, 1 AS depth
  FROM staging.customers
  WHERE $unit = 'group' AND parent_id <> customer_id
  UNION ALL
  -- 40 levels: no real group is deeper, and a circle of parents comes to an end here.
  SELECT w.customer_id, p.parent_id, w.depth + 1
  FROM walk w
  JOIN staging.customers p ON p.customer_id = w.ancestor_id
  WHERE p.parent_id <> p.customer_id AND w.depth < 40
),
roots AS (
  SELECT customer_id, ancestor_id, depth
  FROM walk
  QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY depth DESC) = 1
),
ids AS (
  SELECT customer_id FROM staging.customers
  UNION
  SELECT customer_id FROM revenue.customer_day
)
SELECT
  i.customer_id,
  coalesce(c.customer_name, i.customer_id) AS customer_name,
  coalesce(r.ancestor_id, i.customer_id) AS unit_id,
  coalesce(u.customer_name, r.ancestor_id, i.customer_id) AS unit_name,
  CASE WHEN c.is_internal THEN true ELSE false END AS is_internal,
  c.customer_id IS NOT NULL AS is_known,
  CASE WHEN r.depth >= 40 THEN true ELSE false END AS is_cyclic
FROM ids i
LEFT JOIN staging.customers c ON c.customer_id = i.customer_id
LEFT JOIN roots r ON r.customer_id = i.customer_id
LEFT JOIN staging.customers u ON u.customer_id = coalesce(r.ancestor_id, i.customer_id)

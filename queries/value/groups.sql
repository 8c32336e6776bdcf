-- The root of the group of every customer that has a parent, whatever the unit of the project is: parents are followed upwards, as
-- they are on the as-of date (value.attributes). A customer that is its own parent has no parent. A parent that is missing
-- from the customer table is still the root of its children. Parents that form a circle have no root worth the name, and are marked.
--
-- grain: customer_id
-- column: customer_id text "Customer"
-- column: root_id text "Root of its group"
-- column: is_cyclic bool "Its parents form a circle"
WITH RECURSIVE walk AS (
  SELECT customer_id, parent_id AS ancestor_id, 1 AS depth
  FROM value.attributes
  WHERE parent_id <> customer_id
  UNION ALL
  -- 40 levels: no real group is deeper, and a circle of parents comes to an end here.
  SELECT w.customer_id, p.parent_id, w.depth + 1
  FROM walk w
  JOIN value.attributes p ON p.customer_id = w.ancestor_id
  WHERE p.parent_id <> p.customer_id AND w.depth < 40
)
SELECT customer_id, ancestor_id AS root_id, depth >= 40 AS is_cyclic
FROM walk
QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY depth DESC) = 1

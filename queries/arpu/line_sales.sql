-- What each customer bought of each product line in the window, by final lines above zero. A product without a product line counts as a
-- line of its own; a bundle that is sold under one number is one product. Lines without a product have no line: what was bought
-- with them is not known.
--
-- grain: customer_id, line_no
-- needs: staging.sales.product_id
-- empty_if_missing: staging.products
-- check: n_sale_lines > 0
-- column: customer_id text "Customer"
-- column: line_no count "Number of the line with this customer"
-- column: line text "Product line, or product without one"
-- column: line_name text "Name of the product line"
-- column: n_sale_lines count "Lines above zero"
-- column: revenue money "Amount of the lines above zero"
WITH sold AS (
  SELECT
    customer_id,
    product_id,
    sum(CASE WHEN amount > 0 THEN 1 ELSE 0 END) AS n_sale_lines,
    sum(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS revenue
  FROM revenue.final
  WHERE final_on >= $window_start AND final_on < $window_end
  GROUP BY customer_id, product_id
),
bought AS (
  SELECT
    u.unit_id AS customer_id,
    -- The word in front keeps a line and a product with one name apart.
    coalesce('line ' || p.product_line, 'product ' || s.product_id) AS line,
    min(coalesce(p.product_line, p.product_name, s.product_id)) AS line_name,
    sum(s.n_sale_lines) AS n_sale_lines,
    sum(s.revenue) AS revenue
  FROM sold s
  JOIN value.units u ON u.customer_id = s.customer_id
  LEFT JOIN staging.products p ON p.product_id = s.product_id
  WHERE NOT u.is_internal AND s.n_sale_lines > 0
  GROUP BY u.unit_id, coalesce('line ' || p.product_line, 'product ' || s.product_id)
)
SELECT
  customer_id,
  CAST(row_number() OVER (PARTITION BY customer_id ORDER BY line NULLS LAST) AS BIGINT) AS line_no,
  line,
  line_name,
  n_sale_lines,
  revenue
FROM bought

-- How many product lines each customer bought in the window, by final lines above zero. A product without a product line counts as a
-- line of its own. Lines without a product are counted beside: what was bought with them is not known.
--
-- grain: customer_id
-- needs: staging.sales.product_id
-- empty_if_missing: staging.products
-- column: customer_id text "Customer"
-- column: n_product_lines count "Product lines bought"
-- column: only_line text "The only product line"
-- column: n_sale_lines count "Lines above zero"
-- column: n_unknown_lines count "Of these without a product"
WITH sold AS (
  SELECT customer_id, product_id, sum(CASE WHEN amount > 0 THEN 1 ELSE 0 END) AS n_sale_lines
  FROM revenue.final
  WHERE final_on >= $window_start AND final_on < $window_end
  GROUP BY customer_id, product_id
),
bought AS (
  SELECT
    u.unit_id AS customer_id,
    s.product_id,
    s.n_sale_lines,
    -- The word in front keeps a line and a product with one name apart.
    coalesce('line ' || p.product_line, 'product ' || s.product_id) AS line,
    coalesce(p.product_line, p.product_name, s.product_id) AS line_name
  FROM sold s
  JOIN value.units u ON u.customer_id = s.customer_id
  LEFT JOIN staging.products p ON p.product_id = s.product_id
  WHERE NOT u.is_internal AND s.n_sale_lines > 0
)
SELECT
  customer_id,
  count(DISTINCT line) AS n_product_lines,
  CASE WHEN count(DISTINCT line) = 1 THEN min(line_name) END AS only_line,
  sum(n_sale_lines) AS n_sale_lines,
  sum(CASE WHEN product_id IS NULL THEN n_sale_lines ELSE 0 END) AS n_unknown_lines
FROM bought
GROUP BY customer_id

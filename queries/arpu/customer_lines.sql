-- How many product lines each customer bought in the window, by final lines above zero. A product without a product line counts as a
-- line of its own. Lines without a product are counted beside: what was bought with them is not known.
--
-- grain: customer_id
-- column: customer_id text "Customer"
-- column: n_product_lines count "Product lines bought"
-- column: only_line text "The only product line"
-- column: n_sale_lines count "Lines above zero"
-- column: n_unknown_lines count "Of these without a product"
SELECT
  customer_id,
  count(DISTINCT line) AS n_product_lines,
  CASE WHEN count(DISTINCT line) = 1 THEN min(line_name) END AS only_line,
  sum(n_sale_lines) AS n_sale_lines,
  sum(CASE WHEN line IS NULL THEN n_sale_lines ELSE 0 END) AS n_unknown_lines
FROM arpu.line_sales
GROUP BY customer_id

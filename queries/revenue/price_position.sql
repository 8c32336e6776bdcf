-- Our list price beside that of a competitor, for every product of which both are known, as the product table has them now. Near is within the
-- share of rules.price_position of the competitor's price, on it included; revenue is that of the window, list prices are before any
-- discount.
--
-- grain: product_id
-- order: revenue desc, product_id
-- needs: staging.products.competitor_price
-- check: price_position in ('above', 'near', 'below')
-- column: product_id text "Product"
-- column: product_name text "Product name"
-- column: product_line text "Product line"
-- column: list_price money "Our list price"
-- column: competitor_price money "Competitor's price"
-- column: difference money "Ours less the competitor's"
-- column: difference_share ratio "Difference against the competitor's price"
-- column: price_position text "Above, near or below the competitor"
-- column: customers count "Customers who bought it in the window"
-- column: revenue money "Final revenue in the window"
-- column: revenue_share ratio "Share of all final revenue in the window"
WITH sold AS (
  SELECT s.product_id, count(DISTINCT u.unit_id) AS customers, sum(s.amount) AS revenue
  FROM (
    SELECT customer_id, product_id, sum(amount) AS amount
    FROM revenue.final
    WHERE final_on >= $window_start AND final_on < $window_end
    GROUP BY customer_id, product_id
  ) s
  JOIN value.units u ON u.customer_id = s.customer_id
  WHERE NOT u.is_internal
  GROUP BY s.product_id
),
totals AS (
  SELECT *, sum(revenue) OVER () AS all_revenue FROM sold
),
rule AS (
  SELECT near_share
  FROM rules.price_position
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  p.product_id,
  p.product_name,
  p.product_line,
  p.list_price,
  p.competitor_price,
  p.list_price - p.competitor_price AS difference,
  CAST(p.list_price - p.competitor_price AS DOUBLE) / CAST(p.competitor_price AS DOUBLE) AS difference_share,
  CASE
    WHEN p.list_price - p.competitor_price > r.near_share * p.competitor_price THEN 'above'
    WHEN p.competitor_price - p.list_price > r.near_share * p.competitor_price THEN 'below'
    ELSE 'near'
  END AS price_position,
  coalesce(t.customers, 0) AS customers,
  coalesce(t.revenue, 0) AS revenue,
  CASE WHEN t.all_revenue > 0 THEN CAST(t.revenue AS DOUBLE) / CAST(t.all_revenue AS DOUBLE) END AS revenue_share
FROM staging.products p
CROSS JOIN rule r
LEFT JOIN totals t ON t.product_id = p.product_id
WHERE p.list_price > 0 AND p.competitor_price > 0

-- What customers bring by the number of product lines that they bought in the window. Zero lines are customers of whom no
-- product is known, and those who had only refunds. Shares of customers are of active ones whose products are known.
--
-- grain: n_product_lines
-- total: sum(revenue) = (select sum(revenue) from tiers.current)
-- column: n_product_lines count "Product lines bought"
-- column: active_customers count "Active customers"
-- column: active_share ratio "Share of active customers"
-- column: revenue money "Final revenue in the window"
-- column: revenue_share ratio "Share of revenue"
-- column: arpu money "Revenue per active customer"
-- column: is_bundle bool "Counts as a bundle"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH acc AS (
  SELECT
    coalesce(l.n_product_lines, 0) AS n_product_lines,
    count(l.customer_id) AS active_customers,
    sum(t.revenue) AS revenue
  FROM tiers.current t
  LEFT JOIN arpu.customer_lines l ON l.customer_id = t.customer_id
  GROUP BY coalesce(l.n_product_lines, 0)
),
totals AS (
  SELECT
    *,
    sum(CASE WHEN n_product_lines > 0 THEN active_customers END) OVER () AS all_active,
    sum(revenue) OVER () AS all_revenue
  FROM acc
),
rule AS (
  SELECT b.min_lines, s.min_units
  FROM rules.bundle_limits b
  CROSS JOIN rules.small_samples s
  WHERE (b.valid_from IS NULL OR b.valid_from <= $as_of) AND (b.valid_to IS NULL OR b.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
)
SELECT
  t.n_product_lines,
  t.active_customers,
  CASE WHEN t.n_product_lines > 0 THEN CAST(t.active_customers AS DOUBLE) / NULLIF(t.all_active, 0) END AS active_share,
  t.revenue,
  CASE WHEN t.all_revenue > 0 THEN CAST(t.revenue AS DOUBLE) / CAST(t.all_revenue AS DOUBLE) END AS revenue_share,
  CAST(t.revenue AS DOUBLE) / NULLIF(t.active_customers, 0) AS arpu,
  t.n_product_lines >= r.min_lines AS is_bundle,
  t.active_customers < r.min_units AS is_small_sample
FROM totals t
CROSS JOIN rule r

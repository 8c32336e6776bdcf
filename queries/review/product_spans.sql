-- As review.customer_spans, by product line: a product without a product line is a line of its own, and what was sold without a
-- product, or was recognised as it was paid, has an empty name. Internal customers are left out.
--
-- grain: line
-- empty_if_missing: staging.products
-- total: coalesce(sum(month_revenue), 0) = (select coalesce(sum(revenue), 0) from review.sales_spans where span = 'month' and k = 0)
-- column: line text "Product line, or product"
-- column: line_name text "Name"
-- column: month_revenue money "Final revenue of the month so far"
-- column: last_month_revenue money "Of the same days of the month before"
-- column: last_year_revenue money "Of the same days a year before"
-- column: week_revenue money "Of the week so far"
-- column: last_week_revenue money "Of the same days of the week before"
WITH days AS (
  SELECT
    max(CASE WHEN span = 'month' AND k = 0 THEN period_start END) AS month_start_on,
    max(CASE WHEN span = 'month' AND k = 1 THEN period_start END) AS last_month_start,
    max(CASE WHEN span = 'month' AND k = 1 THEN period_end END) AS last_month_end,
    max(CASE WHEN span = 'month' AND k = 12 THEN period_start END) AS last_year_start,
    max(CASE WHEN span = 'month' AND k = 12 THEN period_end END) AS last_year_end,
    max(CASE WHEN span = 'week' AND k = 0 THEN period_start END) AS week_start_on,
    max(CASE WHEN span = 'week' AND k = 1 THEN period_start END) AS last_week_start,
    max(CASE WHEN span = 'week' AND k = 1 THEN period_end END) AS last_week_end
  FROM review.spans
),
sold AS (
  SELECT
    f.product_id,
    sum(CASE WHEN f.final_on >= s.month_start_on THEN f.amount ELSE 0 END) AS month_revenue,
    sum(CASE WHEN f.final_on BETWEEN s.last_month_start AND s.last_month_end THEN f.amount ELSE 0 END) AS last_month_revenue,
    sum(CASE WHEN f.final_on BETWEEN s.last_year_start AND s.last_year_end THEN f.amount ELSE 0 END) AS last_year_revenue,
    sum(CASE WHEN f.final_on >= s.week_start_on THEN f.amount ELSE 0 END) AS week_revenue,
    sum(CASE WHEN f.final_on BETWEEN s.last_week_start AND s.last_week_end THEN f.amount ELSE 0 END) AS last_week_revenue
  FROM revenue.final f
  JOIN value.units u ON u.customer_id = f.customer_id
  CROSS JOIN days s
  WHERE NOT u.is_internal
    AND (f.final_on BETWEEN s.last_year_start AND s.last_year_end OR f.final_on >= least(s.last_month_start, s.last_week_start))
  GROUP BY f.product_id
)
SELECT
  -- The word in front keeps a line and a product with one name apart.
  coalesce('line ' || p.product_line, 'product ' || s.product_id, '') AS line,
  min(coalesce(p.product_line, p.product_name, s.product_id)) AS line_name,
  sum(s.month_revenue) AS month_revenue,
  sum(s.last_month_revenue) AS last_month_revenue,
  sum(s.last_year_revenue) AS last_year_revenue,
  sum(s.week_revenue) AS week_revenue,
  sum(s.last_week_revenue) AS last_week_revenue
FROM sold s
LEFT JOIN staging.products p ON p.product_id = s.product_id
GROUP BY coalesce('line ' || p.product_line, 'product ' || s.product_id, '')

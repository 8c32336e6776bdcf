-- Of the active customers whose products are known, how many buy each product line in the window, and what it brings: by lines above zero.
-- Attached is who buys another line beside it.
--
-- grain: line
-- order: customers desc, line
-- check: attached_customers <= customers
-- check: attach_rate between 0 and 1
-- total: sum(revenue) = (select sum(revenue) from arpu.line_sales where line is not null)
-- column: line text "Product line, or product without one"
-- column: line_name text "Name of the product line"
-- column: customers count "Customers who buy it"
-- column: attach_rate ratio "Share of customers who buy it"
-- column: attached_customers count "Of these buy another line too"
-- column: attached_share ratio "Share that buys another line too"
-- column: revenue money "Amount of the lines above zero"
-- column: revenue_per_customer money "Amount per customer who buys it"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH acc AS (
  SELECT
    s.line,
    min(s.line_name) AS line_name,
    count(*) AS customers,
    count(CASE WHEN l.n_product_lines > 1 THEN 1 END) AS attached_customers,
    sum(s.revenue) AS revenue
  FROM arpu.line_sales s
  JOIN arpu.customer_lines l ON l.customer_id = s.customer_id
  WHERE s.line IS NOT NULL
  GROUP BY s.line
),
known AS (
  SELECT count(CASE WHEN n_product_lines > 0 THEN 1 END) AS customers FROM arpu.customer_lines
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  a.line,
  a.line_name,
  a.customers,
  CAST(a.customers AS DOUBLE) / k.customers AS attach_rate,
  a.attached_customers,
  CAST(a.attached_customers AS DOUBLE) / a.customers AS attached_share,
  a.revenue,
  CAST(a.revenue AS DOUBLE) / a.customers AS revenue_per_customer,
  a.customers < r.min_units AS is_small_sample
FROM acc a
CROSS JOIN known k
CROSS JOIN rule r

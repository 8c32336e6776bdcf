-- 客户与收入: customers by revenue.
--
-- grain: customer_id
-- order: revenue desc
-- check: revenue > 0
-- total: sum(revenue) = (select sum(amount) from staging.sales)
-- column: customer_id text "Customer"
-- column: customer_name text "Name"
-- column: revenue money "Revenue"
-- column: tier text "Tier"
SELECT
  c.customer_id,
  c.customer_name,
  sum(s.amount) AS revenue,
  CASE WHEN sum(s.amount) >= $least * r.cut THEN r.tier ELSE 'general' END AS tier
FROM staging.sales s
JOIN staging.customers c ON c.customer_id = s.customer_id
JOIN rules.cuts r
  ON (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR $as_of < r.valid_to)
GROUP BY c.customer_id, c.customer_name, r.cut, r.tier

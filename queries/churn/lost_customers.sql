-- The customers who bought in the month before the latest full month but not in it, with what they brought in the window: whom to call.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: last_sale_on date "Last final sale"
-- column: revenue_before money "Final revenue in the month before"
-- column: revenue money "Final revenue in the window"
-- column: tier text "Effective tier"
WITH ends AS (
  SELECT month_add(month_start($as_of + 1), -1) AS month, month_add(month_start($as_of + 1), -2) AS month_before
)
SELECT
  b.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  c.last_sale_on,
  b.amount AS revenue_before,
  t.revenue,
  t.effective_tier AS tier
FROM value.customer_month b
JOIN ends e ON e.month_before = b.month
JOIN value.customers c ON c.customer_id = b.customer_id
LEFT JOIN (SELECT customer_id, month FROM value.customer_month WHERE is_active) a
  ON a.customer_id = b.customer_id AND a.month = e.month
LEFT JOIN tiers.current t ON t.customer_id = b.customer_id
WHERE b.is_active AND a.customer_id IS NULL

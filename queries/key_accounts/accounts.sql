-- The key accounts as operation sees them: the candidates with the day on which each signed (its first final sale) and the first
-- day on which one of the customers in the unit went live.
--
-- grain: customer_id
-- check: in_k80_revenue or in_k80_profit
-- total: sum(revenue) = (select coalesce(sum(revenue), 0) from key_accounts.candidates)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: industry text "Industry"
-- column: region text "Region"
-- column: province text "Province"
-- column: city text "City"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: in_k80_revenue bool "Among the customers who bring 80 % of revenue"
-- column: in_k80_profit bool "Among the customers who bring 80 % of gross profit"
-- column: revenue money "Final revenue in the window"
-- column: gross_profit money "Gross profit in the window"
-- column: first_sale_on date "First final sale"
-- column: go_live_on date "Live since"
WITH live AS (
  SELECT u.unit_id, min(s.go_live_on) AS go_live_on
  FROM staging.customers s
  JOIN value.units u ON u.customer_id = s.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id
)
SELECT
  c.customer_id,
  c.customer_name,
  c.industry,
  c.region,
  c.province,
  c.city,
  c.owner_id,
  c.owner_name,
  c.in_k80_revenue,
  coalesce(c.in_k80_profit, false) AS in_k80_profit,
  c.revenue,
  c.gross_profit,
  v.first_sale_on,
  l.go_live_on
FROM key_accounts.candidates c
JOIN value.customers v ON v.customer_id = c.customer_id
LEFT JOIN live l ON l.unit_id = c.customer_id

-- What customers say that they need most, as the customer table has it: all five needs that it can name, also one that nobody has.
-- A group has every need that one of its members has.
--
-- grain: need_type
-- order: position
-- needs: staging.customers.need_type
-- check: key_accounts <= customers
-- column: need_type text "Need"
-- column: position count "Order of the needs"
-- column: customers count "Customers with this need"
-- column: key_accounts count "Of these key accounts"
-- column: revenue money "Final revenue in the window"
WITH needs AS (
  SELECT *
  FROM (VALUES ('brand', 1), ('sales_lift', 2), ('shop_lift', 3), ('opening_cash', 4), ('queueing', 5)) AS n (need_type, position)
),
named AS (
  SELECT DISTINCT s.need_type, u.unit_id
  FROM staging.customers s
  JOIN value.units u ON u.customer_id = s.customer_id
  WHERE s.need_type IS NOT NULL AND NOT u.is_internal
)
SELECT
  n.need_type,
  n.position,
  count(d.unit_id) AS customers,
  count(a.customer_id) AS key_accounts,
  coalesce(sum(v.revenue), 0) AS revenue
FROM needs n
LEFT JOIN named d ON d.need_type = n.need_type
LEFT JOIN key_accounts.accounts a ON a.customer_id = d.unit_id
LEFT JOIN value.contribution v ON v.customer_id = d.unit_id
GROUP BY n.need_type, n.position

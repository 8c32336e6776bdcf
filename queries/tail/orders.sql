-- The orders of tail customers in the window, each as one amount. An order that several customers share counts for each with its own lines.
--
-- grain: order_id, customer_id
-- total: sum(amount) = (select sum(revenue) from tiers.current where segment = 'tail')
-- column: order_id text "Order"
-- column: customer_id text "Customer"
-- column: amount money "Final revenue"
SELECT f.order_id, u.unit_id AS customer_id, sum(f.amount) AS amount
FROM revenue.final f
JOIN value.units u ON u.customer_id = f.customer_id
JOIN tiers.current t ON t.customer_id = u.unit_id
WHERE t.segment = 'tail' AND NOT u.is_internal AND f.final_on >= $window_start AND f.final_on < $window_end
GROUP BY f.order_id, u.unit_id

-- Final revenue in the window that was sold through a store whose city is known, for placing the revenue of chains.
-- The customer is the one that bought, not yet its unit.
--
-- grain: customer_id, store_id
-- empty_if_missing: staging.stores
-- column: customer_id text "Customer"
-- column: store_id text "Store"
-- column: province text "Province"
-- column: city text "City"
-- column: revenue money "Final revenue in the window"
SELECT
  f.customer_id,
  f.store_id,
  s.province,
  s.city,
  sum(f.amount) AS revenue
FROM revenue.final f
JOIN staging.stores s ON s.store_id = f.store_id
WHERE s.city IS NOT NULL AND f.final_on >= $window_start AND f.final_on < $window_end
GROUP BY f.customer_id, f.store_id, s.province, s.city

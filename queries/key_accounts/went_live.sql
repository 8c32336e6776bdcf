-- In which cities a customer went live, and when: every city where it has revenue in the window above zero, and the first
-- day on which one of the customers in the unit went live. Customers without such a day are not here.
--
-- grain: customer_id, city
-- column: customer_id text "Customer"
-- column: city text "City"
-- column: city_name text "City without its province"
-- column: go_live_on date "Live since"
-- column: is_candidate bool "Candidate for a key account"
WITH live AS (
  SELECT u.unit_id, min(c.go_live_on) AS go_live_on
  FROM staging.customers c
  JOIN value.units u ON u.customer_id = c.customer_id
  WHERE NOT u.is_internal AND c.go_live_on IS NOT NULL
  GROUP BY u.unit_id
)
SELECT
  p.customer_id,
  p.city,
  p.city_name,
  l.go_live_on,
  k.customer_id IS NOT NULL AS is_candidate
FROM key_accounts.places p
JOIN live l ON l.unit_id = p.customer_id
LEFT JOIN key_accounts.candidates k ON k.customer_id = p.customer_id
WHERE p.city_name IS NOT NULL AND p.revenue > 0

-- Who is to act for each customer: its owner; for a customer without one whoever answers for its region, else for everything.
--
-- grain: customer_id
-- column: customer_id text "Customer"
-- column: owner_id text "Who is to act"
-- column: owner_name text "Name"
-- column: is_stand_in bool "Not the owner, but who answers for the region"
SELECT
  c.customer_id,
  coalesce(c.owner_id, r.owner_id, h.owner_id) AS owner_id,
  coalesce(c.owner_name, r.owner_name, h.owner_name) AS owner_name,
  c.owner_id IS NULL AS is_stand_in
FROM value.customers c
LEFT JOIN value.stand_in r ON r.region = c.region AND r.region <> ''
LEFT JOIN value.stand_in h ON h.region = ''

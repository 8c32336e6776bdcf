-- Customers who do not want to be contacted any more.
--
-- grain: customer_id
-- as_of: since
-- optional
-- column: customer_id text "Customer"
-- column: since date "Since"
SELECT
  account_no AS customer_id,
  since_date AS since
FROM warehouse.contact_block

-- Customers.
--
-- grain: customer_id
SELECT customer_id, customer_name FROM warehouse.customers

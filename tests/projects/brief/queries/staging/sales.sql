-- Order lines.
--
-- grain: order_id, line_no
-- as_of: sold_on
-- fresh: 3 days
-- rows: 1..
SELECT order_id, line_no, customer_id, sold_on, amount, state FROM warehouse.sales

-- Shops of customers, with the day on which each was opened and, where it is gone, closed.
--
-- grain: store_id
-- as_of: opened_on
-- optional
-- check: customer_id is not null
-- warn: closed_on is null or closed_on >= opened_on
-- column: store_id text "Store"
-- column: customer_id text "Customer"
-- column: province text "Province"
-- column: city text "City"
-- column: opened_on date "Opened on"
-- column: closed_on date "Closed on"
SELECT
  shop_no AS store_id,
  account_no AS customer_id,
  province,
  city,
  open_date AS opened_on,
  close_date AS closed_on
FROM warehouse.crm_shop

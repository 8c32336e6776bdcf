-- Products as the price list has them today, with what the strongest competitor asks for the like of them where there is any.
--
-- grain: product_id
-- optional
-- column: product_id text "Product"
-- column: product_name text "Product name"
-- column: product_line text "Product line"
-- column: list_price money "List price"
-- column: competitor_price money "Price of the competitor"
-- column: is_standard bool "Standard product"
-- column: is_self_service bool "Self-service product"
SELECT
  sku AS product_id,
  product_name,
  product_line,
  list_price,
  rival_price AS competitor_price,
  is_standard,
  is_self_service
FROM warehouse.product

-- Order lines. The amount is net of discount and before tax; a refund is negative.
-- The business day is the day of the order in the business time zone.
--
-- grain: order_id, line_no
-- as_of: sold_on
-- fresh: 3 days
-- rows: 1..
-- check: customer_id is not null and sold_on is not null and amount is not null
-- check: state is not null and state in ('final', 'intent', 'refund')
-- warn: not (state = 'refund' and amount > 0)
-- column: order_id text "Order"
-- column: line_no count "Line"
-- column: customer_id text "Customer"
-- column: sold_on date "Sold on"
-- column: amount money "Amount"
-- column: state text "State"
-- column: contract_id text "Contract"
-- column: product_id text "Product"
-- column: store_id text "Store"
-- column: owner_id text "Owner"
-- column: quantity count "Quantity"
-- column: cost money "Cost"
-- column: discount money "Discount"
SELECT
  order_no AS order_id,
  line_seq AS line_no,
  account_no AS customer_id,
  CAST(ordered_at AT TIME ZONE $timezone AS DATE) AS sold_on,
  gross_amount - discount_amount AS amount,
  CASE status WHEN 'COMPLETED' THEN 'final' WHEN 'PENDING' THEN 'intent' WHEN 'REFUNDED' THEN 'refund' ELSE status END AS state,
  contract_no AS contract_id,
  sku AS product_id,
  shop_no AS store_id,
  rep_no AS owner_id,
  qty AS quantity,
  cost_amount AS cost,
  discount_amount AS discount
FROM warehouse.sales_order_line

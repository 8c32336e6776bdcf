-- Final revenue, line by line: what counts as revenue in every report.
-- A line of a known contract is final from the day the contract closed (not before the sale itself); until then it is intent.
-- A line without a contract, or whose contract is not in the contract table, is final on its own day when its state is
-- final or refund. Refunds are negative on their own date.
--
-- empty_if_missing: revenue.contract_closings
-- grain: order_id, line_no
-- check: final_on >= sold_on and final_on <= $as_of
-- column: order_id text "Order"
-- column: line_no count "Line"
-- column: customer_id text "Customer"
-- column: final_on date "Final on"
-- column: product_id text "Product"
-- column: owner_id text "Owner"
-- column: store_id text "Store"
-- column: contract_id text "Contract"
-- column: amount money "Final revenue"
-- column: cost money "Cost"
-- column: sold_on date "Sold on"
SELECT
  s.order_id,
  s.line_no,
  s.customer_id,
  CASE WHEN c.contract_id IS NULL THEN s.sold_on ELSE greatest(s.sold_on, c.closed_on) END AS final_on,
  s.product_id,
  s.owner_id,
  s.store_id,
  s.contract_id,
  s.amount,
  s.cost,
  s.sold_on
FROM staging.sales s
LEFT JOIN revenue.contract_closings c ON c.contract_id = s.contract_id
WHERE CASE WHEN c.contract_id IS NULL THEN s.state IN ('final', 'refund') ELSE c.closed_on IS NOT NULL END

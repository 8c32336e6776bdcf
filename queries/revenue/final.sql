-- Final revenue, line by line: what counts as revenue in every report.
-- A line of a known contract is final from the day the contract closed (not before the sale itself); until then it is intent.
-- A line without a contract, or whose contract is not in the contract table, is final on its own day when its state is
-- final or refund. Refunds are negative on their own date.
-- With the policy `instalments` a known contract gives revenue as it is paid: one row for each instalment, final payment
-- or refund that changes what is recognised (revenue.instalments; named `payment ...`), without cost; deposits and pre-sales
-- stay out, giving them back takes nothing away, and the lines of the contract stay intent.
-- A line in another currency is a fault: amounts are converted line by line in the staging query, with the day's rate.
--
-- empty_if_missing: revenue.contract_closings, revenue.instalments
-- grain: order_id, line_no
-- check: final_on >= sold_on and final_on <= $as_of
-- check: currency is null or currency = $currency
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
-- column: currency text "Currency; empty for that of the report"
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
  s.sold_on,
  s.currency
FROM staging.sales s
LEFT JOIN revenue.contract_closings c ON c.contract_id = s.contract_id
WHERE CASE
  WHEN c.contract_id IS NULL THEN s.state IN ('final', 'refund')
  ELSE $revenue_policy = 'closing' AND c.closed_on IS NOT NULL
END
UNION ALL
SELECT
  'payment ' || p.payment_id AS order_id,
  0 AS line_no,
  p.customer_id,
  p.paid_on AS final_on,
  NULL AS product_id,
  NULL AS owner_id,
  NULL AS store_id,
  p.contract_id,
  p.amount,
  CAST(NULL AS DECIMAL(18, 4)) AS cost,
  p.paid_on AS sold_on,
  p.currency
FROM revenue.instalments p
WHERE $revenue_policy = 'instalments'

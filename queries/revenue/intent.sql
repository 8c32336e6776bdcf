-- Intent, line by line: sold but not closed. Deposits, pre-sales and lines of contracts that are not fully paid.
-- Intent is never part of revenue; together with final revenue it gives all sales.
--
-- empty_if_missing: revenue.contract_closings
-- grain: order_id, line_no
-- check: age_days >= 0
-- column: order_id text "Order"
-- column: line_no count "Line"
-- column: customer_id text "Customer"
-- column: sold_on date "Sold on"
-- column: amount money "Intent"
-- column: age_days days "Age"
-- column: contract_id text "Contract"
SELECT
  s.order_id,
  s.line_no,
  s.customer_id,
  s.sold_on,
  s.amount,
  $as_of - s.sold_on AS age_days,
  s.contract_id
FROM staging.sales s
LEFT JOIN revenue.contract_closings c ON c.contract_id = s.contract_id
WHERE CASE WHEN c.contract_id IS NULL THEN s.state NOT IN ('final', 'refund') ELSE c.closed_on IS NULL END

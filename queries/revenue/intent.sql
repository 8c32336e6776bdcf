-- Intent, line by line: sold but not closed. Deposits, pre-sales and lines of contracts that are not fully paid.
-- Intent is never part of revenue; together with final revenue it gives all sales.
-- With the policy `instalments` the lines of a known contract are intent, less one row (named `contract ...`) for what has
-- been recognised as it was paid. A line in another currency is a fault, as in revenue.final.
--
-- empty_if_missing: revenue.contract_closings, staging.payments
-- grain: order_id, line_no
-- check: age_days >= 0
-- check: currency is null or currency = $currency
-- column: order_id text "Order"
-- column: line_no count "Line"
-- column: customer_id text "Customer"
-- column: sold_on date "Sold on"
-- column: amount money "Intent"
-- column: age_days days "Age"
-- column: contract_id text "Contract"
-- column: currency text "Currency; empty for that of the report"
SELECT
  s.order_id,
  s.line_no,
  s.customer_id,
  s.sold_on,
  s.amount,
  $as_of - s.sold_on AS age_days,
  s.contract_id,
  s.currency
FROM staging.sales s
LEFT JOIN revenue.contract_closings c ON c.contract_id = s.contract_id
WHERE CASE
  WHEN c.contract_id IS NULL THEN s.state NOT IN ('final', 'refund')
  ELSE $revenue_policy = 'instalments' OR c.closed_on IS NULL
END
UNION ALL
SELECT
  'contract ' || p.contract_id AS order_id,
  0 AS line_no,
  max(p.customer_id) AS customer_id,
  max(p.paid_on) AS sold_on,
  -sum(CASE WHEN p.kind = 'refund' THEN -abs(p.amount) ELSE p.amount END) AS amount,
  $as_of - max(p.paid_on) AS age_days,
  p.contract_id,
  max(p.currency) AS currency
FROM staging.payments p
JOIN revenue.contract_closings c ON c.contract_id = p.contract_id
WHERE $revenue_policy = 'instalments' AND p.kind IN ('instalment', 'final', 'refund')
GROUP BY p.contract_id

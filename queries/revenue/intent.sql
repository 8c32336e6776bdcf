-- Intent, line by line: sold but not closed. Deposits, pre-sales and lines of contracts that are not fully paid.
-- Intent is never part of revenue; together with final revenue it gives all sales.
-- With the policy `instalments` the lines of a known contract are intent, less rows (named `contract ...`) for what has been
-- recognised as it was paid. They have the days of the lines themselves, the oldest lines being paid first, so that what is left is
-- as old as it is; what was recognised beyond all lines, tax for one, is taken off the newest.
-- A line in another currency is a fault, as in revenue.final.
--
-- empty_if_missing: revenue.contract_closings, revenue.instalments, staging.contracts
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
WITH recognised AS (
  SELECT contract_id, max(customer_id) AS customer_id, sum(amount) AS amount, min(paid_on) AS first_paid_on, max(currency) AS currency
  FROM revenue.instalments
  WHERE $revenue_policy = 'instalments'
  GROUP BY contract_id
),
days AS (
  SELECT contract_id, sold_on, customer_id, sum(amount) AS amount
  FROM staging.sales
  WHERE contract_id IN (SELECT contract_id FROM recognised)
  GROUP BY contract_id, sold_on, customer_id
),
paid AS (
  -- A contract without any line has its signing, or its first payment, as its day.
  SELECT
    r.contract_id,
    coalesce(d.customer_id, r.customer_id) AS customer_id,
    coalesce(d.sold_on, least(k.signed_on, r.first_paid_on), r.first_paid_on) AS sold_on,
    r.currency,
    r.amount AS recognised,
    sum(d.amount) OVER (PARTITION BY r.contract_id ORDER BY d.sold_on, d.customer_id ROWS UNBOUNDED PRECEDING) AS lines_up_to,
    row_number() OVER (PARTITION BY r.contract_id ORDER BY d.sold_on, d.customer_id) AS place,
    count(*) OVER (PARTITION BY r.contract_id) AS n
  FROM recognised r
  LEFT JOIN days d ON d.contract_id = r.contract_id
  LEFT JOIN staging.contracts k ON k.contract_id = r.contract_id
),
taken AS (
  SELECT *, CASE WHEN place = n THEN recognised ELSE least(recognised, lines_up_to) END AS taken_up_to
  FROM paid
),
deductions AS (
  SELECT *, coalesce(lag(taken_up_to) OVER (PARTITION BY contract_id ORDER BY place), 0) - taken_up_to AS amount
  FROM taken
)
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
  'contract ' || contract_id AS order_id,
  CAST(place - 1 AS BIGINT) AS line_no,
  customer_id,
  sold_on,
  amount,
  $as_of - sold_on AS age_days,
  contract_id,
  currency
FROM deductions
WHERE amount <> 0

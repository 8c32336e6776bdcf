-- What the policy `instalments` recognises of known contracts, payment by payment: instalments and final payments as they are paid, less
-- what was paid back. Deposits and pre-sales never count, and so giving them back takes nothing away: a refund comes first out of
-- the instalments paid up to its day, and what goes beyond them comes out of what never counted. So the sum of a contract is never
-- below zero, on no day. On one day what came in stands before what was paid back. A payment that changes nothing has no row.
--
-- grain: payment_id
-- check: recognised_total >= 0
-- column: payment_id text "Payment"
-- column: contract_id text "Contract"
-- column: customer_id text "Customer"
-- column: paid_on date "Paid on"
-- column: kind text "Kind"
-- column: amount money "Recognised with this payment"
-- column: recognised_total money "Recognised of the contract up to this payment"
-- column: currency text "Currency; empty for that of the report"
WITH flows AS (
  SELECT
    p.payment_id,
    p.contract_id,
    p.customer_id,
    p.paid_on,
    p.kind,
    p.currency,
    row_number() OVER (
      PARTITION BY p.contract_id
      ORDER BY p.paid_on, CASE WHEN p.kind = 'refund' THEN 1 ELSE 0 END, p.payment_id
    ) AS place,
    sum(CASE WHEN p.kind = 'refund' THEN -abs(p.amount) ELSE p.amount END) OVER (
      PARTITION BY p.contract_id
      ORDER BY p.paid_on, CASE WHEN p.kind = 'refund' THEN 1 ELSE 0 END, p.payment_id
      ROWS UNBOUNDED PRECEDING
    ) AS paid
  FROM staging.payments p
  JOIN revenue.contract_closings c ON c.contract_id = p.contract_id
  WHERE p.kind IN ('instalment', 'final', 'refund')
),
lowest AS (
  SELECT *, min(paid) OVER (PARTITION BY contract_id ORDER BY place ROWS UNBOUNDED PRECEDING) AS lowest
  FROM flows
),
recognised AS (
  -- What refunds have taken beyond zero is put back once and for all.
  SELECT *, paid - least(lowest, 0) AS recognised FROM lowest
),
steps AS (
  SELECT *, recognised - coalesce(lag(recognised) OVER (PARTITION BY contract_id ORDER BY place), 0) AS step
  FROM recognised
)
SELECT
  payment_id,
  contract_id,
  customer_id,
  paid_on,
  kind,
  step AS amount,
  recognised AS recognised_total,
  currency
FROM steps
WHERE step <> 0

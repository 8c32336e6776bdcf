-- The day on which each contract closed: the first day on which all payments, net of refunds, reach the contract amount
-- and at least one instalment or final payment has been made. A deposit or pre-sale alone never closes a contract.
-- A contract that closed stays closed; money paid back later shows up as refund lines in sales.
-- Contracts and payments in another currency are a fault: amounts are converted in the staging queries, with the day's rate.
-- Without a table of contracts or of payments, or without a contract on any payment, nobody can say what has closed: then the state
-- of each line decides.
--
-- grain: contract_id
-- needs: staging.payments.contract_id
-- check: (closed_on is null) = (paid_at_closing is null)
-- check: paid_at_closing >= contract_amount
-- check: not has_foreign_money
-- warn: contract_amount is not null
-- column: contract_id text "Contract"
-- column: customer_id text "Customer"
-- column: contract_amount money "Contract amount"
-- column: closed_on date "Closed on"
-- column: paid_at_closing money "Paid net of refunds on the closing day"
-- column: paid_total money "Paid net of refunds up to the as-of date"
-- column: has_foreign_money bool "Holds money in another currency"
WITH by_day AS (
  SELECT
    contract_id,
    paid_on,
    sum(CASE WHEN kind = 'refund' THEN -abs(amount) ELSE amount END) AS net,
    sum(CASE WHEN kind IN ('instalment', 'final') THEN 1 ELSE 0 END) AS n_closing,
    count(CASE WHEN currency <> $currency THEN 1 END) AS n_foreign
  FROM staging.payments
  WHERE contract_id IS NOT NULL
  GROUP BY contract_id, paid_on
),
running AS (
  SELECT
    contract_id,
    paid_on,
    sum(net) OVER (PARTITION BY contract_id ORDER BY paid_on ROWS UNBOUNDED PRECEDING) AS paid,
    sum(n_closing) OVER (PARTITION BY contract_id ORDER BY paid_on ROWS UNBOUNDED PRECEDING) AS n_closing
  FROM by_day
),
closing AS (
  SELECT r.contract_id, r.paid_on, r.paid
  FROM running r
  JOIN staging.contracts c ON c.contract_id = r.contract_id
  WHERE r.paid >= c.amount AND r.n_closing > 0
  QUALIFY row_number() OVER (PARTITION BY r.contract_id ORDER BY r.paid_on) = 1
),
paid AS (
  SELECT contract_id, sum(net) AS paid, sum(n_foreign) AS n_foreign FROM by_day GROUP BY contract_id
)
SELECT
  c.contract_id,
  c.customer_id,
  c.amount AS contract_amount,
  closing.paid_on AS closed_on,
  closing.paid AS paid_at_closing,
  coalesce(paid.paid, 0) AS paid_total,
  coalesce(paid.n_foreign > 0, false) OR coalesce(c.currency <> $currency, false) AS has_foreign_money
FROM staging.contracts c
LEFT JOIN closing ON closing.contract_id = c.contract_id
LEFT JOIN paid ON paid.contract_id = c.contract_id

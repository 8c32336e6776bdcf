-- Settlement money that is held for a customer, at the end of each day.
--
-- grain: customer_id, day
-- as_of: day
-- optional
-- warn: balance >= 0
-- column: customer_id text "Customer"
-- column: day date "Day"
-- column: balance money "Balance"
SELECT
  account_no AS customer_id,
  balance_date AS day,
  balance
FROM warehouse.settlement_balance

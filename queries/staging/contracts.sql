-- Contracts with the amount that has to be paid before their lines count as final revenue.
--
-- grain: contract_id
-- as_of: signed_on
-- optional
-- warn: amount > 0
-- column: contract_id text "Contract"
-- column: customer_id text "Customer"
-- column: signed_on date "Signed on"
-- column: amount money "Contract amount"
-- column: starts_on date "Starts on"
-- column: ends_on date "Ends on"
SELECT
  contract_no AS contract_id,
  account_no AS customer_id,
  signed_date AS signed_on,
  contract_amount AS amount,
  start_date AS starts_on,
  end_date AS ends_on
FROM warehouse.contract

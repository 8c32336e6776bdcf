-- Launch campaigns that were run together with a customer, and what was paid towards each.
--
-- grain: customer_id, live_on
-- as_of: live_on
-- optional
-- warn: subsidy >= 0
-- column: customer_id text "Customer"
-- column: live_on date "Live on"
-- column: subsidy money "Subsidy"
SELECT
  account_no AS customer_id,
  live_date AS live_on,
  subsidy_amount AS subsidy
FROM warehouse.launch_campaign

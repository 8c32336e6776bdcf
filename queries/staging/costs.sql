-- What customers cost by month beside the cost of the lines sold. Cost of goods and price reductions stay unmapped:
-- the order lines carry them. The overdue days are the longest delay of a payment that was due in the month.
--
-- grain: customer_id, month
-- as_of: month
-- optional
-- check: month = month_start(month)
-- warn: service_cost >= 0 and implementation_cost >= 0 and rebate >= 0 and overdue_days >= 0
-- column: customer_id text "Customer"
-- column: month month "Month"
-- column: rebate money "Rebate"
-- column: service_cost money "Service cost"
-- column: implementation_cost money "Implementation cost"
-- column: overdue_days days "Days overdue"
SELECT
  account_no AS customer_id,
  cost_month AS month,
  rebate_amount AS rebate,
  service_amount AS service_cost,
  implementation_amount AS implementation_cost,
  overdue_days
FROM warehouse.account_cost

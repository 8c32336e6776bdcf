-- What the product brings to customers by month: their own turnover, and the benefit that they put down to the product, both in yuan.
--
-- grain: customer_id, month
-- as_of: month
-- optional
-- check: month = month_start(month)
-- warn: business_volume >= 0
-- column: customer_id text "Customer"
-- column: month month "Month"
-- column: business_volume money "Turnover of the customer"
-- column: benefit_value money "Benefit by the product"
SELECT
  account_no AS customer_id,
  stat_month AS month,
  turnover AS business_volume,
  benefit_amount AS benefit_value
FROM warehouse.outcome_month

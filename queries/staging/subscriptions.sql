-- What customers pay for by month, one row per product line. A yearly fee is spread over its twelve months. The last month that is paid
-- for has the day on which it was cancelled, and the reason where the customer gave one.
--
-- grain: customer_id, month, product_line
-- as_of: month
-- optional
-- check: month = month_start(month)
-- check: mrr >= 0
-- check: plan_cycle in ('monthly', 'yearly')
-- check: reason is null or reason in ('price_increase', 'competitor', 'shop_closed', 'no_use', 'service', 'budget')
-- warn: cancelled_on is not null or reason is null
-- column: customer_id text "Customer"
-- column: month month "Month"
-- column: mrr money "Monthly recurring revenue"
-- column: cancelled_on date "Cancelled on"
-- column: reason text "Reason"
-- column: product_line text "Product line"
-- column: plan_cycle text "Paid by the month or the year"
SELECT
  account_no AS customer_id,
  bill_month AS month,
  CASE plan_cycle WHEN '年付' THEN CAST(plan_fee / 12 AS DECIMAL(18, 4)) ELSE plan_fee END AS mrr,
  cancel_date AS cancelled_on,
  CASE cancel_reason
    WHEN '涨价' THEN 'price_increase'
    WHEN '竞品' THEN 'competitor'
    WHEN '关店' THEN 'shop_closed'
    WHEN '用不上' THEN 'no_use'
    WHEN '服务' THEN 'service'
    WHEN '预算' THEN 'budget'
    ELSE cancel_reason
  END AS reason,
  product_line,
  CASE plan_cycle WHEN '月付' THEN 'monthly' WHEN '年付' THEN 'yearly' ELSE plan_cycle END AS plan_cycle
FROM warehouse.subscription_month

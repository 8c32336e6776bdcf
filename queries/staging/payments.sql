-- Payments received and paid back. Refunds are recognised by their kind, whatever their sign.
--
-- grain: payment_id
-- as_of: paid_on
-- fresh: 10 days
-- optional
-- check: paid_on is not null and amount is not null
-- check: kind is not null and kind in ('deposit', 'presale', 'instalment', 'final', 'refund')
-- column: payment_id text "Payment"
-- column: contract_id text "Contract"
-- column: order_id text "Order"
-- column: customer_id text "Customer"
-- column: paid_on date "Paid on"
-- column: amount money "Amount"
-- column: kind text "Kind"
SELECT
  receipt_no AS payment_id,
  contract_no AS contract_id,
  order_no AS order_id,
  account_no AS customer_id,
  CAST(received_at AT TIME ZONE $timezone AS DATE) AS paid_on,
  amount,
  CASE receipt_type
    WHEN '定金' THEN 'deposit'
    WHEN '预售' THEN 'presale'
    WHEN '分期' THEN 'instalment'
    WHEN '尾款' THEN 'final'
    WHEN '退款' THEN 'refund'
    ELSE receipt_type
  END AS kind
FROM warehouse.receipt

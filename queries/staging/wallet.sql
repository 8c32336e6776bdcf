-- What a customer spends on all suppliers of such products in a year, as somebody estimated it.
--
-- grain: customer_id, as_of, source
-- as_of: as_of
-- optional
-- warn: estimated_spend > 0
-- column: customer_id text "Customer"
-- column: as_of date "Estimated on"
-- column: source text "Source"
-- column: estimated_spend money "Estimated spend"
SELECT
  account_no AS customer_id,
  estimate_date AS as_of,
  CASE source
    WHEN '客户访谈' THEN 'interview'
    WHEN '行业报告' THEN 'report'
    WHEN '招标公告' THEN 'tender'
    ELSE source
  END AS source,
  estimated_spend
FROM warehouse.wallet_estimate

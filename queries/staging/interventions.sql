-- What was done to keep customers who pay less than before.
--
-- grain: customer_id, started_on, kind
-- as_of: started_on
-- optional
-- check: kind in ('visit', 'discount', 'training', 'plan_change')
-- column: customer_id text "Customer"
-- column: started_on date "Started on"
-- column: kind text "What was done"
-- column: owner_id text "By whom"
SELECT
  account_no AS customer_id,
  start_date AS started_on,
  CASE action_type
    WHEN '上门回访' THEN 'visit'
    WHEN '续费优惠' THEN 'discount'
    WHEN '使用培训' THEN 'training'
    WHEN '方案调整' THEN 'plan_change'
    ELSE action_type
  END AS kind,
  rep_no AS owner_id
FROM warehouse.retention_action

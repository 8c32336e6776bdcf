-- The way of a deal through the customer's house, from the need to the payment. A stage that a deal comes back to has another row.
--
-- grain: opportunity_id, stage, entered_on
-- order: opportunity_id, entered_on, stage
-- as_of: entered_on
-- optional
-- check: stage in ('need', 'department', 'general', 'executive', 'proposer', 'finance')
-- column: opportunity_id text "Opportunity"
-- column: stage text "Stage"
-- column: entered_on date "Entered on"
SELECT
  deal_no AS opportunity_id,
  CASE stage
    WHEN '需求提出' THEN 'need'
    WHEN '部门审批' THEN 'department'
    WHEN '分管审批' THEN 'general'
    WHEN '总经理审批' THEN 'executive'
    WHEN '返回提出人' THEN 'proposer'
    WHEN '财务付款' THEN 'finance'
    ELSE stage
  END AS stage,
  entered_date AS entered_on
FROM warehouse.deal_stage

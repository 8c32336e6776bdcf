-- Open deals that have been in their stage for longer than is usual: more days than decision_chain.approval_path says, all visits to
-- the stage together. A deal with exactly these days is not stuck yet.
--
-- grain: opportunity_id
-- order: days_over desc, amount desc, opportunity_id
-- check: days_over > 0
-- total: count(*) = (select coalesce(sum(stuck), 0) from decision_chain.approval_path)
-- column: opportunity_id text "Opportunity"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: amount money "Amount of the opportunity"
-- column: stage text "Stage"
-- column: entered_on date "In it since"
-- column: days_in_stage days "Days in it"
-- column: stuck_after_days days "Longer than this is stuck"
-- column: days_over days "Days beyond that"
SELECT
  s.opportunity_id,
  d.customer_id,
  d.customer_name,
  d.owner_id,
  d.owner_name,
  d.amount,
  s.stage,
  s.last_entered_on AS entered_on,
  s.days AS days_in_stage,
  p.stuck_after_days,
  s.days - p.stuck_after_days AS days_over
FROM decision_chain.path_stages s
JOIN decision_chain.approval_path p ON p.stage = s.stage
JOIN decision_chain.deals d ON d.opportunity_id = s.opportunity_id
WHERE s.outcome = 'open' AND s.days > p.stuck_after_days

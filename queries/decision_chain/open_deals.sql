-- Every open deal with what holds it up: whether the decider of the customer is missing (decision_chain.customers), whether this
-- deal has reached the decider since its first contact, and in which stage of the approval path it is, for how long.
--
-- grain: opportunity_id
-- order: amount desc, opportunity_id
-- empty_if_missing: decision_chain.customers, decision_chain.decider_times, decision_chain.path_stages,
--   decision_chain.approval_path
-- check: (decider_gap is null) = (not is_decider_missing or is_decider_missing is null)
-- total: count(*) = (select count(*) from decision_chain.deals where state = 'open')
-- total: sum(amount) = (select sum(amount) from decision_chain.deals where state = 'open')
-- column: opportunity_id text "Opportunity"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Applied tier"
-- column: started_on date "First contact"
-- column: age_days days "Days since the first contact"
-- column: amount money "Amount of the opportunity"
-- column: is_decider_missing bool "No decider who was contacted lately"
-- column: decider_gap text "Why the decider is not covered"
-- column: decider_state text "Whether the decider was reached"
-- column: stage text "Stage now"
-- column: days_in_stage days "Days in it"
-- column: is_stuck bool "Longer in it than is usual"
SELECT
  d.opportunity_id,
  d.customer_id,
  d.customer_name,
  d.owner_id,
  d.owner_name,
  c.tier,
  d.started_on,
  d.age_days,
  d.amount,
  NOT c.decider_covered AS is_decider_missing,
  c.decider_gap,
  t.decider_state,
  p.stage,
  p.days AS days_in_stage,
  p.days > a.stuck_after_days AS is_stuck
FROM decision_chain.deals d
LEFT JOIN decision_chain.customers c ON c.customer_id = d.customer_id
LEFT JOIN decision_chain.decider_times t ON t.opportunity_id = d.opportunity_id
LEFT JOIN decision_chain.path_stages p ON p.opportunity_id = d.opportunity_id AND p.outcome = 'open'
LEFT JOIN decision_chain.approval_path a ON a.stage = p.stage
WHERE d.state = 'open'

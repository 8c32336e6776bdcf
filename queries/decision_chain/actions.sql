-- What to do about the decision chain, the soonest due first, then by what is at stake: move approvals that are stuck; find or win back the decider
-- of customers with open deals, once for each customer, with all of its deals that have none; and meet a second person at customers
-- of the upper tiers (rules.role_coverage) who hang on one. The day due follows from rules.action_days. Who is to act on a deal is its
-- owner, for a customer with several that of the largest; else whoever answers for the customer (value.responsible), and
-- for who is none the head of sales.
--
-- grain: position
-- empty_if_missing: decision_chain.stuck, decision_chain.open_deals, decision_chain.customers
-- check: due_on >= $as_of
-- check: customer_id is not null or opportunity_id is not null
-- check: action <> 'find_decider' or deals > 0
-- total: sum(case when action = 'push_approval' then 1 else 0 end) = (select count(*) from decision_chain.stuck)
-- total: sum(case when action = 'find_decider' then deals else 0 end) = (select count(*) from decision_chain.open_deals where is_decider_missing)
-- column: position count "Position"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Who is to act"
-- column: owner_name text "Owner name"
-- column: action text "What to do"
-- column: why text "Reason"
-- column: due_on date "Due on"
-- column: opportunity_id text "Opportunity; the largest of several"
-- column: deals count "Open deals concerned"
-- column: amount money "Their amount"
-- column: stage text "Stage"
-- column: days_in_stage days "Days in the stage"
-- column: stuck_after_days days "Longer than this is stuck"
-- column: last_touch_on date "Last contact with anybody at the customer"
-- column: contacts count "People on record"
-- column: revenue money "Final revenue in the window"
WITH days AS (
  SELECT action, days
  FROM rules.action_days
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
gaps AS (
  SELECT
    *,
    count(*) OVER (PARTITION BY customer_id) AS deals,
    sum(amount) OVER (PARTITION BY customer_id) AS all_amount,
    row_number() OVER (PARTITION BY customer_id ORDER BY amount DESC NULLS LAST, opportunity_id) AS place
  FROM decision_chain.open_deals
  WHERE is_decider_missing
),
found AS (
  SELECT
    'push_approval' AS action,
    'approval_stuck' AS why,
    customer_id,
    customer_name,
    owner_id,
    owner_name,
    amount AS at_stake,
    opportunity_id,
    CAST(1 AS BIGINT) AS deals,
    amount,
    stage,
    days_in_stage,
    stuck_after_days
  FROM decision_chain.stuck
  UNION ALL BY NAME
  SELECT
    'find_decider' AS action,
    CASE g.decider_gap
      WHEN 'no_decider' THEN 'decider_not_on_record'
      WHEN 'decider_left' THEN 'decider_has_left'
      ELSE 'decider_not_contacted'
    END AS why,
    g.customer_id,
    g.customer_name,
    g.owner_id,
    g.owner_name,
    g.all_amount AS at_stake,
    g.opportunity_id,
    g.deals,
    g.all_amount AS amount,
    c.last_touch_on,
    c.contacts
  FROM gaps g
  JOIN decision_chain.customers c ON c.customer_id = g.customer_id
  WHERE g.place = 1
  UNION ALL BY NAME
  SELECT
    'widen_contacts' AS action,
    'hangs_on_one_person' AS why,
    c.customer_id,
    c.customer_name,
    c.owner_id,
    c.owner_name,
    c.revenue AS at_stake,
    c.last_touch_on,
    c.contacts,
    c.revenue
  FROM decision_chain.customers c
  WHERE c.is_to_widen
)
SELECT
  CAST(
    row_number() OVER (ORDER BY d.days, f.at_stake DESC NULLS LAST, f.action, f.customer_id, f.opportunity_id) AS BIGINT
  ) AS position,
  f.customer_id,
  f.customer_name,
  coalesce(f.owner_id, p.owner_id, h.owner_id) AS owner_id,
  CASE WHEN f.owner_id IS NOT NULL THEN f.owner_name ELSE coalesce(p.owner_name, h.owner_name) END AS owner_name,
  f.action,
  f.why,
  $as_of + CAST(d.days AS INT) AS due_on,
  f.opportunity_id,
  f.deals,
  f.amount,
  f.stage,
  f.days_in_stage,
  f.stuck_after_days,
  f.last_touch_on,
  f.contacts,
  f.revenue
FROM found f
JOIN days d ON d.action = f.action
LEFT JOIN value.responsible p ON p.customer_id = f.customer_id
LEFT JOIN value.stand_in h ON h.region = ''

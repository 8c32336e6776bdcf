-- What to do next with key accounts and those who may become one, the soonest due first, then by what is at stake. Each action has the
-- reason as a code, and the numbers behind it; the day it is due follows from rules.action_days. A launch near another one of the
-- same customer calls for nothing, because its orders cannot be told apart; neither does a share of wallet over an estimate that is
-- too low. Who is to act is the owner, on a named list the one the list names; without one whoever answers for the customer
-- (value.responsible), and for a target who is no customer the head of sales.
--
-- grain: position
-- empty_if_missing: key_accounts.expansion, key_accounts.blanks, key_accounts.wallet, key_accounts.launch,
--   key_accounts.training, key_accounts.flagship_candidates
-- check: due_on >= $as_of
-- check: customer_id is not null or target_name is not null
-- column: position count "Position"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name, or that of a target that is none yet"
-- column: owner_id text "Who is to act"
-- column: owner_name text "Owner name"
-- column: action text "What to do"
-- column: why text "Reason"
-- column: due_on date "Due on"
-- column: list_name text "List"
-- column: system_name text "System"
-- column: target_name text "Target"
-- column: target_due_on date "Target to be covered by"
-- column: days_overdue days "Days overdue"
-- column: planned_new count "Stores to be added"
-- column: existing_stores count "Stores"
-- column: expansion_ratio ratio "Stores to be added per store"
-- column: share ratio "Share of wallet"
-- column: headroom money "Headroom"
-- column: live_on date "Live on"
-- column: incremental_orders count "Orders in addition"
-- column: subsidy money "Subsidy"
-- column: subsidy_per_order money "Subsidy per order in addition"
-- column: profit_per_order money "Gross profit per order"
-- column: trainings count "Trainings in the window"
-- column: revenue money "Final revenue in the window"
-- column: place text "City or region"
-- column: place_revenue money "Final revenue in the place"
-- column: place_share ratio "Share of the place"
-- column: place_customers count "Customers in the place"
WITH days AS (
  SELECT action, days
  FROM rules.action_days
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
found AS (
  SELECT
    'offer_prepayment' AS action,
    'opens_many_stores' AS why,
    customer_id,
    customer_name,
    owner_id,
    owner_name,
    revenue AS at_stake,
    planned_new,
    existing_stores,
    expansion_ratio,
    revenue
  FROM key_accounts.expansion
  WHERE is_worth_it
  UNION ALL BY NAME
  SELECT
    CASE WHEN is_overdue THEN 'finish_overdue_target' ELSE 'visit_blank_target' END AS action,
    CASE WHEN is_overdue THEN 'target_overdue' WHEN target_state = 'contacted' THEN 'target_never_bought' ELSE 'target_untouched' END AS why,
    customer_id,
    customer_name,
    owner_id,
    owner_name,
    list_name,
    system_name,
    target_name,
    due_on AS target_due_on,
    days_overdue
  FROM key_accounts.blanks
  UNION ALL BY NAME
  SELECT
    'grow_share' AS action,
    'wallet_share_low' AS why,
    customer_id,
    customer_name,
    owner_id,
    owner_name,
    headroom AS at_stake,
    share,
    headroom,
    our_sales AS revenue
  FROM key_accounts.wallet
  WHERE is_share_low AND NOT is_estimate_low
  UNION ALL BY NAME
  SELECT
    'review_subsidy' AS action,
    CASE WHEN incremental_orders > 0 THEN 'launch_dearer_than_profit' ELSE 'launch_without_extra_orders' END AS why,
    customer_id,
    customer_name,
    owner_id,
    owner_name,
    subsidy AS at_stake,
    live_on,
    incremental_orders,
    subsidy,
    subsidy_per_order,
    profit_per_order
  FROM key_accounts.launch
  WHERE NOT is_paying AND NOT is_overlapping
  UNION ALL BY NAME
  SELECT
    'hold_training' AS action,
    'few_trainings' AS why,
    customer_id,
    customer_name,
    owner_id,
    owner_name,
    revenue AS at_stake,
    trainings,
    revenue
  FROM key_accounts.training
  WHERE is_low
  UNION ALL BY NAME
  SELECT
    'sign_as_flagship' AS action,
    CASE f.judged_by WHEN 'city' THEN 'leads_city' ELSE 'leads_region' END AS why,
    f.customer_id,
    v.customer_name,
    v.owner_id,
    v.owner_name,
    f.revenue AS at_stake,
    v.revenue AS revenue,
    f.place,
    f.revenue AS place_revenue,
    f.share AS place_share,
    f.customers AS place_customers
  FROM key_accounts.flagship_candidates f
  JOIN value.contribution v ON v.customer_id = f.customer_id
)
SELECT
  CAST(
    row_number() OVER (
      ORDER BY
        d.days, f.at_stake DESC NULLS LAST, f.action, f.days_overdue DESC NULLS LAST, f.target_due_on NULLS LAST,
        f.customer_id, f.live_on, f.list_name, f.system_name, f.target_name
    ) AS BIGINT
  ) AS position,
  f.customer_id,
  coalesce(f.customer_name, f.target_name) AS customer_name,
  coalesce(f.owner_id, p.owner_id, h.owner_id) AS owner_id,
  coalesce(f.owner_name, p.owner_name, h.owner_name) AS owner_name,
  f.action,
  f.why,
  $as_of + d.days AS due_on,
  f.list_name,
  f.system_name,
  f.target_name,
  f.target_due_on,
  f.days_overdue,
  f.planned_new,
  f.existing_stores,
  f.expansion_ratio,
  f.share,
  f.headroom,
  f.live_on,
  f.incremental_orders,
  f.subsidy,
  f.subsidy_per_order,
  f.profit_per_order,
  f.trainings,
  f.revenue,
  f.place,
  f.place_revenue,
  f.place_share,
  f.place_customers
FROM found f
JOIN days d ON d.action = f.action
LEFT JOIN value.responsible p ON p.customer_id = f.customer_id
LEFT JOIN value.stand_in h ON h.region = ''

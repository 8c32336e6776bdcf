-- The figures of key-account operation in one row: who they are, what they take and bring, what there is to do. A figure whose table
-- is missing is empty, and so is what follows from it.
--
-- grain: as_of
-- empty_if_missing: staging.owners, key_accounts.expansion, key_accounts.effort_summary, key_accounts.launch_summary,
--   key_accounts.same_store_total, key_accounts.lists, key_accounts.wallet_summary, key_accounts.training, key_accounts.needs
-- check: new_key_accounts <= key_accounts
-- check: covered_targets + blank_targets = targets
-- check: has_overdue_targets = (overdue_targets > 0)
-- check: expansion_triggers = worth_expansion_triggers + small_expansion_triggers
-- check: key_expansion_triggers <= worth_expansion_triggers
-- check: key_level_accounts + key_accounts_without_owner <= key_accounts
-- total: sum(key_accounts) = (select count(*) from key_accounts.accounts)
-- column: as_of date "As of"
-- column: key_accounts count "Key accounts"
-- column: key_revenue money "Final revenue of key accounts in the window"
-- column: new_key_accounts count "New key accounts: first sale not long ago"
-- column: new_days days "A first sale within these days is not long ago"
-- column: key_accounts_without_owner count "Key accounts without an owner"
-- column: key_level_owners count "Owners at head office or region"
-- column: key_level_accounts count "Key accounts held by them"
-- column: key_accounts_per_owner count "Key accounts that each of them holds"
-- column: end_users count "New end users through key accounts in the window"
-- column: end_users_before count "New end users through them in the window before"
-- column: end_users_share ratio "Share of all new end users"
-- column: flagships count "Flagships that can be compared"
-- column: signed_after count "Key accounts signed near them in the days after"
-- column: signed_before count "Key accounts signed near them in the days before"
-- column: key_won count "Deals won with key accounts"
-- column: key_open count "Open deals with key accounts"
-- column: key_cycle_days days "Median days to win a key account's deal"
-- column: other_cycle_days days "Median days to win another deal"
-- column: key_negotiations count "Median negotiations of a key account's deal"
-- column: other_negotiations count "Median negotiations of another deal"
-- column: key_change_requests count "Median change requests of a key account's deal"
-- column: other_change_requests count "Median change requests of another deal"
-- column: is_effort_small_sample bool "Too few won deals for these medians to mean much"
-- column: plans count "Customers with a plan for stores"
-- column: outdated_plans count "Plans that are too old"
-- column: expansion_triggers count "Customers who open many stores and need cash"
-- column: worth_expansion_triggers count "Of these to be offered money in advance"
-- column: key_expansion_triggers count "Key accounts that open many stores and need cash"
-- column: small_expansion_triggers count "Customers with such a plan who buy too little to be financed"
-- column: prospect_expansion_triggers count "Of these never bought"
-- column: triggered_stores count "Stores that all with such a plan are to add"
-- column: worth_stores count "Stores that those to be financed are to add"
-- column: known_needs count "Customers with a need on record, each once for every need"
-- column: need_brand count "Customers who need a better-known brand"
-- column: need_sales_lift count "Customers who need more sales"
-- column: need_shop_lift count "Customers who need more from each store"
-- column: need_opening_cash count "Customers who need cash for openings"
-- column: need_queueing count "Customers who need shorter queues"
-- column: launches count "Launches"
-- column: left_out_launches count "Launches that are not measured, or near another one"
-- column: measured_launches count "Launches measured"
-- column: is_launch_small_sample bool "Too few measured launches for a median to mean much"
-- column: overlapping_launches count "Launches near another one of the same customer"
-- column: immature_launches count "Launches whose days are not over"
-- column: too_new_launches count "Launches of customers who were none yet when the days before began"
-- column: orderless_launches count "Launches without an order in the days before"
-- column: peerless_launches count "Launches with nobody to compare with"
-- column: paying_launches count "Launches whose subsidy is earned back"
-- column: costly_launches count "Launches whose subsidy is not earned back"
-- column: unjudged_launches count "Measured launches of which that is not known"
-- column: incremental_orders count "Orders in addition"
-- column: median_lift ratio "Median lift"
-- column: launch_subsidy money "Subsidy of measured launches"
-- column: subsidy_per_order money "Subsidy per order in addition"
-- column: chains count "Chains"
-- column: judged_chains count "Chains with enough comparable stores to be judged"
-- column: comparable_stores count "Comparable stores"
-- column: same_store_revenue money "Final revenue of comparable stores"
-- column: same_store_revenue_before money "The same months a year before"
-- column: same_store_growth ratio "Same-store growth"
-- column: is_same_store_small_sample bool "Too few comparable stores for a ratio to mean much"
-- column: steady_stores count "Comparable stores that bought in both years"
-- column: steady_revenue money "Their final revenue"
-- column: steady_revenue_before money "The same months a year before"
-- column: steady_growth ratio "Growth like for like"
-- column: is_steady_small_sample bool "Too few steady stores for a ratio to mean much"
-- column: lost_stores count "Comparable stores that no longer buy"
-- column: new_to_us_stores count "Comparable stores that bought in this year only"
-- column: new_stores count "Stores too new to be compared"
-- column: closed_stores count "Closed stores"
-- column: largest_fall_name text "Chain with the largest fall"
-- column: largest_fall money "The largest fall"
-- column: largest_fall_share ratio "Its share of all falls"
-- column: growing_chains count "Chains that grow"
-- column: shrinking_chains count "Chains that shrink"
-- column: targets count "Targets on named lists"
-- column: covered_targets count "Targets covered"
-- column: covered_share ratio "Share covered"
-- column: blank_targets count "Blank targets"
-- column: overdue_targets count "Overdue targets"
-- column: targets_without_owner count "Targets without an owner"
-- column: duplicate_targets count "Rows that name a target again"
-- column: wallet_customers count "Customers with an estimate of their spend"
-- column: hidden_wallets count "Customers whose estimate is outdated"
-- column: median_wallet_share ratio "Median share of wallet"
-- column: is_wallet_small_sample bool "Too few estimates for a median to mean much"
-- column: low_wallet_share ratio "A share below this is low"
-- column: wallet_headroom money "Headroom"
-- column: low_share_customers count "Customers with a low share"
-- column: head_customers count "Head customers"
-- column: trainings count "Trainings of head customers in the window"
-- column: few_training_customers count "Head customers with few trainings"
-- column: has_expansion_triggers bool "Somebody opens many stores and needs cash"
-- column: has_worth_triggers bool "There is somebody to offer money in advance"
-- column: has_known_needs bool "Some needs are on record"
-- column: has_new_key_accounts bool "There are new key accounts"
-- column: is_cycle_longer bool "Key accounts take longer to win, over enough deals"
-- column: has_launches bool "There are launches"
-- column: is_launch_paying bool "Some subsidy is earned back and none is not"
-- column: is_launch_costly bool "Some subsidy is not earned back"
-- column: is_same_store_shrinking bool "Comparable stores sell less than a year before"
-- column: has_blanks bool "There are blank targets"
-- column: has_overdue_targets bool "There are overdue targets"
-- column: is_wallet_share_low bool "The median share of wallet is low"
-- column: has_low_share bool "Some customers give us a low share of their spend"
-- column: is_training_low bool "Some head customers have few trainings"
-- column: is_team_missing bool "Key accounts, but nobody at head office or region"
WITH rule AS (
  SELECT new_days
  FROM rules.key_account_days
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
accounts AS (
  SELECT
    count(*) AS n,
    coalesce(sum(a.revenue), 0) AS revenue,
    count(CASE WHEN $as_of - a.first_sale_on < r.new_days THEN 1 END) AS n_new,
    count(*) - count(a.owner_id) AS n_without_owner,
    count(CASE WHEN o.level IN ('hq', 'region') THEN 1 END) AS n_held
  FROM key_accounts.accounts a
  CROSS JOIN rule r
  LEFT JOIN staging.owners o ON o.owner_id = a.owner_id
),
people AS (
  -- Without any level on record it is not known who is where.
  SELECT CASE WHEN count(level) > 0 THEN count(CASE WHEN level IN ('hq', 'region') THEN 1 END) END AS n
  FROM staging.owners
),
effects AS (
  SELECT
    max(CASE WHEN effect = 'end_users' THEN result END) AS end_users,
    max(CASE WHEN effect = 'end_users' THEN comparison END) AS end_users_before,
    max(CASE WHEN effect = 'end_users' THEN share_of_all END) AS end_users_share,
    max(CASE WHEN effect = 'new_key_accounts' THEN n END) AS flagships,
    max(CASE WHEN effect = 'new_key_accounts' THEN result END) AS signed_after,
    max(CASE WHEN effect = 'new_key_accounts' THEN comparison END) AS signed_before
  FROM key_accounts.effects
),
effort AS (
  SELECT
    max(CASE WHEN deal_group = 'key' THEN won END) AS key_won,
    max(CASE WHEN deal_group = 'key' THEN open END) AS key_open,
    max(CASE WHEN deal_group = 'key' THEN median_cycle_days END) AS key_cycle_days,
    max(CASE WHEN deal_group = 'other' THEN median_cycle_days END) AS other_cycle_days,
    max(CASE WHEN deal_group = 'key' THEN median_negotiations END) AS key_negotiations,
    max(CASE WHEN deal_group = 'other' THEN median_negotiations END) AS other_negotiations,
    max(CASE WHEN deal_group = 'key' THEN median_change_requests END) AS key_change_requests,
    max(CASE WHEN deal_group = 'other' THEN median_change_requests END) AS other_change_requests,
    bool_or(is_small_sample) AS is_small_sample
  FROM key_accounts.effort_summary
),
expansion AS (
  SELECT
    NULLIF(count(*), 0) AS plans,
    CASE WHEN count(*) > 0 THEN count(CASE WHEN is_outdated THEN 1 END) END AS outdated,
    CASE WHEN count(*) > 0 THEN count(CASE WHEN is_triggered THEN 1 END) END AS triggers,
    CASE WHEN count(*) > 0 THEN count(CASE WHEN is_worth_it THEN 1 END) END AS worth_triggers,
    CASE WHEN count(*) > 0 THEN count(CASE WHEN is_worth_it AND is_key THEN 1 END) END AS key_triggers,
    CASE WHEN count(*) > 0 THEN count(CASE WHEN is_triggered AND NOT is_worth_it THEN 1 END) END AS small_triggers,
    CASE WHEN count(*) > 0 THEN count(CASE WHEN is_triggered AND is_prospect THEN 1 END) END AS prospect_triggers,
    CASE WHEN count(*) > 0 THEN coalesce(sum(CASE WHEN is_triggered THEN planned_new END), 0) END AS stores,
    CASE WHEN count(*) > 0 THEN coalesce(sum(CASE WHEN is_worth_it THEN planned_new END), 0) END AS worth_stores
  FROM key_accounts.expansion
),
needs AS (
  SELECT
    sum(customers) AS n,
    max(CASE WHEN need_type = 'brand' THEN customers END) AS brand,
    max(CASE WHEN need_type = 'sales_lift' THEN customers END) AS sales_lift,
    max(CASE WHEN need_type = 'shop_lift' THEN customers END) AS shop_lift,
    max(CASE WHEN need_type = 'opening_cash' THEN customers END) AS opening_cash,
    max(CASE WHEN need_type = 'queueing' THEN customers END) AS queueing
  FROM key_accounts.needs
),
lists AS (
  SELECT
    sum(targets) AS targets,
    sum(covered) AS covered,
    sum(blanks) AS blanks,
    sum(overdue) AS overdue,
    sum(without_owner) AS without_owner,
    sum(n_duplicates) AS duplicates
  FROM key_accounts.lists
),
training AS (
  SELECT
    NULLIF(count(*), 0) AS customers,
    sum(trainings) AS trainings,
    CASE WHEN count(is_low) > 0 THEN count(CASE WHEN is_low THEN 1 END) END AS few
  FROM key_accounts.training
)
SELECT
  $as_of AS as_of,
  a.n AS key_accounts,
  a.revenue AS key_revenue,
  a.n_new AS new_key_accounts,
  r.new_days,
  a.n_without_owner AS key_accounts_without_owner,
  p.n AS key_level_owners,
  CASE WHEN p.n IS NOT NULL THEN a.n_held END AS key_level_accounts,
  CAST(a.n_held AS DOUBLE) / NULLIF(p.n, 0) AS key_accounts_per_owner,
  e.end_users,
  e.end_users_before,
  e.end_users_share,
  e.flagships,
  e.signed_after,
  e.signed_before,
  f.key_won,
  f.key_open,
  f.key_cycle_days,
  f.other_cycle_days,
  f.key_negotiations,
  f.other_negotiations,
  f.key_change_requests,
  f.other_change_requests,
  f.is_small_sample AS is_effort_small_sample,
  x.plans,
  x.outdated AS outdated_plans,
  x.triggers AS expansion_triggers,
  x.worth_triggers AS worth_expansion_triggers,
  x.key_triggers AS key_expansion_triggers,
  x.small_triggers AS small_expansion_triggers,
  x.prospect_triggers AS prospect_expansion_triggers,
  x.stores AS triggered_stores,
  x.worth_stores,
  y.n AS known_needs,
  y.brand AS need_brand,
  y.sales_lift AS need_sales_lift,
  y.shop_lift AS need_shop_lift,
  y.opening_cash AS need_opening_cash,
  y.queueing AS need_queueing,
  l.launches,
  l.measured AS measured_launches,
  l.launches - l.measured AS left_out_launches,
  l.is_small_sample AS is_launch_small_sample,
  l.overlapping AS overlapping_launches,
  l.immature AS immature_launches,
  l.no_pre_period AS too_new_launches,
  l.no_orders_before AS orderless_launches,
  l.no_peers AS peerless_launches,
  l.paying AS paying_launches,
  l.costly AS costly_launches,
  l.not_known AS unjudged_launches,
  l.incremental_orders,
  l.median_lift,
  l.subsidy AS launch_subsidy,
  l.subsidy_per_order,
  s.chains,
  s.judged AS judged_chains,
  s.comparable AS comparable_stores,
  s.revenue AS same_store_revenue,
  s.revenue_before AS same_store_revenue_before,
  s.growth AS same_store_growth,
  s.is_small_sample AS is_same_store_small_sample,
  s.steady AS steady_stores,
  s.steady_revenue,
  s.steady_revenue_before,
  s.steady_growth,
  s.is_steady_small_sample,
  s.lost AS lost_stores,
  s.new_to_us AS new_to_us_stores,
  s.new AS new_stores,
  s.closed AS closed_stores,
  s.largest_fall_name,
  s.largest_fall,
  s.largest_fall_share,
  s.growing AS growing_chains,
  s.shrinking AS shrinking_chains,
  t.targets,
  t.covered AS covered_targets,
  CAST(t.covered AS DOUBLE) / NULLIF(t.targets, 0) AS covered_share,
  t.blanks AS blank_targets,
  t.overdue AS overdue_targets,
  t.without_owner AS targets_without_owner,
  t.duplicates AS duplicate_targets,
  w.customers AS wallet_customers,
  w.hidden_customers AS hidden_wallets,
  w.median_share AS median_wallet_share,
  w.is_small_sample AS is_wallet_small_sample,
  w.low_share AS low_wallet_share,
  w.headroom AS wallet_headroom,
  w.low_share_customers,
  g.customers AS head_customers,
  g.trainings,
  g.few AS few_training_customers,
  x.triggers > 0 AS has_expansion_triggers,
  x.worth_triggers > 0 AS has_worth_triggers,
  y.n > 0 AS has_known_needs,
  a.n_new > 0 AS has_new_key_accounts,
  f.key_cycle_days > f.other_cycle_days AND NOT f.is_small_sample AS is_cycle_longer,
  l.launches > 0 AS has_launches,
  -- Not known as long as no launch can be judged.
  CASE WHEN l.paying + l.costly > 0 THEN l.costly = 0 END AS is_launch_paying,
  CASE WHEN l.paying + l.costly > 0 THEN l.costly > 0 END AS is_launch_costly,
  s.growth < 0 AS is_same_store_shrinking,
  t.blanks > 0 AS has_blanks,
  t.overdue > 0 AS has_overdue_targets,
  w.is_share_low AS is_wallet_share_low,
  w.low_share_customers > 0 AS has_low_share,
  g.few > 0 AS is_training_low,
  a.n > 0 AND p.n = 0 AS is_team_missing
FROM accounts a
CROSS JOIN rule r
CROSS JOIN people p
CROSS JOIN effects e
CROSS JOIN effort f
CROSS JOIN expansion x
CROSS JOIN needs y
CROSS JOIN lists t
CROSS JOIN training g
LEFT JOIN key_accounts.launch_summary l ON l.as_of = $as_of
LEFT JOIN key_accounts.same_store_total s ON s.as_of = $as_of
LEFT JOIN key_accounts.wallet_summary w ON w.as_of = $as_of

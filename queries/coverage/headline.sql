-- Coverage in one row: visits kept to, customers in the wrong service channel, customers whom nobody looks after, contacts against the plan;
-- and which advice they call for. A figure whose table or month is missing is empty, and calls for nothing: visits
-- due and overdue need balances of the month before that of the as-of date, channels those of the last full month.
-- The worst owner has the lowest share of visits kept to, among those with enough due periods for a share to mean something.
--
-- grain: as_of
-- empty_if_missing: coverage.bands, coverage.manager_load, coverage.visits, coverage.compliance_by_owner, coverage.overdue, coverage.due_now,
--   coverage.visit_log, coverage.channels, coverage.contacts, coverage.opt_out_breaches
-- check: visited_periods <= due_periods
-- check: compliance between 0 and 1
-- check: n_covered + n_uncovered = n_customers
-- check: n_uncovered <= n_without_owner
-- total: sum(n_customers) = (select sum(customers) from coverage.by_tier)
-- column: as_of date "As of"
-- column: visits_from date "First day of the visit periods shown"
-- column: n_banded count "Customers in a band with visits in the month of the as-of date"
-- column: banded_balance money "Sum of their average balances"
-- column: due_periods count "Due periods that are over"
-- column: visited_periods count "Due periods with a visit"
-- column: missed_periods count "Due periods without a visit"
-- column: compliance ratio "Share of due periods visited"
-- column: min_compliance ratio "Target"
-- column: is_small_sample bool "Too few periods for a ratio to mean much"
-- column: owners_behind count "Owners below the target"
-- column: worst_owner_name text "Owner with the lowest share"
-- column: worst_compliance ratio "That share"
-- column: n_overdue count "Customers overdue for a visit"
-- column: overdue_balance money "Sum of their average balances"
-- column: max_days_late days "Most days late"
-- column: n_due_now count "Customers to be visited in the open periods"
-- column: next_visit_by date "The first of these by"
-- column: n_visits count "Customers visited, each day counted"
-- column: visits_not_due count "Visits that were not due"
-- column: visits_not_due_share ratio "Share not due, of those known"
-- column: n_channelled count "Customers with a known balance"
-- column: n_wrong_channel count "Customers in the wrong service channel"
-- column: wrong_channel_share ratio "Share of those whose channel is known"
-- column: n_below_channel count "Served below what the balance calls for"
-- column: below_channel_balance money "Sum of their average balances"
-- column: n_above_channel count "Served above it"
-- column: n_unknown_channel count "Without a known channel"
-- column: customers_per_manager ratio "Customers per manager, with a known balance or not"
-- column: n_customers count "Customers who ever bought and have not closed"
-- column: n_covered count "With an owner or a team"
-- column: n_uncovered count "With neither"
-- column: uncovered_revenue money "Final revenue of customers with nobody"
-- column: n_without_owner count "Without an owner, with a team or not"
-- column: without_owner_revenue money "Final revenue of those without an owner in the window"
-- column: n_with_owner count "With an owner"
-- column: owned_share ratio "Share with an owner"
-- column: n_top_without_owner count "Key and important customers without an owner, by the tier that applies"
-- column: top_without_owner_revenue money "Final revenue of those in the window"
-- column: n_top_team_only count "Key and important customers with a team only"
-- column: top_team_only_revenue money "Final revenue of those with a team"
-- column: covered_share ratio "Share with an owner or a team"
-- column: n_silent_90 count "No contact within the short span"
-- column: n_silent_180 count "No contact within the long span"
-- column: silent_share ratio "Share without a contact within the short span, of those known"
-- column: silent_revenue money "Final revenue of those in the window"
-- column: short_days days "Short span"
-- column: long_days days "Long span"
-- column: contacts_from date "First contact on record"
-- column: n_judged count "Customers whose contacts are compared with the plan"
-- column: n_under count "Customers with too few contacts"
-- column: n_right count "Customers with contacts as planned"
-- column: n_over count "Customers with too many contacts"
-- column: n_opted_out count "Opted out"
-- column: n_opt_out_breaches count "Contacted lately after opting out"
-- column: human_touches count "Contacts by people in the last full months"
-- column: campaign_touches count "Mass mailings in them"
-- column: is_behind bool "Visits kept to are below the target"
-- column: has_overdue bool "Somebody is overdue"
-- column: has_many_visits_not_due bool "Too many visits go to customers who are not due"
-- column: has_wrong_channel bool "Somebody is in the wrong channel"
-- column: has_below_channel bool "Somebody is served below what the balance calls for"
-- column: has_above_channel bool "Somebody is served above it"
-- column: has_uncovered bool "Somebody has neither owner nor team"
-- column: has_top_without_owner bool "A key or important customer has no owner"
-- column: has_silent bool "Somebody has not been contacted"
-- column: has_over_contacted bool "Somebody is contacted too much"
-- column: has_under_contacted bool "Somebody is contacted too little"
-- column: has_opt_out_breach bool "Somebody was contacted after opting out"
WITH rule AS (
  SELECT
    t.min_compliance,
    t.max_not_due_share,
    s.min_units,
    d.short_days,
    d.long_days,
    k.has_month_balances,
    k.has_balances AND k.has_done AS has_visits,
    k.has_month_balances AND k.has_done AS has_month_visits,
    k.has_last_balances,
    k.has_touches,
    k.contacts_from,
    k.has_teams,
    k.has_opt_outs,
    k.has_opt_out_days
  FROM rules.coverage_targets t
  CROSS JOIN rules.small_samples s
  CROSS JOIN rules.coverage_days d
  CROSS JOIN coverage.known k
  WHERE (t.valid_from IS NULL OR t.valid_from <= $as_of) AND (t.valid_to IS NULL OR t.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
    AND (d.valid_from IS NULL OR d.valid_from <= $as_of) AND (d.valid_to IS NULL OR d.valid_to > $as_of)
),
periods AS (
  SELECT min(period_start) AS visits_from FROM coverage.periods WHERE cadence = 'month'
),
bands AS (
  SELECT count(*) AS n, coalesce(sum(balance), 0) AS balance
  FROM coverage.bands
  WHERE month = month_start($as_of) AND cadence <> 'none'
),
visits AS (
  SELECT count(*) AS due, coalesce(sum(CASE WHEN visited THEN 1 ELSE 0 END), 0) AS visited
  FROM coverage.visits
  WHERE is_due AND NOT is_open
),
owners AS (
  SELECT count(*) AS n, count(CASE WHEN is_behind THEN 1 END) AS behind
  FROM coverage.compliance_by_owner
  WHERE owner_id <> 'unassigned'
),
worst AS (
  SELECT max(owner_name) AS owner_name, max(compliance) AS compliance
  FROM (
    SELECT owner_name, compliance, row_number() OVER (ORDER BY compliance, due_periods DESC, owner_id) AS place
    FROM coverage.compliance_by_owner
    WHERE NOT is_small_sample AND owner_id <> 'unassigned'
  )
  WHERE place = 1
),
overdue AS (
  SELECT count(*) AS n, coalesce(sum(balance), 0) AS balance, max(days_late) AS max_days FROM coverage.overdue
),
due_now AS (
  SELECT count(DISTINCT customer_id) AS n, min(visit_by) AS visit_by FROM coverage.due_now
),
log AS (
  SELECT
    count(*) AS n,
    count(is_due) AS known,
    coalesce(sum(CASE WHEN NOT is_due THEN 1 ELSE 0 END), 0) AS not_due
  FROM coverage.visit_log
),
channels AS (
  SELECT
    count(*) AS n,
    count(CASE WHEN result = 'wrong' THEN 1 END) AS wrong,
    count(CASE WHEN result = 'unknown' THEN 1 END) AS unknown,
    count(CASE WHEN misplaced = 'below' THEN 1 END) AS below,
    coalesce(sum(CASE WHEN misplaced = 'below' THEN balance END), 0) AS below_balance,
    count(CASE WHEN misplaced = 'above' THEN 1 END) AS above
  FROM coverage.channels
),
load AS (
  SELECT sum(customers) AS managed, count(*) AS managers
  FROM coverage.manager_load
  WHERE actual_channel = 'manager' AND owner_id <> 'unassigned'
),
customers AS (
  SELECT
    count(*) AS n,
    count(CASE WHEN is_covered THEN 1 END) AS covered,
    coalesce(sum(CASE WHEN NOT is_covered THEN revenue END), 0) AS uncovered_revenue,
    count(CASE WHEN NOT has_owner THEN 1 END) AS ownerless,
    coalesce(sum(CASE WHEN NOT has_owner THEN revenue END), 0) AS ownerless_revenue,
    count(CASE WHEN NOT has_owner AND position <= 2 THEN 1 END) AS top_ownerless,
    coalesce(sum(CASE WHEN NOT has_owner AND position <= 2 THEN revenue END), 0) AS top_ownerless_revenue,
    count(CASE WHEN NOT has_owner AND is_covered AND position <= 2 THEN 1 END) AS top_team,
    coalesce(sum(CASE WHEN NOT has_owner AND is_covered AND position <= 2 THEN revenue END), 0) AS top_team_revenue,
    count(touched_90) AS known_90,
    count(touched_180) AS known_180,
    count(CASE WHEN NOT touched_90 THEN 1 END) AS silent_90,
    count(CASE WHEN NOT touched_180 THEN 1 END) AS silent_180,
    coalesce(sum(CASE WHEN NOT touched_90 THEN revenue END), 0) AS silent_revenue
  FROM coverage.customers
),
contacts AS (
  SELECT
    count(CASE WHEN result <> 'opted_out' THEN 1 END) AS judged,
    count(CASE WHEN result = 'under' THEN 1 END) AS under_plan,
    count(CASE WHEN result = 'right' THEN 1 END) AS as_planned,
    count(CASE WHEN result = 'over' THEN 1 END) AS over_plan,
    count(CASE WHEN opted_out THEN 1 END) AS opted_out,
    coalesce(sum(human_touches), 0) AS human_touches,
    coalesce(sum(campaign_touches), 0) AS campaign_touches
  FROM coverage.contacts
),
breaches AS (
  SELECT count(CASE WHEN is_recent THEN 1 END) AS n FROM coverage.opt_out_breaches
)
SELECT
  $as_of AS as_of,
  p.visits_from,
  CASE WHEN r.has_month_balances THEN b.n END AS n_banded,
  CASE WHEN r.has_month_balances THEN b.balance END AS banded_balance,
  CASE WHEN r.has_visits THEN v.due END AS due_periods,
  CASE WHEN r.has_visits THEN v.visited END AS visited_periods,
  CASE WHEN r.has_visits THEN v.due - v.visited END AS missed_periods,
  CAST(v.visited AS DOUBLE) / NULLIF(v.due, 0) AS compliance,
  CAST(r.min_compliance AS DOUBLE) AS min_compliance,
  CASE WHEN v.due > 0 THEN v.due < r.min_units END AS is_small_sample,
  CASE WHEN o.n > 0 THEN o.behind END AS owners_behind,
  w.owner_name AS worst_owner_name,
  w.compliance AS worst_compliance,
  CASE WHEN r.has_month_visits THEN l.n END AS n_overdue,
  CASE WHEN r.has_month_visits THEN l.balance END AS overdue_balance,
  l.max_days AS max_days_late,
  CASE WHEN r.has_month_visits THEN n.n END AS n_due_now,
  n.visit_by AS next_visit_by,
  CASE WHEN r.has_visits THEN g.n END AS n_visits,
  CASE WHEN r.has_visits AND (g.known > 0 OR g.n = 0) THEN g.not_due END AS visits_not_due,
  CAST(g.not_due AS DOUBLE) / NULLIF(g.known, 0) AS visits_not_due_share,
  CASE WHEN r.has_last_balances THEN h.n END AS n_channelled,
  CASE WHEN h.n > h.unknown THEN h.wrong END AS n_wrong_channel,
  CAST(h.wrong AS DOUBLE) / NULLIF(h.n - h.unknown, 0) AS wrong_channel_share,
  CASE WHEN h.n > h.unknown THEN h.below END AS n_below_channel,
  CASE WHEN h.n > h.unknown THEN h.below_balance END AS below_channel_balance,
  CASE WHEN h.n > h.unknown THEN h.above END AS n_above_channel,
  CASE WHEN r.has_last_balances THEN h.unknown END AS n_unknown_channel,
  CAST(m.managed AS DOUBLE) / NULLIF(m.managers, 0) AS customers_per_manager,
  c.n AS n_customers,
  CASE WHEN r.has_teams THEN c.covered END AS n_covered,
  CASE WHEN r.has_teams THEN c.n - c.covered END AS n_uncovered,
  CASE WHEN r.has_teams THEN c.uncovered_revenue END AS uncovered_revenue,
  c.ownerless AS n_without_owner,
  c.ownerless_revenue AS without_owner_revenue,
  c.n - c.ownerless AS n_with_owner,
  CAST(c.n - c.ownerless AS DOUBLE) / NULLIF(c.n, 0) AS owned_share,
  c.top_ownerless AS n_top_without_owner,
  c.top_ownerless_revenue AS top_without_owner_revenue,
  CASE WHEN r.has_teams THEN c.top_team END AS n_top_team_only,
  CASE WHEN r.has_teams THEN c.top_team_revenue END AS top_team_only_revenue,
  CASE WHEN r.has_teams THEN CAST(c.covered AS DOUBLE) / NULLIF(c.n, 0) END AS covered_share,
  CASE WHEN c.known_90 > 0 THEN c.silent_90 END AS n_silent_90,
  CASE WHEN c.known_180 > 0 THEN c.silent_180 END AS n_silent_180,
  CAST(c.silent_90 AS DOUBLE) / NULLIF(c.known_90, 0) AS silent_share,
  CASE WHEN c.known_90 > 0 THEN c.silent_revenue END AS silent_revenue,
  r.short_days,
  r.long_days,
  r.contacts_from,
  CASE WHEN r.has_touches THEN t.judged END AS n_judged,
  CASE WHEN r.has_touches THEN t.under_plan END AS n_under,
  CASE WHEN r.has_touches THEN t.as_planned END AS n_right,
  CASE WHEN r.has_touches THEN t.over_plan END AS n_over,
  CASE WHEN r.has_touches AND r.has_opt_outs THEN t.opted_out END AS n_opted_out,
  CASE WHEN r.has_touches AND r.has_opt_out_days THEN x.n END AS n_opt_out_breaches,
  CASE WHEN r.has_touches THEN t.human_touches END AS human_touches,
  CASE WHEN r.has_touches THEN t.campaign_touches END AS campaign_touches,
  v.visited < r.min_compliance * v.due AS is_behind,
  l.n > 0 AS has_overdue,
  g.not_due > r.max_not_due_share * g.known AS has_many_visits_not_due,
  h.wrong > 0 AS has_wrong_channel,
  h.below > 0 AS has_below_channel,
  h.above > 0 AS has_above_channel,
  CASE WHEN r.has_teams THEN c.n > c.covered END AS has_uncovered,
  c.top_ownerless > 0 AS has_top_without_owner,
  c.silent_90 > 0 AS has_silent,
  t.over_plan > 0 AS has_over_contacted,
  t.under_plan > 0 AS has_under_contacted,
  x.n > 0 AS has_opt_out_breach
FROM rule r
CROSS JOIN periods p
CROSS JOIN bands b
CROSS JOIN visits v
CROSS JOIN owners o
CROSS JOIN worst w
CROSS JOIN overdue l
CROSS JOIN due_now n
CROSS JOIN log g
CROSS JOIN channels h
CROSS JOIN load m
CROSS JOIN customers c
CROSS JOIN contacts t
CROSS JOIN breaches x

-- The figures of value and revenue in one row: how much hangs on few customers, on few sales people and on whom, what was promised
-- and paid, and which advice the numbers call for. What cannot be known without an optional table is empty, and so is its advice.
-- What is set beside the month-end before is empty unless the window is the last twelve full months, as that of a month-end is.
--
-- grain: as_of
-- empty_if_missing: revenue.cash, revenue.intent_conversion, revenue.attribution, revenue.operators, value.owner_contribution,
--   value.owner_concentration, value.owner_moves, value.owner_revenue
-- column: as_of date "As of"
-- column: is_default_window bool "The window is the last twelve full months"
-- column: largest_customer_id text "Largest customer"
-- column: largest_customer_name text "Name of the largest customer"
-- column: largest_share ratio "Share of the largest customer"
-- column: top5_share ratio "Share of the largest five"
-- column: top10_share ratio "Share of the largest ten"
-- column: hhi ratio "Herfindahl index (0 to 1)"
-- column: hhi_points count "Herfindahl index in points (0 to 10,000)"
-- column: hhi_points_before count "In points a month-end before"
-- column: hhi_level text "Level of concentration"
-- column: effective_customers ratio "Effective number of customers"
-- column: lost_revenue_largest money "Revenue lost with the largest customer"
-- column: lost_share_largest_five ratio "Share of revenue lost with the largest five"
-- column: k80_customer_share_without_largest ratio "Share of customers who would bring 80 % without the largest"
-- column: is_one_customer_material bool "One customer is large enough to be named"
-- column: is_one_customer_discount bool "One customer is so large that it lowers the worth of the company"
-- column: is_top_five_heavy bool "The largest five are so large that they lower the worth of the company"
-- column: is_concentrated bool "Revenue is concentrated"
-- column: k80_customer_share_before ratio "Share of customers who bring 80 %, a month-end before"
-- column: k80_customers_before count "Customers who brought 80 % at the month-end before"
-- column: top20_share_before ratio "Share of the largest 20 %, a month-end before"
-- column: cr1_before ratio "Share of the largest customer, a month-end before"
-- column: top_watched count "Largest customers that are silent or falling"
-- column: top_watched_revenue money "Final revenue of the largest customers that fall or are silent"
-- column: top_silent count "Largest customers silent for longer than usual"
-- column: top_falling count "Largest customers whose revenue falls"
-- column: has_top_watched bool "A large customer is silent or falling"
-- column: contracts_ending count "Largest customers whose last contract ends soon"
-- column: contracts_ending_revenue money "Revenue of top customers whose contract ends soon"
-- column: contracts_ended count "Largest customers whose last contract is over"
-- column: contracts_open_ended count "Largest customers with a contract without an end"
-- column: contracts_none count "Largest customers without any contract"
-- column: has_no_contracts bool "A large customer has never had a contract"
-- column: has_ending_contracts bool "A large contract ends soon"
-- column: has_ended_contracts bool "A large customer buys without a contract that runs"
-- column: active_customers count "Customers above zero in the window"
-- column: non_positive_customers count "Customers at zero or below in the window"
-- column: dormant_customers count "Customers who bought before the window and not since"
-- column: prospect_customers count "Customers without any final revenue"
-- column: internal_customers count "Internal customers"
-- column: young_customers count "Customers younger than the window"
-- column: young_revenue money "Final revenue of customers younger than the window"
-- column: has_young_customers bool "Some customers are younger than the window"
-- column: revenue_not_profit count "In the 80 % of revenue, not in that of gross profit"
-- column: profit_not_revenue count "In the 80 % of gross profit, not in that of revenue"
-- column: has_revenue_not_profit bool "Some bring revenue without as much profit"
-- column: month month "Latest full month"
-- column: month_revenue money "Final revenue of the month"
-- column: month_intent money "Intent sold in the month and still open"
-- column: intent money "Intent, not counted"
-- column: old_intent money "Intent of the oldest band, without contracts that are paid up"
-- column: old_intent_from_days days "From age"
-- column: old_intent_left_out count "Customers with old intent who are not on the list of actions"
-- column: old_intent_left_out_amount money "Old intent beyond the list"
-- column: has_old_intent bool "Some intent is old"
-- column: conversion ratio "Intent that became final in time"
-- column: conversion_days days "Within"
-- column: cash_received money "Cash received, net of refunds"
-- column: open_deposits money "Deposits and pre-sales of open business"
-- column: unpaid_orders count "Final orders that no payment names"
-- column: unpaid_order_revenue money "Final revenue of orders that no payment names"
-- column: has_unpaid_orders bool "Some final orders have no payment"
-- column: forfeited_deposits money "Deposits kept, other income"
-- column: overpayment money "Overpayment"
-- column: has_forfeited_deposits bool "Some deposits were kept"
-- column: has_overpayment bool "Some contracts are overpaid"
-- column: owners count "Owners above zero"
-- column: k80_owners count "Owners who bring 80 %"
-- column: k80_owner_share ratio "Share of owners who bring 80 %"
-- column: top20_owner_share ratio "Share of the first 20 % of owners"
-- column: small_teams count "Teams with too few owners for a ratio to mean much"
-- column: is_owner_8020 bool "The first 20 % of owners bring at least 80 %"
-- column: is_owner_small_sample bool "Too few owners for a ratio to mean much"
-- column: owners_in count "Owners who came into the first 20 %"
-- column: owners_out count "Owners who fell out of the first 20 %"
-- column: house_revenue money "Revenue without an owner"
-- column: leavers count "Leavers with revenue in the window"
-- column: leaver_revenue money "Revenue of owners who have left"
-- column: has_leavers bool "Some revenue was made by people who have left"
-- column: has_owner_moves bool "The first 20 % of owners changed"
-- column: executive_led_revenue money "Revenue of head customers"
-- column: executive_led_share ratio "Share of revenue led by executives"
-- column: ops_influenceable_revenue money "Revenue that operations may have moved"
-- column: ops_influenceable_share ratio "Share of revenue that operations may have moved"
-- column: rest_revenue money "Revenue of waist and tail without a touch before"
-- column: operators count "Operators with touches or such revenue"
-- column: head_operators count "Operators mostly on head customers"
-- column: has_head_operator bool "An operator spends most touches on head customers"
WITH period AS (
  SELECT $window_end = month_start($as_of + 1) AND $window_start = month_add(month_start($as_of + 1), -12) AS is_default
),
concentration AS (
  SELECT cr1, cr5, cr10, hhi, hhi_points, effective_customers FROM value.concentration WHERE basis = 'revenue'
),
before AS (
  SELECT hhi_points, k80_customers, k80_customer_share, top20_share, cr1
  FROM value.concentration_by_month
  CROSS JOIN period
  WHERE month_end = month_end(month_add(month_start($as_of + 1), -2)) AND is_default
),
bands AS (
  SELECT
    bool_or(CASE WHEN measure = 'cr1' AND level = 'material' THEN is_exceeded END) AS one_material,
    bool_or(CASE WHEN measure = 'cr1' AND level = 'discount' THEN is_exceeded END) AS one_discount,
    bool_or(CASE WHEN measure = 'cr5' AND level = 'discount' THEN is_exceeded END) AS five_discount,
    bool_or(CASE WHEN measure = 'hhi' AND level = 'moderate' THEN is_exceeded END) AS hhi_moderate,
    bool_or(CASE WHEN measure = 'hhi' AND level = 'high' THEN is_exceeded END) AS hhi_high
  FROM value.concentration_bands
),
without AS (
  SELECT
    max(CASE WHEN scenario = 'largest' THEN revenue_lost END) AS lost_one,
    max(CASE WHEN scenario = 'largest_five' THEN lost_share END) AS lost_share_five,
    max(CASE WHEN scenario = 'largest' THEN k80_customer_share_after END) AS k80_share
  FROM value.what_if
),
top AS (
  SELECT
    max(CASE WHEN rank = 1 THEN customer_id END) AS top_id,
    max(CASE WHEN rank = 1 THEN customer_name END) AS top_name,
    CASE WHEN count(is_ending) > 0 THEN count(CASE WHEN is_ending THEN 1 END) END AS ending,
    CASE WHEN count(is_ending) > 0 THEN coalesce(sum(CASE WHEN is_ending THEN revenue END), 0) END AS ending_revenue,
    CASE WHEN count(has_ended) > 0 THEN count(CASE WHEN has_ended THEN 1 END) END AS ended,
    CASE WHEN count(is_open_ended) > 0 THEN count(CASE WHEN is_open_ended THEN 1 END) END AS open_ended,
    CASE WHEN count(contracts) > 0 THEN count(CASE WHEN contracts = 0 THEN 1 END) END AS uncontracted
  FROM value.top_customers
),
watch AS (
  SELECT
    count(CASE WHEN is_watched THEN 1 END) AS watched,
    coalesce(sum(CASE WHEN is_watched THEN revenue END), 0) AS watched_revenue,
    count(CASE WHEN is_silent THEN 1 END) AS silent,
    count(CASE WHEN is_falling THEN 1 END) AS falling
  FROM value.top_watch
),
old_list AS (
  SELECT
    count(CASE WHEN i.place > r.list_size THEN 1 END) AS left_out,
    coalesce(sum(CASE WHEN i.place > r.list_size THEN i.amount END), 0) AS left_out_amount
  FROM (SELECT amount, row_number() OVER (ORDER BY amount DESC, customer_id) AS place FROM value.old_intent) i
  CROSS JOIN rules.old_intent r
  WHERE (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
),
small_teams AS (
  SELECT count(CASE WHEN scope = 'team' AND is_small_sample THEN 1 END) AS n FROM value.owner_concentration
),
population AS (
  SELECT
    sum(CASE WHEN line = 'active' THEN customers END) AS active,
    sum(CASE WHEN line = 'non_positive' THEN customers END) AS non_positive,
    sum(CASE WHEN line = 'dormant' THEN customers END) AS dormant,
    sum(CASE WHEN line = 'prospect' THEN customers END) AS prospects,
    sum(CASE WHEN line = 'internal' THEN customers END) AS internal
  FROM value.population
),
customers AS (
  SELECT
    count(CASE WHEN is_young THEN 1 END) AS young,
    coalesce(sum(CASE WHEN is_young THEN revenue END), 0) AS young_revenue,
    CASE WHEN count(gross_profit) > 0 THEN count(CASE WHEN in_k80 AND NOT in_k80_profit THEN 1 END) END AS revenue_only,
    CASE WHEN count(gross_profit) > 0 THEN count(CASE WHEN NOT in_k80 AND in_k80_profit THEN 1 END) END AS profit_only
  FROM value.contribution
),
ageing AS (
  SELECT
    sum(amount) AS intent,
    sum(CASE WHEN to_days IS NULL THEN amount - paid_up_amount END) AS old_intent,
    max(from_days) AS from_days
  FROM revenue.intent_ageing
),
conversion AS (
  SELECT conversion, within_days
  FROM revenue.intent_conversion
  QUALIFY row_number() OVER (ORDER BY within_days DESC) = 1
),
cash AS (
  SELECT
    sum(CASE WHEN section = 'received' THEN amount END) AS received,
    sum(CASE WHEN line IN ('open_deposits', 'open_order_deposits') THEN amount END) AS open_deposits,
    sum(CASE WHEN line = 'final_unpaid_orders' THEN n_items END) AS n_unpaid,
    sum(CASE WHEN line = 'final_unpaid_orders' THEN amount END) AS unpaid,
    sum(CASE WHEN line = 'forfeited_deposits' THEN amount END) AS forfeited,
    sum(CASE WHEN line = 'overpayment' THEN amount END) AS overpayment
  FROM revenue.cash
),
staff AS (
  SELECT
    count(*) AS lines,
    coalesce(sum(CASE WHEN is_house THEN revenue END), 0) AS house,
    count(is_leaver) AS n_known,
    count(CASE WHEN is_leaver THEN 1 END) AS leavers,
    coalesce(sum(CASE WHEN is_leaver THEN revenue END), 0) AS leaver_revenue
  FROM value.owner_contribution
),
moves AS (
  SELECT count(CASE WHEN direction = 'in' THEN 1 END) AS n_in, count(CASE WHEN direction = 'out' THEN 1 END) AS n_out
  FROM value.owner_moves
),
reach AS (
  SELECT count(CASE WHEN revenue_before <> 0 AND owner_id <> '(house)' THEN 1 END) > 0 AS has_before FROM value.owner_revenue
),
attribution AS (
  SELECT
    count(*) AS lines,
    max(CASE WHEN part = 'executive_led' THEN revenue END) AS led,
    max(CASE WHEN part = 'executive_led' THEN share END) AS led_share,
    max(CASE WHEN part = 'ops_influenceable' THEN revenue END) AS moved,
    max(CASE WHEN part = 'ops_influenceable' THEN share END) AS moved_share,
    max(CASE WHEN part = 'rest' THEN revenue END) AS rest
  FROM revenue.attribution
),
league AS (
  SELECT count(rank) AS operators, count(CASE WHEN is_on_head AND NOT is_small_sample THEN 1 END) AS on_head FROM revenue.operators
)
SELECT
  $as_of AS as_of,
  d.is_default AS is_default_window,
  t.top_id AS largest_customer_id,
  t.top_name AS largest_customer_name,
  c.cr1 AS largest_share,
  c.cr5 AS top5_share,
  c.cr10 AS top10_share,
  c.hhi,
  c.hhi_points,
  e.hhi_points AS hhi_points_before,
  CASE WHEN b.hhi_high THEN 'high' WHEN b.hhi_moderate THEN 'moderate' WHEN b.hhi_moderate IS NOT NULL THEN 'low' END AS hhi_level,
  c.effective_customers,
  w.lost_one AS lost_revenue_largest,
  w.lost_share_five AS lost_share_largest_five,
  w.k80_share AS k80_customer_share_without_largest,
  coalesce(b.one_material, false) AS is_one_customer_material,
  coalesce(b.one_discount, false) AS is_one_customer_discount,
  coalesce(b.five_discount, false) AS is_top_five_heavy,
  coalesce(b.hhi_moderate, false) AS is_concentrated,
  e.k80_customer_share AS k80_customer_share_before,
  e.k80_customers AS k80_customers_before,
  e.top20_share AS top20_share_before,
  e.cr1 AS cr1_before,
  q.watched AS top_watched,
  q.watched_revenue AS top_watched_revenue,
  q.silent AS top_silent,
  q.falling AS top_falling,
  q.watched > 0 AS has_top_watched,
  t.ending AS contracts_ending,
  t.ending_revenue AS contracts_ending_revenue,
  t.ended AS contracts_ended,
  t.open_ended AS contracts_open_ended,
  t.uncontracted AS contracts_none,
  t.uncontracted > 0 AS has_no_contracts,
  t.ending > 0 AS has_ending_contracts,
  t.ended > 0 AS has_ended_contracts,
  p.active AS active_customers,
  p.non_positive AS non_positive_customers,
  p.dormant AS dormant_customers,
  p.prospects AS prospect_customers,
  p.internal AS internal_customers,
  k.young AS young_customers,
  k.young_revenue,
  k.young > 0 AS has_young_customers,
  k.revenue_only AS revenue_not_profit,
  k.profit_only AS profit_not_revenue,
  k.revenue_only > 0 AS has_revenue_not_profit,
  month_add(month_start($as_of + 1), -1) AS month,
  coalesce(m.revenue, 0) AS month_revenue,
  coalesce(m.intent, 0) AS month_intent,
  i.intent,
  i.old_intent,
  i.from_days AS old_intent_from_days,
  y.left_out AS old_intent_left_out,
  y.left_out_amount AS old_intent_left_out_amount,
  i.old_intent > 0 AS has_old_intent,
  v.conversion,
  v.within_days AS conversion_days,
  h.received AS cash_received,
  h.open_deposits,
  h.n_unpaid AS unpaid_orders,
  h.unpaid AS unpaid_order_revenue,
  h.n_unpaid > 0 AS has_unpaid_orders,
  h.forfeited AS forfeited_deposits,
  h.overpayment,
  h.forfeited > 0 AS has_forfeited_deposits,
  h.overpayment > 0 AS has_overpayment,
  o.owners,
  o.k80_owners,
  o.k80_owner_share,
  o.top20_share AS top20_owner_share,
  CASE WHEN s.lines > 0 THEN z.n END AS small_teams,
  o.is_8020 AS is_owner_8020,
  o.is_small_sample AS is_owner_small_sample,
  CASE WHEN f.has_before THEN g.n_in END AS owners_in,
  CASE WHEN f.has_before THEN g.n_out END AS owners_out,
  CASE WHEN s.lines > 0 THEN s.house END AS house_revenue,
  CASE WHEN s.n_known > 0 THEN s.leavers END AS leavers,
  CASE WHEN s.n_known > 0 THEN s.leaver_revenue END AS leaver_revenue,
  CASE WHEN s.n_known > 0 THEN s.leavers > 0 END AS has_leavers,
  CASE WHEN f.has_before THEN g.n_in + g.n_out > 0 END AS has_owner_moves,
  a.led AS executive_led_revenue,
  a.led_share AS executive_led_share,
  a.moved AS ops_influenceable_revenue,
  a.moved_share AS ops_influenceable_share,
  a.rest AS rest_revenue,
  CASE WHEN a.lines > 0 THEN l.operators END AS operators,
  CASE WHEN a.lines > 0 THEN l.on_head END AS head_operators,
  CASE WHEN a.lines > 0 THEN l.on_head > 0 END AS has_head_operator
FROM top t
CROSS JOIN period d
CROSS JOIN reach f
CROSS JOIN watch q
CROSS JOIN old_list y
CROSS JOIN small_teams z
CROSS JOIN bands b
CROSS JOIN without w
CROSS JOIN population p
CROSS JOIN customers k
CROSS JOIN ageing i
CROSS JOIN cash h
CROSS JOIN staff s
CROSS JOIN moves g
CROSS JOIN attribution a
CROSS JOIN league l
LEFT JOIN concentration c ON true
LEFT JOIN before e ON true
LEFT JOIN conversion v ON true
LEFT JOIN value.owner_concentration o ON o.scope = 'all'
LEFT JOIN revenue.by_month m ON m.month = month_add(month_start($as_of + 1), -1)

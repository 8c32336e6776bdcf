-- The figures of acquisition in one row: what came in and through which channels, what a customer costs and is worth, where leads are lost,
-- what lies in the public pool. What its table is missing for is empty, and so is what follows from it. The weakest step is the one
-- with the lowest conversion of its funnel; the best channel is the one with the highest LTV/CAC among those with enough customers.
--
-- grain: as_of
-- empty_if_missing: acquisition.channel_mix, acquisition.segment_fit, acquisition.offline_events, acquisition.funnel_total,
--   acquisition.pool, acquisition.unit_rows, acquisition.channel_tests, acquisition.cycle
-- check: drop_channels + test_channels + keep_channels = channels
-- check: good_channels + watch_channels + loss_channels <= priced_channels
-- column: as_of date "As of"
-- column: leads count "Leads created in the window"
-- column: qualified count "Leads qualified in the window"
-- column: won count "Leads won in the window"
-- column: new_customers count "New customers in the window"
-- column: unknown_new_customers count "Of these without a known channel"
-- column: revenue money "Final revenue in the window"
-- column: known_revenue_share ratio "Share of it through a known channel"
-- column: top_channel text "Channel with most revenue"
-- column: top_channel_revenue money "Its final revenue"
-- column: top_channel_share ratio "Its share of final revenue"
-- column: moved_customers count "New customers whose first and last channel differ, net by channel"
-- column: patterned_customers count "Customers with a known mode"
-- column: outside_customers count "Won through another mode than expected"
-- column: outside_share ratio "Their share"
-- column: worst_segment text "Segment with the largest share"
-- column: worst_outside_share ratio "That share"
-- column: max_outside_share ratio "Share up to which nothing is said"
-- column: event_customers count "New customers through offline events"
-- column: event_share ratio "Share through offline events"
-- column: event_benchmark ratio "Benchmark"
-- column: is_event_small_sample bool "Too few customers for this share to mean much"
-- column: online_leads count "Leads of the online cohorts"
-- column: online_conversion ratio "Share of them that paid, or reached the last stage"
-- column: online_weak_stage text "Weakest stage online"
-- column: online_weak_conversion ratio "Conversion into it"
-- column: online_lost count "Leads lost there"
-- column: offline_leads count "Leads of the offline cohorts"
-- column: offline_conversion ratio "Share of them that reached the last stage"
-- column: offline_weak_stage text "Weakest stage offline"
-- column: offline_weak_conversion ratio "Conversion into it"
-- column: offline_lost count "Leads lost there"
-- column: cycle_days days "Median days from a lead to the first final sale"
-- column: lag_months count "The same in months, rounded"
-- column: cost money "Cost of acquisition"
-- column: cac money "Cost of a new customer"
-- column: cac_without_salaries money "Without salaries"
-- column: cac_same_months money "With cost of the window alone"
-- column: includes_salaries bool "Salaries are in it"
-- column: ltv money "Lifetime value"
-- column: ltv_cac count "LTV/CAC"
-- column: restricted_ltv money "Lifetime value, months restricted, as of channels with few customers"
-- column: restricted_ltv_cac count "LTV/CAC by it"
-- column: has_two_methods bool "Some channels have another method than all customers together"
-- column: ltv_cac_low count "LTV/CAC with a higher loss of customers"
-- column: ltv_cac_high count "LTV/CAC with a lower loss of customers"
-- column: payback_months count "Pay-back in months"
-- column: method text "Method of the lifetime value"
-- column: horizon_months count "Months counted, where they are restricted"
-- column: verdict text "Verdict"
-- column: good_above count "Good is above"
-- column: loss_below count "Loss is below"
-- column: invest_above count "More might be spent above"
-- column: priced_channels count "Channels with LTV/CAC"
-- column: good_channels count "Good channels"
-- column: watch_channels count "Channels to watch"
-- column: loss_channels count "Channels at a loss"
-- column: loss_cost money "Cost of channels at a loss"
-- column: rich_channels count "Channels so far above that more might be spent, with enough customers"
-- column: best_channel text "Best channel with enough customers"
-- column: best_ltv_cac count "Its LTV/CAC"
-- column: channels count "Channels"
-- column: keep_channels count "Channels to keep"
-- column: test_channels count "Channels to test on"
-- column: drop_channels count "Channels to drop"
-- column: drop_cost money "Cost of those to drop"
-- column: drop_customers count "New customers of those to drop"
-- column: min_leads count "Leads that a channel needs to be judged"
-- column: median_cac money "Median cost of a new customer, over channels"
-- column: pool_stock count "Unclaimed leads in the public pool"
-- column: pool_stock_value money "Their estimated value"
-- column: pool_old_stock count "Unclaimed for too long"
-- column: pool_old_days days "Too long is from"
-- column: pool_pass_rate ratio "Cleaning pass rate"
-- column: pool_claim_rate ratio "Claim rate"
-- column: pool_days_to_claim days "Median days until the first claim"
-- column: pool_win_rate ratio "Win rate after the claim"
-- column: pool_recycled count "Leads recycled"
-- column: pool_leaks count "Recycled without a contact"
-- column: pool_leak_rate ratio "Their share"
-- column: pool_overdue count "Held for too long without a contact"
-- column: pool_recycle_days days "Days without a contact that are allowed"
-- column: pool_hoarders count "Hoarders"
-- column: pool_hoarded count "Leads that they hold"
-- column: pool_holding_cap count "Leads that one may hold"
-- column: has_leads bool "Leads are known"
-- column: has_off_pattern bool "A segment is mostly won through other modes than expected"
-- column: has_weak_step bool "A weakest step is known"
-- column: has_drop bool "A channel is to be dropped"
-- column: has_young bool "A channel is too young to be judged"
-- column: has_loss bool "A channel is at a loss"
-- column: is_dear bool "LTV/CAC of all is not above the upper limit"
-- column: has_rich bool "More might be spent on a channel"
-- column: has_old_stock bool "Leads have been unclaimed for too long"
-- column: has_leaks bool "Leads were recycled without a contact"
-- column: has_hoarders bool "Somebody hoards leads"
WITH rule AS (
  SELECT l.good_above, l.loss_below, l.invest_above, p.max_outside_share, t.min_leads
  FROM rules.ltv l
  CROSS JOIN rules.pattern_limits p
  CROSS JOIN rules.channel_test t
  WHERE (l.valid_from IS NULL OR l.valid_from <= $as_of) AND (l.valid_to IS NULL OR l.valid_to > $as_of)
    AND (p.valid_from IS NULL OR p.valid_from <= $as_of) AND (p.valid_to IS NULL OR p.valid_to > $as_of)
    AND (t.valid_from IS NULL OR t.valid_from <= $as_of) AND (t.valid_to IS NULL OR t.valid_to > $as_of)
),
mix AS (
  SELECT
    count(*) AS n,
    sum(leads) AS leads,
    sum(qualified) AS qualified,
    sum(won) AS won,
    sum(new_customers) AS new_customers,
    sum(CASE WHEN channel = 'unknown' THEN new_customers ELSE 0 END) AS unknown_new_customers,
    sum(CASE WHEN new_customers > new_customers_last THEN new_customers - new_customers_last ELSE 0 END) AS moved_customers,
    sum(revenue) AS revenue,
    sum(CASE WHEN channel <> 'unknown' THEN revenue ELSE 0 END) AS known_revenue,
    max(CASE WHEN place = 1 AND revenue > 0 THEN channel END) AS top_channel,
    max(CASE WHEN place = 1 AND revenue > 0 THEN revenue END) AS top_channel_revenue,
    max(CASE WHEN place = 1 AND revenue > 0 THEN revenue_share END) AS top_channel_share
  FROM (
    SELECT *, row_number() OVER (PARTITION BY channel <> 'unknown' ORDER BY revenue DESC, channel) + CASE WHEN channel = 'unknown' THEN 1 ELSE 0 END AS place
    FROM acquisition.channel_mix
  )
),
fit AS (
  SELECT
    sum(fitting + outside) AS patterned,
    sum(outside) AS outside,
    max(CASE WHEN place = 1 AND NOT is_small_sample THEN segment END) AS worst_segment,
    max(CASE WHEN place = 1 AND NOT is_small_sample THEN deviation END) AS worst_share,
    max(CASE WHEN place = 1 AND NOT is_small_sample THEN outside END) AS worst_outside,
    max(CASE WHEN place = 1 AND NOT is_small_sample THEN fitting + outside END) AS worst_known
  FROM (SELECT *, row_number() OVER (ORDER BY is_small_sample, deviation DESC NULLS LAST, position) AS place FROM acquisition.segment_fit)
),
events AS (
  SELECT max(by_first) AS customers, max(first_share) AS share, max(benchmark) AS benchmark, bool_or(is_small_sample) AS is_small_sample
  FROM acquisition.offline_events
),
funnels AS (
  SELECT
    max(CASE WHEN line = 'online' AND position = first_position THEN entered END) AS online_leads,
    max(CASE WHEN line = 'online' AND position = last_position THEN conversion_total END) AS online_conversion,
    max(CASE WHEN line = 'online' AND is_weakest THEN stage END) AS online_stage,
    max(CASE WHEN line = 'online' AND is_weakest THEN conversion END) AS online_weak,
    max(CASE WHEN line = 'online' AND is_weakest THEN lost END) AS online_lost,
    max(CASE WHEN line = 'offline' AND position = first_position THEN entered END) AS offline_leads,
    max(CASE WHEN line = 'offline' AND position = last_position THEN conversion_total END) AS offline_conversion,
    max(CASE WHEN line = 'offline' AND is_weakest THEN stage END) AS offline_stage,
    max(CASE WHEN line = 'offline' AND is_weakest THEN conversion END) AS offline_weak,
    max(CASE WHEN line = 'offline' AND is_weakest THEN lost END) AS offline_lost,
    count(CASE WHEN is_weakest THEN 1 END) AS weakest
  FROM (
    SELECT *, min(position) OVER (PARTITION BY line) AS first_position, max(position) OVER (PARTITION BY line) AS last_position
    FROM acquisition.funnel_total
  )
),
cycle AS (
  SELECT max(median_days) AS median_days, max(lag_months) AS lag_months FROM acquisition.cycle
),
units AS (
  SELECT
    max(CASE WHEN is_total THEN cost END) AS cost,
    max(CASE WHEN is_total THEN cac END) AS cac,
    max(CASE WHEN is_total THEN cac_without_salaries END) AS cac_without_salaries,
    max(CASE WHEN is_total THEN cac_same_months END) AS cac_same_months,
    bool_or(CASE WHEN is_total THEN includes_salaries END) AS includes_salaries,
    max(CASE WHEN is_total THEN ltv END) AS ltv,
    max(CASE WHEN is_total THEN ltv_cac END) AS ltv_cac,
    max(CASE WHEN is_total THEN restricted_ltv END) AS restricted_ltv,
    max(CASE WHEN is_total THEN restricted_ltv_cac END) AS restricted_ltv_cac,
    count(DISTINCT CASE WHEN ltv_cac IS NOT NULL THEN method END) > 1 AS has_two_methods,
    max(CASE WHEN is_total THEN ltv_cac_low END) AS ltv_cac_low,
    max(CASE WHEN is_total THEN ltv_cac_high END) AS ltv_cac_high,
    max(CASE WHEN is_total THEN payback_months END) AS payback_months,
    max(CASE WHEN is_total THEN method END) AS method,
    max(CASE WHEN is_total THEN horizon_months END) AS horizon_months,
    max(CASE WHEN is_total THEN verdict END) AS verdict,
    count(CASE WHEN NOT is_total AND ltv_cac IS NOT NULL THEN 1 END) AS priced,
    count(CASE WHEN NOT is_total AND verdict = 'good' THEN 1 END) AS good,
    count(CASE WHEN NOT is_total AND verdict = 'watch' THEN 1 END) AS watched,
    count(CASE WHEN NOT is_total AND verdict = 'loss' THEN 1 END) AS loss,
    sum(CASE WHEN NOT is_total AND verdict = 'loss' THEN cost END) AS loss_cost,
    count(CASE WHEN NOT is_total AND is_under_invested AND NOT is_small_sample THEN 1 END) AS rich,
    max(CASE WHEN NOT is_total AND place = 1 AND NOT is_small_sample AND ltv_cac IS NOT NULL THEN channel END) AS best_channel,
    max(CASE WHEN NOT is_total AND place = 1 AND NOT is_small_sample THEN ltv_cac END) AS best_ltv_cac,
    count(*) AS n
  FROM (
    SELECT *, row_number() OVER (PARTITION BY is_total ORDER BY is_small_sample, ltv_cac DESC NULLS LAST, channel) AS place
    FROM acquisition.unit_rows
  )
),
tests AS (
  SELECT
    count(*) AS n,
    count(CASE WHEN verdict = 'keep' THEN 1 END) AS kept,
    count(CASE WHEN verdict = 'test' THEN 1 END) AS tested,
    count(CASE WHEN verdict = 'drop' THEN 1 END) AS dropped,
    sum(CASE WHEN verdict = 'drop' THEN cost END) AS drop_cost,
    sum(CASE WHEN verdict = 'drop' THEN new_customers END) AS drop_customers,
    count(CASE WHEN test_reason IN ('too_young', 'few_leads') THEN 1 END) AS young,
    max(median_cac) AS median_cac
  FROM acquisition.channel_tests
),
pool AS (
  SELECT
    max(stock) AS stock,
    max(stock_value) AS stock_value,
    max(old_stock) AS old_stock,
    max(old_days) AS old_days,
    max(pass_rate) AS pass_rate,
    max(claim_rate) AS claim_rate,
    max(median_days_to_claim) AS days_to_claim,
    max(win_rate) AS win_rate,
    max(recycled) AS recycled,
    max(leaks) AS leaks,
    max(leak_rate) AS leak_rate,
    max(overdue) AS overdue,
    max(recycle_days) AS recycle_days,
    max(hoarders) AS hoarders,
    max(hoarded) AS hoarded,
    max(holding_cap) AS holding_cap
  FROM acquisition.pool
  WHERE leads > 0
)
SELECT
  $as_of AS as_of,
  m.leads,
  m.qualified,
  m.won,
  m.new_customers,
  m.unknown_new_customers,
  m.revenue,
  CAST(m.known_revenue AS DOUBLE) / NULLIF(CAST(m.revenue AS DOUBLE), 0) AS known_revenue_share,
  m.top_channel,
  m.top_channel_revenue,
  m.top_channel_share,
  m.moved_customers,
  f.patterned AS patterned_customers,
  f.outside AS outside_customers,
  CAST(f.outside AS DOUBLE) / NULLIF(f.patterned, 0) AS outside_share,
  f.worst_segment,
  f.worst_share AS worst_outside_share,
  CAST(r.max_outside_share AS DOUBLE) AS max_outside_share,
  e.customers AS event_customers,
  e.share AS event_share,
  e.benchmark AS event_benchmark,
  e.is_small_sample AS is_event_small_sample,
  s.online_leads,
  s.online_conversion,
  s.online_stage AS online_weak_stage,
  s.online_weak AS online_weak_conversion,
  s.online_lost,
  s.offline_leads,
  s.offline_conversion,
  s.offline_stage AS offline_weak_stage,
  s.offline_weak AS offline_weak_conversion,
  s.offline_lost,
  c.median_days AS cycle_days,
  c.lag_months,
  u.cost,
  u.cac,
  u.cac_without_salaries,
  u.cac_same_months,
  u.includes_salaries,
  u.ltv,
  u.ltv_cac,
  u.restricted_ltv,
  u.restricted_ltv_cac,
  coalesce(u.has_two_methods, false) AS has_two_methods,
  u.ltv_cac_low,
  u.ltv_cac_high,
  u.payback_months,
  u.method,
  u.horizon_months,
  u.verdict,
  CAST(r.good_above AS DOUBLE) AS good_above,
  CAST(r.loss_below AS DOUBLE) AS loss_below,
  CAST(r.invest_above AS DOUBLE) AS invest_above,
  CASE WHEN u.n > 0 THEN u.priced END AS priced_channels,
  CASE WHEN u.n > 0 THEN u.good END AS good_channels,
  CASE WHEN u.n > 0 THEN u.watched END AS watch_channels,
  CASE WHEN u.n > 0 THEN u.loss END AS loss_channels,
  u.loss_cost,
  CASE WHEN u.n > 0 THEN u.rich END AS rich_channels,
  u.best_channel,
  u.best_ltv_cac,
  CASE WHEN t.n > 0 THEN t.n END AS channels,
  CASE WHEN t.n > 0 THEN t.kept END AS keep_channels,
  CASE WHEN t.n > 0 THEN t.tested END AS test_channels,
  CASE WHEN t.n > 0 THEN t.dropped END AS drop_channels,
  t.drop_cost,
  t.drop_customers,
  r.min_leads,
  t.median_cac,
  p.stock AS pool_stock,
  p.stock_value AS pool_stock_value,
  p.old_stock AS pool_old_stock,
  p.old_days AS pool_old_days,
  p.pass_rate AS pool_pass_rate,
  p.claim_rate AS pool_claim_rate,
  p.days_to_claim AS pool_days_to_claim,
  p.win_rate AS pool_win_rate,
  p.recycled AS pool_recycled,
  p.leaks AS pool_leaks,
  p.leak_rate AS pool_leak_rate,
  p.overdue AS pool_overdue,
  p.recycle_days AS pool_recycle_days,
  p.hoarders AS pool_hoarders,
  p.hoarded AS pool_hoarded,
  p.holding_cap AS pool_holding_cap,
  m.n > 0 AS has_leads,
  coalesce(f.worst_outside > r.max_outside_share * f.worst_known, false) AS has_off_pattern,
  s.weakest > 0 AS has_weak_step,
  t.dropped > 0 AS has_drop,
  t.young > 0 AS has_young,
  u.loss > 0 AS has_loss,
  coalesce(u.verdict <> 'good', false) AS is_dear,
  u.rich > 0 AS has_rich,
  coalesce(p.old_stock > 0, false) AS has_old_stock,
  coalesce(p.leaks > 0, false) AS has_leaks,
  coalesce(p.hoarders > 0, false) AS has_hoarders
FROM rule r
CROSS JOIN mix m
CROSS JOIN fit f
CROSS JOIN events e
CROSS JOIN funnels s
CROSS JOIN cycle c
CROSS JOIN units u
CROSS JOIN tests t
CROSS JOIN pool p

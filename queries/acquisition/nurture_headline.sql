-- The figures of nurturing in one row: trials, neglected leads, traffic, word of mouth, job movers, pay-off and keywords. A figure
-- whose table is missing is empty, and so is what follows from it. Short and long are the shortest and the longest of the days and
-- months that the rules name.
--
-- grain: as_of
-- empty_if_missing: acquisition.trials, acquisition.trial_windows, acquisition.neglect_summary, acquisition.neglected, acquisition.traffic,
--   acquisition.referral_share, acquisition.referral_wins, acquisition.moves, acquisition.movers, acquisition.mover_pipeline,
--   acquisition.beneficiaries_lost, acquisition.nurtured, acquisition.pay_off_horizons, acquisition.keyword_claim,
--   acquisition.keyword_classes
-- check: has_neglected = (neglected > 0)
-- check: long_neglected <= neglected
-- check: movers_to_call <= recent_movers
-- check: judged_long <= cohorts
-- column: as_of date "As of"
-- column: trials count "Trials"
-- column: extended_trials count "Of these extended"
-- column: short_days days "Shortest of the days within which a trial is paid for"
-- column: long_days days "Longest of these days"
-- column: short_trials count "Trials begun so many days ago"
-- column: short_paid count "Of these paid within the shortest time"
-- column: short_conversion ratio "Share of trials paid within the shortest time"
-- column: long_trials count "Trials begun the longest time ago"
-- column: long_paid count "Of these paid within the longest time"
-- column: long_conversion ratio "Share of trials paid within the longest time"
-- column: unassisted_paid count "Of these paid without help by people"
-- column: unassisted_share ratio "Share of the paid ones that had no help"
-- column: assisted_conversion ratio "Share of assisted trials paid within the longest time"
-- column: unassisted_conversion ratio "Share of unassisted trials paid within the longest time"
-- column: is_trial_small_sample bool "Too few trials for a rate to mean much"
-- column: has_unassisted_paid bool "Some trials were paid for without help"
-- column: open_leads count "Leads that have not paid"
-- column: neglected count "Neglected leads"
-- column: neglected_share ratio "Share of leads that have not paid"
-- column: neglect_days days "Days after which a lead is neglected"
-- column: long_neglect_days days "Days after which it is neglected long"
-- column: no_need_leads count "Neglected: no present need"
-- column: mismatch_leads count "Neglected: no match"
-- column: unworked_leads count "Neglected: unworked"
-- column: other_leads count "Neglected: another reason"
-- column: long_neglected count "Neglected long"
-- column: recovered count "Recovered leads"
-- column: recovered_in_window count "Of these paid in the window"
-- column: recovered_revenue money "Final revenue of recovered leads so far"
-- column: listed_leads count "Most promising of the neglected"
-- column: has_neglected bool "There are neglected leads"
-- column: traffic_leads count "Leads of the window"
-- column: active_leads count "Leads by active traffic"
-- column: passive_leads count "Leads by passive traffic"
-- column: unknown_leads count "Leads of which the traffic is not known"
-- column: passive_share ratio "Share of leads by passive traffic"
-- column: active_win_rate ratio "Leads by active traffic paid so far"
-- column: passive_win_rate ratio "Leads by passive traffic paid so far"
-- column: active_cac money "Cost of a new customer by active traffic"
-- column: passive_cac money "Cost of a new customer by passive traffic"
-- column: is_traffic_small_sample bool "Too few leads of either for a rate to mean much"
-- column: has_traffic bool "Leads whose traffic is known"
-- column: new_customers count "New customers in the window"
-- column: referred_customers count "Of these referred by another customer"
-- column: referral_share ratio "Share of new customers that were referred"
-- column: referred_revenue money "Final revenue of referred new customers in the window"
-- column: excluded_referrals count "Referrals that do not count"
-- column: self_referrals count "Customers who name themselves"
-- column: circular_referrals count "Customers in a circle of referrals"
-- column: internal_referrals count "Customers referred by an internal account"
-- column: unknown_referrals count "Customers whose referrer is not on record"
-- column: is_referral_small_sample bool "Too few new customers for a share to mean much"
-- column: referred_deals count "First deals of referred customers that ended in the window"
-- column: referred_win_rate ratio "Of these won"
-- column: other_win_rate ratio "Won first deals of other customers"
-- column: is_win_small_sample bool "Too few deals for a rate to mean much"
-- column: new_movers count "Moves in the month of the as-of date"
-- column: recent_movers count "Recent moves to those who were no customers"
-- column: recent_friends count "Recent moves to those who were customers already"
-- column: recent_months count "Months that are recent"
-- column: movers_to_call count "Movers to be called"
-- column: short_horizon count "Shortest of the horizons in months"
-- column: long_horizon count "Longest of the horizons in months"
-- column: mover_moves count "Moves to those who were no customers"
-- column: mover_deals count "Deals within the longest horizon"
-- column: mover_deal_amount money "Amount of these deals"
-- column: mover_won count "Of these deals won"
-- column: mover_revenue money "Final revenue within the longest horizon"
-- column: has_movers_to_call bool "There are movers to be called"
-- column: alone_customers count "Customers without a beneficiary any more"
-- column: alone_revenue money "Their final revenue in the window"
-- column: weaker_customers count "Customers who lost a beneficiary and have others"
-- column: has_alone bool "There are customers without a beneficiary any more"
-- column: cohorts count "Nurture cohorts"
-- column: nurtured count "Nurtured leads and customers"
-- column: judged_short count "Cohorts judged after the shortest horizon"
-- column: paid_off_short count "Of these paid off"
-- column: pay_back_short ratio "Brought for what they cost, after the shortest horizon"
-- column: judged_long count "Cohorts judged after the longest horizon"
-- column: paid_off_long count "Of these paid off"
-- column: pay_back_long ratio "Brought for what they cost, after the longest horizon"
-- column: immature_short count "Cohorts too young for the shortest horizon"
-- column: immature_long count "Cohorts too young for the longest horizon"
-- column: has_immature bool "Some cohorts are too young to be judged"
-- column: keyword_verdict text "What the counts say about tail keywords"
-- column: head_conversion ratio "Conversion of head keywords"
-- column: tail_conversion ratio "Conversion of tail keywords"
-- column: tail_visit_share ratio "Share of visits by tail keywords"
-- column: tail_keywords count "Tail keywords"
-- column: tail_revenue money "Final revenue in the window of customers who first came by a tail keyword"
-- column: tail_times ratio "Conversion of the tail for that of the head"
-- column: has_tail_better bool "Tail keywords convert better"
WITH rule AS (
  SELECT n.short_days, n.long_days, m.recent_months
  FROM rules.neglect n
  CROSS JOIN rules.movers m
  WHERE (n.valid_from IS NULL OR n.valid_from <= $as_of) AND (n.valid_to IS NULL OR n.valid_to > $as_of)
    AND (m.valid_from IS NULL OR m.valid_from <= $as_of) AND (m.valid_to IS NULL OR m.valid_to > $as_of)
),
horizons AS (
  SELECT min(horizon_months) AS short_horizon, max(horizon_months) AS long_horizon
  FROM rules.pay_off_horizons
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
tried AS (
  SELECT count(*) AS trials, count(CASE WHEN is_extended THEN 1 END) AS extended_trials FROM acquisition.trials
),
trial_span AS (
  SELECT min(within_days) AS short_days, max(within_days) AS long_days FROM acquisition.trial_windows
),
short_trials AS (
  SELECT w.* FROM acquisition.trial_windows w JOIN trial_span s ON w.within_days = s.short_days
),
long_trials AS (
  SELECT w.* FROM acquisition.trial_windows w JOIN trial_span s ON w.within_days = s.long_days
),
neglect AS (
  SELECT
    count(*) AS n,
    sum(open_leads) AS open_leads,
    sum(neglected) AS neglected,
    sum(CASE WHEN neglect_reason = 'no_present_need' THEN neglected END) AS no_need_leads,
    sum(CASE WHEN neglect_reason = 'mismatch' THEN neglected END) AS mismatch_leads,
    sum(CASE WHEN neglect_reason = 'unworked' THEN neglected END) AS unworked_leads,
    sum(CASE WHEN neglect_reason = 'other' THEN neglected END) AS other_leads,
    sum(long_neglected) AS long_neglected,
    sum(recovered) AS recovered,
    sum(recovered_in_window) AS recovered_in_window,
    sum(recovered_revenue) AS recovered_revenue
  FROM acquisition.neglect_summary
),
listed AS (
  SELECT count(CASE WHEN is_listed THEN 1 END) AS n FROM acquisition.neglected
),
traffic AS (
  SELECT
    count(*) AS n,
    sum(leads) AS leads,
    sum(CASE WHEN traffic = 'active' THEN leads END) AS active_leads,
    sum(CASE WHEN traffic = 'passive' THEN leads END) AS passive_leads,
    sum(CASE WHEN traffic = 'unknown' THEN leads END) AS unknown_leads,
    max(CASE WHEN traffic = 'passive' THEN lead_share END) AS passive_share,
    max(CASE WHEN traffic = 'active' THEN win_rate END) AS active_win_rate,
    max(CASE WHEN traffic = 'passive' THEN win_rate END) AS passive_win_rate,
    max(CASE WHEN traffic = 'active' THEN cac END) AS active_cac,
    max(CASE WHEN traffic = 'passive' THEN cac END) AS passive_cac,
    bool_or(CASE WHEN traffic <> 'unknown' THEN is_small_sample END) AS is_small_sample
  FROM acquisition.traffic
),
wins AS (
  SELECT
    sum(CASE WHEN deal_source = 'referred' THEN deals END) AS referred_deals,
    max(CASE WHEN deal_source = 'referred' THEN win_rate END) AS referred_win_rate,
    max(CASE WHEN deal_source = 'other' THEN win_rate END) AS other_win_rate,
    bool_or(CASE WHEN deal_source <> 'unknown' THEN is_small_sample END) AS is_small_sample
  FROM acquisition.referral_wins
),
pipeline AS (
  SELECT p.* FROM acquisition.mover_pipeline p JOIN horizons h ON p.horizon_months = h.long_horizon
),
moved AS (
  SELECT
    count(CASE WHEN is_this_month AND move_state IN ('mover', 'already_customer') THEN 1 END) AS new_movers,
    count(CASE WHEN is_recent AND move_state = 'mover' THEN 1 END) AS recent_movers,
    count(CASE WHEN is_recent AND move_state = 'already_customer' THEN 1 END) AS recent_friends
  FROM acquisition.moves
),
called AS (
  SELECT count(CASE WHEN is_to_be_called THEN 1 END) AS n FROM acquisition.movers
),
lost AS (
  SELECT
    count(CASE WHEN is_alone THEN 1 END) AS alone_customers,
    sum(CASE WHEN is_alone THEN revenue END) AS alone_revenue,
    count(CASE WHEN NOT is_alone THEN 1 END) AS weaker_customers
  FROM acquisition.beneficiaries_lost
),
nurtured AS (
  SELECT count(*) AS n, count(DISTINCT cohort) AS cohorts FROM acquisition.nurtured
),
short_pay AS (
  SELECT p.* FROM acquisition.pay_off_horizons p JOIN horizons h ON p.horizon_months = h.short_horizon
),
long_pay AS (
  SELECT p.* FROM acquisition.pay_off_horizons p JOIN horizons h ON p.horizon_months = h.long_horizon
),
tail AS (
  SELECT keywords, visit_share, revenue FROM acquisition.keyword_classes WHERE keyword_class = 'tail'
)
SELECT
  $as_of AS as_of,
  CASE WHEN l.within_days IS NOT NULL THEN i.trials END AS trials,
  CASE WHEN l.within_days IS NOT NULL THEN i.extended_trials END AS extended_trials,
  s.within_days AS short_days,
  l.within_days AS long_days,
  s.mature_trials AS short_trials,
  s.paid AS short_paid,
  s.conversion AS short_conversion,
  l.mature_trials AS long_trials,
  l.paid AS long_paid,
  l.conversion AS long_conversion,
  l.unassisted_paid,
  l.unassisted_share,
  l.assisted_conversion,
  l.unassisted_conversion,
  l.is_small_sample AS is_trial_small_sample,
  coalesce(l.unassisted_paid > 0, false) AS has_unassisted_paid,
  n.open_leads,
  n.neglected,
  CAST(n.neglected AS DOUBLE) / NULLIF(n.open_leads, 0) AS neglected_share,
  r.short_days AS neglect_days,
  r.long_days AS long_neglect_days,
  n.no_need_leads,
  n.mismatch_leads,
  n.unworked_leads,
  n.other_leads,
  n.long_neglected,
  n.recovered,
  n.recovered_in_window,
  n.recovered_revenue,
  CASE WHEN n.n > 0 THEN y.n END AS listed_leads,
  coalesce(n.neglected > 0, false) AS has_neglected,
  t.leads AS traffic_leads,
  t.active_leads,
  t.passive_leads,
  t.unknown_leads,
  t.passive_share,
  t.active_win_rate,
  t.passive_win_rate,
  t.active_cac,
  t.passive_cac,
  t.is_small_sample AS is_traffic_small_sample,
  coalesce(t.active_leads + t.passive_leads > 0, false) AS has_traffic,
  f.new_customers,
  f.referred_customers,
  f.referral_share,
  f.referred_revenue,
  f.excluded_referrals,
  f.self_referrals,
  f.circular_referrals,
  f.internal_referrals,
  f.unknown_referrals,
  f.is_small_sample AS is_referral_small_sample,
  w.referred_deals,
  w.referred_win_rate,
  w.other_win_rate,
  w.is_small_sample AS is_win_small_sample,
  CASE WHEN p.horizon_months IS NOT NULL THEN m.new_movers END AS new_movers,
  CASE WHEN p.horizon_months IS NOT NULL THEN m.recent_movers END AS recent_movers,
  CASE WHEN p.horizon_months IS NOT NULL THEN m.recent_friends END AS recent_friends,
  r.recent_months,
  CASE WHEN p.horizon_months IS NOT NULL THEN c.n END AS movers_to_call,
  h.short_horizon,
  h.long_horizon,
  p.moves AS mover_moves,
  p.deals AS mover_deals,
  p.deal_amount AS mover_deal_amount,
  p.won AS mover_won,
  p.revenue AS mover_revenue,
  c.n > 0 AS has_movers_to_call,
  CASE WHEN p.horizon_months IS NOT NULL OR o.alone_customers + o.weaker_customers > 0 THEN o.alone_customers END AS alone_customers,
  o.alone_revenue,
  CASE WHEN p.horizon_months IS NOT NULL OR o.alone_customers + o.weaker_customers > 0 THEN o.weaker_customers END AS weaker_customers,
  o.alone_customers > 0 AS has_alone,
  CASE WHEN d.n > 0 THEN d.cohorts END AS cohorts,
  CASE WHEN d.n > 0 THEN d.n END AS nurtured,
  a.judged AS judged_short,
  a.paid_off AS paid_off_short,
  a.pay_back AS pay_back_short,
  b.judged AS judged_long,
  b.paid_off AS paid_off_long,
  b.pay_back AS pay_back_long,
  a.immature AS immature_short,
  b.immature AS immature_long,
  coalesce(b.immature > 0, false) AS has_immature,
  k.verdict AS keyword_verdict,
  k.head_conversion,
  k.tail_conversion,
  g.visit_share AS tail_visit_share,
  g.keywords AS tail_keywords,
  g.revenue AS tail_revenue,
  k.times AS tail_times,
  coalesce(k.has_tail_better, false) AS has_tail_better
FROM rule r
CROSS JOIN horizons h
CROSS JOIN tried i
CROSS JOIN neglect n
CROSS JOIN listed y
CROSS JOIN traffic t
CROSS JOIN wins w
CROSS JOIN moved m
CROSS JOIN called c
CROSS JOIN lost o
CROSS JOIN nurtured d
LEFT JOIN short_trials s ON true
LEFT JOIN long_trials l ON true
LEFT JOIN acquisition.referral_share f ON true
LEFT JOIN pipeline p ON true
LEFT JOIN short_pay a ON d.n > 0
LEFT JOIN long_pay b ON d.n > 0
LEFT JOIN acquisition.keyword_claim k ON true
LEFT JOIN tail g ON true

-- The figures of the decision chain and the sales cycle in one row: whom we know, how far deals come, how long they take, and what there
-- is to do. A figure whose table is missing is empty, and so is what follows from it.
--
-- grain: as_of
-- empty_if_missing: decision_chain.customers, decision_chain.open_deals, decision_chain.approval_path, decision_chain.stuck,
--   decision_chain.other_stages, decision_chain.cycle_summary, decision_chain.same_day, decision_chain.decider_summary,
--   decision_chain.decider_quartiles, decision_chain.participants, staging.contacts
-- check: deciders_not_on_record + deciders_left + deciders_silent = without_decider
-- check: top_single_threaded <= single_threaded
-- check: open_without_decider <= open_deals
-- check: stuck <= open_deals
-- check: for_profit + non_profit + individual_businesses + unknown_kinds = all_customers
-- column: as_of date "As of"
-- column: touch_days days "A contact within these days is lately"
-- column: customers count "Customers who bought and have not closed, or have an open deal"
-- column: role_coverage ratio "Mean share of the five parts covered"
-- column: without_decider count "Customers with the decider not covered"
-- column: deciders_not_on_record count "Of these without a decider on record"
-- column: deciders_left count "Of these where every decider has left"
-- column: deciders_silent count "Of these where the decider was not contacted lately"
-- column: single_threaded count "Customers hanging on one person"
-- column: top_single_threaded count "Of these in the upper tiers"
-- column: top_single_revenue money "Their final revenue in the window"
-- column: open_deals count "Open deals"
-- column: open_amount money "Amount of open deals"
-- column: open_without_decider count "Open deals without a decider"
-- column: open_without_decider_amount money "Their amount"
-- column: buying_customers count "Customers with an open deal of whom the parts are known"
-- column: users_missing count "Of these without a user or initiator covered"
-- column: influencers_missing count "Of these without an influencer or decider covered"
-- column: buyers_missing count "Of these without a buyer covered"
-- column: path_deals count "Deals on the approval path"
-- column: skipped count "Stages skipped"
-- column: repeated count "Stages entered more than once"
-- column: other_stages count "Stages on record that are no part of the path"
-- column: worst_stage text "Stage where most are lost"
-- column: worst_drop_off ratio "Share lost there"
-- column: slowest_stage text "Stage that takes longest"
-- column: slowest_days days "Median days there"
-- column: stuck count "Open deals that are stuck"
-- column: stuck_amount money "Their amount"
-- column: cycle_deals count "Deals from the first contact on"
-- column: cycle_complete count "Of these complete"
-- column: cycle_unfinished count "Of these open or unpaid"
-- column: median_days days "Median days to the last payment"
-- column: median_complete_days days "Median days of complete deals alone"
-- column: long_days days "A median above this is long"
-- column: is_cycle_small_sample bool "Too few deals for the cycle to mean much"
-- column: same_day count "Complete on the day of the first contact"
-- column: same_day_share ratio "Their share of complete deals"
-- column: judged_deals count "Deals that ended and of which the decider is known"
-- column: reached_share ratio "Share that reached the decider"
-- column: not_reached count "Deals that ended without the decider"
-- column: median_days_to_decider days "Median days to the decider"
-- column: slow_decider_days days "A median above this is late"
-- column: is_decider_small_sample bool "Too few deals for the decider's days to mean much"
-- column: soonest_win_rate ratio "Win rate of the quarter that reached the decider first"
-- column: latest_win_rate ratio "Win rate of the quarter that reached the decider last"
-- column: fewest_people text "The fewest people contacted, of bands with enough deals"
-- column: fewest_win_rate ratio "Win rate with so many"
-- column: fewest_cycle_days days "Median cycle with so many"
-- column: most_people text "The most people contacted, of bands with enough deals"
-- column: most_win_rate ratio "Win rate with so many"
-- column: most_cycle_days days "Median cycle with so many"
-- column: all_customers count "Customers and prospects"
-- column: for_profit count "Of these working for profit"
-- column: non_profit count "Of these not working for profit"
-- column: individual_businesses count "Of these individual businesses"
-- column: like_consumer count "Individual businesses with one decision maker"
-- column: like_company count "Individual businesses with several"
-- column: unknown_approach count "Individual businesses of which that is not known"
-- column: unknown_kinds count "Customers whose kind is not known"
-- column: has_open_without_decider bool "Some open deals have no decider"
-- column: has_users_missing bool "Users are missing"
-- column: has_influencers_missing bool "Influencers and deciders are missing"
-- column: has_buyers_missing bool "Buyers are missing"
-- column: has_top_single_threaded bool "Some upper customers hang on one person"
-- column: has_stuck bool "Some approvals are stuck"
-- column: is_cycle_long bool "The cycle is long, over enough deals"
-- column: is_decider_slow bool "The decider is reached late, over enough deals"
-- column: has_for_profit bool "Some customers work for profit"
-- column: has_non_profit bool "Some customers do not work for profit"
-- column: has_individual_businesses bool "Some customers are individual businesses"
WITH rule AS (
  SELECT touch_days
  FROM rules.role_coverage
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
-- Without anybody on record no customer is known to hang on one person.
people AS (
  SELECT count(*) > 0 AS has_people FROM staging.contacts
),
covered AS (
  SELECT
    count(*) AS customers,
    sum(c.roles_covered) AS roles_covered,
    count(c.roles_covered) AS known,
    count(CASE WHEN c.decider_gap = 'no_decider' THEN 1 END) AS not_on_record,
    count(CASE WHEN c.decider_gap = 'decider_left' THEN 1 END) AS decider_left,
    CASE WHEN count(c.touched_contacts) > 0 THEN count(CASE WHEN c.decider_gap = 'decider_silent' THEN 1 END) END AS decider_silent,
    count(c.decider_gap) AS without_decider,
    count(c.decider_covered) AS deciders_known,
    sum(CASE WHEN c.is_single_threaded THEN 1 WHEN NOT c.is_single_threaded THEN 0 END) AS single_threaded,
    sum(CASE WHEN c.is_to_widen THEN 1 WHEN c.is_single_threaded IS NOT NULL THEN 0 END) AS top_single,
    sum(CASE WHEN c.is_to_widen THEN c.revenue WHEN c.is_single_threaded IS NOT NULL THEN 0 END) AS top_revenue,
    count(CASE WHEN c.open_deals > 0 AND c.roles_covered IS NOT NULL THEN 1 END) AS buying,
    count(CASE WHEN c.open_deals > 0 AND NOT c.user_covered AND NOT c.initiator_covered THEN 1 END) AS users_missing,
    count(CASE WHEN c.open_deals > 0 AND NOT c.influencer_covered AND NOT c.decider_covered THEN 1 END) AS influencers_missing,
    count(CASE WHEN c.open_deals > 0 AND NOT c.buyer_covered THEN 1 END) AS buyers_missing
  FROM decision_chain.customers c
),
open_deals AS (
  SELECT
    NULLIF(count(*), 0) AS n,
    sum(amount) AS amount,
    sum(CASE WHEN is_decider_missing THEN 1 WHEN NOT is_decider_missing THEN 0 END) AS without_decider,
    coalesce(sum(CASE WHEN is_decider_missing THEN amount END), CASE WHEN count(is_decider_missing) > 0 THEN 0 END) AS without_amount
  FROM decision_chain.open_deals
),
path AS (
  SELECT
    max(reached) AS deals,
    sum(skipped) AS skipped,
    sum(repeated) AS repeated,
    sum(stuck) AS stuck
  FROM decision_chain.approval_path
),
ranked AS (
  SELECT
    stage,
    drop_off,
    median_days,
    row_number() OVER (ORDER BY drop_off DESC NULLS LAST, position) AS lossy,
    row_number() OVER (ORDER BY median_days DESC NULLS LAST, position) AS slow
  FROM decision_chain.approval_path
  WHERE NOT is_small_sample
),
worst AS (
  SELECT
    max(CASE WHEN lossy = 1 AND drop_off > 0 THEN stage END) AS worst_stage,
    max(CASE WHEN lossy = 1 AND drop_off > 0 THEN drop_off END) AS worst_drop_off,
    max(CASE WHEN slow = 1 THEN stage END) AS slowest_stage,
    max(CASE WHEN slow = 1 THEN median_days END) AS slowest_days
  FROM ranked
),
stuck AS (
  SELECT sum(amount) AS amount FROM decision_chain.stuck
),
others AS (
  SELECT count(*) AS n FROM decision_chain.other_stages
),
same_day AS (
  SELECT sum(complete) AS complete, sum(same_day) AS same_day FROM decision_chain.same_day
),
quarters AS (
  SELECT
    max(CASE WHEN quartile = 'first' AND NOT is_small_sample THEN win_rate END) AS soonest,
    max(CASE WHEN quartile = 'last' AND NOT is_small_sample THEN win_rate END) AS latest
  FROM decision_chain.decider_quartiles
),
bands AS (
  SELECT
    people,
    win_rate,
    median_cycle_days,
    row_number() OVER (ORDER BY from_people) AS up,
    row_number() OVER (ORDER BY from_people DESC) AS down
  FROM decision_chain.participants
  WHERE from_people > 0 AND NOT is_small_sample
),
crowd AS (
  SELECT
    max(CASE WHEN up = 1 AND down > 1 THEN people END) AS fewest_band,
    max(CASE WHEN up = 1 AND down > 1 THEN win_rate END) AS fewest_rate,
    max(CASE WHEN up = 1 AND down > 1 THEN median_cycle_days END) AS fewest_days,
    max(CASE WHEN down = 1 AND up > 1 THEN people END) AS most_band,
    max(CASE WHEN down = 1 AND up > 1 THEN win_rate END) AS most_rate,
    max(CASE WHEN down = 1 AND up > 1 THEN median_cycle_days END) AS most_days
  FROM bands
),
kinds AS (
  SELECT
    count(*) AS n,
    count(CASE WHEN organisation = 'for_profit' THEN 1 END) AS for_profit,
    count(CASE WHEN organisation = 'non_profit' THEN 1 END) AS non_profit,
    count(CASE WHEN organisation = 'individual_business' THEN 1 END) AS individual,
    count(CASE WHEN organisation = 'unknown' THEN 1 END) AS unknown,
    count(CASE WHEN approach = 'like_consumer' THEN 1 END) AS like_consumer,
    count(CASE WHEN approach = 'like_company' THEN 1 END) AS like_company,
    count(CASE WHEN approach = 'unknown' THEN 1 END) AS unknown_approach
  FROM decision_chain.organisations
)
SELECT
  $as_of AS as_of,
  r.touch_days,
  CASE WHEN p.has_people THEN c.customers END AS customers,
  CAST(c.roles_covered AS DOUBLE) / NULLIF(5 * c.known, 0) AS role_coverage,
  CASE WHEN c.deciders_known > 0 THEN c.without_decider END AS without_decider,
  CASE WHEN c.deciders_known > 0 THEN c.not_on_record END AS deciders_not_on_record,
  CASE WHEN c.deciders_known > 0 THEN c.decider_left END AS deciders_left,
  CASE WHEN c.deciders_known > 0 THEN c.decider_silent END AS deciders_silent,
  CASE WHEN p.has_people THEN c.single_threaded END AS single_threaded,
  CASE WHEN p.has_people THEN c.top_single END AS top_single_threaded,
  CASE WHEN p.has_people THEN c.top_revenue END AS top_single_revenue,
  o.n AS open_deals,
  o.amount AS open_amount,
  o.without_decider AS open_without_decider,
  o.without_amount AS open_without_decider_amount,
  NULLIF(c.buying, 0) AS buying_customers,
  CASE WHEN c.buying > 0 THEN c.users_missing END AS users_missing,
  CASE WHEN c.buying > 0 THEN c.influencers_missing END AS influencers_missing,
  CASE WHEN c.buying > 0 THEN c.buyers_missing END AS buyers_missing,
  NULLIF(a.deals, 0) AS path_deals,
  CASE WHEN a.deals > 0 THEN a.skipped END AS skipped,
  CASE WHEN a.deals > 0 THEN a.repeated END AS repeated,
  CASE WHEN a.deals > 0 OR x.n > 0 THEN x.n END AS other_stages,
  w.worst_stage,
  w.worst_drop_off,
  w.slowest_stage,
  w.slowest_days,
  a.stuck,
  CASE WHEN a.stuck IS NOT NULL THEN coalesce(k.amount, 0) END AS stuck_amount,
  NULLIF(s.deals, 0) AS cycle_deals,
  CASE WHEN s.deals > 0 THEN s.complete END AS cycle_complete,
  CASE WHEN s.deals > 0 THEN s.open + s.unpaid END AS cycle_unfinished,
  s.median_days,
  s.median_complete_days,
  s.long_days,
  s.is_small_sample AS is_cycle_small_sample,
  y.same_day,
  CAST(y.same_day AS DOUBLE) / NULLIF(y.complete, 0) AS same_day_share,
  d.judged AS judged_deals,
  d.reached_share,
  d.not_reached,
  d.median_days_to_decider,
  d.slow_decider_days,
  d.is_small_sample AS is_decider_small_sample,
  q.soonest AS soonest_win_rate,
  q.latest AS latest_win_rate,
  b.fewest_band AS fewest_people,
  b.fewest_rate AS fewest_win_rate,
  b.fewest_days AS fewest_cycle_days,
  b.most_band AS most_people,
  b.most_rate AS most_win_rate,
  b.most_days AS most_cycle_days,
  n.n AS all_customers,
  n.for_profit,
  n.non_profit,
  n.individual AS individual_businesses,
  n.like_consumer,
  n.like_company,
  n.unknown_approach,
  n.unknown AS unknown_kinds,
  o.without_decider > 0 AS has_open_without_decider,
  c.users_missing > 0 AS has_users_missing,
  c.influencers_missing > 0 AS has_influencers_missing,
  c.buyers_missing > 0 AS has_buyers_missing,
  p.has_people AND c.top_single > 0 AS has_top_single_threaded,
  a.stuck > 0 AS has_stuck,
  s.is_long AND NOT s.is_small_sample AS is_cycle_long,
  d.is_slow AND NOT d.is_small_sample AS is_decider_slow,
  n.for_profit > 0 AS has_for_profit,
  n.non_profit > 0 AS has_non_profit,
  n.individual > 0 AS has_individual_businesses
FROM rule r
CROSS JOIN people p
CROSS JOIN covered c
CROSS JOIN open_deals o
CROSS JOIN path a
CROSS JOIN worst w
CROSS JOIN stuck k
CROSS JOIN others x
CROSS JOIN same_day y
CROSS JOIN quarters q
CROSS JOIN crowd b
CROSS JOIN kinds n
LEFT JOIN decision_chain.cycle_summary s ON s.as_of = $as_of
LEFT JOIN decision_chain.decider_summary d ON d.as_of = $as_of

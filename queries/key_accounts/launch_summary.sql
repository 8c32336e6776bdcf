-- All launches in the window in one row. Sums are of the launches that are measured and not near another one of the
-- same customer; the rest is counted by what stands in the way. Whether a subsidy is earned back is counted only where it is known
-- for any launch.
--
-- grain: as_of
-- check: launches = measured + overlapping + immature + no_pre_period + no_orders_before + no_peers
-- check: coalesce(paying, 0) + coalesce(costly, 0) + not_known = measured
-- check: (paying is null) = (costly is null)
-- total: sum(launches) = (select count(*) from key_accounts.launch)
-- column: as_of date "As of"
-- column: launches count "Launches"
-- column: measured count "Measured"
-- column: overlapping count "Measured, but near another launch"
-- column: immature count "Days after not over yet"
-- column: no_pre_period count "Customer too new"
-- column: no_orders_before count "No order before"
-- column: no_peers count "Nobody to compare with"
-- column: orders_before count "Orders before"
-- column: orders_after count "Orders from that day"
-- column: incremental_orders count "Orders in addition"
-- column: median_lift ratio "Median lift"
-- column: subsidy money "Subsidy, where known"
-- column: subsidised_orders count "Orders in addition where the subsidy is known"
-- column: subsidy_per_order money "Subsidy per order in addition"
-- column: paying count "Launches whose subsidy is earned back"
-- column: costly count "Launches whose subsidy is not earned back"
-- column: not_known count "Measured launches of which that is not known"
-- column: is_small_sample bool "Too few measured launches for a median to mean much"
WITH launches AS (
  SELECT
    launch_state = 'measured' AND NOT is_overlapping AS is_clean,
    *
  FROM key_accounts.launch
),
exact AS (
  -- A sum of decimals does not depend on the order of its rows.
  SELECT *, CAST(incremental_orders AS DECIMAL(38, 6)) AS exact_orders
  FROM launches
),
acc AS (
  SELECT
    count(*) AS launches,
    count(CASE WHEN is_clean THEN 1 END) AS measured,
    count(CASE WHEN launch_state = 'measured' AND is_overlapping THEN 1 END) AS overlapping,
    count(CASE WHEN launch_state = 'immature' THEN 1 END) AS immature,
    count(CASE WHEN launch_state = 'no_pre_period' THEN 1 END) AS no_pre_period,
    count(CASE WHEN launch_state = 'no_orders_before' THEN 1 END) AS no_orders_before,
    count(CASE WHEN launch_state = 'no_peers' THEN 1 END) AS no_peers,
    sum(CASE WHEN is_clean THEN orders_before END) AS orders_before,
    sum(CASE WHEN is_clean THEN orders_after END) AS orders_after,
    sum(CASE WHEN is_clean THEN exact_orders END) AS incremental_orders,
    median(CASE WHEN is_clean THEN lift END) AS median_lift,
    sum(CASE WHEN is_clean THEN subsidy END) AS subsidy,
    sum(CASE WHEN is_clean AND subsidy IS NOT NULL THEN exact_orders END) AS subsidised_orders,
    count(CASE WHEN is_clean THEN is_paying END) AS judged,
    count(CASE WHEN is_clean AND is_paying THEN 1 END) AS paying,
    count(CASE WHEN is_clean AND NOT is_paying THEN 1 END) AS costly
  FROM exact
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  $as_of AS as_of,
  a.launches,
  a.measured,
  a.overlapping,
  a.immature,
  a.no_pre_period,
  a.no_orders_before,
  a.no_peers,
  a.orders_before,
  a.orders_after,
  a.incremental_orders,
  a.median_lift,
  a.subsidy,
  a.subsidised_orders,
  CASE WHEN a.subsidised_orders > 0 THEN CAST(a.subsidy AS DOUBLE) / CAST(a.subsidised_orders AS DOUBLE) END AS subsidy_per_order,
  CASE WHEN a.judged > 0 THEN a.paying END AS paying,
  CASE WHEN a.judged > 0 THEN a.costly END AS costly,
  a.measured - a.judged AS not_known,
  a.measured < r.min_units AS is_small_sample
FROM acc a
CROSS JOIN rule r

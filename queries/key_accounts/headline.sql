-- The figures of the first sentences on screening key accounts, and what calls for advice. One row.
-- Counts of profit are empty when gross profit is known for nobody, counts of local influence when no customer has a city or
-- a region, counts of owners at the right or wrong level when that cannot be judged for anybody, counts of customers without an
-- owner when no owner is on record, and whether there is a key account team when no owner has a level.
--
-- grain: as_of
-- empty_if_missing: staging.owners, key_accounts.local, key_accounts.local_cities
-- check: candidates <= customers_in_window
-- check: flagged_customers <= k80_customers
-- check: k80_customers = coalesce(occasional_flagged + occasional_untestable + occasional_passed, 0)
-- column: as_of date "As of"
-- column: customers count "Customers above zero in the window"
-- column: customers_in_window count "Customers in the window"
-- column: candidates count "Candidates for key accounts"
-- column: k80_customers count "Customers who bring 80 % of revenue"
-- column: k80_profit_customers count "Customers who bring 80 % of gross profit"
-- column: both_customers count "Among both"
-- column: revenue_only_customers count "Among the 80 % of revenue only"
-- column: own_candidates count "Candidates not marked as from a third party"
-- column: own_revenue money "Revenue of key accounts on own records"
-- column: own_share ratio "Share of key accounts on own records in all revenue"
-- column: third_party_candidates count "Candidates from third parties"
-- column: third_party_revenue money "Revenue of the candidates from third parties"
-- column: influential_customers count "Locally influential customers"
-- column: influential_candidates count "Key accounts with influence in their city or region"
-- column: judged_cities count "Cities with enough customers"
-- column: judged_places count "Customers judged, each once in every city"
-- column: known_pulls count "Customers in their cities with a pull that is known"
-- column: routed_candidates count "Candidates owned at the level required"
-- column: mismatched_candidates count "Candidates owned at another level"
-- column: mismatched_revenue money "Revenue of candidates whose owner is of the wrong level"
-- column: below_candidates count "Key accounts with an owner below the level"
-- column: above_candidates count "Key accounts with an owner above the level"
-- column: unrouted_candidates count "Candidates without an owner"
-- column: mismatched_customers count "Customers owned at another level"
-- column: mismatched_customer_revenue money "Revenue of customers owned at another level"
-- column: unrouted_customers count "Customers without an owner"
-- column: unrouted_revenue money "Revenue of customers without an owner"
-- column: unrouted_candidate_revenue money "Revenue of candidates without an owner"
-- column: wide_unrouted_customers count "Customers without an owner, of national or regional reach"
-- column: unknown_route_candidates count "Candidates whose routing is not known"
-- column: wide_candidates count "Candidates of national or regional reach"
-- column: ka_owners count "Owners above city level"
-- column: flagged_customers count "Customers flagged as fake key accounts"
-- column: flagged_revenue money "Revenue of fake key accounts"
-- column: flagged_share ratio "Share of fake key accounts in all revenue"
-- column: strategic_flagged count "Flagged with a strategic reason"
-- column: occasional_flagged count "Occasional buyers"
-- column: occasional_passed count "Not occasional"
-- column: occasional_untestable count "Not testable for occasional buying"
-- column: unprofitable_flagged count "Large without profit"
-- column: unprofitable_untestable count "Not testable for profit"
-- column: negative_profit_customers count "Of the 80 % of revenue with negative gross profit"
-- column: negative_profit_revenue money "Revenue of large customers without gross profit"
-- column: negative_profit money "Gross profit of large customers without any"
-- column: squeezer_flagged count "Squeezers"
-- column: squeezer_untestable count "Not testable as squeezers"
-- column: k80_share_before ratio "Share of customers who bring 80 %"
-- column: k80_share_after ratio "Share of customers who bring 80 %, without the flagged ones"
-- column: k80_customers_after count "Customers who bring 80 % without the flagged ones"
-- column: top20_share_before ratio "Share of the largest 20 %"
-- column: top20_share_after ratio "Share of the first 20 %, without the flagged ones"
-- column: six_features_known count "Candidates with six known features"
-- column: is_source_mixed bool "Own records and those of third parties"
-- column: has_mismatches bool "Candidates owned at another level or by nobody"
-- column: has_occasional bool "There are occasional buyers"
-- column: has_unprofitable bool "There are large customers without profit"
-- column: has_squeezers bool "There are squeezers"
-- column: untestable_customers count "Customers for whom a test cannot be made"
-- column: has_untestable bool "Tests that cannot be made"
-- column: has_influential bool "There are locally influential customers"
-- column: is_without_ka_team bool "Wide candidates, but no owner above city level"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH window_customers AS (
  SELECT
    count(*) AS n_all,
    count(rank) AS n,
    sum(CASE WHEN revenue > 0 THEN revenue END) AS total,
    count(gross_profit) > 0 AS has_profit
  FROM value.contribution
),
candidates AS (
  SELECT
    count(*) AS n,
    sum(CASE WHEN in_k80_revenue THEN 1 ELSE 0 END) AS n_revenue,
    sum(CASE WHEN in_k80_profit THEN 1 ELSE 0 END) AS n_profit,
    sum(CASE WHEN in_k80_revenue AND in_k80_profit THEN 1 ELSE 0 END) AS n_both,
    sum(CASE WHEN in_k80_revenue AND NOT in_k80_profit THEN 1 ELSE 0 END) AS n_revenue_only,
    sum(CASE WHEN source = 'third_party' THEN 1 ELSE 0 END) AS n_third,
    sum(CASE WHEN source = 'third_party' THEN revenue END) AS third_revenue,
    sum(CASE WHEN source = 'third_party' THEN 0 ELSE revenue END) AS own_revenue
  FROM key_accounts.candidates
),
influence AS (
  SELECT
    count(judged_by) AS n_judged,
    count(DISTINCT CASE WHEN is_influential THEN customer_id END) AS n,
    count(DISTINCT CASE WHEN is_influential AND is_candidate THEN customer_id END) AS n_candidates,
    sum(CASE WHEN pull_is_known THEN 1 ELSE 0 END) AS n_pulls
  FROM key_accounts.local
),
cities AS (
  SELECT count(*) AS n, sum(CASE WHEN is_judged THEN 1 ELSE 0 END) AS n_judged FROM key_accounts.local_cities
),
routes AS (
  SELECT
    sum(CASE WHEN result = 'routed' THEN candidates END) AS routed,
    sum(CASE WHEN result = 'mismatch' THEN candidates END) AS mismatched,
    sum(CASE WHEN result = 'mismatch' THEN candidate_revenue END) AS mismatched_revenue,
    sum(below) AS below,
    sum(above) AS above,
    sum(CASE WHEN result = 'unrouted' THEN candidates END) AS unrouted,
    sum(CASE WHEN result = 'unknown' THEN candidates END) AS unknown,
    sum(CASE WHEN result = 'mismatch' THEN customers END) AS mismatched_customers,
    sum(CASE WHEN result = 'mismatch' THEN revenue END) AS mismatched_customer_revenue,
    sum(CASE WHEN result = 'unrouted' THEN customers END) AS unrouted_customers,
    sum(CASE WHEN result = 'unrouted' THEN revenue END) AS unrouted_revenue,
    sum(CASE WHEN result = 'unrouted' THEN candidate_revenue END) AS unrouted_candidate_revenue,
    sum(CASE WHEN result IN ('routed', 'mismatch') THEN customers ELSE 0 END) > 0 AS is_judged
  FROM key_accounts.routing_summary
),
reach AS (
  SELECT
    coalesce(sum(CASE WHEN is_candidate AND required_level <> 'city' THEN 1 END), 0) AS n_wide,
    coalesce(sum(CASE WHEN result = 'unrouted' AND required_level <> 'city' THEN 1 END), 0) AS n_wide_unrouted,
    count(owner_id) > 0 OR count(CASE WHEN result = 'unrouted' THEN 1 END) > 0 AS has_owners
  FROM key_accounts.routing
),
team AS (
  SELECT count(level) AS n, sum(CASE WHEN level IN ('hq', 'region') THEN 1 ELSE 0 END) AS n_wide FROM staging.owners
),
tests AS (
  SELECT
    count(*) AS n,
    sum(CASE WHEN n_flags > 0 THEN 1 ELSE 0 END) AS flagged,
    sum(CASE WHEN n_flags > 0 THEN revenue ELSE 0 END) AS flagged_revenue,
    sum(n_untestable) AS untestable,
    sum(CASE WHEN n_untestable > 0 THEN 1 ELSE 0 END) AS untestable_customers,
    sum(CASE WHEN occasional = 'flagged' THEN 1 ELSE 0 END) AS occasional,
    sum(CASE WHEN occasional = 'passed' THEN 1 ELSE 0 END) AS occasional_passed,
    sum(CASE WHEN occasional = 'untestable' THEN 1 ELSE 0 END) AS occasional_untestable,
    sum(CASE WHEN unprofitable = 'flagged' THEN 1 ELSE 0 END) AS unprofitable,
    sum(CASE WHEN unprofitable = 'untestable' THEN 1 ELSE 0 END) AS unprofitable_untestable,
    sum(CASE WHEN unprofitable_evidence = 'negative_profit' THEN 1 ELSE 0 END) AS negative,
    sum(CASE WHEN unprofitable_evidence = 'negative_profit' THEN revenue ELSE 0 END) AS negative_revenue,
    sum(CASE WHEN unprofitable_evidence = 'negative_profit' THEN gross_profit ELSE 0 END) AS negative_profit,
    sum(CASE WHEN squeezer = 'flagged' THEN 1 ELSE 0 END) AS squeezers,
    sum(CASE WHEN squeezer = 'untestable' THEN 1 ELSE 0 END) AS squeezer_untestable
  FROM key_accounts.fake_results
),
strategic AS (
  SELECT count(*) AS n FROM key_accounts.fake_list WHERE is_strategic
),
pareto AS (
  SELECT
    max(CASE WHEN step = 'all' THEN k80_customer_share END) AS k80_before,
    max(CASE WHEN step = 'all' THEN top20_share END) AS top20_before,
    max(CASE WHEN step = 'without_flagged' THEN k80_customers END) AS n_after,
    max(CASE WHEN step = 'without_flagged' THEN k80_customer_share END) AS k80_after,
    max(CASE WHEN step = 'without_flagged' THEN top20_share END) AS top20_after
  FROM key_accounts.without_fakes
),
profiles AS (
  SELECT coalesce(sum(CASE WHEN features_known = 6 THEN 1 END), 0) AS n_known FROM key_accounts.profile
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  $as_of AS as_of,
  w.n AS customers,
  w.n_all AS customers_in_window,
  c.n AS candidates,
  coalesce(c.n_revenue, 0) AS k80_customers,
  CASE WHEN w.has_profit THEN c.n_profit END AS k80_profit_customers,
  CASE WHEN w.has_profit THEN c.n_both END AS both_customers,
  CASE WHEN w.has_profit THEN c.n_revenue_only END AS revenue_only_customers,
  c.n - coalesce(c.n_third, 0) AS own_candidates,
  coalesce(c.own_revenue, 0) AS own_revenue,
  CAST(c.own_revenue AS DOUBLE) / NULLIF(CAST(w.total AS DOUBLE), 0) AS own_share,
  coalesce(c.n_third, 0) AS third_party_candidates,
  coalesce(c.third_revenue, 0) AS third_party_revenue,
  CASE WHEN l.n_judged > 0 THEN l.n END AS influential_customers,
  CASE WHEN l.n_judged > 0 THEN l.n_candidates END AS influential_candidates,
  CASE WHEN y.n > 0 THEN y.n_judged END AS judged_cities,
  NULLIF(l.n_judged, 0) AS judged_places,
  CASE WHEN l.n_judged > 0 THEN l.n_pulls END AS known_pulls,
  CASE WHEN r.is_judged THEN r.routed END AS routed_candidates,
  CASE WHEN r.is_judged THEN r.mismatched END AS mismatched_candidates,
  CASE WHEN r.is_judged THEN r.mismatched_revenue END AS mismatched_revenue,
  CASE WHEN r.is_judged THEN r.below END AS below_candidates,
  CASE WHEN r.is_judged THEN r.above END AS above_candidates,
  CASE WHEN h.has_owners THEN r.unrouted END AS unrouted_candidates,
  CASE WHEN r.is_judged THEN r.mismatched_customers END AS mismatched_customers,
  CASE WHEN r.is_judged THEN r.mismatched_customer_revenue END AS mismatched_customer_revenue,
  CASE WHEN h.has_owners THEN r.unrouted_customers END AS unrouted_customers,
  CASE WHEN h.has_owners THEN r.unrouted_revenue END AS unrouted_revenue,
  CASE WHEN h.has_owners THEN r.unrouted_candidate_revenue END AS unrouted_candidate_revenue,
  CASE WHEN h.has_owners THEN h.n_wide_unrouted END AS wide_unrouted_customers,
  r.unknown AS unknown_route_candidates,
  h.n_wide AS wide_candidates,
  CASE WHEN o.n > 0 THEN o.n_wide END AS ka_owners,
  coalesce(t.flagged, 0) AS flagged_customers,
  coalesce(t.flagged_revenue, 0) AS flagged_revenue,
  CAST(t.flagged_revenue AS DOUBLE) / NULLIF(CAST(w.total AS DOUBLE), 0) AS flagged_share,
  s.n AS strategic_flagged,
  coalesce(t.occasional, 0) AS occasional_flagged,
  coalesce(t.occasional_passed, 0) AS occasional_passed,
  coalesce(t.occasional_untestable, 0) AS occasional_untestable,
  CASE WHEN w.has_profit THEN t.unprofitable END AS unprofitable_flagged,
  coalesce(t.unprofitable_untestable, 0) AS unprofitable_untestable,
  CASE WHEN w.has_profit THEN t.negative END AS negative_profit_customers,
  CASE WHEN w.has_profit THEN t.negative_revenue END AS negative_profit_revenue,
  CASE WHEN w.has_profit THEN t.negative_profit END AS negative_profit,
  coalesce(t.squeezers, 0) AS squeezer_flagged,
  coalesce(t.squeezer_untestable, 0) AS squeezer_untestable,
  p.k80_before AS k80_share_before,
  p.k80_after AS k80_share_after,
  p.n_after AS k80_customers_after,
  p.top20_before AS top20_share_before,
  p.top20_after AS top20_share_after,
  f.n_known AS six_features_known,
  coalesce(c.n_third > 0 AND c.n_third < c.n, false) AS is_source_mixed,
  CASE WHEN r.is_judged AND h.has_owners THEN r.mismatched + r.unrouted > 0 END AS has_mismatches,
  coalesce(t.occasional > 0, false) AS has_occasional,
  coalesce(t.unprofitable > 0, false) AS has_unprofitable,
  coalesce(t.squeezers > 0, false) AS has_squeezers,
  coalesce(t.untestable_customers, 0) AS untestable_customers,
  coalesce(t.untestable > 0, false) AS has_untestable,
  l.n > 0 AS has_influential,
  CASE WHEN o.n > 0 THEN h.n_wide > 0 AND o.n_wide = 0 END AS is_without_ka_team,
  w.n < u.min_units AS is_small_sample
FROM window_customers w
CROSS JOIN candidates c
CROSS JOIN influence l
CROSS JOIN cities y
CROSS JOIN routes r
CROSS JOIN reach h
CROSS JOIN team o
CROSS JOIN tests t
CROSS JOIN strategic s
CROSS JOIN pareto p
CROSS JOIN profiles f
CROSS JOIN rule u

-- The public pool in one row: what came in, what passed cleaning, what was claimed and won, what lies there, and where the rules of the pool
-- are broken. The parts are those of acquisition.pool_sources, acquisition.pool_reps, acquisition.pool_leads and acquisition.claims.
--
-- grain: as_of
-- check: stock + uncleaned + held + won = leads
-- check: leaks <= recycled
-- column: as_of date "As of"
-- column: leads count "Leads that were ever in the pool"
-- column: stock count "Unclaimed"
-- column: uncleaned count "Not cleaned yet"
-- column: held count "Held by somebody"
-- column: won count "Won"
-- column: median_age_days days "Median age of the unclaimed"
-- column: oldest_days days "Age of the oldest of them"
-- column: old_stock count "Unclaimed for too long"
-- column: old_days days "Too long is from"
-- column: inflow count "Came in during the window"
-- column: pass_rate ratio "Cleaning pass rate"
-- column: claim_rate ratio "Claim rate"
-- column: median_days_to_claim days "Median days until the first claim"
-- column: claims count "Claims in the window"
-- column: claimers count "People who claimed"
-- column: claims_per_rep count "Claims per person"
-- column: ended count "Claims of the window that ended"
-- column: returned count "Returned"
-- column: return_rate ratio "Return rate"
-- column: recycled count "Recycled"
-- column: leaks count "Recycled without a contact"
-- column: leak_rate ratio "Share recycled without a contact"
-- column: reclaims count "Claims of leads claimed before"
-- column: early_reclaims count "Claims before the cool-down was over"
-- column: reassigned count "Handed on past the pool"
-- column: adrift count "Held by nobody known and in no pool"
-- column: at_cap count "People at the limit of what one may hold"
-- column: hoarders count "Of these who do not care for all of it"
-- column: hoarded count "Leads that they hold"
-- column: days_over_limit count "Days on which somebody claimed more than allowed"
-- column: overdue count "Held for too long without a contact"
-- column: recycle_days days "Days without a contact that are allowed"
-- column: holding_cap count "Leads that one may hold"
-- column: daily_claim_cap count "Claims that one may make in a day"
-- column: judged_winning count "Leads claimed at least one median cycle ago"
-- column: win_rate ratio "Win rate after the claim"
-- column: stock_value money "Estimated value of the unclaimed"
-- column: is_small_sample bool "Too few leads for a rate to mean much"
WITH rule AS (
  SELECT l.*, s.min_units
  FROM rules.pool_limits l
  CROSS JOIN rules.small_samples s
  WHERE (l.valid_from IS NULL OR l.valid_from <= $as_of) AND (l.valid_to IS NULL OR l.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
leads AS (
  SELECT
    count(*) AS leads,
    count(CASE WHEN p.pool_state = 'unclaimed' THEN 1 END) AS stock,
    count(CASE WHEN p.pool_state = 'uncleaned' THEN 1 END) AS uncleaned,
    count(CASE WHEN p.pool_state = 'held' THEN 1 END) AS held,
    count(CASE WHEN p.pool_state = 'won' THEN 1 END) AS won,
    median(CASE WHEN p.pool_state = 'unclaimed' THEN CAST(p.age_days AS DECIMAL(20, 1)) END) AS median_age_days,
    max(CASE WHEN p.pool_state = 'unclaimed' THEN p.age_days END) AS oldest_days,
    count(CASE WHEN p.pool_state = 'unclaimed' AND p.age_days >= r.old_days THEN 1 END) AS old_stock,
    median(
      CASE WHEN p.entered_on >= $window_start AND p.entered_on < $window_end THEN CAST(p.days_to_claim AS DECIMAL(20, 1)) END
    ) AS median_days_to_claim
  FROM acquisition.pool_leads p
  CROSS JOIN rule r
),
sources AS (
  SELECT
    sum(inflow) AS inflow,
    sum(judged_cleaning) AS judged_cleaning,
    sum(passed) AS passed,
    sum(judged_claiming) AS judged_claiming,
    sum(claimed) AS claimed,
    sum(judged_winning) AS judged_winning,
    sum(won) AS won,
    sum(won_revenue) AS won_revenue
  FROM acquisition.pool_sources
),
reps AS (
  SELECT
    sum(claims) AS claims,
    count(CASE WHEN claims > 0 AND owner_id <> 'unknown' THEN 1 END) AS claimers,
    sum(CASE WHEN owner_id <> 'unknown' THEN claims END) AS named_claims,
    sum(ended) AS ended,
    sum(returned) AS returned,
    sum(recycled) AS recycled,
    sum(leaks) AS leaks,
    sum(reclaims) AS reclaims,
    sum(early_reclaims) AS early_reclaims,
    count(CASE WHEN is_at_cap THEN 1 END) AS at_cap,
    count(CASE WHEN is_hoarder THEN 1 END) AS hoarders,
    sum(CASE WHEN is_hoarder THEN held END) AS hoarded,
    sum(CASE WHEN owner_id <> 'unknown' THEN days_over_limit END) AS days_over_limit,
    sum(overdue) AS overdue
  FROM acquisition.pool_reps
),
odd AS (
  SELECT
    count(CASE WHEN claim_end = 'reassigned' AND claimed_on >= $window_start AND claimed_on < $window_end THEN 1 END) AS reassigned,
    count(CASE WHEN is_adrift THEN 1 END) AS adrift
  FROM acquisition.claims
)
SELECT
  $as_of AS as_of,
  l.leads,
  l.stock,
  l.uncleaned,
  l.held,
  l.won,
  l.median_age_days,
  l.oldest_days,
  l.old_stock,
  r.old_days,
  coalesce(s.inflow, 0) AS inflow,
  CAST(s.passed AS DOUBLE) / NULLIF(s.judged_cleaning, 0) AS pass_rate,
  CAST(s.claimed AS DOUBLE) / NULLIF(s.judged_claiming, 0) AS claim_rate,
  l.median_days_to_claim,
  coalesce(p.claims, 0) AS claims,
  p.claimers,
  CAST(p.named_claims AS DOUBLE) / NULLIF(p.claimers, 0) AS claims_per_rep,
  coalesce(p.ended, 0) AS ended,
  coalesce(p.returned, 0) AS returned,
  CAST(p.returned AS DOUBLE) / NULLIF(p.ended, 0) AS return_rate,
  coalesce(p.recycled, 0) AS recycled,
  p.leaks,
  CAST(p.leaks AS DOUBLE) / NULLIF(p.recycled, 0) AS leak_rate,
  coalesce(p.reclaims, 0) AS reclaims,
  coalesce(p.early_reclaims, 0) AS early_reclaims,
  o.reassigned,
  o.adrift,
  p.at_cap,
  p.hoarders,
  coalesce(p.hoarded, 0) AS hoarded,
  coalesce(p.days_over_limit, 0) AS days_over_limit,
  p.overdue,
  r.recycle_days,
  r.holding_cap,
  r.daily_claim_cap,
  coalesce(s.judged_winning, 0) AS judged_winning,
  CAST(s.won AS DOUBLE) / NULLIF(s.judged_winning, 0) AS win_rate,
  CASE WHEN s.judged_winning > 0 THEN CAST(s.won_revenue AS DOUBLE) * l.stock / s.judged_winning END AS stock_value,
  coalesce(s.judged_claiming, 0) < r.min_units AS is_small_sample
FROM rule r
CROSS JOIN leads l
CROSS JOIN sources s
CROSS JOIN reps p
CROSS JOIN odd o

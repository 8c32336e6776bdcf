-- The public pool by the source of its leads: what came in during the window, and what became of these same leads. Passed are those cleaned
-- or claimed, of the ones that have been there for the days of rules.pool_limits; claimed are those of the passed ones that have been
-- there for its days. Won is of all leads ever claimed from this source at least one median cycle ago, and so is the revenue that
-- each of them brought. The stock is what is unclaimed now, from any time. Its value is an estimate: each lead is worth what a claimed
-- lead of all sources has brought so far.
--
-- grain: channel
-- order: inflow desc, stock desc, channel
-- check: passed <= judged_cleaning and claimed <= judged_claiming and won <= judged_winning
-- total: sum(stock) = (select count(*) from acquisition.pool_leads where pool_state = 'unclaimed')
-- column: channel text "Source"
-- column: inflow count "Came in"
-- column: judged_cleaning count "Of these long enough to be cleaned"
-- column: passed count "Passed cleaning"
-- column: pass_rate ratio "Cleaning pass rate"
-- column: judged_claiming count "Passed and long enough to be claimed"
-- column: claimed count "Claimed"
-- column: claim_rate ratio "Claim rate"
-- column: median_days_to_claim days "Median days until the first claim"
-- column: judged_winning count "Ever claimed, at least one median cycle ago"
-- column: won count "Of these won"
-- column: win_rate ratio "Win rate after the claim"
-- column: won_revenue money "Final revenue that these brought"
-- column: stock count "Unclaimed now"
-- column: stock_value money "Estimated value of the unclaimed"
-- column: is_small_sample bool "Too few leads for a rate to mean much"
WITH rule AS (
  SELECT l.clean_days, l.claim_days, s.min_units, c.median_days, k.is_recorded
  FROM rules.pool_limits l
  CROSS JOIN rules.small_samples s
  CROSS JOIN acquisition.cycle c
  CROSS JOIN (SELECT count(cleaned_on) > 0 AS is_recorded FROM acquisition.pool_leads) k
  WHERE (l.valid_from IS NULL OR l.valid_from <= $as_of) AND (l.valid_to IS NULL OR l.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
leads AS (
  SELECT
    p.*,
    p.has_come_in AND p.entered_on >= $window_start AND p.entered_on < $window_end AS is_inflow,
    r.is_recorded AND $as_of - p.entered_on >= r.clean_days AS is_old_enough_to_clean,
    $as_of - p.entered_on >= r.claim_days AS is_old_enough_to_claim,
    $as_of - p.first_claimed_on >= r.median_days AS is_old_enough_to_win
  FROM acquisition.pool_leads p
  CROSS JOIN rule r
),
acc AS (
  SELECT
    channel,
    count(CASE WHEN is_inflow THEN 1 END) AS inflow,
    count(CASE WHEN is_inflow AND is_old_enough_to_clean THEN 1 END) AS judged_cleaning,
    count(CASE WHEN is_inflow AND is_old_enough_to_clean AND has_passed THEN 1 END) AS passed,
    count(CASE WHEN is_inflow AND is_old_enough_to_claim AND pool_state <> 'uncleaned' THEN 1 END) AS judged_claiming,
    count(CASE WHEN is_inflow AND is_old_enough_to_claim AND claims > 0 THEN 1 END) AS claimed,
    median(CASE WHEN is_inflow THEN CAST(days_to_claim AS DECIMAL(20, 1)) END) AS median_days_to_claim,
    count(CASE WHEN is_old_enough_to_win THEN 1 END) AS judged_winning,
    count(CASE WHEN is_old_enough_to_win AND won_on >= first_claimed_on THEN 1 END) AS won,
    sum(CASE WHEN is_old_enough_to_win AND won_on >= first_claimed_on THEN revenue END) AS won_revenue,
    count(CASE WHEN pool_state = 'unclaimed' THEN 1 END) AS stock
  FROM leads
  GROUP BY channel
),
all_sources AS (
  SELECT *, sum(won_revenue) OVER () AS all_revenue, sum(judged_winning) OVER () AS all_claimed
  FROM acc
)
SELECT
  a.channel,
  a.inflow,
  a.judged_cleaning,
  a.passed,
  CAST(a.passed AS DOUBLE) / NULLIF(a.judged_cleaning, 0) AS pass_rate,
  a.judged_claiming,
  a.claimed,
  CAST(a.claimed AS DOUBLE) / NULLIF(a.judged_claiming, 0) AS claim_rate,
  a.median_days_to_claim,
  a.judged_winning,
  a.won,
  CAST(a.won AS DOUBLE) / NULLIF(a.judged_winning, 0) AS win_rate,
  CAST(coalesce(a.won_revenue, 0) AS DECIMAL(38, 4)) AS won_revenue,
  a.stock,
  CASE WHEN a.all_claimed > 0 THEN CAST(coalesce(a.all_revenue, 0) AS DOUBLE) * a.stock / a.all_claimed END AS stock_value,
  a.judged_claiming < r.min_units AS is_small_sample
FROM all_sources a
CROSS JOIN rule r

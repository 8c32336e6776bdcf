-- The public pool by who claims from it. Claims are those of the window; held is what is held now, whenever it was claimed. Rates are of claims of
-- the window: returned and recycled of those that have ended, won of those at least one median cycle old. A hoarder holds as much as
-- rules.pool_limits allows, or more, and has had no contact for too long with some of it; where contacts are not on record, whoever holds that
-- much is one. The daily limit is broken on days with more claims.
--
-- grain: owner_id
-- order: held desc, claims desc, owner_id
-- check: ended <= claims and mature_won <= mature_claims
-- total: sum(held) = (select count(*) from acquisition.claims where claim_end = 'held')
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: claims count "Claims in the window"
-- column: reclaims count "Of these of leads claimed before"
-- column: early_reclaims count "Of these before the cool-down was over"
-- column: most_in_a_day count "Most claims in a day"
-- column: days_over_limit count "Days above the daily limit"
-- column: held count "Held now"
-- column: is_at_cap bool "At the limit of what one may hold"
-- column: is_hoarder bool "At the limit, and does not care for all of it"
-- column: overdue count "Held for too long without a contact"
-- column: ended count "Claims that ended"
-- column: returned count "Returned"
-- column: return_rate ratio "Return rate"
-- column: recycled count "Recycled"
-- column: leaks count "Recycled without a contact"
-- column: won count "Won"
-- column: mature_claims count "Claims at least one median cycle old"
-- column: mature_won count "Of these won"
-- column: win_rate ratio "Win rate"
-- column: is_small_sample bool "Too few claims for a rate to mean much"
WITH rule AS (
  SELECT l.holding_cap, l.daily_claim_cap, s.min_units, c.median_days
  FROM rules.pool_limits l
  CROSS JOIN rules.small_samples s
  CROSS JOIN acquisition.cycle c
  WHERE (l.valid_from IS NULL OR l.valid_from <= $as_of) AND (l.valid_to IS NULL OR l.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
daily AS (
  SELECT c.owner_id, c.claimed_on, count(*) AS n, max(r.daily_claim_cap) AS cap
  FROM acquisition.claims c
  CROSS JOIN rule r
  WHERE c.claimed_on >= $window_start AND c.claimed_on < $window_end
  GROUP BY c.owner_id, c.claimed_on
),
busy AS (
  SELECT owner_id, max(n) AS most_in_a_day, count(CASE WHEN n > cap THEN 1 END) AS days_over_limit
  FROM daily
  GROUP BY owner_id
),
acc AS (
  SELECT
    c.owner_id,
    max(c.owner_name) AS owner_name,
    count(CASE WHEN c.is_of_window THEN 1 END) AS claims,
    count(CASE WHEN c.is_of_window AND c.claim_no > 1 THEN 1 END) AS reclaims,
    count(CASE WHEN c.is_of_window AND c.is_early_reclaim THEN 1 END) AS early_reclaims,
    count(CASE WHEN c.claim_end = 'held' THEN 1 END) AS held,
    count(CASE WHEN c.is_overdue THEN 1 END) AS overdue,
    count(c.is_overdue) AS known,
    count(CASE WHEN c.is_of_window AND c.claim_end <> 'held' THEN 1 END) AS ended,
    count(CASE WHEN c.is_of_window AND c.claim_end = 'returned' THEN 1 END) AS returned,
    count(CASE WHEN c.is_of_window AND c.claim_end = 'recycled' THEN 1 END) AS recycled,
    count(CASE WHEN c.is_of_window AND c.is_leak THEN 1 END) AS leaks,
    count(CASE WHEN c.is_of_window AND c.claim_end = 'won' THEN 1 END) AS won,
    count(CASE WHEN c.is_of_window AND $as_of - c.claimed_on >= r.median_days THEN 1 END) AS mature_claims,
    count(CASE WHEN c.is_of_window AND $as_of - c.claimed_on >= r.median_days AND c.claim_end = 'won' THEN 1 END) AS mature_won
  FROM (SELECT *, claimed_on >= $window_start AND claimed_on < $window_end AS is_of_window FROM acquisition.claims) c
  CROSS JOIN rule r
  GROUP BY c.owner_id
)
SELECT
  a.owner_id,
  a.owner_name,
  a.claims,
  a.reclaims,
  a.early_reclaims,
  coalesce(b.most_in_a_day, 0) AS most_in_a_day,
  coalesce(b.days_over_limit, 0) AS days_over_limit,
  a.held,
  a.owner_id <> 'unknown' AND a.held >= r.holding_cap AS is_at_cap,
  a.owner_id <> 'unknown' AND a.held >= r.holding_cap AND (a.known = 0 OR a.overdue > 0) AS is_hoarder,
  CASE WHEN a.known > 0 THEN a.overdue END AS overdue,
  a.ended,
  a.returned,
  CAST(a.returned AS DOUBLE) / NULLIF(a.ended, 0) AS return_rate,
  a.recycled,
  CASE WHEN a.known > 0 THEN a.leaks END AS leaks,
  a.won,
  a.mature_claims,
  a.mature_won,
  CAST(a.mature_won AS DOUBLE) / NULLIF(a.mature_claims, 0) AS win_rate,
  a.ended < r.min_units AS is_small_sample
FROM acc a
CROSS JOIN rule r
LEFT JOIN busy b ON b.owner_id = a.owner_id
WHERE a.claims > 0 OR a.held > 0

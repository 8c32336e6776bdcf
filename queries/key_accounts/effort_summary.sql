-- What a deal takes, key accounts against all others. Cycles are of won deals; negotiations and change requests are of deals
-- that have ended. Open deals are counted apart and are in no mean and no median, because their end is not known.
--
-- grain: deal_group
-- check: deals = won + lost + open
-- total: sum(deals) = (select count(*) from key_accounts.effort)
-- total: sum(won) = (select count(*) from key_accounts.effort where state = 'won')
-- column: deal_group text "Key accounts or others"
-- column: deals count "Deals"
-- column: won count "Won"
-- column: lost count "Lost"
-- column: open count "Still open"
-- column: win_rate ratio "Won of those that ended"
-- column: median_cycle_days days "Median days from first contact to won"
-- column: negotiations_per_deal count "Negotiations per deal that ended"
-- column: median_negotiations count "Median negotiations"
-- column: change_requests_per_deal count "Change requests per deal that ended"
-- column: median_change_requests count "Median change requests"
-- column: median_open_days days "Median age of open deals"
-- column: is_small_sample bool "Too few won deals for a median to mean much"
WITH both_groups AS (
  SELECT * FROM (VALUES ('key', true), ('other', false)) AS g (deal_group, is_key)
),
deals AS (
  -- One digit after the point, because the median of an even number lies between two of them.
  SELECT
    is_key,
    state,
    CAST(cycle_days AS DECIMAL(20, 1)) AS cycle_days,
    CASE WHEN state = 'open' THEN CAST(age_days AS DECIMAL(20, 1)) END AS open_days,
    CASE WHEN state <> 'open' THEN negotiations END AS negotiations,
    CASE WHEN state <> 'open' THEN change_requests END AS change_requests,
    CASE WHEN state <> 'open' THEN CAST(negotiations AS DECIMAL(20, 1)) END AS exact_negotiations,
    CASE WHEN state <> 'open' THEN CAST(change_requests AS DECIMAL(20, 1)) END AS exact_change_requests
  FROM key_accounts.effort
),
acc AS (
  SELECT
    is_key,
    count(*) AS deals,
    count(CASE WHEN state = 'won' THEN 1 END) AS won,
    count(CASE WHEN state = 'lost' THEN 1 END) AS lost,
    count(CASE WHEN state = 'open' THEN 1 END) AS open,
    median(cycle_days) AS median_cycle_days,
    median(open_days) AS median_open_days,
    sum(negotiations) AS negotiations,
    count(negotiations) AS n_negotiations,
    median(exact_negotiations) AS median_negotiations,
    sum(change_requests) AS change_requests,
    count(change_requests) AS n_change_requests,
    median(exact_change_requests) AS median_change_requests
  FROM deals
  GROUP BY is_key
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  g.deal_group,
  coalesce(a.deals, 0) AS deals,
  coalesce(a.won, 0) AS won,
  coalesce(a.lost, 0) AS lost,
  coalesce(a.open, 0) AS open,
  CAST(a.won AS DOUBLE) / NULLIF(a.won + a.lost, 0) AS win_rate,
  a.median_cycle_days,
  CAST(a.negotiations AS DOUBLE) / NULLIF(a.n_negotiations, 0) AS negotiations_per_deal,
  a.median_negotiations,
  CAST(a.change_requests AS DOUBLE) / NULLIF(a.n_change_requests, 0) AS change_requests_per_deal,
  a.median_change_requests,
  a.median_open_days,
  coalesce(a.won, 0) < r.min_units AS is_small_sample
FROM both_groups g
CROSS JOIN rule r
LEFT JOIN acc a ON a.is_key = g.is_key

-- Time to the decider in one row, over deals that ended in the window or are still open. The decider is reached late when the median
-- of those that reached it is above the days of rules.sales_cycle, or when fewer than the share there of the deals that ended
-- reached it at all. Open deals may still reach it, and are in no share.
--
-- grain: as_of
-- check: reached + not_reached = judged
-- column: as_of date "As of"
-- column: reached count "Deals that ended and reached the decider"
-- column: not_reached count "Deals that ended without"
-- column: judged count "Deals that ended and of which it is known"
-- column: unknown count "Deals that ended and of which it is not known"
-- column: reached_share ratio "Share that reached the decider"
-- column: median_days_to_decider days "Median days to the decider"
-- column: open_not_reached count "Open deals that have not reached the decider yet"
-- column: slow_decider_days days "A median above this is late"
-- column: min_reached_share ratio "A share below this is low"
-- column: is_slow bool "Deals reach the decider late or not at all"
-- column: is_small_sample bool "Too few deals for a rate to mean much"
WITH acc AS (
  SELECT
    count(CASE WHEN state <> 'open' AND decider_state = 'reached' THEN 1 END) AS reached,
    count(CASE WHEN state <> 'open' AND decider_state = 'not_reached' THEN 1 END) AS not_reached,
    count(CASE WHEN state <> 'open' AND decider_state = 'unknown' THEN 1 END) AS unknown,
    count(CASE WHEN state = 'open' AND decider_state = 'not_reached' THEN 1 END) AS open_not_reached,
    median(CASE WHEN state <> 'open' THEN CAST(days_to_decider AS DECIMAL(20, 1)) END) AS median_days
  FROM decision_chain.decider_times
  WHERE is_in_period
),
rule AS (
  SELECT c.slow_decider_days, c.min_reached_share, s.min_units
  FROM rules.sales_cycle c
  CROSS JOIN rules.small_samples s
  WHERE (c.valid_from IS NULL OR c.valid_from <= $as_of) AND (c.valid_to IS NULL OR c.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
)
SELECT
  $as_of AS as_of,
  a.reached,
  a.not_reached,
  a.reached + a.not_reached AS judged,
  a.unknown,
  CAST(a.reached AS DOUBLE) / NULLIF(a.reached + a.not_reached, 0) AS reached_share,
  a.median_days AS median_days_to_decider,
  a.open_not_reached,
  r.slow_decider_days,
  CAST(r.min_reached_share AS DOUBLE) AS min_reached_share,
  CASE
    WHEN a.reached + a.not_reached > 0 THEN
      coalesce(a.median_days > r.slow_decider_days, false) OR a.reached < r.min_reached_share * (a.reached + a.not_reached)
  END AS is_slow,
  a.reached + a.not_reached < r.min_units AS is_small_sample
FROM acc a
CROSS JOIN rule r

-- How many deals are paid up so many days after the first contact, at the days of rules.cycle_horizons, by decision_chain.cycle_survival.
-- Days that no deal has been seen for are left out: nobody knows.
--
-- grain: days
-- check: completed_share between 0 and 1
-- column: days days "Days since the first contact"
-- column: completed_share ratio "Share complete by then"
-- column: std_error ratio "Standard error"
-- column: at_risk count "Deals seen for so long"
-- column: is_small_sample bool "Too few deals for a rate to mean much"
WITH horizons AS (
  SELECT days
  FROM rules.cycle_horizons
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
steps AS (
  SELECT
    h.days,
    max(CASE WHEN s.days <= h.days THEN s.days END) AS step_days,
    -- Seen for so long: at risk at the first step from that day on.
    max(CASE WHEN s.days >= h.days THEN s.at_risk END) AS at_risk
  FROM horizons h
  CROSS JOIN decision_chain.cycle_survival s
  GROUP BY h.days
),
rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  p.days,
  1 - s.survival AS completed_share,
  s.std_error,
  p.at_risk,
  p.at_risk < r.min_rate_units AS is_small_sample
FROM steps p
JOIN decision_chain.cycle_survival s ON s.days = p.step_days
CROSS JOIN rule r
WHERE p.at_risk IS NOT NULL
